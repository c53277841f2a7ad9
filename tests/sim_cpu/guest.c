/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/guest.h"

#include "sim_cpu/lapic.h"
#include "sim_cpu/rig.h"

/* CPUs inside guests, without anybody's software: memory and registers are written by hand. */

#define NV	0xf2
#define ON	UINT64_C(1)
#define CONTROL 32

struct guest_rig {
	struct rig *r;
	uint64_t registers, page, descriptor;
};

static struct guest_rig guest_create(void)
{
	struct guest_rig g = {.r = rig_with_cpus(3, APIC_PHYSICAL_FLAT)};

	assert_int_equal(guests_create(g.r->m, &g.registers), 0);
	assert_int_equal(guests_create(g.r->m, &g.registers), -EEXIST);
	g.page = rig_memory(g.r, 4096);
	g.descriptor = rig_memory(g.r, 64);
	return g;
}

static void reg(struct guest_rig *g, unsigned cpu, enum guest_register which, uint64_t value)
{
	unsigned before = run_on_cpu(g->r->m, cpu);

	rig_write(g->r, g->registers + which, 8, value);
	run_on_cpu(g->r->m, before);
}

static void enter(struct guest_rig *g, unsigned cpu, bool posting)
{
	reg(g, cpu, GUEST_APIC_PAGE, g->page);
	reg(g, cpu, GUEST_DESCRIPTOR, posting ? g->descriptor : 0);
	reg(g, cpu, GUEST_NOTIFICATION, NV);
	reg(g, cpu, GUEST_RUN, 1);
}

static void want(struct guest_rig *g, unsigned vector)
{
	uint64_t where = g->page + GUEST_PAGE_IRR + vector / 32 * 16;

	rig_write(g->r, where, 4, rig_read(g->r, where, 4) | UINT64_C(1) << (vector % 32));
}

static void send(struct guest_rig *g, unsigned cpu, unsigned vector)
{
	const struct apic_interrupt i = {.destination = cpu, .vector = (uint8_t)vector};

	rig_interrupt(g->r, &i);
}

static void expect_guest(struct guest_rig *g, unsigned cpu, unsigned vector)
{
	const struct tape_record *record = rig_next(g->r, TAPE_GUEST);

	assert_non_null(record);
	assert_int_equal(record->actor, cpu);
	assert_int_equal(record->value, vector);
	assert_int_equal(record->address, g->page);
}

static void all_is_there(void **state)
{
	struct machine *m = machine_create(NULL);
	uint64_t registers;

	(void)state;
	assert_int_equal(guests_create(m, &registers), -EINVAL); /* no CPUs */
	assert_false(guest_is_running(m, 0));
	guest_doorbell(m, 0);
	machine_destroy(m);
}

static int create(struct machine *m)
{
	uint64_t registers;

	return guests_create(m, &registers);
}

static void allocation_failures(void **state)
{
	struct rig *r = rig_with_cpus(3, APIC_PHYSICAL_FLAT);

	(void)state;
	rig_check_allocation_failures(r, create);
	rig_destroy(r);
}

static void registers(void **state)
{
	struct guest_rig g = guest_create();

	(void)state;
	enter(&g, 0, true);
	assert_int_equal(rig_read(g.r, g.registers + GUEST_APIC_PAGE, 8), g.page);
	assert_int_equal(rig_read(g.r, g.registers + GUEST_DESCRIPTOR, 8), g.descriptor);
	assert_int_equal(rig_read(g.r, g.registers + GUEST_NOTIFICATION, 8), NV);
	assert_int_equal(rig_read(g.r, g.registers + GUEST_RUN, 8), 1);
	assert_int_equal(rig_read(g.r, g.registers + GUEST_DOORBELL, 8), 0);
	assert_true(guest_is_running(g.r->m, 0));
	assert_false(guest_is_running(g.r->m, 1)); /* each CPU has its own */
	assert_false(guest_is_running(g.r->m, 3));
	rig_destroy(g.r);
}

/* SDM vol. 3, 30.6: of all vectors, the notification vector alone, and in a guest alone. */
static void posted_interrupt_processing(void **state)
{
	struct guest_rig g = guest_create();

	(void)state;
	for (unsigned vector = 16; vector < 256; vector += 1) {
		enter(&g, 1, true);
		rig_write(g.r, g.descriptor + vector / 64 * 8, 8, UINT64_C(1) << (vector % 64));
		rig_write(g.r, g.descriptor + CONTROL, 8, UINT64_C(0x1234) << 32 | NV << 16 | ON);
		rig_forget(g.r);
		send(&g, 1, NV);
		rig_expect_accept(g.r, 1, NV);
		assert_false(lapic_isr(g.r->m, 1, NV)); /* ended by the CPU itself */
		expect_guest(&g, 1, vector);
		rig_expect_none(g.r, TAPE_GUEST);
		assert_int_equal(rig_read(g.r, g.descriptor + vector / 64 * 8, 8), 0);
		assert_int_equal(rig_read(g.r, g.descriptor + CONTROL, 8),
				 UINT64_C(0x1234) << 32 | NV << 16);
		reg(&g, 1, GUEST_RUN, 0);
	}
	rig_destroy(g.r);
}

static void what_is_the_hosts_stays_the_hosts(void **state)
{
	struct guest_rig g = guest_create();

	(void)state;
	rig_write(g.r, g.descriptor, 8, UINT64_C(1) << 40);
	rig_write(g.r, g.descriptor + CONTROL, 8, ON);
	send(&g, 1, NV); /* no guest */
	rig_expect_accept(g.r, 1, NV);
	enter(&g, 1, true);
	send(&g, 1, NV - 1); /* another vector */
	rig_expect_accept(g.r, 1, NV - 1);
	enter(&g, 1, false); /* no descriptor */
	send(&g, 1, NV);
	rig_expect_accept(g.r, 1, NV);
	reg(&g, 1, GUEST_DESCRIPTOR, UINT64_C(0x0008000000000000)); /* not in memory */
	send(&g, 1, NV);
	rig_expect_accept(g.r, 1, NV);
	rig_expect_none(g.r, TAPE_GUEST);
	assert_int_equal(rig_read(g.r, g.descriptor + CONTROL, 8), ON);
	rig_destroy(g.r);
}

/* The highest first, before interrupts of the host and after an NMI; below 16 never. */
static void priorities(void **state)
{
	struct guest_rig g = guest_create();
	const struct apic_interrupt nmi = {.destination = 1, .delivery = APIC_NMI};

	(void)state;
	want(&g, 15);
	want(&g, 16);
	want(&g, 31);
	want(&g, 200);
	enter(&g, 1, true);
	send(&g, 1, 0xfe);
	rig_interrupt(g.r, &nmi);
	rig_expect_accept(g.r, 1, 2);
	expect_guest(&g, 1, 200);
	expect_guest(&g, 1, 31);
	expect_guest(&g, 1, 16);
	rig_expect_accept(g.r, 1, 0xfe);
	rig_expect_none(g.r, TAPE_GUEST);
	assert_int_equal(rig_read(g.r, g.page + GUEST_PAGE_IRR, 4), 1 << 15);
	rig_destroy(g.r);
}

static void doorbells(void **state)
{
	struct guest_rig g = guest_create();

	(void)state;
	enter(&g, 2, false);
	want(&g, 0x41);
	machine_deliver(g.r->m, 0);
	rig_expect_none(g.r, TAPE_GUEST); /* it does not know yet */
	guest_doorbell(g.r->m, 1);	  /* another CPU */
	guest_doorbell(g.r->m, 77);	  /* nobody */
	machine_deliver(g.r->m, 0);
	rig_expect_none(g.r, TAPE_GUEST);
	reg(&g, 0, GUEST_DOORBELL, 2);
	machine_deliver(g.r->m, 0);
	expect_guest(&g, 2, 0x41);
	reg(&g, 2, GUEST_RUN, 0);
	want(&g, 0x42);
	guest_doorbell(g.r->m, 2); /* in no guest: nothing to look at */
	machine_deliver(g.r->m, 0);
	rig_expect_none(g.r, TAPE_GUEST);
	enter(&g, 0, false); /* it looks when it enters */
	machine_deliver(g.r->m, 0);
	expect_guest(&g, 0, 0x42);
	rig_destroy(g.r);
}

static void power_ends_a_guest(void **state)
{
	struct guest_rig g = guest_create();

	(void)state;
	want(&g, 0x41);
	enter(&g, 1, false);
	bus_set_cpu_online(g.r->m, 1, false);
	bus_set_cpu_online(g.r->m, 1, true);
	assert_false(guest_is_running(g.r->m, 1));
	machine_deliver(g.r->m, 0);
	rig_expect_none(g.r, TAPE_GUEST);
	rig_destroy(g.r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_there),
		cmocka_unit_test(allocation_failures),
		cmocka_unit_test(registers),
		cmocka_unit_test(posted_interrupt_processing),
		cmocka_unit_test(what_is_the_hosts_stays_the_hosts),
		cmocka_unit_test(priorities),
		cmocka_unit_test(doorbells),
		cmocka_unit_test(power_ends_a_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
