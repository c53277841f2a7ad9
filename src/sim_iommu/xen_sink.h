/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_XEN_SINK_H
#define IRQLAB_SIM_IOMMU_XEN_SINK_H

#include <irqlab/machine.h>

/*
 * A hypervisor that owns the messages and mask bits of its guest's PCI
 * functions. The guest has an interrupt mapped to a number (pirq), bound to one
 * of its CPUs, and is told of it as an event. All calls are writes; what came of
 * them is read from the same place.
 *
 * The hypervisor programs the function when an interrupt is mapped, with the
 * pirq as data, and unmasks it while the event is bound.
 */
#define XEN_MSI_ADDRESS UINT64_C(0xfee00000) /* devices write here */
#define XEN_FIRST_PIRQ	32u
#define XEN_MAX_PIRQS	4096u

#define XEN_CALLS      UINT64_C(0x180000000000)
#define XEN_CALLS_SIZE UINT64_C(0x100000000)
/*
 * Write: so many pirqs, contiguous and aligned, for MSI-X entry `index` or, with
 * XEN_MAP_MSI, for MSI (index 0); 0: unmap. Read: the first of them, 0: none.
 */
#define XEN_MAP(requester, index)                                                                  \
	(XEN_CALLS + ((uint64_t)(requester) << 16) + 8 * (uint64_t)(index))
#define XEN_MAP_MSI (UINT64_C(1) << 32)
/* Write: the function lost its registers; they are written again. */
#define XEN_RESTORE(requester) (XEN_CALLS + ((uint64_t)(requester) << 16) + 0x8000)

#define XEN_EVENTS     (XEN_CALLS + XEN_CALLS_SIZE)
#define XEN_BIND(pirq) (XEN_EVENTS + 16 * (uint64_t)(pirq)) /* CPU + 1; 0: closed */
#define XEN_MASK(pirq) (XEN_EVENTS + 16 * (uint64_t)(pirq) + 8)
/* Read: the lowest event pending for the CPU, which is then no longer; 0: none. Line 0 of the CPU
 * says that there are some. */
#define XEN_PENDING(cpu) (XEN_EVENTS + 0x100000 + 8 * (uint64_t)(cpu))

int xen_sink_create(struct machine *m, uint32_t pirqs); /* -EINVAL, -EEXIST, -ENOMEM */

#endif
