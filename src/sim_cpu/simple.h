/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_CPU_SIMPLE_H
#define IRQLAB_SIM_CPU_SIMPLE_H

#include <irqlab/provider/hardware.h>
#include <irqlab/topology.h>

/*
 * CPUs with a few interrupt lines and nothing else. Whatever a machine has in
 * front of them raises a line; the CPU enters the software with the line's
 * number, lowest first, and the software asks the controller what it was for.
 *
 * bus_interrupt(): `destination` is a CPU's number, `vector` the line; the rest
 * is ignored. A line that is pending already is not counted twice.
 */
#define SIMPLE_CPU_LINES 64u
#define SIMPLE_ANY_CPU	 UINT32_MAX /* one that runs; it moves on if that one stops */

/* Its offline CPUs are off at first. -EEXIST: the machine has CPUs. -EINVAL, -ENOMEM. */
int simple_cpus_create(struct machine *m, const struct cpu_desc *cpus, uint32_t nr);

#endif
