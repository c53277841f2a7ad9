/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_CHECK_H
#define IRQLAB_SCENARIO_CHECK_H

#include "scenario/scope.h"

#include <irqlab/scenario.h>

/* 32 bytes each: half a GiB. Who runs a scenario may permit more (limits.tape). */
#define MAX_TAPE_OF_SCRIPT (UINT32_C(1) << 24)

/* scenario_check() without building machines: a run builds them anyway. */
enum scenario_status check_names(struct scenario *s);
/* Defines the name that an action gives, and forgets those of what it gives back. */
void check_definition(struct scope *scope, const struct stmt *stmt);
struct refusal { /* of a machine: why, and the element of its description, or NULL */
	const char *why;
	const void *at;
};
/* Fills an empty machine as the topology says; false: it cannot be. */
bool topology_load(struct topology *t, struct machine *m, struct refusal *refusal);
void note_refusal(struct scope *scope, const struct refusal *refusal);
void note_nothing_asserted(struct scope *scope);

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

#endif
