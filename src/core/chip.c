/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

/* Starting, stopping, masking: the state of an interrupt and its outermost chip. */

static struct machine *desc_machine(const struct irq_desc *desc)
{
	return desc->irq_common_data.machine;
}

void irqd_update(struct irq_data *d, uint32_t clear, uint32_t set)
{
	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return;
	touch(irq_data_machine(d), irq_data_to_desc(d));
	d->common->state_use_accessors = (d->common->state_use_accessors & ~clear) | set;
}

void irqd_set(struct irq_data *d, uint32_t states)
{
	irqd_update(d, 0, states);
}

void irqd_clear(struct irq_data *d, uint32_t states)
{
	irqd_update(d, states, 0);
}

void irq_data_update_effective_affinity(struct irq_data *d, const struct cpumask *mask)
{
	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return;
	touch(irq_data_machine(d), irq_data_to_desc(d));
	d->common->effective_affinity = mask;
}

void chip_bus_lock(struct irq_desc *desc)
{
	if (desc->irq_data.chip && desc->irq_data.chip->irq_bus_lock)
		call_chip(&desc->irq_data, irq_bus_lock);
}

void chip_bus_sync_unlock(struct irq_desc *desc)
{
	if (desc->irq_data.chip && desc->irq_data.chip->irq_bus_sync_unlock)
		call_chip(&desc->irq_data, irq_bus_sync_unlock);
}

/* ---- mask, enable, disable ---- */

void mask_irq(struct irq_desc *desc)
{
	struct irq_data *d = &desc->irq_data;

	if (irqd_has(d, IRQD_IRQ_MASKED) || !d->chip->irq_mask)
		return;
	call_chip(d, irq_mask);
	irqd_set(d, IRQD_IRQ_MASKED);
}

void unmask_irq(struct irq_desc *desc)
{
	struct irq_data *d = &desc->irq_data;

	if (!irqd_has(d, IRQD_IRQ_MASKED) || !d->chip->irq_unmask)
		return;
	call_chip(d, irq_unmask);
	irqd_clear(d, IRQD_IRQ_MASKED);
}

void irq_enable(struct irq_desc *desc)
{
	struct irq_data *d = &desc->irq_data;

	if (!irqd_has(d, IRQD_IRQ_DISABLED)) {
		unmask_irq(desc);
		return;
	}
	irqd_clear(d, IRQD_IRQ_DISABLED);
	if (d->chip->irq_enable) {
		call_chip(d, irq_enable);
		irqd_clear(d, IRQD_IRQ_MASKED);
	} else {
		unmask_irq(desc);
	}
}

static void disable_and_maybe_mask(struct irq_desc *desc, bool mask)
{
	struct irq_data *d = &desc->irq_data;

	if (irqd_has(d, IRQD_IRQ_DISABLED)) {
		if (mask)
			mask_irq(desc);
		return;
	}
	irqd_set(d, IRQD_IRQ_DISABLED);
	if (d->chip->irq_disable) {
		call_chip(d, irq_disable);
		irqd_set(d, IRQD_IRQ_MASKED);
	} else if (mask) {
		mask_irq(desc);
	}
}

/* Lazy: the hardware is left alone unless the chip or the interrupt wants otherwise. */
void irq_disable(struct irq_desc *desc)
{
	disable_and_maybe_mask(desc, desc->status_use_accessors & IRQ_DISABLE_UNLAZY);
}

/* ---- startup, shutdown ---- */

static void start_chip(struct irq_desc *desc)
{
	struct irq_data *d = &desc->irq_data;

	WARN_IF(desc_machine(desc), d->domain && !irqd_has(d, IRQD_ACTIVATED), NOT_ACTIVATED,
		d->irq);
	if (d->chip->irq_startup) {
		call_chip(d, irq_startup);
		irqd_clear(d, IRQD_IRQ_DISABLED | IRQD_IRQ_MASKED);
	} else {
		irq_enable(desc);
	}
	irqd_set(d, IRQD_IRQ_STARTED);
}

/* False: it stays shut down. */
static bool activate_managed(struct irq_desc *desc, enum irq_start start)
{
	struct machine *m = desc_machine(desc);
	struct irq_data *d = &desc->irq_data;

	irqd_clear(d, IRQD_MANAGED_SHUTDOWN);
	if (!cpumask_intersects(d->common->affinity, cpu_online_mask(m))) {
		WARN_IF(m, start == IRQ_START_FORCE, MANAGED_NO_ONLINE, d->irq);
		return false;
	}
	return !WARN_IF(m, irq_domain_activate_irq(d, false) < 0, MANAGED_ACTIVATE, d->irq);
}

static void start_normal(struct irq_desc *desc)
{
	bool before = desc->irq_data.chip->flags & IRQCHIP_AFFINITY_PRE_STARTUP &&
		      machine_switch(desc_machine(desc), SWITCH_AFFINITY_BEFORE_STARTUP);

	if (before)
		irq_setup_affinity(desc);
	start_chip(desc);
	if (!before)
		irq_setup_affinity(desc);
}

static void start_managed(struct irq_desc *desc)
{
	irq_do_set_affinity(&desc->irq_data, desc->irq_common_data.affinity, false);
	start_chip(desc);
}

int irq_startup(struct irq_desc *desc, bool resend, enum irq_start start)
{
	struct irq_data *d = &desc->irq_data;

	touch(desc_machine(desc), desc);
	desc->depth = 0;
	if (irqd_has(d, IRQD_IRQ_STARTED)) {
		irq_enable(desc);
	} else if (!irqd_has(d, IRQD_AFFINITY_MANAGED)) {
		start_normal(desc);
	} else if (activate_managed(desc, start)) {
		start_managed(desc);
	} else {
		irqd_set(d, IRQD_MANAGED_SHUTDOWN);
		return 0;
	}
	if (resend)
		check_irq_resend(desc, false);
	return 0;
}

void irq_shutdown(struct irq_desc *desc)
{
	struct irq_data *d = &desc->irq_data;

	if (!irqd_has(d, IRQD_IRQ_STARTED))
		return;
	clear_irq_resend(desc);
	touch(desc_machine(desc), desc);
	if (machine_switch(desc_machine(desc), SWITCH_MANAGED_DEPTH_LOSS))
		desc->depth = 1;
	else
		desc->depth++;
	if (d->chip->irq_shutdown) {
		call_chip(d, irq_shutdown);
		irqd_set(d, IRQD_IRQ_DISABLED | IRQD_IRQ_MASKED);
	} else {
		disable_and_maybe_mask(desc, true);
	}
	irqd_clear(d, IRQD_IRQ_STARTED);
}

void irq_shutdown_and_deactivate(struct irq_desc *desc)
{
	irq_shutdown(desc);
	irq_domain_deactivate_irq(&desc->irq_data);
}

/* ---- trigger type ---- */

int irq_set_trigger(struct irq_desc *desc, unsigned type)
{
	struct irq_data *d = &desc->irq_data;
	bool unmask = false;
	int ret;

	if (!d->chip || !d->chip->irq_set_type)
		return 0;
	if (d->chip->flags & IRQCHIP_SET_TYPE_MASKED) {
		unmask = !irqd_has(d, IRQD_IRQ_MASKED | IRQD_IRQ_DISABLED);
		mask_irq(desc);
	}
	ret = call_chip(d, irq_set_type, type & IRQ_TYPE_SENSE_MASK);
	if (ret == IRQ_SET_MASK_OK || ret == IRQ_SET_MASK_OK_DONE)
		irqd_update(d, IRQD_TRIGGER_MASK, type & IRQ_TYPE_SENSE_MASK);
	if (ret >= 0) {
		unsigned now = d->common->state_use_accessors & IRQD_TRIGGER_MASK;
		bool level = now & (IRQ_TYPE_LEVEL_HIGH | IRQ_TYPE_LEVEL_LOW);

		touch(desc_machine(desc), desc);
		desc->status_use_accessors =
			(desc->status_use_accessors & ~(IRQ_TYPE_SENSE_MASK | IRQ_LEVEL)) | now |
			(level ? IRQ_LEVEL : 0);
		irqd_update(d, IRQD_LEVEL, level ? IRQD_LEVEL : 0);
		ret = 0;
	}
	if (unmask)
		unmask_irq(desc);
	return ret;
}

/* ---- what chips ask of the level below ---- */

/* Where a kernel would call NULL, the machine is poisoned, and says what was missing. */
#define call_parent(d, slot)                                                                       \
	do {                                                                                       \
		struct irq_data *below_ = (d)->parent_data;                                        \
                                                                                                   \
		if (below_ && below_->chip && below_->chip->slot)                                  \
			below_->chip->slot(below_);                                                \
		else                                                                               \
			machine_poison(irq_data_machine(d),                                        \
				       "a chip asked the level below for " #slot                   \
				       ", which that has not");                                    \
	} while (0)

void irq_chip_ack_parent(struct irq_data *d)
{
	call_parent(d, irq_ack);
}

void irq_chip_eoi_parent(struct irq_data *d)
{
	call_parent(d, irq_eoi);
}

void irq_chip_mask_parent(struct irq_data *d)
{
	call_parent(d, irq_mask);
}

void irq_chip_unmask_parent(struct irq_data *d)
{
	call_parent(d, irq_unmask);
}

void irq_chip_enable_parent(struct irq_data *d)
{
	const struct irq_data *parent = d->parent_data;

	if (parent && parent->chip && parent->chip->irq_enable)
		call_parent(d, irq_enable);
	else
		call_parent(d, irq_unmask);
}

void irq_chip_disable_parent(struct irq_data *d)
{
	const struct irq_data *parent = d->parent_data;

	if (parent && parent->chip && parent->chip->irq_disable)
		call_parent(d, irq_disable);
	else
		call_parent(d, irq_mask);
}

int irq_chip_set_affinity_parent(struct irq_data *d, const struct cpumask *dest, bool force)
{
	struct irq_data *parent = d->parent_data;

	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return -EPERM;
	if (!parent || !parent->chip || !parent->chip->irq_set_affinity)
		return -ENOSYS;
	return parent->chip->irq_set_affinity(parent, dest, force);
}

int irq_chip_set_type_parent(struct irq_data *d, unsigned type)
{
	struct irq_data *parent = d->parent_data;

	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return -EPERM;
	if (!parent || !parent->chip || !parent->chip->irq_set_type)
		return -ENOSYS;
	return parent->chip->irq_set_type(parent, type);
}

int irq_chip_set_vcpu_affinity_parent(struct irq_data *d, void *vcpu_info)
{
	struct irq_data *parent = d->parent_data;

	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return -EPERM;
	if (!parent || !parent->chip || !parent->chip->irq_set_vcpu_affinity)
		return -ENOSYS;
	return parent->chip->irq_set_vcpu_affinity(parent, vcpu_info);
}

int irq_chip_get_parent_state(struct irq_data *d, enum irqchip_state which, bool *state)
{
	struct irq_data *parent = d->parent_data;

	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return -EPERM;
	if (!parent || !parent->chip || !parent->chip->irq_get_irqchip_state)
		return -EINVAL;
	return parent->chip->irq_get_irqchip_state(parent, which, state);
}

int irq_chip_set_parent_state(struct irq_data *d, enum irqchip_state which, bool state)
{
	struct irq_data *parent = d->parent_data;

	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return -EPERM;
	if (!parent || !parent->chip || !parent->chip->irq_set_irqchip_state)
		return -EINVAL;
	return parent->chip->irq_set_irqchip_state(parent, which, state);
}

int irq_chip_retrigger_hierarchy(struct irq_data *d)
{
	for (d = d->parent_data; d; d = d->parent_data)
		if (d->chip && d->chip->irq_retrigger)
			return call_chip(d, irq_retrigger);
	return 0;
}

int irq_chip_compose_msi_msg(struct irq_data *d, struct msi_msg *msg)
{
	for (; d; d = d->parent_data) {
		if (d->chip && d->chip->irq_compose_msi_msg) {
			call_chip(d, irq_compose_msi_msg, msg);
			return 0;
		}
	}
	return -ENOSYS;
}
