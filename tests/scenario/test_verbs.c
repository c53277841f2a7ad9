/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario_test.h"

#include "scenario/verbs.h"

/* The verb table: examples parse, help is there, suggestions are sensible. */

static void parses(const char *example, const char *phase)
{
	char text[512];
	struct scenario *s;

	if (strcmp(phase, "topology") == 0)
		snprintf(text, sizeof(text), "topology\n%s\nend\n", example);
	else if (strcmp(phase, "explore") == 0)
		snprintf(text, sizeof(text), "explore\n%s\nend\n", example);
	else
		snprintf(text, sizeof(text), "%s\n", example);
	s = parse_text(text);
	if (scenario_diagnostics(s) && strcmp(diag_id_of(s, 0), "include-failed") != 0) {
		scenario_print_diagnostics(&s, 1, stdout, DIAGNOSTICS_HUMAN, false);
		fail_msg("the example does not parse: %s", example);
	}
	scenario_close(s);
}

static void test_examples(void **state)
{
	struct scenario_verb verb;
	unsigned nr = 0;

	(void)state;
	for (; scenario_verb(nr, &verb); nr++) {
		assert_true(*verb.help);
		assert_true(verb.help[strlen(verb.help) - 1] == '.');
		parses(verb.example, verb.phase);
	}
	assert_int_equal(nr, NR_VERBS - VERB_PLACE - 1);
}

/* Nothing was cut off on the way from the table to the parser. */
static void test_signatures(void **state)
{
	(void)state;
	for (unsigned i = VERB_PLACE; i < NR_VERBS; i++) {
		struct signature signature;

		verb_signature((enum verb)i, &signature);
		assert_true(signature.nr < MAX_PARAMS);
		for (unsigned j = 0; j < signature.nr; j++) {
			const struct param *p = &signature.params[j];

			assert_true(*p->name);
			assert_true(strlen(p->name) < sizeof(p->name) - 1 || strchr(p->name, '|'));
			assert_true(strlen(p->choices) < sizeof(p->choices) - 1);
		}
	}
}

static void test_alloc_signature(void **state)
{
	struct signature s;

	(void)state;
	verb_signature(VERB_ALLOC, &s);
	assert_true(s.can_name);
	assert_string_equal(s.params[0].name, "TARGET");
	assert_int_equal(s.params[0].type, PARAM_TARGET);
	assert_true(s.params[1].literal && s.params[1].optional);
	assert_string_equal(s.params[2].name, "at");
	assert_true(s.params[2].operand);
	assert_int_equal(s.params[2].type, PARAM_INT);
	assert_true(s.params[2].group && s.params[2].group == s.params[3].group &&
		    s.params[3].group == s.params[4].group);
	assert_true(s.params[5].keyed);
}

static void test_distance(void **state)
{
	(void)state;
	assert_int_equal(word_distance("raise", "raise", 3), 0);
	assert_int_equal(word_distance("riase", "raise", 3), 1); /* swapped */
	assert_int_equal(word_distance("rase", "raise", 3), 1);
	assert_int_equal(word_distance("intel-ri", "intel-ir", 3), 1);
	assert_int_equal(word_distance("abc", "xyz", 2), 3);
	assert_string_equal(scenario_verb_suggestion("enabel"), "enable");
	assert_null(scenario_verb_suggestion("xyzzyx"));
}

static void test_syntax_files(void **state)
{
	(void)state;
	for (int which = SYNTAX_VIM; which <= SYNTAX_DICTIONARY; which++) {
		struct scenario_verb verb;
		char *text = NULL;
		size_t size;
		FILE *f = open_memstream(&text, &size);

		scenario_print_syntax(f, (enum editor_syntax)which);
		fclose(f);
		for (unsigned i = 0; scenario_verb(i, &verb); i++)
			assert_non_null(strstr(text, verb.name));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),	cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_alloc_signature), cmocka_unit_test(test_distance),
		cmocka_unit_test(test_syntax_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
