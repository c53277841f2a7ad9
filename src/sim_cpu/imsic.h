/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_CPU_IMSIC_H
#define IRQLAB_SIM_CPU_IMSIC_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * Incoming MSI controllers (RISC-V Advanced Interrupt Architecture 1.0, chapter 3):
 * one interrupt file a hart, that of the supervisor. Hart n is CPU n. Files of
 * guests are not modelled: their pages belong to nobody.
 *
 * A file has identities 1 … N. A 32-bit write of an identity to the file's page
 * makes it pending, whether the hart runs or not. A hart whose file says that
 * something is pending and enabled, below its threshold, is interrupted, and stays
 * so until that is claimed: the software is entered with IMSIC_CAUSE as the vector
 * and asks the file what it was for, lowest identity first.
 *
 * On the tape: REQUEST (value the identity, extra 1 if it was pending before) when
 * one becomes pending, enabled or not; ACCEPT (value the identity) when it is
 * claimed. A message that means nothing is a DROP with address the message's and
 * extra its data: STRAY where no register is, ILLEGAL for identity 0 or above N.
 *
 * Power: switching a hart off or on sets its delivery to 0. The rest of its file
 * stays as it is, and messages still arrive there.
 */

#define IMSIC_BASE	  UINT64_C(0x28000000)
#define IMSIC_GROUP_SHIFT 24u
#define IMSIC_CAUSE	  9u /* supervisor external interrupt */
#define IMSIC_PAGE_BYTES  4096u
#define IMSIC_MAX_ID	  2047u

/* A file's page; every other place reads as 0 (AIA 3.5). */
enum imsic_page {
	IMSIC_SETEIPNUM_LE = 0, /* W: the identity becomes pending; reads as 0 */
	IMSIC_SETEIPNUM_BE = 4, /* the same, bytes in the other order */
};

/*
 * The registers that a hart reaches its own file with (AIA 2.1, 3.8 to 3.10), as a
 * page of memory that each hart has for itself: 8 bytes a register. In place of
 * the instructions that set and clear bits there are registers.
 */
#define IMSIC_CSR_BASE UINT64_C(0x27fff000)
enum imsic_csr {
	IMSIC_SELECT = 0x00,	/* which of the indirect registers */
	IMSIC_REG = 0x08,	/* the register selected */
	IMSIC_REG_SET = 0x10,	/* W: sets the bits that are 1 */
	IMSIC_REG_CLEAR = 0x18, /* W: clears the bits that are 1 */
	IMSIC_TOPEI = 0x20, /* R: identity << 16 | identity, or 0. W: claims what it reads as, */
			    /* whatever is written */
	IMSIC_CLAIM = 0x28, /* R: both at once, in one instruction */
};
/* Of 64-bit harts: an odd number of an array, and what is not listed, reads as 0. */
enum imsic_indirect {
	IMSIC_EIDELIVERY =
		0x70, /* 0 off, 1 on, 0x40000000 from the APLIC: another value is ignored */
	IMSIC_EITHRESHOLD = 0x72, /* identities at or above it don't count; 0: all do */
	IMSIC_EIP = 0x80,	  /* to 0xbf: identity 32k + i is bit i of number k */
	IMSIC_EIE = 0xc0,	  /* to 0xff */
};
#define IMSIC_DELIVERY_APLIC UINT64_C(0x40000000)

/*
 * Files for CPUs 0 … nr_cpus − 1, nothing enabled, and the machine's interrupt
 * sink. -EINVAL: a number that is not allowed (topology.h), or addresses that
 * overlap. -EEXIST: the machine has CPUs. -ENOMEM.
 */
int imsic_create(struct machine *m, const struct imsic_desc *desc, const struct cpu_desc *cpus,
		 uint32_t nr_cpus);

/* The description with what it leaves open filled in: also what the software is told. */
struct imsic_layout {
	uint64_t base;
	uint32_t group_harts;
	uint16_t ids;
	uint8_t guest_bits, hart_bits, group_bits,
		group_shift; /* widths, and where the group begins */
};
struct imsic_layout imsic_layout(const struct imsic_desc *desc, uint32_t nr_cpus);
/* Where a CPU's file is: base | group << group_shift | hart << (12 + guest_bits). */
uint64_t imsic_file_address(const struct imsic_layout *layout, unsigned cpu);

/* ---- looking, without a trace on the bus; false or 0 for a CPU or identity that isn't there ----
 */

struct imsic_file_state {
	bool online;
	uint32_t delivery, threshold;
	uint32_t top; /* identity that would be claimed now; 0: none */
};
bool imsic_peek_file(const struct machine *m, unsigned cpu, struct imsic_file_state *out);
bool imsic_pending(const struct machine *m, unsigned cpu, unsigned id);
bool imsic_enabled(const struct machine *m, unsigned cpu, unsigned id);
/* Identities of each file, N; 0: the machine has no such files. */
unsigned imsic_identities(const struct machine *m);

#endif
