/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_MATCH_H
#define IRQLAB_SCENARIO_MATCH_H

#include "scenario/bits.h"
#include "scenario/scope.h"

struct value { /* a number with its form, a word, or a set of CPUs */
	uint64_t number;
	enum form form;
	const char *word;	    /* NULL: none */
	const struct cpumask *cpus; /* NULL: none */
};
#define VALUE_NUMBER(n)	     ((struct value){.number = (n)})
#define VALUE_FORM(n, which) ((struct value){.number = (n), .form = (which)})
#define VALUE_WORD(w)	     ((struct value){.word = (w)})
#define VALUE_CPUS(c)	     ((struct value){.cpus = (c)})

/*
 * Does it fit? A variable without a value takes it; use a mark to take back what
 * was bound when a match fails further on. A NULL pattern fits all.
 */
bool pattern_match(struct scope *scope, const struct pattern *p, const struct value *value);
const struct variable *bindings_mark(const struct scope *scope);
void bindings_undo(struct scope *scope, const struct variable *mark);

/* Fields exist, words are of `words` (NULL: any; "" ends it); variables count as bound after it. */
void pattern_check(struct scope *scope, const struct pattern *p, enum form form);

/* In scenario syntax; bits shows numbers as wide hexadecimal. */
const char *value_print(struct scope *scope, const struct value *value);
/* The same for a script. */
const char *value_as_written(struct scope *scope, const struct value *value);
/* The pattern with the values that its variables have. */
const char *pattern_shown(struct scope *scope, const struct pattern *p);
/* "= expected …", "= actual …" and which bits differ. */
void diag_expected(struct scope *scope, struct diag *diag, const char *what,
		   const struct pattern *p, const struct value *value);

#endif
