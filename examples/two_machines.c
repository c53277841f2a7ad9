/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A machine is a value: two of them in one process, the same but for a remapping unit, don't know
 * of each other. One is taken back to a snapshot, and its fingerprint is what it was.
 */
#include <irqlab/driver.h>
#include <irqlab/bus.h>
#include <irqlab/device.h>
#include <irqlab/topology.h>
#include <stdio.h>

static enum irqreturn count_interrupt(int irq, void *context)
{
	(void)irq;
	++*(unsigned *)context;
	return IRQ_HANDLED;
}

static struct machine *make(bool remapped)
{
	const struct remap_desc unit = {
		.name = "ir", .kind = REMAP_INTEL, .domain = "INTEL-IR-0", .entries = 256};
	const struct device_desc nic = {.name = "nic",
					.bus_name = "0000:00:03.0",
					.requester = 0x18,
					.node = -1,
					.msix.size = 4};
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.remaps = &unit,
		.nr_remaps = remapped,
		.devices = &nic,
		.nr_devices = 1,
	};
	struct machine *m = machine_create(NULL);
	const char *why = "";

	if (m && machine_load(m, &desc, &why)) {
		fprintf(stderr, "no machine: %s\n", why);
		machine_destroy(m);
		return NULL;
	}
	return m;
}

/* Enables one vector and raises it; returns its irq number or a negative error number. */
static int run(struct machine *m, unsigned *count)
{
	struct device *nic = device_by_name(m, "nic");
	int ret = pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), irq;

	if (ret < 0)
		return ret;
	irq = pci_irq_vector(nic, 0);
	ret = request_irq(m, (unsigned)irq, count_interrupt, 0, "nic", count);
	if (ret < 0)
		return ret;
	device_raise(m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID);
	machine_deliver(m, 0);
	return irq;
}

/* The last message that a device sent, from the tape. */
static struct tape_record last_message(const struct machine *m)
{
	uint64_t at = tape_position(m);

	while (at > tape_oldest(m))
		if (tape_at(m, --at)->kind == TAPE_MESSAGE)
			return *tape_at(m, at);
	return (struct tape_record){0};
}

int main(void)
{
	struct machine *m[2] = {make(false), make(true)};
	unsigned count[2] = {0, 0};
	struct fingerprint before;
	int snapshot, fine = 0;

	if (!m[0] || !m[1])
		goto out;
	before = machine_fingerprint(m[0], FINGERPRINT_COMPLETE);
	snapshot = machine_snapshot(m[0]);

	for (int i = 0; i < 2; i++) {
		int irq = run(m[i], &count[i]);
		struct tape_record message = last_message(m[i]);

		printf("%s: irq %d, address 0x%08x, data 0x%04x, %u delivered\n",
		       i ? "remapped" : "plain   ", irq, (unsigned)message.address,
		       (unsigned)message.value, count[i]);
	}
	/* Bit 4 of the address tells a remappable message (VT-d 5.1.2.2). */
	fine = !(last_message(m[0]).address & 0x10) && (last_message(m[1]).address & 0x10) &&
	       count[0] == 1 && count[1] == 1;

	machine_restore(m[0], snapshot);
	fine &= fingerprint_equal(before, machine_fingerprint(m[0], FINGERPRINT_COMPLETE));
	printf("the first one is as it was: %s\n", fine ? "yes" : "no");
out:
	machine_destroy(m[0]);
	machine_destroy(m[1]);
	return !fine;
}
