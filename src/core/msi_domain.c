/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"
#include "core/msi_internal.h"

#include <stdio.h>
#include <string.h>

/* Device domains: made from a template under the device's MSI parent, and what they do. */

struct msi_bundle { /* a template's private copy; its domain's host_data is copy.info */
	struct msi_domain_template copy;
	struct device *dev;
	unsigned domid;
};

static void bundle_digest(const void *object, struct digest *d)
{
	const struct msi_bundle *bundle = object;

	digest_u64(d, bundle->dev->key);
	digest_u64(d, bundle->domid);
	digest_string(d, bundle->copy.name);
	digest_u64(d, bundle->copy.chip.flags);
	digest_u64(d, bundle->copy.info.flags);
	digest_u64(d, bundle->copy.info.bus_token);
	digest_u64(d, bundle->copy.info.hwsize);
}

static const struct object_type bundle_type = {"msi-domain", bundle_digest};

static struct msi_bundle *bundle_of(const struct irq_domain *domain)
{
	return (struct msi_bundle *)((char *)domain->host_data -
				     offsetof(struct msi_bundle, copy.info));
}

/* ---- messages ---- */

/* Only a level triggered interrupt has a second message: to deassert. */
static void check_second_message(const struct irq_data *d, const struct msi_domain_info *info,
				 const struct msi_msg msg[2])
{
	bool wanted =
		info->flags & MSI_FLAG_LEVEL_CAPABLE && d->chip->flags & IRQCHIP_SUPPORTS_LEVEL_MSI;
	bool there = msg[1].address_lo || msg[1].address_hi || msg[1].data;

	WARN_IF(irq_data_machine(d), there && !wanted, MSI_SECOND_MESSAGE, d->irq);
}

static int compose_and_write(struct irq_data *d)
{
	struct msi_msg msg[2] = {0};
	int ret = irq_chip_compose_msi_msg(d, msg);

	if (ret)
		return ret;
	check_second_message(d, msi_get_domain_info(d->domain), msg);
	call_chip(d, irq_write_msi_msg, msg);
	return 0;
}

int msi_domain_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	int ret;

	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return -EPERM;
	trace(irq_data_machine(d), msi_domain_set_affinity, d->irq, (uintptr_t)mask, force);
	ret = irq_chip_set_affinity_parent(d, mask, force);
	if (ret >= 0 && ret != IRQ_SET_MASK_OK_DONE) {
		int err = compose_and_write(d);

		if (err)
			return err;
	}
	return ret;
}

/* ---- the level of a device domain ---- */

static int msi_level_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	struct msi_domain_info *info = msi_get_domain_info(domain);
	uint64_t hwirq;
	int ret;

	trace(domain->machine, msi_domain_alloc, virq, nr, domain->id);
	hwirq = info->ops->get_hwirq(info, arg);
	if (irq_domain_resolve(domain, hwirq))
		return -EEXIST;
	if (domain->parent) {
		ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
		if (ret < 0)
			return ret;
	}
	for (unsigned i = 0; i < nr; i++) {
		ret = info->ops->msi_init(domain, info, virq + i, hwirq + i, arg);
		if (ret >= 0)
			continue;
		while (info->ops->msi_free && i--)
			info->ops->msi_free(domain, info, virq + i);
		irq_domain_free_irqs_top(domain, virq, nr);
		return ret;
	}
	return 0;
}

static void msi_level_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	struct msi_domain_info *info = msi_get_domain_info(domain);

	trace(domain->machine, msi_domain_free, virq, nr, domain->id);
	for (unsigned i = 0; info->ops->msi_free && i < nr; i++)
		info->ops->msi_free(domain, info, virq + i);
	irq_domain_free_irqs_top(domain, virq, nr);
}

static int msi_level_activate(struct irq_domain *domain, struct irq_data *d, bool reserve)
{
	trace(domain->machine, msi_domain_activate, d->irq, domain->id, reserve);
	return compose_and_write(d);
}

static void msi_level_deactivate(struct irq_domain *domain, struct irq_data *d)
{
	const struct msi_msg zero[2] = {0};

	trace(domain->machine, msi_domain_deactivate, d->irq, domain->id);
	call_chip(d, irq_write_msi_msg, zero);
}

static int msi_level_translate(struct irq_domain *domain, const struct irq_fwspec *fwspec,
			       uint64_t *hwirq, unsigned *type)
{
	const struct msi_domain_ops *ops = msi_get_domain_info(domain)->ops;

	return ops->msi_translate ? ops->msi_translate(domain, fwspec, hwirq, type) : -EINVAL;
}

static const struct irq_domain_ops msi_level_ops = {
	.alloc = msi_level_alloc,
	.free = msi_level_free,
	.activate = msi_level_activate,
	.deactivate = msi_level_deactivate,
	.translate = msi_level_translate,
};

/* ---- what a template may leave out ---- */

static uint64_t default_get_hwirq(struct msi_domain_info *info, msi_alloc_info_t *arg)
{
	(void)info;
	return arg->hwirq;
}

static int default_init(struct irq_domain *domain, struct msi_domain_info *info, unsigned virq,
			uint64_t hwirq, msi_alloc_info_t *arg)
{
	(void)arg;
	if (info->handler && info->handler_name) {
		irq_domain_set_info(domain, virq, hwirq, info->chip, info->chip_data, info->handler,
				    info->handler_data, info->handler_name);
		return 0;
	}
	return irq_domain_set_hwirq_and_chip(domain, virq, hwirq, info->chip, info->chip_data);
}

static int default_prepare(struct irq_domain *domain, struct device *dev, int nvec,
			   msi_alloc_info_t *arg)
{
	(void)domain;
	(void)dev;
	(void)nvec;
	memset(arg, 0, sizeof(*arg));
	return 0;
}

static void default_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->desc = desc;
	arg->hwirq = desc->msi_index;
}

static void fill_default_ops(struct msi_domain_ops *ops)
{
	if (!ops->get_hwirq)
		ops->get_hwirq = default_get_hwirq;
	if (!ops->msi_init)
		ops->msi_init = default_init;
	if (!ops->msi_prepare)
		ops->msi_prepare = default_prepare;
	if (!ops->set_desc)
		ops->set_desc = default_set_desc;
}

static bool info_is_complete(const struct msi_domain_info *info)
{
	const struct msi_domain_ops *ops = info->ops;
	const struct irq_chip *chip = info->chip;

	if (ops->domain_alloc_irqs) /* neither hierarchy nor chip: all is somebody else's */
		return ops->domain_free_irqs;
	if (!ops->get_hwirq || !ops->msi_init || !ops->msi_prepare || !ops->set_desc)
		return false;
	return chip->irq_write_msi_msg &&
	       ((chip->irq_mask && chip->irq_unmask) || info->flags & MSI_FLAG_NO_MASK);
}

static int fill_defaults(struct msi_bundle *bundle)
{
	struct msi_domain_info *info = &bundle->copy.info;

	if (info->hwsize > MSI_MAX_INDEX + 1)
		return -EINVAL;
	if (!info->hwsize)
		info->hwsize = MSI_MAX_INDEX + 1;
	if (info->flags & MSI_FLAG_USE_DEF_DOM_OPS)
		fill_default_ops(info->ops);
	if (info->flags & MSI_FLAG_USE_DEF_CHIP_OPS && !info->chip->irq_set_affinity &&
	    !(info->flags & MSI_FLAG_NO_AFFINITY))
		info->chip->irq_set_affinity = msi_domain_set_affinity;
	return WARN_IF(bundle->dev->machine, !info_is_complete(info), MSI_BAD_TEMPLATE, 0) ? -EINVAL
											   : 0;
}

/* ---- a domain of nobody's device ---- */

struct irq_domain *msi_create_irq_domain(struct machine *m, const char *name,
					 struct msi_domain_info *info, struct irq_domain *parent)
{
	const struct irq_domain_config config = {
		.name = name,
		.fwnode = name,
		.ops = &msi_level_ops,
		.parent = parent,
		.bus_token = info->bus_token,
		.flags = IRQ_DOMAIN_FLAG_MSI,
		.host_data = info,
	};

	if (!info->hwsize)
		info->hwsize = MSI_MAX_INDEX + 1;
	if (info->flags & MSI_FLAG_USE_DEF_DOM_OPS)
		fill_default_ops(info->ops);
	if (WARN_IF(m, !info_is_complete(info), MSI_BAD_TEMPLATE, 0))
		return NULL;
	return irq_domain_create(m, &config);
}

/* ---- creation ---- */

static struct msi_bundle *make_bundle(struct device *dev, unsigned domid,
				      const struct msi_domain_template *template, unsigned hwsize)
{
	const char *prefix = dev->msi_domain->msi_parent_ops->prefix;
	struct msi_bundle *bundle = object_alloc(dev->machine, &bundle_type, sizeof(*bundle));

	if (!bundle)
		return NULL;
	bundle->copy = *template;
	bundle->dev = dev;
	bundle->domid = domid;
	snprintf(bundle->copy.name, sizeof(bundle->copy.name), "%s%s-%s", prefix ? prefix : "",
		 template->chip.name, dev->bus_name);
	bundle->copy.chip.name = bundle->copy.name;
	bundle->copy.info.chip = &bundle->copy.chip;
	bundle->copy.info.ops = &bundle->copy.ops;
	bundle->copy.info.hwsize = hwsize;
	return bundle;
}

/* Who looks for the device's own node finds the domain, or there is a node for it alone. */
static const char *node_of(const struct msi_bundle *bundle)
{
	const char *own = bundle->dev->fwnode;

	return bundle->copy.info.flags & MSI_FLAG_USE_DEV_FWNODE && own ? own : bundle->copy.name;
}

static struct irq_domain *make_domain(struct msi_bundle *bundle)
{
	struct device *dev = bundle->dev;
	const struct irq_domain_config config = {
		.name = node_of(bundle),
		.fwnode = node_of(bundle),
		.ops = &msi_level_ops,
		.parent = dev->msi_domain,
		.bus_token = bundle->copy.info.bus_token,
		.flags = IRQ_DOMAIN_FLAG_MSI | IRQ_DOMAIN_FLAG_MSI_DEVICE,
		.host_data = &bundle->copy.info,
	};
	struct irq_domain *domain = irq_domain_create(dev->machine, &config);

	if (domain)
		domain->dev = dev;
	return domain;
}

/* Asks the parent, fills what is left open, makes the domain. */
static int build_domain(struct msi_bundle *bundle, struct irq_domain **domain)
{
	struct irq_domain *parent = bundle->dev->msi_domain;
	int ret;

	if (!parent->msi_parent_ops->init_dev_msi_info(bundle->dev, parent, parent,
						       &bundle->copy.info))
		return -ENOTSUPP;
	ret = fill_defaults(bundle);
	if (ret)
		return ret;
	*domain = make_domain(bundle);
	return *domain ? 0 : -ENOMEM;
}

static void set_slot(struct device *dev, unsigned domid, struct irq_domain *domain)
{
	touch(dev->machine, dev->msi);
	dev->msi->slot[domid].domain = domain;
}

static int create_locked(struct device *dev, unsigned domid,
			 const struct msi_domain_template *template, unsigned hwsize,
			 void *domain_data, void *chip_data)
{
	struct irq_domain *domain;
	struct msi_bundle *bundle;
	int ret;

	if (WARN_IF(dev->machine, dev->msi->slot[domid].domain, MSI_DOMAIN_EXISTS, 0))
		return -EBUSY;
	bundle = make_bundle(dev, domid, template, hwsize);
	if (!bundle)
		return -ENOMEM;
	bundle->copy.info.data = domain_data;
	bundle->copy.info.chip_data = chip_data;
	ret = build_domain(bundle, &domain);
	if (ret)
		object_free(dev->machine, bundle);
	else
		set_slot(dev, domid, domain);
	return ret;
}

static bool is_msi_parent(const struct irq_domain *domain)
{
	return domain && domain->flags & IRQ_DOMAIN_FLAG_MSI_PARENT && domain->msi_parent_ops;
}

int msi_create_device_irq_domain(struct device *dev, unsigned domid,
				 const struct msi_domain_template *template, unsigned hwsize,
				 void *domain_data, void *chip_data)
{
	bool had_data = dev->msi;
	int ret;

	if (layer_refuses(dev->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return -EPERM;
	if (!is_msi_parent(dev->msi_domain))
		return -ENODEV;
	if (domid >= MSI_MAX_DOMAINS || !template->chip.name)
		return -EINVAL;
	ret = msi_setup_device_data(dev);
	if (ret)
		return ret;
	msi_lock_descs(dev);
	ret = create_locked(dev, domid, template, hwsize, domain_data, chip_data);
	msi_unlock_descs(dev);
	if (ret && !had_data)
		msi_device_data_release(dev);
	return ret;
}

/* ---- removal ---- */

struct irq_domain *msi_detach_device_irq_domain(struct device *dev, unsigned domid)
{
	struct irq_domain *domain;

	msi_lock_descs(dev);
	domain = msi_get_device_domain(dev, domid);
	if (msi_is_device_domain(domain))
		set_slot(dev, domid, NULL);
	else
		domain = NULL;
	msi_unlock_descs(dev);
	return domain;
}

void msi_attach_device_irq_domain(struct device *dev, unsigned domid, struct irq_domain *domain)
{
	msi_lock_descs(dev);
	if (!WARN_IF(dev->machine, msi_get_device_domain(dev, domid), MSI_DOMAIN_EXISTS, 0))
		set_slot(dev, domid, domain);
	msi_unlock_descs(dev);
}

/* A domain with interrupts stays in memory, and so must the chip that they lead to. */
static void free_domain(struct irq_domain *domain, void (*remove)(struct irq_domain *domain))
{
	struct machine *m = domain->machine;
	struct msi_bundle *bundle = domain->mapcount ? NULL : bundle_of(domain);

	remove(domain);
	object_free(m, bundle);
}

void msi_discard_device_irq_domain(struct irq_domain *detached)
{
	free_domain(detached, irq_domain_uncreate);
}

void msi_remove_device_irq_domain(struct device *dev, unsigned domid)
{
	struct irq_domain *domain = msi_detach_device_irq_domain(dev, domid);

	if (layer_refuses(dev->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return;
	if (domain)
		free_domain(domain, irq_domain_remove);
}

bool msi_match_device_irq_domain(struct device *dev, unsigned domid,
				 enum irq_domain_bus_token token)
{
	bool match;

	msi_lock_descs(dev);
	match = msi_is_device_domain(msi_get_device_domain(dev, domid)) &&
		msi_get_domain_info(msi_get_device_domain(dev, domid))->bus_token == token;
	msi_unlock_descs(dev);
	return match;
}
