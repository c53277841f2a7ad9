/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_WORDS_H
#define IRQLAB_SCENARIO_WORDS_H

#include "scenario/scope.h"

/*
 * Words that mean something in one place of the language only: one table each, for the checks,
 * for suggestions, for help and for the reference.
 */

/* Of `requires`. Columns: name, whether this build has it, what it is. */
#define IRQLAB_FEATURES(X)                                                                         \
	X("x86-vector", true, "vectors of local APICs")                                            \
	X("intel-ir", true, "VT-d interrupt remapping")                                            \
	X("amd-ir", true, "AMD-Vi interrupt remapping")                                            \
	X("pci", true, "PCI functions")                                                            \
	X("msi", true, "MSI")                                                                      \
	X("msix", true, "MSI-X")                                                                   \
	X("ims", true, "message stores of devices, and pools on them")                             \
	X("intx", true, "pins of PCI functions")                                                   \
	X("hotplug", true, "CPUs that come and go")                                                \
	X("managed", true, "managed interrupts")                                                   \
	X("gic-v3", true, "Arm, GICv3")                                                            \
	X("gic-v2", true, "Arm, GICv2")                                                            \
	X("gic-v2m", true, "Arm, GICv2m frames")                                                   \
	X("its", true, "Arm, ITS of a GICv3")                                                      \
	X("ioapic", true, "I/O APICs")                                                             \
	X("platform", true, "devices on no bus")                                                   \
	X("imsic", true, "RISC-V, interrupt files")                                                \
	X("powerpc", true, "powerpc, no hierarchy")                                                \
	X("s390", true, "s390, no hierarchy")                                                      \
	X("octeon", true, "Octeon, no hierarchy")                                                  \
	X("xen", true, "Xen guests")                                                               \
	X("vmd", true, "VMD endpoints")                                                            \
	X("explore", false, "runs what `explore` describes")                                       \
	X("gic-v4", false, "virtual LPIs of a GICv4")

/* Of `explore`: how to search. */
#define IRQLAB_SEARCHES(X)                                                                         \
	X("exhaustive", "every interleaving (the default)")                                        \
	X("random", "a seeded random walk")                                                        \
	X("pct", "random priorities, few of them changed on the way")

/* Of `always`, `finally`, `expect-violation`. Columns: name, may name interrupts, meaning. */
#define IRQLAB_PROPERTIES(X)                                                                       \
	X("no-lost", true, "after each raise its handler runs; edges may merge")                   \
	X("no-misroute", true, "no handler runs for a device that raised nothing")                 \
	X("no-spurious", false, "no CPU takes a vector without a handler")                         \
	X("no-offline-delivery", false, "no interrupt reaches a CPU that is offline")              \
	X("pending-honest", false, "a pending bit is set exactly where an interrupt waits")        \
	X("no-vector-leak", false, "no vector is taken that no interrupt has")                     \
	X("no-entry-leak", false, "no table entry is taken that no interrupt has")                 \
	X("iec-coherent", false, "what a unit has cached is what is in memory")                    \
	X("message-coherent", false, "what a device holds is what the kernel composed")

/* Of `snapshot`. */
#define IRQLAB_PICTURES(X)                                                                         \
	X(DOMAINS, "domains", "interrupt domains, as a tree")                                      \
	X(IRQS, "irqs", "each interrupt with its levels, state and message")                       \
	X(INTERRUPTS, "interrupts", "in the shape of /proc/interrupts")                            \
	X(VECTORS, "vectors", "each CPU's vectors, and the matrix behind them")                    \
	X(WRITES, "writes", "what software wrote since the last action")                           \
	X(TAPE, "tape", "every write and event, in order")
#define IRQLAB_PICTURE_NAME(id, name, text) " " name
#define IRQLAB_PICTURE_NAMES		    IRQLAB_PICTURES(IRQLAB_PICTURE_NAME)

enum picture {
#define IRQLAB_PICTURE_ENUM(id, name, text) PICTURE_##id,
	IRQLAB_PICTURES(IRQLAB_PICTURE_ENUM)
#undef IRQLAB_PICTURE_ENUM
		NR_PICTURES
};
const char *picture_name(enum picture picture);

enum feature { FEATURE_UNKNOWN, FEATURE_MISSING, FEATURE_PRESENT };
enum feature feature_of(const char *word);

/* Errors with a suggestion where a word is none of its table. */
void check_features(struct scope *scope, const struct stmt *stmt);
void check_switch(struct scope *scope, const struct arg *arg);
void check_warning(struct scope *scope, const struct arg *arg);
void check_reason(struct scope *scope, const struct pattern *p);
void check_profile(struct scope *scope, const struct stmt *stmt);
void check_snapshot(struct scope *scope, const struct stmt *stmt);
void check_search(struct scope *scope, const struct stmt *explore);
void check_property(struct scope *scope, const struct stmt *stmt);

#endif
