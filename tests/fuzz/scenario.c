/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Any text is a scenario, or is refused with diagnostics; its normal form means the same. */
#include <irqlab/scenario.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct scenario_limits limits = {
	.combinations = 16,
	.actions = 2000,
	.deliveries = 2000,
	.files = 1,
};

static void check_normal_form(struct scenario *s)
{
	char *text = scenario_normal_form(s);
	struct scenario *again;
	char *twice;

	if (!text)
		return;
	again = scenario_parse("normal.irq", text, strlen(text), &limits);
	if (again && !scenario_equal(s, again))
		abort();
	twice = again ? scenario_normal_form(again) : NULL;
	if (twice && strcmp(text, twice))
		abort();
	free(twice);
	scenario_close(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scenario *s = scenario_parse("fuzz.irq", (const char *)data, size, &limits);
	struct scenario_run_options options = {.keep_going = true};

	if (!s)
		return 0;
	check_normal_form(s);
	if (scenario_check(s) == SCENARIO_PASSED)
		scenario_run(s, &options, NULL);
	else if (!scenario_diagnostics(s))
		abort();
	scenario_close(s);
	return 0;
}
