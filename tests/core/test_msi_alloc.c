/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"
#include "core/fake_domains.h"

#include <stdlib.h>
#include <string.h>

#define SIMPLE MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS

static struct device *device_from(struct fake *fake, const struct msi_domain_template *template)
{
	struct device *dev = fake_device(fake, "dev", fake->domain[FAKE_MIDDLE]);

	assert_int_equal(msi_create_device_irq_domain(dev, 0, template, 8, fake, NULL), 0);
	return dev;
}

static void test_store_needs_the_lock(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, 0);
	unsigned index = 0;

	assert_int_equal(fake_insert(dev, 0, 0), -EINVAL);
	assert_int_equal(machine_warnings(fake->m, WARN_LOCK_MISUSE), 1);
	assert_null(msi_domain_desc(dev, 0, 0));
	assert_null(msi_domain_next_desc(dev, 0, &index, MSI_DESC_ALL));
	assert_int_equal(msi_domain_alloc_irqs_range_locked(dev, 0, 0, 0), -EINVAL);
	msi_domain_free_irqs_all_locked(dev, 0);
	assert_int_equal(machine_warnings(fake->m, WARN_LOCK_MISUSE), 5);
	msi_lock_descs(dev);
	assert_int_equal(fake_insert(dev, 0, 0), 0);
	msi_unlock_descs(dev);
	assert_int_equal(machine_warnings(fake->m, WARN_LOCK_MISUSE), 5);
}

/* ---- batches ---- */

static void test_batch_is_one(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, SIMPLE);
	struct fingerprint before = fake_print(fake);

	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 2, 3), 0);
	assert_log(fake, "prepare 2; "
			 "prepare_desc 2; middle.alloc 24+1; root.alloc 24+1; root.done; "
			 "middle.done; "
			 "prepare_desc 3; middle.alloc 25+1; root.alloc 25+1; root.done; "
			 "middle.done");
	assert_int_equal(msi_domain_get_virq(dev, 0, 2), 24);
	assert_int_equal(msi_domain_get_virq(dev, 0, 3), 25);
	assert_int_equal(irq_data_get_msi_desc(irq_get_irq_data(fake->m, 25))->msi_index, 3);
	msi_domain_free_irqs_range(dev, 0, 0, 7);
	assert_log(fake, "middle.free 24+1; root.free 24+1; middle.free 25+1; root.free 25+1");
	assert_same(fake, before);
	/* The same one by one prepares each time: to a parent that sizes a table it is another
	 * thing. */
	msi_domain_alloc_irqs_range(dev, 0, 2, 2);
	msi_domain_alloc_irqs_range(dev, 0, 3, 3);
	assert_non_null(strstr(fake_log(fake), "prepare 1; prepare_desc 3"));
}

static void test_block_of_one_descriptor(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 1, MSI_FLAG_ACTIVATE_EARLY);
	const struct msi_desc init = {.nvec_used = 3};

	msi_lock_descs(dev);
	assert_int_equal(msi_domain_insert_msi_desc(dev, 0, &init, 0, 0, NULL), 0);
	assert_int_equal(msi_domain_alloc_irqs_all_locked(dev, 0, 1), 0);
	assert_log(fake, "prepare 1; prepare_desc 0; middle.alloc 24+3; root.alloc 24+3; "
			 "root.done; middle.done; "
			 "root.activate 24; middle.activate 24; write 24 20; "
			 "root.activate 25; middle.activate 25; write 25 21; "
			 "root.activate 26; middle.activate 26; write 26 22");
	assert_int_equal(msi_domain_desc(dev, 0, 0)->irq, 24);
	/* All are deactivated before the first is freed, and each is freed by itself. */
	msi_domain_free_irqs_all_locked(dev, 0);
	assert_log(fake, "write 24 0; middle.deactivate 24; root.deactivate 24; "
			 "write 25 0; middle.deactivate 25; root.deactivate 25; "
			 "write 26 0; middle.deactivate 26; root.deactivate 26; "
			 "middle.free 24+1; root.free 24+1; middle.free 25+1; root.free 25+1; "
			 "middle.free 26+1; root.free 26+1");
	assert_null(msi_domain_desc(dev, 0, 0));
	msi_unlock_descs(dev);
}

static void test_bad_ranges(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, SIMPLE);
	struct device *none = fake_device(fake, "none", NULL);
	struct device *bare = fake_device(fake, "bare", fake->domain[FAKE_MIDDLE]);
	struct fingerprint before = fake_print(fake);

	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 8), -EINVAL);
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 3, 2), -EINVAL);
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 1, 0, 0), -EINVAL);
	assert_int_equal(msi_domain_alloc_irqs_range(dev, MSI_MAX_DOMAINS, 0, 0), -EINVAL);
	assert_int_equal(msi_domain_alloc_irqs_range(bare, 0, 0, 0), -EINVAL);
	assert_int_equal(machine_warnings(fake->m, WARN_MSI_BAD_RANGE), 5);
	assert_int_equal(msi_domain_alloc_irqs_range(none, 0, 0, 0), -ENODEV);
	/* Freeing what cannot be there does nothing, and says nothing. */
	msi_domain_free_irqs_range(dev, 0, 0, 8);
	msi_domain_free_irqs_range(dev, 5, 0, 0);
	msi_domain_free_irqs_range(none, 0, 0, 0);
	assert_int_equal(machine_warnings_total(fake->m), 5);
	assert_log(fake, "");
	assert_same(fake, before);
}

static void test_budget(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, 0);

	msi_lock_descs(dev);
	fake_insert(dev, 1, 1);
	fake_insert(dev, 5, 5);
	assert_int_equal(msi_domain_alloc_irqs_all_locked(dev, 0, 1), -EINVAL);
	assert_int_equal(machine_warnings(fake->m, WARN_MSI_BATCH_OVERRUN), 1);
	assert_null(irq_to_desc(fake->m, 24));
	fake_insert(dev, 1, 1);
	fake_insert(dev, 5, 5);
	fake_log(fake);
	assert_int_equal(msi_domain_alloc_irqs_all_locked(dev, 0, 3), 0);
	assert_int_equal(strncmp(fake_log(fake), "prepare 3; prepare_desc 1; ", 27), 0);
	assert_int_equal(msi_domain_desc(dev, 0, 5)->irq, 25);
	msi_unlock_descs(dev);
}

/* ---- a batch fails ---- */

static int partial_count(struct device *dev, const struct msi_desc *desc, int allocated)
{
	(void)dev;
	return desc->nvec_used > 1 ? 1 : allocated ? allocated : -ENOSPC;
}

static void test_failure_is_mapped(void **state)
{
	struct fake *fake = *state;
	struct msi_domain_template template = fake_template;
	struct device *plain = fake_device_with(fake, 8, SIMPLE), *mapped;
	struct fingerprint before;

	template.ops.map_failure = partial_count;
	template.info.flags |= SIMPLE;
	mapped = fake_device(fake, "mapped", fake->domain[FAKE_MIDDLE]);
	assert_int_equal(msi_create_device_irq_domain(mapped, 0, &template, 8, fake, NULL), 0);
	before = fake_print(fake);
	fake->vectors = 3;
	assert_int_equal(msi_domain_alloc_irqs_range(plain, 0, 0, 7), -ENOSPC);
	assert_same(fake, before);
	assert_int_equal(msi_domain_alloc_irqs_range(mapped, 0, 0, 7), 3);
	assert_same(fake, before);
	fake->vectors = 0;
	assert_int_equal(msi_domain_alloc_irqs_range(mapped, 0, 0, 7), -ENOSPC);
	/* Whatever the level said. */
	fake->fail_alloc[FAKE_MIDDLE] = -EIO;
	fake->vectors = 8;
	assert_int_equal(msi_domain_alloc_irqs_range(mapped, 0, 0, 7), -ENOSPC);
	assert_same(fake, before);
	assert_int_equal(msi_domain_alloc_irq_at(mapped, 0, 0, 0, NULL, 0).index, -ENOSPC);
	assert_same(fake, before);
}

static void test_prepare_fails(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, SIMPLE);
	struct fingerprint before = fake_print(fake);

	fake->prepare_result = -EIO;
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 7), -EIO);
	assert_same(fake, before);
	fake->prepare_result = 5;
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 7), 5);
	assert_same(fake, before);
	assert_int_equal(msi_domain_alloc_irq_at(dev, 0, 0, 0, NULL, 0).index, -ENOSPC);
	assert_same(fake, before);
	assert_log(fake, "prepare 8; prepare 8; prepare 1");
}

/* The error of an activation comes through as it is, and what was active is so no more. */
static void test_activation_fails(void **state)
{
	struct fake *fake = *state;
	struct msi_domain_template template = fake_template;
	struct fingerprint before;
	struct device *dev;

	template.ops.map_failure = partial_count;
	template.info.flags |= SIMPLE | MSI_FLAG_ACTIVATE_EARLY;
	dev = device_from(fake, &template);
	before = fake_print(fake);
	fake->fail_activate[FAKE_MIDDLE] = 25;
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 3), -ENOSPC);
	assert_non_null(strstr(fake_log(fake),
			       "root.activate 25; middle.activate 25; root.deactivate 25; "
			       "write 24 0; middle.deactivate 24; root.deactivate 24; "
			       "middle.free 24+1; root.free 24+1; "
			       "middle.free 25+1; root.free 25+1"));
	assert_same(fake, before);
}

static void test_descriptors_of_the_caller(void **state)
{
	struct fake *fake = *state;
	struct msi_domain_template template = fake_template;
	struct device *dev = fake_device_with(fake, 8, 0), *keeping;

	/* A domain that frees descriptors frees those of a failed batch, too. */
	fake->vectors = 1;
	msi_lock_descs(dev);
	fake_insert(dev, 0, 0);
	fake_insert(dev, 6, 6);
	assert_int_equal(msi_domain_alloc_irqs_all_locked(dev, 0, 2), -ENOSPC);
	assert_null(msi_domain_desc(dev, 0, 0));
	assert_null(msi_domain_desc(dev, 0, 6));
	msi_unlock_descs(dev);

	template.info.flags &= ~(uint32_t)MSI_FLAG_FREE_MSI_DESCS;
	keeping = fake_device(fake, "keeping", fake->domain[FAKE_MIDDLE]);
	assert_int_equal(msi_create_device_irq_domain(keeping, 0, &template, 8, fake, NULL), 0);
	msi_lock_descs(keeping);
	fake_insert(keeping, 0, 0);
	fake_insert(keeping, 6, 6);
	assert_int_equal(msi_domain_alloc_irqs_all_locked(keeping, 0, 2), -ENOSPC);
	assert_int_equal(msi_domain_desc(keeping, 0, 0)->irq, 0);
	assert_int_equal(msi_domain_desc(keeping, 0, 6)->irq, 0);
	/* Also when all went well: they stay, without interrupts. */
	fake->vectors = 2;
	assert_int_equal(msi_domain_alloc_irqs_all_locked(keeping, 0, 2), 0);
	msi_domain_free_irqs_all_locked(keeping, 0);
	assert_int_equal(msi_domain_desc(keeping, 0, 6)->irq, 0);
	msi_unlock_descs(keeping);
}

/* Index 2 belongs to somebody else, with an interrupt; index 3 without. */
static struct device *device_with_neighbours(struct fake *fake, bool erases)
{
	struct device *dev;

	machine_set_switch(fake->m, SWITCH_BATCH_ERASES_FOREIGN, erases);
	dev = fake_device_with(fake, 8, SIMPLE);
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 2, 2), 0);
	msi_lock_descs(dev);
	fake_insert(dev, 3, 3);
	msi_unlock_descs(dev);
	return dev;
}

static void test_batch_spares_foreign(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_with_neighbours(fake, false);
	struct fingerprint before = fake_print(fake);

	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 7), -EBUSY);
	assert_int_equal(machine_warnings_total(fake->m), 0);
	assert_same(fake, before);
}

static void test_batch_erases_foreign(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_with_neighbours(fake, true);

	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 7), -EBUSY);
	assert_int_equal(machine_warnings(fake->m, WARN_MSI_STILL_ASSOCIATED), 1);
	msi_lock_descs(dev);
	for (unsigned index = 0; index < 8; index++)
		assert_null(msi_domain_desc(dev, 0, index));
	msi_unlock_descs(dev);
	/* The interrupt lives on, and its descriptor with it. */
	assert_int_equal(irq_data_get_msi_desc(irq_get_irq_data(fake->m, 24))->msi_index, 2);
	machine_fingerprint_recompute(fake->m, FINGERPRINT_COMPLETE);
}

/* Descriptors of the caller, some of which have interrupts from a batch before. */
static void test_second_batch_fails(void **state)
{
	struct fake *fake = *state;

	for (int erases = 0; erases < 2; erases++) {
		struct device *dev =
			fake_device(fake, erases ? "on" : "off", fake->domain[FAKE_MIDDLE]);

		machine_set_switch(fake->m, SWITCH_BATCH_ERASES_FOREIGN, erases);
		fake->vectors = 3;
		assert_int_equal(fake_msi_domain(fake, dev, 0, 8, 0), 0);
		msi_lock_descs(dev);
		fake_insert(dev, 2, 2);
		assert_int_equal(msi_domain_alloc_irqs_all_locked(dev, 0, 1), 0);
		fake_insert(dev, 0, 0);
		fake_insert(dev, 3, 3);
		fake_insert(dev, 4, 4);
		assert_int_equal(msi_domain_alloc_irqs_all_locked(dev, 0, 8), -ENOSPC);
		if (erases)
			assert_null(msi_domain_desc(dev, 0, 2));
		else
			assert_int_equal(msi_domain_desc(dev, 0, 2)->irq, 24);
		assert_null(msi_domain_desc(dev, 0, 0));
		assert_null(msi_domain_desc(dev, 0, 4));
		msi_domain_free_irqs_all_locked(dev, 0);
		msi_unlock_descs(dev);
		assert_null(irq_to_desc(fake->m, 24));
	}
}

/* ---- early activation ---- */

static bool reserves(struct irq_domain *d, struct msi_domain_info *info, struct device *dev)
{
	(void)d;
	(void)dev;
	fake_note(info->data, "can_reserve");
	return true;
}

static const char *early(struct fake *fake, uint32_t flags, bool op, const char *name)
{
	struct msi_domain_template template = fake_template;
	struct device *dev = fake_device(fake, name, fake->domain[FAKE_MIDDLE]);
	struct msi_map map;
	struct irq_data *d;

	template.info.flags |= flags;
	template.ops.can_reserve = op ? reserves : NULL;
	assert_int_equal(msi_create_device_irq_domain(dev, 0, &template, 8, fake, NULL), 0);
	map = msi_domain_alloc_irq_at(dev, 0, 0, 0, NULL, 0);
	assert_int_equal(map.virq, 24);
	d = irq_get_irq_data(fake->m, 24);
	fake_note(fake, "active %d%s", irqd_has(d, IRQD_ACTIVATED),
		  irqd_has(d, IRQD_CAN_RESERVE) ? " may reserve" : "");
	msi_domain_free_irqs_range(dev, 0, 0, 0);
	return fake_log(fake);
}

#define ALLOC_24 "prepare_desc 0; middle.alloc 24+1; root.alloc 24+1; root.done; middle.done; "
#define FREE_24	 "; middle.free 24+1; root.free 24+1"

static void test_early_activation(void **state)
{
	struct fake *fake = *state;
	const uint32_t a = MSI_FLAG_ACTIVATE_EARLY, r = MSI_FLAG_MUST_REACTIVATE;

	assert_string_equal(early(fake, 0, true, "a"), "prepare 1; " ALLOC_24 "active 0" FREE_24);
	assert_string_equal(early(fake, r, true, "b"),
			    "prepare 1; can_reserve; " ALLOC_24 "active 0 may reserve" FREE_24);
	assert_string_equal(early(fake, a, true, "c"),
			    "prepare 1; " ALLOC_24
			    "root.activate 24; middle.activate 24; write 24 20; active 1; "
			    "write 24 0; middle.deactivate 24; root.deactivate 24" FREE_24);
	/* Reserved: the message is written, but request will activate once more. */
	assert_string_equal(early(fake, a | r, true, "d"),
			    "prepare 1; can_reserve; " ALLOC_24
			    "root.activate 24 reserve; middle.activate 24 reserve; write 24 20; "
			    "active 0 may reserve" FREE_24);
	assert_string_equal(early(fake, a | r, false, "e"),
			    "prepare 1; " ALLOC_24
			    "root.activate 24; middle.activate 24; write 24 20; active 1; "
			    "write 24 0; middle.deactivate 24; root.deactivate 24" FREE_24);
}

static void test_no_mask_does_not_reserve(void **state)
{
	struct fake *fake = *state;
	struct msi_domain_template template = fake_template;
	struct device *dev;

	template.info.flags |= MSI_FLAG_ACTIVATE_EARLY | MSI_FLAG_MUST_REACTIVATE;
	template.ops.can_reserve = reserves;
	dev = device_from(fake, &template);
	msi_get_domain_info(msi_get_device_domain(dev, 0))->flags |= MSI_FLAG_NO_MASK;
	msi_domain_alloc_irq_at(dev, 0, 0, 0, NULL, 0);
	assert_null(strstr(fake_log(fake), "reserve"));
}

static void test_managed_without_cpu(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, MSI_FLAG_ACTIVATE_EARLY);
	const struct irq_affinity_desc offline = {.mask = cpumask_of(fake->m, 3),
						  .is_managed = true};
	const struct irq_affinity_desc online = {.mask = cpumask_of(fake->m, 1),
						 .is_managed = true};
	struct msi_map map = msi_domain_alloc_irq_at(dev, 0, 0, 0, &offline, 0);

	assert_null(strstr(fake_log(fake), "activate"));
	assert_true(irqd_has(irq_get_irq_data(fake->m, (unsigned)map.virq), IRQD_MANAGED_SHUTDOWN));
	map = msi_domain_alloc_irq_at(dev, 0, 1, 1, &online, 0);
	assert_true(irqd_has(irq_get_irq_data(fake->m, (unsigned)map.virq), IRQD_ACTIVATED));
}

/* ---- one more ---- */

static struct msi_map at(struct device *dev, unsigned first, unsigned last)
{
	return msi_domain_alloc_irq_at(dev, 0, first, last, NULL, 0);
}
#define assert_map(map, i, v)                                                                      \
	do {                                                                                       \
		struct msi_map map_ = map;                                                         \
		assert_int_equal(map_.index, i);                                                   \
		assert_int_equal(map_.virq, v);                                                    \
	} while (0)

static void test_alloc_at(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, 0);
	struct device *none = fake_device(fake, "none", NULL);
	struct fingerprint before;

	assert_map(at(dev, 0, 0), 0, 24);
	assert_map(at(dev, MSI_ANY_INDEX, MSI_ANY_INDEX), 1, 25);
	assert_map(at(dev, 5, 5), 5, 26);
	assert_map(at(dev, 4, 6), 4, 27);
	assert_map(at(dev, 4, 6), 6, 28);
	before = fake_print(fake);
	assert_map(at(dev, 4, 6), -EBUSY, 0);
	assert_map(at(dev, 5, 5), -EBUSY, 0);
	assert_map(at(dev, 8, 8), -ERANGE, 0);
	assert_map(at(dev, 7, 8), -ERANGE, 0);
	assert_map(at(dev, 7, 6), -ERANGE, 0);
	assert_map(at(none, 0, 0), -ENODEV, 0);
	assert_map(msi_domain_alloc_irq_at(dev, 1, 0, 0, NULL, 0), -ENODEV, 0);
	assert_map(msi_domain_alloc_irq_at(dev, MSI_MAX_DOMAINS, 0, 0, NULL, 0), -ENODEV, 0);
	assert_same(fake, before);
	assert_map(at(dev, MSI_ANY_INDEX, 0), 2, 29);
	assert_map(at(dev, MSI_ANY_INDEX, 0), 3, 30);
	assert_map(at(dev, MSI_ANY_INDEX, 0), 7, 31);
	before = fake_print(fake);
	assert_map(at(dev, MSI_ANY_INDEX, 0), -EBUSY, 0);
	assert_same(fake, before);
	assert_int_equal(machine_warnings_total(fake->m), 0);
	/* What is freed is found again: the index, and the number. */
	msi_domain_free_irqs_range(dev, 0, 4, 4);
	assert_map(at(dev, MSI_ANY_INDEX, 0), 4, 27);
}

/* Special index 0 and a pool of the others. */
static void test_special_and_pool(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 4, 0);

	assert_map(at(dev, 0, 0), 0, 24);
	for (int i = 1; i < 4; i++)
		assert_map(at(dev, 1, 3), i, 24 + i);
	assert_map(at(dev, 1, 3), -EBUSY, 0);
	msi_domain_free_irqs_range(dev, 0, 1, 3);
	assert_int_equal(msi_domain_get_virq(dev, 0, 0), 24);
	assert_map(at(dev, 1, 3), 1, 25);
}

static void prepare_with_cookie(struct irq_domain *domain, msi_alloc_info_t *arg,
				struct msi_desc *desc)
{
	(void)arg;
	fake_note(msi_get_domain_info(domain)->data, "cookie %u", (unsigned)desc->data.icookie);
}

static void test_cookie_comes_first(void **state)
{
	struct fake *fake = *state;
	struct msi_domain_template template = fake_template;
	struct device *dev;

	template.ops.prepare_desc = prepare_with_cookie;
	dev = device_from(fake, &template);
	assert_map(msi_domain_alloc_irq_at(dev, 0, MSI_ANY_INDEX, 0, NULL, 77), 0, 24);
	assert_int_equal(strncmp(fake_log(fake), "prepare 1; cookie 77; middle.alloc", 34), 0);
}

static void test_empty_mask(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, 0);
	const struct irq_affinity_desc empty = {.mask = cpumask_none(fake->m)};
	struct fingerprint before = fake_print(fake);

	assert_map(msi_domain_alloc_irq_at(dev, 0, 0, 0, &empty, 0), -ENOSPC, 0);
	assert_same(fake, before);
}

/* Not even a domain that keeps its descriptors keeps one that got no interrupt. */
static void test_failed_alloc_at_keeps_nothing(void **state)
{
	struct fake *fake = *state;
	struct msi_domain_template template = fake_template;
	struct fingerprint before;
	struct device *dev;

	template.info.flags &= ~(uint32_t)MSI_FLAG_FREE_MSI_DESCS;
	dev = device_from(fake, &template);
	before = fake_print(fake);
	fake->vectors = 0;
	assert_map(at(dev, 3, 3), -ENOSPC, 0);
	assert_same(fake, before);
}

/* ---- freeing ---- */

static enum irqreturn nothing(int irq, void *dev_id)
{
	(void)irq;
	(void)dev_id;
	return IRQ_HANDLED;
}

static struct device *device_with_handler(struct fake *fake, bool frees)
{
	struct device *dev = fake_device_with(fake, 8, SIMPLE);

	machine_set_switch(fake->m, SWITCH_FREE_WITH_HANDLERS, frees);
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 2), 0);
	assert_int_equal(request_irq(fake->m, 25, nothing, 0, "h", dev), 0);
	msi_domain_free_irqs_range(dev, 0, 0, 7);
	assert_int_equal(machine_warnings(fake->m, WARN_FREE_WITH_ACTION), 1);
	assert_int_equal(machine_warnings_total(fake->m), 1);
	assert_int_equal(msi_domain_get_virq(dev, 0, 0), 0);
	return dev;
}

static void test_free_spares_handlers(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_with_handler(fake, false);

	assert_int_equal(msi_domain_get_virq(dev, 0, 1), 25);
	assert_int_equal(free_irq(fake->m, 25, dev), 0);
	msi_domain_free_irqs_range(dev, 0, 0, 7);
	assert_int_equal(msi_domain_get_virq(dev, 0, 1), 0);
	assert_int_equal(machine_warnings_total(fake->m), 1);
}

static void test_free_with_handlers(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_with_handler(fake, true);

	assert_int_equal(msi_domain_get_virq(dev, 0, 1), 0);
	assert_null(irq_to_desc(fake->m, 25));
	assert_non_null(strstr(fake_log(fake), "write 25 0; middle.deactivate 25"));
}

static void test_request_and_free_leave_nothing(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, SIMPLE);
	struct fingerprint before = machine_fingerprint(fake->m, FINGERPRINT_COMPLETE);

	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 0), 0);
	fake_log(fake);
	assert_int_equal(request_irq(fake->m, 24, nothing, 0, "h", dev), 0);
	assert_int_equal(
		strncmp(fake_log(fake), "root.activate 24; middle.activate 24; write 24 20", 49),
		0);
	assert_int_equal(free_irq(fake->m, 24, dev), 0);
	msi_domain_free_irqs_range(dev, 0, 0, 0);
	assert_same(fake, before);
}

static void note_post_free(struct irq_domain *d, struct device *dev)
{
	(void)dev;
	fake_note(msi_get_domain_info(d)->data, "post_free");
}

static void test_post_free(void **state)
{
	struct fake *fake = *state;
	struct msi_domain_template template = fake_template;
	struct device *dev;

	template.ops.msi_post_free = note_post_free;
	dev = device_from(fake, &template);
	at(dev, 0, 0);
	fake_log(fake);
	msi_domain_free_irqs_range(dev, 0, 0, 7);
	assert_log(fake, "middle.free 24+1; root.free 24+1; post_free");
}

static int take_over(struct irq_domain *d, struct device *dev, int nvec)
{
	struct fake *fake = msi_get_domain_info(d)->data;

	(void)dev;
	fake_note(fake, "take over %d", nvec);
	return fake->prepare_result;
}

static void give_back(struct irq_domain *d, struct device *dev)
{
	(void)dev;
	fake_note(msi_get_domain_info(d)->data, "give back");
}

static void test_somebody_else_allocates(void **state)
{
	struct fake *fake = *state;
	struct msi_domain_template template = fake_template;
	struct fingerprint before;
	struct device *dev;

	template.ops.domain_alloc_irqs = take_over;
	template.ops.domain_free_irqs = give_back;
	template.info.flags |= SIMPLE;
	dev = device_from(fake, &template);
	before = fake_print(fake);
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 3), 0);
	msi_domain_free_irqs_range(dev, 0, 0, 7);
	assert_log(fake, "take over 4; give back");
	assert_same(fake, before);
	fake->prepare_result = 2;
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 0, 3), 2);
	assert_log(fake, "take over 4; give back");
	assert_same(fake, before);
}

/* Task context only: the mutexes say so. */
static void test_not_in_interrupt_context(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, SIMPLE);
	struct lock spinning = {.name = "spinning"};

	lock_acquire(fake->m, &spinning);
	msi_domain_alloc_irqs_range(dev, 0, 0, 0);
	assert_true(machine_warnings(fake->m, WARN_SLEEP_IN_ATOMIC) > 0);
	lock_release(fake->m, &spinning);
}

/* ---- memory fails, at every place ---- */

static int op_batch(struct device *dev)
{
	return msi_domain_alloc_irqs_range(dev, 0, 0, 9);
}

static int op_any(struct device *dev)
{
	const struct irq_affinity_desc aff = {.mask = cpumask_of(dev->machine, 1)};
	struct msi_map map = msi_domain_alloc_irq_at(dev, 1, MSI_ANY_INDEX, 0, &aff, 5);

	return map.index < 0 ? map.index : 0;
}

static int op_far_index(struct device *dev)
{
	struct msi_map map = msi_domain_alloc_irq_at(dev, 1, 65535, 65535, NULL, 5);

	return map.index < 0 ? map.index : 0;
}

static int op_insert(struct device *dev)
{
	int ret;

	msi_lock_descs(dev);
	ret = fake_insert(dev, 4000, 4000);
	msi_unlock_descs(dev);
	return ret < 0 ? ret : 0;
}

static int op_new_pool(struct device *dev)
{
	return msi_create_device_irq_domain(dev, 5, &fake_template, 8, NULL, NULL);
}

static void test_memory_fails(void **state)
{
	static int (*const ops[])(struct device * dev) = {op_batch, op_any, op_far_index, op_insert,
							  op_new_pool};
	static const unsigned least[] = {50, 5, 5, 2, 2};

	for (int erases = 0; erases < 2; erases++) {
		struct fake *fake = *state;
		struct device *dev =
			fake_device(fake, erases ? "on" : "off", fake->domain[FAKE_MIDDLE]);

		machine_set_switch(fake->m, SWITCH_BATCH_ERASES_FOREIGN, erases);
		assert_int_equal(
			fake_msi_domain(fake, dev, 0, 5000, SIMPLE | MSI_FLAG_ACTIVATE_EARLY), 0);
		assert_int_equal(fake_msi_domain(fake, dev, 1, 0, 0), 0);
		for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
			struct fingerprint before = fake_print(fake);
			unsigned n = 0;
			int ret;

			do {
				assert_true(++n < 1000);
				machine_fail_allocation(fake->m, n);
				ret = ops[i](dev);
				fake_log(fake);
				if (ret) {
					assert_true(ret == -ENOMEM || ret == -ENOSPC);
					assert_same(fake, before);
				}
			} while (ret);
			machine_fail_allocation(fake->m, 0);
			assert_true(n > least[i]);
		}
		assert_int_equal(machine_warnings_total(fake->m), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_store_needs_the_lock, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_batch_is_one, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_block_of_one_descriptor, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_bad_ranges, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_budget, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_failure_is_mapped, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_prepare_fails, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_activation_fails, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_descriptors_of_the_caller, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_batch_spares_foreign, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_batch_erases_foreign, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_second_batch_fails, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_early_activation, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_no_mask_does_not_reserve, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_managed_without_cpu, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_alloc_at, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_special_and_pool, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_cookie_comes_first, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_empty_mask, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_failed_alloc_at_keeps_nothing, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_free_spares_handlers, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_free_with_handlers, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_request_and_free_leave_nothing, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_post_free, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_somebody_else_allocates, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_not_in_interrupt_context, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_memory_fails, fake_setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("msi_alloc", tests, NULL, NULL);
}
