/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "drivers.h"

#include <stdio.h>
#include <string.h>

void driver_note(struct driver_log *log, const char *what, long value)
{
	size_t used = strlen(log->text);

	snprintf(log->text + used, sizeof(log->text) - used, "%s=%ld ", what, value);
}

static enum irqreturn admin_handler(int irq, void *dev_id)
{
	struct pooled *pooled = dev_id;

	(void)irq;
	pooled->admin_ran++;
	return IRQ_HANDLED;
}

static enum irqreturn queue_handler(int irq, void *dev_id)
{
	struct pooled *pooled = dev_id;

	for (unsigned i = 0; i < POOLED_QUEUES; i++)
		pooled->queue_ran[i] += pooled->queue[i].virq == irq;
	return IRQ_HANDLED;
}

static int add_queue(struct pooled *pooled, unsigned i)
{
	struct msi_map map = irq_pool_alloc(pooled->m, pooled->pool, 100 + i, NULL);

	driver_note(pooled->log, "queue", map.index);
	if (map.index < 0)
		return map.index;
	pooled->queue[i] = map;
	return request_irq(pooled->m, (unsigned)map.virq, queue_handler, 0, "queue", pooled);
}

int pooled_probe(struct machine *m, struct device *dev, struct pooled *pooled,
		 struct driver_log *log)
{
	int ret;

	*pooled = (struct pooled){.m = m, .dev = dev, .log = log};
	ret = pci_alloc_irq_vectors(dev, 1, 1, PCI_IRQ_MSIX);
	driver_note(log, "msix", ret);
	if (ret < 0)
		return ret;
	pooled->admin = pci_irq_vector(dev, 0);
	ret = request_irq(m, (unsigned)pooled->admin, admin_handler, 0, "admin", pooled);
	driver_note(log, "request", ret);
	pooled->pool = irq_pool_create(dev, IRQ_POOL_IMS_TABLE, 0, 0, &ret);
	driver_note(log, "pool", ret);
	for (unsigned i = 0; i < POOLED_QUEUES && !ret; i++)
		ret = add_queue(pooled, i);
	return ret;
}

int pooled_retarget(struct pooled *pooled, unsigned cpu)
{
	int ret = irq_set_affinity(pooled->m, (unsigned)pooled->queue[1].virq,
				   cpumask_of(pooled->m, cpu));

	driver_note(pooled->log, "affinity", ret);
	return ret;
}

int pooled_remove(struct pooled *pooled)
{
	int ret;

	for (unsigned i = 0; i < POOLED_QUEUES; i++) {
		ret = free_irq(pooled->m, (unsigned)pooled->queue[i].virq, pooled);
		driver_note(pooled->log, "free_irq", ret);
		ret = irq_pool_free(pooled->m, pooled->pool, pooled->queue[i]);
		driver_note(pooled->log, "free", ret);
	}
	ret = irq_pool_destroy(pooled->m, pooled->pool);
	driver_note(pooled->log, "destroy", ret);
	driver_note(pooled->log, "free_irq", free_irq(pooled->m, (unsigned)pooled->admin, pooled));
	pci_free_irq_vectors(pooled->dev);
	return ret;
}
