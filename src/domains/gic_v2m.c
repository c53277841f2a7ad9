/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/doorbell.h>
#include <domains/gic_internal.h>
#include <domains/gic_v2m.h>
#include <domains/msi_lib.h>
#include <domains/remap.h>

#define V2M_TYPER	 0x008
#define V2M_SETSPI	 0x040
#define MAX_SPIS	 1020u
#define FIRST_IN_ADDRESS 32u /* where INTIDs start that are told by the address */

struct v2m_frame {
	struct machine *machine;
	uint64_t registers;
	uint32_t first, nr; /* INTIDs */
	uint16_t spi_offset;
	bool in_address;
	uint64_t taken[MAX_SPIS / 64 + 1];
	uint8_t behind[MAX_SPIS]; /* how many that nobody uses come after it in its block */
	struct v2m_frame *next;	  /* in the order in which they are used */
};

static void frame_digest(const void *object, struct digest *d)
{
	const struct v2m_frame *f = object;

	digest_u64(d, f->registers);
	digest_u64(d, (uint64_t)f->first << 32 | f->nr);
	digest_u64(d, (uint64_t)f->spi_offset << 1 | f->in_address);
	digest_bytes(d, f->taken, sizeof(f->taken));
	digest_bytes(d, f->behind, sizeof(f->behind));
}
static const struct object_type frame_type = {"v2m-frame", frame_digest};

/* ---- SPIs of a frame, counted from its first ---- */

static bool is_taken(const struct v2m_frame *f, uint32_t n)
{
	return f->taken[n / 64] >> (n % 64) & 1;
}

static bool is_free(const struct v2m_frame *f, uint32_t first, uint32_t count)
{
	for (uint32_t n = first; n < first + count; n++)
		if (is_taken(f, n))
			return false;
	return true;
}

static void mark(struct v2m_frame *f, uint32_t first, uint32_t count, bool taken)
{
	step(f->machine, STEP_RESOURCE, f);
	touch(f->machine, f);
	for (uint32_t n = first; n < first + count; n++) {
		if (taken)
			f->taken[n / 64] |= UINT64_C(1) << (n % 64);
		else
			f->taken[n / 64] &= ~(UINT64_C(1) << (n % 64));
		f->behind[n] = 0;
	}
}

/* An aligned block whose size is the next power of two, from the first frame that has one. */
static struct v2m_frame *take(struct v2m_frame *frames, unsigned nr, uint32_t *first)
{
	uint32_t count = UINT32_C(1) << order_of(nr);

	for (struct v2m_frame *f = frames; f; f = f->next) {
		for (uint32_t at = 0; at + count <= f->nr; at += count) {
			if (!is_free(f, at, count))
				continue;
			mark(f, at, count, true);
			f->behind[at + nr - 1] = (uint8_t)(count - nr);
			*first = at;
			return f;
		}
	}
	return NULL;
}

static void give(struct v2m_frame *f, uint32_t n)
{
	mark(f, n, UINT32_C(1) + f->behind[n], false);
}

/* ---- the chip ---- */

static struct v2m_frame *frame_of(const struct irq_data *d)
{
	return d->chip_data;
}

static void v2m_compose_msi_msg(struct irq_data *d, struct msi_msg *msg)
{
	const struct v2m_frame *f = frame_of(d);
	uint64_t doorbell = f->registers + V2M_SETSPI;

	trace(irq_data_machine(d), gicv2m_compose_msi_msg, d->irq);
	if (f->in_address) {
		doorbell = f->registers + (d->hwirq - FIRST_IN_ADDRESS) * 8;
		msg->data = 0;
	} else {
		msg->data = (uint32_t)d->hwirq - f->spi_offset;
	}
	doorbell_compose(irq_data_get_msi_desc(d)->dev, doorbell, msg);
}

static int v2m_set_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	return irq_chip_set_affinity_parent(d, mask, force);
}

static const struct irq_chip v2m_chip = {
	.name = "GICv2m",
	.irq_mask = irq_chip_mask_parent,
	.irq_unmask = irq_chip_unmask_parent,
	.irq_eoi = irq_chip_eoi_parent,
	.irq_set_affinity = v2m_set_affinity,
	.irq_compose_msi_msg = v2m_compose_msi_msg,
};

/* ---- the domain ---- */

static int set_trigger(const struct irq_domain *domain, unsigned virq, unsigned type)
{
	struct irq_data *parent = irq_domain_get_irq_data(domain->parent, virq);

	return parent->chip->irq_set_type(parent, type);
}

/* What had been made an edge is as it was at reset. */
static void reset_trigger(const struct irq_domain *domain, unsigned virq)
{
	if (!machine_switch(domain->machine, SWITCH_V2M_EDGE_STAYS))
		set_trigger(domain, virq, IRQ_TYPE_LEVEL_HIGH);
}

static int fill_level(struct irq_domain *domain, unsigned virq, struct v2m_frame *f, uint32_t n)
{
	struct gic_spec spec = {.intid = f->first + n};
	int ret = irq_domain_alloc_irqs_parent(domain, virq, 1, &spec);

	if (ret)
		return ret;
	/* A message is an edge. */
	ret = set_trigger(domain, virq, IRQ_TYPE_EDGE_RISING);
	if (!ret)
		ret = irq_domain_set_hwirq_and_chip(domain, virq, spec.intid, &v2m_chip, f);
	if (ret) {
		reset_trigger(domain, virq);
		irq_domain_free_irqs_parent(domain, virq, 1);
	}
	return ret;
}

static void reset_triggers(const struct irq_domain *domain, unsigned virq, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		reset_trigger(domain, virq + i);
}

static int v2m_alloc(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	msi_alloc_info_t *info = arg;
	uint32_t first;
	struct v2m_frame *f;

	trace(domain->machine, gicv2m_irq_domain_alloc, virq, nr);
	f = take(domain->host_data, nr, &first);
	if (!f)
		return -ENOSPC;
	if (info->desc)
		doorbell_prepare(info, f->registers + V2M_SETSPI);
	trace(domain->machine, iommu_dma_prepare_msi, 0);
	for (unsigned i = 0; i < nr; i++) {
		int ret = fill_level(domain, virq + i, f, first + i);

		if (!ret)
			continue;
		reset_triggers(domain, virq, i);
		if (i)
			irq_domain_free_irqs_common(domain, virq, i);
		mark(f, first, UINT32_C(1) << order_of(nr), false);
		return ret;
	}
	return 0;
}

static void v2m_free(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	trace(domain->machine, gicv2m_irq_domain_free, virq, nr);
	for (unsigned i = 0; i < nr; i++) {
		struct irq_data *d = irq_domain_get_irq_data(domain, virq + i);

		if (!d || !frame_of(d))
			continue;
		give(frame_of(d), (uint32_t)d->hwirq - frame_of(d)->first);
		reset_trigger(domain, virq + i);
	}
	irq_domain_free_irqs_common(domain, virq, nr);
}

static void level_digest(const struct irq_data *d, struct digest *digest)
{
	digest_u64(digest, frame_of(d)->registers);
}

static const struct irq_domain_ops v2m_domain_ops = {
	.alloc = v2m_alloc,
	.free = v2m_free,
	.digest = level_digest,
};

static void v2m_unprepare(struct irq_domain *domain, struct device *dev,
			  const msi_alloc_info_t *arg)
{
	(void)domain;
	doorbell_unprepare(dev, arg);
}

static bool v2m_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
				  struct irq_domain *msi_parent_domain,
				  struct msi_domain_info *info)
{
	info->ops->msi_unprepare = v2m_unprepare;
	return msi_lib_init_dev_msi_info(dev, domain, msi_parent_domain, info);
}

static const struct msi_parent_ops v2m_parent_ops = {
	.supported_flags = MSI_GENERIC_FLAGS_MASK | MSI_FLAG_PCI_MSIX | MSI_FLAG_MULTI_PCI_MSI,
	.required_flags =
		MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS | MSI_FLAG_PCI_MSI_MASK_PARENT,
	.bus_select_token = DOMAIN_BUS_NEXUS,
	.bus_select_mask = 1u << DOMAIN_BUS_PCI_MSI | 1u << DOMAIN_BUS_PLATFORM_MSI,
	.prefix = "GICv2m-",
	.init_dev_msi_info = v2m_init_dev_msi_info,
};

/* ---- making ---- */

static struct v2m_frame *make_frame(struct machine *m, const struct gic_v2m_config *config)
{
	uint64_t typer = bus_read(m, config->registers + V2M_TYPER, 4);
	struct v2m_frame *f;
	uint32_t first = config->spis ? config->first_spi : typer >> 16 & 0x3ff;
	uint32_t nr = config->spis ? config->spis : typer & 0x3ff;

	if (!nr || first < GIC_FIRST_SPI_INTID || first + nr > MAX_SPIS)
		return NULL;
	f = object_alloc(m, &frame_type, sizeof(*f));
	if (!f)
		return NULL;
	f->machine = m;
	f->registers = config->registers;
	f->first = first;
	f->nr = nr;
	f->spi_offset = config->spi_offset;
	f->in_address = config->in_address;
	return f;
}

static struct irq_domain *find_domain(struct machine *m)
{
	struct irq_domain *domain = irq_domain_first(m);

	while (domain && domain->ops != &v2m_domain_ops)
		domain = domain->next;
	return domain;
}

static struct irq_domain *make_domain(struct gic_root *g, struct v2m_frame *f, const char *name)
{
	const struct irq_domain_config config = {
		.name = name ? name : ":intc@8000000:v2m@8020000",
		.ops = &v2m_domain_ops,
		.parent = g->domain,
		.bus_token = DOMAIN_BUS_NEXUS,
		.flags = IRQ_DOMAIN_FLAG_MSI_PARENT,
		.host_data = f,
	};
	struct irq_domain *domain = irq_domain_create(g->machine, &config);

	if (domain) {
		touch(g->machine, domain);
		domain->msi_parent_ops = &v2m_parent_ops;
	}
	return domain;
}

struct irq_domain *gic_v2m_create(struct machine *m, const struct gic_v2m_config *config)
{
	struct gic_root *g = gic_root(m);
	struct v2m_frame *f = g ? make_frame(m, config) : NULL, *last;
	struct irq_domain *domain = find_domain(m);

	if (!f)
		return NULL;
	if (!domain) {
		domain = make_domain(g, f, config->name);
		if (!domain)
			object_free(m, f);
		return domain;
	}
	for (last = domain->host_data; last->next;)
		last = last->next;
	touch(m, last);
	last->next = f;
	return domain;
}
