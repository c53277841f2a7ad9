/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/its_rig.h"

#define PAGE_64K (UINT64_C(2) << 8)
#define PAGE_4K	 UINT64_C(0)

void its_write(struct its_rig *i, unsigned offset, unsigned size, uint64_t value)
{
	bus_write(i->m, i->registers + offset, size, value);
}

uint64_t its_read(struct its_rig *i, unsigned offset, unsigned size)
{
	return bus_read(i->m, i->registers + offset, size);
}

static uint64_t memory(struct its_rig *i, uint64_t size)
{
	uint64_t address = bus_memory_alloc(i->m, size, 65536, NULL);

	assert_int_not_equal(address, 0);
	return address;
}

struct its_rig *its_rig_create(const struct its_desc *desc)
{
	static const struct memory_label queue = {.object = "its", .store = "queue", .ring = true};
	static const struct its_desc defaults;
	struct its_rig *i = calloc(1, sizeof(*i));

	assert_non_null(i);
	i->g = gic_rig_v3(4);
	i->r = i->g->r;
	i->m = i->g->m;
	assert_int_equal(its_create(i->m, desc ? desc : &defaults, 0, &i->registers), 0);
	i->queue = bus_memory_alloc(i->m, QUEUE_BYTES, 65536, &queue);
	i->devices = memory(i, 65536);
	i->collections = memory(i, 4096);
	i->itt = memory(i, 1 << 18);
	its_write(i, GITS_BASER, 8, GITS_VALID | i->devices | PAGE_64K);
	its_write(i, GITS_BASER + 8, 8, GITS_VALID | i->collections | PAGE_4K);
	its_write(i, GITS_CBASER, 8, GITS_VALID | i->queue | (QUEUE_BYTES / 4096 - 1));
	its_write(i, GITS_CTLR, 4, GITS_CTLR_ENABLED);
	rig_forget(i->r);
	return i;
}

struct its_rig *its_rig_mapped(void)
{
	struct its_rig *i = its_rig_create(NULL);

	for (uint16_t cpu = 0; cpu < 4; cpu++)
		its_do(i, its_mapc(cpu, PE(cpu), true));
	its_do(i, its_mapd(DEVICE, EVENT_BITS, i->itt, true));
	rig_forget(i->r);
	return i;
}

void its_rig_destroy(struct its_rig *i)
{
	gic_rig_destroy(i->g);
	free(i);
}

/* ---- commands ---- */

struct its_words its_mapd(uint32_t device, unsigned bits, uint64_t itt, bool valid)
{
	return (struct its_words){
		{ITS_CMD_MAPD | (uint64_t)device << 32, bits - 1, itt | (valid ? GITS_VALID : 0)}};
}

struct its_words its_mapc(uint16_t icid, uint64_t rdbase, bool valid)
{
	return (struct its_words){{ITS_CMD_MAPC, 0, rdbase | icid | (valid ? GITS_VALID : 0)}};
}

struct its_words its_mapti(uint32_t device, uint32_t event, uint32_t intid, uint16_t icid)
{
	return (struct its_words){
		{ITS_CMD_MAPTI | (uint64_t)device << 32, (uint64_t)intid << 32 | event, icid}};
}

struct its_words its_on_event(enum its_command command, uint32_t device, uint32_t event)
{
	return (struct its_words){{command | (uint64_t)device << 32, event}};
}

struct its_words its_movi(uint32_t device, uint32_t event, uint16_t icid)
{
	return (struct its_words){{ITS_CMD_MOVI | (uint64_t)device << 32, event, icid}};
}

struct its_words its_invall(uint16_t icid)
{
	return (struct its_words){{ITS_CMD_INVALL, 0, icid}};
}

struct its_words its_movall(uint64_t from, uint64_t to)
{
	return (struct its_words){{ITS_CMD_MOVALL, 0, from, to}};
}

struct its_words its_sync(uint64_t rdbase)
{
	return (struct its_words){{ITS_CMD_SYNC, 0, rdbase}};
}

void its_submit(struct its_rig *i, struct its_words words)
{
	for (unsigned k = 0; k < 4; k++)
		bus_write(i->m, i->queue + i->tail + 8 * k, 8, words.dw[k]);
	i->tail = (i->tail + ITS_COMMAND_BYTES) % QUEUE_BYTES;
	its_write(i, GITS_CWRITER, 8, i->tail);
	assert_int_equal(its_read(i, GITS_CREADR, 8), i->tail);
}

void its_do(struct its_rig *i, struct its_words words)
{
	uint32_t last;
	uint64_t errors = its_peek_errors(i->m, 0, &last);

	its_submit(i, words);
	assert_int_equal(its_peek_errors(i->m, 0, &last), errors);
}

void its_refuse(struct its_rig *i, struct its_words words, uint32_t code)
{
	uint64_t slot = i->tail;
	const struct tape_record *fault;
	struct fingerprint before, after;
	uint32_t last;

	/* what the queue's memory holds is no part of the comparison */
	for (unsigned k = 0; k < 4; k++)
		bus_write(i->m, i->queue + i->tail + 8 * k, 8, words.dw[k]);
	before = machine_fingerprint(i->m, FINGERPRINT_SEMANTIC);
	rig_forget(i->r);
	its_submit(i, words);
	after = machine_fingerprint(i->m, FINGERPRINT_SEMANTIC);
	assert_true(fingerprint_equal(before, after));
	fault = rig_next(i->r, TAPE_FAULT);
	assert_non_null(fault);
	assert_int_equal(fault->value, code);
	assert_int_equal(fault->address, slot);
	assert_int_equal(fault->extra, words.dw[0] >> 32);
	assert_int_not_equal(its_peek_errors(i->m, 0, &last), 0);
	assert_int_equal(last, code);
}

/* ---- messages ---- */

void its_send(struct its_rig *i, uint32_t event)
{
	rig_send(i->r, DEVICE, i->registers + GITS_TRANSLATER, event);
}

void its_expect_drop(struct its_rig *i, enum its_drop why)
{
	const struct tape_record *drop = rig_next(i->r, TAPE_DROP);

	assert_non_null(drop);
	assert_int_equal(drop->value, DROP_UNTRANSLATED);
	assert_string_equal(its_drop_text(drop->extra), its_drop_text(why));
}
