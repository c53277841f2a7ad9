/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* a driver asks for a descriptor */
/* error: implicit declaration */
#include <irqlab/driver.h>

int driver(struct machine *m, struct device *dev);
int driver(struct machine *m, struct device *dev)
{
	struct msi_map map = pci_msix_alloc_irq_at(dev, 0, NULL);

#ifdef BAD
	map.virq = msi_domain_desc(dev, 0, 0) != 0;
#endif
	return m ? map.virq : 0;
}
