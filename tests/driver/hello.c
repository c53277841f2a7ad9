/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "drivers.h"

static enum irqreturn hello_handler(int irq, void *dev_id)
{
	struct hello *hello = dev_id;

	hello->ran += irq == hello->irq;
	return IRQ_HANDLED;
}

int hello_probe(struct machine *m, struct device *dev, struct hello *hello)
{
	int ret = pci_alloc_irq_vectors(dev, 1, 1, PCI_IRQ_ALL_TYPES);

	hello->calls++;
	if (ret < 0)
		return ret;
	hello->irq = pci_irq_vector(dev, 0);
	hello->calls++;
	hello->calls++;
	return request_irq(m, (unsigned)hello->irq, hello_handler, 0, "hello", hello);
}
