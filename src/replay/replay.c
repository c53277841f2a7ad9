/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "replay.h"
#include "actual.h"
#include "arm.h"
#include "boot.h"
#include "events.h"
#include "expected.h"
#include "json_tools.h"
#include "moments.h"
#include "operation.h"
#include "reader.h"
#include "recording.h"
#include "remapping.h"
#include "start_tables.h"
#include <irqlab/invariants.h>
#include <irqlab/trace.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EVENTS	 (1u << 20)
#define COMPARE_ALL_IRQS 256u /* so many irqs are all compared on each line */

struct run {
	const struct replay_options *options;
	struct replay_result *result;
	struct comparison *cmp;
	struct failure failure;
	struct recording recording;
	struct expected expected;
	struct stage stage;
	bool deferred;	   /* the line before this one left its effects to it */
	bool irqs_skipped; /* some irqs were not compared since the last full comparison */
	bool irqs_known;   /* the last line recorded irqs */
	bool booted;
	struct moments early; /* of the line, where the recorder did not wait; else empty */
	json_t *boot_events;  /* what the boot traced; NULL: nothing */
};

/* ---- what the members of a line are ---- */

enum field_class { FIELD_UNKNOWN, FIELD_RESULT, FIELD_STATE, FIELD_NOTE, FIELD_NOT_COMPARED };

static enum field_class class_of_field(const char *field)
{
	static const struct {
		const char *name;
		enum field_class class;
	} fields[] = {
		{"ret", FIELD_RESULT},
		{"irq", FIELD_RESULT},
		{"map", FIELD_RESULT},
		{"first_irq", FIELD_RESULT},
		{"counts", FIELD_RESULT},
		{"value", FIELD_RESULT},
		{"can_alloc_dyn", FIELD_RESULT},
		{"pending", FIELD_RESULT},
		{"entry_irqs", FIELD_RESULT},
		{"done", FIELD_RESULT},
		{"edu_status", FIELD_RESULT},
		{"ok", FIELD_RESULT},
		{"failed", FIELD_RESULT},
		{"last_error", FIELD_RESULT},
		{"errors", FIELD_RESULT},
		{"handled", FIELD_RESULT},
		{"table", FIELD_RESULT},
		{"msg_writes", FIELD_RESULT},
		{"its_state", FIELD_RESULT},
		{"irqs", FIELD_STATE},
		{"gone", FIELD_STATE},
		{"matrix", FIELD_STATE},
		{"vectors", FIELD_STATE},
		{"irt", FIELD_STATE},
		{"devs", FIELD_STATE},
		{"writes", FIELD_STATE},
		{"delivered", FIELD_STATE},
		{"n", FIELD_NOTE},
		{"op", FIELD_NOTE},
		{"deferred", FIELD_NOTE},
		{"untraced", FIELD_NOTE},
		{"settle_ms", FIELD_NOTE},
		{"irqs_unrecorded", FIELD_NOTE},
		{"no_device", FIELD_NOTE},
		{"trace_truncated", FIELD_NOTE},
		{"snap", FIELD_NOTE},
		{"snap_irq", FIELD_NOTE},
		{"output", FIELD_NOTE},
		{"queue_laps", FIELD_NOTE},
		{"info", FIELD_NOTE},
		{"hw", FIELD_NOT_COMPARED},
		{"trace", FIELD_NOT_COMPARED},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(fields[i].name, field))
			return fields[i].class;
	return FIELD_UNKNOWN;
}

static void count_field(json_t *counts, const char *field, json_int_t by)
{
	json_int_t count = json_integer_value(json_object_get(counts, field));

	json_object_set_new(counts, field, json_integer(count + by));
}

static bool line_has(const json_t *line, const char *note)
{
	const json_t *value = json_object_get(line, note);

	return json_is_integer(value) && json_integer_value(value) != 0;
}

/* Members that are not compared are named, whether on purpose or not. */
static void account_for_fields(struct run *run, const struct verb *verb, const json_t *line)
{
	const char *field;
	json_t *value;

	json_object_foreach((json_t *)line, field, value)
	{
		enum field_class class = class_of_field(field);
		bool argument = verb && line_gives(verb, line, field);

		if (class == FIELD_UNKNOWN && !argument)
			count_field(run->result->unknown, field, 1);
		else if (run->options->trace && (!strcmp(field, "trace") || !strcmp(field, "hw")))
			continue;
		else if (class == FIELD_NOT_COMPARED ||
			 (argument && class == FIELD_STATE && !json_is_integer(value)))
			count_field(run->result->not_compared, field,
				    (json_int_t)json_array_size(value));
	}
}

/* ---- comparing a line ---- */

static void compare_results(struct run *run, const struct verb *verb, const json_t *line,
			    const json_t *results)
{
	const char *field;
	json_t *value;

	json_object_foreach((json_t *)line, field, value)
	{
		if (class_of_field(field) != FIELD_RESULT || line_gives(verb, line, field))
			continue;
		value = arm_without_variables(value);
		if (json_object_get(results, field))
			compare_value(run->cmp, CATEGORY_RETURNS, field, value,
				      json_object_get(results, field));
		else
			compare_impossible(run->cmp, CATEGORY_RETURNS, field, value);
		json_decref(value);
	}
}

/* A function that is not listed may be named by its place. */
static void name_devices(const struct recording *recording, json_t *writes)
{
	size_t index;
	json_t *write;

	json_array_foreach(writes, index, write)
	{
		const char *bdf = json_string_value(json_object_get(write, "bdf"));
		const char *name = bdf;

		if (!bdf || json_object_get(write, "dev"))
			continue;
		for (uint32_t i = 0; i < recording->desc.nr_devices; i++)
			if (!strcmp(recording->desc.devices[i].bus_name, bdf))
				name = recording->desc.devices[i].name;
		json_object_set_new(write, "dev", json_string(name));
		json_object_del(write, "bdf");
	}
}

static int compare_writes(struct run *run, const json_t *line)
{
	const json_t *list = json_object_get(line, "writes");
	json_t *writes;

	if (line_has(line, "untraced") && !list)
		return 0;
	if (!list && run->options->lenient)
		return 0;
	writes = expected_writes(list, &run->failure);
	if (!writes)
		return -1;
	name_devices(&run->recording, writes);
	if (run->stage.arm)
		arm_adapt_writes(writes, observer_writes(run->stage.observer));
	compare_sequence(run->cmp, CATEGORY_WRITES, "writes", writes,
			 observer_writes(run->stage.observer));
	json_decref(writes);
	return 0;
}

static void compare_deliveries(struct run *run, const struct verb *verb, const json_t *line)
{
	const json_t *delivered = json_object_get(line, "delivered");

	if (run->stage.arm || verb_takes(verb, "delivered") ||
	    (line_has(line, "untraced") && !delivered) || (!delivered && run->options->lenient))
		return;
	compare_sequence(run->cmp, CATEGORY_DELIVERIES, "delivered", delivered,
			 observer_delivered(run->stage.observer));
}

/* Only recordings of traced lines tell what a unit did; one that tells nothing was not asked. */
static void compare_hardware(struct run *run, const json_t *line)
{
	json_t *expected = remapping_expected(json_object_get(line, "hw"));

	if (json_object_get(line, "hw"))
		compare_sequence(run->cmp, CATEGORY_HARDWARE, "hw", expected,
				 observer_remapped(run->stage.observer));
	json_decref(expected);
}

/* In order, whoever ran; the recorder of Arm machines says nothing about that. */
static int compare_events_arm(struct run *run, const struct verb *verb, const json_t *line)
{
	json_t *recorded =
		json_expand_runs(json_object_get(line, "trace"), MAX_EVENTS, &run->failure);
	json_t *expected, *actual, *event;
	size_t index;

	(void)verb;
	if (!recorded)
		return -1;
	json_array_foreach(recorded, index, event)
	{
		char name[80];

		snprintf(name, sizeof(name), "trace: %.70s",
			 json_string_value(json_object_get(event, "e")) ?: "?");
		if (!arm_event_is_seen(&run->stage, event))
			count_field(run->result->not_compared, name, 1);
	}
	expected = arm_events(&run->stage, recorded);
	actual = arm_events(&run->stage, observer_events(run->stage.observer));
	compare_sequence(run->cmp, CATEGORY_TRACE, "trace", expected, actual);
	json_decref(actual);
	json_decref(expected);
	json_decref(recorded);
	return 0;
}

static int compare_events(struct run *run, const struct verb *verb, const json_t *line)
{
	json_t *expected = events_by_runner(json_object_get(line, "trace"),
					    json_object_get(line, "writes"), &run->failure);
	json_t *actual =
		events_by_runner(observer_events(run->stage.observer), NULL, &run->failure);
	/* The recorder stopped tracing before it read the state. */
	json_t *by_then =
		run->early.events ? events_by_runner(run->early.events, NULL, &run->failure) : NULL;
	const char *runner;
	json_t *events;
	unsigned dropped;
	char root[48];

	/* What a call raised may have been handled when it returned, or not yet. */
	if (verb->counts_handled &&
	    (dropped = events_drop_returns(json_object_get(expected, "task"))))
		count_field(run->result->not_compared, "trace: after_call", dropped);
	events_adapt_returns(json_object_get(expected, "task"), json_object_get(actual, "task"));
	events_adapt_returns(json_object_get(expected, "task"), json_object_get(by_then, "task"));
	if (expected) {
		json_object_foreach(expected, runner, events)
		{
			const json_t *early = json_object_get(by_then, runner);

			snprintf(root, sizeof(root), "trace.%.20s", runner);
			compare_sequence(run->cmp, CATEGORY_TRACE, root, events,
					 early && json_equal(events, early)
						 ? early
						 : json_object_get(actual, runner));
		}
		json_object_foreach(by_then ? by_then : actual, runner, events)
		{
			snprintf(root, sizeof(root), "trace.%.20s", runner);
			if (!json_object_get(expected, runner))
				compare_sequence(run->cmp, CATEGORY_TRACE, root, NULL, events);
		}
	}
	json_decref(by_then);
	json_decref(actual);
	json_decref(expected);
	return expected ? 0 : -1;
}

static void compare_irq(struct run *run, uint64_t irq, bool exists)
{
	const json_t *recorded = run->expected.recorded[STATE_IRQS];
	const json_t *expected = json_at(run->expected.part[STATE_IRQS], irq);
	json_t *actual = exists ? actual_irq(run->stage.m, (unsigned)irq) : NULL;
	char root[32];

	if (run->early.part[STATE_IRQS])
		actual = json_either(expected, json_at(run->early.part[STATE_IRQS], irq), actual);
	snprintf(root, sizeof(root), "irqs[%u]", (unsigned)irq);
	compare_state(run->cmp, CATEGORY_IRQS, root, expected, actual, json_at(recorded, irq));
	json_decref(actual);
}

static void compare_irqs(struct run *run, bool all)
{
	const json_t *expected = run->expected.part[STATE_IRQS];
	const json_t *recorded = run->expected.recorded[STATE_IRQS];
	const char *key;
	json_t *record;
	uint64_t irq;

	for_each_used_irq (used, run->stage.m) {
		if (all || json_at(recorded, used) || !json_at(expected, used))
			compare_irq(run, used, true);
	}
	json_object_foreach((json_t *)expected, key, record)
	{
		if (json_key_number(key, &irq) && !irq_to_desc(run->stage.m, (unsigned)irq))
			compare_irq(run, irq, false);
	}
	json_object_foreach((json_t *)recorded, key, record)
	{
		if (json_is_null(record) && json_key_number(key, &irq) &&
		    !irq_to_desc(run->stage.m, (unsigned)irq))
			compare_irq(run, irq, false);
	}
	run->irqs_skipped = !all;
}

static void compare_part(struct run *run, enum state_part part, enum category category,
			 json_t *actual)
{
	const json_t *expected = run->expected.part[part];

	actual = run->early.part[part] ? json_either(expected, run->early.part[part], actual)
				       : actual;
	compare_state(run->cmp, category, state_part_names[part], expected, actual,
		      run->expected.recorded[part]);
	json_decref(actual);
}

static void compare_parts(struct run *run, const json_t *line, const char *op)
{
	struct machine *m = run->stage.m;
	const struct machine_desc *desc = &run->recording.desc;
	const size_t nr_irqs = json_object_size(run->expected.part[STATE_IRQS]);

	run->irqs_known = !line_has(line, "irqs_unrecorded");
	if (run->irqs_known)
		compare_irqs(run, nr_irqs <= COMPARE_ALL_IRQS || run->cmp->start ||
					  !strcmp(op, "checkpoint"));
	compare_part(run, STATE_MATRIX, CATEGORY_MATRIX, actual_matrix(m));
	compare_part(run, STATE_VECTORS, CATEGORY_VECTORS, actual_vectors(m));
	compare_part(run, STATE_IRT, CATEGORY_IRT, actual_irt(m, desc));
	compare_part(run, STATE_DEVS, CATEGORY_DEVS,
		     actual_devs(m, desc, run->recording.nr_listed));
}

/* ---- a line ---- */

/*
 * A recorder that did not wait read the state while old vectors were given back;
 * when it had written it down, that was over.
 */
static void catch_up(struct run *run, bool waited)
{
	moments_free(&run->early);
	if (waited || run->stage.arm || run->deferred)
		return;
	moments_take(&run->early, run->stage.m, observer_events(run->stage.observer));
	machine_settle(run->stage.m);
}

static int check_number(struct run *run, const json_t *line)
{
	const json_t *n = json_object_get(line, "n");

	if (!json_is_string(json_object_get(line, "op")))
		return fail_at(&run->failure, "an operation without a name");
	if (!json_is_integer(n))
		return fail_at(&run->failure, "an operation without a number");
	if (json_integer_value(n) != (json_int_t)run->result->operations + 1)
		return fail_at(&run->failure, "operation %lld after %lu",
			       (long long)json_integer_value(n), run->result->operations);
	run->result->operations++;
	run->cmp->n = run->result->operations;
	return 0;
}

/* Whatever was recorded, the model contradicts itself nowhere. */
static void check_machine(struct run *run)
{
	char violation[200];

	if (run->options->invariants &&
	    !machine_invariants(run->stage.m, violation, sizeof(violation)))
		compare_impossible(run->cmp, CATEGORY_RETURNS, violation, NULL);
}

static void perform(struct run *run, const struct verb *verb, const json_t *line)
{
	json_t *arguments = verb_arguments(verb, line);
	const char *why = NULL;
	json_t *results = verb_perform(&run->stage, verb, arguments, &why);

	if (results)
		compare_results(run, verb, line, results);
	else
		compare_impossible(run->cmp, CATEGORY_RETURNS, why, json_object_get(line, "ret"));
	json_decref(results);
	json_decref(arguments);
	why = machine_poisoned(run->stage.m);
	if (why)
		compare_impossible(run->cmp, CATEGORY_RETURNS, why, NULL);
	else
		check_machine(run);
}

static int replay_line(struct run *run, const json_t *line)
{
	const char *op = json_string_value(json_object_get(line, "op"));
	const struct verb *verb = verb_by_name(op);
	const json_t *waits = json_object_get(line, "settle_ms");
	char text[200];

	verb_describe(line, text, sizeof(text));
	run->cmp->op = text;
	account_for_fields(run, verb, line);
	run->stage.waits = json_is_integer(waits) ? json_integer_value(waits) != 0
						  : run->recording.settle_ms != 0;
	if (!run->deferred)
		observer_begin(run->stage.observer, !line_has(line, "untraced"));
	if (verb && !line_has(line, "no_device"))
		perform(run, verb, line);
	else if (!verb)
		compare_impossible(run->cmp, CATEGORY_RETURNS, "unknown operation",
				   json_object_get(line, "ret"));
	run->deferred = line_has(line, "deferred");
	catch_up(run, run->stage.waits);
	if (expected_merge(&run->expected, line, &run->failure))
		return -1;
	if (verb && !run->deferred) {
		if (compare_writes(run, line))
			return -1;
		compare_deliveries(run, verb, line);
		if (run->options->trace)
			compare_hardware(run, line);
		if (run->options->trace && !line_has(line, "untraced") &&
		    (run->stage.arm ? compare_events_arm : compare_events)(run, verb, line))
			return -1;
		if (run->stage.arm)
			arm_compare_line(&run->stage, run->cmp, &run->expected, line);
		else
			compare_parts(run, line, op);
	}
	run->cmp->op = NULL;
	return 0;
}

/* ---- a file ---- */

/* Table entries are as after reset until a recording says otherwise. */
static void expect_reset_tables(struct run *run)
{
	json_t *devs = run->expected.part[STATE_DEVS];
	json_t *reset = json_pack("[s,s,s,s]", "0x0", "0x0", "0x0", "0x1");

	for (uint32_t i = 0; i < run->recording.nr_listed; i++) {
		const struct device_desc *dev = &run->recording.desc.devices[i];
		json_t *msix = json_object_get(json_object_get(devs, dev->name), "msix");
		json_t *entries = json_object(), *recorded = json_object_get(msix, "entries");

		for (unsigned k = 0; k < dev->msix.size; k++)
			json_set_at(entries, k, json_incref(reset));
		if (recorded)
			json_object_update(entries, recorded);
		if (json_is_object(msix))
			json_object_set_new(msix, "entries", entries);
		else
			json_decref(entries);
	}
	json_decref(reset);
}

/* Some can only be loaded; that is said, and no failure. */
static bool boots(struct run *run)
{
	const char *why = run->options->boot ? boot_refused(&run->recording) : NULL;

	if (why)
		snprintf(run->result->why, sizeof(run->result->why), "%s", why);
	return run->options->boot && !why;
}

static int make_machine(struct run *run, const char **why)
{
	struct machine *m = run->stage.m;
	int ret;

	run->booted = boots(run);
	if (!run->booted) {
		ret = machine_load(m, &run->recording.desc, why);
		if (!ret)
			start_load_tables(m, run->expected.part[STATE_DEVS]);
		return ret;
	}
	machine_set_tracing(m, run->options->trace);
	return boot_recording(&run->recording, m, why, &run->boot_events);
}

static int set_the_stage(struct run *run)
{
	struct stage *stage = &run->stage;
	const char *why = NULL;
	int ret;

	stage->recording = &run->recording;
	stage->m = machine_create(NULL);
	if (!stage->m)
		return fail_at(&run->failure, "no memory for a machine");
	ret = make_machine(run, &why);
	if (ret) {
		fail_at(&run->failure, "the machine cannot be built: %s (%s)",
			why ? why : "no reason given", irqlab_errno_name(ret));
		return -1;
	}
	machine_set_tracing(stage->m, run->options->trace);
	stage->observer = observer_create(stage->m, &run->recording);
	stage->arm = run->recording.is_arm ? arm_state_create(&run->recording) : NULL;
	if (!stage->observer || (run->recording.is_arm && !stage->arm))
		return fail_at(&run->failure, "no memory");
	return machine_run_on(stage->m, run->recording.task_cpu)
		       ? fail_at(&run->failure, "task_cpu is not online")
		       : 0;
}

static void compare_start(struct run *run)
{
	const json_t *start = json_object_get(run->recording.header, "start");
	const json_t *live = json_object_get(start, "live_irqs");
	json_int_t nr = 0;
	json_t *count;

	if (run->stage.arm) {
		arm_compare_start(&run->stage, run->cmp, &run->expected);
		return;
	}
	expect_reset_tables(run);
	/* A state that was loaded is one thing to compare, one that came about is many. */
	run->cmp->start = !run->booted;
	run->cmp->op = "start";
	compare_parts(run, start, run->booted ? "checkpoint" : "start");
	for_each_used_irq (irq, run->stage.m)
		nr++;
	count = json_integer(nr);
	if (live)
		compare_value(run->cmp, CATEGORY_START, "live_irqs", live, count);
	json_decref(count);
	run->cmp->start = false;
	run->cmp->op = NULL;
}

/* At the end everything is compared that was left out on the way. */
static void compare_end(struct run *run)
{
	json_t **recorded = &run->expected.recorded[STATE_IRQS];

	if (run->stage.arm && run->recording.kind == RECORDING_SCENARIO && !run->recording.is_cut)
		arm_compare_end(&run->stage, run->cmp);
	if (run->stage.arm || !run->irqs_skipped || !run->irqs_known)
		return;
	json_decref(*recorded);
	*recorded = NULL;
	run->cmp->op = "end";
	compare_irqs(run, true);
	run->cmp->op = NULL;
}

static int compare_boot(struct run *run, const json_t *line)
{
	json_t *expected;

	if (!run->boot_events) {
		count_field(run->result->not_compared, "boot", 1);
		return 0;
	}
	expected = boot_events(line, &run->failure);
	if (!expected)
		return -1;
	run->cmp->op = "boot";
	compare_sequence(run->cmp, CATEGORY_TRACE, "boot", expected, run->boot_events);
	run->cmp->op = NULL;
	json_decref(expected);
	return 0;
}

static int replay_lines(struct run *run, struct reader *reader)
{
	json_t *line;
	int got;

	while ((got = reader_next(reader, &line)) > 0) {
		const json_t *n = json_object_get(line, "n");
		bool boot = json_is_integer(n) && !json_integer_value(n);
		int ret = 0;

		if (boot)
			ret = compare_boot(run, line);
		else if (check_number(run, line))
			ret = -1;
		else if (run->recording.kind == RECORDING_SCENARIO && !run->recording.unsupported)
			ret = replay_line(run, line);
		json_decref(line);
		if (ret)
			return -1;
	}
	return got;
}

static void account_for_header(struct run *run)
{
	static const char known[] =
		" irqlab_recording name arch config scenario kernel source cmdline qemu_devices "
		"hierarchy kind observes writes_recorded its_verified settle_ms enable_order "
		"task_cpu cut cpus machine devices domains start info limits repeated ";
	const char *field;
	json_t *value;

	json_object_foreach(run->recording.header, field, value)
	{
		char word[64];

		snprintf(word, sizeof(word), " %.60s ", field);
		if (!strstr(known, word))
			count_field(run->result->unknown, field, 1);
	}
}

static bool all_match(const struct replay_result *result)
{
	const struct comparison *cmp = &result->comparison;

	for (int i = 0; i < NR_CATEGORIES; i++)
		if (cmp->recorded[i].matched != cmp->recorded[i].compared ||
		    cmp->unchanged[i].matched != cmp->unchanged[i].compared)
			return false;
	return !json_object_size(result->unknown);
}

static enum replay_verdict run_file(struct run *run, struct reader *reader)
{
	json_t *header;

	if (reader_next(reader, &header) < 0)
		return REPLAY_MALFORMED;
	if (recording_read(&run->recording, header, &run->expected, &run->failure))
		return REPLAY_MALFORMED;
	run->result->name = strdup(run->recording.name);
	account_for_header(run);
	if (run->recording.unsupported) {
		snprintf(run->result->why, sizeof(run->result->why), "%s",
			 run->recording.unsupported);
		return replay_lines(run, reader) ? REPLAY_MALFORMED : REPLAY_UNSUPPORTED;
	}
	if (set_the_stage(run))
		return REPLAY_UNSUPPORTED;
	compare_start(run);
	check_machine(run);
	if (replay_lines(run, reader))
		return REPLAY_MALFORMED;
	compare_end(run);
	run->result->fingerprint = machine_fingerprint(run->stage.m, FINGERPRINT_COMPLETE);
	if (!all_match(run->result))
		return REPLAY_DIFFERS;
	/* Without operations nothing was replayed. */
	return run->recording.kind == RECORDING_SCENARIO && run->result->operations ? REPLAY_EXACT
										    : REPLAY_LOADED;
}

void replay_file(const char *path, const struct replay_options *options,
		 struct replay_result *result)
{
	struct run run = {.options = options, .result = result, .cmp = &result->comparison};
	struct reader *reader;

	*result = (struct replay_result){
		.file = strdup(path),
		.not_compared = json_object(),
		.unknown = json_object(),
		.verdict = REPLAY_MALFORMED,
	};
	result->comparison.strict = !options->lenient;
	result->comparison.keep = options->max_differences;
	result->comparison.categories = options->categories;
	expected_init(&run.expected);
	reader = reader_open(path, &READER_LIMITS, &run.failure);
	if (reader)
		result->verdict = run_file(&run, reader);
	if (run.failure.unreadable)
		result->verdict = REPLAY_UNREADABLE;
	if (run.failure.text[0])
		snprintf(result->why, sizeof(result->why), "%s", run.failure.text);
	reader_close(reader);
	observer_destroy(run.stage.observer);
	machine_destroy(run.stage.m);
	moments_free(&run.early);
	json_decref(run.boot_events);
	edus_free(&run.stage);
	free(run.stage.handlers);
	arm_state_free(run.stage.arm);
	recording_free(&run.recording);
	expected_free(&run.expected);
}

void replay_result_free(struct replay_result *result)
{
	free(result->file);
	free(result->name);
	comparison_free(&result->comparison);
	json_decref(result->not_compared);
	json_decref(result->unknown);
}
