/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_PCI_FUNCTION_H
#define IRQLAB_SIM_PCI_FUNCTION_H

#include <irqlab/device.h>
#include <irqlab/topology.h>

/*
 * PCI functions: configuration space, MSI and MSI-X (PCI 3.0, 6.8), INTx, and
 * interrupt message stores (provider/store_layout.h).
 *
 * Configuration space is 4 KiB at bus_config_address(); beyond the first 256
 * bytes is at most an SR-IOV capability, at 0x100. A virtual function answers, and
 * can raise, while its physical one has VF Enable set and counts it in NumVFs; when
 * VF Enable is cleared it is reset. BARs have their addresses from the start: in 64
 * bits, or 32 where an odd BAR is used. They can be sized by writing all ones,
 * but they cannot be moved.
 *
 * Names of places, as readers of the tape see them (object is the device):
 *   sriov              control, num_vfs, vf_bar0 … vf_bar5
 *   cfg                command, status, bar0 … bar5, intx_line
 *   msi                ctrl, addr_lo, addr_hi, data, mask
 *   msix               ctrl (no index: the capability's control register)
 *   msix[entry]        addr_lo, addr_hi, data, ctrl
 *   ims[slot]          addr_lo, addr_hi, data, ctrl; the device's second table is ims1, …
 *   queue              doorbell; the second queue is queue1, …
 *   queue[ring slot]   opcode, object, addr_lo, addr_hi, data, state, status
 */

#define FUNCTION_VENDOR_ID 0x1ab0u
#define FUNCTION_DEVICE_ID 0x0001u

/* Registers of configuration space that have a meaning here. */
enum config_register {
	CONFIG_VENDOR = 0x00,
	CONFIG_DEVICE = 0x02,
	CONFIG_COMMAND = 0x04,
	CONFIG_STATUS = 0x06,
	CONFIG_BAR0 = 0x10,
	CONFIG_CAPABILITIES = 0x34,
	CONFIG_INTX_LINE = 0x3c,
	CONFIG_INTX_PIN = 0x3d,
};

/*
 * -EINVAL: a number is out of its bounds (topology.h), capabilities or the
 * table and the PBA overlap, a store does not fit its window, a queue's ring is
 * no power of two up to 128. -EEXIST: the name or the requester id is taken.
 * -ENOSPC: no 32-bit BAR space. -ENOMEM.
 */
int function_create(struct machine *m, const struct device_desc *desc);

/*
 * Where the pin leads: set_line is called with the number of a controller and of
 * its input whenever the wire changes. Devices with the same three share the
 * wire. -ENODEV, or -EINVAL if the device has no pin.
 */
int function_connect_intx(struct machine *m, const char *device,
			  void (*set_line)(struct machine *m, unsigned unit, unsigned input,
					   bool asserted),
			  unsigned unit, unsigned input);

/* ---- looking, without steps or side effects ---- */

struct message_entry { /* of a table, or the context of a queue's object */
	uint64_t address;
	uint32_t data;
	uint32_t ctrl; /* vector control, slot control, or object state */
	bool pending;
};
/* All ones for an unknown device or a place outside; where + size ≤ 4,096, size 1, 2 or 4. */
uint32_t function_peek_config(const struct machine *m, const char *device, unsigned where,
			      unsigned size);
/* -ENODEV, -EINVAL: no MSI-X, or beyond the table. */
int function_peek_msix(const struct machine *m, const char *device, unsigned index,
		       struct message_entry *entry);
/* -ENODEV, -EINVAL: no such store or slot. */
int function_peek_store(const struct machine *m, const char *device, unsigned store, unsigned index,
			struct message_entry *entry);

struct raise_note {
	uint64_t sent_at; /* machine_steps() when it last sent or latched; 0: not since a reset */
	bool pending;	  /* latched, and not sent yet */
};
/* -ENODEV; -EINVAL: no such source, or INTx. */
int function_peek_raise(const struct machine *m, const char *device, enum raise_source source,
			unsigned store, unsigned index, struct raise_note *note);
/* Commands of a queue that were submitted and are not completed; -ENODEV, -EINVAL. */
int function_queue_busy(const struct machine *m, const char *device, unsigned store);
/* Address that a BAR was given; 0: no such device, or the BAR is not used. */
uint64_t function_bar(const struct machine *m, const char *device, unsigned bar);

#endif
