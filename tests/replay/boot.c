/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/replay.h"

/*
 * The machine is started from the header, without the recorded start state: a
 * value altered there is missed by exactly itself, and what the boot traced is
 * compared event by event.
 */

static void replay(const json_t *lines, bool trace, struct replay_result *result)
{
	const struct replay_options options = {
		.boot = true, .trace = trace, .lenient = true, .max_differences = 10};
	struct temporary file;

	temporary_write_lines(&file, lines);
	replay_file(file.path, &options, result);
	temporary_remove(&file);
}

static const struct row {
	const char *recording, *path, *text;
	enum category category;
	const char *difference;
} rows[] = {
	{"x86_64-b4-boot_trace", "0/start/live_irqs", "17", CATEGORY_START, "live_irqs"},
	{"x86_64-b4-boot_trace", "0/start/irqs/17/vec/cpu", "3", CATEGORY_IRQS, "irqs[24].vec.cpu"},
	{"x86_64-b4-boot_trace", "0/start/irqs/17/hwirqs", "[1,24]", CATEGORY_IRQS,
	 "irqs[24].hwirqs"},
	{"x86_64-b4-boot_trace", "0/start/irt/allocated", "[[0,16]]", CATEGORY_IRT,
	 "irt.allocated"},
	{"x86_64-b4-boot_trace", "0/start/matrix/global_reserved", "12", CATEGORY_MATRIX,
	 "matrix.global_reserved"},
	{"x86_64-b4-boot_trace", "0/start/matrix/system_vectors", "[[0,31]]", CATEGORY_MATRIX,
	 "matrix.system_vectors"},
	{"x86_64-b4-boot_trace", "0/start/vectors/0/49", "1", CATEGORY_VECTORS, "vectors[0][49]"},
	{"x86_64-d4-boot_trace", "0/start/irqs/17/msg", "[\"0x0\",\"0x0\",\"0x20\"]", CATEGORY_IRQS,
	 "irqs[24].msg"},
	{"x86_64-b8-basic_msix", "0/start/dev/P/command", "\"0x103\"", CATEGORY_DEVS,
	 "devs.P.command"},
};

static void the_start_state_is_not_used(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		json_t *lines = recording_lines(row->recording);
		struct replay_result result;

		json_patch(lines, row->path, row->text);
		replay(lines, false, &result);
		assert_int_equal(result.verdict, REPLAY_DIFFERS);
		if (result.comparison.nr_differences != 1)
			fail_msg("%s: %u differences", row->path, result.comparison.nr_differences);
		assert_string_equal(result.comparison.differences[0].path, row->difference);
		assert_int_equal(result.comparison.differences[0].category, row->category);
		replay_result_free(&result);
		json_decref(lines);
	}
}

/* What the header says of the machine does count. */
static void the_machine_is_used(void **state)
{
	static const char *const paths[][2] = {
		{"0/enable_order/0", "\"N\""},
		{"0/qemu_devices/11", "\"pci-testdev,addr=c\""},
		{"0/cpus/3", "-"},
		{"0/machine/apic_driver", "\"cluster x2apic\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		json_t *lines = recording_lines("x86_64-b4-boot_trace");
		struct replay_result result;

		if (!i) {
			json_decref(lines);
			lines = recording_lines("x86_64-b8-basic_msix");
			json_patch(lines, "0/enable_order/2", "\"E\"");
		}
		json_patch(lines, paths[i][0], paths[i][1]);
		replay(lines, false, &result);
		if (result.verdict != REPLAY_DIFFERS && result.verdict != REPLAY_MALFORMED)
			fail_msg("%s: %s", paths[i][0], replay_verdict_name(result.verdict));
		replay_result_free(&result);
		json_decref(lines);
	}
}

static void events_are_compared(void **state)
{
	static const struct {
		const char *path, *text;
	} patches[] = {
		{"1/trace/18/bit", "51"},   {"1/trace/19/online", "0"}, {"1/trace/20/avl", "201"},
		{"1/trace/20/online", "2"}, {"1/trace/35/irq", "2"},	{"1/trace/44/ret", "0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
		json_t *lines = recording_lines("x86_64-b4-boot_trace");
		struct replay_result result;

		json_patch(lines, patches[i].path, patches[i].text);
		replay(lines, true, &result);
		if (result.comparison.nr_differences != 1 ||
		    result.comparison.differences[0].category != CATEGORY_TRACE)
			fail_msg("%s: %u differences", patches[i].path,
				 result.comparison.nr_differences);
		replay_result_free(&result);
		json_decref(lines);
	}
}

static void an_event_more_or_less(void **state)
{
	static const char *const texts[] = {"-", "{\"e\":\"vector_reserve\",\"irq\":9,\"ret\":0}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *lines = recording_lines("x86_64-a1-boot_trace"), *parent;
		struct replay_result result;
		const char *last;
		json_t *trace = json_path(lines, "1/trace", &parent, &last);

		if (i)
			json_array_append_new(trace, json_loads(texts[i], 0, NULL));
		else
			json_array_remove(trace, json_array_size(trace) - 1);
		replay(lines, true, &result);
		assert_int_equal(result.verdict, REPLAY_DIFFERS);
		assert_int_equal(result.comparison.nr_differences, 1);
		replay_result_free(&result);
		json_decref(lines);
	}
}

static void what_cannot_boot_is_loaded(void **state)
{
	json_t *lines = recording_lines("x86_64-a4-natural_boot");
	struct replay_result result;

	(void)state;
	replay(lines, true, &result);
	assert_int_equal(result.verdict, REPLAY_LOADED);
	assert_string_equal(result.why, "not booted: stock drivers took part");
	replay_result_free(&result);
	json_decref(lines);

	lines = recording_lines("x86_64-a2-msi_single");
	json_patch(lines, "0/source", "\"some other PC\"");
	replay(lines, true, &result);
	assert_int_equal(result.verdict, REPLAY_EXACT);
	assert_string_equal(result.why, "not booted: no script for its platform");
	replay_result_free(&result);
	json_decref(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_start_state_is_not_used),
		cmocka_unit_test(the_machine_is_used),
		cmocka_unit_test(events_are_compared),
		cmocka_unit_test(an_event_more_or_less),
		cmocka_unit_test(what_cannot_boot_is_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
