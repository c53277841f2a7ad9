/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"
#include "core/msi_internal.h"

/*
 * Interrupts for descriptors: a batch goes through the hierarchy as one, and
 * one interrupt is a batch of one.
 */

struct msi_batch {
	struct device *dev;
	struct msi_slot *slot;
	struct irq_domain *domain;
	struct msi_domain_info *info;
	unsigned domid, first, last;
	int nirqs;     /* descriptors that were prepared for */
	int allocated; /* descriptors done */
	bool inserts;  /* the descriptors are this batch's own */
	bool prepared;
	bool activate, can_reserve;
	msi_alloc_info_t arg;
};

/* ---- ranges ---- */

static bool range_is_valid(struct device *dev, unsigned domid, unsigned first, unsigned last)
{
	const struct msi_slot *slot = msi_locked_slot(dev, domid);

	if (domid >= MSI_MAX_DOMAINS || (dev->msi_domain && !(slot && slot->domain)))
		return false;
	return first <= last && (!slot || last < msi_slot_size(slot));
}

static int begin_batch(struct msi_batch *batch, struct device *dev, unsigned domid, unsigned first,
		       unsigned last)
{
	*batch = (struct msi_batch){
		.dev = dev,
		.slot = msi_locked_slot(dev, domid),
		.domid = domid,
		.first = first,
		.last = last,
	};
	if (!batch->slot || !batch->slot->domain)
		return -ENODEV;
	batch->domain = batch->slot->domain;
	batch->info = msi_get_domain_info(batch->domain);
	return 0;
}

/* ---- freeing ---- */

static bool has_action(const struct machine *m, const struct msi_desc *desc)
{
	for (unsigned i = 0; i < desc->nvec_used; i++) {
		const struct irq_desc *irq = irq_to_desc(m, desc->irq + i);

		if (irq && irq->action)
			return true;
	}
	return false;
}

static void disassociate(struct machine *m, struct msi_desc *desc)
{
	if (WARN_IF(m, has_action(m, desc), FREE_WITH_ACTION, desc->irq) &&
	    !machine_switch(m, SWITCH_FREE_WITH_HANDLERS))
		return;
	for (unsigned i = 0; i < desc->nvec_used; i++) {
		struct irq_data *d = irq_get_irq_data(m, desc->irq + i);

		if (d && irqd_has(d, IRQD_ACTIVATED))
			irq_domain_deactivate_irq(d);
	}
	irq_domain_free_irqs(m, desc->irq, desc->nvec_used);
	touch(m, desc);
	desc->irq = 0;
}

static void warn_of_actions(const struct msi_batch *batch)
{
	struct machine *m = batch->dev->machine;
	struct msi_desc *desc;

	for (unsigned index = batch->first;
	     (desc = msi_slot_next(batch->slot, &index, batch->last)); index++)
		WARN_IF(m, desc->irq && has_action(m, desc), FREE_WITH_ACTION, desc->irq);
}

static void free_irqs(const struct msi_batch *batch, bool only_own)
{
	struct device *dev = batch->dev;
	struct msi_desc *desc;

	if (batch->info->ops->domain_free_irqs) {
		warn_of_actions(batch);
		batch->info->ops->domain_free_irqs(batch->domain, dev);
		return;
	}
	for (unsigned index = batch->first;
	     (desc = msi_slot_next(batch->slot, &index, batch->last)); index++)
		if (desc->irq && (desc->in_batch || !only_own))
			disassociate(dev->machine, desc);
}

static void erase_unused(const struct msi_batch *batch)
{
	struct msi_desc *desc;

	for (unsigned index = batch->first;
	     (desc = msi_slot_next(batch->slot, &index, batch->last)); index++)
		if (!desc->irq)
			msi_erase_desc(desc);
}

static void finish_free(const struct msi_batch *batch)
{
	if (batch->info->ops->msi_post_free)
		batch->info->ops->msi_post_free(batch->domain, batch->dev);
	if (batch->inserts || batch->info->flags & MSI_FLAG_FREE_MSI_DESCS)
		erase_unused(batch);
}

void msi_domain_free_irqs_range_locked(struct device *dev, unsigned domid, unsigned first,
				       unsigned last)
{
	struct msi_batch batch;

	if (layer_refuses(dev->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return;
	if (!range_is_valid(dev, domid, first, last) ||
	    begin_batch(&batch, dev, domid, first, last))
		return;
	free_irqs(&batch, false);
	finish_free(&batch);
}

void msi_domain_free_irqs_range(struct device *dev, unsigned domid, unsigned first, unsigned last)
{
	msi_lock_descs(dev);
	msi_domain_free_irqs_range_locked(dev, domid, first, last);
	msi_unlock_descs(dev);
}

void msi_domain_free_irqs_all_locked(struct device *dev, unsigned domid)
{
	const struct msi_slot *slot = msi_locked_slot(dev, domid);

	if (slot)
		msi_domain_free_irqs_range_locked(dev, domid, 0, msi_slot_size(slot) - 1);
}

/* ---- one descriptor ---- */

static int map_failure(const struct msi_batch *batch, const struct msi_desc *desc)
{
	if (!batch->info->ops->map_failure)
		return -ENOSPC;
	return batch->info->ops->map_failure(batch->dev, desc, batch->allocated);
}

/* Where the message must be good from the start: with a real vector, or a reserved one. */
static int activate_early(const struct msi_batch *batch, struct irq_data *d)
{
	struct machine *m = batch->dev->machine;
	int ret;

	if (!batch->can_reserve) {
		irqd_clear(d, IRQD_CAN_RESERVE);
		if (batch->activate && irqd_has(d, IRQD_AFFINITY_MANAGED) &&
		    !cpumask_intersects(irq_data_get_affinity_mask(d), cpu_online_mask(m))) {
			irqd_set(d, IRQD_MANAGED_SHUTDOWN);
			return 0;
		}
	}
	if (!batch->activate)
		return 0;
	ret = irq_domain_activate_irq(d, batch->can_reserve);
	if (!ret && batch->can_reserve)
		irqd_clear(d, IRQD_ACTIVATED); /* so that request activates again, for good */
	return ret;
}

static int associate(const struct msi_batch *batch, struct msi_desc *desc, unsigned virq)
{
	struct machine *m = batch->dev->machine;

	touch(m, desc);
	desc->irq = virq;
	desc->in_batch = true;
	for (unsigned i = 0; i < desc->nvec_used; i++) {
		struct irq_desc *irq = irq_to_desc(m, virq + i);
		int ret;

		touch(m, irq);
		irq->irq_common_data.msi_desc = desc;
		ret = activate_early(batch, &irq->irq_data);
		if (ret)
			return ret;
	}
	return 0;
}

static int alloc_desc(struct msi_batch *batch, struct msi_desc *desc)
{
	struct msi_domain_ops *ops = batch->info->ops;
	int virq;

	if (WARN_IF(batch->dev->machine, batch->allocated >= batch->nirqs, MSI_BATCH_OVERRUN, 0))
		return -EINVAL;
	if (ops->prepare_desc)
		ops->prepare_desc(batch->domain, &batch->arg, desc);
	ops->set_desc(&batch->arg, desc);
	virq = irq_domain_alloc_irqs(batch->domain, -1, desc->nvec_used, batch->dev->node,
				     &batch->arg, desc->affinity);
	if (virq < 0)
		return map_failure(batch, desc);
	return associate(batch, desc, (unsigned)virq);
}

/* ---- a batch ---- */

static bool may_reserve(const struct msi_batch *batch)
{
	const struct msi_domain_info *info = batch->info;

	if (!(info->flags & MSI_FLAG_MUST_REACTIVATE) || info->flags & MSI_FLAG_NO_MASK)
		return false;
	return info->ops->can_reserve &&
	       info->ops->can_reserve(batch->domain, batch->info, batch->dev);
}

static int alloc_irqs(struct msi_batch *batch)
{
	struct msi_desc *desc;
	int ret =
		batch->info->ops->msi_prepare(batch->domain, batch->dev, batch->nirqs, &batch->arg);

	if (ret)
		return ret;
	batch->prepared = true;
	batch->activate = batch->info->flags & MSI_FLAG_ACTIVATE_EARLY;
	batch->can_reserve = may_reserve(batch);
	for (unsigned index = batch->first;
	     (desc = msi_slot_next(batch->slot, &index, batch->last)); index++) {
		if (desc->irq) {
			touch(batch->dev->machine, desc);
			desc->in_batch = false;
			continue;
		}
		ret = alloc_desc(batch, desc);
		if (ret)
			return ret;
		batch->allocated++;
	}
	return 0;
}

static int insert_simple(struct msi_batch *batch)
{
	const struct msi_desc simple = {.nvec_used = 1};
	struct machine *m = batch->dev->machine;

	batch->inserts = true;
	for (unsigned index = batch->first; index <= batch->last; index++) {
		int ret = msi_domain_insert_msi_desc(batch->dev, batch->domid, &simple, index,
						     index, NULL);
		struct msi_desc *desc;

		if (!ret)
			continue;
		if (machine_switch(m, SWITCH_BATCH_ERASES_FOREIGN))
			index = batch->last + 1;
		while (index-- > batch->first) {
			desc = xa_load(&batch->slot->store, index);
			if (desc)
				msi_erase_desc(desc);
		}
		return ret;
	}
	return 0;
}

/* Everything that this batch did. The switch: and what others did in its range. */
static void undo_batch(const struct msi_batch *batch)
{
	const struct msi_domain_ops *ops = batch->info->ops;

	free_irqs(batch, !machine_switch(batch->dev->machine, SWITCH_BATCH_ERASES_FOREIGN));
	if (batch->prepared && ops->msi_unprepare)
		ops->msi_unprepare(batch->domain, batch->dev, &batch->arg);
	finish_free(batch);
}

static int run_batch(struct msi_batch *batch)
{
	const struct msi_domain_ops *ops = batch->info->ops;
	int ret;

	if (batch->info->flags & MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS) {
		ret = insert_simple(batch);
		if (ret)
			return ret;
	}
	ret = ops->domain_alloc_irqs
		      ? ops->domain_alloc_irqs(batch->domain, batch->dev, batch->nirqs)
		      : alloc_irqs(batch);
	if (ret)
		undo_batch(batch);
	return ret;
}

static int alloc_range(struct device *dev, unsigned domid, unsigned first, unsigned last, int nirqs)
{
	struct msi_batch batch;
	int ret;

	if (WARN_IF(dev->machine, !range_is_valid(dev, domid, first, last), MSI_BAD_RANGE, 0))
		return -EINVAL;
	ret = begin_batch(&batch, dev, domid, first, last);
	if (ret)
		return ret;
	batch.nirqs = nirqs;
	return run_batch(&batch);
}

int msi_domain_alloc_irqs_range_locked(struct device *dev, unsigned domid, unsigned first,
				       unsigned last)
{
	if (layer_refuses(dev->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return -EPERM;
	return alloc_range(dev, domid, first, last, (int)(last - first + 1));
}

int msi_domain_alloc_irqs_range(struct device *dev, unsigned domid, unsigned first, unsigned last)
{
	int ret;

	msi_lock_descs(dev);
	ret = msi_domain_alloc_irqs_range_locked(dev, domid, first, last);
	msi_unlock_descs(dev);
	return ret;
}

int msi_domain_alloc_irqs_all_locked(struct device *dev, unsigned domid, int nirqs)
{
	const struct msi_slot *slot = msi_locked_slot(dev, domid);

	return alloc_range(dev, domid, 0, slot ? msi_slot_size(slot) - 1 : 0, nirqs);
}

/* ---- one more ---- */

static int alloc_at(struct device *dev, unsigned domid, unsigned first, unsigned last,
		    const struct msi_desc *init, struct msi_desc **desc)
{
	struct msi_batch batch;
	int ret = begin_batch(&batch, dev, domid, first, last);

	if (ret)
		return ret;
	ret = msi_domain_insert_msi_desc(dev, domid, init, first, last, desc);
	if (ret)
		return ret;
	batch.first = batch.last = (*desc)->msi_index;
	batch.nirqs = 1;
	batch.inserts = true;
	ret = alloc_irqs(&batch);
	if (ret)
		undo_batch(&batch);
	return ret > 0 ? -ENOSPC : ret;
}

struct msi_map msi_domain_alloc_irq_at(struct device *dev, unsigned domid, unsigned first,
				       unsigned last, const struct irq_affinity_desc *affdesc,
				       uint64_t icookie)
{
	const struct msi_desc init = {
		.nvec_used = 1,
		.affinity = (struct irq_affinity_desc *)affdesc,
		.data.icookie = icookie,
	};
	struct msi_map map = {0};
	struct msi_desc *desc;

	msi_lock_descs(dev);
	map.index = alloc_at(dev, domid, first, last, &init, &desc);
	if (!map.index)
		map = (struct msi_map){.index = desc->msi_index, .virq = (int)desc->irq};
	msi_unlock_descs(dev);
	return map;
}
