/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#define UNIT_TESTING 1 /* CMocka's own malloc() and free() must not get in the way */
#include <irqlab/cmocka.h>

int main(int argc, char **argv)
{
	return run_scenario_group("consumer", (const char *const *)argv + 1, (size_t)argc - 1,
				  NULL);
}
