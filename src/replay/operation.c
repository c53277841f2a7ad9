/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "operation.h"
#include "domains/x86.h"
#include "json_tools.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INDEX 65535

/* ---- verbs and their arguments ---- */

const struct verb *verb_by_name(const char *name)
{
	static const struct verb *const tables[] = {verbs_allocation, verbs_interrupt, verbs_device,
						    verbs_system, verbs_arm};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct verb *verb = tables[i]; verb->name; verb++)
			if (!strcmp(verb->name, name))
				return verb;
	return NULL;
}

bool verb_takes(const struct verb *verb, const char *field)
{
	const char *at = verb->arguments;
	size_t length = strlen(field);

	while ((at = strstr(at, field))) {
		if ((at == verb->arguments || at[-1] == ' ') && at[length] == ' ')
			return true;
		at += length;
	}
	return false;
}

bool line_gives(const struct verb *verb, const json_t *line, const char *field)
{
	bool of_device = json_object_get(line, "dev") &&
			 (json_object_get(line, "index") || json_object_get(line, "indexes"));

	return verb_takes(verb, field) && !(of_device && !strcmp(field, "irq"));
}

json_t *verb_arguments(const struct verb *verb, const json_t *line)
{
	json_t *arguments = json_object();
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)line, key, value)
	{
		if (line_gives(verb, line, key))
			json_object_set(arguments, key, value);
	}
	return arguments;
}

void verb_describe(const json_t *line, char *text, size_t size)
{
	const char *op = json_string_value(json_object_get(line, "op"));
	const struct verb *verb = op ? verb_by_name(op) : NULL;
	size_t used = (size_t)snprintf(text, size, "%s", op ? op : "?");
	const char *key;
	json_t *value;

	if (!verb)
		return;
	json_object_foreach((json_t *)line, key, value)
	{
		char *printed;

		if (!line_gives(verb, line, key) || used >= size)
			continue;
		printed = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		used += (size_t)snprintf(text + used, size - used, " %s=%s", key,
					 printed ? printed : "?");
		free(printed);
	}
}

/* ---- helpers for verbs ---- */

json_int_t call_integer(const struct call *call, const char *key, json_int_t otherwise)
{
	const json_t *value = json_object_get(call->arguments, key);
	uint64_t number;

	if (json_is_integer(value))
		return json_integer_value(value);
	return json_hex_value(value, &number) ? (json_int_t)number : otherwise;
}

unsigned long call_flags(struct call *call, const struct flag_word *words, size_t nr)
{
	const json_t *flags = json_object_get(call->arguments, "flags");
	unsigned long bits = 0;
	size_t index, i;
	json_t *flag;

	json_array_foreach((json_t *)flags, index, flag)
	{
		for (i = 0; i < nr; i++)
			if (!strcmp(json_string_value(flag) ?: "", words[i].word))
				break;
		if (i < nr)
			bits |= words[i].bit;
		else
			call->why = "flags has a word that this program does not know";
	}
	return bits;
}

static int read_cpus(const struct call *call, const struct cpumask **out, int beyond)
{
	const json_t *list = json_object_get(call->arguments, "mask");
	const struct cpumask *mask = cpumask_none(call->stage->m);
	size_t index;
	json_t *value;

	json_array_foreach((json_t *)list, index, value)
	{
		json_int_t cpu = json_is_integer(value) ? json_integer_value(value) : -1;

		if (cpu >= 0 && cpu < call->stage->recording->desc.nr_cpus)
			mask = cpumask_with(call->stage->m, mask, (unsigned)cpu);
		else if (beyond)
			return beyond;
	}
	*out = mask;
	return 0;
}

int call_cpus(const struct call *call, const struct cpumask **out)
{
	return read_cpus(call, out, call->stage->arm ? 0 : -ERANGE);
}

int call_cpus_of_user(const struct call *call, const struct cpumask **out)
{
	return read_cpus(call, out, call->stage->arm ? -EOVERFLOW : -ERANGE);
}

const struct irq_affinity_desc *call_affinity(const struct call *call, bool spells_pairs,
					      struct irq_affinity_desc *desc)
{
	const json_t *list = json_object_get(call->arguments, "mask");
	struct machine *m = call->stage->m;
	const struct cpumask *mask = cpumask_none(m);
	size_t nr = json_array_size(list);
	size_t i = 0;

	if (!list || json_is_null(list))
		return NULL;
	while (i < nr) {
		json_int_t first = json_integer_value(json_array_get(list, i)), last = first;

		for (i++; i < nr; i++, last++)
			if (json_integer_value(json_array_get(list, i)) != last + 1)
				break;
		if (spells_pairs && last == first + 1) { /* two ranges */
			last = first;
			i--;
		}
		if (first < 0 || last >= call->stage->recording->desc.nr_cpus)
			break;
		mask = cpumask_or(m, mask, cpumask_range(m, (unsigned)first, (unsigned)last));
	}
	desc->mask = mask;
	desc->is_managed = call_integer(call, "managed", 0) != 0;
	return desc;
}

/* ---- performing ---- */

/* Until all deferred work is done, if the recorder waited. */
static void settle(struct stage *stage)
{
	if (stage->waits)
		machine_settle(stage->m);
	else
		machine_deliver(stage->m, 0);
}

/* The highest irq with a handler. */
static int last_requested(const struct stage *stage)
{
	uint32_t highest = 0;

	for (unsigned i = 0; i < stage->nr_handlers; i++)
		if (stage->handlers[i].in_use && stage->handlers[i].irq > highest)
			highest = stage->handlers[i].irq;
	return highest ? (int)highest : -EINVAL;
}

/* The irq of the call's `irq`, or of its device's vector `index`. */
static int single_irq(struct call *call, unsigned index)
{
	const json_t *irq = json_object_get(call->arguments, "irq");

	if (json_is_integer(irq))
		return json_integer_value(irq) >= 0 && json_integer_value(irq) < INT32_MAX
			       ? (int)json_integer_value(irq)
			       : -EINVAL;
	if (json_is_string(irq) && strcmp(json_string_value(irq), "last_requested"))
		call->why = "irq is neither a number nor \"last_requested\"";
	if (json_is_string(irq))
		return last_requested(call->stage);
	return call_irq(call, index);
}

/* ---- marks that the recorder of PCs set among the events it traced ---- */

static void mark_missing(const struct call *call, unsigned index, int ret)
{
	if (!call->stage->arm)
		observer_mark(call->stage->observer, json_pack("{s:s,s:i,s:i}", "e", "no_irq",
							       "index", (int)index, "ret", ret));
}

static void mark_call(const struct call *call, unsigned index, int irq)
{
	if (!call->stage->arm)
		observer_mark(call->stage->observer, json_pack("{s:s,s:i,s:i}", "e", "call",
							       "index", (int)index, "irq", irq));
}

/* Where the interrupt was when the call returned: what is deferred is still to come. */
static void mark_return(const struct call *call, unsigned irq)
{
	struct machine *m = call->stage->m;
	struct irq_data *d = irq_get_irq_data(m, irq);
	struct x86_vector_info info;

	if (call->stage->arm || !d || !x86_vector_info(m, irq, &info))
		return;
	observer_mark(call->stage->observer,
		      json_pack("{s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:o}", "e", "after_call", "irq",
				(int)irq, "vector", (int)info.vector, "cpu", (int)info.cpu,
				"prev_vector", (int)info.prev_vector, "prev_cpu",
				(int)info.prev_cpu, "mip", (int)info.move_in_progress, "state",
				json_hex(d->common->state_use_accessors)));
}

static int perform_one(struct call *call, const struct verb *verb, unsigned index, bool in_range)
{
	int irq = single_irq(call, index), ret;

	call->index = index;
	if (call->stage->arm && call->dev)
		json_object_set_new(call->results, "irq", json_integer(irq));
	/* The recorder made calls that return nothing with whatever it had for an irq. */
	if (irq < 0 && call->stage->arm && verb->returns_nothing)
		return 0;
	if (irq < 0) {
		mark_missing(call, index, irq);
		return irq;
	}
	if (in_range)
		mark_call(call, index, irq);
	ret = verb->vector(call, (unsigned)irq);
	if (!verb->counts_handled) /* there, the handler may still be running */
		mark_return(call, (unsigned)irq);
	return ret;
}

/* Each index in order; a failure doesn't stop it. */
static int perform_range(struct call *call, const struct verb *verb, unsigned first, unsigned last)
{
	json_t *ok = json_array(), *failed = json_array(), *errors = json_object();
	int first_error = 0, last_error = 0;
	bool differ = false;

	for (unsigned i = first; i <= last; i++) {
		int ret = perform_one(call, verb, i, true);

		json_ranges_add(ret < 0 ? failed : ok, i);
		if (ret >= 0)
			continue;
		differ |= first_error && ret != first_error;
		if (!first_error)
			first_error = ret;
		last_error = ret;
		json_set_at(errors, i, json_integer(ret));
	}
	json_object_set_new(call->results, "ok", ok);
	if (first_error) {
		json_object_set(call->results, "failed", failed);
		json_object_set_new(call->results, "last_error", json_integer(last_error));
	}
	if (differ)
		json_object_set(call->results, "errors", errors);
	json_decref(failed);
	json_decref(errors);
	return first_error;
}

static int perform_vectors(struct call *call, const struct verb *verb)
{
	const json_t *indexes = json_object_get(call->arguments, "indexes");
	json_int_t first = json_integer_value(json_array_get(indexes, 0));
	json_int_t last = json_integer_value(json_array_get(indexes, 1));
	json_int_t index = call_integer(call, "index", 0);

	if (!indexes && index >= 0 && index <= MAX_INDEX)
		return perform_one(call, verb, (unsigned)index, false);
	if (json_array_size(indexes) != 2 || first < 0 || first > last || last > MAX_INDEX) {
		call->why = "index or indexes is malformed";
		return 0;
	}
	return perform_range(call, verb, (unsigned)first, (unsigned)last);
}

static struct device *named_device(const struct stage *stage, const json_t *arguments)
{
	const char *name = json_string_value(json_object_get(arguments, "dev"));

	return name ? device_by_name(stage->m, name) : NULL;
}

json_t *verb_perform(struct stage *stage, const struct verb *verb, const json_t *arguments,
		     const char **why)
{
	struct call call = {.stage = stage, .arguments = arguments, .results = json_object()};
	int ret, handled = 0;

	call.dev = named_device(stage, arguments);
	if (!call.dev && json_object_get(arguments, "dev"))
		call.why = "there is no such device";
	else if (!call.dev && !verb->vector && !verb->needs_no_device && verb_takes(verb, "dev"))
		call.why = "no device is named";
	if (verb->counts_handled && call.dev)
		handled = single_irq(&call, (unsigned)call_integer(&call, "index", 0));
	ret = call.why ? 0 : verb->vector ? perform_vectors(&call, verb) : verb->perform(&call);
	if (call.why) {
		*why = call.why;
		json_decref(call.results);
		return NULL;
	}
	json_object_set_new(call.results, "ret", json_integer(ret));
	settle(stage);
	if (json_array_size(observer_messages(stage->observer)))
		json_object_set(call.results, "msg_writes", observer_messages(stage->observer));
	if (verb->counts_handled && handled >= 0)
		json_object_set_new(call.results, "handled",
				    json_integer((json_int_t)observer_handled(stage->observer,
									      (unsigned)handled)));
	return call.results;
}
