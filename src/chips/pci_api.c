/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"

#include <irqlab/driver.h>

/* The driver API of driver.h for PCI: thin wrappers, with the checks that a driver deserves. */

/* ---- managed devices ---- */

static void release_managed(struct device *dev, struct devres *res)
{
	struct pci_dev *pdev = res->owner;

	touch(dev->machine, pdev);
	pdev->is_managed = false;
}

int pcim_enable_device(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	if (!pdev)
		return -ENODEV;
	if (machine_poisoned(dev->machine))
		return -EIO;
	if (pdev->is_managed)
		return 0;
	touch(dev->machine, pdev);
	pdev->is_managed = true;
	pdev->managed = (struct devres){
		.owner = pdev, .key = PCI_DEVRES_MANAGED, .release = release_managed};
	devres_add(dev, &pdev->managed);
	return 0;
}

/* ---- batches ---- */

static int alloc_intx(struct pci_dev *pdev, unsigned min, struct irq_affinity *affd, int err)
{
	struct machine *m = pdev->dev.machine;

	if (min != 1 || !pdev->irq)
		return err;
	/* The driver's calc_sets runs for one vector, too. */
	if (affd)
		object_free(m, irq_create_affinity_masks(m, 1, affd));
	pci_intx(pdev, true);
	return 1;
}

int pci_alloc_irq_vectors_affinity(struct device *dev, unsigned min, unsigned max, unsigned flags,
				   struct irq_affinity *affd)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	struct irq_affinity spread_all = {0};
	int ret = -ENOSPC;

	if (!pdev)
		return -ENODEV;
	if (layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(dev->machine, LAYER_CORE);

	if (machine_poisoned(dev->machine))
		return -EIO;
	if (min > INT32_MAX || max > INT32_MAX)
		return -ERANGE;
	if (flags & PCI_IRQ_AFFINITY) {
		if (!affd)
			affd = &spread_all;
	} else if (WARN_IF(dev->machine, affd, AFFINITY_IGNORED, 0)) {
		affd = NULL;
	}
	if (flags & PCI_IRQ_MSIX) {
		ret = pci_enable_msix_range_flags(pdev, NULL, (int)min, (int)max, affd, flags);
		if (ret > 0)
			return ret;
	}
	if (flags & PCI_IRQ_MSI) {
		ret = pci_enable_msi_range(pdev, (int)min, (int)max, affd);
		if (ret > 0)
			return ret;
	}
	return flags & PCI_IRQ_INTX ? alloc_intx(pdev, min, affd, ret) : ret;
}

int pci_alloc_irq_vectors(struct device *dev, unsigned min, unsigned max, unsigned flags)
{
	return pci_alloc_irq_vectors_affinity(dev, min, max, flags, NULL);
}

void pci_free_irq_vectors(struct device *dev)
{
	pci_disable_msix(dev);
	pci_disable_msi(dev);
}

int pci_enable_msi(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	int ret;

	if (!pdev)
		return -ENODEV;
	if (layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(dev->machine, LAYER_CORE);

	ret = pci_enable_msi_range(pdev, 1, 1, NULL);
	return ret < 0 ? ret : 0;
}

/* Freeing takes the device's mutex: not from a handler, whose interrupt it may be. */
static bool may_free(struct device *dev)
{
	return !WARN_IF(dev->machine, in_hardirq(dev->machine), SLEEP_IN_ATOMIC, 0);
}

void pci_disable_msi(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	if (!pdev || layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return;
	layer_runs(dev->machine, LAYER_CORE);

	if (may_free(dev))
		pci_msi_disable(pdev);
}

int pci_enable_msix_range(struct device *dev, struct msix_entry *entries, int min, int max)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	if (!pdev)
		return -ENODEV;
	if (layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(dev->machine, LAYER_CORE);

	return pci_enable_msix_range_flags(pdev, entries, min, max, NULL, 0);
}

void pci_disable_msix(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	if (!pdev || layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return;
	layer_runs(dev->machine, LAYER_CORE);

	if (may_free(dev))
		pci_msix_disable(pdev);
}

int pci_restore_msi_state(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	if (!pdev)
		return -ENODEV;
	layer_runs(dev->machine, LAYER_CORE);

	if (machine_poisoned(dev->machine))
		return -EIO;
	pci_msi_restore(pdev);
	pci_msix_restore(pdev);
	return 0;
}

/* ---- looking up ---- */

int pci_irq_vector(struct device *dev, unsigned nr)
{
	const struct pci_dev *pdev = to_pci_dev(dev);
	unsigned irq;

	if (!pdev)
		return -ENODEV;
	layer_runs(dev->machine, LAYER_CORE);

	if (!pdev->msi_enabled && !pdev->msix_enabled)
		return nr ? -EINVAL : (int)pdev->irq;
	if (pdev->msi_enabled) {
		msi_lock_descs(dev);
		irq = pci_msi_get_virq(dev, MSI_DEFAULT_DOMAIN, nr);
		msi_unlock_descs(dev);
	} else {
		irq = msi_domain_get_virq(dev, MSI_DEFAULT_DOMAIN, nr);
	}
	return irq ? (int)irq : -EINVAL;
}

const struct cpumask *pci_irq_get_affinity(struct device *dev, int nr)
{
	int irq = pci_irq_vector(dev, (unsigned)nr);
	const struct irq_data *data;
	const struct msi_desc *desc;

	if (!dev || WARN_IF(dev->machine, irq <= 0, MSI_BAD_RANGE, 0))
		return NULL;
	data = irq_get_irq_data(dev->machine, (unsigned)irq);
	desc = data ? irq_data_get_msi_desc(data) : NULL;
	if (!desc)
		return cpu_possible_mask(dev->machine);
	/* Of an MSI-X descriptor this is the only one. */
	return desc->affinity ? desc->affinity[(unsigned)irq - desc->irq].mask : NULL;
}

/* ---- MSI-X entries one by one ---- */

bool pci_msix_can_alloc_dyn(struct device *dev)
{
	const struct pci_dev *pdev = to_pci_dev(dev);

	return pdev && pdev->msix_cap &&
	       pci_msi_domain_supports(pdev, MSI_FLAG_PCI_MSIX_ALLOC_DYN, DENY_LEGACY);
}

static unsigned msix_size(struct device *dev)
{
	return msi_get_domain_info(msi_get_device_domain(dev, MSI_DEFAULT_DOMAIN))->hwsize;
}

static bool dynamic(struct device *dev)
{
	const struct pci_dev *pdev = to_pci_dev(dev);

	return pdev && pdev->msix_enabled && pci_msix_can_alloc_dyn(dev);
}

struct msi_map pci_msix_alloc_irq_range(struct device *dev, unsigned first, unsigned last,
					const struct irq_affinity_desc *affdesc)
{
	if (!dev)
		return (struct msi_map){.index = -ENODEV};
	if (layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return (struct msi_map){.index = -EPERM};
	layer_runs(dev->machine, LAYER_CORE);

	if (machine_poisoned(dev->machine))
		return (struct msi_map){.index = -EIO};
	if (!dynamic(dev))
		return (struct msi_map){.index = -ENOTSUPP};
	if (first > last || last >= msix_size(dev))
		return (struct msi_map){.index = -ERANGE};
	return msi_domain_alloc_irq_at(dev, MSI_DEFAULT_DOMAIN, first, last, affdesc, 0);
}

struct msi_map pci_msix_alloc_irq_at(struct device *dev, unsigned index,
				     const struct irq_affinity_desc *affdesc)
{
	if (!dev || !dynamic(dev))
		return (struct msi_map){.index = dev ? -ENOTSUPP : -ENODEV};
	if (index == MSI_ANY_INDEX)
		return pci_msix_alloc_irq_range(dev, 0, msix_size(dev) - 1, affdesc);
	return pci_msix_alloc_irq_range(dev, index, index, affdesc);
}

int pci_msix_free_irq(struct device *dev, struct msi_map map)
{
	struct machine *m = dev ? dev->machine : NULL;
	unsigned index = (unsigned)map.index;

	if (!dev)
		return -ENODEV;
	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	if (!may_free(dev))
		return -EINVAL;
	if (WARN_IF(m, map.index < 0 || map.virq <= 0 || !dynamic(dev), COOKIE_MISUSE, 0))
		return -EINVAL;
	if (WARN_IF(m,
		    index > MSI_MAX_INDEX || msi_domain_get_virq(dev, MSI_DEFAULT_DOMAIN, index) !=
						     (unsigned)map.virq,
		    COOKIE_MISUSE, (unsigned)map.virq))
		return -EINVAL;
	if (WARN_IF(m, irq_to_desc(m, (unsigned)map.virq)->action, FREE_WITH_ACTION,
		    (unsigned)map.virq))
		return -EBUSY;
	msi_domain_free_irqs_range(dev, MSI_DEFAULT_DOMAIN, index, index);
	return 0;
}
