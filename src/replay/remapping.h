/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_REMAPPING_H
#define IRQLAB_REPLAY_REMAPPING_H

#include "recording.h"
#include <irqlab/provider/software.h>

/* What a remapping unit did with a device's message, as a recording has it in `hw`. */

struct remapped {
	uint64_t address;
	uint32_t data;
	uint16_t requester;
	bool arrived; /* at a CPU: */
	uint32_t destination;
	uint8_t vector;
};

/* Appends the fetch of the entry and, if it arrived, the remapped message. */
void remapping_append(json_t *list, struct machine *m, const struct recording *recording,
		      const struct remapped *message);
/* Recorded steps, with what the emulator composed reduced to destination and vector. A new list. */
json_t *remapping_expected(const json_t *hw);

#endif
