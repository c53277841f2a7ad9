/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_MBIGEN_H
#define IRQLAB_DOMAINS_MBIGEN_H

#include <domains/wired_msi.h>

/*
 * The software of an MBIGEN: a bridge from pins to messages under any MSI parent.
 * A pin's register has room for the message's data alone; its address is the
 * unit's own affair. So it suits parents whose messages all have one address, and
 * never change: an ITS.
 *
 * Pins rise, or are high: other triggers are -EINVAL. A message of zeroes leaves the
 * pin's register as it is.
 */

struct mbigen_config {
	const char *name; /* of the device */
	struct irq_domain *parent;
	uint64_t registers;
	uint32_t pins; /* 64 … 64 + pins − 1 */
	uint32_t device_id;
};
/* As wired_bridge_create(). Writes nothing to the bus. */
int mbigen_bridge_create(struct machine *m, const struct mbigen_config *config,
			 struct wired_bridge **out);

#endif
