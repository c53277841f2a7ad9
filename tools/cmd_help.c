/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"

#include <irqlab/errno.h>
#include <irqlab/scenario.h>
#include <string.h>

/* `irqlab help TOPIC` for what is no command: the verbs of scenarios, and lists of names. */

static void list_words(enum scenario_words list);

/* What each key means, of which kinds of domain it is, and what holds without it. */
static void print_keys(const char *verb)
{
	struct scenario_key key;

	if (!scenario_verb_key(verb, 0, &key))
		return;
	if (*key.kinds) {
		puts("\n  Kinds:");
		list_words(SCENARIO_KINDS);
	}
	puts("\n  Keys:");
	for (unsigned i = 0; scenario_verb_key(verb, i, &key); i++) {
		printf("  %-16s %s", key.name, key.text);
		if (*key.bounds)
			printf("; %s", key.bounds);
		if (*key.otherwise)
			printf(" (without it: %s)", key.otherwise);
		if (*key.needs)
			printf("; needs %s", key.needs);
		puts("");
		if (*key.kinds)
			printf("  %-16s of %s\n", "", key.kinds);
	}
}

static bool print_verb(const char *name)
{
	struct scenario_verb verb;
	bool found = false;

	for (unsigned i = 0; scenario_verb(i, &verb); i++) {
		bool assertion = strcmp(verb.phase, "assertion") == 0;

		if (strcmp(verb.name, name) != 0)
			continue;
		printf("%s%s%s%s%s   (%s)\n\n  %s\n", found ? "\n" : "", assertion ? "expect " : "",
		       verb.name, *verb.arguments ? " " : "", verb.arguments, verb.phase,
		       verb.help);
		if (*verb.results)
			printf("  Results after \"->\": %s\n", verb.results);
		printf("  Example: %s\n", verb.example);
		if (strcmp(verb.phase, "topology") == 0)
			print_keys(verb.name);
		found = true;
	}
	return found;
}

static void list_verbs(void)
{
	static const char *const phases[] = {"file",  "topology",  "action",
					     "block", "assertion", "explore"};
	struct scenario_verb verb;

	for (unsigned p = 0; p < sizeof(phases) / sizeof(*phases); p++) {
		printf("%s%s\n", p ? "\n" : "", phases[p]);
		for (unsigned i = 0; scenario_verb(i, &verb); i++)
			if (strcmp(verb.phase, phases[p]) == 0)
				printf("  %-17s %s\n", verb.name, verb.help);
	}
}

static void list_switches(void)
{
#define PRINT(id, name, kind, in_612, in_intended, witness)                                        \
	printf("  %-24s %-9s linux-6.12 %-3s intended %-3s  %s\n", name, #kind,                    \
	       in_612 ? "on" : "off", in_intended ? "on" : "off", witness);
	IRQLAB_SWITCHES(PRINT)
#undef PRINT
}

static void list_warnings(void)
{
#define PRINT(id, text) printf("  %-22s %s\n", #id, text);
	IRQLAB_WARNINGS(PRINT)
#undef PRINT
}

static void list_errors(void)
{
	static const char *const names[] = {
#define NAME(name, number, text) #name,
		IRQLAB_ERRNOS(NAME)
#undef NAME
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int number = irqlab_errno_number(names[i]);

		printf("  %-11s %3d  %s\n", names[i], number, irqlab_errno_text(number));
	}
}

static void list_diagnostics(void)
{
	for (unsigned i = 0; scenario_diagnostic_id(i); i++)
		printf("  %s\n", scenario_diagnostic_id(i));
}

static void list_words(enum scenario_words list)
{
	struct scenario_word word;

	for (unsigned i = 0; scenario_word(list, i, &word); i++)
		printf("  %-20s %s%s\n", word.name, word.text,
		       word.present ? "" : " (not in this build)");
}

int help_topic(const char *topic)
{
	const char *close;

	if (strcmp(topic, "verbs") == 0)
		list_verbs();
	else if (strcmp(topic, "switches") == 0)
		list_switches();
	else if (strcmp(topic, "warnings") == 0)
		list_warnings();
	else if (strcmp(topic, "errors") == 0)
		list_errors();
	else if (strcmp(topic, "diagnostics") == 0)
		list_diagnostics();
	else if (strcmp(topic, "features") == 0)
		list_words(SCENARIO_FEATURES);
	else if (strcmp(topic, "searches") == 0)
		list_words(SCENARIO_SEARCHES);
	else if (strcmp(topic, "properties") == 0)
		list_words(SCENARIO_PROPERTIES);
	else if (strcmp(topic, "pictures") == 0)
		list_words(SCENARIO_PICTURES);
	else if (strcmp(topic, "syntax-vim") == 0)
		scenario_print_syntax(stdout, SYNTAX_VIM);
	else if (strcmp(topic, "syntax-textmate") == 0)
		scenario_print_syntax(stdout, SYNTAX_TEXTMATE);
	else if (strcmp(topic, "dictionary") == 0)
		scenario_print_syntax(stdout, SYNTAX_DICTIONARY);
	else if (strcmp(topic, "reference") == 0)
		scenario_print_syntax(stdout, SYNTAX_REFERENCE);
	else if (!print_verb(topic)) {
		close = scenario_verb_suggestion(topic);
		fprintf(stderr, "irqlab: no help on '%s'", topic);
		fprintf(stderr, close ? "; did you mean '%s'?\n" : "\n", close);
		fputs("topics: a command, a verb, verbs, switches, warnings, errors, diagnostics,\n"
		      "        features, searches, properties, pictures,\n"
		      "        reference, syntax-vim, syntax-textmate, dictionary\n",
		      stderr);
		return STATUS_USAGE;
	}
	return STATUS_OK;
}
