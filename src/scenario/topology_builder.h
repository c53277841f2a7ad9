/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_SCENARIO_TOPOLOGY_BUILDER_H
#define IRQLAB_SCENARIO_TOPOLOGY_BUILDER_H

#include "scenario/keys.h"
#include "scenario/scope.h"

/* A topology block on its way to a description. Private to topology.c and topology_domains.c. */

struct builder {
	struct scope *scope;
	struct topology *t;
	const struct stmt *stmt; /* the line */
	const char *kind;	 /* of a `domain` */
	bool good;		 /* the line */
	bool failed;		 /* one before it was not */
};

static inline void fail_unless(struct builder *b, bool good)
{
	b->good &= good;
}

/* An argument of the line; out of bounds is an error. */
static inline uint64_t number(struct builder *b, const char *param, uint64_t lowest,
			      uint64_t highest, uint64_t otherwise)
{
	uint64_t value;

	fail_unless(b, arg_number(b->scope, b->stmt, param, lowest, highest, otherwise, &value));
	return value;
}

/* The same of a key of `domain` (of that kind) or `device`, whose table knows the bounds. */
static inline uint64_t bounded(struct builder *b, const char *key, uint64_t otherwise)
{
	const struct key *k = key_find(b->stmt->verb, b->kind, key);

	return number(b, key, k->lowest, k->highest, otherwise);
}

/* NULL: not given. */
static inline const char *plain_name(struct builder *b, const char *param)
{
	const struct pattern *value = stmt_value(b->stmt, param);
	struct text text = {0};
	const char *out;

	if (!value)
		return NULL;
	path_print(value->path, &text);
	out = stash_string(b->scope->stash, text_string(&text));
	text_free(&text);
	return out;
}

static inline const struct arg *argument(struct builder *b, const char *param)
{
	return stmt_arg(b->stmt, param);
}

/* topology_keys.c: does each key belong to the kind, and has what it needs? An error otherwise. */
bool keys_fit(struct builder *b);
/* 5 or 3..5, within the bounds of the key; untouched where it isn't given. */
void bounded_range(struct builder *b, const char *key, uint16_t *first, uint16_t *last);

/* topology_domains.c */
bool parent_is_known(struct builder *b); /* or there is none; an error otherwise */
void build_domain(struct builder *b);

#endif
