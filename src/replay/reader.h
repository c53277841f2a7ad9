/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_READER_H
#define IRQLAB_REPLAY_READER_H

#include "failure.h"
#include <jansson.h>
#include <stdint.h>

/*
 * A recording as a sequence of JSON objects, one a line; plain or xz, told apart
 * by the first bytes. Nothing in a file makes the reader use more memory or time
 * than the limits permit.
 */
struct reader_limits {
	size_t line_bytes;    /* longest line */
	uint64_t total_bytes; /* after decompression */
	uint64_t values;      /* JSON values in the whole file */
	unsigned depth;	      /* nesting */
};
#define READER_LIMITS                                                                              \
	((struct reader_limits){.line_bytes = 64u << 20,                                           \
				.total_bytes = UINT64_C(1) << 30,                                  \
				.values = UINT64_C(16) << 20,                                      \
				.depth = 16})

struct reader;

/* NULL with failure->text: cannot be opened, or no memory. `failure` is kept for line numbers. */
struct reader *reader_open(const char *path, const struct reader_limits *limits,
			   struct failure *failure);
/* 1 and an object that becomes the caller's; 0 at the end; −1 with failure->text. */
int reader_next(struct reader *reader, json_t **object);
void reader_close(struct reader *reader); /* NULL is permitted */

#endif
