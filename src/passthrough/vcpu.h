/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PASSTHROUGH_VCPU_H
#define IRQLAB_PASSTHROUGH_VCPU_H

#include <irqlab/passthrough.h>
#include <irqlab/provider/software.h>

/* A vCPU as its hypervisor sees it, and what differs between makes of CPUs. */

/* Linux 6.12's */
#define POSTED_INTR_VECTOR	  0xf2
#define POSTED_INTR_WAKEUP_VECTOR 0xf1
/* Registers of the executing CPU (sim_cpu/guest.h) */
#define REG_GUEST_APIC_PAGE    0x00
#define REG_GUEST_DESCRIPTOR   0x08
#define REG_GUEST_NOTIFICATION 0x10
#define REG_GUEST_RUN	       0x18
#define REG_GUEST_DOORBELL     0x20
#define APIC_PAGE_IRR	       0x200
/* A posted-interrupt descriptor: 256 bits PIR, then this word (VT-d, 9.11) */
#define POSTED_CONTROL	  32
#define POSTED_ON	  UINT64_C(1)
#define POSTED_SN	  UINT64_C(2)
#define POSTED_NV_SHIFT	  16
#define POSTED_NDST_SHIFT 32

struct posted { /* an interrupt that is a vCPU's */
	struct posted *next;
	uint32_t irq, vector;
};

struct vcpu {
	struct machine *machine;
	struct vcpu *next;
	char name[32];
	uint32_t id; /* from 1 on; AMD: its tag */
	int cpu;     /* where it runs, or −1 */
	uint32_t last_cpu;
	bool waits, woken;
	uint64_t apic_page, descriptor;
	struct posted *posted;
};

struct vcpu_ops {
	int (*create)(struct vcpu *v); /* its memory, 0 or -ENOMEM; optional */
	void (*load)(struct vcpu *v);  /* on the CPU that it is to run on, before it is entered */
	void (*put)(struct vcpu *v);   /* after it was left */
	int (*post)(struct vcpu *v, unsigned irq, unsigned vector);
	void (*inject)(struct vcpu *v, unsigned vector);
};
extern const struct vcpu_ops vcpu_intel, vcpu_amd;

struct guests { /* the machine's part */
	struct machine *machine;
	const struct vcpu_ops *ops;
	uint64_t registers;
	uint32_t nr_vcpus;
	struct vcpu *vcpus; /* newest first */
};
struct guests *guests_of(const struct machine *m); /* NULL: there are none */

/*
 * Why a call must not change anything now, 0 for nothing: -EPERM from a chip's callback, -EIO in a
 * poisoned machine, -EINVAL from a handler (SLEEP_IN_ATOMIC): what it calls would refuse half way.
 */
int guests_refuse(struct machine *m);

struct vcpus_config {
	const char *const *names;
	uint32_t nr;
	uint64_t registers; /* guests_create() of the hardware */
	/* AMD: the domains of the units; none: Intel. Those with 128-bit entries start a log. */
	struct irq_domain *const *amd_units;
	uint32_t nr_amd_units;
};
/* Once a machine. -EINVAL: a name is missing or above 31 bytes, more than 255; -EEXIST: a name
 * occurs twice; -ENOMEM, -ENOSPC. After an error the machine is to be destroyed. */
int vcpus_create(struct machine *m, const struct vcpus_config *config);

void vcpu_wake(struct vcpu *v);
/* Is something in the request register of its page? */
bool vcpu_has_request(const struct vcpu *v);
/* Sets bits of 32 vectors from `first`, a multiple of 32, in that register. */
void vcpu_request(struct vcpu *v, unsigned first, uint32_t bits);

#endif
