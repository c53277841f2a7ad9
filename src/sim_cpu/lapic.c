/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/cpumask.h>
#include <string.h>

#include "sim_cpu/lapic_internal.h"

#define XAPIC_MAX_ID	    254u /* 255 is everybody */
#define MESSAGE_WINDOW_LAST UINT64_C(0xfeefffff)

static void lapic_digest(const void *object, struct digest *d)
{
	const struct lapic *l = object;

	digest_u64(d, l->cpu);
	digest_bytes(d, l->irr, sizeof(l->irr));
	digest_bytes(d, l->isr, sizeof(l->isr));
	digest_bytes(d, l->tmr, sizeof(l->tmr));
	digest_u64(d, (uint64_t)l->id << 32 | l->ldr);
	digest_u64(d, (uint64_t)l->dfr << 32 | l->svr);
	digest_u64(d, (uint64_t)l->tpr << 32 | l->esr);
	digest_u64(d, (uint64_t)l->icr_high << 32 | l->icr);
	digest_u64(d, (uint64_t)l->online << 1 | l->nmi);
	digest_counter(d, l->offline_drops);
}

static void lapics_digest(const void *object, struct digest *d)
{
	const struct lapics *all = object;

	digest_u64(d, all->nr);
	digest_u64(d, all->mode);
	digest_u64(d, all->extended_destination);
}

static const struct object_type lapic_type = {.name = "lapic", .digest = lapic_digest};
static const struct object_type lapics_type = {.name = "lapics", .digest = lapics_digest};
static const struct object_type lapic_list_type = {.name = "lapic-list"};
static const struct object_type lapic_ids_type = {.name = "lapic-ids"};

static void message(struct machine *m, void *owner, const struct bus_message *msg)
{
	const struct lapics *all = owner;
	uint32_t address = (uint32_t)msg->address;
	struct apic_interrupt i = {
		.destination = address >> 12 & 0xff,
		.vector = (uint8_t)msg->data,
		.delivery = msg->data >> 8 & 7,
		.logical = address >> 2 & 1,
		.redirection_hint = address >> 3 & 1,
		.level = msg->data >> 15 & 1,
	};

	if (all->extended_destination)
		i.destination |= (address >> 5 & 0x7f) << 8;
	else if (lapics_x2apic(all) && i.destination == 0xff && !i.logical)
		i.destination = UINT32_MAX; /* the 8-bit form of a broadcast */
	bus_interrupt(m, &i);
}

static const struct bus_region_ops window_ops = {.message = message};

static void reset(struct lapic *l, const struct lapics *all, bool online)
{
	memset(l->irr, 0, sizeof(l->irr));
	memset(l->isr, 0, sizeof(l->isr));
	memset(l->tmr, 0, sizeof(l->tmr));
	l->tpr = l->esr = l->icr = l->icr_high = 0;
	l->nmi = false;
	l->dfr = UINT32_MAX;
	l->ldr = all->mode == APIC_LOGICAL_FLAT ? UINT32_C(1) << (24 + l->cpu) : 0;
	l->svr = 0xff | (online ? SVR_ENABLE : 0);
	l->online = online;
}

/* What was requested and not yet accepted dies with the CPU. */
static void drop_pending(struct machine *m, const struct lapics *all, struct lapic *l)
{
	for (unsigned vector = 0; vector < 256; vector++) {
		bool sent_on = bus_was_sent_on(m, l->cpu, vector);

		if (!vector_test(l->irr, vector))
			continue;
		l->offline_drops += !sent_on;
		tape_event(m, TAPE_DROP, ACTOR_CPU, (uint16_t)l->cpu, l->id,
			   sent_on ? DROP_SENT_ON : DROP_OFFLINE, (uint32_t)all->window, vector);
	}
}

static void set_online(struct machine *m, void *sink, unsigned cpu, bool online)
{
	struct lapics *all = sink;

	if (cpu >= all->nr || all->cpu[cpu]->online == online)
		return;
	touch(m, all->cpu[cpu]);
	drop_pending(m, all, all->cpu[cpu]);
	guest_power_off(m, all->cpu[cpu]);
	reset(all->cpu[cpu], all, online);
	lapic_tell_pending(m, all->cpu[cpu]);
}

static const struct interrupt_sink_ops sink_ops = {
	.accept = lapics_accept,
	.dispatch = lapics_dispatch,
	.deliverable = lapics_deliverable,
	.set_online = set_online,
};

static bool id_fits(uint32_t id, enum apic_mode mode)
{
	return mode >= APIC_X2APIC_PHYSICAL ? id != UINT32_MAX : id <= XAPIC_MAX_ID;
}

static bool insert_id(struct lapics *all, uint32_t id, uint32_t cpu)
{
	uint32_t at = id & all->id_mask;

	for (; all->ids[at].cpu != LAPIC_NOBODY; at = (at + 1) & all->id_mask)
		if (all->ids[at].id == id)
			return false;
	all->ids[at] = (struct lapic_id){.id = id, .cpu = cpu};
	return true;
}

static void destroy(struct machine *m, struct lapics *all)
{
	for (uint32_t cpu = 0; all->cpu && cpu < all->nr; cpu++)
		object_free(m, all->cpu[cpu]); /* it runs no guest yet */
	object_free(m, all->ids);
	object_free(m, all->cpu);
	object_free(m, all);
}

static int fill(struct machine *m, struct lapics *all, const struct cpu_desc *cpus)
{
	for (uint32_t at = 0; at <= all->id_mask; at++)
		all->ids[at].cpu = LAPIC_NOBODY;
	for (uint32_t cpu = 0; cpu < all->nr; cpu++) {
		uint32_t id = cpus ? cpus[cpu].apic_id : cpu;
		struct lapic *l;

		if (!id_fits(id, all->mode) || !insert_id(all, id, cpu))
			return -EINVAL;
		l = object_alloc(m, &lapic_type, sizeof(*l));
		if (!l)
			return -ENOMEM;
		all->cpu[cpu] = l;
		l->cpu = cpu;
		l->id = id;
		reset(l, all, !(cpus && cpus[cpu].offline));
	}
	return 0;
}

static int attach(struct machine *m, struct lapics *all)
{
	struct bus_region registers = {
		.first = BUS_LAPIC_BASE,
		.last = BUS_LAPIC_BASE + 0xfff,
		.ops = &lapic_register_ops,
		.owner = all,
		.tape_kind = TAPE_MMIO,
	};
	struct bus_region window = {
		.first = BUS_LAPIC_BASE,
		.last = MESSAGE_WINDOW_LAST,
		.ops = &window_ops,
		.owner = all,
		.tape_kind = TAPE_MMIO,
	};
	int number = bus_add_region(m, &registers), err;

	if (number < 0)
		return number;
	all->window = bus_add_region(m, &window);
	err = all->window < 0 ? all->window : bus_set_interrupt_sink(m, &sink_ops, all);
	if (!err)
		return 0;
	if (all->window >= 0)
		bus_remove_region(m, all->window);
	bus_remove_region(m, number);
	return err;
}

int lapics_create(struct machine *m, const struct cpu_desc *cpus, uint32_t nr, enum apic_mode mode)
{
	struct lapics *all;
	uint32_t slots = 4;
	int err = -ENOMEM;

	if (nr < 1 || nr > CPUMASK_MAX_CPUS || mode > APIC_X2APIC_CLUSTER ||
	    (mode == APIC_LOGICAL_FLAT && nr > 8))
		return -EINVAL;
	if (lapics_of(m))
		return -EEXIST;
	all = object_alloc(m, &lapics_type, sizeof(*all));
	if (!all)
		return -ENOMEM;
	while (slots < 2 * nr)
		slots *= 2;
	all->mode = mode;
	all->nr = nr;
	all->id_mask = slots - 1;
	all->cpu = object_alloc(m, &lapic_list_type, nr * sizeof(struct lapic *));
	all->ids = object_alloc(m, &lapic_ids_type, slots * sizeof(*all->ids));
	if (all->cpu && all->ids)
		err = fill(m, all, cpus);
	if (!err)
		err = attach(m, all);
	if (err) {
		destroy(m, all);
		return err;
	}
	machine_set_part(m, PART_CPUS, all);
	return 0;
}

void lapics_set_extended_destination(struct machine *m, bool on)
{
	struct lapics *all = lapics_of(m);

	if (!all)
		return;
	touch(m, all);
	all->extended_destination = on;
}

static const struct lapic *peek(const struct machine *m, unsigned cpu)
{
	const struct lapics *all = lapics_of(m);

	return all && cpu < all->nr ? all->cpu[cpu] : NULL;
}

bool lapic_irr(const struct machine *m, unsigned cpu, unsigned vector)
{
	const struct lapic *l = peek(m, cpu);

	return l && vector < 256 && vector_test(l->irr, vector);
}

bool lapic_isr(const struct machine *m, unsigned cpu, unsigned vector)
{
	const struct lapic *l = peek(m, cpu);

	return l && vector < 256 && vector_test(l->isr, vector);
}

bool lapic_online(const struct machine *m, unsigned cpu)
{
	const struct lapic *l = peek(m, cpu);

	return l && l->online;
}

int lapic_cpu_of(const struct machine *m, uint32_t apic_id)
{
	const struct lapics *all = lapics_of(m);
	const struct lapic *l = all ? lapic_by_id(all, apic_id) : NULL;

	return l ? (int)l->cpu : -ENOENT;
}

uint64_t lapic_offline_drops(const struct machine *m, unsigned cpu)
{
	const struct lapic *l = peek(m, cpu);

	return l ? l->offline_drops : 0;
}
