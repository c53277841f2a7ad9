/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_CHIPS_IMS_H
#define IRQLAB_CHIPS_IMS_H

#include <irqlab/provider/software.h>
#include <irqlab/topology.h>

/*
 * Interrupt message stores: two chips for any device. What differs between
 * devices is data, the layout of a table or the place of a queue, and comes
 * with the store that the domain was made for (msi_domain_info.data).
 */

struct ims_table_layout {
	uint32_t stride; /* bytes from slot to slot */
	uint32_t address_lo, address_hi, data, ctrl;
	uint32_t mask;	       /* bit of ctrl */
	uint32_t cookie_shift; /* where the instance cookie stands in ctrl; 0: nowhere */
	uint32_t ctrl_set;     /* bits of ctrl that are always set */
};

struct ims_queue {
	struct lock command; /* the bus lock: one command at a time */
	uint32_t ring_slots; /* a power of two */
};

struct ims_store {
	uint8_t kind;	     /* enum irq_pool_kind */
	uint8_t domid;	     /* of its pool; 0: none */
	uint16_t pools;	     /* made so far */
	uint32_t slots;	     /* 0: handles of software's own */
	uint64_t base;	     /* bus address of its table or registers */
	uint64_t cookie_max; /* greatest instance cookie */
	struct ims_table_layout table;
	struct ims_queue queue;
	/* The slot that the allocation in progress prepared, and what it held. */
	uint64_t prepared_slot; /* 0: none */
	uint32_t prepared_ctrl;
};

/*
 * The store at bus address `base`; what the device says of itself is read there.
 * -EINVAL: no slots or too many, or a layout whose words overlap; -ENODEV: a
 * queue that doesn't answer.
 */
int ims_store_init(struct machine *m, struct ims_store *store, const struct store_desc *desc,
		   uint64_t base);
void ims_store_digest(const struct ims_store *store, struct digest *d);

/* What a kind of store brings to the pool API. */
struct ims_ops {
	const struct msi_domain_template *template;
	/* The allocation that called prepare_desc came to nothing. Optional. */
	void (*undo)(struct machine *m, const struct ims_store *store);
};
extern const struct ims_ops ims_table_ops, ims_queue_ops;
const struct ims_ops *ims_store_ops(const struct ims_store *store);

/* The store behind an interrupt of a pool. */
static inline struct ims_store *ims_store_of(const struct irq_data *d)
{
	return msi_get_domain_info(d->domain)->data;
}

#endif
