/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/msi_lib.h>

static bool adapt_flags(const struct msi_parent_ops *ops, struct msi_domain_info *info,
			uint32_t *required)
{
	*required = ops->required_flags;
	switch (info->bus_token) {
	case DOMAIN_BUS_PCI_DEVICE_MSI:
	case DOMAIN_BUS_PCI_DEVICE_MSIX:
		/* Numbers are no scarce resource here: none is reserved, none taken back. */
		info->flags &= ~(uint32_t)MSI_FLAG_MUST_REACTIVATE;
		return true;
	case DOMAIN_BUS_DEVICE_MSI:
		if (info->flags)
			return false;
		info->flags |= MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MSI_FLAG_FREE_MSI_DESCS;
		return true;
	case DOMAIN_BUS_WIRED_TO_MSI:
		info->flags |= MSI_FLAG_FREE_MSI_DESCS;
		*required &= ~(uint32_t)MSI_FLAG_PCI_MSI_MASK_PARENT;
		return true;
	default:
		return false;
	}
}

bool msi_lib_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
			       struct irq_domain *msi_parent_domain, struct msi_domain_info *info)
{
	const struct msi_parent_ops *ops = msi_parent_domain->msi_parent_ops;
	uint32_t required;

	(void)dev;
	if (WARN_IF(domain->machine, !adapt_flags(ops, info, &required), MSI_BAD_TEMPLATE, 0))
		return false;
	info->flags &= ops->supported_flags;
	info->flags |= required;
	if (!info->chip->irq_eoi)
		info->chip->irq_eoi = irq_chip_eoi_parent;
	if (!info->chip->irq_ack)
		info->chip->irq_ack = irq_chip_ack_parent;
	info->chip->irq_set_affinity = msi_domain_set_affinity;
	return true;
}
