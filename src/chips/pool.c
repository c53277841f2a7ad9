/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pool.h"

#include <stdio.h>

/*
 * Pools: one domain for each message store of a device. A cookie names the
 * device, the store and how many pools that store had, so each use is checked.
 */

enum { POOL_TYPE_BASE = 0x50 }; /* type of a cookie: this and enum irq_pool_kind */

#define POOL_TYPE(cookie)	((unsigned)((cookie) >> 56))
#define POOL_DEVICE(cookie)	((uint32_t)((cookie) >> 32) & 0xffffff)
#define POOL_GENERATION(cookie) ((uint16_t)((cookie) >> 16))
#define POOL_STORE(cookie)	((uint16_t)(cookie))

static const char *const fault_texts[] = {
#define POOL_FAULT_TEXT(id, text) text,
	IRQ_POOL_FAULTS(POOL_FAULT_TEXT)
#undef POOL_FAULT_TEXT
};

const char *irq_pool_fault_text(enum irq_pool_fault fault)
{
	return (unsigned)fault < NR_IRQ_POOL_FAULTS ? fault_texts[fault] : "";
}

/*
 * Stores count from numbers that lie far apart, so that another's cookie is told
 * from an old one; the factors are inverse to each other modulo 65,536.
 */
#define GENERATION_SPREAD 0x9e35u
#define GENERATION_GATHER 0x441du
#define GENERATION_AGES	  64 /* of another store, that are looked for */

static uint16_t first_generation(const struct pci_dev *pdev, unsigned store)
{
	return (uint16_t)((pdev->dev.id * DEVICE_MAX_STORES + store) * GENERATION_SPREAD);
}

static irq_pool_t make_cookie(const struct pci_dev *pdev, unsigned store)
{
	uint16_t generation = (uint16_t)(first_generation(pdev, store) + pdev->store[store].pools);

	return (uint64_t)(POOL_TYPE_BASE + pdev->store[store].kind) << 56 |
	       (uint64_t)(pdev->dev.id & 0xffffff) << 32 | (uint64_t)generation << 16 | store;
}

/* ---- checks ---- */

/* Was it given out for a store of some device that still is there? */
static bool belongs_to_another(struct machine *m, irq_pool_t cookie)
{
	for (unsigned age = 1; age <= GENERATION_AGES; age++) {
		uint16_t place = (uint16_t)((POOL_GENERATION(cookie) - age) * GENERATION_GATHER);
		unsigned store = place % DEVICE_MAX_STORES;
		struct pci_dev *owner = to_pci_dev(device_by_id(m, place / DEVICE_MAX_STORES));

		if (owner && store < owner->nr_stores && age <= owner->store[store].pools)
			return true;
	}
	return false;
}

static enum irq_pool_fault check_pool(struct machine *m, irq_pool_t cookie, struct pci_dev **pdev,
				      struct ims_store **store)
{
	unsigned number = POOL_STORE(cookie);
	uint16_t age;

	if (!cookie)
		return IRQ_POOL_NO_COOKIE;
	if (POOL_TYPE(cookie) < POOL_TYPE_BASE || POOL_TYPE(cookie) > POOL_TYPE_BASE + 1u)
		return IRQ_POOL_WRONG_TYPE;
	*pdev = to_pci_dev(device_by_id(m, POOL_DEVICE(cookie)));
	if (!*pdev)
		return IRQ_POOL_NO_DEVICE;
	if (number >= (*pdev)->nr_stores)
		return IRQ_POOL_FORGED;
	*store = &(*pdev)->store[number];
	if (cookie == make_cookie(*pdev, number) && (*store)->domid)
		return IRQ_POOL_GOOD;
	age = (uint16_t)(POOL_GENERATION(cookie) - first_generation(*pdev, number));
	if (age && age <= (*store)->pools)
		return POOL_TYPE(cookie) == (unsigned)(POOL_TYPE_BASE + (*store)->kind)
			       ? IRQ_POOL_STALE
			       : IRQ_POOL_WRONG_TYPE;
	return belongs_to_another(m, cookie) ? IRQ_POOL_FOREIGN : IRQ_POOL_FORGED;
}

/* The interrupt must be the owner's: a logical function's, or the driver's of the device. */
static enum irq_pool_fault check_map(struct pci_dev *pdev, const struct ims_store *store,
				     struct msi_map map, uint32_t owner)
{
	unsigned virq;

	if (map.index < 0 || map.virq <= 0 || (unsigned)map.index > MSI_MAX_INDEX)
		return IRQ_POOL_NO_MAP;
	virq = msi_domain_get_virq(&pdev->dev, store->domid, (unsigned)map.index);
	if (!virq)
		return IRQ_POOL_FREED_MAP;
	if (virq != (unsigned)map.virq ||
	    msi_peek_desc(&pdev->dev, store->domid, (unsigned)map.index)->owner != owner)
		return IRQ_POOL_FOREIGN_MAP;
	return IRQ_POOL_GOOD;
}

enum irq_pool_fault irq_pool_check(struct machine *m, irq_pool_t pool)
{
	struct ims_store *store;
	struct pci_dev *pdev;

	return check_pool(m, pool, &pdev, &store);
}

enum irq_pool_fault irq_pool_check_map(struct machine *m, irq_pool_t pool, struct msi_map map)
{
	struct ims_store *store;
	struct pci_dev *pdev;
	enum irq_pool_fault fault = check_pool(m, pool, &pdev, &store);

	layer_runs(m, LAYER_CORE);

	return fault ? fault : check_map(pdev, store, map, 0);
}

struct ims_store *pool_get(struct machine *m, irq_pool_t cookie, struct pci_dev **pdev)
{
	struct ims_store *store;

	if (WARN_IF(m, check_pool(m, cookie, pdev, &store), COOKIE_MISUSE, 0))
		return NULL;
	return store;
}

/* ---- making and unmaking ---- */

static bool parent_offers_ims(const struct pci_dev *pdev)
{
	return pci_msi_domain_supports(pdev, MSI_FLAG_PCI_IMS, DENY_LEGACY) ||
	       machine_switch(pdev->dev.machine, SWITCH_FORCE_PARENT_IMS);
}

static struct ims_store *find_store(struct pci_dev *pdev, enum irq_pool_kind kind, unsigned number)
{
	for (uint32_t i = 0; i < pdev->nr_stores; i++)
		if (pdev->store[i].kind == kind && !number--)
			return &pdev->store[i];
	return NULL;
}

static unsigned free_domid(struct device *dev)
{
	for (unsigned domid = MSI_DEFAULT_DOMAIN + 1; domid < MSI_MAX_DOMAINS; domid++)
		if (!msi_get_device_domain(dev, domid))
			return domid;
	return 0;
}

/* Stores of one kind are told apart by the names of their chips. */
static int create_domain(struct device *dev, struct ims_store *store, unsigned number,
			 unsigned domid, unsigned size)
{
	struct msi_domain_template template = *ims_store_ops(store)->template;
	char name[24];

	if (number) {
		snprintf(name, sizeof(name), "%s%u", template.chip.name, number);
		template.chip.name = name;
	}
	return msi_create_device_irq_domain(dev, domid, &template, size, store, NULL);
}

static int check_size(const struct ims_store *store, unsigned size)
{
	if (size > MSI_MAX_INDEX + 1)
		return -EINVAL;
	return store->kind == IRQ_POOL_IMS_TABLE && size > store->slots ? -EINVAL : 0;
}

static int pool_create(struct pci_dev *pdev, struct ims_store *store, unsigned number,
		       unsigned size)
{
	struct device *dev = &pdev->dev;
	unsigned domid;
	int err = check_size(store, size);

	if (err)
		return err;
	if (store->domid)
		return -EBUSY;
	domid = free_domid(dev);
	if (!domid)
		return -ENOSPC;
	err = create_domain(dev, store, number, domid, size ? size : store->slots);
	if (err)
		return err;
	touch(dev->machine, pdev);
	store->domid = (uint8_t)domid;
	store->pools++;
	return 0;
}

irq_pool_t irq_pool_create(struct device *dev, enum irq_pool_kind kind, unsigned store,
			   unsigned size, int *error)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	struct ims_store *found;
	int err = -ENODEV;

	if (!pdev || layer_refuses(dev->machine, NOT_FOR_CHIPS)) {
		if (error)
			*error = pdev ? -EPERM : -ENODEV;
		return 0;
	}
	layer_runs(dev->machine, LAYER_CORE);

	found = find_store(pdev, kind, store);
	if (machine_poisoned(dev->machine))
		err = -EIO;
	else if (found && dev->msi_domain && (dev->msi_domain->flags & IRQ_DOMAIN_FLAG_MSI_PARENT))
		err = parent_offers_ims(pdev) ? pool_create(pdev, found, store, size) : -ENOTSUPP;
	if (error)
		*error = err;
	return err ? 0 : make_cookie(pdev, (unsigned)(found - pdev->store));
}

bool pool_irq_in_use(struct machine *m, unsigned irq)
{
	return WARN_IF(m, irq_to_desc(m, irq)->action, FREE_WITH_ACTION, irq);
}

static void drop_domain(struct pci_dev *pdev, struct ims_store *store)
{
	msi_remove_device_irq_domain(&pdev->dev, store->domid);
	touch(pdev->dev.machine, pdev);
	store->domid = 0;
}

/* Frees all its interrupts, or none if some have a handler. */
static bool free_all(struct pci_dev *pdev, const struct ims_store *store)
{
	const struct msi_desc *desc;
	unsigned in_use = 0;

	msi_lock_descs(&pdev->dev);
	msi_for_each_desc (desc, &pdev->dev, store->domid, MSI_DESC_ASSOCIATED)
		in_use += pool_irq_in_use(pdev->dev.machine, desc->irq);
	if (!in_use)
		msi_domain_free_irqs_all_locked(&pdev->dev, store->domid);
	msi_unlock_descs(&pdev->dev);
	return !in_use;
}

void pools_destroy_idle(struct pci_dev *pdev)
{
	for (uint32_t i = 0; i < pdev->nr_stores; i++)
		if (pdev->store[i].domid && free_all(pdev, &pdev->store[i]))
			drop_domain(pdev, &pdev->store[i]);
}

int irq_pool_destroy(struct machine *m, irq_pool_t pool)
{
	struct pci_dev *pdev;
	struct ims_store *store = pool_get(m, pool, &pdev);

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	if (!store)
		return -EINVAL;
	if (logical_functions_use(pdev, pool) || !free_all(pdev, store))
		return -EBUSY;
	drop_domain(pdev, store);
	return 0;
}

/* ---- interrupts ---- */

unsigned pool_size(const struct pci_dev *pdev, const struct ims_store *store)
{
	struct irq_domain *domain =
		msi_get_device_domain((struct device *)&pdev->dev, store->domid);

	return msi_get_domain_info(domain)->hwsize;
}

struct msi_map pool_alloc(struct pci_dev *pdev, struct ims_store *store, unsigned first,
			  unsigned last, uint64_t icookie, const struct irq_affinity_desc *affdesc)
{
	const struct ims_ops *ops = ims_store_ops(store);
	struct machine *m = pdev->dev.machine;
	struct msi_map map;

	if (machine_poisoned(m))
		return (struct msi_map){.index = -EIO};
	if (icookie > store->cookie_max)
		return (struct msi_map){.index = -EINVAL};
	map = msi_domain_alloc_irq_at(&pdev->dev, store->domid, first, last, affdesc, icookie);
	if (map.index < 0 && ops->undo)
		ops->undo(m, store);
	if (store->prepared_slot) {
		touch(m, pdev);
		store->prepared_slot = 0;
		store->prepared_ctrl = 0;
	}
	return map;
}

struct msi_map irq_pool_alloc(struct machine *m, irq_pool_t pool, uint64_t icookie,
			      const struct irq_affinity_desc *affdesc)
{
	return irq_pool_alloc_at(m, pool, MSI_ANY_INDEX, icookie, affdesc);
}

struct msi_map irq_pool_alloc_at(struct machine *m, irq_pool_t pool, unsigned index,
				 uint64_t icookie, const struct irq_affinity_desc *affdesc)
{
	struct pci_dev *pdev;
	struct ims_store *store = pool_get(m, pool, &pdev);

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return (struct msi_map){.index = -EPERM};
	layer_runs(m, LAYER_CORE);

	if (!store)
		return (struct msi_map){.index = -EINVAL};
	if (index == MSI_ANY_INDEX)
		return pool_alloc(pdev, store, 0, pool_size(pdev, store) - 1, icookie, affdesc);
	return pool_alloc(pdev, store, index, index, icookie, affdesc);
}

struct msi_map irq_pool_alloc_range(struct machine *m, irq_pool_t pool, unsigned first,
				    unsigned last, uint64_t icookie,
				    const struct irq_affinity_desc *affdesc)
{
	struct pci_dev *pdev;
	struct ims_store *store = pool_get(m, pool, &pdev);

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return (struct msi_map){.index = -EPERM};
	layer_runs(m, LAYER_CORE);

	if (!store)
		return (struct msi_map){.index = -EINVAL};
	if (first > last || last >= pool_size(pdev, store))
		return (struct msi_map){.index = -ERANGE};
	return pool_alloc(pdev, store, first, last, icookie, affdesc);
}

int pool_free(struct pci_dev *pdev, const struct ims_store *store, struct msi_map map,
	      uint32_t owner)
{
	struct machine *m = pdev->dev.machine;
	unsigned index = (unsigned)map.index;

	if (WARN_IF(m, check_map(pdev, store, map, owner), COOKIE_MISUSE,
		    map.virq > 0 ? (uint64_t)map.virq : 0))
		return -EINVAL;
	if (pool_irq_in_use(m, (unsigned)map.virq))
		return -EBUSY;
	msi_domain_free_irqs_range(&pdev->dev, store->domid, index, index);
	return 0;
}

int irq_pool_free(struct machine *m, irq_pool_t pool, struct msi_map map)
{
	struct pci_dev *pdev;
	struct ims_store *store = pool_get(m, pool, &pdev);

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	return store ? pool_free(pdev, store, map, 0) : -EINVAL;
}
