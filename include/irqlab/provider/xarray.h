/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_XARRAY_H
#define IRQLAB_PROVIDER_XARRAY_H

#include <irqlab/machine.h>

/*
 * An xarray: index → pointer, nodes of 64. It is part of some object: who stores,
 * erases or destroys has touched that one. To begin with all is zero but `machine`.
 * Every call costs the height of the tree.
 */

struct xarray {
	struct machine *machine;
	void *root;
	uint32_t height; /* levels of nodes; 0: root is the entry at index 0 */
	uint64_t key;	 /* of its nodes in digests: its owner's, or 0 */
};

/* NULL: nothing is there. */
void *xa_load(const struct xarray *xa, uint64_t index);
/* In the place of what was there; NULL erases. 0, -ENOMEM. */
int xa_store(struct xarray *xa, uint64_t index, void *entry);
/* Returns what was there, or NULL. */
void *xa_erase(struct xarray *xa, uint64_t index);
/* The first entry at or after *index up to last; NULL: none. */
void *xa_find(const struct xarray *xa, uint64_t *index, uint64_t last);
/* The lowest free index of first … last; -EBUSY if there is none. */
int xa_find_free(const struct xarray *xa, uint64_t first, uint64_t last, uint64_t *index);
bool xa_empty(const struct xarray *xa);
/* Frees its nodes; entries are the caller's. */
void xa_destroy(struct xarray *xa);

#endif
