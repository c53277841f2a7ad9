/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine/boot.h"

#include "chips/pci.h"
#include "core/core.h"
#include "core/load.h"
#include "domains/ioapic.h"
#include "domains/unit_msi.h"
#include "domains/x86.h"
#include "machine/build.h"
#include "machine/passive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NR_REQUESTERS	    65536u
#define COMMAND_OF_FIRMWARE 0x103 /* I/O and memory, system errors */

struct boot {
	struct build build; /* first: who has it has the whole */
	const struct boot_desc *desc;
	const struct boot_platform *platform;
	struct machine_desc machine; /* the caller's, with what the platform adds */
	struct device_desc *devices;
	char (*names)[16]; /* of devices that the platform adds */
	uint8_t *enabled;  /* bit n: requester n is */
};

static enum irqreturn handle(int irq, void *dev_id)
{
	(void)irq;
	(void)dev_id;
	return IRQ_HANDLED;
}

static int fail(struct boot *b, int ret, const char *why)
{
	return build_refuse(&b->build, ret, why);
}

static int request(struct boot *b, unsigned irq, unsigned long flags, const char *name)
{
	int ret = request_irq(b->build.m, irq, handle, flags, name, NULL);

	return ret ? fail(b, ret, "an interrupt of the platform cannot be requested") : 0;
}

/* ---- legacy irqs ---- */

static int add_legacy_irq(struct boot *b, unsigned irq)
{
	struct machine *m = b->build.m;
	const struct irq_record record = {
		.irq = irq,
		.flow = "handle_level_irq",
		.depth = 1,
		.status = IRQ_LEVEL,
		.state = IRQD_LEVEL | IRQD_IRQ_DISABLED | IRQD_IRQ_MASKED,
	};
	struct irq_desc *desc;
	int ret = irq_load_desc(m, &record);

	if (ret)
		return ret;
	desc = irq_to_desc(m, irq);
	touch(m, desc);
	desc->irq_common_data.affinity = cpu_possible_mask(m);
	desc->irq_common_data.node = cpu_to_node(m, 0);
	desc->irq_data.chip = passive_chip(m, "XT-PIC", false);
	return desc->irq_data.chip ? 0 : -ENOMEM;
}

static int start_pics(struct boot *b, const struct boot_step *step)
{
	(void)step;
	for (unsigned irq = 0; irq < X86_LEGACY_IRQS; irq++) {
		int ret = add_legacy_irq(b, irq);

		if (ret)
			return fail(b, ret, "a legacy interrupt cannot be made");
	}
	return x86_vector_own_legacy(b->build.m, UINT16_MAX);
}

static int take_over(struct boot *b, const struct boot_step *step)
{
	(void)step;
	for (uint32_t i = 0; i < b->platform->nr_pins; i++) {
		const struct boot_pin *pin = &b->platform->pins[i];
		const struct gsi_line line = {.level = pin->level, .node = -1};
		int ret = ioapic_take_legacy_irq(b->build.ioapic[0], pin->irq, pin->pin, &line);

		if (ret)
			return fail(b, ret, "the I/O APIC cannot take over a legacy interrupt");
	}
	return 0;
}

static int restart(struct boot *b, const struct boot_step *step)
{
	struct irq_data *d = irq_get_irq_data(b->build.m, step->irq);

	irq_domain_deactivate_irq(d);
	return irq_domain_activate_irq(d, false);
}

/* ---- CPUs ---- */

static int start_cpus(struct boot *b, const struct boot_step *step)
{
	struct machine *m = b->build.m;

	(void)step;
	irq_core_join_node(m, 0);
	for (uint32_t cpu = 1; cpu < b->machine.nr_cpus; cpu++) {
		int ret;

		if (b->machine.cpus && b->machine.cpus[cpu].offline)
			continue;
		irq_core_join_node(m, cpu);
		ret = cpu_up(m, cpu);
		if (ret)
			return fail(b, ret, "a CPU does not come up");
	}
	return 0;
}

/* ---- drivers ---- */

static int request_step(struct boot *b, const struct boot_step *step)
{
	return request(b, step->irq, step->flags, step->name);
}

static int free_step(struct boot *b, const struct boot_step *step)
{
	return free_irq(b->build.m, step->irq, NULL);
}

/* ---- INTx ---- */

static const struct boot_function *bridge_to(const struct boot *b, unsigned bus)
{
	for (uint32_t i = 0; bus && i < b->desc->nr_functions; i++)
		if (b->desc->functions[i].secondary_bus == bus)
			return &b->desc->functions[i];
	return NULL;
}

static unsigned bus_of(uint16_t requester)
{
	return requester >> 8;
}

static unsigned slot_of(uint16_t requester)
{
	return requester >> 3 & 0x1f;
}

/*
 * Each bridge turns pins by the slot (PCI-to-PCI bridges 1.2, 9.1); then comes
 * the platform's routing. 0: a root bus that it doesn't know, or no pin.
 */
static uint32_t gsi_of(const struct boot *b, uint16_t requester, unsigned pin)
{
	const struct boot_function *bridge;
	unsigned slot;

	if (!pin)
		return 0;
	for (unsigned hops = 0; bus_of(requester) && hops < 256; hops++) {
		bridge = bridge_to(b, bus_of(requester));
		if (!bridge)
			return 0;
		pin = (pin - 1 + slot_of(requester)) % 4 + 1;
		requester = bridge->requester;
	}
	slot = slot_of(requester);
	for (uint32_t i = 0; i < b->platform->nr_routes; i++) {
		const struct boot_route *route = &b->platform->routes[i];

		if (slot >= route->first_slot && slot <= route->last_slot)
			return route->base + ((route->by_slot ? slot : 0) + pin - 1) % 4;
	}
	return 0;
}

static bool is_enabled(const struct boot *b, uint16_t requester)
{
	return b->enabled[requester / 8] >> (requester % 8) & 1;
}

/* Legacy irqs are mapped once and for all; a pin may lead to one of them. */
static int map_line(struct boot *b, uint32_t gsi, int32_t node)
{
	const struct gsi_line line = {.level = true, .low = true, .node = node};
	int ret = gsi < X86_LEGACY_IRQS ? 0 : ioapic_map_gsi(b->build.m, gsi, &line);

	return ret < 0 ? fail(b, ret, "an INTx interrupt cannot be mapped") : 0;
}

/* Bridges first, from the root bus down. */
static int enable_upstream(struct boot *b, uint16_t requester, unsigned depth)
{
	const struct boot_function *bridge = bridge_to(b, bus_of(requester));
	int ret;

	if (!bridge || depth > 255 || is_enabled(b, bridge->requester))
		return 0;
	ret = enable_upstream(b, bridge->requester, depth + 1);
	b->enabled[bridge->requester / 8] |= (uint8_t)(1u << bridge->requester % 8);
	return ret ? ret : map_line(b, gsi_of(b, bridge->requester, bridge->pin), -1);
}

static int enable(struct boot *b, uint16_t requester, uint32_t gsi, int32_t node)
{
	int ret;

	if (is_enabled(b, requester))
		return 0;
	ret = enable_upstream(b, requester, 0);
	b->enabled[requester / 8] |= (uint8_t)(1u << requester % 8);
	return ret ? ret : map_line(b, gsi, node);
}

static void disable(struct boot *b, uint16_t requester, uint32_t gsi)
{
	b->enabled[requester / 8] &= (uint8_t) ~(1u << requester % 8);
	if (gsi >= X86_LEGACY_IRQS)
		ioapic_unmap_gsi(b->build.m, gsi);
}

/* The function of the class with the lowest requester id from `from` on. */
static const struct boot_function *next_of_class(const struct boot *b, enum boot_class class,
						 uint32_t from)
{
	const struct boot_function *next = NULL;

	for (uint32_t i = 0; i < b->desc->nr_functions; i++) {
		const struct boot_function *f = &b->desc->functions[i];

		if (f->class == class && f->requester >= from &&
		    (!next || f->requester < next->requester))
			next = f;
	}
	return next;
}

static int each_function(struct boot *b, const struct boot_step *step)
{
	const struct boot_function *f = next_of_class(b, step->class, 0);

	for (; f; f = next_of_class(b, step->class, f->requester + 1u)) {
		uint32_t gsi = gsi_of(b, f->requester, f->pin);
		int ret = enable(b, f->requester, gsi, -1);

		if (ret)
			return ret;
		if (step->action == BOOT_PROBE)
			disable(b, f->requester, gsi);
	}
	return 0;
}

static int enable_device(struct boot *b, const struct device_desc *desc)
{
	struct pci_dev *pdev = to_pci_dev(device_by_name(b->build.m, desc->name));

	pci_update_config16(pdev, PCI_COMMAND, 0, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	return enable(b, desc->requester, desc->intx_irq, desc->node);
}

static const struct device_desc *find_device(const struct boot *b, const char *name)
{
	for (uint32_t i = 0; i < b->desc->machine->nr_devices; i++)
		if (!strcmp(b->devices[i].name, name))
			return &b->devices[i];
	return NULL;
}

static int enable_devices(struct boot *b, const struct boot_step *step)
{
	uint32_t nr = b->desc->enable_order ? b->desc->nr_enabled : b->desc->machine->nr_devices;

	(void)step;
	for (uint32_t i = 0; i < nr; i++) {
		const struct device_desc *dev = &b->devices[i];
		int ret;

		if (b->desc->enable_order)
			dev = find_device(b, b->desc->enable_order[i]);
		if (!dev)
			return fail(b, -EINVAL, "the device to enable does not exist");
		ret = enable_device(b, dev);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- remapping units ---- */

static int start_intel_unit(struct boot *b, uint32_t unit)
{
	struct build *build = &b->build;
	char name[16];
	int irq = dmar_alloc_irq(build->m, build->root, unit, build->remap_registers[unit]);

	if (irq < 0)
		return fail(b, irq, "a remapping unit gets no interrupt");
	snprintf(name, sizeof(name), "dmar%u", unit);
	return request(b, (unsigned)irq, 0, name);
}

/* With 32-bit destinations its interrupts lie in registers of their own. */
static int start_amd_unit_x2apic(struct boot *b, uint32_t unit)
{
	static const struct {
		enum amd_unit_interrupt which;
		const char *name;
	} logs[] = {{AMD_INT_EVENT, "Evt"}, {AMD_INT_PPR, "PPR"}, {AMD_INT_GA, "GA"}};
	struct build *build = &b->build;

	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		int ret = amd_iommu_alloc_irq(build->m, build->root, build->remap_registers[unit],
					      logs[i].which);
		char name[24];

		if (ret < 0)
			return fail(b, ret, "a remapping unit gets no interrupt");
		snprintf(name, sizeof(name), "AMD-Vi%u-%s", unit, logs[i].name);
		ret = request(b, (unsigned)ret, 0, name);
		if (ret)
			return ret;
	}
	return 0;
}

static int start_amd_unit(struct boot *b, const char *function)
{
	struct device *dev = device_by_name(b->build.m, function);
	int ret = pci_enable_msi(dev);

	if (ret < 0)
		return fail(b, ret, "a remapping unit gets no interrupt");
	return request(b, (unsigned)pci_irq_vector(dev, 0), 0, "AMD-Vi");
}

static bool is_x2apic(const struct boot *b)
{
	return b->machine.apic_mode == APIC_X2APIC_PHYSICAL ||
	       b->machine.apic_mode == APIC_X2APIC_CLUSTER;
}

static int start_units(struct boot *b, const struct boot_step *step)
{
	uint32_t functions = 0;

	(void)step;
	for (uint32_t i = 0; i < b->machine.nr_remaps; i++) {
		int ret = 0;

		if (b->machine.remaps[i].kind == REMAP_INTEL)
			ret = start_intel_unit(b, i);
		else if (b->machine.remaps[i].kind == REMAP_AMD && is_x2apic(b))
			ret = start_amd_unit_x2apic(b, i);
		else if (b->machine.remaps[i].kind == REMAP_AMD)
			ret = start_amd_unit(b, b->names[functions++]);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- the machine, and what the platform adds to it ---- */

static bool is_taken(const struct boot *b, uint16_t requester)
{
	for (uint32_t i = 0; i < b->machine.nr_devices; i++)
		if (!b->devices[i].segment && b->devices[i].requester == requester)
			return true;
	for (uint32_t i = 0; i < b->desc->nr_functions; i++)
		if (b->desc->functions[i].requester == requester)
			return true;
	return false;
}

/* A unit of AMD is a PCI function, and not remapped itself. */
static int add_amd_unit(struct boot *b, uint32_t n)
{
	const char *root = b->machine.vector_domain ? b->machine.vector_domain : "VECTOR";
	uint16_t requester = 1 << 3;

	while (is_taken(b, requester) && slot_of(requester) < 31)
		requester = (uint16_t)(requester + (1 << 3));
	if (is_taken(b, requester))
		return fail(b, -EINVAL, "no slot is left for a remapping unit");
	snprintf(b->names[n], sizeof(b->names[n]), "0000:00:%02x.0", slot_of(requester));
	b->devices[b->machine.nr_devices++] = (struct device_desc){
		.name = b->names[n],
		.bus_name = b->names[n],
		.requester = requester,
		.node = -1,
		.parent = root,
		.msi = {.cap = b->platform->amd_unit_msi_cap, .vectors = 1, .is_64 = true},
	};
	return 0;
}

/* As firmware leaves them: no bus masters, and each pin is routed somewhere. */
static void prepare_devices(struct boot *b)
{
	for (uint32_t i = 0; i < b->desc->machine->nr_devices; i++) {
		struct device_desc *dev = &b->devices[i];

		if (!dev->intx_irq)
			dev->intx_irq = gsi_of(b, dev->requester, dev->pin);
		if (!dev->command)
			dev->command = COMMAND_OF_FIRMWARE;
	}
}

static int describe(struct boot *b, struct ioapic_desc *ioapic)
{
	const struct machine_desc *given = b->desc->machine;
	uint32_t units = 0;
	enum remap_kind kind = given->nr_remaps ? given->remaps[0].kind : REMAP_NONE;

	b->machine = *given;
	b->devices = calloc((size_t)given->nr_devices + given->nr_remaps + 1, sizeof(*b->devices));
	b->names = calloc((size_t)given->nr_remaps + 1, sizeof(*b->names));
	b->enabled = calloc(NR_REQUESTERS / 8, 1);
	if (!b->devices || !b->names || !b->enabled)
		return -ENOMEM;
	if (given->nr_devices)
		memcpy(b->devices, given->devices, given->nr_devices * sizeof(*b->devices));
	prepare_devices(b);
	b->machine.devices = b->devices;
	for (uint32_t i = 0; i < given->nr_remaps; i++) {
		int ret = given->remaps[i].kind == REMAP_AMD ? add_amd_unit(b, units++) : 0;

		if (ret)
			return ret;
	}
	if (given->nr_ioapics)
		return 0;
	*ioapic = b->platform->ioapic;
	ioapic->requester = b->platform->ioapic_requester[kind];
	b->machine.ioapics = ioapic;
	b->machine.nr_ioapics = 1;
	return 0;
}

static int run_script(struct boot *b)
{
	static int (*const actions[])(struct boot *, const struct boot_step *) = {
		[BOOT_PIC] = start_pics,      [BOOT_IOAPIC] = take_over,
		[BOOT_CPUS] = start_cpus,     [BOOT_REQUEST] = request_step,
		[BOOT_FREE] = free_step,      [BOOT_RESTART] = restart,
		[BOOT_PROBE] = each_function, [BOOT_ENABLE] = each_function,
		[BOOT_UNITS] = start_units,   [BOOT_DEVICES] = enable_devices,
	};
	int ret = 0;

	for (uint32_t i = 0; i < b->platform->nr_steps && !ret; i++)
		ret = actions[b->platform->steps[i].action](b, &b->platform->steps[i]);
	return ret;
}

static int boot(struct build *build)
{
	struct boot *b = (struct boot *)(void *)build;
	struct ioapic_desc ioapic;
	int ret;

	b->platform = boot_platform_by_name(b->desc->platform);
	if (!b->platform)
		return fail(b, -EINVAL, "there is no such platform");
	if (b->desc->machine->start)
		return fail(b, -EINVAL, "a machine that is booted has no start state");
	ret = describe(b, &ioapic);
	if (ret)
		return ret;
	b->build.desc = &b->machine;
	ret = build_machine(&b->build);
	return ret ? ret : run_script(b);
}

int machine_boot(struct machine *m, const struct boot_desc *desc, const char **why)
{
	struct boot b = {.build = {.m = m, .booting = true}, .desc = desc};
	int ret = build_all_or_nothing(&b.build, boot, "the machine does not start");

	if (why && ret)
		*why = b.build.why;
	free(b.enabled);
	free(b.names);
	free(b.devices);
	return ret;
}
