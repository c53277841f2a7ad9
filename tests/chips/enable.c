/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

#include <stdio.h>

/* Enabling and disabling: what is written in which order, and which check comes first. */

static struct machine *plain(void)
{
	return chips_machine(&(struct chips_options){.parent = PARENT_VECTOR});
}

static struct machine *remapped(void)
{
	return chips_machine(&(struct chips_options){.parent = PARENT_INTEL});
}

static void drop_parent(struct machine *m, const char *name)
{
	struct pci_dev *pdev = chips_pci(m, name);

	touch(m, pdev);
	pdev->dev.msi_domain = NULL;
}

static void forbid_msi(struct machine *m, const char *name)
{
	struct pci_dev *pdev = chips_pci(m, name);

	touch(m, pdev);
	pdev->no_msi = true;
}

static void set_power_state(struct machine *m, const char *name, uint8_t state)
{
	struct pci_dev *pdev = chips_pci(m, name);

	touch(m, pdev);
	pdev->current_state = state;
}

/* ---- writes ---- */

static void msix_writes(void **state)
{
	struct machine *m = plain();
	struct device *nic = device_by_name(m, "nic");
	uint64_t at = tape_position(m);

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 2, PCI_IRQ_MSIX), 2);
	assert_writes(m, at,
		      "msix.ctrl=0xc007 "
		      "msix[0].addr_lo=0xfee00000 msix[0].addr_hi=0x0 msix[0].data=0xef "
		      "msix[1].addr_lo=0xfee00000 msix[1].addr_hi=0x0 msix[1].data=0xef "
		      "cfg.command=0x507 msix[0-7].ctrl=0x1 msix.ctrl=0x8007");
	assert_int_equal(pci_irq_vector(nic, 1), pci_irq_vector(nic, 0) + 1);
	assert_int_equal(pci_irq_vector(nic, 2), -EINVAL);
	assert_int_equal(chips_pci(m, "nic")->irq, 20);

	at = tape_position(m);
	pci_free_irq_vectors(nic);
	assert_writes(m, at, "msix[0-1].ctrl=0x1 msix.ctrl=0x7 cfg.command=0x107");
	assert_int_equal(machine_warnings_total(m), 0);
	machine_destroy(m);
}

static void msi_writes(void **state)
{
	struct machine *m = plain();
	struct device *both = device_by_name(m, "both");
	uint64_t at = tape_position(m);
	int irq;

	(void)state;
	assert_int_equal(pci_enable_msi(both), 0);
	assert_writes(m, at,
		      "msi.ctrl=0x80 msi.ctrl=0x80 msi.addr_lo=0xfee00000 msi.addr_hi=0x0 "
		      "msi.data=0x20 cfg.command=0x507 msi.ctrl=0x81");
	irq = pci_irq_vector(both, 0);
	assert_int_equal(chips_pci(m, "both")->irq, irq);
	assert_int_equal(pci_irq_vector(both, 1), -EINVAL);

	at = tape_position(m);
	pci_disable_msi(both);
	/* It was activated for good: deactivation clears the message. */
	assert_writes(m, at,
		      "msi.ctrl=0x80 cfg.command=0x107 msi.ctrl=0x80 msi.addr_lo=0x0 "
		      "msi.addr_hi=0x0 msi.data=0x0");
	assert_int_equal(chips_pci(m, "both")->irq, 23);
	assert_int_equal(pci_irq_vector(both, 0), 23);
	machine_destroy(m);
}

static void maskable_msi_writes(void **state)
{
	struct machine *m = plain();
	struct device *mask = device_by_name(m, "mask");
	uint64_t at = tape_position(m);
	int ran = 0, irq;

	(void)state;
	/* No more than one without remapping, but all that it is capable of are masked. */
	assert_int_equal(pci_alloc_irq_vectors(mask, 1, 2, PCI_IRQ_MSI), 1);
	assert_writes(m, at,
		      "msi.ctrl=0x102 msi.mask=0x3 msi.ctrl=0x102 msi.addr_lo=0xfee00000 "
		      "msi.data=0xef cfg.command=0x507 msi.ctrl=0x103");
	irq = pci_irq_vector(mask, 0);
	assert_int_equal(request_irq(m, (unsigned)irq, chips_handler, 0, "mask", &ran), 0);
	at = tape_position(m);
	assert_int_equal(free_irq(m, (unsigned)irq, &ran), 0);
	assert_writes(m, at, "msi.mask=0x3 msi.ctrl=0x103 msi.addr_lo=0x0 msi.data=0x0");
	at = tape_position(m);
	pci_free_irq_vectors(mask);
	assert_writes(m, at, "msi.ctrl=0x102 cfg.command=0x107 msi.mask=0x0");
	machine_destroy(m);
}

static void multi_msi_writes(void **state)
{
	struct machine *m = remapped();
	struct device *multi = device_by_name(m, "multi");
	uint64_t at = tape_position(m);

	(void)state;
	/* Five interrupts, eight messages, one register. */
	assert_int_equal(pci_alloc_irq_vectors(multi, 3, 5, PCI_IRQ_MSI), 5);
	assert_writes(m, at,
		      "msi.ctrl=0x88 msi.ctrl=0xb8 msi.addr_lo=0xfee00018 msi.addr_hi=0x0 "
		      "msi.data=0x0 cfg.command=0x507 msi.ctrl=0xb9");
	assert_int_equal(pci_irq_vector(multi, 4), pci_irq_vector(multi, 0) + 4);
	assert_int_equal(pci_irq_vector(multi, 5), -EINVAL);
	at = tape_position(m);
	pci_free_irq_vectors(multi);
	assert_writes(m, at,
		      "msi.ctrl=0xb8 cfg.command=0x107 msi.ctrl=0xb8 msi.addr_lo=0x0 "
		      "msi.addr_hi=0x0 msi.data=0x0");
	machine_destroy(m);
}

static void intx_switching(void **state)
{
	struct machine *m = plain();
	struct device *both = device_by_name(m, "both");
	uint64_t at = tape_position(m);

	(void)state;
	/* It is on already: nothing to write. */
	assert_int_equal(pci_alloc_irq_vectors(both, 1, 5, PCI_IRQ_INTX), 1);
	assert_writes(m, at, "");
	assert_int_equal(pci_irq_vector(both, 0), 23);
	assert_int_equal(pci_irq_vector(both, 1), -EINVAL);
	pci_free_irq_vectors(both);

	assert_int_equal(pci_alloc_irq_vectors(both, 1, 5, PCI_IRQ_ALL_TYPES), 5);
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(both, 1, 1, PCI_IRQ_INTX), 1);
	assert_writes(m, at, "cfg.command=0x107");
	at = tape_position(m);
	pci_free_irq_vectors(both);
	assert_writes(m, at, "msix[0-4].ctrl=0x1 msix.ctrl=0x4");

	/* One to another kind: the device domain is replaced. */
	assert_int_equal(pci_enable_msi(both), 0);
	assert_true(msi_match_device_irq_domain(both, 0, DOMAIN_BUS_PCI_DEVICE_MSI));
	pci_free_irq_vectors(both);
	assert_int_equal(pci_alloc_irq_vectors(both, 1, 1, PCI_IRQ_ALL_TYPES), 1);
	assert_true(msi_match_device_irq_domain(both, 0, DOMAIN_BUS_PCI_DEVICE_MSIX));
	assert_non_null(irq_domain_by_name(m, "PCI-MSIX-0000:00:05.0-12"));
	assert_null(irq_domain_by_name(m, "PCI-MSI-0000:00:05.0-11"));
	machine_destroy(m);
}

/* Without the repair only entries that are used are masked. */
static void mask_all_entries(void **state)
{
	struct machine *m = plain();
	struct device *nic = device_by_name(m, "nic");
	uint64_t at;

	(void)state;
	machine_set_switch(m, SWITCH_MASK_ALL_ENTRIES, false);
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	assert_writes(m, at,
		      "msix.ctrl=0xc007 msix[0].addr_lo=0xfee00000 msix[0].addr_hi=0x0 "
		      "msix[0].data=0xef cfg.command=0x507 msix[0].ctrl=0x1 msix.ctrl=0x8007");
	machine_destroy(m);
}

/* The first affinity is set before the interrupt can come, or, without the repair, when it can. */
static void first_affinity(void **state)
{
	static const char *const orders[] = {
		"%s msix[0].ctrl=0x0 msix[0].ctrl=0x1 %s msix[0].ctrl=0x0",
		"%s %s msix[0].ctrl=0x0",
	};

	(void)state;
	for (int before = 0; before < 2; before++) {
		struct machine *m = plain();
		struct device *nic = device_by_name(m, "nic");
		char message[128], expected[512];
		const struct msi_desc *desc;
		uint64_t at;
		int ran = 0;

		machine_set_switch(m, SWITCH_AFFINITY_BEFORE_STARTUP, before);
		assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
		at = tape_position(m);
		assert_int_equal(request_irq(m, (unsigned)pci_irq_vector(nic, 0), chips_handler, 0,
					     "nic", &ran),
				 0);
		desc = msi_peek_desc(nic, MSI_DEFAULT_DOMAIN, 0);
		snprintf(message, sizeof(message),
			 "msix[0].addr_lo=0x%x msix[0].addr_hi=0x0 msix[0].data=0x%x",
			 desc->msg.address_lo, desc->msg.data);
		snprintf(expected, sizeof(expected), orders[before], message, message);
		assert_writes(m, at, expected);
		machine_destroy(m);
	}
}

/* ---- which check comes first: each call has two faults at least ---- */

static void msi_check_order(void **state)
{
	struct machine *m = plain();
	struct pci_dev *both = chips_pci(m, "both"), *multi = chips_pci(m, "multi");
	struct pci_dev *none = chips_pci(m, "none");

	(void)state;
	/* not supported, before the range */
	assert_refused(m, pci_enable_msi_range(both, 0, -1, NULL), -EINVAL);
	forbid_msi(m, "multi");
	assert_refused(m, pci_enable_msi_range(multi, 2, 1, NULL), -EINVAL);
	set_power_state(m, "nic", 3);
	assert_refused(m, pci_enable_msi_range(chips_pci(m, "nic"), 2, 1, NULL), -EINVAL);
	/* MSI-X is on, before the range */
	assert_int_equal(pci_alloc_irq_vectors(&both->dev, 1, 1, PCI_IRQ_MSIX), 1);
	assert_refused(m, pci_enable_msi_range(both, 2, 1, NULL), -EINVAL);
	pci_free_irq_vectors(&both->dev);
	/* the range, before MSI is on: no warning */
	assert_int_equal(pci_enable_msi(&both->dev), 0);
	assert_refused(m, pci_enable_msi_range(both, 2, 1, NULL), -ERANGE);
	assert_int_equal(machine_warnings_total(m), 0);
	/* MSI is on, before the parent */
	drop_parent(m, "both");
	assert_int_equal(pci_enable_msi_range(both, 1, 1, NULL), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_MSI_ALREADY_ENABLED), 1);
	/* the parent, before the capability */
	drop_parent(m, "none");
	assert_refused(m, pci_enable_msi_range(none, 1, 1, NULL), -ENOTSUPP);
	machine_destroy(m);
}

static void msi_check_order_end(void **state)
{
	struct machine *m = plain();
	struct pci_dev *none = chips_pci(m, "none"), *multi = chips_pci(m, "multi");

	(void)state;
	/* the capability, before its count */
	assert_refused(m, pci_enable_msi_range(none, 100, 100, NULL), -EINVAL);
	/* its count, before the device domain */
	machine_fail_allocation(m, 1);
	assert_refused(m, pci_enable_msi_range(multi, 17, 32, NULL), -ENOSPC);
	assert_refused(m, pci_enable_msi_range(multi, 1, 1, NULL), -ENODEV);
	/* what the parent can't do ends as too few */
	assert_refused(m, pci_enable_msi_range(multi, 2, 4, NULL), -ENOSPC);
	assert_int_equal(machine_warnings_total(m), 0);
	machine_destroy(m);
}

static int msix_range(struct pci_dev *pdev, struct msix_entry *entries, int min, int max)
{
	return pci_enable_msix_range(&pdev->dev, entries, min, max);
}

static void msix_check_order(void **state)
{
	struct machine *m = plain();
	struct pci_dev *both = chips_pci(m, "both"), *nic = chips_pci(m, "nic");
	struct msix_entry twice[9] = {{.entry = 1}, {.entry = 1}};

	(void)state;
	/* the range, before all else */
	assert_int_equal(pci_enable_msi(&both->dev), 0);
	drop_parent(m, "both");
	assert_refused(m, msix_range(both, NULL, 2, 1), -ERANGE);
	/* MSI is on, before the parent; silently */
	assert_refused(m, msix_range(both, NULL, 1, 1), -EINVAL);
	assert_int_equal(machine_warnings_total(m), 0);
	/* MSI-X is on, before the parent */
	assert_int_equal(msix_range(nic, NULL, 1, 1), 1);
	drop_parent(m, "nic");
	assert_int_equal(msix_range(nic, NULL, 1, 1), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_MSI_ALREADY_ENABLED), 1);
	/* the parent, before whether it is supported */
	drop_parent(m, "big");
	forbid_msi(m, "big");
	assert_refused(m, msix_range(chips_pci(m, "big"), NULL, 1, 1), -ENOTSUPP);
	/* MSI-X asks with max, MSI with min */
	assert_refused(m, msix_range(chips_pci(m, "dsa"), NULL, 0, 0), -EINVAL);
	assert_int_equal(msix_range(chips_pci(m, "dsa"), NULL, 0, 2), 2);
	/* no capability, before the entries */
	assert_refused(m, msix_range(chips_pci(m, "multi"), twice, 1, 2), -EINVAL);
	machine_destroy(m);
}

static void msix_check_order_end(void **state)
{
	struct machine *m = plain();
	struct pci_dev *nic = chips_pci(m, "nic");
	struct msix_entry twice[9] = {{.entry = 1}, {.entry = 1}};

	(void)state;
	/* the entries, all max of them, before the size of the table */
	assert_refused(m, msix_range(nic, twice, 9, 9), -EINVAL);
	/* the size, before the device domain */
	machine_fail_allocation(m, 1);
	assert_refused(m, msix_range(nic, NULL, 9, 12), -ENOSPC);
	assert_refused(m, msix_range(nic, NULL, 1, 1), -ENODEV);
	machine_fail_allocation(m, 0);
	/* D0, before the size of the table */
	set_power_state(m, "nic", 1);
	assert_refused(m, msix_range(nic, NULL, 9, 12), -EINVAL);
	assert_int_equal(machine_warnings_total(m), 0);
	machine_destroy(m);
}

/* A table whose BAR is not assigned is found only after MSI-X was switched on. */
static void no_bar(void **state)
{
	struct machine *m = plain();
	struct pci_dev *nic = chips_pci(m, "nic");
	uint64_t at = tape_position(m);

	(void)state;
	touch(m, nic);
	memset(nic->bar, 0, sizeof(nic->bar));
	assert_refused(m, msix_range(nic, NULL, 1, 1), -ENOMEM);
	assert_writes(m, at, "msix.ctrl=0xc007 msix.ctrl=0x7");
	machine_destroy(m);
}

static void last_error_counts(void **state)
{
	struct machine *m = plain();
	struct device *none = device_by_name(m, "none"), *multi = device_by_name(m, "multi");
	struct device *both = device_by_name(m, "both"), *nic = device_by_name(m, "nic");

	(void)state;
	assert_refused(m, pci_alloc_irq_vectors(none, 1, 1, 0), -ENOSPC);
	assert_refused(m, pci_alloc_irq_vectors(none, 1, 1, PCI_IRQ_INTX), -ENOSPC);
	assert_refused(m, pci_alloc_irq_vectors(none, 1, 4, PCI_IRQ_ALL_TYPES), -EINVAL);
	/* MSI-X: not capable; MSI: too few */
	assert_refused(m, pci_alloc_irq_vectors(multi, 17, 32, PCI_IRQ_ALL_TYPES), -ENOSPC);
	/* MSI-X: too few; MSI: not capable */
	assert_refused(m, pci_alloc_irq_vectors(nic, 9, 32, PCI_IRQ_ALL_TYPES), -EINVAL);
	assert_refused(m, pci_alloc_irq_vectors(both, 6, 8, PCI_IRQ_ALL_TYPES), -ENOSPC);
	assert_refused(m, pci_alloc_irq_vectors(both, 5, 3, PCI_IRQ_MSIX), -ERANGE);
	assert_refused(m, pci_alloc_irq_vectors(both, 1, 0, PCI_IRQ_MSIX), -ERANGE);
	/* Not for more than one; but for one it is the last resort. */
	assert_refused(m, pci_alloc_irq_vectors(multi, 2, 4, PCI_IRQ_ALL_TYPES), -ENOSPC);
	forbid_msi(m, "multi");
	assert_int_equal(pci_alloc_irq_vectors(multi, 1, 4, PCI_IRQ_ALL_TYPES), 1);
	assert_int_equal(pci_irq_vector(multi, 0), 21);
	machine_destroy(m);
}

static void not_a_pci_device(void **state)
{
	struct machine *m = plain();
	struct device other = {.machine = m};

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(&other, 1, 1, PCI_IRQ_ALL_TYPES), -ENODEV);
	assert_int_equal(pci_enable_msi(&other), -ENODEV);
	assert_int_equal(pci_enable_msix_range(&other, NULL, 1, 1), -ENODEV);
	assert_int_equal(pci_irq_vector(&other, 0), -ENODEV);
	assert_int_equal(pci_msi_vec_count(&other), -EINVAL);
	assert_int_equal(pci_msix_vec_count(&other), -EINVAL);
	assert_int_equal(pci_restore_msi_state(&other), -ENODEV);
	assert_false(pci_msix_can_alloc_dyn(&other));
	assert_int_equal(pci_msix_alloc_irq_at(&other, 0, NULL).index, -ENOTSUPP);
	pci_free_irq_vectors(&other);
	machine_destroy(m);
}

static void counts(void **state)
{
	struct machine *m = plain();

	(void)state;
	assert_int_equal(pci_msi_vec_count(device_by_name(m, "multi")), 16);
	assert_int_equal(pci_msix_vec_count(device_by_name(m, "multi")), -EINVAL);
	assert_int_equal(pci_msi_vec_count(device_by_name(m, "nic")), -EINVAL);
	assert_int_equal(pci_msix_vec_count(device_by_name(m, "nic")), 8);
	machine_destroy(m);
}

/* ---- affinity ---- */

static unsigned sets_seen;

static void two_sets(struct irq_affinity *affd, unsigned nvecs)
{
	sets_seen = nvecs;
	affd->nr_sets = 2;
	affd->set_size[0] = 1;
	affd->set_size[1] = nvecs - 1;
}

static void affinity_flags(void **state)
{
	struct machine *m = plain();
	struct device *nic = device_by_name(m, "nic"), *both = device_by_name(m, "both");
	struct irq_affinity affd = {.pre_vectors = 2, .post_vectors = 1};
	struct irq_affinity sets = {.calc_sets = two_sets};
	unsigned flags = PCI_IRQ_MSIX | PCI_IRQ_AFFINITY;

	(void)state;
	/* More set aside than the driver can do with. */
	assert_refused(m, pci_alloc_irq_vectors_affinity(nic, 1, 8, flags, &affd), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors_affinity(nic, 3, 8, flags, &affd), 7);
	assert_ptr_equal(pci_irq_get_affinity(nic, 2), cpumask_of(m, 0));
	assert_ptr_equal(pci_irq_get_affinity(nic, 5), cpumask_of(m, 3));
	assert_null(pci_irq_get_affinity(nic, 7));
	assert_int_equal(machine_warnings(m, WARN_MSI_BAD_RANGE), 1);
	pci_free_irq_vectors(nic);
	/* Without the flag it is ignored. */
	assert_int_equal(pci_alloc_irq_vectors_affinity(nic, 1, 8, PCI_IRQ_MSIX, &affd), 8);
	assert_int_equal(machine_warnings(m, WARN_AFFINITY_IGNORED), 1);
	assert_null(pci_irq_get_affinity(nic, 0));
	pci_free_irq_vectors(nic);
	/* Without a description all are spread. */
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 8, flags), 4);
	/* INTx: the driver's callback runs, too. */
	assert_int_equal(
		pci_alloc_irq_vectors_affinity(both, 1, 1, PCI_IRQ_INTX | PCI_IRQ_AFFINITY, &sets),
		1);
	assert_int_equal(sets_seen, 1);
	assert_null(irq_get_irq_data(m, 23));
	machine_destroy(m);
}

/* ---- handlers that are still installed ---- */

static void freed_with_handlers(void **state)
{
	struct machine *m = plain();
	struct device *nic = device_by_name(m, "nic");
	int ran = 0;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 3, 3, PCI_IRQ_MSIX), 3);
	assert_int_equal(
		request_irq(m, (unsigned)pci_irq_vector(nic, 1), chips_handler, 0, "nic", &ran), 0);
	pci_free_irq_vectors(nic);
	assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 1);
	assert_false(chips_pci(m, "nic")->msix_enabled);
	assert_null(irq_to_desc(m, 25));
	machine_destroy(m);
}

static void kept_with_handlers(void **state)
{
	struct machine *m = plain();
	struct device *nic = device_by_name(m, "nic"), *both = device_by_name(m, "both");
	int ran = 0, irq, msi;

	(void)state;
	machine_set_profile(m, PROFILE_INTENDED);
	assert_int_equal(pci_alloc_irq_vectors(nic, 3, 3, PCI_IRQ_MSIX), 3);
	irq = pci_irq_vector(nic, 1);
	assert_int_equal(request_irq(m, (unsigned)irq, chips_handler, 0, "nic", &ran), 0);
	pci_free_irq_vectors(nic);
	assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 1);
	assert_int_equal(pci_irq_vector(nic, 0), -EINVAL);
	assert_int_equal(pci_irq_vector(nic, 1), irq);
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 1, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);
	assert_int_equal(free_irq(m, (unsigned)irq, &ran), 0);
	pci_free_irq_vectors(nic);
	assert_false(chips_pci(m, "nic")->msix_enabled);

	assert_int_equal(pci_enable_msi(both), 0);
	msi = pci_irq_vector(both, 0);
	assert_int_equal(request_irq(m, (unsigned)msi, chips_handler, 0, "both", &ran), 0);
	assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 1);
	pci_free_irq_vectors(both);
	assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 2);
	assert_int_equal(pci_irq_vector(both, 0), msi);
	machine_destroy(m);
}

/* ---- after a reset ---- */

static void restored(void **state)
{
	struct machine *m = plain();
	struct device *nic = device_by_name(m, "nic"), *mask = device_by_name(m, "mask");
	int ran = 0, irq;
	uint64_t at;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX), 2);
	irq = pci_irq_vector(nic, 1);
	assert_int_equal(request_irq(m, (unsigned)irq, chips_handler, 0, "nic", &ran), 0);
	assert_int_equal(pci_enable_msi(mask), 0);
	device_reset(m, "nic");
	device_reset(m, "mask");
	at = tape_position(m);
	assert_int_equal(pci_restore_msi_state(nic), 0);
	assert_writes(
		m, at,
		"cfg.command=0x400 msix.ctrl=0xc007 cfg.command=0x402 "
		"msix[0].addr_lo=0xfee00000 msix[0].addr_hi=0x0 msix[0].data=0xef msix[0-1].ctrl=0x1 "
		"msix[1].addr_lo=0xfee00000 msix[1].addr_hi=0x0 "
		"msix[1].data=0x20 msix[1].ctrl=0x0 msix[1].ctrl=0x0 "
		"cfg.command=0x400 msix.ctrl=0x8007");
	at = tape_position(m);
	assert_int_equal(pci_restore_msi_state(mask), 0);
	assert_writes(m, at,
		      "cfg.command=0x400 msi.ctrl=0x102 msi.ctrl=0x102 msi.addr_lo=0xfee00000 "
		      "msi.data=0xef msi.mask=0x3 msi.ctrl=0x103");
	at = tape_position(m);
	assert_int_equal(pci_restore_msi_state(device_by_name(m, "none")), 0);
	assert_writes(m, at, "");
	machine_destroy(m);
}

/* ---- a managed device gives back by itself; nothing is left of one that is removed ---- */

static void removal(void **state)
{
	struct machine *m = plain();
	struct pci_dev *nic = chips_pci(m, "nic");

	(void)state;
	assert_int_equal(pcim_enable_device(&nic->dev), 0);
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 2, 2, PCI_IRQ_MSIX), 2);
	pci_device_remove(nic);
	assert_null(device_by_name(m, "nic"));
	assert_null(irq_to_desc(m, 24));
	assert_int_equal(machine_warnings_total(m), 0);
	/* Its vectors are the driver's business: they stay, and with them what they lead to. */
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "big"), 2, 2, PCI_IRQ_MSIX), 2);
	pci_device_remove(chips_pci(m, "big"));
	assert_int_equal(machine_warnings(m, WARN_MSI_STORE_NOT_EMPTY), 1);
	assert_non_null(irq_to_desc(m, 24));
	machine_destroy(m);
}

/* After a state that must not happen nothing works, and nothing is written, any more. */
static void poisoned(void **state)
{
	struct machine *m = remapped();
	struct device *nic = device_by_name(m, "nic"), *dsa = device_by_name(m, "dsa");
	irq_pool_t pool;
	struct msi_map map;
	uint64_t at;
	int error;

	(void)state;
	pool = irq_pool_create(dsa, IRQ_POOL_IMS_TABLE, 0, 0, &error);
	map = irq_pool_alloc(m, pool, 0, NULL);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	machine_poison(m, "for the test");
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(dsa, 1, 1, PCI_IRQ_ALL_TYPES), -EIO);
	assert_int_equal(pci_enable_msi(device_by_name(m, "both")), -EIO);
	assert_int_equal(pci_enable_msix_range(dsa, NULL, 1, 1), -EIO);
	assert_int_equal(pci_msix_alloc_irq_at(nic, MSI_ANY_INDEX, NULL).index, -EIO);
	assert_int_equal(pci_msix_free_irq(nic, (struct msi_map){0, 25}), -EIO);
	assert_int_equal(pci_restore_msi_state(nic), -EIO);
	pci_free_irq_vectors(nic);
	assert_int_equal(irq_pool_create(dsa, IRQ_POOL_IMS_QUEUE, 0, 0, &error), 0);
	assert_int_equal(error, -EIO);
	assert_int_equal(irq_pool_alloc(m, pool, 0, NULL).index, -EIO);
	assert_int_equal(irq_pool_free(m, pool, map), -EIO);
	assert_int_equal(irq_pool_destroy(m, pool), -EIO);
	assert_writes(m, at, "");
	machine_destroy(m);
}

/* A function that left by surprise is not spoken to any more. */
static void disconnected(void **state)
{
	struct machine *m = plain();
	struct pci_dev *nic = chips_pci(m, "nic");
	uint64_t at;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 2, 2, PCI_IRQ_MSIX), 2);
	touch(m, nic);
	nic->disconnected = true;
	at = tape_position(m);
	pci_free_irq_vectors(&nic->dev);
	assert_writes(m, at, "");
	assert_false(nic->msix_enabled);
	assert_null(irq_to_desc(m, 24));
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(msix_writes),
		cmocka_unit_test(msi_writes),
		cmocka_unit_test(maskable_msi_writes),
		cmocka_unit_test(multi_msi_writes),
		cmocka_unit_test(intx_switching),
		cmocka_unit_test(mask_all_entries),
		cmocka_unit_test(first_affinity),
		cmocka_unit_test(msi_check_order),
		cmocka_unit_test(msi_check_order_end),
		cmocka_unit_test(msix_check_order),
		cmocka_unit_test(msix_check_order_end),
		cmocka_unit_test(no_bar),
		cmocka_unit_test(last_error_counts),
		cmocka_unit_test(not_a_pci_device),
		cmocka_unit_test(counts),
		cmocka_unit_test(affinity_flags),
		cmocka_unit_test(freed_with_handlers),
		cmocka_unit_test(kept_with_handlers),
		cmocka_unit_test(restored),
		cmocka_unit_test(removal),
		cmocka_unit_test(poisoned),
		cmocka_unit_test(disconnected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
