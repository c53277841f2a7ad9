/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"

#include <irqlab/provider/pci.h>

/* PCI for back ends: messages and masks by irq, and one domain for many functions. */

unsigned pci_msi_capability(const struct device *dev)
{
	const struct pci_dev *pdev = to_pci_dev((struct device *)dev);

	return pdev ? pdev->msi_cap : 0;
}

static void write_message(struct msi_desc *desc, const struct msi_msg *msg)
{
	if (desc->pci.is_msix)
		pci_msix_write_message(desc, msg);
	else
		pci_msi_write_message(desc, msg);
}

void pci_write_msi_msg(struct machine *m, unsigned irq, const struct msi_msg *msg)
{
	const struct irq_data *d = irq_get_irq_data(m, irq);
	struct msi_desc *desc = d ? irq_data_get_msi_desc(d) : NULL;

	if (desc)
		write_message(desc, msg);
}

static uint32_t mask_bit(const struct irq_data *d, const struct msi_desc *desc)
{
	return UINT32_C(1) << (d->irq - desc->irq);
}

void pci_msi_mask_irq(struct irq_data *d)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);

	if (desc->pci.is_msix)
		pci_msix_mask(desc);
	else
		pci_msi_update_mask(desc, 0, mask_bit(d, desc));
}

void pci_msi_unmask_irq(struct irq_data *d)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);

	if (desc->pci.is_msix)
		pci_msix_unmask(desc);
	else
		pci_msi_update_mask(desc, mask_bit(d, desc), 0);
}

/* ---- a domain that is no device's own ---- */

uint64_t pci_msi_hwirq(const struct msi_desc *desc)
{
	return desc->msi_index | (uint64_t)desc->dev->requester << 11 |
	       (uint64_t)desc->dev->segment << 27;
}

static void global_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->type = desc->pci.is_msix ? IRQ_ALLOC_PCI_MSIX : IRQ_ALLOC_PCI_MSI;
	arg->desc = desc;
	arg->hwirq = pci_msi_hwirq(desc);
}

static bool global_can_reserve(struct irq_domain *domain, struct msi_domain_info *info,
			       struct device *dev)
{
	unsigned index = 0;
	const struct msi_desc *first =
		msi_domain_next_desc(dev, MSI_DEFAULT_DOMAIN, &index, MSI_DESC_ALL);

	(void)domain;
	(void)info;
	return first && (first->pci.is_msix || first->pci.can_mask);
}

static int global_map_failure(struct device *dev, const struct msi_desc *desc, int allocated)
{
	(void)dev;
	if (desc->nvec_used > 1)
		return 1;
	return allocated > 0 ? allocated : -ENOSPC;
}

static void fill_ops(struct msi_domain_ops *ops)
{
	if (!ops->set_desc)
		ops->set_desc = global_set_desc;
	if (!ops->can_reserve)
		ops->can_reserve = global_can_reserve;
	if (!ops->map_failure)
		ops->map_failure = global_map_failure;
}

/* The others of a block have the first one's message, but for bits that the function fills in. */
static void global_write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);

	if (desc->irq == d->irq)
		write_message(desc, msg);
}

static void fill_chip(struct irq_chip *chip)
{
	if (!chip->irq_write_msi_msg)
		chip->irq_write_msi_msg = global_write_msg;
	if (!chip->irq_mask)
		chip->irq_mask = pci_msi_mask_irq;
	if (!chip->irq_unmask)
		chip->irq_unmask = pci_msi_unmask_irq;
	chip->flags |= IRQCHIP_ONESHOT_SAFE;
}

struct irq_domain *pci_msi_create_irq_domain(struct machine *m, const char *name,
					     struct msi_domain_info *info,
					     struct irq_domain *parent)
{
	if (info->flags & MSI_FLAG_USE_DEF_DOM_OPS)
		fill_ops(info->ops);
	if (info->flags & MSI_FLAG_USE_DEF_CHIP_OPS)
		fill_chip(info->chip);
	info->flags |= MSI_FLAG_ACTIVATE_EARLY | MSI_FLAG_DEV_SYSFS;
	info->bus_token = DOMAIN_BUS_PCI_MSI;
	return msi_create_irq_domain(m, name, info, parent);
}
