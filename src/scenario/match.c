/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/match.h"

#include <irqlab/cpumask.h>
#include <string.h>

const struct variable *bindings_mark(const struct scope *scope)
{
	return scope->variables;
}

void bindings_undo(struct scope *scope, const struct variable *mark)
{
	while (scope->variables != mark)
		scope->variables = scope->variables->next;
}

static const struct variable *variable_find(const struct scope *scope, const char *name)
{
	for (const struct variable *v = scope->variables; v; v = v->next)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static bool match_variable(struct scope *scope, const char *name, const struct value *value)
{
	const struct variable *bound = variable_find(scope, name);
	struct variable *new;
	uint64_t number = value->number;

	if (value->cpus) {
		if (cpumask_weight(value->cpus) != 1)
			return false;
		number = cpumask_first(value->cpus);
	}
	if (bound && (bound->word || value->word))
		return bound->word && value->word && strcmp(bound->word, value->word) == 0;
	if (bound)
		return bound->number == number;
	new = stash_new(scope->stash, struct variable);
	new->name = name;
	new->number = number;
	new->word = value->word ? stash_string(scope->stash, value->word) : NULL;
	new->next = scope->variables;
	scope->variables = new;
	return true;
}

static bool match_fields(struct scope *scope, const struct field *f, const struct value *value)
{
	static const struct number one = {1, "1"};
	const struct pattern flag = {.kind = PATTERN_INT, .first = one};

	if (value->word || value->cpus)
		return false;
	for (; f; f = f->next) {
		struct value part = {0};

		if (!form_field(value->form, f->name, value->number, &part.number))
			return false;
		if (!pattern_match(scope, f->value ? f->value : &flag, &part))
			return false;
	}
	return true;
}

static bool in_item(const struct pattern *item, uint64_t n)
{
	uint64_t last = item->kind == PATTERN_RANGE ? item->last.value : item->first.value;

	return n >= item->first.value && n <= last;
}

/* A set of CPUs equals a number, a range or a set with the same members. */
static bool match_cpus(const struct pattern *p, const struct cpumask *cpus)
{
	const struct pattern *first = p->kind == PATTERN_SET ? p->items : p;

	for_each_cpu (cpu, cpus) {
		bool found = false;

		for (const struct pattern *i = first; i;
		     i = p->kind == PATTERN_SET ? i->next : NULL)
			found |= in_item(i, cpu);
		if (!found)
			return false;
	}
	for (const struct pattern *i = first; i; i = p->kind == PATTERN_SET ? i->next : NULL) {
		uint64_t last = i->kind == PATTERN_RANGE ? i->last.value : i->first.value;

		for (uint64_t n = i->first.value; n <= last && n < CPUMASK_MAX_CPUS; n++)
			if (!cpumask_test(cpus, (unsigned)n))
				return false;
	}
	return true;
}

static bool match_set(struct scope *scope, const struct pattern *p, const struct value *value)
{
	if (value->cpus)
		return match_cpus(p, value->cpus);
	for (const struct pattern *item = p->items; item; item = item->next)
		if (pattern_match(scope, item, value))
			return true;
	return false;
}

static bool match_word(const char *word, const struct value *value)
{
	return value->word && strcmp(word, value->word) == 0;
}

/* A set of words: {plain, remapped}. */
static bool match_words(const struct field *f, const struct value *value)
{
	for (; f; f = f->next)
		if (match_word(f->name, value))
			return true;
	return false;
}

bool pattern_match(struct scope *scope, const struct pattern *p, const struct value *value)
{
	bool is_number = !value->word && !value->cpus;

	if (!p)
		return true;
	switch (p->kind) {
	case PATTERN_ANY:
		return true;
	case PATTERN_INT:
		return value->cpus ? match_cpus(p, value->cpus)
				   : is_number && value->number == p->first.value;
	case PATTERN_MASKED:
		return is_number &&
		       (value->number & p->last.value) == (p->first.value & p->last.value);
	case PATTERN_RANGE:
		return value->cpus ? match_cpus(p, value->cpus)
				   : is_number && in_item(p, value->number);
	case PATTERN_SET:
		return match_set(scope, p, value);
	case PATTERN_FIELDS:
		return value->word ? match_words(p->fields, value)
				   : match_fields(scope, p->fields, value);
	case PATTERN_VARIABLE:
		return match_variable(scope, p->text, value);
	case PATTERN_STRING:
	case PATTERN_BDF:
		return match_word(p->text, value);
	case PATTERN_PATH:
		return pattern_is_word(p) && match_word(p->path->name, value);
	}
	return false;
}

/* ---- checking ---- */

void pattern_check(struct scope *scope, const struct pattern *p, enum form form)
{
	struct value unknown = {0};

	if (!p)
		return;
	for (const struct pattern *item = p->items; item; item = item->next)
		pattern_check(scope, item, form);
	for (const struct field *f = p->fields; f; f = f->next) {
		pattern_check(scope, f->value, FORM_PLAIN);
		if (!form_has_field(form, f->name))
			diag_suggest(scope->diags,
				     scope_error(scope, DIAG_UNKNOWN_FIELD, f->span,
						 form_text(form), f->name),
				     form_suggestion(form, f->name));
	}
	if (p->kind == PATTERN_VARIABLE && !variable_find(scope, p->text))
		match_variable(scope, p->text, &unknown);
}

/* ---- showing ---- */

static const char *print_cpus(struct scope *scope, const struct cpumask *cpus)
{
	struct text text = {0};
	const char *comma = "", *out;

	text_puts(&text, "{");
	for (unsigned cpu = cpumask_first(cpus); cpu < CPUMASK_MAX_CPUS;) {
		unsigned last = cpu;

		while (cpumask_test(cpus, last + 1))
			last++;
		text_printf(&text, last > cpu ? "%s%u..%u" : "%s%u", comma, cpu, last);
		comma = ",";
		cpu = cpumask_next(cpus, last + 1);
	}
	text_puts(&text, "}");
	out = stash_string(scope->stash, text_string(&text));
	text_free(&text);
	return out;
}

const char *value_print(struct scope *scope, const struct value *value)
{
	if (value->word)
		return value->word;
	if (value->cpus)
		return print_cpus(scope, value->cpus);
	if (value->form == FORM_PLAIN)
		return stash_printf(scope->stash, value->number > 999 ? "0x%" PRIx64 : "%" PRIu64,
				    value->number);
	return stash_printf(scope->stash,
			    value->number > UINT32_MAX ? "0x%016" PRIx64 : "0x%08" PRIx64,
			    value->number);
}

/* A word that is no name needs quotes. */
const char *value_as_written(struct scope *scope, const struct value *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	const char *word = value->word;

	if (word && (!strchr(letters, *word) || strspn(word, letters) != strlen(word)))
		return stash_printf(scope->stash, "\"%s\"", word);
	return value_print(scope, value);
}

static void show_fields(struct scope *scope, const struct field *f, struct text *to)
{
	text_puts(to, "{");
	for (; f; f = f->next) {
		text_puts(to, f->name);
		if (f->value)
			text_printf(to, "=%s", pattern_shown(scope, f->value));
		text_puts(to, f->next ? " " : "");
	}
	text_puts(to, "}");
}

static void show_variable(struct scope *scope, const struct pattern *p, struct text *to)
{
	const struct variable *v = variable_find(scope, p->text);
	struct value value;

	if (!v) {
		text_printf(to, "$%s (not bound yet)", p->text);
		return;
	}
	value = (struct value){.number = v->number, .word = v->word};
	text_puts(to, value_print(scope, &value));
}

const char *pattern_shown(struct scope *scope, const struct pattern *p)
{
	struct text text = {0};
	const char *out;

	if (p->kind == PATTERN_FIELDS)
		show_fields(scope, p->fields, &text);
	else if (p->kind == PATTERN_VARIABLE)
		show_variable(scope, p, &text);
	else
		pattern_print(p, &text);
	out = stash_string(scope->stash, text_string(&text));
	text_free(&text);
	return out;
}

static const char *differing_bits(struct scope *scope, uint64_t a, uint64_t b)
{
	uint64_t bits = a ^ b;
	unsigned high = 63 - (unsigned)__builtin_clzll(bits), low = (unsigned)__builtin_ctzll(bits);

	if (high == low)
		return stash_printf(scope->stash, "   (bit %u differs)", low);
	return stash_printf(scope->stash, "   (bits %u:%u differ)", high, low);
}

static const char *decoded(struct scope *scope, enum form form, uint64_t number)
{
	struct text text = {0};
	const char *out;

	form_print(form, number, &text);
	out = stash_printf(scope->stash, "%s%s", text.length ? "  " : "", text_string(&text));
	text_free(&text);
	return out;
}

void diag_expected(struct scope *scope, struct diag *diag, const char *what,
		   const struct pattern *p, const struct value *value)
{
	bool exact = p->kind == PATTERN_INT && !value->word && !value->cpus;
	struct value wanted = {.number = p->first.value, .form = value->form};
	const char *space = *what ? " " : "";

	if (exact)
		diag_line(scope->diags, diag, "expected %s%s%s%s", what, space,
			  value_print(scope, &wanted), decoded(scope, value->form, wanted.number));
	else
		diag_line(scope->diags, diag, "expected %s%s%s", what, space,
			  pattern_shown(scope, p));
	diag_line(scope->diags, diag, "actual   %s%s%s%s%s", what, space, value_print(scope, value),
		  value->word || value->cpus ? "" : decoded(scope, value->form, value->number),
		  exact && value->form != FORM_PLAIN && value->number != wanted.number
			  ? differing_bits(scope, value->number, wanted.number)
			  : "");
}
