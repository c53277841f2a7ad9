/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/lapic.h"
#include "sim_pci/pci_rig.h"

#define ENABLE	0x8000u
#define MASKALL 0x4000u

static void control(struct rig *r, uint32_t value)
{
	cfg_write(r, MSIX_CAP + 2, 2, value);
}

/* ---- the table's layout: E3 ---- */

static void entry_layout(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));
	uint64_t table = bar_address(r, 0) + TABLE_OFFSET;
	struct message_entry entry;
	char text[128];

	(void)state;
	rig_write(r, table + 3 * 16 + 0x0, 4, 0xfee01007); /* bits 1:0 read as 0 */
	assert_string_equal(rig_last_place(r, text), "nic.msix[3].addr_lo");
	rig_write(r, table + 3 * 16 + 0x4, 4, 0x11223344);
	assert_string_equal(rig_last_place(r, text), "nic.msix[3].addr_hi");
	rig_write(r, table + 3 * 16 + 0x8, 4, 0xdeadbeef);
	assert_string_equal(rig_last_place(r, text), "nic.msix[3].data");
	rig_write(r, table + 3 * 16 + 0xc, 4, 0xabcd0000);
	assert_string_equal(rig_last_place(r, text), "nic.msix[3].ctrl");
	assert_int_equal(function_peek_msix(r->m, NIC, 3, &entry), 0);
	assert_int_equal(entry.address, UINT64_C(0x11223344fee01004));
	assert_int_equal(entry.data, 0xdeadbeef);
	assert_int_equal(entry.ctrl, 0xabcd0000); /* other bits are kept */
	assert_int_equal(entry_read(r, 3, 3), 0xabcd0000);
	/* The neighbours, whose vector control is 16 bytes further, are as after reset. */
	for (unsigned i = 0; i < 8; i++) {
		if (i == 3)
			continue;
		function_peek_msix(r->m, NIC, i, &entry);
		assert_int_equal(entry.address, 0);
		assert_int_equal(entry.data, 0);
		assert_int_equal(entry.ctrl, 1);
		assert_false(entry.pending);
	}
	rig_destroy(r);
}

static void access_sizes(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));
	uint64_t table = bar_address(r, 0) + TABLE_OFFSET;

	(void)state;
	rig_write(r, table, 8, UINT64_C(0x1234fee02000));
	assert_int_equal(rig_read(r, table, 8), UINT64_C(0x1234fee02000));
	assert_int_equal(entry_read(r, 0, 1), 0x1234);
	rig_write(r, table + 8, 8, UINT64_C(0x300000055));
	assert_int_equal(entry_read(r, 0, 2), 0x55);
	assert_int_equal(entry_read(r, 0, 3), 3);
	rig_write(r, table, 2, 0xffff);
	rig_write(r, table + 2, 4, 0xffffffff);
	assert_int_equal(entry_read(r, 0, 0), 0xfee02000);
	assert_int_equal(rig_read(r, table, 1), 0xff);
	assert_int_equal(rig_read(r, table + 8 * 16, 4), 0); /* behind the last entry */
	rig_write(r, table + 8 * 16 + 12, 4, 1);
	rig_destroy(r);
}

/* ---- what becomes of an event: the table of F.1, all of it ---- */

enum outcome { SENT, LATCHED, LOST };
struct raise_case {
	uint32_t ctrl;
	bool masked, bus_master;
	enum outcome outcome;
	enum drop_reason reason;
};

static const struct raise_case raise_cases[] = {
	{0, false, true, LOST, DROP_DISABLED}, /* E2 */
	{0, true, true, LOST, DROP_DISABLED},
	{MASKALL, false, true, LOST, DROP_DISABLED},
	{MASKALL, true, true, LOST, DROP_DISABLED},
	{ENABLE, false, true, SENT, 0},
	{ENABLE, true, true, LATCHED, 0},	     /* E5 */
	{ENABLE | MASKALL, false, true, LATCHED, 0}, /* E1 */
	{ENABLE | MASKALL, true, true, LATCHED, 0},
	{0, false, false, LOST, DROP_DISABLED},
	{ENABLE, false, false, LOST, DROP_BUS_MASTER},
	{ENABLE, true, false, LATCHED, 0},
	{ENABLE | MASKALL, false, false, LATCHED, 0},
};

static void every_raise(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(raise_cases) / sizeof(raise_cases[0]); i++) {
		const struct raise_case *c = &raise_cases[i];
		struct rig *r = nic_create(nic_with_msix(8));

		entry_set(r, 5, 2, c->masked);
		control(r, c->ctrl);
		if (!c->bus_master)
			cfg_write(r, CONFIG_COMMAND, 2, 0x103);
		nic_raise(r, RAISE_MSIX, 5);
		assert_int_equal(rig_count(r, TAPE_RAISE), 1);
		assert_int_equal(rig_count(r, TAPE_MESSAGE), c->outcome == SENT);
		assert_int_equal(rig_count(r, TAPE_LATCH), c->outcome == LATCHED);
		assert_int_equal(rig_count(r, TAPE_DROP), c->outcome == LOST);
		assert_int_equal(pba_word(r, 0), c->outcome == LATCHED ? 1 << 5 : 0);
		if (c->outcome == LOST)
			rig_expect_drop(r, c->reason);
		if (c->outcome == SENT)
			rig_expect_request(r, 2, 0x45);
		rig_destroy(r);
	}
}

struct unmask_case {
	uint32_t before, after; /* control register */
	bool masked_before, masked_after;
	bool fires;
};

/* Every way from masked to not masked, and those that are none. */
static const struct unmask_case unmask_cases[] = {
	{ENABLE, ENABLE, true, false, true},
	{ENABLE, ENABLE, true, true, false},
	{ENABLE | MASKALL, ENABLE, false, false, true},
	{ENABLE | MASKALL, ENABLE, true, true, false},
	{ENABLE | MASKALL, ENABLE, true, false, true},
	{ENABLE | MASKALL, ENABLE | MASKALL, true, false, false},
	{ENABLE | MASKALL, 0, false, false, false},
	{ENABLE | MASKALL, MASKALL, true, false, false},
};

static void every_unmask(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(unmask_cases) / sizeof(unmask_cases[0]); i++) {
		const struct unmask_case *c = &unmask_cases[i];
		struct rig *r = nic_create(nic_with_msix(8));

		entry_set(r, 5, 2, c->masked_before);
		control(r, c->before);
		nic_raise(r, RAISE_MSIX, 5);
		nic_raise(r, RAISE_MSIX, 5); /* twice: they merge */
		entry_write(r, 5, 2, 0x77);  /* the message is read when it is sent */
		rig_forget(r);
		entry_write(r, 5, 3, c->masked_after);
		control(r, c->after);
		assert_int_equal(pba_word(r, 0), c->fires ? 0 : 1 << 5);
		if (c->fires)
			expect_message(r, ADDRESS(2), 0x77);
		else
			rig_expect_none(r, TAPE_MESSAGE);
		control(r, c->after); /* nothing is left to be sent */
		entry_write(r, 5, 3, 1);
		rig_expect_none(r, TAPE_MESSAGE);
		rig_destroy(r);
	}
}

/* What was latched before the function was disabled is sent when it is enabled again. */
static void pending_survives_disabling(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));

	(void)state;
	entry_set(r, 1, 1, true);
	control(r, ENABLE);
	nic_raise(r, RAISE_MSIX, 1);
	control(r, 0);
	entry_write(r, 1, 3, 0);
	rig_expect_none(r, TAPE_MESSAGE);
	assert_int_equal(pba_word(r, 0), 2);
	control(r, ENABLE);
	expect_message(r, ADDRESS(1), 0x41);
	assert_int_equal(pba_word(r, 0), 0);
	rig_destroy(r);
}

static void unmasked_without_bus_mastering(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));

	(void)state;
	entry_set(r, 1, 1, true);
	control(r, ENABLE);
	nic_raise(r, RAISE_MSIX, 1);
	cfg_write(r, CONFIG_COMMAND, 2, 0x103);
	entry_write(r, 1, 3, 0);
	rig_expect_drop(r, DROP_BUS_MASTER);
	assert_int_equal(pba_word(r, 0), 0);
	cfg_write(r, CONFIG_COMMAND, 2, 0x107);
	rig_expect_none(r, TAPE_MESSAGE);
	rig_destroy(r);
}

static void pending_bits_of_a_full_table(void **state)
{
	struct rig *r = nic_create(nic_with_msix(2048));

	(void)state;
	control(r, ENABLE | MASKALL);
	for (unsigned i = 0; i < 2048; i += 31) {
		entry_set(r, i, 1, false);
		nic_raise(r, RAISE_MSIX, i);
	}
	for (unsigned word = 0; word < 64; word++) {
		uint32_t expected = 0;

		for (unsigned i = 0; i < 2048; i += 31)
			if (i / 32 == word)
				expected |= UINT32_C(1) << (i % 32);
		assert_int_equal(pba_word(r, word), expected);
	}
	rig_write(r, bar_address(r, 0) + 0x1000, 4, 0); /* read only */
	assert_int_equal(pba_word(r, 0) & 1, 1);
	rig_forget(r);
	control(r, ENABLE);
	assert_int_equal(rig_count(r, TAPE_MESSAGE), 2048 / 31 + 1);
	for (unsigned i = 0; i < 2048; i += 31)
		assert_int_equal(rig_next(r, TAPE_MESSAGE)->value, 0x40 + i);
	rig_destroy(r);
}

/* ---- torn writes ---- */

static void torn_writes_are_flagged(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));

	(void)state;
	entry_set(r, 2, 1, false);
	assert_int_equal(machine_warnings(r->m, WARN_TORN_WRITE_RISK), 0);
	control(r, ENABLE | MASKALL);
	entry_set(r, 2, 1, false);
	assert_int_equal(machine_warnings(r->m, WARN_TORN_WRITE_RISK), 0);
	control(r, ENABLE);
	for (unsigned word = 0; word < 3; word++) {
		entry_write(r, 2, word, ADDRESS(3));
		assert_int_equal(machine_warnings(r->m, WARN_TORN_WRITE_RISK), word + 1);
	}
	entry_write(r, 2, 3, 1);
	entry_write(r, 2, 0, ADDRESS(1));
	assert_int_equal(machine_warnings(r->m, WARN_TORN_WRITE_RISK), 3);
	rig_destroy(r);
}

/* Between two writes the device sends what it finds. */
static void half_written_entry(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));

	(void)state;
	entry_set(r, 2, 1, false);
	control(r, ENABLE);
	entry_write(r, 2, 0, ADDRESS(3));
	nic_raise(r, RAISE_MSIX, 2);
	expect_message(r, ADDRESS(3), 0x42);
	rig_destroy(r);
}

/* ---- limits ---- */

static void bad_raises(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));
	struct message_entry entry;

	(void)state;
	control(r, ENABLE);
	rig_forget(r);
	assert_int_equal(device_raise(r->m, NIC, RAISE_MSIX, 0, 8, 0), -EINVAL);
	assert_int_equal(device_raise(r->m, NIC, RAISE_MSI, 0, 0, 0), -EINVAL);
	assert_int_equal(device_raise(r->m, NIC, RAISE_STORE, 0, 0, 0), -EINVAL);
	assert_int_equal(device_raise(r->m, NIC, RAISE_INTX, 0, 0, 0), -EINVAL);
	assert_int_equal(device_raise(r->m, NIC, NR_RAISE_SOURCES, 0, 0, 0), -EINVAL);
	assert_int_equal(device_raise(r->m, "other", RAISE_MSIX, 0, 0, 0), -ENODEV);
	assert_int_equal(device_raise(r->m, NULL, RAISE_MSIX, 0, 0, 0), -ENODEV);
	assert_int_equal(tape_position(r->m), r->at);
	assert_int_equal(function_peek_msix(r->m, NIC, 8, &entry), -EINVAL);
	assert_int_equal(function_peek_msix(r->m, "other", 0, &entry), -ENODEV);
	rig_destroy(r);
}

static void memory_decoding_off(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));

	(void)state;
	entry_set(r, 0, 1, true);
	cfg_write(r, CONFIG_COMMAND, 2, 0x104);
	assert_int_equal(entry_read(r, 0, 0), 0xffffffff);
	entry_write(r, 0, 0, 0);
	cfg_write(r, CONFIG_COMMAND, 2, 0x106);
	assert_int_equal(entry_read(r, 0, 0), ADDRESS(1));
	rig_destroy(r);
}

static void events_name_the_device(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));
	const struct tape_record *record;

	(void)state;
	control(r, ENABLE);
	nic_raise(r, RAISE_MSIX, 3);
	record = rig_next(r, TAPE_RAISE);
	assert_int_equal(record->actor_kind, ACTOR_DEVICE);
	assert_int_equal(record->actor, NIC_REQUESTER);
	assert_int_equal(record->value, 3);
	assert_int_equal(DEVICE_EVENT_SOURCE(record->address), RAISE_MSIX);
	assert_string_equal(device_of_event(r->m, record->object), NIC);
	assert_null(device_of_event(r->m, 0xffff));
	record = rig_next(r, TAPE_LATCH);
	assert_string_equal(device_of_event(r->m, record->object), NIC);
	rig_destroy(r);
}

static void reset_masks_everything(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8));
	uint64_t bar = bar_address(r, 0);
	struct message_entry entry;

	(void)state;
	entry_set(r, 1, 1, false);
	control(r, ENABLE | MASKALL);
	nic_raise(r, RAISE_MSIX, 1);
	assert_int_equal(device_reset(r->m, NIC), 0);
	assert_int_equal(cfg_read(r, MSIX_CAP + 2, 2), 7);
	assert_int_equal(cfg_read(r, CONFIG_COMMAND, 2), 0);
	assert_int_equal(bar_address(r, 0), bar);
	function_peek_msix(r->m, NIC, 1, &entry);
	assert_int_equal(entry.ctrl, 1);
	assert_int_equal(entry.address, 0);
	assert_false(entry.pending);
	assert_int_equal(device_reset(r->m, "other"), -ENODEV);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_layout),
		cmocka_unit_test(access_sizes),
		cmocka_unit_test(every_raise),
		cmocka_unit_test(every_unmask),
		cmocka_unit_test(pending_survives_disabling),
		cmocka_unit_test(unmasked_without_bus_mastering),
		cmocka_unit_test(pending_bits_of_a_full_table),
		cmocka_unit_test(torn_writes_are_flagged),
		cmocka_unit_test(half_written_entry),
		cmocka_unit_test(bad_raises),
		cmocka_unit_test(memory_decoding_off),
		cmocka_unit_test(events_name_the_device),
		cmocka_unit_test(reset_masks_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
