/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/cmocka.h>

/* The files named on the command line as a CMocka group; the exit status is how many failed. */
int main(int argc, char **argv)
{
	const struct scenario_run_options options = {.keep_going = true};

	return run_scenario_group("group", (const char *const *)argv + 1, (size_t)argc - 1,
				  &options);
}
