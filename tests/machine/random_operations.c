/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus/machine_impl.h"
#include "machines.h"

#include <inttypes.h>
#include <irqlab/invariants.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Random operations on machines of random shape. After each one the invariants
 * hold; a failed one leaves no trace; the digests are those of a recomputation;
 * and when everything is given back, the machine is as it was. What fails is
 * shrunk to the fewest operations that still do.
 *
 *   random_operations [SEQUENCES [SEED]]      100000 sequences take some minutes
 */

enum operation {
	ALLOC_VECTORS,
	FREE_VECTORS,
	ALLOC_AT,
	FREE_AT,
	ALLOC_SPREAD,
	POOL_CREATE,
	POOL_ALLOC,
	POOL_FREE,
	POOL_DESTROY,
	REQUEST,
	FREE_IRQ,
	DISABLE,
	ENABLE,
	AFFINITY,
	AFFINITY_USER,
	RAISE,
	TICK,
	CPU_DOWN,
	CPU_UP,
	SRIOV,
	VF_VECTORS,
	LOGICAL_CREATE,
	LOGICAL_ALLOC,
	LOGICAL_FREE,
	LOGICAL_DESTROY,
	FAIL_ALLOCATION,
	NR_OPERATIONS
};
static const char *const operation_names[] = {
	"alloc_vectors",   "free_vectors",   "alloc_at",      "free_at",      "alloc_spread",
	"pool_create",	   "pool_alloc",     "pool_free",     "pool_destroy", "request",
	"free_irq",	   "disable",	     "enable",	      "affinity",     "affinity_user",
	"raise",	   "tick",	     "cpu_down",      "cpu_up",	      "sriov",
	"vf_vectors",	   "logical_create", "logical_alloc", "logical_free", "logical_destroy",
	"fail_allocation",
};

struct op {
	uint8_t what, a, b, c;
};

#define MAX_OPS	 60
#define MAX_IRQS 128

struct run {
	struct machine *m;
	struct machine_shape shape;
	struct device *dev[3];
	irq_pool_t pool[2];
	struct msi_map map[MAX_IRQS];  /* of pools and alloc_at */
	logical_function_t logical[2]; /* of these pools */
	/* 0 none, 1 pool 0, 2 pool 1, 3 + device: MSI-X, 6 + pool: its logical function */
	uint8_t map_owner[MAX_IRQS];
	bool requested[512];
	unsigned handled;
	char text[400];
};

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static struct machine_shape random_shape(uint64_t seed)
{
	const uint64_t r = next_random(&seed);
	static const unsigned windows[] = {0, 3, 5, 16};
	struct machine_shape shape = {
		.cpus = 1 + r % 4,
		.remap = (enum remap_kind)(r / 4 % 3),
		.mode = r / 16 % 2 ? APIC_X2APIC_CLUSTER : APIC_PHYSICAL_FLAT,
		.vectors = windows[r / 32 % 4],
		.entries = r / 128 % 2 ? 8 : 64,
		.profile = r / 256 % 2 ? PROFILE_INTENDED : PROFILE_LINUX_6_12,
		.tape_records = 4096,
	};

	if (shape.remap == REMAP_NONE)
		shape.mode = APIC_PHYSICAL_FLAT;
	return shape;
}

/* ---- one operation; returns its result ---- */

static unsigned some_irq(const struct op *op)
{
	return 24 + op->a % 24;
}

static const struct cpumask *some_mask(struct run *r, const struct op *op)
{
	const uint64_t bits = op->b & ((1u << r->shape.cpus) - 1);

	return cpumask_from_bits(r->m, &bits, 1);
}

static int remember(struct run *r, struct msi_map map, uint8_t owner)
{
	if (map.index < 0)
		return map.index;
	for (unsigned i = 0; i < MAX_IRQS; i++) {
		if (!r->map_owner[i]) {
			r->map[i] = map;
			r->map_owner[i] = owner;
			break;
		}
	}
	return 0;
}

static int take_map(struct run *r, uint8_t first, uint8_t last, const struct op *op,
		    unsigned *which)
{
	for (unsigned n = 0; n < MAX_IRQS; n++) {
		*which = (op->b + n) % MAX_IRQS;
		if (r->map_owner[*which] >= first && r->map_owner[*which] <= last)
			return 0;
	}
	return -ENOENT;
}

static void forget(struct run *r, uint8_t owner)
{
	for (unsigned i = 0; i < MAX_IRQS; i++)
		if (r->map_owner[i] == owner)
			r->map_owner[i] = 0;
}

static bool is_requested(const struct run *r)
{
	for (unsigned i = 0; i < sizeof(r->requested); i++)
		if (r->requested[i])
			return true;
	return false;
}

static int do_alloc(struct run *r, const struct op *op)
{
	static const unsigned kinds[] = {PCI_IRQ_MSIX, PCI_IRQ_MSI, PCI_IRQ_ALL_TYPES};

	return pci_alloc_irq_vectors(r->dev[op->a % 3], 1 + op->b % 3, op->b % 3 + op->c % 8,
				     kinds[op->c / 8 % 3]);
}

static int do_alloc_spread(struct run *r, const struct op *op)
{
	struct irq_affinity affd = {.pre_vectors = op->b % 2, .post_vectors = op->b / 2 % 2};

	return pci_alloc_irq_vectors_affinity(r->dev[op->a % 3], 1 + op->b % 3, 1 + op->c % 8,
					      PCI_IRQ_MSIX | PCI_IRQ_MSI | PCI_IRQ_AFFINITY, &affd);
}

static int do_free_vectors(struct run *r, const struct op *op)
{
	/* With handlers installed the core keeps those: that has tests of its own. */
	if (is_requested(r))
		return 0;
	pci_free_irq_vectors(r->dev[op->a % 3]);
	forget(r, (uint8_t)(3 + op->a % 3));
	return 0;
}

static int do_alloc_at(struct run *r, const struct op *op)
{
	const struct irq_affinity_desc hint = {some_mask(r, op), op->c & 1};

	return remember(r,
			pci_msix_alloc_irq_at(r->dev[op->a % 3],
					      op->c & 2 ? MSI_ANY_INDEX : op->c / 4 % 9,
					      op->c & 128 ? &hint : NULL),
			(uint8_t)(3 + op->a % 3));
}

static int do_free_at(struct run *r, const struct op *op)
{
	unsigned which;
	int ret;

	if (take_map(r, 3, 5, op, &which) || r->requested[r->map[which].virq])
		return 0;
	ret = pci_msix_free_irq(r->dev[r->map_owner[which] - 3], r->map[which]);
	r->map_owner[which] = 0;
	return ret;
}

static int do_pool(struct run *r, const struct op *op)
{
	const unsigned n = op->a % 2;
	unsigned which;
	int error = 0;

	switch (op->what) {
	case POOL_CREATE:
		if (!r->pool[n])
			r->pool[n] = irq_pool_create(r->dev[0],
						     n ? IRQ_POOL_IMS_QUEUE : IRQ_POOL_IMS_TABLE, 0,
						     op->b % 4 ? 0 : 3, &error);
		return error;
	case POOL_ALLOC:
		return remember(r,
				op->c & 1 ? irq_pool_alloc(r->m, r->pool[n], op->b % 4, NULL)
					  : irq_pool_alloc_at(r->m, r->pool[n], op->b % 5, 1, NULL),
				(uint8_t)(1 + n));
	case POOL_FREE:
		if (take_map(r, (uint8_t)(1 + n), (uint8_t)(1 + n), op, &which) ||
		    r->requested[r->map[which].virq])
			return 0;
		r->map_owner[which] = 0;
		return irq_pool_free(r->m, r->pool[n], r->map[which]);
	default:
		if (!r->pool[n] || is_requested(r))
			return 0;
		error = irq_pool_destroy(r->m, r->pool[n]);
		if (error)
			return error;
		r->pool[n] = 0;
		forget(r, (uint8_t)(1 + n));
		return 0;
	}
}

static int do_logical(struct run *r, const struct op *op)
{
	const unsigned n = op->a % 2;
	const uint8_t owner = (uint8_t)(6 + n);
	unsigned which;
	int error = 0;

	switch (op->what) {
	case LOGICAL_CREATE:
		if (!r->logical[n])
			r->logical[n] =
				logical_function_create(r->dev[0], r->pool[n], op->b % 4, &error);
		return error;
	case LOGICAL_ALLOC:
		return remember(r, logical_function_alloc_irq(r->m, r->logical[n], NULL), owner);
	case LOGICAL_FREE:
		if (take_map(r, owner, owner, op, &which) || r->requested[r->map[which].virq])
			return 0;
		error = logical_function_free_irq(r->m, r->logical[n], r->map[which]);
		if (!error)
			r->map_owner[which] = 0;
		return error;
	default:
		error = logical_function_destroy(r->m, r->logical[n]);
		if (error)
			return error;
		r->logical[n] = 0;
		forget(r, owner);
		return 0;
	}
}

static int do_vf_vectors(struct run *r, const struct op *op)
{
	struct device *vf = device_by_name(r->m, op->a % 2 ? "new-vf1" : "new-vf0");

	if (!vf)
		return 0;
	if (op->b % 4)
		return pci_alloc_irq_vectors(vf, 1, 1 + op->b % 4, PCI_IRQ_ALL_TYPES);
	if (!is_requested(r))
		pci_free_irq_vectors(vf);
	return 0;
}

static int do_request(struct run *r, const struct op *op)
{
	const unsigned irq = some_irq(op);
	int ret;

	if (op->what == FREE_IRQ) {
		if (!r->requested[irq])
			return 0;
		r->requested[irq] = false;
		return free_irq(r->m, irq, &r->handled);
	}
	if (r->requested[irq])
		return 0;
	ret = request_irq(r->m, irq, count_interrupt, 0, "random", &r->handled);
	r->requested[irq] = !ret;
	return ret;
}

static int do_raise(struct run *r, const struct op *op)
{
	static const char *const names[] = {"nic", "old", "new"};
	static const enum raise_source sources[] = {RAISE_MSIX, RAISE_MSI, RAISE_STORE};
	const enum raise_source source = sources[op->b % 3];

	device_raise(r->m, names[op->a % 3], source, op->c % 2, op->c / 2 % 8,
		     op->c & 128 ? 1 : UINT32_MAX);
	machine_deliver(r->m, 0);
	return 0;
}

static int perform(struct run *r, const struct op *op)
{
	switch ((enum operation)op->what) {
	case ALLOC_VECTORS:
		return do_alloc(r, op);
	case ALLOC_SPREAD:
		return do_alloc_spread(r, op);
	case FREE_VECTORS:
		return do_free_vectors(r, op);
	case ALLOC_AT:
		return do_alloc_at(r, op);
	case FREE_AT:
		return do_free_at(r, op);
	case REQUEST:
	case FREE_IRQ:
		return do_request(r, op);
	case DISABLE:
		disable_irq(r->m, some_irq(op));
		return 0;
	case ENABLE:
		if (r->requested[some_irq(op)])
			enable_irq(r->m, some_irq(op));
		return 0;
	case AFFINITY: /* sets AFFINITY_SET even where it fails, as Linux does */
		irq_set_affinity(r->m, some_irq(op), some_mask(r, op));
		return 0;
	case AFFINITY_USER:
		irq_set_affinity_user(r->m, some_irq(op), some_mask(r, op));
		return 0;
	case RAISE:
		return do_raise(r, op);
	case TICK:
		machine_tick(r->m, 1 + op->a % 2);
		return 0;
	case CPU_DOWN:
		return cpu_down(r->m, op->a % r->shape.cpus);
	case CPU_UP:
		return cpu_up(r->m, op->a % r->shape.cpus);
	case SRIOV:
		return op->a % 3 ? pci_enable_sriov(r->dev[2], 1 + op->b % 3)
				 : pci_disable_sriov(r->dev[2]);
	case VF_VECTORS:
		return do_vf_vectors(r, op);
	case LOGICAL_CREATE:
	case LOGICAL_ALLOC:
	case LOGICAL_FREE:
	case LOGICAL_DESTROY:
		return do_logical(r, op);
	case FAIL_ALLOCATION:
		machine_fail_allocation(r->m, 1 + op->a % 16);
		return 0;
	default:
		return do_pool(r, op);
	}
}

/* ---- a sequence ---- */

static bool complain(struct run *r, const char *what, const struct op *op, int ret)
{
	char before[sizeof(r->text) / 2];

	snprintf(before, sizeof(before), "%.*s", (int)sizeof(before) - 1, r->text);
	snprintf(r->text, sizeof(r->text), "%s(%u, %u, %u) = %d: %s%s%s",
		 op ? operation_names[op->what] : "end", op ? op->a : 0, op ? op->b : 0,
		 op ? op->c : 0, ret, what, *before ? ": " : "", before);
	return false;
}

/*
 * The sum of the digests by kind of object: tells which kind a trace was left in.
 * Linux gives the lowest of several managed bits back, even if another one was added
 * last: there the matrices of the CPUs are left out; the invariants check their sums.
 */
struct census {
	unsigned nr;
	struct {
		const struct object_type *type;
		unsigned __int128 sum;
	} kind[128];
};

static void take_census(const struct machine *m, struct census *c)
{
	const bool swaps = machine_switch(m, SWITCH_MANAGED_BIT_SWAPPED);
	struct object_header *header = NULL;

	c->nr = 0;
	while ((header = arena_walk(m, header))) {
		unsigned i = 0;

		while (i < c->nr && c->kind[i].type != header->type)
			i++;
		if (i == sizeof(c->kind) / sizeof(c->kind[0]) || !header->type->digest ||
		    (swaps && !strcmp(header->type->name, "matrix-cpu")))
			continue;
		if (i == c->nr) {
			c->kind[c->nr].type = header->type;
			c->kind[c->nr++].sum = 0;
		}
		c->kind[i].sum += object_digest(header).semantic;
	}
}

static unsigned __int128 census_of(const struct census *c, const struct object_type *type)
{
	for (unsigned i = 0; i < c->nr; i++)
		if (c->kind[i].type == type)
			return c->kind[i].sum;
	return 0;
}

/* Names of the kinds that differ, to r->text. */
static bool leaves_traces(struct run *r, const struct census *before)
{
	size_t used = 0;
	struct census now;

	take_census(r->m, &now);
	for (unsigned i = 0; i < now.nr && used < sizeof(r->text); i++)
		if (now.kind[i].sum != census_of(before, now.kind[i].type))
			used += (size_t)snprintf(r->text + used, sizeof(r->text) - used, " %s",
						 now.kind[i].type->name);
	return used > 0;
}

/* Names of the kinds of objects whose digest the machine has wrong, to r->text. */
static void name_untouched(struct run *r)
{
	struct object_header *header = NULL;
	size_t used = 0;

	while ((header = arena_walk(r->m, header)) && used < sizeof(r->text))
		if (header->type->digest && header->slot &&
		    r->m->slots[header->slot].digest.complete != object_digest(header).complete)
			used += (size_t)snprintf(r->text + used, sizeof(r->text) - used, " %s",
						 header->type->name);
}

static bool step_holds(struct run *r, const struct op *op)
{
	struct fingerprint before, after;
	struct census census;
	int ret;

	take_census(r->m, &census);
	before = machine_fingerprint(r->m, FINGERPRINT_SEMANTIC);
	ret = perform(r, op);
	if (op->what != FAIL_ALLOCATION)
		machine_fail_allocation(r->m, 0);
	after = machine_fingerprint(r->m, FINGERPRINT_COMPLETE);
	if (!machine_invariants(r->m, r->text, sizeof(r->text)))
		return complain(r, "an invariant is violated", op, ret);
	*r->text = 0;
	if (!fingerprint_equal(after, machine_fingerprint_recompute(r->m, FINGERPRINT_COMPLETE))) {
		name_untouched(r);
		return complain(r, "something changed without touch()", op, ret);
	}
	if (ret < 0 &&
	    !fingerprint_equal(before, machine_fingerprint(r->m, FINGERPRINT_SEMANTIC)) &&
	    leaves_traces(r, &census))
		return complain(r, "a failed operation left a trace", op, ret);
	return true;
}

static void give_back(struct run *r)
{
	machine_fail_allocation(r->m, 0);
	for (unsigned irq = 0; irq < sizeof(r->requested); irq++)
		if (r->requested[irq])
			free_irq(r->m, irq, &r->handled);
	for (unsigned n = 0; n < 2; n++)
		if (r->logical[n])
			logical_function_destroy(r->m, r->logical[n]);
	for (unsigned n = 0; n < 2; n++)
		if (r->pool[n])
			irq_pool_destroy(r->m, r->pool[n]);
	pci_disable_sriov(r->dev[2]);
	for (unsigned n = 0; n < 3; n++)
		pci_free_irq_vectors(r->dev[n]);
	for (unsigned cpu = 0; cpu < r->shape.cpus; cpu++)
		cpu_up(r->m, cpu);
	machine_settle(r->m);
}

/* Empty text: it holds. */
static bool sequence_holds(const struct machine_shape *shape, const struct op *ops, unsigned nr,
			   char *text, size_t size)
{
	struct run r = {.m = machine_of_shape(shape), .shape = *shape};
	bool holds = true;

	if (!r.m)
		return false;
	/* A trace of a failed operation that 6.12 leaves. */
	machine_set_switch(r.m, SWITCH_AMD_TABLE_STAYS, false);
	r.dev[0] = device_by_name(r.m, "nic");
	r.dev[1] = device_by_name(r.m, "old");
	r.dev[2] = device_by_name(r.m, "new");
	for (unsigned i = 0; i < nr && holds; i++)
		holds = step_holds(&r, &ops[i]);
	if (holds) {
		give_back(&r);
		if (!machine_invariants(r.m, r.text, sizeof(r.text)))
			holds = complain(&r, "an invariant is violated", NULL, 0);
	}
	snprintf(text, size, "%s", holds ? "" : r.text);
	machine_destroy(r.m);
	return holds;
}

static unsigned shrink(const struct machine_shape *shape, struct op *ops, unsigned nr)
{
	char text[400];

	for (unsigned chunk = nr / 2; chunk; chunk /= 2) {
		for (unsigned at = 0; at + chunk <= nr;) {
			struct op fewer[MAX_OPS];

			memcpy(fewer, ops, at * sizeof(*ops));
			memcpy(fewer + at, ops + at + chunk, (nr - at - chunk) * sizeof(*ops));
			if (sequence_holds(shape, fewer, nr - chunk, text, sizeof(text))) {
				at += chunk;
				continue;
			}
			nr -= chunk;
			memcpy(ops, fewer, nr * sizeof(*ops));
		}
	}
	return nr;
}

static void report(const struct machine_shape *shape, struct op *ops, unsigned nr, uint64_t seed)
{
	char text[400];

	nr = shrink(shape, ops, nr);
	sequence_holds(shape, ops, nr, text, sizeof(text));
	printf("seed %" PRIu64 ": %u CPUs, remap %d, mode %d, %u vectors, %u entries, profile %d\n",
	       seed, shape->cpus, shape->remap, shape->mode, shape->vectors, shape->entries,
	       shape->profile);
	for (unsigned i = 0; i < nr; i++)
		printf("  %s(%u, %u, %u)\n", operation_names[ops[i].what], ops[i].a, ops[i].b,
		       ops[i].c);
	printf("  %s\n", text);
}

int main(int argc, char **argv)
{
	const unsigned long sequences = argc > 1 ? strtoul(argv[1], NULL, 0) : 2000;
	const uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	unsigned failed = 0;

	for (uint64_t seed = first; seed < first + sequences && failed < 5; seed++) {
		const struct machine_shape shape = random_shape(seed);
		struct op ops[MAX_OPS];
		uint64_t state = seed * 7919;
		char text[400];
		const unsigned nr = 5 + (unsigned)(next_random(&state) % (MAX_OPS - 5));

		for (unsigned i = 0; i < nr; i++) {
			const uint64_t random = next_random(&state);

			ops[i] = (struct op){(uint8_t)(random % NR_OPERATIONS),
					     (uint8_t)(random >> 8), (uint8_t)(random >> 16),
					     (uint8_t)(random >> 24)};
		}
		if (!sequence_holds(&shape, ops, nr, text, sizeof(text))) {
			report(&shape, ops, nr, seed);
			failed++;
		}
	}
	printf("%lu passed, %u failed\n", sequences - failed, failed);
	return failed != 0;
}
