/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"
#include "operation.h"

/* Verbs on the machine as a whole, and those that only look. */

static int offline(struct call *call)
{
	return cpu_down(call->stage->m, (unsigned)call_integer(call, "cpu", 0));
}

static int online(struct call *call)
{
	return cpu_up(call->stage->m, (unsigned)call_integer(call, "cpu", 0));
}

static int set_no_msi(struct call *call)
{
	struct pci_dev *pdev = to_pci_dev(call->dev);

	if (!pdev)
		return -ENODEV;
	touch(call->stage->m, pdev);
	pdev->no_msi = call_integer(call, "value", 1) != 0;
	return 0;
}

static int clear_msi_domain(struct call *call)
{
	struct pci_dev *pdev = to_pci_dev(call->dev);

	if (!pdev)
		return -ENODEV;
	dev_set_msi_domain(call->dev, NULL);
	return 0;
}

/* Deferred work that the recorder did not wait for is done now. */
static int sleep_ms(struct call *call)
{
	machine_settle(call->stage->m);
	return 0;
}

static int nothing(struct call *call)
{
	(void)call;
	return 0;
}

const struct verb verbs_system[] = {
	{.name = "cpu_offline", .arguments = "cpu ", .perform = offline},
	{.name = "cpu_online", .arguments = "cpu ", .perform = online},
	{.name = "set_no_msi", .arguments = "dev value ", .perform = set_no_msi},
	{.name = "clear_msi_domain", .arguments = "dev ", .perform = clear_msi_domain},
	{.name = "sleep", .arguments = "ms ", .perform = sleep_ms},
	{.name = "checkpoint", .arguments = " ", .perform = nothing},
	{.name = NULL},
};
