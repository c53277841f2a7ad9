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
 * never 0. What reaches the bus is named with each function; where nothing is named,
 * nothing is written.
 *
 * Besides the errors that are named: -EIO on a machine that no longer works
 * (machine_poisoned()); -EPERM, with warning LAYER_VIOLATION, for what may sleep, when a
 * chip's callback calls it; -ENOMEM of whatever allocates; -ENODEV for a device that is
 * NULL (a name that nobody has), of which nothing is freed and nothing found. Any other
 * pointer may be NULL only where that is said.
 */

struct device;

/* By name ("nic", or "0000:00:03.0"); NULL if there is none, or no name. */
struct device *device_by_name(struct machine *m, const char *name);
/* The name by which it was described ("nic"), which lives as long as the device; "" of none. */
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

/*
 * The driver leaves: what is managed goes, in reverse of the order in which it was
 * asked for, as by hand, and what a guest has of the device (passthrough.h). The rest is the
 * driver's business. Also part of a removal. Writes what freeing writes.
 *   -ENODEV  no device
 *   -EINVAL  in a handler (SLEEP_IN_ATOMIC)
 */
int device_release_driver(struct device *dev);

/* ---- PCI ---- */

/* From now on vectors that are enabled are managed. Again: 0. -ENODEV: no PCI function. */
int pcim_enable_device(struct device *dev);

enum pci_irq_flags {
	PCI_IRQ_INTX = 1 << 0,
	PCI_IRQ_MSI = 1 << 1,
	PCI_IRQ_MSIX = 1 << 2,
	PCI_IRQ_AFFINITY = 1 << 3,
	PCI_IRQ_VIRTUAL = 1 << 4, /* MSI-X: entries beyond the table, which only software raises */
	PCI_IRQ_ALL_TYPES = PCI_IRQ_INTX | PCI_IRQ_MSI | PCI_IRQ_MSIX,
};

/*
 * Between min and max vectors (1 to 2,048) in one batch: those of `flags` (enum
 * pci_irq_flags) that work, MSI-X before MSI before INTx, which is one vector. Returns
 * how many, or the error of the last type tried:
 *   -ENOSPC    fewer than min can be had; or none of the types was asked for
 *   -ERANGE    min > max
 *   -EINVAL    enabled already, or the function has no such capability
 *   -ENODEV    no PCI function, or its parent refuses the device's domain
 *   -ENOTSUPP  the parent does not offer it
 *   -EIO       a function of 32-bit addresses got a message with a longer one
 * Writes the capability's control, messages, the INTx disable bit and, for MSI-X, every
 * entry's vector control; what fails writes control and mask back.
 */
int pci_alloc_irq_vectors(struct device *dev, unsigned min, unsigned max, unsigned flags);
/*
 * The same; with PCI_IRQ_AFFINITY the vectors are spread over the CPUs as affd says, and
 * those that are spread are managed. affd NULL: all are. Without that flag it must be
 * NULL, otherwise it is ignored with warning AFFINITY_IGNORED.
 */
int pci_alloc_irq_vectors_affinity(struct device *dev, unsigned min, unsigned max, unsigned flags,
				   struct irq_affinity *affd);
/*
 * Frees whatever is enabled. A handler that is still installed: warning
 * FREE_WITH_ACTION, and the interrupt is kept unless switch FREE_WITH_HANDLERS is
 * on (Linux frees it all the same); MSI-X then stays enabled for what is kept.
 */
void pci_free_irq_vectors(struct device *dev);

/* One vector. 0, or errors and writes as above. */
int pci_enable_msi(struct device *dev);
/* As pci_free_irq_vectors(), for MSI alone; nothing happens where it is not enabled. */
void pci_disable_msi(struct device *dev);
/*
 * entries: in, `max` table indexes wanted, each of them once; out, irq numbers of the first
 * ones, as many as are returned; untouched on failure. NULL: indexes 0 … n − 1. Errors and
 * writes as above, and -EINVAL for an index that is beyond the table or there twice.
 */
int pci_enable_msix_range(struct device *dev, struct msix_entry *entries, int min, int max);
/* As pci_free_irq_vectors(), for MSI-X alone; nothing happens where it is not enabled. */
void pci_disable_msix(struct device *dev);

/* How many the function is capable of (1 to 32); -EINVAL: no MSI. Reads configuration space. */
int pci_msi_vec_count(struct device *dev);
/* Size of the table (1 to 2,048); -EINVAL: no MSI-X. Reads configuration space. */
int pci_msix_vec_count(struct device *dev);
/*
 * Irq of vector nr: for MSI-X nr is the index in the table. With neither enabled, vector 0 is
 * the pin's irq, 0 if it has none. -EINVAL: there is no such vector; -ENODEV: no PCI function.
 */
int pci_irq_vector(struct device *dev, unsigned nr);
/* CPUs of vector nr; NULL if it has no description (or, MSI_BAD_RANGE, no irq). INTx: all CPUs. */
const struct cpumask *pci_irq_get_affinity(struct device *dev, int nr);
/*
 * After a reset of the function: writes what is enabled into its registers again
 * (INTx disable, control, messages, masks). 0, or -ENODEV: no PCI function.
 */
int pci_restore_msi_state(struct device *dev);

/* ---- MSI-X entries one by one, once MSI-X is enabled ---- */

#define MSI_ANY_INDEX UINT32_MAX

/* Does the parent of the device offer what follows? */
bool pci_msix_can_alloc_dyn(struct device *dev);
/*
 * The entry `index`, or the lowest free one (MSI_ANY_INDEX), with an irq of its own. affdesc
 * NULL: none. index of the result: -ENOTSUPP (MSI-X is not enabled, or the parent does not
 * offer it), -ERANGE (beyond the table), -EBUSY (in use; or all are), -ENOSPC (nothing left at
 * some level). Writes the entry's message, unless it is left for request_irq().
 */
struct msi_map pci_msix_alloc_irq_at(struct device *dev, unsigned index,
				     const struct irq_affinity_desc *affdesc);
/* The lowest free entry of first … last, inclusive. Also -ERANGE for first > last. */
struct msi_map pci_msix_alloc_irq_range(struct device *dev, unsigned first, unsigned last,
					const struct irq_affinity_desc *affdesc);
/*
 * 0; -EINVAL, with warning COOKIE_MISUSE, for a map that is not (or no longer) the device's, and
 * with SLEEP_IN_ATOMIC in a handler; -EBUSY, with FREE_WITH_ACTION, while it has a handler.
 * Writes zeros to the entry's message if that was written.
 */
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
/* All of them, and the device's domain. Each message is written once more, as zeros. */
void platform_device_msi_free_irqs_all(struct device *dev);
/* The irq of index; 0: it has none. */
unsigned msi_get_virq(struct device *dev, unsigned index);

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
 * one, or the lowest of first … last. affdesc NULL: none. Errors as for MSI-X, and -EINVAL:
 * an icookie that the store has no place for or, with warning COOKIE_MISUSE, a bad cookie.
 * Writes the message to its slot, or a command to the queue.
 */
struct msi_map irq_pool_alloc(struct machine *m, irq_pool_t pool, uint64_t icookie,
			      const struct irq_affinity_desc *affdesc);
struct msi_map irq_pool_alloc_at(struct machine *m, irq_pool_t pool, unsigned index,
				 uint64_t icookie, const struct irq_affinity_desc *affdesc);
struct msi_map irq_pool_alloc_range(struct machine *m, irq_pool_t pool, unsigned first,
				    unsigned last, uint64_t icookie,
				    const struct irq_affinity_desc *affdesc);
/*
 * 0; -EBUSY, with warning FREE_WITH_ACTION, while it has a handler; -EINVAL, with COOKIE_MISUSE,
 * as irq_pool_check_map() says, and with SLEEP_IN_ATOMIC in a handler. Writes the slot, or a
 * command.
 */
int irq_pool_free(struct machine *m, irq_pool_t pool, struct msi_map map);
/*
 * Frees all its interrupts and the pool; errors as irq_pool_free(), and then none is freed. -EBUSY
 * also while a logical function is left.
 */
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
/* In words, a constant. */
const char *irq_pool_fault_text(enum irq_pool_fault fault);

/* ---- functions of a function ---- */

/*
 * SR-IOV: nr_virtfn virtual functions appear as devices "nic-vf0" …, each with a
 * requester id of its own, its own MSI, MSI-X, stores and domains, the bus's MSI
 * parent, and bus mastering on. 0: nothing is asked for. -ENOSYS: no physical
 * function; -EINVAL: more than there can be, or some are enabled; -ENOMEM: no
 * memory, or the last one's bus number is beyond what the bus has; -EEXIST: the
 * name of one is taken. Writes NumVFs, control, and their command registers.
 */
int pci_enable_sriov(struct device *dev, unsigned nr_virtfn);
/*
 * Logical functions, pools and vectors go, then the domains, and at last the
 * functions. -EBUSY, with warning FREE_WITH_ACTION: a driver has left a handler on one
 * of them (device_release_driver() takes managed ones), all stay; -EINVAL, with warning
 * SLEEP_IN_ATOMIC: in a handler; -ENOSYS. Writes control and NumVFs.
 */
int pci_disable_sriov(struct device *dev);
unsigned pci_num_vf(struct device *dev); /* enabled now; 0 for others than physical functions */

/*
 * A logical function is a slice of a physical or virtual one, and no device: it has
 * no requester id, so that its messages carry its parent's, and takes interrupts
 * from a pool of its parent. What tells it apart is `instance`, the value that each
 * of them is given: in a DSA table its PASID, in a queue its object.
 *
 * { type:8, device:24, check:16, number:16 }, checked in every call. 0 is none.
 */
typedef uint64_t logical_function_t;

/*
 * 0 with *error -EINVAL (an instance that the store has no place for or, with warning
 * COOKIE_MISUSE, a bad cookie or a pool of another device), -EBUSY (another logical
 * function of the pool has that instance), -ENOSPC (the parent had 65,535), -ENOMEM.
 */
logical_function_t logical_function_create(struct device *parent, irq_pool_t pool,
					   uint64_t instance, int *error);
/* The lowest free index, or a given one. Errors as irq_pool_alloc(); the same of its own cookie. */
struct msi_map logical_function_alloc_irq(struct machine *m, logical_function_t function,
					  const struct irq_affinity_desc *affdesc);
struct msi_map logical_function_alloc_irq_at(struct machine *m, logical_function_t function,
					     unsigned index,
					     const struct irq_affinity_desc *affdesc);
/*
 * -EINVAL with COOKIE_MISUSE: the interrupt is another one's, be it a logical
 * function's or the parent's; irq_pool_free() refuses a logical function's in the
 * same way. -EBUSY: it has a handler.
 */
int logical_function_free_irq(struct machine *m, logical_function_t function, struct msi_map map);
/* Frees its interrupts, and no others, unless one has a handler: -EBUSY. */
int logical_function_destroy(struct machine *m, logical_function_t function);

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
	IRQF_FORCE_RESUME = 0x8000,
	IRQF_COND_SUSPEND = 0x40000,
	IRQF_NO_AUTOEN = 0x80000,
};

/* The number of an interrupt whose wire leads nowhere: requesting it is -ENOTCONN. */
#define IRQ_NOTCONNECTED (UINT32_C(1) << 31)

/*
 * name and dev_id stay the caller's; the name is copied (31 bytes, NULL: ""). dev_id tells
 * handlers apart that share an interrupt, and may be NULL for one that does not.
 *   -EINVAL  flags (IRQF_*) contradict each other, no such irq or one that can't be requested,
 *            no handler
 *   -EBUSY   others hold it and don't share
 *   -ENOSPC  no vector is left: seen here, not at allocation, where vectors are only promised
 *   -ENOSYS  nothing serves the irq
 * The first handler activates: writes table entries and message, and unmasks.
 */
int request_irq(struct machine *m, unsigned irq, irq_handler_t handler, unsigned long flags,
		const char *name, void *dev_id);
/*
 * Takes the handler with that dev_id away. The last one shuts down: masks, and clears message and
 * table entries. -EINVAL: none matches (FREE_NO_ACTION), or in a handler (SLEEP_IN_ATOMIC).
 */
int free_irq(struct machine *m, unsigned irq, void *dev_id);
/*
 * The same for a handler that goes with the driver (device_release_driver()). Errors of
 * request_irq(), -ENODEV (no device), and -ENOMEM; in no handler.
 */
int devm_request_irq(struct device *dev, unsigned irq, irq_handler_t handler, unsigned long flags,
		     const char *name, void *dev_id);
/*
 * Before the driver goes. -ENODEV: no device. -EINVAL: not by devm_request_irq() (FREE_NO_ACTION),
 * or in a handler (SLEEP_IN_ATOMIC); then the driver still holds it.
 */
int devm_free_irq(struct device *dev, unsigned irq, void *dev_id);
/*
 * Undoes one disable_irq(); the last unmasks at the device and repeats what came meanwhile. One
 * too many: UNBALANCED_ENABLE. Nothing happens if there is no such irq.
 */
void enable_irq(struct machine *m, unsigned irq);
/*
 * Nests. Lazy: most chips are not written to until an interrupt comes, which is then remembered
 * and masked. disable_irq() also waits for handlers that run, so it must not be called from one
 * (SLEEP_IN_ATOMIC); disable_irq_nosync() does not.
 */
void disable_irq(struct machine *m, unsigned irq);
void disable_irq_nosync(struct machine *m, unsigned irq);
/* Waits for handlers of the irq that run on other CPUs. */
void synchronize_irq(struct machine *m, unsigned irq);
/*
 * To the CPUs of the mask that are online. -EINVAL: no such irq, no level that moves it, no CPU
 * of the mask online; -EBUSY: it is still moving; -ENOSPC: no vector there. Writes message or
 * table entry at once where that is safe, otherwise when the next interrupt comes; before the irq
 * is active, nothing.
 */
int irq_set_affinity(struct machine *m, unsigned irq, const struct cpumask *mask);
/* The same with CPUs that are not online, as while one of them starts. */
int irq_force_affinity(struct machine *m, unsigned irq, const struct cpumask *mask);
/*
 * Tells where the driver would like its interrupt, for those who balance; NULL takes it
 * back, which must be done before free_irq(). It stays the caller's. -EINVAL: no such irq.
 */
int irq_update_affinity_hint(struct machine *m, unsigned irq, const struct cpumask *hint);
/* …and moves it there, if that is possible: its failure is not told. */
int irq_set_affinity_and_hint(struct machine *m, unsigned irq, const struct cpumask *mask);
/* As a user does through /proc: also -EPERM for managed and unbalanced interrupts. */
int irq_set_affinity_user(struct machine *m, unsigned irq, const struct cpumask *mask);
/* Of interrupts that are requested later and have no affinity. -EINVAL: no CPU of it online. */
int irq_set_default_affinity(struct machine *m, const struct cpumask *mask);
/*
 * IRQF_TRIGGER_* of `type`. 0, also where no chip has a trigger to set; -EINVAL: no such irq, or
 * the chip refuses. Writes what the chip writes.
 */
int irq_set_type(struct machine *m, unsigned irq, unsigned type);
enum irqchip_state {
	IRQCHIP_STATE_PENDING,
	IRQCHIP_STATE_ACTIVE,
	IRQCHIP_STATE_MASKED,
	IRQCHIP_STATE_LINE
};
/*
 * As the outermost level knows it that can tell, or set it. -EINVAL: no such irq, none can, or
 * not this state. Reads or writes the registers of that level.
 */
int irq_get_irqchip_state(struct machine *m, unsigned irq, enum irqchip_state which, bool *state);
int irq_set_irqchip_state(struct machine *m, unsigned irq, enum irqchip_state which, bool state);
/*
 * As if it had come: by its hardware if that can be made pending, otherwise by sending it again.
 * -EINVAL: no such irq, not active, or nothing can; -EBUSY: it is being sent again already.
 */
int irq_inject_interrupt(struct machine *m, unsigned irq);
/*
 * For a hypervisor: the interrupt goes to a virtual CPU instead of a handler. What vcpu_info points
 * to is between it and the level that can do so (domains/intel_ir.h, amd_ir.h); NULL: back to the
 * host. -EINVAL: no such irq; -ENOSYS: none of its levels can; else that level's own.
 */
int irq_set_vcpu_affinity(struct machine *m, unsigned irq, void *vcpu_info);

/* ---- sleep ---- */

/*
 * Holds back all interrupts with a handler but those with IRQF_NO_SUSPEND. What
 * comes is noted, and delivered after the resume. One that shall wake the system
 * stays enabled: when it comes it is noted as the one that did, and is held back too.
 * Masks where the chip wants it. Both are called in task context.
 */
void suspend_device_irqs(struct machine *m);
void resume_device_irqs(struct machine *m);
unsigned pm_wakeup_irq(const struct machine *m); /* since the last suspend; 0: none */
/*
 * It shall wake the system, or no longer; calls nest. -EINVAL: no such irq; -ENXIO:
 * its chip can't; or what the chip says. Off without on: UNBALANCED_WAKE.
 */
int irq_set_irq_wake(struct machine *m, unsigned irq, bool on);

/* ---- CPUs ---- */

/* The CPU on which the calls that follow are made. -EINVAL: it is not online. */
int machine_run_on(struct machine *m, unsigned cpu);
/*
 * The CPU's interrupts move, managed ones without another CPU stop, and it is switched off.
 * -EINVAL: no such CPU; -EPERM: CPU 0 of an x86 machine; -EBUSY: the last one; -ENOSPC: the others
 * can't take its vectors; 1: it is offline already. Writes messages and table entries, and a CPU
 * record.
 */
int cpu_down(struct machine *m, unsigned cpu);
/* Managed interrupts that stopped start again. -EINVAL: no such CPU; 1: it is online already. */
int cpu_up(struct machine *m, unsigned cpu);

#endif
