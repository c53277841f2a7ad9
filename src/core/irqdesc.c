/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

#include <string.h>

/* Irq numbers and their descriptors. */

static void software_digest(const void *object, struct digest *d)
{
	const struct software *sw = object;

	digest_u64(d, (uint64_t)sw->moves_at_once << 33 | (uint64_t)sw->boot_cpu_may_leave << 32 |
			      sw->first_dynamic_irq);
	digest_mask(d, sw->possible);
	digest_mask(d, sw->present);
	digest_mask(d, sw->online);
	digest_mask(d, sw->default_affinity);
	digest_u64(d, (uint64_t)sw->woken_by << 32 | sw->nr_roots);
	digest_counter(d, sw->next_domain_id);
	digest_counter(d, sw->next_device_id);
}

static void node_map_digest(const void *object, struct digest *d)
{
	const struct node_map *nodes = object;

	digest_bytes(d, nodes->place, nodes->nr_cpus * sizeof(nodes->place[0]));
	for (uint32_t node = 0; node < nodes->nr_nodes; node++)
		digest_mask(d, nodes->cpus_of_node[node]);
}

void irq_data_digest(const struct irq_data *d, struct digest *digest)
{
	digest_u64(digest, d->irq);
	digest_u64(digest, d->hwirq);
	digest_u64(digest, d->domain ? d->domain->key : 0);
	digest_string(digest, d->chip ? d->chip->name : NULL);
	if (d->domain && d->domain->ops->digest && d->chip_data)
		d->domain->ops->digest(d, digest);
}

static void desc_digest(const void *object, struct digest *d)
{
	const struct irq_desc *desc = object;
	const struct irq_common_data *common = &desc->irq_common_data;

	irq_data_digest(&desc->irq_data, d);
	digest_u64(d, common->state_use_accessors);
	digest_u64(d, (uint64_t)common->node);
	digest_mask(d, common->affinity);
	digest_mask(d, common->effective_affinity);
	digest_u64(d, common->msi_desc ? common->msi_desc->msi_index + 1u : 0);
	digest_string(d, irq_flow_name(desc->handle_irq, true));
	digest_string(d, desc->name);
	digest_u64(d, desc->status_use_accessors);
	digest_u64(d, desc->istate);
	digest_u64(d, (uint64_t)desc->wake_depth << 32 | desc->depth);
	digest_mask(d, desc->pending_mask);
	digest_mask(d, desc->affinity_hint);
	digest_counter(d, desc->irq_count);
	digest_counter(d, desc->irqs_unhandled);
	digest_counter(d, desc->last_unhandled);
	digest_counter(d, desc->tot_count);
}

static const struct object_type software_type = {"software", software_digest};
/* Which numbers are used shows in the descriptors: an index is no state. */
static const struct object_type index_type = {"irq-index", NULL};
static const struct object_type node_map_type = {"nodes", node_map_digest};
static const struct object_type desc_type = {"irq-desc", desc_digest};

/* ---- the index: irq → descriptor ---- */

static struct irq_space_leaf *find_leaf(const struct software *sw, unsigned irq)
{
	const struct irq_space_node *node;

	if (irq >= IRQ_SPACE_LIMIT)
		return NULL;
	node = sw->space->node[irq / (IRQ_SPACE_LEAF * IRQ_SPACE_FAN)];
	return node ? node->leaf[irq / IRQ_SPACE_LEAF % IRQ_SPACE_FAN] : NULL;
}

/* Leaves are never taken back: they are few, and an index of nothing is no state. */
static struct irq_space_leaf *make_leaf(struct software *sw, unsigned irq)
{
	struct machine *m = sw->machine;
	struct irq_space_node **node = &sw->space->node[irq / (IRQ_SPACE_LEAF * IRQ_SPACE_FAN)];
	struct irq_space_leaf **leaf;

	if (!*node) {
		struct irq_space_node *made = object_alloc(m, &index_type, sizeof(*made));

		if (!made)
			return NULL;
		touch(m, sw->space);
		*node = made;
	}
	leaf = &(*node)->leaf[irq / IRQ_SPACE_LEAF % IRQ_SPACE_FAN];
	if (!*leaf) {
		struct irq_space_leaf *made = object_alloc(m, &index_type, sizeof(*made));

		if (!made)
			return NULL;
		touch(m, *node);
		*leaf = made;
	}
	return *leaf;
}

struct irq_desc *irq_to_desc(const struct machine *m, unsigned irq)
{
	const struct software *sw = software_of(m);
	const struct irq_space_leaf *leaf = sw ? find_leaf(sw, irq) : NULL;

	return leaf ? leaf->desc[irq % IRQ_SPACE_LEAF] : NULL;
}

struct irq_data *irq_get_irq_data(const struct machine *m, unsigned irq)
{
	struct irq_desc *desc = irq_to_desc(m, irq);

	return desc ? &desc->irq_data : NULL;
}

/* The lowest number ≥ from whose use is `used`; IRQ_SPACE_LIMIT if there is none. */
static unsigned next_number(const struct software *sw, unsigned from, bool used)
{
	for (unsigned irq = from; irq < IRQ_SPACE_LIMIT;) {
		const struct irq_space_leaf *leaf = find_leaf(sw, irq);
		uint64_t word;

		if (!leaf) {
			if (!used)
				return irq;
			if (irq > sw->highest_used)
				return IRQ_SPACE_LIMIT;
			irq = (irq / IRQ_SPACE_LEAF + 1) * IRQ_SPACE_LEAF;
			continue;
		}
		word = leaf->used[irq % IRQ_SPACE_LEAF / 64];
		word = (used ? word : ~word) & ~UINT64_C(0) << (irq % 64);
		if (word)
			return irq / 64 * 64 + (unsigned)__builtin_ctzll(word);
		irq = (irq / 64 + 1) * 64;
	}
	return IRQ_SPACE_LIMIT;
}

unsigned irq_get_next_irq(const struct machine *m, unsigned from)
{
	unsigned irq = software_of(m) ? next_number(software_of(m), from, true) : IRQ_SPACE_LIMIT;

	return irq < IRQ_SPACE_LIMIT ? irq : NO_MORE_IRQS;
}

static int find_free_run(struct software *sw, unsigned nr)
{
	unsigned first = sw->lowest_free;

	if (first < sw->first_dynamic_irq)
		first = sw->first_dynamic_irq;
	first = next_number(sw, first, false);
	touch(sw->machine, sw);
	sw->lowest_free = first;
	for (;; first = next_number(sw, first, false)) {
		unsigned end;

		if (first + nr > IRQ_SPACE_LIMIT)
			return -ENOMEM;
		end = nr == 1 ? first + 1 : next_number(sw, first, true);
		if (end >= first + nr || nr == 1)
			return (int)first;
		first = end;
	}
}

static void index_set(struct software *sw, unsigned irq, struct irq_desc *desc)
{
	struct irq_space_leaf *leaf = find_leaf(sw, irq);
	uint64_t bit = UINT64_C(1) << (irq % 64);

	touch(sw->machine, leaf);
	touch(sw->machine, sw);
	leaf->desc[irq % IRQ_SPACE_LEAF] = desc;
	if (desc) {
		leaf->used[irq % IRQ_SPACE_LEAF / 64] |= bit;
		if (irq == sw->lowest_free)
			sw->lowest_free++;
		if (irq > sw->highest_used)
			sw->highest_used = irq;
	} else {
		leaf->used[irq % IRQ_SPACE_LEAF / 64] &= ~bit;
		if (irq < sw->lowest_free)
			sw->lowest_free = irq;
	}
}

/* ---- descriptors ---- */

static struct irq_desc *make_desc(struct software *sw, unsigned irq, int node,
				  const struct irq_affinity_desc *affinity)
{
	struct machine *m = sw->machine;
	struct irq_desc *desc = object_alloc(m, &desc_type, sizeof(*desc));
	struct irq_common_data *common;

	if (!desc)
		return NULL;
	common = &desc->irq_common_data;
	common->machine = m;
	common->desc = desc;
	common->state_use_accessors = IRQD_IRQ_DISABLED | IRQD_IRQ_MASKED;
	common->node = node;
	common->affinity = sw->default_affinity;
	common->effective_affinity = cpumask_none(m);
	if (affinity) {
		common->state_use_accessors |= IRQD_AFFINITY_SET;
		if (affinity->is_managed)
			common->state_use_accessors |=
				IRQD_AFFINITY_MANAGED | IRQD_MANAGED_SHUTDOWN;
		common->affinity = affinity->mask;
		common->node = cpu_to_node(m, cpumask_first(affinity->mask));
	}
	desc->irq_data.irq = irq;
	desc->irq_data.common = common;
	desc->handle_irq = handle_bad_irq;
	desc->depth = 1;
	desc->pending_mask = cpumask_none(m);
	desc->lock.name = "irq_desc";
	desc->request_mutex.name = "irq_request";
	desc->request_mutex.sleeps = 1;
	return desc;
}

/* Handlers that nobody freed go with their interrupt. */
static void free_actions(struct machine *m, struct irq_desc *desc)
{
	touch(m, desc);
	while (desc->action) {
		struct irqaction *action = desc->action;

		desc->action = action->next;
		object_free(m, action);
	}
}

void irq_free_descs(struct machine *m, unsigned first, unsigned nr)
{
	struct software *sw = software_of(m);

	if (layer_refuses(m, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return;
	for (unsigned irq = first + nr; irq-- > first;) {
		struct irq_desc *desc = irq_to_desc(m, irq);

		if (!desc)
			continue;
		step(m, STEP_RESOURCE, desc);
		index_set(sw, irq, NULL);
		free_actions(m, desc);
		object_free(m, desc);
		irq_tell_roots(m, irq);
	}
}

int irq_alloc_descs(struct machine *m, int base, unsigned nr, int node,
		    const struct irq_affinity_desc *affinity)
{
	struct software *sw = software_of(m);

	if (layer_refuses(m, NOT_FOR_DRIVERS | NOT_FOR_CHIPS))
		return -EPERM;
	for (unsigned i = 0; affinity && i < nr; i++)
		if (!affinity[i].mask || cpumask_empty(affinity[i].mask))
			return -EINVAL;
	if (!nr || nr > IRQ_SPACE_LIMIT || base >= (int)IRQ_SPACE_LIMIT)
		return -EINVAL;
	if (base >= 0 && next_number(sw, (unsigned)base, true) < (unsigned)base + nr)
		return -EEXIST;
	if (base < 0)
		base = find_free_run(sw, nr);
	if (base < 0)
		return base;

	for (unsigned i = 0; i < nr; i++) {
		unsigned irq = (unsigned)base + i;
		struct irq_desc *desc = NULL;

		step(m, STEP_RESOURCE, sw);
		if (make_leaf(sw, irq))
			desc = make_desc(sw, irq, node, affinity ? &affinity[i] : NULL);
		if (!desc) {
			irq_free_descs(m, (unsigned)base, i);
			return -ENOMEM;
		}
		index_set(sw, irq, desc);
	}
	return base;
}

void irq_modify_status(struct machine *m, unsigned irq, uint32_t clear, uint32_t set)
{
	struct irq_desc *desc = irq_to_desc(m, irq);
	uint32_t state = 0, settings;

	if (layer_refuses(m, NOT_FOR_DRIVERS))
		return;
	if (!desc)
		return;
	touch(m, desc);
	settings = desc->status_use_accessors = (desc->status_use_accessors & ~clear) | set;
	if (settings & (IRQ_NO_BALANCING | IRQ_PER_CPU))
		state |= IRQD_NO_BALANCING;
	if (settings & IRQ_PER_CPU)
		state |= IRQD_PER_CPU;
	if (settings & IRQ_MOVE_PCNTXT)
		state |= IRQD_MOVE_PCNTXT;
	if (settings & IRQ_LEVEL)
		state |= IRQD_LEVEL;
	state |= settings & IRQ_TYPE_SENSE_MASK
			 ? settings & IRQ_TYPE_SENSE_MASK
			 : desc->irq_common_data.state_use_accessors & IRQD_TRIGGER_MASK;
	irqd_update(&desc->irq_data,
		    IRQD_NO_BALANCING | IRQD_PER_CPU | IRQD_MOVE_PCNTXT | IRQD_LEVEL |
			    IRQD_TRIGGER_MASK,
		    state);
}

void irq_set_handler(struct irq_desc *desc, irq_flow_handler_t handle, const char *name)
{
	if (layer_refuses(desc->irq_common_data.machine, NOT_FOR_DRIVERS))
		return;
	touch(desc->irq_common_data.machine, desc);
	desc->handle_irq = handle ? handle : handle_bad_irq;
	desc->name = name;
}

/* ---- CPUs as software sees them ---- */

const struct cpumask *cpu_online_mask(const struct machine *m)
{
	return software_of(m) ? software_of(m)->online : cpumask_none((struct machine *)m);
}

const struct cpumask *cpu_present_mask(const struct machine *m)
{
	return software_of(m) ? software_of(m)->present : cpumask_none((struct machine *)m);
}

const struct cpumask *cpu_possible_mask(const struct machine *m)
{
	return software_of(m) ? software_of(m)->possible : cpumask_none((struct machine *)m);
}

int cpu_to_node(const struct machine *m, unsigned cpu)
{
	const struct node_map *nodes = software_of(m)->nodes;

	return cpu < nodes->nr_cpus ? nodes->place[cpu].node : -1;
}

const struct cpumask *topology_sibling_cpumask(struct machine *m, unsigned cpu)
{
	const struct software *sw = software_of(m);
	const struct cpu_place *place = sw->nodes->place;
	const struct cpumask *siblings = cpumask_of(m, cpu);

	if (cpu >= sw->nodes->nr_cpus || !place[cpu].core || !cpumask_test(sw->online, cpu))
		return siblings;
	for_each_cpu (other, sw->online)
		if (place[other].core == place[cpu].core)
			siblings = cpumask_with(m, siblings, other);
	return siblings;
}

const struct cpumask *cpumask_of_node(const struct machine *m, int node)
{
	const struct software *sw = software_of(m);

	if (node < 0 || (uint32_t)node >= sw->nodes->nr_nodes)
		return cpumask_none(sw->machine);
	return sw->nodes->cpus_of_node[node];
}

/* ---- devices ---- */

struct device *device_by_name(struct machine *m, const char *name)
{
	const struct software *sw = software_of(m);

	for (struct device *dev = sw && name ? sw->devices : NULL; dev; dev = dev->next)
		if (!strcmp(dev->name, name) || !strcmp(dev->bus_name, name))
			return dev;
	return NULL;
}

struct device *device_by_id(const struct machine *m, uint32_t id)
{
	const struct software *sw = software_of(m);

	for (struct device *dev = sw ? sw->devices : NULL; dev; dev = dev->next)
		if (dev->id == id)
			return dev;
	return NULL;
}

const char *device_name(const struct device *dev)
{
	return dev ? dev->name : "";
}

struct device *device_first(const struct machine *m)
{
	const struct software *sw = software_of(m);

	return sw ? sw->devices : NULL;
}

int device_register(struct device *dev)
{
	struct software *sw = software_of(dev->machine);

	if (device_by_name(dev->machine, dev->name))
		return -EEXIST;
	touch(dev->machine, sw);
	touch(dev->machine, dev);
	dev->id = ++sw->next_device_id;
	dev->key = digest_key(dev->name);
	dev->next = sw->devices;
	sw->devices = dev;
	return 0;
}

void device_unregister(struct device *dev)
{
	struct software *sw = software_of(dev->machine);

	for (struct device **p = &sw->devices; *p; p = &(*p)->next) {
		if (*p != dev)
			continue;
		if (p == &sw->devices)
			touch(dev->machine, sw);
		else
			touch(dev->machine, (char *)p - offsetof(struct device, next));
		*p = dev->next;
		return;
	}
}

/* ---- the start ---- */

static struct node_map *make_node_map(struct machine *m, const struct irq_core_config *config)
{
	uint32_t nr_nodes = 1;
	struct node_map *nodes;

	for (uint32_t cpu = 0; config->place_of_cpu && cpu < config->nr_cpus; cpu++)
		if (config->place_of_cpu[cpu].node >= (int32_t)nr_nodes)
			nr_nodes = (uint32_t)config->place_of_cpu[cpu].node + 1;
	nodes = object_alloc(m, &node_map_type,
			     sizeof(*nodes) + config->nr_cpus * sizeof(nodes->place[0]));
	if (!nodes)
		return NULL;
	nodes->cpus_of_node =
		object_alloc(m, &index_type, nr_nodes * sizeof(nodes->cpus_of_node[0]));
	if (!nodes->cpus_of_node) {
		object_free(m, nodes);
		return NULL;
	}
	nodes->nr_cpus = config->nr_cpus;
	nodes->nr_nodes = nr_nodes;
	for (uint32_t node = 0; node < nr_nodes; node++)
		nodes->cpus_of_node[node] = cpumask_none(m);
	for (uint32_t cpu = 0; cpu < config->nr_cpus; cpu++) {
		int32_t node = config->place_of_cpu ? config->place_of_cpu[cpu].node : 0;

		if (config->place_of_cpu)
			nodes->place[cpu] = config->place_of_cpu[cpu];
		if (node >= 0 && (uint32_t)node < nr_nodes && !config->nodes_empty)
			nodes->cpus_of_node[node] = cpumask_with(m, nodes->cpus_of_node[node], cpu);
	}
	return nodes;
}

void irq_core_join_node(struct machine *m, unsigned cpu)
{
	struct node_map *nodes = software_of(m)->nodes;
	int32_t node = cpu_to_node(m, cpu);

	if (node < 0 || (uint32_t)node >= nodes->nr_nodes)
		return;
	touch(m, nodes);
	touch(m, nodes->cpus_of_node);
	nodes->cpus_of_node[node] = cpumask_with(m, nodes->cpus_of_node[node], cpu);
}

int irq_core_init(struct machine *m, const struct irq_core_config *config)
{
	struct software *sw;

	if (software_of(m))
		return -EEXIST;
	sw = object_alloc(m, &software_type, sizeof(*sw));
	if (!sw)
		return -ENOMEM;
	sw->machine = m;
	sw->first_dynamic_irq = config->first_dynamic_irq;
	sw->possible = cpumask_range(m, 0, config->nr_cpus - 1);
	sw->present = config->present ?: sw->possible;
	sw->online = config->online;
	sw->default_affinity = config->default_affinity ?: sw->possible;
	sw->moves_at_once = config->moves_at_once;
	sw->boot_cpu_may_leave = config->boot_cpu_may_leave;
	sw->hotplug_mutex.name = "cpu_hotplug";
	sw->hotplug_mutex.sleeps = 1;
	sw->space = object_alloc(m, &index_type, sizeof(*sw->space));
	sw->nodes = make_node_map(m, config);
	if (!sw->space || !sw->nodes) {
		object_free(m, sw->space);
		if (sw->nodes)
			object_free(m, sw->nodes->cpus_of_node);
		object_free(m, sw->nodes);
		object_free(m, sw);
		return -ENOMEM;
	}
	machine_set_part(m, PART_SOFTWARE, sw);
	return 0;
}

int irq_register_root(struct machine *m, const struct irq_root_ops *ops)
{
	struct software *sw = software_of(m);

	if (sw->nr_roots == MAX_ROOTS)
		return -ENOSPC;
	touch(m, sw);
	sw->roots[sw->nr_roots++] = ops;
	return 0;
}

void irq_tell_roots(struct machine *m, unsigned irq)
{
	const struct software *sw = software_of(m);

	for (uint32_t i = 0; i < sw->nr_roots; i++)
		if (sw->roots[i]->irq_changed)
			sw->roots[i]->irq_changed(m, irq);
}

struct irq_domain *irq_domain_first(const struct machine *m)
{
	return software_of(m) ? software_of(m)->domains : NULL;
}
