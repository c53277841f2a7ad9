/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_TESTS_TAPE_WRITES_H
#define IRQLAB_TESTS_TAPE_WRITES_H

#include <irqlab/bus.h>

/* A write of a CPU to a place "object.store[index].field". */
struct tape_write {
	char place[80];
	uint64_t value;
	uint32_t cpu;
};
/* Those since `from` whose place begins with prefix, counted; the first max of them are stored. */
unsigned tape_writes(struct machine *m, uint64_t from, const char *prefix, struct tape_write *out,
		     unsigned max);
/* How many records of a kind there are since `from`. */
unsigned tape_events(struct machine *m, uint64_t from, enum tape_kind kind);

#endif
