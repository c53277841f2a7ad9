/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_SOFTWARE_H
#define IRQLAB_PROVIDER_SOFTWARE_H

#include <irqlab/cpumask.h>
#include <irqlab/driver.h>
#include <irqlab/provider/access.h>
#include <irqlab/provider/object.h>

/*
 * The software half of a back end: domains and chips. Types, fields and flags
 * have the kernel's names and meaning; a chip written here moves to the kernel
 * with small changes. Functions that the kernel calls with a bare irq number
 * take the machine first.
 *
 * Whoever changes a field of one of these structs says touch() before. The
 * helpers below do.
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
	uint32_t depth;
	uint32_t irq_count, irqs_unhandled;
	uint64_t last_unhandled;
	uint64_t tot_count; /* handled interrupts of this number */
	const struct cpumask *pending_mask;
	const char *name;      /* of the flow: "edge" */
	const char *chip_name; /* of a device domain; else NULL */
	struct lock request_mutex, lock;
};

struct irqaction {
	irq_handler_t handler;
	void *dev_id;
	struct irqaction *next;
	uint32_t irq, flags;
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
void irqd_set(struct irq_data *d, uint32_t states);
void irqd_clear(struct irq_data *d, uint32_t states);
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

/* For chips: do what the level below does. Their results are the callback's. */
void irq_chip_ack_parent(struct irq_data *d);
void irq_chip_eoi_parent(struct irq_data *d);
void irq_chip_mask_parent(struct irq_data *d);
void irq_chip_unmask_parent(struct irq_data *d);
void irq_chip_enable_parent(struct irq_data *d);
void irq_chip_disable_parent(struct irq_data *d);
int irq_chip_set_affinity_parent(struct irq_data *d, const struct cpumask *dest,
				 bool force);				    /* -ENOSYS */
int irq_chip_set_type_parent(struct irq_data *d, unsigned type);	    /* -ENOSYS */
int irq_chip_set_vcpu_affinity_parent(struct irq_data *d, void *vcpu_info); /* -ENOSYS */
int irq_chip_get_parent_state(struct irq_data *d, enum irqchip_state which,
			      bool *state); /* -EINVAL */
int irq_chip_set_parent_state(struct irq_data *d, enum irqchip_state which,
			      bool state);	      /* -EINVAL */
int irq_chip_retrigger_hierarchy(struct irq_data *d); /* 0 if nobody can */
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
/* Runs the flow handler. -EINVAL: no such irq; -EPERM: wrong context. */
int handle_irq_desc(struct irq_desc *desc);
int generic_handle_irq(struct machine *m, unsigned irq);
int generic_handle_domain_irq(struct irq_domain *domain, uint64_t hwirq);
/* From a chip's ack: carries out a move that was put off (SETAFFINITY_PENDING). */
void irq_move_irq(struct irq_data *d);
/* The same for a chip that has masked the interrupt itself; d: the outermost level. */
void irq_move_masked_irq(struct irq_data *d);
/* "edge" for handle_edge_irq and so on; name of the C function with `function`. */
const char *irq_flow_name(irq_flow_handler_t handler, bool function);

struct irq_desc *irq_to_desc(const struct machine *m, unsigned irq); /* NULL: free number */
struct irq_data *irq_get_irq_data(const struct machine *m, unsigned irq);
/* The lowest number in use ≥ from; NO_MORE_IRQS if there is none. */
#define NO_MORE_IRQS UINT32_MAX
unsigned irq_get_next_irq(const struct machine *m, unsigned from);
#define for_each_used_irq(irq, m)                                                                  \
	for (unsigned irq = irq_get_next_irq(m, 0); irq != NO_MORE_IRQS;                           \
	     irq = irq_get_next_irq(m, irq + 1))
/* Settings (IRQ_*) of the descriptor, and the state bits that follow from them. */
void irq_modify_status(struct machine *m, unsigned irq, uint32_t clear, uint32_t set);
void irq_set_handler(struct irq_desc *desc, irq_flow_handler_t handle, const char *name);
/* The CPUs that run, as software sees it, and all that may ever. */
const struct cpumask *cpu_online_mask(const struct machine *m);
const struct cpumask *cpu_possible_mask(const struct machine *m);
const struct cpumask *cpumask_of_node(const struct machine *m, int node); /* none: empty */
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

/* ---- domains ---- */

enum irq_domain_bus_token {
	DOMAIN_BUS_ANY = 0,
	DOMAIN_BUS_WIRED = 1,
	DOMAIN_BUS_GENERIC_MSI = 2,
	DOMAIN_BUS_PCI_MSI = 3,
	DOMAIN_BUS_PLATFORM_MSI = 4,
	DOMAIN_BUS_NEXUS = 5,
	DOMAIN_BUS_IPI = 6,
	DOMAIN_BUS_FSL_MC_MSI = 7,
	DOMAIN_BUS_TI_SCI_INTA_MSI = 8,
	DOMAIN_BUS_WAKEUP = 9,
	DOMAIN_BUS_VMD_MSI = 10,
	DOMAIN_BUS_PCI_DEVICE_MSI = 11,
	DOMAIN_BUS_PCI_DEVICE_MSIX = 12,
	DOMAIN_BUS_DMAR = 13,
	DOMAIN_BUS_AMDVI = 14,
	DOMAIN_BUS_DEVICE_MSI = 15,
	DOMAIN_BUS_WIRED_TO_MSI = 16,
	/* Was 15 in Linux 6.2 to 6.9, which means something else since: a number of ours. */
	DOMAIN_BUS_PCI_DEVICE_IMS = 64,
};

enum irq_domain_flags {
	IRQ_DOMAIN_FLAG_HIERARCHY = 1 << 0,	 /* derived: ops->alloc exists */
	IRQ_DOMAIN_FLAG_NAME_ALLOCATED = 1 << 1, /* derived: the name has a suffix */
	IRQ_DOMAIN_FLAG_MSI = 1 << 4,
	IRQ_DOMAIN_FLAG_ISOLATED_MSI = 1 << 5,
	IRQ_DOMAIN_FLAG_NO_MAP = 1 << 6,
	IRQ_DOMAIN_FLAG_MSI_PARENT = 1 << 8,
	IRQ_DOMAIN_FLAG_MSI_DEVICE = 1 << 9,
};

/* What a request carries through the levels. */
enum irq_alloc_type {
	IRQ_ALLOC_NONE,
	IRQ_ALLOC_IOAPIC,
	IRQ_ALLOC_HPET,
	IRQ_ALLOC_DMAR,
	IRQ_ALLOC_AMDVI,
	IRQ_ALLOC_PCI_MSI,
	IRQ_ALLOC_PCI_MSIX,
	IRQ_ALLOC_IMS,
	IRQ_ALLOC_PLATFORM_MSI
};
typedef struct irq_alloc_info {
	enum irq_alloc_type type;
	uint32_t flags;
	uint32_t devid; /* requester of the unit that validates it */
	uint64_t hwirq;
	struct msi_desc *desc;
	const struct cpumask *mask; /* a vector at once, from these CPUs; NULL: by the rules */
	void *data;		    /* the outermost domain's own */
	uint64_t scratch[2];
} msi_alloc_info_t;

struct irq_fwspec; /* provider/fwspec.h */
struct irq_domain_ops {
	/* Is it the domain for these? NULL: by fwnode name and token. */
	bool (*select)(struct irq_domain *d, const char *fwnode, enum irq_domain_bus_token token);
	/* Required in a hierarchy: fills the levels of irqs virq … virq + nr − 1, the parent's
	 * first. On error nothing of it is left. */
	int (*alloc)(struct irq_domain *d, unsigned virq, unsigned nr, void *arg);
	void (*free)(struct irq_domain *d, unsigned virq, unsigned nr); /* required with alloc */
	int (*activate)(struct irq_domain *d, struct irq_data *irqd, bool reserve);
	void (*deactivate)(struct irq_domain *d, struct irq_data *irqd);
	/*
	 * Outside a hierarchy: sets chip and handler of an interrupt that was mapped. An error
	 * takes the mapping back; -EPERM does so without a warning. Both optional.
	 */
	int (*map)(struct irq_domain *d, unsigned virq, uint64_t hwirq);
	void (*unmap)(struct irq_domain *d, unsigned virq);
	/* Number and trigger (IRQ_TYPE_*) of a line. NULL: the first cell, and none. */
	int (*translate)(struct irq_domain *d, const struct irq_fwspec *fwspec, uint64_t *hwirq,
			 unsigned *type);
	/* Feeds chip_data of one of its interrupts to the digest. Required if chip_data is used. */
	void (*digest)(const struct irq_data *irqd, struct digest *digest);
};

struct msi_parent_ops;
struct xarray {
	struct machine *machine;
	void *root;
	uint32_t height; /* levels of nodes; 0: root is the entry at index 0 */
	uint64_t key;	 /* of its nodes in digests: its owner's, or 0 */
};

struct irq_domain {
	struct machine *machine;
	char name[48];
	const struct irq_domain_ops *ops;
	void *host_data;
	uint32_t flags; /* enum irq_domain_flags */
	uint32_t mapcount;
	enum irq_domain_bus_token bus_token;
	uint32_t id;   /* unique in the machine, never used again */
	uint32_t rank; /* higher than of older ones that the same look-up may find */
	uint64_t key;  /* for digests: made of name and rank */
	struct irq_domain *parent, *root;
	struct device *dev; /* device domains: whose */
	const char *fwnode;
	const struct msi_parent_ops *msi_parent_ops;
	uint64_t hwirq_max;
	uint32_t revmap_size;	     /* as configured */
	struct xarray revmap_tree;   /* hwirq → irq_data */
	struct xarray revmap_blocks; /* the same for multiples of 65,536, by their quotient */
	struct lock mutex;	     /* the root's is the one taken */
	struct irq_domain *next;     /* all domains of the machine, newest first */
};

struct irq_domain_config {
	const char *name;		  /* required; copied, cut to 47 bytes */
	const char *fwnode;		  /* must live as long as the domain; NULL: none */
	const struct irq_domain_ops *ops; /* required, static */
	struct irq_domain *parent;	  /* NULL: a root */
	enum irq_domain_bus_token
		bus_token; /* "-<token>" is appended to the name unless ANY or quiet */
	bool quiet_token;
	uint32_t size; /* linear reverse map; 0: a tree */
	uint32_t flags;
	void *host_data;
};
/* NULL: out of memory, or a missing slot (machine_warn names it). */
struct irq_domain *irq_domain_create(struct machine *m, const struct irq_domain_config *config);
/*
 * One with interrupts left warns DOMAIN_NOT_EMPTY: nobody finds it any more, but
 * it stays in memory, because they lead to it.
 */
void irq_domain_remove(struct irq_domain *domain);
/* Changes the token and appends it to the name. */
void irq_domain_update_bus_token(struct irq_domain *domain, enum irq_domain_bus_token token);
/*
 * The newest that fits: its select() decides if it has one and `token` is not ANY;
 * else the same fwnode name, and ANY or its token. NULL: none.
 */
struct irq_domain *irq_domain_find(struct machine *m, const char *fwnode,
				   enum irq_domain_bus_token token);
struct irq_domain *irq_domain_by_name(struct machine *m, const char *name);
struct irq_domain *irq_domain_first(const struct machine *m); /* newest; then ->next */

/*
 * nr irqs, contiguous numbers, all levels; base < 0: the lowest free run at or
 * above the machine's first dynamic number. Returns the first, or -EINVAL (empty
 * mask in affinity), -EEXIST (base is taken), -ENOMEM, or what a level returned.
 */
int irq_domain_alloc_irqs(struct irq_domain *domain, int base, unsigned nr, int node, void *arg,
			  const struct irq_affinity_desc *affinity);
/*
 * Gives an interrupt that exists without a domain the levels of this one. It keeps
 * its handlers and its state. -EINVAL: no such irq, or it has a domain; -ENOSYS,
 * -ENOMEM, or what a level returned: its descriptor is as before.
 */
int irq_domain_realloc_irq(struct irq_domain *domain, unsigned virq, void *arg);
void irq_domain_free_irqs(struct machine *m, unsigned virq, unsigned nr);
/* -ENOSYS: no parent, or not one of a hierarchy. */
int irq_domain_alloc_irqs_parent(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg);
void irq_domain_free_irqs_parent(struct irq_domain *domain, unsigned virq, unsigned nr);
/* Resets the level's irq_data, then frees the parent. */
void irq_domain_free_irqs_common(struct irq_domain *domain, unsigned virq, unsigned nr);
/* …and clears handler and handler data. */
void irq_domain_free_irqs_top(struct irq_domain *domain, unsigned virq, unsigned nr);
/* The level of `domain` in the interrupt's chain; NULL: it has none. */
struct irq_data *irq_domain_get_irq_data(struct irq_domain *domain, unsigned virq);
int irq_domain_set_hwirq_and_chip(struct irq_domain *domain, unsigned virq, uint64_t hwirq,
				  const struct irq_chip *chip, void *chip_data); /* -ENOENT */
void irq_domain_set_info(struct irq_domain *domain, unsigned virq, uint64_t hwirq,
			 const struct irq_chip *chip, void *chip_data, irq_flow_handler_t handler,
			 void *handler_data, const char *handler_name);
void irq_domain_reset_irq_data(struct irq_data *d);
/*
 * From alloc: this interrupt's chain ends above the level of `domain`; it and all
 * below are cut off when the allocation is complete. -EINVAL: it has no such level.
 */
int irq_domain_disconnect_hierarchy(struct irq_domain *domain, unsigned virq);
/* NULL: nothing is mapped. Of several interrupts with one hwirq the first is. */
struct irq_data *irq_domain_resolve(struct irq_domain *domain, uint64_t hwirq);
/*
 * From the outermost level, which is all that carries the ACTIVATED state: parents
 * first; an error leaves all levels inactive. Deactivation goes the other way.
 */
int irq_domain_activate_irq(struct irq_data *d, bool reserve);
void irq_domain_deactivate_irq(struct irq_data *d);

/* ---- interrupts outside a hierarchy ---- */

/*
 * nr contiguous descriptors without domain and chip at `base`, or the lowest free
 * run at or above the first dynamic number if base < 0. Returns the first number,
 * -EINVAL (empty affinity mask, number 0, beyond the limit), -EEXIST, -ENOMEM.
 */
int irq_alloc_descs(struct machine *m, int base, unsigned nr, int node,
		    const struct irq_affinity_desc *affinity);
void irq_free_descs(struct machine *m, unsigned first, unsigned nr);
/* It can be requested from now on. Nothing happens if there is no such irq. */
void irq_set_chip_and_handler(struct machine *m, unsigned irq, const struct irq_chip *chip,
			      irq_flow_handler_t handle, const char *name);
/*
 * The irq of a hwirq in a domain without `alloc`: the one that is mapped already,
 * or a new one. 0: none was to be had. -EINVAL of the association, with a warning
 * MAPPING_REFUSED: beyond the domain, or the irq is in a domain already.
 */
unsigned irq_create_mapping(struct irq_domain *domain, uint64_t hwirq, int node,
			    const struct irq_affinity_desc *affinity);
int irq_domain_associate(struct irq_domain *domain, unsigned virq, uint64_t hwirq);
/* The irq is gone, and its hwirq free. */
void irq_dispose_mapping(struct machine *m, unsigned virq);

/* ---- MSI ---- */

enum { /* msi_domain_info.flags */
       MSI_FLAG_USE_DEF_DOM_OPS = 1 << 0,
       MSI_FLAG_USE_DEF_CHIP_OPS = 1 << 1,
       MSI_FLAG_ACTIVATE_EARLY = 1 << 2,
       MSI_FLAG_MUST_REACTIVATE = 1 << 3,
       MSI_FLAG_DEV_SYSFS = 1 << 4,
       MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS = 1 << 5,
       MSI_FLAG_FREE_MSI_DESCS = 1 << 6,
       MSI_FLAG_USE_DEV_FWNODE = 1 << 7,
       MSI_FLAG_PARENT_PM_DEV = 1 << 8,
       MSI_FLAG_PCI_MSI_MASK_PARENT = 1 << 9,
       MSI_GENERIC_FLAGS_MASK = 0xffff,
       MSI_FLAG_MULTI_PCI_MSI = 1 << 16,
       MSI_FLAG_PCI_MSIX = 1 << 17,
       MSI_FLAG_LEVEL_CAPABLE = 1 << 18,
       MSI_FLAG_MSIX_CONTIGUOUS = 1 << 19,
       MSI_FLAG_PCI_MSIX_ALLOC_DYN = 1 << 20,
       MSI_FLAG_NO_AFFINITY = 1 << 21,
       MSI_FLAG_NO_MASK = 1 << 22,
       /* Was bit 21 in Linux 6.2 to 6.9, which means something else since: a number of ours. */
       MSI_FLAG_PCI_IMS = 1 << 30,
};

#define MSI_MAX_INDEX	65535u
#define MSI_MAX_DOMAINS 8 /* per device; domain id 0 is MSI_DEFAULT_DOMAIN */
enum { MSI_DEFAULT_DOMAIN = 0 };

enum msi_desc_filter { MSI_DESC_ALL, MSI_DESC_NOTASSOCIATED, MSI_DESC_ASSOCIATED };

struct msi_desc {
	uint32_t irq; /* of the first vector; 0: not associated */
	uint32_t nvec_used;
	struct device *dev;
	struct msi_msg msg;				       /* as last written */
	struct irq_affinity_desc *affinity;		       /* nvec_used of them, or NULL */
	void (*write_hook)(struct msi_desc *desc, void *data); /* after each message write */
	void *write_hook_data;
	uint16_t msi_index;
	uint8_t domid;
	bool in_batch; /* has its interrupts from the last batch that met it */
	union {
		struct {		      /* PCI */
			uint32_t mask_shadow; /* MSI mask word, or MSI-X vector control */
			uint8_t is_msix, multiple, multi_cap, can_mask, is_64, is_virtual;
			uint8_t reserved[2];
			uint32_t default_irq;
			uint64_t mask_base; /* config offset of the mask word, or address of the
					       MSI-X table */
		} pci;
		struct {		  /* others */
			uint64_t dcookie; /* the domain's */
			uint64_t icookie; /* the instance's */
			uint64_t slot;
		} data;
	};
};

struct msi_domain_ops {
	uint64_t (*get_hwirq)(struct msi_domain_info *info, msi_alloc_info_t *arg);
	int (*msi_init)(struct irq_domain *d, struct msi_domain_info *info, unsigned virq,
			uint64_t hwirq, msi_alloc_info_t *arg);
	void (*msi_free)(struct irq_domain *d, struct msi_domain_info *info, unsigned virq);
	/* Once a batch, with its whole size. Positive: retry with that many. */
	int (*msi_prepare)(struct irq_domain *d, struct device *dev, int nvec,
			   msi_alloc_info_t *arg);
	void (*prepare_desc)(struct irq_domain *d, msi_alloc_info_t *arg, struct msi_desc *desc);
	void (*set_desc)(msi_alloc_info_t *arg, struct msi_desc *desc);
	/* Of a domain whose interrupts are lines: as in irq_domain_ops. */
	int (*msi_translate)(struct irq_domain *d, const struct irq_fwspec *fwspec, uint64_t *hwirq,
			     unsigned *type);
	/* Instead of the hierarchy: whole batches to somebody else (Xen). */
	int (*domain_alloc_irqs)(struct irq_domain *d, struct device *dev, int nvec);
	void (*domain_free_irqs)(struct irq_domain *d, struct device *dev);
	/* Instead of writing the messages again to a device that lost them. */
	void (*domain_restore_irqs)(struct irq_domain *d, struct device *dev);
	void (*msi_post_free)(struct irq_domain *d, struct device *dev);
	/*
	 * What differs between buses. NULL: may not reserve; -ENOSPC; the
	 * descriptor at the index.
	 */
	bool (*can_reserve)(struct irq_domain *d, struct msi_domain_info *info, struct device *dev);
	int (*map_failure)(struct device *dev, const struct msi_desc *desc, int allocated);
	unsigned (*get_virq)(struct device *dev, unsigned domid, unsigned index);
};

struct msi_domain_info {
	uint32_t flags; /* MSI_FLAG_* */
	enum irq_domain_bus_token bus_token;
	uint32_t hwsize;
	struct msi_domain_ops *ops;
	struct irq_chip *chip;
	void *chip_data;
	irq_flow_handler_t handler;
	void *handler_data;
	const char *handler_name;
	void *data;
};

struct msi_domain_template { /* copied for each device domain: no shared mutable state */
	char name[48];
	struct irq_chip chip;
	struct msi_domain_ops ops;
	struct msi_domain_info info;
};

struct msi_parent_ops {
	uint32_t supported_flags;
	uint32_t required_flags;
	enum irq_domain_bus_token bus_select_token;
	uint32_t bus_select_mask; /* bits 1 << token */
	const char *prefix;
	/* Restricts flags, fills callbacks. False: this child is refused. Required. */
	bool (*init_dev_msi_info)(struct device *dev, struct irq_domain *domain,
				  struct irq_domain *msi_parent_domain,
				  struct msi_domain_info *msi_child_info);
};

/* 0; -ENODEV (no MSI parent), -EBUSY (slot taken, with a warning), -ENOTSUPP (parent refused),
 * -EINVAL (hwsize > 65,536, template incomplete), -ENOMEM. hwsize 0: 65,536. */
int msi_create_device_irq_domain(struct device *dev, unsigned domid,
				 const struct msi_domain_template *template, unsigned hwsize,
				 void *domain_data, void *chip_data);
void msi_remove_device_irq_domain(struct device *dev, unsigned domid);
/*
 * An MSI domain that belongs to no device, as a remapping unit's for its own
 * interrupts. `info` must live as long as the domain; what its ops and chip leave
 * out is filled in as its flags say. NULL: out of memory, or incomplete
 * (MSI_BAD_TEMPLATE).
 */
struct irq_domain *msi_create_irq_domain(struct machine *m, const char *name,
					 struct msi_domain_info *info, struct irq_domain *parent);
/*
 * To replace a device domain in a way that can fail: it leaves its slot, without
 * interrupts, and lives on until it is attached again or discarded. NULL: the
 * slot was empty.
 */
struct irq_domain *msi_detach_device_irq_domain(struct device *dev, unsigned domid);
void msi_attach_device_irq_domain(struct device *dev, unsigned domid, struct irq_domain *domain);
/* The machine's newest domain gives its id back, as if it had not been. */
void msi_discard_device_irq_domain(struct irq_domain *detached);
bool msi_match_device_irq_domain(struct device *dev, unsigned domid,
				 enum irq_domain_bus_token token);
struct irq_domain *msi_get_device_domain(struct device *dev, unsigned domid);
static inline struct msi_domain_info *msi_get_domain_info(const struct irq_domain *domain)
{
	return domain->host_data;
}
/* The default: the parent's setter, then compose and write unless it said DONE. */
int msi_domain_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force);

void msi_lock_descs(struct device *dev);
void msi_unlock_descs(struct device *dev);
/*
 * Copies the template and the nvec_used entries of its affinity array. index
 * MSI_ANY_INDEX: the lowest free. -ERANGE, -EBUSY, -ENOMEM.
 */
int msi_domain_insert_msi_desc(struct device *dev, unsigned domid, const struct msi_desc *init,
			       unsigned index, unsigned last, struct msi_desc **out);
/* -EINVAL: bad range. A batch: first … last, one msi_prepare. Positive: retry with that many. */
int msi_domain_alloc_irqs_range(struct device *dev, unsigned domid, unsigned first, unsigned last);
int msi_domain_alloc_irqs_range_locked(struct device *dev, unsigned domid, unsigned first,
				       unsigned last);
/* All descriptors of the domain, at most nirqs. */
int msi_domain_alloc_irqs_all_locked(struct device *dev, unsigned domid, int nirqs);
/* One; index, MSI_ANY_INDEX, or the lowest of first … last. */
struct msi_map msi_domain_alloc_irq_at(struct device *dev, unsigned domid, unsigned first,
				       unsigned last, const struct irq_affinity_desc *affdesc,
				       uint64_t icookie);
void msi_domain_free_irqs_range(struct device *dev, unsigned domid, unsigned first, unsigned last);
void msi_domain_free_irqs_range_locked(struct device *dev, unsigned domid, unsigned first,
				       unsigned last);
void msi_domain_free_irqs_all_locked(struct device *dev, unsigned domid);
unsigned msi_domain_get_virq(struct device *dev, unsigned domid, unsigned index); /* 0: none */
struct msi_desc *msi_domain_desc(struct device *dev, unsigned domid, unsigned index);
/* The same for a look: without the lock, and without a step. */
const struct msi_desc *msi_peek_desc(const struct device *dev, unsigned domid, unsigned index);
/* The first descriptor at or after *index that passes the filter; sets *index. NULL: none. */
struct msi_desc *msi_domain_next_desc(struct device *dev, unsigned domid, unsigned *index,
				      enum msi_desc_filter filter);
#define msi_for_each_desc(desc, dev, domid, filter)                                                \
	for (unsigned i_##desc = 0;                                                                \
	     ((desc) = msi_domain_next_desc(dev, domid, &i_##desc, filter)); i_##desc++)
/* Takes all descriptors without interrupts out of the store. */
void msi_domain_free_msi_descs_locked(struct device *dev, unsigned domid);
/* The interrupt is the descriptor's offset-th; the one at 0 is that by which it is known. */
void irq_set_msi_desc(struct machine *m, unsigned irq, unsigned offset, struct msi_desc *desc);
/* Frees the irqs that lead to the descriptor. It may have fewer than nvec_used, or none. */
void irq_free_msi_desc(struct machine *m, struct msi_desc *desc);

/* ---- machines whose architecture has no MSI domain ---- */

/*
 * It sets up the interrupts of a device as a whole, for the descriptors that are
 * in the store. Who has no MSI domain is served by it. Called under the store's
 * lock; none of it may be asked for single interrupts later.
 */
struct msi_legacy_ops {
	const char *name; /* required */
	/*
	 * Interrupts for each descriptor that has none. 0: all have theirs. Negative: an error.
	 * Positive: it could be so many. Whatever was done before an error, or in part, is torn
	 * down afterwards. NULL: setup_one for each, and multi-MSI is refused with 1.
	 */
	int (*setup)(struct device *dev, int nvec, bool msix);
	/* Required without setup. A positive result counts as -ENOSPC. */
	int (*setup_one)(struct device *dev, struct msi_desc *desc);
	/* Takes everything back. NULL: teardown_one for each irq, and one of them is required. */
	void (*teardown)(struct device *dev);
	void (*teardown_one)(struct machine *m, unsigned irq);
};
/* Once a machine. -EEXIST; -EINVAL: a slot is missing. */
int msi_register_legacy(struct machine *m, const struct msi_legacy_ops *ops, void *data);
const struct msi_legacy_ops *msi_legacy_ops(const struct machine *m); /* NULL: there are none */
void *msi_legacy_data(const struct machine *m);

/* Some domain between the device and the root isolates messages of one device from another. */
bool msi_device_has_isolated_msi(struct device *dev);

/* ---- devices, as the MSI core knows them ---- */

struct device_type {
	const char *name;
	void (*digest)(const struct device *dev, struct digest *d);
};

struct msi_device_data;
struct device {
	struct machine *machine;
	const struct device_type *type;
	char name[32];	    /* as users call it */
	char bus_name[32];  /* in domain names: "0000:00:03.0" */
	const char *fwnode; /* its own in the firmware's tree; NULL: none */
	uint32_t id;	    /* unique in the machine, never used again; fits 24 bits */
	uint64_t key;	    /* for digests: made of the name */
	int32_t node;
	uint16_t segment;
	uint16_t requester;	/* of its own writes */
	uint32_t msi_device_id; /* on no bus: what an MSI parent knows it by */
	uint32_t max_vectors;	/* the most it can ask for of one kind */
	/* Page where it sees its doorbell; 0: there is no translation, or not for its messages. */
	uint64_t doorbell_page;
	/* How its writes look above bridges, nearest the root last. */
	struct {
		uint16_t requester;
		uint8_t bridge; /* enum dma_alias_bridge */
	} alias[4];
	uint32_t nr_alias;
	struct irq_domain *msi_domain; /* the parent of its device domains; NULL: none */
	struct msi_device_data *msi;
	struct device *next;
};
/* Gives the device its id and makes it known by name. -EEXIST. Whoever registers it frees it. */
int device_register(struct device *dev);
void device_unregister(struct device *dev);
struct device *device_by_id(const struct machine *m, uint32_t id); /* NULL: none (any more) */
struct device *device_first(const struct machine *m);		   /* newest; then ->next */
/* Its MSI parent, or NULL for none, before it has interrupts: later ones come from there. */
void dev_set_msi_domain(struct device *dev, struct irq_domain *domain);
/* Makes room for its MSI domains and stores, so that no later call has to. Again: 0. -ENOMEM. */
int msi_setup_device_data(struct device *dev);
/*
 * Before a device goes: its MSI domains and stores. Descriptors left:
 * MSI_STORE_NOT_EMPTY. False: some have interrupts, which lead to the device: it
 * must stay in memory.
 */
bool msi_device_data_release(struct device *dev);
enum dma_alias_bridge { ALIAS_PCI_BRIDGE, ALIAS_PCIE_TO_PCI };

/*
 * ---- xarray: index → pointer, 64-way nodes ----
 *
 * Part of some object: who stores, erases or destroys has touched that one. To
 * begin with all is zero but `machine`. Every call costs the height of the tree.
 */

void *xa_load(const struct xarray *xa, uint64_t index);
int xa_store(struct xarray *xa, uint64_t index, void *entry); /* -ENOMEM; NULL erases */
void *xa_erase(struct xarray *xa, uint64_t index);
/* The first entry at or after *index up to last; NULL: none. */
void *xa_find(const struct xarray *xa, uint64_t *index, uint64_t last);
/* The lowest free index of first … last; -EBUSY if there is none. */
int xa_find_free(const struct xarray *xa, uint64_t first, uint64_t last, uint64_t *index);
bool xa_empty(const struct xarray *xa);
void xa_destroy(struct xarray *xa);

/* ---- what a root brings: CPUs come and go ---- */

struct irq_root_ops {
	/* May the CPU go? -ENOSPC. */
	int (*cpu_veto)(struct machine *m, unsigned cpu);
	/* Before an irq is moved off the CPU. */
	void (*force_complete_move)(struct machine *m, struct irq_data *d, unsigned cpu);
	/* After all irqs were moved: what is still pending on it, its timers, its vectors. */
	void (*cpu_dead)(struct machine *m, unsigned cpu);
	void (*cpu_online)(struct machine *m, unsigned cpu);
};
int irq_register_root(struct machine *m, const struct irq_root_ops *ops); /* -ENOSPC beyond 4 */

#endif
