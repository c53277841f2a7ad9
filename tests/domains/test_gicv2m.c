/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/arm_bench.h"

#include "chips/platform_msi.h"
#include "sim_cpu/gic.h"
#include "sim_iommu/gicv2m.h"
#include "sim_platform/platform.h"

/* Messages that name SPIs. */

static struct arm_bench *with_frames(const struct v2m_desc *first, const struct v2m_desc *second)
{
	struct arm_shape shape = {.gic_version = 2, .no_its = true, .nr_frames = 1};

	if (first)
		shape.frames[0] = *first;
	if (second) {
		shape.nr_frames = 2;
		shape.frames[1] = *second;
	}
	return arm_create(&shape);
}

static const struct msi_msg *message(struct arm_bench *b, unsigned irq)
{
	return &irq_to_desc(b->m, irq)->irq_common_data.msi_desc->msg;
}

static void levels(void **state)
{
	struct arm_bench *b = with_frames(NULL, NULL);
	unsigned irq = arm_alloc(b, b->nic, 3) + 2;
	const struct irq_domain *root = arm_level(b, irq, 2)->domain;
	struct gic_irq spi;

	(void)state;
	assert_string_equal(arm_level(b, irq, 0)->domain->name, "GICv2m-PCI-MSIX-0000:01:03.0-12");
	assert_int_equal(arm_level(b, irq, 0)->hwirq, 2);
	assert_string_equal(arm_level(b, irq, 1)->domain->name, ":intc@8000000:v2m@8020000-5");
	assert_string_equal(arm_level(b, irq, 1)->chip->name, "GICv2m");
	assert_int_equal(arm_level(b, irq, 1)->hwirq, 82);
	assert_string_equal(root->name, ":intc@8000000");
	assert_string_equal(arm_level(b, irq, 2)->chip->name, "GICv2");
	assert_int_equal(arm_level(b, irq, 2)->hwirq, 82);
	assert_int_equal(message(b, irq)->address_lo, 0x8020040);
	assert_int_equal(message(b, irq)->data, 82);
	/* A message is an edge. */
	assert_true(gic_peek_irq(b->m, 0, 82, &spi));
	assert_true(spi.edge);
	arm_destroy(b);
}

/* An SPI is where the distributor says; the message stays. */
static void affinity(void **state)
{
	struct arm_bench *b = with_frames(NULL, NULL);
	unsigned irq = arm_alloc(b, b->nic, 2) + 1;
	uint64_t at;

	(void)state;
	arm_request(b, irq);
	assert_int_equal(arm_raise(b, b->nic, 1), 1);
	assert_int_equal(b->handled_on, 0);
	at = tape_position(b->m);
	assert_int_equal(arm_affinity(b, irq, "3"), 0);
	assert_string_equal(arm_story(b, at, "nic."), "");
	assert_int_equal(arm_raise(b, b->nic, 1), 1);
	assert_int_equal(b->handled_on, 3);
	assert_int_equal(cpu_down(b->m, 3), 0);
	assert_int_equal(arm_raise(b, b->nic, 1), 1);
	assert_int_equal(b->handled_on, 0);
	arm_destroy(b);
}

/* Aligned, because the function puts the number of a message into the low bits of the data. */
static void blocks(void **state)
{
	struct arm_bench *b = with_frames(NULL, NULL);
	unsigned one = arm_alloc(b, b->nic, 1), irq = arm_alloc(b, b->old, 5);

	(void)state;
	assert_int_equal(arm_level(b, one, 1)->hwirq, 80);
	assert_int_equal(arm_level(b, irq, 1)->hwirq, 88);
	assert_int_equal(arm_level(b, irq + 4, 1)->hwirq, 92);
	for (unsigned i = 0; i < 5; i++) {
		arm_request(b, irq + i);
		assert_int_equal(arm_raise(b, b->old, i), 1);
		assert_int_equal(b->handled_irq, irq + i);
	}
	for (unsigned i = 0; i < 5; i++)
		arm_free_irq(b, irq + i);
	/* Nothing of it is lost, unlike an ITS's. */
	for (unsigned round = 0; round < 20; round++) {
		arm_free(b, b->old);
		assert_int_equal(arm_level(b, arm_alloc(b, b->old, 5), 1)->hwirq, 88);
	}
	arm_destroy(b);
}

/* The first frame that has room. */
static void two_frames(void **state)
{
	static const struct v2m_desc first = {.first_spi = 64, .spis = 8};
	static const struct v2m_desc second = {.name = "v2m1", .first_spi = 96, .spis = 16};
	struct arm_bench *b = with_frames(&first, &second);
	unsigned nic = arm_alloc(b, b->nic, 6), old;

	(void)state;
	assert_int_equal(arm_level(b, nic + 5, 1)->hwirq, 69);
	assert_int_equal(message(b, nic)->address_lo, V2M_BASE(0) + 0x40);
	old = arm_alloc(b, b->old, 4);
	assert_int_equal(arm_level(b, old, 1)->hwirq, 96);
	assert_int_equal(message(b, old)->address_lo, (uint32_t)(V2M_BASE(1) + 0x40));
	arm_request(b, old + 3);
	assert_int_equal(arm_raise(b, b->old, 3), 1);
	/* Two are left in the first, twelve in the second. */
	assert_int_equal(pci_alloc_irq_vectors(b->disk, 15, 64, PCI_IRQ_MSIX), -ENOSPC);
	arm_check(b);
	assert_int_equal(pci_alloc_irq_vectors(b->disk, 1, 64, PCI_IRQ_MSIX), 14);
	arm_check(b);
	assert_int_equal(pci_alloc_irq_vectors(b->host, 1, 1, PCI_IRQ_MSIX), -ENOSPC);
	arm_destroy(b);
}

static void quirks(void **state)
{
	static const struct v2m_desc offset = {.first_spi = 64, .spis = 32, .spi_offset = 32};
	static const struct v2m_desc address = {.first_spi = 64, .spis = 32, .in_address = true};
	struct arm_bench *b = with_frames(&offset, NULL);
	unsigned irq = arm_alloc(b, b->nic, 2) + 1;

	(void)state;
	assert_int_equal(message(b, irq)->data, 33);
	arm_request(b, irq);
	assert_int_equal(arm_raise(b, b->nic, 1), 1);
	arm_destroy(b);

	b = with_frames(&address, NULL);
	irq = arm_alloc(b, b->nic, 2) + 1;
	assert_int_equal(message(b, irq)->address_lo, V2M_BASE(0) + (65 - 32) * 8);
	assert_int_equal(message(b, irq)->data, 0);
	arm_request(b, irq);
	assert_int_equal(arm_raise(b, b->nic, 1), 1);
	arm_destroy(b);
}

/* A frame may also stand before a GICv3. */
static void with_a_gicv3(void **state)
{
	struct arm_bench *b = arm_create(&(struct arm_shape){.no_its = true, .nr_frames = 1});
	unsigned irq = arm_alloc(b, b->nic, 1);

	(void)state;
	assert_string_equal(arm_level(b, irq, 2)->chip->name, "GICv3");
	arm_request(b, irq);
	assert_int_equal(arm_affinity(b, irq, "2"), 0);
	assert_int_equal(arm_raise(b, b->nic, 0), 1);
	assert_int_equal(b->handled_on, 2);
	arm_destroy(b);
}

/* ---- pending bits: an SPI has some, unlike an LPI ---- */

static void pending_bit(void **state)
{
	struct arm_bench *b = with_frames(NULL, NULL);
	unsigned irq = arm_alloc(b, b->nic, 1);
	bool pending;

	(void)state;
	arm_request(b, irq);
	assert_int_equal(irq_set_irqchip_state(b->m, irq, IRQCHIP_STATE_PENDING, true), 0);
	assert_int_equal(irq_get_irqchip_state(b->m, irq, IRQCHIP_STATE_PENDING, &pending), 0);
	assert_true(pending);
	assert_int_equal(irq_set_irqchip_state(b->m, irq, IRQCHIP_STATE_PENDING, false), 0);
	assert_int_equal(machine_deliver(b->m, 0), 0);
	assert_int_equal(irq_set_irqchip_state(b->m, irq, IRQCHIP_STATE_PENDING, true), 0);
	assert_int_equal(machine_deliver(b->m, 0), 1);
	arm_destroy(b);
}

/* ---- devices on no bus ---- */

static void platform_device(void **state)
{
	struct arm_bench *b = with_frames(NULL, NULL);
	uint64_t address;
	unsigned irq;
	uint32_t data;

	(void)state;
	assert_int_equal(
		platform_device_msi_init_and_alloc_irqs(b->uart, 3, platform_device_write_slot), 0);
	irq = msi_get_virq(b->uart, 2);
	assert_string_equal(arm_level(b, irq, 0)->domain->name, "GICv2m-pMSI-uart-15");
	/* The device hears of it when somebody wants it. */
	assert_true(platform_device_peek(b->m, "uart", 2, &address, &data));
	assert_int_equal(address, 0);
	arm_request(b, irq);
	assert_true(platform_device_peek(b->m, "uart", 2, &address, &data));
	assert_int_equal(address, 0x8020040);
	assert_int_equal(data, 82);
	assert_int_equal(arm_raise_slot(b, b->uart, 2), 1);
	arm_free_irq(b, irq);
	assert_true(platform_device_peek(b->m, "uart", 2, &address, &data));
	assert_int_equal(address, 0);
	platform_device_msi_free_irqs_all(b->uart);
	assert_int_equal(msi_get_virq(b->uart, 2), 0);
	arm_destroy(b);
}

/* ---- what is refused ---- */

static void refused_frames(void **state)
{
	static const struct gic_desc gic = {.version = 2};
	static const struct v2m_desc frames[] = {
		{.first_spi = 16, .spis = 4},
		{.first_spi = 1000, .spis = 40},
	};
	const char *why = NULL;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct machine_desc desc = {
			.nr_cpus = 1, .gic = &gic, .v2ms = &frames[i], .nr_v2ms = 1};

		assert_true(arm_refused(&desc, &why) < 0);
		assert_non_null(why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),	  cmocka_unit_test(affinity),
		cmocka_unit_test(blocks),	  cmocka_unit_test(two_frames),
		cmocka_unit_test(quirks),	  cmocka_unit_test(with_a_gicv3),
		cmocka_unit_test(pending_bit),	  cmocka_unit_test(platform_device),
		cmocka_unit_test(refused_frames),
	};

	return cmocka_run_group_tests_name("domains: GICv2m", tests, NULL, NULL);
}
