/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/expected.h"
#include "replay/json_tools.h"

static json_t *parse(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

	if (!value)
		fail_msg("%s: %s", text, error.text);
	return value;
}

static void assert_json(const json_t *actual, const char *expected)
{
	json_t *value = parse(expected);

	if (!json_equal(actual, value)) {
		char *text = json_dumps(actual, JSON_ENCODE_ANY | JSON_COMPACT);

		fail_msg("%s instead of %s", text, expected);
	}
	json_decref(value);
}

/* ---- merging ---- */

static void merging(void **state)
{
	static const struct {
		const char *into, *from, *result;
	} rows[] = {
		{"{}", "{\"a\":1}", "{\"a\":1}"},
		{"{\"a\":1}", "{\"b\":2}", "{\"a\":1,\"b\":2}"},
		{"{\"a\":1}", "{\"a\":\"0x1\"}", "{\"a\":\"0x1\"}"},
		{"{\"a\":1,\"b\":2}", "{\"a\":null}", "{\"b\":2}"},
		{"{}", "{\"a\":null}", "{}"},
		{"{\"a\":[1,2,3]}", "{\"a\":[4]}", "{\"a\":[4]}"},
		{"{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"c\":3}}", "{\"a\":{\"b\":1,\"c\":3}}"},
		{"{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"c\":null}}", "{\"a\":{\"b\":1}}"},
		{"{\"a\":1}", "{\"a\":{\"b\":2}}", "{\"a\":{\"b\":2}}"},
		{"{\"a\":{\"b\":2}}", "{\"a\":7}", "{\"a\":7}"},
		{"{}", "{\"a\":{\"b\":null,\"c\":1}}", "{\"a\":{\"c\":1}}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *into = parse(rows[i].into), *from = parse(rows[i].from);

		json_merge(into, from);
		assert_json(into, rows[i].result);
		assert_json(from, rows[i].from);
		json_decref(into);
		json_decref(from);
	}
}

static void merge_line(struct expected *expected, const char *line, const char *message)
{
	struct failure failure = {.file = "f", .line = 3};
	json_t *value = parse(line);
	int ret = expected_merge(expected, value, &failure);

	if (message) {
		assert_int_equal(ret, -1);
		assert_string_equal(failure.text, message);
	} else {
		assert_int_equal(ret, 0);
	}
	json_decref(value);
}

static void irqs_like_others(void **state)
{
	struct expected expected;

	(void)state;
	expected_init(&expected);
	merge_line(&expected,
		   "{\"irqs\":[{\"irq\":24,\"depth\":1,\"vec\":{\"vector\":0,\"cpu\":0}},"
		   "{\"irq\":25,\"like\":24,\"vec\":{\"cpu\":1}}]}",
		   NULL);
	assert_json(expected.part[STATE_IRQS],
		    "{\"24\":{\"irq\":24,\"depth\":1,\"vec\":{\"vector\":0,\"cpu\":0}},"
		    "\"25\":{\"irq\":25,\"depth\":1,\"vec\":{\"vector\":0,\"cpu\":1}}}");
	/* All of one that is like another counts as recorded. */
	assert_json(expected.recorded[STATE_IRQS],
		    "{\"24\":{\"irq\":24,\"depth\":1,\"vec\":{\"vector\":0,\"cpu\":0}},"
		    "\"25\":{\"irq\":25,\"depth\":1,\"vec\":{\"vector\":0,\"cpu\":1}}}");

	/* It starts from the other's new state, not from its own old one. */
	merge_line(&expected,
		   "{\"irqs\":[{\"irq\":24,\"depth\":0},{\"irq\":25,\"like\":24,\"hint\":{}}]}",
		   NULL);
	assert_json(json_at(expected.part[STATE_IRQS], 25),
		    "{\"irq\":25,\"depth\":0,\"vec\":{\"vector\":0,\"cpu\":0},\"hint\":{}}");
	assert_json(json_at(expected.recorded[STATE_IRQS], 24), "{\"irq\":24,\"depth\":0}");

	merge_line(&expected, "{\"irqs\":[{\"irq\":24,\"vec\":null}],\"gone\":[25]}", NULL);
	assert_json(expected.part[STATE_IRQS], "{\"24\":{\"irq\":24,\"depth\":0}}");
	assert_json(expected.recorded[STATE_IRQS],
		    "{\"25\":null,\"24\":{\"irq\":24,\"vec\":null}}");

	/* Freed and used again: nothing of the old one is left. */
	merge_line(&expected, "{\"gone\":[24],\"irqs\":[{\"irq\":24,\"action\":\"\"}]}", NULL);
	assert_json(expected.part[STATE_IRQS], "{\"24\":{\"irq\":24,\"action\":\"\"}}");
	merge_line(&expected, "{\"n\":1}", NULL);
	assert_null(expected.recorded[STATE_IRQS]);
	expected_free(&expected);
}

static void malformed_lines(void **state)
{
	static const struct {
		const char *line, *message;
	} rows[] = {
		{"{\"irqs\":7}", "f:3: irqs or gone is not a list"},
		{"{\"gone\":{}}", "f:3: irqs or gone is not a list"},
		{"{\"gone\":[-1]}", "f:3: gone[0] is no irq number"},
		{"{\"gone\":[24,16777216]}", "f:3: gone[1] is no irq number"},
		{"{\"irqs\":[{}]}", "f:3: an irq record without a number"},
		{"{\"irqs\":[7]}", "f:3: an irq record without a number"},
		{"{\"irqs\":[{\"irq\":-3}]}", "f:3: an irq record without a number"},
		{"{\"irqs\":[{\"irq\":3},{\"irq\":3}]}", "f:3: irq 3 is recorded twice"},
		{"{\"irqs\":[{\"irq\":3,\"like\":2}]}",
		 "f:3: an irq is like one that is not recorded before it"},
		{"{\"irqs\":[{\"irq\":3,\"like\":\"x\"}]}",
		 "f:3: an irq is like one that is not recorded before it"},
		{"{\"matrix\":[]}", "f:3: matrix is not an object"},
		{"{\"vectors\":\"1\"}", "f:3: vectors is not an object"},
		{"{\"devs\":\"\"}", "f:3: devs is not an object"},
		{"{\"devs\":{\"P\":{\"msix\":{\"entries\":{\"9-1\":[]}}}}}",
		 "f:3: devs.P.msix.entries has a malformed key"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expected expected;

		expected_init(&expected);
		merge_line(&expected, rows[i].line, rows[i].message);
		expected_free(&expected);
	}
}

static void table_keys(void **state)
{
	static const struct {
		const char *object, *result; /* NULL: malformed */
	} rows[] = {
		{"{}", "{}"},
		{"{\"7\":1}", "{\"7\":1}"},
		{"{\"0-2\":[\"0x0\"],\"3\":[]}",
		 "{\"0\":[\"0x0\"],\"1\":[\"0x0\"],\"2\":[\"0x0\"],\"3\":[]}"},
		{"{\"5-5\":1}", "{\"5\":1}"},
		{"{\"99\":1}", "{\"99\":1}"},
		{"{\"100\":1}", NULL},
		{"{\"0-100\":1}", NULL},
		{"{\"3-1\":1}", NULL},
		{"{\"a\":1}", NULL},
		{"{\"\":1}", NULL},
		{"{\"-1\":1}", NULL},
		{"{\"1-\":1}", NULL},
		{"{\"01\":1}", NULL},
		{"{\"99999999999999999999\":1}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *object = parse(rows[i].object);

		assert_int_equal(json_expand_keys(object, 100), rows[i].result ? 0 : -1);
		if (rows[i].result)
			assert_json(object, rows[i].result);
		json_decref(object);
	}
}

/* ---- runs ---- */

static void runs(void **state)
{
	static const struct {
		const char *list, *result; /* NULL: malformed */
	} rows[] = {
		{"[]", "[]"},
		{"[{\"a\":1},{\"a\":2}]", "[{\"a\":1},{\"a\":2}]"},
		{"[{\"run\":3,\"of\":[{\"a\":5,\"b\":\"x\"}],\"step\":[{\"a\":2}]}]",
		 "[{\"a\":5,\"b\":\"x\"},{\"a\":7,\"b\":\"x\"},{\"a\":9,\"b\":\"x\"}]"},
		{"[{\"run\":2,\"of\":[{\"a\":0},{\"c\":9}],\"step\":[{\"a\":1},{\"c\":-1}]},{\"z\":1}]",
		 "[{\"a\":0},{\"c\":9},{\"a\":1},{\"c\":8},{\"z\":1}]"},
		{"[{\"run\":2,\"of\":[{\"a\":1}],\"step\":[{}]}]", "[{\"a\":1},{\"a\":1}]"},
		{"[{\"run\":10,\"of\":[{}],\"step\":[{}]}]", "[{},{},{},{},{},{},{},{},{},{}]"},
		{"[{\"run\":11,\"of\":[{}],\"step\":[{}]}]", NULL},
		{"[{\"run\":6,\"of\":[{},{}],\"step\":[{},{}]}]", NULL},
		{"[{\"run\":0,\"of\":[{}],\"step\":[{}]}]", NULL},
		{"[{\"run\":-1,\"of\":[{}],\"step\":[{}]}]", NULL},
		{"[{\"run\":2,\"of\":[],\"step\":[]}]", NULL},
		{"[{\"run\":2,\"of\":[{}],\"step\":[]}]", NULL},
		{"[{\"run\":2,\"of\":[{\"a\":\"x\"}],\"step\":[{\"a\":1}]}]", NULL},
		{"[{\"run\":2,\"of\":[{}],\"step\":[{\"a\":1}]}]", NULL},
		{"[{\"run\":2,\"of\":[7],\"step\":[{}]}]", NULL},
		{"[{\"run\":2,\"of\":[{\"a\":1}],\"step\":[{\"a\":99999999999}]}]", NULL},
		{"[7]", NULL},
		{"{}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct failure failure = {.file = "f"};
		json_t *list = parse(rows[i].list);
		json_t *out = json_expand_runs(list, 10, &failure);

		if (rows[i].result) {
			assert_json(out, rows[i].result);
		} else {
			assert_null(out);
			assert_string_equal(
				failure.text,
				"f: a list of writes or events is malformed or too long");
		}
		assert_json(list, rows[i].list);
		json_decref(out);
		json_decref(list);
	}
}

static void single_writes(void **state)
{
	struct failure failure = {.file = "f"};
	json_t *list = parse("[{\"kind\":\"msix\",\"entries\":[2,4],\"val\":\"0x1\"},"
			     "{\"kind\":\"msix\",\"entry\":1,\"val\":\"0x0\"}]");
	json_t *out = expected_writes(list, &failure);

	(void)state;
	assert_json(out, "[{\"kind\":\"msix\",\"entry\":2,\"val\":\"0x1\"},"
			 "{\"kind\":\"msix\",\"entry\":3,\"val\":\"0x1\"},"
			 "{\"kind\":\"msix\",\"entry\":4,\"val\":\"0x1\"},"
			 "{\"kind\":\"msix\",\"entry\":1,\"val\":\"0x0\"}]");
	json_decref(out);
	json_decref(list);

	list = parse("[{\"entries\":[4,2]}]");
	assert_null(expected_writes(list, &failure));
	assert_string_equal(failure.text, "f: writes[0].entries is malformed");
	json_decref(list);
	list = parse("[{\"entries\":[0,70000]}]");
	assert_null(expected_writes(list, &failure));
	json_decref(list);
	out = expected_writes(NULL, &failure);
	assert_json(out, "[]");
	json_decref(out);
}

/* ---- conventions ---- */

static void hex_words(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} rows[] = {
		{"\"0x0\"", true, 0},
		{"\"0xfee00000\"", true, 0xfee00000},
		{"\"0xffffffffffffffff\"", true, UINT64_MAX},
		{"\"0x10000000000000000\"", false, 0},
		{"\"0xF\"", false, 0},
		{"\"f\"", false, 0},
		{"\"0x\"", false, 0},
		{"\"0x1 \"", false, 0},
		{"16", false, 0},
		{"null", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *value = parse(rows[i].text);
		uint64_t out = 0;

		assert_int_equal(json_hex_value(value, &out), rows[i].good);
		assert_int_equal(out, rows[i].value);
		json_decref(value);
		if (!rows[i].good)
			continue;
		value = json_hex(out);
		assert_json(value, rows[i].text);
		json_decref(value);
	}
}

static void ranges_of_bits(void **state)
{
	const uint64_t bits[4] = {UINT64_C(1) << 63 | 7, 1, 0, UINT64_C(1) << 63};
	const uint64_t none[4] = {0};
	json_t *ranges = json_ranges(bits, 256);

	(void)state;
	assert_json(ranges, "[[0,2],[63,64],[255,255]]");
	json_decref(ranges);
	ranges = json_ranges(none, 256);
	assert_json(ranges, "[]");
	json_decref(ranges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging),
		cmocka_unit_test(irqs_like_others),
		cmocka_unit_test(malformed_lines),
		cmocka_unit_test(table_keys),
		cmocka_unit_test(runs),
		cmocka_unit_test(single_writes),
		cmocka_unit_test(hex_words),
		cmocka_unit_test(ranges_of_bits),
	};

	return cmocka_run_group_tests_name("replay: expected state", tests, NULL, NULL);
}
