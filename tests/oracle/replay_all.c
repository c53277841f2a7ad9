/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/replay.h"

/*
 * Replays the recordings whose names begin with an argument. A scenario is exact
 * or the test fails; a recording of another kind is loaded; machines that irqlab
 * cannot build are named here, so that nothing is passed over in silence.
 * With "boot" the machines are not loaded but started by irqlab's own script;
 * those that stock drivers took part in are the exception.
 */
static const struct group {
	const char *prefix;
	unsigned exact, loaded, unsupported;
	unsigned not_booted;
} groups[] = {
	{"x86_64-a", 38, 6, 0, 2}, {"x86_64-b", 35, 5, 0, 2}, {"x86_64-c", 19, 1, 0, 0},
	{"x86_64-d", 26, 1, 0, 0}, {"x86_64-n", 1, 0, 0, 0},  {"arm64-", 33, 5, 0, 0},
};

struct job {
	const char *folder;
	const struct group *group;
	bool boot;
	unsigned verdicts[NR_REPLAY_VERDICTS], not_booted;
};

static bool is_recording(const char *name, const char *prefix)
{
	size_t length = strlen(name);

	return !strncmp(name, prefix, strlen(prefix)) && length > 9 &&
	       !strcmp(name + length - 9, ".jsonl.xz");
}

static void replay(struct job *job, const char *name)
{
	const struct replay_options options = {
		.trace = true, .invariants = true, .boot = job->boot, .max_differences = 5};
	struct replay_result result;
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", job->folder, name);
	replay_file(path, &options, &result);
	job->verdicts[result.verdict]++;
	job->not_booted += strstr(result.why, "not booted") != NULL;
	if (result.verdict == REPLAY_DIFFERS || result.verdict >= REPLAY_MALFORMED)
		replay_print(stderr, &result, 5);
	replay_result_free(&result);
}

static void each_recording(void **state)
{
	struct job *job = *state;
	const struct group *group = job->group;
	DIR *dir = opendir(job->folder);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (is_recording(entry->d_name, group->prefix))
			replay(job, entry->d_name);
	closedir(dir);
	assert_int_equal(job->verdicts[REPLAY_DIFFERS], 0);
	assert_int_equal(job->verdicts[REPLAY_MALFORMED], 0);
	assert_int_equal(job->verdicts[REPLAY_UNREADABLE], 0);
	assert_int_equal(job->verdicts[REPLAY_EXACT], group->exact);
	assert_int_equal(job->verdicts[REPLAY_LOADED], group->loaded);
	assert_int_equal(job->verdicts[REPLAY_UNSUPPORTED], group->unsupported);
	assert_int_equal(job->not_booted, job->boot ? group->not_booted : 0);
}

int main(int argc, char **argv)
{
	struct job job = {.folder = argv[1], .boot = argc == 4 && !strcmp(argv[3], "boot")};
	const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(each_recording, &job)};

	for (size_t i = 0; argc == 3 + job.boot && i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strcmp(groups[i].prefix, argv[2]))
			job.group = &groups[i];
	if (!job.group) {
		fputs("usage: test_oracle FOLDER PREFIX [boot]\n", stderr);
		return 2;
	}
	return cmocka_run_group_tests_name(job.group->prefix, tests, NULL, NULL);
}
