/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_TELLER_H
#define IRQLAB_REPLAY_TELLER_H

#include "recording.h"
#include <irqlab/topology.h>
#include <stdio.h>

/* Who writes a scenario from a recording. Private to as_scenario.c, tell_*.c. */

#define TOLD_VECTORS 16u /* of each device; more is no pleasure to read */

struct teller {
	FILE *out;
	struct recording recording;
	struct expected expected;
	json_t *name_of_irq; /* { irq: "p[0]" } */
	json_t *vectors;     /* { device: { index: "p[0]" } } */
	json_t *handlers;    /* { name: how many } */
	json_t *told;	     /* { irq: { key: value } }: what was said of it last */
	bool loose;	     /* the operation in hand stands in a loose block: no events are told */
	const char *stopped; /* why it cannot go on */
};

/* tell_machine.c: everything up to the first operation. */
void tell_machine(struct teller *t);
/* tell_events.c: what an operation did, and the state that it left. */
void tell_events(struct teller *t, const json_t *line);
void tell_messages(struct teller *t);
void tell_state(struct teller *t);

/* The name of a device's vector, or NULL. */
const char *teller_vector(const struct teller *t, const char *device, uint64_t index);
/* A list of CPUs as "{0..3,5}", "2" or "0..3". */
void tell_cpus(FILE *out, const json_t *cpus);

#endif
