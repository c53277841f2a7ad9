/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/peek.h"
#include "scenario/run.h"

#include <irqlab/passthrough.h>
#include <string.h>

bool event_consumed(const struct run *r, uint64_t position)
{
	uint64_t nr = position - r->start;

	return nr < r->consumed.length && r->consumed.data[nr];
}

void event_consume(struct run *r, uint64_t position)
{
	uint64_t nr = position - r->start;

	while (r->consumed.length <= nr && !r->consumed.failed)
		text_add(&r->consumed, "\0\0\0\0\0\0\0\0", 8);
	if (r->consumed.failed)
		stash_give_up(r->scope.stash);
	r->consumed.data[nr] = 1;
}

/* ---- names of what a record is about ---- */

struct irq_entry *irq_entry_of(const struct run *r, uint64_t virq)
{
	for (const struct name *n = r->scope.names; n; n = n->next)
		for (unsigned i = 0; n->kind == NAME_IRQS && i < n->nr_irqs; i++)
			if ((uint64_t)n->irqs[i].map.virq == virq)
				return &n->irqs[i];
	return NULL;
}

/* What scripts have no words for: an interrupt that nothing named, a place that nobody has. */
#define NO_NAME	 "(irq "
#define NO_PLACE "write _"

const char *irq_print(struct run *r, uint64_t virq)
{
	const struct irq_entry *entry = irq_entry_of(r, virq);

	return entry ? irq_entry_name(&r->scope, entry)
		     : stash_printf(r->scope.stash, NO_NAME "%" PRIu64 ")", virq);
}

static const struct remap_desc *unit_of(const struct run *r, const struct tape_record *record)
{
	if (record->actor_kind != ACTOR_UNIT || record->actor >= r->scope.topology.desc.nr_remaps)
		return NULL;
	return &r->scope.topology.remaps[record->actor];
}

/* What scripts call the unit that a record is of; NULL: it is of none. */
static const char *unit_name(const struct run *r, const struct tape_record *record)
{
	const struct topology *t = &r->scope.topology;
	const struct remap_desc *unit = unit_of(r, record);

	if (record->actor_kind == ACTOR_UNIT && t->desc.gic && record->actor < t->desc.nr_its)
		return t->its[record->actor].name;
	return unit ? unit->name : NULL;
}

static bool is_its_command(const struct run *r, const struct tape_record *record)
{
	return record->kind == TAPE_COMMAND && r->scope.topology.desc.gic && unit_name(r, record);
}

static const struct device_desc *device_named(const struct run *r, const char *name)
{
	const struct name *n = name ? name_find(&r->scope, name) : NULL;

	return n && n->kind == NAME_DEVICE ? n->device : NULL;
}

static const struct device_desc *device_of_requester(const struct run *r, uint16_t requester)
{
	const struct topology *t = &r->scope.topology;

	for (uint32_t i = 0; i < t->desc.nr_devices; i++)
		if (t->devices[i].requester == requester)
			return &t->devices[i];
	for (uint32_t i = 0; i < t->desc.nr_platforms; i++)
		if (t->devices[t->first_platform + i].requester == requester)
			return &t->devices[t->first_platform + i];
	for (uint32_t i = 0; i < t->desc.nr_aplics + t->desc.nr_mbigens; i++)
		if (t->devices[t->first_bridge + i].requester == requester)
			return &t->devices[t->first_bridge + i];
	for (uint32_t i = 0; i < t->nr_vfs; i++)
		if (t->devices[t->first_vf + i].requester == requester)
			return &t->devices[t->first_vf + i];
	return NULL;
}

/* Units that raise are bridges: APLICs of a RISC-V machine, MBIGENs of an Arm one. */
static const struct device_desc *bridge_of(const struct run *r, const struct tape_record *record)
{
	const struct topology *t = &r->scope.topology;
	uint32_t bridges = t->desc.imsic ? t->desc.nr_aplics : t->desc.nr_mbigens;

	if (record->actor_kind != ACTOR_UNIT || record->actor >= bridges)
		return NULL;
	return &t->devices[t->first_bridge + record->actor];
}

/* RAISE, LATCH: which entry of which device. */
static bool source_of(const struct run *r, const struct tape_record *record, struct source_ref *out)
{
	const struct device_desc *bridge = bridge_of(r, record);

	if (bridge) {
		*out = (struct source_ref){bridge, RAISE_STORE, 0, record->value, true};
		return true;
	}
	*out = (struct source_ref){
		.device = device_named(r, peek_device_of_event(r->m, record->object)),
		.source = DEVICE_EVENT_SOURCE(record->address),
		.store = DEVICE_EVENT_STORE(record->address),
		.index = record->value,
	};
	if (out->device && device_is_platform(&r->scope.topology, out->device))
		out->source = RAISE_STORE;
	out->has_index = out->source != RAISE_INTX;
	return out->device != NULL;
}

/* ---- arguments of an assertion ---- */

static bool match_number(struct run *r, const struct stmt *stmt, const char *param, uint64_t n)
{
	struct value value = VALUE_NUMBER(n);

	return pattern_match(&r->scope, stmt_value(stmt, param), &value);
}

static bool match_form(struct run *r, const struct stmt *stmt, const char *param, uint64_t n,
		       enum form form)
{
	struct value value = VALUE_FORM(n, form);

	return pattern_match(&r->scope, stmt_value(stmt, param), &value);
}

static bool match_irq(struct run *r, const struct stmt *stmt, uint64_t virq)
{
	const struct pattern *path = stmt_value(stmt, "IRQS");
	struct irq_slice slice;

	if (!path)
		return true;
	if (!irqs_resolve(&r->scope, path, &slice))
		return false;
	for (unsigned i = 0; i < slice.nr; i++)
		if ((uint64_t)slice.first[i].map.virq == virq)
			return true;
	return false;
}

static bool match_source(struct run *r, const struct stmt *stmt, const struct tape_record *record)
{
	const struct pattern *path = stmt_value(stmt, "SOURCE");
	struct source_ref wanted, actual;

	if (!path)
		return true;
	return source_resolve(&r->scope, path, &wanted) && source_of(r, record, &actual) &&
	       wanted.device == actual.device && wanted.source == actual.source &&
	       wanted.store == actual.store && (!wanted.has_index || wanted.index == actual.index);
}

static bool match_word(const struct stmt *stmt, const char *param, const char *word)
{
	const char *wanted = arg_word(stmt, param);

	return !*wanted || strcmp(wanted, word) == 0;
}

static const char *irqreturn_name(uint32_t value)
{
	return value == IRQ_NONE ? "none" : "handled";
}

static bool match_unit(struct run *r, const struct stmt *stmt, const struct tape_record *record)
{
	const struct pattern *path = stmt_value(stmt, "UNIT");
	const char *unit = unit_name(r, record);

	return !path || (unit && strcmp(unit, path->path->name) == 0);
}

static const char *vcpu_of(const struct run *r, const struct tape_record *record)
{
	const struct vcpu *v = vcpu_by_apic_page(r->m, record->address);

	return v ? vcpu_name(v) : "";
}

static bool match_vcpu(const struct run *r, const struct stmt *stmt,
		       const struct tape_record *record)
{
	const struct pattern *path = stmt_value(stmt, "VCPU");

	return !path || strcmp(vcpu_of(r, record), path->path->name) == 0;
}

static const char *drop_name(uint64_t reason)
{
	return reason < NR_DROP_REASONS ? drop_reason_name((enum drop_reason)reason) : "?";
}

static bool match_drop(struct run *r, const struct stmt *stmt, const struct tape_record *record)
{
	struct value value = VALUE_WORD(drop_name(record->value));

	return pattern_match(&r->scope, stmt_value(stmt, "reason"), &value);
}

static bool match_message(struct run *r, const struct stmt *stmt, const struct tape_record *record)
{
	const struct pattern *path = stmt_value(stmt, "DEVICE");
	const struct device_desc *device = device_of_requester(r, record->actor);

	if (path && (!device || strcmp(device->name, path->path->name) != 0))
		return false;
	return match_form(r, stmt, "addr", record->address,
			  message_form(&r->scope.topology, FORM_ADDRESS)) &&
	       match_form(r, stmt, "data", record->value,
			  message_form(&r->scope.topology, FORM_DATA));
}

static bool match_warning(struct run *r, const struct stmt *stmt, const struct tape_record *record)
{
	const struct pattern *path = stmt_value(stmt, "WARNING");

	if (path && (record->value >= NR_MACHINE_WARNINGS ||
		     strcmp(machine_warning_name((enum machine_warning)record->value),
			    path->path->name) != 0))
		return false;
	return match_irq(r, stmt, record->address);
}

/* ---- invalidations ---- */

enum { INTEL_FLUSH_ENTRY = 4, AMD_FLUSH_TABLE = 5 };

static bool is_flush(const struct run *r, const struct tape_record *record)
{
	const struct remap_desc *unit = unit_of(r, record);

	if (record->kind != TAPE_COMMAND || !unit)
		return false;
	return unit->kind == REMAP_INTEL ? (record->value & 0xf) == INTEL_FLUSH_ENTRY
					 : record->value >> 60 == AMD_FLUSH_TABLE;
}

/* Intel: the index, if it is about one. AMD: the device. */
static bool flush_handle(const struct run *r, const struct tape_record *record, uint64_t *handle)
{
	if (unit_of(r, record)->kind == REMAP_AMD) {
		*handle = record->value & 0xffff;
		return true;
	}
	*handle = record->value >> 32 & 0xffff;
	return record->value >> 4 & 1;
}

static bool match_place_of_unit(struct run *r, const struct stmt *stmt,
				const struct tape_record *record)
{
	const struct pattern *path = stmt_value(stmt, "PLACE");
	const char *unit = unit_name(r, record);
	const struct device_desc *device;

	if (!path)
		return true;
	if (unit)
		return strcmp(unit, path->path->name) == 0;
	device = device_of_requester(r, record->actor);
	return device && strcmp(device->name, path->path->name) == 0;
}

static bool match_flush(struct run *r, const struct stmt *stmt, const struct tape_record *record)
{
	uint64_t handle;
	bool selective = flush_handle(r, record, &handle);

	if (!match_place_of_unit(r, stmt, record))
		return false;
	if (stmt_value(stmt, "handle") && !selective)
		return false;
	return match_number(r, stmt, "handle", handle) &&
	       match_number(r, stmt, "mask", record->value >> 27 & 0x1f);
}

/* ---- commands: of queues, of remapping units, of an ITS (IHI 0069, 5.3) ---- */

static bool match_its_command(struct run *r, const struct stmt *stmt,
			      const struct tape_record *record, uint64_t position)
{
	const struct pattern *value = stmt_value(stmt, "VALUE");
	const struct tape_record *more = tape_at(r->m, position + 1);
	uint64_t collection = more && more->kind == TAPE_COMMAND_ARGS ? more->value & 0xffff : 0;
	struct value opcode = VALUE_NUMBER(record->value & 0xff);

	if (value && value->kind == PATTERN_PATH)
		opcode = (struct value)VALUE_WORD(peek_its_command((unsigned)opcode.number));
	return pattern_match(&r->scope, value, &opcode) &&
	       match_number(r, stmt, "device", record->value >> 32) &&
	       match_number(r, stmt, "event", (uint32_t)record->address) &&
	       match_number(r, stmt, "intid", record->address >> 32) &&
	       match_number(r, stmt, "collection", collection);
}

static bool match_command(struct run *r, const struct stmt *stmt, const struct tape_record *record,
			  uint64_t position)
{
	if (!match_place_of_unit(r, stmt, record))
		return false;
	if (is_its_command(r, record))
		return match_its_command(r, stmt, record, position);
	return match_number(r, stmt, "VALUE", record->value);
}

/* ---- writes ---- */

static bool index_matches(struct run *r, const struct place_pattern *wanted, int64_t index)
{
	struct value value = VALUE_NUMBER((uint64_t)index);

	if (!wanted->index) /* nic.msix.ctrl has none; nic.msix is all of it */
		return !*wanted->field || index < 0;
	return index >= 0 && pattern_match(&r->scope, wanted->index, &value);
}

bool place_matches(struct run *r, const struct place_pattern *wanted, const struct bus_place *place)
{
	const struct name *name = name_find(&r->scope, wanted->object);
	bool same_object = name && name->kind == NAME_UNIT
				   ? object_is_of_unit(place->object, wanted->object)
				   : strcmp(place->object, wanted->object) == 0;

	if (*wanted->object && !same_object)
		return false;
	if (*wanted->store && strcmp(wanted->store, place->store) != 0)
		return false;
	if (*wanted->field && strcmp(wanted->field, place->field) != 0)
		return false;
	return index_matches(r, wanted, place->index);
}

static bool match_write(struct run *r, const struct stmt *stmt, const struct tape_record *record)
{
	const struct pattern *path = stmt_value(stmt, "PLACE");
	struct place_pattern wanted;
	struct bus_place place;

	if (!tape_place(r->m, record, &place))
		return !path && match_number(r, stmt, "VALUE", record->value);
	if (path && !(place_resolve(&r->scope, path->path, NULL, &wanted) &&
		      place_matches(r, &wanted, &place)))
		return false;
	return match_form(r, stmt, "VALUE", record->value,
			  form_of_place(&r->scope.topology, &place));
}

/* ---- kinds ---- */

static enum verb kind_of(const struct tape_record *record)
{
	static const enum verb kinds[NR_TAPE_KINDS] = {
		[TAPE_MEMORY] = VERB_E_WRITE,	 [TAPE_MMIO] = VERB_E_WRITE,
		[TAPE_CONFIG] = VERB_E_WRITE,	 [TAPE_MESSAGE] = VERB_E_MESSAGE,
		[TAPE_RAISE] = VERB_E_RAISE,	 [TAPE_LATCH] = VERB_E_LATCH,
		[TAPE_DROP] = VERB_E_DROP,	 [TAPE_FAULT] = VERB_E_FAULT,
		[TAPE_REQUEST] = VERB_E_REQUEST, [TAPE_ACCEPT] = VERB_E_ACCEPT,
		[TAPE_EOI] = VERB_E_EOI,	 [TAPE_COMMAND] = VERB_E_COMMAND,
		[TAPE_HANDLER] = VERB_E_DELIVER, [TAPE_MIGRATE] = VERB_E_MIGRATE,
		[TAPE_WARNING] = VERB_E_WARN,	 [TAPE_CPU] = VERB_E_CPU,
		[TAPE_GUEST] = VERB_E_GUEST,	 [TAPE_DMA] = VERB_E_DMA,
	};

	return record->kind < NR_TAPE_KINDS ? kinds[record->kind] : VERB_NONE;
}

bool event_is_kind(struct run *r, enum verb assertion, const struct tape_record *record)
{
	if (assertion == VERB_E_FLUSH)
		return is_flush(r, record);
	return kind_of(record) == assertion;
}

static bool arguments_match(struct run *r, const struct stmt *stmt,
			    const struct tape_record *record, uint64_t position)
{
	switch (stmt->assertion) {
	case VERB_E_DELIVER:
		return match_irq(r, stmt, record->value) &&
		       match_number(r, stmt, "cpu", record->actor) &&
		       match_word(stmt, "returns", irqreturn_name(record->extra));
	case VERB_E_GUEST:
		return match_vcpu(r, stmt, record) &&
		       match_number(r, stmt, "vector", record->value) &&
		       match_number(r, stmt, "cpu", record->actor);
	case VERB_E_RAISE:
	case VERB_E_LATCH:
		return match_source(r, stmt, record);
	case VERB_E_MESSAGE:
		return match_message(r, stmt, record);
	case VERB_E_DROP:
		return match_drop(r, stmt, record);
	case VERB_E_FAULT:
		return match_unit(r, stmt, record) &&
		       match_number(r, stmt, "reason", record->value) &&
		       match_number(r, stmt, "index", record->address) &&
		       match_number(r, stmt, "requester", record->extra);
	case VERB_E_REQUEST:
	case VERB_E_ACCEPT:
	case VERB_E_EOI:
		return match_number(r, stmt, "cpu", record->actor) &&
		       match_number(r, stmt, "vector", record->value);
	case VERB_E_WRITE:
	case VERB_E_DMA:
		return match_write(r, stmt, record);
	case VERB_E_FLUSH:
		return match_flush(r, stmt, record);
	case VERB_E_COMMAND:
		return match_command(r, stmt, record, position);
	case VERB_E_WARN:
		return match_warning(r, stmt, record);
	case VERB_E_MIGRATE:
		return match_irq(r, stmt, record->value) &&
		       match_number(r, stmt, "from", record->address >> 32) &&
		       match_number(r, stmt, "to", (uint32_t)record->address);
	case VERB_E_CPU:
		return match_number(r, stmt, "CPU", record->actor) &&
		       match_word(stmt, "to", record->value ? "online" : "offline");
	default:
		return false;
	}
}

bool event_matches(struct run *r, const struct stmt *stmt, uint64_t position)
{
	const struct tape_record *record = tape_at(r->m, position);
	const struct variable *mark = bindings_mark(&r->scope);

	if (!record || !event_is_kind(r, stmt->assertion, record))
		return false;
	if (arguments_match(r, stmt, record, position))
		return true;
	bindings_undo(&r->scope, mark);
	return false;
}

/* ---- in words ---- */

static const char *print_source(struct run *r, const struct tape_record *record)
{
	struct source_ref ref;

	return source_of(r, record, &ref) ? source_print(&r->scope, &ref) : "";
}

static const char *print_write(struct run *r, const struct tape_record *record)
{
	const char *verb = verb_name(kind_of(record));
	struct bus_place place;
	struct value value;

	if (!tape_place(r->m, record, &place))
		return stash_printf(r->scope.stash, NO_PLACE " 0x%" PRIx64, record->value);
	value = (struct value)VALUE_FORM(record->value, form_of_place(&r->scope.topology, &place));
	return stash_printf(r->scope.stash, "%s %s %s", verb, place_print(&r->scope, &place),
			    value_print(&r->scope, &value));
}

static const char *print_command(struct run *r, const struct tape_record *record)
{
	const char *unit = unit_name(r, record);
	const struct device_desc *device = device_of_requester(r, record->actor);
	const char *name = unit ? unit : device ? device->name : "";
	uint64_t handle;

	if (is_its_command(r, record))
		return stash_printf(r->scope.stash, "command %s %s device=0x%x event=%u", name,
				    peek_its_command((unsigned)(record->value & 0xff)),
				    (uint32_t)(record->value >> 32), (uint32_t)record->address);

	if (!is_flush(r, record))
		return stash_printf(r->scope.stash, "command %s 0x%" PRIx64, name, record->value);
	if (flush_handle(r, record, &handle))
		return stash_printf(r->scope.stash, "flush %s.iec handle=%" PRIu64, name, handle);
	return stash_printf(r->scope.stash, "flush %s.iec", name);
}

static const char *print_message(struct run *r, const struct tape_record *record)
{
	const struct device_desc *device = device_of_requester(r, record->actor);

	return stash_printf(r->scope.stash, "message %s addr=0x%08" PRIx64 " data=0x%08" PRIx64,
			    device ? device->name : "", record->address, record->value);
}

const char *event_print(struct run *r, const struct tape_record *record)
{
	struct stash *stash = r->scope.stash;
	const char *unit = unit_name(r, record);

	switch (kind_of(record)) {
	case VERB_E_DELIVER:
		return stash_printf(stash, "deliver %s cpu=%u", irq_print(r, record->value),
				    record->actor);
	case VERB_E_RAISE:
	case VERB_E_LATCH:
		return stash_printf(stash, "%s %s", verb_name(kind_of(record)),
				    print_source(r, record));
	case VERB_E_GUEST:
		return stash_printf(stash, "deliver-guest %s vector=0x%02" PRIx64 " cpu=%u",
				    vcpu_of(r, record), record->value, record->actor);
	case VERB_E_MESSAGE:
		return print_message(r, record);
	case VERB_E_DROP:
		return stash_printf(stash, "drop reason=%s", drop_name(record->value));
	case VERB_E_FAULT:
		return stash_printf(stash, "fault %s reason=0x%" PRIx64 " index=%" PRIu64,
				    unit ? unit : "", record->value, record->address);
	case VERB_E_REQUEST:
	case VERB_E_ACCEPT:
	case VERB_E_EOI:
		return stash_printf(stash, "%s cpu=%u vector=0x%02" PRIx64,
				    verb_name(kind_of(record)), record->actor, record->value);
	case VERB_E_WRITE:
	case VERB_E_DMA:
		return print_write(r, record);
	case VERB_E_COMMAND:
		return print_command(r, record);
	case VERB_E_WARN:
		return stash_printf(
			stash, record->address ? "warn %s %s" : "warn %s",
			record->value < NR_MACHINE_WARNINGS
				? machine_warning_name((enum machine_warning)record->value)
				: "?",
			irq_print(r, record->address));
	case VERB_E_MIGRATE:
		return stash_printf(stash, "migrate %s from=%u to=%u", irq_print(r, record->value),
				    (uint32_t)(record->address >> 32), (uint32_t)record->address);
	case VERB_E_CPU:
		return stash_printf(stash, "cpu %u to=%s", record->actor,
				    record->value ? "online" : "offline");
	default:
		return NULL;
	}
}

const char *event_as_written(struct run *r, const struct tape_record *record)
{
	const char *shown = event_print(r, record);
	const char *unnamed = strstr(shown, NO_NAME), *rest;

	if (strncmp(shown, NO_PLACE, strlen(NO_PLACE)) == 0)
		return "write";
	if (!unnamed)
		return shown;
	rest = strchr(unnamed, ')') + 1;
	rest += *rest == ' ';
	return stash_printf(r->scope.stash, "%.*s%s", (int)(unnamed - shown), shown, rest);
}
