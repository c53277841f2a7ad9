/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/lapic.h"
#include "sim_pci/pci_rig.h"

static struct device_desc both_capabilities(void)
{
	struct device_desc desc = nic_with_msix(8);

	desc.msi = nic_with_msi(4, true, true).msi;
	desc.pin = 2;
	return desc;
}

static void header(void **state)
{
	struct rig *r = nic_create(both_capabilities());
	char text[128];

	(void)state;
	assert_int_equal(cfg_read(r, CONFIG_VENDOR, 4),
			 FUNCTION_DEVICE_ID << 16 | FUNCTION_VENDOR_ID);
	assert_int_equal(cfg_read(r, CONFIG_COMMAND, 2), 0x107);
	assert_int_equal(cfg_read(r, CONFIG_STATUS, 2), 0x10);
	assert_int_equal(cfg_read(r, CONFIG_INTX_PIN, 1), 2);
	cfg_write(r, CONFIG_COMMAND, 2, 0xffff);
	assert_string_equal(rig_last_place(r, text), "nic.cfg.command");
	assert_int_equal(tape_at(r->m, tape_position(r->m) - 1)->kind, TAPE_CONFIG);
	assert_int_equal(cfg_read(r, CONFIG_COMMAND, 2), 0x547);
	cfg_write(r, CONFIG_VENDOR, 4, 0);
	assert_int_equal(cfg_read(r, CONFIG_VENDOR, 2), FUNCTION_VENDOR_ID);
	assert_int_equal(cfg_read(r, 0x100, 4), 0); /* no extended capabilities */
	assert_int_equal(rig_read(r, bus_config_address(0, NIC_REQUESTER + 1, 0), 4), 0xffffffff);
	rig_destroy(r);
}

/* The same as software would: from the pointer, by id. */
static unsigned find_capability(struct rig *r, unsigned id)
{
	unsigned at = cfg_read(r, CONFIG_CAPABILITIES, 1);

	while (at && cfg_read(r, at, 1) != id)
		at = cfg_read(r, at + 1, 1);
	return at;
}

static void capability_list(void **state)
{
	struct device_desc desc = both_capabilities();
	struct rig *r = nic_create(desc);

	(void)state;
	assert_int_equal(find_capability(r, 0x05), MSI_CAP);
	assert_int_equal(find_capability(r, 0x11), MSIX_CAP);
	assert_int_equal(find_capability(r, 0x10), 0);
	rig_destroy(r);

	desc.msix.cap = 0x44; /* the other way round */
	r = nic_create(desc);
	assert_int_equal(cfg_read(r, CONFIG_CAPABILITIES, 1), 0x44);
	assert_int_equal(find_capability(r, 0x05), MSI_CAP);
	rig_destroy(r);

	r = nic_create((struct device_desc){0});
	assert_int_equal(cfg_read(r, CONFIG_STATUS, 2), 0);
	assert_int_equal(cfg_read(r, CONFIG_CAPABILITIES, 1), 0);
	rig_destroy(r);
}

static void msix_capability(void **state)
{
	struct rig *r = nic_create(nic_with_msix(2048));
	char text[128];

	(void)state;
	assert_int_equal(cfg_read(r, MSIX_CAP + 2, 2), 2047);
	assert_int_equal(cfg_read(r, MSIX_CAP + 4, 4), TABLE_OFFSET);
	assert_int_equal(cfg_read(r, MSIX_CAP + 8, 4), 0x1000);
	cfg_write(r, MSIX_CAP + 2, 2, 0xffff);
	assert_string_equal(rig_last_place(r, text), "nic.msix.ctrl");
	assert_int_equal(cfg_read(r, MSIX_CAP + 2, 2), 0xc7ff);
	rig_destroy(r);
}

/* Every BAR that the table can be in: its address is real, and the stores are elsewhere. */
static void table_in_each_bar(void **state)
{
	(void)state;
	for (unsigned bar = 0; bar < 6; bar++) {
		struct device_desc desc = nic_with_msix(8);
		unsigned stores = store_bar((int)bar);
		struct rig *r;

		desc.msix.table_bar = (uint8_t)bar;
		desc.nr_stores = 1;
		desc.store[0] = (struct store_desc){.kind = STORE_TABLE, .slots = 4};
		r = nic_create(desc);
		assert_int_equal(bar_address(r, bar), function_bar(r->m, NIC, bar));
		assert_int_not_equal(bar_address(r, bar), 0);
		assert_int_not_equal(stores, bar);
		assert_int_not_equal(stores + 1, bar);
		entry_write(r, 7, 2, 0x1234);
		assert_int_equal(entry_read(r, 7, 2), 0x1234);
		store_write(r, 0, TABLE_DATA, 4, 0x4321);
		assert_int_equal(store_read(r, 0, TABLE_DATA, 4), 0x4321);
		assert_int_equal(rig_read(r, bar_address(r, 0), 4), 0);
		assert_int_equal(rig_count(r, TAPE_DROP), 0);
		rig_destroy(r);
	}
}

static void bar_sizing(void **state)
{
	struct rig *r = nic_create(nic_with_msix(8)); /* table at 8 KiB, PBA at 12: 16 KiB */
	uint64_t address = bar_address(r, 0);

	(void)state;
	cfg_write(r, CONFIG_BAR0, 4, 0xffffffff);
	cfg_write(r, CONFIG_BAR0 + 4, 4, 0xffffffff);
	assert_int_equal(cfg_read(r, CONFIG_BAR0, 4), 0xffffc004);
	assert_int_equal(cfg_read(r, CONFIG_BAR0 + 4, 4), 0xffffffff);
	assert_int_equal(cfg_read(r, CONFIG_BAR0 + 8, 4), 0);
	cfg_write(r, CONFIG_BAR0, 4, (uint32_t)address);
	cfg_write(r, CONFIG_BAR0 + 4, 4, (uint32_t)(address >> 32));
	assert_int_equal(bar_address(r, 0), address);
	assert_int_equal(function_bar(r->m, NIC, 1), 0);
	assert_int_equal(function_bar(r->m, NIC, 6), 0);
	assert_int_equal(function_bar(r->m, "other", 0), 0);
	rig_destroy(r);
}

/* ---- requester ids: what the other end sees ---- */

static void aliases(void **state)
{
	static const struct {
		enum bridge_kind behind;
		uint16_t bridge, seen;
	} cases[] = {
		{BRIDGE_NONE, 0x0500, NIC_REQUESTER},
		{BRIDGE_PCI, 0x00f0, 0x00f0},
		{BRIDGE_PCIE_TO_PCI, 0x0500, 0x0500},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct device_desc desc = nic_with_msix(8);
		struct rig *r;

		desc.behind = cases[i].behind;
		desc.bridge_requester = cases[i].bridge;
		r = nic_create(desc);
		entry_set(r, 0, 1, false);
		cfg_write(r, MSIX_CAP + 2, 2, 0x8000);
		nic_raise(r, RAISE_MSIX, 0);
		assert_int_equal(rig_next(r, TAPE_RAISE)->actor, NIC_REQUESTER);
		assert_int_equal(rig_next(r, TAPE_MESSAGE)->actor, cases[i].seen);
		rig_destroy(r);
	}
}

/* ---- INTx ---- */

struct line {
	unsigned unit, input, changes;
	bool asserted;
};

static void set_line(struct machine *m, unsigned unit, unsigned input, bool asserted)
{
	struct line *line = machine_part(m, PART_OTHER);

	line->changes += asserted != line->asserted;
	line->unit = unit;
	line->input = input;
	line->asserted = asserted;
}

static struct rig *with_pin(struct line *line)
{
	struct device_desc desc = both_capabilities();
	struct rig *r = nic_create(desc);

	machine_set_part(r->m, PART_OTHER, line);
	assert_int_equal(function_connect_intx(r->m, NIC, set_line, 3, 17), 0);
	return r;
}

static void pin_follows_the_device(void **state)
{
	struct line line = {0};
	struct rig *r = with_pin(&line);

	(void)state;
	assert_false(line.asserted);
	nic_raise(r, RAISE_INTX, 0);
	assert_true(line.asserted);
	assert_int_equal(line.unit, 3);
	assert_int_equal(line.input, 17);
	assert_int_equal(cfg_read(r, CONFIG_STATUS, 2), 0x18);
	cfg_write(r, CONFIG_COMMAND, 2, 0x507); /* INTx disable hides it from the wire only */
	assert_false(line.asserted);
	assert_int_equal(cfg_read(r, CONFIG_STATUS, 2), 0x18);
	cfg_write(r, CONFIG_COMMAND, 2, 0x107);
	assert_true(line.asserted);
	assert_int_equal(device_lower_intx(r->m, NIC), 0);
	assert_false(line.asserted);
	assert_int_equal(cfg_read(r, CONFIG_STATUS, 2), 0x10);
	assert_int_equal(line.changes, 4);
	rig_destroy(r);
}

static void pin_while_disabled(void **state)
{
	struct line line = {0};
	struct rig *r = with_pin(&line);

	(void)state;
	cfg_write(r, CONFIG_COMMAND, 2, 0x507);
	nic_raise(r, RAISE_INTX, 0);
	expect_latched(r, 0);
	assert_false(line.asserted);
	cfg_write(r, CONFIG_COMMAND, 2, 0x107);
	assert_true(line.asserted);
	device_reset(r->m, NIC);
	assert_false(line.asserted);
	rig_destroy(r);
}

static void no_pin_beside_messages(void **state)
{
	static const unsigned controls[] = {MSI_CAP + 2, MSIX_CAP + 2};
	struct line line = {0};
	struct rig *r = with_pin(&line);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cfg_write(r, controls[i], 2, i ? 0x8000 : 1);
		nic_raise(r, RAISE_INTX, 0);
		rig_expect_drop(r, DROP_DISABLED);
		assert_false(line.asserted);
		cfg_write(r, controls[i], 2, 0);
	}
	nic_raise(r, RAISE_INTX, 0);
	assert_true(line.asserted);
	rig_destroy(r);
}

static void shared_wire(void **state)
{
	struct line line = {0};
	struct rig *r = with_pin(&line);
	struct device_desc other = {.name = "disk", .requester = 0x20, .pin = 1};

	(void)state;
	assert_int_equal(function_create(r->m, &other), 0);
	assert_int_equal(function_connect_intx(r->m, "disk", set_line, 3, 17), 0);
	nic_raise(r, RAISE_INTX, 0);
	assert_int_equal(device_raise(r->m, "disk", RAISE_INTX, 0, 0, 0), 0);
	device_lower_intx(r->m, NIC);
	assert_true(line.asserted);
	device_lower_intx(r->m, "disk");
	assert_false(line.asserted);
	assert_int_equal(line.changes, 2);
	rig_destroy(r);
}

static void pin_errors(void **state)
{
	struct device_desc desc = {.pin = 1};
	struct rig *r = nic_create(desc);

	(void)state;
	nic_raise(r, RAISE_INTX, 0);
	rig_expect_drop(r, DROP_NO_TARGET);
	assert_int_equal(device_lower_intx(r->m, "other"), -ENODEV);
	assert_int_equal(function_connect_intx(r->m, "other", set_line, 0, 0), -ENODEV);
	assert_int_equal(function_connect_intx(r->m, NIC, NULL, 0, 0), -EINVAL);
	rig_destroy(r);
	r = nic_create(nic_with_msix(8));
	assert_int_equal(device_lower_intx(r->m, NIC), -EINVAL);
	assert_int_equal(function_connect_intx(r->m, NIC, set_line, 0, 0), -EINVAL);
	rig_destroy(r);
}

/* ---- what can be wrong with a description ---- */

static void create_errors(void **state)
{
	struct device_desc base = both_capabilities();
	struct device_desc bad[12];
	struct rig *r = rig_create();

	(void)state;
	base.name = NIC;
	for (size_t i = 0; i < 12; i++)
		bad[i] = base;
	bad[0].name = NULL;
	bad[1].name = "a name that is longer than what fits in thirty-one";
	bad[2].msi.vectors = 3;
	bad[3].msi.vectors = 64;
	bad[4].msi.cap = 0x3c;
	bad[5].msi.cap = 0x52;
	bad[6].msix.cap = MSI_CAP + 20; /* inside the MSI capability with masks and 64 bits */
	bad[7].msix.size = 2049;
	bad[8].msix.table_bar = 6;
	bad[9].msix.pba_offset = TABLE_OFFSET + 8 * 16 - 8;
	bad[10].pin = 5;
	bad[11].msix.table_offset = 32 << 20;
	for (size_t i = 0; i < 12; i++) {
		if (function_create(r->m, &bad[i]) != -EINVAL)
			fail_msg("description %zu", i);
		assert_int_equal(machine_bytes_in_use(r->m), 0);
	}
	assert_int_equal(function_create(r->m, &base), 0);
	assert_int_equal(function_create(r->m, &base), -EEXIST);
	base.name = "other";
	assert_int_equal(function_create(r->m, &base), -EEXIST);
	base.segment = 1;
	assert_int_equal(function_create(r->m, &base), 0);
	rig_destroy(r);
}

static void bars_of_32_bits_run_out(void **state)
{
	struct device_desc desc = nic_with_msix(8);
	struct rig *r = rig_create();
	struct fingerprint before;
	unsigned made = 0;
	char name[8];
	int err = 0;

	(void)state;
	desc.msix.table_bar = 3;
	desc.msix.table_offset = 8 << 20; /* 16 MiB each, of 1792 */
	while (!err && made < 200) {
		name[0] = (char)('a' + made / 26);
		name[1] = (char)('a' + made % 26);
		name[2] = '\0';
		desc.name = name;
		desc.requester = (uint16_t)(made + 1);
		before = machine_fingerprint(r->m, FINGERPRINT_COMPLETE);
		err = function_create(r->m, &desc);
		made += !err;
	}
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(made, 112);
	assert_true(fingerprint_equal(before, machine_fingerprint(r->m, FINGERPRINT_COMPLETE)));
	rig_destroy(r);
}

static int create_everything(struct machine *m)
{
	struct device_desc desc = both_capabilities();

	desc.name = NIC;
	desc.requester = NIC_REQUESTER;
	desc.msix.table_bar = 5;
	desc.nr_stores = 3;
	desc.store[0] = (struct store_desc){.kind = STORE_TABLE_DSA, .slots = 100};
	desc.store[1] = (struct store_desc){.kind = STORE_QUEUE, .slots = 10};
	desc.store[2] = (struct store_desc){.kind = STORE_TABLE, .slots = 1};
	return function_create(m, &desc);
}

static void allocation_failures(void **state)
{
	struct device_desc first = nic_with_msix(8);
	struct rig *r = rig_create();

	(void)state;
	rig_check_allocation_failures(r, create_everything);
	rig_destroy(r);
	/* The same as the second function of a machine, with a 32-bit BAR in the first. */
	r = rig_create();
	first.name = "first";
	first.msix.table_bar = 3;
	assert_int_equal(function_create(r->m, &first), 0);
	rig_check_allocation_failures(r, create_everything);
	rig_destroy(r);
}

static void peeking(void **state)
{
	struct rig *r = nic_create(both_capabilities());
	uint64_t steps = machine_steps(r->m);

	(void)state;
	assert_int_equal(function_peek_config(r->m, NIC, CONFIG_COMMAND, 2), 0x107);
	assert_int_equal(function_peek_config(r->m, NIC, 0xffc, 4), 0);
	assert_int_equal(function_peek_config(r->m, NIC, 0xffe, 4), 0xffffffff);
	assert_int_equal(function_peek_config(r->m, NIC, 0, 3), 0xffffffff);
	assert_int_equal(function_peek_config(r->m, "other", 0, 4), 0xffffffff);
	assert_int_equal(machine_steps(r->m), steps);
	assert_null(device_function(r->m, "other"));
	assert_int_equal(function_raise(r->m, device_function(r->m, NIC), RAISE_MSIX, 0, 0, 0), 0);
	rig_expect_drop(r, DROP_DISABLED);
	rig_destroy(r);
}

static void names_of_sources(void **state)
{
	(void)state;
	assert_string_equal(raise_source_name(RAISE_INTX), "intx");
	assert_string_equal(raise_source_name(RAISE_STORE), "store");
	assert_string_equal(raise_source_name(NR_RAISE_SOURCES), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header),
		cmocka_unit_test(capability_list),
		cmocka_unit_test(msix_capability),
		cmocka_unit_test(table_in_each_bar),
		cmocka_unit_test(bar_sizing),
		cmocka_unit_test(aliases),
		cmocka_unit_test(pin_follows_the_device),
		cmocka_unit_test(pin_while_disabled),
		cmocka_unit_test(no_pin_beside_messages),
		cmocka_unit_test(shared_wire),
		cmocka_unit_test(pin_errors),
		cmocka_unit_test(create_errors),
		cmocka_unit_test(bars_of_32_bits_run_out),
		cmocka_unit_test(allocation_failures),
		cmocka_unit_test(peeking),
		cmocka_unit_test(names_of_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
