/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/intel_ir_internal.h>

/*
 * The domain: levels, entries and their contents. Below it in intel_ir_unit.c:
 * the table, its free entries, and the unit that reads it.
 */

/* VT-d, 9.10, low half */
#define IRTE_PRESENT	  UINT64_C(0x1)
#define IRTE_FPD	  UINT64_C(0x2)
#define IRTE_LOGICAL	  UINT64_C(0x4)
#define IRTE_REDIRECTION  UINT64_C(0x8)
#define IRTE_AVAILABLE	  UINT64_C(0xf00)
#define IRTE_POSTED	  UINT64_C(0x8000)
#define IRTE_VECTOR_SHIFT 16
#define IRTE_DEST_SHIFT	  32
#define IRTE_XAPIC_SHIFT  40
/* …and the high one: what is compared with the requester */
#define IRTE_SVT_EXACT	   UINT64_C(0x40000)
#define IRTE_SVT_BUS_RANGE UINT64_C(0x80000)
#define IRTE_SOURCE_MASK   UINT64_C(0xfffff)
/* VT-d, 5.1.2.2 */
#define MSG_REMAPPABLE UINT32_C(0xfee00010)
#define MSG_SUBHANDLE  UINT32_C(0x8)

static void intel_irq_digest(const void *object, struct digest *d)
{
	const struct intel_irq *i = object;

	digest_u64(d, (uint64_t)i->unit_id << 32 | i->irq);
	digest_u64(d, (uint64_t)i->index << 32 | (uint64_t)i->sub << 16 | i->mask);
	digest_u64(d, i->shadow[0]);
	digest_u64(d, i->shadow[1]);
	digest_u64(d, (uint64_t)i->posted << 32 | i->msg_data);
}
static const struct object_type intel_irq_type = {"intel-irq", intel_irq_digest};

static struct intel_irq *irq_of(const struct irq_data *d)
{
	return d->chip_data;
}

/* ---- what an entry says ---- */

static uint64_t exact_source(uint16_t requester)
{
	return IRTE_SVT_EXACT | requester;
}

static uint64_t bus_range(unsigned first, unsigned last)
{
	return IRTE_SVT_BUS_RANGE | first << 8 | last;
}

uint64_t intel_ir_source(const struct device *dev, uint16_t requester)
{
	unsigned bus = requester >> 8, alias_bus, same_bus = 0;

	if (!dev || !dev->nr_alias)
		return exact_source(requester);
	alias_bus = dev->alias[dev->nr_alias - 1].requester >> 8;
	if (dev->alias[dev->nr_alias - 1].bridge == ALIAS_PCIE_TO_PCI)
		return bus_range(alias_bus, bus);
	for (uint32_t i = 0; i < dev->nr_alias; i++)
		same_bus += dev->alias[i].requester >> 8 == bus;
	if (same_bus == dev->nr_alias)
		return bus_range(bus, bus);
	if (alias_bus != bus)
		return exact_source(dev->alias[dev->nr_alias - 1].requester);
	return exact_source(requester);
}

static void set_target(const struct intel_unit *u, struct intel_irq *i, const struct irq_cfg *cfg)
{
	i->shadow[0] &= IRTE_PRESENT | IRTE_FPD | IRTE_LOGICAL | IRTE_REDIRECTION | IRTE_AVAILABLE;
	i->shadow[0] |= (uint64_t)(cfg->vector & 0xff) << IRTE_VECTOR_SHIFT;
	if (u->eim)
		i->shadow[0] |= (uint64_t)cfg->dest_apicid << IRTE_DEST_SHIFT;
	else
		i->shadow[0] |= (uint64_t)(cfg->dest_apicid & 0xff) << IRTE_XAPIC_SHIFT;
}

static struct msi_msg handle_msg(const struct intel_irq *i)
{
	return (struct msi_msg){
		.address_lo = MSG_REMAPPABLE | MSG_SUBHANDLE | (i->index & 0x7fff) << 5 |
			      (i->index >> 15 & 1) << 2,
		.data = i->msg_data,
	};
}

static void write_shadow(struct intel_unit *u, struct intel_irq *i)
{
	intel_write_entry(u, i->index + i->sub, i->shadow, i->posted);
	if (i->posted) {
		touch(u->machine, i);
		i->posted = false;
	}
	intel_invalidate(u, i->index + i->sub, 0);
}

/* ---- allocation ---- */

static struct intel_irq *drop_level(struct irq_domain *domain, unsigned virq)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);
	struct intel_irq *i = d ? irq_of(d) : NULL;

	if (i)
		irq_domain_reset_irq_data(d);
	return i;
}

static int fill_level(struct irq_domain *domain, unsigned virq, unsigned sub, int index,
		      unsigned mask, const struct irq_alloc_info *info)
{
	struct intel_unit *u = domain->host_data;
	struct intel_irq *i = object_alloc(u->machine, &intel_irq_type, sizeof(*i));
	const struct device *dev = info->desc ? info->desc->dev : NULL;
	struct irq_data *d;
	int ret;

	if (!i)
		return -ENOMEM;
	i->unit_id = domain->id;
	i->irq = virq;
	i->index = (uint16_t)index;
	i->sub = (uint16_t)sub;
	i->mask = (uint8_t)mask;
	i->msg_data = info->type == IRQ_ALLOC_IOAPIC ? (uint32_t)info->hwirq : sub;
	ret = irq_domain_set_hwirq_and_chip(domain, virq, ((uint64_t)index << 16) + sub,
					    &intel_ir_chip, i);
	if (ret) {
		object_free(u->machine, i);
		return ret;
	}
	d = irq_domain_get_irq_data(domain, virq);
	i->shadow[0] = IRTE_PRESENT | IRTE_REDIRECTION |
		       (x86_dest_is_logical(u->machine) ? IRTE_LOGICAL : 0);
	i->shadow[1] = intel_ir_source(dev, dev ? dev->requester : (uint16_t)info->devid);
	set_target(u, i, irqd_cfg(d));
	irq_modify_status(u->machine, virq, 0, IRQ_MOVE_PCNTXT);
	return 0;
}

static int fill_levels(struct irq_domain *domain, unsigned virq, unsigned nr, int index,
		       const struct irq_alloc_info *info)
{
	struct intel_unit *u = domain->host_data;

	for (unsigned sub = 0; sub < nr; sub++) {
		int ret = fill_level(domain, virq + sub, sub, index, order_of(nr), info);

		if (!ret)
			continue;
		while (sub-- > 0)
			object_free(u->machine, drop_level(domain, virq + sub));
		intel_give_entries_back(u, (unsigned)index, order_of(nr));
		return ret;
	}
	return 0;
}

static int intel_irq_remapping_alloc(struct irq_domain *domain, unsigned virq, unsigned nr,
				     void *arg)
{
	struct intel_unit *u = domain->host_data;
	struct irq_alloc_info *info = arg;
	int ret, index;

	trace(u->machine, intel_irq_remapping_alloc, virq, nr, domain->id);
	if (!ir_count_is_valid(info, nr))
		return -EINVAL;
	info->flags &= ~(uint32_t)X86_IRQ_ALLOC_CONTIGUOUS_VECTORS;
	ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (ret)
		return ret;
	index = intel_allocate_entries(u, order_of(nr));
	ret = index < 0 ? -ENOMEM : fill_levels(domain, virq, nr, index, info);
	if (ret)
		irq_domain_free_irqs_parent(domain, virq, nr);
	return ret;
}

static void intel_irq_remapping_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	struct intel_unit *u = domain->host_data;

	trace(u->machine, intel_irq_remapping_free, virq, nr, domain->id);
	for (unsigned n = 0; n < nr; n++) {
		struct intel_irq *i = drop_level(domain, virq + n);

		/* The first of a block takes all its entries along. */
		if (i && !i->sub)
			intel_clear_entries(u, i->index, i->mask);
		object_free(u->machine, i);
	}
	irq_domain_free_irqs_common(domain, virq, nr);
}

/* ---- activation ---- */

static int intel_irq_remapping_activate(struct irq_domain *domain, struct irq_data *d, bool reserve)
{
	struct intel_unit *u = domain->host_data;

	trace(u->machine, intel_irq_remapping_activate, d->irq, domain->id, reserve);
	touch(u->machine, irq_of(d));
	set_target(u, irq_of(d), irqd_cfg(d));
	write_shadow(u, irq_of(d));
	return 0;
}

static void intel_irq_remapping_deactivate(struct irq_domain *domain, struct irq_data *d)
{
	static const uint64_t nothing[2];
	struct intel_unit *u = domain->host_data;
	struct intel_irq *i = irq_of(d);

	trace(u->machine, intel_irq_remapping_deactivate, d->irq, domain->id);
	(void)WARN_IF(u->machine, i->posted, IRTE_STILL_POSTED, d->irq);
	intel_write_entry(u, i->index + i->sub, nothing, i->posted);
	touch(u->machine, i);
	i->posted = false;
	intel_invalidate(u, i->index + i->sub, 0);
}

/* Its values are those of an object of its own. */
static void level_digest(const struct irq_data *d, struct digest *digest)
{
	digest_u64(digest, d->chip_data != NULL);
}

/* ---- the chip ---- */

static int intel_ir_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	struct intel_unit *u = d->domain->host_data;
	struct intel_irq *i = irq_of(d);
	int ret;

	trace(u->machine, intel_ir_set_affinity, d->irq, (uintptr_t)mask, force);
	ret = irq_chip_set_affinity_parent(d, mask, force);
	if (ret < 0 || ret == IRQ_SET_MASK_OK_DONE)
		return ret;
	touch(u->machine, i);
	set_target(u, i, irqd_cfg(d));
	/* While it is posted to a guest, the entry is the guest's. */
	if (!i->posted)
		write_shadow(u, i);
	vector_schedule_cleanup(d);
	return IRQ_SET_MASK_OK_DONE;
}

static int intel_ir_set_vcpu_affinity(struct irq_data *d, void *vcpu_info)
{
	const struct intel_vcpu_info *info = vcpu_info;
	struct intel_unit *u = d->domain->host_data;
	struct intel_irq *i = irq_of(d);
	uint64_t entry[2];

	if (!info) {
		write_shadow(u, i);
		return 0;
	}
	if (info->descriptor % 64)
		return -EINVAL;
	entry[0] = (i->shadow[0] & (IRTE_PRESENT | IRTE_FPD | IRTE_AVAILABLE)) | IRTE_POSTED |
		   (uint64_t)(info->vector & 0xff) << IRTE_VECTOR_SHIFT |
		   (info->descriptor & 0xffffffc0) << 32;
	entry[1] = (i->shadow[1] & IRTE_SOURCE_MASK) | info->descriptor >> 32 << 32;
	intel_write_entry(u, i->index + i->sub, entry, true);
	touch(u->machine, i);
	i->posted = true;
	intel_invalidate(u, i->index + i->sub, 0);
	return 0;
}

static void intel_ir_compose_msi_msg(struct irq_data *d, struct msi_msg *msg)
{
	trace(irq_data_machine(d), intel_ir_compose_msi_msg, d->irq, d->domain->id);
	*msg = handle_msg(irq_of(d));
}

const struct irq_chip intel_ir_chip = {
	.name = "INTEL-IR",
	.irq_ack = apic_ack_irq,
	.irq_set_affinity = intel_ir_set_affinity,
	.irq_compose_msi_msg = intel_ir_compose_msi_msg,
	.irq_set_vcpu_affinity = intel_ir_set_vcpu_affinity,
};

const struct irq_domain_ops intel_ir_domain_ops = {
	.alloc = intel_irq_remapping_alloc,
	.free = intel_irq_remapping_free,
	.activate = intel_irq_remapping_activate,
	.deactivate = intel_irq_remapping_deactivate,
	.digest = level_digest,
};

/* ---- a given state, and looking ---- */

int intel_ir_load_irq(struct irq_data *d, const struct irq_record *record)
{
	struct intel_unit *u = d->domain->host_data;
	uint32_t entry = record->irte.index + record->irte.sub;
	struct intel_irq *i;
	int ret;

	if (record->irte.index >= u->entries || record->irte.sub >= u->entries ||
	    entry >= u->entries || record->irte.mask > 15)
		return -EINVAL;
	i = object_alloc(u->machine, &intel_irq_type, sizeof(*i));
	if (!i)
		return -ENOMEM;
	*i = (struct intel_irq){
		.unit_id = d->domain->id,
		.irq = d->irq,
		.index = (uint16_t)record->irte.index,
		.sub = (uint16_t)record->irte.sub,
		.mask = (uint8_t)record->irte.mask,
		.msg_data = record->irte.data,
		.shadow = {record->irte.shadow[0], record->irte.shadow[1]},
		.posted = record->irte.table[0] & IRTE_POSTED,
	};
	ret = irq_domain_set_hwirq_and_chip(d->domain, d->irq, d->hwirq, &intel_ir_chip, i);
	if (ret) {
		object_free(u->machine, i);
		return ret;
	}
	intel_take_entry(u, entry);
	if (record->irte.table[0] || record->irte.table[1])
		intel_write_entry(u, entry, record->irte.table, false);
	return 0;
}

bool intel_ir_info(const struct machine *m, unsigned irq, struct intel_ir_info *out)
{
	for (const struct irq_data *d = irq_get_irq_data(m, irq); d; d = d->parent_data) {
		const struct intel_irq *i = irq_of(d);

		if (d->chip != &intel_ir_chip || !i)
			continue;
		*out = (struct intel_ir_info){
			.index = i->index,
			.sub = i->sub,
			.mask = i->mask,
			.shadow = {i->shadow[0], i->shadow[1]},
			.msg = handle_msg(i),
			.posted = i->posted,
			.entry_address =
				intel_ir_table(d->domain) + 16 * (uint64_t)(i->index + i->sub),
		};
		return true;
	}
	return false;
}
