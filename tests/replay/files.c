/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "replay/reader.h"

json_t *recording_lines(const char *name)
{
	struct failure failure = {0};
	struct reader *reader;
	json_t *lines = json_array(), *line;
	char path[400];

	snprintf(path, sizeof(path), "%s/%s.jsonl.xz", ORACLE, name);
	reader = reader_open(path, &READER_LIMITS, &failure);
	assert_non_null(reader);
	while (reader_next(reader, &line) > 0)
		json_array_append_new(lines, line);
	reader_close(reader);
	assert_true(json_array_size(lines) > 1);
	return lines;
}

void temporary_write(struct temporary *file, const void *bytes, size_t size)
{
	int fd;

	strcpy(file->path, "/tmp/irqlab-replay-XXXXXX");
	fd = mkstemp(file->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

void temporary_write_lines(struct temporary *file, const json_t *lines)
{
	size_t index;
	json_t *line;
	FILE *out;

	temporary_write(file, "", 0);
	out = fopen(file->path, "w");
	assert_non_null(out);
	json_array_foreach((json_t *)lines, index, line)
	{
		json_dumpf(line, out, JSON_COMPACT);
		fputc('\n', out);
	}
	assert_int_equal(fclose(out), 0);
}

void temporary_remove(struct temporary *file)
{
	unlink(file->path);
}

static json_t *step(json_t *from, const char *name)
{
	return json_is_array(from) ? json_array_get(from, strtoul(name, NULL, 10))
				   : json_object_get(from, name);
}

json_t *json_path(json_t *root, const char *path, json_t **parent, const char **last)
{
	char name[80];

	for (;;) {
		size_t length = strcspn(path, "/");

		assert_true(length < sizeof(name));
		memcpy(name, path, length);
		name[length] = 0;
		if (parent) {
			*parent = root;
			*last = path;
		}
		root = step(root, name);
		if (!path[length])
			return root;
		path += length + 1;
	}
}

void json_patch(json_t *root, const char *path, const char *text)
{
	json_t *parent, *value;
	const char *last;

	json_path(root, path, &parent, &last);
	assert_non_null(parent);
	if (!strcmp(text, "-")) {
		if (json_is_array(parent))
			json_array_remove(parent, strtoul(last, NULL, 10));
		else
			assert_int_equal(json_object_del(parent, last), 0);
		return;
	}
	value = json_loads(text, JSON_DECODE_ANY, NULL);
	assert_non_null(value);
	if (json_is_array(parent))
		assert_int_equal(json_array_set_new(parent, strtoul(last, NULL, 10), value), 0);
	else
		assert_int_equal(json_object_set_new(parent, last, value), 0);
}
