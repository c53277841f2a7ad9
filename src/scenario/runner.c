/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/run.h"
#include "scenario/words.h"

#include <irqlab/invariants.h>
#include <irqlab/view.h>
#include <stdlib.h>
#include <string.h>

void run_failed(struct run *r, enum diag_id id)
{
	enum scenario_status status = diag_status(id);

	r->status = scenario_status_worse(r->status, status);
	if (status != SCENARIO_FAILED || !r->options->keep_going)
		r->stopped = true;
}

/* After a name or a number turned out to be wrong while running. */
static bool stopped(struct run *r)
{
	if (r->scope.invalid) {
		r->status = scenario_status_worse(r->status, SCENARIO_INVALID);
		r->stopped = true;
	}
	return r->stopped || r->scope.diags->full;
}

const char *stmt_text(struct run *r, const struct stmt *stmt)
{
	struct text text = {0};
	const char *out;

	stmt_print_core(stmt, &text);
	out = stash_string(r->scope.stash, text_string(&text));
	text_free(&text);
	return out;
}

/* ---- causes ---- */

const struct cause *run_cause(const struct run *r, uint64_t position)
{
	const struct cause *c = r->causes;

	while (c && c->start > position)
		c = c->before;
	return c;
}

void run_note_cause(struct run *r, struct diag *diag, uint64_t position, const char *what)
{
	const struct cause *c = run_cause(r, position);

	if (c)
		diag_note(r->scope.diags, diag, c->stmt->span, "%s '%s'", what,
			  stmt_text(r, c->stmt));
}

static void cause_add(struct run *r, const struct stmt *stmt)
{
	struct cause *c = stash_new(r->scope.stash, struct cause);

	c->before = r->causes;
	c->stmt = stmt;
	c->start = r->start;
	r->causes = c;
}

/* ---- what expect sees ---- */

static void window_open(struct run *r)
{
	r->start = r->cursor = tape_position(r->m);
	r->consumed.length = 0;
}

void run_rewind(struct run *r)
{
	while (r->causes && r->causes->start >= tape_position(r->m))
		r->causes = r->causes->before;
	window_open(r);
}

static bool is_ignored(struct run *r, uint64_t position)
{
	const struct variable *mark = bindings_mark(&r->scope);
	bool found = false;

	for (const struct ignored *i = r->ignored; i && !found; i = i->next)
		found = event_matches(r, i->stmt, position);
	bindings_undo(&r->scope, mark);
	return found;
}

static bool needs_expect(const struct run *r, const struct tape_record *record)
{
	switch (record->kind) {
	case TAPE_HANDLER:
	case TAPE_GUEST:
	case TAPE_FAULT:
	case TAPE_WARNING:
		return !r->loose;
	default:
		return r->strict_writes && tape_is_cpu_write(record);
	}
}

static void unexpected(struct run *r, const struct tape_record *record)
{
	const char *event = event_print(r, record);
	struct span span = r->action ? r->action->span : r->scope.topology.stmt->verb_span;
	struct diag *diag = run_fail(r, DIAG_EVENT_UNEXPECTED, span, event);

	diag_hint(r->scope.diags, diag, "paste  expect %s", event_as_written(r, record));
}

void run_close_window(struct run *r)
{
	for (uint64_t at = r->start; at < tape_position(r->m) && !r->stopped; at++) {
		const struct tape_record *record = tape_at(r->m, at);

		if (record && needs_expect(r, record) && !event_consumed(r, at) &&
		    !is_ignored(r, at))
			unexpected(r, record);
	}
	if (!r->stopped)
		check_watched(r);
}

/* ---- actions ---- */

static action_fn action_of(enum verb verb)
{
	switch (verb) {
#define ROW(id, ...)                                                                               \
	case VERB_##id:                                                                            \
		return action_##id;
		IRQLAB_ACTIONS(ROW)
#undef ROW
	default:
		return NULL;
	}
}

void outcome_add(struct outcome *out, const char *key, uint64_t value)
{
	out->values[out->nr_values++] = (struct result_value){key, VALUE_NUMBER(value)};
}

void run_mark(struct run *r)
{
	if (r->sweeping || (r->action && r->action->result.kind == RESULT_ERROR))
		r->before = machine_fingerprint(r->m, FINGERPRINT_SEMANTIC);
}

static void check_trace(struct run *r, const struct stmt *stmt)
{
	struct fingerprint after = machine_fingerprint(r->m, FINGERPRINT_SEMANTIC);

	if (!r->loose && !fingerprint_equal(r->before, after))
		run_fail(r, DIAG_TRACE_LEFT, stmt->span, stmt_text(r, stmt));
}

/* A function without the capability fails like much else: EINVAL. */
static void note_capability(struct run *r, const struct stmt *stmt, struct diag *diag)
{
	const struct name *name = stmt->verb == VERB_ENABLE
					  ? name_find(&r->scope, stmt->args->value->path->name)
					  : NULL;
	const char *kind = arg_word(stmt, "KIND");

	if (!name || !name->device)
		return;
	if (strcmp(kind, "msi") == 0 && !name->device->msi.vectors)
		diag_line(r->scope.diags, diag, "%s has no MSI: its line says no msi=", name->name);
	if (strcmp(kind, "msix") == 0 && !name->device->msix.size)
		diag_line(r->scope.diags, diag,
			  "%s has no MSI-X: its line says no msix=", name->name);
}

static void action_failed(struct run *r, const struct stmt *stmt, int error)
{
	struct diag *diag = run_fail(r, DIAG_ACTION_FAILED, stmt->span, stmt_text(r, stmt),
				     irqlab_errno_name(error), irqlab_errno_text(error));

	note_capability(r, stmt, diag);
	diag_hint(r->scope.diags, diag, "to assert that, append  -> error %s",
		  irqlab_errno_name(error));
}

static void check_error(struct run *r, const struct stmt *stmt, int error)
{
	const char *wanted = irqlab_errno_name(stmt->result.error);

	if (!error) {
		run_fail(r, DIAG_ACTION_SUCCEEDED, stmt->result.span, stmt_text(r, stmt), wanted);
	} else if (-error != stmt->result.error) {
		struct diag *diag = run_fail(r, DIAG_WRONG_ERROR, stmt->result.span,
					     stmt_text(r, stmt), irqlab_errno_name(error), wanted);

		diag_line(r->scope.diags, diag, "expected %s  %s", wanted,
			  irqlab_errno_text(stmt->result.error));
		diag_line(r->scope.diags, diag, "actual   %s  %s", irqlab_errno_name(error),
			  irqlab_errno_text(error));
	} else {
		check_trace(r, stmt);
	}
}

static const struct value *value_of(const struct outcome *out, const char *key)
{
	for (unsigned i = 0; i < out->nr_values; i++)
		if (strcmp(out->values[i].key, key) == 0)
			return &out->values[i].value;
	return NULL;
}

static void check_value(struct run *r, const struct field *wanted, const struct outcome *out)
{
	const struct value *given = value_of(out, wanted->name);
	const struct value nothing = VALUE_WORD("nothing");
	struct diag *diag;

	if (given && pattern_match(&r->scope, wanted->value, given))
		return;
	diag = run_fail(r, DIAG_RESULT_DIFFERS, wanted->span, wanted->name);
	diag_expected(&r->scope, diag, "", wanted->value, given ? given : &nothing);
	if (given)
		diag_hint(r->scope.diags, diag, "paste  %s=%s", wanted->name,
			  value_as_written(&r->scope, given));
}

static void check_outcome(struct run *r, const struct stmt *stmt, const struct outcome *out)
{
	if (stmt->result.kind == RESULT_ERROR) {
		check_error(r, stmt, out->error);
		return;
	}
	if (out->error) {
		action_failed(r, stmt, out->error);
		return;
	}
	for (const struct field *f = stmt->result.keys; f; f = f->next)
		check_value(r, f, out);
}

static void check_poison(struct run *r, const struct stmt *stmt)
{
	const char *why = machine_poisoned(r->m);

	if (why && !r->stopped)
		run_fail(r, DIAG_POISONED, stmt->span, why);
}

static void check_invariants(struct run *r, const struct stmt *stmt)
{
	char violation[256];

	if (r->stopped || r->tampered || r->held ||
	    machine_invariants(r->m, violation, sizeof(violation)))
		return;
	run_fail(r, DIAG_INVARIANT_BROKEN, stmt->span, violation);
}

static void check_tape(struct run *r, const struct stmt *stmt)
{
	uint64_t oldest = tape_oldest(r->m);

	if (r->start < oldest && !r->stopped)
		run_fail(r, DIAG_LIMIT_TAPE, stmt->span, (unsigned)(tape_position(r->m) - oldest));
}

static void deliver(struct run *r, const struct stmt *stmt)
{
	if (r->held || r->stopped)
		return;
	if (machine_deliver(r->m, r->deliveries) == -EBUSY)
		run_fail(r, DIAG_LIMIT_DELIVERIES, stmt->span, r->deliveries);
}

bool run_spend(struct run *r, const struct stmt *stmt, uint64_t cost)
{
	uint32_t limit = r->scope.scenario->limits.actions;

	r->spent += cost;
	if (r->spent <= limit)
		return true;
	run_fail(r, DIAG_LIMIT_ACTIONS, stmt->span, limit);
	return false;
}

static void log_action(struct run *r, const struct stmt *stmt)
{
	if (!r->options->verbose || !r->options->log)
		return;
	fprintf(r->options->log, "%s:%u: %s\n", stmt->span.source->name, stmt->span.line,
		stmt_text(r, stmt));
}

static void log_records(struct run *r)
{
	if (!r->options->verbose || !r->options->log)
		return;
	for (uint64_t at = r->start; at < tape_position(r->m); at++) {
		const struct tape_record *record = tape_at(r->m, at);

		if (!record || record->kind == TAPE_TRACE_ARGS)
			continue;
		fputs("    ", r->options->log);
		view_record(r->m, r->options->log, record);
		fputc('\n', r->options->log);
	}
}

int run_bare_action(struct run *r, const struct stmt *stmt)
{
	struct outcome out = {0};

	r->action = stmt;
	run_mark(r);
	action_of(stmt->verb)(r, stmt, &out);
	return out.error;
}

static void run_nested_action(struct run *r, const struct stmt *stmt)
{
	const struct stmt *outer = r->action;
	struct outcome out = {0};

	r->actions++;
	r->action = stmt;
	run_mark(r);
	action_of(stmt->verb)(r, stmt, &out);
	if (!stopped(r))
		check_outcome(r, stmt, &out);
	r->action = outer;
}

void run_handler(struct run *r, const struct stmt *block)
{
	for (const struct stmt *stmt = block->body; stmt && !stopped(r); stmt = stmt->next)
		if (stmt->verb != VERB_NONE && scope_applies(&r->scope, stmt) &&
		    run_spend(r, stmt, 1))
			run_nested_action(r, stmt);
}

static void run_action(struct run *r, const struct stmt *stmt)
{
	struct outcome out = {0};

	run_close_window(r);
	if (stopped(r) || !run_spend(r, stmt, 1))
		return;
	r->actions++;
	r->action = stmt;
	window_open(r);
	cause_add(r, stmt);
	log_action(r, stmt);
	run_mark(r);
	machine_fail_allocation(r->m, r->fail_allocation);
	r->fail_allocation = 0;
	action_of(stmt->verb)(r, stmt, &out);
	if (stmt->verb != VERB_FAULT)
		machine_fail_allocation(r->m, 0);
	if (stopped(r))
		return;
	check_outcome(r, stmt, &out);
	deliver(r, stmt);
	log_records(r);
	check_poison(r, stmt);
	check_tape(r, stmt);
	check_invariants(r, stmt);
}

/* ---- blocks ---- */

static void run_repeat(struct run *r, const struct stmt *stmt)
{
	uint64_t times;

	if (!number_resolve(&r->scope, stmt_value(stmt, "TIMES"), &times))
		return;
	for (uint64_t i = 0; i < times && !stopped(r); i++) {
		if (!stmt->body || !run_spend(r, stmt, 1))
			return;
		run_list(r, stmt->body);
	}
}

static void run_mode(struct run *r, const struct stmt *stmt)
{
	bool loose = r->loose, writes = r->strict_writes;
	struct ignored *ignored = r->ignored;

	run_close_window(r);
	if (stopped(r))
		return;
	window_open(r);
	r->loose = stmt->verb == VERB_LOOSE;
	r->strict_writes = stmt_has_word(stmt, "writes");
	run_list(r, stmt->body);
	if (!stopped(r))
		run_close_window(r);
	window_open(r);
	r->loose = loose;
	r->strict_writes = writes;
	r->ignored = ignored;
}

static void run_ignore(struct run *r, const struct stmt *stmt)
{
	struct ignored *ignored = stash_new(r->scope.stash, struct ignored);

	ignored->stmt = stmt;
	ignored->next = r->ignored;
	r->ignored = ignored;
}

static void run_handler_block(struct run *r, const struct stmt *stmt)
{
	struct irq_slice irqs;

	if (irqs_resolve(&r->scope, stmt_value(stmt, "IRQS"), &irqs))
		for (unsigned i = 0; i < irqs.nr; i++)
			irqs.first[i].does = stmt;
}

static void run_explore(struct run *r, const struct stmt *stmt)
{
	run_fail(r, DIAG_MISSING_FEATURE, stmt->verb_span, "explore");
}

/* The refusal was asserted by the block's own lines: the combination ends here. */
static void run_unsupported(struct run *r, const struct stmt *stmt)
{
	run_list(r, stmt->body);
	if (!stopped(r))
		run_close_window(r);
	if (stopped(r))
		return;
	r->scope.unsupported = stmt_value(stmt, "REASON")->text;
	r->status = scenario_status_worse(r->status, SCENARIO_SKIPPED);
	r->stopped = true;
}

static void run_block(struct run *r, const struct stmt *stmt)
{
	switch (stmt->verb) {
	case VERB_EXPECT:
		r->assertions++;
		/* Looking through a long window costs something, too. */
		if (run_spend(r, stmt, (tape_position(r->m) - r->start) / 1024))
			run_expect(r, stmt);
		break;
	case VERB_IGNORE:
		run_ignore(r, stmt);
		break;
	case VERB_REPEAT:
		run_repeat(r, stmt);
		break;
	case VERB_STRICT:
	case VERB_LOOSE:
		run_mode(r, stmt);
		break;
	case VERB_SWEEP:
		run_sweep(r, stmt);
		break;
	case VERB_HANDLER:
		run_handler_block(r, stmt);
		break;
	case VERB_UNSUPPORTED:
		run_unsupported(r, stmt);
		break;
	case VERB_SNAPSHOT:
		r->assertions++;
		run_snapshot(r, stmt);
		break;
	case VERB_EXPLORE:
		run_explore(r, stmt);
		break;
	default:
		break;
	}
}

/* ---- what the file says of itself ---- */

static void run_topology(struct run *r, const struct stmt *stmt)
{
	struct refusal refusal;

	if (!topology_build(&r->scope, stmt))
		return;
	if (!topology_load(&r->scope.topology, r->m, &refusal)) {
		note_refusal(&r->scope, &refusal);
		return;
	}
	/* Scripts act as drivers and devices do. */
	machine_set_switch(r->m, SWITCH_STRICT_LAYERS, true);
	if (r->options->begin)
		r->options->begin(r->options->context, r->name, r->m);
	window_open(r);
}

static void run_profile(struct run *r, const struct stmt *stmt)
{
	enum machine_profile profile;
	struct text text = {0};

	path_print(stmt_value(stmt, "NAME")->path, &text);
	if (profile_by_name(text_string(&text), &profile))
		machine_set_profile(r->m, profile);
	text_free(&text);
}

static bool switch_is_fix(enum machine_switch which)
{
	static const char *const kinds[] = {
#define KIND(id, name, kind, in_612, in_intended, witness) [SWITCH_##id] = #kind,
		IRQLAB_SWITCHES(KIND)
#undef KIND
	};

	return strcmp(kinds[which], "FIX") == 0;
}

static void run_switch(struct run *r, const struct stmt *stmt)
{
	int which = machine_switch_by_name(arg_word(stmt, "SWITCH"));
	bool on = strcmp(arg_word(stmt, "on|off"), "on") == 0;

	if (which < 0)
		return;
	machine_set_switch(r->m, (enum machine_switch)which, on);
	/* With a repair taken out, what the kernel promises is what the script looks at. */
	r->tampered |= !on && switch_is_fix((enum machine_switch)which);
}

/* A script can ask for less than the caller permits, not for more. */
static void run_limit(struct run *r, const struct stmt *stmt)
{
	struct scenario_limits *limits = &r->scope.scenario->limits;
	uint64_t n;

	if (arg_number(&r->scope, stmt, "deliveries", 1, UINT32_MAX, r->deliveries, &n) &&
	    n < r->deliveries)
		r->deliveries = (uint32_t)n;
	if (arg_number(&r->scope, stmt, "actions", 1, UINT32_MAX, limits->actions, &n) &&
	    n < limits->actions)
		limits->actions = (uint32_t)n;
}

static void run_requires(struct run *r, const struct stmt *stmt)
{
	for (const struct arg *a = stmt->args; a; a = a->next) {
		const char *word = a->value->path->name;

		if (feature_of(word) != FEATURE_PRESENT)
			run_fail(r, DIAG_MISSING_FEATURE, a->span, word);
	}
}

static void run_file_verb(struct run *r, const struct stmt *stmt)
{
	switch (stmt->verb) {
	case VERB_TOPOLOGY:
		run_topology(r, stmt);
		break;
	case VERB_PROFILE:
		run_profile(r, stmt);
		break;
	case VERB_SWITCH:
		run_switch(r, stmt);
		break;
	case VERB_LIMIT:
		run_limit(r, stmt);
		break;
	case VERB_REQUIRES:
		run_requires(r, stmt);
		break;
	case VERB_INCLUDE:
		run_list(r, stmt->body);
		break;
	default:
		break;
	}
}

void run_list(struct run *r, const struct stmt *list)
{
	for (const struct stmt *stmt = list; stmt && !stopped(r); stmt = stmt->next) {
		if (stmt->verb == VERB_NONE || !scope_applies(&r->scope, stmt))
			continue;
		if (verb_phase(stmt->verb) == PHASE_ACTION)
			run_action(r, stmt);
		else if (verb_phase(stmt->verb) == PHASE_BLOCK)
			run_block(r, stmt);
		else
			run_file_verb(r, stmt);
	}
	stopped(r);
}
