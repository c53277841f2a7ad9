/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario_test.h"

#include <unistd.h>

/* Running: statuses, limits, strictness, blessing, and the same run twice. */

static void test_statuses(void **state)
{
	(void)state;
	assert_int_equal(run_text(MACHINE "enable nic msix 0..3 as q\n", ""), SCENARIO_PASSED);
	assert_int_equal(run_text(MACHINE "enable nic msix 0..3 as q\nexpect none\n", "not-quiet"),
			 SCENARIO_FAILED);
	assert_int_equal(run_text(MACHINE "enable hba msix 0..3 as q\n", "unknown-name"),
			 SCENARIO_INVALID);
	assert_int_equal(run_text(MACHINE "requires gic-v4\ntick\n", "missing-feature"),
			 SCENARIO_SKIPPED);
	assert_int_equal(
		run_text("limit actions=3\n" MACHINE "repeat 4\ntick\nend\n", "limit-actions"),
		SCENARIO_EXHAUSTED);
}

/* The refusal is asserted, and is all that the combination does. */
static void test_unsupported(void **state)
{
	(void)state;
	assert_int_equal(run_text(MACHINE
				  "unsupported \"why\"\n"
				  "enable nic msix 0..9 -> error ENOSPC\nend\nraise nic.msix[0]\n"
				  "expect deliver\nfree nobody\n",
				  ""),
			 SCENARIO_SKIPPED);
	assert_int_equal(run_text(MACHINE "unsupported \"why\"\n"
					  "enable nic msix 0..9 -> error EBUSY\nend\n",
				  "wrong-error"),
			 SCENARIO_FAILED);
	assert_int_equal(run_text(MACHINE "unsupported \"why\"\n"
					  "enable nic msix 0..3 -> error ENOSPC\nend\n",
				  "action-succeeded"),
			 SCENARIO_FAILED);
	/* In one combination of two: passed, for the other did. */
	assert_int_equal(run_text("for each n in 1 2\n" MACHINE "unsupported \"why\" when n=2\n"
				  "enable nic msix 0..9 -> error ENOSPC\nend\n"
				  "enable nic msix 0 as q\nrequest q\n",
				  ""),
			 SCENARIO_PASSED);
}

/* Of a unit without entries of its own, and of what the machine has undeclared. */
static void test_writes_to_nowhere(void **state)
{
	(void)state;
	assert_int_equal(run_text("topology\ndomain gic gic-v3\ndomain its its parent=gic\nend\n"
				  "write its.irte[0].lo 0\n",
				  "unknown-field"),
			 SCENARIO_INVALID);
	assert_int_equal(
		run_text("topology\ndomain xen xen\nend\nwrite xen.map[0] 0\n", "unknown-field"),
		SCENARIO_INVALID);
	assert_int_equal(run_text("topology\ndomain arch xen\nend\ntick\n"
				  "expect not write firmware.count[0]\n",
				  "unknown-name"),
			 SCENARIO_INVALID);
	assert_int_equal(run_text("topology\ndomain xen xen\nend\ntick\n"
				  "expect not write xen.map[0]\n",
				  ""),
			 SCENARIO_PASSED);
}

/* AMD has a table for each device: it must be named, and is named in what is printed. */
static void test_amd_places(void **state)
{
	static const char machine[] =
		"topology\ndomain vec x86-vector\ndomain ir amd-ir parent=vec\n"
		"device nic pci 00:03.0 msix=4\nend\n"
		"enable nic msix 0 as q\n";
	char text[1024];
	struct scenario *s;
	char *printed = NULL;
	size_t size;
	FILE *f = open_memstream(&printed, &size);

	(void)state;
	snprintf(text, sizeof(text), "%sexpect state ir.irte[0] lo=0\n", machine);
	run_text(text, "wrong-kind");
	snprintf(text, sizeof(text), "%swrite ir.irte[0].lo 0\n", machine);
	run_text(text, "unknown-field");
	snprintf(text, sizeof(text), "%swrite ir.nic.irte[4096].lo 0\n", machine);
	run_text(text, "unknown-field");
	snprintf(text, sizeof(text), "%sexpect write ir.nic.irte[0].lo 0x123\n", machine);
	s = parse_text(text);
	scenario_run(s, NULL, NULL);
	scenario_print_diagnostics(&s, 1, f, DIAGNOSTICS_HUMAN, false);
	fclose(f);
	assert_non_null(strstr(printed, "write ir.nic.irte[0].lo 0x"));
	free(printed);
	scenario_close(s);
}

/* A handler cannot wait, and what fails in it fails the scenario. */
static void test_handlers(void **state)
{
	static const char start[] =
		MACHINE "enable nic msix 0..3 as q\nrequest q[0]\nhandler q[0]\n";
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text), "%stick\nend\n", start);
	run_text(text, "misplaced-verb");
	snprintf(text, sizeof(text), "%sexpect none\nend\n", start);
	run_text(text, "misplaced-verb");
	snprintf(text, sizeof(text), "%salloc nic msix at 0\nend\nloose\nraise q[0]\nend\n", start);
	run_text(text, "action-failed");
	snprintf(text, sizeof(text), "%sdisable q[9]\nend\nloose\nraise q[0]\nend\n", start);
	run_text(text, "bad-index");
	/* One that raises its own interrupt never ends. */
	snprintf(text, sizeof(text),
		 "limit actions=1000\n%sraise q[0]\nend\nloose\nraise q[0]\nend\n", start);
	assert_int_equal(run_text(text, "limit-actions"), SCENARIO_EXHAUSTED);
}

static void test_wires(void **state)
{
	static const char machine[] =
		"topology\ncpus 2\ndomain imsic imsic\n"
		"domain wires aplic sources=16\ndevice nic pci 00:03.0 msix=4\n"
		"end\n";
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text), "%smap nic.msix[0] high\n", machine);
	run_text(text, "wrong-kind");
	snprintf(text, sizeof(text), "%smap wires.wire high\n", machine);
	run_text(text, "wrong-kind");
	snprintf(text, sizeof(text), "%smap wires.wire[17] high\n", machine);
	run_text(text, "bad-index");
	snprintf(text, sizeof(text), "%swrite wires.wire[1].data 1\n", machine);
	run_text(text, "unknown-field");
	snprintf(text, sizeof(text), "%smask wires.wire[1]\n", machine);
	run_text(text, "unknown-field");
	snprintf(text, sizeof(text),
		 "%senable wires msix 0 -> error ENODEV\nalloc wires any -> error ENOTSUPP\n"
		 "pool wires.wire -> error ENODEV\nreset wires -> error ENODEV\n"
		 "restore wires -> error ENODEV\nremove wires -> error ENODEV\n",
		 machine);
	run_text(text, "");
	/* A bridge without a parent that takes it. */
	run_text("topology\ndomain vec x86-vector\ndomain wires mbigen\nend\ntick\n",
		 "bad-topology");
	run_text("topology\ndomain vec x86-vector\ndomain wires aplic\nend\ntick\n",
		 "bad-topology");
}

static void test_endless_repeat(void **state)
{
	(void)state;
	assert_int_equal(run_text("limit actions=1000\n" MACHINE
				  "repeat 0xffffffffffffffff\nexpect none\nend\n",
				  "limit-actions"),
			 SCENARIO_EXHAUSTED);
}

static void test_strictness(void **state)
{
	static const char start[] = MACHINE "enable nic msix 0..3 as q\nrequest q[0]\n";
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text), "%sraise nic.msix[0]\n", start);
	run_text(text, "event-unexpected");
	snprintf(text, sizeof(text), "%sraise nic.msix[0]\ntick\nexpect none\n", start);
	run_text(text, "event-unexpected");
	snprintf(text, sizeof(text), "%sloose\nraise nic.msix[0]\nend\n", start);
	run_text(text, "");
	snprintf(text, sizeof(text), "%signore deliver q[0]\nraise nic.msix[0]\n", start);
	run_text(text, "");
	snprintf(text, sizeof(text), "%signore deliver q[1]\nraise nic.msix[0]\n", start);
	run_text(text, "event-unexpected");
	snprintf(text, sizeof(text), "%sstrict writes\nfree q[0]\nend\n", start);
	run_text(text, "event-unexpected");
	snprintf(text, sizeof(text), "%sexpect msg nic.msix[0] data=_\nfree q[0]\n", start);
	run_text(text, "message-changed");
}

/* A variable takes its first value and must fit from then on. */
static void test_variables(void **state)
{
	static const char start[] = MACHINE "enable nic msix 0..3 as q\nrequest q[0..1]\n";
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text),
		 "%sexpect state q[0] vector=$v\nexpect msg nic.msix[0] data={vector=$v}\n", start);
	run_text(text, "");
	snprintf(text, sizeof(text), "%sexpect state q[0] index=$v\nexpect state q[1] index=$v\n",
		 start);
	run_text(text, "state-differs");
	/* What a failed match bound is not bound. */
	snprintf(text, sizeof(text),
		 "%sraise nic.msix[0]\nexpect any-order\n deliver q[0] cpu=$c\n accept cpu=$c "
		 "vector=$v\nend\nexpect state q[0] vector=$v\n",
		 start);
	run_text(text, "");
}

struct seen {
	unsigned nr;
	struct fingerprint tape[8];
	char names[8][80];
};

static void see(void *context, const struct scenario_result *result, struct machine *m)
{
	struct seen *seen = context;

	assert_non_null(m);
	assert_in_range(seen->nr, 0, 7);
	snprintf(seen->names[seen->nr], sizeof(seen->names[0]), "%s", result->name);
	seen->tape[seen->nr++] = result->tape;
}

static void test_matrix_and_repeatability(void **state)
{
	struct scenario *s =
		parse_text("scenario \"m\"\nfor each a in 1 2\nfor each b in x y\n" MACHINE
			   "enable nic msix 0..3 as q when a=1\n"
			   "enable nic msix 0..1 as q when a=2\n");
	struct seen first = {0}, second = {0};
	struct scenario_run_options options = {.done = see};
	struct scenario_totals totals;

	(void)state;
	options.context = &first;
	assert_int_equal(scenario_run(s, &options, &totals), SCENARIO_PASSED);
	assert_int_equal(totals.passed, 4);
	assert_string_equal(first.names[0], "m [a=1 b=x]");
	assert_string_equal(first.names[3], "m [a=2 b=y]");
	assert_true(fingerprint_equal(first.tape[0], first.tape[2]));
	assert_false(fingerprint_equal(first.tape[0], first.tape[1]));
	options.context = &second;
	scenario_run(s, &options, NULL);
	for (unsigned i = 0; i < 4; i++)
		assert_true(fingerprint_equal(first.tape[i], second.tape[i]));
	second = (struct seen){0};
	options.combination = "b=y a=2";
	scenario_run(s, &options, &totals);
	assert_int_equal(totals.passed, 1);
	assert_string_equal(second.names[0], "m [a=2 b=y]");
	scenario_close(s);
}

/* What is wanted is told by whole names, although one is the end of another. */
static void test_combinations_have_names(void **state)
{
	struct scenario *s = parse_text("scenario \"m\"\nfor each cpu in 0 1\n"
					"for each last_cpu in 0 1\n" MACHINE "tick\n");
	struct scenario *plain = parse_text("scenario \"p\"\n" MACHINE "tick\n");
	static const char *const names[] = {"cpu=0 last_cpu=0", "cpu=1 last_cpu=0",
					    "cpu=0 last_cpu=1", "cpu=1 last_cpu=1"};
	struct scenario_run_options options = {.done = see};
	struct scenario_totals totals;
	char text[32], title[40];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct seen seen = {0};

		options.context = &seen;
		options.combination = names[i];
		assert_int_equal(scenario_combination(s, i, text, sizeof(text)), strlen(names[i]));
		assert_string_equal(text, names[i]);
		scenario_run(s, &options, &totals);
		assert_int_equal(totals.passed, 1);
		snprintf(title, sizeof(title), "m [%s]", names[i]);
		assert_string_equal(seen.names[0], title);
	}
	assert_int_equal(scenario_combination(s, 4, text, sizeof(text)), -1);
	options = (struct scenario_run_options){.combination = "last_cpu=1"};
	scenario_run(s, &options, &totals);
	assert_int_equal(totals.passed, 2);

	/* As much as there is room for, and the length of all. */
	memset(text, 'x', sizeof(text));
	assert_int_equal(scenario_combination(s, 1, text, 9), strlen(names[1]));
	assert_string_equal(text, "cpu=1 la");
	assert_int_equal(text[9], 'x');
	assert_int_equal(scenario_combination(s, 1, NULL, 0), strlen(names[1]));
	assert_int_equal(scenario_combination(plain, 0, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(scenario_combination(plain, 1, text, sizeof(text)), -1);
	scenario_close(plain);
	scenario_close(s);
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static enum scenario_status run_file(const char *path, bool bless, unsigned *blessed)
{
	struct scenario *s = scenario_open(path, NULL);
	struct scenario_run_options options = {.bless = bless};
	struct scenario_totals totals;
	enum scenario_status status = scenario_run(s, &options, &totals);

	if (blessed)
		*blessed = totals.blessed;
	scenario_close(s);
	return status;
}

static void test_bless(void **state)
{
	static const char head[] = MACHINE "enable nic msix 0 as q # kept\n";
	char path[64], text[2048];
	unsigned blessed;
	FILE *f;

	(void)state;
	unsetenv("CI");
	snprintf(path, sizeof(path), "irqlab-%d-bless.irq", (int)getpid());
	snprintf(text, sizeof(text), "%ssnapshot writes\nend\ntick\nsnapshot domains\n| old\nend\n",
		 head);
	write_text(path, text);
	assert_int_equal(run_file(path, false, NULL), SCENARIO_FAILED);
	setenv("CI", "1", 1);
	assert_int_equal(run_file(path, true, NULL), SCENARIO_FAILED);
	unsetenv("CI");
	assert_int_equal(run_file(path, false, NULL), SCENARIO_FAILED); /* nothing was written */
	assert_int_equal(run_file(path, true, &blessed), SCENARIO_PASSED);
	assert_int_equal(blessed, 2);
	assert_int_equal(run_file(path, false, NULL), SCENARIO_PASSED);
	f = fopen(path, "r");
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	assert_true(strncmp(text, head, strlen(head)) == 0);
	assert_null(strstr(text, "| old"));
	/* With another assertion failing nothing is blessed. */
	snprintf(text, sizeof(text), "%ssnapshot writes\nend\nexpect none\n", head);
	write_text(path, text);
	assert_int_equal(run_file(path, true, &blessed), SCENARIO_FAILED);
	assert_int_equal(blessed, 0);
	unlink(path);
}

static void test_keep_going(void **state)
{
	struct scenario *s =
		parse_text(MACHINE "enable nic msix 0 as q\nexpect none\nexpect none\n");
	struct scenario_run_options options = {.keep_going = true};

	(void)state;
	scenario_run(s, NULL, NULL);
	assert_int_equal(scenario_diagnostics(s), 1);
	scenario_run(s, &options, NULL);
	assert_int_equal(scenario_diagnostics(s), 2);
	scenario_close(s);
}

/* ---- hints to paste can be pasted ---- */

/* Without what a scenario expects, it is told what it might. */
static char *without_expects(const char *text)
{
	char *out = calloc(1, strlen(text) + 1), *to = out;
	unsigned inside = 0; /* the lines of a block are no statements of their own */

	assert_non_null(out);
	while (*text) {
		size_t length = strcspn(text, "\n") + 1;
		const char *word = text + strspn(text, " ");
		bool block = strncmp(word, "expect writes", 13) == 0 ||
			     strncmp(word, "expect any-order", 16) == 0;

		inside += block;
		if (block || inside || strncmp(word, "expect ", 7) != 0) {
			memcpy(to, text, length);
			to += length;
		}
		if (inside && strncmp(word, "end", 3) == 0)
			inside--;
		text += length;
	}
	return out;
}

static void parses(char *line)
{
	struct scenario *s = parse_text(line);

	if (scenario_diagnostics(s))
		fail_msg("a hint that does not parse: %s", line);
	scenario_close(s);
}

static unsigned hints_of(const char *name, const char *text)
{
	static const char mark[] = "= hint: paste  expect ";
	const struct scenario_run_options options = {.keep_going = true};
	struct scenario *s = scenario_parse(name, text, strlen(text), NULL);
	char *printed = NULL;
	unsigned nr = 0;
	size_t size;
	FILE *f = open_memstream(&printed, &size);

	assert_non_null(s);
	scenario_run(s, &options, NULL);
	scenario_print_diagnostics(&s, 1, f, DIAGNOSTICS_HUMAN, false);
	fclose(f);
	for (char *at = printed, *end; (at = strstr(at, mark)); at = end + 1, nr++) {
		at += strlen("= hint: paste  ");
		end = strchr(at, '\n');
		*end = '\0';
		parses(at);
	}
	free(printed);
	scenario_close(s);
	return nr;
}

static void test_hints_can_be_pasted(void **state)
{
	static const char *const files[] = {SCENARIOS};
	static const char quoted[] = MACHINE "enable nic msix 0 as q\nexpect state q domain=x\n";
	unsigned nr = hints_of("quoted", quoted);

	(void)state;
	assert_int_equal(nr, 1);
	for (unsigned i = 0; i < sizeof(files) / sizeof(*files); i++) {
		FILE *f = fopen(files[i], "r");
		static char text[1 << 16];
		char *stripped;

		assert_non_null(f);
		memset(text, 0, sizeof(text));
		assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
		fclose(f);
		stripped = without_expects(text);
		nr += hints_of(files[i], stripped);
		free(stripped);
	}
	assert_true(nr > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_writes_to_nowhere),
		cmocka_unit_test(test_amd_places),
		cmocka_unit_test(test_wires),
		cmocka_unit_test(test_handlers),
		cmocka_unit_test(test_endless_repeat),
		cmocka_unit_test(test_strictness),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_matrix_and_repeatability),
		cmocka_unit_test(test_combinations_have_names),
		cmocka_unit_test(test_bless),
		cmocka_unit_test(test_keep_going),
		cmocka_unit_test(test_hints_can_be_pasted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
