/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_SINK_H
#define IRQLAB_SIM_IOMMU_SINK_H

#include <irqlab/provider/hardware.h>

/* What the places have in common where messages end on machines without a hierarchy. */

#define SINK_MAX_WINDOWS 4

struct sink_window {
	uint64_t first, size;
	const struct bus_region_ops *ops;
};
struct sink_regions {
	int number[SINK_MAX_WINDOWS];
};
/* Claims them all for `owner`, or none. */
int sink_attach(struct machine *m, struct sink_regions *regions, const struct sink_window *windows,
		unsigned nr, void *owner);

/* A line of a CPU, whose number it is, or UINT32_MAX: of any. */
void sink_raise(struct machine *m, uint32_t cpu, unsigned line);
void sink_drop(struct machine *m, const struct sink_regions *regions,
	       const struct bus_message *message, enum drop_reason why);
/* index −1: it has none. */
void sink_place(struct bus_place *out, const char *object, const char *store, int64_t index,
		uint64_t offset);

#endif
