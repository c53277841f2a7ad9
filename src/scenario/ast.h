/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_AST_H
#define IRQLAB_SCENARIO_AST_H

#include "scenario/diag.h"
#include "scenario/stash.h"
#include "scenario/verbs.h"

#include <irqlab/scenario.h>

/*
 * A scenario as it was written. Numbers, patterns and paths keep the text they
 * had, so that printing the tree and parsing it gives the same tree.
 */

struct source { /* one file */
	struct source *next;
	const char *name; /* as in diagnostics */
	const char *text; /* the whole, NUL-terminated */
	size_t size;
	uint32_t number;
	const struct source *includer; /* NULL: the file itself */
	uint32_t include_line;
	uint64_t device, inode; /* to know it again; 0, 0: not a file */
};

struct number {
	uint64_t value;
	const char *text; /* "0x10+4" */
};

enum pattern_kind {
	PATTERN_ANY,	  /* _ */
	PATTERN_INT,	  /* first */
	PATTERN_MASKED,	  /* first / last: value and mask */
	PATTERN_RANGE,	  /* first .. last */
	PATTERN_SET,	  /* {items} */
	PATTERN_FIELDS,	  /* {name=value flag} */
	PATTERN_VARIABLE, /* $text */
	PATTERN_STRING,
	PATTERN_BDF,
	PATTERN_PATH, /* a word is a path of one segment */
};

struct pattern {
	struct pattern *next; /* in a set */
	struct span span;
	enum pattern_kind kind;
	struct number first, last;
	const char *text;
	struct pattern *items;
	struct field *fields;
	struct segment *path;
};

struct field {
	struct field *next;
	struct span span;
	const char *name;
	struct pattern *value; /* NULL: a flag, as good as name=1 */
};

struct segment { /* of a path: name[index](call) */
	struct segment *next;
	struct span span;
	const char *name;
	struct pattern *index; /* NULL: none */
	const char *call;      /* NULL: none */
};

struct arg {
	struct arg *next;
	struct span span; /* key included */
	const char *key;  /* NULL: none */
	struct pattern *value;
	const char
		*param; /* what it is: name of the verb's parameter; an operand has its literal's */
	enum param_type type;
	bool is_literal; /* the word itself, not its operand */
};

enum result_kind { RESULT_NONE, RESULT_OK, RESULT_ERROR, RESULT_KEYS };
struct result {
	enum result_kind kind;
	struct span span;
	int error;	  /* positive */
	const char *text; /* a word about the error, or NULL */
	struct field *keys;
};

enum expect_form { EXPECT_ONE, EXPECT_NOT, EXPECT_COUNT };

struct stmt {
	struct stmt *next;
	struct span span, verb_span;
	enum verb verb;
	enum verb assertion; /* of expect and ignore */
	enum expect_form form;
	struct pattern *count;	 /* of EXPECT_COUNT */
	struct segment *subject; /* of VERB_PLACE */
	struct arg *args;
	const char *as; /* NULL: none */
	struct span as_span;
	struct result result;
	struct field *when; /* NULL: always */
	struct stmt *body;
	bool has_body;
	bool in_braces;			    /* actor NAME { … } */
	const char *golden;		    /* body of a snapshot; NULL: none */
	uint32_t golden_first, golden_last; /* its lines, first > last if there is none */
	const char *comment;		    /* after it, or alone with VERB_NONE; NULL: none */
	const char *end_comment;	    /* after its `end` */
	bool joined;			    /* after a ';' */
	bool after_blank;		    /* after an empty line */
};

struct parameter { /* of the matrix */
	struct parameter *next;
	const char *name;
	struct span span;
	const char **values;
	unsigned nr_values;
};

struct scenario {
	struct stash stash;
	struct stash work;	       /* of the combination that is being checked or run */
	struct scenario_limits limits; /* none is 0 */
	struct source *sources, **last_source;
	uint32_t nr_sources;
	size_t bytes; /* of all sources */
	uint32_t nr_statements;
	const char *file;
	const char *title; /* NULL: no line says it */
	struct stmt *program;
	struct parameter *parameters;
	struct diags parse_diags, run_diags;
	struct diags other_diags; /* of a combination that is only compared with */
	bool failed;		  /* to parse */
};

/* Stands for a file that could not be run: `why` ends its diagnostic. NULL: no memory. */
struct scenario *scenario_not_run(const char *name, const char *why);

static inline bool pattern_is_word(const struct pattern *p)
{
	return p->kind == PATTERN_PATH && !p->path->next && !p->path->index && !p->path->call;
}
/* "ir.irte[$h]": as it was written. */
void path_print(const struct segment *path, struct text *to);
void pattern_print(const struct pattern *p, struct text *to);
void stmt_print(const struct stmt *stmt, struct text *to);	/* one line, without its body */
void stmt_print_core(const struct stmt *stmt, struct text *to); /* verb and arguments */

/* Arguments by parameter; NULL: not given. A literal's operand has the literal's name. */
const struct arg *stmt_arg(const struct stmt *stmt, const char *param);
const struct pattern *stmt_value(const struct stmt *stmt, const char *param);
bool stmt_has_word(const struct stmt *stmt, const char *param);

#endif
