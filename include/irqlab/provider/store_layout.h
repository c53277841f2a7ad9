/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_STORE_LAYOUT_H
#define IRQLAB_PROVIDER_STORE_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Where a device keeps its interrupt message stores, and what they look like:
 * a contract between device models and the chips that program them. Constants
 * only. All registers are 32 bits wide; an 8-byte write counts as two.
 */

/* ---- where ---- */

/*
 * All stores of a device share one 64-bit BAR: 2, or 4 where the MSI-X table
 * needs BAR 2 or 3. msix_bir: the indicator in the MSI-X capability's table
 * register; −1: no MSI-X.
 */
static inline unsigned store_bar(int msix_bir)
{
	return msix_bir == 2 || msix_bir == 3 ? 4 : 2;
}
/* Store n of the device begins this far into the BAR. */
#define STORE_WINDOW_BYTES (UINT32_C(4) << 20)
#define STORE_OFFSET(n)	   ((uint64_t)(n)*STORE_WINDOW_BYTES)

/* ---- tables ---- */

/*
 * Intel DSA: slots of 16 bytes. A write of an address whose bits 63:20 would not
 * be 0x00000000FEE is ignored, for each half by itself: the upper one takes 0
 * only. Bits 1:0 of the address read as 0.
 */
#define DSA_SLOT_BYTES	  16u
#define DSA_ADDRESS	  0u
#define DSA_DATA	  8u
#define DSA_CONTROL	  12u
#define DSA_CTRL_MASK	  0x1u
#define DSA_CTRL_PENDING  0x2u /* read only */
#define DSA_CTRL_IGNORE	  0x4u
#define DSA_CTRL_PASID_EN 0x8u
#define DSA_CTRL_PASID(p) ((uint32_t)(p) << 12)
#define DSA_RESET_ADDRESS UINT64_C(0xfee00000)

/* Generic table with `stride` 0 in its description: 16 bytes, address, data, control, mask bit 0.
 */
#define TABLE_STRIDE	 16u
#define TABLE_ADDRESS_LO 0u
#define TABLE_ADDRESS_HI 4u
#define TABLE_DATA	 8u
#define TABLE_CONTROL	 12u

/* ---- queue: contexts that only commands can change ---- */

#define QUEUE_DOORBELL	 0x00u	 /* W: commands submitted so far, modulo 2^32 */
#define QUEUE_COMPLETED	 0x04u	 /* R: commands completed so far, modulo 2^32 */
#define QUEUE_RING_SLOTS 0x08u	 /* R: a power of two */
#define QUEUE_OBJECTS	 0x0cu	 /* R: objects 0 … n − 1 exist */
#define QUEUE_RING	 0x1000u /* command number n is at slot n % QUEUE_RING_SLOTS */

#define QUEUE_COMMAND_BYTES 32u
#define QUEUE_CMD_OPCODE    0x00u
#define QUEUE_CMD_OBJECT    0x04u
#define QUEUE_CMD_ADDR_LO   0x08u
#define QUEUE_CMD_ADDR_HI   0x0cu
#define QUEUE_CMD_DATA	    0x10u
#define QUEUE_CMD_STATE	    0x14u
#define QUEUE_CMD_STATUS    0x18u /* software clears it, the device sets it on completion */

#define QUEUE_OP_MODIFY 1u /* address, data and state of an object */

#define QUEUE_STATE_ARMED 1u /* may send; 0: its events are dropped */

enum queue_status {
	QUEUE_STATUS_NONE = 0,
	QUEUE_STATUS_DONE = 1,
	QUEUE_STATUS_FAILED = 2, /* the device could not; the object is as before */
	QUEUE_STATUS_BAD_OPCODE = 3,
	QUEUE_STATUS_BAD_OBJECT = 4,
};

#endif
