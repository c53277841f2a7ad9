/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/verbs.h"
#include "scenario/words.h"

#include <ctype.h>
#include <irqlab/scenario.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct verb_row {
	const char *name, *arguments, *results, *help, *example;
	enum verb_phase phase;
};

static const struct verb_row rows[NR_VERBS] = {
	[VERB_NONE] = {"", "", "", "", "", PHASE_FILE},
	[VERB_PLACE] = {"", "[VALUE:PATTERN] [KEY=PATTERN...]", "", "", "", PHASE_ASSERTION},
#define ROW(phase, id, name, arguments, results, help, example)                                    \
	[VERB_##id] = {name, arguments, results, help, example, phase},
#define FILE_ROW(...)	   ROW(PHASE_FILE, __VA_ARGS__)
#define TOPOLOGY_ROW(...)  ROW(PHASE_TOPOLOGY, __VA_ARGS__)
#define ACTION_ROW(...)	   ROW(PHASE_ACTION, __VA_ARGS__)
#define BLOCK_ROW(...)	   ROW(PHASE_BLOCK, __VA_ARGS__)
#define ASSERTION_ROW(...) ROW(PHASE_ASSERTION, __VA_ARGS__)
#define EXPLORE_ROW(...)   ROW(PHASE_EXPLORE, __VA_ARGS__)
	IRQLAB_FILE_VERBS(FILE_ROW) IRQLAB_TOPOLOGY_VERBS(TOPOLOGY_ROW) IRQLAB_ACTIONS(ACTION_ROW)
		IRQLAB_BLOCKS(BLOCK_ROW) IRQLAB_ASSERTIONS(ASSERTION_ROW)
			IRQLAB_EXPLORE_VERBS(EXPLORE_ROW)};

static const struct {
	const char *name, *text;
} types[NR_PARAM_TYPES] = {
#define TYPE_ROW(id, text) {#id, text},
	IRQLAB_PARAM_TYPES(TYPE_ROW)
#undef TYPE_ROW
};

const char *verb_name(enum verb verb)
{
	return rows[verb].name;
}

const char *verb_results(enum verb verb)
{
	return rows[verb].results;
}

enum verb_phase verb_phase(enum verb verb)
{
	return rows[verb].phase;
}

const char *verb_phase_name(enum verb_phase phase)
{
	switch (phase) {
	case PHASE_FILE:
		return "file";
	case PHASE_TOPOLOGY:
		return "topology";
	case PHASE_ACTION:
		return "action";
	case PHASE_BLOCK:
		return "block";
	case PHASE_ASSERTION:
		return "assertion";
	case PHASE_EXPLORE:
		return "explore";
	}
	return "";
}

const char *param_type_text(enum param_type type)
{
	return types[type].text;
}

const char *param_type_name(enum param_type type)
{
	return types[type].name;
}

enum verb verb_lookup(const char *name, unsigned phases)
{
	for (unsigned i = VERB_PLACE + 1; i < NR_VERBS; i++)
		if ((rows[i].phase & phases) && strcmp(rows[i].name, name) == 0)
			return (enum verb)i;
	return VERB_NONE;
}

bool word_in_list(const char *list, const char *word, char separator)
{
	size_t length = strlen(word);

	while (*list) {
		size_t n = strcspn(list, (char[]){separator, '\0'});

		if (n == length && memcmp(list, word, n) == 0)
			return true;
		list += n;
		if (*list)
			list++;
	}
	return false;
}

bool verb_has_result(enum verb verb, const char *key)
{
	return word_in_list(rows[verb].results, key, ' ');
}

bool param_has_choice(const struct param *p, const char *word)
{
	return word_in_list(p->choices, word, '|');
}

/* ---- signatures ---- */

static void copy_cut(char *to, size_t size, const char *from, size_t length)
{
	if (length >= size)
		length = size - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

static bool type_by_name(const char *name, enum param_type *out)
{
	for (unsigned i = 0; i < NR_PARAM_TYPES; i++) {
		if (strcmp(types[i].name, name) == 0) {
			*out = (enum param_type)i;
			return true;
		}
	}
	return false;
}

/* "TYPE" or "a|b": what a value has to be. */
static void param_set_value(struct param *p, const char *text)
{
	if (type_by_name(text, &p->type))
		return;
	p->type = PARAM_WORD;
	copy_cut(p->choices, sizeof(p->choices), text, strlen(text));
}

static void param_parse(struct param *p, char *item)
{
	size_t length = strlen(item);
	char *mark;

	if (length > 3 && strcmp(item + length - 3, "...") == 0) {
		p->repeated = true;
		item[length - 3] = '\0';
	}
	if (strcmp(item, "xN") == 0) {
		strcpy(p->name, "xN");
		p->type = PARAM_TIMES;
	} else if ((mark = strchr(item, '=')) || (mark = strchr(item, ':'))) {
		p->keyed = *mark == '=';
		*mark = '\0';
		p->any_key = p->keyed && strcmp(item, "KEY") == 0;
		copy_cut(p->name, sizeof(p->name), item, strlen(item));
		param_set_value(p, mark + 1);
	} else if ((mark = strchr(item, ' '))) {
		*mark = '\0';
		p->literal = p->operand = true;
		copy_cut(p->name, sizeof(p->name), item, strlen(item));
		param_set_value(p, mark + 1);
	} else {
		copy_cut(p->name, sizeof(p->name), item, strlen(item));
		p->literal = !isupper((unsigned char)*item) && !strchr(item, '|');
		if (strchr(item, '|'))
			param_set_value(p, item);
		else if (!p->literal)
			param_set_value(p, item);
	}
}

static void signature_add(struct signature *s, const char *item, size_t length, bool optional,
			  unsigned group)
{
	char copy[64];

	copy_cut(copy, sizeof(copy), item, length);
	if (optional && strcmp(copy, "as NAME") == 0) {
		s->can_name = true;
		return;
	}
	if (s->nr == MAX_PARAMS)
		return;
	s->params[s->nr].optional = optional;
	s->params[s->nr].group = group;
	param_parse(&s->params[s->nr++], copy);
}

/* "[at INT | any | range RANGE]": a group; "[behind=pci|pcie]" has no blanks around its bar. */
static void signature_add_optional(struct signature *s, const char *inner, size_t length)
{
	static const char bar[] = " | ";
	const char *end = inner + length, *next = inner;
	unsigned group = 0;

	while (next < end) {
		const char *stop = strstr(next, bar);

		if (stop && stop > end)
			stop = NULL;
		if (stop && !group)
			group = s->nr + 1;
		signature_add(s, next, (size_t)((stop ? stop : end) - next), true, group);
		next = stop ? stop + sizeof(bar) - 1 : end;
	}
}

void verb_signature(enum verb verb, struct signature *out)
{
	const char *p = rows[verb].arguments;

	memset(out, 0, sizeof(*out));
	while (*p) {
		size_t length;

		if (*p == ' ') {
			p++;
		} else if (*p == '[') {
			length = strcspn(p, "]");
			signature_add_optional(out, p + 1, length - 1);
			p += length + 1;
		} else {
			length = strcspn(p, " ");
			signature_add(out, p, length, false, 0);
			p += length;
		}
	}
}

/* ---- suggestions ---- */

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

unsigned word_distance(const char *a, const char *b, unsigned limit)
{
	enum { LONGEST = 40 };
	unsigned rows3[3][LONGEST + 1];
	size_t na = strlen(a), nb = strlen(b);
	size_t apart = na > nb ? na - nb : nb - na;

	if (na > LONGEST || nb > LONGEST || apart > limit)
		return limit + 1;
	for (unsigned j = 0; j <= nb; j++)
		rows3[0][j] = j;
	for (unsigned i = 1; i <= na; i++) {
		unsigned *now = rows3[i % 3], *before = rows3[(i + 2) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= nb; j++) {
			unsigned change = before[j - 1] + (a[i - 1] != b[j - 1]);

			now[j] = least(before[j] + 1, now[j - 1] + 1, change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], rows3[(i + 1) % 3][j - 2] + 1, now[j]);
		}
	}
	return rows3[na % 3][nb] > limit ? limit + 1 : rows3[na % 3][nb];
}

void suggestion_offer(struct suggestion *best, const char *word, const char *candidate)
{
	size_t length = strlen(word);
	unsigned limit = length < 3 ? 1 : length < 6 ? 2 : 3;
	unsigned distance = word_distance(word, candidate, limit);

	if (length > 3 && strncmp(word, candidate, length) == 0)
		distance = distance < limit ? distance : limit; /* the start of it */
	if (distance > limit || distance >= length || (best->word && distance >= best->distance))
		return;
	best->word = candidate;
	best->distance = distance;
}

const char *verb_suggestion(const char *word, unsigned phases)
{
	struct suggestion best = {0};

	for (unsigned i = VERB_PLACE + 1; i < NR_VERBS; i++)
		if (rows[i].phase & phases)
			suggestion_offer(&best, word, rows[i].name);
	return best.word;
}

/* ---- what the public sees ---- */

bool scenario_verb(unsigned nr, struct scenario_verb *out)
{
	const struct verb_row *row;

	if (nr >= NR_VERBS - VERB_PLACE - 1)
		return false;
	row = &rows[nr + VERB_PLACE + 1];
	*out = (struct scenario_verb){
		.name = row->name,
		.phase = verb_phase_name(row->phase),
		.arguments = row->arguments,
		.results = row->results,
		.help = row->help,
		.example = row->example,
	};
	return true;
}

const char *scenario_verb_suggestion(const char *word)
{
	return verb_suggestion(word, ~0u);
}
