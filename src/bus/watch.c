/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

/*
 * One call, touch(), serves the journal and the digests. The invariant of the
 * digests: machine.sums is the sum of slot.digest over all clean objects, and
 * a clean object's slot.digest is the digest of what it holds now. So taking
 * back needs no more than keeping the digest beside each saved copy.
 */

struct slot *slot_of(struct machine *m, struct object_header *header)
{
	struct slot *slot;

	if (likely(header->slot))
		return &m->slots[header->slot];
	if (m->free_slots) {
		header->slot = m->free_slots;
		m->free_slots = m->slots[header->slot].next_free;
	} else {
		header->slot = m->nr_slots++;
	}
	slot = &m->slots[header->slot];
	*slot = (struct slot){0};
	return slot;
}

void slot_release(struct machine *m, struct object_header *header)
{
	m->slots[header->slot].next_free = m->free_slots;
	m->free_slots = header->slot;
	header->slot = 0;
}

void sums_add(struct digest_sums *to, const struct digest_sums *what)
{
	to->semantic += what->semantic;
	to->complete += what->complete;
}

void sums_subtract(struct digest_sums *from, const struct digest_sums *what)
{
	from->semantic -= what->semantic;
	from->complete -= what->complete;
}

void mark_dirty(struct machine *m, struct object_header *header, struct slot *slot)
{
	m->dirty[m->nr_dirty++] = header;
	slot->dirty = m->nr_dirty;
}

void digest_forget(struct machine *m, struct slot *slot)
{
	struct object_header *last;

	if (!slot->dirty) {
		sums_subtract(&m->sums, &slot->digest);
		return;
	}
	last = m->dirty[--m->nr_dirty];
	m->dirty[slot->dirty - 1] = last;
	m->slots[last->slot].dirty = slot->dirty;
	slot->dirty = 0;
}

void digest_remember(struct machine *m, struct slot *slot, const struct digest_sums *known)
{
	slot->digest = *known;
	sums_add(&m->sums, known);
}

void touch_slow(struct machine *m, void *object)
{
	struct object_header *header;
	struct slot *slot;

	if (unlikely(!arena_plausible(m, object))) {
		machine_poison(m, "touch() of something that is no object");
		return;
	}
	header = header_of(object);
	slot = slot_of(m, header);
	if (m->nr_snapshots && slot->saved != m->epoch) {
		journal_object(m, header, slot);
		slot->saved = m->epoch;
	}
	if (digesting(m) && !slot->dirty && header->type->digest) {
		sums_subtract(&m->sums, &slot->digest);
		mark_dirty(m, header, slot);
	}
}

void watch_alloc(struct machine *m, struct object_header *header)
{
	struct slot *slot = slot_of(m, header);

	slot->saved = m->epoch; /* the journal knows that the block was free */
	if (digesting(m) && header->type->digest)
		mark_dirty(m, header, slot);
}

void watch_free(struct machine *m, struct object_header *header)
{
	struct slot *slot = slot_of(m, header);

	if (m->nr_snapshots && slot->saved != m->epoch)
		journal_object(m, header, slot);
	if (digesting(m) && header->type->digest)
		digest_forget(m, slot);
}
