/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine/build.h"
#include "machine/invariants.h"
#include "passthrough/vcpu.h"
#include "sim_cpu/guest.h"
#include "sim_cpu/lapic.h"
#include "sim_iommu/amdvi.h"

#include <irqlab/provider/hardware.h>

/* ---- vCPUs, and what waits for them ---- */

static bool runs_there(struct check *c, const struct vcpu *v)
{
	if (v->cpu < 0)
		return true;
	if (!guest_is_running(c->m, (unsigned)v->cpu))
		return violated(c, "%s runs on CPU %d, which is in no guest", v->name, v->cpu);
	for (const struct vcpu *other = v->next; other; other = other->next)
		if (other->cpu == v->cpu)
			return violated(c, "%s and %s both run on CPU %d", v->name, other->name,
					v->cpu);
	return true;
}

static bool has_request(const struct check *c, const struct vcpu *v)
{
	for (unsigned i = 0; i < 8; i++) {
		uint32_t bits;

		if (!bus_memory_read(c->m, v->apic_page + GUEST_PAGE_IRR + i * 16, &bits, 4) ||
		    bits)
			return true;
	}
	return false;
}

static bool sleeps(const struct vcpu *v)
{
	return v->cpu < 0 && v->waits && !v->woken;
}

/* Who set ON sent a notification, or left it to one that is on its way. */
static bool posted_is_known(struct check *c, const struct vcpu *v)
{
	uint64_t line[5];
	bool on, sn;

	if (!v->descriptor)
		return true;
	if (!bus_memory_read(c->m, v->descriptor, line, sizeof(line)))
		return violated(c, "the descriptor of %s is not in memory", v->name);
	on = line[4] & POSTED_ON;
	sn = line[4] & POSTED_SN;
	if ((line[0] | line[1] | line[2] | line[3]) && !on && !sn)
		return violated(c, "something was posted to %s, and nobody is told", v->name);
	if (v->cpu >= 0 && sn)
		return violated(c, "%s runs, and wants no notification", v->name);
	if (sleeps(v) && on && !lapic_irr(c->m, v->last_cpu, POSTED_INTR_WAKEUP_VECTOR))
		return violated(c, "%s sleeps, and something was posted to it", v->name);
	return true;
}

static bool somebody_is_logged(const struct check *c)
{
	for (unsigned unit = 0; unit < MAX_UNITS; unit++)
		if (amdvi_peek_register(c->m, unit, AMDVI_STATUS) & AMDVI_STATUS_GA)
			return true;
	return false;
}

bool guests_agree(struct check *c)
{
	const struct guests *g = guests_of(c->m);

	for (const struct vcpu *v = g ? g->vcpus : NULL; v; v = v->next) {
		if (!runs_there(c, v) || !posted_is_known(c, v))
			return false;
		if (sleeps(v) && has_request(c, v) && !somebody_is_logged(c))
			return violated(c, "%s sleeps, and an interrupt waits for it", v->name);
	}
	return true;
}
