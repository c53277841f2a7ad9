/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"

/* One call that enables MSI-X: what it was asked for, and what the table held before. */
struct msix_request {
	struct pci_dev *pdev;
	struct msix_entry *entries; /* NULL: 0, 1, 2 … */
	int min;
	struct irq_affinity *affd;
	struct msi_msg *before; /* of each entry, in the order of the request */
	unsigned nr_before;
};

static void message_array_digest(const void *object, struct digest *d)
{
	(void)object;
	digest_string(d, "saved messages");
}

static const struct object_type message_array = {
	.name = "msix_saved",
	.digest = message_array_digest,
};

static unsigned entry_index(const struct msix_request *request, unsigned i)
{
	return request->entries ? request->entries[i].entry : i;
}

/* ---- the control word and the table ---- */

static void update_control(const struct pci_dev *pdev, uint16_t clear, uint16_t set)
{
	pci_update_config16(pdev, pdev->msix_cap + PCI_MSIX_FLAGS, clear, set);
}

uint64_t pci_msix_find_table(const struct pci_dev *pdev)
{
	uint32_t table = pci_read_config(pdev, pdev->msix_cap + PCI_MSIX_TABLE, 4);
	unsigned bir = table & PCI_MSIX_TABLE_BIR;

	if (bir >= PCI_NR_BARS || !pdev->bar[bir])
		return 0;
	return pdev->bar[bir] + (table & ~PCI_MSIX_TABLE_BIR);
}

static void set_msix_enabled(struct pci_dev *pdev, bool on, uint64_t table)
{
	touch(pdev->dev.machine, pdev);
	pdev->msix_enabled = on;
	pdev->msix_table = table;
}

/* 0: there is none, or it must not be read before it is written. */
static uint64_t saved_entry(const struct msix_request *request, unsigned i)
{
	const struct pci_dev *pdev = request->pdev;
	unsigned index = entry_index(request, i);

	if (index >= pdev->msix_size || pdev->quirks & PCI_QUIRK_MSIX_TOUCH_DATA_FIRST)
		return 0;
	return pci_msix_entry(pdev->msix_table, index);
}

/* Only once, however many rounds follow: a failure in the end must leave the table as it was. */
static int save_messages(struct msix_request *request, unsigned nvec)
{
	struct machine *m = request->pdev->dev.machine;

	if (request->before)
		return 0;
	request->before = object_alloc(m, &message_array, nvec * sizeof(*request->before));
	if (!request->before)
		return -ENOMEM;
	request->nr_before = nvec;
	for (unsigned i = 0; i < nvec; i++) {
		uint64_t entry = saved_entry(request, i);

		if (!entry)
			continue;
		request->before[i] = (struct msi_msg){
			(uint32_t)bus_read(m, entry + PCI_MSIX_ENTRY_LOWER_ADDR, 4),
			(uint32_t)bus_read(m, entry + PCI_MSIX_ENTRY_UPPER_ADDR, 4),
			(uint32_t)bus_read(m, entry + PCI_MSIX_ENTRY_DATA, 4),
		};
	}
	return 0;
}

static void put_back(struct machine *m, uint64_t address, uint32_t value)
{
	if ((uint32_t)bus_read(m, address, 4) != value)
		bus_write(m, address, 4, value);
}

static void restore_messages(const struct msix_request *request)
{
	struct machine *m = request->pdev->dev.machine;

	for (unsigned i = 0; i < request->nr_before; i++) {
		const struct msi_msg *msg = &request->before[i];
		uint64_t entry = saved_entry(request, i);

		if (!entry)
			continue;
		put_back(m, entry + PCI_MSIX_ENTRY_LOWER_ADDR, msg->address_lo);
		put_back(m, entry + PCI_MSIX_ENTRY_UPPER_ADDR, msg->address_hi);
		put_back(m, entry + PCI_MSIX_ENTRY_DATA, msg->data);
	}
}

/* ---- enabling ---- */

static int insert_descs(const struct msix_request *request, unsigned nvec,
			struct irq_affinity_desc *masks)
{
	struct pci_dev *pdev = request->pdev;

	for (unsigned i = 0; i < nvec; i++) {
		struct msi_desc desc = {
			.msi_index = (uint16_t)entry_index(request, i),
			.affinity = masks ? &masks[i] : NULL,
		};
		struct msi_desc *inserted;
		int ret;

		pci_msix_prepare_desc(pdev, &desc);
		ret = msi_domain_insert_msi_desc(&pdev->dev, MSI_DEFAULT_DOMAIN, &desc,
						 desc.msi_index, desc.msi_index, &inserted);
		if (ret)
			return ret;
	}
	return 0;
}

/* Linux 6.12 walks the descriptors by index and the array from its start. */
static void fill_permuted(struct pci_dev *pdev, struct msix_entry *entry)
{
	struct msi_desc *desc;

	msi_for_each_desc (desc, &pdev->dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ALL)
		(entry++)->vector = desc->irq;
}

static void fill_entries(const struct msix_request *request, unsigned nvec)
{
	struct device *dev = &request->pdev->dev;

	if (!request->entries)
		return;
	if (machine_switch(dev->machine, SWITCH_ENTRY_ARRAY_PERMUTED)) {
		fill_permuted(request->pdev, request->entries);
		return;
	}
	for (struct msix_entry *entry = request->entries; nvec--; entry++)
		entry->vector = msi_domain_desc(dev, MSI_DEFAULT_DOMAIN, entry->entry)->irq;
}

static int setup_irqs(const struct msix_request *request, unsigned nvec,
		      struct irq_affinity_desc *masks)
{
	struct device *dev = &request->pdev->dev;
	int ret;

	msi_lock_descs(dev);
	ret = insert_descs(request, nvec, masks);
	if (!ret)
		ret = pci_msi_setup_irqs(request->pdev, (int)nvec, true);
	if (!ret)
		ret = pci_msi_verify_entries(request->pdev);
	if (!ret)
		fill_entries(request, nvec);
	else
		pci_msi_teardown_irqs(request->pdev);
	msi_unlock_descs(dev);
	return ret;
}

/* Firmware, or a kernel that crashed, may have left entries open that nobody will ask for. */
static void mask_entries(struct pci_dev *pdev)
{
	struct machine *m = pdev->dev.machine;
	struct msi_desc *desc;

	if (pci_msi_domain_supports(pdev, MSI_FLAG_NO_MASK, DENY_LEGACY))
		return;
	if (machine_switch(m, SWITCH_MASK_ALL_ENTRIES)) {
		for (unsigned i = 0; i < pdev->msix_size; i++)
			bus_write(m,
				  pci_msix_entry(pdev->msix_table, i) + PCI_MSIX_ENTRY_VECTOR_CTRL,
				  4, PCI_MSIX_ENTRY_CTRL_MASKBIT);
		return;
	}
	msi_lock_descs(&pdev->dev);
	msi_for_each_desc (desc, &pdev->dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ALL)
		pci_msix_write_control(desc, PCI_MSIX_ENTRY_CTRL_MASKBIT);
	msi_unlock_descs(&pdev->dev);
}

static int try_setup(struct msix_request *request, unsigned nvec)
{
	struct machine *m = request->pdev->dev.machine;
	struct irq_affinity_desc *masks = NULL;
	int ret;

	if (!request->pdev->msix_table)
		return -ENOMEM;
	ret = save_messages(request, nvec);
	if (ret)
		return ret;
	if (request->affd)
		masks = irq_create_affinity_masks(m, nvec, request->affd);
	ret = setup_irqs(request, nvec, masks);
	object_free(m, masks);
	return ret;
}

/* 0, negative, or how many to try next. */
static int msix_capability_init(struct msix_request *request, unsigned nvec)
{
	struct pci_dev *pdev = request->pdev;
	int ret;

	/* Some functions give access to the table only while enabled; MASKALL keeps them quiet. */
	update_control(pdev, 0, PCI_MSIX_FLAGS_MASKALL | PCI_MSIX_FLAGS_ENABLE);
	set_msix_enabled(pdev, true, pci_msix_find_table(pdev));
	ret = try_setup(request, nvec);
	if (ret) {
		if (ret < request->min)
			restore_messages(request);
		set_msix_enabled(pdev, false, 0);
		update_control(pdev, PCI_MSIX_FLAGS_MASKALL | PCI_MSIX_FLAGS_ENABLE, 0);
		return ret;
	}
	pci_intx_for_msi(pdev, false);
	mask_entries(pdev);
	update_control(pdev, PCI_MSIX_FLAGS_MASKALL, 0);
	return 0;
}

static int try_counts(struct msix_request *request, int nvec)
{
	for (;;) {
		int ret;

		if (request->affd) {
			nvec = (int)irq_calc_affinity_vectors(request->pdev->dev.machine,
							      (unsigned)request->min,
							      (unsigned)nvec, request->affd);
			if (nvec < request->min)
				return -ENOSPC;
		}
		ret = msix_capability_init(request, (unsigned)nvec);
		if (!ret)
			return nvec;
		if (ret < 0)
			return ret;
		if (ret < request->min)
			return -ENOSPC;
		nvec = ret;
	}
}

static bool entries_valid(const struct pci_dev *pdev, const struct msix_entry *entries, int nvec)
{
	bool contiguous = pci_msi_domain_supports(pdev, MSI_FLAG_MSIX_CONTIGUOUS, DENY_LEGACY);

	for (int i = 0; entries && i < nvec; i++) {
		if (contiguous && entries[i].entry != i)
			return false;
		for (int j = 0; j < i; j++)
			if (entries[i].entry == entries[j].entry)
				return false;
	}
	return true;
}

int pci_enable_msix_range_flags(struct pci_dev *pdev, struct msix_entry *entries, int min, int max,
				struct irq_affinity *affd, unsigned flags)
{
	struct msix_request request = {
		.pdev = pdev,
		.entries = entries,
		.min = min,
		.affd = affd,
	};
	struct pci_domain_setup setup;
	int hwsize, nvec = max, ret;

	if (machine_poisoned(pdev->dev.machine))
		return -EIO;
	if (max < min)
		return -ERANGE;
	if (pdev->msi_enabled)
		return -EINVAL;
	if (WARN_IF(pdev->dev.machine, pdev->msix_enabled, MSI_ALREADY_ENABLED, 0))
		return -EINVAL;
	if (!pci_msi_domain_supports(pdev, MSI_FLAG_PCI_MSIX, ALLOW_LEGACY))
		return -ENOTSUPP;
	if (!pci_msi_supported(pdev, max) || pdev->current_state)
		return -EINVAL;
	hwsize = pci_msix_vec_count(&pdev->dev);
	if (hwsize < 0)
		return hwsize;
	if (!entries_valid(pdev, entries, max))
		return -EINVAL;
	if (hwsize < max) {
		if (flags & PCI_IRQ_VIRTUAL)
			hwsize = max;
		else
			nvec = hwsize;
	}
	if (nvec < min)
		return -ENOSPC;
	ret = pci_msi_setup_domain(pdev, &pci_msix_template, (unsigned)hwsize, &setup);
	if (ret)
		return ret;
	ret = try_counts(&request, nvec);
	object_free(pdev->dev.machine, request.before);
	if (ret < 0) {
		pci_msi_undo_domain(pdev, &setup);
		return ret;
	}
	pci_msi_commit_domain(&setup);
	pci_setup_msi_context(pdev);
	return ret;
}

int pci_msix_vec_count(struct device *dev)
{
	const struct pci_dev *pdev = to_pci_dev(dev);

	if (!pdev || !pdev->msix_cap)
		return -EINVAL;
	return (int)(pci_read_config(pdev, pdev->msix_cap + PCI_MSIX_FLAGS, 2) &
		     PCI_MSIX_FLAGS_QSIZE) +
	       1;
}

/* ---- disabling, and after a reset ---- */

static void msix_shutdown(struct pci_dev *pdev)
{
	struct msi_desc *desc;

	if (!pdev->disconnected) {
		msi_for_each_desc (desc, &pdev->dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ALL)
			pci_msix_mask(desc);
		update_control(pdev, PCI_MSIX_FLAGS_ENABLE, 0);
		pci_intx_for_msi(pdev, true);
	}
}

static bool any_in_use(struct pci_dev *pdev)
{
	struct msi_desc *desc;

	msi_for_each_desc (desc, &pdev->dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ASSOCIATED)
		if (pci_msi_in_use(pdev, desc))
			return true;
	return false;
}

/* All but those that have a handler: MSI-X stays enabled for them. */
static void free_idle(struct pci_dev *pdev)
{
	struct device *dev = &pdev->dev;
	struct msi_desc *desc;

	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ASSOCIATED) {
		unsigned index = desc->msi_index;

		if (WARN_IF(dev->machine, pci_msi_in_use(pdev, desc), FREE_WITH_ACTION,
			    desc->irq) ||
		    !pci_msi_frees_singly(pdev))
			continue;
		pci_msix_mask(desc);
		msi_domain_free_irqs_range_locked(dev, MSI_DEFAULT_DOMAIN, index, index);
	}
}

void pci_msix_disable(struct pci_dev *pdev)
{
	struct device *dev = &pdev->dev;

	if (!pci_msi_supported(pdev, 1) || !pdev->msix_enabled || machine_poisoned(dev->machine))
		return;
	msi_lock_descs(dev);
	if (!machine_switch(dev->machine, SWITCH_FREE_WITH_HANDLERS) && any_in_use(pdev)) {
		free_idle(pdev);
	} else {
		msix_shutdown(pdev);
		pci_msi_teardown_irqs(pdev);
		set_msix_enabled(pdev, false, 0);
	}
	msi_unlock_descs(dev);
}

void pci_msix_restore(struct pci_dev *pdev)
{
	struct msi_desc *desc;
	uint32_t command;
	bool write;

	if (!pdev->msix_enabled)
		return;
	pci_intx_for_msi(pdev, false);
	update_control(pdev, 0, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	command = pci_read_config(pdev, PCI_COMMAND, 2);
	pci_write_config(pdev, PCI_COMMAND, 2, command | PCI_COMMAND_MEMORY);
	msi_lock_descs(&pdev->dev);
	write = pci_msi_restore_irqs(pdev);
	msi_for_each_desc (desc, &pdev->dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ALL) {
		if (write)
			pci_msix_write_message(desc, &desc->msg);
		pci_msix_write_control(desc, desc->pci.mask_shadow);
	}
	msi_unlock_descs(&pdev->dev);
	pci_write_config(pdev, PCI_COMMAND, 2, command);
	update_control(pdev, PCI_MSIX_FLAGS_MASKALL, 0);
}
