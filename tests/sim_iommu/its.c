/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/its_rig.h"

#define ENABLED	 0xc3u
#define DISABLED 0xc2u

static void expect_words(struct its_words words, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	assert_int_equal(words.dw[0], a);
	assert_int_equal(words.dw[1], b);
	assert_int_equal(words.dw[2], c);
	assert_int_equal(words.dw[3], d);
}

/* Encodings as software has them, and what they do. */
static void golden_vectors(void **state)
{
	struct its_rig *i = its_rig_create(NULL);
	struct its_device device;
	struct its_event event;
	struct its_words words;

	(void)state;
	words = its_mapd(0x118, 5, 0x80000100, true);
	expect_words(words, UINT64_C(0x0000011800000008), 4, UINT64_C(0x8000000080000100), 0);
	its_do(i, words);
	assert_true(its_peek_device(i->m, 0, 0x118, &device));
	assert_true(device.valid);
	assert_int_equal(device.event_bits, 5);
	assert_int_equal(device.itt, 0x80000100);

	words = its_mapd(0x118, 5, i->itt, true); /* real memory behind it */
	its_do(i, words);
	words = its_mapti(0x118, 3, 8195, 2);
	expect_words(words, UINT64_C(0x000001180000000a), UINT64_C(0x0000200300000003), 2, 0);
	its_do(i, words);
	assert_true(its_peek_event(i->m, 0, 0x118, 3, &event));
	assert_int_equal(event.intid, 8195);
	assert_int_equal(event.icid, 2);

	words = its_mapc(2, PE(2), true);
	expect_words(words, 9, 0, UINT64_C(0x8000000000020002), 0);
	its_do(i, words);
	assert_int_equal(its_peek_collection(i->m, 0, 2), 2);
	assert_int_equal(its_peek_collection(i->m, 0, 1), -ENOENT);

	expect_words(its_sync(PE(3)), 5, 0, 0x30000, 0);
	expect_words(its_on_event(ITS_CMD_INV, 8, 0), UINT64_C(0x80000000c), 0, 0, 0);
	expect_words(its_on_event(ITS_CMD_INT, 8, 0), UINT64_C(0x800000003), 0, 0, 0);
	expect_words(its_on_event(ITS_CMD_CLEAR, 8, 0), UINT64_C(0x800000004), 0, 0, 0);
	expect_words(its_invall(3), 0xd, 0, 3, 0);
	its_rig_destroy(i);
}

/* The path of a message, and the commands on the tape. */
static void a_message_becomes_an_lpi(void **state)
{
	struct its_rig *i = its_rig_mapped();
	const struct tape_record *record;
	uint32_t intid;
	unsigned cpu;

	(void)state;
	lpi_property(i->g, LPI(3), ENABLED);
	its_do(i, its_mapti(DEVICE, 3, LPI(3), 2));
	record = rig_next(i->r, TAPE_COMMAND);
	assert_int_equal(record->value, ITS_CMD_MAPTI | (uint64_t)DEVICE << 32);
	assert_int_equal(record->address, (uint64_t)LPI(3) << 32 | 3);
	record = rig_next(i->r, TAPE_COMMAND_ARGS);
	assert_int_equal(record->value, 2);
	assert_int_equal(record->address, 0);
	assert_int_equal(its_peek_route(i->m, 0, DEVICE, 3, &intid, &cpu), 0);
	assert_int_equal(intid, LPI(3));
	assert_int_equal(cpu, 2);
	its_send(i, 3);
	rig_expect_request(i->r, 2, LPI(3));
	rig_expect_accept(i->r, 2, LPI(3));
	rig_expect_none(i->r, TAPE_DROP);
	its_rig_destroy(i);
}

static void mapi_is_mapti_with_the_same_number(void **state)
{
	struct its_rig *i = its_rig_mapped();
	struct its_event event;

	(void)state;
	its_do(i, its_mapd(DEVICE, 14, i->itt, true));
	its_do(i, (struct its_words){{ITS_CMD_MAPI | (uint64_t)DEVICE << 32, 8200, 1}});
	assert_true(its_peek_event(i->m, 0, DEVICE, 8200, &event));
	assert_int_equal(event.intid, 8200);
	assert_int_equal(event.icid, 1);
	its_refuse(i, (struct its_words){{ITS_CMD_MAPI | (uint64_t)DEVICE << 32, 100, 1}},
		   0x010b06);
	its_refuse(i, (struct its_words){{ITS_CMD_MAPI | (uint64_t)DEVICE << 32, 1 << 14, 1}},
		   0x010b05);
	its_refuse(i, (struct its_words){{ITS_CMD_MAPI | UINT64_C(5) << 32, 8200, 1}}, 0x010b04);
	its_rig_destroy(i);
}

/* ---- errors ---- */

static void errors_of_mapping(void **state)
{
	static const struct its_desc narrow = {
		.event_bits = 6, .device_bits = 10, .collection_bits = 4};
	struct its_rig *i = its_rig_create(&narrow);

	(void)state;
	its_refuse(i, its_mapd(1 << 10, 5, i->itt, true), ITS_ERR_MAPD_DEVICE);
	its_refuse(i, its_mapd(1 << 10, 5, i->itt, false), ITS_ERR_MAPD_DEVICE);
	its_refuse(i, its_mapd(1, 7, i->itt, true), ITS_ERR_MAPD_SIZE);
	its_refuse(i, its_mapc(0, PE(4), true), ITS_ERR_MAPC_TARGET);
	its_refuse(i, its_mapc(16, PE(0), true), ITS_ERR_MAPC_COLLECTION);
	its_refuse(i, its_mapti(1, 0, LPI(0), 0), ITS_ERR_MAPTI_DEVICE);
	its_refuse(i, its_mapti(1 << 10, 0, LPI(0), 0), ITS_ERR_MAPTI_DEVICE);
	its_do(i, its_mapd(1, 6, i->itt, true));
	its_refuse(i, its_mapti(1, 64, LPI(0), 0), ITS_ERR_MAPTI_EVENT);
	its_refuse(i, its_mapti(1, 0, 8191, 0), ITS_ERR_MAPTI_INTID);
	its_refuse(i, its_mapti(1, 0, 65536, 0), ITS_ERR_MAPTI_INTID);
	its_refuse(i, its_mapti(1, 0, LPI(0), 16), ITS_ERR_MAPTI_COLLECTION);
	its_do(i, its_mapti(1, 63, 65535, 15)); /* the collection may come later */
	its_do(i, its_mapd(2, 7, 0, false));	/* no size matters */
	its_do(i, its_mapc(15, PE(9), false));	/* no target matters */
	its_rig_destroy(i);
}

static void errors_of_events(void **state)
{
	struct its_rig *i = its_rig_mapped();

	(void)state;
	its_refuse(i, its_movi(DEVICE, 0, 1), ITS_ERR_MOVI_UNMAPPED);
	its_refuse(i, its_movi(DEVICE, 32, 1), ITS_ERR_MOVI_UNMAPPED);
	its_refuse(i, its_on_event(ITS_CMD_INT, DEVICE, 0), ITS_ERR_INT_UNMAPPED);
	its_refuse(i, its_on_event(ITS_CMD_CLEAR, DEVICE, 0), ITS_ERR_CLEAR_UNMAPPED);
	its_refuse(i, its_on_event(ITS_CMD_INV, DEVICE, 0), ITS_ERR_INV_UNMAPPED);
	its_refuse(i, its_on_event(ITS_CMD_DISCARD, DEVICE, 0), ITS_ERR_DISCARD_UNMAPPED);
	its_refuse(i, its_on_event(ITS_CMD_INV, DEVICE + 1, 0), ITS_ERR_INV_UNMAPPED);
	its_refuse(i, its_on_event(ITS_CMD_INV, 1 << 16, 0), ITS_ERR_INV_UNMAPPED);
	its_refuse(i, its_invall(4), ITS_ERR_INVALL_COLLECTION);
	its_refuse(i, its_movall(PE(0), PE(4)), ITS_ERR_MOVALL_TARGET);
	its_refuse(i, its_movall(PE(5), PE(0)), ITS_ERR_MOVALL_TARGET);
	its_refuse(i, its_sync(PE(4)), ITS_ERR_SYNC_TARGET);
	its_do(i, its_mapti(DEVICE, 0, LPI(0), 5)); /* a collection that is not mapped */
	its_refuse(i, its_movi(DEVICE, 0, 6), ITS_ERR_MOVI_COLLECTION);
	its_refuse(i, its_on_event(ITS_CMD_INT, DEVICE, 0), 0x010309);
	its_refuse(i, its_on_event(ITS_CMD_CLEAR, DEVICE, 0), 0x010509);
	its_refuse(i, its_on_event(ITS_CMD_INV, DEVICE, 0), 0x010c09);
	its_do(i, its_on_event(ITS_CMD_DISCARD, DEVICE, 0));
	its_rig_destroy(i);
}

static void unknown_commands(void **state)
{
	static const unsigned opcodes[] = {0x00, 0x02, 0x06, 0x10, 0x29, 0x2a, 0x21, 0xff};
	struct its_rig *i = its_rig_mapped();

	(void)state;
	for (unsigned k = 0; k < sizeof(opcodes) / sizeof(opcodes[0]); k++)
		its_refuse(i, (struct its_words){{opcodes[k]}}, 0x010000 | opcodes[k] << 8);
	assert_string_equal(its_command_name(0x0a), "MAPTI");
	assert_string_equal(its_command_name(0x2a), "?");
	assert_string_equal(its_drop_text(0), "?");
	its_rig_destroy(i);
}

/* An error does not keep the next command from being carried out. */
static void the_queue_goes_on_after_an_error(void **state)
{
	struct its_rig *i = its_rig_mapped();
	struct its_event event;
	struct its_words two[2] = {its_on_event(ITS_CMD_INV, DEVICE, 1),
				   its_mapti(DEVICE, 1, LPI(1), 0)};

	(void)state;
	for (unsigned k = 0; k < 8; k++)
		bus_write(i->m, i->queue + i->tail + 8 * k, 8, two[k / 4].dw[k % 4]);
	i->tail += 64;
	its_write(i, GITS_CWRITER, 8, i->tail);
	assert_int_equal(rig_count(i->r, TAPE_COMMAND), 2);
	assert_int_equal(rig_count(i->r, TAPE_FAULT), 1);
	assert_true(its_peek_event(i->m, 0, DEVICE, 1, &event));
	its_rig_destroy(i);
}

static void mapping_twice_overwrites_and_warns(void **state)
{
	struct its_rig *i = its_rig_mapped();
	struct its_event event;

	(void)state;
	its_do(i, its_mapti(DEVICE, 1, LPI(1), 0));
	assert_int_equal(machine_warnings(i->m, WARN_ITS_REMAPPED), 0);
	its_do(i, its_mapti(DEVICE, 1, LPI(2), 3));
	assert_int_equal(machine_warnings(i->m, WARN_ITS_REMAPPED), 1);
	assert_true(its_peek_event(i->m, 0, DEVICE, 1, &event));
	assert_int_equal(event.intid, LPI(2));
	assert_int_equal(event.icid, 3);
	its_rig_destroy(i);
}

/* ---- drops ---- */

static void unmapped_steps_drop(void **state)
{
	struct its_rig *i = its_rig_create(NULL);
	uint32_t intid;
	unsigned cpu;

	(void)state;
	its_send(i, 0);
	its_expect_drop(i, ITS_DROP_DEVICE);
	its_do(i, its_mapd(DEVICE, EVENT_BITS, i->itt, true));
	its_send(i, 31);
	its_expect_drop(i, ITS_DROP_EVENT);
	its_send(i, 32);
	its_expect_drop(i, ITS_DROP_EVENT_RANGE);
	its_do(i, its_mapti(DEVICE, 0, LPI(0), 1));
	its_send(i, 0);
	its_expect_drop(i, ITS_DROP_COLLECTION);
	its_do(i, its_mapc(1, PE(1), true));
	its_send(i, 0);
	rig_expect_request(i->r, 1, LPI(0));
	its_do(i, its_mapc(1, 0, false));
	its_send(i, 0);
	its_expect_drop(i, ITS_DROP_COLLECTION);
	its_do(i, its_mapc(1, PE(1), true));
	bus_write(i->m, gicr_base(i->m, 1) + GICR_CTLR, 4, 0);
	its_send(i, 0);
	its_expect_drop(i, ITS_DROP_LPIS_OFF);
	bus_write(i->m, gicr_base(i->m, 1) + GICR_PROPBASER, 8, i->g->properties | 13);
	bus_write(i->m, gicr_base(i->m, 1) + GICR_CTLR, 4, 1);
	its_do(i, its_mapti(DEVICE, 2, 1 << 15, 1));
	its_send(i, 2);
	its_expect_drop(i, ITS_DROP_INTID);
	its_do(i, its_mapd(DEVICE, EVENT_BITS, 0x8000, true)); /* not memory */
	its_send(i, 0);
	its_expect_drop(i, ITS_DROP_TABLE);
	its_do(i, its_mapd(DEVICE, EVENT_BITS, 0, false));
	its_send(i, 0);
	its_expect_drop(i, ITS_DROP_DEVICE);
	its_write(i, GITS_CTLR, 4, 0);
	its_send(i, 0);
	its_expect_drop(i, ITS_DROP_DISABLED);
	assert_int_equal(its_peek_route(i->m, 0, DEVICE, 0, &intid, &cpu), ITS_DROP_DISABLED);
	rig_send(i->r, DEVICE, i->registers + GITS_TRANSLATER + 4, 0);
	rig_expect_drop(i->r, DROP_STRAY);
	rig_expect_none(i->r, TAPE_REQUEST);
	its_rig_destroy(i);
}

/* DeviceID: the requester in segment 0, platform devices have their own of 32 bits. */
static void whose_message(void **state)
{
	struct its_rig *i = its_rig_mapped();
	struct bus_message message = {
		.address = i->registers + GITS_TRANSLATER,
		.requester = DEVICE,
		.segment = 1,
		.pasid = BUS_NO_PASID,
	};
	const struct tape_record *drop;

	(void)state;
	its_do(i, its_mapti(DEVICE, 0, LPI(0), 0));
	bus_send_message(i->m, &message);
	its_expect_drop(i, ITS_DROP_DEVICE_RANGE);
	message.requester = 3;
	message.platform = true;
	message.device_id = DEVICE;
	bus_send_message(i->m, &message);
	rig_expect_request(i->r, 0, LPI(0));
	message.device_id = 0x10000 + DEVICE;
	bus_send_message(i->m, &message);
	drop = rig_next(i->r, TAPE_DROP);
	assert_int_equal(drop->address, UINT64_C(0x1011800000000));
	assert_int_equal(drop->extra, ITS_DROP_DEVICE_RANGE);
	its_rig_destroy(i);
}

/* ---- properties ---- */

static void a_change_needs_an_inv(void **state)
{
	struct its_rig *i = its_rig_mapped();

	(void)state;
	lpi_property(i->g, LPI(3), DISABLED);
	its_do(i, its_mapti(DEVICE, 3, LPI(3), 1));
	lpi_property(i->g, LPI(3), ENABLED);
	its_send(i, 3);
	gic_expect_quiet(i->g); /* enabled, but not invalidated */
	its_do(i, its_on_event(ITS_CMD_INV, DEVICE, 3));
	rig_expect_accept(i->r, 1, LPI(3));
	lpi_property(i->g, LPI(3), DISABLED);
	its_send(i, 3);
	rig_expect_accept(i->r, 1, LPI(3)); /* disabled, but not invalidated */
	its_do(i, its_invall(2));	    /* another collection */
	its_send(i, 3);
	rig_expect_accept(i->r, 1, LPI(3));
	its_do(i, its_invall(1));
	its_send(i, 3);
	gic_expect_quiet(i->g);
	its_rig_destroy(i);
}

static void int_and_clear(void **state)
{
	struct its_rig *i = its_rig_mapped();
	struct lpi_state lpi;

	(void)state;
	its_do(i, its_mapti(DEVICE, 0, LPI(0), 0));
	its_do(i, its_on_event(ITS_CMD_INT, DEVICE, 0));
	rig_expect_request(i->r, 0, LPI(0));
	assert_true(gicr_peek_lpi(i->m, 0, LPI(0), &lpi) && lpi.pending);
	assert_true(lpi_in_table(i->g, 0, LPI(0)));
	its_do(i, its_on_event(ITS_CMD_CLEAR, DEVICE, 0));
	assert_true(gicr_peek_lpi(i->m, 0, LPI(0), &lpi) && !lpi.pending);
	assert_false(lpi_in_table(i->g, 0, LPI(0)));
	its_rig_destroy(i);
}

static void discard_drops_what_is_pending(void **state)
{
	struct its_rig *i = its_rig_mapped();
	struct fingerprint before = machine_fingerprint(i->m, FINGERPRINT_SEMANTIC);
	struct its_event event;

	(void)state;
	its_do(i, its_mapti(DEVICE, 4, LPI(4), 2));
	its_send(i, 4);
	its_do(i, its_on_event(ITS_CMD_DISCARD, DEVICE, 4));
	assert_false(its_peek_event(i->m, 0, DEVICE, 4, &event));
	lpi_property(i->g, LPI(4), ENABLED);
	its_do(i, its_mapti(DEVICE, 4, LPI(4), 2));
	gic_expect_quiet(i->g);
	its_do(i, its_on_event(ITS_CMD_DISCARD, DEVICE, 4));
	lpi_property(i->g, LPI(4), 0);
	for (uint64_t at = 0; at < QUEUE_BYTES; at += 8)
		if (bus_read(i->m, i->queue + at, 8) && at >= 5 * ITS_COMMAND_BYTES)
			bus_write(i->m, i->queue + at, 8, 0);
	assert_true(fingerprint_equal(before, machine_fingerprint(i->m, FINGERPRINT_SEMANTIC)));
	its_rig_destroy(i);
}

/* ---- moving ---- */

static void movi_moves_pending(void **state)
{
	struct its_rig *i = its_rig_mapped();
	struct its_event event;

	(void)state;
	lpi_property(i->g, LPI(1), DISABLED);
	its_do(i, its_mapti(DEVICE, 1, LPI(1), 0));
	its_send(i, 1);
	its_do(i, its_movi(DEVICE, 1, 3));
	assert_int_equal(gicr_next_pending(i->m, LPI(1), 0), 3);
	assert_false(lpi_in_table(i->g, 0, LPI(1)));
	assert_true(lpi_in_table(i->g, 3, LPI(1)));
	assert_true(its_peek_event(i->m, 0, DEVICE, 1, &event));
	assert_int_equal(event.icid, 3);
	lpi_property(i->g, LPI(1), ENABLED);
	its_do(i, its_on_event(ITS_CMD_INV, DEVICE, 1));
	rig_expect_accept(i->r, 3, LPI(1));
	its_send(i, 1);
	rig_expect_accept(i->r, 3, LPI(1));
	its_do(i, its_movi(DEVICE, 1, 0)); /* back: no stale copy is left there */
	its_send(i, 1);
	rig_expect_accept(i->r, 0, LPI(1));
	its_rig_destroy(i);
}

static void mapc_does_not_move_pending(void **state)
{
	struct its_rig *i = its_rig_mapped();

	(void)state;
	lpi_property(i->g, LPI(1), DISABLED);
	its_do(i, its_mapti(DEVICE, 1, LPI(1), 0));
	its_send(i, 1);
	its_do(i, its_mapc(0, PE(2), true));
	assert_int_equal(gicr_next_pending(i->m, LPI(1), 0), 0);
	lpi_property(i->g, LPI(1), ENABLED);
	its_do(i, its_invall(0)); /* goes to the new one */
	gic_expect_quiet(i->g);
	its_do(i, its_movall(PE(0), PE(2)));
	assert_int_equal(gicr_next_pending(i->m, LPI(1), 0), 2);
	its_do(i, its_on_event(ITS_CMD_INV, DEVICE, 1));
	rig_expect_accept(i->r, 2, LPI(1));
	its_send(i, 1);
	rig_expect_accept(i->r, 2, LPI(1));
	its_rig_destroy(i);
}

static void movi_from_an_unmapped_collection(void **state)
{
	struct its_rig *i = its_rig_mapped();

	(void)state;
	lpi_property(i->g, LPI(1), ENABLED);
	its_do(i, its_mapti(DEVICE, 1, LPI(1), 9));
	its_do(i, its_movi(DEVICE, 1, 1));
	its_send(i, 1);
	rig_expect_accept(i->r, 1, LPI(1));
	its_rig_destroy(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_vectors),
		cmocka_unit_test(a_message_becomes_an_lpi),
		cmocka_unit_test(mapi_is_mapti_with_the_same_number),
		cmocka_unit_test(errors_of_mapping),
		cmocka_unit_test(errors_of_events),
		cmocka_unit_test(unknown_commands),
		cmocka_unit_test(the_queue_goes_on_after_an_error),
		cmocka_unit_test(mapping_twice_overwrites_and_warns),
		cmocka_unit_test(unmapped_steps_drop),
		cmocka_unit_test(whose_message),
		cmocka_unit_test(a_change_needs_an_inv),
		cmocka_unit_test(int_and_clear),
		cmocka_unit_test(discard_drops_what_is_pending),
		cmocka_unit_test(movi_moves_pending),
		cmocka_unit_test(mapc_does_not_move_pending),
		cmocka_unit_test(movi_from_an_unmapped_collection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
