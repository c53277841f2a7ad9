/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/pci_rig.h"

#define CTRL (MSI_CAP + 2)
#define LOW  (MSI_CAP + 4)

struct layout {
	bool is_64, maskbit;
	unsigned high, data, mask; /* offsets from the capability; 0: none */
	uint32_t ctrl;		   /* of a device with 8 vectors */
};

static const struct layout layouts[] = {
	{false, false, 0, 0x8, 0, 0x0006},
	{true, false, 0x8, 0xc, 0, 0x0086},
	{false, true, 0, 0x8, 0xc, 0x0106},
	{true, true, 0x8, 0xc, 0x10, 0x0186},
};

static void program(struct rig *r, const struct layout *l, unsigned cpu, uint32_t data)
{
	cfg_write(r, LOW, 4, ADDRESS(cpu));
	if (l->high)
		cfg_write(r, MSI_CAP + l->high, 4, 0);
	cfg_write(r, MSI_CAP + l->data, 2, data);
}

/* Enabled, with 2^order vectors. */
static void enable(struct rig *r, unsigned order)
{
	cfg_write(r, CTRL, 2, 1 | order << 4);
}

static void capability_layouts(void **state)
{
	char text[128];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct layout *l = &layouts[i];
		struct rig *r = nic_create(nic_with_msi(8, l->is_64, l->maskbit));

		assert_int_equal(cfg_read(r, CONFIG_CAPABILITIES, 1), MSI_CAP);
		assert_int_equal(cfg_read(r, MSI_CAP, 2), 0x0005);
		assert_int_equal(cfg_read(r, CTRL, 2), l->ctrl);
		cfg_write(r, CTRL, 2, 0xffff);
		assert_int_equal(cfg_read(r, CTRL, 2), l->ctrl | 0x71);
		assert_string_equal(rig_last_place(r, text), "nic.msi.ctrl");
		cfg_write(r, CTRL, 2, 0);
		cfg_write(r, LOW, 4, 0xfee01003);
		assert_int_equal(cfg_read(r, LOW, 4), 0xfee01000);
		assert_string_equal(rig_last_place(r, text), "nic.msi.addr_lo");
		cfg_write(r, MSI_CAP + l->data, 2, 0x1234);
		assert_string_equal(rig_last_place(r, text), "nic.msi.data");
		assert_int_equal(cfg_read(r, MSI_CAP + l->data, 2), 0x1234);
		if (l->high) {
			cfg_write(r, MSI_CAP + l->high, 4, 0x55);
			assert_string_equal(rig_last_place(r, text), "nic.msi.addr_hi");
			assert_int_equal(function_peek_config(r->m, NIC, MSI_CAP + 8, 4), 0x55);
		}
		if (l->mask) {
			cfg_write(r, MSI_CAP + l->mask, 4, 0xffffffff);
			assert_string_equal(rig_last_place(r, text), "nic.msi.mask");
			assert_int_equal(cfg_read(r, MSI_CAP + l->mask, 4), 0xff);
			cfg_write(r, MSI_CAP + l->mask + 4, 4, 0xffffffff);
			assert_int_equal(cfg_read(r, MSI_CAP + l->mask + 4, 4), 0);
		} else {
			cfg_write(r, MSI_CAP + l->data + 4, 4, 0xffffffff);
			assert_int_equal(cfg_read(r, MSI_CAP + l->data + 4, 4), 0);
		}
		rig_destroy(r);
	}
}

static void sends_its_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct rig *r = nic_create(nic_with_msi(1, layouts[i].is_64, layouts[i].maskbit));

		program(r, &layouts[i], 2, 0x4031);
		nic_raise(r, RAISE_MSI, 0);
		rig_expect_drop(r, DROP_DISABLED);
		rig_expect_none(r, TAPE_MESSAGE);
		enable(r, 0);
		nic_raise(r, RAISE_MSI, 0);
		expect_message(r, ADDRESS(2), 0x4031);
		rig_expect_request(r, 2, 0x31);
		rig_destroy(r);
	}
}

/* The vector's number replaces as many bits of the data as vectors are enabled. */
static void folds_the_vector_into_the_data(void **state)
{
	struct rig *r = nic_create(nic_with_msi(32, true, false));

	(void)state;
	program(r, &layouts[1], 1, 0xffff);
	for (unsigned order = 0; order <= 5; order++) {
		enable(r, order);
		for (unsigned v = 0; v < 1u << order; v++) {
			nic_raise(r, RAISE_MSI, v);
			expect_message(r, ADDRESS(1), (0xffffu << order & 0xffff) | v);
		}
		rig_forget(r);
		assert_int_equal(device_raise(r->m, NIC, RAISE_MSI, 0, 1u << order, 0), -EINVAL);
		assert_int_equal(tape_position(r->m), r->at);
	}
	rig_destroy(r);
}

static void more_enabled_than_capable(void **state)
{
	struct rig *r = nic_create(nic_with_msi(4, true, false));

	(void)state;
	program(r, &layouts[1], 1, 0x40);
	for (unsigned order = 3; order < 8; order++) {
		enable(r, order);
		nic_raise(r, RAISE_MSI, 3);
		expect_message(r, ADDRESS(1), 0x43);
		assert_int_equal(device_raise(r->m, NIC, RAISE_MSI, 0, 4, 0), -EINVAL);
	}
	rig_destroy(r);
}

static void long_address(void **state)
{
	struct rig *r = nic_create(nic_with_msi(1, true, false));

	(void)state;
	program(r, &layouts[1], 1, 0x40);
	cfg_write(r, MSI_CAP + 8, 4, 0x12);
	enable(r, 0);
	nic_raise(r, RAISE_MSI, 0);
	expect_message(r, UINT64_C(0x12fee01000), 0x40);
	rig_expect_drop(r, DROP_STRAY);
	rig_destroy(r);
}

static void masked_vectors_wait(void **state)
{
	(void)state;
	for (size_t i = 2; i < 4; i++) {
		struct rig *r = nic_create(nic_with_msi(8, layouts[i].is_64, true));
		unsigned mask = MSI_CAP + layouts[i].mask;

		program(r, &layouts[i], 1, 0x40);
		enable(r, 3);
		cfg_write(r, mask, 4, 0x0a);
		nic_raise(r, RAISE_MSI, 1);
		expect_latched(r, 1);
		nic_raise(r, RAISE_MSI, 1); /* merges */
		nic_raise(r, RAISE_MSI, 3);
		nic_raise(r, RAISE_MSI, 2);
		expect_message(r, ADDRESS(1), 0x42);
		assert_int_equal(cfg_read(r, mask + 4, 4), 0x0a);
		rig_forget(r);
		cfg_write(r, mask, 4, 0x08);
		expect_message(r, ADDRESS(1), 0x41);
		assert_int_equal(cfg_read(r, mask + 4, 4), 0x08);
		cfg_write(r, mask, 4, 0x08);
		rig_expect_none(r, TAPE_MESSAGE);
		cfg_write(r, CTRL, 2, 0); /* pending bits survive */
		cfg_write(r, mask, 4, 0);
		rig_expect_none(r, TAPE_MESSAGE);
		enable(r, 3);
		expect_message(r, ADDRESS(1), 0x43);
		assert_int_equal(cfg_read(r, mask + 4, 4), 0);
		rig_destroy(r);
	}
}

static void bus_mastering_off(void **state)
{
	struct rig *r = nic_create(nic_with_msi(1, true, true));

	(void)state;
	program(r, &layouts[3], 1, 0x40);
	enable(r, 0);
	cfg_write(r, CONFIG_COMMAND, 2, 0x103);
	nic_raise(r, RAISE_MSI, 0);
	rig_expect_drop(r, DROP_BUS_MASTER);
	rig_expect_none(r, TAPE_MESSAGE);
	rig_destroy(r);
}

static void start_values(void **state)
{
	struct device_desc desc = nic_with_msi(8, true, false);
	struct rig *r;

	(void)state;
	desc.msi.ctrl = 0xffff;
	r = nic_create(desc);
	assert_int_equal(cfg_read(r, CTRL, 2), 0x00f7);
	assert_int_equal(device_reset(r->m, NIC), 0);
	assert_int_equal(cfg_read(r, CTRL, 2), 0x0086);
	rig_destroy(r);
}

static void reset_forgets_pending(void **state)
{
	struct rig *r = nic_create(nic_with_msi(8, true, true));

	(void)state;
	program(r, &layouts[3], 1, 0x40);
	enable(r, 3);
	cfg_write(r, MSI_CAP + 0x10, 4, 0xff);
	nic_raise(r, RAISE_MSI, 4);
	assert_int_equal(cfg_read(r, MSI_CAP + 0x14, 4), 0x10);
	device_reset(r->m, NIC);
	assert_int_equal(cfg_read(r, MSI_CAP + 0x14, 4), 0);
	assert_int_equal(cfg_read(r, MSI_CAP + 0x10, 4), 0);
	assert_int_equal(cfg_read(r, LOW, 4), 0);
	assert_int_equal(cfg_read(r, CTRL, 2), 0x0186);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capability_layouts),
		cmocka_unit_test(sends_its_message),
		cmocka_unit_test(folds_the_vector_into_the_data),
		cmocka_unit_test(more_enabled_than_capable),
		cmocka_unit_test(long_address),
		cmocka_unit_test(masked_vectors_wait),
		cmocka_unit_test(bus_mastering_off),
		cmocka_unit_test(start_values),
		cmocka_unit_test(reset_forgets_pending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
