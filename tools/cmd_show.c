/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"
#include "options.h"
#include "scenario/check.h"
#include "scenario/diag.h"
#include "scenarios.h"

#include <irqlab/provider/software.h>
#include <irqlab/scenario.h>
#include <irqlab/view.h>
#include <stdlib.h>
#include <string.h>

/* Pictures of a machine at the end of a scenario. */

static void show_tape(struct machine *m, FILE *out)
{
	view_tape(m, out, 0, UINT64_MAX);
}

static const struct {
	const char *name, *text;
	void (*view)(struct machine *m, FILE *out);
	int (*view_irq)(struct machine *m, FILE *out, unsigned irq); /* instead, of one each */
	bool bare; /* nothing but the picture: for programs */
} pictures[] = {
	{"domains", "interrupt domains, as a tree", view_domains, NULL, false},
	{"irqs", "each interrupt with its levels, state and message", view_irqs, NULL, false},
	{"interrupts", "in the shape of /proc/interrupts", view_interrupts, NULL, false},
	{"vectors", "each CPU's vectors, and the matrix behind them", view_vectors, NULL, false},
	{"tape", "every write and event, in order", show_tape, NULL, false},
	{"path", "how an interrupt travels, each bit field decoded", NULL, view_path, false},
	{"debug", "an interrupt in the shape of Linux's debugfs", NULL, view_debug, false},
	{"json", "domains, devices and interrupts, a line of JSON a machine", view_json, NULL,
	 true},
	{"dot", "the same as a graph, for Graphviz", view_dot, NULL, true},
};
#define NR_PICTURES (sizeof(pictures) / sizeof(pictures[0]))

struct show {
	size_t picture;
	uint32_t irq; /* where each is a picture, if has_irq; else every interrupt that has a
			 handler */
	bool has_irq, found;
	unsigned shown, matched;
	struct scenario_run_options run;
	struct scenario_limits limits;
};

static void show_irqs(struct machine *m, FILE *out, struct show *show)
{
	for_each_used_irq (irq, m) {
		const struct irq_desc *desc = irq_to_desc(m, irq);

		if (show->has_irq ? irq != show->irq
				  : !desc->action || !desc->irq_common_data.msi_desc)
			continue;
		pictures[show->picture].view_irq(m, out, irq);
		fputc('\n', out);
		show->found = true;
	}
}

/* A line for each machine, so that several are JSON Lines; it says which one it is. */
static void show_json(struct machine *m, FILE *out, const char *name)
{
	char *text = NULL;
	size_t size = 0;
	FILE *lines = open_memstream(&text, &size);

	if (!lines)
		return;
	view_json(m, lines);
	fclose(lines);
	fputs("{\"name\":", out);
	print_json_string(out, name);
	fputc(',', out);
	for (size_t i = 1; i < size; i++) /* line ends are between members only */
		if (text[i] != '\n')
			fputc(text[i], out);
	fputc('\n', out);
	free(text);
}

static void show_machine(void *context, const struct scenario_result *result, struct machine *m)
{
	struct show *show = context;

	if (!m)
		return;
	if (show->shown++ && !pictures[show->picture].bare)
		putchar('\n');
	if (!pictures[show->picture].bare)
		printf("# %s\n", result->name);
	if (pictures[show->picture].view == view_json)
		show_json(m, stdout, result->name);
	else if (pictures[show->picture].view)
		pictures[show->picture].view(m, stdout);
	else
		show_irqs(m, stdout, show);
}

static const char options_help[] =
	"\n  --irq=N                  with path and debug: only this interrupt\n"
	"  --combination=KEY=VALUE  only these combinations of the matrix\n"
	"  --profile=linux-6.12|intended   as of `irqlab run`\n\n" LIMITS_HELP
	"\nExit status: as of `irqlab run`; 2 also if no machine has the interrupt.\n";

static int help(void)
{
	fputs("usage: irqlab show PICTURE [OPTION…] FILE…\n\n"
	      "Runs each scenario and draws its machine as it is at the end. Pictures:\n",
	      stdout);
	for (size_t i = 0; i < NR_PICTURES; i++)
		printf("  %-12s %s\n", pictures[i].name, pictures[i].text);
	fputs(options_help, stdout);
	return STATUS_OK;
}

static bool find_picture(struct show *show, const char *name)
{
	struct suggestion best = {0};

	for (show->picture = 0; show->picture < NR_PICTURES; show->picture++) {
		if (strcmp(pictures[show->picture].name, name) == 0)
			return true;
		suggestion_offer(&best, name, pictures[show->picture].name);
	}
	fprintf(stderr, "irqlab show: there is no picture '%s'", name);
	if (best.word)
		fprintf(stderr, "; did you mean '%s'?", best.word);
	fputc('\n', stderr);
	return false;
}

static bool parse_option(struct show *show, const char *arg)
{
	const char *value;

	if ((value = option_value(arg, "irq")))
		return show->has_irq = option_number(value, 0, UINT32_MAX, &show->irq);
	if ((value = option_value(arg, "combination")))
		return option_combination(value, &show->run);
	if ((value = option_value(arg, "profile")))
		return profile_by_name(value, &show->run.profile);
	return option_limit(arg, &show->limits);
}

/* Options may stand anywhere: what is none moves to the front of argv, and is counted. */
static int parse_arguments(struct show *show, int argc, char **argv)
{
	int nr = 0;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-') {
			argv[nr++] = argv[i];
		} else if (!parse_option(show, argv[i])) {
			option_refused("show", options_help, argv[i],
				       i + 1 < argc ? argv[i + 1] : NULL);
			return -1;
		}
	}
	if (nr < 2) {
		arguments_refused("show", "a picture and a file are needed");
		return -1;
	}
	if (!find_picture(show, argv[0]))
		return -1;
	if (show->has_irq && pictures[show->picture].view) {
		fputs("irqlab show: --irq goes with path and debug\n", stderr);
		return -1;
	}
	return nr;
}

static enum scenario_status show_file(struct show *show, const char *path)
{
	struct scenario *s = scenario_open(path, &show->limits);
	struct scenario_totals totals = {0};
	enum scenario_status status;

	if (!s) {
		fputs("irqlab show: no memory\n", stderr);
		return SCENARIO_BROKEN;
	}
	status = scenario_run(s, &show->run, &totals);
	fflush(stdout);
	scenario_print_diagnostics(&s, 1, stderr, DIAGNOSTICS_HUMAN, scenario_wants_color(stderr));
	scenario_close(s);
	show->matched += !totals.unmatched;
	return status;
}

/* What was asked for was nowhere. */
static bool found_nothing(const struct show *show)
{
	if (!show->matched)
		fprintf(stderr, "irqlab show: no scenario has a combination '%s'\n",
			show->run.combination);
	else if (show->has_irq && show->shown && !show->found)
		fprintf(stderr, "irqlab show: no machine has an interrupt %u\n", show->irq);
	else
		return false;
	return true;
}

int cmd_show(int argc, char **argv)
{
	struct show show = {.run = {.keep_going = true, .done = show_machine, .context = &show}};
	enum scenario_status worst = SCENARIO_PASSED;
	unsigned skipped = 0;
	int nr;

	if (asks_for_help(argc, argv))
		return help();
	nr = parse_arguments(&show, argc, argv);
	if (nr < 0)
		return STATUS_USAGE;
	for (int i = 1; i < nr; i++) {
		enum scenario_status status = show_file(&show, argv[i]);

		if (status == SCENARIO_SKIPPED)
			skipped++;
		else
			worst = scenario_status_worse(worst, status);
	}
	if (found_nothing(&show))
		worst = scenario_status_worse(worst, SCENARIO_INVALID);
	if (worst == SCENARIO_PASSED && skipped == (unsigned)nr - 1)
		worst = SCENARIO_SKIPPED;
	return (int)worst;
}
