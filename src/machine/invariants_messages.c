/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"
#include "domains/amd_ir.h"
#include "domains/intel_ir.h"
#include "domains/x86.h"
#include "machine/invariants.h"
#include "sim_iommu/vtd.h"
#include "sim_pci/function.h"

#include <irqlab/provider/hardware.h>

/* ---- tables of the remapping units ---- */

/* The unit holds no other copy of the entry than memory does. */
static bool cached_copy(struct check *c, unsigned irq, const struct intel_ir_info *info,
			const uint64_t entry[2])
{
	const unsigned index = info->index + info->sub;
	uint64_t cached[2], address;

	for (unsigned unit = 0; (address = vtd_entry_address(c->m, unit, index)); unit++)
		if (address == info->entry_address && vtd_peek_cached(c->m, unit, index, cached) &&
		    (cached[0] != entry[0] || cached[1] != entry[1]))
			return violated(c, "irq %u: unit %u holds a stale copy of its table entry",
					irq, unit);
	return true;
}

static bool intel_entry(struct check *c, unsigned irq)
{
	const struct irq_desc *desc = irq_to_desc(c->m, irq);
	struct intel_ir_info info;
	struct x86_vector_info vector;
	uint64_t entry[2], destination;

	if (!intel_ir_info(c->m, irq, &info) || info.posted ||
	    !x86_vector_info(c->m, irq, &vector) || !irqd_has(&desc->irq_data, IRQD_ACTIVATED))
		return true;
	if (!bus_memory_read(c->m, info.entry_address, entry, sizeof(entry)))
		return violated(c, "irq %u: its table entry is not in memory", irq);
	if (!(entry[0] & 1))
		return violated(c, "irq %u is active, its table entry is not present", irq);
	destination = entry[0] >> 32;
	if ((entry[0] >> 16 & 0xff) != vector.cfg_vector ||
	    (destination != vector.cfg_dest && destination != (uint64_t)vector.cfg_dest << 8))
		return violated(
			c,
			"irq %u goes to vector 0x%02x of 0x%x, its table entry to 0x%02x of "
			"0x%x",
			irq, vector.cfg_vector, vector.cfg_dest, (unsigned)(entry[0] >> 16) & 0xff,
			(unsigned)destination);
	return cached_copy(c, irq, &info, entry);
}

static bool amd_entry(struct check *c, unsigned irq)
{
	const struct irq_desc *desc = irq_to_desc(c->m, irq);
	struct amd_ir_info info;
	struct x86_vector_info vector;
	uint64_t entry[2];

	if (!amd_ir_info(c->m, irq, &info) || info.guest_mode || info.legacy_format ||
	    !x86_vector_info(c->m, irq, &vector) || !irqd_has(&desc->irq_data, IRQD_ACTIVATED))
		return true;
	if (!bus_memory_read(c->m, info.entry_address, entry, sizeof(entry)))
		return violated(c, "irq %u: its table entry is not in memory", irq);
	return ((entry[0] & 1) && (entry[1] & 0xff) == vector.cfg_vector) ||
	       violated(c, "irq %u goes to vector 0x%02x, its table entry to 0x%02x", irq,
			vector.cfg_vector, (unsigned)entry[1] & 0xff);
}

/* ---- devices ---- */

static bool same(const struct msi_msg *msg, uint32_t lo, uint32_t hi, uint32_t data)
{
	return msg->address_lo == lo && msg->address_hi == hi && msg->data == data;
}

static bool msix_message(struct check *c, const struct pci_dev *pdev, const struct msi_desc *desc)
{
	struct message_entry entry;

	if (desc->pci.is_virtual || !pdev->msix_enabled)
		return true;
	if (function_peek_msix(c->m, pdev->dev.name, desc->msi_index, &entry))
		return violated(c, "%s has no MSI-X entry %u", pdev->dev.name, desc->msi_index);
	return same(&desc->msg, (uint32_t)entry.address, (uint32_t)(entry.address >> 32),
		    entry.data) ||
	       violated(c, "%s.msix[%u] holds another message than its descriptor", pdev->dev.name,
			desc->msi_index);
}

static bool msi_message(struct check *c, const struct pci_dev *pdev, const struct msi_desc *desc)
{
	const char *name = pdev->dev.name;
	unsigned cap = pdev->msi_cap;
	uint32_t hi = 0;

	if (!pdev->msi_enabled)
		return true;
	if (desc->pci.is_64)
		hi = function_peek_config(c->m, name, cap + 8, 4);
	return same(&desc->msg, function_peek_config(c->m, name, cap + 4, 4), hi,
		    function_peek_config(c->m, name, cap + (desc->pci.is_64 ? 12 : 8), 2)) ||
	       violated(c, "%s.msi holds another message than its descriptor", name);
}

/* Neither has a device domain; but what Xen wrote is not in the descriptor. */
static bool by_architecture_or_global(struct msi_desc *msi)
{
	struct irq_domain *domain = msi_get_device_domain(msi->dev, msi->domid);

	if (!domain)
		return true;
	return !(domain->flags & IRQ_DOMAIN_FLAG_MSI_DEVICE) &&
	       !msi_get_domain_info(domain)->ops->domain_alloc_irqs;
}

static bool device_message(struct check *c, const struct irq_desc *desc)
{
	struct msi_desc *msi = desc->irq_common_data.msi_desc;
	struct pci_dev *pdev = msi ? to_pci_dev(msi->dev) : NULL;

	if (!pdev || !pdev->dev.msi || !pci_accessible(pdev) || msi->irq != desc->irq_data.irq)
		return true;
	if (msi_match_device_irq_domain(msi->dev, msi->domid, DOMAIN_BUS_PCI_DEVICE_MSIX) &&
	    msi->pci.is_msix)
		return msix_message(c, pdev, msi);
	if (msi_match_device_irq_domain(msi->dev, msi->domid, DOMAIN_BUS_PCI_DEVICE_MSI))
		return msi_message(c, pdev, msi);
	if (by_architecture_or_global(msi))
		return msi->pci.is_msix ? msix_message(c, pdev, msi) : msi_message(c, pdev, msi);
	return true;
}

bool messages_agree(struct check *c)
{
	for_each_used_irq (irq, c->m) {
		if (!intel_entry(c, irq) || !amd_entry(c, irq) ||
		    !device_message(c, irq_to_desc(c->m, irq)))
			return false;
	}
	return true;
}
