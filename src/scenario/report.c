/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/report.h"

#include "scenario/check.h"

#include <stdlib.h>
#include <string.h>

/* Reports of many scenarios: each gives a part, and the parts are written in order. */

struct scenario_report {
	FILE *to, *diagnostics; /* NULL: none */
	struct report_style style;
	unsigned nr; /* results so far */
	struct scenario_totals totals;
	enum scenario_status status; /* the worst but skipped */
	struct text junit;	     /* test cases: their number comes first */
	bool has_diagnostics;
};

/* ---- a part ---- */

struct part_maker {
	struct report_part *part;
	struct result_writer w;
	FILE *numbers;
	const struct scenario_run_options *options;
	enum scenario_status reported; /* the worst so far */
};

static void make_result(struct part_maker *maker, const struct scenario_result *result)
{
	long at;
	uint64_t number;

	result_write(&maker->w, result, &at);
	number = (uint64_t)at;
	fwrite(&number, sizeof(number), 1, maker->numbers);
	maker->part->results++;
	if (result->status != SCENARIO_SKIPPED)
		maker->reported = scenario_status_worse(maker->reported, result->status);
}

static void on_done(void *context, const struct scenario_result *result, struct machine *m)
{
	struct part_maker *maker = context;

	make_result(maker, result);
	if (maker->options->done)
		maker->options->done(maker->options->context, result, m);
}

static void on_begin(void *context, const char *name, struct machine *m)
{
	struct part_maker *maker = context;

	if (maker->options->begin)
		maker->options->begin(maker->options->context, name, m);
}

/* What is not about a combination is a result of its own: a scenario that never ran. */
static void make_whole(struct part_maker *maker, enum scenario_status status)
{
	struct scenario_result result = {.name = scenario_title(maker->w.s), .status = status};

	make_result(maker, &result);
}

static void make_run(struct part_maker *maker)
{
	struct scenario_run_options mine = *maker->options;
	struct report_part *part = maker->part;
	struct scenario_totals totals = {0};
	unsigned counted;

	mine.done = on_done;
	mine.begin = on_begin;
	mine.context = maker;
	part->status = scenario_run(maker->w.s, &mine, &totals);
	part->passed = totals.passed;
	part->failed = totals.failed;
	part->skipped = totals.skipped;
	part->unmatched = totals.unmatched;
	counted = part->passed + part->failed + part->skipped;
	if (!part->results || (part->status != SCENARIO_SKIPPED && maker->reported != part->status))
		make_whole(maker, part->status);
	if (counted < part->results)
		part->failed += part->results - counted;
}

static void print_diagnostics(const struct part_maker *maker)
{
	struct scenario *s = maker->w.s;

	if (maker->w.style->format == FORMAT_HUMAN)
		scenario_print_diagnostics(&s, 1, maker->w.to, DIAGNOSTICS_HUMAN,
					   maker->w.style->color);
	else if (maker->w.style->format == FORMAT_JSONL)
		scenario_print_diagnostics(&s, 1, maker->w.to, DIAGNOSTICS_JSON, false);
}

static void print_besides(const struct part_maker *maker, FILE *to)
{
	struct scenario *s = maker->w.s;

	if (maker->w.style->besides == DIAGNOSTICS_JSON)
		scenario_print_diagnostics(&s, 1, to, DIAGNOSTICS_JSON, false);
	else if (maker->w.style->besides == DIAGNOSTICS_SARIF)
		diag_print_sarif_results(s, to, true);
}

static bool report_text_close(FILE *f)
{
	return f && !ferror(f) && !fclose(f);
}

bool report_part_make(struct report_part *part, const struct report_style *style,
		      struct scenario *s, const struct scenario_run_options *options)
{
	static const struct scenario_run_options defaults = {0};
	struct part_maker maker = {.part = part,
				   .w = {.style = style, .s = s},
				   .options = options ? options : &defaults};
	FILE *besides;
	bool good;

	*part = (struct report_part){0};
	maker.w.to = open_memstream(&part->report.bytes, &part->report.length);
	maker.numbers = open_memstream(&part->numbers.bytes, &part->numbers.length);
	besides = open_memstream(&part->diagnostics.bytes, &part->diagnostics.length);
	good = maker.w.to && maker.numbers && besides;
	if (good) {
		make_run(&maker);
		print_diagnostics(&maker);
		print_besides(&maker, besides);
	}
	good &= report_text_close(maker.w.to);
	good &= report_text_close(maker.numbers);
	good &= report_text_close(besides);
	if (!good)
		report_part_free(part);
	return good;
}

bool report_part_broken(struct report_part *part, const struct report_style *style,
			const char *file, const char *why)
{
	struct scenario *s = scenario_not_run(file, why);
	bool good = s && report_part_make(part, style, s, NULL);

	scenario_close(s);
	return good;
}

void report_part_free(struct report_part *part)
{
	free(part->report.bytes);
	free(part->diagnostics.bytes);
	free(part->numbers.bytes);
	*part = (struct report_part){0};
}

/* ---- the whole ---- */

struct scenario_report *scenario_report_begin(FILE *to, enum scenario_format format, bool color)
{
	struct scenario_report *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->to = to;
	r->style.format = format;
	r->style.color = color;
	if (to && format == FORMAT_TAP)
		fputs("TAP version 14\n", to);
	else if (to && format == FORMAT_KTAP)
		fputs("KTAP version 1\n", to);
	return r;
}

void scenario_report_diagnostics(struct scenario_report *r, FILE *to, enum diagnostic_format format)
{
	r->diagnostics = to;
	r->style.besides = format;
	if (format == DIAGNOSTICS_SARIF)
		diag_print_sarif_begin(to);
}

void scenario_report_name_files(struct scenario_report *r)
{
	r->style.names_files = true;
}

const struct report_style *report_style_of(const struct scenario_report *r)
{
	return &r->style;
}

/* The number of each result goes where it belongs. */
static void write_numbered(struct scenario_report *r, const struct report_part *part)
{
	size_t at = 0;

	for (uint32_t i = 0; i < part->results; i++) {
		uint64_t number;

		memcpy(&number, part->numbers.bytes + i * sizeof(number), sizeof(number));
		fwrite(part->report.bytes + at, 1, (size_t)number - at, r->to);
		fprintf(r->to, "%u", ++r->nr);
		at = (size_t)number;
	}
	fwrite(part->report.bytes + at, 1, part->report.length - at, r->to);
}

static void write_report(struct scenario_report *r, const struct report_part *part)
{
	switch (r->style.format) {
	case FORMAT_TAP:
	case FORMAT_KTAP:
		write_numbered(r, part);
		break;
	case FORMAT_JUNIT:
		text_add(&r->junit, part->report.bytes, part->report.length);
		r->nr += part->results;
		break;
	default:
		fwrite(part->report.bytes, 1, part->report.length, r->to);
		r->nr += part->results;
	}
}

static void write_diagnostics(struct scenario_report *r, const struct report_part *part)
{
	if (!r->diagnostics || !part->diagnostics.length)
		return;
	if (r->style.besides == DIAGNOSTICS_SARIF && r->has_diagnostics)
		fputc(',', r->diagnostics);
	fwrite(part->diagnostics.bytes, 1, part->diagnostics.length, r->diagnostics);
	r->has_diagnostics = true;
}

void report_part_write(struct scenario_report *r, const struct report_part *part)
{
	if (r->to)
		write_report(r, part);
	write_diagnostics(r, part);
	r->totals.passed += part->passed;
	r->totals.failed += part->failed;
	r->totals.skipped += part->skipped;
	if (part->status != SCENARIO_SKIPPED)
		r->status = scenario_status_worse(r->status, part->status);
}

enum scenario_status scenario_report_run(struct scenario_report *r, struct scenario *s,
					 const struct scenario_run_options *options)
{
	struct report_part part;
	enum scenario_status status;

	if (!report_part_make(&part, &r->style, s, options)) {
		r->status = SCENARIO_BROKEN;
		return SCENARIO_BROKEN;
	}
	report_part_write(r, &part);
	status = part.status;
	report_part_free(&part);
	return status;
}

static void write_end(struct scenario_report *r)
{
	switch (r->style.format) {
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
}

enum scenario_status scenario_report_end(struct scenario_report *r)
{
	enum scenario_status status =
		r->junit.failed ? SCENARIO_BROKEN : status_of_all(r->status, &r->totals);

	if (r->to)
		write_end(r);
	if (r->style.besides == DIAGNOSTICS_SARIF)
		diag_print_sarif_end(r->diagnostics);
	text_free(&r->junit);
	free(r);
	return status;
}
