/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/check.h"
#include "scenario/state.h"
#include "scenario/words.h"

#include <irqlab/bus.h>
#include <string.h>

/*
 * Goes through a scenario as a run would, with names and bounds. A machine is
 * built at most to see whether it can be.
 */

struct built { /* a topology of which a machine was made */
	struct built *next;
	uint64_t lines; /* a digest of those that apply */
};

struct checker {
	struct scope *scope;
	struct built **built; /* NULL: machines are not made */
	bool sweeping;	      /* inside a sweep */
	unsigned actions, assertions, refusals;
};

static void check_list(struct checker *c, const struct stmt *list);

/* ---- arguments ---- */

static enum form form_of_pattern(struct scope *scope, const struct stmt *stmt,
				 const struct arg *arg)
{
	struct place_pattern place = {.object = "", .store = "", .field = ""};
	struct bus_place found = {.index = 0};
	const struct pattern *path = stmt_value(stmt, "PLACE");

	if (strcmp(arg->param, "addr") == 0)
		return FORM_ADDRESS;
	if (strcmp(arg->param, "data") == 0)
		return FORM_DATA;
	if (strcmp(arg->param, "VALUE") != 0 || !path)
		return FORM_PLAIN;
	place_resolve(scope, path->path, NULL, &place);
	if (!*place.field)
		return FORM_PLAIN;
	snprintf(found.object, sizeof(found.object), "%s", place.object);
	found.store = place.store;
	found.field = place.field;
	found.index = place.index ? 0 : -1;
	return form_of_place(&scope->topology, &found);
}

static void check_target(struct scope *scope, const struct pattern *path)
{
	const struct name *name = name_find(scope, path->path->name);

	if (!name || name->kind != NAME_POOL)
		name_resolve(scope, path, NAME_DEVICE);
}

static uint64_t last_cpu(const struct scope *scope)
{
	return scope->topology.desc.nr_cpus - UINT64_C(1);
}

static void check_number(struct scope *scope, const struct arg *arg)
{
	uint64_t n;

	if (!number_resolve(scope, arg->value, &n))
		return;
	if (strcmp(arg->param, "CPU") == 0 && arg->value->kind == PATTERN_INT &&
	    n > last_cpu(scope))
		scope_error(scope, DIAG_BAD_VALUE, arg->span, "cpu", n, UINT64_C(0),
			    last_cpu(scope));
}

static void check_list_argument(struct scope *scope, const struct arg *arg)
{
	uint64_t highest = strcmp(arg->param, "cpu") == 0 ? last_cpu(scope) : 2047;
	unsigned nr;

	list_resolve(scope, arg->value, highest, arg->param, NULL, CPUMASK_MAX_CPUS, &nr);
}

static void check_pattern(struct scope *scope, const struct stmt *stmt, const struct arg *arg)
{
	pattern_check(scope, arg->value, form_of_pattern(scope, stmt, arg));
	if (strcmp(arg->param, "reason") == 0 && stmt->assertion == VERB_E_DROP)
		check_reason(scope, arg->value);
}

static void check_argument(struct scope *scope, const struct stmt *stmt, const struct arg *arg)
{
	struct place_pattern place;
	struct source_ref source;
	struct irq_slice slice;
	const struct device_desc *device;
	unsigned store;

	switch (arg->type) {
	case PARAM_DEVICE:
		name_resolve(scope, arg->value, NAME_DEVICE);
		break;
	case PARAM_POOL:
		name_resolve(scope, arg->value, NAME_POOL);
		break;
	case PARAM_CHECKPOINT:
		name_resolve(scope, arg->value, NAME_CHECKPOINT);
		break;
	case PARAM_UNIT:
		name_resolve(scope, arg->value, NAME_UNIT);
		break;
	case PARAM_VCPU:
		name_resolve(scope, arg->value, NAME_VCPU);
		break;
	case PARAM_TARGET:
		check_target(scope, arg->value);
		break;
	case PARAM_STORE:
		store_resolve(scope, arg->value, &device, &store);
		break;
	case PARAM_IRQS:
		irqs_resolve(scope, arg->value, &slice);
		break;
	case PARAM_SOURCE:
		source_resolve(scope, arg->value, &source);
		break;
	case PARAM_PLACE:
		if (stmt->assertion != VERB_E_STATE)
			place_resolve(scope, arg->value->path, NULL, &place);
		break;
	case PARAM_SWITCH:
		check_switch(scope, arg);
		break;
	case PARAM_WARNING:
		check_warning(scope, arg);
		break;
	case PARAM_INT:
		check_number(scope, arg);
		break;
	case PARAM_LIST:
		check_list_argument(scope, arg);
		break;
	case PARAM_PATTERN:
		check_pattern(scope, stmt, arg);
		break;
	default:
		break;
	}
}

static void check_state(struct scope *scope, const struct stmt *stmt)
{
	struct state_object object;

	if (!state_resolve(scope, stmt_value(stmt, "OBJECT"), &object))
		return;
	for (const struct arg *a = stmt->args; a; a = a->next)
		if (a->key)
			state_key_check(scope, &object, a);
}

/* ---- statements ---- */

static void check_arguments(struct checker *c, const struct stmt *stmt)
{
	for (const struct arg *a = stmt->args; a; a = a->next)
		if (!a->is_literal)
			check_argument(c->scope, stmt, a);
	for (const struct field *f = stmt->result.keys; f; f = f->next)
		pattern_check(c->scope, f->value, FORM_PLAIN);
	pattern_check(c->scope, stmt->count, FORM_PLAIN);
}

static bool needs_topology(struct checker *c, const struct stmt *stmt)
{
	if (c->scope->has_topology)
		return true;
	scope_error(c->scope, DIAG_NO_TOPOLOGY, stmt->verb_span);
	return false;
}

static void check_places(struct checker *c, const struct stmt *stmt)
{
	const struct pattern *head = stmt_value(stmt, "PLACE");
	struct place_pattern place;

	for (const struct stmt *line = stmt->body; line; line = line->next) {
		if (line->verb == VERB_NONE || !scope_applies(c->scope, line))
			continue;
		listed_place(c->scope, head, line, &place);
		for (const struct arg *a = line->args; a; a = a->next)
			pattern_check(c->scope, a->value, FORM_PLAIN);
	}
}

static void check_expect(struct checker *c, const struct stmt *stmt)
{
	c->assertions += stmt->verb == VERB_EXPECT;
	if (!needs_topology(c, stmt))
		return;
	check_arguments(c, stmt);
	if (stmt->assertion == VERB_E_STATE)
		check_state(c->scope, stmt);
	else if (stmt->assertion == VERB_E_WRITES)
		check_places(c, stmt);
	else if (stmt->has_body)
		check_list(c, stmt->body);
}

/* The line of the topology that made the element; otherwise its first. */
static struct span line_of(const struct scope *scope, const void *element)
{
	const struct topology *t = &scope->topology;
	struct span span = t->stmt->verb_span;

	for (const struct name *n = scope->names; element && n; n = n->next)
		if (n->device == element || n->unit == element ||
		    (t->vcpus == element && n->kind == NAME_VCPU && n->name == t->vcpus[0]))
			return n->span;
	for (const struct stmt *stmt = t->stmt->body; element && stmt; stmt = stmt->next) {
		const struct pattern *cpu =
			stmt->verb == VERB_T_CPU ? stmt_value(stmt, "CPU") : NULL;

		if (cpu && cpu->kind == PATTERN_INT && &t->cpus[cpu->first.value] == element)
			span = stmt->span;
	}
	return span;
}

bool topology_load(struct topology *t, struct machine *m, struct refusal *refusal)
{
	int ret;

	*refusal = (struct refusal){0};
	t->boot.machine = &t->desc;
	if (t->boots)
		ret = machine_boot(m, &t->boot, &refusal->why);
	else
		ret = machine_load_at(m, &t->desc, &refusal->why, &refusal->at);
	return !ret;
}

void note_refusal(struct scope *scope, const struct refusal *refusal)
{
	scope_error(scope, DIAG_BAD_TOPOLOGY, line_of(scope, refusal->at), refusal->why);
}

/* In diagnostics, from here on: what is wrong only in this one. */
static void name_combination(struct scope *scope)
{
	if (scope->scenario->parameters)
		scope->diags->combination = scope_combination(scope, &scope->diags->stash);
}

static uint64_t lines_that_apply(struct scope *scope)
{
	const struct stmt *topology = scope->topology.stmt;
	uint64_t digest = (uint64_t)topology->span.source->number << 32 | topology->span.line;

	for (const struct stmt *s = topology->body; s; s = s->next)
		digest = (digest ^ (s->verb != VERB_NONE && scope_applies(scope, s))) *
				 0x100000001b3 +
			 1;
	return digest;
}

/* Many combinations differ in what they do, few in their machine. */
static bool was_built(struct checker *c)
{
	struct stash *stash = &c->scope->diags->stash;
	uint64_t lines = lines_that_apply(c->scope);
	struct built *built = *c->built;

	while (built && built->lines != lines)
		built = built->next;
	if (built)
		return true;
	built = stash_new(stash, struct built);
	built->lines = lines;
	built->next = *c->built;
	*c->built = built;
	return false;
}

static void check_machine(struct scope *scope)
{
	struct machine *m = machine_create(NULL);
	struct refusal refusal;
	bool good;

	if (!m)
		stash_give_up(scope->stash);
	good = topology_load(&scope->topology, m, &refusal);
	machine_destroy(m);
	if (good)
		return;
	name_combination(scope);
	note_refusal(scope, &refusal);
}

static void check_topology(struct checker *c, const struct stmt *stmt)
{
	if (c->scope->has_topology) {
		diag_note(c->scope->diags,
			  scope_error(c->scope, DIAG_SECOND_TOPOLOGY, stmt->verb_span),
			  c->scope->topology.stmt->verb_span, "it is here");
		return;
	}
	if (topology_build(c->scope, stmt) && c->built && !was_built(c))
		check_machine(c->scope);
}

/* A sweep goes back by itself, and decides itself what fails. */
static void check_sweep(struct checker *c, const struct stmt *stmt)
{
	static const enum verb misplaced[] = {VERB_SWEEP, VERB_EXPLORE, VERB_UNSUPPORTED, VERB_BACK,
					      VERB_FAULT};

	for (unsigned i = 0; c->sweeping && i < sizeof(misplaced) / sizeof(*misplaced); i++)
		if (stmt->verb == misplaced[i])
			scope_error(c->scope, DIAG_MISPLACED_VERB, stmt->verb_span,
				    verb_name(stmt->verb), "inside 'sweep'");
}

/* Only wires can be mapped. */
static void check_wire(struct scope *scope, const struct pattern *path)
{
	struct source_ref wire;

	if (source_resolve(scope, path, &wire) &&
	    !(device_is_bridge(&scope->topology, wire.device) && wire.has_index))
		scope_error(scope, DIAG_WRONG_KIND, path->span, wire.device->name, "no bridge",
			    "a wire such as wires.wire[3]");
}

static void check_action(struct checker *c, const struct stmt *stmt)
{
	c->actions++;
	c->refusals += stmt->result.kind == RESULT_ERROR;
	check_sweep(c, stmt);
	if (!needs_topology(c, stmt))
		return;
	check_arguments(c, stmt);
	if (stmt->verb == VERB_MAP)
		check_wire(c->scope, stmt_value(stmt, "SOURCE"));
	check_definition(c->scope, stmt);
}

/* What follows in this combination is never reached. */
static void check_unsupported(struct checker *c, const struct stmt *stmt)
{
	unsigned before = c->refusals;

	check_list(c, stmt->body);
	if (c->refusals == before)
		scope_error(c->scope, DIAG_NOTHING_REFUSED, stmt->span);
	c->scope->unsupported = stmt_value(stmt, "REASON")->text;
}

/* No handler waits for time or CPUs, or goes back: what a script does, not a driver. */
static void check_handler(struct checker *c, const struct stmt *stmt)
{
	static const enum verb others[] = {
		VERB_DELIVER,	  VERB_TICK,	     VERB_SETTLE,     VERB_CPU,
		VERB_RUN_ON,	  VERB_CHECKPOINT,   VERB_BACK,	      VERB_FAULT,
		VERB_REMOVE,	  VERB_SUSPEND,	     VERB_RESUME,     VERB_VCPU,
		VERB_PASSTHROUGH, VERB_GUEST_UNMASK, VERB_GUEST_MASK, VERB_SRIOV};

	check_arguments(c, stmt);
	for (const struct stmt *line = stmt->body; line; line = line->next)
		for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++)
			if (line->verb == others[i])
				scope_error(c->scope, DIAG_MISPLACED_VERB, line->verb_span,
					    verb_name(line->verb), "inside 'handler'");
	check_list(c, stmt->body);
}

static void check_block(struct checker *c, const struct stmt *stmt)
{
	bool sweeping = c->sweeping;

	check_sweep(c, stmt);
	if (stmt->verb == VERB_SNAPSHOT) {
		c->assertions++;
		check_snapshot(c->scope, stmt);
	}
	if (stmt->verb == VERB_EXPLORE) {
		c->assertions++;
		check_search(c->scope, stmt);
	}
	if (!needs_topology(c, stmt))
		return;
	c->sweeping |= stmt->verb == VERB_SWEEP;
	if (stmt->verb == VERB_HANDLER)
		check_handler(c, stmt);
	else if (stmt->verb == VERB_UNSUPPORTED)
		check_unsupported(c, stmt);
	else
		check_list(c, stmt->body);
	c->sweeping = sweeping;
}

static void check_limit(struct scope *scope, const struct stmt *stmt)
{
	uint64_t n;

	arg_number(scope, stmt, "actions", 1, UINT32_MAX, 0, &n);
	arg_number(scope, stmt, "deliveries", 1, UINT32_MAX, 0, &n);
	arg_number(scope, stmt, "tape", 1, MAX_TAPE_OF_SCRIPT, 0, &n);
}

static void check_file_verb(struct checker *c, const struct stmt *stmt)
{
	if (stmt->verb == VERB_TOPOLOGY)
		check_topology(c, stmt);
	else if (stmt->verb == VERB_REQUIRES)
		check_features(c->scope, stmt);
	else if (stmt->verb == VERB_PROFILE)
		check_profile(c->scope, stmt);
	else if (stmt->verb == VERB_SWITCH)
		check_switch(c->scope, stmt->args);
	else if (stmt->verb == VERB_LIMIT)
		check_limit(c->scope, stmt);
	else if (stmt->verb == VERB_INCLUDE)
		check_list(c, stmt->body);
}

static void check_explore_verb(struct checker *c, const struct stmt *stmt)
{
	const struct pattern *name;

	switch (stmt->verb) {
	case VERB_X_ACTOR:
		name = stmt_value(stmt, "NAME");
		if (strchr(name->path->name, '*') && strcmp(name->path->name, "cpu*") != 0)
			scope_error(c->scope, DIAG_WRONG_KIND, name->span, name->path->name,
				    "no family of actors", "cpu*");
		check_list(c, stmt->body);
		break;
	case VERB_X_ALWAYS:
	case VERB_X_SOMETIMES:
	case VERB_X_FINALLY:
	case VERB_X_VIOLATION:
		check_property(c->scope, stmt);
		break;
	default:
		break;
	}
}

static void check_verb(struct checker *c, const struct stmt *stmt)
{
	if (verb_phase(stmt->verb) == PHASE_EXPLORE)
		check_explore_verb(c, stmt);
	else if (stmt->verb == VERB_EXPECT || stmt->verb == VERB_IGNORE)
		check_expect(c, stmt);
	else if (verb_phase(stmt->verb) == PHASE_ACTION)
		check_action(c, stmt);
	else if (verb_phase(stmt->verb) == PHASE_BLOCK)
		check_block(c, stmt);
	else
		check_file_verb(c, stmt);
}

/* What a wrong statement would have named is not missed later. */
static void check_statement(struct checker *c, const struct stmt *stmt)
{
	bool invalid = c->scope->invalid;

	c->scope->invalid = false;
	check_verb(c, stmt);
	if (c->scope->invalid && stmt->as && *stmt->as != '$')
		name_is_broken(c->scope, stmt->as, stmt->as_span);
	c->scope->invalid |= invalid;
}

static void check_list(struct checker *c, const struct stmt *list)
{
	for (const struct stmt *stmt = list;
	     stmt && !c->scope->diags->full && !c->scope->unsupported; stmt = stmt->next)
		if (stmt->verb != VERB_NONE && scope_applies(c->scope, stmt))
			check_statement(c, stmt);
}

/* ---- combinations ---- */

uint64_t combinations_of(const struct scenario *s)
{
	uint64_t nr = 1;

	for (const struct parameter *p = s->parameters; p; p = p->next)
		if (__builtin_mul_overflow(nr, p->nr_values, &nr))
			return UINT64_MAX;
	return nr;
}

void combination_choose(const struct scenario *s, uint64_t nr, unsigned *choice)
{
	unsigned i = 0;

	for (const struct parameter *p = s->parameters; p; p = p->next) {
		choice[i++] = (unsigned)(nr % p->nr_values);
		nr /= p->nr_values;
	}
}

unsigned *combination_room(struct scenario *s, struct stash *stash)
{
	unsigned nr = 1;

	for (const struct parameter *p = s->parameters; p; p = p->next)
		nr++;
	return stash_alloc(stash, nr * sizeof(unsigned));
}

void note_nothing_asserted(struct scope *scope)
{
	struct span top = {.source = scope->scenario->sources};

	scope_error(scope, DIAG_NOTHING_ASSERTED, top);
}

static void check_combination(struct scenario *s, const unsigned *choice, struct built **built,
			      struct diags *diags)
{
	struct scope scope = {.scenario = s, .stash = &s->work, .diags = diags, .choice = choice};
	struct checker checker = {.scope = &scope, .built = built};

	check_list(&checker, s->program);
	if (!diags->errors && !checker.actions && !checker.assertions) {
		name_combination(&scope);
		note_nothing_asserted(&scope);
	}
	diags->combination = NULL;
	stash_free(&s->work);
}

/* ---- which combinations an error is in ---- */

static bool has_same(const struct diags *d, const struct diag *diag)
{
	for (const struct diag *other = d->first; other; other = other->next)
		if (other->id == diag->id && other->span.source == diag->span.source &&
		    other->span.line == diag->span.line && other->span.first == diag->span.first)
			return true;
	return false;
}

/* Names the combination of the errors that another one does not have. */
static void name_errors_of(struct scenario *s, const char *combination, const struct diags *others)
{
	for (struct diag *d = s->run_diags.first; d; d = d->next)
		if (!d->combination && diag_severity(d->id) == SEVERITY_ERROR &&
		    !has_same(others, d))
			d->combination = combination;
}

/* The errors of the nth combination stand in s->run_diags. */
static void compare_combinations(struct scenario *s, uint64_t nr, uint64_t nth, unsigned *choice)
{
	struct scope scope = {.scenario = s, .choice = choice};
	const char *combination;

	combination_choose(s, nth, choice);
	combination = scope_combination(&scope, &s->run_diags.stash);
	for (uint64_t i = 0; i < nr; i++) {
		if (i == nth)
			continue;
		diags_begin(&s->other_diags, s->work.out, s->limits.errors);
		combination_choose(s, i, choice);
		check_combination(s, choice, NULL, &s->other_diags);
		name_errors_of(s, combination, &s->other_diags);
	}
}

static enum scenario_status worst_status(const struct scenario *s)
{
	const struct diag *lists[] = {s->parse_diags.first, s->run_diags.first};
	enum scenario_status status = SCENARIO_PASSED;

	for (unsigned i = 0; i < 2; i++)
		for (const struct diag *d = lists[i]; d; d = d->next)
			status = scenario_status_worse(status, diag_status(d->id));
	return status;
}

/* What the matrix makes of the file must stay within bounds. */
static bool matrix_fits(struct scenario *s, uint64_t nr)
{
	if (nr > s->limits.combinations)
		diag_add(&s->run_diags, DIAG_TOO_MANY_COMBINATIONS, s->parameters->span,
			 s->limits.combinations);
	else if (s->parameters && nr * s->nr_statements > s->limits.work)
		diag_add(&s->run_diags, DIAG_TOO_MUCH_WORK, s->parameters->span, nr,
			 s->nr_statements, s->limits.work);
	else
		return true;
	return false;
}

static void check_program(struct scenario *s, bool machines)
{
	uint64_t nr = combinations_of(s);
	unsigned *choice = combination_room(s, &s->run_diags.stash);
	struct built *built = NULL;

	if (!matrix_fits(s, nr))
		return;
	for (uint64_t i = 0; i < nr && !s->run_diags.errors; i++) {
		combination_choose(s, i, choice);
		check_combination(s, choice, machines ? &built : NULL, &s->run_diags);
		if (s->run_diags.errors)
			compare_combinations(s, nr, i, choice);
	}
}

enum scenario_status status_of_all(enum scenario_status worst, const struct scenario_totals *totals)
{
	bool all_skipped = totals->skipped && !totals->passed && !totals->failed;

	return worst == SCENARIO_PASSED && all_skipped ? SCENARIO_SKIPPED : worst;
}

static __attribute__((noinline)) bool check_guarded(struct scenario *s, bool machines)
{
	jmp_buf out;

	if (setjmp(out))
		return false;
	diags_begin(&s->run_diags, &out, s->limits.errors);
	s->work.out = &out;
	if (!s->failed)
		check_program(s, machines);
	s->run_diags.stash.out = s->work.out = NULL;
	return true;
}

__attribute__((noinline)) enum scenario_status note_no_memory(struct scenario *s)
{
	jmp_buf out;

	stash_free(&s->work);
	if (!setjmp(out)) { /* a little may be left, now that this was given back */
		s->run_diags.stash.out = &out;
		diag_add(&s->run_diags, DIAG_NO_MEMORY, (struct span){.source = s->sources});
	}
	s->run_diags.stash.out = s->work.out = NULL;
	return SCENARIO_BROKEN;
}

static enum scenario_status check_all(struct scenario *s, bool machines)
{
	return check_guarded(s, machines) ? worst_status(s) : note_no_memory(s);
}

enum scenario_status check_names(struct scenario *s)
{
	return check_all(s, false);
}

enum scenario_status scenario_check(struct scenario *s)
{
	return check_all(s, true);
}
