/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/gic_internal.h>

/* GICv2: at most 8 CPUs, no LPIs; a distributor and CPU interfaces (Arm IHI 0048). */

#define GICD_CTLR	0x000
#define GICD_TYPER	0x004
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR	0x800
#define CTLR_ENABLE	1
/* CPU interface of the executing CPU */
#define GICC_BASE UINT64_C(0x08010000)
#define GICC_CTLR 0x00
#define GICC_PMR  0x04
#define GICC_EOIR 0x10

#define PRIORITY_MASK	 0xf0 /* all interrupts pass */
#define DEFAULT_PRIORITY UINT32_C(0xa0a0a0a0)

static void eoi(struct irq_data *d)
{
	bus_write(irq_data_machine(d), GICC_BASE + GICC_EOIR, 4, d->hwirq);
}

static int set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	const struct gic_root *g = d->domain->host_data;
	struct machine *m = g->machine;
	int cpu = gic_choose_cpu(m, mask, force);

	trace(m, gic_set_affinity, d->irq, (uintptr_t)mask, force);
	if (cpu < 0 || d->hwirq < GIC_FIRST_SPI_INTID)
		return -EINVAL;
	bus_write(m, g->distributor + GICD_ITARGETSR + d->hwirq, 1, UINT64_C(1) << cpu);
	irq_data_update_effective_affinity(d, cpumask_of(m, (unsigned)cpu));
	return IRQ_SET_MASK_OK_DONE;
}

const struct irq_chip gic_v2_chip = {
	.name = "GICv2",
	.irq_mask = gic_mask_irq,
	.irq_unmask = gic_unmask_irq,
	.irq_eoi = eoi,
	.irq_set_type = gic_set_type,
	.irq_retrigger = gic_retrigger,
	.irq_set_affinity = set_affinity,
	.irq_get_irqchip_state = gic_get_irqchip_state,
	.irq_set_irqchip_state = gic_set_irqchip_state,
	.flags = IRQCHIP_SET_TYPE_MASKED | IRQCHIP_SKIP_SET_WAKE | IRQCHIP_MASK_ON_SUSPEND,
};

static void start_cpu_interface(struct machine *m)
{
	bus_write(m, GICC_BASE + GICC_PMR, 4, PRIORITY_MASK);
	bus_write(m, GICC_BASE + GICC_CTLR, 4, CTLR_ENABLE);
}

static void cpu_online(struct machine *m, unsigned cpu)
{
	(void)cpu;
	start_cpu_interface(m);
}

static const struct irq_root_ops root_ops = {.cpu_online = cpu_online};

static const struct irq_domain_ops domain_ops = {
	.alloc = gic_domain_alloc,
	.free = gic_domain_free,
};

/* Every SPI to the first CPU, until somebody says otherwise. */
static void start_distributor(struct gic_root *g)
{
	struct machine *m = g->machine;

	for (uint32_t i = GIC_FIRST_SPI_INTID; i < g->nr_intids; i += 4) {
		bus_write(m, g->distributor + GICD_ITARGETSR + i, 4, UINT64_C(0x01010101));
		bus_write(m, g->distributor + GICD_IPRIORITYR + i, 4, DEFAULT_PRIORITY);
	}
	bus_write(m, g->distributor + GICD_CTLR, 4, CTLR_ENABLE);
}

struct irq_domain *gic_v2_create(struct machine *m, const struct gic_config *config)
{
	struct gic_root *g = config->nr_cpus <= 8 ? gic_root_alloc(m, config, 2) : NULL;
	struct irq_domain_config domain = {
		.name = config->name ? config->name : ":intc@8000000",
		.ops = &domain_ops,
		.flags = IRQ_DOMAIN_FLAG_NAME_ALLOCATED,
		.host_data = g,
	};
	unsigned before;

	if (!g)
		return NULL;
	g->nr_intids = (uint32_t)(bus_read(m, g->distributor + GICD_TYPER, 4) & 0x1f) * 32 + 32;
	domain.size = g->nr_intids;
	if (gic_install(g, &domain, &root_ops)) {
		gic_root_free(g);
		return NULL;
	}
	start_distributor(g);
	before = this_cpu(m);
	for_each_cpu (cpu, cpu_online_mask(m)) {
		run_on_cpu(m, cpu);
		start_cpu_interface(m);
	}
	run_on_cpu(m, before);
	return g->domain;
}
