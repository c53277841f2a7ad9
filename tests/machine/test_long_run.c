/* SPDX-License-Identifier: GPL-2.0-only OR MIT */

#include "bus/machine_impl.h"
#include "machine_test.h"

#include <irqlab/driver.h>

/*
 * A long run needs no more memory than a short one: neither the arena nor, under a snapshot,
 * the journal grows with the number of operations.
 */

#define WARM_UP 3
#define ROUNDS	60

struct lab {
	struct machine *m;
	struct device *nic, *new;
	unsigned handled;
};

static void raise(struct lab *lab, struct device *dev, unsigned vector)
{
	assert_int_equal(
		device_raise(lab->m, device_name(dev), RAISE_MSIX, 0, vector, RAISE_NO_PASID), 0);
	machine_deliver(lab->m, 0);
}

static void use(struct lab *lab, struct device *dev, unsigned vectors)
{
	unsigned irq[8];

	assert_int_equal(pci_alloc_irq_vectors(dev, vectors, vectors, PCI_IRQ_MSIX), vectors);
	for (unsigned i = 0; i < vectors; i++) {
		irq[i] = (unsigned)pci_irq_vector(dev, i);
		assert_int_equal(
			request_irq(lab->m, irq[i], count_interrupt, 0, "test", &lab->handled), 0);
	}
	for (unsigned i = 0; i < vectors; i++) {
		raise(lab, dev, i);
		irq_set_affinity(lab->m, irq[i], cpumask_of(lab->m, 1));
		raise(lab, dev, i);
		machine_settle(lab->m);
	}
	assert_int_equal(cpu_down(lab->m, 1), 0);
	raise(lab, dev, 0);
	machine_settle(lab->m);
	assert_int_equal(cpu_up(lab->m, 1), 0);
	for (unsigned i = 0; i < vectors; i++)
		free_irq(lab->m, irq[i], &lab->handled);
	pci_free_irq_vectors(dev);
}

/* Two devices of different size, in an order that changes from round to round. */
static void round_of(struct lab *lab, unsigned n)
{
	use(lab, n % 2 ? lab->nic : lab->new, n % 2 ? 1 + n % 8 : 1 + n % 4);
	use(lab, n % 3 ? lab->new : lab->nic, 2);
	machine_settle(lab->m);
}

static void bounded(enum remap_kind remap, bool snapshot)
{
	const struct machine_shape shape = {.cpus = 3, .remap = remap};
	struct lab lab = {.m = machine_of_shape(&shape)};
	size_t arena = 0, journal = 0;

	assert_non_null(lab.m);
	lab.nic = device_by_name(lab.m, "nic");
	lab.new = device_by_name(lab.m, "new");
	if (snapshot)
		assert_int_equal(machine_snapshot(lab.m), 0);
	for (unsigned n = 0; n < (WARM_UP + ROUNDS) * 24; n++) {
		if (n == WARM_UP * 24) {
			arena = (size_t)(lab.m->state.arena_next - lab.m->arena);
			journal = lab.m->journal_used;
		}
		round_of(&lab, n);
	}
	assert_int_equal(lab.m->state.arena_next - lab.m->arena, arena);
	assert_int_equal(lab.m->journal_used, journal);
	machine_destroy(lab.m);
}

static void without_remapping(void **state)
{
	(void)state;
	bounded(REMAP_NONE, false);
	bounded(REMAP_NONE, true);
}

static void with_intel_remapping(void **state)
{
	(void)state;
	bounded(REMAP_INTEL, false);
	bounded(REMAP_INTEL, true);
}

static void with_amd_remapping(void **state)
{
	(void)state;
	bounded(REMAP_AMD, false);
	bounded(REMAP_AMD, true);
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
