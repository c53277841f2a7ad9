/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/diag.h"

#include <string.h>

static const struct {
	const char *name, *text;
	enum scenario_severity severity;
	enum scenario_status status;
} table[NR_DIAGS] = {
#define ROW(id, name, severity, status, text)                                                      \
	[DIAG_##id] = {name, text, SEVERITY_##severity, SCENARIO_##status},
	IRQLAB_DIAGNOSTICS(ROW)
#undef ROW
};

const char *diag_name(enum diag_id id)
{
	return table[id].name;
}

const char *diag_format(enum diag_id id)
{
	return table[id].text;
}

enum scenario_severity diag_severity(enum diag_id id)
{
	return table[id].severity;
}

enum scenario_status diag_status(enum diag_id id)
{
	return table[id].status;
}

const char *scenario_diagnostic_id(unsigned nr)
{
	return nr < NR_DIAGS ? table[nr].name : NULL;
}

const char *severity_name(enum scenario_severity severity)
{
	static const char *const names[] = {"note", "warning", "error"};

	return names[severity];
}

void diags_begin(struct diags *d, jmp_buf *out, unsigned limit)
{
	diags_free(d);
	*d = (struct diags){.stash = {.out = out}, .limit = limit};
	d->last = &d->first;
}

void diags_free(struct diags *d)
{
	stash_free(&d->stash);
	d->first = NULL;
	d->nr = 0;
}

static bool same_place(const struct diag *diag, const struct diags *d, struct span span)
{
	return diag->span.source == span.source && diag->span.line == span.line &&
	       diag_severity(diag->id) == SEVERITY_ERROR && diag->combination == d->combination;
}

static bool reported(const struct diags *d, struct span span)
{
	for (const struct diag *diag = d->first; diag; diag = diag->next)
		if (same_place(diag, d, span))
			return true;
	return false;
}

static struct diag *diag_new(struct diags *d, enum diag_id id, struct span span)
{
	struct diag *diag = stash_new(&d->stash, struct diag);

	diag->id = id;
	diag->span = span;
	diag->combination = d->combination;
	diag->last_line = &diag->lines;
	diag->last_note = &diag->notes;
	diag->message = "";
	return diag;
}

static void diag_append(struct diags *d, struct diag *diag)
{
	*d->last = diag;
	d->last = &diag->next;
	d->nr++;
}

static void diags_close(struct diags *d, struct span span)
{
	struct diag *diag = diag_new(d, DIAG_TOO_MANY_ERRORS, span);

	diag->message = stash_printf(&d->stash, table[DIAG_TOO_MANY_ERRORS].text, d->errors);
	diag_append(d, diag);
	d->full = true;
}

struct diag *diag_add(struct diags *d, enum diag_id id, struct span span, ...)
{
	bool error = diag_severity(id) == SEVERITY_ERROR;
	struct diag *diag = diag_new(d, id, span);
	va_list args;

	if (d->full || (error && reported(d, span)))
		return diag;
	va_start(args, span);
	diag->message = stash_vprintf(&d->stash, table[id].text, args);
	va_end(args);
	diag_append(d, diag);
	d->errors += error;
	if (error && d->errors >= d->limit)
		diags_close(d, span);
	return diag;
}

void diag_line(struct diags *d, struct diag *diag, const char *format, ...)
{
	struct diag_line *line = stash_new(&d->stash, struct diag_line);
	va_list args;

	va_start(args, format);
	line->text = stash_vprintf(&d->stash, format, args);
	va_end(args);
	*diag->last_line = line;
	diag->last_line = &line->next;
}

void diag_note(struct diags *d, struct diag *diag, struct span span, const char *format, ...)
{
	struct diag_note *note = stash_new(&d->stash, struct diag_note);
	va_list args;

	va_start(args, format);
	note->text = stash_vprintf(&d->stash, format, args);
	va_end(args);
	note->span = span;
	*diag->last_note = note;
	diag->last_note = &note->next;
}

void diag_hint(struct diags *d, struct diag *diag, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag->hint = stash_vprintf(&d->stash, format, args);
	va_end(args);
}

void diag_suggest(struct diags *d, struct diag *diag, const char *word)
{
	if (word)
		diag->message =
			stash_printf(&d->stash, "%s; did you mean '%s'?", diag->message, word);
}
