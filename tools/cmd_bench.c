/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* irqlab bench: what the model costs, beside what the machine that runs it allows. */
#include "bench_floor.h"
#include "commands.h"
#include "options.h"
#include "progress.h"

#include <irqlab/device.h>
#include <irqlab/driver.h>
#include <irqlab/topology.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REPETITIONS 15
#define MAX_DEVICES	32
#define DEVICE_VECTORS	2000
#define ROUND_VECTORS	2048 /* allocated in one repetition, in batches */

/* ---- a machine to measure ---- */

struct bench_machine {
	struct machine *m;
	struct device *dev[MAX_DEVICES];
	struct function *function[MAX_DEVICES];
	uint32_t nr_devices;
	uint64_t handled;
};

static enum irqreturn count_interrupt(int irq, void *context)
{
	struct bench_machine *b = context;

	(void)irq;
	b->handled++;
	return IRQ_HANDLED;
}

static void bench_destroy(struct bench_machine *b)
{
	machine_destroy(b->m);
	b->m = NULL;
}

/* Each device has a table of `vectors` entries. */
static bool bench_create(struct bench_machine *b, bool remapped, uint32_t cpus, uint32_t devices,
			 uint32_t vectors)
{
	struct machine_options options = {.arena_bytes = (size_t)2 << 30};
	struct device_desc devs[MAX_DEVICES];
	char names[MAX_DEVICES][32];
	struct remap_desc unit = {
		.name = "ir",
		.kind = REMAP_INTEL,
		.domain = "INTEL-IR-0",
		.entries = 65536,
		.eim = true,
	};
	struct machine_desc desc = {
		.nr_cpus = cpus,
		.apic_mode = remapped ? APIC_X2APIC_PHYSICAL : APIC_PHYSICAL_FLAT,
		.remaps = &unit,
		.nr_remaps = remapped,
		.devices = devs,
		.nr_devices = devices,
	};
	const char *why = NULL;

	memset(devs, 0, sizeof(devs));
	for (uint32_t i = 0; i < devices; i++) {
		snprintf(names[i], sizeof(names[i]), "0000:01:%02x.0", i);
		devs[i].name = names[i];
		devs[i].bus_name = names[i];
		devs[i].requester = (uint16_t)(0x100 + i * 8);
		devs[i].node = -1;
		devs[i].msix.size = (uint16_t)vectors;
	}
	*b = (struct bench_machine){.m = machine_create(&options), .nr_devices = devices};
	if (!b->m || machine_load(b->m, &desc, &why)) {
		fprintf(stderr, "irqlab bench: no machine: %s\n", why ? why : "no memory");
		bench_destroy(b);
		return false;
	}
	for (uint32_t i = 0; i < devices; i++) {
		b->dev[i] = device_by_name(b->m, names[i]);
		b->function[i] = device_function(b->m, names[i]);
	}
	return true;
}

/* Every device gets n vectors; each has the handler. */
static bool bench_request_all(struct bench_machine *b, uint32_t n)
{
	for (uint32_t d = 0; d < b->nr_devices; d++) {
		if (pci_alloc_irq_vectors(b->dev[d], n, n, PCI_IRQ_MSIX) != (int)n)
			return false;
		for (uint32_t i = 0; i < n; i++) {
			int irq = pci_irq_vector(b->dev[d], i);

			if (irq < 0 ||
			    request_irq(b->m, (unsigned)irq, count_interrupt, 0, "bench", b))
				return false;
		}
	}
	return true;
}

static void bench_raise(struct bench_machine *b, uint32_t which)
{
	function_raise(b->m, b->function[which / DEVICE_VECTORS], RAISE_MSIX, 0,
		       which % DEVICE_VECTORS, RAISE_NO_PASID);
	machine_deliver(b->m, 0);
}

/* ---- what is measured ---- */

struct bench_case {
	const char *name;
	const char *unit;
	bool remapped;
	uint32_t n; /* batch, or how many interrupts */
	/* One repetition; negative: it did not work. */
	double (*measure)(const struct bench_case *c);
	const char *floor; /* the case to compare with, or NULL */
	double mark;	   /* at most this much is asked for; 0: nothing is */
	const char *text;
};

enum life { LIFE_ALLOCATE, LIFE_ACTIVATE, LIFE_DEACTIVATE, LIFE_FREE, NR_LIFE };

/* One batch through its whole life; adds nothing to `ns` but what each stage took. */
static bool live_once(struct bench_machine *b, uint32_t n, double *ns)
{
	uint64_t time[NR_LIFE + 1];
	bool fine;

	time[0] = bench_now();
	fine = pci_alloc_irq_vectors(b->dev[0], n, n, PCI_IRQ_MSIX) == (int)n;
	time[1] = bench_now();
	for (uint32_t i = 0; fine && i < n; i++)
		fine = !request_irq(b->m, (unsigned)pci_irq_vector(b->dev[0], i), count_interrupt,
				    0, "bench", b);
	time[2] = bench_now();
	for (uint32_t i = 0; fine && i < n; i++)
		fine = !free_irq(b->m, (unsigned)pci_irq_vector(b->dev[0], i), b);
	time[3] = bench_now();
	pci_free_irq_vectors(b->dev[0]);
	time[4] = bench_now();
	for (int stage = 0; stage < NR_LIFE; stage++)
		ns[stage] = (double)(time[stage + 1] - time[stage]) / n;
	return fine;
}

/* Nanoseconds a vector in each stage of its life, in batches of n. */
static bool measure_life(const struct bench_case *c, double *ns)
{
	uint32_t rounds = c->n > ROUND_VECTORS / 5 ? 5 : BENCH_PIECES;
	double spent[NR_LIFE][BENCH_PIECES];
	struct bench_machine b;
	bool fine = bench_create(&b, c->remapped, 16, 1, c->n);

	for (uint32_t round = 0; fine && round < rounds; round++) {
		fine = live_once(&b, c->n, ns);
		for (int stage = 0; stage < NR_LIFE; stage++)
			spent[stage][round] = ns[stage];
	}
	bench_destroy(&b);
	for (int stage = 0; fine && stage < NR_LIFE; stage++)
		ns[stage] = bench_median(spent[stage], rounds);
	return fine;
}

static double measure_alloc_free(const struct bench_case *c)
{
	double ns[NR_LIFE];

	return measure_life(c, ns) ? ns[LIFE_ALLOCATE] + ns[LIFE_FREE] : -1;
}

static double measure_activate(const struct bench_case *c)
{
	double ns[NR_LIFE];

	return measure_life(c, ns) ? ns[LIFE_ACTIVATE] : -1;
}

static double measure_deactivate(const struct bench_case *c)
{
	double ns[NR_LIFE];

	return measure_life(c, ns) ? ns[LIFE_DEACTIVATE] : -1;
}

/* Device raises, handler returns; n interrupts in random order. Negative: one was lost. */
static double raise_randomly(struct bench_machine *b, uint32_t n)
{
	uint32_t piece = n / BENCH_PIECES > 1000 ? n / BENCH_PIECES : 1000;
	double spent[BENCH_PIECES];
	uint64_t state = 1;

	for (uint32_t i = 0; i < n; i++)
		bench_raise(b, i);
	b->handled = 0;
	for (uint32_t p = 0; p < BENCH_PIECES; p++) {
		uint64_t start = bench_now();

		for (uint32_t i = 0; i < piece; i++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			/* Where to go on depends on the delivery before, as with the floor. */
			bench_raise(b, (uint32_t)((state >> 33) % n) *
					       (b->handled == (uint64_t)p * piece + i));
		}
		spent[p] = (double)(bench_now() - start) / piece;
	}
	return b->handled == (uint64_t)piece * BENCH_PIECES ? bench_median(spent, BENCH_PIECES)
							    : -1;
}

static double measure_raise(const struct bench_case *c)
{
	uint32_t devices = (c->n + DEVICE_VECTORS - 1) / DEVICE_VECTORS;
	struct bench_machine b;
	double ns = -1;

	if (!bench_create(&b, c->remapped, c->n > 3000 ? 400 : 16, devices, 2048))
		return -1;
	if (bench_request_all(&b, c->n / devices))
		ns = raise_randomly(&b, c->n);
	bench_destroy(&b);
	return ns;
}

/* A change of CPU until the old vector is free again. */
static double measure_affinity(const struct bench_case *c)
{
	const uint32_t changes = 2000;
	struct bench_machine b;
	double ns = -1;

	if (!bench_create(&b, c->remapped, 16, 1, 2048))
		return -1;
	if (bench_request_all(&b, c->n)) {
		uint64_t start = bench_now();
		bool fine = true;

		for (uint32_t i = 0; fine && i < changes; i++) {
			unsigned which = i % c->n;
			int irq = pci_irq_vector(b.dev[0], which);
			unsigned cpu = (i / c->n + which) % 16;

			fine = !irq_set_affinity(b.m, (unsigned)irq, cpumask_of(b.m, cpu));
			/* Without remapping one interrupt moves it, and one frees the old vector.
			 */
			bench_raise(&b, which);
			bench_raise(&b, which);
			machine_tick(b.m, 1);
		}
		if (fine)
			ns = (double)(bench_now() - start) / changes;
	}
	bench_destroy(&b);
	return ns;
}

static double measure_memory(const struct bench_case *c)
{
	struct bench_machine b;
	double bytes = -1;
	size_t before;

	if (!bench_create(&b, c->remapped, 16, 1, 2048))
		return -1;
	before = machine_bytes_in_use(b.m);
	if (bench_request_all(&b, c->n))
		bytes = (double)(machine_bytes_in_use(b.m) - before) / c->n;
	bench_destroy(&b);
	return bytes;
}

/* Snapshot, one delivery, back; on a machine with n interrupts. */
static double measure_snapshot(const struct bench_case *c)
{
	const uint32_t rounds = 1000;
	struct bench_machine b;
	double ns = -1;

	if (!bench_create(&b, c->remapped, 16, 1, 2048))
		return -1;
	if (bench_request_all(&b, c->n)) {
		uint64_t start;
		bool fine = true;

		bench_raise(&b, 0);
		start = bench_now();
		for (uint32_t i = 0; fine && i < rounds; i++) {
			int number = machine_snapshot(b.m);

			bench_raise(&b, i % c->n);
			fine = number >= 0 && !machine_restore(b.m, number) &&
			       !machine_discard(b.m, number);
		}
		if (fine)
			ns = (double)(bench_now() - start) / rounds;
	}
	bench_destroy(&b);
	return ns;
}

/* A fingerprint after each delivery: what changed, not what exists. */
static double measure_fingerprint(const struct bench_case *c)
{
	const uint32_t rounds = 1000;
	struct bench_machine b;
	double ns = -1;

	if (!bench_create(&b, c->remapped, 16, 1, 2048))
		return -1;
	if (bench_request_all(&b, c->n)) {
		uint64_t start;

		machine_fingerprint(b.m, FINGERPRINT_COMPLETE);
		start = bench_now();
		for (uint32_t i = 0; i < rounds; i++) {
			bench_raise(&b, i % c->n);
			machine_fingerprint(b.m, FINGERPRINT_COMPLETE);
		}
		ns = (double)(bench_now() - start) / rounds;
	}
	bench_destroy(&b);
	return ns;
}

static double measure_machine(const struct bench_case *c)
{
	const uint32_t rounds = 20;
	uint64_t start = bench_now();

	for (uint32_t i = 0; i < rounds; i++) {
		struct bench_machine b;

		if (!bench_create(&b, c->remapped, c->n, 1, 8))
			return -1;
		bench_destroy(&b);
	}
	return (double)(bench_now() - start) / rounds;
}

static double measure_floor_delivery(const struct bench_case *c)
{
	return floor_delivery(c->n);
}

static double measure_floor_touch(const struct bench_case *c)
{
	return floor_first_touch(c->n, 256);
}

#define STACKS(name, unit, n, measure, floor, mark, text)                                          \
	{name "/plain", unit, false, n, measure, floor, mark, text},                               \
	{                                                                                          \
		name "/vtd", unit, true, n, measure, floor, mark, text                             \
	}

static const struct bench_case cases[] = {
	{"floor/delivery/1", "ns", false, 1, measure_floor_delivery, NULL, 0,
	 "the loads and calls of a delivery, no model; one interrupt"},
	{"floor/delivery/2000", "ns", false, 2000, measure_floor_delivery, NULL, 0,
	 "the same, random over 2,000, each waiting for the last"},
	{"floor/delivery/64000", "ns", false, 64000, measure_floor_delivery, NULL, 0,
	 "the same, random over 64,000"},
	{"floor/first-touch", "ns", false, 65536, measure_floor_touch, NULL, 0,
	 "256 bytes of fresh memory, written once"},
	STACKS("allocate+free/1", "ns", 1, measure_alloc_free, "floor/first-touch", 0,
	       "an MSI-X vector, allocated and freed, one at a time"),
	STACKS("allocate+free/64", "ns", 64, measure_alloc_free, "floor/first-touch", 1000,
	       "the same in batches of 64, each vector"),
	STACKS("allocate+free/2048", "ns", 2048, measure_alloc_free, "floor/first-touch", 0,
	       "the same in one batch of 2,048, each vector"),
	STACKS("activate/1", "ns", 1, measure_activate, "floor/first-touch", 0,
	       "request_irq(): vector, table entry, message, unmask"),
	STACKS("activate/64", "ns", 64, measure_activate, "floor/first-touch", 0,
	       "the same, 64 vectors"),
	STACKS("activate/2048", "ns", 2048, measure_activate, "floor/first-touch", 0,
	       "the same, 2,048 vectors"),
	STACKS("deactivate/64", "ns", 64, measure_deactivate, "floor/first-touch", 0,
	       "free_irq(): mask, message and entry cleared, vector back"),
	STACKS("raise/1", "ns", 1, measure_raise, "floor/delivery/1", 100,
	       "device raises to handler returned, tape on, warm"),
	STACKS("raise/2000", "ns", 2000, measure_raise, "floor/delivery/2000", 0,
	       "the same, random over 2,000 interrupts"),
	{"raise/64000/vtd", "ns", true, 64000, measure_raise, "floor/delivery/64000", 0,
	 "the same, random over 64,000 interrupts, 400 CPUs"},
	STACKS("affinity/64", "ns", 64, measure_affinity, NULL, 0,
	       "a move to another CPU, two deliveries, the old vector's cleanup"),
	STACKS("memory/2000", "bytes", 2000, measure_memory, NULL, 1024,
	       "an interrupt, all levels, requested"),
	STACKS("snapshot+restore/2000", "ns", 2000, measure_snapshot, NULL, 0,
	       "snapshot, one delivery, restore; 2,000 interrupts"),
	STACKS("fingerprint/2000", "ns", 2000, measure_fingerprint, NULL, 0,
	       "one delivery and a complete fingerprint; 2,000 interrupts"),
	STACKS("machine/4", "ns", 4, measure_machine, NULL, 0,
	       "a machine of 4 CPUs created, loaded, destroyed"),
};
#define NR_CASES (sizeof(cases) / sizeof(cases[0]))

/* ---- repetitions and printing ---- */

/* Median of the repetitions; negative if one of them failed. */
static double median_of(const struct bench_case *c, unsigned repetitions)
{
	double value[MAX_REPETITIONS];

	for (unsigned i = 0; i < repetitions; i++) {
		value[i] = c->measure(c);
		if (value[i] < 0)
			return -1;
	}
	return bench_median(value, repetitions);
}

static bool selected(const struct bench_case *c, char *const *names, int nr_names)
{
	if (!nr_names)
		return true;
	for (int i = 0; i < nr_names; i++)
		if (strstr(c->name, names[i]))
			return true;
	return false;
}

struct bench_options {
	bool json;
	unsigned repetitions;
	char *const *names;
	int nr_names;
};

static bool wanted(size_t which, const struct bench_options *options)
{
	if (selected(&cases[which], options->names, options->nr_names))
		return true;
	for (size_t i = 0; i < NR_CASES; i++) /* the floor of one that is wanted */
		if (cases[i].floor && !strcmp(cases[i].floor, cases[which].name) &&
		    selected(&cases[i], options->names, options->nr_names))
			return true;
	return false;
}

static unsigned nr_wanted(const struct bench_options *options)
{
	unsigned nr = 0;

	for (size_t i = 0; i < NR_CASES; i++)
		nr += wanted(i, options);
	return nr;
}

static double floor_of(const struct bench_case *c, const double *medians)
{
	for (size_t i = 0; c->floor && i < NR_CASES; i++)
		if (!strcmp(cases[i].name, c->floor))
			return medians[i];
	return 0;
}

static void print_case(const struct bench_case *c, double value, double floor, bool json,
		       bool first)
{
	if (json) {
		printf("%s\n  {\"name\": \"%s\", \"unit\": \"%s\", ", first ? "" : ",", c->name,
		       c->unit);
		if (value < 0)
			printf("\"error\": true");
		else
			printf("\"median\": %.2f", value);
		if (floor > 0 && value >= 0)
			printf(", \"floor\": \"%s\", \"ratio\": %.2f", c->floor, value / floor);
		if (c->mark > 0)
			printf(", \"mark\": %.0f", c->mark);
		printf("}");
		return;
	}
	if (value < 0)
		printf("%-28s %12s", c->name, "failed");
	else
		printf("%-28s %9.1f %-5s", c->name, value, c->unit);
	if (floor > 0 && value >= 0)
		printf(" %6.1f x floor", value / floor);
	else
		printf("%15s", "");
	if (c->mark > 0)
		printf("  %s %.0f", value >= 0 && value < c->mark ? "under" : "MISSES", c->mark);
	else
		printf("%12s", "");
	printf("  %s\n", c->text);
}

static int run_cases(const struct bench_options *options)
{
	double medians[NR_CASES];
	bool failed = false, first = true;
	unsigned shown = 0;
	struct progress progress;

	progress_begin(&progress, nr_wanted(options));
	if (options->json)
		printf("{\"repetitions\": %u, \"cases\": [", options->repetitions);
	for (size_t i = 0; i < NR_CASES; i++) {
		if (!wanted(i, options))
			continue;
		progress_show(&progress, shown, cases[i].name);
		medians[i] = median_of(&cases[i], options->repetitions);
		progress_erase(&progress);
		failed |= medians[i] < 0;
		print_case(&cases[i], medians[i], floor_of(&cases[i], medians), options->json,
			   first);
		first = false;
		shown++;
		fflush(stdout);
	}
	if (options->json)
		printf("\n]}\n");
	if (!shown) {
		fprintf(stderr, "irqlab bench: no such name; `irqlab bench --list` has all\n");
		return 2;
	}
	return failed ? 3 : 0;
}

static const char help[] =
	"usage: irqlab bench [--json] [--quick] [--list] [NAME …]\n"
	"  Measures those cases whose name contains a NAME (all without), and the floors\n"
	"  that they are compared with. Medians of 7 repetitions; --quick: of one.\n"
	"  Exit status: 0; 2 wrong arguments; 3 a case did not work.\n";

int cmd_bench(int argc, char **argv)
{
	struct bench_options options = {.repetitions = 7};
	int i = 1;

	if (asks_for_help(argc, argv)) {
		fputs(help, stdout);
		return 0;
	}
	for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--json")) {
			options.json = true;
		} else if (!strcmp(argv[i], "--quick")) {
			options.repetitions = 1;
		} else if (!strcmp(argv[i], "--list")) {
			for (size_t c = 0; c < NR_CASES; c++)
				printf("%-28s %s\n", cases[c].name, cases[c].text);
			return 0;
		} else {
			return option_refused("bench", help, argv[i], NULL);
		}
	}
	options.names = argv + i;
	options.nr_names = argc - i;
	return run_cases(&options);
}
