/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

#include "domains/intel_ir.h"
#include "sim_iommu/its.h"
#include "sim_iommu/vtd.h"
#include "sim_pci/function.h"

#include <irqlab/invariants.h>
#include <irqlab/provider/hardware.h>
#include <stdio.h>

/*
 * Virtual functions as drivers meet them. "pf" can have six, at 0x118 + 0x80 + 2n,
 * each with four MSI-X entries and a DSA table; "far" has some on the next bus.
 */
static const struct device_desc devices[] = {
	{
		.name = "pf",
		.requester = 0x118,
		.node = -1,
		.msix.size = 4,
		.store = {{.kind = STORE_TABLE_DSA, .slots = 4}},
		.nr_stores = 1,
		.sriov = {.total = 6, .offset = 0x80, .stride = 2},
	},
	{
		.name = "far",
		.requester = 0x220,
		.node = -1,
		.msix.size = 4,
		.sriov = {.total = 4, .offset = 0xde, .stride = 1, .msix = 2},
	},
	{.name = "plain", .requester = 0x18, .node = -1, .msix.size = 4},
};

static struct machine *machine_with(enum remap_kind kind, uint8_t last_bus)
{
	const struct remap_desc remap = {.name = "ir", .kind = kind, .entries = 64};
	struct device_desc copy[3];
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.remaps = &remap,
		.nr_remaps = kind != REMAP_NONE,
		.devices = copy,
		.nr_devices = 3,
	};
	struct machine *m = machine_create(NULL);
	const char *why = "";

	memcpy(copy, devices, sizeof(copy));
	copy[1].sriov.last_bus = last_bus;
	if (machine_load(m, &desc, &why))
		fail_msg("%s", why);
	return m;
}

static struct machine *intel(void)
{
	return machine_with(REMAP_INTEL, 0);
}

static void check(struct machine *m)
{
	char violation[200];

	if (!machine_invariants(m, violation, sizeof(violation)))
		fail_msg("%s", violation);
}

static struct device *vf(struct machine *m, unsigned n)
{
	char name[32];

	snprintf(name, sizeof(name), "pf-vf%u", n);
	return device_by_name(m, name);
}

/* ---- coming ---- */

static void they_appear(void **state)
{
	struct machine *m = intel();
	struct device *pf = device_by_name(m, "pf");
	uint64_t since = tape_position(m);

	(void)state;
	assert_int_equal(pci_num_vf(pf), 0);
	assert_null(vf(m, 0));
	assert_int_equal(pci_enable_sriov(pf, 2), 0);
	assert_writes(m, since,
		      "sriov.num_vfs=0x2 sriov.control=0x9 cfg.command=0x4 cfg.command=0x4");
	assert_int_equal(pci_num_vf(pf), 2);
	for (unsigned n = 0; n < 2; n++) {
		struct device *dev = vf(m, n);

		assert_non_null(dev);
		assert_int_equal(dev->requester, 0x118 + 0x80 + 2 * n);
		assert_string_equal(dev->bus_name, n ? "0000:01:13.2" : "0000:01:13.0");
		assert_ptr_equal(dev->msi_domain, pf->msi_domain); /* the bus's */
		assert_ptr_not_equal(dev->msi, pf->msi);
		assert_int_equal(pci_msix_vec_count(dev), 4);
		assert_int_equal(pci_num_vf(dev), 0);
	}
	assert_null(vf(m, 2));
	check(m);
	machine_destroy(m);
}

static unsigned entry_of(struct machine *m, unsigned irq)
{
	struct intel_ir_info info;

	assert_true(intel_ir_info(m, irq, &info));
	return info.index;
}

/* Index 0 three times: messages, entries and handlers are each function's own. */
static void each_has_its_own(void **state)
{
	struct machine *m = intel();
	struct device *dev[3] = {device_by_name(m, "pf")};
	int ran[3] = {0};

	(void)state;
	assert_int_equal(pci_enable_sriov(dev[0], 2), 0);
	dev[1] = vf(m, 0);
	dev[2] = vf(m, 1);
	for (unsigned i = 0; i < 3; i++) {
		unsigned irq;
		uint64_t entry[2];

		assert_int_equal(pci_alloc_irq_vectors(dev[i], 2, 2, PCI_IRQ_MSIX), 2);
		irq = (unsigned)pci_irq_vector(dev[i], 0);
		assert_int_equal(request_irq(m, irq, chips_handler, 0, "q", &ran[i]), 0);
		assert_true(bus_memory_read(m, vtd_entry_address(m, 0, entry_of(m, irq)), entry,
					    sizeof(entry)));
		assert_int_equal(entry[1], 1 << 18 | dev[i]->requester);
	}
	assert_ptr_not_equal(msi_get_device_domain(dev[1], 0), msi_get_device_domain(dev[2], 0));
	assert_string_equal(msi_get_device_domain(dev[1], 0)->name, "IR-PCI-MSIX-0000:01:13.0-12");
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(
			device_raise(m, device_name(dev[i]), RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
		machine_deliver(m, 0);
		for (unsigned other = 0; other < 3; other++)
			assert_int_equal(ran[other], other <= i);
	}
	check(m);
	machine_destroy(m);
}

static void pools_of_their_own(void **state)
{
	struct machine *m = intel();
	struct device *pf = device_by_name(m, "pf");
	irq_pool_t pool[3];
	int error, ran = 0;

	(void)state;
	assert_int_equal(pci_enable_sriov(pf, 2), 0);
	for (unsigned i = 0; i < 3; i++) {
		struct device *dev = i ? vf(m, i - 1) : pf;
		struct message_entry slot;
		struct msi_map map;

		pool[i] = irq_pool_create(dev, IRQ_POOL_IMS_TABLE, 0, 0, &error);
		assert_int_not_equal(pool[i], 0);
		map = irq_pool_alloc(m, pool[i], 0x10 + i, NULL);
		assert_int_equal(map.index, 0);
		assert_int_equal(request_irq(m, (unsigned)map.virq, chips_handler, 0, "wq", &ran),
				 0);
		assert_int_equal(function_peek_store(m, device_name(dev), 0, 0, &slot), 0);
		assert_int_equal(slot.ctrl, (0x10 + i) << 12 | 8);
		assert_int_equal(device_raise(m, device_name(dev), RAISE_STORE, 0, 0, 0x10 + i), 0);
		machine_deliver(m, 0);
		assert_int_equal(ran, i + 1);
	}
	check(m);
	machine_destroy(m);
}

/* By DeviceID, which is the requester's. */
static void behind_an_its(void **state)
{
	const struct gic_desc gic = {.version = 3};
	const struct its_desc its = {.name = "its"};
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.devices = devices,
		.nr_devices = 3,
		.gic = &gic,
		.its = &its,
		.nr_its = 1,
	};
	struct machine *m = machine_create(NULL);
	struct its_event event;
	int ran = 0;

	(void)state;
	assert_int_equal(machine_load(m, &desc, NULL), 0);
	assert_int_equal(pci_enable_sriov(device_by_name(m, "pf"), 2), 0);
	assert_int_equal(pci_alloc_irq_vectors(vf(m, 1), 2, 2, PCI_IRQ_MSIX), 2);
	assert_int_equal(
		request_irq(m, (unsigned)pci_irq_vector(vf(m, 1), 1), chips_handler, 0, "q", &ran),
		0);
	assert_true(its_peek_event(m, 0, 0x19a, 1, &event));
	assert_false(its_peek_event(m, 0, 0x198, 1, &event));
	assert_false(its_peek_event(m, 0, 0x118, 1, &event));
	assert_int_equal(device_raise(m, "pf-vf1", RAISE_MSIX, 0, 1, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);
	machine_destroy(m);
}

/* ---- what is refused ---- */

static void refused(void **state)
{
	struct machine *m = intel();
	struct device *pf = device_by_name(m, "pf"), *far = device_by_name(m, "far");
	struct device *plain = device_by_name(m, "plain");

	(void)state;
	assert_refused(m, pci_enable_sriov(plain, 1), -ENOSYS);
	assert_refused(m, pci_disable_sriov(plain), -ENOSYS);
	assert_refused(m, pci_enable_sriov(pf, 0), 0);
	assert_refused(m, pci_enable_sriov(pf, 7), -EINVAL);
	assert_refused(m, pci_disable_sriov(pf), 0);
	assert_int_equal(pci_enable_sriov(pf, 6), 0);
	assert_refused(m, pci_enable_sriov(pf, 1), -EINVAL);
	assert_refused(m, pci_enable_sriov(vf(m, 0), 1), -ENOSYS);
	/* Function 2 would be at 0x300, on a bus that is not far's. */
	assert_refused(m, pci_enable_sriov(far, 3), -ENOMEM);
	assert_int_equal(pci_enable_sriov(far, 2), 0);
	assert_int_equal(device_by_name(m, "far-vf1")->requester, 0x2ff);
	assert_int_equal(pci_msix_vec_count(device_by_name(m, "far-vf1")), 2);
	machine_destroy(m);

	m = machine_with(REMAP_INTEL, 3);
	assert_int_equal(pci_enable_sriov(device_by_name(m, "far"), 4), 0);
	assert_int_equal(device_by_name(m, "far-vf3")->requester, 0x301);
	machine_destroy(m);
}

static void expect_description_refused(struct device_desc *pair, const struct remap_desc *remaps,
				       int error, const char *reason)
{
	const struct machine_desc desc = {
		.nr_cpus = 1,
		.devices = pair,
		.nr_devices = 2,
		.remaps = remaps,
		.nr_remaps = remaps ? 1 : 0,
	};
	struct machine *m = machine_create(NULL);
	const char *why = "";

	assert_int_equal(machine_load(m, &desc, &why), error);
	if (!strstr(why, reason))
		fail_msg("\"%s\" does not say \"%s\"", why, reason);
	machine_destroy(m);
}

static void descriptions_that_are_refused(void **state)
{
	static const struct remap_desc narrow = {.name = "ir",
						 .kind = REMAP_INTEL,
						 .entries = 16,
						 .first_requester = 0x100,
						 .last_requester = 0x19a};
	struct device_desc pair[2];

	(void)state;
#define EXPECT_REFUSED(change, remaps, error, reason)                                              \
	do {                                                                                       \
		pair[0] = devices[0];                                                              \
		pair[1] = devices[2];                                                              \
		change;                                                                            \
		expect_description_refused(pair, remaps, error, reason);                           \
	} while (0)
	EXPECT_REFUSED(pair[0].sriov.total = 257, NULL, -EINVAL, "256");
	EXPECT_REFUSED(pair[0].sriov.msix = 2049, NULL, -EINVAL, "2048");
	EXPECT_REFUSED(pair[0].behind = BRIDGE_PCI, NULL, -EINVAL, "PCI bridge");
	EXPECT_REFUSED(pair[0].sriov.offset = 0xff00, NULL, -EINVAL, "bus 255");
	EXPECT_REFUSED(pair[0].name = "abcdefghijklmnopqrstuvwxyz", NULL, -EINVAL, "25 letters");
	EXPECT_REFUSED(pair[1].requester = 0x19a, NULL, -EEXIST, "virtual function");
	EXPECT_REFUSED(pair[1].name = "pf-vf5", NULL, -EEXIST, "virtual function");
	EXPECT_REFUSED((void)0, &narrow, -EINVAL, "another remapping unit");
#undef EXPECT_REFUSED
}

/* Whatever allocation fails, nothing happened, on the bus neither. */
static void memory(void **state)
{
	struct machine *m = intel();
	struct device *pf = device_by_name(m, "pf");
	struct fingerprint before = chips_print(m);
	unsigned nth = 1;
	int ret;

	(void)state;
	do {
		uint64_t since = tape_position(m);

		machine_fail_allocation(m, nth++);
		ret = pci_enable_sriov(pf, 3);
		machine_fail_allocation(m, 0);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_writes(m, since, "");
		assert_unchanged(m, before);
	} while (nth < 100);
	assert_true(nth > 6 && nth < 100);
	assert_int_equal(pci_num_vf(pf), 3);
	machine_destroy(m);
}

/* ---- going ---- */

static unsigned entries_in_use(struct machine *m)
{
	const struct irq_domain *ir = irq_domain_by_name(m, "INTEL-IR-0-13");
	unsigned nr = 0;

	for (unsigned i = 0; i < intel_ir_entries(ir); i++)
		nr += intel_ir_index_is_allocated(ir, i);
	return nr;
}

static unsigned nr_domains(struct machine *m)
{
	unsigned nr = 0;

	for (const struct irq_domain *d = irq_domain_first(m); d; d = d->next)
		nr++;
	return nr;
}

/* Drivers first, then vectors and pools, domains, stores, and the functions last. */
static void in_this_order(void **state)
{
	struct machine *m = intel();
	struct device *pf = device_by_name(m, "pf");
	unsigned domains = nr_domains(m), irq;
	irq_pool_t pool;
	struct msi_map map;
	uint64_t since;
	int ran = 0;

	(void)state;
	assert_int_equal(pci_enable_sriov(pf, 2), 0);
	assert_int_equal(pci_alloc_irq_vectors(vf(m, 0), 4, 4, PCI_IRQ_MSIX), 4);
	irq = (unsigned)pci_irq_vector(vf(m, 0), 3);
	assert_int_equal(request_irq(m, irq, chips_handler, 0, "q", &ran), 0);
	pool = irq_pool_create(vf(m, 1), IRQ_POOL_IMS_TABLE, 0, 0, NULL);
	map = irq_pool_alloc(m, pool, 1, NULL);
	assert_int_not_equal(logical_function_create(vf(m, 1), pool, 2, NULL), 0);
	assert_int_equal(entries_in_use(m), 5);

	since = tape_position(m);
	assert_int_equal(pci_disable_sriov(pf), -EBUSY); /* a driver has a handler */
	assert_writes(m, since, "");
	assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 1);
	assert_int_equal(pci_num_vf(pf), 2);
	assert_int_equal(device_raise(m, "pf-vf0", RAISE_MSIX, 0, 3, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);

	assert_int_equal(free_irq(m, irq, &ran), 0);
	assert_int_equal(pci_disable_sriov(pf), 0);
	assert_int_equal(pci_num_vf(pf), 0);
	assert_int_equal(entries_in_use(m), 0);
	assert_int_equal(nr_domains(m), domains);
	assert_null(vf(m, 0));
	assert_null(vf(m, 1));
	assert_null(irq_to_desc(m, irq));
	assert_null(irq_to_desc(m, (unsigned)map.virq));
	assert_int_equal(machine_warnings(m, WARN_MSI_STORE_NOT_EMPTY), 0);
	assert_int_equal(machine_warnings(m, WARN_DOMAIN_NOT_EMPTY), 0);
	assert_int_equal(irq_pool_check(m, pool), IRQ_POOL_NO_DEVICE);
	assert_int_equal(function_peek_config(m, "pf", 0x108, 2), 0);
	assert_int_equal(function_peek_config(m, "pf", 0x110, 2), 0);
	assert_int_equal(device_raise(m, "pf-vf0", RAISE_MSIX, 0, 3, RAISE_NO_PASID), -ENODEV);
	check(m);
	machine_destroy(m);
}

/* What is managed goes when the driver lets go, and only then can the function go. */
static void driver_lets_go(void **state)
{
	struct machine *m = intel();
	struct device *pf = device_by_name(m, "pf");
	int ran = 0;

	(void)state;
	assert_int_equal(pci_enable_sriov(pf, 1), 0);
	assert_int_equal(pci_alloc_irq_vectors(vf(m, 0), 2, 2, PCI_IRQ_MSIX), 2);
	assert_int_equal(devm_request_irq(vf(m, 0), (unsigned)pci_irq_vector(vf(m, 0), 1),
					  chips_handler, 0, "q", &ran),
			 0);
	assert_int_equal(pci_disable_sriov(pf), -EBUSY);
	device_release_driver(vf(m, 0));
	assert_int_equal(pci_disable_sriov(pf), 0);
	assert_int_equal(entries_in_use(m), 0);
	assert_int_equal(machine_warnings_total(m), 1); /* of the refusal */
	check(m);
	machine_destroy(m);
}

/* The last writes are those that switch them off. */
static void functions_go_last(void **state)
{
	static const char last[] = "sriov.control=0x0 sriov.num_vfs=0x0";
	struct machine *m = intel();
	struct device *pf = device_by_name(m, "pf");
	const char *writes;
	uint64_t since;

	(void)state;
	assert_int_equal(pci_enable_sriov(pf, 1), 0);
	assert_int_equal(pci_alloc_irq_vectors(vf(m, 0), 2, 2, PCI_IRQ_MSIX), 2);
	since = tape_position(m);
	assert_int_equal(pci_disable_sriov(pf), 0);
	writes = chips_writes(m, since);
	assert_true(strlen(writes) > sizeof(last));
	assert_string_equal(writes + strlen(writes) - strlen(last), last);
	machine_destroy(m);
}

static void once_more(void **state)
{
	struct machine *m = machine_with(REMAP_AMD, 0);
	struct device *pf = device_by_name(m, "pf");
	int ran = 0;

	(void)state;
	for (unsigned round = 1; round <= 3; round++) {
		unsigned irq;

		assert_int_equal(pci_enable_sriov(pf, 2 * round), 0);
		assert_int_equal(pci_alloc_irq_vectors(vf(m, 1), 3, 3, PCI_IRQ_MSIX), 3);
		irq = (unsigned)pci_irq_vector(vf(m, 1), 2);
		assert_int_equal(request_irq(m, irq, chips_handler, 0, "q", &ran), 0);
		assert_int_equal(device_raise(m, "pf-vf1", RAISE_MSIX, 0, 2, RAISE_NO_PASID), 0);
		machine_deliver(m, 0);
		assert_int_equal(ran, round);
		assert_int_equal(free_irq(m, irq, &ran), 0);
		assert_int_equal(pci_disable_sriov(pf), 0);
		check(m);
	}
	assert_int_equal(machine_warnings_total(m), 0);
	machine_destroy(m);
}

/* Hot unplug of one, and of the physical function with all that are left. */
static void removal(void **state)
{
	struct machine *m = intel();
	struct device *pf = device_by_name(m, "pf");

	(void)state;
	assert_int_equal(pci_enable_sriov(pf, 3), 0);
	assert_int_equal(pci_alloc_irq_vectors(vf(m, 2), 2, 2, PCI_IRQ_MSIX), 2);
	pci_device_remove(chips_pci(m, "pf-vf1"));
	assert_null(vf(m, 1));
	assert_non_null(vf(m, 2));
	pci_device_remove(chips_pci(m, "pf"));
	assert_null(device_by_name(m, "pf"));
	assert_null(vf(m, 0));
	assert_null(vf(m, 2));
	assert_int_equal(entries_in_use(m), 0);
	assert_int_equal(machine_warnings_total(m), 0);
	check(m);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_appear),
		cmocka_unit_test(each_has_its_own),
		cmocka_unit_test(pools_of_their_own),
		cmocka_unit_test(behind_an_its),
		cmocka_unit_test(refused),
		cmocka_unit_test(descriptions_that_are_refused),
		cmocka_unit_test(memory),
		cmocka_unit_test(in_this_order),
		cmocka_unit_test(driver_lets_go),
		cmocka_unit_test(functions_go_last),
		cmocka_unit_test(once_more),
		cmocka_unit_test(removal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
