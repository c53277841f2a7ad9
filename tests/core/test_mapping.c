/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Domains without a hierarchy: one number is mapped to one interrupt. */

static const struct irq_chip chip = {.name = "chip"};

static int map(struct irq_domain *d, unsigned virq, uint64_t hwirq)
{
	irq_set_chip_and_handler(d->machine, virq, &chip, handle_simple_irq, "simple");
	if (hwirq == 7)
		return -ENODEV;
	return hwirq == 8 ? -EPERM : 0;
}

static const struct irq_domain_ops ops = {.map = map};

struct bench {
	struct machine *m;
	struct irq_domain *domain;
};

static int setup(void **state)
{
	struct bench *b = test_calloc(1, sizeof(*b));

	b->m = machine_create(NULL);
	assert_int_equal(irq_core_init(b->m,
				       &(struct irq_core_config){
					       .first_dynamic_irq = 24,
					       .nr_cpus = 2,
					       .online = cpumask_range(b->m, 0, 1),
				       }),
			 0);
	b->domain = irq_domain_create(
		b->m, &(struct irq_domain_config){.name = "flat", .ops = &ops, .size = 16});
	assert_non_null(b->domain);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	machine_destroy(b->m);
	test_free(b);
	return 0;
}

static struct fingerprint print(const struct bench *b)
{
	struct fingerprint now = machine_fingerprint(b->m, FINGERPRINT_COMPLETE);

	assert_true(
		fingerprint_equal(machine_fingerprint_recompute(b->m, FINGERPRINT_COMPLETE), now));
	return now;
}

static void mapped_once(void **state)
{
	struct bench *b = *state;
	struct fingerprint before = print(b);
	unsigned irq = irq_create_mapping(b->domain, 3, -1, NULL);

	assert_int_equal(irq, 24);
	assert_int_equal(irq_create_mapping(b->domain, 3, -1, NULL), irq);
	assert_int_equal(irq_create_mapping(b->domain, 4, -1, NULL), 25);
	assert_int_equal(b->domain->mapcount, 2);
	assert_ptr_equal(irq_domain_resolve(b->domain, 3), irq_get_irq_data(b->m, irq));
	assert_string_equal(irq_to_desc(b->m, irq)->irq_data.chip->name, "chip");
	assert_int_equal(irq_to_desc(b->m, irq)->status_use_accessors & IRQ_NOREQUEST, 0);
	irq_dispose_mapping(b->m, 25);
	irq_dispose_mapping(b->m, irq);
	irq_dispose_mapping(b->m, irq); /* nothing there: nothing happens */
	assert_null(irq_domain_resolve(b->domain, 3));
	assert_true(fingerprint_equal(print(b), before));
	assert_int_equal(machine_warnings_total(b->m), 0);
}

static void refused(void **state)
{
	struct bench *b = *state;
	struct fingerprint before = print(b);
	unsigned irq;

	assert_int_equal(irq_create_mapping(b->domain, 16, -1, NULL), 0);
	assert_int_equal(machine_warnings(b->m, WARN_MAPPING_REFUSED), 1);
	assert_int_equal(irq_create_mapping(b->domain, 7, -1, NULL), 0);
	assert_int_equal(machine_warnings(b->m, WARN_MAPPING_REFUSED), 2);
	/* Not permitted is no reason to complain. */
	assert_int_equal(irq_create_mapping(b->domain, 8, -1, NULL), 0);
	assert_int_equal(machine_warnings(b->m, WARN_MAPPING_REFUSED), 2);
	assert_int_equal(irq_domain_associate(b->domain, 99, 1), -EINVAL);
	assert_true(fingerprint_equal(print(b), before));

	irq = irq_create_mapping(b->domain, 1, -1, NULL);
	before = print(b);
	assert_int_equal(irq_domain_associate(b->domain, irq, 2), -EINVAL);
	assert_int_equal(machine_warnings(b->m, WARN_MAPPING_REFUSED), 4);
	assert_true(fingerprint_equal(print(b), before));
	/* An empty mask can be nobody's. */
	assert_int_equal(irq_create_mapping(b->domain, 2, -1,
					    &(struct irq_affinity_desc){
						    .mask = cpumask_none(b->m),
					    }),
			 0);
	assert_true(fingerprint_equal(print(b), before));
}

static void no_memory(void **state)
{
	struct bench *b = *state;
	unsigned irq = 0;

	/* The index of numbers grows with the first of them, and is no state. */
	irq_dispose_mapping(b->m, irq_create_mapping(b->domain, 3, -1, NULL));
	for (uint64_t nth = 1; !irq && nth < 10; nth++) {
		struct fingerprint before = print(b);

		machine_fail_allocation(b->m, nth);
		irq = irq_create_mapping(b->domain, 3, -1, NULL);
		machine_fail_allocation(b->m, 0);
		if (!irq)
			assert_true(fingerprint_equal(print(b), before));
		else
			assert_true(nth > 1);
	}
	assert_int_equal(irq, 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(mapped_once, setup, teardown),
		cmocka_unit_test_setup_teardown(refused, setup, teardown),
		cmocka_unit_test_setup_teardown(no_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
