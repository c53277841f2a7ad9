/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "actual.h"
#include "arm.h"
#include "chips/pci.h"
#include "core/load.h"
#include "domains/gic.h"
#include "domains/its.h"
#include "json_tools.h"
#include "sim_cpu/gicv3.h"
#include "sim_iommu/its.h"
#include <irqlab/provider/hardware.h>
#include <string.h>

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

/* ---- what a device has ---- */

static bool is_registered(const struct device *dev)
{
	return device_by_id(dev->machine, dev->id) == dev;
}

static const struct msi_desc *msi_of(const struct machine *m, unsigned irq)
{
	const struct irq_desc *desc = irq_to_desc(m, irq);

	return desc ? desc->irq_common_data.msi_desc : NULL;
}

/* What the kernel chose for the function at its start; it stays while it has a driver. */
static const char *iommu_domain_of(const struct stage *stage, const struct device *dev)
{
	const json_t *start = json_object_get(stage->recording->header, "start");
	const json_t *from = json_object_get(json_object_get(start, "dev"), dev->name);

	return json_string_value(json_object_get(from, "iommu_domain")) ?: "dma";
}

static bool is_identity(const struct stage *stage, const struct device *dev)
{
	return !strcmp(iommu_domain_of(stage, dev), "identity");
}

/* The legacy interrupt, while it is what the driver finds. */
static unsigned intx_of(struct device *dev)
{
	const struct pci_dev *pdev = to_pci_dev(dev);

	return pdev && !pdev->msi_enabled && !pdev->msix_enabled ? pdev->irq : 0;
}

static void add_irq(json_t *irqs, unsigned irq)
{
	json_set_at(irqs, irq, json_true());
}

static void add_all(json_t *irqs, const struct msi_desc *desc)
{
	for (unsigned i = 0; i < desc->nvec_used; i++)
		add_irq(irqs, desc->irq + i);
}

static unsigned indexes_of(struct device *dev)
{
	const struct irq_domain *domain = msi_get_device_domain(dev, MSI_DEFAULT_DOMAIN);

	return domain ? msi_get_domain_info(domain)->hwsize : 0;
}

static unsigned count_unassociated(struct device *dev)
{
	unsigned nr = 0;

	for (unsigned index = 0; index < indexes_of(dev); index++) {
		const struct msi_desc *desc = msi_peek_desc(dev, MSI_DEFAULT_DOMAIN, index);

		nr += desc && !desc->irq;
	}
	return nr;
}

static unsigned count_vectors(struct device *dev)
{
	unsigned nr = 0;

	for (unsigned index = 0; index < indexes_of(dev); index++) {
		const struct msi_desc *desc = msi_peek_desc(dev, MSI_DEFAULT_DOMAIN, index);

		if (desc && desc->irq)
			nr += desc->nvec_used;
	}
	return nr;
}

static bool beyond(const struct stage *stage, unsigned place, unsigned nr)
{
	unsigned limit = stage->arm->limit;

	return limit && nr > limit && place >= limit / 2 && place < nr - limit / 2;
}

json_t *arm_irqs_of(const struct stage *stage, struct device *dev)
{
	json_t *irqs = json_object();
	unsigned nr = count_vectors(dev), place = 0;

	for (unsigned index = 0; place < nr; index++) {
		const struct msi_desc *desc = msi_peek_desc(dev, MSI_DEFAULT_DOMAIN, index);

		if (!desc || !desc->irq)
			continue;
		if (!beyond(stage, place, nr))
			add_all(irqs, desc);
		place += desc->nvec_used;
	}
	if (intx_of(dev))
		add_irq(irqs, intx_of(dev));
	return irqs;
}

bool arm_is_beyond_limit(const struct stage *stage, unsigned irq)
{
	const struct msi_desc *msi = msi_of(stage->m, irq);
	json_t *seen;
	bool found;

	if (!stage->arm->limit || !msi || !is_registered(msi->dev))
		return false;
	seen = arm_irqs_of(stage, msi->dev);
	found = json_at(seen, irq);
	json_decref(seen);
	return !found;
}

/* ---- an irq ---- */

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

/* A GICv2's chip has no name, and prints one when it is asked: the recorder saw none. */
static const char *chip_name(const struct irq_data *d)
{
	const char *name = d->chip ? d->chip->name : "";

	return strcmp(name, "GICv2") ? name : "?";
}

static void add_levels(json_t *record, const struct irq_desc *desc)
{
	json_t *domains = json_array(), *chips = json_array(), *hwirqs = json_array();

	for (const struct irq_data *d = &desc->irq_data; d; d = d->parent_data) {
		json_array_append_new(domains, json_string(d->domain ? d->domain->name : ""));
		json_array_append_new(chips, json_string(chip_name(d)));
		json_array_append_new(hwirqs, json_integer((json_int_t)d->hwirq));
	}
	set(record, "domains", domains);
	set(record, "chips", chips);
	set(record, "hwirqs", hwirqs);
}

static const struct irq_data *root_level(const struct irq_desc *desc)
{
	const struct irq_data *d = &desc->irq_data;

	while (d->parent_data)
		d = d->parent_data;
	return d;
}

static void add_lpi(json_t *record, const struct machine *m, const struct irq_desc *desc)
{
	unsigned intid = (unsigned)root_level(desc)->hwirq;
	json_t *pending = json_array();
	struct lpi_state state;

	if (intid < GIC_FIRST_LPI || !gicr_peek_lpi(m, 0, intid, &state)) {
		json_decref(pending);
		return;
	}
	for (int cpu = 0; (cpu = gicr_next_pending(m, intid, (unsigned)cpu)) >= 0; cpu++)
		json_array_append_new(pending, json_integer(cpu));
	set(record, "lpi_cfg", json_hex(state.memory));
	set(record, "lpi_pending", pending);
}

static void add_hits(json_t *record, const struct stage *stage, const struct irq_desc *desc)
{
	unsigned irq = desc->irq_data.irq;
	uint64_t hits = observer_handled(stage->observer, irq);

	if (!hits && !(desc->action && !strcmp(desc->action->name, "irqoracle")))
		return;
	set(record, "hits", json_integer((json_int_t)hits));
	set(record, "hit_cpus", observer_handled_cpus(stage->observer, irq));
}

static void add_vector(json_t *record, const struct stage *stage, const struct irq_desc *desc,
		       const struct msi_desc *msi)
{
	set(record, "dev", json_string(device_name(msi->dev)));
	set(record, "index", json_integer(desc->irq_data.irq - msi->irq + msi->msi_index));
	set(record, "msg", json_msg(&msi->msg));
	if (msi->dev->doorbell_page && !is_identity(stage, msi->dev))
		set(record, "msi_iova", json_hex(msi->dev->doorbell_page));
	add_lpi(record, stage->m, desc);
}

json_t *actual_arm_irq(const struct stage *stage, unsigned irq)
{
	const struct irq_desc *desc = irq_to_desc(stage->m, irq);
	const struct msi_desc *msi = msi_of(stage->m, irq);
	const json_t *owner = json_at(stage->arm->intx_owner, irq);
	const struct irq_common_data *common;
	json_t *record;

	if (!desc || (msi && !is_registered(msi->dev)))
		return NULL;
	common = &desc->irq_common_data;
	record = json_object();
	set(record, "irq", json_integer(irq));
	set(record, "action", json_string(desc->action ? desc->action->name : ""));
	set(record, "flow", json_string(irq_desc_flow(desc)));
	set(record, "depth", json_integer(desc->depth));
	set(record, "state", json_hex(common->state_use_accessors));
	set(record, "flags", state_names(common->state_use_accessors));
	set(record, "affinity", json_cpus(common->affinity));
	set(record, "effective", json_cpus(common->effective_affinity));
	add_levels(record, desc);
	if (msi)
		add_vector(record, stage, desc, msi);
	else if (owner) {
		json_object_set(record, "dev", (json_t *)owner);
		set(record, "intx", json_integer(1));
	}
	add_hits(record, stage, desc);
	return record;
}

/* ---- a device ---- */

static bool is_read(const struct stage *stage, const json_t *irqs, struct device *dev, unsigned i)
{
	const struct msi_desc *desc = msi_peek_desc(dev, MSI_DEFAULT_DOMAIN, i);

	(void)stage;
	return desc && desc->irq && json_at(irqs, desc->irq);
}

/* Entries that nobody looked at are not there. */
static void keep_entries_read(const struct stage *stage, json_t *msix, struct device *dev)
{
	json_t *entries = json_object_get(msix, "entries"), *kept = json_object();
	json_t *irqs = arm_irqs_of(stage, dev);
	const struct pci_dev *pdev = to_pci_dev(dev);

	for (unsigned i = 0; pdev->msix_enabled && i < pdev->msix_size; i++)
		if (is_read(stage, irqs, dev, i))
			json_set_at(kept, i, json_incref(json_at(entries, i)));
	if (json_object_size(kept))
		json_object_set(msix, "entries", kept);
	else
		json_object_del(msix, "entries");
	json_decref(kept);
	json_decref(irqs);
}

json_t *actual_arm_dev(const struct stage *stage, const struct device_desc *desc, bool table)
{
	struct device *dev = device_by_name(stage->m, desc->name);
	json_t *object, *driver;

	if (!dev)
		return NULL;
	object = actual_dev(stage->m, desc);
	json_object_del(object, "command");
	driver = json_object_get(stage->arm->drivers, desc->name);
	set(object, "driver", driver ? json_incref(driver) : json_string(""));
	set(object, "msi_domain", json_string(dev->msi_domain ? dev->msi_domain->name : ""));
	if (dev->doorbell_page)
		set(object, "iommu_domain", json_string(iommu_domain_of(stage, dev)));
	if (count_unassociated(dev))
		set(object, "unassociated", json_integer(count_unassociated(dev)));
	if (desc->msix.size && !table)
		keep_entries_read(stage, json_object_get(object, "msix"), dev);
	return object;
}

/* ---- the ITS ---- */

json_t *its_command_json(const uint64_t word[4])
{
	unsigned opcode = word[0] & 0xff;
	uint64_t raw[4] = {word[0], word[1], word[2], word[3]};
	json_t *command = json_pack("{s:s,s:s}", "kind", "its", "cmd", its_command_name(opcode));
	json_int_t device = (json_int_t)(word[0] >> 32), event = (json_int_t)(word[1] & UINT32_MAX);
	json_int_t icid = (json_int_t)(word[2] & 0xffff);
	json_int_t rdbase = (json_int_t)(word[2] >> 16 & UINT64_C(0x7ffffffff));

	switch ((enum its_command)opcode) {
	case ITS_CMD_SYNC:
		set(command, "rdbase", json_integer(rdbase));
		break;
	case ITS_CMD_MAPC:
		set(command, "rdbase", json_integer(rdbase));
		set(command, "valid", json_integer((json_int_t)(word[2] >> 63)));
		set(command, "icid", json_integer(icid));
		break;
	case ITS_CMD_INVALL:
		set(command, "icid", json_integer(icid));
		break;
	case ITS_CMD_MAPD:
		set(command, "devid", json_integer(device));
		set(command, "valid", json_integer((json_int_t)(word[2] >> 63)));
		set(command, "itt_bits", json_integer((json_int_t)(word[1] & 0x1f) + 1));
		raw[2] &= ~UINT64_C(0x000fffffffffff00); /* the table's address */
		break;
	case ITS_CMD_MAPTI:
		set(command, "intid", json_integer((json_int_t)(word[1] >> 32)));
		set(command, "icid", json_integer(icid));
		set(command, "devid", json_integer(device));
		set(command, "event", json_integer(event));
		break;
	case ITS_CMD_MOVI:
		set(command, "icid", json_integer(icid));
		set(command, "devid", json_integer(device));
		set(command, "event", json_integer(event));
		break;
	default:
		set(command, "devid", json_integer(device));
		set(command, "event", json_integer(event));
		break;
	}
	set(command, "raw", json_words(4, raw));
	return command;
}

json_t *actual_its_queue(const struct stage *stage)
{
	uint64_t base = GITS_CBASER_ADDRESS(its_peek_register(stage->m, 0, GITS_CBASER));
	uint64_t end = its_peek_register(stage->m, 0, GITS_CWRITER);
	json_t *commands = json_array();

	for (uint64_t at = 0; at < end; at += ITS_COMMAND_BYTES) {
		uint64_t word[4];

		bus_memory_read(stage->m, base + at, word, sizeof(word));
		json_array_append_new(commands, its_command_json(word));
	}
	return commands;
}

static json_t *table_entries(const struct stage *stage, uint32_t device_id, unsigned bits)
{
	json_t *entries = json_object();
	struct its_event event;

	for (uint32_t i = 0; i < UINT32_C(1) << bits; i++)
		if (its_peek_event(stage->m, 0, device_id, i, &event))
			json_set_at(entries, i,
				    json_pack("{s:i,s:i}", "intid", (int)event.intid, "icid",
					      (int)event.icid));
	return entries;
}

json_t *actual_its_table(const struct stage *stage, uint32_t device_id)
{
	struct its_device device = {0};
	json_t *table;

	if (!stage->recording->desc.nr_its)
		return json_null();
	its_peek_device(stage->m, 0, device_id, &device);
	table = json_pack("{s:i,s:i}", "devid", (int)device_id, "valid", (int)device.valid);
	if (!device.valid)
		return table;
	set(table, "events", json_integer((json_int_t)1 << device.event_bits));
	set(table, "itt_bits", json_integer(device.event_bits));
	set(table, "entries", table_entries(stage, device_id, device.event_bits));
	return table;
}

json_t *actual_its_state(const struct stage *stage)
{
	json_t *redistributors = json_array();
	uint64_t ctlr = its_peek_register(stage->m, 0, GITS_CTLR) & UINT32_MAX;

	for (unsigned cpu = 0; cpu < stage->recording->desc.nr_cpus; cpu++)
		json_array_append_new(
			redistributors,
			json_hex(gicr_peek_register(stage->m, cpu, GICR_CTLR) & UINT32_MAX));
	return json_pack("{s:o,s:o}", "ctlr", json_hex(ctlr), "gicr_ctlr", redistributors);
}

json_t *actual_its_write_offset(const struct stage *stage)
{
	return json_hex(its_peek_register(stage->m, 0, GITS_CWRITER));
}

json_t *actual_lpis_in_use(const struct stage *stage)
{
	json_t *lpis = json_array();

	for (uint32_t intid = GIC_FIRST_LPI; intid < UINT32_C(1) << 16; intid++)
		if (gic_lpi_is_taken(stage->m, intid))
			json_array_append_new(lpis, json_integer(intid));
	return lpis;
}

json_t *actual_lpis_per_cpu(const struct stage *stage)
{
	json_t *cpus = json_object();

	for (unsigned cpu = 0; cpu < stage->recording->desc.nr_cpus; cpu++)
		json_set_at(cpus, cpu,
			    json_integer(gic_lpi_load(stage->m, cpu, false) +
					 gic_lpi_load(stage->m, cpu, true)));
	return cpus;
}

/* ---- domains ---- */

json_t *actual_domain(const struct irq_domain *domain)
{
	return json_pack("{s:i,s:o,s:o,s:i}", "bus_token", (int)domain->bus_token, "flags",
			 json_hex(domain->flags), "hwirq_max", json_hex(domain->hwirq_max),
			 "revmap_size", (int)domain->revmap_size);
}
