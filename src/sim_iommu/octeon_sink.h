/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_OCTEON_SINK_H
#define IRQLAB_SIM_IOMMU_OCTEON_SINK_H

#include <irqlab/machine.h>

/*
 * Where the messages of an Octeon's PCIe devices arrive: the data is the number
 * of one of 256 bits in four words. A word with a bit that is also enabled holds
 * line `word` of CPU 0.
 */
#define OCTEON_MSI_ADDRESS   UINT64_C(0x3cb0) /* devices write here */
#define OCTEON_MSI_REGISTERS UINT64_C(0x180000000000)
#define OCTEON_MSI_WORDS     4u
#define OCTEON_RECEIVED(w)   (OCTEON_MSI_REGISTERS + 8 * (uint64_t)(w)) /* write 1 to clear */
#define OCTEON_ENABLED(w)    (OCTEON_MSI_REGISTERS + 0x40 + 8 * (uint64_t)(w))

int octeon_sink_create(struct machine *m); /* -EEXIST, -ENOMEM */

#endif
