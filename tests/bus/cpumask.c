/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus_test.h"

static void equal_sets_are_the_same_set(void **state)
{
	struct machine *m = *state;
	const uint64_t bits[] = {6, 0, 0};

	assert_ptr_equal(cpumask_range(m, 1, 2), cpumask_parse(m, "2,1"));
	assert_ptr_equal(cpumask_from_bits(m, bits, 3), cpumask_parse(m, "1-2"));
	assert_ptr_equal(cpumask_of(m, 7), cpumask_range(m, 7, 7));
	assert_ptr_equal(cpumask_none(m), cpumask_range(m, 2, 1));
	assert_ptr_equal(cpumask_none(m), cpumask_parse(m, ""));
	assert_ptr_equal(cpumask_none(m), cpumask_of(m, CPUMASK_MAX_CPUS));
	assert_ptr_equal(cpumask_none(m), cpumask_from_bits(m, NULL, 0));
	assert_ptr_not_equal(cpumask_of(m, 1), cpumask_of(m, 2));
	assert_ptr_equal(cpumask_without(m, cpumask_with(m, cpumask_none(m), 4095), 4095),
			 cpumask_none(m));
	assert_ptr_equal(cpumask_range(m, 4000, 9999), cpumask_parse(m, "4000-4095"));
}

static void sets_are_no_part_of_the_model(void **state)
{
	struct machine *m = *state;
	struct fingerprint before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	const struct cpumask *mask;

	machine_fail_allocation(m, 1);
	machine_snapshot(m);
	mask = cpumask_range(m, 3, 99);
	machine_restore(m, 0);
	assert_ptr_equal(cpumask_parse(m, "3-99"), mask);
	assert_int_equal(machine_allocations(m), 0);
	assert_int_equal(machine_bytes_in_use(m), 0);
	assert_fingerprint(machine_fingerprint(m, FINGERPRINT_COMPLETE), before);
	assert_digests_hold(m);
}

static void lists(void **state)
{
	static const struct {
		const char *in, *out;
	} good[] = {
		{"", ""},
		{"0", "0"},
		{"4095", "4095"},
		{"0-4095", "0-4095"},
		{"7,0,2-3", "0,2-3,7"},
		{"1,2,3,4", "1-4"},
		{"5-5", "5"},
		{"62-65,127-128", "62-65,127-128"},
		{"007", "7"},
	};
	static const char *const bad[] = {
		",",  "1,", ",1",   "1,,2",   "a",     "1-",  "-1",  "2-1",
		"1 ", " 1", "4096", "0-4096", "1-2-3", "0x1", "1;2", "99999999999999999999"};
	struct machine *m = *state;
	char buf[64];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct cpumask *mask = cpumask_parse(m, good[i].in);

		assert_non_null(mask);
		assert_int_equal(cpumask_print(mask, buf, sizeof(buf)), strlen(good[i].out));
		assert_string_equal(buf, good[i].out);
		assert_ptr_equal(cpumask_parse(m, buf), mask);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(cpumask_parse(m, bad[i]));
}

static void short_buffers(void **state)
{
	const struct cpumask *mask = cpumask_parse(*state, "1,3,5-9");
	char buf[8] = "zzzzzzz";

	assert_int_equal(cpumask_print(mask, NULL, 0), 7);
	assert_int_equal(cpumask_print(mask, buf, 4), 7);
	assert_string_equal(buf, "1,3");
	assert_int_equal(cpumask_print(mask, buf, 1), 7);
	assert_string_equal(buf, "");
	assert_int_equal(cpumask_print(mask, buf, 8), 7);
	assert_string_equal(buf, "1,3,5-9");
}

/* ---- against a set kept as an array of bools ---- */

struct naive {
	bool has[CPUMASK_MAX_CPUS];
};

static const struct cpumask *random_set(struct machine *m, struct naive *naive, uint64_t *seed)
{
	const struct cpumask *mask = cpumask_none(m);
	unsigned limit = 1 + test_below(seed, test_below(seed, 2) ? 8 : CPUMASK_MAX_CPUS);

	memset(naive, 0, sizeof(*naive));
	for (unsigned n = test_below(seed, 6); n--;) {
		unsigned first = test_below(seed, limit), last = test_below(seed, limit);

		mask = cpumask_or(m, mask, cpumask_range(m, first, last));
		for (unsigned cpu = first; cpu <= last; cpu++)
			naive->has[cpu] = true;
	}
	return mask;
}

static void assert_same(const struct cpumask *mask, const struct naive *naive)
{
	unsigned weight = 0, first = CPUMASK_MAX_CPUS, iterated = 0;

	for (unsigned cpu = 0; cpu < CPUMASK_MAX_CPUS; cpu++) {
		assert_int_equal(cpumask_test(mask, cpu), naive->has[cpu]);
		weight += naive->has[cpu];
		if (naive->has[cpu] && first == CPUMASK_MAX_CPUS)
			first = cpu;
	}
	for_each_cpu (cpu, mask) {
		assert_true(naive->has[cpu]);
		iterated++;
	}
	assert_int_equal(iterated, weight);
	assert_int_equal(cpumask_weight(mask), weight);
	assert_int_equal(cpumask_first(mask), first);
	assert_int_equal(cpumask_empty(mask), weight == 0);
	assert_true(!mask->words || mask->bits[mask->words - 1]);
}

static void check_pair(struct machine *m, const struct cpumask *a, const struct naive *na,
		       const struct cpumask *b, const struct naive *nb, unsigned cpu)
{
	struct naive and, or, andnot, with = *na, without = *na;
	bool subset = true, intersects = false;

	for (unsigned i = 0; i < CPUMASK_MAX_CPUS; i++) {
		and.has[i] = na->has[i] && nb->has[i];
		or.has[i] = na->has[i] || nb->has[i];
		andnot.has[i] = na->has[i] && !nb->has[i];
		subset &= !andnot.has[i];
		intersects |= and.has[i];
	}
	with.has[cpu] = true;
	without.has[cpu] = false;
	assert_same(cpumask_and(m, a, b), &and);
	assert_same(cpumask_or(m, a, b), & or);
	assert_same(cpumask_andnot(m, a, b), &andnot);
	assert_same(cpumask_with(m, a, cpu), &with);
	assert_same(cpumask_without(m, a, cpu), &without);
	assert_int_equal(cpumask_subset(a, b), subset);
	assert_int_equal(cpumask_intersects(a, b), intersects);
	assert_ptr_equal(cpumask_and(m, a, b), cpumask_and(m, b, a));
	assert_ptr_equal(cpumask_or(m, a, b), cpumask_or(m, b, a));
	assert_true((a == b) == (!memcmp(na, nb, sizeof(*na))));
}

static void operations_equal_the_naive_ones(void **state)
{
	struct machine *m = *state;
	struct naive na, nb;
	uint64_t seed = 11;

	for (int round = 0; round < 60; round++) {
		const struct cpumask *a = random_set(m, &na, &seed);
		const struct cpumask *b = random_set(m, &nb, &seed);
		char buf[CPUMASK_MAX_CPUS * 5];

		assert_same(a, &na);
		check_pair(m, a, &na, b, &nb, test_below(&seed, CPUMASK_MAX_CPUS));
		cpumask_print(a, buf, sizeof(buf));
		assert_ptr_equal(cpumask_parse(m, buf), a);
	}
}

static void many_sets(void **state)
{
	struct machine *m = *state;
	const struct cpumask *seen[3000];

	for (unsigned i = 0; i < 3000; i++)
		seen[i] = cpumask_with(m, cpumask_of(m, i), 3500);
	for (unsigned i = 0; i < 3000; i++)
		assert_ptr_equal(cpumask_or(m, cpumask_of(m, 3500), cpumask_of(m, i)), seen[i]);
}

static void no_room_for_more_sets_poisons(void **state)
{
	struct machine *m = *state;
	uint64_t bits[64] = {0}, i;

	bits[63] = 1;
	for (i = 1; i < 1000000 && !machine_poisoned(m); i++) {
		bits[0] = i;
		assert_non_null(cpumask_from_bits(m, bits, 64));
	}
	assert_non_null(machine_poisoned(m));
	assert_true(i > 100000);
	assert_ptr_equal(cpumask_from_bits(m, bits, 64), cpumask_none(m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(equal_sets_are_the_same_set),
		machine_test(sets_are_no_part_of_the_model),
		machine_test(lists),
		machine_test(short_buffers),
		machine_test(operations_equal_the_naive_ones),
		machine_test(many_sets),
		machine_test(no_room_for_more_sets_poisons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
