/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_VTD_H
#define IRQLAB_SIM_IOMMU_VTD_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * Intel VT-d interrupt remapping (VT-d specification, chapters 5 and 11): a
 * register page, the remapping table and the invalidation queue in simulated
 * memory, an entry cache, fault records, posted interrupts.
 *
 * A blocked interrupt is a FAULT event with the fault reason, and a DROP with
 * reason REMAP_FAULT and the fault reason in `extra`. An entry with FPD set
 * suppresses the FAULT event and the fault record. Each queued descriptor that
 * is carried out is a COMMAND event: value its low, address its high half. A
 * posted interrupt that needs no notification is a LATCH event of the unit:
 * address the descriptor, value the vector.
 *
 * The entry cache holds what the table held when an entry was first used,
 * until it is invalidated. Entries that are not present, or badly programmed,
 * are cached only in caching mode.
 */

enum vtd_fault { /* VT-d, table of fault reasons, interrupt remapping */
		 VTD_FAULT_REQUEST_RESERVED = 0x20,
		 VTD_FAULT_INDEX = 0x21,
		 VTD_FAULT_NOT_PRESENT = 0x22,
		 VTD_FAULT_TABLE_ACCESS = 0x23,
		 VTD_FAULT_ENTRY_RESERVED = 0x24,
		 VTD_FAULT_COMPATIBILITY = 0x25,
		 VTD_FAULT_SOURCE = 0x26,
		 VTD_FAULT_POST_ACCESS = 0x27,
		 VTD_FAULT_POST_RESERVED = 0x28,
};

enum vtd_register { /* VT-d, 11.4 */
		    VTD_VER = 0x00,
		    VTD_CAP = 0x08,
		    VTD_ECAP = 0x10,
		    VTD_GCMD = 0x18,
		    VTD_GSTS = 0x1c,
		    VTD_FSTS = 0x34,
		    VTD_FECTL = 0x38,
		    VTD_FEDATA = 0x3c,
		    VTD_FEADDR = 0x40,
		    VTD_FEUADDR = 0x44,
		    VTD_IQH = 0x80,
		    VTD_IQT = 0x88,
		    VTD_IQA = 0x90,
		    VTD_ICS = 0x9c,
		    VTD_IRTA = 0xb8,
		    VTD_FRCD = 0x220, /* as CAP.FRO says; VTD_NR_FAULT_RECORDS of 16 bytes */
};
#define VTD_NR_FAULT_RECORDS 8
#define VTD_REGISTER_BASE    UINT64_C(0xfed90000)

/*
 * Unit `unit` (below 64) of the machine in front of the requesters that desc
 * names; remapping is off. *registers: where its page is.
 * -EINVAL: entries is no power of two in 2 … 65,536, max_mask > 15, unit.
 * -EEXIST: the number is taken. -ENOMEM.
 */
int vtd_create(struct machine *m, const struct remap_desc *desc, unsigned unit,
	       uint64_t *registers);

/*
 * What the entry cache holds for an index: low and high half. False if the entry
 * is not cached, or there is no such unit. No effect on anything.
 */
bool vtd_peek_cached(const struct machine *m, unsigned unit, unsigned index, uint64_t entry[2]);
/* Address of the entry in memory, as programmed by software; 0: beyond the table, or no unit. */
uint64_t vtd_entry_address(const struct machine *m, unsigned unit, unsigned index);
/* A register, without a bus access; 0 for a unit that does not exist. */
uint32_t vtd_peek_register(const struct machine *m, unsigned unit, unsigned offset);

#endif
