/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/pci_rig.h"

#define PASID	    0x12345u
#define OTHER_PASID 0x11111u
#define SLOT(n)	    ((n)*DSA_SLOT_BYTES)
#define CTRL_OF(n)  (SLOT(n) + DSA_CONTROL)

static struct rig *dsa(void)
{
	return nic_create(
		nic_with_store((struct store_desc){.kind = STORE_TABLE_DSA, .slots = 256}));
}

static void raise_slot(struct rig *r, unsigned slot, uint32_t pasid)
{
	rig_forget(r);
	assert_int_equal(device_raise(r->m, NIC, RAISE_STORE, 0, slot, pasid), 0);
}

static void dsa_reset_values(void **state)
{
	struct rig *r = dsa();
	char text[128];

	(void)state;
	for (unsigned i = 0; i < 256; i += 51) {
		assert_int_equal(store_read(r, 0, SLOT(i), 8), 0xfee00000);
		assert_int_equal(store_read(r, 0, SLOT(i) + DSA_DATA, 4), 0);
		assert_int_equal(store_read(r, 0, CTRL_OF(i), 4), DSA_CTRL_MASK);
	}
	assert_int_equal(store_read(r, 0, SLOT(256), 4), 0);
	store_write(r, 0, CTRL_OF(3), 4, DSA_CTRL_PASID(PASID) | 9);
	assert_string_equal(rig_last_place(r, text), "nic.ims[3].ctrl");
	store_write(r, 0, SLOT(3), 4, 0xfee01000);
	assert_string_equal(rig_last_place(r, text), "nic.ims[3].addr_lo");
	rig_destroy(r);
}

struct address_case {
	uint32_t offset;
	unsigned size;
	uint64_t value, expected;
};

/* Bits 63:20 of what the address would become must be 0xFEE. */
static void dsa_address_filter(void **state)
{
	static const struct address_case cases[] = {
		{0, 4, 0xfee12000, 0xfee12000}, {0, 4, 0xfee12003, 0xfee12000}, /* bits 1:0 */
		{0, 4, 0, 0xfee00000},		{0, 4, 0xfed00000, 0xfee00000},
		{0, 4, 0xfef00000, 0xfee00000}, {0, 4, 0xffffffff, 0xfee00000},
		{4, 4, 0, 0xfee00000},		{4, 4, 1, 0xfee00000},
		{4, 4, 0x80000000, 0xfee00000}, {0, 8, 0xfee34000, 0xfee34000},
		{0, 8, 0, 0xfee00000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig *r = dsa();

		store_write(r, 0, SLOT(1) + cases[i].offset, cases[i].size, cases[i].value);
		assert_int_equal(store_read(r, 0, SLOT(1), 8), cases[i].expected);
		assert_int_equal(store_read(r, 0, SLOT(0), 8), 0xfee00000);
		rig_destroy(r);
	}
}

/* L.1d: the zero message at the end leaves the address; the mask is what keeps it quiet. */
static void dsa_zero_message(void **state)
{
	struct rig *r = dsa();

	(void)state;
	store_write(r, 0, SLOT(0), 4, ADDRESS(2));
	store_write(r, 0, SLOT(0) + 4, 4, 0);
	store_write(r, 0, SLOT(0) + DSA_DATA, 4, 0x55);
	store_write(r, 0, CTRL_OF(0), 4, 0x12345008);
	raise_slot(r, 0, PASID);
	expect_message(r, ADDRESS(2), 0x55);
	store_write(r, 0, CTRL_OF(0), 4, 0x12345009);
	for (uint32_t offset = 0; offset < 12; offset += 4)
		store_write(r, 0, SLOT(0) + offset, 4, 0);
	assert_int_equal(store_read(r, 0, SLOT(0), 8), ADDRESS(2));
	assert_int_equal(store_read(r, 0, SLOT(0) + DSA_DATA, 4), 0);
	assert_int_equal(machine_warnings(r->m, WARN_TORN_WRITE_RISK), 0);
	raise_slot(r, 0, PASID);
	expect_latched(r, 0);
	rig_destroy(r);
}

struct control_case {
	uint32_t ctrl, pasid;
	enum tape_kind outcome;
	enum drop_reason reason;
};

static const struct control_case control_cases[] = {
	{0, RAISE_NO_PASID, TAPE_MESSAGE, 0},
	{0, PASID, TAPE_MESSAGE, 0},
	{DSA_CTRL_MASK, PASID, TAPE_LATCH, 0},
	{DSA_CTRL_IGNORE, PASID, TAPE_DROP, DROP_IGNORED},
	{DSA_CTRL_IGNORE | DSA_CTRL_MASK, PASID, TAPE_DROP, DROP_IGNORED},
	{DSA_CTRL_PASID_EN | DSA_CTRL_PASID(PASID), PASID, TAPE_MESSAGE, 0},
	{DSA_CTRL_PASID_EN | DSA_CTRL_PASID(PASID), OTHER_PASID, TAPE_DROP, DROP_INVALID_HANDLE},
	{DSA_CTRL_PASID_EN | DSA_CTRL_PASID(PASID), RAISE_NO_PASID, TAPE_DROP, DROP_INVALID_HANDLE},
	{DSA_CTRL_PASID_EN | DSA_CTRL_PASID(PASID) | DSA_CTRL_MASK, OTHER_PASID, TAPE_DROP,
	 DROP_INVALID_HANDLE},
	{DSA_CTRL_PASID_EN | DSA_CTRL_PASID(PASID) | DSA_CTRL_MASK, PASID, TAPE_LATCH, 0},
	{DSA_CTRL_PASID_EN | DSA_CTRL_PASID(PASID) | DSA_CTRL_IGNORE, PASID, TAPE_DROP,
	 DROP_IGNORED},
	{DSA_CTRL_PASID(PASID), OTHER_PASID, TAPE_MESSAGE, 0}, /* not enabled */
};

static void dsa_control(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(control_cases) / sizeof(control_cases[0]); i++) {
		const struct control_case *c = &control_cases[i];
		struct rig *r = dsa();
		bool latched = c->outcome == TAPE_LATCH;

		store_write(r, 0, CTRL_OF(7), 4, c->ctrl);
		raise_slot(r, 7, c->pasid);
		assert_int_equal(rig_count(r, TAPE_MESSAGE), c->outcome == TAPE_MESSAGE);
		assert_int_equal(rig_count(r, TAPE_LATCH), latched);
		assert_int_equal(store_read(r, 0, CTRL_OF(7), 4),
				 c->ctrl | (latched ? DSA_CTRL_PENDING : 0));
		if (c->outcome == TAPE_DROP)
			rig_expect_drop(r, c->reason);
		rig_destroy(r);
	}
}

static void dsa_pending(void **state)
{
	struct rig *r = dsa();

	(void)state;
	raise_slot(r, 1, 0);
	raise_slot(r, 1, 0);
	rig_forget(r);
	store_write(r, 0, CTRL_OF(1), 4, DSA_CTRL_MASK); /* pending is read only */
	assert_int_equal(store_read(r, 0, CTRL_OF(1), 4), DSA_CTRL_MASK | DSA_CTRL_PENDING);
	store_write(r, 0, SLOT(1) + DSA_DATA, 4, 0x66);
	rig_expect_none(r, TAPE_MESSAGE);
	store_write(r, 0, CTRL_OF(1), 4, DSA_CTRL_IGNORE); /* does not hold back what is pending */
	expect_message(r, 0xfee00000, 0x66);
	assert_int_equal(store_read(r, 0, CTRL_OF(1), 4), DSA_CTRL_IGNORE);
	store_write(r, 0, CTRL_OF(1), 4, DSA_CTRL_PENDING | 0xff0);
	assert_int_equal(store_read(r, 0, CTRL_OF(1), 4), 0);
	rig_expect_none(r, TAPE_MESSAGE);
	rig_destroy(r);
}

static void live_slot_is_written(void **state)
{
	struct rig *r = dsa();

	(void)state;
	store_write(r, 0, SLOT(1) + DSA_DATA, 4, 1);
	assert_int_equal(machine_warnings(r->m, WARN_TORN_WRITE_RISK), 0);
	store_write(r, 0, CTRL_OF(1), 4, 0);
	store_write(r, 0, SLOT(1) + DSA_DATA, 4, 2);
	assert_int_equal(machine_warnings(r->m, WARN_TORN_WRITE_RISK), 1);
	rig_destroy(r);
}

static void dsa_reset(void **state)
{
	struct rig *r = dsa();
	struct message_entry entry;

	(void)state;
	store_write(r, 0, SLOT(1), 4, ADDRESS(3));
	raise_slot(r, 1, 0);
	assert_int_equal(function_peek_store(r->m, NIC, 0, 1, &entry), 0);
	assert_int_equal(entry.address, ADDRESS(3));
	assert_true(entry.pending);
	device_reset(r->m, NIC);
	function_peek_store(r->m, NIC, 0, 1, &entry);
	assert_int_equal(entry.address, 0xfee00000);
	assert_int_equal(entry.ctrl, 1);
	assert_false(entry.pending);
	assert_int_equal(function_peek_store(r->m, NIC, 1, 0, &entry), -EINVAL);
	assert_int_equal(function_peek_store(r->m, NIC, 0, 256, &entry), -EINVAL);
	assert_int_equal(function_peek_store(r->m, "other", 0, 0, &entry), -ENODEV);
	rig_destroy(r);
}

static void bus_mastering_off(void **state)
{
	struct rig *r = dsa();

	(void)state;
	store_write(r, 0, CTRL_OF(0), 4, 0);
	cfg_write(r, CONFIG_COMMAND, 2, 0x103);
	raise_slot(r, 0, 0);
	rig_expect_drop(r, DROP_BUS_MASTER);
	cfg_write(r, CONFIG_COMMAND, 2, 0x104); /* and now without memory */
	assert_int_equal(store_read(r, 0, CTRL_OF(0), 4), 0xffffffff);
	rig_destroy(r);
}

/* ---- generic tables ---- */

/* The same table in two devices, with different parameters. */
static void generic_layouts(void **state)
{
	static const struct store_desc layouts[] = {
		{.kind = STORE_TABLE, .slots = 100},
		{.kind = STORE_TABLE,
		 .slots = 70,
		 .stride = 64,
		 .address_lo = 16,
		 .address_hi = 8,
		 .data = 60,
		 .ctrl = 0,
		 .mask_bit = 31},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct store_desc at = layouts[i];
		struct rig *r = nic_create(nic_with_store(layouts[i]));
		uint32_t slot;

		if (!at.stride) {
			at.stride = 16;
			at.address_hi = 4;
			at.data = 8;
			at.ctrl = 12;
		}
		slot = 69 * at.stride;
		assert_int_equal(store_read(r, 0, slot + at.ctrl, 4), UINT32_C(1) << at.mask_bit);
		store_write(r, 0, slot + at.address_lo, 4, ADDRESS(1) | 3); /* no filter */
		store_write(r, 0, slot + at.address_hi, 4, 0x77);
		store_write(r, 0, slot + at.data, 4, 0xdeadbeef);
		raise_slot(r, 69, RAISE_NO_PASID);
		expect_latched(r, 69);
		rig_forget(r);
		store_write(r, 0, slot + at.ctrl, 4, 0x10);
		expect_message(r, UINT64_C(0x7700000000) | ADDRESS(1) | 3, 0xdeadbeef);
		assert_int_equal(store_read(r, 0, slot + at.ctrl, 4), 0x10);
		raise_slot(r, 69, RAISE_NO_PASID);
		expect_message(r, UINT64_C(0x7700000000) | ADDRESS(1) | 3, 0xdeadbeef);
		assert_int_equal(device_raise(r->m, NIC, RAISE_STORE, 0, at.slots, 0), -EINVAL);
		rig_destroy(r);
	}
}

static void several_stores(void **state)
{
	static const char *const places[] = {"nic.ims[0].data", "nic.queue[0].addr_lo",
					     "nic.ims1[0].data", "nic.queue1[0].addr_lo"};
	struct device_desc desc = nic_with_msix(8);
	struct rig *r;
	char text[128];

	(void)state;
	desc.nr_stores = 4;
	for (unsigned i = 0; i < 4; i++)
		desc.store[i] = (struct store_desc){.kind = i % 2 ? STORE_QUEUE : STORE_TABLE,
						    .slots = 4 + i};
	r = nic_create(desc);
	for (unsigned i = 0; i < 4; i++) {
		store_write(r, i, i % 2 ? QUEUE_RING + QUEUE_CMD_ADDR_LO : TABLE_DATA, 4, i);
		assert_string_equal(rig_last_place(r, text), places[i]);
		assert_int_equal(device_raise(r->m, NIC, RAISE_STORE, i, 4 + i, 0), -EINVAL);
		assert_int_equal(device_raise(r->m, NIC, RAISE_STORE, i, 3 + i, 0), 0);
		assert_int_equal(DEVICE_EVENT_STORE(rig_next(r, TAPE_RAISE)->address), i);
	}
	assert_int_equal(store_read(r, 0, TABLE_DATA, 4), 0);
	assert_int_equal(store_read(r, 2, TABLE_DATA, 4), 2);
	rig_destroy(r);
}

static void bad_stores(void **state)
{
	static const struct store_desc bad[] = {
		{.kind = STORE_TABLE, .slots = 0},
		{.kind = STORE_TABLE_DSA, .slots = 65537},
		{.kind = STORE_TABLE, .slots = 4, .stride = 12},
		{.kind = STORE_TABLE,
		 .slots = 4,
		 .stride = 18,
		 .data = 4,
		 .address_hi = 8,
		 .ctrl = 12},
		{.kind = STORE_TABLE,
		 .slots = 4,
		 .stride = 16,
		 .data = 4,
		 .address_hi = 4,
		 .ctrl = 8},
		{.kind = STORE_TABLE,
		 .slots = 4,
		 .stride = 16,
		 .data = 4,
		 .address_hi = 8,
		 .ctrl = 16},
		{.kind = STORE_TABLE,
		 .slots = 4,
		 .stride = 16,
		 .data = 4,
		 .address_hi = 8,
		 .ctrl = 13},
		{.kind = STORE_TABLE,
		 .slots = 65536,
		 .stride = 128,
		 .data = 4,
		 .address_hi = 8,
		 .ctrl = 12},
		{.kind = STORE_TABLE,
		 .slots = 4,
		 .stride = 16,
		 .data = 4,
		 .address_hi = 8,
		 .ctrl = 12,
		 .mask_bit = 32},
		{.kind = STORE_QUEUE, .slots = 4, .ring = 3},
		{.kind = STORE_QUEUE, .slots = 4, .ring = 256},
		{.kind = STORE_QUEUE, .slots = 4, .latency = UINT32_MAX},
	};
	struct rig *r = rig_create();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct device_desc desc = nic_with_store(bad[i]);

		desc.name = NIC;
		if (function_create(r->m, &desc) != -EINVAL)
			fail_msg("store %zu", i);
		assert_int_equal(machine_bytes_in_use(r->m), 0);
	}
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dsa_reset_values), cmocka_unit_test(dsa_address_filter),
		cmocka_unit_test(dsa_zero_message), cmocka_unit_test(dsa_control),
		cmocka_unit_test(dsa_pending),	    cmocka_unit_test(live_slot_is_written),
		cmocka_unit_test(dsa_reset),	    cmocka_unit_test(bus_mastering_off),
		cmocka_unit_test(generic_layouts),  cmocka_unit_test(several_stores),
		cmocka_unit_test(bad_stores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
