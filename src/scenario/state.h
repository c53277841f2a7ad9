/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_STATE_H
#define IRQLAB_SCENARIO_STATE_H

#include "scenario/match.h"

/* What `expect state` can ask, and of whom. */

enum state_kind {
	STATE_IRQ,
	STATE_DEVICE,
	STATE_SOURCE,
	STATE_CPU,
	STATE_VECTORS,
	STATE_ENTRY,
	STATE_VCPU,
	NR_STATE_KINDS
};

/* Columns: key, meaning. The getters are in state.c. */
#define IRQLAB_STATE_IRQ_KEYS(X)                                                                   \
	X(irq, "irq number")                                                                       \
	X(index, "index in the device's table, store or batch")                                    \
	X(affinity, "CPUs asked for")                                                              \
	X(effective, "CPUs it goes to")                                                            \
	X(hint, "CPUs that its driver would like, {} without")                                     \
	X(wakes, "shall wake the system")                                                          \
	X(vector, "vector it has, 0 without")                                                      \
	X(cpu, "CPU of that vector")                                                               \
	X(previous_vector, "vector that a move has left behind, 0 without")                        \
	X(previous_cpu, "CPU of that vector")                                                      \
	X(moving, "the new vector was not used yet")                                               \
	X(cleanup, "the old vector waits for its timer")                                           \
	X(reserved, "holds a reservation instead of a vector")                                     \
	X(managed, "its CPUs belong to the kernel")                                                \
	X(depth, "disable depth")                                                                  \
	X(disabled, "disable_irq() is in force")                                                   \
	X(masked, "masked, as the kernel thinks")                                                  \
	X(started, "started up")                                                                   \
	X(activated, "activated: message or table entry written")                                  \
	X(shutdown, "managed, and none of its CPUs is online")                                     \
	X(pending, "an interrupt waits for it to be enabled")                                      \
	X(move_pending, "a change of CPUs waits for the next interrupt")                           \
	X(count, "interrupts handled")                                                             \
	X(lost, "its device has sent one that no handler will see")                                \
	X(handle, "entry of the remapping table")                                                  \
	X(domain, "name of its outermost domain")                                                  \
	X(chip, "name of its outermost chip")                                                      \
	X(levels, "levels of its hierarchy")                                                       \
	X(hwirq, "number in its outermost domain")                                                 \
	X(flow, "flow handler: edge, level …")

#define IRQLAB_STATE_DEVICE_KEYS(X)                                                                \
	X(msix, "MSI-X is enabled")                                                                \
	X(maskall, "MSI-X function mask")                                                          \
	X(msi, "MSI is enabled")                                                                   \
	X(messages, "MSI: messages enabled, as log2")                                              \
	X(intx, "INTx is not disabled")                                                            \
	X(bus_master, "may write to the bus")

#define IRQLAB_STATE_SOURCE_KEYS(X)                                                                \
	X(masked, "mask bit")                                                                      \
	X(pending, "pending bit")                                                                  \
	X(address, "64 bits of message address")                                                   \
	X(data, "message data")                                                                    \
	X(ctrl, "vector or slot control, or object state")

#define IRQLAB_STATE_CPU_KEYS(X)                                                                   \
	X(online, "takes part")                                                                    \
	X(available, "vectors free")                                                               \
	X(allocated, "vectors taken")                                                              \
	X(managed, "vectors set aside for managed interrupts")                                     \
	X(managed_allocated, "of them, taken")

#define IRQLAB_STATE_VECTORS_KEYS(X)                                                               \
	X(available, "vectors free on all online CPUs")                                            \
	X(reserved, "reservations")                                                                \
	X(allocated, "vectors taken on all CPUs")                                                  \
	X(online, "CPUs that take part")

#define IRQLAB_STATE_ENTRY_KEYS(X)                                                                 \
	X(lo, "low half in memory")                                                                \
	X(hi, "high half in memory")                                                               \
	X(cached_lo, "low half in the unit's cache, 0 without")                                    \
	X(cached_hi, "high half in the unit's cache, 0 without")                                   \
	X(cached, "the unit has a copy")

#define IRQLAB_STATE_VCPU_KEYS(X)                                                                  \
	X(running, "is in its guest")                                                              \
	X(cpu, "CPU it runs on")                                                                   \
	X(waits, "waits for an interrupt")                                                         \
	X(woken, "…that came, or may have come")                                                   \
	X(waiting, "vectors that it has not taken yet")                                            \
	X(outstanding, "a notification was sent (ON)")                                             \
	X(suppressed, "no notification is wanted (SN)")                                            \
	X(notification, "notification vector (NV)")                                                \
	X(destination, "notification destination (NDST)")

/* An entry of a unit's table; on AMD, of the table of one requester. */
struct entry_ref {
	const struct remap_desc *unit;
	unsigned number; /* of the unit */
	uint16_t requester;
	unsigned index;
};

struct state_object {
	enum state_kind kind;
	const struct irq_entry *irq;
	const struct device_desc *device;
	struct source_ref source;
	struct entry_ref entry;
	const char *vcpu;
	uint64_t number; /* of the CPU */
	struct span span;
};

/* Names and indexes; false with an error. */
bool state_resolve(struct scope *scope, const struct pattern *path, struct state_object *out);
bool state_key_check(struct scope *scope, const struct state_object *object, const struct arg *arg);
/* False: it has no such thing now, an interrupt without a vector domain for instance. */
bool state_value(struct scope *scope, struct machine *m, const struct state_object *object,
		 const char *key, struct value *out);
/* For help: the nth key of a kind; false beyond the last. */
bool state_key(enum state_kind kind, unsigned nr, const char **name, const char **text);
const char *state_kind_text(enum state_kind kind);

/* Message, mask and pending bit of a source as the device has them now. False: no such source. */
struct stored_message {
	uint64_t address;
	uint32_t data, ctrl;
	bool masked, pending;
};
bool peek_message(const struct machine *m, const struct topology *t, const struct source_ref *ref,
		  struct stored_message *out);

#endif
