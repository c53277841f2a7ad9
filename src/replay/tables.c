/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "tables.h"
#include "domains/amd_ir.h"
#include "domains/intel_ir.h"
#include <irqlab/provider/hardware.h>
#include <string.h>

#define INTEL_ENTRY_BYTES  16u
#define AMD_ENTRY_BYTES	   16u
#define LEGACY_ENTRY_BYTES 4u

void intel_table_read(const struct irq_domain *domain, uint32_t first, uint32_t nr,
		      uint64_t (*entries)[2])
{
	uint32_t size = domain && intel_ir_is_domain(domain) ? intel_ir_entries(domain) : 0;

	memset(entries, 0, nr * sizeof(entries[0]));
	if (first >= size)
		return;
	if (nr > size - first)
		nr = size - first;
	bus_memory_read(domain->machine,
			intel_ir_table(domain) + (uint64_t)first * INTEL_ENTRY_BYTES, entries,
			nr * sizeof(entries[0]));
}

unsigned amd_table_entries(const struct irq_domain *domain, uint16_t devid)
{
	if (!domain || !amd_ir_is_domain(domain) || !amd_ir_table(domain, devid))
		return 0;
	return amd_ir_entries(domain) < TABLE_MAX_PER_DEVICE ? amd_ir_entries(domain)
							     : TABLE_MAX_PER_DEVICE;
}

void amd_table_read(const struct irq_domain *domain, uint16_t devid, uint32_t index, bool legacy,
		    uint64_t entry[2])
{
	unsigned bytes = legacy ? LEGACY_ENTRY_BYTES : AMD_ENTRY_BYTES;

	entry[0] = entry[1] = 0;
	if (index < amd_table_entries(domain, devid))
		bus_memory_read(domain->machine,
				amd_ir_table(domain, devid) + (uint64_t)index * bytes, entry,
				bytes);
}
