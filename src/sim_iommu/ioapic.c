/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdio.h>
#include <string.h>

#include "sim_iommu/ioapic.h"
#include "sim_iommu/units.h"

#define IOAPIC_MAX_UNITS 64u
#define RTE_WRITABLE	 (~(IOAPIC_RTE_REMOTE_IRR | UINT64_C(0x1000)))
#define RTE_DATA	 UINT64_C(0x7ff)
#define DATA_LEVEL	 0xc000u /* level, asserted */
#define MESSAGE_ADDRESS	 UINT64_C(0xfee00000)
#define VERSION		 0x20u

struct ioapic {
	struct unit unit;
	uint16_t requester;
	uint32_t pins;
	uint32_t index, id;
	uint64_t asserted[2];
	uint64_t entry[IOAPIC_MAX_PINS];
};

static void ioapic_digest(const void *object, struct digest *d)
{
	const struct ioapic *io = object;

	unit_digest(&io->unit, d);
	digest_u64(d, (uint64_t)io->requester << 32 | io->pins);
	digest_u64(d, (uint64_t)io->index << 32 | io->id);
	digest_bytes(d, io->asserted, sizeof(io->asserted));
	digest_bytes(d, io->entry, sizeof(io->entry[0]) * io->pins);
}

static const struct object_type ioapic_type = {.name = "ioapic", .digest = ioapic_digest};

static void send(struct machine *m, const struct ioapic *io, unsigned pin)
{
	uint64_t entry = io->entry[pin];
	struct bus_message message = {
		.address = MESSAGE_ADDRESS | entry >> 49 << 5 | (entry >> 48 & 1) << 4 |
			   (entry >> 11 & 1) << 2,
		.data = (uint32_t)(entry & RTE_DATA) | (entry & IOAPIC_RTE_LEVEL ? DATA_LEVEL : 0),
		.requester = io->requester,
		.pasid = BUS_NO_PASID,
	};

	bus_send_message(m, &message);
}

static bool is_asserted(const struct ioapic *io, unsigned pin)
{
	return io->asserted[pin / 64] >> (pin % 64) & 1;
}

/* A level line sends when nothing stands against it. */
static void evaluate(struct machine *m, struct ioapic *io, unsigned pin)
{
	uint64_t against = IOAPIC_RTE_MASKED | IOAPIC_RTE_REMOTE_IRR;

	if (!(io->entry[pin] & IOAPIC_RTE_LEVEL) || (io->entry[pin] & against) ||
	    !is_asserted(io, pin))
		return;
	touch(m, io);
	io->entry[pin] |= IOAPIC_RTE_REMOTE_IRR;
	send(m, io, pin);
}

void ioapic_set_line(struct machine *m, unsigned unit, unsigned pin, bool asserted)
{
	struct ioapic *io = units_find(m, UNIT_IOAPIC, unit);

	if (!io || pin >= io->pins || is_asserted(io, pin) == asserted)
		return;
	touch(m, io);
	io->asserted[pin / 64] ^= UINT64_C(1) << (pin % 64);
	if (!asserted)
		return;
	if (io->entry[pin] & IOAPIC_RTE_LEVEL)
		evaluate(m, io, pin);
	else if (!(io->entry[pin] & IOAPIC_RTE_MASKED))
		send(m, io, pin);
	else
		tape_event(m, TAPE_DROP, ACTOR_UNIT, (uint16_t)io->unit.number, 0, DROP_DISABLED,
			   (uint32_t)io->unit.region, pin);
}

static void end_of_interrupt(struct machine *m, void *owner, unsigned vector)
{
	struct ioapic *io = owner;

	for (unsigned pin = 0; pin < io->pins; pin++) {
		if ((io->entry[pin] & 0xff) != vector || !(io->entry[pin] & IOAPIC_RTE_REMOTE_IRR))
			continue;
		touch(m, io);
		io->entry[pin] &= ~IOAPIC_RTE_REMOTE_IRR;
		evaluate(m, io, pin);
	}
}

static void write_entry(struct machine *m, struct ioapic *io, unsigned nr, uint32_t value)
{
	unsigned pin = nr / 2, shift = nr % 2 * 32;
	uint64_t mask, *entry;

	if (pin >= io->pins)
		return;
	entry = &io->entry[pin];
	mask = RTE_WRITABLE & UINT64_C(0xffffffff) << shift;
	*entry = (*entry & ~mask) | ((uint64_t)value << shift & mask);
	if (!(*entry & IOAPIC_RTE_LEVEL)) /* how software without an EOI register clears it */
		*entry &= ~IOAPIC_RTE_REMOTE_IRR;
	evaluate(m, io, pin);
}

static uint32_t read_data(const struct ioapic *io)
{
	unsigned nr = io->index - IOAPIC_ENTRY;

	if (io->index == IOAPIC_ID)
		return io->id;
	if (io->index == IOAPIC_VERSION)
		return (io->pins - 1) << 16 | VERSION;
	if (io->index < IOAPIC_ENTRY || nr / 2 >= io->pins)
		return 0;
	return (uint32_t)(io->entry[nr / 2] >> (nr % 2 * 32));
}

static uint64_t register_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct ioapic *io = owner;

	(void)m;
	(void)size;
	if (offset == IOAPIC_INDEX)
		return io->index;
	return offset == IOAPIC_DATA ? read_data(io) : 0;
}

static void register_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct ioapic *io = owner;

	(void)size;
	touch(m, io);
	switch (offset) {
	case IOAPIC_INDEX:
		io->index = value & 0xff;
		break;
	case IOAPIC_DATA:
		if (io->index == IOAPIC_ID)
			io->id = value & 0x0f000000;
		else if (io->index >= IOAPIC_ENTRY)
			write_entry(m, io, io->index - IOAPIC_ENTRY, (uint32_t)value);
		break;
	case IOAPIC_EOI:
		end_of_interrupt(m, io, value & 0xff);
		break;
	}
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	const struct ioapic *io = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = "reg", .field = "", .index = -1, .offset = offset};
	memcpy(out->object, io->unit.name, sizeof(out->object));
	if (offset == IOAPIC_INDEX)
		out->field = "index";
	else if (offset == IOAPIC_DATA)
		out->field = "data";
	else if (offset == IOAPIC_EOI)
		out->field = "eoi";
}

static const struct bus_region_ops register_ops = {
	.read = register_read,
	.write = register_write,
	.describe = describe,
};

static int attach(struct machine *m, struct ioapic *io)
{
	uint64_t first = IOAPIC_REGISTER_BASE + io->unit.number * 0x1000;
	struct bus_region page = {
		.first = first,
		.last = first + 0xfff,
		.ops = &register_ops,
		.owner = io,
		.tape_kind = TAPE_MMIO,
	};
	int err;

	io->unit.region = bus_add_region(m, &page);
	if (io->unit.region < 0)
		return io->unit.region;
	err = units_insert(m, &io->unit);
	if (!err) {
		err = bus_listen_eoi(m, end_of_interrupt, io);
		if (!err)
			return 0;
		units_remove(m, &io->unit);
	}
	bus_remove_region(m, io->unit.region);
	return err;
}

int ioapic_create(struct machine *m, unsigned unit, unsigned pins, uint16_t requester,
		  uint64_t *registers)
{
	char name[16];
	struct ioapic *io;
	int err;

	if (!pins || pins > IOAPIC_MAX_PINS || unit >= IOAPIC_MAX_UNITS)
		return -EINVAL;
	if (units_find(m, UNIT_IOAPIC, unit))
		return -EEXIST;
	io = object_alloc(m, &ioapic_type, sizeof(*io));
	if (!io)
		return -ENOMEM;
	snprintf(name, sizeof(name), "ioapic%u", unit);
	unit_init(&io->unit, UNIT_IOAPIC, unit, name);
	io->requester = requester;
	io->pins = pins;
	for (unsigned pin = 0; pin < pins; pin++)
		io->entry[pin] = IOAPIC_RTE_MASKED;
	err = attach(m, io);
	if (err) {
		object_free(m, io);
		return err;
	}
	*registers = IOAPIC_REGISTER_BASE + unit * 0x1000;
	return 0;
}

uint64_t ioapic_peek_entry(const struct machine *m, unsigned unit, unsigned pin)
{
	const struct ioapic *io = units_find(m, UNIT_IOAPIC, unit);

	return io && pin < io->pins ? io->entry[pin] : UINT64_MAX;
}
