/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_VIEWS_NAMES_H
#define IRQLAB_VIEWS_NAMES_H

#include <irqlab/provider/software.h>

struct bit_name {
	uint32_t bit;
	const char *name; /* NULL ends a table */
};
extern const struct bit_name domain_flag_names[], irqd_state_names[];
const char *domain_token_name(enum irq_domain_bus_token token);

#endif
