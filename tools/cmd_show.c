/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"

#include <errno.h>
#include <getopt.h>
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
	void (*view)(struct machine *m, FILE *out); /* NULL: paths */
} pictures[] = {
	{"domains", "interrupt domains, as a tree", view_domains},
	{"irqs", "each interrupt with its levels, state and message", view_irqs},
	{"interrupts", "in the shape of /proc/interrupts", view_interrupts},
	{"vectors", "each CPU's vectors, and the matrix behind them", view_vectors},
	{"tape", "every write and event, in order", show_tape},
	{"path", "how an interrupt travels, each bit field decoded", NULL},
};
#define NR_PICTURES (sizeof(pictures) / sizeof(pictures[0]))

struct show {
	size_t picture;
	unsigned irq; /* of `path`; 0: every interrupt that has a handler */
	unsigned shown;
};

static void show_paths(struct machine *m, FILE *out, unsigned only)
{
	for_each_used_irq (irq, m) {
		const struct irq_desc *desc = irq_to_desc(m, irq);

		if (only ? irq == only : desc->action && desc->irq_common_data.msi_desc) {
			view_path(m, out, irq);
			fputc('\n', out);
		}
	}
}

static void show_machine(void *context, const struct scenario_result *result, struct machine *m)
{
	struct show *show = context;

	if (!m)
		return;
	if (show->shown++)
		putchar('\n');
	printf("# %s\n", result->name);
	if (pictures[show->picture].view)
		pictures[show->picture].view(m, stdout);
	else
		show_paths(m, stdout, show->irq);
}

static int usage(FILE *out)
{
	fputs("usage: irqlab show PICTURE [OPTION…] FILE…\n\n"
	      "Runs each scenario and draws its machine as it is at the end. Pictures:\n",
	      out);
	for (size_t i = 0; i < NR_PICTURES; i++)
		fprintf(out, "  %-12s %s\n", pictures[i].name, pictures[i].text);
	fputs("\n  --irq=N                  with path: only this interrupt\n"
	      "  --combination=KEY=VALUE  only this combination of the matrix\n"
	      "  --help                   this text\n"
	      "\nExit status: as of `irqlab run`.\n",
	      out);
	return out == stdout ? STATUS_OK : STATUS_USAGE;
}

static int find_picture(const char *name)
{
	for (size_t i = 0; name && i < NR_PICTURES; i++)
		if (!strcmp(pictures[i].name, name))
			return (int)i;
	return -1;
}

static int show_file(const char *path, const struct scenario_run_options *options)
{
	struct scenario *s = scenario_open(path, NULL);
	enum scenario_status status;

	if (!s) {
		fprintf(stderr, "irqlab: out of memory\n");
		return SCENARIO_BROKEN;
	}
	status = scenario_run(s, options, NULL);
	scenario_print_diagnostics(&s, 1, stderr, DIAGNOSTICS_HUMAN, scenario_wants_color(stderr));
	scenario_close(s);
	return status;
}

int cmd_show(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"irq", required_argument, NULL, 'i'},
		{"combination", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct show show = {0};
	struct scenario_run_options options = {
		.keep_going = true, .done = show_machine, .context = &show};
	enum scenario_status worst = SCENARIO_PASSED;
	char *end;
	int picture, option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (option) {
		case 'i':
			show.irq = (unsigned)strtoul(optarg, &end, 0);
			if (*end || end == optarg) {
				fprintf(stderr, "irqlab show: --irq wants a number, not '%s'\n",
					optarg);
				return STATUS_USAGE;
			}
			break;
		case 'c':
			options.combination = optarg;
			break;
		case 'h':
			return usage(stdout);
		default:
			return usage(stderr);
		}
	}
	picture = find_picture(argv[optind]);
	if (picture < 0 || optind + 1 >= argc)
		return usage(stderr);
	show.picture = (size_t)picture;
	for (int i = optind + 1; i < argc; i++)
		worst = scenario_status_worse(worst, show_file(argv[i], &options));
	return (int)worst;
}
