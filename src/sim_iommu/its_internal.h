/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_ITS_INTERNAL_H
#define IRQLAB_SIM_IOMMU_ITS_INTERNAL_H

#include "sim_cpu/gicv3.h"
#include "sim_iommu/its.h"
#include "sim_iommu/units.h"

#define ITS_NR_TABLES	 8u
#define ITS_MAX_HELD	 255u
#define TABLE_ENTRY_SIZE 8u
#define CWRITER_RETRY	 UINT64_C(1)
#define CREADR_STALLED	 UINT64_C(1)
#define QUEUE_OFFSET	 UINT64_C(0xfffe0)

/*
 * What stands in the tables:
 *   device      GITS_VALID | ITT address 51:8 | EventID bits − 1
 *   collection  GITS_VALID | RDbase 51:16, as the MAPC command had it
 *   ITT         bit 63 valid, 47:32 collection, 31:0 INTID; the rest of an entry is 0
 */
#define ENTRY_ITT	UINT64_C(0x000fffffffffff00)
#define ENTRY_RDBASE	UINT64_C(0x000fffffffff0000)
#define ENTRY_SIZE_MASK UINT64_C(0x1f)

struct its_held { /* collections in the ITS itself */
	unsigned unit;
	uint64_t entry[ITS_MAX_HELD];
};

struct its {
	struct unit unit; /* region: of the first frame */
	int translater;	  /* region of the second */
	uint64_t base, typer;
	uint32_t ctlr, last_error;
	uint64_t cbaser, cwriter, creadr, errors;
	uint64_t baser[ITS_NR_TABLES];
	struct its_held *held; /* NULL: none */
};

/* An event that was looked up, and where its entry lies. */
struct its_lookup {
	uint64_t entry_address;
	unsigned event_bits;
	struct its_event event;
};

/* ---- its_tables.c ---- */

/* Address of a device's entry; 0: the table has none. */
uint64_t its_device_address(const struct machine *m, const struct its *its, uint32_t device);
/* 0: the device has no such event; mapped or not: see its_find_event(). */
enum its_drop its_find_slot(const struct machine *m, const struct its *its, uint32_t device,
			    uint32_t event, struct its_lookup *out);
enum its_drop its_find_event(const struct machine *m, const struct its *its, uint32_t device,
			     uint32_t event, struct its_lookup *out);
bool its_write_event(struct machine *m, const struct its *its, const struct its_lookup *at,
		     uint64_t entry);
uint64_t its_event_entry(uint16_t icid, uint32_t intid);
/* False: there is no such collection. */
bool its_write_collection(struct machine *m, struct its *its, uint16_t icid, uint64_t entry);
bool its_collection_exists(const struct machine *m, const struct its *its, uint16_t icid);
/* The CPU that a collection targets, or -ENOENT. */
int its_target(const struct machine *m, const struct its *its, uint16_t icid);
/* The CPU that an RDbase field (bits 51:16 of a doubleword) names, or -ENOENT. */
int its_rdbase_cpu(const struct machine *m, const struct its *its, uint64_t rdbase);

/* ---- its.c ---- */

enum its_drop its_route(const struct machine *m, const struct its *its, uint32_t device,
			uint32_t event, uint32_t *intid, unsigned *cpu);
/* The event happens: its LPI becomes pending, or it is dropped. */
void its_signal(struct machine *m, struct its *its, uint32_t device, uint32_t event);

/* ---- its_queue.c ---- */

/* Carries out what is queued. */
void its_run_queue(struct machine *m, struct its *its);

extern const struct bus_region_ops its_register_ops;

#endif
