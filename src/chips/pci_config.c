/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"
#include "chips/pool.h"

#include <irqlab/provider/store_layout.h>

#include <stdio.h>
#include <string.h>

uint32_t pci_read_config(const struct pci_dev *pdev, unsigned where, unsigned size)
{
	uint64_t all_ones = (UINT64_C(1) << (size * 8)) - 1;

	if (pdev->disconnected)
		return (uint32_t)all_ones;
	return (uint32_t)(bus_read(
				  pdev->dev.machine,
				  bus_config_address(pdev->dev.segment, pdev->dev.requester, where),
				  size) &
			  all_ones);
}

void pci_write_config(const struct pci_dev *pdev, unsigned where, unsigned size, uint32_t value)
{
	if (pdev->disconnected)
		return;
	bus_write(pdev->dev.machine,
		  bus_config_address(pdev->dev.segment, pdev->dev.requester, where), size, value);
}

void pci_update_config16(const struct pci_dev *pdev, unsigned where, uint16_t clear, uint16_t set)
{
	uint32_t value = pci_read_config(pdev, where, 2);

	pci_write_config(pdev, where, 2, (value & ~(uint32_t)clear) | set);
}

void pci_intx(const struct pci_dev *pdev, bool enable)
{
	uint32_t command = pci_read_config(pdev, PCI_COMMAND, 2);

	if (!(command & PCI_COMMAND_INTX_DISABLE) != enable)
		pci_write_config(pdev, PCI_COMMAND, 2, command ^ PCI_COMMAND_INTX_DISABLE);
}

static unsigned find_capability(const struct pci_dev *pdev, unsigned id)
{
	unsigned where;

	if (!(pci_read_config(pdev, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST))
		return 0;
	where = pci_read_config(pdev, PCI_CAPABILITY_LIST, 1);
	for (unsigned i = 0; i < PCI_MAX_CAPABILITIES; i++) {
		uint32_t header;

		where &= ~3u;
		if (where < PCI_FIRST_CAPABILITY)
			return 0;
		header = pci_read_config(pdev, where, 2);
		if ((header & 0xff) == id)
			return where;
		where = header >> 8;
	}
	return 0;
}

static void read_bars(struct pci_dev *pdev)
{
	for (unsigned i = 0; i < PCI_NR_BARS; i++) {
		uint32_t low = pci_read_config(pdev, PCI_BASE_ADDRESS_0 + 4 * i, 4);

		if (low & PCI_BASE_ADDRESS_IO)
			continue;
		pdev->bar[i] = low & PCI_BASE_ADDRESS_MEM_MASK;
		if ((low & PCI_BASE_ADDRESS_TYPE_MASK) == PCI_BASE_ADDRESS_TYPE_64 &&
		    i + 1 < PCI_NR_BARS) {
			uint32_t high = pci_read_config(pdev, PCI_BASE_ADDRESS_0 + 4 * (i + 1), 4);

			pdev->bar[i++] |= (uint64_t)high << 32;
		}
	}
}

/* What firmware left enabled would write to addresses that mean nothing any more. */
static void probe_msi(struct pci_dev *pdev)
{
	uint32_t control;

	pdev->msi_cap = (uint16_t)find_capability(pdev, PCI_CAP_ID_MSI);
	if (pdev->msi_cap) {
		control = pci_read_config(pdev, pdev->msi_cap + PCI_MSI_FLAGS, 2);
		if (control & PCI_MSI_FLAGS_ENABLE)
			pci_write_config(pdev, pdev->msi_cap + PCI_MSI_FLAGS, 2,
					 control & ~(uint32_t)PCI_MSI_FLAGS_ENABLE);
		pdev->no_64bit_msi = !(control & PCI_MSI_FLAGS_64BIT);
	}
	pdev->msix_cap = (uint16_t)find_capability(pdev, PCI_CAP_ID_MSIX);
	if (pdev->msix_cap) {
		control = pci_read_config(pdev, pdev->msix_cap + PCI_MSIX_FLAGS, 2);
		if (control & PCI_MSIX_FLAGS_ENABLE)
			pci_write_config(pdev, pdev->msix_cap + PCI_MSIX_FLAGS, 2,
					 control & ~(uint32_t)PCI_MSIX_FLAGS_ENABLE);
		pdev->msix_size = (uint16_t)((control & PCI_MSIX_FLAGS_QSIZE) + 1);
	}
}

static int probe_stores(struct pci_dev *pdev, const struct device_desc *desc)
{
	int bir = -1;
	uint64_t bar;

	if (pdev->msix_cap)
		bir = pci_read_config(pdev, pdev->msix_cap + PCI_MSIX_TABLE, 4) &
		      PCI_MSIX_TABLE_BIR;
	bar = pdev->bar[store_bar(bir)];
	if (desc->nr_stores > DEVICE_MAX_STORES || (desc->nr_stores && !bar))
		return -EINVAL;
	pdev->nr_stores = desc->nr_stores;
	for (uint32_t i = 0; i < desc->nr_stores; i++) {
		int err = ims_store_init(pdev->dev.machine, &pdev->store[i], &desc->store[i],
					 bar + STORE_OFFSET(i));

		if (err)
			return err;
	}
	return 0;
}

static void note_max_vectors(struct pci_dev *pdev)
{
	int msi = pci_msi_vec_count(&pdev->dev);

	pdev->dev.max_vectors = pdev->msix_size;
	if (msi > (int)pdev->msix_size)
		pdev->dev.max_vectors = (uint32_t)msi;
}

int pci_device_probe(struct pci_dev *pdev, const struct device_desc *desc)
{
	int err;

	/* A virtual function has no ids of its own, and its BARs are in the physical one. */
	if (pci_read_config(pdev, pdev->physfn ? PCI_CLASS_REVISION : PCI_VENDOR_ID, 4) ==
	    UINT32_MAX)
		return -ENODEV;
	pdev->pin = (uint8_t)pci_read_config(pdev, PCI_INTERRUPT_PIN, 1);
	pdev->irq = desc->intx_irq;
	if (!pdev->physfn)
		read_bars(pdev);
	probe_msi(pdev);
	note_max_vectors(pdev);
	err = probe_stores(pdev, desc);
	return err || pdev->physfn ? err : pci_sriov_probe(pdev, desc);
}

/* ---- the object ---- */

static void pci_dev_digest(const void *object, struct digest *d)
{
	const struct pci_dev *pdev = object;
	const struct device *dev = &pdev->dev;

	digest_u64(d, dev->key);
	digest_counter(d, dev->id);
	digest_string(d, dev->name);
	digest_string(d, dev->bus_name);
	digest_u64(d, (uint64_t)dev->node);
	digest_u64(d, (uint64_t)dev->segment << 16 | dev->requester);
	for (uint32_t i = 0; i < dev->nr_alias; i++)
		digest_u64(d, (uint64_t)dev->alias[i].bridge << 16 | dev->alias[i].requester);
	digest_u64(d, dev->msi_domain ? dev->msi_domain->key : 0);
	digest_u64(d, (uint64_t)pdev->msi_cap << 32 | (uint64_t)pdev->msix_cap << 16 |
			      pdev->msix_size);
	digest_u64(d,
		   (uint64_t)pdev->pin << 16 | (uint64_t)pdev->quirks << 8 | pdev->current_state);
	digest_u64(d, (uint64_t)pdev->disconnected | (uint64_t)pdev->no_msi << 1 |
			      (uint64_t)pdev->no_64bit_msi << 2 | (uint64_t)pdev->is_managed << 3 |
			      (uint64_t)pdev->is_msi_managed << 4 |
			      (uint64_t)pdev->msi_enabled << 5 | (uint64_t)pdev->msix_enabled << 6 |
			      (uint64_t)pdev->msi_lock.held << 7 | (uint64_t)pdev->bus_no_msi << 8);
	digest_u64(d, pdev->irq);
	devres_digest(dev, d);
	digest_u64(d, dev->doorbell_page);
	digest_u64(d, pdev->msix_table);
	for (unsigned i = 0; i < PCI_NR_BARS; i++)
		digest_u64(d, pdev->bar[i]);
	for (uint32_t i = 0; i < pdev->nr_stores; i++)
		ims_store_digest(&pdev->store[i], d);
	digest_u64(d,
		   (uint64_t)(pdev->physfn ? pdev->physfn->dev.id : 0) << 32 | pdev->logical_made);
}

static const struct object_type pci_dev_object = {
	.name = "pci_dev",
	.digest = pci_dev_digest,
};

static void pci_device_digest(const struct device *dev, struct digest *d)
{
	pci_dev_digest((const struct pci_dev *)dev, d);
}

static const struct device_type pci_device_type = {
	.name = "pci",
	.digest = pci_device_digest,
};

struct pci_dev *to_pci_dev(struct device *dev)
{
	return dev && dev->type == &pci_device_type ? (struct pci_dev *)dev : NULL;
}

static void name_device(struct pci_dev *pdev, const struct device_desc *desc)
{
	struct device *dev = &pdev->dev;

	if (desc->bus_name)
		snprintf(dev->bus_name, sizeof(dev->bus_name), "%s", desc->bus_name);
	else
		snprintf(dev->bus_name, sizeof(dev->bus_name), "%04x:%02x:%02x.%u", desc->segment,
			 desc->requester >> 8, desc->requester >> 3 & 0x1f, desc->requester & 7u);
	snprintf(dev->name, sizeof(dev->name), "%s", desc->name ? desc->name : dev->bus_name);
}

struct pci_dev *pci_device_alloc(struct machine *m, const struct device_desc *desc,
				 struct irq_domain *msi_parent)
{
	struct pci_dev *pdev = object_alloc(m, &pci_dev_object, sizeof(*pdev));

	if (!pdev)
		return NULL;
	pdev->dev.machine = m;
	pdev->dev.type = &pci_device_type;
	pdev->dev.node = desc->node;
	pdev->dev.segment = desc->segment;
	pdev->dev.requester = desc->requester;
	pdev->dev.msi_domain = msi_parent;
	pdev->dev.doorbell_page = desc->doorbell_page;
	pdev->bus_no_msi = desc->bus_no_msi;
	pdev->msi_lock.name = "msi_mask";
	name_device(pdev, desc);
	if (desc->behind != BRIDGE_NONE) {
		pdev->dev.nr_alias = 1;
		pdev->dev.alias[0].requester = desc->bridge_requester;
		pdev->dev.alias[0].bridge =
			desc->behind == BRIDGE_PCI ? ALIAS_PCI_BRIDGE : ALIAS_PCIE_TO_PCI;
	}
	return pdev;
}

void pci_device_free(struct pci_dev *pdev)
{
	msi_device_data_release(&pdev->dev);
	object_free(pdev->dev.machine, pdev->sriov);
	object_free(pdev->dev.machine, pdev);
}

int pci_device_add(struct machine *m, const struct device_desc *desc, struct irq_domain *msi_parent,
		   struct pci_dev **out)
{
	struct pci_dev *pdev = pci_device_alloc(m, desc, msi_parent);
	int err;

	*out = NULL;
	if (!pdev)
		return -ENOMEM;
	err = pci_device_probe(pdev, desc);
	if (!err)
		err = msi_setup_device_data(&pdev->dev);
	if (!err)
		err = device_register(&pdev->dev);
	if (err)
		pci_device_free(pdev);
	else
		*out = pdev;
	return err;
}

unsigned pci_device_irq_in_use(struct pci_dev *pdev)
{
	const struct msi_desc *desc;
	unsigned in_use = 0;

	msi_lock_descs(&pdev->dev);
	for (unsigned domid = 0; domid < MSI_MAX_DOMAINS; domid++)
		msi_for_each_desc (desc, &pdev->dev, domid, MSI_DESC_ASSOCIATED)
			if (!in_use && pci_msi_in_use(pdev, desc))
				in_use = desc->irq;
	msi_unlock_descs(&pdev->dev);
	return in_use;
}

void pci_device_unbind(struct pci_dev *pdev)
{
	(void)device_release_driver(&pdev->dev);
	logical_functions_forget(pdev);
	pools_destroy_idle(pdev);
	pci_free_irq_vectors(&pdev->dev);
}

int pci_device_remove(struct pci_dev *pdev)
{
	struct machine *m = pdev->dev.machine;
	bool gone;

	layer_runs(m, LAYER_CORE);

	if (WARN_IF(m, in_hardirq(m), SLEEP_IN_ATOMIC, 0))
		return -EINVAL;
	if (pdev->sriov)
		pci_sriov_remove(pdev);
	(void)device_release_driver(&pdev->dev);
	logical_functions_forget(pdev);
	gone = msi_device_data_release(&pdev->dev);
	device_unregister(&pdev->dev);
	/* What was not freed still leads to the device. */
	if (gone)
		object_free(m, pdev);
	return 0;
}
