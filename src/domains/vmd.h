/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_VMD_H
#define IRQLAB_DOMAINS_VMD_H

#include <irqlab/provider/software.h>

/*
 * The driver of a VMD endpoint: its own MSI-X vectors carry the interrupts of
 * the functions behind it. They have a domain without anything below it, for
 * below it are the interrupts of the endpoint, which share theirs: NVMe functions
 * are spread over all vectors but the first, all others share the first.
 *
 * The vectors before `first_vector` are left alone.
 */
struct vmd_config {
	uint16_t segment; /* of the functions behind it */
	uint8_t first_vector;
};
/* Enables the endpoint's MSI-X and requests its vectors. NULL with *error -ENOSPC, -ENOMEM … */
struct irq_domain *vmd_create(struct device *endpoint, const struct vmd_config *config, int *error);

/* ---- looking ---- */

/* The endpoint's vector that an irq of a function behind it uses; -ENOENT: it is none. */
int vmd_vector_of(const struct machine *m, unsigned irq);

#endif
