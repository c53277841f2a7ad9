/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef BELL_H
#define BELL_H

#include <irqlab/machine.h>

/*
 * The bell board: a unit with a few cells. A device that writes n to its one message register
 * rings cell n, and the board sends the message that software has put there.
 *
 * This is the unit's manual, and all that its two halves have in common.
 */
enum bell_register {
	BELL_RING = 0x000,  /* devices write here: the number of a cell */
	BELL_CELLS = 0x008, /* R, 32 bits: how many cells there are */
	BELL_CELL = 0x100,  /* RW, 64 bits each: bits 63:32 address, 31:0 data; 0: rings nothing */
	BELL_BYTES = 0x1000,
};
#define BELL_MAX_CELLS 64u
#define BELL_BASE      UINT64_C(0xd0000000)

/*
 * The hardware: a board of so many cells at BELL_BASE. 0; -EINVAL: no cells, or too many of them;
 * -EEXIST: something is there; -ENOMEM. Writes nothing to the bus.
 */
int bell_board_create(struct machine *m, unsigned cells);

/*
 * The software: a domain for the board, below which devices get theirs. `parent` is the domain
 * whose messages go into the cells. NULL: no board there, or no memory. Reads the board's
 * registers.
 */
struct irq_domain;
struct irq_domain *bell_domain_create(struct machine *m, struct irq_domain *parent);

#endif
