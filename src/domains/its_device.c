/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/its_internal.h>
#include <stdio.h>
#include <string.h>

/* Devices of an ITS: their events, LPIs and translation tables. */

#define ITT_ALIGN  UINT64_C(256)
#define MIN_EVENTS 2u /* an ITT's size field cannot say 1 */

static size_t taken_words(const struct its_device *dev)
{
	return (dev->nr + 63) / 64;
}

static void device_digest(const void *object, struct digest *d)
{
	const struct its_device *dev = object;

	digest_u64(d, dev->its->registers);
	digest_u64(d, (uint64_t)dev->device_id << 32 | dev->events);
	digest_u64(d, (uint64_t)dev->first << 32 | dev->nr);
	digest_u64(d, dev->itt | its_device_is_shared(dev));
	digest_bytes(d, dev->taken, taken_words(dev) * sizeof(*dev->taken));
	digest_bytes(d, dev->collection, dev->nr * sizeof(*dev->collection));
	digest_bytes(d, dev->behind, dev->nr);
}
static const struct object_type device_type = {"its-device", device_digest};

/* ---- events ---- */

static bool block_is_free(const struct its_device *dev, uint32_t first, uint32_t count)
{
	for (uint32_t event = first; event < first + count; event++)
		if (its_event_is_taken(dev, event))
			return false;
	return true;
}

bool its_event_is_taken(const struct its_device *dev, uint32_t event)
{
	return dev->taken[event / 64] >> (event % 64) & 1;
}

void its_mark_event(struct its_device *dev, uint32_t event)
{
	touch(dev->its->machine, dev);
	dev->taken[event / 64] |= UINT64_C(1) << (event % 64);
}

static int find_block(const struct its_device *dev, uint32_t count, uint32_t *first)
{
	for (uint32_t at = 0; count <= dev->nr && at <= dev->nr - count; at += count) {
		if (!(at % 64) && !~dev->taken[at / 64] && count < 64) {
			at += 64 - count;
			continue;
		}
		if (!block_is_free(dev, at, count))
			continue;
		*first = at;
		return 0;
	}
	return -ENOSPC;
}

int its_take_events(struct its_device *dev, unsigned nr, uint32_t *first)
{
	uint32_t count = UINT32_C(1) << order_of(nr);

	if (find_block(dev, count, first))
		return -ENOSPC;
	step(dev->its->machine, STEP_RESOURCE, dev);
	for (uint32_t i = 0; i < count; i++)
		its_mark_event(dev, *first + i);
	dev->behind[*first + nr - 1] = (uint8_t)(count - nr);
	return 0;
}

static void clear_events(struct its_device *dev, uint32_t first, uint32_t count)
{
	step(dev->its->machine, STEP_RESOURCE, dev);
	touch(dev->its->machine, dev);
	for (uint32_t event = first; event < first + count; event++) {
		dev->taken[event / 64] &= ~(UINT64_C(1) << (event % 64));
		dev->behind[event] = 0;
	}
}

void its_give_events(struct its_device *dev, uint32_t first, unsigned nr)
{
	clear_events(dev, first, UINT32_C(1) << order_of(nr));
}

void its_give_event(struct its_device *dev, uint32_t event)
{
	bool leak = machine_switch(dev->its->machine, SWITCH_MSI_BLOCK_LEAK);

	clear_events(dev, event, leak ? 1 : UINT32_C(1) + dev->behind[event]);
}

bool its_device_is_empty(const struct its_device *dev)
{
	for (size_t i = 0; i < taken_words(dev); i++)
		if (dev->taken[i])
			return false;
	return true;
}

/* ---- devices come and go ---- */

struct its_device *its_find_device(const struct its_unit *its, uint32_t device_id)
{
	return xa_load(&its->devices, device_id);
}

static struct its_device *alloc_device(struct its_unit *its, struct lpi_block *lpis)
{
	uint32_t nr = lpi_block_count(lpis);
	size_t words = (nr + 63) / 64;
	struct its_device *dev =
		object_alloc(its->machine, &device_type,
			     sizeof(*dev) + words * sizeof(*dev->taken) +
				     nr * (sizeof(*dev->collection) + sizeof(*dev->behind)));

	if (!dev)
		return NULL;
	dev->its = its;
	dev->first = lpi_block_first(lpis);
	dev->nr = nr;
	dev->lpis = lpis;
	dev->taken = (uint64_t *)(dev + 1);
	dev->collection = (uint16_t *)(dev->taken + words);
	dev->behind = (uint8_t *)(dev->collection + nr);
	return dev;
}

static uint64_t make_itt(struct its_unit *its, uint32_t events)
{
	struct memory_label label = {.store = "itt", .stride = its->entry_bytes};

	snprintf(label.object, sizeof(label.object), "%s", its->object);
	return bus_memory_alloc(its->machine, (uint64_t)events * its->entry_bytes, ITT_ALIGN,
				&label);
}

struct its_device *its_adopt_device(struct its_unit *its, uint32_t device_id, uint32_t events,
				    struct lpi_block *lpis)
{
	struct its_device *dev = alloc_device(its, lpis);

	if (!dev)
		return NULL;
	dev->device_id = device_id;
	dev->events = events < MIN_EVENTS ? MIN_EVENTS : events;
	dev->itt = make_itt(its, dev->events);
	touch(its->machine, its);
	if (!dev->itt || xa_store(&its->devices, device_id, dev)) {
		if (dev->itt)
			bus_memory_free(its->machine, dev->itt);
		object_free(its->machine, dev);
		return NULL;
	}
	return dev;
}

struct its_device *its_create_device(struct its_unit *its, uint32_t device_id, uint32_t count)
{
	struct gic_root *g = gic_root(its->machine);
	struct lpi_block *lpis;
	struct its_device *dev;
	int error;

	trace(its->machine, its_create_device, 0, device_id, count);
	if (!its_reserve_device(its, device_id))
		return NULL;
	trace(its->machine, its_lpi_alloc, 0);
	lpis = lpi_alloc(g->lpis, count, &error);
	dev = lpis ? its_adopt_device(its, device_id, count, lpis) : NULL;
	if (dev) {
		its_send_mapd(dev, true);
		return dev;
	}
	if (lpis)
		lpi_free(g->lpis, lpis);
	its_release_device(its, device_id);
	return NULL;
}

void its_free_device(struct its_device *dev)
{
	struct its_unit *its = dev->its;
	struct machine *m = its->machine;

	trace(m, its_lpi_free, 0);
	lpi_free(gic_root(m)->lpis, dev->lpis);
	its_send_mapd(dev, false);
	touch(m, its);
	xa_erase(&its->devices, dev->device_id);
	its_release_device(its, dev->device_id);
	bus_memory_free(m, dev->itt);
	object_free(m, dev);
}
