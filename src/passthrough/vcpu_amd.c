/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "passthrough/vcpu.h"

#include "domains/amd_ir.h"
#include "domains/x86.h"

#include <irqlab/driver.h>
#include <irqlab/provider/access.h>

/*
 * AVIC (AMD IOMMU specification, 2.2.5.3; APM vol. 2, 15.29): an interrupt goes straight into the
 * vCPU's APIC page. Whether it runs, and where, is in the table entry of each of its interrupts; if
 * it doesn't, the unit's guest log tells who is to be woken.
 */

static void update_entries(struct vcpu *v, uint32_t cpu)
{
	for (const struct posted *p = v->posted; p; p = p->next)
		(void)amd_ir_update_ga(v->machine, p->irq, cpu); /* one that is gone needs none */
}

static void amd_load(struct vcpu *v)
{
	update_entries(v, (uint32_t)v->cpu);
}

static void amd_put(struct vcpu *v)
{
	update_entries(v, UINT32_MAX);
}

static int amd_post(struct vcpu *v, unsigned irq, unsigned vector)
{
	struct amd_vcpu_info info = {
		.apic_page = v->apic_page,
		.vector = vector,
		.tag = v->id,
		.cpu = v->cpu < 0 ? UINT32_MAX : (uint32_t)v->cpu,
	};

	return irq_set_vcpu_affinity(v->machine, irq, &info);
}

static void amd_inject(struct vcpu *v, unsigned vector)
{
	struct machine *m = v->machine;

	vcpu_request(v, vector & ~31u, UINT32_C(1) << (vector % 32));
	if (v->cpu >= 0)
		bus_write(m, guests_of(m)->registers + REG_GUEST_DOORBELL, 8,
			  x86_cpu_apic_id(m, (unsigned)v->cpu));
	else
		vcpu_wake(v);
}

const struct vcpu_ops vcpu_amd = {
	.load = amd_load,
	.put = amd_put,
	.post = amd_post,
	.inject = amd_inject,
};
