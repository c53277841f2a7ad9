/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/peek.h"

#include "sim_iommu/amdvi.h"
#include "sim_iommu/its.h"
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

bool peek_message(const struct machine *m, const struct topology *t, const struct source_ref *ref,
		  struct stored_message *out)
{
	struct message_entry entry;

	*out = (struct stored_message){0};
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

static bool read_entry(const struct machine *m, uint64_t address, uint64_t entry[2])
{
	return address && bus_memory_read(m, address, entry, 2 * sizeof(*entry));
}

bool peek_entry(const struct machine *m, const struct remap_desc *unit, unsigned number,
		unsigned index, uint64_t entry[2])
{
	return unit->kind == REMAP_INTEL &&
	       read_entry(m, vtd_entry_address(m, number, index), entry);
}

uint64_t peek_entry_address(const struct machine *m, const struct remap_desc *unit, unsigned number,
			    unsigned index)
{
	return unit->kind == REMAP_INTEL ? vtd_entry_address(m, number, index) : 0;
}

bool peek_cached(const struct machine *m, const struct remap_desc *unit, unsigned number,
		 unsigned index, uint64_t entry[2])
{
	return unit->kind == REMAP_INTEL && vtd_peek_cached(m, number, index, entry);
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

int raise_source(struct machine *m, const struct topology *t, const struct source_ref *ref,
		 uint32_t pasid)
{
	if (device_is_platform(t, ref->device))
		return platform_device_raise(m, ref->device->name, (unsigned)ref->index);
	return device_raise(m, ref->device->name, ref->source, ref->store, (unsigned)ref->index,
			    pasid);
}
