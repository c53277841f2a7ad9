/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/stash.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)16 * 1024)

struct stash_block {
	struct stash_block *next;
	size_t used, room;
	alignas(16) char bytes[];
};

_Noreturn void stash_give_up(struct stash *s)
{
	longjmp(*s->out, 1);
}

static struct stash_block *block_add(struct stash *s, size_t size)
{
	size_t room = size > BLOCK_BYTES / 4 ? size : BLOCK_BYTES;
	struct stash_block *block = malloc(sizeof(*block) + room);

	if (!block)
		stash_give_up(s);
	block->used = 0;
	block->room = room;
	block->next = s->blocks;
	s->blocks = block;
	s->bytes += room;
	return block;
}

void *stash_alloc(struct stash *s, size_t size)
{
	struct stash_block *block = s->blocks;
	void *start;

	size = (size + 15) & ~(size_t)15;
	if (!block || block->room - block->used < size)
		block = block_add(s, size);
	start = block->bytes + block->used;
	block->used += size;
	return memset(start, 0, size);
}

char *stash_text(struct stash *s, const char *text, size_t length)
{
	char *copy = stash_alloc(s, length + 1);

	if (length)
		memcpy(copy, text, length);
	return copy;
}

char *stash_string(struct stash *s, const char *text)
{
	return stash_text(s, text, strlen(text));
}

char *stash_vprintf(struct stash *s, const char *format, va_list args)
{
	va_list again;
	int length;
	char *out;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		length = 0;
	out = stash_alloc(s, (size_t)length + 1);
	vsnprintf(out, (size_t)length + 1, format, args);
	return out;
}

char *stash_printf(struct stash *s, const char *format, ...)
{
	va_list args;
	char *out;

	va_start(args, format);
	out = stash_vprintf(s, format, args);
	va_end(args);
	return out;
}

void stash_free(struct stash *s)
{
	while (s->blocks) {
		struct stash_block *next = s->blocks->next;

		free(s->blocks);
		s->blocks = next;
	}
	s->bytes = 0;
}

static bool text_reserve(struct text *t, size_t more)
{
	size_t room = t->room ? t->room : 64;
	char *data;

	if (t->failed)
		return false;
	if (t->room - t->length > more)
		return true;
	while (room - t->length <= more)
		room *= 2;
	data = realloc(t->data, room);
	if (!data) {
		t->failed = true;
		return false;
	}
	t->data = data;
	t->room = room;
	return true;
}

void text_add(struct text *t, const char *bytes, size_t size)
{
	if (!text_reserve(t, size))
		return;
	if (size)
		memcpy(t->data + t->length, bytes, size);
	t->length += size;
	t->data[t->length] = '\0';
}

void text_puts(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_vprintf(struct text *t, const char *format, va_list args)
{
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0 || !text_reserve(t, (size_t)length))
		return;
	vsnprintf(t->data + t->length, (size_t)length + 1, format, args);
	t->length += (size_t)length;
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vprintf(t, format, args);
	va_end(args);
}

void text_free(struct text *t)
{
	free(t->data);
	*t = (struct text){0};
}
