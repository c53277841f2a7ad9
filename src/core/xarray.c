/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <irqlab/provider/software.h>

/*
 * Index → pointer. The shape follows from the content alone, so that a change
 * that is taken back leaves the same shape: no taller than the highest index
 * needs, no empty node, and an entry at index 0 alone needs no node at all.
 */

#define XA_BITS	      6
#define XA_SLOTS      64
#define XA_MAX_HEIGHT 11

struct xa_node {
	uint64_t key;  /* of the array */
	uint64_t base; /* index of slot 0 */
	uint64_t used; /* slots with anything in or below them */
	uint64_t full; /* slots without room in or below them */
	uint32_t shift;
	void *slot[XA_SLOTS];
};

struct xa_path {
	struct xa_node *node[XA_MAX_HEIGHT + 1]; /* by height; [1] is the leaf */
};

static void node_digest(const void *object, struct digest *d)
{
	const struct xa_node *node = object;

	digest_u64(d, node->key);
	digest_u64(d, node->base);
	digest_u64(d, node->shift);
	digest_u64(d, node->used);
}

static const struct object_type node_type = {"xa-node", node_digest};

static unsigned height_of(uint64_t index)
{
	return index ? (63u - (unsigned)__builtin_clzll(index)) / XA_BITS + 1 : 0;
}

static uint64_t highest_index(unsigned height)
{
	return height < XA_MAX_HEIGHT ? (UINT64_C(1) << (XA_BITS * height)) - 1 : UINT64_MAX;
}

static unsigned slot_of(const struct xa_node *node, uint64_t index)
{
	return index >> node->shift & (XA_SLOTS - 1);
}

/* The top node of an array of full height has slots that no index reaches. */
static uint64_t reachable_slots(const struct xa_node *node)
{
	unsigned bits = 64 - node->shift;

	return bits < XA_BITS ? (UINT64_C(1) << (1u << bits)) - 1 : UINT64_MAX;
}

static bool is_full(const void *below, unsigned height)
{
	return height == 0 || ((const struct xa_node *)below)->full == UINT64_MAX;
}

bool xa_empty(const struct xarray *xa)
{
	return !xa->root;
}

void *xa_load(const struct xarray *xa, uint64_t index)
{
	void *below = xa->root;

	if (index > highest_index(xa->height))
		return NULL;
	for (unsigned height = xa->height; height && below; height--) {
		const struct xa_node *node = below;

		below = node->slot[slot_of(node, index)];
	}
	return below;
}

/* ---- storing ---- */

static unsigned nodes_missing(const struct xarray *xa, uint64_t index)
{
	unsigned height = height_of(index);
	const struct xa_node *node = xa->root;

	if (height > xa->height)
		return (node ? height - xa->height : 1) + height - 1;
	for (height = xa->height; height > 1; height--) {
		node = node->slot[slot_of(node, index)];
		if (!node)
			return height - 1;
	}
	return 0;
}

static void grow(struct xarray *xa, unsigned height, struct xa_node ***spare)
{
	if (!xa->root && height)
		xa->height = height - 1;
	while (xa->height < height) {
		struct xa_node *node = *(*spare)++;

		node->key = xa->key;
		node->shift = XA_BITS * xa->height;
		if (xa->root) {
			node->slot[0] = xa->root;
			node->used = 1;
			node->full = is_full(xa->root, xa->height);
		}
		xa->root = node;
		xa->height++;
	}
}

static void make_path(struct xarray *xa, uint64_t index, struct xa_node **spare,
		      struct xa_path *path)
{
	struct xa_node *node = xa->root;

	for (unsigned height = xa->height; height; height--) {
		unsigned slot = slot_of(node, index);

		path->node[height] = node;
		if (height > 1 && !node->slot[slot]) {
			struct xa_node *child = *spare++;

			child->key = xa->key;
			child->shift = node->shift - XA_BITS;
			child->base = index >> node->shift << node->shift;
			touch(xa->machine, node);
			node->slot[slot] = child;
			node->used |= UINT64_C(1) << slot;
		}
		node = node->slot[slot];
	}
}

static void mark_full(struct xarray *xa, uint64_t index, const struct xa_path *path)
{
	for (unsigned height = 1; height <= xa->height; height++) {
		struct xa_node *node = path->node[height];

		touch(xa->machine, node);
		node->full |= UINT64_C(1) << slot_of(node, index);
		if (node->full != UINT64_MAX)
			return;
	}
}

int xa_store(struct xarray *xa, uint64_t index, void *entry)
{
	struct xa_node *made[2 * XA_MAX_HEIGHT], **spare = made;
	struct xa_path path;
	struct xa_node *leaf;
	unsigned nr;

	if (!entry) {
		xa_erase(xa, index);
		return 0;
	}
	nr = nodes_missing(xa, index);
	for (unsigned i = 0; i < nr; i++) {
		made[i] = object_alloc(xa->machine, &node_type, sizeof(*made[i]));
		if (!made[i]) {
			while (i--)
				object_free(xa->machine, made[i]);
			return -ENOMEM;
		}
	}
	grow(xa, height_of(index), &spare);
	if (!xa->height) {
		xa->root = entry;
		return 0;
	}
	make_path(xa, index, spare, &path);
	leaf = path.node[1];
	touch(xa->machine, leaf);
	leaf->slot[slot_of(leaf, index)] = entry;
	leaf->used |= UINT64_C(1) << slot_of(leaf, index);
	mark_full(xa, index, &path);
	return 0;
}

/* ---- erasing ---- */

static void *find_path(const struct xarray *xa, uint64_t index, struct xa_path *path)
{
	void *below = xa->root;

	if (index > highest_index(xa->height))
		return NULL;
	for (unsigned height = xa->height; height && below; height--) {
		path->node[height] = below;
		below = path->node[height]->slot[slot_of(below, index)];
	}
	return below;
}

static void shrink(struct xarray *xa)
{
	while (xa->height) {
		struct xa_node *node = xa->root;

		if (node->used != 1)
			return;
		xa->root = node->slot[0];
		xa->height--;
		object_free(xa->machine, node);
	}
}

void *xa_erase(struct xarray *xa, uint64_t index)
{
	struct xa_path path;
	void *entry = find_path(xa, index, &path);
	bool gone = true;

	if (!entry)
		return NULL;
	for (unsigned height = 1; height <= xa->height; height++) {
		struct xa_node *node = path.node[height];
		uint64_t bit = UINT64_C(1) << slot_of(node, index);
		bool was_full = node->full == UINT64_MAX;

		touch(xa->machine, node);
		node->full &= ~bit;
		if (gone) {
			node->slot[slot_of(node, index)] = NULL;
			node->used &= ~bit;
			gone = !node->used;
			if (gone)
				object_free(xa->machine, node);
		}
		if (!gone && !was_full)
			break;
	}
	if (gone) {
		xa->root = NULL;
		xa->height = 0;
	}
	shrink(xa);
	return entry;
}

static void free_nodes(struct xarray *xa, void *below, unsigned height)
{
	struct xa_node *node = below;

	if (!height)
		return;
	for (uint64_t used = node->used; used; used &= used - 1)
		free_nodes(xa, node->slot[__builtin_ctzll(used)], height - 1);
	object_free(xa->machine, node);
}

void xa_destroy(struct xarray *xa)
{
	if (xa->root)
		free_nodes(xa, xa->root, xa->height);
	xa->root = NULL;
	xa->height = 0;
}

/* ---- searching ---- */

/*
 * Moves *index up to the first used or the first free one at or below `node`.
 * Only the first slot looked into can disappoint: what is wanted may lie below
 * *index there. The others hold it somewhere. So the cost is the height.
 */
static bool seek(const struct xa_node *node, uint64_t *index, bool want_free, void **entry)
{
	unsigned first = slot_of(node, *index);
	uint64_t open = want_free ? ~node->full & reachable_slots(node) : node->used;

	for (open &= ~UINT64_C(0) << first; open; open &= open - 1) {
		unsigned slot = (unsigned)__builtin_ctzll(open);

		*entry = node->slot[slot];
		if (slot != first)
			*index = node->base | (uint64_t)slot << node->shift;
		if (!node->shift || !*entry || seek(*entry, index, want_free, entry))
			return true;
	}
	return false;
}

void *xa_find(const struct xarray *xa, uint64_t *index, uint64_t last)
{
	uint64_t at = *index;
	void *entry = xa->root;

	if (!entry || at > last || at > highest_index(xa->height))
		return NULL;
	if (xa->height && !seek(xa->root, &at, false, &entry))
		return NULL;
	if (at > last)
		return NULL;
	*index = at;
	return entry;
}

int xa_find_free(const struct xarray *xa, uint64_t first, uint64_t last, uint64_t *index)
{
	uint64_t at = first, highest = highest_index(xa->height);
	void *entry;

	if (xa->root && first <= highest) {
		if (!xa->height || !seek(xa->root, &at, true, &entry)) {
			if (highest == UINT64_MAX)
				return -EBUSY;
			at = highest + 1;
		}
	}
	if (first > last || at > last)
		return -EBUSY;
	*index = at;
	return 0;
}
