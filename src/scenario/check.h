/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_CHECK_H
#define IRQLAB_SCENARIO_CHECK_H

#include "scenario/scope.h"

#include <irqlab/scenario.h>

/* Checks all combinations; the diagnostics are the scenario's run_diags, which are empty before. */
void check_program(struct scenario *s);

/* Of several of which `worst` is the worst that was not skipped: skipped only where all were. */
enum scenario_status status_of_all(enum scenario_status worst,
				   const struct scenario_totals *totals);

/* Gives the working memory back and says why; SCENARIO_BROKEN. */
enum scenario_status note_no_memory(struct scenario *s);

/* The matrix: how many combinations, and the value numbers of the nth. */
uint64_t combinations_of(const struct scenario *s);
unsigned *combination_room(struct scenario *s, struct stash *stash);
void combination_choose(const struct scenario *s, uint64_t nr, unsigned *choice);

bool profile_by_name(const char *name, enum machine_profile *out);

enum picture {
	PICTURE_DOMAINS,
	PICTURE_IRQS,
	PICTURE_INTERRUPTS,
	PICTURE_VECTORS,
	PICTURE_WRITES,
	PICTURE_TAPE,
	NR_PICTURES
};
extern const char *const picture_names[NR_PICTURES];

#endif
