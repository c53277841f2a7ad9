/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/its_internal.h"

struct command {
	struct its *its;
	uint64_t dw[4];
	uint32_t device, event;
	uint16_t icid;
};

/* What an error is about: the low byte of its code. */
enum { NO_TARGET = 0x02, NO_COLLECTION = 0x03, UNMAPPED = 0x07, UNMAPPED_COLLECTION = 0x09 };
#define ERROR(opcode, what) (0x010000u | (opcode) << 8 | (what))
#define CLEAR_IN_ERRORS	    0x05u

static uint32_t opcode_of(const struct command *c)
{
	return c->dw[0] & 0xff;
}

/* The event and its target: 0 or the command's error. */
static uint32_t find(struct machine *m, const struct command *c, struct its_lookup *at,
		     unsigned *cpu)
{
	uint32_t opcode = opcode_of(c) == ITS_CMD_CLEAR ? CLEAR_IN_ERRORS : opcode_of(c);
	int target;

	if (its_find_event(m, c->its, c->device, c->event, at))
		return ERROR(opcode, UNMAPPED);
	target = its_target(m, c->its, at->event.icid);
	if (target < 0)
		return ERROR(opcode, UNMAPPED_COLLECTION);
	*cpu = (unsigned)target;
	return 0;
}

/* ---- mapping ---- */

static uint32_t map_device(struct machine *m, const struct command *c)
{
	uint64_t address = its_device_address(m, c->its, c->device);
	uint64_t size = c->dw[1] & ENTRY_SIZE_MASK;
	uint64_t entry = 0;

	if (!address)
		return ITS_ERR_MAPD_DEVICE;
	if (c->dw[2] & GITS_VALID) {
		if (size >= GITS_TYPER_EVENT_BITS(c->its->typer))
			return ITS_ERR_MAPD_SIZE;
		entry = GITS_VALID | (c->dw[2] & ENTRY_ITT) | size;
	}
	return bus_memory_write(m, address, &entry, sizeof(entry)) ? 0 : ITS_ERR_MAPD_DEVICE;
}

static uint32_t map_collection(struct machine *m, const struct command *c)
{
	uint64_t entry = 0;

	if (!its_collection_exists(m, c->its, c->icid))
		return ITS_ERR_MAPC_COLLECTION;
	if (c->dw[2] & GITS_VALID) {
		if (its_rdbase_cpu(m, c->its, c->dw[2]) < 0)
			return ITS_ERR_MAPC_TARGET;
		entry = GITS_VALID | (c->dw[2] & ENTRY_RDBASE);
	}
	return its_write_collection(m, c->its, c->icid, entry) ? 0 : ITS_ERR_MAPC_COLLECTION;
}

static uint32_t refuse_map(uint32_t code, const struct command *c)
{
	return ERROR(opcode_of(c), code & 0xff);
}

static uint32_t check_map(struct machine *m, const struct command *c, uint32_t intid,
			  struct its_lookup *at)
{
	enum its_drop why = its_find_slot(m, c->its, c->device, c->event, at);

	if (why == ITS_DROP_EVENT_RANGE)
		return refuse_map(ITS_ERR_MAPTI_EVENT, c);
	if (why)
		return refuse_map(ITS_ERR_MAPTI_DEVICE, c);
	if (intid < GIC_FIRST_LPI || (uint64_t)intid >> gicv3_id_bits(m))
		return refuse_map(ITS_ERR_MAPTI_INTID, c);
	if (!its_collection_exists(m, c->its, c->icid))
		return refuse_map(ITS_ERR_MAPTI_COLLECTION, c);
	return 0;
}

static uint32_t map_event(struct machine *m, const struct command *c, uint32_t intid)
{
	struct its_lookup at;
	uint32_t error = check_map(m, c, intid, &at);
	int target;

	if (error)
		return error;
	WARN_IF(m, !its_find_event(m, c->its, c->device, c->event, &at), ITS_REMAPPED, 0);
	if (!its_write_event(m, c->its, &at, its_event_entry(c->icid, intid)))
		return refuse_map(ITS_ERR_MAPTI_DEVICE, c);
	target = its_target(m, c->its, c->icid);
	if (target >= 0)
		gicr_map_lpi(m, (unsigned)target, intid);
	return 0;
}

static uint32_t discard(struct machine *m, const struct command *c)
{
	struct its_lookup at;
	int target;

	if (its_find_event(m, c->its, c->device, c->event, &at))
		return ITS_ERR_DISCARD_UNMAPPED;
	target = its_target(m, c->its, at.event.icid);
	its_write_event(m, c->its, &at, 0);
	if (target >= 0)
		gicr_unmap_lpi(m, (unsigned)target, at.event.intid);
	return 0;
}

/* ---- moving ---- */

static uint32_t move_event(struct machine *m, const struct command *c)
{
	struct its_lookup at;
	int from, to;

	if (its_find_event(m, c->its, c->device, c->event, &at))
		return ITS_ERR_MOVI_UNMAPPED;
	from = its_target(m, c->its, at.event.icid);
	to = its_target(m, c->its, c->icid);
	if (to < 0)
		return ITS_ERR_MOVI_COLLECTION;
	its_write_event(m, c->its, &at, its_event_entry(c->icid, at.event.intid));
	if (from >= 0)
		gicr_move_lpi(m, (unsigned)from, (unsigned)to, at.event.intid);
	else
		gicr_map_lpi(m, (unsigned)to, at.event.intid);
	return 0;
}

static uint32_t move_all(struct machine *m, const struct command *c)
{
	int from = its_rdbase_cpu(m, c->its, c->dw[2]), to = its_rdbase_cpu(m, c->its, c->dw[3]);

	if (from < 0 || to < 0)
		return ITS_ERR_MOVALL_TARGET;
	gicr_move_all(m, (unsigned)from, (unsigned)to);
	return 0;
}

/* ---- events and properties ---- */

static uint32_t on_event(struct machine *m, const struct command *c)
{
	struct its_lookup at;
	unsigned cpu = 0;
	uint32_t error = find(m, c, &at, &cpu);

	if (error)
		return error;
	if (opcode_of(c) == ITS_CMD_INT)
		its_signal(m, c->its, c->device, c->event);
	else if (opcode_of(c) == ITS_CMD_CLEAR)
		gicr_clear_lpi(m, cpu, at.event.intid);
	else
		gicr_invalidate_lpi(m, cpu, at.event.intid);
	return 0;
}

static uint32_t invalidate_all(struct machine *m, const struct command *c)
{
	int target = its_target(m, c->its, c->icid);

	if (target < 0)
		return ITS_ERR_INVALL_COLLECTION;
	gicr_invalidate_all(m, (unsigned)target);
	return 0;
}

/* Everything is in effect at once; what is left to check is who is meant. */
static uint32_t synchronize(struct machine *m, const struct command *c)
{
	return its_rdbase_cpu(m, c->its, c->dw[2]) < 0 ? ITS_ERR_SYNC_TARGET : 0;
}

static uint32_t carry_out(struct machine *m, const struct command *c)
{
	switch (opcode_of(c)) {
	case ITS_CMD_MAPD:
		return map_device(m, c);
	case ITS_CMD_MAPC:
		return map_collection(m, c);
	case ITS_CMD_MAPTI:
		return map_event(m, c, (uint32_t)(c->dw[1] >> 32));
	case ITS_CMD_MAPI:
		return map_event(m, c, c->event);
	case ITS_CMD_MOVI:
		return move_event(m, c);
	case ITS_CMD_MOVALL:
		return move_all(m, c);
	case ITS_CMD_DISCARD:
		return discard(m, c);
	case ITS_CMD_INT:
	case ITS_CMD_CLEAR:
	case ITS_CMD_INV:
		return on_event(m, c);
	case ITS_CMD_INVALL:
		return invalidate_all(m, c);
	case ITS_CMD_SYNC:
		return synchronize(m, c);
	}
	return ERROR(opcode_of(c), 0);
}

/* ---- the queue ---- */

static void report(struct machine *m, struct its *its, const struct command *c, uint32_t error)
{
	touch(m, its);
	its->errors++;
	its->last_error = error;
	tape_event(m, TAPE_FAULT, ACTOR_UNIT, (uint16_t)its->unit.number,
		   its->creadr & QUEUE_OFFSET, error, (uint32_t)its->unit.region, c->device);
}

static void run_one(struct machine *m, struct its *its, const uint64_t dw[4])
{
	struct command c = {
		.its = its,
		.dw = {dw[0], dw[1], dw[2], dw[3]},
		.device = (uint32_t)(dw[0] >> 32),
		.event = (uint32_t)dw[1],
		.icid = (uint16_t)dw[2],
	};
	uint32_t error;

	tape_event(m, TAPE_COMMAND, ACTOR_UNIT, (uint16_t)its->unit.number, dw[1], dw[0],
		   (uint32_t)its->unit.region, 0);
	tape_event(m, TAPE_COMMAND_ARGS, ACTOR_UNIT, (uint16_t)its->unit.number, dw[3], dw[2],
		   (uint32_t)its->unit.region, 0);
	step(m, STEP_COMMAND, its);
	error = carry_out(m, &c);
	if (error)
		report(m, its, &c, error);
}

static bool can_run(const struct its *its)
{
	return (its->ctlr & GITS_CTLR_ENABLED) && (its->cbaser & GITS_VALID) &&
	       !(its->creadr & CREADR_STALLED);
}

void its_run_queue(struct machine *m, struct its *its)
{
	uint64_t bytes = ((its->cbaser & 0xff) + 1) * 0x1000;

	while (can_run(its) && its->creadr != (its->cwriter & QUEUE_OFFSET)) {
		uint64_t dw[4];

		touch(m, its);
		if (its->creadr >= bytes || (its->cwriter & QUEUE_OFFSET) >= bytes ||
		    !bus_memory_read(m, GITS_CBASER_ADDRESS(its->cbaser) + its->creadr, dw,
				     sizeof(dw))) {
			its->creadr |= CREADR_STALLED;
			return;
		}
		run_one(m, its, dw);
		its->creadr += ITS_COMMAND_BYTES;
		if (its->creadr == bytes)
			its->creadr = 0;
	}
}
