/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_GIC_V2M_H
#define IRQLAB_DOMAINS_GIC_V2M_H

#include <irqlab/provider/software.h>

/*
 * GICv2m: an MSI parent whose messages name SPIs. Frames are used in the order in
 * which they were added; an interrupt never leaves its SPI, and affinity is the
 * root's.
 */

struct gic_v2m_config {
	const char *name;	  /* of the domain; NULL: ":intc@8000000:v2m@8020000" */
	uint64_t registers;	  /* bus address of the frame */
	uint16_t first_spi, spis; /* 0, 0: as the frame's TYPER says */
	uint16_t spi_offset;	  /* data is the INTID less this */
	bool in_address;	  /* the SPI is told by the address, not by the data */
};

/* The first frame makes the domain, later ones join it. NULL: no GIC, no memory, bad SPIs. */
struct irq_domain *gic_v2m_create(struct machine *m, const struct gic_v2m_config *config);

#endif
