/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus_test.h"

static void objects_are_zeroed_and_aligned(void **state)
{
	struct machine *m = *state;

	for (uint32_t size = 0; size < 3000; size += 7) {
		unsigned char *p = object_alloc(m, &thing_type, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (uint32_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xa5, size);
	}
}

static void freed_memory_is_used_again_and_zero(void **state)
{
	struct machine *m = *state;
	struct thing *a = thing_new(m, 1, 10), *b;
	size_t in_use = machine_bytes_in_use(m);

	memset(a->value, 0xff, 10 * sizeof(a->value[0]));
	object_free(m, a);
	assert_int_equal(machine_bytes_in_use(m), 0);
	b = thing_new(m, 2, 10);
	assert_ptr_equal(a, b);
	for (int i = 0; i < 10; i++)
		assert_int_equal(b->value[i], 0);
	assert_int_equal(machine_bytes_in_use(m), in_use);
	assert_true(in_use >= sizeof(*a) + 10 * sizeof(a->value[0]) + 16);
}

static void free_of_nothing_is_permitted(void **state)
{
	object_free(*state, NULL);
	assert_null(machine_poisoned(*state));
}

static void freeing_twice_poisons(void **state)
{
	struct thing *a = thing_new(*state, 1, 4);

	object_free(*state, a);
	object_free(*state, a);
	assert_non_null(machine_poisoned(*state));
	assert_int_equal(machine_warnings(*state, WARN_BUG), 1);
}

static void the_nth_allocation_fails_once(void **state)
{
	struct machine *m = *state;
	uint64_t before = machine_allocations(m);

	machine_fail_allocation(m, 3);
	assert_non_null(thing_new(m, 1, 1));
	assert_non_null(thing_new(m, 2, 1));
	assert_null(thing_new(m, 3, 1));
	assert_non_null(thing_new(m, 4, 1));
	assert_int_equal(machine_allocations(m) - before, 4);
	machine_fail_allocation(m, 1);
	machine_fail_allocation(m, 0);
	assert_non_null(thing_new(m, 5, 1));
}

static void a_full_arena_gives_null_and_recovers(void **state)
{
	struct machine *m = *state;
	struct thing *last = NULL, *thing;
	unsigned nr = 0;

	while ((thing = thing_new(m, nr, 10000))) {
		last = thing;
		nr++;
	}
	assert_in_range(nr, 150, (8 << 20) / 40000);
	assert_null(machine_poisoned(m));
	object_free(m, last);
	assert_non_null(thing_new(m, 0, 10000));
}

static void big_objects(void **state)
{
	struct machine *big = machine_create(NULL);
	const size_t limit = 256 << 20;
	char *p;

	(void)state;
	assert_non_null(big);
	assert_null(object_alloc(big, &thing_type, limit + 1));
	p = object_alloc(big, &thing_type, limit);
	assert_non_null(p);
	assert_int_equal(p[limit - 1], 0);
	p[limit - 1] = 1;
	object_free(big, p);
	assert_ptr_equal(p, object_alloc(big, &thing_type, limit));
	assert_int_equal(p[limit - 1], 0);
	machine_destroy(big);
}

static void live_objects_never_overlap(void **state)
{
	struct machine *m = *state;
	struct thing *live[200] = {0};
	uint64_t seed = 42;

	for (int round = 0; round < 20000; round++) {
		unsigned i = test_below(&seed, 200);

		if (live[i]) {
			for (uint32_t k = 0; k < live[i]->nr; k++)
				assert_int_equal(live[i]->value[k], i);
			object_free(m, live[i]);
		}
		live[i] = thing_new(m, i, test_below(&seed, 300));
		assert_non_null(live[i]);
		for (uint32_t k = 0; k < live[i]->nr; k++)
			live[i]->value[k] = i;
	}
	for (int i = 0; i < 200; i++)
		object_free(m, live[i]);
	assert_int_equal(machine_bytes_in_use(m), 0);
}

static void two_machines_know_nothing_of_each_other(void **state)
{
	struct machine *m = *state, *other = machine_create(NULL);
	struct fingerprint before = machine_fingerprint(other, FINGERPRINT_COMPLETE);

	assert_fingerprint(machine_fingerprint(m, FINGERPRINT_COMPLETE), before);
	machine_fail_allocation(m, 1);
	assert_non_null(thing_new(other, 1, 1));
	assert_null(thing_new(m, 1, 1));
	machine_poison(m, "only this one");
	assert_null(machine_poisoned(other));
	assert_false(fingerprint_equal(machine_fingerprint(other, FINGERPRINT_COMPLETE), before));
	machine_destroy(other);
}

static void impossible_machines_are_refused(void **state)
{
	(void)state;
	assert_null(machine_create(&(struct machine_options){.arena_bytes = SIZE_MAX}));
	assert_null(machine_create(&(struct machine_options){.tape_records = UINT32_MAX}));
	machine_destroy(NULL);
}

static void parts(void **state)
{
	struct machine *m = *state;
	struct thing *thing = thing_new(m, 1, 1);

	assert_null(machine_part(m, PART_CPUS));
	machine_set_part(m, PART_CPUS, thing);
	assert_ptr_equal(machine_part(m, PART_CPUS), thing);
	assert_null(machine_part(m, PART_UNITS));
	machine_set_part(m, NR_MACHINE_PARTS, thing);
	assert_null(machine_part(m, NR_MACHINE_PARTS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(objects_are_zeroed_and_aligned),
		machine_test(freed_memory_is_used_again_and_zero),
		machine_test(free_of_nothing_is_permitted),
		machine_test(freeing_twice_poisons),
		machine_test(the_nth_allocation_fails_once),
		machine_test(a_full_arena_gives_null_and_recovers),
		cmocka_unit_test(big_objects),
		machine_test(live_objects_never_overlap),
		machine_test(two_machines_know_nothing_of_each_other),
		cmocka_unit_test(impossible_machines_are_refused),
		machine_test(parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
