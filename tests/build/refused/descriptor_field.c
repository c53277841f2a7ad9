/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* a driver reads a descriptor */
/* error: incomplete|undefined|invalid use */
#include <irqlab/driver.h>

int driver(struct machine *m, struct device *dev);
int driver(struct machine *m, struct device *dev)
{
	struct msi_map map = pci_msix_alloc_irq_at(dev, 0, NULL);

#ifdef BAD
	extern struct msi_desc *desc;
	map.virq = (int)desc->irq;
#endif
	return m ? map.virq : 0;
}
