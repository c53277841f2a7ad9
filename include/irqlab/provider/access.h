/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_ACCESS_H
#define IRQLAB_PROVIDER_ACCESS_H

#include <irqlab/bus.h>
#include <irqlab/provider/object.h>

/*
 * What software does to the bus: reads and writes by the CPU that is executing.
 * Each write is one step and one record on the tape; a write that nobody claims
 * is dropped with reason STRAY. `size` is 1, 2, 4 or 8 bytes; any other does nothing.
 */
void bus_write(struct machine *m, uint64_t address, unsigned size, uint64_t value);
/*
 * All ones where nobody answers, and on a machine that no longer works. Not on the tape. A read
 * also flushes posted writes: one step.
 */
uint64_t bus_read(struct machine *m, uint64_t address, unsigned size);
/* Two 64-bit halves written as one (cmpxchg16b), low first: two records, one step. */
void bus_write_pair(struct machine *m, uint64_t address, uint64_t low, uint64_t high);
/*
 * A locked compare and exchange of 64 aligned bits of simulated memory: one step. If they are
 * *expected they become `value`, with one record on the tape; else nothing is written, *expected is
 * what they are, and the result is false. Elsewhere than in memory: a plain write.
 */
bool bus_try_cmpxchg(struct machine *m, uint64_t address, uint64_t *expected, uint64_t value);

/*
 * Zeroed simulated memory for tables and queues, described to readers of the
 * tape as object.store[index].field, `stride` bytes an entry, one name of
 * `fields` for each 8 bytes of an entry (NULL-terminated, at most 8).
 * Physical address, or 0: no memory, nothing of that size, or `align`, in bytes, is no
 * power of two. label NULL: "memory".
 * Only what holds something other than 0 takes up the machine's memory. When
 * there is none left for a write, the machine is poisoned.
 */
struct memory_label {
	char object[32];
	const char *store;
	uint32_t stride;
	const char *const *fields;
	/* A queue that its unit has emptied whenever an operation ends: what is left in it means
	 * nothing, and is no part of the machine's identity. */
	bool ring;
};
/* The label is copied; what it points to must live as long as the machine. */
uint64_t bus_memory_alloc(struct machine *m, uint64_t size, uint64_t align,
			  const struct memory_label *label);
/* What bus_memory_alloc() returned; nothing happens for anything else. */
void bus_memory_free(struct machine *m, uint64_t address);

/* Where a CPU enters the software with an interrupt: a root's. The last one counts. */
void bus_set_entry(struct machine *m,
		   void (*entry)(struct machine *m, unsigned cpu, unsigned vector));

/* Software switches a CPU's interrupt controller on or off: one step and a CPU record. */
void bus_set_cpu_online(struct machine *m, unsigned cpu, bool online);

/* PCI configuration space is memory mapped (PCIe 5.0, 7.2.2): 4 KiB a function, one window a
 * segment. */
#define BUS_ECAM_BASE(segment) (UINT64_C(0x4000000000) + ((uint64_t)(segment) << 28))
static inline uint64_t bus_config_address(uint16_t segment, uint16_t requester, unsigned where)
{
	return BUS_ECAM_BASE(segment) + ((uint64_t)requester << 12) + where;
}
/* Local APIC registers of the executing CPU (SDM vol. 3, table 11-1); devices see messages there.
 */
#define BUS_LAPIC_BASE UINT64_C(0xfee00000)

#endif
