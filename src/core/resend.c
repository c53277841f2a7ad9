/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

/* An interrupt that came while nobody could take it is sent again. */

static void resend_expired(struct machine *m, struct timer *timer)
{
	(void)timer;
	for_each_used_irq (irq, m) {
		struct irq_desc *desc = irq_to_desc(m, irq);

		if (!(desc->istate & IRQS_WAITING))
			continue;
		touch(m, desc);
		desc->istate &= ~(uint32_t)IRQS_WAITING;
		handle_irq_desc(desc);
	}
}

/* Without hardware to do it: the flow handler is called from a softirq. */
static int resend_by_software(struct irq_desc *desc)
{
	struct machine *m = desc->irq_common_data.machine;
	struct software *sw = software_of(m);

	if (irqd_has(&desc->irq_data, IRQD_HANDLE_ENFORCE_IRQCTX))
		return -EINVAL;
	touch(m, desc);
	touch(m, sw);
	desc->istate |= IRQS_WAITING;
	sw->resend.expired = resend_expired;
	timer_arm(m, &sw->resend, this_cpu(m), 0);
	return 0;
}

static int retrigger(struct irq_desc *desc)
{
	if (!desc->irq_data.chip)
		return 0;
	if (desc->irq_data.chip->irq_retrigger)
		return call_chip(&desc->irq_data, irq_retrigger);
	return irq_chip_retrigger_hierarchy(&desc->irq_data);
}

int check_irq_resend(struct irq_desc *desc, bool inject)
{
	int ret = 0;

	touch(desc->irq_common_data.machine, desc);
	/* A level is still there and comes by itself. */
	if (desc->status_use_accessors & IRQ_LEVEL) {
		desc->istate &= ~(uint32_t)IRQS_PENDING;
		return -EINVAL;
	}
	if (desc->istate & IRQS_REPLAY)
		return -EBUSY;
	if (!(desc->istate & IRQS_PENDING) && !inject)
		return 0;
	desc->istate &= ~(uint32_t)IRQS_PENDING;
	if (!retrigger(desc))
		ret = resend_by_software(desc);
	if (!ret)
		desc->istate |= IRQS_REPLAY;
	return ret;
}

void clear_irq_resend(struct irq_desc *desc)
{
	touch(desc->irq_common_data.machine, desc);
	desc->istate &= ~(uint32_t)IRQS_WAITING;
}

/* ---- what a chip knows of an interrupt ---- */

int irq_chip_state(struct irq_desc *desc, enum irqchip_state which, bool *state)
{
	for (struct irq_data *d = &desc->irq_data; d; d = d->parent_data)
		if (d->chip && d->chip->irq_get_irqchip_state)
			return call_chip(d, irq_get_irqchip_state, which, state);
	return -EINVAL;
}

int irq_get_irqchip_state(struct machine *m, unsigned irq, enum irqchip_state which, bool *state)
{
	struct irq_desc *desc = irq_to_desc(m, irq);
	int ret;

	layer_runs(m, LAYER_CORE);

	if (!desc)
		return -EINVAL;
	chip_bus_lock(desc);
	ret = irq_chip_state(desc, which, state);
	chip_bus_sync_unlock(desc);
	return ret;
}

int irq_set_irqchip_state(struct machine *m, unsigned irq, enum irqchip_state which, bool state)
{
	struct irq_desc *desc = irq_to_desc(m, irq);
	int ret = -EINVAL;

	layer_runs(m, LAYER_CORE);

	if (!desc)
		return -EINVAL;
	chip_bus_lock(desc);
	for (struct irq_data *d = &desc->irq_data; d; d = d->parent_data) {
		if (d->chip && d->chip->irq_set_irqchip_state) {
			ret = call_chip(d, irq_set_irqchip_state, which, state);
			break;
		}
	}
	chip_bus_sync_unlock(desc);
	if (!ret && which == IRQCHIP_STATE_PENDING && !state) {
		touch(m, desc);
		desc->handler_at = machine_steps(m);
	}
	return ret;
}

int irq_inject_interrupt(struct machine *m, unsigned irq)
{
	struct irq_desc *desc = irq_to_desc(m, irq);
	int ret;

	layer_runs(m, LAYER_CORE);

	if (!desc)
		return -EINVAL;
	if (!irq_set_irqchip_state(m, irq, IRQCHIP_STATE_PENDING, true))
		return 0;
	chip_bus_lock(desc);
	lock_acquire(m, &desc->lock);
	if (desc->istate & IRQS_NMI || !irqd_has(&desc->irq_data, IRQD_ACTIVATED))
		ret = -EINVAL;
	else
		ret = check_irq_resend(desc, true);
	lock_release(m, &desc->lock);
	chip_bus_sync_unlock(desc);
	return ret;
}
