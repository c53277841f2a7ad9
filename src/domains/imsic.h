/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_IMSIC_H
#define IRQLAB_DOMAINS_IMSIC_H

#include <domains/matrix.h>
#include <irqlab/provider/software.h>

/*
 * The RISC-V root: identities of the interrupt files of the harts (AIA, chapter 3).
 * One of them a machine (PART_RISCV). It is an MSI parent of its own.
 *
 * An interrupt has an identity on one CPU from its allocation on; nothing is
 * reserved, nothing set aside for managed interrupts. A message's address says
 * which CPU, its data which identity, so every move to another CPU takes another
 * identity and rewrites the device's message: first the message, then what the
 * interrupt has, then the files, where the old identity is disabled and the new
 * one enabled.
 *
 * A CPU changes its own file only. What another one wants of it is noted, and
 * done by a timer of that CPU within a tick. There an old identity that is still
 * pending is sent again, to the new one, before it is given back. Until then
 * the interrupt cannot be moved again: -EBUSY, which the caller sees. If the CPU
 * of the old identity is offline, that lasts until it is back.
 */

#define IMSIC_IPI_ID 1u /* the identity of inter-processor interrupts */

struct imsic_config {
	const char *name; /* of the domain; NULL: ":soc:interrupt-controller@<base>". "-5" is
			     appended */
	/* Where the files are: base | group << group_shift | hart << (12 + guest_bits). CPU n is
	 * hart n % group_harts of group n / group_harts. */
	uint64_t base;
	uint32_t group_harts; /* ≥ 1 */
	uint8_t guest_bits, group_shift;
	uint16_t ids; /* identities 1 … ids, at most 2,047 */
	uint32_t nr_cpus;
	uint64_t
		registers; /* bus address of the page through which each CPU reaches its own file */
};

/*
 * Makes the root, takes identity IMSIC_IPI_ID for itself, switches delivery on in
 * the files of the online CPUs, and becomes the entry point of interrupts. NULL:
 * out of memory, ids or nr_cpus out of range, or the machine has one. Writes to
 * each online CPU's registers.
 */
struct irq_domain *imsic_domain_create(struct machine *m, const struct imsic_config *config);

/* ---- for domains above ---- */

/* Where messages for a CPU go. */
uint64_t imsic_cpu_address(const struct machine *m, unsigned cpu);
/* The root's configuration; NULL: the machine has none. */
const struct imsic_config *imsic_config(const struct machine *m);

/* ---- looking ---- */

struct imsic_irq_info {
	uint32_t cpu, id;
	bool enabled;
	bool moving; /* the one before is not yet given back: */
	uint32_t prev_cpu, prev_id;
};
/* False: no such irq, or it has no level of this root. */
bool imsic_irq_info(const struct machine *m, unsigned irq, struct imsic_irq_info *out);
/* NULL: the machine has no such root. Bit n on a CPU: its identity n. */
const struct irq_matrix *imsic_matrix(const struct machine *m);
enum { IMSIC_UNUSED = -1, IMSIC_LEAVING = -2 };
/* The irq of an identity, or IMSIC_UNUSED, or IMSIC_LEAVING: its interrupt moved, or went since. */
int64_t imsic_identity(const struct machine *m, unsigned cpu, unsigned id);

#endif
