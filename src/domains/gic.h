/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_GIC_H
#define IRQLAB_DOMAINS_GIC_H

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/*
 * The Arm root: a GIC, of version 2 or 3. One of them per machine (PART_ARM). Its
 * domain has the private and shared peripheral interrupts and, in version 3, the
 * LPIs; hwirqs are INTIDs. It is no MSI parent: an ITS (its.h) or a GICv2m frame
 * (gic_v2m.h) above it is.
 */

#define GIC_FIRST_SPI_INTID 32u
#define GIC_FIRST_LPI_INTID 8192u

struct gic_config {
	const char *name;     /* of the domain; NULL: ":intc@8000000" */
	const char *object;   /* of tables in memory, for readers of the tape; NULL: "gic" */
	uint64_t distributor; /* bus address of its registers */
	uint32_t nr_cpus;     /* 1 to 4,096; version 2: to 8 */
	const uint64_t *redistributors; /* version 3: bus address of each CPU's */
	uint8_t id_bits;		/* version 3: of LPI numbers; less than 14: no LPIs */
};

/*
 * Makes the root, and starts distributor and the online CPUs' interfaces. The
 * tape shows LPI properties as <object>.lpi[INTID − 8192]. NULL: out of memory,
 * or the machine has a root.
 */
struct irq_domain *gic_v3_create(struct machine *m, const struct gic_config *config);
struct irq_domain *gic_v2_create(struct machine *m, const struct gic_config *config);

/* The argument of an allocation in the root's domain: nr numbers from there. */
struct gic_spec {
	uint32_t intid;
};

/* The root's level of a loaded irq. -EINVAL: no such INTID. */
int gic_load_irq(struct irq_data *d);

/* ---- looking ---- */

/* NULL: the machine has no GIC. */
struct irq_domain *gic_domain(const struct machine *m);
/* Activated LPIs of a CPU: those with managed affinity, or the others. */
uint32_t gic_lpi_load(const struct machine *m, unsigned cpu, bool managed);
/* Is the LPI in a block that was handed out? */
bool gic_lpi_is_taken(const struct machine *m, uint32_t intid);

#endif
