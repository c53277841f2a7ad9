/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/function_internal.h"

#define DSA_ADDRESS_TOP 0xfeeu /* address bits 63:20 */
#define DSA_CTRL_RW	(DSA_CTRL_MASK | DSA_CTRL_IGNORE | DSA_CTRL_PASID_EN | DSA_CTRL_PASID(0xfffff))

struct entry table_reset_entry(const struct store_desc *desc)
{
	switch (desc->kind) {
	case STORE_TABLE_DSA:
		return (struct entry){.address = DSA_RESET_ADDRESS, .ctrl = DSA_CTRL_MASK};
	case STORE_TABLE:
		return (struct entry){.ctrl = UINT32_C(1) << desc->mask_bit};
	case STORE_QUEUE:
		break;
	}
	return (struct entry){0};
}

static bool is_dsa(const struct store *s)
{
	return s->desc.kind == STORE_TABLE_DSA;
}

static bool masked(const struct store *s, unsigned index)
{
	return entry_of(&s->slots, index)->ctrl >> s->desc.mask_bit & 1;
}

static struct event event_of(struct store *s, unsigned index)
{
	return (struct event){s->fn, RAISE_STORE, s->number, index};
}

static void send(struct machine *m, struct store *s, unsigned index)
{
	const struct entry *slot = entry_of(&s->slots, index);
	struct event event = event_of(s, index);

	event_send(m, &event, slot->address, slot->data);
}

/* DSA: the operation completes with an invalid handle before the interrupt is looked at. */
static bool refused(const struct store *s, unsigned index, uint32_t pasid, enum drop_reason *why)
{
	uint32_t ctrl = entry_of(&s->slots, index)->ctrl;

	if (!is_dsa(s))
		return false;
	*why = DROP_INVALID_HANDLE;
	if ((ctrl & DSA_CTRL_PASID_EN) && pasid != ctrl >> 12)
		return true;
	*why = DROP_IGNORED;
	return ctrl & DSA_CTRL_IGNORE;
}

void table_raise(struct machine *m, struct store *s, unsigned index, uint32_t pasid)
{
	struct event event = event_of(s, index);
	enum drop_reason why;

	if (refused(s, index, pasid, &why)) {
		event_drop(m, &event, why);
	} else if (masked(s, index)) {
		entries_set_pending(m, &s->slots, index, true);
		event_latch(m, &event);
	} else {
		send(m, s, index);
	}
}

/* ---- access ---- */

enum word { WORD_ADDR_LO, WORD_ADDR_HI, WORD_DATA, WORD_CTRL, NR_WORDS };

static enum word word_at(const struct store_desc *desc, uint64_t offset)
{
	uint64_t in_slot = offset % desc->stride;

	if (in_slot == desc->address_lo)
		return WORD_ADDR_LO;
	if (in_slot == desc->address_hi)
		return WORD_ADDR_HI;
	if (in_slot == desc->data)
		return WORD_DATA;
	return in_slot == desc->ctrl ? WORD_CTRL : NR_WORDS;
}

static uint32_t read32(struct machine *m, void *owner, uint64_t offset)
{
	const struct store *s = owner;
	unsigned index = (unsigned)(offset / s->desc.stride);
	const struct entry *slot;

	(void)m;
	if (!memory_enabled(s->fn))
		return UINT32_MAX;
	if (index >= s->slots.nr)
		return 0;
	slot = entry_of(&s->slots, index);
	switch (word_at(&s->desc, offset)) {
	case WORD_ADDR_LO:
		return (uint32_t)slot->address;
	case WORD_ADDR_HI:
		return (uint32_t)(slot->address >> 32);
	case WORD_DATA:
		return slot->data;
	case WORD_CTRL:
		if (is_dsa(s) && entry_pending(&s->slots, index))
			return slot->ctrl | DSA_CTRL_PENDING;
		return slot->ctrl;
	case NR_WORDS:
		break;
	}
	return 0;
}

static void write_address(const struct store *s, struct entry *slot, uint64_t address)
{
	if (!is_dsa(s))
		slot->address = address;
	else if (address >> 20 == DSA_ADDRESS_TOP)
		slot->address = address & ~UINT64_C(3);
}

static void write_control(struct machine *m, struct store *s, unsigned index, uint32_t value)
{
	entry_of(&s->slots, index)->ctrl = is_dsa(s) ? value & DSA_CTRL_RW : value;
	if (masked(s, index) || !entry_pending(&s->slots, index))
		return;
	entries_set_pending(m, &s->slots, index, false);
	send(m, s, index);
}

static void write32(struct machine *m, void *owner, uint64_t offset, uint32_t value)
{
	struct store *s = owner;
	unsigned index = (unsigned)(offset / s->desc.stride);
	enum word word = word_at(&s->desc, offset);
	struct entry *slot;

	if (!memory_enabled(s->fn) || index >= s->slots.nr || word == NR_WORDS)
		return;
	slot = entry_of(&s->slots, index);
	WARN_IF(m, word != WORD_CTRL && !masked(s, index), TORN_WRITE_RISK, 0);
	touch(m, chunk_of(&s->slots, index));
	switch (word) {
	case WORD_ADDR_LO:
		write_address(s, slot, (slot->address >> 32 << 32) | value);
		break;
	case WORD_ADDR_HI:
		write_address(s, slot, (uint64_t)value << 32 | (uint32_t)slot->address);
		break;
	case WORD_DATA:
		slot->data = value;
		break;
	case WORD_CTRL:
		write_control(m, s, index, value);
		break;
	case NR_WORDS:
		break;
	}
}

static uint64_t table_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	return split_read(m, owner, offset, size, read32);
}

static void table_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			uint64_t value)
{
	split_write(m, owner, offset, size, value, write32);
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	static const char *const words[NR_WORDS + 1] = {"addr_lo", "addr_hi", "data", "ctrl", ""};
	const struct store *s = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = s->name, .field = "", .index = -1, .offset = offset};
	memcpy(out->object, s->fn->name, sizeof(out->object));
	if (offset / s->desc.stride < s->slots.nr) {
		out->index = (int64_t)(offset / s->desc.stride);
		out->field = words[word_at(&s->desc, offset)];
	}
}

const struct bus_region_ops table_ops = {
	.read = table_read,
	.write = table_write,
	.describe = describe,
};
