/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/guest.h"

#include "sim_cpu/lapic_internal.h"

#define POST_ON	       UINT64_C(1) /* VT-d, 9.11, in the fifth quarter of a descriptor */
#define POST_CONTROL   4
#define GUEST_REG_SIZE 0x28u

static void guest_digest(const void *object, struct digest *d)
{
	const struct guest *g = object;

	/* Of a guest that was left it means nothing who it was. */
	void (*const feed)(struct digest *, uint64_t) = g->running ? digest_u64 : digest_counter;

	digest_u64(d, g->cpu);
	digest_u64(d, (uint64_t)g->running << 1 | g->pending);
	feed(d, g->apic_page);
	feed(d, g->descriptor);
	feed(d, g->notification);
}
static const struct object_type guest_type = {.name = "guest", .digest = guest_digest};

/* ---- the request register in the guest's page ---- */

static uint64_t irr_address(const struct guest *g, unsigned vector)
{
	return g->apic_page + GUEST_PAGE_IRR + vector / 32 * 16;
}

static void change_irr(struct machine *m, const struct guest *g, unsigned vector, uint32_t clear,
		       uint32_t set)
{
	uint32_t bits;

	if (!bus_memory_read(m, irr_address(g, vector), &bits, sizeof(bits)))
		return;
	bits = (bits & ~clear) | set;
	bus_memory_write(m, irr_address(g, vector), &bits, sizeof(bits));
}

/* The highest vector that can be delivered, or −1. */
static int highest_request(struct machine *m, const struct guest *g)
{
	for (unsigned vector = 256; vector > 0; vector -= 32) {
		uint32_t bits;

		if (!bus_memory_read(m, irr_address(g, vector - 32), &bits, sizeof(bits)))
			return -1;
		if (vector == 32)
			bits &= ~((UINT32_C(1) << GUEST_VECTOR_FIRST) - 1);
		if (bits)
			return (int)vector - 1 - __builtin_clz(bits);
	}
	return -1;
}

/* Is there a virtual interrupt to deliver? */
static void evaluate(struct machine *m, const struct lapic *l)
{
	struct guest *g = l->guest;

	touch(m, g);
	g->pending = g->running && highest_request(m, g) >= 0;
	lapic_tell_pending(m, l);
}

/* ---- interrupts ---- */

bool guest_takes_notification(struct machine *m, struct lapic *l, unsigned vector)
{
	struct guest *g = l->guest;
	uint64_t line[POST_CONTROL + 1];

	if (!g || !g->running || !g->descriptor || vector != g->notification ||
	    !bus_memory_read(m, g->descriptor, line, sizeof(line)))
		return false;
	lapic_end_of_interrupt(m, l);
	for (unsigned i = 0; i < 8; i++) {
		uint32_t bits = (uint32_t)(line[i / 2] >> (i % 2 * 32));

		if (bits)
			change_irr(m, g, i * 32, 0, bits);
	}
	for (unsigned i = 0; i < POST_CONTROL; i++)
		line[i] = 0;
	line[POST_CONTROL] &= ~POST_ON;
	bus_memory_write(m, g->descriptor, line, sizeof(line));
	evaluate(m, l);
	return true;
}

bool guest_dispatch(struct machine *m, struct lapic *l)
{
	struct guest *g = l->guest;
	int vector;

	if (!g || !g->pending || !lapic_accepts(l))
		return false;
	step(m, STEP_ACCEPT, g);
	vector = highest_request(m, g);
	if (vector >= 0) {
		change_irr(m, g, (unsigned)vector, UINT32_C(1) << (vector % 32), 0);
		tape_event(m, TAPE_GUEST, ACTOR_CPU, (uint16_t)l->cpu, g->apic_page,
			   (uint64_t)vector, 0, 0);
	}
	evaluate(m, l);
	return vector >= 0;
}

void guest_doorbell(struct machine *m, uint32_t apic_id)
{
	const struct lapics *all = lapics_of(m);
	const struct lapic *l = all ? lapic_by_id(all, apic_id) : NULL;

	if (l && l->guest && l->guest->running)
		evaluate(m, l);
}

void guest_power_off(struct machine *m, struct lapic *l)
{
	if (!l->guest)
		return;
	touch(m, l->guest);
	l->guest->running = l->guest->pending = false;
}

/* ---- registers of the executing CPU ---- */

static struct lapic *mine(const struct machine *m, const struct lapics *all)
{
	unsigned cpu = this_cpu(m);

	return cpu < all->nr ? all->cpu[cpu] : NULL;
}

static uint64_t register_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	const struct lapic *l = mine(m, owner);

	(void)size;
	switch (l ? offset : UINT64_MAX) {
	case GUEST_APIC_PAGE:
		return l->guest->apic_page;
	case GUEST_DESCRIPTOR:
		return l->guest->descriptor;
	case GUEST_NOTIFICATION:
		return l->guest->notification;
	case GUEST_RUN:
		return l->guest->running;
	}
	return 0;
}

static void register_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
			   uint64_t value)
{
	struct lapic *l = mine(m, owner);

	(void)size;
	if (!l)
		return;
	touch(m, l->guest);
	switch (offset) {
	case GUEST_APIC_PAGE:
		l->guest->apic_page = value;
		break;
	case GUEST_DESCRIPTOR:
		l->guest->descriptor = value;
		break;
	case GUEST_NOTIFICATION:
		l->guest->notification = (uint8_t)value;
		break;
	case GUEST_RUN:
		l->guest->running = value & 1;
		evaluate(m, l);
		break;
	case GUEST_DOORBELL:
		guest_doorbell(m, (uint32_t)value);
		break;
	}
}

static void describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
		     struct bus_place *out)
{
	static const char *const names[] = {"apic_page", "descriptor", "notification", "run",
					    "doorbell"};

	(void)m;
	(void)owner;
	(void)size;
	*out = (struct bus_place){
		.object = "guest",
		.store = "reg",
		.field = offset < GUEST_REG_SIZE && offset % 8 == 0 ? names[offset / 8] : "",
		.index = -1,
		.offset = offset,
	};
}

static const struct bus_region_ops register_ops = {
	.read = register_read,
	.write = register_write,
	.describe = describe,
};

/* ---- creation ---- */

static void take_back(struct machine *m, struct lapics *all, uint32_t nr)
{
	while (nr-- > 0) {
		touch(m, all->cpu[nr]);
		object_free(m, all->cpu[nr]->guest);
		all->cpu[nr]->guest = NULL;
	}
}

int guests_create(struct machine *m, uint64_t *registers)
{
	struct lapics *all = lapics_of(m);
	struct bus_region page = {
		.first = GUEST_REGISTER_BASE,
		.last = GUEST_REGISTER_BASE + 0xfff,
		.ops = &register_ops,
		.owner = all,
		.tape_kind = TAPE_MMIO,
	};
	int region;

	if (!all)
		return -EINVAL;
	if (all->cpu[0]->guest)
		return -EEXIST;
	for (uint32_t cpu = 0; cpu < all->nr; cpu++) {
		struct guest *g = object_alloc(m, &guest_type, sizeof(*g));

		if (!g) {
			take_back(m, all, cpu);
			return -ENOMEM;
		}
		g->cpu = cpu;
		touch(m, all->cpu[cpu]);
		all->cpu[cpu]->guest = g;
	}
	region = bus_add_region(m, &page);
	if (region < 0) {
		take_back(m, all, all->nr);
		return region;
	}
	*registers = GUEST_REGISTER_BASE;
	return 0;
}

bool guest_is_running(const struct machine *m, unsigned cpu)
{
	const struct lapics *all = lapics_of(m);

	return all && cpu < all->nr && all->cpu[cpu]->guest && all->cpu[cpu]->guest->running;
}
