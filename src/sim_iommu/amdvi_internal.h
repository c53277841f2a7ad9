/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_AMDVI_INTERNAL_H
#define IRQLAB_SIM_IOMMU_AMDVI_INTERNAL_H

#include "sim_iommu/amdvi.h"
#include "sim_iommu/units.h"

#define DTE_BYTES	32u
#define DTE_IV		UINT64_C(1) /* in its third quarter */
#define DTE_IG		(UINT64_C(1) << 5)
#define DTE_MAX_ORDER	11u
#define CACHE_ENTRIES	128u
#define CACHE_CHUNKS	16u /* of 2^11 entries */
#define CACHE_BUCKETS	256u
#define BASE_MASK	UINT64_C(0x000ffffffffff000)
#define STATUS_OVERFLOW 1u
#define STATUS_EVENT	2u
#define STATUS_WAIT	4u

struct amdvi_chunk { /* cached entries of an interrupt table */
	uint32_t unit, device, first;
	uint64_t valid[CACHE_ENTRIES / 64];
	uint64_t entry[CACHE_ENTRIES][2];
};

struct amdvi_device { /* exists while something of the device is cached */
	struct amdvi_device *next;
	uint32_t unit, device;
	bool has_dte;
	uint64_t dte; /* the quarter with the interrupt fields */
	struct amdvi_chunk *chunk[CACHE_CHUNKS];
};

struct amdvi_buckets {
	struct amdvi_device *first[CACHE_BUCKETS];
};

struct amdvi {
	struct unit unit;
	bool legacy;
	uint64_t device_table, command_base, event_base, control, status;
	uint64_t command_head, command_tail, event_head, event_tail;
	uint64_t ga_base, ga_head, ga_tail, ga_interrupt;
	struct amdvi_buckets *cache;
};

static inline bool amdvi_ga(const struct amdvi *a)
{
	return !a->legacy && (a->control & AMDVI_CONTROL_GA);
}

bool amdvi_message(struct machine *m, void *unit, const struct bus_message *message);

/*
 * To a guest, by an entry in guest mode that is at `where`. False: the guest's page
 * is not in memory.
 */
bool amdvi_post(struct machine *m, struct amdvi *a, uint16_t device, const uint64_t entry[2],
		uint64_t where);

uint64_t amdvi_guest_log_used(const struct amdvi *a); /* bytes that the host has not seen */

/* Carries out what is in the command buffer. */
void amdvi_run_commands(struct machine *m, struct amdvi *a);
/* Appends to the event log if it is on. */
void amdvi_log(struct machine *m, struct amdvi *a, enum amdvi_event code, uint16_t device,
	       uint64_t detail, bool interrupt);

/* ---- the cache ---- */

struct amdvi_device *amdvi_cached(const struct amdvi *a, uint16_t device);
/* Both do nothing when there is no memory: a cache may forget. */
void amdvi_cache_dte(struct machine *m, struct amdvi *a, uint16_t device, uint64_t dte);
void amdvi_cache_entry(struct machine *m, struct amdvi *a, uint16_t device, unsigned index,
		       const uint64_t entry[2]);
bool amdvi_lookup_entry(const struct amdvi *a, uint16_t device, unsigned index, uint64_t entry[2]);
void amdvi_forget_dte(struct machine *m, struct amdvi *a, uint16_t device);
void amdvi_forget_entries(struct machine *m, struct amdvi *a, uint16_t device);
void amdvi_forget_all(struct machine *m, struct amdvi *a);

extern const struct bus_region_ops amdvi_register_ops;

#endif
