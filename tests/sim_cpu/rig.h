/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_SIM_RIG_H
#define IRQLAB_TESTS_SIM_RIG_H

#include <irqlab/provider/access.h>
#include <irqlab/provider/hardware.h>
#include <irqlab/topology.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * A machine with hardware only. Its software is an entry point that ends each
 * interrupt; what happened is read from the tape, from `at` on. After each of
 * the first operations, and now and then later, digests are compared with a full
 * recomputation: an object that was changed without touch() does not get far.
 */
struct rig {
	struct machine *m;
	uint64_t at;
	unsigned operations;
};

struct rig *rig_create(void);
/* Checks that nothing is poisoned. */
void rig_destroy(struct rig *r);
/* CPUs with ids 0 … nr − 1. */
struct rig *rig_with_cpus(unsigned nr, enum apic_mode mode);

/* An operation is over: compares digests, as said above. */
void rig_after(struct rig *r);

/* Interrupts are taken, but not ended. */
void rig_never_ends(struct rig *r);

/* The next event of the kind on the tape, which becomes the past up to there; NULL: none. */
const struct tape_record *rig_next(struct rig *r, enum tape_kind kind);
/* All that happened so far is the past. */
void rig_forget(struct rig *r);
unsigned rig_count(const struct rig *r, enum tape_kind kind);

/* The next REQUEST is for that CPU and vector. */
void rig_expect_request(struct rig *r, unsigned cpu, unsigned vector);
void rig_expect_drop(struct rig *r, enum drop_reason reason);
/* Nothing of the kind happened since. */
void rig_expect_none(struct rig *r, enum tape_kind kind);
/* CPUs take what they can; the next ACCEPT is that one. */
void rig_expect_accept(struct rig *r, unsigned cpu, unsigned vector);

/* A message of a device. */
void rig_send(struct rig *r, uint16_t requester, uint64_t address, uint32_t data);

void rig_interrupt(struct rig *r, const struct apic_interrupt *interrupt);

/* A write and a read by the CPU. */
void rig_write(struct rig *r, uint64_t address, unsigned size, uint64_t value);
uint64_t rig_read(struct rig *r, uint64_t address, unsigned size);
/* Simulated memory, zeroed. */
uint64_t rig_memory(struct rig *r, uint64_t size);

/* "object.store[index].field" of the last write. */
const char *rig_last_place(struct rig *r, char text[128]);

/*
 * Lets each allocation of create() fail in turn: it must return -ENOMEM and
 * leave no trace, until it succeeds.
 */
void rig_check_allocation_failures(struct rig *r, int (*create)(struct machine *m));

#endif
