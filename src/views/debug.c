/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "views/names.h"

#include <inttypes.h>
#include <irqlab/view.h>

/* One interrupt in the shape in which Linux shows it below debugfs. */

#define BIT_NAME(id)                                                                               \
	{                                                                                          \
		id, #id                                                                            \
	}

static const struct bit_name status_names[] = {
	BIT_NAME(IRQ_LEVEL),
	BIT_NAME(IRQ_PER_CPU),
	BIT_NAME(IRQ_NOPROBE),
	BIT_NAME(IRQ_NOREQUEST),
	BIT_NAME(IRQ_NOAUTOEN),
	BIT_NAME(IRQ_NO_BALANCING),
	BIT_NAME(IRQ_MOVE_PCNTXT),
	BIT_NAME(IRQ_NESTED_THREAD),
	BIT_NAME(IRQ_NOTHREAD),
	BIT_NAME(IRQ_PER_CPU_DEVID),
	BIT_NAME(IRQ_IS_POLLED),
	BIT_NAME(IRQ_DISABLE_UNLAZY),
	{0},
};

static const struct bit_name istate_names[] = {
	BIT_NAME(IRQS_AUTODETECT),
	BIT_NAME(IRQS_SPURIOUS_DISABLED),
	BIT_NAME(IRQS_POLL_INPROGRESS),
	BIT_NAME(IRQS_ONESHOT),
	BIT_NAME(IRQS_REPLAY),
	BIT_NAME(IRQS_WAITING),
	BIT_NAME(IRQS_PENDING),
	BIT_NAME(IRQS_SUSPENDED),
	BIT_NAME(IRQS_NMI),
	{0},
};

static const struct bit_name chip_names[] = {
	BIT_NAME(IRQCHIP_SET_TYPE_MASKED),
	BIT_NAME(IRQCHIP_EOI_IF_HANDLED),
	BIT_NAME(IRQCHIP_MASK_ON_SUSPEND),
	BIT_NAME(IRQCHIP_ONOFFLINE_ENABLED),
	BIT_NAME(IRQCHIP_SKIP_SET_WAKE),
	BIT_NAME(IRQCHIP_ONESHOT_SAFE),
	BIT_NAME(IRQCHIP_EOI_THREADED),
	BIT_NAME(IRQCHIP_SUPPORTS_LEVEL_MSI),
	BIT_NAME(IRQCHIP_SUPPORTS_NMI),
	BIT_NAME(IRQCHIP_ENABLE_WAKEUP_ON_SUSPEND),
	BIT_NAME(IRQCHIP_AFFINITY_PRE_STARTUP),
	BIT_NAME(IRQCHIP_IMMUTABLE),
	{0},
};

static const struct bit_name type_names[] = {
	BIT_NAME(IRQ_TYPE_EDGE_RISING),
	BIT_NAME(IRQ_TYPE_EDGE_FALLING),
	BIT_NAME(IRQ_TYPE_LEVEL_HIGH),
	BIT_NAME(IRQ_TYPE_LEVEL_LOW),
	{0},
};

static void print_bits(FILE *out, int indent, uint32_t bits, const char *prefix,
		       const struct bit_name *names)
{
	for (; names->name; names++)
		if (bits & names->bit)
			fprintf(out, "%*s%s%s\n", indent + 12, "", prefix, names->name);
}

static void print_word(FILE *out, const char *what, uint32_t bits)
{
	fprintf(out, "%-9s 0x%08" PRIx32 "\n", what, bits);
}

static void print_cpus(FILE *out, const char *what, const struct cpumask *mask)
{
	char list[1024] = "";

	cpumask_print(mask, list, sizeof(list));
	fprintf(out, "%-9s %s\n", what, list);
}

static void print_level(FILE *out, const struct irq_data *d, int indent)
{
	fprintf(out, "%*sdomain:  %s\n", indent, "", d->domain ? d->domain->name : "");
	fprintf(out, "%*shwirq:   0x%" PRIx64 "\n", indent + 1, "", d->hwirq);
	fprintf(out, "%*schip:    %s\n", indent + 1, "", d->chip ? d->chip->name : "None");
	if (d->chip) {
		fprintf(out, "%*sflags:   0x%lx\n", indent + 2, "", d->chip->flags);
		print_bits(out, indent + 1, (uint32_t)d->chip->flags, "", chip_names);
	}
	if (!d->parent_data)
		return;
	fprintf(out, "%*sparent:\n", indent + 1, "");
	print_level(out, d->parent_data, indent + 4);
}

int view_debug(struct machine *m, FILE *out, unsigned irq)
{
	const struct irq_desc *desc = irq_to_desc(m, irq);
	const struct irq_common_data *common;

	if (!desc)
		return -EINVAL;
	common = &desc->irq_common_data;
	fprintf(out, "handler:  %s\n", irq_flow_name(desc->handle_irq, true));
	fprintf(out, "device:   %s\n",
		common->msi_desc ? common->msi_desc->dev->bus_name : "(null)");
	print_word(out, "status:", desc->status_use_accessors);
	print_bits(out, 0, desc->status_use_accessors, "", status_names);
	print_word(out, "istate:", desc->istate);
	print_bits(out, 0, desc->istate, "", istate_names);
	fprintf(out, "ddepth:   %" PRIu32 "\nwdepth:   %" PRIu32 "\n", desc->depth,
		desc->wake_depth);
	print_word(out, "dstate:", common->state_use_accessors);
	print_bits(out, 0, common->state_use_accessors, "", type_names);
	print_bits(out, 0, common->state_use_accessors, "IRQD_", irqd_state_names);
	fprintf(out, "node:     %" PRId32 "\n", common->node);
	print_cpus(out, "affinity:", common->affinity);
	print_cpus(out, "effectiv:", common->effective_affinity);
	print_cpus(out, "pending:", desc->pending_mask);
	print_level(out, &desc->irq_data, 0);
	return 0;
}
