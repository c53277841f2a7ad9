/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

static uint64_t ones(unsigned size)
{
	return ~UINT64_C(0) >> (64 - 8 * size);
}

static bool size_allowed(struct machine *m, unsigned size)
{
	if (likely(size == 1 || size == 2 || size == 4 || size == 8))
		return true;
	machine_poison(m, "bus access of a size other than 1, 2, 4 or 8");
	return false;
}

/* Stores field by field: the hot path writes straight into the tape. */
static inline void fill(struct tape_record *record, const struct machine *m,
			const struct region *region, uint64_t address, unsigned size,
			uint64_t value)
{
	*record = (struct tape_record){
		.address = address,
		.value = value,
		.step = (uint32_t)m->state.steps,
		.object = region ? (uint32_t)region->number : NO_REGION,
		.actor = (uint16_t)m->state.cpu,
		.kind = (uint8_t)(region ? region->claim.tape_kind : TAPE_MMIO),
		.size = size & 0xf,
		.actor_kind = ACTOR_CPU,
	};
}

static void carry_out(struct machine *m, struct region *region, uint64_t address, unsigned size,
		      uint64_t value)
{
	if (unlikely(!region))
		tape_event(m, TAPE_DROP, ACTOR_CPU, (uint16_t)m->state.cpu, address, DROP_STRAY,
			   NO_REGION, (uint32_t)value);
	else if (region->memory)
		memory_store(m, region->memory, address - region->claim.first, size, value);
	else
		region->claim.ops->write(m, region->claim.owner, address - region->claim.first,
					 size, value);
}

static void write_watched(struct machine *m, struct region *region, uint64_t address, unsigned size,
			  uint64_t value)
{
	struct tape_record record;

	fill(&record, m, region, address, size, value);
	listeners_before(m, &record);
	*tape_append(m) = record;
	carry_out(m, region, address, size, value);
	listeners_after(m, &record);
}

void bus_write(struct machine *m, uint64_t address, unsigned size, uint64_t value)
{
	struct region *region;

	if (unlikely(m->state.poisoned) || layer_refuses(m, NOT_FOR_DRIVERS) ||
	    !size_allowed(m, size))
		return;
	step(m, STEP_WRITE, NULL);
	region = region_find(m, SIDE_CPU, address, size);
	value &= ones(size);
	if (unlikely(m->nr_listeners)) {
		write_watched(m, region, address, size, value);
		return;
	}
	fill(tape_append(m), m, region, address, size, value);
	carry_out(m, region, address, size, value);
}

/* Nobody may see one half without the other, hence no use of write_watched(). */
void bus_write_pair(struct machine *m, uint64_t address, uint64_t low, uint64_t high)
{
	struct tape_record half[2];
	struct region *region;

	if (unlikely(m->state.poisoned) || layer_refuses(m, NOT_FOR_DRIVERS))
		return;
	step(m, STEP_WRITE, NULL);
	region = region_find(m, SIDE_CPU, address, 16);
	fill(&half[0], m, region, address, 8, low);
	fill(&half[1], m, region, address + 8, 8, high);
	listeners_before(m, &half[0]);
	listeners_before(m, &half[1]);
	*tape_append(m) = half[0];
	*tape_append(m) = half[1];
	carry_out(m, region, address, 8, low);
	carry_out(m, region, address + 8, 8, high);
	listeners_after(m, &half[0]);
	listeners_after(m, &half[1]);
}

bool bus_try_cmpxchg(struct machine *m, uint64_t address, uint64_t *expected, uint64_t value)
{
	struct region *region;
	uint64_t now;

	if (unlikely(m->state.poisoned) || layer_refuses(m, NOT_FOR_DRIVERS))
		return true;
	step(m, STEP_WRITE, NULL);
	region = region_find(m, SIDE_CPU, address, 8);
	now = region && region->memory
		      ? memory_load(region->memory, address - region->claim.first, 8)
		      : *expected;
	if (now != *expected) {
		*expected = now;
		return false;
	}
	write_watched(m, region, address, 8, value);
	return true;
}

uint64_t bus_read(struct machine *m, uint64_t address, unsigned size)
{
	struct region *region;
	uint64_t offset;

	if (!size_allowed(m, size))
		return ~UINT64_C(0);
	if (unlikely(m->state.poisoned))
		return ones(size);
	step(m, STEP_READ_FLUSH, NULL);
	region = region_find(m, SIDE_CPU, address, size);
	if (!region)
		return ones(size);
	offset = address - region->claim.first;
	if (region->memory)
		return memory_load(region->memory, offset, size);
	if (!region->claim.ops->read)
		return ones(size);
	return region->claim.ops->read(m, region->claim.owner, offset, size) & ones(size);
}

/* ---- messages ---- */

struct upstream {
	const struct bus_upstream_ops *ops;
	void *unit;
	uint16_t segment, first, last;
};

static void upstream_digest(const void *object, struct digest *d)
{
	const struct upstream *u = object;

	digest_u64(d, (uint64_t)u->segment << 32 | (uint64_t)u->first << 16 | u->last);
}

static const struct object_type upstream_type = {.name = "bus-upstream", .digest = upstream_digest};

int bus_add_upstream(struct machine *m, uint16_t segment, uint16_t first, uint16_t last,
		     const struct bus_upstream_ops *ops, void *unit)
{
	struct upstream *upstream;
	int err;

	if (first > last || !ops || !ops->message)
		return -EINVAL;
	upstream = object_alloc(m, &upstream_type, sizeof(*upstream));
	if (!upstream)
		return -ENOMEM;
	*upstream = (struct upstream){ops, unit, segment, first, last};
	err = pointer_table_insert(m, &m->state.upstreams,
				   m->state.upstreams ? m->state.upstreams->nr : 0, upstream);
	if (err)
		object_free(m, upstream);
	lookups_forget(m);
	return err;
}

static const struct upstream *upstream_search(const struct machine *m, uint16_t segment,
					      uint16_t requester)
{
	const struct pointer_table *table = m->state.upstreams;

	for (uint32_t i = table ? table->nr : 0; i-- > 0;) {
		const struct upstream *u = table->at[i];

		if (u->segment == segment && u->first <= requester && requester <= u->last)
			return u;
	}
	return NULL;
}

static const struct upstream *upstream_find(struct machine *m, uint16_t segment, uint16_t requester)
{
	uint32_t key = (uint32_t)segment << 16 | requester;

	if (unlikely(!m->last_upstream_valid || m->last_requester != key)) {
		m->last_upstream = upstream_search(m, segment, requester);
		m->last_requester = key;
		m->last_upstream_valid = true;
	}
	return m->last_upstream;
}

static uint16_t message_actor(const struct bus_message *message)
{
	return message->platform ? (uint16_t)message->device_id : message->requester;
}

static inline void fill_message(struct tape_record *record, const struct machine *m,
				const struct region *region, const struct bus_message *message)
{
	*record = (struct tape_record){
		.address = message->address,
		.value = message->data,
		.step = (uint32_t)m->state.steps,
		.object = region ? (uint32_t)region->number : NO_REGION,
		.extra = message->pasid,
		.actor = message_actor(message),
		.kind = TAPE_MESSAGE,
		.size = 4,
		.actor_kind = ACTOR_DEVICE,
	};
}

static inline void deliver_message(struct machine *m, struct region *region,
				   const struct bus_message *message)
{
	if (likely(region))
		region->claim.ops->message(m, region->claim.owner, message);
	else
		tape_event(m, TAPE_DROP, ACTOR_DEVICE, message_actor(message), message->address,
			   DROP_STRAY, NO_REGION, message->data);
}

static void route(struct machine *m, struct region *region, const struct bus_message *message)
{
	const struct upstream *upstream =
		unlikely(message->platform)
			? NULL
			: upstream_find(m, message->segment, message->requester);

	if (!upstream || !upstream->ops->message(m, upstream->unit, message))
		deliver_message(m, region, message);
}

void bus_forward_message(struct machine *m, const struct bus_message *message)
{
	deliver_message(m, region_find(m, SIDE_DEVICE, message->address, 4), message);
}

static void send_watched(struct machine *m, struct region *region,
			 const struct bus_message *message)
{
	struct tape_record record;

	fill_message(&record, m, region, message);
	listeners_before(m, &record);
	*tape_append(m) = record;
	route(m, region, message);
	listeners_after(m, &record);
}

void bus_send_message(struct machine *m, const struct bus_message *message)
{
	struct region *region;

	if (unlikely(m->state.poisoned))
		return;
	step(m, STEP_WRITE, NULL);
	region = region_find(m, SIDE_DEVICE, message->address, 4);
	if (unlikely(m->nr_listeners)) {
		send_watched(m, region, message);
		return;
	}
	fill_message(tape_append(m), m, region, message);
	route(m, region, message);
}

/* ---- towards CPUs ---- */

int bus_set_interrupt_sink(struct machine *m, const struct interrupt_sink_ops *ops, void *sink)
{
	if (m->state.sink_ops)
		return -EEXIST;
	m->state.sink_ops = ops;
	m->state.sink = sink;
	return 0;
}

unsigned bus_interrupt(struct machine *m, const struct apic_interrupt *interrupt)
{
	const struct interrupt_sink_ops *ops = m->state.sink_ops;

	return ops && ops->accept ? ops->accept(m, m->state.sink, interrupt) : 0;
}

int bus_listen_eoi(struct machine *m, void (*eoi)(struct machine *m, void *owner, unsigned vector),
		   void *owner)
{
	if (m->state.nr_eoi == MAX_EOI_LISTENERS)
		return -ENOSPC;
	m->state.eoi[m->state.nr_eoi++] = (struct eoi_listener){eoi, owner};
	return 0;
}

void bus_broadcast_eoi(struct machine *m, unsigned vector)
{
	for (uint32_t i = 0; i < m->state.nr_eoi; i++)
		m->state.eoi[i].eoi(m, m->state.eoi[i].owner, vector);
}
