/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_FAILURE_H
#define IRQLAB_REPLAY_FAILURE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* Why a recording could not be read or used: "file:line: what". */
struct failure {
	const char *file;
	unsigned long line; /* 0: the file as a whole */
	bool unreadable;    /* the file is not there, or the host cannot read it */
	char text[400];
};

__attribute__((format(printf, 2, 3))) static inline int fail_at(struct failure *failure,
								const char *format, ...)
{
	int used = failure->line ? snprintf(failure->text, sizeof(failure->text),
					    "%.200s:%lu: ", failure->file, failure->line)
				 : snprintf(failure->text, sizeof(failure->text),
					    "%.200s: ", failure->file);
	va_list args;

	va_start(args, format);
	vsnprintf(failure->text + used, sizeof(failure->text) - (size_t)used, format, args);
	va_end(args);
	return -1;
}

#endif
