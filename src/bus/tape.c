/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#include <string.h>

_Static_assert(sizeof(struct tape_record) == 32, "the tape's record has 32 bytes");

uint64_t tape_position(const struct machine *m)
{
	return m->tape_position;
}

uint64_t tape_oldest(const struct machine *m)
{
	uint64_t length = m->tape_mask + 1, oldest = 0;

	if (m->tape_position > length)
		oldest = m->tape_position - length;
	return oldest > m->tape_floor ? oldest : m->tape_floor;
}

const struct tape_record *tape_at(const struct machine *m, uint64_t position)
{
	if (position >= m->tape_position || position < tape_oldest(m))
		return NULL;
	return &m->tape[position & m->tape_mask];
}

void tape_event(struct machine *m, enum tape_kind kind, enum tape_actor actor_kind, uint16_t actor,
		uint64_t address, uint64_t value, uint32_t object, uint32_t extra)
{
	struct tape_record *record = tape_append(m);

	*record = (struct tape_record){
		.address = address,
		.value = value,
		.step = (uint32_t)m->state.steps,
		.object = object,
		.extra = extra,
		.actor = actor,
		.kind = (uint8_t)kind,
		.actor_kind = actor_kind & 0xf,
	};
	if (unlikely(m->nr_listeners))
		listeners_after(m, record);
}

/* ---- places ---- */

static enum bus_side side_of_write(const struct tape_record *record)
{
	return record->kind == TAPE_MESSAGE ? SIDE_DEVICE : SIDE_CPU;
}

bool tape_place(const struct machine *m, const struct tape_record *record, struct bus_place *out)
{
	const struct region *region;
	uint64_t offset;

	if (!tape_is_write(record))
		return false;
	region = region_search(m, side_of_write(record), record->address);
	if (!region || (uint32_t)region->number != record->object)
		return false;
	offset = record->address - region->claim.first;
	*out = (struct bus_place){.store = "", .field = "", .index = -1, .offset = offset};
	if (region->memory)
		memory_place(region->memory, offset, out);
	else if (region->claim.ops->describe)
		region->claim.ops->describe(m, region->claim.owner, offset, record->size, out);
	return true;
}

/* ---- listeners ---- */

int bus_listen(struct machine *m, const struct bus_listener *listener)
{
	if (m->nr_listeners == MAX_LISTENERS)
		return -ENOSPC;
	m->listeners[m->nr_listeners++] = listener;
	return 0;
}

void bus_unlisten(struct machine *m, const struct bus_listener *listener)
{
	for (unsigned i = 0; i < m->nr_listeners; i++) {
		if (m->listeners[i] != listener)
			continue;
		m->nr_listeners--;
		memmove(&m->listeners[i], &m->listeners[i + 1],
			(m->nr_listeners - i) * sizeof(m->listeners[0]));
		return;
	}
}

void listeners_before(struct machine *m, const struct tape_record *write)
{
	for (unsigned i = 0; i < m->nr_listeners; i++) {
		if (m->listeners[i]->before)
			m->listeners[i]->before(m->listeners[i]->context, m, write);
	}
}

void listeners_after(struct machine *m, const struct tape_record *record)
{
	struct tape_record copy = *record; /* a listener may keep reading while the ring moves on */

	for (unsigned i = 0; i < m->nr_listeners; i++) {
		if (m->listeners[i]->after)
			m->listeners[i]->after(m->listeners[i]->context, m, &copy);
	}
}

/* ---- trace points ---- */

void machine_set_tracing(struct machine *m, bool on)
{
	m->tracing = on;
}

bool machine_tracing(const struct machine *m)
{
	return m->tracing;
}

void trace_slow(struct machine *m, enum trace_point point, uint32_t irq, unsigned nr_args,
		const uint64_t *args)
{
	uint16_t cpu = (uint16_t)m->state.cpu;

	tape_event(m, TAPE_TRACE, ACTOR_CPU, cpu, irq, point, 0, nr_args);
	for (unsigned i = 0; i < nr_args; i += 2)
		tape_event(m, TAPE_TRACE_ARGS, ACTOR_CPU, cpu, args[i],
			   i + 1 < nr_args ? args[i + 1] : 0, 0, i);
}
