/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/matrix.h>
#include <domains/tracepoint.h>

#define RECORD_WORDS (IRQ_MATRIX_BITS / 64)
#define MAX_WORDS    (IRQ_MATRIX_MAX_BITS / 64)

struct matrix_cpu {
	uint32_t matrix_id, cpu;
	bool initialized, online;
	uint32_t available, allocated, managed, managed_allocated;
	uint32_t words; /* of each map */
	uint64_t *managed_map;
	uint64_t alloc_map[];
};

struct irq_matrix {
	struct machine *machine;
	uint32_t id, nr_cpus;
	uint32_t first, last;
	uint32_t global_available, global_reserved, total_allocated, online_maps, system_in_window;
	uint32_t words; /* of each map; at least RECORD_WORDS */
	uint64_t system_map[MAX_WORDS];
	uint64_t outside[MAX_WORDS]; /* bits that are not in the window */
	struct matrix_cpu *cpu[];
};

static void matrix_cpu_digest(const void *object, struct digest *d)
{
	const struct matrix_cpu *c = object;

	digest_u64(d, (uint64_t)c->matrix_id << 32 | c->cpu);
	digest_u64(d, c->initialized | c->online << 1);
	digest_u64(d, (uint64_t)c->available << 32 | c->allocated);
	digest_u64(d, (uint64_t)c->managed << 32 | c->managed_allocated);
	digest_bytes(d, c->alloc_map, c->words * sizeof(c->alloc_map[0]));
	digest_bytes(d, c->managed_map, c->words * sizeof(c->managed_map[0]));
}
static const struct object_type matrix_cpu_type = {"matrix-cpu", matrix_cpu_digest};

static void matrix_digest(const void *object, struct digest *d)
{
	const struct irq_matrix *x = object;

	digest_u64(d, x->id);
	digest_u64(d, (uint64_t)x->first << 32 | x->last);
	digest_u64(d, (uint64_t)x->global_available << 32 | x->global_reserved);
	digest_u64(d, x->online_maps);
	digest_counter(d, x->total_allocated); /* drifts, and decides nothing */
	digest_u64(d, x->system_in_window);
	digest_bytes(d, x->system_map, x->words * sizeof(x->system_map[0]));
}
static const struct object_type matrix_type = {"matrix", matrix_digest};

/* ---- bit maps ---- */

static bool map_test(const uint64_t *map, unsigned bit)
{
	return map[bit / 64] >> (bit % 64) & 1;
}

static void map_set(uint64_t *map, unsigned bit)
{
	map[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static void map_clear(uint64_t *map, unsigned bit)
{
	map[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

/* The lowest bit that nobody has on this CPU; -ENOSPC. */
static int first_free_bit(const struct irq_matrix *x, const struct matrix_cpu *c)
{
	for (unsigned w = 0; w < x->words; w++) {
		uint64_t taken =
			c->alloc_map[w] | c->managed_map[w] | x->system_map[w] | x->outside[w];

		if (~taken)
			return (int)(w * 64) + __builtin_ctzll(~taken);
	}
	return -ENOSPC;
}

/* The lowest bit that is set aside and not in use; -ENOSPC. */
static int first_managed_bit(const struct matrix_cpu *c)
{
	for (unsigned w = 0; w < c->words; w++) {
		uint64_t spare = c->managed_map[w] & ~c->alloc_map[w];

		if (spare)
			return (int)(w * 64) + __builtin_ctzll(spare);
	}
	return -ENOSPC;
}

/* ---- trace ---- */

#define trace_global(x, name)                                                                      \
	tracepoint((x)->machine, name, 0, (x)->online_maps, (x)->global_available,                 \
		   (x)->global_reserved, (x)->total_allocated)
#define trace_cpu(x, name, bit, c)                                                                 \
	tracepoint((x)->machine, name, 0, (uint64_t)(bit), (c)->cpu, (x)->online_maps,             \
		   (c)->available, (c)->allocated, (c)->managed, (x)->global_available,            \
		   (x)->global_reserved, (x)->total_allocated)

static void change(struct irq_matrix *x, struct matrix_cpu *c)
{
	touch(x->machine, x);
	if (c)
		touch(x->machine, c);
}

/* ---- life ---- */

static struct matrix_cpu *make_cpu(const struct irq_matrix *x, uint32_t cpu)
{
	size_t map = x->words * sizeof(uint64_t);
	struct matrix_cpu *c = object_alloc(x->machine, &matrix_cpu_type, sizeof(*c) + 2 * map);

	if (!c)
		return NULL;
	c->matrix_id = x->id;
	c->cpu = cpu;
	c->words = x->words;
	c->managed_map = c->alloc_map + c->words;
	return c;
}

struct irq_matrix *irq_matrix_create(struct machine *m, uint32_t id, uint32_t nr_cpus,
				     uint32_t first, uint32_t last)
{
	struct irq_matrix *x;

	if (first > last || last >= IRQ_MATRIX_MAX_BITS || nr_cpus > CPUMASK_MAX_CPUS)
		return NULL;
	x = object_alloc(m, &matrix_type, sizeof(*x) + nr_cpus * sizeof(x->cpu[0]));
	if (!x)
		return NULL;
	x->machine = m;
	x->id = id;
	x->first = first;
	x->last = last;
	x->words = last < IRQ_MATRIX_BITS ? RECORD_WORDS : last / 64 + 1;
	for (unsigned bit = 0; bit < x->words * 64; bit++)
		if (bit < first || bit > last)
			map_set(x->outside, bit);
	for (x->nr_cpus = 0; x->nr_cpus < nr_cpus; x->nr_cpus++) {
		struct matrix_cpu *c = make_cpu(x, x->nr_cpus);

		if (!c) {
			irq_matrix_destroy(x);
			return NULL;
		}
		x->cpu[c->cpu] = c;
	}
	return x;
}

void irq_matrix_destroy(struct irq_matrix *x)
{
	if (!x)
		return;
	while (x->nr_cpus)
		object_free(x->machine, x->cpu[--x->nr_cpus]);
	object_free(x->machine, x);
}

void irq_matrix_online(struct irq_matrix *x, unsigned cpu)
{
	struct matrix_cpu *c = x->cpu[cpu];

	if (c->online) {
		machine_poison(x->machine, "matrix: the CPU is online already");
		return;
	}
	change(x, c);
	if (!c->initialized) {
		c->available = x->last - x->first + 1 - c->managed - x->system_in_window;
		c->initialized = true;
	}
	x->global_available += c->available;
	c->online = true;
	x->online_maps++;
	/* Seen although the CPU may not be marked online yet. */
	trace(x->machine, irq_matrix_online, 0, x->online_maps, x->global_available,
	      x->global_reserved, x->total_allocated);
}

void irq_matrix_offline(struct irq_matrix *x, unsigned cpu)
{
	struct matrix_cpu *c = x->cpu[cpu];

	if (!c->online) {
		machine_poison(x->machine, "matrix: the CPU is offline already");
		return;
	}
	change(x, c);
	x->global_available -= c->available;
	c->online = false;
	x->online_maps--;
	trace_global(x, irq_matrix_offline);
}

/* ---- bits that are given away beforehand ---- */

void irq_matrix_assign_system(struct irq_matrix *x, unsigned cpu, unsigned bit, bool replace)
{
	struct matrix_cpu *c = x->cpu[cpu];

	if (bit >= x->words * 64 || x->online_maps > 1 || (x->online_maps && !replace) ||
	    (replace && !map_test(c->alloc_map, bit))) {
		machine_poison(x->machine, "matrix: system bit assigned too late");
		return;
	}
	change(x, c);
	map_set(x->system_map, bit);
	if (replace) {
		map_clear(c->alloc_map, bit);
		c->allocated--;
		x->total_allocated--;
	}
	if (bit >= x->first && bit <= x->last)
		x->system_in_window++;
	tracepoint(x->machine, irq_matrix_assign_system, 0, bit, x->online_maps,
		   x->global_available, x->global_reserved, x->total_allocated);
}

static bool in_window(const struct irq_matrix *x, unsigned bit)
{
	return bit >= x->first && bit <= x->last;
}

void irq_matrix_assign(struct irq_matrix *x, unsigned cpu, unsigned bit)
{
	struct matrix_cpu *c = x->cpu[cpu];

	if (WARN_IF(x->machine, !in_window(x, bit) || map_test(c->alloc_map, bit), MATRIX_BAD_BIT,
		    0))
		return;
	change(x, c);
	map_set(c->alloc_map, bit);
	c->allocated++;
	x->total_allocated++;
	c->available--;
	x->global_available--;
	trace_cpu(x, irq_matrix_assign, bit, c);
}

/* ---- promises ---- */

void irq_matrix_reserve(struct irq_matrix *x)
{
	(void)WARN_IF(x->machine, x->global_reserved == x->global_available, MATRIX_OVERCOMMIT, 0);
	step(x->machine, STEP_RESOURCE, x);
	touch(x->machine, x);
	x->global_reserved++;
	trace_global(x, irq_matrix_reserve);
}

void irq_matrix_remove_reserved(struct irq_matrix *x)
{
	step(x->machine, STEP_RESOURCE, x);
	touch(x->machine, x);
	x->global_reserved--;
	trace_global(x, irq_matrix_remove_reserved);
}

/* ---- ordinary bits ---- */

/* The one place that decides for an ordinary bit: most room, the first of equals. */
static struct matrix_cpu *best_cpu(const struct irq_matrix *x, const struct cpumask *mask)
{
	struct matrix_cpu *best = NULL;
	uint32_t room = 0;

	for_each_cpu (cpu, mask) {
		if (cpu >= x->nr_cpus)
			break;
		if (x->cpu[cpu]->online && x->cpu[cpu]->available > room) {
			best = x->cpu[cpu];
			room = best->available;
		}
	}
	return best;
}

/* And for a managed one: fewest in use, the last of equals. */
static struct matrix_cpu *best_cpu_managed(const struct irq_matrix *x, const struct cpumask *mask)
{
	struct matrix_cpu *best = NULL;
	uint32_t used = UINT32_MAX;

	for_each_cpu (cpu, mask) {
		if (cpu >= x->nr_cpus)
			break;
		if (x->cpu[cpu]->online && x->cpu[cpu]->managed_allocated <= used) {
			best = x->cpu[cpu];
			used = best->managed_allocated;
		}
	}
	return best;
}

int irq_matrix_alloc(struct irq_matrix *x, const struct cpumask *mask, bool reserved, unsigned *cpu)
{
	struct matrix_cpu *c;
	int bit;

	if (cpumask_empty(mask))
		return -EINVAL;
	c = best_cpu(x, mask);
	bit = c ? first_free_bit(x, c) : -ENOSPC;
	if (bit < 0)
		return bit;
	step(x->machine, STEP_RESOURCE, x);
	change(x, c);
	map_set(c->alloc_map, (unsigned)bit);
	c->allocated++;
	c->available--;
	x->total_allocated++;
	x->global_available--;
	if (reserved)
		x->global_reserved--;
	*cpu = c->cpu;
	trace_cpu(x, irq_matrix_alloc, bit, c);
	return bit;
}

void irq_matrix_free(struct irq_matrix *x, unsigned cpu, unsigned bit, bool managed)
{
	struct matrix_cpu *c = x->cpu[cpu];

	if (WARN_IF(x->machine, !in_window(x, bit) || !map_test(c->alloc_map, bit), MATRIX_BAD_BIT,
		    0))
		return;
	step(x->machine, STEP_RESOURCE, x);
	change(x, c);
	map_clear(c->alloc_map, bit);
	c->allocated--;
	if (managed)
		c->managed_allocated--;
	if (c->online || !machine_switch(x->machine, SWITCH_MATRIX_TOTAL_DRIFT))
		x->total_allocated--;
	if (!managed) {
		c->available++;
		if (c->online)
			x->global_available++;
	}
	trace_cpu(x, irq_matrix_free, bit, c);
}

/* ---- managed bits ---- */

/* Setting a bit aside (giving it back) costs (returns) room on the CPU. */
static void account_managed(struct irq_matrix *x, struct matrix_cpu *c, int room)
{
	bool drifts = machine_switch(x->machine, SWITCH_MATRIX_MANAGED_DRIFT);

	if (c->online || (c->initialized && !drifts))
		c->available += (uint32_t)room;
	if (c->online)
		x->global_available += (uint32_t)room;
}

int irq_matrix_reserve_managed(struct irq_matrix *x, const struct cpumask *mask, uint16_t *bits)
{
	for_each_cpu (cpu, mask)
		if (cpu >= x->nr_cpus || first_free_bit(x, x->cpu[cpu]) < 0)
			return -ENOSPC;

	for_each_cpu (cpu, mask) {
		struct matrix_cpu *c = x->cpu[cpu];
		unsigned bit = (unsigned)first_free_bit(x, c);

		step(x->machine, STEP_RESOURCE, x);
		change(x, c);
		map_set(c->managed_map, bit);
		c->managed++;
		account_managed(x, c, -1);
		if (bits)
			*bits++ = (uint16_t)bit;
		trace_cpu(x, irq_matrix_reserve_managed, bit, c);
	}
	return 0;
}

/* The one that is asked for, unless another interrupt took it; then, or if none is, the lowest. */
static int spare_managed_bit(const struct matrix_cpu *c, const uint16_t *bit)
{
	if (bit && map_test(c->managed_map, *bit) && !map_test(c->alloc_map, *bit))
		return *bit;
	return first_managed_bit(c);
}

void irq_matrix_remove_managed(struct irq_matrix *x, const struct cpumask *mask,
			       const uint16_t *bits)
{
	for_each_cpu (cpu, mask) {
		struct matrix_cpu *c = cpu < x->nr_cpus ? x->cpu[cpu] : NULL;
		int bit = c ? spare_managed_bit(c, bits) : -ENOSPC;

		if (bits)
			bits++;
		if (WARN_IF(x->machine, bit < 0, MATRIX_BAD_BIT, 0))
			continue;
		step(x->machine, STEP_RESOURCE, x);
		change(x, c);
		map_clear(c->managed_map, (unsigned)bit);
		c->managed--;
		account_managed(x, c, 1);
		trace_cpu(x, irq_matrix_remove_managed, bit, c);
	}
}

int irq_matrix_alloc_managed(struct irq_matrix *x, const struct cpumask *mask, unsigned *cpu)
{
	struct matrix_cpu *c;
	int bit;

	if (cpumask_empty(mask))
		return -EINVAL;
	c = best_cpu_managed(x, mask);
	bit = c ? first_managed_bit(c) : -ENOSPC;
	if (bit < 0)
		return bit;
	step(x->machine, STEP_RESOURCE, x);
	change(x, c);
	map_set(c->alloc_map, (unsigned)bit);
	c->allocated++;
	c->managed_allocated++;
	x->total_allocated++;
	*cpu = c->cpu;
	trace_cpu(x, irq_matrix_alloc_managed, bit, c);
	return bit;
}

/* ---- looking ---- */

uint32_t irq_matrix_available(const struct irq_matrix *x, int leaving)
{
	uint32_t room = x->global_available;

	if (leaving >= 0 && (uint32_t)leaving < x->nr_cpus && x->cpu[leaving]->online)
		room -= x->cpu[leaving]->available;
	return room;
}

uint32_t irq_matrix_reserved(const struct irq_matrix *x)
{
	return x->global_reserved;
}

uint32_t irq_matrix_allocated(const struct irq_matrix *x, unsigned cpu)
{
	return x->cpu[cpu]->allocated - x->cpu[cpu]->managed_allocated;
}

struct irq_matrix_totals irq_matrix_totals(const struct irq_matrix *x)
{
	struct irq_matrix_totals t = {
		.window_first = x->first,
		.window_last = x->last,
		.global_available = x->global_available,
		.global_reserved = x->global_reserved,
		.total_allocated = x->total_allocated,
		.online_maps = x->online_maps,
		.system_in_window = x->system_in_window,
		.nr_cpus = x->nr_cpus,
	};

	__builtin_memcpy(t.system_bits, x->system_map, sizeof(t.system_bits));
	return t;
}

bool irq_matrix_taken(const struct irq_matrix *x, unsigned cpu, unsigned bit)
{
	return cpu < x->nr_cpus && bit < x->words * 64 && map_test(x->cpu[cpu]->alloc_map, bit);
}

bool irq_matrix_cpu(const struct irq_matrix *x, unsigned cpu, struct matrix_cpu_record *out,
		    bool *initialized)
{
	const struct matrix_cpu *c;

	if (cpu >= x->nr_cpus)
		return false;
	c = x->cpu[cpu];
	*out = (struct matrix_cpu_record){
		.cpu = cpu,
		.online = c->online,
		.available = c->available,
		.allocated = c->allocated,
		.managed = c->managed,
		.managed_allocated = c->managed_allocated,
	};
	/* Every map has room for a recorded one. */
	__builtin_memcpy(out->bits, c->alloc_map, sizeof(out->bits));
	__builtin_memcpy(out->managed_bits, c->managed_map, sizeof(out->managed_bits));
	if (initialized)
		*initialized = c->initialized;
	return true;
}

static void load_cpu(struct irq_matrix *x, const struct matrix_cpu_record *from)
{
	struct matrix_cpu *c = x->cpu[from->cpu];

	touch(x->machine, c);
	c->online = from->online;
	/* Not recorded; a CPU that was never up has no room yet. */
	c->initialized = from->online || from->available || from->allocated;
	c->available = from->available;
	c->allocated = from->allocated;
	c->managed = from->managed;
	c->managed_allocated = from->managed_allocated;
	__builtin_memcpy(c->alloc_map, from->bits, sizeof(from->bits));
	__builtin_memcpy(c->managed_map, from->managed_bits, sizeof(from->managed_bits));
}

int irq_matrix_load(struct irq_matrix *x, const struct start_state *start)
{
	for (uint32_t i = 0; i < start->nr_matrix; i++)
		if (start->matrix[i].cpu >= x->nr_cpus)
			return -EINVAL;

	touch(x->machine, x);
	x->global_available = start->global_available;
	x->global_reserved = start->global_reserved;
	x->total_allocated = start->total_allocated;
	x->online_maps = start->online_maps;
	x->system_in_window = start->system_in_window;
	__builtin_memcpy(x->system_map, start->system_bits, sizeof(start->system_bits));
	for (uint32_t i = 0; i < start->nr_matrix; i++)
		load_cpu(x, &start->matrix[i]);
	return 0;
}
