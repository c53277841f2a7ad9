/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "observer.h"
#include "arm.h"
#include "events.h"
#include "json_tools.h"
#include "remapping.h"
#include "tables.h"
#include <irqlab/bus.h>
#include <irqlab/trace.h>
#include <stdlib.h>
#include <string.h>

/* Commands to the units: VT-d 6.5.2.7 (interrupt entry cache) and AMD IOMMU 2.4.5. */
#define VTD_DESC_IEC	     4u
#define AMD_INVALIDATE_TABLE 5u
/* The recorder looked at so many entries of a table, and listed so many changes at a flush. */
#define MAX_ENTRIES_WATCHED 256u
#define MAX_CHANGED_LISTED  4u

struct known_table { /* of a device of an AMD unit, as its last flush found it */
	struct known_table *next;
	uint16_t devid;
	uint64_t entry[MAX_ENTRIES_WATCHED][2];
};

struct observer {
	struct machine *m;
	const struct recording *recording;
	struct bus_listener listener;
	json_t *writes, *delivered, *handled, *events;
	json_t *event;		 /* the last of events; arguments missing */
	json_t *handled_cpus;	 /* { irq: { cpu: 1 } } */
	json_t *messages;	 /* to slots of devices on no bus */
	json_t *remapped;	 /* steps of remapping units */
	struct remapped message; /* on its way */
	uint64_t command[4];	 /* of an ITS, in hand */
	struct known_table *tables;
	bool collect;
};

/* ---- writes of the CPU ---- */

static void config_write(struct observer *o, const struct tape_record *record,
			 const struct bus_place *place)
{
	json_array_append_new(o->writes,
			      json_pack("{s:s,s:s,s:o,s:i,s:o}", "kind", "cfg", "dev",
					place->object, "where", json_hex(place->offset & 0xfff),
					"size", record->size, "val", json_hex(record->value)));
}

static void table_write(struct observer *o, const struct tape_record *record,
			const struct bus_place *place)
{
	json_array_append_new(o->writes,
			      json_pack("{s:s,s:s,s:I,s:s,s:o}", "kind", "msix", "dev",
					place->object, "entry", (json_int_t)place->index, "word",
					place->field, "val", json_hex(record->value)));
}

/* A message is written word by word, its data last. */
static void slot_write(struct observer *o, const struct tape_record *record,
		       const struct bus_place *place)
{
	json_t *last = json_array_get(o->messages, json_array_size(o->messages) - 1);

	if (!strcmp(place->field, "addr_lo")) {
		last = json_pack("{s:s,s:I,s:[]}", "dev", place->object, "index",
				 (json_int_t)place->index, "msg");
		json_array_append_new(o->messages, last);
	}
	json_array_append_new(json_object_get(last, "msg"), json_hex(record->value));
}

static void cpu_write(struct observer *o, const struct tape_record *record)
{
	struct bus_place place;

	if (!o->collect || record->actor_kind != ACTOR_CPU || !tape_place(o->m, record, &place))
		return;
	if (record->kind == TAPE_CONFIG && o->recording->records_cfg)
		config_write(o, record, &place);
	else if (record->kind == TAPE_MMIO && o->recording->records_msix &&
		 !strcmp(place.store, "msix"))
		table_write(o, record, &place);
	else if (record->kind == TAPE_MMIO && !strcmp(place.store, "slot"))
		slot_write(o, record, &place);
}

/* ---- commands to remapping units ---- */

static const struct irq_domain *unit_domain(const struct observer *o)
{
	return irq_domain_by_name(o->m, o->recording->desc.remaps[0].domain);
}

static void intel_command(struct observer *o, uint64_t low, uint64_t high)
{
	const uint64_t words[] = {low, high};
	uint32_t index = low >> 32 & 0xffff;
	uint64_t irte[1][2];

	if ((low & 0xf) != VTD_DESC_IEC || !o->recording->records_iec || !o->collect)
		return;
	intel_table_read(unit_domain(o), index, 1, irte);
	json_array_append_new(o->writes,
			      json_pack("{s:s,s:I,s:I,s:I,s:o,s:o}", "kind", "iec", "index",
					(json_int_t)index, "mask", (json_int_t)(low >> 27 & 0x1f),
					"granularity", (json_int_t)(low >> 4 & 1), "desc",
					json_words(2, words), "irte", json_words(2, irte[0])));
}

static struct known_table *known_table(struct observer *o, uint16_t devid)
{
	struct known_table *table;

	for (table = o->tables; table; table = table->next)
		if (table->devid == devid)
			return table;
	table = calloc(1, sizeof(*table));
	if (table) {
		table->devid = devid;
		table->next = o->tables;
		o->tables = table;
	}
	return table;
}

/* Entries that differ from what the last flush found; at first: those that aren't zero. */
static json_t *changed_entries(struct observer *o, struct known_table *known)
{
	const struct irq_domain *domain = unit_domain(o);
	bool legacy = o->recording->desc.remaps[0].legacy_format;
	unsigned nr = amd_table_entries(domain, known->devid);
	json_t *changed = json_object();

	for (unsigned i = 0; i < nr && i < MAX_ENTRIES_WATCHED; i++) {
		uint64_t entry[2];

		amd_table_read(domain, known->devid, i, legacy, entry);
		if (!memcmp(entry, known->entry[i], sizeof(entry)))
			continue;
		memcpy(known->entry[i], entry, sizeof(entry));
		if (json_object_size(changed) < MAX_CHANGED_LISTED)
			json_set_at(changed, i, json_words(legacy ? 1 : 2, entry));
	}
	return changed;
}

static void amd_command(struct observer *o, uint64_t low)
{
	uint16_t devid = (uint16_t)low;
	struct known_table *known;

	if (low >> 60 != AMD_INVALIDATE_TABLE || !o->recording->records_amd_inv || !o->collect)
		return;
	known = known_table(o, devid);
	if (known)
		json_array_append_new(o->writes,
				      json_pack("{s:s,s:i,s:o}", "kind", "amd_inv", "devid", devid,
						"changed", changed_entries(o, known)));
}

/* The second record of a command has its last two words. */
static void its_command(struct observer *o, const struct tape_record *record)
{
	bool rest = record->kind == TAPE_COMMAND_ARGS;

	o->command[rest ? 2 : 0] = record->value;
	o->command[rest ? 3 : 1] = record->address;
	if (rest && o->collect && o->recording->records_its)
		json_array_append_new(o->writes, its_command_json(o->command));
}

static void unit_command(struct observer *o, const struct tape_record *record)
{
	const struct machine_desc *desc = &o->recording->desc;

	if (record->actor_kind != ACTOR_UNIT)
		return;
	if (desc->nr_its)
		its_command(o, record);
	if (!desc->nr_remaps)
		return;
	if (desc->remaps[0].kind == REMAP_INTEL)
		intel_command(o, record->value, record->address);
	else if (desc->remaps[0].kind == REMAP_AMD)
		amd_command(o, record->value);
}

/* ---- handlers and message stores ---- */

static void handler_ran(struct observer *o, const struct tape_record *record)
{
	json_t *count = json_at(o->handled, record->value);

	if (!count) {
		count = json_integer(0);
		json_set_at(o->handled, record->value, count);
	}
	json_integer_set(count, json_integer_value(count) + 1);
	if (!json_at(o->handled_cpus, record->value))
		json_set_at(o->handled_cpus, record->value, json_object());
	json_set_at(json_at(o->handled_cpus, record->value), record->actor, json_true());
	json_array_append_new(o->delivered,
			      json_pack("[I,i]", (json_int_t)record->value, (int)record->actor));
}

void observer_ims(struct observer *o, const char *callback, const struct msi_desc *desc,
		  const uint32_t slot[4])
{
	uint64_t words[4];
	json_t *write;

	if (!o->collect || !o->recording->records_ims)
		return;
	write = json_pack("{s:s,s:s,s:i}", "kind", "ims", "cb", callback, "index",
			  (int)desc->msi_index);
	if (slot) {
		for (int i = 0; i < 4; i++)
			words[i] = slot[i];
		json_object_set_new(write, "irq", json_integer(desc->irq));
		json_object_set_new(write, "slot", json_words(4, words));
	} else {
		json_object_set_new(write, "cookie", json_hex(desc->data.icookie));
	}
	json_array_append_new(o->writes, write);
}

/* ---- internal events ---- */

static void event_started(struct observer *o, const struct tape_record *record)
{
	o->event = NULL;
	if (!o->collect)
		return;
	o->event = event_begin(o->m, record);
	json_object_set_new(o->event, "at", json_integer((json_int_t)json_array_size(o->writes)));
	json_array_append_new(o->events, o->event);
}

/* ---- messages on their way through a unit ---- */

static void before(void *context, struct machine *m, const struct tape_record *record)
{
	struct observer *o = context;

	(void)m;
	if (record->kind == TAPE_MESSAGE)
		o->message = (struct remapped){.address = record->address,
					       .data = (uint32_t)record->value,
					       .requester = record->actor};
}

static void message_arrived(struct observer *o, const struct tape_record *record)
{
	o->message.arrived = true;
	o->message.destination = (uint32_t)record->address;
	o->message.vector = (uint8_t)record->value;
}

static void message_ended(struct observer *o)
{
	if (o->collect)
		remapping_append(o->remapped, o->m, o->recording, &o->message);
}

void observer_mark(struct observer *o, json_t *mark)
{
	if (!o->collect || !machine_tracing(o->m)) {
		json_decref(mark);
		return;
	}
	json_object_set_new(mark, "at", json_integer((json_int_t)json_array_size(o->writes)));
	json_array_append_new(o->events, mark);
	o->event = NULL;
}

static void after(void *context, struct machine *m, const struct tape_record *record)
{
	struct observer *o = context;

	(void)m;
	switch ((enum tape_kind)record->kind) {
	case TAPE_CONFIG:
	case TAPE_MMIO:
		cpu_write(o, record);
		break;
	case TAPE_COMMAND:
	case TAPE_COMMAND_ARGS:
		unit_command(o, record);
		break;
	case TAPE_REQUEST:
		message_arrived(o, record);
		break;
	case TAPE_MESSAGE:
		message_ended(o);
		break;
	case TAPE_HANDLER:
		handler_ran(o, record);
		break;
	case TAPE_TRACE:
		event_started(o, record);
		break;
	case TAPE_TRACE_ARGS:
		if (o->event)
			event_argument(o->m, o->event, record);
		break;
	default:
		break;
	}
}

/* ---- life ---- */

struct observer *observer_create(struct machine *m, const struct recording *recording)
{
	struct observer *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->m = m;
	o->recording = recording;
	o->writes = json_array();
	o->delivered = json_array();
	o->handled = json_object();
	o->events = json_array();
	o->handled_cpus = json_object();
	o->messages = json_array();
	o->remapped = json_array();
	o->listener = (struct bus_listener){.before = before, .after = after, .context = o};
	if (bus_listen(m, &o->listener)) {
		observer_destroy(o);
		return NULL;
	}
	return o;
}

void observer_destroy(struct observer *o)
{
	if (!o)
		return;
	bus_unlisten(o->m, &o->listener);
	while (o->tables) {
		struct known_table *next = o->tables->next;

		free(o->tables);
		o->tables = next;
	}
	json_decref(o->writes);
	json_decref(o->delivered);
	json_decref(o->handled);
	json_decref(o->events);
	json_decref(o->handled_cpus);
	json_decref(o->messages);
	json_decref(o->remapped);
	free(o);
}

void observer_begin(struct observer *o, bool collect)
{
	json_array_clear(o->writes);
	json_array_clear(o->delivered);
	json_array_clear(o->events);
	json_array_clear(o->messages);
	json_array_clear(o->remapped);
	o->event = NULL;
	o->collect = collect;
}

json_t *observer_writes(const struct observer *o)
{
	return o->writes;
}

json_t *observer_delivered(const struct observer *o)
{
	return o->delivered;
}

json_t *observer_events(const struct observer *o)
{
	return o->events;
}

json_t *observer_remapped(const struct observer *o)
{
	return o->remapped;
}

json_t *observer_messages(const struct observer *o)
{
	return o->messages;
}

json_t *observer_handled_cpus(const struct observer *o, unsigned irq)
{
	const json_t *cpus = json_at(o->handled_cpus, irq);
	json_t *list = json_array();

	for (unsigned cpu = 0; cpu < o->recording->desc.nr_cpus; cpu++)
		if (json_at(cpus, cpu))
			json_array_append_new(list, json_integer(cpu));
	return list;
}

uint64_t observer_handled(const struct observer *o, unsigned irq)
{
	return (uint64_t)json_integer_value(json_at(o->handled, irq));
}
