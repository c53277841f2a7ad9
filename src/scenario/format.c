/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/report.h"

#include <stdlib.h>
#include <string.h>

/* One result in each format: for people, TAP, KTAP, JUnit, JSON lines. */

int scenario_format_by_name(const char *name)
{
	static const char *const names[] = {"human", "tap", "ktap", "junit", "jsonl"};

	for (int i = 0; i < 5; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static bool concerns(const struct diag *diag, const char *name)
{
	return !diag->combination || strstr(name, diag->combination);
}

static char *diagnostics_text(struct scenario *s, const char *prefix, const char *name)
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
		if (concerns(d, name))
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

static bool is_good(enum scenario_status status)
{
	return status == SCENARIO_PASSED || status == SCENARIO_SKIPPED;
}

/* ---- TAP ---- */

/* '#' begins a directive. */
static void tap_name(FILE *to, const char *name)
{
	for (; *name; name++) {
		if (*name == '#' || *name == '\\')
			fputc('\\', to);
		fputc(*name == '\n' ? ' ' : *name, to);
	}
}

/* A scenario without a title is called by its file's name anyway. */
static void tap_title(const struct result_writer *w, const char *name)
{
	const char *file = scenario_file(w->s);

	if (w->style->names_files && strcmp(scenario_title(w->s), file) != 0) {
		tap_name(w->to, file);
		fputs(": ", w->to);
	}
	tap_name(w->to, name);
}

static void tap_result(const struct result_writer *w, const struct scenario_result *result,
		       long *number)
{
	bool good = is_good(result->status), ktap = w->style->format == FORMAT_KTAP;
	char *text = good ? NULL : diagnostics_text(w->s, "# ", result->name);

	if (text && ktap)
		fputs(text, w->to);
	fprintf(w->to, "%sok ", good ? "" : "not ");
	*number = ftell(w->to);
	fputs(ktap ? " " : " - ", w->to);
	tap_title(w, result->name);
	if (result->status == SCENARIO_SKIPPED)
		fputs(" # SKIP", w->to);
	else if (!good && result->status != SCENARIO_FAILED)
		fprintf(w->to, ktap ? " # %s" : "\n# %s", scenario_status_name(result->status));
	if (result->reason) {
		fputc(' ', w->to);
		tap_name(w->to, result->reason);
	}
	fputc('\n', w->to);
	if (text && !ktap)
		fputs(text, w->to);
	free(text);
}

/* ---- JUnit ---- */

static void print_xml(FILE *to, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			fputs("&amp;", to);
			break;
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		default:
			if ((unsigned char)*s >= 0x20 || *s == '\n' || *s == '\t')
				fputc(*s, to);
		}
	}
}

static void junit_skipped(FILE *to, const char *reason)
{
	fputs("<skipped", to);
	if (reason) {
		fputs(" message=\"", to);
		print_xml(to, reason);
		fputs("\"", to);
	}
	fputs("/>", to);
}

static void junit_failure(const struct result_writer *w, const struct scenario_result *result)
{
	const char *element = result->status == SCENARIO_FAILED ? "failure" : "error";
	char *text = diagnostics_text(w->s, "", result->name);

	fprintf(w->to, "<%s message=\"%s\">", element, scenario_status_name(result->status));
	print_xml(w->to, text ? text : "");
	fprintf(w->to, "</%s>", element);
	free(text);
}

static void junit_result(const struct result_writer *w, const struct scenario_result *result)
{
	fputs("  <testcase classname=\"", w->to);
	print_xml(w->to, scenario_file(w->s));
	fputs("\" name=\"", w->to);
	print_xml(w->to, result->name);
	fputs("\">", w->to);
	if (result->status == SCENARIO_SKIPPED)
		junit_skipped(w->to, result->reason);
	else if (result->status != SCENARIO_PASSED)
		junit_failure(w, result);
	fputs("</testcase>\n", w->to);
}

/* ---- JSON lines, and for people ---- */

static void jsonl_result(const struct result_writer *w, const struct scenario_result *result)
{
	fputs("{\"type\":\"result\",\"file\":", w->to);
	print_json_string(w->to, scenario_file(w->s));
	fputs(",\"name\":", w->to);
	print_json_string(w->to, result->name);
	fprintf(w->to,
		",\"status\":\"%s\",\"actions\":%u,\"assertions\":%u,\"records\":%" PRIu64
		",\"tape\":\"%016" PRIx64 "%016" PRIx64 "\"",
		scenario_status_name(result->status), result->actions, result->assertions,
		result->records, result->tape.high, result->tape.low);
	if (result->reason) {
		fputs(",\"reason\":", w->to);
		print_json_string(w->to, result->reason);
	}
	fputs("}\n", w->to);
}

static void human_result(const struct result_writer *w, const struct scenario_result *result)
{
	static const char *const green = "\033[32m", *const red = "\033[31m",
				 *const off = "\033[0m";
	const char *color = result->status == SCENARIO_PASSED ? green : red;

	fprintf(w->to, "%s%-9s%s %s: %s%s%s\n", w->style->color ? color : "",
		scenario_status_name(result->status), w->style->color ? off : "",
		scenario_file(w->s), result->name, result->reason ? ": " : "",
		result->reason ? result->reason : "");
}

void result_write(const struct result_writer *w, const struct scenario_result *result, long *number)
{
	*number = ftell(w->to);
	switch (w->style->format) {
	case FORMAT_HUMAN:
		human_result(w, result);
		break;
	case FORMAT_TAP:
	case FORMAT_KTAP:
		tap_result(w, result, number);
		break;
	case FORMAT_JUNIT:
		junit_result(w, result);
		break;
	case FORMAT_JSONL:
		jsonl_result(w, result);
		break;
	}
}
