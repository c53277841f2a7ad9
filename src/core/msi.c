/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"
#include "core/msi_internal.h"

#include <string.h>

/* What a device has: N domains, each with a descriptor store and an index space of its own. */

static uint64_t store_key(const struct device *dev, unsigned domid)
{
	return dev->key + domid;
}

static void device_data_digest(const void *object, struct digest *d)
{
	const struct msi_device_data *data = object;

	digest_u64(d, data->dev->key);
	for (unsigned domid = 0; domid < MSI_MAX_DOMAINS; domid++) {
		const struct msi_slot *slot = &data->slot[domid];

		digest_u64(d, slot->domain ? slot->domain->key : 0);
		digest_u64(d, xa_empty(&slot->store));
	}
}

static void msi_desc_digest(const void *object, struct digest *d)
{
	const struct msi_desc *desc = object;

	digest_u64(d, store_key(desc->dev, desc->domid));
	digest_u64(d, desc->msi_index);
	digest_u64(d, desc->irq);
	digest_u64(d, (uint64_t)desc->owner << 32 | desc->nvec_used);
	digest_u64(d, (uint64_t)desc->msg.address_hi << 32 | desc->msg.address_lo);
	digest_u64(d, desc->msg.data);
	digest_u64(d, desc->write_hook != NULL);
	for (unsigned i = 0; desc->affinity && i < desc->nvec_used; i++) {
		digest_mask(d, desc->affinity[i].mask);
		digest_u64(d, desc->affinity[i].is_managed);
	}
	digest_bytes(d, &desc->data, sizeof(desc->data));
}

static const struct object_type device_data_type = {"msi-device", device_data_digest};
static const struct object_type msi_desc_type = {"msi-desc", msi_desc_digest};

_Static_assert(sizeof(((struct msi_desc *)0)->data) == sizeof(((struct msi_desc *)0)->pci),
	       "both halves of the union are digested as one");

/* ---- the device's data ---- */

void dev_set_msi_domain(struct device *dev, struct irq_domain *domain)
{
	if (layer_refuses(dev->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return;
	touch(dev->machine, dev);
	dev->msi_domain = domain;
}

int msi_setup_device_data(struct device *dev)
{
	struct irq_domain *global = dev->msi_domain;
	struct msi_device_data *data;

	if (dev->msi)
		return 0;
	data = object_alloc(dev->machine, &device_data_type, sizeof(*data));
	if (!data)
		return -ENOMEM;
	data->dev = dev;
	data->mutex.sleeps = 1;
	data->mutex.name = "msi_descs";
	for (unsigned domid = 0; domid < MSI_MAX_DOMAINS; domid++) {
		data->slot[domid].store.machine = dev->machine;
		data->slot[domid].store.key = store_key(dev, domid);
	}
	/* A parent makes a domain for each device; one that does not is the device's own. */
	if (global && global->flags & IRQ_DOMAIN_FLAG_MSI &&
	    !(global->flags & IRQ_DOMAIN_FLAG_MSI_PARENT))
		data->slot[MSI_DEFAULT_DOMAIN].domain = global;
	touch(dev->machine, dev);
	dev->msi = data;
	return 0;
}

/* Descriptors that still have interrupts stay in memory: their interrupts lead to them. */
static bool empty_store(struct device *dev, struct msi_slot *slot)
{
	struct msi_desc *desc;
	bool clean = true;

	WARN_IF(dev->machine, !xa_empty(&slot->store), MSI_STORE_NOT_EMPTY, 0);
	for (unsigned index = 0; (desc = msi_slot_next(slot, &index, MSI_MAX_INDEX)); index++) {
		if (desc->irq)
			clean = false;
		else
			msi_erase_desc(desc);
	}
	xa_destroy(&slot->store);
	return clean;
}

bool msi_device_data_release(struct device *dev)
{
	struct msi_device_data *data = dev->msi;
	bool clean = true;

	if (!data)
		return true;
	touch(dev->machine, data);
	for (unsigned domid = 0; domid < MSI_MAX_DOMAINS; domid++) {
		struct msi_slot *slot = &data->slot[domid];

		if (msi_is_device_domain(slot->domain) && slot->domain->mapcount)
			clean = false;
		msi_remove_device_irq_domain(dev, domid);
		if (!empty_store(dev, slot))
			clean = false;
	}
	touch(dev->machine, dev);
	dev->msi = NULL;
	object_free(dev->machine, data);
	return clean;
}

void msi_lock_descs(struct device *dev)
{
	if (layer_refuses(dev->machine, NOT_FOR_DRIVERS))
		return;
	if (dev->msi)
		lock_acquire(dev->machine, &dev->msi->mutex);
}

void msi_unlock_descs(struct device *dev)
{
	if (dev->msi)
		lock_release(dev->machine, &dev->msi->mutex);
}

struct msi_slot *msi_locked_slot(struct device *dev, unsigned domid)
{
	if (!dev->msi || domid >= MSI_MAX_DOMAINS)
		return NULL;
	return lock_assert_held(dev->machine, &dev->msi->mutex) ? &dev->msi->slot[domid] : NULL;
}

struct irq_domain *msi_get_device_domain(struct device *dev, unsigned domid)
{
	return dev->msi && domid < MSI_MAX_DOMAINS ? dev->msi->slot[domid].domain : NULL;
}

struct msi_domain_info *msi_slot_info(const struct msi_slot *slot)
{
	return slot->domain ? msi_get_domain_info(slot->domain) : NULL;
}

unsigned msi_slot_size(const struct msi_slot *slot)
{
	const struct msi_domain_info *info = msi_slot_info(slot);

	return info ? info->hwsize : MSI_MAX_INDEX + 1;
}

bool msi_device_has_isolated_msi(struct device *dev)
{
	const struct irq_domain *domain = dev->msi_domain;
	const struct msi_legacy_ops *legacy = msi_legacy_ops(dev->machine);

	while (domain && !(domain->flags & IRQ_DOMAIN_FLAG_ISOLATED_MSI))
		domain = domain->parent;
	return domain || (legacy && legacy->isolates);
}

/* ---- descriptors ---- */

static struct msi_desc *make_desc(struct device *dev, unsigned domid, const struct msi_desc *init)
{
	size_t affinity = init->affinity ? init->nvec_used * sizeof(*init->affinity) : 0;
	struct msi_desc *desc =
		object_alloc(dev->machine, &msi_desc_type, sizeof(*desc) + affinity);

	if (!desc)
		return NULL;
	*desc = *init;
	desc->irq = 0;
	desc->dev = dev;
	desc->domid = (uint8_t)domid;
	if (init->affinity) {
		desc->affinity = (struct irq_affinity_desc *)(desc + 1);
		memcpy(desc->affinity, init->affinity, affinity);
	}
	return desc;
}

static int place_desc(struct msi_slot *slot, struct msi_desc *desc, unsigned index, unsigned last)
{
	unsigned size = msi_slot_size(slot);
	uint64_t free;

	if (index == MSI_ANY_INDEX) {
		index = 0;
		last = size - 1;
	}
	if (index > last || last >= size)
		return -ERANGE;
	if (xa_find_free(&slot->store, index, last, &free))
		return -EBUSY;
	desc->msi_index = (uint16_t)free;
	touch(desc->dev->machine, desc->dev->msi);
	return xa_store(&slot->store, free, desc);
}

int msi_domain_insert_msi_desc(struct device *dev, unsigned domid, const struct msi_desc *init,
			       unsigned index, unsigned last, struct msi_desc **out)
{
	struct msi_slot *slot = msi_locked_slot(dev, domid);
	struct msi_desc *desc;
	int ret;

	if (layer_refuses(dev->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return -EPERM;
	if (!slot)
		return -EINVAL;
	desc = make_desc(dev, domid, init);
	if (!desc)
		return -ENOMEM;
	step(dev->machine, STEP_RESOURCE, slot);
	ret = place_desc(slot, desc, index, last);
	if (ret) {
		object_free(dev->machine, desc);
		return ret;
	}
	if (out)
		*out = desc;
	return 0;
}

void msi_erase_desc(struct msi_desc *desc)
{
	struct machine *m = desc->dev->machine;
	struct msi_device_data *data = desc->dev->msi;

	step(m, STEP_RESOURCE, data);
	touch(m, data);
	xa_erase(&data->slot[desc->domid].store, desc->msi_index);
	if (!WARN_IF(m, desc->irq, MSI_STILL_ASSOCIATED, desc->irq))
		object_free(m, desc);
}

void msi_domain_free_msi_descs_locked(struct device *dev, unsigned domid)
{
	const struct msi_slot *slot = msi_locked_slot(dev, domid);
	struct msi_desc *desc;

	for (unsigned index = 0; slot && (desc = msi_slot_next(slot, &index, MSI_MAX_INDEX));
	     index++)
		if (!desc->irq)
			msi_erase_desc(desc);
}

struct msi_desc *msi_slot_next(const struct msi_slot *slot, unsigned *index, unsigned last)
{
	uint64_t at = *index;
	struct msi_desc *desc = xa_find(&slot->store, &at, last);

	if (desc)
		*index = (unsigned)at;
	return desc;
}

struct msi_desc *msi_domain_next_desc(struct device *dev, unsigned domid, unsigned *index,
				      enum msi_desc_filter filter)
{
	const struct msi_slot *slot = msi_locked_slot(dev, domid);
	struct msi_desc *desc;

	for (; slot && (desc = msi_slot_next(slot, index, MSI_MAX_INDEX)); ++*index)
		if (filter == MSI_DESC_ALL || (filter == MSI_DESC_ASSOCIATED) == (desc->irq != 0))
			return desc;
	return NULL;
}

struct msi_desc *msi_domain_desc(struct device *dev, unsigned domid, unsigned index)
{
	const struct msi_slot *slot = msi_locked_slot(dev, domid);

	return slot ? xa_load(&slot->store, index) : NULL;
}

unsigned msi_domain_get_virq(struct device *dev, unsigned domid, unsigned index)
{
	const struct msi_domain_info *info;
	const struct msi_desc *desc;
	unsigned virq = 0;

	if (WARN_IF(dev->machine, index > MSI_MAX_INDEX || domid >= MSI_MAX_DOMAINS, MSI_BAD_RANGE,
		    0))
		return 0;
	if (!dev->msi)
		return 0;
	msi_lock_descs(dev);
	info = msi_slot_info(&dev->msi->slot[domid]);
	if (info && info->ops->get_virq) {
		virq = info->ops->get_virq(dev, domid, index);
	} else {
		desc = msi_domain_desc(dev, domid, index);
		virq = desc ? desc->irq : 0;
	}
	msi_unlock_descs(dev);
	return virq;
}

const struct msi_desc *msi_peek_desc(const struct device *dev, unsigned domid, unsigned index)
{
	if (!dev->msi || domid >= MSI_MAX_DOMAINS)
		return NULL;
	return xa_load(&dev->msi->slot[domid].store, index);
}
