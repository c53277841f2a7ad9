/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_EVENTS_H
#define IRQLAB_REPLAY_EVENTS_H

#include "failure.h"
#include <irqlab/bus.h>
#include <jansson.h>

/*
 * Internal events (a recording's level C): names and arguments in order, apart
 * for the calling task and for each CPU that was interrupted, since these
 * interleave as chance will have it.
 */

/* The event of a TRACE record, in a recording's words; arguments are still missing. */
json_t *event_begin(struct machine *m, const struct tape_record *record);
/* Adds what a TRACE_ARGS record holds. */
void event_argument(struct machine *m, json_t *event, const struct tape_record *record);

/*
 * Events of a line by who ran: { "task": […], "3": […] }. Runs are repeated,
 * `at` (how many writes came before) is said of each, and events are left out
 * that the recorder made by itself. NULL with failure->text. `writes`: the list
 * that `at` counts in; NULL: single writes.
 */
json_t *events_by_runner(const json_t *events, const json_t *writes, struct failure *failure);

/*
 * Old vectors are given back by a timer, which may have been faster than the
 * call's return: its mark then tells of none. Changes `actual`.
 */
void events_adapt_returns(const json_t *expected, json_t *actual);

/* Takes the marks of calls' returns out of a list of events; how many there were. */
unsigned events_drop_returns(json_t *events);

#endif
