/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bench_floor.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define FLOOR_VECTORS	   200 /* used on each CPU */
#define FLOOR_FIRST_VECTOR 32
#define FLOOR_MIN_PIECE	   (1u << 12) /* deliveries */

uint64_t bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double *values, uint32_t n)
{
	qsort(values, n, sizeof(values[0]), compare_doubles);
	return values[n / 2];
}

/* The stations of a delivery, each of the size that it has in hardware or in a kernel. */
struct floor_slot { /* the device's table */
	uint64_t address;
	uint32_t data, control;
};
struct floor_entry { /* the remapping table */
	uint64_t low, high;
};
struct floor_cpu {
	uint64_t requested[4];
	uint32_t interrupt[256];
};
struct floor_interrupt {
	void (*flow)(struct floor_interrupt *interrupt);
	void (*handler)(struct floor_interrupt *interrupt);
	uint64_t count;
	uint32_t next; /* to be raised after this one */
	uint32_t unused[9];
};

struct floor_machine {
	struct floor_slot *slots;
	struct floor_entry *entries;
	struct floor_cpu *cpus;
	struct floor_interrupt *interrupts;
};

static void floor_handler(struct floor_interrupt *interrupt)
{
	interrupt->count++;
}

static void floor_flow(struct floor_interrupt *interrupt)
{
	interrupt->handler(interrupt);
}

static uint32_t floor_random(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*state >> 33) % below);
}

/* One cycle through all interrupts, in random order (Sattolo). */
static bool floor_chain(struct floor_interrupt *interrupts, uint32_t n)
{
	uint32_t *order = malloc(n * sizeof(*order));
	uint64_t state = n;

	if (!order)
		return false;
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	for (uint32_t i = n - 1; i > 0; i--) {
		uint32_t other = floor_random(&state, i);
		uint32_t swap = order[i];

		order[i] = order[other];
		order[other] = swap;
	}
	for (uint32_t i = 0; i < n; i++)
		interrupts[i].next = order[i];
	free(order);
	return true;
}

static bool floor_build(struct floor_machine *f, uint32_t n)
{
	uint32_t cpus = (n + FLOOR_VECTORS - 1) / FLOOR_VECTORS;

	f->slots = calloc(n, sizeof(*f->slots));
	f->entries = calloc(n, sizeof(*f->entries));
	f->cpus = calloc(cpus, sizeof(*f->cpus));
	f->interrupts = aligned_alloc(64, n * sizeof(*f->interrupts));
	if (!f->slots || !f->entries || !f->cpus || !f->interrupts)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t cpu = i / FLOOR_VECTORS;
		uint32_t vector = FLOOR_FIRST_VECTOR + i % FLOOR_VECTORS;

		f->slots[i] = (struct floor_slot){.address = 0xfee00010, .data = i};
		f->entries[i].low = (uint64_t)cpu << 32 | vector << 16 | 1;
		f->cpus[cpu].interrupt[vector] = i;
		f->interrupts[i] =
			(struct floor_interrupt){.flow = floor_flow, .handler = floor_handler};
	}
	return floor_chain(f->interrupts, n);
}

static void floor_free(struct floor_machine *f)
{
	free(f->slots);
	free(f->entries);
	free(f->cpus);
	free(f->interrupts);
}

/* Returns the interrupt to raise next. */
static inline uint32_t floor_deliver(struct floor_machine *f, uint32_t which)
{
	const struct floor_slot *slot = &f->slots[which];
	const struct floor_entry *entry = &f->entries[slot->data];
	uint32_t vector = (uint32_t)(entry->low >> 16) & 0xff;
	struct floor_cpu *cpu = &f->cpus[entry->low >> 32];
	uint64_t bit = UINT64_C(1) << vector % 64;
	struct floor_interrupt *interrupt;

	if (slot->control & 1 || !(slot->address & 0x10) || !(entry->low & 1))
		return 0;
	cpu->requested[vector / 64] |= bit;
	__asm__ volatile("" ::: "memory"); /* both writes happen */
	cpu->requested[vector / 64] &= ~bit;
	interrupt = &f->interrupts[cpu->interrupt[vector]];
	interrupt->flow(interrupt);
	return interrupt->next;
}

double floor_delivery(uint32_t n)
{
	uint32_t piece = n / BENCH_PIECES > FLOOR_MIN_PIECE ? n / BENCH_PIECES : FLOOR_MIN_PIECE;
	double spent[BENCH_PIECES];
	struct floor_machine f = {0};
	uint32_t which = 0;
	bool fine = floor_build(&f, n);

	for (uint32_t i = 0; fine && i < n; i++)
		which = floor_deliver(&f, which);
	for (uint32_t p = 0; fine && p < BENCH_PIECES; p++) {
		uint64_t start = bench_now();

		for (uint32_t i = 0; i < piece; i++)
			which = floor_deliver(&f, which);
		spent[p] = (double)(bench_now() - start) / piece;
	}
	floor_free(&f);
	return fine ? bench_median(spent, BENCH_PIECES) : -1;
}

double floor_first_touch(uint32_t n, uint32_t bytes)
{
	size_t size = (size_t)n * bytes;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t start;
	double result;

	if (memory == MAP_FAILED)
		return -1;
	start = bench_now();
	for (uint32_t i = 0; i < n; i++)
		memset(memory + (size_t)i * bytes, 1, bytes);
	result = (double)(bench_now() - start) / n;
	munmap(memory, size);
	return result;
}
