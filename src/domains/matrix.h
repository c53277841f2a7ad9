/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_MATRIX_H
#define IRQLAB_DOMAINS_MATRIX_H

#include <irqlab/cpumask.h>
#include <irqlab/provider/object.h>
#include <irqlab/topology.h>

/*
 * The matrix allocator: bits (vectors, identities) per CPU, from a window that
 * is the same on all of them. It serves any root whose CPUs have small
 * interrupt number spaces of their own. Nothing here writes to the bus.
 *
 * An ordinary bit is taken on the CPU with most room, ties to the lowest
 * number. A managed bit is set aside first, on every CPU of a mask, and taken
 * later on the CPU that uses the fewest of them, ties to the highest number.
 */
#define IRQ_MATRIX_BITS	    256 /* of a small one, and of a recorded state */
#define IRQ_MATRIX_MAX_BITS 2048

struct irq_matrix;

/*
 * Bits first … last (inclusive, below IRQ_MATRIX_MAX_BITS) on CPUs 0 … nr_cpus − 1,
 * all offline. `id` tells several of them in one machine apart. NULL: -ENOMEM,
 * or an empty window.
 */
struct irq_matrix *irq_matrix_create(struct machine *m, uint32_t id, uint32_t nr_cpus,
				     uint32_t first, uint32_t last);
void irq_matrix_destroy(struct irq_matrix *x); /* NULL is permitted */

/* Poisons the machine if the CPU is online (offline) already. */
void irq_matrix_online(struct irq_matrix *x, unsigned cpu);
void irq_matrix_offline(struct irq_matrix *x, unsigned cpu);

/*
 * A bit that is nobody's to allocate. `replace`: it was assigned on `cpu`
 * before. Poisons the machine once a second CPU was online, or any without
 * `replace`.
 */
void irq_matrix_assign_system(struct irq_matrix *x, unsigned cpu, unsigned bit, bool replace);
/* Marks a bit on one CPU as taken. Warns MATRIX_BAD_BIT: outside the window, or taken. */
void irq_matrix_assign(struct irq_matrix *x, unsigned cpu, unsigned bit);

/* Promises one bit, anywhere. More than there is: warning MATRIX_OVERCOMMIT, never an error. */
void irq_matrix_reserve(struct irq_matrix *x);
void irq_matrix_remove_reserved(struct irq_matrix *x);

/*
 * A bit on one of the CPUs; `reserved` cashes in a promise. Returns it and the
 * CPU; -EINVAL for an empty mask, -ENOSPC.
 */
int irq_matrix_alloc(struct irq_matrix *x, const struct cpumask *mask, bool reserved,
		     unsigned *cpu);
/* Warns MATRIX_BAD_BIT and does nothing for a bit that isn't taken. */
void irq_matrix_free(struct irq_matrix *x, unsigned cpu, unsigned bit, bool managed);

/*
 * One bit aside on each of the CPUs, online or not. 0, or -ENOSPC and nothing changed.
 * bits: which ones, in the order of the CPUs, for the call below; NULL: who cares.
 */
int irq_matrix_reserve_managed(struct irq_matrix *x, const struct cpumask *mask, uint16_t *bits);
/*
 * Undoes it. Without `bits`, or if the bit is another's by now, the lowest spare one of the CPU
 * goes. Warns MATRIX_BAD_BIT on a CPU that has none left.
 */
void irq_matrix_remove_managed(struct irq_matrix *x, const struct cpumask *mask,
			       const uint16_t *bits);
/* Takes one that was set aside. As irq_matrix_alloc(). */
int irq_matrix_alloc_managed(struct irq_matrix *x, const struct cpumask *mask, unsigned *cpu);

/* Room on all online CPUs, without `leaving` (a CPU that is about to go; -1: none). */
uint32_t irq_matrix_available(const struct irq_matrix *x, int leaving);
uint32_t irq_matrix_reserved(const struct irq_matrix *x);
/* Ordinary bits taken on the CPU. */
uint32_t irq_matrix_allocated(const struct irq_matrix *x, unsigned cpu);

/* ---- looking, and starting in a given state ---- */

struct irq_matrix_totals {
	uint32_t window_first, window_last;
	uint32_t global_available, global_reserved, total_allocated, online_maps, system_in_window;
	uint64_t system_bits[4]; /* the first IRQ_MATRIX_BITS */
	uint32_t nr_cpus;
};
struct irq_matrix_totals irq_matrix_totals(const struct irq_matrix *x);
/* Somebody has the bit on that CPU. */
bool irq_matrix_taken(const struct irq_matrix *x, unsigned cpu, unsigned bit);
/* False: no such CPU. *initialized: it was online once. Bits: the first IRQ_MATRIX_BITS. */
bool irq_matrix_cpu(const struct irq_matrix *x, unsigned cpu, struct matrix_cpu_record *out,
		    bool *initialized);
/* Takes over all counters and bits of a recorded state. -EINVAL: a CPU or a window that is not
 * ours. */
int irq_matrix_load(struct irq_matrix *x, const struct start_state *start);

#endif
