/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus/changes.h"
#include "scenario/run.h"

#include <string.h>

/* Assertions about what happened since the last action. */

/* The first record from `from` on that fits; UINT64_MAX: none. */
static uint64_t find_event(struct run *r, const struct stmt *stmt, uint64_t from)
{
	uint64_t end = tape_position(r->m);

	for (uint64_t at = from; at < end && !r->scope.invalid; at++)
		if (!event_consumed(r, at) && event_matches(r, stmt, at))
			return at;
	return UINT64_MAX;
}

/* What came closest: something of the kind that nobody has expected yet. */
static const struct tape_record *closest_event(struct run *r, const struct stmt *stmt,
					       uint64_t *position)
{
	for (uint64_t at = r->cursor; at < tape_position(r->m); at++) {
		const struct tape_record *record = tape_at(r->m, at);

		*position = at;
		if (record && !event_consumed(r, at) && event_is_kind(r, stmt->assertion, record))
			return record;
	}
	return NULL;
}

static void shown_as_expected(struct run *r, struct diag *diag, const struct stmt *stmt)
{
	const char *text = stmt_text(r, stmt);

	diag_line(r->scope.diags, diag, "expected %s", text + strlen("expect "));
}

/* What happened instead, a few lines of it; `kind`: only these, unless it is VERB_NONE. */
static void list_window(struct run *r, struct diag *diag, enum verb kind)
{
	unsigned shown = 0;

	for (uint64_t at = r->start; at < tape_position(r->m) && shown < 12; at++) {
		const struct tape_record *record = tape_at(r->m, at);
		const char *text = record ? event_print(r, record) : NULL;

		if (text && (kind == VERB_NONE || event_is_kind(r, kind, record)))
			diag_line(r->scope.diags, diag, "%s %s", shown++ ? "        " : "happened",
				  text);
	}
	if (!shown)
		diag_line(r->scope.diags, diag, "happened nothing");
}

static void note_action(struct run *r, struct diag *diag)
{
	if (r->action)
		diag_note(r->scope.diags, diag, r->action->span, "the last action is '%s'",
			  stmt_text(r, r->action));
}

static void missing(struct run *r, const struct stmt *stmt)
{
	uint64_t earlier = find_event(r, stmt, r->start), position;
	const struct tape_record *closest = closest_event(r, stmt, &position);
	struct diag *diag;

	if (earlier != UINT64_MAX) {
		diag = run_fail(r, DIAG_EVENT_EARLIER, stmt->span, verb_name(stmt->assertion));
		shown_as_expected(r, diag, stmt);
		diag_hint(r->scope.diags, diag, "move it up, or use  expect any-order … end");
	} else if (closest) {
		diag = run_fail(r, DIAG_EVENT_DIFFERS, stmt->span, verb_name(stmt->assertion));
		shown_as_expected(r, diag, stmt);
		diag_line(r->scope.diags, diag, "actual   %s", event_print(r, closest));
		diag_hint(r->scope.diags, diag, "paste  expect %s", event_as_written(r, closest));
	} else {
		diag = run_fail(r, DIAG_EVENT_MISSING, stmt->span, verb_name(stmt->assertion));
		shown_as_expected(r, diag, stmt);
		list_window(r, diag, VERB_NONE);
	}
	note_action(r, diag);
}

static void expect_one(struct run *r, const struct stmt *stmt)
{
	uint64_t at = find_event(r, stmt, r->cursor);

	if (r->scope.invalid)
		return;
	if (at == UINT64_MAX) {
		missing(r, stmt);
		return;
	}
	event_consume(r, at);
	r->cursor = at + 1;
}

static void expect_not(struct run *r, const struct stmt *stmt)
{
	const struct variable *mark = bindings_mark(&r->scope);
	uint64_t at = find_event(r, stmt, r->start);
	struct diag *diag;

	bindings_undo(&r->scope, mark);
	if (at == UINT64_MAX)
		return;
	diag = run_fail(r, DIAG_EVENT_FORBIDDEN, stmt->span, event_print(r, tape_at(r->m, at)));
	run_note_cause(r, diag, at, "caused by");
}

static void expect_count(struct run *r, const struct stmt *stmt)
{
	uint64_t nr = 0, end = tape_position(r->m), last = r->cursor;
	struct value value;
	struct diag *diag;

	for (uint64_t at = r->start; at < end && !r->scope.invalid; at++) {
		const struct variable *mark = bindings_mark(&r->scope);

		if (event_consumed(r, at) || !event_matches(r, stmt, at))
			continue;
		bindings_undo(&r->scope, mark);
		event_consume(r, at);
		last = at + 1;
		nr++;
	}
	value = (struct value)VALUE_NUMBER(nr);
	if (pattern_match(&r->scope, stmt->count, &value)) {
		r->cursor = last > r->cursor ? last : r->cursor;
		return;
	}
	diag = run_fail(r, DIAG_EVENT_COUNT, stmt->span, nr, pattern_shown(&r->scope, stmt->count));
	list_window(r, diag, stmt->assertion);
	note_action(r, diag);
}

static void expect_none(struct run *r, const struct stmt *stmt)
{
	for (uint64_t at = r->start; at < tape_position(r->m); at++) {
		const struct tape_record *record = tape_at(r->m, at);
		const char *text = record ? event_print(r, record) : NULL;
		struct diag *diag;

		if (!text)
			continue;
		diag = run_fail(r, DIAG_NOT_QUIET, stmt->span, text);
		list_window(r, diag, VERB_NONE);
		note_action(r, diag);
		return;
	}
}

static void expect_any_order(struct run *r, const struct stmt *stmt)
{
	uint64_t first = r->cursor, last = r->cursor;

	for (const struct stmt *line = stmt->body; line && !r->stopped; line = line->next) {
		if (line->verb == VERB_NONE || !scope_applies(&r->scope, line))
			continue;
		r->cursor = first;
		expect_one(r, line);
		last = r->cursor > last ? r->cursor : last;
	}
	r->cursor = last;
}

/* What differs, by type of object. */
static void list_changes(struct run *r, struct diag *diag, int snapshot)
{
	struct type_changes changes[64];
	unsigned nr = machine_changes_since(r->m, snapshot, changes, 64);

	for (unsigned i = 0; i < nr; i++) {
		const struct {
			uint32_t nr;
			const char *what;
		} parts[] = {
			{changes[i].made, "new"},
			{changes[i].gone, "gone"},
			{changes[i].changed, "changed"},
		};
		const char *text = changes[i].type, *mark = ": ";

		for (unsigned p = 0; p < 3; p++) {
			if (!parts[p].nr)
				continue;
			text = stash_printf(r->scope.stash, "%s%s%u %s", text, mark, parts[p].nr,
					    parts[p].what);
			mark = ", ";
		}
		diag_line(r->scope.diags, diag, "%s", text);
	}
	if (!nr)
		diag_line(r->scope.diags, diag,
			  "the same objects; CPUs, timers or switches differ");
}

static void expect_unchanged(struct run *r, const struct stmt *stmt)
{
	const struct pattern *path = stmt_value(stmt, "CHECKPOINT");
	struct name *name = name_resolve(&r->scope, path, NAME_CHECKPOINT);
	struct fingerprint now;
	struct diag *diag;

	if (!name)
		return;
	now = machine_fingerprint(r->m, FINGERPRINT_SEMANTIC);
	if (fingerprint_equal(name->fingerprint, now))
		return;
	diag = run_fail(r, DIAG_STATE_CHANGED, stmt->span, name->name);
	list_changes(r, diag, name->snapshot);
	diag_note(r->scope.diags, diag, name->span, "the checkpoint");
}

void run_expect(struct run *r, const struct stmt *stmt)
{
	switch (stmt->assertion) {
	case VERB_E_NONE:
		expect_none(r, stmt);
		return;
	case VERB_E_MSG:
		expect_msg(r, stmt);
		return;
	case VERB_E_STATE:
		expect_state(r, stmt);
		return;
	case VERB_E_UNCHANGED:
		expect_unchanged(r, stmt);
		return;
	case VERB_E_WRITES:
		expect_writes(r, stmt);
		return;
	case VERB_E_ANY_ORDER:
		expect_any_order(r, stmt);
		return;
	default:
		break;
	}
	if (stmt->form == EXPECT_NOT)
		expect_not(r, stmt);
	else if (stmt->form == EXPECT_COUNT)
		expect_count(r, stmt);
	else
		expect_one(r, stmt);
}
