/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TOOLS_SCENARIOS_H
#define IRQLAB_TOOLS_SCENARIOS_H

#include <irqlab/scenario.h>

/* What the commands that read scenarios share. */

/* Value of --name=VALUE, or NULL. */
const char *option_value(const char *arg, const char *name);
/* Parses `--nesting=N` and the like into limits. False: no limit's option, or not a number. */
bool option_limit(const char *arg, struct scenario_limits *limits);
/* Opens them all; NULL: no memory. */
struct scenario **scenarios_open(char **files, unsigned nr, const struct scenario_limits *limits);
void scenarios_close(struct scenario **scenarios, unsigned nr);
extern const char limits_help[];

#endif
