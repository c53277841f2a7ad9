/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "anywhere.h"

#include <stdio.h>

static enum irqreturn handler(int irq, void *dev_id)
{
	struct anywhere *a = dev_id;

	for (int i = 0; i < a->nr; i++)
		a->ran[i] += a->irq[i] == (unsigned)irq;
	return IRQ_HANDLED;
}

static int request_all(struct anywhere *a)
{
	for (int i = 0; i < a->nr; i++) {
		int irq = pci_irq_vector(a->dev, (unsigned)i), ret;

		if (irq < 0)
			return irq;
		a->irq[i] = (unsigned)irq;
		ret = request_irq(a->m, a->irq[i], handler, 0, "anywhere", a);
		if (ret)
			return ret;
	}
	return a->nr;
}

void anywhere_probe(struct machine *m, struct device *dev, unsigned flags, unsigned wanted,
		    struct anywhere *a)
{
	irq_pool_t pool;

	*a = (struct anywhere){.m = m, .dev = dev, .flags = flags};
	a->exact = pci_alloc_irq_vectors(dev, wanted, wanted, flags);
	if (a->exact > 0)
		pci_free_irq_vectors(dev);
	a->nr = pci_alloc_irq_vectors(dev, 1, wanted, flags);
	if (a->nr < 0)
		return;
	a->may_add = pci_msix_can_alloc_dyn(dev);
	a->dynamic = pci_msix_alloc_irq_at(dev, MSI_ANY_INDEX, NULL).index;
	pool = irq_pool_create(dev, IRQ_POOL_IMS_TABLE, 0, 0, &a->pool);
	if (pool)
		irq_pool_destroy(m, pool);
	a->nr = request_all(a);
	if (a->nr > 0)
		a->affinity = irq_set_affinity(m, a->irq[0], cpumask_of(m, 1));
}

void anywhere_remove(struct anywhere *a)
{
	for (int i = 0; i < a->nr; i++)
		free_irq(a->m, a->irq[i], a);
	pci_free_irq_vectors(a->dev);
}

static const char *answer(int ret)
{
	return ret < 0 ? irqlab_errno_name(ret) : "ok";
}

struct anywhere_text anywhere_answers(const struct anywhere *a)
{
	struct anywhere_text out;
	char exact[16], some[16];

	snprintf(exact, sizeof(exact), "%d", a->exact);
	snprintf(some, sizeof(some), "%d", a->nr);
	snprintf(out.text, sizeof(out.text), "%s %s add=%d:%s pool=%s affinity=%s",
		 a->exact < 0 ? answer(a->exact) : exact, a->nr < 0 ? answer(a->nr) : some,
		 a->may_add, answer(a->dynamic), answer(a->pool), answer(a->affinity));
	return out;
}
