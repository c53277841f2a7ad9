/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/ast.h"

#include <string.h>

static void string_print(const char *s, struct text *to)
{
	text_puts(to, "\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			text_puts(to, "\\");
		if (*s == '\n')
			text_puts(to, "\\n");
		else if (*s == '\t')
			text_puts(to, "\\t");
		else
			text_add(to, s, 1);
	}
	text_puts(to, "\"");
}

void path_print(const struct segment *path, struct text *to)
{
	for (; path; path = path->next) {
		text_puts(to, path->name);
		if (path->index) {
			text_puts(to, "[");
			pattern_print(path->index, to);
			text_puts(to, "]");
		}
		if (path->call)
			text_printf(to, "(%s)", path->call);
		if (path->next)
			text_puts(to, ".");
	}
}

static void fields_print(const struct field *f, struct text *to)
{
	for (; f; f = f->next) {
		text_puts(to, f->name);
		if (f->value) {
			text_puts(to, "=");
			pattern_print(f->value, to);
		}
		if (f->next)
			text_puts(to, " ");
	}
}

static void set_print(const struct pattern *item, struct text *to)
{
	for (; item; item = item->next) {
		pattern_print(item, to);
		if (item->next)
			text_puts(to, ",");
	}
}

void pattern_print(const struct pattern *p, struct text *to)
{
	switch (p->kind) {
	case PATTERN_ANY:
		text_puts(to, "_");
		break;
	case PATTERN_INT:
		text_puts(to, p->first.text);
		break;
	case PATTERN_MASKED:
		text_printf(to, "%s/%s", p->first.text, p->last.text);
		break;
	case PATTERN_RANGE:
		text_printf(to, "%s..%s", p->first.text, p->last.text);
		break;
	case PATTERN_SET:
	case PATTERN_FIELDS:
		text_puts(to, "{");
		if (p->kind == PATTERN_SET)
			set_print(p->items, to);
		else
			fields_print(p->fields, to);
		text_puts(to, "}");
		break;
	case PATTERN_VARIABLE:
		text_printf(to, "$%s", p->text);
		break;
	case PATTERN_STRING:
		string_print(p->text, to);
		break;
	case PATTERN_BDF:
		text_puts(to, p->text);
		break;
	case PATTERN_PATH:
		path_print(p->path, to);
		break;
	}
}

static void args_print(const struct stmt *stmt, struct text *to)
{
	for (const struct arg *a = stmt->args; a; a = a->next) {
		text_puts(to, " ");
		if (a->key)
			text_printf(to, "%s=", a->key);
		pattern_print(a->value, to);
	}
}

static void result_print(const struct result *r, struct text *to)
{
	switch (r->kind) {
	case RESULT_NONE:
		break;
	case RESULT_OK:
		text_puts(to, " -> ok");
		break;
	case RESULT_ERROR:
		text_printf(to, " -> error %s", irqlab_errno_name(r->error));
		if (r->text) {
			text_puts(to, " ");
			string_print(r->text, to);
		}
		break;
	case RESULT_KEYS:
		text_puts(to, " -> ");
		fields_print(r->keys, to);
		break;
	}
}

static void expect_print(const struct stmt *stmt, struct text *to)
{
	text_puts(to, verb_name(stmt->verb));
	if (stmt->form == EXPECT_NOT) {
		text_puts(to, " not");
	} else if (stmt->form == EXPECT_COUNT) {
		text_puts(to, " count ");
		pattern_print(stmt->count, to);
	}
	text_printf(to, " %s", verb_name(stmt->assertion));
}

void stmt_print_core(const struct stmt *stmt, struct text *to)
{
	if (stmt->verb == VERB_EXPECT || stmt->verb == VERB_IGNORE)
		expect_print(stmt, to);
	else if (stmt->verb == VERB_PLACE)
		path_print(stmt->subject, to);
	else
		text_puts(to, verb_name(stmt->verb));
	args_print(stmt, to);
}

void stmt_print(const struct stmt *stmt, struct text *to)
{
	stmt_print_core(stmt, to);
	if (stmt->as)
		text_printf(to, " as %s", stmt->as);
	result_print(&stmt->result, to);
	if (stmt->when) {
		text_puts(to, " when ");
		fields_print(stmt->when, to);
	}
}

/* ---- the normal form ---- */

enum { INDENT = 2 };

struct printer {
	struct text *to;
	unsigned depth;
	bool in_any_order;
};

static void print_block(struct printer *p, const struct stmt *stmt);

static void print_indent(struct printer *p)
{
	text_printf(p->to, "%*s", (int)(p->depth * INDENT), "");
}

static void print_comment(struct printer *p, const char *comment)
{
	if (comment)
		text_printf(p->to, "  %s", comment);
}

static void print_golden(struct printer *p, const char *golden)
{
	for (const char *line = golden; line && *line;) {
		size_t length = strcspn(line, "\n");

		text_printf(p->to, "%*s|%s%.*s\n", (int)((p->depth + 1) * INDENT), "",
			    length ? " " : "", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

static void print_in_braces(struct printer *p, const struct stmt *stmt)
{
	text_puts(p->to, " { ");
	for (const struct stmt *s = stmt->body; s; s = s->next) {
		if (s->verb == VERB_NONE)
			continue;
		stmt_print(s, p->to);
		text_puts(p->to, s->next ? " ; " : " ");
	}
	text_puts(p->to, "}");
}

static void print_body(struct printer *p, const struct stmt *stmt)
{
	bool outer = p->in_any_order;

	print_comment(p, stmt->comment);
	text_puts(p->to, "\n");
	p->in_any_order = stmt->verb == VERB_EXPECT && stmt->assertion == VERB_E_ANY_ORDER;
	print_golden(p, stmt->golden);
	p->depth++;
	print_block(p, stmt->body);
	p->depth--;
	p->in_any_order = outer;
	print_indent(p);
	text_puts(p->to, "end");
	print_comment(p, stmt->end_comment);
}

/* Inside any-order the word `expect` goes without saying. */
static void print_head(struct printer *p, const struct stmt *stmt)
{
	struct text head = {0};
	const char *shown;

	stmt_print(stmt, &head);
	shown = text_string(&head);
	if (p->in_any_order && stmt->verb == VERB_EXPECT)
		shown += strlen("expect ");
	text_puts(p->to, shown);
	p->to->failed |= head.failed;
	text_free(&head);
}

static void print_statement(struct printer *p, const struct stmt *stmt)
{
	if (stmt->verb == VERB_NONE) {
		text_puts(p->to, stmt->comment);
		return;
	}
	print_head(p, stmt);
	if (stmt->in_braces)
		print_in_braces(p, stmt);
	else if (stmt->has_body)
		print_body(p, stmt);
	if (!stmt->has_body || stmt->in_braces)
		print_comment(p, stmt->comment);
}

/* A block after ';' would not read well: it begins on a line of its own. */
static bool stays_joined(const struct stmt *before, const struct stmt *stmt)
{
	return before && stmt->joined && !stmt->has_body && !before->has_body && !before->comment;
}

static void print_block(struct printer *p, const struct stmt *stmt)
{
	const struct stmt *before = NULL;

	for (; stmt; before = stmt, stmt = stmt->next) {
		if (stays_joined(before, stmt)) {
			text_puts(p->to, " ; ");
		} else {
			if (before)
				text_puts(p->to, stmt->after_blank ? "\n\n" : "\n");
			print_indent(p);
		}
		print_statement(p, stmt);
	}
	if (before)
		text_puts(p->to, "\n");
}

char *scenario_normal_form(struct scenario *s)
{
	struct text out = {0};
	struct printer p = {.to = &out};

	if (s->failed)
		return NULL;
	text_puts(&out, "");
	print_block(&p, s->program);
	if (out.failed) {
		text_free(&out);
		return NULL;
	}
	return out.data;
}
