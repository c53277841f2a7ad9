/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_OBJECT_H
#define IRQLAB_PROVIDER_OBJECT_H

#include <irqlab/bus.h>
#include <irqlab/machine.h>
#include <irqlab/provider/layer.h>

/*
 * What both halves of a back end share: objects in the machine's memory, steps,
 * locks, timers, warnings. provider/software.h and provider/hardware.h build on
 * it; neither includes the other.
 */

/* ---- objects ---- */

struct digest; /* collects an object's values, of which the order counts */
void digest_u64(struct digest *d, uint64_t value);
void digest_bytes(struct digest *d, const void *bytes, size_t size);
void digest_string(struct digest *d, const char *s); /* NULL counts as "" */
struct cpumask;
void digest_mask(struct digest *d, const struct cpumask *mask); /* NULL counts as empty */
/* A key made of a name, for objects that others refer to: it is the same whenever they were made.
 */
uint64_t digest_key(const char *name);
/* Only for FINGERPRINT_COMPLETE: counters, logs, what depends on the order in which things came. */
void digest_counter(struct digest *d, uint64_t value);

struct object_type {
	const char *name; /* enters the digest */
	/*
	 * Feeds a key that is unique within the type, then all values: numbers,
	 * never addresses. Pointers to other objects enter as those objects' keys.
	 * NULL: no part of the machine's identity, as an index of other objects.
	 */
	void (*digest)(const void *object, struct digest *d);
};

/* Zeroed memory for one object; NULL: out of memory, or told to fail. size ≤ 256 MiB. */
void *object_alloc(struct machine *m, const struct object_type *type, size_t size);
/* NULL is permitted. A snapshot brings it back at the same place. */
void object_free(struct machine *m, void *object);

/* Say this before changing an object; any number of times. Cheap when nobody watches. */
void touch_slow(struct machine *m, void *object);
static inline void touch(struct machine *m, void *object)
{
	if (__builtin_expect(*(const uint32_t *)(const void *)m, 0)) /* first member: watched */
		touch_slow(m, object);
}

/* ---- parts: where each half keeps what it knows of a machine ---- */

enum machine_part {
	PART_SOFTWARE,	/* irq space, domains, devices */
	PART_X86,	/* vector domain */
	PART_ARM,	/* domain of a GIC, and what stands above it */
	PART_XEN,	/* what a guest of Xen knows */
	PART_CPUS,	/* local APICs */
	PART_UNITS,	/* remapping units */
	PART_FUNCTIONS, /* PCI functions */
	PART_GIC,	/* distributor, redistributors, CPU interfaces */
	PART_PLATFORM,	/* devices on no bus */
	PART_IMSIC,	/* interrupt files of RISC-V harts */
	PART_RISCV,	/* their domain */
	PART_GUESTS,	/* vCPUs */
	PART_ASSIGNED,	/* devices given to guests */
	PART_OTHER,
	NR_MACHINE_PARTS
};
/* A back end that is not irqlab's own keeps its object in PART_OTHER. NULL: not there yet. */
void *machine_part(const struct machine *m, enum machine_part which);
void machine_set_part(struct machine *m, enum machine_part which, void *object);

/* ---- steps, context, locks ---- */

/* clang-format off */
#define IRQLAB_STEPS(X) \
	X(WRITE) \
	X(READ_FLUSH) \
	X(RAISE) \
	X(LATCH) \
	X(REQUEST) \
	X(ACCEPT) \
	X(EOI) \
	X(LOCK) \
	X(UNLOCK) \
	X(RESOURCE) \
	X(INVALIDATE) \
	X(INVALIDATED) \
	X(COMMAND) \
	X(TIMER) \
	X(CPU_STAGE) \
	X(HANDLER)
/* clang-format on */

enum step_kind {
#define IRQLAB_STEP_ENUM(id) STEP_##id,
	IRQLAB_STEPS(IRQLAB_STEP_ENUM)
#undef IRQLAB_STEP_ENUM
};

/* Passed at every effect. With no explorer behind it it counts, no more. */
void step(struct machine *m, enum step_kind kind, const void *object);

struct lock {
	uint8_t sleeps; /* 1: a mutex */
	uint8_t held;
	uint16_t owner; /* CPU that holds it */
	const char *name;
};
/*
 * A mutex in interrupt context or under a spinning lock warns SLEEP_IN_ATOMIC. One that is held
 * already, or released by who does not hold it, warns LOCK_MISUSE. One step each.
 */
void lock_acquire(struct machine *m, struct lock *lock);
void lock_release(struct machine *m, struct lock *lock);
/* Warns LOCK_MISUSE and returns false if it is not held. */
bool lock_assert_held(struct machine *m, const struct lock *lock);

/* The CPU that is executing now, and whether it handles an interrupt. */
unsigned this_cpu(const struct machine *m);
bool in_hardirq(const struct machine *m);
/* May not sleep: interrupt context, or a spinning lock is held. */
bool in_atomic_context(const struct machine *m);
/* What bus_set_cpu_online() said last; false before. */
bool bus_cpu_is_online(const struct machine *m, unsigned cpu);
/*
 * Software has sent on what is pending as `vector` on the executing CPU, which is about to be
 * switched off. No effect on hardware: so that the tape tells it from what is lost.
 */
void bus_note_sent_on(struct machine *m, unsigned vector);
bool bus_was_sent_on(const struct machine *m, unsigned cpu, unsigned vector);
/* Runs what follows as if on `cpu`, which is not checked; returns the CPU before. */
unsigned run_on_cpu(struct machine *m, unsigned cpu);

/* ---- timers, in ticks ---- */

struct timer {
	void (*expired)(struct machine *m,
			struct timer *timer); /* runs on `cpu`, interrupt context */
	uint64_t at;			      /* in machine_ticks() */
	uint32_t cpu;
	uint32_t armed;
	struct timer *next;
	/*
	 * The object that it is part of: touched whenever the timer changes, and what tells timers
	 * apart in digests. NULL: the owner's digest must not contain fields of the timer, and the
	 * journal of a snapshot takes each change of it.
	 */
	void *object;
};
/*
 * The timer is part of an object; the caller has touched it. Arming an armed one moves it;
 * 0 ticks count as 1. Timers of a CPU that was switched off wait until it is on again.
 */
void timer_arm(struct machine *m, struct timer *timer, unsigned cpu, uint64_t ticks_from_now);
/* Nothing happens if it is not armed. */
void timer_cancel(struct machine *m, struct timer *timer);

/* ---- the tape ---- */

/* Puts an event on the tape; what the arguments mean is listed with the kinds in bus.h. */
void tape_event(struct machine *m, enum tape_kind kind, enum tape_actor actor_kind, uint16_t actor,
		uint64_t address, uint64_t value, uint32_t object, uint32_t extra);

/* ---- warnings ---- */

/* Counts, and puts a record on the tape; `irq` 0 if none is concerned. Always returns true. */
bool machine_warn(struct machine *m, enum machine_warning which, uint64_t irq);
static inline bool machine_warn_if(struct machine *m, bool condition, enum machine_warning which,
				   uint64_t irq)
{
	return condition && machine_warn(m, which, irq);
}
#define WARN_IF(m, condition, which, irq) machine_warn_if(m, condition, WARN_##which, irq)
/* A state that must not happen: the machine is poisoned, its operations return -EIO from now on. */
void machine_poison(struct machine *m, const char *why);

#endif
