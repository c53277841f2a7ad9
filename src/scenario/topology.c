/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/topology_builder.h"

#include <irqlab/cpumask.h>
#include <string.h>

/* The lines of a topology block, made into the plain description that a machine is loaded from. */

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
	uint64_t cpu = number(b, "CPU", 0, b->t->desc.nr_cpus - UINT64_C(1), 0);
	struct cpu_desc *desc;

	if (!b->t->desc.nr_cpus && !b->failed) {
		scope_error(b->scope, DIAG_BAD_TOPOLOGY, b->stmt->span,
			    "there is no 'cpus' line before");
		b->good = false;
	}
	if (!b->good || !b->t->desc.nr_cpus)
		return;
	desc = &b->t->cpus[cpu];
	desc->apic_id = (uint32_t)number(b, "apic-id", 0, UINT32_MAX, desc->apic_id);
	if (argument(b, "node"))
		desc->node = (int32_t)number(b, "node", 0, 63, 0);
	if (argument(b, "core"))
		desc->core = (uint32_t)number(b, "core", 0, CPUMASK_MAX_CPUS - 1, 0) + 1;
	desc->absent = stmt_has_word(b->stmt, "absent");
	desc->offline = desc->absent || stmt_has_word(b->stmt, "offline");
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

static void build_vcpu(struct builder *b)
{
	const char *name = plain_name(b, "NAME");

	if (name_define(b->scope, name, NAME_VCPU, b->stmt->span))
		b->t->vcpus[b->t->desc.nr_vcpus++] = name;
	else
		b->good = false;
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
	d->msi.vectors = (uint8_t)bounded(b, "msi", 0);
	d->msi.is_64 = !stmt_has_word(b->stmt, "msi-32");
	d->msi.maskbit = stmt_has_word(b->stmt, "msi-mask");
	d->msi.cap = (uint16_t)bounded(b, "msi-cap", d->msi.vectors ? 0x50 : 0);
	d->msix.size = (uint16_t)bounded(b, "msix", 0);
	d->msix.cap = (uint16_t)bounded(b, "msix-cap", d->msix.size ? 0x70 : 0);
	d->msix.table_bar = (uint8_t)bounded(b, "bar", 0);
	d->msix.table_offset = (uint32_t)bounded(b, "table-offset", 0);
	d->msix.pba_offset = (uint32_t)bounded(b, "pba-offset", 0x8000);
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
			.segment = (uint16_t)bounded(b, "vmd-segment", 1),
			.first_vector = (uint8_t)bounded(b, "vmd-first", 0),
			.bypass = stmt_has_word(b->stmt, "vmd-bypass"),
		};
}

static void build_sriov(struct builder *b, struct device_desc *d)
{
	d->sriov.total = (uint16_t)bounded(b, "sriov", 0);
	d->sriov.offset = (uint16_t)bounded(b, "vf-offset", 0);
	d->sriov.stride = (uint16_t)bounded(b, "vf-stride", 0);
	d->sriov.msix = (uint16_t)bounded(b, "vf-msix", 0);
	d->sriov.last_bus = (uint8_t)bounded(b, "vf-last-bus", 0);
}

static void build_device(struct builder *b)
{
	struct topology *t = b->t;
	struct device_desc *d = &t->devices[t->desc.nr_devices];
	const struct pattern *address = stmt_value(b->stmt, "BDF");
	struct name *name;

	if (!keys_fit(b))
		return;
	d->name = plain_name(b, "NAME");
	if (!bdf_parse(address->text, &d->segment, &d->requester)) {
		scope_error(b->scope, DIAG_BAD_ADDRESS, address->span, address->text);
		b->good = false;
	}
	d->segment = (uint16_t)bounded(b, "segment", d->segment);
	d->bus_name = stash_printf(b->scope->stash, "%04x:%02x:%02x.%u", d->segment,
				   d->requester >> 8, d->requester >> 3 & 31, d->requester & 7);
	d->node = argument(b, "node") ? (int32_t)bounded(b, "node", 0) : -1;
	d->command = (uint16_t)bounded(b, "command", 0);
	d->intx_irq = (uint32_t)bounded(b, "intx-irq", 0);
	d->pin = (uint8_t)bounded(b, "pin", d->intx_irq ? 1 : 0);
	build_capabilities(b, d);
	d->doorbell_page = bounded(b, "doorbell-page", 0);
	d->class_code = (uint16_t)bounded(b, "class", 0);
	build_bridge(b, d);
	build_parent(b, d);
	build_vmd(b, d);
	build_sriov(b, d);
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
	case VERB_T_VCPU:
		build_vcpu(b);
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
	t->desc.vcpus = ROOM(vcpus);
	t->desc.platforms = ROOM(platforms);
	t->desc.aplics = ROOM(aplics);
	t->desc.mbigens = ROOM(mbigens);
	t->first_platform = (uint32_t)lines;
	t->first_bridge = (uint32_t)lines * 2;
	lines *= 3;
	t->first_vf = (uint32_t)lines;
	lines += topology_room_for_vfs(block);
	t->desc.devices = ROOM(devices);
	ROOM(stores);
#undef ROOM
}

/* What the line would have declared is not missed later. */
static void note_failed(struct builder *b)
{
	const struct pattern *name = stmt_value(b->stmt, "NAME");

	if (!name)
		name = stmt_value(b->stmt, "STORE");
	b->failed = true;
	if (name && name->kind == PATTERN_PATH)
		name_is_broken(b->scope, name->path->name, b->stmt->span);
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
		b.good = true;
		build_line(&b);
		if (!b.good)
			note_failed(&b);
	}
	b.failed |= !topology_add_vfs(scope);
	if (!b.failed && !b.t->desc.nr_cpus) {
		b.t->cpus = stash_alloc(scope->stash, sizeof(*b.t->cpus));
		b.t->cpus->node = -1;
		b.t->desc.cpus = b.t->cpus;
		b.t->desc.nr_cpus = 1;
	}
	scope->has_topology = true;
	return !b.failed && !scope->invalid;
}
