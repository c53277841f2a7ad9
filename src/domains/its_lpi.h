/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_DOMAINS_ITS_LPI_H
#define IRQLAB_DOMAINS_ITS_LPI_H

#include <irqlab/provider/software.h>

/*
 * LPI numbers that nobody has: ranges, sorted. A block is cut from the front of
 * the first range that is large enough; what comes back is merged with its
 * neighbours.
 */
struct lpi_space;
struct lpi_block; /* numbers that somebody has */

struct lpi_space *lpi_space_create(struct machine *m, uint32_t first, uint32_t count);
void lpi_space_destroy(struct lpi_space *space); /* nothing is handed out any more */

/*
 * A block of `count` numbers or, as long as no range has room, half as many; at
 * least one. NULL with *error -ENOMEM (no memory) or -ENOSPC (no number is left).
 */
struct lpi_block *lpi_alloc(struct lpi_space *space, uint32_t count, int *error);
/* The block that starts there, for a loaded state. NULL: it is not free, or no memory. */
struct lpi_block *lpi_take(struct lpi_space *space, uint32_t first, uint32_t count);
void lpi_free(struct lpi_space *space, struct lpi_block *block);

uint32_t lpi_block_first(const struct lpi_block *block);
uint32_t lpi_block_count(const struct lpi_block *block);
bool lpi_is_free(const struct lpi_space *space, uint32_t intid);

#endif
