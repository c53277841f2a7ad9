/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/load.h"
#include "core/core.h"

#include <stdio.h>
#include <string.h>

/* Interrupts that exist before the first operation. */

static enum irqreturn handle_loaded(int irq, void *dev_id)
{
	(void)irq;
	(void)dev_id;
	return IRQ_HANDLED;
}

static void action_digest(const void *object, struct digest *d)
{
	const struct irqaction *action = object;

	digest_u64(d, action->irq);
	digest_string(d, action->name);
}
static const struct object_type action_type = {"irqaction-loaded", action_digest};

const struct cpumask *irq_load_mask(struct machine *m, const uint32_t *cpus, uint32_t nr)
{
	const struct cpumask *mask = cpumask_none(m);

	for (uint32_t i = 0; i < nr; i++)
		mask = cpumask_with(m, mask, cpus[i]);
	return mask;
}

static irq_flow_handler_t flow_by_name(const char *function)
{
	static const irq_flow_handler_t known[] = {
		handle_bad_irq,	   handle_simple_irq,	    handle_untracked_irq,
		handle_level_irq,  handle_fasteoi_irq,	    handle_edge_irq,
		handle_percpu_irq, handle_percpu_devid_irq,
	};

	for (size_t i = 0; function && i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(irq_flow_name(known[i], true), function))
			return known[i];
	return NULL;
}

/* ---- flows of chips that irqlab has no model of ---- */

struct foreign_flow {
	uint32_t irq;
	char name[32];
};

static void foreign_flow_digest(const void *object, struct digest *d)
{
	const struct foreign_flow *flow = object;

	digest_u64(d, flow->irq);
	digest_string(d, flow->name);
}
static const struct object_type foreign_flow_type = {"foreign-flow", foreign_flow_digest};

/* A demultiplexer: nothing behind it is modelled. */
static void handle_foreign_irq(struct irq_desc *desc)
{
	if (desc->irq_data.chip->irq_eoi)
		call_chip(&desc->irq_data, irq_eoi);
}

const char *irq_desc_flow(const struct irq_desc *desc)
{
	const struct foreign_flow *flow = desc->irq_common_data.handler_data;

	return desc->handle_irq == handle_foreign_irq ? flow->name
						      : irq_flow_name(desc->handle_irq, true);
}

static int load_foreign_flow(struct irq_desc *desc, const char *name)
{
	struct foreign_flow *flow =
		object_alloc(desc->irq_common_data.machine, &foreign_flow_type, sizeof(*flow));

	if (!flow)
		return -ENOMEM;
	flow->irq = desc->irq_data.irq;
	snprintf(flow->name, sizeof(flow->name), "%s", name);
	desc->irq_common_data.handler_data = flow;
	desc->handle_irq = handle_foreign_irq;
	return 0;
}

static int load_action(struct irq_desc *desc, const char *name)
{
	struct irqaction *action;

	if (!name || !*name)
		return 0;
	action = object_alloc(desc->irq_common_data.machine, &action_type, sizeof(*action));
	if (!action)
		return -ENOMEM;
	action->handler = handle_loaded;
	action->irq = desc->irq_data.irq;
	snprintf(action->name, sizeof(action->name), "%s", name);
	desc->action = action;
	return 0;
}

int irq_load_desc(struct machine *m, const struct irq_record *record)
{
	struct irq_desc *desc;
	irq_flow_handler_t flow = flow_by_name(record->flow);
	int ret;

	if ((!flow && !record->foreign_flow) || record->irq >= IRQ_SPACE_LIMIT)
		return -EINVAL;
	ret = irq_alloc_descs(m, (int)record->irq, 1, -1, NULL);
	if (ret < 0)
		return ret;
	desc = irq_to_desc(m, record->irq);
	touch(m, desc);
	desc->handle_irq = flow;
	desc->name = record->flow_name && *record->flow_name ? irq_flow_name(flow, false) : NULL;
	desc->depth = record->depth;
	desc->status_use_accessors = record->status;
	desc->irq_common_data.state_use_accessors = record->state;
	desc->irq_common_data.affinity = irq_load_mask(m, record->affinity, record->nr_affinity);
	desc->irq_common_data.effective_affinity =
		irq_load_mask(m, record->effective, record->nr_effective);
	desc->pending_mask = irq_load_mask(m, record->pending, record->nr_pending);
	if (!flow) {
		ret = load_foreign_flow(desc, record->flow);
		if (ret)
			return ret;
	}
	return load_action(desc, record->action);
}
