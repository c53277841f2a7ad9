/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PASSTHROUGH_H
#define IRQLAB_PASSTHROUGH_H

#include <irqlab/machine.h>

/*
 * Devices given to a guest, as VFIO and KVM do it: a user of driver.h like any
 * other. vCPUs run on CPUs of the machine and take virtual interrupts, which show
 * as GUEST events on the tape. An interrupt of a device is handled by the host,
 * which passes it on, or it is posted: the remapping unit hands it to the vCPU.
 *
 * All calls are made in task context. After an error the machine is as before,
 * unless a comment says otherwise.
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
const char *vcpu_name(const struct vcpu *v);
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

#endif
