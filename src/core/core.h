/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CORE_CORE_H
#define IRQLAB_CORE_CORE_H

#include <irqlab/provider/software.h>
#include <irqlab/trace.h>

/*
 * Private to src/core: the software's own object in a machine, and what the
 * files of the interrupt core ask of each other.
 */

#define IRQ_SPACE_LEAF	256u
#define IRQ_SPACE_FAN	128u
#define IRQ_SPACE_LIMIT (IRQ_SPACE_FAN * IRQ_SPACE_FAN * IRQ_SPACE_LEAF) /* irq numbers */
#define MAX_ROOTS	4

struct irq_space_leaf {
	uint64_t used[IRQ_SPACE_LEAF / 64];
	struct irq_desc *desc[IRQ_SPACE_LEAF];
};
struct irq_space_node {
	struct irq_space_leaf *leaf[IRQ_SPACE_FAN];
};
struct irq_space {
	struct irq_space_node *node[IRQ_SPACE_FAN];
};

struct cpu_place {
	int32_t node;
	uint32_t core; /* as in struct cpu_desc */
};

struct node_map {
	uint32_t nr_cpus, nr_nodes;
	const struct cpumask **cpus_of_node;
	struct cpu_place place[]; /* of each CPU */
};

struct software {
	struct machine *machine;
	struct irq_space *space;
	uint32_t first_dynamic_irq;
	uint32_t lowest_free;	    /* no free dynamic number below */
	uint32_t highest_used;	    /* no used number above */
	struct irq_domain *domains; /* newest first */
	uint32_t next_domain_id;
	struct device *devices;
	uint32_t next_device_id;
	const struct cpumask *possible, *present, *online, *default_affinity;
	bool moves_at_once, boot_cpu_may_leave; /* struct irq_core_config */
	struct node_map *nodes;
	const struct irq_root_ops *roots[MAX_ROOTS];
	uint32_t nr_roots;
	const struct msi_legacy_ops *legacy;
	void *legacy_data;
	struct lock hotplug_mutex;
	uint32_t woken_by;   /* irq that ended the last suspension; 0: none did */
	struct timer resend; /* software resend of interrupts without a retrigger */
};

static inline struct software *software_of(const struct machine *m)
{
	return machine_part(m, PART_SOFTWARE);
}

struct irq_core_config {
	uint32_t first_dynamic_irq; /* no dynamic number below; ≥ 1 */
	uint32_t nr_cpus;
	const struct cpu_place *place_of_cpu;	/* NULL: all in node 0, a core each */
	const struct cpumask *online;		/* at the start */
	const struct cpumask *present;		/* NULL: all CPUs */
	bool nodes_empty;			/* CPUs join their nodes later */
	const struct cpumask *default_affinity; /* NULL: all CPUs */
	/* What differs between architectures. An affinity is always carried out by the caller,
	 * never put off until the next interrupt; CPU 0 is a CPU like others. */
	bool moves_at_once, boot_cpu_may_leave;
};
/* Makes the software of an empty machine. -EEXIST, -ENOMEM. Doesn't write to the bus. */
int irq_core_init(struct machine *m, const struct irq_core_config *config);
/* From now on cpumask_of_node() of its node has the CPU. */
void irq_core_join_node(struct machine *m, unsigned cpu);

/*
 * Callbacks. While one runs, its layer is what runs. `d` is the level whose chip
 * is called, `domain` the domain; other arguments follow those two.
 */
#define call_chip(d, slot, ...)                                                                    \
	({                                                                                         \
		layer_runs(irq_data_machine(d), LAYER_CHIP);                                       \
		(d)->chip->slot(d, ##__VA_ARGS__);                                                 \
	})
#define call_domain(domain, slot, ...)                                                             \
	({                                                                                         \
		layer_runs((domain)->machine, LAYER_DOMAIN);                                       \
		(domain)->ops->slot(domain, ##__VA_ARGS__);                                        \
	})

/* ---- irq numbers and descriptors (irqdesc.c) ---- */

/* Feeds one level: domain, hwirq, chip and what the domain keeps in chip_data. */
void irq_data_digest(const struct irq_data *d, struct digest *digest);

/* ---- state (chip.c) ---- */

enum irq_start { IRQ_START_COND, IRQ_START_FORCE };
int irq_startup(struct irq_desc *desc, bool resend, enum irq_start start);
void irq_shutdown(struct irq_desc *desc);
void irq_shutdown_and_deactivate(struct irq_desc *desc);
/* irq_changed() of struct irq_root_ops */
void irq_tell_roots(struct machine *m, unsigned irq);
void irq_enable(struct irq_desc *desc);
void irq_disable(struct irq_desc *desc);
void mask_irq(struct irq_desc *desc);
void unmask_irq(struct irq_desc *desc);
int irq_set_trigger(struct irq_desc *desc, unsigned type);
void chip_bus_lock(struct irq_desc *desc);
void chip_bus_sync_unlock(struct irq_desc *desc);
void irqd_update(struct irq_data *d, uint32_t clear, uint32_t set);

/* ---- disabling, with the descriptor locked (manage.c), and sleep (pm.c) ---- */

void irq_disable_desc(struct irq_desc *desc);
void irq_enable_desc(struct irq_desc *desc);
/* An interrupt that shall wake the system does so, and is held back. */
bool irq_pm_check_wakeup(struct irq_desc *desc);

/* ---- affinity (affinity.c, spread.c, move.c) ---- */

bool irq_can_set_affinity(const struct irq_desc *desc);
/* May it be moved while no interrupt of its kind is being handled? */
bool irq_moves_in_task_context(const struct irq_data *d);
int irq_do_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force);
int irq_set_affinity_locked(struct irq_data *d, const struct cpumask *mask, bool force);
int irq_setup_affinity(struct irq_desc *desc);
/* A pending move with an online target? If not it is dropped; `take` clears the flag. */
bool irq_fixup_move_pending(struct irq_desc *desc, bool take);

/* ---- resend.c ---- */

int check_irq_resend(struct irq_desc *desc, bool inject);
void clear_irq_resend(struct irq_desc *desc);
/* The answer of the first chip that has one. -EINVAL: none has. */
int irq_chip_state(struct irq_desc *desc, enum irqchip_state which, bool *state);

#endif
