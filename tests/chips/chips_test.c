/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

#include <inttypes.h>
#include <stdio.h>

static const struct device_desc devices[] = {
	{.name = "nic",
	 .requester = 0x10,
	 .node = -1,
	 .pin = 1,
	 .intx_irq = 20,
	 .msix = {.cap = 0x40, .size = 8, .pba_offset = 0x800}},
	{.name = "multi",
	 .requester = 0x18,
	 .node = -1,
	 .pin = 1,
	 .intx_irq = 21,
	 .msi = {.cap = 0x70, .vectors = 16, .is_64 = true}},
	{.name = "mask",
	 .requester = 0x20,
	 .node = -1,
	 .pin = 1,
	 .intx_irq = 22,
	 .msi = {.cap = 0x60, .vectors = 2, .maskbit = true}},
	{.name = "both",
	 .requester = 0x28,
	 .node = -1,
	 .pin = 1,
	 .intx_irq = 23,
	 .msi = {.cap = 0xd0, .vectors = 1, .is_64 = true},
	 .msix = {.cap = 0xa0, .size = 5, .pba_offset = 0x800}},
	{.name = "none", .requester = 0x30, .node = -1},
	{.name = "dsa",
	 .requester = 0x38,
	 .node = -1,
	 .msix = {.cap = 0x40, .size = 4, .pba_offset = 0x800},
	 .store = {{.kind = STORE_TABLE_DSA, .slots = 16},
		   {.kind = STORE_QUEUE, .slots = 32, .latency = 5},
		   {.kind = STORE_TABLE,
		    .slots = 8,
		    .stride = 32,
		    .address_lo = 4,
		    .address_hi = 8,
		    .data = 0,
		    .ctrl = 16,
		    .mask_bit = 7}},
	 .nr_stores = 3},
	{.name = "shaky",
	 .requester = 0x48,
	 .node = -1,
	 .store = {{.kind = STORE_QUEUE, .slots = 4, .ring = 4, .fail_every = 2},
		   {.kind = STORE_QUEUE, .slots = 4, .fail_every = 1}},
	 .nr_stores = 2},
	{.name = "big",
	 .requester = 0x40,
	 .node = -1,
	 .pin = 1,
	 .intx_irq = 20,
	 .msix = {.cap = 0x40, .size = 64, .pba_offset = 0x800}},
};

struct machine *chips_machine(const struct chips_options *options)
{
	const struct machine_options memory = {.arena_bytes = 256 << 20};
	struct remap_desc remap = {
		.name = "ir",
		.domain = options->parent == PARENT_AMD ? "AMD-IR-0-14" : "INTEL-IR-0-13",
		.kind = options->parent == PARENT_AMD ? REMAP_AMD : REMAP_INTEL,
		.entries = options->remap_entries ? options->remap_entries : 256,
		.caching_mode = options->parent == PARENT_GUEST,
	};
	const struct machine_desc desc = {
		.nr_cpus = options->cpus ? options->cpus : 4,
		.vector_first = options->vector_last ? 32 : 0,
		.vector_last = options->vector_last,
		.remaps = &remap,
		.nr_remaps = options->parent != PARENT_VECTOR,
		.devices = devices,
		.nr_devices = sizeof(devices) / sizeof(devices[0]),
	};
	struct machine *m = machine_create(&memory);
	const char *why;

	assert_non_null(m);
	if (machine_load(m, &desc, &why))
		fail_msg("machine_load: %s", why);
	return m;
}

/* ---- writes as text ---- */

struct text {
	char bytes[1 << 16];
	size_t used;
};

static void append(struct text *text, const struct bus_place *place, int64_t last, uint64_t value)
{
	char index[48] = "";
	int n;

	if (place->index >= 0 && last > place->index)
		snprintf(index, sizeof(index), "[%" PRId64 "-%" PRId64 "]", place->index, last);
	else if (place->index >= 0)
		snprintf(index, sizeof(index), "[%" PRId64 "]", place->index);
	n = snprintf(text->bytes + text->used, sizeof(text->bytes) - text->used,
		     "%s%s%s.%s=0x%" PRIx64, text->used ? " " : "", place->store, index,
		     place->field, value);
	text->used += (size_t)n;
	assert_true(text->used < sizeof(text->bytes));
}

static bool continues(const struct bus_place *run, int64_t last, uint64_t value,
		      const struct bus_place *next, uint64_t next_value)
{
	return next->index == last + 1 && run->index >= 0 && value == next_value &&
	       !strcmp(run->store, next->store) && !strcmp(run->field, next->field) &&
	       !strcmp(run->object, next->object);
}

const char *chips_writes(struct machine *m, uint64_t since)
{
	static struct text text;
	struct bus_place run, next;
	uint64_t value = 0;
	int64_t last = -2;

	text.used = 0;
	text.bytes[0] = 0;
	assert_true(since >= tape_oldest(m));
	for (uint64_t at = since; at < tape_position(m); at++) {
		const struct tape_record *record = tape_at(m, at);

		if (record->kind != TAPE_CONFIG && record->kind != TAPE_MMIO)
			continue;
		if (!tape_place(m, record, &next) ||
		    (strcmp(next.store, "cfg") && strncmp(next.store, "msi", 3) &&
		     strncmp(next.store, "ims", 3) && strncmp(next.store, "queue", 5) &&
		     strcmp(next.store, "sriov")))
			continue;
		if (last >= -1 && continues(&run, last, value, &next, record->value)) {
			last++;
			continue;
		}
		if (last >= -1)
			append(&text, &run, last, value);
		run = next;
		last = next.index;
		value = record->value;
	}
	if (last >= -1)
		append(&text, &run, last, value);
	return text.bytes;
}

enum irqreturn chips_handler(int irq, void *count)
{
	(void)irq;
	++*(int *)count;
	return IRQ_HANDLED;
}
