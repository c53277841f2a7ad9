/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TOOLS_JOBS_H
#define IRQLAB_TOOLS_JOBS_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Tasks in processes of their own, several at a time; what they have to say comes back in the order
 * of the tasks, whichever ends first.
 */
struct jobs {
	unsigned nr_tasks;
	unsigned at_once; /* processes; at least 1 */
	/* In the process of the task. False: it could not be done. */
	bool (*work)(void *context, unsigned task, FILE *out);
	/* Here: what it wrote; NULL if its process did not come to its end, and then `why`. */
	void (*done)(void *context, unsigned task, const char *bytes, size_t length,
		     const char *why);
	/* Here, whenever something changed: how many are done, and the task begun last; or NULL. */
	void (*progress)(void *context, unsigned done, unsigned begun);
	void *context;
};
/* False: no memory. */
bool jobs_run(const struct jobs *jobs);
/* One for each CPU. */
unsigned jobs_for_all_cpus(void);

#endif
