/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/vtd_internal.h"

#define RECORD_FAULT 0x80000000u /* in the last word of a record */

static uint32_t *record(struct vtd *v, unsigned nr)
{
	return vtd_reg(v, VTD_FRCD + nr * 16);
}

unsigned vtd_pending_faults(const struct vtd *v)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < VTD_NR_FAULT_RECORDS; i++)
		nr += v->reg[(VTD_FRCD + i * 16 + 12) / 4] >> 31;
	return nr;
}

/* A.9: the unit's own message has destination bits 31:8 in the upper address. */
static void send_event(struct machine *m, struct vtd *v, unsigned control)
{
	uint32_t data = *vtd_reg(v, control + 4);
	uint32_t address = *vtd_reg(v, control + 8);
	uint32_t upper = *vtd_reg(v, control + 12);
	struct apic_interrupt i = {
		.destination = (upper & 0xffffff00) | (address >> 12 & 0xff),
		.vector = (uint8_t)data,
		.delivery = data >> 8 & 7,
		.logical = address >> 2 & 1,
		.redirection_hint = address >> 3 & 1,
	};

	bus_interrupt(m, &i);
}

void vtd_signal_event(struct machine *m, struct vtd *v, unsigned control)
{
	if (*vtd_reg(v, control) & EVENT_IM) {
		touch(m, v);
		*vtd_reg(v, control) |= EVENT_IP;
	} else {
		send_event(m, v, control);
	}
}

void vtd_update_pending_fault(struct vtd *v)
{
	uint32_t *status = vtd_reg(v, VTD_FSTS);

	*status = (*status & ~FSTS_PPF) | (vtd_pending_faults(v) ? FSTS_PPF : 0);
	if (!(*status & (FSTS_PFO | FSTS_PPF | FSTS_IQE)))
		*vtd_reg(v, VTD_FECTL) &= ~EVENT_IP;
}

/* VT-d, 7.2.1: records are used in turn; a full set is an overflow, and the fault is not recorded.
 */
void vtd_record_fault(struct machine *m, struct vtd *v, unsigned reason, unsigned index,
		      uint16_t requester)
{
	uint32_t *status = vtd_reg(v, VTD_FSTS), *words = record(v, v->next_record);
	bool first = !(*status & FSTS_PPF);

	touch(m, v);
	if (*status & FSTS_PFO)
		return;
	if (words[3] & RECORD_FAULT) {
		*status |= FSTS_PFO;
		return;
	}
	words[0] = 0;
	words[1] = (index & 0xffff) << 16;
	words[2] = requester;
	words[3] = RECORD_FAULT | reason;
	if (first)
		*status = (*status & ~FSTS_FRI) | v->next_record << 8;
	*status |= FSTS_PPF;
	v->next_record = (v->next_record + 1) % VTD_NR_FAULT_RECORDS;
	if (first)
		vtd_signal_event(m, v, VTD_FECTL);
}
