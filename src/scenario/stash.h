/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_STASH_H
#define IRQLAB_SCENARIO_STASH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Host memory for what is given back all at once: the tree of a scenario, the
 * names of a run. When the host has no more, stash_alloc() jumps to `out`, which
 * whoever owns the stash has set; so no caller in between needs a check.
 */
struct stash_block;
struct stash {
	struct stash_block *blocks;
	size_t bytes;
	jmp_buf *out;
};

void *stash_alloc(struct stash *s, size_t size); /* zeroed */
char *stash_text(struct stash *s, const char *text, size_t length);
char *stash_string(struct stash *s, const char *text);
char *stash_printf(struct stash *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *stash_vprintf(struct stash *s, const char *format, va_list args);
void stash_free(struct stash *s);
#define stash_new(s, type) ((type *)stash_alloc(s, sizeof(type)))
_Noreturn void stash_give_up(struct stash *s);

/* A text that grows. `failed` once the host had no memory; then it stays as it is. */
struct text {
	char *data; /* NUL-terminated, or NULL while it is empty */
	size_t length, room;
	bool failed;
};
void text_add(struct text *t, const char *bytes, size_t size);
void text_puts(struct text *t, const char *s);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *t, const char *format, va_list args);
void text_free(struct text *t);
static inline const char *text_string(const struct text *t)
{
	return t->data ? t->data : "";
}

#endif
