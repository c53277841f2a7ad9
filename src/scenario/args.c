/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/parser.h"

#include <ctype.h>
#include <string.h>

struct matching {
	struct scenario *s;
	struct stmt *stmt;
	enum verb verb;
	struct signature signature;
	bool used[MAX_PARAMS];
};

static const char *kind_text(enum pattern_kind kind)
{
	static const char *const texts[] = {
		[PATTERN_ANY] = "'_'",
		[PATTERN_INT] = "a number",
		[PATTERN_MASKED] = "a value and mask",
		[PATTERN_RANGE] = "a range",
		[PATTERN_SET] = "a set",
		[PATTERN_FIELDS] = "fields",
		[PATTERN_VARIABLE] = "a variable",
		[PATTERN_STRING] = "a string",
		[PATTERN_BDF] = "a PCI address",
		[PATTERN_PATH] = "a name",
	};

	return texts[kind];
}

static bool is_times(const struct pattern *v)
{
	const char *p = pattern_is_word(v) ? v->path->name : "";

	if (*p++ != 'x' || !isdigit((unsigned char)*p) || strlen(p) > 6)
		return false;
	return p[strspn(p, "0123456789")] == '\0';
}

static bool is_list(const struct pattern *v)
{
	if (v->kind != PATTERN_SET)
		return v->kind == PATTERN_INT || v->kind == PATTERN_RANGE;
	for (const struct pattern *i = v->items; i; i = i->next)
		if (i->kind != PATTERN_INT && i->kind != PATTERN_RANGE)
			return false;
	return true;
}

static bool path_is_plain(const struct pattern *v)
{
	if (v->kind != PATTERN_PATH)
		return false;
	for (const struct segment *s = v->path; s; s = s->next)
		if (s->index || s->call)
			return false;
	return true;
}

static bool accepts(const struct param *param, const struct pattern *v)
{
	switch (param->type) {
	case PARAM_WORD:
		return pattern_is_word(v) &&
		       (!*param->choices || param_has_choice(param, v->path->name));
	case PARAM_INT:
		return v->kind == PATTERN_INT || v->kind == PATTERN_VARIABLE;
	case PARAM_RANGE:
		return v->kind == PATTERN_INT || v->kind == PATTERN_RANGE;
	case PARAM_LIST:
		return is_list(v);
	case PARAM_PATTERN:
		return true;
	case PARAM_VALUE:
		return pattern_is_word(v) || v->kind == PATTERN_INT || v->kind == PATTERN_STRING ||
		       v->kind == PATTERN_BDF;
	case PARAM_NAME:
		return path_is_plain(v);
	case PARAM_STRING:
		return v->kind == PATTERN_STRING;
	case PARAM_BDF:
		return v->kind == PATTERN_BDF;
	case PARAM_TIMES:
		return is_times(v);
	case PARAM_ASSERTION:
	case PARAM_PROPERTY:
		return true;
	default:
		return v->kind == PATTERN_PATH;
	}
}

static void wrong_argument(struct matching *m, const struct param *param, const struct arg *arg)
{
	struct diags *diags = &m->s->parse_diags;
	const char *wanted = *param->choices ? param->choices : param_type_text(param->type);
	struct suggestion best = {0};
	struct diag *diag;
	char choices[sizeof(param->choices)], *next = choices, *word;

	if (!pattern_is_word(arg->value)) {
		diag_add(diags, DIAG_WRONG_ARGUMENT, arg->span, param->name, wanted,
			 kind_text(arg->value->kind));
		return;
	}
	diag = diag_add(diags, DIAG_WRONG_ARGUMENT, arg->span, param->name, wanted,
			stash_printf(&m->s->stash, "'%s'", arg->value->path->name));
	strcpy(choices, param->choices);
	while ((word = strsep(&next, "|")))
		suggestion_offer(&best, arg->value->path->name, word);
	diag_suggest(diags, diag, best.word);
}

static bool take(struct matching *m, unsigned nr, struct arg *arg)
{
	const struct param *param = &m->signature.params[nr];

	if (!accepts(param, arg->value)) {
		wrong_argument(m, param, arg);
		return false;
	}
	m->used[nr] = true;
	arg->type = param->type;
	arg->param = stash_string(&m->s->stash, param->any_key ? arg->key : param->name);
	return true;
}

static bool take_keyed(struct matching *m, struct arg *arg)
{
	struct suggestion best = {0};
	struct diag *diag;

	for (unsigned i = 0; i < m->signature.nr; i++) {
		const struct param *param = &m->signature.params[i];

		if (!param->keyed)
			continue;
		if (!param->any_key && strcmp(param->name, arg->key) != 0) {
			suggestion_offer(&best, arg->key, param->name);
			continue;
		}
		if (m->used[i] && !param->repeated) {
			diag_add(&m->s->parse_diags, DIAG_DUPLICATE_ARGUMENT, arg->span, arg->key);
			return false;
		}
		return take(m, i, arg);
	}
	diag = diag_add(&m->s->parse_diags, DIAG_UNKNOWN_KEY, arg->span, verb_name(m->verb),
			arg->key);
	diag_suggest(&m->s->parse_diags, diag, best.word);
	return false;
}

static bool is_the_literal(const struct param *param, const struct arg *arg)
{
	return param->literal && pattern_is_word(arg->value) &&
	       strcmp(arg->value->path->name, param->name) == 0;
}

/* The required positional parameter whose turn it is; −1: all were given. */
static int next_required(const struct matching *m)
{
	for (unsigned i = 0; i < m->signature.nr; i++) {
		const struct param *param = &m->signature.params[i];

		if (!param->optional && !param->keyed && !m->used[i])
			return (int)i;
	}
	return -1;
}

static bool take_required(struct matching *m, unsigned nr, struct arg *arg)
{
	const struct param *param = &m->signature.params[nr];

	if (param->literal && !is_the_literal(param, arg)) {
		diag_add(&m->s->parse_diags, DIAG_MISSING_ARGUMENT, arg->span, verb_name(m->verb),
			 stash_printf(&m->s->stash, "the word '%s' here", param->name));
		return false;
	}
	arg->is_literal = param->literal;
	return take(m, nr, arg);
}

static bool group_is_free(struct matching *m, unsigned nr, const struct arg *arg)
{
	unsigned group = m->signature.params[nr].group;

	for (unsigned i = 0; group && i < m->signature.nr; i++) {
		if (i == nr || m->signature.params[i].group != group || !m->used[i])
			continue;
		diag_add(&m->s->parse_diags, DIAG_EXCLUSIVE_ARGUMENTS, arg->span,
			 m->signature.params[i].name, m->signature.params[nr].name);
		return false;
	}
	return true;
}

/* A word that the verb knows, and the value that belongs to it. */
static bool take_literal(struct matching *m, unsigned nr, struct arg **arg)
{
	const struct param *param = &m->signature.params[nr];
	struct arg *operand = (*arg)->next;

	if (m->used[nr]) {
		diag_add(&m->s->parse_diags, DIAG_DUPLICATE_ARGUMENT, (*arg)->span, param->name);
		return false;
	}
	if (!group_is_free(m, nr, *arg))
		return false;
	(*arg)->is_literal = true;
	(*arg)->type = PARAM_WORD;
	(*arg)->param = stash_string(&m->s->stash, param->name);
	m->used[nr] = true;
	if (!param->operand)
		return true;
	if (!operand || operand->key) {
		diag_add(&m->s->parse_diags, DIAG_MISSING_ARGUMENT, (*arg)->span, param->name,
			 param_type_text(param->type));
		return false;
	}
	*arg = operand;
	return take(m, nr, operand);
}

static void unknown_word(struct matching *m, const struct arg *arg)
{
	struct suggestion best = {0};
	struct text shown = {0};
	struct diag *diag;

	pattern_print(arg->value, &shown);
	diag = diag_add(&m->s->parse_diags, DIAG_UNKNOWN_WORD, arg->span, verb_name(m->verb),
			text_string(&shown));
	for (unsigned i = 0; i < m->signature.nr; i++)
		if (m->signature.params[i].literal)
			suggestion_offer(&best, text_string(&shown), m->signature.params[i].name);
	diag_suggest(&m->s->parse_diags, diag, best.word);
	text_free(&shown);
}

static bool take_positional(struct matching *m, struct arg **arg)
{
	const struct signature *signature = &m->signature;
	int required = next_required(m);

	if (required >= 0)
		return take_required(m, (unsigned)required, *arg);
	for (unsigned i = 0; i < signature->nr; i++)
		if (signature->params[i].optional && is_the_literal(&signature->params[i], *arg))
			return take_literal(m, i, arg);
	for (unsigned i = 0; i < signature->nr; i++) {
		const struct param *param = &signature->params[i];

		if (!param->keyed && !param->literal && (!m->used[i] || param->repeated) &&
		    (param->optional || param->repeated) && accepts(param, (*arg)->value))
			return take(m, i, *arg);
	}
	unknown_word(m, *arg);
	return false;
}

static bool all_given(struct matching *m)
{
	for (unsigned i = 0; i < m->signature.nr; i++) {
		const struct param *param = &m->signature.params[i];
		const char *what;

		if (param->optional || m->used[i])
			continue;
		what = param->keyed	 ? stash_printf(&m->s->stash, "'%s='", param->name)
		       : param->literal	 ? stash_printf(&m->s->stash, "the word '%s'", param->name)
		       : *param->choices ? param->choices
					 : param_type_text(param->type);
		diag_add(&m->s->parse_diags, DIAG_MISSING_ARGUMENT, m->stmt->verb_span,
			 verb_name(m->verb), what);
		return false;
	}
	return true;
}

bool args_match(struct scenario *s, struct stmt *stmt, enum verb verb)
{
	struct matching m = {.s = s, .stmt = stmt, .verb = verb};

	verb_signature(verb, &m.signature);
	for (struct arg *arg = stmt->args; arg; arg = arg->next)
		if (!(arg->key ? take_keyed(&m, arg) : take_positional(&m, &arg)))
			return false;
	return all_given(&m);
}

const struct arg *stmt_arg(const struct stmt *stmt, const char *param)
{
	for (const struct arg *arg = stmt->args; arg; arg = arg->next)
		if (arg->param && !arg->is_literal && strcmp(arg->param, param) == 0)
			return arg;
	return NULL;
}

const struct pattern *stmt_value(const struct stmt *stmt, const char *param)
{
	const struct arg *arg = stmt_arg(stmt, param);

	return arg ? arg->value : NULL;
}

bool stmt_has_word(const struct stmt *stmt, const char *param)
{
	for (const struct arg *arg = stmt->args; arg; arg = arg->next)
		if (arg->is_literal && strcmp(arg->param, param) == 0)
			return true;
	return false;
}
