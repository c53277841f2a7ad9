/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_ANYWHERE_H
#define IRQLAB_TESTS_ANYWHERE_H

#include <irqlab/driver.h>

/*
 * One driver for functions on any machine: it asks for what it would like to
 * have, takes what it gets, and writes down all answers.
 */
#define ANYWHERE_MAX 8

struct anywhere {
	struct machine *m;
	struct device *dev;
	unsigned flags; /* PCI_IRQ_MSI or PCI_IRQ_MSIX */
	int nr;		/* vectors that it has; negative: why it has none */
	unsigned irq[ANYWHERE_MAX];
	unsigned ran[ANYWHERE_MAX]; /* runs of each handler */
	int exact;		    /* what it was told when it wanted all `wanted` */
	int dynamic;		    /* … one more; 1: it knew before that it may ask */
	bool may_add;
	int pool;     /* … a message store */
	int affinity; /* … another CPU for its first vector */
};

/* Asks for exactly `wanted`, then for 1 to `wanted`; requests all that it has. */
void anywhere_probe(struct machine *m, struct device *dev, unsigned flags, unsigned wanted,
		    struct anywhere *a);
void anywhere_remove(struct anywhere *a);
/* "8 8 -524 …": the answers in one line. */
struct anywhere_text {
	char text[96];
};
struct anywhere_text anywhere_answers(const struct anywhere *a);

#endif
