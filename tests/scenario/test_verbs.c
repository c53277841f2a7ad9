/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario_test.h"

#include "scenario/ast.h"

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

static char *syntax_text(enum editor_syntax which)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	scenario_print_syntax(f, which);
	fclose(f);
	return text;
}

static char *file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (!f)
		fail_msg("no %s", path);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* As a word of its own, not as a part of another. */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += length)
		if ((at == text || !is_letter(at[-1])) && !is_letter(at[length]))
			return true;
	return false;
}

static void test_syntax_files(void **state)
{
	(void)state;
	for (int which = SYNTAX_VIM; which <= SYNTAX_REFERENCE; which++) {
		struct scenario_verb verb;
		char *text = syntax_text((enum editor_syntax)which);

		for (unsigned i = 0; scenario_verb(i, &verb); i++)
			if (!has_word(text, verb.name))
				fail_msg("'%s' is not in file %d", verb.name, which);
		free(text);
	}
}

/* docs/language.md ends with what `irqlab help reference` prints. */
static void test_reference_is_in_the_docs(void **state)
{
	static const char mark[] = "\n# Reference\n";
	char *docs = file_text(SOURCE_DIR "/docs/language.md");
	char *reference = syntax_text(SYNTAX_REFERENCE);
	const char *found = strstr(docs, mark);

	(void)state;
	assert_non_null(found);
	assert_string_equal(found + strlen(mark), reference);
	free(reference);
	free(docs);
}

/* ---- the examples of docs/language.md, in the order of the page ---- */

static bool is_indented(const char *line)
{
	return strncmp(line, "    ", 4) == 0;
}

static const char *next_line(const char *line)
{
	return line + strcspn(line, "\n") + 1;
}

/* From *at up to the reference; false: no more. The block without its indentation. */
static bool next_example(const char **at, char out[4096])
{
	*out = '\0';
	while (!is_indented(*at)) {
		if (strncmp(*at, "# Reference", 11) == 0)
			return false;
		*at = next_line(*at);
	}
	for (; is_indented(*at) || **at == '\n'; *at = next_line(*at))
		strncat(out, is_indented(*at) ? *at + 4 : "\n",
			is_indented(*at) ? strcspn(*at, "\n") - 3 : 1);
	return true;
}

/* One without a topology goes on from the first scenario of the page. */
static void example_passes(const char *first, const char *example)
{
	char text[8192] = "";
	struct scenario *s;
	enum scenario_status status;

	if (!strstr(example, "topology"))
		strcat(text, first);
	strcat(text, example);
	s = parse_text(text);
	status = scenario_run(s, NULL, NULL);
	if (status == SCENARIO_SKIPPED && strstr(example, "explore"))
		status = scenario_check(s);
	if (status != SCENARIO_PASSED) {
		scenario_print_diagnostics(&s, 1, stdout, DIAGNOSTICS_HUMAN, false);
		fail_msg("an example of docs/language.md does not run:\n%s", example);
	}
	scenario_close(s);
}

static void test_examples_of_the_docs(void **state)
{
	char *docs = file_text(SOURCE_DIR "/docs/language.md"), first[4096] = "", example[4096];
	const char *at = docs;
	unsigned nr = 0;

	(void)state;
	while (next_example(&at, example)) {
		if (strncmp(example, "irqlab ", 7) == 0 || /* a command */
		    strncmp(example, "verb arguments ", 15) == 0)
			continue;
		if (!nr++)
			strcpy(first, example);
		example_passes(first, example);
	}
	assert_true(nr >= 4);
	free(docs);
}

static void note_used(const struct stmt *list, bool *used)
{
	for (const struct stmt *s = list; s; s = s->next) {
		used[s->verb] = used[s->assertion] = true;
		note_used(s->body, used);
	}
}

/* Each verb and each assertion is used by a scenario. */
static void test_verbs_are_used(void **state)
{
	static const char *const files[] = {SCENARIOS};
	bool used[NR_VERBS] = {0};

	(void)state;
	for (unsigned i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct scenario *s = scenario_open(files[i], NULL);

		assert_non_null(s);
		assert_int_equal(scenario_diagnostics(s), 0);
		note_used(s->program, used);
		scenario_close(s);
	}
	for (unsigned i = VERB_PLACE; i < NR_VERBS; i++)
		if (!used[i] && verb_phase((enum verb)i) != PHASE_EXPLORE && i != VERB_EXPLORE)
			fail_msg("no scenario uses '%s'", verb_name((enum verb)i));
}

/* ---- keys of `domain` and `device` ---- */

static bool is_word_of(enum scenario_words list, const char *name, size_t length)
{
	struct scenario_word word;

	for (unsigned i = 0; scenario_word(list, i, &word); i++)
		if (strlen(word.name) == length && strncmp(word.name, name, length) == 0)
			return true;
	return false;
}

static void kinds_exist(const char *kinds)
{
	for (size_t length; *kinds; kinds += length + (kinds[length] == ' ')) {
		length = strcspn(kinds, " ");
		assert_true(is_word_of(SCENARIO_KINDS, kinds, length));
	}
}

static const struct param *param_of(const struct signature *s, const char *name)
{
	for (unsigned i = 0; i < s->nr; i++)
		if (strcmp(s->params[i].name, name) == 0)
			return &s->params[i];
	return NULL;
}

static bool has_key(const char *verb, const char *name)
{
	struct scenario_key key;

	for (unsigned i = 0; scenario_verb_key(verb, i, &key); i++)
		if (strcmp(key.name, name) == 0)
			return true;
	return false;
}

/* Each key that the parser takes is told of, and each that is told of is one; numbers have bounds.
 */
static void test_keys_are_told(void **state)
{
	static const enum verb verbs[] = {VERB_T_DOMAIN, VERB_T_DEVICE};

	(void)state;
	for (unsigned v = 0; v < 2; v++) {
		const char *verb = verb_name(verbs[v]);
		struct signature s;
		struct scenario_key key;

		verb_signature(verbs[v], &s);
		for (unsigned i = 0; i < s.nr; i++)
			if (s.params[i].optional && !has_key(verb, s.params[i].name))
				fail_msg("nobody says what '%s' of %s is", s.params[i].name, verb);
		for (unsigned i = 0; scenario_verb_key(verb, i, &key); i++) {
			const struct param *p = param_of(&s, key.name);

			assert_non_null(p);
			assert_true(*key.text);
			assert_int_equal(*key.bounds != '\0',
					 p->type == PARAM_INT || p->type == PARAM_RANGE);
			assert_int_equal(*key.otherwise != '\0', !p->literal);
			assert_true(!*key.needs || has_key(verb, key.needs));
			kinds_exist(key.kinds);
		}
	}
	assert_false(scenario_verb_key("ioapic", 0, &(struct scenario_key){0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_alloc_signature),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_syntax_files),
		cmocka_unit_test(test_reference_is_in_the_docs),
		cmocka_unit_test(test_examples_of_the_docs),
		cmocka_unit_test(test_verbs_are_used),
		cmocka_unit_test(test_keys_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
