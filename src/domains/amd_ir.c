/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/amd_ir_internal.h>

/*
 * The domain: levels, entries and their contents. Below it in amd_ir_unit.c:
 * tables, and the unit that reads them.
 */

/* AMD IOMMU specification, 2.2.5: 128-bit entries, and 32-bit ones */
#define IRTE_VALID	  UINT64_C(0x1)
#define IRTE_LOGICAL	  UINT64_C(0x40)
#define IRTE_GUEST_MODE	  UINT64_C(0x80)
#define IRTE_GUEST_LOG	  UINT64_C(0x4)
#define IRTE_IS_RUN	  UINT64_C(0x40)
#define IRTE_DEST_SHIFT	  8
#define IRTE_TAG_SHIFT	  32
#define IRTE_VECTOR_SHIFT 16 /* 32-bit ones only */
#define IRTE_ROOT_MASK	  UINT64_C(0x000ffffffffff000)
#define MSG_ADDRESS	  UINT32_C(0xfee00000)

static void amd_irq_digest(const void *object, struct digest *d)
{
	const struct amd_irq *i = object;

	digest_u64(d, (uint64_t)i->unit_id << 32 | i->irq);
	digest_u64(d, (uint64_t)i->guest_mode << 32 | (uint64_t)i->devid << 16 | i->index);
	digest_u64(d, i->shadow[0]);
	digest_u64(d, i->shadow[1]);
}
static const struct object_type amd_irq_type = {"amd-irq", amd_irq_digest};

static struct amd_irq *irq_of(const struct irq_data *d)
{
	return d->chip_data;
}

/* ---- what an entry says ---- */

static void set_target(const struct amd_unit *u, struct amd_irq *i, const struct irq_cfg *cfg)
{
	uint64_t low = i->shadow[0] & (IRTE_VALID | IRTE_LOGICAL), dest = cfg->dest_apicid;

	if (u->legacy) {
		i->shadow[0] = low | (dest & 0xff) << IRTE_DEST_SHIFT |
			       (uint64_t)(cfg->vector & 0xff) << IRTE_VECTOR_SHIFT;
		return;
	}
	i->shadow[0] = low | (dest & 0xffffff) << IRTE_DEST_SHIFT;
	i->shadow[1] = (cfg->vector & 0xff) | dest >> 24 << 56;
}

static void set_valid(struct amd_unit *u, struct amd_irq *i, bool valid)
{
	touch(u->machine, i);
	if (valid)
		i->shadow[0] |= IRTE_VALID;
	else
		i->shadow[0] &= ~IRTE_VALID;
}

static void write_shadow(struct amd_unit *u, struct amd_irq *i)
{
	amd_write_entry(u, i->table, i->index, i->shadow);
	amd_invalidate(u, i->devid, i->dev);
}

static void update_target(struct amd_unit *u, struct irq_data *d)
{
	struct amd_irq *i = irq_of(d);

	/* What runs in a guest keeps the guest's target. */
	if (i->guest_mode)
		return;
	touch(u->machine, i);
	set_target(u, i, irqd_cfg(d));
	write_shadow(u, i);
}

/* ---- allocation ---- */

static struct amd_irq *drop_level(struct irq_domain *domain, unsigned virq)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);
	struct amd_irq *i = d ? irq_of(d) : NULL;

	if (i)
		irq_domain_reset_irq_data(d);
	return i;
}

static uint16_t requester_of(const struct irq_alloc_info *info)
{
	return info->desc && info->desc->dev ? info->desc->dev->requester : (uint16_t)info->devid;
}

static int fill_level(struct irq_domain *domain, unsigned virq, unsigned sub,
		      struct amd_table *table, unsigned index, const struct irq_alloc_info *info)
{
	struct amd_unit *u = domain->host_data;
	uint16_t devid = requester_of(info);
	struct amd_irq *i = object_alloc(u->machine, &amd_irq_type, sizeof(*i));
	int ret;

	if (!i)
		return -ENOMEM;
	i->unit_id = domain->id;
	i->irq = virq;
	i->devid = devid;
	i->index = (uint16_t)(index + sub);
	i->dev = info->desc ? info->desc->dev : NULL;
	i->table = table;
	/* By requester and place in the block, not by entry: unique it is not. */
	ret = irq_domain_set_hwirq_and_chip(domain, virq, ((uint64_t)devid << 16) + sub,
					    &amd_ir_chip, i);
	if (ret) {
		object_free(u->machine, i);
		return ret;
	}
	i->shadow[0] = IRTE_VALID | (x86_dest_is_logical(u->machine) ? IRTE_LOGICAL : 0);
	set_target(u, i, irqd_cfg(irq_domain_get_irq_data(domain, virq)));
	irq_modify_status(u->machine, virq, 0, IRQ_MOVE_PCNTXT);
	return 0;
}

static int fill_levels(struct irq_domain *domain, unsigned virq, unsigned nr,
		       struct amd_table *table, unsigned index, const struct irq_alloc_info *info)
{
	struct amd_unit *u = domain->host_data;

	for (unsigned sub = 0; sub < nr; sub++) {
		int ret = fill_level(domain, virq + sub, sub, table, index, info);

		if (!ret)
			continue;
		while (sub-- > 0)
			object_free(u->machine, drop_level(domain, virq + sub));
		return ret;
	}
	return 0;
}

/* The pin's own entry, or the first that is free. */
static int find_entries(struct amd_unit *u, struct amd_table *table, unsigned nr,
			const struct irq_alloc_info *info)
{
	if (info->type == IRQ_ALLOC_IOAPIC) {
		amd_reserve_pins(u, table);
		return info->hwirq < AMD_IR_IOAPIC_PINS ? (int)info->hwirq : -ENOSPC;
	}
	return amd_allocate_entries(u, table, nr, info->type == IRQ_ALLOC_PCI_MSI);
}

static int alloc_levels(struct irq_domain *domain, unsigned virq, unsigned nr,
			const struct irq_alloc_info *info)
{
	struct amd_unit *u = domain->host_data;
	const struct device *dev = info->desc ? info->desc->dev : NULL;
	struct amd_table *table = amd_table_for(u, requester_of(info), dev);
	int ret, index;

	if (!table)
		return -ENOMEM;
	index = find_entries(u, table, nr, info);
	ret = index < 0 ? index : fill_levels(domain, virq, nr, table, (unsigned)index, info);
	if (!ret)
		return 0;
	for (unsigned sub = 0; index >= 0 && sub < nr && info->type != IRQ_ALLOC_IOAPIC; sub++) {
		amd_mark_entry(u, table, (unsigned)index + sub, false);
		amd_give_entry_back(u, table, (unsigned)index + sub);
	}
	amd_drop_if_empty(u, table);
	return ret;
}

static int irq_remapping_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	struct irq_alloc_info *info = arg;
	int ret;

	trace(domain->machine, irq_remapping_alloc, virq, nr, domain->id);
	if (!ir_count_is_valid(info, nr))
		return -EINVAL;
	info->flags &= ~(uint32_t)X86_IRQ_ALLOC_CONTIGUOUS_VECTORS;
	ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (ret)
		return ret;
	ret = alloc_levels(domain, virq, nr, info);
	if (ret)
		irq_domain_free_irqs_parent(domain, virq, nr);
	return ret;
}

static void irq_remapping_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	struct amd_unit *u = domain->host_data;

	trace(u->machine, irq_remapping_free, virq, nr, domain->id);
	for (unsigned n = 0; n < nr; n++) {
		struct amd_irq *i = drop_level(domain, virq + n);

		if (!i)
			continue;
		amd_mark_entry(u, i->table, i->index, false);
		amd_give_entry_back(u, i->table, i->index);
		amd_invalidate(u, i->devid, i->dev);
		amd_drop_if_empty(u, i->table);
		object_free(u->machine, i);
	}
	irq_domain_free_irqs_common(domain, virq, nr);
}

/* ---- activation ---- */

static int irq_remapping_activate(struct irq_domain *domain, struct irq_data *d, bool reserve)
{
	struct amd_unit *u = domain->host_data;

	trace(u->machine, irq_remapping_activate, d->irq, domain->id, reserve);
	/* Valid as it was left, then with what it is to be: two writes. */
	set_valid(u, irq_of(d), true);
	write_shadow(u, irq_of(d));
	update_target(u, d);
	return 0;
}

static void irq_remapping_deactivate(struct irq_domain *domain, struct irq_data *d)
{
	struct amd_unit *u = domain->host_data;

	trace(u->machine, irq_remapping_deactivate, d->irq, domain->id);
	set_valid(u, irq_of(d), false);
	write_shadow(u, irq_of(d));
}

/* Its values are those of an object of its own. */
static void level_digest(const struct irq_data *d, struct digest *digest)
{
	digest_u64(digest, d->chip_data != NULL);
}

/* ---- the chip ---- */

static int amd_ir_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	struct amd_unit *u = d->domain->host_data;
	int ret;

	trace(u->machine, amd_ir_set_affinity, d->irq, (uintptr_t)mask, force);
	ret = irq_chip_set_affinity_parent(d, mask, force);
	if (ret < 0 || ret == IRQ_SET_MASK_OK_DONE)
		return ret;
	update_target(u, d);
	vector_schedule_cleanup(d);
	return IRQ_SET_MASK_OK_DONE;
}

/* Where its doorbell is: always a physical APIC id. */
static void set_vcpu_place(const struct amd_unit *u, struct amd_irq *i, uint32_t cpu)
{
	uint64_t dest = cpu == UINT32_MAX ? 0 : x86_cpu_apic_id(u->machine, cpu);

	i->shadow[0] &= ~(IRTE_IS_RUN | UINT64_C(0xffffff) << IRTE_DEST_SHIFT);
	i->shadow[0] |= (cpu == UINT32_MAX ? 0 : IRTE_IS_RUN) | (dest & 0xffffff)
									<< IRTE_DEST_SHIFT;
	i->shadow[1] = (i->shadow[1] & ~(UINT64_C(0xff) << 56)) | dest >> 24 << 56;
}

static void enter_guest_mode(const struct amd_unit *u, struct amd_irq *i,
			     const struct amd_vcpu_info *info)
{
	i->shadow[0] = (i->shadow[0] & IRTE_VALID) | IRTE_GUEST_MODE | IRTE_GUEST_LOG |
		       (uint64_t)info->tag << IRTE_TAG_SHIFT;
	i->shadow[1] = (info->vector & 0xff) | (info->apic_page & IRTE_ROOT_MASK);
	set_vcpu_place(u, i, info->cpu);
	i->guest_mode = true;
}

static int amd_ir_set_vcpu_affinity(struct irq_data *d, void *vcpu_info)
{
	struct amd_unit *u = d->domain->host_data;
	struct amd_irq *i = irq_of(d);

	if (u->legacy)
		return -EINVAL;
	touch(u->machine, i);
	if (vcpu_info) {
		enter_guest_mode(u, i, vcpu_info);
	} else {
		i->shadow[0] = (i->shadow[0] & IRTE_VALID) |
			       (x86_dest_is_logical(u->machine) ? IRTE_LOGICAL : 0);
		set_target(u, i, irqd_cfg(d));
		i->guest_mode = false;
	}
	write_shadow(u, i);
	return 0;
}

int amd_ir_update_ga(struct machine *m, unsigned irq, uint32_t cpu)
{
	for (struct irq_data *d = irq_get_irq_data(m, irq); d; d = d->parent_data) {
		struct amd_irq *i = irq_of(d);
		struct amd_unit *u;

		if (d->chip != &amd_ir_chip || !i || !i->guest_mode)
			continue;
		u = d->domain->host_data;
		touch(m, i);
		set_vcpu_place(u, i, cpu);
		amd_write_entry(u, i->table, i->index, i->shadow);
		return 0;
	}
	return -EINVAL;
}

static void ir_compose_msi_msg(struct irq_data *d, struct msi_msg *msg)
{
	trace(irq_data_machine(d), ir_compose_msi_msg, d->irq, d->domain->id);
	*msg = (struct msi_msg){.address_lo = MSG_ADDRESS, .data = irq_of(d)->index};
}

const struct irq_chip amd_ir_chip = {
	.name = "AMD-IR",
	.irq_ack = apic_ack_irq,
	.irq_set_affinity = amd_ir_set_affinity,
	.irq_compose_msi_msg = ir_compose_msi_msg,
	.irq_set_vcpu_affinity = amd_ir_set_vcpu_affinity,
};

const struct irq_domain_ops amd_ir_domain_ops = {
	.alloc = irq_remapping_alloc,
	.free = irq_remapping_free,
	.activate = irq_remapping_activate,
	.deactivate = irq_remapping_deactivate,
	.digest = level_digest,
};

/* ---- a given state, and looking ---- */

int amd_ir_load_irq(struct irq_data *d, const struct irq_record *record)
{
	struct amd_unit *u = d->domain->host_data;
	uint16_t devid = (uint16_t)record->irte.devid;
	struct amd_table *table;
	struct amd_irq *i;
	int ret;

	if (record->irte.index >= u->entries)
		return -EINVAL;
	table = amd_table_for(u, devid, NULL);
	i = table ? object_alloc(u->machine, &amd_irq_type, sizeof(*i)) : NULL;
	if (!i)
		return -ENOMEM;
	*i = (struct amd_irq){
		.unit_id = d->domain->id,
		.irq = d->irq,
		.devid = devid,
		.index = (uint16_t)record->irte.index,
		.table = table,
		.shadow = {record->irte.shadow[0], record->irte.shadow[1]},
		.guest_mode = record->irte.shadow[0] & IRTE_GUEST_MODE,
	};
	ret = irq_domain_set_hwirq_and_chip(d->domain, d->irq, d->hwirq, &amd_ir_chip, i);
	if (ret) {
		object_free(u->machine, i);
		return ret;
	}
	if (record->irte.min_index)
		amd_reserve_pins(u, table);
	amd_take_entry(u, table, i->index);
	amd_write_entry(u, table, i->index, record->irte.table);
	return 0;
}

bool amd_ir_info(const struct machine *m, unsigned irq, struct amd_ir_info *out)
{
	for (const struct irq_data *d = irq_get_irq_data(m, irq); d; d = d->parent_data) {
		const struct amd_irq *i = irq_of(d);
		bool legacy;

		if (d->chip != &amd_ir_chip || !i)
			continue;
		legacy = ((const struct amd_unit *)d->domain->host_data)->legacy;
		*out = (struct amd_ir_info){
			.devid = i->devid,
			.index = i->index,
			.min_index = i->table->min_index,
			.shadow = {i->shadow[0], i->shadow[1]},
			.msg = {.address_lo = MSG_ADDRESS, .data = i->index},
			.guest_mode = i->guest_mode,
			.legacy_format = legacy,
			.entry_address = i->table->address + (uint64_t)i->index * (legacy ? 4 : 16),
		};
		return true;
	}
	return false;
}
