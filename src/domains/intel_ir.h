/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_INTEL_IR_H
#define IRQLAB_DOMAINS_INTEL_IR_H

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/*
 * The software side of one VT-d interrupt remapping unit. A device gets a
 * handle, which never changes; where it leads is an entry of a table in memory.
 */

/*
 * Makes table and invalidation queue in simulated memory, programs the unit
 * whose registers are at that address, and switches remapping on. The tape
 * shows table entries as <desc->name>.irte[i].lo and .hi, the queue as
 * <desc->name>.iec[i]. NULL: out of memory, entries is no power of two in
 * 2 … 65,536, or the unit does not answer.
 */
struct irq_domain *intel_ir_create(struct machine *m, struct irq_domain *parent,
				   const struct remap_desc *desc, uint64_t registers);

/*
 * Gives the level of a loaded irq its state, and writes its entry to the table
 * without an invalidation. -ENOMEM, -EINVAL: beyond the table.
 */
int intel_ir_load_irq(struct irq_data *d, const struct irq_record *record);
/* Entries that are taken, as `pairs` of first, last; all others are free. -EINVAL. */
int intel_ir_load_ranges(struct irq_domain *domain, const uint32_t *ranges, uint32_t pairs);

/*
 * irq_set_vcpu_affinity: the interrupt goes into a posted-interrupt descriptor
 * (VT-d, 5.2.3), 64-byte aligned, under the guest's vector.
 */
struct intel_vcpu_info {
	uint64_t descriptor; /* physical address */
	uint32_t vector;
};

/* VT-d, 9.10: the source id half of the entry of a device (dev NULL: of requester id). */
uint64_t intel_ir_source(const struct device *dev, uint16_t requester);

/* ---- looking ---- */

struct intel_ir_info {
	uint32_t index, sub, mask; /* entry is index + sub; the block has 1 << mask */
	uint64_t shadow[2];	   /* what the driver would write for the host */
	struct msi_msg msg;	   /* what the device is told */
	bool posted;
	uint64_t entry_address; /* of its entry in memory */
};
/* False: no such irq, or it has no level here. */
bool intel_ir_info(const struct machine *m, unsigned irq, struct intel_ir_info *out);
/* Is the domain one of ours? */
bool intel_ir_is_domain(const struct irq_domain *domain);
uint32_t intel_ir_entries(const struct irq_domain *domain);
uint64_t intel_ir_table(const struct irq_domain *domain); /* physical address */
bool intel_ir_index_is_allocated(const struct irq_domain *domain, uint32_t index);

#endif
