/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/vtd_internal.h"

#define MESSAGE_BASE	   0xfeeu
#define MESSAGE_FORMAT	   0x10u
#define MESSAGE_SHV	   0x08u
#define IRTE_PRESENT	   UINT64_C(1)
#define IRTE_FPD	   UINT64_C(2)
#define IRTE_POSTED	   UINT64_C(0x8000)
#define IRTE_URGENT	   UINT64_C(0x4000)
#define IRTE_HIGH_RESERVED (~UINT64_C(0xfffff))
#define POST_ON		   UINT64_C(1)
#define POST_SN		   UINT64_C(2)
#define POST_RESERVED	   UINT64_C(0xff00fffc)

struct request { /* one message being looked at */
	struct vtd *v;
	const struct bus_message *message;
	uint32_t index;
	uint64_t entry[2];
};

static void block(struct machine *m, const struct request *r, unsigned reason)
{
	bool silent = r->entry[0] & IRTE_FPD;

	unit_blocked(m, &r->v->unit, r->message->requester, r->index, reason, silent);
	if (!silent)
		vtd_record_fault(m, r->v, reason, r->index, r->message->requester);
}

static bool entry_reserved(const struct vtd *v, const uint64_t entry[2])
{
	unsigned delivery = entry[0] >> 5 & 7;

	if (entry[0] & IRTE_POSTED) {
		if (entry[0] & UINT64_C(0x3fff0030fc) || entry[1] & UINT64_C(0xfff00000))
			return true;
		return false;
	}
	if (entry[0] & UINT64_C(0xff007000) || entry[1] & IRTE_HIGH_RESERVED)
		return true;
	if (delivery == 3 || delivery == 6)
		return true;
	return !v->eime && entry[0] & UINT64_C(0xffff00ff00000000);
}

/* VT-d, 5.1.3 and 9.10: SVT, SQ and SID. */
static bool source_ok(uint64_t high, uint16_t requester)
{
	static const uint16_t qualifier_mask[4] = {0xffff, 0xfffb, 0xfff9, 0xfff8};
	uint16_t sid = (uint16_t)high;
	uint16_t mask = qualifier_mask[high >> 16 & 3];

	switch (high >> 18 & 3) {
	case 0:
		return true;
	case 1:
		return (sid & mask) == (requester & mask);
	case 2:
		return requester >> 8 >= sid >> 8 && requester >> 8 <= (sid & 0xff);
	}
	return false;
}

static void cache_fill(struct machine *m, const struct request *r, bool usable)
{
	struct vtd_chunk *chunk;
	unsigned i = r->index % VTD_IEC_CHUNK;

	if (r->index >= r->v->nr_cached || !(usable || r->v->caching_mode))
		return;
	chunk = vtd_own_chunk(m, r->v, r->index);
	if (!chunk)
		return;
	chunk->valid[i / 64] |= UINT64_C(1) << (i % 64);
	chunk->entry[i][0] = r->entry[0];
	chunk->entry[i][1] = r->entry[1];
}

static bool cache_lookup(struct request *r)
{
	const struct vtd_chunk *chunk;
	unsigned i = r->index % VTD_IEC_CHUNK;

	if (r->index >= r->v->nr_cached)
		return false;
	chunk = r->v->cache[r->index / VTD_IEC_CHUNK];
	if (!chunk || !(chunk->valid[i / 64] >> (i % 64) & 1))
		return false;
	r->entry[0] = chunk->entry[i][0];
	r->entry[1] = chunk->entry[i][1];
	return true;
}

/* 0, or the reason why the entry may not be used. */
static unsigned fetch_entry(struct machine *m, struct request *r)
{
	bool cached = cache_lookup(r), bad;

	if (!cached && !bus_memory_read(m, r->v->table + (uint64_t)r->index * 16, r->entry, 16)) {
		r->entry[0] = 0; /* nothing was read: no FPD either */
		return VTD_FAULT_TABLE_ACCESS;
	}
	bad = entry_reserved(r->v, r->entry);
	if (!cached)
		cache_fill(m, r, (r->entry[0] & IRTE_PRESENT) && !bad);
	if (!(r->entry[0] & IRTE_PRESENT))
		return VTD_FAULT_NOT_PRESENT;
	if (bad)
		return VTD_FAULT_ENTRY_RESERVED;
	if (!source_ok(r->entry[1], r->message->requester))
		return VTD_FAULT_SOURCE;
	return 0;
}

static void deliver(struct machine *m, const struct request *r)
{
	uint64_t entry = r->entry[0];
	struct apic_interrupt i = {
		.destination = (uint32_t)(entry >> 32),
		.vector = (uint8_t)(entry >> 16),
		.delivery = entry >> 5 & 7,
		.logical = entry >> 2 & 1,
		.redirection_hint = entry >> 3 & 1,
		.level = entry >> 4 & 1,
	};

	if (!r->v->eime)
		i.destination = i.destination >> 8 & 0xff;
	bus_interrupt(m, &i);
}

/* VT-d, 9.11: the posted-interrupt descriptor. */
static void post(struct machine *m, const struct request *r)
{
	uint64_t address = (r->entry[1] >> 32 << 32) | (r->entry[0] >> 38 << 6);
	unsigned vector = r->entry[0] >> 16 & 0xff;
	uint64_t line[8], control;
	struct apic_interrupt notify;

	if (!bus_memory_read(m, address, line, sizeof(line))) {
		block(m, r, VTD_FAULT_POST_ACCESS);
		return;
	}
	control = line[4];
	if (control & POST_RESERVED) {
		block(m, r, VTD_FAULT_POST_RESERVED);
		return;
	}
	line[vector / 64] |= UINT64_C(1) << (vector % 64);
	if ((control & POST_ON) || (!(r->entry[0] & IRTE_URGENT) && (control & POST_SN))) {
		bus_memory_write(m, address, line, 40);
		tape_event(m, TAPE_LATCH, ACTOR_UNIT, (uint16_t)r->v->unit.number, address, vector,
			   (uint32_t)r->v->unit.region, 0);
		return;
	}
	line[4] |= POST_ON;
	bus_memory_write(m, address, line, 40);
	notify = (struct apic_interrupt){
		.destination = (uint32_t)(control >> 32),
		.vector = (uint8_t)(control >> 16),
	};
	if (!r->v->eime)
		notify.destination = notify.destination >> 8 & 0xff;
	bus_interrupt(m, &notify);
}

/* VT-d, 5.1.4, and the order in which faults are found. */
bool vtd_message(struct machine *m, void *unit, const struct bus_message *message)
{
	struct request r = {.v = unit, .message = message};
	uint32_t address = (uint32_t)message->address;
	uint32_t status = *vtd_reg(r.v, VTD_GSTS);
	unsigned reason;

	if (!(status & VTD_IRE))
		return false;
	if (message->address >> 20 != MESSAGE_BASE) {
		block(m, &r, VTD_FAULT_REQUEST_RESERVED);
		return true;
	}
	if (!(address & MESSAGE_FORMAT)) {
		if (!r.v->eime && (status & VTD_CFI))
			return false;
		block(m, &r, VTD_FAULT_COMPATIBILITY);
		return true;
	}
	r.index = (address >> 5 & 0x7fff) | (address >> 2 & 1) << 15;
	if (address & MESSAGE_SHV)
		r.index += message->data & 0xffff;
	reason = r.index >= r.v->nr_entries ? VTD_FAULT_INDEX : fetch_entry(m, &r);
	if (!reason && (address & MESSAGE_SHV) && message->data >> 16)
		reason = VTD_FAULT_REQUEST_RESERVED;
	if (reason)
		block(m, &r, reason);
	else if (r.entry[0] & IRTE_POSTED)
		post(m, &r);
	else
		deliver(m, &r);
	return true;
}
