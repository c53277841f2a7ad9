/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/amd_ir_internal.h>
#include <stdio.h>

/* The unit as its driver sees it: registers, device table, tables of entries, commands. */

/* AMD IOMMU specification, 3.4 */
#define REG_DEVICE_TABLE 0x0
#define REG_COMMAND_BASE 0x8
#define REG_EVENT_BASE	 0x10
#define REG_CONTROL	 0x18
#define REG_COMMAND_TAIL 0x2008
#define CONTROL_ENABLE	 (UINT64_C(1) << 0)
#define CONTROL_EVENTS	 (UINT64_C(1) << 2)
#define CONTROL_COMMANDS (UINT64_C(1) << 12)
#define CONTROL_GA	 (UINT64_C(1) << 17) /* 128-bit entries */
#define CONTROL_XT	 (UINT64_C(1) << 50) /* 32-bit destinations */
/* 2.2.2: a device table entry has 32 bytes; what concerns interrupts is in its third word */
#define DTE_BYTES	 32
#define DTE_INTERRUPTS	 16
#define NR_DTES_OF_BUS	 256u
#define DTE_INT_VALID	 UINT64_C(0x1)
#define DTE_LENGTH_SHIFT 1
#define DTE_REMAP	 (UINT64_C(2) << 60)
/* With control 0: a requester that has no table gets nothing through. */
#define DTE_ABORT DTE_INT_VALID
/* 2.4 and 2.5: commands and events of 16 bytes */
#define BUFFER_LENGTH		   256u
#define BUFFER_SIZE_FIELD	   (UINT64_C(8) << 56)
#define LOG_LENGTH		   512u
#define LOG_SIZE_FIELD		   (UINT64_C(9) << 56)
#define COMMAND(opcode)		   ((uint64_t)(opcode) << 60)
#define COMPLETION_WAIT		   1
#define INVALIDATE_DEVTAB_ENTRY	   2
#define INVALIDATE_INTERRUPT_TABLE 5
#define WAIT_STORE		   UINT64_C(0x1)
#define PATIENCE		   1000 /* reads of a semaphore that should change */
/* An entry that is taken but not in use */
#define MARK_128 UINT64_C(0xff)
#define MARK_32	 UINT64_C(0xfffffffe)

static void amd_unit_digest(const void *object, struct digest *d)
{
	const struct amd_unit *u = object;

	digest_u64(d, u->domain ? u->domain->id : 0);
	digest_u64(d, u->registers);
	digest_u64(d, u->device_table);
	digest_u64(d, (uint64_t)u->entries << 32 | u->legacy);
	digest_u64(d, u->guest_log);
	/* Where the ring stands means nothing. */
	digest_counter(d, u->tail);
}
static const struct object_type amd_unit_type = {"amd-unit", amd_unit_digest};

static void amd_table_digest(const void *object, struct digest *d)
{
	const struct amd_table *t = object;

	digest_u64(d, (uint64_t)t->unit_id << 32 | t->devid);
	digest_u64(d, t->min_index);
	digest_u64(d, t->address);
	digest_bytes(d, t->taken, sizeof(t->taken));
}
static const struct object_type amd_table_type = {"amd-table", amd_table_digest};

/* ---- commands ---- */

static void queue_command(struct amd_unit *u, uint64_t low, uint64_t high)
{
	uint64_t address = u->commands + 16 * (uint64_t)u->tail;

	bus_write(u->machine, address, 8, low);
	bus_write(u->machine, address + 8, 8, high);
	touch(u->machine, u);
	u->tail = (u->tail + 1) % BUFFER_LENGTH;
}

/* The command, and one behind it that tells when it is done. */
static bool submit(struct amd_unit *u, uint64_t low)
{
	uint32_t slot;

	queue_command(u, low, 0);
	slot = u->tail;
	queue_command(u, COMMAND(COMPLETION_WAIT) | u->semaphore | WAIT_STORE, slot);
	bus_write(u->machine, u->registers + REG_COMMAND_TAIL, 8, u->tail * 16);
	for (unsigned i = 0; i < PATIENCE; i++)
		if (bus_read(u->machine, u->semaphore, 8) == slot)
			return true;
	machine_poison(u->machine, "the remapping unit does not answer");
	return false;
}

static uint32_t nr_ids(const struct device *dev)
{
	return 1 + (dev ? dev->nr_alias : 0);
}

/* Of those under which a device's writes can arrive: itself, then from the root down. */
static uint16_t id_of(uint16_t devid, const struct device *dev, uint32_t n)
{
	return n ? dev->alias[dev->nr_alias - n].requester : devid;
}

void amd_invalidate(struct amd_unit *u, uint16_t devid, const struct device *dev)
{
	if (!machine_switch(u->machine, SWITCH_INVALIDATE_AFTER_WRITE))
		return;
	for (uint32_t n = 0; n < nr_ids(dev); n++)
		submit(u, COMMAND(INVALIDATE_INTERRUPT_TABLE) | id_of(devid, dev, n));
}

/* ---- entries ---- */

static uint64_t entry_address(const struct amd_unit *u, const struct amd_table *t, unsigned index)
{
	return t->address + (uint64_t)index * (u->legacy ? 4 : 16);
}

void amd_write_entry(struct amd_unit *u, const struct amd_table *t, unsigned index,
		     const uint64_t entry[2])
{
	if (u->legacy)
		bus_write(u->machine, entry_address(u, t, index), 4, entry[0]);
	else
		bus_write_pair(u->machine, entry_address(u, t, index), entry[0], entry[1]);
}

void amd_mark_entry(struct amd_unit *u, const struct amd_table *t, unsigned index, bool taken)
{
	const uint64_t mark[2] = {u->legacy && taken ? MARK_32 : 0, taken ? MARK_128 : 0};

	amd_write_entry(u, t, index, mark);
}

static bool is_taken(const struct amd_table *t, unsigned index)
{
	return t->taken[index / 64] >> (index % 64) & 1;
}

void amd_take_entry(struct amd_unit *u, struct amd_table *t, unsigned index)
{
	touch(u->machine, t);
	t->taken[index / 64] |= UINT64_C(1) << (index % 64);
}

void amd_give_entry_back(struct amd_unit *u, struct amd_table *t, unsigned index)
{
	step(u->machine, STEP_RESOURCE, t);
	touch(u->machine, t);
	t->taken[index / 64] &= ~(UINT64_C(1) << (index % 64));
}

static int find_run(const struct amd_unit *u, const struct amd_table *t, unsigned nr,
		    unsigned align)
{
	unsigned start = (t->min_index + align - 1) & ~(align - 1);

	for (unsigned i = start; i < u->entries; i++) {
		if (is_taken(t, i))
			start = (i + align) & ~(align - 1);
		else if (i >= start && i - start + 1 == nr)
			return (int)start;
	}
	return -ENOSPC;
}

int amd_allocate_entries(struct amd_unit *u, struct amd_table *t, unsigned nr, bool aligned)
{
	int start = find_run(u, t, nr, aligned ? 1u << order_of(nr) : 1);

	if (start < 0)
		return start;
	step(u->machine, STEP_RESOURCE, t);
	for (unsigned i = (unsigned)start; i < (unsigned)start + nr; i++) {
		amd_take_entry(u, t, i);
		amd_mark_entry(u, t, i, true);
	}
	return start;
}

void amd_reserve_pins(struct amd_unit *u, struct amd_table *t)
{
	if (t->min_index)
		return;
	touch(u->machine, t);
	t->min_index = AMD_IR_IOAPIC_PINS;
	for (unsigned i = 0; i < AMD_IR_IOAPIC_PINS && i < u->entries; i++) {
		amd_take_entry(u, t, i);
		amd_mark_entry(u, t, i, true);
	}
}

/* ---- tables ---- */

static uint64_t named_memory(struct amd_unit *u, const char *object, const char *store,
			     uint64_t size, uint32_t stride, bool ring)
{
	static const char *const halves[] = {"lo", "hi", NULL};
	static const char *const quarters[] = {"q0", "q1", "q2", "q3", NULL};
	struct memory_label label = {
		.store = store,
		.stride = stride,
		.fields = stride == DTE_BYTES ? quarters : halves,
		.ring = ring,
	};

	snprintf(label.object, sizeof(label.object), "%s", object);
	return bus_memory_alloc(u->machine, size, 4096, &label);
}

static void write_dte(struct amd_unit *u, uint16_t devid, uint64_t interrupts)
{
	bus_write(u->machine, u->device_table + (uint64_t)devid * DTE_BYTES + DTE_INTERRUPTS, 8,
		  interrupts);
	submit(u, COMMAND(INVALIDATE_DEVTAB_ENTRY) | devid);
}

static uint64_t dte_of(const struct amd_unit *u, const struct amd_table *t)
{
	return DTE_REMAP | t->address | (uint64_t)order_of(u->entries) << DTE_LENGTH_SHIFT |
	       DTE_INT_VALID;
}

static int attach(struct amd_unit *u, uint16_t devid, struct amd_table *t)
{
	int ret;

	if (xa_load(&u->tables, devid) == t)
		return 0;
	if (devid >= u->nr_dtes)
		return -ENODEV;
	touch(u->machine, u);
	ret = xa_store(&u->tables, devid, t);
	if (!ret)
		write_dte(u, devid, dte_of(u, t));
	return ret;
}

static void detach(struct amd_unit *u, uint16_t devid)
{
	touch(u->machine, u);
	xa_erase(&u->tables, devid);
	write_dte(u, devid, DTE_ABORT);
}

static bool is_empty(const struct amd_table *t)
{
	for (unsigned w = 0; w < sizeof(t->taken) / sizeof(t->taken[0]); w++)
		if (t->taken[w])
			return false;
	return true;
}

static void destroy_table(struct amd_unit *u, struct amd_table *t)
{
	uint64_t devid = 0;
	struct amd_table *other;

	for (; (other = xa_find(&u->tables, &devid, UINT16_MAX)); devid++)
		if (other == t)
			detach(u, (uint16_t)devid);
	bus_memory_free(u->machine, t->address);
	object_free(u->machine, t);
}

void amd_drop_if_empty(struct amd_unit *u, struct amd_table *t)
{
	if (is_empty(t) && !machine_switch(u->machine, SWITCH_AMD_TABLE_STAYS))
		destroy_table(u, t);
}

static struct amd_table *make_table(struct amd_unit *u, uint16_t devid)
{
	struct amd_table *t = object_alloc(u->machine, &amd_table_type, sizeof(*t));
	char name[32];

	if (!t)
		return NULL;
	snprintf(name, sizeof(name), "%s-%x", u->name, devid);
	t->unit_id = u->domain->id;
	t->devid = devid;
	t->address = named_memory(u, name, "irte", (uint64_t)u->entries * (u->legacy ? 4 : 16),
				  u->legacy ? 4 : 16, false);
	if (t->address)
		return t;
	object_free(u->machine, t);
	return NULL;
}

struct amd_table *amd_table_for(struct amd_unit *u, uint16_t devid, const struct device *dev)
{
	struct amd_table *t = xa_load(&u->tables, devid);

	for (uint32_t n = 1; !t && n < nr_ids(dev); n++)
		t = xa_load(&u->tables, id_of(devid, dev, n));
	if (!t)
		t = make_table(u, devid);
	for (uint32_t n = 0; t && n < nr_ids(dev); n++) {
		if (!attach(u, id_of(devid, dev, n), t))
			continue;
		if (is_empty(t))
			destroy_table(u, t);
		return NULL;
	}
	return t;
}

/* ---- making it ---- */

/* Before the unit reads it: whoever never asked for an interrupt may not send any. */
static void block_all(struct amd_unit *u)
{
	for (uint64_t devid = 0; devid < u->nr_dtes; devid++)
		bus_write(u->machine, u->device_table + devid * DTE_BYTES + DTE_INTERRUPTS, 8,
			  DTE_ABORT);
}

static const struct msi_parent_ops amd_parent_ops = {
	.supported_flags = IR_PARENT_FLAGS | MSI_FLAG_PCI_IMS,
	.required_flags = IR_PARENT_REQUIRED,
	.prefix = "IR-",
	.init_dev_msi_info = x86_ir_init_dev_msi_info,
};

static struct irq_domain *make_domain(struct amd_unit *u, struct irq_domain *parent,
				      const struct remap_desc *desc)
{
	const struct irq_domain_config config = {
		.name = desc->domain ? desc->domain : "AMD-IR-0-14",
		.ops = &amd_ir_domain_ops,
		.parent = parent,
		.bus_token = DOMAIN_BUS_AMDVI,
		.quiet_token = true,
		.flags = IR_DOMAIN_FLAGS,
		.host_data = u,
	};
	struct irq_domain *domain = irq_domain_create(u->machine, &config);

	if (!domain)
		return NULL;
	touch(u->machine, domain);
	domain->msi_parent_ops = &amd_parent_ops;
	return domain;
}

static void switch_on(struct amd_unit *u)
{
	struct machine *m = u->machine;
	uint64_t table_pages = u->nr_dtes * DTE_BYTES / 4096;
	enum apic_mode mode = x86_apic_mode(m);
	uint64_t control = CONTROL_ENABLE | CONTROL_EVENTS | CONTROL_COMMANDS;

	if (!u->legacy)
		control |= CONTROL_GA;
	if (!u->legacy && (mode == APIC_X2APIC_PHYSICAL || mode == APIC_X2APIC_CLUSTER))
		control |= CONTROL_XT;
	block_all(u);
	bus_write(m, u->registers + REG_DEVICE_TABLE, 8, u->device_table | (table_pages - 1));
	bus_write(m, u->registers + REG_COMMAND_BASE, 8, u->commands | BUFFER_SIZE_FIELD);
	bus_write(m, u->registers + REG_EVENT_BASE, 8, u->events | LOG_SIZE_FIELD);
	bus_write(m, u->registers + REG_CONTROL, 8, control);
}

static void destroy_unit(struct amd_unit *u)
{
	struct machine *m = u->machine;

	if (u->domain)
		irq_domain_remove(u->domain);
	if (u->semaphore)
		bus_memory_free(m, u->semaphore);
	if (u->events)
		bus_memory_free(m, u->events);
	if (u->commands)
		bus_memory_free(m, u->commands);
	if (u->device_table)
		bus_memory_free(m, u->device_table);
	object_free(m, u);
}

struct irq_domain *amd_ir_create(struct machine *m, struct irq_domain *parent,
				 const struct remap_desc *desc, uint64_t registers,
				 uint16_t last_devid)
{
	uint32_t entries = desc->entries ? desc->entries : AMD_IR_MAX_ENTRIES;
	struct amd_unit *u;

	if (entries > AMD_IR_MAX_ENTRIES || entries & (entries - 1))
		return NULL;
	u = object_alloc(m, &amd_unit_type, sizeof(*u));
	if (!u)
		return NULL;
	u->machine = m;
	snprintf(u->name, sizeof(u->name), "%s", desc->name ? desc->name : "ir");
	u->registers = registers;
	u->entries = entries;
	u->legacy = desc->legacy_format;
	u->domain = make_domain(u, parent, desc);
	u->nr_dtes = (1u + last_devid / NR_DTES_OF_BUS) * NR_DTES_OF_BUS;
	u->device_table = named_memory(u, u->name, "dte", u->nr_dtes * DTE_BYTES, DTE_BYTES, false);
	u->commands = named_memory(u, u->name, "cmd", 16 * BUFFER_LENGTH, 16, true);
	u->events = named_memory(u, u->name, "event", 16 * LOG_LENGTH, 16, false);
	u->semaphore = named_memory(u, u->name, "semaphore", 16, 16, true);
	if (!u->domain || !u->device_table || !u->commands || !u->events || !u->semaphore) {
		destroy_unit(u);
		return NULL;
	}
	u->tables.machine = m;
	u->tables.key = u->domain->id;
	switch_on(u);
	return u->domain;
}

/* ---- looking ---- */

bool amd_ir_is_domain(const struct irq_domain *domain)
{
	return domain->ops == &amd_ir_domain_ops;
}

uint32_t amd_ir_entries(const struct irq_domain *domain)
{
	return ((const struct amd_unit *)domain->host_data)->entries;
}

static const struct amd_table *find_table(const struct irq_domain *domain, uint16_t devid)
{
	const struct amd_unit *u = domain->host_data;

	return xa_load(&u->tables, devid);
}

uint64_t amd_ir_table(const struct irq_domain *domain, uint16_t devid)
{
	const struct amd_table *t = find_table(domain, devid);

	return t ? t->address : 0;
}

bool amd_ir_index_is_allocated(const struct irq_domain *domain, uint16_t devid, uint32_t index)
{
	const struct amd_table *t = find_table(domain, devid);

	return t && index < amd_ir_entries(domain) && is_taken(t, index);
}
