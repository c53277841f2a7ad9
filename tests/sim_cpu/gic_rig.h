/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_SIM_CPU_GIC_RIG_H
#define IRQLAB_TESTS_SIM_CPU_GIC_RIG_H

#include "sim_cpu/gicv2.h"
#include "sim_cpu/gicv3.h"
#include "sim_cpu/rig.h"

#define LPI(n) (GIC_FIRST_LPI + (n))

/* A machine with a GIC whose software is an entry point that ends what it is given. */
struct gic_rig {
	struct rig *r;
	struct machine *m;
	uint64_t properties; /* of LPIs: one table for all CPUs */
	uint64_t pending[8]; /* a CPU's table */
};

/* All CPUs ready to take interrupts, distributor on, LPIs on. */
struct gic_rig *gic_rig_v3(unsigned cpus);
struct gic_rig *gic_rig_v2(unsigned cpus);
void gic_rig_destroy(struct gic_rig *g);

/* What a CPU writes and reads. */
void gic_cpu_write(struct gic_rig *g, unsigned cpu, uint64_t address, unsigned size,
		   uint64_t value);
uint64_t gic_cpu_read(struct gic_rig *g, unsigned cpu, uint64_t address, unsigned size);
/* A distributor's register of 32 bits. */
void gicd_write32(struct gic_rig *g, unsigned offset, uint32_t value);
uint32_t gicd_read32(struct gic_rig *g, unsigned offset);
/* Edge, that priority, enabled, to that CPU. */
void gic_set_up_spi(struct gic_rig *g, unsigned intid, uint8_t priority, unsigned cpu);
void gic_pulse(struct gic_rig *g, unsigned intid);

/* The byte in the property table; nothing is invalidated. */
void lpi_property(struct gic_rig *g, unsigned intid, uint8_t value);
/* The bit in the CPU's pending table in memory. */
bool lpi_in_table(struct gic_rig *g, unsigned cpu, unsigned intid);
/* Nothing can be taken by anybody. */
void gic_expect_quiet(struct gic_rig *g);

#endif
