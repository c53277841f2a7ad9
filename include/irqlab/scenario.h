/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_H
#define IRQLAB_SCENARIO_H

#include <irqlab/machine.h>
#include <stdio.h>

/*
 * Scenarios: text files that declare a machine, drive it, and assert what
 * crosses its bus. docs/language.md describes the language.
 *
 * A scenario is parsed once, then checked or run any number of times; each run
 * makes machines of its own. Parsing, checking and running write nothing but
 * what the options ask for, keep no state between calls, and never end the
 * process; bad input gives diagnostics.
 */
struct scenario;

/* Also the exit statuses of `irqlab run`, `check` and `fmt`. */
enum scenario_status {
	SCENARIO_PASSED = 0,
	SCENARIO_FAILED = 1,	/* an assertion, or an action that should have succeeded */
	SCENARIO_INVALID = 2,	/* the script does not parse, or names what isn't there */
	SCENARIO_BROKEN = 3,	/* irqlab itself: no memory, no such file */
	SCENARIO_EXHAUSTED = 4, /* a limit was hit: never a pass */
	SCENARIO_SKIPPED = 77,	/* needs what this build, or the machine, has not */
};
/* "passed" …; "" if there is no such status. */
const char *scenario_status_name(enum scenario_status status);
/* The status of several together: broken, invalid, failed, exhausted, skipped, passed. */
enum scenario_status scenario_status_worse(enum scenario_status a, enum scenario_status b);

/* What one scenario may cost; 0: the default in brackets. */
struct scenario_limits {
	size_t file_bytes;     /* of the file and all that it includes [1 MiB] */
	uint32_t line_bytes;   /* [4,096] */
	uint32_t nesting;      /* blocks, sets and fields inside each other [32] */
	uint32_t files;	       /* the file and all that it includes [64] */
	uint32_t statements;   /* in all of them [65,536] */
	uint32_t combinations; /* of a matrix [4,096] */
	uint32_t work;	       /* combinations times statements [16,777,216] */
	uint32_t actions;      /* carried out in one combination, repeats unrolled [1,000,000] */
	uint32_t deliveries;   /* interrupts taken after one action [100,000] */
	uint32_t tape;	       /* records that the tape holds, unless a scenario says it [65,536] */
	uint32_t errors;       /* reported [20] */
};

/*
 * Reads and parses a file, or text that need not end with a NUL. `name` is what
 * diagnostics call it, and its folder is where includes are looked for.
 * NULL only when the host has no memory left; whatever is wrong with the text,
 * or with the file, is found in the diagnostics. NULL limits: all defaults.
 */
struct scenario *scenario_open(const char *path, const struct scenario_limits *limits);
struct scenario *scenario_parse(const char *name, const char *text, size_t size,
				const struct scenario_limits *limits);
void scenario_close(struct scenario *s); /* NULL is permitted */

/* The name that it was opened with. */
const char *scenario_file(const struct scenario *s);
/* Of the line `scenario "…"`, else the file's name. */
const char *scenario_title(const struct scenario *s);
/* One of the words of the `tags` lines. */
bool scenario_has_tag(const struct scenario *s, const char *tag);

/* Names, kinds, bounds, in every combination of the matrix: nothing is run. */
enum scenario_status scenario_check(struct scenario *s);

/*
 * The nth combination of the matrix, from 0, as "key=value …" (what scenario_run_options take);
 * "" is the only one of a scenario without a matrix. As much of it as fits `size` bytes, ended by
 * a NUL; nothing where size is 0. Returns its length without the NUL, −1 beyond the last one.
 */
int scenario_combination(const struct scenario *s, unsigned nr, char *text, size_t size);

/*
 * The text in its normal form; free() it. NULL: it does not parse (see the
 * diagnostics), or no memory is left. Parsing the result gives the same scenario.
 */
char *scenario_normal_form(struct scenario *s);
/* Equal but for layout and comments. */
bool scenario_equal(const struct scenario *a, const struct scenario *b);

/* ---- running ---- */

enum scenario_format { FORMAT_HUMAN, FORMAT_TAP, FORMAT_KTAP, FORMAT_JUNIT, FORMAT_JSONL };
/* "human" …; −1: no such format. */
int scenario_format_by_name(const char *name);

/* One combination of the matrix; a scenario without one has a single result. */
struct scenario_result {
	const char *name; /* title, then " [key=value …]" */
	enum scenario_status status;
	const char *reason;	      /* of SCENARIO_SKIPPED: why; NULL otherwise */
	unsigned actions, assertions; /* carried out */
	uint64_t records;	      /* on the tape at the end */
	struct fingerprint tape;      /* of the writes and events */
};

struct scenario_run_options {
	/*
	 * "key=value …": only combinations with all of these; NULL: all. A scenario that has none
	 * is skipped, with a note.
	 */
	const char *combination;
	enum machine_profile profile; /* unless the scenario names one */
	bool bless;		      /* rewrite snapshots that differ, if nothing else is wrong */
	bool verbose;		      /* each action and what followed it, to `log` */
	bool keep_going;	      /* carry on after a failed assertion */
	FILE *log;		      /* NULL: none */
	/* After each combination; NULL: none. The machine lives only during the call; NULL if it
	 * could not be built. */
	void (*done)(void *context, const struct scenario_result *result, struct machine *m);
	/* Before the first action of a combination, the machine being loaded; NULL: none. */
	void (*begin)(void *context, const char *name, struct machine *m);
	void *context;
};

struct scenario_totals {
	unsigned passed, failed,
		skipped;    /* combinations; exhausted and broken ones count as failed */
	unsigned blessed;   /* snapshots rewritten */
	unsigned unmatched; /* 1: it has no combination of those asked for; counted as skipped */
};

/* Checks, then runs each combination. Skipped only where all of them are. `totals` may be NULL. */
enum scenario_status scenario_run(struct scenario *s, const struct scenario_run_options *options,
				  struct scenario_totals *totals);

/* ---- diagnostics: what is wrong, of the last of parse, check and run ---- */

enum scenario_severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

struct scenario_place { /* columns count bytes from 1; inclusive */
	const char *file;
	uint32_t line, first, last; /* 0: the file as a whole */
};

struct scenario_diagnostic {
	const char *id; /* "unknown-verb"; stable */
	enum scenario_severity severity;
	enum scenario_status status; /* what it makes of the scenario */
	struct scenario_place place;
	const char *message;
	const char *combination; /* "[stack=plain]", or NULL */
};

/* How many there are; the nth from 0, valid until the next check or run. False beyond the last. */
unsigned scenario_diagnostics(const struct scenario *s);
bool scenario_diagnostic(const struct scenario *s, unsigned nr, struct scenario_diagnostic *out);

enum diagnostic_format { DIAGNOSTICS_HUMAN, DIAGNOSTICS_JSON, DIAGNOSTICS_SARIF };
int diagnostic_format_by_name(const char *name); /* "human", "json", "sarif"; −1 */
/* Colour where `color`. SARIF: one document for all `nr` scenarios. */
void scenario_print_diagnostics(struct scenario *const *scenarios, unsigned nr, FILE *to,
				enum diagnostic_format format, bool color);
/* Is it a terminal, and is NO_COLOR unset? */
bool scenario_wants_color(FILE *to);

/* All identifiers there are, for tests and documents; NULL beyond the last. */
const char *scenario_diagnostic_id(unsigned nr);

/* ---- reports of many scenarios ---- */

struct scenario_report;
/* `to` NULL: only the status, and scenario_report_diagnostics(). NULL: no memory. */
struct scenario_report *scenario_report_begin(FILE *to, enum scenario_format format, bool color);
/* Before the first scenario: all diagnostics go to `to`, besides those in the report; not human. */
void scenario_report_diagnostics(struct scenario_report *r, FILE *to,
				 enum diagnostic_format format);
/*
 * Before the first of several scenarios: in TAP and KTAP the name of a result is "file: title", so
 * that files of one title are told apart. Other formats have the file in a place of its own.
 */
void scenario_report_name_files(struct scenario_report *r);
/* Runs it and writes the result. */
enum scenario_status scenario_report_run(struct scenario_report *r, struct scenario *s,
					 const struct scenario_run_options *options);
/*
 * Writes what the format has at its end, frees the report and returns the status of all: skipped
 * only where each of them was.
 */
enum scenario_status scenario_report_end(struct scenario_report *r);

/* ---- the verbs ---- */

struct scenario_verb {
	const char *name;      /* "alloc", or "deliver" of `expect deliver` */
	const char *phase;     /* "file", "topology", "action", "assertion", "block", "explore" */
	const char *arguments; /* "DEVICE msi|msix …" */
	const char *results;   /* keys after "->": "index irq"; "" */
	const char *help;
	const char *example;
};
/* False beyond the last. */
bool scenario_verb(unsigned nr, struct scenario_verb *out);
/* The name closest to `word`; NULL: none is close. */
const char *scenario_verb_suggestion(const char *word);

/* An argument of `domain` or `device`, with a value or without. */
struct scenario_key {
	const char *name;      /* "entries" */
	const char *kinds;     /* kinds of domain that take it: "its gic-v2m"; "" of a device */
	const char *needs;     /* the key that must stand beside it; "": none */
	const char *otherwise; /* what holds without it; "" of a word without a value */
	const char *text;
	char bounds[32]; /* "2..512"; "": it is no number */
};
/* False beyond the last, and where the verb is another. A key may come again for other kinds. */
bool scenario_verb_key(const char *verb, unsigned nr, struct scenario_key *out);

/* Words that mean something in one place of the language. */
enum scenario_words {
	SCENARIO_FEATURES,   /* of `requires` */
	SCENARIO_SEARCHES,   /* of `explore` */
	SCENARIO_PROPERTIES, /* of `always`, `finally`, `expect-violation` */
	SCENARIO_PICTURES,   /* of `snapshot` */
	SCENARIO_KINDS,	     /* of `domain` */
};
struct scenario_word {
	const char *name, *text;
	bool present; /* false: a feature that this build lacks */
};
/* False beyond the last. */
bool scenario_word(enum scenario_words list, unsigned nr, struct scenario_word *out);

enum editor_syntax { SYNTAX_VIM, SYNTAX_TEXTMATE, SYNTAX_DICTIONARY, SYNTAX_REFERENCE };
/*
 * Files for editors, a dictionary for fuzzers, and the reference of verbs, fields and names in
 * docs/language.md, all made from the tables that the parser uses.
 */
void scenario_print_syntax(FILE *to, enum editor_syntax which);

#endif
