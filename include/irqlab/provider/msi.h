/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_MSI_H
#define IRQLAB_PROVIDER_MSI_H

#include <irqlab/provider/irqdomain.h>

/*
 * Message signalled interrupts: domains of devices and their parents, descriptors, and
 * devices as the core knows them.
 */

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
	bool in_batch;	/* has its interrupts from the last batch that met it */
	uint32_t owner; /* logical function of the device; 0: none */
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
	/* A batch that was prepared failed, and its interrupts are gone. */
	void (*msi_unprepare)(struct irq_domain *d, struct device *dev,
			      const msi_alloc_info_t *arg);
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
/* It has no interrupts (DOMAIN_NOT_EMPTY). Nothing happens where there is no domain of the
 * device's. */
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
/* Is there a domain of the device's, with that token? */
bool msi_match_device_irq_domain(struct device *dev, unsigned domid,
				 enum irq_domain_bus_token token);
/* NULL: none. The device's own, or a global one that serves it. */
struct irq_domain *msi_get_device_domain(struct device *dev, unsigned domid);
static inline struct msi_domain_info *msi_get_domain_info(const struct irq_domain *domain)
{
	return domain->host_data;
}
/* The default: the parent's setter, then compose and write unless it said DONE. */
int msi_domain_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force);

/*
 * The mutex of the device's stores: functions that say _locked, and those that hand out
 * descriptors, are called with it held (LOCK_MISUSE).
 */
void msi_lock_descs(struct device *dev);
void msi_unlock_descs(struct device *dev);
/*
 * Copies the template and the nvec_used entries of its affinity array. index
 * … last: the lowest that is free; MSI_ANY_INDEX: the lowest free of all. *out (may be NULL): the
 * descriptor. -EINVAL (no store, or not locked), -ERANGE (first > last, beyond the domain), -EBUSY,
 * -ENOMEM.
 */
int msi_domain_insert_msi_desc(struct device *dev, unsigned domid, const struct msi_desc *init,
			       unsigned index, unsigned last, struct msi_desc **out);
/*
 * A batch: interrupts for the descriptors at first … last that have none, with one msi_prepare of
 * the whole size. 0: all have theirs. Otherwise none of the batch has: -EINVAL, with MSI_BAD_RANGE
 * (first > last, beyond the domain); -ENODEV (no domain); what a level, or map_failure, said; a
 * positive number: so many could be had. Writes messages if the domain activates early.
 */
int msi_domain_alloc_irqs_range(struct device *dev, unsigned domid, unsigned first, unsigned last);
int msi_domain_alloc_irqs_range_locked(struct device *dev, unsigned domid, unsigned first,
				       unsigned last);
/* The same for all descriptors of the domain, at most nirqs. */
int msi_domain_alloc_irqs_all_locked(struct device *dev, unsigned domid, int nirqs);
/*
 * One more, at the lowest free index of first … last, or of all (MSI_ANY_INDEX). affdesc NULL:
 * none. icookie is the instance's, for the domain's chip. index of the result: errors as those of
 * msi_domain_insert_msi_desc() and of a batch; -ENOSPC for a count.
 */
struct msi_map msi_domain_alloc_irq_at(struct device *dev, unsigned domid, unsigned first,
				       unsigned last, const struct irq_affinity_desc *affdesc,
				       uint64_t icookie);
/*
 * Deactivates and frees the interrupts of first … last, and takes descriptors out of the store if
 * the domain says so (FREE_MSI_DESCS). Those with a handler stay, with FREE_WITH_ACTION, unless the
 * switch FREE_WITH_HANDLERS is on. Writes zeros to messages that were active.
 */
void msi_domain_free_irqs_range(struct device *dev, unsigned domid, unsigned first, unsigned last);
void msi_domain_free_irqs_range_locked(struct device *dev, unsigned domid, unsigned first,
				       unsigned last);
void msi_domain_free_irqs_all_locked(struct device *dev, unsigned domid);
/* 0: none; MSI_BAD_RANGE for an index or a domain beyond the limits. Takes the lock. */
unsigned msi_domain_get_virq(struct device *dev, unsigned domid, unsigned index);
/* NULL: none. */
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
	bool isolates; /* no device can send another one's messages */
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
	struct devres *devres; /* what it gives back when its driver leaves; newest first */
	struct device *next;
};
/* Gives the device its id and makes it known by name. -EEXIST. Whoever registers it frees it. */
int device_register(struct device *dev);
/* Nobody finds it any more. Nothing happens if it is not registered. */
void device_unregister(struct device *dev);
/* NULL: none (any more). */
struct device *device_by_id(const struct machine *m, uint32_t id);
/* The newest; then ->next. NULL: none. */
struct device *device_first(const struct machine *m);
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

#endif
