/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/peek.h"
#include "scenario/run.h"

#include "chips/pci.h"
#include "chips/platform_msi.h"

#include <string.h>

/* Actions of drivers upon devices: batches, single vectors, pools. */

struct device *action_device(struct run *r, const struct stmt *stmt)
{
	struct name *name = name_resolve(&r->scope, stmt->args->value, NAME_DEVICE);

	return name ? device_by_name(r->m, name->device->name) : NULL;
}

/* The same; without one the action fails. */
static struct device *device_or_error(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct device *dev = action_device(r, stmt);

	if (!dev)
		out->error = -ENODEV;
	return dev;
}

static const struct device_desc *desc_of(struct run *r, const struct stmt *stmt)
{
	return name_find(&r->scope, stmt->args->value->path->name)->device;
}

/* ---- batches ---- */

struct batch {
	uint32_t indexes[2048];
	unsigned nr, min;
	unsigned flags;
	bool from_zero; /* 0 … nr − 1 */
	struct irq_affinity affinity;
	unsigned set_sizes[IRQ_AFFINITY_MAX_SETS], nr_sets;
	struct msix_entry entries[2048];
};

static void fixed_sets(struct irq_affinity *affinity, unsigned nvecs)
{
	const struct batch *batch = affinity->priv;

	(void)nvecs;
	affinity->nr_sets = batch->nr_sets;
	for (unsigned i = 0; i < batch->nr_sets; i++)
		affinity->set_size[i] = batch->set_sizes[i];
}

static bool batch_sets(struct run *r, const struct stmt *stmt, struct batch *b)
{
	const struct pattern *sets = stmt_value(stmt, "sets");
	uint32_t sizes[IRQ_AFFINITY_MAX_SETS];

	if (!sets)
		return true;
	if (!list_resolve(&r->scope, sets, 2047, "set", sizes, IRQ_AFFINITY_MAX_SETS, &b->nr_sets))
		return false;
	for (unsigned i = 0; i < b->nr_sets; i++)
		b->set_sizes[i] = sizes[i];
	b->affinity.calc_sets = fixed_sets;
	b->affinity.priv = b;
	return true;
}

static unsigned kind_flags(const char *kind)
{
	if (strcmp(kind, "platform") == 0)
		return 0;
	if (strcmp(kind, "msi") == 0)
		return PCI_IRQ_MSI;
	if (strcmp(kind, "msix") == 0)
		return PCI_IRQ_MSIX;
	return strcmp(kind, "intx") == 0 ? PCI_IRQ_INTX : PCI_IRQ_ALL_TYPES;
}

static bool batch_prepare(struct run *r, const struct stmt *stmt, struct batch *b)
{
	uint64_t pre, post, min;

	memset(b, 0, sizeof(*b));
	if (!list_resolve(&r->scope, stmt_value(stmt, "ENTRIES"), 65535, "entry", b->indexes, 2048,
			  &b->nr) ||
	    !arg_number(&r->scope, stmt, "pre", 0, 2048, 0, &pre) ||
	    !arg_number(&r->scope, stmt, "post", 0, 2048, 0, &post) ||
	    !arg_number(&r->scope, stmt, "min", 0, 65536, b->nr, &min) || !batch_sets(r, stmt, b))
		return false;
	b->from_zero = true;
	for (unsigned i = 0; i < b->nr; i++) {
		b->entries[i].entry = (uint16_t)b->indexes[i];
		b->from_zero &= b->indexes[i] == i;
	}
	b->min = (unsigned)min;
	b->flags = kind_flags(arg_word(stmt, "KIND"));
	b->flags |= stmt_has_word(stmt, "managed") ? PCI_IRQ_AFFINITY : 0;
	b->affinity.pre_vectors = (unsigned)pre;
	b->affinity.post_vectors = (unsigned)post;
	return true;
}

/* Which kind the device ended up with. */
static enum raise_source enabled_source(struct run *r, const struct device_desc *d)
{
	if (d->msix.size && peek_config(r->m, d, d->msix.cap + 2u) & 0x8000)
		return RAISE_MSIX;
	if (d->msi.vectors && peek_config(r->m, d, d->msi.cap + 2u) & 1)
		return RAISE_MSI;
	return RAISE_INTX;
}

static void name_batch(struct run *r, const struct stmt *stmt, struct batch *b, struct device *dev,
		       unsigned count)
{
	const struct device_desc *d = desc_of(r, stmt);
	bool platform = device_is_platform(&r->scope.topology, d);
	enum raise_source source = platform ? RAISE_STORE : enabled_source(r, d);
	struct name *name;

	if (!stmt->as)
		return;
	name = name_define(&r->scope, stmt->as, NAME_IRQS, stmt->as_span);
	if (!name)
		return;
	name->nr_irqs = count;
	name->irqs = stash_alloc(r->scope.stash, count * sizeof(*name->irqs));
	for (unsigned i = 0; i < count; i++) {
		struct irq_entry *entry = &name->irqs[i];

		entry->device = d;
		entry->source = source;
		entry->map.index = (int)b->indexes[i];
		entry->slot = b->indexes[i];
		entry->map.virq = platform	 ? (int)msi_get_virq(dev, i)
				  : b->from_zero ? pci_irq_vector(dev, i)
						 : (int)b->entries[i].vector;
	}
}

static int enable_platform(struct device *dev, const struct batch *b, const char *kind)
{
	int ret = -EINVAL;

	if (b->from_zero && strcmp(kind, "platform") == 0)
		ret = platform_device_msi_init_and_alloc_irqs(dev, b->nr,
							      platform_device_write_slot);
	return ret ? ret : (int)b->nr;
}

void action_ENABLE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct device *dev = device_or_error(r, stmt, out);
	struct batch *b = r->batch;
	bool spread = stmt_has_word(stmt, "managed");
	int ret;

	if (!b)
		b = r->batch = stash_new(r->scope.stash, struct batch);
	if (!dev || !batch_prepare(r, stmt, b))
		return;
	if (device_is_platform(&r->scope.topology, desc_of(r, stmt)))
		ret = enable_platform(dev, b, arg_word(stmt, "KIND"));
	else if (stmt_has_word(stmt, "one-by-one"))
		ret = b->flags == PCI_IRQ_MSIX && b->from_zero ? loop_of_ones(dev, b->nr) : -EINVAL;
	else if (!b->flags)
		ret = -EINVAL;
	else if (b->from_zero)
		ret = pci_alloc_irq_vectors_affinity(dev, b->min, b->nr, b->flags,
						     spread ? &b->affinity : NULL);
	else if (b->flags == PCI_IRQ_MSIX)
		ret = pci_enable_msix_range(dev, b->entries, (int)b->min, (int)b->nr);
	else
		ret = -EINVAL;
	out->error = ret < 0 ? ret : 0;
	if (ret <= 0)
		return;
	outcome_add(out, "count", (uint64_t)ret);
	name_batch(r, stmt, b, dev, (unsigned)ret);
}

void action_FREE_VECTORS(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct device *dev = device_or_error(r, stmt, out);

	if (dev && device_is_platform(&r->scope.topology, desc_of(r, stmt)))
		platform_device_msi_free_irqs_all(dev);
	else if (dev)
		pci_free_irq_vectors(dev);
}

/* ---- single vectors ---- */

enum where { ANYWHERE, AT_INDEX, IN_RANGE };

struct single {
	enum where where;
	uint64_t first, last;
	uint64_t cookie;
	struct irq_affinity_desc affinity;
	const struct irq_affinity_desc *affdesc;
};

static bool single_prepare(struct run *r, const struct stmt *stmt, struct single *s)
{
	const struct pattern *range = stmt_value(stmt, "range"), *cpus = stmt_value(stmt, "cpu");

	*s = (struct single){0};
	if (range) {
		s->where = IN_RANGE;
		s->first = s->last = range->first.value;
		if (range->kind == PATTERN_RANGE)
			s->last = range->last.value;
	} else if (stmt_arg(stmt, "at")) {
		s->where = AT_INDEX;
	}
	if (cpus) {
		s->affinity.mask = action_cpus(r, cpus);
		s->affinity.is_managed = stmt_has_word(stmt, "managed");
		s->affdesc = &s->affinity;
	}
	return arg_number(&r->scope, stmt, "cookie", 0, UINT64_MAX, 0, &s->cookie) &&
	       (s->where != AT_INDEX ||
		arg_number(&r->scope, stmt, "at", 0, UINT32_MAX - 1, 0, &s->first));
}

static struct msi_map single_of_device(struct device *dev, const struct single *s)
{
	if (!dev)
		return (struct msi_map){.index = -ENODEV};
	if (s->where == IN_RANGE)
		return pci_msix_alloc_irq_range(dev, (unsigned)s->first, (unsigned)s->last,
						s->affdesc);
	return pci_msix_alloc_irq_at(dev, s->where == AT_INDEX ? (unsigned)s->first : MSI_ANY_INDEX,
				     s->affdesc);
}

static struct msi_map single_of_pool(struct machine *m, irq_pool_t pool, const struct single *s)
{
	if (s->where == IN_RANGE)
		return irq_pool_alloc_range(m, pool, (unsigned)s->first, (unsigned)s->last,
					    s->cookie, s->affdesc);
	if (s->where == AT_INDEX)
		return irq_pool_alloc_at(m, pool, (unsigned)s->first, s->cookie, s->affdesc);
	return irq_pool_alloc(m, pool, s->cookie, s->affdesc);
}

static struct msi_map single_of_logical(struct machine *m, logical_function_t function,
					const struct single *s)
{
	return logical_function_alloc_irq_at(
		m, function, s->where == AT_INDEX ? (unsigned)s->first : MSI_ANY_INDEX, s->affdesc);
}

static void name_single(struct run *r, const struct stmt *stmt, const struct name *target,
			struct msi_map map, const struct single *s)
{
	bool pool = target->kind == NAME_POOL;
	bool queue = pool && !store_is_table(&target->device->store[target->store]);
	struct name *name;

	if (!stmt->as)
		return;
	name = name_define(&r->scope, stmt->as, NAME_IRQS, stmt->as_span);
	if (!name)
		return;
	name->nr_irqs = 1;
	name->irqs = stash_new(r->scope.stash, struct irq_entry);
	*name->irqs = (struct irq_entry){
		.map = map,
		.device = target->device,
		.source = pool ? RAISE_STORE : RAISE_MSIX,
		.store = pool ? target->store : 0,
		.pool = pool ? target->pool : 0,
		.logical = target->logical,
		.slot = queue ? s->cookie : (uint64_t)map.index,
	};
}

void action_ALLOC(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	const struct pattern *path = stmt->args->value;
	const struct name *target = name_find(&r->scope, path->path->name);
	struct msi_map map;
	struct single s;

	if (!target || target->kind != NAME_POOL)
		target = name_resolve(&r->scope, path, NAME_DEVICE);
	if (!target || !single_prepare(r, stmt, &s))
		return;
	if (target->logical)
		map = single_of_logical(r->m, target->logical, &s);
	else if (target->kind == NAME_POOL)
		map = single_of_pool(r->m, target->pool, &s);
	else
		map = single_of_device(device_by_name(r->m, target->device->name), &s);
	if (map.index < 0) {
		out->error = map.index;
		return;
	}
	outcome_add(out, "index", (uint64_t)map.index);
	outcome_add(out, "irq", (uint64_t)map.virq);
	name_single(r, stmt, target, map, &s);
}

static int release(struct run *r, const struct irq_entry *entry)
{
	struct device *dev = device_by_name(r->m, entry->device->name);

	if (entry->logical)
		return logical_function_free_irq(r->m, entry->logical, entry->map);
	if (entry->pool)
		return irq_pool_free(r->m, entry->pool, entry->map);
	return dev ? pci_msix_free_irq(dev, entry->map) : -ENODEV;
}

void action_RELEASE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct irq_slice irqs = action_irqs(r, stmt);
	const struct pattern *from = stmt_value(stmt, "from");
	const struct name *other = from ? name_resolve(&r->scope, from, NAME_POOL) : NULL;

	for (unsigned i = 0; i < irqs.nr && !out->error; i++) {
		struct irq_entry entry = irqs.first[i];

		if (other) {
			entry.pool = other->pool;
			entry.logical = other->logical;
		}
		run_mark(r);
		out->error = release(r, &entry);
	}
}

/* ---- pools ---- */

void action_POOL(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	const struct device_desc *d;
	unsigned store, same_kind = 0;
	struct device *dev;
	uint64_t size;
	irq_pool_t pool;
	bool table;

	if (!store_resolve(&r->scope, stmt_value(stmt, "STORE"), &d, &store) ||
	    !arg_number(&r->scope, stmt, "size", 0, 1u << 20, 0, &size))
		return;
	table = store_is_table(&d->store[store]);
	for (unsigned i = 0; i < store; i++)
		same_kind += store_is_table(&d->store[i]) == table;
	dev = device_by_name(r->m, d->name);
	if (!dev) {
		out->error = -ENODEV;
		return;
	}
	pool = irq_pool_create(dev, table ? IRQ_POOL_IMS_TABLE : IRQ_POOL_IMS_QUEUE, same_kind,
			       (unsigned)size, &out->error);
	if (pool) {
		struct name *name =
			stmt->as ? name_define(&r->scope, stmt->as, NAME_POOL, stmt->as_span)
				 : NULL;

		out->error = 0;
		if (name) {
			name->pool = pool;
			name->device = d;
			name->store = store;
		}
	}
}

void action_DESTROY(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct name *name = name_resolve(&r->scope, stmt->args->value, NAME_POOL);

	if (name)
		out->error = name->logical ? logical_function_destroy(r->m, name->logical)
					   : irq_pool_destroy(r->m, name->pool);
}

void action_LOGICAL(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct name *pool = name_resolve(&r->scope, stmt->args->value, NAME_POOL), *name = NULL;
	struct device *dev = pool ? device_by_name(r->m, pool->device->name) : NULL;
	logical_function_t logical;
	uint64_t cookie;

	if (!pool || !arg_number(&r->scope, stmt, "cookie", 0, UINT64_MAX, 0, &cookie))
		return;
	if (!dev) {
		out->error = -ENODEV;
		return;
	}
	logical = logical_function_create(dev, pool->pool, cookie, &out->error);
	if (logical && stmt->as)
		name = name_define(&r->scope, stmt->as, NAME_POOL, stmt->as_span);
	if (name) {
		name->device = pool->device;
		name->store = pool->store;
		name->pool = pool->pool;
		name->logical = logical;
	}
}

/* ---- life of a device ---- */

void action_RESET(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct name *name = name_resolve(&r->scope, stmt->args->value, NAME_DEVICE);

	r->tampered = true;
	if (name)
		out->error = device_reset(r->m, name->device->name);
}

void action_RESTORE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct device *dev = device_or_error(r, stmt, out);

	if (dev)
		out->error = pci_restore_msi_state(dev);
}

void action_SRIOV(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct device *dev = device_or_error(r, stmt, out);
	uint64_t nr;

	if (arg_number(&r->scope, stmt, "VFS", 0, UINT32_MAX, 0, &nr) && dev)
		out->error = nr ? pci_enable_sriov(dev, (unsigned)nr) : pci_disable_sriov(dev);
}

void action_REMOVE(struct run *r, const struct stmt *stmt, struct outcome *out)
{
	struct pci_dev *pdev = to_pci_dev(device_or_error(r, stmt, out));

	out->error = pdev ? pci_device_remove(pdev) : -ENODEV;
}
