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

static json_int_t number(const json_t *line, const char *key, json_int_t otherwise)
{
	const json_t *value = json_object_get(line, key);
	uint64_t hex;

	if (json_is_integer(value))
		return json_integer_value(value);
	return json_hex_value(value, &hex) ? (json_int_t)hex : otherwise;
}

static const char *string(const json_t *line, const char *key)
{
	return json_string_value(json_object_get(line, key)) ?: "";
}

static bool has_flag(const json_t *line, const char *word)
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
static void tell_result(struct teller *t, json_int_t ret)
{
	if (ret < 0)
		fprintf(t->out, " -> error %s\n", irqlab_errno_name((int)ret));
	else
		fputc('\n', t->out);
}

/* Something that only the recorder did, or that nothing follows from. */
__attribute__((format(printf, 2, 3))) static void remark(struct teller *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("# ", t->out);
	vfprintf(t->out, format, args);
	fputc('\n', t->out);
	va_end(args);
}

/* ---- names ---- */

const char *teller_vector(const struct teller *t, const char *device, uint64_t index)
{
	return json_string_value(json_at(json_object_get(t->vectors, device), index));
}

static void name_vector(struct teller *t, const char *device, uint64_t index, json_int_t irq,
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
static void batch_name(const char *device, char name[40])
{
	size_t i;

	for (i = 0; device[i] && i < 30; i++)
		name[i] = (char)tolower((unsigned char)device[i]);
	name[i] = 0;
}

/* Vector `index` is number `place` of the batch. */
static void name_in_batch(struct teller *t, const char *device, uint64_t index, unsigned place,
			  json_int_t irq)
{
	char batch[40], name[60];

	batch_name(device, batch);
	snprintf(name, sizeof(name), "%s[%u]", batch, place);
	name_vector(t, device, index, irq, name);
}

/* ---- allocation ---- */

static const char *kind_of_vectors(const json_t *line)
{
	bool all = has_flag(line, "all"), msi = has_flag(line, "msi");
	bool msix = has_flag(line, "msix"), intx = has_flag(line, "intx");

	if (all || (msi && msix))
		return "any";
	if (msi + msix + intx != 1)
		return NULL;
	return msix ? "msix" : msi ? "msi" : "intx";
}

/* The recorder's driver cut its sets to what there was. */
static void tell_sets(struct teller *t, const json_t *line)
{
	const json_t *sets = json_object_get(line, "sets");
	json_int_t left = number(line, "ret", 0) - number(line, "pre", 0) - number(line, "post", 0);

	for (size_t i = 0; i < json_array_size(sets); i++) {
		json_int_t size = json_integer_value(json_array_get(sets, i));

		if (left >= 0 && size > left)
			size = left;
		left -= size;
		fprintf(t->out, "%s%" JSON_INTEGER_FORMAT "%s", i ? "," : " sets={", size,
			i + 1 == json_array_size(sets) ? "}" : "");
	}
}

static void tell_options(struct teller *t, const json_t *line)
{

	if (number(line, "min", 1) != number(line, "max", 1) && number(line, "min", 1) > 0)
		fprintf(t->out, " min=%" JSON_INTEGER_FORMAT, number(line, "min", 1));
	if (has_flag(line, "affinity"))
		fputs(" managed", t->out);
	if (has_flag(line, "affinity") && number(line, "pre", 0))
		fprintf(t->out, " pre=%" JSON_INTEGER_FORMAT, number(line, "pre", 0));
	if (has_flag(line, "affinity") && number(line, "post", 0))
		fprintf(t->out, " post=%" JSON_INTEGER_FORMAT, number(line, "post", 0));
	tell_sets(t, line);
}

static void name_batch(struct teller *t, const json_t *line, json_int_t count)
{
	const char *device = string(line, "dev");
	json_int_t first = number(line, "first_irq", 0);

	for (json_int_t i = 0; i < count; i++)
		name_in_batch(t, device, (uint64_t)i, (unsigned)i, first > 0 ? first + i : 0);
}

static void alloc_vectors(struct teller *t, const json_t *line)
{
	json_int_t max = number(line, "max", 0), ret = number(line, "ret", 0);
	const char *kind = kind_of_vectors(line);
	char batch[40];

	if (max < 1 || !kind || (number(line, "min", 0) < 1 && ret != max)) {
		if (ret >= 0)
			t->stopped = "an allocation that has no words";
		else
			remark(t, "an allocation of nothing is refused");
		return;
	}
	batch_name(string(line, "dev"), batch);
	fprintf(t->out, "enable %s %s 0", string(line, "dev"), kind);
	if (max > 1)
		fprintf(t->out, "..%" JSON_INTEGER_FORMAT, max - 1);
	tell_options(t, line);
	if (ret < 0) {
		tell_result(t, ret);
		return;
	}
	fprintf(t->out, " as %s -> count=%" JSON_INTEGER_FORMAT "\n", batch, ret);
	name_batch(t, line, ret);
}

/* The new interrupt of a device's index; 0: the line has none. */
static json_int_t irq_at(const json_t *line, const char *device, json_int_t entry)
{
	const json_t *irqs = json_object_get(line, "irqs");
	size_t index;
	json_t *record;

	json_array_foreach((json_t *)irqs, index, record)
	{
		if (!strcmp(string(record, "dev"), device) && number(record, "index", -1) == entry)
			return number(record, "irq", 0);
	}
	return 0;
}

static void enable_entries(struct teller *t, const json_t *line)
{
	const json_t *entries = json_object_get(line, "entries");
	const json_t *irqs = json_object_get(line, "entry_irqs");
	json_int_t ret = number(line, "ret", 0);
	const char *device = string(line, "dev");
	char batch[40];

	batch_name(device, batch);
	fprintf(t->out, "enable %s msix {", device);
	for (size_t i = 0; i < json_array_size(entries); i++)
		fprintf(t->out, "%s%" JSON_INTEGER_FORMAT, i ? "," : "",
			json_integer_value(json_array_get(entries, i)));
	fputc('}', t->out);
	if (number(line, "min", 1) != number(line, "max", 1))
		fprintf(t->out, " min=%" JSON_INTEGER_FORMAT, number(line, "min", 1));
	if (ret < 0) {
		tell_result(t, ret);
		return;
	}
	fprintf(t->out, " as %s\n", batch);
	for (size_t i = 0; i < json_array_size(irqs); i++) {
		const json_t *pair = json_array_get(irqs, i);

		name_in_batch(t, device, (uint64_t)json_integer_value(json_array_get(pair, 0)),
			      (unsigned)i, json_integer_value(json_array_get(pair, 1)));
	}
	for (size_t i = 0; !irqs && i < (size_t)ret && i < json_array_size(entries); i++) {
		json_int_t entry = json_integer_value(json_array_get(entries, i));

		/* Without them, only in ascending order is it clear which is whose. */
		if (i && entry <= json_integer_value(json_array_get(entries, i - 1)))
			t->stopped = "an array of entries without its interrupts";
		name_in_batch(t, device, (uint64_t)entry, (unsigned)i, irq_at(line, device, entry));
	}
}

static bool names_only_cpus(const struct teller *t, const json_t *mask)
{
	for (size_t i = 0; i < json_array_size(mask); i++)
		if (json_integer_value(json_array_get(mask, i)) >= t->recording.desc.nr_cpus)
			return false;
	return json_array_size(mask) > 0;
}

static void alloc_at(struct teller *t, const json_t *line)
{
	const json_t *mask = json_object_get(line, "mask"), *map = json_object_get(line, "map");
	const char *device = string(line, "dev");
	json_int_t ret = number(line, "ret", 0), index = number(map, "index", 0);
	char batch[40], name[60];

	if (json_is_array(mask) && !names_only_cpus(t, mask)) {
		t->stopped = "a set of CPUs that the machine does not have";
		return;
	}
	fprintf(t->out, "alloc %s msix ", device);
	if (json_is_integer(json_object_get(line, "index")))
		fprintf(t->out, "at %" JSON_INTEGER_FORMAT, number(line, "index", 0));
	else
		fputs("any", t->out);
	if (json_is_array(mask)) {
		fputs(" cpu=", t->out);
		tell_cpus(t->out, mask);
		fputs(number(line, "managed", 0) ? " managed" : "", t->out);
	}
	if (ret < 0) {
		tell_result(t, ret);
		return;
	}
	batch_name(device, batch);
	snprintf(name, sizeof(name), "%s_%" JSON_INTEGER_FORMAT, batch, index);
	fprintf(t->out, " as %s -> index=%" JSON_INTEGER_FORMAT " irq=%" JSON_INTEGER_FORMAT "\n",
		name, index, number(map, "irq", 0));
	name_vector(t, device, (uint64_t)index, number(map, "irq", 0), name);
}

static void free_at(struct teller *t, const json_t *line)
{
	json_int_t index = number(line, "index", 0);
	json_t *of_device = json_object_get(t->vectors, string(line, "dev"));
	const char *name = teller_vector(t, string(line, "dev"), (uint64_t)index);
	char key[24];

	if (!name) {
		remark(t, "nothing is at %" JSON_INTEGER_FORMAT, index);
		return;
	}
	fprintf(t->out, "release %s", name);
	tell_result(t, number(line, "ret", 0));
	snprintf(key, sizeof(key), "%" JSON_INTEGER_FORMAT, index);
	json_object_del(of_device, key);
}

static void free_vectors(struct teller *t, const json_t *line)
{
	fprintf(t->out, "free-vectors %s", string(line, "dev"));
	tell_result(t, number(line, "ret", 0));
	json_object_del(t->vectors, string(line, "dev"));
}

/* ---- interrupts ---- */

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
		if (has_flag(line, words[i][0]))
			fprintf(t->out, " %s", words[i][1]);
}

static void tell_mask(struct teller *t, const json_t *line)
{
	fputs(" cpu=", t->out);
	tell_cpus(t->out, json_object_get(line, "mask"));
	if (!strcmp(string(line, "op"), "set_affinity_proc"))
		fputs(" user", t->out);
	if (!strcmp(string(line, "op"), "force_affinity"))
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

static void begin_loose(struct teller *t)
{
	fputs("loose\n", t->out);
	t->loose = true;
}

static void one_interrupt(struct teller *t, const json_t *line, const struct phrase *phrase,
			  const char *name, json_int_t ret)
{
	const json_t *mask = json_object_get(line, "mask");

	if (ret == -ENOENT || ret == -ERANGE || (mask && !names_only_cpus(t, mask))) {
		/* No handler of the recorder's, or no such CPU. */
		remark(t, "%s %s: refused before anything is tried", phrase->verb, name);
		if (ret >= 0)
			t->stopped = "a set of CPUs that the machine does not have";
		return;
	}
	if (ret >= 0 && frees_nothing(t, phrase, name)) {
		remark(t, "%s %s: there is no handler", phrase->verb, name);
		return;
	}
	if (leaves_trace(phrase, ret)) {
		begin_loose(t);
		fprintf(t->out, "  %s %s", phrase->verb, name);
		phrase->arguments(t, line);
		tell_result(t, ret);
		fputs("end\n", t->out);
		return;
	}
	fprintf(t->out, "%s%s %s", t->loose ? "  " : "", phrase->verb, name);
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
	return error ? json_integer_value(error) : number(line, "last_error", -EINVAL);
}

/* Of vector 0; negative if it isn't among those of the line. */
static json_int_t result_of_first(const json_t *line)
{
	const json_t *indexes = json_object_get(line, "indexes");

	if (!indexes)
		return number(line, "index", 0) ? -ENOENT : number(line, "ret", 0);
	return json_integer_value(json_array_get(indexes, 0)) ? -ENOENT : result_of_index(line, 0);
}

/* "p[0..3]" where these are neighbours and all went well. */
static bool as_slice(struct teller *t, const json_t *line, const struct phrase *phrase,
		     json_int_t first, json_int_t last)
{
	char batch[40], expected[60];

	batch_name(string(line, "dev"), batch);
	for (json_int_t i = first; i <= last; i++) {
		const char *name = teller_vector(t, string(line, "dev"), (uint64_t)i);

		snprintf(expected, sizeof(expected), "%s[%" JSON_INTEGER_FORMAT "]", batch, i);
		if (!name || strcmp(name, expected) || result_of_index(line, i) ||
		    (!strcmp(phrase->verb, "free") && !has_handler(t, name)))
			return false;
	}
	for (json_int_t i = first; i <= last; i++)
		frees_nothing(t, phrase, teller_vector(t, string(line, "dev"), (uint64_t)i));
	fprintf(t->out, "%s %s[%" JSON_INTEGER_FORMAT "..%" JSON_INTEGER_FORMAT "]", phrase->verb,
		batch, first, last);
	phrase->arguments(t, line);
	fputc('\n', t->out);
	return true;
}

/* Without vectors a device's vector 0 is its pin's interrupt: a name for that. */
static void name_pin(struct teller *t, const char *device)
{
	char batch[40], name[60];

	if (json_object_size(json_object_get(t->vectors, device)))
		return;
	for (uint32_t i = 0; i < t->recording.nr_listed; i++) {
		const struct device_desc *dev = &t->recording.desc.devices[i];

		if (strcmp(dev->name, device) || !dev->pin || dev->intx_irq < 16)
			continue;
		batch_name(device, batch);
		snprintf(name, sizeof(name), "%s_pin", batch);
		fprintf(t->out, "enable %s intx 0 as %s\n", device, name);
		name_vector(t, device, 0, dev->intx_irq, name);
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
	begin_loose(t);
	for (json_int_t i = first; i <= last; i++) {
		const char *name = teller_vector(t, string(line, "dev"), (uint64_t)i);

		if (name)
			one_interrupt(t, line, phrase, name, result_of_index(line, i));
	}
	fputs("end\n", t->out);
}

static void interrupts(struct teller *t, const json_t *line, const struct phrase *phrase)
{
	json_int_t index = number(line, "index", 0);
	const char *name = NULL;

	if (json_object_get(line, "dev") && result_of_first(line) >= 0)
		name_pin(t, string(line, "dev"));
	if (json_object_get(line, "indexes")) {
		range_of_interrupts(t, line, phrase);
		return;
	}
	if (json_is_integer(json_object_get(line, "irq")) && !json_object_get(line, "index"))
		name = json_string_value(json_at(t->name_of_irq, (uint64_t)number(line, "irq", 0)));
	else if (index >= 0)
		name = teller_vector(t, string(line, "dev"), (uint64_t)index);
	if (name)
		one_interrupt(t, line, phrase, name, number(line, "ret", 0));
	else if (number(line, "ret", 0) < 0)
		remark(t, "%s: there is no such interrupt", phrase->verb);
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
	if (!json_array_size(json_object_get(line, "mask")))
		t->stopped = "an empty set of CPUs";
	else
		interrupts(t, line, &(struct phrase){"affinity", tell_mask});
}

/* ---- devices and CPUs ---- */

static void raise_msi(struct teller *t, const json_t *line)
{
	fprintf(t->out, "raise %s.msi[0]\n", string(line, "dev"));
}

/* What made the device do it is not known: only which of its vectors it was. */
static void raise_delivered(struct teller *t, const json_t *line)
{
	const json_t *delivered = json_object_get(line, "delivered");

	if (json_array_size(delivered))
		t->stopped = "a device's own logic";
	else
		remark(t, "a register of %s is written, and nothing follows", string(line, "dev"));
}

static void cpu_to(struct teller *t, const json_t *line, const char *to)
{
	json_int_t cpu = number(line, "cpu", 0), ret = number(line, "ret", 0);

	if (ret > 0) {
		remark(t, "CPU %" JSON_INTEGER_FORMAT " is %s already", cpu, to);
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
	remark(t, "%s", string(line, "op"));
}

static const struct {
	const char *op;
	void (*tell)(struct teller *t, const json_t *line);
	bool settles; /* timers may be armed after it */
} tellers[] = {
	{"alloc_vectors", alloc_vectors, false},
	{"alloc_vectors_affinity", alloc_vectors, false},
	{"enable_msix_range", enable_entries, false},
	{"alloc_at", alloc_at, false},
	{"free_at", free_at, false},
	{"free_vectors", free_vectors, false},
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
	const char *op = string(line, "op");

	for (size_t i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++) {
		if (strcmp(tellers[i].op, op))
			continue;
		t->loose = false;
		tellers[i].tell(t, line);
		if (!t->stopped && !t->loose)
			tell_events(t, line);
		if (!t->stopped)
			tell_messages(t);
		if (!t->stopped && tellers[i].settles)
			fputs("settle\n", t->out);
		if (!t->stopped)
			tell_state(t);
		fputc('\n', t->out);
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
		bool boot = json_is_integer(json_object_get(line, "n")) && !number(line, "n", 0);
		int ret = 0;

		if (!boot && !t->stopped) {
			ret = expected_merge(&t->expected, line, failure);
			if (!ret)
				tell_line(t, line);
			if (t->stopped)
				remark(t,
				       "It ends before operation %" JSON_INTEGER_FORMAT " (%s): %s",
				       number(line, "n", 0), string(line, "op"), t->stopped);
		}
		json_decref(line);
		if (ret)
			return -1;
	}
	return got;
}

static const char *cannot_be_told(const struct recording *recording)
{
	if (recording->unsupported)
		return recording->unsupported;
	return boot_refused(recording);
}

/* The state after the start, as after an operation. */
static void tell_start(struct teller *t)
{
	json_t *start = json_object_get(t->recording.header, "start");

	t->expected.recorded[STATE_MATRIX] = json_incref(json_object_get(start, "matrix"));
	tell_state(t);
	fputc('\n', t->out);
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
		.told = json_object(),
	};
	struct reader *reader;
	int ret = -1;

	expected_init(&t.expected);
	reader = reader_open(path, &READER_LIMITS, failure);
	if (reader)
		ret = tell(&t, reader, failure);
	reader_close(reader);
	recording_free(&t.recording);
	expected_free(&t.expected);
	json_decref(t.name_of_irq);
	json_decref(t.vectors);
	json_decref(t.handlers);
	json_decref(t.told);
	return ret;
}
