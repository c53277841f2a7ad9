/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_START_TABLES_H
#define IRQLAB_REPLAY_START_TABLES_H

#include <irqlab/provider/software.h>
#include <jansson.h>

/* Brings the MSI-X tables of a loaded machine to what `devs` { name: registers } says of them. */
void start_load_tables(struct machine *m, const json_t *devs);

#endif
