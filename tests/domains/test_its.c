/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/arm_bench.h"

#include "chips/platform_msi.h"
#include "sim_cpu/gicv3.h"

#include <irqlab/provider/hardware.h>

#include <string.h>

/* Devices of an ITS, their events and LPIs, and the commands that say so. */

/* ---- one device from the first call to the last ---- */

static void levels(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned irq = arm_alloc(b, b->nic, 3) + 2;
	const struct irq_desc *desc = irq_to_desc(b->m, irq);

	(void)state;
	assert_string_equal(arm_level(b, irq, 0)->domain->name, "ITS-PCI-MSIX-0000:01:03.0-12");
	assert_string_equal(arm_level(b, irq, 0)->chip->name, "ITS-PCI-MSIX-0000:01:03.0");
	assert_int_equal(arm_level(b, irq, 0)->hwirq, 2);
	assert_string_equal(arm_level(b, irq, 1)->domain->name, ":intc@8000000:its@8080000-5");
	assert_string_equal(arm_level(b, irq, 1)->chip->name, "ITS");
	assert_int_equal(arm_level(b, irq, 1)->hwirq, 8194);
	assert_string_equal(arm_level(b, irq, 2)->domain->name, ":intc@8000000-1");
	assert_string_equal(arm_level(b, irq, 2)->chip->name, "GICv3");
	assert_int_equal(arm_level(b, irq, 2)->hwirq, 8194);
	assert_null(arm_level(b, irq, 2)->parent_data);
	assert_ptr_equal(desc->handle_irq, handle_fasteoi_irq);
	assert_true(irqd_has(&desc->irq_data, IRQD_SINGLE_TARGET));
	assert_true(irqd_has(&desc->irq_data, IRQD_AFFINITY_ON_ACTIVATE));
	assert_true(irqd_has(&desc->irq_data, IRQD_RESEND_WHEN_IN_PROGRESS));
	/* There is nothing to reserve: it is real from the allocation on. */
	assert_true(irqd_has(&desc->irq_data, IRQD_ACTIVATED));
	assert_int_equal(desc->irq_common_data.msi_desc->msg.address_lo, 0x8090040);
	assert_int_equal(desc->irq_common_data.msi_desc->msg.data, 2);
	arm_destroy(b);
}

/* The order that a specification of the whole chain gives for this very device. */
static void golden_order(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	uint64_t at = tape_position(b->m);
	unsigned irq = arm_alloc(b, b->nic, 4);

	(void)state;
	assert_string_equal(arm_story(b, at, NULL),
			    "MAPD 118 v1 b3; "
			    "MAPTI 118 e0 i8192 c0; SYNC 0; MAPTI 118 e1 i8193 c1; SYNC 1; "
			    "MAPTI 118 e2 i8194 c2; SYNC 2; MAPTI 118 e3 i8195 c3; SYNC 3");
	at = tape_position(b->m);
	arm_request(b, irq);
	assert_string_equal(arm_story(b, at, "nic."), "INV 118 e0; SYNC 0; nic.msix[0].ctrl=0");
	at = tape_position(b->m);
	assert_int_equal(arm_affinity(b, irq, "2"), 0);
	assert_string_equal(arm_story(b, at, "nic."), "MOVI 118 e0 c2; SYNC 0");
	at = tape_position(b->m);
	arm_free_irq(b, irq);
	assert_string_equal(arm_story(b, at, "nic."),
			    "nic.msix[0].ctrl=1; INV 118 e0; SYNC 2; "
			    "nic.msix[0].addr_lo=0; nic.msix[0].addr_hi=0; nic.msix[0].data=0; "
			    "DISCARD 118 e0; SYNC 2");
	at = tape_position(b->m);
	arm_free(b, b->nic);
	assert_string_equal(arm_story(b, at, NULL),
			    "DISCARD 118 e1; SYNC 1; DISCARD 118 e2; SYNC 2; "
			    "DISCARD 118 e3; SYNC 3; MAPD 118 v0 b3");
	assert_false(arm_knows(b, 0x118));
	assert_false(gic_lpi_is_taken(b->m, 8192));
	arm_destroy(b);
}

/* Commands are 32 bytes in the queue's memory; the unit runs when it is told to. */
static void words_in_the_queue(void **state)
{
	static const uint64_t mapti[4] = {UINT64_C(0x1180000000a), UINT64_C(0x200300000003), 3, 0};
	struct arm_bench *b = arm_create(NULL);
	uint64_t queue = GITS_CBASER_ADDRESS(its_peek_register(b->m, 0, GITS_CBASER));
	uint64_t from = its_peek_register(b->m, 0, GITS_CWRITER), word[4], itt;

	(void)state;
	arm_alloc(b, b->nic, 4);
	itt = arm_device(b, 0x118).itt;
	assert_int_equal(itt % 256, 0);
	assert_true(bus_memory_read(b->m, queue + from, word, sizeof(word)));
	assert_int_equal(word[0], UINT64_C(0x11800000008));
	assert_int_equal(word[1], 2); /* three bits of events */
	assert_int_equal(word[2], GITS_VALID | itt);
	assert_int_equal(word[3], 0);
	assert_true(
		bus_memory_read(b->m, queue + from + 7 * ITS_COMMAND_BYTES, word, sizeof(word)));
	assert_memory_equal(word, mapti, sizeof(word));
	assert_int_equal(its_peek_register(b->m, 0, GITS_CWRITER), from + 9 * ITS_COMMAND_BYTES);
	assert_int_equal(its_peek_register(b->m, 0, GITS_CREADR), from + 9 * ITS_COMMAND_BYTES);
	arm_destroy(b);
}

/* 2,048 commands, and it begins again. */
static void the_queue_is_a_ring(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned irq = arm_alloc(b, b->nic, 1);
	unsigned laps = 0;
	uint32_t last;

	(void)state;
	arm_request(b, irq);
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t before = its_peek_register(b->m, 0, GITS_CWRITER);

		assert_int_equal(irq_set_affinity(b->m, irq, cpumask_of(b->m, i % 2 + 1)), 0);
		laps += its_peek_register(b->m, 0, GITS_CWRITER) < before;
		assert_int_equal(arm_target(b, irq), i % 2 + 1);
	}
	assert_int_equal(laps, 2);
	assert_int_equal(its_peek_errors(b->m, 0, &last), 0);
	assert_int_equal(arm_raise(b, b->nic, 0), 1);
	arm_destroy(b);
}

/* ---- which CPU ---- */

static void least_loaded(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned irq = arm_alloc(b, b->disk, 10), others = arm_alloc(b, b->nic, 1);

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(arm_target(b, irq + i), i % 4);
	assert_int_equal(arm_target(b, others), 2);
	assert_int_equal(gic_lpi_load(b->m, 0, false), 3);
	/* Where it is counts one less, so it stays as long as that is as good. */
	for (unsigned i = 0; i < 10; i++)
		arm_request(b, irq + i);
	assert_int_equal(arm_affinity(b, irq, "0,2,3"), 0);
	assert_int_equal(arm_target(b, irq), 0);
	assert_int_equal(arm_affinity(b, irq, "2,3"), 0);
	assert_int_equal(arm_target(b, irq), 3);
	assert_int_equal(gic_lpi_load(b->m, 3, false), 3);
	/* Of equals the lowest. */
	assert_int_equal(arm_affinity(b, irq, "1,2"), 0);
	assert_int_equal(arm_target(b, irq), 1);
	assert_int_equal(gic_lpi_load(b->m, 1, false), 4);
	assert_int_equal(arm_affinity(b, irq, "1,2"), 0);
	assert_int_equal(arm_target(b, irq), 1);
	/* No CPU that is there: refused by the core. */
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_none(b->m)), -EINVAL);
	arm_destroy(b);
}

/* It was told a CPU before it is activated: it is mapped to another first, and moves. */
static void activated_then_moved(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	uint64_t at;
	unsigned irq;

	(void)state;
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(b->uart, 2, NULL), -EINVAL);
	irq = arm_alloc(b, b->nic, 1);
	arm_request(b, irq);
	assert_int_equal(arm_affinity(b, irq, "3"), 0);
	arm_free_irq(b, irq);
	at = tape_position(b->m);
	arm_request(b, irq);
	assert_string_equal(arm_story(b, at, NULL), "MAPTI 118 e0 i8192 c0; SYNC 0; "
						    "INV 118 e0; SYNC 0; MOVI 118 e0 c3; SYNC 0");
	assert_int_equal(arm_raise(b, b->nic, 0), 1);
	assert_int_equal(b->handled_on, 3);
	arm_destroy(b);
}

/* Managed ones have a count of their own, and CPUs as they were spread. */
static void managed(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned other = arm_alloc(b, b->nic, 1), irq = arm_alloc_spread(b, b->disk, 4);

	(void)state;
	assert_int_equal(arm_target(b, other), 0);
	for (unsigned i = 0; i < 4; i++) {
		arm_request(b, irq + i);
		assert_int_equal(arm_target(b, irq + i), i);
		assert_int_equal(gic_lpi_load(b->m, i, true), 1);
		assert_int_equal(arm_raise(b, b->disk, i), 1);
		assert_int_equal(b->handled_on, i);
		assert_int_equal(irq_set_affinity_user(b->m, irq + i, cpu_online_mask(b->m)),
				 -EPERM);
	}
	arm_destroy(b);
}

/* ---- CPUs come and go ---- */

static void hotplug(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned irq = arm_alloc_spread(b, b->disk, 4), other = arm_alloc(b, b->nic, 3) + 2;
	uint64_t at;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		arm_request(b, irq + i);
	arm_request(b, other);
	assert_int_equal(arm_affinity(b, other, "2"), 0);
	at = tape_position(b->m);
	assert_int_equal(cpu_down(b->m, 2), 0);
	arm_check(b);
	/* The managed one is shut down, the other one moves; its collection is not unmapped. */
	assert_string_equal(arm_story(b, at, NULL),
			    "INV 28 e2; SYNC 2; DISCARD 28 e2; SYNC 2; MOVI 118 e2 c3; SYNC 2");
	assert_true(irqd_has(irq_get_irq_data(b->m, irq + 2), IRQD_MANAGED_SHUTDOWN));
	assert_int_equal(its_peek_collection(b->m, 0, 2), 2);
	assert_int_equal(arm_raise(b, b->nic, 2), 1);
	assert_int_equal(b->handled_on, arm_target(b, other));
	assert_int_equal(arm_raise(b, b->disk, 2), 0);
	at = tape_position(b->m);
	assert_int_equal(cpu_up(b->m, 2), 0);
	arm_check(b);
	assert_string_equal(arm_story(b, at, NULL),
			    "MAPC 2 v1; SYNC 2; INVALL 2; SYNC 2; "
			    "MAPTI 28 e2 i8194 c2; SYNC 2; INV 28 e2; SYNC 2");
	assert_int_equal(arm_raise(b, b->disk, 2), 1);
	assert_int_equal(b->handled_on, 2);
	arm_destroy(b);
}

/* CPU 0 is like others; the last one stays. */
static void the_last_cpu_stays(void **state)
{
	struct arm_bench *b = arm_create(&(struct arm_shape){.cpus = 2});
	unsigned irq = arm_alloc(b, b->nic, 1);

	(void)state;
	arm_request(b, irq);
	assert_int_equal(arm_target(b, irq), 0);
	assert_int_equal(cpu_down(b->m, 0), 0);
	assert_int_equal(arm_target(b, irq), 1);
	assert_int_equal(arm_raise(b, b->nic, 0), 1);
	assert_int_equal(b->handled_on, 1);
	assert_int_equal(cpu_down(b->m, 1), -EBUSY);
	assert_int_equal(cpu_up(b->m, 0), 0);
	/* It isn't pulled back. */
	assert_int_equal(arm_target(b, irq), 1);
	arm_destroy(b);
}

/* irqaffinity=: where interrupts go that nobody gave an affinity. */
static void default_affinity(void **state)
{
	static const uint32_t cpus[] = {0, 2};
	struct arm_bench *b =
		arm_create(&(struct arm_shape){.default_affinity = cpus, .nr_default_affinity = 2});
	unsigned irq = arm_alloc(b, b->nic, 4);

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		/* Activation looks at no mask; starting does. */
		assert_int_equal(arm_target(b, irq + i), i);
		arm_request(b, irq + i);
	}
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(arm_target(b, irq + i) % 2, 0);
	arm_destroy(b);
}

/* ---- masks, pending bits ---- */

/* A disabled one is masked when it comes, and is sent again by the ITS. */
static void lazily_disabled(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned irq = arm_alloc(b, b->nic, 1);
	struct lpi_state lpi;
	uint64_t at;

	(void)state;
	arm_request(b, irq);
	at = tape_position(b->m);
	disable_irq(b->m, irq);
	assert_string_equal(arm_story(b, at, NULL), "");
	assert_true(gicr_peek_lpi(b->m, 0, 8192, &lpi));
	assert_int_equal(lpi.config & LPI_ENABLE, LPI_ENABLE);
	assert_int_equal(arm_raise(b, b->nic, 0), 0);
	assert_string_equal(arm_story(b, at, NULL), "INV 118 e0; SYNC 0");
	assert_true(gicr_peek_lpi(b->m, 0, 8192, &lpi));
	assert_int_equal(lpi.config & LPI_ENABLE, 0);
	/* This one stays with the device: it is masked there, too. */
	assert_int_equal(arm_raise(b, b->nic, 0), 0);
	at = tape_position(b->m);
	enable_irq(b->m, irq);
	assert_int_equal(machine_settle(b->m), 0);
	assert_true(strstr(arm_story(b, at, NULL), "INV 118 e0; SYNC 0"));
	assert_true(strstr(arm_story(b, at, NULL), "INT 118 e0; SYNC 0"));
	assert_true(b->handled > 0);
	arm_check(b);
	arm_destroy(b);
}

static void pending_bit(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned irq = arm_alloc(b, b->nic, 1);
	uint64_t at;
	bool pending;

	(void)state;
	arm_request(b, irq);
	at = tape_position(b->m);
	assert_int_equal(irq_set_irqchip_state(b->m, irq, IRQCHIP_STATE_PENDING, true), 0);
	assert_int_equal(irq_set_irqchip_state(b->m, irq, IRQCHIP_STATE_PENDING, false), 0);
	assert_string_equal(arm_story(b, at, NULL), "INT 118 e0; SYNC 0; CLEAR 118 e0; SYNC 0");
	assert_int_equal(machine_deliver(b->m, 0), 0);
	assert_int_equal(irq_set_irqchip_state(b->m, irq, IRQCHIP_STATE_PENDING, true), 0);
	assert_int_equal(machine_deliver(b->m, 0), 1);
	assert_int_equal(irq_set_irqchip_state(b->m, irq, IRQCHIP_STATE_ACTIVE, true), -EINVAL);
	assert_int_equal(irq_get_irqchip_state(b->m, irq, IRQCHIP_STATE_PENDING, &pending),
			 -EINVAL);
	arm_destroy(b);
}

/* The move takes an event along that has come and was not taken. */
static void pending_moves_along(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned irq = arm_alloc(b, b->nic, 1);

	(void)state;
	arm_request(b, irq);
	assert_int_equal(device_raise(b->m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	assert_int_equal(gicr_next_pending(b->m, 8192, 0), 0);
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_of(b->m, 3)), 0);
	assert_int_equal(gicr_next_pending(b->m, 8192, 0), 3);
	assert_int_equal(machine_deliver(b->m, 0), 1);
	assert_int_equal(b->handled_on, 3);
	arm_destroy(b);
}

/* ---- how much a device gets ---- */

static void expect_size(struct arm_bench *b, uint32_t device_id, uint32_t events, uint32_t lpis)
{
	struct its_device_info info = arm_device(b, device_id);

	if (info.events != events || info.nr_lpis != lpis)
		fail_msg("device %x has %u events and %u LPIs", device_id, info.events,
			 info.nr_lpis);
}

static void sizes(void **state)
{
	struct arm_bench *b = arm_create(NULL);

	(void)state;
	/* The whole table, however few are asked for. */
	arm_alloc(b, b->nic, 1);
	expect_size(b, 0x118, 8, 8);
	arm_alloc(b, b->disk, 3);
	expect_size(b, 0x28, 64, 64);
	/* Of MSI what is asked for, to a power of two; the ITT has two entries at least. */
	arm_alloc(b, b->old, 1);
	expect_size(b, 0x20, 2, 1);
	arm_free(b, b->old);
	arm_alloc(b, b->old, 8);
	expect_size(b, 0x20, 8, 8);
	arm_free(b, b->old);
	/* Nobody knows who else is DeviceID 0. */
	arm_alloc(b, b->host, 1);
	expect_size(b, 0, 32, 32);
	arm_destroy(b);
}

/* ---- several requesters with one DeviceID ---- */

static void behind_a_bridge(void **state)
{
	struct arm_bench *b = arm_create(NULL);
	unsigned left = arm_alloc(b, b->left, 5), right = arm_alloc(b, b->right, 4);
	uint64_t at;

	(void)state;
	/* Five and four, to a power of two. */
	expect_size(b, 0x30, 16, 16);
	assert_true(arm_device(b, 0x30).shared);
	assert_int_equal(arm_device(b, 0x30).taken, 9);
	/* The block of four is aligned. */
	assert_int_equal(arm_level(b, left, 1)->hwirq, 8192);
	assert_int_equal(arm_level(b, right, 1)->hwirq, 8192 + 8);
	arm_request(b, left + 4);
	arm_request(b, right + 3);
	assert_int_equal(arm_raise(b, b->left, 4), 1);
	assert_int_equal(b->handled_irq, left + 4);
	assert_int_equal(arm_raise(b, b->right, 3), 1);
	assert_int_equal(b->handled_irq, right + 3);
	arm_free_irq(b, left + 4);
	arm_free_irq(b, right + 3);
	/* It is never given back. */
	at = tape_position(b->m);
	arm_free(b, b->left);
	arm_free(b, b->right);
	assert_null(strstr(arm_story(b, at, NULL), "MAPD"));
	assert_int_equal(arm_device(b, 0x30).taken, 0);
	at = tape_position(b->m);
	arm_alloc(b, b->right, 4);
	assert_null(strstr(arm_story(b, at, NULL), "MAPD"));
	arm_destroy(b);
}

/* ---- what stays behind ---- */

/* The events of a block of five are eight; switch msi-block-leak. */
static void rest_of_a_block(void **state)
{
	for (unsigned leaks = 0; leaks < 2; leaks++) {
		struct arm_bench *b = arm_create(NULL);

		(void)state;
		machine_set_switch(b->m, SWITCH_MSI_BLOCK_LEAK, leaks);
		arm_alloc(b, b->old, 5);
		assert_int_equal(arm_device(b, 0x20).taken, 8);
		arm_free(b, b->old);
		assert_int_equal(arm_knows(b, 0x20), leaks);
		if (leaks) {
			assert_int_equal(arm_device(b, 0x20).taken, 3);
			/* Known, so shared; and too small for eight. */
			assert_int_equal(pci_alloc_irq_vectors(b->old, 8, 8, PCI_IRQ_MSI), -ENOSPC);
			assert_true(arm_device(b, 0x20).shared);
		} else {
			arm_alloc(b, b->old, 8);
		}
		arm_destroy(b);
	}
}

static unsigned until_failure;
static const struct irq_domain_ops *root_ops;

static int fail_later(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	return until_failure-- ? root_ops->alloc(domain, virq, nr, arg) : -ENOMEM;
}

static int fail_third_of_four(struct arm_bench *b)
{
	struct irq_domain *root = gic_domain(b->m);
	struct irq_domain_ops failing = *root->ops;
	int ret;

	until_failure = 2;
	root_ops = root->ops;
	failing.alloc = fail_later;
	root->ops = &failing;
	ret = pci_alloc_irq_vectors(b->old, 4, 4, PCI_IRQ_MSI);
	root->ops = root_ops;
	return ret;
}

/* The third of a batch finds no place in the root: switch its-region-leak. */
static void region_after_a_failure(void **state)
{
	(void)state;
	for (unsigned leaks = 0; leaks < 2; leaks++) {
		struct arm_bench *b = arm_create(NULL);

		machine_set_switch(b->m, SWITCH_ITS_REGION_LEAK, leaks);
		machine_set_switch(b->m, SWITCH_MSI_BLOCK_LEAK, false);
		assert_int_equal(fail_third_of_four(b), -ENOSPC);
		arm_check(b);
		/* The device stays known, as in Linux; a second look makes it shared. */
		assert_int_equal(arm_device(b, 0x20).taken, leaks ? 4 : 0);
		assert_int_equal(pci_alloc_irq_vectors(b->old, 4, 4, PCI_IRQ_MSI),
				 leaks ? -ENOSPC : 4);
		arm_destroy(b);
	}
}

/* A failed batch of a device nobody knew: switch its-device-stays. */
static void device_after_a_failure(void **state)
{
	(void)state;
	for (unsigned stays = 0; stays < 2; stays++) {
		struct arm_bench *b = arm_create(NULL);
		struct fingerprint before;

		machine_set_profile(b->m, PROFILE_INTENDED);
		machine_set_switch(b->m, SWITCH_ITS_DEVICE_STAYS, stays);
		before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
		assert_int_equal(fail_third_of_four(b), -ENOSPC);
		assert_int_equal(arm_knows(b, 0x20), stays);
		assert_int_equal(
			fingerprint_equal(machine_fingerprint(b->m, FINGERPRINT_SEMANTIC), before),
			!stays);
		arm_alloc(b, b->old, 4);
		assert_int_equal(arm_device(b, 0x20).shared, stays);
		arm_destroy(b);
	}
}

/* ---- beyond the unit ---- */

static void beyond_the_table(void **state)
{
	struct arm_bench *b = arm_create(&(struct arm_shape){.its = {.device_bits = 8}});
	uint32_t last;

	(void)state;
	/* A page of 8,192 entries is the least that the table can be. */
	assert_int_equal(
		platform_device_msi_init_and_alloc_irqs(b->uart, 1, platform_device_write_slot),
		-ENOMEM);
	assert_false(arm_knows(b, 0x4000));
	assert_false(gic_lpi_is_taken(b->m, 8192));
	arm_check(b);
	/* Within it nobody but the unit knows that the DeviceID has too many bits. */
	assert_int_equal(pci_alloc_irq_vectors(b->nic, 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(its_peek_errors(b->m, 0, &last), 2); /* of MAPTI, too */
	assert_int_equal(last, ITS_ERR_MAPTI_DEVICE);
	arm_request(b, (unsigned)pci_irq_vector(b->nic, 0));
	assert_int_equal(arm_raise(b, b->nic, 0), 0);
	/* Others don't notice. */
	arm_request(b, arm_alloc(b, b->disk, 1));
	assert_int_equal(arm_raise(b, b->disk, 0), 1);
	arm_destroy(b);
}

/* Redistributors may be named by address. */
static void targets_by_address(void **state)
{
	struct arm_bench *b = arm_create(&(struct arm_shape){.its = {.pta = true}});
	unsigned irq = arm_alloc(b, b->nic, 2) + 1;

	(void)state;
	arm_request(b, irq);
	assert_int_equal(arm_raise(b, b->nic, 1), 1);
	assert_int_equal(b->handled_on, 1);
	assert_int_equal(its_peek_collection(b->m, 0, 3), 3);
	arm_destroy(b);
}

/* ---- translated messages ---- */

static void doorbell_page(void **state)
{
	struct arm_bench *b = arm_create(
		&(struct arm_shape){.nr_smmus = 1, .doorbell_page = UINT64_C(0xfffff000)});
	unsigned nic = arm_alloc(b, b->nic, 1), disk = arm_alloc(b, b->disk, 1);
	const struct irq_desc *desc = irq_to_desc(b->m, nic);

	(void)state;
	arm_request(b, nic);
	arm_request(b, disk);
	assert_int_equal(desc->irq_common_data.msi_desc->msg.address_lo, 0xfffff040);
	assert_int_equal(arm_raise(b, b->nic, 0), 1);
	/* One without a page isn't translated, and passes. */
	desc = irq_to_desc(b->m, disk);
	assert_int_equal(desc->irq_common_data.msi_desc->msg.address_lo, 0x8090040);
	assert_int_equal(arm_raise(b, b->disk, 0), 1);
	arm_destroy(b);

	b = arm_create(&(struct arm_shape){
		.nr_smmus = 1, .smmu.blocks_others = true, .doorbell_page = UINT64_C(0xfffff000)});
	arm_request(b, arm_alloc(b, b->nic, 1));
	arm_request(b, arm_alloc(b, b->disk, 1));
	assert_int_equal(arm_raise(b, b->nic, 0), 1);
	assert_int_equal(arm_raise(b, b->disk, 0), 0);
	arm_destroy(b);
}

static void no_messages_on_the_bus(void **state)
{
	struct arm_bench *b = arm_create(&(struct arm_shape){.no_msi = true});

	(void)state;
	assert_true(pci_alloc_irq_vectors(b->nic, 1, 1, PCI_IRQ_MSIX) < 0);
	arm_alloc(b, b->disk, 1);
	arm_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(golden_order),
		cmocka_unit_test(words_in_the_queue),
		cmocka_unit_test(the_queue_is_a_ring),
		cmocka_unit_test(least_loaded),
		cmocka_unit_test(activated_then_moved),
		cmocka_unit_test(managed),
		cmocka_unit_test(hotplug),
		cmocka_unit_test(the_last_cpu_stays),
		cmocka_unit_test(default_affinity),
		cmocka_unit_test(lazily_disabled),
		cmocka_unit_test(pending_bit),
		cmocka_unit_test(pending_moves_along),
		cmocka_unit_test(sizes),
		cmocka_unit_test(behind_a_bridge),
		cmocka_unit_test(rest_of_a_block),
		cmocka_unit_test(region_after_a_failure),
		cmocka_unit_test(device_after_a_failure),
		cmocka_unit_test(beyond_the_table),
		cmocka_unit_test(targets_by_address),
		cmocka_unit_test(doorbell_page),
		cmocka_unit_test(no_messages_on_the_bus),
	};

	return cmocka_run_group_tests_name("domains: ITS", tests, NULL, NULL);
}
