/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bell.h"

#include <irqlab/provider/hardware.h>
#include <stdio.h>

/* The board as silicon: it knows its registers, and nobody who writes them. */

struct bell_board {
	uint32_t region;
	uint32_t nr;
	uint64_t cell[BELL_MAX_CELLS];
};

static void board_digest(const void *object, struct digest *d)
{
	const struct bell_board *b = object;

	digest_u64(d, b->nr);
	digest_bytes(d, b->cell, sizeof(b->cell));
}

static const struct object_type board_type = {"bell-board", board_digest};

/* ---- a device rings ---- */

static void drop(struct machine *m, const struct bell_board *b, const struct bus_message *message,
		 enum drop_reason why)
{
	tape_event(m, TAPE_DROP, ACTOR_DEVICE, message->requester, message->address, why, b->region,
		   message->data);
}

static void board_message(struct machine *m, void *owner, const struct bus_message *message)
{
	const struct bell_board *b = owner;
	struct bus_message out = {.platform = true, .pasid = BUS_NO_PASID};

	if (message->address != BELL_BASE + BELL_RING) {
		drop(m, b, message, DROP_STRAY);
	} else if (message->data >= b->nr || !b->cell[message->data]) {
		drop(m, b, message, DROP_UNTRANSLATED);
	} else {
		out.address = b->cell[message->data] >> 32;
		out.data = (uint32_t)b->cell[message->data];
		bus_send_message(m, &out);
	}
}

/* ---- a CPU reads and writes registers ---- */

/* The cell that an access is to; its number is at least nr: none. */
static uint64_t cell_at(const struct bell_board *b, uint64_t offset, unsigned size)
{
	return offset < BELL_CELL || offset % 8 || size != 8 ? b->nr : (offset - BELL_CELL) / 8;
}

static uint64_t board_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct bell_board *b = owner;
	uint64_t n = cell_at(b, offset, size);

	(void)m;
	if (offset == BELL_CELLS)
		return b->nr;
	return n < b->nr ? b->cell[n] : 0;
}

static void board_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			uint64_t value)
{
	struct bell_board *b = owner;
	uint64_t n = cell_at(b, offset, size);

	if (n >= b->nr)
		return;
	touch(m, b);
	b->cell[n] = value;
}

/* For whoever reads the tape: "bell.cell[3].target". */
static void board_describe(const struct machine *m, const void *owner, uint64_t offset,
			   unsigned size, struct bus_place *out)
{
	const struct bell_board *b = owner;
	uint64_t n = cell_at(b, offset, size);

	(void)m;
	*out = (struct bus_place){.store = "reg", .field = "ring", .index = -1, .offset = offset};
	if (n < b->nr) {
		out->store = "cell";
		out->field = "target";
		out->index = (int64_t)n;
	}
	snprintf(out->object, sizeof(out->object), "bell");
}

static const struct bus_region_ops board_ops = {
	.read = board_read,
	.write = board_write,
	.message = board_message,
	.describe = board_describe,
};

int bell_board_create(struct machine *m, unsigned cells)
{
	struct bus_region claim = {
		.first = BELL_BASE,
		.last = BELL_BASE + BELL_BYTES - 1,
		.ops = &board_ops,
		.tape_kind = TAPE_MMIO,
	};
	struct bell_board *b;
	int region;

	if (!cells || cells > BELL_MAX_CELLS)
		return -EINVAL;
	b = object_alloc(m, &board_type, sizeof(*b));
	if (!b)
		return -ENOMEM;
	b->nr = cells;
	claim.owner = b;
	region = bus_add_region(m, &claim);
	if (region < 0) {
		object_free(m, b);
		return region;
	}
	b->region = (uint32_t)region;
	return 0;
}
