/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus_test.h"

static struct fingerprint semantic(struct machine *m)
{
	return machine_fingerprint(m, FINGERPRINT_SEMANTIC);
}

static struct fingerprint complete(struct machine *m)
{
	return machine_fingerprint(m, FINGERPRINT_COMPLETE);
}

static void counters_enter_the_complete_digest_only(void **state)
{
	struct machine *m = *state;
	struct thing *a = thing_new(m, 1, 1);
	struct fingerprint s = semantic(m), c = complete(m);

	touch(m, a);
	a->counter++;
	assert_fingerprint(semantic(m), s);
	assert_false(fingerprint_equal(complete(m), c));
	touch(m, a);
	a->counter--;
	assert_fingerprint(complete(m), c);
	touch(m, a);
	a->value[0] = 1;
	assert_false(fingerprint_equal(semantic(m), s));
}

static void the_order_of_allocation_does_not_matter(void **state)
{
	struct machine *m = *state, *other = machine_create(NULL);
	struct thing *gone = thing_new(other, 99, 200);

	for (uint64_t key = 0; key < 50; key++)
		thing_new(m, key, 3)->value[0] = (uint32_t)key;
	for (uint64_t key = 50; key-- > 0;)
		thing_new(other, key, 3)->value[0] = (uint32_t)key;
	assert_false(fingerprint_equal(semantic(m), semantic(other)));
	object_free(other, gone);
	assert_fingerprint(semantic(m), semantic(other));
	assert_fingerprint(complete(m), complete(other));
	assert_digests_hold(other);
	machine_destroy(other);
}

static void two_equal_objects_do_not_cancel(void **state)
{
	struct machine *m = *state;
	struct fingerprint none = semantic(m), one;

	thing_new(m, 1, 1);
	one = semantic(m);
	thing_new(m, 1, 1);
	assert_false(fingerprint_equal(semantic(m), one));
	assert_false(fingerprint_equal(semantic(m), none));
}

static void a_forgotten_touch_shows(void **state)
{
	struct machine *m = *state;
	struct thing *a = thing_new(m, 1, 1);

	semantic(m);
	a->value[0]++;
	assert_false(fingerprint_equal(semantic(m),
				       machine_fingerprint_recompute(m, FINGERPRINT_SEMANTIC)));
}

static void the_machines_own_values(void **state)
{
	struct machine *m = *state;
	struct fingerprint start = complete(m), s = semantic(m);

	machine_set_switch(m, SWITCH_CAREFUL_IRR_CHECK, false);
	assert_false(fingerprint_equal(semantic(m), s));
	machine_set_switch(m, SWITCH_CAREFUL_IRR_CHECK, true);
	run_on_cpu(m, 1);
	assert_false(fingerprint_equal(semantic(m), s));
	run_on_cpu(m, 0);
	assert_fingerprint(complete(m), start);
	machine_snapshot(m);
	bus_set_cpu_online(m, 70, true); /* as one that was never switched off: only logged */
	assert_fingerprint(semantic(m), s);
	assert_false(fingerprint_equal(complete(m), start));
	bus_set_cpu_online(m, 70, false);
	assert_false(fingerprint_equal(semantic(m), s));
	bus_set_cpu_online(m, 70, true);
	assert_fingerprint(semantic(m), s);
	machine_restore(m, 0);
	machine_discard(m, 0);
	step(m, STEP_WRITE, NULL);
	tape_event(m, TAPE_EOI, ACTOR_CPU, 0, 0, 0, 0, 0);
	assert_fingerprint(complete(m), start); /* though steps were taken and the tape moved */
	machine_warn(m, WARN_LOCK_MISUSE, 0);
	cpumask_range(m, 1, 77);
	assert_fingerprint(complete(m), start);
	machine_tick(m, 1);
	assert_fingerprint(semantic(m), s);
	assert_false(fingerprint_equal(complete(m), start));
}

static void nothing_expired(struct machine *m, struct timer *timer)
{
	(void)m;
	(void)timer;
}

struct timed {
	uint64_t key;
	struct timer timer;
};

static void timed_digest(const void *object, struct digest *d)
{
	const struct timed *timed = object;

	digest_u64(d, timed->key);
}

static struct timed *timed_new(struct machine *m, uint64_t key)
{
	static const struct object_type timed_type = {.name = "timed", .digest = timed_digest};
	struct timed *timed = object_alloc(m, &timed_type, sizeof(*timed));

	timed->key = key;
	timed->timer.expired = nothing_expired;
	timed->timer.object = timed;
	return timed;
}

static void timers_are_told_apart(void **state)
{
	struct machine *m = *state;
	struct timed *a = timed_new(m, 1), *b = timed_new(m, 2);
	struct fingerprint idle = semantic(m), ab;

	timer_arm(m, &a->timer, 0, 2);
	timer_arm(m, &b->timer, 0, 4);
	ab = semantic(m);
	assert_false(fingerprint_equal(ab, idle));
	timer_arm(m, &a->timer, 0, 4);
	timer_arm(m, &b->timer, 0, 2);
	assert_false(fingerprint_equal(semantic(m), ab));
	machine_tick(m, 1);
	timer_arm(m, &a->timer, 0, 2);
	timer_arm(m, &b->timer, 0, 4);
	assert_fingerprint(semantic(m), ab); /* what counts is the time left */
	machine_tick(m, 10);
	assert_fingerprint(semantic(m), idle);
	assert_digests_hold(m);
}

static void long_and_awkward_values(void **state)
{
	struct machine *m = *state;
	struct thing *big = thing_new(m, 1, 5000);
	struct fingerprint before = semantic(m);

	touch(m, big);
	big->value[4999] = 1;
	assert_false(fingerprint_equal(semantic(m), before));
	assert_digests_hold(m);
}

static void many_digest(const void *object, struct digest *d)
{
	const struct thing *thing = object;

	digest_string(d, NULL);
	digest_string(d, "");
	digest_bytes(d, NULL, 0);
	for (uint32_t i = 0; i < thing->nr; i++) {
		digest_u64(d, thing->value[i]);
		digest_counter(d, i == 0 ? thing->counter : i);
	}
}

static void more_values_than_the_buffer_holds(void **state)
{
	static const struct object_type many_type = {.name = "many", .digest = many_digest};
	struct machine *m = *state;
	struct thing *many = object_alloc(m, &many_type, sizeof(*many) + 1000 * sizeof(uint32_t));
	struct fingerprint s, c;

	many->nr = 1000;
	s = semantic(m);
	c = complete(m);
	touch(m, many);
	many->counter = 1;
	assert_fingerprint(semantic(m), s);
	assert_false(fingerprint_equal(complete(m), c));
	for (uint32_t i = 0; i < 1000; i += 37) {
		s = semantic(m);
		touch(m, many);
		many->value[i] = 1;
		assert_false(fingerprint_equal(semantic(m), s));
	}
	assert_digests_hold(m);
}

static void mask_digest(const void *object, struct digest *d)
{
	const struct cpumask *const *mask = object;

	digest_mask(d, *mask);
}

static void masks_enter_by_their_cpus(void **state)
{
	static const struct object_type mask_type = {.name = "mask", .digest = mask_digest};
	struct machine *m = *state, *other = machine_create(NULL);
	const struct cpumask **a = object_alloc(m, &mask_type, sizeof(*a));
	const struct cpumask **b = object_alloc(other, &mask_type, sizeof(*b));

	assert_fingerprint(semantic(m), semantic(other));
	touch(m, a);
	*a = cpumask_none(m);
	assert_fingerprint(semantic(m), semantic(other)); /* NULL counts as empty */
	touch(m, a);
	*a = cpumask_range(m, 3, 80);
	assert_false(fingerprint_equal(semantic(m), semantic(other)));
	cpumask_of(other, 9);
	touch(other, b);
	*b = cpumask_parse(other, "3-80");
	assert_fingerprint(semantic(m), semantic(other));
	machine_destroy(other);
}

static void incremental_equals_recomputation(void **state)
{
	struct machine *m = *state;
	struct thing *live[100] = {0};
	uint64_t seed = 77;

	for (int round = 0; round < 5000; round++) {
		unsigned i = test_below(&seed, 100);

		if (!live[i]) {
			live[i] = thing_new(m, i, 1 + test_below(&seed, 50));
		} else if (test_below(&seed, 4)) {
			touch(m, live[i]);
			live[i]->value[0] = (uint32_t)test_random(&seed);
		} else {
			object_free(m, live[i]);
			live[i] = NULL;
		}
		if (round % 50 == 0)
			assert_digests_hold(m);
	}
	assert_digests_hold(m);
}

static void memory_enters_by_its_address(void **state)
{
	struct machine *m = *state;
	struct fingerprint empty = semantic(m), written;
	uint64_t at = bus_memory_alloc(m, 65536, 4096, NULL);

	bus_memory_write(m, at + 600, "x", 1);
	written = semantic(m);
	bus_memory_write(m, at + 600, "\0", 1);
	bus_memory_write(m, at + 600 + 512, "x", 1);
	assert_false(fingerprint_equal(semantic(m), written));
	assert_digests_hold(m);
	bus_memory_free(m, at);
	assert_fingerprint(semantic(m), empty);
	assert_fingerprint(complete(m), machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(counters_enter_the_complete_digest_only),
		machine_test(the_order_of_allocation_does_not_matter),
		machine_test(two_equal_objects_do_not_cancel),
		machine_test(a_forgotten_touch_shows),
		machine_test(the_machines_own_values),
		machine_test(timers_are_told_apart),
		machine_test(long_and_awkward_values),
		machine_test(more_values_than_the_buffer_holds),
		machine_test(masks_enter_by_their_cpus),
		machine_test(incremental_equals_recomputation),
		machine_test(memory_enters_by_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
