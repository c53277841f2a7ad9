/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/its_lpi.h>

struct lpi_block { /* a free range while it is on the list */
	struct machine *machine;
	uint32_t first, count;
	bool is_free;
	struct lpi_block *next;
};

struct lpi_space {
	struct machine *machine;
	uint32_t first, count; /* as it was made */
	struct lpi_block *free;
};

static void block_digest(const void *object, struct digest *d)
{
	const struct lpi_block *block = object;

	digest_u64(d, (uint64_t)block->first << 32 | block->count);
	digest_u64(d, block->is_free);
}

static void space_digest(const void *object, struct digest *d)
{
	const struct lpi_space *space = object;

	digest_u64(d, (uint64_t)space->first << 32 | space->count);
}

static const struct object_type block_type = {"lpi-block", block_digest};
static const struct object_type space_type = {"lpi-space", space_digest};

/* ---- the list; a node's place is where the pointer to it is ---- */

static void touch_place(struct lpi_space *space, struct lpi_block *before)
{
	touch(space->machine, before ? (void *)before : (void *)space);
}

static void link_after(struct lpi_space *space, struct lpi_block *before, struct lpi_block *block)
{
	struct lpi_block **place = before ? &before->next : &space->free;

	touch_place(space, before);
	touch(space->machine, block);
	block->next = *place;
	block->is_free = true;
	*place = block;
}

static void unlink_after(struct lpi_space *space, struct lpi_block *before, struct lpi_block *block)
{
	touch_place(space, before);
	touch(space->machine, block);
	*(before ? &before->next : &space->free) = block->next;
	block->next = NULL;
	block->is_free = false;
}

/* Joins a range with the one behind it if they touch. */
static void merge(struct lpi_space *space, struct lpi_block *block)
{
	struct lpi_block *next = block ? block->next : NULL;

	if (!next || block->first + block->count != next->first)
		return;
	touch(space->machine, block);
	block->count += next->count;
	unlink_after(space, block, next);
	object_free(space->machine, next);
}

static struct lpi_block *make_block(struct lpi_space *space, uint32_t first, uint32_t count)
{
	struct lpi_block *block = object_alloc(space->machine, &block_type, sizeof(*block));

	if (!block)
		return NULL;
	block->machine = space->machine;
	block->first = first;
	block->count = count;
	return block;
}

/* ---- making ---- */

struct lpi_space *lpi_space_create(struct machine *m, uint32_t first, uint32_t count)
{
	struct lpi_space *space = object_alloc(m, &space_type, sizeof(*space));
	struct lpi_block *all;

	if (!space)
		return NULL;
	space->machine = m;
	space->first = first;
	space->count = count;
	all = make_block(space, first, count);
	if (!all) {
		object_free(m, space);
		return NULL;
	}
	link_after(space, NULL, all);
	return space;
}

void lpi_space_destroy(struct lpi_space *space)
{
	struct lpi_block *block;

	if (!space)
		return;
	while ((block = space->free)) {
		unlink_after(space, NULL, block);
		object_free(space->machine, block);
	}
	object_free(space->machine, space);
}

/* ---- handing out ---- */

/* The whole range, or a new block from its front. */
static struct lpi_block *cut_front(struct lpi_space *space, struct lpi_block *before,
				   struct lpi_block *range, uint32_t count)
{
	struct lpi_block *block;

	if (range->count == count) {
		unlink_after(space, before, range);
		return range;
	}
	block = make_block(space, range->first, count);
	if (!block)
		return NULL;
	touch(space->machine, range);
	range->first += count;
	range->count -= count;
	return block;
}

static struct lpi_block *first_fit(struct lpi_space *space, uint32_t count,
				   struct lpi_block **before)
{
	struct lpi_block *range = space->free;

	*before = NULL;
	for (; range && range->count < count; range = range->next)
		*before = range;
	return range;
}

struct lpi_block *lpi_alloc(struct lpi_space *space, uint32_t count, int *error)
{
	*error = -ENOSPC;
	for (; count; count /= 2) {
		struct lpi_block *before, *range = first_fit(space, count, &before);

		if (!range)
			continue;
		step(space->machine, STEP_RESOURCE, space);
		*error = -ENOMEM;
		return cut_front(space, before, range, count);
	}
	return NULL;
}

struct lpi_block *lpi_take(struct lpi_space *space, uint32_t first, uint32_t count)
{
	struct lpi_block *before = NULL, *range = space->free, *rest;

	for (; range && range->first + range->count <= first; range = range->next)
		before = range;
	if (!range || !count || range->first > first ||
	    first - range->first > range->count - count || range->count < count)
		return NULL;
	if (range->first == first)
		return cut_front(space, before, range, count);
	rest = make_block(space, first, range->count - (first - range->first));
	if (!rest)
		return NULL;
	touch(space->machine, range);
	range->count = first - range->first;
	link_after(space, range, rest);
	return cut_front(space, range, rest, count);
}

void lpi_free(struct lpi_space *space, struct lpi_block *block)
{
	struct lpi_block *before = NULL;

	step(space->machine, STEP_RESOURCE, space);
	for (struct lpi_block *at = space->free; at && at->first < block->first; at = at->next)
		before = at;
	link_after(space, before, block);
	merge(space, block);
	merge(space, before);
}

/* ---- looking ---- */

uint32_t lpi_block_first(const struct lpi_block *block)
{
	return block->first;
}

uint32_t lpi_block_count(const struct lpi_block *block)
{
	return block->count;
}

bool lpi_is_free(const struct lpi_space *space, uint32_t intid)
{
	for (const struct lpi_block *at = space->free; at; at = at->next)
		if (intid >= at->first && intid - at->first < at->count)
			return true;
	return false;
}
