/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/amdvi.h"

#include "sim_cpu/lapic.h"
#include "sim_cpu/rig.h"

#define DEV	  0x0118u
#define OTHER_DEV 0x0119u
#define CTRL_ON	  (AMDVI_CONTROL_ENABLE | AMDVI_CONTROL_EVENT_LOG | AMDVI_CONTROL_COMMANDS)
#define IV	  UINT64_C(1)
#define IG	  (UINT64_C(1) << 5)
#define LEN(n)	  ((uint64_t)(n) << 1)
#define INTCTL(n) ((uint64_t)(n) << 60)
#define INIT_PASS (UINT64_C(1) << 56)
#define EINT_PASS (UINT64_C(1) << 57)
#define NMI_PASS  (UINT64_C(1) << 58)
#define REMAP	  (IV | LEN(9) | INTCTL(2))

struct amd {
	struct rig *r;
	uint64_t registers, devices, commands, events, tables;
	unsigned tail;
	uint64_t control;
};

static void reg(struct amd *a, unsigned offset, uint64_t value)
{
	rig_write(a->r, a->registers + offset, 8, value);
}

/* Interrupt fields of a device's entry; its interrupt table is added. */
static uint64_t table_of(const struct amd *a, unsigned dev)
{
	return a->tables + (dev - DEV) * 0x2000;
}

static void set_device(struct amd *a, unsigned dev, uint64_t fields)
{
	rig_write(a->r, a->devices + dev * 32 + 16, 8, fields | table_of(a, dev));
}

static void submit(struct amd *a, uint64_t low, uint64_t high)
{
	rig_write(a->r, a->commands + a->tail, 8, low);
	rig_write(a->r, a->commands + a->tail + 8, 8, high);
	a->tail = (a->tail + 16) % 4096;
	reg(a, AMDVI_COMMAND_TAIL, a->tail);
}

static void forget_entries(struct amd *a, unsigned dev)
{
	submit(a, UINT64_C(5) << 60 | dev, 0);
}

static void forget_device(struct amd *a, unsigned dev)
{
	submit(a, UINT64_C(2) << 60 | dev, 0);
}

static struct amd *amd_create(bool legacy, uint64_t control)
{
	const struct remap_desc desc = {.name = "amd", .entries = 512, .legacy_format = legacy};
	struct amd *a = calloc(1, sizeof(*a));

	assert_non_null(a);
	a->r = rig_with_cpus(4, APIC_X2APIC_PHYSICAL);
	assert_int_equal(amdvi_create(a->r->m, &desc, 0, &a->registers), 0);
	a->devices = rig_memory(a->r, 0x4000);
	a->commands = rig_memory(a->r, 4096);
	a->events = rig_memory(a->r, 4096);
	a->tables = rig_memory(a->r, 0x4000);
	a->control = CTRL_ON | control;
	reg(a, AMDVI_DEVICE_TABLE, a->devices | 3); /* 16 KiB: devices below 512 */
	reg(a, AMDVI_COMMAND_BASE, a->commands | UINT64_C(8) << 56);
	reg(a, AMDVI_EVENT_BASE, a->events | UINT64_C(8) << 56);
	reg(a, AMDVI_CONTROL, a->control);
	rig_forget(a->r);
	return a;
}

static void amd_destroy(struct amd *a)
{
	rig_destroy(a->r);
	free(a);
}

static void set_entry(struct amd *a, unsigned dev, unsigned index, uint64_t low, uint64_t high)
{
	rig_write(a->r, table_of(a, dev) + index * 16, 8, low);
	rig_write(a->r, table_of(a, dev) + index * 16 + 8, 8, high);
}

static void send(struct amd *a, unsigned dev, uint32_t data)
{
	rig_send(a->r, (uint16_t)dev, 0xfee00000, data);
}

static void expect_fault(struct amd *a, enum amdvi_event code)
{
	const struct tape_record *record = rig_next(a->r, TAPE_FAULT);

	assert_non_null(record);
	assert_int_equal(record->value, code);
	record = rig_next(a->r, TAPE_DROP);
	assert_int_equal(record->value, DROP_REMAP_FAULT);
	assert_int_equal(record->extra, code);
	rig_expect_none(a->r, TAPE_REQUEST);
}

/* ---- entries, bit by bit ---- */

static void entry_of_32_bits(void **state)
{
	struct amd *a = amd_create(true, AMDVI_CONTROL_GA); /* cannot do 128-bit entries */

	(void)state;
	set_device(a, DEV, REMAP);
	rig_write(a->r, table_of(a, DEV) + 5 * 4, 4, 0x00310201);
	send(a, DEV, 5);
	rig_expect_request(a->r, 2, 0x31);
	rig_write(a->r, table_of(a, DEV) + 6 * 4, 4, 0x00311201); /* the golden one: id 0x12 */
	send(a, DEV, 6);
	rig_expect_drop(a->r, DROP_NO_TARGET);
	assert_int_equal(tape_at(a->r->m, tape_position(a->r->m) - 1)->address, 0x12);
	assert_int_equal(tape_at(a->r->m, tape_position(a->r->m) - 1)->extra, 0x31);
	amd_destroy(a);
}

static void entry_of_128_bits(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA | AMDVI_CONTROL_XT);

	(void)state;
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 5, 0x201, 0x31);
	send(a, DEV, 5);
	rig_expect_request(a->r, 2, 0x31);
	set_entry(a, DEV, 6, 0x34567801, UINT64_C(0x1200000000000031));
	send(a, DEV, 6);
	rig_expect_drop(a->r, DROP_NO_TARGET);
	assert_int_equal(tape_at(a->r->m, tape_position(a->r->m) - 1)->address, 0x12345678);
	amd_destroy(a);
}

/* Without XT only eight bits of the destination count. */
static void short_destination(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);

	(void)state;
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 6, 0x34560301, UINT64_C(0x1200000000000031));
	send(a, DEV, 6);
	rig_expect_request(a->r, 3, 0x31);
	amd_destroy(a);
}

static void delivery_fields(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA | AMDVI_CONTROL_XT);

	(void)state;
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 0, 0x0600 | 1 | 1 << 6, 0x41); /* logical {1, 2} */
	send(a, DEV, 0);
	rig_expect_request(a->r, 1, 0x41);
	rig_expect_request(a->r, 2, 0x41);
	set_entry(a, DEV, 1, 0x0600 | 1 | 1 << 6 | 1 << 2, 0x42); /* …arbitrated */
	send(a, DEV, 1);
	rig_expect_request(a->r, 1, 0x42);
	rig_expect_none(a->r, TAPE_REQUEST);
	set_entry(a, DEV, 2, 0x0300 | 1 | 4 << 2, 0); /* NMI */
	send(a, DEV, 2);
	rig_expect_request(a->r, 3, 2);
	amd_destroy(a);
}

static void guest_entry(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);
	uint64_t page = rig_memory(a->r, 4096);
	const struct tape_record *record;

	(void)state;
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 5, 0x81, page | 0x65);
	send(a, DEV, 5);
	assert_int_equal(rig_read(a->r, page + 0x230, 4), 1 << 5);
	record = rig_next(a->r, TAPE_LATCH);
	assert_int_equal(record->value, 0x65);
	assert_int_equal(record->address, page);
	rig_expect_none(a->r, TAPE_REQUEST);
	set_entry(a, DEV, 6, 0x81, UINT64_C(0x0008000000000000) | 0x65);
	send(a, DEV, 6);
	expect_fault(a, AMDVI_TABLE_ERROR);
	amd_destroy(a);
}

/* 2.2.5.3 and 2.7: who does not run is logged, and the host told, once until it has looked. */
static void guest_log(void **state)
{
	const uint64_t on = AMDVI_CONTROL_GA | AMDVI_CONTROL_GA_LOG;
	struct amd *a = amd_create(false, on | AMDVI_CONTROL_GA_INT);
	uint64_t page = rig_memory(a->r, 4096), log = rig_memory(a->r, 4096);

	(void)state;
	reg(a, AMDVI_GA_LOG_BASE, log | UINT64_C(9) << 56);
	reg(a, AMDVI_GA_INTERRUPT, UINT64_C(0x61) << 32 | 3 << 8);
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 5, UINT64_C(0x77) << 32 | 0x85, page | 0x65);
	send(a, DEV, 5);
	rig_expect_request(a->r, 3, 0x61);
	assert_int_equal(rig_read(a->r, log, 8), UINT64_C(0x1000011800000077));
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_GA_LOG_TAIL), 8);
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_STATUS), AMDVI_STATUS_GA);
	send(a, DEV, 5);
	rig_expect_none(a->r, TAPE_REQUEST);
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_GA_LOG_TAIL), 16);
	reg(a, AMDVI_STATUS, AMDVI_STATUS_GA);
	send(a, DEV, 5);
	rig_expect_request(a->r, 3, 0x61);

	/* Whether it runs is not cached: no log, and no invalidation either. */
	rig_write(a->r, table_of(a, DEV) + 5 * 16, 8, UINT64_C(0x77) << 32 | 0xc5);
	send(a, DEV, 5);
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_GA_LOG_TAIL), 24);
	/* The entry that doesn't want it, and the log that is off. */
	set_entry(a, DEV, 6, 0x81, page | 0x65);
	send(a, DEV, 6);
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_GA_LOG_TAIL), 24);
	set_entry(a, DEV, 7, 0x85, page | 0x65);
	reg(a, AMDVI_CONTROL, CTRL_ON | AMDVI_CONTROL_GA);
	send(a, DEV, 7);
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_GA_LOG_TAIL), 24);
	amd_destroy(a);
}

/* One entry is always free. Nothing is logged behind a gap. */
static void guest_log_overflows(void **state)
{
	const uint64_t both = AMDVI_STATUS_GA | AMDVI_STATUS_GA_OVERFLOW;
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA | AMDVI_CONTROL_GA_LOG);
	uint64_t page = rig_memory(a->r, 4096), log = rig_memory(a->r, 4096);

	(void)state;
	reg(a, AMDVI_GA_LOG_BASE, log | UINT64_C(8) << 56); /* 256 entries */
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 5, 0x85, page | 0x65);
	for (unsigned i = 0; i < 255; i++)
		send(a, DEV, 5);
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_STATUS), AMDVI_STATUS_GA);
	send(a, DEV, 5);
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_STATUS), both);
	reg(a, AMDVI_GA_LOG_HEAD, 255 * 8);
	send(a, DEV, 5);
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_GA_LOG_TAIL), 255 * 8);
	reg(a, AMDVI_STATUS, both);
	send(a, DEV, 5);
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_GA_LOG_TAIL), 0); /* around */
	rig_expect_none(a->r, TAPE_REQUEST); /* nobody asked for interrupts */
	amd_destroy(a);
}

/* Equal data of two devices are two interrupts. */
static void each_device_has_its_table(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);

	(void)state;
	set_device(a, DEV, REMAP);
	set_device(a, OTHER_DEV, REMAP);
	set_entry(a, DEV, 5, 0x101, 0x31);
	set_entry(a, OTHER_DEV, 5, 0x201, 0x41);
	send(a, DEV, 5);
	rig_expect_request(a->r, 1, 0x31);
	send(a, OTHER_DEV, 5);
	rig_expect_request(a->r, 2, 0x41);
	amd_destroy(a);
}

/* ---- the path, in its order ---- */

enum way { PASS, BLOCK, REMAPPED };
struct path_case {
	const char *what;
	uint64_t fields;
	uint64_t address;
	uint32_t data;
	enum way way;
	enum amdvi_event code;
};

/* Pass bits are in the third quarter of the entry, where everything else is: E13. */
static const struct path_case paths[] = {
	{"no remapping for it", INTCTL(0), 0xfee02000, 0x31, PASS, 0},
	{"…not even a look at the address", INTCTL(2), 0x1000, 0x31, PASS, 0},
	{"…or at the type", INTCTL(3), 0xfee02000, 0x431, PASS, 0},
	{"address outside", REMAP, 0xfed00000, 5, BLOCK, AMDVI_INVALID_REQUEST},
	{"address above 4 GiB", REMAP, UINT64_C(0x1fee00000), 5, BLOCK, AMDVI_INVALID_REQUEST},
	{"another address inside", REMAP, 0xfee02000, 5, REMAPPED, 0},
	{"fixed", REMAP, 0xfee00000, 5, REMAPPED, 0},
	{"arbitrated", REMAP, 0xfee00000, 0x105, REMAPPED, 0},
	{"SMI", REMAP, 0xfee00000, 0x205, BLOCK, AMDVI_INVALID_REQUEST},
	{"reserved 3", REMAP, 0xfee00000, 0x305, BLOCK, AMDVI_INVALID_REQUEST},
	{"reserved 6", REMAP, 0xfee00000, 0x605, BLOCK, AMDVI_INVALID_REQUEST},
	{"NMI", REMAP, 0xfee02000, 0x405, BLOCK, AMDVI_PAGE_FAULT},
	{"NMI, may pass", REMAP | NMI_PASS, 0xfee02000, 0x405, PASS, 0},
	{"NMI, logical", REMAP | NMI_PASS, 0xfee02004, 0x405, BLOCK, AMDVI_PAGE_FAULT},
	{"NMI, others may", REMAP | INIT_PASS | EINT_PASS, 0xfee02000, 0x405, BLOCK,
	 AMDVI_PAGE_FAULT},
	{"INIT", REMAP | NMI_PASS | EINT_PASS, 0xfee02000, 0x505, BLOCK, AMDVI_PAGE_FAULT},
	{"INIT, may pass", REMAP | INIT_PASS, 0xfee02000, 0x505, PASS, 0},
	{"ExtINT", REMAP | NMI_PASS | INIT_PASS, 0xfee02000, 0x705, BLOCK, AMDVI_PAGE_FAULT},
	{"ExtINT, may pass", REMAP | EINT_PASS, 0xfee02000, 0x705, PASS, 0},
	{"abort", IV | LEN(9) | INTCTL(0), 0xfee00000, 5, BLOCK, AMDVI_PAGE_FAULT},
	{"forward", IV | LEN(9) | INTCTL(1), 0xfee02000, 0x31, PASS, 0},
	{"reserved control", IV | LEN(9) | INTCTL(3), 0xfee00000, 5, BLOCK,
	 AMDVI_ILLEGAL_DEVICE_ENTRY},
	{"table too long", IV | LEN(12) | INTCTL(2), 0xfee00000, 5, BLOCK,
	 AMDVI_ILLEGAL_DEVICE_ENTRY},
	{"last index", IV | LEN(3) | INTCTL(2), 0xfee00000, 5, REMAPPED, 0},
	{"index beyond", IV | LEN(2) | INTCTL(2), 0xfee00000, 5, BLOCK, AMDVI_PAGE_FAULT},
	{"not valid", REMAP, 0xfee00000, 6, BLOCK, AMDVI_PAGE_FAULT},
};

static void check_path(const struct path_case *c, bool ignore)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);
	unsigned blocked;

	set_device(a, DEV, c->fields | (ignore ? IG : 0));
	set_entry(a, DEV, 5, 0x301, 0x55);
	set_entry(a, DEV, 0x105, 0x301, 0x56);
	rig_forget(a->r);
	rig_send(a->r, DEV, c->address, c->data);
	if (c->way == REMAPPED) {
		rig_expect_request(a->r, 3, c->data == 0x105 ? 0x56 : 0x55);
		amd_destroy(a);
		return;
	}
	blocked = c->way == BLOCK;
	if (rig_count(a->r, TAPE_FAULT) != (blocked && !ignore))
		fail_msg("%s", c->what);
	assert_int_equal(rig_read(a->r, a->events + 8, 8), blocked && !ignore ? c->address : 0);
	assert_int_equal(rig_read(a->r, a->events, 8),
			 blocked && !ignore ? (uint64_t)c->code << 60 | UINT64_C(1) << 51 | DEV
					    : 0);
	if (blocked) {
		const struct tape_record *record = rig_next(a->r, TAPE_DROP);

		assert_non_null(record);
		assert_int_equal(record->value, DROP_REMAP_FAULT);
		assert_int_equal(record->extra, c->code);
	} else if (c->data == 0x31 && c->address >> 20 == 0xfee) {
		rig_expect_request(a->r, 2, 0x31);
	}
	amd_destroy(a);
}

static void every_path(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		check_path(&paths[i], false);
		check_path(&paths[i], true); /* IG silences, no more */
	}
}

static void devices_beyond_the_table_pass(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);

	(void)state;
	set_device(a, DEV, REMAP);
	reg(a, AMDVI_DEVICE_TABLE, a->devices); /* 4 KiB: devices below 128 */
	rig_send(a->r, DEV, 0xfee02000, 0x31);
	rig_expect_request(a->r, 2, 0x31);
	rig_expect_none(a->r, TAPE_FAULT);
	amd_destroy(a);
}

static void no_fault_bit(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);

	(void)state;
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 5, 2, 0);
	send(a, DEV, 5);
	rig_expect_none(a->r, TAPE_FAULT);
	rig_expect_drop(a->r, DROP_REMAP_FAULT);
	amd_destroy(a);
}

static void tables_out_of_memory(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);

	(void)state;
	rig_write(a->r, a->devices + DEV * 32 + 16, 8, REMAP | UINT64_C(0x8000000000000));
	send(a, DEV, 5);
	expect_fault(a, AMDVI_TABLE_ERROR);
	reg(a, AMDVI_DEVICE_TABLE, UINT64_C(0x8000000000000) | 3);
	forget_device(a, DEV);
	send(a, DEV, 5);
	expect_fault(a, AMDVI_TABLE_ERROR);
	amd_destroy(a);
}

static void switched_off(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);

	(void)state;
	set_device(a, DEV, REMAP);
	reg(a, AMDVI_CONTROL, 0);
	rig_send(a->r, DEV, 0xfee02000, 0x31);
	rig_expect_request(a->r, 2, 0x31);
	amd_destroy(a);
}

/* ---- caches ---- */

static void stale_entries(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);
	uint64_t entry[2];

	(void)state;
	set_device(a, DEV, REMAP);
	set_device(a, OTHER_DEV, REMAP);
	set_entry(a, DEV, 5, 0x101, 0x31);
	set_entry(a, OTHER_DEV, 5, 0x101, 0x32);
	send(a, DEV, 5);
	send(a, OTHER_DEV, 5);
	rig_forget(a->r);
	set_entry(a, DEV, 5, 0x201, 0x41);
	set_entry(a, OTHER_DEV, 5, 0x201, 0x42);
	assert_true(amdvi_peek_cached(a->r->m, 0, DEV, 5, entry));
	assert_int_equal(entry[1], 0x31);
	send(a, DEV, 5);
	rig_expect_request(a->r, 1, 0x31); /* stale */
	forget_entries(a, DEV);
	assert_false(amdvi_peek_cached(a->r->m, 0, DEV, 5, entry));
	send(a, DEV, 5);
	rig_expect_request(a->r, 2, 0x41);
	send(a, OTHER_DEV, 5);
	rig_expect_request(a->r, 1, 0x32); /* flushed for one requester only: the other is stale */
	submit(a, UINT64_C(8) << 60, 0);
	send(a, OTHER_DEV, 5);
	rig_expect_request(a->r, 2, 0x42);
	amd_destroy(a);
}

static void stale_device_entry(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);

	(void)state;
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 5, 0x101, 0x31);
	send(a, DEV, 5);
	rig_expect_request(a->r, 1, 0x31);
	set_device(a, DEV, IV | INTCTL(0));
	send(a, DEV, 5);
	rig_expect_request(a->r, 1, 0x31);
	forget_entries(a, DEV);
	send(a, DEV, 5);
	rig_expect_request(a->r, 1, 0x31);
	forget_device(a, DEV);
	send(a, DEV, 5);
	expect_fault(a, AMDVI_PAGE_FAULT);
	amd_destroy(a);
}

/* A cache that was emptied looks like one that was never used. */
static void empty_cache_leaves_no_trace(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);
	struct fingerprint before;

	(void)state;
	set_device(a, DEV, REMAP);
	set_device(a, OTHER_DEV, REMAP);
	for (unsigned i = 0; i < 512; i++)
		set_entry(a, DEV, i, 0x101, 0x31);
	set_entry(a, OTHER_DEV, 0, 0x101, 0x31);
	forget_entries(a, DEV);
	machine_deliver(a->r->m, 0);
	before = machine_fingerprint(a->r->m, FINGERPRINT_SEMANTIC);
	for (unsigned i = 0; i < 512; i++) {
		send(a, DEV, i);
		machine_deliver(a->r->m, 0);
	}
	send(a, OTHER_DEV, 0);
	machine_deliver(a->r->m, 0);
	assert_false(fingerprint_equal(before, machine_fingerprint(a->r->m, FINGERPRINT_SEMANTIC)));
	submit(a, UINT64_C(8) << 60, 0);
	/* …but for the ring, whose memory has the command. */
	rig_write(a->r, a->commands + a->tail - 16, 8, 0);
	assert_true(fingerprint_equal(before, machine_fingerprint(a->r->m, FINGERPRINT_SEMANTIC)));
	amd_destroy(a);
}

static const struct object_type filler = {"filler", NULL};

static void fill_arena(struct machine *m)
{
	for (size_t size = 1 << 20; size >= 16; size /= 2)
		while (object_alloc_hardware(m, &filler, size))
			;
}

/* Without memory for it the cache forgets, and nothing else happens. */
static void cache_without_memory(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);
	uint64_t entry[2];

	(void)state;
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 5, 0x101, 0x31);
	fill_arena(a->r->m);
	send(a, DEV, 5);
	rig_expect_request(a->r, 1, 0x31);
	assert_false(amdvi_peek_cached(a->r->m, 0, DEV, 5, entry));
	assert_null(machine_poisoned(a->r->m));
	amd_destroy(a);
}

/* Allocations that shall fail are software's. */
static void the_cache_is_no_allocation(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);
	uint64_t entry[2];

	(void)state;
	set_device(a, DEV, REMAP);
	set_entry(a, DEV, 5, 0x101, 0x31);
	machine_fail_allocation(a->r->m, 1);
	send(a, DEV, 5);
	assert_true(amdvi_peek_cached(a->r->m, 0, DEV, 5, entry));
	assert_null(object_alloc(a->r->m, &filler, 16)); /* still to come */
	rig_expect_request(a->r, 1, 0x31);
	amd_destroy(a);
}

/* ---- commands and events ---- */

static void completion_wait(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);
	uint64_t where = rig_memory(a->r, 64);

	(void)state;
	submit(a, UINT64_C(1) << 60 | where | 1, UINT64_C(0x1122334455667788));
	assert_int_equal(rig_read(a->r, where, 8), UINT64_C(0x1122334455667788));
	assert_int_equal(rig_next(a->r, TAPE_COMMAND)->value >> 60, 1);
	submit(a, UINT64_C(1) << 60 | where | 2, 7);
	assert_int_equal(rig_read(a->r, where, 8), UINT64_C(0x1122334455667788));
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_STATUS, 4), 4);
	rig_write(a->r, a->registers + AMDVI_STATUS + 4, 4, 0xffffffff); /* the other half */
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_STATUS, 8), 4);
	rig_write(a->r, a->registers + AMDVI_STATUS, 4, 4);
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_STATUS, 8), 0);
	for (unsigned i = 0; i < 600; i++) { /* the ring wraps twice */
		submit(a, UINT64_C(1) << 60 | where | 1, i);
		assert_int_equal(rig_read(a->r, where, 8), i);
	}
	assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_COMMAND_HEAD), a->tail);
	assert_int_equal(amdvi_peek_register(a->r->m, 1, AMDVI_COMMAND_HEAD), 0);
	amd_destroy(a);
}

static void wrong_commands(void **state)
{
	static const struct {
		uint64_t low;
		enum amdvi_event code;
	} bad[] = {
		{0, AMDVI_ILLEGAL_COMMAND},
		{UINT64_C(9) << 60, AMDVI_ILLEGAL_COMMAND},
		{UINT64_C(1) << 60 | UINT64_C(0x8000000000000) | 1, AMDVI_COMMAND_ERROR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct amd *a = amd_create(false, AMDVI_CONTROL_GA);
		uint64_t where = rig_memory(a->r, 64);

		submit(a, bad[i].low, 1);
		submit(a, UINT64_C(1) << 60 | where | 1, 7);
		assert_int_equal(rig_read(a->r, where, 8), 0);
		assert_int_equal(amdvi_peek_register(a->r->m, 0, AMDVI_COMMAND_HEAD), 0);
		assert_int_equal(rig_read(a->r, a->events, 8), (uint64_t)bad[i].code << 60);
		assert_int_equal(rig_read(a->r, a->events + 8, 8), a->commands);
		rig_write(a->r, a->commands, 8, UINT64_C(3) << 60);
		reg(a, AMDVI_CONTROL, a->control); /* starts it again */
		assert_int_equal(rig_read(a->r, where, 8), 7);
		amd_destroy(a);
	}
}

static void event_log(void **state)
{
	struct amd *a = amd_create(false, AMDVI_CONTROL_GA);

	(void)state;
	set_device(a, DEV, REMAP);
	for (unsigned i = 0; i < 255; i++)
		send(a, DEV, i);
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_EVENT_TAIL, 8), 255 * 16);
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_STATUS, 8), 2);
	send(a, DEV, 1); /* full */
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_STATUS, 8), 3);
	reg(a, AMDVI_EVENT_HEAD, 255 * 16);
	send(a, DEV, 1);
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_EVENT_TAIL, 8), 255 * 16);
	reg(a, AMDVI_STATUS, 3);
	send(a, DEV, 1);
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_EVENT_TAIL, 8), 0);
	reg(a, AMDVI_CONTROL, a->control & ~AMDVI_CONTROL_EVENT_LOG);
	send(a, DEV, 1);
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_EVENT_TAIL, 8), 0);
	amd_destroy(a);
}

static void registers(void **state)
{
	struct amd *a = amd_create(false, 0), *old = amd_create(true, 0);
	char text[128];

	(void)state;
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_FEATURES, 8), 0x84);
	assert_int_equal(rig_read(old->r, old->registers + AMDVI_FEATURES, 8), 0);
	rig_write(a->r, a->registers + AMDVI_DEVICE_TABLE + 4, 4, 0x12);
	assert_int_equal(rig_read(a->r, a->registers + AMDVI_DEVICE_TABLE, 8),
			 UINT64_C(0x12) << 32 | ((a->devices | 3) & 0xffffffff));
	assert_string_equal(rig_last_place(a->r, text), "amd.reg.device_table");
	reg(a, AMDVI_COMMAND_TAIL, 0);
	assert_string_equal(rig_last_place(a->r, text), "amd.reg.command_tail");
	amd_destroy(old);
	amd_destroy(a);
}

static int create_one(struct machine *m)
{
	const struct remap_desc desc = {.name = "amd", .entries = 512};
	uint64_t where;

	return amdvi_create(m, &desc, 0, &where);
}

static void create_errors(void **state)
{
	struct remap_desc desc = {.name = "amd"};
	struct rig *r = rig_create();
	uint64_t where;

	(void)state;
	assert_int_equal(amdvi_create(r->m, &desc, 0, &where), -EINVAL);
	desc.entries = 513;
	assert_int_equal(amdvi_create(r->m, &desc, 0, &where), -EINVAL);
	desc.entries = 512;
	assert_int_equal(amdvi_create(r->m, &desc, 64, &where), -EINVAL);
	rig_check_allocation_failures(r, create_one);
	assert_int_equal(amdvi_create(r->m, &desc, 0, &where), -EEXIST);
	assert_int_equal(amdvi_create(r->m, &desc, 1, &where), 0);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_of_32_bits),
		cmocka_unit_test(entry_of_128_bits),
		cmocka_unit_test(short_destination),
		cmocka_unit_test(delivery_fields),
		cmocka_unit_test(guest_entry),
		cmocka_unit_test(guest_log),
		cmocka_unit_test(guest_log_overflows),
		cmocka_unit_test(each_device_has_its_table),
		cmocka_unit_test(every_path),
		cmocka_unit_test(devices_beyond_the_table_pass),
		cmocka_unit_test(no_fault_bit),
		cmocka_unit_test(tables_out_of_memory),
		cmocka_unit_test(switched_off),
		cmocka_unit_test(stale_entries),
		cmocka_unit_test(stale_device_entry),
		cmocka_unit_test(empty_cache_leaves_no_trace),
		cmocka_unit_test(cache_without_memory),
		cmocka_unit_test(the_cache_is_no_allocation),
		cmocka_unit_test(completion_wait),
		cmocka_unit_test(wrong_commands),
		cmocka_unit_test(event_log),
		cmocka_unit_test(registers),
		cmocka_unit_test(create_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
