/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/wired_msi.h>
#include <inttypes.h>
#include <stdio.h>

static void bridge_digest(const void *object, struct digest *d)
{
	const struct wired_bridge *bridge = object;
	const struct device *dev = &bridge->dev;

	digest_u64(d, dev->key);
	digest_counter(d, dev->id);
	digest_string(d, dev->name);
	digest_string(d, bridge->fwnode);
	digest_u64(d, (uint64_t)dev->node);
	digest_u64(d, dev->msi_device_id);
	digest_u64(d, dev->msi_domain ? dev->msi_domain->key : 0);
	digest_u64(d, bridge->registers);
	digest_u64(d, (uint64_t)bridge->first << 32 | bridge->last);
}

static const struct object_type bridge_object = {"wired-bridge", bridge_digest};

static void device_digest(const struct device *dev, struct digest *d)
{
	bridge_digest(dev, d);
}

static const struct device_type bridge_type = {"wired-bridge", device_digest};

struct wired_bridge *wired_bridge_by_name(const struct machine *m, const char *name)
{
	struct device *dev = device_by_name((struct machine *)m, name);

	return dev && dev->type == &bridge_type ? (struct wired_bridge *)dev : NULL;
}

/* ---- of the template ---- */

void wired_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->desc = desc;
	arg->hwirq = (uint32_t)desc->data.icookie;
}

int wired_translate(struct irq_domain *domain, const struct irq_fwspec *fwspec, uint64_t *hwirq,
		    unsigned *type)
{
	const struct wired_bridge *bridge = msi_get_domain_info(domain)->chip_data;
	int ret = irq_domain_translate_twocell(domain, fwspec, hwirq, type);

	if (ret)
		return ret;
	return *hwirq < bridge->first || *hwirq > bridge->last ? -EINVAL : 0;
}

void wired_eoi_parent(struct irq_data *d)
{
	if (d->parent_data->chip->irq_eoi)
		irq_chip_eoi_parent(d);
}

/* ---- bridges come and go ---- */

static struct wired_bridge *make_bridge(struct machine *m, const struct wired_config *config)
{
	struct wired_bridge *bridge = object_alloc(m, &bridge_object, sizeof(*bridge));

	if (!bridge)
		return NULL;
	bridge->dev.machine = m;
	bridge->dev.type = &bridge_type;
	bridge->dev.node = -1;
	bridge->dev.msi_domain = config->parent;
	bridge->dev.msi_device_id = config->device_id;
	bridge->dev.max_vectors = config->last - config->first + 1;
	bridge->dev.fwnode = bridge->fwnode;
	bridge->registers = config->registers;
	bridge->first = config->first;
	bridge->last = config->last;
	snprintf(bridge->dev.name, sizeof(bridge->dev.name), "%s", config->name);
	snprintf(bridge->dev.bus_name, sizeof(bridge->dev.bus_name), "%" PRIx64 ".%s",
		 config->registers, config->kind);
	snprintf(bridge->fwnode, sizeof(bridge->fwnode), ":soc:%s@%" PRIx64, config->kind,
		 config->registers);
	return bridge;
}

static int make_domain(struct wired_bridge *bridge, const struct msi_domain_template *given)
{
	struct msi_domain_template template = *given;
	int ret;

	if (!template.ops.set_desc)
		template.ops.set_desc = wired_set_desc;
	if (!template.ops.msi_translate)
		template.ops.msi_translate = wired_translate;
	ret = msi_create_device_irq_domain(&bridge->dev, MSI_DEFAULT_DOMAIN, &template,
					   bridge->last - bridge->first + 1, NULL, bridge);
	if (!ret)
		bridge->domain = msi_get_device_domain(&bridge->dev, MSI_DEFAULT_DOMAIN);
	return ret;
}

static bool is_for_lines(const struct msi_domain_template *template)
{
	return template->info.bus_token == DOMAIN_BUS_WIRED_TO_MSI &&
	       template->info.flags & MSI_FLAG_USE_DEV_FWNODE;
}

int wired_bridge_create(struct machine *m, const struct wired_config *config,
			const struct msi_domain_template *template, struct wired_bridge **out)
{
	struct wired_bridge *bridge;
	int ret;

	*out = NULL;
	if (!is_for_lines(template) || config->first > config->last)
		return -EINVAL;
	bridge = make_bridge(m, config);
	if (!bridge)
		return -ENOMEM;
	ret = device_register(&bridge->dev);
	if (ret) {
		object_free(m, bridge);
		return ret;
	}
	ret = make_domain(bridge, template);
	if (ret) {
		wired_bridge_destroy(bridge);
		return ret;
	}
	*out = bridge;
	return 0;
}

void wired_bridge_destroy(struct wired_bridge *bridge)
{
	bool clean = msi_device_data_release(&bridge->dev);

	device_unregister(&bridge->dev);
	if (clean)
		object_free(bridge->dev.machine, bridge);
}

unsigned wired_map(struct wired_bridge *bridge, uint32_t line, unsigned type)
{
	const struct irq_fwspec fwspec = {
		.fwnode = bridge->fwnode,
		.param_count = 2,
		.param = {line, type},
	};

	return irq_create_fwspec_mapping(bridge->dev.machine, &fwspec);
}
