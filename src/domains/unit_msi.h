/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_UNIT_MSI_H
#define IRQLAB_DOMAINS_UNIT_MSI_H

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/*
 * Interrupts of remapping units themselves: faults and logs. Nobody remaps them;
 * their message has 32-bit destinations and lies in registers of the unit.
 *
 * VT-d: domain and chip "DMAR-MSI", hwirq the unit's number, registers FECTL,
 * FEDATA, FEADDR, FEUADDR (VT-d, 11.4.7).
 * AMD-Vi with 32-bit destinations: domain "AMD-Vi-MSI", chip "IOMMU-MSI", hwirq
 * the offset of one of three registers (AMD IOMMU specification, MMIO 0170h to
 * 0180h): event log, peripheral page requests, guest log.
 */
enum amd_unit_interrupt { AMD_INT_EVENT = 0x170, AMD_INT_PPR = 0x178, AMD_INT_GA = 0x180 };

/*
 * Allocates one; the domain is made with the first. Returns the irq, or -EEXIST
 * (there is one), -ENOMEM, or what the root returned.
 */
int dmar_alloc_irq(struct machine *m, struct irq_domain *root, unsigned unit, uint64_t registers);
int amd_iommu_alloc_irq(struct machine *m, struct irq_domain *root, uint64_t registers,
			enum amd_unit_interrupt which);

/* Gives the level of a loaded irq of such a domain its state. -ENOMEM. */
int unit_msi_load_irq(struct irq_data *d, uint64_t registers);
/* The domain of that name, made if it is not there. NULL: not one of these names, or -ENOMEM. */
struct irq_domain *unit_msi_domain(struct machine *m, struct irq_domain *root, const char *name);
bool unit_msi_is_domain(const struct irq_domain *domain);

#endif
