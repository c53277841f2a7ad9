/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/doorbell.h"
#include "domains/gic.h"
#include "domains/gic_v2m.h"
#include "domains/its.h"
#include "machine/build.h"
#include "sim_cpu/gicv2.h"
#include "sim_cpu/gicv3.h"
#include "sim_iommu/gicv2m.h"
#include "sim_iommu/its.h"
#include "sim_iommu/smmu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A machine with a GIC: what differs from one with local APICs. */

#define NAME_BYTES 48

/* ---- is the description a machine at all? ---- */

static int check_cpus(struct build *b)
{
	const struct machine_desc *desc = b->desc;

	if (!desc->nr_cpus || desc->nr_cpus > CPUMASK_MAX_CPUS)
		return build_refuse(b, -EINVAL, "a machine has 1 to 4096 CPUs");
	if (desc->gic->version != 2 && desc->gic->version != 3)
		return build_refuse(b, -EINVAL, "a GIC is of version 2 or 3");
	if (desc->gic->version == 2 && desc->nr_cpus > 8)
		return build_refuse(b, -EINVAL, "a GICv2 serves at most 8 CPUs");
	if (desc->cpus && desc->cpus[0].offline)
		return build_refuse(b, -EINVAL, "CPU 0 cannot be offline at the start");
	for (uint32_t i = 0; desc->cpus && i < desc->nr_cpus; i++)
		if (desc->cpus[i].node >= 1024)
			return build_refuse(b, -EINVAL, "NUMA nodes are numbered below 1024");
	for (uint32_t i = 0; i < desc->nr_default_affinity; i++)
		if (desc->default_affinity[i] >= desc->nr_cpus)
			return build_refuse(b, -EINVAL, "the default affinity names no CPU");
	return 0;
}

static int check_units(struct build *b)
{
	const struct machine_desc *desc = b->desc;

	if (desc->nr_remaps || desc->nr_ioapics)
		return build_refuse(b, -EINVAL, "a machine with a GIC has no x86 units");
	if (desc->nr_its > MAX_UNITS || desc->nr_v2ms > MAX_UNITS || desc->nr_smmus > MAX_UNITS)
		return build_refuse(b, -EINVAL, "a machine has at most 8 units of a kind");
	if (desc->nr_its && desc->gic->version != 3)
		return build_refuse(b, -EINVAL, "an ITS needs a GICv3");
	return 0;
}

/* ---- the root ---- */

static int create_gic(struct build *b)
{
	const struct machine_desc *desc = b->desc;
	struct cpu_desc *cpus = calloc(desc->nr_cpus, sizeof(*cpus));
	int ret;

	if (!cpus)
		return -ENOMEM;
	for (uint32_t i = 0; i < desc->nr_cpus; i++)
		cpus[i] = desc->cpus ? desc->cpus[i] : (struct cpu_desc){.node = -1};
	ret = (desc->gic->version == 2 ? gicv2_create : gicv3_create)(b->m, desc->gic, cpus,
								      desc->nr_cpus);
	free(cpus);
	return ret ? build_refuse(b, ret, "the GIC cannot be made") : 0;
}

static int build_root(struct build *b)
{
	struct gic_config config = {
		.object = b->desc->gic->name,
		.distributor = GICD_BASE,
		.nr_cpus = b->desc->nr_cpus,
		.id_bits = b->desc->gic->id_bits ? b->desc->gic->id_bits : 16,
	};
	uint64_t *redistributors = calloc(b->desc->nr_cpus, sizeof(*redistributors));

	if (!redistributors)
		return -ENOMEM;
	for (uint32_t i = 0; i < b->desc->nr_cpus; i++)
		redistributors[i] = gicr_base(b->m, i);
	config.redistributors = redistributors;
	b->root = b->desc->gic->version == 2 ? gic_v2_create(b->m, &config)
					     : gic_v3_create(b->m, &config);
	free(redistributors);
	return b->root ? 0 : build_refuse(b, -ENOMEM, "the GIC's domain cannot be made");
}

/* ---- units ---- */

/* As firmware calls it: ":intc@8000000:its@8080000". */
static const char *node_name(char name[NAME_BYTES], const char *kind, uint64_t base)
{
	snprintf(name, NAME_BYTES, ":intc@%llx:%s@%llx", (unsigned long long)GICD_BASE, kind,
		 (unsigned long long)base);
	return name;
}

static int build_smmus(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_smmus; i++) {
		const struct smmu_desc *desc = &b->desc->smmus[i];
		struct doorbell_config config = {
			.object = desc->name ? desc->name : "smmu",
			.segment = desc->segment,
			.first_requester = desc->first_requester,
			.last_requester = desc->last_requester,
			.blocks_others = desc->blocks_others,
		};
		int ret = smmu_create(b->m, desc, i, &config.registers);

		if (!ret)
			ret = doorbell_unit_create(b->m, &config);
		if (ret)
			return build_refuse(b, ret, "an SMMU cannot be made");
	}
	return 0;
}

static int build_its(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_its; i++) {
		const struct its_desc *desc = &b->desc->its[i];
		struct its_config config = {.object = desc->name, .node = -1};
		char name[NAME_BYTES];
		int ret = its_create(b->m, desc, i, &config.registers);

		if (ret)
			return build_refuse(b, ret, "an ITS cannot be made");
		config.name = node_name(name, "its", config.registers);
		b->its[i] = its_domain_create(b->m, &config);
		if (!b->its[i])
			return build_refuse(b, -ENOMEM, "the domain of an ITS cannot be made");
	}
	return 0;
}

static int build_v2ms(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_v2ms; i++) {
		const struct v2m_desc *desc = &b->desc->v2ms[i];
		struct gic_v2m_config config = {
			.first_spi = desc->first_spi,
			.spis = desc->spis,
			.spi_offset = desc->spi_offset,
			.in_address = desc->in_address,
		};
		char name[NAME_BYTES];
		int ret = gicv2m_create(b->m, desc, i, &config.registers);

		if (ret)
			return build_refuse(b, ret, "a GICv2m frame cannot be made");
		config.name = node_name(name, "v2m", config.registers);
		b->v2m = gic_v2m_create(b->m, &config);
		if (!b->v2m)
			return build_refuse(b, -ENOMEM,
					    "the domain of a GICv2m frame cannot be made");
	}
	return 0;
}

/* ---- devices ---- */

static struct irq_domain *outermost(const struct build *b)
{
	return b->desc->nr_its ? b->its[0] : b->v2m ? b->v2m : b->root;
}

struct irq_domain *build_arm_parent(struct build *b, const char *name)
{
	if (!name)
		return outermost(b);
	for (uint32_t i = 0; i < b->desc->nr_its; i++)
		if (b->desc->its[i].name && !strcmp(name, b->desc->its[i].name))
			return b->its[i];
	for (uint32_t i = 0; i < b->desc->nr_v2ms; i++)
		if (b->desc->v2ms[i].name && !strcmp(name, b->desc->v2ms[i].name))
			return b->v2m;
	return irq_domain_by_name(b->m, name);
}

int build_arm_machine(struct build *b)
{
	static int (*const stages[])(struct build *) = {
		check_cpus, check_units,   build_check_devices, create_gic,
		build_core, build_root,	   build_smmus,		build_its,
		build_v2ms, build_devices, build_platforms,
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]) && !ret; i++)
		ret = stages[i](b);
	return ret;
}

/* ---- start state ---- */

int build_arm_load_devices(struct build *b)
{
	const struct start_state *start = b->desc->start;

	for (uint32_t i = 0; i < start->nr_its_devices; i++) {
		const struct its_device_record *dev = &start->its_devices[i];
		int ret = dev->its < b->desc->nr_its
				  ? its_load_device(b->its[dev->its], dev->device_id,
						    dev->event_bits, dev->first_lpi, dev->nr_lpis)
				  : -EINVAL;

		if (ret)
			return build_refuse(b, ret, "a recorded device does not fit the ITS");
	}
	return 0;
}

void build_arm_load_commands(struct build *b)
{
	const struct start_state *start = b->desc->start;

	for (uint32_t i = 0; i < start->nr_its_devices; i++)
		its_load_commands(b->its[start->its_devices[i].its],
				  start->its_devices[i].device_id);
}

bool build_arm_owns_level(const struct build *b, const struct irq_data *d)
{
	return d->domain && (d->domain == b->root || its_is_domain(d->domain));
}

int build_arm_load_level(struct build *b, struct irq_data *d)
{
	return d->domain == b->root ? gic_load_irq(d) : its_load_irq(d);
}
