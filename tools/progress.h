/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TOOLS_PROGRESS_H
#define IRQLAB_TOOLS_PROGRESS_H

#include <stdbool.h>

/*
 * A line on standard error that says how far long work has come: only where that is a terminal that
 * can erase it again, and not where CI is set.
 */
struct progress {
	bool wanted, shown;
	unsigned total;
};

void progress_begin(struct progress *p, unsigned total);
/* "[done/total] what" in place of what was there. */
void progress_show(struct progress *p, unsigned done, const char *what);
/* Before any other output, and at the end. */
void progress_erase(struct progress *p);

#endif
