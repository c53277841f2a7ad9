/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/xen.h"

#include <irqlab/provider/pci.h>

#define MAP_MSI	     (UINT64_C(1) << 32)
#define CALL_RESTORE UINT64_C(0x8000)
#define NOBODY	     0u

struct xen {
	struct machine *machine;
	struct xen_config config;
	struct msi_domain_ops ops;
	struct msi_domain_info info;
	uint32_t irq[]; /* of each event; 0: none */
};

static void xen_digest(const void *object, struct digest *d)
{
	const struct xen *x = object;

	digest_u64(d, x->info.flags);
	digest_bytes(d, x->irq, x->config.nr_events * sizeof(x->irq[0]));
}

static const struct object_type xen_type = {"xen", xen_digest};

/* ---- events ---- */

static struct xen *xen_of(const struct irq_data *d)
{
	return d->chip_data;
}

static void bind_event(struct irq_data *d, unsigned cpu)
{
	bus_write(irq_data_machine(d), xen_of(d)->config.events + 16 * d->hwirq, 8, cpu + 1);
}

static void mask_event(struct irq_data *d, bool masked)
{
	bus_write(irq_data_machine(d), xen_of(d)->config.events + 16 * d->hwirq + 8, 8, masked);
}

static unsigned pirq_startup(struct irq_data *d)
{
	const struct cpumask *target = irq_data_get_effective_affinity_mask(d);

	bind_event(d, cpumask_empty(target) ? 0 : cpumask_first(target));
	mask_event(d, false);
	return 0;
}

static void pirq_shutdown(struct irq_data *d)
{
	bus_write(irq_data_machine(d), xen_of(d)->config.events + 16 * d->hwirq, 8, NOBODY);
}

static void pirq_mask(struct irq_data *d)
{
	mask_event(d, true);
}

static void pirq_unmask(struct irq_data *d)
{
	mask_event(d, false);
}

static int pirq_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	unsigned cpu = cpumask_first(mask);

	(void)force;
	irq_data_update_effective_affinity(d, cpumask_of(irq_data_machine(d), cpu));
	if (irqd_has(d, IRQD_IRQ_STARTED))
		bind_event(d, cpu);
	return IRQ_SET_MASK_OK;
}

static const struct irq_chip pirq_chip = {
	.name = "xen-pirq",
	.irq_startup = pirq_startup,
	.irq_shutdown = pirq_shutdown,
	.irq_mask = pirq_mask,
	.irq_unmask = pirq_unmask,
	.irq_set_affinity = pirq_set_affinity,
};

/* ---- arrival ---- */

static struct xen *machine_xen(const struct machine *m)
{
	return machine_part(m, PART_XEN);
}

static void xen_upcall(struct machine *m, unsigned cpu, unsigned line)
{
	const struct xen *x = machine_xen(m);
	uint64_t event = bus_read(m, x->config.pending + 8 * (uint64_t)cpu, 8);

	(void)line;
	if (event < x->config.nr_events && x->irq[event])
		generic_handle_irq(m, x->irq[event]);
	else
		machine_warn(m, WARN_SPURIOUS_VECTOR, 0);
}

/* ---- batches ---- */

static uint64_t call_of(const struct xen *x, const struct device *dev, uint64_t what)
{
	return x->config.calls + ((uint64_t)dev->requester << 16) + what;
}

static uint64_t map_address(const struct xen *x, const struct msi_desc *desc)
{
	return call_of(x, desc->dev, 8 * (uint64_t)desc->msi_index);
}

static void unmap_pirqs(const struct xen *x, const struct msi_desc *desc)
{
	bus_write(x->machine, map_address(x, desc), 8, 0);
}

/* The first of nvec_used; 0: the hypervisor has none. */
static uint32_t map_pirqs(const struct xen *x, const struct msi_desc *desc)
{
	uint64_t kind = desc->pci.is_msix ? 0 : MAP_MSI, at = map_address(x, desc);

	bus_write(x->machine, at, 8, kind | desc->nvec_used);
	return (uint32_t)bus_read(x->machine, at, 8);
}

static void set_irq(struct xen *x, unsigned irq, uint32_t pirq)
{
	struct irq_desc *desc = irq_to_desc(x->machine, irq);

	touch(x->machine, desc);
	touch(x->machine, x);
	desc->irq_data.hwirq = pirq;
	desc->irq_data.chip_data = x;
	x->irq[pirq] = irq;
}

static int setup_desc(struct xen *x, struct msi_desc *desc)
{
	struct machine *m = x->machine;
	uint32_t pirq = map_pirqs(x, desc);
	int irq;

	if (!pirq)
		return -ENOSPC;
	irq = irq_alloc_descs(m, -1, desc->nvec_used, desc->dev->node, desc->affinity);
	if (irq < 0) {
		unmap_pirqs(x, desc);
		return irq;
	}
	for (unsigned i = 0; i < desc->nvec_used; i++) {
		set_irq(x, (unsigned)irq + i, pirq + i);
		irq_set_msi_desc(m, (unsigned)irq + i, i, desc);
		irq_set_chip_and_handler(m, (unsigned)irq + i, &pirq_chip, handle_edge_irq, "edge");
	}
	return 0;
}

static int xen_alloc_irqs(struct irq_domain *d, struct device *dev, int nvec)
{
	struct xen *x = msi_get_domain_info(d)->data;
	struct msi_desc *desc;

	(void)nvec;
	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_NOTASSOCIATED) {
		int ret = 0;

		if (desc->nvec_used > 1 && !x->config.multi)
			ret = 1;
		if (!ret)
			ret = setup_desc(x, desc);
		if (ret)
			return ret;
	}
	return 0;
}

static void forget_irqs(struct xen *x, const struct msi_desc *desc)
{
	touch(x->machine, x);
	for (unsigned i = 0; i < desc->nvec_used; i++) {
		struct irq_data *d = irq_get_irq_data(x->machine, desc->irq + i);

		if (irqd_has(d, IRQD_IRQ_STARTED))
			pirq_shutdown(d);
		x->irq[d->hwirq] = 0;
	}
}

static void xen_free_irqs(struct irq_domain *d, struct device *dev)
{
	struct xen *x = msi_get_domain_info(d)->data;
	struct msi_desc *desc;

	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_ASSOCIATED) {
		forget_irqs(x, desc);
		unmap_pirqs(x, desc);
		irq_free_msi_desc(x->machine, desc);
	}
}

static void xen_restore_irqs(struct irq_domain *d, struct device *dev)
{
	const struct xen *x = msi_get_domain_info(d)->data;

	bus_write(x->machine, call_of(x, dev, CALL_RESTORE), 8, 1);
}

/* ---- the domain ---- */

struct irq_domain *xen_create(struct machine *m, const struct xen_config *config)
{
	struct xen *x =
		object_alloc(m, &xen_type, sizeof(*x) + config->nr_events * sizeof(x->irq[0]));
	struct irq_domain *domain;

	if (!x)
		return NULL;
	x->machine = m;
	x->config = *config;
	x->ops = (struct msi_domain_ops){
		.domain_alloc_irqs = xen_alloc_irqs,
		.domain_free_irqs = xen_free_irqs,
		.domain_restore_irqs = xen_restore_irqs,
	};
	x->info = (struct msi_domain_info){
		.flags = MSI_FLAG_PCI_MSIX | MSI_FLAG_NO_MASK | MSI_FLAG_FREE_MSI_DESCS |
			 MSI_FLAG_DEV_SYSFS | (config->multi ? MSI_FLAG_MULTI_PCI_MSI : 0),
		.ops = &x->ops,
		.data = x,
	};
	domain = msi_create_irq_domain(m, "XEN-MSI", &x->info, NULL);
	if (!domain) {
		object_free(m, x);
		return NULL;
	}
	machine_set_part(m, PART_XEN, x);
	bus_set_entry(m, xen_upcall);
	return domain;
}
