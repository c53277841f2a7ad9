/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/its_internal.h"

#define ITS_MAX_UNITS	  64u
#define FRAME_BYTES	  UINT64_C(0x10000)
#define TRANSLATER_OFFSET (GITS_TRANSLATER - FRAME_BYTES)
#define TYPER_PHYSICAL	  UINT64_C(1)
/* Physical LPIs, entry size, widths, SEIS, PTA, HCC, collection width and CIL */
#define TYPER_KNOWN    UINT64_C(0x1fff0ffff1)
#define ENTRY_SIZE_MIN 8u

static void its_digest(const void *object, struct digest *d)
{
	const struct its *its = object;

	unit_digest(&its->unit, d);
	digest_u64(d, its->base);
	digest_u64(d, its->typer);
	digest_u64(d, its->ctlr);
	digest_u64(d, its->cbaser);
	/* Where in the ring the queue stands means nothing; what is in it does. */
	digest_counter(d, its->cwriter);
	digest_u64(d, (its->cwriter & QUEUE_OFFSET) - (its->creadr & QUEUE_OFFSET));
	digest_u64(d, its->creadr & CREADR_STALLED);
	digest_bytes(d, its->baser, sizeof(its->baser));
	digest_counter(d, its->errors);
	digest_counter(d, its->last_error);
}

static void held_digest(const void *object, struct digest *d)
{
	const struct its_held *held = object;

	digest_u64(d, held->unit);
	digest_bytes(d, held->entry, sizeof(held->entry));
}

static const struct object_type its_type = {.name = "its", .digest = its_digest};
static const struct object_type held_type = {.name = "its-collections", .digest = held_digest};

/* ---- messages ---- */

enum its_drop its_route(const struct machine *m, const struct its *its, uint32_t device,
			uint32_t event, uint32_t *intid, unsigned *cpu)
{
	struct its_lookup at;
	enum its_drop why;
	int target;

	if (!(its->ctlr & GITS_CTLR_ENABLED))
		return ITS_DROP_DISABLED;
	why = its_find_event(m, its, device, event, &at);
	if (why)
		return why;
	target = its_target(m, its, at.event.icid);
	if (target < 0)
		return ITS_DROP_COLLECTION;
	*intid = at.event.intid;
	*cpu = (unsigned)target;
	return ITS_TRANSLATED;
}

static enum its_drop refusal(enum lpi_refusal why)
{
	switch (why) {
	case LPI_TAKEN:
		return ITS_TRANSLATED;
	case LPI_OFF:
		return ITS_DROP_LPIS_OFF;
	case LPI_BEYOND:
		break;
	}
	return ITS_DROP_INTID;
}

void its_signal(struct machine *m, struct its *its, uint32_t device, uint32_t event)
{
	uint32_t intid = 0;
	unsigned cpu = 0;
	enum its_drop why = its_route(m, its, device, event, &intid, &cpu);

	if (!why)
		why = refusal(gicr_set_lpi(m, cpu, intid));
	if (why)
		tape_event(m, TAPE_DROP, ACTOR_UNIT, (uint16_t)its->unit.number,
			   (uint64_t)device << 32 | event, DROP_UNTRANSLATED,
			   (uint32_t)its->unit.region, why);
}

static void its_message(struct machine *m, void *owner, const struct bus_message *message)
{
	struct its *its = owner;
	uint32_t device = message->platform ? message->device_id
					    : (uint32_t)message->segment << 16 | message->requester;

	if (message->address == its->base + GITS_TRANSLATER)
		its_signal(m, its, device, message->data);
	else
		tape_event(m, TAPE_DROP, ACTOR_DEVICE, (uint16_t)device, message->address,
			   DROP_STRAY, (uint32_t)its->translater, message->data);
}

static void describe_translater(const struct machine *m, const void *owner, uint64_t offset,
				unsigned size, struct bus_place *out)
{
	const struct its *its = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){
		.store = "reg",
		.field = offset == TRANSLATER_OFFSET ? "translater" : "",
		.index = -1,
		.offset = FRAME_BYTES + offset,
	};
	__builtin_memcpy(out->object, its->unit.name, sizeof(out->object));
}

static const struct bus_region_ops translater_ops = {
	.message = its_message,
	.describe = describe_translater,
};

/* ---- life ---- */

static unsigned or_default(unsigned value, unsigned otherwise)
{
	return value ? value : otherwise;
}

/* False: a width or size is out of range. */
static bool make_typer(const struct its_desc *desc, uint64_t *typer)
{
	unsigned entry = or_default(desc->entry_size, 12);
	unsigned event_bits = or_default(desc->event_bits, 16);
	unsigned device_bits = or_default(desc->device_bits, 16);
	unsigned collection_bits = or_default(desc->collection_bits, 16);

	if (desc->typer) {
		*typer = (desc->typer & TYPER_KNOWN) | TYPER_PHYSICAL;
		return GITS_TYPER_ENTRY_SIZE(*typer) >= ENTRY_SIZE_MIN;
	}
	if (entry < ENTRY_SIZE_MIN || entry > 16 || event_bits > 32 || device_bits > 32 ||
	    collection_bits > 16)
		return false;
	*typer = TYPER_PHYSICAL | (uint64_t)(entry - 1) << 4 | (uint64_t)(event_bits - 1) << 8 |
		 (uint64_t)(device_bits - 1) << 13 | (desc->pta ? GITS_TYPER_PTA : 0) |
		 (uint64_t)desc->held_collections << 24 | (uint64_t)(collection_bits - 1) << 32 |
		 GITS_TYPER_CIL;
	return true;
}

static int attach(struct machine *m, struct its *its)
{
	struct bus_region control = {
		.first = its->base,
		.last = its->base + FRAME_BYTES - 1,
		.ops = &its_register_ops,
		.owner = its,
		.tape_kind = TAPE_MMIO,
	};
	struct bus_region translation = {
		.first = its->base + FRAME_BYTES,
		.last = its->base + ITS_BYTES - 1,
		.ops = &translater_ops,
		.owner = its,
		.tape_kind = TAPE_MMIO,
	};
	int err;

	its->unit.region = bus_add_region(m, &control);
	if (its->unit.region < 0)
		return its->unit.region;
	its->translater = bus_add_region(m, &translation);
	err = its->translater < 0 ? its->translater : units_insert(m, &its->unit);
	if (!err)
		return 0;
	if (its->translater >= 0)
		bus_remove_region(m, its->translater);
	bus_remove_region(m, its->unit.region);
	return err;
}

static struct its *create(struct machine *m, unsigned unit, uint64_t typer)
{
	struct its *its = object_alloc(m, &its_type, sizeof(*its));

	if (!its || !GITS_TYPER_HCC(typer))
		return its;
	its->held = object_alloc(m, &held_type, sizeof(*its->held));
	if (its->held) {
		its->held->unit = unit;
		return its;
	}
	object_free(m, its);
	return NULL;
}

int its_create(struct machine *m, const struct its_desc *desc, unsigned unit, uint64_t *registers)
{
	struct its *its;
	uint64_t typer;
	int err;

	if (gic_version(m) != 3 || unit >= ITS_MAX_UNITS || desc->base % FRAME_BYTES ||
	    !make_typer(desc, &typer))
		return -EINVAL;
	if (units_find(m, UNIT_ITS, unit))
		return -EEXIST;
	its = create(m, unit, typer);
	if (!its)
		return -ENOMEM;
	unit_init(&its->unit, UNIT_ITS, unit, desc->name ? desc->name : "its");
	its->base = desc->base ? desc->base : ITS_BASE(unit);
	its->typer = typer;
	its->baser[0] = (uint64_t)GITS_BASER_DEVICES << 56 | (uint64_t)(TABLE_ENTRY_SIZE - 1) << 48;
	its->baser[1] = (uint64_t)GITS_BASER_COLLECTIONS << 56 | (uint64_t)(TABLE_ENTRY_SIZE - 1)
									 << 48;
	err = attach(m, its);
	if (err) {
		object_free(m, its->held);
		object_free(m, its);
		return err;
	}
	*registers = its->base;
	return 0;
}

/* ---- looking ---- */

const char *its_command_name(unsigned opcode)
{
	switch (opcode) {
#define ITS_COMMAND_NAME(id, op)                                                                   \
	case op:                                                                                   \
		return #id;
		ITS_COMMANDS(ITS_COMMAND_NAME)
#undef ITS_COMMAND_NAME
	}
	return "?";
}

const char *its_drop_text(unsigned why)
{
	switch (why) {
#define ITS_DROP_TEXT(id, text)                                                                    \
	case ITS_DROP_##id:                                                                        \
		return text;
		ITS_DROPS(ITS_DROP_TEXT)
#undef ITS_DROP_TEXT
	}
	return "?";
}

bool its_peek_device(const struct machine *m, unsigned unit, uint32_t device,
		     struct its_device *out)
{
	const struct its *its = units_find(m, UNIT_ITS, unit);
	uint64_t address = its ? its_device_address(m, its, device) : 0, entry;

	if (!address || !bus_memory_read(m, address, &entry, sizeof(entry)))
		return false;
	*out = (struct its_device){.valid = entry & GITS_VALID};
	if (out->valid) {
		out->event_bits = (unsigned)(entry & ENTRY_SIZE_MASK) + 1;
		out->itt = entry & ENTRY_ITT;
	}
	return true;
}

bool its_peek_event(const struct machine *m, unsigned unit, uint32_t device, uint32_t event,
		    struct its_event *out)
{
	const struct its *its = units_find(m, UNIT_ITS, unit);
	struct its_lookup at;

	if (!its || its_find_event(m, its, device, event, &at))
		return false;
	*out = at.event;
	return true;
}

int its_peek_collection(const struct machine *m, unsigned unit, uint16_t icid)
{
	const struct its *its = units_find(m, UNIT_ITS, unit);

	return its ? its_target(m, its, icid) : -ENOENT;
}

enum its_drop its_peek_route(const struct machine *m, unsigned unit, uint32_t device,
			     uint32_t event, uint32_t *intid, unsigned *cpu)
{
	const struct its *its = units_find(m, UNIT_ITS, unit);

	return its ? its_route(m, its, device, event, intid, cpu) : ITS_DROP_DISABLED;
}

uint64_t its_peek_errors(const struct machine *m, unsigned unit, uint32_t *last)
{
	const struct its *its = units_find(m, UNIT_ITS, unit);

	*last = its ? its->last_error : 0;
	return its ? its->errors : 0;
}
