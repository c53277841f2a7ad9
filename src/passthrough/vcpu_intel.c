/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "passthrough/vcpu.h"

#include "domains/intel_ir.h"
#include "domains/x86.h"

#include <irqlab/driver.h>
#include <irqlab/provider/access.h>
#include <stdio.h>

/*
 * Posted interrupts (VT-d, 5.2.3 to 5.2.5 and 9.11): whoever has an interrupt for the vCPU sets a
 * bit in its descriptor and, unless one is on its way or none is wanted, sends a notification to
 * where the descriptor says. The vCPU's CPU moves it here; a vector of its own wakes a vCPU that
 * waits.
 */

#define DESCRIPTOR_BYTES 64
#define PIR_WORDS	 4
#define NV_MASK		 (UINT64_C(0xff) << POSTED_NV_SHIFT)
#define NDST_MASK	 (~UINT64_C(0) << POSTED_NDST_SHIFT)

static uint64_t read_control(const struct vcpu *v)
{
	return bus_read(v->machine, v->descriptor + POSTED_CONTROL, 8);
}

/* Clears and sets bits at once, whoever writes meanwhile; returns what was there before. */
static uint64_t change_control(const struct vcpu *v, uint64_t clear, uint64_t set)
{
	uint64_t old = read_control(v);

	while (!bus_try_cmpxchg(v->machine, v->descriptor + POSTED_CONTROL, &old,
				(old & ~clear) | set))
		;
	return old;
}

static uint64_t pir(const struct vcpu *v, unsigned word)
{
	return bus_read(v->machine, v->descriptor + 8 * (uint64_t)word, 8);
}

static uint64_t notification_dest(const struct machine *m, unsigned cpu)
{
	uint64_t id = x86_cpu_apic_id(m, cpu);

	return x86_apic_mode(m) >= APIC_X2APIC_PHYSICAL ? id : id << 8 & 0xff00;
}

/* What was posted becomes requests in the APIC page. */
static void sync_pir_to_irr(struct vcpu *v)
{
	if (!(read_control(v) & POSTED_ON))
		return;
	change_control(v, POSTED_ON, 0);
	for (unsigned word = 0; word < PIR_WORDS; word++) {
		uint64_t bits = pir(v, word);

		if (!bits)
			continue;
		while (!bus_try_cmpxchg(v->machine, v->descriptor + 8 * (uint64_t)word, &bits, 0))
			;
		if ((uint32_t)bits)
			vcpu_request(v, word * 64, (uint32_t)bits);
		if (bits >> 32)
			vcpu_request(v, word * 64 + 32, (uint32_t)(bits >> 32));
	}
}

static bool pir_is_empty(const struct vcpu *v)
{
	for (unsigned word = 0; word < PIR_WORDS; word++)
		if (pir(v, word))
			return false;
	return true;
}

static void intel_load(struct vcpu *v)
{
	change_control(v, NV_MASK | NDST_MASK | POSTED_SN,
		       (uint64_t)POSTED_INTR_VECTOR << POSTED_NV_SHIFT |
			       notification_dest(v->machine, (unsigned)v->cpu)
				       << POSTED_NDST_SHIFT);
	/* While notifications were suppressed nobody set ON. */
	if (!pir_is_empty(v))
		change_control(v, 0, POSTED_ON);
	sync_pir_to_irr(v);
}

static void intel_put(struct vcpu *v)
{
	if (!v->waits) { /* it will look for itself when it runs again */
		change_control(v, 0, POSTED_SN);
		return;
	}
	/* One that went out before the vector changed finds nobody: it is sent again. */
	if (change_control(v, NV_MASK, (uint64_t)POSTED_INTR_WAKEUP_VECTOR << POSTED_NV_SHIFT) &
	    POSTED_ON)
		x86_send_ipi(v->machine, this_cpu(v->machine), POSTED_INTR_WAKEUP_VECTOR);
}

static int intel_post(struct vcpu *v, unsigned irq, unsigned vector)
{
	struct intel_vcpu_info info = {.descriptor = v->descriptor, .vector = vector};

	return irq_set_vcpu_affinity(v->machine, irq, &info);
}

static void intel_inject(struct vcpu *v, unsigned vector)
{
	uint64_t where = v->descriptor + vector / 64 * 8, bit = UINT64_C(1) << (vector % 64);
	uint64_t old = bus_read(v->machine, where, 8);

	while (!(old & bit) && !bus_try_cmpxchg(v->machine, where, &old, old | bit))
		;
	if ((old & bit) || (change_control(v, 0, POSTED_ON) & POSTED_ON))
		return;
	if (v->cpu >= 0)
		x86_send_ipi(v->machine, (unsigned)v->cpu, POSTED_INTR_VECTOR);
	else
		vcpu_wake(v);
}

static int intel_create(struct vcpu *v)
{
	static const char *const words[] = {"pir0", "pir1", "pir2", "pir3", "control", NULL};
	struct memory_label label = {.store = "pi", .stride = DESCRIPTOR_BYTES, .fields = words};

	snprintf(label.object, sizeof(label.object), "%s", v->name);
	v->descriptor = bus_memory_alloc(v->machine, DESCRIPTOR_BYTES, DESCRIPTOR_BYTES, &label);
	if (!v->descriptor)
		return -ENOMEM;
	/* Until it runs it wants no notification. */
	bus_write(v->machine, v->descriptor + POSTED_CONTROL, 8,
		  (uint64_t)POSTED_INTR_VECTOR << POSTED_NV_SHIFT | POSTED_SN);
	return 0;
}

const struct vcpu_ops vcpu_intel = {
	.create = intel_create,
	.load = intel_load,
	.put = intel_put,
	.post = intel_post,
	.inject = intel_inject,
};
