/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef TOOLS_BENCH_FLOOR_H
#define TOOLS_BENCH_FLOOR_H

#include <stdint.h>

/*
 * What the machine that runs this allows: the least work that a delivery, or a
 * new interrupt, can be, without any model. Nanoseconds each; negative if the
 * host has no memory.
 */

/* One delivery of n interrupts in random order, each waiting for the one before. */
double floor_delivery(uint32_t n);
/* Memory of `bytes` for each of n interrupts, written for the first time. */
double floor_first_touch(uint32_t n, uint32_t bytes);

uint64_t bench_now(void);			 /* nanoseconds */
double bench_median(double *values, uint32_t n); /* sorts them */
/*
 * Work is timed in pieces and the median piece counts: on a machine with other
 * work most pieces are undisturbed, while the whole never is.
 */
#define BENCH_PIECES 64

#endif
