/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_VMD_SINK_H
#define IRQLAB_SIM_IOMMU_VMD_SINK_H

#include <irqlab/machine.h>

/*
 * A VMD endpoint as the demultiplexer of the functions behind it, a PCI segment
 * of their own. The destination field of their messages (address bits 19:12)
 * selects one of the endpoint's MSI-X vectors, which it raises as its own: all
 * that lies above sees the endpoint's requester id.
 *
 * bypass: messages pass as they are, but under the endpoint's place.
 *
 * -ENODEV: there is no function of that name. -ENOMEM.
 */
int vmd_sink_create(struct machine *m, const char *endpoint, uint16_t endpoint_segment,
		    uint16_t segment, bool bypass);

#endif
