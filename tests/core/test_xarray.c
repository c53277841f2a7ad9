/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/provider/software.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

struct owner {
	struct xarray xa;
};

static void owner_digest(const void *object, struct digest *d)
{
	digest_u64(d, xa_empty(&((const struct owner *)object)->xa));
}
static const struct object_type owner_type = {"owner", owner_digest};

static struct owner *make_owner(struct machine *m)
{
	struct owner *owner = object_alloc(m, &owner_type, sizeof(*owner));

	assert_non_null(owner);
	owner->xa.machine = m;
	return owner;
}

static int setup(void **state)
{
	*state = machine_create(NULL);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	machine_destroy(*state);
	return 0;
}

static void *entry(uint64_t n)
{
	return (void *)(uintptr_t)(n * 8 + 8);
}

static void test_empty(void **state)
{
	struct owner *owner = make_owner(*state);
	uint64_t index = 3;

	assert_true(xa_empty(&owner->xa));
	assert_null(xa_load(&owner->xa, 0));
	assert_null(xa_load(&owner->xa, UINT64_MAX));
	assert_null(xa_erase(&owner->xa, 5));
	assert_null(xa_find(&owner->xa, &index, UINT64_MAX));
	assert_int_equal(index, 3);
	assert_int_equal(xa_find_free(&owner->xa, 3, 9, &index), 0);
	assert_int_equal(index, 3);
	assert_int_equal(xa_find_free(&owner->xa, 4, 3, &index), -EBUSY);
}

/* No node for nothing, none for index 0 alone, and none left behind. */
static void test_nodes_follow_content(void **state)
{
	static const uint64_t indexes[] = {
		0, 1, 63, 64, 4095, 4096, 65535, UINT64_C(1) << 40, UINT64_MAX};
	struct owner *owner = make_owner(*state);
	size_t empty = machine_bytes_in_use(*state);

	assert_int_equal(xa_store(&owner->xa, 0, entry(1)), 0);
	assert_int_equal(machine_bytes_in_use(*state), empty);
	for (size_t i = 1; i < sizeof(indexes) / sizeof(indexes[0]); i++)
		assert_int_equal(xa_store(&owner->xa, indexes[i], entry(i)), 0);
	for (size_t i = 1; i < sizeof(indexes) / sizeof(indexes[0]); i++)
		assert_ptr_equal(xa_load(&owner->xa, indexes[i]), entry(i));
	assert_ptr_equal(xa_load(&owner->xa, 0), entry(1));
	assert_null(xa_load(&owner->xa, 62));
	for (size_t i = sizeof(indexes) / sizeof(indexes[0]); i-- > 1;)
		assert_ptr_equal(xa_erase(&owner->xa, indexes[i]), entry(i));
	assert_int_equal(machine_bytes_in_use(*state), empty);
	assert_ptr_equal(xa_load(&owner->xa, 0), entry(1));
	assert_int_equal(owner->xa.height, 0);
	assert_int_equal(xa_store(&owner->xa, 0, NULL), 0);
	assert_true(xa_empty(&owner->xa));
}

static void test_last_index_of_all(void **state)
{
	struct owner *owner = make_owner(*state);
	uint64_t index = 7;

	assert_int_equal(xa_store(&owner->xa, UINT64_MAX, entry(1)), 0);
	assert_int_equal(xa_find_free(&owner->xa, UINT64_MAX, UINT64_MAX, &index), -EBUSY);
	assert_int_equal(xa_find_free(&owner->xa, UINT64_MAX - 1, UINT64_MAX, &index), 0);
	assert_true(index == UINT64_MAX - 1);
	index = 0;
	assert_ptr_equal(xa_find(&owner->xa, &index, UINT64_MAX), entry(1));
	assert_true(index == UINT64_MAX);
	index = 0;
	assert_null(xa_find(&owner->xa, &index, UINT64_MAX - 1));
	xa_destroy(&owner->xa);
	assert_true(xa_empty(&owner->xa));
}

static void test_find_free_skips_full_nodes(void **state)
{
	struct owner *owner = make_owner(*state);
	uint64_t index;

	for (uint64_t i = 0; i < 5000; i++)
		assert_int_equal(xa_store(&owner->xa, i, entry(i)), 0);
	assert_int_equal(xa_find_free(&owner->xa, 0, 65535, &index), 0);
	assert_int_equal(index, 5000);
	assert_int_equal(xa_find_free(&owner->xa, 0, 4999, &index), -EBUSY);
	xa_erase(&owner->xa, 4095);
	xa_erase(&owner->xa, 130);
	assert_int_equal(xa_find_free(&owner->xa, 0, 65535, &index), 0);
	assert_int_equal(index, 130);
	/* Free ones below the first don't count, not even in the same node. */
	assert_int_equal(xa_find_free(&owner->xa, 131, 65535, &index), 0);
	assert_int_equal(index, 4095);
	assert_int_equal(xa_find_free(&owner->xa, 131, 4094, &index), -EBUSY);
	assert_int_equal(xa_store(&owner->xa, 4095, entry(1)), 0);
	assert_int_equal(xa_find_free(&owner->xa, 131, 65535, &index), 0);
	assert_int_equal(index, 5000);
}

/* The digest is of the content: neither of the order nor of what was there in between. */
static void test_digest_by_content(void **state)
{
	struct machine *other = machine_create(NULL);
	struct owner *a = make_owner(*state), *b = make_owner(other);
	struct fingerprint one, two;

	for (uint64_t i = 0; i < 300; i++)
		assert_int_equal(xa_store(&a->xa, i * 7, entry(i)), 0);
	assert_int_equal(xa_store(&b->xa, 1 << 20, entry(9)), 0);
	for (uint64_t i = 300; i--;)
		assert_int_equal(xa_store(&b->xa, i * 7, entry(i)), 0);
	two = machine_fingerprint(other, FINGERPRINT_COMPLETE);
	one = machine_fingerprint(*state, FINGERPRINT_COMPLETE);
	assert_false(fingerprint_equal(one, two));
	xa_erase(&b->xa, 1 << 20);
	two = machine_fingerprint(other, FINGERPRINT_COMPLETE);
	assert_true(fingerprint_equal(one, two));
	two = machine_fingerprint_recompute(other, FINGERPRINT_COMPLETE);
	assert_true(fingerprint_equal(one, two));
	machine_destroy(other);
}

static void test_memory_fails(void **state)
{
	static const uint64_t indexes[] = {0, 1, 64, 70000, UINT64_C(1) << 50};
	struct owner *owner = make_owner(*state);

	for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
		struct fingerprint before = machine_fingerprint(*state, FINGERPRINT_COMPLETE);
		size_t bytes = machine_bytes_in_use(*state);
		int ret = -ENOMEM;

		for (uint64_t n = 1; ret; n++) {
			machine_fail_allocation(*state, n);
			touch(*state, owner);
			ret = xa_store(&owner->xa, indexes[i], entry(i));
			if (!ret)
				break;
			assert_int_equal(ret, -ENOMEM);
			assert_null(xa_load(&owner->xa, indexes[i]));
			assert_int_equal(machine_bytes_in_use(*state), bytes);
			assert_true(fingerprint_equal(
				machine_fingerprint(*state, FINGERPRINT_COMPLETE), before));
		}
		machine_fail_allocation(*state, 0);
		assert_ptr_equal(xa_load(&owner->xa, indexes[i]), entry(i));
	}
}

/* ---- against an array, at random ---- */

#define NAIVE 9000u

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static uint64_t naive_find(void **naive, uint64_t first, uint64_t last, bool free)
{
	for (uint64_t i = first; i <= last && i < NAIVE; i++)
		if (!naive[i] == free)
			return i;
	return UINT64_MAX;
}

static void compare_searches(const struct xarray *xa, void **naive, uint64_t first, uint64_t last)
{
	uint64_t used = naive_find(naive, first, last, false);
	uint64_t free = naive_find(naive, first, last, true);
	uint64_t index = first, found = 0;
	const void *e = xa_find(xa, &index, last);

	assert_ptr_equal(e, used == UINT64_MAX ? NULL : naive[used]);
	assert_true(index == (e ? used : first));
	if (free == UINT64_MAX) {
		assert_int_equal(xa_find_free(xa, first, last, &found), -EBUSY);
	} else {
		assert_int_equal(xa_find_free(xa, first, last, &found), 0);
		assert_true(found == free);
	}
}

static void test_random_against_naive(void **state)
{
	struct owner *owner = make_owner(*state);
	void **naive = calloc(NAIVE, sizeof(*naive));
	size_t empty = machine_bytes_in_use(*state);
	uint64_t seed = 0x9e3779b97f4a7c15;

	for (unsigned op = 0; op < 100000; op++) {
		/* Dense phases and sparse ones, in a range that drifts. */
		uint64_t spread = op / 10000 % 3 == 0 ? 200 : NAIVE;
		uint64_t i = next_random(&seed) % spread;
		bool store = next_random(&seed) % 8 < (op / 20000 % 2 ? 2u : 6u);

		touch(*state, owner);
		if (store) {
			assert_int_equal(xa_store(&owner->xa, i, entry(op)), 0);
			naive[i] = entry(op);
		} else {
			assert_ptr_equal(xa_erase(&owner->xa, i), naive[i]);
			naive[i] = NULL;
		}
		i = next_random(&seed) % spread;
		assert_ptr_equal(xa_load(&owner->xa, i), naive[i]);
		if (op % 16 == 0)
			compare_searches(&owner->xa, naive, i,
					 i + next_random(&seed) % (NAIVE - i));
		if (op % 5000 == 0)
			assert_true(fingerprint_equal(
				machine_fingerprint(*state, FINGERPRINT_COMPLETE),
				machine_fingerprint_recompute(*state, FINGERPRINT_COMPLETE)));
	}
	for (uint64_t i = 0; i < NAIVE; i++)
		xa_erase(&owner->xa, i);
	assert_true(xa_empty(&owner->xa));
	assert_int_equal(machine_bytes_in_use(*state), empty);
	free(naive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nodes_follow_content, setup, teardown),
		cmocka_unit_test_setup_teardown(test_last_index_of_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_find_free_skips_full_nodes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_digest_by_content, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random_against_naive, setup, teardown),
	};

	return cmocka_run_group_tests_name("xarray", tests, NULL, NULL);
}
