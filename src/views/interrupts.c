/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "views/counts.h"

#include <inttypes.h>
#include <irqlab/provider/software.h>
#include <irqlab/view.h>
#include <stdlib.h>

/* Handler runs per irq and CPU, as far as the tape remembers. */

struct handler_counts count_handlers(struct machine *m)
{
	struct handler_counts counts = {.nr_cpus = cpumask_weight(cpu_possible_mask(m))};

	for_each_used_irq (irq, m)
		counts.nr_irqs = irq + 1;
	counts.count = calloc((size_t)counts.nr_irqs * counts.nr_cpus + 1, sizeof(uint32_t));
	if (!counts.count)
		return counts;
	for (uint64_t at = tape_oldest(m); at < tape_position(m); at++) {
		const struct tape_record *record = tape_at(m, at);

		if (record->kind == TAPE_HANDLER && record->value < counts.nr_irqs &&
		    record->actor < counts.nr_cpus)
			counts.count[record->value * counts.nr_cpus + record->actor]++;
	}
	return counts;
}

static void print_actions(FILE *out, const struct irq_desc *desc)
{
	const char *between = "  ";

	for (const struct irqaction *a = desc->action; a; a = a->next, between = ", ")
		fprintf(out, "%s%s", between, a->name);
}

static void print_interrupt(FILE *out, const struct irq_desc *desc, unsigned irq,
			    const struct handler_counts *counts)
{
	fprintf(out, "%4u:", irq);
	for (unsigned cpu = 0; cpu < counts->nr_cpus; cpu++)
		fprintf(out, " %10" PRIu32,
			counts->count ? counts->count[(size_t)irq * counts->nr_cpus + cpu] : 0);
	fprintf(out, "  %-24s %6" PRIu64 "-%-8s", desc->irq_data.chip->name, desc->irq_data.hwirq,
		desc->name ? desc->name : "");
	print_actions(out, desc);
	fputc('\n', out);
}

void view_interrupts(struct machine *m, FILE *out)
{
	struct handler_counts counts = count_handlers(m);

	fputs("     ", out);
	for (unsigned cpu = 0; cpu < counts.nr_cpus; cpu++)
		fprintf(out, "       CPU%-1u", cpu);
	fputc('\n', out);
	for_each_used_irq (irq, m) {
		const struct irq_desc *desc = irq_to_desc(m, irq);

		if (desc->action && desc->irq_data.chip)
			print_interrupt(out, desc, irq, &counts);
	}
	free(counts.count);
}
