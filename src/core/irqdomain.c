/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"
#include "core/load.h"
#include "core/msi_internal.h"

#include <irqlab/provider/fwspec.h>
#include <stdio.h>
#include <string.h>

/* Domains, the levels of an interrupt, and the reverse maps that lead back from a hwirq. */

/* Stands in a level that the hardware doesn't have: the chain ends above it. */
static const struct irq_chip not_connected = {.name = "not connected"};

static void domain_digest(const void *object, struct digest *d)
{
	const struct irq_domain *domain = object;

	digest_u64(d, domain->key);
	digest_counter(d, domain->id);
	digest_string(d, domain->name);
	digest_string(d, domain->fwnode);
	digest_u64(d, domain->flags);
	digest_u64(d, domain->mapcount);
	digest_u64(d, domain->bus_token);
	digest_u64(d, domain->parent ? domain->parent->key : 0);
	digest_u64(d, domain->dev ? domain->dev->key : 0);
	digest_string(d, domain->msi_parent_ops ? domain->msi_parent_ops->prefix : NULL);
	digest_u64(d, domain->hwirq_max);
	digest_u64(d, domain->revmap_size);
	digest_u64(d, xa_empty(&domain->revmap_tree) && xa_empty(&domain->revmap_blocks));
}

static void level_digest(const void *object, struct digest *d)
{
	irq_data_digest(object, d);
}

static const struct object_type domain_type = {"irq-domain", domain_digest};
static const struct object_type level_type = {"irq-data", level_digest};

/* ---- domains come and go ---- */

static bool config_is_complete(const struct irq_domain_config *config)
{
	const struct irq_domain_ops *ops = config->ops;

	if (!config->name || !ops)
		return false;
	return ops->alloc ? ops->free != NULL : !config->parent;
}

static void append_token(struct irq_domain *domain, enum irq_domain_bus_token token)
{
	size_t length = strlen(domain->name);

	domain->bus_token = token;
	if (token == DOMAIN_BUS_ANY)
		return;
	snprintf(domain->name + length, sizeof(domain->name) - length, "-%u", (unsigned)token);
	domain->flags |= IRQ_DOMAIN_FLAG_NAME_ALLOCATED;
}

static uint64_t highest_hwirq(const struct irq_domain_config *config)
{
	if (config->size)
		return config->size;
	return config->parent ? UINT32_MAX : UINT64_MAX;
}

/* Could one look-up find either? Then it takes the newer one: among such, and only there, age
 * counts. */
static bool compete(const struct irq_domain *a, const struct irq_domain *b)
{
	if (!strcmp(a->name, b->name))
		return true;
	if (a->ops->select || b->ops->select)
		return (a->ops->select || a->fwnode) && (b->ops->select || b->fwnode);
	return a->fwnode && b->fwnode && !strcmp(a->fwnode, b->fwnode);
}

static uint32_t next_rank(const struct software *sw, const struct irq_domain *domain)
{
	uint32_t rank = 0;

	for (const struct irq_domain *d = sw->domains; d; d = d->next)
		if (d->rank >= rank && compete(d, domain))
			rank = d->rank + 1;
	return rank;
}

static void publish(struct irq_domain *domain)
{
	struct software *sw = software_of(domain->machine);

	touch(domain->machine, sw);
	domain->id = ++sw->next_domain_id;
	domain->rank = next_rank(sw, domain);
	domain->key = digest_key(domain->name) + domain->rank;
	domain->revmap_tree.key = domain->key;
	domain->revmap_blocks.key = ~domain->key;
	domain->next = sw->domains;
	sw->domains = domain;
}

struct irq_domain *irq_domain_create(struct machine *m, const struct irq_domain_config *config)
{
	struct irq_domain *domain;

	if (layer_refuses(m, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return NULL;
	if (WARN_IF(m, !config_is_complete(config), DOMAIN_INCOMPLETE, 0))
		return NULL;
	domain = object_alloc(m, &domain_type, sizeof(*domain));
	if (!domain)
		return NULL;
	domain->machine = m;
	snprintf(domain->name, sizeof(domain->name), "%s", config->name);
	domain->ops = config->ops;
	domain->host_data = config->host_data;
	domain->flags = config->flags & ~(uint32_t)IRQ_DOMAIN_FLAG_HIERARCHY;
	if (config->ops->alloc)
		domain->flags |= IRQ_DOMAIN_FLAG_HIERARCHY;
	if (config->quiet_token)
		domain->bus_token = config->bus_token;
	else
		append_token(domain, config->bus_token);
	domain->parent = config->parent;
	domain->root = config->parent ? config->parent->root : domain;
	domain->fwnode = config->fwnode;
	domain->hwirq_max = highest_hwirq(config);
	domain->revmap_size = config->size;
	domain->revmap_tree.machine = m;
	domain->revmap_blocks.machine = m;
	domain->mutex.sleeps = 1;
	domain->mutex.name = "irq_domain";
	publish(domain);
	return domain;
}

static void unpublish(struct irq_domain *domain)
{
	struct software *sw = software_of(domain->machine);
	struct irq_domain *before = sw->domains;

	if (before == domain) {
		touch(domain->machine, sw);
		sw->domains = domain->next;
		return;
	}
	while (before && before->next != domain)
		before = before->next;
	if (!before)
		return;
	touch(domain->machine, before);
	before->next = domain->next;
}

void irq_domain_remove(struct irq_domain *domain)
{
	struct machine *m = domain->machine;

	if (layer_refuses(domain->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return;
	unpublish(domain);
	if (WARN_IF(m, domain->mapcount, DOMAIN_NOT_EMPTY, 0))
		return;
	xa_destroy(&domain->revmap_tree);
	xa_destroy(&domain->revmap_blocks);
	object_free(m, domain);
}

void irq_domain_uncreate(struct irq_domain *domain)
{
	struct software *sw = software_of(domain->machine);

	if (sw->next_domain_id == domain->id && !domain->mapcount) {
		touch(domain->machine, sw);
		sw->next_domain_id--;
	}
	irq_domain_remove(domain);
}

void irq_domain_update_bus_token(struct irq_domain *domain, enum irq_domain_bus_token token)
{
	if (domain->bus_token == token)
		return;
	touch(domain->machine, domain);
	append_token(domain, token);
}

static bool matches(struct irq_domain *domain, const char *fwnode, enum irq_domain_bus_token token)
{
	if (domain->ops->select && token != DOMAIN_BUS_ANY)
		return call_domain(domain, select, fwnode, token);
	if (!fwnode || !domain->fwnode || strcmp(fwnode, domain->fwnode))
		return false;
	return token == DOMAIN_BUS_ANY || token == domain->bus_token;
}

struct irq_domain *irq_domain_find(struct machine *m, const char *fwnode,
				   enum irq_domain_bus_token token)
{
	struct irq_domain *domain = software_of(m)->domains;

	while (domain && !matches(domain, fwnode, token))
		domain = domain->next;
	return domain;
}

struct irq_domain *irq_domain_by_name(struct machine *m, const char *name)
{
	struct irq_domain *domain = software_of(m)->domains;

	while (domain && strcmp(domain->name, name))
		domain = domain->next;
	return domain;
}

static void lock_hierarchy(struct irq_domain *domain)
{
	lock_acquire(domain->machine, &domain->root->mutex);
}

static void unlock_hierarchy(struct irq_domain *domain)
{
	lock_release(domain->machine, &domain->root->mutex);
}

/* ---- levels ---- */

static void free_levels(struct machine *m, struct irq_data *d)
{
	while (d) {
		struct irq_data *parent = d->parent_data;

		object_free(m, d);
		d = parent;
	}
}

static void remove_levels(struct irq_desc *desc)
{
	struct machine *m = desc->irq_common_data.machine;

	touch(m, desc);
	free_levels(m, desc->irq_data.parent_data);
	desc->irq_data.parent_data = NULL;
	desc->irq_data.domain = NULL;
}

static int add_levels(struct irq_domain *domain, struct irq_desc *desc)
{
	struct machine *m = domain->machine;
	struct irq_data *child = &desc->irq_data;

	touch(m, desc);
	child->domain = domain;
	for (domain = domain->parent; domain; domain = domain->parent) {
		struct irq_data *d = object_alloc(m, &level_type, sizeof(*d));

		if (!d) {
			remove_levels(desc);
			return -ENOMEM;
		}
		d->irq = child->irq;
		d->common = child->common;
		d->domain = domain;
		child->parent_data = d;
		child = d;
	}
	return 0;
}

static bool has_chip(const struct irq_data *d)
{
	return d->chip && d->chip != &not_connected;
}

/* Every level needs a chip down to the root, or down to a marker with nothing below it. */
static int trim_levels(struct irq_desc *desc)
{
	struct irq_data *last = &desc->irq_data, *cut;

	if (!has_chip(last))
		return -EINVAL;
	while (last->parent_data && has_chip(last->parent_data))
		last = last->parent_data;
	cut = last->parent_data;
	if (!cut)
		return 0;
	if (cut->chip != &not_connected)
		return -EINVAL;
	for (const struct irq_data *d = cut->parent_data; d; d = d->parent_data)
		if (d->chip)
			return -EINVAL;
	touch_irq_data(irq_data_machine(last), last);
	last->parent_data = NULL;
	free_levels(irq_data_machine(last), cut);
	return 0;
}

struct irq_data *irq_domain_get_irq_data(struct irq_domain *domain, unsigned virq)
{
	struct irq_data *d = irq_get_irq_data(domain->machine, virq);

	while (d && d->domain != domain)
		d = d->parent_data;
	return d;
}

int irq_domain_set_hwirq_and_chip(struct irq_domain *domain, unsigned virq, uint64_t hwirq,
				  const struct irq_chip *chip, void *chip_data)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);

	if (layer_refuses(domain->machine, NOT_FOR_DRIVERS))
		return -EPERM;
	if (!d)
		return -ENOENT;
	touch_irq_data(domain->machine, d);
	d->hwirq = hwirq;
	d->chip = chip;
	d->chip_data = chip_data;
	return 0;
}

static void set_handler_data(struct irq_desc *desc, void *handler_data)
{
	touch(desc->irq_common_data.machine, desc);
	desc->irq_common_data.handler_data = handler_data;
}

void irq_domain_set_info(struct irq_domain *domain, unsigned virq, uint64_t hwirq,
			 const struct irq_chip *chip, void *chip_data, irq_flow_handler_t handler,
			 void *handler_data, const char *handler_name)
{
	struct irq_desc *desc = irq_to_desc(domain->machine, virq);

	if (irq_domain_set_hwirq_and_chip(domain, virq, hwirq, chip, chip_data))
		return;
	irq_set_handler(desc, handler, handler_name);
	set_handler_data(desc, handler_data);
}

void irq_domain_reset_irq_data(struct irq_data *d)
{
	touch_irq_data(irq_data_machine(d), d);
	d->hwirq = 0;
	d->chip = NULL;
	d->chip_data = NULL;
}

int irq_domain_disconnect_hierarchy(struct irq_domain *domain, unsigned virq)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);

	if (!d)
		return -EINVAL;
	touch_irq_data(domain->machine, d);
	d->chip = &not_connected;
	return 0;
}

/* ---- reverse maps ---- */

/*
 * Remapping domains count in steps of 65,536. One tree over numbers so far
 * apart would be nearly empty nodes, so those have a tree of their own.
 */
static struct xarray *revmap_of(struct irq_domain *domain, uint64_t *hwirq)
{
	if (*hwirq & 0xffff)
		return &domain->revmap_tree;
	*hwirq >>= 16;
	return &domain->revmap_blocks;
}

struct irq_data *irq_domain_resolve(struct irq_domain *domain, uint64_t hwirq)
{
	const struct xarray *map = revmap_of(domain, &hwirq);

	return xa_load(map, hwirq);
}

static int map_level(struct irq_data *d)
{
	struct irq_domain *domain = d->domain;
	uint64_t index = d->hwirq;
	struct xarray *map = revmap_of(domain, &index);

	touch(domain->machine, domain);
	if (!(domain->flags & IRQ_DOMAIN_FLAG_NO_MAP) && !xa_load(map, index) &&
	    xa_store(map, index, d))
		return -ENOMEM;
	domain->mapcount++;
	return 0;
}

static void unmap_level(struct irq_data *d)
{
	struct irq_domain *domain = d->domain;
	uint64_t index = d->hwirq;
	struct xarray *map = revmap_of(domain, &index);

	touch(domain->machine, domain);
	domain->mapcount--;
	if (xa_load(map, index) == d)
		xa_erase(map, index);
}

static void unmap_levels(struct irq_desc *desc, const struct irq_data *end)
{
	for (struct irq_data *d = &desc->irq_data; d != end; d = d->parent_data)
		unmap_level(d);
}

static int map_levels(struct irq_desc *desc)
{
	for (struct irq_data *d = &desc->irq_data; d; d = d->parent_data) {
		int ret = map_level(d);

		if (ret) {
			unmap_levels(desc, d);
			return ret;
		}
	}
	if (desc->status_use_accessors & IRQ_NOREQUEST)
		irq_modify_status(desc->irq_common_data.machine, desc->irq_data.irq, IRQ_NOREQUEST,
				  0);
	return 0;
}

/* ---- allocation ---- */

/* Does it for each irq, and undoes it where it was done if one fails. */
static int for_descs(struct irq_domain *domain, unsigned virq, unsigned nr,
		     int (*action)(struct irq_domain *domain, struct irq_desc *desc),
		     void (*undo)(struct irq_desc *desc))
{
	for (unsigned i = 0; i < nr; i++) {
		int ret = action(domain, irq_to_desc(domain->machine, virq + i));

		if (!ret)
			continue;
		while (undo && i--)
			undo(irq_to_desc(domain->machine, virq + i));
		return ret;
	}
	return 0;
}

static int trim_action(struct irq_domain *domain, struct irq_desc *desc)
{
	(void)domain;
	return trim_levels(desc);
}

static int map_action(struct irq_domain *domain, struct irq_desc *desc)
{
	(void)domain;
	return map_levels(desc);
}

static void unmap_all(struct irq_desc *desc)
{
	unmap_levels(desc, NULL);
}

/* One by one, whatever was allocated at once; not where the chain was cut above the domain. */
static void free_each(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		if (irq_domain_get_irq_data(domain, virq + i))
			call_domain(domain, free, virq + i, 1);
}

static int fill_levels(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	int ret = for_descs(domain, virq, nr, add_levels, remove_levels);

	if (ret)
		return ret;
	ret = call_domain(domain, alloc, virq, nr, arg);
	if (!ret) {
		ret = for_descs(domain, virq, nr, trim_action, NULL);
		if (!ret)
			ret = for_descs(domain, virq, nr, map_action, unmap_all);
		if (!ret)
			return 0;
		free_each(domain, virq, nr);
	}
	for (unsigned i = nr; i--;)
		remove_levels(irq_to_desc(domain->machine, virq + i));
	return ret;
}

int irq_domain_alloc_irqs(struct irq_domain *domain, int base, unsigned nr, int node, void *arg,
			  const struct irq_affinity_desc *affinity)
{
	int virq, ret;

	if (layer_refuses(domain->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return -EPERM;
	if (!domain->ops->alloc)
		return -ENOSYS;
	lock_hierarchy(domain);
	virq = irq_alloc_descs(domain->machine, base, nr, node, affinity);
	if (virq >= 0) {
		ret = fill_levels(domain, (unsigned)virq, nr, arg);
		if (ret) {
			irq_free_descs(domain->machine, (unsigned)virq, nr);
			virq = ret;
		}
	}
	unlock_hierarchy(domain);
	return virq;
}

int irq_domain_realloc_irq(struct irq_domain *domain, unsigned virq, void *arg)
{
	struct irq_desc *desc = irq_to_desc(domain->machine, virq), before;
	int ret;

	if (layer_refuses(domain->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return -EPERM;
	if (!domain->ops->alloc)
		return -ENOSYS;
	if (!desc || desc->irq_data.domain)
		return -EINVAL;
	lock_hierarchy(domain);
	before = *desc;
	ret = fill_levels(domain, virq, 1, arg);
	if (ret) {
		touch(domain->machine, desc);
		*desc = before;
	}
	unlock_hierarchy(domain);
	return ret;
}

int irq_domain_alloc_irqs_parent(struct irq_domain *domain, unsigned virq, unsigned nr, void *arg)
{
	if (!domain->parent || !domain->parent->ops->alloc)
		return -ENOSYS;
	return call_domain(domain->parent, alloc, virq, nr, arg);
}

/* ---- freeing ---- */

static void retire(struct irq_desc *desc)
{
	touch(desc->irq_common_data.machine, desc);
	desc->status_use_accessors |= IRQ_NOREQUEST;
	desc->irq_data.chip = NULL;
	irq_set_handler(desc, NULL, NULL);
	unmap_all(desc);
}

/* The domain whose irqs these all are, outermost; NULL: there is none that can free them. */
static struct irq_domain *domain_of(const struct machine *m, unsigned virq, unsigned nr)
{
	struct irq_domain *domain = NULL;

	for (unsigned i = 0; i < nr; i++) {
		const struct irq_data *d = irq_get_irq_data(m, virq + i);

		if (!d || !d->domain || !d->domain->ops->free || (i && d->domain != domain))
			return NULL;
		domain = d->domain;
	}
	return domain;
}

void irq_domain_free_irqs(struct machine *m, unsigned virq, unsigned nr)
{
	struct irq_domain *domain = domain_of(m, virq, nr);

	if (layer_refuses(m, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return;
	if (WARN_IF(m, !domain, NO_DOMAIN_FREE, virq))
		return;
	lock_hierarchy(domain);
	for (unsigned i = 0; i < nr; i++)
		retire(irq_to_desc(m, virq + i));
	free_each(domain, virq, nr);
	unlock_hierarchy(domain);
	for (unsigned i = nr; i--;)
		remove_levels(irq_to_desc(m, virq + i));
	irq_free_descs(m, virq, nr);
}

void irq_domain_free_irqs_parent(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	if (domain->parent && domain->parent->ops->free)
		free_each(domain->parent, virq, nr);
}

void irq_domain_free_irqs_common(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		struct irq_data *d = irq_domain_get_irq_data(domain, virq + i);

		if (d)
			irq_domain_reset_irq_data(d);
	}
	irq_domain_free_irqs_parent(domain, virq, nr);
}

void irq_domain_free_irqs_top(struct irq_domain *domain, unsigned virq, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		struct irq_desc *desc = irq_to_desc(domain->machine, virq + i);

		set_handler_data(desc, NULL);
		irq_set_handler(desc, NULL, NULL);
	}
	irq_domain_free_irqs_common(domain, virq, nr);
}

/* ---- activation ---- */

static void deactivate_level(struct irq_data *d)
{
	if (!d || !d->domain)
		return;
	if (d->domain->ops->deactivate)
		call_domain(d->domain, deactivate, d);
	deactivate_level(d->parent_data);
}

static int activate_level(struct irq_data *d, bool reserve)
{
	int ret;

	if (!d || !d->domain)
		return 0;
	ret = activate_level(d->parent_data, reserve);
	if (ret || !d->domain->ops->activate)
		return ret;
	ret = call_domain(d->domain, activate, d, reserve);
	if (ret)
		deactivate_level(d->parent_data);
	return ret;
}

int irq_domain_activate_irq(struct irq_data *d, bool reserve)
{
	int ret;

	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return -EPERM;
	trace(irq_data_machine(d), irq_domain_activate_irq, d->irq, reserve);
	if (irqd_has(d, IRQD_ACTIVATED))
		return 0;
	ret = activate_level(d, reserve);
	if (ret)
		return ret;
	irqd_set(d, IRQD_ACTIVATED);
	irq_tell_roots(irq_data_machine(d), d->irq);
	return 0;
}

void irq_domain_deactivate_irq(struct irq_data *d)
{
	if (layer_refuses(irq_data_machine(d), NOT_FOR_DRIVERS))
		return;
	trace(irq_data_machine(d), irq_domain_deactivate_irq, d->irq,
	      d->domain ? d->domain->id : 0);
	if (!irqd_has(d, IRQD_ACTIVATED))
		return;
	deactivate_level(d);
	irqd_clear(d, IRQD_ACTIVATED);
	irq_tell_roots(irq_data_machine(d), d->irq);
}

/* ---- outside a hierarchy ---- */

int irq_domain_associate(struct irq_domain *domain, unsigned virq, uint64_t hwirq)
{
	struct machine *m = domain->machine;
	struct irq_desc *desc = irq_to_desc(m, virq), before;
	int ret;

	if (layer_refuses(domain->machine, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return -EPERM;
	if (WARN_IF(m, hwirq >= domain->hwirq_max || !desc || desc->irq_data.domain,
		    MAPPING_REFUSED, virq))
		return -EINVAL;
	lock_hierarchy(domain);
	before = *desc;
	touch(m, desc);
	desc->irq_data.domain = domain;
	desc->irq_data.hwirq = hwirq;
	ret = domain->ops->map ? call_domain(domain, map, virq, hwirq) : 0;
	WARN_IF(m, ret && ret != -EPERM, MAPPING_REFUSED, virq);
	if (!ret)
		ret = map_levels(desc);
	if (ret)
		*desc = before;
	unlock_hierarchy(domain);
	return ret;
}

unsigned irq_create_mapping(struct irq_domain *domain, uint64_t hwirq, int node,
			    const struct irq_affinity_desc *affinity)
{
	const struct irq_data *mapped = irq_domain_resolve(domain, hwirq);
	int virq;

	if (mapped)
		return mapped->irq;
	virq = irq_alloc_descs(domain->machine, -1, 1, node, affinity);
	if (virq < 0)
		return 0;
	if (!irq_domain_associate(domain, (unsigned)virq, hwirq))
		return (unsigned)virq;
	irq_free_descs(domain->machine, (unsigned)virq, 1);
	return 0;
}

void irq_dispose_mapping(struct machine *m, unsigned virq)
{
	struct irq_desc *desc = irq_to_desc(m, virq);
	struct irq_domain *domain = desc ? desc->irq_data.domain : NULL;

	if (layer_refuses(m, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return;
	if (!domain)
		return;
	if (domain->flags & IRQ_DOMAIN_FLAG_MSI_DEVICE) {
		msi_device_domain_free_wired(domain, virq);
		return;
	}
	if (domain->flags & IRQ_DOMAIN_FLAG_HIERARCHY) {
		irq_domain_free_irqs(m, virq, 1);
		return;
	}
	lock_hierarchy(domain);
	retire(desc);
	if (domain->ops->unmap)
		call_domain(domain, unmap, virq);
	unlock_hierarchy(domain);
	irq_free_descs(m, virq, 1);
}

/* ---- interrupts that exist before the first operation ---- */

int irq_domain_load_levels(struct irq_domain *domain, unsigned virq)
{
	struct irq_desc *desc = irq_to_desc(domain->machine, virq);

	return desc && !desc->irq_data.domain ? add_levels(domain, desc) : -EINVAL;
}

int irq_domain_load_map(struct irq_domain *domain, unsigned virq)
{
	return map_levels(irq_to_desc(domain->machine, virq));
}
