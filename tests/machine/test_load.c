/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_test.h"

#include <irqlab/bus.h>
#include <irqlab/provider/software.h>

/* What is no machine is refused, with the reason, and before anything is built. */

static const struct device_desc twins[] = {
	{.name = "a", .bus_name = "0000:00:01.0", .requester = 8},
	{.name = "a", .bus_name = "0000:00:02.0", .requester = 16},
};
static const struct device_desc same_place[] = {
	{.name = "a", .bus_name = "0000:00:01.0", .requester = 8},
	{.name = "b", .bus_name = "0000:00:02.0", .requester = 8},
};
static const struct device_desc odd_msi[] = {
	{.name = "a",
	 .bus_name = "0000:00:01.0",
	 .requester = 8,
	 .msi = {.cap = 0x40, .vectors = 3}},
};
static const struct device_desc large_table[] = {
	{.name = "a",
	 .bus_name = "0000:00:01.0",
	 .requester = 8,
	 .msix = {.cap = 0x40, .size = 2049}},
};
static const struct device_desc lost_parent[] = {
	{.name = "a", .bus_name = "0000:00:01.0", .requester = 8, .parent = "nowhere"},
};
static const struct device_desc odd_names[] = {
	{.name = "a", .bus_name = "zz", .requester = 8},
	{.name = "a", .bus_name = "", .requester = 8},
	{.name = "a", .bus_name = "000:00:01.0", .requester = 8},
	{.name = "a", .bus_name = "0000:00:20.0", .requester = 8},
	{.name = "a", .bus_name = "0000:00:01.8", .requester = 8},
	{.name = "a", .bus_name = "0000:00:01.00", .requester = 8},
	{.name = "a", .bus_name = "0000:0g:01.0", .requester = 8},
	{.name = "a", .bus_name = "0000:00:01", .requester = 8},
};
static const struct cpu_desc same_ids[] = {{.apic_id = 3}, {.apic_id = 3}};
static const struct cpu_desc first_offline[] = {{.apic_id = 0, .offline = true}, {.apic_id = 1}};
static const struct remap_desc odd_table[] = {{.name = "ir", .kind = REMAP_INTEL, .entries = 100}};
static const struct remap_desc large_amd[] = {{.name = "ir", .kind = REMAP_AMD, .entries = 1024}};

static const struct {
	struct machine_desc desc;
	int error;
	const char *why;
	const void *at;
} refused[] = {
	{{.nr_cpus = 0}, -EINVAL, "a machine has 1 to 4096 CPUs", NULL},
	{{.nr_cpus = 4097}, -EINVAL, "a machine has 1 to 4096 CPUs", NULL},
	{{.nr_cpus = 9, .apic_mode = APIC_LOGICAL_FLAT},
	 -EINVAL,
	 "logical flat mode has room for 8 CPUs",
	 NULL},
	{{.nr_cpus = 2, .cpus = same_ids}, -EINVAL, "two CPUs have the same APIC id", &same_ids[1]},
	{{.nr_cpus = 2, .cpus = first_offline}, -EINVAL, "CPU 0 cannot be offline", first_offline},
	{{.nr_cpus = 1, .vector_first = 40, .vector_last = 39},
	 -EINVAL,
	 "the vector window must lie within 16 to 255",
	 NULL},
	{{.nr_cpus = 1, .remaps = odd_table, .nr_remaps = 1},
	 -EINVAL,
	 "an Intel table has a power of two of entries, 2 to 65536",
	 odd_table},
	{{.nr_cpus = 1, .remaps = large_amd, .nr_remaps = 1},
	 -EINVAL,
	 "an AMD table has at most 512 entries",
	 large_amd},
	{{.nr_cpus = 1, .devices = twins, .nr_devices = 2},
	 -EEXIST,
	 "two devices have the same name",
	 &twins[1]},
	{{.nr_cpus = 1, .devices = same_place, .nr_devices = 2},
	 -EEXIST,
	 "two devices have the same requester id",
	 &same_place[1]},
	{{.nr_cpus = 1, .devices = odd_msi, .nr_devices = 1},
	 -EINVAL,
	 "MSI has 1, 2, 4, 8, 16 or 32 vectors",
	 odd_msi},
	{{.nr_cpus = 1, .devices = large_table, .nr_devices = 1},
	 -EINVAL,
	 "an MSI-X table has at most 2048 entries",
	 large_table},
	{{.nr_cpus = 1, .devices = lost_parent, .nr_devices = 1},
	 -EINVAL,
	 "a device names a parent that does not exist",
	 lost_parent},
};

static void contradictions_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct machine *m = machine_create(NULL);
		const struct fingerprint empty = machine_fingerprint(m, FINGERPRINT_COMPLETE);
		const void *at = m;
		const char *why = NULL;

		assert_int_equal(machine_load_at(m, &refused[i].desc, &why, &at), refused[i].error);
		assert_ptr_equal(at, refused[i].at);
		assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE), empty));
		assert_non_null(why);
		assert_string_equal(why, refused[i].why);
		machine_destroy(m);
	}
}

static void a_bus_name_has_its_form(void **state)
{
	static const struct device_desc good[] = {
		{.name = "a", .bus_name = "0000:00:01.0", .requester = 0x08},
		{.name = "b", .bus_name = "10000:e1:1f.7", .segment = 1, .requester = 0xe1ff},
		{.name = "c", .requester = 0x1a2},
	};
	struct machine_desc desc = {.nr_cpus = 1, .nr_devices = 1};
	struct machine *m = machine_create(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(odd_names) / sizeof(odd_names[0]); i++) {
		const char *why = NULL;
		const void *at = NULL;

		desc.devices = &odd_names[i];
		assert_int_equal(machine_load_at(m, &desc, &why, &at), -EINVAL);
		assert_string_equal(why, "a bus name looks like \"0000:00:03.0\"");
		assert_ptr_equal(at, &odd_names[i]);
	}
	desc.devices = good;
	desc.nr_devices = 3;
	assert_int_equal(machine_load(m, &desc, NULL), 0);
	assert_ptr_equal(device_by_name(m, "0000:01:14.2"), device_by_name(m, "c"));
	machine_destroy(m);
}

static void a_machine_is_loaded_once(void **state)
{
	const struct machine_desc desc = {.nr_cpus = 1};
	struct machine *m = machine_create(NULL);
	const char *why = NULL;

	(void)state;
	assert_int_equal(machine_load(m, &desc, &why), 0);
	assert_int_equal(machine_load(m, &desc, &why), -EEXIST);
	machine_destroy(m);
}

/*
 * Each allocation of the whole building fails once: an error, and the machine is as empty as it
 * was. The same one is used again and again, and is no different from a new one at the end.
 */
static void no_memory_leaves_the_machine_empty(void **state)
{
	const struct remap_desc remap = {
		.name = "ir", .kind = REMAP_INTEL, .domain = "IR", .entries = 16};
	const struct ioapic_desc ioapic = {.pins = 24};
	const struct device_desc nic = {.name = "nic",
					.bus_name = "0000:00:03.0",
					.requester = 0x18,
					.pin = 1,
					.intx_irq = 11,
					.msix = {.cap = 0x40, .size = 8, .table_bar = 4}};
	const struct machine_desc desc = {.nr_cpus = 2,
					  .remaps = &remap,
					  .nr_remaps = 1,
					  .ioapics = &ioapic,
					  .nr_ioapics = 1,
					  .devices = &nic,
					  .nr_devices = 1};
	struct machine *m = machine_create(NULL), *other = machine_create(NULL);
	const struct fingerprint empty = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	const uint64_t before = machine_allocations(m);
	uint64_t nth = 0;
	int ret;

	(void)state;
	do {
		machine_fail_allocation(m, ++nth);
		ret = machine_load(m, &desc, NULL);
		assert_true(!ret || ret == -ENOMEM);
		if (!ret)
			break;
		assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE), empty));
		assert_true(fingerprint_equal(
			machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE), empty));
		assert_int_equal(machine_allocations(m), before);
		assert_int_equal(tape_position(m), 0);
		assert_null(device_by_name(m, "nic"));
	} while (nth < 10000);
	assert_in_range(nth, 20, 9999);
	assert_int_equal(machine_load(other, &desc, NULL), 0);
	assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE),
				      machine_fingerprint(other, FINGERPRINT_COMPLETE)));
	assert_int_equal(tape_position(m), tape_position(other));
	machine_destroy(m);
	machine_destroy(other);
}

/* What failed once does not fail again, and what somebody marked before stays marked. */
static void a_failed_load_can_be_repeated(void **state)
{
	const struct machine_desc fine = {.nr_cpus = 2};
	const struct machine_desc wrong = {.nr_cpus = 2, .devices = lost_parent, .nr_devices = 1};
	struct machine *m = machine_create(NULL);
	const int mark = machine_snapshot(m);

	(void)state;
	machine_set_switch(m, SWITCH_FREE_WITH_HANDLERS, false);
	machine_fail_allocation(m, 10);
	assert_int_equal(machine_load(m, &fine, NULL), -ENOMEM);
	assert_int_equal(machine_load(m, &wrong, NULL), -EINVAL);
	assert_false(machine_switch(m, SWITCH_FREE_WITH_HANDLERS));
	assert_int_equal(machine_load(m, &fine, NULL), 0);
	assert_int_equal(machine_restore(m, mark), 0);
	assert_int_equal(machine_load(m, &fine, NULL), 0);
	machine_destroy(m);
}

/* What was to fail later still does: a load that is refused took nothing. */
static void a_refused_load_keeps_the_failure(void **state)
{
	const struct device_desc twice[] = {{.name = "nic", .requester = 0x18, .node = -1},
					    {.name = "nic", .requester = 0x20, .node = -1}};
	const struct machine_desc wrong = {.nr_cpus = 1, .devices = twice, .nr_devices = 2};
	const struct machine_desc fine = {.nr_cpus = 8};
	struct machine *m = machine_create(NULL), *other = machine_create(NULL);
	const uint64_t before = machine_allocations(m);

	(void)state;
	assert_int_equal(machine_load(other, &fine, NULL), 0);
	machine_fail_allocation(m, machine_allocations(other) - before);
	assert_int_equal(machine_load(m, &wrong, NULL), -EEXIST);
	assert_int_equal(machine_load(m, &fine, NULL), -ENOMEM);
	assert_int_equal(machine_load(m, &fine, NULL), 0);
	machine_destroy(m);
	machine_destroy(other);
}

static void machines_know_nothing_of_each_other(void **state)
{
	const struct machine_shape shape = {.cpus = 2, .remap = REMAP_INTEL};
	struct machine *a = machine_of_shape(&shape), *b = machine_of_shape(&shape);
	const struct fingerprint of_b = machine_fingerprint(b, FINGERPRINT_COMPLETE);

	(void)state;
	assert_true(fingerprint_equal(machine_fingerprint(a, FINGERPRINT_COMPLETE), of_b));
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(a, "nic"), 4, 4, PCI_IRQ_MSIX), 4);
	assert_false(fingerprint_equal(machine_fingerprint(a, FINGERPRINT_COMPLETE), of_b));
	assert_true(fingerprint_equal(machine_fingerprint(b, FINGERPRINT_COMPLETE), of_b));
	machine_destroy(a);
	machine_destroy(b);
}

/* A device may be on no node; a CPU is always on one, as in a kernel without NUMA. */
static void a_device_may_be_on_no_node(void **state)
{
	const struct cpu_desc cpus[] = {{.node = -1}, {.apic_id = 1, .node = 1}};
	struct device_desc nic = {
		.name = "nic", .bus_name = "0000:00:03.0", .requester = 0x18, .msix.size = 2};
	const struct machine_desc desc = {
		.cpus = cpus, .nr_cpus = 2, .devices = &nic, .nr_devices = 1};

	(void)state;
	for (int node = -1; node < 2; node++) {
		struct machine *m = machine_create(NULL);
		struct device *dev;
		int irq;

		nic.node = node;
		assert_int_equal(machine_load(m, &desc, NULL), 0);
		dev = device_by_name(m, "nic");
		assert_null(device_by_name(m, NULL));
		assert_int_equal(cpu_to_node(m, 0), 0);
		assert_int_equal(cpu_to_node(m, 1), 1);
		assert_int_equal(pci_alloc_irq_vectors(dev, 1, 1, PCI_IRQ_MSIX), 1);
		irq = pci_irq_vector(dev, 0);
		assert_int_equal(irq_get_irq_data(m, (unsigned)irq)->common->node, node);
		machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contradictions_are_named),
		cmocka_unit_test(a_bus_name_has_its_form),
		cmocka_unit_test(a_machine_is_loaded_once),
		cmocka_unit_test(no_memory_leaves_the_machine_empty),
		cmocka_unit_test(a_failed_load_can_be_repeated),
		cmocka_unit_test(a_refused_load_keeps_the_failure),
		cmocka_unit_test(machines_know_nothing_of_each_other),
		cmocka_unit_test(a_device_may_be_on_no_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
