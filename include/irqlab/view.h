/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_VIEW_H
#define IRQLAB_VIEW_H

#include <irqlab/bus.h>
#include <stdio.h>

/*
 * Pictures for people, as text. They read the tape and the model and change
 * nothing. Addresses of the host, times and paths never appear, so what they
 * print can be kept as a golden.
 */

/* Domains as a tree, root first: name, bus token, flags, mapped interrupts. */
void view_domains(struct machine *m, FILE *out);
/* Each interrupt with its levels, state flags, affinity and message. */
void view_irqs(struct machine *m, FILE *out);
/*
 * Domains, devices and interrupts with their relations. JSON: one object whose members
 * domains, devices and interrupts are arrays; a domain is named by its id. DOT: a graph.
 */
void view_json(struct machine *m, FILE *out);
void view_dot(struct machine *m, FILE *out);
/* One interrupt in the shape of Linux's debugfs. -EINVAL: no such irq. */
int view_debug(struct machine *m, FILE *out, unsigned irq);
/* In the shape of /proc/interrupts; handler runs are counted on the tape. */
void view_interrupts(struct machine *m, FILE *out);
/* Vectors of each CPU: counters of the matrix, and who has which. */
void view_vectors(struct machine *m, FILE *out);
/* The tape from position `from` to before `to` (UINT64_MAX: its end), a line a record. */
void view_tape(struct machine *m, FILE *out, uint64_t from, uint64_t to);
/* How one interrupt travels, each bit field decoded. -EINVAL: no such irq. */
int view_path(struct machine *m, FILE *out, unsigned irq);

/* One record in one line, without a newline: "cpu0  mmio     nic.msix[0].data  = 0x00000031 …". */
void view_record(struct machine *m, FILE *out, const struct tape_record *record);
/* The fields of an interrupt message: "vector=0x31 fixed edge dest=1 physical", or of a remappable
 * one. */
void view_message(FILE *out, uint32_t address_lo, uint32_t address_hi, uint32_t data);

#endif
