/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/check.h"
#include "scenario/state.h"

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

/* ---- words that the machine knows ---- */

static void check_switch(struct scope *scope, const struct arg *arg)
{
	const char *word = arg->value->path->name;
	struct suggestion best = {0};

	if (machine_switch_by_name(word) >= 0)
		return;
#define OFFER(id, name, ...) suggestion_offer(&best, word, name);
	IRQLAB_SWITCHES(OFFER)
#undef OFFER
	diag_suggest(scope->diags, scope_error(scope, DIAG_UNKNOWN_SWITCH, arg->span, word),
		     best.word);
}

static void check_warning(struct scope *scope, const struct arg *arg)
{
	const char *word = arg->value->path->name;
	struct suggestion best = {0};

	if (machine_warning_by_name(word) >= 0)
		return;
#define OFFER(id, text) suggestion_offer(&best, word, #id);
	IRQLAB_WARNINGS(OFFER)
#undef OFFER
	diag_suggest(scope->diags, scope_error(scope, DIAG_UNKNOWN_WARNING, arg->span, word),
		     best.word);
}

static void check_reason(struct scope *scope, const struct pattern *p)
{
	struct suggestion best = {0};

	if (!pattern_is_word(p))
		return;
	for (unsigned i = 0; i < NR_DROP_REASONS; i++) {
		const char *name = drop_reason_name((enum drop_reason)i);

		if (strcmp(name, p->path->name) == 0)
			return;
		suggestion_offer(&best, p->path->name, name);
	}
	diag_suggest(scope->diags, scope_error(scope, DIAG_UNKNOWN_REASON, p->span, p->path->name),
		     best.word);
}

static void check_profile(struct scope *scope, const struct stmt *stmt)
{
	const struct pattern *name = stmt_value(stmt, "NAME");
	struct text text = {0};
	enum machine_profile profile;

	path_print(name->path, &text);
	if (!profile_by_name(text_string(&text), &profile))
		scope_error(scope, DIAG_UNKNOWN_PROFILE, name->span, text_string(&text));
	text_free(&text);
}

bool profile_by_name(const char *name, enum machine_profile *out)
{
	*out = strcmp(name, "intended") == 0 ? PROFILE_INTENDED : PROFILE_LINUX_6_12;
	return *out == PROFILE_INTENDED || strcmp(name, "linux-6.12") == 0;
}

static void check_snapshot(struct scope *scope, const struct stmt *stmt)
{
	const struct pattern *name = stmt_value(stmt, "NAME");
	struct suggestion best = {0};

	for (unsigned i = 0; i < NR_PICTURES; i++) {
		if (strcmp(picture_names[i], name->path->name) == 0)
			return;
		suggestion_offer(&best, name->path->name, picture_names[i]);
	}
	diag_suggest(scope->diags,
		     scope_error(scope, DIAG_UNKNOWN_SNAPSHOT, name->span, name->path->name),
		     best.word);
}

const char *const picture_names[NR_PICTURES] = {"domains", "irqs",   "interrupts",
						"vectors", "writes", "tape"};

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

/* ---- names that actions give ---- */

static void define_irqs(struct scope *scope, const struct stmt *stmt, unsigned nr,
			const uint32_t *indexes)
{
	const struct pattern *target = stmt->args->value;
	const struct name *owner = name_find(scope, target->path->name);
	struct name *name = name_define(scope, stmt->as, NAME_IRQS, stmt->as_span);

	if (!name || !owner)
		return;
	name->irqs = stash_alloc(scope->stash, (nr ? nr : 1) * sizeof(*name->irqs));
	name->nr_irqs = nr;
	for (unsigned i = 0; i < nr; i++)
		name->irqs[i] = (struct irq_entry){
			.map.index = indexes ? (int)indexes[i] : 0,
			.slot = indexes ? indexes[i] : 0,
			.device = owner->device,
			.source = owner->kind == NAME_POOL ||
						  strcmp(arg_word(stmt, "KIND"), "platform") == 0
					  ? RAISE_STORE
				  : stmt->verb == VERB_ALLOC || stmt->verb == VERB_GUEST_UNMASK ||
						  strcmp(arg_word(stmt, "KIND"), "msix") == 0
					  ? RAISE_MSIX
				  : strcmp(arg_word(stmt, "KIND"), "intx") == 0 ? RAISE_INTX
										: RAISE_MSI,
			.store = owner->store,
		};
}

static void define_batch(struct scope *scope, const struct stmt *stmt)
{
	uint32_t indexes[2048];
	unsigned nr;

	if (list_resolve(scope, stmt_value(stmt, "ENTRIES"), 2047, "entry", indexes, 2048, &nr))
		define_irqs(scope, stmt, nr, indexes);
}

static void define_entry(struct scope *scope, const struct stmt *stmt)
{
	struct source_ref ref;
	uint32_t index;

	if (!source_resolve(scope, stmt->args->value, &ref))
		return;
	index = (uint32_t)ref.index;
	define_irqs(scope, stmt, 1, &index);
}

static void define_pool(struct scope *scope, const struct stmt *stmt)
{
	const struct device_desc *device;
	struct name *name;
	unsigned store;

	if (!store_resolve(scope, stmt_value(stmt, "STORE"), &device, &store))
		return;
	name = name_define(scope, stmt->as, NAME_POOL, stmt->as_span);
	if (name) {
		name->device = device;
		name->store = store;
	}
}

static void define_wire(struct scope *scope, const struct stmt *stmt)
{
	struct source_ref wire;
	struct name *name;

	if (!source_resolve(scope, stmt_value(stmt, "SOURCE"), &wire))
		return;
	name = name_define(scope, stmt->as, NAME_IRQS, stmt->as_span);
	if (!name)
		return;
	name->nr_irqs = 1;
	name->irqs = stash_new(scope->stash, struct irq_entry);
	*name->irqs = (struct irq_entry){
		.device = wire.device, .source = RAISE_STORE, .slot = wire.index};
}

static void define_logical(struct scope *scope, const struct stmt *stmt)
{
	const struct name *pool = name_resolve(scope, stmt->args->value, NAME_POOL);
	struct name *name = pool ? name_define(scope, stmt->as, NAME_POOL, stmt->as_span) : NULL;

	if (name) {
		name->device = pool->device;
		name->store = pool->store;
	}
}

static void check_definition(struct scope *scope, const struct stmt *stmt)
{
	const struct pattern *name;

	if (stmt->verb == VERB_CHECKPOINT) {
		name = stmt_value(stmt, "NAME");
		name_define(scope, name->path->name, NAME_CHECKPOINT, stmt->span);
	}
	if (!stmt->as || stmt->result.kind == RESULT_ERROR || scope->invalid)
		return;
	if (stmt->verb == VERB_ENABLE)
		define_batch(scope, stmt);
	else if (stmt->verb == VERB_ALLOC)
		define_irqs(scope, stmt, 1, NULL);
	else if (stmt->verb == VERB_GUEST_UNMASK)
		define_entry(scope, stmt);
	else if (stmt->verb == VERB_POOL)
		define_pool(scope, stmt);
	else if (stmt->verb == VERB_MAP)
		define_wire(scope, stmt);
	else if (stmt->verb == VERB_LOGICAL)
		define_logical(scope, stmt);
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
		VERB_DELIVER,	 VERB_TICK, VERB_SETTLE,      VERB_CPU,		 VERB_RUN_ON,
		VERB_CHECKPOINT, VERB_BACK, VERB_FAULT,	      VERB_REMOVE,	 VERB_SUSPEND,
		VERB_RESUME,	 VERB_VCPU, VERB_PASSTHROUGH, VERB_GUEST_UNMASK, VERB_GUEST_MASK};

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
		return; /* its properties are the explorer's */
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
	else if (stmt->verb == VERB_PROFILE)
		check_profile(c->scope, stmt);
	else if (stmt->verb == VERB_SWITCH)
		check_switch(c->scope, stmt->args);
	else if (stmt->verb == VERB_LIMIT)
		check_limit(c->scope, stmt);
	else if (stmt->verb == VERB_INCLUDE)
		check_list(c, stmt->body);
}

static void check_statement(struct checker *c, const struct stmt *stmt)
{
	if (stmt->verb == VERB_EXPECT || stmt->verb == VERB_IGNORE)
		check_expect(c, stmt);
	else if (verb_phase(stmt->verb) == PHASE_ACTION)
		check_action(c, stmt);
	else if (verb_phase(stmt->verb) == PHASE_BLOCK)
		check_block(c, stmt);
	else
		check_file_verb(c, stmt);
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

static void check_combination(struct scenario *s, const unsigned *choice, struct built **built)
{
	struct scope scope = {
		.scenario = s, .stash = &s->work, .diags = &s->run_diags, .choice = choice};
	struct checker checker = {.scope = &scope, .built = built};

	check_list(&checker, s->program);
	if (!s->run_diags.errors && !checker.actions && !checker.assertions) {
		name_combination(&scope);
		note_nothing_asserted(&scope);
	}
	s->run_diags.combination = NULL;
	stash_free(&s->work);
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
		check_combination(s, choice, machines ? &built : NULL);
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
