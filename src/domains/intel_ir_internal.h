/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_INTEL_IR_INTERNAL_H
#define IRQLAB_DOMAINS_INTEL_IR_INTERNAL_H

#include <domains/intel_ir.h>
#include <domains/remap.h>
#include <domains/tracepoint.h>

#define ENTRIES_PER_CHUNK 4096

struct entry_chunk { /* which of up to 4,096 entries are taken */
	uint32_t unit_id, first, used;
	uint64_t bits[ENTRIES_PER_CHUNK / 64];
};

struct intel_unit {
	struct machine *machine;
	struct irq_domain *domain;
	uint64_t registers;
	uint64_t table, queue, status; /* physical addresses */
	uint32_t entries;
	uint32_t tail; /* of the queue, in descriptors: the unit has taken all before it */
	uint32_t nr_chunks;
	uint8_t max_order; /* of a block of entries */
	bool eim;
	struct entry_chunk *chunk[65536 / ENTRIES_PER_CHUNK];
};

struct intel_irq { /* chip_data of the remapping level */
	uint32_t unit_id, irq;
	uint16_t index, sub;
	uint8_t mask;
	bool posted; /* the entry is a guest's now */
	uint32_t msg_data;
	uint64_t shadow[2];
};

extern const struct irq_chip intel_ir_chip;
extern const struct irq_domain_ops intel_ir_domain_ops;

/* An aligned block of 1 << order entries; -ENOSPC. */
int intel_allocate_entries(struct intel_unit *u, unsigned order);
/* Only in the books. */
void intel_give_entries_back(struct intel_unit *u, unsigned index, unsigned order);
/* Clears the block in the table, gives it back, and invalidates it. */
void intel_clear_entries(struct intel_unit *u, unsigned index, unsigned order);
void intel_take_entry(struct intel_unit *u, unsigned index);
/* Low half, then high half; atomically as a pair. */
void intel_write_entry(struct intel_unit *u, unsigned index, const uint64_t entry[2], bool atomic);
/* Makes the unit forget what it cached of a block, and waits for it. */
void intel_invalidate(struct intel_unit *u, unsigned index, unsigned order);

#endif
