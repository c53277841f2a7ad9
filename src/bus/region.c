/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#include <string.h>

/* ---- ordered tables of pointers ---- */

static const struct object_type pointer_table_type = {.name = "pointer-table"};

static struct pointer_table *pointer_table_grow(struct machine *m, struct pointer_table *old)
{
	uint32_t capacity = old ? old->capacity * 2 : 14;
	struct pointer_table *grown;

	grown = arena_alloc(m, &pointer_table_type,
			    sizeof(*grown) + (size_t)capacity * sizeof(grown->at[0]));
	if (!grown)
		return NULL;
	grown->capacity = capacity;
	if (old) {
		grown->nr = old->nr;
		memcpy(grown->at, old->at, old->nr * sizeof(old->at[0]));
		object_free(m, old);
	}
	return grown;
}

int pointer_table_insert(struct machine *m, struct pointer_table **table, uint32_t at, void *what)
{
	struct pointer_table *t = *table;

	if (!t || t->nr == t->capacity) {
		t = pointer_table_grow(m, t);
		if (!t)
			return -ENOMEM;
		*table = t;
	}
	touch(m, t);
	memmove(&t->at[at + 1], &t->at[at], (t->nr - at) * sizeof(t->at[0]));
	t->at[at] = what;
	t->nr++;
	return 0;
}

void pointer_table_remove(struct machine *m, struct pointer_table *table, uint32_t at)
{
	touch(m, table);
	table->nr--;
	memmove(&table->at[at], &table->at[at + 1], (table->nr - at) * sizeof(table->at[0]));
}

/* ---- regions ---- */

static void region_digest(const void *object, struct digest *d)
{
	const struct region *region = object;

	digest_u64(d, region->claim.first);
	digest_u64(d, region->claim.last);
	digest_u64(d, region->claim.tape_kind);
	digest_u64(d, region->memory != NULL);
	if (region->claim.ops) {
		digest_u64(d, region->claim.ops->write != NULL);
		digest_u64(d, region->claim.ops->message != NULL);
	}
}

static const struct object_type region_type = {.name = "bus-region", .digest = region_digest};

uint32_t region_index(const struct machine *m, enum bus_side side, uint64_t address)
{
	const struct pointer_table *table = m->state.regions[side];
	uint32_t low = 0, high = table ? table->nr : 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct region *region = table->at[middle];

		if (region->claim.last < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct region *region_at(const struct machine *m, enum bus_side side, uint32_t index)
{
	const struct pointer_table *table = m->state.regions[side];

	return table && index < table->nr ? table->at[index] : NULL;
}

struct region *region_search(const struct machine *m, enum bus_side side, uint64_t address)
{
	struct region *region = region_at(m, side, region_index(m, side, address));

	return region && region->claim.first <= address ? region : NULL;
}

void lookups_forget(struct machine *m)
{
	m->last_region[SIDE_CPU] = m->last_region[SIDE_DEVICE] = m->last_memory = NULL;
	m->last_upstream_valid = false;
}

static bool on_side(const struct region *region, enum bus_side side)
{
	if (side == SIDE_DEVICE)
		return region->claim.ops && region->claim.ops->message;
	return region->memory || region->claim.ops->write;
}

static bool overlaps(const struct machine *m, enum bus_side side, const struct region *region)
{
	const struct region *next = region_at(m, side, region_index(m, side, region->claim.first));

	return next && next->claim.first <= region->claim.last;
}

static void region_leave(struct machine *m, enum bus_side side, const struct region *region)
{
	uint32_t index = region_index(m, side, region->claim.first);

	if (region_at(m, side, index) == region)
		pointer_table_remove(m, m->state.regions[side], index);
}

static int region_enter(struct machine *m, enum bus_side side, struct region *region)
{
	if (!on_side(region, side))
		return 0;
	if (overlaps(m, side, region))
		return -EEXIST;
	return pointer_table_insert(m, &m->state.regions[side],
				    region_index(m, side, region->claim.first), region);
}

struct region *region_add(struct machine *m, const struct bus_region *claim, struct memory *memory,
			  int *err)
{
	struct region *region = object_alloc(m, &region_type, sizeof(*region));

	*err = -ENOMEM;
	if (!region)
		return NULL;
	region->claim = *claim;
	region->memory = memory;
	*err = region_enter(m, SIDE_CPU, region);
	if (*err)
		goto free;
	*err = region_enter(m, SIDE_DEVICE, region);
	if (*err)
		goto leave;
	region->number = m->state.next_region++;
	lookups_forget(m);
	return region;
leave:
	region_leave(m, SIDE_CPU, region);
free:
	object_free(m, region);
	return NULL;
}

void region_remove(struct machine *m, struct region *region)
{
	region_leave(m, SIDE_CPU, region);
	region_leave(m, SIDE_DEVICE, region);
	lookups_forget(m);
	object_free(m, region);
}

int bus_add_region(struct machine *m, const struct bus_region *claim)
{
	struct region *region;
	int err;

	if (claim->first > claim->last || !claim->ops)
		return -EINVAL;
	if (!claim->ops->write && !claim->ops->message)
		return -EINVAL;
	region = region_add(m, claim, NULL, &err);
	return region ? region->number : err;
}

void bus_remove_region(struct machine *m, int number)
{
	for (int side = 0; side < NR_BUS_SIDES; side++) {
		const struct pointer_table *table = m->state.regions[side];

		for (uint32_t i = 0; table && i < table->nr; i++) {
			struct region *region = table->at[i];

			if (region->number != number)
				continue;
			if (!region->memory)
				region_remove(m, region);
			return;
		}
	}
}
