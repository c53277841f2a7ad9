/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/imsic.h"

#include <irqlab/cpumask.h>
#include <irqlab/provider/hardware.h>
#include <stdio.h>
#include <string.h>

#define WORDS		((IMSIC_MAX_ID + 1) / 64)
#define DEFAULT_IDS	255u
#define MAX_GUEST_BITS	6u
#define THRESHOLD_MASK	0x7ffu
#define NOTHING_DROPPED UINT32_MAX

struct imsic_file {
	uint32_t cpu;
	bool online;
	uint32_t select, delivery, threshold;
	uint32_t words; /* that can hold something other than 0 */
	uint64_t pending[WORDS], enabled[WORDS];
};

struct imsic_group { /* of harts whose pages lie side by side */
	struct imsic *all;
	uint64_t base;
	uint32_t first, nr; /* CPUs */
	int region;
};

struct imsic {
	char name[32];
	uint32_t nr_cpus, ids, page_shift, group_harts, nr_groups;
	int csr_region;
	struct imsic_file **file;
	struct imsic_group *group;
};

static void imsic_digest(const void *object, struct digest *d)
{
	const struct imsic *all = object;

	digest_string(d, all->name);
	digest_u64(d, (uint64_t)all->nr_cpus << 32 | all->ids);
	digest_u64(d, (uint64_t)all->group_harts << 32 | all->page_shift);
}

static void file_digest(const void *object, struct digest *d)
{
	const struct imsic_file *f = object;

	digest_u64(d, (uint64_t)f->cpu << 1 | f->online);
	digest_u64(d, f->select);
	digest_u64(d, (uint64_t)f->delivery << 32 | f->threshold);
	digest_bytes(d, f->pending, f->words * sizeof(f->pending[0]));
	digest_bytes(d, f->enabled, f->words * sizeof(f->enabled[0]));
}

static const struct object_type imsic_type = {.name = "imsic", .digest = imsic_digest};
static const struct object_type file_type = {.name = "imsic-file", .digest = file_digest};
static const struct object_type list_type = {.name = "imsic-list"};

static struct imsic *imsic_of(const struct machine *m)
{
	return machine_part(m, PART_IMSIC);
}

static struct imsic_file *file_of(const struct imsic *all, unsigned cpu)
{
	return all && cpu < all->nr_cpus ? all->file[cpu] : NULL;
}

/* ---- what the hart is told ---- */

/* The lowest identity that counts, or 0. */
static uint32_t top_of(const struct imsic_file *f)
{
	for (uint32_t w = 0; w < f->words; w++) {
		uint64_t both = f->pending[w] & f->enabled[w];
		uint32_t id = w * 64 + (both ? (uint32_t)__builtin_ctzll(both) : 0);

		if (both)
			return f->threshold && id >= f->threshold ? 0 : id;
	}
	return 0;
}

static bool interrupts(const struct imsic_file *f)
{
	return f->online && f->delivery == 1 && top_of(f);
}

/* Whenever something of the file has changed. */
static void tell_pending(struct machine *m, const struct imsic_file *f)
{
	bus_cpu_pending(m, f->cpu, interrupts(f));
}

static void make_pending(struct machine *m, const struct imsic_group *group, struct imsic_file *f,
			 uint32_t id)
{
	uint64_t bit = UINT64_C(1) << (id % 64);
	bool merged = f->pending[id / 64] & bit;

	step(m, STEP_REQUEST, f);
	touch(m, f);
	f->pending[id / 64] |= bit;
	tell_pending(m, f);
	tape_event(m, TAPE_REQUEST, ACTOR_CPU, (uint16_t)f->cpu, 0, id, (uint32_t)group->region,
		   merged);
}

static uint32_t claim(struct machine *m, const struct imsic *all, struct imsic_file *f)
{
	uint32_t id = top_of(f);

	if (!id)
		return 0;
	step(m, STEP_ACCEPT, f);
	touch(m, f);
	f->pending[id / 64] &= ~(UINT64_C(1) << (id % 64));
	tell_pending(m, f);
	tape_event(m, TAPE_ACCEPT, ACTOR_CPU, (uint16_t)f->cpu, 0, id, (uint32_t)all->csr_region,
		   0);
	return id;
}

static bool dispatch(struct machine *m, void *sink, unsigned cpu)
{
	const struct imsic_file *f = file_of(sink, cpu);

	if (!f || !interrupts(f))
		return false;
	bus_enter_software(m, cpu, IMSIC_CAUSE);
	return true;
}

static bool deliverable(const struct machine *m, const void *sink, unsigned cpu)
{
	const struct imsic_file *f = file_of(sink, cpu);

	(void)m;
	return f && interrupts(f);
}

static void set_online(struct machine *m, void *sink, unsigned cpu, bool online)
{
	struct imsic_file *f = file_of(sink, cpu);

	if (!f || f->online == online)
		return;
	touch(m, f);
	f->online = online;
	f->delivery = 0;
	tell_pending(m, f);
}

static const struct interrupt_sink_ops sink_ops = {
	.dispatch = dispatch,
	.deliverable = deliverable,
	.set_online = set_online,
};

/* ---- pages: where messages arrive ---- */

/* The file whose page it is; NULL: a guest's. */
static struct imsic_file *file_at(const struct imsic_group *group, uint64_t offset)
{
	uint64_t page = offset / IMSIC_PAGE_BYTES;
	unsigned guest_bits = group->all->page_shift - 12;

	if (page & ((UINT64_C(1) << guest_bits) - 1))
		return NULL;
	return file_of(group->all, group->first + (uint32_t)(page >> guest_bits));
}

/* Why nothing came of it, or NOTHING_DROPPED if it arrived. */
static uint32_t store(struct machine *m, const struct imsic_group *group, uint64_t offset,
		      uint32_t value)
{
	struct imsic_file *f = file_at(group, offset);

	if (!f)
		return DROP_STRAY;
	if (offset % IMSIC_PAGE_BYTES == IMSIC_SETEIPNUM_BE)
		value = __builtin_bswap32(value);
	else if (offset % IMSIC_PAGE_BYTES != IMSIC_SETEIPNUM_LE)
		return DROP_STRAY;
	if (!value || value > group->all->ids)
		return DROP_ILLEGAL;
	make_pending(m, group, f, value);
	return NOTHING_DROPPED;
}

static void page_message(struct machine *m, void *owner, const struct bus_message *message)
{
	const struct imsic_group *group = owner;
	uint32_t why = store(m, group, message->address - group->base, message->data);

	if (why != NOTHING_DROPPED)
		tape_event(m, TAPE_DROP, ACTOR_DEVICE,
			   message->platform ? (uint16_t)message->device_id : message->requester,
			   message->address, why, (uint32_t)group->region, message->data);
}

/* Only 32 bits at once: anything else is ignored (AIA 3.5). */
static void page_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
		       uint64_t value)
{
	const struct imsic_group *group = owner;
	uint32_t why = size == 4 ? store(m, group, offset, (uint32_t)value) : DROP_STRAY;

	if (why != NOTHING_DROPPED)
		tape_event(m, TAPE_DROP, ACTOR_CPU, (uint16_t)this_cpu(m), group->base + offset,
			   why, (uint32_t)group->region, (uint32_t)value);
}

static uint64_t page_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	(void)m;
	(void)owner;
	(void)offset;
	(void)size;
	return 0;
}

static void page_describe(const struct machine *m, const void *owner, uint64_t offset,
			  unsigned size, struct bus_place *out)
{
	const struct imsic_group *group = owner;
	const struct imsic_file *f = file_at(group, offset);

	(void)m;
	(void)size;
	*out = (struct bus_place){
		.store = f ? "file" : "guest",
		.field = "",
		.index = f ? (int64_t)f->cpu : -1,
		.offset = offset,
	};
	memcpy(out->object, group->all->name, sizeof(out->object));
	if (offset % IMSIC_PAGE_BYTES == IMSIC_SETEIPNUM_LE)
		out->field = "seteipnum_le";
	else if (offset % IMSIC_PAGE_BYTES == IMSIC_SETEIPNUM_BE)
		out->field = "seteipnum_be";
}

static const struct bus_region_ops page_ops = {
	.read = page_read,
	.write = page_write,
	.message = page_message,
	.describe = page_describe,
};

/* ---- registers of the executing hart ---- */

/* The word of an array that a selection means; NULL: it is no array, or the word doesn't exist. */
static uint64_t *array_word(struct imsic_file *f)
{
	uint32_t nr = f->select & 0x3f;
	bool eie = f->select >= IMSIC_EIE;

	if (f->select < IMSIC_EIP || f->select > IMSIC_EIE + 0x3f || nr % 2 || nr / 2 >= f->words)
		return NULL;
	return eie ? &f->enabled[nr / 2] : &f->pending[nr / 2];
}

static uint64_t read_selected(struct imsic_file *f)
{
	const uint64_t *word = array_word(f);

	if (word)
		return *word;
	if (f->select == IMSIC_EIDELIVERY)
		return f->delivery;
	return f->select == IMSIC_EITHRESHOLD ? f->threshold : 0;
}

static void write_selected(struct imsic_file *f, uint64_t value)
{
	uint64_t *word = array_word(f);

	if (word)
		*word = (f->select & 0x3f) ? value : value & ~UINT64_C(1);
	else if (f->select == IMSIC_EIDELIVERY && (value <= 1 || value == IMSIC_DELIVERY_APLIC))
		f->delivery = (uint32_t)value;
	else if (f->select == IMSIC_EITHRESHOLD)
		f->threshold = value & THRESHOLD_MASK;
}

static uint64_t csr_read(struct machine *m, void *owner, uint64_t offset, unsigned size)
{
	struct imsic *all = owner;
	struct imsic_file *f = file_of(all, this_cpu(m));
	uint32_t top;

	(void)size;
	if (!f)
		return 0;
	switch (offset) {
	case IMSIC_SELECT:
		return f->select;
	case IMSIC_REG:
		return read_selected(f);
	case IMSIC_TOPEI:
		top = top_of(f);
		return top << 16 | top;
	case IMSIC_CLAIM:
		top = claim(m, all, f);
		return top << 16 | top;
	}
	return 0;
}

static void csr_write(struct machine *m, void *owner, uint64_t offset, unsigned size,
		      uint64_t value)
{
	struct imsic *all = owner;
	struct imsic_file *f = file_of(all, this_cpu(m));

	(void)size;
	if (!f)
		return;
	touch(m, f);
	switch (offset) {
	case IMSIC_SELECT:
		f->select = value & 0xff;
		return;
	case IMSIC_REG:
		write_selected(f, value);
		break;
	case IMSIC_REG_SET:
		write_selected(f, read_selected(f) | value);
		break;
	case IMSIC_REG_CLEAR:
		write_selected(f, read_selected(f) & ~value);
		break;
	case IMSIC_TOPEI:
		claim(m, all, f);
		return;
	}
	tell_pending(m, f);
}

static void csr_describe(const struct machine *m, const void *owner, uint64_t offset, unsigned size,
			 struct bus_place *out)
{
	static const char *const fields[] = {
		"select", "reg", "reg_set", "reg_clear", "topei", "claim",
	};
	const struct imsic *all = owner;

	(void)m;
	(void)size;
	*out = (struct bus_place){.store = "csr", .field = "", .index = -1, .offset = offset};
	memcpy(out->object, all->name, sizeof(out->object));
	if (offset / 8 < sizeof(fields) / sizeof(fields[0]) && offset % 8 == 0)
		out->field = fields[offset / 8];
}

static const struct bus_region_ops csr_ops = {
	.read = csr_read,
	.write = csr_write,
	.describe = csr_describe,
};

/* ---- life ---- */

static uint8_t bits_for(uint64_t nr) /* that number 0 … nr − 1 */
{
	return nr <= 1 ? 0 : (uint8_t)(64 - __builtin_clzll(nr - 1));
}

struct imsic_layout imsic_layout(const struct imsic_desc *desc, uint32_t nr_cpus)
{
	struct imsic_layout l = {
		.base = desc->base ? desc->base : IMSIC_BASE,
		.ids = desc->ids ? desc->ids : DEFAULT_IDS,
		.guest_bits = desc->guest_bits,
		.group_harts = desc->group_harts ? desc->group_harts : nr_cpus,
		.group_shift = desc->group_shift ? desc->group_shift : IMSIC_GROUP_SHIFT,
	};

	l.hart_bits = bits_for(l.group_harts);
	l.group_bits = l.group_harts ? bits_for((nr_cpus - 1) / l.group_harts + UINT64_C(1)) : 0;
	return l;
}

uint64_t imsic_file_address(const struct imsic_layout *l, unsigned cpu)
{
	return l->base | (uint64_t)(cpu / l->group_harts) << l->group_shift |
	       (uint64_t)(cpu % l->group_harts) << (12 + l->guest_bits);
}

static bool layout_is_valid(const struct imsic_layout *l)
{
	unsigned span = 12u + l->guest_bits + l->hart_bits; /* bits of a group's addresses */
	uint64_t fields = (UINT64_C(1) << span) - 1;

	if (l->ids % 64 != 63 || l->ids > IMSIC_MAX_ID || l->guest_bits > MAX_GUEST_BITS)
		return false;
	if (l->group_bits && (l->group_shift < IMSIC_GROUP_SHIFT || span > l->group_shift ||
			      l->group_shift + l->group_bits > 56))
		return false;
	if (l->group_bits)
		fields |= ((UINT64_C(1) << l->group_bits) - 1) << l->group_shift;
	return !(l->base & fields) && l->base >> 56 == 0;
}

static void destroy(struct machine *m, struct imsic *all)
{
	for (uint32_t cpu = 0; all->file && cpu < all->nr_cpus; cpu++)
		object_free(m, all->file[cpu]);
	object_free(m, all->group);
	object_free(m, all->file);
	object_free(m, all);
}

static int fill(struct machine *m, struct imsic *all, const struct cpu_desc *cpus)
{
	all->file = object_alloc(m, &list_type, all->nr_cpus * sizeof(*all->file));
	all->group = object_alloc(m, &list_type, all->nr_groups * sizeof(*all->group));
	if (!all->file || !all->group)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < all->nr_cpus; cpu++) {
		struct imsic_file *f = object_alloc(m, &file_type, sizeof(*f));

		if (!f)
			return -ENOMEM;
		all->file[cpu] = f;
		f->cpu = cpu;
		f->online = !(cpus && cpus[cpu].offline);
		f->words = (all->ids + 1) / 64;
	}
	return 0;
}

static int add_group(struct machine *m, struct imsic *all, struct imsic_group *group)
{
	const struct bus_region pages = {
		.first = group->base,
		.last = group->base + ((uint64_t)group->nr << all->page_shift) - 1,
		.ops = &page_ops,
		.owner = group,
		.tape_kind = TAPE_MMIO,
	};

	group->region = bus_add_region(m, &pages);
	return group->region < 0 ? group->region : 0;
}

static void detach(struct machine *m, const struct imsic *all, uint32_t groups)
{
	while (groups--)
		bus_remove_region(m, all->group[groups].region);
	bus_remove_region(m, all->csr_region);
}

static int attach(struct machine *m, struct imsic *all, const struct imsic_layout *l)
{
	const struct bus_region csrs = {
		.first = IMSIC_CSR_BASE,
		.last = IMSIC_CSR_BASE + IMSIC_PAGE_BYTES - 1,
		.ops = &csr_ops,
		.owner = all,
		.tape_kind = TAPE_MMIO,
	};
	uint32_t nr = 0;
	int err = 0;

	all->csr_region = bus_add_region(m, &csrs);
	if (all->csr_region < 0)
		return all->csr_region;
	for (; nr < all->nr_groups; nr++) {
		struct imsic_group *group = &all->group[nr];

		group->all = all;
		group->first = nr * all->group_harts;
		group->nr = all->nr_cpus - group->first;
		if (group->nr > all->group_harts)
			group->nr = all->group_harts;
		group->base = imsic_file_address(l, group->first);
		err = add_group(m, all, group);
		if (err)
			break;
	}
	if (!err)
		err = bus_set_interrupt_sink(m, &sink_ops, all);
	if (err)
		detach(m, all, nr);
	return err;
}

int imsic_create(struct machine *m, const struct imsic_desc *desc, const struct cpu_desc *cpus,
		 uint32_t nr_cpus)
{
	const struct imsic_layout l = imsic_layout(desc, nr_cpus);
	struct imsic *all;
	int err;

	if (!nr_cpus || nr_cpus > CPUMASK_MAX_CPUS || !layout_is_valid(&l))
		return -EINVAL;
	if (imsic_of(m))
		return -EEXIST;
	all = object_alloc(m, &imsic_type, sizeof(*all));
	if (!all)
		return -ENOMEM;
	snprintf(all->name, sizeof(all->name), "%s", desc->name ? desc->name : "imsic");
	all->nr_cpus = nr_cpus;
	all->ids = l.ids;
	all->page_shift = 12u + l.guest_bits;
	all->group_harts = l.group_harts;
	all->nr_groups = (nr_cpus - 1) / l.group_harts + 1;
	err = fill(m, all, cpus);
	if (!err)
		err = attach(m, all, &l);
	if (err) {
		destroy(m, all);
		return err;
	}
	machine_set_part(m, PART_IMSIC, all);
	return 0;
}

/* ---- looking ---- */

bool imsic_peek_file(const struct machine *m, unsigned cpu, struct imsic_file_state *out)
{
	const struct imsic_file *f = file_of(imsic_of(m), cpu);

	if (!f)
		return false;
	*out = (struct imsic_file_state){
		.online = f->online,
		.delivery = f->delivery,
		.threshold = f->threshold,
		.top = top_of(f),
	};
	return true;
}

bool imsic_pending(const struct machine *m, unsigned cpu, unsigned id)
{
	const struct imsic_file *f = file_of(imsic_of(m), cpu);

	return f && id / 64 < f->words && f->pending[id / 64] >> (id % 64) & 1;
}

bool imsic_enabled(const struct machine *m, unsigned cpu, unsigned id)
{
	const struct imsic_file *f = file_of(imsic_of(m), cpu);

	return f && id / 64 < f->words && f->enabled[id / 64] >> (id % 64) & 1;
}

unsigned imsic_identities(const struct machine *m)
{
	const struct imsic *all = imsic_of(m);

	return all ? all->ids : 0;
}
