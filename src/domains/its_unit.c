/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/its_internal.h>
#include <stdio.h>

/* The unit as its driver sees it: registers, tables, collections (Arm IHI 0069, 12.11). */

#define GITS_CTLR	    0x00
#define GITS_TYPER	    0x08
#define GITS_CBASER	    0x80
#define GITS_BASER	    0x100 /* 0: devices, 1: collections */
#define CTLR_ENABLED	    1
#define TYPER_PTA	    (UINT64_C(1) << 19)
#define VALID		    (UINT64_C(1) << 63)
#define INDIRECT	    (UINT64_C(1) << 62)
#define PAGE_64K	    UINT64_C(0x200)
#define CBASER_PAGE	    UINT64_C(4096)
#define ITS_MAX_TABLE_PAGES 256u

static void unit_digest(const void *object, struct digest *d)
{
	const struct its_unit *its = object;

	digest_u64(d, its->domain ? its->domain->id : 0);
	digest_u64(d, its->registers);
	digest_u64(d, its->queue);
	digest_u64(d, its->device_table);
	digest_u64(d, its->collection_table);
	digest_u64(d, (uint64_t)its->table_pages << 32 | (uint64_t)its->device_bits << 16 |
			      (uint64_t)its->entry_bytes << 8 | its->indirect << 1 | its->pta);
	digest_u64(d, (uint64_t)its->node);
	/* Where the queue stands means nothing. */
	digest_counter(d, its->write);
}
static const struct object_type unit_type = {"its-unit", unit_digest};

static uint64_t named_memory(struct its_unit *its, const char *store, uint64_t size, bool ring)
{
	static const char *const words[] = {"dw0", "dw1", "dw2", "dw3", NULL};
	struct memory_label label = {
		.store = store,
		.stride = ring ? ITS_COMMAND_BYTES : ITS_ENTRY_BYTES,
		.fields = ring ? words : NULL,
		.ring = ring,
	};

	snprintf(label.object, sizeof(label.object), "%s", its->object);
	return bus_memory_alloc(its->machine, size, ITS_PAGE, &label);
}

/* ---- tables ---- */

#define ENTRIES_OF_PAGE (ITS_PAGE / ITS_ENTRY_BYTES)

/* Two levels as soon as one would take more than two pages: most of it will never be used. */
static void size_device_table(struct its_unit *its)
{
	uint64_t size = ITS_ENTRY_BYTES << its->device_bits;

	its->indirect = size > 2 * ITS_PAGE;
	if (its->indirect)
		size = size / ITS_PAGE * ITS_ENTRY_BYTES;
	its->table_pages = (uint32_t)((size + ITS_PAGE - 1) / ITS_PAGE);
	if (its->table_pages > ITS_MAX_TABLE_PAGES)
		its->table_pages = ITS_MAX_TABLE_PAGES;
}

bool its_reserve_device(struct its_unit *its, uint32_t device_id)
{
	uint64_t entries = its->table_pages * ENTRIES_OF_PAGE;
	uint64_t place = device_id / ENTRIES_OF_PAGE, page, entry;

	if (!its->indirect)
		return device_id < entries;
	if (place >= entries)
		return false;
	entry = its->device_table + place * ITS_ENTRY_BYTES;
	if (bus_read(its->machine, entry, 8) & VALID)
		return true;
	page = named_memory(its, "devices", ITS_PAGE, false);
	if (page)
		bus_write(its->machine, entry, 8, VALID | page);
	return page;
}

void its_release_device(struct its_unit *its, uint32_t device_id)
{
	struct machine *m = its->machine;
	uint64_t first = device_id / ENTRIES_OF_PAGE * ENTRIES_OF_PAGE, at = first, page, entry;

	if (!its->indirect || machine_switch(m, SWITCH_ITS_DEVICE_STAYS) ||
	    xa_find(&its->devices, &at, first + ENTRIES_OF_PAGE - 1))
		return;
	entry = its->device_table + first / ENTRIES_OF_PAGE * ITS_ENTRY_BYTES;
	page = bus_read(m, entry, 8) & ~VALID;
	bus_write(m, entry, 8, 0);
	bus_memory_free(m, page);
}

static bool make_memory(struct its_unit *its)
{
	its->queue = named_memory(its, "cmd", ITS_QUEUE_BYTES, true);
	its->device_table = named_memory(its, "devices", its->table_pages * ITS_PAGE, false);
	its->collection_table = named_memory(its, "collections", ITS_PAGE, false);
	return its->queue && its->device_table && its->collection_table;
}

/* ---- making ---- */

static void switch_on(struct its_unit *its)
{
	struct machine *m = its->machine;
	uint64_t baser = its->registers + GITS_BASER;

	bus_write(m, baser, 8,
		  VALID | (its->indirect ? INDIRECT : 0) | its->device_table | PAGE_64K |
			  (its->table_pages - 1));
	bus_write(m, baser + 8, 8, VALID | its->collection_table | PAGE_64K);
	bus_write(m, its->registers + GITS_CBASER, 8,
		  VALID | its->queue | (ITS_QUEUE_BYTES / CBASER_PAGE - 1));
	bus_write(m, its->registers + GITS_CTLR, 4, CTLR_ENABLED);
}

struct its_unit *its_unit_create(struct gic_root *g, const struct its_config *config)
{
	struct machine *m = g->machine;
	struct its_unit *its = object_alloc(m, &unit_type, sizeof(*its));
	uint64_t typer;

	if (!its)
		return NULL;
	typer = bus_read(m, config->registers + GITS_TYPER, 8);
	its->machine = m;
	its->registers = config->registers;
	its->node = config->node;
	its->entry_bytes = (uint8_t)((typer >> 4 & 0xf) + 1);
	its->device_bits = (uint8_t)((typer >> 13 & 0x1f) + 1);
	its->pta = typer & TYPER_PTA;
	its->devices.machine = m;
	its->devices.key = config->registers;
	its->command_lock.name = "its_command";
	its->device_lock.name = "its_device";
	its->device_lock.sleeps = 1;
	snprintf(its->object, sizeof(its->object), "%s", config->object ? config->object : "its");
	size_device_table(its);
	if (!make_memory(its)) {
		its_unit_free(its);
		return NULL;
	}
	switch_on(its);
	return its;
}

void its_unit_free(struct its_unit *its)
{
	struct machine *m = its->machine;

	if (its->domain)
		irq_domain_remove(its->domain);
	if (its->collection_table)
		bus_memory_free(m, its->collection_table);
	if (its->device_table)
		bus_memory_free(m, its->device_table);
	if (its->queue)
		bus_memory_free(m, its->queue);
	xa_destroy(&its->devices);
	object_free(m, its);
}

void its_map_collection(struct its_unit *its, unsigned cpu)
{
	its_send_mapc(its, cpu);
	its_send_invall(its, cpu);
}
