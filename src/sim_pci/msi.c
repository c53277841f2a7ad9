/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/function_internal.h"

/* Vectors that software enabled, as log2; reserved encodings count as all there are. */
static unsigned enabled_order(const struct function *fn)
{
	unsigned order = config16(fn, fn->msi_cap + 2u) >> 4 & 7;

	return order < fn->msi_order ? order : fn->msi_order;
}

static bool enabled(const struct function *fn)
{
	return config16(fn, fn->msi_cap + 2u) & MSI_ENABLE;
}

bool msi_valid(const struct function *fn, unsigned index)
{
	if (!fn->msi_cap)
		return false;
	return index < 1u << (enabled(fn) ? enabled_order(fn) : fn->msi_order);
}

/* PCI 3.0, 6.8.3.4: the low bits of the data are the vector's number; the upper half is 0. */
static void send(struct machine *m, const struct event *event)
{
	const struct function *fn = event->fn;
	uint64_t address = config_get(fn, fn->msi_cap + 4u, 4);
	uint32_t folded = (1u << enabled_order(fn)) - 1;
	uint32_t data = config16(fn, fn->msi_data);

	if (fn->msi_is_64)
		address |= (uint64_t)config_get(fn, fn->msi_cap + 8u, 4) << 32;
	event_send(m, event, address, (data & ~folded) | (event->index & folded));
}

static void set_pending(struct machine *m, struct function *fn, unsigned index, bool pending)
{
	uint32_t bits = config_get(fn, fn->msi_mask + 4u, 4), bit = UINT32_C(1) << index;

	touch(m, fn->config);
	config_put(fn, fn->msi_mask + 4u, 4, pending ? bits | bit : bits & ~bit);
}

void msi_raise(struct machine *m, struct function *fn, unsigned index)
{
	struct event event = {.fn = fn, .source = RAISE_MSI, .index = index};

	if (!enabled(fn)) {
		event_drop(m, &event, DROP_DISABLED);
	} else if (fn->msi_mask && config_get(fn, fn->msi_mask, 4) >> index & 1) {
		set_pending(m, fn, index, true);
		event_latch(m, &event);
	} else {
		send(m, &event);
	}
}

void msi_flush(struct machine *m, struct function *fn)
{
	uint32_t ready;

	if (!enabled(fn))
		return;
	ready = config_get(fn, fn->msi_mask + 4u, 4) & ~config_get(fn, fn->msi_mask, 4);
	for (; ready; ready &= ready - 1) {
		struct event event = {
			.fn = fn,
			.source = RAISE_MSI,
			.index = (unsigned)__builtin_ctz(ready),
		};

		set_pending(m, fn, event.index, false);
		send(m, &event);
	}
}
