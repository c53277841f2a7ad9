/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"

/*
 * Who gives the interrupts of a function: the domain that it has, or, where it
 * has none, the architecture, which answers for the function as a whole.
 */

static bool is_legacy(const struct pci_dev *pdev)
{
	const struct irq_domain *domain = pdev->dev.msi_domain;

	return !domain || !(domain->flags & IRQ_DOMAIN_FLAG_HIERARCHY);
}

/* ---- what an architecture leaves to us ---- */

static int setup_each(const struct msi_legacy_ops *ops, struct device *dev, int nvec, bool msix)
{
	struct msi_desc *desc;

	/* A block for one descriptor is beyond a call that knows single interrupts. */
	if (!msix && nvec > 1)
		return 1;
	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_NOTASSOCIATED) {
		int ret = ops->setup_one(dev, desc);

		if (ret)
			return ret < 0 ? ret : -ENOSPC;
	}
	return 0;
}

static void teardown_each(const struct msi_legacy_ops *ops, struct device *dev)
{
	struct machine *m = dev->machine;
	struct msi_desc *desc;

	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ASSOCIATED) {
		for (unsigned i = 0; i < desc->nvec_used; i++)
			ops->teardown_one(m, desc->irq + i);
		irq_free_msi_desc(m, desc);
	}
}

/* Some MSI-X entries have theirs, the others could not: so many can be had. */
static int check_result(struct device *dev, bool msix, int ret)
{
	struct msi_desc *desc;
	int done = 0;

	if (ret >= 0 || !msix)
		return ret;
	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ASSOCIATED)
		done++;
	return done ? done : ret;
}

/* ---- the contract ---- */

int pci_msi_setup_irqs(struct pci_dev *pdev, int nvec, bool msix)
{
	struct device *dev = &pdev->dev;
	const struct msi_legacy_ops *ops;

	if (!is_legacy(pdev))
		return msi_domain_alloc_irqs_all_locked(dev, MSI_DEFAULT_DOMAIN, nvec);
	ops = msi_legacy_ops(dev->machine);
	return check_result(dev, msix,
			    ops->setup ? ops->setup(dev, nvec, msix)
				       : setup_each(ops, dev, nvec, msix));
}

static void warn_of_handlers(const struct pci_dev *pdev, struct device *dev)
{
	struct msi_desc *desc;

	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ASSOCIATED)
		WARN_IF(dev->machine, pci_msi_in_use(pdev, desc), FREE_WITH_ACTION, desc->irq);
}

void pci_msi_teardown_irqs(struct pci_dev *pdev)
{
	struct device *dev = &pdev->dev;
	const struct msi_legacy_ops *ops;

	if (!is_legacy(pdev)) {
		msi_domain_free_irqs_all_locked(dev, MSI_DEFAULT_DOMAIN);
		return;
	}
	warn_of_handlers(pdev, dev);
	ops = msi_legacy_ops(dev->machine);
	if (ops->teardown)
		ops->teardown(dev);
	else
		teardown_each(ops, dev);
	msi_domain_free_msi_descs_locked(dev, MSI_DEFAULT_DOMAIN);
}

bool pci_msi_frees_singly(const struct pci_dev *pdev)
{
	struct irq_domain *domain =
		msi_get_device_domain((struct device *)&pdev->dev, MSI_DEFAULT_DOMAIN);

	return domain && !msi_get_domain_info(domain)->ops->domain_free_irqs;
}

bool pci_msi_restore_irqs(struct pci_dev *pdev)
{
	struct irq_domain *domain = msi_get_device_domain(&pdev->dev, MSI_DEFAULT_DOMAIN);

	if (!domain || !msi_get_domain_info(domain)->ops->domain_restore_irqs)
		return true;
	msi_get_domain_info(domain)->ops->domain_restore_irqs(domain, &pdev->dev);
	return false;
}
