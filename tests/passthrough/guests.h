/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_PASSTHROUGH_GUESTS_H
#define IRQLAB_TESTS_PASSTHROUGH_GUESTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <irqlab/bus.h>
#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/passthrough.h>
#include <irqlab/topology.h>

/* A machine of three CPUs and two vCPUs, and devices "nic" and "hba" with 8 entries each. */

enum make { PLAIN, INTEL, AMD, AMD_32 };

struct bench {
	struct machine *m;
	struct vcpu *v[2]; /* "v0" and "v1" */
	struct device *nic;
	unsigned handled[8]; /* by the host */
	uint64_t from;	     /* where the tape was looked at last */
};

/* Never NULL. */
struct bench *bench_create(enum make make, enum apic_mode mode);
void bench_destroy(struct bench *b);
/* So many entries, each with a handler that counts; the irq of the first. */
unsigned bench_enable(struct bench *b, unsigned count);
unsigned bench_irq(struct bench *b, unsigned index);
/* The device wants attention; nothing is taken yet. */
void bench_raise(struct bench *b, unsigned index);
void bench_raise_and_deliver(struct bench *b, unsigned index);

/* The next record of that kind since the last look; fails if there is none. */
const struct tape_record *bench_next(struct bench *b, enum tape_kind kind);
/* No record of that kind since the last look. */
void bench_expect_no(struct bench *b, enum tape_kind kind);
void bench_forget(struct bench *b); /* what was on the tape so far */
/* Vector `vector` is what the vCPU takes next, on that CPU. */
void bench_expect_guest(struct bench *b, unsigned vcpu, unsigned vector, unsigned cpu);
struct vcpu_info bench_look(const struct bench *b, unsigned vcpu);

#endif
