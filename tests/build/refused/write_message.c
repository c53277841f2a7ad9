/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* a driver writes a message */
/* error: incomplete|storage size|isn't known */
#include <irqlab/driver.h>

int driver(struct machine *m, struct device *dev);
int driver(struct machine *m, struct device *dev)
{
	struct msi_map map = pci_msix_alloc_irq_at(dev, 0, NULL);

#ifdef BAD
	struct msi_msg message = {0};

	map.virq = sizeof(message) > 0;
#endif
	return m ? map.virq : 0;
}
