/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/x86_internal.h>

/*
 * Messages for devices whose MSI parent is the vector domain itself, and what
 * all x86 parents ask of device domains.
 */

#define MSG_BASE	   0xfee00000u
#define MSG_DEST_SHIFT	   12
#define MSG_LOGICAL	   0x4u
#define MSG_EXTENDED_SHIFT 5

/* ---- the message ---- */

bool x86_compose_msg(struct msi_msg *msg, const struct irq_cfg *cfg, bool logical,
		     enum x86_msg_reach reach)
{
	uint32_t dest = cfg->dest_apicid;

	*msg = (struct msi_msg){
		.address_lo =
			MSG_BASE | (dest & 0xff) << MSG_DEST_SHIFT | (logical ? MSG_LOGICAL : 0),
		.data = cfg->vector & 0xff,
	};
	switch (reach) {
	case X86_MSG_UNIT:
		msg->address_hi = dest & ~0xffu;
		return true;
	case X86_MSG_EXTENDED:
		msg->address_lo |= (dest >> 8 & 0x7f) << MSG_EXTENDED_SHIFT;
		return dest <= 0x7fff;
	default:
		return dest <= 0xff;
	}
}

static void compose_for_device(struct machine *m, const struct irq_data *d,
			       const struct irq_cfg *cfg, struct msi_msg *msg)
{
	bool fits = x86_compose_msg(msg, cfg, x86_dest_is_logical(m), X86_MSG_8BIT);

	(void)WARN_IF(m, !fits, DEST_TRUNCATED, d->irq);
}

void x86_vector_msi_compose_msg(struct irq_data *d, struct msi_msg *msg)
{
	struct machine *m = irq_data_machine(d);

	trace(m, x86_vector_msi_compose_msg, d->irq, d->domain->id);
	compose_for_device(m, d, irqd_cfg(d), msg);
}

/* ---- affinity where the device holds vector and CPU in two separate words ---- */

static void write_msg(struct irq_data *d, const struct irq_cfg *cfg)
{
	struct msi_msg msg;

	compose_for_device(irq_data_machine(d), d, cfg, &msg);
	d->chip->irq_write_msi_msg(d, &msg);
}

/* May the device see the new message at once, although it changes word by word? */
static bool direct_write_is_safe(const struct irq_data *d, const struct irq_cfg *old,
				 const struct irq_cfg *new)
{
	/* A device that can be masked is masked now; which of them reserve. */
	bool masked = irqd_has(d, IRQD_CAN_RESERVE);

	if (machine_switch(irq_data_machine(d), SWITCH_CAN_RESERVE_INVERTED))
		masked = !masked;
	return masked || old->vector == new->vector || old->vector == MANAGED_IRQ_SHUTDOWN_VECTOR ||
	       !irqd_has(d, IRQD_IRQ_STARTED) || old->dest_apicid == new->dest_apicid;
}

/*
 * The new vector on the old CPU first, then the new CPU: whatever the device
 * sends in between arrives here, where it is seen in the IRR and repeated.
 */
static void write_in_two_steps(struct irq_data *d, const struct irq_cfg *old,
			       const struct irq_cfg *new)
{
	struct machine *m = irq_data_machine(d);
	struct x86_root *x = x86_root(m);
	unsigned cpu = this_cpu(m);
	struct irq_cfg between = {.dest_apicid = old->dest_apicid, .vector = new->vector};

	vector_lock(x);
	/* Unless another interrupt has this vector here, an arrival is no surprise. */
	if (!entry_is_desc(table_entry(x, cpu, new->vector)))
		set_table_entry(x, cpu, new->vector, ENTRY_RETRIGGERED);
	write_msg(d, &between);
	write_msg(d, new);
	vector_unlock(x);

	if (machine_switch(m, SWITCH_CAREFUL_IRR_CHECK) && vector_is_pending(m, new->vector) &&
	    d->chip->irq_retrigger)
		d->chip->irq_retrigger(d);
}

static int msi_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	struct machine *m = irq_data_machine(d);
	const struct irq_cfg *cfg = irqd_cfg(d);
	struct irq_cfg old = *cfg;
	unsigned cpu = cpumask_first(irq_data_get_effective_affinity_mask(d));
	int ret;

	if (layer_refuses(m, NOT_FOR_DRIVERS))
		return -EPERM;
	trace(m, msi_set_affinity, d->irq, (uintptr_t)mask, force);
	ret = irq_chip_set_affinity_parent(d, mask, force);
	if (ret < 0 || ret == IRQ_SET_MASK_OK_DONE)
		return ret;
	if (direct_write_is_safe(d, &old, cfg) ||
	    WARN_IF(m, cpu != this_cpu(m), MSI_WRONG_CPU, d->irq))
		write_msg(d, cfg);
	else
		write_in_two_steps(d, &old, cfg);
	return ret;
}

/* ---- as a parent of device domains ---- */

static int x86_msi_prepare(struct irq_domain *d, struct device *dev, int nvec,
			   msi_alloc_info_t *arg)
{
	(void)nvec;
	*arg = (msi_alloc_info_t){.devid = dev->requester};
	switch (d->bus_token) {
	case DOMAIN_BUS_PCI_DEVICE_MSI:
		arg->type = IRQ_ALLOC_PCI_MSI;
		arg->flags = X86_IRQ_ALLOC_CONTIGUOUS_VECTORS;
		break;
	case DOMAIN_BUS_PCI_DEVICE_IMS:
		arg->type = IRQ_ALLOC_IMS;
		break;
	default:
		arg->type = IRQ_ALLOC_PCI_MSIX;
		break;
	}
	return 0;
}

/* What the asked parent offers, with what a switch adds. */
static uint32_t supported_flags(const struct machine *m, const struct msi_parent_ops *ops)
{
	uint32_t flags = ops->supported_flags;

	if (machine_switch(m, SWITCH_FORCE_PARENT_IMS))
		flags |= MSI_FLAG_PCI_IMS;
	return flags;
}

/* The setter that suits who holds the message; false: no parent of ours. */
static bool choose_setter(struct irq_domain *domain, const struct irq_domain *real_parent,
			  struct msi_domain_info *info)
{
	switch (real_parent->bus_token) {
	case DOMAIN_BUS_ANY:
		if (WARN_IF(domain->machine, domain != real_parent, MSI_BAD_TEMPLATE, 0))
			return false;
		info->chip->irq_set_affinity = msi_set_affinity;
		return true;
	case DOMAIN_BUS_DMAR:
	case DOMAIN_BUS_AMDVI:
		return true;
	default:
		machine_warn(domain->machine, WARN_MSI_BAD_TEMPLATE, 0);
		return false;
	}
}

/*
 * Descriptors of a message store are the core's to make and to free; its messages never change
 * after activation, so that setting an affinity is all the parent's.
 */
static bool is_message_store(const struct msi_domain_info *info)
{
	const uint32_t flags = MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MSI_FLAG_FREE_MSI_DESCS;
	const struct irq_chip *chip = info->chip;

	return (info->flags & flags) == flags && chip->irq_mask && chip->irq_unmask &&
	       chip->irq_write_msi_msg && !chip->irq_set_affinity;
}

static bool child_is_welcome(struct machine *m, const struct msi_domain_info *info,
			     uint32_t supported)
{
	bool welcome = info->bus_token == DOMAIN_BUS_PCI_DEVICE_MSI ||
		       info->bus_token == DOMAIN_BUS_PCI_DEVICE_MSIX ||
		       (info->bus_token == DOMAIN_BUS_PCI_DEVICE_IMS &&
			supported & MSI_FLAG_PCI_IMS && is_message_store(info));

	return !WARN_IF(m, !welcome, MSI_BAD_TEMPLATE, 0);
}

bool x86_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
			   struct irq_domain *msi_parent_domain, struct msi_domain_info *info)
{
	const struct msi_parent_ops *ops = msi_parent_domain->msi_parent_ops;
	uint32_t supported = supported_flags(domain->machine, ops);

	(void)dev;
	if (!child_is_welcome(domain->machine, info, supported) ||
	    !choose_setter(domain, msi_parent_domain, info))
		return false;
	info->flags &= supported;
	info->flags |= ops->required_flags;
	info->ops->msi_prepare = x86_msi_prepare;
	info->chip->irq_ack = irq_chip_ack_parent;
	info->chip->irq_retrigger = irq_chip_retrigger_hierarchy;
	info->chip->flags |= IRQCHIP_SKIP_SET_WAKE | IRQCHIP_AFFINITY_PRE_STARTUP;
	info->handler = handle_edge_irq;
	info->handler_name = "edge";
	return true;
}

bool x86_ir_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
			      struct irq_domain *msi_parent_domain, struct msi_domain_info *info)
{
	struct irq_domain *parent = domain->parent;

	return parent->msi_parent_ops->init_dev_msi_info(dev, parent, msi_parent_domain, info);
}

const struct msi_parent_ops x86_msi_parent_ops = {
	.supported_flags = MSI_GENERIC_FLAGS_MASK | MSI_FLAG_PCI_MSIX | MSI_FLAG_PCI_MSIX_ALLOC_DYN,
	.required_flags = MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS,
	.prefix = "",
	.init_dev_msi_info = x86_init_dev_msi_info,
};
