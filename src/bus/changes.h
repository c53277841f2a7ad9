/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_BUS_CHANGES_H
#define IRQLAB_BUS_CHANGES_H

#include <irqlab/machine.h>

/* What happened to objects of a type since a snapshot, as far as more than counters differs. */
struct type_changes {
	const char *type;
	uint32_t made, gone, changed;
	unsigned __int128 difference; /* of their digests: 0 if each that is gone was made again */
};

/*
 * Fills in up to `most` types, in the order of their objects in memory, and returns how many. 0
 * also where no object differs, but what the machine itself holds (CPUs, timers, switches); where
 * there is no such snapshot; and without memory. It knows objects whose fingerprint was taken at
 * the time of the snapshot. Costs a look at each live object.
 */
unsigned machine_changes_since(struct machine *m, int snapshot, struct type_changes *changes,
			       unsigned most);

#endif
