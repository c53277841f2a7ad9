/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A chip of one's own: a device that keeps its messages in an array in memory, 16 bytes each, and
 * software for it. The chip needs a parent that offers message stores, here VT-d; nothing else in
 * the hierarchy knows of it.
 */
#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/provider/hardware.h>
#include <irqlab/provider/software.h>
#include <irqlab/topology.h>
#include <irqlab/view.h>
#include <stdio.h>

enum { SLOT_ADDRESS = 0, SLOT_DATA = 8, SLOT_ARMED = 12, SLOT_SIZE = 16, SLOTS = 8 };
enum { SENSOR_DOMAIN = 1, SENSOR_REQUESTER = 0x20 };

/* ---- software: the chip, and the template of the domain around it ---- */

static uint64_t sensor_slot(const struct irq_data *d)
{
	return irq_data_get_msi_desc(d)->data.slot;
}

static void sensor_mask(struct irq_data *d)
{
	bus_write(irq_data_machine(d), sensor_slot(d) + SLOT_ARMED, 4, 0);
}

static void sensor_unmask(struct irq_data *d)
{
	bus_write(irq_data_machine(d), sensor_slot(d) + SLOT_ARMED, 4, 1);
}

static void sensor_write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);

	touch(irq_data_machine(d), desc);
	desc->msg = *msg;
	bus_write(irq_data_machine(d), sensor_slot(d) + SLOT_ADDRESS, 4, msg->address_lo);
	bus_write(irq_data_machine(d), sensor_slot(d) + SLOT_ADDRESS + 4, 4, msg->address_hi);
	bus_write(irq_data_machine(d), sensor_slot(d) + SLOT_DATA, 4, msg->data);
}

static void sensor_prepare_desc(struct irq_domain *domain, msi_alloc_info_t *arg,
				struct msi_desc *desc)
{
	uint64_t base = (uintptr_t)msi_get_domain_info(domain)->data;

	touch(domain->machine, desc);
	desc->data.slot = base + desc->msi_index * SLOT_SIZE;
	arg->hwirq = desc->msi_index;
}

static const struct msi_domain_template sensor_template = {
	.chip =
		{
			.name = "SENSOR",
			.irq_mask = sensor_mask,
			.irq_unmask = sensor_unmask,
			.irq_write_msi_msg = sensor_write_msg,
		},
	.ops.prepare_desc = sensor_prepare_desc,
	.info =
		{
			.flags = MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MSI_FLAG_FREE_MSI_DESCS,
			.bus_token = DOMAIN_BUS_PCI_DEVICE_IMS,
		},
};

/* ---- hardware: the device looks at its slot and sends what stands there ---- */

static void sensor_raise(struct machine *m, uint64_t base, unsigned index)
{
	struct bus_message message = {.requester = SENSOR_REQUESTER, .pasid = BUS_NO_PASID};
	uint64_t slot = base + index * SLOT_SIZE;
	uint32_t armed = 0;

	bus_memory_read(m, slot + SLOT_ARMED, &armed, sizeof(armed));
	bus_memory_read(m, slot + SLOT_ADDRESS, &message.address, sizeof(message.address));
	bus_memory_read(m, slot + SLOT_DATA, &message.data, sizeof(message.data));
	if (armed)
		bus_send_message(m, &message);
}

/* ---- a driver ---- */

static enum irqreturn sensor_interrupt(int irq, void *context)
{
	(void)irq;
	++*(unsigned *)context;
	return IRQ_HANDLED;
}

static int run(struct machine *m)
{
	static const char *const fields[] = {"address", "data", NULL};
	const struct memory_label label = {
		.object = "sensor", .store = "slots", .stride = SLOT_SIZE, .fields = fields};
	struct device *dev = device_by_name(m, "sensor");
	uint64_t base = bus_memory_alloc(m, SLOTS * SLOT_SIZE, SLOT_SIZE, &label);
	unsigned count = 0;
	struct msi_map map;
	int ret;

	ret = msi_create_device_irq_domain(dev, SENSOR_DOMAIN, &sensor_template, SLOTS,
					   (void *)(uintptr_t)base, NULL);
	if (ret)
		return ret;
	map = msi_domain_alloc_irq_at(dev, SENSOR_DOMAIN, 5, 5, NULL, 0);
	if (map.index < 0)
		return map.index;
	ret = request_irq(m, (unsigned)map.virq, sensor_interrupt, 0, "sensor", &count);
	if (ret)
		return ret;

	sensor_raise(m, base, 5);
	machine_deliver(m, 0);
	disable_irq(m, (unsigned)map.virq); /* lazy: the next one is still taken, then masked */
	sensor_raise(m, base, 5);
	machine_deliver(m, 0);
	view_path(m, stdout, (unsigned)map.virq);
	printf("handled once: %s\n", count == 1 ? "yes" : "no");
	return count == 1 ? 0 : -EIO;
}

int main(void)
{
	const struct remap_desc unit = {
		.name = "ir", .kind = REMAP_INTEL, .domain = "INTEL-IR-0", .entries = 256};
	const struct device_desc sensor = {.name = "sensor",
					   .bus_name = "0000:00:04.0",
					   .requester = SENSOR_REQUESTER,
					   .node = -1};
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.remaps = &unit,
		.nr_remaps = 1,
		.devices = &sensor,
		.nr_devices = 1,
	};
	struct machine *m = machine_create(NULL);
	const char *why = "";
	int ret = m ? machine_load(m, &desc, &why) : -ENOMEM;

	if (!ret)
		ret = run(m);
	if (ret)
		fprintf(stderr, "own_chip: %s %s\n", irqlab_errno_name(ret), why);
	machine_destroy(m);
	return ret != 0;
}
