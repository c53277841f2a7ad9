/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_TABLES_H
#define IRQLAB_REPLAY_TABLES_H

#include <irqlab/provider/software.h>

/*
 * Remapping tables as they are in memory. `domain` is a remapping unit's; NULL
 * has empty tables. Nothing here touches the bus.
 */

#define TABLE_MAX_PER_DEVICE 512u

/* Entries first … first + nr − 1; beyond the table, or of none: zero. */
void intel_table_read(const struct irq_domain *domain, uint32_t first, uint32_t nr,
		      uint64_t (*entries)[2]);
/* How many entries the table of a requester has; 0: it has no table. */
unsigned amd_table_entries(const struct irq_domain *domain, uint16_t devid);
void amd_table_read(const struct irq_domain *domain, uint16_t devid, uint32_t index, bool legacy,
		    uint64_t entry[2]);

#endif
