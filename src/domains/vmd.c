/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/vmd.h"

#include <irqlab/provider/pci.h>

#include <stdio.h>

#define MESSAGE_BASE	  0xfee00000u
#define INDEX_SHIFT	  12 /* where a CPU's id would stand */
#define MAX_VECTORS	  256
#define CLASS_OFFSET	  0x08 /* revision in the lowest byte (PCI 3.0, 6.1) */
#define CLASS_STORAGE_NVM 0x0108u

struct vmd;

struct vmd_irq {	      /* chip_data of a function's interrupt */
	struct vmd_irq *next; /* on the list of its vector while it is enabled */
	uint32_t virq;
	uint16_t vector;
	bool enabled;
};

struct vmd_vector { /* dev_id of the endpoint's own interrupt */
	struct vmd *vmd;
	uint32_t irq;
	uint32_t users;
	struct vmd_irq *first;
};

struct vmd {
	struct machine *machine;
	struct vmd_config config;
	char name[32];
	struct msi_domain_ops ops;
	struct msi_domain_info info;
	struct irq_chip chip;
	uint32_t nr; /* vectors of the endpoint */
	struct vmd_vector vector[];
};

static void vmd_digest(const void *object, struct digest *d)
{
	const struct vmd *vmd = object;

	digest_string(d, vmd->name);
	for (uint32_t i = 0; i < vmd->nr; i++) {
		digest_u64(d, (uint64_t)vmd->vector[i].irq << 32 | vmd->vector[i].users);
		for (const struct vmd_irq *v = vmd->vector[i].first; v; v = v->next)
			digest_u64(d, v->virq);
		digest_u64(d, UINT64_MAX);
	}
}

static void vmd_irq_digest(const void *object, struct digest *d)
{
	const struct vmd_irq *v = object;

	digest_u64(d, v->virq);
	digest_u64(d, (uint64_t)v->vector << 1 | v->enabled);
}

static const struct object_type vmd_type = {"vmd", vmd_digest};
static const struct object_type vmd_irq_type = {"vmd-irq", vmd_irq_digest};

/* ---- arrival: nobody knows whose it was ---- */

static enum irqreturn vmd_interrupt(int irq, void *dev_id)
{
	struct vmd_vector *vector = dev_id;
	struct vmd_irq *next;

	(void)irq;
	for (struct vmd_irq *v = vector->first; v; v = next) {
		next = v->next;
		generic_handle_irq(vector->vmd->machine, v->virq);
	}
	return IRQ_HANDLED;
}

/* ---- the chip ---- */

static struct vmd *vmd_of(const struct irq_data *d)
{
	return msi_get_domain_info(d->domain)->data;
}

/* Behind those that are there already: they are called in that order. */
static void link_irq(struct vmd *vmd, struct vmd_irq *v)
{
	struct vmd_irq **end = &vmd->vector[v->vector].first, *last = NULL;

	for (; *end; end = &last->next)
		last = *end;
	touch(vmd->machine, vmd);
	touch(vmd->machine, v);
	if (last)
		touch(vmd->machine, last);
	*end = v;
	v->enabled = true;
}

static void unlink_irq(struct vmd *vmd, struct vmd_irq *v)
{
	struct vmd_irq **link = &vmd->vector[v->vector].first, *before = NULL;

	for (; *link != v; link = &before->next)
		before = *link;
	touch(vmd->machine, vmd);
	touch(vmd->machine, v);
	if (before)
		touch(vmd->machine, before);
	*link = v->next;
	v->next = NULL;
	v->enabled = false;
}

static void vmd_irq_enable(struct irq_data *d)
{
	struct vmd_irq *v = d->chip_data;

	if (!v->enabled)
		link_irq(vmd_of(d), v);
	pci_msi_unmask_irq(d);
}

static void vmd_irq_disable(struct irq_data *d)
{
	struct vmd_irq *v = d->chip_data;

	pci_msi_mask_irq(d);
	if (v->enabled)
		unlink_irq(vmd_of(d), v);
}

static void vmd_compose(struct irq_data *d, struct msi_msg *msg)
{
	const struct vmd_irq *v = d->chip_data;

	*msg = (struct msi_msg){
		.address_lo = MESSAGE_BASE | (uint32_t)v->vector << INDEX_SHIFT,
	};
}

/* ---- which vector ---- */

static bool wants_its_own(const struct device *dev)
{
	uint64_t at = bus_config_address(dev->segment, dev->requester, CLASS_OFFSET);

	return bus_read(dev->machine, at, 4) >> 16 == CLASS_STORAGE_NVM;
}

static uint32_t choose_vector(const struct vmd *vmd, const struct device *dev)
{
	uint32_t slow = vmd->config.first_vector, best = slow + 1;

	if (vmd->nr == slow + 1 || !wants_its_own(dev))
		return slow;
	for (uint32_t i = best; i < vmd->nr; i++)
		if (vmd->vector[i].users < vmd->vector[best].users)
			best = i;
	return best;
}

/* ---- the domain ---- */

/* As many as the endpoint has: with more, some would have to share within a function. */
static int vmd_prepare(struct irq_domain *d, struct device *dev, int nvec, msi_alloc_info_t *arg)
{
	const struct vmd *vmd = msi_get_domain_info(d)->data;

	(void)dev;
	*arg = (msi_alloc_info_t){0};
	return nvec > (int)vmd->nr ? (int)vmd->nr : 0;
}

/* It is only known when the vector is: several have the same. */
static uint64_t vmd_get_hwirq(struct msi_domain_info *info, msi_alloc_info_t *arg)
{
	(void)info;
	(void)arg;
	return 0;
}

static void vmd_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	arg->desc = desc;
}

static int vmd_init_irq(struct irq_domain *d, struct msi_domain_info *info, unsigned virq,
			uint64_t hwirq, msi_alloc_info_t *arg)
{
	struct vmd *vmd = info->data;
	struct vmd_irq *v = object_alloc(vmd->machine, &vmd_irq_type, sizeof(*v));

	(void)hwirq;
	if (!v)
		return -ENOMEM;
	v->virq = virq;
	v->vector = (uint16_t)choose_vector(vmd, arg->desc->dev);
	touch(vmd->machine, vmd);
	vmd->vector[v->vector].users++;
	irq_domain_set_info(d, virq, vmd->vector[v->vector].irq, info->chip, v,
			    handle_untracked_irq, vmd, "untracked");
	return 0;
}

static void vmd_free_irq(struct irq_domain *d, struct msi_domain_info *info, unsigned virq)
{
	struct vmd *vmd = info->data;
	struct vmd_irq *v = irq_domain_get_irq_data(d, virq)->chip_data;

	if (v->enabled)
		unlink_irq(vmd, v);
	touch(vmd->machine, vmd);
	vmd->vector[v->vector].users--;
	object_free(vmd->machine, v);
}

static struct irq_domain *make_domain(struct vmd *vmd)
{
	struct irq_domain *domain;

	vmd->chip = (struct irq_chip){
		.name = "VMD-MSI",
		.irq_enable = vmd_irq_enable,
		.irq_disable = vmd_irq_disable,
		.irq_compose_msi_msg = vmd_compose,
	};
	vmd->ops = (struct msi_domain_ops){
		.get_hwirq = vmd_get_hwirq,
		.msi_init = vmd_init_irq,
		.msi_free = vmd_free_irq,
		.msi_prepare = vmd_prepare,
		.set_desc = vmd_set_desc,
	};
	vmd->info = (struct msi_domain_info){
		.flags = MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS |
			 MSI_FLAG_FREE_MSI_DESCS | MSI_FLAG_MUST_REACTIVATE | MSI_FLAG_PCI_MSIX |
			 MSI_FLAG_NO_AFFINITY,
		.ops = &vmd->ops,
		.chip = &vmd->chip,
		.data = vmd,
	};
	domain = pci_msi_create_irq_domain(vmd->machine, vmd->name, &vmd->info, NULL);
	if (domain)
		irq_domain_update_bus_token(domain, DOMAIN_BUS_VMD_MSI);
	return domain;
}

/* ---- the endpoint's own interrupts ---- */

static void release_vectors(struct vmd *vmd, struct device *endpoint, uint32_t requested)
{
	while (requested-- > 0)
		if (vmd->vector[requested].irq)
			free_irq(vmd->machine, vmd->vector[requested].irq, &vmd->vector[requested]);
	pci_free_irq_vectors(endpoint);
}

static int request_vectors(struct vmd *vmd, struct device *endpoint)
{
	for (uint32_t i = vmd->config.first_vector; i < vmd->nr; i++) {
		struct vmd_vector *vector = &vmd->vector[i];
		int irq = pci_irq_vector(endpoint, i), ret;

		vector->vmd = vmd;
		ret = irq < 0 ? irq
			      : request_irq(vmd->machine, (unsigned)irq, vmd_interrupt, 0,
					    device_name(endpoint), vector);
		if (ret) {
			release_vectors(vmd, endpoint, i);
			return ret;
		}
		vector->irq = (uint32_t)irq;
	}
	return 0;
}

struct irq_domain *vmd_create(struct device *endpoint, const struct vmd_config *config, int *error)
{
	struct machine *m = endpoint->machine;
	struct irq_domain *domain = NULL;
	struct vmd *vmd;
	int nr = pci_alloc_irq_vectors(endpoint, config->first_vector + 1u, MAX_VECTORS,
				       PCI_IRQ_MSIX);

	*error = nr;
	if (nr < 0)
		return NULL;
	*error = -ENOMEM;
	vmd = object_alloc(m, &vmd_type, sizeof(*vmd) + (unsigned)nr * sizeof(vmd->vector[0]));
	if (!vmd) {
		pci_free_irq_vectors(endpoint);
		return NULL;
	}
	vmd->machine = m;
	vmd->config = *config;
	vmd->nr = (uint32_t)nr;
	snprintf(vmd->name, sizeof(vmd->name), "VMD-MSI-%u", config->segment);
	*error = request_vectors(vmd, endpoint);
	if (!*error) {
		domain = make_domain(vmd);
		if (!domain) {
			release_vectors(vmd, endpoint, vmd->nr);
			*error = -ENOMEM;
		}
	}
	if (!domain)
		object_free(m, vmd);
	return domain;
}

int vmd_vector_of(const struct machine *m, unsigned irq)
{
	const struct irq_data *d = irq_get_irq_data(m, irq);

	if (!d || !d->domain || d->domain->bus_token != DOMAIN_BUS_VMD_MSI)
		return -ENOENT;
	return ((const struct vmd_irq *)d->chip_data)->vector;
}
