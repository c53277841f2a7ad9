/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_DOMAINS_RISCV_BENCH_H
#define IRQLAB_TESTS_DOMAINS_RISCV_BENCH_H

#include "domains/tape_writes.h"
#include "domains/imsic.h"
#include "domains/wired_msi.h"

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
 * A RISC-V machine as devices and drivers use it:
 *   nic   MSI-X, 16 entries
 *   old   MSI, 8 vectors, cannot be masked
 *   uart  on no bus, 4 message slots
 *   aplic 40 sources
 */
struct riscv_shape {
	uint32_t cpus; /* 0: 4 */
	struct imsic_desc imsic;
	const struct mbigen_desc *mbigen; /* NULL: none */
	enum machine_profile profile;
};

struct riscv_bench {
	struct machine *m;
	struct device *nic, *old;
	struct wired_bridge *aplic, *mbigen;
	unsigned handled;    /* handler runs so far */
	unsigned handled_on; /* CPU of the last one */
	int handled_irq;
	bool lowers; /* the handler takes wire `lowers_source` of the APLIC back */
	unsigned lowers_source;
};

struct riscv_bench *riscv_create(const struct riscv_shape *shape);
void riscv_destroy(struct riscv_bench *b); /* checks the invariants first */
void riscv_check(struct riscv_bench *b);   /* invariants, and digests */

enum irqreturn riscv_handler(int irq, void *dev_id);
/* nr MSI-X vectors of the nic; the first irq. */
unsigned riscv_alloc(struct riscv_bench *b, unsigned nr);
void riscv_request(struct riscv_bench *b, unsigned irq);
void riscv_free_irq(struct riscv_bench *b, unsigned irq);
int riscv_affinity(struct riscv_bench *b, unsigned irq, const char *cpus);
/* The nic raises, and CPUs take what they can. Handler runs since. */
unsigned riscv_raise(struct riscv_bench *b, unsigned index);
/* CPUs take what they can: handler runs since. */
unsigned riscv_deliver(struct riscv_bench *b);
struct imsic_irq_info riscv_info(struct riscv_bench *b, unsigned irq);
struct fingerprint riscv_print(struct riscv_bench *b);
bool riscv_unchanged(struct riscv_bench *b, struct fingerprint before);

#endif
