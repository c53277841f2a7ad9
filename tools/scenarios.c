/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenarios.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *option_value(const char *arg, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(arg, "--", 2) != 0 || strncmp(arg + 2, name, length) != 0 ||
	    arg[2 + length] != '=')
		return NULL;
	return arg + 3 + length;
}

const char limits_help[] = "limits, each with its default:\n"
			   "  --file-bytes=1048576 --line-bytes=4096 --nesting=32 --files=64\n"
			   "  --statements=65536 --combinations=4096 --actions=1000000\n"
			   "  --deliveries=100000 --errors=20\n";

static bool number(const char *text, uint32_t *out)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (errno || *end || end == text || !value || value > UINT32_MAX || *text == '-')
		return false;
	*out = (uint32_t)value;
	return true;
}

bool option_limit(const char *arg, struct scenario_limits *limits)
{
	uint32_t file_bytes;
	const struct {
		const char *name;
		uint32_t *value;
	} options[] = {
		{"file-bytes", &file_bytes},	     {"line-bytes", &limits->line_bytes},
		{"nesting", &limits->nesting},	     {"files", &limits->files},
		{"statements", &limits->statements}, {"combinations", &limits->combinations},
		{"actions", &limits->actions},	     {"deliveries", &limits->deliveries},
		{"errors", &limits->errors},
	};

	for (unsigned i = 0; i < sizeof(options) / sizeof(*options); i++) {
		const char *value = option_value(arg, options[i].name);

		if (!value)
			continue;
		if (!number(value, options[i].value))
			return false;
		if (i == 0)
			limits->file_bytes = file_bytes;
		return true;
	}
	return false;
}

struct scenario **scenarios_open(char **files, unsigned nr, const struct scenario_limits *limits)
{
	struct scenario **out = calloc(nr ? nr : 1, sizeof(struct scenario *));

	for (unsigned i = 0; out && i < nr; i++) {
		out[i] = scenario_open(files[i], limits);
		if (!out[i]) {
			scenarios_close(out, i);
			return NULL;
		}
	}
	return out;
}

void scenarios_close(struct scenario **scenarios, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		scenario_close(scenarios[i]);
	free(scenarios);
}
