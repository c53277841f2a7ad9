/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/gic_internal.h>
#include <string.h>

/* What GICv2 and GICv3 have in common: interrupts of the distributor, and taking one. */

/* Arm IHI 0069, 12.9: registers with bits or bytes for each INTID */
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_ISPENDR   0x200
#define GICD_ICPENDR   0x280
#define GICD_ISACTIVER 0x300
#define GICD_ICACTIVER 0x380
#define GICD_ICFGR     0xc00
#define GICR_SGI       0x10000 /* those of private interrupts, in a redistributor */

/* ---- the object ---- */

static void root_digest(const void *object, struct digest *d)
{
	const struct gic_root *g = object;

	digest_u64(d, g->domain ? g->domain->id : 0);
	digest_u64(d, (uint64_t)g->version << 8 | g->id_bits);
	digest_u64(d, g->distributor);
	digest_u64(d, g->properties);
	for (uint32_t cpu = 0; cpu < g->nr_cpus; cpu++) {
		const struct gic_cpu *c = &g->cpu[cpu];

		digest_u64(d, c->redistributor);
		digest_u64(d, c->pending_table | c->lpis_on);
		digest_u64(d, (uint64_t)c->processor << 32 | c->affinity);
	}
}

static void loads_digest(const void *object, struct digest *d)
{
	const struct lpi_loads *loads = object;

	digest_u64(d, loads->nr_cpus);
	digest_bytes(d, loads->count, loads->nr_cpus * sizeof(loads->count[0]));
}

static const struct object_type root_type = {"gic-root", root_digest};
static const struct object_type loads_type = {"lpi-loads", loads_digest};

struct gic_root *gic_root_alloc(struct machine *m, const struct gic_config *config, uint8_t version)
{
	struct gic_root *g;

	if (gic_root(m) || !config->nr_cpus || config->nr_cpus > CPUMASK_MAX_CPUS)
		return NULL;
	g = object_alloc(m, &root_type, sizeof(*g) + config->nr_cpus * sizeof(g->cpu[0]));
	if (!g)
		return NULL;
	g->machine = m;
	g->version = version;
	g->distributor = config->distributor;
	g->nr_cpus = config->nr_cpus;
	g->loads = object_alloc(m, &loads_type,
				sizeof(*g->loads) + config->nr_cpus * sizeof(g->loads->count[0]));
	if (!g->loads) {
		object_free(m, g);
		return NULL;
	}
	g->loads->machine = m;
	g->loads->nr_cpus = config->nr_cpus;
	return g;
}

void gic_root_free(struct gic_root *g)
{
	struct machine *m = g->machine;

	for (uint32_t cpu = 0; cpu < g->nr_cpus; cpu++)
		if (g->cpu[cpu].pending_table)
			bus_memory_free(m, g->cpu[cpu].pending_table);
	if (g->properties)
		bus_memory_free(m, g->properties);
	lpi_space_destroy(g->lpis);
	if (g->domain)
		irq_domain_remove(g->domain);
	object_free(m, g->loads);
	object_free(m, g);
}

int gic_install(struct gic_root *g, const struct irq_domain_config *domain,
		const struct irq_root_ops *ops)
{
	struct machine *m = g->machine;
	int ret;

	g->domain = irq_domain_create(m, domain);
	if (!g->domain)
		return -ENOMEM;
	ret = irq_register_root(m, ops);
	if (ret)
		return ret;
	machine_set_part(m, PART_ARM, g);
	bus_set_entry(m, gic_handle_irq);
	return 0;
}

/* ---- registers of one interrupt ---- */

/* Private ones are the executing CPU's: GICv2 banks them, GICv3 has them in the redistributor. */
static uint64_t frame_of(const struct irq_data *d)
{
	const struct gic_root *g = d->domain->host_data;

	if (d->hwirq >= GIC_FIRST_SPI_INTID || g->version == 2)
		return g->distributor;
	return g->cpu[this_cpu(g->machine)].redistributor + GICR_SGI;
}

static uint64_t bit_register(const struct irq_data *d, unsigned offset)
{
	return frame_of(d) + offset + d->hwirq / 32 * 4;
}

static void write_bit(const struct irq_data *d, unsigned offset)
{
	bus_write(irq_data_machine(d), bit_register(d, offset), 4, UINT64_C(1) << (d->hwirq % 32));
}

static bool read_bit(const struct irq_data *d, unsigned offset)
{
	return bus_read(irq_data_machine(d), bit_register(d, offset), 4) >> (d->hwirq % 32) & 1;
}

bool gic_is_enabled(const struct irq_data *d)
{
	return read_bit(d, GICD_ISENABLER);
}

void gic_mask_irq(struct irq_data *d)
{
	trace(irq_data_machine(d), gic_mask_irq, d->irq, d->domain->id);
	write_bit(d, GICD_ICENABLER);
}

void gic_unmask_irq(struct irq_data *d)
{
	trace(irq_data_machine(d), gic_unmask_irq, d->irq, d->domain->id);
	write_bit(d, GICD_ISENABLER);
}

/* Shared ones rise, or are level triggered and active high. */
int gic_set_type(struct irq_data *d, unsigned type)
{
	struct machine *m = irq_data_machine(d);
	uint64_t address = frame_of(d) + GICD_ICFGR + d->hwirq / 16 * 4;
	uint32_t edge = UINT32_C(2) << (d->hwirq % 16 * 2), config;

	if (d->hwirq < 16 || d->hwirq >= GIC_FIRST_LPI_INTID)
		return -EINVAL;
	if (d->hwirq >= GIC_FIRST_SPI_INTID && type != IRQ_TYPE_LEVEL_HIGH &&
	    type != IRQ_TYPE_EDGE_RISING)
		return -EINVAL;
	config = (uint32_t)bus_read(m, address, 4) & ~edge;
	if (type & (IRQ_TYPE_EDGE_RISING | IRQ_TYPE_EDGE_FALLING))
		config |= edge;
	bus_write(m, address, 4, config);
	return 0;
}

int gic_get_irqchip_state(struct irq_data *d, enum irqchip_state which, bool *state)
{
	if (d->hwirq >= GIC_FIRST_LPI_INTID)
		return -EINVAL;
	switch (which) {
	case IRQCHIP_STATE_PENDING:
		*state = read_bit(d, GICD_ISPENDR);
		return 0;
	case IRQCHIP_STATE_ACTIVE:
		*state = read_bit(d, GICD_ISACTIVER);
		return 0;
	case IRQCHIP_STATE_MASKED:
		*state = !read_bit(d, GICD_ISENABLER);
		return 0;
	default:
		return -EINVAL;
	}
}

int gic_set_irqchip_state(struct irq_data *d, enum irqchip_state which, bool state)
{
	if (d->hwirq >= GIC_FIRST_LPI_INTID)
		return -EINVAL;
	switch (which) {
	case IRQCHIP_STATE_PENDING:
		write_bit(d, state ? GICD_ISPENDR : GICD_ICPENDR);
		return 0;
	case IRQCHIP_STATE_ACTIVE:
		write_bit(d, state ? GICD_ISACTIVER : GICD_ICACTIVER);
		return 0;
	case IRQCHIP_STATE_MASKED:
		write_bit(d, state ? GICD_ICENABLER : GICD_ISENABLER);
		return 0;
	default:
		return -EINVAL;
	}
}

int gic_retrigger(struct irq_data *d)
{
	return !gic_set_irqchip_state(d, IRQCHIP_STATE_PENDING, true);
}

int gic_choose_cpu(struct machine *m, const struct cpumask *mask, bool force)
{
	if (!force)
		mask = cpumask_and(m, mask, cpu_online_mask(m));
	return cpumask_empty(mask) ? -1 : (int)cpumask_first(mask);
}

/* ---- allocation ---- */

static bool intid_is_valid(const struct gic_root *g, uint64_t intid)
{
	return intid < g->nr_intids ||
	       (g->lpis && intid >= GIC_FIRST_LPI_INTID && intid < UINT64_C(1) << g->id_bits);
}

static void fill_level(struct gic_root *g, unsigned virq, uint64_t intid)
{
	const struct irq_chip *chip = g->version == 2 ? &gic_v2_chip : &gic_v3_chip;
	struct irq_domain *domain = g->domain;

	if (intid < GIC_FIRST_SPI_INTID) {
		irq_domain_set_info(domain, virq, intid, chip, NULL, handle_percpu_devid_irq, NULL,
				    NULL);
		irq_modify_status(g->machine, virq, 0, IRQ_PER_CPU | IRQ_NOAUTOEN);
	} else {
		irq_domain_set_info(domain, virq, intid, chip, NULL, handle_fasteoi_irq, NULL,
				    NULL);
		irqd_set(irq_domain_get_irq_data(domain, virq), IRQD_SINGLE_TARGET);
	}
	irqd_set(irq_domain_get_irq_data(domain, virq), IRQD_HANDLE_ENFORCE_IRQCTX);
}

int gic_domain_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	struct gic_root *g = domain->host_data;
	const struct gic_spec *spec = arg;

	trace(g->machine, gic_irq_domain_alloc, virq, nr, domain->id);
	for (unsigned i = 0; i < nr; i++)
		if (!intid_is_valid(g, spec->intid + UINT64_C(1) * i))
			return -EINVAL;
	for (unsigned i = 0; i < nr; i++)
		fill_level(g, virq + i, spec->intid + i);
	return 0;
}

void gic_domain_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	trace(domain->machine, gic_irq_domain_free, virq, nr, domain->id);
	for (unsigned i = 0; i < nr; i++) {
		struct irq_data *d = irq_domain_get_irq_data(domain, virq + i);

		if (d)
			irq_domain_reset_irq_data(d);
	}
}

/* ---- arrival ---- */

void gic_handle_irq(struct machine *m, unsigned cpu, unsigned vector)
{
	const struct gic_root *g = gic_root(m);
	struct irq_data *d = irq_domain_resolve(g->domain, vector);
	struct irq_data unknown = {.hwirq = vector, .domain = g->domain};
	struct irq_common_data common = {.machine = m};

	(void)cpu;
	if (d && !handle_irq_desc(irq_data_to_desc(d)))
		return;
	/* Nobody's: it must be ended all the same, or it would keep others from the CPU. */
	machine_warn(m, WARN_SPURIOUS_VECTOR, 0);
	unknown.common = &common;
	(g->version == 2 ? &gic_v2_chip : &gic_v3_chip)->irq_eoi(&unknown);
}

/* ---- a given state, and looking ---- */

int gic_load_irq(struct irq_data *d)
{
	struct gic_root *g = d->domain->host_data;

	if (!intid_is_valid(g, d->hwirq))
		return -EINVAL;
	return irq_domain_set_hwirq_and_chip(d->domain, d->irq, d->hwirq,
					     g->version == 2 ? &gic_v2_chip : &gic_v3_chip, NULL);
}

struct irq_domain *gic_domain(const struct machine *m)
{
	return gic_root(m) ? gic_root(m)->domain : NULL;
}

uint32_t gic_lpi_load(const struct machine *m, unsigned cpu, bool managed)
{
	const struct gic_root *g = gic_root(m);

	return g && cpu < g->nr_cpus ? g->loads->count[cpu][managed] : 0;
}

bool gic_lpi_is_taken(const struct machine *m, uint32_t intid)
{
	const struct gic_root *g = gic_root(m);

	return g && g->lpis && intid >= GIC_FIRST_LPI_INTID && intid < UINT32_C(1) << g->id_bits &&
	       !lpi_is_free(g->lpis, intid);
}
