/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_SIM_IOMMU_VTD_RIG_H
#define IRQLAB_TESTS_SIM_IOMMU_VTD_RIG_H

#include "sim_cpu/rig.h"
#include "sim_iommu/vtd.h"

#define GCMD_QIE   0x04000000u
#define GCMD_IRE   0x02000000u
#define GCMD_SIRTP 0x01000000u
#define GCMD_CFI   0x00800000u

/* Where the messages of the tests come from, and an entry that lets them pass: dest 2, vec 0x31. */
#define REQUESTER     0x0118u
#define ENTRY_LOW     UINT64_C(0x0000000200310009) /* 32-bit destinations */
#define ENTRY_LOW_8   UINT64_C(0x0000020000310009) /* 8-bit destinations */
#define ENTRY_HIGH    UINT64_C(0x40118)
#define POSTED	      UINT64_C(0x8000)
#define ENTRY_FPD     UINT64_C(2)
#define QUEUE_ENTRIES 256u

struct vtd_rig {
	struct rig *r;
	uint64_t registers, table, queue;
	unsigned entries, tail;
};

/* Four CPUs; a unit whose table and queue are set up, remapping on. */
struct vtd_rig *vtd_rig_create(const struct remap_desc *desc);
void vtd_rig_destroy(struct vtd_rig *v);

uint64_t vtd_read(struct vtd_rig *v, unsigned offset, unsigned size);
void vtd_write(struct vtd_rig *v, unsigned offset, unsigned size, uint64_t value);

/* Writes an entry to memory, and no more. */
void vtd_set_entry(struct vtd_rig *v, unsigned index, uint64_t low, uint64_t high);
/* Queues a descriptor and rings the bell. */
void vtd_submit(struct vtd_rig *v, uint64_t low, uint64_t high);
void vtd_flush_all(struct vtd_rig *v);

/* The remappable message for a handle, SHV set. */
uint64_t vtd_address(unsigned handle);
/* Sends it as REQUESTER, subhandle 0. */
void vtd_send(struct vtd_rig *v, unsigned handle);
/* The message was blocked with that reason, and reported. */
void vtd_expect_fault(struct vtd_rig *v, unsigned reason);

#endif
