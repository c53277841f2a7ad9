/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/simple.h"

#include <irqlab/cpumask.h>

struct simple_cpu {
	uint64_t pending;  /* lines */
	uint64_t floating; /* of them, those that any CPU may take */
	bool online;
};

struct simple_cpus {
	uint32_t nr;
	struct simple_cpu cpu[];
};

static void simple_cpus_digest(const void *object, struct digest *d)
{
	const struct simple_cpus *all = object;

	for (uint32_t i = 0; i < all->nr; i++) {
		digest_u64(d, all->cpu[i].pending);
		digest_u64(d, all->cpu[i].floating);
		digest_u64(d, all->cpu[i].online);
	}
}

static const struct object_type simple_cpus_type = {"simple-cpus", simple_cpus_digest};

static void drop(struct machine *m, uint32_t cpu, unsigned line, enum drop_reason why)
{
	tape_event(m, TAPE_DROP, ACTOR_CPU, (uint16_t)cpu, cpu, why, 0, line);
}

/* The nth that runs; nr: there are not so many. */
static uint32_t nth_online(const struct simple_cpus *all, unsigned n)
{
	uint32_t cpu = 0;

	while (cpu < all->nr && (!all->cpu[cpu].online || n--))
		cpu++;
	return cpu;
}

static uint32_t pick_any(struct machine *m, const struct simple_cpus *all)
{
	unsigned online = 0;

	while (nth_online(all, online) < all->nr)
		online++;
	return nth_online(all, choose(m, CHOICE_REDIRECT, online));
}

static void tell_pending(struct machine *m, const struct simple_cpus *all, uint32_t cpu)
{
	bus_cpu_pending(m, cpu, all->cpu[cpu].online && all->cpu[cpu].pending);
}

static unsigned accept(struct machine *m, void *sink, const struct apic_interrupt *interrupt)
{
	struct simple_cpus *all = sink;
	bool any = interrupt->destination == SIMPLE_ANY_CPU;
	uint32_t cpu = any ? pick_any(m, all) : interrupt->destination;
	uint64_t bit = UINT64_C(1) << interrupt->vector % SIMPLE_CPU_LINES;
	struct simple_cpu *c;

	if (cpu >= all->nr || interrupt->vector >= SIMPLE_CPU_LINES) {
		drop(m, cpu, interrupt->vector, DROP_NO_TARGET);
		return 0;
	}
	c = &all->cpu[cpu];
	if (!c->online) {
		drop(m, cpu, interrupt->vector, DROP_OFFLINE);
		return 0;
	}
	step(m, STEP_REQUEST, all);
	tape_event(m, TAPE_REQUEST, ACTOR_CPU, (uint16_t)cpu, interrupt->destination,
		   interrupt->vector, 0, (c->pending & bit) != 0);
	touch(m, all);
	c->pending |= bit;
	c->floating = any ? c->floating | bit : c->floating & ~bit;
	tell_pending(m, all, cpu);
	return 1;
}

static bool deliverable(const struct machine *m, const void *sink, unsigned cpu)
{
	const struct simple_cpus *all = sink;

	(void)m;
	return cpu < all->nr && all->cpu[cpu].online && all->cpu[cpu].pending;
}

static bool dispatch(struct machine *m, void *sink, unsigned cpu)
{
	struct simple_cpus *all = sink;
	unsigned line;

	if (!deliverable(m, sink, cpu))
		return false;
	line = (unsigned)__builtin_ctzll(all->cpu[cpu].pending);
	step(m, STEP_ACCEPT, all);
	touch(m, all);
	all->cpu[cpu].pending &= all->cpu[cpu].pending - 1;
	all->cpu[cpu].floating &= all->cpu[cpu].pending;
	tell_pending(m, all, cpu);
	tape_event(m, TAPE_ACCEPT, ACTOR_CPU, (uint16_t)cpu, 0, line, 0, 0);
	bus_enter_software(m, cpu, line);
	return true;
}

/* What floats goes to another CPU, the rest is lost. */
static void give_up(struct machine *m, struct simple_cpus *all, uint32_t cpu)
{
	uint64_t pending = all->cpu[cpu].pending, floating = all->cpu[cpu].floating;

	all->cpu[cpu].pending = all->cpu[cpu].floating = 0;
	for (; pending; pending &= pending - 1) {
		struct apic_interrupt again = {
			.destination = SIMPLE_ANY_CPU,
			.vector = (uint8_t)__builtin_ctzll(pending),
		};

		if (floating >> again.vector & 1)
			accept(m, all, &again);
		else
			drop(m, cpu, again.vector, DROP_OFFLINE);
	}
}

static void set_online(struct machine *m, void *sink, unsigned cpu, bool online)
{
	struct simple_cpus *all = sink;

	if (cpu >= all->nr || all->cpu[cpu].online == online)
		return;
	touch(m, all);
	all->cpu[cpu].online = online;
	if (!online)
		give_up(m, all, cpu);
	tell_pending(m, all, cpu);
}

static const struct interrupt_sink_ops simple_ops = {
	.accept = accept,
	.dispatch = dispatch,
	.deliverable = deliverable,
	.set_online = set_online,
};

int simple_cpus_create(struct machine *m, const struct cpu_desc *cpus, uint32_t nr)
{
	struct simple_cpus *all;
	int err;

	if (!nr || nr > CPUMASK_MAX_CPUS)
		return -EINVAL;
	all = object_alloc(m, &simple_cpus_type, sizeof(*all) + nr * sizeof(all->cpu[0]));
	if (!all)
		return -ENOMEM;
	all->nr = nr;
	for (uint32_t i = 0; i < nr; i++)
		all->cpu[i].online = !(cpus && cpus[i].offline);
	err = bus_set_interrupt_sink(m, &simple_ops, all);
	if (err)
		object_free(m, all);
	return err;
}
