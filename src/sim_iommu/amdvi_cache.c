/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/amdvi_internal.h"

static void chunk_digest(const void *object, struct digest *d)
{
	const struct amdvi_chunk *chunk = object;

	digest_u64(d, (uint64_t)chunk->unit << 48 | (uint64_t)chunk->device << 16 | chunk->first);
	digest_bytes(d, chunk->valid, sizeof(chunk->valid));
	for (unsigned i = 0; i < CACHE_ENTRIES; i++)
		if (chunk->valid[i / 64] >> (i % 64) & 1)
			digest_bytes(d, chunk->entry[i], sizeof(chunk->entry[i]));
}

static void device_digest(const void *object, struct digest *d)
{
	const struct amdvi_device *device = object;

	digest_u64(d, (uint64_t)device->unit << 32 | device->device);
	digest_u64(d, device->has_dte);
	digest_u64(d, device->dte);
}

static const struct object_type chunk_type = {.name = "amdvi-cache", .digest = chunk_digest};
static const struct object_type device_type = {.name = "amdvi-device", .digest = device_digest};

static struct amdvi_device **bucket_of(const struct amdvi *a, uint16_t device)
{
	return &a->cache->first[(device ^ device >> 8) % CACHE_BUCKETS];
}

struct amdvi_device *amdvi_cached(const struct amdvi *a, uint16_t device)
{
	struct amdvi_device *d = *bucket_of(a, device);

	while (d && d->device != device)
		d = d->next;
	return d;
}

static struct amdvi_device *device_get(struct machine *m, struct amdvi *a, uint16_t device)
{
	struct amdvi_device *d = amdvi_cached(a, device), **bucket;

	if (d)
		return d;
	d = object_alloc_hardware(m, &device_type, sizeof(*d));
	if (!d)
		return NULL;
	d->unit = a->unit.number;
	d->device = device;
	bucket = bucket_of(a, device);
	d->next = *bucket;
	touch(m, a->cache);
	*bucket = d;
	return d;
}

static bool is_empty(const struct amdvi_device *d)
{
	if (d->has_dte)
		return false;
	for (unsigned i = 0; i < CACHE_CHUNKS; i++)
		if (d->chunk[i])
			return false;
	return true;
}

/* An empty one goes, so that a cache without content looks like one that was never used. */
static void device_put(struct machine *m, struct amdvi *a, struct amdvi_device *d)
{
	struct amdvi_device **at = bucket_of(a, (uint16_t)d->device);

	if (!is_empty(d))
		return;
	if (*at == d) {
		touch(m, a->cache);
		*at = d->next;
	} else {
		struct amdvi_device *before = *at;

		while (before->next != d)
			before = before->next;
		touch(m, before);
		before->next = d->next;
	}
	object_free(m, d);
}

void amdvi_cache_dte(struct machine *m, struct amdvi *a, uint16_t device, uint64_t dte)
{
	struct amdvi_device *d = device_get(m, a, device);

	if (!d)
		return;
	touch(m, d);
	d->has_dte = true;
	d->dte = dte;
}

void amdvi_cache_entry(struct machine *m, struct amdvi *a, uint16_t device, unsigned index,
		       const uint64_t entry[2])
{
	struct amdvi_device *d = device_get(m, a, device);
	unsigned i = index % CACHE_ENTRIES;
	struct amdvi_chunk *chunk;

	if (!d)
		return;
	chunk = d->chunk[index / CACHE_ENTRIES];
	if (!chunk) {
		chunk = object_alloc_hardware(m, &chunk_type, sizeof(*chunk));
		if (!chunk) {
			device_put(m, a, d);
			return;
		}
		chunk->unit = a->unit.number;
		chunk->device = device;
		chunk->first = index / CACHE_ENTRIES * CACHE_ENTRIES;
		touch(m, d);
		d->chunk[index / CACHE_ENTRIES] = chunk;
	}
	touch(m, chunk);
	chunk->valid[i / 64] |= UINT64_C(1) << (i % 64);
	chunk->entry[i][0] = entry[0];
	chunk->entry[i][1] = entry[1];
}

bool amdvi_lookup_entry(const struct amdvi *a, uint16_t device, unsigned index, uint64_t entry[2])
{
	const struct amdvi_device *d = amdvi_cached(a, device);
	const struct amdvi_chunk *chunk;
	unsigned i = index % CACHE_ENTRIES;

	if (!d || index >= CACHE_ENTRIES * CACHE_CHUNKS)
		return false;
	chunk = d->chunk[index / CACHE_ENTRIES];
	if (!chunk || !(chunk->valid[i / 64] >> (i % 64) & 1))
		return false;
	entry[0] = chunk->entry[i][0];
	entry[1] = chunk->entry[i][1];
	return true;
}

void amdvi_forget_dte(struct machine *m, struct amdvi *a, uint16_t device)
{
	struct amdvi_device *d = amdvi_cached(a, device);

	if (!d)
		return;
	touch(m, d);
	d->has_dte = false;
	d->dte = 0;
	device_put(m, a, d);
}

void amdvi_forget_entries(struct machine *m, struct amdvi *a, uint16_t device)
{
	struct amdvi_device *d = amdvi_cached(a, device);

	if (!d)
		return;
	touch(m, d);
	for (unsigned i = 0; i < CACHE_CHUNKS; i++) {
		object_free(m, d->chunk[i]);
		d->chunk[i] = NULL;
	}
	device_put(m, a, d);
}

void amdvi_forget_all(struct machine *m, struct amdvi *a)
{
	for (unsigned bucket = 0; bucket < CACHE_BUCKETS; bucket++) {
		while (a->cache->first[bucket]) {
			uint16_t device = (uint16_t)a->cache->first[bucket]->device;

			amdvi_forget_entries(m, a, device);
			amdvi_forget_dte(m, a, device);
		}
	}
}
