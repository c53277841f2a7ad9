/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SIM_IOMMU_UNITS_H
#define IRQLAB_SIM_IOMMU_UNITS_H

#include <irqlab/provider/hardware.h>

/* What stands between devices and CPUs: found again by kind and number. */

enum unit_kind {
	UNIT_VTD,
	UNIT_AMDVI,
	UNIT_IOAPIC,
	UNIT_ITS,
	UNIT_V2M,
	UNIT_SMMU,
	UNIT_APLIC,
	UNIT_MBIGEN
};

struct unit { /* first member of each */
	struct unit *next;
	enum unit_kind kind;
	unsigned number;
	int region;
	char name[32];
};

/* Takes what every unit has; the name is cut to 31 bytes. */
void unit_init(struct unit *unit, enum unit_kind kind, unsigned number, const char *name);
/* -EEXIST if kind and number are taken, -ENOMEM. */
int units_insert(struct machine *m, struct unit *unit);
void units_remove(struct machine *m, struct unit *unit);
void *units_find(const struct machine *m, enum unit_kind kind, unsigned number);

/* Feeds what identifies a unit. */
void unit_digest(const struct unit *unit, struct digest *d);

/* A message of `requester` went no further: a FAULT event unless silent, and a DROP. */
void unit_blocked(struct machine *m, const struct unit *unit, uint16_t requester, uint64_t index,
		  unsigned reason, bool silent);

#endif
