/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/scenario.h>
#include <stdlib.h>
#include <string.h>

/*
 * test_bad FILE…             what irqlab says of each is what its header expects
 * test_bad --coverage FILE…  every diagnostic has an example among them
 *
 * Header lines: "#> " and a line of the diagnostics; "#! name=N" a limit; "#!
 * combination=key=value" and "#! bless" how it is run: nothing is ever rewritten, as CI is set.
 * With IRQLAB_BLESS=1 the headers are written anew instead.
 */

/* What a file alone cannot bring about, and the test that does: it names the identifier. */
static const char *const elsewhere[][2] = {
	{"no-memory", "../scenario/command.sh"},
	{"not-run", "../scenario/command.sh"},
	{"cannot-open", "../scenario/command.sh"},
	{"poisoned", "../scenario/test_breakdown.c"},
	{"limit-ticks", "../scenario/test_breakdown.c"},
};

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	size_t size = 0, room = 0;

	while (f) {
		size_t n;

		if (size + 4096 > room)
			text = realloc(text, room = size + 65536);
		if (!text)
			abort();
		n = fread(text + size, 1, room - size - 1, f);
		size += n;
		if (!n)
			break;
	}
	if (!f) {
		perror(path);
		exit(3);
	}
	fclose(f);
	text[size] = '\0';
	return text;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

static char *expected_of(const char *text)
{
	char *out = calloc(1, strlen(text) + 1), *to = out;

	for (; *text; text = next_line(text)) {
		size_t length = strcspn(text, "\n");

		if (strncmp(text, "#>", 2) != 0)
			continue;
		length -= text[2] == ' ' ? 3 : 2;
		text += text[2] == ' ' ? 3 : 2;
		memcpy(to, text, length);
		to += length;
		*to++ = '\n';
	}
	return out;
}

struct settings {
	struct scenario_limits limits;
	struct scenario_run_options run;
	char combination[80];
};

static void take_limit(struct scenario_limits *limits, const char *name, unsigned value)
{
	if (!strcmp(name, "file-bytes"))
		limits->file_bytes = value;
	else if (!strcmp(name, "line-bytes"))
		limits->line_bytes = value;
	else if (!strcmp(name, "nesting"))
		limits->nesting = value;
	else if (!strcmp(name, "files"))
		limits->files = value;
	else if (!strcmp(name, "statements"))
		limits->statements = value;
	else if (!strcmp(name, "combinations"))
		limits->combinations = value;
	else if (!strcmp(name, "work"))
		limits->work = value;
	else
		exit(3);
}

static void take_setting(struct settings *settings, const char *line)
{
	char name[32];
	unsigned value;

	if (sscanf(line, "#! combination=%79[^\n]", settings->combination) == 1) {
		settings->run.combination = settings->combination;
	} else if (!strncmp(line, "#! bless\n", 9)) {
		settings->run.bless = true;
	} else if (sscanf(line, "#! %31[a-z-]=%u", name, &value) == 2) {
		take_limit(&settings->limits, name, value);
	} else {
		fprintf(stderr, "no setting: %s\n", line);
		exit(3);
	}
}

static struct scenario *run(const char *path, const char *text)
{
	struct settings settings = {.run.keep_going = true};
	struct scenario *s;

	for (const char *line = text; *line; line = next_line(line))
		if (strncmp(line, "#!", 2) == 0)
			take_setting(&settings, line);
	s = scenario_open(path, &settings.limits);
	if (!s)
		exit(3);
	scenario_run(s, &settings.run, NULL);
	return s;
}

static char *actual_of(const char *path, const char *text)
{
	struct scenario *s = run(path, text);
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	if (!f)
		exit(3);
	scenario_print_diagnostics(&s, 1, f, DIAGNOSTICS_HUMAN, false);
	fclose(f);
	scenario_close(s);
	return out;
}

static void write_header(const char *path, const char *text, const char *actual)
{
	FILE *f = fopen(path, "wb");
	const char *body = text;

	if (!f)
		exit(3);
	while (*body && (strncmp(body, "# SPDX", 6) == 0 || strncmp(body, "#!", 2) == 0 ||
			 strncmp(body, "#>", 2) == 0))
		body = next_line(body);
	for (const char *line = text; line < body; line = next_line(line))
		if (strncmp(line, "#>", 2) != 0)
			fprintf(f, "%.*s\n", (int)strcspn(line, "\n"), line);
	for (const char *line = actual; *line; line = next_line(line))
		fprintf(f, "#>%s%.*s\n", *line == '\n' ? "" : " ", (int)strcspn(line, "\n"), line);
	fputs(body, f);
	fclose(f);
}

static bool check_file(const char *path, bool bless)
{
	bool same = false;

	/* A longer header moves what it describes: more than one round. */
	for (unsigned round = 0; round < 4 && !same; round++) {
		char *text = read_file(path), *expected = expected_of(text);
		char *actual = actual_of(path, text);

		same = strcmp(expected, actual) == 0 && *actual;
		if (!same && bless)
			write_header(path, text, actual);
		if (!same && (!bless || round == 3))
			printf("%s: expected\n%s%s: actual\n%s", path, expected, path,
			       *actual ? actual : "nothing: this scenario is not bad\n");
		free(text);
		free(expected);
		free(actual);
		if (!bless)
			break;
	}
	return same;
}

static bool seen_in(const char *id, char **files)
{
	for (; *files; files++) {
		char *text = read_file(*files);
		struct scenario *s = run(*files, text);
		struct scenario_diagnostic d;
		bool found = false;

		for (unsigned i = 0; scenario_diagnostic(s, i, &d) && !found; i++)
			found = strcmp(d.id, id) == 0;
		scenario_close(s);
		free(text);
		if (found)
			return true;
	}
	return false;
}

static bool is_elsewhere(const char *id)
{
	for (unsigned i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++) {
		char *text;
		bool named;

		if (strcmp(elsewhere[i][0], id) != 0)
			continue;
		text = read_file(elsewhere[i][1]);
		named = strstr(text, id);
		free(text);
		return named;
	}
	return false;
}

/* The file of that name first: it is the one. */
static bool covered(const char *id, char **files)
{
	char name[80], *own[] = {name, NULL};
	FILE *f;

	snprintf(name, sizeof(name), "%s.irq", id);
	f = fopen(name, "r");
	if (f)
		fclose(f);
	return (f && seen_in(id, own)) || seen_in(id, files);
}

static int coverage(char **files)
{
	int missing = 0;

	for (unsigned i = 0; scenario_diagnostic_id(i); i++) {
		const char *id = scenario_diagnostic_id(i);

		if (is_elsewhere(id) || covered(id, files))
			continue;
		printf("no example of %s\n", id);
		missing++;
	}
	return missing ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *bless = getenv("IRQLAB_BLESS");
	bool good = argc > 1;

	setenv("CI", "1", 1);
	if (argc > 1 && strcmp(argv[1], "--coverage") == 0)
		return coverage(argv + 2);
	for (int i = 1; i < argc; i++)
		good &= check_file(argv[i], bless && *bless);
	return good ? 0 : 1;
}
