/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/doorbell.h>
#include <domains/its_internal.h>
#include <domains/msi_lib.h>

/* The ITS as an MSI parent: what it must know of a device before its first event. */

#define MIN_OF_PLATFORM 32u /* events of a device on no bus */
#define MADE_DEVICE	1u  /* in flags: this batch was the first of its DeviceID */
#define MIN_OF_DEVICE_0 32u /* DeviceID 0 may stand for many */

/* ---- who sends ---- */

/* The last bridge that puts its own id in the place of the device's (towards the root). */
uint32_t its_device_id(const struct device *dev)
{
	uint16_t requester =
		dev->nr_alias ? dev->alias[dev->nr_alias - 1].requester : dev->requester;

	return (uint32_t)dev->segment << 16 | requester;
}

static bool same_alias(const struct device *a, const struct device *b)
{
	return b->nr_alias && its_device_id(a) == its_device_id(b);
}

/* What all functions that look like this one may ask for together. */
static uint32_t vectors_of_alias(const struct device *dev)
{
	uint32_t sum = 0;

	for (const struct device *other = device_first(dev->machine); other; other = other->next)
		if (same_alias(dev, other))
			sum += other->max_vectors;
	return sum;
}

static uint32_t power_of_two(uint32_t n)
{
	return UINT32_C(1) << order_of(n);
}

static uint32_t at_least(uint32_t n, uint32_t least)
{
	return n < least ? least : n;
}

/* ---- preparation: once a batch ---- */

/* A DeviceID that is known is shared by several requesters, or by several batches. */
static int prepare(struct its_unit *its, uint32_t device_id, uint32_t count, bool of_bridge,
		   msi_alloc_info_t *arg)
{
	struct machine *m = its->machine;
	struct its_device *dev;

	trace(m, its_msi_prepare, 0, count);
	lock_acquire(m, &its->device_lock);
	dev = its_find_device(its, device_id);
	arg->flags = dev ? 0 : MADE_DEVICE;
	if (!dev)
		dev = its_create_device(its, device_id, count);
	if (dev) {
		touch(m, dev);
		if (arg->flags & MADE_DEVICE)
			dev->of_bridge = of_bridge;
		else
			dev->joins++;
	}
	lock_release(m, &its->device_lock);
	arg->scratch[0] = (uintptr_t)dev;
	return dev ? 0 : -ENOMEM;
}

/* The device may be gone with its last event. */
static void forget_batch(struct its_unit *its, const msi_alloc_info_t *arg)
{
	struct its_device *dev = its_find_device(its, arg->devid);

	if (!dev)
		return;
	if (!(arg->flags & MADE_DEVICE)) {
		touch(its->machine, dev);
		dev->joins--;
	} else if (!dev->joins && its_device_is_empty(dev)) {
		its_free_device(dev);
	}
}

static void its_msi_unprepare(struct irq_domain *domain, struct device *dev,
			      const msi_alloc_info_t *arg)
{
	struct its_unit *its = domain->parent->host_data;
	struct machine *m = domain->machine;
	const struct its_device *left;

	lock_acquire(m, &its->device_lock);
	if (!machine_switch(m, SWITCH_ITS_DEVICE_STAYS))
		forget_batch(its, arg);
	left = its_find_device(its, arg->devid);
	lock_release(m, &its->device_lock);
	if (!left || its_device_is_empty(left)) /* nobody else's */
		doorbell_unprepare(dev, arg);
}

static int its_pci_msi_prepare(struct irq_domain *domain, struct device *dev, int nvec,
			       msi_alloc_info_t *arg)
{
	uint32_t device_id = its_device_id(dev);
	uint32_t count = at_least((uint32_t)nvec, msi_get_domain_info(domain)->hwsize);

	trace(domain->machine, its_pci_msi_prepare, 0, (uint64_t)nvec);
	*arg = (msi_alloc_info_t){.devid = device_id};
	if (dev->nr_alias)
		count = at_least(count, vectors_of_alias(dev));
	count = at_least(power_of_two(count), device_id ? 1 : MIN_OF_DEVICE_0);
	return prepare(domain->parent->host_data, device_id, count, dev->nr_alias, arg);
}

static int its_pmsi_prepare(struct irq_domain *domain, struct device *dev, int nvec,
			    msi_alloc_info_t *arg)
{
	trace(domain->machine, its_pmsi_prepare, 0, (uint64_t)nvec);
	*arg = (msi_alloc_info_t){.type = IRQ_ALLOC_PLATFORM_MSI, .devid = dev->msi_device_id};
	return prepare(domain->parent->host_data, dev->msi_device_id,
		       at_least(power_of_two((uint32_t)nvec), MIN_OF_PLATFORM), false, arg);
}

/* ---- as a parent of device domains ---- */

static bool its_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
				  struct irq_domain *msi_parent_domain,
				  struct msi_domain_info *info)
{
	if (!msi_lib_init_dev_msi_info(dev, domain, msi_parent_domain, info))
		return false;
	info->ops->msi_unprepare = its_msi_unprepare;
	switch (info->bus_token) {
	case DOMAIN_BUS_PCI_DEVICE_MSI:
	case DOMAIN_BUS_PCI_DEVICE_MSIX:
		info->ops->msi_prepare = its_pci_msi_prepare;
		return true;
	default:
		info->ops->msi_prepare = its_pmsi_prepare;
		return true;
	}
}

const struct msi_parent_ops its_msi_parent_ops = {
	.supported_flags = MSI_GENERIC_FLAGS_MASK | MSI_FLAG_PCI_MSIX | MSI_FLAG_MULTI_PCI_MSI,
	.required_flags =
		MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS | MSI_FLAG_PCI_MSI_MASK_PARENT,
	.bus_select_token = DOMAIN_BUS_NEXUS,
	.bus_select_mask = 1u << DOMAIN_BUS_PCI_MSI | 1u << DOMAIN_BUS_PLATFORM_MSI,
	.prefix = "ITS-",
	.init_dev_msi_info = its_init_dev_msi_info,
};
