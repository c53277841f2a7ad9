/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/lexer.h"

#include <ctype.h>
#include <string.h>

static bool is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

const char *token_text(enum token_kind kind)
{
	static const char *const texts[] = {
#define ROW(id, text) [TOKEN_##id] = text,
		IRQLAB_TOKENS(ROW)
#undef ROW
	};

	return texts[kind];
}

void lexer_begin(struct lexer *l, struct scenario *s, const struct source *source)
{
	*l = (struct lexer){
		.scenario = s,
		.source = source,
		.at = source->text,
		.end = source->text + source->size,
		.line_start = source->text,
		.line = 1,
	};
	if (source->size >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0)
		l->at += 3; /* a byte order mark */
}

static char peek(const struct lexer *l, size_t ahead)
{
	return (size_t)(l->end - l->at) > ahead ? l->at[ahead] : '\0';
}

static struct span span_of(const struct lexer *l, const char *first, const char *after)
{
	uint32_t from = (uint32_t)(first - l->line_start) + 1;
	uint32_t to = (uint32_t)(after - l->line_start);

	return (struct span){l->source, l->line, from, to < from ? from : to};
}

static struct token token_here(const struct lexer *l, enum token_kind kind, const char *first)
{
	return (struct token){.kind = kind, .span = span_of(l, first, l->at)};
}

static struct token bad(struct lexer *l, enum diag_id id, const char *first, const char *text)
{
	struct token t = token_here(l, TOKEN_BAD, first);

	diag_add(&l->scenario->parse_diags, id, t.span, text);
	return t;
}

static struct stash *stash_of(struct lexer *l)
{
	return &l->scenario->stash;
}

size_t utf8_length(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p;
	size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if ((size_t)(end - p) < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
	if ((c == 0xe0 && (unsigned char)p[1] < 0xa0) ||
	    (c == 0xed && (unsigned char)p[1] > 0x9f) ||
	    (c == 0xf0 && (unsigned char)p[1] < 0x90) || (c == 0xf4 && (unsigned char)p[1] > 0x8f))
		return 0;
	return n;
}

static bool at_line_end(const struct lexer *l)
{
	return l->at == l->end || *l->at == '\n' || (*l->at == '\r' && peek(l, 1) == '\n') ||
	       (*l->at == '\r' && l->at + 1 == l->end);
}

static struct token lex_comment(struct lexer *l)
{
	const char *first = l->at++;
	struct token t;

	while (!at_line_end(l)) {
		size_t n = utf8_length(l->at, l->end);

		if (!n || (iscntrl((unsigned char)*l->at) && *l->at != '\t')) {
			const char *here = l->at++;

			while (!at_line_end(l))
				l->at++;
			t = token_here(l, TOKEN_BAD, here);
			t.span.last = t.span.first;
			diag_add(&l->scenario->parse_diags, DIAG_BAD_UTF8, t.span);
			return t;
		}
		l->at += n;
	}
	t = token_here(l, TOKEN_COMMENT, first);
	while (l->at > first && (l->at[-1] == ' ' || l->at[-1] == '\t'))
		l->at--;
	t.text = stash_text(stash_of(l), first, (size_t)(l->at - first));
	return t;
}

/* One escape after the backslash; false: there is no such one. */
static bool lex_escape(struct lexer *l, struct text *to)
{
	static const char from[] = "\"\\nt", into[] = "\"\\\n\t";
	const char *found = at_line_end(l) ? NULL : strchr(from, *l->at);

	if (!found || !*found)
		return false;
	text_add(to, &into[found - from], 1);
	l->at++;
	return true;
}

static struct token lex_string_body(struct lexer *l, const char *first, struct text *value)
{
	struct token t;

	while (!at_line_end(l) && *l->at != '"') {
		const char *here = l->at;
		size_t n = utf8_length(here, l->end);

		if (!n || (iscntrl((unsigned char)*here) && *here != '\t')) {
			l->at++;
			return bad(l, DIAG_BAD_UTF8, here, NULL);
		}
		l->at += n;
		if (*here != '\\') {
			text_add(value, here, n);
		} else if (!lex_escape(l, value)) {
			char name[2] = {at_line_end(l) ? '\0' : *l->at, '\0'};

			l->at += !at_line_end(l);
			return bad(l, DIAG_BAD_ESCAPE, here, name);
		}
	}
	if (at_line_end(l))
		return bad(l, DIAG_UNTERMINATED_STRING, first, NULL);
	l->at++;
	t = token_here(l, TOKEN_STRING, first);
	t.text = stash_text(stash_of(l), text_string(value), value->length);
	return t;
}

static struct token lex_string(struct lexer *l)
{
	const char *first = l->at++;
	struct text value = {0};
	struct token t = lex_string_body(l, first, &value);

	text_free(&value);
	return t;
}

/* 00:03.0 or 0000:00:03.0; the length, 0 if it is none. */
static size_t bdf_length(const struct lexer *l)
{
	static const char *const shapes[] = {"hh:hh.d", "hhhh:hh:hh.d"};

	for (unsigned i = 0; i < 2; i++) {
		size_t n = strlen(shapes[i]), j = 0;

		for (; j < n; j++) {
			char c = peek(l, j), want = shapes[i][j];

			if (want == 'h'	  ? !isxdigit((unsigned char)c)
			    : want == 'd' ? c < '0' || c > '7'
					  : c != want)
				break;
		}
		if (j == n && !is_name(peek(l, n)))
			return n;
	}
	return 0;
}

static struct token lex_text(struct lexer *l, enum token_kind kind, size_t length)
{
	const char *first = l->at;
	struct token t;

	l->at += length;
	t = token_here(l, kind, first);
	t.text = stash_text(stash_of(l), first, length);
	return t;
}

static unsigned digit_value(char c)
{
	return isdigit((unsigned char)c)    ? (unsigned)(c - '0')
	       : isxdigit((unsigned char)c) ? (unsigned)(tolower((unsigned char)c) - 'a' + 10)
					    : 99;
}

static struct token lex_number(struct lexer *l)
{
	size_t length = 0, start = 0;
	unsigned base = 10, digits = 0;
	bool malformed, overflow = false;
	struct token t;
	uint64_t value = 0;

	while (is_name(peek(l, length)))
		length++;
	t = lex_text(l, TOKEN_NUMBER, length);
	if (t.text[0] == '0' && (t.text[1] == 'x' || t.text[1] == 'X'))
		base = 16, start = 2;
	else if (t.text[0] == '0' && (t.text[1] == 'b' || t.text[1] == 'B'))
		base = 2, start = 2;
	malformed = t.text[start] == '_' || (length && t.text[length - 1] == '_');
	for (const char *p = t.text + start; *p; p++) {
		uint64_t more;

		if (*p == '_')
			continue;
		malformed |= digit_value(*p) >= base;
		digits++;
		overflow |= __builtin_mul_overflow(value, base, &more) ||
			    __builtin_add_overflow(more, digit_value(*p), &value);
	}
	if (malformed || !digits) {
		t.kind = TOKEN_BAD;
		diag_add(&l->scenario->parse_diags, DIAG_BAD_NUMBER, t.span, t.text);
	} else if (overflow) {
		t.kind = TOKEN_BAD;
		diag_add(&l->scenario->parse_diags, DIAG_NUMBER_TOO_LARGE, t.span, t.text);
	}
	t.value = value;
	return t;
}

static struct token lex_name(struct lexer *l)
{
	size_t length = 0;

	while (is_name(peek(l, length)) ||
	       (peek(l, length) == '-' && isalnum((unsigned char)peek(l, length + 1))))
		length++;
	if (length == 1 && *l->at == '_')
		return lex_text(l, TOKEN_ANY, 1);
	return lex_text(l, TOKEN_NAME, length);
}

static struct token lex_variable(struct lexer *l)
{
	const char *first = l->at;
	size_t length = 0;
	struct token t;

	l->at++;
	if (!is_name_start(peek(l, 0)))
		return bad(l, DIAG_BAD_VARIABLE, first, NULL);
	while (is_name(peek(l, length)))
		length++;
	t = lex_text(l, TOKEN_VARIABLE, length);
	t.span.first--;
	return t;
}

static struct token lex_symbol(struct lexer *l)
{
	static const struct {
		char text[3];
		enum token_kind kind;
	} symbols[] = {
		{"..", TOKEN_DOTS},	   {"->", TOKEN_ARROW},
		{"<<", TOKEN_SHIFT},	   {".", TOKEN_DOT},
		{",", TOKEN_COMMA},	   {";", TOKEN_SEMICOLON},
		{"/", TOKEN_SLASH},	   {"=", TOKEN_EQUALS},
		{"*", TOKEN_STAR},	   {"+", TOKEN_PLUS},
		{"-", TOKEN_MINUS},	   {"&", TOKEN_AND},
		{"|", TOKEN_OR},	   {"~", TOKEN_NOT},
		{"[", TOKEN_LEFT_BRACKET}, {"]", TOKEN_RIGHT_BRACKET},
		{"{", TOKEN_LEFT_BRACE},   {"}", TOKEN_RIGHT_BRACE},
		{"(", TOKEN_LEFT_PAREN},   {")", TOKEN_RIGHT_PAREN},
	};
	const char *first = l->at;
	char shown[8] = "";
	size_t n;

	for (unsigned i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		n = strlen(symbols[i].text);
		if (peek(l, 0) == symbols[i].text[0] &&
		    (n == 1 || peek(l, 1) == symbols[i].text[1]))
			return lex_text(l, symbols[i].kind, n);
	}
	n = utf8_length(first, l->end);
	l->at += n ? n : 1;
	if (!n)
		return bad(l, DIAG_BAD_UTF8, first, NULL);
	if (n == 1 && iscntrl((unsigned char)*first))
		snprintf(shown, sizeof(shown), "\\x%02x", (unsigned)*first);
	else
		memcpy(shown, first, n);
	return bad(l, n > 1 ? DIAG_NOT_ASCII : DIAG_BAD_CHARACTER, first, shown);
}

static bool line_is_too_long(struct lexer *l)
{
	const char *stop = memchr(l->at, '\n', (size_t)(l->end - l->at));
	size_t length = (size_t)((stop ? stop : l->end) - l->at);
	struct span span = {l->source, l->line, 1, 1};

	if (length <= l->scenario->limits.line_bytes)
		return false;
	l->at += length;
	diag_add(&l->scenario->parse_diags, DIAG_LINE_TOO_LONG, span,
		 l->scenario->limits.line_bytes);
	return true;
}

static struct token lex_newline(struct lexer *l)
{
	const char *first = l->at;
	struct token t;

	l->at += *l->at == '\r' ? 1 : 0;
	if (l->at < l->end)
		l->at++;
	t = token_here(l, TOKEN_NEWLINE, first);
	t.span.last = t.span.first;
	l->line++;
	l->line_start = l->at;
	return t;
}

struct token lexer_next(struct lexer *l)
{
	size_t length;

	if (l->at == l->line_start && l->at < l->end && line_is_too_long(l))
		return token_here(l, TOKEN_BAD, l->at);
	while (l->at < l->end && (*l->at == ' ' || *l->at == '\t'))
		l->at++;
	if (l->at == l->end)
		return token_here(l, TOKEN_END_OF_FILE, l->at);
	if (at_line_end(l))
		return lex_newline(l);
	if (*l->at == '#')
		return lex_comment(l);
	if (*l->at == '"')
		return lex_string(l);
	if (*l->at == '$')
		return lex_variable(l);
	length = bdf_length(l);
	if (length)
		return lex_text(l, TOKEN_BDF, length);
	if (isdigit((unsigned char)*l->at))
		return lex_number(l);
	if (is_name_start(*l->at))
		return lex_name(l);
	return lex_symbol(l);
}

bool lexer_skip_line(struct lexer *l, struct text *rest)
{
	const char *first = l->at;

	while (!at_line_end(l))
		l->at++;
	if (rest)
		text_add(rest, first, (size_t)(l->at - first));
	if (l->at == l->end)
		return false;
	lex_newline(l);
	return l->at < l->end;
}
