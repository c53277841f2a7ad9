/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/load.h"
#include "domains/arm_bench.h"

#include <string.h>

/* Descriptions of Arm machines, good and bad, and machines in the midst of their work. */

static void expect_refused(const struct machine_desc *desc, const char *reason)
{
	const char *why = "";

	assert_int_equal(arm_refused(desc, &why), -EINVAL);
	if (!strstr(why, reason))
		fail_msg("\"%s\" does not say \"%s\"", why, reason);
}

static const struct gic_desc v3 = {.version = 3}, v2 = {.version = 2};

static void what_is_refused(void **state)
{
	static const struct gic_desc v4 = {.version = 4}, wide = {.version = 3, .id_bits = 17};
	static const struct cpu_desc first_is_off[2] = {{.offline = true}, {.apic_id = 1}};
	static const struct cpu_desc far = {.node = 1024};
	static const struct remap_desc remap = {.kind = REMAP_INTEL, .entries = 16};
	static const struct its_desc its[9];
	static const struct v2m_desc frames[9];
	static const struct smmu_desc smmus[9];
	static const struct platform_desc nameless = {.slots = 4}, empty = {.name = "p"};
	static const uint32_t beyond = 2;
	static const struct device_desc lost = {.name = "nic", .parent = "nowhere"};

	(void)state;
	expect_refused(&(struct machine_desc){.gic = &v3}, "1 to 4096 CPUs");
	expect_refused(&(struct machine_desc){.gic = &v3, .nr_cpus = 4097}, "1 to 4096 CPUs");
	expect_refused(&(struct machine_desc){.gic = &v4, .nr_cpus = 1}, "version 2 or 3");
	expect_refused(&(struct machine_desc){.gic = &wide, .nr_cpus = 1}, "GIC cannot be made");
	expect_refused(&(struct machine_desc){.gic = &v2, .nr_cpus = 9}, "at most 8 CPUs");
	expect_refused(&(struct machine_desc){.gic = &v3, .nr_cpus = 2, .cpus = first_is_off},
		       "CPU 0");
	expect_refused(&(struct machine_desc){.gic = &v3, .nr_cpus = 1, .cpus = &far}, "NUMA");
	expect_refused(&(struct machine_desc){.gic = &v3,
					      .nr_cpus = 2,
					      .default_affinity = &beyond,
					      .nr_default_affinity = 1},
		       "default affinity");
	expect_refused(
		&(struct machine_desc){.gic = &v3, .nr_cpus = 2, .remaps = &remap, .nr_remaps = 1},
		"no x86 units");
	expect_refused(&(struct machine_desc){.gic = &v3, .nr_cpus = 2, .its = its, .nr_its = 9},
		       "at most 8");
	expect_refused(
		&(struct machine_desc){.gic = &v3, .nr_cpus = 2, .v2ms = frames, .nr_v2ms = 9},
		"at most 8");
	expect_refused(
		&(struct machine_desc){.gic = &v3, .nr_cpus = 2, .smmus = smmus, .nr_smmus = 9},
		"at most 8");
	expect_refused(&(struct machine_desc){.gic = &v2, .nr_cpus = 2, .its = its, .nr_its = 1},
		       "needs a GICv3");
	expect_refused(
		&(struct machine_desc){
			.gic = &v3, .nr_cpus = 2, .platforms = &nameless, .nr_platforms = 1},
		"needs a name");
	expect_refused(
		&(struct machine_desc){
			.gic = &v3, .nr_cpus = 2, .platforms = &empty, .nr_platforms = 1},
		"platform device");
	expect_refused(
		&(struct machine_desc){.gic = &v3, .nr_cpus = 2, .devices = &lost, .nr_devices = 1},
		"parent that does not exist");
}

/* ---- two units ---- */

static void each_its_has_its_own(void **state)
{
	static const struct its_desc its[2] = {{.name = "near"}, {.name = "far"}};
	static const struct device_desc devices[2] = {
		{.name = "a",
		 .bus_name = "0000:00:01.0",
		 .requester = 8,
		 .node = -1,
		 .msix.size = 4},
		{.name = "b",
		 .bus_name = "0000:00:02.0",
		 .requester = 16,
		 .node = -1,
		 .msix.size = 4,
		 .parent = "far"},
	};
	const struct machine_desc desc = {.gic = &v3,
					  .nr_cpus = 2,
					  .its = its,
					  .nr_its = 2,
					  .devices = devices,
					  .nr_devices = 2};
	struct arm_bench b = {.m = machine_create(NULL)};
	struct device *a, *c;
	unsigned first, second;
	const char *why = "";

	(void)state;
	if (machine_load(b.m, &desc, &why))
		fail_msg("%s", why);
	a = device_by_name(b.m, "a");
	c = device_by_name(b.m, "b");
	assert_ptr_not_equal(a->msi_domain, c->msi_domain);
	first = arm_alloc(&b, a, 4);
	second = arm_alloc(&b, c, 4);
	/* LPIs are the GIC's, and both units use them. */
	assert_int_equal(arm_level(&b, first, 1)->hwirq, 8192);
	assert_int_equal(arm_level(&b, second, 1)->hwirq, 8196);
	arm_request(&b, first);
	arm_request(&b, second + 1);
	assert_int_equal(arm_raise(&b, a, 0), 1);
	assert_int_equal(b.handled_irq, first);
	assert_int_equal(arm_raise(&b, c, 1), 1);
	assert_int_equal(b.handled_irq, second + 1);
	/* A CPU that comes has a collection in each. */
	assert_int_equal(cpu_down(b.m, 1), 0);
	assert_int_equal(cpu_up(b.m, 1), 0);
	arm_check(&b);
	assert_int_equal(arm_affinity(&b, second + 1, "1"), 0);
	assert_int_equal(arm_raise(&b, c, 1), 1);
	assert_int_equal(b.handled_on, 1);
	machine_destroy(b.m);
}

/* ---- a state that is given ---- */

enum {
	ACTIVE_IDLE = 0x59030200, /* activated, masked, disabled; as a recorder saw it */
	SHARED_LINE = 0x0b030004,
};
static const uint32_t all_cpus[] = {0, 1, 2, 3}, cpu_1[] = {1}, cpu_3[] = {3};

#define LEVELS_OF(entry)                                                                           \
	{                                                                                          \
		{"ITS-PCI-MSIX-0000:01:03.0-12", "ITS-PCI-MSIX-0000:01:03.0", entry},              \
			{":intc@8000000:its@8080000-5", "ITS", 8200 + (entry)},                    \
		{                                                                                  \
			":intc@8000000-1", "GICv3", 8200 + (entry)                                 \
		}                                                                                  \
	}
#define VECTOR(number, entry, cpu)                                                                 \
	{                                                                                          \
		.irq = (number), .action = "", .flow = "handle_fasteoi_irq", .depth = 1,           \
		.state = ACTIVE_IDLE, .affinity = all_cpus, .nr_affinity = 4, .effective = (cpu),  \
		.nr_effective = 1, .level = LEVELS_OF(entry), .nr_levels = 3, .dev = "nic",        \
		.msi = {.index = (entry),                                                          \
			.base = (number),                                                          \
			.nvec = 1,                                                                 \
			.address_lo = 0x8090040,                                                   \
			.data = (entry),                                                           \
			.is_msix = true,                                                           \
			.can_mask = true,                                                          \
			.is_64 = true,                                                             \
			.mask_shadow = 1},                                                         \
	}

static const struct irq_record records[] = {
	{
		.irq = 5,
		.action = "gpio",
		.flow = "pl061_irq_handler",
		.foreign_flow = true,
		.state = SHARED_LINE,
		.status = 4,
		.affinity = all_cpus,
		.nr_affinity = 4,
		.level = {{":intc@8000000-1", "GICv3", 39}},
		.nr_levels = 1,
	},
	VECTOR(17, 0, cpu_1),
	VECTOR(18, 1, cpu_3),
};
static const struct its_device_record nic_of_8 = {
	.device_id = 0x118, .event_bits = 3, .first_lpi = 8200, .nr_lpis = 8};
static const struct start_state given = {
	.irqs = records, .nr_irqs = 3, .its_devices = &nic_of_8, .nr_its_devices = 1};

static void goes_on_from_there(void **state)
{
	struct arm_bench *b = arm_create(&(struct arm_shape){.start = &given});
	struct its_device_info info = arm_device(b, 0x118);
	struct irq_desc *gpio = irq_to_desc(b->m, 5);
	uint64_t at;

	(void)state;
	assert_int_equal(info.first_lpi, 8200);
	assert_int_equal(info.taken, 2);
	assert_true(gic_lpi_is_taken(b->m, 8207));
	assert_false(gic_lpi_is_taken(b->m, 8199));
	assert_string_equal(irq_desc_flow(gpio), "pl061_irq_handler");
	assert_int_equal(gic_lpi_load(b->m, 1, false), 1);
	assert_int_equal(gic_lpi_load(b->m, 3, false), 1);
	/* Its driver finds what it would have allocated; all CPUs will do, and CPU 0 has less. */
	at = tape_position(b->m);
	arm_request(b, 17);
	assert_string_equal(arm_story(b, at, NULL), "INV 118 e0; SYNC 1; MOVI 118 e0 c0; SYNC 1");
	assert_int_equal(arm_raise(b, b->nic, 0), 1);
	assert_int_equal(b->handled_on, 0);
	assert_int_equal(arm_affinity(b, 17, "2"), 0);
	assert_int_equal(arm_raise(b, b->nic, 0), 1);
	assert_int_equal(b->handled_on, 2);
	arm_free_irq(b, 17);
	at = tape_position(b->m);
	arm_free(b, b->nic);
	assert_string_equal(arm_story(b, at, NULL), "DISCARD 118 e1; SYNC 3; MAPD 118 v0 b3");
	assert_false(arm_knows(b, 0x118));
	assert_int_equal(gic_lpi_load(b->m, 3, false), 0);
	/* The first block again. */
	assert_int_equal(arm_level(b, arm_alloc(b, b->nic, 1), 1)->hwirq, 8192);
	arm_destroy(b);
}

static void expect_bad_start(const struct start_state *start, const char *reason)
{
	static const struct its_desc its;
	static const struct device_desc nic = {
		.name = "nic",
		.bus_name = "0000:01:03.0",
		.requester = 0x118,
		.node = -1,
		.msix.size = 8,
	};

	expect_refused(
		&(struct machine_desc){
			.gic = &v3,
			.nr_cpus = 4,
			.its = &its,
			.nr_its = 1,
			.devices = &nic,
			.nr_devices = 1,
			.start = start,
		},
		reason);
}

static void contradictions(void **state)
{
	static const struct its_device_record bad[] = {
		{.its = 1, .device_id = 8, .event_bits = 1, .first_lpi = 8192, .nr_lpis = 2},
		{.device_id = 8, .event_bits = 17, .first_lpi = 8192, .nr_lpis = 2},
		{.device_id = 8, .event_bits = 1, .first_lpi = 8192, .nr_lpis = 3},
		{.device_id = 8, .event_bits = 1, .first_lpi = 8191, .nr_lpis = 2},
		{.device_id = 8, .event_bits = 1, .first_lpi = 65535, .nr_lpis = 2},
	};
	static const struct its_device_record twice[2] = {
		{.device_id = 8, .event_bits = 1, .first_lpi = 8192, .nr_lpis = 2},
		{.device_id = 9, .event_bits = 1, .first_lpi = 8193, .nr_lpis = 2},
	};
	struct irq_record irq = records[1];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_bad_start(&(struct start_state){.its_devices = &bad[i], .nr_its_devices = 1},
				 "does not fit the ITS");
	expect_bad_start(&(struct start_state){.its_devices = twice, .nr_its_devices = 2},
			 "does not fit the ITS");
	/* An LPI that no device has; an INTID that the distributor doesn't. */
	expect_bad_start(&(struct start_state){.irqs = &irq, .nr_irqs = 1},
			 "does not fit the machine");
	irq = records[0];
	irq.level[0].hwirq = 1020;
	expect_bad_start(&(struct start_state){.irqs = &irq, .nr_irqs = 1},
			 "does not fit the machine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(each_its_has_its_own),
		cmocka_unit_test(goes_on_from_there),
		cmocka_unit_test(contradictions),
	};

	return cmocka_run_group_tests_name("machine: Arm", tests, NULL, NULL);
}
