/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/imsic.h"
#include "machine/invariants.h"

#include <inttypes.h>

/* Each interrupt has its identity, and the one that it comes from is on its way out. */
static bool owned(struct check *c)
{
	for_each_used_irq (irq, c->m) {
		struct imsic_irq_info info;

		if (!imsic_irq_info(c->m, irq, &info))
			continue;
		if (imsic_identity(c->m, info.cpu, info.id) != (int64_t)irq)
			return violated(c, "irq %u has identity %u of CPU %u, which says %" PRId64,
					irq, info.id, info.cpu,
					imsic_identity(c->m, info.cpu, info.id));
		if (info.moving &&
		    imsic_identity(c->m, info.prev_cpu, info.prev_id) != IMSIC_LEAVING)
			return violated(
				c, "irq %u comes from identity %u of CPU %u, which does not leave",
				irq, info.prev_id, info.prev_cpu);
	}
	return true;
}

static bool known(struct check *c, const struct irq_matrix *matrix, unsigned cpu, unsigned id)
{
	const int64_t irq = imsic_identity(c->m, cpu, id);
	struct imsic_irq_info info;

	if ((irq != IMSIC_UNUSED) != irq_matrix_taken(matrix, cpu, id))
		return violated(c, "identity %u of CPU %u: the matrix says otherwise", id, cpu);
	if (irq < 0)
		return true;
	return (imsic_irq_info(c->m, (unsigned)irq, &info) && info.cpu == cpu && info.id == id) ||
	       violated(c, "identity %u of CPU %u names irq %" PRId64 ", which doesn't have it", id,
			cpu, irq);
}

bool identities_agree(struct check *c)
{
	const struct irq_matrix *matrix = imsic_matrix(c->m);
	struct irq_matrix_totals totals;

	if (!matrix)
		return true;
	totals = irq_matrix_totals(matrix);
	for (unsigned cpu = 0; cpu < totals.nr_cpus; cpu++)
		for (unsigned id = totals.window_first; id <= totals.window_last; id++)
			if (!known(c, matrix, cpu, id))
				return false;
	return matrix_sums(c, matrix) && owned(c);
}
