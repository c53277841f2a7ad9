/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/lapic.h"
#include "sim_iommu/vtd_rig.h"

static const struct remap_desc small = {
	.name = "ir", .kind = REMAP_INTEL, .entries = 256, .eim = true};
static const struct remap_desc emulated = {
	.name = "ir", .kind = REMAP_INTEL, .entries = 256, .eim = true, .caching_mode = true};

#define IEC_INDEX(index, order) (4u | 1u << 4 | (uint64_t)(order) << 27 | (uint64_t)(index) << 32)
#define WAIT_STATUS(value)	(5u | 1u << 5 | (uint64_t)(value) << 32)

/* ---- the entry cache: E7 ---- */

static void write_without_invalidation(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t entry[2];

	(void)state;
	assert_false(vtd_peek_cached(v->r->m, 0, 5, entry));
	vtd_set_entry(v, 5, ENTRY_LOW, ENTRY_HIGH);
	assert_false(vtd_peek_cached(v->r->m, 0, 5, entry));
	vtd_send(v, 5);
	rig_expect_request(v->r, 2, 0x31);
	assert_true(vtd_peek_cached(v->r->m, 0, 5, entry));
	assert_int_equal(entry[0], ENTRY_LOW);
	vtd_set_entry(v, 5, ENTRY_LOW + 0x10000, ENTRY_HIGH);
	vtd_send(v, 5);
	rig_expect_request(v->r, 2, 0x31); /* stale */
	vtd_set_entry(v, 5, 0, 0);
	vtd_send(v, 5);
	rig_expect_request(v->r, 2, 0x31); /* even though it is gone */
	vtd_submit(v, IEC_INDEX(5, 0), 0);
	assert_false(vtd_peek_cached(v->r->m, 0, 5, entry));
	vtd_send(v, 5);
	vtd_expect_fault(v, VTD_FAULT_NOT_PRESENT);
	vtd_rig_destroy(v);
}

/* In caching mode an entry that is not present is kept as well. */
static void absent_entries_are_cached_in_caching_mode(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);

	(void)state;
	vtd_send(v, 5);
	vtd_expect_fault(v, VTD_FAULT_NOT_PRESENT);
	vtd_set_entry(v, 5, ENTRY_LOW, ENTRY_HIGH);
	vtd_send(v, 5);
	rig_expect_request(v->r, 2, 0x31);
	vtd_rig_destroy(v);

	v = vtd_rig_create(&emulated);
	vtd_send(v, 5);
	vtd_expect_fault(v, VTD_FAULT_NOT_PRESENT);
	vtd_set_entry(v, 5, ENTRY_LOW, ENTRY_HIGH);
	vtd_send(v, 5);
	vtd_expect_fault(v, VTD_FAULT_NOT_PRESENT);
	vtd_submit(v, IEC_INDEX(5, 0), 0);
	vtd_send(v, 5);
	rig_expect_request(v->r, 2, 0x31);
	vtd_rig_destroy(v);
}

static void invalidation_ranges(void **state)
{
	static const struct {
		unsigned index, order, first, last;
	} cases[] = {
		{7, 0, 7, 7},	    {7, 1, 6, 7},    {63, 0, 63, 63},	 {64, 3, 64, 71},
		{130, 2, 128, 131}, {10, 6, 0, 63},  {100, 7, 0, 127},	 {200, 7, 128, 255},
		{3, 8, 0, 255},	    {3, 15, 0, 255}, {120, 4, 112, 127},
	};
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t entry[2];

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		vtd_set_entry(v, i, ENTRY_LOW, ENTRY_HIGH);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		for (unsigned i = 0; i < 256; i++)
			vtd_send(v, i);
		vtd_submit(v, IEC_INDEX(cases[c].index, cases[c].order), 0);
		for (unsigned i = 0; i < 256; i++) {
			bool gone = i >= cases[c].first && i <= cases[c].last;

			if (vtd_peek_cached(v->r->m, 0, i, entry) == gone)
				fail_msg("case %zu, entry %u", c, i);
		}
	}
	vtd_flush_all(v);
	for (unsigned i = 0; i < 256; i++)
		assert_false(vtd_peek_cached(v->r->m, 0, i, entry));
	vtd_rig_destroy(v);
}

/* A new table pointer alone does not empty the cache. */
static void new_table_keeps_the_cache(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t other = rig_memory(v->r, 4096);

	(void)state;
	vtd_set_entry(v, 5, ENTRY_LOW, ENTRY_HIGH);
	vtd_send(v, 5);
	rig_expect_request(v->r, 2, 0x31);
	vtd_write(v, VTD_IRTA, 8, other | 0x807);
	vtd_send(v, 6);
	vtd_expect_fault(v, VTD_FAULT_NOT_PRESENT);
	assert_int_equal(vtd_entry_address(v->r->m, 0, 5), v->table + 80);
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE | GCMD_IRE | GCMD_SIRTP);
	assert_int_equal(vtd_entry_address(v->r->m, 0, 5), other + 80);
	assert_int_equal(vtd_entry_address(v->r->m, 0, 256), 0);
	vtd_send(v, 5);
	rig_expect_request(v->r, 2, 0x31);
	vtd_flush_all(v);
	vtd_send(v, 5);
	vtd_expect_fault(v, VTD_FAULT_NOT_PRESENT);
	vtd_rig_destroy(v);
}

/* ---- the queue ---- */

static void wait_descriptor_writes_status(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t status = rig_memory(v->r, 64);
	const struct tape_record *record;

	(void)state;
	vtd_submit(v, WAIT_STATUS(0xabcd1234), status + 8);
	assert_int_equal(rig_read(v->r, status + 8, 4), 0xabcd1234);
	assert_int_equal(rig_read(v->r, status + 12, 4), 0);
	record = rig_next(v->r, TAPE_COMMAND);
	assert_int_equal(record->value, WAIT_STATUS(0xabcd1234));
	assert_int_equal(record->address, status + 8);
	assert_int_equal(vtd_read(v, VTD_IQH, 4), v->tail * 16);
	vtd_rig_destroy(v);
}

static void queue_wraps(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t status = rig_memory(v->r, 64);

	(void)state;
	for (unsigned i = 1; i <= 3 * QUEUE_ENTRIES; i++) {
		vtd_submit(v, WAIT_STATUS(i), status);
		assert_int_equal(rig_read(v->r, status, 4), i);
		assert_int_equal(vtd_read(v, VTD_IQH, 4), v->tail * 16);
	}
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0);
	vtd_rig_destroy(v);
}

/* Several descriptors under one bell are carried out in order. */
static void batch_of_descriptors(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t status = rig_memory(v->r, 64);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		rig_write(v->r, v->queue + (v->tail + i) * 16, 8,
			  i == 1 ? 2 : WAIT_STATUS(10 + i)); /* an IOTLB descriptor between */
		rig_write(v->r, v->queue + (v->tail + i) * 16 + 8, 8, i == 1 ? 0 : status);
	}
	rig_forget(v->r);
	vtd_write(v, VTD_IQT, 8, (v->tail + 3) * 16);
	assert_int_equal(rig_count(v->r, TAPE_COMMAND), 3);
	assert_int_equal(rig_read(v->r, status, 4), 12);
	vtd_rig_destroy(v);
}

static void queue_errors(void **state)
{
	static const struct {
		uint64_t low, high;
	} bad[] = {
		{0, 0}, /* no such type */
		{10, 0},
		{IEC_INDEX(0, 16), 0},		     /* mask beyond the capability */
		{WAIT_STATUS(1), UINT64_C(1) << 50}, /* status outside memory */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vtd_rig *v = vtd_rig_create(&small);
		uint64_t status = rig_memory(v->r, 64), head = vtd_read(v, VTD_IQH, 4);

		vtd_submit(v, bad[i].low, bad[i].high);
		assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0x10);
		assert_int_equal(vtd_read(v, VTD_IQH, 4), head);
		vtd_submit(v, WAIT_STATUS(7), status); /* stands behind the wrong one */
		assert_int_equal(rig_read(v->r, status, 4), 0);
		rig_write(v->r, v->queue + head, 8, 1); /* repaired */
		vtd_write(v, VTD_FSTS, 4, 0x10);
		assert_int_equal(rig_read(v->r, status, 4), 7);
		assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0);
		vtd_rig_destroy(v);
	}
}

static void queue_off(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t status = rig_memory(v->r, 64);

	(void)state;
	vtd_write(v, VTD_GCMD, 4, GCMD_IRE);
	assert_int_equal(vtd_read(v, VTD_GSTS, 4) & GCMD_QIE, 0);
	v->tail = 0;
	vtd_submit(v, WAIT_STATUS(7), status);
	assert_int_equal(rig_read(v->r, status, 4), 0);
	vtd_write(v, VTD_GCMD, 4, GCMD_IRE | GCMD_QIE);
	assert_int_equal(rig_read(v->r, status, 4), 7);
	vtd_rig_destroy(v);
}

static void wait_descriptor_interrupts(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);

	(void)state;
	vtd_write(v, 0xa4, 4, 0x66);
	vtd_write(v, 0xa8, 4, 0xfee03000);
	vtd_submit(v, 5 | 1 << 4, 0);
	assert_int_equal(vtd_read(v, VTD_ICS, 4), 1);
	rig_expect_none(v->r, TAPE_REQUEST);
	vtd_write(v, 0xa0, 4, 0);
	rig_expect_request(v->r, 3, 0x66);
	vtd_write(v, VTD_ICS, 4, 1);
	assert_int_equal(vtd_read(v, VTD_ICS, 4), 0);
	vtd_rig_destroy(v);
}

/* ---- fault records ---- */

static void fault_record_content(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	const struct tape_record *record;

	(void)state;
	rig_send(v->r, 0x1234, vtd_address(200), 0);
	record = rig_next(v->r, TAPE_FAULT);
	assert_int_equal(record->address, 200);
	assert_int_equal(record->extra, 0x1234);
	assert_int_equal(vtd_read(v, VTD_FRCD, 8), UINT64_C(200) << 48);
	assert_int_equal(vtd_read(v, VTD_FRCD + 8, 8), UINT64_C(0x8000002200001234));
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0x2);
	vtd_write(v, VTD_FRCD + 12, 4, 0x80000000);
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0);
	vtd_send(v, 3);
	assert_int_equal(vtd_read(v, VTD_FSTS, 4),
			 0x102); /* the second record is the first pending */
	vtd_rig_destroy(v);
}

static void fault_overflow(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);

	(void)state;
	for (unsigned i = 0; i < VTD_NR_FAULT_RECORDS; i++)
		vtd_send(v, i);
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0x2);
	vtd_send(v, 100);
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0x3);
	for (unsigned i = 0; i < VTD_NR_FAULT_RECORDS; i++) {
		assert_int_equal(vtd_read(v, VTD_FRCD + i * 16, 8), (uint64_t)i << 48);
		vtd_write(v, VTD_FRCD + i * 16 + 8, 8, UINT64_C(1) << 63);
	}
	vtd_send(v, 101); /* the overflow stands: not recorded */
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0x1);
	vtd_write(v, VTD_FSTS, 4, 1);
	vtd_send(v, 102);
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0x2);
	assert_int_equal(vtd_read(v, VTD_FRCD, 8), UINT64_C(102) << 48);
	assert_int_equal(rig_count(v->r, TAPE_FAULT), VTD_NR_FAULT_RECORDS + 3);
	vtd_rig_destroy(v);
}

/* The unit's own message: bits 31:8 of the destination are in the upper address. */
static void fault_event(void **state)
{
	static const struct cpu_desc cpus[] = {{.apic_id = 0, .node = -1},
					       {.apic_id = 0x12345678, .node = -1}};
	struct rig *r = rig_create();
	uint64_t registers;

	(void)state;
	assert_int_equal(lapics_create(r->m, cpus, 2, APIC_X2APIC_PHYSICAL), 0);
	assert_int_equal(vtd_create(r->m, &small, 0, &registers), 0);
	rig_write(r, registers + VTD_FEDATA, 4, 0x55);
	rig_write(r, registers + VTD_FEADDR, 4, 0xfee78000);
	rig_write(r, registers + VTD_FEUADDR, 4, 0x12345600);
	rig_write(r, registers + VTD_GCMD, 4, GCMD_IRE);
	rig_send(r, 0x18, 0xfee00000, 0x31);
	rig_expect_none(r, TAPE_REQUEST);
	assert_int_equal(rig_read(r, registers + VTD_FECTL, 4), 0xc0000000); /* masked, pending */
	rig_write(r, registers + VTD_FECTL, 4, 0);
	rig_expect_request(r, 1, 0x55);
	assert_int_equal(rig_read(r, registers + VTD_FECTL, 4), 0);
	rig_send(r, 0x18, 0xfee00000, 0x31); /* one is pending already */
	rig_expect_none(r, TAPE_REQUEST);
	for (unsigned i = 0; i < 2; i++)
		rig_write(r, registers + VTD_FRCD + i * 16 + 12, 4, 0x80000000);
	rig_send(r, 0x18, 0xfee00000, 0x31);
	rig_expect_request(r, 1, 0x55);
	rig_destroy(r);
}

/* ---- posted interrupts ---- */

static void post_entry(struct vtd_rig *v, unsigned index, uint64_t pid, unsigned vector,
		       bool urgent)
{
	vtd_set_entry(v, index,
		      0x8001 | (uint64_t)urgent << 14 | (uint64_t)vector << 16 |
			      (pid & 0xffffffc0) << 32,
		      ENTRY_HIGH | pid >> 32 << 32);
}

/* B.1.2: vector 0x31, descriptor at 0x1_2345_6780. */
static void posted_entry_golden(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t pid = rig_memory(v->r, 64), low, high;

	(void)state;
	post_entry(v, 1, UINT64_C(0x123456780), 0x31, false);
	low = rig_read(v->r, v->table + 16, 8);
	high = rig_read(v->r, v->table + 24, 8);
	assert_int_equal(low, UINT64_C(0x2345678000318001));
	assert_int_equal(high, UINT64_C(0x0000000100040118));
	/* The same with a descriptor that exists: what the unit reads from these fields. */
	post_entry(v, 1, pid, 0x31, false);
	rig_write(v->r, pid + 32, 8, UINT64_C(3) << 32 | 0xf2 << 16);
	vtd_send(v, 1);
	rig_expect_request(v->r, 3, 0xf2);
	assert_int_equal(rig_read(v->r, pid, 8), UINT64_C(1) << 0x31);
	assert_int_equal(rig_read(v->r, pid + 32, 8), UINT64_C(3) << 32 | 0xf2 << 16 | 1);
	vtd_rig_destroy(v);
}

struct post_case {
	bool urgent, outstanding, suppressed, notifies;
};

static void posting_rules(void **state)
{
	static const struct post_case cases[] = {
		{false, false, false, true}, {false, false, true, false},
		{false, true, false, false}, {false, true, true, false},
		{true, false, false, true},  {true, false, true, true},
		{true, true, false, false},  {true, true, true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct post_case *c = &cases[i];
		struct vtd_rig *v = vtd_rig_create(&small);
		uint64_t pid = rig_memory(v->r, 64);
		uint64_t control = UINT64_C(1) << 32 | 0xf2 << 16 | (uint64_t)c->suppressed << 1 |
				   c->outstanding;

		post_entry(v, 1, pid, 0xe7, c->urgent);
		rig_write(v->r, pid + 32, 8, control);
		rig_forget(v->r);
		vtd_send(v, 1);
		assert_int_equal(rig_count(v->r, TAPE_REQUEST), c->notifies);
		assert_int_equal(rig_count(v->r, TAPE_LATCH), !c->notifies);
		assert_int_equal(rig_read(v->r, pid + 24, 8), UINT64_C(1) << (0xe7 - 192));
		assert_int_equal(rig_read(v->r, pid + 32, 8), control | c->notifies);
		vtd_rig_destroy(v);
	}
}

static void posted_with_short_destination(void **state)
{
	const struct remap_desc narrow = {.name = "ir", .entries = 256};
	struct vtd_rig *v = vtd_rig_create(&narrow);
	uint64_t pid = rig_memory(v->r, 64);

	(void)state;
	post_entry(v, 1, pid, 0x31, false);
	rig_write(v->r, pid + 32, 8, UINT64_C(2) << 40 | 0xf2 << 16);
	vtd_send(v, 1);
	rig_expect_request(v->r, 2, 0xf2);
	vtd_rig_destroy(v);
}

/* ---- what software sees ---- */

static void capabilities(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t cap = vtd_read(v, VTD_CAP, 8), ecap = vtd_read(v, VTD_ECAP, 8);

	(void)state;
	assert_int_equal(cap >> 24 & 0x3ff, VTD_FRCD / 16);
	assert_int_equal(cap >> 40 & 0xff, VTD_NR_FAULT_RECORDS - 1);
	assert_int_equal(cap >> 59 & 1, 1); /* posted interrupts */
	assert_int_equal(cap >> 7 & 1, 0);
	assert_int_equal(ecap >> 1 & 1, 1); /* queued invalidation */
	assert_int_equal(ecap >> 3 & 3, 3); /* remapping, extended mode */
	assert_int_equal(ecap >> 20 & 0xf, 15);
	assert_int_equal(vtd_read(v, VTD_GSTS, 4), GCMD_QIE | GCMD_IRE | GCMD_SIRTP);
	vtd_write(v, VTD_CAP, 8, 0);
	assert_int_equal(vtd_read(v, VTD_CAP, 8), cap);
	vtd_rig_destroy(v);
	v = vtd_rig_create(&emulated);
	assert_int_equal(vtd_read(v, VTD_CAP, 8) >> 7 & 1, 1);
	vtd_rig_destroy(v);
}

static void largest_block(void **state)
{
	const struct remap_desc desc = {.name = "ir", .entries = 256, .eim = true, .max_mask = 2};
	struct vtd_rig *v = vtd_rig_create(&desc);

	(void)state;
	assert_int_equal(vtd_read(v, VTD_ECAP, 8) >> 20 & 0xf, 2);
	vtd_submit(v, IEC_INDEX(0, 2), 0);
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0);
	vtd_submit(v, IEC_INDEX(0, 3), 0);
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0x10);
	vtd_rig_destroy(v);
}

/* Software may ask for extended mode; a unit without it stays as it is. */
static void extended_mode_needs_the_capability(void **state)
{
	const struct remap_desc narrow = {.name = "ir", .entries = 256};
	struct vtd_rig *v = vtd_rig_create(&narrow);

	(void)state;
	vtd_write(v, VTD_IRTA, 8, v->table | 0x807);
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE | GCMD_IRE | GCMD_SIRTP);
	vtd_set_entry(v, 1, ENTRY_LOW_8, ENTRY_HIGH);
	vtd_send(v, 1);
	rig_expect_request(v->r, 2, 0x31);
	vtd_rig_destroy(v);
}

static void names_of_registers(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	char text[128];

	(void)state;
	vtd_write(v, VTD_IQT, 4, v->tail * 16);
	assert_string_equal(rig_last_place(v->r, text), "ir.reg.iqt");
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE | GCMD_IRE);
	assert_string_equal(rig_last_place(v->r, text), "ir.reg.gcmd");
	vtd_write(v, VTD_FRCD + 28, 4, 0);
	assert_string_equal(rig_last_place(v->r, text), "ir.reg[1].frcd");
	vtd_rig_destroy(v);
}

static void two_units(void **state)
{
	const struct remap_desc first = {.name = "ir0", .entries = 2, .last_requester = 0x00ff};
	const struct remap_desc second = {.name = "ir1", .entries = 2, .first_requester = 0x100};
	struct rig *r = rig_with_cpus(2, APIC_PHYSICAL_FLAT);
	uint64_t registers[2];

	(void)state;
	assert_int_equal(vtd_create(r->m, &first, 0, &registers[0]), 0);
	assert_int_equal(vtd_create(r->m, &second, 1, &registers[1]), 0);
	assert_int_not_equal(registers[0], registers[1]);
	rig_write(r, registers[1] + VTD_GCMD, 4, GCMD_IRE);
	rig_send(r, 0x0010, 0xfee00000, 0x31);
	rig_expect_request(r, 0, 0x31);
	rig_send(r, 0x0110, 0xfee00000, 0x31);
	assert_int_equal(rig_next(r, TAPE_FAULT)->actor, 1);
	assert_int_equal(vtd_peek_register(r->m, 0, VTD_FSTS), 0);
	assert_int_equal(vtd_peek_register(r->m, 1, VTD_FSTS), 2);
	assert_int_equal(vtd_peek_register(r->m, 2, VTD_FSTS), 0);
	rig_destroy(r);
}

static void create_errors(void **state)
{
	static const uint32_t bad[] = {0, 1, 3, 100, 131072};
	struct rig *r = rig_create();
	struct remap_desc desc = small;
	uint64_t registers;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		desc.entries = bad[i];
		assert_int_equal(vtd_create(r->m, &desc, 0, &registers), -EINVAL);
	}
	desc = small;
	desc.max_mask = 16;
	assert_int_equal(vtd_create(r->m, &desc, 0, &registers), -EINVAL);
	assert_int_equal(vtd_create(r->m, &small, 64, &registers), -EINVAL);
	assert_int_equal(machine_bytes_in_use(r->m), 0);
	assert_int_equal(vtd_create(r->m, &small, 0, &registers), 0);
	assert_int_equal(vtd_create(r->m, &small, 0, &registers), -EEXIST);
	rig_destroy(r);
}

static int create_small(struct machine *m)
{
	uint64_t registers;

	return vtd_create(m, &small, 0, &registers);
}

static void allocation_failures(void **state)
{
	struct rig *r = rig_create();

	(void)state;
	rig_check_allocation_failures(r, create_small);
	rig_destroy(r);
}

/* A snapshot taken back takes the cache and the queue back too. */
static void snapshots(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	struct fingerprint before;
	uint64_t entry[2];
	int snapshot;

	(void)state;
	vtd_set_entry(v, 5, ENTRY_LOW, ENTRY_HIGH);
	before = machine_fingerprint(v->r->m, FINGERPRINT_COMPLETE);
	snapshot = machine_snapshot(v->r->m);
	assert_int_equal(snapshot, 0);
	vtd_send(v, 5);
	vtd_send(v, 6);
	vtd_submit(v, IEC_INDEX(7, 0), 0);
	assert_int_equal(machine_restore(v->r->m, snapshot), 0);
	assert_false(vtd_peek_cached(v->r->m, 0, 5, entry));
	assert_true(fingerprint_equal(before, machine_fingerprint(v->r->m, FINGERPRINT_COMPLETE)));
	assert_int_equal(vtd_read(v, VTD_FSTS, 4), 0);
	vtd_rig_destroy(v);
}

/* The cache takes memory only while it holds something. */
static void an_empty_cache_is_nothing(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	struct machine *m = v->r->m;
	size_t bytes;

	(void)state;
	vtd_set_entry(v, 5, ENTRY_LOW, ENTRY_HIGH);
	vtd_set_entry(v, 250, ENTRY_LOW, ENTRY_HIGH);
	for (unsigned i = 0; i < QUEUE_ENTRIES; i++) /* the whole ring has been written */
		vtd_flush_all(v);
	bytes = machine_bytes_in_use(m);
	vtd_send(v, 5);
	vtd_send(v, 250);
	assert_true(machine_bytes_in_use(m) > bytes);
	vtd_submit(v, IEC_INDEX(5, 0), 0);
	assert_true(machine_bytes_in_use(m) > bytes);
	vtd_submit(v, IEC_INDEX(250, 0), 0);
	assert_int_equal(machine_bytes_in_use(m), bytes);

	/* What is to fail is an allocation of software: the unit caches as ever. */
	rig_expect_request(v->r, 2, 0x31);
	machine_fail_allocation(m, 1);
	vtd_send(v, 5);
	rig_expect_request(v->r, 2, 0x31);
	assert_true(machine_bytes_in_use(m) > bytes);
	vtd_rig_destroy(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_cache_is_nothing),
		cmocka_unit_test(write_without_invalidation),
		cmocka_unit_test(absent_entries_are_cached_in_caching_mode),
		cmocka_unit_test(invalidation_ranges),
		cmocka_unit_test(new_table_keeps_the_cache),
		cmocka_unit_test(wait_descriptor_writes_status),
		cmocka_unit_test(queue_wraps),
		cmocka_unit_test(batch_of_descriptors),
		cmocka_unit_test(queue_errors),
		cmocka_unit_test(queue_off),
		cmocka_unit_test(wait_descriptor_interrupts),
		cmocka_unit_test(fault_record_content),
		cmocka_unit_test(fault_overflow),
		cmocka_unit_test(fault_event),
		cmocka_unit_test(posted_entry_golden),
		cmocka_unit_test(posting_rules),
		cmocka_unit_test(posted_with_short_destination),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(largest_block),
		cmocka_unit_test(extended_mode_needs_the_capability),
		cmocka_unit_test(names_of_registers),
		cmocka_unit_test(two_units),
		cmocka_unit_test(create_errors),
		cmocka_unit_test(allocation_failures),
		cmocka_unit_test(snapshots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
