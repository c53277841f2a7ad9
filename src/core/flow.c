/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

/* Flow handlers: what happens between a CPU taking an interrupt and the driver's handler. */

static struct machine *desc_machine(const struct irq_desc *desc)
{
	return desc->irq_common_data.machine;
}

static void set_istate(struct irq_desc *desc, uint32_t clear, uint32_t set)
{
	touch(desc_machine(desc), desc);
	desc->istate = (desc->istate & ~clear) | set;
}

/* ---- running the handlers ---- */

/* 99,900 unhandled of 100,000 disable the line; rare ones do not count. */
static void note_interrupt(struct irq_desc *desc, unsigned result)
{
	struct machine *m = desc_machine(desc);
	const uint64_t tenth_of_a_second = 25; /* ticks, at 250 a second */

	if (!(result & (IRQ_HANDLED | IRQ_WAKE_THREAD))) {
		if (machine_ticks(m) > desc->last_unhandled + tenth_of_a_second)
			desc->irqs_unhandled = 1;
		else
			desc->irqs_unhandled++;
		desc->last_unhandled = machine_ticks(m);
	}
	if (++desc->irq_count < 100000)
		return;
	desc->irq_count = 0;
	if (desc->irqs_unhandled > 99900) {
		machine_warn(m, WARN_NOBODY_CARED, desc->irq_data.irq);
		desc->istate |= IRQS_SPURIOUS_DISABLED;
		desc->depth++;
		irq_disable(desc);
	}
	desc->irqs_unhandled = 0;
}

/* None has a thread. */
static void warn_of_no_thread(struct machine *m, struct irqaction *action)
{
	machine_warn(m, WARN_NO_THREAD, action->irq);
	touch(m, action);
	action->warned = true;
}

static unsigned run_actions(struct irq_desc *desc)
{
	struct machine *m = desc_machine(desc);
	unsigned result = IRQ_NONE;

	touch(m, desc);
	desc->handler_at = machine_steps(m);
	for (struct irqaction *action = desc->action; action; action = action->next) {
		unsigned one;

		layer_runs(m, action->layer);
		step(m, STEP_HANDLER, desc);
		trace(m, handler, desc->irq_data.irq);
		one = action->handler((int)desc->irq_data.irq, action->dev_id);
		tape_event(m, TAPE_HANDLER, ACTOR_CPU, (uint16_t)this_cpu(m), 0, desc->irq_data.irq,
			   0, one);
		if (one & IRQ_WAKE_THREAD && !action->warned)
			warn_of_no_thread(m, action);
		result |= one;
	}
	return result;
}

static void handle_irq_event(struct irq_desc *desc)
{
	unsigned result;

	set_istate(desc, IRQS_PENDING, 0);
	desc->irq_common_data.state_use_accessors |= IRQD_IRQ_INPROGRESS;
	lock_release(desc_machine(desc), &desc->lock);
	result = run_actions(desc);
	lock_acquire(desc_machine(desc), &desc->lock);
	touch(desc_machine(desc), desc);
	desc->irq_common_data.state_use_accessors &= ~(uint32_t)IRQD_IRQ_INPROGRESS;
	note_interrupt(desc, result);
}

static bool may_run(struct irq_desc *desc)
{
	if (!irqd_has(&desc->irq_data, IRQD_IRQ_INPROGRESS | IRQD_WAKEUP_ARMED))
		return true;
	irq_pm_check_wakeup(desc);
	return false;
}

static bool has_taker(const struct irq_desc *desc)
{
	return desc->action && !irqd_has(&desc->irq_data, IRQD_IRQ_DISABLED);
}

static void count(struct irq_desc *desc)
{
	touch(desc_machine(desc), desc);
	desc->tot_count++;
}

static void ack(struct irq_desc *desc)
{
	if (desc->irq_data.chip->irq_ack)
		call_chip(&desc->irq_data, irq_ack);
}

static void eoi(struct irq_desc *desc)
{
	if (desc->irq_data.chip->irq_eoi)
		call_chip(&desc->irq_data, irq_eoi);
}

static void mask_ack_irq(struct irq_desc *desc)
{
	if (desc->irq_data.chip->irq_mask_ack) {
		call_chip(&desc->irq_data, irq_mask_ack);
		irqd_set(&desc->irq_data, IRQD_IRQ_MASKED);
		return;
	}
	mask_irq(desc);
	ack(desc);
}

/* ---- the flows ---- */

void handle_bad_irq(struct irq_desc *desc)
{
	count(desc);
	machine_warn(desc_machine(desc), WARN_SPURIOUS_VECTOR, desc->irq_data.irq);
}

void handle_simple_irq(struct irq_desc *desc)
{
	lock_acquire(desc_machine(desc), &desc->lock);
	set_istate(desc, IRQS_REPLAY | IRQS_WAITING, 0);
	if (may_run(desc)) {
		if (has_taker(desc)) {
			count(desc);
			handle_irq_event(desc);
		} else {
			set_istate(desc, 0, IRQS_PENDING);
		}
	}
	lock_release(desc_machine(desc), &desc->lock);
}

void handle_untracked_irq(struct irq_desc *desc)
{
	lock_acquire(desc_machine(desc), &desc->lock);
	set_istate(desc, IRQS_REPLAY | IRQS_WAITING, 0);
	if (may_run(desc) && has_taker(desc)) {
		set_istate(desc, IRQS_PENDING, 0);
		irqd_set(&desc->irq_data, IRQD_IRQ_INPROGRESS);
		lock_release(desc_machine(desc), &desc->lock);
		run_actions(desc);
		lock_acquire(desc_machine(desc), &desc->lock);
		irqd_clear(&desc->irq_data, IRQD_IRQ_INPROGRESS);
	} else if (may_run(desc)) {
		set_istate(desc, 0, IRQS_PENDING);
	}
	lock_release(desc_machine(desc), &desc->lock);
}

void handle_level_irq(struct irq_desc *desc)
{
	lock_acquire(desc_machine(desc), &desc->lock);
	mask_ack_irq(desc);
	if (may_run(desc)) {
		set_istate(desc, IRQS_REPLAY | IRQS_WAITING, 0);
		if (has_taker(desc)) {
			count(desc);
			handle_irq_event(desc);
			if (!irqd_has(&desc->irq_data, IRQD_IRQ_DISABLED))
				unmask_irq(desc);
		} else {
			set_istate(desc, 0, IRQS_PENDING);
		}
	}
	lock_release(desc_machine(desc), &desc->lock);
}

void handle_fasteoi_irq(struct irq_desc *desc)
{
	lock_acquire(desc_machine(desc), &desc->lock);
	if (!may_run(desc)) {
		if (irqd_has(&desc->irq_data, IRQD_RESEND_WHEN_IN_PROGRESS))
			set_istate(desc, 0, IRQS_PENDING);
		if (!(desc->irq_data.chip->flags & IRQCHIP_EOI_IF_HANDLED))
			eoi(desc);
		goto unlock;
	}
	set_istate(desc, IRQS_REPLAY | IRQS_WAITING, 0);
	if (!has_taker(desc)) {
		set_istate(desc, 0, IRQS_PENDING);
		mask_irq(desc);
		if (!(desc->irq_data.chip->flags & IRQCHIP_EOI_IF_HANDLED))
			eoi(desc);
		goto unlock;
	}
	count(desc);
	if (desc->istate & IRQS_ONESHOT)
		mask_irq(desc);
	handle_irq_event(desc);
	eoi(desc);
	if (desc->istate & IRQS_ONESHOT && !irqd_has(&desc->irq_data, IRQD_IRQ_DISABLED))
		unmask_irq(desc);
	/* It came again on another CPU while the handler ran here. */
	if (desc->istate & IRQS_PENDING)
		check_irq_resend(desc, false);
unlock:
	lock_release(desc_machine(desc), &desc->lock);
}

void handle_edge_irq(struct irq_desc *desc)
{
	lock_acquire(desc_machine(desc), &desc->lock);
	set_istate(desc, IRQS_REPLAY | IRQS_WAITING, 0);
	if (!may_run(desc) || !has_taker(desc)) {
		set_istate(desc, 0, IRQS_PENDING);
		mask_ack_irq(desc);
		goto unlock;
	}
	count(desc);
	ack(desc);
	do {
		if (!desc->action) {
			mask_irq(desc);
			break;
		}
		/* An edge that came while the handler ran masked the source. */
		if (desc->istate & IRQS_PENDING && !irqd_has(&desc->irq_data, IRQD_IRQ_DISABLED) &&
		    irqd_has(&desc->irq_data, IRQD_IRQ_MASKED))
			unmask_irq(desc);
		handle_irq_event(desc);
	} while (desc->istate & IRQS_PENDING && !irqd_has(&desc->irq_data, IRQD_IRQ_DISABLED));
unlock:
	lock_release(desc_machine(desc), &desc->lock);
}

void handle_percpu_irq(struct irq_desc *desc)
{
	count(desc);
	ack(desc);
	run_actions(desc);
	eoi(desc);
}

void handle_percpu_devid_irq(struct irq_desc *desc)
{
	handle_percpu_irq(desc);
}

static const struct {
	irq_flow_handler_t handler;
	const char *function, *name;
} flows[] = {
	{handle_bad_irq, "handle_bad_irq", ""},
	{handle_simple_irq, "handle_simple_irq", "simple"},
	{handle_untracked_irq, "handle_untracked_irq", "untracked"},
	{handle_level_irq, "handle_level_irq", "level"},
	{handle_fasteoi_irq, "handle_fasteoi_irq", "fasteoi"},
	{handle_edge_irq, "handle_edge_irq", "edge"},
	{handle_percpu_irq, "handle_percpu_irq", "percpu"},
	{handle_percpu_devid_irq, "handle_percpu_devid_irq", "percpu_devid"},
};

const char *irq_flow_name(irq_flow_handler_t handler, bool function)
{
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++)
		if (flows[i].handler == handler)
			return function ? flows[i].function : flows[i].name;
	return function ? "handle_other_irq" : "";
}

/* ---- entering a flow ---- */

int handle_irq_desc(struct irq_desc *desc)
{
	struct machine *m;

	if (!desc)
		return -EINVAL;
	m = desc_machine(desc);
	if (layer_refuses(m, NOT_FOR_DRIVERS))
		return -EPERM;
	if (WARN_IF(m, !in_hardirq(m) && irqd_has(&desc->irq_data, IRQD_HANDLE_ENFORCE_IRQCTX),
		    HANDLER_CONTEXT, desc->irq_data.irq))
		return -EPERM;
	desc->handle_irq(desc);
	return 0;
}

int generic_handle_irq(struct machine *m, unsigned irq)
{
	return handle_irq_desc(irq_to_desc(m, irq));
}

int generic_handle_domain_irq(struct irq_domain *domain, uint64_t hwirq)
{
	struct irq_data *d = irq_domain_resolve(domain, hwirq);

	return d ? handle_irq_desc(irq_data_to_desc(d)) : -EINVAL;
}
