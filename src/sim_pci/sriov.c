/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdio.h>

#include "sim_pci/function_internal.h"

/* Single root I/O virtualization: the capability of a physical function (PCIe 5.0, 9.3.3). */

#define EXT_CAP_SRIOV	  0x00010010u /* id 0x10, version 1, the last in the list */
#define CONTROL		  0x08u
#define CONTROL_VF_ENABLE 0x01u
#define CONTROL_VF_MSE	  0x08u
#define INITIAL_VFS	  0x0cu
#define TOTAL_VFS	  0x0eu
#define NUM_VFS		  0x10u
#define FIRST_VF_OFFSET	  0x14u
#define VF_STRIDE	  0x16u
#define VF_DEVICE_ID	  0x1au
#define PAGE_SIZES	  0x1cu
#define SYSTEM_PAGE_SIZE  0x20u
#define VF_BAR0		  0x24u
#define PAGES_4K	  1u
#define BAR_64		  0x4u

static void sriov_digest(const void *object, struct digest *d)
{
	const struct sriov *s = object;

	digest_u64(d, s->key);
	digest_bytes(d, s->bytes, sizeof(s->bytes));
}
static const struct object_type sriov_type = {.name = "sriov", .digest = sriov_digest};

bool device_vf_desc(const struct device_desc *pf, unsigned n, struct device_desc *vf, char name[32])
{
	unsigned offset = pf->sriov.offset ? pf->sriov.offset : 1;
	unsigned stride = pf->sriov.stride ? pf->sriov.stride : 1;
	unsigned requester = pf->requester + offset + n * stride;

	if (n >= pf->sriov.total || requester > UINT16_MAX || !pf->name || strlen(pf->name) > 25 ||
	    snprintf(name, 32, "%s-vf%u", pf->name, n) >= 32)
		return false;
	*vf = *pf;
	vf->name = name;
	vf->bus_name = NULL;
	vf->requester = (uint16_t)requester;
	vf->command = 0;
	vf->pin = 0;
	vf->intx_irq = 0;
	vf->msi.ctrl = 0;
	vf->msix.ctrl = 0;
	if (pf->sriov.msix) {
		vf->msix.size = pf->sriov.msix;
		vf->msix.pba_offset = vf->msix.table_offset + vf->msix.size * 16u;
	}
	memset(&vf->sriov, 0, sizeof(vf->sriov));
	return true;
}

/* ---- the registers ---- */

static uint32_t get(const struct sriov *s, unsigned at, unsigned size)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint32_t)s->bytes[at + i] << (8 * i);
	return value;
}

static void put(struct sriov *s, unsigned at, unsigned size, uint32_t value, uint32_t writable)
{
	for (unsigned i = 0; i < size; i++) {
		s->bytes[at + i] = (uint8_t)(value >> (8 * i));
		s->writable[at + i] = (uint8_t)(writable >> (8 * i));
	}
}

uint32_t sriov_get(const struct sriov *s, unsigned where, unsigned size)
{
	return where >= SRIOV_CAP && where - SRIOV_CAP <= SRIOV_BYTES - size
		       ? get(s, where - SRIOV_CAP, size)
		       : 0;
}

int sriov_build(struct machine *m, struct function *fn, const struct device_desc *desc)
{
	struct sriov *s;

	if (desc->sriov.total > SRIOV_MAX_VFS || desc->segment > UINT8_MAX)
		return -EINVAL;
	s = object_alloc(m, &sriov_type, sizeof(*s));
	if (!s)
		return -ENOMEM;
	fn->sriov = s;
	s->key = (uint32_t)fn->segment << 16 | fn->requester;
	s->total = desc->sriov.total;
	put(s, 0, 4, EXT_CAP_SRIOV, 0);
	put(s, CONTROL, 2, 0, CONTROL_VF_ENABLE | CONTROL_VF_MSE);
	put(s, INITIAL_VFS, 2, s->total, 0);
	put(s, TOTAL_VFS, 2, s->total, 0);
	put(s, NUM_VFS, 2, 0, UINT16_MAX);
	put(s, FIRST_VF_OFFSET, 2, desc->sriov.offset ? desc->sriov.offset : 1, 0);
	put(s, VF_STRIDE, 2, desc->sriov.stride ? desc->sriov.stride : 1, 0);
	put(s, VF_DEVICE_ID, 2, FUNCTION_DEVICE_ID + 1, 0);
	put(s, PAGE_SIZES, 4, PAGES_4K, 0);
	put(s, SYSTEM_PAGE_SIZE, 4, PAGES_4K, PAGES_4K);
	return 0;
}

void sriov_show_bar(struct function *fn, unsigned nr)
{
	const struct bar *bar = &fn->bar[nr];
	struct sriov *s = fn->pf->sriov;
	uint64_t writable = ~(bar->bytes - 1);
	unsigned at = VF_BAR0 + 4 * nr;

	if (fn->vf)
		return;
	put(s, at, 4, (uint32_t)bar->address | (bar->is_64 ? BAR_64 : 0), (uint32_t)writable);
	if (bar->is_64)
		put(s, at + 4, 4, (uint32_t)(bar->address >> 32), (uint32_t)(writable >> 32));
}

const char *sriov_field(unsigned where)
{
	static const char *const bars[NR_BARS] = {"vf_bar0", "vf_bar1", "vf_bar2",
						  "vf_bar3", "vf_bar4", "vf_bar5"};

	switch (where - SRIOV_CAP) {
	case CONTROL:
		return "control";
	case NUM_VFS:
		return "num_vfs";
	case VF_BAR0 ... VF_BAR0 + 4 * NR_BARS - 1:
		return bars[(where - SRIOV_CAP - VF_BAR0) / 4];
	}
	return "";
}

/* ---- who is there ---- */

static uint32_t control(const struct function *pf)
{
	return get(pf->sriov, CONTROL, 2);
}

bool function_responds(const struct function *fn)
{
	return !fn->pf ||
	       ((control(fn->pf) & CONTROL_VF_ENABLE) && fn->vf < get(fn->pf->sriov, NUM_VFS, 2));
}

bool sriov_memory_enabled(const struct function *vf)
{
	return function_responds(vf) && (control(vf->pf) & CONTROL_VF_MSE);
}

static void reset_vfs(struct machine *m, const struct function *pf)
{
	for (struct function *fn = functions_of(m)->first; fn; fn = fn->next)
		if (fn->pf == pf)
			function_reset(m, fn);
}

/* 9.3.3.7: the number may change only while there are none; too many mean nothing. */
static bool changes_nothing(const struct function *fn, unsigned at, uint32_t value)
{
	return at == NUM_VFS &&
	       ((control(fn) & CONTROL_VF_ENABLE) || (value & 0xffff) > fn->sriov->total);
}

void sriov_write(struct machine *m, struct function *fn, unsigned where, unsigned size,
		 uint32_t value)
{
	uint32_t before = control(fn);
	unsigned at = where - SRIOV_CAP;
	struct sriov *s = fn->sriov;

	if (where < SRIOV_CAP || at > SRIOV_BYTES - size || changes_nothing(fn, at, value))
		return;
	touch(m, s);
	for (unsigned i = 0; i < size; i++) {
		uint8_t mask = s->writable[at + i], *byte = &s->bytes[at + i];

		*byte = (uint8_t)((*byte & ~mask) | (value >> (8 * i) & mask));
	}
	if (before & ~control(fn) & CONTROL_VF_ENABLE)
		reset_vfs(m, fn);
}

void sriov_reset(struct machine *m, struct function *fn)
{
	sriov_write(m, fn, SRIOV_CAP + CONTROL, 2, 0);
	sriov_write(m, fn, SRIOV_CAP + NUM_VFS, 2, 0);
}
