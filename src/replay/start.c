/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "json_tools.h"
#include "recording.h"
#include "recording_parts.h"
#include <stdio.h>
#include <string.h>

/* The start state: from JSON to the plain structs that a machine is loaded from. */

#define MAX_IRQ	   (1u << 20)
#define MAX_IRQS   (1u << 17)
#define MAX_VECTOR 255u
#define MAX_HWIRQ  INT64_MAX

int recording_read_cpu_list(struct recording *recording, const json_t *list, const char *where,
			    const uint32_t **out, uint32_t *nr_out, struct failure *failure)
{
	size_t nr = json_array_size(list);
	uint32_t *cpus;

	if (nr > recording->desc.nr_cpus)
		return fail_at(failure, "%s names more CPUs than there are", where);
	cpus = recording_alloc(recording, nr, sizeof(*cpus));
	if (!cpus)
		return fail_at(failure, "no memory");
	for (size_t i = 0; i < nr; i++) {
		uint64_t cpu;

		if (!json_number(json_array_get(list, i), 0, recording->desc.nr_cpus - 1, &cpu))
			return fail_at(failure, "%s[%zu] is no CPU of the machine", where, i);
		cpus[i] = (uint32_t)cpu;
	}
	*out = cpus;
	*nr_out = (uint32_t)nr;
	return 0;
}

int recording_read_levels(struct irq_record *irq, const json_t *record, const char *where,
			  struct failure *failure)
{
	const json_t *domains = json_object_get(record, "domains");
	const json_t *chips = json_object_get(record, "chips");
	const json_t *hwirqs = json_object_get(record, "hwirqs");
	size_t nr = json_array_size(domains);

	if (nr < 1 || nr > 4 || json_array_size(chips) != nr || json_array_size(hwirqs) != nr)
		return fail_at(failure, "%s: domains, chips and hwirqs are not lists of 1 to 4",
			       where);
	for (size_t i = 0; i < nr; i++) {
		uint64_t hwirq;

		irq->level[i].domain = json_string_value(json_array_get(domains, i));
		irq->level[i].chip = json_string_value(json_array_get(chips, i));
		if (!irq->level[i].domain || !irq->level[i].chip ||
		    !json_number(json_array_get(hwirqs, i), 0, MAX_HWIRQ, &hwirq))
			return fail_at(failure, "%s: level %zu is malformed", where, i);
		irq->level[i].hwirq = hwirq;
	}
	irq->nr_levels = (uint32_t)nr;
	return 0;
}

static int read_vec(struct irq_record *irq, const json_t *vec, const char *where,
		    struct failure *failure)
{
	struct {
		const char *key;
		uint64_t high, value;
	} field[] = {
		{"vector", MAX_VECTOR, 0},	{"cpu", CPUMASK_MAX_CPUS - 1, 0},
		{"prev_vector", MAX_VECTOR, 0}, {"prev_cpu", CPUMASK_MAX_CPUS - 1, 0},
		{"cfg_vector", MAX_VECTOR, 0},	{"cfg_dest", UINT32_MAX, 0},
		{"move_in_progress", 1, 0},	{"managed", 1, 0},
		{"can_reserve", 1, 0},		{"has_reserved", 1, 0},
	};

	if (!vec)
		return 0;
	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		if (header_number(vec, field[i].key, 0, field[i].high, where, &field[i].value,
				  failure))
			return -1;
	irq->has_vector = true;
	irq->vec.vector = (uint32_t)field[0].value;
	irq->vec.cpu = (uint32_t)field[1].value;
	irq->vec.prev_vector = (uint32_t)field[2].value;
	irq->vec.prev_cpu = (uint32_t)field[3].value;
	irq->vec.cfg_vector = (uint32_t)field[4].value;
	irq->vec.cfg_dest = (uint32_t)field[5].value;
	irq->vec.move_in_progress = field[6].value;
	irq->vec.managed = field[7].value;
	irq->vec.can_reserve = field[8].value;
	irq->vec.has_reserved = field[9].value;
	return 0;
}

static int read_words(const json_t *object, const char *key, unsigned most, uint64_t *words,
		      const char *where, struct failure *failure)
{
	const json_t *list = json_object_get(object, key);
	size_t nr = json_array_size(list);

	if (nr > most)
		return fail_at(failure, "%s.%s has more than %u words", where, key, most);
	for (size_t i = 0; i < nr; i++)
		if (!json_hex_value(json_array_get(list, i), &words[i]))
			return fail_at(failure, "%s.%s[%zu] is no word", where, key, i);
	return 0;
}

static int read_irte(struct irq_record *irq, const json_t *ir, const char *where,
		     struct failure *failure)
{
	uint64_t devid = 0, index, sub = 0, mask = 0, min_index = 0, msg[3] = {0};

	if (!ir)
		return 0;
	if (header_number(ir, "index", 0, 65535, where, &index, failure) ||
	    (json_object_get(ir, "devid") &&
	     header_number(ir, "devid", 0, 65535, where, &devid, failure)) ||
	    (json_object_get(ir, "min_index") &&
	     header_number(ir, "min_index", 0, 65535, where, &min_index, failure)) ||
	    (json_object_get(ir, "sub") &&
	     header_number(ir, "sub", 0, 65535, where, &sub, failure)) ||
	    (json_object_get(ir, "mask") &&
	     header_number(ir, "mask", 0, 15, where, &mask, failure)) ||
	    read_words(ir, "shadow", 2, irq->irte.shadow, where, failure) ||
	    read_words(ir, "table", 2, irq->irte.table, where, failure) ||
	    read_words(ir, "msg", 3, msg, where, failure))
		return -1;
	irq->has_irte = true;
	irq->irte.devid = (uint32_t)devid;
	irq->irte.index = (uint32_t)index;
	irq->irte.sub = (uint32_t)sub;
	irq->irte.mask = (uint32_t)mask;
	irq->irte.min_index = (uint32_t)min_index;
	irq->irte.address_lo = (uint32_t)msg[0];
	irq->irte.address_hi = (uint32_t)msg[1];
	irq->irte.data = (uint32_t)msg[2];
	return 0;
}

static int read_hint(struct recording *recording, struct irq_record *irq, const json_t *hint,
		     const char *where, struct failure *failure)
{
	uint64_t managed;

	if (!hint)
		return 0;
	if (header_number(hint, "managed", 0, 1, where, &managed, failure))
		return -1;
	irq->msi.has_hint = true;
	irq->msi.hint_managed = managed;
	return recording_read_cpu_list(recording, json_object_get(hint, "mask"), where,
				       &irq->msi.hint, &irq->msi.nr_hint, failure);
}

/* What belongs to a device: its descriptor and the message in it. */
static int read_msi(struct recording *recording, struct irq_record *irq, const json_t *record,
		    const char *where, struct failure *failure)
{
	const json_t *desc = json_object_get(record, "desc");
	uint64_t index, base, nvec, is_msix, multiple, multi_cap, can_mask, is_64, mask;
	uint64_t msg[3] = {0};

	if (!json_object_get(record, "dev"))
		return 0;
	if (header_string(record, "dev", 31, where, &irq->dev, failure) ||
	    header_number(record, "index", 0, 65535, where, &index, failure) ||
	    header_number(record, "base", 0, MAX_IRQ - 1, where, &base, failure) ||
	    header_number(record, "nvec", 1, 32, where, &nvec, failure) ||
	    header_number(desc, "is_msix", 0, 1, where, &is_msix, failure) ||
	    header_number(desc, "multiple", 0, 5, where, &multiple, failure) ||
	    header_number(desc, "multi_cap", 0, 5, where, &multi_cap, failure) ||
	    header_number(desc, "can_mask", 0, 1, where, &can_mask, failure) ||
	    header_number(desc, "is_64", 0, 1, where, &is_64, failure) ||
	    header_number(desc, "mask_shadow", 0, UINT32_MAX, where, &mask, failure) ||
	    read_words(record, "msg", 3, msg, where, failure))
		return -1;
	irq->msi.index = (uint32_t)index;
	irq->msi.base = (uint32_t)base;
	irq->msi.nvec = (uint32_t)nvec;
	irq->msi.address_lo = (uint32_t)msg[0];
	irq->msi.address_hi = (uint32_t)msg[1];
	irq->msi.data = (uint32_t)msg[2];
	irq->msi.is_msix = is_msix;
	irq->msi.can_mask = can_mask;
	irq->msi.is_64 = is_64;
	irq->msi.multiple = (uint8_t)multiple;
	irq->msi.multi_cap = (uint8_t)multi_cap;
	irq->msi.mask_shadow = (uint32_t)mask;
	return read_hint(recording, irq, json_object_get(record, "hint"), where, failure);
}

static int read_irq(struct recording *recording, struct irq_record *irq, const json_t *record,
		    struct failure *failure)
{
	char where[60];
	uint64_t number, depth, status, state;

	if (header_number(record, "irq", 0, MAX_IRQ - 1, "start.irqs[]", &number, failure))
		return -1;
	snprintf(where, sizeof(where), "start.irqs[%u]", (unsigned)number);
	if (header_string(record, "action", 31, where, &irq->action, failure) ||
	    header_string(record, "flow", 60, where, &irq->flow, failure) ||
	    header_string(record, "flow_name", 60, where, &irq->flow_name, failure) ||
	    header_number(record, "depth", 0, UINT32_MAX, where, &depth, failure) ||
	    header_number(record, "status", 0, UINT32_MAX, where, &status, failure) ||
	    header_number(record, "state", 0, UINT32_MAX, where, &state, failure) ||
	    recording_read_cpu_list(recording, json_object_get(record, "affinity"), where,
				    &irq->affinity, &irq->nr_affinity, failure) ||
	    recording_read_cpu_list(recording, json_object_get(record, "effective"), where,
				    &irq->effective, &irq->nr_effective, failure) ||
	    recording_read_cpu_list(recording, json_object_get(record, "pending_affinity"), where,
				    &irq->pending, &irq->nr_pending, failure) ||
	    recording_read_levels(irq, record, where, failure) ||
	    read_msi(recording, irq, record, where, failure) ||
	    read_vec(irq, json_object_get(record, "vec"), where, failure))
		return -1;
	irq->irq = (uint32_t)number;
	irq->depth = (uint32_t)depth;
	irq->status = (uint32_t)status;
	irq->state = (uint32_t)state;
	return read_irte(irq, json_object_get(record, "ir"), where, failure);
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
	recording->start.irqs = list;
	recording->start.nr_irqs = nr;
	return 0;
}

/* Ranges of vectors as bits. */
static int read_bits(const json_t *object, const char *key, uint64_t bits[4], const char *where,
		     struct failure *failure)
{
	const json_t *ranges = json_object_get(object, key);
	size_t index;
	json_t *range;

	json_array_foreach((json_t *)ranges, index, range)
	{
		uint64_t first, last;

		if (!json_number(json_array_get(range, 0), 0, MAX_VECTOR, &first) ||
		    !json_number(json_array_get(range, 1), first, MAX_VECTOR, &last))
			return fail_at(failure, "%s.%s[%zu] is no range of vectors", where, key,
				       index);
		for (uint64_t v = first; v <= last; v++)
			bits[v / 64] |= UINT64_C(1) << (v % 64);
	}
	return 0;
}

static int read_matrix_cpu(struct matrix_cpu_record *cpu, const char *key, const json_t *from,
			   uint32_t nr_cpus, struct failure *failure)
{
	uint64_t number, online, available, allocated, managed, managed_allocated;
	const char *where = "start.matrix.cpus[]";

	if (!json_key_number(key, &number) || number >= nr_cpus)
		return fail_at(failure, "start.matrix.cpus.%.20s is no CPU of the machine", key);
	if (header_number(from, "online", 0, 1, where, &online, failure) ||
	    header_number(from, "available", 0, UINT32_MAX, where, &available, failure) ||
	    header_number(from, "allocated", 0, UINT32_MAX, where, &allocated, failure) ||
	    header_number(from, "managed", 0, UINT32_MAX, where, &managed, failure) ||
	    header_number(from, "managed_allocated", 0, UINT32_MAX, where, &managed_allocated,
			  failure) ||
	    read_bits(from, "bits", cpu->bits, where, failure) ||
	    read_bits(from, "managed_bits", cpu->managed_bits, where, failure))
		return -1;
	cpu->cpu = (uint32_t)number;
	cpu->online = online;
	cpu->available = (uint32_t)available;
	cpu->allocated = (uint32_t)allocated;
	cpu->managed = (uint32_t)managed;
	cpu->managed_allocated = (uint32_t)managed_allocated;
	return 0;
}

static int read_matrix_cpus(struct recording *recording, const json_t *cpus,
			    struct failure *failure)
{
	struct start_state *start = &recording->start;
	struct matrix_cpu_record *list;
	const char *key;
	json_t *cpu;

	list = recording_alloc(recording, json_object_size(cpus), sizeof(*list));
	if (!list)
		return fail_at(failure, "no memory");
	json_object_foreach((json_t *)cpus, key, cpu)
	{
		if (read_matrix_cpu(&list[start->nr_matrix++], key, cpu, recording->desc.nr_cpus,
				    failure))
			return -1;
	}
	start->matrix = list;
	start->has_matrix = true;
	return 0;
}

static int read_matrix(struct recording *recording, const json_t *matrix, struct failure *failure)
{
	struct start_state *start = &recording->start;
	const json_t *window = json_object_get(matrix, "window");
	struct {
		const char *key;
		uint32_t *to;
	} field[] = {
		{"global_available", &start->global_available},
		{"global_reserved", &start->global_reserved},
		{"total_allocated", &start->total_allocated},
		{"online_maps", &start->online_maps},
		{"system_in_window", &start->system_in_window},
	};
	uint64_t value, first, last;

	if (!json_object_size(matrix))
		return fail_at(failure, "start.matrix is missing");
	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		if (header_number(matrix, field[i].key, 0, UINT32_MAX, "start.matrix", &value,
				  failure))
			return -1;
		*field[i].to = (uint32_t)value;
	}
	if (!json_number(json_array_get(window, 0), 0, MAX_VECTOR, &first) ||
	    !json_number(json_array_get(window, 1), first, MAX_VECTOR, &last))
		return fail_at(failure, "start.matrix.window is no range of vectors");
	recording->desc.vector_first = (uint32_t)first;
	recording->desc.vector_last = (uint32_t)last;
	if (read_bits(matrix, "system_vectors", start->system_bits, "start.matrix", failure))
		return -1;
	return read_matrix_cpus(recording, json_object_get(matrix, "cpus"), failure);
}

static int read_vector(struct vector_record *record, uint64_t cpu, const char *key,
		       const json_t *value, struct failure *failure)
{
	const char *mark = json_string_value(value);
	uint64_t vector, irq;

	if (!json_key_number(key, &vector) || vector > MAX_VECTOR)
		return fail_at(failure, "start.vectors has no vector %.20s", key);
	if (mark && !strcmp(mark, "S"))
		record->irq = VECTOR_SHUTDOWN;
	else if (mark && !strcmp(mark, "R"))
		record->irq = VECTOR_RETRIGGERED;
	else if (json_is_integer(value) && json_number(value, 0, MAX_IRQ - 1, &irq))
		record->irq = (int64_t)irq;
	else
		return fail_at(failure, "start.vectors has a slot that is neither irq nor mark");
	record->cpu = (uint32_t)cpu;
	record->vector = (uint32_t)vector;
	return 0;
}

static int read_vectors(struct recording *recording, const json_t *vectors, struct failure *failure)
{
	struct start_state *start = &recording->start;
	struct vector_record *list;
	size_t most = 0;
	const char *name, *key;
	json_t *cpu, *value;

	json_object_foreach((json_t *)vectors, name, cpu) most += json_object_size(cpu);
	list = recording_alloc(recording, most, sizeof(*list));
	if (!list)
		return fail_at(failure, "no memory");
	json_object_foreach((json_t *)vectors, name, cpu)
	{
		uint64_t number;

		if (!json_key_number(name, &number) || number >= recording->desc.nr_cpus)
			return fail_at(failure, "start.vectors.%.20s is no CPU of the machine",
				       name);
		json_object_foreach(cpu, key, value)
		{
			if (read_vector(&list[start->nr_vectors++], number, key, value, failure))
				return -1;
		}
	}
	start->vectors = list;
	return 0;
}

static int read_irt(struct recording *recording, const json_t *irt, struct failure *failure)
{
	const json_t *ranges = json_object_get(irt, "allocated");
	size_t nr = json_array_size(ranges);
	uint32_t *list = recording_alloc(recording, nr, 2 * sizeof(*list));

	if (!list)
		return fail_at(failure, "no memory");
	for (size_t i = 0; i < nr; i++) {
		const json_t *range = json_array_get(ranges, i);
		uint64_t first, last;

		if (!json_number(json_array_get(range, 0), 0, 65535, &first) ||
		    !json_number(json_array_get(range, 1), first, 65535, &last))
			return fail_at(failure, "start.irt.allocated[%zu] is no range of entries",
				       i);
		list[2 * i] = (uint32_t)first;
		list[2 * i + 1] = (uint32_t)last;
	}
	recording->start.irte_ranges = list;
	recording->start.nr_irte_ranges = (uint32_t)nr;
	return 0;
}

/* ---- devices that only their interrupts tell of ---- */

/*
 * The remapping unit of an AMD machine is a PCI function that the header does
 * not list. Its capability is where all recordings write to it.
 */
#define UNLISTED_MSI_CAP 0x60

static bool is_listed(const struct device_desc *devices, uint32_t nr, const char *name)
{
	for (uint32_t i = 0; i < nr; i++)
		if (!strcmp(devices[i].name, name) || !strcmp(devices[i].bus_name, name))
			return true;
	return false;
}

static bool requester_of(const char *bus_name, uint16_t *requester)
{
	unsigned segment, bus, device, function;
	char more;

	if (sscanf(bus_name, "%4x:%2x:%2x.%1x%c", &segment, &bus, &device, &function, &more) != 4 ||
	    segment || device > 31 || function > 7)
		return false;
	*requester = (uint16_t)(bus << 8 | device << 3 | function);
	return true;
}

static struct device_desc unlisted_device(const struct irq_record *irq, uint16_t requester)
{
	return (struct device_desc){
		.name = irq->dev,
		.bus_name = irq->dev,
		.requester = requester,
		.node = -1,
		.parent = irq->nr_levels > 1 ? irq->level[1].domain : NULL,
		.msi.cap = UNLISTED_MSI_CAP,
		.msi.vectors = (uint8_t)(1u << irq->msi.multi_cap),
		.msi.is_64 = irq->msi.is_64,
		.msi.maskbit = irq->msi.can_mask,
	};
}

static int add_unlisted_devices(struct recording *recording, struct failure *failure)
{
	const struct start_state *start = &recording->start;
	uint32_t nr = recording->desc.nr_devices;
	struct device_desc *devices =
		recording_alloc(recording, (size_t)nr + start->nr_irqs, sizeof(*devices));

	if (!devices)
		return fail_at(failure, "no memory");
	if (nr)
		memcpy(devices, recording->desc.devices, nr * sizeof(*devices));
	for (uint32_t i = 0; i < start->nr_irqs; i++) {
		const struct irq_record *irq = &start->irqs[i];
		uint16_t requester;

		if (irq->dev && !irq->msi.is_msix && !is_listed(devices, nr, irq->dev) &&
		    requester_of(irq->dev, &requester))
			devices[nr++] = unlisted_device(irq, requester);
	}
	recording->desc.devices = devices;
	recording->desc.nr_devices = nr;
	return 0;
}

/* Who an I/O APIC is to the unit in front of it: in the entries of its pins. */
static void find_ioapic(struct recording *recording)
{
	struct ioapic_desc *ioapic = (struct ioapic_desc *)recording->desc.ioapics;
	bool amd = recording->desc.nr_remaps && recording->desc.remaps[0].kind == REMAP_AMD;

	for (uint32_t i = 0; recording->desc.nr_ioapics && i < recording->start.nr_irqs; i++) {
		const struct irq_record *irq = &recording->start.irqs[i];
		uint64_t source = irq->irte.shadow[1] & 0xffff;

		if (irq->has_irte && !irq->dev && strstr(irq->level[0].chip, "IO-APIC") &&
		    (amd || source))
			ioapic->requester = amd ? (uint16_t)irq->irte.devid : (uint16_t)source;
	}
}

int recording_read_start(struct recording *recording, const struct expected *expected,
			 struct failure *failure)
{
	if (read_irqs(recording, expected->part[STATE_IRQS], failure) ||
	    read_matrix(recording, expected->part[STATE_MATRIX], failure) ||
	    read_vectors(recording, expected->part[STATE_VECTORS], failure) ||
	    read_irt(recording, expected->part[STATE_IRT], failure))
		return -1;
	recording->desc.start = &recording->start;
	find_ioapic(recording);
	return add_unlisted_devices(recording, failure);
}
