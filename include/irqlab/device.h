/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DEVICE_H
#define IRQLAB_DEVICE_H

#include <irqlab/machine.h>

/*
 * What a device does by itself: wanting attention, and losing its state.
 *
 * Raising makes the device look at its own registers, table or context, as they
 * are now, and act on that: it sends a message, latches a pending bit, or the
 * event is lost with a reason. Nothing is delivered before machine_deliver().
 *
 * On the tape: RAISE, then LATCH, DROP, or the MESSAGE and what follows from it.
 * In these three events the actor is the device's requester id, `object` the
 * number that device_of_event() takes, `address` is DEVICE_EVENT(source, store).
 * In RAISE and LATCH `value` is the vector; in DROP `value` is the reason and
 * `extra` the vector. In RAISE `extra` is the PASID.
 *
 * Devices are named as in struct device_desc. NULL, an unknown name, or that of a
 * virtual function that is not enabled: -ENODEV.
 */

enum raise_source {
	RAISE_INTX,  /* index is ignored; the pin stays asserted until device_lower_intx() */
	RAISE_MSI,   /* index: vector below the enabled count */
	RAISE_MSIX,  /* index: entry of the table */
	RAISE_STORE, /* index: slot of a table, object of a queue */
	NR_RAISE_SOURCES
};
#define RAISE_NO_PASID UINT32_MAX

#define DEVICE_EVENT(source, store)  ((uint64_t)(source) << 32 | (store))
#define DEVICE_EVENT_SOURCE(address) ((enum raise_source)((address) >> 32))
#define DEVICE_EVENT_STORE(address)  ((unsigned)((address)&0xffffffff))

const char *raise_source_name(enum raise_source source); /* "intx", "msi", "msix", "store" */

/*
 * `store` counts the device's stores in the order of its description, 0 for
 * other sources. `pasid` matters for DSA tables only.
 * -EINVAL, without any effect: the device has no such source or store, or the
 * index is beyond it; for MSI also beyond the enabled count.
 *
 *   MSI, MSI-X   not enabled: dropped DISABLED. Masked: latched, sent once when unmasked.
 *   DSA table    PASID differs: dropped INVALID_HANDLE. Slot ignores: dropped IGNORED.
 *                Masked: latched.
 *   table        masked: latched.
 *   queue        object not armed: dropped DISABLED.
 *   INTx         MSI or MSI-X is enabled: dropped DISABLED. Disabled in the command register:
 *                latched. Connected to nothing: dropped NO_TARGET.
 * A message is dropped BUS_MASTER while bus mastering is off.
 */
int device_raise(struct machine *m, const char *device, enum raise_source source, unsigned store,
		 unsigned index, uint32_t pasid);
/* Takes the pin back; nothing happens if it was not asserted. -EINVAL: there is no pin. */
int device_lower_intx(struct machine *m, const char *device);
/*
 * Function level reset (PCIe 5.0, 6.6.2): command register 0, MSI and MSI-X off, entries masked,
 * nothing pending, stores as after power-up. BARs keep their addresses.
 */
int device_reset(struct machine *m, const char *device);

/* The same without looking up the name each time. A function lives as long as its machine. */
struct function;
struct function *device_function(const struct machine *m, const char *device); /* NULL: none */
int function_raise(struct machine *m, struct function *fn, enum raise_source source, unsigned store,
		   unsigned index, uint32_t pasid);

/* The device that an event belongs to; NULL if it belongs to none. */
const char *device_of_event(const struct machine *m, uint32_t object);

#endif
