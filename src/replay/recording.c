/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "recording.h"
#include "json_tools.h"
#include "recording_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_VERSION	 1
#define MAX_DEVICES	 1024u
#define MSIX_ENTRY_BYTES 16u

void *recording_alloc(struct recording *recording, size_t count, size_t size)
{
	void **blocks = realloc(recording->blocks, (recording->nr_blocks + 1) * sizeof(*blocks));
	void *block;

	if (!blocks)
		return NULL;
	recording->blocks = blocks;
	block = calloc(count ? count : 1, size);
	if (block)
		blocks[recording->nr_blocks++] = block;
	return block;
}

void recording_free(struct recording *recording)
{
	for (unsigned i = 0; i < recording->nr_blocks; i++)
		free(recording->blocks[i]);
	free(recording->blocks);
	json_decref(recording->header);
}

int header_number(const json_t *object, const char *key, uint64_t low, uint64_t high,
		  const char *where, uint64_t *out, struct failure *failure)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		return fail_at(failure, "%s.%s is missing", where, key);
	if (!json_number(value, low, high, out))
		return fail_at(failure, "%s.%s is not a number of %llu to %llu", where, key,
			       (unsigned long long)low, (unsigned long long)high);
	return 0;
}

int header_string(const json_t *object, const char *key, size_t most, const char *where,
		  const char **out, struct failure *failure)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		return fail_at(failure, "%s.%s is missing", where, key);
	if (!json_is_string(value) || json_string_length(value) > most)
		return fail_at(failure, "%s.%s is not a string of at most %zu bytes", where, key,
			       most);
	*out = json_string_value(value);
	return 0;
}

/* An optional number: 0 where it is absent or null. */
static int optional(const json_t *object, const char *key, uint64_t high, const char *where,
		    uint64_t *out, struct failure *failure)
{
	const json_t *value = json_object_get(object, key);

	*out = 0;
	if (!value || json_is_null(value))
		return 0;
	return header_number(object, key, 0, high, where, out, failure);
}

/* A node: −1 or a number. */
static int node_number(const json_t *object, const char *where, int32_t *node,
		       struct failure *failure)
{
	const json_t *value = json_object_get(object, "node");
	json_int_t number = value ? json_integer_value(value) : -1;

	if (value && (!json_is_integer(value) || number < -1 || number > 1023))
		return fail_at(failure, "%s.node is not a number of -1 to 1023", where);
	*node = (int32_t)number;
	return 0;
}

/* ---- parts of the machine ---- */

/* "…, smp 8,cores=4,threads=2, …" */
static uint32_t threads_per_core(const json_t *header)
{
	const char *source = json_string_value(json_object_get(header, "source")) ?: "";
	const char *smp = strstr(source, " smp "), *threads = smp ? strstr(smp, "threads=") : NULL;
	unsigned long number = threads ? strtoul(threads + strlen("threads="), NULL, 10) : 1;

	return number > 1 && number < 1024 ? (uint32_t)number : 1;
}

int recording_read_cpus(struct recording *recording, struct failure *failure)
{
	const json_t *list = json_object_get(recording->header, "cpus");
	size_t nr = json_array_size(list);
	uint32_t threads = threads_per_core(recording->header);
	struct cpu_desc *cpus;

	if (nr < 1 || nr > CPUMASK_MAX_CPUS)
		return fail_at(failure, "cpus is not a list of 1 to %d", CPUMASK_MAX_CPUS);
	cpus = recording_alloc(recording, nr, sizeof(*cpus));
	if (!cpus)
		return fail_at(failure, "no memory");
	for (size_t i = 0; i < nr; i++) {
		const json_t *cpu = json_array_get(list, i);
		uint64_t number, apic_id, online;

		if (header_number(cpu, "cpu", 0, CPUMASK_MAX_CPUS - 1, "cpus[]", &number,
				  failure) ||
		    optional(cpu, "apic_id", UINT32_MAX - 1, "cpus[]", &apic_id, failure) ||
		    header_number(cpu, "online", 0, 1, "cpus[]", &online, failure) ||
		    node_number(cpu, "cpus[]", &cpus[i].node, failure))
			return -1;
		if (number != i)
			return fail_at(failure, "cpus[%zu] is number %u: a gap or a duplicate", i,
				       (unsigned)number);
		cpus[i].apic_id = (uint32_t)apic_id;
		if (threads > 1)
			cpus[i].core =
				(recording->is_arm ? (uint32_t)i : cpus[i].apic_id) / threads + 1;
		cpus[i].offline = !online;
	}
	recording->desc.cpus = cpus;
	recording->desc.nr_cpus = (uint32_t)nr;
	return 0;
}

static int read_apic_mode(struct recording *recording, const json_t *machine,
			  struct failure *failure)
{
	static const struct {
		const char *driver;
		enum apic_mode mode;
	} modes[] = {
		{"physical flat", APIC_PHYSICAL_FLAT},
		{"flat", APIC_LOGICAL_FLAT},
		{"physical x2apic", APIC_X2APIC_PHYSICAL},
		{"cluster x2apic", APIC_X2APIC_CLUSTER},
	};
	const char *driver = "";

	if (header_string(machine, "apic_driver", 40, "machine", &driver, failure))
		return -1;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!strcmp(driver, modes[i].driver)) {
			recording->desc.apic_mode = modes[i].mode;
			return 0;
		}
	}
	return fail_at(failure, "machine.apic_driver \"%s\" is unknown", driver);
}

static int read_intel(struct remap_desc *remap, const json_t *from, struct failure *failure)
{
	uint64_t entries, eim;

	if (header_number(from, "entries", 2, 65536, "machine.remap", &entries, failure) ||
	    optional(from, "eim", 1, "machine.remap", &eim, failure))
		return -1;
	remap->kind = REMAP_INTEL;
	remap->entries = (uint32_t)entries;
	remap->eim = eim;
	return 0;
}

static int read_amd(struct remap_desc *remap, const json_t *from, struct failure *failure)
{
	uint64_t entries;
	const char *format = "";

	if (header_number(from, "entries_per_device", 1, 2048, "machine.remap", &entries,
			  failure) ||
	    header_string(from, "irte_format", 20, "machine.remap", &format, failure))
		return -1;
	if (strcmp(format, "ga128") && strcmp(format, "legacy32"))
		return fail_at(failure, "machine.remap.irte_format \"%s\" is unknown", format);
	remap->kind = REMAP_AMD;
	remap->entries = (uint32_t)entries;
	remap->legacy_format = !strcmp(format, "legacy32");
	return 0;
}

/* The header names the emulated unit's caching mode only in its description. */
static bool has_caching_mode(const json_t *header)
{
	const char *source = json_string_value(json_object_get(header, "source"));

	return source && strstr(source, "caching-mode=on");
}

static int read_remap(struct recording *recording, const json_t *machine, struct failure *failure)
{
	const json_t *from = json_object_get(machine, "remap");
	struct remap_desc *remap;
	const char *kind = "";

	if (!from || json_is_null(from))
		return 0;
	remap = recording_alloc(recording, 1, sizeof(*remap));
	if (!remap)
		return fail_at(failure, "no memory");
	remap->name = "ir";
	if (header_string(from, "kind", 20, "machine.remap", &kind, failure) ||
	    header_string(from, "domain", 47, "machine.remap", &remap->domain, failure))
		return -1;
	recording->desc.remaps = remap;
	recording->desc.nr_remaps = 1;
	if (!strcmp(kind, "intel")) {
		remap->caching_mode = has_caching_mode(recording->header);
		return read_intel(remap, from, failure);
	}
	if (!strcmp(kind, "amd"))
		return read_amd(remap, from, failure);
	return fail_at(failure, "machine.remap.kind \"%s\" is unknown", kind);
}

static int read_capabilities(struct device_desc *dev, const json_t *from, const json_t *start,
			     struct failure *failure)
{
	const json_t *msi = json_object_get(from, "msi"), *msix = json_object_get(from, "msix");
	uint64_t cap, number, is_64, maskbit, ctrl;

	if (json_is_object(msi)) {
		if (header_number(msi, "cap", 0x40, 0xfc, "devices[].msi", &cap, failure) ||
		    header_number(msi, "vectors", 1, 32, "devices[].msi", &number, failure) ||
		    optional(msi, "is_64", 1, "devices[].msi", &is_64, failure) ||
		    optional(msi, "maskbit", 1, "devices[].msi", &maskbit, failure) ||
		    optional(json_object_get(start, "msi"), "ctrl", 0xffff, "start.dev.msi", &ctrl,
			     failure))
			return -1;
		dev->msi.cap = (uint16_t)cap;
		dev->msi.vectors = (uint8_t)number;
		dev->msi.is_64 = is_64;
		dev->msi.maskbit = maskbit;
		dev->msi.ctrl = (uint16_t)ctrl;
	}
	if (json_is_object(msix)) {
		if (header_number(msix, "cap", 0x40, 0xfc, "devices[].msix", &cap, failure) ||
		    header_number(msix, "size", 1, 2048, "devices[].msix", &number, failure) ||
		    optional(json_object_get(start, "msix"), "ctrl", 0xffff, "start.dev.msix",
			     &ctrl, failure))
			return -1;
		dev->msix.cap = (uint16_t)cap;
		dev->msix.size = (uint16_t)number;
		dev->msix.pba_offset = (uint32_t)number * MSIX_ENTRY_BYTES; /* behind the table */
		dev->msix.ctrl = (uint16_t)ctrl;
	}
	return 0;
}

static int read_bridge(struct device_desc *dev, const json_t *from, struct failure *failure)
{
	const char *kind = "";
	uint64_t alias;

	if (!json_object_get(from, "behind"))
		return 0;
	if (header_string(from, "behind_kind", 40, "devices[]", &kind, failure) ||
	    header_number(from, "dma_alias", 0, UINT16_MAX, "devices[]", &alias, failure))
		return -1;
	if (!strcmp(kind, "pci-bridge"))
		dev->behind = BRIDGE_PCI;
	else if (!strcmp(kind, "pcie-pci-bridge"))
		dev->behind = BRIDGE_PCIE_TO_PCI;
	else
		return fail_at(failure, "devices[].behind_kind \"%s\" is unknown", kind);
	dev->bridge_requester = (uint16_t)alias;
	return 0;
}

static int read_device(struct device_desc *dev, const json_t *from, const json_t *start,
		       struct failure *failure)
{
	uint64_t requester, pin, irq, command;

	if (header_string(from, "name", 31, "devices[]", &dev->name, failure) ||
	    header_string(from, "bdf", 31, "devices[]", &dev->bus_name, failure) ||
	    header_number(from, "requester", 0, UINT16_MAX, "devices[]", &requester, failure) ||
	    optional(from, "pin", 4, "devices[]", &pin, failure) ||
	    optional(from, "intx_irq", 1u << 20, "devices[]", &irq, failure) ||
	    node_number(from, "devices[]", &dev->node, failure))
		return -1;
	start = json_object_get(start, dev->name);
	if (optional(start, "command", UINT16_MAX, "start.dev", &command, failure))
		return -1;
	dev->requester = (uint16_t)requester;
	dev->pin = (uint8_t)pin;
	dev->intx_irq = (uint32_t)irq;
	dev->command = (uint16_t)command;
	if (read_capabilities(dev, from, start, failure))
		return -1;
	return read_bridge(dev, from, failure);
}

int recording_read_devices(struct recording *recording, const json_t *start,
			   struct failure *failure)
{
	const json_t *list = json_object_get(recording->header, "devices");
	size_t nr = json_array_size(list);
	struct device_desc *devices;

	if (!json_is_array(list) || nr > MAX_DEVICES)
		return fail_at(failure, "devices is not a list of at most %u", MAX_DEVICES);
	devices = recording_alloc(recording, nr, sizeof(*devices));
	if (!devices)
		return fail_at(failure, "no memory");
	for (size_t i = 0; i < nr; i++) {
		if (read_device(&devices[i], json_array_get(list, i), start, failure))
			return -1;
		for (size_t k = 0; k < i; k++)
			if (!strcmp(devices[k].name, devices[i].name) ||
			    devices[k].requester == devices[i].requester)
				return fail_at(failure, "devices[%zu] \"%s\" is there twice", i,
					       devices[i].name);
	}
	recording->desc.devices = devices;
	recording->desc.nr_devices = recording->nr_listed = (uint32_t)nr;
	return 0;
}

/* ---- what the kernel was told ---- */

/* The value of a word "key=value" of the command line, or NULL. */
static const char *kernel_argument(const struct recording *recording, const char *key)
{
	const char *line = json_string_value(json_object_get(recording->header, "cmdline")) ?: "";
	size_t length = strlen(key);

	for (const char *at = line; (at = strstr(at, key)); at += length)
		if ((at == line || at[-1] == ' ') && at[length] == '=')
			return at + length + 1;
	return NULL;
}

/* A list of CPUs "1,3-5" that ends with the word. −1: malformed, or a CPU that there isn't. */
static int parse_cpu_list(const char *text, uint32_t nr_cpus, bool *wanted)
{
	while (*text && *text != ' ') {
		char *end;
		unsigned long first = strtoul(text, &end, 10), last = first;

		if (end == text)
			return -1;
		if (*end == '-') {
			text = end + 1;
			last = strtoul(text, &end, 10);
			if (end == text)
				return -1;
		}
		if (last >= nr_cpus || first > last || (*end && *end != ' ' && *end != ','))
			return -1;
		for (unsigned long cpu = first; cpu <= last; cpu++)
			wanted[cpu] = true;
		text = *end == ',' ? end + 1 : end;
	}
	return 0;
}

/* irqaffinity=1,2: these, and the CPU that booted. */
static int read_default_affinity(struct recording *recording, struct failure *failure)
{
	const char *list = kernel_argument(recording, "irqaffinity");
	uint32_t nr = recording->desc.nr_cpus, *cpus;
	bool *wanted;

	if (!list)
		return 0;
	cpus = recording_alloc(recording, nr, sizeof(*cpus));
	wanted = recording_alloc(recording, nr, sizeof(*wanted));
	if (!cpus || !wanted)
		return fail_at(failure, "no memory");
	if (parse_cpu_list(list, nr, wanted))
		return fail_at(failure, "irqaffinity= is no list of CPUs of the machine");
	wanted[0] = true;
	for (uint32_t cpu = 0; cpu < nr; cpu++)
		if (wanted[cpu])
			cpus[recording->desc.nr_default_affinity++] = cpu;
	recording->desc.default_affinity = cpus;
	return 0;
}

/* pci=…,nomsi,… */
static bool is_without_msi(const struct recording *recording)
{
	const char *options = kernel_argument(recording, "pci");

	while (options) {
		size_t length = strcspn(options, ", ");

		if (length == 5 && !strncmp(options, "nomsi", 5))
			return true;
		options = options[length] == ',' ? options + length + 1 : NULL;
	}
	return false;
}

static int read_arguments(struct recording *recording, struct failure *failure)
{
	struct device_desc *devices = (struct device_desc *)recording->desc.devices;

	for (uint32_t i = 0; i < recording->desc.nr_devices; i++)
		devices[i].bus_no_msi = is_without_msi(recording);
	return read_default_affinity(recording, failure);
}

/* ---- the header ---- */

static int read_kind(struct recording *recording, struct failure *failure)
{
	static const char *const kinds[] = {
		[RECORDING_SCENARIO] = "scenario",
		[RECORDING_START_ONLY] = "start-only",
		[RECORDING_STOCK_DRIVERS] = "stock-drivers",
		[RECORDING_SNAPSHOTS] = "snapshots",
	};
	const char *kind = "";

	if (header_string(recording->header, "kind", 40, "header", &kind, failure))
		return -1;
	for (int i = 0; i <= RECORDING_SNAPSHOTS; i++) {
		if (!strcmp(kind, kinds[i])) {
			recording->kind = (enum recording_kind)i;
			return 0;
		}
	}
	return fail_at(failure, "header.kind \"%s\" is unknown", kind);
}

static bool lists(const json_t *list, const char *word)
{
	size_t index;
	json_t *value;

	json_array_foreach((json_t *)list, index, value)
	{
		const char *text = json_string_value(value);

		if (text && !strcmp(text, word))
			return true;
	}
	return false;
}

static void read_observed(struct recording *recording)
{
	const json_t *kinds = json_object_get(recording->header, "writes_recorded");
	const json_t *value;

	recording->records_cfg = lists(kinds, "cfg");
	recording->records_msix = lists(kinds, "msix");
	recording->records_iec = lists(kinds, "iec");
	recording->records_amd_inv = lists(kinds, "amd_inv");
	recording->records_ims = lists(kinds, "ims");
	recording->records_its = lists(kinds, "its");
	value = json_object_get(recording->header, "arch");
	recording->is_arm = !strcmp(json_string_value(value) ?: "", "arm64");
	value = json_object_get(recording->header, "observes");
	recording->observes_all = value && !strcmp(json_string_value(value) ?: "", "all");
	recording->is_cut = json_integer_value(json_object_get(recording->header, "cut")) != 0;
	value = json_object_get(recording->header, "settle_ms");
	recording->settle_ms = json_is_integer(value) ? (uint32_t)json_integer_value(value) : 30;
	value = json_object_get(recording->header, "task_cpu");
	recording->task_cpu = json_is_integer(value) ? (uint32_t)json_integer_value(value) : 0;
}

/* All words of a list are among `known`, each of which has a blank on both sides. */
static bool only_words(const json_t *list, const char *known)
{
	size_t index;
	json_t *value;

	json_array_foreach((json_t *)list, index, value)
	{
		char word[40];

		snprintf(word, sizeof(word), " %.36s ", json_string_value(value) ?: "?");
		if (!strstr(known, word))
			return false;
	}
	return true;
}

static const char *why_unsupported(const struct recording *recording)
{
	const json_t *hierarchy = json_object_get(recording->header, "hierarchy");
	const json_t *root = json_array_get(hierarchy, json_array_size(hierarchy) - 1);
	const char *name = json_string_value(root) ?: "";

	if (recording->kind == RECORDING_SNAPSHOTS)
		return "snapshots of another kernel: nothing to replay";
	if (strcmp(name, "x86-vector") && strcmp(name, "gic-v3") && strcmp(name, "gic-v2"))
		return "no such hierarchy in this program yet";
	if (!only_words(hierarchy, " intel-ir amd-ir x86-vector gic-its gic-v3 gicv2m gic-v2 "))
		return "its hierarchy has a level that this program does not know";
	if (!only_words(json_object_get(recording->header, "writes_recorded"),
			" cfg msix iec amd_inv ims its "))
		return "it recorded writes of a kind that this program does not know";
	return NULL;
}

/* A q35 has its I/O APIC where its remapping unit's firmware tables say; a start state says it,
 * too. */
static int read_ioapic(struct recording *recording, const json_t *machine, struct failure *failure)
{
	bool amd = recording->desc.nr_remaps && recording->desc.remaps[0].kind == REMAP_AMD;
	struct ioapic_desc *io = recording_alloc(recording, 1, sizeof(*io));
	uint64_t pins;

	if (!io)
		return fail_at(failure, "no memory");
	if (optional(machine, "gsi_count", 120, "machine", &pins, failure))
		return -1;
	io->pins = (uint32_t)pins;
	io->requester = amd ? 0x00a0 : 0xff00;
	recording->desc.ioapics = io;
	recording->desc.nr_ioapics = pins != 0;
	return 0;
}

static int read_x86_machine(struct recording *recording, const json_t *machine, const json_t *start,
			    struct failure *failure)
{
	return recording_read_cpus(recording, failure) ||
			       read_apic_mode(recording, machine, failure) ||
			       read_remap(recording, machine, failure) ||
			       read_ioapic(recording, machine, failure) ||
			       recording_read_devices(recording, json_object_get(start, "dev"),
						      failure)
		       ? -1
		       : 0;
}

static int read_machine(struct recording *recording, struct expected *expected,
			struct failure *failure)
{
	const json_t *machine = json_object_get(recording->header, "machine");
	const json_t *start = json_object_get(recording->header, "start");
	json_t *state;
	uint64_t first;
	int result;

	if (!json_is_object(machine))
		return fail_at(failure, "header.machine is missing");
	if (!json_is_object(start))
		return fail_at(failure, "header.start is missing");
	if (header_number(machine, "first_dynamic_irq", 1, 1u << 20, "machine", &first, failure) ||
	    (recording->is_arm ? recording_read_arm_machine : read_x86_machine)(recording, machine,
										start, failure) ||
	    read_arguments(recording, failure))
		return -1;
	recording->desc.first_dynamic_irq = (uint32_t)first;
	state = json_copy((json_t *)start);
	json_object_set(state, "devs", json_object_get(start, "dev"));
	result = expected_merge(expected, state, failure);
	json_decref(state);
	if (result)
		return result;
	return (recording->is_arm ? recording_read_arm_start
				  : recording_read_start)(recording, expected, failure);
}

int recording_read(struct recording *recording, json_t *header, struct expected *expected,
		   struct failure *failure)
{
	const json_t *version = json_object_get(header, "irqlab_recording");

	*recording = (struct recording){.header = header};
	if (!version)
		return fail_at(failure, "not a recording: the first line has no irqlab_recording");
	if (!json_is_integer(version) || json_integer_value(version) != FORMAT_VERSION)
		return fail_at(failure, "a recording of another version than %d", FORMAT_VERSION);
	if (header_string(header, "name", 200, "header", &recording->name, failure) ||
	    read_kind(recording, failure))
		return -1;
	if (recording->kind != RECORDING_SNAPSHOTS &&
	    json_array_size(json_object_get(header, "hierarchy")) < 1)
		return fail_at(failure, "header.hierarchy is missing");
	read_observed(recording);
	recording->unsupported = why_unsupported(recording);
	return recording->unsupported ? 0 : read_machine(recording, expected, failure);
}
