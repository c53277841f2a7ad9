/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/driver.h>
#include <irqlab/topology.h>
#include <stdio.h>

int main(void)
{
	const struct device_desc nic = {.name = "nic",
					.bus_name = "0000:00:03.0",
					.requester = 0x18,
					.node = -1,
					.msix.size = 4};
	const struct machine_desc desc = {.nr_cpus = 2, .devices = &nic, .nr_devices = 1};
	const char *why = "";
	struct machine *m = machine_create(NULL);
	int vectors = -1;

	if (m && !machine_load(m, &desc, &why))
		vectors = pci_alloc_irq_vectors(device_by_name(m, "nic"), 1, 4, PCI_IRQ_MSIX);
	printf("%d vectors %s\n", vectors, why);
	machine_destroy(m);
	return vectors != 4;
}
