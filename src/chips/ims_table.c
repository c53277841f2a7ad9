/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/ims.h"

/*
 * IMS-table: a slot with address, data and control for each interrupt, somewhere
 * in a BAR. The slot's bus address and the control word without the mask bit
 * are kept in the descriptor (slot, dcookie).
 */

static void write_word(const struct msi_desc *desc, uint32_t offset, uint32_t value)
{
	bus_write(desc->dev->machine, desc->data.slot + offset, 4, value);
}

static uint32_t read_word(const struct msi_desc *desc, uint32_t offset)
{
	return (uint32_t)bus_read(desc->dev->machine, desc->data.slot + offset, 4);
}

static void ims_table_mask(struct irq_data *d)
{
	const struct msi_desc *desc = irq_data_get_msi_desc(d);
	const struct ims_table_layout *layout = &ims_store_of(d)->table;

	write_word(desc, layout->ctrl, (uint32_t)desc->data.dcookie | layout->mask);
	read_word(desc, layout->ctrl);
}

static void ims_table_unmask(struct irq_data *d)
{
	const struct msi_desc *desc = irq_data_get_msi_desc(d);

	write_word(desc, ims_store_of(d)->table.ctrl, (uint32_t)desc->data.dcookie);
}

static bool is_empty(const struct msi_msg *msg)
{
	return !msg->address_lo && !msg->address_hi && !msg->data;
}

static void ims_table_write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);
	const struct ims_table_layout *layout = &ims_store_of(d)->table;

	if (layer_refuses(desc->dev->machine, NOT_FOR_DRIVERS) ||
	    (is_empty(msg) && is_empty(&desc->msg))) /* shut down before */
		return;
	write_word(desc, layout->address_lo, msg->address_lo);
	write_word(desc, layout->address_hi, msg->address_hi);
	write_word(desc, layout->data, msg->data);
	read_word(desc, layout->data);
	touch(desc->dev->machine, desc);
	desc->msg = *msg;
}

static void ims_table_shutdown(struct irq_data *d)
{
	ims_table_mask(d);
	ims_table_write_msg(d, &(struct msi_msg){0});
}

/* The slot is masked before there is an interrupt that it could raise. */
static void ims_table_prepare_desc(struct irq_domain *domain, msi_alloc_info_t *arg,
				   struct msi_desc *desc)
{
	struct ims_store *store = msi_get_domain_info(domain)->data;
	const struct ims_table_layout *layout = &store->table;
	struct machine *m = domain->machine;

	(void)arg;
	touch(m, desc);
	desc->data.slot = store->base + (uint64_t)desc->msi_index * layout->stride;
	desc->data.dcookie =
		(uint32_t)(layout->cookie_shift ? desc->data.icookie << layout->cookie_shift : 0) |
		layout->ctrl_set;
	touch(m, desc->dev);
	store->prepared_slot = desc->data.slot;
	store->prepared_ctrl = read_word(desc, layout->ctrl);
	write_word(desc, layout->ctrl, (uint32_t)desc->data.dcookie | layout->mask);
}

static void ims_table_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->type = IRQ_ALLOC_IMS;
	arg->desc = desc;
	arg->hwirq = desc->msi_index;
}

static void ims_table_undo(struct machine *m, const struct ims_store *store)
{
	if (store->prepared_slot)
		bus_write(m, store->prepared_slot + store->table.ctrl, 4, store->prepared_ctrl);
}

static const struct msi_domain_template ims_table_template = {
	.chip =
		{
			.name = "IMS-TABLE",
			.irq_shutdown = ims_table_shutdown,
			.irq_mask = ims_table_mask,
			.irq_unmask = ims_table_unmask,
			.irq_write_msi_msg = ims_table_write_msg,
			.flags = IRQCHIP_ONESHOT_SAFE,
		},
	.ops =
		{
			.prepare_desc = ims_table_prepare_desc,
			.set_desc = ims_table_set_desc,
		},
	.info =
		{
			.flags = MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MSI_FLAG_FREE_MSI_DESCS,
			.bus_token = DOMAIN_BUS_PCI_DEVICE_IMS,
		},
};

const struct ims_ops ims_table_ops = {
	.template = &ims_table_template,
	.undo = ims_table_undo,
};
