/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"
#include "core/fake_domains.h"

#include <stdlib.h>
#include <string.h>

static int alloc(struct irq_domain *domain, unsigned nr)
{
	return irq_domain_alloc_irqs(domain, -1, nr, -1, NULL, NULL);
}

/* ---- domains ---- */

static int alloc_nothing(struct irq_domain *d, unsigned virq, unsigned nr, void *arg)
{
	(void)d;
	(void)virq;
	(void)nr;
	(void)arg;
	return -ENOSPC;
}

static void free_nothing(struct irq_domain *d, unsigned virq, unsigned nr)
{
	(void)d;
	(void)virq;
	(void)nr;
}

static bool select_odd(struct irq_domain *d, const char *fwnode, enum irq_domain_bus_token token)
{
	(void)d;
	return !strcmp(fwnode, "shared") && (token % 2 || token == DOMAIN_BUS_ANY);
}

static const struct irq_domain_ops plain_ops = {.alloc = alloc_nothing, .free = free_nothing};
static const struct irq_domain_ops selecting_ops = {
	.select = select_odd, .alloc = alloc_nothing, .free = free_nothing};
static const struct irq_domain_ops no_free_ops = {.alloc = alloc_nothing};
static const struct irq_domain_ops no_alloc_ops = {.free = free_nothing};

static struct irq_domain *make(struct fake *fake, struct irq_domain_config config)
{
	return irq_domain_create(fake->m, &config);
}

static void test_names(void **state)
{
	struct fake *fake = *state;
	const struct irq_domain *d;

	assert_string_equal(fake->domain[FAKE_ROOT]->name, "root");
	assert_string_equal(fake->domain[FAKE_MIDDLE]->name, "middle-13");
	d = make(fake, (struct irq_domain_config){.name = "INTEL-IR-0-13",
						  .ops = &plain_ops,
						  .bus_token = 13,
						  .quiet_token = true});
	assert_string_equal(d->name, "INTEL-IR-0-13");
	assert_int_equal(d->bus_token, 13);
	d = make(fake, (struct irq_domain_config){
			       .name = "0123456789012345678901234567890123456789abcdefghijk",
			       .ops = &plain_ops});
	assert_string_equal(d->name, "0123456789012345678901234567890123456789abcdefg");
	d = make(fake,
		 (struct irq_domain_config){.name = "012345678901234567890123456789012345678901234",
					    .ops = &plain_ops,
					    .bus_token = DOMAIN_BUS_PCI_DEVICE_MSIX});
	assert_string_equal(d->name, "012345678901234567890123456789012345678901234-1");
}

static void test_token_comes_later(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *d =
		make(fake, (struct irq_domain_config){.name = "late", .ops = &plain_ops});

	irq_domain_update_bus_token(d, DOMAIN_BUS_NEXUS);
	assert_string_equal(d->name, "late-5");
	irq_domain_update_bus_token(d, DOMAIN_BUS_NEXUS);
	assert_string_equal(d->name, "late-5");
	assert_ptr_equal(irq_domain_by_name(fake->m, "late-5"), d);
}

static void test_what_a_domain_is(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *tree =
		make(fake, (struct irq_domain_config){.name = "a", .ops = &plain_ops});
	struct irq_domain *linear =
		make(fake, (struct irq_domain_config){.name = "b", .ops = &plain_ops, .size = 32});
	struct irq_domain *child = make(
		fake, (struct irq_domain_config){.name = "c", .ops = &plain_ops, .parent = tree});

	assert_true(tree->hwirq_max == UINT64_MAX);
	assert_int_equal(linear->hwirq_max, 32);
	assert_true(child->hwirq_max == UINT32_MAX);
	assert_ptr_equal(tree->root, tree);
	assert_ptr_equal(child->root, tree);
	assert_true(tree->flags & IRQ_DOMAIN_FLAG_HIERARCHY);
	assert_true(tree->id < linear->id && linear->id < child->id);
}

static void test_slots_are_required(void **state)
{
	struct fake *fake = *state;
	struct fingerprint before = fake_print(fake);

	assert_null(make(fake, (struct irq_domain_config){.name = "x"}));
	assert_null(make(fake, (struct irq_domain_config){.ops = &plain_ops}));
	assert_null(make(fake, (struct irq_domain_config){.name = "x", .ops = &no_free_ops}));
	assert_null(make(fake, (struct irq_domain_config){.name = "x",
							  .ops = &no_alloc_ops,
							  .parent = fake->domain[FAKE_ROOT]}));
	assert_int_equal(machine_warnings(fake->m, WARN_DOMAIN_INCOMPLETE), 4);
	assert_same(fake, before);
}

static void test_find(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *older = make(
		fake, (struct irq_domain_config){
			      .name = "o", .fwnode = "shared", .ops = &plain_ops, .bus_token = 2});
	struct irq_domain *newer = make(
		fake, (struct irq_domain_config){
			      .name = "n", .fwnode = "shared", .ops = &plain_ops, .bus_token = 3});
	struct irq_domain *selecting;

	assert_ptr_equal(irq_domain_find(fake->m, "shared", DOMAIN_BUS_ANY), newer);
	assert_ptr_equal(irq_domain_find(fake->m, "shared", 2), older);
	assert_null(irq_domain_find(fake->m, "shared", 4));
	assert_null(irq_domain_find(fake->m, "other", DOMAIN_BUS_ANY));
	assert_null(irq_domain_find(fake->m, NULL, DOMAIN_BUS_ANY));
	selecting = make(fake, (struct irq_domain_config){.name = "s", .ops = &selecting_ops});
	assert_ptr_equal(irq_domain_find(fake->m, "shared", 5), selecting);
	assert_ptr_equal(irq_domain_find(fake->m, "shared", 2), older);
	/* ANY never asks select. */
	assert_ptr_equal(irq_domain_find(fake->m, "shared", DOMAIN_BUS_ANY), newer);
	irq_domain_remove(newer);
	assert_ptr_equal(irq_domain_find(fake->m, "shared", DOMAIN_BUS_ANY), older);
}

static void test_removal(void **state)
{
	struct fake *fake = *state;
	struct fingerprint before;
	size_t bytes = machine_bytes_in_use(fake->m);
	struct irq_domain *top = fake_add_top(fake);
	int virq = alloc(top, 1);

	assert_true(virq > 0);
	irq_domain_remove(top);
	assert_int_equal(machine_warnings(fake->m, WARN_DOMAIN_NOT_EMPTY), 1);
	assert_null(irq_domain_by_name(fake->m, "top-1"));
	/* Its interrupt still leads to it and can be freed. */
	irq_domain_free_irqs(fake->m, (unsigned)virq, 1);
	assert_null(irq_to_desc(fake->m, (unsigned)virq));

	before = fake_print(fake);
	top = make(fake, (struct irq_domain_config){.name = "gone", .ops = &plain_ops});
	irq_domain_remove(top);
	assert_int_equal(machine_warnings(fake->m, WARN_DOMAIN_NOT_EMPTY), 1);
	assert_true(machine_bytes_in_use(fake->m) > bytes);
	/* All that remains is that the number was used. */
	assert_false(fingerprint_equal(fake_print(fake), before));
}

/* ---- allocation ---- */

static void test_order_of_levels(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *top = fake_add_top(fake);

	assert_int_equal(alloc(top, 3), 24);
	assert_log(fake, "top.alloc 24+3; middle.alloc 24+3; root.alloc 24+3; "
			 "root.done; middle.done; top.done");
	for (unsigned virq = 24; virq < 27; virq++) {
		struct irq_data *d = irq_get_irq_data(fake->m, virq);

		for (enum fake_level level = FAKE_TOP;; level--) {
			assert_ptr_equal(d->domain, fake->domain[level]);
			assert_int_equal(d->irq, virq);
			assert_int_equal(d->hwirq, virq - 24 + 100 * level);
			assert_ptr_equal(d->common, &irq_to_desc(fake->m, virq)->irq_common_data);
			assert_ptr_equal(irq_domain_get_irq_data(fake->domain[level], virq), d);
			assert_ptr_equal(irq_domain_resolve(fake->domain[level], d->hwirq), d);
			assert_int_equal(fake->domain[level]->mapcount, 3);
			if (level == FAKE_ROOT)
				break;
			d = d->parent_data;
		}
		assert_null(d->parent_data);
	}
	assert_null(irq_domain_resolve(top, 203));
	/* Allocated as one, freed one by one, at every level. */
	irq_domain_free_irqs(fake->m, 24, 3);
	assert_log(fake, "top.free 24+1; middle.free 24+1; root.free 24+1; "
			 "top.free 25+1; middle.free 25+1; root.free 25+1; "
			 "top.free 26+1; middle.free 26+1; root.free 26+1");
	assert_null(irq_domain_resolve(top, 200));
	assert_int_equal(top->mapcount + fake->domain[FAKE_ROOT]->mapcount, 0);
	assert_null(irq_to_desc(fake->m, 24));
}

static void test_free_leaves_nothing(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *top = fake_add_top(fake);
	struct fingerprint before = fake_print(fake);

	assert_int_equal(alloc(top, 5), 24);
	assert_int_equal(alloc(top, 1), 29);
	irq_domain_free_irqs(fake->m, 25, 2);
	assert_int_equal(alloc(top, 3), 30);
	assert_int_equal(alloc(top, 2), 25);
	irq_domain_free_irqs(fake->m, 24, 9);
	assert_same(fake, before);
}

static void test_base(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *root = fake->domain[FAKE_ROOT];
	struct fingerprint before;

	assert_int_equal(irq_domain_alloc_irqs(root, 100, 2, -1, NULL, NULL), 100);
	before = fake_print(fake);
	assert_int_equal(irq_domain_alloc_irqs(root, 101, 1, -1, NULL, NULL), -EEXIST);
	assert_int_equal(irq_domain_alloc_irqs(root, 99, 2, -1, NULL, NULL), -EEXIST);
	assert_same(fake, before);
	assert_int_equal(irq_domain_alloc_irqs(root, 98, 2, -1, NULL, NULL), 98);
}

static void test_affinity(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *root = fake->domain[FAKE_ROOT];
	const struct irq_affinity_desc one_empty[] = {
		{.mask = cpumask_of(fake->m, 0)},
		{.mask = cpumask_none(fake->m)},
	};
	const struct irq_affinity_desc good[] = {
		{.mask = cpumask_of(fake->m, 0)},
		{.mask = cpumask_of(fake->m, 1), .is_managed = true},
	};
	struct fingerprint before = fake_print(fake);

	assert_int_equal(irq_domain_alloc_irqs(root, -1, 2, -1, NULL, one_empty), -EINVAL);
	assert_log(fake, "");
	assert_same(fake, before);
	assert_int_equal(irq_domain_alloc_irqs(root, -1, 2, -1, NULL, good), 24);
	assert_ptr_equal(irq_data_get_affinity_mask(irq_get_irq_data(fake->m, 25)), good[1].mask);
	assert_true(irqd_has(irq_get_irq_data(fake->m, 25), IRQD_AFFINITY_MANAGED));
	assert_false(irqd_has(irq_get_irq_data(fake->m, 24), IRQD_AFFINITY_MANAGED));
}

static void test_each_level_fails(void **state)
{
	static const char *const logs[] = {
		"top.alloc 24+2; middle.alloc 24+2; root.alloc 24+2; root.failed",
		"top.alloc 24+2; middle.alloc 24+2; root.alloc 24+2; root.done; "
		"root.free 24+1; root.free 25+1; middle.failed",
		"top.alloc 24+2; middle.alloc 24+2; root.alloc 24+2; root.done; middle.done; "
		"middle.free 24+1; root.free 24+1; middle.free 25+1; root.free 25+1; top.failed",
	};
	struct fake *fake = *state;
	struct irq_domain *top = fake_add_top(fake);
	struct fingerprint before = fake_print(fake);

	for (enum fake_level level = FAKE_ROOT; level < FAKE_LEVELS; level++) {
		fake->fail_alloc[level] = -EIO;
		assert_int_equal(alloc(top, 2), -EIO);
		fake->fail_alloc[level] = 0;
		assert_log(fake, logs[level]);
		assert_same(fake, before);
	}
	/* In the middle of a block: what the level did itself is its own to undo. */
	fake->vectors = 3;
	assert_int_equal(alloc(top, 4), -ENOSPC);
	assert_same(fake, before);
	assert_int_equal(alloc(top, 3), 24);
}

static void test_memory_fails(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *top = fake_add_top(fake);
	struct fingerprint before = fake_print(fake);
	int virq = -ENOMEM;
	uint64_t n = 0;

	while (virq < 0) {
		assert_true(++n < 1000);
		machine_fail_allocation(fake->m, n);
		virq = alloc(top, 20);
		fake_log(fake);
		if (virq > 0)
			break;
		assert_true(virq == -ENOMEM || virq == -ENOSPC);
		assert_same(fake, before);
	}
	machine_fail_allocation(fake->m, 0);
	/* Of each irq: descriptor, two levels and what three domains take; and the maps. */
	assert_true(n > 20 * 6);
}

/* ---- levels that are not there ---- */

static void test_trim(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *top = fake_add_top(fake);
	struct fingerprint before = fake_print(fake);

	fake->disconnect_root = true;
	assert_int_equal(alloc(top, 2), 24);
	assert_log(fake, "top.alloc 24+2; middle.alloc 24+2; middle.done; top.done");
	assert_null(irq_domain_get_irq_data(fake->domain[FAKE_ROOT], 24));
	assert_null(irq_get_irq_data(fake->m, 25)->parent_data->parent_data);
	assert_int_equal(fake->domain[FAKE_ROOT]->mapcount, 0);
	assert_int_equal(fake->domain[FAKE_MIDDLE]->mapcount, 2);
	irq_domain_free_irqs(fake->m, 24, 2);
	assert_log(fake, "top.free 24+1; middle.free 24+1; top.free 25+1; middle.free 25+1");
	assert_same(fake, before);
}

static void test_chips_are_required(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *top = fake_add_top(fake);
	struct fingerprint before = fake_print(fake);

	for (enum fake_level level = FAKE_ROOT; level < FAKE_LEVELS; level++) {
		fake->no_chip[level] = true;
		assert_int_equal(alloc(top, 1), -EINVAL);
		fake->no_chip[level] = false;
		assert_log(fake, "top.alloc 24+1; middle.alloc 24+1; root.alloc 24+1; root.done; "
				 "middle.done; top.done; "
				 "top.free 24+1; middle.free 24+1; root.free 24+1");
		assert_same(fake, before);
	}
	fake->disconnect_root = true;
	fake->no_chip[FAKE_MIDDLE] = true;
	assert_int_equal(alloc(top, 1), -EINVAL);
	assert_same(fake, before);
}

static struct irq_domain *leaf_below(struct fake *fake, struct irq_domain *parent,
				     const struct irq_domain_ops *ops)
{
	return make(fake, (struct irq_domain_config){
				  .name = "leaf", .ops = ops, .parent = parent, .host_data = fake});
}

static const struct irq_chip leaf_chip = {.name = "leaf"};

/* Marks the level below it as the end, while the one below that has a chip. */
static int alloc_marker_too_high(struct irq_domain *d, unsigned virq, unsigned nr, void *arg)
{
	int ret = irq_domain_alloc_irqs_parent(d, virq, nr, arg);

	irq_domain_set_hwirq_and_chip(d, virq, virq, &leaf_chip, NULL);
	irq_domain_disconnect_hierarchy(d->parent, virq);
	return ret;
}
static const struct irq_domain_ops marker_ops = {.alloc = alloc_marker_too_high,
						 .free = irq_domain_free_irqs_common};

static void test_no_chip_below_the_marker(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *leaf = leaf_below(fake, fake->domain[FAKE_MIDDLE], &marker_ops);
	struct fingerprint before = fake_print(fake);

	assert_int_equal(alloc(leaf, 1), -EINVAL);
	assert_same(fake, before);
	assert_int_equal(irq_domain_disconnect_hierarchy(leaf, 24), -EINVAL);
}

/* ---- reverse maps ---- */

/* As with AMD-Vi, where the hwirq of single interrupts is the same for all. */
static void test_same_hwirq_twice(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *middle = fake->domain[FAKE_MIDDLE];
	struct fingerprint before;

	fake->same_hwirq = true;
	assert_int_equal(alloc(middle, 1), 24);
	before = fake_print(fake);
	assert_int_equal(alloc(middle, 1), 25);
	assert_int_equal(middle->mapcount, 2);
	assert_int_equal(irq_domain_resolve(middle, 7)->irq, 24);
	irq_domain_free_irqs(fake->m, 25, 1);
	assert_int_equal(irq_domain_resolve(middle, 7)->irq, 24);
	assert_same(fake, before);
	irq_domain_free_irqs(fake->m, 24, 1);
	assert_null(irq_domain_resolve(middle, 7));
}

static void test_no_map(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *root = fake->domain[FAKE_ROOT];

	root->flags |= IRQ_DOMAIN_FLAG_NO_MAP;
	assert_int_equal(alloc(root, 1), 24);
	assert_int_equal(root->mapcount, 1);
	assert_null(irq_domain_resolve(root, 0));
	irq_domain_free_irqs(fake->m, 24, 1);
	assert_int_equal(root->mapcount, 0);
}

static void test_free_of_nothing(void **state)
{
	struct fake *fake = *state;
	struct fingerprint before;

	assert_int_equal(alloc(fake->domain[FAKE_ROOT], 1), 24);
	fake_log(fake);
	before = fake_print(fake);
	irq_domain_free_irqs(fake->m, 30, 1);
	irq_domain_free_irqs(fake->m, 24, 2);
	assert_int_equal(machine_warnings(fake->m, WARN_NO_DOMAIN_FREE), 2);
	assert_log(fake, "");
	assert_same(fake, before);
	/* Nor a range that belongs to two. */
	assert_int_equal(alloc(fake->domain[FAKE_MIDDLE], 1), 25);
	fake_log(fake);
	before = fake_print(fake);
	irq_domain_free_irqs(fake->m, 24, 2);
	assert_int_equal(machine_warnings(fake->m, WARN_NO_DOMAIN_FREE), 3);
	assert_log(fake, "");
	assert_same(fake, before);
}

static void test_set_info(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *middle = fake->domain[FAKE_MIDDLE];
	struct irq_desc *desc;
	int data;

	assert_int_equal(alloc(middle, 1), 24);
	desc = irq_to_desc(fake->m, 24);
	irq_domain_set_info(middle, 24, 107, &leaf_chip, desc->irq_data.chip_data, handle_edge_irq,
			    &data, "edge");
	assert_ptr_equal(desc->handle_irq, handle_edge_irq);
	assert_string_equal(desc->name, "edge");
	assert_ptr_equal(desc->irq_common_data.handler_data, &data);
	assert_int_equal(desc->irq_data.hwirq, 107);
	assert_int_equal(irq_domain_set_hwirq_and_chip(middle, 99, 1, &leaf_chip, NULL), -ENOENT);
}

/* ---- activation ---- */

static void test_activation(void **state)
{
	struct fake *fake = *state;
	struct irq_data *d;

	alloc(fake_add_top(fake), 1);
	fake_log(fake);
	d = irq_get_irq_data(fake->m, 24);
	assert_int_equal(irq_domain_activate_irq(d, true), 0);
	assert_log(fake, "root.activate 24 reserve; middle.activate 24 reserve; "
			 "top.activate 24 reserve");
	assert_true(irqd_has(d, IRQD_ACTIVATED));
	assert_int_equal(irq_domain_activate_irq(d, false), 0);
	assert_log(fake, "");
	irq_domain_deactivate_irq(d);
	assert_log(fake, "top.deactivate 24; middle.deactivate 24; root.deactivate 24");
	assert_false(irqd_has(d, IRQD_ACTIVATED));
	irq_domain_deactivate_irq(d);
	assert_log(fake, "");
}

static void test_activation_fails(void **state)
{
	static const char *const logs[] = {
		"root.activate 24",
		"root.activate 24; middle.activate 24; root.deactivate 24",
		("root.activate 24; middle.activate 24; top.activate 24; "
		 "middle.deactivate 24; root.deactivate 24"),
	};
	struct fake *fake = *state;
	struct fingerprint before;
	struct irq_data *d;

	alloc(fake_add_top(fake), 1);
	fake_log(fake);
	d = irq_get_irq_data(fake->m, 24);
	before = fake_print(fake);
	for (enum fake_level level = FAKE_ROOT; level < FAKE_LEVELS; level++) {
		fake->fail_activate[level] = 24;
		assert_int_equal(irq_domain_activate_irq(d, false), -ENOSPC);
		fake->fail_activate[level] = 0;
		assert_log(fake, logs[level]);
		assert_false(irqd_has(d, IRQD_ACTIVATED));
		assert_same(fake, before);
	}
}

static void test_hierarchy_is_locked(void **state)
{
	struct fake *fake = *state;
	uint64_t warnings = machine_warnings_total(fake->m);

	alloc(fake->domain[FAKE_MIDDLE], 1);
	assert_false(fake->domain[FAKE_ROOT]->mutex.held);
	assert_int_equal(machine_warnings_total(fake->m), warnings);
	/* The root's mutex is the one: whoever holds it collides. */
	lock_acquire(fake->m, &fake->domain[FAKE_ROOT]->mutex);
	alloc(fake->domain[FAKE_MIDDLE], 1);
	assert_int_equal(machine_warnings(fake->m, WARN_LOCK_MISUSE), 1);
}

static struct fingerprint after_making(struct fake *fake, const struct irq_domain_config *one,
				       const struct irq_domain_config *other)
{
	struct fingerprint print;
	struct irq_domain *d[2];

	d[0] = irq_domain_create(fake->m, one);
	d[1] = irq_domain_create(fake->m, other);
	print = machine_fingerprint(fake->m, FINGERPRINT_SEMANTIC);
	irq_domain_remove(d[0]);
	irq_domain_remove(d[1]);
	return print;
}

static bool order_counts(struct fake *fake, const struct irq_domain_config *one,
			 const struct irq_domain_config *other)
{
	struct fingerprint start = machine_fingerprint(fake->m, FINGERPRINT_SEMANTIC), a, b;

	a = after_making(fake, one, other);
	assert_true(fingerprint_equal(machine_fingerprint(fake->m, FINGERPRINT_SEMANTIC), start));
	b = after_making(fake, other, one);
	assert_true(fingerprint_equal(after_making(fake, one, other), a));
	return !fingerprint_equal(a, b);
}

/* Which domain came first counts where a look-up may find either, and nowhere else. */
static void test_order_of_creation(void **state)
{
	struct fake *fake = *state;
	const struct irq_domain_config a = {.name = "a", .ops = &plain_ops},
				       b = {.name = "b", .ops = &plain_ops},
				       c = {.name = "c", .ops = &plain_ops, .fwnode = "one"},
				       d = {.name = "d", .ops = &plain_ops, .fwnode = "two"},
				       e = {.name = "e", .ops = &plain_ops, .fwnode = "one"},
				       f = {.name = "f", .ops = &selecting_ops, .fwnode = "three"},
				       g = {.name = "a", .ops = &plain_ops, .fwnode = "two"};

	assert_false(order_counts(fake, &a, &b));
	assert_false(order_counts(fake, &a, &f));
	assert_false(order_counts(fake, &c, &d));
	assert_true(order_counts(fake, &c, &e));
	assert_true(order_counts(fake, &d, &f));
	assert_true(order_counts(fake, &a, &g));
}

/* A chip that leaves something to a level that cannot do it. */
static void test_missing_slots_are_named(void **state)
{
	static const struct irq_chip bare = {.name = "bare"};
	static const struct {
		void (*ask)(struct irq_data *d);
		const char *slot;
	} questions[] = {
		{irq_chip_ack_parent, "irq_ack"},	{irq_chip_eoi_parent, "irq_eoi"},
		{irq_chip_mask_parent, "irq_mask"},	{irq_chip_unmask_parent, "irq_unmask"},
		{irq_chip_enable_parent, "irq_unmask"}, {irq_chip_disable_parent, "irq_mask"},
	};

	struct fake *fake = *state;
	struct irq_data *d =
		irq_get_irq_data(fake->m, (unsigned)alloc(fake->domain[FAKE_MIDDLE], 1));
	int snapshot = machine_snapshot(fake->m);

	for (unsigned i = 0; i < 2 * sizeof(questions) / sizeof(questions[0]); i++) {
		touch(fake->m, d->parent_data);
		d->parent_data->chip = &bare;
		assert_null(machine_poisoned(fake->m));
		questions[i / 2].ask(i % 2 ? d : d->parent_data); /* the root has none below */
		assert_non_null(machine_poisoned(fake->m));
		assert_non_null(strstr(machine_poisoned(fake->m), questions[i / 2].slot));
		assert_int_equal(machine_warnings(fake->m, WARN_BUG), 1);
		machine_restore(fake->m, snapshot);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_token_comes_later, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_what_a_domain_is, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_slots_are_required, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_find, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_removal, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_order_of_levels, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_free_leaves_nothing, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_base, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_affinity, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_each_level_fails, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_memory_fails, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_trim, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_chips_are_required, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_no_chip_below_the_marker, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_same_hwirq_twice, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_no_map, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_free_of_nothing, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_set_info, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_activation, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_activation_fails, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_hierarchy_is_locked, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_order_of_creation, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_missing_slots_are_named, fake_setup,
						fake_teardown),
	};

	return cmocka_run_group_tests_name("irqdomain", tests, NULL, NULL);
}
