/* SPDX-License-Identifier: GPL-2.0-only OR MIT */

#include "machine_test.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Scale: a remapping table has 65,536 entries, so 1,048,576 interrupts are sixteen units. They are
 * reserved, not requested: a CPU has some 200 vectors.
 */

#define UNITS		 16u
#define DEVICES_PER_UNIT 32u
#define VECTORS		 2048u
#define NR_DEVICES	 (UNITS * DEVICES_PER_UNIT)
#define BYTES_EACH	 1024u

static char names[NR_DEVICES][16], bus_names[NR_DEVICES][16], units[UNITS][2][24];

/* A unit for each segment; a device for each slot of its bus 0. */
static struct machine *machine_of_units(unsigned nr_units, unsigned entries)
{
	struct remap_desc *remaps = calloc(nr_units, sizeof(*remaps));
	struct device_desc *devices = calloc(NR_DEVICES, sizeof(*devices));
	const struct machine_options options = {.arena_bytes = UINT64_C(2) << 30};
	struct machine_desc desc = {.nr_cpus = 4, .remaps = remaps, .devices = devices};
	struct machine *m = machine_create(&options);
	const char *why = "";

	desc.nr_remaps = nr_units;
	for (unsigned i = 0; i < nr_units; i++) {
		snprintf(units[i][0], sizeof(units[i][0]), "ir%u", i);
		snprintf(units[i][1], sizeof(units[i][1]), "INTEL-IR-%u-13", i);
		remaps[i] = (struct remap_desc){.name = units[i][0],
						.kind = REMAP_INTEL,
						.domain = units[i][1],
						.entries = entries,
						.segment = (uint16_t)i};
	}
	for (unsigned i = 0; i < nr_units * DEVICES_PER_UNIT; i++) {
		unsigned slot = i % DEVICES_PER_UNIT, segment = i / DEVICES_PER_UNIT;

		snprintf(names[i], sizeof(names[i]), "nic%u", i);
		snprintf(bus_names[i], sizeof(bus_names[i]), "%04x:00:%02x.0", segment, slot);
		devices[desc.nr_devices++] =
			(struct device_desc){.name = names[i],
					     .bus_name = bus_names[i],
					     .segment = (uint16_t)segment,
					     .requester = (uint16_t)(slot << 3),
					     .node = -1,
					     .msix.size = VECTORS};
	}
	if (machine_load(m, &desc, &why))
		fail_msg("%s", why);
	free(remaps);
	free(devices);
	return m;
}

/* Hardware numbers units below 64. */
static void too_many_units(void **state)
{
	static const struct remap_desc many[65];
	const struct machine_desc desc = {.nr_cpus = 1, .remaps = many, .nr_remaps = 65};
	struct machine *m = machine_create(NULL);
	const char *why = "";

	(void)state;
	assert_int_equal(machine_load(m, &desc, &why), -EINVAL);
	assert_non_null(strstr(why, "at most 64"));
	machine_destroy(m);
}

static void a_million_reserved_interrupts(void **state)
{
	struct machine *m = machine_of_units(UNITS, 65536);
	size_t bytes = machine_bytes_in_use(m);
	unsigned handled = 0;
	struct device *dev;
	int irq;

	(void)state;
	for (unsigned i = 0; i < NR_DEVICES; i++)
		assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, names[i]), VECTORS,
						       VECTORS, PCI_IRQ_MSIX),
				 VECTORS);
	assert_true((machine_bytes_in_use(m) - bytes) / (NR_DEVICES * VECTORS) < BYTES_EACH);

	/* Each works: the last one of the last device. */
	dev = device_by_name(m, names[NR_DEVICES - 1]);
	irq = pci_irq_vector(dev, VECTORS - 1);
	assert_true(irq > 0);
	assert_int_equal(request_irq(m, (unsigned)irq, count_interrupt, 0, "last", &handled), 0);
	assert_int_equal(
		device_raise(m, names[NR_DEVICES - 1], RAISE_MSIX, 0, VECTORS - 1, RAISE_NO_PASID),
		0);
	machine_settle(m);
	assert_int_equal(handled, 1);
	free_irq(m, (unsigned)irq, &handled);

	/* What stays is a domain for each device. */
	for (unsigned i = 0; i < NR_DEVICES; i++)
		pci_free_irq_vectors(device_by_name(m, names[i]));
	assert_true((machine_bytes_in_use(m) - bytes) / NR_DEVICES < BYTES_EACH);
	/* More promises than vectors: a warning, once, and no error. */
	assert_int_equal(machine_warnings_total(m), machine_warnings(m, WARN_MATRIX_OVERCOMMIT));
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_many_units),
		cmocka_unit_test(a_million_reserved_interrupts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
