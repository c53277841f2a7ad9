/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_WARNINGS_H
#define IRQLAB_WARNINGS_H

/*
 * What a kernel would print with WARN or pr_warn, by identifier. A warning is
 * an event on the tape and a counter of the machine; it never ends the process.
 */
#define IRQLAB_WARNINGS(X)                                                                         \
	X(COOKIE_MISUSE, "a stale, foreign, forged or twice freed cookie")                         \
	X(LAYER_VIOLATION, "a layer called one that it may not call")                              \
	X(SLEEP_IN_ATOMIC, "something that may sleep in interrupt context")                        \
	X(LOCK_MISUSE, "a lock not held, held twice, or released by another")                      \
	X(FREE_WITH_ACTION, "vectors freed while a handler is installed")                          \
	X(FREE_NO_ACTION, "free_irq() without a matching handler")                                 \
	X(UNBALANCED_ENABLE, "enable_irq() without disable_irq()")                                 \
	X(UNBALANCED_WAKE, "irq_set_irq_wake() off that was not on")                               \
	X(HINT_LEFT, "free_irq() with an affinity hint in place")                                  \
	X(NO_THREAD, "a handler asks for its thread, and has none")                                \
	X(HANDLER_CONTEXT, "flow handler called outside hard interrupt context")                   \
	X(NO_DOMAIN_FREE, "freeing interrupts of no domain")                                       \
	X(NOT_ACTIVATED, "affinity of a vector that is not activated")                             \
	X(MANAGED_NO_ONLINE, "managed interrupt without an online CPU")                            \
	X(MANAGED_ACTIVATE, "activating a managed interrupt failed")                               \
	X(MATRIX_BAD_BIT, "matrix bit outside the window or in the wrong state")                   \
	X(MATRIX_OVERCOMMIT, "more vectors reserved than available")                               \
	X(VECTOR_NOT_FREE, "vector table entry holds a descriptor already")                        \
	X(MSI_WRONG_CPU, "two-step MSI update not on the old target CPU")                          \
	X(MSI_SECOND_MESSAGE, "second message on a domain that has none")                          \
	X(MSI_BAD_RANGE, "MSI range outside the domain")                                           \
	X(MSI_BATCH_OVERRUN, "more descriptors than asked for")                                    \
	X(MSI_STILL_ASSOCIATED, "descriptor erased while it has an interrupt")                     \
	X(MSI_DOMAIN_EXISTS, "device domain slot is occupied")                                     \
	X(MSI_STORE_NOT_EMPTY, "device removed with descriptors left")                             \
	X(MSI_BAD_TEMPLATE, "device domain template refused by its parent")                        \
	X(MSI_ALREADY_ENABLED, "MSI or MSI-X enabled twice")                                       \
	X(AFFINITY_IGNORED, "affinity description without the affinity flag")                      \
	X(AFFINITY_SETS, "more interrupt sets than permitted")                                     \
	X(DOMAIN_INCOMPLETE, "domain without a slot that its kind requires")                       \
	X(DOMAIN_NOT_EMPTY, "domain removed while interrupts are mapped")                          \
	X(MAPPING_REFUSED, "hwirq beyond its domain, or an interrupt mapped twice")                \
	X(IRTE_STILL_POSTED, "table entry torn down while posted to a vCPU")                       \
	X(TORN_WRITE_RISK, "address or data of a live unmasked entry written")                     \
	X(SPURIOUS_VECTOR, "vector without a handler")                                             \
	X(DEST_TRUNCATED, "destination does not fit the message")                                  \
	X(QUEUE_NOT_WRITTEN, "queued store changed where no command can be sent")                  \
	X(ITS_REMAPPED, "an event that is mapped was mapped again")                                \
	X(NOBODY_CARED, "interrupt unhandled too often, now disabled")                             \
	X(BUG, "a state that must not happen; the machine is poisoned")

enum machine_warning {
#define IRQLAB_WARNING_ENUM(id, text) WARN_##id,
	IRQLAB_WARNINGS(IRQLAB_WARNING_ENUM)
#undef IRQLAB_WARNING_ENUM
		NR_MACHINE_WARNINGS
};

#endif
