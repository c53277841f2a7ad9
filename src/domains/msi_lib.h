/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_MSI_LIB_H
#define IRQLAB_DOMAINS_MSI_LIB_H

#include <irqlab/provider/software.h>

/*
 * What MSI parents without vectors of their own ask of their device domains, in
 * an init_dev_msi_info: flags that the parent has no support for go, those that
 * it requires come; masking, ending and moving are the parent's. Device MSI comes
 * without flags of its own and gets its descriptors from the core. False: the
 * child is of no kind that a parent takes, with warning MSI_BAD_TEMPLATE.
 */
bool msi_lib_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
			       struct irq_domain *msi_parent_domain, struct msi_domain_info *info);

#endif
