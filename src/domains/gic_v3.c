/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/gic_internal.h>
#include <stdio.h>

/* GICv3 (Arm IHI 0069): redistributors, LPIs, CPU interfaces of system registers. */

#define GICD_CTLR	0x0000
#define GICD_TYPER	0x0004
#define GICD_IPRIORITYR 0x0400
#define GICD_IROUTER	0x6000
#define CTLR_GRP1	0x2
#define CTLR_ARE	0x10
/* Redistributor, 12.10 */
#define GICR_CTLR      0x0000
#define GICR_TYPER     0x0008
#define GICR_WAKER     0x0014
#define GICR_PROPBASER 0x0070
#define GICR_PENDBASER 0x0078
#define CTLR_LPIS      0x1
#define WAKER_SLEEP    0x2
#define WAKER_ASLEEP   0x4
#define PENDBASER_PTZ  (UINT64_C(1) << 62)
/* CPU interface of the executing CPU, 12.2 */
#define ICC_BASE    UINT64_C(0x08010000)
#define ICC_EOIR1   0x08
#define ICC_PMR	    0x10
#define ICC_CTLR    0x18
#define ICC_IGRPEN1 0x20
#define ICC_BPR1    0x28

#define PRIORITY_MASK	 0xf0 /* all interrupts pass */
#define DEFAULT_PRIORITY UINT32_C(0xa0a0a0a0)
/* 9.1.2: property bytes. As all LPIs are at first: group 1, not enabled. */
#define LPI_DEFAULT UINT64_C(0xc2)
#define TABLE_ALIGN UINT64_C(65536)

/* ---- the chip ---- */

static void eoi(struct irq_data *d)
{
	bus_write(irq_data_machine(d), ICC_BASE + ICC_EOIR1, 8, d->hwirq);
}

static uint64_t route_to(const struct gic_root *g, unsigned cpu)
{
	uint64_t affinity = g->cpu[cpu].affinity;

	return (affinity & 0xffffff) | (affinity & 0xff000000) << 8;
}

static int set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	const struct gic_root *g = d->domain->host_data;
	struct machine *m = g->machine;
	int cpu = gic_choose_cpu(m, mask, force);
	bool enabled;

	trace(m, gic_set_affinity, d->irq, (uintptr_t)mask, force);
	if (cpu < 0 || d->hwirq < GIC_FIRST_SPI_INTID || d->hwirq >= g->nr_intids)
		return -EINVAL;
	enabled = gic_is_enabled(d);
	if (enabled)
		gic_mask_irq(d);
	bus_write(m, g->distributor + GICD_IROUTER + d->hwirq * 8, 8, route_to(g, (unsigned)cpu));
	if (enabled)
		gic_unmask_irq(d);
	irq_data_update_effective_affinity(d, cpumask_of(m, (unsigned)cpu));
	return IRQ_SET_MASK_OK_DONE;
}

const struct irq_chip gic_v3_chip = {
	.name = "GICv3",
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

/* ---- a CPU starts ---- */

static void wake_redistributor(struct gic_root *g, unsigned cpu)
{
	uint64_t waker = g->cpu[cpu].redistributor + GICR_WAKER;
	struct machine *m = g->machine;

	bus_write(m, waker, 4, bus_read(m, waker, 4) & ~(uint64_t)WAKER_SLEEP);
	if (bus_read(m, waker, 4) & WAKER_ASLEEP)
		machine_poison(m, "a redistributor does not wake up");
}

/* Once for each CPU: a redistributor that was started keeps its tables. */
static void start_lpis(struct gic_root *g, unsigned cpu)
{
	struct gic_cpu *c = &g->cpu[cpu];
	struct machine *m = g->machine;

	if (!g->lpis || c->lpis_on)
		return;
	bus_write(m, c->redistributor + GICR_PROPBASER, 8, g->properties | (g->id_bits - 1u));
	bus_write(m, c->redistributor + GICR_PENDBASER, 8, c->pending_table | PENDBASER_PTZ);
	bus_write(m, c->redistributor + GICR_CTLR, 4, CTLR_LPIS);
	touch(m, g);
	c->lpis_on = true;
}

static void start_cpu(struct gic_root *g, unsigned cpu)
{
	struct machine *m = g->machine;

	wake_redistributor(g, cpu);
	start_lpis(g, cpu);
	bus_write(m, ICC_BASE + ICC_PMR, 8, PRIORITY_MASK);
	bus_write(m, ICC_BASE + ICC_BPR1, 8, 0);
	bus_write(m, ICC_BASE + ICC_CTLR, 8, 0);
	bus_write(m, ICC_BASE + ICC_IGRPEN1, 8, 1);
}

static void cpu_online(struct machine *m, unsigned cpu)
{
	start_cpu(gic_root(m), cpu);
}

static const struct irq_root_ops root_ops = {.cpu_online = cpu_online};

static const struct irq_domain_ops domain_ops = {
	.alloc = gic_domain_alloc,
	.free = gic_domain_free,
};

/* ---- making ---- */

static bool make_tables(struct gic_root *g, const char *object)
{
	struct memory_label label = {.store = "lpi", .stride = 1};
	struct machine *m = g->machine;
	uint64_t size = (UINT64_C(1) << g->id_bits) - GIC_FIRST_LPI_INTID;

	snprintf(label.object, sizeof(label.object), "%s", object);
	g->properties = bus_memory_alloc(m, size, TABLE_ALIGN, &label);
	if (!g->properties)
		return false;
	for (uint64_t i = 0; i < size; i += 8)
		bus_write(m, g->properties + i, 8, LPI_DEFAULT * UINT64_C(0x0101010101010101));
	label.store = "pending";
	for (uint32_t cpu = 0; cpu < g->nr_cpus; cpu++) {
		g->cpu[cpu].pending_table =
			bus_memory_alloc(m, (UINT64_C(1) << g->id_bits) / 8, TABLE_ALIGN, &label);
		if (!g->cpu[cpu].pending_table)
			return false;
	}
	g->lpis = lpi_space_create(m, GIC_FIRST_LPI_INTID, (uint32_t)size);
	return g->lpis;
}

static void start_distributor(struct gic_root *g)
{
	struct machine *m = g->machine;

	bus_write(m, g->distributor + GICD_CTLR, 4, CTLR_ARE | CTLR_GRP1);
	for (uint32_t i = GIC_FIRST_SPI_INTID; i < g->nr_intids; i += 4)
		bus_write(m, g->distributor + GICD_IPRIORITYR + i, 4, DEFAULT_PRIORITY);
	for (uint32_t i = GIC_FIRST_SPI_INTID; i < g->nr_intids; i++)
		bus_write(m, g->distributor + GICD_IROUTER + i * UINT64_C(8), 8, route_to(g, 0));
}

static void start_cpus(struct gic_root *g)
{
	unsigned before = this_cpu(g->machine);

	for_each_cpu (cpu, cpu_online_mask(g->machine)) {
		run_on_cpu(g->machine, cpu);
		start_cpu(g, cpu);
	}
	run_on_cpu(g->machine, before);
}

struct irq_domain *gic_v3_create(struct machine *m, const struct gic_config *config)
{
	struct gic_root *g = gic_root_alloc(m, config, 3);
	const struct irq_domain_config domain = {
		.name = config->name ? config->name : ":intc@8000000",
		.ops = &domain_ops,
		.bus_token = DOMAIN_BUS_WIRED,
		.host_data = g,
	};

	if (!g)
		return NULL;
	for (uint32_t cpu = 0; cpu < g->nr_cpus; cpu++) {
		uint64_t typer = bus_read(m, config->redistributors[cpu] + GICR_TYPER, 8);

		g->cpu[cpu].redistributor = config->redistributors[cpu];
		g->cpu[cpu].processor = (uint32_t)(typer >> 8 & 0xffff);
		g->cpu[cpu].affinity = (uint32_t)(typer >> 32);
	}
	g->nr_intids = (uint32_t)(bus_read(m, g->distributor + GICD_TYPER, 4) & 0x1f) * 32 + 32;
	if (g->nr_intids > 1020)
		g->nr_intids = 1020;
	if (config->id_bits >= 14) {
		g->id_bits = config->id_bits;
		if (!make_tables(g, config->object ? config->object : "gic"))
			goto fail;
	}
	if (gic_install(g, &domain, &root_ops))
		goto fail;
	start_distributor(g);
	start_cpus(g);
	return g->domain;
fail:
	gic_root_free(g);
	return NULL;
}
