/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "actual.h"
#include "domains/amd_ir.h"
#include "domains/intel_ir.h"
#include "json_tools.h"
#include "tables.h"
#include <irqlab/provider/hardware.h>

#define TABLE_CHUNK 1024u

static json_t *entry_words(struct machine *m, uint64_t address, bool legacy)
{
	uint64_t words[2] = {0, 0};

	bus_memory_read(m, address, words, legacy ? 4 : 16);
	return json_words(legacy ? 1 : 2, words);
}

static json_t *intel_ir(struct machine *m, const struct intel_ir_info *info)
{
	return json_pack("{s:s,s:i,s:i,s:i,s:o,s:o}", "kind", "intel", "index", (int)info->index,
			 "sub", (int)info->sub, "mask", (int)info->mask, "shadow",
			 json_words(2, info->shadow), "table",
			 entry_words(m, info->entry_address, false));
}

static json_t *amd_ir(struct machine *m, const struct amd_ir_info *info)
{
	return json_pack("{s:s,s:i,s:i,s:i,s:i,s:o,s:o}", "kind", "amd", "devid", (int)info->devid,
			 "index", (int)info->index, "min_index", (int)info->min_index, "guest_ir",
			 (int)!info->legacy_format, "shadow",
			 json_words(info->legacy_format ? 1 : 2, info->shadow), "table",
			 entry_words(m, info->entry_address, info->legacy_format));
}

json_t *actual_ir(struct machine *m, const struct irq_desc *desc, const json_t *msg)
{
	struct intel_ir_info intel;
	struct amd_ir_info amd;
	json_t *ir, *told;

	if (intel_ir_info(m, desc->irq_data.irq, &intel)) {
		ir = intel_ir(m, &intel);
		told = json_msg(&intel.msg);
	} else if (amd_ir_info(m, desc->irq_data.irq, &amd)) {
		ir = amd_ir(m, &amd);
		told = json_msg(&amd.msg);
	} else {
		return NULL;
	}
	if (msg && json_equal(told, msg))
		json_decref(told);
	else
		json_object_set_new(ir, "msg", told);
	return ir;
}

json_t *actual_irt(struct machine *m, const struct machine_desc *desc)
{
	struct irq_domain *domain =
		desc->nr_remaps ? irq_domain_by_name(m, desc->remaps[0].domain) : NULL;
	uint64_t entries[TABLE_CHUNK][2];
	json_t *present, *allocated;

	if (!domain || !intel_ir_is_domain(domain))
		return json_object();
	present = json_array();
	allocated = json_array();
	for (uint32_t i = 0; i < intel_ir_entries(domain); i++) {
		const uint64_t *entry = entries[i % TABLE_CHUNK];

		if (i % TABLE_CHUNK == 0)
			intel_table_read(domain, i, TABLE_CHUNK, entries);
		if (entry[0] | entry[1])
			json_ranges_add(present, i);
		if (intel_ir_index_is_allocated(domain, i))
			json_ranges_add(allocated, i);
	}
	return json_pack("{s:i,s:i,s:o,s:o}", "entries", (int)intel_ir_entries(domain), "eim",
			 (int)desc->remaps[0].eim, "present", present, "allocated", allocated);
}
