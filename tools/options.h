/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TOOLS_OPTIONS_H
#define IRQLAB_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What the commands share in reading their arguments. */

/* Is --help or -h among them? */
bool asks_for_help(int argc, char **argv);
/* Value of --name=VALUE, or NULL. */
const char *option_value(const char *arg, const char *name);
/* A number, also 0x…, within these bounds; false: it is not. */
bool option_number(const char *text, uint32_t lowest, uint32_t highest, uint32_t *out);
/*
 * For an option that the command did not take, a line on standard error that says why: there is no
 * such option, it needs a value (`next`, the argument after it, or NULL), takes none, or not this
 * one. `help` names all that there are, those with a value as "--name=". Returns STATUS_USAGE.
 */
int option_refused(const char *command, const char *help, const char *arg, const char *next);
/* Anything else that is wrong with the arguments, likewise. */
int arguments_refused(const char *command, const char *what);

#endif
