/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus_test.h"

/* ---- locks ---- */

static void locks_balance(void **state)
{
	struct machine *m = *state;
	struct lock spin = {.name = "spin"}, mutex = {.name = "mutex", .sleeps = 1};

	assert_false(lock_assert_held(m, &spin));
	assert_int_equal(machine_warnings(m, WARN_LOCK_MISUSE), 1);
	lock_acquire(m, &mutex);
	assert_false(in_atomic_context(m));
	lock_acquire(m, &spin);
	assert_true(in_atomic_context(m));
	assert_true(lock_assert_held(m, &spin));
	lock_release(m, &spin);
	lock_release(m, &mutex);
	assert_false(in_atomic_context(m));
	assert_int_equal(machine_warnings_total(m), 1);
	assert_int_equal(machine_steps(m), 4);
}

static void misused_locks_warn(void **state)
{
	struct machine *m = *state;
	struct lock spin = {0};

	lock_release(m, &spin);
	assert_int_equal(machine_warnings(m, WARN_LOCK_MISUSE), 1);
	lock_acquire(m, &spin);
	lock_acquire(m, &spin);
	assert_int_equal(machine_warnings(m, WARN_LOCK_MISUSE), 2);
	lock_release(m, &spin);
	run_on_cpu(m, 1);
	lock_release(m, &spin); /* by another CPU */
	assert_int_equal(machine_warnings(m, WARN_LOCK_MISUSE), 3);
	assert_false(in_atomic_context(m));
}

static void sleeping_where_one_may_not(void **state)
{
	struct machine *m = *state;
	struct lock spin = {0}, mutex = {.sleeps = 1};

	lock_acquire(m, &spin);
	lock_acquire(m, &mutex);
	assert_int_equal(machine_warnings(m, WARN_SLEEP_IN_ATOMIC), 1);
	lock_release(m, &mutex);
	lock_release(m, &spin);
	lock_acquire(m, &mutex);
	lock_release(m, &mutex);
	assert_int_equal(machine_warnings(m, WARN_SLEEP_IN_ATOMIC), 1);
}

static void warnings_are_on_the_tape(void **state)
{
	struct machine *m = *state;

	run_on_cpu(m, 2);
	assert_true(WARN_IF(m, 1 > 0, VECTOR_NOT_FREE, 33));
	assert_false(WARN_IF(m, 1 < 0, VECTOR_NOT_FREE, 33));
	assert_int_equal(machine_warnings(m, WARN_VECTOR_NOT_FREE), 1);
	assert_int_equal(tape_at(m, 0)->kind, TAPE_WARNING);
	assert_int_equal(tape_at(m, 0)->value, WARN_VECTOR_NOT_FREE);
	assert_int_equal(tape_at(m, 0)->address, 33);
	assert_int_equal(tape_at(m, 0)->actor, 2);
	assert_null(machine_poisoned(m));
	machine_warn(m, WARN_BUG, 0);
	assert_non_null(machine_poisoned(m));
}

/* ---- choice ---- */

struct answers {
	const unsigned *answer;
	unsigned asked;
	enum choice_kind kind;
	unsigned alternatives;
};

static unsigned answer(void *context, struct machine *m, enum choice_kind kind,
		       unsigned alternatives)
{
	struct answers *answers = context;

	(void)m;
	answers->kind = kind;
	answers->alternatives = alternatives;
	return answers->answer[answers->asked++];
}

static void choosing(void **state)
{
	struct machine *m = *state;
	const unsigned script[] = {2, 3};
	struct answers answers = {.answer = script};

	assert_int_equal(choose(m, CHOICE_REDIRECT, 3), 0);
	machine_set_chooser(m, answer, &answers);
	assert_int_equal(choose(m, CHOICE_REDIRECT, 1), 0);
	assert_int_equal(choose(m, CHOICE_REDIRECT, 0), 0);
	assert_int_equal(answers.asked, 0);
	assert_int_equal(choose(m, CHOICE_REDIRECT, 3), 2);
	assert_int_equal(answers.kind, CHOICE_REDIRECT);
	assert_int_equal(answers.alternatives, 3);
	assert_int_equal(choose(m, CHOICE_QUEUE_LATENCY, 3), 0); /* 3 is none of them */
	machine_set_chooser(m, NULL, NULL);
	assert_int_equal(choose(m, CHOICE_REDIRECT, 3), 0);
}

/* ---- delivery: a sink that counts ---- */

#define NR_CPUS 4096

struct sink {
	bool hints;
	uint8_t waiting[NR_CPUS];
	unsigned taken[NR_CPUS];
	unsigned order[64], nr_order;
	int online_calls;
	bool storm;
};

static void sink_raise(struct machine *m, struct sink *sink, unsigned cpu)
{
	sink->waiting[cpu]++;
	if (sink->hints)
		bus_cpu_pending(m, cpu, true);
}

static unsigned sink_accept(struct machine *m, void *owner, const struct apic_interrupt *interrupt)
{
	sink_raise(m, owner, interrupt->destination);
	return 1;
}

static bool sink_dispatch(struct machine *m, void *owner, unsigned cpu)
{
	struct sink *sink = owner;

	if (!sink->storm && !--sink->waiting[cpu] && sink->hints)
		bus_cpu_pending(m, cpu, false);
	sink->taken[cpu]++;
	if (sink->nr_order < 64)
		sink->order[sink->nr_order++] = cpu;
	bus_enter_software(m, cpu, 0x30);
	return true;
}

static bool sink_deliverable(const struct machine *m, const void *owner, unsigned cpu)
{
	const struct sink *sink = owner;

	(void)m;
	return sink->waiting[cpu];
}

static void sink_online(struct machine *m, void *owner, unsigned cpu, bool online)
{
	struct sink *sink = owner;

	(void)m;
	(void)cpu;
	sink->online_calls += online ? 1 : -1;
}

static const struct interrupt_sink_ops sink_ops = {sink_accept, sink_dispatch, sink_deliverable,
						   sink_online};

static struct sink *new_sink(struct machine *m, bool hints)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	sink->hints = hints;
	assert_int_equal(bus_set_interrupt_sink(m, &sink_ops, sink), 0);
	assert_int_equal(bus_set_interrupt_sink(m, &sink_ops, sink), -EEXIST);
	return sink;
}

static void entry(struct machine *m, unsigned cpu, unsigned vector)
{
	struct thing *seen = machine_part(m, PART_OTHER);

	assert_true(in_hardirq(m));
	assert_int_equal(this_cpu(m), cpu);
	assert_int_equal(machine_deliver(m, 0), 0); /* interrupts are off */
	seen->counter += vector;
}

static void delivery(struct machine *m, bool hints)
{
	struct sink *sink = new_sink(m, hints);
	struct thing *seen = thing_new(m, 1, 1);
	const struct apic_interrupt interrupt = {.destination = 65, .vector = 0x30};

	machine_set_part(m, PART_OTHER, seen);
	bus_set_entry(m, entry);
	bus_set_cpu_online(m, 0, true);
	bus_set_cpu_online(m, 4095, true);
	assert_int_equal(machine_deliver(m, 0), 0);
	assert_int_equal(bus_interrupt(m, &interrupt), 1);
	sink_raise(m, sink, 4095);
	sink_raise(m, sink, 4095);
	sink_raise(m, sink, 63);
	run_on_cpu(m, 7);
	assert_int_equal(machine_deliver(m, 0), 4);
	assert_int_equal(this_cpu(m), 7);
	assert_false(in_hardirq(m));
	assert_int_equal(sink->order[0], 63);
	assert_int_equal(sink->order[1], 65);
	assert_int_equal(sink->taken[4095], 2);
	assert_int_equal(seen->counter, 4 * 0x30);
	free(sink);
}

static void delivery_with_hints(void **state)
{
	delivery(*state, true);
}

static void delivery_without_hints(void **state)
{
	delivery(*state, false);
}

static void delivery_has_a_limit(void **state)
{
	struct machine *m = *state;
	struct sink *sink = new_sink(m, true);

	for (int i = 0; i < 5; i++)
		sink_raise(m, sink, 1);
	assert_int_equal(machine_deliver(m, 3), -EBUSY);
	assert_int_equal(sink->taken[1], 3);
	assert_int_equal(machine_deliver(m, 2), 2);
	sink->storm = true;
	sink_raise(m, sink, 2);
	assert_int_equal(machine_deliver(m, 0), -EBUSY);
	assert_int_equal(machine_settle(m), -EBUSY);
	free(sink);
}

static void the_chooser_picks_the_cpu(void **state)
{
	struct machine *m = *state;
	struct sink *sink = new_sink(m, true);
	const unsigned script[] = {2, 0};
	struct answers answers = {.answer = script};

	sink_raise(m, sink, 3);
	sink_raise(m, sink, 100);
	sink_raise(m, sink, 2000);
	bus_cpu_pending(m, 50, true); /* may have something, but has not */
	machine_set_chooser(m, answer, &answers);
	assert_int_equal(machine_deliver(m, 0), 3);
	assert_int_equal(answers.asked, 2);
	assert_int_equal(answers.kind, CHOICE_ACCEPT_CPU);
	assert_int_equal(sink->order[0], 2000);
	assert_int_equal(sink->order[1], 3);
	assert_int_equal(sink->order[2], 100);
	free(sink);
}

static void cpus_go_on_and_off(void **state)
{
	struct machine *m = *state;
	struct sink *sink = new_sink(m, true);

	assert_false(bus_cpu_is_online(m, 9));
	bus_set_cpu_online(m, 9, true);
	assert_true(bus_cpu_is_online(m, 9));
	assert_int_equal(sink->online_calls, 1);
	bus_set_cpu_online(m, 9, false);
	assert_false(bus_cpu_is_online(m, 9));
	assert_int_equal(sink->online_calls, 0);
	bus_set_cpu_online(m, 4096, true);
	assert_false(bus_cpu_is_online(m, 4096));
	assert_int_equal(tape_position(m), 2);
	assert_int_equal(tape_at(m, 0)->kind, TAPE_CPU);
	assert_int_equal(tape_at(m, 0)->actor, 9);
	assert_int_equal(tape_at(m, 0)->value, 1);
	assert_int_equal(tape_at(m, 1)->value, 0);
	assert_int_equal(machine_steps(m), 2);
	free(sink);
}

/* ---- timers ---- */

struct clock {
	struct timer timer;
	unsigned id, ran, *log, *nr_log;
	unsigned again; /* re-arm after so many ticks */
};

static void clock_expired(struct machine *m, struct timer *timer)
{
	struct clock *clock = (struct clock *)timer;

	assert_true(in_hardirq(m));
	assert_int_equal(this_cpu(m), timer->cpu);
	assert_int_equal(timer->armed, 0);
	clock->ran++;
	clock->log[(*clock->nr_log)++] = clock->id;
	if (clock->again)
		timer_arm(m, timer, timer->cpu, clock->again - 1);
}

static void new_clocks(struct machine *m, struct clock **clocks, unsigned nr, unsigned *log,
		       unsigned *nr_log)
{
	for (unsigned i = 0; i < nr; i++) {
		clocks[i] = object_alloc(m, &thing_type, sizeof(struct clock));
		clocks[i]->timer.expired = clock_expired;
		clocks[i]->id = i;
		clocks[i]->log = log;
		clocks[i]->nr_log = nr_log;
	}
}

static void timers_run_in_order(void **state)
{
	struct machine *m = *state;
	unsigned log[16], nr = 0;
	struct clock *c[5];

	new_clocks(m, c, 5, log, &nr);
	timer_arm(m, &c[0]->timer, 1, 3);
	timer_arm(m, &c[1]->timer, 0, 3);
	timer_arm(m, &c[2]->timer, 1, 1);
	timer_arm(m, &c[3]->timer, 1, 3);
	timer_arm(m, &c[4]->timer, 1, 2);
	timer_cancel(m, &c[4]->timer);
	timer_cancel(m, &c[4]->timer);
	machine_tick(m, 2);
	assert_int_equal(nr, 1);
	assert_int_equal(log[0], 2);
	machine_tick(m, 1);
	assert_int_equal(nr, 4); /* CPU 0 first, then in the order of arming */
	assert_int_equal(log[1], 1);
	assert_int_equal(log[2], 0);
	assert_int_equal(log[3], 3);
	assert_false(in_hardirq(m));
	assert_int_equal(machine_ticks(m), 3);
}

static void arming_again_moves(void **state)
{
	struct machine *m = *state;
	unsigned log[16], nr = 0;
	struct clock *c[1];

	new_clocks(m, c, 1, log, &nr);
	timer_arm(m, &c[0]->timer, 0, 5);
	timer_arm(m, &c[0]->timer, 2, 1);
	machine_tick(m, 10);
	assert_int_equal(nr, 1);
	assert_int_equal(c[0]->timer.cpu, 2);
	timer_arm(m, &c[0]->timer, 0, 0); /* the next tick, not this one */
	assert_int_equal(nr, 1);
	machine_tick(m, 1);
	assert_int_equal(nr, 2);
	c[0]->again = 1; /* re-arms with 0 from inside: once a tick */
	timer_arm(m, &c[0]->timer, 0, 1);
	machine_tick(m, 4);
	assert_int_equal(nr, 6);
	timer_cancel(m, &c[0]->timer);
}

static void timers_of_a_cpu_that_is_off_wait(void **state)
{
	struct machine *m = *state;
	unsigned log[16], nr = 0;
	struct clock *c[1];

	new_clocks(m, c, 1, log, &nr);
	bus_set_cpu_online(m, 1, false);
	timer_arm(m, &c[0]->timer, 1, 1);
	machine_tick(m, 5);
	assert_int_equal(nr, 0);
	assert_int_equal(machine_settle(m), 0);
	bus_set_cpu_online(m, 1, true);
	assert_int_equal(machine_settle(m), 0);
	assert_int_equal(nr, 1);
}

static void settling(void **state)
{
	struct machine *m = *state;
	unsigned log[2000], nr = 0;
	struct clock *c[1];

	new_clocks(m, c, 1, log, &nr);
	assert_int_equal(machine_settle(m), 0);
	assert_int_equal(machine_ticks(m), 0);
	timer_arm(m, &c[0]->timer, 1, 1000);
	assert_int_equal(machine_settle(m), 0);
	assert_int_equal(machine_ticks(m), 1000);
	timer_arm(m, &c[0]->timer, 1, 1001);
	assert_int_equal(machine_settle(m), -EBUSY);
	assert_int_equal(machine_ticks(m), 2000);
	timer_cancel(m, &c[0]->timer);
}

static void the_chooser_picks_the_timer_cpu(void **state)
{
	struct machine *m = *state;
	const unsigned script[] = {1, 1};
	struct answers answers = {.answer = script};
	unsigned log[16], nr = 0;
	struct clock *c[4];

	new_clocks(m, c, 4, log, &nr);
	timer_arm(m, &c[0]->timer, 0, 1);
	timer_arm(m, &c[1]->timer, 0, 1);
	timer_arm(m, &c[2]->timer, 5, 1);
	timer_arm(m, &c[3]->timer, 9, 2);
	machine_set_chooser(m, answer, &answers);
	machine_tick(m, 1);
	assert_int_equal(answers.asked, 1);
	assert_int_equal(answers.kind, CHOICE_TIMER_CPU);
	assert_int_equal(answers.alternatives, 2);
	assert_int_equal(log[0], 2);
	assert_int_equal(log[1], 0);
	assert_int_equal(log[2], 1);
	machine_tick(m, 1);
	assert_int_equal(log[3], 3);
}

static void freeing_an_armed_timer_poisons(void **state)
{
	struct machine *m = *state;
	unsigned log[16], nr = 0;
	struct clock *c[1];

	new_clocks(m, c, 1, log, &nr);
	timer_arm(m, &c[0]->timer, 0, 1);
	object_free(m, c[0]);
	assert_non_null(machine_poisoned(m));
}

static void timers_stop_with_the_machine(void **state)
{
	struct machine *m = *state;
	unsigned log[16], nr = 0;
	struct clock *c[1];

	new_clocks(m, c, 1, log, &nr);
	timer_arm(m, &c[0]->timer, 0, 1);
	machine_poison(m, "stop");
	machine_tick(m, 5);
	assert_int_equal(nr, 0);
	assert_int_equal(machine_settle(m), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(locks_balance),
		machine_test(misused_locks_warn),
		machine_test(sleeping_where_one_may_not),
		machine_test(warnings_are_on_the_tape),
		machine_test(choosing),
		machine_test(delivery_with_hints),
		machine_test(delivery_without_hints),
		machine_test(delivery_has_a_limit),
		machine_test(the_chooser_picks_the_cpu),
		machine_test(cpus_go_on_and_off),
		machine_test(timers_run_in_order),
		machine_test(arming_again_moves),
		machine_test(timers_of_a_cpu_that_is_off_wait),
		machine_test(settling),
		machine_test(the_chooser_picks_the_timer_cpu),
		machine_test(freeing_an_armed_timer_poisons),
		machine_test(timers_stop_with_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
