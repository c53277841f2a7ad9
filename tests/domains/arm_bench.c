/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/arm_bench.h"

#include "sim_platform/platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum irqreturn arm_handler(int irq, void *dev_id)
{
	struct arm_bench *b = dev_id;

	b->handled++;
	b->handled_irq = irq;
	b->handled_on = this_cpu(b->m);
	if (b->in_handler)
		b->in_handler(b, irq);
	return IRQ_HANDLED;
}

/* ---- the machine ---- */

static void describe(const struct arm_shape *shape, struct device_desc devices[6])
{
	const struct device_desc all[] = {
		{
			.name = "nic",
			.bus_name = "0000:01:03.0",
			.requester = 0x118,
			.node = -1,
			.msix.size = 8,
			.doorbell_page = shape->doorbell_page,
			.bus_no_msi = shape->no_msi,
		},
		{
			.name = "disk",
			.bus_name = "0000:00:05.0",
			.requester = 0x28,
			.node = -1,
			.msix.size = 64,
		},
		{
			.name = "old",
			.bus_name = "0000:00:04.0",
			.requester = 0x20,
			.node = -1,
			.msi = {.vectors = 8, .is_64 = true},
		},
		{
			.name = "host",
			.bus_name = "0000:00:00.0",
			.requester = 0,
			.node = -1,
			.msix.size = 4,
		},
		{
			.name = "left",
			.bus_name = "0000:02:01.0",
			.requester = 0x208,
			.node = -1,
			.msix.size = 5,
			.behind = BRIDGE_PCI,
			.bridge_requester = 0x30,
		},
		{
			.name = "right",
			.bus_name = "0000:02:02.0",
			.requester = 0x210,
			.node = -1,
			.msi = {.vectors = 4, .is_64 = true},
			.behind = BRIDGE_PCI,
			.bridge_requester = 0x30,
		},
	};

	memcpy(devices, all, sizeof(all));
}

static int load(struct arm_bench *b, const struct arm_shape *shape, const char **why)
{
	static const struct platform_desc platforms[] = {
		{.name = "uart", .device_id = 0x4000, .slots = 4},
		{.name = "spi", .device_id = 0x4000, .slots = 40},
	};
	const struct gic_desc gic = {.version = shape->gic_version ? shape->gic_version : 3};
	struct cpu_desc cpus[8];
	struct device_desc devices[6];
	const struct machine_desc desc = {
		.cpus = shape->has_nodes ? cpus : NULL,
		.nr_cpus = shape->cpus ? shape->cpus : 4,
		.first_dynamic_irq = 1,
		.gic = &gic,
		.its = &shape->its,
		.nr_its = !shape->no_its,
		.v2ms = shape->frames,
		.nr_v2ms = shape->nr_frames,
		.smmus = &shape->smmu,
		.nr_smmus = shape->nr_smmus,
		.devices = devices,
		.nr_devices = 6,
		.platforms = platforms,
		.nr_platforms = 2,
		.default_affinity = shape->default_affinity,
		.nr_default_affinity = shape->nr_default_affinity,
		.start = shape->start,
	};

	for (unsigned i = 0; i < 8; i++)
		cpus[i] = (struct cpu_desc){.apic_id = i, .node = shape->node_of_cpu[i]};
	describe(shape, devices);
	return machine_load(b->m, &desc, why);
}

struct arm_bench *arm_create(const struct arm_shape *shape)
{
	static const struct arm_shape plain;
	const struct machine_options options = {.profile = shape ? shape->profile : 0};
	struct arm_bench *b = calloc(1, sizeof(*b));
	const char *why = "";

	assert_non_null(b);
	b->m = machine_create(&options);
	assert_non_null(b->m);
	if (load(b, shape ? shape : &plain, &why))
		fail_msg("%s", why);
	b->nic = device_by_name(b->m, "nic");
	b->disk = device_by_name(b->m, "disk");
	b->old = device_by_name(b->m, "old");
	b->host = device_by_name(b->m, "host");
	b->left = device_by_name(b->m, "left");
	b->right = device_by_name(b->m, "right");
	b->uart = device_by_name(b->m, "uart");
	b->spi = device_by_name(b->m, "spi");
	b->its = irq_domain_by_name(b->m, ":intc@8000000:its@8080000-5");
	arm_check(b);
	return b;
}

int arm_refused(const struct machine_desc *desc, const char **why)
{
	struct machine *m = machine_create(NULL);
	int ret = machine_load(m, desc, why);

	machine_destroy(m);
	return ret;
}

void arm_check(struct arm_bench *b)
{
	char violation[300];

	if (!machine_invariants(b->m, violation, sizeof(violation)))
		fail_msg("%s", violation);
	assert_true(fingerprint_equal(machine_fingerprint(b->m, FINGERPRINT_COMPLETE),
				      machine_fingerprint_recompute(b->m, FINGERPRINT_COMPLETE)));
}

void arm_destroy(struct arm_bench *b)
{
	arm_check(b);
	machine_destroy(b->m);
	free(b);
}

/* ---- what drivers do ---- */

unsigned arm_alloc(struct arm_bench *b, struct device *dev, unsigned nr)
{
	assert_int_equal(pci_alloc_irq_vectors(dev, nr, nr, PCI_IRQ_MSIX | PCI_IRQ_MSI), nr);
	arm_check(b);
	return (unsigned)pci_irq_vector(dev, 0);
}

unsigned arm_alloc_spread(struct arm_bench *b, struct device *dev, unsigned nr)
{
	assert_int_equal(
		pci_alloc_irq_vectors_affinity(dev, nr, nr, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY, NULL),
		nr);
	arm_check(b);
	return (unsigned)pci_irq_vector(dev, 0);
}

void arm_free(struct arm_bench *b, struct device *dev)
{
	pci_free_irq_vectors(dev);
	arm_check(b);
}

void arm_request(struct arm_bench *b, unsigned irq)
{
	assert_int_equal(request_irq(b->m, irq, arm_handler, 0, "bench", b), 0);
	arm_check(b);
}

void arm_free_irq(struct arm_bench *b, unsigned irq)
{
	assert_int_equal(free_irq(b->m, irq, b), 0);
	arm_check(b);
}

int arm_affinity(struct arm_bench *b, unsigned irq, const char *cpus)
{
	int ret = irq_set_affinity(b->m, irq, cpumask_parse(b->m, cpus));

	arm_check(b);
	return ret;
}

static unsigned deliver(struct arm_bench *b)
{
	unsigned before = b->handled;

	assert_true(machine_deliver(b->m, 1000) >= 0);
	arm_check(b);
	return b->handled - before;
}

unsigned arm_raise(struct arm_bench *b, struct device *dev, unsigned index)
{
	enum raise_source source = dev == b->old || dev == b->right ? RAISE_MSI : RAISE_MSIX;

	assert_int_equal(device_raise(b->m, device_name(dev), source, 0, index, RAISE_NO_PASID), 0);
	return deliver(b);
}

unsigned arm_raise_slot(struct arm_bench *b, struct device *dev, unsigned slot)
{
	assert_int_equal(platform_device_raise(b->m, device_name(dev), slot), 0);
	return deliver(b);
}

/* ---- looking ---- */

bool arm_knows(struct arm_bench *b, uint32_t device_id)
{
	struct its_device_info info;

	return its_device_info(b->its, device_id, &info);
}

struct its_device_info arm_device(struct arm_bench *b, uint32_t device_id)
{
	struct its_device_info info;

	assert_true(its_device_info(b->its, device_id, &info));
	return info;
}

unsigned arm_target(struct arm_bench *b, unsigned irq)
{
	struct its_irq_info info;

	assert_true(its_irq_info(b->m, irq, &info));
	return info.collection;
}

const struct irq_data *arm_level(struct arm_bench *b, unsigned irq, unsigned level)
{
	const struct irq_data *d = irq_get_irq_data(b->m, irq);

	while (d && level--)
		d = d->parent_data;
	assert_non_null(d);
	return d;
}

static void tell(char *text, size_t size, const uint64_t w[4])
{
	unsigned op = (unsigned)w[0] & 0xff, device = (unsigned)(w[0] >> 32);
	unsigned event = (unsigned)w[1], target = (unsigned)(w[2] >> 16) & 0xffff;
	const char *name = its_command_name(op);

	switch (op) {
	case ITS_CMD_MAPD:
		snprintf(text, size, "%s %x v%u b%u; ", name, device, (unsigned)(w[2] >> 63),
			 (event & 0x1f) + 1);
		break;
	case ITS_CMD_MAPC:
		snprintf(text, size, "%s %u v%u; ", name, (unsigned)w[2] & 0xffff,
			 (unsigned)(w[2] >> 63));
		break;
	case ITS_CMD_MAPTI:
		snprintf(text, size, "%s %x e%u i%u c%u; ", name, device, event,
			 (unsigned)(w[1] >> 32), (unsigned)w[2] & 0xffff);
		break;
	case ITS_CMD_MOVI:
		snprintf(text, size, "%s %x e%u c%u; ", name, device, event,
			 (unsigned)w[2] & 0xffff);
		break;
	case ITS_CMD_INVALL:
		snprintf(text, size, "%s %u; ", name, (unsigned)w[2] & 0xffff);
		break;
	case ITS_CMD_SYNC:
		snprintf(text, size, "%s %u; ", name, target);
		break;
	default:
		snprintf(text, size, "%s %x e%u; ", name, device, event);
	}
}

static void tell_write(struct arm_bench *b, const struct tape_record *r, const char *places,
		       char *text, size_t size)
{
	struct bus_place place;
	char name[80];

	if (!places || r->kind > TAPE_CONFIG || !tape_place(b->m, r, &place))
		return;
	snprintf(name, sizeof(name), "%s.%s[%d].%s", place.object, place.store, (int)place.index,
		 place.field ? place.field : "");
	if (!strncmp(name, places, strlen(places)))
		snprintf(text, size, "%s=%" PRIx64 "; ", name, r->value);
}

const char *arm_story(struct arm_bench *b, uint64_t from, const char *places)
{
	static char story[8192];
	size_t used = 0;

	story[0] = 0;
	for (uint64_t at = from; at < tape_position(b->m); at++) {
		const struct tape_record *r = tape_at(b->m, at);

		if (r->kind == TAPE_COMMAND) {
			const struct tape_record *more = tape_at(b->m, at + 1);
			const uint64_t word[4] = {r->value, r->address, more->value, more->address};

			tell(story + used, sizeof(story) - used, word);
		} else {
			tell_write(b, r, places, story + used, sizeof(story) - used);
		}
		used += strlen(story + used);
	}
	/* Without the last "; ". */
	if (used)
		story[used - 2] = 0;
	return story;
}
