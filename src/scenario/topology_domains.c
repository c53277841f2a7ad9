/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/topology_builder.h"

#include "sim_iommu/aplic.h"
#include "sim_iommu/its.h"
#include "sim_iommu/mbigen.h"

#include <string.h>

/* The `domain` lines: roots, units, bridges, architectures without a hierarchy. */

struct domain_kind {
	const char *name;
	void (*build)(struct builder *b, const char *name);
};
static const struct domain_kind domain_kinds[15];

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

static const char *domain_suggestion(const struct scope *scope, const char *word)
{
	struct suggestion best = {0};

	for (const struct name *n = scope->names; n; n = n->next)
		if (n->kind == NAME_ROOT || n->kind == NAME_UNIT)
			suggestion_offer(&best, word, n->name);
	return best.word;
}

bool parent_is_known(struct builder *b)
{
	const struct arg *parent = argument(b, "parent");
	struct name *name;

	if (!parent)
		return true;
	name = name_find(b->scope, parent->value->path->name);
	if (name && (name->kind == NAME_ROOT || name->kind == NAME_UNIT))
		return true;
	if (name && name->kind == NAME_BROKEN)
		return false;
	if (name)
		scope_error(b->scope, DIAG_WRONG_KIND, parent->span, name->name,
			    name_kind_text(name->kind), "a domain");
	else
		diag_suggest(b->scope->diags,
			     scope_error(b->scope, DIAG_UNKNOWN_NAME, parent->span, "no domain",
					 parent->value->path->name),
			     domain_suggestion(b->scope, parent->value->path->name));
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

/* ---- bridges from wires to messages ---- */

static bool define_bridge(struct builder *b, const char *name, uint32_t nr, uint32_t wires,
			  uint32_t device_id)
{
	struct device_desc *d = &b->t->devices[b->t->first_bridge + nr];
	struct name *defined = name_define(b->scope, name, NAME_DEVICE, b->stmt->span);

	*d = (struct device_desc){.name = name, .requester = (uint16_t)device_id, .nr_stores = 1};
	d->store[0].kind = STORE_TABLE;
	d->store[0].slots = wires;
	b->t->stores[d - b->t->devices][0] = (struct store_name){"wire", "wire"};
	if (defined)
		defined->device = d;
	fail_unless(b, defined && parent_is_known(b));
	return b->good;
}

static void build_aplic(struct builder *b, const char *name)
{
	uint16_t sources = (uint16_t)number(b, "sources", 1, APLIC_MAX_SOURCE, 96);

	if (define_bridge(b, name, b->t->desc.nr_aplics, sources + 1u, b->t->desc.nr_aplics))
		b->t->aplics[b->t->desc.nr_aplics++] =
			(struct aplic_desc){.name = name, .sources = sources};
}

/* Its messages all go to one address: that of the ITS which is its parent, or of the first. */
static void build_mbigen(struct builder *b, const char *name)
{
	const char *parent = plain_name(b, "parent");
	uint32_t pins = (uint32_t)number(b, "sources", 1, MBIGEN_MAX_PINS, MBIGEN_NODE_PINS);
	uint32_t device_id = (uint32_t)number(b, "device-id", 0, UINT16_MAX, 0);
	unsigned its = 0;

	while (parent && its < b->t->desc.nr_its && strcmp(b->t->its[its].name, parent))
		its++;
	if (define_bridge(b, name, b->t->desc.nr_mbigens, MBIGEN_FIRST_PIN + pins, device_id))
		b->t->mbigens[b->t->desc.nr_mbigens++] = (struct mbigen_desc){
			.name = name,
			.parent = parent,
			.device_id = device_id,
			.pins = pins,
			.doorbell = ITS_BASE(its) + GITS_TRANSLATER,
		};
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

static const struct domain_kind domain_kinds[15] = {
	{"x86-vector", build_x86_vector},
	{"intel-ir", build_intel_ir},
	{"amd-ir", build_amd_ir},
	{"gic-v3", build_gic_v3},
	{"gic-v2", build_gic_v2},
	{"its", build_its},
	{"gic-v2m", build_v2m},
	{"smmu", build_smmu},
	{"imsic", build_imsic},
	{"aplic", build_aplic},
	{"mbigen", build_mbigen},
	{"powerpc", build_powerpc},
	{"s390", build_s390},
	{"octeon", build_octeon},
	{"xen", build_xen},
};

void build_domain(struct builder *b)
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
