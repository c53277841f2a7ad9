/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CPUMASK_H
#define IRQLAB_CPUMASK_H

#include <irqlab/machine.h>

/*
 * Sets of CPUs. A set is interned: immutable, shared, and equal to another one
 * of its machine exactly when the pointers are equal. CPUs are numbered from 0;
 * at most CPUMASK_MAX_CPUS of them. Making a set cannot fail: the sets of a
 * machine live in a table that does not count as an allocation of the model.
 */
#define CPUMASK_MAX_CPUS 4096

struct cpumask {
	uint32_t weight; /* CPUs in the set */
	uint32_t first;	 /* the lowest; CPUMASK_MAX_CPUS if empty */
	uint32_t words;	 /* 64-bit words that follow; bits beyond are 0 */
	uint32_t reserved;
	uint64_t bits[];
};

/* No CPU, and one alone; none for a CPU ≥ CPUMASK_MAX_CPUS. */
const struct cpumask *cpumask_none(struct machine *m);
const struct cpumask *cpumask_of(struct machine *m, unsigned cpu);
/* CPUs first … last, inclusive. first > last: the empty set. */
const struct cpumask *cpumask_range(struct machine *m, unsigned first, unsigned last);
/* words may be 0; bits beyond CPUMASK_MAX_CPUS are dropped. */
const struct cpumask *cpumask_from_bits(struct machine *m, const uint64_t *bits, unsigned words);
const struct cpumask *cpumask_and(struct machine *m, const struct cpumask *a,
				  const struct cpumask *b);
const struct cpumask *cpumask_or(struct machine *m, const struct cpumask *a,
				 const struct cpumask *b);
const struct cpumask *cpumask_andnot(struct machine *m, const struct cpumask *a,
				     const struct cpumask *b);
const struct cpumask *cpumask_with(struct machine *m, const struct cpumask *a, unsigned cpu);
const struct cpumask *cpumask_without(struct machine *m, const struct cpumask *a, unsigned cpu);

/*
 * A list such as "0,2-3,7" ("" is the empty set). NULL if it is malformed or
 * names a CPU ≥ CPUMASK_MAX_CPUS.
 */
const struct cpumask *cpumask_parse(struct machine *m, const char *list);
/* The same list back, NUL-terminated; returns the length it needs without the NUL. */
size_t cpumask_print(const struct cpumask *mask, char *buf, size_t size);

static inline bool cpumask_test(const struct cpumask *a, unsigned cpu)
{
	return cpu / 64 < a->words && (a->bits[cpu / 64] >> (cpu % 64) & 1);
}
static inline bool cpumask_empty(const struct cpumask *a)
{
	return a->weight == 0;
}
static inline unsigned cpumask_first(const struct cpumask *a)
{
	return a->first;
}
static inline unsigned cpumask_weight(const struct cpumask *a)
{
	return a->weight;
}
/* The lowest CPU of the set ≥ from; CPUMASK_MAX_CPUS if there is none. */
static inline unsigned cpumask_next(const struct cpumask *a, unsigned from)
{
	for (unsigned w = from / 64; w < a->words; w++) {
		uint64_t bits = a->bits[w];

		if (w == from / 64)
			bits &= ~UINT64_C(0) << (from % 64);
		if (bits)
			return w * 64 + (unsigned)__builtin_ctzll(bits);
	}
	return CPUMASK_MAX_CPUS;
}
#define for_each_cpu(cpu, mask)                                                                    \
	for (unsigned cpu = cpumask_first(mask); cpu < CPUMASK_MAX_CPUS;                           \
	     cpu = cpumask_next(mask, cpu + 1))

/* The empty set is a subset of all, and intersects none. */
bool cpumask_subset(const struct cpumask *a, const struct cpumask *of);
bool cpumask_intersects(const struct cpumask *a, const struct cpumask *b);

#endif
