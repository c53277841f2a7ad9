/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool room_for(struct scenario *s, size_t size, struct span where)
{
	if (s->nr_sources > s->limits.files) {
		diag_add(&s->parse_diags, DIAG_TOO_MANY_FILES, where, s->limits.files);
		return false;
	}
	if (size > s->limits.file_bytes - s->bytes) {
		diag_add(&s->parse_diags, DIAG_FILE_TOO_LARGE, where, s->limits.file_bytes);
		return false;
	}
	return true;
}

static struct source *source_append(struct scenario *s, const char *name, struct span where)
{
	struct source *source = stash_new(&s->stash, struct source);

	source->name = stash_string(&s->stash, name);
	source->text = "";
	source->number = s->nr_sources++;
	source->includer = where.source;
	source->include_line = where.line;
	*s->last_source = source;
	s->last_source = &source->next;
	return source;
}

struct source *source_add(struct scenario *s, const char *name, const char *text, size_t size,
			  struct span where)
{
	struct source *source = source_append(s, name, where);

	if (!where.source)
		where.source = source;
	if (!room_for(s, size, where))
		return NULL;
	source->text = stash_text(&s->stash, text, size);
	source->size = size;
	s->bytes += size;
	return source;
}

const char *source_relative(struct scenario *s, const struct source *from, const char *name)
{
	const char *slash = strrchr(from->name, '/');

	if (*name == '/' || !slash)
		return stash_string(&s->stash, name);
	return stash_printf(&s->stash, "%.*s%s", (int)(slash + 1 - from->name), from->name, name);
}

static bool includes_itself(const struct source *from, const struct stat *st)
{
	for (; from; from = from->includer)
		if (from->inode == st->st_ino && from->device == st->st_dev)
			return true;
	return false;
}

/* Reads to the end, at most one byte more than permitted; false with errno. */
static bool read_all(struct scenario *s, int fd, struct text *to)
{
	char buffer[16384];

	while (to->length <= s->limits.file_bytes - s->bytes) {
		ssize_t n = read(fd, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			return true;
		text_add(to, buffer, (size_t)n);
		if (to->failed) {
			errno = ENOMEM;
			return false;
		}
	}
	return true;
}

static void cannot_read(struct scenario *s, const char *path, struct span where, int error)
{
	enum diag_id id = where.source ? DIAG_INCLUDE_FAILED : DIAG_CANNOT_OPEN;

	diag_add(&s->parse_diags, id, where, path, strerror(error));
}

/* An included file must be a regular one: others may block. */
static int open_checked(const char *path, struct span where, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | (where.source ? O_NONBLOCK : 0));
	int error = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, st) < 0)
		error = errno;
	else if (S_ISDIR(st->st_mode))
		error = EISDIR;
	else if (where.source && !S_ISREG(st->st_mode))
		error = EINVAL;
	if (!error)
		return fd;
	close(fd);
	return -error;
}

struct source *source_read(struct scenario *s, const char *path, struct span where)
{
	struct source *source = NULL;
	struct text text = {0};
	struct stat st;
	int fd = open_checked(path, where, &st);

	if (fd < 0) {
		cannot_read(s, path, where, -fd);
		return NULL;
	}
	if (where.source && includes_itself(where.source, &st)) {
		diag_add(&s->parse_diags, DIAG_INCLUDE_CYCLE, where, path);
	} else if (!read_all(s, fd, &text)) {
		cannot_read(s, path, where, errno);
	} else {
		source = source_add(s, path, text_string(&text), text.length, where);
		if (source) {
			source->device = st.st_dev;
			source->inode = st.st_ino;
		}
	}
	text_free(&text);
	close(fd);
	return source;
}
