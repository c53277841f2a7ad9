/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_KEYS_H
#define IRQLAB_SCENARIO_KEYS_H

#include "scenario/verbs.h"

#include <stdint.h>

/*
 * What the arguments of `domain` and `device` mean, and of which kinds they are: for the checks,
 * for help and for the reference.
 */

/* Columns: kind, function that builds it (build_…), what it is. */
#define IRQLAB_DOMAIN_KINDS(X)                                                                     \
	X("x86-vector", x86_vector, "x86, the root: vectors of local APICs")                       \
	X("intel-ir", intel_ir, "x86: a VT-d remapping unit")                                      \
	X("amd-ir", amd_ir, "x86: an AMD-Vi remapping unit")                                       \
	X("gic-v3", gic_v3, "Arm, the root")                                                       \
	X("gic-v2", gic_v2, "Arm, the root")                                                       \
	X("its", its, "Arm: turns messages into LPIs of a gic-v3")                                 \
	X("gic-v2m", v2m, "Arm: a frame that turns messages into SPIs")                            \
	X("smmu", smmu,                                                                            \
	  "Arm: translates what the functions of its segment and requesters write; a device with " \
	  "doorbell-page is behind it, nobody names it as parent")                                 \
	X("imsic", imsic, "RISC-V, the root: interrupt files")                                     \
	X("aplic", aplic, "RISC-V: a bridge, messages for wires; NAME.wire[1] is the first")       \
	X("mbigen", mbigen,                                                                        \
	  "Arm: a bridge under an its, messages for wires; NAME.wire[64] is the first")            \
	X("powerpc", powerpc, "no hierarchy: firmware gives interrupts")                           \
	X("s390", s390, "no hierarchy: bits of adapters")                                          \
	X("octeon", octeon, "no hierarchy: bits of MSI words")                                     \
	X("xen", xen, "no hierarchy: event channels")

/*
 * Columns: the kinds of domain that take the key; key; lowest, highest (0, 0: no number);
 * without it, or ""; what it is.
 */
#define IRQLAB_DOMAIN_KEYS(X)                                                                      \
	X("intel-ir amd-ir its gic-v2m aplic", "parent", 0, 0, "the root",                         \
	  "the domain that takes what it sends on")                                                \
	X("mbigen", "parent", 0, 0, "the first its", "the its that its messages go to")            \
	X("x86-vector intel-ir amd-ir", "label", 0, 0, "VECTOR, INTEL-IR-n-13, AMD-IR-n-13",       \
	  "what the kernel calls it")                                                              \
	X("intel-ir", "entries", 2, 65536, "65536", "of its table, a power of two")                \
	X("amd-ir", "entries", 2, 512, "512", "of the table of one device")                        \
	X("intel-ir amd-ir smmu", "segment", 0, 65535, "0", "PCI segment whose messages pass it")  \
	X("intel-ir amd-ir smmu", "requesters", 0, 65535, "all",                                   \
	  "ids of the functions whose messages pass it, bus << 8 | device << 3 | function")        \
	X("intel-ir", "eim", 0, 0, "", "32-bit destinations, as x2apic needs them")                \
	X("intel-ir", "caching-mode", 0, 0, "", "it is emulated, and so offers no message stores") \
	X("intel-ir", "max-mask", 0, 15, "15", "log2 of the most entries that one command drops")  \
	X("amd-ir", "legacy-format", 0, 0, "", "32-bit entries")                                   \
	X("gic-v3", "spis", 32, 960, "224", "how many wired interrupts, a multiple of 32")         \
	X("gic-v2", "spis", 32, 960, "256", "how many wired interrupts, a multiple of 32")         \
	X("gic-v2m", "spis", 32, 1019, "80..143", "the interrupts that messages become")           \
	X("gic-v3", "id-bits", 14, 16, "16", "of the numbers of LPIs")                             \
	X("its", "event-bits", 1, 32, "16", "of the event numbers of a device")                    \
	X("its", "device-bits", 1, 32, "16", "of device ids")                                      \
	X("its", "collection-bits", 1, 16, "16", "of collection ids")                              \
	X("imsic", "ids", 63, 2047, "255", "identities of a file: a multiple of 64, less 1")       \
	X("aplic", "sources", 1, 1023, "96", "how many wires, from NAME.wire[1]")                  \
	X("mbigen", "sources", 1, 1152, "128", "how many wires, from NAME.wire[64]")               \
	X("mbigen", "device-id", 0, 65535, "0", "what its parent knows it by")                     \
	X("powerpc", "sources", 1, 4096, "256", "interrupts that firmware can give away")          \
	X("powerpc", "bus-total", 1, 65536, "all", "of them, what a bus may have")                 \
	X("powerpc", "grant", 1, 4096, "no limit", "the most that firmware gives one function")    \
	X("powerpc", "powers-of-two", 0, 0, "", "firmware gives no other counts")                  \
	X("powerpc", "no-firmware", 0, 0, "", "firmware has no call for it")                       \
	X("s390", "limit", 1, 2048, "64", "vectors of a function")                                 \
	X("s390", "functions", 1, 256, "64", "functions that can have vectors at once")            \
	X("s390", "directed", 1, 65535, "floating",                                                \
	  "to CPUs, with so many bits for all functions")                                          \
	X("octeon", "words", 1, 4, "4", "of 64 bits for MSI")                                      \
	X("xen", "pirqs", 1, 4096, "256", "interrupts that the hypervisor can give away")          \
	X("xen", "multi", 0, 0, "", "the initial domain, which has blocks for MSI")

/* Columns: key that it needs beside it, or ""; key; the rest as above. */
#define IRQLAB_DEVICE_KEYS(X)                                                                      \
	X("", "msi", 1, 32, "no MSI", "how many messages it can have, a power of two")             \
	X("msi", "msi-32", 0, 0, "", "its capability has 32 bits of address")                      \
	X("msi", "msi-mask", 0, 0, "", "its capability has mask bits")                             \
	X("msi", "msi-cap", 0x40, 0xf0, "0x50", "offset of the capability")                        \
	X("", "msix", 1, 2048, "no MSI-X", "entries of its table")                                 \
	X("msix", "msix-cap", 0x40, 0xf0, "0x70", "offset of the capability")                      \
	X("msix", "bar", 0, 5, "0", "the BAR that the table is in")                                \
	X("msix", "table-offset", 0, 0xfffff8, "0", "of the table in its BAR")                     \
	X("msix", "pba-offset", 0, 0xfffff8, "0x8000",                                             \
	  "of the pending bits; equal to table-offset: behind the table")                          \
	X("", "parent", 0, 0, "the unit in front of it, or the first its, or the root",            \
	  "domain that its messages belong to")                                                    \
	X("", "segment", 0, 15, "that of the address", "PCI segment")                              \
	X("", "node", 0, 63, "none: all CPUs are as near", "NUMA node")                            \
	X("", "command", 0, 0xffff, "0x107",                                                       \
	  "its command register at the start: bit 1 memory, 2 bus master, 10 no INTx")             \
	X("", "pin", 1, 4, "none; 1 with intx-irq", "INTx: 1 is A")                                \
	X("", "intx-irq", 1, 65535, "none", "irq number behind its pin")                           \
	X("", "behind", 0, 0, "no such bridge",                                                    \
	  "a bridge that sends messages on in a name of its own")                                  \
	X("behind", "bridge", 0, 0, "0", "that name: an address, or a requester id")               \
	X("", "doorbell-page", 0, UINT64_MAX, "not translated",                                    \
	  "behind an smmu: the page of device addresses that its messages go through")             \
	X("", "class", 1, 0xffff, "0x0200", "base class and subclass; 0x0108 is NVM storage")      \
	X("", "vmd-segment", 1, 15, "no VMD", "all devices in that segment are behind it")         \
	X("vmd-segment", "vmd-first", 1, 255, "0", "vectors of its own that it leaves alone")      \
	X("vmd-segment", "vmd-bypass", 0, 0, "", "messages from behind it pass as they are")       \
	X("", "sriov", 1, 256, "none", "virtual functions that it can have")                       \
	X("sriov", "vf-offset", 1, 65535, "1", "requester id of the first, less its own")          \
	X("sriov", "vf-stride", 1, 65535, "1", "from one requester id to the next")                \
	X("sriov", "vf-msix", 1, 2048, "as msix", "entries of the table of each")                  \
	X("sriov", "vf-last-bus", 0, 255, "its own bus", "last bus whose ids reach it")

struct key {
	const char *name;
	const char *kinds; /* of domain that take it; "" of a device: all */
	const char *needs; /* another key; "": none */
	uint64_t lowest, highest;
	const char *otherwise, *text;
};
/* The key of that verb and, of `domain`, of that kind; NULL: it takes none that is called that. */
const struct key *key_find(enum verb verb, const char *kind, const char *name);
/* In the order of the table; NULL beyond the last. */
const struct key *key_of(enum verb verb, unsigned nr);

#endif
