/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 79 }; /* a longer line would wrap, and could not be erased */

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

static bool can_erase(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

void progress_begin(struct progress *p, unsigned total)
{
	*p = (struct progress){.wanted = can_erase() && !is_set("CI"), .total = total};
}

/* What the terminal would take for something else than a character. */
static void replace_control(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

/* A character of UTF-8 is not cut in two. */
static void cut(char *s, size_t width)
{
	if (strlen(s) <= width)
		return;
	while (width && ((unsigned char)s[width] & 0xc0) == 0x80)
		width--;
	s[width] = '\0';
}

void progress_show(struct progress *p, unsigned done, const char *what)
{
	char line[256];

	if (!p->wanted)
		return;
	snprintf(line, sizeof(line), "[%u/%u] %s", done, p->total, what);
	cut(line, WIDTH);
	replace_control(line);
	fprintf(stderr, "\r\033[K%s", line);
	fflush(stderr);
	p->shown = true;
}

void progress_erase(struct progress *p)
{
	if (!p->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->shown = false;
}
