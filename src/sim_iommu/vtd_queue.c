/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/vtd_internal.h"

/* VT-d, 6.5.2: descriptor types that exist; of these only two matter here. */
enum { DESC_FIRST = 1, DESC_IEC = 4, DESC_WAIT = 5, DESC_LAST = 9 };
#define DESC_BYTES	16u
#define WAIT_INTERRUPT	0x10u
#define WAIT_STATUS	0x20u
#define IEC_SELECTIVE	0x10u
#define ICS_IWC		1u
#define QUEUE_HEAD_MASK 0x7fff0u

/* Both in one word of valid bits. */
static void invalidate_word(struct machine *m, struct vtd *v, uint32_t first, uint32_t last)
{
	struct vtd_chunk *chunk = v->cache[first / VTD_IEC_CHUNK];
	unsigned word = first / 64 % (VTD_IEC_CHUNK / 64);
	uint64_t bits = ~UINT64_C(0) << (first % 64) & ~UINT64_C(0) >> (63 - last % 64);

	if (!chunk || !(chunk->valid[word] & bits))
		return;
	touch(m, chunk);
	chunk->valid[word] &= ~bits;
	vtd_drop_chunk_if_empty(m, v, first);
}

void vtd_invalidate(struct machine *m, struct vtd *v, uint32_t first, uint32_t last)
{
	if (last >= v->nr_cached)
		last = v->nr_cached - 1;
	for (uint32_t end; first <= last; first = end + 1) {
		end = (first | 63) < last ? first | 63 : last;
		invalidate_word(m, v, first, end);
	}
}

static bool invalidate_entries(struct machine *m, struct vtd *v, uint64_t low)
{
	uint32_t mask_order = low >> 27 & 0x1f;
	uint32_t index = low >> 32 & 0xffff;

	if (!(low & IEC_SELECTIVE)) {
		vtd_invalidate(m, v, 0, UINT32_MAX);
	} else {
		if (mask_order > v->max_mask)
			return false;
		index &= ~((UINT32_C(1) << mask_order) - 1);
		vtd_invalidate(m, v, index, index + (UINT32_C(1) << mask_order) - 1);
	}
	step(m, STEP_INVALIDATED, v);
	return true;
}

static bool wait_descriptor(struct machine *m, struct vtd *v, uint64_t low, uint64_t high)
{
	uint32_t status = (uint32_t)(low >> 32);

	if ((low & WAIT_STATUS) && !bus_memory_write(m, high & ~UINT64_C(3), &status, 4))
		return false;
	if (low & WAIT_INTERRUPT) {
		touch(m, v);
		*vtd_reg(v, VTD_ICS) |= ICS_IWC;
		vtd_signal_event(m, v, VTD_IECTL);
	}
	return true;
}

static bool carry_out(struct machine *m, struct vtd *v, uint64_t low, uint64_t high)
{
	unsigned type = low & 0xf;

	tape_event(m, TAPE_COMMAND, ACTOR_UNIT, (uint16_t)v->unit.number, high, low,
		   (uint32_t)v->unit.region, 0);
	if (type == DESC_IEC)
		return invalidate_entries(m, v, low);
	step(m, STEP_COMMAND, v);
	if (type == DESC_WAIT)
		return wait_descriptor(m, v, low, high);
	return type >= DESC_FIRST && type <= DESC_LAST;
}

static void queue_error(struct machine *m, struct vtd *v)
{
	touch(m, v);
	*vtd_reg(v, VTD_FSTS) |= FSTS_IQE;
	vtd_signal_event(m, v, VTD_FECTL);
}

/* VT-d, 6.5.2.1: until the head meets the tail, or a descriptor is wrong. */
void vtd_run_queue(struct machine *m, struct vtd *v)
{
	uint64_t base = vtd_reg64(v, VTD_IQA) & ~UINT64_C(0xfff);
	uint32_t bytes = UINT32_C(0x1000) << (*vtd_reg(v, VTD_IQA) & 7);

	while ((*vtd_reg(v, VTD_GSTS) & VTD_QIE) && !(*vtd_reg(v, VTD_FSTS) & FSTS_IQE) &&
	       *vtd_reg(v, VTD_IQH) != (*vtd_reg(v, VTD_IQT) & QUEUE_HEAD_MASK)) {
		uint32_t head = *vtd_reg(v, VTD_IQH);
		uint64_t desc[2];

		if (head >= bytes || *vtd_reg(v, VTD_IQT) >= bytes ||
		    !bus_memory_read(m, base + head, desc, sizeof(desc)) ||
		    !carry_out(m, v, desc[0], desc[1])) {
			queue_error(m, v);
			return;
		}
		touch(m, v);
		*vtd_reg(v, VTD_IQH) = head + DESC_BYTES == bytes ? 0 : head + DESC_BYTES;
	}
}
