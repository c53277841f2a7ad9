/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/intel_ir_internal.h>
#include <stdio.h>
#include <string.h>

/* The unit as its driver sees it: registers, table, invalidation queue. */

/* VT-d, 11.4 */
#define REG_ECAP 0x10
#define REG_GCMD 0x18
#define REG_GSTS 0x1c
#define REG_IQT	 0x88
#define REG_IQA	 0x90
#define REG_IRTA 0xb8
/* GCMD and GSTS */
#define GCMD_QIE	(UINT32_C(1) << 26)
#define GCMD_IRE	(UINT32_C(1) << 25)
#define GCMD_SIRTP	(UINT32_C(1) << 24)
#define GCMD_CFI	(UINT32_C(1) << 23)
#define GSTS_KEPT	UINT32_C(0x96ffffff) /* switches; the others are one-shot */
#define IRTA_EIME	UINT64_C(0x800)
#define ECAP_MHMV_SHIFT 20
/* VT-d, 6.5.2: descriptors of 16 bytes, 256 in a page */
#define QUEUE_LENGTH  256u
#define DESC_IEC      UINT64_C(0x4)
#define DESC_WAIT     UINT64_C(0x5)
#define IEC_SELECTIVE UINT64_C(0x10)
#define WAIT_STATUS   UINT64_C(0x20)
#define PATIENCE      1000 /* reads of a status that should change */

static void intel_unit_digest(const void *object, struct digest *d)
{
	const struct intel_unit *u = object;

	digest_u64(d, u->domain ? u->domain->id : 0);
	digest_u64(d, u->registers);
	digest_u64(d, u->table);
	digest_u64(d, (uint64_t)u->entries << 32 | (uint64_t)u->eim << 8 | u->max_order);
	/* Where the ring stands means nothing. */
	digest_counter(d, u->tail);
}
static const struct object_type intel_unit_type = {"intel-unit", intel_unit_digest};

static void entry_chunk_digest(const void *object, struct digest *d)
{
	const struct entry_chunk *c = object;

	digest_u64(d, (uint64_t)c->unit_id << 32 | c->first);
	digest_bytes(d, c->bits, sizeof(c->bits));
}
static const struct object_type entry_chunk_type = {"intel-entries", entry_chunk_digest};

/* ---- which entries are taken ---- */

static struct entry_chunk *chunk_of(const struct intel_unit *u, unsigned index)
{
	return u->chunk[index / ENTRIES_PER_CHUNK];
}

static uint64_t *word_of(const struct intel_unit *u, unsigned index)
{
	return &chunk_of(u, index)->bits[index % ENTRIES_PER_CHUNK / 64];
}

/* The bits of an aligned block within one word. */
static uint64_t block_bits(unsigned index, unsigned order)
{
	return (order >= 6 ? ~UINT64_C(0) : (UINT64_C(1) << (1u << order)) - 1) << (index % 64);
}

static bool block_is_free(const struct intel_unit *u, unsigned index, unsigned order)
{
	for (unsigned i = index; i < index + (1u << order); i += 64)
		if (*word_of(u, i) & block_bits(i, order))
			return false;
	return true;
}

static void mark_block(struct intel_unit *u, unsigned index, unsigned order, bool taken)
{
	for (unsigned i = index; i < index + (1u << order); i += 64) {
		struct entry_chunk *c = chunk_of(u, i);
		uint64_t bits = block_bits(i, order);

		touch(u->machine, c);
		if (taken) {
			*word_of(u, i) |= bits;
			c->used += (uint32_t)__builtin_popcountll(bits);
		} else {
			*word_of(u, i) &= ~bits;
			c->used -= (uint32_t)__builtin_popcountll(bits);
		}
	}
}

/* The first free place at or after index that a block could start at, skipping what is full. */
static unsigned skip_full(const struct intel_unit *u, unsigned index)
{
	while (index < u->entries && chunk_of(u, index)->used == ENTRIES_PER_CHUNK)
		index = (index / ENTRIES_PER_CHUNK + 1) * ENTRIES_PER_CHUNK;
	while (index < u->entries && !(index % 64) && !~*word_of(u, index))
		index += 64;
	return index;
}

int intel_allocate_entries(struct intel_unit *u, unsigned order)
{
	unsigned step_by = 1u << order;

	if (order > u->max_order)
		return -ENOSPC;
	for (unsigned i = skip_full(u, 0); i + step_by <= u->entries; i += step_by) {
		i = (skip_full(u, i) + step_by - 1) & ~(step_by - 1);
		if (i + step_by > u->entries)
			break;
		if (!block_is_free(u, i, order))
			continue;
		step(u->machine, STEP_RESOURCE, u);
		mark_block(u, i, order, true);
		return (int)i;
	}
	return -ENOSPC;
}

void intel_take_entry(struct intel_unit *u, unsigned index)
{
	if (block_is_free(u, index, 0))
		mark_block(u, index, 0, true);
}

void intel_give_entries_back(struct intel_unit *u, unsigned index, unsigned order)
{
	step(u->machine, STEP_RESOURCE, u);
	mark_block(u, index, order, false);
}

void intel_clear_entries(struct intel_unit *u, unsigned index, unsigned order)
{
	static const uint64_t nothing[2];

	for (unsigned i = 0; i < 1u << order; i++)
		intel_write_entry(u, index + i, nothing, false);
	intel_give_entries_back(u, index, order);
	intel_invalidate(u, index, order);
}

/* ---- table and queue ---- */

void intel_write_entry(struct intel_unit *u, unsigned index, const uint64_t entry[2], bool atomic)
{
	uint64_t address = u->table + 16 * (uint64_t)index;

	if (atomic) {
		bus_write_pair(u->machine, address, entry[0], entry[1]);
		return;
	}
	bus_write(u->machine, address, 8, entry[0]);
	bus_write(u->machine, address + 8, 8, entry[1]);
}

static void queue_descriptor(struct intel_unit *u, uint64_t low, uint64_t high)
{
	uint64_t address = u->queue + 16 * (uint64_t)u->tail;

	bus_write(u->machine, address, 8, low);
	bus_write(u->machine, address + 8, 8, high);
	touch(u->machine, u);
	u->tail = (u->tail + 1) % QUEUE_LENGTH;
}

static bool wait_for(struct intel_unit *u, uint64_t address, uint32_t mask, uint32_t value)
{
	for (unsigned i = 0; i < PATIENCE; i++)
		if ((bus_read(u->machine, address, 4) & mask) == value)
			return true;
	machine_poison(u->machine, "the remapping unit does not answer");
	return false;
}

/* The descriptor, and one behind it that tells when it is done. */
static bool submit(struct intel_unit *u, uint64_t low)
{
	uint32_t slot;

	queue_descriptor(u, low, 0);
	slot = u->tail;
	queue_descriptor(u, DESC_WAIT | WAIT_STATUS | (uint64_t)slot << 32, u->status);
	bus_write(u->machine, u->registers + REG_IQT, 4, u->tail * 16);
	return wait_for(u, u->status, ~UINT32_C(0), slot);
}

void intel_invalidate(struct intel_unit *u, unsigned index, unsigned order)
{
	if (!machine_switch(u->machine, SWITCH_INVALIDATE_AFTER_WRITE))
		return;
	submit(u, DESC_IEC | IEC_SELECTIVE | (uint64_t)order << 27 | (uint64_t)index << 32);
}

/* ---- switching it on ---- */

static bool command(struct intel_unit *u, uint32_t set, uint32_t clear)
{
	uint32_t status = (uint32_t)bus_read(u->machine, u->registers + REG_GSTS, 4);

	bus_write(u->machine, u->registers + REG_GCMD, 4, ((status & GSTS_KEPT) | set) & ~clear);
	return wait_for(u, u->registers + REG_GSTS, set | clear, set);
}

static bool switch_on(struct intel_unit *u)
{
	struct machine *m = u->machine;
	uint64_t size_field = (uint64_t)order_of(u->entries) - 1;
	uint64_t ecap = bus_read(m, u->registers + REG_ECAP, 8);

	u->max_order = ecap >> ECAP_MHMV_SHIFT & 0xf;
	bus_write(m, u->registers + REG_IQT, 4, 0);
	bus_write(m, u->registers + REG_IQA, 8, u->queue);
	bus_write(m, u->registers + REG_IRTA, 8, u->table | (u->eim ? IRTA_EIME : 0) | size_field);
	return command(u, GCMD_QIE, 0) && command(u, GCMD_SIRTP, 0) && submit(u, DESC_IEC) &&
	       command(u, GCMD_IRE, 0) && command(u, 0, GCMD_CFI);
}

/* ---- making it ---- */

static uint64_t named_memory(struct machine *m, const char *object, const char *store,
			     uint64_t size, bool ring)
{
	static const char *const fields[] = {"lo", "hi", NULL};
	struct memory_label label = {.store = store, .stride = 16, .fields = fields, .ring = ring};

	snprintf(label.object, sizeof(label.object), "%s", object);
	return bus_memory_alloc(m, size, 4096, &label);
}

static bool make_memory(struct intel_unit *u, const char *name)
{
	struct machine *m = u->machine;

	u->table = named_memory(m, name, "irte", 16 * (uint64_t)u->entries, false);
	u->queue = named_memory(m, name, "iec", 16 * QUEUE_LENGTH, true);
	u->status = named_memory(m, name, "status", 16, true);
	return u->table && u->queue && u->status;
}

static bool make_chunks(struct intel_unit *u)
{
	uint32_t id = u->domain->id;

	for (uint32_t first = 0; first < u->entries; first += ENTRIES_PER_CHUNK) {
		struct entry_chunk *c = object_alloc(u->machine, &entry_chunk_type, sizeof(*c));

		if (!c)
			return false;
		c->unit_id = id;
		c->first = first;
		u->chunk[u->nr_chunks++] = c;
	}
	return true;
}

static void destroy_unit(struct intel_unit *u)
{
	struct machine *m = u->machine;

	if (u->domain)
		irq_domain_remove(u->domain);
	while (u->nr_chunks)
		object_free(m, u->chunk[--u->nr_chunks]);
	if (u->status)
		bus_memory_free(m, u->status);
	if (u->queue)
		bus_memory_free(m, u->queue);
	if (u->table)
		bus_memory_free(m, u->table);
	object_free(m, u);
}

static const struct msi_parent_ops intel_parent_ops = {
	.supported_flags = IR_PARENT_FLAGS | MSI_FLAG_PCI_IMS,
	.required_flags = IR_PARENT_REQUIRED,
	.prefix = "IR-",
	.init_dev_msi_info = x86_ir_init_dev_msi_info,
};
/* Behind an emulated unit, the host may have to see messages: no stores that it does not know. */
static const struct msi_parent_ops intel_emulated_parent_ops = {
	.supported_flags = IR_PARENT_FLAGS,
	.required_flags = IR_PARENT_REQUIRED,
	.prefix = "IR-",
	.init_dev_msi_info = x86_ir_init_dev_msi_info,
};

static struct irq_domain *make_domain(struct intel_unit *u, struct irq_domain *parent,
				      const struct remap_desc *desc)
{
	const struct irq_domain_config config = {
		.name = desc->domain ? desc->domain : "INTEL-IR-0-13",
		.ops = &intel_ir_domain_ops,
		.parent = parent,
		.bus_token = DOMAIN_BUS_DMAR,
		.quiet_token = true,
		.flags = IR_DOMAIN_FLAGS,
		.host_data = u,
	};
	struct irq_domain *domain = irq_domain_create(u->machine, &config);

	if (!domain)
		return NULL;
	touch(u->machine, domain);
	domain->msi_parent_ops =
		desc->caching_mode ? &intel_emulated_parent_ops : &intel_parent_ops;
	return domain;
}

struct irq_domain *intel_ir_create(struct machine *m, struct irq_domain *parent,
				   const struct remap_desc *desc, uint64_t registers)
{
	struct intel_unit *u;

	if (desc->entries < 2 || desc->entries > 65536 || desc->entries & (desc->entries - 1))
		return NULL;
	u = object_alloc(m, &intel_unit_type, sizeof(*u));
	if (!u)
		return NULL;
	u->machine = m;
	u->registers = registers;
	u->entries = desc->entries;
	u->eim = desc->eim;
	u->domain = make_domain(u, parent, desc);
	if (u->domain && make_memory(u, desc->name ? desc->name : "ir") && make_chunks(u) &&
	    switch_on(u))
		return u->domain;
	destroy_unit(u);
	return NULL;
}

/* ---- a given state, and looking ---- */

int intel_ir_load_ranges(struct irq_domain *domain, const uint32_t *ranges, uint32_t pairs)
{
	struct intel_unit *u = domain->host_data;

	for (uint32_t i = 0; i < pairs; i++)
		if (ranges[2 * i] > ranges[2 * i + 1] || ranges[2 * i + 1] >= u->entries)
			return -EINVAL;
	for (uint32_t i = 0; i < u->nr_chunks; i++) {
		touch(u->machine, u->chunk[i]);
		memset(u->chunk[i]->bits, 0, sizeof(u->chunk[i]->bits));
		u->chunk[i]->used = 0;
	}
	for (uint32_t i = 0; i < pairs; i++)
		for (uint32_t index = ranges[2 * i]; index <= ranges[2 * i + 1]; index++)
			intel_take_entry(u, index);
	return 0;
}

bool intel_ir_is_domain(const struct irq_domain *domain)
{
	return domain->ops == &intel_ir_domain_ops;
}

uint32_t intel_ir_entries(const struct irq_domain *domain)
{
	return ((const struct intel_unit *)domain->host_data)->entries;
}

uint64_t intel_ir_table(const struct irq_domain *domain)
{
	return ((const struct intel_unit *)domain->host_data)->table;
}

bool intel_ir_index_is_allocated(const struct irq_domain *domain, uint32_t index)
{
	const struct intel_unit *u = domain->host_data;

	return index < u->entries && !block_is_free(u, index, 0);
}
