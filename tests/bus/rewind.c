/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus_test.h"

/*
 * Everything the bus keeps, changed at random under nested snapshots: each
 * restore must give the fingerprint, the memory and the answers of its snapshot.
 */
#define NR_RANGES  8
#define NR_REGIONS 8
#define NR_TIMERS  6
#define DEPTH	   5
#define ROUNDS	   6000

struct clocks {
	struct lock lock;
	uint64_t ran;
	struct timer timer[NR_TIMERS];
};

struct model {
	uint64_t range[NR_RANGES];
	int region[NR_REGIONS];
	struct clocks *clocks;
};

struct mark {
	struct model model;
	struct fingerprint print;
	uint64_t steps, position, sums[NR_RANGES];
};

static void clocks_digest(const void *object, struct digest *d)
{
	const struct clocks *clocks = object;

	digest_u64(d, clocks->ran);
	for (int i = 0; i < NR_TIMERS; i++)
		digest_u64(d, clocks->timer[i].armed ? clocks->timer[i].at : 0);
}

static void clock_expired(struct machine *m, struct timer *timer)
{
	struct clocks *clocks = timer->object;

	touch(m, clocks);
	clocks->ran++;
}

static struct clocks *clocks_new(struct machine *m)
{
	static const struct object_type type = {.name = "clocks", .digest = clocks_digest};
	struct clocks *clocks = object_alloc(m, &type, sizeof(*clocks));

	for (int i = 0; i < NR_TIMERS; i++) {
		clocks->timer[i].object = clocks;
		clocks->timer[i].expired = clock_expired;
	}
	return clocks;
}

static void ignore_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			 uint64_t value)
{
	(void)m;
	(void)owner;
	(void)offset;
	(void)size;
	(void)value;
}

static void change_range(struct machine *m, uint64_t *range, uint64_t *seed)
{
	static const char zeroes[4096];
	uint64_t at;

	if (!*range) {
		*range = bus_memory_alloc(m, 4096, 512, NULL);
		assert_int_not_equal(*range, 0);
	} else if (test_below(seed, 6) == 0) {
		bus_memory_free(m, *range);
		*range = 0;
	} else {
		at = *range + test_below(seed, 4096 / 8) * 8;
		bus_write(m, at, 8, test_below(seed, 2) ? test_random(seed) : 0);
		if (test_below(seed, 3) == 0)
			assert_true(bus_memory_write(m, at, seed, 3));
		if (test_below(seed, 20) == 0)
			assert_true(bus_memory_write(m, *range, zeroes, sizeof(zeroes)));
	}
}

static void change_region(struct machine *m, int *region, unsigned which)
{
	static const struct bus_region_ops ops = {.write = ignore_write};
	const struct bus_region claim = {which * 16, which * 16 + 15, &ops, NULL, TAPE_MMIO};

	if (*region) {
		bus_remove_region(m, *region);
		*region = 0;
	} else {
		*region = bus_add_region(m, &claim);
		assert_true(*region > 0);
	}
}

static void change_clocks(struct machine *m, struct clocks *clocks, uint64_t *seed)
{
	struct timer *timer = &clocks->timer[test_below(seed, NR_TIMERS)];

	lock_acquire(m, &clocks->lock);
	touch(m, clocks);
	if (test_below(seed, 4))
		timer_arm(m, timer, test_below(seed, 3), test_below(seed, 20));
	else
		timer_cancel(m, timer);
	lock_release(m, &clocks->lock);
	if (test_below(seed, 3) == 0)
		machine_tick(m, test_below(seed, 5));
}

static void change(struct machine *m, struct model *model, uint64_t *seed)
{
	unsigned which = test_below(seed, 8);

	switch (test_below(seed, 4)) {
	case 0:
	case 1:
		change_range(m, &model->range[which], seed);
		break;
	case 2:
		change_region(m, &model->region[which], which);
		break;
	default:
		change_clocks(m, model->clocks, seed);
	}
}

static uint64_t range_sum(struct machine *m, uint64_t at)
{
	uint64_t words[512], sum = 0;

	if (!at)
		return 0;
	assert_true(bus_memory_read(m, at, words, sizeof(words)));
	for (int i = 0; i < 512; i++)
		sum = sum * 31 + words[i];
	return sum;
}

static struct mark mark(struct machine *m, const struct model *model)
{
	struct mark mark = {.model = *model};

	mark.print = machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE);
	mark.steps = machine_steps(m);
	mark.position = tape_position(m);
	for (int i = 0; i < NR_RANGES; i++)
		mark.sums[i] = range_sum(m, model->range[i]);
	return mark;
}

static void compare(struct machine *m, const struct mark *then)
{
	struct mark now = mark(m, &then->model);

	assert_fingerprint(now.print, then->print);
	assert_int_equal(now.steps, then->steps);
	assert_int_equal(now.position, then->position);
	assert_memory_equal(now.sums, then->sums, sizeof(now.sums));
	assert_int_equal(then->model.clocks->lock.held, 0);
}

static void random_walk(struct machine *m, uint64_t seed, bool with_digests)
{
	struct model model = {.clocks = clocks_new(m)};
	struct mark marks[DEPTH];
	int depth = 0;

	for (int round = 0; round < ROUNDS; round++) {
		unsigned what = test_below(&seed, 24);

		if (what == 0 && depth < DEPTH) {
			marks[depth] = mark(m, &model);
			assert_int_equal(machine_snapshot(m), depth++);
		} else if (what == 1 && depth) {
			depth = (int)test_below(&seed, (unsigned)depth) + 1;
			assert_int_equal(machine_restore(m, depth - 1), 0);
			compare(m, &marks[depth - 1]);
			model = marks[depth - 1].model;
		} else if (what == 2 && depth && test_below(&seed, 4) == 0) {
			depth = (int)test_below(&seed, (unsigned)depth);
			assert_int_equal(machine_discard(m, depth), 0);
		} else {
			change(m, &model, &seed);
		}
		if (with_digests && round % 11 == 0)
			assert_digests_hold(m);
	}
	assert_int_equal(machine_warnings_total(m), 0);
}

static void everything_comes_back(void **state)
{
	random_walk(*state, 4711, false);
}

static void everything_comes_back_with_digests(void **state)
{
	random_walk(*state, 815, true);
}

/* A run is a function of its inputs, taken back or not. */
static void the_second_run_equals_the_first(void **state)
{
	struct machine *m = *state;
	struct model model = {.clocks = clocks_new(m)}, again = model;
	uint64_t seed = 99, first_seed;
	struct mark first;

	for (int i = 0; i < 500; i++)
		change(m, &model, &seed);
	again = model;
	first_seed = seed;
	machine_snapshot(m);
	for (int i = 0; i < 500; i++)
		change(m, &model, &seed);
	first = mark(m, &model);
	machine_restore(m, 0);
	for (int i = 0; i < 500; i++)
		change(m, &again, &first_seed);
	assert_memory_equal(&again, &model, sizeof(model));
	compare(m, &first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(everything_comes_back),
		machine_test(everything_comes_back_with_digests),
		machine_test(the_second_run_equals_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
