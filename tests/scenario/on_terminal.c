/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * on_terminal FILE COMMAND…: runs the command with a terminal as its standard error; what appears
 * there goes to FILE. Its status, or 125 if there is no terminal to be had.
 */

static _Noreturn void run(const char *terminal, char **command)
{
	int fd = open(terminal, O_RDWR | O_NOCTTY);

	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		_exit(125);
	close(fd);
	execvp(*command, command);
	_exit(125);
}

static void copy(int from, FILE *to)
{
	char buffer[4096];
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			fwrite(buffer, 1, (size_t)n, to);
}

int main(int argc, char **argv)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY), status = 0;
	FILE *to = argc > 2 ? fopen(argv[1], "wb") : NULL;
	const char *terminal;
	pid_t pid;

	if (!to || fd < 0 || grantpt(fd) || unlockpt(fd) || !(terminal = ptsname(fd)))
		return 125;
	pid = fork();
	if (!pid)
		run(terminal, argv + 2);
	if (pid < 0)
		return 125;
	copy(fd, to); /* an error once nobody has the other end */
	waitpid(pid, &status, 0);
	return fclose(to) || !WIFEXITED(status) ? 125 : WEXITSTATUS(status);
}
