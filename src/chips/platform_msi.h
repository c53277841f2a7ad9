/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CHIPS_PLATFORM_MSI_H
#define IRQLAB_CHIPS_PLATFORM_MSI_H

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/* A device on no bus, as its driver knows it. Its messages are the driver's to write. */

struct platform_dev {
	struct device dev;
	uint64_t registers; /* bus address of its message slots; 0: none */
	uint32_t slots;
	platform_msi_write_t write_msg; /* while it has interrupts */
};

/* Registers it. -EEXIST (name taken), -ENOMEM. */
int platform_device_add(struct machine *m, const struct platform_desc *desc,
			struct irq_domain *msi_parent, uint64_t registers,
			struct platform_dev **out);
/* Interrupts that are left: MSI_STORE_NOT_EMPTY, and the device stays in memory. */
void platform_device_remove(struct platform_dev *pdev);

/* NULL if it is on a bus. */
struct platform_dev *to_platform_dev(struct device *dev);

/*
 * A platform_msi_write_t: the message goes to slot `index` of the device's registers,
 * address first. Nothing is written for an index beyond them.
 */
void platform_device_write_slot(struct device *dev, unsigned index,
				const struct platform_msi_message *message);

#endif
