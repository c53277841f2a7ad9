/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

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

/* ---- locks ---- */

/*
 * A lock changes without touch(): it is no value of its object. Snapshots still
 * have to take it back, for the object may have been saved while it was held.
 */
void lock_acquire(struct machine *m, struct lock *lock)
{
	step(m, STEP_LOCK, lock);
	if (lock->sleeps)
		WARN_IF(m, in_atomic_context(m), SLEEP_IN_ATOMIC, 0);
	WARN_IF(m, lock->held, LOCK_MISUSE, 0);
	journal_raw(m, lock, sizeof(*lock));
	lock->held++;
	lock->owner = (uint16_t)m->state.cpu;
	if (!lock->sleeps)
		m->state.spinning++;
}

void lock_release(struct machine *m, struct lock *lock)
{
	step(m, STEP_UNLOCK, lock);
	if (WARN_IF(m, !lock->held, LOCK_MISUSE, 0))
		return;
	WARN_IF(m, !lock->sleeps && lock->owner != m->state.cpu, LOCK_MISUSE, 0);
	journal_raw(m, lock, sizeof(*lock));
	lock->held--;
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
}

bool bus_cpu_is_online(const struct machine *m, unsigned cpu)
{
	return cpu < CPUMASK_MAX_CPUS && bit_test(m->state.online, cpu);
}
