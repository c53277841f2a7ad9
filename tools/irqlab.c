/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "commands.h"
#include <stdio.h>
#include <string.h>

static const struct command {
	const char *name, *usage, *text;
	int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND_ROW(name, usage, text) {#name, usage, text, cmd_##name},
	IRQLAB_COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};
#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void list_commands(FILE *out)
{
	fputs("usage: irqlab COMMAND [ARGUMENT…]\n\n", out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].text);
	fputs("\n`irqlab COMMAND --help` explains a command, `irqlab help verbs` lists what scenarios can "
	      "do,\n`irqlab --version` names the version.\n",
	      out);
}

static int unknown(const char *name)
{
	fprintf(stderr, "irqlab: no command \"%s\"\n", name);
	list_commands(stderr);
	return STATUS_USAGE;
}

int cmd_help(int argc, char **argv)
{
	static char option[] = "--help";
	const struct command *command;
	char *arguments[] = {NULL, option, NULL};

	if (argc < 2 || argv[1][0] == '-') {
		list_commands(stdout);
		return STATUS_OK;
	}
	command = find(argv[1]);
	if (!command)
		return help_topic(argv[1]);
	if (command->run == cmd_help) {
		printf("usage: irqlab help %s\n", command->usage);
		return STATUS_OK;
	}
	arguments[0] = argv[1];
	return command->run(2, arguments);
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		list_commands(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return cmd_help(1, argv);
	if (!strcmp(argv[1], "--version")) {
		puts("irqlab " IRQLAB_VERSION);
		return STATUS_OK;
	}
	command = find(argv[1]);
	return command ? command->run(argc - 1, argv + 1) : unknown(argv[1]);
}
