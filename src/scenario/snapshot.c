/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/run.h"
#include "scenario/words.h"

#include <errno.h>
#include <irqlab/view.h>
#include <stdlib.h>
#include <string.h>

/* Golden pictures inside a scenario: compared, or rewritten by --bless. */

/* ---- what there is ---- */

static void print_writes(struct run *r, FILE *to)
{
	for (uint64_t at = r->start; at < tape_position(r->m); at++) {
		const struct tape_record *record = tape_at(r->m, at);

		if (record && tape_is_cpu_write(record))
			fprintf(to, "%s\n", event_print(r, record) + strlen("write "));
	}
}

static void print_tape(struct run *r, FILE *to)
{
	for (uint64_t at = r->start; at < tape_position(r->m); at++) {
		const struct tape_record *record = tape_at(r->m, at);

		if (!record || record->kind == TAPE_TRACE_ARGS)
			continue;
		view_record(r->m, to, record);
		fputc('\n', to);
	}
}

static void print_picture(struct run *r, const char *name, FILE *to)
{
	if (strcmp(name, picture_name(PICTURE_DOMAINS)) == 0)
		view_domains(r->m, to);
	else if (strcmp(name, picture_name(PICTURE_IRQS)) == 0)
		view_irqs(r->m, to);
	else if (strcmp(name, picture_name(PICTURE_INTERRUPTS)) == 0)
		view_interrupts(r->m, to);
	else if (strcmp(name, picture_name(PICTURE_VECTORS)) == 0)
		view_vectors(r->m, to);
	else if (strcmp(name, picture_name(PICTURE_WRITES)) == 0)
		print_writes(r, to);
	else
		print_tape(r, to);
}

/* Without blanks at the ends of lines, which editors would take away. */
static void normal_lines(const char *from, struct text *to)
{
	while (*from) {
		size_t length = strcspn(from, "\n"), kept = length;

		while (kept && (from[kept - 1] == ' ' || from[kept - 1] == '\t'))
			kept--;
		text_add(to, from, kept);
		text_puts(to, "\n");
		from += length + (from[length] == '\n');
	}
}

/* False: no memory. */
static bool picture(struct run *r, const char *name, struct text *to)
{
	char *buffer = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&buffer, &size);
	bool good;

	if (!f)
		return false;
	print_picture(r, name, f);
	good = !fclose(f) && buffer;
	if (good)
		normal_lines(buffer, to);
	free(buffer);
	return good && !to->failed;
}

/* ---- comparing ---- */

static size_t line_length(const char *s)
{
	return strcspn(s, "\n");
}

static const char *line_after(const char *s)
{
	s += line_length(s);
	return *s ? s + 1 : s;
}

static bool same_line(const char *a, const char *b)
{
	return line_length(a) == line_length(b) && strncmp(a, b, line_length(a)) == 0;
}

/* Does `line` come again within the next lines of `s`? */
static bool comes_later(const char *line, const char *s)
{
	for (unsigned i = 0; i < 40 && *s; i++, s = line_after(s))
		if (same_line(line, s))
			return true;
	return false;
}

/* A diff that need not be the shortest. */
static void print_diff(struct diags *diags, struct diag *diag, const char *old, const char *new)
{
	while (*old || *new) {
		if (*old && *new &&same_line(old, new)) {
			diag_line(diags, diag, "  %.*s", (int)line_length(old), old);
			old = line_after(old);
			new = line_after(new);
		} else if (*old && (!*new || !comes_later(old, new))) {
			diag_line(diags, diag, "- %.*s", (int)line_length(old), old);
			old = line_after(old);
		} else {
			diag_line(diags, diag, "+ %.*s", (int)line_length(new), new);
			new = line_after(new);
		}
	}
}

static void differs(struct run *r, const struct stmt *stmt, const char *name, const char *now)
{
	struct diag *diag = run_fail(r, DIAG_SNAPSHOT_DIFFERS, stmt->span, name);

	print_diff(r->scope.diags, diag, stmt->golden ? stmt->golden : "", now);
	diag_hint(r->scope.diags, diag, "irqlab run --bless %s  takes it over",
		  stmt->span.source->name);
}

static void bless(struct run *r, const struct stmt *stmt, const char *name, const char *now)
{
	struct blessed **last = r->blessed;

	for (; *last; last = &(*last)->next) {
		if ((*last)->stmt != stmt)
			continue;
		if (strcmp((*last)->golden, now) != 0)
			differs(r, stmt, name, now);
		return;
	}
	*last = stash_new(&r->scope.scenario->run_diags.stash, struct blessed);
	(*last)->stmt = stmt;
	(*last)->golden = stash_string(&r->scope.scenario->run_diags.stash, now);
}

void run_snapshot(struct run *r, const struct stmt *stmt)
{
	const char *name = stmt_value(stmt, "NAME")->path->name;
	struct text now = {0};
	bool good = picture(r, name, &now);

	if (good && (r->options->bless ||
		     strcmp(text_string(&now), stmt->golden ? stmt->golden : "") != 0)) {
		const char *copy = stash_string(r->scope.stash, text_string(&now));

		if (r->options->bless)
			bless(r, stmt, name, copy);
		else
			differs(r, stmt, name, copy);
	}
	text_free(&now);
	if (!good)
		stash_give_up(r->scope.stash);
}

/* ---- rewriting ---- */

static const struct blessed *blessed_at(const struct blessed *list, const struct source *source,
					uint32_t line)
{
	for (; list; list = list->next)
		if (list->stmt->span.source == source && list->stmt->golden_first == line)
			return list;
	return NULL;
}

static void add_golden(struct text *to, const struct blessed *b)
{
	for (const char *line = b->golden; *line; line = line_after(line))
		text_printf(to, "%*s|%s%.*s\n", (int)b->stmt->span.first + 1, "",
			    line_length(line) ? " " : "", (int)line_length(line), line);
}

static void rewrite_text(const struct source *source, const struct blessed *list, struct text *to)
{
	const char *at = source->text, *end = at + source->size;

	for (uint32_t line = 1; at <= end; line++) {
		const struct blessed *b = blessed_at(list, source, line);
		const char *stop;

		if (b) {
			add_golden(to, b);
			for (; line <= b->stmt->golden_last; line++)
				at = line_after(at);
		}
		if (at >= end)
			return;
		stop = line_after(at);
		text_add(to, at, (size_t)(stop - at));
		at = stop;
	}
}

static bool write_file(const char *path, const struct text *text)
{
	FILE *f = text->failed ? NULL : fopen(path, "w");
	bool good = f && fwrite(text_string(text), 1, text->length, f) == text->length;

	if (f && fclose(f))
		good = false;
	return good;
}

static bool has_blessed(const struct source *source, const struct blessed *list)
{
	for (; list; list = list->next)
		if (list->stmt->span.source == source)
			return true;
	return false;
}

static void show_changes(const struct blessed *list, FILE *log)
{
	for (; log && list; list = list->next) {
		const char *old = list->stmt->golden ? list->stmt->golden : "";

		if (strcmp(old, list->golden) == 0)
			continue;
		fprintf(log, "%s:%u: snapshot rewritten\n", list->stmt->span.source->name,
			list->stmt->span.line);
		for (const char *l = old; *l; l = line_after(l))
			if (!comes_later(l, list->golden))
				fprintf(log, "- %.*s\n", (int)line_length(l), l);
		for (const char *l = list->golden; *l; l = line_after(l))
			if (!comes_later(l, old))
				fprintf(log, "+ %.*s\n", (int)line_length(l), l);
	}
}

bool snapshots_rewrite(struct scenario *s, const struct blessed *list, FILE *log)
{
	show_changes(list, log);
	for (const struct source *source = s->sources; source; source = source->next) {
		struct text text = {0};
		bool good;

		if (!has_blessed(source, list))
			continue;
		rewrite_text(source, list, &text);
		good = write_file(source->name, &text);
		text_free(&text);
		if (!good) {
			diag_add(&s->run_diags, DIAG_BLESS_REFUSED, (struct span){.source = source},
				 strerror(errno));
			return false;
		}
	}
	return true;
}
