/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "sim_iommu/smmu.h"
#include "sim_iommu/units.h"

#define SMMU_MAX_UNITS	  64u
#define SMMU_BYTES	  UINT64_C(0x20000)
#define SMMU_CR0ACK	  0x24u
#define STRTAB_ADDRESS	  UINT64_C(0x000fffffffffffc0)
#define STRTAB_LOG2_LIMIT 16u

struct smmu {
	struct unit unit;
	uint32_t cr0, cfg;
	uint64_t table;
};

static void smmu_digest(const void *object, struct digest *d)
{
	const struct smmu *smmu = object;

	unit_digest(&smmu->unit, d);
	digest_u64(d, (uint64_t)smmu->cr0 << 32 | smmu->cfg);
	digest_u64(d, smmu->table);
}

static const struct object_type smmu_type = {.name = "smmu", .digest = smmu_digest};

/* ---- messages ---- */

static bool smmu_message(struct machine *m, void *owner, const struct bus_message *message)
{
	const struct smmu *smmu = owner;
	uint32_t stream = message->requester;
	struct bus_message translated = *message;
	uint64_t entry[2];

	if (!(smmu->cr0 & SMMU_CR0_ENABLE) || stream >> smmu->cfg)
		return false;
	if (!bus_memory_read(m, smmu->table + stream * SMMU_ENTRY_BYTES, entry, sizeof(entry))) {
		unit_blocked(m, &smmu->unit, message->requester, stream, SMMU_FAULT_TABLE, false);
		return true;
	}
	if (!(entry[0] & SMMU_ENTRY_VALID))
		return false;
	if (SMMU_ENTRY_PAGE(message->address) != SMMU_ENTRY_PAGE(entry[0])) {
		unit_blocked(m, &smmu->unit, message->requester, stream, SMMU_FAULT_TRANSLATION,
			     false);
		return true;
	}
	translated.address = SMMU_ENTRY_PAGE(entry[1]) | (message->address & 0xfff);
	bus_forward_message(m, &translated);
	return true;
}

static const struct bus_upstream_ops upstream_ops = {.message = smmu_message};

/* ---- registers ---- */

static uint64_t smmu_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct smmu *smmu = owner;

	(void)m;
	(void)size;
	switch (offset) {
	case SMMU_CR0:
	case SMMU_CR0ACK:
		return smmu->cr0;
	case SMMU_STRTAB_BASE:
		return smmu->table;
	case SMMU_STRTAB_BASE + 4:
		return smmu->table >> 32;
	case SMMU_STRTAB_CFG:
		return smmu->cfg;
	}
	return 0;
}

static void smmu_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
		       uint64_t value)
{
	struct smmu *smmu = owner;
	uint32_t log2 = value & 0x3f;

	touch(m, smmu);
	switch (offset) {
	case SMMU_CR0:
		smmu->cr0 = value & SMMU_CR0_ENABLE;
		break;
	case SMMU_STRTAB_BASE:
		if (size == 8)
			smmu->table = value & STRTAB_ADDRESS;
		break;
	case SMMU_STRTAB_CFG:
		smmu->cfg = log2 < STRTAB_LOG2_LIMIT ? log2 : STRTAB_LOG2_LIMIT;
		break;
	}
}

static void smmu_describe(const struct machine *m, const void *owner, uint64_t offset,
			  unsigned size, struct bus_place *out)
{
	const struct smmu *smmu = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = "reg", .field = "", .index = -1, .offset = offset};
	memcpy(out->object, smmu->unit.name, sizeof(out->object));
	if (offset == SMMU_CR0)
		out->field = "cr0";
	else if (offset == SMMU_STRTAB_BASE)
		out->field = "strtab_base";
	else if (offset == SMMU_STRTAB_CFG)
		out->field = "strtab_base_cfg";
}

static const struct bus_region_ops register_ops = {
	.read = smmu_read,
	.write = smmu_write,
	.describe = smmu_describe,
};

/* ---- life ---- */

static int attach(struct machine *m, struct smmu *smmu, const struct smmu_desc *desc)
{
	uint16_t last = desc->last_requester ? desc->last_requester : UINT16_MAX;
	struct bus_region page = {
		.first = SMMU_BASE(smmu->unit.number),
		.last = SMMU_BASE(smmu->unit.number) + SMMU_BYTES - 1,
		.ops = &register_ops,
		.owner = smmu,
		.tape_kind = TAPE_MMIO,
	};
	int err;

	smmu->unit.region = bus_add_region(m, &page);
	if (smmu->unit.region < 0)
		return smmu->unit.region;
	err = units_insert(m, &smmu->unit);
	if (!err) {
		err = bus_add_upstream(m, desc->segment, desc->first_requester, last, &upstream_ops,
				       smmu);
		if (!err)
			return 0;
		units_remove(m, &smmu->unit);
	}
	bus_remove_region(m, smmu->unit.region);
	return err;
}

int smmu_create(struct machine *m, const struct smmu_desc *desc, unsigned unit, uint64_t *registers)
{
	struct smmu *smmu;
	int err;

	if (unit >= SMMU_MAX_UNITS)
		return -EINVAL;
	if (units_find(m, UNIT_SMMU, unit))
		return -EEXIST;
	smmu = object_alloc(m, &smmu_type, sizeof(*smmu));
	if (!smmu)
		return -ENOMEM;
	unit_init(&smmu->unit, UNIT_SMMU, unit, desc->name ? desc->name : "smmu");
	err = attach(m, smmu, desc);
	if (err)
		object_free(m, smmu);
	else
		*registers = SMMU_BASE(unit);
	return err;
}
