/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_OBSERVER_H
#define IRQLAB_REPLAY_OBSERVER_H

#include "recording.h"
#include <irqlab/provider/software.h>

/*
 * Watches the tape and describes what it sees in a recording's words: writes
 * (config space, MSI-X tables, invalidations, callbacks of a message store) and
 * runs of handlers.
 */
struct observer;

/* Only the kinds of writes that the recording says it observed. NULL: no memory. */
struct observer *observer_create(struct machine *m, const struct recording *recording);
void observer_destroy(struct observer *observer); /* NULL is permitted */

/* Between operations: forgets what was seen; `collect` false: writes are not even described. */
void observer_begin(struct observer *observer, bool collect);
/* Lists, owned by the observer, good until the next operation. */
json_t *observer_writes(const struct observer *observer);
json_t *observer_delivered(const struct observer *observer); /* [[irq, cpu] …] */
/* Internal events, if tracing is on, with `at` and (not the task) `on`. */
json_t *observer_events(const struct observer *observer);
/* What a remapping unit did with messages (remapping.h). */
json_t *observer_remapped(const struct observer *observer);
/* A mark of the recorder's own among the events of the task; steals it. */
void observer_mark(struct observer *observer, json_t *mark);
/* Messages to devices on no bus: [{ dev, index, msg } …] */
json_t *observer_messages(const struct observer *observer);
/* CPUs on which handlers of an irq number ran, as a new list. */
json_t *observer_handled_cpus(const struct observer *observer, unsigned irq);
/* Handler runs of an irq number since the machine was made. */
uint64_t observer_handled(const struct observer *observer, unsigned irq);

/* A message store's callback ran; `slot` NULL for prepare_desc. */
void observer_ims(struct observer *observer, const char *callback, const struct msi_desc *desc,
		  const uint32_t slot[4]);

#endif
