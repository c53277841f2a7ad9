/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/aplic.h"
#include "domains/imsic.h"
#include "domains/mbigen.h"
#include "machine/build.h"
#include "sim_cpu/imsic.h"
#include "sim_iommu/aplic.h"
#include "sim_iommu/mbigen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A machine with interrupt files, and bridges from wires to messages. */

#define NAME_BYTES 32

/* "aplic" and from the second on "aplic1", unless it has a name. */
static const char *name_of(char name[NAME_BYTES], const char *given, const char *kind, uint32_t nr)
{
	if (given)
		snprintf(name, NAME_BYTES, "%s", given);
	else if (nr)
		snprintf(name, NAME_BYTES, "%s%u", kind, nr);
	else
		snprintf(name, NAME_BYTES, "%s", kind);
	return name;
}

/* ---- is the description a machine at all? ---- */

static int check_cpus(struct build *b)
{
	const struct machine_desc *desc = b->desc;

	if (!desc->nr_cpus || desc->nr_cpus > CPUMASK_MAX_CPUS)
		return build_refuse(b, -EINVAL, "a machine has 1 to 4096 CPUs");
	if (desc->cpus && desc->cpus[0].offline)
		return build_refuse(b, -EINVAL, "CPU 0 cannot be offline at the start");
	for (uint32_t i = 0; desc->cpus && i < desc->nr_cpus; i++)
		if (desc->cpus[i].node >= 1024)
			return build_refuse(b, -EINVAL, "NUMA nodes are numbered below 1024");
	return 0;
}

static int check_units(struct build *b)
{
	const struct machine_desc *desc = b->desc;

	if (desc->gic || desc->legacy)
		return build_refuse(b, -EINVAL, "a machine is of one architecture");
	if (desc->nr_remaps || desc->nr_ioapics || desc->nr_its || desc->nr_v2ms || desc->nr_smmus)
		return build_refuse(b, -EINVAL, "a machine with an IMSIC has no units of others");
	if (desc->start && (desc->start->nr_irqs || desc->start->has_matrix))
		return build_refuse(b, -EINVAL, "a machine with an IMSIC has no recorded state");
	return 0;
}

int build_check_bridges(struct build *b)
{
	const struct machine_desc *desc = b->desc;

	if (desc->nr_aplics > MAX_UNITS || desc->nr_mbigens > MAX_UNITS)
		return build_refuse(b, -EINVAL, "a machine has at most 8 units of a kind");
	if (desc->nr_aplics && !desc->imsic)
		return build_refuse(b, -EINVAL, "an APLIC needs an IMSIC");
	if (desc->nr_mbigens && !desc->imsic && !desc->gic)
		return build_refuse(b, -EINVAL, "an MBIGEN needs an MSI parent that takes lines");
	return 0;
}

/* ---- the root ---- */

static int create_files(struct build *b)
{
	int ret = imsic_create(b->m, b->desc->imsic, b->desc->cpus, b->desc->nr_cpus);

	if (ret == -EINVAL)
		return build_refuse(b, ret, "the interrupt files don't fit their addresses");
	return ret ? build_refuse(b, ret, "the interrupt files cannot be made") : 0;
}

static int build_root(struct build *b)
{
	const struct imsic_layout l = imsic_layout(b->desc->imsic, b->desc->nr_cpus);
	const struct imsic_config config = {
		.name = b->desc->imsic->domain,
		.base = l.base,
		.group_harts = l.group_harts,
		.guest_bits = l.guest_bits,
		.group_shift = l.group_shift,
		.ids = l.ids,
		.nr_cpus = b->desc->nr_cpus,
		.registers = IMSIC_CSR_BASE,
	};

	b->root = imsic_domain_create(b->m, &config);
	return b->root ? 0 : build_refuse(b, -ENOMEM, "the IMSIC's domain cannot be made");
}

/* ---- bridges ---- */

static int build_aplics(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_aplics; i++) {
		struct aplic_desc desc = b->desc->aplics[i];
		struct aplic_config config = {.device_id = i};
		struct wired_bridge *bridge;
		char name[NAME_BYTES];
		int ret;

		config.name = desc.name = name_of(name, desc.name, "aplic", i);
		config.sources = desc.sources = desc.sources ? desc.sources : APLIC_DEFAULT_SOURCES;
		ret = aplic_create(b->m, &desc, i, &config.registers);
		if (ret)
			return build_refuse(b, ret, "an APLIC cannot be made");
		ret = aplic_bridge_create(b->m, &config, &bridge);
		if (ret)
			return build_refuse(b, ret, "an APLIC's domain cannot be made");
	}
	return 0;
}

static struct irq_domain *parent_of(struct build *b, const char *name)
{
	if (b->desc->gic)
		return build_arm_parent(b, name);
	return build_riscv_parent(b, name);
}

int build_mbigens(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_mbigens; i++) {
		struct mbigen_desc desc = b->desc->mbigens[i];
		struct mbigen_config config = {.device_id = desc.device_id};
		struct wired_bridge *bridge;
		char name[NAME_BYTES];
		int ret;

		config.parent = parent_of(b, desc.parent);
		if (!config.parent)
			return build_refuse(b, -EINVAL,
					    "an MBIGEN names a parent that does not exist");
		config.name = desc.name = name_of(name, desc.name, "mbigen", i);
		config.pins = desc.pins = desc.pins ? desc.pins : MBIGEN_NODE_PINS;
		ret = mbigen_create(b->m, &desc, i, &config.registers);
		if (!ret)
			ret = mbigen_bridge_create(b->m, &config, &bridge);
		if (ret)
			return build_refuse(b, ret, "an MBIGEN cannot be made");
	}
	return 0;
}

struct irq_domain *build_riscv_parent(struct build *b, const char *name)
{
	const char *unit = b->desc->imsic->name ? b->desc->imsic->name : "imsic";

	return !name || !strcmp(name, unit) ? b->root : irq_domain_by_name(b->m, name);
}

int build_riscv_machine(struct build *b)
{
	static int (*const stages[])(struct build *) = {
		check_cpus, check_units,  build_check_devices, create_files,  build_core,
		build_root, build_aplics, build_mbigens,       build_devices, build_platforms,
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]) && !ret; i++)
		ret = stages[i](b);
	return ret;
}
