/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "start_tables.h"
#include "chips/pci.h"
#include "json_tools.h"
#include <irqlab/bus.h>

/* What is in MSI-X tables besides the messages of interrupts: an earlier driver's, say. */

static void write_entry(struct machine *m, uint64_t entry, const json_t *words)
{
	static const unsigned places[] = {PCI_MSIX_ENTRY_LOWER_ADDR, PCI_MSIX_ENTRY_UPPER_ADDR,
					  PCI_MSIX_ENTRY_DATA, PCI_MSIX_ENTRY_VECTOR_CTRL};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		uint64_t value;

		if (json_hex_value(json_array_get(words, i), &value) &&
		    bus_read(m, entry + places[i], 4) != value)
			bus_write(m, entry + places[i], 4, value);
	}
}

void start_load_tables(struct machine *m, const json_t *devs)
{
	const char *name, *key;
	json_t *dev, *words;

	json_object_foreach((json_t *)devs, name, dev)
	{
		json_t *entries = json_object_get(json_object_get(dev, "msix"), "entries");
		struct device *device = device_by_name(m, name);
		const struct pci_dev *pdev = device ? to_pci_dev(device) : NULL;

		json_object_foreach(entries, key, words)
		{
			uint64_t index;

			if (pdev && pci_msix_find_table(pdev) && json_key_number(key, &index) &&
			    index < pdev->msix_size)
				write_entry(
					m,
					pci_msix_entry(pci_msix_find_table(pdev), (unsigned)index),
					words);
		}
	}
}
