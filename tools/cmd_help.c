/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"
#include "scenario/diag.h"
#include "scenario/verbs.h"

#include <irqlab/errno.h>
#include <string.h>
#include <strings.h>

/* `irqlab help TOPIC` for what is no command: the verbs of scenarios, and lists of names. */

static bool is_wanted(const char *only, const char *name)
{
	return !only || strcasecmp(only, name) == 0;
}

static bool list_words(enum scenario_words list, const char *only)
{
	struct scenario_word word;
	bool any = false;

	for (unsigned i = 0; scenario_word(list, i, &word); i++)
		if (is_wanted(only, word.name))
			any = printf("  %-20s %s%s\n", word.name, word.text,
				     word.present ? "" : " (not in this build)");
	return any;
}

/* What each key means, of which kinds of domain it is, and what holds without it. */
static void print_keys(const char *verb)
{
	struct scenario_key key;

	if (!scenario_verb_key(verb, 0, &key))
		return;
	if (*key.kinds) {
		puts("\n  Kinds:");
		list_words(SCENARIO_KINDS, NULL);
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

/* ---- lists of names: all of one, or only what a name means; false: there is none ---- */

static bool list_switches(const char *only)
{
	bool any = false;

#define PRINT(id, name, kind, in_612, in_intended, witness)                                        \
	if (is_wanted(only, name))                                                                 \
		any = printf("  %-24s %-9s linux-6.12 %-3s intended %-3s  %s\n", name, #kind,      \
			     in_612 ? "on" : "off", in_intended ? "on" : "off", witness);
	IRQLAB_SWITCHES(PRINT)
#undef PRINT
	return any;
}

static bool list_warnings(const char *only)
{
	bool any = false;

#define PRINT(id, text)                                                                            \
	if (is_wanted(only, #id))                                                                  \
		any = printf("  %-22s %s\n", #id, text);
	IRQLAB_WARNINGS(PRINT)
#undef PRINT
	return any;
}

static bool list_errors(const char *only)
{
	bool any = false;

#define PRINT(name, number, text)                                                                  \
	if (is_wanted(only, #name))                                                                \
		any = printf("  %-11s %3d  %s\n", #name, irqlab_errno_number(#name),               \
			     irqlab_errno_text(irqlab_errno_number(#name)));
	IRQLAB_ERRNOS(PRINT)
#undef PRINT
	return any;
}

static bool list_diagnostics(const char *only)
{
	bool any = false;

	for (unsigned i = 0; i < NR_DIAGS; i++) {
		enum diag_id id = (enum diag_id)i;

		if (is_wanted(only, diag_name(id)))
			any = printf("  %-23s %-9s %s\n", diag_name(id),
				     scenario_status_name(diag_status(id)), diag_format(id));
	}
	return any;
}

static const struct {
	const char *topic;
	bool (*list)(const char *only); /* NULL: those of `words` */
	enum scenario_words words;
} lists[] = {
	{"switches", list_switches, 0},
	{"warnings", list_warnings, 0},
	{"errors", list_errors, 0},
	{"diagnostics", list_diagnostics, 0},
	{"features", NULL, SCENARIO_FEATURES},
	{"searches", NULL, SCENARIO_SEARCHES},
	{"properties", NULL, SCENARIO_PROPERTIES},
	{"pictures", NULL, SCENARIO_PICTURES},
};
#define NR_LISTS (sizeof(lists) / sizeof(*lists))

static bool list(size_t nr, const char *only)
{
	return lists[nr].list ? lists[nr].list(only) : list_words(lists[nr].words, only);
}

static bool print_list(const char *topic)
{
	for (size_t i = 0; i < NR_LISTS; i++)
		if (strcmp(topic, lists[i].topic) == 0)
			return list(i, NULL);
	return false;
}

static bool print_name(const char *name)
{
	bool any = print_verb(name);

	for (size_t i = 0; i < NR_LISTS; i++)
		any |= list(i, name);
	return any;
}

/* ---- topics ---- */

static bool print_syntax(const char *topic)
{
	static const char *const names[] = {
		[SYNTAX_VIM] = "syntax-vim",
		[SYNTAX_TEXTMATE] = "syntax-textmate",
		[SYNTAX_DICTIONARY] = "dictionary",
		[SYNTAX_REFERENCE] = "reference",
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(topic, names[i]) != 0)
			continue;
		scenario_print_syntax(stdout, (enum editor_syntax)i);
		return true;
	}
	return false;
}

static bool print_verbs(const char *topic)
{
	if (strcmp(topic, "verbs") != 0)
		return false;
	list_verbs();
	return true;
}

/* The closest of all that there is help on; NULL: none is close. */
static const char *suggestion(const char *word)
{
	struct suggestion best = {0};
	struct scenario_verb verb;

	for (unsigned i = 0; scenario_verb(i, &verb); i++)
		suggestion_offer(&best, word, verb.name);
	for (size_t i = 0; i < NR_LISTS; i++)
		suggestion_offer(&best, word, lists[i].topic);
	for (unsigned i = 0; i < NR_DIAGS; i++)
		suggestion_offer(&best, word, diag_name((enum diag_id)i));
#define OFFER_ID(id, ...)	  suggestion_offer(&best, word, #id);
#define OFFER_NAME(id, name, ...) suggestion_offer(&best, word, name);
	IRQLAB_WARNINGS(OFFER_ID)
	IRQLAB_ERRNOS(OFFER_ID)
	IRQLAB_SWITCHES(OFFER_NAME)
#undef OFFER_ID
#undef OFFER_NAME
	return best.word;
}

int help_topic(const char *topic)
{
	const char *close;

	if (print_verbs(topic) || print_list(topic) || print_syntax(topic) || print_name(topic))
		return STATUS_OK;
	close = suggestion(topic);
	fprintf(stderr, "irqlab: no help on '%s'", topic);
	fprintf(stderr, close ? "; did you mean '%s'?\n" : "\n", close);
	fputs("topics: a command, a verb, verbs, switches, warnings, errors, diagnostics, features,\n"
	      "        searches, properties, pictures, a name of these, reference, syntax-vim,\n"
	      "        syntax-textmate, dictionary\n",
	      stderr);
	return STATUS_USAGE;
}
