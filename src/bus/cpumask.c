/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/*
 * Sets are values, so they are never taken back: a restore may leave sets that
 * nobody holds, but none can change or go away.
 */
#define TABLE_FIRST_SIZE 256u

struct draft { /* a set under construction */
	uint64_t bits[CPU_WORDS];
	unsigned words;
};

static uint64_t words_hash(const uint64_t *bits, unsigned words)
{
	return XXH3_64bits(bits, words * sizeof(*bits));
}

static void *mask_room(struct machine *m, size_t size)
{
	char *at = m->masks_next;

	if ((size_t)(m->masks_end - at) < size)
		return NULL;
	m->masks_next += size;
	return at;
}

static const struct cpumask **table_find(const struct cpumask **table, uint32_t size,
					 const uint64_t *bits, unsigned words)
{
	uint32_t at = (uint32_t)words_hash(bits, words) & (size - 1);

	for (;; at = (at + 1) & (size - 1)) {
		const struct cpumask *mask = table[at];

		if (!mask ||
		    (mask->words == words && !memcmp(mask->bits, bits, words * sizeof(*bits))))
			return &table[at];
	}
}

static bool table_grow(struct machine *m)
{
	uint32_t size = m->max_masks ? m->max_masks * 2 : TABLE_FIRST_SIZE;
	const struct cpumask **grown = calloc(size, sizeof(*grown));

	if (!grown)
		return false;
	for (uint32_t i = 0; i < m->max_masks; i++) {
		const struct cpumask *mask = m->mask_table[i];

		if (mask)
			*table_find(grown, size, mask->bits, mask->words) = mask;
	}
	free(m->mask_table);
	m->mask_table = grown;
	m->max_masks = size;
	return true;
}

static const struct cpumask *mask_new(struct machine *m, const uint64_t *bits, unsigned words)
{
	struct cpumask *mask = mask_room(m, sizeof(*mask) + words * sizeof(*bits));

	if (!mask)
		return NULL;
	mask->words = words;
	mask->weight = 0;
	mask->first = CPUMASK_MAX_CPUS;
	for (unsigned i = words; i-- > 0;) {
		mask->bits[i] = bits[i];
		if (!bits[i])
			continue;
		mask->weight += (unsigned)__builtin_popcountll(bits[i]);
		mask->first = i * 64 + (unsigned)__builtin_ctzll(bits[i]);
	}
	return mask;
}

/* Trailing zero words are cut off, so that equal sets look equal. */
static const struct cpumask *intern(struct machine *m, const uint64_t *bits, unsigned words)
{
	const struct cpumask **place;

	while (words && !bits[words - 1])
		words--;
	if (!words)
		return m->mask_none;
	place = table_find(m->mask_table, m->max_masks, bits, words);
	if (*place)
		return *place;
	if (m->nr_masks + 1 > m->max_masks / 2) {
		if (!table_grow(m))
			goto full;
		place = table_find(m->mask_table, m->max_masks, bits, words);
	}
	*place = mask_new(m, bits, words);
	if (!*place)
		goto full;
	m->nr_masks++;
	return *place;
full:
	machine_poison(m, "no memory for another set of CPUs");
	return m->mask_none;
}

bool cpumasks_init(struct machine *m)
{
	m->mask_of = mask_room(m, CPUMASK_MAX_CPUS * sizeof(*m->mask_of));
	m->mask_none = mask_new(m, NULL, 0);
	return table_grow(m);
}

void cpumasks_exit(struct machine *m)
{
	free(m->mask_table);
}

const struct cpumask *cpumask_none(struct machine *m)
{
	return m->mask_none;
}

const struct cpumask *cpumask_of(struct machine *m, unsigned cpu)
{
	uint64_t bits[CPU_WORDS];

	if (cpu >= CPUMASK_MAX_CPUS)
		return m->mask_none;
	if (!m->mask_of[cpu]) {
		memset(bits, 0, sizeof(bits));
		bit_set(bits, cpu, true);
		m->mask_of[cpu] = intern(m, bits, cpu / 64 + 1);
	}
	return m->mask_of[cpu];
}

static void draft_range(struct draft *draft, unsigned first, unsigned last)
{
	for (unsigned w = first / 64; w <= last / 64; w++) {
		uint64_t bits = ~UINT64_C(0);

		if (w == first / 64)
			bits &= ~UINT64_C(0) << (first % 64);
		if (w == last / 64)
			bits &= ~UINT64_C(0) >> (63 - last % 64);
		draft->bits[w] |= bits;
	}
	if (last / 64 >= draft->words)
		draft->words = last / 64 + 1;
}

const struct cpumask *cpumask_range(struct machine *m, unsigned first, unsigned last)
{
	struct draft draft = {0};

	if (last >= CPUMASK_MAX_CPUS)
		last = CPUMASK_MAX_CPUS - 1;
	if (first > last)
		return m->mask_none;
	draft_range(&draft, first, last);
	return intern(m, draft.bits, draft.words);
}

const struct cpumask *cpumask_from_bits(struct machine *m, const uint64_t *bits, unsigned words)
{
	return intern(m, bits, words < CPU_WORDS ? words : CPU_WORDS);
}

const struct cpumask *cpumask_and(struct machine *m, const struct cpumask *a,
				  const struct cpumask *b)
{
	unsigned words = a->words < b->words ? a->words : b->words;
	uint64_t bits[CPU_WORDS];

	if (a == b)
		return a;
	for (unsigned i = 0; i < words; i++)
		bits[i] = a->bits[i] & b->bits[i];
	return intern(m, bits, words);
}

const struct cpumask *cpumask_or(struct machine *m, const struct cpumask *a,
				 const struct cpumask *b)
{
	const struct cpumask *longer = a->words > b->words ? a : b;
	const struct cpumask *shorter = longer == a ? b : a;
	uint64_t bits[CPU_WORDS];

	if (!shorter->words || a == b)
		return longer;
	memcpy(bits, longer->bits, longer->words * sizeof(bits[0]));
	for (unsigned i = 0; i < shorter->words; i++)
		bits[i] |= shorter->bits[i];
	return intern(m, bits, longer->words);
}

const struct cpumask *cpumask_andnot(struct machine *m, const struct cpumask *a,
				     const struct cpumask *b)
{
	uint64_t bits[CPU_WORDS];

	for (unsigned i = 0; i < a->words; i++)
		bits[i] = a->bits[i] & ~(i < b->words ? b->bits[i] : 0);
	return intern(m, bits, a->words);
}

const struct cpumask *cpumask_with(struct machine *m, const struct cpumask *a, unsigned cpu)
{
	return cpumask_test(a, cpu) ? a : cpumask_or(m, a, cpumask_of(m, cpu));
}

const struct cpumask *cpumask_without(struct machine *m, const struct cpumask *a, unsigned cpu)
{
	return cpumask_test(a, cpu) ? cpumask_andnot(m, a, cpumask_of(m, cpu)) : a;
}

bool cpumask_subset(const struct cpumask *a, const struct cpumask *of)
{
	if (a->words > of->words)
		return false;
	for (unsigned i = 0; i < a->words; i++) {
		if (a->bits[i] & ~of->bits[i])
			return false;
	}
	return true;
}

bool cpumask_intersects(const struct cpumask *a, const struct cpumask *b)
{
	for (unsigned i = 0; i < a->words && i < b->words; i++) {
		if (a->bits[i] & b->bits[i])
			return true;
	}
	return false;
}

/* ---- lists ---- */

static const char *parse_cpu(const char *s, unsigned *cpu)
{
	unsigned value = 0;

	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		value = value * 10 + (unsigned)(*s - '0');
		if (value >= CPUMASK_MAX_CPUS)
			return NULL;
	}
	*cpu = value;
	return s;
}

const struct cpumask *cpumask_parse(struct machine *m, const char *list)
{
	struct draft draft = {0};
	unsigned first, last;

	if (!*list)
		return m->mask_none;
	for (;; list++) {
		list = parse_cpu(list, &first);
		if (!list)
			return NULL;
		last = first;
		if (*list == '-')
			list = parse_cpu(list + 1, &last);
		if (!list || first > last)
			return NULL;
		draft_range(&draft, first, last);
		if (!*list)
			return intern(m, draft.bits, draft.words);
		if (*list != ',')
			return NULL;
	}
}

static unsigned last_of_run(const struct cpumask *mask, unsigned first)
{
	unsigned last = first;

	while (last + 1 < CPUMASK_MAX_CPUS && cpumask_test(mask, last + 1))
		last++;
	return last;
}

size_t cpumask_print(const struct cpumask *mask, char *buf, size_t size)
{
	const char *separator = "";
	size_t used = 0;
	unsigned last;

	if (size)
		buf[0] = '\0';
	for (unsigned cpu = mask->first; cpu < CPUMASK_MAX_CPUS;
	     cpu = cpumask_next(mask, last + 1)) {
		char *at = used < size ? buf + used : NULL;
		size_t room = used < size ? size - used : 0;

		last = last_of_run(mask, cpu);
		if (last == cpu)
			used += (size_t)snprintf(at, room, "%s%u", separator, cpu);
		else
			used += (size_t)snprintf(at, room, "%s%u-%u", separator, cpu, last);
		separator = ",";
	}
	return used;
}
