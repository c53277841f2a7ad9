/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

/* CPUs leave and come back: their interrupts move, stop and start again. */

static bool needs_to_move(const struct irq_data *d, unsigned cpu)
{
	struct machine *m = irq_data_machine(d);
	const struct cpumask *target = d->common->effective_affinity;

	if (cpumask_empty(target))
		target = d->common->affinity;
	/* All its CPUs are gone already: it was left behind. */
	if (!cpumask_empty(cpumask_without(m, target, cpu)) &&
	    !cpumask_intersects(target, cpu_online_mask(m)))
		return true;
	return cpumask_test(target, cpu);
}

static void move_to(struct irq_data *d, const struct cpumask *mask)
{
	const struct cpumask *online = cpu_online_mask(irq_data_machine(d));
	int ret = irq_do_set_affinity(d, mask, false);

	if (ret == -ENOSPC && !irqd_has(d, IRQD_AFFINITY_MANAGED) && mask != online)
		irq_do_set_affinity(d, online, false);
}

static void migrate_one_irq(struct irq_desc *desc, unsigned cpu)
{
	struct machine *m = desc->irq_common_data.machine;
	struct software *sw = software_of(m);
	struct irq_data *d = &desc->irq_data;
	const struct cpumask *mask;
	bool mask_chip = !irq_moves_in_task_context(d) && !irqd_has(d, IRQD_IRQ_MASKED);
	unsigned to;

	if (!d->chip || !d->chip->irq_set_affinity)
		return;
	for (uint32_t i = 0; i < sw->nr_roots; i++)
		if (sw->roots[i]->force_complete_move)
			sw->roots[i]->force_complete_move(m, d, cpu);
	if (irqd_has(d, IRQD_PER_CPU) || !irqd_has(d, IRQD_IRQ_STARTED) || !needs_to_move(d, cpu)) {
		irq_fixup_move_pending(desc, false);
		return;
	}
	mask = irq_fixup_move_pending(desc, true) ? desc->pending_mask : d->common->affinity;
	if (mask_chip && d->chip->irq_mask)
		call_chip(d, irq_mask);
	if (!cpumask_intersects(mask, sw->online)) {
		if (irqd_has(d, IRQD_AFFINITY_MANAGED)) {
			irqd_set(d, IRQD_MANAGED_SHUTDOWN);
			irq_shutdown_and_deactivate(desc);
			return;
		}
		mask = sw->online;
	}
	move_to(d, mask);
	if (mask_chip && d->chip->irq_unmask)
		call_chip(d, irq_unmask);
	to = cpumask_first(d->common->effective_affinity);
	tape_event(m, TAPE_MIGRATE, ACTOR_CPU, (uint16_t)cpu, (uint64_t)cpu << 32 | to, d->irq, 0,
		   0);
}

static void migrate_all_irqs_off(struct machine *m, unsigned cpu)
{
	for_each_used_irq (irq, m) {
		struct irq_desc *desc = irq_to_desc(m, irq);

		lock_acquire(m, &desc->lock);
		migrate_one_irq(desc, cpu);
		lock_release(m, &desc->lock);
	}
}

static void restore_affinity(struct irq_desc *desc, unsigned cpu)
{
	struct irq_data *d = &desc->irq_data;

	if (!irqd_has(d, IRQD_AFFINITY_MANAGED) || !desc->action || !d->chip ||
	    !cpumask_test(d->common->affinity, cpu) || desc->istate & IRQS_SUSPENDED)
		return;
	if (irqd_has(d, IRQD_MANAGED_SHUTDOWN)) {
		bool loses_depth =
			machine_switch(desc->irq_common_data.machine, SWITCH_MANAGED_DEPTH_LOSS);

		if (loses_depth || desc->depth <= 1) {
			irq_startup(desc, true, IRQ_START_COND);
		} else {
			/* A driver disabled it meanwhile: it starts with its enable_irq(). */
			irqd_clear(d, IRQD_MANAGED_SHUTDOWN); /* touches the descriptor */
			desc->depth--;
		}
	}
	/* An interrupt with one target stays where it is; the others take the CPU in again. */
	if (!irqd_has(d, IRQD_SINGLE_TARGET))
		irq_set_affinity_locked(d, d->common->affinity, false);
}

static void set_online(struct software *sw, unsigned cpu, bool online)
{
	struct machine *m = sw->machine;

	touch(m, sw);
	sw->online =
		online ? cpumask_with(m, sw->online, cpu) : cpumask_without(m, sw->online, cpu);
}

int cpu_down(struct machine *m, unsigned cpu)
{
	struct software *sw = software_of(m);
	unsigned task_cpu = this_cpu(m);
	int ret = 0;

	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	if (!sw || !cpumask_test(sw->possible, cpu))
		return -EINVAL;
	if (cpu == 0 && !sw->boot_cpu_may_leave)
		return -EPERM;
	if (!cpumask_test(sw->online, cpu))
		return 1;
	if (cpumask_empty(cpumask_without(m, sw->online, cpu)))
		return -EBUSY;
	lock_acquire(m, &sw->hotplug_mutex);
	run_on_cpu(m, cpu);
	for (uint32_t i = 0; i < sw->nr_roots && !ret; i++)
		if (sw->roots[i]->cpu_veto)
			ret = sw->roots[i]->cpu_veto(m, cpu);
	if (!ret) {
		step(m, STEP_CPU_STAGE, sw);
		set_online(sw, cpu, false);
		step(m, STEP_CPU_STAGE, sw);
		migrate_all_irqs_off(m, cpu);
		step(m, STEP_CPU_STAGE, sw);
		for (uint32_t i = 0; i < sw->nr_roots; i++)
			if (sw->roots[i]->cpu_dead)
				sw->roots[i]->cpu_dead(m, cpu);
		bus_set_cpu_online(m, cpu, false);
	}
	run_on_cpu(m, task_cpu != cpu || ret ? task_cpu : cpumask_first(sw->online));
	lock_release(m, &sw->hotplug_mutex);
	return ret;
}

int cpu_up(struct machine *m, unsigned cpu)
{
	struct software *sw = software_of(m);
	unsigned task_cpu = this_cpu(m);

	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	if (!sw || !cpumask_test(sw->present, cpu))
		return -EINVAL;
	if (cpumask_test(sw->online, cpu))
		return 1;
	lock_acquire(m, &sw->hotplug_mutex);
	run_on_cpu(m, cpu);
	bus_set_cpu_online(m, cpu, true);
	step(m, STEP_CPU_STAGE, sw);
	set_online(sw, cpu, true);
	for (uint32_t i = 0; i < sw->nr_roots; i++)
		if (sw->roots[i]->cpu_online)
			sw->roots[i]->cpu_online(m, cpu);
	step(m, STEP_CPU_STAGE, sw);
	for_each_used_irq (irq, m) {
		struct irq_desc *desc = irq_to_desc(m, irq);

		lock_acquire(m, &desc->lock);
		restore_affinity(desc, cpu);
		lock_release(m, &desc->lock);
	}
	run_on_cpu(m, task_cpu);
	lock_release(m, &sw->hotplug_mutex);
	return 0;
}
