/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/riscv_bench.h"

#include "sim_iommu/aplic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum irqreturn riscv_handler(int irq, void *dev_id)
{
	struct riscv_bench *b = dev_id;

	b->handled++;
	b->handled_irq = irq;
	b->handled_on = this_cpu(b->m);
	if (b->lowers)
		aplic_set_line(b->m, 0, b->lowers_source, false);
	return IRQ_HANDLED;
}

struct riscv_bench *riscv_create(const struct riscv_shape *shape)
{
	static const struct device_desc devices[] = {
		{
			.name = "nic",
			.bus_name = "0000:00:03.0",
			.requester = 0x18,
			.node = -1,
			.msix.size = 16,
		},
		{
			.name = "old",
			.bus_name = "0000:00:04.0",
			.requester = 0x20,
			.node = -1,
			.msi = {.vectors = 8, .is_64 = true},
		},
	};
	static const struct aplic_desc aplic = {.sources = 40};
	static const struct platform_desc uart = {.name = "uart", .device_id = 7, .slots = 4};
	const struct machine_desc desc = {
		.nr_cpus = shape->cpus ? shape->cpus : 4,
		.imsic = &shape->imsic,
		.aplics = &aplic,
		.nr_aplics = 1,
		.mbigens = shape->mbigen,
		.nr_mbigens = shape->mbigen != NULL,
		.devices = devices,
		.nr_devices = sizeof(devices) / sizeof(devices[0]),
		.platforms = &uart,
		.nr_platforms = 1,
	};
	const struct machine_options options = {.profile = shape->profile};
	struct riscv_bench *b = calloc(1, sizeof(*b));
	const char *why = "";

	assert_non_null(b);
	b->m = machine_create(&options);
	assert_non_null(b->m);
	if (machine_load(b->m, &desc, &why))
		fail_msg("%s", why);
	b->nic = device_by_name(b->m, "nic");
	b->old = device_by_name(b->m, "old");
	b->aplic = wired_bridge_by_name(b->m, "aplic");
	b->mbigen = wired_bridge_by_name(b->m, "mbigen");
	riscv_check(b);
	return b;
}

void riscv_check(struct riscv_bench *b)
{
	char violation[300];

	if (!machine_invariants(b->m, violation, sizeof(violation)))
		fail_msg("%s", violation);
	assert_true(fingerprint_equal(machine_fingerprint(b->m, FINGERPRINT_COMPLETE),
				      machine_fingerprint_recompute(b->m, FINGERPRINT_COMPLETE)));
}

void riscv_destroy(struct riscv_bench *b)
{
	riscv_check(b);
	machine_destroy(b->m);
	free(b);
}

unsigned riscv_alloc(struct riscv_bench *b, unsigned nr)
{
	assert_int_equal(pci_alloc_irq_vectors(b->nic, nr, nr, PCI_IRQ_MSIX), nr);
	riscv_check(b);
	return (unsigned)pci_irq_vector(b->nic, 0);
}

void riscv_request(struct riscv_bench *b, unsigned irq)
{
	assert_int_equal(request_irq(b->m, irq, riscv_handler, 0, "bench", b), 0);
	riscv_check(b);
}

void riscv_free_irq(struct riscv_bench *b, unsigned irq)
{
	assert_int_equal(free_irq(b->m, irq, b), 0);
	riscv_check(b);
}

int riscv_affinity(struct riscv_bench *b, unsigned irq, const char *cpus)
{
	int ret = irq_set_affinity(b->m, irq, cpumask_parse(b->m, cpus));

	riscv_check(b);
	return ret;
}

unsigned riscv_deliver(struct riscv_bench *b)
{
	unsigned before = b->handled;

	assert_true(machine_deliver(b->m, 1000) >= 0);
	riscv_check(b);
	return b->handled - before;
}

unsigned riscv_raise(struct riscv_bench *b, unsigned index)
{
	assert_int_equal(device_raise(b->m, "nic", RAISE_MSIX, 0, index, RAISE_NO_PASID), 0);
	return riscv_deliver(b);
}

struct imsic_irq_info riscv_info(struct riscv_bench *b, unsigned irq)
{
	struct imsic_irq_info info;

	assert_true(imsic_irq_info(b->m, irq, &info));
	return info;
}

struct fingerprint riscv_print(struct riscv_bench *b)
{
	return machine_fingerprint(b->m, FINGERPRINT_COMPLETE);
}

bool riscv_unchanged(struct riscv_bench *b, struct fingerprint before)
{
	return fingerprint_equal(before, riscv_print(b));
}
