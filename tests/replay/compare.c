/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/compare.h"

struct row {
	const char *expected, *actual, *recorded; /* NULL: none */
	bool strict;
	unsigned matched, compared; /* recorded values */
	unsigned unchanged, unchanged_compared;
	const char *first; /* path of the first difference, or NULL */
};

static json_t *parse(const char *text)
{
	return text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
}

static void check(const struct row *row)
{
	struct comparison cmp = {.strict = row->strict, .keep = 10};
	json_t *expected = parse(row->expected), *actual = parse(row->actual);
	json_t *recorded = parse(row->recorded);

	compare_state(&cmp, CATEGORY_IRQS, "x", expected, actual, recorded);
	assert_int_equal(cmp.recorded[CATEGORY_IRQS].matched, row->matched);
	assert_int_equal(cmp.recorded[CATEGORY_IRQS].compared, row->compared);
	assert_int_equal(cmp.unchanged[CATEGORY_IRQS].matched, row->unchanged);
	assert_int_equal(cmp.unchanged[CATEGORY_IRQS].compared, row->unchanged_compared);
	assert_int_equal(cmp.nr_differences > 0, row->first != NULL);
	if (row->first)
		assert_string_equal(cmp.differences[0].path, row->first);
	comparison_free(&cmp);
	json_decref(expected);
	json_decref(actual);
	json_decref(recorded);
}

static void states(void **state)
{
	static const struct row rows[] = {
		/* only what is recorded counts as recorded */
		{"{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}", "{\"a\":1}", true, 1, 1, 1, 1, NULL},
		{"{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", "{\"a\":1}", true, 1, 1, 0, 1, "x.b"},
		{"{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", "{\"a\":1}", false, 1, 1, 0, 0, NULL},
		{"{\"a\":1}", "{\"a\":2}", "{\"a\":1}", false, 0, 1, 0, 0, "x.a"},
		/* missing, and too many */
		{"{\"a\":1}", "{}", "{\"a\":1}", true, 0, 1, 0, 0, "x.a"},
		{"{\"a\":1}", "{\"a\":1,\"b\":1}", "{\"a\":1}", true, 1, 1, 0, 1, "x.b"},
		{"{\"a\":1}", "{\"a\":1,\"b\":1}", "{\"a\":1}", false, 1, 1, 0, 0, NULL},
		/* what ceased to exist */
		{"{}", "{}", "{\"a\":null}", true, 1, 1, 0, 0, NULL},
		{"{}", "{\"a\":1}", "{\"a\":null}", true, 0, 1, 0, 0, "x.a"},
		{NULL, NULL, "null", true, 1, 1, 0, 0, NULL},
		{NULL, "{\"a\":1}", "null", true, 0, 1, 0, 0, "x"},
		/* a list is one value, and so is its type */
		{"{\"a\":[1,2]}", "{\"a\":[1,2]}", "{\"a\":[1,2]}", true, 1, 1, 0, 0, NULL},
		{"{\"a\":[1,2]}", "{\"a\":[1]}", "{\"a\":[1,2]}", true, 0, 1, 0, 0, "x.a"},
		{"{\"a\":\"1\"}", "{\"a\":1}", "{\"a\":\"1\"}", true, 0, 1, 0, 0, "x.a"},
		/* deeper; numbers are indexes */
		{"{\"a\":{\"7\":{\"b\":1,\"c\":2}}}", "{\"a\":{\"7\":{\"b\":1,\"c\":9}}}",
		 "{\"a\":{\"7\":{\"c\":2}}}", true, 0, 1, 1, 1, "x.a[7].c"},
		/* an object that is missing counts with all its values */
		{"{\"a\":{\"b\":1,\"c\":2}}", "{}", "{\"a\":{\"b\":1,\"c\":2}}", true, 0, 2, 0, 0,
		 "x.a"},
		{"{\"a\":{\"b\":1}}", "{\"a\":7}", NULL, true, 0, 0, 0, 1, "x.a"},
		/* no values: nothing to compare */
		{"{\"a\":{}}", "{}", NULL, true, 0, 0, 0, 0, NULL},
		{"{}", "{\"a\":{}}", NULL, true, 0, 0, 0, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

static void sequences(void **state)
{
	static const struct {
		const char *expected, *actual;
		unsigned matched, compared;
		const char *first;
	} rows[] = {
		{"[]", "[]", 0, 0, NULL},	  {"[1,2]", "[1,2]", 2, 2, NULL},
		{"[1,2]", "[2,1]", 0, 2, "w[0]"}, {"[1,2]", "[1]", 1, 2, "w[1]"},
		{"[]", "[1]", 0, 1, "w[0]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct comparison cmp = {.strict = true, .keep = 3};
		json_t *expected = parse(rows[i].expected), *actual = parse(rows[i].actual);

		compare_sequence(&cmp, CATEGORY_WRITES, "w", expected, actual);
		assert_int_equal(cmp.recorded[CATEGORY_WRITES].matched, rows[i].matched);
		assert_int_equal(cmp.recorded[CATEGORY_WRITES].compared, rows[i].compared);
		if (rows[i].first)
			assert_string_equal(cmp.differences[0].path, rows[i].first);
		else
			assert_int_equal(cmp.nr_differences, 0);
		comparison_free(&cmp);
		json_decref(expected);
		json_decref(actual);
	}
}

static void what_cannot_be_compared_counts_against(void **state)
{
	struct comparison cmp = {.strict = true, .keep = 3, .n = 4, .op = "net_up"};
	json_t *value = parse("{\"a\":1,\"b\":2}");

	(void)state;
	compare_impossible(&cmp, CATEGORY_RETURNS, "table", value);
	assert_int_equal(cmp.recorded[CATEGORY_RETURNS].matched, 0);
	assert_int_equal(cmp.recorded[CATEGORY_RETURNS].compared, 2);
	assert_string_equal(cmp.differences[0].path, "table");
	assert_string_equal(cmp.differences[0].op, "net_up");
	assert_int_equal(cmp.differences[0].n, 4);
	comparison_free(&cmp);
	json_decref(value);
}

static void categories_and_limits(void **state)
{
	struct comparison cmp = {.keep = 1, .categories = 1u << CATEGORY_WRITES};
	json_t *one = json_integer(1), *two = json_integer(2);

	(void)state;
	compare_value(&cmp, CATEGORY_RETURNS, "ret", one, two);
	assert_int_equal(cmp.recorded[CATEGORY_RETURNS].compared, 0);
	compare_value(&cmp, CATEGORY_WRITES, "w", one, two);
	compare_value(&cmp, CATEGORY_WRITES, "v", one, NULL);
	assert_int_equal(cmp.recorded[CATEGORY_WRITES].compared, 2);
	assert_int_equal(cmp.nr_differences, 1);
	comparison_free(&cmp);
	for (int i = 0; i < NR_CATEGORIES; i++)
		assert_int_equal(category_by_name(category_name((enum category)i)), i);
	assert_int_equal(category_by_name("nothing"), -1);
	json_decref(one);
	json_decref(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),
		cmocka_unit_test(sequences),
		cmocka_unit_test(what_cannot_be_compared_counts_against),
		cmocka_unit_test(categories_and_limits),
	};

	return cmocka_run_group_tests_name("replay: comparison", tests, NULL, NULL);
}
