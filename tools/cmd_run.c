/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"
#include "scenarios.h"

#include <stdlib.h>
#include <string.h>

struct run_arguments {
	struct scenario_run_options run;
	struct scenario_limits limits;
	enum scenario_format format;
	const char *tag;
	char **files;
	unsigned nr_files;
};

static int usage(FILE *out, int status)
{
	fputs("usage: irqlab run [OPTION…] FILE…\n\n"
	      "Runs each scenario in every combination of its matrix.\n\n"
	      "  --format=human|tap|ktap|junit|jsonl   the report, to standard output\n"
	      "  --bless             rewrite snapshots that differ; refused where CI is set\n"
	      "  --combination=\"stack=plain\"   run these combinations only\n"
	      "  --tag=WORD          run scenarios with this tag only\n"
	      "  --keep-going        carry on after a failed assertion\n"
	      "  --verbose           show each action and what followed, on standard error\n"
	      "\n",
	      out);
	fputs(limits_help, out);
	fputs("\nexit status: 0 passed, 1 an assertion failed, 2 a script is wrong, 3 irqlab itself\n"
	      "failed, 4 a limit was hit, 77 all were skipped\n",
	      out);
	return status;
}

/* Not an option that exists: false. */
static bool parse_option(struct run_arguments *a, const char *arg)
{
	const char *format = option_value(arg, "format");
	int which = format ? scenario_format_by_name(format) : 0;

	if (format) {
		a->format = (enum scenario_format)which;
		return which >= 0;
	}
	if (option_value(arg, "combination"))
		a->run.combination = option_value(arg, "combination");
	else if (option_value(arg, "tag"))
		a->tag = option_value(arg, "tag");
	else if (strcmp(arg, "--bless") == 0)
		a->run.bless = true;
	else if (strcmp(arg, "--keep-going") == 0)
		a->run.keep_going = true;
	else if (strcmp(arg, "--verbose") == 0)
		a->run.verbose = true;
	else
		return option_limit(arg, &a->limits);
	return true;
}

static bool parse_arguments(struct run_arguments *a, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0) {
			a->files[a->nr_files++] = argv[i];
		} else if (!parse_option(a, argv[i])) {
			fprintf(stderr, "irqlab run: no option \"%s\"\n", argv[i]);
			return false;
		}
	}
	return a->nr_files > 0;
}

static int run_files(struct run_arguments *a)
{
	struct scenario_report *report =
		scenario_report_begin(stdout, a->format, scenario_wants_color(stdout));

	if (!report)
		return SCENARIO_BROKEN;
	a->run.log = stderr;
	for (unsigned i = 0; i < a->nr_files; i++) {
		struct scenario *s = scenario_open(a->files[i], &a->limits);

		if (!s) {
			scenario_report_end(report);
			fputs("irqlab run: no memory\n", stderr);
			return SCENARIO_BROKEN;
		}
		if (!a->tag || scenario_has_tag(s, a->tag))
			scenario_report_run(report, s, &a->run);
		scenario_close(s);
	}
	return (int)scenario_report_end(report);
}

int cmd_run(int argc, char **argv)
{
	struct run_arguments a = {0};
	int status;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, STATUS_OK);
	a.files = calloc((size_t)argc, sizeof(*a.files));
	if (!a.files)
		return SCENARIO_BROKEN;
	status = parse_arguments(&a, argc, argv) ? run_files(&a) : usage(stderr, STATUS_USAGE);
	free(a.files);
	return status;
}
