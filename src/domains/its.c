/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/doorbell.h>
#include <domains/its_internal.h>

/* The domain: events of devices become LPIs, and go to a CPU. */

#define PROPERTY_ENABLE UINT64_C(1)

static struct its_device *device_of(const struct irq_data *d)
{
	return d->chip_data;
}

static uint32_t event_of(const struct irq_data *d)
{
	return (uint32_t)d->hwirq - device_of(d)->first;
}

/* Its values are those of an object of its own, but for which of the device's events it is. */
static void level_digest(const struct irq_data *d, struct digest *digest)
{
	digest_u64(digest, (uint64_t)device_of(d)->device_id << 32 | event_of(d));
}

/* ---- which CPU ---- */

static uint32_t *load_of(const struct irq_data *d, unsigned cpu)
{
	struct lpi_loads *loads = gic_root(irq_data_machine(d))->loads;

	touch(loads->machine, loads);
	return &loads->count[cpu][irqd_has(d, IRQD_AFFINITY_MANAGED)];
}

/* The lowest of those with the fewest LPIs of its kind; −1: the mask is empty. */
static int least_loaded(const struct irq_data *d, const struct cpumask *mask)
{
	const struct lpi_loads *loads = gic_root(irq_data_machine(d))->loads;
	bool managed = irqd_has(d, IRQD_AFFINITY_MANAGED);
	int best = -1;

	for_each_cpu (cpu, mask) {
		if (best < 0 || loads->count[cpu][managed] < loads->count[best][managed])
			best = (int)cpu;
	}
	return best;
}

static int select_cpu(const struct irq_data *d, const struct cpumask *wanted)
{
	const struct its_unit *its = device_of(d)->its;
	struct machine *m = its->machine;
	const struct cpumask *online = cpu_online_mask(m), *mask;
	int cpu;

	if (irqd_has(d, IRQD_AFFINITY_MANAGED))
		return least_loaded(d, wanted);
	mask = cpumask_and(m, wanted, online);
	if (its->node >= 0) {
		cpu = least_loaded(d, cpumask_and(m, mask, cpumask_of_node(m, its->node)));
		if (cpu >= 0)
			return cpu;
	}
	return least_loaded(d, cpumask_empty(mask) ? online : mask);
}

/* ---- the chip ---- */

static void set_enabled(struct irq_data *d, bool on)
{
	struct its_device *dev = device_of(d);
	struct machine *m = dev->its->machine;
	uint64_t property = gic_root(m)->properties + d->hwirq - GIC_FIRST_LPI_INTID;
	uint64_t value = bus_read(m, property, 1);

	trace(m, lpi_update_config, d->irq);
	bus_write(m, property, 1, on ? value | PROPERTY_ENABLE : value & ~PROPERTY_ENABLE);
	its_send_inv(dev, event_of(d));
}

static void its_mask_irq(struct irq_data *d)
{
	trace(irq_data_machine(d), its_mask_irq, d->irq);
	set_enabled(d, false);
}

static void its_unmask_irq(struct irq_data *d)
{
	trace(irq_data_machine(d), its_unmask_irq, d->irq);
	set_enabled(d, true);
}

static int its_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	struct its_device *dev = device_of(d);
	struct machine *m = dev->its->machine;
	uint32_t event = event_of(d);
	unsigned old = dev->collection[event];
	int cpu;

	if (layer_refuses(m, NOT_FOR_DRIVERS))
		return -EPERM;
	trace(m, its_set_affinity, d->irq, (uintptr_t)mask, force);
	if (irqd_has(d, IRQD_FORWARDED_TO_VCPU))
		return -EINVAL;
	/* Without its own load, so that it stays where it is if that is as good. */
	--*load_of(d, old);
	cpu = force ? least_loaded(d, mask) : select_cpu(d, mask);
	if (cpu < 0) {
		++*load_of(d, old);
		return -EINVAL;
	}
	if ((unsigned)cpu != old) {
		its_send_movi(dev, event, (unsigned)cpu);
		touch(m, dev);
		dev->collection[event] = (uint16_t)cpu;
		irq_data_update_effective_affinity(d, cpumask_of(m, (unsigned)cpu));
	}
	++*load_of(d, (unsigned)cpu);
	return IRQ_SET_MASK_OK_DONE;
}

static void its_irq_compose_msi_msg(struct irq_data *d, struct msi_msg *msg)
{
	const struct its_device *dev = device_of(d);

	trace(irq_data_machine(d), its_irq_compose_msi_msg, d->irq);
	msg->data = event_of(d);
	doorbell_compose(irq_data_get_msi_desc(d)->dev, dev->its->registers + ITS_TRANSLATER, msg);
}

static int its_irq_set_irqchip_state(struct irq_data *d, enum irqchip_state which, bool state)
{
	trace(irq_data_machine(d), its_irq_set_irqchip_state, d->irq, which, state);
	if (which != IRQCHIP_STATE_PENDING)
		return -EINVAL;
	if (state)
		its_send_int(device_of(d), event_of(d));
	else
		its_send_clear(device_of(d), event_of(d));
	return 0;
}

static int its_irq_retrigger(struct irq_data *d)
{
	trace(irq_data_machine(d), its_irq_retrigger, d->irq);
	its_send_int(device_of(d), event_of(d));
	return 1;
}

/* Virtual LPIs are not modelled. */
static int its_set_vcpu_affinity(struct irq_data *d, void *vcpu_info)
{
	(void)d;
	(void)vcpu_info;
	return -EINVAL;
}

const struct irq_chip its_chip = {
	.name = "ITS",
	.irq_mask = its_mask_irq,
	.irq_unmask = its_unmask_irq,
	.irq_eoi = irq_chip_eoi_parent,
	.irq_set_affinity = its_set_affinity,
	.irq_compose_msi_msg = its_irq_compose_msi_msg,
	.irq_set_irqchip_state = its_irq_set_irqchip_state,
	.irq_retrigger = its_irq_retrigger,
	.irq_set_vcpu_affinity = its_set_vcpu_affinity,
};

/* ---- allocation ---- */

static int fill_level(struct irq_domain *domain, unsigned virq, struct its_device *dev,
		      uint32_t event)
{
	struct gic_spec spec = {.intid = dev->first + event};
	int ret = irq_domain_alloc_irqs_parent(domain, virq, 1, &spec);

	if (ret)
		return ret;
	ret = irq_domain_set_hwirq_and_chip(domain, virq, spec.intid, &its_chip, dev);
	if (ret) {
		irq_domain_free_irqs_parent(domain, virq, 1);
		return ret;
	}
	irqd_set(irq_domain_get_irq_data(domain, virq),
		 IRQD_AFFINITY_ON_ACTIVATE | IRQD_RESEND_WHEN_IN_PROGRESS);
	return 0;
}

static int fill_levels(struct irq_domain *domain, unsigned virq, unsigned nr,
		       struct its_device *dev, uint32_t first)
{
	for (unsigned i = 0; i < nr; i++) {
		int ret = fill_level(domain, virq + i, dev, first + i);

		if (!ret)
			continue;
		if (i)
			irq_domain_free_irqs_common(domain, virq, i);
		return ret;
	}
	return 0;
}

static int its_irq_domain_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	msi_alloc_info_t *info = arg;
	struct its_unit *its = domain->host_data;
	struct its_device *dev = (struct its_device *)(uintptr_t)info->scratch[0];
	uint32_t first;
	int ret;

	trace(its->machine, its_irq_domain_alloc, virq, nr);
	ret = its_take_events(dev, nr, &first);
	if (ret)
		return ret;
	if (info->desc)
		doorbell_prepare(info, its->registers + ITS_TRANSLATER);
	trace(its->machine, iommu_dma_prepare_msi, 0);
	ret = fill_levels(domain, virq, nr, dev, first);
	if (ret && !machine_switch(its->machine, SWITCH_ITS_REGION_LEAK))
		its_give_events(dev, first, nr);
	return ret;
}

static void its_irq_domain_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	struct its_unit *its = domain->host_data;
	struct irq_data *first = irq_domain_get_irq_data(domain, virq);
	struct its_device *dev = first ? device_of(first) : NULL;

	trace(its->machine, its_irq_domain_free, virq, nr);
	if (!dev) {
		irq_domain_free_irqs_parent(domain, virq, nr);
		return;
	}
	for (unsigned i = 0; i < nr; i++) {
		struct irq_data *d = irq_domain_get_irq_data(domain, virq + i);

		its_give_event(dev, event_of(d));
		irq_domain_reset_irq_data(d);
	}
	lock_acquire(its->machine, &its->device_lock);
	if (!its_device_is_shared(dev) && its_device_is_empty(dev))
		its_free_device(dev);
	lock_release(its->machine, &its->device_lock);
	irq_domain_free_irqs_parent(domain, virq, nr);
}

/* ---- activation ---- */

static int its_irq_domain_activate(struct irq_domain *domain, struct irq_data *d, bool reserve)
{
	struct its_device *dev = device_of(d);
	struct machine *m = domain->machine;
	uint32_t event = event_of(d);
	int cpu = select_cpu(d, cpu_online_mask(m));

	trace(m, its_irq_domain_activate, d->irq, reserve);
	if (cpu < 0)
		return -EINVAL;
	++*load_of(d, (unsigned)cpu);
	touch(m, dev);
	dev->collection[event] = (uint16_t)cpu;
	irq_data_update_effective_affinity(d, cpumask_of(m, (unsigned)cpu));
	its_send_mapti(dev, event);
	return 0;
}

static void its_irq_domain_deactivate(struct irq_domain *domain, struct irq_data *d)
{
	struct its_device *dev = device_of(d);
	uint32_t event = event_of(d);

	trace(domain->machine, its_irq_domain_deactivate, d->irq);
	--*load_of(d, dev->collection[event]);
	its_send_discard(dev, event);
}

static const struct irq_domain_ops its_domain_ops = {
	.alloc = its_irq_domain_alloc,
	.free = its_irq_domain_free,
	.activate = its_irq_domain_activate,
	.deactivate = its_irq_domain_deactivate,
	.digest = level_digest,
};

/* ---- making ---- */

static void cpu_online(struct machine *m, unsigned cpu)
{
	for (struct its_unit *its = gic_root(m)->its; its; its = its->next)
		its_map_collection(its, cpu);
}

static const struct irq_root_ops its_root_ops = {.cpu_online = cpu_online};

static void map_online_cpus(struct its_unit *its)
{
	unsigned before = this_cpu(its->machine);

	for_each_cpu (cpu, cpu_online_mask(its->machine)) {
		run_on_cpu(its->machine, cpu);
		its_map_collection(its, cpu);
	}
	run_on_cpu(its->machine, before);
}

static struct irq_domain *make_domain(struct its_unit *its, struct irq_domain *parent,
				      const char *name)
{
	const struct irq_domain_config config = {
		.name = name ? name : ":intc@8000000:its@8080000",
		.ops = &its_domain_ops,
		.parent = parent,
		.bus_token = DOMAIN_BUS_NEXUS,
		.flags = IRQ_DOMAIN_FLAG_MSI_PARENT | IRQ_DOMAIN_FLAG_ISOLATED_MSI,
		.host_data = its,
	};
	struct irq_domain *domain = irq_domain_create(its->machine, &config);

	if (!domain)
		return NULL;
	touch(its->machine, domain);
	domain->msi_parent_ops = &its_msi_parent_ops;
	return domain;
}

struct irq_domain *its_domain_create(struct machine *m, const struct its_config *config)
{
	struct gic_root *g = gic_root(m);
	struct its_unit *its;

	if (!g || !g->lpis)
		return NULL;
	its = its_unit_create(g, config);
	if (!its)
		return NULL;
	its->domain = make_domain(its, g->domain, config->name);
	if (!its->domain || (!g->its && irq_register_root(m, &its_root_ops))) {
		its_unit_free(its);
		return NULL;
	}
	touch(m, g);
	its->next = g->its;
	g->its = its;
	map_online_cpus(its);
	return its->domain;
}

/* ---- a given state ---- */

int its_load_device(struct irq_domain *domain, uint32_t device_id, unsigned event_bits,
		    uint32_t first, uint32_t nr)
{
	struct its_unit *its = domain->host_data;
	struct gic_root *g = gic_root(its->machine);
	struct lpi_block *lpis;

	if (its_find_device(its, device_id) || event_bits > 16 || nr > UINT32_C(1) << event_bits)
		return -EINVAL;
	if (!its_reserve_device(its, device_id))
		return -EINVAL;
	lpis = lpi_take(g->lpis, first, nr);
	if (!lpis)
		return -EINVAL;
	if (its_adopt_device(its, device_id, UINT32_C(1) << event_bits, lpis))
		return 0;
	lpi_free(g->lpis, lpis);
	return -ENOMEM;
}

static struct its_device *device_of_lpi(const struct its_unit *its, uint64_t intid)
{
	uint64_t id = 0;
	struct its_device *dev;

	for (; (dev = xa_find(&its->devices, &id, UINT32_MAX)); id++)
		if (intid >= dev->first && intid - dev->first < dev->nr)
			return dev;
	return NULL;
}

int its_load_irq(struct irq_data *d)
{
	struct its_device *dev = device_of_lpi(d->domain->host_data, d->hwirq);
	const struct cpumask *effective = irq_data_get_effective_affinity_mask(d);
	uint32_t event;
	int ret;

	if (!dev || its_event_is_taken(dev, (uint32_t)d->hwirq - dev->first))
		return -EINVAL;
	ret = irq_domain_set_hwirq_and_chip(d->domain, d->irq, d->hwirq, &its_chip, dev);
	if (ret)
		return ret;
	event = event_of(d);
	its_mark_event(dev, event);
	if (!cpumask_empty(effective))
		dev->collection[event] = (uint16_t)cpumask_first(effective);
	if (irqd_has(d, IRQD_ACTIVATED))
		++*load_of(d, dev->collection[event]);
	return 0;
}

static struct irq_data *level_of(const struct machine *m, unsigned irq)
{
	struct irq_data *d = irq_get_irq_data(m, irq);

	while (d && d->chip != &its_chip)
		d = d->parent_data;
	return d;
}

void its_load_commands(struct irq_domain *domain, uint32_t device_id)
{
	struct its_unit *its = domain->host_data;
	struct its_device *dev = its_find_device(its, device_id);

	if (!dev)
		return;
	its_send_mapd(dev, true);
	for_each_used_irq (irq, its->machine) {
		struct irq_data *d = level_of(its->machine, irq);

		if (d && device_of(d) == dev && irqd_has(d, IRQD_ACTIVATED))
			its_send_mapti(dev, event_of(d));
	}
	for_each_used_irq (irq, its->machine) {
		struct irq_data *d = level_of(its->machine, irq);

		if (d && device_of(d) == dev && !irqd_has(d, IRQD_IRQ_MASKED))
			set_enabled(d, true);
	}
}

/* ---- looking ---- */

bool its_is_domain(const struct irq_domain *domain)
{
	return domain->ops == &its_domain_ops;
}

bool its_device_info(const struct irq_domain *domain, uint32_t device_id,
		     struct its_device_info *out)
{
	const struct its_device *dev = its_find_device(domain->host_data, device_id);

	if (!dev)
		return false;
	*out = (struct its_device_info){
		.device_id = device_id,
		.first_lpi = dev->first,
		.nr_lpis = dev->nr,
		.events = dev->events,
		.shared = its_device_is_shared(dev),
		.itt = dev->itt,
	};
	for (uint32_t event = 0; event < dev->nr; event++)
		out->taken += its_event_is_taken(dev, event);
	return true;
}

bool its_irq_info(const struct machine *m, unsigned irq, struct its_irq_info *out)
{
	const struct irq_data *d = level_of(m, irq);

	if (!d)
		return false;
	*out = (struct its_irq_info){
		.device_id = device_of(d)->device_id,
		.event = event_of(d),
		.collection = device_of(d)->collection[event_of(d)],
	};
	return true;
}
