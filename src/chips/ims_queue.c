/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/ims.h"

#include <irqlab/provider/store_layout.h>

#include <string.h>

/*
 * IMS-queue: the message lies in a context inside the device and is changed by a
 * command. Callbacks under the interrupt's lock change a shadow; the command is
 * sent, and waited for, when the bus lock is given back. The descriptor's msg
 * is the shadow of the message, data.slot holds the other bits.
 */
enum queue_shadow { SHADOW_ARMED = 1 << 0, SHADOW_DIRTY = 1 << 1 };

#define QUEUE_ATTEMPTS 3	  /* a device may refuse a command */
#define QUEUE_POLLS    (1u << 16) /* reads until a device is taken for dead */

/* ---- commands ---- */

static void fill_slot(const struct msi_desc *desc, uint64_t slot)
{
	struct machine *m = desc->dev->machine;

	bus_write(m, slot + QUEUE_CMD_OPCODE, 4, QUEUE_OP_MODIFY);
	bus_write(m, slot + QUEUE_CMD_OBJECT, 4, (uint32_t)desc->data.icookie);
	bus_write(m, slot + QUEUE_CMD_ADDR_LO, 4, desc->msg.address_lo);
	bus_write(m, slot + QUEUE_CMD_ADDR_HI, 4, desc->msg.address_hi);
	bus_write(m, slot + QUEUE_CMD_DATA, 4, desc->msg.data);
	bus_write(m, slot + QUEUE_CMD_STATE, 4,
		  desc->data.slot & SHADOW_ARMED ? QUEUE_STATE_ARMED : 0);
	bus_write(m, slot + QUEUE_CMD_STATUS, 4, QUEUE_STATUS_NONE);
}

/* True when the device carried the command out. Only one is under way at a time. */
static bool send_command(const struct msi_desc *desc, const struct ims_store *store)
{
	struct machine *m = desc->dev->machine;
	uint32_t number = (uint32_t)bus_read(m, store->base + QUEUE_COMPLETED, 4);
	uint64_t slot = store->base + QUEUE_RING +
			(uint64_t)(number & (store->queue.ring_slots - 1)) * QUEUE_COMMAND_BYTES;

	fill_slot(desc, slot);
	number++;
	bus_write(m, store->base + QUEUE_DOORBELL, 4, number);
	for (unsigned i = 0; i < QUEUE_POLLS; i++)
		if ((uint32_t)bus_read(m, store->base + QUEUE_COMPLETED, 4) == number)
			return bus_read(m, slot + QUEUE_CMD_STATUS, 4) == QUEUE_STATUS_DONE;
	return false;
}

/* ---- the chip ---- */

static void change_shadow(struct msi_desc *desc, uint64_t clear, uint64_t set)
{
	uint64_t shadow = (desc->data.slot & ~clear) | set;

	if (shadow == desc->data.slot || layer_refuses(desc->dev->machine, NOT_FOR_DRIVERS))
		return;
	touch(desc->dev->machine, desc);
	desc->data.slot = shadow | SHADOW_DIRTY;
}

/* Also called by the flow handler of a disabled interrupt, where no command can be sent. */
static void ims_queue_mask(struct irq_data *d)
{
	change_shadow(irq_data_get_msi_desc(d), SHADOW_ARMED, 0);
}

static void ims_queue_unmask(struct irq_data *d)
{
	change_shadow(irq_data_get_msi_desc(d), 0, SHADOW_ARMED);
}

static void ims_queue_write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);
	struct machine *m = desc->dev->machine;

	if (!memcmp(&desc->msg, msg, sizeof(*msg)) || layer_refuses(m, NOT_FOR_DRIVERS))
		return;
	touch(m, desc);
	desc->msg = *msg;
	desc->data.slot |= SHADOW_DIRTY;
	if (ims_store_of(d)->queue.command.held)
		return;
	WARN_IF(m, in_atomic_context(m), SLEEP_IN_ATOMIC, d->irq);
	machine_warn(m, WARN_QUEUE_NOT_WRITTEN, d->irq);
}

/* Deactivation follows: disarm and clear in one command. */
static void ims_queue_shutdown(struct irq_data *d)
{
	ims_queue_mask(d);
	ims_queue_write_msg(d, &(struct msi_msg){0});
}

/* disable_irq() shall mask at once, since it can send the command and the flow handler can't. */
static int ims_queue_request_resources(struct irq_data *d)
{
	irq_modify_status(irq_data_machine(d), d->irq, 0, IRQ_DISABLE_UNLAZY);
	return 0;
}

static void ims_queue_release_resources(struct irq_data *d)
{
	irq_modify_status(irq_data_machine(d), d->irq, IRQ_DISABLE_UNLAZY, 0);
}

static void ims_queue_bus_lock(struct irq_data *d)
{
	lock_acquire(irq_data_machine(d), &ims_store_of(d)->queue.command);
}

static void ims_queue_bus_sync_unlock(struct irq_data *d)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);
	struct ims_store *store = ims_store_of(d);
	struct machine *m = irq_data_machine(d);

	if (desc->data.slot & SHADOW_DIRTY) {
		bool done = false;

		for (unsigned i = 0; i < QUEUE_ATTEMPTS && !done; i++)
			done = send_command(desc, store);
		if (done) {
			touch(m, desc);
			desc->data.slot &= ~(uint64_t)SHADOW_DIRTY;
		} else {
			machine_warn(m, WARN_QUEUE_NOT_WRITTEN, d->irq);
		}
	}
	lock_release(m, &store->queue.command);
}

static void ims_queue_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->type = IRQ_ALLOC_IMS;
	arg->desc = desc;
	arg->hwirq = desc->msi_index;
}

static const struct msi_domain_template ims_queue_template = {
	.chip =
		{
			.name = "IMS-QUEUE",
			.irq_shutdown = ims_queue_shutdown,
			.irq_mask = ims_queue_mask,
			.irq_unmask = ims_queue_unmask,
			.irq_request_resources = ims_queue_request_resources,
			.irq_release_resources = ims_queue_release_resources,
			.irq_bus_lock = ims_queue_bus_lock,
			.irq_bus_sync_unlock = ims_queue_bus_sync_unlock,
			.irq_write_msi_msg = ims_queue_write_msg,
			.flags = IRQCHIP_ONESHOT_SAFE,
		},
	.ops =
		{
			.set_desc = ims_queue_set_desc,
		},
	.info =
		{
			.flags = MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MSI_FLAG_FREE_MSI_DESCS,
			.bus_token = DOMAIN_BUS_PCI_DEVICE_IMS,
		},
};

const struct ims_ops ims_queue_ops = {
	.template = &ims_queue_template,
};
