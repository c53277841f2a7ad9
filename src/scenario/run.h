/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_RUN_H
#define IRQLAB_SCENARIO_RUN_H

#include "scenario/check.h"
#include "scenario/match.h"
#include "scenario/state.h"

#include <irqlab/bus.h>

/* One combination of a scenario while it runs. */

struct cause { /* an action, and where its records begin on the tape */
	struct cause *before;
	const struct stmt *stmt;
	uint64_t start;
};

struct ignored { /* by an `ignore` line */
	struct ignored *next;
	const struct stmt *stmt;
};

struct watched { /* a message that an `expect msg` has seen */
	struct watched *next;
	struct source_ref source;
	uint64_t address;
	uint32_t data;
	const struct stmt *stmt;
};

struct blessed { /* a snapshot that is to be rewritten */
	struct blessed *next;
	const struct stmt *stmt;
	const char *golden;
};

struct result_value {
	const char *key;
	struct value value;
};

struct outcome {   /* of an action */
	int error; /* 0, or negative */
	struct result_value values[4];
	unsigned nr_values;
};

struct run {
	struct scope scope;
	struct machine *m;
	const struct scenario_run_options *options;
	const char *name; /* of the combination */
	enum scenario_status status;
	bool stopped; /* nothing more is carried out */

	const struct stmt *action; /* the last */
	struct cause *causes;
	uint64_t start, cursor; /* of what expect sees; positions on the tape */
	struct text consumed;	/* a byte for each record since start */
	struct fingerprint before;

	bool loose, strict_writes;
	bool held;     /* CPUs take nothing */
	bool tampered; /* somebody wrote past the kernel */
	bool sweeping; /* an allocation is made to fail: only actions count */
	struct ignored *ignored;
	struct watched *watched;
	uint64_t fail_allocation; /* in the next action; 0: none */
	uint32_t deliveries;
	unsigned actions, assertions;
	uint64_t spent; /* of the limit on actions */
	struct blessed **blessed;
	struct batch *batch; /* of `enable`, to use again */
	uint32_t *cpus;	     /* likewise: room for all of them */
};

/* ---- runner.c ---- */

void run_list(struct run *r, const struct stmt *list);
/* Records a failure; the run stops unless it is to go on. */
#define run_fail(r, id, span, ...)                                                                 \
	(run_failed(r, id), diag_add((r)->scope.diags, id, span, ##__VA_ARGS__))
void run_failed(struct run *r, enum diag_id id);
/* Where and by what a record came about. */
const struct cause *run_cause(const struct run *r, uint64_t position);
void run_note_cause(struct run *r, struct diag *diag, uint64_t position, const char *what);
const char *stmt_text(struct run *r, const struct stmt *stmt);
/* Looks at what no expect took, before the next action. */
void run_close_window(struct run *r);
/* The machine, and its tape, went back to an earlier state. */
void run_rewind(struct run *r);
/* Between two parts of one action: a failed part must leave no trace of its own. */
void run_mark(struct run *r);
/* Counts `cost` actions against the limit; false, with a diagnostic, beyond it. */
bool run_spend(struct run *r, const struct stmt *stmt, uint64_t cost);
/* What a handler does: the lines of its block, without deliveries. */
void run_handler(struct run *r, const struct stmt *block);
/* One action, without its deliveries and results: only its error. */
int run_bare_action(struct run *r, const struct stmt *stmt);

/* ---- verbs_*.c ---- */

typedef void (*action_fn)(struct run *r, const struct stmt *stmt, struct outcome *out);
#define ACTION_PROTOTYPE(id, ...)                                                                  \
	void action_##id(struct run *r, const struct stmt *stmt, struct outcome *out);
IRQLAB_ACTIONS(ACTION_PROTOTYPE)
#undef ACTION_PROTOTYPE
void outcome_add(struct outcome *out, const char *key, uint64_t value);
/* The interrupts of an argument; none if it was wrong. */
struct irq_slice action_irqs(struct run *r, const struct stmt *stmt);
struct device *action_device(struct run *r, const struct stmt *stmt);
const struct cpumask *action_cpus(struct run *r, const struct pattern *list);
/* MSI-X one vector at a time, past what the driver's API permits: how many there are, or negative.
 */
int loop_of_ones(struct device *dev, unsigned nr);
/* blocks */
void run_sweep(struct run *r, const struct stmt *stmt);

/* ---- events.c ---- */

/* Is the record of the kind, and does it fit the arguments? Binds variables if it does. */
bool event_matches(struct run *r, const struct stmt *stmt, uint64_t position);
bool event_is_kind(struct run *r, enum verb assertion, const struct tape_record *record);
/* In the syntax of expect, without the word; NULL: nothing that can be expected. */
const char *event_print(struct run *r, const struct tape_record *record);
/* The same for a script: without what has no name there. */
const char *event_as_written(struct run *r, const struct tape_record *record);
bool event_consumed(const struct run *r, uint64_t position);
void event_consume(struct run *r, uint64_t position);
struct irq_entry *irq_entry_of(const struct run *r, uint64_t virq);
const char *irq_print(struct run *r, uint64_t virq);
bool place_matches(struct run *r, const struct place_pattern *wanted,
		   const struct bus_place *place);

/* ---- expect.c, expect_state.c, expect_writes.c, snapshot.c ---- */

void run_expect(struct run *r, const struct stmt *stmt);
void expect_msg(struct run *r, const struct stmt *stmt);
void expect_state(struct run *r, const struct stmt *stmt);
void expect_writes(struct run *r, const struct stmt *stmt);
/* Messages that were expected once must not change unseen, except in a loose block. */
void check_watched(struct run *r);
void run_snapshot(struct run *r, const struct stmt *stmt);
/* Writes the files anew; false, with a diagnostic, if it cannot. */
bool snapshots_rewrite(struct scenario *s, const struct blessed *list, FILE *log);

#endif
