/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/matrix.h"

#include <irqlab/cpumask.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#define CPUS	   4
#define FIRST	   60 /* the window crosses a word of the bit maps */
#define LAST	   67
#define SYSTEM_BIT 63

/* ---- a model that counts from scratch ---- */

struct model_cpu {
	bool online, seen;
	bool alloc[IRQ_MATRIX_BITS], managed[IRQ_MATRIX_BITS];
	int room_drift;
};

struct model {
	struct machine *m;
	struct irq_matrix *x;
	struct model_cpu cpu[CPUS];
	uint32_t reserved;
	int total_drift;
	uint64_t random;
};

static bool is_system(unsigned bit)
{
	return bit == SYSTEM_BIT;
}

static unsigned count(const bool *map, const bool *without)
{
	unsigned n = 0;

	for (unsigned bit = 0; bit < IRQ_MATRIX_BITS; bit++)
		n += map[bit] && !(without && without[bit]);
	return n;
}

static uint32_t room(const struct model_cpu *c)
{
	if (!c->seen)
		return 0;
	return (uint32_t)((int)(LAST - FIRST + 1 - 1 - count(c->managed, NULL) -
				count(c->alloc, c->managed)) +
			  c->room_drift);
}

static int free_bit(const struct model_cpu *c)
{
	for (unsigned bit = FIRST; bit <= LAST; bit++)
		if (!c->alloc[bit] && !c->managed[bit] && !is_system(bit))
			return (int)bit;
	return -ENOSPC;
}

static int spare_bit(const struct model_cpu *c)
{
	for (unsigned bit = FIRST; bit <= LAST; bit++)
		if (c->managed[bit] && !c->alloc[bit])
			return (int)bit;
	return -ENOSPC;
}

static uint32_t managed_in_use(const struct model_cpu *c)
{
	return count(c->managed, NULL) - count(c->managed, c->alloc);
}

static void check_cpu(const struct model *mo, unsigned cpu)
{
	const struct model_cpu *c = &mo->cpu[cpu];
	struct matrix_cpu_record got;
	bool seen;

	assert_true(irq_matrix_cpu(mo->x, cpu, &got, &seen));
	assert_int_equal(seen, c->seen);
	assert_int_equal(got.online, c->online);
	assert_int_equal(got.managed, count(c->managed, NULL));
	assert_int_equal(got.managed_allocated, managed_in_use(c));
	assert_int_equal(got.allocated, count(c->alloc, NULL));
	if (c->seen)
		assert_int_equal(got.available, room(c));
	assert_int_equal(irq_matrix_allocated(mo->x, cpu), count(c->alloc, c->managed));
	for (unsigned bit = 0; bit < IRQ_MATRIX_BITS; bit++) {
		assert_int_equal(got.bits[bit / 64] >> (bit % 64) & 1, c->alloc[bit]);
		assert_int_equal(got.managed_bits[bit / 64] >> (bit % 64) & 1, c->managed[bit]);
	}
}

static void check(const struct model *mo)
{
	struct irq_matrix_totals t = irq_matrix_totals(mo->x);
	uint32_t available = 0, total = 0, online = 0;

	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		check_cpu(mo, cpu);
		total += count(mo->cpu[cpu].alloc, NULL);
		if (!mo->cpu[cpu].online)
			continue;
		online++;
		available += room(&mo->cpu[cpu]);
	}
	assert_int_equal(t.global_available, available);
	assert_int_equal(t.total_allocated, (int)total + mo->total_drift);
	assert_int_equal(t.online_maps, online);
	assert_int_equal(t.global_reserved, mo->reserved);
	assert_int_equal(t.system_in_window, 1);
	assert_null(machine_poisoned(mo->m));
}

/* ---- operations on both ---- */

static unsigned pick(struct model *mo, unsigned n)
{
	mo->random ^= mo->random << 13;
	mo->random ^= mo->random >> 7;
	mo->random ^= mo->random << 17;
	return (unsigned)(mo->random % n);
}

static const struct cpumask *pick_mask(struct model *mo)
{
	uint64_t bits = pick(mo, 1 << CPUS);

	return cpumask_from_bits(mo->m, &bits, 1);
}

static void do_alloc(struct model *mo)
{
	const struct cpumask *mask = pick_mask(mo);
	bool reserved = mo->reserved && pick(mo, 2);
	struct model_cpu *best = NULL;
	unsigned cpu = 99;
	int bit;

	for_each_cpu (i, mask)
		if (mo->cpu[i].online && room(&mo->cpu[i]) > (best ? room(best) : 0))
			best = &mo->cpu[i];
	bit = irq_matrix_alloc(mo->x, mask, reserved, &cpu);
	if (cpumask_empty(mask)) {
		assert_int_equal(bit, -EINVAL);
	} else if (!best || free_bit(best) < 0) {
		assert_int_equal(bit, -ENOSPC);
	} else {
		assert_int_equal(cpu, best - mo->cpu);
		assert_int_equal(bit, free_bit(best));
		best->alloc[bit] = true;
		mo->reserved -= reserved;
	}
}

static void do_alloc_managed(struct model *mo)
{
	const struct cpumask *mask = pick_mask(mo);
	struct model_cpu *best = NULL;
	unsigned cpu = 99;
	int bit;

	for_each_cpu (i, mask)
		if (mo->cpu[i].online &&
		    (!best || managed_in_use(&mo->cpu[i]) <= managed_in_use(best)))
			best = &mo->cpu[i];
	bit = irq_matrix_alloc_managed(mo->x, mask, &cpu);
	if (cpumask_empty(mask)) {
		assert_int_equal(bit, -EINVAL);
	} else if (!best || spare_bit(best) < 0) {
		assert_int_equal(bit, -ENOSPC);
	} else {
		assert_int_equal(cpu, best - mo->cpu);
		assert_int_equal(bit, spare_bit(best));
		best->alloc[bit] = true;
	}
}

static void do_free(struct model *mo)
{
	unsigned cpu = pick(mo, CPUS), bit = FIRST + pick(mo, LAST - FIRST + 1);
	struct model_cpu *c = &mo->cpu[cpu];

	if (!c->alloc[bit])
		return;
	irq_matrix_free(mo->x, cpu, bit, c->managed[bit]);
	c->alloc[bit] = false;
	if (!c->online && machine_switch(mo->m, SWITCH_MATRIX_TOTAL_DRIFT))
		mo->total_drift++;
}

static void drift(const struct model *mo, struct model_cpu *c, int by)
{
	if (!c->online && c->seen && machine_switch(mo->m, SWITCH_MATRIX_MANAGED_DRIFT))
		c->room_drift += by;
}

static void do_reserve_managed(struct model *mo)
{
	const struct cpumask *mask = pick_mask(mo);
	bool fits = true;

	for_each_cpu (i, mask)
		fits &= free_bit(&mo->cpu[i]) >= 0;
	assert_int_equal(irq_matrix_reserve_managed(mo->x, mask, NULL), fits ? 0 : -ENOSPC);
	if (!fits)
		return;
	for_each_cpu (i, mask) {
		mo->cpu[i].managed[free_bit(&mo->cpu[i])] = true;
		drift(mo, &mo->cpu[i], 1);
	}
}

static void do_remove_managed(struct model *mo)
{
	const struct cpumask *mask = pick_mask(mo);

	for_each_cpu (i, mask)
		if (spare_bit(&mo->cpu[i]) < 0)
			return;
	irq_matrix_remove_managed(mo->x, mask, NULL);
	for_each_cpu (i, mask) {
		mo->cpu[i].managed[spare_bit(&mo->cpu[i])] = false;
		drift(mo, &mo->cpu[i], -1);
	}
}

static void do_power(struct model *mo)
{
	unsigned cpu = pick(mo, CPUS);
	struct model_cpu *c = &mo->cpu[cpu];

	if (c->online)
		irq_matrix_offline(mo->x, cpu);
	else
		irq_matrix_online(mo->x, cpu);
	c->online = !c->online;
	c->seen = true;
}

static void do_reserve(struct model *mo)
{
	if (mo->reserved && pick(mo, 2)) {
		irq_matrix_remove_reserved(mo->x);
		mo->reserved--;
	} else {
		irq_matrix_reserve(mo->x);
		mo->reserved++;
	}
}

static void run_random(uint64_t seed, bool drifts)
{
	static void (*const operations[])(struct model *) = {
		do_alloc,	    do_alloc,	       do_alloc_managed, do_free,    do_free,
		do_reserve_managed, do_remove_managed, do_power,	 do_reserve,
	};
	struct model mo = {.m = machine_create(NULL), .random = seed};

	machine_set_switch(mo.m, SWITCH_MATRIX_TOTAL_DRIFT, drifts);
	machine_set_switch(mo.m, SWITCH_MATRIX_MANAGED_DRIFT, drifts);
	mo.x = irq_matrix_create(mo.m, 1, CPUS, FIRST, LAST);
	assert_non_null(mo.x);
	irq_matrix_assign_system(mo.x, 0, SYSTEM_BIT, false);
	irq_matrix_assign_system(mo.x, 0, 5, false);
	for (unsigned i = 0; i < 20000; i++) {
		operations[pick(&mo, sizeof(operations) / sizeof(*operations))](&mo);
		check(&mo);
		assert_int_equal(machine_warnings(mo.m, WARN_MATRIX_BAD_BIT), 0);
	}
	assert_true(drifts == (mo.total_drift != 0));
	irq_matrix_destroy(mo.x);
	assert_int_equal(machine_bytes_in_use(mo.m), 0);
	machine_destroy(mo.m);
}

static void test_random_with_drifts(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 6; seed++)
		run_random(seed * 0x9e3779b97f4a7c15u, true);
}

static void test_random_without_drifts(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 6; seed++)
		run_random(seed * 0xbf58476d1ce4e5b9u, false);
}

/* ---- single properties ---- */

struct bench {
	struct machine *m;
	struct irq_matrix *x;
};

static int setup(void **state)
{
	static struct bench b; /* of this test program only */

	b.m = machine_create(NULL);
	b.x = irq_matrix_create(b.m, 1, CPUS, 32, 34);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		irq_matrix_online(b.x, cpu);
	*state = &b;
	return b.x ? 0 : -1;
}

static int teardown(void **state)
{
	machine_destroy(((struct bench *)*state)->m);
	return 0;
}

static void test_ties(void **state)
{
	struct bench *b = *state;
	const struct cpumask *all = cpumask_range(b->m, 0, CPUS - 1);
	unsigned cpu;

	for (unsigned i = 0; i < CPUS; i++) {
		assert_int_equal(irq_matrix_alloc(b->x, all, false, &cpu), 32);
		assert_int_equal(cpu, i); /* upwards */
	}
	assert_int_equal(irq_matrix_reserve_managed(b->x, all, NULL), 0);
	for (unsigned i = CPUS; i-- > 0;) {
		assert_int_equal(irq_matrix_alloc_managed(b->x, all, &cpu), 33);
		assert_int_equal(cpu, i); /* downwards */
	}
}

static void test_full(void **state)
{
	struct bench *b = *state;
	const struct cpumask *one = cpumask_of(b->m, 2);
	struct fingerprint before;
	unsigned cpu;

	for (int bit = 32; bit <= 34; bit++)
		assert_int_equal(irq_matrix_alloc(b->x, one, false, &cpu), bit);
	before = machine_fingerprint(b->m, FINGERPRINT_COMPLETE);
	assert_int_equal(irq_matrix_alloc(b->x, one, false, &cpu), -ENOSPC);
	assert_int_equal(irq_matrix_alloc_managed(b->x, one, &cpu), -ENOSPC);
	/* CPUs 0 and 1 have room, CPU 2 has not: none of them keeps anything. */
	assert_int_equal(irq_matrix_reserve_managed(b->x, cpumask_range(b->m, 0, 2), NULL),
			 -ENOSPC);
	assert_true(fingerprint_equal(before, machine_fingerprint(b->m, FINGERPRINT_COMPLETE)));
	irq_matrix_free(b->x, 2, 33, false);
	assert_int_equal(irq_matrix_alloc(b->x, one, false, &cpu), 33);
}

static void test_overcommit_only_warns(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < 3 * CPUS; i++)
		irq_matrix_reserve(b->x);
	assert_int_equal(machine_warnings(b->m, WARN_MATRIX_OVERCOMMIT), 0);
	irq_matrix_reserve(b->x);
	assert_int_equal(machine_warnings(b->m, WARN_MATRIX_OVERCOMMIT), 1);
	irq_matrix_reserve(b->x);
	assert_int_equal(machine_warnings(b->m, WARN_MATRIX_OVERCOMMIT), 1);
	assert_int_equal(irq_matrix_reserved(b->x), 3 * CPUS + 2);
}

static void test_bad_bits(void **state)
{
	struct bench *b = *state;
	struct fingerprint before;

	irq_matrix_assign(b->x, 1, 33);
	before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
	irq_matrix_assign(b->x, 1, 33); /* taken */
	irq_matrix_assign(b->x, 1, 35); /* outside */
	irq_matrix_free(b->x, 1, 34, false);
	irq_matrix_free(b->x, 1, 31, false);
	irq_matrix_remove_managed(b->x, cpumask_of(b->m, 0), NULL);
	assert_int_equal(machine_warnings(b->m, WARN_MATRIX_BAD_BIT), 5);
	assert_true(fingerprint_equal(before, machine_fingerprint(b->m, FINGERPRINT_SEMANTIC)));
}

static void test_available(void **state)
{
	struct bench *b = *state;
	unsigned cpu;

	irq_matrix_alloc(b->x, cpumask_of(b->m, 3), false, &cpu);
	assert_int_equal(irq_matrix_available(b->x, -1), 11);
	assert_int_equal(irq_matrix_available(b->x, 3), 9);
	assert_int_equal(irq_matrix_available(b->x, 0), 8);
	irq_matrix_offline(b->x, 3);
	assert_int_equal(irq_matrix_available(b->x, -1), 9);
	irq_matrix_online(b->x, 3); /* what was taken before is taken still */
	assert_int_equal(irq_matrix_available(b->x, -1), 11);
	assert_int_equal(irq_matrix_alloc(b->x, cpumask_of(b->m, 3), false, &cpu), 33);
}

static void test_system_bits(void **state)
{
	struct machine *m = machine_create(NULL);
	struct irq_matrix *x = irq_matrix_create(m, 1, 2, 32, 40);
	struct matrix_cpu_record r;
	unsigned cpu;

	(void)state;
	irq_matrix_assign_system(x, 0, 32, false);
	irq_matrix_online(x, 0);
	irq_matrix_assign(x, 0, 33);
	irq_matrix_assign_system(x, 0, 33, true); /* handed over */
	assert_true(irq_matrix_cpu(x, 0, &r, NULL));
	assert_int_equal(r.available, 7);
	assert_int_equal(r.allocated, 0);
	irq_matrix_online(x, 1);
	assert_true(irq_matrix_cpu(x, 1, &r, NULL));
	assert_int_equal(r.available, 7);
	assert_int_equal(irq_matrix_alloc(x, cpumask_of(m, 0), false, &cpu), 34);
	assert_null(machine_poisoned(m));
	irq_matrix_assign_system(x, 0, 36, false); /* too late */
	assert_non_null(machine_poisoned(m));
	machine_destroy(m);
}

static void test_online_twice(void **state)
{
	struct bench *b = *state;

	irq_matrix_online(b->x, 1);
	assert_non_null(machine_poisoned(b->m));
}

static void test_creation(void **state)
{
	struct machine *m = machine_create(NULL);

	(void)state;
	assert_null(irq_matrix_create(m, 1, 1, 40, 39));
	assert_null(irq_matrix_create(m, 1, 1, 40, IRQ_MATRIX_MAX_BITS));
	for (unsigned n = 1; n <= 3; n++) {
		machine_fail_allocation(m, n);
		assert_null(irq_matrix_create(m, 1, 2, 40, 41));
		assert_int_equal(machine_bytes_in_use(m), 0);
	}
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_with_drifts),
		cmocka_unit_test(test_random_without_drifts),
		cmocka_unit_test_setup_teardown(test_ties, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overcommit_only_warns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_available, setup, teardown),
		cmocka_unit_test(test_system_bits),
		cmocka_unit_test_setup_teardown(test_online_twice, setup, teardown),
		cmocka_unit_test(test_creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
