/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/invariants.h>

#include "domains/x86.h"
#include "machine/invariants.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

bool violated(struct check *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->text, c->size, format, args);
	va_end(args);
	return false;
}

/* ---- vectors ---- */

bool matrix_sums(struct check *c, const struct irq_matrix *matrix)
{
	const struct irq_matrix_totals totals = irq_matrix_totals(matrix);
	const bool drifts = machine_switch(c->m, SWITCH_MATRIX_TOTAL_DRIFT);
	const bool managed_drifts = machine_switch(c->m, SWITCH_MATRIX_MANAGED_DRIFT);
	const uint32_t size = totals.window_last - totals.window_first + 1;
	uint32_t available = 0, allocated = 0;

	for (unsigned cpu = 0; cpu < totals.nr_cpus; cpu++) {
		struct matrix_cpu_record r;
		bool initialized;

		irq_matrix_cpu(matrix, cpu, &r, &initialized);
		if (initialized && !managed_drifts &&
		    r.available + r.allocated - r.managed_allocated + r.managed +
				    totals.system_in_window !=
			    size)
			return violated(c,
					"CPU %u: %u available, %u allocated, %u managed (%u used), "
					"%u system don't make %u",
					cpu, r.available, r.allocated, r.managed,
					r.managed_allocated, totals.system_in_window, size);
		available += r.online ? r.available : 0;
		allocated += r.allocated;
	}
	if (available != totals.global_available)
		return violated(c, "global_available is %u, the online CPUs have %u",
				totals.global_available, available);
	if (!drifts && allocated != totals.total_allocated)
		return violated(c, "total_allocated is %u, the CPUs have %u",
				totals.total_allocated, allocated);
	return true;
}

/*
 * An interrupt that nobody requested is not moved off a CPU that goes: its entry
 * is lost, with a switch for good, else until the CPU comes back.
 */
static bool may_be_lost(struct check *c, unsigned cpu)
{
	return machine_switch(c->m, SWITCH_VECTOR_TABLE_LOST) ||
	       !cpumask_test(cpu_online_mask(c->m), cpu);
}

static bool entry_is(struct check *c, unsigned irq, unsigned cpu, unsigned vector)
{
	int64_t entry = x86_vector_entry(c->m, cpu, vector);

	return entry == (int64_t)irq || (entry < 0 && may_be_lost(c, cpu)) ||
	       violated(c, "irq %u has vector 0x%02x on CPU %u, whose table says %" PRId64, irq,
			vector, cpu, entry);
}

static bool reservations(struct check *c, const struct irq_matrix *matrix)
{
	uint32_t reserved = 0;

	for_each_used_irq (irq, c->m) {
		struct x86_vector_info info;

		if (!x86_vector_info(c->m, irq, &info))
			continue;
		reserved += info.has_reserved;
		if (info.vector && !entry_is(c, irq, info.cpu, info.vector))
			return false;
		if (!info.prev_vector)
			continue;
		if (info.vector && info.prev_cpu == info.cpu)
			return violated(c, "irq %u moves from CPU %u to itself", irq, info.cpu);
		if (!entry_is(c, irq, info.prev_cpu, info.prev_vector))
			return false;
	}
	return reserved == irq_matrix_totals(matrix).global_reserved ||
	       violated(c, "%u interrupts have a reservation, global_reserved is %u", reserved,
			irq_matrix_totals(matrix).global_reserved);
}

static bool has_lost_entry(struct check *c, unsigned cpu, unsigned vector)
{
	for_each_used_irq (irq, c->m) {
		struct x86_vector_info info;

		if (!x86_vector_info(c->m, irq, &info))
			continue;
		if ((info.cpu == cpu && info.vector == vector) ||
		    (info.prev_cpu == cpu && info.prev_vector == vector))
			return may_be_lost(c, cpu);
	}
	return false;
}

/* Each bit that is taken has an owner, and what the table names owns it. */
static bool owners(struct check *c, const struct irq_matrix *matrix)
{
	const unsigned nr_cpus = irq_matrix_totals(matrix).nr_cpus;

	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		struct matrix_cpu_record r;
		bool initialized;

		irq_matrix_cpu(matrix, cpu, &r, &initialized);
		for (unsigned vector = 0; vector < 256; vector++) {
			bool taken = r.bits[vector / 64] >> (vector % 64) & 1;
			int64_t irq = x86_vector_entry(c->m, cpu, vector);
			struct x86_vector_info info;
			bool owns;

			if (irq < 0 && taken && !has_lost_entry(c, cpu, vector))
				return violated(c, "vector 0x%02x of CPU %u is taken by nobody",
						vector, cpu);
			if (irq < 0 || !x86_vector_info(c->m, (unsigned)irq, &info))
				continue; /* outside the matrix: the PIC's cascade */
			owns = (info.vector == vector && info.cpu == cpu) ||
			       (info.prev_vector == vector && info.prev_cpu == cpu);
			if (!owns || !taken)
				return violated(c,
						"CPU %u vector 0x%02x names irq %" PRId64
						", which doesn't have it",
						cpu, vector, irq);
		}
	}
	return true;
}

static bool vectors(struct check *c)
{
	const struct irq_matrix *matrix = x86_matrix(c->m);

	return !matrix || (matrix_sums(c, matrix) && reservations(c, matrix) && owners(c, matrix));
}

/* ---- levels ---- */

static bool leads_back(struct check *c, unsigned irq, const struct irq_desc *desc)
{
	const struct msi_desc *msi = desc->irq_common_data.msi_desc;

	if (!msi || !msi->dev->msi) /* the device went, and left it behind */
		return true;
	if (irq < msi->irq || irq >= msi->irq + msi->nvec_used)
		return violated(c, "irq %u: its descriptor is that of irqs %u to %u", irq, msi->irq,
				msi->irq + msi->nvec_used - 1);
	return msi_peek_desc(msi->dev, msi->domid, msi->msi_index) == msi ||
	       violated(c, "irq %u: its descriptor is in no store", irq);
}

static bool levels(struct check *c)
{
	for_each_used_irq (irq, c->m) {
		struct irq_desc *desc = irq_to_desc(c->m, irq);

		for (const struct irq_data *d = &desc->irq_data; d && d->domain;
		     d = d->parent_data) {
			if (d->irq != irq || !d->chip)
				return violated(c, "irq %u: level %s is incomplete", irq,
						d->domain->name);
			if ((d->domain->parent != NULL) != (d->parent_data != NULL))
				return violated(c, "irq %u: nothing below level %s", irq,
						d->domain->name);
			if (d->parent_data && d->parent_data->domain != d->domain->parent)
				return violated(c, "irq %u: wrong level below %s", irq,
						d->domain->name);
		}
		if (!leads_back(c, irq, desc))
			return false;
	}
	return true;
}

bool machine_invariants(struct machine *m, char *violation, size_t size)
{
	struct check c = {.m = m, .text = violation, .size = size};

	layer_runs(m, LAYER_CORE);

	if (!machine_part(m, PART_SOFTWARE))
		return true;
	if (machine_poisoned(m))
		return violated(&c, "the machine is poisoned: %s", machine_poisoned(m));
	return vectors(&c) && identities_agree(&c) && lpis_agree(&c) && levels(&c) &&
	       messages_agree(&c) && guests_agree(&c) && nothing_lost(&c);
}
