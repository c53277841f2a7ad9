/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/run.h"

#include <string.h>

/* `expect writes`: exactly these bus writes, in this order. */

struct listing {
	struct run *r;
	const struct stmt *stmt;
	const struct pattern *head; /* NULL: every write there was */
	struct place_pattern wanted;
};

static bool concerns(struct listing *l, const struct tape_record *record, struct bus_place *place)
{
	if (!tape_is_cpu_write(record))
		return false;
	if (!tape_place(l->r->m, record, place))
		return !l->head;
	return !l->head || place_matches(l->r, &l->wanted, place);
}

/* The next write that the block is about; UINT64_MAX: none. */
static uint64_t next_write(struct listing *l, uint64_t from, struct bus_place *place)
{
	for (uint64_t at = from; at < tape_position(l->r->m); at++) {
		const struct tape_record *record = tape_at(l->r->m, at);

		if (record && !event_consumed(l->r, at) && concerns(l, record, place))
			return at;
	}
	return UINT64_MAX;
}

static const struct stmt *next_line(struct listing *l, const struct stmt *line)
{
	while (line && (line->verb == VERB_NONE || !scope_applies(&l->r->scope, line)))
		line = line->next;
	return line;
}

bool listed_place(struct scope *scope, const struct pattern *head, const struct stmt *line,
		  struct place_pattern *out)
{
	bool relative = head && !line->subject->next;

	return place_resolve(scope, relative ? head->path : line->subject,
			     relative ? line->subject : NULL, out);
}

/* Fields of the word: `ctrl mask=0` is `ctrl {mask=0}`. */
static bool fields_match(struct listing *l, const struct stmt *line, const struct value *value)
{
	for (const struct arg *arg = line->args; arg; arg = arg->next) {
		struct field field = {.name = arg->key, .value = arg->value};
		struct pattern p = {.kind = PATTERN_FIELDS, .fields = &field};

		if (!pattern_match(&l->r->scope, arg->key ? &p : arg->value, value))
			return false;
	}
	return true;
}

static bool line_matches(struct listing *l, const struct stmt *line, uint64_t at,
			 const struct bus_place *place)
{
	const struct variable *mark = bindings_mark(&l->r->scope);
	const struct tape_record *record = tape_at(l->r->m, at);
	struct value value = VALUE_FORM(record->value, form_of_place(&l->r->scope.topology, place));
	struct place_pattern wanted;

	if (listed_place(&l->r->scope, l->head, line, &wanted) &&
	    place_matches(l->r, &wanted, place) && fields_match(l, line, &value))
		return true;
	bindings_undo(&l->r->scope, mark);
	return false;
}

/* As a line of the block: without what its head says, if that is one entry. */
static const char *print_line(struct listing *l, uint64_t at)
{
	const struct tape_record *record = tape_at(l->r->m, at);
	const char *text = event_print(l->r, record) + strlen("write ");
	struct bus_place place;
	const char *whole, *dot;

	if (!l->head || !l->wanted.index || !tape_place(l->r->m, record, &place) || !*place.field)
		return text;
	whole = place_print(&l->r->scope, &place);
	dot = strrchr(whole, '.');
	return dot ? text + (dot + 1 - whole) : text;
}

static void all_writes(struct listing *l, struct diag *diag)
{
	struct bus_place place;
	uint64_t at = next_write(l, l->r->cursor, &place);
	unsigned shown = 0;

	if (at == UINT64_MAX)
		diag_line(l->r->scope.diags, diag, "actual   no write at all");
	for (; at != UINT64_MAX && shown < 40; at = next_write(l, at + 1, &place))
		diag_line(l->r->scope.diags, diag, "%s %s", shown++ ? "        " : "actual  ",
			  print_line(l, at));
}

static void differ(struct listing *l, const struct stmt *line, uint64_t at)
{
	struct span span = line ? line->span : l->stmt->span;
	struct diag *diag = run_fail(l->r, DIAG_WRITES_DIFFER, span);

	diag_line(l->r->scope.diags, diag, "expected %s",
		  line ? stmt_text(l->r, line) : "no further write");
	diag_line(l->r->scope.diags, diag, "but got  %s",
		  at == UINT64_MAX ? "no further write" : print_line(l, at));
	all_writes(l, diag);
	if (l->r->action)
		diag_note(l->r->scope.diags, diag, l->r->action->span, "the last action is '%s'",
			  stmt_text(l->r, l->r->action));
}

static void consume_all(struct listing *l)
{
	struct bus_place place;
	uint64_t at;

	while ((at = next_write(l, l->r->cursor, &place)) != UINT64_MAX) {
		event_consume(l->r, at);
		l->r->cursor = at + 1;
	}
}

void expect_writes(struct run *r, const struct stmt *stmt)
{
	struct listing l = {.r = r, .stmt = stmt, .head = stmt_value(stmt, "PLACE")};
	const struct stmt *line = next_line(&l, stmt->body);
	struct bus_place place;
	uint64_t at;

	if (l.head && !place_resolve(&r->scope, l.head->path, NULL, &l.wanted))
		return;
	at = next_write(&l, r->cursor, &place);
	for (; line || at != UINT64_MAX; line = next_line(&l, line->next)) {
		if (!line || at == UINT64_MAX || !line_matches(&l, line, at, &place)) {
			differ(&l, line, at);
			break;
		}
		at = next_write(&l, at + 1, &place);
	}
	consume_all(&l);
}
