/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "events.h"
#include "expected.h"
#include "json_tools.h"
#include <irqlab/provider/software.h>
#include <irqlab/trace.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EVENTS (1u << 20)

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

json_t *event_begin(struct machine *m, const struct tape_record *record)
{
	const char *name = trace_point_name((enum trace_point)record->value);
	json_t *event = json_pack("{s:s}", "e", name);

	if (!starts_with(name, "irq_matrix_") && strcmp(name, "calc_sets"))
		json_object_set_new(event, "irq", json_integer((json_int_t)record->address));
	if (in_hardirq(m))
		json_object_set_new(event, "on", json_integer(record->actor));
	return event;
}

/* Name number `index` of a list of words. False: there is no such. */
static bool word_at(const char *words, unsigned index, char name[24])
{
	size_t length;

	while (index--) {
		words = strchr(words, ' ');
		if (!words)
			return false;
		words++;
	}
	length = strcspn(words, " ");
	if (!length || length >= 24)
		return false;
	memcpy(name, words, length);
	name[length] = 0;
	return true;
}

static json_t *list_of(json_t *event, const char *key)
{
	json_t *list = json_object_get(event, key);

	if (!list) {
		list = json_array();
		json_object_set_new(event, key, list);
	}
	return list;
}

static const char *domain_name(struct machine *m, uint64_t id)
{
	for (const struct irq_domain *d = irq_domain_first(m); d; d = d->next)
		if (d->id == id)
			return d->name;
	return "";
}

static void set_argument(struct machine *m, json_t *event, const char *name, uint64_t value)
{
	if (!strcmp(name, "online") && json_object_get(event, "bit"))
		return; /* the recorder left it out where there is a bit */
	if (!strcmp(name, "domain"))
		json_object_set_new(event, name, json_string(domain_name(m, value)));
	else if (!strcmp(name, "mask"))
		json_object_set_new(event, name,
				    json_cpus((const struct cpumask *)(uintptr_t)value));
	else if (starts_with(name, "msg_"))
		json_array_append_new(list_of(event, "msg"), json_hex(value));
	else if (starts_with(name, "set"))
		json_array_append_new(list_of(event, "sets"), json_integer((json_int_t)value));
	else if (!strcmp(name, "ret"))
		json_object_set_new(event, name, json_integer((int32_t)value));
	else
		json_object_set_new(event, name, json_integer((json_int_t)value));
}

void event_argument(struct machine *m, json_t *event, const struct tape_record *record)
{
	int point = -1;
	const char *name = json_string_value(json_object_get(event, "e"));
	const uint64_t values[] = {record->address, record->value};

	for (int i = 0; i < NR_TRACE_POINTS && point < 0; i++)
		if (!strcmp(trace_point_name((enum trace_point)i), name))
			point = i;
	for (unsigned i = 0; i < 2; i++) {
		char word[24];

		if (word_at(trace_point_args((enum trace_point)point), record->extra + i, word))
			set_argument(m, event, word, values[i]);
	}
}

/* ---- who ran ---- */

/* How many single writes the first `count` of a list are, runs being repeated already. */
static json_int_t single_writes(const json_t *writes, json_int_t count)
{
	json_int_t singles = 0;
	size_t index;
	json_t *write;

	json_array_foreach((json_t *)writes, index, write)
	{
		const json_t *entries = json_object_get(write, "entries");

		if ((json_int_t)index >= count)
			return singles;
		singles += 1 + json_integer_value(json_array_get(entries, 1)) -
			   json_integer_value(json_array_get(entries, 0));
	}
	return writes ? singles : count;
}

static json_t *plain_event(const json_t *event, json_int_t at)
{
	json_t *copy = json_copy((json_t *)event);

	json_object_del(copy, "on");
	json_object_del(copy, "ctx");
	json_object_set_new(copy, "at", json_integer(at));
	return copy;
}

json_t *events_by_runner(const json_t *events, const json_t *writes, struct failure *failure)
{
	json_t *list = json_expand_runs(events, MAX_EVENTS, failure);
	json_t *issued = json_expand_runs(writes, MAX_EVENTS, failure);
	json_t *runners = list && issued ? json_object() : NULL;
	json_int_t at = 0;
	size_t index;
	json_t *event;

	for (index = 0; runners && index < json_array_size(list); index++) {
		const char *name, *task = "task";
		char cpu[24];

		event = json_array_get(list, index);
		name = json_string_value(json_object_get(event, "e"));
		if (json_object_get(event, "at"))
			at = single_writes(writes ? issued : NULL,
					   json_integer_value(json_object_get(event, "at")));
		if (!name)
			continue;
		snprintf(cpu, sizeof(cpu), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_object_get(event, "on")));
		json_array_append_new(list_of(runners, json_object_get(event, "on") ? cpu : task),
				      plain_event(event, at));
	}
	json_decref(list);
	json_decref(issued);
	return runners;
}

static json_int_t number_of(const json_t *event, const char *key)
{
	return json_integer_value(json_object_get(event, key));
}

static bool is_return(const json_t *event)
{
	return !strcmp(json_string_value(json_object_get(event, "e")) ?: "", "after_call");
}

unsigned events_drop_returns(json_t *events)
{
	unsigned nr = 0;

	for (size_t i = json_array_size(events); i--;) {
		if (!is_return(json_array_get(events, i)))
			continue;
		json_array_remove(events, i);
		nr++;
	}
	return nr;
}

void events_adapt_returns(const json_t *expected, json_t *actual)
{
	size_t index;
	json_t *event;

	json_array_foreach(actual, index, event)
	{
		const json_t *recorded = json_array_get(expected, index);

		if (recorded && is_return(event) && !number_of(event, "mip") &&
		    !number_of(recorded, "mip") && !number_of(recorded, "prev_vector"))
			json_object_set_new(event, "prev_vector", json_integer(0));
	}
}
