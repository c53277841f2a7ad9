/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_PCI_H
#define IRQLAB_PROVIDER_PCI_H

#include <irqlab/provider/software.h>

/*
 * What a back end needs of PCI that serves functions without an MSI parent: an
 * architecture (struct msi_legacy_ops), or a global domain.
 */

/* Offset of the MSI capability in configuration space; 0: the device has none, or is not PCI. */
unsigned pci_msi_capability(const struct device *dev);

/*
 * Writes the message of the interrupt's descriptor to the function (to the
 * capability, or to its entry of the MSI-X table), and remembers it there.
 */
void pci_write_msi_msg(struct machine *m, unsigned irq, const struct msi_msg *msg);

/* For chips: the function's own mask bit. Nothing happens where it has none. */
void pci_msi_mask_irq(struct irq_data *d);
void pci_msi_unmask_irq(struct irq_data *d);

/*
 * A domain for all functions whose msi_domain it becomes, with names as
 * msi_create_irq_domain(). With MSI_FLAG_USE_DEF_DOM_OPS and _CHIP_OPS it fills in
 * what is the same for all of PCI: hwirq, message, mask. NULL: as there.
 */
struct irq_domain *pci_msi_create_irq_domain(struct machine *m, const char *name,
					     struct msi_domain_info *info,
					     struct irq_domain *parent);
/* The hwirq of an interrupt there: index, requester and segment in one number. */
uint64_t pci_msi_hwirq(const struct msi_desc *desc);

#endif
