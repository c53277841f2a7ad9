/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bell.h"

#include <irqlab/provider/software.h>

/* The board as an operating system drives it: which cell is whose, and what stands in it. */

struct bells {
	uint32_t nr;
	uint64_t taken; /* bit n: cell n has an interrupt */
};

static void bells_digest(const void *object, struct digest *d)
{
	const struct bells *b = object;

	digest_u64(d, b->nr);
	digest_u64(d, b->taken);
}

static const struct object_type bells_type = {"bells", bells_digest};

/* ---- cells ---- */

static uint64_t bits(unsigned first, unsigned nr)
{
	return (nr < 64 ? (UINT64_C(1) << nr) - 1 : UINT64_MAX) << first;
}

/* The lowest run of free cells; -ENOSPC: there is none. */
static int find_cells(const struct bells *b, unsigned nr)
{
	for (unsigned first = 0; first + nr <= b->nr; first++)
		if (!(b->taken & bits(first, nr)))
			return (int)first;
	return -ENOSPC;
}

static void mark_cells(struct machine *m, struct bells *b, unsigned first, unsigned nr, bool taken)
{
	step(m, STEP_RESOURCE, b);
	touch(m, b);
	b->taken = taken ? b->taken | bits(first, nr) : b->taken & ~bits(first, nr);
}

/* All of it at once, so that no message ever meets half of it. */
static void write_cell(const struct irq_data *d, uint64_t value)
{
	bus_write(irq_data_machine(d), BELL_BASE + BELL_CELL + d->hwirq * 8, 8, value);
}

/* The message that would go to the device if there were no board. */
static void point_cell(struct irq_data *d)
{
	struct msi_msg msg = {0};

	irq_chip_compose_msi_msg(d->parent_data, &msg);
	(void)WARN_IF(irq_data_machine(d), msg.address_hi, DEST_TRUNCATED, d->irq);
	write_cell(d, (uint64_t)msg.address_lo << 32 | msg.data);
}

/* ---- the chip ---- */

static int bell_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	int ret = irq_chip_set_affinity_parent(d, mask, force);

	if (ret < 0 || ret == IRQ_SET_MASK_OK_DONE)
		return ret;
	point_cell(d);
	return IRQ_SET_MASK_OK_DONE; /* what the device holds stays as it is */
}

static void bell_compose_msi_msg(struct irq_data *d, struct msi_msg *msg)
{
	*msg = (struct msi_msg){.address_lo = (uint32_t)(BELL_BASE + BELL_RING),
				.data = (uint32_t)d->hwirq};
}

static const struct irq_chip bell_chip = {
	.name = "BELL",
	.irq_ack = irq_chip_ack_parent,
	.irq_set_affinity = bell_set_affinity,
	.irq_compose_msi_msg = bell_compose_msi_msg,
};

/* ---- the domain ---- */

static int bells_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	struct bells *b = domain->host_data;
	int first = find_cells(b, nr), ret;

	if (first < 0)
		return first;
	ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (ret)
		return ret;
	mark_cells(domain->machine, b, (unsigned)first, nr, true);
	for (unsigned i = 0; i < nr; i++) {
		irq_domain_set_hwirq_and_chip(domain, virq + i, (unsigned)first + i, &bell_chip,
					      NULL);
		/* A cell can be written from anywhere: a move need not wait for an interrupt. */
		irq_modify_status(domain->machine, virq + i, 0, IRQ_MOVE_PCNTXT);
	}
	return 0;
}

static void bells_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		const struct irq_data *d = irq_domain_get_irq_data(domain, virq + i);

		write_cell(d, 0); /* one that was only reserved has not been deactivated */
		mark_cells(domain->machine, domain->host_data, (unsigned)d->hwirq, 1, false);
	}
	irq_domain_free_irqs_common(domain, virq, nr);
}

static int bells_activate(struct irq_domain *domain, struct irq_data *d, bool reserve)
{
	(void)domain;
	(void)reserve;
	point_cell(d);
	return 0;
}

static void bells_deactivate(struct irq_domain *domain, struct irq_data *d)
{
	(void)domain;
	write_cell(d, 0);
}

static const struct irq_domain_ops bells_ops = {
	.alloc = bells_alloc,
	.free = bells_free,
	.activate = bells_activate,
	.deactivate = bells_deactivate,
};

/* ---- what it offers to devices ---- */

static bool bells_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
				    struct irq_domain *msi_parent_domain,
				    struct msi_domain_info *info)
{
	const struct msi_parent_ops *ops = msi_parent_domain->msi_parent_ops;

	(void)dev;
	(void)domain;
	info->flags = (info->flags & ops->supported_flags) | ops->required_flags;
	info->chip->irq_ack = irq_chip_ack_parent;
	info->chip->flags |= IRQCHIP_AFFINITY_PRE_STARTUP;
	info->handler = handle_edge_irq;
	info->handler_name = "edge";
	return true;
}

static const struct msi_parent_ops bells_parent_ops = {
	/* Cells are had one by one, at any time, and a message never changes. */
	.supported_flags = MSI_GENERIC_FLAGS_MASK | MSI_FLAG_PCI_MSIX |
			   MSI_FLAG_PCI_MSIX_ALLOC_DYN | MSI_FLAG_PCI_IMS,
	.required_flags = MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS,
	.prefix = "BELL-",
	.init_dev_msi_info = bells_init_dev_msi_info,
};

struct irq_domain *bell_domain_create(struct machine *m, struct irq_domain *parent)
{
	struct irq_domain_config config = {
		.name = "BELLS",
		.ops = &bells_ops,
		.parent = parent,
		.flags = IRQ_DOMAIN_FLAG_MSI_PARENT,
	};
	uint64_t nr = bus_read(m, BELL_BASE + BELL_CELLS, 4);
	struct irq_domain *domain;
	struct bells *b;

	if (!nr || nr > BELL_MAX_CELLS)
		return NULL;
	b = object_alloc(m, &bells_type, sizeof(*b));
	if (!b)
		return NULL;
	b->nr = (uint32_t)nr;
	config.host_data = b;
	domain = irq_domain_create(m, &config);
	if (!domain) {
		object_free(m, b);
		return NULL;
	}
	touch(m, domain);
	domain->msi_parent_ops = &bells_parent_ops;
	return domain;
}
