/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/gic_rig.h"

static void end_v3(struct machine *m, unsigned cpu, unsigned vector)
{
	(void)cpu;
	bus_write(m, ICC_BASE + ICC_EOIR1, 8, vector);
}

static void end_v2(struct machine *m, unsigned cpu, unsigned vector)
{
	(void)cpu;
	bus_write(m, GICC_BASE + GICC_EOIR, 4, vector);
}

void gic_cpu_write(struct gic_rig *g, unsigned cpu, uint64_t address, unsigned size, uint64_t value)
{
	unsigned before = run_on_cpu(g->m, cpu);

	bus_write(g->m, address, size, value);
	run_on_cpu(g->m, before);
}

uint64_t gic_cpu_read(struct gic_rig *g, unsigned cpu, uint64_t address, unsigned size)
{
	unsigned before = run_on_cpu(g->m, cpu);
	uint64_t value = bus_read(g->m, address, size);

	run_on_cpu(g->m, before);
	return value;
}

void gicd_write32(struct gic_rig *g, unsigned offset, uint32_t value)
{
	bus_write(g->m, GICD_BASE + offset, 4, value);
}

uint32_t gicd_read32(struct gic_rig *g, unsigned offset)
{
	return (uint32_t)bus_read(g->m, GICD_BASE + offset, 4);
}

static struct gic_rig *create(void)
{
	struct gic_rig *g = calloc(1, sizeof(*g));

	assert_non_null(g);
	g->r = rig_create();
	g->m = g->r->m;
	return g;
}

static void start_cpu(struct gic_rig *g, unsigned cpu)
{
	uint64_t gicr = gicr_base(g->m, cpu);

	g->pending[cpu] = bus_memory_alloc(g->m, 65536 / 8, 65536, NULL);
	assert_int_not_equal(g->pending[cpu], 0);
	bus_write(g->m, gicr + GICR_PROPBASER, 8, g->properties | 15);
	bus_write(g->m, gicr + GICR_PENDBASER, 8, g->pending[cpu] | GICR_PENDBASER_PTZ);
	bus_write(g->m, gicr + GICR_CTLR, 4, GICR_CTLR_LPIS);
	bus_write(g->m, gicr + GICR_WAKER, 4, 0);
	gic_cpu_write(g, cpu, ICC_BASE + ICC_PMR, 8, 0xf0);
	gic_cpu_write(g, cpu, ICC_BASE + ICC_IGRPEN1, 8, 1);
}

struct gic_rig *gic_rig_v3(unsigned cpus)
{
	const struct gic_desc desc = {.version = 3};
	struct gic_rig *g = create();

	assert_true(cpus <= 8);
	bus_set_entry(g->m, end_v3);
	assert_int_equal(gicv3_create(g->m, &desc, NULL, cpus), 0);
	g->properties = rig_memory(g->r, 65536 - GIC_FIRST_LPI);
	for (unsigned cpu = 0; cpu < cpus; cpu++)
		start_cpu(g, cpu);
	gicd_write32(g, GICD_CTLR, GICD_CTLR_GRP1);
	rig_forget(g->r);
	return g;
}

struct gic_rig *gic_rig_v2(unsigned cpus)
{
	const struct gic_desc desc = {.version = 2};
	struct gic_rig *g = create();

	bus_set_entry(g->m, end_v2);
	assert_int_equal(gicv2_create(g->m, &desc, NULL, cpus), 0);
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		gic_cpu_write(g, cpu, GICC_BASE + GICC_PMR, 4, 0xf0);
		gic_cpu_write(g, cpu, GICC_BASE + GICC_CTLR, 4, GICC_CTLR_ENABLE);
	}
	gicd_write32(g, GICD_CTLR, GICD_CTLR_ENABLE);
	rig_forget(g->r);
	return g;
}

void gic_rig_destroy(struct gic_rig *g)
{
	rig_destroy(g->r);
	free(g);
}

void gic_set_up_spi(struct gic_rig *g, unsigned intid, uint8_t priority, unsigned cpu)
{
	unsigned config = GICD_ICFGR + intid / 16 * 4;

	bus_write(g->m, GICD_BASE + GICD_IPRIORITYR + intid, 1, priority);
	if (gic_version(g->m) == 2)
		bus_write(g->m, GICD_BASE + GICD_ITARGETSR + intid, 1, 1u << cpu);
	else
		bus_write(g->m, GICD_BASE + GICD_IROUTER + 8 * intid, 8, cpu);
	gicd_write32(g, config, gicd_read32(g, config) | 2u << intid % 16 * 2);
	gicd_write32(g, GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
}

void gic_pulse(struct gic_rig *g, unsigned intid)
{
	gic_set_spi(g->m, intid, true);
	gic_set_spi(g->m, intid, false);
}

void lpi_property(struct gic_rig *g, unsigned intid, uint8_t value)
{
	bus_write(g->m, g->properties + intid - GIC_FIRST_LPI, 1, value);
}

bool lpi_in_table(struct gic_rig *g, unsigned cpu, unsigned intid)
{
	return bus_read(g->m, g->pending[cpu] + intid / 8, 1) >> (intid % 8) & 1;
}

void gic_expect_quiet(struct gic_rig *g)
{
	assert_int_equal(machine_deliver(g->m, 0), 0);
}
