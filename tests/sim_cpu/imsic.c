/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/imsic.h"

#include "sim_cpu/imsic_rig.h"

#define NIC 0x18

static uint64_t page_of(unsigned cpu)
{
	return IMSIC_BASE + cpu * UINT64_C(0x1000);
}

static void send(struct rig *r, unsigned cpu, unsigned id)
{
	rig_send(r, NIC, page_of(cpu), id);
}

static struct imsic_file_state state_of(struct rig *r, unsigned cpu)
{
	struct imsic_file_state s;

	assert_true(imsic_peek_file(r->m, cpu, &s));
	return s;
}

static void expect_drop(struct rig *r, enum drop_reason reason)
{
	rig_expect_drop(r, reason);
	rig_expect_none(r, TAPE_REQUEST);
}

/* ---- arrival ---- */

static void message_makes_pending(void **state)
{
	struct rig *r = imsic_rig(4, NULL);

	(void)state;
	send(r, 2, 5);
	rig_expect_request(r, 2, 5);
	rig_expect_none(r, TAPE_DROP);
	for (unsigned cpu = 0; cpu < 4; cpu++)
		assert_int_equal(imsic_pending(r->m, cpu, 5), cpu == 2);
	rig_destroy(r);
}

static void requests_merge(void **state)
{
	struct rig *r = imsic_rig(1, NULL);
	const struct tape_record *record;

	(void)state;
	imsic_rig_enable(r, 0, 5, true);
	send(r, 0, 5);
	assert_int_equal(rig_next(r, TAPE_REQUEST)->extra, 0);
	send(r, 0, 5);
	record = rig_next(r, TAPE_REQUEST);
	assert_int_equal(record->extra, 1);
	assert_int_equal(machine_deliver(r->m, 0), 1);
	rig_destroy(r);
}

static void byte_orders(void **state)
{
	struct rig *r = imsic_rig(1, NULL);

	(void)state;
	rig_send(r, NIC, page_of(0) + IMSIC_SETEIPNUM_BE, 0x07000000);
	rig_expect_request(r, 0, 7);
	rig_send(r, NIC, page_of(0) + IMSIC_SETEIPNUM_LE, 0x07000000);
	expect_drop(r, DROP_ILLEGAL);
	rig_send(r, NIC, page_of(0) + IMSIC_SETEIPNUM_BE, 7);
	expect_drop(r, DROP_ILLEGAL);
	rig_destroy(r);
}

static void identities_that_mean_nothing(void **state)
{
	struct rig *r = imsic_rig(1, &(struct imsic_desc){.ids = 127});

	(void)state;
	assert_int_equal(imsic_identities(r->m), 127);
	send(r, 0, 0);
	expect_drop(r, DROP_ILLEGAL);
	send(r, 0, 128);
	expect_drop(r, DROP_ILLEGAL);
	send(r, 0, 127);
	rig_expect_request(r, 0, 127);
	rig_destroy(r);
}

static void places_that_mean_nothing(void **state)
{
	struct rig *r = imsic_rig(2, &(struct imsic_desc){.guest_bits = 1});

	(void)state;
	rig_send(r, NIC, IMSIC_BASE + 8, 5);
	expect_drop(r, DROP_STRAY);
	rig_send(r, NIC, IMSIC_BASE + 2, 5);
	expect_drop(r, DROP_STRAY);
	rig_send(r, NIC, IMSIC_BASE + 0x1000, 5); /* of a guest of hart 0 */
	expect_drop(r, DROP_STRAY);
	rig_send(r, NIC, IMSIC_BASE + 0x4000, 5); /* beyond the last hart */
	expect_drop(r, DROP_STRAY);
	rig_send(r, NIC, IMSIC_BASE + 0x2000, 5);
	rig_expect_request(r, 1, 5);
	rig_destroy(r);
}

static void a_cpu_writes_to_a_page(void **state)
{
	struct rig *r = imsic_rig(2, NULL);
	char place[128];

	(void)state;
	rig_write(r, page_of(1), 4, 9);
	assert_string_equal(rig_last_place(r, place), "imsic.file[1].seteipnum_le");
	rig_expect_request(r, 1, 9);
	rig_write(r, page_of(1), 8, 10);
	rig_expect_drop(r, DROP_STRAY);
	rig_write(r, page_of(1) + 16, 4, 10);
	rig_expect_drop(r, DROP_STRAY);
	rig_expect_none(r, TAPE_REQUEST);
	assert_int_equal(rig_read(r, page_of(1), 4), 0);
	assert_int_equal(rig_read(r, page_of(1) + 4, 4), 0);
	rig_destroy(r);
}

static void groups_of_harts(void **state)
{
	const struct imsic_desc desc = {.base = UINT64_C(0x100000000),
					.guest_bits = 2,
					.group_shift = 26,
					.group_harts = 3};
	const struct imsic_layout l = imsic_layout(&desc, 8);
	struct rig *r = imsic_rig(8, &desc);

	(void)state;
	assert_int_equal(l.hart_bits, 2);
	assert_int_equal(l.group_bits, 2);
	assert_int_equal(imsic_file_address(&l, 7), UINT64_C(0x100000000) + 2 * 0x4000000 + 0x4000);
	for (unsigned cpu = 0; cpu < 8; cpu++) {
		rig_send(r, NIC, imsic_file_address(&l, cpu), 40);
		rig_expect_request(r, cpu, 40);
	}
	rig_send(r, NIC, UINT64_C(0x100000000) + 2 * 0x4000000 + 2 * 0x4000,
		 40); /* there is no CPU 8 */
	expect_drop(r, DROP_STRAY);
	rig_destroy(r);
}

/* ---- what the hart takes ---- */

static void lowest_identity_first(void **state)
{
	static const unsigned sent[] = {200, 64, 3, 63, 65};
	static const unsigned taken[] = {3, 63, 64, 65, 200};
	struct rig *r = imsic_rig(1, NULL);

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		imsic_rig_enable(r, 0, sent[i], true);
		send(r, 0, sent[i]);
	}
	assert_int_equal(machine_deliver(r->m, 0), 5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(rig_next(r, TAPE_ACCEPT)->value, taken[i]);
	rig_expect_none(r, TAPE_ACCEPT);
	rig_destroy(r);
}

static void only_what_is_enabled(void **state)
{
	struct rig *r = imsic_rig(1, NULL);

	(void)state;
	send(r, 0, 5);
	assert_int_equal(machine_deliver(r->m, 0), 0);
	imsic_rig_enable(r, 0, 6, true);
	assert_int_equal(machine_deliver(r->m, 0), 0);
	imsic_rig_enable(r, 0, 5, true); /* it waited */
	assert_int_equal(machine_deliver(r->m, 0), 1);
	assert_int_equal(rig_next(r, TAPE_ACCEPT)->value, 5);
	imsic_rig_enable(r, 0, 5, false);
	send(r, 0, 5);
	assert_int_equal(machine_deliver(r->m, 0), 0);
	assert_true(imsic_pending(r->m, 0, 5));
	rig_destroy(r);
}

static void threshold(void **state)
{
	struct rig *r = imsic_rig(1, NULL);

	(void)state;
	for (unsigned id = 9; id <= 11; id++) {
		imsic_rig_enable(r, 0, id, true);
		send(r, 0, id);
	}
	imsic_rig_write_selected(r, 0, IMSIC_EITHRESHOLD, 9);
	assert_int_equal(state_of(r, 0).top, 0);
	assert_int_equal(machine_deliver(r->m, 0), 0);
	imsic_rig_write_selected(r, 0, IMSIC_EITHRESHOLD, 11);
	assert_int_equal(machine_deliver(r->m, 0), 2); /* 9 and 10, not 11 itself */
	assert_int_equal(rig_next(r, TAPE_ACCEPT)->value, 9);
	assert_int_equal(rig_next(r, TAPE_ACCEPT)->value, 10);
	imsic_rig_write_selected(r, 0, IMSIC_EITHRESHOLD, 0);
	assert_int_equal(machine_deliver(r->m, 0), 1);
	assert_int_equal(rig_next(r, TAPE_ACCEPT)->value, 11);
	rig_destroy(r);
}

static void delivery(void **state)
{
	struct rig *r = imsic_rig(1, NULL);

	(void)state;
	imsic_rig_enable(r, 0, 5, true);
	imsic_rig_write_selected(r, 0, IMSIC_EIDELIVERY, 0);
	send(r, 0, 5);
	assert_int_equal(machine_deliver(r->m, 0), 0);
	assert_int_equal(state_of(r, 0).top, 5); /* off or not, this is what it would be */
	imsic_rig_write_selected(r, 0, IMSIC_EIDELIVERY, IMSIC_DELIVERY_APLIC);
	assert_int_equal(state_of(r, 0).delivery, IMSIC_DELIVERY_APLIC);
	assert_int_equal(machine_deliver(r->m, 0), 0);
	imsic_rig_write_selected(r, 0, IMSIC_EIDELIVERY, 2); /* no such value */
	assert_int_equal(state_of(r, 0).delivery, IMSIC_DELIVERY_APLIC);
	imsic_rig_write_selected(r, 0, IMSIC_EIDELIVERY, 1);
	assert_int_equal(machine_deliver(r->m, 0), 1);
	rig_destroy(r);
}

/* ---- claiming ---- */

static void top_is_read_and_claimed(void **state)
{
	struct rig *r = imsic_rig(2, NULL);

	(void)state;
	imsic_rig_enable(r, 1, 5, true);
	imsic_rig_enable(r, 1, 6, true);
	assert_int_equal(imsic_rig_read(r, 1, IMSIC_TOPEI), 0);
	imsic_rig_write(r, 1, IMSIC_TOPEI, 0); /* claims nothing */
	rig_expect_none(r, TAPE_ACCEPT);
	send(r, 1, 6);
	send(r, 1, 5);
	assert_int_equal(imsic_rig_read(r, 0, IMSIC_TOPEI), 0); /* each CPU sees its own */
	assert_int_equal(imsic_rig_read(r, 1, IMSIC_TOPEI), 5 << 16 | 5);
	assert_int_equal(imsic_rig_read(r, 1, IMSIC_TOPEI),
			 5 << 16 | 5); /* reading claims nothing */
	assert_int_equal(imsic_rig_read(r, 1, IMSIC_CLAIM), 5 << 16 | 5);
	assert_int_equal(imsic_rig_read(r, 1, IMSIC_CLAIM), 6 << 16 | 6);
	assert_int_equal(imsic_rig_read(r, 1, IMSIC_CLAIM), 0);
	assert_int_equal(rig_count(r, TAPE_ACCEPT), 2);
	rig_destroy(r);
}

/* What is on top when it is written is claimed, not what the value says. */
static void a_write_claims_the_top(void **state)
{
	struct rig *r = imsic_rig(1, NULL);

	(void)state;
	for (unsigned id = 4; id <= 6; id++)
		imsic_rig_enable(r, 0, id, true);
	send(r, 0, 6);
	assert_int_equal(imsic_rig_read(r, 0, IMSIC_TOPEI), 6 << 16 | 6);
	send(r, 0, 4);
	imsic_rig_write(r, 0, IMSIC_TOPEI, 6 << 16 | 6);
	assert_false(imsic_pending(r->m, 0, 4));
	assert_true(imsic_pending(r->m, 0, 6));
	rig_destroy(r);
}

static void not_claimed_comes_again(void **state)
{
	struct rig *r = imsic_rig(1, NULL);

	(void)state;
	rig_never_ends(r);
	imsic_rig_enable(r, 0, 5, true);
	send(r, 0, 5);
	assert_int_equal(machine_deliver(r->m, 10), -EBUSY);
	rig_destroy(r);
}

/* ---- registers ---- */

static void arrays(void **state)
{
	struct rig *r = imsic_rig(1, &(struct imsic_desc){.ids = 127});
	char place[128];

	(void)state;
	imsic_rig_write_selected(r, 0, IMSIC_EIE, UINT64_MAX);
	assert_int_equal(imsic_rig_read_selected(r, 0, IMSIC_EIE), UINT64_MAX - 1); /* not 0 */
	assert_string_equal(rig_last_place(r, place), "imsic.csr.select");
	imsic_rig_write_selected(r, 0, IMSIC_EIE + 2, 0xf0);
	imsic_rig_write(r, 0, IMSIC_REG_SET, 0x101);
	imsic_rig_write(r, 0, IMSIC_REG_CLEAR, 0x30);
	assert_int_equal(imsic_rig_read(r, 0, IMSIC_REG), 0x1c1);
	assert_true(imsic_enabled(r->m, 0, 64));
	assert_false(imsic_enabled(r->m, 0, 68));
	imsic_rig_write_selected(r, 0, IMSIC_EIP, 0x21);
	assert_int_equal(imsic_rig_read_selected(r, 0, IMSIC_EIP), 0x20);
	assert_true(imsic_pending(r->m, 0, 5));
	rig_destroy(r);
}

static void registers_that_do_not_exist(void **state)
{
	static const unsigned none[] = {
		0, 0x71, 0x7f, IMSIC_EIP + 1, IMSIC_EIP + 4, IMSIC_EIE + 3, 0xff};
	struct rig *r = imsic_rig(1, &(struct imsic_desc){.ids = 127});
	struct fingerprint before;

	(void)state;
	for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		imsic_rig_write(r, 0, IMSIC_SELECT, none[i]);
		before = machine_fingerprint(r->m, FINGERPRINT_COMPLETE);
		imsic_rig_write(r, 0, IMSIC_REG, UINT64_MAX);
		imsic_rig_write(r, 0, IMSIC_REG_SET, UINT64_MAX);
		assert_int_equal(imsic_rig_read(r, 0, IMSIC_REG), 0);
		assert_true(
			fingerprint_equal(before, machine_fingerprint(r->m, FINGERPRINT_COMPLETE)));
	}
	rig_destroy(r);
}

/* ---- power ---- */

static void a_hart_that_is_off(void **state)
{
	struct rig *r = imsic_rig(2, NULL);

	(void)state;
	imsic_rig_enable(r, 1, 5, true);
	bus_set_cpu_online(r->m, 1, false);
	send(r, 1, 5);
	rig_expect_request(r, 1, 5); /* the page is there all the same */
	assert_int_equal(machine_deliver(r->m, 0), 0);
	bus_set_cpu_online(r->m, 1, true);
	assert_int_equal(machine_deliver(r->m, 0), 0);
	assert_true(state_of(r, 1).online);
	assert_int_equal(state_of(r, 1).delivery, 0);
	imsic_rig_write_selected(r, 1, IMSIC_EIDELIVERY, 1);
	assert_int_equal(machine_deliver(r->m, 0), 1);
	rig_destroy(r);
}

/* ---- creation ---- */

static void create_errors(void **state)
{
	static const struct imsic_desc bad[] = {
		{.ids = 64},
		{.ids = 31},
		{.ids = 2111},
		{.guest_bits = 7},
		{.base = 0x28001000},			/* a bit of the hart's number */
		{.base = 0x29000000, .group_harts = 2}, /* …of the group's */
		{.group_harts = 2, .group_shift = 23},
		{.group_harts = 2, .group_shift = 56},
	};
	struct rig *r = rig_create();
	struct fingerprint before = machine_fingerprint(r->m, FINGERPRINT_COMPLETE);

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(imsic_create(r->m, &bad[i], NULL, 4), -EINVAL);
	assert_int_equal(imsic_create(r->m, &(struct imsic_desc){0}, NULL, 0), -EINVAL);
	assert_int_equal(imsic_create(r->m, &(struct imsic_desc){0}, NULL, 4097), -EINVAL);
	assert_true(fingerprint_equal(before, machine_fingerprint(r->m, FINGERPRINT_COMPLETE)));
	assert_int_equal(imsic_create(r->m, &(struct imsic_desc){0}, NULL, 4), 0);
	assert_int_equal(imsic_create(r->m, &(struct imsic_desc){0}, NULL, 4), -EEXIST);
	rig_destroy(r);
}

static int create_grouped(struct machine *m)
{
	return imsic_create(m, &(struct imsic_desc){.group_harts = 2}, NULL, 4);
}

static void allocation_failures(void **state)
{
	struct rig *r = rig_create();

	(void)state;
	rig_check_allocation_failures(r, create_grouped);
	rig_destroy(r);
}

static void most_of_everything(void **state)
{
	struct rig *r = imsic_rig(4096, &(struct imsic_desc){.ids = 2047});

	(void)state;
	imsic_rig_enable(r, 4095, 2047, true);
	send(r, 4095, 2047);
	assert_int_equal(machine_deliver(r->m, 0), 1);
	assert_int_equal(rig_next(r, TAPE_ACCEPT)->value, 2047);
	assert_false(imsic_peek_file(r->m, 4096, &(struct imsic_file_state){0}));
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_makes_pending),
		cmocka_unit_test(requests_merge),
		cmocka_unit_test(byte_orders),
		cmocka_unit_test(identities_that_mean_nothing),
		cmocka_unit_test(places_that_mean_nothing),
		cmocka_unit_test(a_cpu_writes_to_a_page),
		cmocka_unit_test(groups_of_harts),
		cmocka_unit_test(lowest_identity_first),
		cmocka_unit_test(only_what_is_enabled),
		cmocka_unit_test(threshold),
		cmocka_unit_test(delivery),
		cmocka_unit_test(top_is_read_and_claimed),
		cmocka_unit_test(a_write_claims_the_top),
		cmocka_unit_test(not_claimed_comes_again),
		cmocka_unit_test(arrays),
		cmocka_unit_test(registers_that_do_not_exist),
		cmocka_unit_test(a_hart_that_is_off),
		cmocka_unit_test(create_errors),
		cmocka_unit_test(allocation_failures),
		cmocka_unit_test(most_of_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
