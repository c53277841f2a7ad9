/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_CPU_GICV2_H
#define IRQLAB_SIM_CPU_GICV2_H

#include "sim_cpu/gic.h"

/*
 * GICv2 (Arm IHI 0048) for at most 8 CPUs: the distributor (gic.h) and the CPU
 * interfaces. An SPI goes to every CPU of its ITARGETSR byte; who takes it first
 * has it.
 */

/* The CPU interface of the executing CPU (IHI 0048, 4.4): 4 bytes a register. */
#define GICC_BASE UINT64_C(0x08010000)
enum gicc_register {
	GICC_CTLR = 0x00,  /* bit 0 enable, bit 9 EOImode: ending leaves deactivation to DIR */
	GICC_PMR = 0x04,   /* priority mask, 0 after power-up: nothing passes */
	GICC_BPR = 0x08,   /* bits of the priority below this one don't preempt */
	GICC_IAR = 0x0c,   /* R: acknowledges what the CPU would take, or GIC_SPURIOUS; SGI: 12:10
			      from */
	GICC_EOIR = 0x10,  /* W: INTID */
	GICC_RPR = 0x14,   /* R: running priority, 0xff if idle */
	GICC_HPPIR = 0x18, /* R: like IAR, without acknowledging, whatever masks it */
	GICC_IIDR = 0xfc,
	GICC_DIR = 0x1000, /* W: INTID to deactivate */
};
#define GICC_CTLR_ENABLE  0x1u
#define GICC_CTLR_EOIMODE 0x200u

/* As gicv3_create(). -EINVAL also: more than 8 CPUs. */
int gicv2_create(struct machine *m, const struct gic_desc *desc, const struct cpu_desc *cpus,
		 uint32_t nr_cpus);

#endif
