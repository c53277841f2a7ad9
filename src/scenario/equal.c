/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/ast.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_number(struct number a, struct number b)
{
	return a.value == b.value && same_text(a.text, b.text);
}

static bool same_pattern(const struct pattern *a, const struct pattern *b);

static bool same_path(const struct segment *a, const struct segment *b)
{
	for (; a && b; a = a->next, b = b->next)
		if (!same_text(a->name, b->name) || !same_text(a->call, b->call) ||
		    !same_pattern(a->index, b->index))
			return false;
	return a == b;
}

static bool same_fields(const struct field *a, const struct field *b)
{
	for (; a && b; a = a->next, b = b->next)
		if (!same_text(a->name, b->name) || !same_pattern(a->value, b->value))
			return false;
	return a == b;
}

static bool same_items(const struct pattern *a, const struct pattern *b)
{
	for (; a && b; a = a->next, b = b->next)
		if (!same_pattern(a, b))
			return false;
	return a == b;
}

static bool same_pattern(const struct pattern *a, const struct pattern *b)
{
	if (!a || !b)
		return a == b;
	return a->kind == b->kind && same_number(a->first, b->first) &&
	       same_number(a->last, b->last) && same_text(a->text, b->text) &&
	       same_items(a->items, b->items) && same_fields(a->fields, b->fields) &&
	       same_path(a->path, b->path);
}

static bool same_args(const struct arg *a, const struct arg *b)
{
	for (; a && b; a = a->next, b = b->next)
		if (!same_text(a->key, b->key) || !same_text(a->param, b->param) ||
		    a->is_literal != b->is_literal || !same_pattern(a->value, b->value))
			return false;
	return a == b;
}

static bool same_result(const struct result *a, const struct result *b)
{
	return a->kind == b->kind && a->error == b->error && same_text(a->text, b->text) &&
	       same_fields(a->keys, b->keys);
}

static const struct stmt *skip_comments(const struct stmt *s)
{
	while (s && s->verb == VERB_NONE)
		s = s->next;
	return s;
}

static bool same_statements(const struct stmt *a, const struct stmt *b);

static bool same_statement(const struct stmt *a, const struct stmt *b)
{
	return a->verb == b->verb && a->assertion == b->assertion && a->form == b->form &&
	       same_pattern(a->count, b->count) && same_path(a->subject, b->subject) &&
	       same_args(a->args, b->args) && same_text(a->as, b->as) &&
	       same_result(&a->result, &b->result) && same_fields(a->when, b->when) &&
	       a->has_body == b->has_body && a->in_braces == b->in_braces &&
	       same_text(a->golden, b->golden) && same_statements(a->body, b->body);
}

static bool same_statements(const struct stmt *a, const struct stmt *b)
{
	a = skip_comments(a);
	b = skip_comments(b);
	for (; a && b; a = skip_comments(a->next), b = skip_comments(b->next))
		if (!same_statement(a, b))
			return false;
	return a == b;
}

bool scenario_equal(const struct scenario *a, const struct scenario *b)
{
	return same_statements(a->program, b->program);
}
