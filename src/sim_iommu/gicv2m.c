/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "sim_cpu/gic.h"
#include "sim_iommu/gicv2m.h"
#include "sim_iommu/units.h"

#define V2M_MAX_UNITS  64u
#define V2M_BYTES      UINT64_C(0x1000)
#define V2M_FIRST_SPI  80u
#define V2M_NR_SPIS    64u
#define V2M_LAST_INTID 1019u

struct gicv2m {
	struct unit unit;
	uint32_t first, nr, offset;
	bool in_address;
};

static void v2m_digest(const void *object, struct digest *d)
{
	const struct gicv2m *v2m = object;

	unit_digest(&v2m->unit, d);
	digest_u64(d, (uint64_t)v2m->first << 32 | v2m->nr);
	digest_u64(d, (uint64_t)v2m->offset << 1 | v2m->in_address);
}

static const struct object_type v2m_type = {.name = "gicv2m", .digest = v2m_digest};

static void ring(struct machine *m, const struct gicv2m *v2m, uint32_t intid)
{
	if (intid < v2m->first || intid - v2m->first >= v2m->nr) {
		tape_event(m, TAPE_DROP, ACTOR_UNIT, (uint16_t)v2m->unit.number, 0,
			   DROP_UNTRANSLATED, (uint32_t)v2m->unit.region, intid);
		return;
	}
	gic_set_spi(m, intid, true);
	gic_set_spi(m, intid, false);
}

static bool is_doorbell(const struct gicv2m *v2m, uint64_t offset)
{
	return v2m->in_address ? offset % 8 == 0 : offset == V2M_SETSPI;
}

static void doorbell(struct machine *m, const struct gicv2m *v2m, uint64_t offset, uint32_t data)
{
	if (v2m->in_address)
		ring(m, v2m, GIC_FIRST_SPI + (uint32_t)offset / 8);
	else
		ring(m, v2m, data + v2m->offset);
}

static void v2m_message(struct machine *m, void *owner, const struct bus_message *message)
{
	const struct gicv2m *v2m = owner;
	uint64_t offset = message->address % V2M_BYTES;

	if (is_doorbell(v2m, offset))
		doorbell(m, v2m, offset, message->data);
	else
		tape_event(m, TAPE_DROP, ACTOR_DEVICE, message->requester, message->address,
			   DROP_STRAY, (uint32_t)v2m->unit.region, message->data);
}

static uint64_t v2m_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct gicv2m *v2m = owner;

	(void)m;
	(void)size;
	return offset == V2M_TYPER ? v2m->first << 16 | v2m->nr : 0;
}

static void v2m_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
		      uint64_t value)
{
	(void)size;
	if (is_doorbell(owner, offset))
		doorbell(m, owner, offset, (uint32_t)value);
}

static void v2m_describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
			 struct bus_place *out)
{
	const struct gicv2m *v2m = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){
		.store = "reg",
		.field = is_doorbell(v2m, offset) ? "setspi" : "",
		.index = -1,
		.offset = offset,
	};
	memcpy(out->object, v2m->unit.name, sizeof(out->object));
}

static const struct bus_region_ops v2m_ops = {
	.read = v2m_read,
	.write = v2m_write,
	.message = v2m_message,
	.describe = v2m_describe,
};

static int attach(struct machine *m, struct gicv2m *v2m, uint64_t base)
{
	struct bus_region frame = {
		.first = base,
		.last = base + V2M_BYTES - 1,
		.ops = &v2m_ops,
		.owner = v2m,
		.tape_kind = TAPE_MMIO,
	};
	int err;

	v2m->unit.region = bus_add_region(m, &frame);
	if (v2m->unit.region < 0)
		return v2m->unit.region;
	err = units_insert(m, &v2m->unit);
	if (err)
		bus_remove_region(m, v2m->unit.region);
	return err;
}

static bool spis_fit(const struct gicv2m *v2m)
{
	uint32_t last = v2m->first + v2m->nr - 1;

	if (v2m->first < GIC_FIRST_SPI || !v2m->nr || last > V2M_LAST_INTID ||
	    v2m->offset > v2m->first)
		return false;
	return !v2m->in_address || (last - GIC_FIRST_SPI) * 8 < V2M_BYTES;
}

int gicv2m_create(struct machine *m, const struct v2m_desc *desc, unsigned unit,
		  uint64_t *registers)
{
	uint64_t base = desc->base ? desc->base : V2M_BASE(unit);
	bool given = desc->first_spi || desc->spis;
	struct gicv2m wanted = {
		.first = given ? desc->first_spi : V2M_FIRST_SPI,
		.nr = given ? desc->spis : V2M_NR_SPIS,
		.offset = desc->spi_offset,
		.in_address = desc->in_address,
	};
	struct gicv2m *v2m;
	int err;

	if (!gic_version(m) || unit >= V2M_MAX_UNITS || base % V2M_BYTES || !spis_fit(&wanted))
		return -EINVAL;
	if (units_find(m, UNIT_V2M, unit))
		return -EEXIST;
	v2m = object_alloc(m, &v2m_type, sizeof(*v2m));
	if (!v2m)
		return -ENOMEM;
	*v2m = wanted;
	unit_init(&v2m->unit, UNIT_V2M, unit, desc->name ? desc->name : "v2m");
	err = attach(m, v2m, base);
	if (err)
		object_free(m, v2m);
	else
		*registers = base;
	return err;
}
