/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "sim_cpu/gicv3.h"
#include "sim_cpu/gic_internal.h"

#define CTLR_CES	   0x2u
#define TYPER_LPIS	   0x1u
#define TYPER_LAST	   0x10u
#define TYPER_COMMON_LPIS  0x1000000u
#define PIDR2_V3	   0x3bu
#define PROPBASER_WRITABLE UINT64_C(0x070fffffffffff9f)
#define PENDBASER_WRITABLE UINT64_C(0x470fffffffff0f80)

static void gicr_digest(const void *object, struct digest *d)
{
	const struct gicr *r = object;

	digest_u64(d, r->cpu);
	digest_u64(d, (uint64_t)r->number << 32 | r->processor);
	digest_u64(d, (uint64_t)r->affinity << 32 | (uint64_t)r->id_bits << 1 | r->last);
	digest_u64(d, (uint64_t)r->ctlr << 32 | r->waker);
	digest_u64(d, r->propbaser);
	digest_u64(d, r->pendbaser);
}

static const struct object_type gicr_type = {.name = "gicr", .digest = gicr_digest};
static const struct object_type list_type = {.name = "lpi-list"};

int gicr_create(struct machine *m, struct gic *gic, const struct redistributor_desc *desc,
		uint32_t number)
{
	struct gicr *r = object_alloc(m, &gicr_type, sizeof(*r));

	if (!r)
		return -ENOMEM;
	gic->gicr[desc->cpu] = r;
	gic->gicr_number[number] = r;
	r->cpu = desc->cpu;
	r->number = number;
	r->processor = desc->processor;
	r->affinity = desc->affinity;
	r->id_bits = gic->id_bits;
	r->last = number + 1 == gic->nr_cpus;
	r->waker = GICR_WAKER_SLEEP | GICR_WAKER_ASLEEP;
	r->chunk = object_alloc(m, &list_type, LPI_CHUNKS * sizeof(*r->chunk));
	return r->chunk ? 0 : -ENOMEM;
}

void gicr_destroy(struct machine *m, struct gicr *r)
{
	object_free(m, r->chunk);
	object_free(m, r);
}

/* ---- registers ---- */

static uint64_t typer(const struct gicr *r)
{
	return (uint64_t)r->affinity << 32 | TYPER_COMMON_LPIS | (uint64_t)r->processor << 8 |
	       (r->last ? TYPER_LAST : 0) | TYPER_LPIS;
}

/* Whole registers; `offset` is where one begins. */
static uint64_t register_value(const struct gicr *r, unsigned offset)
{
	switch (offset) {
	case GICR_CTLR:
		return r->ctlr | CTLR_CES;
	case GICR_IIDR:
		return GIC_IIDR;
	case GICR_TYPER:
		return typer(r);
	case GICR_WAKER:
		return r->waker;
	case GICR_PROPBASER:
		return r->propbaser;
	case GICR_PENDBASER:
		return r->pendbaser & ~GICR_PENDBASER_PTZ; /* reads as 0 */
	case GICR_PIDR2:
		return PIDR2_V3;
	}
	return 0;
}

static bool is_wide(unsigned offset)
{
	return offset == GICR_TYPER || offset == GICR_PROPBASER || offset == GICR_PENDBASER;
}

static struct gicr *addressed(const struct gic *gic, uint64_t offset)
{
	return gic->gicr_number[offset / GICR_STRIDE];
}

static uint64_t gicr_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	struct gic *gic = owner;
	const struct gicr *r = addressed(gic, offset);
	struct gic_bank bank = {.gic = gic, .own = gic->cpu[r->cpu], .private = true};
	unsigned at = (unsigned)(offset % GICR_STRIDE), base = at & ~7u;

	(void)m;
	if (at % size)
		return 0;
	if (at >= GICR_SGI)
		return gic_bank_read(&bank, at - GICR_SGI, size);
	if (size < 4)
		return 0;
	if (is_wide(base))
		return register_value(r, base) >> (at % 8 * 8);
	return register_value(r, at);
}

static void write_ctlr(struct machine *m, const struct gic *gic, struct gicr *r, uint32_t value)
{
	uint32_t lpis = value & GICR_CTLR_LPIS;

	if (lpis == r->ctlr)
		return;
	touch(m, r);
	r->ctlr = lpis;
	if (lpis)
		gicr_load_pending(m, gic, r);
	else
		gicr_forget_all(m, r);
}

static void write_base(struct machine *m, struct gicr *r, uint64_t *base, uint64_t writable,
		       unsigned at, unsigned size, uint64_t value)
{
	unsigned shift = at % 8 * 8;
	uint64_t mask = size == 8 ? writable : writable & UINT64_C(0xffffffff) << shift;

	if (r->ctlr & GICR_CTLR_LPIS)
		return;
	touch(m, r);
	*base = (*base & ~mask) | (value << shift & mask);
}

static void write_register(struct machine *m, struct gic *gic, struct gicr *r, unsigned at,
			   unsigned size, uint64_t value)
{
	switch (at) {
	case GICR_CTLR:
		write_ctlr(m, gic, r, (uint32_t)value);
		break;
	case GICR_WAKER:
		touch(m, r);
		r->waker = value & GICR_WAKER_SLEEP ? GICR_WAKER_SLEEP | GICR_WAKER_ASLEEP : 0;
		break;
	case GICR_PROPBASER:
	case GICR_PROPBASER + 4:
		write_base(m, r, &r->propbaser, PROPBASER_WRITABLE, at, size, value);
		break;
	case GICR_PENDBASER:
	case GICR_PENDBASER + 4:
		write_base(m, r, &r->pendbaser, PENDBASER_WRITABLE, at, size, value);
		break;
	case GICR_INVLPIR:
		gicr_invalidate_lpi(m, r->cpu, (uint32_t)value);
		break;
	case GICR_INVALLR:
		gicr_invalidate_all(m, r->cpu);
		break;
	}
	gic_update(m, gic, gic->cpu[r->cpu]);
}

static void gicr_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
		       uint64_t value)
{
	struct gic *gic = owner;
	struct gicr *r = addressed(gic, offset);
	struct gic_bank bank = {.gic = gic, .own = gic->cpu[r->cpu], .private = true};
	unsigned at = (unsigned)(offset % GICR_STRIDE);

	if (at % size)
		return;
	if (at < GICR_SGI) {
		if (size >= 4)
			write_register(m, gic, r, at, size, value);
	} else {
		gic_bank_write(m, &bank, at - GICR_SGI, size, value);
	}
}

static const char *field_name(unsigned at)
{
	switch (at) {
	case GICR_CTLR:
		return "ctlr";
	case GICR_WAKER:
		return "waker";
	case GICR_PROPBASER:
	case GICR_PROPBASER + 4:
		return "propbaser";
	case GICR_PENDBASER:
	case GICR_PENDBASER + 4:
		return "pendbaser";
	case GICR_INVLPIR:
		return "invlpir";
	case GICR_INVALLR:
		return "invallr";
	}
	return "";
}

static void gicr_describe(const struct machine *m, const void *owner, uint64_t offset,
			  unsigned size, struct bus_place *out)
{
	const struct gic *gic = owner;
	unsigned at = (unsigned)(offset % GICR_STRIDE);
	int64_t ignored;

	(void)m;
	(void)size;
	*out = (struct bus_place){
		.store = "gicr",
		.index = (int64_t)addressed(gic, offset)->cpu,
		.offset = offset,
		.field = at < GICR_SGI ? field_name(at) : gic_bank_field(at - GICR_SGI, &ignored),
	};
	memcpy(out->object, gic->name, sizeof(out->object));
}

const struct bus_region_ops gicr_ops = {
	.read = gicr_read,
	.write = gicr_write,
	.describe = gicr_describe,
};

/* ---- looking ---- */

uint64_t gicr_base(const struct machine *m, unsigned cpu)
{
	const struct gic *gic = gicv3_of(m);

	return gic && cpu < gic->nr_cpus ? GICR_BASE(gic->gicr[cpu]->number) : 0;
}

uint64_t gicr_peek_register(const struct machine *m, unsigned cpu, unsigned offset)
{
	const struct gic *gic = gicv3_of(m);

	return gic && cpu < gic->nr_cpus ? register_value(gic->gicr[cpu], offset) : 0;
}

int gicr_by_processor(const struct machine *m, uint32_t processor)
{
	const struct gic *gic = gicv3_of(m);

	/* mostly the nth, so look there first */
	if (gic && processor < gic->nr_cpus && gic->gicr_number[processor]->processor == processor)
		return (int)gic->gicr_number[processor]->cpu;
	for (uint32_t i = 0; gic && i < gic->nr_cpus; i++)
		if (gic->gicr_number[i]->processor == processor)
			return (int)gic->gicr_number[i]->cpu;
	return -ENOENT;
}

int gicr_by_address(const struct machine *m, uint64_t address)
{
	const struct gic *gic = gicv3_of(m);
	uint64_t number = (address - GICR_BASE(0)) / GICR_STRIDE;

	if (!gic || address < GICR_BASE(0) || number >= gic->nr_cpus ||
	    address != GICR_BASE(number))
		return -ENOENT;
	return (int)gic->gicr_number[number]->cpu;
}
