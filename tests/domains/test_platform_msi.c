/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/arm_bench.h"

#include "chips/platform_msi.h"
#include "sim_platform/platform.h"

/* Devices on no bus: messages go where the driver puts them. */

/* ---- what a driver is told ---- */

static struct {
	unsigned calls, index;
	struct device *dev;
	struct platform_msi_message message;
} told;

static void remember(struct device *dev, unsigned index, const struct platform_msi_message *message)
{
	told.calls++;
	told.index = index;
	told.dev = dev;
	told.message = *message;
	platform_device_write_slot(dev, index, message);
}

static void when_messages_are_written(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	uint64_t at = tape_position(b->m);
	unsigned irq;

	(void)state;
	told.calls = 0;
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 4, remember), 0);
	irq = msi_get_virq(b->uart, 1);
	assert_string_equal(arm_level(b, irq, 0)->domain->name, "ITS-pMSI-uart-15");
	assert_int_equal(told.calls, 0);
	assert_string_equal(arm_story(b, at, "uart."), "MAPD 4000 v1 b5");
	assert_false(irqd_has(irq_get_irq_data(b->m, irq), IRQD_ACTIVATED));
	at = tape_position(b->m);
	arm_request(b, irq);
	assert_int_equal(told.calls, 1);
	assert_ptr_equal(told.dev, b->uart);
	assert_int_equal(told.index, 1);
	assert_int_equal(told.message.address_lo, 0x8090040);
	assert_int_equal(told.message.data, 1);
	assert_string_equal(arm_story(b, at, NULL),
			    "MAPTI 4000 e1 i8193 c0; SYNC 0; INV 4000 e1; SYNC 0");
	assert_int_equal(arm_raise_slot(b, b->uart, 1), 1);
	/* The message stays where it is. */
	assert_int_equal(arm_affinity(b, irq, "3"), 0);
	assert_int_equal(told.calls, 1);
	assert_int_equal(arm_raise_slot(b, b->uart, 1), 1);
	assert_int_equal(b->handled_on, 3);
	arm_free_irq(b, irq);
	assert_int_equal(told.calls, 2);
	assert_int_equal(told.message.address_lo, 0);
	assert_int_equal(told.message.data, 0);
	at = tape_position(b->m);
	platform_device_msi_free_irqs_all(b->uart);
	assert_string_equal(arm_story(b, at, NULL), "MAPD 4000 v0 b5");
	assert_int_equal(msi_get_virq(b->uart, 1), 0);
	assert_int_equal(told.calls, 2);
	arm_destroy(b);
}

/* It is mapped to the CPU with the least to do, and then goes where it was told. */
static void affinity_before_the_request(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	uint64_t at;
	unsigned irq;

	(void)state;
	assert_int_equal(
		platform_device_msi_init_and_alloc_irqs(b->uart, 1, platform_device_write_slot), 0);
	irq = msi_get_virq(b->uart, 0);
	at = tape_position(b->m);
	assert_int_equal(arm_affinity(b, irq, "2"), 0);
	assert_string_equal(arm_story(b, at, NULL), "");
	arm_request(b, irq);
	assert_string_equal(arm_story(b, at, NULL), "MAPTI 4000 e0 i8192 c0; SYNC 0; "
						    "INV 4000 e0; SYNC 0; MOVI 4000 e0 c2; SYNC 0");
	arm_destroy(b);
}

/* ---- refusals ---- */

static void refusals(void **state)
{
	struct arm_bench *b = arm_create(NULL),
			 *bare = arm_create(&(struct arm_shape){.no_its = true});

	(void)state;
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 1, NULL), -EINVAL);
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->nic, 1, remember), -ENODEV);
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 1, remember), 0);
	/* Once. */
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 1, remember), -ENODEV);
	platform_device_msi_free_irqs_all(b->uart);
	platform_device_msi_free_irqs_all(b->uart);
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 1, remember), 0);
	/* The root is no parent of messages. */
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(bare->uart, 1, remember), -ENODEV);
	arm_destroy(bare);
	arm_destroy(b);
}

/* ---- two devices with one DeviceID ---- */

static void shared_device_id(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned irq;

	(void)state;
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 4, remember), 0);
	assert_int_equal(arm_device(b, 0x4000).events, 32);
	assert_false(arm_device(b, 0x4000).shared);
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->spi, 28, remember), 0);
	assert_true(arm_device(b, 0x4000).shared);
	assert_int_equal(arm_device(b, 0x4000).taken, 32);
	irq = msi_get_virq(b->spi, 27);
	arm_request(b, irq);
	assert_int_equal(arm_level(b, irq, 1)->hwirq, 8192 + 31);
	assert_int_equal(arm_raise_slot(b, b->spi, 27), 1);
	arm_free_irq(b, irq);
	platform_device_msi_free_irqs_all(b->uart);
	platform_device_msi_free_irqs_all(b->spi);
	/* Shared ones stay. */
	assert_int_equal(arm_device(b, 0x4000).taken, 0);
	arm_destroy(b);
}

/* More than the shared device has room for: switch pmsi-domain-stays. */
static void domain_after_a_failure(void **state)
{
	(void)state;
	for (unsigned stays = 0; stays < 2; stays++) {
		struct arm_bench *b = arm_create(NULL);

		machine_set_switch(b->m, SWITCH_PMSI_DOMAIN_STAYS, stays);
		assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 4, remember), 0);
		assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->spi, 40, remember),
				 -ENOSPC);
		arm_check(b);
		assert_int_equal(arm_device(b, 0x4000).taken, 4);
		assert_int_equal(irq_domain_by_name(b->m, "ITS-pMSI-spi-15") != NULL, stays);
		assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->spi, 8, remember),
				 stays ? -ENODEV : 0);
		/* What the driver would do then. */
		platform_device_msi_free_irqs_all(b->spi);
		assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->spi, 8, remember), 0);
		arm_destroy(b);
	}
}

static void no_memory(void **state)
{
	(void)state;
	for (uint64_t nth = 1;; nth++) {
		struct arm_bench *b = arm_create(NULL);
		struct fingerprint before;
		int ret;

		machine_set_profile(b->m, PROFILE_INTENDED);
		/* The ITS keeps a device that it prepared in vain: here it has it already. */
		assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 1, remember), 0);
		assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->spi, 1, remember), 0);
		platform_device_msi_free_irqs_all(b->spi);
		before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
		machine_fail_allocation(b->m, nth);
		ret = platform_device_msi_init_and_alloc_irqs(b->spi, 5, remember);
		machine_fail_allocation(b->m, 0);
		arm_check(b);
		if (ret &&
		    !fingerprint_equal(machine_fingerprint(b->m, FINGERPRINT_SEMANTIC), before))
			fail_msg("allocation %u leaves a trace", (unsigned)nth);
		arm_destroy(b);
		if (!ret)
			break;
	}
}

/* ---- and it goes ---- */

static void removed(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned irq;

	(void)state;
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 1, remember), 0);
	platform_device_msi_free_irqs_all(b->uart);
	platform_device_remove(to_platform_dev(b->uart));
	assert_null(device_by_name(b->m, "uart"));
	assert_int_equal(machine_warnings_total(b->m), 0);
	/* With interrupts left: what leads to it stays good. */
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->spi, 1, remember), 0);
	irq = msi_get_virq(b->spi, 0);
	platform_device_remove(to_platform_dev(b->spi));
	assert_int_equal(machine_warnings(b->m, WARN_MSI_STORE_NOT_EMPTY), 1);
	assert_non_null(irq_to_desc(b->m, irq));
	arm_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(when_messages_are_written),
		cmocka_unit_test(affinity_before_the_request),
		cmocka_unit_test(refusals),
		cmocka_unit_test(shared_device_id),
		cmocka_unit_test(domain_after_a_failure),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(removed),
	};

	return cmocka_run_group_tests_name("domains: platform MSI", tests, NULL, NULL);
}
