/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/xen_sink.h"
#include "sim_iommu/sink.h"

#include <irqlab/provider/access.h>

struct pirq {
	uint32_t owner; /* requester id + 1; 0: free */
	uint16_t index; /* MSI-X entry; MSI: place in the block */
	uint8_t order;	/* log2 of the block, MSI only */
	bool is_msi;
	uint32_t bound; /* CPU + 1; 0: to none */
	bool masked, pending;
	bool was_masked; /* the function's own bit, before */
};

struct xen_sink {
	struct sink_regions regions;
	uint32_t nr;
	struct pirq pirq[];
};

static void xen_sink_digest(const void *object, struct digest *d)
{
	const struct xen_sink *sink = object;

	for (uint32_t i = 0; i < sink->nr; i++) {
		const struct pirq *p = &sink->pirq[i];

		digest_u64(d, (uint64_t)p->owner << 32 | p->index);
		digest_u64(d, (uint64_t)p->bound << 32 | (uint32_t)p->order << 8 | p->is_msi << 3 |
				      p->was_masked << 2 | p->masked << 1 | p->pending);
	}
}

static const struct object_type xen_sink_type = {"xen-sink", xen_sink_digest};

static uint32_t number_of(const struct xen_sink *sink, const struct pirq *p)
{
	return XEN_FIRST_PIRQ + (uint32_t)(p - sink->pirq);
}

static struct pirq *pirq_of(struct xen_sink *sink, uint64_t number)
{
	uint64_t i = number - XEN_FIRST_PIRQ;

	return i < sink->nr ? &sink->pirq[i] : NULL;
}

/* ---- the function's registers (PCI 3.0, 6.7, 6.8), as the hypervisor writes them ---- */

static uint64_t config_of(const struct pirq *p, unsigned where)
{
	return bus_config_address(0, (uint16_t)(p->owner - 1), where);
}

static unsigned find_capability(struct machine *m, const struct pirq *p, unsigned id)
{
	unsigned where = bus_read(m, config_of(p, 0x34), 1) & 0xfc;

	for (unsigned i = 0; i < 48 && where >= 0x40 && where <= 0xfc; i++) {
		if (bus_read(m, config_of(p, where), 1) == id)
			return where;
		where = bus_read(m, config_of(p, where + 1), 1) & 0xfc;
	}
	return 0;
}

/* 0: the entry lies in no BAR. */
static uint64_t entry_of(struct machine *m, const struct pirq *p)
{
	unsigned cap = find_capability(m, p, 0x11), bir;
	uint64_t bar, table;

	if (!cap)
		return 0;
	table = bus_read(m, config_of(p, cap + 4), 4);
	bir = table & 7;
	bar = bus_read(m, config_of(p, 0x10 + 4 * bir), 4);
	if ((bar & 6) == 4)
		bar |= bus_read(m, config_of(p, 0x14 + 4 * bir), 4) << 32;
	return bar & ~UINT64_C(15) ? (bar & ~UINT64_C(15)) + (table & ~UINT64_C(7)) + 16u * p->index
				   : 0;
}

static void write_msi(struct machine *m, const struct xen_sink *sink, const struct pirq *p)
{
	unsigned cap = find_capability(m, p, 0x05);
	uint64_t control;

	if (!cap || p->index) /* one message for the block */
		return;
	control = bus_read(m, config_of(p, cap + 2), 2);
	bus_write(m, config_of(p, cap + 2), 2,
		  (control & ~UINT64_C(0x70)) | (uint64_t)p->order << 4);
	bus_write(m, config_of(p, cap + 4), 4, XEN_MSI_ADDRESS);
	if (control & 0x80)
		bus_write(m, config_of(p, cap + 8), 4, 0);
	bus_write(m, config_of(p, cap + (control & 0x80 ? 12 : 8)), 2, number_of(sink, p));
}

static void write_message(struct machine *m, const struct xen_sink *sink, const struct pirq *p)
{
	uint64_t entry = p->is_msi ? 0 : entry_of(m, p);

	if (p->is_msi)
		write_msi(m, sink, p);
	if (!entry)
		return;
	bus_write(m, entry, 4, XEN_MSI_ADDRESS);
	bus_write(m, entry + 4, 4, 0);
	bus_write(m, entry + 8, 4, number_of(sink, p));
}

/* The register with the function's mask bit, and which bit it is; 0: there is none. */
static uint64_t mask_register(struct machine *m, const struct pirq *p, unsigned *bit)
{
	unsigned cap = p->is_msi ? find_capability(m, p, 0x05) : 0;
	uint64_t entry = p->is_msi ? 0 : entry_of(m, p);
	uint64_t control = cap ? bus_read(m, config_of(p, cap + 2), 2) : 0;

	*bit = p->is_msi ? p->index : 0;
	if (entry)
		return entry + 12;
	return control & 0x100 ? config_of(p, cap + (control & 0x80 ? 16 : 12)) : 0;
}

/* True: it was set before. */
static bool set_mask(struct machine *m, const struct pirq *p, bool masked)
{
	unsigned bit;
	uint64_t at = mask_register(m, p, &bit), value = at ? bus_read(m, at, 4) : 0;
	uint64_t wanted = masked ? value | UINT64_C(1) << bit : value & ~(UINT64_C(1) << bit);

	if (wanted != value)
		bus_write(m, at, 4, wanted);
	return value >> bit & 1;
}

/* ---- mapping ---- */

static struct pirq *find(struct xen_sink *sink, uint32_t owner, unsigned index)
{
	for (uint32_t i = 0; i < sink->nr; i++)
		if (sink->pirq[i].owner == owner && sink->pirq[i].index == index)
			return &sink->pirq[i];
	return NULL;
}

static bool block_is_free(const struct xen_sink *sink, uint32_t first, uint32_t size)
{
	for (uint32_t i = first; i < first + size; i++)
		if (i >= sink->nr || sink->pirq[i].owner)
			return false;
	return true;
}

static void unmap(struct machine *m, struct xen_sink *sink, struct pirq *p)
{
	uint32_t size = UINT32_C(1) << p->order;

	touch(m, sink);
	for (uint32_t i = 0; i < size; i++) {
		set_mask(m, &p[i], p[i].was_masked);
		p[i] = (struct pirq){0};
	}
}

static void map(struct machine *m, struct xen_sink *sink, uint32_t owner, unsigned index,
		uint32_t count, bool is_msi)
{
	uint8_t order = count > 1 ? (uint8_t)(32 - __builtin_clz(count - 1)) : 0;
	uint32_t size = UINT32_C(1) << order, first = 0;

	while (first < sink->nr && !block_is_free(sink, first, size))
		first += size;
	if (first >= sink->nr)
		return;
	touch(m, sink);
	for (uint32_t i = 0; i < size; i++) {
		struct pirq *p = &sink->pirq[first + i];

		*p = (struct pirq){
			.owner = owner,
			.index = (uint16_t)(is_msi ? i : index),
			.order = i ? 0 : order,
			.is_msi = is_msi,
		};
		p->was_masked = set_mask(m, p, true);
		write_message(m, sink, p);
	}
}

static uint64_t read_calls(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	struct xen_sink *sink = owner;
	const struct pirq *p =
		find(sink, (uint32_t)(offset >> 16) + 1, (unsigned)(offset & 0xffff) / 8);

	(void)m;
	(void)size;
	return p ? number_of(sink, p) : 0;
}

static void write_calls(struct machine *m, void *owner, uint64_t offset, unsigned size,
			uint64_t value)
{
	struct xen_sink *sink = owner;
	uint32_t of = (uint32_t)(offset >> 16) + 1;
	unsigned index = (unsigned)(offset & 0xffff) / 8;
	struct pirq *p = find(sink, of, index);

	(void)size;
	step(m, STEP_COMMAND, sink);
	if ((offset & 0xffff) == 0x8000) {
		for (uint32_t i = 0; i < sink->nr; i++) {
			if (sink->pirq[i].owner != of)
				continue;
			write_message(m, sink, &sink->pirq[i]);
			set_mask(m, &sink->pirq[i], !sink->pirq[i].bound);
		}
	} else if (!value) {
		if (p)
			unmap(m, sink, p);
	} else if (!p && (uint32_t)value <= 32) {
		map(m, sink, of, index, (uint32_t)value, value & XEN_MAP_MSI);
	}
}

static void describe_calls(const struct machine *m, const void *owner, uint64_t offset,
			   unsigned size, struct bus_place *out)
{
	(void)m;
	(void)owner;
	(void)size;
	sink_place(out, "xen", (offset & 0xffff) == 0x8000 ? "restore" : "map",
		   (int64_t)(offset >> 16), offset);
}

/* ---- events ---- */

static void tell(struct machine *m, const struct pirq *p)
{
	if (p->pending && !p->masked && p->bound)
		sink_raise(m, p->bound - 1, 0);
}

static void message(struct machine *m, void *owner, const struct bus_message *msg)
{
	struct xen_sink *sink = owner;
	struct pirq *p = pirq_of(sink, msg->data);

	if (!p || !p->bound) {
		sink_drop(m, &sink->regions, msg, p && p->owner ? DROP_DISABLED : DROP_NO_TARGET);
		return;
	}
	step(m, STEP_REQUEST, sink);
	touch(m, sink);
	p->pending = true;
	tell(m, p);
}

static uint64_t take_next(struct machine *m, struct xen_sink *sink, uint32_t cpu)
{
	struct pirq *next = NULL;
	uint64_t number;

	for (uint32_t i = 0; i < sink->nr; i++) {
		struct pirq *p = &sink->pirq[i];

		if (p->bound != cpu + 1 || !p->pending || p->masked)
			continue;
		if (next) { /* one more: the CPU will be told again */
			tell(m, p);
			break;
		}
		next = p;
	}
	if (!next)
		return 0;
	touch(m, sink);
	next->pending = false;
	number = number_of(sink, next);
	return number;
}

static uint64_t read_events(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	(void)size;
	return offset >= 0x100000 ? take_next(m, owner, (uint32_t)(offset - 0x100000) / 8) : 0;
}

static void bind(struct machine *m, struct pirq *p, uint64_t value)
{
	bool was_bound = p->bound;

	p->bound = (uint32_t)value;
	if (!value)
		p->pending = false;
	if (was_bound == !value)
		set_mask(m, p, !value);
	tell(m, p);
}

static void write_events(struct machine *m, void *owner, uint64_t offset, unsigned size,
			 uint64_t value)
{
	struct xen_sink *sink = owner;
	struct pirq *p = offset < 0x100000 ? pirq_of(sink, offset / 16) : NULL;

	(void)size;
	if (!p || !p->owner)
		return;
	touch(m, sink);
	if (!(offset % 16)) {
		bind(m, p, value);
		return;
	}
	p->masked = value;
	tell(m, p);
}

static void describe_events(const struct machine *m, const void *owner, uint64_t offset,
			    unsigned size, struct bus_place *out)
{
	(void)m;
	(void)owner;
	(void)size;
	sink_place(out, "xen", offset % 16 ? "mask" : "bind", (int64_t)(offset / 16), offset);
}

/* ---- making ---- */

static const struct bus_region_ops call_ops = {
	.read = read_calls,
	.write = write_calls,
	.describe = describe_calls,
};
static const struct bus_region_ops event_ops = {
	.read = read_events,
	.write = write_events,
	.describe = describe_events,
};
static const struct bus_region_ops message_ops = {.message = message};

int xen_sink_create(struct machine *m, uint32_t pirqs)
{
	const struct sink_window windows[] = {
		{XEN_CALLS, XEN_CALLS_SIZE, &call_ops},
		{XEN_EVENTS, 0x200000, &event_ops},
		{XEN_MSI_ADDRESS, 4, &message_ops},
	};
	struct xen_sink *sink;
	int err;

	if (!pirqs || pirqs > XEN_MAX_PIRQS)
		return -EINVAL;
	sink = object_alloc(m, &xen_sink_type, sizeof(*sink) + pirqs * sizeof(sink->pirq[0]));
	if (!sink)
		return -ENOMEM;
	sink->nr = pirqs;
	err = sink_attach(m, &sink->regions, windows, 3, sink);
	if (err)
		object_free(m, sink);
	return err;
}
