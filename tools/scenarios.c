/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenarios.h"

#include "options.h"

#include <stdlib.h>
#include <string.h>

bool option_limit(const char *arg, struct scenario_limits *limits)
{
	uint32_t file_bytes;
	const struct {
		const char *name;
		uint32_t *value;
	} options[] = {
		{"file-bytes", &file_bytes},
		{"line-bytes", &limits->line_bytes},
		{"nesting", &limits->nesting},
		{"files", &limits->files},
		{"statements", &limits->statements},
		{"combinations", &limits->combinations},
		{"actions", &limits->actions},
		{"deliveries", &limits->deliveries},
		{"errors", &limits->errors},
		{"work", &limits->work},
		{"tape", &limits->tape},
	};

	for (unsigned i = 0; i < sizeof(options) / sizeof(*options); i++) {
		const char *value = option_value(arg, options[i].name);

		if (!value)
			continue;
		if (!option_number(value, 1, UINT32_MAX, options[i].value))
			return false;
		if (i == 0)
			limits->file_bytes = file_bytes;
		return true;
	}
	return false;
}

bool option_combination(const char *value, struct scenario_run_options *options)
{
	bool any = false;

	options->combination = value;
	for (value += strspn(value, " "); *value; value += strspn(value, " ")) {
		size_t length = strcspn(value, " "), key = strcspn(value, " =");

		if (!key || key + 1 >= length)
			return false;
		value += length;
		any = true;
	}
	return any;
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
