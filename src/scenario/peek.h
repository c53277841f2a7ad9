/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_PEEK_H
#define IRQLAB_SCENARIO_PEEK_H

#include "scenario/state.h"

/* 16 bits of configuration space. */
uint32_t peek_config(const struct machine *m, const struct device_desc *d, unsigned where);
uint64_t peek_bar(const struct machine *m, const struct device_desc *d, unsigned bar);
uint64_t peek_slots(const struct machine *m,
		    const struct device_desc *d); /* of a platform device */
/*
 * Entry of an Intel unit's table: in memory, and in the unit's cache. `number`
 * counts the units. False: it is not there.
 */
bool peek_entry(const struct machine *m, const struct remap_desc *unit, unsigned number,
		unsigned index, uint64_t entry[2]);
uint64_t peek_entry_address(const struct machine *m, const struct remap_desc *unit, unsigned number,
			    unsigned index); /* 0: none */
bool peek_cached(const struct machine *m, const struct remap_desc *unit, unsigned number,
		 unsigned index, uint64_t entry[2]);

const char *peek_its_command(unsigned opcode); /* "MAPTI" */

/* The device that a RAISE, LATCH or DROP is of; NULL: none. */
const char *peek_device_of_event(const struct machine *m, uint32_t object);
/* The device wants attention; errors as device_raise(). */
int raise_source(struct machine *m, const struct topology *t, const struct source_ref *ref,
		 uint32_t pasid);

#endif
