/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* a map carries no pointer */
/* error: no member */
#include <irqlab/driver.h>

int driver(struct machine *m, struct device *dev);
int driver(struct machine *m, struct device *dev)
{
	struct msi_map map = pci_msix_alloc_irq_at(dev, 0, NULL);

#ifdef BAD
	map.virq = map.desc != 0;
#endif
	return m ? map.virq : 0;
}
