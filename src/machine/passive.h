/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_MACHINE_PASSIVE_H
#define IRQLAB_MACHINE_PASSIVE_H

#include <irqlab/provider/software.h>

/*
 * A domain that only holds interrupts that existed before the first operation,
 * for levels that irqlab has no model of. Its interrupts follow their parent in
 * everything, and nothing is ever allocated in it.
 */

/* The domain of that name above `parent` (NULL: none), made if it is not there. NULL: no memory. */
struct irq_domain *passive_domain(struct machine *m, const char *name, struct irq_domain *parent);
/* A chip that forwards to its parent. NULL: no memory. */
const struct irq_chip *passive_chip(struct machine *m, const char *name, bool has_parent);

#endif
