/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_AMD_IR_INTERNAL_H
#define IRQLAB_DOMAINS_AMD_IR_INTERNAL_H

#include <domains/amd_ir.h>
#include <domains/remap.h>
#include <domains/tracepoint.h>

struct amd_table { /* entries of one requester, and of those that look like it */
	uint32_t unit_id;
	uint16_t devid;	    /* who made it */
	uint16_t min_index; /* below: the pins of an IO-APIC */
	uint64_t address;
	uint64_t taken[AMD_IR_MAX_ENTRIES / 64];
};

struct amd_unit {
	struct machine *machine;
	struct irq_domain *domain;
	char name[20];
	uint64_t registers;
	uint64_t device_table, commands, events, semaphore; /* physical addresses */
	uint32_t nr_dtes;
	uint32_t entries; /* of a table */
	uint32_t tail;	  /* of the command buffer, in commands: the unit has taken all before it */
	bool legacy;	  /* 32-bit entries */
	struct xarray tables; /* requester → struct amd_table */
	uint64_t guest_log;   /* 0: not started */
	amd_ir_notify_t notify;
};

struct amd_irq { /* chip_data of the remapping level */
	uint32_t unit_id, irq;
	uint16_t devid, index;
	bool guest_mode;
	const struct device *dev; /* NULL: none that is known */
	struct amd_table *table;
	uint64_t shadow[2];
};

extern const struct irq_chip amd_ir_chip;
extern const struct irq_domain_ops amd_ir_domain_ops;

/* The table of a requester, shared with its aliases; made if there is none. NULL: -ENOMEM. */
struct amd_table *amd_table_for(struct amd_unit *u, uint16_t devid, const struct device *dev);
/* Takes a table away that has no entry left, unless switch AMD_TABLE_STAYS is on. */
void amd_drop_if_empty(struct amd_unit *u, struct amd_table *t);
/* Sets the pins of an IO-APIC aside, once. */
void amd_reserve_pins(struct amd_unit *u, struct amd_table *t);

/* nr consecutive entries, from an aligned one if asked. Index, or -ENOSPC. */
int amd_allocate_entries(struct amd_unit *u, struct amd_table *t, unsigned nr, bool aligned);
void amd_take_entry(struct amd_unit *u, struct amd_table *t, unsigned index);
/* Only in the books; the entry in memory is the caller's. */
void amd_give_entry_back(struct amd_unit *u, struct amd_table *t, unsigned index);

/* Both halves at once. */
void amd_write_entry(struct amd_unit *u, const struct amd_table *t, unsigned index,
		     const uint64_t entry[2]);
/* The mark of an entry that is taken but not in use. */
void amd_mark_entry(struct amd_unit *u, const struct amd_table *t, unsigned index, bool taken);
/* Makes the unit forget what it cached for the requester and its aliases, and waits for it. */
void amd_invalidate(struct amd_unit *u, uint16_t devid, const struct device *dev);

#endif
