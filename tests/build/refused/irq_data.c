/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* a driver looks at the levels of its interrupt */
/* error: implicit declaration */
#include <irqlab/driver.h>

int driver(struct machine *m, struct device *dev);
int driver(struct machine *m, struct device *dev)
{
	struct msi_map map = pci_msix_alloc_irq_at(dev, 0, NULL);

#ifdef BAD
	map.virq = irq_get_irq_data(m, 1) != 0;
#endif
	return m ? map.virq : 0;
}
