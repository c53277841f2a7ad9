/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus/machine_impl.h"
#include "bus_test.h"

/*
 * What a snapshot costs is bounded by what exists, not by how long the run is: each place is
 * copied once. So a second round of the same work adds nothing to the journal.
 */

struct locked { /* begins as a struct thing without values does */
	uint64_t key, counter;
	uint32_t nr;
	struct lock lock;
	struct timer timer;
};

static struct locked *locked_new(struct machine *m, uint64_t key)
{
	struct locked *o = object_alloc(m, &thing_type, sizeof(*o));

	o->key = key;
	o->timer.object = o;
	return o;
}

static void nothing_expired(struct machine *m, struct timer *timer)
{
	(void)m;
	(void)timer;
}

#define ROUNDS 200

static void assert_bounded(struct machine *m, void (*round)(struct machine *m, void *context),
			   void *context)
{
	size_t after_first;

	assert_int_equal(machine_snapshot(m), 0);
	round(m, context);
	round(m, context); /* free lists may have another order than before the first */
	after_first = m->journal_used;
	for (int i = 0; i < ROUNDS; i++)
		round(m, context);
	assert_int_equal(m->journal_used, after_first);
	assert_digests_hold(m);
	assert_int_equal(machine_restore(m, 0), 0);
	assert_digests_hold(m);
	assert_int_equal(m->journal_used, 0);
	assert_int_equal(machine_discard(m, 0), 0);
}

static void take_and_release(struct machine *m, void *context)
{
	struct locked *o = context;

	lock_acquire(m, &o->lock);
	lock_release(m, &o->lock);
}

static void a_lock(void **state)
{
	struct locked *o = locked_new(*state, 1);

	assert_bounded(*state, take_and_release, o);
	assert_int_equal(o->lock.held, 0);
}

static void touch_and_change(struct machine *m, void *context)
{
	struct locked *o = context;

	lock_acquire(m, &o->lock);
	touch(m, o);
	o->counter++;
	lock_release(m, &o->lock);
}

static void an_object(void **state)
{
	struct locked *o = locked_new(*state, 1);

	assert_bounded(*state, touch_and_change, o);
	assert_int_equal(o->counter, 0);
}

/* Blocks of several sizes: from free lists, and at the arena's end. */
static void alloc_and_free(struct machine *m, void *context)
{
	struct thing *a = thing_new(m, 10, 4), *b = thing_new(m, 11, 400), *c = thing_new(m, 12, 4);
	struct locked *o = locked_new(m, 13);

	(void)context;
	take_and_release(m, o);
	object_free(m, a);
	object_free(m, o);
	object_free(m, c);
	object_free(m, b);
}

static void blocks(void **state)
{
	struct machine *m = *state;
	struct thing *hole = thing_new(m, 1, 4), *kept = thing_new(m, 2, 4);

	object_free(m, hole);
	assert_bounded(m, alloc_and_free, NULL);
	assert_int_equal(kept->key, 2);
	object_free(m, kept);
}

/* The objects were live when the snapshot was taken: the arena's end among them. */
struct three {
	struct thing *at[3];
};

static void replace_all(struct machine *m, void *context)
{
	struct three *t = context;

	for (int i = 2; i >= 0; i--)
		object_free(m, t->at[i]);
	for (int i = 0; i < 3; i++)
		t->at[i] = thing_new(m, 20 + (uint64_t)i, 30 * (uint32_t)(i + 1));
}

static void live_blocks(void **state)
{
	struct machine *m = *state;
	struct three t = {{thing_new(m, 1, 90), thing_new(m, 2, 30), thing_new(m, 3, 60)}};
	struct three before = t;

	assert_bounded(m, replace_all, &t);
	for (int i = 0; i < 3; i++)
		assert_int_equal(before.at[i]->key, 1 + i);
	assert_int_equal(before.at[0]->nr, 90);
}

static void arm_and_cancel(struct machine *m, void *context)
{
	struct locked **o = context;

	for (int i = 0; i < 3; i++)
		timer_arm(m, &o[i]->timer, 0, 10u + (unsigned)i);
	timer_cancel(m, &o[1]->timer);
	timer_arm(m, &o[1]->timer, 0, 30);
	for (int i = 0; i < 3; i++)
		timer_cancel(m, &o[i]->timer);
}

static void timers(void **state)
{
	struct machine *m = *state;
	struct locked *o[3];

	for (int i = 0; i < 3; i++) {
		o[i] = locked_new(m, (uint64_t)i);
		o[i]->timer.expired = nothing_expired;
	}
	assert_bounded(m, arm_and_cancel, o);
	for (int i = 0; i < 3; i++)
		assert_int_equal(o[i]->timer.armed, 0);
}

/* Writing 0 frees the block of memory behind, another value allocates it. */
static void set_and_clear(struct machine *m, void *context)
{
	const uint64_t *at = context;
	uint64_t own = bus_memory_alloc(m, 8192, 4096, NULL);

	for (unsigned offset = 0; offset < 4096; offset += 512) {
		bus_write(m, *at + offset, 8, 1);
		bus_write(m, *at + offset, 8, 0);
		bus_write(m, own + offset, 8, 1);
	}
	bus_memory_free(m, own);
}

static void memory(void **state)
{
	struct machine *m = *state;
	uint64_t at = bus_memory_alloc(m, 1 << 16, 4096, NULL);

	bus_write(m, at + 16, 8, 7);
	assert_bounded(m, set_and_clear, &at);
	assert_int_equal(bus_read(m, at + 16, 8), 7);
}

/* A lock is held when the snapshot is taken, another one when it is taken back. */
static void locks_held_over_a_snapshot(void **state)
{
	struct machine *m = *state;
	struct locked *a = locked_new(m, 1), *b = locked_new(m, 2), *c;

	run_on_cpu(m, 3);
	lock_acquire(m, &a->lock);
	machine_snapshot(m);
	run_on_cpu(m, 1);
	for (int i = 0; i < 3; i++) {
		lock_release(m, &a->lock);
		c = locked_new(m, 3);
		lock_acquire(m, &b->lock);
		lock_acquire(m, &c->lock);
		touch(m, b);
		object_free(m, a);
		machine_restore(m, 0);
		assert_int_equal(a->lock.held, 1);
		assert_int_equal(a->lock.owner, 3);
		assert_int_equal(b->lock.held, 0);
		assert_true(in_atomic_context(m));
		run_on_cpu(m, 3);
	}
	lock_release(m, &a->lock);
	assert_false(in_atomic_context(m));
	assert_null(machine_poisoned(m));
}

/* Each turn is a snapshot, as an explorer or somebody who steps back takes them. */
static void many_snapshots(void **state)
{
	struct machine *m = *state;
	struct locked *o = locked_new(m, 1);

	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(machine_snapshot(m), 0);
		touch_and_change(m, o);
		alloc_and_free(m, NULL);
		assert_int_equal(machine_restore(m, 0), 0);
		alloc_and_free(m, NULL);
		assert_int_equal(machine_discard(m, 0), 0);
		assert_int_equal(m->journal_used, 0);
	}
	assert_digests_hold(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(a_lock),
		machine_test(an_object),
		machine_test(blocks),
		machine_test(live_blocks),
		machine_test(timers),
		machine_test(memory),
		machine_test(locks_held_over_a_snapshot),
		machine_test(many_snapshots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
