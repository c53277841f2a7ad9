/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_REPORT_H
#define IRQLAB_SCENARIO_REPORT_H

#include "scenario/ast.h"

#include <irqlab/scenario.h>

/*
 * What a report says of one scenario, made before anybody knows how many results come ahead of it:
 * so that scenarios can run in any order, or elsewhere, and are reported in theirs.
 */

struct report_style {
	enum scenario_format format;
	bool color;
	bool names_files;		/* in TAP and KTAP, which have no other place for it */
	enum diagnostic_format besides; /* diagnostics apart from the report; human: none */
};

struct report_text {
	char *bytes; /* not NUL-terminated */
	size_t length;
};

struct report_part {
	struct report_text report, diagnostics;
	struct report_text numbers; /* uint64_t: where in `report` each result's number belongs */
	uint32_t results, passed, failed, skipped;
	uint32_t unmatched; /* 1: no combination is one of those asked for */
	enum scenario_status status;
};

/* Runs it. False: no memory; `part` is empty then. */
bool report_part_make(struct report_part *part, const struct report_style *style,
		      struct scenario *s, const struct scenario_run_options *options);
/* Of a scenario that could not be run here: `why` ends the diagnostic. */
bool report_part_broken(struct report_part *part, const struct report_style *style,
			const char *file, const char *why);
void report_part_free(struct report_part *part);

const struct report_style *report_style_of(const struct scenario_report *r);
void report_part_write(struct scenario_report *r, const struct report_part *part);

/* ---- format.c: one result ---- */

struct result_writer {
	FILE *to;
	const struct report_style *style;
	struct scenario *s;
};
/* Leaves out the number; *number: where it belongs, in bytes from the start. */
void result_write(const struct result_writer *w, const struct scenario_result *result,
		  long *number);

#endif
