/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_ARM_H
#define IRQLAB_REPLAY_ARM_H

#include "compare.h"
#include "expected.h"
#include "operation.h"

/*
 * Recordings of Arm machines: a line covers the devices that it names, of
 * devices with many vectors only the first and last ones, and what an interrupt
 * does is counted by its number.
 */

struct arm_state {	    /* what the recorder knows, besides the machine */
	unsigned limit;	    /* vectors that it looks at of a device; 0: all */
	json_t *drivers;    /* { device: driver's name } */
	json_t *intx_owner; /* { irq: device that it was found with last } */
	json_t *domains;    /* those of the header that were not compared yet */
};
struct arm_state *arm_state_create(const struct recording *recording);
void arm_state_free(struct arm_state *arm); /* NULL is permitted */

/* ---- the actual state in a recording's shape (actual_arm.c) ---- */

/* NULL: no such irq, or it belongs to a device that is gone. */
json_t *actual_arm_irq(const struct stage *stage, unsigned irq);
/* `table`: all entries of an MSI-X table; else those of vectors in use. */
json_t *actual_arm_dev(const struct stage *stage, const struct device_desc *desc, bool table);
/* Numbers of the device's interrupts that the recorder looks at, as keys of an object. */
json_t *arm_irqs_of(const struct stage *stage, struct device *dev);
/* Its MSI irqs only go so far: is the irq beyond what the recorder looks at? */
bool arm_is_beyond_limit(const struct stage *stage, unsigned irq);
/* { devid, valid … } of an ITS's tables; null: there is no ITS. */
json_t *actual_its_table(const struct stage *stage, uint32_t device_id);
json_t *actual_its_state(const struct stage *stage);
json_t *actual_its_write_offset(const struct stage *stage);
json_t *actual_lpis_in_use(const struct stage *stage);
json_t *actual_lpis_per_cpu(const struct stage *stage);
json_t *actual_domain(const struct irq_domain *domain);
/* Commands in the queue's memory, from its beginning. */
json_t *actual_its_queue(const struct stage *stage);

/* A command in a recording's words. */
json_t *its_command_json(const uint64_t word[4]);

/* ---- comparing (compare_arm.c) ---- */

void arm_compare_start(struct stage *stage, struct comparison *cmp, struct expected *expected);
/* A line that no other one completes. */
void arm_compare_line(struct stage *stage, struct comparison *cmp, struct expected *expected,
		      const json_t *line);
void arm_compare_end(struct stage *stage, struct comparison *cmp);
/* What recorded and actual writes have in common: neither names that differ from boot to boot,
 * nor words that the recorder could not read any more. Changes both. */
void arm_adapt_writes(json_t *expected, json_t *actual);
/* Events (all runs repeated) that both sides have, with what the recorder saw of each. */
json_t *arm_events(const struct stage *stage, const json_t *events);
/* Is it an event that both sides have? */
bool arm_event_is_seen(const struct stage *stage, const json_t *event);
/* A recorded value that is compared, as a new reference. */
json_t *arm_without_variables(const json_t *value);

extern const struct verb verbs_arm[];

#endif
