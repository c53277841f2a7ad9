/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/peek.h"

#include "sim_iommu/amdvi.h"
#include "sim_iommu/aplic.h"
#include "sim_iommu/its.h"
#include "sim_iommu/mbigen.h"
#include "sim_iommu/vtd.h"
#include "sim_pci/function.h"
#include "sim_platform/platform.h"

#include <irqlab/provider/hardware.h>
#include <irqlab/provider/store_layout.h>

/* What the hardware holds, seen from outside: no steps, no effects. */

static bool peek_msi(const struct machine *m, const struct device_desc *d, uint64_t index,
		     struct stored_message *out)
{
	unsigned cap = d->msi.cap, wide = d->msi.is_64 ? 4 : 0;
	uint32_t masks = 0, pending = 0;
	unsigned enabled;

	out->ctrl = function_peek_config(m, d->name, cap + 2, 2);
	out->address = function_peek_config(m, d->name, cap + 4, 4);
	if (d->msi.is_64)
		out->address |= (uint64_t)function_peek_config(m, d->name, cap + 8, 4) << 32;
	out->data = function_peek_config(m, d->name, cap + 8 + wide, 2);
	if (d->msi.maskbit) {
		masks = function_peek_config(m, d->name, cap + 12 + wide, 4);
		pending = function_peek_config(m, d->name, cap + 16 + wide, 4);
	}
	/* The device puts the number of the vector into the low bits of the data. */
	enabled = 1u << (out->ctrl >> 4 & 7);
	out->data = (out->data & ~(enabled - 1)) | (uint32_t)(index & (enabled - 1));
	out->masked = masks >> index & 1;
	out->pending = pending >> index & 1;
	return true;
}

static void take_entry(const struct message_entry *entry, struct stored_message *out)
{
	out->address = entry->address;
	out->data = entry->data;
	out->ctrl = entry->ctrl;
	out->pending = entry->pending;
}

static bool peek_store(const struct machine *m, const struct source_ref *ref,
		       struct stored_message *out)
{
	const struct store_desc *store = &ref->device->store[ref->store];
	struct message_entry entry;

	if (function_peek_store(m, ref->device->name, ref->store, (unsigned)ref->index, &entry))
		return false;
	take_entry(&entry, out);
	if (store->kind == STORE_QUEUE)
		out->masked = !(entry.ctrl & QUEUE_STATE_ARMED);
	else
		out->masked = entry.ctrl >> store->mask_bit & 1;
	return true;
}

static bool peek_wire(const struct machine *m, const struct topology *t,
		      const struct source_ref *ref, struct stored_message *out)
{
	unsigned nr = (unsigned)(ref->device - t->devices - t->first_bridge);
	struct aplic_source source;
	struct mbigen_pin pin;

	if (t->desc.imsic && aplic_peek_source(m, nr, (unsigned)ref->index, &source)) {
		*out = (struct stored_message){.data = source.target,
					       .ctrl = source.config,
					       .masked = !source.enabled,
					       .pending = source.pending};
		return true;
	}
	if (!t->desc.gic || !mbigen_peek_pin(m, nr, (unsigned)ref->index, &pin))
		return false;
	*out = (struct stored_message){.data = pin.vec >> MBIGEN_VEC_SHIFT & MBIGEN_VEC_MASK,
				       .pending = pin.in_service};
	return true;
}

bool peek_message(const struct machine *m, const struct topology *t, const struct source_ref *ref,
		  struct stored_message *out)
{
	struct message_entry entry;

	*out = (struct stored_message){0};
	if (device_is_bridge(t, ref->device))
		return peek_wire(m, t, ref, out);
	if (device_is_platform(t, ref->device))
		return platform_device_peek(m, ref->device->name, (unsigned)ref->index,
					    &out->address, &out->data);
	switch (ref->source) {
	case RAISE_MSI:
		return peek_msi(m, ref->device, ref->index, out);
	case RAISE_MSIX:
		if (function_peek_msix(m, ref->device->name, (unsigned)ref->index, &entry))
			return false;
		take_entry(&entry, out);
		out->masked = entry.ctrl & 1;
		return true;
	case RAISE_STORE:
		return peek_store(m, ref, out);
	default:
		return false;
	}
}

uint32_t peek_config(const struct machine *m, const struct device_desc *d, unsigned where)
{
	return function_peek_config(m, d->name, where, 2);
}

uint64_t peek_bar(const struct machine *m, const struct device_desc *d, unsigned bar)
{
	return function_bar(m, d->name, bar);
}

uint64_t peek_slots(const struct machine *m, const struct device_desc *d)
{
	return platform_device_registers(m, d->name);
}

/* ---- entries of remapping tables ---- */

struct entry_ref entry_ref(const struct topology *t, const struct remap_desc *unit,
			   const struct device_desc *owner, uint64_t index)
{
	return (struct entry_ref){
		.unit = unit,
		.number = (unsigned)(unit - t->remaps),
		.requester = owner ? owner->requester : 0,
		.index = index < UINT32_MAX ? (unsigned)index : UINT32_MAX,
	};
}

/* By the device table, as the unit finds it: valid 0, length 4:1, root 51:6 of the third word. */
static uint64_t amd_entry_address(const struct machine *m, const struct entry_ref *ref,
				  unsigned *bytes)
{
	uint64_t table = amdvi_peek_register(m, ref->number, AMDVI_DEVICE_TABLE);
	uint64_t control = amdvi_peek_register(m, ref->number, AMDVI_CONTROL), dte[4];

	table = (table & UINT64_C(0x000ffffffffff000)) + ref->requester * sizeof(dte);
	if (!(control & AMDVI_CONTROL_ENABLE) || !bus_memory_read(m, table, dte, sizeof(dte)) ||
	    !(dte[2] & 1) || ref->index >> (dte[2] >> 1 & 0xf))
		return 0;
	*bytes = control & AMDVI_CONTROL_GA ? 16 : 4;
	return (dte[2] & UINT64_C(0x000fffffffffffc0)) + (uint64_t)ref->index * *bytes;
}

uint64_t peek_entry_address(const struct machine *m, const struct entry_ref *ref, unsigned *bytes)
{
	*bytes = 16;
	if (ref->unit->kind == REMAP_INTEL)
		return vtd_entry_address(m, ref->number, ref->index);
	return amd_entry_address(m, ref, bytes);
}

bool peek_entry(const struct machine *m, const struct entry_ref *ref, uint64_t entry[2])
{
	unsigned bytes;
	uint64_t address = peek_entry_address(m, ref, &bytes);

	entry[0] = entry[1] = 0;
	return address && bus_memory_read(m, address, entry, bytes);
}

bool peek_cached(const struct machine *m, const struct entry_ref *ref, uint64_t entry[2])
{
	if (ref->unit->kind == REMAP_INTEL)
		return vtd_peek_cached(m, ref->number, ref->index, entry);
	return amdvi_peek_cached(m, ref->number, ref->requester, ref->index, entry);
}

const char *peek_its_command(unsigned opcode)
{
	return its_command_name(opcode);
}

const char *peek_device_of_event(const struct machine *m, uint32_t object)
{
	const char *name = device_of_event(m, object);

	return name ? name : platform_device_of_event(m, object);
}

/* ---- wires of bridges ---- */

static int set_wire(struct machine *m, const struct topology *t, const struct source_ref *ref,
		    bool high)
{
	unsigned nr = (unsigned)(ref->device - t->devices - t->first_bridge);

	if (t->desc.imsic)
		aplic_set_line(m, nr, (unsigned)ref->index, high);
	else
		mbigen_set_line(m, nr, (unsigned)ref->index, high);
	return 0;
}

int lower_source(struct machine *m, const struct topology *t, const struct source_ref *ref)
{
	if (device_is_bridge(t, ref->device))
		return set_wire(m, t, ref, false);
	return device_lower_intx(m, ref->device->name);
}

int raise_source(struct machine *m, const struct topology *t, const struct source_ref *ref,
		 uint32_t pasid)
{
	if (device_is_bridge(t, ref->device))
		return set_wire(m, t, ref, true);
	if (device_is_platform(t, ref->device))
		return platform_device_raise(m, ref->device->name, (unsigned)ref->index);
	return device_raise(m, ref->device->name, ref->source, ref->store, (unsigned)ref->index,
			    pasid);
}
