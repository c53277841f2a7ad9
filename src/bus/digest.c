/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_impl.h"

#include <string.h>
#include <xxhash.h>

#define DIGEST_BYTES	1024u
#define DIGEST_COUNTERS 32u
#define DIGEST_INLINE	128u /* longer byte strings enter as their hash */

/*
 * Values are gathered and hashed in one go: an object is some hundred bytes.
 * What does not fit is folded into the first 16 bytes.
 */
struct digest {
	size_t used;
	unsigned counters;
	unsigned char bytes[DIGEST_BYTES];
	uint64_t counter[DIGEST_COUNTERS];
};

static unsigned __int128 hash(const void *bytes, size_t size)
{
	XXH128_hash_t h = XXH3_128bits(bytes, size);

	return (unsigned __int128)h.high64 << 64 | h.low64;
}

static void put(struct digest *d, const void *bytes, size_t size)
{
	if (d->used + size > sizeof(d->bytes)) {
		unsigned __int128 folded = hash(d->bytes, d->used);

		memcpy(d->bytes, &folded, sizeof(folded));
		d->used = sizeof(folded);
	}
	memcpy(d->bytes + d->used, bytes, size);
	d->used += size;
}

void digest_u64(struct digest *d, uint64_t value)
{
	put(d, &value, sizeof(value));
}

void digest_bytes(struct digest *d, const void *bytes, size_t size)
{
	digest_u64(d, size);
	if (size <= DIGEST_INLINE) {
		if (size)
			put(d, bytes, size);
	} else {
		unsigned __int128 h = hash(bytes, size);

		put(d, &h, sizeof(h));
	}
}

void digest_string(struct digest *d, const char *s)
{
	digest_bytes(d, s ? s : "", s ? strlen(s) : 0);
}

uint64_t digest_key(const char *name)
{
	return XXH3_64bits(name, strlen(name));
}

void digest_mask(struct digest *d, const struct cpumask *mask)
{
	if (mask)
		digest_bytes(d, mask->bits, mask->words * sizeof(mask->bits[0]));
	else
		digest_bytes(d, NULL, 0);
}

void digest_counter(struct digest *d, uint64_t value)
{
	if (d->counters == DIGEST_COUNTERS) {
		unsigned __int128 folded = hash(d->counter, sizeof(d->counter));

		memcpy(d->counter, &folded, sizeof(folded));
		d->counters = sizeof(folded) / sizeof(d->counter[0]);
	}
	d->counter[d->counters++] = value;
}

static void digest_start(struct digest *d, const char *kind)
{
	d->used = 0;
	d->counters = 0;
	digest_string(d, kind);
}

static struct digest_sums digest_end(struct digest *d)
{
	struct digest_sums sums;

	sums.semantic = hash(d->bytes, d->used);
	sums.complete = sums.semantic;
	if (d->counters) {
		put(d, d->counter, d->counters * sizeof(d->counter[0]));
		sums.complete = hash(d->bytes, d->used);
	}
	return sums;
}

struct digest_sums object_digest(const struct object_header *header)
{
	struct digest d;

	digest_start(&d, header->type->name);
	header->type->digest(object_of(header), &d);
	return digest_end(&d);
}

/* By what it is part of, as two timers that swap their times are another state. */
unsigned __int128 timer_digest(const struct timer *timer, uint64_t ticks_left)
{
	struct digest d;

	digest_start(&d, "timer");
	digest_u64(&d, timer->cpu);
	digest_u64(&d, ticks_left);
	if (timer->object) {
		struct digest_sums owner = object_digest(header_of(timer->object));

		digest_bytes(&d, &owner.semantic, sizeof(owner.semantic));
		digest_u64(&d, (uint64_t)((const char *)timer - (const char *)timer->object));
	}
	return digest_end(&d).semantic;
}

/* A CPU that was never switched off is one that is on. */
static void online_digest(const struct machine_state *s, struct digest *d)
{
	for (unsigned word = 0; word * 64 < s->nr_cpus_seen; word++) {
		uint64_t off = s->switched[word] & ~s->online[word];

		if (off) {
			digest_u64(d, word);
			digest_u64(d, off);
		}
		digest_counter(d, s->online[word]);
	}
}

/* Neither steps nor warnings: a failed operation may well have taken some. */
static struct digest_sums machine_digest(const struct machine *m)
{
	const struct machine_state *s = &m->state;
	struct digest d;

	digest_start(&d, "machine");
	digest_u64(&d, s->switches);
	digest_u64(&d, s->cpu);
	digest_u64(&d, s->hardirq);
	digest_u64(&d, s->nr_held);
	digest_u64(&d, s->poisoned != NULL);
	online_digest(s, &d);
	timers_digest(m, &d);
	digest_counter(&d, s->ticks);
	return digest_end(&d);
}

static void digests_start(struct machine *m)
{
	struct object_header *header = NULL;

	m->sums = (struct digest_sums){0};
	m->nr_dirty = 0;
	while ((header = arena_walk(m, header))) {
		if (header->type->digest)
			mark_dirty(m, header, slot_of(m, header));
	}
	m->watched |= WATCH_DIGESTS;
}

static void digests_flush(struct machine *m)
{
	while (m->nr_dirty) {
		struct object_header *header = m->dirty[--m->nr_dirty];
		struct slot *slot = &m->slots[header->slot];
		struct digest_sums sums = object_digest(header);

		slot->dirty = 0;
		digest_remember(m, slot, &sums);
	}
}

static struct fingerprint fingerprint_of(const struct digest_sums *objects, const struct machine *m,
					 enum fingerprint_scope scope)
{
	struct digest_sums sums = machine_digest(m);
	unsigned __int128 sum;

	sums_add(&sums, objects);
	sum = scope == FINGERPRINT_SEMANTIC ? sums.semantic : sums.complete;
	return (struct fingerprint){.high = (uint64_t)(sum >> 64), .low = (uint64_t)sum};
}

struct fingerprint machine_fingerprint(struct machine *m, enum fingerprint_scope scope)
{
	if (!digesting(m))
		digests_start(m);
	digests_flush(m);
	return fingerprint_of(&m->sums, m, scope);
}

struct fingerprint machine_fingerprint_recompute(struct machine *m, enum fingerprint_scope scope)
{
	struct object_header *header = NULL;
	struct digest_sums sums = {0}, one;

	while ((header = arena_walk(m, header))) {
		if (header->type->digest) {
			one = object_digest(header);
			sums_add(&sums, &one);
		}
	}
	return fingerprint_of(&sums, m, scope);
}
