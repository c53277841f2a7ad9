/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"
#include "core/fake_domains.h"

#include <irqlab/trace.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct device *device_below(struct fake *fake, enum fake_level level)
{
	return fake_device(fake, "0000:00:03.0", fake->domain[level]);
}

static int create(struct fake *fake, struct device *dev, unsigned domid,
		  const struct msi_domain_template *template, unsigned hwsize)
{
	return msi_create_device_irq_domain(dev, domid, template, hwsize, fake, NULL);
}

/* ---- creation ---- */

static void test_names(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	struct device *plain = fake_device(fake, "a-platform-device", fake->domain[FAKE_ROOT]);
	const struct irq_domain *domain;

	assert_int_equal(fake_msi_domain(fake, dev, 0, 8, 0), 0);
	domain = msi_get_device_domain(dev, 0);
	assert_string_equal(domain->name, "MID-STORE-0000:00:03.0-15");
	assert_string_equal(msi_get_domain_info(domain)->chip->name, "MID-STORE-0000:00:03.0");
	assert_ptr_equal(domain->parent, fake->domain[FAKE_MIDDLE]);
	assert_ptr_equal(domain->root, fake->domain[FAKE_ROOT]);
	assert_ptr_equal(domain->dev, dev);
	assert_int_equal(domain->flags & ~IRQ_DOMAIN_FLAG_NAME_ALLOCATED,
			 IRQ_DOMAIN_FLAG_HIERARCHY | IRQ_DOMAIN_FLAG_MSI |
				 IRQ_DOMAIN_FLAG_MSI_DEVICE);
	assert_true(domain->hwirq_max == UINT32_MAX);

	assert_int_equal(fake_msi_domain(fake, plain, 0, 8, 0), 0);
	assert_string_equal(msi_get_device_domain(plain, 0)->name, "STORE-a-platform-device-15");
}

static void test_long_names_are_cut(void **state)
{
	struct fake *fake = *state;
	struct device *dev =
		fake_device(fake, "0123456789012345678901234567890", fake->domain[FAKE_MIDDLE]);
	struct msi_domain_template template = fake_template;

	template.chip.name = "A-CHIP-NAME";
	assert_int_equal(create(fake, dev, 0, &template, 1), 0);
	assert_string_equal(msi_get_device_domain(dev, 0)->name,
			    "MID-A-CHIP-NAME-0123456789012345678901234567890");
}

static void test_refusals(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	struct device *orphan = fake_device(fake, "orphan", NULL);
	struct device *wired = fake_device(fake, "wired", fake_add_top(fake));
	struct msi_domain_template template = fake_template;
	struct fingerprint before = fake_print(fake);

	assert_int_equal(fake_msi_domain(fake, orphan, 0, 1, 0), -ENODEV);
	assert_int_equal(fake_msi_domain(fake, wired, 0, 1, 0), -ENODEV);
	assert_int_equal(fake_msi_domain(fake, dev, MSI_MAX_DOMAINS, 1, 0), -EINVAL);
	assert_int_equal(fake_msi_domain(fake, dev, 0, 65537, 0), -EINVAL);
	fake->refuse_children = true;
	assert_int_equal(fake_msi_domain(fake, dev, 0, 1, 0), -ENOTSUPP);
	fake->refuse_children = false;
	template.chip.irq_write_msi_msg = NULL;
	assert_int_equal(create(fake, dev, 0, &template, 1), -EINVAL);
	template = fake_template;
	template.chip.irq_unmask = NULL;
	assert_int_equal(create(fake, dev, 0, &template, 1), -EINVAL);
	template.chip.name = NULL;
	assert_int_equal(create(fake, dev, 0, &template, 1), -EINVAL);
	assert_int_equal(machine_warnings(fake->m, WARN_MSI_BAD_TEMPLATE), 2);
	/* Not even the device's container is left. */
	assert_null(dev->msi);
	assert_same(fake, before);
}

static void test_slot_is_taken(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	struct fingerprint before;

	assert_int_equal(fake_msi_domain(fake, dev, 0, 8, 0), 0);
	before = fake_print(fake);
	assert_int_equal(fake_msi_domain(fake, dev, 0, 8, 0), -EBUSY);
	assert_int_equal(machine_warnings(fake->m, WARN_MSI_DOMAIN_EXISTS), 1);
	assert_same(fake, before);
	assert_true(msi_match_device_irq_domain(dev, 0, DOMAIN_BUS_DEVICE_MSI));
	assert_false(msi_match_device_irq_domain(dev, 0, DOMAIN_BUS_PCI_DEVICE_MSI));
	assert_false(msi_match_device_irq_domain(dev, 1, DOMAIN_BUS_DEVICE_MSI));
	assert_false(msi_match_device_irq_domain(dev, 99, DOMAIN_BUS_DEVICE_MSI));
	msi_remove_device_irq_domain(dev, 0);
	assert_null(msi_get_device_domain(dev, 0));
	assert_int_equal(fake_msi_domain(fake, dev, 0, 8, 0), 0);
}

static void test_size(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);

	assert_int_equal(fake_msi_domain(fake, dev, 0, 0, 0), 0);
	assert_int_equal(fake_msi_domain(fake, dev, 1, 65536, 0), 0);
	assert_int_equal(fake_msi_domain(fake, dev, 2, 1, 0), 0);
	assert_int_equal(msi_get_domain_info(msi_get_device_domain(dev, 0))->hwsize, 65536);
	assert_int_equal(msi_get_domain_info(msi_get_device_domain(dev, 1))->hwsize, 65536);
	assert_int_equal(msi_get_domain_info(msi_get_device_domain(dev, 2))->hwsize, 1);
}

/* The parent takes flags away and adds its own; it does so in the device's copy. */
static void test_flags_and_copies(void **state)
{
	struct fake *fake = *state;
	struct device *a = fake_device(fake, "a", fake->domain[FAKE_MIDDLE]);
	struct device *b = fake_device(fake, "b", fake->domain[FAKE_ROOT]);
	const struct msi_domain_info *ia, *ib;

	assert_int_equal(fake_msi_domain(fake, a, 0, 4, MSI_FLAG_PCI_IMS | MSI_FLAG_LEVEL_CAPABLE),
			 0);
	assert_int_equal(fake_msi_domain(fake, b, 0, 9, MSI_FLAG_NO_AFFINITY), 0);
	ia = msi_get_domain_info(msi_get_device_domain(a, 0));
	ib = msi_get_domain_info(msi_get_device_domain(b, 0));
	assert_false(ia->flags & MSI_FLAG_PCI_IMS);
	assert_true(ia->flags & MSI_FLAG_LEVEL_CAPABLE);
	assert_true(ia->flags & MSI_FLAG_USE_DEF_CHIP_OPS);
	assert_ptr_equal(ia->chip->irq_set_affinity, msi_domain_set_affinity);
	assert_null(ib->chip->irq_set_affinity);
	assert_ptr_not_equal(ia->chip, ib->chip);
	assert_null(fake_template.chip.irq_set_affinity);
	assert_int_equal(ia->hwsize, 4);
	assert_int_equal(ib->hwsize, 9);
}

/* A domain is replaced; the replacement then turns out not to work. */
static void test_detach_and_take_back(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	struct irq_domain *old, *new;
	struct fingerprint before;

	assert_int_equal(fake_msi_domain(fake, dev, 0, 8, 0), 0);
	assert_null(msi_detach_device_irq_domain(dev, 1));
	before = fake_print(fake);
	old = msi_detach_device_irq_domain(dev, 0);
	assert_non_null(old);
	assert_int_equal(fake_msi_domain(fake, dev, 0, 16, 0), 0);
	new = msi_detach_device_irq_domain(dev, 0);
	msi_discard_device_irq_domain(new);
	msi_attach_device_irq_domain(dev, 0, old);
	assert_same(fake, before);

	old = msi_detach_device_irq_domain(dev, 0);
	assert_int_equal(fake_msi_domain(fake, dev, 0, 16, 0), 0);
	msi_discard_device_irq_domain(old);
	assert_int_equal(msi_get_domain_info(msi_get_device_domain(dev, 0))->hwsize, 16);
	/* An id that is in use is not given back. */
	assert_int_equal(fake_msi_domain(fake, dev, 1, 16, 0), 0);
	assert_true(msi_get_device_domain(dev, 1)->id > msi_get_device_domain(dev, 0)->id);
}

static void test_memory_fails(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	struct fingerprint before = fake_print(fake);
	uint64_t n = 0;
	int ret = -ENOMEM;

	while (ret) {
		assert_true(++n < 100);
		machine_fail_allocation(fake->m, n);
		ret = fake_msi_domain(fake, dev, 0, 8, 0);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_same(fake, before);
	}
	machine_fail_allocation(fake->m, 0);
	assert_int_equal(n, 4); /* container, template, domain */
}

/* ---- N domains of one device ---- */

static void test_separate_index_spaces(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);

	for (unsigned domid = 0; domid < MSI_MAX_DOMAINS; domid++) {
		assert_int_equal(
			fake_msi_domain(fake, dev, domid, 4, MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS), 0);
		assert_int_equal(msi_domain_alloc_irqs_range(dev, domid, 0, 1), 0);
	}
	for (unsigned domid = 0; domid < MSI_MAX_DOMAINS; domid++) {
		assert_int_equal(msi_domain_get_virq(dev, domid, 0), 24 + 2 * domid);
		assert_int_equal(msi_domain_get_virq(dev, domid, 1), 25 + 2 * domid);
		assert_int_equal(msi_domain_get_virq(dev, domid, 2), 0);
		/* The hwirq is the index, and each domain has its own map. */
		assert_int_equal(irq_domain_resolve(msi_get_device_domain(dev, domid), 1)->irq,
				 25 + 2 * domid);
	}
	msi_domain_free_irqs_range(dev, 3, 0, 3);
	assert_int_equal(msi_domain_get_virq(dev, 3, 0), 0);
	assert_int_equal(msi_domain_get_virq(dev, 2, 0), 28);
	assert_int_equal(machine_warnings_total(fake->m), 0);
}

static unsigned virq_of_five(struct device *dev, unsigned domid, unsigned index)
{
	const struct msi_desc *desc = msi_domain_desc(dev, domid, 5);

	return desc ? desc->irq + index : 0;
}

static void test_lookup_is_the_templates(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	struct msi_domain_template template = fake_template;

	assert_int_equal(msi_domain_get_virq(dev, 0, 0), 0);
	template.ops.get_virq = virq_of_five;
	template.info.flags |= MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS;
	assert_int_equal(create(fake, dev, 2, &template, 8), 0);
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 2, 5, 5), 0);
	assert_int_equal(msi_domain_get_virq(dev, 2, 3), 27);
	assert_int_equal(machine_warnings_total(fake->m), 0);
	assert_int_equal(msi_domain_get_virq(dev, 2, 65536), 0);
	assert_int_equal(msi_domain_get_virq(dev, MSI_MAX_DOMAINS, 0), 0);
	assert_int_equal(machine_warnings(fake->m, WARN_MSI_BAD_RANGE), 2);
}

/* ---- the level ---- */

static unsigned one_irq(struct fake *fake, struct device *dev, uint32_t flags)
{
	struct msi_map map;

	assert_int_equal(fake_msi_domain(fake, dev, 0, 8, flags), 0);
	map = msi_domain_alloc_irq_at(dev, 0, 2, 2, NULL, 0);
	assert_int_equal(map.index, 2);
	fake_log(fake);
	return (unsigned)map.virq;
}

static void test_activation_writes(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	unsigned virq = one_irq(fake, dev, 0);
	struct irq_data *d = irq_get_irq_data(fake->m, virq);

	assert_string_equal(irq_to_desc(fake->m, virq)->name, "edge");
	assert_int_equal(d->hwirq, 2);
	assert_int_equal(irq_domain_activate_irq(d, false), 0);
	assert_log(fake, "root.activate 24; middle.activate 24; write 24 20");
	irq_domain_deactivate_irq(d);
	assert_log(fake, "write 24 0; middle.deactivate 24; root.deactivate 24");
}

static void test_affinity(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	struct irq_data *d = irq_get_irq_data(fake->m, one_irq(fake, dev, 0));
	const struct cpumask *mask = cpumask_of(fake->m, 1);

	assert_int_equal(msi_domain_set_affinity(d, mask, false), IRQ_SET_MASK_OK);
	assert_log(fake, "root.set_affinity 24; middle.set_affinity 24; write 24 20");
	fake->immutable_message = true;
	assert_int_equal(msi_domain_set_affinity(d, mask, true), IRQ_SET_MASK_OK_DONE);
	assert_log(fake, "root.set_affinity 24 force; middle.set_affinity 24");
	assert_ptr_equal(irq_data_get_effective_affinity_mask(d), mask);
}

static void test_second_message(void **state)
{
	struct fake *fake = *state;
	struct device *edge = fake_device(fake, "edge", fake->domain[FAKE_MIDDLE]);
	struct device *level = fake_device(fake, "level", fake->domain[FAKE_MIDDLE]);
	struct msi_domain_template template = fake_template;
	struct msi_map map;

	fake->second_message = true;
	irq_domain_activate_irq(irq_get_irq_data(fake->m, one_irq(fake, edge, 0)), false);
	assert_int_equal(machine_warnings(fake->m, WARN_MSI_SECOND_MESSAGE), 1);
	template.info.flags |= MSI_FLAG_LEVEL_CAPABLE;
	template.chip.flags = IRQCHIP_SUPPORTS_LEVEL_MSI;
	assert_int_equal(create(fake, level, 0, &template, 1), 0);
	map = msi_domain_alloc_irq_at(level, 0, 0, 0, NULL, 0);
	irq_domain_activate_irq(irq_get_irq_data(fake->m, (unsigned)map.virq), false);
	assert_int_equal(machine_warnings(fake->m, WARN_MSI_SECOND_MESSAGE), 1);
}

static int fail_third_init(struct irq_domain *d, struct msi_domain_info *info, unsigned virq,
			   uint64_t hwirq, msi_alloc_info_t *arg)
{
	(void)arg;
	fake_note(info->data, "init %u", virq);
	if (virq % 4 == 2)
		return -EIO;
	return irq_domain_set_hwirq_and_chip(d, virq, hwirq, info->chip, NULL);
}

static void note_free(struct irq_domain *d, struct msi_domain_info *info, unsigned virq)
{
	(void)d;
	fake_note(info->data, "deinit %u", virq);
}

static void test_level_unwinds(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	struct msi_domain_template template = fake_template;
	msi_alloc_info_t arg = {.hwirq = 3};
	struct irq_domain *domain;
	struct fingerprint before;

	template.ops.msi_init = fail_third_init;
	template.ops.msi_free = note_free;
	assert_int_equal(create(fake, dev, 0, &template, 8), 0);
	domain = msi_get_device_domain(dev, 0);
	before = fake_print(fake);
	assert_int_equal(irq_domain_alloc_irqs(domain, -1, 4, -1, &arg, NULL), -EIO);
	assert_log(fake, "middle.alloc 24+4; root.alloc 24+4; root.done; middle.done; "
			 "init 24; init 25; init 26; deinit 25; deinit 24; "
			 "middle.free 24+1; root.free 24+1; middle.free 25+1; root.free 25+1; "
			 "middle.free 26+1; root.free 26+1; middle.free 27+1; root.free 27+1");
	assert_same(fake, before);
	assert_int_equal(irq_domain_alloc_irqs(domain, -1, 2, -1, &arg, NULL), 24);
	fake_log(fake);
	before = fake_print(fake);
	assert_int_equal(irq_domain_alloc_irqs(domain, -1, 1, -1, &arg, NULL), -EEXIST);
	assert_log(fake, "");
	assert_same(fake, before);
	irq_domain_free_irqs(fake->m, 24, 2);
	assert_log(fake, "deinit 24; middle.free 24+1; root.free 24+1; "
			 "deinit 25; middle.free 25+1; root.free 25+1");
}

/* ---- the rest ---- */

static void test_isolation(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	struct device *orphan = fake_device(fake, "orphan", NULL);

	assert_false(msi_device_has_isolated_msi(dev));
	assert_false(msi_device_has_isolated_msi(orphan));
	fake->domain[FAKE_ROOT]->flags |= IRQ_DOMAIN_FLAG_ISOLATED_MSI;
	assert_true(msi_device_has_isolated_msi(dev));
}

/* A domain that is no parent serves the device as it is. */
static void test_global_domain(void **state)
{
	struct fake *fake = *state;
	struct device *dev;

	fake->domain[FAKE_MIDDLE]->flags &= ~(uint32_t)IRQ_DOMAIN_FLAG_MSI_PARENT;
	fake->domain[FAKE_MIDDLE]->flags |= IRQ_DOMAIN_FLAG_MSI;
	dev = device_below(fake, FAKE_MIDDLE);
	assert_int_equal(msi_setup_device_data(dev), 0);
	assert_ptr_equal(msi_get_device_domain(dev, 0), fake->domain[FAKE_MIDDLE]);
	assert_null(msi_get_device_domain(dev, 1));
	assert_int_equal(fake_msi_domain(fake, dev, 1, 1, 0), -ENODEV);
	msi_remove_device_irq_domain(dev, 0);
	assert_ptr_equal(msi_get_device_domain(dev, 0), fake->domain[FAKE_MIDDLE]);
}

static void test_container_lives_with_the_device(void **state)
{
	struct fake *fake = *state;
	size_t bytes = machine_bytes_in_use(fake->m);
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	const struct msi_device_data *data;

	assert_int_equal(msi_setup_device_data(dev), 0);
	data = dev->msi;
	assert_int_equal(msi_setup_device_data(dev), 0);
	assert_int_equal(fake_msi_domain(fake, dev, 3, 8, MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS), 0);
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 3, 0, 7), 0);
	msi_domain_free_irqs_range(dev, 3, 0, 7);
	assert_ptr_equal(dev->msi, data);
	fake_device_free(fake, dev);
	assert_int_equal(machine_warnings_total(fake->m), 0);
	/* What stays is one leaf of the index of irq numbers. */
	assert_true(machine_bytes_in_use(fake->m) - bytes < 4096);
}

/* What the driver did not free leads to device and domain: they stay, but nobody finds them. */
static void test_removal_with_interrupts(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	unsigned virq = one_irq(fake, dev, 0);
	struct device *other;

	assert_false(msi_device_data_release(dev));
	assert_int_equal(machine_warnings(fake->m, WARN_MSI_STORE_NOT_EMPTY), 1);
	assert_int_equal(machine_warnings(fake->m, WARN_DOMAIN_NOT_EMPTY), 1);
	assert_null(dev->msi);
	assert_null(irq_domain_by_name(fake->m, "MID-STORE-0000:00:03.0-15"));
	/* New ones don't come to lie where the old ones are. */
	other = fake_device(fake, "other", fake->domain[FAKE_MIDDLE]);
	assert_int_equal(fake_msi_domain(fake, other, 0, 8, 0), 0);
	assert_string_equal(irq_get_irq_data(fake->m, virq)->chip->name, "MID-STORE-0000:00:03.0");
	irq_domain_activate_irq(irq_get_irq_data(fake->m, virq), false);
	fake_print(fake);
	machine_fingerprint_recompute(fake->m, FINGERPRINT_COMPLETE);
	irq_domain_free_irqs(fake->m, virq, 1);
	assert_null(irq_to_desc(fake->m, virq));
	assert_true(msi_device_data_release(dev));
}

/* Points by name, with the arguments of those that belong to the MSI core. */
static void collect(struct machine *m, uint64_t from, char *out, size_t size)
{
	size_t used = 0;

	out[0] = 0;
	for (uint64_t p = from; p < tape_position(m); p++) {
		const struct tape_record *r = tape_at(m, p);

		if (r->kind == TAPE_TRACE)
			used += (size_t)snprintf(
				out + used, size - used, "%s%s %u", used ? "; " : "",
				trace_point_name((enum trace_point)r->value), (unsigned)r->address);
		else if (r->kind == TAPE_TRACE_ARGS)
			used += (size_t)snprintf(out + used, size - used, " %u,%u",
						 (unsigned)r->address, (unsigned)r->value);
	}
}

static void test_trace(void **state)
{
	struct fake *fake = *state;
	struct device *dev = device_below(fake, FAKE_MIDDLE);
	uint64_t from;
	char text[512], expected[512];
	unsigned id;

	assert_int_equal(fake_msi_domain(fake, dev, 0, 8,
					 MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MSI_FLAG_ACTIVATE_EARLY),
			 0);
	id = msi_get_device_domain(dev, 0)->id;
	machine_set_tracing(fake->m, true);
	from = tape_position(fake->m);
	assert_int_equal(msi_domain_alloc_irqs_range(dev, 0, 1, 1), 0);
	msi_domain_free_irqs_range(dev, 0, 1, 1);
	collect(fake->m, from, text, sizeof(text));
	snprintf(expected, sizeof(expected),
		 "msi_domain_alloc 24 1,%u; irq_domain_activate_irq 24 0,0; "
		 "msi_domain_activate 24 %u,0; irq_domain_deactivate_irq 24 %u,0; "
		 "msi_domain_deactivate 24 %u,0; msi_domain_free 24 1,%u",
		 id, id, id, id, id);
	assert_string_equal(text, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_long_names_are_cut, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_refusals, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_slot_is_taken, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_size, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_flags_and_copies, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_detach_and_take_back, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_memory_fails, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_separate_index_spaces, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_lookup_is_the_templates, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_activation_writes, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_affinity, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_second_message, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_level_unwinds, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_isolation, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_global_domain, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_container_lives_with_the_device, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_removal_with_interrupts, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(test_trace, fake_setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("msi_domain", tests, NULL, NULL);
}
