/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_ITS_H
#define IRQLAB_DOMAINS_ITS_H

#include <irqlab/provider/software.h>

/*
 * The software of an ITS (Arm IHI 0069, chapter 5): the MSI parent between devices
 * and LPIs. A device has a block of events, each event an LPI; where it goes is
 * changed by commands in a queue, and the message never changes.
 *
 * Every command is four writes to the queue's memory; after a write to CWRITER
 * the unit has carried out what is in it.
 */

struct its_config {
	const char *name;   /* of the domain; NULL: ":intc@8000000:its@8080000" */
	const char *object; /* of its memory, for readers of the tape; NULL: "its" */
	uint64_t registers; /* bus address of the first frame */
	int32_t node;	    /* NUMA; −1: none */
};

/*
 * Makes tables and queue, programs the unit, enables it and maps a collection for
 * each online CPU. The machine must have a GICv3 with LPIs. The tape shows commands
 * as <object>.cmd[slot].dw0 to .dw3. NULL: out of memory, or no such GIC.
 */
struct irq_domain *its_domain_create(struct machine *m, const struct its_config *config);

/* ---- a given state ---- */

/*
 * A device that is known already: its ITT has 1 << event_bits events, its LPIs are
 * nr from `first`. -EINVAL (known, or numbers that are not free), -ENOMEM.
 */
int its_load_device(struct irq_domain *domain, uint32_t device_id, unsigned event_bits,
		    uint32_t first, uint32_t nr);
/*
 * The ITS level of a loaded irq, whose hwirq is its LPI; it goes to the CPU of its
 * effective affinity. -EINVAL: no device has the LPI, or its event is taken.
 */
int its_load_irq(struct irq_data *d);
/*
 * When the device's irqs are loaded the ITS is told: MAPD, MAPTI for each that is
 * activated, INV for each that is not masked.
 */
void its_load_commands(struct irq_domain *domain, uint32_t device_id);

/* ---- looking ---- */

bool its_is_domain(const struct irq_domain *domain);

struct its_device_info {
	uint32_t device_id, first_lpi, nr_lpis, events; /* entries of the ITT */
	uint32_t taken; /* events that are taken, with leaked ones */
	bool shared;
	uint64_t itt; /* its address */
};
/* False: the device is not known to that ITS. */
bool its_device_info(const struct irq_domain *domain, uint32_t device_id,
		     struct its_device_info *out);

struct its_irq_info {
	uint32_t device_id, event;
	uint16_t collection; /* where it goes, or went last */
};
/* False: no such irq, or it has no level of an ITS. */
bool its_irq_info(const struct machine *m, unsigned irq, struct its_irq_info *out);
/* What an ITS knows the device by (its requester above all bridges). */
uint32_t its_device_id(const struct device *dev);

#endif
