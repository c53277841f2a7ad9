/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_IRQ_H
#define IRQLAB_PROVIDER_IRQ_H

#include <irqlab/cpumask.h>
#include <irqlab/driver.h>
#include <irqlab/provider/object.h>

/*
 * Interrupts: descriptors and their levels, chips, flow handlers, and what a root
 * is asked when CPUs come and go. provider/software.h has the rest.
 */

struct irq_chip;
struct irq_data;
struct irq_desc;
struct irq_domain;
struct msi_desc;
struct msi_domain_info;
struct msi_msg {
	uint32_t address_lo;
	uint32_t address_hi;
	uint32_t data;
};

/* ---- state of an interrupt ---- */

/* clang-format off */
#define IRQD_STATES(X) \
	X(SETAFFINITY_PENDING, 8) X(ACTIVATED, 9) X(NO_BALANCING, 10) \
	X(PER_CPU, 11) X(AFFINITY_SET, 12) X(LEVEL, 13) \
	X(WAKEUP_STATE, 14) X(MOVE_PCNTXT, 15) X(IRQ_DISABLED, 16) \
	X(IRQ_MASKED, 17) X(IRQ_INPROGRESS, 18) X(WAKEUP_ARMED, 19) \
	X(FORWARDED_TO_VCPU, 20) X(AFFINITY_MANAGED, 21) X(IRQ_STARTED, 22) \
	X(MANAGED_SHUTDOWN, 23) X(SINGLE_TARGET, 24) X(DEFAULT_TRIGGER_SET, 25) \
	X(CAN_RESERVE, 26) X(HANDLE_ENFORCE_IRQCTX, 27) X(AFFINITY_ON_ACTIVATE, 28) \
	X(IRQ_ENABLED_ON_SUSPEND, 29) X(RESEND_WHEN_IN_PROGRESS, 30)
/* clang-format on */
enum {
	IRQD_TRIGGER_MASK = 0xf,
#define IRQD_ENUM(id, bit) IRQD_##id = 1 << bit,
	IRQD_STATES(IRQD_ENUM)
#undef IRQD_ENUM
};

enum { /* irq_desc.status_use_accessors: settings; also the bits of `status` in recordings */
       IRQ_TYPE_NONE = 0,
       IRQ_TYPE_EDGE_RISING = 1,
       IRQ_TYPE_EDGE_FALLING = 2,
       IRQ_TYPE_LEVEL_HIGH = 4,
       IRQ_TYPE_LEVEL_LOW = 8,
       IRQ_TYPE_SENSE_MASK = 0xf,
       IRQ_LEVEL = 1 << 8,
       IRQ_PER_CPU = 1 << 9,
       IRQ_NOPROBE = 1 << 10,
       IRQ_NOREQUEST = 1 << 11,
       IRQ_NOAUTOEN = 1 << 12,
       IRQ_NO_BALANCING = 1 << 13,
       IRQ_MOVE_PCNTXT = 1 << 14,
       IRQ_NESTED_THREAD = 1 << 15,
       IRQ_NOTHREAD = 1 << 16,
       IRQ_PER_CPU_DEVID = 1 << 17,
       IRQ_IS_POLLED = 1 << 18,
       IRQ_DISABLE_UNLAZY = 1 << 19,
};

enum { /* irq_desc.istate */
       IRQS_AUTODETECT = 0x1,
       IRQS_SPURIOUS_DISABLED = 0x2,
       IRQS_POLL_INPROGRESS = 0x8,
       IRQS_ONESHOT = 0x20,
       IRQS_REPLAY = 0x40,
       IRQS_WAITING = 0x80,
       IRQS_PENDING = 0x200,
       IRQS_SUSPENDED = 0x800,
       IRQS_NMI = 0x2000,
};

struct irq_common_data {
	uint32_t state_use_accessors; /* IRQD_* */
	int32_t node;		      /* NUMA node, −1: none */
	struct machine *machine;
	struct irq_desc *desc;
	void *handler_data;
	struct msi_desc *msi_desc;
	const struct cpumask *affinity;
	const struct cpumask *effective_affinity;
};

struct irq_data {
	uint32_t irq;
	uint64_t hwirq;
	struct irq_common_data *common;
	const struct irq_chip *chip; /* NULL: none yet */
	struct irq_domain *domain;
	struct irq_data *parent_data;
	void *chip_data;
};

typedef void (*irq_flow_handler_t)(struct irq_desc *desc);

struct irqaction;
struct irq_desc {
	struct irq_common_data irq_common_data;
	struct irq_data irq_data;
	irq_flow_handler_t handle_irq;
	struct irqaction *action;
	uint32_t status_use_accessors; /* IRQ_* settings */
	uint32_t istate;	       /* IRQS_* */
	uint32_t depth, wake_depth;
	uint32_t irq_count, irqs_unhandled;
	uint64_t last_unhandled;
	uint64_t tot_count;  /* handled interrupts of this number */
	uint64_t handler_at; /* machine_steps() when its handlers last began, or were installed;
				or what was pending was taken away */
	const struct cpumask *pending_mask, *affinity_hint; /* hint: the driver's wish, or NULL */
	const char *name;				    /* of the flow: "edge" */
	const char *chip_name;				    /* of a device domain; else NULL */
	struct lock request_mutex, lock;
};

struct irqaction {
	irq_handler_t handler;
	void *dev_id;
	struct irqaction *next;
	uint32_t irq, flags;
	bool warned;		  /* of a thread that it has not */
	enum machine_layer layer; /* whose the handler is: a driver's, or a domain's */
	char name[32];
};

enum { /* results of irq_set_affinity callbacks, besides errors */
       IRQ_SET_MASK_OK = 0,
       IRQ_SET_MASK_OK_NOCOPY = 1,
       IRQ_SET_MASK_OK_DONE = 2,
};

/* ---- chips ---- */

enum irq_chip_flags {
	IRQCHIP_SET_TYPE_MASKED = 1 << 0,
	IRQCHIP_EOI_IF_HANDLED = 1 << 1,
	IRQCHIP_MASK_ON_SUSPEND = 1 << 2,
	IRQCHIP_ONOFFLINE_ENABLED = 1 << 3,
	IRQCHIP_SKIP_SET_WAKE = 1 << 4,
	IRQCHIP_ONESHOT_SAFE = 1 << 5,
	IRQCHIP_EOI_THREADED = 1 << 6,
	IRQCHIP_SUPPORTS_LEVEL_MSI = 1 << 7,
	IRQCHIP_SUPPORTS_NMI = 1 << 8,
	IRQCHIP_ENABLE_WAKEUP_ON_SUSPEND = 1 << 9,
	IRQCHIP_AFFINITY_PRE_STARTUP = 1 << 10,
	IRQCHIP_IMMUTABLE = 1 << 11,
};

struct irq_chip {	  /* every slot is optional unless it says otherwise */
	const char *name; /* required */
	unsigned (*irq_startup)(struct irq_data *d);
	void (*irq_shutdown)(struct irq_data *d);
	void (*irq_enable)(struct irq_data *d);
	void (*irq_disable)(struct irq_data *d);
	void (*irq_ack)(struct irq_data *d);
	void (*irq_mask)(struct irq_data *d);
	void (*irq_mask_ack)(struct irq_data *d);
	void (*irq_unmask)(struct irq_data *d);
	void (*irq_eoi)(struct irq_data *d);
	int (*irq_set_affinity)(struct irq_data *d, const struct cpumask *dest, bool force);
	int (*irq_retrigger)(struct irq_data *d); /* nonzero: done */
	int (*irq_set_type)(struct irq_data *d, unsigned type);
	int (*irq_set_wake)(struct irq_data *d, bool on);
	void (*irq_bus_lock)(struct irq_data *d);
	void (*irq_bus_sync_unlock)(struct irq_data *d);
	int (*irq_request_resources)(struct irq_data *d);
	void (*irq_release_resources)(struct irq_data *d);
	void (*irq_compose_msi_msg)(struct irq_data *d, struct msi_msg *msg);
	void (*irq_write_msi_msg)(struct irq_data *d, const struct msi_msg *msg);
	int (*irq_get_irqchip_state)(struct irq_data *d, enum irqchip_state which, bool *state);
	int (*irq_set_irqchip_state)(struct irq_data *d, enum irqchip_state which, bool state);
	int (*irq_set_vcpu_affinity)(struct irq_data *d, void *vcpu_info);
	unsigned long flags; /* enum irq_chip_flags */
};

static inline struct machine *irq_data_machine(const struct irq_data *d)
{
	return d->common->machine;
}
static inline struct irq_desc *irq_data_to_desc(const struct irq_data *d)
{
	return d->common->desc;
}
/* touch() for a level: the outermost one is part of the descriptor. */
static inline void touch_irq_data(struct machine *m, struct irq_data *d)
{
	struct irq_desc *desc = d->common->desc;

	touch(m, d == &desc->irq_data ? (void *)desc : (void *)d);
}
static inline bool irqd_has(const struct irq_data *d, uint32_t states)
{
	return d->common->state_use_accessors & states;
}
/* IRQD_* of the interrupt, whatever the level; they touch it. */
void irqd_set(struct irq_data *d, uint32_t states);
void irqd_clear(struct irq_data *d, uint32_t states);
/* From a root's set_affinity: where it really goes. Touches the interrupt. */
void irq_data_update_effective_affinity(struct irq_data *d, const struct cpumask *mask);
static inline const struct cpumask *irq_data_get_affinity_mask(const struct irq_data *d)
{
	return d->common->affinity;
}
static inline const struct cpumask *irq_data_get_effective_affinity_mask(const struct irq_data *d)
{
	return d->common->effective_affinity;
}
static inline struct msi_desc *irq_data_get_msi_desc(const struct irq_data *d)
{
	return d->common->msi_desc;
}

/*
 * For chips: do what the level below does. Enabling and disabling are unmasking and masking
 * where it has no such slot. If that is missing, or any of the others, the machine is poisoned: a
 * kernel would call NULL.
 */
void irq_chip_ack_parent(struct irq_data *d);
void irq_chip_eoi_parent(struct irq_data *d);
void irq_chip_mask_parent(struct irq_data *d);
void irq_chip_unmask_parent(struct irq_data *d);
void irq_chip_enable_parent(struct irq_data *d);
void irq_chip_disable_parent(struct irq_data *d);
/* -ENOSYS: the level below has no such slot. */
int irq_chip_set_affinity_parent(struct irq_data *d, const struct cpumask *dest, bool force);
int irq_chip_set_type_parent(struct irq_data *d, unsigned type);
int irq_chip_set_vcpu_affinity_parent(struct irq_data *d, void *vcpu_info);
/* -EINVAL: the level below has no such slot. */
int irq_chip_get_parent_state(struct irq_data *d, enum irqchip_state which, bool *state);
int irq_chip_set_parent_state(struct irq_data *d, enum irqchip_state which, bool state);
/* The first level below that can send it again does; 0: none can. */
int irq_chip_retrigger_hierarchy(struct irq_data *d);
/* The first chip from this level to the root that composes. -ENOSYS: none. */
int irq_chip_compose_msi_msg(struct irq_data *d, struct msi_msg *msg);

/* Flow handlers. Called in hard interrupt context with the descriptor of the interrupt. */
void handle_bad_irq(struct irq_desc *desc);
void handle_simple_irq(struct irq_desc *desc);
void handle_untracked_irq(struct irq_desc *desc);
void handle_level_irq(struct irq_desc *desc);
void handle_fasteoi_irq(struct irq_desc *desc);
void handle_edge_irq(struct irq_desc *desc);
void handle_percpu_irq(struct irq_desc *desc);
void handle_percpu_devid_irq(struct irq_desc *desc); /* each CPU has its own device behind it */
/*
 * From a root, in hard interrupt context: runs the flow handler. -EINVAL: no such irq, or hwirq;
 * -EPERM, with warning HANDLER_CONTEXT: elsewhere, for an interrupt that is strict about that.
 */
int handle_irq_desc(struct irq_desc *desc);
int generic_handle_irq(struct machine *m, unsigned irq);
int generic_handle_domain_irq(struct irq_domain *domain, uint64_t hwirq);
/* From a chip's ack: carries out a move that was put off (SETAFFINITY_PENDING). */
void irq_move_irq(struct irq_data *d);
/* The same for a chip that has masked the interrupt itself; d: the outermost level. */
void irq_move_masked_irq(struct irq_data *d);
/* "edge" for handle_edge_irq and so on; name of the C function with `function`. */
const char *irq_flow_name(irq_flow_handler_t handler, bool function);

/* The descriptor, and its outermost level. NULL: the number is free. */
struct irq_desc *irq_to_desc(const struct machine *m, unsigned irq);
struct irq_data *irq_get_irq_data(const struct machine *m, unsigned irq);
#define NO_MORE_IRQS UINT32_MAX
/* The lowest number in use ≥ from; NO_MORE_IRQS if there is none. */
unsigned irq_get_next_irq(const struct machine *m, unsigned from);
#define for_each_used_irq(irq, m)                                                                  \
	for (unsigned irq = irq_get_next_irq(m, 0); irq != NO_MORE_IRQS;                           \
	     irq = irq_get_next_irq(m, irq + 1))
/*
 * Settings (IRQ_*) of the descriptor, and the state bits that follow from them. Nothing happens
 * if there is no such irq.
 */
void irq_modify_status(struct machine *m, unsigned irq, uint32_t clear, uint32_t set);
/* The flow from now on; NULL: handle_bad_irq. The name, for /proc/interrupts, must be static. */
void irq_set_handler(struct irq_desc *desc, irq_flow_handler_t handle, const char *name);
/* The CPUs that run, as software sees it, and all that may ever. */
const struct cpumask *cpu_online_mask(const struct machine *m);
const struct cpumask *cpu_possible_mask(const struct machine *m);
const struct cpumask *cpu_present_mask(const struct machine *m);
/* Online threads of its core, itself included; itself alone if it is not online. */
const struct cpumask *topology_sibling_cpumask(struct machine *m, unsigned cpu);
/* Its CPUs; of none (−1) and of one that does not exist: the empty set. */
const struct cpumask *cpumask_of_node(const struct machine *m, int node);
/* −1: there is no such CPU. */
int cpu_to_node(const struct machine *m, unsigned cpu);

/*
 * Masks for nvecs vectors spread as affd says: an array in the machine's memory
 * (object_free() it), or NULL: nothing to spread, or no memory. Calls calc_sets.
 */
struct irq_affinity_desc *irq_create_affinity_masks(struct machine *m, unsigned nvecs,
						    struct irq_affinity *affd);
/* How many vectors between min and max make sense; 0 if fewer than min. */
unsigned irq_calc_affinity_vectors(struct machine *m, unsigned min, unsigned max,
				   const struct irq_affinity *affd);

/* ---- what a root brings, or whoever else keeps something for irqs and CPUs ---- */

struct irq_root_ops {
	/* May the CPU go? -ENOSPC. */
	int (*cpu_veto)(struct machine *m, unsigned cpu);
	/* Before an irq is moved off the CPU. */
	void (*force_complete_move)(struct machine *m, struct irq_data *d, unsigned cpu);
	/* After all irqs were moved: what is still pending on it, its timers, its vectors. */
	void (*cpu_dead)(struct machine *m, unsigned cpu);
	void (*cpu_online)(struct machine *m, unsigned cpu);
	/* After it was activated, deactivated, given to or taken from a vCPU, or freed. */
	void (*irq_changed)(struct machine *m, unsigned irq);
};
/* Every slot is optional. They are asked in the order of registration. -ENOSPC beyond 4. */
int irq_register_root(struct machine *m, const struct irq_root_ops *ops);

#endif
