/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A function, a virtual one of it, and a slice of that: each gets its interrupt. The slice is no
 * device; it takes a place in a pool of the virtual function, and its message has that one's
 * requester id.
 */
#include <irqlab/driver.h>
#include <irqlab/device.h>
#include <irqlab/topology.h>
#include <irqlab/view.h>
#include <stdio.h>

#define PASID 0x17 /* tells the slice apart from other users of the virtual function */

static enum irqreturn guest_interrupt(int irq, void *context)
{
	unsigned *count = context;

	printf("handler of irq %d\n", irq);
	++*count;
	return IRQ_HANDLED;
}

static int start_guest(struct machine *m, struct device *vf, unsigned *count)
{
	logical_function_t guest;
	struct msi_map map;
	irq_pool_t pool;
	int error;

	pool = irq_pool_create(vf, IRQ_POOL_IMS_TABLE, 0, 0, &error);
	if (!pool)
		return error;
	guest = logical_function_create(vf, pool, PASID, &error);
	if (!guest)
		return error;
	map = logical_function_alloc_irq(m, guest, NULL);
	if (map.index < 0)
		return map.index;
	return request_irq(m, (unsigned)map.virq, guest_interrupt, 0, "guest", count);
}

int main(void)
{
	const struct device_desc devices[] = {{
		.name = "dsa",
		.bus_name = "0000:6a:01.0",
		.requester = 0x6a08,
		.node = -1,
		.msix.size = 2,
		.store = {{.kind = STORE_TABLE_DSA, .slots = 4}},
		.nr_stores = 1,
		.sriov = {.total = 2, .offset = 1, .stride = 1},
	}};
	const struct remap_desc remap = {.name = "ir", .kind = REMAP_INTEL, .entries = 64};
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.remaps = &remap,
		.nr_remaps = 1,
		.devices = devices,
		.nr_devices = 1,
	};
	struct machine *m = machine_create(NULL);
	const char *why = "";
	unsigned count = 0;
	uint64_t from;
	int ret;

	if (!m || machine_load(m, &desc, &why)) {
		fprintf(stderr, "no machine: %s\n", why);
		return 1;
	}
	ret = pci_enable_sriov(device_by_name(m, "dsa"), 1);
	if (!ret)
		ret = start_guest(m, device_by_name(m, "dsa-vf0"), &count);
	if (ret) {
		fprintf(stderr, "no interrupt: %s\n", irqlab_errno_name(ret));
		machine_destroy(m);
		return 1;
	}

	from = tape_position(m);
	device_raise(m, "dsa-vf0", RAISE_STORE, 0, 0, PASID);
	device_raise(m, "dsa-vf0", RAISE_STORE, 0, 0, PASID + 1); /* somebody else's work */
	machine_deliver(m, 0);
	view_tape(m, stdout, from, UINT64_MAX);

	machine_destroy(m);
	return count != 1;
}
