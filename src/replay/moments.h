/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_MOMENTS_H
#define IRQLAB_REPLAY_MOMENTS_H

#include "expected.h"
#include <irqlab/machine.h>

/*
 * A recorder that did not wait read the state while old vectors were being
 * given back, and nobody knows which value it read before and which after. So
 * there are two actual states, and each value may be that of either.
 */

struct moments {
	json_t *part[NR_STATE_PARTS]; /* before deferred work was done; NULL: it doesn't change */
	json_t *events;		      /* traced by then */
};

/* Fills *early with the state of now, as the recorder would have it (x86). */
void moments_take(struct moments *early, struct machine *m, const json_t *events);
void moments_free(struct moments *early); /* and empties it */

/*
 * Of two actual values the one that is expected, else the later one; of objects,
 * member by member. Any may be NULL. Steals `late`; returns a new reference.
 */
json_t *json_either(const json_t *expected, const json_t *early, json_t *late);

#endif
