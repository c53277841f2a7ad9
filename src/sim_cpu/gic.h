/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_CPU_GIC_H
#define IRQLAB_SIM_CPU_GIC_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * What GICv2 and GICv3 share: the distributor's registers, shared peripheral
 * interrupts (SPIs) and how a CPU takes an interrupt.
 *
 * INTIDs: 0 … 15 SGIs, 16 … 31 PPIs, 32 … 1019 SPIs, 8192 and up LPIs (gicv3.h).
 * There is one group and one security state: all interrupts are of group 1,
 * whatever IGROUPR says, and are signalled as IRQ.
 *
 * The GIC is the machine's interrupt sink. A CPU takes the pending, enabled
 * interrupt of the highest priority (lowest value; the lowest INTID of equals),
 * if that is below its priority mask and below its running priority. Taking
 * acknowledges it: the software is entered with its INTID as the vector, and
 * must not read the acknowledge register for it. It ends it by writing the INTID
 * to the end register, which drops the priority and, unless EOImode is set,
 * deactivates. An interrupt that is not ended keeps others of no higher priority
 * from the CPU.
 *
 * On the tape: REQUEST (value the INTID, extra 1 if it was pending before) when
 * one becomes pending, enabled or not; ACCEPT, EOI (value the INTID). A REQUEST of
 * an SPI names the lowest CPU that it goes to; without any there is a DROP with
 * reason NO_TARGET after it, and it stays pending.
 *
 * Power: a CPU that is switched off or on has its CPU interface reset (nothing
 * enabled, priority mask 0, nothing active). Its redistributor keeps its state:
 * what was pending is delivered when software has enabled the interface again.
 */

#define GICD_BASE   UINT64_C(0x08000000)
#define GIC_MAX_CPU 4096u

#define GIC_SPURIOUS  1023u
#define GIC_FIRST_SPI 32u
#define GIC_FIRST_LPI 8192u

/*
 * Distributor (Arm IHI 0069, 12.9; IHI 0048, 4.3). Bit arrays have one bit an
 * INTID, 32 a register; bytes can be accessed singly. INTIDs 0 … 31: GICv2 banks
 * them, GICv3 has them in the redistributors, and they read as 0 here.
 */
enum gicd_register {
	GICD_CTLR = 0x000,
	GICD_TYPER = 0x004,
	GICD_IIDR = 0x008,
	GICD_IGROUPR = 0x080,	/* storage only */
	GICD_ISENABLER = 0x100, /* write 1: enable */
	GICD_ICENABLER = 0x180, /* write 1: disable */
	GICD_ISPENDR = 0x200,	/* write 1: pending */
	GICD_ICPENDR = 0x280,	/* write 1: not pending; a level line that is up stays so */
	GICD_ISACTIVER = 0x300,
	GICD_ICACTIVER = 0x380,
	GICD_IPRIORITYR = 0x400, /* one byte an INTID */
	GICD_ITARGETSR = 0x800,	 /* v2: one byte an INTID, a bit a CPU */
	GICD_ICFGR = 0xc00,	 /* two bits an INTID; the upper one: edge */
	GICD_SGIR = 0xf00,	 /* v2: 25:24 filter, 23:16 CPUs, 3:0 INTID */
	GICD_IROUTER = 0x6000,	 /* v3: 8 bytes an INTID: affinity (39:32, 23:0), 31 any CPU */
	GICD_PIDR2 = 0xffe8,	 /* v3: 0x3b. v2: at 0xfe8, 0x2b */
};
#define GICD_CTLR_ENABLE 0x1u  /* v2 */
#define GICD_CTLR_GRP1	 0x2u  /* v3: EnableGrp1 */
#define GICD_CTLR_ARE	 0x10u /* v3: reads as 1 */
#define GICD_CTLR_DS	 0x40u /* v3: reads as 1 */
#define GIC_IIDR	 0x43bu

/*
 * A wire into the distributor, by the INTID of its SPI. Edge: a rise makes it
 * pending. Level: it is pending as long as the wire is up, or software made it
 * so. Unknown INTIDs, and a machine without a GIC, are ignored.
 */
void gic_set_spi(struct machine *m, unsigned intid, bool asserted);

/* ---- looking, without a trace on the bus; of private INTIDs, as `cpu` sees them ---- */

struct gic_irq {
	bool enabled, pending, active, edge, asserted;
	uint8_t priority;
	uint8_t targets; /* v2 */
	uint64_t route;	 /* v3: GICD_IROUTER */
};
/* SGIs, PPIs and SPIs. False: no such INTID, CPU, or GIC. */
bool gic_peek_irq(const struct machine *m, unsigned cpu, unsigned intid, struct gic_irq *out);

struct gic_cpu_state {
	bool online, enabled, eoi_mode;
	uint8_t mask;	  /* priority mask */
	uint16_t running; /* running priority; 0x100: idle */
	uint32_t next;	  /* INTID that the CPU would take now, or GIC_SPURIOUS */
};
bool gic_peek_cpu(const struct machine *m, unsigned cpu, struct gic_cpu_state *out);
/* 2, 3, or 0: there is none. */
unsigned gic_version(const struct machine *m);

#endif
