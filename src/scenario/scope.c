/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scope.h"

#include <ctype.h>
#include <irqlab/bus.h>
#include <stdlib.h>
#include <string.h>

/* ---- the matrix ---- */

static const struct parameter *parameter_find(const struct scope *scope, const char *name,
					      unsigned *nr)
{
	*nr = 0;
	for (const struct parameter *p = scope->scenario->parameters; p; p = p->next, ++*nr)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

const char *scope_combination(const struct scope *scope, struct stash *stash)
{
	const char *out = "";
	unsigned nr = 0;

	for (const struct parameter *p = scope->scenario->parameters; p; p = p->next, nr++)
		out = stash_printf(stash, "%s%s%s=%s", out, nr ? " " : " [", p->name,
				   p->values[scope->choice[nr]]);
	return nr ? stash_printf(stash, "%s]", out) : "";
}

static bool parameter_has(const struct parameter *p, const char *value)
{
	for (unsigned i = 0; i < p->nr_values; i++)
		if (strcmp(p->values[i], value) == 0)
			return true;
	return false;
}

static const char *parameter_suggestion(const struct parameter *p, const char *value)
{
	struct suggestion best = {0};

	for (unsigned i = 0; i < p->nr_values; i++)
		suggestion_offer(&best, value, p->values[i]);
	return best.word;
}

/* Is `now` the value, or one of {these, words}? */
static bool guard_value(struct scope *scope, const struct parameter *p, const struct pattern *value,
			const char *now)
{
	struct text text = {0};
	bool same = false;

	if (value->kind == PATTERN_FIELDS) {
		for (const struct field *f = value->fields; f; f = f->next)
			same |= strcmp(f->name, now) == 0;
		return same;
	}
	pattern_print(value, &text);
	if (!parameter_has(p, text_string(&text)))
		diag_suggest(scope->diags,
			     scope_error(scope, DIAG_UNKNOWN_PARAMETER_VALUE, value->span, p->name,
					 text_string(&text)),
			     parameter_suggestion(p, text_string(&text)));
	same = strcmp(text_string(&text), now) == 0;
	text_free(&text);
	return same;
}

bool scope_applies(struct scope *scope, const struct stmt *stmt)
{
	bool applies = true;

	for (const struct field *f = stmt->when; f; f = f->next) {
		unsigned nr;
		const struct parameter *p = parameter_find(scope, f->name, &nr);

		if (!p) {
			scope_error(scope, DIAG_UNKNOWN_PARAMETER, f->span, f->name);
			continue;
		}
		applies &= guard_value(scope, p, f->value, p->values[scope->choice[nr]]);
	}
	return applies;
}

/* ---- names ---- */

const char *name_kind_text(enum name_kind kind)
{
	static const char *const texts[] = {
		[NAME_DEVICE] = "a device",	 [NAME_UNIT] = "a remapping unit",
		[NAME_ROOT] = "a vector domain", [NAME_IRQS] = "interrupts",
		[NAME_POOL] = "a pool",		 [NAME_CHECKPOINT] = "a checkpoint",
		[NAME_VCPU] = "a virtual CPU",	 [NAME_BROKEN] = "",
	};

	return texts[kind];
}

struct name *name_find(const struct scope *scope, const char *name)
{
	for (struct name *n = scope->names; n; n = n->next)
		if (strcmp(n->name, name) == 0)
			return n;
	return NULL;
}

/* The error that there is says enough. */
static bool is_broken(struct scope *scope, const struct name *name)
{
	if (!name || name->kind != NAME_BROKEN)
		return false;
	scope->invalid = true;
	return true;
}

/* Names of interrupts, pools and checkpoints may be used again; the newest counts. */
static bool may_be_hidden(enum name_kind kind)
{
	return kind == NAME_IRQS || kind == NAME_POOL || kind == NAME_CHECKPOINT;
}

struct name *name_define(struct scope *scope, const char *name, enum name_kind kind,
			 struct span span)
{
	struct name *old = name_find(scope, name);
	struct name *new;

	if (is_broken(scope, old))
		return NULL;
	if (old && !(may_be_hidden(kind) && old->kind == kind)) {
		struct diag *diag = scope_error(scope, DIAG_DUPLICATE_NAME, span, name,
						name_kind_text(old->kind));

		diag_note(scope->diags, diag, old->span, "defined here");
		return NULL;
	}
	new = stash_new(scope->stash, struct name);
	new->name = name;
	new->kind = kind;
	new->span = span;
	new->next = scope->names;
	scope->names = new;
	return new;
}

void name_is_broken(struct scope *scope, const char *name, struct span span)
{
	struct name *broken = name_find(scope, name);

	if (!broken) {
		broken = stash_new(scope->stash, struct name);
		broken->name = name;
		broken->span = span;
		broken->next = scope->names;
		scope->names = broken;
	}
	broken->kind = NAME_BROKEN;
}

static const char *name_suggestion(const struct scope *scope, const char *name, enum name_kind kind)
{
	struct suggestion best = {0};

	for (const struct name *n = scope->names; n; n = n->next)
		if (n->kind == kind)
			suggestion_offer(&best, name, n->name);
	return best.word;
}

static void unknown_name(struct scope *scope, struct span span, const char *name,
			 enum name_kind kind)
{
	static const char *const nobody[] = {
		[NAME_DEVICE] = "no device",	  [NAME_UNIT] = "no remapping unit",
		[NAME_ROOT] = "no vector domain", [NAME_IRQS] = "no interrupt",
		[NAME_POOL] = "no pool",	  [NAME_CHECKPOINT] = "no checkpoint",
		[NAME_VCPU] = "no virtual CPU",	  [NAME_BROKEN] = "",
	};
	struct diag *diag;

	if (is_broken(scope, name_find(scope, name)))
		return;
	diag = scope_error(scope, DIAG_UNKNOWN_NAME, span, nobody[kind], name);
	diag_suggest(scope->diags, diag, name_suggestion(scope, name, kind));
}

struct name *name_resolve(struct scope *scope, const struct pattern *path, enum name_kind kind)
{
	const char *word = path->path->name;
	struct name *name = name_find(scope, word);

	if (!name) {
		unknown_name(scope, path->span, word, kind);
		return NULL;
	}
	if (is_broken(scope, name))
		return NULL;
	if (name->kind == kind)
		return name;
	diag_note(scope->diags,
		  scope_error(scope, DIAG_WRONG_KIND, path->span, word, name_kind_text(name->kind),
			      name_kind_text(kind)),
		  name->span, "defined here");
	return NULL;
}

/* ---- interrupts ---- */

static bool slice_bounds(struct scope *scope, const struct pattern *index, uint64_t *first,
			 uint64_t *last)
{
	if (index->kind == PATTERN_RANGE) {
		*first = index->first.value;
		*last = index->last.value;
		return true;
	}
	if (!number_resolve(scope, index, first))
		return false;
	*last = *first;
	return true;
}

bool irqs_resolve(struct scope *scope, const struct pattern *path, struct irq_slice *out)
{
	struct name *name = name_resolve(scope, path, NAME_IRQS);
	const struct pattern *index = path->path->index;
	uint64_t first = 0, last;

	if (!name)
		return false;
	if (path->path->next) {
		scope_error(scope, DIAG_UNKNOWN_FIELD, path->path->next->span, name->name,
			    path->path->next->name);
		return false;
	}
	last = name->nr_irqs ? name->nr_irqs - 1 : 0;
	if (index && !slice_bounds(scope, index, &first, &last))
		return false;
	if (last >= name->nr_irqs) {
		scope_error(scope, DIAG_BAD_INDEX, path->span, name->name, last);
		return false;
	}
	*out = (struct irq_slice){
		.first = &name->irqs[first],
		.nr = (unsigned)(last - first + 1),
		.name = name->name,
		.index = (unsigned)first,
		.alone = name->nr_irqs == 1,
	};
	return true;
}

const char *irq_entry_name(struct scope *scope, const struct irq_entry *entry)
{
	for (const struct name *n = scope->names; n; n = n->next) {
		if (n->kind != NAME_IRQS || entry < n->irqs || entry >= n->irqs + n->nr_irqs)
			continue;
		if (n->nr_irqs == 1)
			return n->name;
		return stash_printf(scope->stash, "%s[%u]", n->name, (unsigned)(entry - n->irqs));
	}
	return "?";
}

/* ---- sources of interrupts ---- */

bool device_is_platform(const struct topology *t, const struct device_desc *device)
{
	return device - t->devices >= t->first_platform && device - t->devices < t->first_bridge;
}

bool device_is_bridge(const struct topology *t, const struct device_desc *device)
{
	return device - t->devices >= t->first_bridge && device - t->devices < t->first_vf;
}

bool store_is_table(const struct store_desc *store)
{
	return store->kind != STORE_QUEUE;
}

static struct store_name *stores_of(const struct scope *scope, const struct device_desc *device)
{
	return scope->topology.stores[device - scope->topology.devices];
}

static const struct device_desc *device_resolve(struct scope *scope, const struct pattern *path)
{
	struct name *name = name_resolve(scope, path, NAME_DEVICE);

	return name ? name->device : NULL;
}

static bool store_find(const struct scope *scope, const struct device_desc *device,
		       const char *word, unsigned *store)
{
	const struct store_name *names = stores_of(scope, device);

	for (unsigned i = 0; i < device->nr_stores; i++) {
		if (strcmp(names[i].name, word) == 0 || strcmp(names[i].on_bus, word) == 0) {
			*store = i;
			return true;
		}
	}
	return false;
}

static void unknown_store(struct scope *scope, const struct segment *segment,
			  const struct device_desc *device)
{
	struct suggestion best = {0};

	for (unsigned i = 0; i < device->nr_stores; i++)
		suggestion_offer(&best, segment->name, stores_of(scope, device)[i].name);
	suggestion_offer(&best, segment->name, "msix");
	suggestion_offer(&best, segment->name, "intx");
	diag_suggest(
		scope->diags,
		scope_error(scope, DIAG_UNKNOWN_STORE, segment->span, device->name, segment->name),
		best.word);
}

bool store_resolve(struct scope *scope, const struct pattern *path,
		   const struct device_desc **device, unsigned *store)
{
	*device = device_resolve(scope, path);
	if (!*device)
		return false;
	if (!path->path->next) {
		scope_error(scope, DIAG_UNKNOWN_STORE, path->span, (*device)->name, "");
		return false;
	}
	if (store_find(scope, *device, path->path->next->name, store))
		return true;
	unknown_store(scope, path->path->next, *device);
	return false;
}

static uint64_t source_size(const struct source_ref *ref)
{
	switch (ref->source) {
	case RAISE_MSI:
		return ref->device->msi.vectors;
	case RAISE_MSIX:
		return ref->device->msix.size;
	case RAISE_STORE:
		return ref->device->store[ref->store].slots;
	default:
		return 1;
	}
}

static bool source_kind(struct scope *scope, const struct segment *segment, struct source_ref *out)
{
	if (strcmp(segment->name, "msix") == 0 && out->device->msix.size)
		out->source = RAISE_MSIX;
	else if (strcmp(segment->name, "msi") == 0 && out->device->msi.vectors)
		out->source = RAISE_MSI;
	else if (strcmp(segment->name, "intx") == 0 && out->device->pin)
		out->source = RAISE_INTX;
	else if (store_find(scope, out->device, segment->name, &out->store))
		out->source = RAISE_STORE;
	else
		return false;
	return true;
}

static bool source_of_interrupt(struct scope *scope, const struct pattern *path,
				struct source_ref *out)
{
	struct irq_slice slice;

	if (!irqs_resolve(scope, path, &slice))
		return false;
	*out = (struct source_ref){
		.device = slice.first->device,
		.source = slice.first->source,
		.store = slice.first->store,
		.index = slice.first->slot,
		.has_index = true,
	};
	return true;
}

bool source_resolve(struct scope *scope, const struct pattern *path, struct source_ref *out)
{
	const struct segment *segment = path->path->next;
	const struct name *name = name_find(scope, path->path->name);

	memset(out, 0, sizeof(*out));
	if (is_broken(scope, name))
		return false;
	if (name && name->kind == NAME_IRQS)
		return source_of_interrupt(scope, path, out);
	out->device = device_resolve(scope, path);
	if (!out->device)
		return false;
	if (!segment || !source_kind(scope, segment, out)) {
		unknown_store(scope, segment ? segment : path->path, out->device);
		return false;
	}
	if (!segment->index)
		return true;
	if (!number_resolve(scope, segment->index, &out->index))
		return false;
	out->has_index = true;
	if (out->index < source_size(out))
		return true;
	scope_error(scope, DIAG_BAD_INDEX, segment->span,
		    stash_printf(scope->stash, "%s.%s", out->device->name, segment->name),
		    out->index);
	return false;
}

const char *source_print(struct scope *scope, const struct source_ref *ref)
{
	static const char *const names[] = {"intx", "msi", "msix"};
	const char *kind = ref->source == RAISE_STORE
				   ? stores_of(scope, ref->device)[ref->store].name
				   : names[ref->source];

	if (!ref->has_index)
		return stash_printf(scope->stash, "%s.%s", ref->device->name, kind);
	return stash_printf(scope->stash, "%s.%s[%" PRIu64 "]", ref->device->name, kind,
			    ref->index);
}

/* ---- places ---- */

static const char *place_alias(const char *field)
{
	if (strcmp(field, "lo") == 0)
		return "addr_lo";
	if (strcmp(field, "hi") == 0)
		return "addr_hi";
	return field;
}

static const char *store_on_bus(const struct scope *scope, const struct device_desc *device,
				const char *word)
{
	unsigned store;

	if (store_find(scope, device, word, &store))
		return stores_of(scope, device)[store].on_bus;
	return word;
}

/* Objects that nobody declares: the machine's kind has them. */
static bool is_built_in(const struct topology *t, const char *word)
{
	static const struct {
		enum legacy_kind kind;
		const char *object;
	} objects[] = {
		{LEGACY_POWERPC, "firmware"}, {LEGACY_POWERPC, "xive"}, {LEGACY_S390, "adapter"},
		{LEGACY_OCTEON, "octeon"},    {LEGACY_XEN, "xen"},
	};

	if (!t->desc.legacy)
		return strcmp(word, "lapic") == 0; /* of the CPU that writes */
	for (unsigned i = 0; i < sizeof(objects) / sizeof(*objects); i++)
		if (objects[i].kind == t->desc.legacy->kind && !strcmp(objects[i].object, word))
			return true;
	return false;
}

static bool place_object(struct scope *scope, const struct segment *segment,
			 const struct device_desc **device, struct place_pattern *out)
{
	const struct name *name = name_find(scope, segment->name);

	*device = NULL;
	out->object = segment->name;
	if (is_broken(scope, name))
		return false;
	if ((!name || name->kind == NAME_ROOT) && is_built_in(&scope->topology, segment->name))
		return true;
	if (name && name->kind == NAME_ROOT &&
	    (scope->topology.desc.gic || scope->topology.desc.imsic)) /* has registers */
		return true;
	if (!name ||
	    (name->kind != NAME_DEVICE && name->kind != NAME_UNIT && name->kind != NAME_VCPU)) {
		unknown_name(scope, segment->span, segment->name, NAME_DEVICE);
		return false;
	}
	*device = name->kind == NAME_DEVICE ? name->device : NULL;
	return true;
}

const struct device_desc *table_owner(const struct scope *scope, const struct segment *path)
{
	const struct name *unit = name_find(scope, path->name);
	const struct name *owner = path->next ? name_find(scope, path->next->name) : NULL;

	if (!unit || unit->kind != NAME_UNIT || !unit->unit || unit->unit->kind != REMAP_AMD)
		return NULL;
	return owner && owner->kind == NAME_DEVICE ? owner->device : NULL;
}

bool place_resolve(struct scope *scope, const struct segment *path, const struct segment *suffix,
		   struct place_pattern *out)
{
	const struct device_desc *device = NULL, *owner = path ? table_owner(scope, path) : NULL;
	const struct segment *all[4] = {0};
	unsigned nr = 0;

	memset(out, 0, sizeof(*out));
	out->object = out->store = out->field = "";
	if (owner) { /* ir.nic.irte[0]: as the bus has it, ir-18.irte[0] */
		out->object = stash_printf(scope->stash, "%s-%x", path->name, owner->requester);
		path = path->next;
	}
	for (; path && nr < 4; path = path->next)
		all[nr++] = path;
	for (; suffix && nr < 4; suffix = suffix->next)
		all[nr++] = suffix;
	if (!nr || (!owner && !place_object(scope, all[0], &device, out)))
		return nr == 0;
	if (nr > 1) {
		out->store = device ? store_on_bus(scope, device, all[1]->name) : all[1]->name;
		out->index = all[1]->index;
	}
	if (nr > 2)
		out->field = device ? place_alias(all[2]->name) : all[2]->name;
	return true;
}

/* A table of one device's entries: "ir-18" is ir.nic, or just of ir. */
static void object_print(const struct scope *scope, const char *object, struct text *to)
{
	const struct topology *t = &scope->topology;

	for (uint32_t i = 0; i < t->desc.nr_remaps; i++) {
		const char *unit = t->remaps[i].name, *dash = object + strlen(unit);

		if (!object_is_of_unit(object, unit) || !*dash)
			continue;
		text_puts(to, unit);
		for (uint32_t d = 0; d < t->desc.nr_devices; d++) {
			if (t->devices[d].requester != strtoul(dash + 1, NULL, 16))
				continue;
			text_printf(to, ".%s", t->devices[d].name);
			break;
		}
		return;
	}
	text_puts(to, object);
}

const char *place_print(struct scope *scope, const struct bus_place *place)
{
	const struct name *name = name_find(scope, place->object);
	const char *store = place->store, *field = place->field;
	struct text text = {0};
	const char *out;
	unsigned nr;

	if (name && name->kind == NAME_DEVICE) {
		if (store_find(scope, name->device, store, &nr))
			store = stores_of(scope, name->device)[nr].name;
		field = strcmp(field, "addr_lo") == 0	? "lo"
			: strcmp(field, "addr_hi") == 0 ? "hi"
							: field;
	}
	object_print(scope, place->object, &text);
	if (*store)
		text_printf(&text, ".%s", store);
	if (place->index >= 0)
		text_printf(&text, "[%" PRId64 "]", place->index);
	if (*field)
		text_printf(&text, ".%s", field);
	out = stash_string(scope->stash, text_string(&text));
	text_free(&text);
	return out;
}

/* ---- numbers ---- */

static const struct variable *variable_find(const struct scope *scope, const char *name)
{
	for (const struct variable *v = scope->variables; v; v = v->next)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

bool number_resolve(struct scope *scope, const struct pattern *p, uint64_t *out)
{
	const struct variable *variable;

	if (p->kind == PATTERN_INT) {
		*out = p->first.value;
		return true;
	}
	variable = p->kind == PATTERN_VARIABLE ? variable_find(scope, p->text) : NULL;
	if (variable && !variable->word) {
		*out = variable->number;
		return true;
	}
	if (p->kind == PATTERN_VARIABLE)
		scope_error(scope, DIAG_UNBOUND_VARIABLE, p->span, p->text);
	else
		scope_error(scope, DIAG_WRONG_KIND, p->span, "this", "a pattern", "one number");
	return false;
}

static bool in_bounds(struct scope *scope, struct span span, const char *what, uint64_t value,
		      uint64_t lowest, uint64_t highest)
{
	if (value >= lowest && value <= highest)
		return true;
	scope_error(scope, DIAG_BAD_VALUE, span, what, value, lowest, highest);
	return false;
}

/* "CPU" is "cpu" to people. */
static const char *param_shown(struct scope *scope, const char *param)
{
	char *out = stash_string(scope->stash, param);

	for (char *p = out; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return out;
}

bool arg_number(struct scope *scope, const struct stmt *stmt, const char *param, uint64_t lowest,
		uint64_t highest, uint64_t otherwise, uint64_t *out)
{
	const struct arg *arg = stmt_arg(stmt, param);

	*out = otherwise;
	if (!arg)
		return true;
	return number_resolve(scope, arg->value, out) &&
	       in_bounds(scope, arg->span, param_shown(scope, param), *out, lowest, highest);
}

static bool list_add(struct scope *scope, const struct pattern *p, uint64_t highest,
		     const char *what, uint32_t *out, unsigned room, unsigned *nr)
{
	uint64_t first = p->first.value;
	uint64_t last = p->kind == PATTERN_RANGE ? p->last.value : first;

	if (!in_bounds(scope, p->span, what, last, 0, highest))
		return false;
	for (; first <= last; first++) {
		if (*nr == room) {
			scope_error(scope, DIAG_BAD_VALUE, p->span, "how many", *nr + UINT64_C(1),
				    UINT64_C(0), (uint64_t)room);
			return false;
		}
		if (out)
			out[*nr] = (uint32_t)first;
		++*nr;
	}
	return true;
}

bool list_resolve(struct scope *scope, const struct pattern *p, uint64_t highest, const char *what,
		  uint32_t *out, unsigned room, unsigned *nr)
{
	*nr = 0;
	if (p->kind != PATTERN_SET)
		return list_add(scope, p, highest, what, out, room, nr);
	for (const struct pattern *item = p->items; item; item = item->next)
		if (!list_add(scope, item, highest, what, out, room, nr))
			return false;
	return true;
}

const char *arg_word(const struct stmt *stmt, const char *param)
{
	const struct pattern *value = stmt_value(stmt, param);

	return value && value->kind == PATTERN_PATH ? value->path->name : "";
}
