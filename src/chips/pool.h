/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CHIPS_POOL_H
#define IRQLAB_CHIPS_POOL_H

#include "chips/pci.h"

/* What pools and the logical functions that draw from them share. */

/* The pool behind a cookie; NULL, with a warning, for a bad one. */
struct ims_store *pool_get(struct machine *m, irq_pool_t cookie, struct pci_dev **pdev);
unsigned pool_size(const struct pci_dev *pdev, const struct ims_store *store);
struct msi_map pool_alloc(struct pci_dev *pdev, struct ims_store *store, unsigned first,
			  unsigned last, uint64_t icookie, const struct irq_affinity_desc *affdesc);
/* Frees an interrupt that belongs to the owner, a logical function's number or 0. */
int pool_free(struct pci_dev *pdev, const struct ims_store *store, struct msi_map map,
	      uint32_t owner);
/* Has a handler, with a warning: the driver must free that first. */
bool pool_irq_in_use(struct machine *m, unsigned irq);
/* All pools of the device that have no handler. */
void pools_destroy_idle(struct pci_dev *pdev);

/* Is the pool drawn from? */
bool logical_functions_use(const struct pci_dev *pdev, irq_pool_t pool);
/* Those of the device are no more; what they owned is the pool's. */
void logical_functions_forget(struct pci_dev *pdev);

#endif
