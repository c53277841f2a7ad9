/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/x86_internal.h>

/*
 * The VECTOR domain: who gets which vector on which CPU, and when. What
 * happens to an old vector after a move is in x86_move.c.
 */

/* Where a vector was means nothing once it is given back. */
static uint64_t vector_place(unsigned vector, unsigned cpu)
{
	return vector ? (uint64_t)vector << 16 | cpu : 0;
}

static void x86_vector_digest(const void *object, struct digest *d)
{
	const struct x86_vector *v = object;

	digest_u64(d, v->irq);
	digest_u64(d, vector_place(v->vector, v->cpu) << 32 |
			      vector_place(v->prev_vector, v->prev_cpu));
	digest_counter(d, (uint64_t)v->cpu << 32 | v->prev_cpu);
	digest_u64(d, (uint64_t)v->cfg.vector << 32 | v->cfg.dest_apicid);
	digest_u64(d, v->move_in_progress | v->is_managed << 1 | v->can_reserve << 2 |
			      v->has_reserved << 3 | v->cleanup_pending << 4);
}
const struct object_type x86_vector_type = {"x86-vector", x86_vector_digest};

const struct irq_chip x86_apic_chip = {
	.name = "APIC",
	.irq_ack = apic_ack_edge,
	.irq_set_affinity = apic_set_affinity,
	.irq_compose_msi_msg = x86_vector_msi_compose_msg,
	.irq_retrigger = apic_retrigger_irq,
};

void vector_lock(struct x86_root *x)
{
	lock_acquire(x->machine, &x->lock);
}

void vector_unlock(struct x86_root *x)
{
	lock_release(x->machine, &x->lock);
}

struct x86_vector *x86_vector_of(const struct irq_data *d)
{
	while (d->parent_data)
		d = d->parent_data;
	return d->chip == &x86_apic_chip ? d->chip_data : NULL;
}

/* The lowest CPU that runs: where parked interrupts point. */
static unsigned park_cpu(const struct x86_root *x)
{
	return cpumask_first(cpu_online_mask(x->machine));
}

/* ---- publishing where an interrupt goes ---- */

static void update_cfg(struct x86_root *x, struct irq_data *d, unsigned vector, unsigned cpu)
{
	struct x86_vector *v = d->chip_data;

	touch(x->machine, v);
	v->cfg.vector = vector;
	v->cfg.dest_apicid = x86_dest_apicid(x, cpu);
	irq_data_update_effective_affinity(d, cpumask_of(x->machine, cpu));
	tracepoint(x->machine, vector_config, d->irq, vector, cpu, v->cfg.dest_apicid);
}

/* Points at a vector that nobody listens to: no CPU's vector is used up. */
static void park(struct x86_root *x, struct irq_data *d)
{
	update_cfg(x, d, MANAGED_IRQ_SHUTDOWN_VECTOR, park_cpu(x));
}

static bool has_real_vector(const struct x86_vector *v)
{
	return v->vector && v->vector != MANAGED_IRQ_SHUTDOWN_VECTOR;
}

static void install_vector(struct x86_root *x, struct irq_data *d, unsigned vector, unsigned cpu)
{
	struct machine *m = x->machine;
	struct x86_vector *v = d->chip_data;

	tracepoint(m, vector_update, d->irq, vector, cpu, v->vector, v->cpu);
	touch(m, v);
	v->prev_vector = 0;
	if (has_real_vector(v)) {
		if (cpumask_test(cpu_online_mask(m), v->cpu)) {
			v->move_in_progress = true;
			v->prev_vector = v->vector;
			v->prev_cpu = v->cpu;
		} else {
			/* Nothing can arrive there any more. */
			irq_matrix_free(x->matrix, v->cpu, v->vector, v->is_managed);
		}
	}
	v->vector = (uint8_t)vector;
	v->cpu = (uint16_t)cpu;
	if (WARN_IF(m, entry_is_desc(table_entry(x, cpu, vector)), VECTOR_NOT_FREE, d->irq))
		machine_poison(m, "a vector was given to two interrupts");
	set_table_entry(x, cpu, vector, irq_data_to_desc(d));
	update_cfg(x, d, vector, cpu);
}

/* ---- assignment ---- */

/* The old vector must be gone before the next move. */
static bool is_moving(const struct x86_vector *v)
{
	return v->move_in_progress || v->cleanup_pending;
}

int assign_vector(struct x86_root *x, struct irq_data *d, const struct cpumask *mask)
{
	struct x86_vector *v = d->chip_data;
	bool reserved = v->has_reserved;
	unsigned cpu = 0;
	int vector;

	if (v->vector && cpumask_test(cpu_online_mask(x->machine), v->cpu) &&
	    cpumask_test(mask, v->cpu))
		return 0;
	if (is_moving(v))
		return -EBUSY;
	vector = irq_matrix_alloc(x->matrix, mask, reserved, &cpu);
	tracepoint(x->machine, vector_alloc, d->irq, vector < 0 ? 0 : (uint64_t)vector, reserved,
		   vector < 0 ? (uint64_t)vector : 0);
	if (vector < 0)
		return vector;
	install_vector(x, d, (unsigned)vector, cpu);
	return 0;
}

int assign_managed_vector(struct x86_root *x, struct irq_data *d, const struct cpumask *mask)
{
	struct x86_vector *v = d->chip_data;
	const struct cpumask *search = cpumask_and(x->machine, mask, irq_data_get_affinity_mask(d));
	unsigned cpu = 0;
	int vector;

	if (v->vector && cpumask_test(search, v->cpu))
		return 0;
	if (is_moving(v))
		return -EBUSY;
	vector = irq_matrix_alloc_managed(x->matrix, search, &cpu);
	tracepoint(x->machine, vector_alloc_managed, d->irq, vector < 0 ? 0 : (uint64_t)vector,
		   vector < 0 ? (uint64_t)vector : 0);
	if (vector < 0)
		return vector;
	install_vector(x, d, (unsigned)vector, cpu);
	return 0;
}

/* Near its node first, then where it may go, then anywhere. The last error counts. */
static int assign_any(struct x86_root *x, struct irq_data *d)
{
	struct machine *m = x->machine;
	const struct cpumask *affinity = irq_data_get_affinity_mask(d);
	int node = d->common->node;

	if (node >= 0 && !assign_vector(x, d, cpumask_and(m, cpumask_of_node(m, node), affinity)))
		return 0;
	if (!assign_vector(x, d, cpumask_and(m, affinity, cpu_online_mask(m))))
		return 0;
	if (node >= 0 && !assign_vector(x, d, cpumask_of_node(m, node)))
		return 0;
	return assign_vector(x, d, cpu_online_mask(m));
}

static void clear_vector(struct x86_root *x, struct irq_data *d)
{
	struct x86_vector *v = d->chip_data;

	if (!v->vector)
		return;
	tracepoint(x->machine, vector_clear, d->irq, v->vector, v->cpu, v->prev_vector,
		   v->prev_cpu);
	touch(x->machine, v);
	set_table_entry(x, v->cpu, v->vector, ENTRY_SHUTDOWN);
	irq_matrix_free(x->matrix, v->cpu, v->vector, v->is_managed);
	v->vector = 0;
	if (!v->prev_vector)
		return;
	set_table_entry(x, v->prev_cpu, v->prev_vector, ENTRY_SHUTDOWN);
	irq_matrix_free(x->matrix, v->prev_cpu, v->prev_vector, v->is_managed);
	cleanup_unlink(x, v);
	v->prev_vector = 0;
	v->move_in_progress = false;
}

/* ---- allocation: a promise, unless the caller wants more ---- */

static void reserve_vector(struct x86_root *x, struct irq_data *d)
{
	struct x86_vector *v = d->chip_data;

	irq_matrix_reserve(x->matrix);
	touch(x->machine, v);
	v->can_reserve = true;
	v->has_reserved = true;
	irqd_set(d, IRQD_CAN_RESERVE);
	tracepoint(x->machine, vector_reserve, d->irq, 0);
	park(x, d);
}

static void managed_bits_digest(const void *object, struct digest *d)
{
	const struct managed_bits *bits = object;

	digest_u64(d, bits->irq);
	digest_mask(d, bits->mask);
	digest_bytes(d, bits->bit, cpumask_weight(bits->mask) * sizeof(bits->bit[0]));
}
static const struct object_type managed_bits_type = {"managed-bits", managed_bits_digest};

static int reserve_bits(struct x86_root *x, unsigned irq, const struct cpumask *mask)
{
	struct managed_bits *bits;
	int ret;

	if (machine_switch(x->machine, SWITCH_MANAGED_BIT_SWAPPED))
		return irq_matrix_reserve_managed(x->matrix, mask, NULL);
	bits = object_alloc(x->machine, &managed_bits_type,
			    sizeof(*bits) + cpumask_weight(mask) * sizeof(bits->bit[0]));
	if (!bits)
		return -ENOMEM;
	bits->irq = irq;
	bits->mask = mask;
	ret = xa_store(&x->managed, irq, bits);
	if (ret) {
		object_free(x->machine, bits);
		return ret;
	}
	ret = irq_matrix_reserve_managed(x->matrix, mask, bits->bit);
	if (ret)
		object_free(x->machine, xa_erase(&x->managed, irq));
	return ret;
}

static void remove_bits(struct x86_root *x, unsigned irq, const struct cpumask *mask)
{
	struct managed_bits *bits = xa_erase(&x->managed, irq);

	irq_matrix_remove_managed(x->matrix, mask, bits && bits->mask == mask ? bits->bit : NULL);
	object_free(x->machine, bits);
}

static int reserve_managed(struct x86_root *x, struct irq_data *d)
{
	struct x86_vector *v = d->chip_data;
	int ret;

	touch(x->machine, v);
	v->is_managed = true;
	ret = reserve_bits(x, d->irq, irq_data_get_affinity_mask(d));
	tracepoint(x->machine, vector_reserve_managed, d->irq, (uint64_t)ret);
	return ret;
}

/* What the PIC's vector becomes: it goes on if the interrupt is in use. */
static void take_from_pic(struct x86_root *x, struct irq_data *d)
{
	struct x86_vector *v = d->chip_data;

	touch(x->machine, x);
	x->legacy_irqs &= ~(UINT32_C(1) << d->irq);
	v->vector = (uint8_t)X86_ISA_IRQ_VECTOR(d->irq);
	v->cpu = (uint16_t)this_cpu(x->machine);
	if (irqd_has(d, IRQD_ACTIVATED)) {
		tracepoint(x->machine, vector_setup, d->irq, true, 0);
		update_cfg(x, d, v->vector, v->cpu);
		return;
	}
	clear_vector(x, d);
	reserve_vector(x, d);
	tracepoint(x->machine, vector_setup, d->irq, false, 0);
}

static bool comes_through_pic(const struct x86_root *x, unsigned irq)
{
	return irq < X86_LEGACY_IRQS && x->legacy_irqs >> irq & 1;
}

static int first_policy(struct x86_root *x, struct irq_data *d, const struct irq_alloc_info *info)
{
	struct machine *m = x->machine;
	int ret = 0;

	vector_lock(x);
	if (irqd_has(d, IRQD_AFFINITY_MANAGED))
		ret = reserve_managed(x, d);
	else if (info && info->mask)
		ret = assign_vector(x, d, cpumask_and(m, info->mask, cpu_online_mask(m)));
	else
		reserve_vector(x, d);
	vector_unlock(x);
	return ret;
}

static void free_vector_data(struct x86_root *x, struct irq_domain *domain, unsigned virq)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);
	struct x86_vector *v = d ? d->chip_data : NULL;

	if (!v)
		return;
	irq_domain_reset_irq_data(d);
	object_free(x->machine, v);
}

static int alloc_one(struct x86_root *x, struct irq_domain *domain, unsigned virq,
		     const struct irq_alloc_info *info)
{
	struct x86_vector *v = object_alloc(x->machine, &x86_vector_type, sizeof(*v));
	struct irq_data *d;
	int ret;

	if (!v)
		return -ENOMEM;
	v->irq = virq;
	ret = irq_domain_set_hwirq_and_chip(domain, virq, virq, &x86_apic_chip, v);
	if (ret) {
		object_free(x->machine, v);
		return ret;
	}
	d = irq_domain_get_irq_data(domain, virq);
	irqd_set(d, IRQD_SINGLE_TARGET | IRQD_HANDLE_ENFORCE_IRQCTX | IRQD_AFFINITY_ON_ACTIVATE);
	if (comes_through_pic(x, virq)) {
		vector_lock(x);
		take_from_pic(x, d);
		vector_unlock(x);
		return 0;
	}
	ret = first_policy(x, d, info);
	tracepoint(x->machine, vector_setup, virq, 0, (uint64_t)ret);
	if (ret)
		free_vector_data(x, domain, virq);
	return ret;
}

static void free_irqs(struct x86_root *x, struct irq_domain *domain, unsigned virq, unsigned nr)
{
	for (unsigned i = nr; i-- > 0;) {
		struct irq_data *d = irq_domain_get_irq_data(domain, virq + i);
		struct x86_vector *v = d ? d->chip_data : NULL;

		if (!v)
			continue;
		vector_lock(x);
		clear_vector(x, d);
		tracepoint(x->machine, vector_teardown, virq + i, v->is_managed, v->has_reserved);
		if (v->has_reserved)
			irq_matrix_remove_reserved(x->matrix);
		if (v->is_managed)
			remove_bits(x, d->irq, irq_data_get_affinity_mask(d));
		vector_unlock(x);
		free_vector_data(x, domain, virq + i);
	}
}

static int x86_vector_alloc_irqs(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	const struct irq_alloc_info *info = arg;
	struct x86_root *x = domain->host_data;

	trace(x->machine, x86_vector_alloc_irqs, virq, nr, domain->id);
	/* A block of vectors on one CPU is never tried. */
	if (nr > 1 && info && info->flags & X86_IRQ_ALLOC_CONTIGUOUS_VECTORS)
		return -ENOSYS;
	for (unsigned i = 0; i < nr; i++) {
		int ret = alloc_one(x, domain, virq + i, info);

		if (ret) {
			free_irqs(x, domain, virq, i);
			return ret;
		}
	}
	return 0;
}

static void x86_vector_free_irqs(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	struct x86_root *x = domain->host_data;

	trace(x->machine, x86_vector_free_irqs, virq, nr, domain->id);
	free_irqs(x, domain, virq, nr);
}

/* ---- activation ---- */

static int activate_managed(struct x86_root *x, struct irq_data *d)
{
	struct machine *m = x->machine;
	const struct cpumask *mask =
		cpumask_and(m, irq_data_get_affinity_mask(d), cpu_online_mask(m));
	int ret;

	if (WARN_IF(m, cpumask_empty(mask), MANAGED_NO_ONLINE, d->irq))
		return -EINVAL;
	ret = assign_managed_vector(x, d, mask);
	(void)WARN_IF(m, ret < 0, MANAGED_ACTIVATE, d->irq);
	return ret;
}

static int activate_reserved(struct x86_root *x, struct irq_data *d)
{
	struct x86_vector *v = d->chip_data;
	int ret = assign_any(x, d);

	if (ret)
		return ret;
	touch(x->machine, v);
	v->has_reserved = false;
	/* The core found that the device can't be masked: it keeps its vector from now on. */
	if (!irqd_has(d, IRQD_CAN_RESERVE))
		v->can_reserve = false;
	return 0;
}

static bool is_managed_and_shut_down(const struct irq_data *d)
{
	return irqd_has(d, IRQD_AFFINITY_MANAGED) && irqd_has(d, IRQD_MANAGED_SHUTDOWN);
}

static int x86_vector_activate(struct irq_domain *domain, struct irq_data *d, bool reserve)
{
	struct x86_root *x = domain->host_data;
	struct x86_vector *v = d->chip_data;
	int ret = 0;

	trace(x->machine, x86_vector_activate, d->irq, domain->id, reserve);
	tracepoint(x->machine, vector_activate, d->irq, v->is_managed, v->can_reserve, reserve);
	vector_lock(x);
	if (!v->can_reserve && !v->is_managed)
		assign_any(x, d);
	else if (reserve || is_managed_and_shut_down(d))
		park(x, d);
	else if (v->is_managed)
		ret = activate_managed(x, d);
	else if (v->has_reserved)
		ret = activate_reserved(x, d);
	vector_unlock(x);
	return ret;
}

static void x86_vector_deactivate(struct irq_domain *domain, struct irq_data *d)
{
	struct x86_root *x = domain->host_data;
	struct x86_vector *v = d->chip_data;

	trace(x->machine, x86_vector_deactivate, d->irq, domain->id);
	tracepoint(x->machine, vector_deactivate, d->irq, v->is_managed, v->can_reserve, 0);
	if ((!v->is_managed && !v->can_reserve) || v->has_reserved)
		return;
	vector_lock(x);
	clear_vector(x, d);
	if (v->can_reserve)
		reserve_vector(x, d);
	else
		park(x, d);
	vector_unlock(x);
}

/* Its values are those of an object of its own. */
static void vector_level_digest(const struct irq_data *d, struct digest *digest)
{
	digest_u64(digest, d->chip_data != NULL);
}

const struct irq_domain_ops x86_vector_domain_ops = {
	.alloc = x86_vector_alloc_irqs,
	.free = x86_vector_free_irqs,
	.activate = x86_vector_activate,
	.deactivate = x86_vector_deactivate,
	.digest = vector_level_digest,
};
