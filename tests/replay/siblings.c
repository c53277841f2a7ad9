/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/moments.h"
#include "replay/operation.h"
#include "replay/replay.h"

/*
 * Recordings that nobody made, of machines that differ from those on record in one
 * point, or of a recorder that does. What must come is known in each case.
 */

static void replay_with(const json_t *lines, struct replay_options options,
			struct replay_result *result)
{
	struct temporary file;

	options.max_differences = 1000;
	temporary_write_lines(&file, lines);
	replay_file(file.path, &options, result);
	temporary_remove(&file);
}

static void must_be_exact(const json_t *lines)
{
	struct replay_result result;

	replay_with(lines, (struct replay_options){.trace = true, .invariants = true}, &result);
	if (result.verdict != REPLAY_EXACT)
		fail_msg("%s: %s %s",
			 result.comparison.nr_differences ? result.comparison.differences[0].op
							  : "",
			 replay_verdict_name(result.verdict), result.why);
	replay_result_free(&result);
}

/* Differs, and in these paths only, in their order. */
static void must_differ(const json_t *lines, const char *const *paths)
{
	struct replay_result result;
	unsigned nr = 0;

	replay_with(lines, (struct replay_options){.lenient = true}, &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	while (paths[nr] && nr < result.comparison.nr_differences) {
		assert_string_equal(result.comparison.differences[nr].path, paths[nr]);
		nr++;
	}
	assert_null(paths[nr]);
	assert_int_equal(result.comparison.nr_differences, nr);
	replay_result_free(&result);
}

static json_t *patched(const char *recording, const char *path, const char *text)
{
	json_t *lines = recording_lines(recording);

	json_patch(lines, path, text);
	return lines;
}

/* Keeps the header and the first `nr` lines. */
static void cut_after(json_t *lines, size_t nr)
{
	while (json_array_size(lines) > nr + 1)
		json_array_remove(lines, nr + 1);
}

/* ---- a recorder that does not wait ---- */

/*
 * Operation 5 of the recording moves irq 25 from vector 33 on CPU 3 to vector 34
 * on CPU 2. Read at once, the old vector is still there; operation 6 finds it gone.
 */
static json_t *hurried(void)
{
	json_t *lines = patched("x86_64-b4-aff_moves", "0/settle_ms", "0");

	json_patch(lines, "5/irqs/0/vec/prev_vector", "33");
	json_patch(lines, "6/irqs/0/vec/prev_vector", "34");
	cut_after(lines, 6);
	return lines;
}

static void values_of_either_moment(void **state)
{
	json_t *lines = hurried();

	(void)state;
	must_be_exact(lines);
	/* The matrix was read before the timer, the vectors' table after it. */
	json_patch(lines, "5/matrix/cpus/3", "{}");
	json_patch(lines, "5/vectors/3", "{}");
	json_patch(lines, "6/matrix/cpus/3",
		   "{\"available\": 200, \"allocated\": 1, \"bits\": [[32, 32]]}");
	json_patch(lines, "6/vectors/3", "{\"33\": null}");
	must_be_exact(lines);
	json_decref(lines);
}

static void values_of_neither(void **state)
{
	static const char *const paths[] = {"irqs[25].vec.prev_vector", "matrix.cpus[3].available",
					    NULL};
	json_t *lines = hurried();

	(void)state;
	json_patch(lines, "5/irqs/0/vec/prev_vector", "35");
	json_patch(lines, "5/matrix/cpus/3/available", "201");
	must_differ(lines, paths);
	json_decref(lines);
}

/* Recordings of one that waited are as exact, since each of their values is of the later moment. */
static void later_moment_only(void **state)
{
	static const char *const names[] = {"x86_64-a4-aff_moves", "x86_64-c4-hotplug_managed",
					    "x86_64-d4-aff_errors"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *lines = patched(names[i], "0/settle_ms", "0");

		must_be_exact(lines);
		json_decref(lines);
	}
}

/* One line only: `settle_ms` of a line comes before the header's. */
static void one_line_waits_not(void **state)
{
	static const char *const paths[] = {"irqs[25].vec.prev_vector", NULL};
	json_t *lines = hurried();

	(void)state;
	json_patch(lines, "0/settle_ms", "30");
	json_patch(lines, "6/irqs/0/vec/prev_vector", "0");
	must_differ(lines, paths);
	json_patch(lines, "5/settle_ms", "0");
	must_be_exact(lines);
	json_decref(lines);
}

static void a_pause(void **state)
{
	static const char *const paths[] = {"irqs[25].vec.prev_vector", NULL};
	json_t *lines = hurried();

	(void)state;
	json_array_append_new(lines, json_pack("{s:i,s:s,s:i,s:i,s:[{s:i,s:{s:i}}]}", "n", 7, "op",
					       "sleep", "ms", 20, "ret", 0, "irqs", "irq", 25,
					       "vec", "prev_vector", 0));
	must_be_exact(lines);
	json_patch(lines, "7/irqs/0/vec/prev_vector", "34");
	must_differ(lines, paths);
	json_decref(lines);
}

static void either(void **state)
{
	json_t *early = json_pack("{s:i,s:i,s:[i]}", "a", 1, "gone", 5, "list", 1);
	json_t *late = json_pack("{s:i,s:i,s:[i]}", "a", 2, "new", 6, "list", 2);
	json_t *expected = json_pack("{s:i,s:i,s:[i]}", "a", 1, "new", 6, "list", 2);
	json_t *result = json_either(expected, early, json_incref(late));

	(void)state;
	assert_true(json_equal(result, expected));
	json_decref(result);
	json_object_set_new(expected, "a", json_integer(3));
	result = json_either(expected, early, json_incref(late));
	assert_int_equal(json_integer_value(json_object_get(result, "a")), 2);
	json_decref(result);
	result = json_either(NULL, early, json_incref(late));
	assert_int_equal(json_object_size(result), 2); /* what is in both */
	json_decref(result);
	json_decref(expected);
	json_decref(early);
	json_decref(late);
}

/* ---- what the kernel was told ---- */

static void lists_of_cpus(void **state)
{
	static const char *const same[] = {"\"nokaslr irqaffinity=1-2\"",
					   "\"irqaffinity=0-2 nokaslr\"",
					   "\"irqaffinity=2,1,0,1\""};
	static const char *const others[] = {"\"nokaslr\"", "\"irqaffinity=3\"",
					     "\"noirqaffinity=1,2\""};
	struct replay_result result;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		json_t *lines = patched("arm64-irqaff-cpus", "0/cmdline", same[i]);

		must_be_exact(lines);
		json_patch(lines, "0/cmdline", others[i]);
		replay_with(lines, (struct replay_options){0}, &result);
		assert_int_equal(result.verdict, REPLAY_DIFFERS);
		replay_result_free(&result);
		json_decref(lines);
	}
}

static void without_msi(void **state)
{
	static const char *const told[] = {"\"pci=nomsi\"", "\"pci=noaer,nomsi nokaslr\""};
	json_t *lines;
	struct replay_result result;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		lines = patched("arm64-nomsi-errors", "0/cmdline", told[i]);
		must_be_exact(lines);
		json_decref(lines);
	}
	/* A PC would refuse each allocation alike (F.4, F.5: not supported). */
	lines = patched("x86_64-a4-basic_msix", "0/cmdline", "\"pci=nomsi\"");
	replay_with(lines, (struct replay_options){.lenient = true}, &result);
	assert_int_equal(result.comparison.differences[0].n, 1);
	assert_string_equal(result.comparison.differences[0].path, "ret");
	assert_int_equal(json_integer_value(result.comparison.differences[0].actual), -EINVAL);
	replay_result_free(&result);
	json_decref(lines);
}

/* ---- Arm ---- */

/* Domains that don't translate: the doorbell is where it is, and messages arrive. */
static void smmu_in_passthrough(void **state)
{
	json_t *lines = recording_lines("arm64-smmu-msi_single");
	const char *msg = "[\"0x8090040\", \"0x0\", \"0x0\"]";
	json_t *dev;
	const char *name;
	size_t index, i;
	json_t *line, *irq;

	(void)state;
	json_patch(lines, "0/machine/smmu/mode", "\"passthrough\"");
	json_object_foreach(json_path(lines, "0/start/dev", NULL, NULL), name, dev)
		json_object_set_new(dev, "iommu_domain", json_string("identity"));
	json_array_foreach(lines, index, line)
	{
		json_array_foreach(json_object_get(line, "irqs"), i, irq)
		{
			const json_t *old = json_object_get(irq, "msg");

			json_object_del(irq, "msi_iova");
			if (strcmp(json_string_value(json_array_get(old, 0)) ?: "0x0", "0x0"))
				json_object_set_new(irq, "msg", json_loads(msg, 0, NULL));
		}
		json_object_foreach(json_object_get(line, "devs"), name, dev)
		{
			json_t *msi = json_object_get(dev, "msi");

			if (strcmp(json_string_value(json_object_get(msi, "addr_lo")) ?: "0x0",
				   "0x0"))
				json_object_set_new(msi, "addr_lo", json_string("0x8090040"));
		}
	}
	must_be_exact(lines);
	json_decref(lines);
}

/* The bus is on the second node only if there is one. */
static void nodes_of_changed_trees(void **state)
{
	json_t *lines = patched("arm64-std-affinity", "0/source", "\"modified device tree\"");

	(void)state;
	must_be_exact(lines);
	json_decref(lines);
	lines = patched("arm64-numa-cpus", "0/source", "\"\"");
	must_be_exact(lines);
	json_decref(lines);
}

/* Threads with neighbouring numbers are together in any case. */
static void neighbouring_threads(void **state)
{
	json_t *lines = patched("x86_64-a16-managed", "0/source",
				"\"QEMU, machine q35, smp 16,cores=8,threads=2, iommu none\"");

	(void)state;
	must_be_exact(lines);
	json_decref(lines);
}

static void renamed_machines(void **state)
{
	static const char *const names[] = {"arm64-pmsi-pmsi",	     "arm64-exhaust-exhaust",
					    "arm64-alias-alias",     "x86_64-n8numa-numa_any",
					    "x86_64-b4cm-ims_table", "x86_64-d4leg-basic_msix"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *lines = patched(names[i], "0/config", "\"other\"");

		json_patch(lines, "0/name", "\"other\"");
		json_patch(lines, "0/scenario", "\"other\"");
		must_be_exact(lines);
		json_decref(lines);
	}
}

/* What a recording did not get to is no difference. */
static void a_recording_that_ends_early(void **state)
{
	json_t *lines = recording_lines("arm64-std-msi_single");
	struct replay_result result;

	(void)state;
	cut_after(lines, 1);
	replay_with(lines, (struct replay_options){0}, &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS); /* domains of the header never came */
	replay_result_free(&result);
	json_patch(lines, "0/cut", "1");
	must_be_exact(lines);
	json_decref(lines);
}

/* ---- start states ---- */

/* Entries of its pins say who an I/O APIC is. */
static void ioapic_of_another_place(void **state)
{
	json_t *lines = recording_lines("x86_64-b4-msix_intx_switch");
	json_t *text;
	char *dump;

	(void)state;
	/* ff:00 becomes f0:f8 in all entries. */
	dump = json_dumps(lines, 0);
	for (char *at = dump; (at = strstr(at, "0x4ff00")); at += 7)
		memcpy(at, "0x4f0f8", 7);
	text = json_loads(dump, 0, NULL);
	free(dump);
	must_be_exact(text);
	json_decref(text);
	json_decref(lines);
}

/* A function may be named by its place, as those that are not listed are. */
static void writes_by_place(void **state)
{
	json_t *lines = recording_lines("x86_64-a2-msi_single");
	size_t index;
	json_t *write;

	(void)state;
	json_array_foreach(json_path(lines, "2/writes", NULL, NULL), index, write)
	{
		json_object_del(write, "dev");
		json_object_set_new(write, "bdf", json_string("0000:00:02.0"));
	}
	must_be_exact(lines);
	json_decref(lines);
}

/* ---- what is not known is told ---- */

static void unknown_words(void **state)
{
	static const struct {
		const char *recording, *path, *text, *difference;
	} rows[] = {
		{"x86_64-a2-msi_single", "2/flags", "[\"msi\",\"virtual\"]",
		 "flags has a word that this program does not know"},
		{"x86_64-a2-msi_single", "3/flags", "[\"percpu\"]",
		 "flags has a word that this program does not know"},
		{"x86_64-a2-ims_table", "1/type", "\"tree\"",
		 "type is neither \"table\" nor \"queue\""},
		{"x86_64-a2-ims_table", "2/index", "\"last\"",
		 "index is neither a number nor \"any\""},
	};
	json_t *lines;
	struct replay_result result;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lines = patched(rows[i].recording, rows[i].path, rows[i].text);
		replay_with(lines, (struct replay_options){.lenient = true}, &result);
		assert_int_equal(result.verdict, REPLAY_DIFFERS);
		assert_string_equal(result.comparison.differences[0].path, rows[i].difference);
		replay_result_free(&result);
		json_decref(lines);
	}
	lines = patched("x86_64-a2-msi_single", "0/hierarchy", "[\"hyperv-ir\",\"x86-vector\"]");
	replay_with(lines, (struct replay_options){0}, &result);
	assert_int_equal(result.verdict, REPLAY_UNSUPPORTED);
	assert_string_equal(result.why,
			    "its hierarchy has a level that this program does not know");
	replay_result_free(&result);
	json_decref(lines);
	lines = patched("x86_64-a2-msi_single", "0/writes_recorded/0", "\"dma\"");
	replay_with(lines, (struct replay_options){0}, &result);
	assert_int_equal(result.verdict, REPLAY_UNSUPPORTED);
	replay_result_free(&result);
	json_decref(lines);
}

static void unknown_operations_and_members(void **state)
{
	static const char *const paths[] = {"unknown operation", NULL};
	json_t *lines = recording_lines("x86_64-a2-msi_single");
	struct replay_result result;

	(void)state;
	json_array_append_new(lines, json_pack("{s:i,s:s,s:i}", "n", (int)json_array_size(lines),
					       "op", "warp", "ret", 0));
	must_differ(lines, paths);
	json_decref(lines);
	lines = patched("x86_64-a2-msi_single", "2/temperature", "21");
	replay_with(lines, (struct replay_options){0}, &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	assert_int_equal(json_integer_value(json_object_get(result.unknown, "temperature")), 1);
	replay_result_free(&result);
	json_decref(lines);
}

/* ---- registers of the teaching device ---- */

static void add_access(json_t *lines, const char *op, const char *offset, const char *key,
		       const char *value)
{
	json_array_append_new(lines, json_pack("{s:i,s:s,s:s,s:s,s:s,s:i}", "n",
					       (int)json_array_size(lines), "op", op, "dev", "E",
					       "offset", offset, key, value, "ret", 0));
}

static void registers_of_edu(void **state)
{
	static const char *const paths[] = {"what the register holds is described nowhere", NULL};
	json_t *lines = recording_lines("x86_64-a2-msi_single");

	(void)state;
	cut_after(lines, 1); /* nothing is allocated: raising sends nothing */
	add_access(lines, "bar_read", "0x0", "value", "0x10000ed");
	add_access(lines, "bar_write", "0x4", "value", "0xf0f0");
	add_access(lines, "bar_read", "0x4", "value", "0xffff0f0f");
	add_access(lines, "bar_write", "0x60", "value", "0x5");
	add_access(lines, "bar_write", "0x60", "value", "0x2");
	add_access(lines, "bar_write", "0x64", "value", "0x4");
	add_access(lines, "bar_read", "0x24", "value", "0x3");
	must_be_exact(lines);
	add_access(lines, "bar_read", "0x88", "value", "0x0");
	must_differ(lines, paths);
	json_decref(lines);
}

/* A write to the register that raises is as good as edu_raise. */
static void raised_by_a_register(void **state)
{
	json_t *lines = recording_lines("x86_64-b4-msi_single");

	(void)state;
	for (size_t i = 1; i < json_array_size(lines); i++) {
		json_t *line = json_array_get(lines, i);

		if (strcmp(json_string_value(json_object_get(line, "op")), "edu_raise"))
			continue;
		json_object_set_new(line, "op", json_string("bar_write"));
		json_object_set_new(line, "offset", json_string("0x60"));
	}
	must_be_exact(lines);
	json_decref(lines);
}

/* ---- the steps of a remapping unit, and marks ---- */

static void what_a_unit_did(void **state)
{
	static const struct {
		const char *recording, *path, *text, *difference;
	} rows[] = {
		{"x86_64-b4-msi_single", "4/hw/0/index", "19", "hw[0]"},
		{"x86_64-b4-msi_single", "4/hw/0/hi", "\"0x40011\"", "hw[0]"},
		{"x86_64-b4-msi_single", "4/hw/1/to_addr", "\"0xfee01008\"", "hw[1]"},
		{"x86_64-b4-msi_single", "4/hw/1/to_data", "\"0x4022\"", "hw[1]"},
		{"x86_64-d4-msi_single", "4/hw/0/lo", "\"0x101\"", "hw[0]"},
		{"x86_64-d4-msi_single", "4/hw/1/data", "\"0x1\"", "hw[1]"},
		{"x86_64-c4-msi_single", "4/hw/1", "-", "hw[1]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *lines = patched(rows[i].recording, rows[i].path, rows[i].text);
		struct replay_result result;

		replay_with(lines, (struct replay_options){.trace = true}, &result);
		assert_int_equal(result.verdict, REPLAY_DIFFERS);
		assert_int_equal(result.comparison.nr_differences, 1);
		assert_string_equal(result.comparison.differences[0].path, rows[i].difference);
		assert_int_equal(result.comparison.differences[0].category, CATEGORY_HARDWARE);
		replay_result_free(&result);
		json_decref(lines);
	}
}

/* Operation 5 of this recording moves: its last event is the mark of the return. */
static void marks_of_the_recorder(void **state)
{
	static const char *const members[] = {"vector", "cpu", "prev_cpu", "mip", "state"};
	json_t *lines = recording_lines("x86_64-b4-aff_moves");
	json_t *trace = json_path(lines, "5/trace", NULL, NULL);
	size_t last = 0;
	struct replay_result result;

	(void)state;
	for (size_t i = 0; i < json_array_size(trace); i++)
		if (!strcmp(json_string_value(json_object_get(json_array_get(trace, i), "e")),
			    "after_call"))
			last = i;
	assert_int_not_equal(last, 0);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		json_t *copy = json_deep_copy(lines);
		char path[60];

		snprintf(path, sizeof(path), "5/trace/%zu/%s", last, members[i]);
		json_patch(copy, path, "77");
		replay_with(copy, (struct replay_options){.trace = true}, &result);
		assert_int_equal(result.verdict, REPLAY_DIFFERS);
		assert_int_equal(result.comparison.nr_differences, 1);
		replay_result_free(&result);
		json_decref(copy);
	}
	json_decref(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_either_moment),
		cmocka_unit_test(values_of_neither),
		cmocka_unit_test(later_moment_only),
		cmocka_unit_test(one_line_waits_not),
		cmocka_unit_test(a_pause),
		cmocka_unit_test(either),
		cmocka_unit_test(lists_of_cpus),
		cmocka_unit_test(without_msi),
		cmocka_unit_test(smmu_in_passthrough),
		cmocka_unit_test(nodes_of_changed_trees),
		cmocka_unit_test(neighbouring_threads),
		cmocka_unit_test(renamed_machines),
		cmocka_unit_test(a_recording_that_ends_early),
		cmocka_unit_test(ioapic_of_another_place),
		cmocka_unit_test(writes_by_place),
		cmocka_unit_test(unknown_words),
		cmocka_unit_test(unknown_operations_and_members),
		cmocka_unit_test(registers_of_edu),
		cmocka_unit_test(raised_by_a_register),
		cmocka_unit_test(what_a_unit_did),
		cmocka_unit_test(marks_of_the_recorder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
