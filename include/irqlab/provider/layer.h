/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_PROVIDER_LAYER_H
#define IRQLAB_PROVIDER_LAYER_H

#include <irqlab/machine.h>

/*
 * Whose code is running. The core says so whenever it calls somebody: a driver's
 * handler, a callback of a chip, an operation of a domain; and it says that it
 * runs itself when somebody calls it. So each can refuse what is not the caller's to do.
 */
enum machine_layer {
	LAYER_OUTSIDE, /* no callback runs: nothing is refused, unless switch STRICT_LAYERS makes
			* whoever calls a driver */
	LAYER_DRIVER,
	LAYER_CHIP,
	LAYER_DOMAIN,
	LAYER_CORE,
};

/* Who may not do it: sets of layers for layer_refuses(). */
enum {
	NOT_FOR_DRIVERS = 1 << LAYER_OUTSIDE | 1 << LAYER_DRIVER,
	NOT_FOR_CHIPS = 1 << LAYER_CHIP, /* what allocates, and so may sleep */
};

/* The machine keeps it where touch() finds what it reads. */
static inline uint32_t *machine_layer_(struct machine *m)
{
	return (uint32_t *)(void *)m + 2;
}
static inline enum machine_layer machine_layer(struct machine *m)
{
	return (enum machine_layer) * machine_layer_(m);
}

/* Warns LAYER_VIOLATION, with irq 0, and returns true if it is refused. */
bool layer_refuses_slow(struct machine *m);
static inline bool layer_refuses(struct machine *m, unsigned not_for)
{
	return __builtin_expect(not_for >> machine_layer(m) & 1, 0) && layer_refuses_slow(m);
}

struct layer_scope {
	struct machine *m;
	uint32_t before;
};
static inline struct layer_scope layer_enter(struct machine *m, enum machine_layer layer)
{
	struct layer_scope scope = {m, *machine_layer_(m)};

	*machine_layer_(m) = layer;
	return scope;
}
static inline void layer_leave(const struct layer_scope *scope)
{
	*machine_layer_(scope->m) = scope->before;
}
/* From here to the end of the block `layer` runs. */
#define layer_runs(m, layer)	      layer_runs_(m, layer, __COUNTER__)
#define layer_runs_(m, layer, number) layer_scope_(m, layer, number)
#define layer_scope_(m, layer, number)                                                             \
	struct layer_scope layer_scope_##number __attribute__((cleanup(layer_leave), unused)) =    \
		layer_enter(m, layer)

#endif
