/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "sim_cpu/gicv3.h"
#include "sim_cpu/gic_internal.h"

#define ID_BITS_MIN 14u
#define ID_BITS_MAX 16u
#define INTID_MASK  0xffffffu

/* ---- system registers of the CPU interface ---- */

static uint64_t icc_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	struct gic *gic = owner;
	struct gic_cpu *c = gic_this_cpu(m, gic);
	unsigned running, from;

	(void)size;
	if (!c)
		return 0;
	switch (offset) {
	case ICC_IAR1:
		return gic_acknowledge(m, gic, c, &from);
	case ICC_PMR:
		return c->mask;
	case ICC_CTLR:
		return c->eoi_mode ? ICC_CTLR_EOIMODE : 0;
	case ICC_IGRPEN1:
		return c->enabled;
	case ICC_BPR1:
		return c->binary_point;
	case ICC_RPR:
		running = gic_running(c);
		return running == GIC_IDLE ? 0xff : running;
	case ICC_HPPIR1:
		return gic_most_urgent(gic, c).intid;
	}
	return 0;
}

/* IHI 0069, 12.2.20: 16 CPUs of one cluster, or all others. */
static void send_sgi(struct machine *m, struct gic *gic, const struct gic_cpu *from, uint64_t value)
{
	uint64_t cluster =
		(value >> 16 & 0xff) << 8 | (value >> 32 & 0xff) << 16 | (value >> 48 & 0xff) << 32;
	unsigned intid = value >> 24 & 0xf;
	bool others = value >> 40 & 1;

	for (uint32_t cpu = 0; cpu < gic->nr_cpus; cpu++) {
		struct gic_cpu *c = gic->cpu[cpu];
		unsigned aff0 = c->affinity & 0xff;
		bool listed = (c->affinity & ~UINT64_C(0xff)) == cluster && aff0 < 16 &&
			      (value >> aff0 & 1);

		if (others ? c != from : listed)
			gic_latch_own(m, gic, c, intid);
	}
}

static void icc_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
		      uint64_t value)
{
	struct gic *gic = owner;
	struct gic_cpu *c = gic_this_cpu(m, gic);

	(void)size;
	if (!c)
		return;
	switch (offset) {
	case ICC_EOIR1:
		gic_end(m, gic, c, value & INTID_MASK);
		break;
	case ICC_PMR:
		gic_set_mask(m, c, (uint8_t)value, c->binary_point);
		break;
	case ICC_BPR1:
		gic_set_mask(m, c, c->mask, (uint8_t)value);
		break;
	case ICC_CTLR:
		gic_set_enabled(m, gic, c, c->enabled, value & ICC_CTLR_EOIMODE);
		break;
	case ICC_IGRPEN1:
		gic_set_enabled(m, gic, c, value & 1, c->eoi_mode);
		break;
	case ICC_DIR:
		if (c->eoi_mode)
			gic_deactivate(m, gic, c, value & INTID_MASK);
		break;
	case ICC_SGI1R:
		send_sgi(m, gic, c, value);
		break;
	}
}

static void icc_describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
			 struct bus_place *out)
{
	static const char *const names[] = {"iar1", "eoir1", "pmr", "ctlr",   "igrpen1",
					    "bpr1", "dir",   "rpr", "hppir1", "sgi1r"};
	const struct gic *gic = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = "icc", .field = "", .index = -1, .offset = offset};
	memcpy(out->object, gic->name, sizeof(out->object));
	if (offset % 8 == 0 && offset / 8 < sizeof(names) / sizeof(names[0]))
		out->field = names[offset / 8];
}

static const struct bus_region_ops icc_ops = {
	.read = icc_read,
	.write = icc_write,
	.describe = icc_describe,
};

/* ---- life ---- */

static struct redistributor_desc redistributor(const struct gic_desc *desc, uint32_t number)
{
	if (desc->redistributors)
		return desc->redistributors[number];
	return (struct redistributor_desc){
		.cpu = number,
		.processor = number,
		.affinity = number / 16 << 8 | number % 16,
	};
}

/* Each CPU, processor number and affinity once. */
static int check_redistributors(const struct gic_desc *desc, uint32_t nr_cpus)
{
	for (uint32_t i = 0; desc->redistributors && i < nr_cpus; i++) {
		const struct redistributor_desc *r = &desc->redistributors[i];

		if (r->cpu >= nr_cpus || r->processor > UINT16_MAX)
			return -EINVAL;
		for (uint32_t k = 0; k < i; k++) {
			const struct redistributor_desc *other = &desc->redistributors[k];

			if (other->cpu == r->cpu || other->processor == r->processor ||
			    other->affinity == r->affinity)
				return -EINVAL;
		}
	}
	return 0;
}

static int create_redistributors(struct machine *m, struct gic *gic, const struct gic_desc *desc)
{
	for (uint32_t number = 0; number < gic->nr_cpus; number++) {
		const struct redistributor_desc r = redistributor(desc, number);
		struct gic_cpu *c = gic->cpu[r.cpu];
		int err = gicr_create(m, gic, &r, number);

		if (err)
			return err;
		c->affinity = (r.affinity & 0xffffff) | (uint64_t)(r.affinity >> 24) << 32;
	}
	return 0;
}

static int attach(struct machine *m, struct gic *gic)
{
	struct bus_region regions[] = {
		{
			.first = ICC_BASE,
			.last = ICC_BASE + 0xfff,
			.ops = &icc_ops,
			.owner = gic,
			.tape_kind = TAPE_MMIO,
		},
		{
			.first = GICR_BASE(0),
			.last = GICR_BASE(gic->nr_cpus) - 1,
			.ops = &gicr_ops,
			.owner = gic,
			.tape_kind = TAPE_MMIO,
		},
	};

	return gic_attach(m, gic, regions, 2);
}

int gicv3_create(struct machine *m, const struct gic_desc *desc, const struct cpu_desc *cpus,
		 uint32_t nr_cpus)
{
	unsigned id_bits = desc->id_bits ? desc->id_bits : ID_BITS_MAX;
	struct gic *gic;
	int err;

	if (desc->version != 3 || id_bits < ID_BITS_MIN || id_bits > ID_BITS_MAX ||
	    nr_cpus > GIC_MAX_CPU || check_redistributors(desc, nr_cpus))
		return -EINVAL;
	err = gic_create(m, desc, cpus, nr_cpus, &gic);
	if (err)
		return err;
	gic->id_bits = (uint8_t)id_bits;
	gic->ctlr = GICD_CTLR_ARE | GICD_CTLR_DS;
	err = create_redistributors(m, gic, desc);
	if (!err)
		err = attach(m, gic);
	if (err)
		gic_destroy(m, gic);
	return err;
}

unsigned gicv3_id_bits(const struct machine *m)
{
	const struct gic *gic = gicv3_of(m);

	return gic ? gic->id_bits : 0;
}
