/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "json_tools.h"
#include "recording.h"
#include "recording_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Machines with a GIC: what their headers say, and what they leave open. */

#define MAX_IRQ	     (1u << 20)
#define MAX_IRQS     (1u << 17)
#define MAX_COMMANDS 4096u
#define FIRST_LPI    8192u
/* Where a device that translates its messages sees the doorbell: the first page handed out. */
#define DOORBELL_PAGE UINT64_C(0xfffff000)
/* The page of an ITS that takes messages (GICv3, 12.19). */
#define ITS_DOORBELL UINT64_C(0x10000)

/* ---- the machine ---- */

static bool has_level(const struct recording *recording, const char *name)
{
	const json_t *hierarchy = json_object_get(recording->header, "hierarchy");
	size_t index;
	json_t *value;

	json_array_foreach((json_t *)hierarchy, index, value)
	{
		if (!strcmp(json_string_value(value) ?: "", name))
			return true;
	}
	return false;
}

static int read_redistributors(struct recording *recording, struct gic_desc *gic,
			       const json_t *list, struct failure *failure)
{
	struct redistributor_desc *redist;

	if (json_array_size(list) != recording->desc.nr_cpus)
		return fail_at(failure, "machine.gicr is not a list of as many as CPUs");
	redist = recording_alloc(recording, json_array_size(list), sizeof(*redist));
	if (!redist)
		return fail_at(failure, "no memory");
	for (uint32_t i = 0; i < recording->desc.nr_cpus; i++) {
		const json_t *from = json_array_get(list, i);
		uint64_t processor, affinity;

		if (header_number(from, "processor", 0, 65535, "machine.gicr[]", &processor,
				  failure) ||
		    header_number(from, "affinity", 0, UINT32_MAX, "machine.gicr[]", &affinity,
				  failure))
			return -1;
		redist[i].cpu = i;
		redist[i].processor = (uint32_t)processor;
		redist[i].affinity = (uint32_t)affinity;
	}
	gic->redistributors = redist;
	return 0;
}

static int read_gic(struct recording *recording, const json_t *machine, struct failure *failure)
{
	const json_t *gicd = json_object_get(machine, "gicd"),
		     *lpi = json_object_get(machine, "lpi");
	struct gic_desc *gic = recording_alloc(recording, 1, sizeof(*gic));
	uint64_t spis, id_bits;

	if (!gic)
		return fail_at(failure, "no memory");
	recording->desc.gic = gic;
	gic->version = has_level(recording, "gic-v2") ? 2 : 3;
	if (gic->version == 2)
		return 0;
	if (header_number(gicd, "spis", 32, 960, "machine.gicd", &spis, failure) ||
	    header_number(lpi, "id_bits", 14, 16, "machine.lpi", &id_bits, failure))
		return -1;
	gic->spis = (uint16_t)spis;
	gic->id_bits = (uint8_t)id_bits;
	return read_redistributors(recording, gic, json_object_get(machine, "gicr"), failure);
}

static int read_its(struct recording *recording, const json_t *machine, struct failure *failure)
{
	const json_t *from = json_object_get(machine, "its");
	struct its_desc *its;

	if (!has_level(recording, "gic-its"))
		return 0;
	its = recording_alloc(recording, 1, sizeof(*its));
	if (!its)
		return fail_at(failure, "no memory");
	if (header_number(from, "base", 0, UINT64_MAX, "machine.its", &its->base, failure) ||
	    header_number(from, "typer", 0, UINT64_MAX, "machine.its", &its->typer, failure))
		return -1;
	recording->desc.its = its;
	recording->desc.nr_its = 1;
	return 0;
}

static int read_v2m(struct recording *recording, struct failure *failure)
{
	struct v2m_desc *v2m;

	if (!has_level(recording, "gicv2m"))
		return 0;
	v2m = recording_alloc(recording, 1, sizeof(*v2m));
	if (!v2m)
		return fail_at(failure, "no memory");
	recording->desc.v2ms = v2m;
	recording->desc.nr_v2ms = 1;
	return 0;
}

static int read_smmu(struct recording *recording, const json_t *machine, struct failure *failure)
{
	const json_t *from = json_object_get(machine, "smmu");
	const char *mode;
	struct smmu_desc *smmu;

	if (!from || json_is_null(from))
		return 0;
	if (header_string(from, "mode", 20, "machine.smmu", &mode, failure))
		return -1;
	if (strcmp(mode, "translated") && strcmp(mode, "passthrough"))
		return fail_at(failure, "machine.smmu.mode \"%s\" is unknown", mode);
	smmu = recording_alloc(recording, 1, sizeof(*smmu));
	if (!smmu)
		return fail_at(failure, "no memory");
	smmu->blocks_others = true;
	recording->desc.smmus = smmu;
	recording->desc.nr_smmus = 1;
	return 0;
}

/* ---- devices ---- */

/*
 * The recorder's own devices on no bus: headers list their domains only, and not
 * the DeviceIDs that the device tree gave them. Two share one.
 */
static bool has_platform(const struct recording *recording, const char *name)
{
	const json_t *domains = json_object_get(recording->header, "domains");
	const char *domain;
	json_t *value;

	json_object_foreach((json_t *)domains, domain, value)
	{
		const char *at = strstr(domain, "-pMSI-");

		if (at && !strncmp(at + 6, name, strlen(name)) && at[6 + strlen(name)] == '-')
			return true;
	}
	return false;
}

static int read_platforms(struct recording *recording, struct failure *failure)
{
	static const struct platform_desc recorders[] = {
		{.name = "oclmsi0", .device_id = 0x4000, .slots = 4096},
		{.name = "oclmsi1", .device_id = 0x4001, .slots = 4096},
		{.name = "oclmsi2", .device_id = 0x4000, .slots = 4096},
		{.name = "oclmsi3", .device_id = 0x10000, .slots = 4096},
	};
	struct platform_desc *list = recording_alloc(recording, 1, sizeof(recorders));

	if (!list)
		return fail_at(failure, "no memory");
	recording->desc.platforms = list;
	for (size_t i = 0; i < sizeof(recorders) / sizeof(recorders[0]); i++)
		if (has_platform(recording, recorders[i].name))
			list[recording->desc.nr_platforms++] = recorders[i];
	return 0;
}

/* A domain that translates has a page of its own for the doorbell, another one the doorbell's. */
static uint64_t doorbell_page(const struct recording *recording, const json_t *dev)
{
	const char *domain = json_string_value(json_object_get(dev, "iommu_domain"));

	if (!domain)
		return 0;
	if (strcmp(domain, "identity"))
		return DOORBELL_PAGE;
	return recording->desc.nr_its ? recording->desc.its[0].base + ITS_DOORBELL : 0;
}

static bool has_nodes(const struct recording *recording)
{
	for (uint32_t i = 0; i < recording->desc.nr_cpus; i++)
		if (recording->desc.cpus[i].node > 0)
			return true;
	return false;
}

/* A device tree that was changed to have nodes puts the bus on the second; headers don't say so. */
static void adapt_devices(struct recording *recording, const json_t *start)
{
	bool far = has_nodes(recording);
	struct device_desc *devices = (struct device_desc *)recording->desc.devices;

	for (uint32_t i = 0; i < recording->desc.nr_devices; i++) {
		const json_t *dev = json_object_get(start, devices[i].name);

		if (far && devices[i].node < 0)
			devices[i].node = 1;
		devices[i].doorbell_page = doorbell_page(recording, dev);
	}
}

/* Functions behind a bridge: the header has the bridges among the devices. */
static uint8_t bus_of(const struct device_desc *dev)
{
	return (uint8_t)(dev->requester >> 8);
}

static const json_t *device_json(const struct recording *recording, uint32_t index)
{
	return json_array_get(json_object_get(recording->header, "devices"), index);
}

static bool is_bridge(const json_t *dev)
{
	return json_integer_value(json_object_get(dev, "header_type")) == 1;
}

static bool is_pcie(const json_t *dev)
{
	return json_integer_value(json_object_get(dev, "pcie")) != 0;
}

/*
 * Bridges have their secondary buses in the order of their places, each with
 * what is behind it first (depth first). Returns the number of the last bus.
 */
static unsigned number_buses(struct recording *recording, unsigned bus, unsigned last,
			     unsigned depth, int32_t *bridge_of_bus)
{
	for (uint32_t i = 0; i < recording->desc.nr_devices && depth < 32; i++) {
		const struct device_desc *dev = &recording->desc.devices[i];

		if (bus_of(dev) != bus || !is_bridge(device_json(recording, i)) || last >= 255)
			continue;
		last++;
		bridge_of_bus[last] = (int32_t)i;
		last = number_buses(recording, last, last, depth + 1, bridge_of_bus);
	}
	return last;
}

/*
 * A plain bridge puts its own id in the place of what is behind it. So does a
 * PCIe one with plain functions behind it, with the number of their bus; one with
 * PCIe functions is a port, and lets their ids pass.
 */
static void place_behind(const struct recording *recording, struct device_desc *dev, uint32_t index,
			 const int32_t *bridge_of_bus)
{
	unsigned bus = bus_of(dev);

	while (bus && bridge_of_bus[bus] >= 0) {
		uint32_t bridge = (uint32_t)bridge_of_bus[bus];
		const struct device_desc *desc = &recording->desc.devices[bridge];

		if (!is_pcie(device_json(recording, bridge))) {
			dev->behind = BRIDGE_PCI;
			dev->bridge_requester = desc->requester;
		} else if (!is_pcie(device_json(recording, index))) {
			dev->behind = BRIDGE_PCIE_TO_PCI;
			dev->bridge_requester = (uint16_t)(bus << 8);
		}
		index = bridge;
		bus = bus_of(desc);
	}
}

static void place_devices(struct recording *recording)
{
	struct device_desc *devices = (struct device_desc *)recording->desc.devices;
	int32_t bridge_of_bus[256];

	for (unsigned i = 0; i < 256; i++)
		bridge_of_bus[i] = -1;
	number_buses(recording, 0, 0, 0, bridge_of_bus);
	for (uint32_t i = 0; i < recording->desc.nr_devices; i++)
		if (devices[i].behind == BRIDGE_NONE)
			place_behind(recording, &devices[i], i, bridge_of_bus);
}

/* ---- start: interrupts ---- */

static bool is_known_flow(const char *flow)
{
	static const char *const known[] = {"handle_fasteoi_irq", "handle_percpu_devid_irq"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(flow, known[i]))
			return true;
	return false;
}

/* The settings word isn't recorded; it follows from the state. */
static uint32_t status_of(uint32_t state)
{
	uint32_t status = state & 0xf;

	if (state & 1u << 13)
		status |= 1u << 8; /* level */
	if (state & 1u << 11)
		status |= 1u << 9; /* of each CPU */
	return status;
}

static const struct device_desc *device_named(const struct recording *recording, const char *name)
{
	for (uint32_t i = 0; name && i < recording->desc.nr_devices; i++)
		if (!strcmp(recording->desc.devices[i].name, name))
			return &recording->desc.devices[i];
	return NULL;
}

/* Of a device: its INTx, which is the distributor's, or a vector. */
static int read_vector(struct recording *recording, struct irq_record *irq, const json_t *record,
		       const char *where, struct failure *failure)
{
	const json_t *msg = json_object_get(record, "msg");
	const struct device_desc *dev;
	uint64_t index, words[3] = {0};

	if (!json_object_get(record, "dev") || json_object_get(record, "intx"))
		return 0;
	if (header_string(record, "dev", 31, where, &irq->dev, failure) ||
	    header_number(record, "index", 0, 65535, where, &index, failure))
		return -1;
	dev = device_named(recording, irq->dev);
	if (!dev)
		return fail_at(failure, "%s is of a device that is not listed", where);
	for (size_t i = 0; i < 3; i++)
		if (!json_hex_value(json_array_get(msg, i), &words[i]))
			return fail_at(failure, "%s.msg is no message", where);
	irq->msi.is_msix = strstr(irq->level[0].domain, "MSIX");
	irq->msi.index = irq->msi.is_msix ? (uint32_t)index : 0;
	irq->msi.base = irq->irq - (irq->msi.is_msix ? 0 : (uint32_t)index);
	irq->msi.nvec = 1;
	irq->msi.address_lo = (uint32_t)words[0];
	irq->msi.address_hi = (uint32_t)words[1];
	irq->msi.data = (uint32_t)words[2];
	irq->msi.can_mask = irq->msi.is_msix || dev->msi.maskbit;
	irq->msi.is_64 = irq->msi.is_msix || dev->msi.is_64;
	irq->msi.mask_shadow = irq->state >> 17 & 1;
	return 0;
}

static int read_irq(struct recording *recording, struct irq_record *irq, const json_t *record,
		    struct failure *failure)
{
	char where[60];
	uint64_t number, depth, state;

	if (header_number(record, "irq", 0, MAX_IRQ - 1, "start.irqs[]", &number, failure))
		return -1;
	snprintf(where, sizeof(where), "start.irqs[%u]", (unsigned)number);
	if (header_string(record, "action", 31, where, &irq->action, failure) ||
	    header_string(record, "flow", 31, where, &irq->flow, failure) ||
	    header_number(record, "depth", 0, UINT32_MAX, where, &depth, failure) ||
	    header_number(record, "state", 0, UINT32_MAX, where, &state, failure) ||
	    recording_read_cpu_list(recording, json_object_get(record, "affinity"), where,
				    &irq->affinity, &irq->nr_affinity, failure) ||
	    recording_read_cpu_list(recording, json_object_get(record, "effective"), where,
				    &irq->effective, &irq->nr_effective, failure) ||
	    recording_read_levels(irq, record, where, failure))
		return -1;
	irq->irq = (uint32_t)number;
	irq->depth = (uint32_t)depth;
	irq->state = (uint32_t)state;
	irq->status = status_of(irq->state);
	irq->foreign_flow = !is_known_flow(irq->flow);
	return read_vector(recording, irq, record, where, failure);
}

static uint8_t log2_of(unsigned n)
{
	uint8_t order = 0;

	while (1u << order < n)
		order++;
	return order;
}

/* Of MSI there is one descriptor for all vectors. */
static void complete_block(const struct recording *recording, const struct irq_record *list,
			   uint32_t nr, struct irq_record *irq)
{
	uint32_t nvec = 0;

	for (uint32_t i = 0; i < nr; i++)
		nvec += list[i].dev && !strcmp(list[i].dev, irq->dev) && !list[i].msi.is_msix &&
			list[i].msi.base == irq->msi.base;
	irq->msi.nvec = nvec;
	irq->msi.multiple = log2_of(nvec);
	irq->msi.multi_cap = log2_of(device_named(recording, irq->dev)->msi.vectors);
	irq->msi.mask_shadow = 0;
	for (uint32_t i = 0; i < nr; i++)
		if (list[i].dev && !strcmp(list[i].dev, irq->dev) && list[i].state >> 17 & 1 &&
		    list[i].irq >= irq->msi.base && list[i].irq - irq->msi.base < 32)
			irq->msi.mask_shadow |= UINT32_C(1) << (list[i].irq - irq->msi.base);
}

static int read_irqs(struct recording *recording, const json_t *irqs, struct failure *failure)
{
	struct irq_record *list;
	const char *key;
	json_t *record;
	uint32_t nr = 0;

	if (json_object_size(irqs) > MAX_IRQS)
		return fail_at(failure, "start.irqs has more than %u", MAX_IRQS);
	list = recording_alloc(recording, json_object_size(irqs), sizeof(*list));
	if (!list)
		return fail_at(failure, "no memory");
	json_object_foreach((json_t *)irqs, key, record)
	{
		if (read_irq(recording, &list[nr++], record, failure))
			return -1;
	}
	for (uint32_t i = 0; i < nr; i++)
		if (list[i].msi.nvec && !list[i].msi.is_msix)
			complete_block(recording, list, nr, &list[i]);
	recording->start.irqs = list;
	recording->start.nr_irqs = nr;
	return 0;
}

/* ---- start: devices that the ITS knows, from its commands so far ---- */

static bool is_command(const json_t *command, const char *name)
{
	return !strcmp(json_string_value(json_object_get(command, "cmd")) ?: "", name);
}

static json_int_t member(const json_t *command, const char *name)
{
	return json_integer_value(json_object_get(command, name));
}

static void note_mapping(struct its_device_record *list, uint32_t nr, const json_t *command)
{
	json_int_t intid = member(command, "intid"), event = member(command, "event");

	for (uint32_t i = 0; i < nr; i++)
		if (list[i].device_id == member(command, "devid") && intid >= FIRST_LPI + event)
			list[i].first_lpi = (uint32_t)(intid - event);
}

/* A table has two events at least, but a device that asked for one got one LPI. */
static uint32_t lpis_of(const struct recording *recording, uint32_t device_id, unsigned bits)
{
	for (uint32_t i = 0; i < recording->desc.nr_devices && bits == 1; i++) {
		const struct device_desc *dev = &recording->desc.devices[i];

		if (dev->requester == device_id && dev->behind == BRIDGE_NONE)
			return dev->msix.size > 1 || dev->msi.vectors > 1 ? 2 : 1;
	}
	return UINT32_C(1) << bits;
}

static int read_its_devices(struct recording *recording, const json_t *commands,
			    struct failure *failure)
{
	json_t *list = json_expand_runs(commands, MAX_COMMANDS, failure);
	struct its_device_record *devices;
	size_t index;
	json_t *command;
	uint32_t nr = 0;

	if (!list)
		return -1;
	devices = recording_alloc(recording, json_array_size(list), sizeof(*devices));
	json_array_foreach(list, index, command)
	{
		json_int_t bits = member(command, "itt_bits");

		if (!devices || (is_command(command, "MAPD") && (bits < 1 || bits > 16)))
			break;
		if (is_command(command, "MAPD") && member(command, "valid"))
			devices[nr++] = (struct its_device_record){
				.device_id = (uint32_t)member(command, "devid"),
				.event_bits = (uint8_t)bits,
				.first_lpi = FIRST_LPI,
				.nr_lpis = lpis_of(recording, (uint32_t)member(command, "devid"),
						   (unsigned)bits),
			};
		else if (is_command(command, "MAPTI"))
			note_mapping(devices, nr, command);
	}
	json_decref(list);
	recording->start.its_devices = devices;
	recording->start.nr_its_devices = nr;
	return devices ? 0 : fail_at(failure, "no memory");
}

/* ---- all ---- */

int recording_read_arm_machine(struct recording *recording, const json_t *machine,
			       const json_t *start, struct failure *failure)
{
	if (recording_read_cpus(recording, failure) || read_gic(recording, machine, failure) ||
	    read_its(recording, machine, failure) || read_v2m(recording, failure) ||
	    read_smmu(recording, machine, failure) ||
	    recording_read_devices(recording, json_object_get(start, "dev"), failure) ||
	    read_platforms(recording, failure))
		return -1;
	adapt_devices(recording, json_object_get(start, "dev"));
	place_devices(recording);
	return 0;
}

int recording_read_arm_start(struct recording *recording, const struct expected *expected,
			     struct failure *failure)
{
	const json_t *start = json_object_get(recording->header, "start");

	if (read_irqs(recording, expected->part[STATE_IRQS], failure) ||
	    read_its_devices(recording, json_object_get(start, "its_boot_commands"), failure))
		return -1;
	recording->desc.start = &recording->start;
	return 0;
}
