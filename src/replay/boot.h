/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_BOOT_H
#define IRQLAB_REPLAY_BOOT_H

#include "recording.h"

/*
 * The machine of a recording, started by irqlab's own boot script instead of
 * loaded: from the header, without its start state.
 */

#define BOOT_MAX_FUNCTIONS 256u

/* The PCI functions that the machine's emulator was given, at most BOOT_MAX_FUNCTIONS. */
uint32_t boot_functions(const struct recording *recording, struct boot_function *functions);

/* Why not; NULL: it can be. */
const char *boot_refused(const struct recording *recording);
/*
 * Boots the machine, which is empty. 0, or a negative errno with *why. *events
 * is a new list of what the boot traced, as the recorder would have put it (NULL
 * without tracing).
 */
int boot_recording(const struct recording *recording, struct machine *m, const char **why,
		   json_t **events);

/* The recorded events of a `boot` line in the same form. NULL with failure->text. */
json_t *boot_events(const json_t *line, struct failure *failure);

#endif
