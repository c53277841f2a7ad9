/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/legacy_bench.h"

#include "domains/vmd.h"
#include "sim_pci/function.h"

/* Domains that many functions share: Xen's, which hands batches away, and VMD's, which has nothing
 * below it. */

static struct message_entry entry_of(struct machine *m, const char *name, unsigned index)
{
	struct message_entry entry;

	assert_int_equal(function_peek_msix(m, name, index, &entry), 0);
	return entry;
}

static void hwirq_of_a_function(void **state)
{
	struct machine *m = every_machine(ON_X86, NULL);
	struct device dev = *device_by_name(m, "nic");
	const struct msi_desc desc = {.msi_index = 3, .dev = &dev};

	(void)state;
	dev.segment = 1;
	dev.requester = 0x118; /* 01:03.0 */
	assert_int_equal(pci_msi_hwirq(&desc), 0x808c003);
	machine_destroy(m);
}

/* The slot of the device is a copy of the global domain, and is all there is. */
static void global_domain_is_copied(void **state)
{
	static const enum every_machine machines[] = {ON_XEN, ON_VMD};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct machine *m = every_machine(machines[i], NULL);
		struct device *nic = device_by_name(m, "nic"), *old = device_by_name(m, "old");
		struct irq_domain *domain = nic->msi_domain;

		assert_false(domain->flags & IRQ_DOMAIN_FLAG_MSI_PARENT);
		assert_null(domain->parent);
		assert_ptr_equal(msi_get_device_domain(nic, MSI_DEFAULT_DOMAIN), domain);
		assert_ptr_equal(msi_get_device_domain(old, MSI_DEFAULT_DOMAIN), domain);
		assert_null(msi_get_device_domain(nic, 1));
		/* No kind is replaced by another, and nothing is made. */
		assert_true(pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX) > 0);
		assert_ptr_equal(msi_get_device_domain(nic, MSI_DEFAULT_DOMAIN), domain);
		pci_free_irq_vectors(nic);
		assert_ptr_equal(msi_get_device_domain(nic, MSI_DEFAULT_DOMAIN), domain);
		/* Nobody adds another domain below it. */
		assert_int_equal(msi_create_device_irq_domain(
					 nic, 1, &(struct msi_domain_template){.chip.name = "x"}, 1,
					 NULL, NULL),
				 -ENODEV);
		machine_destroy(m);
	}
}

/* ---- Xen ---- */

/* The function is written by the hypervisor, when it is called, and by nobody else. */
static void xen_owns_messages_and_masks(void **state)
{
	struct machine *m = every_machine(ON_XEN, NULL);
	struct device *nic = device_by_name(m, "nic");
	uint64_t at = tape_position(m), values[32];
	unsigned irq, n;
	int ran = 0;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX), 2);
	assert_int_equal(written_to(m, at, "xen", "map", values, 32), 2);
	/* Address, address, data of two; no mask bit is touched, as they are masked. */
	assert_int_equal(written_to(m, at, "nic", "msix", values, 32), 2 + 2 * 3);
	assert_int_equal(entry_of(m, "nic", 1).data, 33);
	assert_int_equal(entry_of(m, "nic", 1).ctrl, 1);
	assert_int_equal(descriptor(nic, 1)->msg.data, 0);
	assert_int_equal(descriptor(nic, 1)->pci.can_mask, 0);

	/* What comes before a request is latched, and sent with it. */
	raise_vector(m, nic, RAISE_MSIX, 1);
	at = tape_position(m);
	irq = request_vector(m, nic, 1, &ran);
	/* Once to start it, once with its affinity. */
	assert_int_equal(written_to(m, at, "xen", "bind", values, 32), 2);
	assert_int_equal(entry_of(m, "nic", 1).ctrl, 0);
	machine_deliver(m, 0);
	assert_int_equal(ran, 1);

	/* A disabled interrupt is masked as an event; the function's bit stays as it is. */
	disable_irq(m, irq);
	raise_vector(m, nic, RAISE_MSIX, 1);
	raise_vector(m, nic, RAISE_MSIX, 1);
	assert_int_equal(ran, 1);
	assert_int_equal(entry_of(m, "nic", 1).ctrl, 0);
	enable_irq(m, irq);
	machine_settle(m);
	assert_true(ran > 1);
	n = (unsigned)ran;
	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 1)), 0);
	raise_vector(m, nic, RAISE_MSIX, 1);
	assert_int_equal(ran, n + 1);
	assert_int_equal(free_irq(m, irq, &ran), 0);
	assert_int_equal(entry_of(m, "nic", 1).ctrl, 1);
	check_invariants(m);
	machine_destroy(m);
}

static void xen_takes_all_or_nothing(void **state)
{
	struct machine *m = every_machine(ON_XEN, &(struct legacy_desc){.xen.pirqs = 5});
	struct device *nic = device_by_name(m, "nic");

	(void)state;
	/* No count comes back: who asks for 1 to 8 gets nothing, although 5 are there. */
	assert_no_trace(m, pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 5, PCI_IRQ_MSIX), 5);
	assert_no_trace(m, pci_alloc_irq_vectors(device_by_name(m, "old"), 1, 1, PCI_IRQ_MSI),
			-ENOSPC);
	machine_destroy(m);
}

static void xen_blocks(void **state)
{
	struct machine *m = every_machine(ON_XEN, NULL);
	struct device *old = device_by_name(m, "old");
	uint64_t at;
	int ran = 0;

	(void)state;
	assert_no_trace(m, pci_alloc_irq_vectors(old, 2, 8, PCI_IRQ_MSI), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(old, 1, 8, PCI_IRQ_MSI), 1);
	machine_destroy(m);

	/* The initial domain may: 3 of an aligned block of 4. */
	m = every_machine(ON_XEN_DOM0, NULL);
	old = device_by_name(m, "old");
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "nic"), 1, 1, PCI_IRQ_MSIX), 1);
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(old, 3, 3, PCI_IRQ_MSI), 3);
	assert_int_equal(written_to(m, at, "xen", "map", NULL, 0), 1);
	assert_int_equal(pci_irq_vector(old, 2), pci_irq_vector(old, 0) + 2);
	assert_int_equal(pci_irq_vector(old, 3), -EINVAL);
	assert_int_equal(irq_get_irq_data(m, (unsigned)pci_irq_vector(old, 0))->hwirq, 36);
	request_vector(m, old, 2, &ran);
	raise_vector(m, old, RAISE_MSI, 2);
	assert_int_equal(ran, 1);
	check_invariants(m);
	machine_destroy(m);
}

static void xen_restores(void **state)
{
	struct machine *m = every_machine(ON_XEN, NULL);
	struct device *nic = device_by_name(m, "nic");
	uint64_t at, values[4];
	int ran = 0;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX), 2);
	request_vector(m, nic, 0, &ran);
	assert_int_equal(device_reset(m, "nic"), 0);
	bus_write(m, bus_config_address(0, 0x18, 4), 2, 0x107);
	at = tape_position(m);
	assert_int_equal(pci_restore_msi_state(nic), 0);
	assert_int_equal(written_to(m, at, "xen", "restore", values, 4), 1);
	assert_int_equal(entry_of(m, "nic", 0).data, 32);
	assert_int_equal(entry_of(m, "nic", 0).ctrl, 0);
	assert_int_equal(entry_of(m, "nic", 1).ctrl, 1);
	raise_vector(m, nic, RAISE_MSIX, 0);
	assert_int_equal(ran, 1);
	machine_destroy(m);
}

/* ---- VMD ---- */

static void vmd_spreads_disks_only(void **state)
{
	struct machine *m = every_machine(ON_VMD, NULL);
	struct device *disk = device_by_name(m, "disk"), *nic = device_by_name(m, "nic");
	const unsigned wanted[4] = {1, 2, 3, 1};

	(void)state;
	assert_no_trace(m, pci_alloc_irq_vectors(disk, 5, 8, PCI_IRQ_MSIX), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(disk, 1, 8, PCI_IRQ_MSIX), 4);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 2, PCI_IRQ_MSIX), 2);
	for (unsigned i = 0; i < 4; i++) {
		unsigned irq = (unsigned)pci_irq_vector(disk, i);
		const struct msi_msg *msg = &descriptor(disk, i)->msg;

		assert_int_equal(vmd_vector_of(m, irq), wanted[i]);
		/* The place of a CPU's id holds the number of the vector. */
		assert_int_equal(msg->address_lo, 0xfee00000 | wanted[i] << 12);
		assert_int_equal(msg->address_hi, 0);
		assert_int_equal(msg->data, 0);
		/* One number for all that share it: that of the endpoint's interrupt. */
		assert_int_equal(irq_get_irq_data(m, irq)->hwirq,
				 pci_irq_vector(device_by_name(m, "vmd"), wanted[i]));
		assert_null(irq_get_irq_data(m, irq)->parent_data);
	}
	assert_int_equal(vmd_vector_of(m, (unsigned)pci_irq_vector(nic, 1)), 0);
	assert_int_equal(vmd_vector_of(m, (unsigned)pci_irq_vector(device_by_name(m, "vmd"), 0)),
			 -ENOENT);
	/* A vector that is freed has fewer users. */
	pci_free_irq_vectors(disk);
	assert_int_equal(pci_alloc_irq_vectors(disk, 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(vmd_vector_of(m, (unsigned)pci_irq_vector(disk, 0)), 1);
	check_invariants(m);
	machine_destroy(m);
}

/* All that share a vector are called; who is disabled is not, and its entry is masked at once. */
static void vmd_calls_everybody(void **state)
{
	struct machine *m = every_machine(ON_VMD, NULL);
	struct device *nic = device_by_name(m, "nic"), *other = device_by_name(m, "other");
	int ran[3] = {0};
	unsigned irq[3];

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX), 2);
	assert_int_equal(pci_alloc_irq_vectors(other, 1, 1, PCI_IRQ_MSIX), 1);
	irq[0] = request_vector(m, nic, 0, &ran[0]);
	irq[1] = request_vector(m, nic, 1, &ran[1]);
	irq[2] = request_vector(m, other, 0, &ran[2]);
	raise_vector(m, nic, RAISE_MSIX, 1);
	assert_int_equal(ran[0], 1);
	assert_int_equal(ran[1], 1);
	assert_int_equal(ran[2], 1);

	disable_irq(m, irq[0]);
	assert_int_equal(entry_of(m, "nic", 0).ctrl, 1);
	raise_vector(m, nic, RAISE_MSIX, 0);
	raise_vector(m, other, RAISE_MSIX, 0);
	assert_int_equal(ran[0], 1);
	assert_int_equal(ran[1], 2);
	assert_int_equal(ran[2], 2);
	/* The latched one is sent. */
	enable_irq(m, irq[0]);
	machine_deliver(m, 0);
	assert_int_equal(ran[0], 2);
	assert_int_equal(ran[1], 3);
	assert_int_equal(ran[2], 3);
	assert_int_equal(irq_set_affinity(m, irq[0], cpumask_of(m, 1)), -EINVAL);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(free_irq(m, irq[i], &ran[i]), 0);
	/* Nobody is left: the endpoint's own interrupt finds an empty list. */
	assert_int_equal(device_raise(m, "vmd", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(machine_warnings_total(m), 0);
	check_invariants(m);
	machine_destroy(m);
}

/* What stands above sees a message of the endpoint's, and remaps that. */
static void vmd_sends_as_the_endpoint(void **state)
{
	static const enum every_machine machines[] = {ON_VMD, ON_VMD_REMAPPED, ON_VMD_BYPASS};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct machine *m = every_machine(machines[i], NULL);
		struct device *disk = device_by_name(m, "disk");
		uint64_t at;
		unsigned messages = 0;
		uint16_t last = 0;
		int ran = 0;

		assert_true(pci_alloc_irq_vectors(disk, 1, 2, PCI_IRQ_MSIX) == 2);
		request_vector(m, disk, 1, &ran);
		at = tape_position(m);
		raise_vector(m, disk, RAISE_MSIX, 1);
		assert_int_equal(ran, 1);
		for (; at < tape_position(m); at++)
			if (tape_at(m, at)->kind == TAPE_MESSAGE) {
				last = tape_at(m, at)->actor;
				messages++;
			}
		assert_int_equal(messages, 2);
		assert_int_equal(last, 0x8);
		check_invariants(m);
		machine_destroy(m);
	}
}

static struct machine *vmd_machine(unsigned vectors, uint8_t first_vector)
{
	const struct device_desc devices[] = {
		{.name = "vmd", .requester = 8, .node = -1, .msix.size = (uint16_t)vectors},
		{.name = "disk",
		 .segment = 1,
		 .requester = 0x10,
		 .node = -1,
		 .class_code = 0x0108,
		 .msix.size = 8},
		{.name = "nic", .segment = 1, .requester = 0x18, .node = -1, .msix.size = 8},
	};
	const struct vmd_desc vmd = {
		.endpoint = "vmd",
		.segment = 1,
		.first_vector = first_vector,
	};
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.devices = devices,
		.nr_devices = 3,
		.vmds = &vmd,
		.nr_vmds = 1,
	};
	struct machine *m = machine_create(NULL);

	if (!machine_load(m, &desc, NULL))
		return m;
	machine_destroy(m);
	return NULL;
}

static void vmd_small_and_shifted(void **state)
{
	struct machine *m = vmd_machine(1, 0);
	struct device *disk = device_by_name(m, "disk");

	(void)state;
	/* With a single vector there is no choice. */
	assert_int_equal(pci_alloc_irq_vectors(disk, 1, 8, PCI_IRQ_MSIX), 1);
	assert_int_equal(vmd_vector_of(m, (unsigned)pci_irq_vector(disk, 0)), 0);
	machine_destroy(m);

	/* The first is somebody else's: slow functions share the second. */
	m = vmd_machine(4, 1);
	disk = device_by_name(m, "disk");
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "nic"), 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(pci_alloc_irq_vectors(disk, 1, 3, PCI_IRQ_MSIX), 3);
	assert_int_equal(vmd_vector_of(m, (unsigned)pci_irq_vector(device_by_name(m, "nic"), 0)),
			 1);
	assert_int_equal(vmd_vector_of(m, (unsigned)pci_irq_vector(disk, 0)), 2);
	assert_int_equal(vmd_vector_of(m, (unsigned)pci_irq_vector(disk, 1)), 3);
	assert_int_equal(vmd_vector_of(m, (unsigned)pci_irq_vector(disk, 2)), 2);
	machine_destroy(m);
	/* And there must be one. */
	assert_null(vmd_machine(1, 1));
	assert_null(vmd_machine(0, 0));
}

/* Sharing is no limit of the domain itself: one by one more could be had than a batch may ask for.
 */
static void vmd_batch_and_loop_differ(void **state)
{
	struct machine *m = every_machine(ON_VMD, NULL);
	struct device *nic = device_by_name(m, "nic");

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX), 4);
	pci_free_irq_vectors(nic);
	msi_lock_descs(nic);
	for (unsigned i = 0; i < 8; i++) {
		const struct msi_desc init = {
			.nvec_used = 1,
			.pci = {.is_msix = 1, .is_virtual = 1},
		};

		assert_int_equal(
			msi_domain_insert_msi_desc(nic, MSI_DEFAULT_DOMAIN, &init, i, i, NULL), 0);
		assert_int_equal(msi_domain_alloc_irqs_range_locked(nic, MSI_DEFAULT_DOMAIN, i, i),
				 0);
	}
	msi_domain_free_irqs_all_locked(nic, MSI_DEFAULT_DOMAIN);
	msi_unlock_descs(nic);
	check_invariants(m);
	machine_destroy(m);
}

/* ---- descriptions that are no machine ---- */

static void refuse_machine(const struct machine_desc *desc, const char *why_not)
{
	struct machine *m = machine_create(NULL);
	const char *why = NULL;

	assert_int_equal(machine_load(m, desc, &why), -EINVAL);
	assert_string_equal(why, why_not);
	machine_destroy(m);
}

static void impossible_machines(void **state)
{
	static const struct device_desc far[] = {{.name = "far", .segment = 1, .node = -1}};
	static const struct device_desc near[] = {{.name = "near", .node = -1, .parent = "it"}};
	static const struct vmd_desc vmd = {.endpoint = "vmd", .segment = 1};
	static const struct vmd_desc nowhere = {.endpoint = "vmd"};
	static const struct legacy_desc xen = {.kind = LEGACY_XEN};
	static const struct legacy_desc huge = {.kind = LEGACY_OCTEON, .octeon.words = 5};
	static const struct start_state start = {0};

	(void)state;
	refuse_machine(&(struct machine_desc){.nr_cpus = 1, .legacy = &xen, .start = &start},
		       "such a machine starts without interrupts");
	refuse_machine(
		&(struct machine_desc){
			.nr_cpus = 1, .legacy = &xen, .devices = far, .nr_devices = 1},
		"all its devices are in segment 0, behind no bridge");
	refuse_machine(
		&(struct machine_desc){
			.nr_cpus = 1, .legacy = &xen, .devices = near, .nr_devices = 1},
		"a device names a parent that does not exist");
	refuse_machine(&(struct machine_desc){.nr_cpus = 1, .legacy = &huge},
		       "a number is beyond the architecture");
	refuse_machine(
		&(struct machine_desc){.nr_cpus = 1, .legacy = &xen, .vmds = &vmd, .nr_vmds = 1},
		"only an x86 machine has VMDs");
	refuse_machine(&(struct machine_desc){.nr_cpus = 1, .vmds = &nowhere, .nr_vmds = 1},
		       "a VMD needs an endpoint, and a segment other than 0");
	/* Its endpoint comes later, or never. */
	refuse_machine(
		&(struct machine_desc){
			.nr_cpus = 1, .devices = far, .nr_devices = 1, .vmds = &vmd, .nr_vmds = 1},
		"a device names a parent that does not exist");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hwirq_of_a_function),
		cmocka_unit_test(global_domain_is_copied),
		cmocka_unit_test(xen_owns_messages_and_masks),
		cmocka_unit_test(xen_takes_all_or_nothing),
		cmocka_unit_test(xen_blocks),
		cmocka_unit_test(xen_restores),
		cmocka_unit_test(vmd_spreads_disks_only),
		cmocka_unit_test(vmd_calls_everybody),
		cmocka_unit_test(vmd_sends_as_the_endpoint),
		cmocka_unit_test(vmd_small_and_shifted),
		cmocka_unit_test(vmd_batch_and_loop_differ),
		cmocka_unit_test(impossible_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
