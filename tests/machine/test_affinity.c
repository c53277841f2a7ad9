/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_test.h"

#include "domains/x86.h"
#include <irqlab/provider/software.h>

/* Where interrupts go: set, put off, moved, spread; and what CPU hotplug does to them. */

static struct machine *machine_with(unsigned cpus, enum remap_kind remap)
{
	const struct machine_shape shape = {.cpus = cpus, .remap = remap};
	struct machine *m = machine_of_shape(&shape);

	assert_non_null(m);
	return m;
}

static unsigned requested_irq(struct machine *m, const char *device, unsigned flags,
			      unsigned *handled)
{
	struct device *dev = device_by_name(m, device);
	int irq;

	assert_true(pci_alloc_irq_vectors(dev, 1, 1, flags) == 1);
	irq = pci_irq_vector(dev, 0);
	assert_true(irq > 0);
	assert_int_equal(request_irq(m, (unsigned)irq, count_interrupt, 0, "test", handled), 0);
	return (unsigned)irq;
}

static struct x86_vector_info vector_of(struct machine *m, unsigned irq)
{
	struct x86_vector_info info;

	assert_true(x86_vector_info(m, irq, &info));
	return info;
}

static bool has_state(struct machine *m, unsigned irq, uint32_t state)
{
	return irqd_has(irq_get_irq_data(m, irq), state);
}

static void raise(struct machine *m, const char *device, enum raise_source source)
{
	assert_int_equal(device_raise(m, device, source, 0, 0, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
}

static void before_activation_only_the_mask_is_kept(void **state)
{
	struct machine *m = machine_with(4, REMAP_NONE);
	struct device *nic = device_by_name(m, "nic");
	const struct cpumask *mask = cpumask_of(m, 2);
	uint64_t from;
	unsigned irq;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	irq = (unsigned)pci_irq_vector(nic, 0);
	from = tape_position(m);
	assert_int_equal(irq_set_affinity(m, irq, mask), 0);
	assert_int_equal(tape_position(m), from);
	assert_ptr_equal(irq_to_desc(m, irq)->irq_common_data.affinity, mask);
	assert_true(has_state(m, irq, IRQD_AFFINITY_SET));
	assert_int_equal(request_irq(m, irq, count_interrupt, 0, "x", &from), 0);
	assert_int_equal(vector_of(m, irq).cpu, 2);
	machine_destroy(m);
}

/* Three events and a tick: the interrupt that moves it, the first on the new CPU, the timer. */
static void a_move_without_remapping_takes_three_events(void **state)
{
	struct machine *m = machine_with(4, REMAP_NONE);
	unsigned handled = 0, old_vector, old_cpu;
	const unsigned irq = requested_irq(m, "nic", PCI_IRQ_MSIX, &handled);

	(void)state;
	old_vector = vector_of(m, irq).vector;
	old_cpu = vector_of(m, irq).cpu;
	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 2)), 0);
	assert_true(has_state(m, irq, IRQD_SETAFFINITY_PENDING));
	assert_int_equal(vector_of(m, irq).cpu, old_cpu);

	raise(m, "nic", RAISE_MSIX);
	assert_int_equal(vector_of(m, irq).cpu, 2);
	assert_true(vector_of(m, irq).move_in_progress);
	assert_int_equal(vector_of(m, irq).prev_vector, old_vector);

	/* A second move is accepted, and waits. */
	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 1)), 0);
	raise(m, "nic", RAISE_MSIX);
	assert_int_equal(vector_of(m, irq).cpu, 2);
	assert_true(has_state(m, irq, IRQD_SETAFFINITY_PENDING));
	assert_false(vector_of(m, irq).move_in_progress);
	assert_int_equal(x86_vector_entry(m, old_cpu, old_vector), irq);

	machine_tick(m, 1);
	assert_int_equal(x86_vector_entry(m, old_cpu, old_vector), VECTOR_UNUSED);
	assert_int_equal(vector_of(m, irq).prev_vector, 0);

	raise(m, "nic", RAISE_MSIX);
	assert_int_equal(vector_of(m, irq).cpu, 1);
	assert_int_equal(handled, 3);
	machine_destroy(m);
}

static unsigned device_writes(struct machine *m, const char *object, uint64_t from)
{
	unsigned writes = 0;

	for (uint64_t at = from; at < tape_position(m); at++) {
		struct bus_place place;

		if (tape_place(m, tape_at(m, at), &place) && !strcmp(place.object, object))
			writes++;
	}
	return writes;
}

static void a_remapped_move_is_done_at_once_and_the_device_keeps_its_message(void **state)
{
	static const enum remap_kind kinds[] = {REMAP_INTEL, REMAP_AMD};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct machine *m = machine_with(4, kinds[i]);
		unsigned handled = 0;
		const unsigned irq = requested_irq(m, "nic", PCI_IRQ_MSIX, &handled);
		const uint64_t from = tape_position(m);

		assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 3)), 0);
		assert_int_equal(vector_of(m, irq).cpu, 3);
		assert_int_equal(device_writes(m, "nic", from), 0);
		raise(m, "nic", RAISE_MSIX);
		assert_int_equal(handled, 1);
		machine_destroy(m);
	}
}

static void affinity_is_refused_with_the_kernels_errors(void **state)
{
	struct machine *m = machine_with(2, REMAP_INTEL);
	unsigned handled = 0;
	const unsigned irq = requested_irq(m, "nic", PCI_IRQ_MSIX, &handled);

	(void)state;
	assert_int_equal(irq_set_affinity(m, 9999, cpumask_of(m, 0)), -EINVAL);
	assert_int_equal(irq_set_affinity(m, irq, cpumask_none(m)), -EINVAL);
	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 7)), -EINVAL);
	assert_int_equal(irq_set_affinity_user(m, irq, cpumask_of(m, 7)), -EINVAL);
	assert_int_equal(cpu_down(m, 1), 0);
	assert_int_equal(irq_set_affinity_user(m, irq, cpumask_of(m, 1)), -EINVAL);
	assert_int_equal(irq_set_default_affinity(m, cpumask_of(m, 1)), -EINVAL);
	machine_destroy(m);
}

static bool refusal_marks_affinity_as_set(enum machine_profile profile)
{
	const struct machine_shape shape = {.cpus = 2, .remap = REMAP_INTEL, .profile = profile};
	struct machine *m = machine_of_shape(&shape);
	unsigned handled = 0;
	const unsigned irq = requested_irq(m, "nic", PCI_IRQ_MSIX, &handled);
	bool marked;

	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 7)), -EINVAL);
	marked = has_state(m, irq, IRQD_AFFINITY_SET);
	machine_destroy(m);
	return marked;
}

static void a_refused_affinity_leaves_its_mark_in_linux_6_12_only(void **state)
{
	(void)state;
	assert_true(refusal_marks_affinity_as_set(PROFILE_LINUX_6_12));
	assert_false(refusal_marks_affinity_as_set(PROFILE_INTENDED));
}

/* ---- spreading ---- */

static void expect_spread(struct machine *m, unsigned groups, const char *const *expected)
{
	struct irq_affinity affd = {0};
	struct irq_affinity_desc *masks = irq_create_affinity_masks(m, groups, &affd);

	assert_non_null(masks);
	for (unsigned i = 0; i < groups; i++) {
		char list[64];

		cpumask_print(masks[i].mask, list, sizeof(list));
		assert_string_equal(list, expected[i]);
		assert_true(masks[i].is_managed);
	}
	object_free(m, masks);
}

static void check_spread(unsigned cpus, unsigned groups, const char *const *expected)
{
	struct machine *m = machine_with(cpus, REMAP_NONE);

	expect_spread(m, groups, expected);
	machine_destroy(m);
}

static struct machine *machine_of_cpus(const struct cpu_desc *cpus, uint32_t nr)
{
	const struct machine_desc desc = {.cpus = cpus, .nr_cpus = nr};
	struct machine *m = machine_create(NULL);
	const char *why = "";

	if (machine_load(m, &desc, &why))
		fail_msg("%s", why);
	return m;
}

static void threads_of_a_core_stay_together(void **state)
{
	struct cpu_desc cpus[8];
	struct machine *m;

	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		cpus[i] = (struct cpu_desc){.apic_id = i, .core = 1 + i % 4};
	m = machine_of_cpus(cpus, 8);
	expect_spread(m, 4, (const char *const[]){"0,4", "1,5", "2,6", "3,7"});
	expect_spread(m, 3, (const char *const[]){"0-1,4", "2-3,6", "5,7"});
	expect_spread(m, 8, (const char *const[]){"0", "1", "2", "3", "4", "5", "6", "7"});
	/* A CPU that is offline is nobody's sibling, and has its place in the spread all the same.
	 */
	assert_int_equal(cpu_down(m, 4), 0);
	expect_spread(m, 4, (const char *const[]){"0-1", "2,6", "3,7", "4-5"});
	machine_destroy(m);
}

/* CPUs that may come are spread after those that are there, from the first group without a CPU on.
 */
static void absent_cpus_come_second(void **state)
{
	struct cpu_desc cpus[8];
	struct machine *m;

	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		cpus[i] = (struct cpu_desc){.apic_id = i, .absent = i >= 4, .offline = i >= 3};
	m = machine_of_cpus(cpus, 8);
	expect_spread(m, 2, (const char *const[]){"0-1,4-5", "2-3,6-7"});
	expect_spread(m, 4, (const char *const[]){"0,4", "1,5", "2,6", "3,7"});
	expect_spread(m, 6, (const char *const[]){"0,6", "1,7", "2", "3", "4", "5"});
	expect_spread(m, 8, (const char *const[]){"0", "1", "2", "3", "4", "5", "6", "7"});
	assert_int_equal(cpu_up(m, 3), 0);
	assert_int_equal(cpu_up(m, 4), -EINVAL);
	machine_destroy(m);
}

/* Fewer groups than nodes: node by node, in each pass. */
static void absent_cpus_of_other_nodes(void **state)
{
	struct cpu_desc cpus[6];
	struct machine *m;

	(void)state;
	for (uint32_t i = 0; i < 6; i++)
		cpus[i] = (struct cpu_desc){
			.apic_id = i, .node = (int32_t)i / 2, .absent = i >= 4, .offline = i >= 4};
	m = machine_of_cpus(cpus, 6);
	expect_spread(m, 2, (const char *const[]){"0-1,4", "2-3,5"});
	expect_spread(m, 1, (const char *const[]){"0-5"});
	machine_destroy(m);
}

static void absent_cpus_are_offline(void **state)
{
	const struct cpu_desc cpus[2] = {{.apic_id = 0}, {.apic_id = 1, .absent = true}};
	const struct machine_desc desc = {.cpus = cpus, .nr_cpus = 2};
	struct machine *m = machine_create(NULL);
	const char *why = "";

	(void)state;
	assert_int_equal(machine_load(m, &desc, &why), -EINVAL);
	assert_non_null(strstr(why, "absent"));
	machine_destroy(m);
}

static void groups_are_as_even_as_possible_larger_ones_first(void **state)
{
	(void)state;
	check_spread(8, 3, (const char *const[]){"0-2", "3-5", "6-7"});
	check_spread(8, 4, (const char *const[]){"0-1", "2-3", "4-5", "6-7"});
	check_spread(4, 4, (const char *const[]){"0", "1", "2", "3"});
	check_spread(5, 2, (const char *const[]){"0-2", "3-4"});
	check_spread(2, 3, (const char *const[]){"0", "1", ""});
}

static void equal_nodes_are_served_from_the_second(void **state)
{
	static const struct cpu_desc cpus[] = {
		{.apic_id = 0, .node = 0},
		{.apic_id = 1, .node = 0},
		{.apic_id = 2, .node = 1},
		{.apic_id = 3, .node = 1},
	};
	const struct machine_desc desc = {.cpus = cpus, .nr_cpus = 4};
	struct machine *m = machine_create(NULL);
	struct irq_affinity affd = {0};
	struct irq_affinity_desc *masks;

	(void)state;
	assert_int_equal(machine_load(m, &desc, NULL), 0);
	masks = irq_create_affinity_masks(m, 4, &affd);
	assert_non_null(masks);
	assert_int_equal(cpumask_first(masks[0].mask), 2);
	assert_int_equal(cpumask_first(masks[2].mask), 0);
	machine_destroy(m);
}

static void too_many_sets(struct irq_affinity *affd, unsigned nvecs)
{
	(void)nvecs;
	++*(unsigned *)affd->priv;
	affd->nr_sets = IRQ_AFFINITY_MAX_SETS + 1;
}

static void sets_are_asked_for_and_limited(void **state)
{
	struct machine *m = machine_with(4, REMAP_NONE);
	unsigned calls = 0;
	struct irq_affinity affd = {.calc_sets = too_many_sets, .priv = &calls};

	(void)state;
	assert_null(irq_create_affinity_masks(m, 4, &affd));
	assert_int_equal(calls, 1);
	assert_int_equal(machine_warnings(m, WARN_AFFINITY_SETS), 1);
	machine_destroy(m);
}

static void fixed_vectors_above_the_minimum_leave_nothing(void **state)
{
	struct machine *m = machine_with(4, REMAP_NONE);
	const struct irq_affinity affd = {.pre_vectors = 2, .post_vectors = 1};

	(void)state;
	assert_int_equal(irq_calc_affinity_vectors(m, 2, 8, &affd), 0);
	assert_int_equal(irq_calc_affinity_vectors(m, 3, 8, &affd), 7);
	assert_int_equal(irq_calc_affinity_vectors(m, 3, 5, &affd), 5);
	machine_destroy(m);
}

static void fixed_vectors_do_not_wrap(void **state)
{
	struct machine *m = machine_with(2, REMAP_NONE);
	struct irq_affinity affd = {.pre_vectors = 0xfffffffc, .post_vectors = 8};

	(void)state;
	assert_int_equal(irq_calc_affinity_vectors(m, 8, 8, &affd), 0);
	assert_null(irq_create_affinity_masks(m, 8, &affd));
	machine_destroy(m);
}

/* ---- CPUs go and come ---- */

static void the_last_cpu_of_a_managed_interrupt_stops_it(void **state)
{
	struct machine *m = machine_with(2, REMAP_INTEL);
	struct device *nic = device_by_name(m, "nic");
	unsigned handled = 0, irq;

	(void)state;
	assert_int_equal(
		pci_alloc_irq_vectors_affinity(nic, 2, 2, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, NULL),
		2);
	irq = (unsigned)pci_irq_vector(nic, 1);
	assert_int_equal(irq_set_affinity_user(m, irq, cpumask_of(m, 0)), -EPERM);
	assert_int_equal(request_irq(m, irq, count_interrupt, 0, "x", &handled), 0);
	assert_int_equal(vector_of(m, irq).cpu, 1);
	assert_int_equal(cpu_down(m, 1), 0);
	assert_true(has_state(m, irq, IRQD_MANAGED_SHUTDOWN));
	assert_false(has_state(m, irq, IRQD_IRQ_STARTED));
	assert_int_equal(cpu_up(m, 1), 0);
	assert_true(has_state(m, irq, IRQD_IRQ_STARTED));
	device_raise(m, "nic", RAISE_MSIX, 0, 1, RAISE_NO_PASID);
	machine_deliver(m, 0);
	assert_int_equal(handled, 1);
	machine_destroy(m);
}

static bool is_disabled_after_cpu_returns(enum machine_profile profile)
{
	const struct machine_shape shape = {.cpus = 2, .remap = REMAP_INTEL, .profile = profile};
	struct machine *m = machine_of_shape(&shape);
	struct device *nic = device_by_name(m, "nic");
	unsigned handled = 0, irq;
	bool disabled;

	assert_int_equal(
		pci_alloc_irq_vectors_affinity(nic, 2, 2, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, NULL),
		2);
	irq = (unsigned)pci_irq_vector(nic, 1);
	assert_int_equal(request_irq(m, irq, count_interrupt, 0, "x", &handled), 0);
	disable_irq(m, irq);
	assert_int_equal(cpu_down(m, 1), 0);
	assert_int_equal(cpu_up(m, 1), 0);
	disabled = irq_to_desc(m, irq)->depth > 0;
	if (disabled) {
		enable_irq(m, irq);
		device_raise(m, "nic", RAISE_MSIX, 0, 1, RAISE_NO_PASID);
		machine_deliver(m, 0);
		assert_int_equal(handled, 1);
	}
	assert_int_equal(machine_warnings(m, WARN_UNBALANCED_ENABLE), 0);
	machine_destroy(m);
	return disabled;
}

static void hotplug_undoes_disable_irq_in_linux_6_12_only(void **state)
{
	(void)state;
	assert_false(is_disabled_after_cpu_returns(PROFILE_LINUX_6_12));
	assert_true(is_disabled_after_cpu_returns(PROFILE_INTENDED));
}

/* A vector that was allocated with the interrupt, whose CPU goes and returns before the request. */
static unsigned handled_after_cpu_returned(enum machine_profile profile)
{
	const struct machine_shape shape = {.cpus = 2, .profile = profile};
	struct machine *m = machine_of_shape(&shape);
	struct device *nic = device_by_name(m, "nic"), *old = device_by_name(m, "old");
	unsigned handled = 0, other = 0, irq;

	/* So that the next vector is on CPU 1. */
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(
		request_irq(m, (unsigned)pci_irq_vector(nic, 0), count_interrupt, 0, "x", &other),
		0);
	assert_int_equal(pci_alloc_irq_vectors(old, 1, 1, PCI_IRQ_MSI), 1);
	irq = (unsigned)pci_irq_vector(old, 0);
	assert_int_equal(vector_of(m, irq).cpu, 1);
	assert_int_equal(cpu_down(m, 1), 0);
	assert_int_equal(cpu_up(m, 1), 0);
	assert_int_equal(request_irq(m, irq, count_interrupt, 0, "x", &handled), 0);
	raise(m, "old", RAISE_MSI);
	machine_destroy(m);
	return handled;
}

static void a_returning_cpu_forgets_idle_vectors_in_linux_6_12_only(void **state)
{
	(void)state;
	assert_int_equal(handled_after_cpu_returned(PROFILE_LINUX_6_12), 0);
	assert_int_equal(handled_after_cpu_returned(PROFILE_INTENDED), 1);
}

static void an_ordinary_interrupt_moves_and_its_affinity_is_broken(void **state)
{
	struct machine *m = machine_with(2, REMAP_NONE);
	unsigned handled = 0;
	const unsigned irq = requested_irq(m, "nic", PCI_IRQ_MSIX, &handled);
	uint64_t from;
	bool migrated = false;

	(void)state;
	irq_set_affinity(m, irq, cpumask_of(m, 1));
	raise(m, "nic", RAISE_MSIX);
	raise(m, "nic", RAISE_MSIX);
	machine_settle(m);
	assert_int_equal(vector_of(m, irq).cpu, 1);
	from = tape_position(m);
	assert_int_equal(cpu_down(m, 1), 0);
	assert_int_equal(vector_of(m, irq).cpu, 0);
	assert_ptr_equal(irq_to_desc(m, irq)->irq_common_data.affinity, cpumask_of(m, 0));
	for (uint64_t at = from; at < tape_position(m); at++)
		migrated |= tape_at(m, at)->kind == TAPE_MIGRATE && tape_at(m, at)->value == irq;
	assert_true(migrated);
	assert_int_equal(cpu_up(m, 1), 0);
	assert_int_equal(vector_of(m, irq).cpu, 0);
	assert_int_equal(cpu_down(m, 0), -EPERM);
	assert_int_equal(cpu_up(m, 1), 1);
	machine_destroy(m);
}

static void a_cpu_stays_when_the_others_have_no_room(void **state)
{
	const struct machine_shape shape = {.cpus = 2, .vectors = 3};
	struct machine *m = machine_of_shape(&shape);
	struct device *nic = device_by_name(m, "nic");
	struct fingerprint before;
	unsigned handled = 0;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 5, 5, PCI_IRQ_MSIX), 5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(request_irq(m, (unsigned)pci_irq_vector(nic, i), count_interrupt,
					     0, "x", &handled),
				 0);
	before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	assert_int_equal(cpu_down(m, 1), -ENOSPC);
	assert_true(fingerprint_equal(before, machine_fingerprint(m, FINGERPRINT_COMPLETE)));
	machine_destroy(m);
}

static void sets_of_one(struct irq_affinity *affd, unsigned nr)
{
	affd->nr_sets = nr;
	for (unsigned i = 0; i < nr; i++)
		affd->set_size[i] = 1;
}

/*
 * nic has one bit of three set aside, 32; the batch of new gets two and fails at the third. Which
 * bit is left for nic?
 */
static unsigned vector_after_a_failed_batch(enum machine_profile profile)
{
	const struct machine_shape shape = {.cpus = 1, .vectors = 3, .profile = profile};
	struct irq_affinity sets = {.calc_sets = sets_of_one};
	struct machine *m = machine_of_shape(&shape);
	struct device *nic = device_by_name(m, "nic"), *new = device_by_name(m, "new");
	unsigned handled = 0, irq, vector;

	assert_int_equal(
		pci_alloc_irq_vectors_affinity(nic, 1, 1, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, NULL),
		1);
	assert_int_equal(
		pci_alloc_irq_vectors_affinity(new, 3, 3, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, &sets),
		-ENOSPC);
	irq = (unsigned)pci_irq_vector(nic, 0);
	assert_int_equal(request_irq(m, irq, count_interrupt, 0, "test", &handled), 0);
	vector = vector_of(m, irq).vector;
	free_irq(m, irq, &handled);
	pci_free_irq_vectors(nic);
	machine_destroy(m);
	return vector;
}

static void a_failed_batch_gives_back_what_it_took(void **state)
{
	(void)state;
	assert_int_equal(vector_after_a_failed_batch(PROFILE_INTENDED), 32);
	assert_int_equal(vector_after_a_failed_batch(PROFILE_LINUX_6_12), 34);
}

/* What drops the tape has for the reason, since `from`. */
static unsigned drops(struct machine *m, uint64_t from, enum drop_reason reason)
{
	unsigned nr = 0;

	for (; from < tape_position(m); from++) {
		const struct tape_record *record = tape_at(m, from);

		nr += record->kind == TAPE_DROP && record->value == reason;
	}
	return nr;
}

/* It waited on the CPU that leaves: software sends it on, and it is handled once. */
static void what_was_sent_on_is_not_lost(enum remap_kind remap)
{
	struct machine *m = machine_with(3, remap);
	unsigned handled = 0, irq = requested_irq(m, "nic", PCI_IRQ_MSIX, &handled);
	uint64_t from;

	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 1)), 0);
	for (unsigned i = 0; i < 3; i++)
		raise(m, "nic", RAISE_MSIX);
	machine_settle(m);
	assert_int_equal(vector_of(m, irq).cpu, 1);
	handled = 0;
	from = tape_position(m);
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	assert_int_equal(cpu_down(m, 1), 0);
	assert_int_equal(drops(m, from, DROP_OFFLINE), 0);
	assert_int_equal(drops(m, from, DROP_SENT_ON), 1);
	machine_settle(m);
	assert_int_equal(handled, 1);

	/* The note is for that CPU and that time. */
	assert_int_equal(cpu_up(m, 1), 0);
	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 1)), 0);
	for (unsigned i = 0; i < 3; i++)
		raise(m, "nic", RAISE_MSIX);
	machine_settle(m);
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	free_irq(m, irq, &handled);
	from = tape_position(m);
	assert_int_equal(cpu_down(m, 1), 0);
	assert_int_equal(drops(m, from, DROP_OFFLINE), 1);
	assert_int_equal(drops(m, from, DROP_SENT_ON), 0);
	machine_destroy(m);
}

static void what_was_sent_on(void **state)
{
	(void)state;
	what_was_sent_on_is_not_lost(REMAP_NONE);
	what_was_sent_on_is_not_lost(REMAP_INTEL);
	what_was_sent_on_is_not_lost(REMAP_AMD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_activation_only_the_mask_is_kept),
		cmocka_unit_test(what_was_sent_on),
		cmocka_unit_test(a_failed_batch_gives_back_what_it_took),
		cmocka_unit_test(a_move_without_remapping_takes_three_events),
		cmocka_unit_test(a_remapped_move_is_done_at_once_and_the_device_keeps_its_message),
		cmocka_unit_test(affinity_is_refused_with_the_kernels_errors),
		cmocka_unit_test(a_refused_affinity_leaves_its_mark_in_linux_6_12_only),
		cmocka_unit_test(fixed_vectors_do_not_wrap),
		cmocka_unit_test(groups_are_as_even_as_possible_larger_ones_first),
		cmocka_unit_test(threads_of_a_core_stay_together),
		cmocka_unit_test(absent_cpus_come_second),
		cmocka_unit_test(absent_cpus_of_other_nodes),
		cmocka_unit_test(absent_cpus_are_offline),
		cmocka_unit_test(equal_nodes_are_served_from_the_second),
		cmocka_unit_test(sets_are_asked_for_and_limited),
		cmocka_unit_test(fixed_vectors_above_the_minimum_leave_nothing),
		cmocka_unit_test(the_last_cpu_of_a_managed_interrupt_stops_it),
		cmocka_unit_test(hotplug_undoes_disable_irq_in_linux_6_12_only),
		cmocka_unit_test(a_returning_cpu_forgets_idle_vectors_in_linux_6_12_only),
		cmocka_unit_test(an_ordinary_interrupt_moves_and_its_affinity_is_broken),
		cmocka_unit_test(a_cpu_stays_when_the_others_have_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
