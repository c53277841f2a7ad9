/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TOOLS_COMMANDS_H
#define IRQLAB_TOOLS_COMMANDS_H

/*
 * The subcommands of `irqlab`, one file each: cmd_<name>.c. Columns: name, usage
 * after the name, what it does in a line.
 */
#define IRQLAB_COMMANDS(X)                                                                         \
	X(run, "[OPTION…] FILE…", "run scenarios")                                                 \
	X(check, "[OPTION…] FILE…", "validate scenarios without running them")                     \
	X(fmt, "[--check | --write] FILE…", "bring scenarios into their normal form")              \
	X(show, "PICTURE FILE…", "draw the machine at the end of a scenario")                      \
	X(replay, "FILE…", "perform recordings of a real kernel and compare every value")          \
	X(bench, "[OPTION…]", "measure what the model costs")                                      \
	X(help, "[TOPIC]", "explain a command, a verb of scenarios, or a list of names")

enum { /* exit status */
       STATUS_OK = 0,
       STATUS_FAILED = 1, /* what was asked for is not so */
       STATUS_USAGE = 2,  /* bad arguments, or input that cannot be used */
       STATUS_BROKEN = 3, /* the host: no memory, a file that cannot be read */
};

/* argv[0] is the subcommand's name. Returns the exit status. */
#define COMMAND_PROTOTYPE(name, usage, text) int cmd_##name(int argc, char **argv);
IRQLAB_COMMANDS(COMMAND_PROTOTYPE)
#undef COMMAND_PROTOTYPE

/* Explains a verb of scenarios, or a list such as "verbs"; STATUS_USAGE if there is no such topic.
 */
int help_topic(const char *topic);

#endif
