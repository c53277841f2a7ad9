/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "sim_iommu/vtd_internal.h"

#define IRTA_EIME 0x800u

static uint64_t register_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	struct vtd *v = owner;

	(void)m;
	if (size < 4 || offset % size || offset + size > VTD_REGISTER_BYTES)
		return 0;
	return size == 8 ? vtd_reg64(v, (unsigned)offset) : *vtd_reg(v, (unsigned)offset);
}

/* VT-d, 11.4.4: SIRTP takes the table over; switches show in the status at once. */
static void global_command(struct machine *m, struct vtd *v, uint32_t command)
{
	uint32_t toggles = VTD_TE | VTD_QIE | VTD_IRE | VTD_CFI;
	uint32_t *status = vtd_reg(v, VTD_GSTS);

	if (command & VTD_SIRTP) {
		uint64_t table = vtd_reg64(v, VTD_IRTA);

		v->table = table & ~UINT64_C(0xfff);
		v->nr_entries = UINT32_C(2) << (table & 0xf);
		v->eime = v->eim && (table & IRTA_EIME);
		*status |= VTD_SIRTP;
	}
	if (command & VTD_SRTP)
		*status |= VTD_SRTP;
	if (!(command & VTD_QIE))
		*vtd_reg(v, VTD_IQH) = 0;
	*status = (*status & ~toggles) | (command & toggles);
	vtd_run_queue(m, v);
}

static void event_control(struct machine *m, struct vtd *v, unsigned control, uint32_t value)
{
	uint32_t *reg = vtd_reg(v, control);

	*reg = (*reg & EVENT_IP) | (value & EVENT_IM);
	if (*reg == EVENT_IP) {
		*reg = 0;
		vtd_signal_event(m, v, control);
	}
}

static void write_fault_record(struct vtd *v, unsigned offset, uint32_t value)
{
	if (offset % 16 == 12 && value & 0x80000000u) /* F: write 1 to clear */
		*vtd_reg(v, offset) &= 0x7fffffffu;
	vtd_update_pending_fault(v);
}

static void write32(struct machine *m, struct vtd *v, unsigned offset, uint32_t value)
{
	switch (offset) {
	case VTD_GCMD:
		global_command(m, v, value);
		break;
	case VTD_FSTS:
		*vtd_reg(v, offset) &= ~(value & (FSTS_PFO | FSTS_IQE));
		vtd_update_pending_fault(v);
		vtd_run_queue(m, v);
		break;
	case VTD_FECTL:
	case VTD_IECTL:
		event_control(m, v, offset, value);
		break;
	case VTD_ICS:
		*vtd_reg(v, offset) &= ~value;
		break;
	case VTD_IQT:
		*vtd_reg(v, offset) = value & 0x7fff0u;
		vtd_run_queue(m, v);
		break;
	case VTD_FEDATA ... VTD_FEUADDR:
	case VTD_IEDATA ... VTD_IEDATA + 8:
	case VTD_IQA ... VTD_IQA + 4:
	case VTD_IRTA ... VTD_IRTA + 4:
		*vtd_reg(v, offset) = value;
		break;
	case VTD_FRCD ... VTD_REGISTER_BYTES - 4:
		write_fault_record(v, offset, value);
		break;
	}
}

static void register_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct vtd *v = owner;

	if (size < 4 || offset % size || offset + size > VTD_REGISTER_BYTES)
		return;
	touch(m, v);
	if (size == 8) /* the upper half first: the lower one may start something */
		write32(m, v, (unsigned)offset + 4, (uint32_t)(value >> 32));
	write32(m, v, (unsigned)offset, (uint32_t)value);
}

static const char *register_name(unsigned offset)
{
	static const struct {
		unsigned offset;
		const char *name;
	} names[] = {
		{VTD_GCMD, "gcmd"},	    {VTD_FSTS, "fsts"},
		{VTD_FECTL, "fectl"},	    {VTD_FEDATA, "fedata"},
		{VTD_FEADDR, "feaddr"},	    {VTD_FEUADDR, "feuaddr"},
		{VTD_IQT, "iqt"},	    {VTD_IQA, "iqa"},
		{VTD_IQA + 4, "iqa_hi"},    {VTD_ICS, "ics"},
		{VTD_IECTL, "iectl"},	    {VTD_IEDATA, "iedata"},
		{VTD_IEDATA + 4, "ieaddr"}, {VTD_IEDATA + 8, "ieuaddr"},
		{VTD_IRTA, "irta"},	    {VTD_IRTA + 4, "irta_hi"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].offset == offset)
			return names[i].name;
	return offset >= VTD_FRCD && offset < VTD_REGISTER_BYTES ? "frcd" : "";
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	const struct vtd *v = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){
		.store = "reg",
		.field = register_name((unsigned)offset),
		.index = -1,
		.offset = offset,
	};
	memcpy(out->object, v->unit.name, sizeof(out->object));
	if (offset >= VTD_FRCD && offset < VTD_REGISTER_BYTES)
		out->index = (int64_t)(offset - VTD_FRCD) / 16;
}

const struct bus_region_ops vtd_register_ops = {
	.read = register_read,
	.write = register_write,
	.describe = describe,
};
