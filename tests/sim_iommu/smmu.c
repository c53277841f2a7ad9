/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/its_rig.h"
#include "sim_iommu/smmu.h"

#define IOVA UINT64_C(0xfffff000) /* as recorded: the device writes IOVA + 0x40 */

struct smmu_rig {
	struct its_rig *i;
	uint64_t registers, table;
};

static void set_stream(struct smmu_rig *s, unsigned stream, uint64_t iova, uint64_t page)
{
	bus_write(s->i->m, s->table + stream * SMMU_ENTRY_BYTES + 8, 8, page);
	bus_write(s->i->m, s->table + stream * SMMU_ENTRY_BYTES, 8, iova);
}

/* DEVICE's event 0 leads to CPU 1; its doorbell page is at IOVA. */
static struct smmu_rig create(void)
{
	static const struct smmu_desc desc = {.name = "smmu"};
	struct smmu_rig s = {.i = its_rig_mapped()};
	uint64_t page = s.i->registers + (GITS_TRANSLATER & ~UINT64_C(0xfff));

	assert_int_equal(smmu_create(s.i->m, &desc, 0, &s.registers), 0);
	s.table = rig_memory(s.i->r, 1024 * SMMU_ENTRY_BYTES);
	set_stream(&s, DEVICE, IOVA | SMMU_ENTRY_VALID, page);
	bus_write(s.i->m, s.registers + SMMU_STRTAB_BASE, 8, s.table);
	bus_write(s.i->m, s.registers + SMMU_STRTAB_CFG, 4, 10);
	bus_write(s.i->m, s.registers + SMMU_CR0, 4, SMMU_CR0_ENABLE);
	lpi_property(s.i->g, LPI(0), 0xc3);
	its_do(s.i, its_mapti(DEVICE, 0, LPI(0), 1));
	rig_forget(s.i->r);
	return s;
}

static void expect_fault(struct smmu_rig *s, unsigned reason)
{
	const struct tape_record *fault = rig_next(s->i->r, TAPE_FAULT);

	assert_non_null(fault);
	assert_int_equal(fault->value, reason);
	assert_int_equal(fault->address, DEVICE);
	rig_expect_drop(s->i->r, DROP_REMAP_FAULT);
}

static void the_doorbell_is_translated(void **state)
{
	struct smmu_rig s = create();

	(void)state;
	rig_send(s.i->r, DEVICE, IOVA + 0x40, 0);
	assert_int_equal(rig_count(s.i->r, TAPE_MESSAGE), 1); /* what the device wrote, once */
	assert_int_equal(rig_next(s.i->r, TAPE_MESSAGE)->address, IOVA + 0x40);
	rig_expect_accept(s.i->r, 1, LPI(0));
	rig_send(s.i->r, DEVICE, IOVA + 0x44, 0);
	rig_expect_drop(s.i->r, DROP_STRAY);
	its_send(s.i, 0); /* the real address is not mapped */
	expect_fault(&s, SMMU_FAULT_TRANSLATION);
	set_stream(&s, DEVICE, IOVA | SMMU_ENTRY_VALID, 0x7000000000);
	rig_send(s.i->r, DEVICE, IOVA + 0x40, 0);
	rig_expect_drop(s.i->r, DROP_STRAY);
	its_rig_destroy(s.i);
}

static void others_are_passed_through(void **state)
{
	struct smmu_rig s = create();

	(void)state;
	set_stream(&s, DEVICE, IOVA, 0); /* not valid */
	its_send(s.i, 0);
	rig_expect_accept(s.i->r, 1, LPI(0));
	its_do(s.i, its_mapd(2000, EVENT_BITS, s.i->itt, true)); /* beyond the stream table */
	rig_send(s.i->r, 2000, s.i->registers + GITS_TRANSLATER, 0);
	rig_expect_accept(s.i->r, 1, LPI(0));
	set_stream(&s, DEVICE, IOVA | SMMU_ENTRY_VALID, 0);
	bus_write(s.i->m, s.registers + SMMU_CR0, 4, 0);
	its_send(s.i, 0);
	rig_expect_accept(s.i->r, 1, LPI(0));
	its_rig_destroy(s.i);
}

static void registers(void **state)
{
	struct smmu_rig s = create();
	char text[128];

	(void)state;
	assert_int_equal(bus_read(s.i->m, s.registers + SMMU_STRTAB_BASE, 8), s.table);
	assert_int_equal(bus_read(s.i->m, s.registers + SMMU_STRTAB_CFG, 4), 10);
	assert_int_equal(bus_read(s.i->m, s.registers + SMMU_CR0, 4), 1);
	assert_int_equal(bus_read(s.i->m, s.registers + SMMU_CR0 + 4, 4), 1);
	bus_write(s.i->m, s.registers + SMMU_STRTAB_CFG, 4, 20);
	assert_int_equal(bus_read(s.i->m, s.registers + SMMU_STRTAB_CFG, 4), 16);
	assert_string_equal(rig_last_place(s.i->r, text), "smmu.reg.strtab_base_cfg");
	bus_write(s.i->m, s.registers + SMMU_STRTAB_BASE, 8, 0x7000000000);
	rig_send(s.i->r, DEVICE, IOVA + 0x40, 0);
	expect_fault(&s, SMMU_FAULT_TABLE);
	its_rig_destroy(s.i);
}

static int create_one(struct machine *m)
{
	static const struct smmu_desc desc = {.first_requester = 8, .last_requester = 8};
	uint64_t at;

	return smmu_create(m, &desc, 3, &at);
}

static void creation(void **state)
{
	static const struct smmu_desc good, bad = {.first_requester = 9, .last_requester = 8};
	struct rig *r = rig_create();
	uint64_t at;

	(void)state;
	assert_int_equal(smmu_create(r->m, &good, 64, &at), -EINVAL);
	assert_int_equal(smmu_create(r->m, &bad, 0, &at), -EINVAL);
	rig_check_allocation_failures(r, create_one);
	assert_int_equal(create_one(r->m), -EEXIST);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_doorbell_is_translated),
		cmocka_unit_test(others_are_passed_through),
		cmocka_unit_test(registers),
		cmocka_unit_test(creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
