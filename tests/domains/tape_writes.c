/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/tape_writes.h"

#include <stdio.h>
#include <string.h>

unsigned tape_writes(struct machine *m, uint64_t from, const char *prefix, struct tape_write *out,
		     unsigned max)
{
	unsigned found = 0;

	for (uint64_t at = from; at < tape_position(m); at++) {
		const struct tape_record *r = tape_at(m, at);
		struct tape_write w = {.value = r->value, .cpu = r->actor};
		struct bus_place place;

		if (r->kind > TAPE_CONFIG || !tape_place(m, r, &place))
			continue;
		if (place.index >= 0)
			snprintf(w.place, sizeof(w.place), "%s.%s[%d].%s", place.object,
				 place.store, (int)place.index, place.field ? place.field : "");
		else
			snprintf(w.place, sizeof(w.place), "%s.%s.%s", place.object, place.store,
				 place.field ? place.field : "");
		if (strncmp(w.place, prefix, strlen(prefix)) != 0)
			continue;
		if (found < max)
			out[found] = w;
		found++;
	}
	return found;
}

unsigned tape_events(struct machine *m, uint64_t from, enum tape_kind kind)
{
	unsigned found = 0;

	for (uint64_t at = from; at < tape_position(m); at++)
		found += tape_at(m, at)->kind == kind;
	return found;
}
