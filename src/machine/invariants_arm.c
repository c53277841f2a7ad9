/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/gic.h"
#include "domains/its.h"
#include "machine/invariants.h"
#include "sim_iommu/its.h"

#include <stdlib.h>

/* LPIs: tables in memory, what the software remembers, and its counts. */

enum { MAX_ITS = 8 };

/* A command for a device beyond the ITS's table does nothing. */
static bool refused(const struct check *c)
{
	uint32_t last;

	for (unsigned unit = 0; unit < MAX_ITS; unit++)
		if (its_peek_errors(c->m, unit, &last))
			return true;
	return false;
}

static bool is_mapped(struct check *c, const struct its_irq_info *info, struct its_event *event)
{
	for (unsigned unit = 0; unit < MAX_ITS; unit++)
		if (its_peek_event(c->m, unit, info->device_id, info->event, event))
			return true;
	return false;
}

static uint64_t lpi_of(const struct irq_desc *desc)
{
	const struct irq_data *d = &desc->irq_data;

	while (d->parent_data)
		d = d->parent_data;
	return d->hwirq;
}

static bool mapping(struct check *c, unsigned irq, const struct its_irq_info *info)
{
	const struct irq_desc *desc = irq_to_desc(c->m, irq);
	const struct cpumask *effective = desc->irq_common_data.effective_affinity;
	bool active = irqd_has(&desc->irq_data, IRQD_ACTIVATED);
	bool mapped;
	struct its_event event;

	mapped = is_mapped(c, info, &event);
	if (mapped != active && !refused(c))
		return violated(c, "irq %u is %s, the ITS has event %u of 0x%x %s", irq,
				active ? "active" : "inactive", info->event, info->device_id,
				mapped ? "mapped" : "not mapped");
	if (!active || !mapped)
		return true;
	if (event.intid != lpi_of(desc) || event.icid != info->collection)
		return violated(c, "irq %u is LPI %u of CPU %u, its table entry says LPI %u of %u",
				irq, (unsigned)lpi_of(desc), info->collection, event.intid,
				event.icid);
	return cpumask_empty(effective) || cpumask_first(effective) == info->collection ||
	       violated(c, "irq %u goes to CPU %u, its effective affinity is CPU %u", irq,
			info->collection, cpumask_first(effective));
}

static bool lpi_is_handed_out(struct check *c, unsigned irq)
{
	uint64_t lpi = lpi_of(irq_to_desc(c->m, irq));

	return gic_lpi_is_taken(c->m, (uint32_t)lpi) ||
	       violated(c, "irq %u has LPI %u, which nobody took", irq, (unsigned)lpi);
}

static void count_loads(struct check *c, uint32_t (*found)[2])
{
	struct its_irq_info info;

	for_each_used_irq (irq, c->m) {
		const struct irq_data *d = irq_get_irq_data(c->m, irq);

		if (its_irq_info(c->m, irq, &info) && irqd_has(d, IRQD_ACTIVATED))
			found[info.collection][irqd_has(d, IRQD_AFFINITY_MANAGED)]++;
	}
}

static bool loads(struct check *c)
{
	const unsigned nr = cpumask_weight(cpu_possible_mask(c->m));
	uint32_t(*found)[2] = calloc(nr, sizeof(*found));
	bool holds = true;

	if (!found)
		return violated(c, "out of memory");
	count_loads(c, found);
	for (unsigned i = 0; i < 2 * nr && holds; i++) {
		uint32_t counted = gic_lpi_load(c->m, i / 2, i % 2);

		if (found[i / 2][i % 2] != counted)
			holds = violated(c, "CPU %u counts %u %s LPIs, %u go there", i / 2, counted,
					 i % 2 ? "managed" : "other", found[i / 2][i % 2]);
	}
	free(found);
	return holds;
}

bool lpis_agree(struct check *c)
{
	struct its_irq_info info;

	if (!gic_domain(c->m))
		return true;
	for_each_used_irq (irq, c->m) {
		if (!its_irq_info(c->m, irq, &info))
			continue;
		if (!mapping(c, irq, &info) || !lpi_is_handed_out(c, irq))
			return false;
	}
	return loads(c);
}
