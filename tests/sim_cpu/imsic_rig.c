/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/imsic_rig.h"

static void claim_one(struct machine *m, unsigned cpu, unsigned cause)
{
	(void)cpu;
	assert_int_equal(cause, IMSIC_CAUSE);
	bus_read(m, IMSIC_CSR_BASE + IMSIC_CLAIM, 8);
}

struct rig *imsic_rig(unsigned cpus, const struct imsic_desc *desc)
{
	const struct imsic_desc plain = {0};
	struct rig *r = rig_create();

	assert_int_equal(imsic_create(r->m, desc ? desc : &plain, NULL, cpus), 0);
	bus_set_entry(r->m, claim_one);
	for (unsigned cpu = 0; cpu < cpus; cpu++)
		imsic_rig_write_selected(r, cpu, IMSIC_EIDELIVERY, 1);
	rig_forget(r);
	return r;
}

void imsic_rig_write(struct rig *r, unsigned cpu, enum imsic_csr reg, uint64_t value)
{
	unsigned before = run_on_cpu(r->m, cpu);

	rig_write(r, IMSIC_CSR_BASE + reg, 8, value);
	run_on_cpu(r->m, before);
}

uint64_t imsic_rig_read(struct rig *r, unsigned cpu, enum imsic_csr reg)
{
	unsigned before = run_on_cpu(r->m, cpu);
	uint64_t value = rig_read(r, IMSIC_CSR_BASE + reg, 8);

	run_on_cpu(r->m, before);
	return value;
}

void imsic_rig_write_selected(struct rig *r, unsigned cpu, unsigned select, uint64_t value)
{
	imsic_rig_write(r, cpu, IMSIC_SELECT, select);
	imsic_rig_write(r, cpu, IMSIC_REG, value);
}

uint64_t imsic_rig_read_selected(struct rig *r, unsigned cpu, unsigned select)
{
	imsic_rig_write(r, cpu, IMSIC_SELECT, select);
	return imsic_rig_read(r, cpu, IMSIC_REG);
}

void imsic_rig_enable(struct rig *r, unsigned cpu, unsigned id, bool on)
{
	imsic_rig_write(r, cpu, IMSIC_SELECT, IMSIC_EIE + id / 64 * 2);
	imsic_rig_write(r, cpu, on ? IMSIC_REG_SET : IMSIC_REG_CLEAR, UINT64_C(1) << (id % 64));
}
