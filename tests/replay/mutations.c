/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/operation.h"
#include "replay/replay.h"

/*
 * A recording in which one recorded value is another one: the replay reports
 * that value and no other. So nothing is compared with itself, and no recorded
 * result reaches the machine.
 */

static void replay_lines(const json_t *lines, bool lenient, struct replay_result *result)
{
	const struct replay_options options = {.lenient = lenient, .max_differences = 1000};
	struct temporary file;

	temporary_write_lines(&file, lines);
	replay_file(file.path, &options, result);
	temporary_remove(&file);
}

static uint64_t wrong_values(const struct replay_result *result)
{
	uint64_t wrong = 0;

	for (int i = 0; i < NR_CATEGORIES; i++)
		wrong += result->comparison.recorded[i].compared -
			 result->comparison.recorded[i].matched +
			 result->comparison.unchanged[i].compared -
			 result->comparison.unchanged[i].matched;
	return wrong;
}

/* ---- one in each category, by hand ---- */

static const struct row {
	const char *recording, *path, *text; /* line 0 is the header, line n operation n */
	enum category category;
	const char *difference; /* where it is reported */
} rows[] = {
	{"x86_64-a2-msi_single", "0/start/live_irqs", "18", CATEGORY_START, "live_irqs"},
	{"x86_64-a2-msi_single", "1/counts/msix", "4", CATEGORY_RETURNS, "counts.msix"},
	{"x86_64-a2-msi_single", "2/ret", "2", CATEGORY_RETURNS, "ret"},
	{"x86_64-a2-msi_single", "2/first_irq", "25", CATEGORY_RETURNS, "first_irq"},
	{"x86_64-a2-msi_single", "5/ret", "-22", CATEGORY_RETURNS, "ret"},
	{"x86_64-a2-msi_single", "4/handled", "2", CATEGORY_RETURNS, "handled"},
	{"x86_64-a2-msi_single", "2/writes/2/val", "\"0xfee00000\"", CATEGORY_WRITES, "writes[2]"},
	{"x86_64-a2-msi_single", "2/writes/5/where", "\"0x6\"", CATEGORY_WRITES, "writes[5]"},
	{"x86_64-a2-msi_single", "2/writes/6", "-", CATEGORY_WRITES, "writes[6]"},
	{"x86_64-a2-msi_single", "2/irqs/0/vec/vector", "35", CATEGORY_IRQS, "irqs[24].vec.vector"},
	{"x86_64-a2-msi_single", "2/irqs/0/state", "\"0x0\"", CATEGORY_IRQS, "irqs[24].state"},
	{"x86_64-a2-msi_single", "2/irqs/0/msg", "[\"0x0\",\"0x0\",\"0x22\"]", CATEGORY_IRQS,
	 "irqs[24].msg"},
	{"x86_64-a2-msi_single", "2/irqs/0/hint", "{\"managed\":1}", CATEGORY_IRQS,
	 "irqs[24].hint"},
	{"x86_64-a2-msi_single", "3/irqs/0/action", "\"E-1\"", CATEGORY_IRQS, "irqs[24].action"},
	{"x86_64-a2-msi_single", "3/irqs/0/vec", "null", CATEGORY_IRQS, "irqs[24].vec"},
	{"x86_64-a2-msi_single", "2/matrix/global_available", "395", CATEGORY_MATRIX,
	 "matrix.global_available"},
	{"x86_64-a2-msi_single", "2/matrix/cpus/1/bits", "[[32,35]]", CATEGORY_MATRIX,
	 "matrix.cpus[1].bits"},
	{"x86_64-a2-msi_single", "2/vectors/1/34", "\"S\"", CATEGORY_VECTORS, "vectors[1][34]"},
	{"x86_64-a2-msi_single", "2/vectors/1/99", "24", CATEGORY_VECTORS, "vectors[1][99]"},
	{"x86_64-a2-msi_single", "2/devs/E/command", "\"0x107\"", CATEGORY_DEVS, "devs.E.command"},
	{"x86_64-a2-msi_single", "2/devs/E/msi/data", "\"0x23\"", CATEGORY_DEVS, "devs.E.msi.data"},
	{"x86_64-a2-msi_single", "4/delivered/0/1", "0", CATEGORY_DELIVERIES, "delivered[0]"},
	{"x86_64-a2-msi_single", "4/delivered/0", "-", CATEGORY_DELIVERIES, "delivered[0]"},
	{"x86_64-b1-basic_msix", "1/irt/present", "[[0,1]]", CATEGORY_IRT, "irt.present"},
	{"x86_64-b1-basic_msix", "1/irt/allocated", "[[0,22]]", CATEGORY_IRT, "irt.allocated"},
	{"x86_64-b1-basic_msix", "1/writes/1/irte", "[\"0xef0009\",\"0x40029\"]", CATEGORY_WRITES,
	 "writes[1]"},
	{"x86_64-b1-basic_msix", "1/writes/1/desc", "[\"0x1300000004\",\"0x0\"]", CATEGORY_WRITES,
	 "writes[1]"},
	{"x86_64-b1-basic_msix", "1/irqs/0/ir/table", "[\"0x0\",\"0x0\"]", CATEGORY_IRQS,
	 "irqs[25].ir.table"},
	{"x86_64-b1-basic_msix", "1/devs/P/msix/entries/0", "[\"0x0\",\"0x0\",\"0x0\",\"0x0\"]",
	 CATEGORY_DEVS, "devs.P.msix.entries[0]"},
	{"x86_64-d4-basic_msix", "1/writes/1/changed/0", "[\"0x0\",\"0xef\"]", CATEGORY_WRITES,
	 "writes[1]"},
	{"x86_64-d4-basic_msix", "1/writes/1/devid", "41", CATEGORY_WRITES, "writes[1]"},
	{"x86_64-d4-basic_msix", "1/irqs/0/ir/index", "1", CATEGORY_IRQS, "irqs[25].ir.index"},
	{"x86_64-a2-ims_table", "2/map/irq", "25", CATEGORY_RETURNS, "map.irq"},
	{"x86_64-a2-ims_table", "2/writes/0/cookie", "\"0x12\"", CATEGORY_WRITES, "writes[0]"},
	{"x86_64-a2-ims_table", "2/irqs/0/slot", "[\"0x0\",\"0x0\",\"0x0\",\"0x0\"]", CATEGORY_IRQS,
	 "irqs[24].slot"},
	{"x86_64-a2-ims_table", "30/failed", "[]", CATEGORY_RETURNS, "failed"},
	{"x86_64-a2-ims_table", "30/last_error", "-22", CATEGORY_RETURNS, "last_error"},
	{"arm64-std-msi_single", "0/start/its_boot_commands/4/icid", "3", CATEGORY_START,
	 "its_boot_commands[4]"},
	{"arm64-std-msi_single", "0/start/its_write_offset", "\"0x220\"", CATEGORY_START,
	 "its_write_offset"},
	{"arm64-std-msi_single", "0/start/lpis_per_cpu/1", "1", CATEGORY_START, "lpis_per_cpu[1]"},
	{"arm64-std-msi_single", "0/domains/:intc@8000000-1/flags", "\"0x1\"", CATEGORY_START,
	 "domains[:intc@8000000-1].flags"},
	{"arm64-std-msi_single", "1/counts/msi", "2", CATEGORY_RETURNS, "counts.msi"},
	{"arm64-std-msi_single", "3/table/entries/0/icid", "1", CATEGORY_RETURNS,
	 "table.entries[0].icid"},
	{"arm64-std-msi_single", "7/edu_status", "\"0x0\"", CATEGORY_RETURNS, "edu_status"},
	{"arm64-std-msi_single", "2/writes/0/itt_bits", "2", CATEGORY_WRITES, "writes[0]"},
	{"arm64-std-msi_single", "2/writes/1/raw/1", "\"0x200000000001\"", CATEGORY_WRITES,
	 "writes[1]"},
	{"arm64-std-msi_single", "2/writes/2", "-", CATEGORY_WRITES, "writes[2]"},
	{"arm64-std-msi_single", "2/irqs/0/hwirqs", "[0,8193,8192]", CATEGORY_IRQS,
	 "irqs[18].hwirqs"},
	{"arm64-std-msi_single", "6/irqs/0/lpi_cfg", "\"0xc2\"", CATEGORY_IRQS, "irqs[18].lpi_cfg"},
	{"arm64-std-msi_single", "2/irqs/0/lpi_pending", "[1]", CATEGORY_IRQS,
	 "irqs[18].lpi_pending"},
	{"arm64-std-msi_single", "7/irqs/0/hits", "2", CATEGORY_IRQS, "irqs[18].hits"},
	{"arm64-std-msi_single", "7/irqs/0/hit_cpus", "[1]", CATEGORY_IRQS, "irqs[18].hit_cpus"},
	{"arm64-std-msi_single", "2/devs/EDU/msi/addr_lo", "\"0x8090000\"", CATEGORY_DEVS,
	 "devs.EDU.msi.addr_lo"},
	{"arm64-smmu-msi_single", "2/irqs/0/msi_iova", "\"0xffffe000\"", CATEGORY_IRQS,
	 "irqs[24].msi_iova"},
	{"arm64-pmsi-pmsi", "9/msg_writes/0/index", "1", CATEGORY_RETURNS, "msg_writes"},
	{"arm64-v2m-msi_single", "2/irqs/0/msg", "[\"0x8020040\",\"0x0\",\"0x51\"]", CATEGORY_IRQS,
	 "irqs[18].msg"},
};

static void check_row(const struct row *row)
{
	json_t *lines = recording_lines(row->recording);
	struct replay_result result;

	json_patch(lines, row->path, row->text);
	replay_lines(lines, true, &result);
	if (wrong_values(&result) != 1 || result.comparison.nr_differences != 1)
		fail_msg("%s %s: %s, %u values differ", row->recording, row->path,
			 replay_verdict_name(result.verdict), (unsigned)wrong_values(&result));
	assert_string_equal(result.comparison.differences[0].path, row->difference);
	assert_int_equal(result.comparison.differences[0].category, row->category);
	assert_int_equal(result.comparison.differences[0].n, strtoul(row->path, NULL, 10));
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	replay_result_free(&result);

	/* Strictly, it stays wrong until it is recorded again; nothing else ever is. */
	replay_lines(lines, false, &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	for (unsigned i = 0; i < result.comparison.nr_differences; i++) {
		const char *path = result.comparison.differences[i].path;

		if (strncmp(path, row->difference, strcspn(path, ".")))
			fail_msg("%s %s: also %s", row->recording, row->path, path);
	}
	replay_result_free(&result);
	json_decref(lines);
}

static void one_in_each_category(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

/* An irq that is gone and isn't, one that isn't and is, and a line that keeps still. */
static void what_is_not_recorded(void **state)
{
	json_t *lines = recording_lines("x86_64-a2-msi_single");
	struct replay_result result;

	(void)state;
	json_patch(lines, "2/irqs", "-");
	replay_lines(lines, true, &result);
	assert_int_equal(result.verdict, REPLAY_EXACT);
	replay_result_free(&result);
	replay_lines(lines, false, &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	assert_string_equal(result.comparison.differences[0].path, "irqs[24]");
	assert_null(result.comparison.differences[0].expected);
	replay_result_free(&result);
	json_decref(lines);

	lines = recording_lines("x86_64-a2-msi_single");
	json_patch(lines, "3/gone", "[24]");
	json_patch(lines, "3/irqs", "[]");
	replay_lines(lines, true, &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	assert_string_equal(result.comparison.differences[0].path, "irqs[24]");
	replay_result_free(&result);
	json_decref(lines);

	lines = recording_lines("x86_64-a2-msi_single");
	json_patch(lines, "2/writes", "-");
	replay_lines(lines, true, &result);
	assert_int_equal(result.verdict, REPLAY_EXACT);
	replay_result_free(&result);
	replay_lines(lines, false, &result);
	assert_int_equal(wrong_values(&result), 7);
	replay_result_free(&result);
	json_decref(lines);
}

/* The order of internal events is compared on demand, and each is one value. */
static void internal_events(void **state)
{
	const struct replay_options options = {.trace = true, .max_differences = 10};
	json_t *lines = recording_lines("x86_64-c4-basic_msix");
	struct replay_result result;
	struct temporary file;

	(void)state;
	temporary_write_lines(&file, lines);
	replay_file(file.path, &options, &result);
	assert_int_equal(result.verdict, REPLAY_EXACT);
	assert_true(result.comparison.recorded[CATEGORY_TRACE].compared > 100);
	/* But for marks that race with a handler. */
	assert_int_equal(json_object_size(result.not_compared), 1);
	assert_non_null(json_object_get(result.not_compared, "trace: after_call"));
	replay_result_free(&result);
	temporary_remove(&file);

	json_patch(lines, "1/trace/4/e", "\"vector_free\"");
	temporary_write_lines(&file, lines);
	replay_file(file.path, &options, &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	assert_int_equal(result.comparison.nr_differences, 1);
	assert_string_equal(result.comparison.differences[0].path, "trace.task[4]");
	replay_result_free(&result);
	temporary_remove(&file);
	json_decref(lines);
}

/* ---- and many more, by rule ---- */

#define SAMPLES 40u

struct places {
	char path[20000][100];
	unsigned nr;
};

static bool is_recorded(const char *key)
{
	static const char words[] = " ret first_irq counts map done handled ok failed last_error "
				    "writes irqs matrix vectors irt devs delivered ";
	char word[80];

	snprintf(word, sizeof(word), " %s ", key);
	return strstr(words, word);
}

static bool is_left_alone(const char *key)
{
	/* Names of things, what stands for several values, and what each boot has anew. */
	return !strncmp(key, "var_", 4) || !strcmp(key, "irq") || !strcmp(key, "entries") ||
	       !strcmp(key, "like") || strchr(key, '-');
}

static void collect(struct places *places, const char *path, const json_t *value, bool in_list)
{
	char below[100];
	const char *key;
	size_t index;
	json_t *member;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)value, key, member)
		{
			if (is_left_alone(key) && !json_is_object(member))
				continue;
			snprintf(below, sizeof(below), "%s/%s", path, key);
			collect(places, below, member,
				!strcmp(key, "writes") || !strcmp(key, "irqs"));
		}
	} else if (json_is_array(value) && in_list) {
		json_array_foreach((json_t *)value, index, member)
		{
			snprintf(below, sizeof(below), "%s/%zu", path, index);
			if (!json_object_get(member, "run") && !json_object_get(member, "entries"))
				collect(places, below, member, false);
		}
	} else if (!json_is_null(value) && places->nr < 20000) {
		strcpy(places->path[places->nr++], path);
	}
}

static void collect_line(struct places *places, unsigned number, const json_t *line)
{
	char path[100];
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)line, key, member)
	{
		if (!is_recorded(key) || !strcmp(key, "delivered"))
			continue;
		snprintf(path, sizeof(path), "%u/%s", number, key);
		collect(places, path, member, !strcmp(key, "writes") || !strcmp(key, "irqs"));
	}
}

/* Another value of the same type. */
static char *another(const json_t *value)
{
	char *text = malloc(4096), *old;
	size_t length;

	assert_non_null(text);
	old = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	length = strlen(old);
	if (json_is_integer(value))
		snprintf(text, 4096, "%lld", (long long)json_integer_value(value) + 1);
	else if (json_is_string(value) && !strncmp(old, "\"0x", 3))
		snprintf(text, 4096, "%.*s%c\"", (int)length - 2, old,
			 old[length - 2] == '0' ? '1' : '0');
	else if (json_is_string(value))
		snprintf(text, 4096, "%.*sx\"", (int)length - 1, old);
	else if (length > 2)
		snprintf(text, 4096, "%.*s,77]", (int)length - 1, old);
	else
		strcpy(text, "[77]");
	free(old);
	return text;
}

static void check_place(json_t *lines, const char *path)
{
	json_t *parent, *old;
	const char *last;
	struct replay_result result;
	char *text;

	old = json_deep_copy(json_path(lines, path, &parent, &last));
	text = another(old);
	json_patch(lines, path, text);
	replay_lines(lines, true, &result);
	if (wrong_values(&result) != 1)
		fail_msg("%s = %s: %u values differ", path, text, (unsigned)wrong_values(&result));
	assert_int_equal(result.comparison.differences[0].n, strtoul(path, NULL, 10));
	replay_result_free(&result);
	free(text);
	text = json_dumps(old, JSON_ENCODE_ANY);
	json_patch(lines, path, text);
	free(text);
	json_decref(old);
}

static void every_recorded_value_is_compared(void **state)
{
	static const char *const recordings[] = {
		"x86_64-a2-msi_single",	  "x86_64-a4-hotplug_pending", "x86_64-b1-basic_msix",
		"x86_64-c4-msi_maskbit",  "x86_64-d4-basic_msix",      "x86_64-b4-ims_table",
		"arm64-std-mask_pending", "arm64-v2m-msix_dyn",	       "arm64-smmu-affinity",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(recordings) / sizeof(recordings[0]); i++) {
		json_t *lines = recording_lines(recordings[i]);
		struct places *places = calloc(1, sizeof(*places));
		unsigned stride;

		assert_non_null(places);
		for (unsigned n = 1; n < json_array_size(lines); n++)
			collect_line(places, n, json_array_get(lines, n));
		assert_true(places->nr > SAMPLES);
		stride = places->nr / SAMPLES;
		for (unsigned k = (unsigned)i; k < places->nr; k += stride)
			check_place(lines, places->path[k]);
		free(places);
		json_decref(lines);
	}
}

/* ---- no recorded result reaches the machine ---- */

static void strip_results(json_t *lines)
{
	for (size_t i = 1; i < json_array_size(lines); i++) {
		json_t *line = json_array_get(lines, i);
		const char *op = json_string_value(json_object_get(line, "op"));
		json_t *bare = verb_arguments(verb_by_name(op), line);

		json_object_set(bare, "op", json_object_get(line, "op"));
		json_object_set(bare, "n", json_object_get(line, "n"));
		json_array_set_new(lines, i, bare);
	}
}

static void the_machine_is_the_same_without_results(void **state)
{
	static const char *const recordings[] = {
		"x86_64-a4-hotplug_plain", "x86_64-a4-errors",
		"x86_64-b4-managed",	   "x86_64-c4-ims_queue",
		"x86_64-d4-msix_dyn",	   "x86_64-b4-msix_intx_switch",
		"x86_64-n8numa-numa_any",  "x86_64-b2-hotplug_exhaust",
		"arm64-std-remove",	   "arm64-v2m-msix_dyn",
		"arm64-pmsi-pmsi",	   "arm64-smp2-cpus",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(recordings) / sizeof(recordings[0]); i++) {
		json_t *lines = recording_lines(recordings[i]);
		struct replay_result with, without;

		replay_lines(lines, true, &with);
		strip_results(lines);
		replay_lines(lines, true, &without);
		assert_int_equal(without.verdict, REPLAY_EXACT);
		assert_int_equal(with.operations, without.operations);
		if (!fingerprint_equal(with.fingerprint, without.fingerprint))
			fail_msg("%s", recordings[i]);
		replay_result_free(&with);
		replay_result_free(&without);
		json_decref(lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_in_each_category),
		cmocka_unit_test(what_is_not_recorded),
		cmocka_unit_test(internal_events),
		cmocka_unit_test(every_recorded_value_is_compared),
		cmocka_unit_test(the_machine_is_the_same_without_results),
	};

	return cmocka_run_group_tests_name("replay: mutations", tests, NULL, NULL);
}
