/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/topology_builder.h"

#include <string.h>

/* Do the keys of a line of the topology fit it? */

static const char *shown(const struct builder *b)
{
	return b->stmt->verb == VERB_T_DOMAIN ? b->kind : verb_name(b->stmt->verb);
}

static const char *keys_taken(struct builder *b)
{
	const char *out = "";
	const struct key *key;

	for (unsigned i = 0; (key = key_of(b->stmt->verb, i)); i++)
		if (key_find(b->stmt->verb, b->kind, key->name) == key)
			out = stash_printf(b->scope->stash, "%s%s%s", out, *out ? ", " : "",
					   key->name);
	return *out ? out : "none";
}

static bool is_key(const struct arg *arg)
{
	return arg->key || (arg->is_literal && strcmp(arg->param, "pci") != 0);
}

static bool key_fits(struct builder *b, const struct arg *arg)
{
	const struct key *key = key_find(b->stmt->verb, b->kind, arg->param);

	if (!key) {
		scope_error(b->scope, DIAG_MISPLACED_KEY, arg->span, arg->param, shown(b),
			    keys_taken(b));
		return false;
	}
	if (!*key->needs || argument(b, key->needs))
		return true;
	scope_error(b->scope, DIAG_MISSING_ARGUMENT, arg->span, arg->param,
		    stash_printf(b->scope->stash, "'%s=' beside it", key->needs));
	return false;
}

bool keys_fit(struct builder *b)
{
	bool fit = true;

	for (const struct arg *a = b->stmt->args; a; a = a->next)
		if (is_key(a))
			fit &= key_fits(b, a);
	fail_unless(b, fit);
	return fit;
}

void bounded_range(struct builder *b, const char *key, uint16_t *first, uint16_t *last)
{
	const struct pattern *range = stmt_value(b->stmt, key);
	const struct key *k = key_find(b->stmt->verb, b->kind, key);
	uint64_t low, high;

	if (!range)
		return;
	low = range->first.value;
	high = range->kind == PATTERN_RANGE ? range->last.value : low;
	if (low >= k->lowest && high <= k->highest) {
		*first = (uint16_t)low;
		*last = (uint16_t)high;
		return;
	}
	scope_error(b->scope, DIAG_BAD_VALUE, argument(b, key)->span, key,
		    low < k->lowest ? low : high, k->lowest, k->highest);
	b->good = false;
}
