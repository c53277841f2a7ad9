/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/gic_rig.h"
#include "sim_iommu/gicv2m.h"

static uint64_t create(struct gic_rig *g, const struct v2m_desc *desc)
{
	uint64_t registers;

	assert_int_equal(gicv2m_create(g->m, desc, 0, &registers), 0);
	rig_forget(g->r);
	return registers;
}

/* As recorded: 64 SPIs from 80, doorbell 0x08020040. */
static void a_message_is_an_spi(void **state)
{
	static const struct v2m_desc desc;
	struct gic_rig *g = gic_rig_v2(4);
	uint64_t frame = create(g, &desc);
	char text[128];

	(void)state;
	assert_int_equal(frame, 0x08020000);
	assert_int_equal(bus_read(g->m, frame + V2M_TYPER, 4), 80 << 16 | 64);
	gic_set_up_spi(g, 80, 0xa0, 2);
	rig_send(g->r, 8, frame + V2M_SETSPI, 80);
	rig_expect_request(g->r, 2, 80);
	rig_expect_accept(g->r, 2, 80);
	rig_send(g->r, 8, frame + V2M_SETSPI, 80); /* an edge, again */
	rig_expect_accept(g->r, 2, 80);
	bus_write(g->m, frame + V2M_SETSPI, 4, 80); /* CPUs may */
	rig_expect_accept(g->r, 2, 80);
	assert_string_equal(rig_last_place(g->r, text), "gic.gicc.eoir");
	bus_write(g->m, frame + V2M_SETSPI, 4, 0);
	assert_string_equal(rig_last_place(g->r, text), "v2m.reg.setspi");
	gic_rig_destroy(g);
}

static void only_its_own_spis(void **state)
{
	static const struct v2m_desc desc;
	static const unsigned wrong[] = {0, 40, 79, 144, 0xffffffff};
	struct gic_rig *g = gic_rig_v2(4);
	uint64_t frame = create(g, &desc);
	const struct tape_record *drop;

	(void)state;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		rig_send(g->r, 8, frame + V2M_SETSPI, wrong[i]);
		drop = rig_next(g->r, TAPE_DROP);
		assert_non_null(drop);
		assert_int_equal(drop->value, DROP_UNTRANSLATED);
		assert_int_equal(drop->extra, wrong[i]);
	}
	rig_expect_none(g->r, TAPE_REQUEST);
	rig_send(g->r, 8, frame + 0x44, 80);
	rig_expect_drop(g->r, DROP_STRAY);
	rig_send(g->r, 8, frame + V2M_SETSPI, 143);
	rig_expect_drop(g->r, DROP_NO_TARGET); /* no CPU is programmed */
	gic_rig_destroy(g);
}

static void variants(void **state)
{
	static const struct v2m_desc offset = {.first_spi = 64, .spis = 32, .spi_offset = 32};
	static const struct v2m_desc address = {
		.first_spi = 64, .spis = 32, .in_address = true, .base = 0x20000000};
	struct gic_rig *g = gic_rig_v3(2);
	uint64_t frame = create(g, &offset), registers;

	(void)state;
	rig_send(g->r, 8, frame + V2M_SETSPI, 40);
	rig_expect_request(g->r, 0, 72);
	assert_int_equal(gicv2m_create(g->m, &address, 1, &registers), 0);
	assert_int_equal(registers, 0x20000000);
	rig_send(g->r, 8, registers + (70 - 32) * 8, 0);
	rig_expect_request(g->r, 0, 70);
	rig_send(g->r, 8, registers + (70 - 32) * 8 + 4, 0);
	rig_expect_drop(g->r, DROP_STRAY);
	rig_send(g->r, 8, registers + (63 - 32) * 8, 0);
	rig_expect_drop(g->r, DROP_UNTRANSLATED);
	gic_rig_destroy(g);
}

static int create_one(struct machine *m)
{
	static const struct v2m_desc desc;
	uint64_t registers;

	return gicv2m_create(m, &desc, 0, &registers);
}

static void creation(void **state)
{
	static const struct v2m_desc bad[] = {
		{.first_spi = 31, .spis = 4},
		{.first_spi = 1000, .spis = 21},
		{.first_spi = 80},
		{.first_spi = 80, .spis = 4, .spi_offset = 81},
		{.first_spi = 540, .spis = 8, .in_address = true},
		{.base = 0x20000800},
	};
	static const struct v2m_desc good, there = {.base = 0x08000000};
	struct gic_rig *g = gic_rig_v2(2);
	struct rig *r = rig_create();
	uint64_t registers;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(gicv2m_create(g->m, &bad[i], 0, &registers), -EINVAL);
	assert_int_equal(gicv2m_create(g->m, &good, 64, &registers), -EINVAL);
	assert_int_equal(gicv2m_create(g->m, &there, 0, &registers), -EEXIST);
	rig_check_allocation_failures(g->r, create_one);
	assert_int_equal(gicv2m_create(g->m, &good, 0, &registers), -EEXIST);
	assert_int_equal(gicv2m_create(r->m, &good, 0, &registers), -EINVAL); /* no GIC */
	rig_destroy(r);
	gic_rig_destroy(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_an_spi),
		cmocka_unit_test(only_its_own_spis),
		cmocka_unit_test(variants),
		cmocka_unit_test(creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
