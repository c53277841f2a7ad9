/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "as_scenario.h"
#include "boot.h"
#include "json_tools.h"
#include "reader.h"
#include "teller.h"
#include <ctype.h>
#include <inttypes.h>
#include <irqlab/errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Operations of a recording as actions of a scenario. */

json_int_t teller_number(const json_t *line, const char *key, json_int_t otherwise)
{
	const json_t *value = json_object_get(line, key);
	uint64_t hex;

	if (json_is_integer(value))
		return json_integer_value(value);
	return json_hex_value(value, &hex) ? (json_int_t)hex : otherwise;
}

const char *teller_string(const json_t *line, const char *key)
{
	return json_string_value(json_object_get(line, key)) ?: "";
}

bool teller_has_flag(const json_t *line, const char *word)
{
	const json_t *flags = json_object_get(line, "flags");
	size_t index;
	json_t *flag;

	json_array_foreach((json_t *)flags, index, flag)
	{
		if (!strcmp(json_string_value(flag) ?: "", word))
			return true;
	}
	return false;
}

/* The end of an action's line: what came of it. */
void tell_result(struct teller *t, json_int_t ret)
{
	if (ret < 0)
		fprintf(t->out, " -> error %s\n", irqlab_errno_name((int)ret));
	else
		fputc('\n', t->out);
}

/* Something that only the recorder did, or that nothing follows from. */
void tell_remark(struct teller *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(t->out, "%s# ", t->in_block ? "  " : "");
	vfprintf(t->out, format, args);
	fputc('\n', t->out);
	va_end(args);
}

/* ---- names ---- */

const char *teller_vector(const struct teller *t, const char *device, uint64_t index)
{
	return json_string_value(json_at(json_object_get(t->vectors, device), index));
}

void teller_name_vector(struct teller *t, const char *device, uint64_t index, json_int_t irq,
			const char *name)
{
	json_t *of_device = json_object_get(t->vectors, device);

	if (!of_device) {
		of_device = json_object();
		json_object_set_new(t->vectors, device, of_device);
	}
	json_set_at(of_device, index, json_string(name));
	if (irq > 0)
		json_set_at(t->name_of_irq, (uint64_t)irq, json_string(name));
}

/* What the interrupts of a batch are called: the device's name in lower case. */
void teller_batch(const char *device, char name[TELLER_NAME])
{
	size_t i;

	for (i = 0; device[i] && i < 30; i++)
		name[i] = (char)tolower((unsigned char)device[i]);
	name[i] = 0;
}

/* Vector `index` is number `place` of the batch. */
void teller_name_in_batch(struct teller *t, const char *device, uint64_t index, unsigned place,
			  json_int_t irq)
{
	char batch[TELLER_NAME], name[60];

	teller_batch(device, batch);
	snprintf(name, sizeof(name), "%s[%u]", batch, place);
	teller_name_vector(t, device, index, irq, name);
}

/* ---- interrupts ---- */

bool teller_has_cpus(const struct teller *t, const json_t *mask)
{
	for (size_t i = 0; i < json_array_size(mask); i++)
		if (json_integer_value(json_array_get(mask, i)) >= t->recording.desc.nr_cpus)
			return false;
	return true;
}

/* What stands before and after the name of an interrupt. */
struct phrase {
	const char *verb;
	void (*arguments)(struct teller *t, const json_t *line);
};

static void tell_flags(struct teller *t, const json_t *line)
{
	static const char *const words[][2] = {
		{"noautoen", "no-autoen"}, {"shared", "shared"},     {"nobalance", "no-balancing"},
		{"oneshot", "oneshot"},	   {"high", "trigger=high"}, {"rising", "trigger=rising"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (teller_has_flag(line, words[i][0]))
			fprintf(t->out, " %s", words[i][1]);
}

static void tell_mask(struct teller *t, const json_t *line)
{
	fputs(" cpu=", t->out);
	tell_cpus(t->out, json_object_get(line, "mask"));
	if (!strcmp(teller_string(line, "op"), "set_affinity_proc"))
		fputs(" user", t->out);
	if (!strcmp(teller_string(line, "op"), "force_affinity"))
		fputs(" force", t->out);
}

static void tell_nothing(struct teller *t, const json_t *line)
{
	(void)t;
	(void)line;
}

/* Is it a free_irq() of nothing? The recorder took some for good; Linux warns. Keeps count. */
static bool frees_nothing(struct teller *t, const struct phrase *phrase, const char *name)
{
	json_int_t had = json_integer_value(json_object_get(t->handlers, name));

	if (!strcmp(phrase->verb, "request"))
		json_object_set_new(t->handlers, name, json_integer(had + 1));
	if (strcmp(phrase->verb, "free"))
		return false;
	if (had)
		json_object_set_new(t->handlers, name, json_integer(had - 1));
	return !had;
}

static bool has_handler(const struct teller *t, const char *name)
{
	return json_integer_value(json_object_get(t->handlers, name)) > 0;
}

/* Some failures leave a trace in Linux, which a scenario only bears where it is loose. */
static bool leaves_trace(const struct phrase *phrase, json_int_t ret)
{
	return (ret < 0 && !strcmp(phrase->verb, "affinity")) ||
	       (ret == -EBUSY && !strcmp(phrase->verb, "request"));
}

void tell_loose(struct teller *t)
{
	fputs("loose\n", t->out);
	t->loose = true;
	t->in_block = true;
}

void tell_end(struct teller *t)
{
	fputs("end\n", t->out);
	t->in_block = false;
}

static void one_interrupt(struct teller *t, const json_t *line, const struct phrase *phrase,
			  const char *name, json_int_t ret)
{
	const json_t *mask = json_object_get(line, "mask");

	if (ret == -ENOENT || ret == -ERANGE || (mask && !teller_has_cpus(t, mask))) {
		/* No handler of the recorder's, or no such CPU. */
		tell_remark(t, "%s %s: refused before anything is tried", phrase->verb, name);
		if (ret >= 0)
			t->stopped = "a set of CPUs that the machine does not have";
		return;
	}
	if (ret >= 0 && frees_nothing(t, phrase, name)) {
		tell_remark(t, "%s %s: there is no handler", phrase->verb, name);
		return;
	}
	if (leaves_trace(phrase, ret) && !t->in_block) {
		tell_loose(t);
		fprintf(t->out, "  %s %s", phrase->verb, name);
		phrase->arguments(t, line);
		tell_result(t, ret);
		tell_end(t);
		return;
	}
	fprintf(t->out, "%s%s %s", t->in_block ? "  " : "", phrase->verb, name);
	phrase->arguments(t, line);
	tell_result(t, ret);
}

static bool in_ranges(const json_t *ranges, json_int_t index)
{
	for (size_t i = 0; i < json_array_size(ranges); i++) {
		const json_t *range = json_array_get(ranges, i);

		if (index >= json_integer_value(json_array_get(range, 0)) &&
		    index <= json_integer_value(json_array_get(range, 1)))
			return true;
	}
	return false;
}

static json_int_t result_of_index(const json_t *line, json_int_t index)
{
	const json_t *error = json_at(json_object_get(line, "errors"), (uint64_t)index);

	if (!in_ranges(json_object_get(line, "failed"), index))
		return 0;
	return error ? json_integer_value(error) : teller_number(line, "last_error", -EINVAL);
}

/* Of vector 0; negative if it isn't among those of the line. */
static json_int_t result_of_first(const json_t *line)
{
	const json_t *indexes = json_object_get(line, "indexes");

	if (!indexes)
		return teller_number(line, "index", 0) ? -ENOENT : teller_number(line, "ret", 0);
	return json_integer_value(json_array_get(indexes, 0)) ? -ENOENT : result_of_index(line, 0);
}

/* "p[0..3]" where these are neighbours and all went well. */
static bool as_slice(struct teller *t, const json_t *line, const struct phrase *phrase,
		     json_int_t first, json_int_t last)
{
	char batch[TELLER_NAME], expected[60];

	teller_batch(teller_string(line, "dev"), batch);
	for (json_int_t i = first; i <= last; i++) {
		const char *name = teller_vector(t, teller_string(line, "dev"), (uint64_t)i);

		snprintf(expected, sizeof(expected), "%s[%" JSON_INTEGER_FORMAT "]", batch, i);
		if (!name || strcmp(name, expected) || result_of_index(line, i) ||
		    (!strcmp(phrase->verb, "free") && !has_handler(t, name)))
			return false;
	}
	for (json_int_t i = first; i <= last; i++)
		frees_nothing(t, phrase, teller_vector(t, teller_string(line, "dev"), (uint64_t)i));
	fprintf(t->out, "%s %s[%" JSON_INTEGER_FORMAT "..%" JSON_INTEGER_FORMAT "]", phrase->verb,
		batch, first, last);
	phrase->arguments(t, line);
	fputc('\n', t->out);
	return true;
}

/* Without vectors a device's vector 0 is its pin's interrupt: a name for that. */
static void name_pin(struct teller *t, const char *device)
{
	char batch[TELLER_NAME], name[60];

	if (json_object_size(json_object_get(t->vectors, device)))
		return;
	for (uint32_t i = 0; i < t->recording.nr_listed; i++) {
		const struct device_desc *dev = &t->recording.desc.devices[i];

		if (strcmp(dev->name, device) || !dev->pin || dev->intx_irq < 16)
			continue;
		teller_batch(device, batch);
		snprintf(name, sizeof(name), "%s_pin", batch);
		fprintf(t->out, "enable %s intx 0 as %s\n", device, name);
		teller_name_vector(t, device, 0, dev->intx_irq, name);
	}
}

static void range_of_interrupts(struct teller *t, const json_t *line, const struct phrase *phrase)
{
	const json_t *indexes = json_object_get(line, "indexes");
	json_int_t first = json_integer_value(json_array_get(indexes, 0));
	json_int_t last = json_integer_value(json_array_get(indexes, 1));

	if (last - first > 65535 || as_slice(t, line, phrase, first, last))
		return;
	/* Several actions: what happened cannot be told apart. */
	tell_loose(t);
	for (json_int_t i = first; i <= last; i++) {
		const char *name = teller_vector(t, teller_string(line, "dev"), (uint64_t)i);

		if (name)
			one_interrupt(t, line, phrase, name, result_of_index(line, i));
	}
	tell_end(t);
}

static void interrupts(struct teller *t, const json_t *line, const struct phrase *phrase)
{
	json_int_t index = teller_number(line, "index", 0);
	const char *name = NULL;

	if (json_object_get(line, "dev") && result_of_first(line) >= 0)
		name_pin(t, teller_string(line, "dev"));
	if (json_object_get(line, "indexes")) {
		range_of_interrupts(t, line, phrase);
		return;
	}
	if (json_is_integer(json_object_get(line, "irq")) && !json_object_get(line, "index"))
		name = json_string_value(
			json_at(t->name_of_irq, (uint64_t)teller_number(line, "irq", 0)));
	else if (index >= 0)
		name = teller_vector(t, teller_string(line, "dev"), (uint64_t)index);
	if (name)
		one_interrupt(t, line, phrase, name, teller_number(line, "ret", 0));
	else if (teller_number(line, "ret", 0) < 0)
		tell_remark(t, "%s: there is no such interrupt", phrase->verb);
	else
		t->stopped = "an interrupt that no name leads to";
}

static void request(struct teller *t, const json_t *line)
{
	interrupts(t, line, &(struct phrase){"request", tell_flags});
}

static void free_irq_told(struct teller *t, const json_t *line)
{
	interrupts(t, line, &(struct phrase){"free", tell_nothing});
}

static void disable(struct teller *t, const json_t *line)
{
	interrupts(t, line, &(struct phrase){"disable", tell_nothing});
}

static void enable(struct teller *t, const json_t *line)
{
	interrupts(t, line, &(struct phrase){"enable-irq", tell_nothing});
}

static void fire(struct teller *t, const json_t *line)
{
	interrupts(t, line, &(struct phrase){"inject", tell_nothing});
}

static void affinity(struct teller *t, const json_t *line)
{
	interrupts(t, line, &(struct phrase){"affinity", tell_mask});
}

/* ---- devices and CPUs ---- */

static void raise_msi(struct teller *t, const json_t *line)
{
	fprintf(t->out, "raise %s.msi[0]\n", teller_string(line, "dev"));
}

/* What made the device do it is not known: only which of its vectors it was. */
static void raise_delivered(struct teller *t, const json_t *line)
{
	const json_t *delivered = json_object_get(line, "delivered");

	if (json_array_size(delivered))
		t->stopped = "a device's own logic";
	else
		tell_remark(t, "a register of %s is written, and nothing follows",
			    teller_string(line, "dev"));
}

static void cpu_to(struct teller *t, const json_t *line, const char *to)
{
	json_int_t cpu = teller_number(line, "cpu", 0), ret = teller_number(line, "ret", 0);

	if (ret > 0) {
		tell_remark(t, "CPU %" JSON_INTEGER_FORMAT " is %s already", cpu, to);
		return;
	}
	fprintf(t->out, "cpu %" JSON_INTEGER_FORMAT " %s", cpu, to);
	tell_result(t, ret);
}

static void offline(struct teller *t, const json_t *line)
{
	cpu_to(t, line, "offline");
}

static void online(struct teller *t, const json_t *line)
{
	cpu_to(t, line, "online");
}

static void looked(struct teller *t, const json_t *line)
{
	tell_remark(t, "%s", teller_string(line, "op"));
}

static const struct {
	const char *op;
	void (*tell)(struct teller *t, const json_t *line);
	bool settles; /* timers may be armed after it */
} tellers[] = {
	{"alloc_vectors", tell_alloc_vectors, false},
	{"alloc_vectors_affinity", tell_alloc_vectors, false},
	{"enable_msix_range", tell_enable_entries, false},
	{"alloc_at", tell_alloc_at, false},
	{"alloc_at_many", tell_alloc_at_many, false},
	{"free_at", tell_free_at, false},
	{"free_vectors", tell_free_vectors, false},
	{"ims_create", tell_store_created, false},
	{"ims_alloc", tell_store_alloc, false},
	{"ims_alloc_many", tell_store_alloc_many, false},
	{"ims_free", tell_free_at, false},
	{"ims_remove", tell_store_removed, false},
	{"request", request, true},
	{"free_irq", free_irq_told, true},
	{"disable", disable, false},
	{"enable", enable, true},
	{"fire", fire, true},
	{"set_affinity", affinity, true},
	{"set_affinity_proc", affinity, true},
	{"force_affinity", affinity, true},
	{"edu_raise", raise_msi, true},
	{"bar_write", raise_delivered, true},
	{"cpu_offline", offline, true},
	{"cpu_online", online, true},
	{"checkpoint", looked, false},
	{"vec_count", looked, false},
	{"can_alloc_dyn", looked, false},
	{"sleep", looked, true},
};

/* ---- a line, a file ---- */

static void forget_gone(struct teller *t, const json_t *line)
{
	const json_t *gone = json_object_get(line, "gone");
	size_t index;
	json_t *irq;

	json_array_foreach((json_t *)gone, index, irq)
	{
		char key[24];

		snprintf(key, sizeof(key), "%" JSON_INTEGER_FORMAT, json_integer_value(irq));
		json_object_del(t->name_of_irq, key);
	}
}

static void tell_line(struct teller *t, const json_t *line)
{
	const char *op = teller_string(line, "op");

	for (size_t i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++) {
		if (strcmp(tellers[i].op, op))
			continue;
		t->loose = false;
		fputc('\n', t->out);
		tellers[i].tell(t, line);
		if (!t->stopped && !t->loose)
			tell_events(t, line);
		if (!t->stopped)
			tell_messages(t);
		if (!t->stopped && tellers[i].settles)
			fputs("settle\n", t->out);
		if (!t->stopped)
			tell_state(t);
		forget_gone(t, line);
		return;
	}
	t->stopped = "an operation without a verb";
}

static int tell_lines(struct teller *t, struct reader *reader, struct failure *failure)
{
	json_t *line;
	int got;

	while ((got = reader_next(reader, &line)) > 0) {
		bool boot =
			json_is_integer(json_object_get(line, "n")) && !teller_number(line, "n", 0);
		int ret = 0;

		if (!boot && !t->stopped) {
			ret = expected_merge(&t->expected, line, failure);
			if (!ret)
				tell_line(t, line);
			if (t->stopped)
				tell_remark(t,
					    "It ends before operation %" JSON_INTEGER_FORMAT
					    " (%s): %s",
					    teller_number(line, "n", 0), teller_string(line, "op"),
					    t->stopped);
		}
		json_decref(line);
		if (ret)
			return -1;
	}
	return got;
}

/* A store is part of the machine in a scenario: what the whole recording makes, the largest of
 * each. */
static int find_stores(struct teller *t, const char *path, struct failure *failure)
{
	struct reader *reader = reader_open(path, &READER_LIMITS, failure);
	json_t *line;
	int got = -1;

	while (reader && (got = reader_next(reader, &line)) > 0) {
		const char *device = teller_string(line, "dev");
		json_int_t size = teller_number(line, "size", 0);

		if (!strcmp(teller_string(line, "op"), "ims_create") &&
		    size > json_integer_value(json_object_get(t->stores, device)))
			json_object_set_new(t->stores, device, json_integer(size));
		json_decref(line);
	}
	reader_close(reader);
	return got;
}

static const char *cannot_be_told(const struct recording *recording)
{
	if (recording->unsupported)
		return recording->unsupported;
	if (boot_refused(recording))
		return "only what an x86 machine (q35) did, in whose boot no stock drivers took part, "
		       "can be told as a scenario";
	return NULL;
}

/* The state after the start, as after an operation. */
static void tell_start(struct teller *t)
{
	json_t *start = json_object_get(t->recording.header, "start");

	t->expected.recorded[STATE_MATRIX] = json_incref(json_object_get(start, "matrix"));
	tell_state(t);
}

static int tell(struct teller *t, struct reader *reader, struct failure *failure)
{
	json_t *header;

	if (reader_next(reader, &header) < 0 ||
	    recording_read(&t->recording, header, &t->expected, failure))
		return -1;
	if (cannot_be_told(&t->recording)) {
		fail_at(failure, "%s", cannot_be_told(&t->recording));
		return 1;
	}
	for (int i = 0; i < NR_STATE_PARTS; i++) {
		json_decref(t->expected.recorded[i]);
		t->expected.recorded[i] = NULL;
	}
	tell_machine(t);
	tell_start(t);
	return tell_lines(t, reader, failure);
}

int recording_as_scenario(const char *path, FILE *out, struct failure *failure)
{
	struct teller t = {
		.out = out,
		.name_of_irq = json_object(),
		.vectors = json_object(),
		.handlers = json_object(),
		.stores = json_object(),
		.told = json_object(),
	};
	struct reader *reader = NULL;
	int ret = -1;

	expected_init(&t.expected);
	if (!find_stores(&t, path, failure))
		reader = reader_open(path, &READER_LIMITS, failure);
	if (reader)
		ret = tell(&t, reader, failure);
	reader_close(reader);
	recording_free(&t.recording);
	expected_free(&t.expected);
	json_decref(t.name_of_irq);
	json_decref(t.vectors);
	json_decref(t.handlers);
	json_decref(t.stores);
	json_decref(t.told);
	return ret;
}
