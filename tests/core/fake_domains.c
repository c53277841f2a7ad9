/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/fake_domains.h"

#include "core/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the log ---- */

void fake_note(struct fake *fake, const char *format, ...)
{
	va_list args;

	if (fake->used)
		fake->used += (size_t)snprintf(fake->log + fake->used,
					       sizeof(fake->log) - fake->used, "; ");
	va_start(args, format);
	fake->used += (size_t)vsnprintf(fake->log + fake->used, sizeof(fake->log) - fake->used,
					format, args);
	va_end(args);
	assert_true(fake->used < sizeof(fake->log));
}

const char *fake_log(struct fake *fake)
{
	if (!fake->used)
		fake->log[0] = 0;
	fake->used = 0;
	return fake->log;
}

struct fingerprint fake_print(struct fake *fake)
{
	return machine_fingerprint(fake->m, FINGERPRINT_COMPLETE);
}

/* ---- resources: in the machine's memory, so that fingerprints see them ---- */

struct fake_pool {
	enum fake_level level;
	uint64_t used;
};

struct fake_entry {
	struct fake_pool *pool;
	unsigned slot;
	bool active;
};

static void pool_digest(const void *object, struct digest *d)
{
	const struct fake_pool *pool = object;

	digest_u64(d, pool->level);
	digest_u64(d, pool->used);
}
static void entry_digest(const void *object, struct digest *d)
{
	const struct fake_entry *entry = object;

	digest_u64(d, entry->pool->level);
	digest_u64(d, entry->slot);
	digest_u64(d, entry->active);
}
static const struct object_type pool_type = {"fake-pool", pool_digest};
static const struct object_type entry_type = {"fake-entry", entry_digest};

static struct fake_entry *take_entry(struct fake *fake, enum fake_level level)
{
	struct fake_pool *pool = fake->pool[level];
	struct fake_entry *entry;
	unsigned slot = 0;

	while (slot < FAKE_SLOTS && pool->used >> slot & 1)
		slot++;
	if (slot == (level == FAKE_ROOT ? fake->vectors : FAKE_SLOTS))
		return NULL;
	entry = object_alloc(fake->m, &entry_type, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->pool = pool;
	entry->slot = slot;
	touch(fake->m, pool);
	pool->used |= UINT64_C(1) << slot;
	return entry;
}

static void put_entry(struct fake *fake, struct fake_entry *entry)
{
	touch(fake->m, entry->pool);
	entry->pool->used &= ~(UINT64_C(1) << entry->slot);
	object_free(fake->m, entry);
}

/* ---- domains ---- */

static const char *const level_name[] = {"root", "middle", "top"};

static enum fake_level level_of(const struct fake *fake, const struct irq_domain *domain)
{
	enum fake_level level = FAKE_ROOT;

	while (fake->domain[level] != domain)
		level++;
	return level;
}

static void root_compose(struct irq_data *d, struct msi_msg *msg)
{
	struct fake *fake = d->domain->host_data;
	const struct fake_entry *entry = d->chip_data;

	*msg = (struct msi_msg){.address_lo = 0xfee00000, .data = 0x20 + entry->slot};
	if (fake->second_message)
		msg[1].data = 1;
}

static int root_set_affinity(struct irq_data *d, const struct cpumask *dest, bool force)
{
	fake_note(d->domain->host_data, "root.set_affinity %u%s", d->irq, force ? " force" : "");
	irq_data_update_effective_affinity(d, dest);
	return IRQ_SET_MASK_OK;
}

static int middle_set_affinity(struct irq_data *d, const struct cpumask *dest, bool force)
{
	struct fake *fake = d->domain->host_data;
	int ret = irq_chip_set_affinity_parent(d, dest, force);

	fake_note(fake, "middle.set_affinity %u", d->irq);
	return ret < 0 || !fake->immutable_message ? ret : IRQ_SET_MASK_OK_DONE;
}

static const struct irq_chip level_chip[] = {
	{.name = "root",
	 .irq_compose_msi_msg = root_compose,
	 .irq_set_affinity = root_set_affinity},
	{.name = "middle", .irq_set_affinity = middle_set_affinity},
	{.name = "top"},
};

static int fill_level(struct fake *fake, enum fake_level level, unsigned virq)
{
	struct irq_domain *domain = fake->domain[level];
	struct fake_entry *entry = take_entry(fake, level);
	uint64_t hwirq;

	if (!entry)
		return -ENOSPC;
	if (level == FAKE_ROOT)
		irqd_set(irq_domain_get_irq_data(domain, virq), IRQD_CAN_RESERVE);
	hwirq = level == FAKE_MIDDLE && fake->same_hwirq ? 7 : entry->slot + 100 * level;
	return irq_domain_set_hwirq_and_chip(
		domain, virq, hwirq, fake->no_chip[level] ? NULL : &level_chip[level], entry);
}

static void drop_level(struct fake *fake, enum fake_level level, unsigned virq)
{
	struct irq_data *d = irq_domain_get_irq_data(fake->domain[level], virq);

	if (d->chip_data) /* not if the level was marked not connected */
		put_entry(fake, d->chip_data);
	irq_domain_reset_irq_data(d);
}

static int level_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	struct fake *fake = domain->host_data;
	enum fake_level level = level_of(fake, domain);
	bool parent = domain->parent && !(level == FAKE_MIDDLE && fake->disconnect_root);
	int ret = 0;

	fake_note(fake, "%s.alloc %u+%u", level_name[level], virq, nr);
	if (parent)
		ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (ret)
		return ret;
	ret = fake->fail_alloc[level];
	for (unsigned i = 0; !ret && i < nr; i++) {
		ret = fill_level(fake, level, virq + i);
		for (; ret && i--;)
			drop_level(fake, level, virq + i);
		if (ret)
			break;
		if (!parent && domain->parent) {
			irq_domain_disconnect_hierarchy(domain->parent, virq + i);
			if (fake->chip_below_marker)
				irq_domain_set_hwirq_and_chip(domain->parent, virq + i, 0,
							      &level_chip[FAKE_ROOT], NULL);
		}
	}
	if (ret && parent)
		irq_domain_free_irqs_parent(domain, virq, nr);
	fake_note(fake, "%s.%s", level_name[level], ret ? "failed" : "done");
	return ret;
}

static void level_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	struct fake *fake = domain->host_data;
	enum fake_level level = level_of(fake, domain);

	fake_note(fake, "%s.free %u+%u", level_name[level], virq, nr);
	for (unsigned i = 0; i < nr; i++)
		drop_level(fake, level, virq + i);
	irq_domain_free_irqs_parent(domain, virq, nr);
}

static int level_activate(struct irq_domain *domain, struct irq_data *d, bool reserve)
{
	struct fake *fake = domain->host_data;
	enum fake_level level = level_of(fake, domain);
	struct fake_entry *entry = d->chip_data;

	fake_note(fake, "%s.activate %u%s", level_name[level], d->irq, reserve ? " reserve" : "");
	if (fake->fail_activate[level] == d->irq)
		return -ENOSPC;
	touch(fake->m, entry);
	entry->active = true;
	return 0;
}

static void level_deactivate(struct irq_domain *domain, struct irq_data *d)
{
	struct fake *fake = domain->host_data;
	struct fake_entry *entry = d->chip_data;

	fake_note(fake, "%s.deactivate %u", level_name[level_of(fake, domain)], d->irq);
	touch(fake->m, entry);
	entry->active = false;
}

static void level_digest(const struct irq_data *d, struct digest *digest)
{
	digest_u64(digest, ((const struct fake_entry *)d->chip_data)->slot);
}

static const struct irq_domain_ops level_ops = {
	.alloc = level_alloc,
	.free = level_free,
	.activate = level_activate,
	.deactivate = level_deactivate,
	.digest = level_digest,
};

static bool init_dev_msi_info(struct device *dev, struct irq_domain *domain,
			      struct irq_domain *msi_parent_domain, struct msi_domain_info *info)
{
	struct fake *fake = domain->host_data;
	const struct msi_parent_ops *ops = msi_parent_domain->msi_parent_ops;

	(void)dev;
	if (fake->refuse_children)
		return false;
	info->flags &= ops->supported_flags;
	info->flags |= ops->required_flags;
	info->handler = handle_edge_irq;
	info->handler_name = "edge";
	return true;
}

#define REQUIRED_FLAGS (MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS)
static const struct msi_parent_ops root_parent_ops = {
	.supported_flags = MSI_GENERIC_FLAGS_MASK | MSI_FLAG_NO_AFFINITY,
	.required_flags = REQUIRED_FLAGS,
	.init_dev_msi_info = init_dev_msi_info,
};
static const struct msi_parent_ops middle_parent_ops = {
	.supported_flags = MSI_GENERIC_FLAGS_MASK | MSI_FLAG_LEVEL_CAPABLE,
	.required_flags = REQUIRED_FLAGS,
	.prefix = "MID-",
	.init_dev_msi_info = init_dev_msi_info,
};

static void add_level(struct fake *fake, enum fake_level level, enum irq_domain_bus_token token)
{
	const struct irq_domain_config config = {
		.name = level_name[level],
		.fwnode = level_name[level],
		.ops = &level_ops,
		.parent = level ? fake->domain[level - 1] : NULL,
		.bus_token = token,
		.flags = level == FAKE_TOP ? 0 : IRQ_DOMAIN_FLAG_MSI_PARENT,
		.host_data = fake,
	};

	fake->pool[level] = object_alloc(fake->m, &pool_type, sizeof(*fake->pool[level]));
	assert_non_null(fake->pool[level]);
	fake->pool[level]->level = level;
	fake->domain[level] = irq_domain_create(fake->m, &config);
	assert_non_null(fake->domain[level]);
	if (level == FAKE_ROOT)
		fake->domain[level]->msi_parent_ops = &root_parent_ops;
	if (level == FAKE_MIDDLE)
		fake->domain[level]->msi_parent_ops = &middle_parent_ops;
}

struct irq_domain *fake_add_top(struct fake *fake)
{
	add_level(fake, FAKE_TOP, DOMAIN_BUS_WIRED);
	return fake->domain[FAKE_TOP];
}

/* ---- machine and devices ---- */

int fake_setup(void **state)
{
	struct fake *fake = malloc(sizeof(*fake));
	struct irq_core_config config = {.first_dynamic_irq = 24, .nr_cpus = 2};

	*fake = (struct fake){.vectors = FAKE_SLOTS};
	fake->m = machine_create(NULL);
	assert_non_null(fake->m);
	config.online = cpumask_range(fake->m, 0, 1);
	assert_int_equal(irq_core_init(fake->m, &config), 0);
	add_level(fake, FAKE_ROOT, DOMAIN_BUS_ANY);
	add_level(fake, FAKE_MIDDLE, DOMAIN_BUS_DMAR);
	*state = fake;
	return 0;
}

int fake_teardown(void **state)
{
	struct fake *fake = *state;

	machine_destroy(fake->m);
	free(fake);
	return 0;
}

static void device_digest(const void *object, struct digest *d)
{
	const struct device *dev = object;

	digest_u64(d, dev->id);
	digest_string(d, dev->bus_name);
	digest_u64(d, dev->msi != NULL);
}
static const struct object_type device_object = {"fake-device", device_digest};

struct device *fake_device(struct fake *fake, const char *bus_name, struct irq_domain *parent)
{
	struct device *dev = object_alloc(fake->m, &device_object, sizeof(*dev));

	assert_non_null(dev);
	dev->machine = fake->m;
	dev->node = -1;
	dev->msi_domain = parent;
	snprintf(dev->name, sizeof(dev->name), "%s", bus_name);
	snprintf(dev->bus_name, sizeof(dev->bus_name), "%s", bus_name);
	assert_int_equal(device_register(dev), 0);
	return dev;
}

void fake_device_free(struct fake *fake, struct device *dev)
{
	bool clean = msi_device_data_release(dev);

	device_unregister(dev);
	if (clean)
		object_free(fake->m, dev);
}

/* ---- a message store ---- */

static struct fake *store_fake(const struct irq_data *d)
{
	return msi_get_domain_info(d->domain)->data;
}

static void store_mask(struct irq_data *d)
{
	fake_note(store_fake(d), "mask %u", d->irq);
}

static void store_unmask(struct irq_data *d)
{
	fake_note(store_fake(d), "unmask %u", d->irq);
}

static void store_write(struct irq_data *d, const struct msi_msg *msg)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);

	fake_note(store_fake(d), "write %u %x", d->irq, msg->data);
	touch(irq_data_machine(d), desc);
	desc->msg = *msg;
}

static int store_prepare(struct irq_domain *domain, struct device *dev, int nvec,
			 msi_alloc_info_t *arg)
{
	struct fake *fake = msi_get_domain_info(domain)->data;

	(void)dev;
	*arg = (msi_alloc_info_t){0};
	fake_note(fake, "prepare %d", nvec);
	return fake->prepare_result;
}

static void store_prepare_desc(struct irq_domain *domain, msi_alloc_info_t *arg,
			       struct msi_desc *desc)
{
	(void)arg;
	fake_note(msi_get_domain_info(domain)->data, "prepare_desc %u", desc->msi_index);
}

const struct msi_domain_template fake_template = {
	.chip =
		{
			.name = "STORE",
			.irq_mask = store_mask,
			.irq_unmask = store_unmask,
			.irq_write_msi_msg = store_write,
		},
	.ops =
		{
			.msi_prepare = store_prepare,
			.prepare_desc = store_prepare_desc,
		},
	.info =
		{
			.flags = MSI_FLAG_FREE_MSI_DESCS,
			.bus_token = DOMAIN_BUS_DEVICE_MSI,
		},
};

int fake_msi_domain(struct fake *fake, struct device *dev, unsigned domid, unsigned hwsize,
		    uint32_t flags)
{
	struct msi_domain_template template = fake_template;

	template.info.flags |= flags;
	return msi_create_device_irq_domain(dev, domid, &template, hwsize, fake, NULL);
}

struct device *fake_device_with(struct fake *fake, unsigned hwsize, uint32_t flags)
{
	struct device *dev = fake_device(fake, "dev", fake->domain[FAKE_MIDDLE]);

	assert_int_equal(fake_msi_domain(fake, dev, 0, hwsize, flags), 0);
	return dev;
}

int fake_insert(struct device *dev, unsigned index, unsigned last)
{
	const struct msi_desc init = {.nvec_used = 1};
	struct msi_desc *desc = NULL;
	int ret = msi_domain_insert_msi_desc(dev, 0, &init, index, last, &desc);

	return ret ? ret : desc->msi_index;
}
