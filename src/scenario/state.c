/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/state.h"
#include "scenario/peek.h"

#include <irqlab/invariants.h>

#include "domains/amd_ir.h"
#include "domains/intel_ir.h"
#include "domains/x86.h"

#include <irqlab/passthrough.h>
#include <string.h>

struct state_key {
	const char *name, *text;
};

static const struct state_key keys[NR_STATE_KINDS][32] = {
#define ROW(name, text) {#name, text},
	[STATE_IRQ] = {IRQLAB_STATE_IRQ_KEYS(ROW)},
	[STATE_DEVICE] = {IRQLAB_STATE_DEVICE_KEYS(ROW)},
	[STATE_SOURCE] = {IRQLAB_STATE_SOURCE_KEYS(ROW)},
	[STATE_CPU] = {IRQLAB_STATE_CPU_KEYS(ROW)},
	[STATE_VECTORS] = {IRQLAB_STATE_VECTORS_KEYS(ROW)},
	[STATE_ENTRY] = {IRQLAB_STATE_ENTRY_KEYS(ROW)},
	[STATE_VCPU] = {IRQLAB_STATE_VCPU_KEYS(ROW)},
#undef ROW
};

const char *state_kind_text(enum state_kind kind)
{
	static const char *const texts[] = {
		[STATE_IRQ] = "an interrupt",	   [STATE_DEVICE] = "a device",
		[STATE_SOURCE] = "a message slot", [STATE_CPU] = "a CPU",
		[STATE_VECTORS] = "the vectors",   [STATE_ENTRY] = "a table entry",
		[STATE_VCPU] = "a virtual CPU",
	};

	return texts[kind];
}

bool state_key(enum state_kind kind, unsigned nr, const char **name, const char **text)
{
	if (nr >= sizeof(keys[0]) / sizeof(keys[0][0]) || !keys[kind][nr].name)
		return false;
	*name = keys[kind][nr].name;
	*text = keys[kind][nr].text;
	return true;
}

bool state_key_check(struct scope *scope, const struct state_object *object, const struct arg *arg)
{
	struct suggestion best = {0};
	const char *name, *text;

	pattern_check(scope, arg->value, FORM_PLAIN);
	for (unsigned i = 0; state_key(object->kind, i, &name, &text); i++) {
		if (strcmp(name, arg->key) == 0)
			return true;
		suggestion_offer(&best, arg->key, name);
	}
	diag_suggest(scope->diags,
		     scope_error(scope, DIAG_UNKNOWN_FIELD, arg->span,
				 state_kind_text(object->kind), arg->key),
		     best.word);
	return false;
}

/* ---- whose state ---- */

static bool resolve_cpu(struct scope *scope, const struct segment *path, struct state_object *out)
{
	uint64_t last = scope->topology.desc.nr_cpus - UINT64_C(1);

	out->kind = STATE_CPU;
	if (!path->index) {
		scope_error(scope, DIAG_WRONG_KIND, path->span, "cpu", "no CPU by itself",
			    "one such as cpu[0]");
		return false;
	}
	if (!number_resolve(scope, path->index, &out->number))
		return false;
	if (out->number <= last)
		return true;
	scope_error(scope, DIAG_BAD_VALUE, path->span, "cpu", out->number, UINT64_C(0), last);
	return false;
}

static bool resolve_entry(struct scope *scope, const struct pattern *path, const struct name *unit,
			  struct state_object *out)
{
	const struct device_desc *owner = table_owner(scope, path->path);
	const struct segment *entry = owner ? path->path->next->next : path->path->next;
	bool amd = unit->unit && unit->unit->kind == REMAP_AMD;
	uint64_t index;

	out->kind = STATE_ENTRY;
	if (!unit->unit || !entry || strcmp(entry->name, "irte") != 0 || !entry->index ||
	    amd != (owner != NULL)) {
		scope_error(scope, DIAG_WRONG_KIND, path->span, unit->name, "a unit as a whole",
			    amd ? "an entry of a device such as ir.nic.irte[0]"
				: "an entry such as ir.irte[0]");
		return false;
	}
	if (!number_resolve(scope, entry->index, &index))
		return false;
	out->entry = entry_ref(&scope->topology, unit->unit, owner, index);
	return true;
}

bool state_resolve(struct scope *scope, const struct pattern *path, struct state_object *out)
{
	const struct name *name = name_find(scope, path->path->name);
	struct irq_slice slice;

	*out = (struct state_object){.span = path->span};
	if (!name && strcmp(path->path->name, "cpu") == 0)
		return resolve_cpu(scope, path->path, out);
	if (!name && strcmp(path->path->name, "vectors") == 0) {
		out->kind = STATE_VECTORS;
		return true;
	}
	if (name && name->kind == NAME_UNIT)
		return resolve_entry(scope, path, name, out);
	if (name && name->kind == NAME_VCPU) {
		out->kind = STATE_VCPU;
		out->vcpu = name->name;
		return true;
	}
	if (name && name->kind == NAME_DEVICE && !path->path->next) {
		out->kind = STATE_DEVICE;
		out->device = name->device;
		return true;
	}
	if (name && name->kind == NAME_DEVICE) {
		out->kind = STATE_SOURCE;
		return source_resolve(scope, path, &out->source);
	}
	if (!irqs_resolve(scope, path, &slice))
		return false;
	out->kind = STATE_IRQ;
	out->irq = slice.first;
	return true;
}

/* ---- what it is now ---- */

static uint64_t handle_of(const struct machine *m, unsigned irq)
{
	struct intel_ir_info intel;
	struct amd_ir_info amd;

	if (intel_ir_info(m, irq, &intel))
		return intel.index + intel.sub;
	return amd_ir_info(m, irq, &amd) ? amd.index : 0;
}

static unsigned levels_of(const struct irq_data *d)
{
	unsigned nr = 0;

	for (; d; d = d->parent_data)
		nr++;
	return nr;
}

static const char *chip_of(const struct irq_desc *desc)
{
	if (desc->chip_name)
		return desc->chip_name;
	return desc->irq_data.chip ? desc->irq_data.chip->name : "";
}

static bool irq_value(struct machine *m, const struct irq_entry *irq, const char *key,
		      struct value *out)
{
	unsigned number = (unsigned)irq->map.virq;
	const struct irq_desc *desc = irq_to_desc(m, number);
	const struct irq_data *d;
	struct x86_vector_info v = {0};
	uint32_t state;

	if (!desc)
		return false;
	d = &desc->irq_data;
	state = desc->irq_common_data.state_use_accessors;
	x86_vector_info(m, number, &v);
#define KEY(name, expression)                                                                      \
	if (strcmp(key, #name) == 0) {                                                             \
		*out = (expression);                                                               \
		return true;                                                                       \
	}
#define FLAG(name, bits) KEY(name, VALUE_NUMBER(!!(state & (bits))))
	KEY(irq, VALUE_NUMBER(number))
	KEY(index, VALUE_NUMBER((uint64_t)irq->map.index))
	KEY(affinity, VALUE_CPUS(desc->irq_common_data.affinity))
	KEY(effective, VALUE_CPUS(desc->irq_common_data.effective_affinity))
	KEY(hint, VALUE_CPUS(desc->affinity_hint ? desc->affinity_hint : cpumask_none(m)))
	FLAG(wakes, IRQD_WAKEUP_STATE)
	KEY(vector, VALUE_NUMBER(v.vector))
	KEY(cpu, VALUE_NUMBER(v.cpu))
	KEY(previous_vector, VALUE_NUMBER(v.prev_vector))
	KEY(previous_cpu, VALUE_NUMBER(v.prev_cpu))
	KEY(moving, VALUE_NUMBER(v.move_in_progress))
	KEY(cleanup, VALUE_NUMBER(v.cleanup_pending))
	KEY(reserved, VALUE_NUMBER(v.has_reserved))
	FLAG(managed, IRQD_AFFINITY_MANAGED)
	KEY(depth, VALUE_NUMBER(desc->depth))
	FLAG(disabled, IRQD_IRQ_DISABLED)
	FLAG(masked, IRQD_IRQ_MASKED)
	FLAG(started, IRQD_IRQ_STARTED)
	FLAG(activated, IRQD_ACTIVATED)
	FLAG(shutdown, IRQD_MANAGED_SHUTDOWN)
	KEY(pending, VALUE_NUMBER(!!(desc->istate & IRQS_PENDING)))
	FLAG(move_pending, IRQD_SETAFFINITY_PENDING)
	KEY(count, VALUE_NUMBER(desc->tot_count))
	KEY(lost, VALUE_NUMBER(machine_irq_lost(m, number, NULL)))
	KEY(handle, VALUE_NUMBER(handle_of(m, number)))
	KEY(domain, VALUE_WORD(d->domain ? d->domain->name : ""))
	KEY(chip, VALUE_WORD(chip_of(desc)))
	KEY(levels, VALUE_NUMBER(levels_of(d)))
	KEY(hwirq, VALUE_NUMBER(d->hwirq))
	KEY(flow, VALUE_WORD(irq_flow_name(desc->handle_irq, false)))
	return false;
}

static bool device_value(struct machine *m, const struct device_desc *d, const char *key,
			 struct value *out)
{
	uint32_t command = peek_config(m, d, 4);
	uint32_t msix = d->msix.size ? peek_config(m, d, d->msix.cap + 2u) : 0;
	uint32_t msi = d->msi.vectors ? peek_config(m, d, d->msi.cap + 2u) : 0;

	KEY(msix, VALUE_NUMBER(msix >> 15 & 1))
	KEY(maskall, VALUE_NUMBER(msix >> 14 & 1))
	KEY(msi, VALUE_NUMBER(msi & 1))
	KEY(messages, VALUE_NUMBER(msi >> 4 & 7))
	KEY(intx, VALUE_NUMBER(!(command >> 10 & 1)))
	KEY(bus_master, VALUE_NUMBER(command >> 2 & 1))
	return false;
}

static bool source_value(const struct topology *t, struct machine *m, const struct source_ref *ref,
			 const char *key, struct value *out)
{
	struct stored_message message;

	if (!peek_message(m, t, ref, &message))
		return false;
	KEY(masked, VALUE_NUMBER(message.masked))
	KEY(pending, VALUE_NUMBER(message.pending))
	KEY(address, VALUE_FORM(message.address, message_form(t, FORM_ADDRESS)))
	KEY(data, VALUE_FORM(message.data, message_form(t, FORM_DATA)))
	KEY(ctrl, VALUE_NUMBER(message.ctrl))
	return false;
}

static bool cpu_value(struct machine *m, unsigned cpu, const char *key, struct value *out)
{
	struct matrix_cpu_record record = {0};
	bool initialized;

	if (!x86_matrix(m) || !irq_matrix_cpu(x86_matrix(m), cpu, &record, &initialized))
		return false;
	KEY(online, VALUE_NUMBER(cpumask_test(cpu_online_mask(m), cpu)))
	KEY(available, VALUE_NUMBER(record.available))
	KEY(allocated, VALUE_NUMBER(record.allocated))
	KEY(managed, VALUE_NUMBER(record.managed))
	KEY(managed_allocated, VALUE_NUMBER(record.managed_allocated))
	return false;
}

static bool vectors_value(struct machine *m, const char *key, struct value *out)
{
	struct irq_matrix_totals totals;

	if (!x86_matrix(m))
		return false;
	totals = irq_matrix_totals(x86_matrix(m));
	KEY(available, VALUE_NUMBER(totals.global_available))
	KEY(reserved, VALUE_NUMBER(totals.global_reserved))
	KEY(allocated, VALUE_NUMBER(totals.total_allocated))
	KEY(online, VALUE_NUMBER(totals.online_maps))
	return false;
}

static bool entry_value(struct machine *m, const struct state_object *o, const char *key,
			struct value *out)
{
	enum form lo = form_of_entry(o->entry.unit, "lo"), hi = form_of_entry(o->entry.unit, "hi");
	uint64_t memory[2] = {0}, cached[2] = {0};
	bool has_copy = peek_cached(m, &o->entry, cached);

	if (!peek_entry(m, &o->entry, memory))
		return false;
	KEY(lo, VALUE_FORM(memory[0], lo))
	KEY(hi, VALUE_FORM(memory[1], hi))
	KEY(cached_lo, VALUE_FORM(cached[0], lo))
	KEY(cached_hi, VALUE_FORM(cached[1], hi))
	KEY(cached, VALUE_NUMBER(has_copy))
	return false;
}

static unsigned vectors_waiting(const struct vcpu_info *info)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < 4; i++)
		nr += (unsigned)__builtin_popcountll(info->posted[i] | info->requested[i]);
	return nr;
}

static bool vcpu_value(struct machine *m, const char *name, const char *key, struct value *out)
{
	const struct vcpu *v = vcpu_by_name(m, name);
	struct vcpu_info info;

	if (!v)
		return false;
	vcpu_look(v, &info);
	KEY(running, VALUE_NUMBER(info.cpu >= 0))
	if (info.cpu >= 0)
		KEY(cpu, VALUE_NUMBER((uint64_t)info.cpu))
	KEY(waits, VALUE_NUMBER(info.waits))
	KEY(woken, VALUE_NUMBER(info.woken))
	KEY(waiting, VALUE_NUMBER(vectors_waiting(&info)))
	KEY(outstanding, VALUE_NUMBER(info.outstanding))
	KEY(suppressed, VALUE_NUMBER(info.suppressed))
	KEY(notification, VALUE_NUMBER(info.notification))
	KEY(destination, VALUE_NUMBER(info.destination))
	return false;
}
#undef FLAG
#undef KEY

bool state_value(struct scope *scope, struct machine *m, const struct state_object *object,
		 const char *key, struct value *out)
{
	switch (object->kind) {
	case STATE_IRQ:
		return irq_value(m, object->irq, key, out);
	case STATE_DEVICE:
		return device_value(m, object->device, key, out);
	case STATE_SOURCE:
		return source_value(&scope->topology, m, &object->source, key, out);
	case STATE_CPU:
		return cpu_value(m, (unsigned)object->number, key, out);
	case STATE_VECTORS:
		return vectors_value(m, key, out);
	case STATE_ENTRY:
		return entry_value(m, object, key, out);
	case STATE_VCPU:
		return vcpu_value(m, object->vcpu, key, out);
	default:
		return false;
	}
}
