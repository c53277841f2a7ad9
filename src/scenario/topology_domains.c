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
#define COUNT(...) +1
enum { NR_DOMAIN_KINDS = IRQLAB_DOMAIN_KINDS(COUNT) };
#undef COUNT
static const struct domain_kind domain_kinds[NR_DOMAIN_KINDS];

static void unknown_domain_kind(struct builder *b, const char *kind)
{
	struct suggestion best = {0};
	struct diag *diag =
		scope_error(b->scope, DIAG_UNKNOWN_DOMAIN_KIND, argument(b, "KIND")->span, kind);

	for (unsigned i = 0; i < NR_DOMAIN_KINDS; i++)
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
		.entries = (uint32_t)bounded(b, "entries", intel ? 65536 : 512),
		.eim = stmt_has_word(b->stmt, "eim"),
		.caching_mode = stmt_has_word(b->stmt, "caching-mode"),
		.legacy_format = stmt_has_word(b->stmt, "legacy-format"),
		.max_mask = intel ? (uint8_t)bounded(b, "max-mask", 0) : 0,
		.segment = (uint16_t)bounded(b, "segment", 0),
	};
	unit->domain = label   ? label->text
		       : intel ? stash_printf(b->scope->stash, "INTEL-IR-%u-13", t->desc.nr_remaps)
			       : stash_printf(b->scope->stash, "AMD-IR-%u-13", t->desc.nr_remaps);
	bounded_range(b, "requesters", &unit->first_requester, &unit->last_requester);
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

/* Of a GIC it is a count, of a frame a range. */
static bool spis_are_a_number(struct builder *b)
{
	const struct arg *spis = argument(b, "spis");

	if (!spis || spis->value->kind == PATTERN_INT)
		return true;
	scope_error(b->scope, DIAG_WRONG_ARGUMENT, spis->span, "spis", "a number", "a range");
	b->good = false;
	return false;
}

static void build_gic(struct builder *b, const char *name, uint8_t version)
{
	if (!spis_are_a_number(b) || !build_root(b, name))
		return;
	b->t->gic = (struct gic_desc){
		.name = name,
		.version = version,
		.id_bits = version == 3 ? (uint8_t)bounded(b, "id-bits", 0) : 0,
		.spis = (uint16_t)bounded(b, "spis", 0),
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
			.event_bits = (uint8_t)bounded(b, "event-bits", 0),
			.device_bits = (uint8_t)bounded(b, "device-bits", 0),
			.collection_bits = (uint8_t)bounded(b, "collection-bits", 0),
		};
}

static void build_v2m(struct builder *b, const char *name)
{
	struct v2m_desc v2m = {.name = name};
	uint16_t last = 0;

	bounded_range(b, "spis", &v2m.first_spi, &last);
	if (v2m.first_spi)
		v2m.spis = (uint16_t)(last - v2m.first_spi + 1);
	if (b->good && define_unit(b, name))
		b->t->v2ms[b->t->desc.nr_v2ms++] = v2m;
}

static void build_smmu(struct builder *b, const char *name)
{
	struct smmu_desc smmu = {
		.name = name,
		.segment = (uint16_t)bounded(b, "segment", 0),
	};

	bounded_range(b, "requesters", &smmu.first_requester, &smmu.last_requester);
	if (b->good && define_unit(b, name))
		b->t->smmus[b->t->desc.nr_smmus++] = smmu;
}

static void build_imsic(struct builder *b, const char *name)
{
	if (!build_root(b, name))
		return;
	b->t->imsic = (struct imsic_desc){
		.name = name,
		.ids = (uint16_t)bounded(b, "ids", 0),
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

_Static_assert(APLIC_MAX_SOURCE == 1023 && MBIGEN_MAX_PINS == 1152, "as the table of keys says");

static void build_aplic(struct builder *b, const char *name)
{
	uint16_t sources = (uint16_t)bounded(b, "sources", 96);

	if (define_bridge(b, name, b->t->desc.nr_aplics, sources + 1u, b->t->desc.nr_aplics))
		b->t->aplics[b->t->desc.nr_aplics++] =
			(struct aplic_desc){.name = name, .sources = sources};
}

/* Its messages all go to one address: that of the ITS which is its parent, or of the first. */
static void build_mbigen(struct builder *b, const char *name)
{
	const char *parent = plain_name(b, "parent");
	uint32_t pins = (uint32_t)bounded(b, "sources", MBIGEN_NODE_PINS);
	uint32_t device_id = (uint32_t)bounded(b, "device-id", 0);
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
	b->t->legacy.powerpc.sources = (uint32_t)bounded(b, "sources", 0);
	b->t->legacy.powerpc.bus_total = (uint32_t)bounded(b, "bus-total", 0);
	b->t->legacy.powerpc.grant = (uint32_t)bounded(b, "grant", 0);
	b->t->legacy.powerpc.powers_of_two = stmt_has_word(b->stmt, "powers-of-two");
	b->t->legacy.powerpc.no_firmware = stmt_has_word(b->stmt, "no-firmware");
}

static void build_s390(struct builder *b, const char *name)
{
	if (!build_legacy(b, name, LEGACY_S390))
		return;
	b->t->legacy.s390.limit = (uint32_t)bounded(b, "limit", 0);
	b->t->legacy.s390.functions = (uint32_t)bounded(b, "functions", 0);
	b->t->legacy.s390.directed = (uint32_t)bounded(b, "directed", 0);
}

static void build_octeon(struct builder *b, const char *name)
{
	if (build_legacy(b, name, LEGACY_OCTEON))
		b->t->legacy.octeon.words = (uint32_t)bounded(b, "words", 0);
}

static void build_xen(struct builder *b, const char *name)
{
	if (!build_legacy(b, name, LEGACY_XEN))
		return;
	b->t->legacy.xen.pirqs = (uint32_t)bounded(b, "pirqs", 0);
	b->t->legacy.xen.multi = stmt_has_word(b->stmt, "multi");
}

static const struct domain_kind domain_kinds[NR_DOMAIN_KINDS] = {
#define ROW(name, function, text) {name, build_##function},
	IRQLAB_DOMAIN_KINDS(ROW)
#undef ROW
};

void build_domain(struct builder *b)
{
	const char *name = plain_name(b, "NAME"), *kind = plain_name(b, "KIND");

	for (unsigned i = 0; i < NR_DOMAIN_KINDS; i++) {
		if (strcmp(domain_kinds[i].name, kind) == 0) {
			b->kind = domain_kinds[i].name;
			if (keys_fit(b))
				domain_kinds[i].build(b, name);
			return;
		}
	}
	unknown_domain_kind(b, kind);
}
