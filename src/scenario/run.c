/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/run.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* All combinations of a scenario, one machine each. */

struct session {
	struct scenario *s;
	const struct scenario_run_options *options;
	struct scenario_totals totals;
	struct blessed *blessed;
	enum scenario_status status;
	struct machine *m; /* of the combination that runs, so that it is freed whatever happens */
	struct text consumed;
};

static const char *combination_name(const struct scope *scope, struct stash *stash)
{
	return stash_printf(stash, "%s%s", scenario_title(scope->scenario),
			    scope_combination(scope, stash));
}

/* Of what crossed the bus: the same for the same scenario, whoever runs it. */
static struct fingerprint tape_fingerprint(const struct machine *m)
{
	uint64_t a = 0xcbf29ce484222325, b = 0x9e3779b97f4a7c15;

	for (uint64_t at = tape_oldest(m); at < tape_position(m); at++) {
		const struct tape_record *record = tape_at(m, at);
		const uint64_t words[] = {record->address, record->value,
					  (uint64_t)record->extra << 32 | record->object,
					  (uint64_t)record->kind << 32 | record->actor};

		for (unsigned i = 0; i < 4; i++) {
			a = (a ^ words[i]) * 0x100000001b3;
			b = (b + words[i]) * 0xff51afd7ed558ccd;
			b ^= b >> 32;
		}
	}
	return (struct fingerprint){a, b};
}

static const char *skip_reason(const struct run *r)
{
	const char *reason = r->scope.unsupported;

	for (const struct diag *d = r->scope.diags->first; d && !reason; d = d->next)
		if (d->id == DIAG_MISSING_FEATURE && d->combination == r->scope.diags->combination)
			reason = d->message;
	return r->status == SCENARIO_SKIPPED ? reason : NULL;
}

static void combination_done(struct session *session, struct run *r)
{
	struct scenario_result result = {
		.name = r->name,
		.status = r->status,
		.reason = skip_reason(r),
		.actions = r->actions,
		.assertions = r->assertions,
	};

	if (r->m && r->scope.has_topology) {
		result.records = tape_position(r->m);
		result.tape = tape_fingerprint(r->m);
	}
	if (r->status != SCENARIO_SKIPPED)
		session->status = scenario_status_worse(session->status, r->status);
	if (r->status == SCENARIO_PASSED)
		session->totals.passed++;
	else if (r->status == SCENARIO_SKIPPED)
		session->totals.skipped++;
	else
		session->totals.failed++;
	if (session->options->done)
		session->options->done(session->options->context, &result, r->m);
}

static uint32_t tape_records(const struct scenario *s)
{
	uint64_t records = s->limits.tape;

	for (const struct stmt *stmt = s->program; stmt; stmt = stmt->next) {
		const struct pattern *p =
			stmt->verb == VERB_LIMIT ? stmt_value(stmt, "tape") : NULL;

		if (p && p->kind == PATTERN_INT && p->first.value <= MAX_TAPE_OF_SCRIPT)
			records = p->first.value;
	}
	return (uint32_t)records;
}

/* As when all lines are in a `repeat 0`. */
static void run_nothing(struct run *r)
{
	note_nothing_asserted(&r->scope);
	run_failed(r, DIAG_NOTHING_ASSERTED);
}

static void run_combination(struct session *session, const unsigned *choice)
{
	struct scenario *s = session->s;
	struct machine_options machine = {.tape_records = tape_records(s),
					  .profile = session->options->profile};
	uint32_t actions = s->limits.actions;
	struct run r = {
		.scope = {.scenario = s,
			  .stash = &s->work,
			  .diags = &s->run_diags,
			  .choice = choice},
		.options = session->options,
		.deliveries = s->limits.deliveries,
		.blessed = &session->blessed,
		.consumed = session->consumed,
	};

	r.name = combination_name(&r.scope, &s->run_diags.stash);
	s->run_diags.combination =
		s->parameters ? scope_combination(&r.scope, &s->run_diags.stash) : NULL;
	session->m = r.m = machine_create(&machine);
	if (!r.m)
		stash_give_up(&s->work);
	run_list(&r, s->program);
	if (!r.stopped && r.scope.has_topology)
		run_close_window(&r);
	if (!r.stopped && !r.actions && !r.assertions)
		run_nothing(&r);
	session->consumed = r.consumed;
	combination_done(session, &r);
	machine_destroy(r.m);
	session->m = NULL;
	s->limits.actions = actions;
	s->run_diags.combination = NULL;
	stash_free(&s->work);
}

int scenario_combination(const struct scenario *s, unsigned nr, char *text, size_t size)
{
	struct text words = {0};
	uint64_t rest = nr;
	int length;

	if (nr >= combinations_of(s))
		return -1;
	for (const struct parameter *p = s->parameters; p; p = p->next) {
		text_printf(&words, "%s%s=%s", words.length ? " " : "", p->name,
			    p->values[rest % p->nr_values]);
		rest /= p->nr_values;
	}
	length = snprintf(text, size, "%s", text_string(&words));
	text_free(&words);
	return length;
}

/* ---- which combinations: "stack=plain mode=x" ---- */

struct choice_word { /* one of them */
	const char *key, *value;
	size_t key_length, value_length;
};

static bool next_choice(const char **rest, struct choice_word *out)
{
	size_t length;

	*rest += strspn(*rest, " ");
	length = strcspn(*rest, " ");
	out->key = *rest;
	out->key_length = strcspn(*rest, " =");
	out->value = *rest + out->key_length + (out->key_length < length);
	out->value_length = (size_t)(*rest + length - out->value);
	*rest += length;
	return length > 0;
}

static bool is_word(const char *word, const char *text, size_t length)
{
	return strlen(word) == length && strncmp(word, text, length) == 0;
}

static bool has_choice(const struct scenario *s, const unsigned *choice,
		       const struct choice_word *wanted)
{
	unsigned nr = 0;

	for (const struct parameter *p = s->parameters; p; p = p->next, nr++)
		if (is_word(p->name, wanted->key, wanted->key_length))
			return is_word(p->values[choice[nr]], wanted->value, wanted->value_length);
	return false;
}

static bool is_wanted(const struct session *session, const unsigned *choice)
{
	const char *rest = session->options->combination;
	struct choice_word wanted;

	while (rest && next_choice(&rest, &wanted))
		if (!has_choice(session->s, choice, &wanted))
			return false;
	return true;
}

static const char *parameter_text(struct stash *stash, const struct parameter *p)
{
	const char *out = stash_printf(stash, "for each %s in", p->name);

	for (unsigned i = 0; i < p->nr_values; i++)
		out = stash_printf(stash, "%s %s", out, p->values[i]);
	return out;
}

static void nothing_wanted(struct session *session)
{
	struct diags *diags = &session->s->run_diags;
	struct span top = {.source = session->s->sources};
	struct diag *diag =
		diag_add(diags, DIAG_NO_COMBINATION, top, session->options->combination);
	struct scenario_result result = {.name = scenario_title(session->s),
					 .status = SCENARIO_SKIPPED,
					 .reason = diag->message};

	for (const struct parameter *p = session->s->parameters; p; p = p->next)
		diag_line(diags, diag, "%s", parameter_text(&diags->stash, p));
	if (!session->s->parameters)
		diag_line(diags, diag, "it has no 'for each' line");
	session->totals.skipped++;
	session->totals.unmatched = 1;
	if (session->options->done)
		session->options->done(session->options->context, &result, NULL);
}

/* ---- */

static void bless_refused(struct session *session, const char *why)
{
	struct span top = {.source = session->s->sources};

	diag_add(&session->s->run_diags, DIAG_BLESS_REFUSED, top, why);
	session->status = scenario_status_worse(session->status, SCENARIO_FAILED);
}

static void finish_blessing(struct session *session)
{
	const char *ci = getenv("CI");

	if (!session->options->bless || !session->blessed)
		return;
	if (ci && *ci) {
		bless_refused(session, "CI is set");
		return;
	}
	if (session->status != SCENARIO_PASSED) {
		bless_refused(session, "something else failed");
		return;
	}
	if (!snapshots_rewrite(session->s, session->blessed, session->options->log))
		session->status = SCENARIO_BROKEN;
	for (const struct blessed *b = session->blessed; b; b = b->next)
		session->totals.blessed +=
			!b->stmt->golden || strcmp(b->golden, b->stmt->golden) != 0;
}

static void run_combinations(struct session *session)
{
	unsigned *choice = combination_room(session->s, &session->s->run_diags.stash);
	bool any = false;

	for (uint64_t i = 0; i < combinations_of(session->s); i++) {
		combination_choose(session->s, i, choice);
		if (!is_wanted(session, choice))
			continue;
		any = true;
		run_combination(session, choice);
	}
	if (!any)
		nothing_wanted(session);
	session->status = status_of_all(session->status, &session->totals);
	finish_blessing(session);
}

/* False: no memory. A function of its own, so that nothing is changed after setjmp(). */
static __attribute__((noinline)) bool run_guarded(struct session *session)
{
	struct scenario *s = session->s;
	jmp_buf out;

	if (setjmp(out))
		return false;
	s->run_diags.stash.out = s->work.out = &out;
	run_combinations(session);
	return true;
}

enum scenario_status scenario_run(struct scenario *s, const struct scenario_run_options *options,
				  struct scenario_totals *totals)
{
	static const struct scenario_run_options defaults = {0};
	struct session session = {.s = s, .options = options ? options : &defaults};

	session.status = check_names(s);
	if (session.status == SCENARIO_PASSED && !run_guarded(&session)) {
		machine_destroy(session.m);
		session.status = note_no_memory(s);
		session.totals.failed++;
	} else if (session.status != SCENARIO_PASSED && !session.totals.passed) {
		session.totals.failed += !session.totals.failed && !session.totals.skipped;
	}
	text_free(&session.consumed);
	s->run_diags.stash.out = s->work.out = NULL;
	s->run_diags.combination = NULL;
	if (totals)
		*totals = session.totals;
	return session.status;
}
