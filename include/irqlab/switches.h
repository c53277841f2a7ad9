/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SWITCHES_H
#define IRQLAB_SWITCHES_H

/*
 * Every behaviour that can be chosen is a named switch of the machine.
 *   deviation: something Linux 6.12 does that it does not intend
 *   fix:       a repair that 6.12 has and that can be taken out again
 *   option:    something that Linux does not have
 * Columns: constant, name, kind, on in profile linux-6.12, on in profile
 * intended, witness (what shows the behaviour).
 * "On" always means: the behaviour named is present.
 */
#define IRQLAB_SWITCHES(X)                                                                         \
	X(CAN_RESERVE_INVERTED, "can-reserve-inverted", DEVIATION, 1, 0,                           \
	  "the MSI setter takes the direct path when CAN_RESERVE is clear")                        \
	X(MATRIX_TOTAL_DRIFT, "matrix-total-drift", DEVIATION, 1, 0,                               \
	  "total_allocated keeps bits freed on an offline CPU")                                    \
	X(MATRIX_MANAGED_DRIFT, "matrix-managed-drift", DEVIATION, 1, 0,                           \
	  "managed reservation on an offline CPU leaves its available as it was")                  \
	X(MANAGED_BIT_SWAPPED, "managed-bit-swapped", DEVIATION, 1, 0,                             \
	  "freeing a managed vector gives back the lowest spare bit, also after a failure")        \
	X(MANAGED_DEPTH_LOSS, "managed-depth-loss", DEVIATION, 1, 0,                               \
	  "CPU offline and online undoes a driver's disable_irq()")                                \
	X(ITS_REGION_LEAK, "its-region-leak", DEVIATION, 1, 0,                                     \
	  "events stay taken when the parent allocation fails")                                    \
	X(MSI_BLOCK_LEAK, "msi-block-leak", DEVIATION, 1, 0,                                       \
	  "events that round an ITS multi-MSI block up to a power of two stay taken")              \
	X(ITS_DEVICE_STAYS, "its-device-stays", DEVIATION, 1, 0,                                   \
	  "an ITS keeps a device prepared for a failed allocation, and its table all pages")       \
	X(DOORBELL_STAYS, "doorbell-stays", DEVIATION, 1, 0,                                       \
	  "an SMMU keeps the doorbell that it was told for a failed allocation")                   \
	X(V2M_EDGE_STAYS, "v2m-edge-stays", DEVIATION, 1, 0,                                       \
	  "what goes back to a GICv2m frame stays edge-triggered, also after a failed allocation") \
	X(PMSI_DOMAIN_STAYS, "pmsi-domain-stays", DEVIATION, 1, 0,                                 \
	  "a failed platform allocation leaves its device domain behind")                          \
	X(AMD_TABLE_STAYS, "amd-table-stays", DEVIATION, 1, 0,                                     \
	  "an AMD interrupt table stays without entries, also one made for a failed allocation")   \
	X(BATCH_ERASES_FOREIGN, "batch-erases-foreign", DEVIATION, 1, 0,                           \
	  "a failed simple batch erases descriptors it did not insert")                            \
	X(ENTRY_ARRAY_PERMUTED, "entry-array-permuted", DEVIATION, 1, 0,                           \
	  "an unsorted MSI-X entry array gets its irqs in index order")                            \
	X(FREE_WITH_HANDLERS, "free-with-handlers", DEVIATION, 1, 0,                               \
	  "vectors are freed, with a warning, though a handler is installed")                      \
	X(TRIGGER_SET_ON_REFUSAL, "trigger-set-on-refusal", DEVIATION, 1, 0,                       \
	  "a handler that may not share leaves its trigger type behind")                           \
	X(AFFINITY_SET_ON_REFUSAL, "affinity-set-on-refusal", DEVIATION, 1, 0,                     \
	  "an affinity that is refused still marks the interrupt as set")                          \
	X(VECTOR_TABLE_LOST, "vector-table-lost", DEVIATION, 1, 0,                                 \
	  "a CPU that returns forgets vectors of interrupts not yet requested")                    \
	X(CAREFUL_IRR_CHECK, "careful-irr-check", FIX, 1, 1,                                       \
	  "after a two-step MSI update the IRR is looked at and retriggered")                      \
	X(MASK_ALL_ENTRIES, "mask-all-entries", FIX, 1, 1,                                         \
	  "enabling MSI-X masks every entry of the table")                                         \
	X(AFFINITY_BEFORE_STARTUP, "affinity-before-startup", FIX, 1, 1,                           \
	  "the first affinity is set before the interrupt is unmasked")                            \
	X(INVALIDATE_AFTER_WRITE, "invalidate-after-write", FIX, 1, 1,                             \
	  "a table entry write is followed by an invalidation")                                    \
	X(FORCE_PARENT_IMS, "force-parent-ims", OPTION, 0, 0,                                      \
	  "a parent without immutable messages offers IMS all the same")                           \
	X(STRICT_LAYERS, "strict-layers", OPTION, 0, 0,                                            \
	  "whoever calls from outside is a driver, and what is not a driver's is refused")

enum machine_switch {
#define IRQLAB_SWITCH_ENUM(id, name, kind, in_612, in_intended, witness) SWITCH_##id,
	IRQLAB_SWITCHES(IRQLAB_SWITCH_ENUM)
#undef IRQLAB_SWITCH_ENUM
		NR_MACHINE_SWITCHES
};

enum machine_profile {
	PROFILE_LINUX_6_12, /* the default: equals a live machine */
	PROFILE_INTENDED,
};

#endif
