/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus/changes.h"
#include "machine_impl.h"

#include <stdlib.h>
#include <string.h>

struct snapshot {
	struct machine_state state;
	size_t journal_used;
	uint64_t tape_position;
};

enum undo_kind {
	UNDO_OBJECT, /* the block was live: header, then content */
	UNDO_FREE,   /* the block was free: header, then its link */
	UNDO_RAW,    /* bytes inside an object that nobody needs to touch() */
};

/* Stands behind the bytes it is about, so that the journal can be read backwards. */
struct undo {
	void *at;
	uint32_t size;
	uint8_t kind;
	uint8_t clean; /* digest is that of the saved content */
	struct digest_sums digest;
};

static size_t padded(size_t size)
{
	return (size + 15) & ~(size_t)15;
}

static struct undo *journal_room(struct machine *m, void *at, size_t size, enum undo_kind kind,
				 char **bytes)
{
	size_t need = padded(size) + sizeof(struct undo);
	struct undo *undo;

	if (need > m->journal_bytes - m->journal_used) {
		snapshots_drop(m);
		machine_poison(m, "the undo journal is full");
		return NULL;
	}
	*bytes = m->journal + m->journal_used;
	undo = (struct undo *)(void *)(*bytes + padded(size));
	undo->at = at;
	undo->size = (uint32_t)size;
	undo->kind = (uint8_t)kind;
	undo->clean = 0;
	m->journal_used += need;
	return undo;
}

void journal_object(struct machine *m, struct object_header *header, const struct slot *slot)
{
	struct undo *undo;
	char *bytes;

	undo = journal_room(m, header, sizeof(*header) + header->size, UNDO_OBJECT, &bytes);
	if (!undo)
		return;
	memcpy(bytes, header, sizeof(*header));
	memcpy(bytes + sizeof(*header), object_of(header), header->size);
	locks_release_in_copy(m, object_of(header), header->size, bytes + sizeof(*header));
	if (digesting(m) && header->type->digest && !slot->dirty) {
		undo->clean = 1;
		undo->digest = slot->digest;
	}
}

void journal_free_block(struct machine *m, struct object_header *block)
{
	size_t size = sizeof(*block) + sizeof(struct free_block);
	char *bytes;

	if (journal_room(m, block, size, UNDO_FREE, &bytes))
		memcpy(bytes, block, size);
}

void journal_bytes(struct machine *m, void *at, size_t size)
{
	char *bytes;

	if (journal_room(m, at, size, UNDO_RAW, &bytes))
		memcpy(bytes, at, size);
}

static void undo_object(struct machine *m, const struct undo *undo, const char *bytes)
{
	struct object_header *block = undo->at, saved;
	struct slot *slot;

	arena_retire(m, block);
	memcpy(&saved, bytes, sizeof(saved));
	arena_revive(block, &saved, bytes + sizeof(saved));
	slot = slot_of(m, block);
	if (undo->clean)
		digest_remember(m, slot, &undo->digest);
	else if (digesting(m) && saved.type->digest)
		mark_dirty(m, block, slot);
}

static void undo_one(struct machine *m, const char *floor)
{
	struct undo *undo =
		(struct undo *)(void *)(m->journal + m->journal_used - sizeof(struct undo));
	char *bytes = (char *)undo - padded(undo->size);

	m->journal_used = (size_t)(bytes - m->journal);
	if ((char *)undo->at >= floor)
		return; /* of a younger snapshot, and gone */
	switch ((enum undo_kind)undo->kind) {
	case UNDO_OBJECT:
		undo_object(m, undo, bytes);
		break;
	case UNDO_FREE:
		arena_retire(m, undo->at);
		arena_release(undo->at, bytes, undo->size);
		break;
	case UNDO_RAW:
		arena_put_raw(undo->at, bytes, undo->size);
		break;
	}
}

static int snapshots_grow(struct machine *m)
{
	int max = m->max_snapshots ? m->max_snapshots * 2 : 8;
	struct snapshot *grown = realloc(m->snapshots, (size_t)max * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	m->snapshots = grown;
	m->max_snapshots = max;
	return 0;
}

int machine_snapshot(struct machine *m)
{
	struct snapshot *snapshot;

	if (m->nr_snapshots == m->max_snapshots && snapshots_grow(m))
		return -ENOMEM;
	snapshot = &m->snapshots[m->nr_snapshots];
	snapshot->state = m->state;
	snapshot->journal_used = m->journal_used;
	snapshot->tape_position = m->tape_position;
	m->arena_floor = m->state.arena_next;
	m->epoch++;
	m->watched |= WATCH_SNAPSHOTS;
	return m->nr_snapshots++;
}

static void tape_take_back(struct machine *m, uint64_t position)
{
	uint64_t length = m->tape_mask + 1;

	if (m->tape_position > length && m->tape_position - length > m->tape_floor)
		m->tape_floor = m->tape_position - length;
	m->tape_position = position;
	if (m->tape_floor > position)
		m->tape_floor = position;
}

int machine_restore(struct machine *m, int number)
{
	struct snapshot *snapshot;

	if (number < 0 || number >= m->nr_snapshots)
		return -EINVAL;
	snapshot = &m->snapshots[number];
	locks_release_all(m);
	arena_cut(m, snapshot->state.arena_next);
	while (m->journal_used > snapshot->journal_used)
		undo_one(m, snapshot->state.arena_next);
	m->state = snapshot->state;
	m->arena_floor = m->state.arena_next;
	tape_take_back(m, snapshot->tape_position);
	m->nr_snapshots = number + 1;
	m->epoch++;
	locks_hold_again(m);
	lookups_forget(m);
	return 0;
}

int machine_discard(struct machine *m, int number)
{
	if (number < 0 || number >= m->nr_snapshots)
		return -EINVAL;
	m->nr_snapshots = number;
	m->arena_floor = number ? m->snapshots[number - 1].state.arena_next : m->arena;
	if (!number) {
		m->journal_used = 0;
		m->watched &= ~(uint32_t)WATCH_SNAPSHOTS;
	}
	return 0;
}

/* ---- what differs ---- */

struct change_list {
	struct type_changes *types;
	unsigned nr, most;
};

static struct type_changes *changes_of(struct change_list *list, const char *type)
{
	for (unsigned i = 0; i < list->nr; i++)
		if (strcmp(list->types[i].type, type) == 0)
			return &list->types[i];
	if (list->nr == list->most)
		return NULL;
	list->types[list->nr] = (struct type_changes){.type = type};
	return &list->types[list->nr++];
}

static void count_made(struct change_list *list, const struct object_header *header)
{
	struct type_changes *changes =
		header->type && header->type->digest ? changes_of(list, header->type->name) : NULL;

	if (!changes)
		return;
	changes->made++;
	changes->difference += object_digest(header).semantic;
}

static void count_gone(struct change_list *list, const struct object_type *type,
		       const struct digest_sums *digest)
{
	struct type_changes *changes = changes_of(list, type->name);

	if (!changes)
		return;
	changes->gone++;
	changes->difference -= digest->semantic;
}

static void count_changed(struct change_list *list, const struct object_header *header,
			  const struct digest_sums *then)
{
	unsigned __int128 now = object_digest(header).semantic;
	struct type_changes *changes;

	if (now == then->semantic)
		return;
	changes = changes_of(list, header->type->name);
	if (!changes)
		return;
	changes->changed++;
	changes->difference += now - then->semantic;
}

/* `undo` is the first since the snapshot that is about this place. */
static void count_place(struct change_list *list, const struct undo *undo)
{
	const struct object_header *now = undo->at;
	struct object_header then;

	if (undo->kind == UNDO_FREE) {
		count_made(list, now);
		return;
	}
	if (!undo->clean)
		return;
	memcpy(&then, (const char *)undo - padded(undo->size), sizeof(then));
	if (now->type == then.type) {
		count_changed(list, now, &undo->digest);
		return;
	}
	count_gone(list, then.type, &undo->digest);
	count_made(list, now);
}

/* Places in memory that the snapshot knew, and that were written since; `out` NULL: how many. */
static size_t list_places(const struct machine *m, const struct snapshot *snapshot,
			  const struct undo **out)
{
	size_t used = m->journal_used, nr = 0;

	while (used > snapshot->journal_used) {
		const struct undo *undo =
			(const struct undo *)(const void *)(m->journal + used - sizeof(*undo));

		used -= sizeof(*undo) + padded(undo->size);
		if (undo->kind == UNDO_RAW || (char *)undo->at >= snapshot->state.arena_next)
			continue;
		if (out)
			out[nr] = undo;
		nr++;
	}
	return nr;
}

/* By place; of one place the oldest, which lies first in the journal, comes first. */
static int by_place(const void *a, const void *b)
{
	const struct undo *x = *(const struct undo *const *)a, *y = *(const struct undo *const *)b;

	if (x->at != y->at)
		return (char *)x->at < (char *)y->at ? -1 : 1;
	return x < y ? -1 : x > y;
}

unsigned machine_changes_since(struct machine *m, int number, struct type_changes *changes,
			       unsigned most)
{
	struct change_list list = {.types = changes, .most = most};
	struct object_header *header = NULL;
	const struct snapshot *snapshot;
	const struct undo **places;
	unsigned kept = 0;
	size_t nr;

	if (number < 0 || number >= m->nr_snapshots)
		return 0;
	snapshot = &m->snapshots[number];
	nr = list_places(m, snapshot, NULL);
	places = malloc((nr + 1) * sizeof(struct undo *));
	if (!places)
		return 0;
	list_places(m, snapshot, places);
	qsort(places, nr, sizeof(struct undo *), by_place);
	for (size_t i = 0; i < nr; i++)
		if (!i || places[i]->at != places[i - 1]->at)
			count_place(&list, places[i]);
	free(places);
	while ((header = arena_walk(m, header)))
		if ((char *)header >= snapshot->state.arena_next)
			count_made(&list, header);
	for (unsigned i = 0; i < list.nr; i++)
		if (changes[i].difference)
			changes[kept++] = changes[i];
	return kept;
}

void snapshots_drop(struct machine *m)
{
	if (m->nr_snapshots)
		machine_discard(m, 0);
	free(m->snapshots);
	m->snapshots = NULL;
	m->max_snapshots = 0;
}
