/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/lapic_internal.h"

/* Who is meant by an interrupt, and for one of many: who of them takes it. */
struct targets {
	const struct lapics *all;
	const struct apic_interrupt *interrupt;
	unsigned found; /* CPUs with that destination */
	unsigned able;	/* of them, those that can take it */
	/* One of many: class of the least busy, how many are so, and which. */
	int least;
	unsigned equals;
	unsigned skip;
	struct lapic *chosen;
};

struct lapic *lapic_by_id(const struct lapics *all, uint32_t id)
{
	for (uint32_t at = id & all->id_mask;; at = (at + 1) & all->id_mask) {
		if (all->ids[at].cpu == LAPIC_NOBODY)
			return NULL;
		if (all->ids[at].id == id)
			return all->cpu[all->ids[at].cpu];
	}
}

static void drop(struct machine *m, const struct lapics *all, const struct apic_interrupt *i,
		 enum drop_reason why)
{
	tape_event(m, TAPE_DROP, ACTOR_CPU, 0, i->destination, why, (uint32_t)all->window,
		   i->vector);
}

static void request(struct machine *m, const struct lapics *all, struct lapic *l,
		    const struct apic_interrupt *i)
{
	unsigned vector = i->delivery == APIC_NMI ? NMI_VECTOR : i->vector;
	uint64_t bit = UINT64_C(1) << (vector % 64);
	bool merged;

	step(m, STEP_REQUEST, l);
	touch(m, l);
	if (i->delivery == APIC_NMI) {
		merged = l->nmi;
		l->nmi = true;
	} else {
		merged = l->irr[vector / 64] & bit;
		l->irr[vector / 64] |= bit;
		if (i->level)
			l->tmr[vector / 64] |= bit;
		else
			l->tmr[vector / 64] &= ~bit;
	}
	bus_cpu_pending(m, l->cpu, true);
	tape_event(m, TAPE_REQUEST, ACTOR_CPU, (uint16_t)l->cpu, i->destination, vector,
		   (uint32_t)all->window, merged);
}

static void count_offline(struct machine *m, struct lapic *l)
{
	touch(m, l);
	l->offline_drops++;
}

static bool logical_match(const struct lapics *all, const struct lapic *l, uint32_t destination)
{
	return all->mode <= APIC_LOGICAL_FLAT && (l->ldr >> 24 & destination & 0xff);
}

static bool one_of_many(const struct apic_interrupt *i)
{
	return i->delivery == APIC_LOWEST ||
	       (i->redirection_hint && i->logical && i->delivery == APIC_FIXED);
}

static void consider(struct machine *m, struct targets *t, struct lapic *l)
{
	int class = processor_class(l);

	t->found++;
	if (!lapic_accepts(l)) {
		count_offline(m, l);
		return;
	}
	t->able++;
	if (!one_of_many(t->interrupt)) {
		request(m, t->all, l, t->interrupt);
	} else if (!t->chosen || class < t->least) {
		t->chosen = l;
		t->least = class;
		t->equals = 1;
	} else if (class == t->least) {
		t->equals++;
	}
}

static void pick(struct machine *m, struct targets *t, struct lapic *l)
{
	(void)m;
	if (lapic_accepts(l) && processor_class(l) == t->least && t->equals && t->skip-- == 0) {
		t->chosen = l;
		t->equals = 0;
	}
}

typedef void (*target_fn)(struct machine *m, struct targets *t, struct lapic *l);

static bool is_broadcast(const struct lapics *all, const struct apic_interrupt *i)
{
	if (lapics_x2apic(all))
		return i->destination == UINT32_MAX;
	return !i->logical && i->destination == 0xff;
}

static void for_cluster(struct machine *m, struct targets *t, target_fn fn)
{
	uint32_t cluster = t->interrupt->destination >> 16;

	for (uint32_t bits = t->interrupt->destination & 0xffff; bits; bits &= bits - 1) {
		struct lapic *l = lapic_by_id(t->all, cluster << 4 | (uint32_t)__builtin_ctz(bits));

		if (l)
			fn(m, t, l);
	}
}

static void for_targets(struct machine *m, struct targets *t, target_fn fn)
{
	const struct lapics *all = t->all;
	bool everybody = is_broadcast(all, t->interrupt);

	if (!everybody && t->interrupt->logical && lapics_x2apic(all)) {
		for_cluster(m, t, fn);
	} else if (!everybody && !t->interrupt->logical) {
		struct lapic *l = lapic_by_id(all, t->interrupt->destination);

		if (l)
			fn(m, t, l);
	} else {
		for (uint32_t cpu = 0; cpu < all->nr; cpu++)
			if (everybody ||
			    logical_match(all, all->cpu[cpu], t->interrupt->destination))
				fn(m, t, all->cpu[cpu]);
	}
}

static void request_one(struct machine *m, struct targets *t)
{
	t->skip = choose(m, CHOICE_REDIRECT, t->equals);
	if (t->skip)
		for_targets(m, t, pick);
	request(m, t->all, t->chosen, t->interrupt);
}

static bool legal(const struct apic_interrupt *i)
{
	if (i->delivery == APIC_NMI)
		return true;
	return i->delivery <= APIC_LOWEST && i->vector >= 16;
}

static struct lapic *direct_target(const struct lapics *all, const struct apic_interrupt *i)
{
	struct lapic *l;

	if (i->logical || i->delivery != APIC_FIXED || is_broadcast(all, i))
		return NULL;
	l = lapic_by_id(all, i->destination);
	return l && lapic_accepts(l) ? l : NULL;
}

static unsigned request_all(struct machine *m, const struct lapics *all,
			    const struct apic_interrupt *interrupt)
{
	struct targets t = {.all = all, .interrupt = interrupt};

	for_targets(m, &t, consider);
	if (!t.able) {
		drop(m, all, interrupt, t.found ? DROP_OFFLINE : DROP_NO_TARGET);
		return 0;
	}
	if (!one_of_many(interrupt))
		return t.able;
	request_one(m, &t);
	return 1;
}

unsigned lapics_accept(struct machine *m, void *sink, const struct apic_interrupt *interrupt)
{
	struct lapics *all = sink;
	struct lapic *direct;

	if (!legal(interrupt)) {
		drop(m, all, interrupt, DROP_ILLEGAL);
		return 0;
	}
	direct = direct_target(all, interrupt);
	if (!direct)
		return request_all(m, all, interrupt);
	request(m, all, direct, interrupt);
	return 1;
}

/* What the CPU would take now, or −1. */
static int deliverable_vector(const struct lapics *all, unsigned cpu)
{
	const struct lapic *l;
	int top;

	if (cpu >= all->nr || !lapic_accepts(all->cpu[cpu]))
		return -1;
	l = all->cpu[cpu];
	if (l->nmi)
		return NMI_VECTOR;
	top = highest_vector(l->irr);
	return top >> 4 > processor_class(l) ? top : -1;
}

/* SDM vol. 3, 30.2.2: before external interrupts, after an NMI. */
static struct lapic *with_virtual_interrupt(const struct lapics *all, unsigned cpu)
{
	struct lapic *l = cpu < all->nr ? all->cpu[cpu] : NULL;

	return l && l->guest && l->guest->pending && !l->nmi && lapic_accepts(l) ? l : NULL;
}

bool lapics_deliverable(const struct machine *m, const void *sink, unsigned cpu)
{
	(void)m;
	return with_virtual_interrupt(sink, cpu) || deliverable_vector(sink, cpu) >= 0;
}

bool lapics_dispatch(struct machine *m, void *sink, unsigned cpu)
{
	struct lapics *all = sink;
	struct lapic *l = with_virtual_interrupt(all, cpu);
	int vector = deliverable_vector(all, cpu);
	uint64_t bit;

	if (l && guest_dispatch(m, l))
		return true;
	if (vector < 0)
		return false;
	l = all->cpu[cpu];
	step(m, STEP_ACCEPT, l);
	touch(m, l);
	bit = UINT64_C(1) << (vector % 64);
	if (vector == NMI_VECTOR) {
		l->nmi = false;
	} else {
		l->irr[vector / 64] &= ~bit;
		l->isr[vector / 64] |= bit;
	}
	lapic_tell_pending(m, l);
	tape_event(m, TAPE_ACCEPT, ACTOR_CPU, (uint16_t)cpu, 0, (uint64_t)vector,
		   (uint32_t)all->window, 0);
	if (guest_takes_notification(m, l, (unsigned)vector))
		return true;
	bus_enter_software(m, cpu, (unsigned)vector);
	return true;
}

void lapic_end_of_interrupt(struct machine *m, struct lapic *l)
{
	int vector = highest_vector(l->isr);

	if (vector < 0)
		return;
	step(m, STEP_EOI, l);
	touch(m, l);
	l->isr[vector / 64] &= ~(UINT64_C(1) << (vector % 64));
	tape_event(m, TAPE_EOI, ACTOR_CPU, (uint16_t)l->cpu, 0, (uint64_t)vector, 0, 0);
	if (vector_test(l->tmr, (unsigned)vector) && !(l->svr & SVR_NO_EOI_CAST))
		bus_broadcast_eoi(m, (unsigned)vector);
}

enum { SHORTHAND_NONE, SHORTHAND_SELF, SHORTHAND_ALL, SHORTHAND_OTHERS };

void lapic_send_ipi(struct machine *m, struct lapics *all, struct lapic *from)
{
	struct apic_interrupt i = {
		.vector = (uint8_t)from->icr,
		.delivery = from->icr >> 8 & 7,
		.logical = from->icr >> 11 & 1,
		.destination = lapics_x2apic(all) ? from->icr_high : from->icr_high >> 24,
	};
	unsigned shorthand = from->icr >> 18 & 3;

	if (shorthand == SHORTHAND_NONE) {
		lapics_accept(m, all, &i);
		return;
	}
	i.logical = false;
	for (uint32_t cpu = 0; cpu < all->nr; cpu++) {
		bool self = cpu == from->cpu;

		if (shorthand == SHORTHAND_ALL || self == (shorthand == SHORTHAND_SELF)) {
			i.destination = all->cpu[cpu]->id;
			lapics_accept(m, all, &i);
		}
	}
}
