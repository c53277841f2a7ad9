/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/mbigen.h"

#include <stdio.h>
#include <string.h>

#include "sim_iommu/units.h"

#define MAX_UNITS    64u
#define DEFAULT_PINS 128u

struct pin {
	uint32_t vec;
	bool level, line, in_service;
};

struct mbigen {
	struct unit unit;
	uint64_t doorbell;
	uint32_t device_id, pins;
	struct pin pin[]; /* by number − MBIGEN_FIRST_PIN */
};

static void mbigen_digest(const void *object, struct digest *d)
{
	const struct mbigen *g = object;

	unit_digest(&g->unit, d);
	digest_u64(d, g->doorbell);
	digest_u64(d, (uint64_t)g->device_id << 32 | g->pins);
	for (uint32_t i = 0; i < g->pins; i++)
		digest_u64(d, (uint64_t)g->pin[i].vec << 3 | g->pin[i].level << 2 |
				      g->pin[i].line << 1 | g->pin[i].in_service);
}

static const struct object_type mbigen_type = {.name = "mbigen", .digest = mbigen_digest};

/* ---- wires ---- */

static void tell(struct machine *m, const struct mbigen *g, enum tape_kind kind, uint32_t index)
{
	tape_event(m, kind, ACTOR_UNIT, (uint16_t)g->unit.number, 0, index + MBIGEN_FIRST_PIN,
		   (uint32_t)g->unit.region, 0);
}

static void send(struct machine *m, struct mbigen *g, struct pin *pin)
{
	const struct bus_message message = {
		.address = g->doorbell,
		.data = pin->vec >> MBIGEN_VEC_SHIFT & MBIGEN_VEC_MASK,
		.pasid = BUS_NO_PASID,
		.platform = true,
		.device_id = g->device_id,
	};

	pin->in_service = pin->level;
	bus_send_message(m, &message);
}

static struct pin *pin_of(struct mbigen *g, unsigned pin)
{
	return g && pin >= MBIGEN_FIRST_PIN && pin - MBIGEN_FIRST_PIN < g->pins
		       ? &g->pin[pin - MBIGEN_FIRST_PIN]
		       : NULL;
}

void mbigen_set_line(struct machine *m, unsigned unit, unsigned number, bool high)
{
	struct mbigen *g = units_find(m, UNIT_MBIGEN, unit);
	struct pin *pin = pin_of(g, number);

	if (!pin || pin->line == high)
		return;
	step(m, STEP_RAISE, g);
	touch(m, g);
	pin->line = high;
	if (!high)
		return;
	tell(m, g, TAPE_RAISE, number - MBIGEN_FIRST_PIN);
	if (pin->in_service)
		tell(m, g, TAPE_LATCH, number - MBIGEN_FIRST_PIN);
	else
		send(m, g, pin);
}

/* ---- registers ---- */

static void clear(struct machine *m, struct mbigen *g, unsigned first, uint32_t bits)
{
	for (; bits; bits &= bits - 1) {
		struct pin *pin = pin_of(g, first + (unsigned)__builtin_ctz(bits));

		if (!pin || !pin->in_service)
			continue;
		pin->in_service = false;
		if (pin->line)
			send(m, g, pin);
	}
}

static void set_types(struct mbigen *g, unsigned first, uint32_t bits)
{
	for (unsigned bit = 0; bit < 32; bit++) {
		struct pin *pin = pin_of(g, first + bit);

		if (!pin)
			continue;
		pin->level = bits >> bit & 1;
		pin->in_service &= pin->level;
	}
}

struct place {
	enum { NOWHERE, TYPE, VEC, CLEAR } what;
	unsigned pin; /* the first that it is about */
};

static struct place place_of(uint64_t offset)
{
	const unsigned node = (unsigned)(offset >> 12), in = offset & 0xfff;
	const unsigned first = MBIGEN_FIRST_PIN + (node - 1) * MBIGEN_NODE_PINS;

	if (offset >= MBIGEN_CLEAR)
		return (struct place){CLEAR, (unsigned)(offset - MBIGEN_CLEAR) / 4 * 32};
	if (node && in < MBIGEN_NODE_PINS / 8)
		return (struct place){TYPE, first + in / 4 * 32};
	if (node && in >= MBIGEN_VEC && in < MBIGEN_VEC + MBIGEN_NODE_PINS * 4)
		return (struct place){VEC, first + (in - MBIGEN_VEC) / 4};
	return (struct place){NOWHERE, 0};
}

static void register_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct mbigen *g = owner;
	const struct place at = place_of(offset);

	if (size != 4 || offset % 4)
		return;
	touch(m, g);
	if (at.what == CLEAR)
		clear(m, g, at.pin, (uint32_t)value);
	else if (at.what == TYPE)
		set_types(g, at.pin, (uint32_t)value);
	else if (at.what == VEC && pin_of(g, at.pin))
		pin_of(g, at.pin)->vec = (uint32_t)value;
}

static uint64_t register_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	struct mbigen *g = owner;
	const struct place at = place_of(offset);
	uint32_t types = 0;

	(void)m;
	if (size != 4 || offset % 4)
		return 0;
	if (at.what == VEC)
		return pin_of(g, at.pin) ? pin_of(g, at.pin)->vec : 0;
	for (unsigned bit = 0; at.what == TYPE && bit < 32; bit++)
		if (pin_of(g, at.pin + bit) && pin_of(g, at.pin + bit)->level)
			types |= UINT32_C(1) << bit;
	return types;
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	static const char *const fields[] = {"", "type", "vec", "clear"};
	const struct mbigen *g = owner;
	const struct place at = place_of(offset);

	(void)m;
	(void)size;
	*out = (struct bus_place){
		.store = at.what == NOWHERE ? "reg" : "pin",
		.field = fields[at.what],
		.index = at.what == NOWHERE ? -1 : (int64_t)at.pin,
		.offset = offset,
	};
	memcpy(out->object, g->unit.name, sizeof(out->object));
}

static const struct bus_region_ops register_ops = {
	.read = register_read,
	.write = register_write,
	.describe = describe,
};

/* ---- life ---- */

static int attach(struct machine *m, struct mbigen *g)
{
	const struct bus_region page = {
		.first = MBIGEN_BASE(g->unit.number),
		.last = MBIGEN_BASE(g->unit.number + 1) - 1,
		.ops = &register_ops,
		.owner = g,
		.tape_kind = TAPE_MMIO,
	};
	int err;

	g->unit.region = bus_add_region(m, &page);
	if (g->unit.region < 0)
		return g->unit.region;
	err = units_insert(m, &g->unit);
	if (err)
		bus_remove_region(m, g->unit.region);
	return err;
}

int mbigen_create(struct machine *m, const struct mbigen_desc *desc, unsigned unit,
		  uint64_t *registers)
{
	const uint32_t pins = desc->pins ? desc->pins : DEFAULT_PINS;
	struct mbigen *g;
	int err;

	if (pins > MBIGEN_MAX_PINS || unit >= MAX_UNITS)
		return -EINVAL;
	if (units_find(m, UNIT_MBIGEN, unit))
		return -EEXIST;
	g = object_alloc(m, &mbigen_type, sizeof(*g) + pins * sizeof(g->pin[0]));
	if (!g)
		return -ENOMEM;
	unit_init(&g->unit, UNIT_MBIGEN, unit, desc->name ? desc->name : "mbigen");
	g->doorbell = desc->doorbell;
	g->device_id = desc->device_id;
	g->pins = pins;
	err = attach(m, g);
	if (err) {
		object_free(m, g);
		return err;
	}
	*registers = MBIGEN_BASE(unit);
	return 0;
}

bool mbigen_peek_pin(const struct machine *m, unsigned unit, unsigned number,
		     struct mbigen_pin *out)
{
	const struct pin *pin = pin_of(units_find(m, UNIT_MBIGEN, unit), number);

	if (!pin)
		return false;
	*out = (struct mbigen_pin){
		.vec = pin->vec,
		.level = pin->level,
		.line = pin->line,
		.in_service = pin->in_service,
	};
	return true;
}
