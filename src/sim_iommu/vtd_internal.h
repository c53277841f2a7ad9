/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_VTD_INTERNAL_H
#define IRQLAB_SIM_IOMMU_VTD_INTERNAL_H

#include "sim_iommu/units.h"
#include "sim_iommu/vtd.h"

#define VTD_REGISTER_BYTES (VTD_FRCD + 16 * VTD_NR_FAULT_RECORDS)

/* GCMD and GSTS, the same places in both */
#define VTD_TE	  0x80000000u
#define VTD_SRTP  0x40000000u
#define VTD_QIE	  0x04000000u
#define VTD_IRE	  0x02000000u
#define VTD_SIRTP 0x01000000u
#define VTD_CFI	  0x00800000u

#define FSTS_PFO   0x01u       /* primary fault overflow */
#define FSTS_PPF   0x02u       /* primary pending fault */
#define FSTS_IQE   0x10u       /* invalidation queue error */
#define FSTS_FRI   0xff00u     /* the first record with a fault */
#define EVENT_IM   0x80000000u /* event control: masked */
#define EVENT_IP   0x40000000u /* …pending */
#define VTD_IECTL  0xa0
#define VTD_IEDATA 0xa4

#define VTD_IEC_CHUNK 128
struct vtd_chunk { /* part of the entry cache: there while an entry in it is valid */
	uint32_t unit, first;
	uint64_t valid[VTD_IEC_CHUNK / 64];
	uint64_t entry[VTD_IEC_CHUNK][2];
};

struct vtd {
	struct unit unit;
	bool eim, caching_mode;
	uint8_t max_mask;
	uint32_t nr_cached; /* entries that the cache has room for */
	struct vtd_chunk **cache;

	/* As latched by SIRTP */
	uint64_t table;
	uint32_t nr_entries;
	bool eime;

	uint32_t next_record; /* fault record to be used next */
	uint32_t reg[VTD_REGISTER_BYTES / 4];
};

static inline uint32_t *vtd_reg(struct vtd *v, unsigned offset)
{
	return &v->reg[offset / 4];
}
static inline uint64_t vtd_reg64(const struct vtd *v, unsigned offset)
{
	return v->reg[offset / 4] | (uint64_t)v->reg[offset / 4 + 1] << 32;
}

bool vtd_message(struct machine *m, void *unit, const struct bus_message *message);

/* The chunk of the entry, for writing; NULL: no memory, so nothing is cached. */
struct vtd_chunk *vtd_own_chunk(struct machine *m, struct vtd *v, uint32_t index);
void vtd_drop_chunk_if_empty(struct machine *m, struct vtd *v, uint32_t index);
unsigned vtd_pending_faults(const struct vtd *v); /* records that software has not cleared */
/* Records a fault and signals it. The caller has put it on the tape. */
void vtd_record_fault(struct machine *m, struct vtd *v, unsigned reason, unsigned index,
		      uint16_t requester);
/* After a change of FSTS, a fault record or FECTL. */
void vtd_update_pending_fault(struct vtd *v);
/* One of the unit's own interrupts, whose control register is at `control`. */
void vtd_signal_event(struct machine *m, struct vtd *v, unsigned control);

/* Carries out what is queued. */
void vtd_run_queue(struct machine *m, struct vtd *v);
/* Entries first … last, inclusive; last is cut to what exists. */
void vtd_invalidate(struct machine *m, struct vtd *v, uint32_t first, uint32_t last);

extern const struct bus_region_ops vtd_register_ops;

#endif
