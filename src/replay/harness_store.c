/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "harness_store.h"

struct store {
	struct machine *machine;
	struct observer *observer; /* of this process: no part of the model's state */
	uint32_t device, size, nr_slots;
	bool queue;
	uint32_t slot[][4]; /* address_lo, address_hi, data, control */
};

static void store_digest(const void *object, struct digest *d)
{
	const struct store *store = object;

	digest_u64(d, store->device);
	digest_u64(d, store->size);
	digest_u64(d, store->queue);
	digest_bytes(d, store->slot, store->nr_slots * sizeof(store->slot[0]));
}

static const struct object_type store_type = {.name = "recorded store", .digest = store_digest};

static struct store *store_of_domain(const struct irq_domain *domain)
{
	return msi_get_domain_info(domain)->data;
}

static uint32_t *slot_of(struct store *store, const struct msi_desc *desc)
{
	uint64_t slot = desc->msi_index;

	if (store->queue)
		slot = desc->data.icookie < store->nr_slots ? desc->data.icookie : 0;
	return store->slot[slot];
}

static void store_mask(struct irq_data *d)
{
	struct store *store = store_of_domain(d->domain);
	struct msi_desc *desc = irq_data_get_msi_desc(d);
	uint32_t *slot = slot_of(store, desc);

	touch(store->machine, store);
	slot[3] |= 1;
	observer_ims(store->observer, "mask", desc, slot);
}

static void store_unmask(struct irq_data *d)
{
	struct store *store = store_of_domain(d->domain);
	struct msi_desc *desc = irq_data_get_msi_desc(d);
	uint32_t *slot = slot_of(store, desc);

	touch(store->machine, store);
	slot[3] &= ~1u;
	observer_ims(store->observer, "unmask", desc, slot);
}

static void store_write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	struct store *store = store_of_domain(d->domain);
	struct msi_desc *desc = irq_data_get_msi_desc(d);
	uint32_t *slot = slot_of(store, desc);

	touch(store->machine, store);
	slot[0] = msg->address_lo;
	slot[1] = msg->address_hi;
	slot[2] = msg->data;
	observer_ims(store->observer, "write_msg", desc, slot);
}

static void store_prepare_desc(struct irq_domain *domain, msi_alloc_info_t *arg,
			       struct msi_desc *desc)
{
	struct store *store = store_of_domain(domain);
	uint32_t *slot = slot_of(store, desc);

	touch(store->machine, store);
	slot[0] = slot[1] = slot[2] = 0;
	slot[3] = 1;
	arg->hwirq = desc->msi_index;
	arg->desc = desc;
	observer_ims(store->observer, "prepare_desc", desc, NULL);
}

#define STORE_TEMPLATE(chip_name)                                                                  \
	{                                                                                          \
		.chip = {.name = chip_name,                                                        \
			 .irq_mask = store_mask,                                                   \
			 .irq_unmask = store_unmask,                                               \
			 .irq_write_msi_msg = store_write_msg,                                     \
			 .flags = IRQCHIP_ONESHOT_SAFE},                                           \
		.ops = {.prepare_desc = store_prepare_desc},                                       \
		.info = {.flags = MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MSI_FLAG_FREE_MSI_DESCS,       \
			 .bus_token = DOMAIN_BUS_PCI_DEVICE_MSIX},                                 \
	}

static const struct msi_domain_template table_template = STORE_TEMPLATE("IMST");
static const struct msi_domain_template queue_template = STORE_TEMPLATE("IMSQ");

static struct store *store_of(struct device *dev)
{
	struct irq_domain *domain = dev ? msi_get_device_domain(dev, MSI_DEFAULT_DOMAIN) : NULL;

	if (!domain || msi_get_domain_info(domain)->chip->irq_mask != store_mask)
		return NULL;
	return store_of_domain(domain);
}

bool harness_store_exists(struct device *dev)
{
	return store_of(dev);
}

const uint32_t *harness_store_slot(const struct msi_desc *desc)
{
	struct store *store = store_of(desc->dev);

	return store ? slot_of(store, desc) : NULL;
}

int harness_store_create(struct device *dev, bool queue, unsigned size, struct observer *observer)
{
	const struct msi_domain_template *template = queue ? &queue_template : &table_template;
	uint32_t nr_slots = queue ? 4 * size : size;
	struct store *store;
	int ret;

	if (!dev)
		return -ENODEV;
	if (!size || size > HARNESS_STORE_MAX_SIZE)
		return -EINVAL;
	store = object_alloc(dev->machine, &store_type,
			     sizeof(*store) + nr_slots * sizeof(store->slot[0]));
	if (!store)
		return -ENOMEM;
	store->machine = dev->machine;
	store->observer = observer;
	store->device = dev->id;
	store->size = size;
	store->nr_slots = nr_slots;
	store->queue = queue;
	ret = msi_create_device_irq_domain(dev, MSI_DEFAULT_DOMAIN, template, size, store, NULL);
	if (ret)
		object_free(dev->machine, store);
	return ret;
}

struct msi_map harness_store_alloc(struct device *dev, unsigned index, uint64_t cookie,
				   const struct irq_affinity_desc *affinity)
{
	if (!store_of(dev))
		return (struct msi_map){.index = -ENODEV};
	return msi_domain_alloc_irq_at(dev, MSI_DEFAULT_DOMAIN, index, index, affinity, cookie);
}

int harness_store_free(struct device *dev, unsigned index)
{
	if (!store_of(dev))
		return -ENODEV;
	msi_domain_free_irqs_range(dev, MSI_DEFAULT_DOMAIN, index, index);
	return 0;
}

int harness_store_remove(struct device *dev)
{
	struct store *store = store_of(dev);

	if (!store)
		return -ENODEV;
	msi_lock_descs(dev);
	msi_domain_free_irqs_all_locked(dev, MSI_DEFAULT_DOMAIN);
	msi_unlock_descs(dev);
	observer_mark(store->observer, json_pack("{s:s}", "e", "domain_remove"));
	msi_remove_device_irq_domain(dev, MSI_DEFAULT_DOMAIN);
	object_free(store->machine, store);
	return 0;
}
