/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/parser.h"
#include "scenario/source.h"

#include <stdlib.h>
#include <string.h>

const char *scenario_status_name(enum scenario_status status)
{
	switch (status) {
	case SCENARIO_PASSED:
		return "passed";
	case SCENARIO_FAILED:
		return "failed";
	case SCENARIO_INVALID:
		return "invalid";
	case SCENARIO_BROKEN:
		return "broken";
	case SCENARIO_EXHAUSTED:
		return "exhausted";
	case SCENARIO_SKIPPED:
		return "skipped";
	}
	return "";
}

enum scenario_status scenario_status_worse(enum scenario_status a, enum scenario_status b)
{
	static const enum scenario_status order[] = {SCENARIO_BROKEN,  SCENARIO_INVALID,
						     SCENARIO_FAILED,  SCENARIO_EXHAUSTED,
						     SCENARIO_SKIPPED, SCENARIO_PASSED};

	for (unsigned i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}

#define DEFAULT(field, value) limits->field = limits->field ? limits->field : (value)
static void limits_complete(struct scenario_limits *limits)
{
	DEFAULT(file_bytes, (size_t)1 << 20);
	DEFAULT(line_bytes, 4096);
	DEFAULT(nesting, 32);
	DEFAULT(files, 64);
	DEFAULT(statements, 65536);
	DEFAULT(combinations, 4096);
	DEFAULT(work, 1u << 24);
	DEFAULT(actions, 1000000);
	DEFAULT(deliveries, 100000);
	DEFAULT(tape, 65536);
	DEFAULT(errors, 20);
	/* What recursion costs must fit the stack whatever the caller thinks. */
	if (limits->nesting > 1000)
		limits->nesting = 1000;
	if (limits->tape > 1u << 28) /* what machine_create() takes */
		limits->tape = 1u << 28;
}
#undef DEFAULT

static struct scenario *scenario_new(const char *name, const struct scenario_limits *limits)
{
	struct scenario *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (limits)
		s->limits = *limits;
	limits_complete(&s->limits);
	s->last_source = &s->sources;
	s->parse_diags.last = &s->parse_diags.first;
	s->run_diags.last = &s->run_diags.first;
	s->file = strdup(name);
	if (!s->file) {
		free(s);
		return NULL;
	}
	return s;
}

/* False: no memory. A function of its own, so that nothing is changed after setjmp(). */
static __attribute__((noinline)) bool scenario_fill(struct scenario *s, const char *text,
						    size_t size)
{
	struct source *source;
	jmp_buf out;

	if (setjmp(out))
		return false;
	s->stash.out = &out;
	diags_begin(&s->parse_diags, &out, s->limits.errors);
	source = text ? source_add(s, s->file, text, size, (struct span){0})
		      : source_read(s, s->file, (struct span){0});
	if (source)
		parse_program(s, source);
	s->failed = s->parse_diags.errors > 0;
	s->stash.out = s->parse_diags.stash.out = NULL;
	return true;
}

/* text NULL: read the file. */
static struct scenario *scenario_load(const char *name, const char *text, size_t size,
				      const struct scenario_limits *limits)
{
	struct scenario *s = scenario_new(name, limits);

	if (!s || scenario_fill(s, text, size))
		return s;
	scenario_close(s);
	return NULL;
}

struct scenario *scenario_open(const char *path, const struct scenario_limits *limits)
{
	return scenario_load(path, NULL, 0, limits);
}

struct scenario *scenario_parse(const char *name, const char *text, size_t size,
				const struct scenario_limits *limits)
{
	return scenario_load(name, text, size, limits);
}

/* False: no memory. As scenario_fill(). */
static __attribute__((noinline)) bool note_not_run(struct scenario *s, const char *why)
{
	struct span top = {.source = s->sources};
	jmp_buf out;

	if (setjmp(out))
		return false;
	diags_begin(&s->parse_diags, &out, s->limits.errors);
	diag_add(&s->parse_diags, DIAG_NOT_RUN, top, why);
	s->failed = true;
	s->parse_diags.stash.out = NULL;
	return true;
}

struct scenario *scenario_not_run(const char *name, const char *why)
{
	struct scenario *s = scenario_parse(name, "", 0, NULL);

	if (!s || note_not_run(s, why))
		return s;
	scenario_close(s);
	return NULL;
}

void scenario_close(struct scenario *s)
{
	if (!s)
		return;
	stash_free(&s->stash);
	stash_free(&s->work);
	diags_free(&s->parse_diags);
	diags_free(&s->run_diags);
	diags_free(&s->other_diags);
	free((char *)s->file);
	free(s);
}

const char *scenario_file(const struct scenario *s)
{
	return s->file;
}

const char *scenario_title(const struct scenario *s)
{
	return s->title ? s->title : s->file;
}

bool scenario_has_tag(const struct scenario *s, const char *tag)
{
	for (const struct stmt *stmt = s->program; stmt; stmt = stmt->next) {
		if (stmt->verb != VERB_TAGS)
			continue;
		for (const struct arg *a = stmt->args; a; a = a->next)
			if (strcmp(a->value->path->name, tag) == 0)
				return true;
	}
	return false;
}

unsigned scenario_diagnostics(const struct scenario *s)
{
	return s->parse_diags.nr + s->run_diags.nr;
}

bool scenario_diagnostic(const struct scenario *s, unsigned nr, struct scenario_diagnostic *out)
{
	const struct diag *diag = s->parse_diags.first;

	if (nr >= s->parse_diags.nr) {
		nr -= s->parse_diags.nr;
		diag = s->run_diags.first;
	}
	while (diag && nr--)
		diag = diag->next;
	if (!diag)
		return false;
	*out = (struct scenario_diagnostic){
		.id = diag_name(diag->id),
		.severity = diag_severity(diag->id),
		.status = diag_status(diag->id),
		.place = {diag->span.source ? diag->span.source->name : "", diag->span.line,
			  diag->span.first, diag->span.last},
		.message = diag->message,
		.combination = diag->combination,
	};
	return true;
}

static void print_one(const struct scenario *s, FILE *to, enum diagnostic_format format, bool color)
{
	const struct diag *lists[] = {s->parse_diags.first, s->run_diags.first};

	for (unsigned i = 0; i < 2; i++) {
		for (const struct diag *d = lists[i]; d; d = d->next) {
			if (format == DIAGNOSTICS_JSON)
				diag_print_json(d, to);
			else
				diag_print_human(d, to, color);
		}
	}
}

void scenario_print_diagnostics(struct scenario *const *scenarios, unsigned nr, FILE *to,
				enum diagnostic_format format, bool color)
{
	bool first = true;

	if (format == DIAGNOSTICS_SARIF)
		diag_print_sarif_begin(to);
	for (unsigned i = 0; i < nr; i++) {
		if (format == DIAGNOSTICS_SARIF)
			first = diag_print_sarif_results(scenarios[i], to, first);
		else
			print_one(scenarios[i], to, format, color);
	}
	if (format == DIAGNOSTICS_SARIF)
		diag_print_sarif_end(to);
}

int diagnostic_format_by_name(const char *name)
{
	static const char *const names[] = {"human", "json", "sarif"};

	for (int i = 0; i < 3; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}
