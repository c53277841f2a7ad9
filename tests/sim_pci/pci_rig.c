/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/pci_rig.h"

struct rig *nic_create(struct device_desc desc)
{
	struct rig *r = rig_with_cpus(4, APIC_PHYSICAL_FLAT);

	desc.name = NIC;
	desc.requester = NIC_REQUESTER;
	assert_int_equal(function_create(r->m, &desc), 0);
	rig_forget(r);
	return r;
}

struct device_desc nic_with_msix(uint16_t size)
{
	return (struct device_desc){
		.msix = {.cap = MSIX_CAP,
			 .size = size,
			 .table_bar = 0,
			 .table_offset = TABLE_OFFSET,
			 .pba_offset = size > 256 ? 0x1000 : PBA_OFFSET},
	};
}

struct device_desc nic_with_msi(uint8_t vectors, bool is_64, bool maskbit)
{
	return (struct device_desc){
		.msi = {.cap = MSI_CAP, .vectors = vectors, .is_64 = is_64, .maskbit = maskbit},
	};
}

struct device_desc nic_with_store(struct store_desc store)
{
	struct device_desc desc = {.nr_stores = 1};

	desc.store[0] = store;
	return desc;
}

void cfg_write(struct rig *r, unsigned where, unsigned size, uint32_t value)
{
	rig_write(r, bus_config_address(0, NIC_REQUESTER, where), size, value);
}

uint32_t cfg_read(struct rig *r, unsigned where, unsigned size)
{
	return (uint32_t)rig_read(r, bus_config_address(0, NIC_REQUESTER, where), size);
}

uint64_t bar_address(struct rig *r, unsigned bar)
{
	uint32_t low = cfg_read(r, CONFIG_BAR0 + 4 * bar, 4);
	uint64_t address = low & ~15u;

	if ((low & 6) == 4)
		address |= (uint64_t)cfg_read(r, CONFIG_BAR0 + 4 * bar + 4, 4) << 32;
	return address;
}

static uint64_t entry_address(struct rig *r, unsigned index, unsigned word)
{
	uint32_t table = cfg_read(r, MSIX_CAP + 4, 4);

	return bar_address(r, table & 7) + (table & ~7u) + index * 16 + word * 4;
}

void entry_write(struct rig *r, unsigned index, unsigned word, uint32_t value)
{
	rig_write(r, entry_address(r, index, word), 4, value);
}

uint32_t entry_read(struct rig *r, unsigned index, unsigned word)
{
	return (uint32_t)rig_read(r, entry_address(r, index, word), 4);
}

void entry_set(struct rig *r, unsigned index, unsigned cpu, bool masked)
{
	entry_write(r, index, 0, ADDRESS(cpu));
	entry_write(r, index, 1, 0);
	entry_write(r, index, 2, 0x40 + index);
	entry_write(r, index, 3, masked);
}

uint32_t pba_word(struct rig *r, unsigned word)
{
	uint32_t pba = cfg_read(r, MSIX_CAP + 8, 4);

	return (uint32_t)rig_read(r, bar_address(r, pba & 7) + (pba & ~7u) + word * 4, 4);
}

static uint64_t store_address(struct rig *r, unsigned store, uint32_t offset)
{
	bool has_msix = cfg_read(r, MSIX_CAP, 1) == 0x11;
	int bir = has_msix ? (int)(cfg_read(r, MSIX_CAP + 4, 4) & 7) : -1;

	return bar_address(r, store_bar(bir)) + STORE_OFFSET(store) + offset;
}

void store_write(struct rig *r, unsigned store, uint32_t offset, unsigned size, uint64_t value)
{
	rig_write(r, store_address(r, store, offset), size, value);
}

uint64_t store_read(struct rig *r, unsigned store, uint32_t offset, unsigned size)
{
	return rig_read(r, store_address(r, store, offset), size);
}

void nic_raise(struct rig *r, enum raise_source source, unsigned index)
{
	rig_forget(r);
	assert_int_equal(device_raise(r->m, NIC, source, 0, index, RAISE_NO_PASID), 0);
	rig_after(r);
}

void expect_message(struct rig *r, uint64_t address, uint32_t data)
{
	const struct tape_record *record;

	assert_int_equal(rig_count(r, TAPE_MESSAGE), 1);
	record = rig_next(r, TAPE_MESSAGE);
	assert_int_equal(record->address, address);
	assert_int_equal(record->value, data);
}

void expect_latched(struct rig *r, unsigned index)
{
	const struct tape_record *record;

	assert_int_equal(rig_count(r, TAPE_MESSAGE), 0);
	record = rig_next(r, TAPE_LATCH);
	assert_non_null(record);
	assert_int_equal(record->value, index);
}
