/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/x86_internal.h>

/*
 * Vectors at work: arrival, end, moves to another CPU, the clean-up after
 * them, and CPUs that come and go.
 */

/* Local APIC registers (SDM vol. 3, table 11-1) */
#define LAPIC_EOI      (BUS_LAPIC_BASE + 0xb0)
#define LAPIC_IRR      (BUS_LAPIC_BASE + 0x200) /* 32 vectors each 16 bytes */
#define LAPIC_ICR_LOW  (BUS_LAPIC_BASE + 0x300)
#define LAPIC_ICR_HIGH (BUS_LAPIC_BASE + 0x310)
#define ICR_LOGICAL    0x800

bool vector_is_pending(struct machine *m, unsigned vector)
{
	uint64_t irr = bus_read(m, LAPIC_IRR + (uint64_t)(vector / 32) * 16, 4);

	return irr >> (vector % 32) & 1;
}

static void apic_eoi(struct machine *m)
{
	bus_write(m, LAPIC_EOI, 4, 0);
}

static void send_ipi(struct x86_root *x, unsigned cpu, unsigned vector)
{
	struct machine *m = x->machine;
	uint32_t low = vector | (x86_dest_is_logical(m) ? ICR_LOGICAL : 0);
	uint64_t dest = x86_dest_apicid(x, cpu);

	if (x->mode == APIC_X2APIC_PHYSICAL || x->mode == APIC_X2APIC_CLUSTER) {
		bus_write(m, LAPIC_ICR_LOW, 8, dest << 32 | low);
		return;
	}
	bus_write(m, LAPIC_ICR_HIGH, 4, dest << 24);
	bus_write(m, LAPIC_ICR_LOW, 4, low);
}

void x86_send_ipi(struct machine *m, unsigned cpu, unsigned vector)
{
	send_ipi(x86_root(m), cpu, vector);
}

/* ---- arrival ---- */

void x86_common_interrupt(struct machine *m, unsigned cpu, unsigned vector)
{
	struct x86_root *x = x86_root(m);
	struct irq_desc *entry = table_entry(x, cpu, vector);

	if (entry_is_desc(entry)) {
		handle_irq_desc(entry); /* its chip's ack ends the interrupt */
		return;
	}
	if (vector >= X86_FIRST_SYSTEM_VECTOR && x->system[vector - X86_FIRST_SYSTEM_VECTOR]) {
		apic_eoi(m);
		x->system[vector - X86_FIRST_SYSTEM_VECTOR](m);
		return;
	}
	if (entry == ENTRY_UNUSED)
		machine_warn(m, WARN_SPURIOUS_VECTOR, 0);
	else
		set_table_entry(x, cpu, vector, ENTRY_UNUSED);
	apic_eoi(m);
}

int x86_set_system_vector(struct machine *m, unsigned vector, x86_system_handler_t handler)
{
	struct x86_root *x = x86_root(m);

	if (!x || vector < X86_FIRST_SYSTEM_VECTOR || vector >= NR_VECTORS)
		return -EINVAL;
	if (x->system[vector - X86_FIRST_SYSTEM_VECTOR])
		return -EBUSY;
	touch(m, x);
	x->system[vector - X86_FIRST_SYSTEM_VECTOR] = handler;
	return 0;
}

/* ---- clean-up ---- */

void cleanup_enqueue(struct x86_root *x, struct x86_vector *v)
{
	struct vector_cleanup *list = x->cpu[v->prev_cpu].cleanup;

	touch(x->machine, list);
	touch(x->machine, v);
	v->cleanup_pending = true;
	v->cleanup_next = list->first;
	list->first = v;
	if (!list->timer.armed)
		timer_arm(x->machine, &list->timer, list->cpu, 1);
}

void cleanup_unlink(struct x86_root *x, struct x86_vector *v)
{
	struct vector_cleanup *list = x->cpu[v->prev_cpu].cleanup;
	struct x86_vector *before = NULL;

	if (!v->cleanup_pending)
		return;
	touch(x->machine, v);
	touch(x->machine, list); /* its digest names all its members */
	for (struct x86_vector *i = list->first; i != v; i = i->cleanup_next)
		before = i;
	if (before) {
		touch(x->machine, before);
		before->cleanup_next = v->cleanup_next;
	} else {
		list->first = v->cleanup_next;
	}
	v->cleanup_next = NULL;
	v->cleanup_pending = false;
}

void free_moved_vector(struct x86_root *x, struct x86_vector *v)
{
	struct machine *m = x->machine;

	trace(m, free_moved_vector, v->irq);
	tracepoint(m, vector_free_moved, v->irq, v->prev_cpu, v->prev_vector, v->is_managed);
	irq_matrix_free(x->matrix, v->prev_cpu, v->prev_vector, v->is_managed);
	set_table_entry(x, v->prev_cpu, v->prev_vector, ENTRY_UNUSED);
	touch(m, v);
	cleanup_unlink(x, v);
	v->prev_vector = 0;
	v->move_in_progress = false;
}

/* Frees the old vectors of a CPU; those that are still pending there stay, if asked. */
static bool run_cleanup(struct x86_root *x, struct vector_cleanup *list, bool spare_pending)
{
	struct x86_vector *next;
	bool left = false;

	for (struct x86_vector *v = list->first; v; v = next) {
		next = v->cleanup_next;
		if (spare_pending && vector_is_pending(x->machine, v->prev_vector))
			left = true;
		else
			free_moved_vector(x, v);
	}
	return left;
}

void cleanup_expired(struct machine *m, struct timer *timer)
{
	struct x86_root *x = x86_root(m);
	struct vector_cleanup *list = (struct vector_cleanup *)timer;

	vector_lock(x);
	touch(m, list);
	if (run_cleanup(x, list, true))
		timer_arm(m, &list->timer, list->cpu, 1);
	vector_unlock(x);
}

static void schedule_cleanup(struct x86_root *x, struct x86_vector *v)
{
	vector_lock(x);
	touch(x->machine, v);
	v->move_in_progress = false;
	if (cpumask_test(cpu_online_mask(x->machine), v->prev_cpu))
		cleanup_enqueue(x, v);
	else
		free_moved_vector(x, v);
	vector_unlock(x);
}

void vector_schedule_cleanup(struct irq_data *d)
{
	struct x86_vector *v = x86_vector_of(d);
	struct machine *m = irq_data_machine(d);

	if (!v)
		return;
	trace(m, vector_schedule_cleanup, v->irq, v->vector, v->cpu, v->prev_vector, v->prev_cpu,
	      v->move_in_progress);
	if (v->move_in_progress)
		schedule_cleanup(x86_root(m), v);
}

/* ---- the APIC chip ---- */

void apic_ack_irq(struct irq_data *d)
{
	trace(irq_data_machine(d), apic_ack_irq, d->irq, d->domain->id);
	irq_move_irq(d);
	apic_eoi(irq_data_machine(d));
}

/* It came in at the new CPU: the device no longer uses the old vector. */
static void complete_move(struct machine *m, struct x86_vector *v)
{
	if (v->move_in_progress && v->cpu == this_cpu(m))
		schedule_cleanup(x86_root(m), v);
}

void apic_ack_edge(struct irq_data *d)
{
	struct machine *m = irq_data_machine(d);

	trace(m, apic_ack_edge, d->irq, d->domain->id);
	complete_move(m, d->chip_data);
	irq_move_irq(d);
	apic_eoi(m);
}

void apic_end_level(struct irq_data *d)
{
	struct machine *m = irq_data_machine(d);

	complete_move(m, x86_vector_of(d));
	apic_eoi(m);
}

int apic_set_affinity(struct irq_data *d, const struct cpumask *dest, bool force)
{
	struct machine *m = irq_data_machine(d);
	struct x86_root *x = d->domain->host_data;
	struct x86_vector *v = d->chip_data;
	const struct cpumask *mask;
	int ret;

	if (layer_refuses(m, NOT_FOR_DRIVERS))
		return -EPERM;
	trace(m, apic_set_affinity, d->irq, (uintptr_t)dest, force);
	if (WARN_IF(m, !irqd_has(d, IRQD_ACTIVATED), NOT_ACTIVATED, d->irq))
		return -EIO;
	mask = cpumask_and(m, dest, cpu_online_mask(m));
	vector_lock(x);
	if (v->is_managed)
		ret = assign_managed_vector(x, d, mask);
	else
		ret = assign_vector(x, d, mask);
	vector_unlock(x);
	return ret ? ret : IRQ_SET_MASK_OK;
}

int apic_retrigger_irq(struct irq_data *d)
{
	struct x86_root *x = d->domain->host_data;
	const struct x86_vector *v = d->chip_data;

	trace(x->machine, apic_retrigger_irq, d->irq, d->domain->id);
	vector_lock(x);
	send_ipi(x, v->cpu, v->vector);
	vector_unlock(x);
	return 1;
}

/* ---- CPUs come and go ---- */

/* Can the others take what is fixed on this CPU? Promises don't count. */
static int cpu_veto(struct machine *m, unsigned cpu)
{
	const struct irq_matrix *matrix = x86_root(m)->matrix;

	if (irq_matrix_allocated(matrix, cpu) > irq_matrix_available(matrix, (int)cpu))
		return -ENOSPC;
	return 0;
}

static void force_complete_move(struct machine *m, struct irq_data *d, unsigned cpu)
{
	struct x86_root *x = x86_root(m);
	struct x86_vector *v = x86_vector_of(d);

	if (!v || !v->prev_vector || (v->cpu != cpu && v->prev_cpu != cpu))
		return;
	vector_lock(x);
	free_moved_vector(x, v);
	vector_unlock(x);
}

/* What arrived on a leaving CPU after its interrupts moved goes to where they are now. */
static void forward_pending(struct x86_root *x, unsigned cpu)
{
	struct machine *m = x->machine;

	for (unsigned vector = X86_FIRST_EXTERNAL_VECTOR; vector < NR_VECTORS; vector++) {
		struct irq_desc *desc = table_entry(x, cpu, vector);
		struct irq_data *d;

		if (!entry_is_desc(desc))
			continue;
		d = &desc->irq_data;
		if (vector_is_pending(m, vector) && d->chip && d->chip->irq_retrigger) {
			d->chip->irq_retrigger(d);
			if (x86_vector_of(d)->cpu != cpu)
				bus_note_sent_on(m, vector);
			set_table_entry(x, cpu, vector, ENTRY_RETRIGGERED);
		} else {
			set_table_entry(x, cpu, vector, ENTRY_UNUSED);
		}
	}
}

static void cpu_dead(struct machine *m, unsigned cpu)
{
	struct x86_root *x = x86_root(m);
	struct vector_cleanup *list = x->cpu[cpu].cleanup;
	unsigned before = run_on_cpu(m, cpu);

	forward_pending(x, cpu);
	vector_lock(x);
	touch(m, list);
	run_cleanup(x, list, false);
	irq_matrix_offline(x->matrix, cpu);
	timer_cancel(m, &list->timer);
	vector_unlock(x);
	run_on_cpu(m, before);
}

void reset_vector_table(struct x86_root *x, unsigned cpu)
{
	for (unsigned vector = 0; vector < NR_VECTORS; vector++)
		set_table_entry(x, cpu, vector, ENTRY_UNUSED);
	for (unsigned irq = 0; irq < X86_LEGACY_IRQS; irq++)
		if (x->legacy_irqs >> irq & 1)
			set_table_entry(x, cpu, X86_ISA_IRQ_VECTOR(irq),
					irq_to_desc(x->machine, irq));
}

/* Interrupts that were allocated, but never started, did not move and still own their vectors. */
static void restore_vector_table(struct x86_root *x, unsigned cpu)
{
	for_each_used_irq (irq, x->machine) {
		struct irq_desc *desc = irq_to_desc(x->machine, irq);
		const struct x86_vector *v = x86_vector_of(&desc->irq_data);

		if (v && v->vector && v->cpu == cpu)
			set_table_entry(x, cpu, v->vector, desc);
	}
}

static void cpu_online(struct machine *m, unsigned cpu)
{
	struct x86_root *x = x86_root(m);

	vector_lock(x);
	irq_matrix_online(x->matrix, cpu);
	reset_vector_table(x, cpu);
	if (!machine_switch(m, SWITCH_VECTOR_TABLE_LOST))
		restore_vector_table(x, cpu);
	vector_unlock(x);
}

const struct irq_root_ops x86_root_ops = {
	.cpu_veto = cpu_veto,
	.force_complete_move = force_complete_move,
	.cpu_dead = cpu_dead,
	.cpu_online = cpu_online,
};
