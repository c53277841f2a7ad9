/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_MBIGEN_H
#define IRQLAB_SIM_IOMMU_MBIGEN_H

#include <irqlab/machine.h>
#include <irqlab/topology.h>

/*
 * A bridge from wires to messages after Hisilicon's MBIGEN: nodes of 128 pins, each
 * pin with a number that it sends to a doorbell, which no register holds. Numbers of
 * pins begin at 64; the first node is number 1. There is nothing to mask a pin with.
 *
 * An edge pin sends when it rises. A level pin sends while it is up and not in
 * service, and is in service from then until it is cleared.
 *
 * On the tape: RAISE (unit, value the pin), MESSAGE and what follows; LATCH if the
 * pin is in service.
 */

#define MBIGEN_FIRST_PIN  64u
#define MBIGEN_NODE_PINS  128u
#define MBIGEN_MAX_PINS	  1152u
#define MBIGEN_BYTES	  UINT64_C(0x10000)
#define MBIGEN_BASE(unit) (UINT64_C(0x60000000) + (unit)*MBIGEN_BYTES)
/* Of a node, with n the pin's number without the first 64, modulo 128; 32 bits each. */
#define MBIGEN_NODE(pin) ((((pin)-MBIGEN_FIRST_PIN) / MBIGEN_NODE_PINS + 1) * 0x1000u)
#define MBIGEN_TYPE	 0x0u	/* + n / 32 × 4: bit n % 32 set: level */
#define MBIGEN_VEC	 0x200u /* + n × 4: 21:12 the number that it sends */
#define MBIGEN_VEC_SHIFT 12
#define MBIGEN_VEC_MASK	 0x3ffu
/* Of all: + pin / 32 × 4, bit pin % 32; W: a level pin is no longer in service. */
#define MBIGEN_CLEAR 0xa000u

/*
 * MBIGEN `unit` (below 64) of the machine. *registers: where they are. -EINVAL: pins,
 * unit. -EEXIST, -ENOMEM.
 */
int mbigen_create(struct machine *m, const struct mbigen_desc *desc, unsigned unit,
		  uint64_t *registers);

/* A wire, high or not. Unknown units and pins are ignored. */
void mbigen_set_line(struct machine *m, unsigned unit, unsigned pin, bool high);

/* ---- looking, without a trace on the bus ---- */

struct mbigen_pin {
	uint32_t vec; /* as written */
	bool level, line, in_service;
};
/* False: no such unit or pin. */
bool mbigen_peek_pin(const struct machine *m, unsigned unit, unsigned pin, struct mbigen_pin *out);

#endif
