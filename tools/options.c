/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "options.h"

#include "commands.h"
#include "scenario/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

const char *option_value(const char *arg, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(arg, "--", 2) != 0 || strncmp(arg + 2, name, length) != 0 ||
	    arg[2 + length] != '=')
		return NULL;
	return arg + 3 + length;
}

bool option_number(const char *text, uint32_t lowest, uint32_t highest, uint32_t *out)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (errno || *end || *text < '0' || *text > '9' || value < lowest || value > highest)
		return false;
	*out = (uint32_t)value;
	return true;
}

/* ---- what is wrong ---- */

enum { NAME = 32 }; /* bytes of an option's name, with the NUL */

/* The name of the next option in a help text, "--name"; NULL: there is none. */
static const char *next_option(const char *help, char name[NAME], bool *has_value)
{
	const char *at = strstr(help, "--");
	size_t length;

	if (!at)
		return NULL;
	length = strspn(at, "-abcdefghijklmnopqrstuvwxyz");
	snprintf(name, NAME, "%.*s", (int)length, at);
	*has_value = at[length] == '=';
	return at + length;
}

int arguments_refused(const char *command, const char *what)
{
	fprintf(stderr, "irqlab %s: %s; see `irqlab %s --help`\n", command, what, command);
	return STATUS_USAGE;
}

static int no_option(const char *command, const char *help, const char *wanted)
{
	struct suggestion best = {0};
	char name[NAME], closest[NAME] = "", what[4 * NAME];
	bool has_value;

	while ((help = next_option(help, name, &has_value))) {
		suggestion_offer(&best, wanted + strspn(wanted, "-"), name + 2);
		if (best.word == name + 2) {
			strcpy(closest, name);
			best.word = closest;
		}
	}
	if (best.word)
		snprintf(what, sizeof(what), "no option '%s'; did you mean '%s'?", wanted,
			 best.word);
	else
		snprintf(what, sizeof(what), "no option '%s'", wanted);
	return arguments_refused(command, what);
}

int option_refused(const char *command, const char *help, const char *arg, const char *next)
{
	size_t length = strcspn(arg, "=");
	char wanted[NAME], name[NAME], what[256];
	bool has_value, gives_value = arg[length] == '=';
	const char *rest = help;

	snprintf(wanted, sizeof(wanted), "%.*s", (int)length, arg);
	while ((rest = next_option(rest, name, &has_value)))
		if (strcmp(name, wanted) == 0)
			break;
	if (!rest)
		return no_option(command, help, wanted);
	if (has_value && !gives_value)
		snprintf(what, sizeof(what), "%s needs a value: %s=%.128s", name, name,
			 next && *next != '-' ? next : "…");
	else if (!has_value && gives_value)
		snprintf(what, sizeof(what), "%s takes no value", name);
	else
		snprintf(what, sizeof(what), "wrong value: \"%.200s\"", arg);
	return arguments_refused(command, what);
}
