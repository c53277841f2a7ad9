/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario_test.h"

/* The five formats of reports, and the three of diagnostics. */

static const char passing[] = "scenario \"good # one\"\n" MACHINE "tick\n";
static const char failing[] =
	"scenario \"bad <one>\"\n" MACHINE "enable nic msix 0 as q\nexpect none\n";
static const char skipped[] = "scenario \"elsewhere\"\nrequires gic-v4\n" MACHINE "tick\n";
static const char broken[] = "scenario \"typo\"\nbogus\n";
static const char matrix[] = "scenario \"kinds\"\nfor each kind in msix msi\n" MACHINE
			     "unsupported \"no \\\"MSI\\\" #1 <here>\" when kind=msi\n"
			     "enable nic msix 0..9 -> error ENOSPC\nend\n"
			     "enable nic msix 0 as q\nexpect state q index=0\n";

static char *report(const char *const *texts, unsigned nr, enum scenario_format format,
		    enum scenario_status *status)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);
	struct scenario_report *r = scenario_report_begin(f, format, false);

	assert_non_null(r);
	for (unsigned i = 0; i < nr; i++) {
		struct scenario *s = parse_text(texts[i]);

		scenario_report_run(r, s, NULL);
		scenario_close(s);
	}
	*status = scenario_report_end(r);
	fclose(f);
	return out;
}

static void expect_pieces(char *text, const char *const *pieces, unsigned nr)
{
	const char *at = text;

	for (unsigned i = 0; i < nr; i++) {
		at = strstr(at, pieces[i]);
		if (!at)
			fail_msg("no \"%s\" in its place in:\n%s", pieces[i], text);
		at += strlen(pieces[i]);
	}
	free(text);
}
#define EXPECT_PIECES(text, ...)                                                                   \
	do {                                                                                       \
		static const char *const pieces_[] = {__VA_ARGS__};                                \
		expect_pieces(text, pieces_, sizeof(pieces_) / sizeof(*pieces_));                  \
	} while (0)

static char *report_of_all(enum scenario_format format)
{
	static const char *const texts[] = {passing, failing, skipped, broken};
	enum scenario_status status;
	char *text = report(texts, 4, format, &status);

	assert_int_equal(status, SCENARIO_INVALID);
	return text;
}
#define EXPECT_REPORT(format, ...) EXPECT_PIECES(report_of_all(format), __VA_ARGS__)

static void test_formats(void **state)
{
	(void)state;
	EXPECT_REPORT(FORMAT_HUMAN, "passed", "good # one", "failed", "bad <one>",
		      "error:", "skipped", "invalid", "unknown verb",
		      "\n1 passed, 2 failed, 1 skipped\n");
	EXPECT_REPORT(FORMAT_TAP, "TAP version 14\n", "ok 1 - good \\# one\n",
		      "not ok 2 - bad <one>\n",
		      "# test.irq:", "ok 3 - elsewhere # SKIP this build has no 'gic-v4'\n",
		      "not ok 4 - typo\n# invalid\n", "1..4\n");
	EXPECT_REPORT(FORMAT_KTAP, "KTAP version 1\n", "ok 1 good \\# one\n",
		      "# test.irq:", "not ok 2 bad <one>\n",
		      "ok 3 elsewhere # SKIP this build has no 'gic-v4'\n",
		      "not ok 4 typo # invalid\n", "1..4\n");
	EXPECT_REPORT(FORMAT_JUNIT, "<?xml", "tests=\"4\" failures=\"2\" skipped=\"1\"",
		      "good # one\"></testcase>", "bad &lt;one&gt;", "<failure",
		      "<skipped message=\"this build has no 'gic-v4'\"/>", "<error",
		      "</testsuite>\n");
	EXPECT_REPORT(FORMAT_JSONL, "\"status\":\"passed\"", "\"status\":\"failed\"",
		      "\"id\":\"not-quiet\"", "\"status\":\"skipped\"", "\"status\":\"invalid\"",
		      "{\"type\":\"total\",\"passed\":1,\"failed\":2,\"skipped\":1}\n");
}

static char *report_of_matrix(enum scenario_format format)
{
	static const char *const texts[] = {matrix};
	enum scenario_status status;
	char *text = report(texts, 1, format, &status);

	assert_int_equal(status, SCENARIO_PASSED);
	return text;
}

/* What a machine cannot do is skipped, with the reason, in every format; the rest counts. */
static void test_unsupported(void **state)
{
	(void)state;
	EXPECT_PIECES(report_of_matrix(FORMAT_HUMAN), "passed", "[kind=msix]\n", "skipped",
		      "[kind=msi]: no \"MSI\" #1 <here>\n", "1 passed, 0 failed, 1 skipped\n");
	EXPECT_PIECES(report_of_matrix(FORMAT_TAP), "ok 1 - kinds [kind=msix]\n",
		      "ok 2 - kinds [kind=msi] # SKIP no \"MSI\" \\#1 <here>\n", "1..2\n");
	EXPECT_PIECES(report_of_matrix(FORMAT_KTAP), "ok 1 kinds [kind=msix]\n",
		      "ok 2 kinds [kind=msi] # SKIP no \"MSI\" \\#1 <here>\n");
	EXPECT_PIECES(report_of_matrix(FORMAT_JUNIT), "[kind=msix]\"></testcase>",
		      "[kind=msi]\"><skipped message=\"no &quot;MSI&quot; #1 &lt;here&gt;\"/>");
	EXPECT_PIECES(report_of_matrix(FORMAT_JSONL), "\"status\":\"passed\"",
		      "\"status\":\"skipped\"", "\"reason\":\"no \\\"MSI\\\" #1 <here>\"",
		      "\"failed\":0,\"skipped\":1");
}

static char *diagnostics(const char *text, enum diagnostic_format format, bool color)
{
	struct scenario *s = parse_text(text);
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	scenario_run(s, NULL, NULL);
	scenario_print_diagnostics(&s, 1, f, format, color);
	fclose(f);
	scenario_close(s);
	return out;
}

/* The shape is part of the interface: tabs are expanded, carets span the range. */
static void test_shape(void **state)
{
	char *text = diagnostics("topology\n\tcpus\t2\n\tdomain ir intel-ri\nend\n",
				 DIAGNOSTICS_HUMAN, false);

	(void)state;
	assert_string_equal(
		text,
		"test.irq:3:12: error: unknown domain kind 'intel-ri'; did you mean 'intel-ir'?\n"
		"   3 |         domain ir intel-ri\n"
		"     |                   ^~~~~~~~\n");
	free(text);
}

static void test_message_shape(void **state)
{
	char *text = diagnostics(MACHINE "enable nic msix 0 as q\nrequest q\n"
					 "expect msg nic.msix[0] data=0x24\n",
				 DIAGNOSTICS_HUMAN, false);

	(void)state;
	assert_string_equal(
		text, "test.irq:8:24: error: message data differs\n"
		      "   8 | expect msg nic.msix[0] data=0x24\n"
		      "     |                        ^~~~~~~~~\n"
		      "     = expected 0x00000024  vector=0x24\n"
		      "     = actual   0x00000020  vector=0x20   (bit 2 differs)\n"
		      "test.irq:7:1: note: written by 'request q'\n"
		      "     = hint: paste  expect msg nic.msix[0] addr=0xfee00000 data=0x20\n");
	free(text);
}

static void test_color(void **state)
{
	char *text = diagnostics("bogus\n", DIAGNOSTICS_HUMAN, true);

	(void)state;
	assert_non_null(strstr(text, "\033["));
	free(text);
	setenv("NO_COLOR", "1", 1);
	assert_false(scenario_wants_color(stdout));
	unsetenv("NO_COLOR");
}

static void test_machine_readable(void **state)
{
	char *text = diagnostics("bogus\n", DIAGNOSTICS_JSON, false);

	(void)state;
	assert_string_equal(
		text,
		"{\"type\":\"diagnostic\",\"file\":\"test.irq\",\"line\":1,\"first\":1,\"last\":5,"
		"\"id\":\"unknown-verb\",\"severity\":\"error\","
		"\"status\":\"invalid\",\"message\":\"unknown verb 'bogus'\","
		"\"details\":[],\"notes\":[]}\n");
	free(text);
	text = diagnostics("bogus\n", DIAGNOSTICS_SARIF, false);
	assert_non_null(strstr(text, "\"version\":\"2.1.0\""));
	assert_non_null(strstr(text, "\"name\":\"irqlab\",\"version\":\"0."));
	assert_null(strstr(text, "relatedLocations"));
	assert_non_null(strstr(text, "\"ruleId\":\"unknown-verb\",\"level\":\"error\""));
	assert_non_null(strstr(text, "\"startLine\":1,\"startColumn\":1,\"endColumn\":6"));
	free(text);
	text = diagnostics(MACHINE "enable nic msix 0 as q\nrequest q\n"
				   "expect msg nic.msix[0] data=0x24\n",
			   DIAGNOSTICS_SARIF, false);
	assert_non_null(strstr(
		text,
		"\"relatedLocations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":"
		"\"test.irq\"},\"region\":{\"startLine\":7,\"startColumn\":1,\"endColumn\":10}},"
		"\"message\":{\"text\":\"written by 'request q'\"}}]}"));
	free(text);
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(scenario_format_by_name("junit"), FORMAT_JUNIT);
	assert_int_equal(scenario_format_by_name("xml"), -1);
	assert_int_equal(diagnostic_format_by_name("sarif"), DIAGNOSTICS_SARIF);
	assert_int_equal(diagnostic_format_by_name(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats), cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_shape),	cmocka_unit_test(test_message_shape),
		cmocka_unit_test(test_color),	cmocka_unit_test(test_machine_readable),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
