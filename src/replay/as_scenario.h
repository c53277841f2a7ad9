/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_AS_SCENARIO_H
#define IRQLAB_REPLAY_AS_SCENARIO_H

#include "failure.h"
#include <stdio.h>

/*
 * Tells a recording as a scenario: the machine, started as a live one is; the
 * operations; and what the live kernel then had as expectations. It ends early,
 * and says so, where an operation has no verb. 0; 1: nothing of it can be told;
 * −1: no recording. Of the last two failure->text says why.
 */
int recording_as_scenario(const char *path, FILE *out, struct failure *failure);

#endif
