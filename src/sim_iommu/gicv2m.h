/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_GICV2M_H
#define IRQLAB_SIM_IOMMU_GICV2M_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * GICv2m frame (Arm Server Base System Architecture, appendix E): a device's
 * write of an SPI's number to the doorbell pulses that SPI. A number that is not
 * of the frame is a DROP of the unit with reason UNTRANSLATED, extra the number.
 */

enum v2m_register {
	V2M_TYPER = 0x008,  /* R: 25:16 first SPI, 9:0 how many */
	V2M_SETSPI = 0x040, /* the doorbell; CPUs may write it as well */
	V2M_IIDR = 0xfcc,
};
#define V2M_BASE(number) (UINT64_C(0x08020000) + (number)*UINT64_C(0x1000))

/*
 * Frame `unit` (below 64) of a machine with a GIC of either version. *registers:
 * where it is. -EINVAL: no GIC, no SPI or one beyond 1019, base, unit. -EEXIST: the
 * number or the addresses are taken. -ENOMEM.
 */
int gicv2m_create(struct machine *m, const struct v2m_desc *desc, unsigned unit,
		  uint64_t *registers);

#endif
