/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/imsic.h"
#include "domains/wired_msi.h"
#include "machine/machine_test.h"

#include <string.h>

/* Descriptions of RISC-V machines, good and bad. */

static const struct imsic_desc plain;
static const struct cpu_desc first_is_off[2] = {{.offline = true}, {.apic_id = 1}};
static const struct cpu_desc second_is_off[3] = {
	{.node = 0}, {.apic_id = 1, .node = 1, .offline = true}, {.apic_id = 2, .node = 1}};

static int load(const struct machine_desc *desc, const char **why, struct machine **out)
{
	*out = machine_create(NULL);
	assert_non_null(*out);
	return machine_load(*out, desc, why);
}

static void expect_refused(const struct machine_desc *desc, const char *reason)
{
	struct machine *m;
	const char *why = "";

	assert_int_equal(load(desc, &why, &m), -EINVAL);
	if (!strstr(why, reason))
		fail_msg("\"%s\" does not say \"%s\"", why, reason);
	machine_destroy(m);
}

static void what_is_refused(void **state)
{
	static const struct imsic_desc odd = {.ids = 100};
	static const struct remap_desc remap = {.kind = REMAP_INTEL, .entries = 16};
	static const struct gic_desc gic = {.version = 3};
	static const struct aplic_desc aplics[9], large = {.sources = 1024};
	static const struct mbigen_desc lost = {.parent = "nowhere"}, mbigen;
	static const struct imsic_desc many_groups = {.base = UINT64_C(1) << 40, .group_harts = 1};
	static const struct irq_record irq;
	static const struct start_state start = {.irqs = &irq, .nr_irqs = 1};

	(void)state;
	expect_refused(&(struct machine_desc){.imsic = &plain}, "1 to 4096 CPUs");
	expect_refused(&(struct machine_desc){.imsic = &plain, .nr_cpus = 4097}, "1 to 4096 CPUs");
	expect_refused(&(struct machine_desc){.imsic = &plain, .nr_cpus = 2, .cpus = first_is_off},
		       "CPU 0");
	expect_refused(&(struct machine_desc){.imsic = &odd, .nr_cpus = 2}, "addresses");
	expect_refused(
		&(struct machine_desc){
			.imsic = &plain, .nr_cpus = 2, .remaps = &remap, .nr_remaps = 1},
		"units of others");
	expect_refused(&(struct machine_desc){.imsic = &plain, .nr_cpus = 2, .gic = &gic},
		       "one architecture");
	expect_refused(&(struct machine_desc){.imsic = &plain, .nr_cpus = 2, .start = &start},
		       "recorded state");
	expect_refused(
		&(struct machine_desc){
			.imsic = &plain, .nr_cpus = 2, .aplics = aplics, .nr_aplics = 9},
		"at most 8");
	expect_refused(
		&(struct machine_desc){
			.imsic = &plain, .nr_cpus = 2, .aplics = &large, .nr_aplics = 1},
		"APLIC");
	/* More groups than an APLIC can tell apart. */
	expect_refused(
		&(struct machine_desc){
			.imsic = &many_groups, .nr_cpus = 200, .aplics = aplics, .nr_aplics = 1},
		"APLIC");
	expect_refused(
		&(struct machine_desc){
			.imsic = &plain, .nr_cpus = 2, .mbigens = &lost, .nr_mbigens = 1},
		"parent that does not exist");
	expect_refused(&(struct machine_desc){.nr_cpus = 2, .aplics = aplics, .nr_aplics = 1},
		       "needs an IMSIC");
	expect_refused(&(struct machine_desc){.nr_cpus = 2, .mbigens = &mbigen, .nr_mbigens = 1},
		       "needs an MSI parent");
}

static void names_and_numbers(void **state)
{
	static const struct imsic_desc imsic = {.domain = ":msi", .ids = 2047};
	static const struct aplic_desc aplics[3] = {{0}, {.name = "wires"}, {.sources = 5}};
	static const struct mbigen_desc mbigen = {.parent = ":msi-5"};
	static const struct device_desc nic = {
		.name = "nic", .bus_name = "0000:00:03.0", .requester = 0x18, .parent = "imsic"};
	const struct machine_desc desc = {
		.imsic = &imsic,
		.nr_cpus = 3,
		.cpus = second_is_off,
		.aplics = aplics,
		.nr_aplics = 3,
		.mbigens = &mbigen,
		.nr_mbigens = 1,
		.devices = &nic,
		.nr_devices = 1,
	};
	struct irq_domain *root;
	struct machine *m;
	const char *why = "";

	(void)state;
	if (load(&desc, &why, &m))
		fail_msg("%s", why);
	root = irq_domain_by_name(m, ":msi-5");
	assert_non_null(root);
	assert_ptr_equal(device_by_name(m, "nic")->msi_domain, root);
	assert_int_equal(irq_matrix_totals(imsic_matrix(m)).online_maps, 2);
	assert_int_equal(irq_matrix_totals(imsic_matrix(m)).global_available, 2 * 2046);
	assert_int_equal(wired_bridge_by_name(m, "aplic")->last, 96);
	assert_non_null(wired_bridge_by_name(m, "wires"));
	assert_int_equal(wired_bridge_by_name(m, "aplic2")->last, 5);
	assert_int_equal(wired_bridge_by_name(m, "mbigen")->last, 191);
	assert_null(wired_bridge_by_name(m, "nic"));
	assert_int_equal(machine_load(m, &desc, &why), -EEXIST);
	assert_int_equal(cpu_up(m, 1), 0);
	assert_int_equal(irq_matrix_totals(imsic_matrix(m)).global_available, 3 * 2046);
	machine_destroy(m);
}

static void memory_runs_out(void **state)
{
	static const struct aplic_desc aplic;
	static const struct mbigen_desc mbigen;
	const struct machine_desc desc = {.imsic = &plain,
					  .nr_cpus = 2,
					  .aplics = &aplic,
					  .nr_aplics = 1,
					  .mbigens = &mbigen,
					  .nr_mbigens = 1};
	unsigned failures = 0;
	int ret;

	(void)state;
	do {
		struct machine *m = machine_create(NULL);
		const char *why = NULL;

		machine_fail_allocation(m, ++failures);
		ret = machine_load(m, &desc, &why);
		assert_true(!ret || (ret == -ENOMEM && why));
		machine_destroy(m);
	} while (ret);
	assert_true(failures > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(names_and_numbers),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
