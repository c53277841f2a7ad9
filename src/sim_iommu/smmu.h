/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_SMMU_H
#define IRQLAB_SIM_IOMMU_SMMU_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * As much of an SMMUv3 (Arm IHI 0070) as messages need: for each stream
 * (requester) one page of device addresses that leads to one page of real ones,
 * the doorbell's. The stream table is in simulated memory; its entries are much
 * simpler than the real ones. Nothing is cached.
 *
 * A stream without a valid entry, or beyond the table, is passed through. One with
 * a valid entry is blocked unless its message is to the page: a FAULT (address the
 * stream, value enum smmu_fault, extra the requester) and a DROP with reason
 * REMAP_FAULT, extra the same.
 */

enum smmu_register {
	SMMU_CR0 = 0x20,	 /* bit 0: enabled */
	SMMU_STRTAB_BASE = 0x80, /* 8 bytes: 51:6 address */
	SMMU_STRTAB_CFG = 0x88,	 /* 5:0 log2 of the number of entries, at most 16 */
};
#define SMMU_CR0_ENABLE	  0x1u
#define SMMU_BASE(number) (UINT64_C(0x39050000) + (number)*UINT64_C(0x20000))

/* Entry of stream n: two doublewords at base + 16 n. */
#define SMMU_ENTRY_BYTES	 16u
#define SMMU_ENTRY_VALID	 UINT64_C(1)
#define SMMU_ENTRY_PAGE(address) ((address) & ~UINT64_C(0xfff))
/* doubleword 0: SMMU_ENTRY_PAGE(device address) | valid; 1: SMMU_ENTRY_PAGE(real address) */

enum smmu_fault { /* IHI 0070, 7.3: event numbers */
		  SMMU_FAULT_TABLE = 0x03,
		  SMMU_FAULT_TRANSLATION = 0x10,
};

/* Unit `unit` (below 64), disabled. -EINVAL: range, unit. -EEXIST, -ENOMEM. */
int smmu_create(struct machine *m, const struct smmu_desc *desc, unsigned unit,
		uint64_t *registers);

#endif
