/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "arm.h"
#include "chips/pci.h"
#include "chips/platform_msi.h"
#include "json_tools.h"
#include <string.h>

/* Verbs of Arm recordings: devices on no bus, hot plug of devices, and looking. */

/* ---- devices on no bus ---- */

static int pmsi_alloc(struct call *call)
{
	return platform_device_msi_init_and_alloc_irqs(
		call->dev, (unsigned)call_integer(call, "count", 0), platform_device_write_slot);
}

static int pmsi_free(struct call *call)
{
	platform_device_msi_free_irqs_all(call->dev);
	return 0;
}

/* ---- devices that go and are found again ---- */

static int remove_device(struct call *call)
{
	struct pci_dev *pdev = to_pci_dev(call->dev);
	struct arm_state *arm = call->stage->arm;

	if (!pdev)
		return -ENODEV;
	if (arm)
		json_object_del(arm->drivers, device_name(call->dev));
	pci_device_remove(pdev);
	return 0;
}

static struct irq_domain *recorded_parent(const struct stage *stage, const char *name)
{
	const json_t *start = json_object_get(stage->recording->header, "start");
	const json_t *dev = json_object_get(json_object_get(start, "dev"), name);
	const char *domain = json_string_value(json_object_get(dev, "msi_domain"));

	return domain ? irq_domain_by_name(stage->m, domain) : NULL;
}

static int rescan_bus(struct call *call)
{
	const struct recording *recording = call->stage->recording;

	for (uint32_t i = 0; i < recording->nr_listed; i++) {
		struct device_desc desc = recording->desc.devices[i];
		struct pci_dev *pdev;
		int ret;

		if (device_by_name(call->stage->m, desc.name))
			continue;
		desc.doorbell_page = 0; /* no driver yet, and no translation for one */
		ret = pci_device_add(call->stage->m, &desc, recorded_parent(call->stage, desc.name),
				     &pdev);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- looking ---- */

static int its_tables(struct call *call)
{
	json_object_set_new(
		call->results, "table",
		actual_its_table(call->stage, (uint32_t)call_integer(call, "devid", 0)));
	return 0;
}

static int observe(struct call *call)
{
	if (call_integer(call, "its", 0))
		json_object_set_new(call->results, "its_state", actual_its_state(call->stage));
	return 0;
}

static int limit(struct call *call)
{
	if (call->stage->arm)
		call->stage->arm->limit = (unsigned)call_integer(call, "vectors", 0);
	return 0;
}

static int show(struct call *call)
{
	(void)call;
	return 0;
}

/* Has this kernel a function of the name? The store functions were taken out again. */
static int has_symbol(struct call *call)
{
	static const char *const there[] = {"pci_msix_alloc_irq_at", "msi_domain_alloc_irq_at"};
	const char *symbol = json_string_value(json_object_get(call->arguments, "symbol")) ?: "";

	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		if (!strcmp(symbol, there[i]))
			return 0;
	return -ENOENT;
}

const struct verb verbs_arm[] = {
	{.name = "pmsi_alloc", .arguments = "dev count ", .perform = pmsi_alloc},
	{.name = "pmsi_free", .arguments = "dev ", .perform = pmsi_free},
	{.name = "remove_device", .arguments = "dev ", .perform = remove_device},
	{.name = "rescan_bus", .arguments = " ", .perform = rescan_bus},
	{.name = "its_tables", .arguments = "devid ", .perform = its_tables},
	{.name = "observe",
	 .arguments = "dev all table its ",
	 .perform = observe,
	 .needs_no_device = true},
	{.name = "limit", .arguments = "limit vectors ", .perform = limit},
	{.name = "show", .arguments = "text ", .perform = show},
	{.name = "has_symbol", .arguments = "symbol ", .perform = has_symbol},
	{.name = NULL},
};
