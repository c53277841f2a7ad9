/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/provider/hardware.h>
#include <stdio.h>
#include <string.h>

#include "sim_platform/platform.h"

#define MAX_DEVICES 4096u
#define MAX_SLOTS   4096u

struct slot {
	uint64_t address;
	uint32_t data;
	uint64_t sent_at; /* machine_steps() of its last message; no part of its identity */
};

struct platform {
	struct platform *next;
	char name[32];
	uint32_t number, device_id, nr_slots;
	int region;
	struct slot slot[];
};

struct platforms {
	struct platform *first;
};

static void platform_digest(const void *object, struct digest *d)
{
	const struct platform *p = object;

	digest_string(d, p->name);
	digest_u64(d, (uint64_t)p->number << 32 | p->device_id);
	for (uint32_t i = 0; i < p->nr_slots; i++) {
		digest_u64(d, p->slot[i].address);
		digest_u64(d, p->slot[i].data);
	}
}

static const struct object_type platform_type = {.name = "platform", .digest = platform_digest};
static const struct object_type platforms_type = {.name = "platforms"};

static struct platform *first_device(const struct machine *m)
{
	const struct platforms *all = machine_part(m, PART_PLATFORM);

	return all ? all->first : NULL;
}

static struct platform *find(const struct machine *m, const char *device)
{
	struct platform *p = device ? first_device(m) : NULL;

	while (p && strcmp(p->name, device) != 0)
		p = p->next;
	return p;
}

/* ---- slots ---- */

static uint32_t read32(const struct platform *p, uint64_t offset)
{
	const struct slot *slot = &p->slot[offset / PLATFORM_SLOT_BYTES];

	if (offset / PLATFORM_SLOT_BYTES >= p->nr_slots)
		return 0;
	switch (offset % PLATFORM_SLOT_BYTES) {
	case PLATFORM_ADDRESS_LO:
		return (uint32_t)slot->address;
	case PLATFORM_ADDRESS_HI:
		return (uint32_t)(slot->address >> 32);
	case PLATFORM_DATA:
		return slot->data;
	}
	return 0;
}

static uint64_t slots_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	(void)m;
	return size == 4 ? read32(owner, offset) : 0;
}

static void slots_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			uint64_t value)
{
	struct platform *p = owner;
	struct slot *slot = &p->slot[offset / PLATFORM_SLOT_BYTES];

	if (size != 4 || offset / PLATFORM_SLOT_BYTES >= p->nr_slots)
		return;
	touch(m, p);
	switch (offset % PLATFORM_SLOT_BYTES) {
	case PLATFORM_ADDRESS_LO:
		slot->address = (slot->address >> 32 << 32) | value;
		break;
	case PLATFORM_ADDRESS_HI:
		slot->address = (uint32_t)slot->address | value << 32;
		break;
	case PLATFORM_DATA:
		slot->data = (uint32_t)value;
		break;
	}
}

static void slots_describe(const struct machine *m, const void *owner, uint64_t offset,
			   unsigned size, struct bus_place *out)
{
	static const char *const fields[] = {"addr_lo", "addr_hi", "data", ""};
	const struct platform *p = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){
		.store = "slot",
		.field = fields[offset % PLATFORM_SLOT_BYTES / 4],
		.index = (int64_t)(offset / PLATFORM_SLOT_BYTES),
		.offset = offset,
	};
	memcpy(out->object, p->name, sizeof(out->object));
}

static const struct bus_region_ops slots_ops = {
	.read = slots_read,
	.write = slots_write,
	.describe = slots_describe,
};

/* ---- raising ---- */

int platform_device_raise(struct machine *m, const char *device, unsigned slot)
{
	struct platform *p = find(m, device);
	struct bus_message message = {.pasid = BUS_NO_PASID, .platform = true};

	if (!p)
		return -ENODEV;
	if (slot >= p->nr_slots)
		return -EINVAL;
	step(m, STEP_RAISE, p);
	tape_event(m, TAPE_RAISE, ACTOR_DEVICE, (uint16_t)p->device_id, 0, slot,
		   (uint32_t)p->region, 0);
	message.address = p->slot[slot].address;
	message.data = p->slot[slot].data;
	message.device_id = p->device_id;
	if (!message.address) {
		tape_event(m, TAPE_DROP, ACTOR_DEVICE, (uint16_t)p->device_id, 0, DROP_DISABLED,
			   (uint32_t)p->region, slot);
		return 0;
	}
	touch(m, p);
	p->slot[slot].sent_at = machine_steps(m);
	bus_send_message(m, &message);
	return 0;
}

/* ---- life ---- */

static int join(struct machine *m, struct platform *p)
{
	struct platforms *all = machine_part(m, PART_PLATFORM);
	struct bus_region slots = {
		.first = PLATFORM_BASE(p->number),
		.last = PLATFORM_BASE(p->number + 1) - 1,
		.ops = &slots_ops,
		.owner = p,
		.tape_kind = TAPE_MMIO,
	};

	if (!all) {
		all = object_alloc(m, &platforms_type, sizeof(*all));
		if (!all)
			return -ENOMEM;
	}
	p->region = bus_add_region(m, &slots);
	if (p->region < 0) {
		if (!machine_part(m, PART_PLATFORM))
			object_free(m, all);
		return p->region;
	}
	machine_set_part(m, PART_PLATFORM, all);
	touch(m, all);
	p->next = all->first;
	all->first = p;
	return 0;
}

static bool is_taken(const struct machine *m, const char *name, unsigned number)
{
	for (const struct platform *p = first_device(m); p; p = p->next)
		if (p->number == number || strcmp(p->name, name) == 0)
			return true;
	return false;
}

int platform_device_create(struct machine *m, const struct platform_desc *desc, unsigned number,
			   uint64_t *registers)
{
	struct platform *p;
	int err;

	if (!desc->name || strlen(desc->name) >= sizeof(p->name) || !desc->slots ||
	    desc->slots > MAX_SLOTS || number >= MAX_DEVICES)
		return -EINVAL;
	if (is_taken(m, desc->name, number))
		return -EEXIST;
	p = object_alloc(m, &platform_type, sizeof(*p) + desc->slots * sizeof(p->slot[0]));
	if (!p)
		return -ENOMEM;
	snprintf(p->name, sizeof(p->name), "%s", desc->name);
	p->number = number;
	p->device_id = desc->device_id;
	p->nr_slots = desc->slots;
	err = join(m, p);
	if (err)
		object_free(m, p);
	else
		*registers = PLATFORM_BASE(number);
	return err;
}

/* ---- looking ---- */

uint64_t platform_device_registers(const struct machine *m, const char *device)
{
	const struct platform *p = find(m, device);

	return p ? PLATFORM_BASE(p->number) : 0;
}

const char *platform_device_of_event(const struct machine *m, uint32_t object)
{
	for (const struct platform *p = first_device(m); p; p = p->next)
		if ((uint32_t)p->region == object)
			return p->name;
	return NULL;
}

bool platform_device_peek(const struct machine *m, const char *device, unsigned slot,
			  uint64_t *address, uint32_t *data)
{
	const struct platform *p = find(m, device);

	if (!p || slot >= p->nr_slots)
		return false;
	*address = p->slot[slot].address;
	*data = p->slot[slot].data;
	return true;
}

uint64_t platform_device_sent_at(const struct machine *m, const char *device, unsigned slot)
{
	const struct platform *p = find(m, device);

	return p && slot < p->nr_slots ? p->slot[slot].sent_at : 0;
}
