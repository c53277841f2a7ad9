/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/peek.h"
#include "scenario/run.h"

#include <string.h>

/* Actions of drivers and users upon interrupts. */

struct handler { /* what dev_id points to */
	enum irqreturn result;
	struct run *run;
	const struct irq_entry *entry;
	struct source_ref lowers; /* pin or wire that it lets go of; device NULL: none */
};

static enum irqreturn handle(int irq, void *dev_id)
{
	const struct handler *handler = dev_id;
	struct run *r = handler->run;

	(void)irq;
	if (handler->lowers.device)
		lower_source(r->m, &r->scope.topology, &handler->lowers);
	if (handler->entry->does)
		run_handler(r, handler->entry->does);
	return handler->result;
}

struct irq_slice action_irqs(struct run *r, const struct stmt *stmt)
{
	struct irq_slice slice = {0};

	if (!irqs_resolve(&r->scope, stmt_value(stmt, "IRQS"), &slice))
		slice.nr = 0;
	return slice;
}

const struct cpumask *action_cpus(struct run *r, const struct pattern *list)
{
	uint64_t bits[CPUMASK_MAX_CPUS / 64] = {0};
	unsigned nr;

	if (!r->cpus)
		r->cpus = stash_alloc(r->scope.stash, CPUMASK_MAX_CPUS * sizeof(*r->cpus));
	if (!list_resolve(&r->scope, list, r->scope.topology.desc.nr_cpus - UINT64_C(1), "cpu",
			  r->cpus, CPUMASK_MAX_CPUS, &nr))
		return cpumask_none(r->m);
	for (unsigned i = 0; i < nr; i++)
		bits[r->cpus[i] / 64] |= UINT64_C(1) << (r->cpus[i] % 64);
	return cpumask_from_bits(r->m, bits, CPUMASK_MAX_CPUS / 64);
}

/* Does the same to each interrupt until one fails. */
#define FOR_EACH_IRQ(r, stmt, out, irq, expression)                                                \
	do {                                                                                       \
		struct irq_slice slice_ = action_irqs(r, stmt);                                    \
		for (unsigned i_ = 0; i_ < slice_.nr && !(out)->error; i_++) {                     \
			unsigned irq = (unsigned)slice_.first[i_].map.virq;                        \
			run_mark(r);                                                               \
			(out)->error = (expression);                                               \
		}                                                                                  \
	} while (0)

/* ---- handlers ---- */

static unsigned long request_flags(const struct stmt *stmt)
{
	static const struct {
		const char *word;
		unsigned long flag;
	} words[] =
		{
			{"shared", IRQF_SHARED},
			{"no-autoen", IRQF_NO_AUTOEN},
			{"no-balancing", IRQF_NOBALANCING},
			{"percpu", IRQF_PERCPU},
			{"oneshot", IRQF_ONESHOT},
		},
	  triggers[] = {
		  {"rising", IRQF_TRIGGER_RISING},
		  {"falling", IRQF_TRIGGER_FALLING},
		  {"high", IRQF_TRIGGER_HIGH},
		  {"low", IRQF_TRIGGER_LOW},
	  };
	unsigned long flags = 0;

	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		flags |= stmt_has_word(stmt, words[i].word) ? words[i].flag : 0;
	for (unsigned i = 0; i < sizeof(triggers) / sizeof(*triggers); i++)
		if (strcmp(arg_word(stmt, "trigger"), triggers[i].word) == 0)
			flags |= triggers[i].flag;
	return flags;
}

static const char *handler_name(struct run *r, const struct stmt *stmt,
				const struct irq_entry *entry)
{
	const struct pattern *name = stmt_value(stmt, "name");

	return name ? name->text : irq_entry_name(&r->scope, entry);
}

static int request_one(struct run *r, const struct stmt *stmt, struct irq_entry *entry)
{
	enum { ROOM = sizeof(entry->dev_id) / sizeof(*entry->dev_id) };
	struct handler *handler = stash_new(r->scope.stash, struct handler);
	const struct pattern *lowers = stmt_value(stmt, "lowers");
	int ret;

	if (entry->handlers == ROOM)
		return -ENOSPC;
	handler->run = r;
	handler->entry = entry;
	if (lowers && !source_resolve(&r->scope, lowers, &handler->lowers))
		return 0;
	handler->result = strcmp(arg_word(stmt, "returns"), "none") == 0 ? IRQ_NONE : IRQ_HANDLED;
	ret = request_irq(r->m, (unsigned)entry->map.virq, handle, request_flags(stmt),
			  handler_name(r, stmt, entry), handler);
	if (!ret)
		entry->dev_id[entry->handlers++] = handler;
	return ret;
}

void action_REQUEST(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct irq_slice irqs = action_irqs(r, stmt);

	for (unsigned i = 0; i < irqs.nr && !out->error; i++) {
		run_mark(r);
		out->error = request_one(r, stmt, &irqs.first[i]);
	}
}

static int free_one(struct run *r, struct irq_entry *entry)
{
	void *dev_id = entry->handlers ? entry->dev_id[entry->handlers - 1] : NULL;
	int ret = free_irq(r->m, (unsigned)entry->map.virq, dev_id);

	if (!ret && entry->handlers)
		entry->handlers--;
	return ret;
}

void action_FREE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct irq_slice irqs = action_irqs(r, stmt);

	for (unsigned i = 0; i < irqs.nr && !out->error; i++) {
		run_mark(r);
		out->error = free_one(r, &irqs.first[i]);
	}
}

/* ---- switching on and off ---- */

static int disable_one(struct run *r, const struct stmt *stmt, unsigned irq)
{
	if (stmt_has_word(stmt, "nosync"))
		disable_irq_nosync(r->m, irq);
	else
		disable_irq(r->m, irq);
	return 0;
}

void action_DISABLE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	FOR_EACH_IRQ(r, stmt, out, irq, disable_one(r, stmt, irq));
}

void action_ENABLE_IRQ(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	FOR_EACH_IRQ(r, stmt, out, irq, (enable_irq(r->m, irq), 0));
}

void action_SYNCHRONIZE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	FOR_EACH_IRQ(r, stmt, out, irq, (synchronize_irq(r->m, irq), 0));
}

/* ---- CPUs of an interrupt ---- */

static int set_affinity(struct run *r, const struct stmt *stmt, unsigned irq,
			const struct cpumask *mask)
{
	if (stmt_has_word(stmt, "user"))
		return irq_set_affinity_user(r->m, irq, mask);
	if (stmt_has_word(stmt, "force"))
		return irq_force_affinity(r->m, irq, mask);
	return irq_set_affinity(r->m, irq, mask);
}

void action_AFFINITY(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	const struct cpumask *mask = action_cpus(r, stmt_value(stmt, "cpu"));

	FOR_EACH_IRQ(r, stmt, out, irq, set_affinity(r, stmt, irq, mask));
}

static int set_hint(struct run *r, const struct stmt *stmt, unsigned irq,
		    const struct cpumask *mask)
{
	if (stmt_has_word(stmt, "move"))
		return irq_set_affinity_and_hint(r->m, irq, mask);
	return irq_update_affinity_hint(r->m, irq, mask);
}

void action_HINT(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	const struct pattern *cpus = stmt_value(stmt, "cpu");
	const struct cpumask *mask = cpus ? action_cpus(r, cpus) : NULL;

	FOR_EACH_IRQ(r, stmt, out, irq, set_hint(r, stmt, irq, mask));
}

void action_WAKE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	bool on = strcmp(arg_word(stmt, "on|off"), "on") == 0;

	FOR_EACH_IRQ(r, stmt, out, irq, irq_set_irq_wake(r->m, irq, on));
}

void action_DEFAULT_AFFINITY(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	out->error = irq_set_default_affinity(r->m, action_cpus(r, stmt_value(stmt, "cpu")));
}

/* ---- the rest ---- */

static unsigned trigger_of(const struct stmt *stmt)
{
	static const char *const names[] = {"none", "rising", "falling", "both", "high",
					    "",	    "",	      "",	 "low"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(arg_word(stmt, "TRIGGER"), names[i]) == 0)
			return i;
	return 0;
}

void action_TYPE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	FOR_EACH_IRQ(r, stmt, out, irq, irq_set_type(r->m, irq, trigger_of(stmt)));
}

void action_INJECT(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	FOR_EACH_IRQ(r, stmt, out, irq, irq_inject_interrupt(r->m, irq));
}

static enum irqchip_state chip_state_of(const struct stmt *stmt)
{
	static const char *const names[] = {"pending", "active", "masked", "line"};

	for (unsigned i = 0; i < 3; i++)
		if (strcmp(arg_word(stmt, "WHICH"), names[i]) == 0)
			return (enum irqchip_state)i;
	return IRQCHIP_STATE_LINE;
}

void action_CHIP_STATE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	bool on = strcmp(arg_word(stmt, "on|off"), "on") == 0;

	FOR_EACH_IRQ(r, stmt, out, irq, irq_set_irqchip_state(r->m, irq, chip_state_of(stmt), on));
}
