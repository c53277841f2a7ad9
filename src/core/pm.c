/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

/* The system sleeps: interrupts are held back, all but those that wake it. */

static bool stays_on(const struct irq_desc *desc)
{
	for (const struct irqaction *action = desc->action; action; action = action->next)
		if (action->flags & IRQF_NO_SUSPEND)
			return true;
	return false;
}

static void suspend_irq(struct irq_desc *desc)
{
	struct irq_data *d = &desc->irq_data;

	if (!desc->action || !d->chip || stays_on(desc))
		return;
	touch(irq_data_machine(d), desc);
	if (irqd_has(d, IRQD_WAKEUP_STATE)) {
		irqd_set(d, IRQD_WAKEUP_ARMED);
		if (d->chip->flags & IRQCHIP_ENABLE_WAKEUP_ON_SUSPEND &&
		    irqd_has(d, IRQD_IRQ_DISABLED)) {
			irq_enable_desc(desc);
			irqd_set(d, IRQD_IRQ_ENABLED_ON_SUSPEND);
		}
		return;
	}
	desc->istate |= IRQS_SUSPENDED;
	irq_disable_desc(desc);
	if (d->chip->flags & IRQCHIP_MASK_ON_SUSPEND)
		mask_irq(desc);
}

static bool forced_on(const struct irq_desc *desc)
{
	for (const struct irqaction *action = desc->action; action; action = action->next)
		if (action->flags & IRQF_FORCE_RESUME)
			return true;
	return false;
}

static void resume_irq(struct irq_desc *desc)
{
	struct irq_data *d = &desc->irq_data;

	touch(irq_data_machine(d), desc);
	irqd_clear(d, IRQD_WAKEUP_ARMED);
	if (irqd_has(d, IRQD_IRQ_ENABLED_ON_SUSPEND)) {
		irq_disable_desc(desc);
		irqd_clear(d, IRQD_IRQ_ENABLED_ON_SUSPEND);
	}
	if (!(desc->istate & IRQS_SUSPENDED)) {
		if (!forced_on(desc))
			return;
		/* Enabled whatever it was: as if it had been disabled. */
		desc->depth++;
		irqd_set(d, IRQD_IRQ_DISABLED | IRQD_IRQ_MASKED);
	}
	desc->istate &= ~(uint32_t)IRQS_SUSPENDED;
	irq_enable_desc(desc);
}

static void for_all(struct machine *m, void (*change)(struct irq_desc *desc))
{
	for_each_used_irq (irq, m) {
		struct irq_desc *desc = irq_to_desc(m, irq);

		lock_acquire(m, &desc->lock);
		change(desc);
		lock_release(m, &desc->lock);
	}
}

void suspend_device_irqs(struct machine *m)
{
	struct software *sw = software_of(m);

	layer_runs(m, LAYER_CORE);
	if (!sw || machine_poisoned(m))
		return;
	touch(m, sw);
	sw->woken_by = 0;
	for_all(m, suspend_irq);
}

void resume_device_irqs(struct machine *m)
{
	layer_runs(m, LAYER_CORE);
	if (software_of(m) && !machine_poisoned(m))
		for_all(m, resume_irq);
}

unsigned pm_wakeup_irq(const struct machine *m)
{
	return software_of(m) ? software_of(m)->woken_by : 0;
}

bool irq_pm_check_wakeup(struct irq_desc *desc)
{
	struct machine *m = desc->irq_common_data.machine;
	struct software *sw = software_of(m);

	if (!irqd_has(&desc->irq_data, IRQD_WAKEUP_ARMED))
		return false;
	irqd_clear(&desc->irq_data, IRQD_WAKEUP_ARMED);
	desc->istate |= IRQS_SUSPENDED | IRQS_PENDING;
	desc->depth++;
	irq_disable(desc);
	touch(m, sw);
	if (!sw->woken_by)
		sw->woken_by = desc->irq_data.irq;
	return true;
}

/* ---- which interrupts wake it ---- */

static int set_wake(struct irq_data *d, bool on)
{
	if (d->chip->flags & IRQCHIP_SKIP_SET_WAKE)
		return 0;
	return d->chip->irq_set_wake ? call_chip(d, irq_set_wake, on) : -ENXIO;
}

static int change_wake(struct irq_desc *desc, bool on)
{
	struct machine *m = desc->irq_common_data.machine;
	int ret = 0;

	if (WARN_IF(m, !on && !desc->wake_depth, UNBALANCED_WAKE, desc->irq_data.irq))
		return 0;
	if (on ? desc->wake_depth == 0 : desc->wake_depth == 1)
		ret = set_wake(&desc->irq_data, on);
	if (ret)
		return ret;
	touch(m, desc);
	desc->wake_depth += on ? 1u : -1u;
	irqd_update(&desc->irq_data, IRQD_WAKEUP_STATE, desc->wake_depth ? IRQD_WAKEUP_STATE : 0);
	return 0;
}

int irq_set_irq_wake(struct machine *m, unsigned irq, bool on)
{
	struct irq_desc *desc = irq_to_desc(m, irq);
	int ret;

	layer_runs(m, LAYER_CORE);
	if (!desc || !desc->irq_data.chip || machine_poisoned(m))
		return -EINVAL;
	chip_bus_lock(desc);
	lock_acquire(m, &desc->lock);
	ret = change_wake(desc, on);
	lock_release(m, &desc->lock);
	chip_bus_sync_unlock(desc);
	return ret;
}
