/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TOOLS_SCENARIOS_H
#define IRQLAB_TOOLS_SCENARIOS_H

#include <irqlab/scenario.h>

/* What the commands that read scenarios share. */

/* Value of --name=VALUE, or NULL. */
const char *option_value(const char *arg, const char *name);
/* A number, also 0x…, within these bounds; false: it is not. */
bool option_number(const char *text, uint32_t lowest, uint32_t highest, uint32_t *out);
/* Parses `--nesting=N` and the like into limits. False: no limit's option, or not a number. */
bool option_limit(const char *arg, struct scenario_limits *limits);
/* "key=value …"; false: it is not that. */
bool option_combination(const char *value, struct scenario_run_options *options);
/* Opens them all; NULL: no memory. */
struct scenario **scenarios_open(char **files, unsigned nr, const struct scenario_limits *limits);
void scenarios_close(struct scenario **scenarios, unsigned nr);
extern const char limits_help[];

#endif
