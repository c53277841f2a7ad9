/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_HARNESS_STORE_H
#define IRQLAB_REPLAY_HARNESS_STORE_H

#include "observer.h"

/*
 * The message stores of the recordings: a device domain in the default slot
 * whose chip (IMST: slot = index; IMSQ: slot = cookie) keeps its messages in
 * 4-word slots of memory.
 */
#define HARNESS_STORE_MAX_SIZE 65536u

/* 0, -ENODEV, -EINVAL (size), or what the MSI core says. Callbacks are told to `observer`. */
int harness_store_create(struct device *dev, bool queue, unsigned size, struct observer *observer);
/* index MSI_ANY_INDEX: the lowest free one. */
struct msi_map harness_store_alloc(struct device *dev, unsigned index, uint64_t cookie,
				   const struct irq_affinity_desc *affinity);
/* -ENODEV: the device has no store. */
int harness_store_free(struct device *dev, unsigned index);
int harness_store_remove(struct device *dev);
bool harness_store_exists(struct device *dev);
/* The slot that an interrupt uses; NULL: its domain is no store. */
const uint32_t *harness_store_slot(const struct msi_desc *desc);

#endif
