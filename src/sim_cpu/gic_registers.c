/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "sim_cpu/gic_internal.h"

#define BITS_FIRST	GICD_IGROUPR
#define BITS_LAST	(GICD_ICACTIVER + 0x7f)
#define PRIORITIES_LAST (GICD_IPRIORITYR + 0x3ff)
#define TARGETS_LAST	(GICD_ITARGETSR + 0x3ff)
#define CONFIG_LAST	(GICD_ICFGR + 0xff)
#define ROUTES_FIRST	(GICD_IROUTER + 8 * GIC_FIRST_SPI)
#define ROUTES_LAST	(GICD_IROUTER + 8 * GIC_LAST_SPI + 7)
#define PIDR2_V2	0xfe8u
#define TYPER_LPIS	(1u << 17)
#define TYPER_A3V	(1u << 24)
#define TYPER_NO1N	(1u << 25)

/* ---- arrays that distributor and redistributors have alike ---- */

static struct gic_word *word_at(const struct gic_bank *bank, unsigned nr, void **object)
{
	struct gic_spis *spis = bank->private ? NULL : gic_spis(bank->gic, nr * 32);

	if (nr == 0) {
		*object = bank->own;
		return bank->own ? &bank->own->own : NULL;
	}
	*object = spis;
	return spis ? &spis->word : NULL;
}

static uint32_t read_bits(const struct gic_word *w, unsigned array)
{
	switch (array) {
	case GICD_IGROUPR:
		return w->group;
	case GICD_ISENABLER:
	case GICD_ICENABLER:
		return w->enabled;
	case GICD_ISPENDR:
	case GICD_ICPENDR:
		return w->latched | (w->line & ~w->edge);
	default:
		return w->active;
	}
}

static void latch_bits(struct machine *m, const struct gic_bank *bank, unsigned nr, uint32_t bits)
{
	for (; bits; bits &= bits - 1) {
		unsigned intid = nr * 32 + (unsigned)__builtin_ctz(bits);

		if (!nr)
			gic_latch_own(m, bank->gic, bank->own, intid);
		else if (gic_spis(bank->gic, intid))
			gic_latch_spi(m, bank->gic, gic_spis(bank->gic, intid), intid);
	}
}

static void write_bits(struct machine *m, const struct gic_bank *bank, unsigned array, unsigned nr,
		       uint32_t bits)
{
	void *object;
	struct gic_word *w = word_at(bank, nr, &object);

	if (!w)
		return;
	touch(m, object);
	switch (array) {
	case GICD_IGROUPR:
		w->group = bits;
		break;
	case GICD_ISENABLER:
		w->enabled |= bits;
		break;
	case GICD_ICENABLER:
		w->enabled &= ~bits;
		break;
	case GICD_ISPENDR:
		latch_bits(m, bank, nr, bits);
		break;
	case GICD_ICPENDR:
		w->latched &= ~bits;
		for (unsigned sgi = 0; !nr && sgi < GIC_NR_SGIS; sgi++)
			if (bits >> sgi & 1)
				bank->own->sgi_from[sgi] = 0;
		break;
	case GICD_ISACTIVER:
		w->active |= bits;
		break;
	default:
		w->active &= ~bits;
		break;
	}
}

static uint8_t read_byte(const struct gic_bank *bank, uint64_t offset)
{
	bool target = offset >= GICD_ITARGETSR;
	unsigned intid = (unsigned)(offset & 0x3ff);
	void *object;
	const struct gic_word *w = word_at(bank, intid / 32, &object);

	if (!w)
		return 0;
	if (!target)
		return w->priority[intid % 32];
	if (bank->gic->version != 2)
		return 0;
	if (intid < GIC_FIRST_SPI) /* IHI 0048, 4.3.12: who asks */
		return (uint8_t)(1u << bank->own->cpu);
	return gic_spis(bank->gic, intid)->targets[intid % 32];
}

static void write_byte(struct machine *m, const struct gic_bank *bank, uint64_t offset,
		       uint8_t value)
{
	bool target = offset >= GICD_ITARGETSR;
	unsigned intid = (unsigned)(offset & 0x3ff);
	void *object;
	struct gic_word *w = word_at(bank, intid / 32, &object);

	if (!w || intid > GIC_LAST_SPI)
		return;
	touch(m, object);
	if (!target)
		w->priority[intid % 32] = value;
	else if (bank->gic->version == 2 && intid >= GIC_FIRST_SPI)
		gic_spis(bank->gic, intid)->targets[intid % 32] =
			value & (uint8_t)((1u << bank->gic->nr_cpus) - 1);
}

/* Two bits an interrupt, the upper one matters: 16 to a register. */
static uint32_t read_config(const struct gic_bank *bank, uint64_t offset)
{
	unsigned nr = (unsigned)(offset - GICD_ICFGR) / 4;
	uint32_t value = 0;
	void *object;
	const struct gic_word *w = word_at(bank, nr / 2, &object);

	for (unsigned i = 0; w && i < 16; i++)
		value |= (w->edge >> (nr % 2 * 16 + i) & 1) << (2 * i + 1);
	return value;
}

static void write_config(struct machine *m, const struct gic_bank *bank, uint64_t offset,
			 uint32_t value)
{
	unsigned nr = (unsigned)(offset - GICD_ICFGR) / 4;
	void *object;
	struct gic_word *w = word_at(bank, nr / 2, &object);

	if (!w || !nr) /* SGIs are edges */
		return;
	touch(m, object);
	for (unsigned i = 0; i < 16; i++) {
		uint32_t bit = UINT32_C(1) << (nr % 2 * 16 + i);

		w->edge = value >> (2 * i + 1) & 1 ? w->edge | bit : w->edge & ~bit;
	}
}

uint64_t gic_bank_read(const struct gic_bank *bank, uint64_t offset, unsigned size)
{
	const struct gic_word *w;
	uint64_t value = 0;
	void *object;

	switch (offset) {
	case BITS_FIRST ... BITS_LAST:
		w = word_at(bank, (unsigned)(offset & 0x7f) / 4, &object);
		return w && size == 4 ? read_bits(w, (unsigned)offset & ~0x7fu) : 0;
	case GICD_IPRIORITYR ... TARGETS_LAST:
		for (unsigned i = 0; i < size; i++)
			value |= (uint64_t)read_byte(bank, offset + i) << (8 * i);
		return value;
	case GICD_ICFGR ... CONFIG_LAST:
		return size == 4 ? read_config(bank, offset) : 0;
	}
	return 0;
}

void gic_bank_write(struct machine *m, const struct gic_bank *bank, uint64_t offset, unsigned size,
		    uint64_t value)
{
	if (offset % size)
		return;
	switch (offset) {
	case BITS_FIRST ... BITS_LAST:
		if (size == 4)
			write_bits(m, bank, (unsigned)offset & ~0x7fu,
				   (unsigned)(offset & 0x7f) / 4, (uint32_t)value);
		break;
	case GICD_IPRIORITYR ... TARGETS_LAST:
		for (unsigned i = 0; i < size; i++)
			write_byte(m, bank, offset + i, (uint8_t)(value >> (8 * i)));
		break;
	case GICD_ICFGR ... CONFIG_LAST:
		if (size == 4)
			write_config(m, bank, offset, (uint32_t)value);
		break;
	default:
		return;
	}
	gic_update_all(m, bank->gic);
}

const char *gic_bank_field(uint64_t offset, int64_t *index)
{
	static const char *const bits[] = {"igroupr", "isenabler", "icenabler", "ispendr",
					   "icpendr", "isactiver", "icactiver"};

	switch (offset) {
	case BITS_FIRST ... BITS_LAST:
		*index = (int64_t)(offset & 0x7f) / 4;
		return bits[(offset - BITS_FIRST) / 0x80];
	case GICD_IPRIORITYR ... PRIORITIES_LAST:
		*index = (int64_t)(offset - GICD_IPRIORITYR);
		return "ipriorityr";
	case GICD_ITARGETSR ... TARGETS_LAST:
		*index = (int64_t)(offset - GICD_ITARGETSR);
		return "itargetsr";
	case GICD_ICFGR ... CONFIG_LAST:
		*index = (int64_t)(offset - GICD_ICFGR) / 4;
		return "icfgr";
	}
	return "";
}

/* ---- the distributor ---- */

static struct gic_bank distributor_bank(const struct machine *m, struct gic *gic)
{
	return (struct gic_bank){
		.gic = gic,
		.own = gic->version == 2 ? gic_this_cpu(m, gic) : NULL,
	};
}

static uint32_t typer(const struct gic *gic)
{
	if (gic->version == 2)
		return (gic->nr_cpus - 1) << 5 | gic->nr_spi_words;
	return TYPER_NO1N | TYPER_A3V | (gic->id_bits - 1u) << 19 | TYPER_LPIS | gic->nr_spi_words;
}

/* IHI 0048, 4.3.15 */
static void send_sgi(struct machine *m, struct gic *gic, uint32_t value)
{
	enum { TO_LIST, TO_OTHERS, TO_SELF };
	unsigned self = this_cpu(m), intid = value & 0xf, filter = value >> 24 & 3;
	uint32_t cpus = value >> 16 & 0xff;

	if (self >= gic->nr_cpus)
		return;
	if (filter == TO_OTHERS)
		cpus = 0xffu & ~(1u << self);
	else if (filter == TO_SELF)
		cpus = 1u << self;
	for (uint32_t cpu = 0; cpu < gic->nr_cpus; cpu++) {
		if (!(cpus >> cpu & 1))
			continue;
		touch(m, gic->cpu[cpu]);
		gic->cpu[cpu]->sgi_from[intid] |= (uint8_t)(1u << self);
		gic_latch_own(m, gic, gic->cpu[cpu], intid);
	}
}

static uint64_t read_route(const struct gic *gic, uint64_t offset, unsigned size)
{
	unsigned intid = (unsigned)(offset - GICD_IROUTER) / 8;
	const struct gic_spis *spis = gic_spis(gic, intid);

	if (gic->version != 3 || !spis || size < 4)
		return 0;
	return spis->route[intid % 32] >> (offset % 8 * 8);
}

static void write_route(struct machine *m, struct gic *gic, uint64_t offset, unsigned size,
			uint64_t value)
{
	unsigned intid = (unsigned)(offset - GICD_IROUTER) / 8, shift = (unsigned)(offset % 8) * 8;
	struct gic_spis *spis = gic_spis(gic, intid);
	uint64_t mask = size == 8 ? ~UINT64_C(0) : UINT64_C(0xffffffff) << shift;

	if (gic->version != 3 || !spis || size < 4)
		return;
	touch(m, spis);
	spis->route[intid % 32] = (spis->route[intid % 32] & ~mask) |
				  (value << shift & mask & (ROUTE_AFFINITY | ROUTE_ANY));
	gic_update_all(m, gic);
}

static uint64_t gicd_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	struct gic *gic = owner;
	struct gic_bank bank = distributor_bank(m, gic);

	if (offset % size)
		return 0;
	switch (offset) {
	case GICD_CTLR:
		return gic->ctlr;
	case GICD_TYPER:
		return typer(gic);
	case GICD_IIDR:
		return GIC_IIDR;
	case PIDR2_V2:
		return gic->version == 2 ? 0x2b : 0;
	case GICD_PIDR2:
		return gic->version == 3 ? 0x3b : 0;
	case ROUTES_FIRST ... ROUTES_LAST:
		return read_route(gic, offset, size);
	}
	return gic_bank_read(&bank, offset, size);
}

static void gicd_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
		       uint64_t value)
{
	struct gic *gic = owner;
	struct gic_bank bank = distributor_bank(m, gic);

	if (offset % size)
		return;
	switch (offset) {
	case GICD_CTLR:
		touch(m, gic);
		gic->ctlr =
			gic->version == 2 ? value & 3 : (value & 3) | GICD_CTLR_ARE | GICD_CTLR_DS;
		gic_update_all(m, gic);
		break;
	case GICD_SGIR:
		if (gic->version == 2)
			send_sgi(m, gic, (uint32_t)value);
		break;
	case ROUTES_FIRST ... ROUTES_LAST:
		write_route(m, gic, offset, size, value);
		break;
	default:
		gic_bank_write(m, &bank, offset, size, value);
	}
}

static void gicd_describe(const struct machine *m, const void *owner, uint64_t offset,
			  unsigned size, struct bus_place *out)
{
	const struct gic *gic = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = "gicd", .index = -1, .offset = offset};
	memcpy(out->object, gic->name, sizeof(out->object));
	if (offset == GICD_CTLR) {
		out->field = "ctlr";
	} else if (offset == GICD_SGIR) {
		out->field = "sgir";
	} else if (offset >= ROUTES_FIRST && offset <= ROUTES_LAST) {
		out->field = "irouter";
		out->index = (int64_t)(offset - GICD_IROUTER) / 8;
	} else {
		out->field = gic_bank_field(offset, &out->index);
	}
}

const struct bus_region_ops gicd_ops = {
	.read = gicd_read,
	.write = gicd_write,
	.describe = gicd_describe,
};
