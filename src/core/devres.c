/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/devres.h"

/* A managed device: what its driver asked for goes in reverse when the driver does. */

void devres_add(struct device *dev, struct devres *res)
{
	touch(dev->machine, dev);
	touch(dev->machine, res->owner);
	res->next = dev->devres;
	dev->devres = res;
}

void devres_remove(struct device *dev, struct devres *res)
{
	struct devres *before = NULL;

	for (struct devres *r = dev->devres; r && r != res; r = r->next)
		before = r;
	touch(dev->machine, dev);
	if (before) {
		touch(dev->machine, before->owner);
		before->next = res->next;
	} else {
		dev->devres = res->next;
	}
}

void devres_digest(const struct device *dev, struct digest *d)
{
	for (const struct devres *res = dev->devres; res; res = res->next)
		digest_u64(d, res->key);
}

int device_release_driver(struct device *dev)
{
	struct devres *res;
	struct machine *m;

	if (!dev)
		return -ENODEV;
	m = dev->machine;
	if (layer_refuses(m, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(m, LAYER_CORE);

	if (machine_poisoned(m))
		return -EIO;
	if (WARN_IF(m, in_hardirq(m), SLEEP_IN_ATOMIC, 0))
		return -EINVAL;
	while ((res = dev->devres)) {
		devres_remove(dev, res);
		res->release(dev, res);
	}
	return 0;
}

/* ---- handlers ---- */

struct devres_irq {
	struct devres res; /* first */
	void *dev_id;
	unsigned irq;
};

/* The device's digest has what there is to tell. */
static const struct object_type devres_irq_type = {"devres-irq", NULL};

static void release_irq(struct device *dev, struct devres *res)
{
	struct devres_irq *held = res->owner;

	free_irq(dev->machine, held->irq, held->dev_id);
	object_free(dev->machine, held);
}

int devm_request_irq(struct device *dev, unsigned irq, irq_handler_t handler, unsigned long flags,
		     const char *name, void *dev_id)
{
	struct devres_irq *held;
	struct machine *m;
	int ret;

	if (!dev)
		return -ENODEV;
	m = dev->machine;
	if (machine_poisoned(m))
		return -EIO;
	held = object_alloc(m, &devres_irq_type, sizeof(*held));
	if (!held)
		return -ENOMEM;
	ret = request_irq(m, irq, handler, flags, name, dev_id);
	if (ret) {
		object_free(m, held);
		return ret;
	}
	held->res = (struct devres){.owner = held, .key = irq, .release = release_irq};
	held->dev_id = dev_id;
	held->irq = irq;
	devres_add(dev, &held->res);
	return 0;
}

int devm_free_irq(struct device *dev, unsigned irq, void *dev_id)
{
	if (!dev)
		return -ENODEV;
	for (struct devres *res = dev->devres; res; res = res->next) {
		struct devres_irq *held = res->owner;
		int ret;

		if (res->release != release_irq || held->irq != irq || held->dev_id != dev_id)
			continue;
		ret = free_irq(dev->machine, irq, dev_id);
		if (ret)
			return ret;
		devres_remove(dev, res);
		object_free(dev->machine, held);
		return 0;
	}
	/* Not by devm_request_irq(): said as of any handler that is not there. */
	machine_warn(dev->machine, WARN_FREE_NO_ACTION, irq);
	return -EINVAL;
}
