/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus_test.h"

static void aligned_zeroed_and_apart(void **state)
{
	struct machine *m = *state;
	uint64_t a = bus_memory_alloc(m, 100, 0, NULL), b = bus_memory_alloc(m, 65536, 65536, NULL);
	char bytes[101];

	assert_int_not_equal(a, 0);
	assert_int_equal(b % 65536, 0);
	assert_true(a + 100 <= b || b + 65536 <= a);
	assert_true(bus_memory_read(m, a, bytes, 100));
	for (int i = 0; i < 100; i++)
		assert_int_equal(bytes[i], 0);
	assert_false(bus_memory_read(m, a, bytes, 101));
	assert_int_equal((unsigned char)bytes[0], 0xff);
	assert_false(bus_memory_write(m, a + 99, bytes, 2));
	assert_false(bus_memory_read(m, 0x1000, bytes, 1));
}

static void impossible_sizes(void **state)
{
	struct machine *m = *state;

	assert_int_equal(bus_memory_alloc(m, 0, 1, NULL), 0);
	assert_int_equal(bus_memory_alloc(m, 64, 3, NULL), 0);
	assert_int_equal(bus_memory_alloc(m, UINT64_MAX, 1, NULL), 0);
	assert_int_equal(bus_memory_alloc(m, UINT64_C(1) << 37, 1, NULL), 0);
	assert_int_equal(machine_bytes_in_use(m), 0);
}

static void accesses_across_blocks(void **state)
{
	struct machine *m = *state;
	uint64_t at = bus_memory_alloc(m, 5000, 4096, NULL);
	unsigned char out[5000], in[5000];

	for (int i = 0; i < 5000; i++)
		out[i] = (unsigned char)(i * 7);
	assert_true(bus_memory_write(m, at, out, 5000));
	assert_true(bus_memory_read(m, at, in, 5000));
	assert_memory_equal(in, out, 5000);
	bus_write(m, at + 510, 4, 0xa1b2c3d4);
	assert_int_equal(bus_read(m, at + 510, 4), 0xa1b2c3d4);
	assert_int_equal(bus_read(m, at + 511, 2), 0xb2c3);
	assert_int_equal(bus_read(m, at + 509, 1), out[509]);
	assert_int_equal(bus_read(m, at + 514, 1), out[514]);
	bus_write(m, at + 4996, 8, 0); /* beyond the end: a stray */
	assert_int_equal(bus_read(m, at + 4996, 1), out[4996]);
}

static void cpu_writes_are_on_the_tape(void **state)
{
	struct machine *m = *state;
	uint64_t at = bus_memory_alloc(m, 4096, 4096, NULL);

	bus_write(m, at + 8, 4, 5);
	assert_int_equal(tape_at(m, 0)->kind, TAPE_MEMORY);
	assert_int_equal(tape_at(m, 0)->value, 5);
	assert_int_equal(tape_at(m, 0)->size, 4);
}

struct seen {
	uint64_t at, before, after;
	unsigned nr;
};

static void see(void *context, struct machine *m, const struct tape_record *record)
{
	struct seen *s = context;

	s->nr++;
	assert_int_equal(record->kind, TAPE_DMA);
	bus_memory_read(m, s->at, &s->before, 8);
}

static void see_after(void *context, struct machine *m, const struct tape_record *record)
{
	struct seen *s = context;

	(void)record;
	bus_memory_read(m, s->at, &s->after, 8);
}

static void hardware_writes_are_on_the_tape(void **state)
{
	static const char *const fields[] = {"low", "high", NULL};
	const struct memory_label label = {
		.object = "unit", .store = "log", .stride = 16, .fields = fields};
	struct machine *m = *state;
	uint64_t at = bus_memory_alloc(m, 4096, 4096, &label);
	struct seen seen = {.at = at + 24};
	const struct bus_listener listener = {see, see_after, &seen};
	struct bus_place place;

	/* Word by word, each as far as it is touched. */
	bus_memory_write(m, at + 14, "abcdefghijkl", 12);
	assert_int_equal(tape_position(m), 3);
	assert_int_equal(tape_at(m, 0)->kind, TAPE_DMA);
	assert_int_equal(tape_at(m, 0)->size, 2);
	assert_int_equal(tape_at(m, 0)->value, 'a' | 'b' << 8);
	assert_int_equal(tape_at(m, 1)->address, at + 16);
	assert_int_equal(tape_at(m, 1)->size, 8);
	assert_int_equal(tape_at(m, 2)->address, at + 24);
	assert_int_equal(tape_at(m, 2)->size, 2);
	assert_true(tape_place(m, tape_at(m, 1), &place));
	assert_string_equal(place.object, "unit");
	assert_string_equal(place.field, "low");
	assert_int_equal(place.index, 1);
	/* What misses memory is no write. */
	assert_false(bus_memory_write(m, at + 4090, "abcdefgh", 8));
	assert_int_equal(tape_position(m), 3);

	assert_int_equal(bus_listen(m, &listener), 0);
	bus_memory_write(m, at + 24, "ABCDEFGH", 8);
	bus_unlisten(m, &listener);
	assert_int_equal(seen.nr, 1);
	assert_int_equal(seen.before, 'k' | 'l' << 8);
	assert_memory_equal(&seen.after, "ABCDEFGH", 8);
}

static void every_failure_leaves_no_trace(void **state)
{
	struct machine *m = *state;
	struct fingerprint before;
	uint64_t at = 0;
	size_t in_use;

	bus_memory_alloc(m, 64, 64, NULL);
	before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	in_use = machine_bytes_in_use(m);
	for (uint64_t nth = 1; !at; nth++) {
		machine_fail_allocation(m, nth);
		at = bus_memory_alloc(m, 8192, 4096, NULL);
		if (at)
			break;
		assert_int_equal(machine_bytes_in_use(m), in_use);
		assert_fingerprint(machine_fingerprint(m, FINGERPRINT_COMPLETE), before);
	}
	machine_fail_allocation(m, 0);
	bus_memory_free(m, at + 64); /* no range begins there */
	assert_int_equal(bus_read(m, at + 64, 8), 0);
	bus_memory_free(m, at);
	bus_memory_free(m, at);
	assert_int_equal(machine_bytes_in_use(m), in_use);
	assert_fingerprint(machine_fingerprint(m, FINGERPRINT_COMPLETE), before);
}

static void a_full_arena_leaves_no_trace(void **state)
{
	struct machine *m = *state;
	struct fingerprint before = machine_fingerprint(m, FINGERPRINT_COMPLETE);

	assert_int_equal(bus_memory_alloc(m, UINT64_C(1) << 32, 4096, NULL), 0);
	assert_int_equal(machine_bytes_in_use(m), 0);
	assert_fingerprint(machine_fingerprint(m, FINGERPRINT_COMPLETE), before);
	assert_int_not_equal(bus_memory_alloc(m, 1 << 20, 4096, NULL), 0);
}

static void more_than_the_arena_holds_poisons(void **state)
{
	struct machine *m = *state;
	uint64_t at = bus_memory_alloc(m, 64 << 20, 4096, NULL), offset = 0;

	assert_int_not_equal(at, 0);
	for (; offset < 64 << 20 && !machine_poisoned(m); offset += 512)
		bus_memory_write(m, at + offset, "x", 1);
	assert_in_range(offset, 4 << 20, 8 << 20);
	assert_digests_hold(m);
}

static void cleared_memory_leaves_no_trace(void **state)
{
	struct machine *m = *state;
	uint64_t at = bus_memory_alloc(m, 1 << 20, 4096, NULL);
	struct fingerprint empty = machine_fingerprint(m, FINGERPRINT_COMPLETE), two;
	size_t in_use = machine_bytes_in_use(m), one;
	const char zeroes[2000] = {0};

	assert_true(in_use < 64 << 10);
	bus_write(m, at + 512 * 7, 8, 0);
	bus_memory_write(m, at, zeroes, sizeof(zeroes));
	assert_int_equal(machine_bytes_in_use(m), in_use);
	bus_write(m, at + 512 * 7 + 8, 8, 5);
	one = machine_bytes_in_use(m);
	assert_in_range(one - in_use, 512, 640);
	bus_write(m, at + 512 * 7 + 511, 1, 6);
	bus_write(m, at + 512 * 9 + 510, 4, 0x11223344);
	assert_int_equal(machine_bytes_in_use(m), in_use + 3 * (one - in_use));
	two = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	bus_memory_write(m, at + 512 * 9, zeroes, 1024);
	bus_write(m, at + 512 * 7 + 8, 8, 0);
	assert_int_equal(machine_bytes_in_use(m), one);
	assert_int_equal(bus_read(m, at + 512 * 7 + 511, 1), 6);
	assert_false(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE), two));
	bus_write(m, at + 512 * 7 + 511, 1, 0);
	assert_int_equal(machine_bytes_in_use(m), in_use);
	assert_fingerprint(machine_fingerprint(m, FINGERPRINT_COMPLETE), empty);
	assert_digests_hold(m);
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

static void the_window_ends_below_configuration_space(void **state)
{
	static const struct bus_region_ops ops = {.write = ignore_write};
	const struct bus_region below = {
		.first = UINT64_C(1) << 32, .last = BUS_ECAM_BASE(0) - 4097, .ops = &ops};

	assert_true(bus_add_region(*state, &below) > 0);
	assert_int_equal(bus_memory_alloc(*state, 4097, 64, NULL), 0);
	assert_int_equal(bus_memory_alloc(*state, 4096, 8192, NULL), 0);
	assert_int_equal(bus_memory_alloc(*state, 4096, 64, NULL), BUS_ECAM_BASE(0) - 4096);
	assert_int_equal(bus_memory_alloc(*state, 1, 1, NULL), 0);
}

static void gaps_are_filled_from_below(void **state)
{
	struct machine *m = *state;
	uint64_t at[20], seed = 3;

	for (int i = 0; i < 20; i++)
		at[i] = bus_memory_alloc(m, 4096, 4096, NULL);
	bus_memory_free(m, at[4]);
	bus_memory_free(m, at[11]);
	assert_int_equal(bus_memory_alloc(m, 4097, 64, NULL), at[19] + 4096);
	assert_int_equal(bus_memory_alloc(m, 4096, 64, NULL), at[4]);
	assert_int_equal(bus_memory_alloc(m, 64, 64, NULL), at[11]);
	assert_int_equal(bus_memory_alloc(m, 64, 64, NULL), at[11] + 64);
	for (int round = 0; round < 200; round++) {
		unsigned i = test_below(&seed, 20);

		bus_memory_free(m, at[i]);
		at[i] = bus_memory_alloc(m, 1 + test_below(&seed, 9000), 64, NULL);
		assert_int_not_equal(at[i], 0);
		bus_memory_write(m, at[i], &i, 1);
	}
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(bus_read(m, at[i], 1), i);
	assert_digests_hold(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(aligned_zeroed_and_apart),
		machine_test(impossible_sizes),
		machine_test(accesses_across_blocks),
		machine_test(cpu_writes_are_on_the_tape),
		machine_test(hardware_writes_are_on_the_tape),
		machine_test(every_failure_leaves_no_trace),
		machine_test(a_full_arena_leaves_no_trace),
		machine_test(more_than_the_arena_holds_poisons),
		machine_test(cleared_memory_leaves_no_trace),
		machine_test(the_window_ends_below_configuration_space),
		machine_test(gaps_are_filled_from_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
