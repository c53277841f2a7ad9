/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scope.h"

#include <irqlab/cpumask.h>
#include <string.h>

/* The lines of a topology block, made into the plain description that a machine is loaded from. */

struct builder {
	struct scope *scope;
	struct topology *t;
	const struct stmt *stmt;
	bool good;
};

static void fail_unless(struct builder *b, bool good)
{
	b->good &= good;
}

static uint64_t number(struct builder *b, const char *param, uint64_t lowest, uint64_t highest,
		       uint64_t otherwise)
{
	uint64_t value;

	fail_unless(b, arg_number(b->scope, b->stmt, param, lowest, highest, otherwise, &value));
	return value;
}

static const char *plain_name(struct builder *b, const char *param)
{
	const struct pattern *value = stmt_value(b->stmt, param);
	struct text text = {0};
	const char *out;

	if (!value)
		return NULL;
	path_print(value->path, &text);
	out = stash_string(b->scope->stash, text_string(&text));
	text_free(&text);
	return out;
}

static const struct arg *argument(struct builder *b, const char *param)
{
	return stmt_arg(b->stmt, param);
}

bool bdf_parse(const char *text, uint16_t *segment, uint16_t *requester)
{
	unsigned s = 0, bus, device, function;
	bool with_segment = strlen(text) == strlen("0000:00:00.0");

	if (with_segment && sscanf(text, "%4x:%2x:%2x.%1u", &s, &bus, &device, &function) != 4)
		return false;
	if (!with_segment && sscanf(text, "%2x:%2x.%1u", &bus, &device, &function) != 3)
		return false;
	if (device > 31 || function > 7)
		return false;
	*segment = (uint16_t)s;
	*requester = (uint16_t)(bus << 8 | device << 3 | function);
	return true;
}

/* ---- CPUs ---- */

static void build_cpus(struct builder *b)
{
	struct topology *t = b->t;
	uint32_t nr = (uint32_t)number(b, "CPUS", 1, CPUMASK_MAX_CPUS, 1);
	uint32_t per_node = (uint32_t)number(b, "per-node", 1, CPUMASK_MAX_CPUS, UINT32_MAX);

	if (!b->good)
		return;
	t->cpus = stash_alloc(b->scope->stash, nr * sizeof(*t->cpus));
	t->desc.cpus = t->cpus;
	t->desc.nr_cpus = nr;
	for (uint32_t i = 0; i < nr; i++)
		t->cpus[i] = (struct cpu_desc){
			.apic_id = i,
			.node = per_node == UINT32_MAX ? -1 : (int32_t)(i / per_node),
		};
}

static void build_cpu(struct builder *b)
{
	uint64_t cpu = number(b, "CPU", 0, b->t->desc.nr_cpus ? b->t->desc.nr_cpus - 1 : 0, 0);
	struct cpu_desc *desc;

	if (!b->t->desc.nr_cpus) {
		scope_error(b->scope, DIAG_BAD_TOPOLOGY, b->stmt->span, "there is no 'cpus' line before");
		b->good = false;
	}
	if (!b->good)
		return;
	desc = &b->t->cpus[cpu];
	desc->apic_id = (uint32_t)number(b, "apic-id", 0, UINT32_MAX, desc->apic_id);
	if (argument(b, "node"))
		desc->node = (int32_t)number(b, "node", 0, 63, 0);
	desc->offline = stmt_has_word(b->stmt, "offline");
}

static void build_apic(struct builder *b)
{
	static const struct {
		const char *name;
		enum apic_mode mode;
	} modes[] = {
		{"flat", APIC_PHYSICAL_FLAT},
		{"logical-flat", APIC_LOGICAL_FLAT},
		{"x2apic", APIC_X2APIC_PHYSICAL},
		{"x2apic-cluster", APIC_X2APIC_CLUSTER},
	};
	const char *mode = arg_word(b->stmt, "MODE");

	for (unsigned i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (strcmp(modes[i].name, mode) == 0)
			b->t->desc.apic_mode = modes[i].mode;
}

static void build_vectors(struct builder *b)
{
	const struct pattern *range = stmt_value(b->stmt, "RANGE");
	uint64_t last = range->kind == PATTERN_RANGE ? range->last.value : range->first.value;

	if (range->first.value < 32 || last > 255) {
		scope_error(b->scope, DIAG_BAD_VALUE, range->span, "a vector",
			    range->first.value < 32 ? range->first.value : last, UINT64_C(32),
			    UINT64_C(255));
		b->good = false;
		return;
	}
	b->t->desc.vector_first = (uint32_t)range->first.value;
	b->t->desc.vector_last = (uint32_t)last;
}

/* ---- domains ---- */

static void unknown_domain_kind(struct builder *b, const char *kind)
{
	struct suggestion best = {0};
	struct diag *diag = scope_error(b->scope, DIAG_UNKNOWN_DOMAIN_KIND,
					argument(b, "KIND")->span, kind);

	suggestion_offer(&best, kind, "x86-vector");
	suggestion_offer(&best, kind, "intel-ir");
	suggestion_offer(&best, kind, "amd-ir");
	diag_suggest(b->scope->diags, diag, best.word);
	b->good = false;
}

static bool parent_is_known(struct builder *b)
{
	const struct arg *parent = argument(b, "parent");
	struct name *name;

	if (!parent)
		return true;
	name = name_find(b->scope, parent->value->path->name);
	if (name && (name->kind == NAME_ROOT || name->kind == NAME_UNIT))
		return true;
	if (name)
		scope_error(b->scope, DIAG_WRONG_KIND, parent->span, name->name,
			    name_kind_text(name->kind), "a domain");
	else
		scope_error(b->scope, DIAG_UNKNOWN_NAME, parent->span, "no domain",
			    parent->value->path->name);
	return false;
}

static void build_root(struct builder *b, const char *name)
{
	const struct pattern *label = stmt_value(b->stmt, "label");

	if (b->t->root) {
		scope_error(b->scope, DIAG_BAD_TOPOLOGY, b->stmt->span,
			    "there is a vector domain already");
		b->good = false;
		return;
	}
	b->t->root = name;
	b->t->desc.vector_domain = label ? label->text : "VECTOR";
	fail_unless(b, name_define(b->scope, name, NAME_ROOT, b->stmt->span));
}

static void build_requesters(struct builder *b, struct remap_desc *unit)
{
	const struct pattern *range = stmt_value(b->stmt, "requesters");

	if (!range)
		return;
	unit->first_requester = (uint16_t)range->first.value;
	unit->last_requester =
		(uint16_t)(range->kind == PATTERN_RANGE ? range->last.value : range->first.value);
	if (range->first.value <= UINT16_MAX && range->last.value <= UINT16_MAX)
		return;
	scope_error(b->scope, DIAG_BAD_VALUE, range->span, "a requester id",
		    range->last.value > range->first.value ? range->last.value : range->first.value,
		    UINT64_C(0), (uint64_t)UINT16_MAX);
	b->good = false;
}

static void build_unit(struct builder *b, const char *name, enum remap_kind kind)
{
	struct topology *t = b->t;
	struct remap_desc *unit = &t->remaps[t->desc.nr_remaps];
	const struct pattern *label = stmt_value(b->stmt, "label");
	bool intel = kind == REMAP_INTEL;
	struct name *defined;

	*unit = (struct remap_desc){
		.name = name,
		.kind = kind,
		.entries = (uint32_t)number(b, "entries", 2, 65536, intel ? 65536 : 512),
		.eim = stmt_has_word(b->stmt, "eim"),
		.caching_mode = stmt_has_word(b->stmt, "caching-mode"),
		.legacy_format = stmt_has_word(b->stmt, "legacy-format"),
		.max_mask = (uint8_t)number(b, "max-mask", 0, 15, 0),
		.segment = (uint16_t)number(b, "segment", 0, UINT16_MAX, 0),
	};
	unit->domain = label   ? label->text
		       : intel ? stash_printf(b->scope->stash, "INTEL-IR-%u-13", t->desc.nr_remaps)
			       : stash_printf(b->scope->stash, "AMD-IR-%u-13", t->desc.nr_remaps);
	build_requesters(b, unit);
	defined = name_define(b->scope, name, NAME_UNIT, b->stmt->span);
	if (!defined || !parent_is_known(b)) {
		b->good = false;
		return;
	}
	defined->unit = unit;
	t->desc.nr_remaps++;
}

static void build_domain(struct builder *b)
{
	const char *name = plain_name(b, "NAME"), *kind = plain_name(b, "KIND");

	if (strcmp(kind, "x86-vector") == 0)
		build_root(b, name);
	else if (strcmp(kind, "intel-ir") == 0)
		build_unit(b, name, REMAP_INTEL);
	else if (strcmp(kind, "amd-ir") == 0)
		build_unit(b, name, REMAP_AMD);
	else
		unknown_domain_kind(b, kind);
}

/* ---- devices ---- */

static void build_capabilities(struct builder *b, struct device_desc *d)
{
	d->msi.vectors = (uint8_t)number(b, "msi", 1, 32, 0);
	d->msi.is_64 = !stmt_has_word(b->stmt, "msi-32");
	d->msi.maskbit = stmt_has_word(b->stmt, "msi-mask");
	d->msi.cap = (uint16_t)number(b, "msi-cap", 0x40, 0xf0, d->msi.vectors ? 0x50 : 0);
	d->msix.size = (uint16_t)number(b, "msix", 1, 2048, 0);
	d->msix.cap = (uint16_t)number(b, "msix-cap", 0x40, 0xf0, d->msix.size ? 0x70 : 0);
	d->msix.table_bar = (uint8_t)number(b, "bar", 0, 5, 0);
	d->msix.table_offset = (uint32_t)number(b, "table-offset", 0, 0xfffff8, 0);
	d->msix.pba_offset = (uint32_t)number(b, "pba-offset", 0, 0xfffff8, 0x8000);
}

static void build_bridge(struct builder *b, struct device_desc *d)
{
	const char *behind = arg_word(b->stmt, "behind");
	const struct pattern *bridge = stmt_value(b->stmt, "bridge");
	uint16_t segment, id = 0;
	uint64_t value = 0;

	if (!*behind)
		return;
	d->behind = strcmp(behind, "pci") == 0 ? BRIDGE_PCI : BRIDGE_PCIE_TO_PCI;
	if (bridge && bridge->kind == PATTERN_BDF)
		fail_unless(b, bdf_parse(bridge->text, &segment, &id));
	else if (bridge)
		fail_unless(b, number_resolve(b->scope, bridge, &value));
	d->bridge_requester = id ? id : (uint16_t)value;
}

/* What the machine calls the MSI parent: a unit's name, or the label of the root. */
static void build_parent(struct builder *b, struct device_desc *d)
{
	const char *parent = plain_name(b, "parent");

	if (!parent_is_known(b)) {
		b->good = false;
		return;
	}
	d->parent = parent && b->t->root && strcmp(parent, b->t->root) == 0
			    ? b->t->desc.vector_domain
			    : parent;
}

static void build_device(struct builder *b)
{
	struct topology *t = b->t;
	struct device_desc *d = &t->devices[t->desc.nr_devices];
	const struct pattern *address = stmt_value(b->stmt, "BDF");
	struct name *name;

	d->name = plain_name(b, "NAME");
	if (!bdf_parse(address->text, &d->segment, &d->requester)) {
		scope_error(b->scope, DIAG_BAD_ADDRESS, address->span, address->text);
		b->good = false;
	}
	d->segment = (uint16_t)number(b, "segment", 0, 15, d->segment);
	d->bus_name = stash_printf(b->scope->stash, "%04x:%02x:%02x.%u", d->segment,
				   d->requester >> 8, d->requester >> 3 & 31, d->requester & 7);
	d->node = argument(b, "node") ? (int32_t)number(b, "node", 0, 63, 0) : -1;
	d->command = (uint16_t)number(b, "command", 0, UINT16_MAX, 0);
	d->intx_irq = (uint32_t)number(b, "intx-irq", 1, 65535, 0);
	d->pin = (uint8_t)number(b, "pin", 1, 4, d->intx_irq ? 1 : 0);
	build_capabilities(b, d);
	build_bridge(b, d);
	build_parent(b, d);
	name = name_define(b->scope, d->name, NAME_DEVICE, b->stmt->span);
	if (!name) {
		b->good = false;
		return;
	}
	name->device = d;
	t->desc.nr_devices++;
}

/* ---- message stores ---- */

static const char *name_on_bus(struct builder *b, const struct device_desc *d, bool table)
{
	unsigned before = 0;
	const char *base = table ? "ims" : "queue";

	for (unsigned i = 0; i < d->nr_stores; i++)
		before += store_is_table(&d->store[i]) == table;
	return before ? stash_printf(b->scope->stash, "%s%u", base, before) : base;
}

static struct store_desc store_described(struct builder *b)
{
	const char *kind = arg_word(b->stmt, "KIND");
	bool dsa = strcmp(kind, "dsa") == 0, table = strcmp(kind, "ims-table") == 0;

	return (struct store_desc){
		.kind = dsa ? STORE_TABLE_DSA : table ? STORE_TABLE : STORE_QUEUE,
		.slots = (uint32_t)number(b, "slots", 1, 65536, 16),
		.stride = (uint32_t)number(b, "stride", 0, 4096, 0),
		.address_lo = (uint32_t)number(b, "address-lo", 0, 4092, 0),
		.address_hi = (uint32_t)number(b, "address-hi", 0, 4092, 0),
		.data = (uint32_t)number(b, "data", 0, 4092, 0),
		.ctrl = (uint32_t)number(b, "ctrl", 0, 4092, 0),
		.mask_bit = (uint32_t)number(b, "mask-bit", 0, 31, 0),
		.latency = (uint32_t)number(b, "latency", 0, 100000, 0),
		.ring = (uint32_t)number(b, "ring", 0, 128, 0),
		.fail_every = (uint32_t)number(b, "fail-every", 0, 100000, 0),
	};
}

static void build_store(struct builder *b)
{
	const struct pattern *path = stmt_value(b->stmt, "STORE");
	struct name *name = name_resolve(b->scope, path, NAME_DEVICE);
	struct store_desc store = store_described(b);
	struct device_desc *d;

	if (!name || !path->path->next) {
		if (name)
			scope_error(b->scope, DIAG_UNKNOWN_STORE, path->span, name->name, "");
		b->good = false;
		return;
	}
	d = &b->t->devices[name->device - b->t->devices];
	if (d->nr_stores == DEVICE_MAX_STORES) {
		scope_error(b->scope, DIAG_BAD_VALUE, path->span, "stores of the device",
			    d->nr_stores + UINT64_C(1), UINT64_C(0), (uint64_t)DEVICE_MAX_STORES);
		b->good = false;
		return;
	}
	b->t->stores[d - b->t->devices][d->nr_stores] = (struct store_name){
		.name = path->path->next->name,
		.on_bus = name_on_bus(b, d, store_is_table(&store)),
	};
	d->store[d->nr_stores++] = store;
}

/* ---- the block ---- */

static void build_line(struct builder *b)
{
	switch (b->stmt->verb) {
	case VERB_T_CPUS:
		build_cpus(b);
		break;
	case VERB_T_CPU:
		build_cpu(b);
		break;
	case VERB_T_APIC:
		build_apic(b);
		break;
	case VERB_T_VECTORS:
		build_vectors(b);
		break;
	case VERB_T_IRQS:
		b->t->desc.first_dynamic_irq = (uint32_t)number(b, "first", 1, 65535, 24);
		break;
	case VERB_T_DOMAIN:
		build_domain(b);
		break;
	case VERB_T_DEVICE:
		build_device(b);
		break;
	case VERB_T_STORE:
		build_store(b);
		break;
	default:
		break;
	}
}

static void reserve_arrays(struct builder *b, const struct stmt *block)
{
	size_t lines = 1;

	for (const struct stmt *s = block->body; s; s = s->next)
		lines++;
	b->t->remaps = stash_alloc(b->scope->stash, lines * sizeof(*b->t->remaps));
	b->t->devices = stash_alloc(b->scope->stash, lines * sizeof(*b->t->devices));
	b->t->stores = stash_alloc(b->scope->stash, lines * sizeof(*b->t->stores));
	b->t->desc.remaps = b->t->remaps;
	b->t->desc.devices = b->t->devices;
}

bool topology_build(struct scope *scope, const struct stmt *stmt)
{
	struct builder b = {.scope = scope, .t = &scope->topology, .good = true};

	b.t->stmt = stmt;
	reserve_arrays(&b, stmt);
	for (const struct stmt *line = stmt->body; line; line = line->next) {
		if (line->verb == VERB_NONE || !scope_applies(scope, line))
			continue;
		b.stmt = line;
		build_line(&b);
	}
	if (b.good && !b.t->desc.nr_cpus) {
		b.t->cpus = stash_alloc(scope->stash, sizeof(*b.t->cpus));
		b.t->cpus->node = -1;
		b.t->desc.cpus = b.t->cpus;
		b.t->desc.nr_cpus = 1;
	}
	scope->has_topology = true;
	return b.good && !scope->invalid;
}
