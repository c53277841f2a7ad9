/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/lexer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TAB = 8 };

static const char *paint(bool color, const char *code)
{
	return color ? code : "";
}
#define RED    "\033[1;31m"
#define YELLOW "\033[1;33m"
#define BLUE   "\033[1;36m"
#define BOLD   "\033[1m"
#define PLAIN  "\033[0m"

bool scenario_wants_color(FILE *to)
{
	const char *no = getenv("NO_COLOR");

	return !(no && *no) && isatty(fileno(to));
}

const char *source_line(const struct source *source, uint32_t line, size_t *length)
{
	const char *p = source ? source->text : "";
	const char *end = source ? source->text + source->size : p;

	*length = 0;
	for (uint32_t i = 1; i < line; i++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return "";
		p++;
	}
	*length = (size_t)(end - p);
	if (*length) {
		const char *stop = memchr(p, '\n', *length);

		if (stop)
			*length = (size_t)(stop - p);
	}
	if (*length && p[*length - 1] == '\r')
		--*length;
	return p;
}

/* A character of a source line: its bytes, and the columns that it takes on the screen. */
struct shown {
	const char *bytes;
	size_t length;
	unsigned columns;
};

/* Control characters, and what is not UTF-8, would spoil the screen. */
static struct shown show_character(const char *p, const char *end, unsigned column)
{
	size_t length = utf8_length(p, end);

	if (*p == '\t')
		return (struct shown){"        ", TAB - column % TAB, TAB - column % TAB};
	if (!length || (unsigned char)*p < 0x20 || *p == 0x7f)
		return (struct shown){"?", 1, 1};
	return (struct shown){p, length, 1};
}

static const char *character_after(const char *p, const char *end)
{
	size_t length = utf8_length(p, end);

	return p + (length ? length : 1);
}

static unsigned screen_column(const char *text, size_t length, uint32_t byte)
{
	const char *end = text + length;
	unsigned column = 0;

	for (const char *p = text; p < end && (size_t)(p - text) + 1 < byte;
	     p = character_after(p, end))
		column += show_character(p, end, column).columns;
	return column;
}

/* Columns first … first + WIDTH − 1 of the line. */
enum { WIDTH = 120 };
static void print_window(FILE *to, const char *text, size_t length, unsigned first)
{
	const char *end = text + length;
	unsigned column = 0;

	for (const char *p = text; p < end && column < first + WIDTH; p = character_after(p, end)) {
		struct shown c = show_character(p, end, column);

		if (column >= first)
			fwrite(c.bytes, 1, c.length, to);
		column += c.columns;
	}
	fputc('\n', to);
}

static void print_carets(FILE *to, unsigned first, unsigned after, bool color)
{
	fprintf(to, "     | %*s%s^", (int)first, "", paint(color, RED));
	for (unsigned i = first + 1; i < after; i++)
		fputc('~', to);
	fprintf(to, "%s\n", paint(color, PLAIN));
}

static void print_place(FILE *to, const struct span *span)
{
	if (!span->source)
		fputs("irqlab: ", to);
	else if (!span->line)
		fprintf(to, "%s: ", span->source->name);
	else
		fprintf(to, "%s:%u:%u: ", span->source->name, span->line, span->first);
}

static void print_include_chain(FILE *to, const struct span *span)
{
	const struct source *s = span->source;

	for (; s && s->includer; s = s->includer)
		fprintf(to, "%s:%u:1: note: included from here\n", s->includer->name,
			s->include_line);
}

static const char *severity_color(enum scenario_severity severity)
{
	return severity == SEVERITY_ERROR ? RED : severity == SEVERITY_WARNING ? YELLOW : BLUE;
}

static void print_excerpt(FILE *to, const struct span *span, bool color)
{
	unsigned first, after, window = 0;
	const char *text;
	size_t length;

	if (!span->source || !span->line)
		return;
	text = source_line(span->source, span->line, &length);
	first = screen_column(text, length, span->first);
	after = screen_column(text, length,
			      span->last < length ? span->last + 1 : (uint32_t)length + 1);
	if (first > WIDTH - 20)
		window = first - WIDTH / 2;
	if (after > window + WIDTH)
		after = window + WIDTH;
	fprintf(to, "%4u | ", span->line);
	print_window(to, text, length, window);
	print_carets(to, first - window, after - window, color);
}

void diag_print_human(const struct diag *diag, FILE *to, bool color)
{
	enum scenario_severity severity = diag_severity(diag->id);

	print_include_chain(to, &diag->span);
	fputs(paint(color, BOLD), to);
	print_place(to, &diag->span);
	fprintf(to, "%s%s:%s %s%s\n", paint(color, severity_color(severity)),
		severity_name(severity), paint(color, PLAIN), diag->message,
		diag->combination ? diag->combination : "");
	print_excerpt(to, &diag->span, color);
	for (const struct diag_line *l = diag->lines; l; l = l->next)
		fprintf(to, "     = %s\n", l->text);
	for (const struct diag_note *n = diag->notes; n; n = n->next) {
		print_place(to, &n->span);
		fprintf(to, "%snote:%s %s\n", paint(color, BLUE), paint(color, PLAIN), n->text);
	}
	if (diag->hint)
		fprintf(to, "     = hint: %s\n", diag->hint);
}

void print_json_string(FILE *to, const char *s)
{
	fputc('"', to);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", to);
		else if (c < 0x20)
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
	}
	fputc('"', to);
}

static void json_member(FILE *to, const char *key, const char *value)
{
	fprintf(to, ",\"%s\":", key);
	print_json_string(to, value);
}

static void json_place(FILE *to, const struct span *span)
{
	fputs("\"file\":", to);
	print_json_string(to, span->source ? span->source->name : "");
	fprintf(to, ",\"line\":%u,\"first\":%u,\"last\":%u", span->line, span->first, span->last);
}

void diag_print_json(const struct diag *diag, FILE *to)
{
	const char *comma = "";

	fputs("{\"type\":\"diagnostic\",", to);
	json_place(to, &diag->span);
	json_member(to, "id", diag_name(diag->id));
	json_member(to, "severity", severity_name(diag_severity(diag->id)));
	json_member(to, "status", scenario_status_name(diag_status(diag->id)));
	json_member(to, "message", diag->message);
	if (diag->combination)
		json_member(to, "combination", diag->combination + 1);
	fputs(",\"details\":[", to);
	for (const struct diag_line *l = diag->lines; l; l = l->next, comma = ",") {
		fputs(comma, to);
		print_json_string(to, l->text);
	}
	fputs("],\"notes\":[", to);
	comma = "";
	for (const struct diag_note *n = diag->notes; n; n = n->next, comma = ",") {
		fprintf(to, "%s{", comma);
		json_place(to, &n->span);
		json_member(to, "message", n->text);
		fputc('}', to);
	}
	fputc(']', to);
	if (diag->hint)
		json_member(to, "hint", diag->hint);
	fputs("}\n", to);
}

/* ---- SARIF 2.1.0 ---- */

static void sarif_rules(FILE *to)
{
	for (unsigned i = 0; i < NR_DIAGS; i++) {
		fprintf(to, "%s{\"id\":", i ? "," : "");
		print_json_string(to, diag_name((enum diag_id)i));
		fputc('}', to);
	}
}

/* Columns of SARIF count characters, ours bytes. */
static unsigned character_column(const struct span *span, uint32_t byte)
{
	size_t length;
	const char *p = source_line(span->source, span->line, &length), *end = p + length;
	unsigned column = 1;

	for (const char *start = p; p < end && (size_t)(p - start) + 1 < byte; column++)
		p = character_after(p, end);
	return column;
}

/* `text`: of a place that is not the result's own; NULL otherwise. */
static void sarif_location(FILE *to, const struct span *span, const char *text)
{
	fputs("{\"physicalLocation\":{\"artifactLocation\":{\"uri\":", to);
	print_json_string(to, span->source ? span->source->name : "");
	fputc('}', to);
	if (span->line)
		fprintf(to, ",\"region\":{\"startLine\":%u,\"startColumn\":%u,\"endColumn\":%u}",
			span->line, character_column(span, span->first),
			character_column(span, span->last) + 1);
	fputc('}', to);
	if (text) {
		fputs(",\"message\":{\"text\":", to);
		print_json_string(to, text);
		fputc('}', to);
	}
	fputc('}', to);
}

static void sarif_result(FILE *to, const struct diag *diag, bool first)
{
	fprintf(to,
		"%s\n{\"ruleId\":\"%s\",\"level\":\"%s\",\"message\":{\"text\":", first ? "" : ",",
		diag_name(diag->id), severity_name(diag_severity(diag->id)));
	print_json_string(to, diag->message);
	fputs("},\"locations\":[", to);
	sarif_location(to, &diag->span, NULL);
	fputc(']', to);
	for (const struct diag_note *n = diag->notes; n; n = n->next) {
		fputs(n == diag->notes ? ",\"relatedLocations\":[" : ",", to);
		sarif_location(to, &n->span, n->text);
	}
	fputs(diag->notes ? "]}" : "}", to);
}

void diag_print_sarif_begin(FILE *to)
{
	fputs("{\"version\":\"2.1.0\",\"$schema\":"
	      "\"https://json.schemastore.org/sarif-2.1.0.json\",\"runs\":[{\"tool\":{\"driver\":"
	      "{\"name\":\"irqlab\",\"version\":\"" IRQLAB_VERSION "\",\"rules\":[",
	      to);
	sarif_rules(to);
	fputs("]}},\"columnKind\":\"unicodeCodePoints\",\"results\":[", to);
}

bool diag_print_sarif_results(const struct scenario *s, FILE *to, bool first)
{
	const struct diag *lists[] = {s->parse_diags.first, s->run_diags.first};

	for (unsigned i = 0; i < 2; i++) {
		for (const struct diag *d = lists[i]; d; d = d->next) {
			sarif_result(to, d, first);
			first = false;
		}
	}
	return first;
}

void diag_print_sarif_end(FILE *to)
{
	fputs("\n]}]}\n", to);
}
