/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/vtd_rig.h"

#include "sim_cpu/lapic.h"

uint64_t vtd_read(struct vtd_rig *v, unsigned offset, unsigned size)
{
	return rig_read(v->r, v->registers + offset, size);
}

void vtd_write(struct vtd_rig *v, unsigned offset, unsigned size, uint64_t value)
{
	rig_write(v->r, v->registers + offset, size, value);
}

static void switch_on(struct vtd_rig *v, const struct remap_desc *desc)
{
	unsigned order = (unsigned)__builtin_ctz(desc->entries) - 1;

	vtd_write(v, VTD_IQA, 8, v->queue);
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE);
	vtd_write(v, VTD_IRTA, 8, v->table | (desc->eim ? 0x800u : 0) | order);
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE | GCMD_SIRTP);
	vtd_flush_all(v);
	vtd_write(v, VTD_GCMD, 4, GCMD_QIE | GCMD_IRE);
}

struct vtd_rig *vtd_rig_create(const struct remap_desc *desc)
{
	struct vtd_rig *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	v->r = rig_with_cpus(4, desc->eim ? APIC_X2APIC_PHYSICAL : APIC_PHYSICAL_FLAT);
	assert_int_equal(vtd_create(v->r->m, desc, 0, &v->registers), 0);
	v->entries = desc->entries;
	v->table = rig_memory(v->r, (uint64_t)desc->entries * 16);
	v->queue = rig_memory(v->r, QUEUE_ENTRIES * 16);
	switch_on(v, desc);
	rig_forget(v->r);
	return v;
}

void vtd_rig_destroy(struct vtd_rig *v)
{
	rig_destroy(v->r);
	free(v);
}

void vtd_set_entry(struct vtd_rig *v, unsigned index, uint64_t low, uint64_t high)
{
	rig_write(v->r, v->table + index * 16, 8, low);
	rig_write(v->r, v->table + index * 16 + 8, 8, high);
}

void vtd_submit(struct vtd_rig *v, uint64_t low, uint64_t high)
{
	rig_write(v->r, v->queue + v->tail * 16, 8, low);
	rig_write(v->r, v->queue + v->tail * 16 + 8, 8, high);
	v->tail = (v->tail + 1) % QUEUE_ENTRIES;
	vtd_write(v, VTD_IQT, 4, v->tail * 16);
}

void vtd_flush_all(struct vtd_rig *v)
{
	vtd_submit(v, 4, 0);
}

uint64_t vtd_address(unsigned handle)
{
	return 0xfee00018u | (handle & 0x7fffu) << 5 | (handle >> 15 & 1) << 2;
}

void vtd_send(struct vtd_rig *v, unsigned handle)
{
	rig_send(v->r, REQUESTER, vtd_address(handle), 0);
}

void vtd_expect_fault(struct vtd_rig *v, unsigned reason)
{
	const struct tape_record *record = rig_next(v->r, TAPE_FAULT);

	assert_non_null(record);
	assert_int_equal(record->value, reason);
	record = rig_next(v->r, TAPE_DROP);
	assert_non_null(record);
	assert_int_equal(record->value, DROP_REMAP_FAULT);
	assert_int_equal(record->extra, reason);
	rig_expect_none(v->r, TAPE_REQUEST);
}
