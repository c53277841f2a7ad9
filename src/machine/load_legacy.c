/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine/build.h"

#include "domains/legacy_octeon.h"
#include "domains/legacy_powerpc.h"
#include "domains/legacy_s390.h"
#include "domains/xen.h"
#include "sim_cpu/simple.h"
#include "sim_iommu/octeon_sink.h"
#include "sim_iommu/powerpc_sink.h"
#include "sim_iommu/s390_sink.h"
#include "sim_iommu/xen_sink.h"

#include <stdlib.h>

/* Machines whose architecture sets the interrupts of a device up as a whole. */

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

static int check(struct build *b)
{
	const struct machine_desc *desc = b->desc;

	if (!desc->nr_cpus || desc->nr_cpus > CPUMASK_MAX_CPUS)
		return build_refuse(b, -EINVAL, "a machine has 1 to 4096 CPUs");
	if (desc->cpus && desc->cpus[0].offline)
		return build_refuse(b, -EINVAL, "CPU 0 cannot be offline");
	if (desc->nr_remaps || desc->nr_ioapics || desc->gic)
		return build_refuse(b, -EINVAL,
				    "there are no units where the architecture does it all");
	if (desc->start)
		return build_refuse(b, -EINVAL, "such a machine starts without interrupts");
	for (uint32_t i = 0; i < desc->nr_devices; i++)
		if (desc->devices[i].segment || desc->devices[i].behind != BRIDGE_NONE)
			return build_refuse(b, -EINVAL,
					    "all its devices are in segment 0, behind no bridge");
	return 0;
}

static int build_cpus(struct build *b)
{
	return simple_cpus_create(b->m, b->desc->cpus, b->desc->nr_cpus);
}

/* ---- each kind: hardware, then software ---- */

static uint32_t wants(const struct device_desc *dev)
{
	return dev->msix.size ? dev->msix.size : dev->msi.vectors > 0;
}

static int build_powerpc(struct build *b)
{
	const struct legacy_desc *legacy = b->desc->legacy;
	const struct powerpc_sink_config hardware = {
		.sources = or_default(legacy->powerpc.sources, 256),
		.grant = legacy->powerpc.grant,
		.powers_of_two = legacy->powerpc.powers_of_two,
	};
	struct powerpc_config config = {
		.message_address = POWERPC_MSI_ADDRESS,
		.firmware = legacy->powerpc.no_firmware ? 0 : POWERPC_FIRMWARE_BASE,
		.sources = POWERPC_SOURCE(0),
		.cpus = POWERPC_CPU(0),
		.bus_total = legacy->powerpc.bus_total,
		.nr_functions = b->desc->nr_devices,
	};
	struct powerpc_function *tree = calloc(b->desc->nr_devices + 1, sizeof(*tree));
	int ret;

	if (!tree)
		return -ENOMEM;
	for (uint32_t i = 0; i < b->desc->nr_devices; i++)
		tree[i] = (struct powerpc_function){
			.requester = b->desc->devices[i].requester,
			.wants = wants(&b->desc->devices[i]),
		};
	config.functions = tree;
	ret = powerpc_sink_create(b->m, &hardware);
	if (!ret)
		ret = legacy_powerpc_create(b->m, &config);
	free(tree);
	return ret;
}

static int build_s390(struct build *b)
{
	const struct legacy_desc *legacy = b->desc->legacy;
	const struct s390_config config = {
		.message_address = S390_MSI_ADDRESS,
		.registers = S390_REGISTERS,
		.stride_register = S390_STRIDE,
		.nr_cpus = b->desc->nr_cpus,
		.limit = or_default(legacy->s390.limit, 64),
		.functions = or_default(legacy->s390.functions, 64),
		.directed = legacy->s390.directed,
	};
	uint16_t *requesters = calloc(b->desc->nr_devices + 1, sizeof(*requesters));
	int ret;

	if (!requesters)
		return -ENOMEM;
	for (uint32_t i = 0; i < b->desc->nr_devices; i++)
		requesters[i] = b->desc->devices[i].requester;
	ret = s390_sink_create(b->m, requesters, b->desc->nr_devices);
	if (!ret)
		ret = legacy_s390_create(b->m, &config);
	free(requesters);
	return ret;
}

static int build_octeon(struct build *b)
{
	const struct octeon_config config = {
		.message_address = OCTEON_MSI_ADDRESS,
		.registers = OCTEON_MSI_REGISTERS,
		.words = or_default(b->desc->legacy->octeon.words, OCTEON_MSI_WORDS),
		.first_irq = or_default(b->desc->first_dynamic_irq, 24),
	};
	int ret = octeon_sink_create(b->m);

	return ret ? ret : legacy_octeon_create(b->m, &config);
}

static int build_xen(struct build *b)
{
	uint32_t pirqs = or_default(b->desc->legacy->xen.pirqs, 256);
	const struct xen_config config = {
		.calls = XEN_CALLS,
		.events = XEN_EVENTS,
		.pending = XEN_PENDING(0),
		.nr_events = XEN_FIRST_PIRQ + pirqs,
		.multi = b->desc->legacy->xen.multi,
	};
	int ret = xen_sink_create(b->m, pirqs);

	if (ret)
		return ret;
	b->root = xen_create(b->m, &config);
	return b->root ? 0 : -ENOMEM;
}

static int build_architecture(struct build *b)
{
	static int (*const kinds[])(struct build *) = {
		[LEGACY_POWERPC] = build_powerpc,
		[LEGACY_S390] = build_s390,
		[LEGACY_OCTEON] = build_octeon,
		[LEGACY_XEN] = build_xen,
	};
	unsigned kind = b->desc->legacy->kind;
	int ret = kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind](b) : -EINVAL;

	return ret ? build_refuse(b, ret,
				  ret == -EINVAL ? "a number is beyond the architecture"
						 : "the architecture cannot be made")
		   : 0;
}

int build_legacy_machine(struct build *b)
{
	static int (*const stages[])(struct build *) = {
		check,	       build_check_devices, build_cpus, build_core, build_architecture,
		build_devices, build_platforms,
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]) && !ret; i++)
		ret = stages[i](b);
	return ret;
}
