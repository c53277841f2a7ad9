/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/function_internal.h"

/*
 * Every function has 64 MiB of its own above everything else: BAR 0, the BAR of
 * its MSI-X table, and the one of its stores, each 16 MiB apart. 32-bit BARs
 * come from a common window, in order of creation.
 */
#define BAR64_BASE    UINT64_C(0x200000000000)
#define BAR64_ORDER   26
#define BAR_MAX_BYTES (UINT64_C(16) << 20)
/* Those of a function's virtual ones: 16 GiB, of which each of three kinds has 4. */
#define VF_BAR64_BASE	UINT64_C(0x1000000000000000)
#define VF_BAR64_ORDER	34
#define BAR32_LAST	UINT64_C(0xefffffff)
#define REGISTERS_BYTES UINT64_C(0x1000)
#define BAR_64		0x4u

static uint64_t round_up_power(uint64_t bytes)
{
	uint64_t size = REGISTERS_BYTES;

	while (size < bytes)
		size *= 2;
	return size;
}

static uint64_t msix_bytes(const struct function *fn)
{
	uint64_t table = (uint64_t)fn->msix_table + fn->msix.nr * 16;
	uint64_t pba = (uint64_t)fn->msix_pba + (fn->msix.nr + 63) / 64 * 8;

	return table > pba ? table : pba;
}

/* So many BARs of this size, one behind the other. */
static int place_32(struct machine *m, const struct bar *bar, unsigned nr, uint64_t *address)
{
	struct functions *all = functions_of(m);
	uint64_t where = (all->next_bar32 + bar->bytes - 1) & ~(bar->bytes - 1);

	if (where < BAR32_FIRST || where + nr * bar->bytes - 1 > BAR32_LAST)
		return -ENOSPC;
	*address = where;
	touch(m, all);
	all->next_bar32 = where + nr * bar->bytes;
	return 0;
}

static uint64_t place_of(const struct function *fn)
{
	return (uint64_t)fn->segment << 16 | fn->requester;
}

/* Virtual functions have theirs side by side, in the place of their physical one. */
static int place_vf(struct machine *m, struct function *fn, unsigned nr, unsigned part)
{
	uint64_t *first = &fn->pf->sriov->bar[nr];
	struct bar *bar = &fn->bar[nr];
	int err = 0;

	if (!fn->vf && bar->is_64)
		*first = VF_BAR64_BASE + (place_of(fn->pf) << VF_BAR64_ORDER) +
			 part * SRIOV_MAX_VFS * BAR_MAX_BYTES;
	else if (!fn->vf)
		err = place_32(m, bar, fn->pf->sriov->total, first);
	bar->address = *first + fn->vf * bar->bytes;
	return err;
}

static int place(struct machine *m, struct function *fn, unsigned nr, unsigned part)
{
	struct bar *bar = &fn->bar[nr];

	if (bar->bytes > BAR_MAX_BYTES)
		return -EINVAL;
	if (fn->pf)
		return place_vf(m, fn, nr, part);
	if (!bar->is_64)
		return place_32(m, bar, 1, &bar->address);
	bar->address = BAR64_BASE + (place_of(fn) << BAR64_ORDER) + part * BAR_MAX_BYTES;
	return 0;
}

static void show(struct function *fn, unsigned nr)
{
	const struct bar *bar = &fn->bar[nr];
	uint64_t writable = ~(bar->bytes - 1);
	unsigned where = CONFIG_BAR0 + 4 * nr;

	config_put(fn, where, 4, (uint32_t)bar->address | (bar->is_64 ? BAR_64 : 0));
	for (unsigned i = 0; i < (bar->is_64 ? 8 : 4); i++)
		fn->config->writable[where + i] = (uint8_t)(writable >> (8 * i));
	if (bar->is_64)
		config_put(fn, where + 4, 4, (uint32_t)(bar->address >> 32));
}

/* An even BAR has 64 bits unless the MSI-X table needs the odd one beside it. */
static bool can_be_64(const struct function *fn, unsigned nr)
{
	return nr % 2 == 0 && !(fn->msix_cap && fn->msix_bar == nr + 1);
}

int bars_assign(struct machine *m, struct function *fn)
{
	unsigned stores = store_bar(fn->msix_cap ? fn->msix_bar : -1);
	int err = 0;

	fn->bar[0].bytes = REGISTERS_BYTES;
	if (fn->msix_cap)
		fn->bar[fn->msix_bar].bytes = round_up_power(msix_bytes(fn));
	if (fn->nr_stores)
		fn->bar[stores].bytes = round_up_power(STORE_OFFSET(DEVICE_MAX_STORES));
	for (unsigned nr = 0, part = 0; nr < NR_BARS && !err; nr++) {
		if (!fn->bar[nr].bytes)
			continue;
		fn->bar[nr].is_64 = can_be_64(fn, nr);
		err = place(m, fn, nr, part++);
		if (!err && fn->pf)
			sriov_show_bar(fn, nr);
		else if (!err)
			show(fn, nr);
	}
	return err;
}

static int add_bar(struct machine *m, struct function *fn, unsigned nr)
{
	bool has_table = fn->msix_cap && fn->msix_bar == nr;
	struct bus_region region = {
		.first = fn->bar[nr].address,
		.last = fn->bar[nr].address + fn->bar[nr].bytes - 1,
		.ops = has_table ? &msix_bar_ops : &plain_bar_ops,
		.owner = fn,
		.tape_kind = TAPE_MMIO,
	};

	if (!fn->bar[nr].bytes || (nr && !has_table))
		return 0;
	fn->bar_region[nr] = bus_add_region(m, &region);
	return fn->bar_region[nr] < 0 ? fn->bar_region[nr] : 0;
}

static int add_store(struct machine *m, struct function *fn, struct store *s)
{
	unsigned nr = store_bar(fn->msix_cap ? fn->msix_bar : -1);
	struct bus_region region = {
		.first = fn->bar[nr].address + STORE_OFFSET(s->number),
		.last = fn->bar[nr].address + STORE_OFFSET(s->number) + STORE_WINDOW_BYTES - 1,
		.ops = s->queue ? &queue_ops : &table_ops,
		.owner = s,
		.tape_kind = TAPE_MMIO,
	};

	s->region = bus_add_region(m, &region);
	return s->region < 0 ? s->region : 0;
}

static int add_config(struct machine *m, struct function *fn)
{
	uint64_t first = bus_config_address(fn->segment, fn->requester, 0);
	struct bus_region region = {
		.first = first,
		.last = first + 0xfff,
		.ops = &config_ops,
		.owner = fn,
		.tape_kind = TAPE_CONFIG,
	};

	fn->region = bus_add_region(m, &region);
	return fn->region < 0 ? fn->region : 0;
}

int bars_attach(struct machine *m, struct function *fn)
{
	int err = add_config(m, fn);

	for (unsigned nr = 0; nr < NR_BARS && !err; nr++)
		err = add_bar(m, fn, nr);
	for (unsigned i = 0; i < fn->nr_stores && !err; i++)
		err = add_store(m, fn, fn->store[i]);
	if (err)
		bars_detach(m, fn);
	return err;
}

void bars_detach(struct machine *m, struct function *fn)
{
	for (unsigned i = fn->nr_stores; i-- > 0;)
		if (fn->store[i]->region >= 0)
			bus_remove_region(m, fn->store[i]->region);
	for (unsigned nr = NR_BARS; nr-- > 0;)
		if (fn->bar_region[nr] >= 0)
			bus_remove_region(m, fn->bar_region[nr]);
	if (fn->region >= 0)
		bus_remove_region(m, fn->region);
}
