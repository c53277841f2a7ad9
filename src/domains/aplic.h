/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_APLIC_H
#define IRQLAB_DOMAINS_APLIC_H

#include <domains/wired_msi.h>

/*
 * The software of an APLIC that sends messages (RISC-V AIA, chapter 4): a bridge
 * from sources to the interrupt files of the machine's IMSIC. A message is taken
 * apart into hart, guest and identity, which the source's target register holds.
 *
 * The APLIC sends a level that stays up only once. So after the end of such an
 * interrupt, after its type was set and after it was unmasked, its input is looked
 * at, and if it is still up the source is made pending again.
 */

struct aplic_config {
	const char *name; /* of the device */
	uint64_t registers;
	uint32_t sources; /* 1 … sources */
	uint32_t device_id;
};

/*
 * Programs the unit for messages, all sources inactive, and makes the bridge.
 * -ENODEV: the machine has no IMSIC; -EINVAL: its addresses do not fit the unit's
 * registers; or what wired_bridge_create() returned.
 */
int aplic_bridge_create(struct machine *m, const struct aplic_config *config,
			struct wired_bridge **out);

#endif
