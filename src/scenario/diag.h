/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_DIAG_H
#define IRQLAB_SCENARIO_DIAG_H

#include "scenario/diag_ids.h"
#include "scenario/stash.h"

#include <inttypes.h>
#include <irqlab/scenario.h>

enum diag_id {
#define IRQLAB_DIAG_ENUM(id, name, severity, status, text) DIAG_##id,
	IRQLAB_DIAGNOSTICS(IRQLAB_DIAG_ENUM)
#undef IRQLAB_DIAG_ENUM
		NR_DIAGS
};

struct source;
struct span { /* columns count bytes from 1, both are inside; line 0: the file as a whole */
	const struct source *source;
	uint32_t line, first, last;
};

struct diag_line { /* after the "=" */
	struct diag_line *next;
	const char *text;
};

struct diag_note { /* another place, with a text of its own */
	struct diag_note *next;
	struct span span;
	const char *text;
};

struct diag {
	struct diag *next;
	enum diag_id id;
	struct span span;
	const char *message;
	const char *combination; /* NULL: none */
	struct diag_line *lines, **last_line;
	struct diag_note *notes, **last_note;
	const char *hint; /* NULL: none */
};

struct diags {
	struct stash stash;
	struct diag *first, **last;
	struct diag *scratch; /* takes what is not kept: a second error on a line */
	unsigned nr, errors, limit;
	const char *combination;
	bool full;
};

void diags_begin(struct diags *d, jmp_buf *out, unsigned limit);
void diags_free(struct diags *d);
/* Never NULL. One error a line: another one is not kept. */
struct diag *diag_add(struct diags *d, enum diag_id id, struct span span, ...);
void diag_line(struct diags *d, struct diag *diag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diag_note(struct diags *d, struct diag *diag, struct span span, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void diag_hint(struct diags *d, struct diag *diag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "; did you mean 'x'?" after the message; NULL adds nothing. */
void diag_suggest(struct diags *d, struct diag *diag, const char *word);

const char *diag_name(enum diag_id id);
const char *diag_format(enum diag_id id);
enum scenario_severity diag_severity(enum diag_id id);
enum scenario_status diag_status(enum diag_id id);
const char *severity_name(enum scenario_severity severity);

/* diag_print.c */
void diag_print_human(const struct diag *diag, FILE *to, bool color);
void print_json_string(FILE *to, const char *s); /* in quotes, escaped */
void diag_print_json(const struct diag *diag, FILE *to);
/* A SARIF document: its begin, the results of each scenario, its end. */
void diag_print_sarif_begin(FILE *to);
/* With a comma ahead of each but the first. Is the first still to come? */
bool diag_print_sarif_results(const struct scenario *s, FILE *to, bool first);
void diag_print_sarif_end(FILE *to);
/* The line's text, without its end; length in *length. "" beyond the file. */
const char *source_line(const struct source *source, uint32_t line, size_t *length);

#endif
