/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_XEN_H
#define IRQLAB_DOMAINS_XEN_H

#include <irqlab/provider/software.h>

/*
 * A guest of Xen: one domain for all PCI functions, which hands each batch to the
 * hypervisor as a whole. An interrupt is an event channel; messages and mask bits
 * are the hypervisor's, so that nothing is written to the function from here.
 */
struct xen_config {
	uint64_t calls;	    /* 64 KiB a requester id: map, unmap, restore */
	uint64_t events;    /* 16 bytes an interrupt: bind, mask */
	uint64_t pending;   /* 8 bytes a CPU: the next event */
	uint32_t nr_events; /* all of them are below */
	bool multi;	    /* the initial domain: blocks for MSI */
};
/* NULL: out of memory. */
struct irq_domain *xen_create(struct machine *m, const struct xen_config *config);

#endif
