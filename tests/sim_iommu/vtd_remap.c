/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/lapic.h"
#include "sim_iommu/vtd_rig.h"

static const struct remap_desc wide = {
	.name = "ir", .kind = REMAP_INTEL, .entries = 65536, .eim = true};
static const struct remap_desc small = {
	.name = "ir", .kind = REMAP_INTEL, .entries = 256, .eim = true};
static const struct remap_desc narrow = {.name = "ir", .kind = REMAP_INTEL, .entries = 256};

/* ---- formats, bit by bit ---- */

static void handles_in_addresses(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&wide);

	(void)state;
	vtd_set_entry(v, 0x0010, ENTRY_LOW, ENTRY_HIGH);
	rig_send(v->r, REQUESTER, 0xfee00218, 0);
	rig_expect_request(v->r, 2, 0x31);
	vtd_set_entry(v, 0x8005, ENTRY_LOW + 0x10000, ENTRY_HIGH);
	rig_send(v->r, REQUESTER, 0xfee000bc, 0);
	rig_expect_request(v->r, 2, 0x32);
	/* Subhandle valid: added. Not valid: data means nothing. Low two bits: don't care. */
	rig_send(v->r, REQUESTER, 0xfee0001b, 0x0010);
	rig_expect_request(v->r, 2, 0x31);
	rig_send(v->r, REQUESTER, 0xfee00210, 0x12345678);
	rig_expect_request(v->r, 2, 0x31);
	rig_expect_none(v->r, TAPE_FAULT);
	vtd_rig_destroy(v);
}

static void destination_width(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&narrow);

	(void)state;
	vtd_set_entry(v, 1, ENTRY_LOW_8, ENTRY_HIGH);
	vtd_send(v, 1);
	rig_expect_request(v->r, 2, 0x31);
	vtd_set_entry(v, 2, ENTRY_LOW, ENTRY_HIGH); /* the 32-bit form where 8 bits are expected */
	vtd_send(v, 2);
	vtd_expect_fault(v, VTD_FAULT_ENTRY_RESERVED);
	vtd_rig_destroy(v);
}

struct field_case {
	uint64_t low;
	unsigned cpus; /* set that has it requested */
	unsigned vector;
};

/* Destination mode is bit 2, redirection hint bit 3: E6. */
static void entry_fields(void **state)
{
	static const struct field_case cases[] = {
		{UINT64_C(0x0000000200310001), 0x4, 0x31},
		{UINT64_C(0x0000000600410005), 0x6, 0x41}, /* logical {1, 2} */
		{UINT64_C(0x000000060042000d), 0x2, 0x42}, /* …one of them */
		{UINT64_C(0x0000000600430025), 0x2, 0x43}, /* lowest priority */
		{UINT64_C(0xffffffff00440001), 0xf, 0x44},
	};
	struct vtd_rig *v = vtd_rig_create(&small);

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned got = 0;

		vtd_set_entry(v, i, cases[i].low, ENTRY_HIGH);
		vtd_send(v, i);
		for (unsigned cpu = 0; cpu < 4; cpu++)
			got |= (unsigned)lapic_irr(v->r->m, cpu, cases[i].vector) << cpu;
		assert_int_equal(got, cases[i].cpus);
	}
	vtd_rig_destroy(v);
}

static unsigned nr_eoi(struct rig *r)
{
	machine_deliver(r->m, 0);
	return rig_count(r, TAPE_EOI);
}

static void note_eoi(struct machine *m, void *owner, unsigned vector)
{
	(void)m;
	*(unsigned *)owner = vector;
}

static void trigger_mode(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	unsigned ended = 0;

	(void)state;
	bus_listen_eoi(v->r->m, note_eoi, &ended);
	vtd_set_entry(v, 1, ENTRY_LOW, ENTRY_HIGH);
	vtd_send(v, 1);
	assert_int_equal(nr_eoi(v->r), 1);
	assert_int_equal(ended, 0);
	vtd_set_entry(v, 2, ENTRY_LOW | 0x10, ENTRY_HIGH);
	vtd_send(v, 2);
	assert_int_equal(nr_eoi(v->r), 2);
	assert_int_equal(ended, 0x31);
	vtd_rig_destroy(v);
}

/* ---- faults, in the order in which they are found ---- */

struct fault_case {
	const char *what;
	uint64_t address;
	uint32_t data;
	uint64_t low, high;
	unsigned reason;
};

#define AT(handle) (0xfee00018u | (handle) << 5)

/* Each line also has the errors of all lines that come later in the order, where it can. */
static const struct fault_case fault_cases[] = {
	{"upper address", UINT64_C(0x1fee00038), 0x10000, 0, 3, 0x20},
	{"not the window", 0x1000, 0x10000, 0, 3, 0x20},
	{"zero message", 0, 0, 0, 3, 0x20},
	{"compatibility format", 0xfee02000, 0x31, 0, 3, 0x25},
	{"index", AT(256u), 0x10000, 0, 3, 0x21},
	{"index by the subhandle", AT(255u), 1, 0, 3, 0x21},
	{"not present", AT(1u), 0x10000, ~UINT64_C(3), ~UINT64_C(0), 0x22},
	{"entry reserved 14:12", AT(1u), 0x10000, ENTRY_LOW | 0x1000, 0x80000 | 0xffff, 0x24},
	{"entry reserved 31:24", AT(1u), 0, ENTRY_LOW | 0x80000000, ENTRY_HIGH, 0x24},
	{"entry reserved 127:84", AT(1u), 0, ENTRY_LOW, ENTRY_HIGH | 1 << 20, 0x24},
	{"entry reserved top", AT(1u), 0, ENTRY_LOW, ENTRY_HIGH | UINT64_C(1) << 63, 0x24},
	{"delivery mode 3", AT(1u), 0, ENTRY_LOW | 3 << 5, ENTRY_HIGH, 0x24},
	{"delivery mode 6", AT(1u), 0, ENTRY_LOW | 6 << 5, ENTRY_HIGH, 0x24},
	{"posted reserved 7:2", AT(1u), 0, 0x318001 | 4, ENTRY_HIGH, 0x24},
	{"posted reserved 37:24", AT(1u), 0, 0x318001 | UINT64_C(1) << 37, ENTRY_HIGH, 0x24},
	{"posted reserved 95:84", AT(1u), 0, 0x318001, ENTRY_HIGH | 1u << 31, 0x24},
	{"source", AT(1u), 0x10000, ENTRY_LOW, 0x40119, 0x26},
	{"source type 3", AT(1u), 0, ENTRY_LOW, 0xc0118, 0x26},
	{"subhandle above 16 bits", AT(1u), 0x10000, ENTRY_LOW, ENTRY_HIGH, 0x20},
	{"descriptor out of memory", AT(1u), 0, UINT64_C(0x1000000000318001), ENTRY_HIGH, 0x27},
};

static void check_fault(const struct fault_case *c, bool suppressed)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	const struct tape_record *drop;

	vtd_set_entry(v, 1, suppressed ? c->low | ENTRY_FPD : c->low & ~ENTRY_FPD, c->high);
	rig_forget(v->r);
	rig_send(v->r, REQUESTER, c->address, c->data);
	drop = rig_next(v->r, TAPE_DROP);
	if (!drop || drop->value != DROP_REMAP_FAULT || drop->extra != c->reason)
		fail_msg("%s: expected %#x, got %#x", c->what, c->reason, drop ? drop->extra : 0);
	v->r->at = 0;
	assert_int_equal(rig_count(v->r, TAPE_FAULT), suppressed ? 0 : 1);
	assert_int_equal(rig_count(v->r, TAPE_DROP), 1);
	assert_int_equal(rig_count(v->r, TAPE_REQUEST), 0);
	assert_int_equal(vtd_read(v, VTD_FSTS, 4) & 2, suppressed ? 0 : 2);
	if (!suppressed) {
		assert_int_equal(vtd_read(v, VTD_FRCD + 12, 4), 0x80000000u | c->reason);
		assert_int_equal(vtd_read(v, VTD_FRCD + 8, 4), REQUESTER);
	}
	vtd_rig_destroy(v);
}

static void every_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]); i++)
		check_fault(&fault_cases[i], false);
}

/* FPD silences what is found after the entry was read, and nothing before. */
static void fault_processing_disabled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]); i++) {
		bool entry_read = fault_cases[i].address == AT(1u);

		check_fault(&fault_cases[i], entry_read);
	}
}

static void table_out_of_memory(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);

	(void)state;
	vtd_write(v, VTD_IRTA, 8, UINT64_C(0x3000000000) | 0x807);
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE | GCMD_IRE | GCMD_SIRTP);
	vtd_send(v, 1);
	vtd_expect_fault(v, VTD_FAULT_TABLE_ACCESS);
	vtd_rig_destroy(v);
}

static void descriptor_reserved(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);
	uint64_t pid = rig_memory(v->r, 64);

	(void)state;
	vtd_set_entry(v, 1, 0x318001 | (pid & 0xffffffc0) << 32, ENTRY_HIGH | pid >> 32 << 32);
	rig_write(v->r, pid + 32, 8, 4);
	vtd_send(v, 1);
	vtd_expect_fault(v, VTD_FAULT_POST_RESERVED);
	assert_int_equal(rig_read(v->r, pid, 8), 0);
	vtd_rig_destroy(v);
}

static void compatibility_format(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&narrow);

	(void)state;
	rig_send(v->r, REQUESTER, 0xfee01000, 0x41); /* CFI clear */
	vtd_expect_fault(v, VTD_FAULT_COMPATIBILITY);
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE | GCMD_IRE | GCMD_CFI);
	rig_send(v->r, REQUESTER, 0xfee01000, 0x41);
	rig_expect_request(v->r, 1, 0x41);
	vtd_rig_destroy(v);
	v = vtd_rig_create(&small); /* 32-bit destinations block it all the same */
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE | GCMD_IRE | GCMD_CFI);
	rig_send(v->r, REQUESTER, 0xfee01000, 0x41);
	vtd_expect_fault(v, VTD_FAULT_COMPATIBILITY);
	vtd_rig_destroy(v);
}

static void remapping_off(void **state)
{
	struct vtd_rig *v = vtd_rig_create(&small);

	(void)state;
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE);
	rig_send(v->r, REQUESTER, 0xfee01000, 0x41);
	rig_expect_request(v->r, 1, 0x41);
	rig_send(v->r, REQUESTER, 0x1000, 0x41);
	rig_expect_drop(v->r, DROP_STRAY);
	vtd_rig_destroy(v);
}

static void other_requesters_pass(void **state)
{
	const struct remap_desc desc = {
		.name = "ir", .entries = 2, .first_requester = 0x100, .last_requester = 0x1ff};
	struct vtd_rig *v = vtd_rig_create(&desc);

	(void)state;
	rig_send(v->r, 0x00ff, 0xfee01000, 0x41);
	rig_expect_request(v->r, 1, 0x41);
	rig_send(v->r, 0x0200, 0xfee01000, 0x42);
	rig_expect_request(v->r, 1, 0x42);
	rig_send(v->r, 0x01ff, 0xfee01000, 0x43);
	vtd_expect_fault(v, VTD_FAULT_COMPATIBILITY);
	vtd_rig_destroy(v);
}

/* ---- source validation, against a plain reading of the rules ---- */

static bool reference_source(unsigned svt, unsigned sq, unsigned sid, unsigned requester)
{
	unsigned ignored = sq == 0 ? 0 : sq == 1 ? 4 : sq == 2 ? 6 : 7;

	switch (svt) {
	case 0:
		return true;
	case 1:
		return ((sid ^ requester) & ~ignored & 0xffff) == 0;
	case 2:
		return requester / 256 >= sid / 256 && requester / 256 <= sid % 256;
	default:
		return false;
	}
}

static enum tape_kind outcome(struct rig *r)
{
	return (enum tape_kind)tape_at(r->m, tape_position(r->m) - 1)->kind;
}

static void every_source(void **state)
{
	static const uint16_t sids[] = {0x0118, 0x0305, 0xff07};
	struct vtd_rig *v = vtd_rig_create(&small);

	(void)state;
	for (unsigned combo = 0; combo < 16 * 3; combo++) {
		unsigned svt = combo & 3, sq = combo >> 2 & 3, sid = sids[combo >> 4];

		vtd_set_entry(v, 1, ENTRY_LOW | ENTRY_FPD, sid | sq << 16 | svt << 18);
		vtd_flush_all(v);
		for (unsigned requester = 0; requester < 65536; requester++) {
			enum tape_kind expected = reference_source(svt, sq, sid, requester)
							  ? TAPE_REQUEST
							  : TAPE_DROP;

			rig_send(v->r, (uint16_t)requester, AT(1u), 0);
			if (outcome(v->r) != expected)
				fail_msg("svt %u sq %u sid %#x requester %#x", svt, sq, sid,
					 requester);
		}
	}
	vtd_rig_destroy(v);
}

/* ---- the whole walk, against a plain reading of the rules ---- */

static unsigned reference_walk(bool eim, bool cfi, uint64_t address, uint32_t data, uint64_t low,
			       uint64_t high, unsigned requester)
{
	unsigned index, posted = low >> 15 & 1;
	bool shv = address >> 3 & 1;

	if (address >> 32 || (address >> 20 & 0xfff) != 0xfee)
		return 0x20;
	if (!(address >> 4 & 1))
		return cfi && !eim ? 0 : 0x25;
	index = (unsigned)(address >> 5 & 0x7fff) + ((address >> 2 & 1) ? 0x8000 : 0);
	if (shv)
		index += data % 65536;
	if (index >= 256)
		return 0x21;
	if (index != 1)
		return 0x22; /* the test fills entry 1 only */
	if (!(low & 1))
		return 0x22;
	for (unsigned bit = 0; bit < 128; bit++) {
		bool set = bit < 64 ? low >> bit & 1 : high >> (bit - 64) & 1;
		bool reserved = posted ? (bit >= 2 && bit <= 7) || bit == 12 || bit == 13 ||
						 (bit >= 24 && bit <= 37) ||
						 (bit >= 84 && bit <= 95)
				       : (bit >= 12 && bit <= 14) || (bit >= 24 && bit <= 31) ||
						 bit >= 84 ||
						 (!eim && bit >= 32 && bit <= 63 &&
						  !(bit >= 40 && bit <= 47));

		if (set && reserved)
			return 0x24;
	}
	if (!posted && ((low >> 5 & 7) == 3 || (low >> 5 & 7) == 6))
		return 0x24;
	if (!reference_source(high >> 18 & 3, high >> 16 & 3, high & 0xffff, requester))
		return 0x26;
	if (shv && data >> 16)
		return 0x20;
	return posted ? 0x27 : 0; /* no descriptor where these entries point */
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* A few flipped bits in something that is right. */
static uint64_t disturb(uint64_t *seed, uint64_t value, unsigned bits)
{
	for (uint64_t n = next_random(seed) % 3; n; n--)
		value ^= UINT64_C(1) << (next_random(seed) % bits);
	return value;
}

static void random_walks(void **state)
{
	uint64_t seed = 88172645463325252u;
	unsigned seen[0x40] = {0};

	(void)state;
	for (unsigned eim = 0; eim < 2; eim++) {
		struct vtd_rig *v = vtd_rig_create(eim ? &small : &narrow);

		for (unsigned i = 0; i < 40000; i++) {
			bool cfi = next_random(&seed) & 1;
			uint64_t base = i % 4 == 0 ? 0x318001 : eim ? ENTRY_LOW : ENTRY_LOW_8;
			uint64_t low = disturb(&seed, base, 64);
			uint64_t high = disturb(&seed, ENTRY_HIGH, 64);
			uint64_t address = disturb(&seed, AT(1u), 36);
			uint32_t data = (uint32_t)disturb(&seed, 0, 18);
			const struct tape_record *last;
			unsigned expected;

			if (low & POSTED) /* far from any memory, where the reference expects it */
				low |= UINT64_C(1) << 63, high |= UINT64_C(1) << 60;
			expected = reference_walk(eim, cfi, address, data, low, high, REQUESTER);
			vtd_set_entry(v, 1, low, high);
			vtd_flush_all(v);
			vtd_write(v, VTD_GCMD, 4, GCMD_QIE | GCMD_IRE | (cfi ? GCMD_CFI : 0));
			rig_send(v->r, REQUESTER, address, data);
			last = tape_at(v->r->m, tape_position(v->r->m) - 1);
			if (expected && (last->kind != TAPE_DROP || last->extra != expected ||
					 last->value != DROP_REMAP_FAULT))
				fail_msg("%#llx/%#x %#llx %#llx: expected %#x",
					 (unsigned long long)address, data,
					 (unsigned long long)high, (unsigned long long)low,
					 expected);
			if (!expected && last->kind == TAPE_DROP && last->value == DROP_REMAP_FAULT)
				fail_msg("%#llx/%#x %#llx %#llx: blocked by %#x",
					 (unsigned long long)address, data,
					 (unsigned long long)high, (unsigned long long)low,
					 last->extra);
			seen[expected]++;
		}
		vtd_rig_destroy(v);
	}
	for (unsigned reason = 0x20; reason <= 0x27; reason++)
		if (reason != 0x23) /* has a test of its own */
			assert_int_not_equal(seen[reason], 0);
	assert_int_not_equal(seen[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handles_in_addresses),
		cmocka_unit_test(destination_width),
		cmocka_unit_test(entry_fields),
		cmocka_unit_test(trigger_mode),
		cmocka_unit_test(every_fault),
		cmocka_unit_test(fault_processing_disabled),
		cmocka_unit_test(table_out_of_memory),
		cmocka_unit_test(descriptor_reserved),
		cmocka_unit_test(compatibility_format),
		cmocka_unit_test(remapping_off),
		cmocka_unit_test(other_requesters_pass),
		cmocka_unit_test(every_source),
		cmocka_unit_test(random_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
