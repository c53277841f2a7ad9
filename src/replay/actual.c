/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "actual.h"
#include "chips/pci.h"
#include "domains/x86.h"
#include "harness_store.h"
#include "json_tools.h"
#include "sim_pci/function.h"

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

json_t *json_msg(const struct msi_msg *msg)
{
	const uint64_t words[] = {msg->address_lo, msg->address_hi, msg->data};

	return json_words(3, words);
}

/* ---- one irq ---- */

static json_t *state_names(uint32_t state)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} names[] = {
#define ACTUAL_STATE(id, bit) {#id, UINT32_C(1) << bit},
		IRQD_STATES(ACTUAL_STATE)
#undef ACTUAL_STATE
	};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (state & names[i].bit)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static void add_common(json_t *record, const struct irq_desc *desc)
{
	const struct irq_common_data *common = &desc->irq_common_data;
	uint32_t state = common->state_use_accessors;

	set(record, "irq", json_integer(desc->irq_data.irq));
	set(record, "action", json_string(desc->action ? desc->action->name : ""));
	set(record, "flow", json_string(irq_flow_name(desc->handle_irq, true)));
	set(record, "flow_name", json_string(desc->name ? desc->name : ""));
	set(record, "depth", json_integer(desc->depth));
	set(record, "status", json_hex(desc->status_use_accessors));
	set(record, "state", json_hex(state));
	set(record, "flags", state_names(state));
	set(record, "affinity", json_cpus(common->affinity));
	set(record, "effective", json_cpus(common->effective_affinity));
	if (state & IRQD_SETAFFINITY_PENDING)
		set(record, "pending_affinity", json_cpus(desc->pending_mask));
}

static void add_levels(json_t *record, const struct irq_desc *desc)
{
	json_t *domains = json_array(), *chips = json_array(), *hwirqs = json_array();

	for (const struct irq_data *d = &desc->irq_data; d; d = d->parent_data) {
		const char *chip = d->chip ? d->chip->name : "";

		json_array_append_new(domains, json_string(d->domain ? d->domain->name : ""));
		json_array_append_new(chips, json_string(chip));
		json_array_append_new(hwirqs, json_integer((json_int_t)d->hwirq));
	}
	set(record, "domains", domains);
	set(record, "chips", chips);
	set(record, "hwirqs", hwirqs);
}

static void add_vector(json_t *record, const struct machine *m, unsigned irq)
{
	struct x86_vector_info info;

	if (!x86_vector_info(m, irq, &info))
		return;
	set(record, "vec",
	    json_pack("{s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:I}", "vector", (int)info.vector,
		      "cpu", (int)info.cpu, "prev_vector", (int)info.prev_vector, "prev_cpu",
		      (int)info.prev_cpu, "move_in_progress", (int)info.move_in_progress, "managed",
		      (int)info.is_managed, "can_reserve", (int)info.can_reserve, "has_reserved",
		      (int)info.has_reserved, "cfg_vector", (int)info.cfg_vector, "cfg_dest",
		      (json_int_t)info.cfg_dest));
}

static void add_msi_desc(json_t *record, const struct msi_desc *msi, unsigned irq)
{
	const uint32_t *slot = harness_store_slot(msi);
	const struct irq_affinity_desc *hint = msi->affinity;

	set(record, "dev", json_string(device_name(msi->dev)));
	set(record, "index", json_integer(msi->msi_index));
	set(record, "base", json_integer(msi->irq));
	set(record, "nvec", json_integer(msi->nvec_used));
	set(record, "msg", json_msg(&msi->msg));
	if (hint && irq - msi->irq < msi->nvec_used) {
		hint += irq - msi->irq;
		set(record, "hint",
		    json_pack("{s:o,s:i}", "mask", json_cpus(hint->mask), "managed",
			      (int)hint->is_managed));
	}
	if (slot) {
		const uint64_t words[] = {slot[0], slot[1], slot[2], slot[3]};

		set(record, "slot", json_words(4, words));
		set(record, "cookie", json_hex(msi->data.icookie));
		return;
	}
	set(record, "desc",
	    json_pack("{s:i,s:i,s:i,s:i,s:i,s:o}", "is_msix", (int)msi->pci.is_msix, "multiple",
		      (int)msi->pci.multiple, "multi_cap", (int)msi->pci.multi_cap, "can_mask",
		      (int)msi->pci.can_mask, "is_64", (int)msi->pci.is_64, "mask_shadow",
		      json_hex(msi->pci.mask_shadow)));
}

json_t *actual_irq(struct machine *m, unsigned irq)
{
	const struct irq_desc *desc = irq_to_desc(m, irq);
	json_t *record = json_object();
	const struct msi_desc *msi;
	json_t *ir;

	if (!desc)
		return record;
	msi = desc->irq_common_data.msi_desc;
	add_common(record, desc);
	add_levels(record, desc);
	add_vector(record, m, irq);
	if (msi)
		add_msi_desc(record, msi, irq);
	ir = actual_ir(m, desc, json_object_get(record, "msg"));
	if (ir)
		set(record, "ir", ir);
	return record;
}

/* ---- vectors ---- */

static json_t *matrix_cpu(const struct matrix_cpu_record *cpu)
{
	return json_pack("{s:i,s:I,s:I,s:I,s:I,s:o,s:o}", "online", (int)cpu->online, "available",
			 (json_int_t)cpu->available, "allocated", (json_int_t)cpu->allocated,
			 "managed", (json_int_t)cpu->managed, "managed_allocated",
			 (json_int_t)cpu->managed_allocated, "bits", json_ranges(cpu->bits, 256),
			 "managed_bits", json_ranges(cpu->managed_bits, 256));
}

json_t *actual_matrix(struct machine *m)
{
	const struct irq_matrix *matrix = x86_matrix(m);
	struct irq_matrix_totals totals;
	json_t *cpus;

	if (!matrix)
		return json_object();
	totals = irq_matrix_totals(matrix);
	cpus = json_object();
	for (unsigned cpu = 0; cpu < totals.nr_cpus; cpu++) {
		struct matrix_cpu_record record;
		bool initialized;

		if (irq_matrix_cpu(matrix, cpu, &record, &initialized) && initialized)
			json_set_at(cpus, cpu, matrix_cpu(&record));
	}
	return json_pack(
		"{s:[i,i],s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "window", (int)totals.window_first,
		(int)totals.window_last, "global_available", (json_int_t)totals.global_available,
		"global_reserved", (json_int_t)totals.global_reserved, "total_allocated",
		(json_int_t)totals.total_allocated, "online_maps", (json_int_t)totals.online_maps,
		"system_in_window", (json_int_t)totals.system_in_window, "system_vectors",
		json_ranges(totals.system_bits, 256), "cpus", cpus);
}

static json_t *vector_slot(int64_t entry)
{
	switch (entry) {
	case VECTOR_UNUSED:
		return NULL;
	case VECTOR_SHUTDOWN:
		return json_string("S");
	case VECTOR_RETRIGGERED:
		return json_string("R");
	default:
		return json_integer(entry);
	}
}

json_t *actual_vectors(struct machine *m)
{
	json_t *cpus = json_object();

	if (!x86_matrix(m))
		return cpus;
	for_each_cpu (cpu, cpu_online_mask(m)) {
		json_t *table = json_object();

		for (unsigned vector = 0; vector < 256; vector++) {
			json_t *slot = vector_slot(x86_vector_entry(m, cpu, vector));

			if (slot)
				json_set_at(table, vector, slot);
		}
		json_set_at(cpus, cpu, table);
	}
	return cpus;
}

/* ---- devices ---- */

static uint32_t config(const struct machine *m, const struct device_desc *desc, unsigned where,
		       unsigned size)
{
	return function_peek_config(m, desc->name, where, size);
}

/* PCI 3.0, 6.8.1: where things are depends on what the function is capable of. */
static json_t *msi_registers(const struct machine *m, const struct device_desc *desc)
{
	unsigned cap = desc->msi.cap, data = cap + (desc->msi.is_64 ? 12 : 8);
	unsigned mask = cap + (desc->msi.is_64 ? 16 : 12);
	json_t *msi = json_object();

	set(msi, "ctrl", json_hex(config(m, desc, cap + 2, 2)));
	set(msi, "addr_lo", json_hex(config(m, desc, cap + 4, 4)));
	if (desc->msi.is_64)
		set(msi, "addr_hi", json_hex(config(m, desc, cap + 8, 4)));
	set(msi, "data", json_hex(config(m, desc, data, 2)));
	if (desc->msi.maskbit) {
		set(msi, "mask", json_hex(config(m, desc, mask, 4)));
		set(msi, "pending", json_hex(config(m, desc, mask + 4, 4)));
	}
	return msi;
}

static json_t *msix_entry_words(const struct message_entry *entry)
{
	const uint64_t words[] = {entry->address & UINT32_MAX, entry->address >> 32, entry->data,
				  entry->ctrl};

	return json_words(4, words);
}

static json_t *msix_registers(const struct machine *m, const struct device_desc *desc)
{
	const struct message_entry reset = {.ctrl = 1};
	json_t *after_reset = msix_entry_words(&reset), *entries = json_object();

	for (unsigned i = 0; i < desc->msix.size; i++) {
		struct message_entry entry;

		if (function_peek_msix(m, desc->name, i, &entry))
			continue;
		if (!entry.address && !entry.data && entry.ctrl == 1)
			json_set_at(entries, i, json_incref(after_reset));
		else
			json_set_at(entries, i, msix_entry_words(&entry));
	}
	json_decref(after_reset);
	return json_pack("{s:o,s:o}", "ctrl", json_hex(config(m, desc, desc->msix.cap + 2u, 2)),
			 "entries", entries);
}

json_t *actual_dev(struct machine *m, const struct device_desc *desc)
{
	struct device *dev = device_by_name(m, desc->name);
	const struct pci_dev *pdev = dev ? to_pci_dev(dev) : NULL;
	json_t *object = json_object();

	if (!pdev)
		return object;
	set(object, "command", json_hex(config(m, desc, CONFIG_COMMAND, 2)));
	set(object, "irq", json_integer(pdev->irq));
	set(object, "msi_enabled", json_integer(pdev->msi_enabled));
	set(object, "msix_enabled", json_integer(pdev->msix_enabled));
	if (desc->msi.vectors)
		set(object, "msi", msi_registers(m, desc));
	if (desc->msix.size)
		set(object, "msix", msix_registers(m, desc));
	return object;
}

json_t *actual_devs(struct machine *m, const struct machine_desc *desc, uint32_t nr)
{
	json_t *devs = json_object();

	for (uint32_t i = 0; i < nr; i++)
		set(devs, desc->devices[i].name, actual_dev(m, &desc->devices[i]));
	return devs;
}
