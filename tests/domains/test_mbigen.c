/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/mbigen.h"

#include "domains/riscv_bench.h"
#include "sim_cpu/imsic.h"
#include "sim_iommu/its.h"
#include "sim_iommu/mbigen.h"

#include <stdlib.h>
#include <string.h>

/* ---- a parent whose messages have one address, and which can be watched ---- */

struct fake {
	unsigned eois;
	uint64_t eoi_at; /* position of the tape */
};

static int fake_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg);

static void fake_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	irq_domain_free_irqs_common(domain, virq, nr);
}

static void fake_nothing(struct irq_data *d)
{
	(void)d;
}

static void fake_eoi(struct irq_data *d)
{
	struct fake *fake = d->domain->host_data;

	fake->eois++;
	fake->eoi_at = tape_position(irq_data_machine(d));
}

static void fake_compose(struct irq_data *d, struct msi_msg *msg)
{
	*msg = (struct msi_msg){.address_lo = 0xabc00000, .data = 0x100 + d->irq};
}

static const struct irq_chip fake_chip = {
	.name = "fake",
	.irq_mask = fake_nothing,
	.irq_unmask = fake_nothing,
	.irq_eoi = fake_eoi,
	.irq_compose_msi_msg = fake_compose,
};

static int fake_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	(void)nr;
	(void)arg;
	return irq_domain_set_hwirq_and_chip(domain, virq, virq, &fake_chip, NULL);
}

static const struct irq_domain_ops fake_ops = {.alloc = fake_alloc, .free = fake_free};

static bool fake_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
				   struct irq_domain *parent, struct msi_domain_info *info)
{
	(void)dev;
	(void)domain;
	info->flags &= parent->msi_parent_ops->supported_flags;
	info->flags |=
		MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS | MSI_FLAG_FREE_MSI_DESCS;
	return info->bus_token == DOMAIN_BUS_WIRED_TO_MSI;
}

static const struct msi_parent_ops fake_parent_ops = {
	.supported_flags = MSI_GENERIC_FLAGS_MASK,
	.prefix = "FAKE-",
	.init_dev_msi_info = fake_init_dev_msi_info,
};

static struct irq_domain *fake_parent(struct machine *m, struct fake *fake)
{
	struct irq_domain *domain =
		irq_domain_create(m, &(struct irq_domain_config){
					     .name = "fake",
					     .ops = &fake_ops,
					     .flags = IRQ_DOMAIN_FLAG_MSI_PARENT,
					     .host_data = fake,
				     });

	assert_non_null(domain);
	touch(m, domain);
	domain->msi_parent_ops = &fake_parent_ops;
	return domain;
}

static const struct mbigen_desc one_cpu = {.pins = 300, .doorbell = IMSIC_BASE, .device_id = 9};

/* A machine with an MBIGEN whose parent is the fake one. */
static struct riscv_bench *with_fake_parent(struct fake *fake)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 1});
	struct mbigen_config config = {.name = "wires", .pins = 300};

	assert_int_equal(mbigen_create(b->m, &(struct mbigen_desc){.name = "wires", .pins = 300}, 0,
				       &config.registers),
			 0);
	config.parent = fake_parent(b->m, fake);
	assert_int_equal(mbigen_bridge_create(b->m, &config, &b->mbigen), 0);
	return b;
}

static struct mbigen_pin pin_of(struct machine *m, unsigned pin)
{
	struct mbigen_pin p;

	assert_true(mbigen_peek_pin(m, 0, pin, &p));
	return p;
}

/* ---- registers ---- */

static void test_names(void **state)
{
	struct fake fake = {0};
	struct riscv_bench *b = with_fake_parent(&fake);
	unsigned irq = wired_map(b->mbigen, 70, IRQ_TYPE_EDGE_RISING);
	const struct irq_data *d = irq_get_irq_data(b->m, irq);

	(void)state;
	assert_string_equal(d->domain->name, ":soc:mbigen@60000000-16");
	assert_string_equal(d->chip->name, "FAKE-mbigen-60000000.mbigen");
	assert_int_equal(d->hwirq, 70);
	assert_int_equal(msi_get_domain_info(d->domain)->hwsize, 300);
	riscv_destroy(b);
}

static void test_messages(void **state)
{
	static const unsigned pins[] = {64, 191, 192, 363};
	struct fake fake = {0};
	struct riscv_bench *b = with_fake_parent(&fake);

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		unsigned irq = wired_map(b->mbigen, pins[i], IRQ_TYPE_EDGE_RISING);
		uint64_t vec = MBIGEN_BASE(0) + MBIGEN_NODE(pins[i]) + MBIGEN_VEC +
			       (pins[i] - 64) % 128 * 4;

		bus_write(b->m, vec, 4, 0xffc00fff); /* what else the register holds stays */
		riscv_request(b, irq);
		assert_int_equal(pin_of(b->m, pins[i]).vec, 0xffc00fff | (0x100 + irq) << 12);
		riscv_free_irq(b, irq); /* zeroes: the number stays */
		assert_int_equal(pin_of(b->m, pins[i]).vec, 0xffc00fff | (0x100 + irq) << 12);
		irq_dispose_mapping(b->m, irq);
	}
	riscv_destroy(b);
}

static void test_types(void **state)
{
	struct fake fake = {0};
	struct riscv_bench *b = with_fake_parent(&fake);
	unsigned irq = wired_map(b->mbigen, 230, IRQ_TYPE_NONE); /* 192 + 38 */

	(void)state;
	bus_write(b->m, MBIGEN_BASE(0) + 0x2000 + MBIGEN_TYPE + 4, 4, 1u << 7);
	assert_int_equal(irq_set_type(b->m, irq, IRQ_TYPE_LEVEL_HIGH), 0);
	assert_true(pin_of(b->m, 230).level);
	assert_true(pin_of(b->m, 231).level); /* its neighbour's stays */
	assert_int_equal(irq_set_type(b->m, irq, IRQ_TYPE_EDGE_RISING), 0);
	assert_false(pin_of(b->m, 230).level);
	assert_true(pin_of(b->m, 231).level);
	assert_int_equal(irq_set_type(b->m, irq, IRQ_TYPE_EDGE_FALLING), -EINVAL);
	assert_int_equal(irq_set_type(b->m, irq, IRQ_TYPE_LEVEL_LOW), -EINVAL);
	riscv_destroy(b);
}

static void take(struct machine *m, unsigned cpu, unsigned cause)
{
	(void)cause;
	(void)cpu;
	for_each_used_irq (irq, m)
		if (irq_to_desc(m, irq)->irq_data.hwirq == 70)
			generic_handle_irq(m, irq);
}

/* The level below first, and only a level is cleared. */
static void test_end(void **state)
{
	for (unsigned level = 0; level < 2; level++) {
		struct fake fake = {0};
		struct riscv_bench *b = with_fake_parent(&fake);
		unsigned irq = wired_map(b->mbigen, 70,
					 level ? IRQ_TYPE_LEVEL_HIGH : IRQ_TYPE_EDGE_RISING);
		struct tape_write w[4];
		uint64_t from;

		(void)state;
		riscv_request(b, irq);
		bus_set_entry(b->m, take);
		bus_write(b->m, IMSIC_BASE, 4, IMSIC_IPI_ID); /* anything that makes the CPU come */
		from = tape_position(b->m);
		machine_deliver(b->m, 1);
		bus_read(b->m, IMSIC_CSR_BASE + IMSIC_CLAIM, 8);
		assert_int_equal(b->handled, 1);
		assert_int_equal(fake.eois, 1);
		assert_int_equal(tape_writes(b->m, from, "wires", w, 4), level);
		if (level) {
			assert_string_equal(w[0].place, "wires.pin[64].clear");
			assert_int_equal(w[0].value, 1u << 6);
			assert_int_equal(fake.eoi_at + 1,
					 tape_position(b->m) - 1); /* ACCEPT follows */
		}
		riscv_destroy(b);
	}
}

static void test_refused(void **state)
{
	struct fake fake = {0};
	struct riscv_bench *b = with_fake_parent(&fake);
	struct mbigen_config config = {.name = "wires", .pins = 8, .registers = 0x70000000};
	struct wired_bridge *bridge;

	(void)state;
	assert_int_equal(wired_map(b->mbigen, 63, IRQ_TYPE_EDGE_RISING), 0);
	assert_int_equal(wired_map(b->mbigen, 364, IRQ_TYPE_EDGE_RISING), 0);
	config.parent = b->mbigen->dev.msi_domain;
	assert_int_equal(mbigen_bridge_create(b->m, &config, &bridge), -EEXIST);
	config.name = "others";
	config.parent = irq_domain_by_name(b->m, "no such parent");
	assert_int_equal(mbigen_bridge_create(b->m, &config, &bridge), -ENODEV);
	assert_null(bridge);
	assert_null(device_by_name(b->m, "others"));
	config.parent = b->mbigen->dev.msi_domain;
	assert_int_equal(mbigen_bridge_create(b->m, &config, &bridge), 0);
	wired_bridge_destroy(bridge);
	assert_null(device_by_name(b->m, "others"));
	riscv_destroy(b);
}

/* ---- under real parents ---- */

static unsigned raise(struct riscv_bench *b, unsigned pin, bool high)
{
	mbigen_set_line(b->m, 0, pin, high);
	return riscv_deliver(b);
}

/* One CPU has one file, to which all messages go. */
static void test_under_an_imsic(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 1, .mbigen = &one_cpu});
	unsigned edge = wired_map(b->mbigen, 100, IRQ_TYPE_EDGE_RISING);
	unsigned level = wired_map(b->mbigen, 300, IRQ_TYPE_LEVEL_HIGH);

	(void)state;
	riscv_request(b, edge);
	riscv_request(b, level);
	assert_int_equal(raise(b, 100, true), 1);
	assert_int_equal(b->handled_irq, edge);
	assert_int_equal(raise(b, 100, false), 0);
	assert_int_equal(raise(b, 100, true), 1);
	mbigen_set_line(b->m, 0, 300, true);
	assert_int_equal(machine_deliver(b->m, 3), -EBUSY); /* up, and nobody takes it back */
	assert_int_equal(b->handled, 5);
	assert_int_equal(raise(b, 300, false), 1);
	assert_int_equal(riscv_deliver(b), 0);
	assert_int_equal(machine_warnings_total(b->m), 0);
	riscv_destroy(b);
}

static enum irqreturn count(int irq, void *dev_id)
{
	(void)irq;
	++*(unsigned *)dev_id;
	return IRQ_HANDLED;
}

static void test_under_an_its(void **state)
{
	const struct mbigen_desc mbigen = {
		.device_id = 0x40b1c, .pins = 128, .doorbell = ITS_BASE(0) + GITS_TRANSLATER};
	const struct gic_desc gic = {.version = 3};
	const struct its_desc its = {.device_bits = 20};
	const struct machine_desc desc = {.nr_cpus = 2,
					  .gic = &gic,
					  .its = &its,
					  .nr_its = 1,
					  .mbigens = &mbigen,
					  .nr_mbigens = 1};
	struct machine *m = machine_create(NULL);
	struct wired_bridge *bridge;
	unsigned handled = 0;
	const char *why = "";

	(void)state;
	assert_non_null(m);
	if (machine_load(m, &desc, &why))
		fail_msg("%s", why);
	bridge = wired_bridge_by_name(m, "mbigen");
	for (unsigned i = 0; i < 5; i++) {
		unsigned irq = wired_map(bridge, 64 + i * 20, IRQ_TYPE_EDGE_RISING);

		assert_int_not_equal(irq, 0);
		assert_int_equal(request_irq(m, irq, count, 0, "its", &handled), 0);
		mbigen_set_line(m, 0, 64 + i * 20, true);
		machine_deliver(m, 0);
		assert_int_equal(handled, i + 1);
		assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 1)), 0);
		mbigen_set_line(m, 0, 64 + i * 20, false);
		mbigen_set_line(m, 0, 64 + i * 20, true);
		machine_deliver(m, 0);
		assert_int_equal(handled, i + 2);
		handled = i + 1;
	}
	assert_int_equal(machine_warnings_total(m), 0);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	     cmocka_unit_test(test_messages),
		cmocka_unit_test(test_types),	     cmocka_unit_test(test_end),
		cmocka_unit_test(test_refused),	     cmocka_unit_test(test_under_an_imsic),
		cmocka_unit_test(test_under_an_its),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
