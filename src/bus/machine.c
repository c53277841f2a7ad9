/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#include <stdlib.h>
#include <sys/mman.h>

#define ARENA_DEFAULT_BYTES  (UINT64_C(1) << 30)
#define ARENA_MIN_BYTES	     (UINT64_C(64) << 10)
#define ARENA_MAX_BYTES	     (UINT64_C(64) << 30)
#define RESERVED_PART	     8 /* of the arena, for what hardware holds */
#define TAPE_DEFAULT_RECORDS 65536u
#define TAPE_MAX_RECORDS     (UINT32_C(1) << 28)
#define JOURNAL_MIN_BYTES    (UINT64_C(256) << 20)
#define MASKS_BYTES	     (UINT64_C(128) << 20)
#define PAGE		     UINT64_C(4096)

static size_t pages(uint64_t bytes)
{
	return (size_t)((bytes + PAGE - 1) & ~(PAGE - 1));
}

static uint64_t round_up_power_of_two(uint64_t n)
{
	return n <= 1 ? 1 : UINT64_C(1) << (64 - __builtin_clzll(n - 1));
}

static void *take(char **next, size_t bytes)
{
	void *at = *next;

	*next += bytes;
	return at;
}

struct machine *machine_create(const struct machine_options *options)
{
	static const struct machine_options defaults;
	const struct machine_options *o = options ? options : &defaults;
	uint64_t wanted = o->arena_bytes ? o->arena_bytes : ARENA_DEFAULT_BYTES;
	uint64_t records = o->tape_records ? o->tape_records : TAPE_DEFAULT_RECORDS;
	size_t arena, tape, slots, dirty, journal, total;
	uint64_t objects;
	struct machine *m;
	char *next;

	if (wanted > ARENA_MAX_BYTES || records > TAPE_MAX_RECORDS)
		return NULL;
	records = round_up_power_of_two(records);
	arena = pages(wanted < ARENA_MIN_BYTES ? ARENA_MIN_BYTES : wanted);
	objects = arena / (sizeof(struct object_header) + OBJECT_UNIT) + 1;
	tape = pages(records * sizeof(struct tape_record));
	slots = pages(objects * sizeof(struct slot));
	dirty = pages(objects * sizeof(struct object_header *));
	journal = arena * 4 < JOURNAL_MIN_BYTES ? JOURNAL_MIN_BYTES : arena * 4;
	total = pages(sizeof(*m)) + tape + slots + dirty + journal + MASKS_BYTES + arena;

	next = mmap(NULL, total, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (next == MAP_FAILED)
		return NULL;
	m = take(&next, pages(sizeof(*m)));
	m->mapping = m;
	m->mapping_bytes = total;
	m->tape = take(&next, tape);
	m->tape_mask = records - 1;
	m->slots = take(&next, slots);
	m->nr_slots = 1;
	m->dirty = take(&next, dirty);
	m->journal = take(&next, journal);
	m->journal_bytes = journal;
	m->masks = m->masks_next = take(&next, MASKS_BYTES);
	m->masks_end = m->masks + MASKS_BYTES;
	m->arena = m->arena_dirty = take(&next, arena);
	m->arena_floor = m->state.arena_next = m->arena;
	m->arena_end = m->arena + arena;
	m->arena_reserve = arena / RESERVED_PART;
	m->arena_reserve = arena / RESERVED_PART;
	m->state.next_region = NO_REGION + 1;
	machine_set_profile(m, o->profile);
	if (!cpumasks_init(m)) {
		machine_destroy(m);
		return NULL;
	}
	return m;
}

void machine_destroy(struct machine *m)
{
	if (!m)
		return;
	snapshots_drop(m);
	cpumasks_exit(m);
	arena_unpoison(m);
	munmap(m->mapping, m->mapping_bytes);
}

void *machine_part(const struct machine *m, enum machine_part which)
{
	return (unsigned)which < NR_MACHINE_PARTS ? m->state.parts[which] : NULL;
}

void machine_set_part(struct machine *m, enum machine_part which, void *object)
{
	if ((unsigned)which < NR_MACHINE_PARTS)
		m->state.parts[which] = object;
}

void machine_set_chooser(struct machine *m, chooser_fn chooser, void *context)
{
	m->chooser = chooser;
	m->chooser_context = context;
}

unsigned choose(struct machine *m, enum choice_kind kind, unsigned alternatives)
{
	unsigned answer;

	if (alternatives <= 1 || !m->chooser)
		return 0;
	answer = m->chooser(m->chooser_context, m, kind, alternatives);
	return answer < alternatives ? answer : 0;
}
