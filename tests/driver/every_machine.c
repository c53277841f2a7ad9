/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "every_machine.h"

#include <stdio.h>

static const char *const names[] = {
#define EVERY_MACHINE_NAME(id, name) name,
	EVERY_MACHINE(EVERY_MACHINE_NAME)
#undef EVERY_MACHINE_NAME
};

static const struct device_desc functions[] = {
	{
		.name = "nic",
		.requester = 0x18,
		.node = -1,
		.msix.size = 8,
		.store = {{.kind = STORE_TABLE, .slots = 4}},
		.nr_stores = 1,
	},
	{.name = "old", .requester = 0x20, .node = -1, .msi = {.vectors = 8, .is_64 = true}},
	{.name = "mask", .requester = 0x28, .node = -1, .msi = {.vectors = 4, .maskbit = true}},
	{.name = "disk", .requester = 0x30, .node = -1, .class_code = 0x0108, .msix.size = 8},
	{.name = "other", .requester = 0x38, .node = -1, .msix.size = 8},
};
#define NR_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

const char *every_machine_name(enum every_machine which)
{
	return names[which];
}

static bool has_vmd(enum every_machine which)
{
	return which >= ON_VMD && which <= ON_VMD_BYPASS;
}

static enum remap_kind remapping(enum every_machine which)
{
	if (which == ON_AMD)
		return REMAP_AMD;
	return which == ON_INTEL || which == ON_VMD_REMAPPED || which == ON_VMD_BYPASS ? REMAP_INTEL
										       : REMAP_NONE;
}

static bool is_legacy(enum every_machine which)
{
	return which >= ON_POWERPC && which <= ON_XEN_DOM0;
}

static struct legacy_desc legacy_of(enum every_machine which, const struct legacy_desc *given)
{
	struct legacy_desc desc = given ? *given : (struct legacy_desc){0};

	desc.kind = which == ON_POWERPC	 ? LEGACY_POWERPC
		    : which == ON_OCTEON ? LEGACY_OCTEON
		    : which <= ON_OCTEON ? LEGACY_S390
					 : LEGACY_XEN;
	if (which == ON_S390_DIRECTED && !desc.s390.directed)
		desc.s390.directed = 128;
	desc.xen.multi |= which == ON_XEN_DOM0;
	return desc;
}

int every_machine_load(struct machine *m, enum every_machine which, const struct legacy_desc *given,
		       const char **why)
{
	struct device_desc devices[NR_FUNCTIONS + 1] = {
		{.name = "vmd", .requester = 0x8, .node = -1, .msix.size = 4}};
	const struct legacy_desc legacy = legacy_of(which, given);
	const struct remap_desc remap = {
		.name = "ir",
		.kind = remapping(which),
		.domain = which == ON_AMD ? "AMD-IR-0-14" : "INTEL-IR-0-13",
		.entries = 256,
	};
	const struct vmd_desc vmd = {
		.endpoint = "vmd",
		.segment = 1,
		.bypass = which == ON_VMD_BYPASS,
	};
	const struct gic_desc gic = {.version = which == ON_V2M ? 2 : 3};
	const struct its_desc its = {.name = "its"};
	const struct v2m_desc v2m = {.name = "v2m"};
	const struct imsic_desc imsic = {.name = "imsic"};
	unsigned first = !has_vmd(which);
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.remaps = &remap,
		.nr_remaps = remap.kind != REMAP_NONE,
		.devices = devices + first,
		.nr_devices = NR_FUNCTIONS + 1 - first,
		.vmds = &vmd,
		.nr_vmds = has_vmd(which),
		.legacy = is_legacy(which) ? &legacy : NULL,
		.gic = which == ON_ITS || which == ON_V2M ? &gic : NULL,
		.its = &its,
		.nr_its = which == ON_ITS,
		.v2ms = &v2m,
		.nr_v2ms = which == ON_V2M,
		.imsic = which == ON_IMSIC ? &imsic : NULL,
	};

	for (unsigned i = 0; i < NR_FUNCTIONS; i++) {
		devices[i + 1] = functions[i];
		devices[i + 1].segment = has_vmd(which);
	}
	return machine_load(m, &desc, why);
}

struct machine *every_machine(enum every_machine which, const struct legacy_desc *given)
{
	const struct machine_options memory = {.arena_bytes = 64 << 20};
	struct machine *m = machine_create(&memory);
	const char *why = "";

	if (m && every_machine_load(m, which, given, &why)) {
		fprintf(stderr, "%s: %s\n", names[which], why);
		machine_destroy(m);
		return NULL;
	}
	return m;
}
