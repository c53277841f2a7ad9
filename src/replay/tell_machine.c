/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "boot.h"
#include "teller.h"
#include <inttypes.h>

/* The topology of a recording's machine. */

static void tell_bdf(FILE *out, uint16_t requester)
{
	fprintf(out, "%02x:%02x.%x", requester >> 8, requester >> 3 & 0x1f, requester & 7);
}

static void tell_one_cpu(FILE *out, uint32_t cpu, const struct cpu_desc *desc)
{
	fprintf(out, "  cpu %" PRIu32, cpu);
	if (desc->apic_id != cpu)
		fprintf(out, " apic-id=%" PRIu32, desc->apic_id);
	if (desc->node > 0)
		fprintf(out, " node=%" PRId32, desc->node);
	if (desc->core)
		fprintf(out, " core=%" PRIu32, desc->core - 1);
	fprintf(out, "%s\n", desc->offline ? " offline" : "");
}

static void tell_processors(FILE *out, const struct machine_desc *machine)
{
	static const char *const modes[] = {
		[APIC_PHYSICAL_FLAT] = NULL,
		[APIC_LOGICAL_FLAT] = "logical-flat",
		[APIC_X2APIC_PHYSICAL] = "x2apic",
		[APIC_X2APIC_CLUSTER] = "x2apic-cluster",
	};

	fprintf(out, "  cpus %" PRIu32 "\n", machine->nr_cpus);
	for (uint32_t i = 0; i < machine->nr_cpus; i++)
		if (machine->cpus[i].apic_id != i || machine->cpus[i].node > 0 ||
		    machine->cpus[i].core || machine->cpus[i].offline)
			tell_one_cpu(out, i, &machine->cpus[i]);
	if (modes[machine->apic_mode])
		fprintf(out, "  apic %s\n", modes[machine->apic_mode]);
}

static void tell_domains(FILE *out, const struct machine_desc *machine)
{
	fprintf(out, "  domain vec x86-vector\n");
	for (uint32_t i = 0; i < machine->nr_remaps; i++) {
		const struct remap_desc *remap = &machine->remaps[i];

		fprintf(out, "  domain %s %s parent=vec entries=%" PRIu32 " label=\"%s\"%s%s\n",
			remap->name, remap->kind == REMAP_INTEL ? "intel-ir" : "amd-ir",
			remap->entries, remap->domain, remap->eim ? " eim" : "",
			remap->caching_mode ? " caching-mode" : "");
	}
}

static void tell_functions(struct teller *t)
{
	static const char *const words[] = {
		[BOOT_USB_CONTROLLER] = "usb",
		[BOOT_PCIE_PORT] = "port",
		[BOOT_BRIDGE] = "bridge",
	};
	struct boot_function functions[BOOT_MAX_FUNCTIONS];
	uint32_t nr = boot_functions(&t->recording, functions);

	for (uint32_t i = 0; i < nr; i++) {
		if (functions[i].class == BOOT_ENDPOINT)
			continue;
		fprintf(t->out, "  function ");
		tell_bdf(t->out, functions[i].requester);
		fprintf(t->out, " %s", words[functions[i].class]);
		if (functions[i].pin != 1)
			fprintf(t->out, " pin=%u", functions[i].pin);
		if (functions[i].secondary_bus)
			fprintf(t->out, " bus=%u", functions[i].secondary_bus);
		fputc('\n', t->out);
	}
}

static void tell_device(FILE *out, const struct device_desc *dev)
{
	fprintf(out, "  device %s pci ", dev->name);
	tell_bdf(out, dev->requester);
	if (dev->msi.vectors)
		fprintf(out, " msi=%u%s%s msi-cap=0x%x", dev->msi.vectors,
			dev->msi.is_64 ? "" : " msi-32", dev->msi.maskbit ? " msi-mask" : "",
			dev->msi.cap);
	if (dev->msix.size)
		fprintf(out, " msix=%u msix-cap=0x%x", dev->msix.size, dev->msix.cap);
	if (dev->node >= 0)
		fprintf(out, " node=%" PRId32, dev->node);
	if (dev->pin)
		fprintf(out, " pin=%u", dev->pin);
	if (dev->pin && dev->intx_irq)
		fprintf(out, " intx-irq=%" PRIu32, dev->intx_irq);
	if (dev->behind != BRIDGE_NONE)
		fprintf(out, " behind=%s bridge=0x%x",
			dev->behind == BRIDGE_PCI ? "pci" : "pcie-to-pci", dev->bridge_requester);
	fputc('\n', out);
}

static void tell_boot(struct teller *t)
{
	const json_t *order = json_object_get(t->recording.header, "enable_order");
	size_t index;
	json_t *name;

	fprintf(t->out, "  boot");
	json_array_foreach((json_t *)order, index, name)
	{
		if (json_is_string(name))
			fprintf(t->out, " %s", json_string_value(name));
	}
	fprintf(t->out, "\n");
}

void tell_machine(struct teller *t)
{
	const struct machine_desc *machine = &t->recording.desc;
	const char *device;
	json_t *slots;

	fprintf(t->out,
		"scenario \"%s, as a live Linux 6.12 did it\"\ntags recording\n\ntopology\n",
		t->recording.name);
	tell_processors(t->out, machine);
	tell_domains(t->out, machine);
	tell_functions(t);
	for (uint32_t i = 0; i < t->recording.nr_listed; i++)
		tell_device(t->out, &machine->devices[i]);
	json_object_foreach(t->stores, device, slots)
		fprintf(t->out, "  store %s.ims ims-table slots=%" JSON_INTEGER_FORMAT "\n", device,
			json_integer_value(slots));
	tell_boot(t);
	if (json_object_size(t->stores) && (!machine->nr_remaps || machine->remaps[0].caching_mode))
		fputs("end\nswitch force-parent-ims on  # the recorder asked its parent for nothing\n",
		      t->out);
	else
		fputs("end\n", t->out);
	fprintf(t->out, "ignore warn  # a recording does not have them\n\n");
}
