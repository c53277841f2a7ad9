/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "json_tools.h"
#include "operation.h"
#include <stdio.h>
#include <stdlib.h>

/* Verbs on interrupts that exist: request, move, mask, raise. */

static enum irqreturn handler(int irq, void *dev_id)
{
	(void)irq;
	(void)dev_id;
	return IRQ_HANDLED;
}

/* ---- handlers ---- */

static void *cookie_of_slot(unsigned slot)
{
	return (void *)(uintptr_t)(slot + 1);
}

/* The first slot that isn't in use; −1: no memory. */
static int take_slot(struct stage *stage)
{
	struct handler_slot *slots;
	unsigned i;

	for (i = 0; i < stage->nr_handlers; i++)
		if (!stage->handlers[i].in_use)
			return (int)i;
	slots = realloc(stage->handlers, (i + 1) * sizeof(*slots));
	if (!slots)
		return -1;
	slots[i] = (struct handler_slot){0};
	stage->handlers = slots;
	stage->nr_handlers = i + 1;
	return (int)i;
}

static int slot_of_irq(const struct stage *stage, unsigned irq)
{
	for (unsigned i = 0; i < stage->nr_handlers; i++)
		if (stage->handlers[i].irq == irq)
			return (int)i;
	return -1;
}

static unsigned long request_flags(struct call *call)
{
	static const struct flag_word words[] = {
		{"noautoen", IRQF_NO_AUTOEN},	 {"shared", IRQF_SHARED},
		{"nobalance", IRQF_NOBALANCING}, {"oneshot", IRQF_ONESHOT},
		{"high", IRQF_TRIGGER_HIGH},	 {"rising", IRQF_TRIGGER_RISING},
		{"low", IRQF_TRIGGER_LOW},	 {"falling", IRQF_TRIGGER_FALLING},
	};

	return call_flags(call, words, sizeof(words) / sizeof(words[0]));
}

static int request(struct call *call, unsigned irq)
{
	struct stage *stage = call->stage;
	char name[48];
	int ret, slot;

	if (call->dev && !stage->arm)
		snprintf(name, sizeof(name), "%s-%u", device_name(call->dev), call->index);
	else
		snprintf(name, sizeof(name), "irqoracle");
	slot = take_slot(stage);
	if (slot < 0)
		return -ENOMEM;
	ret = request_irq(stage->m, irq, handler, request_flags(call), name,
			  cookie_of_slot((unsigned)slot));
	if (!ret)
		stage->handlers[slot] = (struct handler_slot){.irq = irq, .in_use = true};
	return ret;
}

static int free_handler(struct call *call, unsigned irq)
{
	struct stage *stage = call->stage;
	int slot = slot_of_irq(stage, irq);

	if (slot < 0)
		return stage->arm ? 0 : -ENOENT; /* as the recorder said by itself */
	free_irq(stage->m, irq, cookie_of_slot((unsigned)slot));
	stage->handlers[slot].in_use = false;
	return 0;
}

static int enable(struct call *call, unsigned irq)
{
	enable_irq(call->stage->m, irq);
	return 0;
}

static int disable(struct call *call, unsigned irq)
{
	disable_irq(call->stage->m, irq);
	return 0;
}

/* ---- affinity ---- */

static int set_affinity(struct call *call, unsigned irq)
{
	const struct cpumask *mask;
	int ret = call_cpus(call, &mask);

	return ret ? ret : irq_set_affinity(call->stage->m, irq, mask);
}

static int force_affinity(struct call *call, unsigned irq)
{
	const struct cpumask *mask;
	int ret = call_cpus(call, &mask);

	return ret ? ret : irq_force_affinity(call->stage->m, irq, mask);
}

/* Through a file: whether the user may is asked before the text is read. */
static int set_affinity_proc(struct call *call, unsigned irq)
{
	struct irq_data *d = irq_get_irq_data(call->stage->m, irq);
	const struct cpumask *mask;
	int ret = call_cpus_of_user(call, &mask);

	if (ret && d && irqd_has(d, IRQD_AFFINITY_MANAGED | IRQD_NO_BALANCING | IRQD_PER_CPU))
		return -EPERM;
	return ret ? ret : irq_set_affinity_user(call->stage->m, irq, mask);
}

static int set_default_affinity(struct call *call)
{
	const struct cpumask *mask;
	int ret = call_cpus_of_user(call, &mask);

	return ret ? ret : irq_set_default_affinity(call->stage->m, mask);
}

/* ---- raising ---- */

/* An IPI with the present vector, through the chips. */
static int fire(struct call *call, unsigned irq)
{
	struct irq_data *d = irq_get_irq_data(call->stage->m, irq);

	if (!d)
		return -EINVAL;
	if (d->chip && d->chip->irq_retrigger)
		d->chip->irq_retrigger(d);
	else
		irq_chip_retrigger_hierarchy(d);
	return 0;
}

static int set_pending(struct call *call, unsigned irq)
{
	return irq_set_irqchip_state(call->stage->m, irq, IRQCHIP_STATE_PENDING,
				     call_integer(call, "value", 1) != 0);
}

static int get_pending(struct call *call, unsigned irq)
{
	bool pending = false;
	int ret = irq_get_irqchip_state(call->stage->m, irq, IRQCHIP_STATE_PENDING, &pending);

	json_object_set_new(call->results, "pending", json_integer(!ret && pending));
	return ret;
}

static int inject_irq(struct call *call, unsigned irq)
{
	return irq_inject_interrupt(call->stage->m, irq);
}

/* ---- below the driver API ---- */

static int chip_mask(struct call *call, unsigned irq)
{
	struct irq_data *d = irq_get_irq_data(call->stage->m, irq);

	if (!d || !d->chip || !d->chip->irq_mask)
		return -EINVAL;
	d->chip->irq_mask(d);
	return 0;
}

static int chip_unmask(struct call *call, unsigned irq)
{
	struct irq_data *d = irq_get_irq_data(call->stage->m, irq);

	if (!d || !d->chip || !d->chip->irq_unmask)
		return -EINVAL;
	d->chip->irq_unmask(d);
	return 0;
}

static int set_type(struct call *call, unsigned irq)
{
	return irq_set_type(call->stage->m, irq, (unsigned)call_integer(call, "type", 0));
}

static int set_vcpu_affinity(struct call *call, unsigned irq)
{
	return irq_set_vcpu_affinity(call->stage->m, irq, NULL);
}

#define ONE_IRQ "dev irq index indexes "

const struct verb verbs_interrupt[] = {
	{.name = "request", .arguments = ONE_IRQ "flags ", .vector = request},
	{.name = "free_irq", .arguments = ONE_IRQ, .vector = free_handler, .returns_nothing = true},
	{.name = "enable", .arguments = ONE_IRQ, .vector = enable, .returns_nothing = true},
	{.name = "disable", .arguments = ONE_IRQ, .vector = disable, .returns_nothing = true},
	{.name = "set_affinity", .arguments = ONE_IRQ "mask ", .vector = set_affinity},
	{.name = "force_affinity", .arguments = ONE_IRQ "mask ", .vector = force_affinity},
	{.name = "set_affinity_proc", .arguments = ONE_IRQ "mask ", .vector = set_affinity_proc},
	{.name = "set_default_affinity", .arguments = "mask ", .perform = set_default_affinity},
	{.name = "fire", .arguments = ONE_IRQ, .vector = fire, .counts_handled = true},
	{.name = "set_pending", .arguments = ONE_IRQ "value ", .vector = set_pending},
	{.name = "get_pending", .arguments = ONE_IRQ, .vector = get_pending},
	{.name = "inject_irq", .arguments = ONE_IRQ, .vector = inject_irq},
	{.name = "chip_mask", .arguments = ONE_IRQ, .vector = chip_mask},
	{.name = "chip_unmask", .arguments = ONE_IRQ, .vector = chip_unmask},
	{.name = "set_type", .arguments = ONE_IRQ "type ", .vector = set_type},
	{.name = "set_vcpu_affinity", .arguments = ONE_IRQ, .vector = set_vcpu_affinity},
	{.name = NULL},
};
