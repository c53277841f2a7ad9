/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PASSTHROUGH_H
#define IRQLAB_PASSTHROUGH_H

#include <irqlab/bus.h>
#include <irqlab/machine.h>

/*
 * Devices given to a guest, as VFIO and KVM do it, by means of driver.h. Beyond
 * that it writes entries of an MSI-X table itself: the message once more, and what
 * was there before if an entry could not be added. vCPUs run on CPUs of the machine
 * and take virtual interrupts, which show as GUEST events on the tape. An interrupt
 * of a device is handled by the host, which passes it on, or it is posted: the
 * remapping unit hands it to the vCPU.
 *
 * vcpu_load(), vcpu_put() and all that change what a guest has of a device are for
 * task context: in a handler they return -EINVAL and warn SLEEP_IN_ATOMIC, in a
 * chip's callback -EPERM (LAYER_VIOLATION), in a poisoned machine -EIO. Without a
 * vCPU (NULL) calls return -EINVAL, without a device or its passthrough -ENODEV;
 * those that return something else say no, or nothing. After an error the machine
 * is as before, unless a comment says otherwise.
 */

struct device;

/*
 * ---- vCPUs: those of struct machine_desc ----
 *
 * With AVIC if the machine has an AMD-Vi unit, else with posted-interrupt
 * descriptors as Intel's.
 */

struct vcpu;

struct vcpu *vcpu_by_name(const struct machine *m, const char *name); /* NULL: none */
const char *vcpu_name(const struct vcpu *v);			      /* NULL of NULL */
/* By the page of a GUEST event; NULL: none. */
const struct vcpu *vcpu_by_apic_page(const struct machine *m, uint64_t page);

/*
 * The scheduler puts it on a CPU: where it runs is made known, what waits for it
 * becomes its interrupts, and the CPU enters the guest.
 * -EINVAL: no such CPU, or offline; -EBUSY: it runs, or the CPU runs another.
 * Writes the descriptor (or the table entries of its interrupts) and the CPU's guest registers.
 */
int vcpu_load(struct vcpu *v, unsigned cpu);
/*
 * It leaves its CPU: because another is to run, or because it has nothing to do and `waits` for an
 * interrupt, which will wake it. -EINVAL: it doesn't run.
 */
int vcpu_put(struct vcpu *v, bool waits);

/*
 * The interrupt is the vCPU's from now on, as a vector of 16 to 255 of it, until vcpu_unpost().
 * That it has a handler does not matter. Posting again changes vCPU or vector. -EINVAL: vector, or
 * no such irq; -ENOSYS: no level of it knows vCPUs; else the level's error. Writes and invalidates
 * a table entry.
 */
int vcpu_post(struct vcpu *v, unsigned irq, unsigned vector);
/* Back to the host. -EINVAL: it is not posted. */
int vcpu_unpost(struct machine *m, unsigned irq);
/* Whose it is, and as which vector; NULL: the host's. */
const struct vcpu *vcpu_of_irq(const struct machine *m, unsigned irq, unsigned *vector);
/* The host itself sends the vCPU an interrupt. -EINVAL: vector below 16 or above 255. */
int vcpu_inject(struct vcpu *v, unsigned vector);

struct vcpu_info {
	int cpu;	     /* where it runs; −1: nowhere */
	bool waits;	     /* …for an interrupt */
	bool woken;	     /* …and one came, or while it wasn't running: it wants to run */
	uint64_t apic_page;  /* physical addresses */
	uint64_t descriptor; /* AMD: 0, and the fields below too */
	bool outstanding;    /* ON: a notification is on its way, or was lost on a busy CPU */
	bool suppressed;     /* SN: no notification wanted */
	uint8_t notification;
	uint32_t destination;
	uint64_t posted[4];    /* PIR: vectors not yet seen */
	uint64_t requested[4]; /* request register of its APIC page: vectors not yet taken */
};
/* Writes nothing. */
void vcpu_look(const struct vcpu *v, struct vcpu_info *out);

/*
 * ---- devices with MSI-X ----
 *
 * The guest programs a table that is not the device's: its messages name vCPUs and
 * their vectors. The host gives each entry that the guest uses an interrupt of its
 * own, whose message the guest never sees. What the host handles is an event for
 * whoever emulates the device, and an interrupt of the vCPU.
 */

struct passthrough; /* until passthrough_release(), or device_release_driver(): it goes with it */

enum passthrough_flags {
	/* Even where a device could send another one's messages (VFIO: allow_unsafe_interrupts). */
	PASSTHROUGH_UNSAFE = 1 << 0,
};

/*
 * The device is the guest's. *out may be NULL. -EPERM: nothing isolates its
 * messages from other devices'; -EBUSY: it is already, or has interrupts;
 * -EINVAL: it has no MSI-X; -ENOMEM. Writes nothing.
 */
int passthrough_assign(struct device *dev, unsigned flags, struct passthrough **out);
struct passthrough *passthrough_of(const struct device *dev); /* NULL: the host's */
/* The host's again, without interrupts. */
int passthrough_release(struct passthrough *p);

/*
 * MSI-X is enabled with interrupts for entries 0 … count − 1, none of them in use yet.
 * -EINVAL: it is enabled, or count is 0 or beyond the table; -ENOSPC: there are not so many;
 * else as pci_alloc_irq_vectors().
 */
int passthrough_enable(struct passthrough *p, unsigned count);
/* MSI-X as a whole is off, and all interrupts are given back. */
int passthrough_disable(struct passthrough *p);

/*
 * The guest unmasks an entry of its table, with a message to a vCPU (NULL: none, only events are
 * counted) and a vector of 16 to 255. The host writes the entry's message to the device again,
 * which may have lost it, and installs a handler.
 *
 * An entry that has no interrupt yet gets one if entries can be added (pci_msix_can_alloc_dyn()).
 * If they can't MSI-X is disabled and enabled with more: what the device raises between the two is
 * lost. If the second fails it is enabled as before, where that is possible, and is disabled
 * otherwise.
 *
 * -EINVAL: MSI-X is not enabled, no such entry, or vector; -EBUSY: the entry is in use; else as
 * pci_alloc_irq_vectors(), pci_msix_alloc_irq_at(), request_irq().
 */
int passthrough_unmask(struct passthrough *p, unsigned index, struct vcpu *vcpu, unsigned vector);
/*
 * The guest no longer uses it: it is the host's again (vcpu_unpost()), and the handler goes. The
 * interrupt stays until MSI-X is disabled. -EINVAL: it is not in use.
 */
int passthrough_mask(struct passthrough *p, unsigned index);

/*
 * Called in passthrough_unmask() of an entry without interrupt: once all others are torn down, or
 * before the one is added. What a device does at that moment can be tried out here. NULL: nothing.
 */
void passthrough_on_growth(struct passthrough *p, void (*growing)(void *context), void *context);

struct passthrough_entry {
	unsigned irq; /* the host's; 0: none */
	bool in_use;
	const struct vcpu *vcpu; /* what the guest has written */
	unsigned vector;
	uint64_t guest_address; /* the guest's message, as it reads it in its table */
	uint32_t guest_data;
	uint64_t events; /* handled by the host */
};
/* False: the table has no such entry. */
bool passthrough_look(const struct passthrough *p, unsigned index, struct passthrough_entry *out);

#endif
