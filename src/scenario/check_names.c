/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/check.h"

#include <string.h>

/* Checking: what actions give names to, and which names they make free again. */

/* ---- names that actions give ---- */

static void define_irqs(struct scope *scope, const struct stmt *stmt, unsigned nr,
			const uint32_t *indexes)
{
	const struct pattern *target = stmt->args->value;
	const struct name *owner = name_find(scope, target->path->name);
	struct name *name = name_define(scope, stmt->as, NAME_IRQS, stmt->as_span);

	if (!name || !owner)
		return;
	name->irqs = stash_alloc(scope->stash, (nr ? nr : 1) * sizeof(*name->irqs));
	name->nr_irqs = nr;
	for (unsigned i = 0; i < nr; i++)
		name->irqs[i] = (struct irq_entry){
			.map.index = indexes ? (int)indexes[i] : 0,
			.slot = indexes ? indexes[i] : 0,
			.device = owner->device,
			.source = owner->kind == NAME_POOL ||
						  strcmp(arg_word(stmt, "KIND"), "platform") == 0
					  ? RAISE_STORE
				  : stmt->verb == VERB_ALLOC || stmt->verb == VERB_GUEST_UNMASK ||
						  strcmp(arg_word(stmt, "KIND"), "msix") == 0
					  ? RAISE_MSIX
				  : strcmp(arg_word(stmt, "KIND"), "intx") == 0 ? RAISE_INTX
										: RAISE_MSI,
			.store = owner->store,
		};
}

static void define_batch(struct scope *scope, const struct stmt *stmt)
{
	uint32_t indexes[2048];
	unsigned nr;

	if (list_resolve(scope, stmt_value(stmt, "ENTRIES"), 2047, "entry", indexes, 2048, &nr))
		define_irqs(scope, stmt, nr, indexes);
}

static void define_entry(struct scope *scope, const struct stmt *stmt)
{
	struct source_ref ref;
	uint32_t index;

	if (!source_resolve(scope, stmt->args->value, &ref))
		return;
	index = (uint32_t)ref.index;
	define_irqs(scope, stmt, 1, &index);
}

static void define_pool(struct scope *scope, const struct stmt *stmt)
{
	const struct device_desc *device;
	struct name *name;
	unsigned store;

	if (!store_resolve(scope, stmt_value(stmt, "STORE"), &device, &store))
		return;
	name = name_define(scope, stmt->as, NAME_POOL, stmt->as_span);
	if (name) {
		name->device = device;
		name->store = store;
	}
}

static void define_wire(struct scope *scope, const struct stmt *stmt)
{
	struct source_ref wire;
	struct name *name;

	if (!source_resolve(scope, stmt_value(stmt, "SOURCE"), &wire))
		return;
	name = name_define(scope, stmt->as, NAME_IRQS, stmt->as_span);
	if (!name)
		return;
	name->nr_irqs = 1;
	name->irqs = stash_new(scope->stash, struct irq_entry);
	*name->irqs = (struct irq_entry){
		.device = wire.device, .source = RAISE_STORE, .slot = wire.index};
}

static void define_logical(struct scope *scope, const struct stmt *stmt)
{
	const struct name *pool = name_resolve(scope, stmt->args->value, NAME_POOL);
	struct name *name = pool ? name_define(scope, stmt->as, NAME_POOL, stmt->as_span) : NULL;

	if (name) {
		name->device = pool->device;
		name->store = pool->store;
	}
}

/* ---- names that actions take back ---- */

static bool is_of_pool(const struct scope *scope, const struct name *n)
{
	return n->nr_irqs && n->irqs->source == RAISE_STORE &&
	       !device_is_platform(&scope->topology, n->irqs->device) &&
	       !device_is_bridge(&scope->topology, n->irqs->device);
}

/* Its own, or of one of its virtual functions. */
static bool is_of_device(const struct name *n, const struct name *device)
{
	const struct device_desc *d = n->kind == NAME_POOL		   ? n->device
				      : n->kind == NAME_IRQS && n->nr_irqs ? n->irqs->device
									   : NULL;
	size_t length = strlen(device->name);

	return d && (d == device->device || (strncmp(d->name, device->name, length) == 0 &&
					     strncmp(d->name + length, "-vf", 3) == 0));
}

static void device_gives_back(struct scope *scope, const struct name *device, bool all)
{
	for (struct name *n = scope->names; device && n; n = n->next)
		if (is_of_device(n, device) &&
		    (all || (n->kind == NAME_IRQS && !is_of_pool(scope, n) &&
			     n->irqs->device == device->device)))
			n->gone = true;
}

static void pool_gives_back(struct scope *scope, const struct name *pool)
{
	for (struct name *n = scope->names; pool && n; n = n->next)
		if ((n->kind == NAME_POOL && n->device == pool->device &&
		     n->store == pool->store) ||
		    (n->kind == NAME_IRQS && is_of_pool(scope, n) &&
		     n->irqs->device == pool->device && n->irqs->store == pool->store))
			n->gone = true;
}

/* What was named since, and is not there any more. */
static void gone_since(struct scope *scope, const struct name *checkpoint)
{
	for (struct name *n = scope->names; checkpoint && n && n != checkpoint; n = n->next)
		n->gone = true;
}

static void names_given_back(struct scope *scope, const struct stmt *stmt)
{
	struct name *first = stmt->args && stmt->args->value->kind == PATTERN_PATH
				     ? name_find(scope, stmt->args->value->path->name)
				     : NULL;

	switch (stmt->verb) {
	case VERB_FREE_VECTORS:
		device_gives_back(scope, first, false);
		break;
	case VERB_REMOVE:
	case VERB_PASSTHROUGH:
	case VERB_SRIOV:
		device_gives_back(scope, first, true);
		break;
	case VERB_RELEASE:
	case VERB_UNMAP:
		if (first)
			first->gone = true;
		break;
	case VERB_DESTROY:
		pool_gives_back(scope, first);
		break;
	case VERB_BACK:
		gone_since(scope, first);
		break;
	default:
		break;
	}
}

/* A name may be used again once what it named was given back; a pin's interrupt never is. */
static bool name_is_free(struct scope *scope, const struct stmt *stmt)
{
	const struct name *old = name_find(scope, stmt->as);
	struct diag *diag;

	if (strcmp(arg_word(stmt, "KIND"), "intx") == 0)
		return true;
	if (!old || old->gone || (old->kind != NAME_IRQS && old->kind != NAME_POOL))
		return true; /* name_define() says what else is wrong */
	diag = scope_error(scope, DIAG_DUPLICATE_NAME, stmt->as_span, stmt->as,
			   name_kind_text(old->kind));
	diag_note(scope->diags, diag, old->span, "defined here; not given back since");
	return false;
}

void check_definition(struct scope *scope, const struct stmt *stmt)
{
	const struct pattern *name;

	if (stmt->verb == VERB_CHECKPOINT) {
		name = stmt_value(stmt, "NAME");
		name_define(scope, name->path->name, NAME_CHECKPOINT, stmt->span);
	}
	if (stmt->result.kind == RESULT_ERROR || scope->invalid)
		return;
	names_given_back(scope, stmt);
	if (!stmt->as || !name_is_free(scope, stmt))
		return;
	if (stmt->verb == VERB_ENABLE)
		define_batch(scope, stmt);
	else if (stmt->verb == VERB_ALLOC)
		define_irqs(scope, stmt, 1, NULL);
	else if (stmt->verb == VERB_GUEST_UNMASK)
		define_entry(scope, stmt);
	else if (stmt->verb == VERB_POOL)
		define_pool(scope, stmt);
	else if (stmt->verb == VERB_MAP)
		define_wire(scope, stmt);
	else if (stmt->verb == VERB_LOGICAL)
		define_logical(scope, stmt);
}
