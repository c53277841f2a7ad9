/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CORE_DEVRES_H
#define IRQLAB_CORE_DEVRES_H

#include <irqlab/provider/software.h>

/*
 * What a device gives back by itself when its driver leaves, newest first. A node
 * is part of an object, its owner.
 */
struct devres {
	struct devres *next;
	void *owner;
	uint64_t key; /* tells it apart in the device's digest */
	void (*release)(struct device *dev, struct devres *res);
};

void devres_add(struct device *dev, struct devres *res);
/* Takes it off the list without a release. */
void devres_remove(struct device *dev, struct devres *res);
/* For the digests of devices. */
void devres_digest(const struct device *dev, struct digest *d);

#endif
