/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_VIEWS_COUNTS_H
#define IRQLAB_VIEWS_COUNTS_H

#include <irqlab/machine.h>

struct handler_counts {
	unsigned nr_irqs, nr_cpus;
	uint32_t *count; /* [irq * nr_cpus + cpu]; free() it; NULL: no memory */
};
struct handler_counts count_handlers(struct machine *m);

#endif
