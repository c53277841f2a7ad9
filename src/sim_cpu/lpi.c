/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/gicv3.h"
#include "sim_cpu/gic_internal.h"

#define PROPBASER_ADDRESS UINT64_C(0x000ffffffffff000)
#define PENDBASER_ADDRESS UINT64_C(0x000fffffffff0000)

static void chunk_digest(const void *object, struct digest *d)
{
	const struct lpi_chunk *chunk = object;

	digest_u64(d, (uint64_t)chunk->cpu << 32 | chunk->first);
	digest_bytes(d, chunk->cached, sizeof(chunk->cached));
	digest_bytes(d, chunk->pending, sizeof(chunk->pending));
	digest_bytes(d, chunk->config, sizeof(chunk->config));
}

static const struct object_type chunk_type = {.name = "lpis", .digest = chunk_digest};

static struct gicr *redistributor(const struct machine *m, unsigned cpu)
{
	const struct gic *gic = gicv3_of(m);

	return gic && cpu < gic->nr_cpus ? gic->gicr[cpu] : NULL;
}

static bool lpis_on(const struct gicr *r)
{
	return r && (r->ctlr & GICR_CTLR_LPIS);
}

static bool in_range(const struct gicr *r, unsigned intid)
{
	unsigned bits = (r->propbaser & 0x1f) + 1;

	if (bits > r->id_bits)
		bits = r->id_bits;
	return intid >= GIC_FIRST_LPI && intid < UINT32_C(1) << bits;
}

/* ---- what a redistributor holds ---- */

static bool test(const uint64_t bits[LPI_CHUNK / 64], unsigned intid)
{
	return bits[intid % LPI_CHUNK / 64] >> (intid % 64) & 1;
}

static void put(uint64_t bits[LPI_CHUNK / 64], unsigned intid, bool on)
{
	uint64_t *word = &bits[intid % LPI_CHUNK / 64], bit = UINT64_C(1) << (intid % 64);

	*word = on ? *word | bit : *word & ~bit;
}

static bool any(const uint64_t bits[LPI_CHUNK / 64])
{
	return bits[0] | bits[1];
}

static struct lpi_chunk *find_chunk(const struct gicr *r, unsigned intid)
{
	return r->chunk[intid / LPI_CHUNK];
}

static bool is_pending(const struct gicr *r, unsigned intid)
{
	const struct lpi_chunk *chunk = find_chunk(r, intid);

	return chunk && test(chunk->pending, intid);
}

static bool is_cached(const struct gicr *r, unsigned intid)
{
	const struct lpi_chunk *chunk = find_chunk(r, intid);

	return chunk && test(chunk->cached, intid);
}

/* For writing. NULL: the arena is full, and the machine is at its end. */
static struct lpi_chunk *own_chunk(struct machine *m, struct gicr *r, unsigned intid)
{
	struct lpi_chunk *chunk = find_chunk(r, intid);

	if (chunk) {
		touch(m, chunk);
		return chunk;
	}
	chunk = object_alloc_hardware(m, &chunk_type, sizeof(*chunk));
	if (!chunk) {
		machine_poison(m, "out of memory: a redistributor cannot hold an interrupt");
		return NULL;
	}
	chunk->cpu = r->cpu;
	chunk->first = intid / LPI_CHUNK * LPI_CHUNK;
	touch(m, r->chunk);
	r->chunk[intid / LPI_CHUNK] = chunk;
	return chunk;
}

static void drop_if_empty(struct machine *m, struct gicr *r, unsigned intid)
{
	struct lpi_chunk *chunk = find_chunk(r, intid);

	if (!chunk || any(chunk->cached) || any(chunk->pending))
		return;
	touch(m, r->chunk);
	r->chunk[intid / LPI_CHUNK] = NULL;
	object_free(m, chunk);
}

static uint64_t property_address(const struct gicr *r, unsigned intid)
{
	return (r->propbaser & PROPBASER_ADDRESS) + intid - GIC_FIRST_LPI;
}

static void hold(struct machine *m, struct gicr *r, unsigned intid, uint8_t config)
{
	struct lpi_chunk *chunk = own_chunk(m, r, intid);

	if (!chunk)
		return;
	put(chunk->cached, intid, true);
	chunk->config[intid % LPI_CHUNK] = config;
}

/* A table that is not in memory disables. */
static uint8_t read_property(const struct machine *m, const struct gicr *r, unsigned intid)
{
	uint8_t config;

	return bus_memory_read(m, property_address(r, intid), &config, 1) ? config : 0;
}

static void mark_busy(struct machine *m, struct gicr *r, unsigned intid, bool busy)
{
	unsigned chunk = intid / LPI_CHUNK;
	uint64_t bit = UINT64_C(1) << (chunk % 64);

	touch(m, r);
	r->busy[chunk / 64] = busy ? r->busy[chunk / 64] | bit : r->busy[chunk / 64] & ~bit;
}

static void pending_to_memory(struct machine *m, const struct gicr *r, unsigned intid, bool on)
{
	uint64_t address = (r->pendbaser & PENDBASER_ADDRESS) + intid / 8;
	uint8_t byte, bit = (uint8_t)(1u << (intid % 8));

	if (!bus_memory_read(m, address, &byte, 1))
		return;
	byte = on ? byte | bit : byte & (uint8_t)~bit;
	bus_memory_write(m, address, &byte, 1);
}

static void set_pending(struct machine *m, struct gicr *r, unsigned intid, bool on)
{
	struct lpi_chunk *chunk;

	if (is_pending(r, intid) == on)
		return;
	if (on && !is_cached(r, intid))
		hold(m, r, intid, read_property(m, r, intid));
	chunk = own_chunk(m, r, intid);
	if (!chunk)
		return;
	put(chunk->pending, intid, on);
	mark_busy(m, r, intid, any(chunk->pending));
	pending_to_memory(m, r, intid, on);
}

static void forget(struct machine *m, struct gicr *r, unsigned intid)
{
	struct lpi_chunk *chunk;

	if (!is_cached(r, intid))
		return;
	set_pending(m, r, intid, false);
	chunk = own_chunk(m, r, intid);
	put(chunk->cached, intid, false);
	chunk->config[intid % LPI_CHUNK] = 0;
	drop_if_empty(m, r, intid);
}

static void update(struct machine *m, const struct gicr *r)
{
	const struct gic *gic = gic_of(m);

	gic_update(m, gic, gic->cpu[r->cpu]);
}

/* ---- EnableLPIs ---- */

void gicr_forget_all(struct machine *m, struct gicr *r)
{
	for (unsigned i = 0; i < LPI_CHUNKS; i++) {
		if (!r->chunk[i])
			continue;
		object_free(m, r->chunk[i]);
		touch(m, r->chunk);
		r->chunk[i] = NULL;
	}
	touch(m, r);
	for (unsigned w = 0; w < LPI_CHUNKS / 64; w++)
		r->busy[w] = 0;
}

static void load_word(struct machine *m, const struct gic *gic, struct gicr *r, unsigned first,
		      uint64_t bits)
{
	for (; bits; bits &= bits - 1) {
		unsigned intid = first + (unsigned)__builtin_ctzll(bits);

		if (!in_range(r, intid))
			continue;
		set_pending(m, r, intid, true);
		gic_request_event(m, gic, r->cpu, intid, false);
	}
}

void gicr_load_pending(struct machine *m, const struct gic *gic, struct gicr *r)
{
	uint64_t table = r->pendbaser & PENDBASER_ADDRESS;

	if (r->pendbaser & GICR_PENDBASER_PTZ)
		return;
	for (unsigned first = GIC_FIRST_LPI; in_range(r, first); first += 64) {
		uint64_t bits;

		if (bus_memory_read(m, table + first / 8, &bits, sizeof(bits)))
			load_word(m, gic, r, first, bits);
	}
}

/* ---- who comes first ---- */

static void best_of_chunk(const struct lpi_chunk *chunk, struct gic_next *best)
{
	for (unsigned w = 0; w < LPI_CHUNK / 64; w++) {
		for (uint64_t bits = chunk->pending[w]; bits; bits &= bits - 1) {
			unsigned i = w * 64 + (unsigned)__builtin_ctzll(bits);
			unsigned priority = chunk->config[i] & LPI_PRIORITY;

			if ((chunk->config[i] & LPI_ENABLE) && priority < best->priority)
				*best = (struct gic_next){chunk->first + i, priority};
		}
	}
}

void gicr_best_lpi(const struct gicr *r, struct gic_next *best)
{
	for (unsigned w = 0; w < LPI_CHUNKS / 64; w++)
		for (uint64_t bits = r->busy[w]; bits; bits &= bits - 1)
			best_of_chunk(r->chunk[w * 64 + (unsigned)__builtin_ctzll(bits)], best);
}

/* ---- from the ITS ---- */

enum lpi_refusal gicr_set_lpi(struct machine *m, unsigned cpu, unsigned intid)
{
	struct gicr *r = redistributor(m, cpu);
	bool merged;

	if (!lpis_on(r))
		return LPI_OFF;
	if (!in_range(r, intid))
		return LPI_BEYOND;
	merged = is_pending(r, intid);
	step(m, STEP_REQUEST, r);
	set_pending(m, r, intid, true);
	gic_request_event(m, gic_of(m), cpu, intid, merged);
	update(m, r);
	return LPI_TAKEN;
}

static struct gicr *holder(const struct machine *m, unsigned cpu, unsigned intid)
{
	struct gicr *r = redistributor(m, cpu);

	return lpis_on(r) && in_range(r, intid) ? r : NULL;
}

void gicr_clear_lpi(struct machine *m, unsigned cpu, unsigned intid)
{
	struct gicr *r = holder(m, cpu, intid);

	if (!r)
		return;
	set_pending(m, r, intid, false);
	update(m, r);
}

void gicr_map_lpi(struct machine *m, unsigned cpu, unsigned intid)
{
	struct gicr *r = holder(m, cpu, intid);

	if (r && !is_cached(r, intid))
		hold(m, r, intid, read_property(m, r, intid));
}

void gicr_unmap_lpi(struct machine *m, unsigned cpu, unsigned intid)
{
	struct gicr *r = holder(m, cpu, intid);

	if (!r)
		return;
	forget(m, r, intid);
	update(m, r);
}

static void arrive(struct machine *m, struct gicr *to, unsigned intid, uint8_t config, bool pending)
{
	bool merged = is_pending(to, intid);

	hold(m, to, intid, config);
	if (!pending)
		return;
	step(m, STEP_REQUEST, to);
	set_pending(m, to, intid, true);
	gic_request_event(m, gic_of(m), to->cpu, intid, merged);
}

void gicr_move_lpi(struct machine *m, unsigned from, unsigned to, unsigned intid)
{
	struct gicr *source = holder(m, from, intid), *target = holder(m, to, intid);
	bool pending;
	uint8_t config;

	if (from == to)
		return;
	if (!source || !is_cached(source, intid)) {
		gicr_map_lpi(m, to, intid);
		return;
	}
	pending = is_pending(source, intid);
	config = find_chunk(source, intid)->config[intid % LPI_CHUNK];
	forget(m, source, intid);
	update(m, source);
	if (target) {
		arrive(m, target, intid, config, pending);
		update(m, target);
	} else if (pending) {
		tape_event(m, TAPE_DROP, ACTOR_CPU, (uint16_t)to, 0, DROP_OFFLINE,
			   (uint32_t)gic_of(m)->region, intid);
	}
}

void gicr_move_all(struct machine *m, unsigned from, unsigned to)
{
	const struct gicr *source = redistributor(m, from);

	for (unsigned i = 0; from != to && source && i < LPI_CHUNKS; i++)
		for (unsigned k = 0; source->chunk[i] && k < LPI_CHUNK; k++)
			if (test(source->chunk[i]->cached, k))
				gicr_move_lpi(m, from, to, i * LPI_CHUNK + k);
}

void gicr_invalidate_lpi(struct machine *m, unsigned cpu, unsigned intid)
{
	struct gicr *r = holder(m, cpu, intid);

	if (!r)
		return;
	hold(m, r, intid, read_property(m, r, intid));
	step(m, STEP_INVALIDATED, r);
	update(m, r);
}

void gicr_invalidate_all(struct machine *m, unsigned cpu)
{
	struct gicr *r = redistributor(m, cpu);

	if (!lpis_on(r))
		return;
	for (unsigned i = 0; i < LPI_CHUNKS; i++)
		for (unsigned k = 0; r->chunk[i] && k < LPI_CHUNK; k++)
			if (test(r->chunk[i]->cached, k))
				hold(m, r, i * LPI_CHUNK + k,
				     read_property(m, r, i * LPI_CHUNK + k));
	step(m, STEP_INVALIDATED, r);
	update(m, r);
}

/* ---- looking ---- */

bool gicr_peek_lpi(const struct machine *m, unsigned cpu, unsigned intid, struct lpi_state *out)
{
	const struct gicr *r = redistributor(m, cpu);

	if (!r || !in_range(r, intid))
		return false;
	*out = (struct lpi_state){
		.cached = is_cached(r, intid),
		.pending = is_pending(r, intid),
		.memory = read_property(m, r, intid),
	};
	if (out->cached)
		out->config = find_chunk(r, intid)->config[intid % LPI_CHUNK];
	return true;
}

int gicr_next_pending(const struct machine *m, unsigned intid, unsigned from)
{
	const struct gic *gic = gicv3_of(m);

	for (uint32_t cpu = from; gic && cpu < gic->nr_cpus; cpu++)
		if (in_range(gic->gicr[cpu], intid) && is_pending(gic->gicr[cpu], intid))
			return (int)cpu;
	return -ENOENT;
}
