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
 */
static const struct group {
	const char *prefix;
	unsigned exact, loaded, unsupported;
} groups[] = {
	{"x86_64-a", 38, 6, 0}, {"x86_64-b", 35, 5, 0}, {"x86_64-c", 19, 1, 0},
	{"x86_64-d", 26, 1, 0}, {"x86_64-n", 1, 0, 0},	{"arm64-", 0, 0, 38},
};

struct job {
	const char *folder;
	const struct group *group;
};

static bool is_recording(const char *name, const char *prefix)
{
	size_t length = strlen(name);

	return !strncmp(name, prefix, strlen(prefix)) && length > 9 &&
	       !strcmp(name + length - 9, ".jsonl.xz");
}

static void replay(const char *folder, const char *name, unsigned verdicts[REPLAY_MALFORMED + 1])
{
	const struct replay_options options = {.trace = true, .max_differences = 5};
	struct replay_result result;
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	replay_file(path, &options, &result);
	verdicts[result.verdict]++;
	if (result.verdict == REPLAY_DIFFERS || result.verdict == REPLAY_MALFORMED)
		replay_print(stderr, &result, 5);
	replay_result_free(&result);
}

static void each_recording(void **state)
{
	unsigned verdicts[REPLAY_MALFORMED + 1] = {0};
	const struct job *job = *state;
	const struct group *group = job->group;
	DIR *dir = opendir(job->folder);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (is_recording(entry->d_name, group->prefix))
			replay(job->folder, entry->d_name, verdicts);
	closedir(dir);
	assert_int_equal(verdicts[REPLAY_DIFFERS], 0);
	assert_int_equal(verdicts[REPLAY_MALFORMED], 0);
	assert_int_equal(verdicts[REPLAY_EXACT], group->exact);
	assert_int_equal(verdicts[REPLAY_LOADED], group->loaded);
	assert_int_equal(verdicts[REPLAY_UNSUPPORTED], group->unsupported);
}

int main(int argc, char **argv)
{
	struct job job = {.folder = argc == 3 ? argv[1] : NULL};
	const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(each_recording, &job)};

	for (size_t i = 0; argc == 3 && i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strcmp(groups[i].prefix, argv[2]))
			job.group = &groups[i];
	if (!job.group) {
		fputs("usage: test_oracle FOLDER PREFIX\n", stderr);
		return 2;
	}
	return cmocka_run_group_tests_name(job.group->prefix, tests, NULL, NULL);
}
