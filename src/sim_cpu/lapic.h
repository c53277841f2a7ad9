/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_CPU_LAPIC_H
#define IRQLAB_SIM_CPU_LAPIC_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * The local APICs of all CPUs (SDM vol. 3, chapter 11): request and service
 * registers, priorities, destinations, IPIs. Registers are those of the CPU
 * that is executing, at BUS_LAPIC_BASE; devices see the message window
 * 0xFEE00000–0xFEEFFFFF at the same place.
 *
 * What becomes of an interrupt, as events on the tape: REQUEST for each CPU
 * that takes it (extra 1: the bit was set already, the two merge), or one DROP
 * with address the destination and extra the vector:
 *   NO_TARGET  nobody has that destination
 *   OFFLINE    all who have it are offline, or their APIC is switched off
 *   ILLEGAL    vector below 16, or SMI, INIT, ExtINT, or a reserved delivery mode
 * An NMI shows as vector 2 and needs no EOI.
 */

enum lapic_register {
	LAPIC_ID = 0x20,
	LAPIC_VERSION = 0x30,
	LAPIC_TPR = 0x80,
	LAPIC_PPR = 0xa0,
	LAPIC_EOI = 0xb0,
	LAPIC_LDR = 0xd0,
	LAPIC_DFR = 0xe0,
	LAPIC_SVR = 0xf0,
	LAPIC_ISR = 0x100, /* 8 registers, 16 bytes apart, 32 vectors each */
	LAPIC_TMR = 0x180,
	LAPIC_IRR = 0x200,
	LAPIC_ESR = 0x280,
	LAPIC_ICR = 0x300,
	LAPIC_ICR_HIGH =
		0x310, /* xAPIC: id in 31:24. x2APIC modes: all 32 bits of the destination */
	LAPIC_SELF_IPI = 0x3f0,
};

/*
 * Called once, by whoever builds the machine. CPUs without `offline` start with
 * their APIC enabled. In logical-flat mode CPU n has the logical id 1 << n; in
 * the x2APIC modes logical ids follow from the APIC ids; in physical-flat mode
 * there are none until software writes LDR.
 * -EINVAL: nr is 0 or above 4,096, an id occurs twice or does not fit the mode,
 * logical-flat with more than 8 CPUs. -EEXIST: there are some. -ENOMEM.
 */
int lapics_create(struct machine *m, const struct cpu_desc *cpus, uint32_t nr, enum apic_mode mode);

/*
 * Messages carry destination bits 14:8 in address bits 11:5, as some hypervisors
 * offer. Off at first: those bits are ignored.
 */
void lapics_set_extended_destination(struct machine *m, bool on);

/* ---- looking, without a trace on the bus; false or 0 for a CPU that does not exist ---- */

bool lapic_irr(const struct machine *m, unsigned cpu, unsigned vector);
bool lapic_isr(const struct machine *m, unsigned cpu, unsigned vector);
bool lapic_online(const struct machine *m, unsigned cpu);
/* The CPU with that APIC id, or -ENOENT. */
int lapic_cpu_of(const struct machine *m, uint32_t apic_id);
/* Interrupts that an offline CPU would have taken. */
uint64_t lapic_offline_drops(const struct machine *m, unsigned cpu);

#endif
