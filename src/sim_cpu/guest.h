/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_CPU_GUEST_H
#define IRQLAB_SIM_CPU_GUEST_H

#include <irqlab/machine.h>

/*
 * A CPU inside a guest, as far as interrupts go: APIC virtualization and posted-interrupt
 * processing (SDM vol. 3, chapter 30), AVIC (AMD APM vol. 2, 15.29). The fields of a VMCS or VMCB
 * that matter, entry and exit are registers of the executing CPU: a write stands for VMWRITE,
 * VMLAUNCH, VMRUN, or whatever makes the CPU leave the guest.
 *
 * A host interrupt does not show as an exit: its handler runs, and the guest goes on. The guest's
 * handlers run to their end at once, their EOI included, highest vector first; each is a GUEST
 * event. Vectors below 16 never become deliverable.
 */
enum guest_register {
	GUEST_APIC_PAGE = 0x00,	   /* virtual-APIC page, or AVIC backing page */
	GUEST_DESCRIPTOR = 0x08,   /* VMX: posted-interrupt descriptor; 0: none */
	GUEST_NOTIFICATION = 0x10, /* VMX: posted-interrupt notification vector */
	GUEST_RUN = 0x18,	   /* 1: entry, 0: exit */
	GUEST_DOORBELL = 0x20,	   /* SVM, MSR C001_011Bh: the CPU with that APIC id looks again */
};
#define GUEST_REGISTER_BASE UINT64_C(0xfed80000)

#define GUEST_PAGE_IRR 0x200u /* 8 registers, 16 bytes apart, as LAPIC_IRR */

/*
 * The CPUs of lapics_create() can run guests. *registers: where that is. -EINVAL: there are no
 * CPUs; -EEXIST: they can already; -ENOMEM.
 */
int guests_create(struct machine *m, uint64_t *registers);

/*
 * From an IOMMU, or another CPU: if the CPU with that APIC id is in a guest it looks at the request
 * register of its page; if not, it will when it enters one.
 */
void guest_doorbell(struct machine *m, uint32_t apic_id);

/* Looking: false for a CPU that is in no guest, or does not exist. */
bool guest_is_running(const struct machine *m, unsigned cpu);

#endif
