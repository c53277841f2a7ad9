/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/legacy_octeon.h"

#include <irqlab/provider/pci.h>

#define MAX_WORDS     4u
#define ENABLE_OFFSET 0x40
#define MAX_ORDER     5u
/* Message control word of the MSI capability (PCI 3.0, 6.8.1.3). */
#define CONTROL_OFFSET 2u
#define CAPABLE(c)     ((c) >> 1 & 7)
#define CONFIGURED(c)  ((c) >> 4 & 7)
#define QSIZE_MASK     0x70u

struct octeon {
	struct machine *machine;
	struct octeon_config config;
	uint64_t taken[MAX_WORDS];
	uint64_t continues[MAX_WORDS]; /* the next bit belongs to the same block */
};

static void octeon_digest(const void *object, struct digest *d)
{
	const struct octeon *o = object;

	digest_bytes(d, o->taken, sizeof(o->taken));
	digest_bytes(d, o->continues, sizeof(o->continues));
}

static const struct object_type octeon_type = {"octeon-msi", octeon_digest};

/* ---- the chip: one enable bit each, and no way to choose a CPU ---- */

static void update_enable(struct irq_data *d, bool enable)
{
	struct machine *m = irq_data_machine(d);
	const struct octeon *o = msi_legacy_data(m);
	unsigned bit = d->irq - o->config.first_irq;
	uint64_t at = o->config.registers + ENABLE_OFFSET + bit / 64 * 8;
	uint64_t word = bus_read(m, at, 8), mask = UINT64_C(1) << bit % 64;

	bus_write(m, at, 8, enable ? word | mask : word & ~mask);
}

static void octeon_irq_enable(struct irq_data *d)
{
	pci_msi_unmask_irq(d);
	update_enable(d, true);
}

static void octeon_irq_disable(struct irq_data *d)
{
	update_enable(d, false);
}

static const struct irq_chip octeon_chip = {
	.name = "MSI",
	.irq_enable = octeon_irq_enable,
	.irq_disable = octeon_irq_disable,
};

/* One bit a time: the line stays up while there are more. */
static void octeon_interrupt(struct machine *m, unsigned cpu, unsigned word)
{
	const struct octeon *o = msi_legacy_data(m);
	uint64_t at = o->config.registers + 8 * (uint64_t)word, bits;
	unsigned bit;

	(void)cpu;
	bits = bus_read(m, at, 8) & bus_read(m, at + ENABLE_OFFSET, 8);
	if (!bits) {
		machine_warn(m, WARN_SPURIOUS_VECTOR, 0);
		return;
	}
	bit = 63 - (unsigned)__builtin_clzll(bits);
	bus_write(m, at, 8, UINT64_C(1) << bit);
	generic_handle_irq(m, o->config.first_irq + word * 64 + bit);
}

/* ---- blocks of bits ---- */

static uint64_t block_mask(unsigned order)
{
	return (UINT64_C(1) << (UINT64_C(1) << order)) - 1;
}

/* Aligned to its size, within one word. −1: there is none. */
static int find_block(const struct octeon *o, unsigned order)
{
	for (unsigned bit = 0; bit < o->config.words * 64; bit += 1u << order)
		if (!(o->taken[bit / 64] >> bit % 64 & block_mask(order)))
			return (int)bit;
	return -1;
}

static void take_block(struct octeon *o, unsigned bit, unsigned order)
{
	touch(o->machine, o);
	o->taken[bit / 64] |= block_mask(order) << bit % 64;
	o->continues[bit / 64] |= (block_mask(order) >> 1) << bit % 64;
}

static void free_block(struct octeon *o, unsigned bit)
{
	bool more = true;

	touch(o->machine, o);
	for (; more; bit++) {
		uint64_t mask = UINT64_C(1) << bit % 64;

		more = o->continues[bit / 64] & mask;
		o->taken[bit / 64] &= ~mask;
		o->continues[bit / 64] &= ~mask;
	}
}

static unsigned wanted_order(const struct device *dev, uint32_t *control)
{
	unsigned cap = pci_msi_capability(dev), order;

	*control = (uint32_t)bus_read(
		dev->machine,
		bus_config_address(dev->segment, dev->requester, cap + CONTROL_OFFSET), 2);
	order = CONFIGURED(*control) ? CONFIGURED(*control) : CAPABLE(*control);
	return order > MAX_ORDER ? 0 : order;
}

static void write_order(struct device *dev, uint32_t control, unsigned order)
{
	uint64_t at = bus_config_address(dev->segment, dev->requester,
					 pci_msi_capability(dev) + CONTROL_OFFSET);

	bus_write(dev->machine, at, 2, (control & ~QSIZE_MASK) | order << 4);
}

/* ---- one descriptor ---- */

static int octeon_setup_one(struct device *dev, struct msi_desc *desc)
{
	struct machine *m = dev->machine;
	struct octeon *o = msi_legacy_data(m);
	uint32_t control;
	unsigned order = wanted_order(dev, &control);
	int bit = find_block(o, order), irq;
	struct msi_msg msg = {
		.address_lo = (uint32_t)o->config.message_address,
		.address_hi = (uint32_t)(o->config.message_address >> 32),
	};

	if (bit < 0 && order)
		bit = find_block(o, order = 0);
	if (bit < 0) {
		machine_poison(m, "Octeon: no MSI bit is free");
		return -EIO;
	}
	irq = irq_alloc_descs(m, (int)o->config.first_irq + bit, 1, dev->node, NULL);
	if (irq < 0)
		return irq;
	take_block(o, (unsigned)bit, order);
	irq_set_chip_and_handler(m, (unsigned)irq, &octeon_chip, handle_simple_irq, "simple");
	irq_set_msi_desc(m, (unsigned)irq, 0, desc);
	write_order(dev, control, order);
	msg.data = (uint32_t)bit;
	pci_write_msi_msg(m, (unsigned)irq, &msg);
	return 0;
}

static void octeon_teardown_one(struct machine *m, unsigned irq)
{
	struct octeon *o = msi_legacy_data(m);

	update_enable(irq_get_irq_data(m, irq), false);
	free_block(o, irq - o->config.first_irq);
}

static int octeon_setup(struct device *dev, int nvec, bool msix)
{
	struct msi_desc *desc;

	if (msix)
		return -EINVAL;
	if (nvec > 1)
		return 1;
	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_NOTASSOCIATED) {
		int ret = octeon_setup_one(dev, desc);

		if (ret)
			return ret;
	}
	return 0;
}

static const struct msi_legacy_ops octeon_ops = {
	.name = "octeon",
	.setup = octeon_setup,
	.teardown_one = octeon_teardown_one,
};

int legacy_octeon_create(struct machine *m, const struct octeon_config *config)
{
	struct octeon *o;
	int err;

	if (!config->words || config->words > MAX_WORDS || !config->first_irq)
		return -EINVAL;
	o = object_alloc(m, &octeon_type, sizeof(*o));
	if (!o)
		return -ENOMEM;
	o->machine = m;
	o->config = *config;
	err = msi_register_legacy(m, &octeon_ops, o);
	if (err) {
		object_free(m, o);
		return err;
	}
	bus_set_entry(m, octeon_interrupt);
	return 0;
}
