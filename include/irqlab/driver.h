/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DRIVER_H
#define IRQLAB_DRIVER_H

#include <irqlab/cpumask.h>
#include <irqlab/machine.h>

/*
 * What a device driver may see: a device, { index, irq } pairs, and checked
 * cookies. Nothing here leads to a descriptor, a domain or a chip.
 *
 * Functions are called in task context on the CPU of machine_run_on(), 0 at
 * first. Unless said otherwise they return 0 or a count, or a negative error
 * number, and after an error the machine is as it was before. An irq number is
 * never 0. Writes that reach the bus are named with each function.
 */

struct device;

/* By name ("nic", or "0000:00:03.0"); NULL if there is none. */
struct device *device_by_name(struct machine *m, const char *name);
const char *device_name(const struct device *dev);

struct msi_map {
	int index; /* ≥ 0; on failure −errno */
	int virq;  /* irq number > 0; on failure 0 */
};

struct irq_affinity_desc {
	const struct cpumask *mask;
	bool is_managed;
};

#define IRQ_AFFINITY_MAX_SETS 4
struct irq_affinity {	       /* how a batch is spread over the CPUs */
	unsigned pre_vectors;  /* first vectors that are not spread */
	unsigned post_vectors; /* last vectors that are not spread */
	unsigned nr_sets;
	unsigned set_size[IRQ_AFFINITY_MAX_SETS];
	/* Fills nr_sets and set_size for `nvecs` spread vectors. NULL: one set. */
	void (*calc_sets)(struct irq_affinity *affd, unsigned nvecs);
	void *priv;
};

struct msix_entry {
	uint32_t vector; /* out: irq number */
	uint16_t entry;	 /* in: index in the table */
};

/* ---- PCI ---- */

enum pci_irq_flags {
	PCI_IRQ_INTX = 1 << 0,
	PCI_IRQ_MSI = 1 << 1,
	PCI_IRQ_MSIX = 1 << 2,
	PCI_IRQ_AFFINITY = 1 << 3,
	PCI_IRQ_VIRTUAL = 1 << 4, /* MSI-X: entries beyond the table, which only software raises */
	PCI_IRQ_ALL_TYPES = PCI_IRQ_INTX | PCI_IRQ_MSI | PCI_IRQ_MSIX,
};

/*
 * Between min and max vectors in one batch, MSI-X before MSI before INTx.
 * Returns how many, or the error of the last type tried: -ENOSPC, -ERANGE
 * (min > max), -EINVAL (already enabled, not supported), -ENOTSUPP, -ENODEV,
 * -EIO, -ENOMEM. Writes the capability's control, messages, the INTx disable
 * bit and, for MSI-X, every entry's vector control.
 */
int pci_alloc_irq_vectors(struct device *dev, unsigned min, unsigned max, unsigned flags);
/* affd is used only with PCI_IRQ_AFFINITY, and may then be NULL: all vectors are spread. */
int pci_alloc_irq_vectors_affinity(struct device *dev, unsigned min, unsigned max, unsigned flags,
				   struct irq_affinity *affd);
/*
 * Frees whatever is enabled. A handler that is still installed: warning
 * FREE_WITH_ACTION, and the interrupt is kept unless switch FREE_WITH_HANDLERS is
 * on (Linux frees it all the same); MSI-X then stays enabled for what is kept.
 */
void pci_free_irq_vectors(struct device *dev);

int pci_enable_msi(struct device *dev); /* one vector: 0, or as above */
void pci_disable_msi(struct device *dev);
/* entries: the table indexes wanted, in; irq numbers, out. NULL: 0 … n − 1. Returns the count. */
int pci_enable_msix_range(struct device *dev, struct msix_entry *entries, int min, int max);
void pci_disable_msix(struct device *dev);

int pci_msi_vec_count(struct device *dev);  /* capable of, or -EINVAL */
int pci_msix_vec_count(struct device *dev); /* size of the table, or -EINVAL */
/* Irq of vector nr: for MSI-X nr is the index in the table. -EINVAL if there is none. */
int pci_irq_vector(struct device *dev, unsigned nr);
/* CPUs of vector nr; NULL if it has no description. INTx: all CPUs. */
const struct cpumask *pci_irq_get_affinity(struct device *dev, int nr);
/*
 * After a reset of the function: writes what is enabled into its registers again
 * (INTx disable, control, messages, masks). 0, or -ENODEV: no PCI function.
 */
int pci_restore_msi_state(struct device *dev);

/* ---- MSI-X entries one by one, once MSI-X is enabled ---- */

#define MSI_ANY_INDEX UINT32_MAX

bool pci_msix_can_alloc_dyn(struct device *dev);
/* The entry `index`, or the lowest free one. -ENOTSUPP, -ERANGE, -EBUSY (in use; or all are). */
struct msi_map pci_msix_alloc_irq_at(struct device *dev, unsigned index,
				     const struct irq_affinity_desc *affdesc);
/* The lowest free entry of first … last. -ERANGE also for first > last. */
struct msi_map pci_msix_alloc_irq_range(struct device *dev, unsigned first, unsigned last,
					const struct irq_affinity_desc *affdesc);
/* 0; -EINVAL for a map that is not (or no longer) the device's; -EBUSY while it has a handler. */
int pci_msix_free_irq(struct device *dev, struct msi_map map);

/* ---- devices on no bus ---- */

struct platform_msi_message {
	uint32_t address_lo, address_hi, data;
};
/*
 * Puts the message of interrupt `index` where the device looks for it. Called when it
 * is requested, moved (unless the message stays the same), and with zeros when it is
 * freed; interrupts may be off.
 */
typedef void (*platform_msi_write_t)(struct device *dev, unsigned index,
				     const struct platform_msi_message *message);
/*
 * nvec interrupts with indexes from 0. -EINVAL (no parent, no callback, nvec 0), -ENODEV (it has
 * interrupts already, or the parent refuses), -ENOMEM, -ENOSPC. Writes no message yet.
 */
int platform_device_msi_init_and_alloc_irqs(struct device *dev, unsigned nvec,
					    platform_msi_write_t write);
void platform_device_msi_free_irqs_all(struct device *dev);
unsigned msi_get_virq(struct device *dev, unsigned index); /* 0: none */

/* ---- interrupt message stores (IMS): pools beside MSI and MSI-X ---- */

/* { type:8, device:24, generation:16, pool:16 }, checked in every call. 0 is no cookie. */
typedef uint64_t irq_pool_t;

enum irq_pool_kind {
	IRQ_POOL_IMS_TABLE, /* slots in a table of the device */
	IRQ_POOL_IMS_QUEUE, /* contexts changed by commands through a queue of the device */
};

/*
 * A pool of the device's store number `store` of that kind (0 for its first).
 * size: handles; 0: as many as the store has slots, 65,536 for a queue.
 * Returns a cookie, or 0 with *error -ENOTSUPP (the parent offers no IMS),
 * -ENODEV (no such store, or no MSI parent), -EBUSY (the store has a pool),
 * -ENOSPC (no free domain of the device), -EINVAL, -ENOMEM.
 */
irq_pool_t irq_pool_create(struct device *dev, enum irq_pool_kind kind, unsigned store,
			   unsigned size, int *error);
/*
 * icookie is the driver's own value for this instance: for a DSA table its
 * PASID, for a queue the device's object. Index: the lowest free one, a given
 * one, or the lowest of first … last. Errors as for MSI-X, and -EINVAL: an icookie
 * that the store has no place for or, with warning COOKIE_MISUSE, a bad cookie.
 */
struct msi_map irq_pool_alloc(struct machine *m, irq_pool_t pool, uint64_t icookie,
			      const struct irq_affinity_desc *affdesc);
struct msi_map irq_pool_alloc_at(struct machine *m, irq_pool_t pool, unsigned index,
				 uint64_t icookie, const struct irq_affinity_desc *affdesc);
struct msi_map irq_pool_alloc_range(struct machine *m, irq_pool_t pool, unsigned first,
				    unsigned last, uint64_t icookie,
				    const struct irq_affinity_desc *affdesc);
int irq_pool_free(struct machine *m, irq_pool_t pool, struct msi_map map);
/* Frees all its interrupts (-EBUSY while one has a handler) and the pool. */
int irq_pool_destroy(struct machine *m, irq_pool_t pool);

/* Why a cookie, or an interrupt together with it, is refused. */
#define IRQ_POOL_FAULTS(X)                                                                         \
	X(GOOD, "nothing is wrong with it")                                                        \
	X(NO_COOKIE, "no cookie")                                                                  \
	X(WRONG_TYPE, "a cookie of another kind")                                                  \
	X(NO_DEVICE, "its device does not exist (any more)")                                       \
	X(STALE, "its pool was destroyed")                                                         \
	X(FOREIGN, "the cookie of another device or store")                                        \
	X(FORGED, "a cookie that was never handed out")                                            \
	X(NO_MAP, "a failed or empty interrupt")                                                   \
	X(FREED_MAP, "an interrupt that was freed already, or never allocated")                    \
	X(FOREIGN_MAP, "an interrupt that is not the pool's")
enum irq_pool_fault {
#define IRQ_POOL_FAULT_ENUM(id, text) IRQ_POOL_##id,
	IRQ_POOL_FAULTS(IRQ_POOL_FAULT_ENUM)
#undef IRQ_POOL_FAULT_ENUM
		NR_IRQ_POOL_FAULTS
};
/* They look, and neither warn nor change anything. */
enum irq_pool_fault irq_pool_check(struct machine *m, irq_pool_t pool);
enum irq_pool_fault irq_pool_check_map(struct machine *m, irq_pool_t pool, struct msi_map map);
const char *irq_pool_fault_text(enum irq_pool_fault fault);

/* ---- interrupts ---- */

enum irqreturn {
	IRQ_NONE = 0,
	IRQ_HANDLED = 1,
	IRQ_WAKE_THREAD = 2,
};
typedef enum irqreturn (*irq_handler_t)(int irq, void *dev_id);

enum irq_request_flags {
	IRQF_TRIGGER_RISING = 0x1,
	IRQF_TRIGGER_FALLING = 0x2,
	IRQF_TRIGGER_HIGH = 0x4,
	IRQF_TRIGGER_LOW = 0x8,
	IRQF_TRIGGER_MASK = 0xf,
	IRQF_SHARED = 0x80,
	IRQF_PROBE_SHARED = 0x100,
	IRQF_PERCPU = 0x400,
	IRQF_NOBALANCING = 0x800,
	IRQF_ONESHOT = 0x2000,
	IRQF_NO_SUSPEND = 0x4000,
	IRQF_COND_SUSPEND = 0x40000,
	IRQF_NO_AUTOEN = 0x80000,
};

/*
 * name and dev_id stay the caller's; the name is copied (31 bytes). -EINVAL
 * (flags contradict each other, no such irq, no handler), -EBUSY (others hold it
 * and don't share), -ENOSPC (no vector is left: seen here, not at allocation),
 * -ENOMEM. Activates: writes table entry and message, and unmasks.
 */
int request_irq(struct machine *m, unsigned irq, irq_handler_t handler, unsigned long flags,
		const char *name, void *dev_id);
/* Shuts down after the last handler: masks, clears message and table entry. -EINVAL: none matches.
 */
int free_irq(struct machine *m, unsigned irq, void *dev_id);
void enable_irq(struct machine *m, unsigned irq);
void disable_irq(struct machine *m, unsigned irq); /* lazy: writes nothing on most chips */
void disable_irq_nosync(struct machine *m, unsigned irq);
void synchronize_irq(struct machine *m, unsigned irq);
/* -EINVAL: no such irq, no setter, no CPU of it online; -ENOSPC: no vector there. */
int irq_set_affinity(struct machine *m, unsigned irq, const struct cpumask *mask);
int irq_force_affinity(struct machine *m, unsigned irq, const struct cpumask *mask);
/* As a user does through /proc: also -EPERM for managed and unbalanced interrupts. */
int irq_set_affinity_user(struct machine *m, unsigned irq, const struct cpumask *mask);
/* Of interrupts that have no affinity of their own. -EINVAL: no CPU of it online. */
int irq_set_default_affinity(struct machine *m, const struct cpumask *mask);
int irq_set_type(struct machine *m, unsigned irq, unsigned type);
enum irqchip_state {
	IRQCHIP_STATE_PENDING,
	IRQCHIP_STATE_ACTIVE,
	IRQCHIP_STATE_MASKED,
	IRQCHIP_STATE_LINE
};
int irq_get_irqchip_state(struct machine *m, unsigned irq, enum irqchip_state which, bool *state);
int irq_set_irqchip_state(struct machine *m, unsigned irq, enum irqchip_state which, bool state);
int irq_inject_interrupt(struct machine *m, unsigned irq);
/*
 * For a hypervisor: the interrupt goes to a virtual CPU instead of a handler. What vcpu_info points
 * to is between it and the level that can do so (domains/intel_ir.h, amd_ir.h); NULL: back to the
 * host. -EINVAL: no such irq; -ENOSYS: none of its levels can; else that level's own.
 */
int irq_set_vcpu_affinity(struct machine *m, unsigned irq, void *vcpu_info);

/* ---- CPUs ---- */

/* The CPU on which the calls that follow are made. -EINVAL: it is not online. */
int machine_run_on(struct machine *m, unsigned cpu);
/*
 * -EPERM for CPU 0 of an x86 machine, -EBUSY for the last one, -ENOSPC if the others can't take its
 * vectors, 1 if it is offline already.
 */
int cpu_down(struct machine *m, unsigned cpu);
int cpu_up(struct machine *m, unsigned cpu); /* 1 if it is online already */

#endif
