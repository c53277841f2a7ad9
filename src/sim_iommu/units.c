/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdio.h>

#include "sim_iommu/units.h"

struct units {
	struct unit *first;
};

static const struct object_type units_type = {.name = "units"};

void unit_init(struct unit *unit, enum unit_kind kind, unsigned number, const char *name)
{
	unit->kind = kind;
	unit->number = number;
	snprintf(unit->name, sizeof(unit->name), "%s", name);
}

void unit_digest(const struct unit *unit, struct digest *d)
{
	digest_u64(d, (uint64_t)unit->kind << 32 | unit->number);
	digest_string(d, unit->name);
}

void *units_find(const struct machine *m, enum unit_kind kind, unsigned number)
{
	const struct units *units = machine_part(m, PART_UNITS);

	for (struct unit *unit = units ? units->first : NULL; unit; unit = unit->next)
		if (unit->kind == kind && unit->number == number)
			return unit;
	return NULL;
}

int units_insert(struct machine *m, struct unit *unit)
{
	struct units *units = machine_part(m, PART_UNITS);

	if (units_find(m, unit->kind, unit->number))
		return -EEXIST;
	if (!units) {
		units = object_alloc(m, &units_type, sizeof(*units));
		if (!units)
			return -ENOMEM;
		machine_set_part(m, PART_UNITS, units);
	}
	touch(m, units);
	unit->next = units->first;
	units->first = unit;
	return 0;
}

void units_remove(struct machine *m, struct unit *unit)
{
	struct units *units = machine_part(m, PART_UNITS);

	touch(m, units);
	for (struct unit **at = &units->first; *at; at = &(*at)->next) {
		if (*at != unit)
			continue;
		if (at != &units->first)
			touch(m, (char *)at - offsetof(struct unit, next));
		*at = unit->next;
		break;
	}
	if (units->first)
		return;
	machine_set_part(m, PART_UNITS, NULL);
	object_free(m, units);
}

void unit_blocked(struct machine *m, const struct unit *unit, uint16_t requester, uint64_t index,
		  unsigned reason, bool silent)
{
	uint16_t number = (uint16_t)unit->number;
	uint32_t region = (uint32_t)unit->region;

	if (!silent)
		tape_event(m, TAPE_FAULT, ACTOR_UNIT, number, index, reason, region, requester);
	tape_event(m, TAPE_DROP, ACTOR_UNIT, number, index, DROP_REMAP_FAULT, region, reason);
}
