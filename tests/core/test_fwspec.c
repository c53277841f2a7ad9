/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"
#include "core/fake_domains.h"

#include <irqlab/provider/fwspec.h>

#include <stdlib.h>
#include <string.h>

/* Lines as firmware describes them, in domains of each kind. */

static unsigned map(struct machine *m, const char *fwnode, uint32_t hwirq, uint32_t type)
{
	const struct irq_fwspec fwspec = {
		.fwnode = fwnode, .param_count = 2, .param = {hwirq, type}};

	return irq_create_fwspec_mapping(m, &fwspec);
}

static uint32_t trigger_of(struct machine *m, unsigned irq)
{
	return irq_to_desc(m, irq)->irq_common_data.state_use_accessors &
	       (IRQD_TRIGGER_MASK | IRQD_DEFAULT_TRIGGER_SET);
}

/* ---- outside a hierarchy ---- */

static const struct irq_domain_ops one_cell = {0};
static const struct irq_domain_ops two_cells = {.translate = irq_domain_translate_twocell};

static struct irq_domain *flat(struct fake *fake, const struct irq_domain_ops *ops,
			       enum irq_domain_bus_token token)
{
	return irq_domain_create(fake->m, &(struct irq_domain_config){
						  .name = "flat",
						  .fwnode = ":soc:pins",
						  .ops = ops,
						  .bus_token = token,
						  .size = 16,
					  });
}

static void test_flat(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *domain = flat(fake, &two_cells, DOMAIN_BUS_ANY);
	unsigned irq = map(fake->m, ":soc:pins", 5, IRQ_TYPE_LEVEL_LOW);

	assert_int_not_equal(irq, 0);
	assert_ptr_equal(irq_get_irq_data(fake->m, irq)->domain, domain);
	assert_int_equal(irq_get_irq_data(fake->m, irq)->hwirq, 5);
	assert_int_equal(trigger_of(fake->m, irq), IRQ_TYPE_LEVEL_LOW | IRQD_DEFAULT_TRIGGER_SET);
	assert_int_equal(map(fake->m, ":soc:pins", 5, IRQ_TYPE_LEVEL_LOW), irq);
	assert_int_equal(map(fake->m, ":soc:pins", 5, IRQ_TYPE_NONE), irq);
	assert_int_equal(map(fake->m, ":soc:pins", 5, IRQ_TYPE_LEVEL_HIGH), 0);
	assert_int_equal(machine_warnings(fake->m, WARN_MAPPING_REFUSED), 1);
	assert_int_not_equal(map(fake->m, ":soc:pins", 6, IRQ_TYPE_LEVEL_HIGH), irq);
	assert_int_equal(map(fake->m, ":soc:pins", 16, IRQ_TYPE_NONE), 0); /* beyond it */
}

static void test_one_cell(void **state)
{
	struct fake *fake = *state;
	const struct irq_fwspec single = {.fwnode = ":soc:pins", .param_count = 1, .param = {7}};
	unsigned irq;

	flat(fake, &one_cell, DOMAIN_BUS_ANY);
	irq = irq_create_fwspec_mapping(fake->m, &single);
	assert_int_equal(irq_get_irq_data(fake->m, irq)->hwirq, 7);
	assert_int_equal(trigger_of(fake->m, irq), IRQD_DEFAULT_TRIGGER_SET);
	assert_int_equal(map(fake->m, ":soc:pins", 7, IRQ_TYPE_EDGE_RISING), irq);
	assert_int_equal(trigger_of(fake->m, irq), IRQD_DEFAULT_TRIGGER_SET);
}

/* The domain for wires comes first, whichever is newer; then any of that node. */
static void test_which_domain(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *wired = flat(fake, &two_cells, DOMAIN_BUS_WIRED);
	struct irq_domain *other = flat(fake, &two_cells, DOMAIN_BUS_NEXUS);
	unsigned irq = map(fake->m, ":soc:pins", 3, IRQ_TYPE_NONE);

	assert_ptr_equal(irq_get_irq_data(fake->m, irq)->domain, wired);
	irq_dispose_mapping(fake->m, irq);
	irq_domain_remove(wired);
	irq = map(fake->m, ":soc:pins", 3, IRQ_TYPE_NONE);
	assert_ptr_equal(irq_get_irq_data(fake->m, irq)->domain, other);
	assert_int_equal(map(fake->m, ":soc:pin", 3, IRQ_TYPE_NONE), 0);
}

/* ---- in a hierarchy ---- */

static int line_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	const struct irq_fwspec *fwspec = arg;
	static const struct irq_chip chip = {.name = "lines"};

	assert_int_equal(nr, 1);
	if (fwspec->param[0] == 9)
		return -ENOSPC;
	return irq_domain_set_hwirq_and_chip(domain, virq, fwspec->param[0], &chip, NULL);
}

static const struct irq_domain_ops hierarchical = {
	.alloc = line_alloc,
	.free = irq_domain_free_irqs_common,
	.translate = irq_domain_translate_twocell,
};

static void test_hierarchy(void **state)
{
	struct fake *fake = *state;
	struct irq_domain *domain = flat(fake, &hierarchical, DOMAIN_BUS_WIRED);
	struct fingerprint before = fake_print(fake);
	unsigned irq;

	assert_int_equal(map(fake->m, ":soc:pins", 9, IRQ_TYPE_EDGE_RISING), 0);
	assert_same(fake, before);
	irq = map(fake->m, ":soc:pins", 8, IRQ_TYPE_EDGE_RISING);
	assert_ptr_equal(irq_domain_resolve(domain, 8), irq_get_irq_data(fake->m, irq));
	assert_int_equal(trigger_of(fake->m, irq), IRQ_TYPE_EDGE_RISING | IRQD_DEFAULT_TRIGGER_SET);
	irq_dispose_mapping(fake->m, irq);
	assert_null(irq_to_desc(fake->m, irq));
}

/* ---- lines of a bridge ---- */

static int translate(struct irq_domain *domain, const struct irq_fwspec *fwspec, uint64_t *hwirq,
		     unsigned *type)
{
	int ret = irq_domain_translate_twocell(domain, fwspec, hwirq, type);

	return ret || *hwirq < 100 ? -EINVAL : 0;
}

static void set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->desc = desc;
	arg->hwirq = (uint32_t)desc->data.icookie;
}

static struct device *bridge(struct fake *fake, unsigned lines, uint32_t flags)
{
	struct device *dev = fake_device(fake, "bridge", fake->domain[FAKE_MIDDLE]);
	struct msi_domain_template template = fake_template;

	touch(fake->m, dev);
	dev->fwnode = ":soc:bridge";
	template.ops.set_desc = set_desc;
	template.ops.msi_translate = translate;
	template.info.bus_token = DOMAIN_BUS_WIRED_TO_MSI;
	template.info.flags |= flags | MSI_FLAG_FREE_MSI_DESCS;
	assert_int_equal(
		msi_create_device_irq_domain(dev, MSI_DEFAULT_DOMAIN, &template, lines, fake, NULL),
		0);
	return dev;
}

static void test_bridge(void **state)
{
	struct fake *fake = *state;
	struct device *dev = bridge(fake, 2, MSI_FLAG_USE_DEV_FWNODE);
	struct irq_domain *domain = msi_get_device_domain(dev, MSI_DEFAULT_DOMAIN);
	struct fingerprint before;
	unsigned a, b;

	assert_string_equal(domain->name, ":soc:bridge-16");
	assert_string_equal(msi_get_domain_info(domain)->chip->name, "MID-STORE-bridge");
	before = fake_print(fake);
	assert_int_equal(map(fake->m, ":soc:bridge", 99, IRQ_TYPE_EDGE_RISING), 0);
	assert_same(fake, before);
	a = map(fake->m, ":soc:bridge", 107, IRQ_TYPE_EDGE_RISING);
	b = map(fake->m, ":soc:bridge", 103, IRQ_TYPE_LEVEL_HIGH);
	assert_int_equal(irq_get_irq_data(fake->m, a)->hwirq, 107);
	assert_int_equal(msi_domain_get_virq(dev, MSI_DEFAULT_DOMAIN, 0), a);
	assert_int_equal(msi_domain_get_virq(dev, MSI_DEFAULT_DOMAIN, 1), b);
	assert_int_equal(msi_peek_desc(dev, MSI_DEFAULT_DOMAIN, 1)->data.icookie,
			 UINT64_C(4) << 32 | 103);

	before = fake_print(fake);
	assert_int_equal(msi_device_domain_alloc_wired(domain, 104, 1), -EBUSY); /* two at most */
	assert_int_equal(map(fake->m, ":soc:bridge", 104, IRQ_TYPE_EDGE_RISING), 0);
	assert_same(fake, before);
	irq_dispose_mapping(fake->m, a);
	assert_null(msi_peek_desc(dev, MSI_DEFAULT_DOMAIN, 0));
	assert_int_not_equal(map(fake->m, ":soc:bridge", 104, IRQ_TYPE_EDGE_RISING), 0);
	irq_dispose_mapping(fake->m, b);
	irq_dispose_mapping(fake->m, msi_domain_get_virq(dev, MSI_DEFAULT_DOMAIN, 0));
	fake_device_free(fake, dev);
}

/* Without the flag the domain has a node of its own, which nobody else knows. */
static void test_private_node(void **state)
{
	struct fake *fake = *state;
	struct device *dev = bridge(fake, 2, 0);

	assert_string_equal(msi_get_device_domain(dev, MSI_DEFAULT_DOMAIN)->name,
			    "MID-STORE-bridge-16");
	assert_int_equal(map(fake->m, ":soc:bridge", 107, IRQ_TYPE_EDGE_RISING), 0);
	fake_device_free(fake, dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_flat, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_one_cell, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_which_domain, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_hierarchy, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_bridge, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_private_node, fake_setup, fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
