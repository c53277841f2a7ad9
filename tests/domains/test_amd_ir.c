/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/bench.h"

#include "domains/amd_ir.h"
#include "domains/amd_ir_internal.h"
#include "sim_iommu/amdvi.h"

#include <irqlab/provider/hardware.h>
#include <stdio.h>
#include <string.h>

static struct bench *amd(uint32_t entries)
{
	return bench_create(&(struct bench_shape){.remap = REMAP_AMD, .entries = entries});
}

static struct irq_domain *unit_domain(struct bench *b)
{
	return irq_domain_by_name(b->m, "AMD-IR-0-14");
}

static struct amd_ir_info info_of(struct bench *b, unsigned irq)
{
	struct amd_ir_info info;

	assert_true(amd_ir_info(b->m, irq, &info));
	return info;
}

static void expect_entry(struct bench *b, unsigned irq, uint64_t low, uint64_t high)
{
	struct amd_ir_info info = info_of(b, irq);
	uint64_t entry[2] = {0};

	assert_true(bus_memory_read(b->m, info.entry_address, entry, info.legacy_format ? 4 : 16));
	assert_int_equal(entry[0], low);
	assert_int_equal(entry[1], high);
}

/* ---- contents ---- */

static void test_entries(void **state)
{
	static const struct cpu_desc ids[] = {
		{.apic_id = 0}, {.apic_id = 1}, {.apic_id = 0x12}, {.apic_id = 0x12345678}};
	static const struct {
		enum apic_mode mode;
		const char *cpu;
		bool legacy;
		uint64_t low, high;
	} cases[] = {
		{APIC_X2APIC_PHYSICAL, "2", false, 0x1201, 0x20},
		{APIC_X2APIC_PHYSICAL, "3", false, 0x34567801, 0x1200000000000020},
		{APIC_X2APIC_CLUSTER, "1", false, 0x241, 0x20},
		{APIC_PHYSICAL_FLAT, "2", true, 0x00201201, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *b = bench_create(&(struct bench_shape){
			.remap = REMAP_AMD,
			.entries = 16,
			.cpus = cases[i].legacy ? 3 : 4,
			.cpu = ids,
			.mode = cases[i].mode,
			.legacy = cases[i].legacy,
		});
		unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

		bench_affinity(b, irq, cases[i].cpu);
		bench_request(b, irq);
		expect_entry(b, irq, cases[i].low, cases[i].high);
		assert_int_equal(bench_raise(b, b->nic, 0), 1);
		assert_int_equal(b->handled_on, cases[i].cpu[0] - '0');
		bench_destroy(b);
	}
}

static void test_messages_are_indexes(void **state)
{
	struct bench *b = amd(512);
	unsigned nic = bench_alloc(b, b->nic, 3, PCI_IRQ_MSIX);
	unsigned old = bench_alloc(b, b->old, 3, PCI_IRQ_MSI);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(info_of(b, nic + i).msg.address_lo, 0xfee00000);
		assert_int_equal(info_of(b, nic + i).msg.data, i);
		assert_int_equal(info_of(b, old + i).msg.data, i); /* of another table */
		assert_int_equal(info_of(b, nic + i).devid, 0x18);
		/* Not by entry: MSI-X irqs of a device all have the same. */
		assert_int_equal(irq_domain_get_irq_data(unit_domain(b), nic + i)->hwirq, 0x180000);
		assert_int_equal(irq_domain_get_irq_data(unit_domain(b), old + i)->hwirq,
				 0x200000 + i);
		bench_request(b, nic + i);
		bench_request(b, old + i);
	}
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(bench_raise(b, b->nic, i), 1);
		assert_int_equal(b->handled_irq, nic + i);
		assert_int_equal(bench_raise(b, b->old, i), 1);
		assert_int_equal(b->handled_irq, old + i);
	}
	bench_destroy(b);
}

static void test_life_of_an_entry(void **state)
{
	struct bench *b = amd(16);
	unsigned irq = bench_alloc(b, b->nic, 2, PCI_IRQ_MSIX);
	uint64_t entry = info_of(b, irq).entry_address, word[2];

	(void)state;
	expect_entry(b, irq, 0x1, 0xef); /* parked */
	bench_affinity(b, irq, "2");
	bench_request(b, irq);
	expect_entry(b, irq, 0x201, 0x20);
	bench_free_irq(b, irq);
	expect_entry(b, irq, 0x200, 0x20); /* invalid, all else as it was */
	assert_int_equal(pci_msix_free_irq(b->nic, (struct msi_map){0, (int)irq}), 0);
	assert_true(bus_memory_read(b->m, entry, word, 16));
	assert_int_equal(word[0] | word[1], 0);
	bench_destroy(b);
}

/* ---- who has no table ---- */

static uint64_t dte_of(struct bench *b, uint16_t devid)
{
	const struct amd_unit *u = unit_domain(b)->host_data;
	uint64_t dte;

	assert_true(bus_memory_read(b->m, u->device_table + devid * 32u + 16, &dte, 8));
	return dte;
}

/* Switch amd-table-stays. */
static void test_last_entry(void **state)
{
	(void)state;
	for (int stays = 1; stays >= 0; stays--) {
		struct bench *b = amd(16);
		uint64_t table, from;
		struct tape_write w[4];

		machine_set_switch(b->m, SWITCH_AMD_TABLE_STAYS, stays);
		bench_alloc(b, b->nic, 2, PCI_IRQ_MSIX);
		table = amd_ir_table(unit_domain(b), 0x18);
		from = tape_position(b->m);
		pci_free_irq_vectors(b->nic);
		assert_int_equal(tape_writes(b->m, from, "ir.dte[24].q2", w, 4), !stays);
		assert_int_equal(amd_ir_table(unit_domain(b), 0x18), stays ? table : 0);
		assert_int_equal(dte_of(b, 0x18) >> 60, stays ? 2 : 0);
		assert_int_equal(dte_of(b, 0x18) & 1, 1);
		bench_destroy(b);
	}
}

static void expect_abort(struct bench *b, uint16_t requester, uint64_t logged)
{
	struct bus_message message = {.address = 0xfee00000, .requester = requester};
	const struct amd_unit *u = unit_domain(b)->host_data;
	uint64_t from = tape_position(b->m), event[2];

	bus_send_message(b->m, &message);
	assert_int_equal(tape_events(b->m, from, TAPE_REQUEST), 0);
	assert_int_equal(tape_events(b->m, from, TAPE_FAULT), 1);
	assert_true(bus_memory_read(b->m, u->events + 16 * logged, event, 16));
	assert_int_equal(event[0], UINT64_C(2) << 60 | UINT64_C(1) << 51 | requester);
	assert_int_equal(event[1], 0xfee00000);
	assert_int_equal(bus_read(b->m, u->registers + AMDVI_EVENT_TAIL, 8), 16 * (logged + 1));
}

/* IV set, control 0: the specification's abort, for all of bus 0. */
static void test_no_table_is_no_way_through(void **state)
{
	struct bench *b = amd(16);
	unsigned irq;

	(void)state;
	for (uint32_t devid = 0; devid < 0x100; devid++)
		assert_int_equal(dte_of(b, (uint16_t)devid), 1);
	expect_abort(b, 0x18, 0);
	expect_abort(b, 0xff, 1);
	irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	assert_int_equal(dte_of(b, 0x18),
			 UINT64_C(2) << 60 | amd_ir_table(unit_domain(b), 0x18) | 4 << 1 | 1);
	assert_int_equal(dte_of(b, 0x20), 1);
	bench_request(b, irq);
	bench_free_irq(b, irq);
	pci_free_irq_vectors(b->nic);
	expect_abort(b, 0x18, 2); /* no longer by the device's entry, but by the table's */
	expect_abort(b, 0x20, 3);
	bench_destroy(b);
}

/* ---- writes ---- */

static void test_activation_writes_twice(void **state)
{
	struct bench *b = amd(16);
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	struct amd_unit *u = unit_domain(b)->host_data;
	struct tape_write w[20];
	unsigned tail = u->tail;
	char place[40];
	uint64_t from = tape_position(b->m);

	(void)state;
	bench_affinity(b, irq, "2");
	bench_request(b, irq);
	/* As it was left, then the new one; then startup sets the affinity once more. */
	assert_int_equal(tape_writes(b->m, from, "ir-18.irte[0].lo", w, 20), 3);
	assert_int_equal(w[0].value, 0x1);
	assert_int_equal(w[1].value, 0x201);
	assert_int_equal(w[2].value, 0x201);
	assert_int_equal(tape_writes(b->m, from, "ir.cmd", w, 20), 12);
	snprintf(place, sizeof(place), "ir.cmd[%u].lo", tail);
	assert_string_equal(w[0].place, place);
	assert_int_equal(w[0].value, 0x5000000000000018);
	assert_int_equal(w[2].value >> 60, 1); /* a wait follows */
	bench_destroy(b);
}

static void test_command_buffer_wraps(void **state)
{
	struct bench *b = amd(16);
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

	(void)state;
	bench_request(b, irq);
	for (unsigned i = 0; i < 400; i++) {
		bench_affinity(b, irq, i % 2 ? "1" : "2");
		machine_tick(b->m, 1);
		assert_int_equal(bench_vector(b, irq).cpu, i % 2 ? 1 : 2);
	}
	assert_int_equal(bench_raise(b, b->nic, 0), 1);
	bench_destroy(b);
}

static void test_forgotten_invalidation_shows(void **state)
{
	struct bench *b = amd(16);
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

	(void)state;
	bench_request(b, irq);
	bench_raise(b, b->nic, 0);
	machine_set_switch(b->m, SWITCH_INVALIDATE_AFTER_WRITE, false);
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_of(b->m, 2)), 0);
	device_raise(b->m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID);
	machine_deliver(b->m, 0);
	assert_int_equal(b->handled_on, 0);
	bench_abandon(b);
}

/* ---- allocation ---- */

static void test_blocks_are_aligned(void **state)
{
	struct bench *b = amd(32);
	struct amd_unit *u = unit_domain(b)->host_data;
	struct amd_table *t = amd_table_for(u, 0x77, NULL);

	(void)state;
	assert_ptr_equal(amd_table_for(u, 0x77, NULL), t);
	amd_take_entry(u, t, 1);
	assert_int_equal(amd_allocate_entries(u, t, 3, true), 4);
	assert_int_equal(amd_allocate_entries(u, t, 2, true), 2);
	assert_int_equal(amd_allocate_entries(u, t, 1, true), 0);
	assert_int_equal(amd_allocate_entries(u, t, 1, false), 7); /* behind the three */
	assert_int_equal(amd_allocate_entries(u, t, 16, true), 16);
	assert_int_equal(amd_allocate_entries(u, t, 8, true), 8);
	assert_int_equal(amd_allocate_entries(u, t, 1, false), -ENOSPC);
	amd_give_entry_back(u, t, 9);
	amd_give_entry_back(u, t, 10);
	assert_int_equal(amd_allocate_entries(u, t, 2, true), -ENOSPC);
	assert_int_equal(amd_allocate_entries(u, t, 2, false), 9);
	amd_drop_if_empty(u, t);
	assert_int_equal(amd_ir_table(unit_domain(b), 0x77), t->address);
	bench_destroy(b);
}

static void test_pins_have_their_own(void **state)
{
	struct bench *b = amd(64);
	struct amd_unit *u = unit_domain(b)->host_data;
	struct amd_table *t = amd_table_for(u, 0xa0, NULL);
	uint64_t word[2];

	(void)state;
	amd_reserve_pins(u, t);
	assert_int_equal(amd_allocate_entries(u, t, 1, false), 32);
	assert_true(bus_memory_read(b->m, t->address + 31 * 16, word, 16));
	assert_int_equal(word[0], 0);
	assert_int_equal(word[1], 0xff); /* taken, and nobody's */
	bench_destroy(b);
}

static void test_each_entry_is_freed_by_itself(void **state)
{
	struct bench *b = amd(8);
	unsigned irq = bench_alloc(b, b->nic, 8, PCI_IRQ_MSIX);

	(void)state;
	assert_int_equal(pci_msix_alloc_irq_at(b->nic, 9, NULL).index, -ENOSPC);
	assert_int_equal(pci_msix_free_irq(b->nic, (struct msi_map){3, (int)irq + 3}), 0);
	assert_false(amd_ir_index_is_allocated(unit_domain(b), 0x18, 3));
	assert_int_equal(pci_msix_alloc_irq_at(b->nic, 9, NULL).index, 9);
	assert_int_equal(info_of(b, (unsigned)pci_irq_vector(b->nic, 9)).index, 3);
	bench_destroy(b);
}

static void test_table_that_is_too_small(void **state)
{
	struct bench *b = amd(4);

	(void)state;
	machine_set_switch(b->m, SWITCH_AMD_TABLE_STAYS, false);
	assert_int_equal(pci_alloc_irq_vectors(b->nic, 1, 16, PCI_IRQ_MSIX), 4);
	pci_free_irq_vectors(b->nic);
	assert_int_equal(pci_alloc_irq_vectors(b->old, 8, 8, PCI_IRQ_MSI), -ENOSPC);
	assert_int_equal(amd_ir_table(unit_domain(b), 0x20), 0); /* not even a table */
	assert_int_equal(dte_of(b, 0x20), 1);
	bench_destroy(b);
}

static void test_failed_memory_leaves_nothing(void **state)
{
	struct bench *b = amd(16);
	struct fingerprint before;
	int ret = -ENOMEM;

	(void)state;
	machine_set_switch(b->m, SWITCH_AMD_TABLE_STAYS, false);
	/* The device domain exists from now on; the table does not. */
	assert_int_equal(pci_alloc_irq_vectors(b->old, 4, 4, PCI_IRQ_MSI), 4);
	pci_free_irq_vectors(b->old);
	assert_int_equal(amd_ir_table(unit_domain(b), 0x20), 0);
	before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
	for (unsigned nth = 1; ret < 0; nth++) {
		machine_fail_allocation(b->m, nth);
		ret = pci_alloc_irq_vectors(b->old, 4, 4, PCI_IRQ_MSI);
		machine_fail_allocation(b->m, 0);
		if (ret >= 0)
			break;
		bench_check(b);
		assert_true(
			fingerprint_equal(before, machine_fingerprint(b->m, FINGERPRINT_SEMANTIC)));
		assert_true(nth < 200);
	}
	assert_int_equal(ret, 4);
	bench_destroy(b);
}

/* ---- several requesters, one table ---- */

static void test_behind_bridges(void **state)
{
	(void)state;
	for (enum bridge_kind kind = BRIDGE_PCI; kind <= BRIDGE_PCIE_TO_PCI; kind++) {
		uint16_t requester = kind == BRIDGE_PCI ? 0x108 : 0x318;
		uint16_t bridge = kind == BRIDGE_PCI ? 0x58 : 0x300;
		struct bench *b = bench_create(&(struct bench_shape){.remap = REMAP_AMD,
								     .entries = 16,
								     .behind = kind,
								     .requester = requester,
								     .bridge = bridge});
		unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

		assert_int_equal(amd_ir_table(unit_domain(b), bridge),
				 amd_ir_table(unit_domain(b), requester));
		bench_request(b, irq);
		assert_int_equal(bench_raise(b, b->nic, 0), 1);
		bench_affinity(b, irq, "3");
		assert_int_equal(bench_raise(b, b->nic, 0), 1);
		assert_int_equal(b->handled_on, 3); /* no stale copy under the bridge's id */
		bench_destroy(b);
	}
}

/* ---- guests ---- */

static void test_guest_mode(void **state)
{
	struct bench *b = amd(16);
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	struct amd_vcpu_info guest = {
		.apic_page = 0x123456000, .vector = 0x31, .tag = 0x77, .cpu = 2};
	struct irq_data *d;

	(void)state;
	bench_request(b, irq);
	d = irq_domain_get_irq_data(unit_domain(b), irq);
	assert_int_equal(d->chip->irq_set_vcpu_affinity(d, &guest), 0);
	expect_entry(b, irq, 0x77000002c5, 0x123456031);
	assert_true(info_of(b, irq).guest_mode);
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_of(b->m, 1)), 0);
	expect_entry(b, irq, 0x77000002c5, 0x123456031); /* the guest's */
	assert_int_equal(d->chip->irq_set_vcpu_affinity(d, NULL), 0);
	expect_entry(b, irq, 0x101, 0x20);
	bench_destroy(b);
}

static void test_what_it_offers(void **state)
{
	struct bench *b = amd(16);
	const struct irq_domain *d = unit_domain(b);

	(void)state;
	assert_true(amd_ir_is_domain(d));
	assert_int_equal(amd_ir_entries(d), 16);
	assert_true(d->flags & IRQ_DOMAIN_FLAG_ISOLATED_MSI);
	assert_true(d->msi_parent_ops->supported_flags & MSI_FLAG_PCI_IMS);
	assert_true(d->msi_parent_ops->supported_flags & MSI_FLAG_MULTI_PCI_MSI);
	assert_null(amd_ir_create(b->m, x86_vector_domain(b->m),
				  &(struct remap_desc){.entries = 1024}, 0x1000, 0));
	bench_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_messages_are_indexes),
		cmocka_unit_test(test_life_of_an_entry),
		cmocka_unit_test(test_no_table_is_no_way_through),
		cmocka_unit_test(test_last_entry),
		cmocka_unit_test(test_activation_writes_twice),
		cmocka_unit_test(test_command_buffer_wraps),
		cmocka_unit_test(test_forgotten_invalidation_shows),
		cmocka_unit_test(test_blocks_are_aligned),
		cmocka_unit_test(test_pins_have_their_own),
		cmocka_unit_test(test_each_entry_is_freed_by_itself),
		cmocka_unit_test(test_table_that_is_too_small),
		cmocka_unit_test(test_failed_memory_leaves_nothing),
		cmocka_unit_test(test_behind_bridges),
		cmocka_unit_test(test_guest_mode),
		cmocka_unit_test(test_what_it_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
