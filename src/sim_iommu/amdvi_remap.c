/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/amdvi_internal.h"

#define MESSAGE_LOGICAL 0x4u
#define ENTRY_VALID	UINT64_C(1)
#define ENTRY_NO_FAULT	UINT64_C(2)
#define ENTRY_GUEST	UINT64_C(0x80)
#define DTE_INIT_PASS	(UINT64_C(1) << 56)
#define DTE_EXTINT_PASS (UINT64_C(1) << 57)
#define DTE_NMI_PASS	(UINT64_C(1) << 58)

enum { CONTROL_ABORT, CONTROL_FORWARD, CONTROL_REMAP };

struct request {
	struct amdvi *a;
	const struct bus_message *message;
	uint64_t dte;
	unsigned index;
	uint64_t entry[2];
};

enum verdict { VERDICT_PASS, VERDICT_BLOCK, VERDICT_REMAP };

static void block(struct machine *m, const struct request *r, enum amdvi_event code)
{
	bool silent = (r->dte & DTE_IG) || (r->entry[0] & ENTRY_NO_FAULT);

	unit_blocked(m, &r->a->unit, r->message->requester, r->index, code, silent);
	if (!silent)
		amdvi_log(m, r->a, code, r->message->requester, r->message->address, true);
}

/* False: there is no device table entry with remapping for it. */
static bool fetch_dte(struct machine *m, struct request *r, bool *error)
{
	uint16_t device = r->message->requester;
	const struct amdvi_device *cached = amdvi_cached(r->a, device);
	uint64_t bytes = ((r->a->device_table & 0x1ff) + 1) << 12;
	uint64_t offset = (uint64_t)device * DTE_BYTES;

	if (cached && cached->has_dte) {
		r->dte = cached->dte;
		return r->dte & DTE_IV;
	}
	if (offset >= bytes)
		return false;
	if (!bus_memory_read(m, (r->a->device_table & BASE_MASK) + offset + 16, &r->dte, 8)) {
		r->dte = 0;
		*error = true;
		return true;
	}
	amdvi_cache_dte(m, r->a, device, r->dte);
	return r->dte & DTE_IV;
}

/* Interrupts that are never remapped, and what the device table entry says about them. */
static enum verdict look_at_type(const struct request *r, enum amdvi_event *code)
{
	uint64_t pass;

	*code = AMDVI_INVALID_REQUEST;
	if (r->message->address >> 20 != 0xfee)
		return VERDICT_BLOCK;
	switch (r->message->data >> 8 & 7) {
	case APIC_FIXED:
	case APIC_LOWEST:
		return VERDICT_REMAP;
	case APIC_NMI:
		pass = DTE_NMI_PASS;
		break;
	case APIC_INIT:
		pass = DTE_INIT_PASS;
		break;
	case APIC_EXTINT:
		pass = DTE_EXTINT_PASS;
		break;
	default:
		return VERDICT_BLOCK;
	}
	*code = AMDVI_PAGE_FAULT;
	if ((r->dte & pass) && !(r->message->address & MESSAGE_LOGICAL))
		return VERDICT_PASS;
	return VERDICT_BLOCK;
}

static enum verdict look_at_control(const struct request *r, enum amdvi_event *code)
{
	switch (r->dte >> 60 & 3) {
	case CONTROL_ABORT:
		*code = AMDVI_PAGE_FAULT;
		return VERDICT_BLOCK;
	case CONTROL_FORWARD:
		return VERDICT_PASS;
	case CONTROL_REMAP:
		return VERDICT_REMAP;
	}
	*code = AMDVI_ILLEGAL_DEVICE_ENTRY;
	return VERDICT_BLOCK;
}

static uint64_t entry_address(const struct request *r, unsigned size)
{
	return (r->dte & UINT64_C(0x000fffffffffffc0)) + (uint64_t)r->index * size;
}

static enum verdict fetch_entry(struct machine *m, struct request *r, enum amdvi_event *code)
{
	unsigned order = r->dte >> 1 & 0xf, size = amdvi_ga(r->a) ? 16 : 4;

	*code = AMDVI_ILLEGAL_DEVICE_ENTRY;
	if (order > DTE_MAX_ORDER)
		return VERDICT_BLOCK;
	*code = AMDVI_PAGE_FAULT;
	r->index = r->message->data & 0x7ff;
	if (r->index >= 1u << order)
		return VERDICT_BLOCK;
	if (amdvi_lookup_entry(r->a, r->message->requester, r->index, r->entry))
		return r->entry[0] & ENTRY_VALID ? VERDICT_REMAP : VERDICT_BLOCK;
	if (!bus_memory_read(m, entry_address(r, size), r->entry, size)) {
		r->entry[0] = r->entry[1] = 0;
		*code = AMDVI_TABLE_ERROR;
		return VERDICT_BLOCK;
	}
	if (!(r->entry[0] & ENTRY_VALID))
		return VERDICT_BLOCK;
	amdvi_cache_entry(m, r->a, r->message->requester, r->index, r->entry);
	return VERDICT_REMAP;
}

static void deliver_to_guest(struct machine *m, const struct request *r)
{
	if (!amdvi_post(m, r->a, r->message->requester, r->entry, entry_address(r, 16)))
		block(m, r, AMDVI_TABLE_ERROR);
}

static void deliver(struct machine *m, const struct request *r)
{
	uint64_t low = r->entry[0], high = r->entry[1];
	struct apic_interrupt i = {
		.delivery = low >> 2 & 7,
		.logical = low >> 6 & 1,
	};

	if (!amdvi_ga(r->a)) {
		i.destination = low >> 8 & 0xff;
		i.vector = (uint8_t)(low >> 16);
	} else {
		i.destination = low >> 8 & 0xff;
		if (r->a->control & AMDVI_CONTROL_XT)
			i.destination = (low >> 8 & 0xffffff) | (uint32_t)(high >> 56) << 24;
		i.vector = (uint8_t)high;
	}
	bus_interrupt(m, &i);
}

bool amdvi_message(struct machine *m, void *unit, const struct bus_message *message)
{
	struct request r = {.a = unit, .message = message};
	enum amdvi_event code = AMDVI_TABLE_ERROR;
	enum verdict verdict;
	bool error = false;

	if (!(r.a->control & AMDVI_CONTROL_ENABLE) || !fetch_dte(m, &r, &error))
		return false;
	verdict = error ? VERDICT_BLOCK : look_at_type(&r, &code);
	if (verdict == VERDICT_REMAP)
		verdict = look_at_control(&r, &code);
	if (verdict == VERDICT_REMAP)
		verdict = fetch_entry(m, &r, &code);
	if (verdict == VERDICT_PASS)
		return false;
	if (verdict == VERDICT_BLOCK)
		block(m, &r, code);
	else if (amdvi_ga(r.a) && (r.entry[0] & ENTRY_GUEST))
		deliver_to_guest(m, &r);
	else
		deliver(m, &r);
	return true;
}
