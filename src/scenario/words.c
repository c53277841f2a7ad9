/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/words.h"

#include "scenario/check.h"
#include "scenario/keys.h"

#include <irqlab/bus.h>
#include <string.h>

/* Words of the language's tables, and of the machine's: known or not. */

struct word {
	const char *name, *text;
	bool flag; /* a feature: present; a property: may name interrupts */
};

static const struct word features[] = {
#define ROW(name, present, text) {name, text, present},
	IRQLAB_FEATURES(ROW)
#undef ROW
};
static const struct word searches[] = {
#define ROW(name, text) {name, text, false},
	IRQLAB_SEARCHES(ROW)
#undef ROW
};
static const struct word properties[] = {
#define ROW(name, irqs, text) {name, text, irqs},
	IRQLAB_PROPERTIES(ROW)
#undef ROW
};
static const struct word pictures[] = {
#define ROW(id, name, text) {name, text, false},
	IRQLAB_PICTURES(ROW)
#undef ROW
};

static const struct word kinds[] = {
#define ROW(name, build, text) {name, text, false},
	IRQLAB_DOMAIN_KINDS(ROW)
#undef ROW
};

#define SIZE(array) ((unsigned)(sizeof(array) / sizeof(*(array))))
static const struct {
	const struct word *words;
	unsigned nr;
} lists[] = {
	[SCENARIO_FEATURES] = {features, SIZE(features)},
	[SCENARIO_SEARCHES] = {searches, SIZE(searches)},
	[SCENARIO_PROPERTIES] = {properties, SIZE(properties)},
	[SCENARIO_PICTURES] = {pictures, SIZE(pictures)},
	[SCENARIO_KINDS] = {kinds, SIZE(kinds)},
};

bool scenario_word(enum scenario_words list, unsigned nr, struct scenario_word *out)
{
	const struct word *word;

	if (nr >= lists[list].nr)
		return false;
	word = &lists[list].words[nr];
	*out = (struct scenario_word){word->name, word->text,
				      list != SCENARIO_FEATURES || word->flag};
	return true;
}

const char *picture_name(enum picture picture)
{
	return pictures[picture].name;
}

/* NULL: none is called that; then *best has the closest. */
static const struct word *find(enum scenario_words list, const char *name, struct suggestion *best)
{
	for (unsigned i = 0; i < lists[list].nr; i++) {
		if (strcmp(lists[list].words[i].name, name) == 0)
			return &lists[list].words[i];
		suggestion_offer(best, name, lists[list].words[i].name);
	}
	return NULL;
}

/* Is it one of the list? An error otherwise. */
static bool check_word(struct scope *scope, enum scenario_words list, enum diag_id id,
		       const struct pattern *p)
{
	struct suggestion best = {0};
	struct text shown = {0};
	bool known;

	pattern_print(p, &shown);
	known = find(list, text_string(&shown), &best);
	if (!known)
		diag_suggest(scope->diags, scope_error(scope, id, p->span, text_string(&shown)),
			     best.word);
	text_free(&shown);
	return known;
}

enum feature feature_of(const char *word)
{
	struct suggestion best = {0};
	const struct word *feature = find(SCENARIO_FEATURES, word, &best);

	return !feature ? FEATURE_UNKNOWN : feature->flag ? FEATURE_PRESENT : FEATURE_MISSING;
}

void check_features(struct scope *scope, const struct stmt *stmt)
{
	for (const struct arg *a = stmt->args; a; a = a->next)
		check_word(scope, SCENARIO_FEATURES, DIAG_UNKNOWN_FEATURE, a->value);
}

void check_search(struct scope *scope, const struct stmt *explore)
{
	for (const struct arg *a = explore->args; a; a = a->next)
		check_word(scope, SCENARIO_SEARCHES, DIAG_UNKNOWN_SEARCH, a->value);
}

void check_snapshot(struct scope *scope, const struct stmt *stmt)
{
	check_word(scope, SCENARIO_PICTURES, DIAG_UNKNOWN_SNAPSHOT, stmt_value(stmt, "NAME"));
}

/* ---- properties ---- */

/* "raise", "write(lo)": the name of an event. */
static bool is_event(const struct pattern *p)
{
	enum verb verb = p->kind == PATTERN_PATH && !p->path->next && !p->path->index
				 ? verb_lookup(p->path->name, PHASE_ASSERTION)
				 : VERB_NONE;

	return verb >= VERB_E_DELIVER && verb <= VERB_E_CPU;
}

static bool is_word(const struct arg *arg, const char *word)
{
	return arg && pattern_is_word(arg->value) && strcmp(arg->value->path->name, word) == 0;
}

/* EVENT between EVENT and EVENT: returns the argument that is none, NULL: all fine. */
static const struct arg *first_not_between(const struct stmt *stmt)
{
	static const char *const words[] = {NULL, "between", NULL, "and", NULL};
	const struct arg *arg = stmt->args, *last = arg;
	unsigned nr = 0;

	for (; arg && nr < SIZE(words); last = arg, arg = arg->next, nr++)
		if (words[nr] ? !is_word(arg, words[nr]) : !is_event(arg->value))
			return arg;
	return arg || (nr != 1 && nr != SIZE(words)) ? last : NULL;
}

static const char *arg_shown(struct scope *scope, const struct pattern *p)
{
	struct text text = {0};
	const char *out;

	pattern_print(p, &text);
	out = stash_string(scope->stash, text_string(&text));
	text_free(&text);
	return out;
}

static void check_named_property(struct scope *scope, const struct stmt *stmt)
{
	struct suggestion best = {0};
	struct irq_slice irqs;
	const char *name;

	if (!check_word(scope, SCENARIO_PROPERTIES, DIAG_UNKNOWN_PROPERTY, stmt->args->value))
		return;
	name = stmt->args->value->path->name;
	for (const struct arg *a = stmt->args->next; a; a = a->next) {
		if (find(SCENARIO_PROPERTIES, name, &best)->flag && a->value->kind == PATTERN_PATH)
			irqs_resolve(scope, a->value, &irqs);
		else
			scope_error(scope, DIAG_UNKNOWN_WORD, a->span, name,
				    arg_shown(scope, a->value));
	}
}

void check_property(struct scope *scope, const struct stmt *stmt)
{
	const struct arg *wrong;

	if (!is_event(stmt->args->value)) {
		check_named_property(scope, stmt);
		return;
	}
	wrong = first_not_between(stmt);
	if (wrong)
		scope_error(scope, DIAG_EXPECTED, wrong->span, "EVENT between EVENT and EVENT",
			    stash_printf(scope->stash, "'%s'", arg_shown(scope, wrong->value)));
}

/* ---- words that the machine knows ---- */

void check_switch(struct scope *scope, const struct arg *arg)
{
	const char *word = arg->value->path->name;
	struct suggestion best = {0};

	if (machine_switch_by_name(word) >= 0)
		return;
#define OFFER(id, name, ...) suggestion_offer(&best, word, name);
	IRQLAB_SWITCHES(OFFER)
#undef OFFER
	diag_suggest(scope->diags, scope_error(scope, DIAG_UNKNOWN_SWITCH, arg->span, word),
		     best.word);
}

void check_warning(struct scope *scope, const struct arg *arg)
{
	const char *word = arg->value->path->name;
	struct suggestion best = {0};

	if (machine_warning_by_name(word) >= 0)
		return;
#define OFFER(id, text) suggestion_offer(&best, word, #id);
	IRQLAB_WARNINGS(OFFER)
#undef OFFER
	diag_suggest(scope->diags, scope_error(scope, DIAG_UNKNOWN_WARNING, arg->span, word),
		     best.word);
}

void check_reason(struct scope *scope, const struct pattern *p)
{
	struct suggestion best = {0};

	if (!pattern_is_word(p))
		return;
	for (unsigned i = 0; i < NR_DROP_REASONS; i++) {
		const char *name = drop_reason_name((enum drop_reason)i);

		if (strcmp(name, p->path->name) == 0)
			return;
		suggestion_offer(&best, p->path->name, name);
	}
	diag_suggest(scope->diags, scope_error(scope, DIAG_UNKNOWN_REASON, p->span, p->path->name),
		     best.word);
}

void check_profile(struct scope *scope, const struct stmt *stmt)
{
	const struct pattern *name = stmt_value(stmt, "NAME");
	struct text text = {0};
	enum machine_profile profile;

	path_print(name->path, &text);
	if (!profile_by_name(text_string(&text), &profile))
		scope_error(scope, DIAG_UNKNOWN_PROFILE, name->span, text_string(&text));
	text_free(&text);
}

bool profile_by_name(const char *name, enum machine_profile *out)
{
	*out = strcmp(name, "intended") == 0 ? PROFILE_INTENDED : PROFILE_LINUX_6_12;
	return *out == PROFILE_INTENDED || strcmp(name, "linux-6.12") == 0;
}
