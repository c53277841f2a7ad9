/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/vtd_internal.h"

#define VTD_MAX_UNITS 64

/*
 * Where in the ring the queue stands means nothing; what is in it does. Nor does what faults were
 * about; that there are some does.
 */
static bool is_history(unsigned offset)
{
	return (offset >= VTD_IQH && offset < VTD_IQA) || offset >= VTD_FRCD;
}

static void vtd_digest(const void *object, struct digest *d)
{
	const struct vtd *v = object;

	unit_digest(&v->unit, d);
	digest_u64(d, (uint64_t)v->eim << 2 | (uint64_t)v->caching_mode << 1 | v->eime);
	digest_u64(d, v->table);
	digest_u64(d, v->nr_entries);
	for (unsigned offset = 0; offset < VTD_REGISTER_BYTES; offset += 4) {
		if (is_history(offset))
			digest_counter(d, v->reg[offset / 4]);
		else if (offset == VTD_FSTS)
			digest_u64(d, v->reg[offset / 4] & ~FSTS_FRI);
		else
			digest_u64(d, v->reg[offset / 4]);
	}
	digest_u64(d, v->reg[VTD_IQT / 4] - v->reg[VTD_IQH / 4]);
	digest_u64(d, vtd_pending_faults(v));
	digest_counter(d, (uint64_t)v->reg[VTD_FSTS / 4] << 32 | v->next_record);
}

static void chunk_digest(const void *object, struct digest *d)
{
	const struct vtd_chunk *chunk = object;

	digest_u64(d, (uint64_t)chunk->unit << 32 | chunk->first);
	digest_bytes(d, chunk->valid, sizeof(chunk->valid));
	for (unsigned w = 0; w < VTD_IEC_CHUNK / 64; w++) {
		for (uint64_t bits = chunk->valid[w]; bits; bits &= bits - 1) {
			unsigned i = w * 64 + (unsigned)__builtin_ctzll(bits);

			digest_bytes(d, chunk->entry[i], sizeof(chunk->entry[i]));
		}
	}
}

static const struct object_type vtd_type = {.name = "vtd", .digest = vtd_digest};
static const struct object_type chunk_type = {.name = "vtd-cache", .digest = chunk_digest};
static const struct object_type list_type = {.name = "vtd-cache-list"};

static const struct bus_upstream_ops upstream_ops = {.message = vtd_message};

static void set_capabilities(struct vtd *v)
{
	uint64_t cap = UINT64_C(0x2) | (uint64_t)v->caching_mode << 7 | UINT64_C(0x2) << 8 |
		       UINT64_C(47) << 16 | (uint64_t)(VTD_FRCD / 16) << 24 |
		       (uint64_t)(VTD_NR_FAULT_RECORDS - 1) << 40 | UINT64_C(1) << 59;
	uint64_t ecap = 1 << 1 | 1 << 3 | (uint64_t)v->eim << 4 | UINT64_C(0x10) << 8 |
			(uint64_t)v->max_mask << 20;

	*vtd_reg(v, VTD_VER) = 0x10;
	*vtd_reg(v, VTD_CAP) = (uint32_t)cap;
	*vtd_reg(v, VTD_CAP + 4) = (uint32_t)(cap >> 32);
	*vtd_reg(v, VTD_ECAP) = (uint32_t)ecap;
	*vtd_reg(v, VTD_ECAP + 4) = (uint32_t)(ecap >> 32);
	*vtd_reg(v, VTD_FECTL) = EVENT_IM;
	*vtd_reg(v, VTD_IECTL) = EVENT_IM;
}

static void destroy(struct machine *m, struct vtd *v)
{
	for (uint32_t i = 0; v->cache && i * VTD_IEC_CHUNK < v->nr_cached; i++)
		object_free(m, v->cache[i]);
	object_free(m, v->cache);
	object_free(m, v);
}

static int create_cache(struct machine *m, struct vtd *v)
{
	uint32_t chunks = (v->nr_cached + VTD_IEC_CHUNK - 1) / VTD_IEC_CHUNK;

	v->cache = object_alloc(m, &list_type, chunks * sizeof(*v->cache));
	return v->cache ? 0 : -ENOMEM;
}

struct vtd_chunk *vtd_own_chunk(struct machine *m, struct vtd *v, uint32_t index)
{
	struct vtd_chunk **place = &v->cache[index / VTD_IEC_CHUNK], *chunk = *place;

	if (chunk) {
		touch(m, chunk);
		return chunk;
	}
	chunk = object_alloc_hardware(m, &chunk_type, sizeof(*chunk));
	if (!chunk)
		return NULL;
	chunk->unit = v->unit.number;
	chunk->first = index / VTD_IEC_CHUNK * VTD_IEC_CHUNK;
	touch(m, v->cache);
	*place = chunk;
	return chunk;
}

void vtd_drop_chunk_if_empty(struct machine *m, struct vtd *v, uint32_t index)
{
	struct vtd_chunk **place = &v->cache[index / VTD_IEC_CHUNK], *chunk = *place;

	for (unsigned w = 0; w < VTD_IEC_CHUNK / 64; w++)
		if (chunk->valid[w])
			return;
	touch(m, v->cache);
	*place = NULL;
	object_free(m, chunk);
}

static int attach(struct machine *m, struct vtd *v, const struct remap_desc *desc)
{
	uint16_t last = desc->last_requester ? desc->last_requester : UINT16_MAX;
	struct bus_region page = {
		.first = VTD_REGISTER_BASE + v->unit.number * 0x1000,
		.last = VTD_REGISTER_BASE + v->unit.number * 0x1000 + 0xfff,
		.ops = &vtd_register_ops,
		.owner = v,
		.tape_kind = TAPE_MMIO,
	};
	int err;

	v->unit.region = bus_add_region(m, &page);
	if (v->unit.region < 0)
		return v->unit.region;
	err = units_insert(m, &v->unit);
	if (!err) {
		err = bus_add_upstream(m, desc->segment, desc->first_requester, last, &upstream_ops,
				       v);
		if (!err)
			return 0;
		units_remove(m, &v->unit);
	}
	bus_remove_region(m, v->unit.region);
	return err;
}

int vtd_create(struct machine *m, const struct remap_desc *desc, unsigned unit, uint64_t *registers)
{
	uint32_t entries = desc->entries;
	struct vtd *v;
	int err;

	if (entries < 2 || entries > 65536 || (entries & (entries - 1)) || desc->max_mask > 15 ||
	    unit >= VTD_MAX_UNITS)
		return -EINVAL;
	if (units_find(m, UNIT_VTD, unit))
		return -EEXIST;
	v = object_alloc(m, &vtd_type, sizeof(*v));
	if (!v)
		return -ENOMEM;
	unit_init(&v->unit, UNIT_VTD, unit, desc->name ? desc->name : "ir");
	v->eim = desc->eim;
	v->caching_mode = desc->caching_mode;
	v->max_mask = desc->max_mask ? desc->max_mask : 15;
	v->nr_cached = entries;
	set_capabilities(v);
	err = create_cache(m, v);
	if (!err)
		err = attach(m, v, desc);
	if (err) {
		destroy(m, v);
		return err;
	}
	*registers = VTD_REGISTER_BASE + unit * 0x1000;
	return 0;
}

bool vtd_peek_cached(const struct machine *m, unsigned unit, unsigned index, uint64_t entry[2])
{
	const struct vtd *v = units_find(m, UNIT_VTD, unit);
	const struct vtd_chunk *chunk;

	if (!v || index >= v->nr_cached)
		return false;
	chunk = v->cache[index / VTD_IEC_CHUNK];
	index %= VTD_IEC_CHUNK;
	if (!chunk || !(chunk->valid[index / 64] >> (index % 64) & 1))
		return false;
	entry[0] = chunk->entry[index][0];
	entry[1] = chunk->entry[index][1];
	return true;
}

uint64_t vtd_entry_address(const struct machine *m, unsigned unit, unsigned index)
{
	const struct vtd *v = units_find(m, UNIT_VTD, unit);

	return v && index < v->nr_entries ? v->table + (uint64_t)index * 16 : 0;
}

uint32_t vtd_peek_register(const struct machine *m, unsigned unit, unsigned offset)
{
	struct vtd *v = units_find(m, UNIT_VTD, unit);

	return v && offset < VTD_REGISTER_BYTES ? *vtd_reg(v, offset) : 0;
}
