/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/amd_ir.h"
#include "domains/intel_ir.h"
#include "domains/x86.h"

#include <inttypes.h>
#include <irqlab/passthrough.h>
#include <irqlab/view.h>

/* One interrupt from its device to the driver's handler, each field decoded. */

static void path_device(FILE *out, const struct msi_desc *msi, unsigned irq)
{
	const struct device *dev = msi->dev;

	fprintf(out, "device    %s %s", dev->name, dev->bus_name);
	fprintf(out, ", requester 0x%04x, index %u",
		dev->nr_alias ? dev->alias[dev->nr_alias - 1].requester : dev->requester,
		msi->msi_index);
	if (msi->nvec_used > 1)
		fprintf(out, ", message %u of %u", irq - msi->irq, msi->nvec_used);
	fprintf(out,
		"\nmessage   address 0x%08" PRIx32 "%08" PRIx32 "  data 0x%08" PRIx32
		"\n          ",
		msi->msg.address_hi, msi->msg.address_lo, msi->msg.data);
	view_message(out, msi->msg.address_lo, msi->msg.address_hi, msi->msg.data);
	fputc('\n', out);
}

/* Instead of a CPU's vector. False: it is the host's. */
static bool path_vcpu(struct machine *m, FILE *out, unsigned irq)
{
	unsigned vector;
	const struct vcpu *v = vcpu_of_irq(m, irq, &vector);

	if (v)
		fprintf(out, "          posted to %s, vector 0x%02x\n", vcpu_name(v), vector);
	return v;
}

static void path_intel(struct machine *m, FILE *out, unsigned irq)
{
	struct intel_ir_info info;

	if (!intel_ir_info(m, irq, &info))
		return;
	fprintf(out,
		"remap     entry %u of the unit's table: hi 0x%016" PRIx64 " lo 0x%016" PRIx64 "\n",
		info.index + info.sub, info.shadow[1], info.shadow[0]);
	if (path_vcpu(m, out, irq))
		return;
	if (info.posted) {
		fputs("          posted to a vCPU\n", out);
		return;
	}
	fprintf(out,
		"          present=%u vector=0x%02x %s %s destination=0x%x source=0x%04x check=%u/%u\n",
		(unsigned)info.shadow[0] & 1, (unsigned)(info.shadow[0] >> 16) & 0xff,
		info.shadow[0] & 4 ? "logical" : "physical",
		info.shadow[0] & 8 ? "redirection-hint" : "",
		(unsigned)(info.shadow[0] >> (x86_apic_mode(m) >= APIC_X2APIC_PHYSICAL ? 32 : 40)),
		(unsigned)info.shadow[1] & 0xffff, (unsigned)(info.shadow[1] >> 18) & 3,
		(unsigned)(info.shadow[1] >> 16) & 3);
}

static void path_amd(struct machine *m, FILE *out, unsigned irq)
{
	struct amd_ir_info info;

	if (!amd_ir_info(m, irq, &info))
		return;
	fprintf(out,
		"remap     entry %u of the table of 0x%04x: hi 0x%016" PRIx64 " lo 0x%016" PRIx64
		"\n",
		info.index, info.devid, info.shadow[1], info.shadow[0]);
	if (!path_vcpu(m, out, irq) && !info.legacy_format)
		fprintf(out, "          valid=%u vector=0x%02x destination=0x%x%s\n",
			(unsigned)info.shadow[0] & 1, (unsigned)info.shadow[1] & 0xff,
			((unsigned)(info.shadow[0] >> 8) & 0xffffff) |
				(unsigned)(info.shadow[1] >> 56) << 24,
			info.guest_mode ? " guest" : "");
}

static void path_vector(struct machine *m, FILE *out, unsigned irq)
{
	struct x86_vector_info info;

	if (!x86_vector_info(m, irq, &info))
		return;
	if (info.vector)
		fprintf(out, "vector    0x%02x on CPU %u\n", info.vector, info.cpu);
	else
		fprintf(out, "vector    none%s: parked on 0x%02x\n",
			info.has_reserved ? ", one is reserved" : "", info.cfg_vector);
	if (info.prev_vector)
		fprintf(out, "          0x%02x on CPU %u is still held: %s\n", info.prev_vector,
			info.prev_cpu,
			info.move_in_progress ? "the first interrupt on the new CPU ends the move"
					      : "its CPU's timer frees it");
}

static void path_software(FILE *out, const struct irq_desc *desc)
{
	fprintf(out, "irq       %u, flow %s, depth %u%s\n", desc->irq_data.irq,
		irq_flow_name(desc->handle_irq, true), desc->depth,
		irqd_has(&desc->irq_data, IRQD_IRQ_MASKED) ? ", masked" : "");
	fputs("levels   ", out);
	for (const struct irq_data *d = &desc->irq_data; d && d->domain; d = d->parent_data)
		fprintf(out, " %s", d->domain->name);
	fputs("\nhandler  ", out);
	for (const struct irqaction *a = desc->action; a; a = a->next)
		fprintf(out, " %s", a->name);
	fputs(desc->action ? "\n" : " none\n", out);
}

int view_path(struct machine *m, FILE *out, unsigned irq)
{
	const struct irq_desc *desc = irq_to_desc(m, irq);

	if (!desc)
		return -EINVAL;
	if (desc->irq_common_data.msi_desc)
		path_device(out, desc->irq_common_data.msi_desc, irq);
	path_intel(m, out, irq);
	path_amd(m, out, irq);
	path_vector(m, out, irq);
	path_software(out, desc);
	return 0;
}
