/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_X86_INTERNAL_H
#define IRQLAB_DOMAINS_X86_INTERNAL_H

#include <domains/tracepoint.h>
#include <domains/x86.h>

#define NR_VECTORS 256

/* Entries of a vector table: a descriptor, or one of these. */
#define ENTRY_UNUSED	  ((struct irq_desc *)0)
#define ENTRY_SHUTDOWN	  ((struct irq_desc *)1)
#define ENTRY_RETRIGGERED ((struct irq_desc *)2)
static inline bool entry_is_desc(const struct irq_desc *entry)
{
	return (uintptr_t)entry > 2;
}

struct vector_table {
	uint32_t cpu;
	struct irq_desc *entry[NR_VECTORS];
};

struct x86_vector { /* chip_data of the VECTOR level */
	uint32_t irq;
	uint16_t cpu, prev_cpu;
	uint8_t vector, prev_vector;
	bool move_in_progress, is_managed, can_reserve, has_reserved;
	bool cleanup_pending; /* on the list of prev_cpu */
	struct irq_cfg cfg;
	struct x86_vector *cleanup_next;
};

struct managed_bits { /* that were set aside for an interrupt, one for each CPU of the set */
	uint32_t irq;
	const struct cpumask *mask;
	uint16_t bit[];
};

struct vector_cleanup { /* old vectors of a CPU, waiting until they are surely quiet */
	struct timer timer;
	uint32_t cpu;
	struct x86_vector *first;
};

struct x86_cpu {
	uint32_t apic_id;
	struct vector_table *table;
	struct vector_cleanup *cleanup;
};

struct x86_root {
	struct machine *machine;
	struct irq_domain *domain;
	struct irq_matrix *matrix;
	struct lock lock;
	enum apic_mode mode;
	uint32_t legacy_irqs; /* bit n: irq n comes through an old PIC, at its own vector */
	x86_system_handler_t system[NR_VECTORS - X86_FIRST_SYSTEM_VECTOR];
	struct xarray managed; /* irq → struct managed_bits, where bits go back to whom they were */
	uint32_t nr_cpus;
	struct x86_cpu cpu[];
};

static inline struct x86_root *x86_root(const struct machine *m)
{
	return machine_part(m, PART_X86);
}

extern const struct irq_chip x86_apic_chip;
extern const struct irq_domain_ops x86_vector_domain_ops;
extern const struct irq_root_ops x86_root_ops;
extern const struct msi_parent_ops x86_msi_parent_ops;
extern const struct object_type x86_vector_type;

void vector_lock(struct x86_root *x);
void vector_unlock(struct x86_root *x);

/* The state of an irq at any of its levels; NULL: it has none. */
struct x86_vector *x86_vector_of(const struct irq_data *d);

void set_table_entry(struct x86_root *x, unsigned cpu, unsigned vector, struct irq_desc *entry);
struct irq_desc *table_entry(const struct x86_root *x, unsigned cpu, unsigned vector);
/* Is it pending in the local APIC of the executing CPU? */
bool vector_is_pending(struct machine *m, unsigned vector);
uint32_t x86_dest_apicid(const struct x86_root *x, unsigned cpu);

/* x86_vector.c: assignment. All are called under the vector lock. */
int assign_vector(struct x86_root *x, struct irq_data *d, const struct cpumask *mask);
int assign_managed_vector(struct x86_root *x, struct irq_data *d, const struct cpumask *mask);

/* x86_move.c */
void free_moved_vector(struct x86_root *x, struct x86_vector *v);
void cleanup_enqueue(struct x86_root *x, struct x86_vector *v);
void cleanup_unlink(struct x86_root *x, struct x86_vector *v);
void cleanup_expired(struct machine *m, struct timer *timer);
void x86_common_interrupt(struct machine *m, unsigned cpu, unsigned vector);
void reset_vector_table(struct x86_root *x, unsigned cpu);
int apic_set_affinity(struct irq_data *d, const struct cpumask *dest, bool force);
void apic_ack_edge(struct irq_data *d);
int apic_retrigger_irq(struct irq_data *d);

/* x86_msi.c */
void x86_vector_msi_compose_msg(struct irq_data *d, struct msi_msg *msg);

#endif
