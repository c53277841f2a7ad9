/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A driver in three calls: ask for vectors, ask for the irq number of one, install a handler.
 * Then the device raises it, and the tape says what crossed the bus.
 */
#include <irqlab/driver.h>
#include <irqlab/device.h>
#include <irqlab/topology.h>
#include <irqlab/view.h>
#include <stdio.h>

static enum irqreturn queue_interrupt(int irq, void *context)
{
	unsigned *count = context;

	printf("handler of irq %d\n", irq);
	++*count;
	return IRQ_HANDLED;
}

/* All that the driver does. Returns 0 or a negative error number. */
static int driver_start(struct machine *m, struct device *nic, unsigned *count)
{
	int vectors = pci_alloc_irq_vectors(nic, 1, 4, PCI_IRQ_ALL_TYPES);

	if (vectors < 0)
		return vectors;
	return request_irq(m, (unsigned)pci_irq_vector(nic, 0), queue_interrupt, 0, "nic-q0",
			   count);
}

int main(void)
{
	const struct device_desc devices[] = {{
		.name = "nic",
		.bus_name = "0000:00:03.0",
		.requester = 0x18,
		.node = -1,
		.msix.size = 4,
	}};
	const struct machine_desc desc = {.nr_cpus = 2, .devices = devices, .nr_devices = 1};
	struct machine *m = machine_create(NULL);
	const char *why = "";
	struct device *nic;
	unsigned count = 0;
	uint64_t from;
	int ret;

	if (!m || machine_load(m, &desc, &why)) {
		fprintf(stderr, "no machine: %s\n", why);
		return 1;
	}
	nic = device_by_name(m, "nic");
	ret = driver_start(m, nic, &count);
	if (ret) {
		fprintf(stderr, "no interrupt: %s\n", irqlab_errno_name(ret));
		machine_destroy(m);
		return 1;
	}

	from = tape_position(m);
	device_raise(m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID); /* the device wants attention … */
	machine_deliver(m, 0); /* … and the CPUs take what they can take */
	view_tape(m, stdout, from, UINT64_MAX);

	machine_destroy(m);
	return count != 1;
}
