/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_INVARIANTS_H
#define IRQLAB_INVARIANTS_H

#include <irqlab/device.h>

/*
 * What holds after every operation, whatever was done before:
 *
 * - each CPU's vectors add up, and the sums over the CPUs to the global counters
 *   (not where a matrix-drift switch says that Linux loses count);
 * - each vector that is taken belongs to one interrupt, as its present or its
 *   previous one, and the CPU's vector table says the same;
 * - no interrupt has both on one CPU; as many as have a reservation are reserved;
 * - a table entry that is present holds the vector and destination of its
 *   interrupt, and the unit has no other copy of it;
 * - an active LPI is mapped in the ITS's tables to the CPU of its interrupt, an inactive
 *   one is not, and each CPU's count of LPIs is right;
 * - a vCPU runs where the CPU says so, alone; what was posted to it is known to it, or it will
 *   look for it, or its CPU is about to be told;
 * - a device's message is the one that its descriptor remembers;
 * - no interrupt is lost (see below) without a word: a drop, or a fault;
 * - each interrupt of a device has all its levels, with one number on all, and
 *   leads back to its descriptor.
 *
 * Returns true, or false with the first violation in words. Writes nothing.
 */
bool machine_invariants(struct machine *m, char *violation, size_t size);

/*
 * An interrupt is lost when its device has sent a message, or latched its event
 * and sent it later, and no handler has begun since; edges may merge. It is not
 * lost while it waits somewhere: in the device (masked), in the CPU, or in the
 * descriptor of an interrupt that is disabled or being handled. What was never
 * sent (MSI-X off, no bus mastering), what came before there was a handler, and what
 * goes to a guest does not count; nor do lines.
 */
struct lost_interrupt {
	const char *device;
	enum raise_source source;
	unsigned store, index;
	unsigned irq;
	uint64_t sent_at; /* machine_steps() */
	bool unexplained; /* the tape has the message, and no drop or fault after it */
	char fate[64];	  /* of the message, as far as the tape tells */
};
/* *lost is filled in if it is; NULL is permitted. Writes nothing. */
bool machine_irq_lost(struct machine *m, unsigned irq, struct lost_interrupt *lost);
/* How many are, and the first `max` of them, by irq number. */
unsigned machine_lost(struct machine *m, struct lost_interrupt *list, unsigned max);

#endif
