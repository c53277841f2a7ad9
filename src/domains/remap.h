/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_REMAP_H
#define IRQLAB_DOMAINS_REMAP_H

#include <domains/x86.h>

/* What the remapping domains have in common: flags of what they offer, and of what they are. */

#define IR_PARENT_FLAGS                                                                            \
	(MSI_GENERIC_FLAGS_MASK | MSI_FLAG_PCI_MSIX | MSI_FLAG_PCI_MSIX_ALLOC_DYN |                \
	 MSI_FLAG_MULTI_PCI_MSI)
#define IR_PARENT_REQUIRED (MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS)
#define IR_DOMAIN_FLAGS	   (IRQ_DOMAIN_FLAG_MSI_PARENT | IRQ_DOMAIN_FLAG_ISOLATED_MSI)

/* One vector for each entry of a unit's table may be asked for, a block only for MSI. */
static inline bool ir_count_is_valid(const struct irq_alloc_info *info, unsigned nr)
{
	return info && (nr == 1 || info->type == IRQ_ALLOC_PCI_MSI);
}

static inline unsigned order_of(unsigned nr) /* log2, rounded up; nr ≥ 1 */
{
	return nr <= 1 ? 0 : 32 - (unsigned)__builtin_clz(nr - 1);
}

#endif
