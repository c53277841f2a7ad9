/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_PEEK_H
#define IRQLAB_SCENARIO_PEEK_H

#include "scenario/state.h"

/* 16 bits of configuration space. */
uint32_t peek_config(const struct machine *m, const struct device_desc *d, unsigned where);
uint64_t peek_bar(const struct machine *m, const struct device_desc *d, unsigned bar);
/*
 * Entry of an Intel unit's table: in memory, and in the unit's cache. `number`
 * counts the units. False: it is not there.
 */
bool peek_entry(const struct machine *m, const struct remap_desc *unit, unsigned number,
		unsigned index, uint64_t entry[2]);
uint64_t peek_entry_address(const struct machine *m, const struct remap_desc *unit,
			    unsigned number, unsigned index); /* 0: none */
bool peek_cached(const struct machine *m, const struct remap_desc *unit, unsigned number,
		 unsigned index, uint64_t entry[2]);

#endif
