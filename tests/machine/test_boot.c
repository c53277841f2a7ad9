/* SPDX-License-Identifier: GPL-2.0-only OR MIT */

#include "machine_test.h"

#include "domains/amd_ir.h"
#include "domains/intel_ir.h"
#include "domains/ioapic.h"
#include "domains/x86.h"
#include "sim_pci/function.h"

#include <irqlab/invariants.h>
#include <irqlab/trace.h>

/*
 * Machines that start by the boot script. What is expected is worked out here
 * from two rules, lowest vector on the CPU with most room, and the order of the
 * requests, for more machines than anybody has recorded.
 */

struct shape {
	unsigned cpus;
	enum remap_kind kind;
	enum apic_mode mode;
};

static const struct remap_desc *unit_of(const struct shape *shape, struct remap_desc *remap)
{
	*remap = (struct remap_desc){
		.name = "ir",
		.kind = shape->kind,
		.entries = shape->kind == REMAP_AMD ? 512 : 1024,
		.eim = shape->mode >= APIC_X2APIC_PHYSICAL,
	};
	return remap;
}

static struct machine *boot(const struct boot_desc *desc)
{
	struct machine *m = machine_create(NULL);
	const char *why = NULL;
	char violation[300];

	assert_non_null(m);
	if (machine_boot(m, desc, &why))
		fail_msg("%s", why);
	if (!machine_invariants(m, violation, sizeof(violation)))
		fail_msg("%s", violation);
	assert_int_equal(machine_warnings_total(m), 0);
	return m;
}

static struct machine *boot_shape(const struct shape *shape)
{
	struct remap_desc remap;
	const struct machine_desc machine = {
		.nr_cpus = shape->cpus,
		.apic_mode = shape->mode,
		.remaps = unit_of(shape, &remap),
		.nr_remaps = shape->kind != REMAP_NONE,
	};
	const struct boot_desc desc = {.machine = &machine};

	return boot(&desc);
}

/* ---- where vectors go ---- */

struct model { /* the window of each CPU, filled from below; CPU 0 has one vector more, at 48 */
	unsigned cpus, taken[512];
};

static void expect_next(struct model *model, const struct machine *m, unsigned irq)
{
	struct x86_vector_info info;
	unsigned best = 0;

	for (unsigned cpu = 1; cpu < model->cpus; cpu++)
		if (model->taken[cpu] < model->taken[best])
			best = cpu;
	assert_true(x86_vector_info(m, irq, &info));
	assert_int_equal(info.cpu, best);
	assert_int_equal(info.vector, 32 + model->taken[best] - (best == 0));
	assert_int_equal(info.cfg_vector, info.vector);
	assert_int_equal(info.cfg_dest, x86_cpu_dest(m, best));
	model->taken[best]++;
}

static unsigned unit_interrupts(const struct shape *shape)
{
	if (shape->kind == REMAP_NONE)
		return 0;
	return shape->kind == REMAP_AMD && shape->mode >= APIC_X2APIC_PHYSICAL ? 3 : 1;
}

static void check_shape(const struct shape *shape)
{
	struct machine *m = boot_shape(shape);
	struct model model = {.cpus = shape->cpus, .taken = {1}};
	struct irq_matrix_totals totals = irq_matrix_totals(x86_matrix(m));

	expect_next(&model, m, 9);
	for (unsigned i = 0; i < unit_interrupts(shape); i++)
		expect_next(&model, m, 24 + i);
	expect_next(&model, m, 12);
	expect_next(&model, m, 1);
	expect_next(&model, m, 8);
	assert_null(irq_to_desc(m, 24 + unit_interrupts(shape)));
	/* Of 16 one is the cascade, one the tick; four were requested. */
	assert_int_equal(totals.global_reserved, 10);
	assert_int_equal(totals.total_allocated, 5 + unit_interrupts(shape));
	assert_int_equal(totals.online_maps, shape->cpus);
	assert_int_equal(x86_vector_entry(m, 0, 48), 0);
	assert_int_equal(x86_vector_entry(m, 0, 49), VECTOR_SHUTDOWN);
	for (unsigned cpu = 0; cpu < shape->cpus; cpu++)
		assert_int_equal(x86_vector_entry(m, cpu, 50), 2);
	machine_destroy(m);
}

static void vectors_follow_from_the_order(void **state)
{
	static const unsigned cpus[] = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 33, 255};
	static const struct shape shapes[] = {
		{.kind = REMAP_NONE, .mode = APIC_PHYSICAL_FLAT},
		{.kind = REMAP_INTEL, .mode = APIC_PHYSICAL_FLAT},
		{.kind = REMAP_INTEL, .mode = APIC_X2APIC_CLUSTER},
		{.kind = REMAP_AMD, .mode = APIC_PHYSICAL_FLAT},
		{.kind = REMAP_AMD, .mode = APIC_X2APIC_PHYSICAL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
			struct shape shape = shapes[k];

			shape.cpus = cpus[i];
			check_shape(&shape);
		}
	}
}

static void more_cpus_than_8_bits_can_name(void **state)
{
	(void)state;
	check_shape(&(struct shape){512, REMAP_INTEL, APIC_X2APIC_PHYSICAL});
}

static void cpus_may_stay_away(void **state)
{
	const struct cpu_desc cpus[] = {
		{.apic_id = 0}, {.apic_id = 1, .offline = true}, {.apic_id = 4}};
	const struct machine_desc machine = {.cpus = cpus, .nr_cpus = 3};
	const struct boot_desc desc = {.machine = &machine};
	struct machine *m = boot(&desc);
	struct matrix_cpu_record record;
	struct x86_vector_info info;
	bool initialized;

	(void)state;
	assert_true(x86_vector_info(m, 9, &info));
	assert_int_equal(info.cpu, 2);
	assert_int_equal(info.cfg_dest, 4);
	assert_true(irq_matrix_cpu(x86_matrix(m), 1, &record, &initialized));
	assert_false(initialized);
	assert_int_equal(cpu_up(m, 1), 0);
	assert_int_equal(x86_vector_entry(m, 1, 50), 2);
	machine_destroy(m);
}

/* Legacy irqs belong to the first node; what the platform starts keeps near it. */
static void nodes_hold_legacy_irqs(void **state)
{
	const struct cpu_desc cpus[] = {{.apic_id = 0},
					{.apic_id = 1},
					{.apic_id = 2, .node = 1},
					{.apic_id = 3, .node = 1}};
	const struct machine_desc machine = {.cpus = cpus, .nr_cpus = 4};
	const struct boot_desc desc = {.machine = &machine};
	struct machine *m = boot(&desc);
	static const struct {
		unsigned irq, cpu, vector;
	} expected[] = {{9, 1, 32}, {12, 0, 32}, {1, 1, 33}, {8, 0, 33}};

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct irq_data *d = irq_get_irq_data(m, expected[i].irq);
		struct x86_vector_info info;

		assert_true(x86_vector_info(m, expected[i].irq, &info));
		assert_int_equal(info.cpu, expected[i].cpu);
		assert_int_equal(info.vector, expected[i].vector);
		assert_ptr_equal(irq_data_get_affinity_mask(d), cpumask_of_node(m, 0));
	}
	assert_int_equal(cpumask_weight(irq_data_get_affinity_mask(irq_get_irq_data(m, 0))), 4);
	machine_destroy(m);
}

/* ---- irqs as the start leaves them ---- */

static void descriptors_are_as_linux_has_them(void **state)
{
	struct machine *m = boot_shape(&(struct shape){2, REMAP_INTEL, APIC_PHYSICAL_FLAT});
	const uint32_t of_vectors =
		IRQD_SINGLE_TARGET | IRQD_HANDLE_ENFORCE_IRQCTX | IRQD_AFFINITY_ON_ACTIVATE;
	const struct irq_desc *tick = irq_to_desc(m, 0), *cascade = irq_to_desc(m, 2);
	const struct irq_desc *spare = irq_to_desc(m, 5), *acpi = irq_to_desc(m, 9);

	(void)state;
	assert_int_equal(tick->irq_common_data.state_use_accessors,
			 of_vectors | IRQD_ACTIVATED | IRQD_NO_BALANCING | IRQD_MOVE_PCNTXT |
				 IRQD_IRQ_STARTED);
	assert_int_equal(tick->irq_data.hwirq, 2); /* its pin */
	assert_string_equal(cascade->irq_data.chip->name, "XT-PIC");
	assert_null(cascade->irq_data.domain);
	assert_int_equal(spare->depth, 1);
	assert_int_equal(spare->status_use_accessors, IRQ_LEVEL | IRQ_MOVE_PCNTXT);
	assert_int_equal(acpi->irq_common_data.state_use_accessors,
			 of_vectors | IRQD_ACTIVATED | IRQD_LEVEL | IRQD_MOVE_PCNTXT |
				 IRQD_IRQ_STARTED | IRQD_CAN_RESERVE);
	assert_string_equal(acpi->action->name, "acpi");
	machine_destroy(m);
}

/* ---- devices and their pins ---- */

static const struct boot_function functions[] = {
	{.requester = 0x03 << 3, .pin = 1, .class = BOOT_USB_CONTROLLER},
	{.requester = 0x0b << 3, .pin = 1, .class = BOOT_BRIDGE, .secondary_bus = 1},
	{.requester = 0x0c << 3, .pin = 1, .class = BOOT_PCIE_PORT, .secondary_bus = 2},
	{.requester = 0x200, .pin = 1, .class = BOOT_BRIDGE, .secondary_bus = 3},
};

static const struct device_desc devices[] = {
	{.name = "slot2", .requester = 0x02 << 3, .node = -1, .pin = 1},
	{.name = "slot5b", .requester = 0x05 << 3, .node = -1, .pin = 2},
	{.name = "lpc", .requester = 0x1f << 3, .node = -1, .pin = 3},
	{.name = "behind", .requester = 0x108, .node = -1, .pin = 1},
	{.name = "deep", .requester = 0x318, .node = -1, .pin = 1},
	{.name = "given", .requester = 0x06 << 3, .node = -1, .pin = 1, .intx_irq = 11},
	{.name = "elsewhere", .requester = 0x8100, .node = -1, .pin = 1},
	{.name = "no-pin", .requester = 0x07 << 3, .node = -1},
};

static struct machine *boot_devices(enum remap_kind kind, const char *const *order, uint32_t nr)
{
	const struct shape shape = {4, kind, APIC_PHYSICAL_FLAT};
	struct remap_desc remap;
	const struct machine_desc machine = {
		.nr_cpus = 4,
		.remaps = unit_of(&shape, &remap),
		.nr_remaps = kind != REMAP_NONE,
		.devices = devices,
		.nr_devices = sizeof(devices) / sizeof(devices[0]),
	};
	const struct boot_desc desc = {
		.machine = &machine,
		.functions = functions,
		.nr_functions = sizeof(functions) / sizeof(functions[0]),
		.enable_order = order,
		.nr_enabled = nr,
	};

	return boot(&desc);
}

static unsigned irq_of(struct machine *m, const char *device)
{
	int irq = pci_irq_vector(device_by_name(m, device), 0);

	return irq < 0 ? 0 : (unsigned)irq;
}

static void pins_are_routed(void **state)
{
	struct machine *m = boot_devices(REMAP_NONE, NULL, 0);

	(void)state;
	assert_int_equal(irq_of(m, "slot2"), 22);
	assert_int_equal(irq_of(m, "slot5b"), 22);
	assert_int_equal(irq_of(m, "lpc"), 18);
	assert_int_equal(irq_of(m, "behind"), 20); /* slot 1 turns A to B, slot 11 of the bridge */
	assert_int_equal(irq_of(m, "deep"), 23);
	assert_int_equal(irq_of(m, "given"), 11);
	assert_int_equal(irq_of(m, "elsewhere"), 0);
	assert_int_equal(irq_of(m, "no-pin"), 0);
	assert_non_null(irq_to_desc(m, 22));
	assert_null(irq_to_desc(m, 21));
	machine_destroy(m);
}

static uint32_t entry_of(struct machine *m, unsigned irq)
{
	struct intel_ir_info info;

	assert_true(intel_ir_info(m, irq, &info));
	return info.index;
}

/* Legacy irqs have entries 0 to 14, the port's pin 15; then it goes by the order. */
static void the_order_of_devices_counts(void **state)
{
	static const char *const one[] = {"lpc", "slot2"}, *const other[] = {"slot2", "lpc"};
	struct machine *m = boot_devices(REMAP_INTEL, one, 2);

	(void)state;
	assert_int_equal(entry_of(m, 1), 0);
	assert_int_equal(entry_of(m, 0), 1);
	assert_int_equal(entry_of(m, 15), 14);
	assert_int_equal(entry_of(m, 20), 15);
	assert_int_equal(entry_of(m, 18), 16);
	assert_int_equal(entry_of(m, 22), 17);
	assert_null(irq_to_desc(m, 23)); /* the USB controller's was given back */
	machine_destroy(m);
	m = boot_devices(REMAP_INTEL, other, 2);
	assert_int_equal(entry_of(m, 22), 16);
	assert_int_equal(entry_of(m, 18), 17);
	machine_destroy(m);
}

/* What is behind a bridge takes the bridge's own pin along. */
static void bridges_come_first(void **state)
{
	static const char *const order[] = {"behind"};
	struct machine *m = boot_devices(REMAP_INTEL, order, 1);

	(void)state;
	assert_int_equal(entry_of(m, 23), 16);
	assert_null(irq_to_desc(m, 22));
	machine_destroy(m);
}

static void enabling_makes_bus_masters(void **state)
{
	static const char *const order[] = {"slot2"};
	struct machine *m = boot_devices(REMAP_NONE, order, 1);

	(void)state;
	assert_int_equal(function_peek_config(m, "slot2", CONFIG_COMMAND, 2), 0x107);
	assert_int_equal(function_peek_config(m, "lpc", CONFIG_COMMAND, 2), 0x103);
	machine_destroy(m);
}

/* An AMD unit is a function in the first free slot, and not remapped itself. */
static void an_amd_unit_is_a_function(void **state)
{
	struct machine *m = boot_devices(REMAP_AMD, NULL, 0);
	const struct irq_desc *desc = irq_to_desc(m, 24);
	struct amd_ir_info info;

	(void)state;
	assert_string_equal(desc->irq_data.domain->name, "PCI-MSI-0000:00:01.0-11");
	assert_string_equal(desc->action->name, "AMD-Vi");
	assert_false(amd_ir_info(m, 24, &info));
	/* The pin of the USB controller was given back once: its entry has lost its mark. */
	assert_true(amd_ir_info(m, 23, &info));
	assert_int_equal(info.devid, 0xa0);
	assert_int_equal(info.index, 23);
	machine_destroy(m);
}

static enum irqreturn lower(int irq, void *dev_id)
{
	(void)irq;
	device_lower_intx(dev_id, "slot2");
	return IRQ_HANDLED;
}

static void a_pin_works_after_the_start(void **state)
{
	static const enum remap_kind kinds[] = {REMAP_NONE, REMAP_INTEL, REMAP_AMD};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct machine *m = boot_devices(kinds[i], NULL, 0);

		assert_int_equal(request_irq(m, 22, lower, 0, "slot2", m), 0);
		assert_int_equal(device_raise(m, "slot2", RAISE_INTX, 0, 0, RAISE_NO_PASID), 0);
		assert_true(machine_deliver(m, 0) > 0);
		assert_int_equal(irq_to_desc(m, 22)->tot_count, 1);
		machine_destroy(m);
	}
}

/* ---- the start as a whole ---- */

static void it_is_the_same_each_time(void **state)
{
	struct machine *a = boot_devices(REMAP_INTEL, NULL, 0);
	struct machine *b = boot_devices(REMAP_INTEL, NULL, 0);

	(void)state;
	assert_true(fingerprint_equal(machine_fingerprint(a, FINGERPRINT_COMPLETE),
				      machine_fingerprint(b, FINGERPRINT_COMPLETE)));
	assert_true(fingerprint_equal(machine_fingerprint(a, FINGERPRINT_COMPLETE),
				      machine_fingerprint_recompute(a, FINGERPRINT_COMPLETE)));
	machine_destroy(a);
	machine_destroy(b);
}

static void nonsense_is_refused(void **state)
{
	static const char *const nobody[] = {"nobody"};
	const struct start_state start = {0};
	const struct machine_desc plain = {.nr_cpus = 1}, none = {0};
	const struct machine_desc loaded = {.nr_cpus = 1, .start = &start};
	const struct boot_desc bad[] = {
		{.machine = &plain, .platform = "abacus"},
		{.machine = &none},
		{.machine = &loaded},
		{.machine = &plain, .enable_order = nobody, .nr_enabled = 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct machine *m = machine_create(NULL);
		const char *why = NULL;

		assert_int_equal(machine_boot(m, &bad[i], &why), -EINVAL);
		assert_non_null(why);
		machine_destroy(m);
	}
}

static void it_starts_only_once(void **state)
{
	const struct machine_desc plain = {.nr_cpus = 1};
	const struct boot_desc desc = {.machine = &plain};
	struct machine *m = boot(&desc);

	(void)state;
	assert_int_equal(machine_boot(m, &desc, NULL), -EEXIST);
	machine_destroy(m);
}

static void without_memory_it_says_so(void **state)
{
	const struct shape shape = {2, REMAP_INTEL, APIC_PHYSICAL_FLAT};
	struct remap_desc remap;
	const struct machine_desc machine = {
		.nr_cpus = 2,
		.remaps = unit_of(&shape, &remap),
		.nr_remaps = 1,
		.devices = devices,
		.nr_devices = 3,
	};
	const struct boot_desc desc = {.machine = &machine};
	struct machine *m = machine_create(NULL);
	const struct fingerprint empty = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	unsigned failures = 0;

	(void)state;
	for (;; failures++) {
		int ret;

		machine_fail_allocation(m, failures + 1);
		ret = machine_boot(m, &desc, NULL);
		if (!ret)
			break;
		assert_true(ret == -ENOMEM || ret == -EIO);
		assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE), empty));
		assert_null(machine_poisoned(m));
	}
	assert_true(failures > 100);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_follow_from_the_order),
		cmocka_unit_test(more_cpus_than_8_bits_can_name),
		cmocka_unit_test(cpus_may_stay_away),
		cmocka_unit_test(nodes_hold_legacy_irqs),
		cmocka_unit_test(descriptors_are_as_linux_has_them),
		cmocka_unit_test(pins_are_routed),
		cmocka_unit_test(the_order_of_devices_counts),
		cmocka_unit_test(bridges_come_first),
		cmocka_unit_test(enabling_makes_bus_masters),
		cmocka_unit_test(an_amd_unit_is_a_function),
		cmocka_unit_test(a_pin_works_after_the_start),
		cmocka_unit_test(it_is_the_same_each_time),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(it_starts_only_once),
		cmocka_unit_test(without_memory_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
