/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_TELLER_H
#define IRQLAB_REPLAY_TELLER_H

#include "recording.h"
#include <irqlab/topology.h>
#include <stdio.h>

/* Who writes a scenario from a recording. Private to as_scenario.c, tell_*.c. */

#define TOLD_VECTORS 16u /* of each device; more is no pleasure to read */

#define TELLER_NAME 40u

struct teller {
	FILE *out;
	struct recording recording;
	struct expected expected;
	json_t *name_of_irq; /* { irq: "p[0]" } */
	json_t *vectors;     /* { device: { index: "p[0]" } } */
	json_t *handlers;    /* { name: how many } */
	json_t *stores;	     /* { device: slots } of the whole recording */
	json_t *told;	     /* { irq: { key: value } }: what was said of it last */
	bool loose;	     /* the operation in hand stands in a loose block: no events are told */
	bool in_block;	     /* right now */
	const char *stopped; /* why it cannot go on */
};

/* as_scenario.c: members of a line, */
json_int_t teller_number(const json_t *line, const char *key, json_int_t otherwise);
const char *teller_string(const json_t *line, const char *key); /* "": it has none */
bool teller_has_flag(const json_t *line, const char *word);
/* the end of an action's line: what came of it, */
void tell_result(struct teller *t, json_int_t ret);
/* a block of several actions, whose events cannot be told apart, and its end, */
void tell_loose(struct teller *t);
void tell_end(struct teller *t);
/* something that only the recorder did, or that nothing follows from; */
__attribute__((format(printf, 2, 3))) void tell_remark(struct teller *t, const char *format, ...);
/* the name of a device's vector, or NULL; */
const char *teller_vector(const struct teller *t, const char *device, uint64_t index);
void teller_name_vector(struct teller *t, const char *device, uint64_t index, json_int_t irq,
			const char *name);
/* what the interrupts of a batch are called: the device's name in lower case, */
void teller_batch(const char *device, char name[TELLER_NAME]);
/* so that vector `index` is number `place` of it. */
void teller_name_in_batch(struct teller *t, const char *device, uint64_t index, unsigned place,
			  json_int_t irq);
/* Does the machine have these CPUs? */
bool teller_has_cpus(const struct teller *t, const json_t *mask);

/* tell_allocation.c */
void tell_alloc_vectors(struct teller *t, const json_t *line);
void tell_enable_entries(struct teller *t, const json_t *line);
void tell_alloc_at(struct teller *t, const json_t *line);
void tell_alloc_at_many(struct teller *t, const json_t *line);
void tell_free_at(struct teller *t, const json_t *line);
void tell_free_vectors(struct teller *t, const json_t *line);
/* what the pool on a device's store is called */
void teller_pool(const char *device, char name[TELLER_NAME]);
void tell_store_created(struct teller *t, const json_t *line);
void tell_store_alloc(struct teller *t, const json_t *line);
void tell_store_alloc_many(struct teller *t, const json_t *line);
void tell_store_removed(struct teller *t, const json_t *line);

/* tell_machine.c: everything up to the first operation. */
void tell_machine(struct teller *t);
/* tell_events.c: what an operation did, and the state that it left. */
void tell_events(struct teller *t, const json_t *line);
void tell_messages(struct teller *t);
void tell_state(struct teller *t);

/* A list of CPUs as "{0..3,5}", "2" or "0..3". */
void tell_cpus(FILE *out, const json_t *cpus);

#endif
