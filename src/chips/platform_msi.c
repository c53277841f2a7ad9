/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/platform_msi.h"

#include "core/devres.h"

#include <irqlab/driver.h>
#include <stdio.h>

/* Registers of a slot */
#define SLOT_BYTES	UINT64_C(16)
#define SLOT_ADDRESS_LO 0x0
#define SLOT_ADDRESS_HI 0x4
#define SLOT_DATA	0x8

/* ---- the object ---- */

static void platform_dev_digest(const void *object, struct digest *d)
{
	const struct platform_dev *pdev = object;
	const struct device *dev = &pdev->dev;

	digest_u64(d, dev->key);
	digest_counter(d, dev->id);
	digest_string(d, dev->name);
	digest_u64(d, (uint64_t)dev->node);
	digest_u64(d, dev->msi_device_id);
	digest_u64(d, dev->msi_domain ? dev->msi_domain->key : 0);
	digest_u64(d, pdev->registers);
	devres_digest(dev, d);
	digest_u64(d, (uint64_t)pdev->slots << 1 | (pdev->write_msg != NULL));
}

static const struct object_type platform_dev_object = {"platform_dev", platform_dev_digest};

static void device_digest(const struct device *dev, struct digest *d)
{
	platform_dev_digest(dev, d);
}

static const struct device_type platform_device_type = {"platform", device_digest};

struct platform_dev *to_platform_dev(struct device *dev)
{
	return dev && dev->type == &platform_device_type ? (struct platform_dev *)dev : NULL;
}

int platform_device_add(struct machine *m, const struct platform_desc *desc,
			struct irq_domain *msi_parent, uint64_t registers,
			struct platform_dev **out)
{
	struct platform_dev *pdev = object_alloc(m, &platform_dev_object, sizeof(*pdev));
	int ret;

	*out = NULL;
	if (!pdev)
		return -ENOMEM;
	pdev->dev.machine = m;
	pdev->dev.type = &platform_device_type;
	pdev->dev.node = -1;
	pdev->dev.msi_domain = msi_parent;
	pdev->dev.msi_device_id = desc->device_id;
	pdev->dev.max_vectors = desc->slots;
	pdev->registers = registers;
	pdev->slots = desc->slots;
	snprintf(pdev->dev.name, sizeof(pdev->dev.name), "%s", desc->name);
	snprintf(pdev->dev.bus_name, sizeof(pdev->dev.bus_name), "%s", desc->name);
	ret = device_register(&pdev->dev);
	if (ret) {
		object_free(m, pdev);
		return ret;
	}
	*out = pdev;
	return 0;
}

void platform_device_remove(struct platform_dev *pdev)
{
	bool clean;

	layer_runs(pdev->dev.machine, LAYER_CORE);

	if (device_release_driver(&pdev->dev))
		return;
	clean = msi_device_data_release(&pdev->dev);
	device_unregister(&pdev->dev);
	if (clean)
		object_free(pdev->dev.machine, pdev);
}

void platform_device_write_slot(struct device *dev, unsigned index,
				const struct platform_msi_message *message)
{
	const struct platform_dev *pdev = to_platform_dev(dev);
	uint64_t slot;

	if (!pdev || index >= pdev->slots || !pdev->registers)
		return;
	slot = pdev->registers + index * SLOT_BYTES;
	bus_write(dev->machine, slot + SLOT_ADDRESS_LO, 4, message->address_lo);
	bus_write(dev->machine, slot + SLOT_ADDRESS_HI, 4, message->address_hi);
	bus_write(dev->machine, slot + SLOT_DATA, 4, message->data);
}

/* ---- the chip: masking is the parent's, writing the driver's ---- */

static void write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	const struct msi_desc *desc = irq_data_get_msi_desc(d);
	struct platform_dev *pdev = to_platform_dev(desc->dev);
	const struct platform_msi_message message = {
		.address_lo = msg->address_lo,
		.address_hi = msg->address_hi,
		.data = msg->data,
	};

	if (pdev->write_msg)
		pdev->write_msg(desc->dev, desc->msi_index, &message);
}

static void set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->desc = desc;
	arg->hwirq = desc->msi_index;
}

/* No flags: the parent knows how a device without a bus is to be served. */
static const struct msi_domain_template platform_template = {
	.chip =
		{
			.name = "pMSI",
			.irq_mask = irq_chip_mask_parent,
			.irq_unmask = irq_chip_unmask_parent,
			.irq_write_msi_msg = write_msg,
			.flags = IRQCHIP_ONESHOT_SAFE,
		},
	.ops = {.set_desc = set_desc},
	.info = {.bus_token = DOMAIN_BUS_DEVICE_MSI},
};

static void set_writer(struct platform_dev *pdev, platform_msi_write_t write)
{
	touch(pdev->dev.machine, pdev);
	pdev->write_msg = write;
}

/* ---- the driver's functions ---- */

int platform_device_msi_init_and_alloc_irqs(struct device *dev, unsigned nvec,
					    platform_msi_write_t write)
{
	struct platform_dev *pdev = to_platform_dev(dev);
	platform_msi_write_t before;
	bool had_data;
	int ret;

	if (!pdev)
		return -ENODEV;
	if (layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return -EPERM;
	layer_runs(dev->machine, LAYER_CORE);

	if (machine_poisoned(dev->machine))
		return -EIO;
	if (!dev->msi_domain || !write)
		return -EINVAL;
	had_data = dev->msi;
	if (msi_create_device_irq_domain(dev, MSI_DEFAULT_DOMAIN, &platform_template, nvec, NULL,
					 NULL))
		return -ENODEV;
	before = pdev->write_msg;
	set_writer(pdev, write);
	ret = nvec ? msi_domain_alloc_irqs_range(dev, MSI_DEFAULT_DOMAIN, 0, nvec - 1) : -EINVAL;
	if (!ret || machine_switch(dev->machine, SWITCH_PMSI_DOMAIN_STAYS))
		return ret > 0 ? -ENOSPC : ret;
	msi_discard_device_irq_domain(msi_detach_device_irq_domain(dev, MSI_DEFAULT_DOMAIN));
	if (!had_data)
		msi_device_data_release(dev);
	set_writer(pdev, before);
	return ret > 0 ? -ENOSPC : ret;
}

void platform_device_msi_free_irqs_all(struct device *dev)
{
	struct platform_dev *pdev = to_platform_dev(dev);

	if (!pdev || layer_refuses(dev->machine, NOT_FOR_CHIPS))
		return;
	layer_runs(dev->machine, LAYER_CORE);

	if (machine_poisoned(dev->machine))
		return;
	msi_lock_descs(dev);
	msi_domain_free_irqs_all_locked(dev, MSI_DEFAULT_DOMAIN);
	msi_unlock_descs(dev);
	msi_remove_device_irq_domain(dev, MSI_DEFAULT_DOMAIN);
	set_writer(pdev, NULL);
}

unsigned msi_get_virq(struct device *dev, unsigned index)
{
	if (!dev)
		return 0;
	layer_runs(dev->machine, LAYER_CORE);

	return msi_domain_get_virq(dev, MSI_DEFAULT_DOMAIN, index);
}
