/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CMOCKA_H
#define IRQLAB_CMOCKA_H

#include <irqlab/scenario.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Scenario files as a group of CMocka tests:
 *
 *	static const char *const files[] = {"retarget.irq", "offline.irq"};
 *
 *	return run_scenario_group("my driver", files, 2, NULL);
 *
 * All of it is in this header, so that the library itself needs no CMocka. Who includes
 * it links CMocka as well.
 */

struct scenario_test {
	struct scenario *scenario;
	struct scenario_group *group;
	char *name;	   /* title, then " [key=value …]"; of several files "file: " before it */
	char *combination; /* "": the only one */
};

struct scenario_group {
	const struct scenario_run_options *options;
	size_t nr_files, nr;	     /* a file makes one test at least */
	struct scenario **scenarios; /* of the files */
	struct scenario_test *of;    /* the tests */
	struct CMUnitTest *tests;    /* the same for CMocka */
	char complaint[16384];	     /* of the test that runs; one that fails never returns */
	char reason[1024];	     /* of the test that runs: why it was skipped */
};

/* ---- one test ---- */

static inline void scenario_test_complain(struct scenario *s, char *text, size_t size)
{
	FILE *file = tmpfile();

	scenario_print_diagnostics(&s, 1, file ? file : stderr, DIAGNOSTICS_HUMAN, false);
	*text = '\0';
	if (!file)
		return;
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
	if (strlen(text) > 1000) /* CMocka shows 1,023 characters on a terminal */
		fputs(text, stderr);
}

/* Callbacks of the caller's options are served from here. */
static inline void scenario_test_begin(void *context, const char *name, struct machine *m)
{
	const struct scenario_run_options *options =
		((const struct scenario_test *)context)->group->options;

	if (options && options->begin)
		options->begin(options->context, name, m);
}

static inline void scenario_test_done(void *context, const struct scenario_result *result,
				      struct machine *m)
{
	struct scenario_group *g = ((const struct scenario_test *)context)->group;

	snprintf(g->reason, sizeof(g->reason), "%s", result->reason ? result->reason : "");
	if (g->options && g->options->done)
		g->options->done(g->options->context, result, m);
}

static inline void scenario_test_run(void **state)
{
	struct scenario_test *test = (struct scenario_test *)*state;
	struct scenario *s = test->scenario;
	struct scenario_run_options options = {0};
	struct scenario_diagnostic first = {0};
	char *text = test->group->complaint;
	enum scenario_status status;

	if (test->group->options)
		options = *test->group->options;
	options.combination = test->combination;
	options.begin = scenario_test_begin;
	options.done = scenario_test_done;
	options.context = test;
	*test->group->reason = '\0';
	status = scenario_run(s, &options, NULL);
	scenario_test_complain(s, text, sizeof(test->group->complaint));
	if (!scenario_diagnostic(s, 0, &first) || !*first.place.file)
		first.place.file = scenario_file(s);
	if (status == SCENARIO_SKIPPED) {
		print_error("%s: skipped: %s\n", test->name, test->group->reason);
		skip();
	}
	if (status == SCENARIO_PASSED)
		print_error("%s", text); /* warnings */
	else
		_assert_true(0, text, first.place.file, (int)first.place.line);
}

/* ---- the list of tests ---- */

static inline bool scenario_test_init(struct scenario_test *test, bool runs, unsigned nr)
{
	const char *title = scenario_title(test->scenario), *file = scenario_file(test->scenario);
	bool names_file = test->group->nr_files > 1 && strcmp(title, file) != 0;
	int length = runs ? scenario_combination(test->scenario, nr, NULL, 0) : 0;
	size_t size = strlen(file) + strlen(title) + (size_t)length + sizeof(":  []");

	test->combination = (char *)calloc(1, (size_t)length + 1);
	test->name = (char *)calloc(1, size);
	if (!test->combination || !test->name)
		return false;
	if (runs)
		scenario_combination(test->scenario, nr, test->combination, (size_t)length + 1);
	snprintf(test->name, size, length ? "%s%s%s [%s]" : "%s%s%s", names_file ? file : "",
		 names_file ? ": " : "", title, test->combination);
	return true;
}

/* A test for each combination, or a single one for what cannot run. False: no memory. */
static inline bool scenario_group_add(struct scenario_group *g, struct scenario *s)
{
	bool runs = scenario_check(s) == SCENARIO_PASSED;
	unsigned nr = 0;

	do {
		struct scenario_test *grown = (struct scenario_test *)realloc(
			g->of, (g->nr + 1) * sizeof(struct scenario_test));

		if (!grown)
			return false;
		g->of = grown;
		grown[g->nr] = (struct scenario_test){.scenario = s, .group = g};
		if (!scenario_test_init(&grown[g->nr++], runs, nr))
			return false;
	} while (runs && scenario_combination(s, ++nr, NULL, 0) >= 0);
	return true;
}

static inline bool scenario_group_open(struct scenario_group *g, const char *const *files)
{
	for (size_t i = 0; i < g->nr_files; i++) {
		g->scenarios[i] = scenario_open(files[i], NULL);
		if (!g->scenarios[i] || !scenario_group_add(g, g->scenarios[i]))
			return false;
	}
	g->tests = (struct CMUnitTest *)calloc(g->nr, sizeof(struct CMUnitTest));
	for (size_t i = 0; g->tests && i < g->nr; i++)
		g->tests[i] = (struct CMUnitTest){
			.name = g->of[i].name,
			.test_func = scenario_test_run,
			.initial_state = &g->of[i],
		};
	return g->tests;
}

static inline void scenario_group_close(struct scenario_group *g)
{
	for (size_t i = 0; i < g->nr; i++) {
		free(g->of[i].name);
		free(g->of[i].combination);
	}
	for (size_t i = 0; g->scenarios && i < g->nr_files; i++)
		scenario_close(g->scenarios[i]);
	free(g->scenarios);
	free(g->tests);
	free(g->of);
}

/*
 * Runs them as a CMocka group of that name: a test for each combination of each file, named as in
 * a report of `irqlab run`. A scenario that fails, cannot be read or is wrong fails its test, with
 * its diagnostics as the message and the place of the first one as the place of the failure; one
 * that needs what this build or its machine has not is skipped, with the reason on standard error.
 *
 * `options` (NULL: none) is for each run, except for `combination`, which CMocka's own filter
 * stands for; it must live until the call returns. Returns how many tests failed; −1 without
 * running any if there are no files, or no memory.
 */
static inline int run_scenario_group(const char *group, const char *const *files, size_t nr_files,
				     const struct scenario_run_options *options)
{
	struct scenario_group g = {.nr_files = nr_files, .options = options};
	int failed = -1;

	if (nr_files)
		g.scenarios = (struct scenario **)calloc(nr_files, sizeof(struct scenario *));
	if (g.scenarios && scenario_group_open(&g, files))
		failed = _cmocka_run_group_tests(group, g.tests, g.nr, NULL, NULL);
	else
		print_error("%s: %s\n", group, nr_files ? "no memory" : "no scenario files");
	scenario_group_close(&g);
	return failed;
}

#endif
