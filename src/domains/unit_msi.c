/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/unit_msi.h>
#include <domains/x86.h>
#include <string.h>

/* VT-d, 11.4.7 */
#define REG_FECTL   0x38
#define REG_FEDATA  0x3c
#define REG_FEADDR  0x40
#define REG_FEUADDR 0x44
#define FECTL_IM    UINT32_C(0x80000000)
/* AMD IOMMU specification, 3.4.9: XT IOMMU interrupt control registers */
#define XT_LOGICAL_BIT	   2
#define XT_DEST_SHIFT	   8
#define XT_VECTOR_SHIFT	   32
#define XT_DEST_HIGH_SHIFT 56

struct unit_irq { /* chip_data */
	uint32_t irq;
	uint64_t registers; /* AMD: of the interrupt, VT-d: of the unit */
};

static void unit_irq_digest(const void *object, struct digest *d)
{
	const struct unit_irq *i = object;

	digest_u64(d, i->irq);
	digest_u64(d, i->registers);
}
static const struct object_type unit_irq_type = {"unit-irq", unit_irq_digest};

static const struct unit_irq *irq_of(const struct irq_data *d)
{
	return d->chip_data;
}

static struct unit_irq *new_irq(struct machine *m, unsigned virq, uint64_t registers)
{
	struct unit_irq *i = object_alloc(m, &unit_irq_type, sizeof(*i));

	if (i)
		*i = (struct unit_irq){.irq = virq, .registers = registers};
	return i;
}

/* ---- VT-d: an MSI domain of its own ---- */

static void dmar_write(struct irq_data *d, unsigned offset, uint32_t value)
{
	bus_write(irq_data_machine(d), irq_of(d)->registers + offset, 4, value);
}

static void dmar_mask(struct irq_data *d)
{
	dmar_write(d, REG_FECTL, FECTL_IM);
}

static void dmar_unmask(struct irq_data *d)
{
	dmar_write(d, REG_FECTL, 0);
}

static void dmar_compose(struct irq_data *d, struct msi_msg *msg)
{
	x86_compose_msg(msg, irqd_cfg(d), x86_dest_is_logical(irq_data_machine(d)), X86_MSG_UNIT);
}

static void dmar_write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	dmar_write(d, REG_FEDATA, msg->data);
	dmar_write(d, REG_FEADDR, msg->address_lo);
	dmar_write(d, REG_FEUADDR, msg->address_hi);
}

static uint64_t dmar_get_hwirq(struct msi_domain_info *info, msi_alloc_info_t *arg)
{
	(void)info;
	return arg->hwirq;
}

static int dmar_init(struct irq_domain *domain, struct msi_domain_info *info, unsigned virq,
		     uint64_t hwirq, msi_alloc_info_t *arg)
{
	struct unit_irq *i = new_irq(domain->machine, virq, arg->scratch[0]);

	if (!i)
		return -ENOMEM;
	irq_domain_set_info(domain, virq, hwirq, info->chip, i, handle_edge_irq, NULL, "edge");
	return 0;
}

static void dmar_free(struct irq_domain *domain, struct msi_domain_info *info, unsigned virq)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);

	(void)info;
	object_free(domain->machine, d ? d->chip_data : NULL);
}

struct dmar_domain { /* a copy for each machine: domains may fill it in */
	struct msi_domain_info info;
	struct msi_domain_ops ops;
	struct irq_chip chip;
};
static const struct object_type dmar_domain_type = {.name = "dmar-msi"};

static struct irq_domain *make_dmar_domain(struct machine *m, struct irq_domain *root)
{
	struct dmar_domain *dmar = object_alloc(m, &dmar_domain_type, sizeof(*dmar));
	struct irq_domain *domain;

	if (!dmar)
		return NULL;
	dmar->chip = (struct irq_chip){
		.name = "DMAR-MSI",
		.irq_mask = dmar_mask,
		.irq_unmask = dmar_unmask,
		.irq_ack = irq_chip_ack_parent,
		.irq_set_affinity = msi_domain_set_affinity,
		.irq_retrigger = irq_chip_retrigger_hierarchy,
		.irq_compose_msi_msg = dmar_compose,
		.irq_write_msi_msg = dmar_write_msg,
		.flags = IRQCHIP_SKIP_SET_WAKE | IRQCHIP_AFFINITY_PRE_STARTUP,
	};
	dmar->ops = (struct msi_domain_ops){
		.get_hwirq = dmar_get_hwirq,
		.msi_init = dmar_init,
		.msi_free = dmar_free,
	};
	dmar->info = (struct msi_domain_info){
		.flags = MSI_FLAG_USE_DEF_DOM_OPS,
		.ops = &dmar->ops,
		.chip = &dmar->chip,
	};
	domain = msi_create_irq_domain(m, "DMAR-MSI", &dmar->info, root);
	if (!domain)
		object_free(m, dmar);
	return domain;
}

/* ---- AMD-Vi: registers that hold vector and destination ---- */

static void xt_write(struct irq_data *d, uint64_t value)
{
	bus_write(irq_data_machine(d), irq_of(d)->registers, 8, value);
}

static void xt_mask(struct irq_data *d)
{
	xt_write(d, 0);
}

static void xt_unmask(struct irq_data *d)
{
	const struct irq_cfg *cfg = irqd_cfg(d);
	uint64_t logical = x86_dest_is_logical(irq_data_machine(d)), dest = cfg->dest_apicid;

	xt_write(d, logical << XT_LOGICAL_BIT | (dest & 0xffffff) << XT_DEST_SHIFT |
			    (uint64_t)(cfg->vector & 0xff) << XT_VECTOR_SHIFT |
			    dest >> 24 << XT_DEST_HIGH_SHIFT);
}

static const struct irq_chip xt_chip = {
	.name = "IOMMU-MSI",
	.irq_mask = xt_mask,
	.irq_unmask = xt_unmask,
	.irq_ack = irq_chip_ack_parent,
	.irq_set_affinity = irq_chip_set_affinity_parent, /* written when it is unmasked */
	.irq_retrigger = irq_chip_retrigger_hierarchy,
	.flags = IRQCHIP_SKIP_SET_WAKE | IRQCHIP_MASK_ON_SUSPEND | IRQCHIP_AFFINITY_PRE_STARTUP,
};

static int xt_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	struct irq_alloc_info *info = arg;
	struct unit_irq *i;
	int ret;

	if (nr != 1 || !info || info->type != IRQ_ALLOC_AMDVI)
		return -EINVAL;
	if (irq_domain_resolve(domain, info->hwirq))
		return -EEXIST;
	i = new_irq(domain->machine, virq, info->scratch[0]);
	if (!i)
		return -ENOMEM;
	ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (ret) {
		object_free(domain->machine, i);
		return ret;
	}
	irq_domain_set_info(domain, virq, info->hwirq, &xt_chip, i, handle_edge_irq, NULL, "edge");
	return 0;
}

static void xt_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);
	void *i = d ? d->chip_data : NULL;

	irq_domain_free_irqs_top(domain, virq, nr);
	object_free(domain->machine, i);
}

/* Its values are those of an object of its own. */
static void xt_digest(const struct irq_data *d, struct digest *digest)
{
	digest_u64(digest, d->chip_data != NULL);
}

static const struct irq_domain_ops xt_domain_ops = {
	.alloc = xt_alloc,
	.free = xt_free,
	.digest = xt_digest,
};

static struct irq_domain *make_xt_domain(struct machine *m, struct irq_domain *root)
{
	const struct irq_domain_config config = {
		.name = "AMD-Vi-MSI",
		.ops = &xt_domain_ops,
		.parent = root,
	};

	return irq_domain_create(m, &config);
}

/* ---- both ---- */

static const struct {
	const char *name;
	struct irq_domain *(*make)(struct machine *m, struct irq_domain *root);
} kinds[] = {{"DMAR-MSI", make_dmar_domain}, {"AMD-Vi-MSI", make_xt_domain}};

struct irq_domain *unit_msi_domain(struct machine *m, struct irq_domain *root, const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct irq_domain *domain;

		if (strcmp(kinds[i].name, name))
			continue;
		domain = irq_domain_by_name(m, name);
		return domain ? domain : kinds[i].make(m, root);
	}
	return NULL;
}

bool unit_msi_is_domain(const struct irq_domain *domain)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, domain->name))
			return true;
	return false;
}

int dmar_alloc_irq(struct machine *m, struct irq_domain *root, unsigned unit, uint64_t registers)
{
	struct irq_domain *domain = unit_msi_domain(m, root, "DMAR-MSI");
	struct irq_alloc_info info = {
		.type = IRQ_ALLOC_DMAR,
		.hwirq = unit,
		.scratch = {registers},
	};

	return domain ? irq_domain_alloc_irqs(domain, -1, 1, -1, &info, NULL) : -ENOMEM;
}

int amd_iommu_alloc_irq(struct machine *m, struct irq_domain *root, uint64_t registers,
			enum amd_unit_interrupt which)
{
	struct irq_domain *domain = unit_msi_domain(m, root, "AMD-Vi-MSI");
	struct irq_alloc_info info = {
		.type = IRQ_ALLOC_AMDVI,
		.hwirq = which,
		.scratch = {registers + which},
	};

	return domain ? irq_domain_alloc_irqs(domain, -1, 1, -1, &info, NULL) : -ENOMEM;
}

int unit_msi_load_irq(struct irq_data *d, uint64_t registers)
{
	bool xt = d->domain->ops == &xt_domain_ops;
	struct unit_irq *i = new_irq(d->common->machine, d->irq, registers + (xt ? d->hwirq : 0));
	const struct irq_chip *chip = xt ? &xt_chip : msi_get_domain_info(d->domain)->chip;

	return i ? irq_domain_set_hwirq_and_chip(d->domain, d->irq, d->hwirq, chip, i) : -ENOMEM;
}
