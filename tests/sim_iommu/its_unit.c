/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/its_rig.h"

#define ENABLED 0xc3u

/* ---- tables ---- */

/* 64 KiB of 8-byte entries: 8,192 devices, whatever the width of a DeviceID. */
static void a_flat_table_has_an_end(void **state)
{
	struct its_rig *i = its_rig_create(NULL);
	struct its_device device;

	(void)state;
	its_do(i, its_mapd(8191, EVENT_BITS, i->itt, true));
	assert_true(its_peek_device(i->m, 0, 8191, &device) && device.valid);
	assert_int_equal(bus_read(i->m, i->devices + 8191 * 8, 8), GITS_VALID | i->itt | 4);
	its_refuse(i, its_mapd(8192, EVENT_BITS, i->itt, true), ITS_ERR_MAPD_DEVICE);
	assert_false(its_peek_device(i->m, 0, 8192, &device));
	rig_send(i->r, 8192, i->registers + GITS_TRANSLATER, 0);
	its_expect_drop(i, ITS_DROP_DEVICE_RANGE);
	assert_true(its_peek_device(i->m, 0, 8190, &device) && !device.valid);
	its_do(i, its_mapc(511, PE(1), true)); /* one page of 4 KiB */
	its_refuse(i, its_mapc(512, PE(1), true), ITS_ERR_MAPC_COLLECTION);
	its_rig_destroy(i);
}

static void use_two_levels(struct its_rig *i, unsigned page, unsigned pages)
{
	its_write(i, GITS_CTLR, 4, 0);
	its_write(i, GITS_BASER, 8,
		  GITS_VALID | GITS_BASER_INDIRECT | i->devices | page << 8 | (pages - 1));
	its_write(i, GITS_CTLR, 4, GITS_CTLR_ENABLED);
}

static void two_levels(void **state)
{
	struct its_rig *i = its_rig_mapped();
	uint64_t second = bus_memory_alloc(i->m, 65536, 65536, NULL);
	struct its_device device;

	(void)state;
	its_do(i, its_mapd(DEVICE, EVENT_BITS, 0, false));
	use_two_levels(i, 2, 1);
	/* device 16,390 is the sixth after two pages of 8,192 */
	its_refuse(i, its_mapd(16390, EVENT_BITS, i->itt, true), ITS_ERR_MAPD_DEVICE);
	bus_write(i->m, i->devices + 2 * 8, 8, GITS_VALID | second);
	its_do(i, its_mapd(16390, EVENT_BITS, i->itt, true));
	assert_int_equal(bus_read(i->m, second + 6 * 8, 8), GITS_VALID | i->itt | 4);
	assert_true(its_peek_device(i->m, 0, 16390, &device) && device.valid);
	assert_true(its_peek_device(i->m, 0, 16391, &device) && !device.valid);
	assert_false(its_peek_device(i->m, 0, DEVICE, &device)); /* no page for it */
	lpi_property(i->g, LPI(0), ENABLED);
	its_do(i, its_mapti(16390, 0, LPI(0), 3));
	rig_send(i->r, 16390, i->registers + GITS_TRANSLATER, 0);
	rig_expect_accept(i->r, 3, LPI(0));
	its_refuse(i, its_mapd(65536, EVENT_BITS, i->itt, true), ITS_ERR_MAPD_DEVICE);
	its_rig_destroy(i);
}

/* 4 KiB pages: 512 entries each; a first level of one page has 512 of them. */
static void two_levels_of_small_pages(void **state)
{
	static const struct its_desc wide = {.device_bits = 20};
	struct its_rig *i = its_rig_create(&wide);
	uint64_t second = bus_memory_alloc(i->m, 4096, 4096, NULL);
	struct its_device device;

	(void)state;
	use_two_levels(i, 0, 1);
	bus_write(i->m, i->devices + 511 * 8, 8, GITS_VALID | second);
	its_do(i, its_mapd(512 * 512 - 1, EVENT_BITS, i->itt, true));
	assert_int_equal(bus_read(i->m, second + 511 * 8, 8), GITS_VALID | i->itt | 4);
	bus_write(i->m, i->devices + 512 * 8, 8, GITS_VALID | second); /* behind the first level */
	its_refuse(i, its_mapd(512 * 512, EVENT_BITS, i->itt, true), ITS_ERR_MAPD_DEVICE);
	bus_write(i->m, i->devices + 511 * 8, 8, second); /* not valid */
	assert_false(its_peek_device(i->m, 0, 512 * 512 - 1, &device));
	its_rig_destroy(i);
}

/* An ITT in memory: entries of the size that TYPER tells, nothing beyond them. */
static void entries_have_their_size(void **state)
{
	static const unsigned sizes[] = {8, 12, 16};

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		const struct its_desc desc = {.entry_size = (uint8_t)sizes[k]};
		struct its_rig *i = its_rig_create(&desc);
		struct its_event event;

		for (unsigned at = 0; at < 256; at += 8)
			bus_write(i->m, i->itt + at, 8, UINT64_MAX);
		its_do(i, its_mapd(DEVICE, 3, i->itt, true));
		its_do(i, its_mapti(DEVICE, 2, LPI(7), 0x102));
		assert_int_equal(bus_read(i->m, i->itt + 2 * sizes[k], 8),
				 GITS_VALID | UINT64_C(0x102) << 32 | LPI(7));
		assert_int_equal(bus_read(i->m, i->itt + 3 * sizes[k], 1), 0xff);
		for (unsigned at = 8; at < sizes[k]; at++)
			assert_int_equal(bus_read(i->m, i->itt + 2 * sizes[k] + at, 1), 0);
		assert_int_equal(bus_read(i->m, i->itt + 2 * sizes[k] - 1, 1), 0xff);
		assert_true(its_peek_event(i->m, 0, DEVICE, 2, &event));
		assert_int_equal(event.icid, 0x102);
		its_rig_destroy(i);
	}
}

static void collections_without_a_table(void **state)
{
	static const struct its_desc desc = {.held_collections = 3};
	struct its_rig *i = its_rig_create(&desc);

	(void)state;
	for (uint16_t icid = 0; icid < 4; icid++)
		its_do(i, its_mapc(icid, PE(3 - icid), true));
	for (uint16_t icid = 0; icid < 4; icid++)
		assert_int_equal(its_peek_collection(i->m, 0, icid), 3 - icid);
	assert_int_equal(bus_read(i->m, i->collections, 8), GITS_VALID | PE(0));
	its_refuse(i, its_mapc(1, PE(9), true), ITS_ERR_MAPC_TARGET);
	its_do(i, its_mapc(1, 0, false));
	assert_int_equal(its_peek_collection(i->m, 0, 1), -ENOENT);
	its_rig_destroy(i);
}

static void targets_by_address(void **state)
{
	static const struct its_desc desc = {.pta = true};
	struct its_rig *i = its_rig_create(&desc);

	(void)state;
	its_refuse(i, its_mapc(0, PE(1), true), ITS_ERR_MAPC_TARGET);
	its_do(i, its_mapc(0, gicr_base(i->m, 1), true));
	assert_int_equal(its_peek_collection(i->m, 0, 0), 1);
	its_do(i, its_sync(gicr_base(i->m, 3)));
	its_refuse(i, its_sync(gicr_base(i->m, 3) + 0x10000), ITS_ERR_SYNC_TARGET);
	its_rig_destroy(i);
}

/* ---- registers and queue ---- */

/* As a recorded machine has it. */
static void identification(void **state)
{
	static const struct its_desc recorded = {.typer = 0x1f0001efb1};
	struct its_rig *i = its_rig_create(NULL);
	char text[128];

	(void)state;
	assert_int_equal(i->registers, 0x8080000);
	assert_int_equal(its_read(i, GITS_TYPER, 8), 0x1f0001efb1);
	assert_int_equal(its_read(i, GITS_TYPER + 4, 4), 0x1f);
	assert_int_equal(its_read(i, GITS_IIDR, 4), 0x43b);
	assert_int_equal(its_read(i, GITS_PIDR2, 4), 0x3b);
	assert_int_equal(its_read(i, GITS_CTLR, 4), 0x80000001);
	its_rig_destroy(i);
	i = its_rig_create(&recorded);
	assert_int_equal(its_peek_register(i->m, 0, GITS_TYPER), 0x1f0001efb1);
	assert_int_equal(GITS_BASER_TYPE(its_read(i, GITS_BASER, 8)), GITS_BASER_DEVICES);
	assert_int_equal(GITS_BASER_ENTRY_SIZE(its_read(i, GITS_BASER, 8)), 8);
	assert_int_equal(GITS_BASER_TYPE(its_read(i, GITS_BASER + 8, 8)), GITS_BASER_COLLECTIONS);
	its_write(i, GITS_CTLR, 4, 0);
	its_write(i, GITS_BASER, 8, ~UINT64_C(0));
	assert_int_equal(its_read(i, GITS_BASER, 8), UINT64_C(0xf9e7fffffffffeff));
	assert_int_equal(GITS_BASER_PAGE(its_read(i, GITS_BASER, 8)), 2); /* 3 is reserved */
	its_write(i, GITS_BASER + 16, 8, ~UINT64_C(0)); /* there is no such table */
	assert_int_equal(its_read(i, GITS_BASER + 16, 8), 0);
	its_write(i, GITS_BASER, 4, 0x1000); /* halves */
	its_write(i, GITS_BASER + 4, 4, 0x80000001);
	assert_int_equal(its_read(i, GITS_BASER, 8), UINT64_C(0x8107000100001000));
	assert_string_equal(rig_last_place(i->r, text), "its.reg[0].baser");
	its_write(i, GITS_CWRITER, 8, 0);
	assert_string_equal(rig_last_place(i->r, text), "its.reg.cwriter");
	its_rig_destroy(i);
}

static void bases_are_fixed_while_enabled(void **state)
{
	struct its_rig *i = its_rig_create(NULL);
	uint64_t cbaser = its_read(i, GITS_CBASER, 8), baser = its_read(i, GITS_BASER, 8);

	(void)state;
	its_write(i, GITS_CBASER, 8, 0);
	its_write(i, GITS_BASER, 8, 0);
	assert_int_equal(its_read(i, GITS_CBASER, 8), cbaser);
	assert_int_equal(its_read(i, GITS_BASER, 8), baser);
	its_do(i, its_sync(PE(0)));
	its_write(i, GITS_CTLR, 4, 0);
	its_write(i, GITS_CBASER, 8, cbaser);
	assert_int_equal(its_read(i, GITS_CREADR, 8), 0);
	assert_int_equal(its_read(i, GITS_CWRITER, 8), 0);
	its_rig_destroy(i);
}

/* What is queued before the ITS is enabled runs when it is. */
static void the_queue_waits_for_the_switch(void **state)
{
	struct its_rig *i = its_rig_create(NULL);

	(void)state;
	its_write(i, GITS_CTLR, 4, 0);
	bus_write(i->m, i->queue, 8, ITS_CMD_SYNC);
	its_write(i, GITS_CWRITER, 8, 32);
	assert_int_equal(its_read(i, GITS_CREADR, 8), 0);
	rig_expect_none(i->r, TAPE_COMMAND);
	its_write(i, GITS_CTLR, 4, GITS_CTLR_ENABLED);
	assert_int_equal(its_read(i, GITS_CREADR, 8), 32);
	assert_int_equal(rig_count(i->r, TAPE_COMMAND), 1);
	its_rig_destroy(i);
}

static void the_queue_wraps(void **state)
{
	struct its_rig *i = its_rig_create(NULL);
	struct fingerprint at_start = machine_fingerprint(i->m, FINGERPRINT_SEMANTIC);

	(void)state;
	for (unsigned n = 0; n < 3 * QUEUE_BYTES / ITS_COMMAND_BYTES + 1; n++)
		its_do(i, its_sync(PE(n % 4)));
	assert_int_equal(rig_count(i->r, TAPE_FAULT), 0);
	/* where in the ring it stands is nothing that matters */
	assert_true(fingerprint_equal(at_start, machine_fingerprint(i->m, FINGERPRINT_SEMANTIC)));
	its_rig_destroy(i);
}

static void a_bad_queue_stalls(void **state)
{
	struct its_rig *i = its_rig_create(NULL);
	uint64_t cbaser = its_read(i, GITS_CBASER, 8);

	(void)state;
	its_write(i, GITS_CWRITER, 8, QUEUE_BYTES); /* beyond */
	assert_int_equal(its_read(i, GITS_CREADR, 8), 1);
	its_write(i, GITS_CWRITER, 8, 32);
	assert_int_equal(its_read(i, GITS_CREADR, 8), 1);
	bus_write(i->m, i->queue, 8, ITS_CMD_SYNC);
	its_write(i, GITS_CWRITER, 8, 32 | 1); /* retry */
	assert_int_equal(its_read(i, GITS_CREADR, 8), 32);
	its_write(i, GITS_CTLR, 4, 0);
	its_write(i, GITS_CBASER, 8, GITS_VALID | UINT64_C(0x7000000000));
	its_write(i, GITS_CTLR, 4, GITS_CTLR_ENABLED);
	its_write(i, GITS_CWRITER, 8, 32); /* not memory */
	assert_int_equal(its_read(i, GITS_CREADR, 8), 1);
	its_write(i, GITS_CTLR, 4, 0);
	its_write(i, GITS_CBASER, 8, cbaser & ~GITS_VALID);
	its_write(i, GITS_CTLR, 4, GITS_CTLR_ENABLED);
	its_write(i, GITS_CWRITER, 8, 32);
	assert_int_equal(its_read(i, GITS_CREADR, 8), 0);
	its_rig_destroy(i);
}

/* ---- creation ---- */

static int create(struct machine *m)
{
	static const struct its_desc desc = {.held_collections = 4};
	uint64_t registers;

	return its_create(m, &desc, 1, &registers);
}

static void creation(void **state)
{
	static const struct its_desc bad[] = {
		{.entry_size = 7},	 {.entry_size = 17}, {.event_bits = 33},
		{.device_bits = 33},	 {.base = 0x1000},   {.collection_bits = 17},
		{.typer = 0x1f0001ef61},
	};
	static const struct its_desc good, elsewhere = {.base = 0x20000000, .name = "its9"};
	struct its_rig *i = its_rig_create(NULL);
	struct its_device device;
	uint64_t registers;
	uint32_t last;

	(void)state;
	for (unsigned k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		assert_int_equal(its_create(i->m, &bad[k], 1, &registers), -EINVAL);
	assert_int_equal(its_create(i->m, &good, 64, &registers), -EINVAL);
	assert_int_equal(its_create(i->m, &good, 0, &registers), -EEXIST);
	assert_int_equal(its_create(i->m, &(struct its_desc){.base = 0x8080000}, 2, &registers),
			 -EEXIST);
	rig_check_allocation_failures(i->r, create);
	assert_int_equal(its_create(i->m, &elsewhere, 9, &registers), 0);
	assert_int_equal(registers, 0x20000000);
	assert_int_equal(its_peek_register(i->m, 9, GITS_TYPER), 0x1f0001efb1);
	assert_int_equal(its_peek_register(i->m, 8, GITS_TYPER), 0);
	assert_false(its_peek_device(i->m, 8, 0, &device));
	assert_int_equal(its_peek_collection(i->m, 8, 0), -ENOENT);
	assert_int_equal(its_peek_errors(i->m, 8, &last), 0);
	rig_send(i->r, DEVICE, registers + GITS_TRANSLATER, 0);
	its_expect_drop(i, ITS_DROP_DISABLED);
	its_rig_destroy(i);

	i = calloc(1, sizeof(*i));
	i->g = gic_rig_v2(1);
	assert_int_equal(its_create(i->g->m, &good, 0, &registers), -EINVAL);
	its_rig_destroy(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flat_table_has_an_end),
		cmocka_unit_test(two_levels),
		cmocka_unit_test(two_levels_of_small_pages),
		cmocka_unit_test(entries_have_their_size),
		cmocka_unit_test(collections_without_a_table),
		cmocka_unit_test(targets_by_address),
		cmocka_unit_test(identification),
		cmocka_unit_test(bases_are_fixed_while_enabled),
		cmocka_unit_test(the_queue_waits_for_the_switch),
		cmocka_unit_test(the_queue_wraps),
		cmocka_unit_test(a_bad_queue_stalls),
		cmocka_unit_test(creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
