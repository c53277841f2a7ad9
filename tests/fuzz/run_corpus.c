/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Runs a fuzz target over files, and over all files of folders, instead of libFuzzer: so every
 * input that was ever worth keeping is a test under any compiler. No input at all is a failure.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned run_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(size ? size : 1);

	if (!file || !data || fread(data, 1, size, file) != size) {
		perror(path);
		exit(1);
	}
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 1;
}

static unsigned run_path(const char *path)
{
	struct stat status;
	struct dirent *entry;
	unsigned count = 0;
	DIR *dir;

	if (stat(path, &status)) {
		perror(path);
		exit(1);
	}
	if (!S_ISDIR(status.st_mode))
		return run_file(path, (size_t)status.st_size);
	dir = opendir(path);
	if (!dir) {
		perror(path);
		exit(1);
	}
	while ((entry = readdir(dir))) {
		char *inside;

		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&inside, "%s/%s", path, entry->d_name) < 0)
			exit(1);
		count += run_path(inside);
		free(inside);
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++)
		count += run_path(argv[i]);
	printf("%u inputs\n", count);
	return count == 0;
}
