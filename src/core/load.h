/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CORE_LOAD_H
#define IRQLAB_CORE_LOAD_H

#include <irqlab/cpumask.h>
#include <irqlab/topology.h>

/*
 * Makes the descriptor of a recorded interrupt, with a handler that does
 * nothing if one was installed. Its levels are the caller's to add. -EINVAL
 * (unknown flow, number too large), -EEXIST, -ENOMEM.
 */
int irq_load_desc(struct machine *m, const struct irq_record *record);

struct irq_desc;
/* Name of the flow handler's function; also of one that was only loaded. */
const char *irq_desc_flow(const struct irq_desc *desc);

struct irq_domain;
/* Gives a loaded interrupt its levels, still empty. -EINVAL: no such irq, or it has them. -ENOMEM.
 */
int irq_domain_load_levels(struct irq_domain *domain, unsigned virq);
/* Enters its levels, now filled, in the reverse maps. -ENOMEM. */
int irq_domain_load_map(struct irq_domain *domain, unsigned virq);

/* The set of the CPUs listed. */
const struct cpumask *irq_load_mask(struct machine *m, const uint32_t *cpus, uint32_t nr);

#endif
