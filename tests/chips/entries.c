/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

/* MSI-X with an array of table indexes: a thin wrapper over the same batch. */

static struct machine *machine(bool permuted)
{
	struct machine *m = chips_machine(&(struct chips_options){.parent = PARENT_VECTOR});

	machine_set_switch(m, SWITCH_ENTRY_ARRAY_PERMUTED, permuted);
	return m;
}

static void irqs_match_entries(void **state)
{
	struct machine *m = machine(false);
	struct device *nic = device_by_name(m, "nic");
	struct msix_entry entries[] = {{.entry = 3}, {.entry = 1}, {.entry = 2}};

	(void)state;
	assert_int_equal(pci_enable_msix_range(nic, entries, 1, 3), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(entries[i].vector, pci_irq_vector(nic, entries[i].entry));
	assert_int_equal(pci_irq_vector(nic, 0), -EINVAL);
	machine_destroy(m);
}

/* As Linux does it: the lowest index's irq goes to the first member. */
static void irqs_permuted(void **state)
{
	struct machine *m = machine(true);
	struct device *nic = device_by_name(m, "nic");
	struct msix_entry entries[] = {{.entry = 3}, {.entry = 1}, {.entry = 2}};

	(void)state;
	assert_int_equal(pci_enable_msix_range(nic, entries, 1, 3), 3);
	assert_int_equal(entries[0].vector, pci_irq_vector(nic, 1));
	assert_int_equal(entries[1].vector, pci_irq_vector(nic, 2));
	assert_int_equal(entries[2].vector, pci_irq_vector(nic, 3));
	machine_destroy(m);
}

static void gaps(void **state)
{
	struct machine *m = machine(false);
	struct device *nic = device_by_name(m, "nic");
	struct msix_entry entries[] = {{.entry = 0}, {.entry = 5}};
	uint64_t at = tape_position(m);
	int ran = 0;

	(void)state;
	assert_int_equal(pci_enable_msix_range(nic, entries, 2, 2), 2);
	assert_writes(m, at,
		      "msix.ctrl=0xc007 msix[0].addr_lo=0xfee00000 msix[0].addr_hi=0x0 "
		      "msix[0].data=0xef msix[5].addr_lo=0xfee00000 msix[5].addr_hi=0x0 "
		      "msix[5].data=0xef cfg.command=0x507 msix[0-7].ctrl=0x1 msix.ctrl=0x8007");
	assert_int_equal(pci_irq_vector(nic, 1), -EINVAL);
	assert_int_equal(request_irq(m, entries[1].vector, chips_handler, 0, "nic", &ran), 0);
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 5, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);
	at = tape_position(m);
	assert_int_equal(free_irq(m, entries[1].vector, &ran), 0);
	pci_disable_msix(nic);
	assert_writes(m, at,
		      "msix[5].ctrl=0x1 msix[5].addr_lo=0x0 msix[5].addr_hi=0x0 msix[5].data=0x0 "
		      "msix[0].ctrl=0x1 msix[5].ctrl=0x1 msix.ctrl=0x7 cfg.command=0x107");
	machine_destroy(m);
}

static void refuse(struct machine *m, const struct msix_entry *from, int nr, int error)
{
	struct device *nic = device_by_name(m, "nic");
	struct msix_entry entries[8];

	memcpy(entries, from, (size_t)nr * sizeof(*from));
	assert_refused(m, pci_enable_msix_range(nic, entries, 1, nr), error);
	assert_memory_equal(entries, from, (size_t)nr * sizeof(*from));
}

static void refused(void **state)
{
	const struct msix_entry twice[] = {{7, 1}, {8, 4}, {9, 1}}, beyond[] = {{7, 1}, {8, 8}};
	struct machine *m = machine(false);
	uint64_t at = tape_position(m);

	(void)state;
	refuse(m, twice, 3, -EINVAL);
	assert_writes(m, at, "");
	/* The store finds out, when MSI-X is on already. */
	refuse(m, beyond, 2, -ERANGE);
	assert_writes(m, at, "msix.ctrl=0xc007 msix.ctrl=0x7");
	machine_destroy(m);
}

/* The array is looked at as far as max, although the table is smaller. */
static void looked_at_as_far_as_max(void **state)
{
	struct machine *m = machine(false);
	struct device *nic = device_by_name(m, "nic");
	struct msix_entry entries[10];

	(void)state;
	for (uint16_t i = 0; i < 10; i++)
		entries[i] = (struct msix_entry){.entry = i};
	entries[9].entry = 0;
	assert_refused(m, pci_enable_msix_range(nic, entries, 1, 10), -EINVAL);
	entries[9].entry = 9;
	assert_int_equal(pci_enable_msix_range(nic, entries, 1, 10), 8);
	assert_int_equal(entries[7].vector, pci_irq_vector(nic, 7));
	assert_int_equal(entries[8].vector, 0);
	machine_destroy(m);
}

/* Whatever fails inside, at whichever allocation, the array is as it was. */
static void untouched_by_failure(void **state)
{
	const struct msix_entry entries[] = {{.entry = 6}, {.entry = 0}, {.entry = 3}};
	struct machine *m = machine(false);
	struct device *nic = device_by_name(m, "nic");

	(void)state;
	for (unsigned n = 1;; n++) {
		struct msix_entry copy[3];
		int ret;

		memcpy(copy, entries, sizeof(copy));
		machine_fail_allocation(m, n);
		ret = pci_enable_msix_range(nic, copy, 3, 3);
		machine_fail_allocation(m, 0);
		if (ret == 3) {
			assert_true(n > 5);
			break;
		}
		assert_true(ret < 0);
		assert_memory_equal(copy, entries, sizeof(copy));
	}
	machine_destroy(m);
}

/* Apart from the array it is the same as asking for a range. */
static void same_writes_as_a_range(void **state)
{
	struct msix_entry entries[] = {{.entry = 0}, {.entry = 1}, {.entry = 2}};
	struct machine *a = machine(false), *b = machine(false);
	uint64_t at = tape_position(a);
	char *writes;

	(void)state;
	assert_int_equal(pci_enable_msix_range(device_by_name(a, "nic"), entries, 3, 3), 3);
	writes = strdup(chips_writes(a, at));
	at = tape_position(b);
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(b, "nic"), 3, 3, PCI_IRQ_MSIX), 3);
	assert_string_equal(chips_writes(b, at), writes);
	assert_true(fingerprint_equal(chips_print(a), chips_print(b)));
	free(writes);
	machine_destroy(a);
	machine_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(irqs_match_entries),
		cmocka_unit_test(irqs_permuted),
		cmocka_unit_test(gaps),
		cmocka_unit_test(refused),
		cmocka_unit_test(looked_at_as_far_as_max),
		cmocka_unit_test(untouched_by_failure),
		cmocka_unit_test(same_writes_as_a_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
