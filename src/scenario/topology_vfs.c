/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scope.h"

#include <string.h>

/* Virtual functions: devices with names, though no line of the topology is theirs. */

size_t topology_room_for_vfs(const struct stmt *block)
{
	size_t nr = 0;

	for (const struct stmt *s = block->body; s; s = s->next)
		nr += s->verb == VERB_T_DEVICE && stmt_arg(s, "sriov");
	return nr * TOPOLOGY_MAX_VFS;
}

static bool add_vf(struct scope *scope, const struct device_desc *pf, unsigned n)
{
	struct topology *t = &scope->topology;
	struct device_desc *d = &t->devices[t->first_vf + t->nr_vfs];
	const struct span span = name_find(scope, pf->name)->span;
	struct name *name;
	char text[32];

	if (!device_vf_desc(pf, n, d, text)) {
		scope_error(scope, DIAG_BAD_TOPOLOGY, span,
			    "its virtual functions lie beyond bus 255, or its name is too long");
		return false;
	}
	d->name = stash_string(scope->stash, text);
	d->bus_name = stash_printf(scope->stash, "%04x:%02x:%02x.%u", d->segment, d->requester >> 8,
				   d->requester >> 3 & 31, d->requester & 7);
	memcpy(t->stores[d - t->devices], t->stores[pf - t->devices], sizeof(t->stores[0]));
	name = name_define(scope, d->name, NAME_DEVICE, span);
	if (!name)
		return false;
	name->device = d;
	t->nr_vfs++;
	return true;
}

bool topology_add_vfs(struct scope *scope)
{
	const struct topology *t = &scope->topology;

	for (uint32_t i = 0; i < t->desc.nr_devices; i++)
		for (unsigned n = 0; n < t->devices[i].sriov.total; n++)
			if (!add_vf(scope, &t->devices[i], n))
				return false;
	return true;
}
