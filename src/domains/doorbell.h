/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_DOORBELL_H
#define IRQLAB_DOMAINS_DOORBELL_H

#include <irqlab/provider/software.h>

/*
 * The software of an SMMU, as far as messages go: a device whose addresses are
 * translated must see the doorbell somewhere. One page of device addresses
 * (struct device, doorbell_page) leads to the doorbell's page, and the message
 * names that.
 */

struct doorbell_config {
	const char *object; /* of its table in memory, for readers of the tape: "smmu" */
	uint64_t registers; /* bus address */
	uint16_t segment, first_requester, last_requester; /* whose messages; last 0: all */
	bool blocks_others; /* messages of functions that have no page */
};
/*
 * Makes the unit's stream table, programs the unit and enables it. The tape shows
 * entries as <object>.stream[requester].from and .to. The machine must have a GIC.
 * 0, -ENOMEM, -EINVAL.
 */
int doorbell_unit_create(struct machine *m, const struct doorbell_config *config);

/*
 * Before the first message: the device's page leads to the doorbell, or nowhere if
 * it has none and the unit blocks such. Writes an entry if it changes. `info` is of a
 * batch, and remembers in scratch[1] whether this was the device's first.
 */
void doorbell_prepare(msi_alloc_info_t *info, uint64_t doorbell);
/* The batch failed: the first entry goes, unless switch DOORBELL_STAYS is on. */
void doorbell_unprepare(const struct device *dev, const msi_alloc_info_t *info);
/* The message's address, as the device must use it. */
void doorbell_compose(const struct device *dev, uint64_t doorbell, struct msi_msg *msg);

#endif
