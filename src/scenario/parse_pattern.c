/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/parser.h"

#include <string.h>

void parser_advance(struct parser *p)
{
	p->previous_end = p->token.span.last;
	p->token = lexer_next(&p->lexer);
}

static const char *token_shown(struct parser *p)
{
	const struct token *t = &p->token;

	if (t->kind == TOKEN_NAME || t->kind == TOKEN_NUMBER || t->kind == TOKEN_BDF)
		return stash_printf(&p->s->stash, "'%s'", t->text);
	if (t->kind == TOKEN_VARIABLE)
		return stash_printf(&p->s->stash, "'$%s'", t->text);
	return token_text(t->kind);
}

void parser_unexpected(struct parser *p, const char *wanted)
{
	if (p->token.kind == TOKEN_BAD)
		return; /* the lexer has said it */
	diag_add(&p->s->parse_diags, DIAG_EXPECTED, p->token.span, wanted, token_shown(p));
}

bool parser_expect(struct parser *p, enum token_kind kind, const char *what)
{
	if (p->token.kind != kind) {
		parser_unexpected(p, what ? what : token_text(kind));
		return false;
	}
	parser_advance(p);
	return true;
}

bool parser_enter(struct parser *p)
{
	if (p->depth >= p->s->limits.nesting) {
		diag_add(&p->s->parse_diags, DIAG_NESTING_TOO_DEEP, p->token.span,
			 p->s->limits.nesting);
		return false;
	}
	p->depth++;
	return true;
}

bool parser_at_word(const struct parser *p, const char *word)
{
	return p->token.kind == TOKEN_NAME && strcmp(p->token.text, word) == 0;
}

/* ---- numbers: + - & | << ~ on constants, binding as in C ---- */

static bool parse_binary(struct parser *p, unsigned level, uint64_t *value, struct text *text);

static bool parse_unary(struct parser *p, uint64_t *value, struct text *text)
{
	enum token_kind kind = p->token.kind;
	bool good;

	if (kind == TOKEN_NUMBER) {
		*value = p->token.value;
		text_puts(text, p->token.text);
		parser_advance(p);
		return true;
	}
	if (kind != TOKEN_NOT && kind != TOKEN_LEFT_PAREN) {
		parser_unexpected(p, "a number");
		return false;
	}
	if (!parser_enter(p))
		return false;
	text_puts(text, kind == TOKEN_NOT ? "~" : "(");
	parser_advance(p);
	if (kind == TOKEN_NOT) {
		good = parse_unary(p, value, text);
		*value = ~*value;
	} else {
		good = parse_binary(p, 0, value, text) && parser_expect(p, TOKEN_RIGHT_PAREN, NULL);
		text_puts(text, ")");
	}
	p->depth--;
	return good;
}

enum { LEVELS = 4 };

static bool token_is_operator(enum token_kind kind, unsigned level)
{
	static const enum token_kind operators[LEVELS][2] = {
		{TOKEN_OR, TOKEN_OR},
		{TOKEN_AND, TOKEN_AND},
		{TOKEN_SHIFT, TOKEN_SHIFT},
		{TOKEN_PLUS, TOKEN_MINUS},
	};

	return kind == operators[level][0] || kind == operators[level][1];
}

/* False: the result does not fit 64 bits. */
static bool compute(enum token_kind operator, uint64_t a, uint64_t b, uint64_t *out)
{
	switch (operator) {
	case TOKEN_OR:
		*out = a | b;
		return true;
	case TOKEN_AND:
		*out = a & b;
		return true;
	case TOKEN_PLUS:
		return !__builtin_add_overflow(a, b, out);
	case TOKEN_MINUS:
		return !__builtin_sub_overflow(a, b, out);
	default: /* << */
		*out = b < 64 ? a << b : 0;
		return a == 0 || (b < 64 && *out >> b == a);
	}
}

/* 0-3 is no range. */
static void not_computed(struct parser *p, struct span span, enum token_kind operator,
			 uint64_t left, uint64_t right, const struct text *text)
{
	struct diags *diags = &p->s->parse_diags;

	if (operator== TOKEN_MINUS)
		diag_suggest(diags, diag_add(diags, DIAG_BAD_NUMBER, span, text_string(text)),
			     stash_printf(&diags->stash, "%" PRIu64 "..%" PRIu64, left, right));
	else
		diag_add(diags, DIAG_NUMBER_TOO_LARGE, span, text_string(text));
}

static bool parse_binary(struct parser *p, unsigned level, uint64_t *value, struct text *text)
{
	struct span start = p->token.span;

	if (level == LEVELS)
		return parse_unary(p, value, text);
	if (!parse_binary(p, level + 1, value, text))
		return false;
	while (token_is_operator(p->token.kind, level)) {
		enum token_kind operator= p->token.kind;
		uint64_t left = *value, right;

		text_puts(text, p->token.text);
		parser_advance(p);
		if (!parse_binary(p, level + 1, &right, text))
			return false;
		if (!compute(operator, left, right, value)) {
			start.last = p->previous_end;
			not_computed(p, start, operator, left, right, text);
			return false;
		}
	}
	return true;
}

static bool parse_number(struct parser *p, struct number *out)
{
	struct text text = {0};
	bool good = parse_binary(p, 0, &out->value, &text);

	out->text = good ? stash_text(&p->s->stash, text_string(&text), text.length) : "";
	text_free(&text);
	return good;
}

static bool parse_numeric(struct parser *p, struct pattern *out)
{
	out->kind = PATTERN_INT;
	if (!parse_number(p, &out->first))
		return false;
	if (p->token.kind == TOKEN_SLASH) {
		out->kind = PATTERN_MASKED;
		parser_advance(p);
		return parse_number(p, &out->last);
	}
	if (p->token.kind != TOKEN_DOTS)
		return true;
	out->kind = PATTERN_RANGE;
	parser_advance(p);
	if (!parse_number(p, &out->last))
		return false;
	if (out->last.value >= out->first.value)
		return true;
	out->span.last = p->previous_end;
	diag_add(&p->s->parse_diags, DIAG_EMPTY_RANGE, out->span,
		 stash_printf(&p->s->stash, "%s..%s", out->first.text, out->last.text));
	return false;
}

/* ---- sets and fields ---- */

static bool parse_fields(struct parser *p, struct field **out)
{
	while (p->token.kind == TOKEN_NAME) {
		struct field *field = stash_new(&p->s->stash, struct field);

		field->span = p->token.span;
		field->name = p->token.text;
		parser_advance(p);
		if (p->token.kind == TOKEN_EQUALS) {
			parser_advance(p);
			if (!parse_pattern(p, &field->value))
				return false;
		}
		field->span.last = p->previous_end;
		*out = field;
		out = &field->next;
		if (p->token.kind == TOKEN_COMMA)
			parser_advance(p);
	}
	return true;
}

static bool parse_items(struct parser *p, struct pattern **out)
{
	while (p->token.kind != TOKEN_RIGHT_BRACE) {
		if (!parse_pattern(p, out))
			return false;
		out = &(*out)->next;
		if (p->token.kind != TOKEN_COMMA)
			break;
		parser_advance(p);
	}
	return true;
}

static bool parse_braces(struct parser *p, struct pattern *out)
{
	bool good;

	if (!parser_enter(p))
		return false;
	parser_advance(p);
	if (p->token.kind == TOKEN_NAME) {
		out->kind = PATTERN_FIELDS;
		good = parse_fields(p, &out->fields);
	} else {
		out->kind = PATTERN_SET;
		good = parse_items(p, &out->items);
	}
	p->depth--;
	return good && parser_expect(p, TOKEN_RIGHT_BRACE, "'}' or ','");
}

/* ---- paths ---- */

static bool adjacent(const struct parser *p)
{
	return p->token.span.first == p->previous_end + 1;
}

static bool parse_index(struct parser *p, struct segment *segment)
{
	bool good;

	if (!parser_enter(p))
		return false;
	parser_advance(p);
	good = parse_pattern(p, &segment->index) && parser_expect(p, TOKEN_RIGHT_BRACKET, NULL);
	p->depth--;
	return good;
}

static bool parse_call(struct parser *p, struct segment *segment)
{
	parser_advance(p);
	segment->call = p->token.text;
	return parser_expect(p, TOKEN_NAME, NULL) && parser_expect(p, TOKEN_RIGHT_PAREN, NULL);
}

static bool parse_segment(struct parser *p, struct segment **out)
{
	struct segment *segment = stash_new(&p->s->stash, struct segment);

	segment->span = p->token.span;
	segment->name = p->token.text;
	parser_advance(p);
	if (p->token.kind == TOKEN_LEFT_BRACKET && !parse_index(p, segment))
		return false;
	if (p->token.kind == TOKEN_LEFT_PAREN && adjacent(p) && !parse_call(p, segment))
		return false;
	segment->span.last = p->previous_end;
	*out = segment;
	return true;
}

bool parse_path(struct parser *p, struct segment **out)
{
	while (parse_segment(p, out)) {
		if (p->token.kind != TOKEN_DOT)
			return true;
		parser_advance(p);
		if (p->token.kind != TOKEN_NAME && p->token.kind != TOKEN_NUMBER) {
			parser_unexpected(p, "a name after '.'");
			return false;
		}
		out = &(*out)->next;
	}
	return false;
}

static bool parse_simple(struct parser *p, struct pattern *out, enum pattern_kind kind)
{
	out->kind = kind;
	out->text = p->token.text;
	parser_advance(p);
	return true;
}

static bool parse_pattern_kind(struct parser *p, struct pattern *out)
{
	switch (p->token.kind) {
	case TOKEN_ANY:
		return parse_simple(p, out, PATTERN_ANY);
	case TOKEN_VARIABLE:
		return parse_simple(p, out, PATTERN_VARIABLE);
	case TOKEN_STRING:
		return parse_simple(p, out, PATTERN_STRING);
	case TOKEN_BDF:
		return parse_simple(p, out, PATTERN_BDF);
	case TOKEN_LEFT_BRACE:
		return parse_braces(p, out);
	case TOKEN_NUMBER:
	case TOKEN_NOT:
	case TOKEN_LEFT_PAREN:
		return parse_numeric(p, out);
	case TOKEN_NAME:
		out->kind = PATTERN_PATH;
		return parse_path(p, &out->path);
	default:
		parser_unexpected(p, "a value");
		return false;
	}
}

bool parse_pattern(struct parser *p, struct pattern **out)
{
	struct pattern *pattern = stash_new(&p->s->stash, struct pattern);

	pattern->span = p->token.span;
	if (!parse_pattern_kind(p, pattern))
		return false;
	pattern->span.last = p->previous_end;
	*out = pattern;
	return true;
}

bool parse_keys(struct parser *p, struct field **out)
{
	do {
		struct field *field = stash_new(&p->s->stash, struct field);

		field->span = p->token.span;
		field->name = p->token.text;
		if (!parser_expect(p, TOKEN_NAME, "a name and '='") ||
		    !parser_expect(p, TOKEN_EQUALS, NULL) || !parse_pattern(p, &field->value))
			return false;
		field->span.last = p->previous_end;
		*out = field;
		out = &field->next;
	} while (p->token.kind == TOKEN_NAME && !parser_at_word(p, "when") &&
		 !parser_at_word(p, "as"));
	return true;
}
