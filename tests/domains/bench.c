/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum irqreturn bench_handler(int irq, void *dev_id)
{
	struct bench *b = dev_id;

	b->handled++;
	b->handled_irq = irq;
	b->handled_on = this_cpu(b->m);
	return IRQ_HANDLED;
}

struct bench *bench_create(const struct bench_shape *shape)
{
	const struct device_desc devices[] = {
		{
			.name = "nic",
			.bus_name = "0000:00:03.0",
			.requester = shape->requester ? shape->requester : 0x18,
			.node = -1,
			.msix.size = 16,
			.behind = shape->behind,
			.bridge_requester = shape->bridge,
		},
		{
			.name = "old",
			.bus_name = "0000:00:04.0",
			.requester = 0x20,
			.node = -1,
			.msi = {.vectors = 8, .is_64 = true},
		},
		{
			.name = "mask",
			.bus_name = "0000:00:05.0",
			.requester = 0x28,
			.node = -1,
			.msi = {.vectors = 8, .is_64 = true, .maskbit = true},
		},
	};
	const struct remap_desc remap = {
		.name = "ir",
		.kind = shape->remap,
		.domain = shape->remap == REMAP_AMD ? "AMD-IR-0-14" : "INTEL-IR-0-13",
		.entries = shape->entries,
		.eim = shape->eim,
		.legacy_format = shape->legacy,
		.max_mask = shape->max_mask,
	};
	const struct machine_desc desc = {
		.nr_cpus = shape->cpus ? shape->cpus : 4,
		.cpus = shape->cpu,
		.apic_mode = shape->mode,
		.vector_first = shape->vector_first,
		.vector_last = shape->vector_last,
		.remaps = &remap,
		.nr_remaps = shape->remap != REMAP_NONE,
		.devices = devices,
		.nr_devices = sizeof(devices) / sizeof(devices[0]),
	};
	struct bench *b = calloc(1, sizeof(*b));
	const char *why = "";

	assert_non_null(b);
	b->m = machine_create(NULL);
	assert_non_null(b->m);
	if (machine_load(b->m, &desc, &why))
		fail_msg("%s", why);
	b->nic = device_by_name(b->m, "nic");
	b->old = device_by_name(b->m, "old");
	b->mask = device_by_name(b->m, "mask");
	return b;
}

void bench_check(struct bench *b)
{
	char violation[300];

	if (!machine_invariants(b->m, violation, sizeof(violation)))
		fail_msg("%s", violation);
}

void bench_destroy(struct bench *b)
{
	if (!machine_poisoned(b->m))
		bench_check(b);
	bench_abandon(b);
}

void bench_abandon(struct bench *b)
{
	machine_destroy(b->m);
	free(b);
}

unsigned bench_alloc(struct bench *b, struct device *dev, unsigned nr, unsigned flags)
{
	assert_int_equal(pci_alloc_irq_vectors(dev, nr, nr, flags), nr);
	bench_check(b);
	return (unsigned)pci_irq_vector(dev, 0);
}

void bench_request(struct bench *b, unsigned irq)
{
	assert_int_equal(request_irq(b->m, irq, bench_handler, 0, "bench", b), 0);
	bench_check(b);
}

void bench_free_irq(struct bench *b, unsigned irq)
{
	assert_int_equal(free_irq(b->m, irq, b), 0);
	bench_check(b);
}

void bench_affinity(struct bench *b, unsigned irq, const char *cpus)
{
	assert_int_equal(irq_set_affinity(b->m, irq, cpumask_parse(b->m, cpus)), 0);
	bench_check(b);
}

unsigned bench_raise(struct bench *b, struct device *dev, unsigned index)
{
	enum raise_source source = dev == b->nic ? RAISE_MSIX : RAISE_MSI;
	unsigned before = b->handled;

	assert_int_equal(device_raise(b->m, device_name(dev), source, 0, index, RAISE_NO_PASID), 0);
	assert_true(machine_deliver(b->m, 0) >= 0);
	bench_check(b);
	return b->handled - before;
}

struct x86_vector_info bench_vector(struct bench *b, unsigned irq)
{
	struct x86_vector_info info;

	assert_true(x86_vector_info(b->m, irq, &info));
	return info;
}
