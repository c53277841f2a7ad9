/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/lapic_internal.h"

#define LAPIC_VERSION_VALUE                                                                        \
	0x01050014u /* integrated, 6 local entries, EOI broadcast can be off                       \
		     */

static struct lapic *mine(const struct machine *m, const struct lapics *all)
{
	unsigned cpu = this_cpu(m);

	return cpu < all->nr ? all->cpu[cpu] : NULL;
}

static uint32_t bits32(const uint64_t words[LAPIC_WORDS], uint64_t offset)
{
	unsigned nr = (unsigned)(offset >> 4 & 7);

	return (uint32_t)(words[nr / 2] >> (nr % 2 * 32));
}

static uint32_t logical_id(const struct lapics *all, const struct lapic *l)
{
	return lapics_x2apic(all) ? l->id >> 4 << 16 | UINT32_C(1) << (l->id & 15) : l->ldr;
}

static uint32_t read32(const struct lapics *all, const struct lapic *l, uint64_t offset)
{
	switch (offset) {
	case LAPIC_ID:
		return lapics_x2apic(all) ? l->id : l->id << 24;
	case LAPIC_VERSION:
		return LAPIC_VERSION_VALUE;
	case LAPIC_TPR:
		return l->tpr;
	case LAPIC_PPR:
		return (uint32_t)processor_class(l) << 4;
	case LAPIC_LDR:
		return logical_id(all, l);
	case LAPIC_DFR:
		return l->dfr;
	case LAPIC_SVR:
		return l->svr;
	case LAPIC_ISR ... LAPIC_ISR + 0x7f:
		return bits32(l->isr, offset);
	case LAPIC_TMR ... LAPIC_TMR + 0x7f:
		return bits32(l->tmr, offset);
	case LAPIC_IRR ... LAPIC_IRR + 0x7f:
		return bits32(l->irr, offset);
	case LAPIC_ESR:
		return l->esr;
	case LAPIC_ICR:
		return l->icr;
	case LAPIC_ICR_HIGH:
		return l->icr_high;
	}
	return 0;
}

static uint64_t register_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct lapics *all = owner;
	const struct lapic *l = mine(m, all);

	(void)size;
	return l && (offset & 0xf) == 0 ? read32(all, l, offset) : 0;
}

/* An 8-byte write is the single register of the x2APIC modes: destination above, command below. */
static void write_command(struct machine *m, struct lapics *all, struct lapic *l, unsigned size,
			  uint64_t value)
{
	l->icr = (uint32_t)value;
	if (size == 8)
		l->icr_high = (uint32_t)(value >> 32);
	if ((value & 0xff) < 16 && (value >> 8 & 7) <= APIC_LOWEST)
		l->esr |= ESR_SEND_ILLEGAL;
	lapic_send_ipi(m, all, l);
}

static void register_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct lapics *all = owner;
	struct lapic *l = mine(m, all);
	uint32_t low = (uint32_t)value;

	if (!l)
		return;
	if (offset == LAPIC_EOI) {
		lapic_end_of_interrupt(m, l);
		return;
	}
	touch(m, l);
	switch (offset) {
	case LAPIC_TPR:
		l->tpr = low & 0xff;
		break;
	case LAPIC_LDR:
		if (!lapics_x2apic(all))
			l->ldr = low & 0xff000000;
		break;
	case LAPIC_DFR:
		l->dfr = low | 0x0fffffff;
		break;
	case LAPIC_SVR:
		l->svr = low & (SVR_NO_EOI_CAST | SVR_ENABLE | 0xff);
		lapic_tell_pending(m, l);
		break;
	case LAPIC_ESR:
		l->esr = 0;
		break;
	case LAPIC_ICR:
		write_command(m, all, l, size, value);
		break;
	case LAPIC_ICR_HIGH:
		l->icr_high = low;
		break;
	case LAPIC_SELF_IPI:
		l->icr = 0x40000 | (low & 0xff);
		lapic_send_ipi(m, all, l);
		break;
	}
}

static const char *register_name(uint64_t offset)
{
	switch (offset) {
	case LAPIC_ID:
		return "id";
	case LAPIC_TPR:
		return "tpr";
	case LAPIC_EOI:
		return "eoi";
	case LAPIC_LDR:
		return "ldr";
	case LAPIC_DFR:
		return "dfr";
	case LAPIC_SVR:
		return "svr";
	case LAPIC_ESR:
		return "esr";
	case LAPIC_ICR:
		return "icr";
	case LAPIC_ICR_HIGH:
		return "icr_high";
	case LAPIC_SELF_IPI:
		return "self_ipi";
	}
	return "";
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	(void)m;
	(void)owner;
	(void)size;
	*out = (struct bus_place){
		.object = "lapic",
		.store = "reg",
		.field = register_name(offset),
		.index = -1,
		.offset = offset,
	};
}

const struct bus_region_ops lapic_register_ops = {
	.read = register_read,
	.write = register_write,
	.describe = describe,
};
