/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/check.h"

#include <stdlib.h>
#include <string.h>

/* Reports of many scenarios: for people, TAP, KTAP, JUnit, JSON lines. */

struct scenario_report {
	FILE *to;
	enum scenario_format format;
	bool color;
	unsigned nr; /* results so far */
	struct scenario_totals totals;
	enum scenario_status status; /* the worst but skipped */
	struct text junit;	     /* test cases: their number comes first */
	struct scenario *s;	     /* that is running */
	struct scenario_run_options options;
};

int scenario_format_by_name(const char *name)
{
	static const char *const names[] = {"human", "tap", "ktap", "junit", "jsonl"};

	for (int i = 0; i < 5; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

struct scenario_report *scenario_report_begin(FILE *to, enum scenario_format format, bool color)
{
	struct scenario_report *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->to = to;
	r->format = format;
	r->color = color;
	if (format == FORMAT_TAP)
		fputs("TAP version 14\n", to);
	else if (format == FORMAT_KTAP)
		fputs("KTAP version 1\n", to);
	return r;
}

/* ---- the diagnostics of one scenario, as text ---- */

static char *diagnostics_text(struct scenario *s, const char *prefix, const char *combination)
{
	char *plain = NULL, *line, *rest;
	size_t size = 0;
	FILE *f = open_memstream(&plain, &size);
	struct text out = {0};

	if (!f)
		return NULL;
	for (const struct diag *d = s->parse_diags.first; d; d = d->next)
		diag_print_human(d, f, false);
	for (const struct diag *d = s->run_diags.first; d; d = d->next)
		if (!combination || !d->combination || strstr(combination, d->combination))
			diag_print_human(d, f, false);
	if (fclose(f) || !plain)
		return plain;
	rest = plain;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			text_printf(&out, "%s%s\n", prefix, line);
	free(plain);
	return out.data;
}

/* ---- formats ---- */

/* '#' begins a directive in TAP. */
static void tap_name(FILE *to, const char *name)
{
	for (; *name; name++) {
		if (*name == '#' || *name == '\\')
			fputc('\\', to);
		fputc(*name == '\n' ? ' ' : *name, to);
	}
}

static void tap_result(struct scenario_report *r, const struct scenario_result *result)
{
	const char *name = result->name;
	enum scenario_status status = result->status;
	bool good = status == SCENARIO_PASSED || status == SCENARIO_SKIPPED;
	char *text = good ? NULL : diagnostics_text(r->s, "# ", name);

	if (text && r->format == FORMAT_KTAP)
		fputs(text, r->to);
	fprintf(r->to, "%sok %u ", good ? "" : "not ", r->nr);
	if (r->format == FORMAT_TAP)
		fputs("- ", r->to);
	tap_name(r->to, name);
	if (status == SCENARIO_SKIPPED) {
		fputs(" # SKIP", r->to);
		if (result->reason)
			fputc(' ', r->to), tap_name(r->to, result->reason);
	} else if (!good && status != SCENARIO_FAILED) {
		fprintf(r->to, r->format == FORMAT_TAP ? "\n# %s" : " # %s",
			scenario_status_name(status));
	}
	fputc('\n', r->to);
	if (text && r->format == FORMAT_TAP)
		fputs(text, r->to);
	free(text);
}

static void xml_text(struct text *to, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			text_puts(to, "&amp;");
			break;
		case '<':
			text_puts(to, "&lt;");
			break;
		case '>':
			text_puts(to, "&gt;");
			break;
		case '"':
			text_puts(to, "&quot;");
			break;
		default:
			if ((unsigned char)*s >= 0x20 || *s == '\n' || *s == '\t')
				text_add(to, s, 1);
		}
	}
}

static void junit_skipped(struct text *to, const char *reason)
{
	text_puts(to, "<skipped");
	if (reason) {
		text_puts(to, " message=\"");
		xml_text(to, reason);
		text_puts(to, "\"");
	}
	text_puts(to, "/>");
}

static void junit_result(struct scenario_report *r, const struct scenario_result *result)
{
	const char *name = result->name;
	enum scenario_status status = result->status;
	char *text;

	text_puts(&r->junit, "  <testcase classname=\"");
	xml_text(&r->junit, scenario_file(r->s));
	text_puts(&r->junit, "\" name=\"");
	xml_text(&r->junit, name);
	text_puts(&r->junit, "\">");
	if (status == SCENARIO_SKIPPED) {
		junit_skipped(&r->junit, result->reason);
	} else if (status != SCENARIO_PASSED) {
		const char *element = status == SCENARIO_FAILED ? "failure" : "error";

		text = diagnostics_text(r->s, "", name);
		text_printf(&r->junit, "<%s message=\"%s\">", element,
			    scenario_status_name(status));
		xml_text(&r->junit, text ? text : "");
		text_printf(&r->junit, "</%s>", element);
		free(text);
	}
	text_puts(&r->junit, "</testcase>\n");
}

static void jsonl_result(struct scenario_report *r, const struct scenario_result *result)
{
	fputs("{\"type\":\"result\",\"file\":", r->to);
	print_json_string(r->to, scenario_file(r->s));
	fputs(",\"name\":", r->to);
	print_json_string(r->to, result->name);
	fprintf(r->to,
		",\"status\":\"%s\",\"actions\":%u,\"assertions\":%u,\"records\":%" PRIu64
		",\"tape\":\"%016" PRIx64 "%016" PRIx64 "\"",
		scenario_status_name(result->status), result->actions, result->assertions,
		result->records, result->tape.high, result->tape.low);
	if (result->reason) {
		fputs(",\"reason\":", r->to);
		print_json_string(r->to, result->reason);
	}
	fputs("}\n", r->to);
}

static void human_result(struct scenario_report *r, const struct scenario_result *result)
{
	static const char *const green = "\033[32m", *const red = "\033[31m",
				 *const off = "\033[0m";
	enum scenario_status status = result->status;
	bool good = status == SCENARIO_PASSED;

	fprintf(r->to, "%s%-9s%s %s: %s%s%s\n",
		!r->color ? ""
		: good	  ? green
			  : red,
		scenario_status_name(status), r->color ? off : "", scenario_file(r->s),
		result->name, result->reason ? ": " : "", result->reason ? result->reason : "");
}

static void report_result(struct scenario_report *r, const struct scenario_result *result)
{
	r->nr++;
	switch (r->format) {
	case FORMAT_HUMAN:
		human_result(r, result);
		break;
	case FORMAT_TAP:
	case FORMAT_KTAP:
		tap_result(r, result);
		break;
	case FORMAT_JUNIT:
		junit_result(r, result);
		break;
	case FORMAT_JSONL:
		jsonl_result(r, result);
		break;
	}
}

static void on_done(void *context, const struct scenario_result *result, struct machine *m)
{
	struct scenario_report *r = context;

	report_result(r, result);
	if (r->options.done)
		r->options.done(r->options.context, result, m);
}

static void on_begin(void *context, const char *name, struct machine *m)
{
	struct scenario_report *r = context;

	if (r->options.begin)
		r->options.begin(r->options.context, name, m);
}

/* A scenario that never ran is one result of its own. */
static void report_whole(struct scenario_report *r, enum scenario_status status)
{
	struct scenario_result result = {.name = scenario_title(r->s), .status = status};

	report_result(r, &result);
}

static void print_diagnostics(struct scenario_report *r)
{
	struct scenario *const one[] = {r->s};

	if (r->format == FORMAT_HUMAN)
		scenario_print_diagnostics(one, 1, r->to, DIAGNOSTICS_HUMAN, r->color);
	else if (r->format == FORMAT_JSONL)
		scenario_print_diagnostics(one, 1, r->to, DIAGNOSTICS_JSON, false);
}

enum scenario_status scenario_report_run(struct scenario_report *r, struct scenario *s,
					 const struct scenario_run_options *options)
{
	struct scenario_totals totals = {0};
	enum scenario_status status;
	unsigned before = r->nr;

	r->s = s;
	r->options = options ? *options : (struct scenario_run_options){0};
	if (options) {
		struct scenario_run_options mine = *options;

		mine.done = on_done;
		mine.begin = on_begin;
		mine.context = r;
		status = scenario_run(s, &mine, &totals);
	} else {
		struct scenario_run_options mine = {.done = on_done, .context = r};

		status = scenario_run(s, &mine, &totals);
	}
	if (r->nr == before)
		report_whole(r, status);
	print_diagnostics(r);
	r->totals.passed += totals.passed;
	r->totals.failed += totals.failed;
	r->totals.skipped += totals.skipped;
	if (status != SCENARIO_SKIPPED)
		r->status = scenario_status_worse(r->status, status);
	return status;
}

enum scenario_status scenario_report_end(struct scenario_report *r)
{
	enum scenario_status status = status_of_all(r->status, &r->totals);

	switch (r->format) {
	case FORMAT_HUMAN:
		fprintf(r->to, "%u passed, %u failed, %u skipped\n", r->totals.passed,
			r->totals.failed, r->totals.skipped);
		break;
	case FORMAT_TAP:
	case FORMAT_KTAP:
		fprintf(r->to, "1..%u\n", r->nr);
		break;
	case FORMAT_JUNIT:
		fprintf(r->to,
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<testsuite name=\"irqlab\" tests=\"%u\" failures=\"%u\" skipped=\"%u\">\n"
			"%s</testsuite>\n",
			r->nr, r->totals.failed, r->totals.skipped, text_string(&r->junit));
		break;
	case FORMAT_JSONL:
		fprintf(r->to, "{\"type\":\"total\",\"passed\":%u,\"failed\":%u,\"skipped\":%u}\n",
			r->totals.passed, r->totals.failed, r->totals.skipped);
		break;
	}
	text_free(&r->junit);
	free(r);
	return status;
}
