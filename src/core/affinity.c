/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

/* Where an interrupt may go: set, put off, carried out. */

bool irq_can_set_affinity(const struct irq_desc *desc)
{
	return !irqd_has(&desc->irq_data, IRQD_PER_CPU | IRQD_NO_BALANCING) &&
	       desc->irq_data.chip && desc->irq_data.chip->irq_set_affinity;
}

bool irq_moves_in_task_context(const struct irq_data *d)
{
	return irqd_has(d, IRQD_MOVE_PCNTXT) || software_of(irq_data_machine(d))->moves_at_once;
}

int irq_do_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	struct machine *m = irq_data_machine(d);
	const struct cpumask *online;
	int ret;

	trace(m, irq_do_set_affinity, d->irq, (uint64_t)(uintptr_t)mask, force);
	if (!d->chip || !d->chip->irq_set_affinity)
		return -EINVAL;
	online = cpumask_and(m, mask, cpu_online_mask(m));
	if (force)
		ret = call_chip(d, irq_set_affinity, mask, force);
	else if (!cpumask_empty(online))
		ret = call_chip(d, irq_set_affinity, online, force);
	else
		ret = -EINVAL;
	if (ret == IRQ_SET_MASK_OK || ret == IRQ_SET_MASK_OK_DONE) {
		touch(m, irq_data_to_desc(d));
		d->common->affinity = mask;
	}
	return ret < 0 ? ret : 0;
}

static void set_pending(struct irq_data *d, const struct cpumask *mask)
{
	struct irq_desc *desc = irq_data_to_desc(d);

	irqd_set(d, IRQD_SETAFFINITY_PENDING);
	desc->pending_mask = mask;
}

int irq_set_affinity_locked(struct irq_data *d, const struct cpumask *mask, bool force)
{
	int ret = 0;

	if (!d->chip || !d->chip->irq_set_affinity)
		return -EINVAL;
	/* Not activated: remembered, and the chip is not called. */
	if (!irqd_has(d, IRQD_ACTIVATED) && irqd_has(d, IRQD_AFFINITY_ON_ACTIVATE)) {
		irqd_set(d, IRQD_AFFINITY_SET);
		d->common->affinity = mask;
		irq_data_update_effective_affinity(d, mask);
		return 0;
	}
	if (irq_moves_in_task_context(d) && !irqd_has(d, IRQD_SETAFFINITY_PENDING)) {
		ret = irq_do_set_affinity(d, mask, force);
		if (ret == -EBUSY && !force && irqd_has(d, IRQD_MOVE_PCNTXT)) {
			set_pending(d, mask);
			ret = 0;
		}
	} else {
		set_pending(d, mask);
	}
	if (!ret || machine_switch(irq_data_machine(d), SWITCH_AFFINITY_SET_ON_REFUSAL))
		irqd_set(d, IRQD_AFFINITY_SET);
	return ret;
}

static int set_affinity(struct machine *m, unsigned irq, const struct cpumask *mask, bool force)
{
	struct irq_desc *desc = irq_to_desc(m, irq);
	int ret;

	layer_runs(m, LAYER_CORE);

	if (!desc || machine_poisoned(m))
		return -EINVAL;
	lock_acquire(m, &desc->lock);
	ret = irq_set_affinity_locked(&desc->irq_data, mask, force);
	lock_release(m, &desc->lock);
	return ret;
}

int irq_set_affinity(struct machine *m, unsigned irq, const struct cpumask *mask)
{
	return set_affinity(m, irq, mask, false);
}

int irq_force_affinity(struct machine *m, unsigned irq, const struct cpumask *mask)
{
	return set_affinity(m, irq, mask, true);
}

int irq_update_affinity_hint(struct machine *m, unsigned irq, const struct cpumask *hint)
{
	struct irq_desc *desc = irq_to_desc(m, irq);

	if (!desc || machine_poisoned(m))
		return -EINVAL;
	lock_acquire(m, &desc->lock);
	touch(m, desc);
	desc->affinity_hint = hint;
	lock_release(m, &desc->lock);
	return 0;
}

int irq_set_affinity_and_hint(struct machine *m, unsigned irq, const struct cpumask *mask)
{
	int ret = irq_update_affinity_hint(m, irq, mask);

	if (!ret && mask)
		irq_set_affinity(m, irq, mask);
	return ret;
}

int irq_set_affinity_user(struct machine *m, unsigned irq, const struct cpumask *mask)
{
	struct irq_desc *desc = irq_to_desc(m, irq);

	if (!desc)
		return -EINVAL;
	if (!irq_can_set_affinity(desc) || irqd_has(&desc->irq_data, IRQD_AFFINITY_MANAGED))
		return -EPERM;
	if (!cpumask_intersects(mask, cpu_online_mask(m)))
		return -EINVAL;
	return set_affinity(m, irq, mask, false);
}

int irq_set_default_affinity(struct machine *m, const struct cpumask *mask)
{
	struct software *sw = software_of(m);

	layer_runs(m, LAYER_CORE);

	if (!sw || !cpumask_intersects(mask, sw->online))
		return -EINVAL;
	touch(m, sw);
	sw->default_affinity = mask;
	return 0;
}

/* At startup: what was asked for if it has an online CPU, else the default, near the device. */
int irq_setup_affinity(struct irq_desc *desc)
{
	struct machine *m = desc->irq_common_data.machine;
	struct irq_data *d = &desc->irq_data;
	const struct cpumask *online = cpu_online_mask(m);
	const struct cpumask *wanted = software_of(m)->default_affinity;
	const struct cpumask *near = cpumask_of_node(m, d->common->node);
	const struct cpumask *mask;

	if (!irq_can_set_affinity(desc))
		return 0;
	if (irqd_has(d, IRQD_AFFINITY_MANAGED | IRQD_AFFINITY_SET)) {
		if (cpumask_intersects(d->common->affinity, online))
			wanted = d->common->affinity;
		else
			irqd_clear(d, IRQD_AFFINITY_SET);
	}
	mask = cpumask_and(m, online, wanted);
	if (cpumask_empty(mask))
		mask = online;
	if (cpumask_intersects(mask, near))
		mask = cpumask_and(m, mask, near);
	return irq_do_set_affinity(d, mask, false);
}

/* ---- moves that were put off ---- */

void irq_move_masked_irq(struct irq_data *d)
{
	struct machine *m = irq_data_machine(d);
	struct irq_desc *desc = irq_data_to_desc(d);
	const struct cpumask *pending = desc->pending_mask;

	trace(m, irq_move_masked_irq, d->irq, d->domain ? d->domain->id : 0);
	if (!irqd_has(d, IRQD_SETAFFINITY_PENDING))
		return;
	irqd_clear(d, IRQD_SETAFFINITY_PENDING);
	if (irqd_has(d, IRQD_PER_CPU) || cpumask_empty(pending) || !d->chip->irq_set_affinity)
		return;
	if (cpumask_intersects(pending, cpu_online_mask(m)) &&
	    irq_do_set_affinity(d, pending, false) == -EBUSY) {
		irqd_set(d, IRQD_SETAFFINITY_PENDING);
		return;
	}
	desc->pending_mask = cpumask_none(m);
}

void irq_move_irq(struct irq_data *d)
{
	bool masked;

	if (!irqd_has(d, IRQD_SETAFFINITY_PENDING))
		return;
	trace(irq_data_machine(d), __irq_move_irq, d->irq, d->domain ? d->domain->id : 0);
	d = &irq_data_to_desc(d)->irq_data;
	if (irqd_has(d, IRQD_IRQ_DISABLED))
		return;
	masked = irqd_has(d, IRQD_IRQ_MASKED);
	if (!masked)
		call_chip(d, irq_mask);
	irq_move_masked_irq(d);
	if (!masked)
		call_chip(d, irq_unmask);
}

bool irq_fixup_move_pending(struct irq_desc *desc, bool take)
{
	struct irq_data *d = &desc->irq_data;

	if (!irqd_has(d, IRQD_SETAFFINITY_PENDING))
		return false;
	if (!cpumask_intersects(desc->pending_mask,
				cpu_online_mask(desc->irq_common_data.machine))) {
		irqd_clear(d, IRQD_SETAFFINITY_PENDING);
		return false;
	}
	if (take)
		irqd_clear(d, IRQD_SETAFFINITY_PENDING);
	return true;
}

int irq_set_vcpu_affinity(struct machine *m, unsigned irq, void *vcpu_info)
{
	struct irq_desc *desc = irq_to_desc(m, irq);
	struct irq_data *d = desc ? &desc->irq_data : NULL;
	int ret = -ENOSYS;

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(m, LAYER_CORE);

	if (!desc)
		return -EINVAL;
	lock_acquire(m, &desc->lock);
	while (d && !(d->chip && d->chip->irq_set_vcpu_affinity))
		d = d->parent_data;
	if (d)
		ret = call_chip(d, irq_set_vcpu_affinity, vcpu_info);
	if (!ret) { /* what was sent until now was sent to whoever had it */
		touch(m, desc);
		desc->handler_at = machine_steps(m);
		irq_tell_roots(m, irq);
	}
	lock_release(m, &desc->lock);
	return ret;
}
