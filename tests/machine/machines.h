/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_MACHINES_H
#define IRQLAB_TESTS_MACHINES_H

#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/topology.h>

/*
 * Small machines for tests of the whole stack: a few CPUs, perhaps a remapping
 * unit "ir", and these devices:
 *
 *   nic   MSI-X, 8 entries; a DSA table of 4 slots, a queue
 *   old   MSI, 16 vectors, 64 bit, no mask bits
 *   new   MSI, 4 vectors, mask bits, and MSI-X with 4 entries; can have 2 virtual functions
 */
struct machine_shape {
	unsigned cpus;
	enum remap_kind remap;
	enum apic_mode mode;
	unsigned vectors; /* per CPU in the window; 0: all */
	unsigned entries; /* of the remapping table; 0: 256 */
	enum machine_profile profile;
	uint32_t tape_records;
};

struct machine *machine_of_shape(const struct machine_shape *shape);

/* An interrupt handler that counts in the unsigned that dev_id points to. */
enum irqreturn count_interrupt(int irq, void *dev_id);

#endif
