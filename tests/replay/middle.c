/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/expected.h"
#include "replay/json_tools.h"
#include "replay/replay.h"

/*
 * Each state in the middle of a recording is one that a machine can be loaded
 * with: interrupts of devices, moves on their way, CPUs that went, entries that
 * nobody uses any more. From a quiet one the rest of the recording is exact.
 */

static json_t *values_of(const json_t *object)
{
	json_t *list = json_array(), *value;
	const char *key;

	json_object_foreach((json_t *)object, key, value) json_array_append(list, value);
	return list;
}

/* The header with the state that was recorded so far as its start. */
static json_t *header_from(const json_t *header, const struct expected *expected, const char *kind)
{
	json_t *copy = json_deep_copy(header), *start = json_object_get(copy, "start"), *cpu;
	const json_t *vectors = expected->part[STATE_VECTORS];
	size_t index;

	json_object_set_new(copy, "kind", json_string(kind));
	json_object_set_new(start, "irqs", values_of(expected->part[STATE_IRQS]));
	json_object_set_new(start, "live_irqs",
			    json_integer((json_int_t)json_object_size(expected->part[STATE_IRQS])));
	json_object_set(start, "matrix", expected->part[STATE_MATRIX]);
	json_object_set(start, "vectors", (json_t *)vectors);
	if (json_object_get(start, "irt"))
		json_object_set(start, "irt", expected->part[STATE_IRT]);
	json_object_set(start, "dev", expected->part[STATE_DEVS]);
	json_array_foreach(json_object_get(copy, "cpus"), index, cpu)
		json_object_set_new(cpu, "online", json_integer(json_at(vectors, index) != NULL));
	return copy;
}

static void merge_start(struct expected *expected, const json_t *header)
{
	struct failure failure = {0};
	json_t *start = json_copy(json_object_get(header, "start"));

	json_object_set(start, "devs", json_object_get(start, "dev"));
	assert_int_equal(expected_merge(expected, start, &failure), 0);
	json_decref(start);
}

static enum replay_verdict replay(const json_t *lines)
{
	const struct replay_options options = {.max_differences = 1};
	struct replay_result result;
	struct temporary file;
	enum replay_verdict verdict;

	temporary_write_lines(&file, lines);
	replay_file(file.path, &options, &result);
	temporary_remove(&file);
	verdict = result.verdict;
	if (verdict == REPLAY_DIFFERS && result.comparison.nr_differences)
		print_message("%s: %s\n", result.comparison.differences[0].op,
			      result.comparison.differences[0].path);
	else if (result.why[0])
		print_message("%s\n", result.why);
	replay_result_free(&result);
	return verdict;
}

/* No handler of the recorder's, whose places are not recorded, and no move on its way. */
static bool is_quiet(const struct expected *expected)
{
	const char *key;
	json_t *irq;

	json_object_foreach(expected->part[STATE_IRQS], key, irq)
	{
		const char *action = json_string_value(json_object_get(irq, "action"));
		const json_t *vec = json_object_get(irq, "vec");

		if (json_object_get(irq, "dev") && *action && strncmp(action, "AMD-Vi", 6))
			return false;
		if (json_integer_value(json_object_get(vec, "prev_vector")))
			return false;
	}
	return true;
}

static void check_middle(const char *name, const json_t *lines, size_t at,
			 const struct expected *expected)
{
	const json_t *header = json_array_get(lines, 0);
	json_t *rest = json_array(), *line;

	json_array_append_new(rest, header_from(header, expected, "start-only"));
	if (replay(rest) != REPLAY_LOADED)
		fail_msg("%s: the state after operation %zu", name, at);
	json_array_clear(rest);
	if (!is_quiet(expected) || at + 1 >= json_array_size(lines)) {
		json_decref(rest);
		return;
	}
	json_array_append_new(rest, header_from(header, expected, "scenario"));
	for (size_t i = at + 1; i < json_array_size(lines); i++) {
		line = json_copy(json_array_get(lines, i));
		json_object_set_new(line, "n", json_integer((json_int_t)(i - at)));
		json_object_del(line, "handled"); /* counted from the beginning */
		json_array_append_new(rest, line);
	}
	if (replay(rest) != REPLAY_EXACT)
		fail_msg("%s: from operation %zu on", name, at + 1);
	json_decref(rest);
}

static void check(const char *name)
{
	json_t *lines = recording_lines(name);
	struct failure failure = {0};
	struct expected expected;

	expected_init(&expected);
	merge_start(&expected, json_array_get(lines, 0));
	for (size_t i = 1; i < json_array_size(lines); i++) {
		assert_int_equal(expected_merge(&expected, json_array_get(lines, i), &failure), 0);
		check_middle(name, lines, i, &expected);
	}
	expected_free(&expected);
	json_decref(lines);
}

static void plain(void **state)
{
	(void)state;
	check("x86_64-a4-aff_moves");
	check("x86_64-a4-hotplug_managed");
	check("x86_64-a4-msi_maskbit");
}

static void behind_intel(void **state)
{
	(void)state;
	check("x86_64-b4-msi_multi");
	check("x86_64-c4-hotplug_managed");
	check("x86_64-b4-bridge_sid");
}

/* A flush of a table tells what changed since the last one that was seen: from the start only. */
static void behind_amd(void **state)
{
	json_t *lines = recording_lines("x86_64-d4-hotplug_plain");
	struct failure failure = {0};
	struct expected expected;
	json_t *start;

	(void)state;
	expected_init(&expected);
	merge_start(&expected, json_array_get(lines, 0));
	for (size_t i = 1; i < json_array_size(lines); i++) {
		assert_int_equal(expected_merge(&expected, json_array_get(lines, i), &failure), 0);
		start = json_array();
		json_array_append_new(
			start, header_from(json_array_get(lines, 0), &expected, "start-only"));
		assert_int_equal(replay(start), REPLAY_LOADED);
		json_decref(start);
	}
	expected_free(&expected);
	json_decref(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(behind_intel),
		cmocka_unit_test(behind_amd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
