/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#include <string.h>

void step(struct machine *m, enum step_kind kind, const void *object)
{
	(void)kind;
	(void)object;
	m->state.steps++;
}

uint64_t machine_steps(const struct machine *m)
{
	return m->state.steps;
}

unsigned this_cpu(const struct machine *m)
{
	return m->state.cpu;
}

bool in_hardirq(const struct machine *m)
{
	return m->state.hardirq;
}

bool in_atomic_context(const struct machine *m)
{
	return m->state.hardirq || m->state.spinning;
}

unsigned run_on_cpu(struct machine *m, unsigned cpu)
{
	unsigned before = m->state.cpu;

	m->state.cpu = cpu;
	return before;
}

/* ---- layers ---- */

bool layer_refuses_slow(struct machine *m)
{
	if (m->state.layer == LAYER_OUTSIDE && !machine_switch(m, SWITCH_STRICT_LAYERS))
		return false;
	return machine_warn(m, WARN_LAYER_VIOLATION, 0);
}

/* ---- locks ---- */

/*
 * A lock is no value of its object, and changes without touch(): which ones are held
 * is the machine's own state, and what a snapshot takes back from there.
 */
static void hold(struct machine *m, struct lock *lock)
{
	struct machine_state *s = &m->state;

	if (unlikely(s->nr_held == MAX_HELD)) {
		machine_poison(m, "too many locks are held at once");
		return;
	}
	s->held[s->nr_held++] = (struct held_lock){lock, s->cpu};
	lock->held++;
	lock->owner = (uint16_t)s->cpu;
}

static void forget_held(struct machine_state *s, uint32_t index)
{
	s->nr_held--;
	memmove(&s->held[index], &s->held[index + 1], (s->nr_held - index) * sizeof(s->held[0]));
}

static void let_go(struct machine *m, struct lock *lock)
{
	struct machine_state *s = &m->state;
	uint32_t i = s->nr_held;

	lock->held--;
	if (likely(i && s->held[i - 1].lock == lock)) {
		s->nr_held--;
		return;
	}
	while (i-- > 0) {
		if (s->held[i].lock == lock) {
			forget_held(s, i);
			return;
		}
	}
}

static bool is_inside(const void *at, const void *object, size_t size)
{
	return (const char *)at >= (const char *)object &&
	       (const char *)at < (const char *)object + size;
}

bool locks_free_inside(struct machine *m, const void *object, size_t size)
{
	struct machine_state *s = &m->state;
	bool any = false;

	for (uint32_t i = s->nr_held; i-- > 0;) {
		if (is_inside(s->held[i].lock, object, size)) {
			forget_held(s, i);
			any = true;
		}
	}
	return any;
}

void locks_release_in_copy(const struct machine *m, const void *object, size_t size, char *copy)
{
	for (uint32_t i = 0; i < m->state.nr_held; i++) {
		const struct lock *lock = m->state.held[i].lock;

		if (is_inside(lock, object, size))
			((struct lock *)(void *)(copy +
						 ((const char *)lock - (const char *)object)))
				->held = 0;
	}
}

void locks_release_all(const struct machine *m)
{
	for (uint32_t i = 0; i < m->state.nr_held; i++)
		m->state.held[i].lock->held = 0;
}

void locks_hold_again(const struct machine *m)
{
	for (uint32_t i = 0; i < m->state.nr_held; i++) {
		m->state.held[i].lock->held++;
		m->state.held[i].lock->owner = (uint16_t)m->state.held[i].cpu;
	}
}

void lock_acquire(struct machine *m, struct lock *lock)
{
	step(m, STEP_LOCK, lock);
	if (lock->sleeps)
		WARN_IF(m, in_atomic_context(m), SLEEP_IN_ATOMIC, 0);
	WARN_IF(m, lock->held, LOCK_MISUSE, 0);
	hold(m, lock);
	if (!lock->sleeps)
		m->state.spinning++;
}

void lock_release(struct machine *m, struct lock *lock)
{
	step(m, STEP_UNLOCK, lock);
	if (WARN_IF(m, !lock->held, LOCK_MISUSE, 0))
		return;
	WARN_IF(m, !lock->sleeps && lock->owner != m->state.cpu, LOCK_MISUSE, 0);
	let_go(m, lock);
	if (!lock->sleeps && m->state.spinning)
		m->state.spinning--;
}

bool lock_assert_held(struct machine *m, const struct lock *lock)
{
	return !WARN_IF(m, !lock->held, LOCK_MISUSE, 0);
}

/* ---- CPUs ---- */

void bus_set_entry(struct machine *m,
		   void (*entry)(struct machine *m, unsigned cpu, unsigned vector))
{
	m->state.entry = entry;
}

void bus_enter_software(struct machine *m, unsigned cpu, unsigned vector)
{
	unsigned before = run_on_cpu(m, cpu);

	if (likely(m->state.entry)) {
		layer_runs(m, LAYER_CORE);

		m->state.hardirq++;
		m->state.entry(m, cpu, vector);
		m->state.hardirq--;
	}
	m->state.cpu = before;
}

void bus_set_cpu_online(struct machine *m, unsigned cpu, bool online)
{
	struct machine_state *s = &m->state;

	if (cpu >= CPUMASK_MAX_CPUS)
		return;
	step(m, STEP_CPU_STAGE, NULL);
	tape_event(m, TAPE_CPU, ACTOR_CPU, (uint16_t)cpu, 0, online, 0, 0);
	bit_set(s->online, cpu, online);
	bit_set(s->switched, cpu, true);
	if (cpu >= s->nr_cpus_seen)
		s->nr_cpus_seen = cpu + 1;
	if (s->sink_ops && s->sink_ops->set_online)
		s->sink_ops->set_online(m, s->sink, cpu, online);
	memset(s->sent_on, 0, sizeof(s->sent_on));
}

void bus_note_sent_on(struct machine *m, unsigned vector)
{
	struct machine_state *s = &m->state;

	if (s->leaving != s->cpu)
		memset(s->sent_on, 0, sizeof(s->sent_on));
	s->leaving = s->cpu;
	if (vector < 256)
		bit_set(s->sent_on, vector, true);
}

bool bus_was_sent_on(const struct machine *m, unsigned cpu, unsigned vector)
{
	return cpu == m->state.leaving && vector < 256 && bit_test(m->state.sent_on, vector);
}

bool bus_cpu_is_online(const struct machine *m, unsigned cpu)
{
	return cpu < CPUMASK_MAX_CPUS && bit_test(m->state.online, cpu);
}
