/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_platform/platform.h"

#include "sim_iommu/its_rig.h"

#define WIDE_ID 0x14000u /* does not fit a requester id */

static void write_slot(struct machine *m, uint64_t registers, unsigned slot, uint64_t address,
		       uint32_t data)
{
	registers += slot * PLATFORM_SLOT_BYTES;
	bus_write(m, registers + PLATFORM_ADDRESS_LO, 4, (uint32_t)address);
	bus_write(m, registers + PLATFORM_ADDRESS_HI, 4, address >> 32);
	bus_write(m, registers + PLATFORM_DATA, 4, data);
}

static void a_slot_sends_its_message(void **state)
{
	static const struct its_desc wide = {.device_bits = 17};
	static const struct platform_desc desc = {.name = "uart", .device_id = WIDE_ID, .slots = 3};
	struct its_rig *i = its_rig_create(&wide);
	uint64_t devices = bus_memory_alloc(i->m, 1 << 20, 65536, NULL), registers, address;
	const struct tape_record *record;
	uint32_t data;

	(void)state;
	its_write(i, GITS_CTLR, 4, 0);
	its_write(i, GITS_BASER, 8, GITS_VALID | devices | 2 << 8 | 15);
	its_write(i, GITS_CTLR, 4, GITS_CTLR_ENABLED);
	assert_int_equal(platform_device_create(i->m, &desc, 0, &registers), 0);
	its_do(i, its_mapc(1, PE(1), true));
	its_do(i, its_mapd(WIDE_ID, EVENT_BITS, i->itt, true));
	lpi_property(i->g, LPI(2), 0xc3);
	its_do(i, its_mapti(WIDE_ID, 2, LPI(2), 1));
	write_slot(i->m, registers, 2, i->registers + GITS_TRANSLATER, 2);
	rig_forget(i->r);
	assert_int_equal(platform_device_raise(i->m, "uart", 2), 0);
	record = rig_next(i->r, TAPE_RAISE);
	assert_int_equal(record->value, 2);
	assert_int_equal(record->actor, WIDE_ID & 0xffff);
	assert_string_equal(platform_device_of_event(i->m, record->object), "uart");
	assert_int_equal(rig_next(i->r, TAPE_MESSAGE)->address, 0x8090040);
	rig_expect_accept(i->r, 1, LPI(2));
	assert_true(platform_device_peek(i->m, "uart", 2, &address, &data));
	assert_int_equal(address, 0x8090040);
	assert_int_equal(data, 2);
	its_rig_destroy(i);
}

static bool swallow(struct machine *m, void *unit, const struct bus_message *message)
{
	(void)m;
	(void)unit;
	(void)message;
	return true;
}

/* It stands behind no unit that serves PCI functions, requester 0 or whichever. */
static void no_upstream_sees_it(void **state)
{
	static const struct bus_upstream_ops ops = {.message = swallow};
	static const struct platform_desc desc = {.name = "p", .slots = 1};
	struct rig *r = rig_create();
	uint64_t registers;

	(void)state;
	assert_int_equal(bus_add_upstream(r->m, 0, 0, 0xffff, &ops, NULL), 0);
	assert_int_equal(platform_device_create(r->m, &desc, 0, &registers), 0);
	write_slot(r->m, registers, 0, UINT64_C(0x7000000000), 1);
	assert_int_equal(platform_device_raise(r->m, "p", 0), 0);
	rig_expect_drop(r, DROP_STRAY);
	rig_destroy(r);
}

static void slots(void **state)
{
	static const struct platform_desc desc = {.name = "p", .slots = 2};
	struct rig *r = rig_create();
	const struct tape_record *drop;
	uint64_t registers, address;
	uint32_t data;
	char text[128];

	(void)state;
	assert_int_equal(platform_device_create(r->m, &desc, 5, &registers), 0);
	assert_int_equal(registers, PLATFORM_BASE(5));
	assert_int_equal(platform_device_registers(r->m, "p"), registers);
	assert_int_equal(platform_device_raise(r->m, "p", 0), 0);
	drop = rig_next(r, TAPE_DROP); /* nothing was written */
	assert_int_equal(drop->value, DROP_DISABLED);
	write_slot(r->m, registers, 1, UINT64_C(0x1234567887654320), 0xcafe);
	assert_string_equal(rig_last_place(r, text), "p.slot[1].data");
	assert_int_equal(bus_read(r->m, registers + 16, 4), 0x87654320);
	assert_int_equal(bus_read(r->m, registers + 20, 4), 0x12345678);
	assert_int_equal(bus_read(r->m, registers + 24, 4), 0xcafe);
	assert_int_equal(bus_read(r->m, registers + 28, 4), 0);
	bus_write(r->m, registers + 32, 4, 1); /* there is no third one */
	assert_int_equal(bus_read(r->m, registers + 32, 4), 0);
	assert_false(platform_device_peek(r->m, "p", 2, &address, &data));
	assert_false(platform_device_peek(r->m, "q", 0, &address, &data));
	assert_int_equal(platform_device_raise(r->m, "p", 2), -EINVAL);
	assert_int_equal(platform_device_raise(r->m, "q", 0), -ENODEV);
	assert_int_equal(platform_device_raise(r->m, NULL, 0), -ENODEV);
	assert_int_equal(platform_device_registers(r->m, "q"), 0);
	assert_null(platform_device_of_event(r->m, 9999));
	rig_destroy(r);
}

static int create(struct machine *m)
{
	static const struct platform_desc desc = {.name = "p", .slots = 4096};
	uint64_t registers;

	return platform_device_create(m, &desc, 4095, &registers);
}

static void creation(void **state)
{
	static const struct platform_desc bad[] = {
		{.slots = 1},
		{.name = "p"},
		{.name = "p", .slots = 4097},
		{.name = "a name that is longer than 31 bytes", .slots = 1},
	};
	static const struct platform_desc good = {.name = "q", .slots = 1};
	struct rig *r = rig_create();
	uint64_t registers;

	(void)state;
	for (unsigned k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		assert_int_equal(platform_device_create(r->m, &bad[k], 0, &registers), -EINVAL);
	assert_int_equal(platform_device_create(r->m, &good, 4096, &registers), -EINVAL);
	rig_check_allocation_failures(r, create);
	assert_int_equal(create(r->m), -EEXIST);
	assert_int_equal(platform_device_create(r->m, &good, 4095, &registers), -EEXIST);
	assert_int_equal(platform_device_create(r->m, &good, 0, &registers), 0);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_sends_its_message),
		cmocka_unit_test(no_upstream_sees_it),
		cmocka_unit_test(slots),
		cmocka_unit_test(creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
