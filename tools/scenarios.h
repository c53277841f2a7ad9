/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TOOLS_SCENARIOS_H
#define IRQLAB_TOOLS_SCENARIOS_H

#include <irqlab/scenario.h>

/* What the commands that read scenarios share. */

/* Parses `--nesting=N` and the like into limits. False: no limit's option, or not a number. */
bool option_limit(const char *arg, struct scenario_limits *limits);
/* "key=value …"; false: it is not that. */
bool option_combination(const char *value, struct scenario_run_options *options);
/* Opens them all; NULL: no memory. */
struct scenario **scenarios_open(char **files, unsigned nr, const struct scenario_limits *limits);
void scenarios_close(struct scenario **scenarios, unsigned nr);

#define LIMITS_HELP                                                                                \
	"limits, each with its default (docs/language.md explains them):\n"                        \
	"  --file-bytes=1048576 --line-bytes=4096 --nesting=32 --files=64\n"                       \
	"  --statements=65536 --combinations=4096 --work=16777216 --errors=20\n"                   \
	"  --actions=1000000 --deliveries=100000 --tape=65536\n"

#endif
