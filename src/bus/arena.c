/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define poison(at, bytes)   ASAN_POISON_MEMORY_REGION(at, bytes)
#define unpoison(at, bytes) ASAN_UNPOISON_MEMORY_REGION(at, bytes)
#else
#define poison(at, bytes)   ((void)(at), (void)(bytes))
#define unpoison(at, bytes) ((void)(at), (void)(bytes))
#endif

#define STEPS_PER_DOUBLING 8u

static unsigned size_class(uint32_t size)
{
	uint32_t units = size ? (size + OBJECT_UNIT - 1) / OBJECT_UNIT : 1;
	unsigned log, shift;

	if (units <= SIZE_CLASSES_SMALL)
		return units - 1;
	log = 31 - (unsigned)__builtin_clz(units - 1);
	shift = log - 3;
	return SIZE_CLASSES_SMALL + (log - 4) * STEPS_PER_DOUBLING +
	       ((units - 1 - (1u << log)) >> shift);
}

static size_t class_bytes(unsigned class)
{
	unsigned log, step;

	if (class < SIZE_CLASSES_SMALL)
		return (size_t)(class + 1) * OBJECT_UNIT;
	class -= SIZE_CLASSES_SMALL;
	log = class / STEPS_PER_DOUBLING + 4;
	step = class % STEPS_PER_DOUBLING + 1;
	return ((size_t)(1u << log) + ((size_t)step << (log - 3))) * OBJECT_UNIT;
}

static size_t block_bytes(uint32_t size)
{
	return sizeof(struct object_header) + class_bytes(size_class(size));
}

/* Objects without a digest are the bus's own tables: no part of what the model uses. */
static void account(struct machine *m, const struct object_header *block, bool in_use)
{
	size_t bytes = block_bytes(block->size);

	if (!block->type->digest)
		return;
	m->state.bytes_in_use += in_use ? bytes : -bytes;
}

static struct object_header *take_free(struct machine *m, unsigned class)
{
	struct object_header *block = m->state.free[class];
	struct free_block *link;

	if (!block)
		return NULL;
	link = object_of(block);
	unpoison(link, class_bytes(class));
	if (m->nr_snapshots && link->saved != m->epoch && (char *)block < m->arena_floor)
		journal_free_block(m, block);
	m->state.free[class] = link->next;
	return block;
}

/* Leaves `keep` bytes for others. */
static struct object_header *take_fresh(struct machine *m, size_t payload, size_t keep)
{
	size_t bytes = sizeof(struct object_header) + payload;
	struct object_header *block = (struct object_header *)(void *)m->state.arena_next;

	if ((size_t)(m->arena_end - m->state.arena_next) < bytes + keep)
		return NULL;
	unpoison(block, bytes);
	m->state.arena_next += bytes;
	return block;
}

/* Only what was in use before needs clearing: a big fresh object costs no pages. */
static void clear(struct machine *m, struct object_header *block, uint32_t size)
{
	char *at = object_of(block), *end = at + size;

	if (at < m->arena_dirty)
		memset(at, 0, (size_t)((end < m->arena_dirty ? end : m->arena_dirty) - at));
	if (m->state.arena_next > m->arena_dirty)
		m->arena_dirty = m->state.arena_next;
}

static void *alloc(struct machine *m, const struct object_type *type, size_t size, size_t keep)
{
	struct object_header *block;
	unsigned class;

	if (size > OBJECT_MAX_BYTES)
		return NULL;
	class = size_class((uint32_t)size);
	block = take_free(m, class);
	if (!block)
		block = take_fresh(m, class_bytes(class), keep);
	if (!block)
		return NULL;
	clear(m, block, (uint32_t)size);
	*block = (struct object_header){.type = type, .size = (uint32_t)size};
	poison((char *)object_of(block) + size, class_bytes(class) - size);
	account(m, block, true);
	if (unlikely(m->watched))
		watch_alloc(m, block);
	return object_of(block);
}

void *arena_alloc(struct machine *m, const struct object_type *type, size_t size)
{
	return alloc(m, type, size, 0);
}

bool arena_count_allocation(struct machine *m)
{
	struct machine_state *s = &m->state;

	if (++s->allocations != s->fail_at)
		return true;
	s->fail_at = 0;
	return false;
}

void *object_alloc(struct machine *m, const struct object_type *type, size_t size)
{
	return arena_count_allocation(m) ? alloc(m, type, size, m->arena_reserve) : NULL;
}

void *object_alloc_hardware(struct machine *m, const struct object_type *type, size_t size)
{
	return arena_alloc(m, type, size);
}

/*
 * The last block of the arena goes back as space of any size, so that who
 * unwinds in reverse order leaves the arena as it was. A block that a snapshot
 * knows keeps its place; that it was live is in the journal by now.
 */
static void give_back(struct machine *m, struct object_header *block, unsigned class)
{
	struct free_block *link = object_of(block);
	char *end = (char *)link + class_bytes(class);

	if (end == m->state.arena_next && (char *)block >= m->arena_floor) {
		m->state.arena_next = (char *)block;
		return;
	}
	unpoison(link, sizeof(*link));
	link->next = m->state.free[class];
	link->saved = m->nr_snapshots ? m->epoch : 0;
	m->state.free[class] = block;
}

void object_free(struct machine *m, void *object)
{
	struct object_header *block;
	unsigned class;

	if (!object)
		return;
	if (!arena_plausible(m, object)) {
		machine_poison(m, "object_free() of something that is no object");
		return;
	}
	block = header_of(object);
	if (unlikely(m->state.timers) && timers_inside(m, object, block->size)) {
		machine_poison(m, "object freed while a timer in it is armed");
		return;
	}
	if (m->state.nr_held)
		WARN_IF(m, locks_free_inside(m, object, block->size), LOCK_MISUSE, 0);
	if (unlikely(m->watched))
		watch_free(m, block);
	if (block->slot)
		slot_release(m, block);
	account(m, block, false);
	class = size_class(block->size);
	block->type = NULL;
	give_back(m, block, class);
	poison(object, class_bytes(class));
}

bool arena_plausible(const struct machine *m, const void *object)
{
	const char *at = object;
	const struct object_header *h = header_of(object);

	return at >= m->arena + sizeof(*h) && at < m->state.arena_next &&
	       (uintptr_t)at % OBJECT_UNIT == 0 && h->type && h->size <= OBJECT_MAX_BYTES &&
	       h->slot < m->nr_slots;
}

struct object_header *arena_walk(const struct machine *m, const struct object_header *previous)
{
	char *at = m->arena;

	if (previous)
		at = (char *)(uintptr_t)previous + block_bytes(previous->size);
	while (at < m->state.arena_next) {
		struct object_header *block = (struct object_header *)(void *)at;

		if (block->type)
			return block;
		at += block_bytes(block->size);
	}
	return NULL;
}

void arena_revive(struct object_header *block, const struct object_header *saved,
		  const void *content)
{
	size_t payload = class_bytes(size_class(saved->size));

	block->type = saved->type;
	block->size = saved->size;
	block->slot = 0;
	unpoison(object_of(block), payload);
	memcpy(object_of(block), content, saved->size);
	poison((char *)object_of(block) + saved->size, payload - saved->size);
}

void arena_retire(struct machine *m, struct object_header *block)
{
	if (!block->type)
		return;
	if (block->slot) {
		if (digesting(m) && block->type->digest)
			digest_forget(m, &m->slots[block->slot]);
		slot_release(m, block);
	}
	block->type = NULL;
	unpoison(object_of(block), class_bytes(size_class(block->size)));
}

void arena_cut(struct machine *m, char *end)
{
	for (char *at = end; at < m->state.arena_next;) {
		struct object_header *block = (struct object_header *)(void *)at;

		at += block_bytes(block->size);
		arena_retire(m, block);
	}
}

void arena_release(struct object_header *block, const void *saved, size_t size)
{
	unpoison(object_of(block), sizeof(struct free_block));
	memcpy(block, saved, size);
	poison(object_of(block), class_bytes(size_class(block->size)));
}

void arena_put_raw(void *at, const void *bytes, size_t size)
{
	unpoison(at, size); /* the object may be gone until an older record brings it back */
	memcpy(at, bytes, size);
}

void arena_unpoison(struct machine *m)
{
	unpoison(m->arena, (size_t)(m->arena_end - m->arena));
}

void machine_fail_allocation(struct machine *m, uint64_t nth)
{
	m->state.fail_at = nth ? m->state.allocations + nth : 0;
}

uint64_t machine_allocations(const struct machine *m)
{
	return m->state.allocations;
}

size_t machine_bytes_in_use(const struct machine *m)
{
	return m->state.bytes_in_use;
}
