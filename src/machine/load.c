/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/topology.h>

#include "chips/pci.h"
#include "chips/platform_msi.h"
#include "core/core.h"
#include "core/load.h"
#include "domains/amd_ir.h"
#include "domains/intel_ir.h"
#include "domains/ioapic.h"
#include "domains/unit_msi.h"
#include "domains/x86.h"
#include "machine/build.h"
#include "machine/load_msi.h"
#include "machine/passive.h"
#include "passthrough/vcpu.h"
#include "sim_cpu/guest.h"
#include "sim_cpu/lapic.h"
#include "sim_iommu/amdvi.h"
#include "sim_iommu/vtd.h"
#include "sim_pci/function.h"
#include "sim_platform/platform.h"

#include <stdlib.h>
#include <string.h>

/*
 * Builds a machine from a description. This folder alone sees both halves: it
 * creates the hardware, hands its bus addresses to the software, and steps back.
 */

int build_refuse(struct build *b, int ret, const char *why)
{
	if (!b->why) {
		b->why = why;
		b->culprit = b->at;
	}
	return ret;
}

/* ---- is the description a machine at all? ---- */

static const struct cpu_desc *same_id_twice(const struct machine_desc *desc)
{
	for (uint32_t i = 0; desc->cpus && i < desc->nr_cpus; i++)
		for (uint32_t j = 0; j < i; j++)
			if (desc->cpus[i].apic_id == desc->cpus[j].apic_id)
				return &desc->cpus[i];
	return NULL;
}

static int check_cpus(struct build *b)
{
	const struct machine_desc *desc = b->desc;

	if (!desc->nr_cpus || desc->nr_cpus > CPUMASK_MAX_CPUS)
		return build_refuse(b, -EINVAL, "a machine has 1 to 4096 CPUs");
	if (desc->apic_mode == APIC_LOGICAL_FLAT && desc->nr_cpus > 8)
		return build_refuse(b, -EINVAL, "logical flat mode has room for 8 CPUs");
	b->at = same_id_twice(desc);
	if (b->at)
		return build_refuse(b, -EINVAL, "two CPUs have the same APIC id");
	b->at = desc->cpus;
	if (desc->cpus && desc->cpus[0].offline)
		return build_refuse(b, -EINVAL, "CPU 0 cannot be offline");
	for (uint32_t i = 0; desc->cpus && i < desc->nr_cpus; i++) {
		b->at = &desc->cpus[i];
		if (desc->cpus[i].node >= 1024)
			return build_refuse(b, -EINVAL, "NUMA nodes are numbered below 1024");
	}
	b->at = NULL;
	if (desc->vector_first > desc->vector_last || desc->vector_last > 255 ||
	    (desc->vector_last && desc->vector_first < 16))
		return build_refuse(b, -EINVAL, "the vector window must lie within 16 to 255");
	return 0;
}

static int check_units(struct build *b)
{
	if (b->desc->nr_remaps > MAX_REMAPS)
		return build_refuse(b, -EINVAL, "a machine has at most 64 remapping units");
	for (uint32_t i = 0; i < b->desc->nr_remaps; i++) {
		const struct remap_desc *remap = b->at = &b->desc->remaps[i];

		if (remap->kind == REMAP_INTEL && (remap->entries < 2 || remap->entries > 65536 ||
						   remap->entries & (remap->entries - 1)))
			return build_refuse(
				b, -EINVAL,
				"an Intel table has a power of two of entries, 2 to 65536");
		if (remap->kind == REMAP_AMD && remap->entries > 512)
			return build_refuse(b, -EINVAL, "an AMD table has at most 512 entries");
	}
	b->at = NULL;
	return 0;
}

/* The unit in front of a function's bus is in front of its virtual functions. */
static bool same_unit(const struct build *b, const struct device_desc *pf,
		      const struct device_desc *vf)
{
	for (uint32_t i = 0; i < b->desc->nr_remaps; i++)
		if (build_unit_serves(&b->desc->remaps[i], pf->segment, pf->requester) !=
		    build_unit_serves(&b->desc->remaps[i], pf->segment, vf->requester))
			return false;
	return true;
}

static int check_vfs(struct build *b, const struct device_desc *dev)
{
	struct device_desc vf;
	char name[32];

	if (!dev->sriov.total)
		return 0;
	if (dev->sriov.total > 256)
		return build_refuse(b, -EINVAL, "a device has at most 256 virtual functions");
	if (dev->behind != BRIDGE_NONE)
		return build_refuse(b, -EINVAL, "behind a PCI bridge there is no SR-IOV");
	if (dev->sriov.msix > 2048)
		return build_refuse(b, -EINVAL, "an MSI-X table has at most 2048 entries");
	if (!device_vf_desc(dev, dev->sriov.total - 1u, &vf, name))
		return build_refuse(b, -EINVAL,
				    "a virtual function lies beyond bus 255, or its device's name "
				    "has more than 25 letters");
	for (unsigned n = 0; n < dev->sriov.total; n++)
		if (!device_vf_desc(dev, n, &vf, name) || !same_unit(b, dev, &vf))
			return build_refuse(b, -EINVAL,
					    "a virtual function is behind another remapping unit "
					    "than its device");
	return 0;
}

/* "0000:00:03.0"; behind a VMD the segment has more digits. NULL: the requester id is the name. */
static bool is_bus_name(const char *name)
{
	static const char digits[] = "0123456789abcdef";
	size_t segment = name ? strspn(name, digits) : 4;

	if (!name)
		return true;
	if (segment < 4 || segment > 8)
		return false;
	name += segment;
	return name[0] == ':' && strspn(name + 1, digits) == 2 && name[3] == ':' &&
	       strspn(name + 4, digits) == 2 && name[4] <= '1' && name[6] == '.' &&
	       name[7] >= '0' && name[7] <= '7' && !name[8];
}

int build_check_devices(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_devices; i++) {
		const struct device_desc *dev = b->at = &b->desc->devices[i];

		if (!dev->name || !*dev->name)
			return build_refuse(b, -EINVAL, "a device needs a name");
		if (!is_bus_name(dev->bus_name))
			return build_refuse(b, -EINVAL, "a bus name looks like \"0000:00:03.0\"");
		if (dev->msix.size > 2048)
			return build_refuse(b, -EINVAL, "an MSI-X table has at most 2048 entries");
		if (dev->msi.vectors > 32 || dev->msi.vectors & (dev->msi.vectors - 1))
			return build_refuse(b, -EINVAL, "MSI has 1, 2, 4, 8, 16 or 32 vectors");
		if (dev->nr_stores > DEVICE_MAX_STORES)
			return build_refuse(b, -EINVAL, "a device has at most 4 message stores");
		if (check_vfs(b, dev))
			return -EINVAL;
		for (uint32_t j = 0; j < i; j++) {
			const struct device_desc *other = &b->desc->devices[j];

			if (!strcmp(dev->name, other->name))
				return build_refuse(b, -EEXIST, "two devices have the same name");
			if (dev->segment == other->segment && dev->requester == other->requester)
				return build_refuse(b, -EEXIST,
						    "two devices have the same requester id");
		}
	}
	b->at = NULL;
	return 0;
}

/* ---- hardware, then software ---- */

static int build_cpus(struct build *b)
{
	const struct machine_desc *desc = b->desc;
	struct cpu_desc *cpus = calloc(desc->nr_cpus, sizeof(*cpus));
	int ret;

	if (!cpus)
		return -ENOMEM;
	for (uint32_t i = 0; i < desc->nr_cpus; i++) {
		cpus[i] = desc->cpus ? desc->cpus[i] : (struct cpu_desc){.apic_id = i, .node = -1};
		cpus[i].offline |= b->booting && i;
	}
	ret = lapics_create(b->m, cpus, desc->nr_cpus, desc->apic_mode);
	free(cpus);
	return ret;
}

static void place_cpu(const struct build *b, struct irq_core_config *config, uint32_t cpu,
		      struct cpu_place *place)
{
	const struct cpu_desc *desc = &b->desc->cpus[cpu];

	*place = (struct cpu_place){.node = desc->node < 0 ? 0 : desc->node, .core = desc->core};
	if (desc->offline)
		config->online = cpumask_without(b->m, config->online, cpu);
	if (desc->absent)
		config->present = cpumask_without(b->m, config->present, cpu);
}

int build_core(struct build *b)
{
	const struct machine_desc *desc = b->desc;
	struct irq_core_config config = {
		.first_dynamic_irq = desc->first_dynamic_irq	? desc->first_dynamic_irq
				     : desc->gic || desc->imsic ? 1
								: 24,
		.nr_cpus = desc->nr_cpus,
		.online = cpumask_range(b->m, 0, b->booting ? 0 : desc->nr_cpus - 1),
		.present = cpumask_range(b->m, 0, desc->nr_cpus - 1),
		.nodes_empty = b->booting,
		.moves_at_once = desc->legacy || desc->gic || desc->imsic,
		.boot_cpu_may_leave = desc->gic || desc->imsic,
	};
	struct cpu_place *places = NULL;
	int ret;

	for (uint32_t i = 0; desc->cpus && i < desc->nr_cpus; i++)
		if (desc->cpus[i].absent && !desc->cpus[i].offline)
			return build_refuse(b, -EINVAL, "a CPU that is absent must be offline");
	if (desc->default_affinity)
		config.default_affinity =
			irq_load_mask(b->m, desc->default_affinity, desc->nr_default_affinity);
	if (desc->cpus) {
		places = calloc(desc->nr_cpus, sizeof(*places));
		if (!places)
			return -ENOMEM;
		for (uint32_t i = 0; i < desc->nr_cpus; i++)
			place_cpu(b, &config, i, &places[i]);
	}
	config.place_of_cpu = places;
	ret = irq_core_init(b->m, &config);
	free(places);
	return ret;
}

static int build_root(struct build *b)
{
	const struct machine_desc *desc = b->desc;
	struct x86_vector_config config = {
		.name = desc->vector_domain ? desc->vector_domain : "VECTOR",
		.mode = desc->apic_mode,
		.nr_cpus = desc->nr_cpus,
		.window_first = desc->vector_last ? desc->vector_first : 32,
		.window_last = desc->vector_last ? desc->vector_last : 234,
	};
	uint32_t *ids = calloc(desc->nr_cpus, sizeof(*ids));

	if (!ids)
		return -ENOMEM;
	for (uint32_t i = 0; i < desc->nr_cpus; i++)
		ids[i] = desc->cpus ? desc->cpus[i].apic_id : i;
	config.apic_ids = ids;
	b->root = x86_vector_create(b->m, &config);
	free(ids);
	return b->root ? 0 : build_refuse(b, -ENOMEM, "the vector domain cannot be made");
}

static uint16_t greater(uint16_t a, uint32_t b)
{
	return b > a ? (uint16_t)b : a;
}

static uint16_t last_vf(const struct device_desc *pf)
{
	struct device_desc vf;
	char name[32];

	return pf->sriov.total && device_vf_desc(pf, pf->sriov.total - 1u, &vf, name) ? vf.requester
										      : 0;
}

/* What firmware's table (IVRS) says: the greatest id under which anything sends messages. */
static uint16_t last_requester(const struct machine_desc *desc)
{
	uint16_t last = 0;

	for (uint32_t i = 0; i < desc->nr_devices; i++) {
		last = greater(last, desc->devices[i].requester);
		last = greater(last, desc->devices[i].bridge_requester);
		last = greater(last, last_vf(&desc->devices[i]));
	}
	for (uint32_t i = 0; i < desc->nr_ioapics; i++)
		last = greater(last, desc->ioapics[i].requester);
	for (uint32_t i = 0; desc->start && i < desc->start->nr_irqs; i++)
		last = greater(last, desc->start->irqs[i].irte.devid);
	return last;
}

static int build_units(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_remaps; i++) {
		const struct remap_desc *remap = b->at = &b->desc->remaps[i];
		uint64_t registers = 0;
		int ret = 0;

		if (remap->kind == REMAP_INTEL)
			ret = vtd_create(b->m, remap, i, &registers);
		else if (remap->kind == REMAP_AMD)
			ret = amdvi_create(b->m, remap, i, &registers);
		if (ret)
			return build_refuse(b, ret, "a remapping unit cannot be made");
		b->remap_registers[i] = registers;
		if (remap->kind == REMAP_INTEL)
			b->remap[i] = intel_ir_create(b->m, b->root, remap, registers);
		else if (remap->kind == REMAP_AMD)
			b->remap[i] = amd_ir_create(b->m, b->root, remap, registers,
						    last_requester(b->desc));
		else
			continue;
		if (!b->remap[i])
			return build_refuse(b, -ENOMEM, "a remapping domain cannot be made");
	}
	b->at = NULL;
	return 0;
}

bool build_unit_serves(const struct remap_desc *remap, uint16_t segment, uint16_t requester)
{
	return remap->kind != REMAP_NONE && remap->segment == segment &&
	       (!remap->last_requester ||
		(requester >= remap->first_requester && requester <= remap->last_requester));
}

static bool unit_serves(const struct remap_desc *remap, const struct device_desc *dev)
{
	return build_unit_serves(remap, dev->segment,
				 dev->behind == BRIDGE_NONE ? dev->requester
							    : dev->bridge_requester);
}

/* The parent that was named, or the unit in front of the device, or the root. */
static struct irq_domain *msi_parent_of(struct build *b, const struct device_desc *dev)
{
	if (b->desc->legacy)
		return dev->parent ? NULL : b->root;
	if (b->desc->gic)
		return build_arm_parent(b, dev->parent);
	if (b->desc->imsic)
		return build_riscv_parent(b, dev->parent);
	for (uint32_t i = 0; i < b->desc->nr_remaps; i++) {
		const struct remap_desc *remap = &b->desc->remaps[i];

		if (dev->parent ? remap->name && !strcmp(dev->parent, remap->name)
				: unit_serves(remap, dev))
			return b->remap[i];
	}
	if (dev->parent && irq_domain_by_name(b->m, dev->parent))
		return irq_domain_by_name(b->m, dev->parent);
	return dev->parent && strcmp(dev->parent, b->root->name) ? NULL : b->root;
}

/* Places in configuration space and BAR that the description leaves open (topology.h). */
static struct device_desc with_defaults(struct device_desc dev)
{
	if (dev.msi.vectors && !dev.msi.cap)
		dev.msi.cap = 0x50;
	if (dev.msix.size && !dev.msix.cap)
		dev.msix.cap = 0x70;
	if (dev.msix.size && dev.msix.pba_offset == dev.msix.table_offset)
		dev.msix.pba_offset = dev.msix.table_offset + dev.msix.size * 16u;
	return dev;
}

int build_devices(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_devices; i++) {
		struct device_desc filled = with_defaults(b->desc->devices[i]);
		const struct device_desc *desc = &filled;
		struct irq_domain *parent;
		struct pci_dev *dev;
		int ret;

		b->at = &b->desc->devices[i];
		if (!build_behind_vmd(b, &filled, &parent))
			parent = msi_parent_of(b, desc);
		if (!parent && (!b->desc->legacy || desc->parent))
			return build_refuse(b, -EINVAL,
					    "a device names a parent that does not exist");
		ret = function_create(b->m, desc);
		if (ret == -EEXIST)
			return build_refuse(b, ret,
					    "a virtual function has the name or the requester id "
					    "of another function");
		if (ret)
			return build_refuse(b, ret, "a device function cannot be made");
		ret = pci_device_add(b->m, desc, parent, &dev);
		if (!ret)
			ret = build_vmd(b, desc, &dev->dev);
		if (ret)
			return build_refuse(b, ret, "a device cannot be added");
	}
	b->at = NULL;
	return 0;
}

static int build_vcpus(struct build *b)
{
	struct irq_domain *amd_units[MAX_REMAPS];
	struct vcpus_config config = {
		.names = b->desc->vcpus,
		.nr = b->desc->nr_vcpus,
		.amd_units = amd_units,
	};
	int ret;

	if (!config.nr)
		return 0;
	for (uint32_t i = 0; i < b->desc->nr_remaps; i++)
		if (b->desc->remaps[i].kind == REMAP_AMD)
			amd_units[config.nr_amd_units++] = b->remap[i];
	ret = guests_create(b->m, &config.registers);
	if (!ret)
		ret = vcpus_create(b->m, &config);
	return ret ? build_refuse(b, ret, "the virtual CPUs cannot be made") : 0;
}

/* ---- start state ---- */

static struct irq_domain *level_domain(struct build *b, const struct irq_record *record,
				       uint32_t level)
{
	const struct level_record *l = &record->level[level];
	struct irq_domain *parent = NULL;

	if (!l->domain || !*l->domain)
		return NULL;
	if (!level && load_msi_domain(b->m, record))
		return load_msi_domain(b->m, record);
	if (level + 1 < record->nr_levels) {
		parent = level_domain(b, record, level + 1);
		if (!parent)
			return NULL;
	}
	if (parent == b->root && unit_msi_domain(b->m, b->root, l->domain))
		return unit_msi_domain(b->m, b->root, l->domain);
	return passive_domain(b->m, l->domain, parent);
}

static int load_unit_irq(struct build *b, struct irq_data *d)
{
	/* VT-d's are numbered by unit; there is no machine with several of the others. */
	uint64_t unit = d->hwirq < b->desc->nr_remaps ? d->hwirq : 0;

	return unit_msi_load_irq(d, b->remap_registers[unit]);
}

static int load_level(struct build *b, struct irq_data *d, const struct irq_record *record,
		      uint32_t level)
{
	const struct level_record *l = &record->level[level];

	touch(b->m, irq_data_to_desc(d));
	touch_irq_data(b->m, d);
	d->hwirq = l->hwirq;
	if (b->desc->gic && build_arm_owns_level(b, d))
		return build_arm_load_level(b, d);
	if (d->domain == b->root)
		return record->has_vector ? x86_vector_load_irq(d, record) : -EINVAL;
	for (uint32_t i = 0; i < b->desc->nr_remaps; i++) {
		if (!d->domain || d->domain != b->remap[i])
			continue;
		if (!record->has_irte)
			return -EINVAL;
		return b->desc->remaps[i].kind == REMAP_INTEL ? intel_ir_load_irq(d, record)
							      : amd_ir_load_irq(d, record);
	}
	if (d->domain && d->domain->flags & IRQ_DOMAIN_FLAG_MSI_DEVICE) {
		d->chip = msi_get_domain_info(d->domain)->chip;
		d->chip_data = msi_get_domain_info(d->domain)->chip_data;
		return 0;
	}
	if (d->domain && ioapic_is_domain(d->domain))
		return ioapic_load_irq(d, record);
	if (d->domain && unit_msi_is_domain(d->domain))
		return load_unit_irq(b, d);
	d->chip = passive_chip(b->m, l->chip ? l->chip : "none", d->parent_data);
	return d->chip ? 0 : -ENOMEM;
}

static int load_irq(struct build *b, const struct irq_record *record)
{
	struct irq_domain *outermost = NULL;
	struct irq_data *d;
	uint32_t level = 0;
	int ret = irq_load_desc(b->m, record);

	if (ret < 0)
		return ret;
	if (record->nr_levels && record->level[0].domain && *record->level[0].domain) {
		outermost = level_domain(b, record, 0);
		if (!outermost)
			return -ENOMEM;
		ret = irq_domain_load_levels(outermost, record->irq);
		if (ret)
			return ret;
	}
	d = irq_get_irq_data(b->m, record->irq);
	for (; d; d = d->parent_data, level++) {
		if (level >= record->nr_levels)
			return -EINVAL;
		ret = load_level(b, d, record, level);
		if (ret)
			return ret;
	}
	if (outermost)
		ret = irq_domain_load_map(outermost, record->irq);
	if (outermost && !ret && ioapic_is_domain(outermost))
		ioapic_load_entry(irq_get_irq_data(b->m, record->irq));
	return ret || !record->dev ? ret : load_msi_desc(b->m, record);
}

static int load_start(struct build *b)
{
	const struct start_state *start = b->desc->start;
	int ret = 0;

	if (!start)
		return 0;
	if (b->desc->gic)
		ret = build_arm_load_devices(b);
	for (uint32_t i = 0; i < start->nr_irqs && !ret; i++) {
		ret = load_irq(b, &start->irqs[i]);
		if (ret)
			return build_refuse(b, ret,
					    "a recorded interrupt does not fit the machine");
	}
	if (b->desc->gic && !ret)
		build_arm_load_commands(b);
	if (!ret && (start->has_matrix || start->nr_vectors)) {
		ret = x86_vector_load(b->m, start);
		if (ret)
			return build_refuse(b, ret, "recorded vectors do not fit the machine");
	}
	for (uint32_t i = 0; i < b->desc->nr_remaps; i++)
		if (b->desc->remaps[i].kind == REMAP_INTEL && start->nr_irte_ranges)
			return intel_ir_load_ranges(b->remap[i], start->irte_ranges,
						    start->nr_irte_ranges);
	return ret;
}

/* Only the MSI parents of Arm and RISC-V serve devices on no bus; elsewhere they have none. */
static struct irq_domain *platform_parent(struct build *b)
{
	if (b->desc->gic)
		return build_arm_parent(b, NULL);
	return b->desc->imsic ? build_riscv_parent(b, NULL) : NULL;
}

int build_platforms(struct build *b)
{
	for (uint32_t i = 0; i < b->desc->nr_platforms; i++) {
		const struct platform_desc *desc = &b->desc->platforms[i];
		struct platform_dev *dev;
		uint64_t registers;
		int ret;

		if (!desc->name || !*desc->name)
			return build_refuse(b, -EINVAL, "a device needs a name");
		ret = platform_device_create(b->m, desc, i, &registers);
		if (ret)
			return build_refuse(b, ret, "a platform device cannot be made");
		ret = platform_device_add(b->m, desc, platform_parent(b), registers, &dev);
		if (ret)
			return build_refuse(b, ret, "a platform device cannot be added");
	}
	return 0;
}

int build_machine(struct build *b)
{
	static int (*const stages[])(struct build *) = {
		check_cpus,    check_units,	build_check_devices, build_cpus,
		build_core,    build_root,	build_units,	     build_ioapics,
		build_devices, build_platforms, build_lines,	     build_vcpus,
	};
	int ret = build_check_vmds(b);

	if (!ret)
		ret = build_check_bridges(b);
	if (ret)
		return ret;
	if (b->desc->nr_vcpus && (b->desc->legacy || b->desc->imsic || b->desc->gic)) {
		b->at = b->desc->vcpus;
		return build_refuse(b, -EINVAL, "only an x86 machine has virtual CPUs");
	}
	if (b->desc->legacy)
		return build_legacy_machine(b);
	if (b->desc->imsic)
		return build_riscv_machine(b);
	if (b->desc->gic) {
		ret = build_arm_machine(b);
		return ret ? ret : build_mbigens(b);
	}
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]) && !ret; i++)
		ret = stages[i](b);
	return ret;
}

static int load(struct build *b)
{
	int ret = build_machine(b);

	if (!ret)
		ret = load_start(b);
	return ret ? ret : build_map_lines(b);
}

int build_all_or_nothing(struct build *b, int (*build)(struct build *b), const char *failure)
{
	int snapshot, ret;

	if (machine_part(b->m, PART_SOFTWARE))
		return build_refuse(b, -EEXIST, "the machine is not empty");
	snapshot = machine_snapshot(b->m);
	if (snapshot < 0)
		return build_refuse(b, -ENOMEM, "out of memory");
	layer_runs(b->m, LAYER_DOMAIN);
	ret = build(b);
	if (ret) {
		build_refuse(b, ret, ret == -ENOMEM ? "out of memory" : failure);
		machine_restore(b->m, snapshot);
		if (ret == -ENOMEM) /* an allocation that was to fail did */
			machine_fail_allocation(b->m, 0);
	}
	machine_discard(b->m, snapshot);
	return ret;
}

int machine_load_at(struct machine *m, const struct machine_desc *desc, const char **why,
		    const void **at)
{
	struct build b = {.m = m, .desc = desc};
	int ret = build_all_or_nothing(&b, load, "the machine cannot be built");

	if (why && ret)
		*why = b.why;
	if (at && ret)
		*at = b.culprit;
	return ret;
}

int machine_load(struct machine *m, const struct machine_desc *desc, const char **why)
{
	return machine_load_at(m, desc, why, NULL);
}
