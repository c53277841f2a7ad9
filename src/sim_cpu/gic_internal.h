/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_CPU_GIC_INTERNAL_H
#define IRQLAB_SIM_CPU_GIC_INTERNAL_H

#include <irqlab/provider/access.h>
#include <irqlab/provider/hardware.h>

#include "sim_cpu/gic.h"

#define GIC_LAST_SPI   1019u
#define GIC_IDLE       0x100u
#define GIC_NR_SGIS    16u
#define GICD_BYTES     UINT64_C(0x10000)
#define ROUTE_ANY      (UINT64_C(1) << 31)
#define ROUTE_AFFINITY UINT64_C(0xff00ffffff)

struct gic_word { /* 32 interrupts, a bit each */
	uint32_t group, enabled, active, edge;
	uint32_t latched; /* pending by an edge or by software */
	uint32_t line;	  /* the wire is up */
	uint8_t priority[32];
};

struct gic_spis {
	uint32_t first;
	struct gic_word word;
	uint8_t targets[32]; /* v2 */
	uint64_t route[32];  /* v3 */
};

struct gic_cpu {
	uint32_t cpu;
	uint64_t affinity; /* in the form of a route */
	struct gic_word own;
	uint8_t sgi_from[GIC_NR_SGIS]; /* v2: CPUs that sent it */
	bool online, enabled, eoi_mode;
	uint8_t mask, binary_point;
	uint64_t running[4]; /* priorities that were acknowledged and not dropped */
};

struct gicr;
struct gic {
	uint8_t version, id_bits;
	uint32_t nr_cpus, nr_spi_words, ctlr;
	int region; /* the distributor's */
	char name[32];
	struct gic_spis **spis;
	struct gic_cpu **cpu;
	struct gicr **gicr;	   /* v3: by CPU… */
	struct gicr **gicr_number; /* …and by address */
};

struct gic_next { /* what a CPU could take; intid GIC_SPURIOUS: nothing */
	uint32_t intid;
	unsigned priority;
};

static inline struct gic *gic_of(const struct machine *m)
{
	return machine_part(m, PART_GIC);
}

static inline struct gic *gicv3_of(const struct machine *m)
{
	struct gic *gic = gic_of(m);

	return gic && gic->version == 3 ? gic : NULL;
}

static inline struct gic_spis *gic_spis(const struct gic *gic, unsigned intid)
{
	unsigned word = intid / 32;

	return word >= 1 && word <= gic->nr_spi_words && intid <= GIC_LAST_SPI ? gic->spis[word - 1]
									       : NULL;
}

/* ---- gic.c ---- */

/* The most urgent that is enabled and pending, whatever the CPU's priorities say. */
struct gic_next gic_most_urgent(const struct gic *gic, const struct gic_cpu *c);
/* The same, if the CPU can take it. */
struct gic_next gic_takeable(const struct gic *gic, const struct gic_cpu *c);
/* Takes it: its INTID, or GIC_SPURIOUS; *from: the CPU that sent it (v2, an SGI). */
uint32_t gic_acknowledge(struct machine *m, struct gic *gic, struct gic_cpu *c, unsigned *from);
void gic_end(struct machine *m, struct gic *gic, struct gic_cpu *c, uint32_t intid);
void gic_deactivate(struct machine *m, struct gic *gic, struct gic_cpu *c, uint32_t intid);
unsigned gic_running(const struct gic_cpu *c);
/* After a change: may the CPU, or any CPU, have something to take? */
void gic_update(struct machine *m, const struct gic *gic, const struct gic_cpu *c);
void gic_update_all(struct machine *m, const struct gic *gic);
void gic_set_mask(struct machine *m, struct gic_cpu *c, uint8_t mask, uint8_t binary_point);
void gic_set_enabled(struct machine *m, struct gic *gic, struct gic_cpu *c, bool enabled,
		     bool eoi_mode);
void gic_request_event(struct machine *m, const struct gic *gic, unsigned cpu, unsigned intid,
		       bool merged);
/* Software or a wire made it pending. own: SGIs and PPIs; otherwise the SPIs' word. */
void gic_latch_own(struct machine *m, const struct gic *gic, struct gic_cpu *c, unsigned intid);
void gic_latch_spi(struct machine *m, const struct gic *gic, struct gic_spis *spis, unsigned intid);

/* ---- gic_create.c ---- */

/*
 * Distributor and CPU interfaces, without a trace if it fails. The caller adds
 * what its version has and calls gic_attach(), or gic_destroy().
 */
int gic_create(struct machine *m, const struct gic_desc *desc, const struct cpu_desc *cpus,
	       uint32_t nr_cpus, struct gic **out);
void gic_destroy(struct machine *m, struct gic *gic);
/* Claims the distributor, `regions` and the CPUs. */
int gic_attach(struct machine *m, struct gic *gic, struct bus_region *regions, unsigned nr);

/* ---- gic_registers.c ---- */

/* The interrupts behind a set of registers. own NULL: none of INTIDs 0 … 31. */
struct gic_bank {
	struct gic *gic;
	struct gic_cpu *own;
	bool private; /* and no others */
};
uint64_t gic_bank_read(const struct gic_bank *bank, uint64_t offset, unsigned size);
void gic_bank_write(struct machine *m, const struct gic_bank *bank, uint64_t offset, unsigned size,
		    uint64_t value);
const char *gic_bank_field(uint64_t offset, int64_t *index);
extern const struct bus_region_ops gicd_ops;

/* Nobody there: NULL. */
static inline struct gic_cpu *gic_this_cpu(const struct machine *m, const struct gic *gic)
{
	unsigned cpu = this_cpu(m);

	return cpu < gic->nr_cpus ? gic->cpu[cpu] : NULL;
}

/* ---- gicr.c and lpi.c ---- */

#define LPI_CHUNK  128u
#define LPI_CHUNKS (65536u / LPI_CHUNK)

struct lpi_chunk { /* exists while one of its LPIs is held or pending; who is pending is held */
	uint32_t cpu, first;
	uint64_t cached[LPI_CHUNK / 64], pending[LPI_CHUNK / 64];
	uint8_t config[LPI_CHUNK];
};

struct gicr {
	uint32_t cpu, number, processor, affinity;
	uint8_t id_bits;
	bool last;
	uint32_t ctlr, waker;
	uint64_t propbaser, pendbaser;
	uint64_t busy[LPI_CHUNKS / 64]; /* chunks with a pending LPI */
	struct lpi_chunk **chunk;
};

int gicr_create(struct machine *m, struct gic *gic, const struct redistributor_desc *desc,
		uint32_t number);
void gicr_destroy(struct machine *m, struct gicr *r);
/* EnableLPIs was set: takes over what is pending. It was cleared: forgets. */
void gicr_load_pending(struct machine *m, const struct gic *gic, struct gicr *r);
void gicr_forget_all(struct machine *m, struct gicr *r);
void gicr_best_lpi(const struct gicr *r, struct gic_next *best);
extern const struct bus_region_ops gicr_ops;

#endif
