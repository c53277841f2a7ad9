/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

/* MSI-X entries one by one. */

static struct machine *m;

static int setup(void **state)
{
	*state = m = chips_machine(&(struct chips_options){.parent = PARENT_VECTOR});
	return 0;
}

static int teardown(void **state)
{
	machine_destroy(*state);
	return 0;
}

static struct device *enabled(const char *name, unsigned nr)
{
	struct device *dev = device_by_name(m, name);

	assert_int_equal(pci_alloc_irq_vectors(dev, nr, nr, PCI_IRQ_MSIX), (int)nr);
	return dev;
}

#define assert_map(map, at, irq)                                                                   \
	do {                                                                                       \
		struct msi_map map_ = map;                                                         \
		assert_int_equal(map_.index, at);                                                  \
		assert_int_equal(map_.virq, irq);                                                  \
	} while (0)
#define assert_no_map(call, error)                                                                 \
	do {                                                                                       \
		struct fingerprint before_ = chips_print(m);                                       \
		assert_map(call, error, 0);                                                        \
		assert_unchanged(m, before_);                                                      \
	} while (0)

static void only_while_enabled(void **state)
{
	struct device *nic = device_by_name(m, "nic"), *both = device_by_name(m, "both");

	(void)state;
	assert_true(pci_msix_can_alloc_dyn(nic));
	assert_false(pci_msix_can_alloc_dyn(device_by_name(m, "multi")));
	assert_no_map(pci_msix_alloc_irq_at(nic, MSI_ANY_INDEX, NULL), -ENOTSUPP);
	assert_no_map(pci_msix_alloc_irq_at(nic, 100, NULL), -ENOTSUPP);
	assert_no_map(pci_msix_alloc_irq_range(nic, 3, 1, NULL), -ENOTSUPP);
	assert_int_equal(pci_enable_msi(both), 0);
	assert_no_map(pci_msix_alloc_irq_at(both, 0, NULL), -ENOTSUPP);
}

static void boundaries(void **state)
{
	struct device *nic = enabled("nic", 2);
	uint64_t at = tape_position(m);

	(void)state;
	assert_map(pci_msix_alloc_irq_at(nic, MSI_ANY_INDEX, NULL), 2, 26);
	/* Prepared from the table, which is masked; a parked message, no more. */
	assert_writes(m, at, "msix[2].addr_lo=0xfee00000 msix[2].addr_hi=0x0 msix[2].data=0xef");
	assert_map(pci_msix_alloc_irq_at(nic, 7, NULL), 7, 27);
	assert_no_map(pci_msix_alloc_irq_at(nic, 7, NULL), -EBUSY);
	assert_no_map(pci_msix_alloc_irq_at(nic, 0, NULL), -EBUSY);
	assert_no_map(pci_msix_alloc_irq_at(nic, 8, NULL), -ERANGE);
	assert_no_map(pci_msix_alloc_irq_at(nic, 70000, NULL), -ERANGE);
	assert_no_map(pci_msix_alloc_irq_at(nic, MSI_ANY_INDEX - 1, NULL), -ERANGE);
	for (int i = 3; i < 7; i++)
		assert_map(pci_msix_alloc_irq_at(nic, MSI_ANY_INDEX, NULL), i, 25 + i);
	assert_no_map(pci_msix_alloc_irq_at(nic, MSI_ANY_INDEX, NULL), -EBUSY);
	assert_int_equal(machine_warnings_total(m), 0);
}

static void ranges(void **state)
{
	struct device *nic = enabled("nic", 1);

	(void)state;
	assert_map(pci_msix_alloc_irq_range(nic, 4, 5, NULL), 4, 25);
	assert_map(pci_msix_alloc_irq_range(nic, 4, 5, NULL), 5, 26);
	assert_no_map(pci_msix_alloc_irq_range(nic, 4, 5, NULL), -EBUSY);
	/* Its neighbours are free as before. */
	assert_map(pci_msix_alloc_irq_range(nic, 3, 3, NULL), 3, 27);
	assert_map(pci_msix_alloc_irq_range(nic, 6, 7, NULL), 6, 28);
	assert_no_map(pci_msix_alloc_irq_range(nic, 5, 4, NULL), -ERANGE);
	assert_no_map(pci_msix_alloc_irq_range(nic, 6, 8, NULL), -ERANGE);
	assert_map(pci_msix_alloc_irq_range(nic, 0, 7, NULL), 1, 29);
}

/* One special interrupt at 0, and a group of others of which any will do. */
static void special_and_pool(void **state)
{
	struct device *nic = enabled("nic", 1);
	int admin = pci_irq_vector(nic, 0);
	struct msi_map last = {0};

	(void)state;
	for (unsigned i = 1; i < 8; i++)
		last = pci_msix_alloc_irq_range(nic, 1, 7, NULL);
	assert_no_map(pci_msix_alloc_irq_range(nic, 1, 7, NULL), -EBUSY);
	assert_int_equal(pci_msix_free_irq(nic, last), 0);
	assert_int_equal(pci_msix_free_irq(nic, (struct msi_map){3, pci_irq_vector(nic, 3)}), 0);
	assert_int_equal(pci_msix_alloc_irq_range(nic, 1, 7, NULL).index, 3);
	assert_int_equal(pci_irq_vector(nic, 0), admin);
}

static void freeing(void **state)
{
	struct device *nic = enabled("nic", 1);
	struct msi_map map = pci_msix_alloc_irq_at(nic, 5, NULL);
	int ran = 0;

	(void)state;
	assert_int_equal(request_irq(m, (unsigned)map.virq, chips_handler, 0, "nic", &ran), 0);
	assert_int_equal(pci_msix_free_irq(nic, map), -EBUSY);
	assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 1);
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 5, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);
	assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
	assert_int_equal(pci_msix_free_irq(nic, map), 0);
	assert_int_equal(machine_warnings(m, WARN_COOKIE_MISUSE), 0);
	/* Again; its index is free; its irq is another's; empty. */
	assert_int_equal(pci_msix_free_irq(nic, map), -EINVAL);
	assert_int_equal(pci_msix_free_irq(nic, (struct msi_map){0, map.virq}), -EINVAL);
	assert_int_equal(pci_msix_free_irq(nic, (struct msi_map){-ENOSPC, 0}), -EINVAL);
	assert_int_equal(pci_msix_free_irq(nic, (struct msi_map){70000, 24}), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_COOKIE_MISUSE), 4);
}

static void not_of_this_device(void **state)
{
	struct device *nic = enabled("nic", 1), *big = enabled("big", 1);
	struct msi_map map = pci_msix_alloc_irq_at(nic, 5, NULL);

	(void)state;
	assert_int_equal(pci_msix_free_irq(big, map), -EINVAL);
	assert_int_equal(pci_msix_free_irq(device_by_name(m, "multi"), map), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_COOKIE_MISUSE), 2);
	assert_int_equal(pci_irq_vector(nic, 5), map.virq);
}

/* Allocated and freed again: registers aside, as if nothing had been. */
static void conserved(void **state)
{
	struct device *nic = enabled("nic", 1);
	struct fingerprint before;
	struct msi_map map;

	(void)state;
	assert_int_equal(pci_msix_free_irq(nic, pci_msix_alloc_irq_at(nic, 5, NULL)), 0);
	before = chips_print(m);
	map = pci_msix_alloc_irq_at(nic, 5, NULL);
	assert_false(fingerprint_equal(chips_print(m), before));
	assert_int_equal(pci_msix_free_irq(nic, map), 0);
	assert_unchanged(m, before);
}

/* The lowest descriptor speaks for the device: one that is added below it knows no mask bit yet. */
static void new_lowest_gets_a_vector(void **state)
{
	struct device *nic = enabled("nic", 2);
	uint64_t at;

	(void)state;
	assert_int_equal(pci_msix_free_irq(nic, (struct msi_map){0, pci_irq_vector(nic, 0)}), 0);
	at = tape_position(m);
	assert_map(pci_msix_alloc_irq_at(nic, MSI_ANY_INDEX, NULL), 0, 24);
	assert_writes(m, at, "msix[0].addr_lo=0xfee00000 msix[0].addr_hi=0x0 msix[0].data=0x20");
	/* It is active, so that freeing it clears its message. */
	at = tape_position(m);
	assert_int_equal(pci_msix_free_irq(nic, (struct msi_map){0, 24}), 0);
	assert_writes(m, at, "msix[0].addr_lo=0x0 msix[0].addr_hi=0x0 msix[0].data=0x0");
}

static void affinity(void **state)
{
	struct device *nic = enabled("nic", 1);
	const struct irq_affinity_desc on_3 = {cpumask_of(m, 3), false};
	const struct irq_affinity_desc nowhere = {cpumask_none(m), false};
	struct msi_map map = pci_msix_alloc_irq_at(nic, 5, &on_3);
	int ran = 0;

	(void)state;
	assert_ptr_equal(pci_irq_get_affinity(nic, 5), on_3.mask);
	assert_null(pci_irq_get_affinity(nic, 0));
	assert_int_equal(request_irq(m, (unsigned)map.virq, chips_handler, 0, "nic", &ran), 0);
	assert_ptr_equal(
		irq_data_get_effective_affinity_mask(irq_get_irq_data(m, (unsigned)map.virq)),
		on_3.mask);
	assert_no_map(pci_msix_alloc_irq_at(nic, 6, &nowhere), -ENOSPC);
}

/*
 * The control word is read before all entries are masked: one that firmware left
 * open is opened again by the next message that is written.
 */
static void stale_control_word(void **state)
{
	struct device *nic = device_by_name(m, "nic");
	struct pci_dev *pdev = to_pci_dev(nic);
	uint64_t at;

	(void)state;
	bus_write(m, pdev->bar[0] + PCI_MSIX_ENTRY_VECTOR_CTRL, 4, 0);
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	assert_writes(m, at,
		      "msix.ctrl=0xc007 msix[0].ctrl=0x1 msix[0].addr_lo=0xfee00000 "
		      "msix[0].addr_hi=0x0 msix[0].data=0xef msix[0].ctrl=0x0 cfg.command=0x507 "
		      "msix[0-7].ctrl=0x1 msix.ctrl=0x8007");
}

/* The maps of others don't move when descriptors come and go. */
static void maps_stay(void **state)
{
	struct device *big = enabled("big", 1);
	struct msi_map map[64];

	(void)state;
	for (unsigned i = 1; i < 64; i++)
		map[i] = pci_msix_alloc_irq_at(big, i, NULL);
	for (unsigned i = 1; i < 64; i += 2)
		assert_int_equal(pci_msix_free_irq(big, map[i]), 0);
	for (unsigned i = 2; i < 64; i += 2)
		assert_int_equal(pci_irq_vector(big, i), map[i].virq);
}

/* The size is the one of the first enabling, whatever is asked later. */
static void virtual_entries(void **state)
{
	struct device *nic = device_by_name(m, "nic"), *both = device_by_name(m, "both");
	uint64_t at = tape_position(m);

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(both, 7, 7, PCI_IRQ_MSIX | PCI_IRQ_VIRTUAL), 7);
	/* Entries 5 and 6 have no registers. */
	assert_null(strstr(chips_writes(m, at), "msix[5]"));
	assert_non_null(strstr(chips_writes(m, at), "msix[4].data"));
	assert_true(pci_irq_vector(both, 6) > 0);
	assert_map(pci_msix_alloc_irq_at(both, 7, NULL), -ERANGE, 0);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	pci_free_irq_vectors(nic);
	assert_int_equal(pci_alloc_irq_vectors(nic, 9, 9, PCI_IRQ_MSIX | PCI_IRQ_VIRTUAL), -ERANGE);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(only_while_enabled),
		test(boundaries),
		test(ranges),
		test(special_and_pool),
		test(freeing),
		test(not_of_this_device),
		test(conserved),
		test(new_lowest_gets_a_vector),
		test(affinity),
		test(stale_control_word),
		test(maps_stay),
		test(virtual_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
