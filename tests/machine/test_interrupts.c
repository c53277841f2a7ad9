/* SPDX-License-Identifier: GPL-2.0-only OR MIT */

#include "machine_test.h"

#include <irqlab/provider/software.h>

/* request, free, disable, enable: on a machine of two CPUs without remapping. */

struct lab {
	struct machine *m;
	struct device *nic;
	unsigned handled;
};

static int setup_with(void **state, enum machine_profile profile)
{
	const struct machine_shape shape = {.cpus = 2, .profile = profile};
	struct lab *lab = test_calloc(1, sizeof(*lab));

	lab->m = machine_of_shape(&shape);
	assert_non_null(lab->m);
	lab->nic = device_by_name(lab->m, "nic");
	assert_int_equal(pci_alloc_irq_vectors(lab->nic, 4, 4, PCI_IRQ_MSIX), 4);
	*state = lab;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, PROFILE_LINUX_6_12);
}

static int setup_intended(void **state)
{
	return setup_with(state, PROFILE_INTENDED);
}

static int teardown(void **state)
{
	struct lab *lab = *state;

	machine_destroy(lab->m);
	test_free(lab);
	return 0;
}

static unsigned irq_of(struct lab *lab, unsigned vector)
{
	int irq = pci_irq_vector(lab->nic, vector);

	assert_true(irq > 0);
	return (unsigned)irq;
}

static int request(struct lab *lab, unsigned vector, unsigned long flags)
{
	return request_irq(lab->m, irq_of(lab, vector), count_interrupt, flags, "test",
			   &lab->handled);
}

static void raise(struct lab *lab, unsigned vector)
{
	assert_int_equal(device_raise(lab->m, "nic", RAISE_MSIX, 0, vector, RAISE_NO_PASID), 0);
	assert_true(machine_deliver(lab->m, 0) >= 0);
}

static unsigned writes_to_device(struct lab *lab, uint64_t from)
{
	unsigned writes = 0;

	for (uint64_t at = from; at < tape_position(lab->m); at++) {
		struct bus_place place;

		if (tape_place(lab->m, tape_at(lab->m, at), &place) && !strcmp(place.object, "nic"))
			writes++;
	}
	return writes;
}

static void contradicting_requests_are_refused(void **state)
{
	struct lab *lab = *state;
	const unsigned irq = irq_of(lab, 0);
	static const struct {
		unsigned long flags;
		bool with_id;
	} bad[] = {
		{IRQF_SHARED, false},
		{IRQF_SHARED | IRQF_NO_AUTOEN, true},
		{IRQF_COND_SUSPEND, true},
		{IRQF_SHARED | IRQF_COND_SUSPEND | IRQF_NO_SUSPEND, true},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct fingerprint before = machine_fingerprint(lab->m, FINGERPRINT_COMPLETE);

		assert_int_equal(request_irq(lab->m, irq, count_interrupt, bad[i].flags, "bad",
					     bad[i].with_id ? lab : NULL),
				 -EINVAL);
		assert_true(fingerprint_equal(before,
					      machine_fingerprint(lab->m, FINGERPRINT_COMPLETE)));
	}
	assert_int_equal(request_irq(lab->m, irq, NULL, 0, "none", lab), -EINVAL);
	assert_int_equal(request_irq(lab->m, 9999, count_interrupt, 0, "none", lab), -EINVAL);
	assert_int_equal(request_irq(lab->m, 0, count_interrupt, 0, "zero", lab), -EINVAL);
}

static void sharing_needs_both_sides(void **state)
{
	struct lab *lab = *state;
	const unsigned irq = irq_of(lab, 0);
	unsigned second = 0;

	assert_int_equal(request(lab, 0, IRQF_SHARED), 0);
	assert_int_equal(request_irq(lab->m, irq, count_interrupt, 0, "alone", &second), -EBUSY);
	assert_int_equal(
		request_irq(lab->m, irq, count_interrupt, IRQF_SHARED | IRQF_ONESHOT, "x", &second),
		-EBUSY);
	assert_int_equal(request_irq(lab->m, irq, count_interrupt, IRQF_SHARED, "two", &second), 0);
	raise(lab, 0);
	assert_int_equal(lab->handled, 1);
	assert_int_equal(second, 1);
	assert_int_equal(free_irq(lab->m, irq, &second), 0);
	raise(lab, 0);
	assert_int_equal(lab->handled, 2);
	assert_int_equal(second, 1);
}

/* The same request, refused, on a machine of each profile. */
static bool refusal_leaves_trigger_mark(struct lab *lab)
{
	unsigned second = 0;

	assert_int_equal(request(lab, 0, 0), 0);
	assert_int_equal(request_irq(lab->m, irq_of(lab, 0), count_interrupt, 0, "x", &second),
			 -EBUSY);
	return irqd_has(irq_get_irq_data(lab->m, irq_of(lab, 0)), IRQD_DEFAULT_TRIGGER_SET);
}

static void a_refused_handler_leaves_its_trigger_in_linux_6_12(void **state)
{
	assert_true(refusal_leaves_trigger_mark(*state));
}

static void a_refused_handler_leaves_nothing_as_intended(void **state)
{
	assert_false(refusal_leaves_trigger_mark(*state));
}

static void freeing_needs_the_same_id(void **state)
{
	struct lab *lab = *state;

	assert_int_equal(request(lab, 0, 0), 0);
	assert_int_equal(free_irq(lab->m, irq_of(lab, 0), lab), -EINVAL);
	assert_int_equal(machine_warnings(lab->m, WARN_FREE_NO_ACTION), 1);
	raise(lab, 0);
	assert_int_equal(lab->handled, 1);
	assert_int_equal(free_irq(lab->m, irq_of(lab, 0), &lab->handled), 0);
	raise(lab, 0);
	assert_int_equal(lab->handled, 1);
}

static void disabling_is_lazy_and_edges_merge(void **state)
{
	struct lab *lab = *state;
	uint64_t from;

	assert_int_equal(request(lab, 0, 0), 0);
	from = tape_position(lab->m);
	disable_irq(lab->m, irq_of(lab, 0));
	assert_int_equal(writes_to_device(lab, from), 0);
	raise(lab, 0); /* swallowed, and only now masked */
	assert_int_equal(writes_to_device(lab, from), 1);
	raise(lab, 0); /* latched by the device */
	assert_int_equal(lab->handled, 0);
	enable_irq(lab->m, irq_of(lab, 0));
	machine_deliver(lab->m, 0);
	/* One replayed by the software, one latched by the device: one IRR bit for both. */
	assert_int_equal(lab->handled, 1);
	raise(lab, 0);
	assert_int_equal(lab->handled, 2);
}

static void depth_counts(void **state)
{
	struct lab *lab = *state;
	const unsigned irq = irq_of(lab, 0);

	assert_int_equal(request(lab, 0, 0), 0);
	disable_irq(lab->m, irq);
	disable_irq(lab->m, irq);
	enable_irq(lab->m, irq);
	raise(lab, 0);
	assert_int_equal(lab->handled, 0);
	enable_irq(lab->m, irq);
	machine_deliver(lab->m, 0);
	assert_int_equal(lab->handled, 1);
	assert_int_equal(machine_warnings(lab->m, WARN_UNBALANCED_ENABLE), 0);
	enable_irq(lab->m, irq);
	assert_int_equal(machine_warnings(lab->m, WARN_UNBALANCED_ENABLE), 1);
}

static void no_autoenable_waits_for_enable(void **state)
{
	struct lab *lab = *state;

	assert_int_equal(request(lab, 0, IRQF_NO_AUTOEN), 0);
	raise(lab, 0);
	assert_int_equal(lab->handled, 0);
	enable_irq(lab->m, irq_of(lab, 0));
	machine_deliver(lab->m, 0);
	assert_int_equal(lab->handled, 1);
}

/* 0x22 on the CPU is the last of a window of three that is shared by four vectors. */
static void exhaustion_is_seen_at_request(void **state)
{
	const struct machine_shape shape = {.cpus = 1, .vectors = 3};
	struct machine *m = machine_of_shape(&shape);
	struct device *nic = device_by_name(m, "nic");
	unsigned handled = 0;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 4, 4, PCI_IRQ_MSIX), 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(request_irq(m, (unsigned)pci_irq_vector(nic, i), count_interrupt,
					     0, "x", &handled),
				 i < 3 ? 0 : -ENOSPC);
	machine_destroy(m);
}

static enum irqreturn not_mine(int irq, void *dev_id)
{
	(void)irq;
	(void)dev_id;
	return IRQ_NONE;
}

static void an_interrupt_that_nobody_wants_is_disabled(void **state)
{
	struct lab *lab = *state;
	const unsigned irq = irq_of(lab, 1);

	assert_int_equal(request_irq(lab->m, irq, not_mine, 0, "deaf", lab), 0);
	for (unsigned i = 0; i < 99999; i++)
		raise(lab, 1);
	assert_int_equal(machine_warnings(lab->m, WARN_NOBODY_CARED), 0);
	raise(lab, 1);
	assert_int_equal(machine_warnings(lab->m, WARN_NOBODY_CARED), 1);
	assert_true(irqd_has(irq_get_irq_data(lab->m, irq), IRQD_IRQ_DISABLED));
}

static enum irqreturn free_from_handler(int irq, void *dev_id)
{
	(void)irq;
	pci_free_irq_vectors(dev_id);
	return IRQ_HANDLED;
}

static void a_handler_cannot_free_the_vectors_of_its_device(void **state)
{
	struct lab *lab = *state;
	const unsigned irq = irq_of(lab, 0);

	assert_int_equal(request_irq(lab->m, irq, free_from_handler, 0, "x", lab->nic), 0);
	raise(lab, 0);
	assert_true(machine_warnings(lab->m, WARN_SLEEP_IN_ATOMIC) > 0);
	assert_int_equal(irq_of(lab, 0), irq);
	assert_int_equal(free_irq(lab->m, irq, lab->nic), 0);
}

static void an_empty_machine_has_no_interrupts(void **state)
{
	struct machine *m = machine_create(NULL);

	(void)state;
	assert_int_equal(irq_get_next_irq(m, 0), NO_MORE_IRQS);
	assert_true(cpumask_empty(cpu_online_mask(m)));
	assert_true(cpumask_empty(cpu_possible_mask(m)));
	assert_int_equal(irq_set_default_affinity(m, cpumask_of(m, 0)), -EINVAL);
	machine_destroy(m);
}

static void injecting_needs_activation(void **state)
{
	struct lab *lab = *state;

	assert_int_equal(irq_inject_interrupt(lab->m, irq_of(lab, 0)), -EINVAL);
	assert_int_equal(request(lab, 0, 0), 0);
	assert_int_equal(irq_inject_interrupt(lab->m, irq_of(lab, 0)), 0);
	machine_deliver(lab->m, 0);
	assert_int_equal(lab->handled, 1);
}

static void a_flow_handler_must_run_in_interrupt_context(void **state)
{
	struct lab *lab = *state;

	assert_int_equal(request(lab, 0, 0), 0);
	assert_int_equal(generic_handle_irq(lab->m, irq_of(lab, 0)), -EPERM);
	assert_int_equal(machine_warnings(lab->m, WARN_HANDLER_CONTEXT), 1);
	assert_int_equal(lab->handled, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(contradicting_requests_are_refused),
		TEST(sharing_needs_both_sides),
		TEST(a_refused_handler_leaves_its_trigger_in_linux_6_12),
		cmocka_unit_test_setup_teardown(a_refused_handler_leaves_nothing_as_intended,
						setup_intended, teardown),
		TEST(freeing_needs_the_same_id),
		TEST(disabling_is_lazy_and_edges_merge),
		TEST(depth_counts),
		TEST(no_autoenable_waits_for_enable),
		cmocka_unit_test(exhaustion_is_seen_at_request),
		TEST(an_interrupt_that_nobody_wants_is_disabled),
		TEST(a_handler_cannot_free_the_vectors_of_its_device),
		cmocka_unit_test(an_empty_machine_has_no_interrupts),
		TEST(injecting_needs_activation),
		TEST(a_flow_handler_must_run_in_interrupt_context),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
