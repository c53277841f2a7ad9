/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_MACHINE_H
#define IRQLAB_MACHINE_H

#include <irqlab/errno.h>
#include <irqlab/switches.h>
#include <irqlab/warnings.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A machine is a value: it owns all model state, in memory that it alone hands
 * out, at addresses that do not change during its life. Any number can live in
 * one process; none knows of another. One machine is used by one thread.
 *
 * machine_create() makes an empty one: memory, a bus, a tape. machine_load()
 * (topology.h) fills it with CPUs, remapping units, devices and the software
 * that drives them.
 */
struct machine;

struct machine_options {
	size_t arena_bytes;    /* address space for state; 0: 1 GiB. Pages are used on demand */
	uint32_t tape_records; /* length of the tape; 0: 65,536; rounded up to a power of two */
	enum machine_profile profile; /* which switches are on at first */
};

/*
 * NULL options: all defaults. Returns NULL when the host has no memory or
 * address space left; no other error exists.
 */
struct machine *machine_create(const struct machine_options *options);
void machine_destroy(struct machine *m); /* NULL is permitted */

/*
 * Switches (switches.h). Set them before the first operation; what is set in between counts from
 * then on. A profile sets all of them. Names are those of switches.h, and constants.
 */
bool machine_switch(const struct machine *m, enum machine_switch which);
void machine_set_switch(struct machine *m, enum machine_switch which, bool on);
void machine_set_profile(struct machine *m, enum machine_profile profile);
const char *machine_switch_name(enum machine_switch which);
int machine_switch_by_name(const char *name); /* enum value, or -ENOENT */

/* Warnings (warnings.h): how often each was raised, or all. Names are constants. */
uint64_t machine_warnings(const struct machine *m, enum machine_warning which);
uint64_t machine_warnings_total(const struct machine *m);
const char *machine_warning_name(enum machine_warning which);
int machine_warning_by_name(const char *name); /* enum value, or -ENOENT */

/* Why the machine no longer works (after a BUG, or out of memory); NULL while it does. */
const char *machine_poisoned(const struct machine *m);

/* ---- memory ---- */

/*
 * Let the nth allocation from now (1 = the next) fail once; 0: none. Counted are objects of the
 * model; not what a machine needs as it is made, simulated memory that is written to, and what
 * hardware takes to hold an interrupt or an entry.
 */
void machine_fail_allocation(struct machine *m, uint64_t nth);
uint64_t machine_allocations(const struct machine *m); /* calls so far */
/* Bytes of live objects, headers included; without those that have no digest, as indexes that only
 * grow. */
size_t machine_bytes_in_use(const struct machine *m);

/* ---- snapshots: state is restored in place, so pointers into it stay good ---- */

/*
 * Marks the present state. Returns its number (0 for the outermost), or -ENOMEM of the host.
 * Snapshots nest. What changes afterwards costs a copy of each object, once.
 */
int machine_snapshot(struct machine *m);
/*
 * Goes back to snapshot `number`, which stays in force; later ones are gone. The tape goes back as
 * well, but what it has overwritten since stays lost; chooser and listeners stay as they are.
 * 0, -EINVAL: no such one.
 */
int machine_restore(struct machine *m, int number);
/* Forgets snapshot `number` and all later ones and keeps the present state. 0, -EINVAL. */
int machine_discard(struct machine *m, int number);

/* ---- identity ---- */

struct fingerprint {
	uint64_t high, low;
};

enum fingerprint_scope {
	FINGERPRINT_SEMANTIC, /* what can influence behaviour: no counters, no logs */
	FINGERPRINT_COMPLETE, /* everything but the tape */
};

/*
 * A canonical digest of the model's values; independent of addresses and of the
 * order of allocation. The first call costs the whole machine, later ones what
 * changed in between.
 */
struct fingerprint machine_fingerprint(struct machine *m, enum fingerprint_scope scope);
/* The same from scratch: equal unless somebody changed an object without touch(). */
struct fingerprint machine_fingerprint_recompute(struct machine *m, enum fingerprint_scope scope);
static inline bool fingerprint_equal(struct fingerprint a, struct fingerprint b)
{
	return a.high == b.high && a.low == b.low;
}

/* ---- choice: the only source of nondeterminism ---- */

#define IRQLAB_CHOICES(X)                                                                          \
	X(ACCEPT_CPU, "which CPU with a deliverable interrupt goes first")                         \
	X(REDIRECT, "target of a lowest-priority or multi-bit destination")                        \
	X(TIMER_CPU, "which CPU's expired timer runs first")                                       \
	X(QUEUE_LATENCY, "steps until a queued store command completes")

enum choice_kind {
#define IRQLAB_CHOICE_ENUM(id, text) CHOICE_##id,
	IRQLAB_CHOICES(IRQLAB_CHOICE_ENUM)
#undef IRQLAB_CHOICE_ENUM
};

/* "ACCEPT_CPU" …, a constant. */
const char *choice_name(enum choice_kind kind);

/* Answers with 0 … alternatives − 1. */
typedef unsigned (*chooser_fn)(void *context, struct machine *m, enum choice_kind kind,
			       unsigned alternatives);
/* NULL: always 0, the default. */
void machine_set_chooser(struct machine *m, chooser_fn chooser, void *context);
/* Asks the chooser; 0 at once where alternatives ≤ 1. */
unsigned choose(struct machine *m, enum choice_kind kind, unsigned alternatives);

/* ---- time ---- */

uint64_t machine_steps(const struct machine *m); /* effects so far */
uint64_t machine_ticks(const struct machine *m); /* jiffies so far */

/*
 * Lets the CPUs take every interrupt that they can take now, until none is left
 * or `limit` were taken (0: 100,000). Returns how many; -EBUSY at the limit, with the rest
 * left to be taken; -EIO if the machine does not work (any more). 0 from within a handler.
 */
long machine_deliver(struct machine *m, unsigned long limit);
/* Has some CPU an interrupt that it can take now? */
bool machine_deliverable(const struct machine *m);
/* Advances time by n ticks; expired timers run on their CPUs and interrupts are delivered. */
void machine_tick(struct machine *m, unsigned n);
/*
 * machine_deliver() and ticks until no timer is armed, but those of CPUs that are off; at most
 * 1,000 ticks. 0; -EBUSY if that is not enough, -EIO.
 */
int machine_settle(struct machine *m);

#endif
