/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/ims.h"

#include <irqlab/provider/store_layout.h>

#define DSA_PASID_SHIFT 12
#define DSA_PASID_MAX	0xfffffu /* 20 bits */

static const struct ims_table_layout dsa_layout = {
	.stride = DSA_SLOT_BYTES,
	.address_lo = DSA_ADDRESS,
	.address_hi = DSA_ADDRESS + 4,
	.data = DSA_DATA,
	.ctrl = DSA_CONTROL,
	.mask = DSA_CTRL_MASK,
	.cookie_shift = DSA_PASID_SHIFT,
	.ctrl_set = DSA_CTRL_PASID_EN,
};

static const struct ims_table_layout generic_layout = {
	.stride = TABLE_STRIDE,
	.address_lo = TABLE_ADDRESS_LO,
	.address_hi = TABLE_ADDRESS_HI,
	.data = TABLE_DATA,
	.ctrl = TABLE_CONTROL,
	.mask = 1,
};

/* Four words of 4 bytes, each inside the slot, none upon another. */
static bool layout_valid(const struct ims_table_layout *layout)
{
	const uint32_t word[] = {layout->address_lo, layout->address_hi, layout->data,
				 layout->ctrl};

	for (unsigned i = 0; i < 4; i++) {
		if (word[i] % 4 || layout->stride < 4 || word[i] > layout->stride - 4)
			return false;
		for (unsigned j = 0; j < i; j++)
			if (word[i] == word[j])
				return false;
	}
	return layout->stride % 4 == 0;
}

static int init_table(struct ims_store *store, const struct store_desc *desc)
{
	struct ims_table_layout *layout = &store->table;

	if (!desc->slots || desc->slots > MSI_MAX_INDEX + 1 || desc->mask_bit > 31)
		return -EINVAL;
	store->kind = IRQ_POOL_IMS_TABLE;
	store->slots = desc->slots;
	store->cookie_max = UINT64_MAX;
	*layout = generic_layout;
	if (desc->kind == STORE_TABLE_DSA) {
		*layout = dsa_layout;
		store->cookie_max = DSA_PASID_MAX;
	} else if (desc->stride) {
		layout->stride = desc->stride;
		layout->address_lo = desc->address_lo;
		layout->address_hi = desc->address_hi;
		layout->data = desc->data;
		layout->ctrl = desc->ctrl;
		layout->mask = UINT32_C(1) << desc->mask_bit;
	}
	return layout_valid(layout) ? 0 : -EINVAL;
}

static int init_queue(struct machine *m, struct ims_store *store)
{
	uint32_t objects = (uint32_t)bus_read(m, store->base + QUEUE_OBJECTS, 4);
	uint32_t ring = (uint32_t)bus_read(m, store->base + QUEUE_RING_SLOTS, 4);

	if (!objects || !ring || ring & (ring - 1))
		return -ENODEV;
	store->kind = IRQ_POOL_IMS_QUEUE;
	store->cookie_max = objects - 1;
	store->queue.ring_slots = ring;
	store->queue.command.sleeps = 1;
	store->queue.command.name = "ims_command";
	return 0;
}

int ims_store_init(struct machine *m, struct ims_store *store, const struct store_desc *desc,
		   uint64_t base)
{
	store->base = base;
	return desc->kind == STORE_QUEUE ? init_queue(m, store) : init_table(store, desc);
}

void ims_store_digest(const struct ims_store *store, struct digest *d)
{
	digest_u64(d, (uint64_t)store->kind << 32 | store->domid);
	digest_counter(d, store->pools); /* only tells old cookies from new ones */
	digest_u64(d, store->base);
	digest_u64(d, store->slots);
	digest_u64(d, store->cookie_max);
	digest_u64(d, (uint64_t)store->table.stride << 32 | store->table.mask);
	digest_u64(d, store->queue.ring_slots);
	digest_u64(d, store->prepared_slot);
	digest_u64(d, store->prepared_ctrl);
}

const struct ims_ops *ims_store_ops(const struct ims_store *store)
{
	return store->kind == IRQ_POOL_IMS_QUEUE ? &ims_queue_ops : &ims_table_ops;
}
