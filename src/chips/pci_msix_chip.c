/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"

#include <irqlab/trace.h>

/* PCI MSI-X: a table of messages, each with a mask bit of its own (PCI 3.0, 6.8.2). */

static uint64_t entry_address(const struct msi_desc *desc)
{
	return pci_msix_entry(desc->pci.mask_base, desc->msi_index);
}

void pci_msix_write_control(const struct msi_desc *desc, uint32_t control)
{
	if (desc->pci.can_mask)
		bus_write(desc->dev->machine, entry_address(desc) + PCI_MSIX_ENTRY_VECTOR_CTRL, 4,
			  control);
}

static void change_control(struct msi_desc *desc, uint32_t clear, uint32_t set)
{
	if (!desc->pci.can_mask || layer_refuses(desc->dev->machine, NOT_FOR_DRIVERS))
		return;
	touch(desc->dev->machine, desc);
	desc->pci.mask_shadow = (desc->pci.mask_shadow & ~clear) | set;
	pci_msix_write_control(desc, desc->pci.mask_shadow);
}

void pci_msix_mask(struct msi_desc *desc)
{
	change_control(desc, 0, PCI_MSIX_ENTRY_CTRL_MASKBIT);
	/* Whatever was sent has arrived when the read returns. */
	if (desc->pci.can_mask)
		bus_read(desc->dev->machine, entry_address(desc) + PCI_MSIX_ENTRY_VECTOR_CTRL, 4);
}

void pci_msix_unmask(struct msi_desc *desc)
{
	change_control(desc, PCI_MSIX_ENTRY_CTRL_MASKBIT, 0);
}

/* A function may have read ahead an entry that isn't masked: masked while it is written. */
static void write_entry(const struct msi_desc *desc, const struct msi_msg *msg)
{
	struct machine *m = desc->dev->machine;
	uint64_t entry = entry_address(desc);
	uint32_t control = desc->pci.mask_shadow;
	bool unmasked = !(control & PCI_MSIX_ENTRY_CTRL_MASKBIT);

	if (unmasked)
		pci_msix_write_control(desc, control | PCI_MSIX_ENTRY_CTRL_MASKBIT);
	bus_write(m, entry + PCI_MSIX_ENTRY_LOWER_ADDR, 4, msg->address_lo);
	bus_write(m, entry + PCI_MSIX_ENTRY_UPPER_ADDR, 4, msg->address_hi);
	bus_write(m, entry + PCI_MSIX_ENTRY_DATA, 4, msg->data);
	if (unmasked)
		pci_msix_write_control(desc, control);
	bus_read(m, entry + PCI_MSIX_ENTRY_DATA, 4);
}

void pci_msix_write_message(struct msi_desc *desc, const struct msi_msg *msg)
{
	trace(desc->dev->machine, __pci_write_msi_msg, desc->irq, desc->msi_index, msg->address_lo,
	      msg->address_hi, msg->data);
	if (layer_refuses(desc->dev->machine, NOT_FOR_DRIVERS))
		return;
	if (pci_accessible(to_pci_dev(desc->dev)) && !desc->pci.is_virtual)
		write_entry(desc, msg);
	pci_msi_note_message(desc, msg);
}

void pci_msix_prepare_desc(struct pci_dev *pdev, struct msi_desc *desc)
{
	struct machine *m = pdev->dev.machine;
	uint64_t entry = pci_msix_entry(pdev->msix_table, desc->msi_index);

	desc->nvec_used = 1;
	desc->pci.is_msix = 1;
	desc->pci.is_64 = 1;
	desc->pci.default_irq = pdev->irq;
	desc->pci.mask_base = pdev->msix_table;
	desc->pci.is_virtual = desc->msi_index >= pdev->msix_size;
	desc->pci.can_mask = !desc->pci.is_virtual &&
			     !pci_msi_domain_supports(pdev, MSI_FLAG_NO_MASK, DENY_LEGACY);
	if (!desc->pci.can_mask)
		return;
	if (pdev->quirks & PCI_QUIRK_MSIX_TOUCH_DATA_FIRST)
		bus_write(m, entry + PCI_MSIX_ENTRY_DATA, 4, 0);
	desc->pci.mask_shadow = (uint32_t)bus_read(m, entry + PCI_MSIX_ENTRY_VECTOR_CTRL, 4);
}

/* ---- the chip ---- */

static bool parent_masks_too(const struct irq_data *d)
{
	return msi_get_domain_info(d->domain)->flags & MSI_FLAG_PCI_MSI_MASK_PARENT;
}

static void pci_irq_mask_msix(struct irq_data *d)
{
	trace(irq_data_machine(d), pci_irq_mask_msix, d->irq, d->domain->id);
	pci_msix_mask(irq_data_get_msi_desc(d));
	if (parent_masks_too(d))
		irq_chip_mask_parent(d);
}

static void pci_irq_unmask_msix(struct irq_data *d)
{
	trace(irq_data_machine(d), pci_irq_unmask_msix, d->irq, d->domain->id);
	if (parent_masks_too(d))
		irq_chip_unmask_parent(d);
	pci_msix_unmask(irq_data_get_msi_desc(d));
}

static void pci_msix_domain_write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	trace(irq_data_machine(d), pci_msi_domain_write_msg, d->irq, msg->address_lo,
	      msg->address_hi, msg->data);
	pci_msix_write_message(irq_data_get_msi_desc(d), msg);
}

/* ---- the template ---- */

static void pci_msix_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->type = IRQ_ALLOC_PCI_MSIX;
	arg->desc = desc;
	arg->hwirq = desc->msi_index;
}

/* Those of the first batch come prepared. */
static void pci_msix_prepare(struct irq_domain *domain, msi_alloc_info_t *arg,
			     struct msi_desc *desc)
{
	(void)arg;
	if (desc->pci.mask_base)
		return;
	touch(domain->machine, desc);
	pci_msix_prepare_desc(to_pci_dev(desc->dev), desc);
}

/*
 * All entries can be masked, or none. The first one speaks for all; one that is
 * being added below it knows nothing of the table yet.
 */
static bool pci_msix_can_reserve(struct irq_domain *domain, struct msi_domain_info *info,
				 struct device *dev)
{
	unsigned index = 0;
	const struct msi_desc *first =
		msi_domain_next_desc(dev, MSI_DEFAULT_DOMAIN, &index, MSI_DESC_ALL);

	(void)domain;
	(void)info;
	return first && first->pci.mask_base;
}

static int pci_msix_map_failure(struct device *dev, const struct msi_desc *desc, int allocated)
{
	(void)dev;
	(void)desc;
	return allocated > 0 ? allocated : -ENOSPC;
}

const struct msi_domain_template pci_msix_template = {
	.chip =
		{
			.name = "PCI-MSIX",
			.irq_mask = pci_irq_mask_msix,
			.irq_unmask = pci_irq_unmask_msix,
			.irq_write_msi_msg = pci_msix_domain_write_msg,
			.flags = IRQCHIP_ONESHOT_SAFE,
		},
	.ops =
		{
			.set_desc = pci_msix_set_desc,
			.prepare_desc = pci_msix_prepare,
			.can_reserve = pci_msix_can_reserve,
			.map_failure = pci_msix_map_failure,
		},
	.info =
		{
			.flags = MSI_FLAG_FREE_MSI_DESCS | MSI_FLAG_ACTIVATE_EARLY |
				 MSI_FLAG_DEV_SYSFS | MSI_FLAG_MUST_REACTIVATE | MSI_FLAG_PCI_MSIX |
				 MSI_FLAG_PCI_MSIX_ALLOC_DYN,
			.bus_token = DOMAIN_BUS_PCI_DEVICE_MSIX,
		},
};
