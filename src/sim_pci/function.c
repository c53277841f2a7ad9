/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdio.h>

#include "sim_pci/function_internal.h"

#define DEFAULT_RING 32u
#define MAX_RING     128u
#define MAX_OBJECTS  65536u

static uint32_t function_key(const struct function *fn)
{
	return (uint32_t)fn->segment << 16 | fn->requester;
}

static void function_digest(const void *object, struct digest *d)
{
	const struct function *fn = object;

	digest_u64(d, function_key(fn));
	digest_string(d, fn->name);
	digest_u64(d, (uint64_t)fn->seen_as << 32 | fn->msix.nr);
	digest_u64(d, fn->nr_stores);
	digest_u64(d, fn->set_line != NULL);
	digest_u64(d, (uint64_t)fn->line_unit << 32 | fn->line_input);
	for (unsigned nr = 0; nr < NR_BARS; nr++)
		digest_u64(d, fn->bar[nr].address);
}

static void config_digest(const void *object, struct digest *d)
{
	const struct config_space *config = object;

	digest_u64(d, config->key);
	digest_bytes(d, config->bytes, sizeof(config->bytes));
}

static void store_digest(const void *object, struct digest *d)
{
	const struct store *s = object;

	digest_u64(d, (uint64_t)s->number << 32 | function_key(s->fn));
	digest_u64(d, s->desc.kind);
	digest_u64(d, (uint64_t)s->desc.slots << 32 | s->desc.stride);
	digest_u64(d, (uint64_t)s->desc.latency << 32 | s->desc.fail_every);
}

static void functions_digest(const void *object, struct digest *d)
{
	digest_u64(d, ((const struct functions *)object)->next_bar32);
}

static const struct object_type function_type = {.name = "function", .digest = function_digest};
static const struct object_type config_type = {.name = "config-space", .digest = config_digest};
static const struct object_type store_type = {.name = "store", .digest = store_digest};
static const struct object_type functions_type = {.name = "functions", .digest = functions_digest};

/* ---- stores ---- */

static void store_defaults(struct store_desc *desc)
{
	if (desc->kind == STORE_QUEUE) {
		desc->ring = desc->ring ? desc->ring : DEFAULT_RING;
		desc->stride = TABLE_STRIDE;
	} else if (desc->kind == STORE_TABLE_DSA || !desc->stride) {
		desc->stride = TABLE_STRIDE;
		desc->address_lo = TABLE_ADDRESS_LO;
		desc->address_hi = TABLE_ADDRESS_HI;
		desc->data = TABLE_DATA;
		desc->ctrl = TABLE_CONTROL;
		desc->mask_bit = 0;
	}
}

static bool words_fit(const struct store_desc *desc)
{
	const uint32_t at[4] = {desc->address_lo, desc->address_hi, desc->data, desc->ctrl};

	for (unsigned i = 0; i < 4; i++) {
		if (at[i] % 4 || at[i] > desc->stride - 4)
			return false;
		for (unsigned j = 0; j < i; j++)
			if (at[i] == at[j])
				return false;
	}
	return true;
}

static bool store_ok(const struct store_desc *desc)
{
	if (!desc->slots || desc->slots > MAX_OBJECTS)
		return false;
	if (desc->kind == STORE_QUEUE)
		return desc->ring <= MAX_RING && !(desc->ring & (desc->ring - 1)) &&
		       desc->latency < UINT32_MAX;
	return desc->kind <= STORE_TABLE && desc->stride >= 16 && desc->stride % 4 == 0 &&
	       desc->mask_bit < 32 && words_fit(desc) &&
	       (uint64_t)desc->slots * desc->stride <= STORE_WINDOW_BYTES;
}

/* The first of its kind has the plain name. */
static const char *store_name(const struct function *fn, bool queue)
{
	static const char *const names[2][DEVICE_MAX_STORES] = {
		{"ims", "ims1", "ims2", "ims3"},
		{"queue", "queue1", "queue2", "queue3"},
	};
	unsigned nr = 0;

	for (unsigned i = 0; i < fn->nr_stores; i++)
		nr += (fn->store[i]->queue != NULL) == queue;
	return names[queue][nr];
}

static int add_store(struct machine *m, struct function *fn, const struct store_desc *desc)
{
	uint64_t key = (uint64_t)function_key(fn) << 8 | (fn->nr_stores + 1);
	struct store *s = object_alloc(m, &store_type, sizeof(*s));
	struct entry reset;
	int err;

	if (!s)
		return -ENOMEM;
	s->fn = fn;
	s->desc = *desc;
	s->number = fn->nr_stores;
	s->region = -1;
	store_defaults(&s->desc);
	if (!store_ok(&s->desc)) {
		object_free(m, s);
		return -EINVAL;
	}
	s->name = store_name(fn, s->desc.kind == STORE_QUEUE);
	fn->store[fn->nr_stores++] = s;
	reset = table_reset_entry(&s->desc);
	err = entries_create(m, &s->slots, key, s->desc.slots, &reset);
	if (!err && s->desc.kind == STORE_QUEUE)
		err = queue_create(m, s, key);
	return err;
}

/* ---- functions ---- */

static void destroy(struct machine *m, struct function *fn)
{
	for (unsigned i = fn->nr_stores; i-- > 0;) {
		object_free(m, fn->store[i]->queue);
		entries_destroy(m, &fn->store[i]->slots);
		object_free(m, fn->store[i]);
	}
	entries_destroy(m, &fn->msix);
	object_free(m, fn->sriov);
	object_free(m, fn->config);
	object_free(m, fn);
}

static int fill(struct machine *m, struct function *fn, const struct device_desc *desc)
{
	static const struct entry masked = {.ctrl = MSIX_ENTRY_MASKED};
	int err;

	fn->config = object_alloc(m, &config_type, sizeof(*fn->config));
	if (!fn->config)
		return -ENOMEM;
	fn->config->key = function_key(fn);
	err = config_build(fn, desc);
	if (!err)
		err = entries_create(m, &fn->msix, (uint64_t)function_key(fn) << 8, desc->msix.size,
				     &masked);
	for (unsigned i = 0; i < desc->nr_stores && !err; i++)
		err = add_store(m, fn, &desc->store[i]);
	if (!err && desc->sriov.total)
		err = sriov_build(m, fn, desc);
	if (!err)
		err = bars_assign(m, fn);
	return err ? err : bars_attach(m, fn);
}

static struct functions *functions_get(struct machine *m)
{
	struct functions *all = functions_of(m);

	if (!all) {
		all = object_alloc(m, &functions_type, sizeof(*all));
		if (!all)
			return NULL;
		all->next_bar32 = BAR32_FIRST;
		machine_set_part(m, PART_FUNCTIONS, all);
	}
	return all;
}

static bool taken(const struct functions *all, const struct device_desc *desc)
{
	for (const struct function *fn = all->first; fn; fn = fn->next)
		if (!strcmp(fn->name, desc->name) ||
		    (fn->segment == desc->segment && fn->requester == desc->requester))
			return true;
	return false;
}

static struct function *alloc_function(struct machine *m, const struct device_desc *desc)
{
	struct function *fn = object_alloc(m, &function_type, sizeof(*fn));

	if (!fn)
		return NULL;
	snprintf(fn->name, sizeof(fn->name), "%s", desc->name);
	fn->segment = desc->segment;
	fn->requester = desc->requester;
	fn->seen_as = desc->behind == BRIDGE_NONE ? desc->requester : desc->bridge_requester;
	fn->pin = desc->pin;
	fn->region = -1;
	for (unsigned nr = 0; nr < NR_BARS; nr++)
		fn->bar_region[nr] = -1;
	return fn;
}

/* The last function of a machine to go takes the list along: no trace is left. */
static void forget_if_empty(struct machine *m, struct functions *all, uint64_t next_bar32)
{
	if (all->first) {
		touch(m, all);
		all->next_bar32 = next_bar32;
		return;
	}
	machine_set_part(m, PART_FUNCTIONS, NULL);
	object_free(m, all);
}

static int add(struct machine *m, struct functions *all, const struct device_desc *desc,
	       struct function *pf, unsigned vf)
{
	struct function *fn;
	int err;

	if (taken(all, desc))
		return -EEXIST;
	fn = alloc_function(m, desc);
	if (!fn)
		return -ENOMEM;
	fn->pf = pf;
	fn->vf = vf;
	err = fill(m, fn, desc);
	if (err) {
		destroy(m, fn);
		return err;
	}
	touch(m, all);
	fn->next = all->first;
	all->first = fn;
	return 0;
}

/* They exist from the start, and are silent. */
static int add_vfs(struct machine *m, struct functions *all, const struct device_desc *desc)
{
	struct function *pf = all->first;
	struct device_desc vf;
	char name[32];
	int err = 0;

	for (unsigned n = 0; n < desc->sriov.total && !err; n++)
		err = device_vf_desc(desc, n, &vf, name) ? add(m, all, &vf, pf, n) : -EINVAL;
	return err;
}

static void remove_after(struct machine *m, struct functions *all, const struct function *before)
{
	while (all->first != before) {
		struct function *fn = all->first;

		touch(m, all);
		all->first = fn->next;
		bars_detach(m, fn);
		destroy(m, fn);
	}
}

int function_create(struct machine *m, const struct device_desc *desc)
{
	struct functions *all;
	uint64_t next_bar32;
	struct function *before;
	int err;

	if (!desc->name || !*desc->name || strlen(desc->name) >= sizeof(before->name) ||
	    desc->nr_stores > DEVICE_MAX_STORES)
		return -EINVAL;
	all = functions_get(m);
	if (!all)
		return -ENOMEM;
	next_bar32 = all->next_bar32;
	before = all->first;
	err = add(m, all, desc, NULL, 0);
	if (!err)
		err = add_vfs(m, all, desc);
	if (!err)
		return 0;
	remove_after(m, all, before);
	forget_if_empty(m, all, next_bar32);
	return err;
}

/* ---- looking ---- */

struct function *device_function(const struct machine *m, const char *device)
{
	const struct functions *all = functions_of(m);

	for (struct function *fn = all && device ? all->first : NULL; fn; fn = fn->next)
		if (!strcmp(fn->name, device))
			return fn;
	return NULL;
}

const char *device_of_event(const struct machine *m, uint32_t object)
{
	const struct functions *all = functions_of(m);

	for (const struct function *fn = all ? all->first : NULL; fn; fn = fn->next)
		if ((uint32_t)fn->region == object)
			return fn->name;
	return NULL;
}

uint32_t function_peek_config(const struct machine *m, const char *device, unsigned where,
			      unsigned size)
{
	const struct function *fn = device_function(m, device);

	if (!fn || (size != 1 && size != 2 && size != 4) || where > 4096 - size)
		return UINT32_MAX;
	return config_get(fn, where, size);
}

static void peek(const struct entry_table *t, unsigned index, struct message_entry *out)
{
	const struct entry *entry = entry_of(t, index);

	*out = (struct message_entry){
		.address = entry->address,
		.data = entry->data,
		.ctrl = entry->ctrl,
		.pending = entry_pending(t, index),
	};
}

int function_peek_msix(const struct machine *m, const char *device, unsigned index,
		       struct message_entry *entry)
{
	const struct function *fn = device_function(m, device);

	if (!fn)
		return -ENODEV;
	if (index >= fn->msix.nr)
		return -EINVAL;
	peek(&fn->msix, index, entry);
	return 0;
}

int function_peek_store(const struct machine *m, const char *device, unsigned store, unsigned index,
			struct message_entry *entry)
{
	const struct function *fn = device_function(m, device);

	if (!fn)
		return -ENODEV;
	if (store >= fn->nr_stores || index >= fn->store[store]->slots.nr)
		return -EINVAL;
	peek(&fn->store[store]->slots, index, entry);
	return 0;
}

int function_peek_raise(const struct machine *m, const char *device, enum raise_source source,
			unsigned store, unsigned index, struct raise_note *note)
{
	const struct function *fn = device_function(m, device);
	const struct entry_table *t;

	if (!fn)
		return -ENODEV;
	if (source == RAISE_MSI && fn->msi_cap && index < 1u << fn->msi_order) {
		uint32_t bits = fn->msi_mask ? config_get(fn, fn->msi_mask + 4u, 4) : 0;

		*note = (struct raise_note){fn->config->msi_sent_at[index], bits >> index & 1};
		return 0;
	}
	if (source == RAISE_MSIX)
		t = &fn->msix;
	else if (source == RAISE_STORE && store < fn->nr_stores)
		t = &fn->store[store]->slots;
	else
		return -EINVAL;
	if (index >= t->nr)
		return -EINVAL;
	*note = (struct raise_note){chunk_of(t, index)->sent_at[index % CHUNK_ENTRIES],
				    entry_pending(t, index)};
	return 0;
}

int function_queue_busy(const struct machine *m, const char *device, unsigned store)
{
	const struct function *fn = device_function(m, device);

	if (!fn)
		return -ENODEV;
	if (store >= fn->nr_stores || !fn->store[store]->queue)
		return -EINVAL;
	return (int)queue_busy(fn->store[store]->queue);
}

uint64_t function_bar(const struct machine *m, const char *device, unsigned bar)
{
	const struct function *fn = device_function(m, device);

	return fn && bar < NR_BARS ? fn->bar[bar].address : 0;
}
