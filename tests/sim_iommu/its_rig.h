/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_SIM_IOMMU_ITS_RIG_H
#define IRQLAB_TESTS_SIM_IOMMU_ITS_RIG_H

#include "sim_cpu/gic_rig.h"
#include "sim_iommu/its.h"

#define DEVICE	    0x118u
#define EVENT_BITS  5u
#define QUEUE_BYTES 4096u

/* A GICv3 with four CPUs and an ITS that is set up; nothing is mapped. */
struct its_rig {
	struct gic_rig *g;
	struct rig *r;
	struct machine *m;
	uint64_t registers, queue, devices, collections, itt;
	unsigned tail;
};

struct its_rig *its_rig_create(const struct its_desc *desc);
/* The same with collection n at CPU n, and DEVICE mapped with 2^EVENT_BITS events. */
struct its_rig *its_rig_mapped(void);
void its_rig_destroy(struct its_rig *i);

void its_write(struct its_rig *i, unsigned offset, unsigned size, uint64_t value);
uint64_t its_read(struct its_rig *i, unsigned offset, unsigned size);

/* Commands as software encodes them. */
struct its_words {
	uint64_t dw[4];
};
struct its_words its_mapd(uint32_t device, unsigned bits, uint64_t itt, bool valid);
struct its_words its_mapc(uint16_t icid, uint64_t rdbase, bool valid);
struct its_words its_mapti(uint32_t device, uint32_t event, uint32_t intid, uint16_t icid);
struct its_words its_on_event(enum its_command command, uint32_t device, uint32_t event);
struct its_words its_movi(uint32_t device, uint32_t event, uint16_t icid);
struct its_words its_invall(uint16_t icid);
struct its_words its_movall(uint64_t from, uint64_t to);
struct its_words its_sync(uint64_t rdbase);
#define PE(n) ((uint64_t)(n) << 16)

/* Queues it, and lets the ITS run. */
void its_submit(struct its_rig *i, struct its_words words);
/* It is carried out without an error. */
void its_do(struct its_rig *i, struct its_words words);
/* It is refused with that code, and changes nothing. */
void its_refuse(struct its_rig *i, struct its_words words, uint32_t code);

/* A message of DEVICE. */
void its_send(struct its_rig *i, uint32_t event);
void its_expect_drop(struct its_rig *i, enum its_drop why);

#endif
