/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_REPLAY_FILES_H
#define IRQLAB_TESTS_REPLAY_FILES_H

#include <jansson.h>
#include <stddef.h>

/* Recordings for tests: real ones, and changed copies in a temporary file. */

/* All lines of ORACLE/name.jsonl.xz as a list. */
json_t *recording_lines(const char *name);

struct temporary {
	char path[64];
};
void temporary_write(struct temporary *file, const void *bytes, size_t size);
void temporary_write_lines(struct temporary *file, const json_t *lines);
void temporary_remove(struct temporary *file);

/*
 * The value at a path such as "3/irqs/0/vec/vector": names and list indexes.
 * `parent` and `last` (may be NULL) receive where it hangs.
 */
json_t *json_path(json_t *root, const char *path, json_t **parent, const char **last);
/* Puts a value there; text is JSON, or "-" to delete it. */
void json_patch(json_t *root, const char *path, const char *text);

#endif
