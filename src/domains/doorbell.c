/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/doorbell.h>
#include <domains/gic_internal.h>
#include <stdio.h>

/* Registers of the unit, and an entry of its stream table: two doublewords a requester */
#define SMMU_CR0	 0x20
#define SMMU_STRTAB_BASE 0x80
#define SMMU_STRTAB_CFG	 0x88
#define CR0_ENABLE	 1
#define ENTRY_BYTES	 UINT64_C(16)
#define ENTRY_VALID	 UINT64_C(1)
#define STREAM_BITS	 16
#define PAGE		 UINT64_C(0xfff)
#define NOWHERE		 ~PAGE /* no message is to this page */

struct doorbell_unit {
	struct machine *machine;
	uint64_t registers, table;
	uint16_t segment, first_requester, last_requester;
	bool blocks_others;
	struct doorbell_unit *next;
};

static void unit_digest(const void *object, struct digest *d)
{
	const struct doorbell_unit *u = object;

	digest_u64(d, u->registers);
	digest_u64(d, u->table);
	digest_u64(d, (uint64_t)u->blocks_others << 48 | (uint64_t)u->segment << 32 |
			      (uint32_t)u->first_requester << 16 | u->last_requester);
}
static const struct object_type unit_type = {"doorbell-unit", unit_digest};

int doorbell_unit_create(struct machine *m, const struct doorbell_config *config)
{
	static const char *const fields[] = {"from", "to", NULL};
	struct memory_label label = {.store = "stream", .stride = ENTRY_BYTES, .fields = fields};
	struct gic_root *g = gic_root(m);
	struct doorbell_unit *u;

	if (!g)
		return -EINVAL;
	u = object_alloc(m, &unit_type, sizeof(*u));
	if (!u)
		return -ENOMEM;
	snprintf(label.object, sizeof(label.object), "%s", config->object);
	*u = (struct doorbell_unit){
		.machine = m,
		.registers = config->registers,
		.table = bus_memory_alloc(m, ENTRY_BYTES << STREAM_BITS, 4096, &label),
		.segment = config->segment,
		.first_requester = config->first_requester,
		.last_requester = config->last_requester,
		.blocks_others = config->blocks_others,
		.next = g->doorbells,
	};
	if (!u->table) {
		object_free(m, u);
		return -ENOMEM;
	}
	bus_write(m, u->registers + SMMU_STRTAB_BASE, 8, u->table);
	bus_write(m, u->registers + SMMU_STRTAB_CFG, 4, STREAM_BITS);
	bus_write(m, u->registers + SMMU_CR0, 4, CR0_ENABLE);
	touch(m, g);
	g->doorbells = u;
	return 0;
}

static uint16_t stream_of(const struct device *dev)
{
	return dev->nr_alias ? dev->alias[dev->nr_alias - 1].requester : dev->requester;
}

static const struct doorbell_unit *unit_of(const struct device *dev)
{
	const struct doorbell_unit *u = gic_root(dev->machine)->doorbells;
	uint16_t stream = stream_of(dev);

	while (u &&
	       (u->segment != dev->segment ||
		(u->last_requester && (stream < u->first_requester || stream > u->last_requester))))
		u = u->next;
	return u;
}

static uint64_t entry_of(const struct doorbell_unit *u, const struct device *dev)
{
	return u->table + stream_of(dev) * ENTRY_BYTES;
}

/* The address first: an entry that is valid must be complete. */
void doorbell_prepare(msi_alloc_info_t *info, uint64_t doorbell)
{
	const struct device *dev = info->desc->dev;
	const struct doorbell_unit *u = dev->msi_device_id ? NULL : unit_of(dev);
	uint64_t from = (dev->doorbell_page ? dev->doorbell_page : NOWHERE) | ENTRY_VALID;
	uint64_t to = doorbell & ~PAGE;
	struct machine *m = dev->machine;
	uint64_t entry, before;

	if (!u || (!dev->doorbell_page && !u->blocks_others))
		return;
	entry = entry_of(u, dev);
	before = bus_read(m, entry, 8);
	if (before == from && bus_read(m, entry + 8, 8) == to)
		return;
	info->scratch[1] |= !before;
	bus_write(m, entry + 8, 8, to);
	bus_write(m, entry, 8, from);
}

void doorbell_unprepare(const struct device *dev, const msi_alloc_info_t *info)
{
	struct machine *m = dev->machine;
	uint64_t entry;

	if (!info->scratch[1] || machine_switch(m, SWITCH_DOORBELL_STAYS))
		return;
	entry = entry_of(unit_of(dev), dev);
	bus_write(m, entry, 8, 0);
	bus_write(m, entry + 8, 8, 0);
}

void doorbell_compose(const struct device *dev, uint64_t doorbell, struct msi_msg *msg)
{
	uint64_t address = doorbell;

	if (dev->doorbell_page)
		address = (dev->doorbell_page & ~PAGE) | (doorbell & PAGE);
	msg->address_lo = (uint32_t)address;
	msg->address_hi = (uint32_t)(address >> 32);
}
