/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine/passive.h"

#include <irqlab/trace.h>
#include <stdio.h>
#include <string.h>

static int refuse(struct irq_domain *d, unsigned virq, unsigned nr, void *arg)
{
	(void)d;
	(void)virq;
	(void)nr;
	(void)arg;
	return -ENOSPC;
}

/* Composes what would be written to a register that is not modelled. */
static void compose_only(struct irq_data *d)
{
	struct msi_msg msg;

	if (d->parent_data)
		irq_chip_compose_msi_msg(d, &msg);
}

static int activate(struct irq_domain *domain, struct irq_data *d, bool reserve)
{
	(void)domain;
	(void)reserve;
	compose_only(d);
	return 0;
}

static const struct irq_domain_ops passive_ops = {
	.activate = activate,
	.alloc = refuse,
	.free = irq_domain_free_irqs_common,
};

struct irq_domain *passive_domain(struct machine *m, const char *name, struct irq_domain *parent)
{
	struct irq_domain *domain = irq_domain_by_name(m, name);
	const struct irq_domain_config config = {
		.name = name,
		.ops = &passive_ops,
		.parent = parent,
		.quiet_token = true,
	};

	return domain ? domain : irq_domain_create(m, &config);
}

static void do_nothing(struct irq_data *d)
{
	(void)d;
}

/* As an IO-APIC does: its register follows unless the parent took care of that. */
static int follow_parent(struct irq_data *d, const struct cpumask *dest, bool force)
{
	int ret = irq_chip_set_affinity_parent(d, dest, force);

	if (ret >= 0 && ret != IRQ_SET_MASK_OK_DONE)
		compose_only(d);
	return ret == IRQ_SET_MASK_OK ? IRQ_SET_MASK_OK_DONE : ret;
}

/* …and as a unit that sends messages of its own, which it composes by itself. */
static int follow_parent_msi(struct irq_data *d, const struct cpumask *dest, bool force)
{
	int ret;

	trace(irq_data_machine(d), msi_domain_set_affinity, d->irq, (uintptr_t)dest, force);
	ret = irq_chip_set_affinity_parent(d, dest, force);
	return ret == IRQ_SET_MASK_OK ? IRQ_SET_MASK_OK_DONE : ret;
}

struct named_chip {
	struct irq_chip chip;
	char name[32];
};

static void named_chip_digest(const void *object, struct digest *d)
{
	digest_string(d, ((const struct named_chip *)object)->name);
}

static const struct object_type named_chip_type = {"passive-chip", named_chip_digest};

const struct irq_chip *passive_chip(struct machine *m, const char *name, bool has_parent)
{
	struct named_chip *named = object_alloc(m, &named_chip_type, sizeof(*named));

	if (!named)
		return NULL;
	snprintf(named->name, sizeof(named->name), "%s", name);
	named->chip.name = named->name;
	named->chip.irq_mask = do_nothing;
	named->chip.irq_unmask = do_nothing;
	if (has_parent) {
		named->chip.irq_ack = irq_chip_ack_parent;
		named->chip.irq_eoi = irq_chip_ack_parent;
		named->chip.irq_set_affinity =
			strstr(name, "MSI") ? follow_parent_msi : follow_parent;
		named->chip.irq_retrigger = irq_chip_retrigger_hierarchy;
	}
	return &named->chip;
}
