/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_DOMAINS_BENCH_H
#define IRQLAB_TESTS_DOMAINS_BENCH_H

#include "domains/tape_writes.h"
#include "domains/x86.h"

#include <irqlab/bus.h>
#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/invariants.h>
#include <irqlab/topology.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/*
 * A machine with three functions, on which the domains are tried as devices
 * and drivers use them:
 *   nic   MSI-X, 16 entries (maskable)
 *   old   MSI, 8 vectors, cannot be masked
 *   mask  MSI, 8 vectors, with mask bits
 */
struct bench_shape {
	uint32_t cpus; /* 0: 4 */
	enum apic_mode mode;
	const struct cpu_desc *cpu; /* NULL: plain ones */
	enum remap_kind remap;
	uint32_t entries;
	bool eim, legacy;
	uint8_t max_mask;
	uint32_t vector_first, vector_last;
	enum bridge_kind behind;    /* of nic */
	uint16_t requester, bridge; /* of nic; 0: 0x18 */
};

struct bench {
	struct machine *m;
	struct device *nic, *old, *mask;
	unsigned handled;    /* handler runs so far */
	unsigned handled_on; /* CPU of the last one */
	int handled_irq;
};

struct bench *bench_create(const struct bench_shape *shape);
void bench_destroy(struct bench *b); /* checks the invariants first */
void bench_abandon(struct bench *b); /* …does not: they are broken on purpose */
void bench_check(struct bench *b);   /* invariants */

/* What bench_request() installs; dev_id is the bench. */
enum irqreturn bench_handler(int irq, void *dev_id);
/* nr vectors; the first irq. */
unsigned bench_alloc(struct bench *b, struct device *dev, unsigned nr, unsigned flags);
void bench_request(struct bench *b, unsigned irq);
void bench_free_irq(struct bench *b, unsigned irq);
void bench_affinity(struct bench *b, unsigned irq, const char *cpus);
/* The device raises, and CPUs take what they can. Handler runs since. */
unsigned bench_raise(struct bench *b, struct device *dev, unsigned index);
struct x86_vector_info bench_vector(struct bench *b, unsigned irq);

#endif
