/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

#include <irqlab/provider/fwspec.h>

/*
 * Lines as firmware describes them: which domain they belong to, which number and
 * trigger they have there. A line of a bridge that sends messages becomes an MSI of
 * the bridge.
 */

static struct irq_domain *find_domain(struct machine *m, const struct irq_fwspec *fwspec)
{
	struct irq_domain *domain = irq_domain_find(m, fwspec->fwnode, DOMAIN_BUS_WIRED);

	return domain ? domain : irq_domain_find(m, fwspec->fwnode, DOMAIN_BUS_ANY);
}

static int translate(struct irq_domain *domain, const struct irq_fwspec *fwspec, uint64_t *hwirq,
		     unsigned *type)
{
	if (!fwspec->param_count || fwspec->param_count > IRQ_DOMAIN_IRQ_SPEC_PARAMS)
		return -EINVAL;
	if (domain->ops->translate)
		return call_domain(domain, translate, fwspec, hwirq, type);
	*hwirq = fwspec->param[0];
	*type = IRQ_TYPE_NONE;
	return 0;
}

int irq_domain_translate_twocell(struct irq_domain *domain, const struct irq_fwspec *fwspec,
				 uint64_t *hwirq, unsigned *type)
{
	(void)domain;
	if (fwspec->param_count < 2)
		return -EINVAL;
	*hwirq = fwspec->param[0];
	*type = fwspec->param[1] & IRQ_TYPE_SENSE_MASK;
	return 0;
}

static void set_trigger_type(struct irq_data *d, unsigned type)
{
	irqd_update(d, IRQD_TRIGGER_MASK, type | IRQD_DEFAULT_TRIGGER_SET);
}

/* Who shares a line says the same of it, or nothing. */
static unsigned share_mapping(struct irq_data *d, unsigned type)
{
	const unsigned has = d->common->state_use_accessors & IRQD_TRIGGER_MASK;

	if (type == IRQ_TYPE_NONE || type == has)
		return d->irq;
	if (WARN_IF(irq_data_machine(d), has != IRQ_TYPE_NONE, MAPPING_REFUSED, d->irq))
		return 0;
	set_trigger_type(d, type);
	return d->irq;
}

static unsigned new_mapping(struct irq_domain *domain, uint64_t hwirq, unsigned type,
			    const struct irq_fwspec *fwspec)
{
	struct irq_fwspec copy = *fwspec;
	int virq;

	if (domain->flags & IRQ_DOMAIN_FLAG_MSI_DEVICE)
		virq = msi_device_domain_alloc_wired(domain, hwirq, type);
	else if (domain->flags & IRQ_DOMAIN_FLAG_HIERARCHY)
		virq = irq_domain_alloc_irqs(domain, -1, 1, -1, &copy, NULL);
	else
		virq = (int)irq_create_mapping(domain, hwirq, -1, NULL);
	return virq > 0 ? (unsigned)virq : 0;
}

unsigned irq_create_fwspec_mapping(struct machine *m, const struct irq_fwspec *fwspec)
{
	struct irq_domain *domain = find_domain(m, fwspec);
	struct irq_data *mapped;
	unsigned type, virq;
	uint64_t hwirq;

	if (machine_poisoned(m) || !domain || translate(domain, fwspec, &hwirq, &type))
		return 0;
	mapped = irq_domain_resolve(domain, hwirq);
	if (mapped)
		return share_mapping(mapped, type);
	virq = new_mapping(domain, hwirq, type, fwspec);
	if (virq)
		set_trigger_type(irq_get_irq_data(m, virq), type);
	return virq;
}

/* ---- lines of a bridge ---- */

int msi_device_domain_alloc_wired(struct irq_domain *domain, uint64_t hwirq, unsigned type)
{
	const uint64_t icookie = (uint64_t)type << 32 | (uint32_t)hwirq;
	struct device *dev = domain->dev;
	struct msi_map map;

	if (WARN_IF(domain->machine,
		    !dev || domain->bus_token != DOMAIN_BUS_WIRED_TO_MSI ||
			    msi_get_device_domain(dev, MSI_DEFAULT_DOMAIN) != domain ||
			    hwirq > UINT32_MAX,
		    MSI_BAD_RANGE, 0))
		return -EINVAL;
	map = msi_domain_alloc_irq_at(dev, MSI_DEFAULT_DOMAIN, MSI_ANY_INDEX, MSI_ANY_INDEX, NULL,
				      icookie);
	return map.index < 0 ? map.index : map.virq;
}

void msi_device_domain_free_wired(struct irq_domain *domain, unsigned virq)
{
	const struct irq_desc *irq = irq_to_desc(domain->machine, virq);
	const struct msi_desc *desc = irq ? irq->irq_common_data.msi_desc : NULL;

	if (WARN_IF(domain->machine, !desc || irq->irq_data.domain != domain, MSI_BAD_RANGE, virq))
		return;
	msi_domain_free_irqs_range(desc->dev, desc->domid, desc->msi_index, desc->msi_index);
}
