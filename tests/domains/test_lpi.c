/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/its_lpi.h"

#include <irqlab/machine.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* LPI numbers, against a model that knows only which ones are taken. */

enum { FIRST = 8192, COUNT = 512, BLOCKS = 200 };

struct bench {
	struct machine *m;
	struct lpi_space *space;
	bool taken[COUNT];
	struct lpi_block *blocks[BLOCKS];
	unsigned nr;
	uint64_t random;
};

static void start(struct bench *b)
{
	*b = (struct bench){.m = machine_create(NULL), .random = 7};
	assert_non_null(b->m);
	b->space = lpi_space_create(b->m, FIRST, COUNT);
	assert_non_null(b->space);
}

static struct fingerprint print_of(const struct bench *b)
{
	struct fingerprint print = machine_fingerprint(b->m, FINGERPRINT_COMPLETE);

	assert_true(fingerprint_equal(print,
				      machine_fingerprint_recompute(b->m, FINGERPRINT_COMPLETE)));
	return print;
}

static unsigned random_below(struct bench *b, unsigned limit)
{
	b->random = b->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(b->random >> 40) % limit;
}

/* Where `count` in a row are free; COUNT: nowhere. */
static unsigned room_for(const struct bench *b, unsigned count)
{
	unsigned run = 0;

	for (unsigned i = 0; i < COUNT; i++) {
		run = b->taken[i] ? 0 : run + 1;
		if (run == count)
			return i + 1 - count;
	}
	return COUNT;
}

static void mark(struct bench *b, unsigned first, unsigned count, bool taken)
{
	for (unsigned i = first; i < first + count; i++) {
		assert_int_equal(b->taken[i], !taken);
		b->taken[i] = taken;
	}
}

static void compare(const struct bench *b)
{
	for (unsigned i = 0; i < COUNT; i++)
		assert_int_equal(lpi_is_free(b->space, FIRST + i), !b->taken[i]);
	assert_false(lpi_is_free(b->space, FIRST - 1));
	assert_false(lpi_is_free(b->space, FIRST + COUNT));
}

static void take_one(struct bench *b)
{
	unsigned count = 1u << random_below(b, 8), first = room_for(b, count);
	struct lpi_block *block;
	int error = 0;

	block = lpi_alloc(b->space, count, &error);
	while (first == COUNT && count > 1) {
		count /= 2;
		first = room_for(b, count);
	}
	if (first == COUNT) {
		assert_null(block);
		assert_int_equal(error, -ENOSPC);
		return;
	}
	assert_non_null(block);
	assert_int_equal(lpi_block_first(block), FIRST + first);
	assert_int_equal(lpi_block_count(block), count);
	mark(b, first, count, true);
	b->blocks[b->nr++] = block;
}

static void give_one(struct bench *b)
{
	unsigned which = random_below(b, b->nr);
	struct lpi_block *block = b->blocks[which];

	mark(b, lpi_block_first(block) - FIRST, lpi_block_count(block), false);
	lpi_free(b->space, block);
	b->blocks[which] = b->blocks[--b->nr];
}

static void against_a_model(void **state)
{
	struct fingerprint empty;
	struct bench b;

	(void)state;
	start(&b);
	empty = print_of(&b);
	for (unsigned round = 0; round < 20000; round++) {
		/* Mostly full for a while, then mostly empty. */
		bool filling = random_below(&b, 100) < (round / 2000 % 2 ? 30u : 60u);

		if (b.nr && (!filling || b.nr == BLOCKS))
			give_one(&b);
		else
			take_one(&b);
		if (round % 50 == 0)
			compare(&b);
	}
	while (b.nr)
		give_one(&b);
	compare(&b);
	assert_true(fingerprint_equal(print_of(&b), empty));
	lpi_space_destroy(b.space);
	machine_destroy(b.m);
}

/* As few as there are, rather than none; but never one half and another. */
static void halves_until_it_fits(void **state)
{
	struct lpi_block *all, *some;
	struct bench b;
	int error = 0;

	(void)state;
	start(&b);
	all = lpi_take(b.space, FIRST + 16, COUNT - 20); /* 16 are left below, 4 above */
	assert_non_null(all);
	some = lpi_alloc(b.space, 256, &error);
	assert_int_equal(lpi_block_first(some), FIRST);
	assert_int_equal(lpi_block_count(some), 16);
	some = lpi_alloc(b.space, 256, &error);
	assert_int_equal(lpi_block_first(some), FIRST + COUNT - 4);
	assert_int_equal(lpi_block_count(some), 4);
	assert_null(lpi_alloc(b.space, 1, &error));
	assert_int_equal(error, -ENOSPC);
	lpi_free(b.space, all);
	machine_destroy(b.m);
}

/* Numbers that a recording says are taken. */
static void given_numbers(void **state)
{
	struct lpi_block *block;
	struct bench b;
	int error = 0;

	(void)state;
	start(&b);
	assert_null(lpi_take(b.space, FIRST - 1, 2));
	assert_null(lpi_take(b.space, FIRST + COUNT - 1, 2));
	block = lpi_take(b.space, FIRST + 100, 28);
	assert_non_null(block);
	assert_null(lpi_take(b.space, FIRST + 127, 1));
	assert_null(lpi_take(b.space, FIRST + 99, 2));
	assert_int_equal(lpi_block_first(lpi_take(b.space, FIRST + 99, 1)), FIRST + 99);
	/* The first range that has room. */
	assert_int_equal(lpi_block_first(lpi_alloc(b.space, 128, &error)), FIRST + 128);
	lpi_free(b.space, block);
	assert_true(lpi_is_free(b.space, FIRST + 127));
	assert_false(lpi_is_free(b.space, FIRST + 128));
	machine_destroy(b.m);
}

static void no_memory(void **state)
{
	struct fingerprint before;
	struct bench b;
	int error = 0;

	(void)state;
	start(&b);
	assert_non_null(lpi_take(b.space, FIRST + 100, 28));
	before = print_of(&b);
	for (uint64_t nth = 1;; nth++) {
		struct lpi_block *block;

		machine_fail_allocation(b.m, nth);
		block = lpi_alloc(b.space, 4, &error);
		machine_fail_allocation(b.m, 0);
		if (block)
			break;
		assert_int_equal(error, -ENOMEM);
		assert_true(fingerprint_equal(print_of(&b), before));
	}
	machine_fail_allocation(b.m, 1);
	assert_null(lpi_take(b.space, FIRST + 300, 4));
	machine_fail_allocation(b.m, 0);
	assert_true(lpi_is_free(b.space, FIRST + 300));
	machine_fail_allocation(b.m, 1);
	assert_null(lpi_space_create(b.m, FIRST, COUNT));
	machine_fail_allocation(b.m, 0);
	machine_destroy(b.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_a_model),
		cmocka_unit_test(halves_until_it_fits),
		cmocka_unit_test(given_numbers),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests_name("domains: LPIs", tests, NULL, NULL);
}
