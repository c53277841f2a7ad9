/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_CPU_GICV3_H
#define IRQLAB_SIM_CPU_GICV3_H

#include "sim_cpu/gic.h"

/*
 * GICv3 (Arm IHI 0069): distributor, a redistributor a CPU, the CPU interface, and
 * locality-specific peripheral interrupts (LPIs), whose properties and pending
 * bits are tables in simulated memory.
 *
 * After power-up nothing is enabled. For LPIs a CPU's software writes, to its
 * redistributor: PROPBASER, PENDBASER, CTLR.EnableLPIs; clears
 * WAKER.ProcessorSleep; to its CPU interface: PMR, IGRPEN1; and once
 * GICD_CTLR_GRP1.
 *
 * Properties: one byte an LPI at PROPBASER's address + INTID − 8192. Bits 7:2 are
 * the priority, bit 0 enables. A redistributor holds a copy from when the LPI is
 * mapped to it, or first arrives; what memory says later counts after an
 * invalidation only (an ITS's INV or INVALL, GICR_INVLPIR, GICR_INVALLR). When an
 * LPI is moved its copy goes along.
 *
 * Pending: bit INTID of the table at PENDBASER's address. Memory follows at once.
 * It is read when EnableLPIs is set, unless PENDBASER.PTZ says that it is zero.
 * LPIs have no active state.
 */

/*
 * The system registers of the CPU interface (IHI 0069, 12.2), as a page of
 * memory that each CPU has for itself: 8 bytes a register.
 */
#define ICC_BASE UINT64_C(0x08010000)
enum icc_register {
	ICC_IAR1 = 0x00,    /* R: acknowledges what the CPU would take, or GIC_SPURIOUS */
	ICC_EOIR1 = 0x08,   /* W: INTID */
	ICC_PMR = 0x10,	    /* priority mask, 0 after power-up: nothing passes */
	ICC_CTLR = 0x18,    /* bit 1: EOImode; ending leaves deactivation to DIR */
	ICC_IGRPEN1 = 0x20, /* bit 0: enable */
	ICC_BPR1 = 0x28,    /* bits of the priority below this one don't preempt */
	ICC_DIR = 0x30,	    /* W: INTID to deactivate */
	ICC_RPR = 0x38,	    /* R: running priority, 0xff if idle */
	ICC_HPPIR1 = 0x40,  /* R: like IAR1, without acknowledging, whatever masks it */
	ICC_SGI1R = 0x48, /* W: 15:0 CPUs, 23:16 aff1, 27:24 INTID, 39:32 aff2, 40 all others, 55:48
			     aff3 */
};
#define ICC_CTLR_EOIMODE 0x2u

/* Redistributor number n, in the order of the description (IHI 0069, 12.10). */
#define GICR_STRIDE	  UINT64_C(0x20000)
#define GICR_BASE(number) (UINT64_C(0x080a0000) + (number)*GICR_STRIDE)
enum gicr_register {
	GICR_CTLR = 0x0000, /* bit 0 EnableLPIs, bit 1 (CES) reads as 1 */
	GICR_IIDR = 0x0004,
	GICR_TYPER = 0x0008, /* 8 bytes: 63:32 affinity, 24, 23:8 processor, 4 last, 0 LPIs */
	GICR_WAKER =
		0x0014, /* bit 1 ProcessorSleep, bit 2 ChildrenAsleep follows; 6 after power-up */
	GICR_PROPBASER = 0x0070, /* 51:12 address, 4:0 bits of INTIDs − 1; fixed while EnableLPIs */
	GICR_PENDBASER = 0x0078, /* 62 PTZ, 51:16 address; fixed while EnableLPIs */
	GICR_INVLPIR = 0x00a0,	 /* W: INTID */
	GICR_INVALLR = 0x00b0,	 /* W */
	GICR_SYNCR = 0x00c0,	 /* R: 0, never busy */
	GICR_PIDR2 = 0xffe8,
	/* SGIs and PPIs: the second frame, as in the distributor, INTIDs 0 … 31 */
	GICR_SGI = 0x10000,
};
#define GICR_CTLR_LPIS	   0x1u
#define GICR_WAKER_SLEEP   0x2u
#define GICR_WAKER_ASLEEP  0x4u
#define GICR_PENDBASER_PTZ (UINT64_C(1) << 62)

#define LPI_ENABLE   0x1u
#define LPI_GROUP1   0x2u
#define LPI_PRIORITY 0xfcu

/*
 * One GICv3 for the machine's CPUs: their number and which are off, as in
 * lapics_create(). All are as after power-up. -EINVAL: no CPU or more than 4,096,
 * version, id_bits, spis, a redistributor's cpu or processor beyond the range,
 * cpu, processor or affinity twice. -EEXIST: there is an interrupt sink. -ENOMEM.
 */
int gicv3_create(struct machine *m, const struct gic_desc *desc, const struct cpu_desc *cpus,
		 uint32_t nr_cpus);

/* ---- looking; CPUs by number ---- */

struct lpi_state {
	bool cached, pending;
	uint8_t config; /* as the redistributor holds it; 0 if it doesn't */
	uint8_t memory; /* as the property table says now */
};
/* What the CPU's redistributor knows of an LPI. False: no such CPU, INTID, or GICv3. */
bool gicr_peek_lpi(const struct machine *m, unsigned cpu, unsigned intid, struct lpi_state *out);
/* Which CPU's redistributor has it pending: the lowest from `from` on; -ENOENT: none. */
int gicr_next_pending(const struct machine *m, unsigned intid, unsigned from);
/* Address of the CPU's redistributor, 0: none. */
uint64_t gicr_base(const struct machine *m, unsigned cpu);
/* A register of its first frame without a bus access; 0 if there is none. */
uint64_t gicr_peek_register(const struct machine *m, unsigned cpu, unsigned offset);

/* ---- how an ITS reaches the redistributors: hardware only ---- */

/* The CPU whose redistributor has that processor number, or that address; -ENOENT. */
int gicr_by_processor(const struct machine *m, uint32_t processor);
int gicr_by_address(const struct machine *m, uint64_t address);

enum lpi_refusal {
	LPI_TAKEN,
	LPI_OFF,    /* EnableLPIs is not set */
	LPI_BEYOND, /* INTID below 8192, or beyond PROPBASER's range */
};
enum lpi_refusal gicr_set_lpi(struct machine *m, unsigned cpu, unsigned intid);
void gicr_clear_lpi(struct machine *m, unsigned cpu, unsigned intid);
/* From now on it may come: its properties are read, unless they are held already. */
void gicr_map_lpi(struct machine *m, unsigned cpu, unsigned intid);
/* It is gone: neither pending nor held. */
void gicr_unmap_lpi(struct machine *m, unsigned cpu, unsigned intid);
/* Its pending bit and its properties go from one to the other. */
void gicr_move_lpi(struct machine *m, unsigned from, unsigned to, unsigned intid);
void gicr_move_all(struct machine *m, unsigned from, unsigned to);
/* Properties are read again. */
void gicr_invalidate_lpi(struct machine *m, unsigned cpu, unsigned intid);
void gicr_invalidate_all(struct machine *m, unsigned cpu);
/* log2 of how many INTIDs the GIC has; 0: no GICv3. */
unsigned gicv3_id_bits(const struct machine *m);

#endif
