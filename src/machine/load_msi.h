/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_MACHINE_LOAD_MSI_H
#define IRQLAB_MACHINE_LOAD_MSI_H

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/*
 * The device domain of a recorded interrupt whose device is a PCI function of
 * the machine: made if it is not there. NULL: a level that nobody
 * models.
 */
struct irq_domain *load_msi_domain(struct machine *m, const struct irq_record *record);

/*
 * Gives a loaded irq the MSI descriptor of its record, and the device that owns
 * it: one of the machine's, or one that has nothing but its name. A PCI
 * function's capability is programmed to match. -ENOMEM, -EINVAL: the record
 * contradicts itself.
 */
int load_msi_desc(struct machine *m, const struct irq_record *record);

#endif
