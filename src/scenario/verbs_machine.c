/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/run.h"

#include <string.h>

/* Actions upon the machine as a whole: time, CPUs, failures, going back. */

void action_DELIVER(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	uint64_t limit;

	(void)out;
	if (!arg_number(&r->scope, stmt, "limit", 1, UINT32_MAX, r->deliveries, &limit))
		return;
	r->held = false;
	if (machine_deliver(r->m, limit) == -EBUSY)
		run_fail(r, DIAG_LIMIT_DELIVERIES, stmt->span, (unsigned)limit);
}

void action_TICK(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	uint64_t ticks;

	(void)out;
	r->held = false;
	if (arg_number(&r->scope, stmt, "TICKS", 1, 100000, 1, &ticks) &&
	    run_spend(r, stmt, ticks - 1))
		machine_tick(r->m, (unsigned)ticks);
}

void action_SETTLE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	(void)out;
	r->held = false;
	if (machine_settle(r->m) == -EBUSY)
		run_fail(r, DIAG_LIMIT_TICKS, stmt->span);
}

void action_CPU(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	uint64_t cpu;
	int ret;

	if (!arg_number(&r->scope, stmt, "CPU", 0, r->scope.topology.desc.nr_cpus - UINT64_C(1), 0,
			&cpu))
		return;
	if (strcmp(arg_word(stmt, "TO"), "offline") == 0)
		ret = cpu_down(r->m, (unsigned)cpu);
	else
		ret = cpu_up(r->m, (unsigned)cpu);
	out->error = ret < 0 ? ret : 0;
}

void action_SUSPEND(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	(void)stmt;
	(void)out;
	suspend_device_irqs(r->m);
}

void action_RESUME(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	(void)stmt;
	outcome_add(out, "irq", pm_wakeup_irq(r->m));
	resume_device_irqs(r->m);
}

void action_RUN_ON(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	uint64_t cpu;

	if (arg_number(&r->scope, stmt, "CPU", 0, r->scope.topology.desc.nr_cpus - UINT64_C(1), 0,
		       &cpu))
		out->error = machine_run_on(r->m, (unsigned)cpu);
}

void action_FAULT(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	uint64_t nth;

	(void)out;
	if (!arg_number(&r->scope, stmt, "NTH", 1, UINT32_MAX, 1, &nth))
		return;
	r->fail_allocation = strcmp(arg_word(stmt, "WHAT"), "off") == 0 ? 0 : nth;
}

void action_CHECKPOINT(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	const char *word = stmt_value(stmt, "NAME")->path->name;
	struct name *name;
	int snapshot = machine_snapshot(r->m);

	out->error = snapshot < 0 ? snapshot : 0;
	if (snapshot < 0)
		return;
	name = name_define(&r->scope, word, NAME_CHECKPOINT, stmt->span);
	if (!name)
		return;
	name->snapshot = snapshot;
	name->fingerprint = machine_fingerprint(r->m, FINGERPRINT_SEMANTIC);
}

void action_BACK(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct name *name = name_resolve(&r->scope, stmt->args->value, NAME_CHECKPOINT);

	if (!name)
		return;
	out->error = machine_restore(r->m, name->snapshot);
	r->watched = NULL;
	run_rewind(r);
}

/* ---- failing allocations, one after the other ---- */

struct sweep_round {
	uint64_t nth;  /* the allocation that fails */
	bool reported; /* an action failed */
	bool trace;    /* and left one */
	bool silent;   /* nobody is told */
	struct diag *diag;
};

static bool sweep_list(struct run *r, const struct stmt *list, struct sweep_round *round);

/* False: it failed, as it should if an allocation did. What is expected to fail is looked at last.
 */
static bool sweep_action(struct run *r, const struct stmt *stmt, struct sweep_round *round)
{
	int error;

	if (!run_spend(r, stmt, 1))
		return false;
	error = run_bare_action(r, stmt);
	if (!error || r->stopped)
		return true;
	round->reported = true;
	if (stmt->result.kind == RESULT_ERROR && stmt->result.error == -error)
		return true;
	round->trace =
		!fingerprint_equal(r->before, machine_fingerprint(r->m, FINGERPRINT_SEMANTIC));
	if (!round->trace || round->silent)
		return false;
	round->diag = run_fail(r, DIAG_TRACE_LEFT, stmt->span, stmt_text(r, stmt));
	diag_line(r->scope.diags, round->diag,
		  "allocation %" PRIu64 " of the sweep failed, the error was %s", round->nth,
		  irqlab_errno_name(error));
	return false;
}

static bool sweep_repeat(struct run *r, const struct stmt *stmt, struct sweep_round *round)
{
	uint64_t times = 0;
	bool fine = number_resolve(&r->scope, stmt_value(stmt, "TIMES"), &times);

	for (uint64_t i = 0; i < times && fine && !r->stopped; i++)
		fine = run_spend(r, stmt, 1) && sweep_list(r, stmt->body, round);
	return fine;
}

/* Assertions wait for the last time, when nothing fails. */
static bool sweep_stmt(struct run *r, const struct stmt *stmt, struct sweep_round *round)
{
	if (verb_phase(stmt->verb) == PHASE_ACTION)
		return sweep_action(r, stmt, round);
	switch (stmt->verb) {
	case VERB_REPEAT:
		return sweep_repeat(r, stmt, round);
	case VERB_LOOSE:
	case VERB_STRICT:
		return sweep_list(r, stmt->body, round);
	default:
		return true;
	}
}

static bool sweep_list(struct run *r, const struct stmt *list, struct sweep_round *round)
{
	bool fine = true;

	for (const struct stmt *s = list; s && fine && !r->stopped; s = s->next)
		if (s->verb != VERB_NONE && scope_applies(&r->scope, s))
			fine = sweep_stmt(r, s, round);
	return fine;
}

/* Who can do with less than was asked for may; a script says so with `loose`. */
static void swallowed(struct run *r, const struct stmt *stmt, uint64_t nth)
{
	if (!r->loose)
		diag_hint(r->scope.diags, run_fail(r, DIAG_FAILURE_SWALLOWED, stmt->verb_span, nth),
			  "if it may be, put the sweep into  loose");
}

/* Handlers that were installed in a round that is undone are not there. */
static void forget_handlers(struct run *r, const struct name *names, const unsigned *handlers)
{
	for (const struct name *n = names; n; n = n->next)
		for (unsigned i = 0; n->kind == NAME_IRQS && i < n->nr_irqs; i++)
			n->irqs[i].handlers = *handlers++;
	r->scope.names = (struct name *)names;
}

static unsigned *remember_handlers(struct run *r)
{
	unsigned nr = 0, *out, *next;

	for (const struct name *n = r->scope.names; n; n = n->next)
		nr += n->kind == NAME_IRQS ? n->nr_irqs : 0;
	out = next = stash_alloc(r->scope.stash, (nr + 1) * sizeof(*out));
	for (const struct name *n = r->scope.names; n; n = n->next)
		for (unsigned i = 0; n->kind == NAME_IRQS && i < n->nr_irqs; i++)
			*next++ = n->irqs[i].handlers;
	return out;
}

/* ---- the rounds ---- */

struct sweep {
	const struct stmt *stmt;
	struct name *names;
	unsigned *handlers;
	int snapshot;
};

/* The lines with an allocation failing. False: it was never reached, so there are no more. */
static bool sweep_once(struct run *r, const struct sweep *sweep, struct sweep_round *round)
{
	uint64_t before = machine_allocations(r->m);

	machine_fail_allocation(r->m, round->nth);
	sweep_list(r, sweep->stmt->body, round);
	machine_fail_allocation(r->m, 0);
	return machine_allocations(r->m) - before >= round->nth;
}

static void sweep_back(struct run *r, const struct sweep *sweep)
{
	machine_restore(r->m, sweep->snapshot);
	forget_handlers(r, sweep->names, sweep->handlers);
}

/* Does the same allocation leave no trace without the deviations of `off`? */
static bool clean_without(struct run *r, const struct sweep *sweep, uint64_t nth, uint64_t off)
{
	struct sweep_round round = {.nth = nth, .silent = true};
	bool clean;

	for (unsigned which = 0; which < NR_MACHINE_SWITCHES; which++)
		if (off >> which & 1)
			machine_set_switch(r->m, (enum machine_switch)which, false);
	r->stopped = false;
	sweep_once(r, sweep, &round);
	clean = round.reported && !round.trace && !machine_poisoned(r->m);
	sweep_back(r, sweep);
	return clean;
}

/* Which deviation of 6.12 left it? The run stands at the start of the sweep. */
static void blame_switch(struct run *r, const struct sweep *sweep, const struct sweep_round *round)
{
	static const bool deviates[] = {
#define DEVIATES(id, name, kind, in_612, in_intended, witness) in_612 && !in_intended,
		IRQLAB_SWITCHES(DEVIATES)
#undef DEVIATES
	};
	bool stopped = r->stopped;
	uint64_t on = 0;

	for (unsigned which = 0; which < NR_MACHINE_SWITCHES; which++) {
		if (!deviates[which] || !machine_switch(r->m, (enum machine_switch)which))
			continue;
		on |= UINT64_C(1) << which;
		if (!clean_without(r, sweep, round->nth, UINT64_C(1) << which))
			continue;
		diag_hint(r->scope.diags, round->diag,
			  "6.12 leaves it; try  switch %s off  or  profile intended",
			  machine_switch_name((enum machine_switch)which));
		on = 0;
		break;
	}
	if (on && clean_without(r, sweep, round->nth, on))
		diag_hint(r->scope.diags, round->diag, "6.12 leaves it; try  profile intended");
	r->stopped = stopped;
}

static bool sweep_round(struct run *r, const struct sweep *sweep, uint64_t nth)
{
	struct sweep_round round = {.nth = nth};
	bool reached = sweep_once(r, sweep, &round);

	if (machine_poisoned(r->m))
		run_fail(r, DIAG_POISONED, sweep->stmt->span, machine_poisoned(r->m));
	else if (reached && !round.reported && !r->stopped)
		swallowed(r, sweep->stmt, nth);
	sweep_back(r, sweep);
	if (round.diag)
		blame_switch(r, sweep, &round);
	return reached;
}

/* At the end the lines are carried out once as they stand, with their expects. */
void run_sweep(struct run *r, const struct stmt *stmt)
{
	struct sweep sweep = {stmt, r->scope.names, remember_handlers(r), -1};
	uint64_t limit, nth = 1;
	bool more = true;

	if (!arg_number(&r->scope, stmt, "limit", 1, 1000000, 10000, &limit))
		return;
	run_close_window(r);
	if (!r->stopped)
		sweep.snapshot = machine_snapshot(r->m);
	r->sweeping = true;
	for (; sweep.snapshot >= 0 && more && !r->stopped && !r->scope.invalid; nth++) {
		if (nth > limit) {
			run_fail(r, DIAG_LIMIT_SWEEP, stmt->span, (unsigned)limit);
			break;
		}
		more = sweep_round(r, &sweep, nth);
	}
	r->sweeping = false;
	if (sweep.snapshot >= 0)
		machine_discard(r->m, sweep.snapshot);
	run_rewind(r);
	if (!r->stopped)
		run_list(r, stmt->body);
}
