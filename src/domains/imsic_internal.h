/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_IMSIC_INTERNAL_H
#define IRQLAB_DOMAINS_IMSIC_INTERNAL_H

#include <domains/imsic.h>

#define IMSIC_MAX_IDS 2048u
#define IMSIC_WORDS   (IMSIC_MAX_IDS / 64)

struct imsic_vector { /* an identity of a CPU; chip_data of the root's level */
	uint32_t cpu, id;
	uint32_t irq; /* 0: it is to be given back, and nobody misses what it still gets */
	bool enabled; /* as it should be; the file follows */
	bool leaving; /* its interrupt moved: the CPU gives it back when it gets to it */
	struct imsic_vector *move_next; /* of a leaving one: where the interrupt went */
	struct imsic_vector *move_prev; /* the leaving one that its interrupt came from */
};

struct imsic_cpu {
	struct timer timer; /* armed while something is dirty that another CPU changed */
	uint32_t cpu;
	uint64_t dirty[IMSIC_WORDS];   /* identities whose file bit may have to change */
	struct imsic_vector *vector[]; /* by identity */
};

struct imsic_root {
	struct machine *machine;
	struct irq_domain *domain;
	struct irq_matrix *matrix;
	struct lock lock;
	char name[48];
	struct imsic_config config;
	struct imsic_cpu *cpu[];
};

static inline struct imsic_root *imsic_root(const struct machine *m)
{
	return machine_part(m, PART_RISCV);
}

/* ---- identities (imsic_vector.c); all with the lock held ---- */

/* A free identity on one of the CPUs. -ENOMEM, -ENOSPC. */
int imsic_vector_alloc(struct imsic_root *r, unsigned irq, const struct cpumask *mask,
		       struct imsic_vector **out);
/* Its interrupt goes: disabled, and given back. */
void imsic_vector_free(struct imsic_root *r, struct imsic_vector *v);
void imsic_vector_enable(struct imsic_root *r, struct imsic_vector *v, bool enabled);
/* The interrupt of `from` goes to `to` from now on. */
void imsic_vector_move(struct imsic_root *r, struct imsic_vector *from, struct imsic_vector *to);
/* A move is over at once, whatever CPU has to do something for it. */
void imsic_vector_complete_move(struct imsic_root *r, struct imsic_vector *v);

/* ---- CPUs ---- */

/* Of the executing CPU: its file follows what its identities should be. */
void imsic_local_sync(struct imsic_root *r);
/* The executing CPU begins (ends) to take interrupts. */
void imsic_local_start(struct imsic_root *r);
void imsic_local_stop(struct imsic_root *r);
void imsic_sync_expired(struct machine *m, struct timer *timer);
/* The external interrupt of a CPU: claims and handles until nothing is left. */
void imsic_handle_irq(struct machine *m, unsigned cpu, unsigned cause);

extern const struct object_type imsic_vector_type;

#endif
