/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/ast.h"
#include "scenario/bits.h"
#include "scenario/check.h"
#include "scenario/state.h"

#include <irqlab/bus.h>
#include <irqlab/scenario.h>
#include <string.h>

/* Editor files, the dictionary for fuzzers and the reference, from the tables of the parser. */

static bool seen_before(unsigned nr, const char *name)
{
	struct scenario_verb verb;

	for (unsigned i = 0; i < nr && scenario_verb(i, &verb); i++)
		if (strcmp(verb.name, name) == 0)
			return true;
	return false;
}

static void vim_verbs(FILE *to, const char *group, bool assertions)
{
	struct scenario_verb verb;

	fprintf(to, "syn keyword %s contained", group);
	for (unsigned i = 0; scenario_verb(i, &verb); i++)
		if ((strcmp(verb.phase, "assertion") == 0) == assertions)
			fprintf(to, " %s", verb.name);
	fputc('\n', to);
}

static void vim(FILE *to)
{
	fputs("\" Vim syntax file: irqlab scenarios. Made by `irqlab help syntax-vim`.\n"
	      "if exists('b:current_syntax') | finish | endif\n"
	      "setlocal iskeyword+=-\n",
	      to);
	vim_verbs(to, "irqVerb", false);
	vim_verbs(to, "irqAssertion", true);
	fputs("syn match irqStart /\\(^\\|[;{]\\)\\s*\\k\\+/ contains=irqVerb,irqAssertion,irqEnd\n"
	      "syn match irqAfterExpect /\\<\\(expect\\|ignore\\)\\s\\+\\(not\\s\\+\\|count\\s\\+"
	      "\\S\\+\\s\\+\\)\\?\\k\\+/ contains=irqVerb,irqAssertion,irqWord\n"
	      "syn keyword irqEnd contained end\n"
	      "syn keyword irqWord as when not count\n"
	      "syn match irqArrow /->/\n"
	      "syn match irqNumber /\\<\\(0x[0-9a-fA-F_]\\+\\|0b[01_]\\+\\|[0-9][0-9_]*\\)\\>/\n"
	      "syn match irqVariable /\\$\\w\\+/\n"
	      "syn match irqErrno /\\<E[A-Z]\\+\\>/\n"
	      "syn region irqString start=/\"/ skip=/\\\\./ end=/\"/ oneline\n"
	      "syn match irqComment /#.*/\n"
	      "syn match irqGolden /^\\s*|.*/\n"
	      "hi def link irqVerb Statement\nhi def link irqAssertion Function\n"
	      "hi def link irqEnd Statement\nhi def link irqWord Keyword\n"
	      "hi def link irqArrow Operator\nhi def link irqNumber Number\n"
	      "hi def link irqVariable Identifier\nhi def link irqErrno Constant\n"
	      "hi def link irqString String\nhi def link irqComment Comment\n"
	      "hi def link irqGolden Special\n"
	      "let b:current_syntax = 'irq'\n",
	      to);
}

static void textmate_verbs(FILE *to, bool assertions)
{
	struct scenario_verb verb;
	const char *bar = "";

	for (unsigned i = 0; scenario_verb(i, &verb); i++) {
		if ((strcmp(verb.phase, "assertion") == 0) != assertions ||
		    seen_before(i, verb.name))
			continue;
		fprintf(to, "%s%s", bar, verb.name);
		bar = "|";
	}
}

static void textmate(FILE *to)
{
	fputs("{\n  \"name\": \"irqlab scenario\",\n  \"scopeName\": \"source.irq\",\n"
	      "  \"fileTypes\": [\"irq\"],\n  \"patterns\": [\n"
	      "    {\"name\": \"comment.line.number-sign.irq\", \"match\": \"#.*$\"},\n"
	      "    {\"name\": \"markup.raw.irq\", \"match\": \"^\\\\s*\\\\|.*$\"},\n"
	      "    {\"name\": \"string.quoted.double.irq\", \"begin\": \"\\\"\", \"end\": \"\\\"|$\", "
	      "\"patterns\": [{\"name\": \"constant.character.escape.irq\", \"match\": "
	      "\"\\\\\\\\.\"}]},\n"
	      "    {\"match\": \"(?:^|[;{])\\\\s*(",
	      to);
	textmate_verbs(to, false);
	fputs("|end)(?![\\\\w-])\", \"captures\": {\"1\": {\"name\": \"keyword.control.irq\"}}},\n"
	      "    {\"match\": \"\\\\bexpect\\\\s+(?:not\\\\s+|count\\\\s+\\\\S+\\\\s+)?(",
	      to);
	textmate_verbs(to, true);
	fputs(")(?![\\\\w-])\", \"captures\": {\"1\": {\"name\": \"support.function.irq\"}}},\n"
	      "    {\"name\": \"keyword.other.irq\", \"match\": \"\\\\b(as|when|expect|not|count)\\\\b\"},\n"
	      "    {\"name\": \"variable.other.irq\", \"match\": \"\\\\$\\\\w+\"},\n"
	      "    {\"name\": \"constant.language.irq\", \"match\": \"\\\\bE[A-Z]+\\\\b\"},\n"
	      "    {\"name\": \"constant.numeric.irq\", \"match\": "
	      "\"\\\\b(0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*)\\\\b\"}\n  ]\n}\n",
	      to);
}

static void dictionary_word(FILE *to, const char *word)
{
	if (*word)
		fprintf(to, "\"%s\"\n", word);
}

static void dictionary_params(FILE *to, enum verb verb)
{
	struct signature signature;

	verb_signature(verb, &signature);
	for (unsigned i = 0; i < signature.nr; i++) {
		const struct param *p = &signature.params[i];
		char choices[sizeof(p->choices)], *rest = choices, *word;

		if (p->keyed && !p->any_key)
			fprintf(to, "\" %s=\"\n", p->name);
		else if (p->literal)
			fprintf(to, "\" %s \"\n", p->name);
		strcpy(choices, p->choices);
		while ((word = strsep(&rest, "|")))
			dictionary_word(to, word);
	}
}

static void dictionary(FILE *to)
{
	static const char *const others[] = {"end", " as ", " -> ", " when ",  "not ", "count ",
					     "$x",  "..",   "<<",   "{",       "}",    "[0]",
					     "0x",  "0b",   "_",    "00:03.0", "| ",   "x2"};

	for (unsigned i = VERB_PLACE + 1; i < NR_VERBS; i++) {
		dictionary_word(to, verb_name((enum verb)i));
		dictionary_params(to, (enum verb)i);
	}
	for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++)
		dictionary_word(to, others[i]);
#define OFFER(form, name, low, high) dictionary_word(to, name);
	IRQLAB_BIT_FIELDS(OFFER)
#undef OFFER
}

/* ---- the reference ---- */

/* "|" would end a cell of the table. */
static void cell(FILE *to, const char *text)
{
	for (; *text; text++)
		fprintf(to, *text == '|' ? "\\|" : "%c", *text);
}

static void reference_keys(FILE *to, const char *verb)
{
	struct scenario_key key;

	if (!scenario_verb_key(verb, 0, &key))
		return;
	fprintf(to, "\n| key | %s | is | bounds | without it |\n|---|---|---|---|---|\n",
		*key.kinds ? "of" : "needs");
	for (unsigned i = 0; scenario_verb_key(verb, i, &key); i++) {
		fprintf(to, "| %s | %s | ", key.name, *key.kinds ? key.kinds : key.needs);
		cell(to, key.text);
		fprintf(to, " | %s | %s |\n", key.bounds, key.otherwise);
	}
}

static void reference_verbs(FILE *to, const char *phase, const char *title, const char *prefix)
{
	struct scenario_verb verb;

	fprintf(to, "\n### %s\n", title);
	for (unsigned i = 0; scenario_verb(i, &verb); i++) {
		if (strcmp(verb.phase, phase) != 0)
			continue;
		fprintf(to, "\n    %s%s%s%s\n\n%s", prefix, verb.name, *verb.arguments ? " " : "",
			verb.arguments, verb.help);
		if (*verb.results)
			fprintf(to, " Results: `%s`.", verb.results);
		fprintf(to, " For example: `%s`.\n", verb.example);
		if (strcmp(phase, "topology") == 0)
			reference_keys(to, verb.name);
	}
}

static void reference_types(FILE *to)
{
	fputs("\n### Types of arguments\n\n| type | is |\n|---|---|\n", to);
	for (unsigned i = 0; i < NR_PARAM_TYPES; i++)
		fprintf(to, "| %s | %s |\n", param_type_name((enum param_type)i),
			param_type_text((enum param_type)i));
}

static void reference_fields(FILE *to)
{
	static const struct {
		enum form form;
		const char *name;
		unsigned low, high;
	} fields[] = {
#define ROW(form, name, low, high) {FORM_##form, name, low, high},
		IRQLAB_BIT_FIELDS(ROW)
#undef ROW
	};

	fputs("\n### Fields\n\n| of | field | bits |\n|---|---|---|\n", to);
	for (unsigned i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		fprintf(to,
			fields[i].low == fields[i].high ? "| %s | %s | %u |\n"
							: "| %s | %s | %u:%u |\n",
			form_text(fields[i].form), fields[i].name, fields[i].high, fields[i].low);
}

static void reference_state(FILE *to)
{
	const char *name, *text;

	fputs("\n### Keys of `expect state`\n\n| of | key | is |\n|---|---|---|\n", to);
	for (unsigned kind = 0; kind < NR_STATE_KINDS; kind++)
		for (unsigned i = 0; state_key((enum state_kind)kind, i, &name, &text); i++)
			fprintf(to, "| %s | %s | %s |\n", state_kind_text((enum state_kind)kind),
				name, text);
}

static void reference_words(FILE *to, const char *title, enum scenario_words list)
{
	struct scenario_word word;

	fprintf(to, "\n### %s\n\n| name | is |\n|---|---|\n", title);
	for (unsigned i = 0; scenario_word(list, i, &word); i++)
		fprintf(to, "| %s | %s%s |\n", word.name, word.text,
			word.present ? "" : "; not in this build");
}

static void reference_names(FILE *to)
{
	fputs("\n### Errors\n\n| name | means |\n|---|---|\n", to);
#define ROW(name, number, text) fprintf(to, "| %s | %s |\n", #name, text);
	IRQLAB_ERRNOS(ROW)
#undef ROW
	fputs("\n### Switches\n\n| name | kind | on in 6.12 | on in intended | when on |\n"
	      "|---|---|---|---|---|\n",
	      to);
#define ROW(id, name, kind, in_612, in_intended, witness)                                          \
	fprintf(to, "| %s | %s | %s | %s | %s |\n", name, #kind, in_612 ? "yes" : "",              \
		in_intended ? "yes" : "", witness);
	IRQLAB_SWITCHES(ROW)
#undef ROW
	fputs("\n### Warnings\n\n| name | means |\n|---|---|\n", to);
#define ROW(id, text) fprintf(to, "| %s | %s |\n", #id, text);
	IRQLAB_WARNINGS(ROW)
#undef ROW
	fputs("\n### Why an interrupt is dropped\n\n| reason | means |\n|---|---|\n", to);
#define ROW(id, name, text) fprintf(to, "| %s | %s |\n", name, text);
	IRQLAB_DROP_REASONS(ROW)
#undef ROW
	reference_words(to, "Kinds of `domain`", SCENARIO_KINDS);
	reference_words(to, "Features for `requires`", SCENARIO_FEATURES);
	reference_words(to, "Pictures for `snapshot`", SCENARIO_PICTURES);
	reference_words(to, "Searches for `explore`", SCENARIO_SEARCHES);
	reference_words(to, "Properties for `explore`", SCENARIO_PROPERTIES);
}

static void reference_diagnostics(FILE *to)
{
	fputs("\n### Diagnostics\n\n| identifier | makes the scenario | text |\n|---|---|---|\n",
	      to);
	for (unsigned i = 0; i < NR_DIAGS; i++) {
		enum diag_id id = (enum diag_id)i;

		fprintf(to, "| %s | %s | ", diag_name(id), scenario_status_name(diag_status(id)));
		cell(to, diag_format(id));
		fputs(" |\n", to);
	}
}

static void reference(FILE *to)
{
	reference_verbs(to, "file", "The file as a whole", "");
	reference_verbs(to, "topology", "Inside `topology`", "");
	reference_verbs(to, "action", "Actions", "");
	reference_verbs(to, "block", "Blocks and assertions", "");
	reference_verbs(to, "assertion", "What can be expected", "expect ");
	reference_verbs(to, "explore", "Inside `explore`", "");
	reference_types(to);
	reference_fields(to);
	reference_state(to);
	reference_names(to);
	reference_diagnostics(to);
}

void scenario_print_syntax(FILE *to, enum editor_syntax which)
{
	switch (which) {
	case SYNTAX_VIM:
		vim(to);
		break;
	case SYNTAX_TEXTMATE:
		textmate(to);
		break;
	case SYNTAX_DICTIONARY:
		dictionary(to);
		break;
	case SYNTAX_REFERENCE:
		reference(to);
		break;
	}
}
