/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_OPERATION_H
#define IRQLAB_REPLAY_OPERATION_H

#include "observer.h"

/*
 * Carrying out the operations of a recording. A verb sees its arguments and
 * nothing else of a line: no recorded result can reach the machine.
 */

struct stage { /* where a recording is replayed */
	struct machine *m;
	const struct recording *recording;
	struct observer *observer;
	bool waits;	       /* the recorder did, after the operation: deferred work is done */
	struct arm_state *arm; /* arm.h; NULL: another architecture */
	struct handler_slot *handlers;
	unsigned nr_handlers;
	struct edu *edus;
};

/* Registers of a teaching device, once an operation touched one. */
struct edu {
	struct edu *next;
	uint32_t device; /* its id in the machine */
	uint32_t status, liveness;
};
void edus_free(struct stage *stage);

/*
 * What the recorder kept of a handler. A request takes the first slot that isn't
 * in use; a freed slot remembers its irq until then.
 */
struct handler_slot {
	uint32_t irq;
	bool in_use;
};

struct call { /* one operation */
	struct stage *stage;
	const json_t *arguments;
	json_t *results;
	struct device *dev; /* NULL: no such, or none named */
	const char *why;    /* set by a verb that cannot be performed */
	unsigned index;	    /* for verbs of one vector: its index */
};

struct verb {
	const char *name;
	const char *arguments; /* names, each followed by a blank */
	/* Returns what `ret` should be. */
	int (*perform)(struct call *call);
	/* …for one vector: `irq` is its number. Used instead, for `index`, `indexes` or `irq`. */
	int (*vector)(struct call *call, unsigned irq);
	bool needs_no_device; /* although it can be given one */
	bool returns_nothing; /* what it stands for has no result */
	bool counts_handled;  /* the line says how often the handler of its irq ran */
};

const struct verb *verb_by_name(const char *name); /* NULL: unknown */
/* Is it an argument of the verb? */
bool verb_takes(const struct verb *verb, const char *field);
/* …of the verb in this line? The irq of a device's vector is a result. */
bool line_gives(const struct verb *verb, const json_t *line, const char *field);
/* What the line gives the verb, as a new object. */
json_t *verb_arguments(const struct verb *verb, const json_t *line);
/* "request dev=P index=0" */
void verb_describe(const json_t *line, char *text, size_t size);
/*
 * Performs it and, if the stage waits, lets the machine settle. Returns the results as an object
 * with the members of a recorded line (ret, map, counts …), or NULL: this program cannot perform
 * it; *why says why not.
 */
json_t *verb_perform(struct stage *stage, const struct verb *verb, const json_t *arguments,
		     const char **why);

/* ---- for the verbs ---- */

/* The tables of verbs, ended by an entry without a name. */
extern const struct verb verbs_allocation[], verbs_interrupt[], verbs_device[], verbs_system[],
	verbs_arm[];

json_int_t call_integer(const struct call *call, const char *key, json_int_t otherwise);
/* Irq number of the device's vector `index`; negative: -errno. */
int call_irq(const struct call *call, unsigned index);
/* What the words in the list of `flags` stand for; sets call->why if one is none of `words`. */
struct flag_word {
	const char *word;
	unsigned long bit;
};
unsigned long call_flags(struct call *call, const struct flag_word *words, size_t nr);
/* A CPU that the machine doesn't have: -ERANGE; on Arm it is left out. */
int call_cpus(const struct call *call, const struct cpumask **out);
/* As text in a file: there, it is -EOVERFLOW on Arm. */
int call_cpus_of_user(const struct call *call, const struct cpumask **out);
/*
 * The affinity descriptor of `mask` and `managed`, as the recorder parsed it:
 * of ranges of CPUs those before the first impossible one. Its scenarios wrote
 * two neighbours as a range, or (`spells_pairs`) as two. NULL without `mask`.
 */
const struct irq_affinity_desc *call_affinity(const struct call *call, bool spells_pairs,
					      struct irq_affinity_desc *desc);

#endif
