/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/run.h"

#include <string.h>

/* Assertions about what is now: messages in devices, and state of anything. */

/* ---- the last write that made it so ---- */

static bool place_of_source(const struct run *r, const struct source_ref *ref,
			    const struct bus_place *place)
{
	const struct store_name *stores =
		r->scope.topology.stores[ref->device - r->scope.topology.devices];

	if (strcmp(place->object, ref->device->name) != 0)
		return false;
	switch (ref->source) {
	case RAISE_MSI:
		return strcmp(place->store, "msi") == 0;
	case RAISE_MSIX:
		return strcmp(place->store, "msix") == 0 && place->index == (int64_t)ref->index;
	case RAISE_STORE:
		return strcmp(place->store, stores[ref->store].on_bus) == 0 &&
		       (place->index == (int64_t)ref->index ||
			!store_is_table(&ref->device->store[ref->store]));
	default:
		return false;
	}
}

/* UINT64_MAX: nobody did, as far as the tape goes back. */
static uint64_t last_write(const struct run *r, const struct source_ref *ref)
{
	for (uint64_t at = tape_position(r->m); at-- > tape_oldest(r->m);) {
		const struct tape_record *record = tape_at(r->m, at);
		struct bus_place place;

		if (record && tape_is_cpu_write(record) && tape_place(r->m, record, &place) &&
		    place_of_source(r, ref, &place))
			return at;
	}
	return UINT64_MAX;
}

static void note_last_write(struct run *r, struct diag *diag, const struct source_ref *ref)
{
	uint64_t at = last_write(r, ref);

	if (at != UINT64_MAX)
		run_note_cause(r, diag, at, "written by");
}

/* An expect has seen the write itself. */
static bool write_was_expected(const struct run *r, const struct source_ref *ref)
{
	uint64_t at = last_write(r, ref);

	return at != UINT64_MAX && at >= r->start && event_consumed(r, at);
}

/* ---- messages ---- */

static void hint_message(struct run *r, struct diag *diag, const struct source_ref *ref,
			 const struct stored_message *now)
{
	diag_hint(r->scope.diags, diag, "paste  expect msg %s addr=0x%08" PRIx64 " data=0x%x",
		  source_print(&r->scope, ref), now->address, now->data);
}

static bool message_part(struct run *r, const struct stmt *stmt, const struct source_ref *ref,
			 const struct stored_message *now, const char *param, struct value value)
{
	const struct arg *arg = stmt_arg(stmt, param);
	struct diag *diag;

	if (!arg || pattern_match(&r->scope, arg->value, &value))
		return true;
	diag = run_fail(r, DIAG_MESSAGE_DIFFERS, arg->span, param);
	diag_expected(&r->scope, diag, "", arg->value, &value);
	note_last_write(r, diag, ref);
	hint_message(r, diag, ref, now);
	return false;
}

static void watch(struct run *r, const struct source_ref *ref, const struct stored_message *now,
		  const struct stmt *stmt)
{
	struct watched *w = r->watched;

	while (w && (w->source.device != ref->device || w->source.source != ref->source ||
		     w->source.store != ref->store || w->source.index != ref->index))
		w = w->next;
	if (!w) {
		w = stash_new(r->scope.stash, struct watched);
		w->source = *ref;
		w->next = r->watched;
		r->watched = w;
	}
	w->address = now->address;
	w->data = now->data;
	w->stmt = stmt;
}

void expect_msg(struct run *r, const struct stmt *stmt)
{
	const struct topology *t = &r->scope.topology;
	struct stored_message now;
	struct source_ref ref;

	if (!source_resolve(&r->scope, stmt_value(stmt, "SOURCE"), &ref))
		return;
	if (!peek_message(r->m, t, &ref, &now)) {
		scope_error(&r->scope, DIAG_UNKNOWN_STORE, stmt->span, ref.device->name,
			    "message there");
		return;
	}
	if (message_part(r, stmt, &ref, &now, "addr",
			 VALUE_FORM(now.address, message_form(t, FORM_ADDRESS))) &&
	    message_part(r, stmt, &ref, &now, "data",
			 VALUE_FORM(now.data, message_form(t, FORM_DATA))) &&
	    message_part(r, stmt, &ref, &now, "masked", VALUE_NUMBER(now.masked)))
		message_part(r, stmt, &ref, &now, "pending", VALUE_NUMBER(now.pending));
	watch(r, &ref, &now, stmt);
}

static void message_changed(struct run *r, const struct watched *w,
			    const struct stored_message *now)
{
	const struct topology *t = &r->scope.topology;
	struct value address = VALUE_FORM(now->address, message_form(t, FORM_ADDRESS));
	struct value data = VALUE_FORM(now->data, message_form(t, FORM_DATA));
	struct number was_address = {w->address, ""}, was_data = {w->data, ""};
	struct pattern p = {.kind = PATTERN_INT, .first = was_address};
	struct span span = r->action ? r->action->span : w->stmt->span;
	struct diag *diag;

	diag = run_fail(r, DIAG_MESSAGE_CHANGED, span, source_print(&r->scope, &w->source));
	if (now->address != w->address)
		diag_expected(&r->scope, diag, "addr", &p, &address);
	p.first = was_data;
	if (now->data != w->data)
		diag_expected(&r->scope, diag, "data", &p, &data);
	diag_note(r->scope.diags, diag, w->stmt->span, "what it was according to '%s'",
		  stmt_text(r, w->stmt));
	note_last_write(r, diag, &w->source);
	hint_message(r, diag, &w->source, now);
}

void check_watched(struct run *r)
{
	for (struct watched *w = r->watched; w && !r->stopped; w = w->next) {
		struct stored_message now;

		if (!peek_message(r->m, &r->scope.topology, &w->source, &now) ||
		    (now.address == w->address && now.data == w->data))
			continue;
		if (!r->loose && !write_was_expected(r, &w->source))
			message_changed(r, w, &now);
		w->address = now.address;
		w->data = now.data;
	}
}

/* ---- state ---- */

static void state_differs(struct run *r, const struct stmt *stmt, const struct arg *arg,
			  const struct value *value)
{
	const struct pattern *path = stmt_value(stmt, "OBJECT");
	struct text object = {0};
	struct diag *diag;

	path_print(path->path, &object);
	diag = run_fail(r, DIAG_STATE_DIFFERS, arg->span, arg->key, text_string(&object));
	diag_expected(&r->scope, diag, "", arg->value, value);
	diag_hint(r->scope.diags, diag, "paste  expect state %s %s=%s", text_string(&object),
		  arg->key, value_as_written(&r->scope, value));
	if (r->action)
		diag_note(r->scope.diags, diag, r->action->span, "the last action is '%s'",
			  stmt_text(r, r->action));
	text_free(&object);
}

void expect_state(struct run *r, const struct stmt *stmt)
{
	struct state_object object;

	if (!state_resolve(&r->scope, stmt_value(stmt, "OBJECT"), &object))
		return;
	for (const struct arg *arg = stmt->args; arg && !r->stopped; arg = arg->next) {
		struct value value = {0};

		if (!arg->key)
			continue;
		if (!state_value(&r->scope, r->m, &object, arg->key, &value))
			value = (struct value)VALUE_WORD("gone");
		if (!pattern_match(&r->scope, arg->value, &value))
			state_differs(r, stmt, arg, &value);
	}
}
