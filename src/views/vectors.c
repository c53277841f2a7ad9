/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/x86.h"

#include <inttypes.h>
#include <irqlab/view.h>

static void print_bits(FILE *out, const uint64_t bits[4])
{
	const char *between = "";

	for (unsigned bit = 0; bit < 256; bit++) {
		unsigned last = bit;

		if (!(bits[bit / 64] >> (bit % 64) & 1))
			continue;
		while (last + 1 < 256 && bits[(last + 1) / 64] >> ((last + 1) % 64) & 1)
			last++;
		fprintf(out, last > bit ? "%s%u-%u" : "%s%u", between, bit, last);
		between = ",";
		bit = last;
	}
	if (!*between)
		fputs("none", out);
}

static void print_table(struct machine *m, FILE *out, unsigned cpu)
{
	for (unsigned vector = 0; vector < 256; vector++) {
		int64_t irq = x86_vector_entry(m, cpu, vector);

		if (irq == VECTOR_SHUTDOWN)
			fprintf(out, "    0x%02x  shut down\n", vector);
		else if (irq == VECTOR_RETRIGGERED)
			fprintf(out, "    0x%02x  retriggered\n", vector);
		else if (irq >= 0)
			fprintf(out, "    0x%02x  irq %" PRId64 "\n", vector, irq);
	}
}

void view_vectors(struct machine *m, FILE *out)
{
	const struct irq_matrix *matrix = x86_matrix(m);
	struct irq_matrix_totals totals;

	if (!matrix) {
		fputs("no x86 vectors in this machine\n", out);
		return;
	}
	totals = irq_matrix_totals(matrix);
	fprintf(out,
		"window %u-%u  available %u  reserved %u  allocated %u  CPUs online %u  system ",
		totals.window_first, totals.window_last, totals.global_available,
		totals.global_reserved, totals.total_allocated, totals.online_maps);
	print_bits(out, totals.system_bits);
	fputc('\n', out);
	for (unsigned cpu = 0; cpu < totals.nr_cpus; cpu++) {
		struct matrix_cpu_record record;
		bool initialized;

		if (!irq_matrix_cpu(matrix, cpu, &record, &initialized))
			continue;
		fprintf(out, "  CPU %u %s  available %u  allocated %u  managed %u (%u used)  bits ",
			cpu, record.online ? "online " : "offline", record.available,
			record.allocated, record.managed, record.managed_allocated);
		print_bits(out, record.bits);
		fputc('\n', out);
		print_table(m, out, cpu);
	}
}
