/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CORE_MSI_INTERNAL_H
#define IRQLAB_CORE_MSI_INTERNAL_H

#include <irqlab/provider/software.h>

/* Private to the MSI core (msi.c, msi_domain.c, msi_alloc.c). */

struct msi_slot {	     /* one domain id of a device */
	struct xarray store; /* msi_index → msi_desc */
	struct irq_domain *domain;
};

struct msi_device_data {
	struct device *dev;
	struct lock mutex; /* of all below */
	struct msi_slot slot[MSI_MAX_DOMAINS];
};

/* The slot, with the mutex held; else NULL. Without it, it also warns LOCK_MISUSE. */
struct msi_slot *msi_locked_slot(struct device *dev, unsigned domid);
/* What the slot's domain says of itself; NULL: there is no domain. */
struct msi_domain_info *msi_slot_info(const struct msi_slot *slot);
/* Indexes from 0 that the slot's domain has; all of them if there is no domain. */
unsigned msi_slot_size(const struct msi_slot *slot);
/* The first descriptor at or after *index up to last; sets *index. NULL: none. */
struct msi_desc *msi_slot_next(const struct msi_slot *slot, unsigned *index, unsigned last);
/* Out of the store, and freed unless it still has an interrupt: then it stays in memory. */
void msi_erase_desc(struct msi_desc *desc);
/* Removes a domain that was created in an operation that then failed: its id is free again. */
void irq_domain_uncreate(struct irq_domain *domain);
static inline bool msi_is_device_domain(const struct irq_domain *domain)
{
	return domain && domain->flags & IRQ_DOMAIN_FLAG_MSI_DEVICE;
}

#endif
