/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/function_internal.h"

/* PCI 3.0, 6.8.2.6 to 6.8.2.9: an entry's words. */
enum { WORD_ADDR_LO, WORD_ADDR_HI, WORD_DATA, WORD_CTRL };

static bool active(const struct function *fn)
{
	return (config16(fn, fn->msix_cap + 2u) & (MSIX_ENABLE | MSIX_MASKALL)) == MSIX_ENABLE;
}

static void send(struct machine *m, const struct event *event)
{
	const struct entry *entry = entry_of(&event->fn->msix, event->index);

	event_send(m, event, entry->address, entry->data);
}

void msix_raise(struct machine *m, struct function *fn, unsigned index)
{
	struct event event = {.fn = fn, .source = RAISE_MSIX, .index = index};

	if (!(config16(fn, fn->msix_cap + 2u) & MSIX_ENABLE)) {
		event_drop(m, &event, DROP_DISABLED);
	} else if (!active(fn) || (entry_of(&fn->msix, index)->ctrl & MSIX_ENTRY_MASKED)) {
		entries_set_pending(m, &fn->msix, index, true);
		event_latch(m, &event);
	} else {
		send(m, &event);
	}
}

static void flush_entry(struct machine *m, struct function *fn, unsigned index)
{
	struct event event = {.fn = fn, .source = RAISE_MSIX, .index = index};

	if (!active(fn) || !entry_pending(&fn->msix, index) ||
	    (entry_of(&fn->msix, index)->ctrl & MSIX_ENTRY_MASKED))
		return;
	entries_set_pending(m, &fn->msix, index, false);
	send(m, &event);
}

void msix_flush(struct machine *m, struct function *fn)
{
	for (unsigned first = 0; first < fn->msix.nr; first += CHUNK_ENTRIES) {
		uint64_t pending = chunk_of(&fn->msix, first)->pending;

		for (; pending; pending &= pending - 1)
			flush_entry(m, fn, first + (unsigned)__builtin_ctzll(pending));
	}
}

/* ---- the BAR with table and PBA ---- */

static bool in_table(const struct function *fn, uint64_t offset)
{
	return offset >= fn->msix_table && offset - fn->msix_table < fn->msix.nr * 16;
}

static uint32_t entry_word(const struct entry *entry, unsigned word)
{
	switch (word) {
	case WORD_ADDR_LO:
		return (uint32_t)entry->address;
	case WORD_ADDR_HI:
		return (uint32_t)(entry->address >> 32);
	case WORD_DATA:
		return entry->data;
	}
	return entry->ctrl;
}

static uint32_t read32(struct machine *m, void *owner, uint64_t offset)
{
	const struct function *fn = owner;
	uint64_t pba = offset - fn->msix_pba;

	(void)m;
	if (!memory_enabled(fn))
		return UINT32_MAX;
	if (in_table(fn, offset)) {
		offset -= fn->msix_table;
		return entry_word(entry_of(&fn->msix, (unsigned)(offset / 16)), offset / 4 % 4);
	}
	if (offset >= fn->msix_pba && pba < (fn->msix.nr + 63) / 64 * 8)
		return (uint32_t)(fn->msix.chunk[pba / 8]->pending >> (pba % 8 * 8));
	return 0;
}

static void write32(struct machine *m, void *owner, uint64_t offset, uint32_t value)
{
	struct function *fn = owner;
	unsigned index, word;
	struct entry *entry;

	if (!memory_enabled(fn) || !in_table(fn, offset))
		return;
	index = (unsigned)((offset - fn->msix_table) / 16);
	word = (offset - fn->msix_table) / 4 % 4;
	entry = entry_of(&fn->msix, index);
	WARN_IF(m, word != WORD_CTRL && active(fn) && !(entry->ctrl & MSIX_ENTRY_MASKED),
		TORN_WRITE_RISK, 0);
	touch(m, chunk_of(&fn->msix, index));
	switch (word) {
	case WORD_ADDR_LO:
		entry->address = (entry->address >> 32 << 32) | (value & ~3u);
		break;
	case WORD_ADDR_HI:
		entry->address = (uint64_t)value << 32 | (uint32_t)entry->address;
		break;
	case WORD_DATA:
		entry->data = value;
		break;
	case WORD_CTRL:
		entry->ctrl = value;
		flush_entry(m, fn, index);
		break;
	}
}

static uint64_t bar_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	return split_read(m, owner, offset, size, read32);
}

static void bar_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
		      uint64_t value)
{
	split_write(m, owner, offset, size, value, write32);
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	static const char *const words[4] = {"addr_lo", "addr_hi", "data", "ctrl"};
	const struct function *fn = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = "", .field = "", .index = -1, .offset = offset};
	memcpy(out->object, fn->name, sizeof(out->object));
	if (in_table(fn, offset)) {
		out->store = "msix";
		out->index = (int64_t)(offset - fn->msix_table) / 16;
		out->field = words[(offset - fn->msix_table) / 4 % 4];
	} else if (offset >= fn->msix_pba && offset < fn->msix_pba + (fn->msix.nr + 63) / 64 * 8) {
		out->store = "msix";
		out->field = "pba";
	}
}

const struct bus_region_ops msix_bar_ops = {
	.read = bar_read,
	.write = bar_write,
	.describe = describe,
};

/* ---- a BAR whose registers mean nothing here ---- */

static uint64_t plain_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	(void)m;
	(void)offset;
	(void)size;
	return memory_enabled(owner) ? 0 : ~UINT64_C(0);
}

static void plain_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			uint64_t value)
{
	(void)m;
	(void)owner;
	(void)offset;
	(void)size;
	(void)value;
}

static void plain_describe(const struct machine *m, const void *owner, uint64_t offset,
			   unsigned size, struct bus_place *out)
{
	const struct function *fn = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = "reg", .field = "", .index = -1, .offset = offset};
	memcpy(out->object, fn->name, sizeof(out->object));
}

const struct bus_region_ops plain_bar_ops = {
	.read = plain_read,
	.write = plain_write,
	.describe = plain_describe,
};
