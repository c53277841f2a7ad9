/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "views/names.h"

#include <inttypes.h>
#include <irqlab/view.h>

const char *domain_token_name(enum irq_domain_bus_token token)
{
	static const char *const names[] = {
		"any",
		"wired",
		"generic-msi",
		"pci-msi",
		"platform",
		"nexus",
		"ipi",
		"fsl-mc",
		"ti-sci",
		"wakeup",
		"vmd",
		"pci-device-msi",
		"pci-device-msix",
		"dmar",
		"amdvi",
		"device-msi",
		"wired-to-msi",
	};

	if (token == DOMAIN_BUS_PCI_DEVICE_IMS)
		return "pci-device-ims";
	return (size_t)token < sizeof(names) / sizeof(names[0]) ? names[token] : "?";
}

const struct bit_name domain_flag_names[] = {
	{IRQ_DOMAIN_FLAG_HIERARCHY, "hierarchy"},	{IRQ_DOMAIN_FLAG_MSI, "msi"},
	{IRQ_DOMAIN_FLAG_ISOLATED_MSI, "isolated-msi"}, {IRQ_DOMAIN_FLAG_MSI_PARENT, "msi-parent"},
	{IRQ_DOMAIN_FLAG_MSI_DEVICE, "msi-device"},	{0},
};

const struct bit_name irqd_state_names[] = {
#define STATE_NAME(id, bit) {UINT32_C(1) << bit, #id},
	IRQD_STATES(STATE_NAME)
#undef STATE_NAME
		{0},
};

static void print_names(FILE *out, uint32_t bits, const struct bit_name *names)
{
	for (; names->name; names++)
		if (bits & names->bit)
			fprintf(out, " %s", names->name);
}

/* Oldest first, so that a tree reads in the order in which it was built. */
static struct irq_domain *next_child(struct irq_domain *all, const struct irq_domain *parent,
				     uint32_t after)
{
	struct irq_domain *found = NULL;

	for (struct irq_domain *d = all; d; d = d->next)
		if (d->parent == parent && d->id > after && (!found || d->id < found->id))
			found = d;
	return found;
}

static void print_tree(FILE *out, struct irq_domain *all, const struct irq_domain *parent,
		       unsigned depth)
{
	uint32_t after = 0;

	for (struct irq_domain *d; (d = next_child(all, parent, after)); after = d->id) {
		fprintf(out, "%*s%-*s %-16s %5u mapped ", depth * 2, "", 40 - (int)depth * 2,
			d->name, domain_token_name(d->bus_token), d->mapcount);
		print_names(out, d->flags, domain_flag_names);
		fputc('\n', out);
		print_tree(out, all, d, depth + 1);
	}
}

void view_domains(struct machine *m, FILE *out)
{
	print_tree(out, irq_domain_first(m), NULL, 0);
}

static void print_mask(FILE *out, const char *what, const struct cpumask *mask)
{
	char list[256];

	cpumask_print(mask, list, sizeof(list));
	fprintf(out, "  %s=%s", what, *list ? list : "none");
}

void view_irqs(struct machine *m, FILE *out)
{
	for_each_used_irq (irq, m) {
		const struct irq_desc *desc = irq_to_desc(m, irq);
		const struct msi_desc *msi = desc->irq_common_data.msi_desc;

		fprintf(out, "irq %u  %s  depth=%u ", irq, irq_flow_name(desc->handle_irq, false),
			desc->depth);
		print_mask(out, "affinity", desc->irq_common_data.affinity);
		print_mask(out, "effective", desc->irq_common_data.effective_affinity);
		if (irqd_has(&desc->irq_data, IRQD_SETAFFINITY_PENDING))
			print_mask(out, "pending", desc->pending_mask);
		for (const struct irqaction *a = desc->action; a; a = a->next)
			fprintf(out, "  handler=%s", a->name);
		fputs("\n   ", out);
		print_names(out, desc->irq_common_data.state_use_accessors, irqd_state_names);
		fputc('\n', out);
		for (const struct irq_data *d = &desc->irq_data; d; d = d->parent_data)
			fprintf(out, "    %-32s %-28s hwirq=0x%" PRIx64 "\n",
				d->domain ? d->domain->name : "-", d->chip ? d->chip->name : "-",
				d->hwirq);
		if (msi) {
			fputs("    message: ", out);
			view_message(out, msi->msg.address_lo, msi->msg.address_hi, msi->msg.data);
			fputc('\n', out);
		}
	}
}
