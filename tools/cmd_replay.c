/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"
#include "options.h"
#include "progress.h"
#include "replay/as_scenario.h"
#include "replay/replay.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: irqlab replay [OPTION…] FILE…\n"
	"\n"
	"Builds the machine that a recording describes (.jsonl or .jsonl.xz), performs its\n"
	"operations, and compares return values, writes, deliveries and the whole state.\n"
	"\n"
	"  -n, --differences N   print the first N differences of a file (default 5)\n"
	"  -s, --summary         one line a file, and the total\n"
	"  -j, --json            one JSON object with everything\n"
	"  -c, --categories LIST compare only these: returns, writes, irqs, matrix, vectors,\n"
	"                        irt, devs, deliveries, start, hw, trace\n"
	"  -t, --trace           compare the order of internal events, and the steps of\n"
	"                        remapping units, too\n"
	"  -b, --boot            make the machine from the header alone and start it as a\n"
	"                        live one does, and compare that with the start state\n"
	"      --as-scenario     do not replay: print one recording as a scenario, with what the\n"
	"                        live kernel had as expectations. Only of x86 machines (q35)\n"
	"                        in whose boot no stock drivers took part: 1, and nothing\n"
	"                        printed, of others\n"
	"      --invariants      check after each operation that the machine is consistent\n"
	"      --lenient         only what a line records, not what should be unchanged\n"
	"      --allow-unsupported\n"
	"                        a recording of a machine that cannot be built is no failure\n"
	"  -h, --help\n"
	"\n"
	"A value is a scalar or a list of the recording; each write and each delivery is one.\n"
	"What lines record is counted first; `unchanged` counts what no line touched.\n"
	"Exit status: 0 if every file is exact (or, for recordings without operations, loaded\n"
	"and exact), 1 if not, 2 for bad arguments and files that are no recordings, 3 for files\n"
	"that cannot be read.\n";

enum { OPTION_LENIENT = 256, OPTION_ALLOW_UNSUPPORTED, OPTION_AS_SCENARIO, OPTION_INVARIANTS };

static const struct option options[] = {
	{"differences", required_argument, NULL, 'n'},
	{"summary", no_argument, NULL, 's'},
	{"json", no_argument, NULL, 'j'},
	{"categories", required_argument, NULL, 'c'},
	{"trace", no_argument, NULL, 't'},
	{"boot", no_argument, NULL, 'b'},
	{"as-scenario", no_argument, NULL, OPTION_AS_SCENARIO},
	{"invariants", no_argument, NULL, OPTION_INVARIANTS},
	{"lenient", no_argument, NULL, OPTION_LENIENT},
	{"allow-unsupported", no_argument, NULL, OPTION_ALLOW_UNSUPPORTED},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

struct settings {
	struct replay_options replay;
	bool summary, json, allow_unsupported, as_scenario;
};

static int bad(const char *what, const char *value)
{
	fprintf(stderr, "irqlab replay: %s%s%s; see `irqlab replay --help`\n", what,
		value ? ": " : "", value ? value : "");
	return STATUS_USAGE;
}

static int parse_count(const char *text, unsigned *out)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (end == text || *end || number > 1000000)
		return bad("not a number of 0 to 1000000", text);
	*out = (unsigned)number;
	return 0;
}

static int parse_categories(char *list, uint32_t *out)
{
	char *rest = NULL;

	for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		int category = category_by_name(name);

		if (category < 0)
			return bad("no such category", name);
		*out |= UINT32_C(1) << category;
	}
	return 0;
}

/* A long one, or a letter among others: that is in `optopt`. */
static int unknown_option(const char *arg)
{
	const char letter[] = {'-', (char)optopt, '\0'};

	return option_refused("replay", help, strncmp(arg, "--", 2) == 0 ? arg : letter, NULL);
}

/* −1: go on; otherwise the exit status. */
static int parse_options(int argc, char **argv, struct settings *settings)
{
	int option, status = 0;

	optind = 1;
	opterr = 0;
	while (!status && (option = getopt_long(argc, argv, ":n:sjc:tbh", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			status = parse_count(optarg, &settings->replay.max_differences);
			break;
		case 's':
			settings->summary = true;
			break;
		case 'j':
			settings->json = true;
			break;
		case 'c':
			status = parse_categories(optarg, &settings->replay.categories);
			break;
		case 't':
			settings->replay.trace = true;
			break;
		case 'b':
			settings->replay.boot = true;
			break;
		case OPTION_AS_SCENARIO:
			settings->as_scenario = true;
			break;
		case OPTION_INVARIANTS:
			settings->replay.invariants = true;
			break;
		case OPTION_LENIENT:
			settings->replay.lenient = true;
			break;
		case OPTION_ALLOW_UNSUPPORTED:
			settings->allow_unsupported = true;
			break;
		case 'h':
			fputs(help, stdout);
			return STATUS_OK;
		case ':':
			return bad("a value is missing after", argv[argc - 1]);
		default:
			return unknown_option(argv[optind - 1]);
		}
	}
	if (!status && optind == argc)
		status = bad("no file is named", NULL);
	return status ? status : -1;
}

static int exit_status(const struct settings *settings, const struct replay_summary *summary)
{
	if (summary->files[REPLAY_UNREADABLE])
		return STATUS_BROKEN;
	if (summary->files[REPLAY_MALFORMED])
		return STATUS_USAGE;
	if (summary->files[REPLAY_DIFFERS])
		return STATUS_FAILED;
	if (summary->files[REPLAY_UNSUPPORTED] && !settings->allow_unsupported)
		return STATUS_FAILED;
	return STATUS_OK;
}

static void print_file(const struct settings *settings, const struct replay_result *result)
{
	if (settings->summary)
		replay_print_line(stdout, result);
	else
		replay_print(stdout, result, settings->replay.max_differences);
	fflush(stdout);
}

static int print_scenario(const char *path)
{
	struct failure failure = {.file = path};
	int ret = recording_as_scenario(path, stdout, &failure);

	if (ret)
		fprintf(stderr, "irqlab replay: %s\n", failure.text);
	if (ret < 0)
		return failure.unreadable ? STATUS_BROKEN : STATUS_USAGE;
	return ret ? STATUS_FAILED : STATUS_OK;
}

static void replay_files(const struct settings *settings, char **paths, unsigned nr,
			 struct replay_summary *summary, json_t *files)
{
	struct progress progress;

	progress_begin(&progress, nr);
	for (unsigned i = 0; i < nr; i++) {
		struct replay_result result;

		progress_show(&progress, i, paths[i]);
		replay_file(paths[i], &settings->replay, &result);
		progress_erase(&progress);
		replay_summary_add(summary, &result);
		if (settings->json)
			json_array_append_new(files, replay_to_json(&result));
		else
			print_file(settings, &result);
		replay_result_free(&result);
	}
}

int cmd_replay(int argc, char **argv)
{
	struct settings settings = {.replay.max_differences = 5};
	struct replay_summary summary = {0};
	json_t *files;
	int status = parse_options(argc, argv, &settings);

	if (status >= 0)
		return status;
	if (settings.as_scenario)
		return optind + 1 == argc ? print_scenario(argv[optind])
					  : bad("a scenario is one recording", NULL);
	files = json_array();
	replay_files(&settings, argv + optind, (unsigned)(argc - optind), &summary, files);
	if (settings.json) {
		json_t *all = json_pack("{s:O,s:o}", "files", files, "summary",
					replay_summary_to_json(&summary));

		json_dumpf(all, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(all);
	} else {
		replay_print_summary(stdout, &summary);
	}
	json_decref(files);
	return exit_status(&settings, &summary);
}
