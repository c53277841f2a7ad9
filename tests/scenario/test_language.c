/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario_test.h"

#include <unistd.h>

/* Parsing and checking: recovery, limits, includes, titles and tags. */

static void test_title_and_tags(void **state)
{
	struct scenario *s = parse_text("scenario \"a title\"\ntags one two\n");

	(void)state;
	assert_string_equal(scenario_title(s), "a title");
	assert_true(scenario_has_tag(s, "two"));
	assert_false(scenario_has_tag(s, "three"));
	assert_int_equal(scenario_diagnostics(s), 0);
	scenario_close(s);
	s = parse_text("tags one\n");
	assert_string_equal(scenario_title(s), "test.irq");
	scenario_close(s);
}

/* One error a line, and on with the next. */
static void test_recovery(void **state)
{
	struct scenario *s = parse_text(MACHINE "enabel nic msix 0\n"
						"request q[0] wrong wronger\n"
						"tick 1\n"
						"tick one\n");
	static const char *const ids[] = {"unknown-verb", "unknown-word", "unknown-word"};
	struct scenario_diagnostic d;

	(void)state;
	assert_int_equal(scenario_diagnostics(s), 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(scenario_diagnostic(s, i, &d));
		assert_string_equal(d.id, ids[i]);
		assert_int_equal(d.place.line, MACHINE_LINES + 1 + i + (i == 2));
	}
	assert_false(scenario_diagnostic(s, 3, &d));
	assert_int_equal(scenario_check(s), SCENARIO_INVALID);
	scenario_close(s);
}

static void test_columns(void **state)
{
	struct scenario *s = parse_text(MACHINE "enable nic msix 0..3 managd as q\n");
	struct scenario_diagnostic d;

	(void)state;
	assert_true(scenario_diagnostic(s, 0, &d));
	assert_string_equal(d.id, "unknown-word");
	assert_string_equal(d.message, "'enable' does not take 'managd'; did you mean 'managed'?");
	assert_int_equal(d.place.first, 22);
	assert_int_equal(d.place.last, 27);
	scenario_close(s);
}

/* A body is not blamed for the head of its block. */
static void test_broken_block_head(void **state)
{
	struct scenario *s = parse_text("topolgy\n cpus 2\n domain vec x86-vector\nend\n");

	(void)state;
	assert_int_equal(scenario_diagnostics(s), 1);
	assert_string_equal(diag_id_of(s, 0), "unknown-verb");
	scenario_close(s);
}

static void test_forgotten_end(void **state)
{
	struct scenario *s =
		parse_text("topology\n cpus 2\nenable nic msix 0\nraise nic.msix[0]\n");
	struct scenario_diagnostic d;

	(void)state;
	assert_int_equal(scenario_diagnostics(s), 1);
	assert_true(scenario_diagnostic(s, 0, &d));
	assert_string_equal(d.id, "missing-end");
	assert_int_equal(d.place.line, 1);
	scenario_close(s);
}

static void test_twenty_errors(void **state)
{
	char text[1024] = "";
	struct scenario *s;

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		strcat(text, "bogus\n");
	s = parse_text(text);
	assert_int_equal(scenario_diagnostics(s), 21);
	assert_string_equal(diag_id_of(s, 19), "unknown-verb");
	assert_string_equal(diag_id_of(s, 20), "too-many-errors");
	scenario_close(s);
}

static void expect_limit(const char *text, const struct scenario_limits *limits, const char *id)
{
	struct scenario *s = scenario_parse("test.irq", text, strlen(text), limits);

	assert_non_null(s);
	scenario_check(s);
	assert_string_equal(diag_id_of(s, 0), id);
	scenario_close(s);
	s = scenario_parse("test.irq", text, strlen(text), NULL); /* the defaults permit it */
	assert_non_null(s);
	assert_int_equal(scenario_check(s), SCENARIO_PASSED);
	scenario_close(s);
}

static void test_limits(void **state)
{
	(void)state;
	expect_limit("tags a\ntags b\n" MACHINE "tick\n",
		     &(struct scenario_limits){.file_bytes = 13}, "file-too-large");
	expect_limit("tags abcdefgh\n" MACHINE "tick\n",
		     &(struct scenario_limits){.line_bytes = 12}, "line-too-long");
	expect_limit(MACHINE "repeat 1\nrepeat 1\ntick\nend\nend\n",
		     &(struct scenario_limits){.nesting = 1}, "nesting-too-deep");
	expect_limit("tags a\ntags b\n" MACHINE "tick\n",
		     &(struct scenario_limits){.statements = 1}, "too-many-statements");
	expect_limit("for each a in 1 2\nfor each b in 1 2\n" MACHINE "tick\n",
		     &(struct scenario_limits){.combinations = 3}, "too-many-combinations");
	expect_limit("for each a in 1 2\nfor each b in 1 2\n" MACHINE "tick\n",
		     &(struct scenario_limits){.work = 4}, "too-much-work");
}

/* Deep nesting of anything ends in a diagnostic, not in the end of the stack. */
static void test_deep(void **state)
{
	static const char *const openings[] = {"(", "{", "~", "{a=", "x["};

	(void)state;
	for (unsigned i = 0; i < sizeof(openings) / sizeof(*openings); i++) {
		char text[4096] = "tick ";
		struct scenario *s;

		while (strlen(text) < 4000)
			strcat(text, openings[i]);
		s = parse_text(text);
		assert_string_equal(diag_id_of(s, 0), "nesting-too-deep");
		scenario_close(s);
	}
}

static char *temporary(const char *name, const char *text)
{
	static char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "irqlab-%d-%s", (int)getpid(), name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return strdup(path);
}

static void test_include(void **state)
{
	char *inner = temporary("inner.irq", MACHINE);
	char text[128], *outer;
	struct scenario *s;

	(void)state;
	snprintf(text, sizeof(text), "include \"%s\"\nenable nic msix 0 as q\n", inner);
	outer = temporary("outer.irq", text);
	s = scenario_open(outer, NULL);
	assert_non_null(s);
	assert_int_equal(scenario_run(s, NULL, NULL), SCENARIO_PASSED);
	scenario_close(s);
	unlink(inner);
	unlink(outer);
	free(inner);
	free(outer);
}

static void test_include_cycle(void **state)
{
	char text[128], *path;
	struct scenario *s;

	(void)state;
	snprintf(text, sizeof(text), "include \"irqlab-%d-self.irq\"\n", (int)getpid());
	path = temporary("self.irq", text);
	s = scenario_open(path, NULL);
	assert_non_null(s);
	assert_string_equal(diag_id_of(s, 0), "include-cycle");
	scenario_close(s);
	unlink(path);
	free(path);
}

static void test_missing_file(void **state)
{
	struct scenario *s = scenario_open("no-such-file.irq", NULL);

	(void)state;
	assert_non_null(s);
	assert_string_equal(diag_id_of(s, 0), "cannot-open");
	assert_int_equal(scenario_check(s), SCENARIO_BROKEN);
	assert_int_equal(scenario_run(s, NULL, NULL), SCENARIO_BROKEN);
	scenario_close(s);
}

/* Verbs are no reserved words. */
static void test_contextual_names(void **state)
{
	(void)state;
	assert_int_equal(run_text("topology\n"
				  " domain domain x86-vector\n"
				  " device raise pci 00:03.0 msix=4\n"
				  "end\n"
				  "enable raise msix 0 as expect\n"
				  "request expect\n"
				  "raise raise.msix[0]\n"
				  "expect deliver expect\n",
				  ""),
			 SCENARIO_PASSED);
}

static void test_crlf(void **state)
{
	(void)state;
	assert_int_equal(run_text("topology\r\n domain v x86-vector\r\n device n pci 00:03.0 "
				  "msix=4\r\nend\r\nenable n msix 0 as q # comment\r\n",
				  ""),
			 SCENARIO_PASSED);
}

static void test_status_order(void **state)
{
	(void)state;
	assert_int_equal(scenario_status_worse(SCENARIO_PASSED, SCENARIO_SKIPPED),
			 SCENARIO_SKIPPED);
	assert_int_equal(scenario_status_worse(SCENARIO_FAILED, SCENARIO_EXHAUSTED),
			 SCENARIO_FAILED);
	assert_int_equal(scenario_status_worse(SCENARIO_INVALID, SCENARIO_FAILED),
			 SCENARIO_INVALID);
	assert_int_equal(scenario_status_worse(SCENARIO_BROKEN, SCENARIO_INVALID), SCENARIO_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_title_and_tags), cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_columns),	       cmocka_unit_test(test_broken_block_head),
		cmocka_unit_test(test_forgotten_end),  cmocka_unit_test(test_twenty_errors),
		cmocka_unit_test(test_limits),	       cmocka_unit_test(test_deep),
		cmocka_unit_test(test_include),	       cmocka_unit_test(test_include_cycle),
		cmocka_unit_test(test_missing_file),   cmocka_unit_test(test_contextual_names),
		cmocka_unit_test(test_crlf),	       cmocka_unit_test(test_status_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
