/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/bench.h"

#include "domains/x86_internal.h"

static void plain(struct bench **b)
{
	*b = bench_create(&(struct bench_shape){0});
}

static struct irq_matrix_totals totals(struct bench *b)
{
	return irq_matrix_totals(x86_matrix(b->m));
}

/* ---- messages ---- */

static void test_messages(void **state)
{
	static const struct {
		uint32_t dest, vector;
		bool logical;
		enum x86_msg_reach reach;
		bool fits;
		struct msi_msg msg;
	} cases[] = {
		{0x12, 0x31, false, X86_MSG_8BIT, true, {0xfee12000, 0, 0x31}},
		{0x12, 0x31, true, X86_MSG_8BIT, true, {0xfee12004, 0, 0x31}},
		{0x1234, 0x31, false, X86_MSG_EXTENDED, true, {0xfee34240, 0, 0x31}},
		{0x8000, 0x31, false, X86_MSG_EXTENDED, false, {0xfee00000, 0, 0x31}},
		{0x12345678, 0x31, false, X86_MSG_UNIT, true, {0xfee78000, 0x12345600, 0x31}},
		{0x100, 0xef, false, X86_MSG_8BIT, false, {0xfee00000, 0, 0xef}},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct irq_cfg cfg = {.dest_apicid = cases[i].dest, .vector = cases[i].vector};
		struct msi_msg msg;

		assert_int_equal(x86_compose_msg(&msg, &cfg, cases[i].logical, cases[i].reach),
				 cases[i].fits);
		assert_int_equal(msg.address_lo, cases[i].msg.address_lo);
		assert_int_equal(msg.address_hi, cases[i].msg.address_hi);
		assert_int_equal(msg.data, cases[i].msg.data);
	}
}

static void test_destinations(void **state)
{
	static const struct cpu_desc ids[] = {
		{.apic_id = 0}, {.apic_id = 1}, {.apic_id = 0x10}, {.apic_id = 0x13}};
	static const struct {
		enum apic_mode mode;
		uint32_t dest[4];
		bool logical;
	} cases[] = {
		{APIC_PHYSICAL_FLAT, {0, 1, 0x10, 0x13}, false},
		{APIC_LOGICAL_FLAT, {1, 2, 4, 8}, true},
		{APIC_X2APIC_PHYSICAL, {0, 1, 0x10, 0x13}, false},
		{APIC_X2APIC_CLUSTER, {1, 2, 0x10001, 0x10008}, true},
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct bench *b =
			bench_create(&(struct bench_shape){.mode = cases[i].mode, .cpu = ids});

		assert_int_equal(x86_dest_is_logical(b->m), cases[i].logical);
		for (unsigned cpu = 0; cpu < 4; cpu++)
			assert_int_equal(x86_cpu_dest(b->m, cpu), cases[i].dest[cpu]);
		bench_destroy(b);
	}
}

/* ---- reservation ---- */

static void test_maskable_is_promised_only(void **state)
{
	struct bench *b;
	struct irq_matrix_totals before;
	struct x86_vector_info v;
	unsigned irq;

	(void)state;
	plain(&b);
	before = totals(b);
	irq = bench_alloc(b, b->nic, 3, PCI_IRQ_MSIX);
	v = bench_vector(b, irq);
	assert_int_equal(v.vector, 0);
	assert_int_equal(v.cfg_vector, MANAGED_IRQ_SHUTDOWN_VECTOR);
	assert_true(v.can_reserve && v.has_reserved);
	assert_int_equal(totals(b).global_reserved, before.global_reserved + 3);
	assert_int_equal(totals(b).total_allocated, before.total_allocated);

	bench_request(b, irq);
	v = bench_vector(b, irq);
	assert_int_equal(v.vector, 32);
	assert_int_equal(v.cpu, 0);
	assert_true(v.can_reserve && !v.has_reserved);
	assert_int_equal(totals(b).global_reserved, before.global_reserved + 2);
	bench_free_irq(b, irq);
	assert_int_equal(bench_vector(b, irq).vector, 0);
	assert_true(bench_vector(b, irq).has_reserved);
	assert_int_equal(x86_vector_entry(b->m, 0, 32), VECTOR_SHUTDOWN);
	pci_free_irq_vectors(b->nic);
	assert_int_equal(totals(b).global_available, before.global_available);
	assert_int_equal(totals(b).global_reserved, before.global_reserved);
	assert_int_equal(totals(b).total_allocated, before.total_allocated);
	assert_int_equal(totals(b).online_maps, before.online_maps);
	assert_int_equal(totals(b).system_in_window, before.system_in_window);
	bench_destroy(b);
}

static void test_unmaskable_has_and_keeps_a_vector(void **state)
{
	struct bench *b;
	struct x86_vector_info v;
	unsigned irq;

	(void)state;
	plain(&b);
	irq = bench_alloc(b, b->old, 1, PCI_IRQ_MSI);
	v = bench_vector(b, irq);
	assert_int_equal(v.vector, 32);
	assert_false(v.can_reserve || v.has_reserved);
	bench_request(b, irq);
	bench_free_irq(b, irq);
	assert_int_equal(bench_vector(b, irq).vector, 32);
	bench_destroy(b);
}

static void test_exhaustion_shows_at_request(void **state)
{
	struct bench *b = bench_create(
		&(struct bench_shape){.cpus = 2, .vector_first = 32, .vector_last = 34});
	unsigned irq;

	(void)state;
	irq = bench_alloc(b, b->nic, 8, PCI_IRQ_MSIX);
	for (unsigned i = 0; i < 6; i++)
		bench_request(b, irq + i);
	assert_int_equal(request_irq(b->m, irq + 6, bench_handler, 0, "x", b), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(b->old, 1, 1, PCI_IRQ_MSI), -ENOSPC);
	bench_check(b);
	bench_free_irq(b, irq + 1);
	bench_request(b, irq + 6);
	bench_destroy(b);
}

static void test_refused_request_leaves_nothing(void **state)
{
	struct bench *b = bench_create(
		&(struct bench_shape){.cpus = 2, .vector_first = 32, .vector_last = 32});
	struct fingerprint before;
	unsigned irq;

	(void)state;
	irq = bench_alloc(b, b->nic, 3, PCI_IRQ_MSIX);
	bench_request(b, irq);
	bench_request(b, irq + 1);
	before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
	assert_int_equal(request_irq(b->m, irq + 2, bench_handler, 0, "x", b), -ENOSPC);
	assert_true(fingerprint_equal(before, machine_fingerprint(b->m, FINGERPRINT_SEMANTIC)));
	bench_destroy(b);
}

/* ---- moves without remapping ---- */

static void test_move_has_three_phases(void **state)
{
	struct x86_vector_info v;
	struct bench *b;
	unsigned irq;
	uint32_t free_vectors;

	(void)state;
	plain(&b);
	irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	bench_request(b, irq);
	free_vectors = totals(b).global_available;

	bench_affinity(b, irq, "2"); /* only remembered */
	assert_int_equal(bench_vector(b, irq).cpu, 0);

	assert_int_equal(bench_raise(b, b->nic, 0), 1); /* the last one on CPU 0 carries it out */
	assert_int_equal(b->handled_on, 0);
	v = bench_vector(b, irq);
	assert_int_equal(v.cpu, 2);
	assert_int_equal(v.prev_cpu, 0);
	assert_int_equal(v.prev_vector, 32);
	assert_true(v.move_in_progress);
	machine_tick(b->m, 5); /* no first interrupt yet: the old vector stays */
	assert_int_equal(totals(b).global_available, free_vectors - 1);

	bench_affinity(b, irq, "1"); /* waits, and is not lost */
	assert_int_equal(bench_raise(b, b->nic, 0), 1);
	assert_int_equal(b->handled_on, 2);
	v = bench_vector(b, irq);
	assert_int_equal(v.cpu, 2); /* busy: the old vector is being cleaned up */
	assert_true(v.cleanup_pending && !v.move_in_progress);
	assert_int_equal(x86_vector_entry(b->m, 0, 32), irq);

	machine_tick(b->m, 1);
	assert_int_equal(bench_vector(b, irq).prev_vector, 0);
	assert_int_equal(x86_vector_entry(b->m, 0, 32), VECTOR_UNUSED);
	assert_int_equal(totals(b).global_available, free_vectors);

	assert_int_equal(bench_raise(b, b->nic, 0), 1);
	assert_int_equal(bench_vector(b, irq).cpu, 1);
	bench_destroy(b);
}

static void test_freed_while_moving(void **state)
{
	struct bench *b;
	uint32_t before;
	unsigned irq;

	(void)state;
	plain(&b);
	before = totals(b).total_allocated;
	irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	for (unsigned cleaning = 0; cleaning < 2; cleaning++) {
		bench_request(b, irq);
		bench_affinity(b, irq, "3");
		bench_raise(b, b->nic, 0);
		if (cleaning)
			bench_raise(b, b->nic, 0);
		assert_int_equal(bench_vector(b, irq).cleanup_pending, cleaning);
		bench_free_irq(b, irq);
		assert_int_equal(totals(b).total_allocated, before);
		machine_tick(b->m, 3); /* the timer finds nothing any more */
		bench_affinity(b, irq, "0");
	}
	bench_destroy(b);
}

static void test_no_move_where_it_may_stay(void **state)
{
	struct bench *b;
	unsigned irq;

	(void)state;
	plain(&b);
	irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	bench_request(b, irq);
	bench_affinity(b, irq, "0-3");
	bench_raise(b, b->nic, 0);
	assert_int_equal(bench_vector(b, irq).cpu, 0);
	assert_int_equal(bench_vector(b, irq).prev_vector, 0);
	bench_destroy(b);
}

/* ---- the order of writes when vector and CPU change ---- */

static unsigned messages_of_a_move(struct bench *b, struct device *dev, const char *place,
				   struct tape_write *w)
{
	unsigned irq = bench_alloc(b, dev, 1, PCI_IRQ_MSI | PCI_IRQ_MSIX);
	/* So that vectors differ between the CPUs. */
	unsigned other = bench_alloc(b, b->mask, 1, PCI_IRQ_MSI);
	uint64_t from;

	bench_request(b, irq);
	bench_affinity(b, other, "2");
	bench_request(b, other);
	bench_affinity(b, irq, "2");
	from = tape_position(b->m);
	bench_raise(b, dev, 0);
	assert_int_equal(bench_vector(b, irq).cpu, 2);
	assert_int_not_equal(bench_vector(b, irq).vector, 32);
	return tape_writes(b->m, from, place, w, 16);
}

static void expect_two_steps(const struct tape_write *w, unsigned n)
{
	assert_int_equal(n, 2);
	assert_int_equal(w[0].value, 0xfee00000); /* the old CPU, with the new vector */
	assert_int_equal(w[1].value, 0xfee02000);
}

static void test_careful_path_as_linux_has_it(void **state)
{
	struct tape_write w[16];
	struct bench *b;

	(void)state;
	plain(&b);
	expect_two_steps(w, messages_of_a_move(b, b->nic, "nic.msix[0].addr_lo", w));
	bench_destroy(b);
	plain(&b); /* …and the device that would need it is written in one go */
	assert_int_equal(messages_of_a_move(b, b->old, "old.msi.addr_lo", w), 1);
	assert_int_equal(w[0].value, 0xfee02000);
	bench_destroy(b);
}

static void test_careful_path_as_intended(void **state)
{
	struct tape_write w[16];
	struct bench *b;

	(void)state;
	plain(&b);
	machine_set_switch(b->m, SWITCH_CAN_RESERVE_INVERTED, false);
	assert_int_equal(messages_of_a_move(b, b->nic, "nic.msix[0].addr_lo", w), 1);
	assert_int_equal(w[0].value, 0xfee02000);
	bench_destroy(b);
	plain(&b);
	machine_set_switch(b->m, SWITCH_CAN_RESERVE_INVERTED, false);
	expect_two_steps(w, messages_of_a_move(b, b->old, "old.msi.addr_lo", w));
	bench_destroy(b);
}

/*
 * The device sends again between the two steps: the new vector arrives on the
 * old CPU, where nobody owns it.
 */
struct interloper {
	struct bench *b;
	unsigned seen;
};

static void raise_in_between(void *context, struct machine *m, const struct tape_record *write)
{
	struct interloper *i = context;
	struct bus_place place;

	if (write->kind != TAPE_CONFIG || !tape_place(m, write, &place) || place.field[0] != 'd' ||
	    write->value == 32 || i->seen++)
		return;
	device_raise(m, "old", RAISE_MSI, 0, 0, RAISE_NO_PASID);
}

static unsigned run_with_interloper(bool check_irr)
{
	struct bench *b;
	struct interloper i = {0};
	struct bus_listener listener = {.after = raise_in_between, .context = &i};
	unsigned handled;

	plain(&b);
	machine_set_switch(b->m, SWITCH_CAN_RESERVE_INVERTED, false);
	machine_set_switch(b->m, SWITCH_CAREFUL_IRR_CHECK, check_irr);
	i.b = b;
	i.seen = 1; /* not during the preparations */
	{
		unsigned irq = bench_alloc(b, b->old, 1, PCI_IRQ_MSI);
		unsigned other = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

		bench_request(b, irq);
		bench_affinity(b, other, "2");
		bench_request(b, other);
		bench_affinity(b, irq, "2");
	}
	assert_int_equal(bus_listen(b->m, &listener), 0);
	i.seen = 0;
	handled = bench_raise(b, b->old, 0);
	bus_unlisten(b->m, &listener);
	assert_true(i.seen > 0);
	assert_int_equal(machine_warnings(b->m, WARN_SPURIOUS_VECTOR), 0);
	bench_destroy(b);
	return handled;
}

static void test_arrival_between_the_steps_is_repeated(void **state)
{
	(void)state;
	assert_int_equal(run_with_interloper(true), 2);
}

static void test_arrival_between_the_steps_is_lost_without_the_check(void **state)
{
	(void)state;
	assert_int_equal(run_with_interloper(false), 1);
}

/* ---- clean-up ---- */

/* An old vector that is still pending on its CPU isn't freed: the timer comes back. */
static void test_cleanup_waits_for_pending_vector(void **state)
{
	struct bench *b = bench_create(&(struct bench_shape){.remap = REMAP_INTEL, .entries = 64});
	struct x86_vector_info v;
	unsigned irq;

	(void)state;
	irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	bench_request(b, irq);
	/* Sent, but not taken yet. */
	assert_int_equal(device_raise(b->m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_of(b->m, 1)), 0);
	v = bench_vector(b, irq);
	assert_true(v.cleanup_pending);
	{
		/* As a timer would run while its CPU has interrupts off. */
		struct x86_root *x = x86_root(b->m);
		struct timer *timer = &x->cpu[0].cleanup->timer;

		assert_true(timer->armed);
		timer_cancel(b->m, timer);
		cleanup_expired(b->m, timer);
		assert_true(timer->armed);
	}
	assert_int_equal(bench_vector(b, irq).prev_vector, 32);
	assert_true(machine_deliver(b->m, 0) > 0); /* taken on the old CPU, and handled there */
	assert_int_equal(b->handled, 1);
	assert_int_equal(b->handled_on, 0);
	machine_tick(b->m, 1);
	assert_int_equal(bench_vector(b, irq).prev_vector, 0);
	bench_destroy(b);
}

/* ---- arrivals that nobody owns ---- */

static void test_marks_are_silent_once(void **state)
{
	struct bench *b;
	unsigned irq;
	uint64_t from;

	(void)state;
	plain(&b);
	irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	bench_request(b, irq);
	bench_free_irq(b, irq);
	assert_int_equal(x86_vector_entry(b->m, 0, 32), VECTOR_SHUTDOWN);
	from = tape_position(b->m);
	x86_common_interrupt(b->m, 0, 32);
	assert_int_equal(machine_warnings_total(b->m), 0);
	assert_int_equal(x86_vector_entry(b->m, 0, 32), VECTOR_UNUSED);
	x86_common_interrupt(b->m, 0, 32);
	assert_int_equal(machine_warnings(b->m, WARN_SPURIOUS_VECTOR), 1);
	assert_int_equal(tape_events(b->m, from, TAPE_MMIO), 2); /* both were ended */
	bench_destroy(b);
}

static void test_parked_vector_has_no_handler(void **state)
{
	struct bench *b;

	(void)state;
	plain(&b);
	bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	x86_common_interrupt(b->m, 0, MANAGED_IRQ_SHUTDOWN_VECTOR);
	assert_int_equal(machine_warnings(b->m, WARN_SPURIOUS_VECTOR), 1);
	assert_int_equal(b->handled, 0);
	bench_destroy(b);
}

/* ---- CPUs ---- */

static void test_offline_is_refused_when_there_is_no_room(void **state)
{
	struct bench *b = bench_create(
		&(struct bench_shape){.cpus = 2, .vector_first = 32, .vector_last = 34});
	struct fingerprint before;
	unsigned irq;

	(void)state;
	irq = bench_alloc(b, b->nic, 8, PCI_IRQ_MSIX);
	for (unsigned i = 0; i < 4; i++)
		bench_request(b, irq + i);
	before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
	assert_int_equal(cpu_down(b->m, 1), -ENOSPC);
	assert_true(fingerprint_equal(before, machine_fingerprint(b->m, FINGERPRINT_SEMANTIC)));
	bench_free_irq(b, irq); /* promises (now five) don't count */
	assert_int_equal(cpu_down(b->m, 1), 0);
	bench_check(b);
	for (unsigned i = 1; i < 4; i++)
		assert_int_equal(bench_vector(b, irq + i).cpu, 0);
	assert_int_equal(totals(b).online_maps, 1);
	assert_int_equal(cpu_up(b->m, 1), 0);
	assert_int_equal(totals(b).global_available, 3);
	bench_destroy(b);
}

static void test_pending_interrupt_follows_a_leaving_cpu(void **state)
{
	struct bench *b;
	unsigned irq;

	(void)state;
	plain(&b);
	irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	bench_affinity(b, irq, "3");
	bench_request(b, irq);
	assert_int_equal(bench_vector(b, irq).cpu, 3);
	assert_int_equal(device_raise(b->m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	assert_int_equal(cpu_down(b->m, 3), 0);
	assert_true(machine_deliver(b->m, 0) > 0);
	assert_int_equal(b->handled, 1);
	assert_int_not_equal(b->handled_on, 3);
	bench_destroy(b);
}

static void test_offline_completes_moves(void **state)
{
	static const char leaving[] = {0, 1, 2}; /* 1 is the old CPU, 2 the new one */

	(void)state;
	for (unsigned n = 1; n < 3; n++) {
		struct bench *b;
		unsigned irq;

		plain(&b);
		irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
		bench_affinity(b, irq, "1");
		bench_request(b, irq);
		bench_affinity(b, irq, "2");
		bench_raise(b, b->nic, 0);
		assert_true(bench_vector(b, irq).move_in_progress);
		assert_int_equal(cpu_down(b->m, (unsigned)leaving[n]), 0);
		assert_int_equal(bench_vector(b, irq).prev_vector, 0);
		assert_false(bench_vector(b, irq).move_in_progress);
		assert_int_equal(bench_raise(b, b->nic, 0), 1);
		bench_destroy(b);
	}
}

static void test_offline_runs_the_cleanup_list(void **state)
{
	struct bench *b = bench_create(&(struct bench_shape){.remap = REMAP_INTEL, .entries = 64});
	unsigned irq;

	(void)state;
	irq = bench_alloc(b, b->nic, 2, PCI_IRQ_MSIX);
	bench_affinity(b, irq, "1");
	bench_affinity(b, irq + 1, "1");
	bench_request(b, irq);
	bench_request(b, irq + 1);
	bench_affinity(b, irq, "2");
	bench_affinity(b, irq + 1, "3");
	assert_true(bench_vector(b, irq).cleanup_pending);
	assert_int_equal(cpu_down(b->m, 1), 0);
	assert_int_equal(bench_vector(b, irq).prev_vector, 0);
	assert_int_equal(machine_settle(b->m), 0);
	assert_int_equal(cpu_up(b->m, 1), 0);
	assert_int_equal(x86_vector_entry(b->m, 1, 32), VECTOR_UNUSED);
	bench_destroy(b);
}

/* ---- managed ---- */

static void test_managed_vectors(void **state)
{
	struct irq_affinity spread = {0};
	struct bench *b;
	struct matrix_cpu_record r;
	unsigned irq;

	(void)state;
	plain(&b);
	assert_int_equal(pci_alloc_irq_vectors_affinity(b->nic, 4, 4,
							PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, &spread),
			 4);
	irq = (unsigned)pci_irq_vector(b->nic, 0);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(irq_matrix_cpu(x86_matrix(b->m), i, &r, NULL));
		assert_int_equal(r.managed, 1);
		assert_int_equal(r.managed_allocated, 0);
		assert_true(bench_vector(b, irq + i).is_managed);
		bench_request(b, irq + i);
		assert_int_equal(bench_vector(b, irq + i).cpu, i);
	}
	assert_int_equal(cpu_down(b->m, 2), 0); /* the only CPU of its mask: shut down, not moved */
	assert_int_equal(bench_vector(b, irq + 2).vector, 0);
	assert_int_equal(bench_vector(b, irq + 2).cfg_vector, MANAGED_IRQ_SHUTDOWN_VECTOR);
	assert_int_equal(cpu_up(b->m, 2), 0);
	assert_int_equal(bench_vector(b, irq + 2).cpu, 2);
	assert_int_equal(bench_raise(b, b->nic, 2), 1);
	assert_int_equal(b->handled_on, 2);
	bench_destroy(b);
}

/* ---- as a parent ---- */

static void test_multi_msi_needs_remapping(void **state)
{
	struct bench *b;

	(void)state;
	plain(&b);
	assert_int_equal(pci_alloc_irq_vectors(b->old, 2, 4, PCI_IRQ_MSI), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(b->old, 1, 4, PCI_IRQ_MSI), 1);
	bench_destroy(b);
}

static void test_destination_beyond_the_message(void **state)
{
	static const struct cpu_desc ids[] = {{.apic_id = 0}, {.apic_id = 0x123}};
	struct bench *b = bench_create(
		&(struct bench_shape){.cpus = 2, .cpu = ids, .mode = APIC_X2APIC_PHYSICAL});
	unsigned irq;

	(void)state;
	irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	bench_request(b, irq);
	assert_int_equal(machine_warnings(b->m, WARN_DEST_TRUNCATED), 0);
	bench_affinity(b, irq, "1");
	device_raise(b->m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID);
	machine_deliver(b->m, 0);
	assert_true(machine_warnings(b->m, WARN_DEST_TRUNCATED) > 0);
	bench_destroy(b);
}

static void test_retrigger_goes_through_the_apic(void **state)
{
	static const enum apic_mode modes[] = {APIC_PHYSICAL_FLAT, APIC_LOGICAL_FLAT,
					       APIC_X2APIC_PHYSICAL, APIC_X2APIC_CLUSTER};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct bench *b = bench_create(&(struct bench_shape){.mode = modes[i]});
		unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
		struct irq_data *d;

		bench_affinity(b, irq, "3");
		bench_request(b, irq);
		d = irq_get_irq_data(b->m, irq);
		assert_int_equal(d->chip->irq_retrigger(d), 1);
		assert_true(machine_deliver(b->m, 0) > 0);
		assert_int_equal(b->handled, 1);
		assert_int_equal(b->handled_on, 3);
		bench_destroy(b);
	}
}

static void test_second_root_is_refused(void **state)
{
	struct bench *b;

	(void)state;
	plain(&b);
	assert_null(x86_vector_create(b->m, &(struct x86_vector_config){.nr_cpus = 1}));
	bench_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_destinations),
		cmocka_unit_test(test_maskable_is_promised_only),
		cmocka_unit_test(test_unmaskable_has_and_keeps_a_vector),
		cmocka_unit_test(test_exhaustion_shows_at_request),
		cmocka_unit_test(test_refused_request_leaves_nothing),
		cmocka_unit_test(test_move_has_three_phases),
		cmocka_unit_test(test_freed_while_moving),
		cmocka_unit_test(test_no_move_where_it_may_stay),
		cmocka_unit_test(test_careful_path_as_linux_has_it),
		cmocka_unit_test(test_careful_path_as_intended),
		cmocka_unit_test(test_arrival_between_the_steps_is_repeated),
		cmocka_unit_test(test_arrival_between_the_steps_is_lost_without_the_check),
		cmocka_unit_test(test_cleanup_waits_for_pending_vector),
		cmocka_unit_test(test_marks_are_silent_once),
		cmocka_unit_test(test_parked_vector_has_no_handler),
		cmocka_unit_test(test_offline_is_refused_when_there_is_no_room),
		cmocka_unit_test(test_pending_interrupt_follows_a_leaving_cpu),
		cmocka_unit_test(test_offline_completes_moves),
		cmocka_unit_test(test_offline_runs_the_cleanup_list),
		cmocka_unit_test(test_managed_vectors),
		cmocka_unit_test(test_multi_msi_needs_remapping),
		cmocka_unit_test(test_destination_beyond_the_message),
		cmocka_unit_test(test_retrigger_goes_through_the_apic),
		cmocka_unit_test(test_second_root_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
