/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_IOAPIC_H
#define IRQLAB_SIM_IOMMU_IOAPIC_H

#include <irqlab/machine.h>

/*
 * I/O APIC (82093AA; version 0x20 with an EOI register): lines in, messages out.
 * Its message goes the way of every device's, with the requester id it was given:
 *   address  0xFEE << 20 | entry bits 63:49 << 5 | bit 48 << 4 | bit 11 << 2
 *   data     bits 10:0 of the entry; for a level line also 14 and 15
 * which is a compatibility message, or the remappable format if bit 48 is set.
 *
 * Edge: a rising line sends once; masked, the edge is lost (DROP DISABLED of the
 * unit, extra the pin). Level: an asserted, unmasked line without remote IRR sends
 * and sets it; the end of its vector, broadcast or written to the EOI register,
 * clears it, and a line that is still asserted sends again.
 */

enum ioapic_register { /* memory mapped; the others go through index and data */
		       IOAPIC_INDEX = 0x00,
		       IOAPIC_DATA = 0x10,
		       IOAPIC_EOI = 0x40,
};
enum ioapic_index {
	IOAPIC_ID = 0,
	IOAPIC_VERSION = 1,
	IOAPIC_ENTRY = 0x10, /* entry n: low half at + 2n, high half at + 2n + 1 */
};
#define IOAPIC_REGISTER_BASE UINT64_C(0xfec00000)
#define IOAPIC_MAX_PINS	     120u

#define IOAPIC_RTE_LOGICAL    (UINT64_C(1) << 11)
#define IOAPIC_RTE_LOW	      (UINT64_C(1) << 13)
#define IOAPIC_RTE_REMOTE_IRR (UINT64_C(1) << 14)
#define IOAPIC_RTE_LEVEL      (UINT64_C(1) << 15)
#define IOAPIC_RTE_MASKED     (UINT64_C(1) << 16)
#define IOAPIC_RTE_REMAP      (UINT64_C(1) << 48)

/*
 * I/O APIC `unit` (below 64) of segment 0, all entries masked. *registers: where
 * its page is. -EINVAL: pins is 0 or above 120, or unit. -EEXIST, -ENOSPC (16
 * listen for EOI), -ENOMEM.
 */
int ioapic_create(struct machine *m, unsigned unit, unsigned pins, uint16_t requester,
		  uint64_t *registers);

/* Asserted or not: polarity is not modelled. Unknown units and pins are ignored. */
void ioapic_set_line(struct machine *m, unsigned unit, unsigned pin, bool asserted);

/* The redirection entry, without a bus access; all ones if there is none. */
uint64_t ioapic_peek_entry(const struct machine *m, unsigned unit, unsigned pin);

#endif
