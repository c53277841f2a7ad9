/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/function_internal.h"

static void chunk_digest(const void *object, struct digest *d)
{
	const struct entry_chunk *chunk = object;

	digest_u64(d, chunk->key);
	digest_u64(d, chunk->pending);
	digest_bytes(d, chunk->entry, sizeof(chunk->entry));
}

static const struct object_type chunk_type = {.name = "message-entries", .digest = chunk_digest};
static const struct object_type list_type = {.name = "message-entry-list"};

static uint32_t nr_chunks(const struct entry_table *t)
{
	return (t->nr + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
}

static void fill(struct entry_chunk *chunk, const struct entry *reset)
{
	chunk->pending = 0;
	memset(chunk->sent_at, 0, sizeof(chunk->sent_at));
	for (unsigned i = 0; i < CHUNK_ENTRIES; i++)
		chunk->entry[i] = *reset;
}

int entries_create(struct machine *m, struct entry_table *t, uint64_t key, uint32_t nr,
		   const struct entry *reset)
{
	t->nr = nr;
	if (!nr)
		return 0;
	t->chunk = object_alloc(m, &list_type, nr_chunks(t) * sizeof(struct entry_chunk *));
	for (uint32_t i = 0; t->chunk && i < nr_chunks(t); i++) {
		t->chunk[i] = object_alloc(m, &chunk_type, sizeof(*t->chunk[i]));
		if (!t->chunk[i])
			return -ENOMEM;
		t->chunk[i]->key = key << 16 | i;
		fill(t->chunk[i], reset);
	}
	return t->chunk ? 0 : -ENOMEM;
}

void entries_reset(struct machine *m, struct entry_table *t, const struct entry *reset)
{
	for (uint32_t i = 0; i < nr_chunks(t); i++) {
		touch(m, t->chunk[i]);
		fill(t->chunk[i], reset);
	}
}

void entries_destroy(struct machine *m, struct entry_table *t)
{
	for (uint32_t i = 0; t->chunk && i < nr_chunks(t); i++)
		object_free(m, t->chunk[i]);
	object_free(m, t->chunk);
}

void entries_set_pending(struct machine *m, struct entry_table *t, unsigned index, bool pending)
{
	struct entry_chunk *chunk = chunk_of(t, index);
	uint64_t bit = UINT64_C(1) << (index % CHUNK_ENTRIES);

	touch(m, chunk);
	chunk->pending = pending ? chunk->pending | bit : chunk->pending & ~bit;
}

uint64_t split_read(struct machine *m, void *owner, uint64_t offset, unsigned size, read32_fn fn)
{
	if (size < 4 || offset % 4)
		return ~UINT64_C(0);
	if (size == 4)
		return fn(m, owner, offset);
	return fn(m, owner, offset) | (uint64_t)fn(m, owner, offset + 4) << 32;
}

void split_write(struct machine *m, void *owner, uint64_t offset, unsigned size, uint64_t value,
		 write32_fn fn)
{
	if (size < 4 || offset % 4)
		return;
	fn(m, owner, offset, (uint32_t)value);
	if (size == 8)
		fn(m, owner, offset + 4, (uint32_t)(value >> 32));
}
