/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_GIC_INTERNAL_H
#define IRQLAB_DOMAINS_GIC_INTERNAL_H

#include <domains/gic.h>
#include <domains/its_lpi.h>
#include <domains/tracepoint.h>

struct gic_cpu {
	uint64_t redistributor; /* bus address */
	uint64_t pending_table; /* its memory */
	uint32_t processor, affinity;
	bool lpis_on;
};

struct lpi_loads { /* activated LPIs of each CPU */
	struct machine *machine;
	uint32_t nr_cpus;
	uint32_t count[][2]; /* [cpu][managed] */
};

struct its_unit;
struct doorbell_unit;

struct gic_root {
	struct machine *machine;
	struct irq_domain *domain;
	uint64_t distributor;
	uint64_t properties;	/* of LPIs: a table in memory */
	struct lpi_space *lpis; /* NULL: there are none */
	struct lpi_loads *loads;
	struct its_unit *its;		 /* all of them, newest first */
	struct doorbell_unit *doorbells; /* translating units in front of devices */
	uint32_t nr_intids;		 /* without LPIs */
	uint32_t nr_cpus;
	uint8_t version, id_bits;
	struct gic_cpu cpu[];
};

static inline struct gic_root *gic_root(const struct machine *m)
{
	return machine_part(m, PART_ARM);
}

/* ---- gic_common.c: what both versions share ---- */

/* The root as an object, with nothing started. NULL: no memory, or there is one. */
struct gic_root *gic_root_alloc(struct machine *m, const struct gic_config *config,
				uint8_t version);
void gic_root_free(struct gic_root *g);
int gic_install(struct gic_root *g, const struct irq_domain_config *domain,
		const struct irq_root_ops *ops);

/* Chip callbacks on the distributor. */
void gic_mask_irq(struct irq_data *d);
void gic_unmask_irq(struct irq_data *d);
int gic_set_type(struct irq_data *d, unsigned type);
int gic_retrigger(struct irq_data *d);
int gic_get_irqchip_state(struct irq_data *d, enum irqchip_state which, bool *state);
int gic_set_irqchip_state(struct irq_data *d, enum irqchip_state which, bool state);
/* The CPU that an SPI goes to: the first of the mask, and online unless forced. −1: none. */
int gic_choose_cpu(struct machine *m, const struct cpumask *mask, bool force);
bool gic_is_enabled(const struct irq_data *d);

int gic_domain_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg);
void gic_domain_free(struct irq_domain *domain, unsigned virq, unsigned nr);
/* Entry point of interrupts: `vector` is the INTID that the CPU acknowledged. */
void gic_handle_irq(struct machine *m, unsigned cpu, unsigned vector);

extern const struct irq_chip gic_v2_chip, gic_v3_chip;

#endif
