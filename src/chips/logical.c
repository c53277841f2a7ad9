/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pool.h"

#include <irqlab/provider/layer.h>

/*
 * Logical functions: slices of a device that are no devices. They have no
 * requester and no domain, only a place in a pool and the value by which the
 * device tells them apart. What they own is noted in the descriptors.
 */

struct logical_function {
	struct logical_function *next;
	const struct pci_dev *pdev;
	uint32_t number; /* of the device's, from 1; not used again */
	irq_pool_t pool;
	uint64_t instance;
};

static void logical_digest(const void *object, struct digest *d)
{
	const struct logical_function *f = object;

	digest_u64(d, (uint64_t)f->pdev->dev.id << 32 | f->number);
	digest_u64(d, f->pool);
	digest_u64(d, f->instance);
}
static const struct object_type logical_type = {"logical-function", logical_digest};

/* ---- cookies: { type:8, device:24, check:16, number:16 } ---- */

#define COOKIE_TYPE	UINT64_C(0x60)
#define COOKIE_NUMBER	UINT16_MAX
#define CHECK_OF_DEVICE 0x9e35u
#define CHECK_OF_NUMBER 0x6d2bu

static logical_function_t make_cookie(const struct pci_dev *pdev, uint32_t number)
{
	uint16_t check = (uint16_t)(pdev->dev.id * CHECK_OF_DEVICE + number * CHECK_OF_NUMBER);

	return COOKIE_TYPE << 56 | (uint64_t)(pdev->dev.id & 0xffffff) << 32 |
	       (uint64_t)check << 16 | number;
}

static struct logical_function *find(struct machine *m, logical_function_t cookie,
				     struct pci_dev **pdev)
{
	struct logical_function *f;

	*pdev = to_pci_dev(device_by_id(m, cookie >> 32 & 0xffffff));
	for (f = *pdev ? (*pdev)->logical : NULL; f; f = f->next)
		if (make_cookie(*pdev, f->number) == cookie)
			return f;
	return NULL;
}

/* NULL, with a warning: it is no logical function's, or its pool is gone. */
static struct logical_function *get(struct machine *m, logical_function_t cookie,
				    struct pci_dev **pdev, struct ims_store **store)
{
	struct logical_function *f = find(m, cookie, pdev);

	if (WARN_IF(m, !f, COOKIE_MISUSE, 0))
		return NULL;
	*store = pool_get(m, f->pool, pdev);
	return *store ? f : NULL;
}

/* ---- making ---- */

static bool instance_is_taken(const struct pci_dev *pdev, irq_pool_t pool, uint64_t instance)
{
	for (const struct logical_function *f = pdev->logical; f; f = f->next)
		if (f->pool == pool && f->instance == instance)
			return true;
	return false;
}

static int check_new(struct device *parent, irq_pool_t pool, uint64_t instance)
{
	struct machine *m = parent->machine;
	struct pci_dev *pdev;
	const struct ims_store *store;

	if (machine_poisoned(m))
		return -EIO;
	store = pool_get(m, pool, &pdev);
	if (!store || WARN_IF(m, &pdev->dev != parent, COOKIE_MISUSE, 0) ||
	    instance > store->cookie_max)
		return -EINVAL;
	if (instance_is_taken(pdev, pool, instance))
		return -EBUSY;
	return pdev->logical_made == COOKIE_NUMBER ? -ENOSPC : 0;
}

logical_function_t logical_function_create(struct device *parent, irq_pool_t pool,
					   uint64_t instance, int *error)
{
	struct pci_dev *pdev = to_pci_dev(parent);
	struct logical_function *f = NULL;
	int err;

	if (layer_refuses(parent->machine, NOT_FOR_CHIPS)) {
		if (error)
			*error = -EPERM;
		return 0;
	}
	layer_runs(parent->machine, LAYER_CORE);

	err = check_new(parent, pool, instance);
	if (!err) {
		f = object_alloc(parent->machine, &logical_type, sizeof(*f));
		err = f ? 0 : -ENOMEM;
	}
	if (error)
		*error = err;
	if (err)
		return 0;
	touch(parent->machine, pdev);
	*f = (struct logical_function){pdev->logical, pdev, ++pdev->logical_made, pool, instance};
	pdev->logical = f;
	return make_cookie(pdev, f->number);
}

/* ---- its interrupts ---- */

static struct msi_map alloc(struct machine *m, logical_function_t cookie, unsigned first,
			    unsigned last, const struct irq_affinity_desc *affdesc)
{
	const struct logical_function *f;
	struct ims_store *store;
	struct pci_dev *pdev;
	struct msi_desc *desc;
	struct msi_map map;

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return (struct msi_map){.index = -EPERM};
	layer_runs(m, LAYER_CORE);

	f = get(m, cookie, &pdev, &store);
	if (!f)
		return (struct msi_map){.index = -EINVAL};
	if (last == MSI_ANY_INDEX)
		last = pool_size(pdev, store) - 1;
	map = pool_alloc(pdev, store, first, last, f->instance, affdesc);
	if (map.index < 0)
		return map;
	msi_lock_descs(&pdev->dev);
	desc = msi_domain_desc(&pdev->dev, store->domid, (unsigned)map.index);
	touch(m, desc);
	desc->owner = f->number;
	msi_unlock_descs(&pdev->dev);
	return map;
}

struct msi_map logical_function_alloc_irq(struct machine *m, logical_function_t function,
					  const struct irq_affinity_desc *affdesc)
{
	return alloc(m, function, 0, MSI_ANY_INDEX, affdesc);
}

struct msi_map logical_function_alloc_irq_at(struct machine *m, logical_function_t function,
					     unsigned index,
					     const struct irq_affinity_desc *affdesc)
{
	if (index == MSI_ANY_INDEX)
		return logical_function_alloc_irq(m, function, affdesc);
	return alloc(m, function, index, index, affdesc);
}

int logical_function_free_irq(struct machine *m, logical_function_t function, struct msi_map map)
{
	const struct logical_function *f;
	struct ims_store *store;
	struct pci_dev *pdev;

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	f = get(m, function, &pdev, &store);
	return f ? pool_free(pdev, store, map, f->number) : -EINVAL;
}

/* ---- and its end ---- */

static bool any_in_use(struct pci_dev *pdev, const struct ims_store *store, uint32_t owner)
{
	const struct msi_desc *desc;
	bool in_use = false;

	msi_for_each_desc (desc, &pdev->dev, store->domid, MSI_DESC_ASSOCIATED)
		if (desc->owner == owner)
			in_use |= pool_irq_in_use(pdev->dev.machine, desc->irq);
	return in_use;
}

static void free_owned(struct pci_dev *pdev, const struct ims_store *store, uint32_t owner)
{
	const struct msi_desc *desc;

	msi_for_each_desc (desc, &pdev->dev, store->domid, MSI_DESC_ASSOCIATED)
		if (desc->owner == owner)
			msi_domain_free_irqs_range_locked(&pdev->dev, store->domid, desc->msi_index,
							  desc->msi_index);
}

static void unlink_function(struct pci_dev *pdev, struct logical_function *f)
{
	struct machine *m = pdev->dev.machine;

	if (pdev->logical == f) {
		touch(m, pdev);
		pdev->logical = f->next;
	} else {
		struct logical_function *newer = pdev->logical;

		while (newer->next != f)
			newer = newer->next;
		touch(m, newer);
		newer->next = f->next;
	}
	object_free(m, f);
}

int logical_function_destroy(struct machine *m, logical_function_t function)
{
	struct logical_function *f;
	struct ims_store *store;
	struct pci_dev *pdev;
	bool in_use;

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	f = get(m, function, &pdev, &store);
	if (!f)
		return -EINVAL;
	msi_lock_descs(&pdev->dev);
	in_use = any_in_use(pdev, store, f->number);
	if (!in_use)
		free_owned(pdev, store, f->number);
	msi_unlock_descs(&pdev->dev);
	if (in_use)
		return -EBUSY;
	unlink_function(pdev, f);
	return 0;
}

bool logical_functions_use(const struct pci_dev *pdev, irq_pool_t pool)
{
	for (const struct logical_function *f = pdev->logical; f; f = f->next)
		if (f->pool == pool)
			return true;
	return false;
}

void logical_functions_forget(struct pci_dev *pdev)
{
	while (pdev->logical)
		unlink_function(pdev, pdev->logical);
}
