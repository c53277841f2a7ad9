/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_LEXER_H
#define IRQLAB_SCENARIO_LEXER_H

#include "scenario/ast.h"

/*
 * Text to tokens, one line after the other. Names may contain '-' before a
 * letter or digit; "_" alone is a token of its own.
 */
#define IRQLAB_TOKENS(X)                                                                           \
	X(END_OF_FILE, "the end of the file")                                                      \
	X(NEWLINE, "the end of the line")                                                          \
	X(NAME, "a name")                                                                          \
	X(NUMBER, "a number")                                                                      \
	X(STRING, "a string")                                                                      \
	X(VARIABLE, "a variable")                                                                  \
	X(BDF, "a PCI address")                                                                    \
	X(COMMENT, "a comment")                                                                    \
	X(ANY, "'_'")                                                                              \
	X(DOT, "'.'")                                                                              \
	X(DOTS, "'..'")                                                                            \
	X(COMMA, "','")                                                                            \
	X(SEMICOLON, "';'")                                                                        \
	X(SLASH, "'/'")                                                                            \
	X(EQUALS, "'='")                                                                           \
	X(ARROW, "'->'")                                                                           \
	X(STAR, "'*'")                                                                             \
	X(PLUS, "'+'")                                                                             \
	X(MINUS, "'-'")                                                                            \
	X(AND, "'&'")                                                                              \
	X(OR, "'|'")                                                                               \
	X(SHIFT, "'<<'")                                                                           \
	X(NOT, "'~'")                                                                              \
	X(LEFT_BRACKET, "'['")                                                                     \
	X(RIGHT_BRACKET, "']'")                                                                    \
	X(LEFT_BRACE, "'{'")                                                                       \
	X(RIGHT_BRACE, "'}'")                                                                      \
	X(LEFT_PAREN, "'('")                                                                       \
	X(RIGHT_PAREN, "')'")                                                                      \
	X(BAD, "something that is no token")

enum token_kind {
#define IRQLAB_TOKEN_ENUM(id, text) TOKEN_##id,
	IRQLAB_TOKENS(IRQLAB_TOKEN_ENUM)
#undef IRQLAB_TOKEN_ENUM
};

struct token {
	enum token_kind kind;
	struct span span;
	const char *text; /* as written; of a string, its value; of a variable, its name */
	uint64_t value;	  /* of a number */
};

struct lexer {
	struct scenario *scenario;
	const struct source *source;
	const char *at, *end, *line_start;
	uint32_t line;
};

void lexer_begin(struct lexer *l, struct scenario *s, const struct source *source);
/* BAD has been complained about. */
struct token lexer_next(struct lexer *l);
/*
 * To the start of the next line. The rest of the present one goes into *text if
 * that is not NULL. False at the end of the file.
 */
bool lexer_skip_line(struct lexer *l, struct text *rest);
const char *token_text(enum token_kind kind);
/* Length of the character at p < end, 0 if it is not valid UTF-8. */
size_t utf8_length(const char *p, const char *end);

#endif
