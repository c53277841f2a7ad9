/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/gicv3.h"
#include "sim_cpu/gic_internal.h"

/* ---- who is pending, and for whom ---- */

static uint32_t pending_bits(const struct gic_word *w)
{
	return w->latched | (w->line & ~w->edge);
}

static bool goes_to(const struct gic *gic, const struct gic_spis *spis, unsigned bit,
		    const struct gic_cpu *c)
{
	if (gic->version == 2)
		return spis->targets[bit] >> c->cpu & 1;
	return (spis->route[bit] & ROUTE_ANY) || (spis->route[bit] & ROUTE_AFFINITY) == c->affinity;
}

static void consider(struct gic_next *best, const struct gic_word *w, unsigned first, unsigned bit)
{
	if (w->priority[bit] < best->priority)
		*best = (struct gic_next){.intid = first + bit, .priority = w->priority[bit]};
}

static bool forwards(const struct gic *gic, const struct gic_cpu *c)
{
	if (gic->version == 2)
		return gic->ctlr & GICD_CTLR_ENABLE;
	return (gic->ctlr & GICD_CTLR_GRP1) && !(gic->gicr[c->cpu]->waker & GICR_WAKER_SLEEP);
}

static void consider_spis(const struct gic *gic, const struct gic_cpu *c, struct gic_next *best)
{
	for (uint32_t i = 0; i < gic->nr_spi_words; i++) {
		const struct gic_spis *spis = gic->spis[i];
		const struct gic_word *w = &spis->word;
		uint32_t bits = pending_bits(w) & w->enabled & ~w->active;

		for (; bits; bits &= bits - 1) {
			unsigned bit = (unsigned)__builtin_ctz(bits);

			if (goes_to(gic, spis, bit, c))
				consider(best, w, spis->first, bit);
		}
	}
}

struct gic_next gic_most_urgent(const struct gic *gic, const struct gic_cpu *c)
{
	struct gic_next best = {.intid = GIC_SPURIOUS, .priority = GIC_IDLE};
	uint32_t bits = pending_bits(&c->own) & c->own.enabled & ~c->own.active;

	if (!forwards(gic, c))
		return best;
	for (; bits; bits &= bits - 1)
		consider(&best, &c->own, 0, (unsigned)__builtin_ctz(bits));
	consider_spis(gic, c, &best);
	if (gic->version == 3)
		gicr_best_lpi(gic->gicr[c->cpu], &best);
	return best;
}

unsigned gic_running(const struct gic_cpu *c)
{
	for (unsigned w = 0; w < 4; w++)
		if (c->running[w])
			return w * 64 + (unsigned)__builtin_ctzll(c->running[w]);
	return GIC_IDLE;
}

static unsigned preemption_level(const struct gic_cpu *c, unsigned priority)
{
	return priority & (0xffu << c->binary_point) & 0xff;
}

/* IHI 0069, 4.8: above the mask, and of a higher level than what runs. */
struct gic_next gic_takeable(const struct gic *gic, const struct gic_cpu *c)
{
	struct gic_next next = {.intid = GIC_SPURIOUS, .priority = GIC_IDLE};

	if (!c->online || !c->enabled)
		return next;
	next = gic_most_urgent(gic, c);
	if (next.priority < c->mask && preemption_level(c, next.priority) < gic_running(c))
		return next;
	return (struct gic_next){.intid = GIC_SPURIOUS, .priority = GIC_IDLE};
}

/* What a priority keeps back still counts. */
void gic_update(struct machine *m, const struct gic *gic, const struct gic_cpu *c)
{
	bus_cpu_pending(m, c->cpu,
			c->online && c->enabled && gic_most_urgent(gic, c).intid != GIC_SPURIOUS);
}

void gic_update_all(struct machine *m, const struct gic *gic)
{
	for (uint32_t cpu = 0; cpu < gic->nr_cpus; cpu++)
		gic_update(m, gic, gic->cpu[cpu]);
}

static void update_for(struct machine *m, const struct gic *gic, const struct gic_cpu *c,
		       uint32_t intid)
{
	if (intid >= GIC_FIRST_SPI && intid <= GIC_LAST_SPI)
		gic_update_all(m, gic);
	else
		gic_update(m, gic, c);
}

/* ---- becoming pending ---- */

void gic_request_event(struct machine *m, const struct gic *gic, unsigned cpu, unsigned intid,
		       bool merged)
{
	tape_event(m, TAPE_REQUEST, ACTOR_CPU, (uint16_t)cpu, 0, intid, (uint32_t)gic->region,
		   merged);
}

void gic_latch_own(struct machine *m, const struct gic *gic, struct gic_cpu *c, unsigned intid)
{
	uint32_t bit = UINT32_C(1) << intid;
	bool merged = pending_bits(&c->own) & bit;

	step(m, STEP_REQUEST, c);
	touch(m, c);
	c->own.latched |= bit;
	gic_request_event(m, gic, c->cpu, intid, merged);
	gic_update(m, gic, c);
}

/* The SPI has become pending: says for whom. */
static void requested(struct machine *m, const struct gic *gic, const struct gic_spis *spis,
		      unsigned intid, bool merged)
{
	uint32_t cpu = 0;

	while (cpu < gic->nr_cpus && !goes_to(gic, spis, intid % 32, gic->cpu[cpu]))
		cpu++;
	gic_request_event(m, gic, cpu < gic->nr_cpus ? cpu : 0, intid, merged);
	if (cpu == gic->nr_cpus)
		tape_event(m, TAPE_DROP, ACTOR_CPU, 0, 0, DROP_NO_TARGET, (uint32_t)gic->region,
			   intid);
	gic_update_all(m, gic);
}

void gic_latch_spi(struct machine *m, const struct gic *gic, struct gic_spis *spis, unsigned intid)
{
	uint32_t bit = UINT32_C(1) << (intid % 32);
	bool merged = pending_bits(&spis->word) & bit;

	step(m, STEP_REQUEST, spis);
	touch(m, spis);
	spis->word.latched |= bit;
	requested(m, gic, spis, intid, merged);
}

void gic_set_spi(struct machine *m, unsigned intid, bool asserted)
{
	const struct gic *gic = gic_of(m);
	struct gic_spis *spis = gic ? gic_spis(gic, intid) : NULL;
	uint32_t bit = UINT32_C(1) << (intid % 32);
	bool merged;

	if (!spis || !(spis->word.line & bit) == !asserted)
		return;
	merged = pending_bits(&spis->word) & bit;
	touch(m, spis);
	spis->word.line ^= bit;
	if (asserted && (spis->word.edge & bit)) {
		gic_latch_spi(m, gic, spis, intid);
	} else if (asserted) {
		step(m, STEP_REQUEST, spis);
		requested(m, gic, spis, intid, merged);
	} else {
		gic_update_all(m, gic);
	}
}

/* ---- taking and ending ---- */

/* IHI 0048, 4.4.4: an SGI stays pending while another CPU's is left. */
static void take_own(struct machine *m, const struct gic *gic, struct gic_cpu *c, unsigned intid,
		     unsigned *from)
{
	uint32_t bit = UINT32_C(1) << intid;

	touch(m, c);
	if (gic->version == 2 && intid < GIC_NR_SGIS && c->sgi_from[intid]) {
		*from = (unsigned)__builtin_ctz(c->sgi_from[intid]);
		c->sgi_from[intid] = (uint8_t)(c->sgi_from[intid] & (c->sgi_from[intid] - 1u));
		if (c->sgi_from[intid])
			bit = 0;
	}
	c->own.latched &= ~bit;
	c->own.active |= UINT32_C(1) << intid;
}

static void take(struct machine *m, const struct gic *gic, struct gic_cpu *c, unsigned intid,
		 unsigned *from)
{
	struct gic_spis *spis = gic_spis(gic, intid);

	*from = 0;
	if (intid >= GIC_FIRST_LPI) {
		gicr_clear_lpi(m, c->cpu, intid);
	} else if (spis) {
		touch(m, spis);
		spis->word.latched &= ~(UINT32_C(1) << (intid % 32));
		spis->word.active |= UINT32_C(1) << (intid % 32);
	} else {
		take_own(m, gic, c, intid, from);
	}
}

uint32_t gic_acknowledge(struct machine *m, struct gic *gic, struct gic_cpu *c, unsigned *from)
{
	struct gic_next next = gic_takeable(gic, c);
	unsigned level = preemption_level(c, next.priority);

	*from = 0;
	if (next.intid == GIC_SPURIOUS)
		return GIC_SPURIOUS;
	step(m, STEP_ACCEPT, c);
	touch(m, c);
	c->running[level / 64] |= UINT64_C(1) << (level % 64);
	take(m, gic, c, next.intid, from);
	update_for(m, gic, c, next.intid);
	tape_event(m, TAPE_ACCEPT, ACTOR_CPU, (uint16_t)c->cpu, 0, next.intid,
		   (uint32_t)gic->region, 0);
	return next.intid;
}

void gic_deactivate(struct machine *m, struct gic *gic, struct gic_cpu *c, uint32_t intid)
{
	struct gic_spis *spis = gic_spis(gic, intid);

	if (spis) {
		touch(m, spis);
		spis->word.active &= ~(UINT32_C(1) << (intid % 32));
	} else if (intid < GIC_FIRST_SPI) {
		touch(m, c);
		c->own.active &= ~(UINT32_C(1) << intid);
	}
	update_for(m, gic, c, intid);
}

/* Drops the highest running priority, whatever INTID is written: IHI 0069, 4.8.2. */
void gic_end(struct machine *m, struct gic *gic, struct gic_cpu *c, uint32_t intid)
{
	unsigned running = gic_running(c);

	if (running == GIC_IDLE || (intid > GIC_LAST_SPI && intid < GIC_FIRST_LPI))
		return;
	step(m, STEP_EOI, c);
	touch(m, c);
	c->running[running / 64] &= ~(UINT64_C(1) << (running % 64));
	tape_event(m, TAPE_EOI, ACTOR_CPU, (uint16_t)c->cpu, 0, intid, (uint32_t)gic->region, 0);
	if (!c->eoi_mode && intid <= GIC_LAST_SPI)
		gic_deactivate(m, gic, c, intid);
}

void gic_set_mask(struct machine *m, struct gic_cpu *c, uint8_t mask, uint8_t binary_point)
{
	touch(m, c);
	c->mask = mask;
	c->binary_point = binary_point & 7;
}

void gic_set_enabled(struct machine *m, struct gic *gic, struct gic_cpu *c, bool enabled,
		     bool eoi_mode)
{
	touch(m, c);
	c->enabled = enabled;
	c->eoi_mode = eoi_mode;
	gic_update(m, gic, c);
}

/* ---- looking ---- */

unsigned gic_version(const struct machine *m)
{
	const struct gic *gic = gic_of(m);

	return gic ? gic->version : 0;
}

bool gic_peek_irq(const struct machine *m, unsigned cpu, unsigned intid, struct gic_irq *out)
{
	const struct gic *gic = gic_of(m);
	const struct gic_spis *spis = gic ? gic_spis(gic, intid) : NULL;
	const struct gic_word *w;
	unsigned bit = intid % 32;

	if (!gic || (intid < GIC_FIRST_SPI ? cpu >= gic->nr_cpus : !spis))
		return false;
	w = spis ? &spis->word : &gic->cpu[cpu]->own;
	*out = (struct gic_irq){
		.enabled = w->enabled >> bit & 1,
		.pending = pending_bits(w) >> bit & 1,
		.active = w->active >> bit & 1,
		.edge = w->edge >> bit & 1,
		.asserted = w->line >> bit & 1,
		.priority = w->priority[bit],
		.targets = spis ? spis->targets[bit] : 0,
		.route = spis ? spis->route[bit] : 0,
	};
	return true;
}

bool gic_peek_cpu(const struct machine *m, unsigned cpu, struct gic_cpu_state *out)
{
	const struct gic *gic = gic_of(m);
	const struct gic_cpu *c;

	if (!gic || cpu >= gic->nr_cpus)
		return false;
	c = gic->cpu[cpu];
	*out = (struct gic_cpu_state){
		.online = c->online,
		.enabled = c->enabled,
		.eoi_mode = c->eoi_mode,
		.mask = c->mask,
		.running = (uint16_t)gic_running(c),
		.next = gic_takeable(gic, c).intid,
	};
	return true;
}
