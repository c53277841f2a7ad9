/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_AMDVI_H
#define IRQLAB_SIM_IOMMU_AMDVI_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * AMD-Vi interrupt remapping (AMD I/O Virtualization specification, chapters 2
 * and 3): device table, one interrupt table a device, command buffer and event
 * log in simulated memory, and what is cached of the tables for each device
 * until it is invalidated.
 *
 * A message is looked at in this order:
 *   remapping is off, or the device's entry lies beyond the table, or its IV bit
 *   is clear: the message passes unchanged;
 *   address outside 0xFEEx_xxxx, or an SMI: INVALID_REQUEST;
 *   NMI, INIT, ExtINT: passes if its bit in the device table entry is set and the
 *   destination mode is physical, otherwise PAGE_FAULT;
 *   control: abort PAGE_FAULT, forward passes, remap goes on, reserved
 *   ILLEGAL_DEVICE_ENTRY;
 *   index beyond the table, or an entry not valid: PAGE_FAULT.
 * A blocked interrupt is a FAULT event whose reason is the event code, an entry
 * in the event log, and a DROP with reason REMAP_FAULT and the code in `extra`.
 * The ignore bit of the device (IG), or no-fault of the entry, suppress the
 * first two. Each command carried out is a COMMAND event: value its low, address
 * its high half.
 *
 * An interrupt for a guest sets a bit in the request register of its APIC page
 * and is a LATCH event of the unit: address the page, value the vector. If the
 * entry says that the vCPU runs, the CPU with the destination's APIC id is told by
 * a doorbell (2.2.5.3). If not, and the entry wants it, there is an entry in the
 * guest log, and an interrupt of the unit if that bit of the status was clear.
 * Whether and where a vCPU runs is not cached but read from memory each time.
 */

enum amdvi_event { /* event log entry, bits 63:60 */
		   AMDVI_ILLEGAL_DEVICE_ENTRY = 1,
		   AMDVI_PAGE_FAULT = 2,
		   AMDVI_TABLE_ERROR = 3, /* device or interrupt table could not be read */
		   AMDVI_ILLEGAL_COMMAND = 5,
		   AMDVI_COMMAND_ERROR =
			   6, /* command buffer could not be read, or store not written */
		   AMDVI_INVALID_REQUEST = 8,
};

enum amdvi_register {
	AMDVI_DEVICE_TABLE = 0x00, /* base 51:12, size 8:0: (n + 1) × 4 KiB */
	AMDVI_COMMAND_BASE = 0x08, /* base 51:12, length 59:56: 2^n entries, n ≥ 8 */
	AMDVI_EVENT_BASE = 0x10,   /* the same */
	AMDVI_CONTROL = 0x18,
	AMDVI_FEATURES = 0x30,	    /* bit 2 XTSup, bit 7 GASup */
	AMDVI_GA_LOG_BASE = 0xe0,   /* base 51:12, length 59:56: 2^n entries of 8 bytes */
	AMDVI_GA_INTERRUPT = 0x180, /* bit 2 logical, 31:8 and 63:56 destination, 39:32 vector */
	AMDVI_COMMAND_HEAD = 0x2000,
	AMDVI_COMMAND_TAIL = 0x2008,
	AMDVI_EVENT_HEAD = 0x2010,
	AMDVI_EVENT_TAIL = 0x2018,
	/* bit 0 event overflow, 1 event, 2 completion wait, 9 guest log overflow, 10 entry; 1
	   clears */
	AMDVI_STATUS = 0x2020,
	AMDVI_GA_LOG_HEAD = 0x2040,
	AMDVI_GA_LOG_TAIL = 0x2048,
};

#define AMDVI_STATUS_GA_OVERFLOW (UINT64_C(1) << 9)
#define AMDVI_STATUS_GA		 (UINT64_C(1) << 10)

#define AMDVI_CONTROL_ENABLE	(UINT64_C(1) << 0)
#define AMDVI_CONTROL_EVENT_LOG (UINT64_C(1) << 2)
#define AMDVI_CONTROL_COMMANDS	(UINT64_C(1) << 12)
#define AMDVI_CONTROL_GA	(UINT64_C(1) << 17) /* 128-bit entries */
#define AMDVI_CONTROL_GA_LOG	(UINT64_C(1) << 28)
#define AMDVI_CONTROL_GA_INT	(UINT64_C(1) << 29) /* entries of the guest log are signalled */
#define AMDVI_CONTROL_XT	(UINT64_C(1) << 50) /* 32-bit destinations */

enum amdvi_command { /* bits 63:60 */
		     AMDVI_COMPLETION_WAIT =
			     1, /* bit 0: store high half at bits 51:3; bit 1: interrupt */
		     AMDVI_INVALIDATE_DEVICE = 2, /* bits 15:0 device */
		     AMDVI_INVALIDATE_PAGES = 3,
		     AMDVI_INVALIDATE_IOTLB = 4,
		     AMDVI_INVALIDATE_INTERRUPTS = 5, /* bits 15:0 device */
		     AMDVI_PREFETCH = 6,
		     AMDVI_COMPLETE_PPR = 7,
		     AMDVI_INVALIDATE_ALL = 8,
};

#define AMDVI_REGISTER_BASE  UINT64_C(0xf7000000)
#define AMDVI_REGISTER_BYTES UINT64_C(0x4000)

/*
 * Unit `unit` (below 64) in front of the requesters that desc names; all off.
 * *registers: where they are. With desc->legacy_format there are only 32-bit
 * entries. -EINVAL: entries is 0 or above 512, or unit. -EEXIST, -ENOMEM.
 */
int amdvi_create(struct machine *m, const struct remap_desc *desc, unsigned unit,
		 uint64_t *registers);

/*
 * What is cached for an index of a device: low and high half (high 0 for 32-bit
 * entries). False if nothing is, or there is no such unit. No effect on anything.
 */
bool amdvi_peek_cached(const struct machine *m, unsigned unit, uint16_t device, unsigned index,
		       uint64_t entry[2]);
/* A 64-bit register, without a bus access; 0 for a unit that does not exist. */
uint64_t amdvi_peek_register(const struct machine *m, unsigned unit, unsigned offset);

#endif
