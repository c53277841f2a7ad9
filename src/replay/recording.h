/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_RECORDING_H
#define IRQLAB_REPLAY_RECORDING_H

#include "expected.h"
#include "failure.h"
#include <irqlab/topology.h>

/* What the header of a recording says, and the machine that it describes. */

enum recording_kind {
	RECORDING_SCENARIO,
	RECORDING_START_ONLY,
	RECORDING_STOCK_DRIVERS,
	RECORDING_SNAPSHOTS,
};

struct recording {
	json_t *header;
	const char *name;
	enum recording_kind kind;
	const char *unsupported; /* why no machine can be built for it; NULL: `desc` is filled */
	bool observes_all;	 /* each line covers everything */
	bool is_cut;		 /* it ends before the end of its scenario */
	uint32_t settle_ms;
	uint32_t task_cpu;
	bool records_cfg, records_msix, records_iec, records_amd_inv, records_ims, records_its;
	bool is_arm; /* a line covers the devices that it names */

	struct machine_desc desc;
	uint32_t nr_listed; /* devices whose registers are recorded: the first ones of desc */
	struct start_state start;
	void **blocks; /* what desc and start point to */
	unsigned nr_blocks;
};

/*
 * Takes over `header`. The start state becomes the first expected state. 0, or
 * −1 with failure->text; recording_free() in either case.
 */
int recording_read(struct recording *recording, json_t *header, struct expected *expected,
		   struct failure *failure);
void recording_free(struct recording *recording);

/* For recording.c and start.c: zeroed memory that lives as long as the recording; never NULL
 * unless out of memory. */
void *recording_alloc(struct recording *recording, size_t count, size_t size);
/* object[key] as a number of low … high. −1 with failure->text that names where.key. */
int header_number(const json_t *object, const char *key, uint64_t low, uint64_t high,
		  const char *where, uint64_t *out, struct failure *failure);
/* object[key] as a string, at most `most` bytes long. */
int header_string(const json_t *object, const char *key, size_t most, const char *where,
		  const char **out, struct failure *failure);
/* Fills recording->start from the expected state. */
int recording_read_start(struct recording *recording, const struct expected *expected,
			 struct failure *failure);

#endif
