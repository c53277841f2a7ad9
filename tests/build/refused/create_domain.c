/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* device code creates a domain of its own */
/* error: implicit declaration */
#include <irqlab/driver.h>

int driver(struct machine *m, struct device *dev);
int driver(struct machine *m, struct device *dev)
{
	struct msi_map map = pci_msix_alloc_irq_at(dev, 0, NULL);

#ifdef BAD
	map.virq = msi_create_device_irq_domain(dev, 0, 0, 8, 0, 0);
#endif
	return m ? map.virq : 0;
}
