/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_AMD_IR_H
#define IRQLAB_DOMAINS_AMD_IR_H

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/*
 * The software side of one AMD-Vi unit. Each requester has a table of its own,
 * made when it asks for its first interrupt, and kept after its last (switch
 * AMD_TABLE_STAYS); a device's data is its index there. The device table says for all others:
 * remapping, but abort, so that none of their messages arrive.
 */

#define AMD_IR_MAX_ENTRIES 512
#define AMD_IR_IOAPIC_PINS 32 /* an IO-APIC's lowest entries are those of its pins */

/*
 * Makes device table and command buffer in simulated memory, programs the unit
 * whose registers are at that address, and switches it on. The tape shows
 * entries as <desc->name>-<requester>.irte[i].lo and .hi, the device table as
 * <desc->name>.dte[requester].q0 to .q3, the buffer as <desc->name>.cmd[i], the log
 * of events, which nobody empties, as <desc->name>.event[i].
 * desc->entries 0: 512. The device table covers the buses up to that of last_devid,
 * the greatest requester id that firmware names. NULL: out of memory, or entries is no power of two
 * up to 512.
 */
struct irq_domain *amd_ir_create(struct machine *m, struct irq_domain *parent,
				 const struct remap_desc *desc, uint64_t registers,
				 uint16_t last_devid);

/*
 * Gives the level of a loaded irq its state, and writes its entry to the table
 * without an invalidation. -ENOMEM, -EINVAL: beyond the table.
 */
int amd_ir_load_irq(struct irq_data *d, const struct irq_record *record);

/*
 * irq_set_vcpu_affinity: the interrupt goes into a guest's virtual APIC page
 * (AMD IOMMU specification, 2.2.5.3). -EINVAL with 32-bit entries.
 */
struct amd_vcpu_info {
	uint64_t apic_page; /* physical address */
	uint32_t vector, tag;
	uint32_t cpu; /* that runs the vCPU; not running: UINT32_MAX */
};
/*
 * The vCPU of an interrupt in guest mode runs on `cpu` now; UINT32_MAX: on none. Writes the entry,
 * and nothing more: a unit does not cache this. -EINVAL: the interrupt is not in guest mode.
 */
int amd_ir_update_ga(struct machine *m, unsigned irq, uint32_t cpu);

/*
 * The unit logs interrupts of vCPUs that don't run, and interrupts the host, which
 * calls `notify` with the vCPU's tag; AMD_IR_ANY_VCPU: entries were lost. Writes
 * registers of the unit. -EBUSY: that was done already; -EOPNOTSUPP: 32-bit
 * entries; -ENOMEM, -ENOSPC.
 */
typedef void (*amd_ir_notify_t)(struct machine *m, uint32_t tag);
#define AMD_IR_ANY_VCPU 0
int amd_ir_start_guest_log(struct irq_domain *domain, amd_ir_notify_t notify);

/* ---- looking ---- */

struct amd_ir_info {
	uint32_t devid, index, min_index; /* min_index: lowest entry for others than IO-APIC pins */
	uint64_t shadow[2];		  /* 32-bit entries: in the first */
	struct msi_msg msg;		  /* what the device is told */
	bool guest_mode, legacy_format;
	uint64_t entry_address; /* of its entry in memory; 16 bytes, or 4 */
};
/* False: no such irq, or it has no level here. */
bool amd_ir_info(const struct machine *m, unsigned irq, struct amd_ir_info *out);
bool amd_ir_is_domain(const struct irq_domain *domain);
uint32_t amd_ir_entries(const struct irq_domain *domain); /* of each table */
/* Physical address of a requester's table; 0: it has none. */
uint64_t amd_ir_table(const struct irq_domain *domain, uint16_t devid);
bool amd_ir_index_is_allocated(const struct irq_domain *domain, uint16_t devid, uint32_t index);

#endif
