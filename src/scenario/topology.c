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
		scope_error(b->scope, DIAG_BAD_TOPOLOGY, b->stmt->span,
			    "there is no 'cpus' line before");
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

struct domain_kind {
	const char *name;
	void (*build)(struct builder *b, const char *name);
};
static const struct domain_kind domain_kinds[13];

static void unknown_domain_kind(struct builder *b, const char *kind)
{
	struct suggestion best = {0};
	struct diag *diag =
		scope_error(b->scope, DIAG_UNKNOWN_DOMAIN_KIND, argument(b, "KIND")->span, kind);

	for (unsigned i = 0; i < sizeof(domain_kinds) / sizeof(*domain_kinds); i++)
		suggestion_offer(&best, kind, domain_kinds[i].name);
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

static bool build_root(struct builder *b, const char *name)
{
	if (b->t->root) {
		scope_error(b->scope, DIAG_BAD_TOPOLOGY, b->stmt->span, "there is a root already");
		b->good = false;
		return false;
	}
	b->t->root = name;
	fail_unless(b, name_define(b->scope, name, NAME_ROOT, b->stmt->span));
	return b->good;
}

static void build_x86_vector(struct builder *b, const char *name)
{
	const struct pattern *label = stmt_value(b->stmt, "label");

	if (build_root(b, name))
		b->t->desc.vector_domain = label ? label->text : "VECTOR";
}

static bool requesters(struct builder *b, uint16_t *first, uint16_t *last)
{
	const struct pattern *range = stmt_value(b->stmt, "requesters");
	uint64_t highest;

	if (!range)
		return true;
	highest = range->kind == PATTERN_RANGE ? range->last.value : range->first.value;
	*first = (uint16_t)range->first.value;
	*last = (uint16_t)highest;
	if (highest <= UINT16_MAX)
		return true;
	scope_error(b->scope, DIAG_BAD_VALUE, range->span, "a requester id", highest, UINT64_C(0),
		    (uint64_t)UINT16_MAX);
	b->good = false;
	return false;
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
	requesters(b, &unit->first_requester, &unit->last_requester);
	defined = name_define(b->scope, name, NAME_UNIT, b->stmt->span);
	if (!defined || !parent_is_known(b)) {
		b->good = false;
		return;
	}
	defined->unit = unit;
	t->desc.nr_remaps++;
}

static void build_intel_ir(struct builder *b, const char *name)
{
	build_unit(b, name, REMAP_INTEL);
}

static void build_amd_ir(struct builder *b, const char *name)
{
	build_unit(b, name, REMAP_AMD);
}

/* ---- Arm ---- */

static void build_gic(struct builder *b, const char *name, uint8_t version)
{
	const struct pattern *spis = stmt_value(b->stmt, "spis");

	if (!build_root(b, name))
		return;
	b->t->gic = (struct gic_desc){
		.name = name,
		.version = version,
		.id_bits = (uint8_t)number(b, "id-bits", 14, 16, 0),
		.spis = (uint16_t)(spis ? spis->first.value : 0),
	};
	b->t->desc.gic = &b->t->gic;
}

static void build_gic_v3(struct builder *b, const char *name)
{
	build_gic(b, name, 3);
}

static void build_gic_v2(struct builder *b, const char *name)
{
	build_gic(b, name, 2);
}

static bool define_unit(struct builder *b, const char *name)
{
	if (!name_define(b->scope, name, NAME_UNIT, b->stmt->span) || !parent_is_known(b))
		b->good = false;
	return b->good;
}

static void build_its(struct builder *b, const char *name)
{
	if (define_unit(b, name))
		b->t->its[b->t->desc.nr_its++] = (struct its_desc){
			.name = name,
			.event_bits = (uint8_t)number(b, "event-bits", 1, 32, 0),
			.device_bits = (uint8_t)number(b, "device-bits", 1, 32, 0),
			.collection_bits = (uint8_t)number(b, "collection-bits", 1, 16, 0),
		};
}

static void build_v2m(struct builder *b, const char *name)
{
	const struct pattern *spis = stmt_value(b->stmt, "spis");
	struct v2m_desc v2m = {.name = name};

	if (spis) {
		v2m.first_spi = (uint16_t)spis->first.value;
		v2m.spis = (uint16_t)(spis->kind == PATTERN_RANGE
					      ? spis->last.value - spis->first.value + 1
					      : 1);
	}
	if (define_unit(b, name))
		b->t->v2ms[b->t->desc.nr_v2ms++] = v2m;
}

static void build_smmu(struct builder *b, const char *name)
{
	struct smmu_desc smmu = {
		.name = name,
		.segment = (uint16_t)number(b, "segment", 0, UINT16_MAX, 0),
	};

	if (requesters(b, &smmu.first_requester, &smmu.last_requester) && define_unit(b, name))
		b->t->smmus[b->t->desc.nr_smmus++] = smmu;
}

static void build_imsic(struct builder *b, const char *name)
{
	if (!build_root(b, name))
		return;
	b->t->imsic = (struct imsic_desc){
		.name = name,
		.ids = (uint16_t)number(b, "ids", 63, 2047, 0),
	};
	b->t->desc.imsic = &b->t->imsic;
}

/* ---- architectures without a hierarchy ---- */

static bool build_legacy(struct builder *b, const char *name, enum legacy_kind kind)
{
	if (!build_root(b, name))
		return false;
	b->t->legacy = (struct legacy_desc){.kind = kind};
	b->t->desc.legacy = &b->t->legacy;
	return true;
}

static void build_powerpc(struct builder *b, const char *name)
{
	if (!build_legacy(b, name, LEGACY_POWERPC))
		return;
	b->t->legacy.powerpc.sources = (uint32_t)number(b, "sources", 1, 4096, 0);
	b->t->legacy.powerpc.bus_total = (uint32_t)number(b, "bus-total", 1, 65536, 0);
	b->t->legacy.powerpc.grant = (uint32_t)number(b, "grant", 1, 4096, 0);
	b->t->legacy.powerpc.powers_of_two = stmt_has_word(b->stmt, "powers-of-two");
	b->t->legacy.powerpc.no_firmware = stmt_has_word(b->stmt, "no-firmware");
}

static void build_s390(struct builder *b, const char *name)
{
	if (!build_legacy(b, name, LEGACY_S390))
		return;
	b->t->legacy.s390.limit = (uint32_t)number(b, "limit", 1, 2048, 0);
	b->t->legacy.s390.functions = (uint32_t)number(b, "functions", 1, 256, 0);
	b->t->legacy.s390.directed = (uint32_t)number(b, "directed", 1, 65535, 0);
}

static void build_octeon(struct builder *b, const char *name)
{
	if (build_legacy(b, name, LEGACY_OCTEON))
		b->t->legacy.octeon.words = (uint32_t)number(b, "words", 1, 4, 0);
}

static void build_xen(struct builder *b, const char *name)
{
	if (!build_legacy(b, name, LEGACY_XEN))
		return;
	b->t->legacy.xen.pirqs = (uint32_t)number(b, "pirqs", 1, 4096, 0);
	b->t->legacy.xen.multi = stmt_has_word(b->stmt, "multi");
}

static const struct domain_kind domain_kinds[13] = {
	{"x86-vector", build_x86_vector},
	{"intel-ir", build_intel_ir},
	{"amd-ir", build_amd_ir},
	{"gic-v3", build_gic_v3},
	{"gic-v2", build_gic_v2},
	{"its", build_its},
	{"gic-v2m", build_v2m},
	{"smmu", build_smmu},
	{"imsic", build_imsic},
	{"powerpc", build_powerpc},
	{"s390", build_s390},
	{"octeon", build_octeon},
	{"xen", build_xen},
};

static void build_domain(struct builder *b)
{
	const char *name = plain_name(b, "NAME"), *kind = plain_name(b, "KIND");

	for (unsigned i = 0; i < sizeof(domain_kinds) / sizeof(*domain_kinds); i++) {
		if (strcmp(domain_kinds[i].name, kind) == 0) {
			domain_kinds[i].build(b, name);
			return;
		}
	}
	unknown_domain_kind(b, kind);
}

static void build_ioapic(struct builder *b)
{
	const struct pattern *requester = stmt_value(b->stmt, "requester");
	struct ioapic_desc ioapic = {
		.pins = (uint32_t)number(b, "pins", 1, 120, 24),
		.gsi_base = (uint32_t)number(b, "gsi-base", 0, 65535, 0),
	};
	uint16_t segment;
	uint64_t id = 0;

	if (requester && requester->kind == PATTERN_BDF)
		fail_unless(b, bdf_parse(requester->text, &segment, &ioapic.requester));
	else if (requester && number_resolve(b->scope, requester, &id))
		ioapic.requester = (uint16_t)id;
	b->t->ioapics[b->t->desc.nr_ioapics++] = ioapic;
}

static void build_boot(struct builder *b)
{
	struct boot_desc *boot = &b->t->boot;
	const char **order;
	size_t nr = 0;

	for (const struct arg *a = b->stmt->args; a; a = a->next)
		nr++;
	order = stash_alloc(b->scope->stash, (nr + 1) * sizeof(*order));
	for (const struct arg *a = b->stmt->args; a; a = a->next)
		order[boot->nr_enabled++] = a->value->path->name;
	boot->enable_order = nr ? order : NULL;
	b->t->boots = true;
}

static void build_function(struct builder *b)
{
	static const struct {
		const char *word;
		enum boot_class class;
	} classes[] = {
		{"usb", BOOT_USB_CONTROLLER}, {"port", BOOT_PCIE_PORT}, {"bridge", BOOT_BRIDGE}};
	struct boot_function *f = &b->t->functions[b->t->boot.nr_functions++];
	const struct pattern *address = stmt_value(b->stmt, "BDF");
	const char *class = arg_word(b->stmt, "CLASS");
	uint16_t segment;

	if (!bdf_parse(address->text, &segment, &f->requester)) {
		scope_error(b->scope, DIAG_BAD_ADDRESS, address->span, address->text);
		b->good = false;
	}
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcmp(classes[i].word, class) == 0)
			f->class = classes[i].class;
	f->pin = (uint8_t)number(b, "pin", 0, 4, 1);
	f->secondary_bus = (uint8_t)number(b, "bus", 1, 255, 0);
}

static void build_platform(struct builder *b)
{
	struct topology *t = b->t;
	uint32_t nr = t->first_platform + t->desc.nr_platforms;
	struct device_desc *d = &t->devices[nr];
	struct platform_desc *platform = &t->platforms[t->desc.nr_platforms];
	struct name *name;

	platform->name = d->name = plain_name(b, "NAME");
	platform->slots = d->store[0].slots = (uint32_t)number(b, "slots", 1, 4096, 1);
	platform->device_id = (uint32_t)number(b, "device-id", 0, UINT32_MAX, 0);
	d->requester = (uint16_t)platform->device_id;
	d->store[0].kind = STORE_TABLE;
	d->nr_stores = 1;
	t->stores[nr][0] = (struct store_name){"slot", "slot"};
	name = name_define(b->scope, d->name, NAME_DEVICE, b->stmt->span);
	if (!name) {
		b->good = false;
		return;
	}
	name->device = d;
	t->desc.nr_platforms++;
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
			    ? b->t->desc.vector_domain /* NULL: the outermost */
			    : parent;
}

/* Devices of that segment are behind it. */
static void build_vmd(struct builder *b, const struct device_desc *d)
{
	if (argument(b, "vmd-segment"))
		b->t->vmds[b->t->desc.nr_vmds++] = (struct vmd_desc){
			.endpoint = d->name,
			.segment = (uint16_t)number(b, "vmd-segment", 1, 15, 1),
			.first_vector = (uint8_t)number(b, "vmd-first", 1, 255, 0),
			.bypass = stmt_has_word(b->stmt, "vmd-bypass"),
		};
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
	d->doorbell_page = number(b, "doorbell-page", 0, UINT64_MAX, 0);
	d->class_code = (uint16_t)number(b, "class", 1, UINT16_MAX, 0);
	build_bridge(b, d);
	build_parent(b, d);
	build_vmd(b, d);
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
		.kind = dsa	? STORE_TABLE_DSA
			: table ? STORE_TABLE
				: STORE_QUEUE,
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
	case VERB_T_IOAPIC:
		build_ioapic(b);
		break;
	case VERB_T_BOOT:
		build_boot(b);
		break;
	case VERB_T_FUNCTION:
		build_function(b);
		break;
	case VERB_T_PLATFORM:
		build_platform(b);
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
	struct topology *t = b->t;
	size_t lines = 1;

	for (const struct stmt *s = block->body; s; s = s->next)
		lines++;
#define ROOM(array) t->array = stash_alloc(b->scope->stash, lines * sizeof(*t->array))
	t->desc.remaps = ROOM(remaps);
	t->desc.its = ROOM(its);
	t->desc.v2ms = ROOM(v2ms);
	t->desc.smmus = ROOM(smmus);
	t->desc.vmds = ROOM(vmds);
	t->desc.ioapics = ROOM(ioapics);
	t->boot.functions = ROOM(functions);
	t->desc.platforms = ROOM(platforms);
	t->first_platform = (uint32_t)lines;
	lines *= 2;
	t->desc.devices = ROOM(devices);
	ROOM(stores);
#undef ROOM
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
