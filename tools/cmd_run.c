/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"
#include "jobs.h"
#include "options.h"
#include "progress.h"
#include "scenario/check.h"
#include "scenario/report.h"
#include "scenarios.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_JOBS = 1024 };

struct run_arguments {
	struct scenario_run_options run;
	struct scenario_limits limits;
	int format, diagnostics; /* −1: not asked for */
	const char *tag;
	bool or_skip; /* where nothing is selected */
	char **files;
	unsigned nr_files;
	uint32_t jobs;
};

struct run {
	const struct run_arguments *a;
	struct scenario_report *report;
	struct progress progress;
	unsigned selected, matched; /* files with the tag; those with a combination asked for */
	bool no_memory;
};

static const char help[] =
	"usage: irqlab run [OPTION…] FILE…\n\n"
	"Runs each scenario in every combination of its matrix.\n\n"
	"  --format=human|tap|ktap|junit|jsonl   the report, to standard output\n"
	"  --diagnostics=human|json|sarif        diagnostics for a program: to standard output\n"
	"                      instead of the report, or with --format= to standard error\n"
	"  -j N, --jobs=N      N files at a time, each in a process of its own; 0: as many as\n"
	"                      there are CPUs. 1 without this. What is printed is the same\n"
	"  --bless             rewrite snapshots that differ; refused where CI is set\n"
	"  --combination=\"stack=plain\"   run these combinations only; a file that has none is\n"
	"                      skipped\n"
	"  --tag=WORD          run scenarios with this tag only\n"
	"  --or-skip           if no file has the tag or combination: 77, as skipped, not 2\n"
	"  --profile=linux-6.12|intended   which switches are on, unless a scenario says it\n"
	"  --keep-going        carry on after a failed assertion\n"
	"  --verbose           show each action and what followed, on standard error\n"
	"\n" LIMITS_HELP
	"\nexit status: 0 passed, 1 an assertion failed, 2 a script is wrong, or no file has the\n"
	"tag or combination, 3 irqlab itself failed, 4 a limit was hit, 77 all were skipped\n";

/* ---- arguments ---- */

static bool parse_jobs(struct run_arguments *a, const char *text)
{
	if (!option_number(text, 0, MAX_JOBS, &a->jobs))
		return false;
	if (!a->jobs)
		a->jobs = jobs_for_all_cpus();
	return true;
}

static bool parse_word(struct run_arguments *a, const char *arg)
{
	if (strcmp(arg, "--bless") == 0)
		a->run.bless = true;
	else if (strcmp(arg, "--or-skip") == 0)
		a->or_skip = true;
	else if (strcmp(arg, "--keep-going") == 0)
		a->run.keep_going = true;
	else if (strcmp(arg, "--verbose") == 0)
		a->run.verbose = true;
	else
		return false;
	return true;
}

/* Not an option that exists, or not a value of it: false. */
static bool parse_option(struct run_arguments *a, const char *arg)
{
	const char *value;

	if ((value = option_value(arg, "format")))
		return (a->format = scenario_format_by_name(value)) >= 0;
	if ((value = option_value(arg, "diagnostics")))
		return (a->diagnostics = diagnostic_format_by_name(value)) >= 0;
	if ((value = option_value(arg, "jobs")))
		return parse_jobs(a, value);
	if ((value = option_value(arg, "combination")))
		return option_combination(value, &a->run);
	if ((value = option_value(arg, "profile")))
		return profile_by_name(value, &a->run.profile);
	if ((value = option_value(arg, "tag")))
		return *(a->tag = value);
	return parse_word(a, arg) || option_limit(arg, &a->limits);
}

/* 0, or STATUS_USAGE, with a line that says why. */
static int parse_arguments(struct run_arguments *a, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;

		if (strncmp(arg, "-j", 2) == 0) {
			if (!arg[2])
				i++;
			if (!parse_jobs(a, arg[2] ? arg + 2 : next ? next : ""))
				return arguments_refused("run", "-j needs a number of 0 to 1024");
		} else if (*arg != '-') {
			a->files[a->nr_files++] = argv[i];
		} else if (!parse_option(a, arg)) {
			return option_refused("run", help, arg, next);
		}
	}
	return a->nr_files ? 0 : arguments_refused("run", "no file is named");
}

/* ---- one file ---- */

struct file_result {
	bool selected;
	struct report_part part;
	struct report_text log;
};

/* A file that does not parse may have had the tag. */
static bool has_tag(const struct run_arguments *a, const struct scenario *s)
{
	return !a->tag || scenario_diagnostics(s) || scenario_has_tag(s, a->tag);
}

static bool run_file(const struct run *run, unsigned nr, FILE *log, struct file_result *out)
{
	struct scenario_run_options options = run->a->run;
	struct scenario *s = scenario_open(run->a->files[nr], &run->a->limits);
	bool good = s;

	options.log = log;
	*out = (struct file_result){0};
	if (s && has_tag(run->a, s)) {
		out->selected = true;
		good = report_part_make(&out->part, report_style_of(run->report), s, &options);
	}
	scenario_close(s);
	return good;
}

static void file_done(struct run *run, unsigned nr, struct file_result *result, const char *why)
{
	progress_erase(&run->progress);
	if (why) {
		result->selected = true;
		if (!report_part_broken(&result->part, report_style_of(run->report),
					run->a->files[nr], why))
			run->no_memory = true;
	}
	if (result->log.length)
		fwrite(result->log.bytes, 1, result->log.length, stderr);
	if (!result->selected)
		return;
	run->selected++;
	run->matched += !result->part.unmatched;
	report_part_write(run->report, &result->part);
}

/* ---- a file in a process of its own: what it has to say goes through a pipe ---- */

static bool send_text(FILE *to, const struct report_text *text)
{
	return fwrite(&text->length, sizeof(text->length), 1, to) == 1 &&
	       (!text->length || fwrite(text->bytes, text->length, 1, to) == 1);
}

static bool work(void *context, unsigned nr, FILE *to)
{
	struct file_result result;
	struct report_text log = {0};
	FILE *f = open_memstream(&log.bytes, &log.length);
	bool good = f && run_file(context, nr, f, &result);

	good &= f && !fclose(f);
	good = good && fwrite(&result, sizeof(result), 1, to) == 1 &&
	       send_text(to, &result.part.report) && send_text(to, &result.part.diagnostics) &&
	       send_text(to, &result.part.numbers) && send_text(to, &log);
	free(log.bytes);
	if (good)
		report_part_free(&result.part);
	return good;
}

static struct report_text receive_text(const char **at)
{
	struct report_text text;

	memcpy(&text.length, *at, sizeof(text.length));
	text.bytes = (char *)*at + sizeof(text.length);
	*at += sizeof(text.length) + text.length;
	return text;
}

static void receive(void *context, unsigned nr, const char *bytes, size_t length, const char *why)
{
	struct run *run = context;
	struct file_result result = {0};
	const char *at;

	(void)length;
	if (why) {
		file_done(run, nr, &result, why);
		report_part_free(&result.part);
		return;
	}
	memcpy(&result, bytes, sizeof(result));
	at = bytes + sizeof(result);
	result.part.report = receive_text(&at);
	result.part.diagnostics = receive_text(&at);
	result.part.numbers = receive_text(&at);
	result.log = receive_text(&at);
	file_done(run, nr, &result, NULL);
}

static void show_progress(void *context, unsigned done, unsigned begun)
{
	struct run *run = context;

	progress_show(&run->progress, done, run->a->files[begun]);
}

static void run_together(struct run *run)
{
	const struct jobs jobs = {
		.nr_tasks = run->a->nr_files,
		.at_once = run->a->jobs,
		.work = work,
		.done = receive,
		.progress = show_progress,
		.context = run,
	};

	run->no_memory |= !jobs_run(&jobs);
}

/* ---- all files ---- */

static void run_one_by_one(struct run *run)
{
	for (unsigned i = 0; i < run->a->nr_files && !run->no_memory; i++) {
		struct file_result result;

		if (!run->a->run.verbose)
			progress_show(&run->progress, i, run->a->files[i]);
		if (run_file(run, i, stderr, &result))
			file_done(run, i, &result, NULL);
		else
			run->no_memory = true;
		report_part_free(&result.part);
		fflush(stdout);
	}
}

static bool begin_report(struct run *run)
{
	const struct run_arguments *a = run->a;
	bool besides = a->diagnostics > DIAGNOSTICS_HUMAN;
	FILE *to = besides && a->format < 0 ? NULL : stdout;
	enum scenario_format format =
		a->format < 0 ? FORMAT_HUMAN : (enum scenario_format)a->format;

	run->report = scenario_report_begin(to, format, scenario_wants_color(stdout));
	if (run->report && a->nr_files > 1)
		scenario_report_name_files(run->report);
	if (run->report && besides)
		scenario_report_diagnostics(run->report, to ? stderr : stdout,
					    (enum diagnostic_format)a->diagnostics);
	return run->report;
}

static enum scenario_status nothing_run(const struct run *run)
{
	if (!run->selected)
		fprintf(stderr, "irqlab run: no scenario has the tag '%s'\n", run->a->tag);
	else
		fprintf(stderr, "irqlab run: no scenario has a combination '%s'\n",
			run->a->run.combination);
	return run->a->or_skip ? SCENARIO_SKIPPED : SCENARIO_INVALID;
}

static enum scenario_status run_files(const struct run_arguments *a)
{
	struct run run = {.a = a};
	enum scenario_status status;

	if (!begin_report(&run)) {
		fputs("irqlab run: no memory\n", stderr);
		return SCENARIO_BROKEN;
	}
	progress_begin(&run.progress, a->nr_files);
	if (a->jobs > 1)
		run_together(&run);
	else
		run_one_by_one(&run);
	progress_erase(&run.progress);
	status = scenario_report_end(run.report);
	if (run.no_memory) {
		fputs("irqlab run: no memory\n", stderr);
		return SCENARIO_BROKEN;
	}
	return run.matched ? status : nothing_run(&run);
}

int cmd_run(int argc, char **argv)
{
	struct run_arguments a = {.format = -1, .diagnostics = -1, .jobs = 1};
	int status;

	if (asks_for_help(argc, argv)) {
		fputs(help, stdout);
		return STATUS_OK;
	}
	a.files = calloc((size_t)argc, sizeof(*a.files));
	if (!a.files)
		return SCENARIO_BROKEN;
	status = parse_arguments(&a, argc, argv);
	if (a.jobs > a.nr_files || a.run.bless) /* two may bless a file that both include */
		a.jobs = a.run.bless ? 1 : a.nr_files;
	if (!status)
		status = (int)run_files(&a);
	free(a.files);
	return status;
}
