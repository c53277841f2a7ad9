/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_IRQDOMAIN_H
#define IRQLAB_PROVIDER_IRQDOMAIN_H

#include <irqlab/provider/irq.h>
#include <irqlab/provider/xarray.h>

/* Domains: the levels of an interrupt, and the way back from a hwirq. */

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
/* By its whole name, suffix included; the newest of several. NULL: none. */
struct irq_domain *irq_domain_by_name(struct machine *m, const char *name);
/*
 * The newest that fits: its select() decides if it has one and `token` is not ANY;
 * else the same fwnode name, and ANY or its token. NULL: none.
 */
struct irq_domain *irq_domain_find(struct machine *m, const char *fwnode,
				   enum irq_domain_bus_token token);
/* The newest; then ->next. NULL: none. */
struct irq_domain *irq_domain_first(const struct machine *m);

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
/* All levels, outermost first, and the numbers. They have been deactivated. */
void irq_domain_free_irqs(struct machine *m, unsigned virq, unsigned nr);
/* From alloc and free: the levels below. -ENOSYS: no parent, or not one of a hierarchy. */
int irq_domain_alloc_irqs_parent(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg);
void irq_domain_free_irqs_parent(struct irq_domain *domain, unsigned virq, unsigned nr);
/* Resets the level's irq_data, then frees the parent. */
void irq_domain_free_irqs_common(struct irq_domain *domain, unsigned virq, unsigned nr);
/* …and clears handler and handler data. */
void irq_domain_free_irqs_top(struct irq_domain *domain, unsigned virq, unsigned nr);
/* The level of `domain` in the interrupt's chain; NULL: it has none. */
struct irq_data *irq_domain_get_irq_data(struct irq_domain *domain, unsigned virq);
/*
 * From alloc: what stands in the level of `domain`. chip and chip_data must live as long as the
 * interrupt. -ENOENT: it has no such level.
 */
int irq_domain_set_hwirq_and_chip(struct irq_domain *domain, unsigned virq, uint64_t hwirq,
				  const struct irq_chip *chip, void *chip_data);
/* …and the interrupt's flow handler, with its data and its name. */
void irq_domain_set_info(struct irq_domain *domain, unsigned virq, uint64_t hwirq,
			 const struct irq_chip *chip, void *chip_data, irq_flow_handler_t handler,
			 void *handler_data, const char *handler_name);
/* As before irq_domain_set_hwirq_and_chip(). */
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
/* With whatever handlers they have; free numbers among them are skipped. */
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

#endif
