/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "sim_iommu/amdvi_internal.h"

#define AMDVI_MAX_UNITS	 64u
#define AMDVI_MAX_TABLE	 512u
#define RING_ENTRY_BYTES 16u
#define RING_MIN_ORDER	 8u
#define FEATURE_XT	 (UINT64_C(1) << 2)
#define FEATURE_GA	 (UINT64_C(1) << 7)
#define EVENT_INTERRUPT	 (UINT64_C(1) << 51)
#define COMMAND_STORE	 1u
#define COMMAND_SIGNAL	 2u

static uint64_t ring_bytes(uint64_t base)
{
	unsigned order = base >> 56 & 0xf;

	return (uint64_t)RING_ENTRY_BYTES << (order < RING_MIN_ORDER ? RING_MIN_ORDER : order);
}

static void amdvi_digest(const void *object, struct digest *d)
{
	const struct amdvi *a = object;

	unit_digest(&a->unit, d);
	digest_u64(d, a->legacy);
	digest_u64(d, a->device_table);
	digest_u64(d, a->command_base);
	digest_u64(d, a->event_base);
	digest_u64(d, a->control);
	digest_u64(d, a->status);
	digest_u64(d, a->command_tail - a->command_head);
	/* Where a ring stands means nothing. */
	digest_u64(d, (a->event_tail - a->event_head) & (ring_bytes(a->event_base) - 1));
	digest_u64(d, a->ga_base);
	digest_u64(d, a->ga_interrupt);
	digest_u64(d, amdvi_guest_log_used(a));
	digest_counter(d, a->event_tail);
	digest_counter(d, a->ga_head);
	digest_counter(d, a->command_head);
}

static const struct object_type amdvi_type = {.name = "amdvi", .digest = amdvi_digest};
static const struct object_type buckets_type = {.name = "amdvi-cache-list"};

static const struct bus_upstream_ops upstream_ops = {.message = amdvi_message};

static uint64_t ring_next(uint64_t base, uint64_t at)
{
	return at + RING_ENTRY_BYTES >= ring_bytes(base) ? 0 : at + RING_ENTRY_BYTES;
}

/* ---- event log ---- */

void amdvi_log(struct machine *m, struct amdvi *a, enum amdvi_event code, uint16_t device,
	       uint64_t detail, bool interrupt)
{
	uint64_t next = ring_next(a->event_base, a->event_tail);
	uint64_t entry[2] = {
		(uint64_t)code << 60 | device | (interrupt ? EVENT_INTERRUPT : 0),
		detail,
	};

	if (!(a->control & AMDVI_CONTROL_EVENT_LOG))
		return;
	touch(m, a);
	if ((a->status & STATUS_OVERFLOW) || next == a->event_head) {
		a->status |= STATUS_OVERFLOW;
		return;
	}
	bus_memory_write(m, (a->event_base & BASE_MASK) + a->event_tail, entry, sizeof(entry));
	a->event_tail = next;
	a->status |= STATUS_EVENT;
}

/* ---- commands ---- */

static bool completion_wait(struct machine *m, struct amdvi *a, uint64_t low, uint64_t high)
{
	uint64_t where = low & UINT64_C(0x000ffffffffffff8);

	if ((low & COMMAND_STORE) && !bus_memory_write(m, where, &high, sizeof(high)))
		return false;
	if (low & COMMAND_SIGNAL) {
		touch(m, a);
		a->status |= STATUS_WAIT;
	}
	return true;
}

/* 0, or the event that stops the command buffer. */
static unsigned carry_out(struct machine *m, struct amdvi *a, uint64_t low, uint64_t high)
{
	unsigned opcode = (unsigned)(low >> 60);
	bool invalidates = true;
	unsigned error = 0;

	tape_event(m, TAPE_COMMAND, ACTOR_UNIT, (uint16_t)a->unit.number, high, low,
		   (uint32_t)a->unit.region, 0);
	switch (opcode) {
	case AMDVI_COMPLETION_WAIT:
		invalidates = false;
		error = completion_wait(m, a, low, high) ? 0 : AMDVI_COMMAND_ERROR;
		break;
	case AMDVI_INVALIDATE_DEVICE:
		amdvi_forget_dte(m, a, (uint16_t)low);
		break;
	case AMDVI_INVALIDATE_INTERRUPTS:
		amdvi_forget_entries(m, a, (uint16_t)low);
		break;
	case AMDVI_INVALIDATE_ALL:
		amdvi_forget_all(m, a);
		break;
	case AMDVI_INVALIDATE_PAGES:
	case AMDVI_INVALIDATE_IOTLB:
	case AMDVI_PREFETCH:
	case AMDVI_COMPLETE_PPR:
		invalidates = false;
		break;
	default:
		return AMDVI_ILLEGAL_COMMAND;
	}
	step(m, invalidates ? STEP_INVALIDATED : STEP_COMMAND, a);
	return error;
}

static bool may_run(const struct amdvi *a)
{
	uint64_t needed = AMDVI_CONTROL_ENABLE | AMDVI_CONTROL_COMMANDS;

	return (a->control & needed) == needed;
}

/* A wrong command stops the buffer until software enables it again. */
static void stop_commands(struct machine *m, struct amdvi *a, enum amdvi_event why)
{
	touch(m, a);
	a->control &= ~AMDVI_CONTROL_COMMANDS;
	amdvi_log(m, a, why, 0, (a->command_base & BASE_MASK) + a->command_head, false);
}

void amdvi_run_commands(struct machine *m, struct amdvi *a)
{
	while (may_run(a) && a->command_head != a->command_tail) {
		uint64_t command[2];
		unsigned error = AMDVI_COMMAND_ERROR;

		if (a->command_tail < ring_bytes(a->command_base) &&
		    bus_memory_read(m, (a->command_base & BASE_MASK) + a->command_head, command,
				    sizeof(command)))
			error = carry_out(m, a, command[0], command[1]);
		if (error) {
			stop_commands(m, a, error);
			return;
		}
		touch(m, a);
		a->command_head = ring_next(a->command_base, a->command_head);
	}
}

/* ---- registers ---- */

static uint64_t features(const struct amdvi *a)
{
	return a->legacy ? 0 : FEATURE_XT | FEATURE_GA;
}

static uint64_t *register_at(struct amdvi *a, uint64_t offset)
{
	switch (offset) {
	case AMDVI_DEVICE_TABLE:
		return &a->device_table;
	case AMDVI_COMMAND_BASE:
		return &a->command_base;
	case AMDVI_EVENT_BASE:
		return &a->event_base;
	case AMDVI_CONTROL:
		return &a->control;
	case AMDVI_COMMAND_HEAD:
		return &a->command_head;
	case AMDVI_COMMAND_TAIL:
		return &a->command_tail;
	case AMDVI_EVENT_HEAD:
		return &a->event_head;
	case AMDVI_EVENT_TAIL:
		return &a->event_tail;
	case AMDVI_STATUS:
		return &a->status;
	case AMDVI_GA_LOG_BASE:
		return &a->ga_base;
	case AMDVI_GA_INTERRUPT:
		return &a->ga_interrupt;
	case AMDVI_GA_LOG_HEAD:
		return &a->ga_head;
	case AMDVI_GA_LOG_TAIL:
		return &a->ga_tail;
	}
	return NULL;
}

static uint64_t read_register(const struct amdvi *a, uint64_t offset)
{
	const uint64_t *reg = register_at((struct amdvi *)(uintptr_t)a, offset);

	if (offset == AMDVI_FEATURES)
		return features(a);
	return reg ? *reg : 0;
}

static uint64_t register_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	(void)m;
	if (size < 4 || offset % size)
		return 0;
	return read_register(owner, offset & ~UINT64_C(7)) >> (offset % 8 * 8);
}

static void write_register(struct machine *m, struct amdvi *a, uint64_t offset, uint64_t value)
{
	uint64_t *reg = register_at(a, offset);

	if (!reg)
		return;
	switch (offset) {
	case AMDVI_STATUS:
		*reg &= ~value;
		break;
	case AMDVI_COMMAND_BASE:
		a->command_head = a->command_tail = 0;
		*reg = value;
		break;
	case AMDVI_EVENT_BASE:
		a->event_head = a->event_tail = 0;
		*reg = value;
		break;
	case AMDVI_GA_LOG_BASE:
		a->ga_head = a->ga_tail = 0;
		*reg = value;
		break;
	case AMDVI_COMMAND_HEAD:
	case AMDVI_COMMAND_TAIL:
	case AMDVI_EVENT_HEAD:
	case AMDVI_EVENT_TAIL:
		*reg = value & 0x7fff0;
		break;
	case AMDVI_GA_LOG_HEAD:
	case AMDVI_GA_LOG_TAIL:
		*reg = value & 0x7fff8;
		break;
	default:
		*reg = value;
	}
	if (offset == AMDVI_CONTROL || offset == AMDVI_COMMAND_TAIL)
		amdvi_run_commands(m, a);
}

static void register_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct amdvi *a = owner;
	uint64_t base = offset & ~UINT64_C(7), old;
	unsigned shift = offset % 8 * 8;

	if (size < 4 || offset % size)
		return;
	touch(m, a);
	if (size == 4) { /* the other half stays; of bits that 1 clears, none */
		old = base == AMDVI_STATUS ? 0 : read_register(a, base);
		value = (old & ~(UINT64_C(0xffffffff) << shift)) | value << shift;
	}
	write_register(m, a, base, value);
}

static const char *register_name(uint64_t offset)
{
	switch (offset & ~UINT64_C(7)) {
	case AMDVI_DEVICE_TABLE:
		return "device_table";
	case AMDVI_COMMAND_BASE:
		return "command_base";
	case AMDVI_EVENT_BASE:
		return "event_base";
	case AMDVI_CONTROL:
		return "control";
	case AMDVI_COMMAND_HEAD:
		return "command_head";
	case AMDVI_COMMAND_TAIL:
		return "command_tail";
	case AMDVI_EVENT_HEAD:
		return "event_head";
	case AMDVI_EVENT_TAIL:
		return "event_tail";
	case AMDVI_STATUS:
		return "status";
	case AMDVI_GA_LOG_BASE:
		return "ga_log_base";
	case AMDVI_GA_INTERRUPT:
		return "ga_interrupt";
	case AMDVI_GA_LOG_HEAD:
		return "ga_log_head";
	case AMDVI_GA_LOG_TAIL:
		return "ga_log_tail";
	}
	return "";
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	const struct amdvi *a = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){
		.store = "reg",
		.field = register_name(offset),
		.index = -1,
		.offset = offset,
	};
	memcpy(out->object, a->unit.name, sizeof(out->object));
}

const struct bus_region_ops amdvi_register_ops = {
	.read = register_read,
	.write = register_write,
	.describe = describe,
};

/* ---- creation ---- */

static int attach(struct machine *m, struct amdvi *a, const struct remap_desc *desc)
{
	uint16_t last = desc->last_requester ? desc->last_requester : UINT16_MAX;
	uint64_t first = AMDVI_REGISTER_BASE + a->unit.number * AMDVI_REGISTER_BYTES;
	struct bus_region page = {
		.first = first,
		.last = first + AMDVI_REGISTER_BYTES - 1,
		.ops = &amdvi_register_ops,
		.owner = a,
		.tape_kind = TAPE_MMIO,
	};
	int err;

	a->unit.region = bus_add_region(m, &page);
	if (a->unit.region < 0)
		return a->unit.region;
	err = units_insert(m, &a->unit);
	if (!err) {
		err = bus_add_upstream(m, desc->segment, desc->first_requester, last, &upstream_ops,
				       a);
		if (!err)
			return 0;
		units_remove(m, &a->unit);
	}
	bus_remove_region(m, a->unit.region);
	return err;
}

int amdvi_create(struct machine *m, const struct remap_desc *desc, unsigned unit,
		 uint64_t *registers)
{
	struct amdvi *a;
	int err = -ENOMEM;

	if (!desc->entries || desc->entries > AMDVI_MAX_TABLE || unit >= AMDVI_MAX_UNITS)
		return -EINVAL;
	if (units_find(m, UNIT_AMDVI, unit))
		return -EEXIST;
	a = object_alloc(m, &amdvi_type, sizeof(*a));
	if (!a)
		return -ENOMEM;
	unit_init(&a->unit, UNIT_AMDVI, unit, desc->name ? desc->name : "ir");
	a->legacy = desc->legacy_format;
	a->cache = object_alloc(m, &buckets_type, sizeof(*a->cache));
	if (a->cache)
		err = attach(m, a, desc);
	if (err) {
		object_free(m, a->cache);
		object_free(m, a);
		return err;
	}
	*registers = AMDVI_REGISTER_BASE + unit * AMDVI_REGISTER_BYTES;
	return 0;
}

bool amdvi_peek_cached(const struct machine *m, unsigned unit, uint16_t device, unsigned index,
		       uint64_t entry[2])
{
	const struct amdvi *a = units_find(m, UNIT_AMDVI, unit);

	return a && amdvi_lookup_entry(a, device, index, entry);
}

uint64_t amdvi_peek_register(const struct machine *m, unsigned unit, unsigned offset)
{
	const struct amdvi *a = units_find(m, UNIT_AMDVI, unit);

	return a ? read_register(a, offset) : 0;
}
