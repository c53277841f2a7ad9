/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_EXPECTED_H
#define IRQLAB_REPLAY_EXPECTED_H

#include "failure.h"
#include <jansson.h>
#include <stdint.h>

/*
 * The expected state: what the recording said so far. Each line changes it by
 * merging what it records; nothing here knows of a machine.
 */

enum state_part { STATE_IRQS, STATE_MATRIX, STATE_VECTORS, STATE_IRT, STATE_DEVS, NR_STATE_PARTS };
extern const char *const state_part_names[NR_STATE_PARTS];

struct expected {
	json_t *part[NR_STATE_PARTS]; /* objects; irqs by number. An empty one: nothing known */
	/*
	 * What the last line recorded, in the same shape: its members, with null for
	 * those that ceased to exist; a part's pointer is NULL if it recorded nothing.
	 */
	json_t *recorded[NR_STATE_PARTS];
	uint64_t copied; /* values that `like` multiplied so far, bounded */
};

void expected_init(struct expected *expected);
void expected_free(struct expected *expected);
/*
 * Merges what an operation line records. 0, or −1 with failure->text. For the
 * start state the caller renames its member `dev` to `devs`.
 */
int expected_merge(struct expected *expected, const json_t *line, struct failure *failure);

/*
 * Merges `from` into `into`: objects member by member, lists and scalars whole,
 * null removes.
 */
void json_merge(json_t *into, const json_t *from);

/* Keys "a-b" for equal values become one member for each number. −1: malformed or too many. */
int json_expand_keys(json_t *object, unsigned limit);

/*
 * A list with runs { run, of, step } as a list of single elements. NULL with
 * failure->text if it is malformed or longer than `limit`.
 */
json_t *json_expand_runs(const json_t *list, size_t limit, struct failure *failure);

/*
 * The writes of a line, one element for each single write: runs repeated, and
 * `entries` [a, b] as one write for each entry.
 */
json_t *expected_writes(const json_t *list, struct failure *failure);

#endif
