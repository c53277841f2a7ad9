/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_REPLAY_H
#define IRQLAB_REPLAY_REPLAY_H

#include "compare.h"
#include "failure.h"
#include <irqlab/machine.h>
#include <stdio.h>

/*
 * Replays a recording of a real kernel on a machine and compares everything that
 * it did. Three things stay apart: the expected state (expected.h), the actual
 * state (actual.h), and their comparison (compare.h).
 */

struct replay_options {
	bool lenient;	 /* only what a line records, not what should be unchanged */
	bool trace;	 /* compare the order of internal events, too */
	bool invariants; /* check the machine after each operation (invariants.h) */
	bool boot; /* the machine comes from the header and a boot of its own, not from `start` */
	unsigned max_differences; /* to keep and print */
	uint32_t categories;	  /* bits of enum category; 0: all */
};

enum replay_verdict {
	REPLAY_EXACT, /* every value */
	REPLAY_DIFFERS,
	REPLAY_LOADED,	    /* not a scenario: the start state was loaded, and is exact */
	REPLAY_UNSUPPORTED, /* no machine can be built for it */
	REPLAY_MALFORMED,   /* not a recording, or damaged */
	REPLAY_UNREADABLE,  /* no such file, or the host cannot read it */
	NR_REPLAY_VERDICTS
};
const char *replay_verdict_name(enum replay_verdict verdict);

struct replay_result {
	enum replay_verdict verdict;
	char *file, *name; /* name: as the header says; NULL if there is none */
	char why[400];	   /* unsupported, malformed, unreadable: why */
	unsigned long operations;
	struct fingerprint fingerprint; /* of the machine after the last operation; 0: none */
	struct comparison comparison;
	json_t *not_compared; /* { field: values }: recorded, and not compared on purpose */
	json_t *unknown;      /* { field: times }: members that this program does not know */
};

/* Always fills *result; free it with replay_result_free(). */
void replay_file(const char *path, const struct replay_options *options,
		 struct replay_result *result);
void replay_result_free(struct replay_result *result);

/* Sums over several files. */
struct replay_summary {
	struct tally recorded[NR_CATEGORIES], kept[NR_CATEGORIES]; /* kept: should be as before */
	uint64_t matched, compared;				   /* values that lines record */
	uint64_t unchanged, unchanged_compared; /* values that should not have changed */
	unsigned files[NR_REPLAY_VERDICTS];	/* by verdict */
};
void replay_summary_add(struct replay_summary *summary, const struct replay_result *result);

void replay_print(FILE *out, const struct replay_result *result, unsigned max_differences);
void replay_print_line(FILE *out, const struct replay_result *result);
void replay_print_summary(FILE *out, const struct replay_summary *summary);
json_t *replay_to_json(const struct replay_result *result);
json_t *replay_summary_to_json(const struct replay_summary *summary);

#endif
