/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/its_internal.h"

static uint64_t read64(const struct machine *m, uint64_t address)
{
	uint64_t value;

	return bus_memory_read(m, address, &value, sizeof(value)) ? value : 0;
}

/* ---- device and collection table ---- */

static uint64_t page_bytes(uint64_t baser)
{
	return UINT64_C(0x1000) << 2 * GITS_BASER_PAGE(baser);
}

static uint64_t page_address(uint64_t value, uint64_t bytes)
{
	return GITS_BASER_ADDRESS(value) & ~(bytes - 1);
}

/* IHI 0069, 5.2.1: flat, or a first level of page addresses. 0: no such entry. */
static uint64_t entry_address(const struct machine *m, uint64_t baser, uint64_t id)
{
	uint64_t page = page_bytes(baser), bytes = page * GITS_BASER_PAGES(baser);
	uint64_t base = page_address(baser, page), offset = id * TABLE_ENTRY_SIZE, first;

	if (!(baser & GITS_VALID))
		return 0;
	if (!(baser & GITS_BASER_INDIRECT))
		return offset < bytes ? base + offset : 0;
	if (offset / page >= bytes / 8)
		return 0;
	first = read64(m, base + offset / page * 8);
	return first & GITS_VALID ? page_address(first, page) + offset % page : 0;
}

uint64_t its_device_address(const struct machine *m, const struct its *its, uint32_t device)
{
	if ((uint64_t)device >> GITS_TYPER_DEVICE_BITS(its->typer))
		return 0;
	return entry_address(m, its->baser[0], device);
}

static bool in_memory(const struct its *its, uint16_t icid)
{
	return icid >= GITS_TYPER_HCC(its->typer);
}

static uint64_t collection_address(const struct machine *m, const struct its *its, uint16_t icid)
{
	if (icid >> GITS_TYPER_COLLECTION_BITS(its->typer))
		return 0;
	return entry_address(m, its->baser[1], icid - GITS_TYPER_HCC(its->typer));
}

bool its_collection_exists(const struct machine *m, const struct its *its, uint16_t icid)
{
	return !in_memory(its, icid) || collection_address(m, its, icid);
}

bool its_write_collection(struct machine *m, struct its *its, uint16_t icid, uint64_t entry)
{
	uint64_t address;

	if (!in_memory(its, icid)) {
		touch(m, its->held);
		its->held->entry[icid] = entry;
		return true;
	}
	address = collection_address(m, its, icid);
	return address && bus_memory_write(m, address, &entry, sizeof(entry));
}

int its_rdbase_cpu(const struct machine *m, const struct its *its, uint64_t rdbase)
{
	rdbase &= ENTRY_RDBASE;
	if (its->typer & GITS_TYPER_PTA)
		return gicr_by_address(m, rdbase);
	return rdbase >> 16 <= UINT32_MAX ? gicr_by_processor(m, (uint32_t)(rdbase >> 16))
					  : -ENOENT;
}

int its_target(const struct machine *m, const struct its *its, uint16_t icid)
{
	uint64_t entry = 0, address;

	if (!in_memory(its, icid)) {
		entry = its->held->entry[icid];
	} else {
		address = collection_address(m, its, icid);
		if (address)
			entry = read64(m, address);
	}
	return entry & GITS_VALID ? its_rdbase_cpu(m, its, entry) : -ENOENT;
}

/* ---- interrupt translation tables ---- */

uint64_t its_event_entry(uint16_t icid, uint32_t intid)
{
	return GITS_VALID | (uint64_t)icid << 32 | intid;
}

enum its_drop its_find_slot(const struct machine *m, const struct its *its, uint32_t device,
			    uint32_t event, struct its_lookup *out)
{
	uint64_t address = its_device_address(m, its, device), entry;

	if (!address)
		return ITS_DROP_DEVICE_RANGE;
	if (!bus_memory_read(m, address, &entry, sizeof(entry)))
		return ITS_DROP_TABLE;
	if (!(entry & GITS_VALID))
		return ITS_DROP_DEVICE;
	out->event_bits = (unsigned)(entry & ENTRY_SIZE_MASK) + 1;
	if ((uint64_t)event >> out->event_bits)
		return ITS_DROP_EVENT_RANGE;
	out->entry_address =
		(entry & ENTRY_ITT) + (uint64_t)event * GITS_TYPER_ENTRY_SIZE(its->typer);
	return ITS_TRANSLATED;
}

enum its_drop its_find_event(const struct machine *m, const struct its *its, uint32_t device,
			     uint32_t event, struct its_lookup *out)
{
	enum its_drop why = its_find_slot(m, its, device, event, out);
	uint64_t entry;

	if (why)
		return why;
	if (!bus_memory_read(m, out->entry_address, &entry, sizeof(entry)))
		return ITS_DROP_TABLE;
	if (!(entry & GITS_VALID))
		return ITS_DROP_EVENT;
	out->event = (struct its_event){.intid = (uint32_t)entry, .icid = (uint16_t)(entry >> 32)};
	return ITS_TRANSLATED;
}

bool its_write_event(struct machine *m, const struct its *its, const struct its_lookup *at,
		     uint64_t entry)
{
	static const uint64_t zero[2];
	unsigned rest = GITS_TYPER_ENTRY_SIZE(its->typer) - (unsigned)sizeof(entry);

	return bus_memory_write(m, at->entry_address, &entry, sizeof(entry)) &&
	       (!rest || bus_memory_write(m, at->entry_address + sizeof(entry), zero, rest));
}
