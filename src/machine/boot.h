/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_MACHINE_BOOT_H
#define IRQLAB_MACHINE_BOOT_H

#include <irqlab/topology.h>

/* A platform, and how its start goes: data that boot.c carries out. Private to src/machine. */

enum boot_action {
	BOOT_PIC,     /* the legacy irqs exist; each has its vector on CPU 0 */
	BOOT_IOAPIC,  /* the first I/O APIC takes them over, pin by pin */
	BOOT_CPUS,    /* CPU 0 joins its node; the others come up, one after the other */
	BOOT_REQUEST, /* a driver called `name` requests `irq` */
	BOOT_FREE,    /* …and frees it */
	BOOT_RESTART, /* `irq` is deactivated and activated again */
	BOOT_PROBE,   /* each function of `class` is enabled and disabled again */
	BOOT_ENABLE,  /* each function of `class` is enabled */
	BOOT_UNITS,   /* each remapping unit gets its own interrupts */
	BOOT_DEVICES, /* the devices are enabled, in the order that was asked for */
};

struct boot_step {
	enum boot_action action;
	enum boot_class class;
	uint32_t irq;
	unsigned long flags; /* IRQF_* of a request */
	const char *name;
};

struct boot_pin { /* where a legacy irq comes in */
	uint8_t pin, irq;
	bool level;
};

struct boot_route { /* INTx of slots first … last: input base + (slot + pin − 1) % 4 … */
	uint8_t first_slot, last_slot, base;
	bool by_slot; /* …or without the slot */
};

struct boot_platform {
	const char *name;
	const struct boot_step *steps;
	uint32_t nr_steps;
	const struct boot_pin *pins;
	uint32_t nr_pins;
	const struct boot_route *routes;
	uint32_t nr_routes;
	struct ioapic_desc ioapic;
	uint16_t ioapic_requester[REMAP_AMD + 1]; /* by kind of the unit in front of it */
	uint16_t amd_unit_msi_cap; /* a unit of AMD is a function in the first free slot */
};

const struct boot_platform *boot_platform_by_name(const char *name); /* NULL: unknown */

#endif
