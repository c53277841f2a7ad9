/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_ITS_INTERNAL_H
#define IRQLAB_DOMAINS_ITS_INTERNAL_H

#include <domains/gic_internal.h>
#include <domains/its.h>
#include <domains/remap.h>

#define ITS_QUEUE_BYTES	  UINT64_C(65536)
#define ITS_COMMAND_BYTES UINT64_C(32)
#define ITS_PAGE	  UINT64_C(65536) /* of tables and queue */
#define ITS_ENTRY_BYTES	  UINT64_C(8)	  /* of a device or collection */
#define ITS_TRANSLATER	  UINT64_C(0x10040)

struct its_unit {
	struct machine *machine;
	struct irq_domain *domain;
	uint64_t registers;
	uint64_t queue, device_table, collection_table;
	uint32_t write; /* offset of the next command */
	int32_t node;
	uint8_t device_bits;  /* that the unit takes */
	uint8_t entry_bytes;  /* of an ITT entry */
	uint32_t table_pages; /* of the device table, or of its first level */
	bool indirect;	      /* it has two levels */
	bool pta;
	char object[24];
	struct lock command_lock, device_lock;
	struct xarray devices; /* by DeviceID */
	struct its_unit *next;
};

struct its_device { /* chip_data of the ITS level */
	struct its_unit *its;
	uint32_t device_id;
	uint32_t events;    /* of its ITT */
	uint32_t first, nr; /* LPIs; event e has first + e */
	bool of_bridge;	    /* several requesters look like it */
	uint32_t joins;	    /* batches that found it */
	uint64_t itt;
	struct lpi_block *lpis;
	uint64_t *taken;      /* bit e: event e is somebody's */
	uint16_t *collection; /* where event e goes: the number of a CPU */
	uint8_t *behind;      /* how many events that nobody uses come after e in its block */
};

/* ---- its_command.c ---- */

/* Each but MAPD is followed by a SYNC with whom it concerns, and waits for both. */
void its_send_mapd(struct its_device *dev, bool valid);
void its_send_mapc(struct its_unit *its, unsigned cpu);
void its_send_invall(struct its_unit *its, unsigned cpu);
void its_send_mapti(struct its_device *dev, uint32_t event);
void its_send_movi(struct its_device *dev, uint32_t event, unsigned cpu);
void its_send_inv(struct its_device *dev, uint32_t event);
void its_send_discard(struct its_device *dev, uint32_t event);
void its_send_int(struct its_device *dev, uint32_t event);
void its_send_clear(struct its_device *dev, uint32_t event);

/* ---- its_unit.c ---- */

/* Makes the unit and its memory, and switches it on. NULL: no memory. */
struct its_unit *its_unit_create(struct gic_root *g, const struct its_config *config);
void its_unit_free(struct its_unit *its);
/* Memory for its entry in the device table. False: beyond it, or no memory. */
bool its_reserve_device(struct its_unit *its, uint32_t device_id);
/* A page of a two-level table without a device goes back, unless switch ITS_DEVICE_STAYS is on. */
void its_release_device(struct its_unit *its, uint32_t device_id);
/* A CPU comes: its collection. */
void its_map_collection(struct its_unit *its, unsigned cpu);

/* ---- its_device.c ---- */

struct its_device *its_find_device(const struct its_unit *its, uint32_t device_id);
/* MAPD; NULL: no memory, no LPIs, beyond the table. count: a power of two. */
struct its_device *its_create_device(struct its_unit *its, uint32_t device_id, uint32_t count);
/* With given LPIs; the ITS isn't told yet. */
struct its_device *its_adopt_device(struct its_unit *its, uint32_t device_id, uint32_t events,
				    struct lpi_block *lpis);
/* MAPD V=0, and all goes back. */
void its_free_device(struct its_device *dev);
bool its_device_is_empty(const struct its_device *dev);
/* Several use it, or did: it stays. */
static inline bool its_device_is_shared(const struct its_device *dev)
{
	return dev->of_bridge || dev->joins;
}
/*
 * A block for nr events: rounded up to a power of two, and aligned, because a
 * function that has several messages puts the number of one into the low bits of
 * the data. -ENOSPC.
 */
int its_take_events(struct its_device *dev, unsigned nr, uint32_t *first);
/* The whole block. */
void its_give_events(struct its_device *dev, uint32_t first, unsigned nr);
/* One of it; what rounds the block up goes with the last, unless switch MSI_BLOCK_LEAK is on. */
void its_give_event(struct its_device *dev, uint32_t event);
bool its_event_is_taken(const struct its_device *dev, uint32_t event);
void its_mark_event(struct its_device *dev, uint32_t event);

extern const struct msi_parent_ops its_msi_parent_ops;
extern const struct irq_chip its_chip;

#endif
