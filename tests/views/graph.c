/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

#include <irqlab/view.h>
#include <jansson.h>
#include <stdio.h>

/* The objects as JSON, as a graph, and one interrupt as debugfs has it. */

static struct machine *m;
static int ran;
static char text[1 << 16];

/* MSI-X with a handler on the second of two entries, and a pool with one interrupt. */
static int setup(void **state)
{
	struct device *dsa;
	irq_pool_t pool;

	(void)state;
	m = chips_machine(&(struct chips_options){.parent = PARENT_INTEL});
	dsa = device_by_name(m, "dsa");
	assert_int_equal(pci_alloc_irq_vectors(dsa, 2, 2, PCI_IRQ_MSIX), 2);
	pool = irq_pool_create(dsa, IRQ_POOL_IMS_TABLE, 0, 0, NULL);
	assert_int_equal(irq_pool_alloc_at(m, pool, 5, 7, NULL).index, 5);
	assert_int_equal(request_irq(m, (unsigned)pci_irq_vector(dsa, 1), chips_handler, 0,
				     "dsa \"admin\"", &ran),
			 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	machine_destroy(m);
	return 0;
}

static const char *drawn(void (*view)(struct machine *machine, FILE *out))
{
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	view(m, out);
	fclose(out);
	return text;
}

static json_t *loaded(void)
{
	json_error_t error;
	json_t *all = json_loads(drawn(view_json), JSON_REJECT_DUPLICATES, &error);

	if (!all)
		fail_msg("line %d: %s", error.line, error.text);
	return all;
}

static json_t *member(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	assert_non_null(value);
	return value;
}
static json_int_t number(json_t *object, const char *key)
{
	assert_true(json_is_integer(member(object, key)));
	return json_integer_value(member(object, key));
}
static const char *string(json_t *object, const char *key)
{
	assert_true(json_is_string(member(object, key)));
	return json_string_value(member(object, key));
}

static json_t *domain_with(json_t *all, json_int_t id)
{
	json_t *domain;
	size_t i;

	json_array_foreach(member(all, "domains"), i,
			   domain) if (number(domain, "id") == id) return domain;
	fail_msg("no domain %d", (int)id);
	return NULL;
}

/* Every reference leads somewhere, and what leads there leads back. */
static void relations(void **state)
{
	json_t *all = loaded(), *domain, *device, *irq, *slot, *level;
	size_t i, j, nr_slots = 0, nr_device_domains = 0, nr_irqs = 0;

	(void)state;
	json_array_foreach(member(all, "domains"), i, domain)
	{
		json_t *parent = member(domain, "parent");

		if (!json_is_null(parent)) /* made after its parent */
			assert_true(json_integer_value(parent) < number(domain, "id"));
		if (!json_is_null(parent))
			domain_with(all, json_integer_value(parent));
		nr_device_domains += !json_is_null(member(domain, "device"));
	}
	json_array_foreach(member(all, "devices"), i, device)
	{
		json_array_foreach(member(device, "domains"), j, slot)
		{
			domain = domain_with(all, number(slot, "domain"));
			assert_string_equal(string(domain, "device"), string(device, "name"));
			assert_int_equal(number(domain, "parent"), number(device, "parent"));
			nr_slots++;
		}
	}
	assert_int_equal(nr_slots, 2);
	assert_int_equal(nr_slots, nr_device_domains);
	json_array_foreach(member(all, "interrupts"), i, irq)
	{
		json_t *expected = NULL;

		json_array_foreach(member(irq, "levels"), j, level)
		{
			domain = domain_with(all, number(level, "domain"));
			if (expected)
				assert_int_equal(json_integer_value(expected),
						 number(domain, "id"));
			expected = member(domain, "parent");
		}
		assert_true(!expected || json_is_null(expected)); /* down to the root */
		nr_irqs++;
	}
	for_each_used_irq (n, m)
		nr_irqs--;
	assert_int_equal(nr_irqs, 0);
	json_decref(all);
}

/* What the model has is what is told. */
static void values(void **state)
{
	json_t *all = loaded(), *irq;
	unsigned found = 0;
	size_t i;

	(void)state;
	json_array_foreach(member(all, "interrupts"), i, irq)
	{
		const struct irq_desc *desc = irq_to_desc(m, (unsigned)number(irq, "irq"));
		const struct msi_desc *msi = desc->irq_common_data.msi_desc;
		json_t *levels = member(irq, "levels");

		if (!msi)
			continue;
		assert_string_equal(string(irq, "device"), "dsa");
		assert_int_equal(number(irq, "slot"), msi->domid);
		assert_int_equal(number(irq, "index"), msi->msi_index);
		assert_int_equal(json_array_size(levels), 3);
		assert_int_equal(number(json_array_get(levels, 0), "hwirq"), desc->irq_data.hwirq);
		assert_string_equal(string(json_array_get(levels, 2), "chip"), "APIC");
		if (json_array_size(member(irq, "handlers")))
			assert_string_equal(
				json_string_value(json_array_get(member(irq, "handlers"), 0)),
				"dsa \"admin\"");
		found++;
	}
	assert_int_equal(found, 3);
	json_decref(all);
}

static void has_line(const char *line)
{
	if (!strstr(text, line))
		fail_msg("no line \"%s\" in\n%s", line, text);
}

static void graph(void **state)
{
	char parent[64];

	(void)state;
	drawn(view_dot);
	assert_int_equal(strncmp(text, "digraph machine {\n", 18), 0);
	assert_string_equal(text + strlen(text) - 2, "}\n");
	has_line("  domain1 [shape=box label=\"VECTOR\"]\n");
	has_line("  domain2 -> domain1\n");
	has_line("  domain4 [shape=box label=\"IR-IMS-TABLE-0000:00:07.0-64\"]\n");
	has_line("  domain4 -> domain2\n");
	has_line(" -> domain4 [style=dashed label=\"1\"]\n");
	snprintf(parent, sizeof(parent), "  device%u -> domain2 [style=dotted]\n",
		 device_by_name(m, "nic")->id); /* though it has no domain of its own */
	has_line(parent);
	has_line("  irq24 [label=\"24\" style=\"dotted\"]\n");
	has_line("  irq25 [label=\"25\"]\n");
	has_line("  irq26 -> domain4 [label=\"5\"]\n");
}

static void debug(void **state)
{
	static const char expected[] = "handler:  handle_edge_irq\n"
				       "device:   0000:00:07.0\n"
				       "status:   0x00004000\n"
				       "            IRQ_MOVE_PCNTXT\n"
				       "istate:   0x00000000\n"
				       "ddepth:   0\n"
				       "wdepth:   1\n"
				       "dstate:   0x1d40c200\n"
				       "            IRQD_ACTIVATED\n"
				       "            IRQD_WAKEUP_STATE\n"
				       "            IRQD_MOVE_PCNTXT\n"
				       "            IRQD_IRQ_STARTED\n"
				       "            IRQD_SINGLE_TARGET\n"
				       "            IRQD_CAN_RESERVE\n"
				       "            IRQD_HANDLE_ENFORCE_IRQCTX\n"
				       "            IRQD_AFFINITY_ON_ACTIVATE\n"
				       "node:     -1\n"
				       "affinity: 0-3\n"
				       "effectiv: 0\n"
				       "pending:  \n"
				       "domain:  IR-PCI-MSIX-0000:00:07.0-12\n"
				       " hwirq:   0x1\n"
				       " chip:    IR-PCI-MSIX-0000:00:07.0\n"
				       "  flags:   0x430\n"
				       "             IRQCHIP_SKIP_SET_WAKE\n"
				       "             IRQCHIP_ONESHOT_SAFE\n"
				       "             IRQCHIP_AFFINITY_PRE_STARTUP\n"
				       " parent:\n"
				       "    domain:  INTEL-IR-0-13\n"
				       "     hwirq:   0x10000\n"
				       "     chip:    INTEL-IR\n"
				       "      flags:   0x0\n"
				       "     parent:\n"
				       "        domain:  VECTOR\n"
				       "         hwirq:   0x19\n"
				       "         chip:    APIC\n"
				       "          flags:   0x0\n";
	FILE *out;

	(void)state;
	assert_int_equal(irq_set_irq_wake(m, 25, true), 0);
	out = fmemopen(text, sizeof(text), "w");
	assert_non_null(out);
	assert_int_equal(view_debug(m, out, 25), 0);
	assert_int_equal(view_debug(m, out, 4711), -EINVAL);
	fclose(out);
	assert_string_equal(text, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(relations, setup, teardown),
		cmocka_unit_test_setup_teardown(values, setup, teardown),
		cmocka_unit_test_setup_teardown(graph, setup, teardown),
		cmocka_unit_test_setup_teardown(debug, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
