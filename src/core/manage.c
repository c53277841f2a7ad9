/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

#include <stdio.h>
#include <string.h>

/* request_irq(), free_irq(), enable and disable. */

static void action_digest(const void *object, struct digest *d)
{
	const struct irqaction *action = object;

	digest_u64(d, action->irq);
	digest_string(d, action->name);
	digest_u64(d, action->flags);
	digest_u64(d, action->layer);
}

static const struct object_type action_type = {"irqaction", action_digest};

static bool flags_contradict(unsigned long flags, const void *dev_id)
{
	if (flags & IRQF_SHARED && (!dev_id || flags & IRQF_NO_AUTOEN))
		return true;
	if (flags & IRQF_COND_SUSPEND && (!(flags & IRQF_SHARED) || flags & IRQF_NO_SUSPEND))
		return true;
	return false;
}

/* May `flags` join what is there? The second handler fixes the type if none was set before. */
static bool can_share(struct irq_desc *desc, unsigned long flags)
{
	struct irq_data *d = &desc->irq_data;
	const struct irqaction *old = desc->action;
	const unsigned type = flags & IRQF_TRIGGER_MASK;
	const bool was_set = irqd_has(d, IRQD_DEFAULT_TRIGGER_SET);
	const unsigned old_type =
		was_set ? d->common->state_use_accessors & IRQD_TRIGGER_MASK : type;
	const bool shares = flags & old->flags & IRQF_SHARED && old_type == type &&
			    !((flags ^ old->flags) & (IRQF_ONESHOT | IRQF_PERCPU));

	if (!was_set &&
	    (shares || machine_switch(irq_data_machine(d), SWITCH_TRIGGER_SET_ON_REFUSAL)))
		irqd_update(d, IRQD_TRIGGER_MASK, type | IRQD_DEFAULT_TRIGGER_SET);
	return shares;
}

/* What only the first handler does: trigger, activation, settings, startup. */
static int start_first(struct irq_desc *desc, unsigned long flags)
{
	struct irq_data *d = &desc->irq_data;
	int ret = 0;

	if (flags & IRQF_TRIGGER_MASK)
		ret = irq_set_trigger(desc, flags & IRQF_TRIGGER_MASK);
	/* Managed ones are activated when they start. */
	if (!ret && !irqd_has(d, IRQD_AFFINITY_MANAGED))
		ret = irq_domain_activate_irq(d, false);
	if (ret)
		return ret;

	touch(desc->irq_common_data.machine, desc);
	desc->istate &=
		~(uint32_t)(IRQS_AUTODETECT | IRQS_SPURIOUS_DISABLED | IRQS_ONESHOT | IRQS_WAITING);
	irqd_clear(d, IRQD_IRQ_INPROGRESS);
	if (flags & IRQF_PERCPU) {
		irqd_set(d, IRQD_PER_CPU);
		desc->status_use_accessors |= IRQ_PER_CPU;
	}
	if (flags & IRQF_ONESHOT)
		desc->istate |= IRQS_ONESHOT;
	if (flags & IRQF_NOBALANCING) {
		desc->status_use_accessors |= IRQ_NO_BALANCING;
		irqd_set(d, IRQD_NO_BALANCING);
	}
	if (!(flags & IRQF_NO_AUTOEN) && !(desc->status_use_accessors & IRQ_NOAUTOEN))
		irq_startup(desc, true, IRQ_START_COND);
	else
		desc->depth = 1;
	return 0;
}

static int install(struct irq_desc *desc, struct irqaction *action)
{
	struct machine *m = desc->irq_common_data.machine;
	struct irqaction **end = &desc->action;
	const struct irq_chip *chip = desc->irq_data.chip;
	int ret = 0;

	lock_acquire(m, &desc->request_mutex);
	chip_bus_lock(desc);
	if (!desc->action && chip->irq_request_resources)
		ret = call_chip(&desc->irq_data, irq_request_resources);
	if (ret)
		goto unlock_bus;

	lock_acquire(m, &desc->lock);
	if (desc->action) {
		if (!can_share(desc, action->flags))
			ret = -EBUSY;
	} else {
		ret = start_first(desc, action->flags);
		if (ret && chip->irq_release_resources)
			call_chip(&desc->irq_data, irq_release_resources);
	}
	if (!ret) {
		while (*end) {
			if (!(*end)->next)
				touch(m, *end);
			end = &(*end)->next;
		}
		touch(m, desc);
		if (!desc->action)
			desc->handler_at = machine_steps(m);
		*end = action;
		desc->irq_count = 0;
		desc->irqs_unhandled = 0;
	}
	lock_release(m, &desc->lock);
unlock_bus:
	chip_bus_sync_unlock(desc);
	lock_release(m, &desc->request_mutex);
	return ret;
}

int request_irq(struct machine *m, unsigned irq, irq_handler_t handler, unsigned long flags,
		const char *name, void *dev_id)
{
	const bool by_domain = machine_layer(m) == LAYER_DOMAIN;
	struct irq_desc *desc;
	struct irqaction *action;
	int ret;

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	if (irq == IRQ_NOTCONNECTED)
		return -ENOTCONN;
	if (flags_contradict(flags, dev_id))
		return -EINVAL;
	desc = irq_to_desc(m, irq);
	if (!desc || !handler)
		return -EINVAL;
	if (desc->status_use_accessors & (IRQ_NOREQUEST | IRQ_PER_CPU_DEVID))
		return -EINVAL;
	if (!desc->irq_data.chip)
		return -ENOSYS;

	action = object_alloc(m, &action_type, sizeof(*action));
	if (!action)
		return -ENOMEM;
	action->handler = handler;
	action->dev_id = dev_id;
	action->irq = irq;
	action->layer = by_domain ? LAYER_DOMAIN : LAYER_DRIVER;
	action->flags = (uint32_t)flags;
	if (!(flags & IRQF_TRIGGER_MASK))
		action->flags |= desc->irq_common_data.state_use_accessors & IRQD_TRIGGER_MASK;
	snprintf(action->name, sizeof(action->name), "%s", name ? name : "");
	ret = install(desc, action);
	if (ret)
		object_free(m, action);
	return ret;
}

void synchronize_irq(struct machine *m, unsigned irq)
{
	struct irq_desc *desc = irq_to_desc(m, irq);
	bool active;

	if (!desc)
		return;
	/* A handler that runs on another CPU ends before this returns. */
	WARN_IF(m, in_hardirq(m), SLEEP_IN_ATOMIC, irq);
	step(m, STEP_LOCK, desc);
	/* The interrupt may be in the controller still, with the flow handler to come. */
	irq_chip_state(desc, IRQCHIP_STATE_ACTIVE, &active);
}

static struct irqaction *take_action(struct irq_desc *desc, const void *dev_id)
{
	struct machine *m = desc->irq_common_data.machine;
	struct irqaction *before = NULL;

	for (struct irqaction *action = desc->action; action; action = action->next) {
		if (action->dev_id == dev_id) {
			touch(m, before ? (void *)before : (void *)desc);
			if (before)
				before->next = action->next;
			else
				desc->action = action->next;
			return action;
		}
		before = action;
	}
	return NULL;
}

int free_irq(struct machine *m, unsigned irq, void *dev_id)
{
	struct irq_desc *desc = irq_to_desc(m, irq);
	struct irqaction *action;
	bool last;

	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	if (!desc || WARN_IF(m, in_hardirq(m), SLEEP_IN_ATOMIC, irq))
		return -EINVAL;
	lock_acquire(m, &desc->request_mutex);
	chip_bus_lock(desc);
	lock_acquire(m, &desc->lock);
	action = take_action(desc, dev_id);
	last = action && !desc->action;
	if (last) {
		touch(m, desc);
		desc->status_use_accessors &= ~(uint32_t)IRQ_DISABLE_UNLAZY;
		irq_shutdown(desc);
		if (WARN_IF(m, desc->affinity_hint, HINT_LEFT, irq))
			desc->affinity_hint = NULL;
	}
	lock_release(m, &desc->lock);
	chip_bus_sync_unlock(desc);
	if (action)
		synchronize_irq(m, irq);
	if (last) {
		/* Only now: the handler may have needed the interrupt to end. */
		chip_bus_lock(desc);
		irq_domain_deactivate_irq(&desc->irq_data);
		if (desc->irq_data.chip->irq_release_resources)
			call_chip(&desc->irq_data, irq_release_resources);
		chip_bus_sync_unlock(desc);
	}
	lock_release(m, &desc->request_mutex);
	object_free(m, action);
	return WARN_IF(m, !action, FREE_NO_ACTION, irq) ? -EINVAL : 0;
}

/* The descriptor with bus and descriptor locked; NULL: none, or one that no chip serves. */
static struct irq_desc *get_desc_locked(struct machine *m, unsigned irq)
{
	struct irq_desc *desc = irq_to_desc(m, irq);

	if (!desc || !desc->irq_data.chip || machine_poisoned(m))
		return NULL;
	chip_bus_lock(desc);
	lock_acquire(m, &desc->lock);
	return desc;
}

static void put_desc_unlock(struct irq_desc *desc)
{
	lock_release(desc->irq_common_data.machine, &desc->lock);
	chip_bus_sync_unlock(desc);
}

void irq_disable_desc(struct irq_desc *desc)
{
	touch(desc->irq_common_data.machine, desc);
	if (!desc->depth++)
		irq_disable(desc);
}

void irq_enable_desc(struct irq_desc *desc)
{
	struct machine *m = desc->irq_common_data.machine;

	touch(m, desc);
	if (desc->depth == 0 || (desc->depth == 1 && desc->istate & IRQS_SUSPENDED)) {
		machine_warn(m, WARN_UNBALANCED_ENABLE, desc->irq_data.irq);
	} else if (desc->depth == 1) {
		desc->status_use_accessors |= IRQ_NOPROBE;
		irq_startup(desc, true, IRQ_START_FORCE);
	} else {
		desc->depth--;
	}
}

void disable_irq_nosync(struct machine *m, unsigned irq)
{
	struct irq_desc *desc = get_desc_locked(m, irq);

	layer_runs(m, LAYER_CORE);

	if (!desc)
		return;
	irq_disable_desc(desc);
	put_desc_unlock(desc);
}

void disable_irq(struct machine *m, unsigned irq)
{
	disable_irq_nosync(m, irq);
	synchronize_irq(m, irq);
}

void enable_irq(struct machine *m, unsigned irq)
{
	struct irq_desc *desc = get_desc_locked(m, irq);

	layer_runs(m, LAYER_CORE);

	if (!desc)
		return;
	irq_enable_desc(desc);
	put_desc_unlock(desc);
}

int irq_set_type(struct machine *m, unsigned irq, unsigned type)
{
	struct irq_desc *desc = get_desc_locked(m, irq);
	int ret;

	layer_runs(m, LAYER_CORE);

	if (!desc)
		return -EINVAL;
	ret = irq_set_trigger(desc, type);
	put_desc_unlock(desc);
	return ret;
}

int machine_run_on(struct machine *m, unsigned cpu)
{
	if (!software_of(m) || !cpumask_test(cpu_online_mask(m), cpu))
		return -EINVAL;
	run_on_cpu(m, cpu);
	return 0;
}
