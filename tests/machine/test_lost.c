/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/bench.h"

#include "sim_cpu/lapic.h"

#include <string.h>

/* Lost interrupts: what is one, what is none, and what is said of it. */

struct lab {
	struct bench *b;
	unsigned irq; /* of the nic's entry 0, with a handler */
};

static struct lab open_lab(bool remapped)
{
	const struct bench_shape with_unit = {.remap = REMAP_INTEL, .entries = 64}, plain = {0};
	struct lab lab = {.b = bench_create(remapped ? &with_unit : &plain)};

	lab.irq = bench_alloc(lab.b, lab.b->nic, 2, PCI_IRQ_MSIX);
	bench_request(lab.b, lab.irq);
	return lab;
}

static void raise_only(struct lab *lab, unsigned index)
{
	assert_int_equal(device_raise(lab->b->m, "nic", RAISE_MSIX, 0, index, RAISE_NO_PASID), 0);
}

/* Without a look at the invariants. */
static unsigned raise_and_deliver(struct lab *lab)
{
	unsigned before = lab->b->handled;

	raise_only(lab, 0);
	machine_deliver(lab->b->m, 0);
	return lab->b->handled - before;
}

static bool lost(const struct lab *lab)
{
	bool one = machine_irq_lost(lab->b->m, lab->irq, NULL);

	assert_int_equal(machine_lost(lab->b->m, NULL, 0), one);
	return one;
}

/* ---- what is none ---- */

static void handled_or_on_its_way(void **state)
{
	struct lab lab = open_lab(true);

	(void)state;
	assert_false(lost(&lab));
	raise_only(&lab, 0);
	assert_false(lost(&lab)); /* in the request register of its CPU */
	raise_only(&lab, 0);
	machine_deliver(lab.b->m, 0);
	assert_int_equal(lab.b->handled, 1); /* two edges, one handler */
	assert_false(lost(&lab));
	bench_destroy(lab.b);
}

static void waiting_in_the_device(void **state)
{
	struct lab lab = open_lab(true);
	struct irq_data *d = irq_get_irq_data(lab.b->m, lab.irq);

	(void)state;
	d->chip->irq_mask(d);
	raise_only(&lab, 0);
	assert_false(lost(&lab));
	d->chip->irq_unmask(d);
	assert_false(lost(&lab));
	machine_deliver(lab.b->m, 0);
	assert_int_equal(lab.b->handled, 1);
	assert_false(lost(&lab));
	bench_destroy(lab.b);
}

static void waiting_to_be_enabled(void **state)
{
	struct lab lab = open_lab(true);

	(void)state;
	disable_irq(lab.b->m, lab.irq);
	assert_int_equal(bench_raise(lab.b, lab.b->nic, 0), 0);
	assert_false(lost(&lab));
	enable_irq(lab.b->m, lab.irq);
	machine_deliver(lab.b->m, 0);
	assert_int_equal(lab.b->handled, 1);
	assert_false(lost(&lab));
	bench_destroy(lab.b);
}

static void nobody_to_lose_it(void **state)
{
	struct lab lab = open_lab(true);

	(void)state;
	assert_int_equal(bench_raise(lab.b, lab.b->nic, 1), 0); /* no handler: masked, latched */
	assert_false(machine_irq_lost(lab.b->m, lab.irq + 1, NULL));
	bench_free_irq(lab.b, lab.irq);
	assert_int_equal(bench_raise(lab.b, lab.b->nic, 0), 0);
	assert_false(lost(&lab));
	assert_false(machine_irq_lost(lab.b->m, 4711, NULL));
	bench_destroy(lab.b);
}

/* ---- what is one ---- */

static struct lost_interrupt the_lost(struct lab *lab)
{
	struct lost_interrupt one[2];

	assert_int_equal(machine_lost(lab->b->m, one, 2), 1);
	assert_int_equal(one[0].irq, lab->irq);
	assert_string_equal(one[0].device, "nic");
	assert_int_equal(one[0].source, RAISE_MSIX);
	assert_int_equal(one[0].index, 0);
	return one[0];
}

static void violation(struct lab *lab, char *text, size_t size)
{
	assert_false(machine_invariants(lab->b->m, text, size));
}

/* Its bit in the request register is gone: nothing on the tape tells why. */
static void taken_away_from_the_cpu(void **state)
{
	struct lab lab = open_lab(false);
	struct x86_vector_info v = bench_vector(lab.b, lab.irq);
	struct lost_interrupt one;
	char text[256];
	int mark;

	(void)state;
	mark = machine_snapshot(lab.b->m);
	raise_only(&lab, 0);
	assert_true(lapic_irr(lab.b->m, v.cpu, v.vector));
	bus_set_cpu_online(lab.b->m, v.cpu, false); /* an APIC that is off forgets */
	assert_false(lapic_irr(lab.b->m, v.cpu, v.vector));
	assert_true(lost(&lab));
	one = the_lost(&lab);
	assert_true(one.unexplained);
	assert_true(one.sent_at > 0);
	violation(&lab, text, sizeof(text));
	assert_non_null(strstr(text, "is lost"));
	/* It was never sent, after a step back. */
	assert_int_equal(machine_restore(lab.b->m, mark), 0);
	assert_false(lost(&lab));
	bench_destroy(lab.b);
}

/* Software moved it and didn't tell the unit; then the old vector was given back. */
static void sent_to_a_vector_that_is_gone(void **state)
{
	struct lab lab = open_lab(true);

	(void)state;
	assert_int_equal(raise_and_deliver(&lab), 1);
	machine_set_switch(lab.b->m, SWITCH_INVALIDATE_AFTER_WRITE, false);
	assert_int_equal(irq_set_affinity(lab.b->m, lab.irq, cpumask_of(lab.b->m, 2)), 0);
	assert_int_equal(raise_and_deliver(&lab), 1); /* still at the old CPU */
	assert_false(lost(&lab));
	machine_tick(lab.b->m, 2);
	assert_int_equal(raise_and_deliver(&lab), 0);
	assert_true(lost(&lab));
	assert_true(the_lost(&lab).unexplained);
	assert_non_null(strstr(the_lost(&lab).fate, "reached CPU 0"));
	bench_abandon(lab.b);
}

/*
 * A device that can't be masked sends between the two steps of a move: the new
 * vector arrives at the old CPU. Unless software looks, nobody will see it.
 */
struct interloper {
	struct device *dev;
	bool sent;
};

static void send_after_data(void *context, struct machine *m, const struct tape_record *write)
{
	struct interloper *i = context;
	struct bus_place place;

	if (i->sent || !tape_place(m, write, &place) || strcmp(place.field, "data") != 0)
		return;
	i->sent = true;
	assert_int_equal(device_raise(m, "old", RAISE_MSI, 0, 0, RAISE_NO_PASID), 0);
}

static bool lost_in_a_move(bool look_at_the_irr)
{
	struct bench *b = bench_create(&(struct bench_shape){0});
	struct interloper i = {0};
	struct bus_listener listener = {.after = send_after_data, .context = &i};
	unsigned other = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	unsigned irq = bench_alloc(b, b->old, 1, PCI_IRQ_MSI);
	struct irq_data *d = irq_get_irq_data(b->m, irq);
	bool is_lost;

	machine_set_switch(b->m, SWITCH_CAN_RESERVE_INVERTED, false);
	machine_set_switch(b->m, SWITCH_CAREFUL_IRR_CHECK, look_at_the_irr);
	bench_affinity(b, other, "2"); /* so that vectors differ between the CPUs */
	bench_request(b, other);
	bench_request(b, irq);
	assert_int_equal(bench_vector(b, irq).cpu, 0);
	assert_int_equal(bus_listen(b->m, &listener), 0);
	assert_int_equal(d->chip->irq_set_affinity(d, cpumask_of(b->m, 2), false), 0);
	bus_unlisten(b->m, &listener);
	assert_true(i.sent);
	machine_deliver(b->m, 0);
	is_lost = machine_irq_lost(b->m, irq, NULL);
	assert_int_equal(b->handled, !is_lost);
	bench_abandon(b);
	return is_lost;
}

static void sent_during_a_move(void **state)
{
	(void)state;
	assert_false(lost_in_a_move(true));
	assert_true(lost_in_a_move(false));
}

/* The unit says what it does: lost, but not without a word. */
static void blocked_by_the_unit(void **state)
{
	struct lab lab = open_lab(true);
	struct irq_data *d = irq_get_irq_data(lab.b->m, lab.irq);
	const struct msi_desc *msi = irq_data_get_msi_desc(d);
	const uint64_t entry = msi->pci.mask_base;
	uint64_t address = bus_read(lab.b->m, entry, 4);

	(void)state;
	bus_write(lab.b->m, entry + 12, 4, 1);
	bus_write(lab.b->m, entry, 4, address + (32 << 5)); /* a handle that nobody has */
	bus_write(lab.b->m, entry + 12, 4, 0);
	assert_int_equal(raise_and_deliver(&lab), 0);
	assert_true(lost(&lab));
	assert_false(the_lost(&lab).unexplained);
	assert_non_null(strstr(the_lost(&lab).fate, "blocked, reason 0x22"));
	/* A handler that begins later sees what there is to see: the edges merge. */
	bus_write(lab.b->m, entry + 12, 4, 1);
	bus_write(lab.b->m, entry, 4, address);
	bus_write(lab.b->m, entry + 12, 4, 0);
	assert_int_equal(raise_and_deliver(&lab), 1);
	assert_false(lost(&lab));
	bench_abandon(lab.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handled_or_on_its_way),
		cmocka_unit_test(waiting_in_the_device),
		cmocka_unit_test(waiting_to_be_enabled),
		cmocka_unit_test(nobody_to_lose_it),
		cmocka_unit_test(taken_away_from_the_cpu),
		cmocka_unit_test(sent_to_a_vector_that_is_gone),
		cmocka_unit_test(sent_during_a_move),
		cmocka_unit_test(blocked_by_the_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
