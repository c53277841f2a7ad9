/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "remapping.h"
#include "json_tools.h"
#include "tables.h"

/* VT-d, 5.1.2.2: a remappable request, with its sub-handle. */
static uint32_t intel_index(const struct remapped *message)
{
	uint32_t address = (uint32_t)message->address;
	uint32_t handle = (address >> 5 & 0x7fff) | (address >> 2 & 1) << 15;

	return address & 1u << 3 ? handle + (message->data & 0xffff) : handle;
}

static json_t *fetched(struct machine *m, const struct remap_desc *unit,
		       const struct remapped *message)
{
	const struct irq_domain *domain = irq_domain_by_name(m, unit->domain);
	uint64_t entry[1][2] = {{0, 0}};
	json_t *step = json_pack("{s:s}", "h", "irte_fetch");

	if (unit->kind == REMAP_INTEL) {
		intel_table_read(domain, intel_index(message), 1, entry);
		json_object_set_new(step, "index", json_integer(intel_index(message)));
	} else {
		amd_table_read(domain, message->requester, message->data & 0x7ff,
			       unit->legacy_format, entry[0]);
	}
	json_object_set_new(step, "lo", json_hex(entry[0][0]));
	json_object_set_new(step, "hi", json_hex(entry[0][1]));
	return step;
}

static json_t *passed_on(uint64_t address, uint64_t data, uint64_t destination, uint64_t vector)
{
	return json_pack("{s:s,s:o,s:o,s:I,s:I}", "h", "remap", "addr", json_hex(address), "data",
			 json_hex(data), "destination", (json_int_t)(destination & 0xff), "vector",
			 (json_int_t)(vector & 0xff));
}

void remapping_append(json_t *list, struct machine *m, const struct recording *recording,
		      const struct remapped *message)
{
	if (!recording->desc.nr_remaps)
		return;
	json_array_append_new(list, fetched(m, &recording->desc.remaps[0], message));
	if (message->arrived)
		json_array_append_new(list, passed_on(message->address, message->data,
						      message->destination, message->vector));
}

json_t *remapping_expected(const json_t *hw)
{
	json_t *list = json_array(), *step;
	size_t index;

	json_array_foreach((json_t *)hw, index, step)
	{
		uint64_t address, data, to_address, to_data;

		if (json_hex_value(json_object_get(step, "addr"), &address) &&
		    json_hex_value(json_object_get(step, "data"), &data) &&
		    json_hex_value(json_object_get(step, "to_addr"), &to_address) &&
		    json_hex_value(json_object_get(step, "to_data"), &to_data))
			json_array_append_new(list,
					      passed_on(address, data, to_address >> 12, to_data));
		else
			json_array_append(list, step);
	}
	return list;
}
