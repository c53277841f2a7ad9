/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/bus.h>
#include <irqlab/invariants.h>

#include "chips/ims.h"
#include "chips/pci.h"
#include "chips/platform_msi.h"
#include "domains/amd_ir.h"
#include "domains/gic.h"
#include "domains/imsic.h"
#include "domains/intel_ir.h"
#include "domains/x86.h"
#include "machine/invariants.h"
#include "sim_cpu/gicv3.h"
#include "sim_cpu/imsic.h"
#include "sim_cpu/lapic.h"
#include "sim_pci/function.h"
#include "sim_platform/platform.h"

#include <inttypes.h>
#include <stdio.h>

/* Interrupts that were sent and that nobody will handle. */

/* ---- the device's side ---- */

static bool pool_source(const struct pci_dev *pdev, const struct msi_desc *msi,
			struct lost_interrupt *out)
{
	for (unsigned i = 0; i < pdev->nr_stores; i++) {
		if (pdev->store[i].domid != msi->domid)
			continue;
		out->source = RAISE_STORE;
		out->store = i;
		out->index = pdev->store[i].kind == IRQ_POOL_IMS_QUEUE ? (unsigned)msi->data.icookie
								       : msi->msi_index;
		return true;
	}
	return false; /* a store of somebody's own */
}

static bool pci_source(struct machine *m, const struct pci_dev *pdev, const struct msi_desc *msi,
		       struct lost_interrupt *out, struct raise_note *note)
{
	if (msi->domid != MSI_DEFAULT_DOMAIN) {
		if (!pool_source(pdev, msi, out))
			return false;
	} else {
		out->source = msi->pci.is_msix ? RAISE_MSIX : RAISE_MSI;
		out->index = msi->pci.is_msix ? msi->msi_index : out->irq - msi->irq;
	}
	return !function_peek_raise(m, out->device, out->source, out->store, out->index, note);
}

/* What raises the interrupt, and what became of it there. False: nothing that is known here. */
static bool source_of(struct machine *m, const struct irq_desc *desc, struct lost_interrupt *out,
		      struct raise_note *note)
{
	const struct msi_desc *msi = desc->irq_common_data.msi_desc;

	if (!msi || !msi->dev->msi)
		return false;
	out->irq = desc->irq_data.irq;
	out->device = msi->dev->name;
	if (to_pci_dev(msi->dev))
		return pci_source(m, to_pci_dev(msi->dev), msi, out, note);
	if (!to_platform_dev(msi->dev))
		return false;
	out->index = msi->msi_index;
	note->sent_at = platform_device_sent_at(m, out->device, out->index);
	return true;
}

/* ---- where it may wait ---- */

static bool waits_in_descriptor(const struct irq_desc *desc)
{
	if (desc->istate & IRQS_WAITING) /* to be sent again by software */
		return true;
	return desc->istate & IRQS_PENDING &&
	       irqd_has(&desc->irq_data, IRQD_IRQ_DISABLED | IRQD_IRQ_INPROGRESS);
}

static bool pending_in_gic(struct machine *m, const struct irq_desc *desc)
{
	const struct irq_data *root = &desc->irq_data;
	struct gic_irq spi;

	while (root->parent_data)
		root = root->parent_data;
	if (root->hwirq >= GIC_FIRST_LPI_INTID)
		return gicr_next_pending(m, (unsigned)root->hwirq, 0) >= 0;
	return gic_peek_irq(m, 0, (unsigned)root->hwirq, &spi) && spi.pending;
}

/* Masked there or not: it is not lost as long as the controller has it. */
static bool waits_at_cpu(struct machine *m, const struct irq_desc *desc)
{
	struct x86_vector_info v;
	struct imsic_irq_info i;

	if (x86_vector_info(m, desc->irq_data.irq, &v))
		return (v.vector && lapic_irr(m, v.cpu, v.vector)) ||
		       (v.prev_vector && lapic_irr(m, v.prev_cpu, v.prev_vector));
	if (imsic_irq_info(m, desc->irq_data.irq, &i))
		return imsic_pending(m, i.cpu, i.id) ||
		       (i.moving && imsic_pending(m, i.prev_cpu, i.prev_id));
	if (gic_version(m))
		return pending_in_gic(m, desc);
	/* Other controllers keep what is masked, and give what is not to a CPU. */
	return irqd_has(&desc->irq_data, IRQD_IRQ_MASKED) || machine_deliverable(m);
}

/* ---- what the tape tells ---- */

static const struct tape_record *message_after(struct machine *m, uint64_t step, uint64_t *position)
{
	for (*position = tape_oldest(m); *position < tape_position(m); ++*position) {
		const struct tape_record *record = tape_at(m, *position);

		if (record->kind == TAPE_MESSAGE && (int32_t)(record->step - (uint32_t)step) > 0)
			return record;
	}
	return NULL;
}

static void describe_fate(struct machine *m, struct lost_interrupt *lost)
{
	uint64_t position;
	const struct tape_record *record = message_after(m, lost->sent_at, &position);

	lost->unexplained = record;
	snprintf(lost->fate, sizeof(lost->fate), record ? "nobody took it" : "not on the tape");
	while (record && (record = tape_at(m, ++position)) && record->kind != TAPE_MESSAGE &&
	       record->kind != TAPE_RAISE) {
		lost->unexplained = record->kind != TAPE_FAULT && record->kind != TAPE_DROP;
		if (record->kind == TAPE_FAULT)
			snprintf(lost->fate, sizeof(lost->fate), "blocked, reason 0x%" PRIx64,
				 record->value);
		else if (record->kind == TAPE_DROP)
			snprintf(lost->fate, sizeof(lost->fate), "dropped, %s",
				 drop_reason_name((enum drop_reason)record->value));
		else if (record->kind == TAPE_REQUEST)
			snprintf(lost->fate, sizeof(lost->fate), "reached CPU %u as 0x%02" PRIx64,
				 record->actor, record->value);
		else
			continue;
		return;
	}
}

/* ---- the question ---- */

static bool goes_to_a_guest(const struct machine *m, const struct irq_desc *desc)
{
	struct intel_ir_info intel;
	struct amd_ir_info amd;

	return irqd_has(&desc->irq_data, IRQD_FORWARDED_TO_VCPU) ||
	       (intel_ir_info(m, desc->irq_data.irq, &intel) && intel.posted) ||
	       (amd_ir_info(m, desc->irq_data.irq, &amd) && amd.guest_mode);
}

bool machine_irq_lost(struct machine *m, unsigned irq, struct lost_interrupt *lost)
{
	const struct irq_desc *desc = irq_to_desc(m, irq);
	struct lost_interrupt found = {0};
	struct raise_note note = {0};

	if (!desc || !desc->action || goes_to_a_guest(m, desc) ||
	    !source_of(m, desc, &found, &note))
		return false;
	if (note.sent_at <= desc->handler_at || note.pending || waits_in_descriptor(desc) ||
	    waits_at_cpu(m, desc))
		return false;
	found.sent_at = note.sent_at;
	describe_fate(m, &found);
	if (lost)
		*lost = found;
	return true;
}

unsigned machine_lost(struct machine *m, struct lost_interrupt *list, unsigned max)
{
	unsigned nr = 0;

	for_each_used_irq (irq, m)
		nr += machine_irq_lost(m, irq, nr < max ? &list[nr] : NULL);
	return nr;
}

bool nothing_lost(struct check *c)
{
	for_each_used_irq (irq, c->m) {
		struct lost_interrupt lost;

		if (machine_irq_lost(c->m, irq, &lost) && lost.unexplained)
			return violated(c,
					"irq %u of %s is lost: its message of step %" PRIu64 " %s",
					irq, lost.device, lost.sent_at, lost.fate);
	}
	return true;
}
