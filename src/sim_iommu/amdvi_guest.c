/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/guest.h"
#include "sim_iommu/amdvi_internal.h"

/* Interrupts for guests (AMD IOMMU specification, 2.2.5.3), and the log of those for vCPUs that
 * don't run (2.7). */

#define GA_ROOT_MASK  UINT64_C(0x000ffffffffff000)
#define ENTRY_LOG     UINT64_C(0x4)
#define ENTRY_IS_RUN  UINT64_C(0x40)
#define LOG_ENTRY     8u
#define LOG_MIN_ORDER 8u
#define LOG_VCPU      (UINT64_C(1) << 60) /* entry type GUEST_NR */
#define INT_LOGICAL   (UINT64_C(1) << 2)

static uint64_t log_bytes(const struct amdvi *a)
{
	unsigned order = a->ga_base >> 56 & 0xf;

	return (uint64_t)LOG_ENTRY << (order < LOG_MIN_ORDER ? LOG_MIN_ORDER : order);
}

uint64_t amdvi_guest_log_used(const struct amdvi *a)
{
	return (a->ga_tail - a->ga_head) & (log_bytes(a) - 1);
}

/* 3.4.9: XT IOMMU guest log interrupt control. Nobody remaps it. */
static void signal_log(struct machine *m, const struct amdvi *a)
{
	struct apic_interrupt i = {
		.destination = (uint32_t)(a->ga_interrupt >> 8 & 0xffffff) |
			       (uint32_t)(a->ga_interrupt >> 56) << 24,
		.vector = (uint8_t)(a->ga_interrupt >> 32),
		.logical = a->ga_interrupt & INT_LOGICAL,
	};

	if ((a->control & AMDVI_CONTROL_GA_INT) && i.vector)
		bus_interrupt(m, &i);
}

static void log_vcpu(struct machine *m, struct amdvi *a, uint16_t device, uint32_t tag)
{
	uint64_t entry = LOG_VCPU | (uint64_t)device << 32 | tag;
	uint64_t next = (a->ga_tail + LOG_ENTRY) % log_bytes(a);
	bool told;

	if (!(a->control & AMDVI_CONTROL_GA_LOG) || (a->status & AMDVI_STATUS_GA_OVERFLOW))
		return;
	touch(m, a);
	told = a->status & AMDVI_STATUS_GA;
	if (next == a->ga_head) {
		a->status |= AMDVI_STATUS_GA_OVERFLOW;
	} else {
		bus_memory_write(m, (a->ga_base & BASE_MASK) + a->ga_tail, &entry, sizeof(entry));
		a->ga_tail = next;
	}
	a->status |= AMDVI_STATUS_GA;
	if (!told)
		signal_log(m, a);
}

static bool request_in_page(struct machine *m, uint64_t page, unsigned vector)
{
	uint64_t where = page + GUEST_PAGE_IRR + vector / 32 * 16;
	uint32_t bits;

	if (!bus_memory_read(m, where, &bits, sizeof(bits)))
		return false;
	bits |= UINT32_C(1) << (vector % 32);
	return bus_memory_write(m, where, &bits, sizeof(bits));
}

bool amdvi_post(struct machine *m, struct amdvi *a, uint16_t device, const uint64_t entry[2],
		uint64_t where)
{
	uint64_t page = entry[1] & GA_ROOT_MASK, now[2];
	unsigned vector = entry[1] & 0xff;

	if (!request_in_page(m, page, vector))
		return false;
	tape_event(m, TAPE_LATCH, ACTOR_UNIT, (uint16_t)a->unit.number, page, vector,
		   (uint32_t)a->unit.region, 0);
	/* What says where the vCPU runs is read anew. */
	if (!bus_memory_read(m, where, now, sizeof(now)))
		return true;
	if (now[0] & ENTRY_IS_RUN)
		guest_doorbell(m, (uint32_t)(now[0] >> 8 & 0xffffff) | (uint32_t)(now[1] >> 56)
									       << 24);
	else if (entry[0] & ENTRY_LOG)
		log_vcpu(m, a, device, (uint32_t)(entry[0] >> 32));
	return true;
}
