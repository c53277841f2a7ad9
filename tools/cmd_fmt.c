/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"
#include "options.h"
#include "scenarios.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum fmt_mode { FMT_PRINT, FMT_CHECK, FMT_WRITE };

static const char help[] =
	"usage: irqlab fmt [--check | --write] FILE…\n\n"
	"Prints scenarios in their normal form.\n\n"
	"  --check   print the names of files that are not in it; status 1 if there are any\n"
	"  --write   rewrite the files\n";

static bool same_as_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "r");
	bool same = f != NULL;

	while (same && *text)
		same = fgetc(f) == (unsigned char)*text++;
	same = same && fgetc(f) == EOF;
	if (f)
		fclose(f);
	return same;
}

static int write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	bool good = f && fputs(text, f) >= 0;

	if (f && fclose(f))
		good = false;
	if (good)
		return STATUS_OK;
	fprintf(stderr, "irqlab fmt: %s: %s\n", path, strerror(errno));
	return SCENARIO_BROKEN;
}

static int finish(enum fmt_mode mode, const char *path, const char *text)
{
	switch (mode) {
	case FMT_CHECK:
		if (same_as_file(path, text))
			return STATUS_OK;
		puts(path);
		return STATUS_FAILED;
	case FMT_WRITE:
		return same_as_file(path, text) ? STATUS_OK : write_file(path, text);
	default:
		fputs(text, stdout);
		return STATUS_OK;
	}
}

static int format_file(enum fmt_mode mode, const char *path)
{
	struct scenario *s = scenario_open(path, NULL);
	char *text = s ? scenario_normal_form(s) : NULL;
	struct scenario_diagnostic first;
	int status = SCENARIO_BROKEN;

	if (text)
		status = finish(mode, path, text);
	else if (s && scenario_diagnostic(s, 0, &first))
		status = (int)first.status;
	if (s && !text)
		scenario_print_diagnostics(&s, 1, stderr, DIAGNOSTICS_HUMAN,
					   scenario_wants_color(stderr));
	free(text);
	scenario_close(s);
	return status;
}

int cmd_fmt(int argc, char **argv)
{
	enum fmt_mode mode = FMT_PRINT;
	int first = 1, status = STATUS_OK;

	if (asks_for_help(argc, argv)) {
		fputs(help, stdout);
		return STATUS_OK;
	}
	for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
		if (strcmp(argv[first], "--check") == 0)
			mode = FMT_CHECK;
		else if (strcmp(argv[first], "--write") == 0)
			mode = FMT_WRITE;
		else
			return option_refused("fmt", help, argv[first], NULL);
	}
	if (first == argc)
		return arguments_refused("fmt", "no file is named");
	for (; first < argc; first++) {
		int one = format_file(mode, argv[first]);

		status = one > status ? one : status;
	}
	return status;
}
