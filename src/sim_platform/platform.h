/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_PLATFORM_PLATFORM_H
#define IRQLAB_SIM_PLATFORM_PLATFORM_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * A device on no bus with an array of message slots, which software writes:
 * raising slot n sends its data to its address. It has no mask and no configuration
 * space. Messages carry its DeviceID and pass no upstream of PCI.
 *
 * On the tape: RAISE (object the device's region, value the slot), then the MESSAGE
 * and what follows, or a DROP with reason DISABLED (extra the slot) while the address
 * is 0. The actor is bits 15:0 of the DeviceID.
 */

#define PLATFORM_SLOT_BYTES 16u
enum platform_slot { /* 4 bytes each, at slot × PLATFORM_SLOT_BYTES */
		     PLATFORM_ADDRESS_LO = 0x0,
		     PLATFORM_ADDRESS_HI = 0x4,
		     PLATFORM_DATA = 0x8,
};
#define PLATFORM_BASE(number) (UINT64_C(0x40000000) + (number)*UINT64_C(0x10000))

/*
 * Platform device `number` (below 4,096) of the machine. *registers: where its
 * slots are. -EINVAL: no name, slots, number. -EEXIST: number or name is taken.
 * -ENOMEM.
 */
int platform_device_create(struct machine *m, const struct platform_desc *desc, unsigned number,
			   uint64_t *registers);

/* -ENODEV: no such device. -EINVAL: no such slot. Nothing is delivered before machine_deliver(). */
int platform_device_raise(struct machine *m, const char *device, unsigned slot);

/* Its registers; 0: no such device. */
uint64_t platform_device_registers(const struct machine *m, const char *device);
/* The device whose region an event names as its object; NULL: none. */
const char *platform_device_of_event(const struct machine *m, uint32_t object);
/* Address and data of a slot, without a bus access. False: no such device or slot. */
bool platform_device_peek(const struct machine *m, const char *device, unsigned slot,
			  uint64_t *address, uint32_t *data);
/* machine_steps() when the slot last sent a message; 0: it has not, or there is none. */
uint64_t platform_device_sent_at(const struct machine *m, const char *device, unsigned slot);

#endif
