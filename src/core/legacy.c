/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

/* Interrupts that an architecture makes by itself, and who does so for devices without a domain. */

void irq_set_chip_and_handler(struct machine *m, unsigned irq, const struct irq_chip *chip,
			      irq_flow_handler_t handle, const char *name)
{
	struct irq_desc *desc = irq_to_desc(m, irq);

	if (!desc)
		return;
	touch(m, desc);
	desc->irq_data.chip = chip;
	irq_set_handler(desc, handle, name);
	irq_modify_status(m, irq, IRQ_NOREQUEST, 0);
}

void irq_set_msi_desc(struct machine *m, unsigned irq, unsigned offset, struct msi_desc *desc)
{
	struct irq_desc *d = irq_to_desc(m, irq);

	if (!d)
		return;
	touch(m, d);
	d->irq_common_data.msi_desc = desc;
	if (!desc || offset)
		return;
	touch(m, desc);
	desc->irq = irq;
}

void irq_free_msi_desc(struct machine *m, struct msi_desc *desc)
{
	for (unsigned i = desc->irq ? desc->nvec_used : 0; i--;) {
		const struct irq_desc *d = irq_to_desc(m, desc->irq + i);

		if (!d || d->irq_common_data.msi_desc != desc)
			continue;
		if (d->irq_data.domain)
			irq_dispose_mapping(m, desc->irq + i);
		else
			irq_free_descs(m, desc->irq + i, 1);
	}
	touch(m, desc);
	desc->irq = 0;
}

int msi_register_legacy(struct machine *m, const struct msi_legacy_ops *ops, void *data)
{
	struct software *sw = software_of(m);
	bool complete =
		ops->name && (ops->setup || ops->setup_one) && (ops->teardown || ops->teardown_one);

	if (WARN_IF(m, !complete, DOMAIN_INCOMPLETE, 0))
		return -EINVAL;
	if (sw->legacy)
		return -EEXIST;
	touch(m, sw);
	sw->legacy = ops;
	sw->legacy_data = data;
	return 0;
}

const struct msi_legacy_ops *msi_legacy_ops(const struct machine *m)
{
	return software_of(m)->legacy;
}

void *msi_legacy_data(const struct machine *m)
{
	return software_of(m)->legacy_data;
}
