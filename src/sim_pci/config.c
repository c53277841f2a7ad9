/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/function_internal.h"

#define CAP_MSI		 0x05u
#define CAP_MSIX	 0x11u
#define FIRST_CAP	 0x40u
#define MSIX_CAP_SIZE	 12u
#define DEFAULT_COMMAND	 0x107u
#define STATUS_CAPS	 0x10u
#define COMMAND_WRITABLE 0x0547u
#define CLASS_NETWORK	 0x0200u

uint32_t config_get(const struct function *fn, unsigned where, unsigned size)
{
	uint32_t value = 0;

	if (where >= CONFIG_BYTES)
		return fn->sriov ? sriov_get(fn->sriov, where, size) : 0;
	for (unsigned i = 0; i < size && where + i < CONFIG_BYTES; i++)
		value |= (uint32_t)fn->config->bytes[where + i] << (8 * i);
	return value;
}

void config_put(struct function *fn, unsigned where, unsigned size, uint32_t value)
{
	for (unsigned i = 0; i < size; i++)
		fn->config->bytes[where + i] = (uint8_t)(value >> (8 * i));
}

static void set_writable(struct function *fn, unsigned where, unsigned size, uint32_t mask)
{
	for (unsigned i = 0; i < size; i++)
		fn->config->writable[where + i] = (uint8_t)(mask >> (8 * i));
}

/* ---- what it looks like at first ---- */

static bool capability_fits(unsigned where, unsigned size)
{
	return where >= FIRST_CAP && where % 4 == 0 && where + size <= CONFIG_BYTES;
}

/* PCI 3.0, 6.8.1: 10, 14, 20 or 24 bytes. */
static unsigned msi_size(const struct device_desc *desc)
{
	return (desc->msi.maskbit ? 20u : 10u) + (desc->msi.is_64 ? 4u : 0u);
}

static int build_msi(struct function *fn, const struct device_desc *desc)
{
	unsigned cap = desc->msi.cap, vectors = desc->msi.vectors;

	if (!vectors)
		return 0;
	if (vectors > 32 || (vectors & (vectors - 1)) || !capability_fits(cap, msi_size(desc)))
		return -EINVAL;
	fn->msi_cap = (uint8_t)cap;
	fn->msi_is_64 = desc->msi.is_64;
	fn->msi_order = (uint8_t)__builtin_ctz(vectors);
	fn->msi_data = (uint8_t)(cap + (desc->msi.is_64 ? 12 : 8));
	fn->msi_mask = desc->msi.maskbit ? (uint8_t)(fn->msi_data + 4) : 0;
	config_put(fn, cap, 1, CAP_MSI);
	config_put(fn, cap + 2, 2,
		   (desc->msi.ctrl & 0x71u) | (uint32_t)fn->msi_order << 1 |
			   (desc->msi.is_64 ? MSI_64BIT : 0) |
			   (desc->msi.maskbit ? MSI_MASKBIT : 0));
	set_writable(fn, cap + 2, 2, 0x71);
	set_writable(fn, cap + 4, 4, 0xfffffffc);
	if (desc->msi.is_64)
		set_writable(fn, cap + 8, 4, UINT32_MAX);
	set_writable(fn, fn->msi_data, 2, UINT16_MAX);
	if (desc->msi.maskbit)
		set_writable(fn, fn->msi_mask, 4, (uint32_t)((UINT64_C(1) << vectors) - 1));
	return 0;
}

static int build_msix(struct function *fn, const struct device_desc *desc)
{
	unsigned cap = desc->msix.cap, nr = desc->msix.size;
	uint64_t table = desc->msix.table_offset & ~7u, pba = desc->msix.pba_offset & ~7u;

	if (!nr)
		return 0;
	if (nr > 2048 || desc->msix.table_bar >= NR_BARS || !capability_fits(cap, MSIX_CAP_SIZE))
		return -EINVAL;
	if (table < pba + (nr + 63) / 64 * 8 && pba < table + nr * 16)
		return -EINVAL;
	fn->msix_cap = (uint8_t)cap;
	fn->msix_bar = desc->msix.table_bar;
	fn->msix_table = (uint32_t)table;
	fn->msix_pba = (uint32_t)pba;
	config_put(fn, cap, 1, CAP_MSIX);
	config_put(fn, cap + 2, 2, (nr - 1) | (desc->msix.ctrl & (MSIX_ENABLE | MSIX_MASKALL)));
	set_writable(fn, cap + 2, 2, MSIX_ENABLE | MSIX_MASKALL);
	config_put(fn, cap + 4, 4, fn->msix_table | fn->msix_bar);
	config_put(fn, cap + 8, 4, fn->msix_pba | fn->msix_bar);
	return 0;
}

/* The list goes by ascending offset. */
static int link_capabilities(struct function *fn, const struct device_desc *desc)
{
	unsigned first = fn->msi_cap, second = fn->msix_cap, size = first ? msi_size(desc) : 0;

	if (!first || (second && second < first)) {
		first = fn->msix_cap;
		second = fn->msi_cap;
		size = MSIX_CAP_SIZE;
	}
	if (first && second && first + size > second)
		return -EINVAL;
	if (first) {
		config_put(fn, CONFIG_CAPABILITIES, 1, first);
		config_put(fn, first + 1, 1, second);
		config_put(fn, CONFIG_STATUS, 2, STATUS_CAPS);
	}
	return 0;
}

static void build_header(struct function *fn, const struct device_desc *desc)
{
	config_put(fn, CONFIG_VENDOR, 2, FUNCTION_VENDOR_ID);
	config_put(fn, CONFIG_DEVICE, 2, FUNCTION_DEVICE_ID);
	config_put(fn, CONFIG_COMMAND, 2,
		   (desc->command ? desc->command : DEFAULT_COMMAND) & COMMAND_WRITABLE);
	set_writable(fn, CONFIG_COMMAND, 2, COMMAND_WRITABLE);
	config_put(fn, CONFIG_INTX_PIN, 1, desc->pin);
	set_writable(fn, CONFIG_INTX_LINE, 1, 0xff);
}

/* PCIe 5.0, 9.3.4.1: no ids, no pin, no BARs; of the command register only bus mastering. */
static void build_virtual(struct function *fn)
{
	config_put(fn, CONFIG_VENDOR, 2, UINT16_MAX);
	config_put(fn, CONFIG_DEVICE, 2, UINT16_MAX);
	set_writable(fn, CONFIG_COMMAND, 2, COMMAND_BUS_MASTER);
}

int config_build(struct function *fn, const struct device_desc *desc)
{
	int err;

	if (desc->pin > 4)
		return -EINVAL;
	config_put(fn, 0x0a, 2, desc->class_code ? desc->class_code : CLASS_NETWORK);
	if (fn->pf)
		build_virtual(fn);
	else
		build_header(fn, desc);
	err = build_msi(fn, desc);
	if (!err)
		err = build_msix(fn, desc);
	return err ? err : link_capabilities(fn, desc);
}

/* What software can write goes to 0, but for the BARs and the interrupt line. */
void config_reset(struct machine *m, struct function *fn)
{
	touch(m, fn->config);
	config_put(fn, CONFIG_COMMAND, 2, 0);
	config_put(fn, CONFIG_STATUS, 2, config16(fn, CONFIG_STATUS) & ~STATUS_INTX);
	for (unsigned i = FIRST_CAP; i < CONFIG_BYTES; i++)
		fn->config->bytes[i] &= (uint8_t)~fn->config->writable[i];
	if (fn->msi_mask)
		config_put(fn, fn->msi_mask + 4u, 4, 0);
}

/* ---- access ---- */

static uint64_t config_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct function *fn = owner;

	(void)m;
	if (size > 4 || offset % size || !function_responds(fn))
		return UINT32_MAX;
	return config_get(fn, (unsigned)offset, size);
}

static bool hits(unsigned where, unsigned size, unsigned first, unsigned bytes)
{
	return where < first + bytes && where + size > first;
}

static void config_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			 uint64_t value)
{
	struct function *fn = owner;
	unsigned where = (unsigned)offset;

	if (size > 4 || offset % size || !function_responds(fn))
		return;
	if (where >= CONFIG_BYTES) {
		if (fn->sriov)
			sriov_write(m, fn, where, size, (uint32_t)value);
		return;
	}
	touch(m, fn->config);
	for (unsigned i = 0; i < size; i++) {
		uint8_t mask = fn->config->writable[where + i],
			*byte = &fn->config->bytes[where + i];

		*byte = (uint8_t)((*byte & ~mask) | (value >> (8 * i) & mask));
	}
	if (hits(where, size, CONFIG_COMMAND, 2))
		intx_update(m, fn);
	if (fn->msi_mask && hits(where, size, fn->msi_cap, 24))
		msi_flush(m, fn);
	if (fn->msix_cap && hits(where, size, fn->msix_cap + 2u, 2))
		msix_flush(m, fn);
}

struct field {
	unsigned first, bytes;
	const char *name;
};

static const char *field_at(const struct field *fields, unsigned nr, unsigned where)
{
	for (unsigned i = 0; i < nr; i++)
		if (fields[i].bytes && hits(where, 1, fields[i].first, fields[i].bytes))
			return fields[i].name;
	return NULL;
}

static const char *header_field(unsigned where)
{
	static const struct field fields[] = {
		{CONFIG_COMMAND, 2, "command"},	    {CONFIG_STATUS, 2, "status"},
		{CONFIG_BAR0, 4, "bar0"},	    {CONFIG_BAR0 + 4, 4, "bar1"},
		{CONFIG_BAR0 + 8, 4, "bar2"},	    {CONFIG_BAR0 + 12, 4, "bar3"},
		{CONFIG_BAR0 + 16, 4, "bar4"},	    {CONFIG_BAR0 + 20, 4, "bar5"},
		{CONFIG_INTX_LINE, 1, "intx_line"},
	};

	return field_at(fields, sizeof(fields) / sizeof(fields[0]), where);
}

static const char *msi_field(const struct function *fn, unsigned where)
{
	const struct field fields[] = {
		{fn->msi_cap + 2u, 2, "ctrl"},
		{fn->msi_cap + 4u, 4, "addr_lo"},
		{fn->msi_cap + 8u, fn->msi_is_64 ? 4 : 0, "addr_hi"},
		{fn->msi_data, 2, "data"},
		{fn->msi_mask, fn->msi_mask ? 4 : 0, "mask"},
		{fn->msi_mask + 4u, fn->msi_mask ? 4 : 0, "pending"},
	};

	return fn->msi_cap ? field_at(fields, sizeof(fields) / sizeof(fields[0]), where) : NULL;
}

static void config_describe(const struct machine *m, const void *owner, uint64_t offset,
			    unsigned size, struct bus_place *out)
{
	const struct function *fn = owner;
	const char *field = offset < CONFIG_BYTES ? header_field((unsigned)offset) : "";
	const char *store = "cfg";

	(void)m;
	(void)size;
	if (offset >= CONFIG_BYTES && fn->sriov) {
		field = sriov_field((unsigned)offset);
		store = "sriov";
	}
	if (!field) {
		field = msi_field(fn, (unsigned)offset);
		store = "msi";
	}
	if (!field && fn->msix_cap && hits((unsigned)offset, 1, fn->msix_cap + 2u, 2)) {
		field = "ctrl";
		store = "msix";
	}
	*out = (struct bus_place){
		.store = field ? store : "cfg",
		.field = field ? field : "",
		.index = -1,
		.offset = offset,
	};
	memcpy(out->object, fn->name, sizeof(out->object));
}

const struct bus_region_ops config_ops = {
	.read = config_read,
	.write = config_write,
	.describe = config_describe,
};
