/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_FWSPEC_H
#define IRQLAB_PROVIDER_FWSPEC_H

#include <irqlab/provider/software.h>

/* Lines, as firmware describes them: wires of devices to a controller, or to a bridge. */

#define IRQ_DOMAIN_IRQ_SPEC_PARAMS 16
struct irq_fwspec {
	const char *fwnode; /* of the controller that it goes to */
	uint32_t param_count;
	uint32_t param[IRQ_DOMAIN_IRQ_SPEC_PARAMS]; /* cells; mostly number and trigger */
};

/*
 * The irq of a line: the one that it is mapped to already, unless that has another
 * trigger (warning MAPPING_REFUSED), or a new one, which then has that trigger. 0:
 * no domain has that fwnode, the domain can't translate it, or none was to be had.
 * irq_dispose_mapping() takes it back.
 */
unsigned irq_create_fwspec_mapping(struct machine *m, const struct irq_fwspec *fwspec);
/* A translate callback: the cells are hwirq and trigger. -EINVAL: there are not so many. */
int irq_domain_translate_twocell(struct irq_domain *domain, const struct irq_fwspec *fwspec,
				 uint64_t *hwirq, unsigned *type);

/*
 * A line of a bridge (bus token WIRED_TO_MSI, the device's default domain) as one of
 * its MSIs: the lowest free index, with instance cookie type << 32 | hwirq. The irq,
 * or -EINVAL (no such domain), -EBUSY (as many are mapped as there are lines), or
 * what the allocation returned.
 */
int msi_device_domain_alloc_wired(struct irq_domain *domain, uint64_t hwirq, unsigned type);
/* The line has no irq any more. */
void msi_device_domain_free_wired(struct irq_domain *domain, unsigned virq);

#endif
