/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/ioapic.h"

#include "sim_cpu/lapic.h"
#include "sim_iommu/vtd_rig.h"

#define IO_REQUESTER 0xf0f8u
#define PIN	     4u

struct io {
	struct rig *r;
	uint64_t registers;
};

static void attach(struct io *io, struct rig *r)
{
	io->r = r;
	assert_int_equal(ioapic_create(r->m, 0, 24, IO_REQUESTER, &io->registers), 0);
}

static void index_write(struct io *io, unsigned index, uint32_t value)
{
	rig_write(io->r, io->registers + IOAPIC_INDEX, 4, index);
	rig_write(io->r, io->registers + IOAPIC_DATA, 4, value);
}

static uint32_t index_read(struct io *io, unsigned index)
{
	rig_write(io->r, io->registers + IOAPIC_INDEX, 4, index);
	return (uint32_t)rig_read(io->r, io->registers + IOAPIC_DATA, 4);
}

/* High half first: the low one has the mask. */
static void set_entry(struct io *io, unsigned pin, uint64_t entry)
{
	index_write(io, IOAPIC_ENTRY + 2 * pin + 1, (uint32_t)(entry >> 32));
	index_write(io, IOAPIC_ENTRY + 2 * pin, (uint32_t)entry);
}

static uint64_t dest(unsigned id)
{
	return (uint64_t)id << 56;
}

static void line(struct io *io, bool asserted)
{
	ioapic_set_line(io->r->m, 0, PIN, asserted);
}

static void expect_message(struct io *io, uint64_t address, uint32_t data)
{
	const struct tape_record *record = rig_next(io->r, TAPE_MESSAGE);

	assert_non_null(record);
	assert_int_equal(record->address, address);
	assert_int_equal(record->value, data);
	assert_int_equal(record->actor, IO_REQUESTER);
	rig_expect_none(io->r, TAPE_MESSAGE);
}

static void registers(void **state)
{
	struct io io;
	char text[128];

	(void)state;
	attach(&io, rig_with_cpus(2, APIC_PHYSICAL_FLAT));
	assert_int_equal(index_read(&io, IOAPIC_VERSION), 0x170020);
	index_write(&io, IOAPIC_ID, 0xffffffff);
	assert_int_equal(index_read(&io, IOAPIC_ID), 0x0f000000);
	assert_string_equal(rig_last_place(io.r, text), "ioapic0.reg.index");
	for (unsigned pin = 0; pin < 24; pin++)
		assert_int_equal(index_read(&io, IOAPIC_ENTRY + 2 * pin), 0x10000);
	assert_int_equal(index_read(&io, IOAPIC_ENTRY + 48), 0);
	set_entry(&io, 23, UINT64_MAX);
	assert_int_equal(ioapic_peek_entry(io.r->m, 0, 23), UINT64_C(0xffffffffffffafff));
	assert_int_equal(ioapic_peek_entry(io.r->m, 0, 24), UINT64_MAX);
	assert_int_equal(ioapic_peek_entry(io.r->m, 1, 0), UINT64_MAX);
	rig_destroy(io.r);
}

struct message_case {
	uint64_t entry, address;
	uint32_t data;
};

/* The message follows from the entry's bits alone. */
static void messages(void **state)
{
	static const struct message_case cases[] = {
		{UINT64_C(0x1200000000000031), 0xfee12000, 0x31},
		{UINT64_C(0x1200000000000831), 0xfee12004, 0x31},   /* logical */
		{UINT64_C(0x1200000000000131), 0xfee12000, 0x131},  /* lowest priority */
		{UINT64_C(0x3424000000000031), 0xfee34240, 0x31},   /* extended: id 0x1234 */
		{UINT64_C(0x0021000000000004), 0xfee00210, 0x04},   /* remap index 0x10, pin 4 */
		{UINT64_C(0x000b000000000804), 0xfee000b4, 0x04},   /* remap index 0x8005 */
		{UINT64_C(0x120000000000a031), 0xfee12000, 0xc031}, /* level */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct io io;

		attach(&io, rig_with_cpus(2, APIC_PHYSICAL_FLAT));
		set_entry(&io, PIN, cases[i].entry);
		line(&io, true);
		expect_message(&io, cases[i].address, cases[i].data);
		rig_destroy(io.r);
	}
}

static void edge(void **state)
{
	struct io io;

	(void)state;
	attach(&io, rig_with_cpus(2, APIC_PHYSICAL_FLAT));
	set_entry(&io, PIN, dest(1) | 0x31);
	line(&io, true);
	rig_expect_request(io.r, 1, 0x31);
	line(&io, true); /* no edge */
	line(&io, false);
	rig_expect_none(io.r, TAPE_MESSAGE);
	line(&io, true);
	rig_expect_request(io.r, 1, 0x31);
	line(&io, false);
	set_entry(&io, PIN, dest(1) | 0x31 | IOAPIC_RTE_MASKED);
	line(&io, true);
	rig_expect_drop(io.r, DROP_DISABLED);
	set_entry(&io, PIN, dest(1) | 0x31);
	rig_expect_none(io.r, TAPE_MESSAGE); /* it is lost */
	ioapic_set_line(io.r->m, 0, 24, true);
	ioapic_set_line(io.r->m, 7, PIN, true);
	rig_expect_none(io.r, TAPE_MESSAGE);
	rig_destroy(io.r);
}

static uint64_t remote_irr(struct io *io)
{
	return ioapic_peek_entry(io->r->m, 0, PIN) & IOAPIC_RTE_REMOTE_IRR;
}

static void level(void **state)
{
	struct io io;

	(void)state;
	attach(&io, rig_with_cpus(2, APIC_PHYSICAL_FLAT));
	set_entry(&io, PIN, dest(1) | 0x31 | IOAPIC_RTE_LEVEL);
	line(&io, true);
	rig_expect_request(io.r, 1, 0x31);
	assert_int_not_equal(remote_irr(&io), 0);
	rig_forget(io.r);
	line(&io, false);
	line(&io, true); /* remote IRR stands: nothing */
	rig_expect_none(io.r, TAPE_MESSAGE);
	assert_int_equal(machine_deliver(io.r->m, 3), -EBUSY); /* ended, still asserted: again */
	assert_int_equal(rig_count(io.r, TAPE_ACCEPT), 3);
	line(&io, false);
	machine_deliver(io.r->m, 0);
	assert_int_equal(remote_irr(&io), 0);
	rig_forget(io.r);
	machine_deliver(io.r->m, 0);
	rig_expect_none(io.r, TAPE_ACCEPT);
	rig_destroy(io.r);
}

static void level_masked(void **state)
{
	struct io io;

	(void)state;
	attach(&io, rig_with_cpus(2, APIC_PHYSICAL_FLAT));
	set_entry(&io, PIN, dest(1) | 0x31 | IOAPIC_RTE_LEVEL | IOAPIC_RTE_MASKED);
	line(&io, true);
	rig_expect_none(io.r, TAPE_MESSAGE);
	set_entry(&io, PIN, dest(1) | 0x31 | IOAPIC_RTE_LEVEL);
	rig_expect_request(io.r, 1, 0x31);
	rig_destroy(io.r);
}

/* Directed end: by the vector in the entry, which need not be the CPU's. */
static void eoi_register(void **state)
{
	struct io io;

	(void)state;
	attach(&io, rig_with_cpus(2, APIC_PHYSICAL_FLAT));
	rig_never_ends(io.r);
	set_entry(&io, PIN, dest(1) | 0x31 | IOAPIC_RTE_LEVEL);
	line(&io, true);
	rig_forget(io.r);
	set_entry(&io, PIN + 1, dest(1) | 0x32 | IOAPIC_RTE_LEVEL);
	ioapic_set_line(io.r->m, 0, PIN + 1, true);
	ioapic_set_line(io.r->m, 0, PIN + 1, false);
	rig_forget(io.r);
	rig_write(io.r, io.registers + IOAPIC_EOI, 4, 0x32);
	assert_int_not_equal(remote_irr(&io), 0);
	assert_int_equal(ioapic_peek_entry(io.r->m, 0, PIN + 1) & IOAPIC_RTE_REMOTE_IRR, 0);
	rig_expect_none(io.r, TAPE_MESSAGE);
	rig_write(io.r, io.registers + IOAPIC_EOI, 4, 0x31);
	rig_expect_request(io.r, 1, 0x31);
	line(&io, false);
	rig_write(io.r, io.registers + IOAPIC_EOI, 4, 0x31);
	assert_int_equal(remote_irr(&io), 0);
	/* Changing to edge clears it too. */
	line(&io, true);
	assert_int_not_equal(remote_irr(&io), 0);
	set_entry(&io, PIN, dest(1) | 0x31 | IOAPIC_RTE_MASKED);
	assert_int_equal(remote_irr(&io), 0);
	rig_destroy(io.r);
}

/* The I/O APIC is just another source of messages in front of the remapping unit. */
static void through_remapping(void **state)
{
	const struct remap_desc desc = {.name = "ir", .entries = 256};
	struct vtd_rig *v = vtd_rig_create(&desc);
	struct io io;

	(void)state;
	attach(&io, v->r);
	vtd_set_entry(v, 0x10, ENTRY_LOW_8, 0x40000 | IO_REQUESTER);
	set_entry(&io, PIN, UINT64_C(0x0021000000008004));
	line(&io, true);
	rig_expect_request(v->r, 2, 0x31);
	machine_deliver(v->r->m, 0);
	assert_int_not_equal(remote_irr(&io), 0); /* the CPU's vector was edge: no broadcast */
	line(&io, false);
	rig_write(v->r, io.registers + IOAPIC_EOI, 4, PIN);
	assert_int_equal(remote_irr(&io), 0);
	vtd_set_entry(v, 0x10, ENTRY_LOW_8, 0x40000 | 0x0018);
	vtd_flush_all(v);
	line(&io, true);
	vtd_expect_fault(v, VTD_FAULT_SOURCE);
	vtd_rig_destroy(v);
}

static int create_one(struct machine *m)
{
	uint64_t where;

	return ioapic_create(m, 0, 24, IO_REQUESTER, &where);
}

static void create_errors(void **state)
{
	struct rig *r = rig_create();
	uint64_t where;

	(void)state;
	assert_int_equal(ioapic_create(r->m, 0, 0, 0, &where), -EINVAL);
	assert_int_equal(ioapic_create(r->m, 0, 121, 0, &where), -EINVAL);
	assert_int_equal(ioapic_create(r->m, 64, 24, 0, &where), -EINVAL);
	rig_check_allocation_failures(r, create_one);
	assert_int_equal(ioapic_create(r->m, 0, 24, 0, &where), -EEXIST);
	for (unsigned unit = 1; unit < 16; unit++)
		assert_int_equal(ioapic_create(r->m, unit, 24, 0, &where), 0);
	assert_int_equal(ioapic_create(r->m, 16, 24, 0, &where), -ENOSPC);
	assert_int_equal(ioapic_peek_entry(r->m, 16, 0), UINT64_MAX);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers),
		cmocka_unit_test(messages),
		cmocka_unit_test(edge),
		cmocka_unit_test(level),
		cmocka_unit_test(level_masked),
		cmocka_unit_test(eoi_register),
		cmocka_unit_test(through_remapping),
		cmocka_unit_test(create_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
