/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_CPU_LAPIC_INTERNAL_H
#define IRQLAB_SIM_CPU_LAPIC_INTERNAL_H

#include <irqlab/provider/access.h>
#include <irqlab/provider/hardware.h>

#include "sim_cpu/lapic.h"

#define LAPIC_WORDS	 4 /* 256 vectors */
#define NMI_VECTOR	 2
#define SVR_ENABLE	 0x100u
#define SVR_NO_EOI_CAST	 0x1000u
#define ESR_SEND_ILLEGAL 0x20u
#define ESR_RECV_ILLEGAL 0x40u

struct guest { /* what a CPU can run of a guest (guest.h) */
	uint64_t apic_page, descriptor;
	uint32_t cpu;
	uint8_t notification;
	bool running;
	bool pending; /* a virtual interrupt can be delivered */
};

struct lapic {
	uint64_t irr[LAPIC_WORDS];
	uint64_t isr[LAPIC_WORDS];
	uint64_t tmr[LAPIC_WORDS]; /* request was level triggered */
	uint32_t cpu;
	uint32_t id;
	uint32_t ldr; /* xAPIC: logical id in 31:24 */
	uint32_t dfr;
	uint32_t svr;
	uint32_t tpr;
	uint32_t esr;
	uint32_t icr, icr_high;
	bool online;
	bool nmi;
	uint64_t offline_drops;
	struct guest *guest; /* NULL: the machine runs none */
};

struct lapic_id { /* open addressing; dense ids sit in their own place */
	uint32_t id;
	uint32_t cpu; /* LAPIC_NOBODY: free */
};
#define LAPIC_NOBODY UINT32_MAX

struct lapics {
	enum apic_mode mode;
	uint32_t nr;
	uint32_t id_mask; /* size of ids − 1 */
	bool extended_destination;
	int window; /* number of the message region */
	struct lapic **cpu;
	struct lapic_id *ids;
};

static inline bool lapics_x2apic(const struct lapics *all)
{
	return all->mode >= APIC_X2APIC_PHYSICAL;
}

static inline struct lapics *lapics_of(const struct machine *m)
{
	return machine_part(m, PART_CPUS);
}

static inline bool any_vector(const uint64_t words[LAPIC_WORDS])
{
	return words[0] | words[1] | words[2] | words[3];
}

/* The highest bit set, or −1. */
static inline int highest_vector(const uint64_t words[LAPIC_WORDS])
{
	for (int w = LAPIC_WORDS - 1; w >= 0; w--)
		if (words[w])
			return w * 64 + 63 - __builtin_clzll(words[w]);
	return -1;
}

static inline bool vector_test(const uint64_t words[LAPIC_WORDS], unsigned vector)
{
	return words[vector / 64] >> (vector % 64) & 1;
}

/* Processor priority class: what a request must exceed (SDM vol. 3, 11.8.3.1). */
static inline int processor_class(const struct lapic *l)
{
	int service_class = any_vector(l->isr) ? highest_vector(l->isr) >> 4 : 0;
	int task_class = (int)(l->tpr >> 4 & 0xf);

	return task_class > service_class ? task_class : service_class;
}

static inline bool lapic_accepts(const struct lapic *l)
{
	return l->online && (l->svr & SVR_ENABLE);
}

/* What a vector in service or the task priority keeps back still counts as pending. */
static inline void lapic_tell_pending(struct machine *m, const struct lapic *l)
{
	bus_cpu_pending(m, l->cpu,
			lapic_accepts(l) &&
				(l->nmi || any_vector(l->irr) || (l->guest && l->guest->pending)));
}

/* NULL: no local APIC has the id. */
struct lapic *lapic_by_id(const struct lapics *all, uint32_t id);

unsigned lapics_accept(struct machine *m, void *sink, const struct apic_interrupt *interrupt);
bool lapics_dispatch(struct machine *m, void *sink, unsigned cpu);
bool lapics_deliverable(const struct machine *m, const void *sink, unsigned cpu);
void lapic_end_of_interrupt(struct machine *m, struct lapic *l);
/* IPI to oneself or others, as the interrupt command register says. */
void lapic_send_ipi(struct machine *m, struct lapics *all, struct lapic *from);

/* guest.c. Posted-interrupt processing; false: the vector is the host's. */
bool guest_takes_notification(struct machine *m, struct lapic *l, unsigned vector);
/* The guest takes its most urgent virtual interrupt; false: there is none. */
bool guest_dispatch(struct machine *m, struct lapic *l);
void guest_power_off(struct machine *m, struct lapic *l);

extern const struct bus_region_ops lapic_register_ops;

#endif
