/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/run.h"

#include <irqlab/provider/software.h>

/*
 * Vectors of a device as a core would allocate them that knew single allocations only: what a batch
 * is compared with. No driver can ask for it.
 */

static bool insert_entry(struct device *dev, unsigned index, struct msi_desc **out)
{
	const struct msi_desc init = {
		.nvec_used = 1,
		.pci = {.is_msix = 1, .is_64 = 1, .is_virtual = 1}, /* no entry of the table */
	};

	return !msi_domain_insert_msi_desc(dev, MSI_DEFAULT_DOMAIN, &init, index, index, out);
}

/* Where there is no domain of the device's own. */
static bool add_to_store(struct device *dev, unsigned index)
{
	const struct msi_legacy_ops *ops = msi_legacy_ops(dev->machine);
	struct msi_desc *desc;
	bool good = false;

	msi_lock_descs(dev);
	if (insert_entry(dev, index, &desc)) {
		if (dev->msi_domain)
			good = !msi_domain_alloc_irqs_range_locked(dev, MSI_DEFAULT_DOMAIN, index,
								   index);
		else if (ops && ops->setup)
			good = !ops->setup(dev, 1, true) && desc->irq;
	}
	msi_unlock_descs(dev);
	return good;
}

static bool add_one(struct device *dev, unsigned index)
{
	bool own_domain = dev->msi_domain && dev->msi_domain->flags & IRQ_DOMAIN_FLAG_MSI_PARENT;

	if (!own_domain)
		return add_to_store(dev, index);
	return msi_domain_alloc_irq_at(dev, MSI_DEFAULT_DOMAIN, index, index, NULL, 0).index >= 0;
}

static bool is_new(struct device *dev, unsigned index)
{
	unsigned irq = msi_domain_get_virq(dev, MSI_DEFAULT_DOMAIN, index);

	for (unsigned i = 0; i < index; i++)
		if (msi_domain_get_virq(dev, MSI_DEFAULT_DOMAIN, i) == irq)
			return false;
	return irq > 0;
}

int loop_of_ones(struct device *dev, unsigned nr)
{
	int ret = pci_alloc_irq_vectors(dev, 1, 1, PCI_IRQ_MSIX);
	unsigned different = 1;

	layer_runs(dev->machine, LAYER_CORE);
	for (unsigned i = 1; ret > 0 && i < nr && add_one(dev, i); i++)
		different += is_new(dev, i);
	return ret > 0 ? (int)different : ret;
}
