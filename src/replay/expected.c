/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "expected.h"
#include "json_tools.h"
#include <stdlib.h>
#include <string.h>

#define MAX_IRQ	     (1u << 24)
#define MAX_ENTRIES  65536u
#define MAX_ELEMENTS (1u << 21)
#define MAX_REPEATED 64u /* values in something that is repeated */
#define MAX_COPIED   (UINT64_C(64) << 20)

const char *const state_part_names[NR_STATE_PARTS] = {"irqs", "matrix", "vectors", "irt", "devs"};

void expected_init(struct expected *expected)
{
	for (int i = 0; i < NR_STATE_PARTS; i++) {
		expected->part[i] = json_object();
		expected->recorded[i] = NULL;
	}
	expected->copied = 0;
}

void expected_free(struct expected *expected)
{
	for (int i = 0; i < NR_STATE_PARTS; i++) {
		json_decref(expected->part[i]);
		json_decref(expected->recorded[i]);
	}
}

/* Scalars in a value. */
static uint64_t count_values(const json_t *value)
{
	uint64_t count = 0;
	const char *key;
	size_t index;
	json_t *member;

	if (!json_is_object(value) && !json_is_array(value))
		return 1;
	json_object_foreach((json_t *)value, key, member) count += count_values(member);
	json_array_foreach((json_t *)value, index, member) count += count_values(member);
	return count;
}

void json_merge(json_t *into, const json_t *from)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)from, key, value)
	{
		json_t *old = json_object_get(into, key);

		if (json_is_null(value)) {
			json_object_del(into, key);
		} else if (!json_is_object(value)) {
			json_object_set_new(into, key, json_deep_copy(value));
		} else {
			if (!json_is_object(old)) {
				old = json_object();
				json_object_set_new(into, key, old);
			}
			json_merge(old, value);
		}
	}
}

static bool key_range(const char *key, uint64_t *first, uint64_t *last)
{
	char left[16];
	const char *dash = strchr(key, '-');

	if (!dash || (size_t)(dash - key) >= sizeof(left))
		return false;
	memcpy(left, key, (size_t)(dash - key));
	left[dash - key] = 0;
	return json_key_number(left, first) && json_key_number(dash + 1, last) && *first <= *last;
}

int json_expand_keys(json_t *object, unsigned limit)
{
	json_t *plain = json_object();
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		uint64_t first, last;

		if (json_key_number(key, &first)) {
			last = first;
		} else if (!key_range(key, &first, &last)) {
			json_decref(plain);
			return -1;
		}
		if (last >= limit || (last > first && count_values(value) > MAX_REPEATED)) {
			json_decref(plain);
			return -1;
		}
		for (uint64_t i = first; i <= last; i++)
			json_set_at(plain, i, json_incref(value));
	}
	json_object_clear(object);
	json_object_update(object, plain);
	json_decref(plain);
	return 0;
}

/* ---- runs ---- */

static void repeat(json_t *to, const json_t *of, const json_t *step, json_int_t repetition)
{
	size_t index;
	json_t *element;

	json_array_foreach((json_t *)of, index, element)
	{
		json_t *copy = json_deep_copy(element);
		const char *name;
		json_t *by;

		json_object_foreach(json_array_get(step, index), name, by)
		{
			json_t *value = json_object_get(copy, name);

			json_integer_set(value, json_integer_value(value) +
							repetition * json_integer_value(by));
		}
		json_array_append_new(to, copy);
	}
}

static bool good_steps(const json_t *of, const json_t *step)
{
	const json_int_t most = (json_int_t)1 << 31;
	size_t index;
	json_t *element;

	if (!json_is_array(of) || !json_array_size(of) ||
	    json_array_size(of) != json_array_size(step))
		return false;
	json_array_foreach((json_t *)of, index, element)
	{
		json_t *steps = json_array_get(step, index);
		const char *name;
		json_t *by;

		if (!json_is_object(element) || !json_is_object(steps) ||
		    count_values(element) > MAX_REPEATED)
			return false;
		json_object_foreach(steps, name, by)
		{
			json_t *value = json_object_get(element, name);

			if (!json_is_integer(by) || !json_is_integer(value) ||
			    llabs(json_integer_value(by)) > most ||
			    llabs(json_integer_value(value)) > most)
				return false;
		}
	}
	return true;
}

static int append_run(json_t *out, const json_t *run, size_t limit)
{
	json_t *of = json_object_get(run, "of"), *step = json_object_get(run, "step");
	json_int_t times = json_integer_value(json_object_get(run, "run"));

	if (!good_steps(of, step) || times < 1 || (size_t)times > limit ||
	    (size_t)times * json_array_size(of) + json_array_size(out) > limit)
		return -1;
	for (json_int_t r = 0; r < times; r++)
		repeat(out, of, step, r);
	return 0;
}

json_t *json_expand_runs(const json_t *list, size_t limit, struct failure *failure)
{
	json_t *out = json_array();
	size_t index;
	json_t *element;

	if (list && !json_is_array(list))
		goto malformed;
	json_array_foreach((json_t *)list, index, element)
	{
		if (!json_is_object(element))
			goto malformed;
		if (!json_object_get(element, "run"))
			json_array_append(out, element);
		else if (append_run(out, element, limit))
			goto malformed;
		if (json_array_size(out) > limit)
			goto malformed;
	}
	return out;

malformed:
	fail_at(failure, "a list of writes or events is malformed or too long");
	json_decref(out);
	return NULL;
}

static int append_entries(json_t *out, const json_t *write, const json_t *entries)
{
	json_int_t first = json_integer_value(json_array_get(entries, 0));
	json_int_t last = json_integer_value(json_array_get(entries, 1));

	if (json_array_size(entries) != 2 || count_values(write) > MAX_REPEATED || first < 0 ||
	    first > last || last >= MAX_ENTRIES)
		return -1;
	for (json_int_t i = first; i <= last; i++) {
		json_t *single = json_copy((json_t *)write);

		json_object_del(single, "entries");
		json_object_set_new(single, "entry", json_integer(i));
		json_array_append_new(out, single);
	}
	return 0;
}

json_t *expected_writes(const json_t *list, struct failure *failure)
{
	json_t *runs = json_expand_runs(list, MAX_ELEMENTS, failure);
	json_t *out = json_array();
	size_t index;
	json_t *write;

	json_array_foreach(runs, index, write)
	{
		json_t *entries = json_object_get(write, "entries");

		if (!entries) {
			json_array_append(out, write);
		} else if (append_entries(out, write, entries) ||
			   json_array_size(out) > MAX_ELEMENTS) {
			fail_at(failure, "writes[%zu].entries is malformed", index);
			json_decref(runs);
			json_decref(out);
			return NULL;
		}
	}
	if (!runs) {
		json_decref(out);
		return NULL;
	}
	json_decref(runs);
	return out;
}

/* ---- merging a line ---- */

static bool irq_number(const json_t *value, uint64_t *irq)
{
	return json_is_integer(value) && json_number(value, 0, MAX_IRQ - 1, irq);
}

/* The state of irq `model`, which this line recorded before; NULL with failure->text. */
static json_t *copy_like(struct expected *expected, const json_t *recorded, const json_t *like,
			 struct failure *failure)
{
	const json_t *from;
	uint64_t model;

	/* Arm recordings also name one that the line does not change. */
	if (!irq_number(like, &model) || json_is_null(json_at(recorded, model)) ||
	    !json_is_object(json_at(expected->part[STATE_IRQS], model))) {
		fail_at(failure, "an irq is like one that is not recorded before it");
		return NULL;
	}
	from = json_at(expected->part[STATE_IRQS], model);
	expected->copied += count_values(from);
	if (expected->copied > MAX_COPIED) {
		fail_at(failure, "too many irqs are like others");
		return NULL;
	}
	return json_deep_copy(from);
}

static int merge_irq(struct expected *expected, json_t *recorded, const json_t *record,
		     struct failure *failure)
{
	json_t *irqs = expected->part[STATE_IRQS];
	const json_t *like = json_object_get(record, "like");
	json_t *state, *delta;
	uint64_t irq;

	if (!json_is_object(record) || !irq_number(json_object_get(record, "irq"), &irq))
		return fail_at(failure, "an irq record without a number");
	if (json_is_object(json_at(recorded, irq)))
		return fail_at(failure, "irq %u is recorded twice", (unsigned)irq);
	if (like)
		state = copy_like(expected, recorded, like, failure);
	else
		state = json_at(irqs, irq) ? json_incref(json_at(irqs, irq)) : json_object();
	if (!state)
		return -1;
	delta = json_copy((json_t *)record);
	json_object_del(delta, "like");
	json_merge(state, delta);
	json_set_at(irqs, irq, state);
	if (like) { /* all of it is recorded */
		json_decref(delta);
		delta = json_deep_copy(state);
	}
	json_set_at(recorded, irq, delta);
	return 0;
}

static int merge_gone(struct expected *expected, json_t *recorded, const json_t *gone,
		      struct failure *failure)
{
	size_t index;
	json_t *value;

	json_array_foreach((json_t *)gone, index, value)
	{
		uint64_t irq;

		if (!irq_number(value, &irq))
			return fail_at(failure, "gone[%zu] is no irq number", index);
		json_set_at(recorded, irq, json_null());
	}
	json_merge(expected->part[STATE_IRQS], recorded);
	return 0;
}

static int merge_irqs(struct expected *expected, const json_t *line, struct failure *failure)
{
	json_t *recorded = json_object();
	json_t *irqs = json_object_get(line, "irqs"), *gone = json_object_get(line, "gone");
	size_t index;
	json_t *record;

	expected->recorded[STATE_IRQS] = recorded;
	if ((irqs && !json_is_array(irqs)) || (gone && !json_is_array(gone)))
		return fail_at(failure, "irqs or gone is not a list");
	if (merge_gone(expected, recorded, gone, failure))
		return -1;
	json_array_foreach(irqs, index, record)
	{
		if (merge_irq(expected, recorded, record, failure))
			return -1;
	}
	return 0;
}

static int expand_table_keys(json_t *devs, struct failure *failure)
{
	const char *name;
	json_t *dev;

	json_object_foreach(devs, name, dev)
	{
		json_t *entries = json_object_get(json_object_get(dev, "msix"), "entries");

		if (entries && json_expand_keys(entries, MAX_ENTRIES))
			return fail_at(failure, "devs.%.40s.msix.entries has a malformed key",
				       name);
	}
	return 0;
}

static int merge_part(struct expected *expected, enum state_part part, const json_t *value,
		      struct failure *failure)
{
	json_t *recorded;

	if (!value)
		return 0;
	if (!json_is_object(value))
		return fail_at(failure, "%s is not an object", state_part_names[part]);
	recorded = json_deep_copy(value);
	expected->recorded[part] = recorded;
	if (part == STATE_DEVS && expand_table_keys(recorded, failure))
		return -1;
	json_merge(expected->part[part], recorded);
	return 0;
}

int expected_merge(struct expected *expected, const json_t *line, struct failure *failure)
{
	for (int i = 0; i < NR_STATE_PARTS; i++) {
		json_decref(expected->recorded[i]);
		expected->recorded[i] = NULL;
	}
	if ((json_object_get(line, "irqs") || json_object_get(line, "gone")) &&
	    merge_irqs(expected, line, failure))
		return -1;
	for (int part = STATE_MATRIX; part < NR_STATE_PARTS; part++) {
		const json_t *value = json_object_get(line, state_part_names[part]);

		/* A number of vectors is an argument of the operation. */
		if (part == STATE_VECTORS && json_is_integer(value))
			continue;
		if (merge_part(expected, part, value, failure))
			return -1;
	}
	return 0;
}
