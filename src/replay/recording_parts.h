/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_RECORDING_PARTS_H
#define IRQLAB_REPLAY_RECORDING_PARTS_H

#include "recording.h"

/* Parts of a header that machines of all architectures have, and those of Arm ones. */

int recording_read_cpus(struct recording *recording, struct failure *failure);
/* `start`: { name: registers } at the start. */
int recording_read_devices(struct recording *recording, const json_t *start,
			   struct failure *failure);
int recording_read_cpu_list(struct recording *recording, const json_t *list, const char *where,
			    const uint32_t **out, uint32_t *nr_out, struct failure *failure);
int recording_read_levels(struct irq_record *irq, const json_t *record, const char *where,
			  struct failure *failure);

int recording_read_arm_machine(struct recording *recording, const json_t *machine,
			       const json_t *start, struct failure *failure);
int recording_read_arm_start(struct recording *recording, const struct expected *expected,
			     struct failure *failure);

#endif
