/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_BUS_TEST_H
#define IRQLAB_TESTS_BUS_TEST_H

#include <irqlab/bus.h>
#include <irqlab/cpumask.h>
#include <irqlab/provider/access.h>
#include <irqlab/provider/hardware.h>
#include <irqlab/provider/object.h>
#include <irqlab/trace.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An object of the tests: a key, some values, a counter. */
struct thing {
	uint64_t key;
	uint64_t counter;
	uint32_t nr;
	uint32_t value[];
};

static inline void thing_digest(const void *object, struct digest *d)
{
	const struct thing *thing = object;

	digest_u64(d, thing->key);
	digest_bytes(d, thing->value, thing->nr * sizeof(thing->value[0]));
	digest_counter(d, thing->counter);
}

static const struct object_type thing_type = {.name = "thing", .digest = thing_digest};

static inline struct thing *thing_new(struct machine *m, uint64_t key, uint32_t nr)
{
	struct thing *thing;

	thing = object_alloc(m, &thing_type, sizeof(*thing) + nr * sizeof(thing->value[0]));
	if (thing) {
		thing->key = key;
		thing->nr = nr;
	}
	return thing;
}

static inline int setup_machine(void **state)
{
	const struct machine_options options = {.arena_bytes = 8 << 20, .tape_records = 64};

	*state = machine_create(&options);
	return *state ? 0 : -1;
}

static inline int teardown_machine(void **state)
{
	machine_destroy(*state);
	return 0;
}

#define machine_test(f) cmocka_unit_test_setup_teardown(f, setup_machine, teardown_machine)

/* xorshift64*: the same numbers on every host. */
static inline uint64_t test_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

static inline unsigned test_below(uint64_t *seed, unsigned limit)
{
	return (unsigned)(test_random(seed) % limit);
}

static inline void assert_fingerprint(struct fingerprint a, struct fingerprint b)
{
	assert_int_equal(a.high, b.high);
	assert_int_equal(a.low, b.low);
}

/* What is kept incrementally is what a full recomputation gives. */
static inline void assert_digests_hold(struct machine *m)
{
	assert_fingerprint(machine_fingerprint(m, FINGERPRINT_SEMANTIC),
			   machine_fingerprint_recompute(m, FINGERPRINT_SEMANTIC));
	assert_fingerprint(machine_fingerprint(m, FINGERPRINT_COMPLETE),
			   machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE));
}

#endif
