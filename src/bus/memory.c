/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#include <string.h>

/* Where simulated memory lies: above 4 GiB, below the configuration windows. */
#define MEMORY_FIRST UINT64_C(0x100000000)
#define MEMORY_LAST  (BUS_ECAM_BASE(0) - 1)
#define MEMORY_ALIGN UINT64_C(64)

/*
 * A range is many small objects, so that snapshots and digests of a big table
 * cost what was written. A block exists exactly while it holds a byte other
 * than 0: memory that is written and cleared again leaves no trace.
 */
#define BLOCK_BYTES 512u

struct memory_block {
	uint64_t address;
	uint64_t reserved;
	union {
		unsigned char data[BLOCK_BYTES];
		uint64_t words[BLOCK_BYTES / 8];
	};
};

struct memory {
	uint64_t first, size;
	struct region *region;
	struct memory_label label;
	uint64_t nr_blocks;
	struct memory_block *block[]; /* then, for each, the epoch of its copy in the journal */
};

static void block_digest(const void *object, struct digest *d)
{
	const struct memory_block *block = object;

	digest_u64(d, block->address);
	digest_bytes(d, block->data, sizeof(block->data));
}

static void memory_digest(const void *object, struct digest *d)
{
	const struct memory *memory = object;

	digest_u64(d, memory->first);
	digest_u64(d, memory->size);
	digest_string(d, memory->label.object);
	digest_string(d, memory->label.store);
}

static const struct object_type block_type = {.name = "memory-block", .digest = block_digest};
static const struct object_type ring_block_type = {.name = "ring-block"};
static const struct object_type memory_type = {.name = "memory", .digest = memory_digest};

/* First fit: the address depends on what is allocated now, not on what was. 0: no gap. */
static uint64_t find_gap(const struct machine *m, uint64_t size, uint64_t align)
{
	const struct pointer_table *table = m->state.regions[SIDE_CPU];
	uint64_t at = (MEMORY_FIRST + align - 1) & ~(align - 1);

	for (uint32_t i = region_index(m, SIDE_CPU, at); table && i < table->nr; i++) {
		const struct region *region = table->at[i];

		if (region->claim.first >= at && region->claim.first - at >= size)
			break;
		at = (region->claim.last + align) & ~(align - 1);
		if (at < MEMORY_FIRST || at > MEMORY_LAST)
			return 0;
	}
	return at >= MEMORY_FIRST && at <= MEMORY_LAST && MEMORY_LAST - at >= size - 1 ? at : 0;
}

/* The copy of a whole big range would be worse than that of some of its links. */
static void journal_link(struct machine *m, struct memory *memory, uint64_t index)
{
	uint64_t *saved = (uint64_t *)(void *)&memory->block[memory->nr_blocks] + index;

	if (*saved == m->epoch || slot_of(m, header_of(memory))->saved == m->epoch)
		return;
	journal_bytes(m, &memory->block[index], sizeof(memory->block[index]));
	*saved = m->epoch;
}

static void link_block(struct machine *m, struct memory *memory, uint64_t index,
		       struct memory_block *block)
{
	if (unlikely(m->nr_snapshots))
		journal_link(m, memory, index);
	memory->block[index] = block;
}

static void free_block(struct machine *m, struct memory *memory, uint64_t index)
{
	struct memory_block *block = memory->block[index];

	link_block(m, memory, index, NULL);
	object_free(m, block);
}

static void free_blocks(struct machine *m, struct memory *memory)
{
	for (uint64_t i = memory->nr_blocks; i-- > 0;) {
		if (memory->block[i])
			free_block(m, memory, i);
	}
}

/* The block for writing; NULL: the arena is full, and the machine is at its end. */
static struct memory_block *own_block(struct machine *m, struct memory *memory, uint64_t index)
{
	struct memory_block *block = memory->block[index];

	if (likely(block)) {
		touch(m, block);
		return block;
	}
	block = arena_alloc(m, memory->label.ring ? &ring_block_type : &block_type, sizeof(*block));
	if (!block) {
		machine_poison(m, "out of memory: simulated memory does not fit the arena");
		return NULL;
	}
	block->address = memory->first + index * BLOCK_BYTES;
	link_block(m, memory, index, block);
	return block;
}

static void drop_if_zero(struct machine *m, struct memory *memory, uint64_t index)
{
	const struct memory_block *block = memory->block[index];

	for (unsigned i = 0; i < BLOCK_BYTES / 8; i++) {
		if (block->words[i])
			return;
	}
	free_block(m, memory, index);
}

static void set_label(struct memory *memory, const struct memory_label *label)
{
	static const struct memory_label unnamed = {.object = "memory", .store = ""};

	memory->label = label ? *label : unnamed;
	if (!memory->label.store)
		memory->label.store = "";
	memory->label.object[sizeof(memory->label.object) - 1] = '\0';
}

uint64_t bus_memory_alloc(struct machine *m, uint64_t size, uint64_t align,
			  const struct memory_label *label)
{
	struct bus_region claim = {.tape_kind = TAPE_MEMORY};
	struct memory *memory;
	uint64_t nr, first;
	int err;

	if (!size || size > MEMORY_LAST - MEMORY_FIRST || align > MEMORY_LAST ||
	    (align & (align - 1)))
		return 0;
	first = find_gap(m, size, align < MEMORY_ALIGN ? MEMORY_ALIGN : align);
	nr = (size + BLOCK_BYTES - 1) / BLOCK_BYTES;
	if (!first)
		return 0;
	memory = object_alloc(m, &memory_type,
			      sizeof(*memory) + nr * (sizeof(memory->block[0]) + sizeof(m->epoch)));
	if (!memory)
		return 0;
	memory->first = first;
	memory->size = size;
	set_label(memory, label);
	claim.first = first;
	claim.last = first + size - 1;
	memory->nr_blocks = nr;
	memory->region = region_add(m, &claim, memory, &err);
	if (memory->region)
		return first;
	object_free(m, memory);
	return 0;
}

void bus_memory_free(struct machine *m, uint64_t address)
{
	struct region *region = region_search(m, SIDE_CPU, address);
	struct memory *memory = region ? region->memory : NULL;

	if (!memory || memory->first != address)
		return;
	region_remove(m, region);
	free_blocks(m, memory);
	object_free(m, memory);
}

static size_t within_block(uint64_t offset, size_t size)
{
	size_t left = BLOCK_BYTES - offset % BLOCK_BYTES;

	return size < left ? size : left;
}

static void copy_out(const struct memory *memory, uint64_t offset, void *to, size_t size)
{
	char *at = to;

	while (size) {
		const struct memory_block *block = memory->block[offset / BLOCK_BYTES];
		size_t part = within_block(offset, size);

		if (block)
			memcpy(at, block->data + offset % BLOCK_BYTES, part);
		else
			memset(at, 0, part);
		at += part;
		offset += part;
		size -= part;
	}
}

static bool all_zero(const char *bytes, size_t size)
{
	while (size && !*bytes) {
		bytes++;
		size--;
	}
	return !size;
}

static void copy_in(struct machine *m, struct memory *memory, uint64_t offset, const void *from,
		    size_t size)
{
	const char *at = from;

	while (size) {
		uint64_t index = offset / BLOCK_BYTES;
		size_t part = within_block(offset, size);
		bool zero = all_zero(at, part);
		struct memory_block *block;

		if (!zero || memory->block[index]) {
			block = own_block(m, memory, index);
			if (!block)
				return;
			memcpy(block->data + offset % BLOCK_BYTES, at, part);
			if (zero)
				drop_if_zero(m, memory, index);
		}
		at += part;
		offset += part;
		size -= part;
	}
}

uint64_t memory_load(const struct memory *memory, uint64_t offset, unsigned size)
{
	const struct memory_block *block = memory->block[offset / BLOCK_BYTES];
	uint64_t value = 0;

	if (likely(size == 8 && offset % 8 == 0))
		return block ? block->words[offset % BLOCK_BYTES / 8] : 0;
	copy_out(memory, offset, &value, size);
	return value;
}

void memory_store(struct machine *m, struct memory *memory, uint64_t offset, unsigned size,
		  uint64_t value)
{
	struct memory_block *block = memory->block[offset / BLOCK_BYTES];

	if (likely(block && value && size == 8 && offset % 8 == 0)) {
		touch(m, block);
		block->words[offset % BLOCK_BYTES / 8] = value;
	} else {
		copy_in(m, memory, offset, &value, size);
	}
}

/* The hint is no part of what a const machine promises to keep. */
static struct memory *memory_find(const struct machine *m, uint64_t address, size_t size)
{
	struct region **last = &((struct machine *)(uintptr_t)m)->last_memory;
	struct region *region = *last;

	if (unlikely(!region || address < region->claim.first || address > region->claim.last)) {
		region = region_search(m, SIDE_CPU, address);
		if (!region || !region->memory)
			return NULL;
		*last = region;
	}
	return !size || region->claim.last - address >= size - 1 ? region->memory : NULL;
}

bool bus_memory_read(const struct machine *m, uint64_t address, void *to, size_t size)
{
	const struct memory *memory = memory_find(m, address, size);

	if (!memory) {
		memset(to, 0xff, size);
		return false;
	}
	copy_out(memory, address - memory->first, to, size);
	return true;
}

/* Inside one aligned word of 8 bytes. */
static void hardware_writes(struct machine *m, struct memory *memory, uint64_t address,
			    const char *from, unsigned size)
{
	struct tape_record record = {
		.address = address,
		.step = (uint32_t)m->state.steps,
		.object = (uint32_t)memory->region->number,
		.kind = TAPE_DMA,
		.size = size & 0xf,
		.actor_kind = ACTOR_HARDWARE,
	};

	memcpy(&record.value, from, size);
	if (unlikely(m->nr_listeners))
		listeners_before(m, &record);
	*tape_append(m) = record;
	copy_in(m, memory, address - memory->first, from, size);
	if (unlikely(m->nr_listeners))
		listeners_after(m, &record);
}

bool bus_memory_write(struct machine *m, uint64_t address, const void *from, size_t size)
{
	struct memory *memory = memory_find(m, address, size);
	const char *at = from;

	if (!memory)
		return false;
	for (unsigned part; size; address += part, at += part, size -= part) {
		part = 8 - address % 8 < size ? 8 - (unsigned)(address % 8) : (unsigned)size;
		hardware_writes(m, memory, address, at, part);
	}
	return true;
}

void memory_place(const struct memory *memory, uint64_t offset, struct bus_place *out)
{
	const struct memory_label *label = &memory->label;
	uint64_t field;

	memcpy(out->object, label->object, sizeof(out->object));
	out->store = label->store;
	if (!label->stride)
		return;
	out->index = (int64_t)(offset / label->stride);
	field = offset % label->stride / 8;
	for (uint64_t i = 0; label->fields && i < 8 && label->fields[i]; i++) {
		if (i == field)
			out->field = label->fields[i];
	}
}
