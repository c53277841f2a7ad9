/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_EVERY_MACHINE_H
#define IRQLAB_TESTS_EVERY_MACHINE_H

#include <irqlab/topology.h>

/*
 * Two CPUs, and the same functions on machines of each kind:
 *   nic    MSI-X, 8 entries, and a message store of 4 slots
 *   old    MSI, 8 messages, 64 bits, no mask bits
 *   mask   MSI, 4 messages, 32 bits, with mask bits
 *   disk   MSI-X, 8 entries, of class NVM storage
 *   other  MSI-X, 8 entries
 * Behind a VMD they are in segment 1; its endpoint has 4 vectors.
 */
#define EVERY_MACHINE(X)                                                                           \
	X(X86, "x86")                                                                              \
	X(INTEL, "VT-d")                                                                           \
	X(AMD, "AMD-Vi")                                                                           \
	X(ITS, "GICv3 ITS")                                                                        \
	X(V2M, "GICv2m")                                                                           \
	X(IMSIC, "IMSIC")                                                                          \
	X(POWERPC, "powerpc")                                                                      \
	X(S390, "s390")                                                                            \
	X(S390_DIRECTED, "s390 directed")                                                          \
	X(OCTEON, "octeon")                                                                        \
	X(XEN, "Xen guest")                                                                        \
	X(XEN_DOM0, "Xen initial domain")                                                          \
	X(VMD, "VMD")                                                                              \
	X(VMD_REMAPPED, "VMD over VT-d")                                                           \
	X(VMD_BYPASS, "VMD bypassed, over VT-d")
enum every_machine {
#define EVERY_MACHINE_ENUM(id, name) ON_##id,
	EVERY_MACHINE(EVERY_MACHINE_ENUM)
#undef EVERY_MACHINE_ENUM
		NR_EVERY_MACHINE
};
const char *every_machine_name(enum every_machine which);
/* `legacy`: its numbers in place of the defaults; its kind is set. NULL: the defaults. */
struct machine *every_machine(enum every_machine which, const struct legacy_desc *legacy);
/* The same for an empty machine: what machine_load() returns. */
int every_machine_load(struct machine *m, enum every_machine which,
		       const struct legacy_desc *legacy, const char **why);

#endif
