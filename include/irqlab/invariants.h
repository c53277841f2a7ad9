/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_INVARIANTS_H
#define IRQLAB_INVARIANTS_H

#include <irqlab/machine.h>

/*
 * What holds after every operation, whatever was done before:
 *
 * - each CPU's vectors add up, and the sums over the CPUs to the global counters
 *   (not where a matrix-drift switch says that Linux loses count);
 * - each vector that is taken belongs to one interrupt, as its present or its
 *   previous one, and the CPU's vector table says the same;
 * - no interrupt has both on one CPU; as many as have a reservation are reserved;
 * - a table entry that is present holds the vector and destination of its
 *   interrupt, and the unit has no other copy of it;
 * - an active LPI is mapped in the ITS's tables to the CPU of its interrupt, an inactive
 *   one is not, and each CPU's count of LPIs is right;
 * - a vCPU runs where the CPU says so, alone; what was posted to it is known to it, or it will
 *   look for it, or its CPU is about to be told;
 * - a device's message is the one that its descriptor remembers;
 * - each interrupt of a device has all its levels, with one number on all, and
 *   leads back to its descriptor.
 *
 * Returns true, or false with the first violation in words. Writes nothing.
 */
bool machine_invariants(struct machine *m, char *violation, size_t size);

#endif
