/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "views/names.h"

#include <inttypes.h>
#include <irqlab/view.h>

/* The objects and how they belong together, for programs: JSON, and DOT for Graphviz. */

/* Oldest first. */
static struct irq_domain *next_domain(struct machine *m, uint32_t after)
{
	struct irq_domain *found = NULL;

	for (struct irq_domain *d = irq_domain_first(m); d; d = d->next)
		if (d->id > after && (!found || d->id < found->id))
			found = d;
	return found;
}

static struct device *next_device(struct machine *m, uint32_t after)
{
	struct device *found = NULL;

	for (struct device *dev = device_first(m); dev; dev = dev->next)
		if (dev->id > after && (!found || dev->id < found->id))
			found = dev;
	return found;
}

#define for_each_domain(d, m)                                                                      \
	for (struct irq_domain *d = NULL; (d = next_domain(m, d ? d->id : 0));)
#define for_each_device(dev, m)                                                                    \
	for (struct device *dev = NULL; (dev = next_device(m, dev ? dev->id : 0));)

/* Both languages take a string so. */
static void quote(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc((unsigned char)*s < ' ' ? ' ' : *s, out);
	}
	fputc('"', out);
}

/* ---- JSON ---- */

static void json_name(FILE *out, const char *key, const char *name)
{
	fprintf(out, "\"%s\":", key);
	if (name)
		quote(out, name);
	else
		fputs("null", out);
}

static void json_domain(FILE *out, const struct irq_domain *d)
{
	const char *comma = "";

	fprintf(out, "{\"id\":%" PRIu32 ",", d->id);
	json_name(out, "name", d->name);
	fputs(",\"parent\":", out);
	if (d->parent)
		fprintf(out, "%" PRIu32, d->parent->id);
	else
		fputs("null", out);
	fputc(',', out);
	json_name(out, "token", domain_token_name(d->bus_token));
	fputc(',', out);
	json_name(out, "device", d->dev ? d->dev->name : NULL);
	fprintf(out, ",\"mapped\":%" PRIu32 ",\"flags\":[", d->mapcount);
	for (const struct bit_name *flag = domain_flag_names; flag->name; flag++) {
		if (!(d->flags & flag->bit))
			continue;
		fputs(comma, out);
		quote(out, flag->name);
		comma = ",";
	}
	fputs("]}", out);
}

static void json_device(FILE *out, struct device *dev)
{
	const char *comma = "";

	fputc('{', out);
	json_name(out, "name", dev->name);
	fputc(',', out);
	json_name(out, "bus_name", dev->bus_name);
	fputs(",\"parent\":", out);
	if (dev->msi_domain)
		fprintf(out, "%" PRIu32, dev->msi_domain->id);
	else
		fputs("null", out);
	fputs(",\"domains\":[", out);
	for (unsigned domid = 0; domid < MSI_MAX_DOMAINS; domid++) {
		const struct irq_domain *d = msi_get_device_domain(dev, domid);

		if (!d)
			continue;
		fprintf(out, "%s{\"slot\":%u,\"domain\":%" PRIu32 "}", comma, domid, d->id);
		comma = ",";
	}
	fputs("]}", out);
}

static void json_irq(FILE *out, const struct irq_desc *desc)
{
	const struct msi_desc *msi = desc->irq_common_data.msi_desc;
	const char *comma = "";

	fprintf(out, "{\"irq\":%" PRIu32 ",", desc->irq_data.irq);
	json_name(out, "flow", irq_flow_name(desc->handle_irq, false));
	if (msi) {
		fputc(',', out);
		json_name(out, "device", msi->dev->name);
		fprintf(out, ",\"slot\":%u,\"index\":%u", msi->domid, msi->msi_index);
	}
	fputs(",\"handlers\":[", out);
	for (const struct irqaction *a = desc->action; a; a = a->next, comma = ",") {
		fputs(comma, out);
		quote(out, a->name);
	}
	fputs("],\"levels\":[", out);
	comma = "";
	for (const struct irq_data *d = &desc->irq_data; d && d->domain; d = d->parent_data) {
		fprintf(out, "%s{\"domain\":%" PRIu32 ",\"hwirq\":%" PRIu64 ",", comma,
			d->domain->id, d->hwirq);
		json_name(out, "chip", d->chip ? d->chip->name : NULL);
		fputc('}', out);
		comma = ",";
	}
	fputs("]}", out);
}

void view_json(struct machine *m, FILE *out)
{
	const char *comma = "\n";

	fputs("{\"domains\":[", out);
	for_each_domain(d, m)
	{
		fputs(comma, out);
		json_domain(out, d);
		comma = ",\n";
	}
	fputs("\n],\"devices\":[", out);
	comma = "\n";
	for_each_device(dev, m)
	{
		fputs(comma, out);
		json_device(out, dev);
		comma = ",\n";
	}
	fputs("\n],\"interrupts\":[", out);
	comma = "\n";
	for_each_used_irq (irq, m) {
		fputs(comma, out);
		json_irq(out, irq_to_desc(m, irq));
		comma = ",\n";
	}
	fputs("\n]}\n", out);
}

/* ---- DOT ---- */

static void dot_domain(FILE *out, const struct irq_domain *d)
{
	fprintf(out, "  domain%" PRIu32 " [shape=box label=", d->id);
	quote(out, d->name);
	fputs("]\n", out);
	if (d->parent)
		fprintf(out, "  domain%" PRIu32 " -> domain%" PRIu32 "\n", d->id, d->parent->id);
}

static void dot_device(FILE *out, struct device *dev)
{
	fprintf(out, "  device%" PRIu32 " [shape=component label=", dev->id);
	quote(out, dev->name);
	fputs("]\n", out);
	if (dev->msi_domain)
		fprintf(out, "  device%" PRIu32 " -> domain%" PRIu32 " [style=dotted]\n", dev->id,
			dev->msi_domain->id);
	for (unsigned domid = 0; domid < MSI_MAX_DOMAINS; domid++) {
		const struct irq_domain *d = msi_get_device_domain(dev, domid);

		if (d)
			fprintf(out,
				"  device%" PRIu32 " -> domain%" PRIu32
				" [style=dashed label=\"%u\"]\n",
				dev->id, d->id, domid);
	}
}

static void dot_irq(FILE *out, const struct irq_desc *desc)
{
	const struct irq_data *d = &desc->irq_data;

	if (!d->domain)
		return;
	fprintf(out, "  irq%" PRIu32 " [label=\"%" PRIu32 "%s", d->irq, d->irq,
		desc->action ? "" : "\" style=\"dotted");
	fprintf(out, "\"]\n  irq%" PRIu32 " -> domain%" PRIu32 " [label=\"%" PRIu64 "\"]\n", d->irq,
		d->domain->id, d->hwirq);
}

void view_dot(struct machine *m, FILE *out)
{
	fputs("digraph machine {\n  rankdir=BT\n", out);
	for_each_domain(d, m) dot_domain(out, d);
	for_each_device(dev, m) dot_device(out, dev);
	for_each_used_irq (irq, m)
		dot_irq(out, irq_to_desc(m, irq));
	fputs("}\n", out);
}
