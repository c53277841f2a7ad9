/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "arm.h"
#include "json_tools.h"
#include <string.h>

/* Events that both sides have, and the arguments that the recorder wrote down. */

static const struct seen {
	const char *name, *arguments;
} seen[] = {
	{"its_pci_msi_prepare", "nr"},
	{"its_pmsi_prepare", "nr"},
	{"its_msi_prepare", "nr"},
	{"its_create_device", "devid nr"},
	{"its_lpi_alloc", ""},
	{"its_lpi_free", ""},
	{"iommu_dma_prepare_msi", ""},
	{"its_irq_domain_alloc", "irq nr"},
	{"its_irq_domain_free", "irq nr"},
	{"its_irq_domain_activate", "irq reserve"},
	{"its_irq_domain_deactivate", "irq"},
	{"its_irq_compose_msi_msg", "irq"},
	{"its_irq_set_irqchip_state", "irq"},
	{"its_irq_retrigger", "irq"},
	{"its_set_affinity", "irq mask force"},
	{"its_mask_irq", "irq"},
	{"its_unmask_irq", "irq"},
	{"lpi_update_config", "irq"},
	{"gic_irq_domain_alloc", "irq nr"},
	{"gic_irq_domain_free", "irq nr"},
	{"gic_set_affinity", "irq mask force"},
	{"gic_mask_irq", "irq"},
	{"gic_unmask_irq", "irq"},
	{"gicv2m_irq_domain_alloc", "irq nr"},
	{"gicv2m_irq_domain_free", "irq nr"},
	{"gicv2m_compose_msi_msg", "irq"},
	{"msi_domain_alloc", "irq nr"},
	{"msi_domain_free", "irq nr"},
	{"msi_domain_activate", "irq reserve"},
	{"msi_domain_deactivate", "irq"},
	{"msi_domain_set_affinity", "irq mask force"},
	{"irq_domain_activate_irq", "irq"},
	{"irq_domain_deactivate_irq", "irq"},
	{"irq_do_set_affinity", "irq mask force"},
	{"pci_msi_domain_write_msg", "irq"},
	{"pci_irq_mask_msi", "irq"},
	{"pci_irq_unmask_msi", "irq"},
	{"pci_irq_mask_msix", "irq"},
	{"pci_irq_unmask_msix", "irq"},
};

static const char *arguments_of(const char *name)
{
	for (size_t i = 0; name && i < sizeof(seen) / sizeof(seen[0]); i++)
		if (!strcmp(seen[i].name, name))
			return seen[i].arguments;
	return NULL;
}

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at++)
		if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' '))
			return true;
	return false;
}

/* CPUs that the machine can't have mean nothing. */
static json_t *possible_cpus(const json_t *mask, unsigned nr_cpus)
{
	json_t *list = json_array(), *cpu;
	size_t index;

	json_array_foreach((json_t *)mask, index, cpu)
	{
		if (json_integer_value(cpu) < nr_cpus)
			json_array_append(list, cpu);
	}
	return list;
}

static json_t *with_arguments(const struct stage *stage, const json_t *event, const char *arguments,
			      json_int_t at)
{
	json_t *copy = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)event, key, value)
	{
		if (!strcmp(key, "e") || has_word(arguments, key))
			json_object_set(copy, key, value);
	}
	if (json_object_get(copy, "mask"))
		json_object_set_new(copy, "mask",
				    possible_cpus(json_object_get(copy, "mask"),
						  stage->recording->desc.nr_cpus));
	json_object_set_new(copy, "at", json_integer(at));
	return copy;
}

/* Of two functions of one name the recorder watched GICv2's; only GICv3 has one to free. */
static bool is_unseen(const struct stage *stage, const char *name)
{
	bool frees = !strcmp(name, "gic_irq_domain_free");

	return !strncmp(name, "gic_", 4) && frees == (stage->recording->desc.gic->version == 2);
}

bool arm_event_is_seen(const struct stage *stage, const json_t *event)
{
	const char *name = json_string_value(json_object_get(event, "e"));

	return arguments_of(name) && !is_unseen(stage, name);
}

json_t *arm_events(const struct stage *stage, const json_t *events)
{
	json_t *list = json_array(), *event;
	json_int_t at = 0;
	size_t index;

	json_array_foreach((json_t *)events, index, event)
	{
		const char *name = json_string_value(json_object_get(event, "e"));

		if (json_object_get(event, "at"))
			at = json_integer_value(json_object_get(event, "at"));
		if (arm_event_is_seen(stage, event))
			json_array_append_new(list,
					      with_arguments(stage, event, arguments_of(name), at));
	}
	return list;
}
