/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_MACHINE_BUILD_H
#define IRQLAB_MACHINE_BUILD_H

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/* A machine under construction. Private to src/machine. */

#define MAX_REMAPS  64 /* a million interrupts are 16 tables of 65,536 */
#define MAX_UNITS   8  /* of each other kind */
#define MAX_IOAPICS 8

struct build {
	struct machine *m;
	const struct machine_desc *desc;
	const char *why;
	/* What is being looked at: an element of the description; and what was as `why` came up. */
	const void *at, *culprit;
	bool booting; /* only CPU 0 runs, and nothing is mapped yet */
	struct irq_domain *root;
	struct irq_domain *remap[MAX_REMAPS];
	uint64_t remap_registers[MAX_REMAPS];
	struct irq_domain *ioapic[MAX_IOAPICS];
	struct irq_domain *its[MAX_UNITS];
	struct irq_domain *v2m;		   /* of all frames */
	struct irq_domain *vmd[MAX_UNITS]; /* what the functions behind it have as MSI parent */
};

/* Returns ret, and keeps the first reason. */
int build_refuse(struct build *b, int ret, const char *why);
/* Of an empty machine; after an error it is as it was. `failure`: the reason, if there is none. */
int build_all_or_nothing(struct build *b, int (*build)(struct build *b), const char *failure);
/* Hardware, then the software that drives it, as b->desc says; not the start state. */
int build_machine(struct build *b);

/* Stages that all kinds of machines have. */
int build_check_devices(struct build *b);
int build_core(struct build *b);
int build_devices(struct build *b);

/* load_arm.c: all of a machine with a GIC. */
int build_arm_machine(struct build *b);
/* By name of a unit or domain; NULL: the outermost. NULL: none. */
struct irq_domain *build_arm_parent(struct build *b, const char *name);
int build_arm_load_devices(struct build *b);
void build_arm_load_commands(struct build *b); /* when interrupts are loaded */
bool build_arm_owns_level(const struct build *b, const struct irq_data *d);
int build_arm_load_level(struct build *b, struct irq_data *d);

/* Devices on no bus. */
int build_platforms(struct build *b);

/* load_riscv.c: all of a machine with an IMSIC. */
int build_riscv_machine(struct build *b);
struct irq_domain *build_riscv_parent(struct build *b, const char *name);
/* Bridges are part of this machine, or of one with a GIC. */
int build_check_bridges(struct build *b);
int build_mbigens(struct build *b);

/* load_legacy.c: all of a machine whose architecture sets interrupts up by itself. */
int build_legacy_machine(struct build *b);

/* load_vmd.c */
int build_check_vmds(struct build *b);
/* True: the device is behind one; *parent NULL: whose endpoint is not there yet. */
bool build_behind_vmd(struct build *b, struct device_desc *dev, struct irq_domain **parent);
/* Probes the device if it is an endpoint. */
int build_vmd(struct build *b, const struct device_desc *desc, struct device *dev);

/* Does the unit see what the requester writes? */
bool build_unit_serves(const struct remap_desc *remap, uint16_t segment, uint16_t requester);

/* ioapics.c: I/O APICs and their domains; lines from pins to inputs; interrupts of those lines. */
int build_ioapics(struct build *b);
int build_lines(struct build *b);
/* After the start state: interrupts of lines that it doesn't have. Nothing while booting. */
int build_map_lines(struct build *b);

#endif
