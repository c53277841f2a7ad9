/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"

#include <irqlab/trace.h>

/*
 * PCI MSI: one message in the capability, for up to 32 interrupts whose number
 * the function puts into the low bits of the data (PCI 3.0, 6.8.1).
 */

uint32_t pci_msi_multi_mask(const struct msi_desc *desc)
{
	unsigned capable = 1u << desc->pci.multi_cap;

	return capable >= 32 ? UINT32_MAX : (UINT32_C(1) << capable) - 1;
}

void pci_msi_update_mask(struct msi_desc *desc, uint32_t clear, uint32_t set)
{
	struct pci_dev *pdev = to_pci_dev(desc->dev);
	struct machine *m = desc->dev->machine;

	if (!desc->pci.can_mask || layer_refuses(m, NOT_FOR_DRIVERS))
		return;
	lock_acquire(m, &pdev->msi_lock);
	touch(m, desc);
	desc->pci.mask_shadow = (desc->pci.mask_shadow & ~clear) | set;
	pci_write_config(pdev, (unsigned)desc->pci.mask_base, 4, desc->pci.mask_shadow);
	lock_release(m, &pdev->msi_lock);
}

/* The order matters: address and data are valid for the count that stands in the control word. */
static void write_registers(struct pci_dev *pdev, const struct msi_desc *desc,
			    const struct msi_msg *msg)
{
	unsigned cap = pdev->msi_cap;

	pci_update_config16(pdev, cap + PCI_MSI_FLAGS, PCI_MSI_FLAGS_QSIZE,
			    (uint16_t)(desc->pci.multiple << 4));
	pci_write_config(pdev, cap + PCI_MSI_ADDRESS_LO, 4, msg->address_lo);
	if (desc->pci.is_64) {
		pci_write_config(pdev, cap + PCI_MSI_ADDRESS_HI, 4, msg->address_hi);
		pci_write_config(pdev, cap + PCI_MSI_DATA_64, 2, msg->data);
	} else {
		pci_write_config(pdev, cap + PCI_MSI_DATA_32, 2, msg->data);
	}
	/* The read flushes the writes to the function. */
	pci_read_config(pdev, cap + PCI_MSI_FLAGS, 2);
}

void pci_msi_write_message(struct msi_desc *desc, const struct msi_msg *msg)
{
	struct pci_dev *pdev = to_pci_dev(desc->dev);

	trace(desc->dev->machine, __pci_write_msi_msg, desc->irq, desc->msi_index, msg->address_lo,
	      msg->address_hi, msg->data);
	if (layer_refuses(desc->dev->machine, NOT_FOR_DRIVERS))
		return;
	if (pci_accessible(pdev))
		write_registers(pdev, desc, msg);
	pci_msi_note_message(desc, msg);
}

/* ---- the chip ---- */

static uint32_t mask_bit(const struct irq_data *d)
{
	return UINT32_C(1) << (d->irq - irq_data_get_msi_desc(d)->irq);
}

static bool parent_masks_too(const struct irq_data *d)
{
	return msi_get_domain_info(d->domain)->flags & MSI_FLAG_PCI_MSI_MASK_PARENT;
}

static void pci_irq_mask_msi(struct irq_data *d)
{
	trace(irq_data_machine(d), pci_irq_mask_msi, d->irq, d->domain->id);
	pci_msi_update_mask(irq_data_get_msi_desc(d), 0, mask_bit(d));
	if (parent_masks_too(d))
		irq_chip_mask_parent(d);
}

static void pci_irq_unmask_msi(struct irq_data *d)
{
	trace(irq_data_machine(d), pci_irq_unmask_msi, d->irq, d->domain->id);
	if (parent_masks_too(d))
		irq_chip_unmask_parent(d);
	pci_msi_update_mask(irq_data_get_msi_desc(d), mask_bit(d), 0);
}

/* The others' messages differ from the first one's only in the bits that the function fills in. */
static void pci_msi_domain_write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);

	trace(irq_data_machine(d), pci_msi_domain_write_msg, d->irq, msg->address_lo,
	      msg->address_hi, msg->data);
	if (desc->irq == d->irq)
		pci_msi_write_message(desc, msg);
}

/* ---- the template ---- */

static void pci_msi_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->type = IRQ_ALLOC_PCI_MSI;
	arg->desc = desc;
	arg->hwirq = desc->msi_index;
}

/* What can't be masked may fire as soon as MSI is enabled: it needs a vector from the start. */
static bool pci_msi_can_reserve(struct irq_domain *domain, struct msi_domain_info *info,
				struct device *dev)
{
	const struct msi_desc *desc = msi_domain_desc(dev, MSI_DEFAULT_DOMAIN, 0);

	(void)domain;
	(void)info;
	return desc && desc->pci.can_mask;
}

static int pci_msi_map_failure(struct device *dev, const struct msi_desc *desc, int allocated)
{
	(void)dev;
	(void)allocated;
	return desc->nvec_used > 1 ? 1 : -ENOSPC;
}

unsigned pci_msi_get_virq(struct device *dev, unsigned domid, unsigned index)
{
	const struct msi_desc *desc = msi_domain_desc(dev, domid, 0);

	return desc && desc->irq && index < desc->nvec_used ? desc->irq + index : 0;
}

const struct msi_domain_template pci_msi_template = {
	.chip =
		{
			.name = "PCI-MSI",
			.irq_mask = pci_irq_mask_msi,
			.irq_unmask = pci_irq_unmask_msi,
			.irq_write_msi_msg = pci_msi_domain_write_msg,
			.flags = IRQCHIP_ONESHOT_SAFE,
		},
	.ops =
		{
			.set_desc = pci_msi_set_desc,
			.can_reserve = pci_msi_can_reserve,
			.map_failure = pci_msi_map_failure,
			.get_virq = pci_msi_get_virq,
		},
	.info =
		{
			.flags = MSI_FLAG_FREE_MSI_DESCS | MSI_FLAG_ACTIVATE_EARLY |
				 MSI_FLAG_DEV_SYSFS | MSI_FLAG_MUST_REACTIVATE |
				 MSI_FLAG_MULTI_PCI_MSI,
			.bus_token = DOMAIN_BUS_PCI_DEVICE_MSI,
		},
};
