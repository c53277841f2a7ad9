/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/mbigen.h"

#include "sim_cpu/imsic_rig.h"

#define NODE1 0x1000u

static void write_reg(struct rig *r, uint32_t offset, uint32_t value)
{
	rig_write(r, MBIGEN_BASE(0) + offset, 4, value);
}

static uint32_t read_reg(struct rig *r, uint32_t offset)
{
	return (uint32_t)rig_read(r, MBIGEN_BASE(0) + offset, 4);
}

static void set_line(struct rig *r, unsigned pin, bool high)
{
	mbigen_set_line(r->m, 0, pin, high);
	rig_after(r);
}

static struct mbigen_pin pin_of(struct rig *r, unsigned pin)
{
	struct mbigen_pin p;

	assert_true(mbigen_peek_pin(r->m, 0, pin, &p));
	return p;
}

static struct rig *mbigen_rig(uint32_t pins)
{
	const struct mbigen_desc desc = {
		.pins = pins, .doorbell = IMSIC_BASE + 0x1000, .device_id = 0x42};
	struct rig *r = imsic_rig(2, NULL);
	uint64_t registers = 0;

	assert_int_equal(mbigen_create(r->m, &desc, 0, &registers), 0);
	assert_int_equal(registers, MBIGEN_BASE(0));
	return r;
}

static void edges(void **state)
{
	struct rig *r = mbigen_rig(0);
	const struct tape_record *message;

	(void)state;
	write_reg(r, NODE1 + MBIGEN_VEC + 4 * 3, 99 << 12); /* pin 67 */
	rig_forget(r);
	set_line(r, 67, true);
	assert_int_equal(rig_next(r, TAPE_RAISE)->value, 67);
	message = rig_next(r, TAPE_MESSAGE);
	assert_int_equal(message->address, IMSIC_BASE + 0x1000);
	assert_int_equal(message->value, 99);
	assert_int_equal(message->actor, 0x42);
	rig_expect_request(r, 1, 99);
	set_line(r, 67, false);
	set_line(r, 67, true);
	assert_int_equal(rig_count(r, TAPE_MESSAGE), 1);
	rig_destroy(r);
}

static void levels(void **state)
{
	struct rig *r = mbigen_rig(0);

	(void)state;
	write_reg(r, NODE1 + MBIGEN_TYPE + 4, 1u << 2); /* 64 + 34: pin 98 */
	write_reg(r, NODE1 + MBIGEN_VEC + 4 * 34, 5 << 12);
	assert_true(pin_of(r, 98).level);
	assert_int_equal(read_reg(r, NODE1 + MBIGEN_TYPE + 4), 1u << 2);
	rig_forget(r);
	set_line(r, 98, true);
	rig_expect_request(r, 1, 5);
	assert_true(pin_of(r, 98).in_service);
	set_line(r, 98, false);
	set_line(r, 98, true);
	assert_int_equal(rig_next(r, TAPE_LATCH)->value, 98);
	rig_expect_none(r, TAPE_MESSAGE);
	write_reg(r, MBIGEN_CLEAR + 98 / 32 * 4, 1u << (98 % 32)); /* still up */
	rig_expect_request(r, 1, 5);
	set_line(r, 98, false);
	write_reg(r, MBIGEN_CLEAR + 98 / 32 * 4, 1u << (98 % 32));
	rig_expect_none(r, TAPE_MESSAGE);
	assert_false(pin_of(r, 98).in_service);
	write_reg(r, MBIGEN_CLEAR + 98 / 32 * 4, UINT32_MAX); /* nothing is in service */
	rig_expect_none(r, TAPE_MESSAGE);
	rig_destroy(r);
}

static void an_edge_is_never_in_service(void **state)
{
	struct rig *r = mbigen_rig(0);

	(void)state;
	write_reg(r, NODE1 + MBIGEN_TYPE, 1);
	set_line(r, 64, true);
	assert_true(pin_of(r, 64).in_service);
	write_reg(r, NODE1 + MBIGEN_TYPE, 0);
	assert_false(pin_of(r, 64).in_service);
	rig_destroy(r);
}

static void nodes(void **state)
{
	struct rig *r = mbigen_rig(MBIGEN_MAX_PINS);
	char place[128];

	(void)state;
	assert_int_equal(MBIGEN_NODE(64), 0x1000);
	assert_int_equal(MBIGEN_NODE(191), 0x1000);
	assert_int_equal(MBIGEN_NODE(192), 0x2000);
	write_reg(r, 0x2000 + MBIGEN_VEC + 4 * 127, 0x3ff << 12); /* pin 319 */
	assert_string_equal(rig_last_place(r, place), "mbigen.pin[319].vec");
	assert_int_equal(read_reg(r, 0x2000 + MBIGEN_VEC + 4 * 127), 0x3ff << 12);
	assert_int_equal(pin_of(r, 319).vec, 0x3ff << 12);
	write_reg(r, 0x9000 + MBIGEN_TYPE + 12, 1u << 31); /* the last */
	assert_string_equal(rig_last_place(r, place), "mbigen.pin[1184].type");
	assert_true(pin_of(r, 1215).level);
	write_reg(r, MBIGEN_CLEAR + 8, 1);
	assert_string_equal(rig_last_place(r, place), "mbigen.pin[64].clear");
	write_reg(r, 0x0800, 1); /* nothing is there */
	assert_string_equal(rig_last_place(r, place), "mbigen.reg.");
	assert_int_equal(read_reg(r, 0x0800), 0);
	rig_destroy(r);
}

static void pins_that_do_not_exist(void **state)
{
	struct rig *r = mbigen_rig(10);
	struct fingerprint before = machine_fingerprint(r->m, FINGERPRINT_COMPLETE);

	(void)state;
	set_line(r, 63, true);
	set_line(r, 74, true);
	mbigen_set_line(r->m, 1, 64, true);
	write_reg(r, NODE1 + MBIGEN_VEC + 4 * 10, 1 << 12);
	write_reg(r, NODE1 + MBIGEN_TYPE, 1u << 10);
	write_reg(r, NODE1 + MBIGEN_TYPE + 4, UINT32_MAX);
	rig_write(r, MBIGEN_BASE(0) + NODE1 + MBIGEN_VEC, 8, UINT64_MAX);
	assert_false(mbigen_peek_pin(r->m, 0, 74, &(struct mbigen_pin){0}));
	assert_true(fingerprint_equal(before, machine_fingerprint(r->m, FINGERPRINT_COMPLETE)));
	rig_destroy(r);
}

static int create(struct machine *m)
{
	uint64_t where;

	return mbigen_create(m, &(struct mbigen_desc){.name = "wires"}, 1, &where);
}

static void creation(void **state)
{
	struct rig *r = rig_create();
	uint64_t where;

	(void)state;
	assert_int_equal(mbigen_create(r->m, &(struct mbigen_desc){.pins = 1153}, 0, &where),
			 -EINVAL);
	assert_int_equal(mbigen_create(r->m, &(struct mbigen_desc){0}, 64, &where), -EINVAL);
	rig_check_allocation_failures(r, create);
	assert_int_equal(create(r->m), -EEXIST);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges),
		cmocka_unit_test(levels),
		cmocka_unit_test(an_edge_is_never_in_service),
		cmocka_unit_test(nodes),
		cmocka_unit_test(pins_that_do_not_exist),
		cmocka_unit_test(creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
