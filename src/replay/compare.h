/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_COMPARE_H
#define IRQLAB_REPLAY_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Comparing an expected with an actual JSON value. A value is a scalar or a
 * list, since a recording replaces lists whole.
 */

#define REPLAY_CATEGORIES(X)                                                                       \
	X(RETURNS, "returns")                                                                      \
	X(WRITES, "writes")                                                                        \
	X(IRQS, "irqs")                                                                            \
	X(MATRIX, "matrix")                                                                        \
	X(VECTORS, "vectors")                                                                      \
	X(IRT, "irt")                                                                              \
	X(DEVS, "devs")                                                                            \
	X(DELIVERIES, "deliveries") X(START, "start") X(HARDWARE, "hw") X(TRACE, "trace")
enum category {
#define REPLAY_CATEGORY_ENUM(id, name) CATEGORY_##id,
	REPLAY_CATEGORIES(REPLAY_CATEGORY_ENUM)
#undef REPLAY_CATEGORY_ENUM
		NR_CATEGORIES
};
const char *category_name(enum category category);
int category_by_name(const char *name); /* −1: none */

struct tally {
	uint64_t matched, compared;
};

struct difference {
	char *path;	  /* "irqs[25].vec.vector" */
	char *op;	  /* the operation in words */
	json_t *expected; /* NULL: nothing */
	json_t *actual;	  /* NULL: nothing */
	unsigned long n;  /* operation */
	enum category category;
	bool unrecorded; /* the line did not record it: it should not have changed */
};

struct comparison {
	bool strict;	     /* compare what a line does not record, too */
	uint32_t categories; /* bits of those wanted; 0: all */
	unsigned keep;	     /* differences to keep */

	struct tally recorded[NR_CATEGORIES];  /* values that lines record */
	struct tally unchanged[NR_CATEGORIES]; /* values that should be as before */
	struct difference *differences;
	unsigned nr_differences;
	/* The operation in hand: */
	unsigned long n;
	const char *op;
	bool start; /* everything counts as category START */
};

void comparison_free(struct comparison *cmp);

/*
 * Compares a part of the state. `recorded` has the shape of `expected` and holds
 * what the line recorded (null: must not exist); NULL: nothing. `root` begins
 * the paths.
 */
void compare_state(struct comparison *cmp, enum category category, const char *root,
		   const json_t *expected, const json_t *actual, const json_t *recorded);
/* One recorded value; NULL: none. */
void compare_value(struct comparison *cmp, enum category category, const char *path,
		   const json_t *expected, const json_t *actual);
/* Two sequences element by element; each element is one value. */
void compare_sequence(struct comparison *cmp, enum category category, const char *root,
		      const json_t *expected, const json_t *actual);
/* A value that could not be compared counts against, and is named. */
void compare_impossible(struct comparison *cmp, enum category category, const char *path,
			const json_t *expected);

#endif
