/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_X86_H
#define IRQLAB_DOMAINS_X86_H

#include <domains/matrix.h>
#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/*
 * The x86 root: CPU vectors. One of them per machine (PART_X86). It is an MSI
 * parent of its own, and the parent of the remapping domains.
 */

#define X86_FIRST_EXTERNAL_VECTOR 0x20
#define X86_FIRST_SYSTEM_VECTOR	  0xeb
#define X86_ISA_IRQ_VECTOR(irq)	  (0x30 + (irq)) /* legacy irqs 0 to 15 */
#define X86_LEGACY_IRQS		  16u
#define X86_CASCADE_IRQ		  2 /* through it the second PIC reaches the first */
/* A message points here while its interrupt has no vector; nobody listens. */
#define MANAGED_IRQ_SHUTDOWN_VECTOR 0xef

/* msi_alloc_info_t.flags: one block of vectors on one CPU; only remapping can do without. */
#define X86_IRQ_ALLOC_CONTIGUOUS_VECTORS 0x1

struct x86_vector_config {
	const char *name; /* NULL: "VECTOR" */
	enum apic_mode mode;
	uint32_t nr_cpus;		    /* 1 to 4,096 */
	const uint32_t *apic_ids;	    /* NULL: as the CPUs are numbered */
	const uint64_t *online;		    /* 64 CPUs a word; NULL: those of cpu_online_mask() */
	uint32_t window_first, window_last; /* vectors to hand out; 0, 0: 32 and 234 */
	/* 256 bits of vectors that are not; NULL: as a PC has them */
	const uint64_t *system_bits;
};

/*
 * Makes the root with its matrix and vector tables, brings the online CPUs in,
 * and becomes the entry point of interrupts. NULL: out of memory, a bad window,
 * or the machine has one. Writes nothing to the bus.
 */
struct irq_domain *x86_vector_create(struct machine *m, const struct x86_vector_config *config);

/*
 * Legacy irqs (bit n: irq n), which exist already, come through the old PICs: each
 * has its own vector on this CPU. A domain above that takes one of them over
 * (irq_domain_realloc_irq()) turns its vector into a reservation, unless it is in
 * use. -EINVAL: one does not exist.
 */
int x86_vector_own_legacy(struct machine *m, uint16_t irqs);

/*
 * Takes over matrix and vector tables of a recorded state; its irqs exist
 * already. -EINVAL: a CPU, vector or irq that doesn't exist.
 */
int x86_vector_load(struct machine *m, const struct start_state *start);
/*
 * Gives the VECTOR level of a loaded irq its state; the matrix stays as it is.
 * -ENOMEM; -EINVAL: no such CPU or vector.
 */
int x86_vector_load_irq(struct irq_data *d, const struct irq_record *record);

/* ---- for domains above ---- */

struct irq_cfg { /* where an interrupt goes now: what messages and table entries hold */
	uint32_t dest_apicid; /* destination field, in the mode of the APICs */
	uint32_t vector;
};
/* Of the irq whose level d is; NULL: it has no VECTOR level. */
const struct irq_cfg *irqd_cfg(const struct irq_data *d);
enum apic_mode x86_apic_mode(const struct machine *m);
bool x86_dest_is_logical(const struct machine *m);
/* Destination field of a CPU. */
uint32_t x86_cpu_dest(const struct machine *m, unsigned cpu);
/* A move is carried out where it can be: in a table. The old vector may go. */
void vector_schedule_cleanup(struct irq_data *d);
uint32_t x86_cpu_apic_id(const struct machine *m, unsigned cpu);
/* An IPI from the executing CPU: writes to its local APIC. */
void x86_send_ipi(struct machine *m, unsigned cpu, unsigned vector);
/*
 * What the kernel does when a system vector arrives, behind its EOI. -EINVAL: no root, a vector
 * below X86_FIRST_SYSTEM_VECTOR; -EBUSY: it has a handler.
 */
typedef void (*x86_system_handler_t)(struct machine *m);
int x86_set_system_vector(struct machine *m, unsigned vector, x86_system_handler_t handler);
/* The ack of a remapped interrupt: a deferred move, and end of interrupt. */
void apic_ack_irq(struct irq_data *d);
/* End of a level interrupt; what is deferred is left to the caller. d: any level. */
void apic_end_level(struct irq_data *d);

/*
 * init_dev_msi_info of the root, and of domains between it and a device: asks
 * the parent, which sees the domain that was asked first as msi_parent_domain.
 */
bool x86_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
			   struct irq_domain *msi_parent_domain, struct msi_domain_info *info);
bool x86_ir_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
			      struct irq_domain *msi_parent_domain, struct msi_domain_info *info);

/*
 * The compatibility-format message (SDM vol. 3, 11.11). An extended destination
 * id has 15 bits (bits 14:8 in address bits 11:5); a remapping unit's own
 * interrupt has 32 (bits 31:8 in the upper address). Returns false if the
 * destination does not fit: its high bits are lost.
 */
enum x86_msg_reach { X86_MSG_8BIT, X86_MSG_EXTENDED, X86_MSG_UNIT };
bool x86_compose_msg(struct msi_msg *msg, const struct irq_cfg *cfg, bool logical,
		     enum x86_msg_reach reach);

/* ---- looking ---- */

struct x86_vector_info {
	uint32_t vector, cpu; /* vector 0: none; cpu and prev_cpu then keep their last value */
	uint32_t prev_vector, prev_cpu;
	uint32_t cfg_vector, cfg_dest;
	bool move_in_progress, is_managed, can_reserve, has_reserved;
	bool cleanup_pending; /* prev_vector waits for the timer of prev_cpu */
};
/* False: no such irq, or it has no VECTOR level. */
bool x86_vector_info(const struct machine *m, unsigned irq, struct x86_vector_info *out);

/* NULL: the machine has no x86 root. */
const struct irq_matrix *x86_matrix(const struct machine *m);
struct irq_domain *x86_vector_domain(const struct machine *m);
enum { VECTOR_UNUSED = -3 };
/* The irq behind a vector, or VECTOR_UNUSED, VECTOR_SHUTDOWN, VECTOR_RETRIGGERED. */
int64_t x86_vector_entry(const struct machine *m, unsigned cpu, unsigned vector);

#endif
