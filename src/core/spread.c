/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "core/core.h"

/* Managed interrupts: how the vectors of one device are spread over the CPUs. */

static const struct object_type shares_type = {"node-shares", NULL};

struct node_share {
	int node;
	unsigned cpus, groups;
};

static const struct cpumask *node_cpus(struct machine *m, int node, const struct cpumask *cpus)
{
	return cpumask_and(m, cpumask_of_node(m, node), cpus);
}

/*
 * Smallest node first. The order of equals is that of a heap sort, which the
 * kernel uses here too and which shows in the masks.
 */
static void sift_down(struct node_share *share, unsigned root, unsigned end)
{
	for (unsigned child; (child = 2 * root + 1) < end; root = child) {
		struct node_share swap = share[root];

		if (child + 1 < end && share[child].cpus < share[child + 1].cpus)
			child++;
		if (share[root].cpus >= share[child].cpus)
			return;
		share[root] = share[child];
		share[child] = swap;
	}
}

static void sort_shares(struct node_share *share, unsigned nr)
{
	for (unsigned root = nr / 2; root-- > 0;)
		sift_down(share, root, nr);
	for (unsigned end = nr; end-- > 1;) {
		struct node_share swap = share[0];

		share[0] = share[end];
		share[end] = swap;
		sift_down(share, 0, end);
	}
}

/* Groups in proportion to CPUs, at least one for each node. */
static void divide_groups(struct node_share *share, unsigned nr_nodes, unsigned nr_groups)
{
	unsigned cpus = 0;

	sort_shares(share, nr_nodes);
	for (unsigned i = 0; i < nr_nodes; i++)
		cpus += share[i].cpus;
	if (nr_groups > cpus)
		nr_groups = cpus;
	for (unsigned i = 0; i < nr_nodes; i++) {
		unsigned groups = nr_groups * share[i].cpus / cpus;

		share[i].groups = groups ? groups : 1;
		cpus -= share[i].cpus;
		nr_groups -= share[i].groups;
	}
}

/* Takes `nr` CPUs from *from: the lowest, then the other threads of its core, then the next. */
static const struct cpumask *take_cpus(struct machine *m, const struct cpumask **from, unsigned nr)
{
	const struct cpumask *before = *from;

	while (nr && !cpumask_empty(*from)) {
		const struct cpumask *core = topology_sibling_cpumask(m, cpumask_first(*from));

		for_each_cpu (cpu, core) {
			if (!nr || !cpumask_test(*from, cpu))
				continue;
			*from = cpumask_without(m, *from, cpu);
			nr--;
		}
	}
	return cpumask_andnot(m, before, *from);
}

static void spread_node(struct machine *m, const struct node_share *share,
			const struct cpumask *all, struct irq_affinity_desc *masks,
			unsigned nr_groups, unsigned *group)
{
	const struct cpumask *cpus = node_cpus(m, share->node, all);
	unsigned each = share->cpus / share->groups;
	unsigned larger = share->cpus - each * share->groups;

	for (unsigned i = 0; i < share->groups; i++, (*group)++) {
		if (*group >= nr_groups)
			*group = 0;
		masks[*group].mask =
			cpumask_or(m, masks[*group].mask, take_cpus(m, &cpus, each + (i < larger)));
	}
}

/* From `group` on, and round again; how many groups got some of the CPUs. */
static unsigned spread_pass(struct machine *m, struct node_share *share, const struct cpumask *cpus,
			    struct irq_affinity_desc *masks, unsigned nr_groups, unsigned group)
{
	const int all_nodes = (int)software_of(m)->nodes->nr_nodes;
	unsigned nr_nodes = 0, used = 0;

	for (int node = 0; node < all_nodes; node++) {
		unsigned weight = cpumask_weight(node_cpus(m, node, cpus));

		if (weight)
			share[nr_nodes++] = (struct node_share){.node = node, .cpus = weight};
	}
	if (nr_groups <= nr_nodes) {
		for (unsigned i = 0; i < nr_nodes; i++, group = (group + 1) % nr_groups)
			masks[group].mask =
				cpumask_or(m, masks[group].mask, node_cpus(m, share[i].node, cpus));
		return nr_groups;
	}
	if (nr_nodes)
		divide_groups(share, nr_nodes, nr_groups);
	for (unsigned i = 0; i < nr_nodes; i++) {
		spread_node(m, &share[i], cpus, masks, nr_groups, &group);
		used += share[i].groups;
	}
	return used;
}

/*
 * Into nr_groups masks, which start empty: the CPUs that are there, then those that may come, which
 * begin with the groups that got none.
 */
static bool group_cpus_evenly(struct machine *m, struct irq_affinity_desc *masks,
			      unsigned nr_groups)
{
	struct node_share *share = object_alloc(
		m, &shares_type, (size_t)software_of(m)->nodes->nr_nodes * sizeof(*share));
	const struct cpumask *present = cpu_present_mask(m);
	unsigned used;

	if (!share)
		return false;
	for (unsigned i = 0; i < nr_groups; i++)
		masks[i].mask = cpumask_none(m);
	used = spread_pass(m, share, present, masks, nr_groups, 0);
	spread_pass(m, share, cpumask_andnot(m, cpu_possible_mask(m), present), masks, nr_groups,
		    used < nr_groups ? used : 0);
	object_free(m, share);
	return true;
}

/* Belongs to the descriptor that it is copied to, and enters that one's digest. */
static const struct object_type masks_type = {"affinity-masks", NULL};

static void call_calc_sets(struct machine *m, struct irq_affinity *affd, unsigned vectors)
{
	if (!affd->calc_sets) {
		affd->nr_sets = 1;
		affd->set_size[0] = vectors;
		return;
	}
	affd->calc_sets(affd, vectors);
	trace(m, calc_sets, 0, vectors, affd->set_size[0], affd->set_size[1], affd->set_size[2],
	      affd->set_size[3]);
}

/* Each set over all CPUs by itself. False: a set of size 0, or sets that hold more than there is.
 */
static bool spread_sets(struct machine *m, struct irq_affinity_desc *masks, unsigned room,
			const struct irq_affinity *affd)
{
	for (unsigned i = 0; i < affd->nr_sets; i++) {
		const unsigned size = affd->set_size[i];

		if (!size || size > room)
			return false;
		if (!group_cpus_evenly(m, masks, size))
			return false;
		masks += size;
		room -= size;
	}
	return true;
}

struct irq_affinity_desc *irq_create_affinity_masks(struct machine *m, unsigned nvecs,
						    struct irq_affinity *affd)
{
	const struct cpumask *fallback = software_of(m)->default_affinity;
	const uint64_t fixed = (uint64_t)affd->pre_vectors + affd->post_vectors;
	unsigned spread = nvecs > fixed ? nvecs - (unsigned)fixed : 0;
	struct irq_affinity_desc *masks;

	call_calc_sets(m, affd, spread);
	if (WARN_IF(m, affd->nr_sets > IRQ_AFFINITY_MAX_SETS, AFFINITY_SETS, 0))
		return NULL;
	if (!spread)
		return NULL;
	masks = object_alloc(m, &masks_type, nvecs * sizeof(*masks));
	if (!masks)
		return NULL;
	for (unsigned i = 0; i < nvecs; i++)
		masks[i].mask = fallback;
	if (!spread_sets(m, masks + affd->pre_vectors, spread, affd)) {
		object_free(m, masks);
		return NULL;
	}
	for (unsigned i = affd->pre_vectors; i < nvecs - affd->post_vectors; i++)
		masks[i].is_managed = true;
	return masks;
}

unsigned irq_calc_affinity_vectors(struct machine *m, unsigned min, unsigned max,
				   const struct irq_affinity *affd)
{
	const uint64_t both = (uint64_t)affd->pre_vectors + affd->post_vectors;
	const unsigned fixed = (unsigned)both;
	unsigned most;

	if (both > min || both > max)
		return 0;
	most = affd->calc_sets ? max - fixed : cpumask_weight(cpu_possible_mask(m));
	return fixed + (most < max - fixed ? most : max - fixed);
}
