/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_PARSER_H
#define IRQLAB_SCENARIO_PARSER_H

#include "scenario/lexer.h"

struct parser {
	struct scenario *s;
	struct lexer lexer;
	struct token token;    /* the one to look at */
	uint32_t previous_end; /* last column of the one before */
	unsigned depth;
	const struct stmt *title;   /* of this file; NULL: not yet */
	const struct stmt *crooked; /* the first block whose `end` stands left of it */
	enum verb property; /* in explore: of which another follows a semicolon; else VERB_NONE */
};

/* parser.c: statements. Fills in the scenario's program from its first source. */
void parse_program(struct scenario *s, const struct source *source);

/* parse_pattern.c: values. False: there was an error, which is reported. */
void parser_advance(struct parser *p);
bool parser_expect(struct parser *p, enum token_kind kind, const char *what);
void parser_unexpected(struct parser *p, const char *wanted);
bool parser_enter(struct parser *p); /* one level deeper, if the limits permit */
bool parser_at_word(const struct parser *p, const char *word);
bool parse_pattern(struct parser *p, struct pattern **out);
bool parse_path(struct parser *p, struct segment **out);
/* name=pattern …, at least one. */
bool parse_keys(struct parser *p, struct field **out);

/* args.c: what the arguments of a statement are, by the verb's signature. */
bool args_match(struct scenario *s, struct stmt *stmt, enum verb verb);

#endif
