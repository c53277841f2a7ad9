/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "sim_iommu/its_internal.h"

#define PIDR2_V3	0x3bu
#define CBASER_WRITABLE UINT64_C(0xb8effffffffffcff)
#define BASER_FIXED	UINT64_C(0x071f000000000000) /* type and entry size */
#define BASER_WRITABLE	UINT64_C(0xf8e0ffffffffffff)
#define BASER_PAGE_64K	UINT64_C(0x200)
#define BASER_LAST	(GITS_BASER + ITS_NR_TABLES * 8 - 1)

/* Whole registers; `offset` is where one begins. */
static uint64_t register_value(const struct its *its, unsigned offset)
{
	switch (offset) {
	case GITS_CTLR:
		return its->ctlr | GITS_CTLR_QUIESCENT;
	case GITS_IIDR:
		return GIC_IIDR;
	case GITS_TYPER:
		return its->typer;
	case GITS_CBASER:
		return its->cbaser;
	case GITS_CWRITER:
		return its->cwriter;
	case GITS_CREADR:
		return its->creadr;
	case GITS_BASER ... BASER_LAST:
		return its->baser[(offset - GITS_BASER) / 8];
	case GITS_PIDR2:
		return PIDR2_V3;
	}
	return 0;
}

static uint64_t register_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct its *its = owner;
	unsigned at = (unsigned)offset, base = at & ~7u;

	(void)m;
	if (size < 4 || at % size)
		return 0;
	if (base >= GITS_TYPER && base <= BASER_LAST)
		return register_value(its, base) >> (at % 8 * 8);
	return register_value(its, at);
}

static void write_table(struct its *its, unsigned nr, uint64_t value)
{
	if (!GITS_BASER_TYPE(its->baser[nr])) /* there is no such table */
		return;
	value = (value & BASER_WRITABLE) | (its->baser[nr] & BASER_FIXED);
	if (GITS_BASER_PAGE(value) == 3) /* reserved: 64 KiB */
		value = (value & ~UINT64_C(0x300)) | BASER_PAGE_64K;
	its->baser[nr] = value;
}

/* Tables and queue are fixed while the ITS is enabled. */
static void write_base(struct its *its, unsigned base, uint64_t value)
{
	if (its->ctlr & GITS_CTLR_ENABLED)
		return;
	if (base >= GITS_BASER) {
		write_table(its, (base - GITS_BASER) / 8, value);
	} else {
		its->cbaser = value & CBASER_WRITABLE;
		its->creadr = 0;
		its->cwriter = 0;
	}
}

static void write_cwriter(struct machine *m, struct its *its, uint64_t value)
{
	if (value & CWRITER_RETRY)
		its->creadr &= ~CREADR_STALLED;
	its->cwriter = value & QUEUE_OFFSET;
	its_run_queue(m, its);
}

static void write_wide(struct machine *m, struct its *its, unsigned base, uint64_t value)
{
	if (base == GITS_CWRITER)
		write_cwriter(m, its, value);
	else if (base == GITS_CBASER || (base >= GITS_BASER && base <= BASER_LAST))
		write_base(its, base, value);
}

static void register_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct its *its = owner;
	unsigned at = (unsigned)offset, base = at & ~7u, shift = at % 8 * 8;
	uint64_t mask = size == 8 ? ~UINT64_C(0) : UINT64_C(0xffffffff) << shift;

	if (size < 4 || at % size)
		return;
	touch(m, its);
	if (at == GITS_CTLR) {
		its->ctlr = value & GITS_CTLR_ENABLED;
		its_run_queue(m, its);
	} else {
		write_wide(m, its, base,
			   (register_value(its, base) & ~mask) | (value << shift & mask));
	}
}

static const char *field_name(unsigned base)
{
	switch (base) {
	case GITS_CTLR:
		return "ctlr";
	case GITS_CBASER:
		return "cbaser";
	case GITS_CWRITER:
		return "cwriter";
	case GITS_CREADR:
		return "creadr";
	case GITS_BASER ... BASER_LAST:
		return "baser";
	}
	return "";
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	const struct its *its = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){
		.store = "reg",
		.field = field_name((unsigned)offset & ~7u),
		.index = -1,
		.offset = offset,
	};
	memcpy(out->object, its->unit.name, sizeof(out->object));
	if (offset >= GITS_BASER && offset <= BASER_LAST)
		out->index = (int64_t)(offset - GITS_BASER) / 8;
}

const struct bus_region_ops its_register_ops = {
	.read = register_read,
	.write = register_write,
	.describe = describe,
};

uint64_t its_peek_register(const struct machine *m, unsigned unit, unsigned offset)
{
	const struct its *its = units_find(m, UNIT_ITS, unit);

	return its ? register_value(its, offset) : 0;
}
