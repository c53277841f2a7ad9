/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine/load_msi.h"

#include "chips/pci.h"
#include "core/load.h"

#include <stdio.h>
#include <string.h>

static void nothing_more(const struct device *dev, struct digest *d)
{
	(void)dev;
	(void)d;
}

static void passive_device_digest(const void *object, struct digest *d)
{
	digest_string(d, ((const struct device *)object)->name);
}

static const struct device_type passive_type = {"passive", nothing_more};
static const struct object_type passive_object_type = {"passive-device", passive_device_digest};

static struct device *find_or_make_device(struct machine *m, const char *name)
{
	struct device *dev = device_by_name(m, name);

	if (dev)
		return dev;
	dev = object_alloc(m, &passive_object_type, sizeof(*dev));
	if (!dev)
		return NULL;
	dev->machine = m;
	dev->type = &passive_type;
	dev->node = -1;
	snprintf(dev->name, sizeof(dev->name), "%s", name);
	snprintf(dev->bus_name, sizeof(dev->bus_name), "%s", name);
	if (device_register(dev)) {
		object_free(m, dev);
		return NULL;
	}
	return dev;
}

/* ---- functions that had MSI or MSI-X enabled ---- */

static struct pci_dev *msi_function(struct machine *m, const struct irq_record *record)
{
	struct device *dev = record->dev ? device_by_name(m, record->dev) : NULL;
	struct pci_dev *pdev = dev ? to_pci_dev(dev) : NULL;

	if (!pdev)
		return NULL;
	if (record->msi.is_msix)
		return record->msi.index < pdev->msix_size && pci_msix_find_table(pdev) ? pdev
											: NULL;
	return pdev->msi_cap ? pdev : NULL;
}

static void create_domain(struct pci_dev *pdev, bool is_msix)
{
	msi_create_device_irq_domain(&pdev->dev, MSI_DEFAULT_DOMAIN,
				     is_msix ? &pci_msix_template : &pci_msi_template,
				     is_msix ? pdev->msix_size : 1, NULL, NULL);
}

struct irq_domain *load_msi_domain(struct machine *m, const struct irq_record *record)
{
	struct pci_dev *pdev = msi_function(m, record);
	struct irq_domain *domain;

	if (!pdev || msi_setup_device_data(&pdev->dev))
		return NULL;
	if (!msi_get_device_domain(&pdev->dev, MSI_DEFAULT_DOMAIN))
		create_domain(pdev, record->msi.is_msix);
	domain = msi_get_device_domain(&pdev->dev, MSI_DEFAULT_DOMAIN);
	return domain && !strcmp(domain->name, record->level[0].domain) ? domain : NULL;
}

/* As enabling left them (PCI 3.0, 6.8.1.3 and 6.8.2). */
static void program_entry(struct pci_dev *pdev, struct msi_desc *desc)
{
	struct machine *m = pdev->dev.machine;
	uint64_t entry;

	touch(m, pdev);
	touch(m, desc);
	pdev->msix_enabled = true;
	pdev->msix_table = pci_msix_find_table(pdev);
	desc->pci.default_irq = pdev->irq;
	desc->pci.mask_base = pdev->msix_table;
	entry = pci_msix_entry(pdev->msix_table, desc->msi_index);
	bus_write(m, entry + PCI_MSIX_ENTRY_LOWER_ADDR, 4, desc->msg.address_lo);
	bus_write(m, entry + PCI_MSIX_ENTRY_UPPER_ADDR, 4, desc->msg.address_hi);
	bus_write(m, entry + PCI_MSIX_ENTRY_DATA, 4, desc->msg.data);
	pci_msix_write_control(desc, desc->pci.mask_shadow);
	pci_update_config16(pdev, pdev->msix_cap + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_MASKALL,
			    PCI_MSIX_FLAGS_ENABLE);
}

static void program_function(struct pci_dev *pdev, struct msi_desc *desc)
{
	unsigned cap = pdev->msi_cap;
	uint16_t control = (uint16_t)(PCI_MSI_FLAGS_ENABLE | desc->pci.multiple << 4);

	touch(pdev->dev.machine, pdev);
	touch(pdev->dev.machine, desc);
	desc->pci.default_irq = pdev->irq;
	desc->pci.mask_base = cap + (desc->pci.is_64 ? PCI_MSI_MASK_64 : PCI_MSI_MASK_32);
	pdev->msi_enabled = true;
	pdev->irq = desc->irq;
	pci_write_config(pdev, cap + PCI_MSI_ADDRESS_LO, 4, desc->msg.address_lo);
	if (desc->pci.is_64)
		pci_write_config(pdev, cap + PCI_MSI_ADDRESS_HI, 4, desc->msg.address_hi);
	pci_write_config(pdev, cap + (desc->pci.is_64 ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32), 2,
			 desc->msg.data);
	if (desc->pci.can_mask)
		pci_write_config(pdev, (unsigned)desc->pci.mask_base, 4, desc->pci.mask_shadow);
	pci_update_config16(pdev, cap + PCI_MSI_FLAGS, PCI_MSI_FLAGS_QSIZE, control);
}

static int insert_desc(struct device *dev, const struct irq_record *record, struct msi_desc **out)
{
	struct irq_affinity_desc hint[32] = {0};
	struct msi_desc init = {
		.dev = dev,
		.nvec_used = record->msi.nvec,
		.pci.mask_shadow = record->msi.mask_shadow,
		.pci.is_msix = record->msi.is_msix,
		.pci.multiple = record->msi.multiple,
		.pci.multi_cap = record->msi.multi_cap,
		.pci.can_mask = record->msi.can_mask,
		.pci.is_64 = record->msi.is_64,
	};

	if (!init.nvec_used || init.nvec_used > sizeof(hint) / sizeof(hint[0]))
		return -EINVAL;
	for (uint32_t i = 0; i < init.nvec_used; i++)
		hint[i] = (struct irq_affinity_desc){
			.mask = irq_load_mask(dev->machine, record->msi.hint, record->msi.nr_hint),
			.is_managed = record->msi.hint_managed,
		};
	init.affinity = record->msi.has_hint ? hint : NULL;
	return msi_domain_insert_msi_desc(dev, MSI_DEFAULT_DOMAIN, &init, record->msi.index,
					  record->msi.index, out);
}

int load_msi_desc(struct machine *m, const struct irq_record *record)
{
	struct irq_desc *desc = irq_to_desc(m, record->irq);
	struct device *dev = find_or_make_device(m, record->dev);
	struct pci_dev *pdev = msi_function(m, record);
	struct msi_desc *msi;
	int ret = dev ? msi_setup_device_data(dev) : -ENOMEM;

	if (ret < 0)
		return ret;
	msi_lock_descs(dev);
	msi = msi_domain_desc(dev, MSI_DEFAULT_DOMAIN, record->msi.index);
	ret = msi ? 0 : insert_desc(dev, record, &msi);
	msi_unlock_descs(dev);
	if (ret)
		return ret;
	if (record->irq < record->msi.base || record->irq - record->msi.base >= msi->nvec_used)
		return -EINVAL;
	touch(m, msi);
	touch(m, desc);
	msi->irq = record->msi.base;
	msi->msg = (struct msi_msg){
		.address_lo = record->msi.address_lo,
		.address_hi = record->msi.address_hi,
		.data = record->msi.data,
	};
	desc->irq_common_data.msi_desc = msi;
	if (pdev && record->irq == record->msi.base)
		(record->msi.is_msix ? program_entry : program_function)(pdev, msi);
	return 0;
}
