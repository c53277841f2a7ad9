/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/run.h"

#include "domains/wired_msi.h"

#include <string.h>

/* Interrupts of wires: what firmware's tables say of devices without messages. */

static unsigned trigger_of(const char *word)
{
	static const struct {
		const char *word;
		unsigned type;
	} triggers[] = {
		{"rising", IRQ_TYPE_EDGE_RISING},
		{"falling", IRQ_TYPE_EDGE_FALLING},
		{"high", IRQ_TYPE_LEVEL_HIGH},
		{"low", IRQ_TYPE_LEVEL_LOW},
	};

	for (unsigned i = 0; i < sizeof(triggers) / sizeof(*triggers); i++)
		if (strcmp(triggers[i].word, word) == 0)
			return triggers[i].type;
	return 0;
}

static void name_wire(struct run *r, const struct stmt *stmt, const struct source_ref *wire,
		      unsigned irq)
{
	struct name *name =
		stmt->as ? name_define(&r->scope, stmt->as, NAME_IRQS, stmt->as_span) : NULL;

	if (!name)
		return;
	name->nr_irqs = 1;
	name->irqs = stash_new(r->scope.stash, struct irq_entry);
	*name->irqs = (struct irq_entry){
		.map = {.virq = (int)irq},
		.device = wire->device,
		.source = RAISE_STORE,
		.slot = wire->index,
	};
}

void action_MAP(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct source_ref wire;
	struct wired_bridge *bridge;
	unsigned irq = 0;

	if (!source_resolve(&r->scope, stmt_value(stmt, "SOURCE"), &wire))
		return;
	bridge = wired_bridge_by_name(r->m, wire.device->name);
	if (bridge) {
		layer_runs(r->m, LAYER_CORE); /* the bus of the device, not its driver */
		irq = wired_map(bridge, (uint32_t)wire.index,
				trigger_of(arg_word(stmt, "TRIGGER")));
	}
	if (!irq) {
		out->error = -EINVAL;
		return;
	}
	outcome_add(out, "irq", irq);
	name_wire(r, stmt, &wire, irq);
}

void action_UNMAP(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct irq_slice irqs = action_irqs(r, stmt);

	(void)out;
	layer_runs(r->m, LAYER_CORE);
	for (unsigned i = 0; i < irqs.nr; i++)
		irq_dispose_mapping(r->m, (unsigned)irqs.first[i].map.virq);
}
