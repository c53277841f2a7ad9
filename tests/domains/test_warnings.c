/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/bench.h"

#include "domains/x86_internal.h"

/* What a kernel warns of when it is called at the wrong time or place: once, and with which end. */

static uint64_t warned(const struct bench *b, enum machine_warning which)
{
	uint64_t count = machine_warnings(b->m, which);

	assert_int_equal(machine_warnings_total(b->m), count);
	return count;
}

static struct irq_data *root_of(const struct bench *b, unsigned irq)
{
	struct irq_data *d = irq_get_irq_data(b->m, irq);

	while (d->parent_data)
		d = d->parent_data;
	return d;
}

/* The setter of a vector that is only reserved. */
static void affinity_before_activation(void **state)
{
	struct bench *b = bench_create(&(struct bench_shape){0});
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	struct irq_data *d = root_of(b, irq);

	(void)state;
	assert_int_equal(d->chip->irq_set_affinity(d, cpumask_of(b->m, 2), false), -EIO);
	assert_int_equal(warned(b, WARN_NOT_ACTIVATED), 1);
	bench_destroy(b);
}

/* enable_irq() before request_irq(): starts what has no vector. */
static void enabled_before_requested(void **state)
{
	struct bench *b = bench_create(&(struct bench_shape){0});
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

	(void)state;
	enable_irq(b->m, irq);
	/* by the affinity that it shall start with, and by the start itself */
	assert_int_equal(warned(b, WARN_NOT_ACTIVATED), 2);
	assert_int_equal(bench_vector(b, irq).vector, 0); /* and it has none */
	bench_destroy(b);
}

/* Four vectors, one for each CPU; a handler on the last. */
static unsigned managed_on_cpu_3(struct bench *b)
{
	int irq;

	assert_int_equal(
		pci_alloc_irq_vectors_affinity(b->nic, 4, 4, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, NULL),
		4);
	irq = pci_irq_vector(b->nic, 3);
	assert_true(cpumask_test(pci_irq_get_affinity(b->nic, 3), 3));
	bench_request(b, (unsigned)irq);
	return (unsigned)irq;
}

static void managed_enabled_without_its_cpu(void **state)
{
	struct bench *b = bench_create(&(struct bench_shape){0});
	unsigned irq = managed_on_cpu_3(b);

	(void)state;
	disable_irq(b->m, irq);
	assert_int_equal(cpu_down(b->m, 3), 0);
	assert_int_equal(warned(b, WARN_MANAGED_NO_ONLINE), 0);
	enable_irq(b->m, irq);
	assert_int_equal(warned(b, WARN_MANAGED_NO_ONLINE), 1);
	/* It stays shut down, and starts with its CPU. */
	assert_true(irqd_has(irq_get_irq_data(b->m, irq), IRQD_MANAGED_SHUTDOWN));
	assert_int_equal(bench_raise(b, b->nic, 3), 0);
	assert_int_equal(cpu_up(b->m, 3), 0);
	machine_deliver(b->m, 0);
	assert_int_equal(b->handled, 1);
	assert_int_equal(b->handled_on, 3);
	bench_destroy(b);
}

/* What was set aside for it is gone: somebody has taken the CPU's last vectors as managed ones. */
static void managed_without_a_vector(void **state)
{
	struct bench *b = bench_create(
		&(struct bench_shape){.cpus = 4, .vector_first = 32, .vector_last = 39});
	struct x86_root *x = x86_root(b->m);
	const struct cpumask *cpu = cpumask_of(b->m, 3);
	unsigned irq, taken;

	(void)state;
	assert_int_equal(
		pci_alloc_irq_vectors_affinity(b->nic, 4, 4, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, NULL),
		4);
	irq = (unsigned)pci_irq_vector(b->nic, 3);
	while (irq_matrix_alloc_managed(x->matrix, cpu, &taken) >= 0)
		continue;
	/* request_irq() succeeds, and the interrupt stays shut down. */
	assert_int_equal(request_irq(b->m, irq, bench_handler, 0, "nic", b), 0);
	assert_true(machine_warnings(b->m, WARN_MANAGED_ACTIVATE) >= 1);
	assert_true(irqd_has(irq_get_irq_data(b->m, irq), IRQD_MANAGED_SHUTDOWN));
	assert_false(irqd_has(irq_get_irq_data(b->m, irq), IRQD_IRQ_STARTED));
	bench_abandon(b);
}

/* Only on the old target it can be seen whether something arrived between the two steps. */
static void moved_from_another_cpu(void **state)
{
	struct bench *b = bench_create(&(struct bench_shape){0});
	struct irq_data *d;
	unsigned irq;
	struct tape_write w[8];
	uint64_t from;

	(void)state;
	machine_set_switch(b->m, SWITCH_CAN_RESERVE_INVERTED, false);
	irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX); /* so that vectors differ between the CPUs */
	bench_affinity(b, irq, "2");
	bench_request(b, irq);
	irq = bench_alloc(b, b->old, 1, PCI_IRQ_MSI);
	bench_request(b, irq);
	assert_int_equal(bench_vector(b, irq).cpu, 0);
	d = irq_get_irq_data(b->m, irq);
	assert_int_equal(machine_run_on(b->m, 1), 0);
	from = tape_position(b->m);
	assert_int_equal(d->chip->irq_set_affinity(d, cpumask_of(b->m, 2), false), 0);
	assert_int_equal(warned(b, WARN_MSI_WRONG_CPU), 1);
	/* Written in one go. */
	assert_int_equal(tape_writes(b->m, from, "old.msi.addr_lo", w, 8), 1);
	assert_int_equal(bench_vector(b, irq).cpu, 2);
	bench_destroy(b);
}

/* Two interrupts with one vector: the machine is no longer what it says. */
static void vector_given_twice(void **state)
{
	struct bench *b = bench_create(&(struct bench_shape){0});
	struct x86_root *x = x86_root(b->m);
	unsigned first = bench_alloc(b, b->nic, 2, PCI_IRQ_MSIX);

	(void)state;
	bench_request(b, first);
	for (unsigned cpu = 0; cpu < 4; cpu++)
		for (unsigned vector = 32; vector < 235; vector++)
			set_table_entry(x, cpu, vector, irq_to_desc(b->m, first));
	request_irq(b->m, first + 1, bench_handler, 0, "nic", b);
	assert_int_equal(machine_warnings(b->m, WARN_VECTOR_NOT_FREE), 1);
	assert_non_null(machine_poisoned(b->m));
	assert_int_equal(request_irq(b->m, first + 1, bench_handler, 0, "nic", b), -EIO);
	bench_abandon(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(affinity_before_activation),
		cmocka_unit_test(enabled_before_requested),
		cmocka_unit_test(managed_enabled_without_its_cpu),
		cmocka_unit_test(managed_without_a_vector),
		cmocka_unit_test(moved_from_another_cpu),
		cmocka_unit_test(vector_given_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
