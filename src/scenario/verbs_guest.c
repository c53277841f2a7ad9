/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/peek.h"
#include "scenario/run.h"

#include <irqlab/passthrough.h>
#include <string.h>

/* Actions of a hypervisor and its guests. */

static struct vcpu *vcpu_argument(struct run *r, const struct stmt *stmt, const char *param)
{
	const struct pattern *path = stmt_value(stmt, param);
	struct name *name = path ? name_resolve(&r->scope, path, NAME_VCPU) : NULL;

	return name ? vcpu_by_name(r->m, name->name) : NULL;
}

void action_VCPU(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct vcpu *v = vcpu_argument(r, stmt, "VCPU");
	uint64_t cpu;

	if (!arg_number(&r->scope, stmt, "cpu", 0, r->scope.topology.desc.nr_cpus - UINT64_C(1), 0,
			&cpu))
		return;
	if (!v)
		out->error = -ENODEV;
	else
		out->error = strcmp(arg_word(stmt, "TO"), "in") == 0
				     ? vcpu_load(v, (unsigned)cpu)
				     : vcpu_put(v, stmt_has_word(stmt, "waits"));
}

struct posting {	   /* where an interrupt goes */
	struct vcpu *vcpu; /* NULL: to the host */
	unsigned vector;
};

static struct posting posting_of(struct machine *m, unsigned irq)
{
	struct posting now = {0};
	const struct vcpu *v = vcpu_of_irq(m, irq, &now.vector);

	if (v)
		now.vcpu = vcpu_by_name(m, vcpu_name(v));
	return now;
}

static int post(struct machine *m, unsigned irq, struct posting to)
{
	return to.vcpu ? vcpu_post(to.vcpu, irq, to.vector) : vcpu_unpost(m, irq);
}

/* To vectors from there on; all or none. */
static int post_all(struct run *r, struct irq_slice irqs, struct posting to)
{
	struct posting *before = stash_alloc(r->scope.stash, irqs.nr * sizeof(*before));
	unsigned nr = 0;
	int ret = 0;

	for (; nr < irqs.nr && !ret; nr++, to.vector++) {
		unsigned irq = (unsigned)irqs.first[nr].map.virq;

		before[nr] = posting_of(r->m, irq);
		ret = post(r->m, irq, to);
	}
	for (nr -= ret != 0; ret && nr-- > 0;)
		(void)post(r->m, (unsigned)irqs.first[nr].map.virq, before[nr]);
	return ret;
}

void action_POST(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct posting to = {.vcpu = vcpu_argument(r, stmt, "vcpu")};
	uint64_t vector;

	if (!arg_number(&r->scope, stmt, "vector", 0, UINT32_MAX, 0, &vector))
		return;
	to.vector = (unsigned)vector;
	out->error = to.vcpu ? post_all(r, action_irqs(r, stmt), to) : -ENODEV;
}

void action_UNPOST(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	out->error = post_all(r, action_irqs(r, stmt), (struct posting){0});
}

/* ---- devices ---- */

static int give(struct run *r, const struct stmt *stmt, struct device *dev)
{
	struct passthrough *p = NULL;
	uint64_t max;
	int ret;

	if (!arg_number(&r->scope, stmt, "max", 1, 2048, 1, &max))
		return 0;
	ret = passthrough_assign(dev, stmt_has_word(stmt, "unsafe") ? PASSTHROUGH_UNSAFE : 0, &p);
	if (ret)
		return ret;
	ret = passthrough_enable(p, (unsigned)max);
	if (ret)
		(void)passthrough_release(p);
	return ret;
}

void action_PASSTHROUGH(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct device *dev = action_device(r, stmt);
	struct passthrough *p = dev ? passthrough_of(dev) : NULL;

	if (!dev)
		out->error = -ENODEV;
	else if (!stmt_has_word(stmt, "off"))
		out->error = give(r, stmt, dev);
	else
		out->error = p ? passthrough_release(p) : -EINVAL;
}

/* The entry, and the device that it is of; NULL, with an error: it is no guest's. */
static struct passthrough *table_of(struct run *r, const struct stmt *stmt, struct source_ref *ref,
				    struct outcome *out)
{
	struct passthrough *p = NULL;
	struct device *dev;

	if (!source_resolve(&r->scope, stmt_value(stmt, "SOURCE"), ref))
		return NULL;
	dev = device_by_name(r->m, ref->device->name);
	if (ref->source == RAISE_MSIX && ref->has_index)
		p = passthrough_of(dev);
	if (!p)
		out->error = dev ? -EINVAL : -ENODEV;
	return p;
}

struct worst_moment { /* what the device does then */
	struct run *r;
	struct source_ref source;
};

static void raise_now(void *context)
{
	struct worst_moment *moment = context;

	(void)raise_source(moment->r->m, &moment->r->scope.topology, &moment->source,
			   RAISE_NO_PASID);
}

/* Growing may have given its interrupts other numbers. */
static void renumber(struct run *r, const struct device_desc *d)
{
	struct device *dev = device_by_name(r->m, d->name);

	for (struct name *n = r->scope.names; n; n = n->next) {
		for (unsigned i = 0; n->kind == NAME_IRQS && i < n->nr_irqs; i++) {
			int irq;

			if (n->irqs[i].device != d || n->irqs[i].source != RAISE_MSIX)
				continue;
			irq = pci_irq_vector(dev, (unsigned)n->irqs[i].map.index);
			if (irq > 0)
				n->irqs[i].map.virq = irq;
		}
	}
}

static void name_entry(struct run *r, const struct stmt *stmt, const struct source_ref *ref)
{
	struct name *name;

	if (!stmt->as)
		return;
	name = name_define(&r->scope, stmt->as, NAME_IRQS, stmt->as_span);
	if (!name)
		return;
	name->nr_irqs = 1;
	name->irqs = stash_new(r->scope.stash, struct irq_entry);
	*name->irqs = (struct irq_entry){
		.map.index = (int)ref->index,
		.device = ref->device,
		.source = RAISE_MSIX,
		.slot = ref->index,
	};
}

void action_GUEST_UNMASK(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	const struct pattern *raising = stmt_value(stmt, "raising");
	struct worst_moment moment = {.r = r};
	struct passthrough_entry entry;
	struct source_ref ref;
	struct passthrough *p = table_of(r, stmt, &ref, out);
	uint64_t vector;

	if (!p || !arg_number(&r->scope, stmt, "vector", 0, UINT32_MAX, 0, &vector) ||
	    (raising && !source_resolve(&r->scope, raising, &moment.source)))
		return;
	if (raising)
		passthrough_on_growth(p, raise_now, &moment);
	out->error = passthrough_unmask(p, (unsigned)ref.index, vcpu_argument(r, stmt, "vcpu"),
					(unsigned)vector);
	passthrough_on_growth(p, NULL, NULL);
	if (!out->error)
		name_entry(r, stmt, &ref);
	renumber(r, ref.device);
	if (passthrough_look(p, (unsigned)ref.index, &entry))
		outcome_add(out, "irq", entry.irq);
}

void action_GUEST_MASK(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct source_ref ref;
	struct passthrough *p = table_of(r, stmt, &ref, out);

	if (p)
		out->error = passthrough_mask(p, (unsigned)ref.index);
}
