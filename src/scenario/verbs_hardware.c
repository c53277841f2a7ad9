/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/peek.h"
#include "scenario/run.h"

#include <irqlab/provider/access.h>
#include <irqlab/provider/store_layout.h>
#include <stdlib.h>
#include <string.h>

/* What devices do by themselves, and writes that go past the kernel. */

static uint64_t times_of(const struct stmt *stmt)
{
	const char *word = arg_word(stmt, "xN");

	uint64_t times = *word ? strtoull(word + 1, NULL, 10) : 1;

	return times ? times : 1;
}

void action_RAISE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct source_ref ref;
	uint64_t pasid;

	if (!source_resolve(&r->scope, stmt_value(stmt, "SOURCE"), &ref) ||
	    !arg_number(&r->scope, stmt, "pasid", 0, 0xfffff, RAISE_NO_PASID, &pasid))
		return;
	if (stmt_has_word(stmt, "hold"))
		r->held = true;
	if (!run_spend(r, stmt, times_of(stmt) - 1))
		return;
	for (uint64_t i = times_of(stmt); i && !out->error; i--)
		out->error = raise_source(r->m, &r->scope.topology, &ref, (uint32_t)pasid);
}

void action_LOWER(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct source_ref ref;

	if (source_resolve(&r->scope, stmt_value(stmt, "SOURCE"), &ref))
		out->error = lower_source(r->m, &r->scope.topology, &ref);
}

/* ---- registers ---- */

struct target { /* of a write past the kernel */
	uint64_t address;
	unsigned size;
};

static uint64_t config(const struct device_desc *d, unsigned where)
{
	return bus_config_address(d->segment, d->requester, where);
}

static unsigned field_offset(const char *field)
{
	static const char *const fields[] = {"addr_lo", "addr_hi", "data", "ctrl"};

	for (unsigned i = 0; i < 4; i++)
		if (strcmp(field, fields[i]) == 0)
			return i * 4;
	return UINT32_MAX;
}

static bool msix_target(struct run *r, const struct device_desc *d, bool has_index, uint64_t index,
			const char *field, struct target *out)
{
	unsigned offset = field_offset(field);

	if (!has_index) {
		*out = (struct target){config(d, d->msix.cap + 2u), 2};
		return true;
	}
	*out = (struct target){peek_bar(r->m, d, d->msix.table_bar) + d->msix.table_offset +
				       index * 16 + offset,
			       4};
	return offset != UINT32_MAX && index < d->msix.size;
}

static bool msi_target(const struct device_desc *d, const char *field, struct target *out)
{
	unsigned wide = d->msi.is_64 ? 4 : 0, at;
	unsigned size = 4;

	if (strcmp(field, "addr_lo") == 0)
		at = 4;
	else if (strcmp(field, "addr_hi") == 0 && wide)
		at = 8;
	else if (strcmp(field, "data") == 0)
		at = 8 + wide, size = 2;
	else if (strcmp(field, "mask") == 0 && d->msi.maskbit)
		at = 12 + wide;
	else if (strcmp(field, "ctrl") == 0)
		at = 2, size = 2;
	else
		return false;
	*out = (struct target){config(d, d->msi.cap + at), size};
	return true;
}

static bool store_target(struct run *r, const struct device_desc *d, unsigned nr, uint64_t index,
			 const char *field, struct target *out)
{
	const struct store_desc *store = &d->store[nr];
	unsigned offsets[4] = {store->address_lo, store->address_hi, store->data, store->ctrl};
	unsigned stride = store->stride ? store->stride : TABLE_STRIDE;
	unsigned nth = field_offset(field) / 4;
	uint64_t base = peek_bar(r->m, d, store_bar(d->msix.size ? d->msix.table_bar : -1)) +
			STORE_OFFSET(nr);

	if (device_is_bridge(&r->scope.topology, d))
		return false;
	if (device_is_platform(&r->scope.topology, d)) {
		base = peek_slots(r->m, d);
		if (nth == 3)
			return false;
	}
	if (nth > 3 || index >= store->slots || !store_is_table(store))
		return false;
	*out = (struct target){base + index * stride + (store->stride ? offsets[nth] : nth * 4), 4};
	return true;
}

static bool device_target(struct run *r, const struct device_desc *d, const char *store,
			  bool has_index, uint64_t index, const char *field, struct target *out)
{
	if (strcmp(store, "msix") == 0 && d->msix.size)
		return msix_target(r, d, has_index, index, field, out);
	if (strcmp(store, "msi") == 0 && d->msi.vectors)
		return msi_target(d, field, out);
	if (strcmp(store, "cfg") == 0 && strcmp(field, "command") == 0) {
		*out = (struct target){config(d, 4), 2};
		return true;
	}
	for (unsigned i = 0; i < d->nr_stores; i++)
		if (strcmp(r->scope.topology.stores[d - r->scope.topology.devices][i].on_bus,
			   store) == 0)
			return store_target(r, d, i, index, field, out);
	return false;
}

static bool unit_target(struct run *r, const struct remap_desc *unit, const struct segment *path,
			const struct place_pattern *place, uint64_t index, struct target *out)
{
	const struct device_desc *owner = table_owner(&r->scope, path);
	struct entry_ref ref = entry_ref(&r->scope.topology, unit, owner, index);
	bool known_table = owner || unit->kind == REMAP_INTEL;
	unsigned bytes;
	uint64_t address = known_table ? peek_entry_address(r->m, &ref, &bytes) : 0;
	bool high;

	if (strcmp(place->store, "irte") != 0 || !address)
		return false;
	high = strcmp(place->field, "hi") == 0 && bytes == 16;
	*out = (struct target){address + (high ? 8 : 0), bytes == 16 ? 8 : 4};
	return strcmp(place->field, "lo") == 0 || high;
}

static bool place_target(struct run *r, const struct pattern *path, struct target *out)
{
	const struct name *name;
	struct place_pattern place;
	uint64_t index = 0;
	bool found;

	if (!place_resolve(&r->scope, path->path, NULL, &place) ||
	    (place.index && !number_resolve(&r->scope, place.index, &index)))
		return false;
	name = name_find(&r->scope, path->path->name);
	if (name && name->kind == NAME_UNIT && name->unit)
		found = unit_target(r, name->unit, path->path, &place, index, out);
	else
		found = name && name->kind == NAME_DEVICE &&
			device_target(r, name->device, place.store, place.index != NULL, index,
				      place.field, out);
	if (!found)
		scope_error(&r->scope, DIAG_UNKNOWN_FIELD, path->span, place.object,
			    *place.field ? place.field : place.store);
	return found;
}

/* A write behind the software's back: no layer makes it. */
static void write_as_nobody(struct run *r, const struct target *target, uint64_t value)
{
	layer_runs(r->m, LAYER_CORE);

	r->tampered = true;
	bus_write(r->m, target->address, target->size, value);
}

void action_WRITE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct target target;
	uint64_t value;

	(void)out;
	if (!place_target(r, stmt_value(stmt, "PLACE"), &target) ||
	    !number_resolve(&r->scope, stmt_value(stmt, "INT"), &value))
		return;
	write_as_nobody(r, &target, value);
}

/* ---- mask bits ---- */

static bool mask_target(struct run *r, const struct source_ref *ref, struct target *out,
			uint64_t *bit)
{
	const struct device_desc *d = ref->device;

	switch (ref->source) {
	case RAISE_MSIX:
		*bit = ref->has_index ? 1 : 0x4000;
		return msix_target(r, d, ref->has_index, ref->index, "ctrl", out);
	case RAISE_MSI:
		*bit = UINT64_C(1) << ref->index;
		return msi_target(d, "mask", out);
	case RAISE_STORE:
		*bit = UINT64_C(1) << d->store[ref->store].mask_bit;
		return store_target(r, d, ref->store, ref->index, "ctrl", out);
	default:
		return false;
	}
}

static void set_mask(struct run *r, const struct stmt *stmt, bool on)
{
	const struct pattern *path = stmt_value(stmt, "SOURCE");
	struct source_ref ref;
	struct target target;
	uint64_t bit, value;

	if (!source_resolve(&r->scope, path, &ref))
		return;
	if (!mask_target(r, &ref, &target, &bit)) {
		scope_error(&r->scope, DIAG_UNKNOWN_FIELD, path->span,
			    source_print(&r->scope, &ref), "mask");
		return;
	}
	value = bus_read(r->m, target.address, target.size);
	write_as_nobody(r, &target, on ? value | bit : value & ~bit);
}

void action_MASK(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	(void)out;
	set_mask(r, stmt, true);
}

void action_UNMASK(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	(void)out;
	set_mask(r, stmt, false);
}
