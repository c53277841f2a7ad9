/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_ACTUAL_H
#define IRQLAB_REPLAY_ACTUAL_H

#include "recording.h"
#include <irqlab/provider/software.h>

/*
 * The actual state: a machine described in the shape of a recording. Nothing
 * here knows what is expected, and nothing changes the machine.
 */

/* Record of an irq in use. */
json_t *actual_irq(struct machine *m, unsigned irq);
json_t *actual_matrix(struct machine *m);
/* { cpu: { vector: irq, "S" or "R" } } of the online CPUs. */
json_t *actual_vectors(struct machine *m);
/* Of the Intel unit; an empty object if the machine has none. */
json_t *actual_irt(struct machine *m, const struct machine_desc *desc);
/* Registers of a device. */
json_t *actual_dev(struct machine *m, const struct device_desc *desc);
/* The first `nr` devices of the description, by name. */
json_t *actual_devs(struct machine *m, const struct machine_desc *desc, uint32_t nr);

/* For actual.c: remapping state of an irq, or NULL. `msg`: its cached message, or NULL. */
json_t *actual_ir(struct machine *m, const struct irq_desc *desc, const json_t *msg);

json_t *json_msg(const struct msi_msg *msg); /* [addr_lo, addr_hi, data] */

#endif
