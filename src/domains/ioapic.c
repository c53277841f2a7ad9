/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/ioapic.h>
#include <domains/x86.h>
#include <stdio.h>

/* 82093AA: registers behind an index, and since version 0x20 one that ends an interrupt */
#define REG_INDEX     0x00
#define REG_DATA      0x10
#define REG_EOI	      0x40
#define INDEX_VERSION 1u
#define INDEX_ENTRY   0x10u /* two words each */
/* An entry, and where it takes the parts of a message's address from */
#define RTE_MASKED	    UINT64_C(0x10000)
#define RTE_LEVEL	    UINT64_C(0x8000)
#define RTE_REMOTE_IRR	    UINT64_C(0x4000)
#define RTE_LOW		    UINT64_C(0x2000)
#define RTE_DATA	    UINT64_C(0x7ff)
#define RTE_LOGICAL_BIT	    11
#define RTE_FORMAT_BIT	    48
#define RTE_ID_SHIFT	    49
#define ADDRESS_LOGICAL(lo) ((uint64_t)((lo) >> 2 & 1))
#define ADDRESS_FORMAT(lo)  ((uint64_t)((lo) >> 4 & 1))
#define ADDRESS_ID(lo)	    ((uint64_t)((lo) >> 5 & 0x7fff))

struct ioapic_unit {
	struct machine *machine;
	struct irq_domain *domain;
	const struct irq_chip *chip;
	struct ioapic_config config;
	uint32_t domain_id;
};

struct ioapic_pin { /* chip_data */
	uint32_t domain_id, irq, pin;
	uint32_t users;
	uint64_t entry; /* as last written */
	bool level, low;
};

static void unit_digest(const void *object, struct digest *d)
{
	const struct ioapic_unit *u = object;

	digest_u64(d, u->domain_id);
	digest_u64(d, u->config.registers);
	digest_u64(d, (uint64_t)u->config.pins << 32 | u->config.gsi_base);
	digest_u64(d, u->config.requester);
}
static const struct object_type unit_type = {"ioapic-unit", unit_digest};

static void pin_digest(const void *object, struct digest *d)
{
	const struct ioapic_pin *p = object;

	digest_u64(d, (uint64_t)p->domain_id << 32 | p->pin);
	digest_u64(d, (uint64_t)p->irq << 32 | p->users);
	digest_u64(d, p->entry);
	digest_u64(d, p->level | p->low << 1);
}
static const struct object_type pin_type = {"ioapic-pin", pin_digest};

static struct ioapic_pin *pin_of(const struct irq_data *d)
{
	return d->chip_data;
}

static struct ioapic_unit *unit_of(const struct irq_data *d)
{
	return d->domain->host_data;
}

/* ---- registers ---- */

static void write_register(const struct ioapic_unit *u, unsigned index, uint32_t value)
{
	bus_write(u->machine, u->config.registers + REG_INDEX, 4, index);
	bus_write(u->machine, u->config.registers + REG_DATA, 4, value);
}

static uint32_t read_register(const struct ioapic_unit *u, unsigned index)
{
	bus_write(u->machine, u->config.registers + REG_INDEX, 4, index);
	return (uint32_t)bus_read(u->machine, u->config.registers + REG_DATA, 4);
}

static void write_low_half(const struct ioapic_unit *u, const struct ioapic_pin *p)
{
	write_register(u, INDEX_ENTRY + 2 * p->pin, (uint32_t)p->entry);
}

/* The half with the mask last: what becomes unmasked is complete. */
static void write_entry(const struct ioapic_unit *u, const struct ioapic_pin *p)
{
	write_register(u, INDEX_ENTRY + 2 * p->pin + 1, (uint32_t)(p->entry >> 32));
	write_low_half(u, p);
}

static bool remote_irr(const struct ioapic_unit *u, const struct ioapic_pin *p)
{
	return read_register(u, INDEX_ENTRY + 2 * p->pin) & RTE_REMOTE_IRR;
}

static void set_masked(struct ioapic_unit *u, struct ioapic_pin *p, bool masked)
{
	touch(u->machine, p);
	p->entry = masked ? p->entry | RTE_MASKED : p->entry & ~RTE_MASKED;
	write_low_half(u, p);
}

/* ---- the entry from the parent's message ---- */

static uint64_t entry_of_message(const struct ioapic_pin *p, const struct msi_msg *msg)
{
	return (msg->data & RTE_DATA) | ADDRESS_LOGICAL(msg->address_lo) << RTE_LOGICAL_BIT |
	       ADDRESS_FORMAT(msg->address_lo) << RTE_FORMAT_BIT |
	       ADDRESS_ID(msg->address_lo) << RTE_ID_SHIFT | (p->level ? RTE_LEVEL : 0) |
	       (p->low ? RTE_LOW : 0);
}

static void configure(struct irq_data *d)
{
	struct ioapic_pin *p = pin_of(d);
	struct msi_msg msg = {0};

	irq_chip_compose_msi_msg(d, &msg);
	touch(irq_data_machine(d), p);
	p->entry = entry_of_message(p, &msg) | (p->entry & RTE_MASKED);
	write_entry(unit_of(d), p);
}

/* ---- the chip ---- */

static void ioapic_mask(struct irq_data *d)
{
	set_masked(unit_of(d), pin_of(d), true);
}

static void ioapic_unmask(struct irq_data *d)
{
	set_masked(unit_of(d), pin_of(d), false);
}

static int ioapic_set_affinity(struct irq_data *d, const struct cpumask *dest, bool force)
{
	int ret = irq_chip_set_affinity_parent(d, dest, force);

	if (ret >= 0 && ret != IRQ_SET_MASK_OK_DONE)
		configure(d);
	return ret;
}

/*
 * The line may be asserted for as long as it likes: only while it is masked does
 * the remote IRR stay clear after the end, so that the entry can change.
 */
static void ioapic_end_level(struct irq_data *d)
{
	struct ioapic_unit *u = unit_of(d);
	struct ioapic_pin *p = pin_of(d);
	bool moves = irqd_has(d, IRQD_SETAFFINITY_PENDING);
	bool masked = irqd_has(d, IRQD_IRQ_MASKED);

	if (moves && !masked)
		set_masked(u, p, true);
	apic_end_level(d);
	if (!moves)
		return;
	if (!remote_irr(u, p))
		irq_move_masked_irq(d);
	if (!masked)
		set_masked(u, p, false);
}

/*
 * The CPU got an edge from the remapping unit, whatever the line is: its end is
 * not broadcast, and the I/O APIC is told by hand.
 */
static void ioapic_end_remapped_level(struct irq_data *d)
{
	struct ioapic_unit *u = unit_of(d);

	apic_ack_irq(d);
	bus_write(u->machine, u->config.registers + REG_EOI, 4, pin_of(d)->entry & 0xff);
}

static const struct irq_chip ioapic_chip = {
	.name = "IO-APIC",
	.irq_ack = irq_chip_ack_parent,
	.irq_eoi = ioapic_end_level,
	.irq_mask = ioapic_mask,
	.irq_unmask = ioapic_unmask,
	.irq_set_affinity = ioapic_set_affinity,
	.irq_retrigger = irq_chip_retrigger_hierarchy,
	.flags = IRQCHIP_SKIP_SET_WAKE | IRQCHIP_AFFINITY_PRE_STARTUP,
};

static const struct irq_chip ioapic_ir_chip = {
	.name = "IR-IO-APIC",
	.irq_ack = irq_chip_ack_parent,
	.irq_eoi = ioapic_end_remapped_level,
	.irq_mask = ioapic_mask,
	.irq_unmask = ioapic_unmask,
	.irq_set_affinity = ioapic_set_affinity,
	.irq_retrigger = irq_chip_retrigger_hierarchy,
	.flags = IRQCHIP_SKIP_SET_WAKE | IRQCHIP_AFFINITY_PRE_STARTUP,
};

/* ---- the domain ---- */

static struct ioapic_pin *new_pin(const struct ioapic_unit *u, unsigned virq, uint64_t pin,
				  const struct gsi_line *line)
{
	struct ioapic_pin *p = object_alloc(u->machine, &pin_type, sizeof(*p));

	if (!p)
		return NULL;
	*p = (struct ioapic_pin){
		.domain_id = u->domain_id,
		.irq = virq,
		.pin = (uint32_t)pin,
		.users = 1,
		.entry = RTE_MASKED,
		.level = line->level,
		.low = line->low,
	};
	return p;
}

static void set_flow(struct irq_domain *domain, unsigned virq, bool level)
{
	struct irq_desc *desc = irq_to_desc(domain->machine, virq);

	irq_modify_status(domain->machine, virq, level ? 0 : IRQ_LEVEL, level ? IRQ_LEVEL : 0);
	irq_set_handler(desc, level ? handle_fasteoi_irq : handle_edge_irq,
			level ? "fasteoi" : "edge");
}

static int ioapic_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	struct ioapic_unit *u = domain->host_data;
	struct irq_alloc_info *info = arg;
	struct ioapic_pin *p;
	int ret;

	if (nr != 1 || !info || info->type != IRQ_ALLOC_IOAPIC || info->hwirq >= u->config.pins)
		return -EINVAL;
	if (irq_domain_resolve(domain, info->hwirq))
		return -EEXIST;
	p = new_pin(u, virq, info->hwirq, info->data);
	if (!p)
		return -ENOMEM;
	info->devid = u->config.requester;
	ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (ret) {
		object_free(u->machine, p);
		return ret;
	}
	irq_domain_set_hwirq_and_chip(domain, virq, p->pin, u->chip, p);
	set_flow(domain, virq, p->level);
	return 0;
}

static void ioapic_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);
	struct ioapic_pin *p = d ? pin_of(d) : NULL;

	irq_domain_free_irqs_top(domain, virq, nr);
	object_free(domain->machine, p);
}

static int ioapic_activate(struct irq_domain *domain, struct irq_data *d, bool reserve)
{
	struct ioapic_pin *p = pin_of(d);

	(void)reserve;
	touch(domain->machine, p);
	if (!irqd_has(d, IRQD_IRQ_MASKED))
		p->entry &= ~RTE_MASKED;
	configure(d);
	return 0;
}

static void ioapic_deactivate(struct irq_domain *domain, struct irq_data *d)
{
	(void)domain;
	ioapic_mask(d);
}

/* Its values are those of an object of its own. */
static void level_digest(const struct irq_data *d, struct digest *digest)
{
	digest_u64(digest, d->chip_data != NULL);
}

static const struct irq_domain_ops ioapic_domain_ops = {
	.alloc = ioapic_alloc,
	.free = ioapic_free,
	.activate = ioapic_activate,
	.deactivate = ioapic_deactivate,
	.digest = level_digest,
};

struct irq_domain *ioapic_domain_create(struct machine *m, struct irq_domain *parent,
					const struct ioapic_config *config)
{
	struct irq_domain_config domain = {
		.ops = &ioapic_domain_ops,
		.parent = parent,
		.size = config->pins,
	};
	struct ioapic_unit *u = object_alloc(m, &unit_type, sizeof(*u));
	char name[24];

	if (!u)
		return NULL;
	snprintf(name, sizeof(name), "IO-APIC-%u", config->number);
	domain.name = name;
	domain.host_data = u;
	u->machine = m;
	u->config = *config;
	u->chip = parent->parent ? &ioapic_ir_chip : &ioapic_chip;
	if ((read_register(u, INDEX_VERSION) >> 16 & 0xff) + 1 == config->pins)
		u->domain = irq_domain_create(m, &domain);
	if (!u->domain) {
		object_free(m, u);
		return NULL;
	}
	u->domain_id = u->domain->id;
	return u->domain;
}

/* ---- GSIs ---- */

bool ioapic_is_domain(const struct irq_domain *domain)
{
	return domain->ops == &ioapic_domain_ops;
}

struct irq_domain *ioapic_of_gsi(const struct machine *m, uint32_t gsi, unsigned *pin)
{
	for (struct irq_domain *domain = irq_domain_first(m); domain; domain = domain->next) {
		const struct ioapic_unit *u = domain->host_data;

		if (!ioapic_is_domain(domain) || gsi < u->config.gsi_base ||
		    gsi - u->config.gsi_base >= u->config.pins)
			continue;
		*pin = gsi - u->config.gsi_base;
		return domain;
	}
	return NULL;
}

static int add_user(struct irq_data *d, const struct gsi_line *line)
{
	struct ioapic_pin *p = pin_of(d);

	/* Nothing says how a legacy line is to be read but who took it over. */
	if (d->irq >= X86_LEGACY_IRQS && (p->level != line->level || p->low != line->low))
		return -EBUSY;
	touch(irq_data_machine(d), p);
	p->users++;
	return (int)d->irq;
}

int ioapic_map_gsi(struct machine *m, uint32_t gsi, const struct gsi_line *line)
{
	struct gsi_line copy = *line;
	unsigned pin;
	struct irq_domain *domain = ioapic_of_gsi(m, gsi, &pin);
	struct irq_data *d = domain ? irq_domain_resolve(domain, pin) : NULL;
	struct irq_alloc_info info = {.type = IRQ_ALLOC_IOAPIC, .hwirq = pin, .data = &copy};

	if (d)
		return add_user(d, line);
	if (!domain || (gsi < X86_LEGACY_IRQS && irq_to_desc(m, gsi)))
		return -EINVAL;
	return irq_domain_alloc_irqs(domain, (int)gsi, 1, line->node, &info, NULL);
}

void ioapic_unmap_gsi(struct machine *m, uint32_t gsi)
{
	unsigned pin;
	struct irq_domain *domain = ioapic_of_gsi(m, gsi, &pin);
	struct irq_data *d = domain ? irq_domain_resolve(domain, pin) : NULL;
	struct ioapic_pin *p = d ? pin_of(d) : NULL;

	if (!p || !p->users)
		return;
	touch(m, p);
	if (!--p->users && d->irq >= X86_LEGACY_IRQS)
		irq_domain_free_irqs(m, d->irq, 1);
}

int ioapic_take_legacy_irq(struct irq_domain *domain, unsigned irq, unsigned pin,
			   const struct gsi_line *line)
{
	struct gsi_line copy = *line;
	struct irq_alloc_info info = {.type = IRQ_ALLOC_IOAPIC, .hwirq = pin, .data = &copy};
	struct irq_data *d;
	int ret = irq_domain_realloc_irq(domain, irq, &info);

	if (ret)
		return ret;
	/* One that is in use goes on at once. */
	d = irq_get_irq_data(domain->machine, irq);
	if (irqd_has(d, IRQD_ACTIVATED))
		ioapic_activate(domain, d, false);
	return 0;
}

/* ---- a given state, and looking ---- */

int ioapic_load_irq(struct irq_data *d, const struct irq_record *record)
{
	const struct ioapic_unit *u = unit_of(d);
	const struct gsi_line line = {
		.level = record->status & IRQ_LEVEL,
		.low = record->status & IRQ_LEVEL && record->irq >= X86_LEGACY_IRQS,
	};
	struct ioapic_pin *p;

	if (d->hwirq >= u->config.pins)
		return -EINVAL;
	p = new_pin(u, d->irq, d->hwirq, &line);
	return p ? irq_domain_set_hwirq_and_chip(d->domain, d->irq, d->hwirq, u->chip, p) : -ENOMEM;
}

void ioapic_load_entry(struct irq_data *d)
{
	if (irqd_has(d, IRQD_ACTIVATED))
		ioapic_activate(d->domain, d, false);
}

bool ioapic_pin_info(const struct machine *m, unsigned irq, struct ioapic_pin_info *out)
{
	const struct irq_data *d = irq_get_irq_data(m, irq);
	const struct ioapic_pin *p;

	if (!d || !d->domain || !ioapic_is_domain(d->domain) || !d->chip_data)
		return false;
	p = pin_of(d);
	*out = (struct ioapic_pin_info){
		.pin = p->pin,
		.users = p->users,
		.entry = p->entry,
		.level = p->level,
		.low = p->low,
	};
	return true;
}
