/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"
#include "core/fake_domains.h"

#include <stdlib.h>

/* ---- the store ---- */

static void test_insert(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, 0);
	struct fingerprint before;

	msi_lock_descs(dev);
	assert_int_equal(fake_insert(dev, 3, 3), 3);
	assert_int_equal(fake_insert(dev, MSI_ANY_INDEX, 0), 0);
	assert_int_equal(fake_insert(dev, MSI_ANY_INDEX, MSI_ANY_INDEX), 1);
	assert_int_equal(fake_insert(dev, 3, 5), 4);
	assert_int_equal(fake_insert(dev, 7, 7), 7);
	before = fake_print(fake);
	assert_int_equal(fake_insert(dev, 3, 3), -EBUSY);
	assert_int_equal(fake_insert(dev, 3, 4), -EBUSY);
	assert_int_equal(fake_insert(dev, 8, 8), -ERANGE);
	assert_int_equal(fake_insert(dev, 5, 8), -ERANGE);
	assert_int_equal(fake_insert(dev, 6, 5), -ERANGE);
	assert_int_equal(fake_insert(dev, 65536, 65536), -ERANGE);
	assert_same(fake, before);
	assert_int_equal(fake_insert(dev, MSI_ANY_INDEX, 0), 2);
	assert_int_equal(fake_insert(dev, MSI_ANY_INDEX, 0), 5);
	assert_int_equal(fake_insert(dev, MSI_ANY_INDEX, 0), 6);
	assert_int_equal(fake_insert(dev, MSI_ANY_INDEX, 0), -EBUSY);
	msi_unlock_descs(dev);
}

/* A slot without a domain has all indexes. */
static void test_insert_without_domain(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device(fake, "dev", NULL);

	msi_lock_descs(dev);
	assert_int_equal(fake_insert(dev, 0, 0), -EINVAL);
	assert_int_equal(msi_setup_device_data(dev), 0);
	msi_lock_descs(dev);
	assert_int_equal(fake_insert(dev, 65535, 65535), 65535);
	assert_int_equal(fake_insert(dev, 65536, 65536), -ERANGE);
	assert_int_equal(msi_domain_alloc_irqs_range_locked(dev, 0, 0, 0), -ENODEV);
	msi_unlock_descs(dev);
}

static void test_affinity_is_copied(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 8, 0);
	struct irq_affinity_desc masks[2] = {
		{.mask = cpumask_of(fake->m, 1)},
		{.mask = cpumask_of(fake->m, 0), .is_managed = true},
	};
	const struct msi_desc init = {.nvec_used = 2, .affinity = masks, .irq = 99};
	struct msi_desc *desc;

	msi_lock_descs(dev);
	assert_int_equal(msi_domain_insert_msi_desc(dev, 0, &init, 0, 0, &desc), 0);
	masks[0].mask = NULL;
	assert_int_equal(desc->irq, 0);
	assert_int_equal(msi_domain_alloc_irqs_all_locked(dev, 0, 1), 0);
	assert_ptr_equal(irq_data_get_affinity_mask(irq_get_irq_data(fake->m, 24)),
			 cpumask_of(fake->m, 1));
	assert_true(irqd_has(irq_get_irq_data(fake->m, 25), IRQD_AFFINITY_MANAGED));
	msi_unlock_descs(dev);
}

static void test_iteration(void **state)
{
	struct fake *fake = *state;
	struct device *dev = fake_device_with(fake, 0, 0);
	struct msi_desc *desc;
	unsigned seen = 0;

	msi_lock_descs(dev);
	fake_insert(dev, 0, 0);
	fake_insert(dev, 64, 64);
	fake_insert(dev, 65535, 65535);
	assert_int_equal(msi_domain_alloc_irqs_range_locked(dev, 0, 1, 100), 0);
	msi_for_each_desc (desc, dev, 0, MSI_DESC_ALL)
		seen += desc->msi_index;
	assert_int_equal(seen, 64 + 65535);
	seen = 0;
	msi_for_each_desc (desc, dev, 0, MSI_DESC_ASSOCIATED)
		seen += desc->msi_index;
	assert_int_equal(seen, 64);
	seen = 0;
	msi_for_each_desc (desc, dev, 0, MSI_DESC_NOTASSOCIATED)
		seen += desc->msi_index + 1;
	assert_int_equal(seen, 1 + 65536);
	msi_unlock_descs(dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_insert, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_insert_without_domain, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_affinity_is_copied, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_iteration, fake_setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("msi_store", tests, NULL, NULL);
}
