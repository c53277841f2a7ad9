/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#define DELIVER_LIMIT 100000ul
#define SETTLE_TICKS  1000u

/* ---- interrupts ---- */

void bus_cpu_pending(struct machine *m, unsigned cpu, bool pending)
{
	struct machine_state *s = &m->state;
	unsigned word = cpu / 64;

	if (cpu >= CPUMASK_MAX_CPUS)
		return;
	s->pending_told = true;
	if (bit_test(s->pending, cpu) == pending)
		return;
	bit_set(s->pending, cpu, pending);
	bit_set(&s->pending_summary, word, s->pending[word]);
}

/* The next CPU ≥ from that may have something to take; CPUMASK_MAX_CPUS if none. */
static unsigned next_candidate(const struct machine_state *s, unsigned from)
{
	uint64_t words, bits;
	unsigned word = from / 64;

	if (!s->pending_told)
		return from < s->nr_cpus_seen ? from : CPUMASK_MAX_CPUS;
	if (word >= CPU_WORDS)
		return CPUMASK_MAX_CPUS;
	bits = s->pending[word] & (~UINT64_C(0) << (from % 64));
	if (!bits) {
		words = word == 63 ? 0 : s->pending_summary & (~UINT64_C(0) << (word + 1));
		if (!words)
			return CPUMASK_MAX_CPUS;
		word = (unsigned)__builtin_ctzll(words);
		bits = s->pending[word];
	}
	return word * 64 + (unsigned)__builtin_ctzll(bits);
}

static unsigned next_deliverable(const struct machine *m, unsigned from)
{
	const struct machine_state *s = &m->state;
	unsigned cpu = next_candidate(s, from);

	while (cpu < CPUMASK_MAX_CPUS && !s->sink_ops->deliverable(m, s->sink, cpu))
		cpu = next_candidate(s, cpu + 1);
	return cpu;
}

static unsigned choose_cpu(struct machine *m)
{
	unsigned first = next_deliverable(m, 0), nr = 0, cpu, answer;

	if (!m->chooser)
		return first;
	for (cpu = first; cpu < CPUMASK_MAX_CPUS; cpu = next_deliverable(m, cpu + 1))
		nr++;
	answer = choose(m, CHOICE_ACCEPT_CPU, nr);
	for (cpu = first; answer--;)
		cpu = next_deliverable(m, cpu + 1);
	return cpu;
}

bool machine_deliverable(const struct machine *m)
{
	return m->state.sink_ops && next_deliverable(m, 0) < CPUMASK_MAX_CPUS;
}

long machine_deliver(struct machine *m, unsigned long limit)
{
	unsigned long taken = 0;
	unsigned cpu;

	if (m->state.poisoned)
		return -EIO;
	if (!m->state.sink_ops || m->state.hardirq)
		return 0;
	if (!limit)
		limit = DELIVER_LIMIT;
	for (;;) {
		cpu = choose_cpu(m);
		if (cpu == CPUMASK_MAX_CPUS)
			return (long)taken;
		if (taken == limit)
			return -EBUSY;
		if (!m->state.sink_ops->dispatch(m, m->state.sink, cpu))
			return (long)taken;
		taken++;
		if (unlikely(m->state.poisoned))
			return -EIO;
	}
}

/* ---- timers ---- */

static void timer_touch(struct machine *m, struct timer *timer)
{
	if (timer->object)
		touch(m, timer->object);
	else if (unlikely(m->nr_snapshots))
		journal_bytes(m, timer, sizeof(*timer));
}

/* NULL: the first of all. */
static void link_behind(struct machine *m, struct timer *previous, struct timer *to)
{
	if (previous) {
		timer_touch(m, previous);
		previous->next = to;
	} else {
		m->state.timers = to;
	}
}

void timer_cancel(struct machine *m, struct timer *timer)
{
	struct timer *previous = NULL, *t = m->state.timers;

	if (!timer->armed)
		return;
	for (; t && t != timer; t = t->next)
		previous = t;
	if (t)
		link_behind(m, previous, timer->next);
	timer_touch(m, timer);
	timer->armed = 0;
	timer->next = NULL;
}

void timer_arm(struct machine *m, struct timer *timer, unsigned cpu, uint64_t ticks_from_now)
{
	struct timer *previous = NULL, *t;

	timer_cancel(m, timer);
	timer_touch(m, timer);
	timer->cpu = cpu;
	timer->at = m->state.ticks + (ticks_from_now ? ticks_from_now : 1);
	timer->armed = 1;
	for (t = m->state.timers; t && t->at <= timer->at; t = t->next)
		previous = t;
	timer->next = t;
	link_behind(m, previous, timer);
}

/* A CPU that was switched off runs nothing. */
static bool timer_can_run(const struct machine *m, const struct timer *timer)
{
	const struct machine_state *s = &m->state;

	return timer->cpu >= CPUMASK_MAX_CPUS || !bit_test(s->switched, timer->cpu) ||
	       bit_test(s->online, timer->cpu);
}

/* The first expired timer of the lowest CPU ≥ from that has one. */
static struct timer *next_expired(const struct machine *m, unsigned from)
{
	struct timer *best = NULL;

	for (struct timer *t = m->state.timers; t && t->at <= m->state.ticks; t = t->next) {
		if (t->cpu >= from && (!best || t->cpu < best->cpu) && timer_can_run(m, t))
			best = t;
	}
	return best;
}

static struct timer *choose_expired(struct machine *m)
{
	struct timer *first = next_expired(m, 0), *t;
	unsigned nr = 0, answer;

	if (!m->chooser)
		return first;
	for (t = first; t; t = next_expired(m, t->cpu + 1))
		nr++;
	answer = choose(m, CHOICE_TIMER_CPU, nr);
	for (t = first; answer--;)
		t = next_expired(m, t->cpu + 1);
	return t;
}

static void run_timer(struct machine *m, struct timer *timer)
{
	unsigned before = run_on_cpu(m, timer->cpu);

	layer_runs(m, LAYER_CORE);
	step(m, STEP_TIMER, timer);
	timer_cancel(m, timer);
	m->state.hardirq++;
	timer->expired(m, timer);
	m->state.hardirq--;
	m->state.cpu = before;
}

void machine_tick(struct machine *m, unsigned n)
{
	struct timer *timer;

	while (n-- && !m->state.poisoned) {
		m->state.ticks++;
		while ((timer = choose_expired(m)) && !m->state.poisoned) {
			run_timer(m, timer);
			machine_deliver(m, 0);
		}
		machine_deliver(m, 0);
	}
}

uint64_t machine_ticks(const struct machine *m)
{
	return m->state.ticks;
}

static bool timers_left(const struct machine *m)
{
	for (const struct timer *t = m->state.timers; t; t = t->next) {
		if (timer_can_run(m, t))
			return true;
	}
	return false;
}

int machine_settle(struct machine *m)
{
	for (unsigned ticks = 0;; ticks++) {
		long taken = machine_deliver(m, 0);

		if (taken < 0)
			return (int)taken;
		if (!timers_left(m))
			return 0;
		if (ticks == SETTLE_TICKS)
			return -EBUSY;
		machine_tick(m, 1);
	}
}

bool timers_inside(const struct machine *m, const void *object, size_t size)
{
	const char *first = object;

	for (const struct timer *t = m->state.timers; t; t = t->next) {
		if ((const char *)t >= first && (const char *)t < first + size)
			return true;
	}
	return false;
}

void timers_digest(const struct machine *m, struct digest *d)
{
	unsigned __int128 sum = 0;

	for (const struct timer *t = m->state.timers; t; t = t->next) {
		uint64_t left = t->at > m->state.ticks ? t->at - m->state.ticks : 0;

		sum += timer_digest(t, left);
	}
	digest_u64(d, (uint64_t)(sum >> 64));
	digest_u64(d, (uint64_t)sum);
}
