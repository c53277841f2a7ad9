/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/bench.h"

#include "domains/intel_ir.h"
#include "domains/intel_ir_internal.h"
#include "sim_iommu/vtd.h"

#include <irqlab/provider/hardware.h>
#include <stdio.h>
#include <string.h>

static struct bench *intel(uint32_t entries, uint8_t max_mask)
{
	return bench_create(&(struct bench_shape){
		.remap = REMAP_INTEL, .entries = entries, .max_mask = max_mask});
}

static struct irq_domain *unit_domain(struct bench *b)
{
	return irq_domain_by_name(b->m, "INTEL-IR-0-13");
}

static struct intel_ir_info info_of(struct bench *b, unsigned irq)
{
	struct intel_ir_info info;

	assert_true(intel_ir_info(b->m, irq, &info));
	return info;
}

static void entry_of(struct bench *b, unsigned irq, uint64_t entry[2])
{
	assert_true(bus_memory_read(b->m, info_of(b, irq).entry_address, entry, 16));
}

static void expect_entry(struct bench *b, unsigned irq, uint64_t low, uint64_t high)
{
	uint64_t entry[2];

	entry_of(b, irq, entry);
	assert_int_equal(entry[0], low);
	assert_int_equal(entry[1], high);
}

/* ---- contents ---- */

static void test_entries(void **state)
{
	static const struct cpu_desc ids[] = {
		{.apic_id = 0}, {.apic_id = 1}, {.apic_id = 2}, {.apic_id = 0x23}};
	static const struct {
		enum apic_mode mode;
		bool eim;
		const char *cpu;
		uint64_t low;
	} cases[] = {
		{APIC_PHYSICAL_FLAT, false, "2", 0x20000200009},
		{APIC_PHYSICAL_FLAT, false, "3", 0x230000200009},
		{APIC_LOGICAL_FLAT, false, "2", 0x4000020000d},
		{APIC_X2APIC_PHYSICAL, true, "2", 0x200200009},
		{APIC_X2APIC_PHYSICAL, true, "3", 0x2300200009},
		{APIC_X2APIC_CLUSTER, true, "3", 0x200080020000d},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *b = bench_create(&(struct bench_shape){
			.remap = REMAP_INTEL,
			.entries = 16,
			.cpu = ids,
			.mode = cases[i].mode,
			.eim = cases[i].eim,
		});
		unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

		bench_affinity(b, irq, cases[i].cpu);
		bench_request(b, irq);
		expect_entry(b, irq, cases[i].low, 0x40018);
		assert_int_equal(bench_raise(b, b->nic, 0), 1);
		assert_int_equal(b->handled_on, cases[i].cpu[0] - '0');
		bench_destroy(b);
	}
}

static void test_handles(void **state)
{
	static const struct {
		unsigned index;
		uint32_t address;
	} cases[] = {{0x0010, 0xfee00218}, {0x8005, 0xfee000bc}, {0, 0xfee00018}};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct bench *b = intel(65536, 0);
		struct intel_unit *u = unit_domain(b)->host_data;
		unsigned irq;

		for (unsigned taken = 0; taken < cases[i].index; taken++)
			intel_take_entry(u, taken);
		irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
		assert_int_equal(info_of(b, irq).index, cases[i].index);
		assert_int_equal(info_of(b, irq).msg.address_lo, cases[i].address);
		assert_int_equal(info_of(b, irq).msg.address_hi, 0);
		assert_int_equal(info_of(b, irq).msg.data, 0);
		bench_request(b, irq);
		assert_int_equal(bench_raise(b, b->nic, 0), 1);
		bench_destroy(b);
	}
}

static void test_sources(void **state)
{
	struct device dev = {.requester = 0x118};

	(void)state;
	assert_int_equal(intel_ir_source(NULL, 0xff00), 0x4ff00);
	assert_int_equal(intel_ir_source(&dev, 0x118), 0x40118);
	dev.nr_alias = 1;
	dev.alias[0].requester = 0x58;
	dev.alias[0].bridge = ALIAS_PCI_BRIDGE;
	assert_int_equal(intel_ir_source(&dev, 0x108), 0x40058);
	dev.alias[0].requester = 0x300;
	dev.alias[0].bridge = ALIAS_PCIE_TO_PCI;
	assert_int_equal(intel_ir_source(&dev, 0x318), 0x80303);
	/* A device that also writes as another function of its bus. */
	dev.alias[0].requester = 0x119;
	dev.alias[0].bridge = ALIAS_PCI_BRIDGE;
	assert_int_equal(intel_ir_source(&dev, 0x118), 0x80101);
}

static void test_behind_bridges(void **state)
{
	(void)state;
	for (enum bridge_kind kind = BRIDGE_PCI; kind <= BRIDGE_PCIE_TO_PCI; kind++) {
		bool plain = kind == BRIDGE_PCI;
		struct bench *b = bench_create(&(struct bench_shape){
			.remap = REMAP_INTEL,
			.entries = 16,
			.behind = kind,
			.requester = plain ? 0x108 : 0x318,
			.bridge = plain ? 0x58 : 0x300,
		});
		unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

		bench_request(b, irq);
		expect_entry(b, irq, 0x200009, plain ? 0x40058 : 0x80303);
		assert_int_equal(bench_raise(b, b->nic, 0), 1); /* it passes the check */
		bench_destroy(b);
	}
}

/* ---- writes ---- */

static void expect_write(const struct tape_write *w, const char *place, uint64_t value)
{
	assert_string_equal(w->place, place);
	assert_int_equal(w->value, value);
}

static void test_an_update_is_low_high_invalidate(void **state)
{
	struct bench *b = intel(64, 0);
	struct intel_unit *u = unit_domain(b)->host_data;
	struct tape_write w[16];
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX), tail;
	char place[40];
	uint64_t from;

	(void)state;
	bench_request(b, irq);
	tail = u->tail;
	from = tape_position(b->m);
	bench_affinity(b, irq, "3");
	assert_int_equal(tape_writes(b->m, from, "", w, 16), 7);
	expect_write(&w[0], "ir.irte[0].lo", 0x30000200009);
	expect_write(&w[1], "ir.irte[0].hi", 0x40018);
	snprintf(place, sizeof(place), "ir.iec[%u].lo", tail);
	expect_write(&w[2], place, 0x14);
	assert_int_equal(w[4].value & 0xf, 5); /* a wait follows */
	expect_write(&w[6], "ir.reg.iqt", (tail + 2) * 16);
	assert_int_equal(tape_writes(b->m, from, "nic", w, 16), 0); /* the device isn't told */
	bench_destroy(b);
}

static void test_request_writes_twice_and_free_clears(void **state)
{
	struct bench *b = intel(64, 0);
	struct tape_write w[16];
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	uint64_t from = tape_position(b->m);

	(void)state;
	expect_entry(b, irq, 0xef0009, 0x40018); /* parked */
	bench_request(b, irq);
	assert_int_equal(tape_writes(b->m, from, "ir.irte[0].lo", w, 16), 2);
	from = tape_position(b->m);
	bench_free_irq(b, irq);
	assert_int_equal(tape_writes(b->m, from, "ir.irte[0]", w, 16), 2);
	expect_entry(b, irq, 0, 0);
	bench_destroy(b);
}

/* ---- allocation ---- */

static void test_blocks_are_aligned(void **state)
{
	struct bench *b = intel(32, 0);
	unsigned one = bench_alloc(b, b->nic, 3, PCI_IRQ_MSIX), many;

	(void)state;
	many = bench_alloc(b, b->old, 5, PCI_IRQ_MSI);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(info_of(b, one + i).index, i);
		assert_int_equal(info_of(b, one + i).mask, 0);
	}
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(info_of(b, many + i).index, 8);
		assert_int_equal(info_of(b, many + i).sub, i);
		assert_int_equal(info_of(b, many + i).mask, 3);
		assert_int_equal(info_of(b, many + i).msg.data, i);
	}
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(intel_ir_index_is_allocated(unit_domain(b), i),
				 i < 3 || (i >= 8 && i < 16));
	assert_int_equal(irq_domain_get_irq_data(unit_domain(b), many + 4)->hwirq, 8 << 16 | 4);
	for (unsigned i = 0; i < 5; i++) {
		bench_request(b, many + i);
		assert_int_equal(bench_raise(b, b->old, i), 1);
		assert_int_equal(b->handled_irq, many + i);
	}
	for (unsigned i = 0; i < 5; i++)
		bench_free_irq(b, many + i);
	pci_free_irq_vectors(b->old);
	assert_false(intel_ir_index_is_allocated(unit_domain(b), 8));
	assert_false(intel_ir_index_is_allocated(unit_domain(b), 15));
	bench_destroy(b);
}

static void test_full_table(void **state)
{
	struct bench *b = intel(8, 0);
	struct fingerprint before;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(b->nic, 1, 16, PCI_IRQ_MSIX), 8);
	before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
	assert_int_equal(pci_alloc_irq_vectors(b->old, 1, 1, PCI_IRQ_MSI), -ENOSPC);
	assert_true(fingerprint_equal(before, machine_fingerprint(b->m, FINGERPRINT_SEMANTIC)));
	pci_free_irq_vectors(b->nic);
	bench_check(b);
	assert_int_equal(pci_alloc_irq_vectors(b->old, 8, 8, PCI_IRQ_MSI), 8);
	bench_destroy(b);
}

static void test_largest_block(void **state)
{
	struct bench *b = intel(64, 2); /* the unit invalidates 4 at once, no more */

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(b->old, 5, 8, PCI_IRQ_MSI), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(b->old, 3, 8, PCI_IRQ_MSI), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(b->old, 1, 4, PCI_IRQ_MSI), 4);
	bench_destroy(b);
}

/* The finder of free blocks against one that looks at every entry. */
static void test_first_fit(void **state)
{
	struct bench *b = intel(65536, 0);
	struct intel_unit *u = unit_domain(b)->host_data;
	uint64_t random = 88172645463325252u;
	static bool taken[65536];

	(void)state;
	memset(taken, 0, sizeof(taken));
	for (unsigned round = 0; round < 3000; round++) {
		unsigned order, expected = 65536;
		int got;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		order = (unsigned)(random % 97 ? random % 6 : random / 97 % 14);
		for (unsigned at = 0; at < 65536 && expected == 65536; at += 1u << order) {
			expected = at;
			for (unsigned i = at; i < at + (1u << order); i++)
				if (taken[i])
					expected = 65536;
		}
		got = intel_allocate_entries(u, order);
		assert_int_equal(got, expected == 65536 ? -ENOSPC : (int)expected);
		if (got < 0 || random % 3 == 0) {
			unsigned first = (unsigned)(random / 7 % 65536) & ~((1u << order) - 1),
				 any = 0;

			for (unsigned i = 0; i < 1u << order; i++)
				any += taken[first + i];
			if (got >= 0)
				memset(taken + got, 1, 1u << order);
			if (any == 1u << order) {
				intel_give_entries_back(u, first, order);
				memset(taken + first, 0, 1u << order);
			}
		} else {
			memset(taken + got, 1, 1u << order);
		}
	}
	bench_destroy(b);
}

static void test_failed_memory_leaves_nothing(void **state)
{
	struct bench *b = intel(64, 0);
	struct fingerprint before;
	int ret = -ENOMEM;

	(void)state;
	/* The device domain exists from now on. */
	assert_int_equal(pci_alloc_irq_vectors(b->old, 4, 4, PCI_IRQ_MSI), 4);
	pci_free_irq_vectors(b->old);
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

/* ---- moves ---- */

static void test_move_acts_at_once(void **state)
{
	struct bench *b = intel(64, 0);
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

	(void)state;
	bench_request(b, irq);
	assert_int_equal(bench_raise(b, b->nic, 0), 1);
	bench_affinity(b, irq, "2");
	assert_int_equal(bench_vector(b, irq).cpu, 2);
	assert_true(bench_vector(b, irq).cleanup_pending);
	assert_int_equal(bench_raise(b, b->nic, 0), 1); /* no stale copy in the unit */
	assert_int_equal(b->handled_on, 2);
	/* Too early for the next: it waits for the old vector. */
	bench_affinity(b, irq, "1");
	assert_int_equal(bench_vector(b, irq).cpu, 2);
	machine_tick(b->m, 1);
	assert_int_equal(bench_raise(b, b->nic, 0), 1);
	assert_int_equal(bench_vector(b, irq).cpu, 1);
	bench_destroy(b);
}

static void test_forgotten_invalidation_shows(void **state)
{
	struct bench *b = intel(64, 0);
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);

	(void)state;
	bench_request(b, irq);
	bench_raise(b, b->nic, 0);
	machine_set_switch(b->m, SWITCH_INVALIDATE_AFTER_WRITE, false);
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_of(b->m, 2)), 0);
	device_raise(b->m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID);
	machine_deliver(b->m, 0);
	assert_int_equal(b->handled_on, 0); /* where the unit remembers it */
	assert_int_equal(bench_vector(b, irq).cpu, 2);
	bench_abandon(b);
}

/* ---- posted to a guest ---- */

static void test_posting(void **state)
{
	struct bench *b = intel(64, 0);
	unsigned irq = bench_alloc(b, b->nic, 1, PCI_IRQ_MSIX);
	struct intel_vcpu_info guest = {.descriptor = 0x123456780, .vector = 0x31};
	struct irq_data *d;
	struct tape_write w[4];
	uint64_t from;

	(void)state;
	bench_request(b, irq);
	d = irq_domain_get_irq_data(unit_domain(b), irq);
	from = tape_position(b->m);
	assert_int_equal(d->chip->irq_set_vcpu_affinity(d, &guest), 0);
	expect_entry(b, irq, 0x2345678000318001, 0x100040018);
	assert_true(info_of(b, irq).posted);
	assert_int_equal(tape_writes(b->m, from, "ir.irte", w, 4), 2);

	from = tape_position(b->m);
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_of(b->m, 1)), 0);
	assert_int_equal(tape_writes(b->m, from, "ir.irte", w, 4),
			 0); /* the entry is the guest's */
	assert_int_equal(info_of(b, irq).shadow[0], 0x10000200009);
	assert_int_equal(d->chip->irq_set_vcpu_affinity(d, NULL), 0);
	expect_entry(b, irq, 0x10000200009, 0x40018);
	assert_false(info_of(b, irq).posted);

	assert_int_equal(d->chip->irq_set_vcpu_affinity(d, &guest), 0);
	assert_int_equal(free_irq(b->m, irq, b), 0);
	assert_int_equal(machine_warnings(b->m, WARN_IRTE_STILL_POSTED), 1);
	guest.descriptor |= 1;
	assert_int_equal(d->chip->irq_set_vcpu_affinity(d, &guest), -EINVAL);
	bench_destroy(b);
}

/* ---- as a parent ---- */

static void test_what_it_offers(void **state)
{
	struct bench *b = intel(64, 0);
	const struct irq_domain *d = unit_domain(b);

	(void)state;
	assert_true(intel_ir_is_domain(d));
	assert_true(d->flags & IRQ_DOMAIN_FLAG_ISOLATED_MSI);
	assert_true(d->flags & IRQ_DOMAIN_FLAG_MSI_PARENT);
	assert_true(d->msi_parent_ops->supported_flags & MSI_FLAG_PCI_IMS);
	assert_string_equal(d->msi_parent_ops->prefix, "IR-");
	assert_true(msi_device_has_isolated_msi(b->nic));
	bench_destroy(b);
}

static void test_bad_units(void **state)
{
	struct bench *b = intel(64, 0);
	struct remap_desc desc = {.name = "two", .kind = REMAP_INTEL, .entries = 3};

	(void)state;
	assert_null(intel_ir_create(b->m, x86_vector_domain(b->m), &desc, 0x1000));
	desc.entries = 4;
	/* Nobody answers at that address. */
	assert_null(intel_ir_create(b->m, x86_vector_domain(b->m), &desc, 0x1000));
	bench_destroy(b);
}

static void test_ring_wraps(void **state)
{
	struct bench *b = intel(64, 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_handles),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_behind_bridges),
		cmocka_unit_test(test_an_update_is_low_high_invalidate),
		cmocka_unit_test(test_request_writes_twice_and_free_clears),
		cmocka_unit_test(test_blocks_are_aligned),
		cmocka_unit_test(test_full_table),
		cmocka_unit_test(test_largest_block),
		cmocka_unit_test(test_first_fit),
		cmocka_unit_test(test_failed_memory_leaves_nothing),
		cmocka_unit_test(test_move_acts_at_once),
		cmocka_unit_test(test_forgotten_invalidation_shows),
		cmocka_unit_test(test_posting),
		cmocka_unit_test(test_what_it_offers),
		cmocka_unit_test(test_bad_units),
		cmocka_unit_test(test_ring_wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
