/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/aplic.h"

#include <stdio.h>
#include <string.h>

#include "sim_iommu/units.h"

#define MAX_UNITS 64u

#define WORDS		((APLIC_MAX_SOURCE + 1) / 32)
#define DOMAINCFG_FIXED 0x80000000u
#define TARGET_WRITABLE 0xfffff7ffu /* bit 11 is reserved */
#define MMSI_WRITABLE	0x1f77ffffu
#define SMSI_WRITABLE	0x00700fffu

struct source {
	uint32_t config, target;
};

struct aplic {
	struct unit unit;
	uint32_t sources;
	uint32_t domaincfg;
	uint32_t mmsi[2], smsi[2];
	uint32_t pending[WORDS], enabled[WORDS], line[WORDS];
	struct source source[]; /* by number; 0 is none */
};

static void aplic_digest(const void *object, struct digest *d)
{
	const struct aplic *a = object;

	unit_digest(&a->unit, d);
	digest_u64(d, (uint64_t)a->sources << 32 | a->domaincfg);
	digest_bytes(d, a->mmsi, sizeof(a->mmsi));
	digest_bytes(d, a->smsi, sizeof(a->smsi));
	digest_bytes(d, a->pending, sizeof(a->pending));
	digest_bytes(d, a->enabled, sizeof(a->enabled));
	digest_bytes(d, a->line, sizeof(a->line));
	digest_bytes(d, a->source, (a->sources + 1) * sizeof(a->source[0]));
}

static const struct object_type aplic_type = {.name = "aplic", .digest = aplic_digest};

/* ---- sources ---- */

static bool bit_of(const uint32_t *words, unsigned source)
{
	return words[source / 32] >> (source % 32) & 1;
}

static void set_bit_of(uint32_t *words, unsigned source, bool value)
{
	const uint32_t bit = UINT32_C(1) << (source % 32);

	words[source / 32] = value ? words[source / 32] | bit : words[source / 32] & ~bit;
}

static unsigned mode_of(const struct aplic *a, unsigned source)
{
	const uint32_t config = a->source[source].config;

	return config & APLIC_DELEGATE ? APLIC_INACTIVE : config & 7;
}

static bool is_level(const struct aplic *a, unsigned source)
{
	return mode_of(a, source) >= APLIC_HIGH;
}

/* The rectified input (AIA 4.5.2). */
static bool input_of(const struct aplic *a, unsigned source)
{
	const unsigned mode = mode_of(a, source);

	if (mode < APLIC_RISES)
		return false;
	return bit_of(a->line, source) != (mode == APLIC_FALLS || mode == APLIC_LOW);
}

/* ---- messages (AIA 4.9.1) ---- */

static void send(struct machine *m, const struct aplic *a, uint32_t target)
{
	const uint32_t mmsih = a->mmsi[1], smsih = a->smsi[1];
	const unsigned lhxw = mmsih >> 12 & 0xf, hhxw = mmsih >> 16 & 7, hhxs = mmsih >> 24 & 0x1f;
	const unsigned lhxs = smsih >> 20 & 7;
	const uint32_t hart = target >> 18;
	const uint64_t group = hart >> lhxw & ((1u << hhxw) - 1);
	const uint64_t low = hart & ((1u << lhxw) - 1);
	const uint64_t page = (uint64_t)(smsih & 0xfff) << 32 | a->smsi[0] | group << (hhxs + 12) |
			      low << lhxs | (target >> 12 & 0x3f);
	const struct bus_message message = {
		.address = page << 12,
		.data = target & 0x7ff,
		.pasid = BUS_NO_PASID,
		.platform = true,
		.device_id = a->unit.number,
	};

	bus_send_message(m, &message);
}

static bool may_send(const struct aplic *a, unsigned source)
{
	const uint32_t on = APLIC_DOMAINCFG_IE | APLIC_DOMAINCFG_DM;

	return (a->domaincfg & on) == on && bit_of(a->pending, source) &&
	       bit_of(a->enabled, source);
}

static void evaluate(struct machine *m, struct aplic *a, unsigned source)
{
	if (!may_send(a, source))
		return;
	set_bit_of(a->pending, source, false);
	send(m, a, a->source[source].target);
}

static void evaluate_word(struct machine *m, struct aplic *a, unsigned word)
{
	for (unsigned source = word * 32; source < word * 32 + 32; source++)
		if (source <= a->sources)
			evaluate(m, a, source);
}

/* ---- wires ---- */

static void tell(struct machine *m, const struct aplic *a, enum tape_kind kind, uint64_t value,
		 uint32_t extra)
{
	tape_event(m, kind, ACTOR_UNIT, (uint16_t)a->unit.number, 0, value,
		   (uint32_t)a->unit.region, extra);
}

static void rise(struct machine *m, struct aplic *a, unsigned source)
{
	tell(m, a, TAPE_RAISE, source, 0);
	set_bit_of(a->pending, source, true);
	if (may_send(a, source))
		evaluate(m, a, source);
	else
		tell(m, a, TAPE_LATCH, source, 0);
}

void aplic_set_line(struct machine *m, unsigned unit, unsigned source, bool high)
{
	struct aplic *a = units_find(m, UNIT_APLIC, unit);
	bool before;

	if (!a || !source || source > a->sources || bit_of(a->line, source) == high)
		return;
	step(m, STEP_RAISE, a);
	touch(m, a);
	before = input_of(a, source);
	set_bit_of(a->line, source, high);
	if (!before && input_of(a, source)) {
		rise(m, a, source);
	} else if (before && is_level(a, source)) {
		set_bit_of(a->pending, source, false);
	} else if (high && mode_of(a, source) < APLIC_RISES) {
		tell(m, a, TAPE_RAISE, source, 0);
		tell(m, a, TAPE_DROP, DROP_DISABLED, source);
	}
}

/* ---- registers ---- */

static void set_pending(struct machine *m, struct aplic *a, unsigned source)
{
	if (!source || source > a->sources || mode_of(a, source) == APLIC_INACTIVE ||
	    (is_level(a, source) && !input_of(a, source)))
		return;
	set_bit_of(a->pending, source, true);
	evaluate(m, a, source);
}

static void set_enabled(struct machine *m, struct aplic *a, unsigned source, bool enabled)
{
	if (!source || source > a->sources || mode_of(a, source) == APLIC_INACTIVE)
		return;
	set_bit_of(a->enabled, source, enabled);
	evaluate(m, a, source);
}

static void clear_pending(struct machine *m, struct aplic *a, unsigned source)
{
	(void)m;
	if (source <= a->sources)
		set_bit_of(a->pending, source, false);
}

static void enable(struct machine *m, struct aplic *a, unsigned source)
{
	set_enabled(m, a, source, true);
}

static void disable(struct machine *m, struct aplic *a, unsigned source)
{
	set_enabled(m, a, source, false);
}

static void configure(struct aplic *a, unsigned source, uint32_t value)
{
	const unsigned mode = value & 7;

	/* Without child domains nothing can be delegated; modes 2 and 3 are reserved. */
	if (value & APLIC_DELEGATE || mode == 2 || mode == 3)
		value = APLIC_INACTIVE;
	a->source[source].config = value & 7;
	if (a->source[source].config)
		return;
	set_bit_of(a->pending, source, false);
	set_bit_of(a->enabled, source, false);
	a->source[source].target = 0;
}

/* Arrays: for each bit that is 1. Numbers: for the source that is named. */
static const struct {
	uint32_t words, number;
	void (*act)(struct machine *m, struct aplic *a, unsigned source);
	const char *word_field, *number_field;
} actions[] = {
	{APLIC_SETIP, APLIC_SETIPNUM, set_pending, "setip", "setipnum"},
	{APLIC_IN_CLRIP, APLIC_CLRIPNUM, clear_pending, "in_clrip", "clripnum"},
	{APLIC_SETIE, APLIC_SETIENUM, enable, "setie", "setienum"},
	{APLIC_CLRIE, APLIC_CLRIENUM, disable, "clrie", "clrienum"},
};
#define NR_ACTIONS (sizeof(actions) / sizeof(actions[0]))

static bool in_array(uint64_t offset, uint32_t first)
{
	return offset >= first && offset < first + WORDS * 4;
}

static bool write_bits(struct machine *m, struct aplic *a, uint64_t offset, uint32_t value)
{
	for (unsigned i = 0; i < NR_ACTIONS; i++) {
		if (offset == actions[i].number) {
			actions[i].act(m, a, value);
			return true;
		}
		if (!in_array(offset, actions[i].words))
			continue;
		for (; value; value &= value - 1)
			actions[i].act(m, a,
				       (unsigned)(offset - actions[i].words) * 8 +
					       (unsigned)__builtin_ctz(value));
		return true;
	}
	return false;
}

/* The source of a register of an array of one each; 0: none. */
static unsigned source_at(const struct aplic *a, uint64_t offset, uint32_t first)
{
	uint64_t source = offset >= first ? (offset - first) / 4 + 1 : 0;

	return source <= a->sources ? (unsigned)source : 0;
}

static void write_single(struct machine *m, struct aplic *a, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case APLIC_DOMAINCFG:
		a->domaincfg = value & (APLIC_DOMAINCFG_IE | APLIC_DOMAINCFG_DM);
		for (unsigned word = 0; word < WORDS; word++)
			evaluate_word(m, a, word);
		break;
	case APLIC_MMSIADDRCFG:
		a->mmsi[0] = value;
		break;
	case APLIC_MMSIADDRCFGH:
		a->mmsi[1] = value & MMSI_WRITABLE;
		break;
	case APLIC_SMSIADDRCFG:
		a->smsi[0] = value;
		break;
	case APLIC_SMSIADDRCFGH:
		a->smsi[1] = value & SMSI_WRITABLE;
		break;
	case APLIC_SETIPNUM_LE:
		set_pending(m, a, value);
		break;
	case APLIC_SETIPNUM_BE:
		set_pending(m, a, __builtin_bswap32(value));
		break;
	case APLIC_GENMSI:
		if (a->domaincfg & APLIC_DOMAINCFG_DM)
			send(m, a, value & 0xfffc07ffu);
		break;
	}
}

static void register_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct aplic *a = owner;

	if (size != 4 || offset % 4)
		return;
	touch(m, a);
	if (write_bits(m, a, offset, (uint32_t)value))
		return;
	if (source_at(a, offset, APLIC_TARGET)) {
		unsigned source = source_at(a, offset, APLIC_TARGET);

		if (mode_of(a, source) != APLIC_INACTIVE)
			a->source[source].target = (uint32_t)value & TARGET_WRITABLE;
	} else if (source_at(a, offset, APLIC_SOURCECFG)) {
		configure(a, source_at(a, offset, APLIC_SOURCECFG), (uint32_t)value);
	} else {
		write_single(m, a, offset, (uint32_t)value);
	}
}

static uint32_t inputs(const struct aplic *a, uint64_t word)
{
	uint32_t value = 0;

	for (unsigned bit = 0; bit < 32; bit++)
		if (word * 32 + bit <= a->sources && input_of(a, (unsigned)word * 32 + bit))
			value |= UINT32_C(1) << bit;
	return value;
}

static uint32_t read32(const struct aplic *a, uint64_t offset)
{
	if (in_array(offset, APLIC_SETIP))
		return a->pending[(offset - APLIC_SETIP) / 4];
	if (in_array(offset, APLIC_IN_CLRIP))
		return inputs(a, (offset - APLIC_IN_CLRIP) / 4);
	if (in_array(offset, APLIC_SETIE))
		return a->enabled[(offset - APLIC_SETIE) / 4];
	if (source_at(a, offset, APLIC_TARGET))
		return a->source[source_at(a, offset, APLIC_TARGET)].target;
	if (source_at(a, offset, APLIC_SOURCECFG))
		return a->source[source_at(a, offset, APLIC_SOURCECFG)].config;
	switch (offset) {
	case APLIC_DOMAINCFG:
		return DOMAINCFG_FIXED | a->domaincfg;
	case APLIC_MMSIADDRCFG:
	case APLIC_MMSIADDRCFGH:
		return a->mmsi[(offset - APLIC_MMSIADDRCFG) / 4];
	case APLIC_SMSIADDRCFG:
	case APLIC_SMSIADDRCFGH:
		return a->smsi[(offset - APLIC_SMSIADDRCFG) / 4];
	}
	return 0;
}

static uint64_t register_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	(void)m;
	return size == 4 && offset % 4 == 0 ? read32(owner, offset) : 0;
}

/* ---- names ---- */

static const struct {
	uint32_t offset;
	const char *field;
} single[] = {
	{APLIC_DOMAINCFG, "domaincfg"},	      {APLIC_MMSIADDRCFG, "mmsiaddrcfg"},
	{APLIC_MMSIADDRCFGH, "mmsiaddrcfgh"}, {APLIC_SMSIADDRCFG, "smsiaddrcfg"},
	{APLIC_SMSIADDRCFGH, "smsiaddrcfgh"}, {APLIC_SETIPNUM_LE, "setipnum_le"},
	{APLIC_SETIPNUM_BE, "setipnum_be"},   {APLIC_GENMSI, "genmsi"},
};

static void describe_bits(uint64_t offset, struct bus_place *out)
{
	for (unsigned i = 0; i < NR_ACTIONS; i++) {
		if (offset == actions[i].number) {
			out->field = actions[i].number_field;
		} else if (in_array(offset, actions[i].words)) {
			out->field = actions[i].word_field;
			out->index = (int64_t)(offset - actions[i].words) / 4;
		}
	}
	for (unsigned i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (offset == single[i].offset)
			out->field = single[i].field;
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	const struct aplic *a = owner;
	unsigned source = source_at(a, offset, APLIC_TARGET);

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = "reg", .field = "", .index = -1, .offset = offset};
	memcpy(out->object, a->unit.name, sizeof(out->object));
	if (source || source_at(a, offset, APLIC_SOURCECFG)) {
		out->store = "source";
		out->field = source ? "target" : "cfg";
		out->index = source ? source : source_at(a, offset, APLIC_SOURCECFG);
	} else {
		describe_bits(offset, out);
	}
}

static const struct bus_region_ops register_ops = {
	.read = register_read,
	.write = register_write,
	.describe = describe,
};

/* ---- life ---- */

static int attach(struct machine *m, struct aplic *a)
{
	const struct bus_region page = {
		.first = APLIC_BASE(a->unit.number),
		.last = APLIC_BASE(a->unit.number + 1) - 1,
		.ops = &register_ops,
		.owner = a,
		.tape_kind = TAPE_MMIO,
	};
	int err;

	a->unit.region = bus_add_region(m, &page);
	if (a->unit.region < 0)
		return a->unit.region;
	err = units_insert(m, &a->unit);
	if (err)
		bus_remove_region(m, a->unit.region);
	return err;
}

int aplic_create(struct machine *m, const struct aplic_desc *desc, unsigned unit,
		 uint64_t *registers)
{
	const uint32_t sources = desc->sources ? desc->sources : APLIC_DEFAULT_SOURCES;
	struct aplic *a;
	int err;

	if (sources > APLIC_MAX_SOURCE || unit >= MAX_UNITS)
		return -EINVAL;
	if (units_find(m, UNIT_APLIC, unit))
		return -EEXIST;
	a = object_alloc(m, &aplic_type, sizeof(*a) + (sources + 1) * sizeof(a->source[0]));
	if (!a)
		return -ENOMEM;
	unit_init(&a->unit, UNIT_APLIC, unit, desc->name ? desc->name : "aplic");
	a->sources = sources;
	err = attach(m, a);
	if (err) {
		object_free(m, a);
		return err;
	}
	*registers = APLIC_BASE(unit);
	return 0;
}

bool aplic_peek_source(const struct machine *m, unsigned unit, unsigned source,
		       struct aplic_source *out)
{
	const struct aplic *a = units_find(m, UNIT_APLIC, unit);

	if (!a || !source || source > a->sources)
		return false;
	*out = (struct aplic_source){
		.config = a->source[source].config,
		.target = a->source[source].target,
		.pending = bit_of(a->pending, source),
		.enabled = bit_of(a->enabled, source),
		.input = input_of(a, source),
	};
	return true;
}
