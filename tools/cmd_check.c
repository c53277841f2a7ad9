/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"
#include "options.h"
#include "scenarios.h"

#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: irqlab check [OPTION…] FILE…\n\n"
	"Validates scenarios in every combination of their matrix, without running them: text,\n"
	"names, bounds, and whether the machine can be built.\n\n"
	"  --diagnostics=human|json|sarif   human ones go to standard error, others to standard\n"
	"                                   output; --format= is the same\n\n" LIMITS_HELP;

static int check_files(char **files, unsigned nr, const struct scenario_limits *limits,
		       enum diagnostic_format format)
{
	struct scenario **scenarios = scenarios_open(files, nr, limits);
	enum scenario_status status = SCENARIO_PASSED;
	FILE *to = format == DIAGNOSTICS_HUMAN ? stderr : stdout;

	if (!scenarios) {
		fputs("irqlab check: no memory\n", stderr);
		return SCENARIO_BROKEN;
	}
	for (unsigned i = 0; i < nr; i++)
		status = scenario_status_worse(status, scenario_check(scenarios[i]));
	scenario_print_diagnostics(scenarios, nr, to, format, scenario_wants_color(to));
	scenarios_close(scenarios, nr);
	return (int)status;
}

int cmd_check(int argc, char **argv)
{
	struct scenario_limits limits = {0};
	int format = DIAGNOSTICS_HUMAN, first = 1;

	if (asks_for_help(argc, argv)) {
		fputs(help, stdout);
		return STATUS_OK;
	}
	for (; first < argc && argv[first][0] == '-'; first++) {
		const char *value = option_value(argv[first], "diagnostics");

		if (!value)
			value = option_value(argv[first], "format");
		if (value)
			format = diagnostic_format_by_name(value);
		if (format < 0 || (!value && !option_limit(argv[first], &limits)))
			return option_refused("check", help, argv[first],
					      first + 1 < argc ? argv[first + 1] : NULL);
	}
	if (first == argc)
		return arguments_refused("check", "no file is named");
	return check_files(argv + first, (unsigned)(argc - first), &limits,
			   (enum diagnostic_format)format);
}
