/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_MACHINE_INVARIANTS_H
#define IRQLAB_MACHINE_INVARIANTS_H

#include <irqlab/provider/software.h>

/* Private to the check of a machine's invariants. */

struct check {
	struct machine *m;
	char *text;
	size_t size;
};
/* Writes the sentence and returns false. */
bool violated(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct irq_matrix;
/* The counters of a matrix add up. */
bool matrix_sums(struct check *c, const struct irq_matrix *matrix);
/* Identities of interrupt files have one owner each, and the matrix knows them. */
bool identities_agree(struct check *c);
/* LPIs are where the ITS's tables, the software and its counts say that they are. */
bool lpis_agree(struct check *c);
/* vCPUs run where they are said to, and no interrupt for one is forgotten. */
bool guests_agree(struct check *c);
/* Table entries against vectors, units against tables, devices against descriptors. */
bool messages_agree(struct check *c);
/* Whoever sent a message was heard. */
bool nothing_lost(struct check *c);

#endif
