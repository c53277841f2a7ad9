/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/sink.h"

#include <stdio.h>

int sink_attach(struct machine *m, struct sink_regions *regions, const struct sink_window *windows,
		unsigned nr, void *owner)
{
	for (unsigned i = 0; i < nr; i++) {
		const struct bus_region claim = {
			.first = windows[i].first,
			.last = windows[i].first + windows[i].size - 1,
			.ops = windows[i].ops,
			.owner = owner,
			.tape_kind = TAPE_MMIO,
		};

		regions->number[i] = bus_add_region(m, &claim);
		if (regions->number[i] >= 0)
			continue;
		for (unsigned done = i; done--;)
			bus_remove_region(m, regions->number[done]);
		return regions->number[i];
	}
	return 0;
}

void sink_raise(struct machine *m, uint32_t cpu, unsigned line)
{
	const struct apic_interrupt interrupt = {.destination = cpu, .vector = (uint8_t)line};

	bus_interrupt(m, &interrupt);
}

void sink_drop(struct machine *m, const struct sink_regions *regions,
	       const struct bus_message *message, enum drop_reason why)
{
	tape_event(m, TAPE_DROP, ACTOR_DEVICE, message->requester, message->address, why,
		   (uint32_t)regions->number[0], message->data);
}

void sink_place(struct bus_place *out, const char *object, const char *store, int64_t index,
		uint64_t offset)
{
	*out = (struct bus_place){.store = store, .field = "", .index = index, .offset = offset};
	snprintf(out->object, sizeof(out->object), "%s", object);
}
