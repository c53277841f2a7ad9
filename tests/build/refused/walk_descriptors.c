/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* a driver walks the descriptor list */
/* error: implicit declaration|undeclared|expected */
#include <irqlab/driver.h>

int driver(struct machine *m, struct device *dev);
int driver(struct machine *m, struct device *dev)
{
	struct msi_map map = pci_msix_alloc_irq_at(dev, 0, NULL);

#ifdef BAD
	extern struct msi_desc *desc;

	msi_for_each_desc (desc, dev, 0, 0)
		map.virq++;
#endif
	return m ? map.virq : 0;
}
