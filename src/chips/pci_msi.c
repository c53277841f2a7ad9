/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"

bool pci_msi_supported(const struct pci_dev *pdev, int nvec)
{
	return !pdev->no_msi && !pdev->bus_no_msi && nvec >= 1;
}

bool pci_msi_domain_supports(const struct pci_dev *pdev, uint32_t flags, enum support_mode mode)
{
	const struct irq_domain *domain = pdev->dev.msi_domain;
	uint32_t supported;

	if (!domain || !(domain->flags & IRQ_DOMAIN_FLAG_HIERARCHY))
		return mode == ALLOW_LEGACY && msi_legacy_ops(pdev->dev.machine);
	if (domain->flags & IRQ_DOMAIN_FLAG_MSI_PARENT)
		supported = domain->msi_parent_ops->supported_flags;
	else
		supported = msi_get_domain_info(domain)->flags;
	return (supported & flags) == flags;
}

void pci_intx_for_msi(const struct pci_dev *pdev, bool enable)
{
	if (!(pdev->quirks & PCI_QUIRK_MSI_INTX_DISABLE_BUG))
		pci_intx(pdev, enable);
}

static void release_vectors(struct device *dev, struct devres *res)
{
	struct pci_dev *pdev = res->owner;

	touch(dev->machine, pdev);
	pdev->is_msi_managed = false;
	pci_free_irq_vectors(dev);
}

void pci_setup_msi_context(struct pci_dev *pdev)
{
	if (!pdev->is_managed || pdev->is_msi_managed)
		return;
	touch(pdev->dev.machine, pdev);
	pdev->is_msi_managed = true;
	pdev->msi_managed =
		(struct devres){.owner = pdev, .key = PCI_DEVRES_MSI, .release = release_vectors};
	devres_add(&pdev->dev, &pdev->msi_managed);
}

void pci_msi_note_message(struct msi_desc *desc, const struct msi_msg *msg)
{
	touch(desc->dev->machine, desc);
	desc->msg = *msg;
	if (desc->write_hook)
		desc->write_hook(desc, desc->write_hook_data);
}

int pci_msi_verify_entries(struct pci_dev *pdev)
{
	struct msi_desc *desc;

	if (!pdev->no_64bit_msi)
		return 0;
	msi_for_each_desc (desc, &pdev->dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ALL)
		if (desc->msg.address_hi)
			return -EIO;
	return 0;
}

bool pci_msi_in_use(const struct pci_dev *pdev, const struct msi_desc *desc)
{
	for (uint32_t i = 0; desc->irq && i < desc->nvec_used; i++) {
		const struct irq_desc *irq = irq_to_desc(pdev->dev.machine, desc->irq + i);

		if (irq && irq->action)
			return true;
	}
	return false;
}

/* ---- the default device domain ---- */

int pci_msi_setup_domain(struct pci_dev *pdev, const struct msi_domain_template *template,
			 unsigned hwsize, struct pci_domain_setup *setup)
{
	struct device *dev = &pdev->dev;
	int err;

	*setup = (struct pci_domain_setup){0};
	/* A global domain is everybody's, and an architecture without one needs none. */
	if (!dev->msi_domain || !(dev->msi_domain->flags & IRQ_DOMAIN_FLAG_MSI_PARENT))
		return 0;
	if (msi_match_device_irq_domain(dev, MSI_DEFAULT_DOMAIN, template->info.bus_token))
		return 0;
	setup->replaced = msi_detach_device_irq_domain(dev, MSI_DEFAULT_DOMAIN);
	err = msi_create_device_irq_domain(dev, MSI_DEFAULT_DOMAIN, template, hwsize, NULL, NULL);
	setup->created = !err;
	if (err) {
		pci_msi_undo_domain(pdev, setup);
		return -ENODEV;
	}
	return 0;
}

void pci_msi_commit_domain(const struct pci_domain_setup *setup)
{
	if (setup->replaced)
		msi_discard_device_irq_domain(setup->replaced);
}

void pci_msi_undo_domain(struct pci_dev *pdev, const struct pci_domain_setup *setup)
{
	struct device *dev = &pdev->dev;

	if (setup->created)
		msi_discard_device_irq_domain(
			msi_detach_device_irq_domain(dev, MSI_DEFAULT_DOMAIN));
	if (setup->replaced)
		msi_attach_device_irq_domain(dev, MSI_DEFAULT_DOMAIN, setup->replaced);
}
