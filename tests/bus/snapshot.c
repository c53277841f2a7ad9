/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus/changes.h"
#include "bus_test.h"

static void changed_objects_come_back_in_place(void **state)
{
	struct machine *m = *state;
	struct thing *a = thing_new(m, 1, 4);

	a->value[2] = 7;
	assert_int_equal(machine_snapshot(m), 0);
	touch(m, a);
	a->value[2] = 8;
	touch(m, a);
	a->value[3] = 9;
	assert_int_equal(machine_restore(m, 0), 0);
	assert_int_equal(a->value[2], 7);
	assert_int_equal(a->value[3], 0);
	touch(m, a);
	a->value[2] = 10;
	assert_int_equal(machine_restore(m, 0), 0);
	assert_int_equal(a->value[2], 7);
}

static void freed_and_new_objects(void **state)
{
	struct machine *m = *state;
	struct thing *a = thing_new(m, 1, 4), *b = thing_new(m, 2, 4), *c, *d;
	size_t in_use = machine_bytes_in_use(m);

	a->value[0] = 11;
	b->value[0] = 22;
	machine_snapshot(m);
	object_free(m, a);
	c = thing_new(m, 3, 4); /* in a's place */
	assert_ptr_equal(c, a);
	d = thing_new(m, 4, 400);
	object_free(m, b);
	object_free(m, c);
	object_free(m, d);
	assert_non_null(thing_new(m, 5, 4));
	machine_restore(m, 0);
	assert_int_equal(a->key, 1);
	assert_int_equal(a->value[0], 11);
	assert_int_equal(b->key, 2);
	assert_int_equal(b->value[0], 22);
	assert_int_equal(machine_bytes_in_use(m), in_use);
	c = thing_new(m, 6, 4);
	assert_ptr_not_equal(c, a);
	assert_ptr_not_equal(c, b);
	for (int i = 0; i < 4; i++)
		assert_int_equal(c->value[i], 0);
}

/*
 * The arena's end moves back over what only a discarded snapshot knew, and one big object covers
 * what were the headers of two.
 */
static void an_object_over_freed_ones(void **state)
{
	struct machine *m = *state;
	struct thing *kept = thing_new(m, 1, 20), *a, *b, *big;

	kept->value[3] = 33;
	for (int round = 0; round < 2; round++) {
		machine_snapshot(m);
		a = thing_new(m, 2, 20);
		b = thing_new(m, 3, 20);
		assert_int_equal(machine_snapshot(m), 1);
		touch(m, a);
		a->value[0] = 1;
		touch(m, b);
		b->value[0] = 1;
		touch(m, kept);
		kept->value[3] = 34;
		assert_int_equal(machine_discard(m, 1), 0);
		object_free(m, b);
		object_free(m, a);
		big = thing_new(m, 4, 200);
		assert_ptr_equal(big, a);
		memset(big->value, 0xff, 200 * sizeof(big->value[0]));
		machine_restore(m, 0);
		assert_int_equal(kept->value[3], 33);
		assert_digests_hold(m); /* the second round is with digests */
		machine_discard(m, 0);
	}
	assert_null(machine_poisoned(m));
}

/* Under a snapshot a freed block at the arena's end keeps its place. */
static void freed_blocks_at_the_end(void **state)
{
	struct machine *m = *state;
	struct thing *a = thing_new(m, 1, 20), *b = thing_new(m, 2, 20), *big;

	a->value[3] = 33;
	b->value[4] = 44;
	for (int round = 0; round < 2; round++) {
		machine_snapshot(m);
		object_free(m, b);
		object_free(m, a);
		big = thing_new(m, 3, 200);
		memset(big->value, 0xff, 200 * sizeof(big->value[0]));
		machine_restore(m, 0);
		assert_int_equal(a->value[3], 33);
		assert_int_equal(b->value[4], 44);
		assert_digests_hold(m);
	}
	assert_null(machine_poisoned(m));
}

static void snapshots_nest(void **state)
{
	struct machine *m = *state;
	struct thing *a = thing_new(m, 1, 1);

	for (uint32_t i = 0; i < 20; i++) {
		assert_int_equal(machine_snapshot(m), (int)i);
		touch(m, a);
		a->value[0] = i + 1;
	}
	assert_int_equal(machine_restore(m, 20), -EINVAL);
	assert_int_equal(machine_restore(m, -1), -EINVAL);
	assert_int_equal(machine_restore(m, 15), 0);
	assert_int_equal(a->value[0], 15);
	assert_int_equal(machine_restore(m, 16), -EINVAL);
	assert_int_equal(machine_restore(m, 3), 0);
	assert_int_equal(a->value[0], 3);
	assert_int_equal(machine_snapshot(m), 4);
	assert_int_equal(machine_restore(m, 0), 0);
	assert_int_equal(a->value[0], 0);
}

static void discarding_keeps_the_present(void **state)
{
	struct machine *m = *state;
	struct thing *a = thing_new(m, 1, 1);

	machine_snapshot(m);
	touch(m, a);
	a->value[0] = 1;
	machine_snapshot(m);
	touch(m, a);
	a->value[0] = 2;
	assert_int_equal(machine_discard(m, 1), 0);
	assert_int_equal(a->value[0], 2);
	assert_int_equal(machine_discard(m, 1), -EINVAL);
	touch(m, a);
	a->value[0] = 3;
	assert_int_equal(machine_restore(m, 0), 0);
	assert_int_equal(a->value[0], 0);
	touch(m, a);
	a->value[0] = 4;
	assert_int_equal(machine_discard(m, 0), 0);
	assert_int_equal(machine_restore(m, 0), -EINVAL);
	assert_int_equal(a->value[0], 4);
	assert_int_equal(machine_snapshot(m), 0);
}

static void the_machines_own_state(void **state)
{
	struct machine *m = *state;

	machine_snapshot(m);
	machine_tick(m, 3);
	step(m, STEP_WRITE, NULL);
	run_on_cpu(m, 5);
	machine_set_switch(m, SWITCH_CAN_RESERVE_INVERTED, false);
	machine_warn(m, WARN_LOCK_MISUSE, 1);
	machine_poison(m, "for a while");
	machine_set_part(m, PART_X86, m);
	bus_set_cpu_online(m, 3, true);
	machine_fail_allocation(m, 1);
	machine_restore(m, 0);
	assert_int_equal(machine_ticks(m), 0);
	assert_int_equal(machine_steps(m), 0);
	assert_int_equal(this_cpu(m), 0);
	assert_true(machine_switch(m, SWITCH_CAN_RESERVE_INVERTED));
	assert_int_equal(machine_warnings_total(m), 0);
	assert_null(machine_poisoned(m));
	assert_null(machine_part(m, PART_X86));
	assert_false(bus_cpu_is_online(m, 3));
	assert_non_null(thing_new(m, 1, 1));
}

/* An object saved while its lock was held must not come back with the lock held. */
static void locks_come_back_free(void **state)
{
	struct machine *m = *state;
	struct locked {
		struct lock lock;
		int value;
	} *o = object_alloc(m, &thing_type, sizeof(*o));

	machine_snapshot(m);
	for (int i = 0; i < 3; i++) {
		lock_acquire(m, &o->lock);
		touch(m, o);
		o->value = i;
		lock_release(m, &o->lock);
		machine_restore(m, 0);
		assert_int_equal(o->lock.held, 0);
	}
	assert_false(in_atomic_context(m));
	assert_int_equal(machine_warnings_total(m), 0);
}

static void nothing_expired(struct machine *m, struct timer *timer)
{
	(void)m;
	(void)timer;
}

static void timers_come_back(void **state)
{
	struct machine *m = *state;
	struct timers {
		struct timer a, b, c;
	} *o = object_alloc(m, &thing_type, sizeof(*o));

	o->a.expired = o->b.expired = o->c.expired = nothing_expired;
	timer_arm(m, &o->a, 0, 1);
	timer_arm(m, &o->c, 0, 5);
	machine_snapshot(m);
	touch(m, o);
	timer_arm(m, &o->b, 0, 3);
	machine_tick(m, 10);
	assert_int_equal(o->c.armed, 0);
	machine_restore(m, 0);
	assert_int_equal(o->a.armed, 1);
	assert_int_equal(o->b.armed, 0);
	assert_int_equal(o->c.armed, 1);
	machine_tick(m, 1);
	assert_int_equal(o->a.armed, 0);
	assert_int_equal(o->c.armed, 1);
	timer_cancel(m, &o->c);
}

/* Linking and running changes objects that nobody touched. */
static void timers_of_several_objects_come_back(void **state)
{
	struct machine *m = *state;
	struct timer *t[4];

	for (int i = 0; i < 4; i++) {
		t[i] = object_alloc(m, &thing_type, sizeof(*t[i]));
		t[i]->expired = nothing_expired;
	}
	timer_arm(m, t[0], 0, 1);
	timer_arm(m, t[2], 0, 3);
	machine_snapshot(m);
	for (int round = 0; round < 3; round++) {
		touch(m, t[1]);
		timer_arm(m, t[1], 0, 2); /* changes t[0]'s link */
		machine_tick(m, 2);
		touch(m, t[3]);
		timer_arm(m, t[3], 0, 9); /* changes t[2]'s */
		machine_restore(m, 0);
		for (int i = 0; i < 4; i++)
			assert_int_equal(t[i]->armed, i % 2 == 0);
		assert_ptr_equal(t[0]->next, t[2]);
		assert_null(t[2]->next);
	}
	machine_tick(m, 3);
	assert_int_equal(t[2]->armed, 0);
}

static void the_tape_goes_back(void **state)
{
	struct machine *m = *state;

	for (unsigned i = 0; i < 10; i++)
		tape_event(m, TAPE_EOI, ACTOR_CPU, 0, 0, i, 0, 0);
	machine_snapshot(m);
	for (unsigned i = 0; i < 60; i++)
		tape_event(m, TAPE_EOI, ACTOR_CPU, 0, 0, 100 + i, 0, 0);
	machine_restore(m, 0);
	assert_int_equal(tape_position(m), 10);
	assert_int_equal(tape_oldest(m), 6); /* 0 … 5 were overwritten by 64 … 69 */
	assert_null(tape_at(m, 5));
	assert_int_equal(tape_at(m, 6)->value, 6);
	assert_null(tape_at(m, 10));
	tape_event(m, TAPE_EOI, ACTOR_CPU, 0, 0, 77, 0, 0);
	assert_int_equal(tape_at(m, 10)->value, 77);
}

static void a_tape_that_was_overwritten_is_empty(void **state)
{
	struct machine *m = *state;

	machine_snapshot(m);
	for (unsigned i = 0; i < 200; i++)
		tape_event(m, TAPE_EOI, ACTOR_CPU, 0, 0, i, 0, 0);
	machine_restore(m, 0);
	assert_int_equal(tape_position(m), 0);
	assert_int_equal(tape_oldest(m), 0);
	tape_event(m, TAPE_EOI, ACTOR_CPU, 0, 0, 5, 0, 0);
	assert_int_equal(tape_at(m, 0)->value, 5);
}

static void memory_and_regions_come_back(void **state)
{
	struct machine *m = *state;
	uint64_t kept = bus_memory_alloc(m, 1 << 20, 4096, NULL), other, value;

	bus_write(m, kept + 70000, 8, 0x1122334455667788);
	machine_snapshot(m);
	other = bus_memory_alloc(m, 8192, 4096, NULL);
	assert_int_not_equal(other, 0);
	bus_write(m, other, 4, 1);
	bus_write(m, kept + 70004, 4, 0);
	bus_memory_free(m, kept);
	assert_false(bus_memory_read(m, kept, &value, 8));
	machine_restore(m, 0);
	assert_int_equal(bus_read(m, kept + 70000, 8), 0x1122334455667788);
	assert_false(bus_memory_read(m, other, &value, 8));
	assert_int_equal(bus_memory_alloc(m, 8192, 4096, NULL), other);
}

/* ---- random operations against a full copy ---- */

#define NR_LIVE	  64
#define NR_ROUNDS 4000

struct world {
	struct thing *live[NR_LIVE];
	struct thing *copy[NR_LIVE]; /* malloc'd */
	size_t in_use;
	struct fingerprint print;
	int depth;
};

static size_t thing_bytes(const struct thing *thing)
{
	return sizeof(*thing) + thing->nr * sizeof(thing->value[0]);
}

static void world_forget(struct world *w)
{
	for (int i = 0; i < NR_LIVE; i++) {
		free(w->copy[i]);
		w->copy[i] = NULL;
	}
}

static void world_copy(struct world *w, struct machine *m, struct thing *const *live)
{
	world_forget(w);
	memcpy(w->live, live, sizeof(w->live));
	for (int i = 0; i < NR_LIVE; i++) {
		if (!live[i])
			continue;
		w->copy[i] = malloc(thing_bytes(live[i]));
		memcpy(w->copy[i], live[i], thing_bytes(live[i]));
	}
	w->in_use = machine_bytes_in_use(m);
	w->print = machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE);
}

static void world_compare(const struct world *w, struct machine *m)
{
	for (int i = 0; i < NR_LIVE; i++) {
		if (w->live[i])
			assert_memory_equal(w->live[i], w->copy[i], thing_bytes(w->copy[i]));
	}
	assert_int_equal(machine_bytes_in_use(m), w->in_use);
	assert_fingerprint(machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE), w->print);
}

static void random_change(struct machine *m, struct thing **place, uint64_t *seed)
{
	uint64_t r = test_random(seed);

	if (!*place) {
		*place = thing_new(m, test_random(seed), (uint32_t)(r % 90));
	} else if (r % 5 == 0) {
		object_free(m, *place);
		*place = NULL;
	} else {
		touch(m, *place);
		(*place)->counter++;
		if ((*place)->nr)
			(*place)->value[r % (*place)->nr] = (uint32_t)(r >> 32);
	}
}

static void random_walk(struct machine *m, uint64_t seed, bool with_digests)
{
	struct world worlds[6] = {0}, *w;
	struct thing *live[NR_LIVE] = {0};
	int depth = 0, to;

	for (int round = 0; round < NR_ROUNDS; round++) {
		uint64_t r = test_random(&seed);

		if (r % 16 == 0 && depth < 6) {
			world_copy(&worlds[depth], m, live);
			assert_int_equal(machine_snapshot(m), depth);
			depth++;
		} else if (r % 16 == 1 && depth) {
			to = (int)test_below(&seed, (unsigned)depth);
			w = &worlds[to];
			assert_int_equal(machine_restore(m, to), 0);
			world_compare(w, m);
			memcpy(live, w->live, sizeof(live));
			depth = to + 1;
		} else if (r % 64 == 2 && depth) {
			depth = (int)test_below(&seed, (unsigned)depth);
			assert_int_equal(machine_discard(m, depth), 0);
		} else {
			random_change(m, &live[test_below(&seed, NR_LIVE)], &seed);
		}
		if (with_digests && r % 7 == 0)
			assert_digests_hold(m);
	}
	if (depth)
		machine_discard(m, 0);
	for (unsigned i = 0; i < 6; i++)
		world_forget(&worlds[i]);
	for (unsigned i = 0; i < NR_LIVE; i++)
		object_free(m, live[i]);
	assert_int_equal(machine_bytes_in_use(m), 0);
}

static void random_operations_equal_a_full_copy(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++)
		random_walk(*state, seed * 7919, false);
}

static void random_operations_with_digests(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++)
		random_walk(*state, seed * 104729, true);
}

static void digests_begun_inside_a_snapshot(void **state)
{
	struct machine *m = *state;
	struct thing *a = thing_new(m, 1, 1), *b = thing_new(m, 2, 1);
	struct fingerprint before;

	machine_snapshot(m);
	touch(m, a);
	a->value[0] = 1;
	object_free(m, b);
	thing_new(m, 3, 1);
	before = machine_fingerprint(m, FINGERPRINT_SEMANTIC);
	machine_restore(m, 0);
	assert_digests_hold(m);
	assert_false(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_SEMANTIC), before));
}

static void a_full_journal_poisons(void **state)
{
	const struct machine_options options = {.arena_bytes = 80 << 10};
	struct machine *m = machine_create(&options);
	struct thing *a = thing_new(m, 1, 15000);

	(void)state;
	for (int i = 0; i < 6000 && !machine_poisoned(m); i++) {
		machine_snapshot(m);
		touch(m, a);
		a->value[i]++;
	}
	assert_non_null(machine_poisoned(m));
	assert_int_equal(machine_restore(m, 0), -EINVAL);
	machine_destroy(m);
}
/* ---- what differs ---- */

struct other {
	uint64_t value, counter;
};

static void other_digest(const void *object, struct digest *d)
{
	const struct other *other = object;

	digest_u64(d, other->value);
	digest_counter(d, other->counter);
}

static void differences_are_listed_by_type(void **state)
{
	static const struct object_type other_type = {.name = "other", .digest = other_digest};
	struct machine *m = *state;
	struct thing *changed = thing_new(m, 1, 4), *gone = thing_new(m, 2, 4);
	struct thing *back = thing_new(m, 3, 4);
	struct other *other = object_alloc(m, &other_type, sizeof(*other));
	struct type_changes types[4];
	int number = machine_snapshot(m);

	machine_fingerprint(m, FINGERPRINT_SEMANTIC);
	assert_int_equal(machine_changes_since(m, number, types, 4), 0);
	assert_int_equal(machine_changes_since(m, number + 1, types, 4), 0);
	touch(m, other);
	other->counter = 1; /* no difference in meaning */
	touch(m, back);
	back->value[0] = 1;
	touch(m, back);
	back->value[0] = 0;
	object_free(m, gone);
	gone = thing_new(m, 2, 4); /* the same again */
	assert_int_equal(machine_changes_since(m, number, types, 4), 0);
	touch(m, changed);
	changed->value[0] = 1;
	machine_snapshot(m); /* the older one still counts */
	machine_fingerprint(m, FINGERPRINT_SEMANTIC);
	touch(m, changed);
	changed->value[0] = 2;
	object_free(m, gone);
	thing_new(m, 4, 400);
	thing_new(m, 5, 400);
	assert_int_equal(machine_changes_since(m, number, types, 4), 1);
	assert_string_equal(types[0].type, "thing");
	assert_int_equal(types[0].changed, 1);
	assert_int_equal(types[0].gone, 1);
	assert_int_equal(types[0].made, 2);
	touch(m, other);
	other->value = 1;
	assert_int_equal(machine_changes_since(m, number, types, 4), 2);
	assert_int_equal(machine_changes_since(m, number, types, 1), 1);
	assert_string_equal(types[0].type, "thing");
	machine_restore(m, number);
	assert_int_equal(machine_changes_since(m, number, types, 4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(changed_objects_come_back_in_place),
		machine_test(freed_and_new_objects),
		machine_test(an_object_over_freed_ones),
		machine_test(freed_blocks_at_the_end),
		machine_test(snapshots_nest),
		machine_test(discarding_keeps_the_present),
		machine_test(the_machines_own_state),
		machine_test(locks_come_back_free),
		machine_test(timers_come_back),
		machine_test(timers_of_several_objects_come_back),
		machine_test(the_tape_goes_back),
		machine_test(a_tape_that_was_overwritten_is_empty),
		machine_test(memory_and_regions_come_back),
		machine_test(random_operations_equal_a_full_copy),
		machine_test(random_operations_with_digests),
		machine_test(digests_begun_inside_a_snapshot),
		machine_test(differences_are_listed_by_type),
		cmocka_unit_test(a_full_journal_poisons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
