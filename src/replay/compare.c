/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "compare.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 240

static const char *const names[NR_CATEGORIES] = {
#define REPLAY_CATEGORY_NAME(id, name) [CATEGORY_##id] = name,
	REPLAY_CATEGORIES(REPLAY_CATEGORY_NAME)
#undef REPLAY_CATEGORY_NAME
};

const char *category_name(enum category category)
{
	return names[category];
}

int category_by_name(const char *name)
{
	for (int i = 0; i < NR_CATEGORIES; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

void comparison_free(struct comparison *cmp)
{
	for (unsigned i = 0; i < cmp->nr_differences; i++) {
		free(cmp->differences[i].path);
		free(cmp->differences[i].op);
		json_decref(cmp->differences[i].expected);
		json_decref(cmp->differences[i].actual);
	}
	free(cmp->differences);
	cmp->differences = NULL;
	cmp->nr_differences = 0;
}

static void keep_difference(struct comparison *cmp, enum category category, const char *path,
			    const json_t *expected, const json_t *actual, bool unrecorded)
{
	struct difference *list, *new;

	if (cmp->nr_differences >= cmp->keep)
		return;
	list = realloc(cmp->differences, (cmp->nr_differences + 1) * sizeof(*list));
	if (!list)
		return;
	cmp->differences = list;
	new = &list[cmp->nr_differences++];
	*new = (struct difference){
		.path = strdup(path),
		.op = strdup(cmp->op ? cmp->op : ""),
		.expected = expected ? json_deep_copy(expected) : NULL,
		.actual = actual ? json_deep_copy(actual) : NULL,
		.n = cmp->n,
		.category = category,
		.unrecorded = unrecorded,
	};
}

static bool wanted(const struct comparison *cmp, enum category category)
{
	return !cmp->categories || cmp->categories >> category & 1;
}

static void count(struct comparison *cmp, enum category category, bool recorded, uint64_t compared,
		  bool matched)
{
	struct tally *tally = recorded ? &cmp->recorded[category] : &cmp->unchanged[category];

	tally->compared += compared;
	if (matched)
		tally->matched += compared;
}

/* ---- state: trees ---- */

struct walk {
	struct comparison *cmp;
	enum category category;
	char path[PATH_BYTES];
};

static bool is_number(const char *key)
{
	for (const char *c = key; *c; c++)
		if (*c < '0' || *c > '9')
			return false;
	return *key != 0;
}

/* Appends a step to the path; returns the length before. */
static size_t enter(struct walk *walk, const char *key)
{
	size_t length = strlen(walk->path);

	snprintf(walk->path + length, PATH_BYTES - length, is_number(key) ? "[%s]" : ".%s", key);
	return length;
}

static uint64_t leaves(const json_t *value)
{
	uint64_t sum = 0;
	const char *key;
	json_t *member;

	if (!json_is_object(value))
		return 1;
	json_object_foreach((json_t *)value, key, member) sum += leaves(member);
	return sum;
}

static void leaf(struct walk *walk, const json_t *expected, const json_t *actual,
		 const json_t *recorded)
{
	bool same = expected == actual || (expected && actual && json_equal(expected, actual));
	const json_t *counted = expected ? expected : actual;
	uint64_t values = counted && !json_is_null(recorded) ? leaves(counted) : 1;

	count(walk->cmp, walk->category, recorded, values ? values : 1, same);
	if (!same)
		keep_difference(walk->cmp, walk->category, walk->path, expected, actual, !recorded);
}

static void tree(struct walk *walk, const json_t *expected, const json_t *actual,
		 const json_t *recorded);

static void member(struct walk *walk, const char *key, const json_t *expected, const json_t *actual,
		   const json_t *recorded)
{
	const json_t *e = json_object_get(expected, key);
	const json_t *a = json_object_get(actual, key);
	const json_t *r = json_object_get(recorded, key);
	size_t length;

	if (!r && !walk->cmp->strict)
		return;
	length = enter(walk, key);
	tree(walk, e, a, r);
	walk->path[length] = 0;
}

static void tree(struct walk *walk, const json_t *expected, const json_t *actual,
		 const json_t *recorded)
{
	const char *key;
	json_t *value;

	if (!json_is_object(expected) || !json_is_object(actual)) {
		/* An empty object is as good as none. */
		if (!(json_is_object(expected) && !json_object_size(expected) && !actual) &&
		    !(json_is_object(actual) && !json_object_size(actual) && !expected &&
		      !recorded))
			leaf(walk, expected, actual, recorded);
		return;
	}
	json_object_foreach((json_t *)expected, key, value)
		member(walk, key, expected, actual, recorded);
	json_object_foreach((json_t *)recorded, key, value)
	{
		if (!json_object_get(expected, key))
			member(walk, key, expected, actual, recorded);
	}
	json_object_foreach((json_t *)actual, key, value)
	{
		if (!json_object_get(expected, key) && !json_object_get(recorded, key))
			member(walk, key, expected, actual, recorded);
	}
}

void compare_state(struct comparison *cmp, enum category category, const char *root,
		   const json_t *expected, const json_t *actual, const json_t *recorded)
{
	struct walk walk = {.cmp = cmp, .category = cmp->start ? CATEGORY_START : category};

	if (!wanted(cmp, walk.category))
		return;
	snprintf(walk.path, sizeof(walk.path), "%s", root);
	if (recorded || cmp->strict)
		tree(&walk, expected, actual, recorded);
}

/* ---- values and sequences ---- */

void compare_value(struct comparison *cmp, enum category category, const char *path,
		   const json_t *expected, const json_t *actual)
{
	compare_state(cmp, category, path, expected, actual, expected ? expected : json_null());
}

void compare_sequence(struct comparison *cmp, enum category category, const char *root,
		      const json_t *expected, const json_t *actual)
{
	size_t nr_expected = json_array_size(expected), nr_actual = json_array_size(actual);
	size_t longest = nr_expected > nr_actual ? nr_expected : nr_actual;

	if (!wanted(cmp, category))
		return;
	for (size_t i = 0; i < longest; i++) {
		json_t *e = json_array_get(expected, i), *a = json_array_get(actual, i);
		bool same = e && a && json_equal(e, a);
		char path[PATH_BYTES];

		count(cmp, category, true, 1, same);
		if (same)
			continue;
		snprintf(path, sizeof(path), "%s[%zu]", root, i);
		keep_difference(cmp, category, path, e, a, false);
	}
}

void compare_impossible(struct comparison *cmp, enum category category, const char *path,
			const json_t *expected)
{
	uint64_t values = expected ? leaves(expected) : 1;
	json_t *why;

	if (!wanted(cmp, category))
		return;
	why = json_string("(could not be compared)");
	count(cmp, category, true, values ? values : 1, false);
	keep_difference(cmp, category, path, expected, why, false);
	json_decref(why);
}
