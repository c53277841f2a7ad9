/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/ioapic.h"
#include "machine/build.h"
#include "sim_iommu/ioapic.h"
#include "sim_pci/function.h"

/* I/O APICs, the software that drives them, and the wires that lead to them. */

static struct irq_domain *parent_of(const struct build *b, const struct ioapic_desc *io)
{
	for (uint32_t i = 0; i < b->desc->nr_remaps; i++)
		if (build_unit_serves(&b->desc->remaps[i], 0, io->requester))
			return b->remap[i];
	return b->root;
}

int build_ioapics(struct build *b)
{
	if (b->desc->nr_ioapics > MAX_IOAPICS)
		return build_refuse(b, -EINVAL, "a machine has at most 8 I/O APICs");
	for (uint32_t i = 0; i < b->desc->nr_ioapics; i++) {
		const struct ioapic_desc *io = &b->desc->ioapics[i];
		struct ioapic_config config = {
			.number = i,
			.pins = io->pins,
			.gsi_base = io->gsi_base,
			.requester = io->requester,
		};
		int ret = ioapic_create(b->m, i, io->pins, io->requester, &config.registers);

		if (ret)
			return build_refuse(b, ret, "an I/O APIC cannot be made");
		b->ioapic[i] = ioapic_domain_create(b->m, parent_of(b, io), &config);
		if (!b->ioapic[i])
			return build_refuse(b, -ENOMEM, "an I/O APIC's domain cannot be made");
	}
	return 0;
}

/* The I/O APIC and the input that a device's pin leads to; false: to none. */
static bool input_of(const struct build *b, const struct device_desc *dev, unsigned *unit,
		     unsigned *pin)
{
	for (uint32_t i = 0; i < b->desc->nr_ioapics && dev->pin && dev->intx_irq; i++) {
		const struct ioapic_desc *io = &b->desc->ioapics[i];

		if (dev->intx_irq < io->gsi_base || dev->intx_irq - io->gsi_base >= io->pins)
			continue;
		*unit = i;
		*pin = dev->intx_irq - io->gsi_base;
		return true;
	}
	return false;
}

int build_lines(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_devices; i++) {
		const struct device_desc *dev = &b->desc->devices[i];
		unsigned unit, pin;
		int ret;

		if (!input_of(b, dev, &unit, &pin))
			continue;
		ret = function_connect_intx(b->m, dev->name, ioapic_set_line, unit, pin);
		if (ret)
			return build_refuse(b, ret, "a device's pin cannot be connected");
	}
	return 0;
}

int build_map_lines(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_devices && !b->booting; i++) {
		const struct device_desc *dev = &b->desc->devices[i];
		const struct gsi_line line = {.level = true, .low = true, .node = dev->node};
		struct irq_data *d = irq_get_irq_data(b->m, dev->intx_irq);
		unsigned unit, pin;
		int ret;

		/* One that comes through the PICs, or stands for itself, is not ours to map. */
		if (!input_of(b, dev, &unit, &pin) || (d && d->domain != b->ioapic[unit]))
			continue;
		ret = ioapic_map_gsi(b->m, dev->intx_irq, &line);
		if (ret < 0)
			return build_refuse(b, ret, "a device's INTx interrupt cannot be mapped");
	}
	return 0;
}
