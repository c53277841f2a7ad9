/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"

/* ---- the registers of a function whose enabling failed are as they were ---- */

struct msi_registers {
	uint32_t control, address_lo, address_hi, data, mask;
};

static unsigned data_register(const struct pci_dev *pdev, uint32_t control)
{
	return pdev->msi_cap + (control & PCI_MSI_FLAGS_64BIT ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32);
}

static unsigned mask_register(const struct pci_dev *pdev, uint32_t control)
{
	return pdev->msi_cap + (control & PCI_MSI_FLAGS_64BIT ? PCI_MSI_MASK_64 : PCI_MSI_MASK_32);
}

static bool has_mask_register(const struct pci_dev *pdev, uint32_t control)
{
	return control & PCI_MSI_FLAGS_MASKBIT || pdev->quirks & PCI_QUIRK_HAS_MSI_MASKING;
}

static void save_registers(const struct pci_dev *pdev, struct msi_registers *regs)
{
	unsigned cap = pdev->msi_cap;

	*regs = (struct msi_registers){.control = pci_read_config(pdev, cap + PCI_MSI_FLAGS, 2)};
	regs->address_lo = pci_read_config(pdev, cap + PCI_MSI_ADDRESS_LO, 4);
	if (regs->control & PCI_MSI_FLAGS_64BIT)
		regs->address_hi = pci_read_config(pdev, cap + PCI_MSI_ADDRESS_HI, 4);
	regs->data = pci_read_config(pdev, data_register(pdev, regs->control), 2);
	if (has_mask_register(pdev, regs->control))
		regs->mask = pci_read_config(pdev, mask_register(pdev, regs->control), 4);
}

static void put_back(const struct pci_dev *pdev, unsigned where, unsigned size, uint32_t value)
{
	if (pci_read_config(pdev, where, size) != value)
		pci_write_config(pdev, where, size, value);
}

static void restore_registers(const struct pci_dev *pdev, const struct msi_registers *regs)
{
	unsigned cap = pdev->msi_cap;

	put_back(pdev, cap + PCI_MSI_FLAGS, 2, regs->control);
	put_back(pdev, cap + PCI_MSI_ADDRESS_LO, 4, regs->address_lo);
	if (regs->control & PCI_MSI_FLAGS_64BIT)
		put_back(pdev, cap + PCI_MSI_ADDRESS_HI, 4, regs->address_hi);
	put_back(pdev, data_register(pdev, regs->control), 2, regs->data);
	if (has_mask_register(pdev, regs->control))
		put_back(pdev, mask_register(pdev, regs->control), 4, regs->mask);
}

/* ---- enabling ---- */

static void set_enable(const struct pci_dev *pdev, bool on)
{
	pci_update_config16(pdev, pdev->msi_cap + PCI_MSI_FLAGS, PCI_MSI_FLAGS_ENABLE,
			    on ? PCI_MSI_FLAGS_ENABLE : 0);
}

static unsigned log2_ceil(unsigned n)
{
	return n > 1 ? 32 - (unsigned)__builtin_clz(n - 1) : 0;
}

static int insert_desc(struct pci_dev *pdev, unsigned nvec, struct irq_affinity_desc *masks,
		       struct msi_desc **out)
{
	uint32_t control = pci_read_config(pdev, pdev->msi_cap + PCI_MSI_FLAGS, 2);
	struct msi_desc desc = {
		.nvec_used = nvec,
		.affinity = masks,
	};

	desc.pci.is_64 = !!(control & PCI_MSI_FLAGS_64BIT);
	desc.pci.can_mask = has_mask_register(pdev, control) &&
			    !pci_msi_domain_supports(pdev, MSI_FLAG_NO_MASK, DENY_LEGACY);
	desc.pci.multi_cap = (uint8_t)PCI_MSI_QMASK(control);
	desc.pci.multiple = (uint8_t)log2_ceil(nvec);
	desc.pci.default_irq = pdev->irq;
	desc.pci.mask_base = mask_register(pdev, control);
	if (desc.pci.can_mask)
		desc.pci.mask_shadow = pci_read_config(pdev, (unsigned)desc.pci.mask_base, 4);
	return msi_domain_insert_msi_desc(&pdev->dev, MSI_DEFAULT_DOMAIN, &desc, 0, 0, out);
}

static void set_msi_enabled(struct pci_dev *pdev, bool on)
{
	touch(pdev->dev.machine, pdev);
	pdev->msi_enabled = on;
}

static void set_irq(struct pci_dev *pdev, uint32_t irq)
{
	touch(pdev->dev.machine, pdev);
	pdev->irq = irq;
}

/* Interrupts for one descriptor with all the capability's messages masked. */
static int setup_irqs(struct pci_dev *pdev, struct msi_desc *desc)
{
	/* A failed batch takes the descriptor with it, the mask word must still be opened. */
	struct msi_desc copy;
	int ret;

	pci_msi_update_mask(desc, 0, pci_msi_multi_mask(desc));
	copy = *desc;
	ret = pci_msi_setup_irqs(pdev, (int)copy.nvec_used, false);
	if (!ret)
		ret = pci_msi_verify_entries(pdev);
	if (!ret)
		return 0;
	pci_msi_teardown_irqs(pdev);
	if (copy.pci.can_mask)
		pci_write_config(pdev, (unsigned)copy.pci.mask_base, 4,
				 copy.pci.mask_shadow & ~pci_msi_multi_mask(&copy));
	return ret;
}

/* 0, negative, or how many to try next. */
static int msi_capability_init(struct pci_dev *pdev, unsigned nvec, struct irq_affinity *affd)
{
	struct machine *m = pdev->dev.machine;
	struct irq_affinity_desc *masks = NULL;
	struct msi_desc *desc;
	int ret;

	if (nvec > 1 && !pci_msi_domain_supports(pdev, MSI_FLAG_MULTI_PCI_MSI, ALLOW_LEGACY))
		return 1;
	set_enable(pdev, false);
	set_msi_enabled(pdev, true);
	if (affd)
		masks = irq_create_affinity_masks(m, nvec, affd);
	msi_lock_descs(&pdev->dev);
	ret = insert_desc(pdev, nvec, masks, &desc);
	if (!ret)
		ret = setup_irqs(pdev, desc);
	if (!ret) {
		pci_intx_for_msi(pdev, false);
		set_enable(pdev, true);
		set_irq(pdev, desc->irq);
	} else {
		set_msi_enabled(pdev, false);
	}
	msi_unlock_descs(&pdev->dev);
	object_free(m, masks);
	return ret;
}

static int try_counts(struct pci_dev *pdev, int nvec, int min, struct irq_affinity *affd)
{
	for (;;) {
		int ret;

		if (affd) {
			nvec = (int)irq_calc_affinity_vectors(pdev->dev.machine, (unsigned)min,
							      (unsigned)nvec, affd);
			if (nvec < min)
				return -ENOSPC;
		}
		ret = msi_capability_init(pdev, (unsigned)nvec, affd);
		if (!ret)
			return nvec;
		if (ret < 0)
			return ret;
		if (ret < min)
			return -ENOSPC;
		nvec = ret;
	}
}

int pci_enable_msi_range(struct pci_dev *pdev, int min, int max, struct irq_affinity *affd)
{
	struct pci_domain_setup setup;
	struct msi_registers before;
	int capable, ret;

	if (machine_poisoned(pdev->dev.machine))
		return -EIO;
	if (!pci_msi_supported(pdev, min) || pdev->current_state)
		return -EINVAL;
	if (pdev->msix_enabled)
		return -EINVAL;
	if (max < min)
		return -ERANGE;
	if (WARN_IF(pdev->dev.machine, pdev->msi_enabled, MSI_ALREADY_ENABLED, pdev->irq))
		return -EINVAL;
	if (!pci_msi_domain_supports(pdev, 0, ALLOW_LEGACY))
		return -ENOTSUPP;
	capable = pci_msi_vec_count(&pdev->dev);
	if (capable < 0)
		return capable;
	if (capable < min)
		return -ENOSPC;
	ret = pci_msi_setup_domain(pdev, &pci_msi_template, 1, &setup);
	if (ret)
		return ret;
	save_registers(pdev, &before);
	ret = try_counts(pdev, capable < max ? capable : max, min, affd);
	if (ret < 0) {
		restore_registers(pdev, &before);
		pci_msi_undo_domain(pdev, &setup);
		return ret;
	}
	pci_msi_commit_domain(&setup);
	pci_setup_msi_context(pdev);
	return ret;
}

int pci_msi_vec_count(struct device *dev)
{
	const struct pci_dev *pdev = to_pci_dev(dev);
	uint32_t qmask;

	if (!pdev || !pdev->msi_cap)
		return -EINVAL;
	qmask = PCI_MSI_QMASK(pci_read_config(pdev, pdev->msi_cap + PCI_MSI_FLAGS, 2));
	return qmask <= PCI_MSI_QMASK_MAX ? 1 << qmask : -EINVAL;
}

/* ---- disabling, and after a reset ---- */

static void msi_shutdown(struct pci_dev *pdev)
{
	struct msi_desc *desc = msi_domain_desc(&pdev->dev, MSI_DEFAULT_DOMAIN, 0);

	set_enable(pdev, false);
	pci_intx_for_msi(pdev, true);
	set_msi_enabled(pdev, false);
	if (!desc)
		return;
	/* As after a reset: what uses the function next may know nothing of the mask. */
	pci_msi_update_mask(desc, pci_msi_multi_mask(desc), 0);
	set_irq(pdev, desc->pci.default_irq);
}

void pci_msi_disable(struct pci_dev *pdev)
{
	struct machine *m = pdev->dev.machine;
	struct msi_desc *desc;

	if (!pci_msi_supported(pdev, 1) || !pdev->msi_enabled || machine_poisoned(m))
		return;
	msi_lock_descs(&pdev->dev);
	desc = msi_domain_desc(&pdev->dev, MSI_DEFAULT_DOMAIN, 0);
	if (desc && pci_msi_in_use(pdev, desc) && !machine_switch(m, SWITCH_FREE_WITH_HANDLERS)) {
		machine_warn(m, WARN_FREE_WITH_ACTION, desc->irq);
	} else {
		msi_shutdown(pdev);
		pci_msi_teardown_irqs(pdev);
	}
	msi_unlock_descs(&pdev->dev);
}

void pci_msi_restore(struct pci_dev *pdev)
{
	struct msi_desc *desc;

	if (!pdev->msi_enabled)
		return;
	msi_lock_descs(&pdev->dev);
	desc = msi_domain_desc(&pdev->dev, MSI_DEFAULT_DOMAIN, 0);
	pci_intx_for_msi(pdev, false);
	set_enable(pdev, false);
	if (pci_msi_restore_irqs(pdev))
		pci_msi_write_message(desc, &desc->msg);
	pci_msi_update_mask(desc, 0, 0);
	pci_update_config16(pdev, pdev->msi_cap + PCI_MSI_FLAGS, PCI_MSI_FLAGS_QSIZE,
			    (uint16_t)(PCI_MSI_FLAGS_ENABLE | desc->pci.multiple << 4));
	msi_unlock_descs(&pdev->dev);
}
