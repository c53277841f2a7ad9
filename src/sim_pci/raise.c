/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_pci/function_internal.h"

static uint64_t event_address(const struct event *event)
{
	return DEVICE_EVENT(event->source, event->store);
}

/* Where it is noted when the source sent its last message, or latched it. */
static uint64_t *note_of(struct machine *m, const struct event *event)
{
	const struct function *fn = event->fn;
	struct entry_chunk *chunk;

	if (event->source == RAISE_MSI) {
		touch(m, fn->config);
		return &fn->config->msi_sent_at[event->index];
	}
	chunk = chunk_of(event->source == RAISE_MSIX ? &fn->msix : &fn->store[event->store]->slots,
			 event->index);
	touch(m, chunk);
	return &chunk->sent_at[event->index % CHUNK_ENTRIES];
}

void event_latch(struct machine *m, const struct event *event)
{
	if (event->source != RAISE_INTX)
		*note_of(m, event) = machine_steps(m);
	step(m, STEP_LATCH, event->fn);
	tape_event(m, TAPE_LATCH, ACTOR_DEVICE, event->fn->requester, event_address(event),
		   event->index, (uint32_t)event->fn->region, 0);
}

void event_drop(struct machine *m, const struct event *event, enum drop_reason reason)
{
	tape_event(m, TAPE_DROP, ACTOR_DEVICE, event->fn->requester, event_address(event), reason,
		   (uint32_t)event->fn->region, event->index);
}

void event_send(struct machine *m, const struct event *event, uint64_t address, uint32_t data)
{
	const struct function *fn = event->fn;
	struct bus_message message = {
		.address = address,
		.data = data,
		.requester = fn->seen_as,
		.segment = fn->segment,
		.pasid = BUS_NO_PASID,
	};

	if (!(config16(fn, CONFIG_COMMAND) & COMMAND_BUS_MASTER)) {
		event_drop(m, event, DROP_BUS_MASTER);
		return;
	}
	*note_of(m, event) = machine_steps(m);
	bus_send_message(m, &message);
}

/* ---- INTx ---- */

static bool drives_line(const struct function *fn)
{
	return (config16(fn, CONFIG_STATUS) & STATUS_INTX) &&
	       !(config16(fn, CONFIG_COMMAND) & COMMAND_INTX_DISABLE);
}

static bool same_line(const struct function *a, const struct function *b)
{
	return a->set_line == b->set_line && a->line_unit == b->line_unit &&
	       a->line_input == b->line_input;
}

void intx_update(struct machine *m, struct function *fn)
{
	bool asserted = false;

	if (!fn->set_line)
		return;
	for (const struct function *other = functions_of(m)->first; other; other = other->next)
		asserted |= same_line(fn, other) && drives_line(other);
	fn->set_line(m, fn->line_unit, fn->line_input, asserted);
}

static bool message_signalled(const struct function *fn)
{
	return (fn->msi_cap && (config16(fn, fn->msi_cap + 2u) & MSI_ENABLE)) ||
	       (fn->msix_cap && (config16(fn, fn->msix_cap + 2u) & MSIX_ENABLE));
}

static void intx_raise(struct machine *m, struct function *fn)
{
	struct event event = {.fn = fn, .source = RAISE_INTX};

	if (message_signalled(fn)) {
		event_drop(m, &event, DROP_DISABLED);
		return;
	}
	touch(m, fn->config);
	config_put(fn, CONFIG_STATUS, 2, config16(fn, CONFIG_STATUS) | STATUS_INTX);
	if (!drives_line(fn))
		event_latch(m, &event);
	else if (!fn->set_line)
		event_drop(m, &event, DROP_NO_TARGET);
	else
		intx_update(m, fn);
}

int device_lower_intx(struct machine *m, const char *device)
{
	struct function *fn = device_function(m, device);

	if (!fn)
		return -ENODEV;
	if (!fn->pin)
		return -EINVAL;
	touch(m, fn->config);
	config_put(fn, CONFIG_STATUS, 2, config16(fn, CONFIG_STATUS) & ~STATUS_INTX);
	intx_update(m, fn);
	return 0;
}

int function_connect_intx(struct machine *m, const char *device, set_line_fn set_line,
			  unsigned unit, unsigned input)
{
	struct function *fn = device_function(m, device);

	if (!fn)
		return -ENODEV;
	if (!fn->pin || !set_line)
		return -EINVAL;
	touch(m, fn);
	fn->set_line = set_line;
	fn->line_unit = unit;
	fn->line_input = input;
	intx_update(m, fn);
	return 0;
}

/* ---- raising ---- */

static bool valid(const struct function *fn, enum raise_source source, unsigned store,
		  unsigned index)
{
	switch (source) {
	case RAISE_INTX:
		return fn->pin;
	case RAISE_MSI:
		return msi_valid(fn, index);
	case RAISE_MSIX:
		return index < fn->msix.nr;
	case RAISE_STORE:
		return store < fn->nr_stores && index < fn->store[store]->slots.nr;
	case NR_RAISE_SOURCES:
		break;
	}
	return false;
}

int function_raise(struct machine *m, struct function *fn, enum raise_source source, unsigned store,
		   unsigned index, uint32_t pasid)
{
	struct event event = {fn, source, source == RAISE_STORE ? store : 0, index};

	if (!function_responds(fn))
		return -ENODEV;
	if (!valid(fn, source, store, index))
		return -EINVAL;
	step(m, STEP_RAISE, fn);
	tape_event(m, TAPE_RAISE, ACTOR_DEVICE, fn->requester, event_address(&event), index,
		   (uint32_t)fn->region, pasid);
	switch (source) {
	case RAISE_INTX:
		intx_raise(m, fn);
		break;
	case RAISE_MSI:
		msi_raise(m, fn, index);
		break;
	case RAISE_MSIX:
		msix_raise(m, fn, index);
		break;
	default:
		if (fn->store[store]->queue)
			queue_raise(m, fn->store[store], index);
		else
			table_raise(m, fn->store[store], index, pasid);
	}
	return 0;
}

int device_raise(struct machine *m, const char *device, enum raise_source source, unsigned store,
		 unsigned index, uint32_t pasid)
{
	struct function *fn = device_function(m, device);

	return fn ? function_raise(m, fn, source, store, index, pasid) : -ENODEV;
}

void function_reset(struct machine *m, struct function *fn)
{
	static const struct entry masked = {.ctrl = MSIX_ENTRY_MASKED};

	config_reset(m, fn);
	entries_reset(m, &fn->msix, &masked);
	for (unsigned i = 0; i < fn->nr_stores; i++)
		store_reset(m, fn->store[i]);
	if (fn->sriov)
		sriov_reset(m, fn);
	intx_update(m, fn);
}

int device_reset(struct machine *m, const char *device)
{
	struct function *fn = device_function(m, device);

	if (!fn || !function_responds(fn))
		return -ENODEV;
	function_reset(m, fn);
	return 0;
}

const char *raise_source_name(enum raise_source source)
{
	static const char *const names[NR_RAISE_SOURCES] = {"intx", "msi", "msix", "store"};

	return (unsigned)source < NR_RAISE_SOURCES ? names[source] : "";
}
