/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machines.h"

#include <stdio.h>

static const struct device_desc devices[] = {
	{
		.name = "nic",
		.bus_name = "0000:00:03.0",
		.requester = 0x18,
		.node = -1,
		.msix = {.cap = 0x40, .size = 8, .table_bar = 4},
		.store = {{.kind = STORE_TABLE_DSA, .slots = 4},
			  {.kind = STORE_QUEUE, .slots = 16}},
		.nr_stores = 2,
	},
	{
		.name = "old",
		.bus_name = "0000:00:04.0",
		.requester = 0x20,
		.node = -1,
		.msi = {.cap = 0x50, .vectors = 16, .is_64 = true},
	},
	{
		.name = "new",
		.bus_name = "0000:00:05.0",
		.requester = 0x28,
		.node = -1,
		.msi = {.cap = 0x50, .vectors = 4, .is_64 = true, .maskbit = true},
		.msix = {.cap = 0x70, .size = 4, .table_bar = 4},
		.sriov.total = 2,
	},
};

struct machine *machine_of_shape(const struct machine_shape *shape)
{
	const struct machine_options options = {
		.profile = shape->profile,
		.tape_records = shape->tape_records,
	};
	const struct remap_desc remap = {
		.name = "ir",
		.kind = shape->remap,
		.domain = shape->remap == REMAP_AMD ? "AMD-IR-0-14" : "INTEL-IR-0-13",
		.entries = shape->entries ? shape->entries : 256,
		.eim = shape->mode >= APIC_X2APIC_PHYSICAL,
	};
	const struct machine_desc desc = {
		.nr_cpus = shape->cpus,
		.apic_mode = shape->mode,
		.vector_first = shape->vectors ? 32 : 0,
		.vector_last = shape->vectors ? 32 + shape->vectors - 1 : 0,
		.remaps = &remap,
		.nr_remaps = shape->remap != REMAP_NONE,
		.devices = devices,
		.nr_devices = sizeof(devices) / sizeof(devices[0]),
	};
	struct machine *m = machine_create(&options);
	const char *why = NULL;

	if (m && machine_load(m, &desc, &why)) {
		fprintf(stderr, "machine_load: %s\n", why ? why : "?");
		machine_destroy(m);
		return NULL;
	}
	return m;
}

enum irqreturn count_interrupt(int irq, void *dev_id)
{
	unsigned *count = dev_id;

	(void)irq;
	++*count;
	return IRQ_HANDLED;
}
