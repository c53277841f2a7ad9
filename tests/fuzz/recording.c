/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Any file is a recording, or is refused; what it makes the machine do breaks nothing. */
#include "replay/replay.h"
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct replay_options options = {.trace = true, .max_differences = 3};
	char path[] = "/tmp/irqlab-fuzz-XXXXXX";
	int file = mkstemp(path);
	struct replay_result result;

	if (file < 0 || write(file, data, size) != (ssize_t)size)
		abort();
	close(file);
	replay_file(path, &options, &result);
	if (result.verdict == REPLAY_MALFORMED && !result.why[0])
		abort();
	replay_result_free(&result);
	unlink(path);
	return 0;
}
