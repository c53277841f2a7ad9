/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

#include "sim_pci/function.h"

#include <stdio.h>

/*
 * A failed operation leaves no trace: at each allocation that it makes memory
 * fails once, and vectors and table entries run out. Without a remapping unit
 * the complete fingerprint is the same; with one, whose queue has moved on, the
 * functions' registers and the memory in use are.
 */

struct operation {
	const char *name;
	void (*prepare)(struct machine *m); /* optional */
	int (*run)(struct machine *m);	    /* < 0: failed */
};

/* ---- what is tried ---- */

static irq_pool_t find_pool(struct machine *m, unsigned store)
{
	const struct pci_dev *pdev = chips_pci(m, "dsa");
	const uint64_t type = store == 1 ? 0x51 : 0x50;

	/* The generation is the only one that the check calls good. */
	for (uint64_t generation = 0; generation < 65536; generation++) {
		irq_pool_t cookie =
			type << 56 | (uint64_t)pdev->dev.id << 32 | generation << 16 | store;

		if (irq_pool_check(m, cookie) == IRQ_POOL_GOOD)
			return cookie;
	}
	fail_msg("no pool");
	return 0;
}

static int create(struct machine *m, enum irq_pool_kind kind, unsigned store)
{
	int error;

	irq_pool_create(device_by_name(m, "dsa"), kind, store, 0, &error);
	return error;
}

static int msix(struct machine *m)
{
	return pci_alloc_irq_vectors(device_by_name(m, "nic"), 4, 8, PCI_IRQ_MSIX);
}

static int msix_spread(struct machine *m)
{
	return pci_alloc_irq_vectors(device_by_name(m, "nic"), 4, 4,
				     PCI_IRQ_MSIX | PCI_IRQ_AFFINITY);
}

static int msix_of_both(struct machine *m)
{
	return pci_alloc_irq_vectors(device_by_name(m, "both"), 5, 5, PCI_IRQ_MSIX);
}

static int msi(struct machine *m)
{
	return pci_alloc_irq_vectors(device_by_name(m, "multi"), 1, 16, PCI_IRQ_MSI);
}

static int two_msi(struct machine *m)
{
	return pci_alloc_irq_vectors(device_by_name(m, "multi"), 2, 2, PCI_IRQ_MSI);
}

static int maskable_msi(struct machine *m)
{
	return pci_alloc_irq_vectors(device_by_name(m, "mask"), 1, 1, PCI_IRQ_MSI);
}

static int msi_of_both(struct machine *m)
{
	return pci_alloc_irq_vectors(device_by_name(m, "both"), 1, 1, PCI_IRQ_MSI);
}

static int one_more(struct machine *m)
{
	return pci_msix_alloc_irq_at(device_by_name(m, "big"), 5, NULL).index;
}

static int table_pool(struct machine *m)
{
	return create(m, IRQ_POOL_IMS_TABLE, 0);
}

static int queue_pool(struct machine *m)
{
	return create(m, IRQ_POOL_IMS_QUEUE, 0);
}

static int from_table(struct machine *m)
{
	return irq_pool_alloc(m, find_pool(m, 0), 0x12345, NULL).index;
}

static int from_queue(struct machine *m)
{
	return irq_pool_alloc(m, find_pool(m, 1), 9, NULL).index;
}

static void big_has_two(struct machine *m)
{
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "big"), 2, 2, PCI_IRQ_MSIX), 2);
}

/* Another kind of domain is in place, and its messages are in the registers. */
static void had_msi(struct machine *m)
{
	assert_int_equal(msi_of_both(m), 1);
	pci_free_irq_vectors(device_by_name(m, "both"));
	big_has_two(m);
}

static void had_msix(struct machine *m)
{
	assert_int_equal(msix_of_both(m), 5);
	pci_free_irq_vectors(device_by_name(m, "both"));
	big_has_two(m);
}

static void had_more_msix(struct machine *m)
{
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "nic"), 8, 8, PCI_IRQ_MSIX), 8);
	pci_free_irq_vectors(device_by_name(m, "nic"));
}

static void had_maskable_msi(struct machine *m)
{
	assert_int_equal(maskable_msi(m), 1);
	pci_free_irq_vectors(device_by_name(m, "mask"));
}

static void with_pools(struct machine *m)
{
	assert_int_equal(table_pool(m), 0);
	assert_int_equal(queue_pool(m), 0);
}

static const struct operation operations[] = {
	{"msix", NULL, msix},
	{"msix after msix", had_more_msix, msix},
	{"msix, spread", NULL, msix_spread},
	{"msix after msi", had_msi, msix_of_both},
	{"msi", NULL, msi},
	{"maskable msi", NULL, maskable_msi},
	{"maskable msi again", had_maskable_msi, maskable_msi},
	{"msi after msix", had_msix, msi_of_both},
	{"one more", big_has_two, one_more},
	{"table pool", NULL, table_pool},
	{"queue pool", NULL, queue_pool},
	{"from a table", with_pools, from_table},
	{"from a queue", with_pools, from_queue},
	{"two msi", NULL, two_msi}, /* only with remapping */
};
enum {
	NR_OPERATIONS = sizeof(operations) / sizeof(operations[0]),
	WITHOUT_TWO = NR_OPERATIONS - 1
};

/* ---- memory ---- */

static void hash(uint64_t *sum, uint64_t value)
{
	*sum = (*sum ^ value) * UINT64_C(0x100000001b3);
}

/* All registers of the functions, and what the bus driver remembers. */
static uint64_t visible(struct machine *m)
{
	static const char *const names[] = {"nic", "multi", "mask", "both", "dsa", "big"};
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct pci_dev *pdev = chips_pci(m, names[i]);
		struct message_entry entry = {0};

		for (unsigned where = 0; where < 256; where += 4)
			hash(&sum, function_peek_config(m, names[i], where, 4));
		for (unsigned n = 0; !function_peek_msix(m, names[i], n, &entry); n++)
			hash(&sum, entry.address ^ (uint64_t)entry.data << 32 ^ entry.ctrl);
		for (unsigned store = 0; store < pdev->nr_stores; store++)
			for (unsigned n = 0; !function_peek_store(m, names[i], store, n, &entry);
			     n++)
				hash(&sum, entry.address ^ (uint64_t)entry.data << 32 ^ entry.ctrl);
		hash(&sum, pdev->irq);
		hash(&sum, (uint64_t)pdev->msi_enabled << 1 | pdev->msix_enabled);
		for (unsigned domid = 0; domid < MSI_MAX_DOMAINS; domid++) {
			const struct irq_domain *domain =
				msi_get_device_domain(device_by_name(m, names[i]), domid);

			hash(&sum, domain ? domain->id : 0);
		}
	}
	return sum;
}

static struct machine *prepared(enum chips_parent kind, const struct operation *operation)
{
	struct machine *m = chips_machine(&(struct chips_options){.parent = kind});

	machine_set_switch(m, SWITCH_FORCE_PARENT_IMS, true);
	machine_set_switch(m, SWITCH_AMD_TABLE_STAYS, false);
	if (operation->prepare)
		operation->prepare(m);
	return m;
}

/* A remapping unit counts how far its queue has got. */
static struct fingerprint print(struct machine *m, enum chips_parent kind)
{
	return machine_fingerprint(m, kind == PARENT_VECTOR ? FINGERPRINT_COMPLETE
							    : FINGERPRINT_SEMANTIC);
}

static void check_failure(struct machine *m, enum chips_parent kind, struct fingerprint before,
			  uint64_t registers, const char *name, unsigned n)
{
	if (!fingerprint_equal(print(m, kind), before))
		fail_msg("%s leaves a trace when allocation %u fails", name, n);
	if (visible(m) != registers)
		fail_msg("%s leaves registers changed when allocation %u fails", name, n);
	assert_true(fingerprint_equal(chips_print(m),
				      machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE)));
}

static void fail_everywhere(enum chips_parent kind, const struct operation *operation)
{
	struct machine *m = prepared(kind, operation);
	struct fingerprint before = print(m, kind);
	uint64_t registers = visible(m), allocations;
	unsigned failures = 0, n = 0;

	do {
		int ret;

		allocations = machine_allocations(m);
		machine_fail_allocation(m, ++n);
		ret = operation->run(m);
		allocations = machine_allocations(m) - allocations;
		machine_fail_allocation(m, 0);
		if (ret < 0) {
			failures++;
			check_failure(m, kind, before, registers, operation->name, n);
		} else if (allocations >= n) { /* it did without, or with less */
			machine_destroy(m);
			m = prepared(kind, operation);
		}
	} while (allocations >= n);
	if (failures < 2)
		fail_msg("%s failed %u times only", operation->name, failures);
	assert_int_equal(machine_warnings_total(m), 0);
	machine_destroy(m);
}

static void memory_plain(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WITHOUT_TWO; i++)
		fail_everywhere(PARENT_VECTOR, &operations[i]);
}

static void memory_intel(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NR_OPERATIONS; i++)
		fail_everywhere(PARENT_INTEL, &operations[i]);
}

static void memory_amd(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NR_OPERATIONS; i++)
		fail_everywhere(PARENT_AMD, &operations[i]);
}

/* ---- a store that is full, vectors that are used up ---- */

/* MSI that can't be masked needs a vector at once, and says so at once. */
static void no_vector_for_msi(void **state)
{
	struct machine *m = chips_machine(&(struct chips_options){.vector_last = 34, .cpus = 1});
	struct device *nic = device_by_name(m, "nic");
	int ran = 0, ret;

	(void)state;
	assert_int_equal(msix(m), 8);
	for (unsigned i = 0; i < 8; i++) {
		ret = request_irq(m, (unsigned)pci_irq_vector(nic, i), chips_handler, 0, "nic",
				  &ran);
		if (ret)
			break;
	}
	/* Reserving never fails; requesting does. */
	assert_int_equal(ret, -ENOSPC);
	assert_refused(m, msi(m), -ENOSPC);
	assert_refused(m, msi_of_both(m), -ENOSPC);
	assert_int_equal(maskable_msi(m), 1);
	machine_destroy(m);
}

/* What the table has room for is offered; less than the driver needs is nothing. */
static void no_table_entry(void **state)
{
	struct machine *m =
		chips_machine(&(struct chips_options){.parent = PARENT_INTEL, .remap_entries = 16});
	struct device *big = device_by_name(m, "big"), *multi = device_by_name(m, "multi");
	uint64_t registers = visible(m);

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(big, 17, 64, PCI_IRQ_MSIX), -ENOSPC);
	assert_int_equal(visible(m), registers);
	assert_int_equal(pci_alloc_irq_vectors(big, 1, 64, PCI_IRQ_MSIX), 16);
	assert_int_equal(pci_alloc_irq_vectors(multi, 1, 4, PCI_IRQ_MSI), -ENOSPC);
	pci_free_irq_vectors(big);
	assert_int_equal(pci_alloc_irq_vectors(big, 1, 12, PCI_IRQ_MSIX), 12);
	/* No room for a block of eight: one, not four. */
	assert_int_equal(pci_alloc_irq_vectors(multi, 5, 8, PCI_IRQ_MSI), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(multi, 1, 8, PCI_IRQ_MSI), 1);
	assert_int_equal(machine_warnings_total(m), 0);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_plain),	  cmocka_unit_test(memory_intel),
		cmocka_unit_test(memory_amd),	  cmocka_unit_test(no_vector_for_msi),
		cmocka_unit_test(no_table_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
