/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_SOURCE_H
#define IRQLAB_SCENARIO_SOURCE_H

#include "scenario/ast.h"

/*
 * A copy of the text. NULL, with a diagnostic at `where`, if limits forbid it.
 */
struct source *source_add(struct scenario *s, const char *name, const char *text, size_t size,
			  struct span where);
/*
 * Reads a file. NULL, with a diagnostic at `where`: not readable, or larger than
 * the limits permit, or (from where.source) it includes itself.
 */
struct source *source_read(struct scenario *s, const char *path, struct span where);
/* Path of `name` seen from the folder of `from`. */
const char *source_relative(struct scenario *s, const struct source *from, const char *name);

#endif
