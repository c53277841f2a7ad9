/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_PEEK_H
#define IRQLAB_SCENARIO_PEEK_H

#include "scenario/state.h"

/* 16 bits of configuration space. */
uint32_t peek_config(const struct machine *m, const struct device_desc *d, unsigned where);
uint64_t peek_bar(const struct machine *m, const struct device_desc *d, unsigned bar);
uint64_t peek_slots(const struct machine *m,
		    const struct device_desc *d); /* of a platform device */
/* `owner`: of the table, on AMD. */
struct entry_ref entry_ref(const struct topology *t, const struct remap_desc *unit,
			   const struct device_desc *owner, uint64_t index);
/* In memory, and in the unit's cache. False: it is not there. */
bool peek_entry(const struct machine *m, const struct entry_ref *ref, uint64_t entry[2]);
bool peek_cached(const struct machine *m, const struct entry_ref *ref, uint64_t entry[2]);
/* Where it is, and its bytes: 4 of AMD's old format, else 16. 0: nowhere. */
uint64_t peek_entry_address(const struct machine *m, const struct entry_ref *ref, unsigned *bytes);

const char *peek_its_command(unsigned opcode); /* "MAPTI" */

/* The device that a RAISE, LATCH or DROP is of; NULL: none. */
const char *peek_device_of_event(const struct machine *m, uint32_t object);
/* Takes a pin or a wire back; errors as device_lower_intx(). */
int lower_source(struct machine *m, const struct topology *t, const struct source_ref *ref);
/* The device wants attention; errors as device_raise(). */
int raise_source(struct machine *m, const struct topology *t, const struct source_ref *ref,
		 uint32_t pasid);

#endif
