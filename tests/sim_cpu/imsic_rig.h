/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_SIM_IMSIC_RIG_H
#define IRQLAB_TESTS_SIM_IMSIC_RIG_H

#include "sim_cpu/imsic.h"
#include "sim_cpu/rig.h"

/* A rig with interrupt files, as their harts and as devices reach them. */

/* Harts whose files deliver; the software claims one identity each time. */
struct rig *imsic_rig(unsigned cpus, const struct imsic_desc *desc);
/* Registers of a CPU's own file. */
void imsic_rig_write(struct rig *r, unsigned cpu, enum imsic_csr reg, uint64_t value);
uint64_t imsic_rig_read(struct rig *r, unsigned cpu, enum imsic_csr reg);
void imsic_rig_write_selected(struct rig *r, unsigned cpu, unsigned select, uint64_t value);
uint64_t imsic_rig_read_selected(struct rig *r, unsigned cpu, unsigned select);
void imsic_rig_enable(struct rig *r, unsigned cpu, unsigned id, bool on);

#endif
