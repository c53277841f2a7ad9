/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "sim_cpu/gicv2.h"
#include "sim_cpu/gic_internal.h"

#define GICC_BYTES UINT64_C(0x2000)
#define INTID_MASK 0x3ffu

static uint64_t gicc_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	struct gic *gic = owner;
	struct gic_cpu *c = gic_this_cpu(m, gic);
	unsigned running, from;
	uint32_t intid;

	(void)size;
	if (!c)
		return 0;
	switch (offset) {
	case GICC_CTLR:
		return (c->enabled ? GICC_CTLR_ENABLE : 0) | (c->eoi_mode ? GICC_CTLR_EOIMODE : 0);
	case GICC_PMR:
		return c->mask;
	case GICC_BPR:
		return c->binary_point;
	case GICC_IAR:
		intid = gic_acknowledge(m, gic, c, &from);
		return intid | from << 10;
	case GICC_RPR:
		running = gic_running(c);
		return running == GIC_IDLE ? 0xff : running;
	case GICC_HPPIR:
		return gic_most_urgent(gic, c).intid;
	case GICC_IIDR:
		return GIC_IIDR;
	}
	return 0;
}

static void gicc_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
		       uint64_t value)
{
	struct gic *gic = owner;
	struct gic_cpu *c = gic_this_cpu(m, gic);

	(void)size;
	if (!c)
		return;
	switch (offset) {
	case GICC_CTLR:
		gic_set_enabled(m, gic, c, value & GICC_CTLR_ENABLE, value & GICC_CTLR_EOIMODE);
		break;
	case GICC_PMR:
		gic_set_mask(m, c, (uint8_t)value, c->binary_point);
		break;
	case GICC_BPR:
		gic_set_mask(m, c, c->mask, (uint8_t)value);
		break;
	case GICC_EOIR:
		gic_end(m, gic, c, value & INTID_MASK);
		break;
	case GICC_DIR:
		if (c->eoi_mode)
			gic_deactivate(m, gic, c, value & INTID_MASK);
		break;
	}
}

static void gicc_describe(const struct machine *m, const void *owner, uint64_t offset,
			  unsigned size, struct bus_place *out)
{
	const struct gic *gic = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = "gicc", .field = "", .index = -1, .offset = offset};
	memcpy(out->object, gic->name, sizeof(out->object));
	switch (offset) {
	case GICC_CTLR:
		out->field = "ctlr";
		break;
	case GICC_PMR:
		out->field = "pmr";
		break;
	case GICC_BPR:
		out->field = "bpr";
		break;
	case GICC_EOIR:
		out->field = "eoir";
		break;
	case GICC_DIR:
		out->field = "dir";
		break;
	}
}

static const struct bus_region_ops gicc_ops = {
	.read = gicc_read,
	.write = gicc_write,
	.describe = gicc_describe,
};

int gicv2_create(struct machine *m, const struct gic_desc *desc, const struct cpu_desc *cpus,
		 uint32_t nr_cpus)
{
	struct bus_region interface = {
		.first = GICC_BASE,
		.last = GICC_BASE + GICC_BYTES - 1,
		.ops = &gicc_ops,
		.tape_kind = TAPE_MMIO,
	};
	struct gic *gic;
	int err;

	if (desc->version != 2)
		return -EINVAL;
	err = gic_create(m, desc, cpus, nr_cpus, &gic);
	if (err)
		return err;
	interface.owner = gic;
	err = gic_attach(m, gic, &interface, 1);
	if (err)
		gic_destroy(m, gic);
	return err;
}
