/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_LEGACY_OCTEON_H
#define IRQLAB_DOMAINS_LEGACY_OCTEON_H

#include <irqlab/provider/software.h>

/*
 * Octeon (MIPS): an MSI is a bit of up to 256, its irq number the bit's. A
 * function gets a block as large as its capability says, whatever its driver
 * asked for: what stands in the control word as enabled counts first, else all
 * that it is capable of. No MSI-X. When not even a single bit is free the
 * architecture gives up: the machine is poisoned.
 */
struct octeon_config {
	uint64_t message_address; /* devices write there */
	uint64_t registers;	  /* received words; the enable words lie 0x40 behind */
	uint32_t words;		  /* of 64 bits: 1 to 4 */
	uint32_t first_irq;	  /* of bit 0 */
};
/* -EINVAL, -EEXIST (the machine has its legacy already), -ENOMEM. */
int legacy_octeon_create(struct machine *m, const struct octeon_config *config);

#endif
