/* SPDX-License-Identifier: GPL-2.0-only OR MIT */

#include "bus/machine_impl.h"
#include "machine_test.h"
#include "sim_iommu/vtd.h"

/*
 * The semantic fingerprint is the same for states that behave the same, whichever way led there:
 * an explorer that meets such a state again must know it. The complete one may tell them apart.
 */

struct rig {
	struct machine *m;
	struct device *nic, *old, *new;
	irq_pool_t pool;
	unsigned handled;
};

typedef void (*op)(struct rig *r);

static void alloc(struct device *dev, unsigned nr, unsigned flags)
{
	assert_int_equal(pci_alloc_irq_vectors(dev, nr, nr, flags), nr);
}
static void alloc_nic(struct rig *r)
{
	alloc(r->nic, 3, PCI_IRQ_MSIX);
}
static void alloc_new(struct rig *r)
{
	alloc(r->new, 2, PCI_IRQ_MSIX);
}
static void spread_nic(struct rig *r)
{
	assert_int_equal(
		pci_alloc_irq_vectors_affinity(r->nic, 3, 3, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, NULL),
		3);
}
static void free_nic(struct rig *r)
{
	pci_free_irq_vectors(r->nic);
}
static void free_new(struct rig *r)
{
	pci_free_irq_vectors(r->new);
}

static void request(struct rig *r, struct device *dev, unsigned vector)
{
	assert_int_equal(request_irq(r->m, (unsigned)pci_irq_vector(dev, vector), count_interrupt,
				     0, "test", &r->handled),
			 0);
}
static void request_nic0(struct rig *r)
{
	request(r, r->nic, 0);
}
static void request_nic1(struct rig *r)
{
	request(r, r->nic, 1);
}
static void request_new0(struct rig *r)
{
	request(r, r->new, 0);
}
static void free_irq_nic0(struct rig *r)
{
	free_irq(r->m, (unsigned)pci_irq_vector(r->nic, 0), &r->handled);
}
static void free_irq_nic1(struct rig *r)
{
	free_irq(r->m, (unsigned)pci_irq_vector(r->nic, 1), &r->handled);
}

static void raise_it(struct rig *r, const char *dev, unsigned vector)
{
	assert_int_equal(device_raise(r->m, dev, RAISE_MSIX, 0, vector, RAISE_NO_PASID), 0);
}
static void raise_nic0(struct rig *r)
{
	raise_it(r, "nic", 0);
}
static void raise_nic1(struct rig *r)
{
	raise_it(r, "nic", 1);
}
static void raise_new0(struct rig *r)
{
	raise_it(r, "new", 0);
}
static void deliver(struct rig *r)
{
	machine_deliver(r->m, 0);
}
static void settle(struct rig *r)
{
	machine_settle(r->m);
}

static void nic0_to(struct rig *r, unsigned cpu)
{
	assert_int_equal(
		irq_set_affinity(r->m, (unsigned)pci_irq_vector(r->nic, 0), cpumask_of(r->m, cpu)),
		0);
	raise_nic0(r);
	deliver(r);
	raise_nic0(r);
	settle(r);
}
static void nic0_to_0(struct rig *r)
{
	nic0_to(r, 0);
}
static void nic0_to_1(struct rig *r)
{
	nic0_to(r, 1);
}

static void disable_nic0(struct rig *r)
{
	disable_irq(r->m, (unsigned)pci_irq_vector(r->nic, 0));
}
static void enable_nic0(struct rig *r)
{
	enable_irq(r->m, (unsigned)pci_irq_vector(r->nic, 0));
}

static void cpu2_off(struct rig *r)
{
	assert_int_equal(cpu_down(r->m, 2), 0);
}
static void cpu2_on(struct rig *r)
{
	assert_int_equal(cpu_up(r->m, 2), 0);
}

static void pool_create(struct rig *r)
{
	int error = 0;

	r->pool = irq_pool_create(r->nic, IRQ_POOL_IMS_TABLE, 0, 0, &error);
	assert_int_equal(error, 0);
}
static void pool_destroy(struct rig *r)
{
	assert_int_equal(irq_pool_destroy(r->m, r->pool), 0);
}

/* A handle that leads to no entry: the unit records a fault. */
static void fault(struct rig *r)
{
	const struct bus_message message = {
		.address = 0xfee00018 | 200 << 5, .data = 0, .requester = 0x18};

	bus_send_message(r->m, &message);
	settle(r);
}
/* What a driver of the unit does: it clears the record. */
static void clear_faults(struct rig *r)
{
	for (unsigned nr = 0; nr < VTD_NR_FAULT_RECORDS; nr++)
		bus_write(r->m, VTD_REGISTER_BASE + VTD_FRCD + nr * 16 + 12, 4, UINT32_C(1) << 31);
}

enum { NEEDS_REMAP = 1, NEEDS_INTEL = 2, NO_REMAP = 4, NO_AMD = 8 };

#define MAX_OPS 12

static const struct pair {
	const char *name;
	unsigned needs;
	bool differ; /* a counterexample: that the fingerprint is not blind */
	op before[MAX_OPS], one[MAX_OPS], other[MAX_OPS];
} pairs[] = {
	{"give back in another order",
	 0,
	 false,
	 {alloc_nic, alloc_new},
	 {free_nic, free_new},
	 {free_new, free_nic}},
	{"first used in another order",
	 NO_AMD, /* whose tables lie where there was room, and the device table says where */
	 false,
	 {NULL},
	 {alloc_nic, free_nic, alloc_new, free_new},
	 {alloc_new, free_new, alloc_nic, free_nic}},
	{"requested and freed",
	 0,
	 false,
	 {alloc_nic, request_nic0, request_nic1, free_irq_nic1, free_irq_nic0},
	 {request_nic0, request_nic1, free_irq_nic0, free_irq_nic1},
	 {NULL}},
	/* With remapping the copy of the parked entry still tells where the interrupt was. */
	{"requested elsewhere and freed",
	 NO_REMAP,
	 false,
	 {alloc_nic, request_nic0, request_nic1, free_irq_nic1, free_irq_nic0},
	 {request_nic0, request_nic1, free_irq_nic0, free_irq_nic1},
	 {request_nic1, free_irq_nic1}},
	{"a pool comes and goes",
	 NEEDS_REMAP,
	 false,
	 {pool_create, pool_destroy},
	 {pool_create, pool_destroy, pool_create, pool_destroy},
	 {NULL}},
	{"a CPU goes and comes", 0, false, {alloc_nic, request_nic0}, {cpu2_off, cpu2_on}, {NULL}},
	{"raised in another order",
	 0,
	 false,
	 {alloc_nic, alloc_new, request_nic0, request_nic1, request_new0, raise_nic0, raise_nic1,
	  raise_new0, settle},
	 {raise_nic0, raise_new0, raise_nic1, deliver},
	 {raise_nic1, deliver, raise_nic0, raise_new0, deliver}},
	{"raised and handled",
	 0,
	 false,
	 {alloc_nic, request_nic0, raise_nic0, settle},
	 {raise_nic0, settle, raise_nic0, settle},
	 {NULL}},
	{"two edges merge",
	 0,
	 false,
	 {alloc_nic, request_nic0, raise_nic0, settle},
	 {raise_nic0, raise_nic0},
	 {raise_nic0}},
	{"moved there and back",
	 0,
	 false,
	 {alloc_nic, request_nic0, nic0_to_1, nic0_to_0},
	 {nic0_to_1, nic0_to_0},
	 {NULL}},
	{"disabled and enabled", /* the first time marks it as not to be probed */
	 0,
	 false,
	 {alloc_nic, request_nic0, disable_nic0, enable_nic0},
	 {disable_nic0, enable_nic0},
	 {NULL}},
	{"a fault that was looked at",
	 NEEDS_INTEL,
	 false,
	 {alloc_nic},
	 {fault, clear_faults},
	 {NULL}},
	{"vectors taken in another order",
	 NO_REMAP,
	 false,
	 {alloc_nic, alloc_new, request_nic0, request_nic1, free_irq_nic0, free_irq_nic1},
	 {request_nic0, request_new0, free_irq_nic0, request_nic1, free_irq_nic1, request_nic0},
	 {request_nic0, request_new0}},
	{"spread over CPUs that went and came",
	 0,
	 false,
	 {spread_nic, request_nic0, request_nic1},
	 {cpu2_off, cpu2_on},
	 {NULL}},
	{"a pending fault", NEEDS_INTEL, true, {alloc_nic}, {fault}, {NULL}},
	{"other vectors", 0, true, {NULL}, {alloc_nic}, {alloc_new}},
	{"one pending", 0, true, {alloc_nic, request_nic0}, {raise_nic0}, {NULL}},
	{"moved", 0, true, {alloc_nic, request_nic0}, {nic0_to_1}, {NULL}},
	{"disabled", 0, true, {alloc_nic, request_nic0}, {disable_nic0}, {NULL}},
	{"a CPU is gone", 0, true, {alloc_nic, request_nic0}, {cpu2_off}, {NULL}},
	{"a pool is there", NEEDS_REMAP, true, {NULL}, {pool_create}, {NULL}},
};

static void perform(struct rig *r, const op *ops)
{
	for (unsigned i = 0; i < MAX_OPS && ops[i]; i++)
		ops[i](r);
}

/* For the report: which objects a state has. */
#define MAX_OBJECTS 4096
struct census {
	unsigned nr;
	struct {
		const char *name;
		unsigned __int128 digest;
	} object[MAX_OBJECTS];
};

static void take_census(const struct machine *m, struct census *c)
{
	struct object_header *header = NULL;

	c->nr = 0;
	while ((header = arena_walk(m, header)) && c->nr < MAX_OBJECTS) {
		if (!header->type->digest)
			continue;
		c->object[c->nr].name = header->type->name;
		c->object[c->nr++].digest = object_digest(header).semantic;
	}
}

static bool census_has(const struct census *c, unsigned __int128 digest)
{
	for (unsigned i = 0; i < c->nr; i++)
		if (c->object[i].digest == digest)
			return true;
	return false;
}

static void print_missing(const struct census *from, const struct census *to)
{
	for (unsigned i = 0; i < from->nr; i++)
		if (!census_has(to, from->object[i].digest))
			print_error(" %s", from->object[i].name);
}

static struct census census[2];

static struct fingerprint after(struct rig *r, const op *ops, struct census *seen)
{
	struct fingerprint print;

	perform(r, ops);
	take_census(r->m, seen);
	print = machine_fingerprint(r->m, FINGERPRINT_SEMANTIC);
	assert_true(fingerprint_equal(print,
				      machine_fingerprint_recompute(r->m, FINGERPRINT_SEMANTIC)));
	return print;
}

static bool serves(const struct pair *pair, enum remap_kind remap)
{
	if (pair->needs & NEEDS_INTEL)
		return remap == REMAP_INTEL;
	if (pair->needs & NO_AMD && remap == REMAP_AMD)
		return false;
	if (pair->needs & NO_REMAP)
		return remap == REMAP_NONE;
	return !(pair->needs & NEEDS_REMAP) || remap != REMAP_NONE;
}

static void pairs_hold(enum remap_kind remap)
{
	const struct machine_shape shape = {.cpus = 3, .remap = remap};
	struct rig r = {.m = machine_of_shape(&shape)};
	struct fingerprint one, other;
	unsigned wrong = 0;

	assert_non_null(r.m);
	r.nic = device_by_name(r.m, "nic");
	r.old = device_by_name(r.m, "old");
	r.new = device_by_name(r.m, "new");
	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (!serves(&pairs[i], remap))
			continue;
		assert_int_equal(machine_snapshot(r.m), 0);
		perform(&r, pairs[i].before);
		assert_int_equal(machine_snapshot(r.m), 1);
		one = after(&r, pairs[i].one, &census[0]);
		assert_int_equal(machine_restore(r.m, 1), 0);
		other = after(&r, pairs[i].other, &census[1]);
		if (fingerprint_equal(one, other) == pairs[i].differ) {
			print_error("remap %d: %s:", remap, pairs[i].name);
			print_missing(&census[0], &census[1]);
			print_error(" /");
			print_missing(&census[1], &census[0]);
			print_error("\n");
			wrong++;
		}
		assert_int_equal(machine_restore(r.m, 0), 0);
		assert_int_equal(machine_discard(r.m, 0), 0);
	}
	machine_destroy(r.m);
	assert_int_equal(wrong, 0);
}

static void without_remapping(void **state)
{
	(void)state;
	pairs_hold(REMAP_NONE);
}

static void with_intel_remapping(void **state)
{
	(void)state;
	pairs_hold(REMAP_INTEL);
}

static void with_amd_remapping(void **state)
{
	(void)state;
	pairs_hold(REMAP_AMD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_remapping),
		cmocka_unit_test(with_intel_remapping),
		cmocka_unit_test(with_amd_remapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
