/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "json_tools.h"
#include "teller.h"
#include <string.h>

#define TOLD_ALLOCATIONS 4096
#define TOO_MANY	 "more interrupts than a scenario is for"

/* Vectors that come and go, as actions. */

static const char *kind_of_vectors(const json_t *line)
{
	bool all = teller_has_flag(line, "all"), msi = teller_has_flag(line, "msi");
	bool msix = teller_has_flag(line, "msix"), intx = teller_has_flag(line, "intx");

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
	json_int_t left = teller_number(line, "ret", 0) - teller_number(line, "pre", 0) -
			  teller_number(line, "post", 0);

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

	if (teller_number(line, "min", 1) != teller_number(line, "max", 1) &&
	    teller_number(line, "min", 1) > 0)
		fprintf(t->out, " min=%" JSON_INTEGER_FORMAT, teller_number(line, "min", 1));
	if (teller_has_flag(line, "affinity"))
		fputs(" managed", t->out);
	if (teller_has_flag(line, "affinity") && teller_number(line, "pre", 0))
		fprintf(t->out, " pre=%" JSON_INTEGER_FORMAT, teller_number(line, "pre", 0));
	if (teller_has_flag(line, "affinity") && teller_number(line, "post", 0))
		fprintf(t->out, " post=%" JSON_INTEGER_FORMAT, teller_number(line, "post", 0));
	tell_sets(t, line);
}

static void name_batch(struct teller *t, const json_t *line, json_int_t count)
{
	const char *device = teller_string(line, "dev");
	json_int_t first = teller_number(line, "first_irq", 0);

	for (json_int_t i = 0; i < count; i++)
		teller_name_in_batch(t, device, (uint64_t)i, (unsigned)i,
				     first > 0 ? first + i : 0);
}

void tell_alloc_vectors(struct teller *t, const json_t *line)
{
	json_int_t max = teller_number(line, "max", 0), ret = teller_number(line, "ret", 0);
	const char *kind = kind_of_vectors(line);
	char batch[TELLER_NAME];

	if (max < 1 || !kind || (teller_number(line, "min", 0) < 1 && ret != max)) {
		if (ret >= 0)
			t->stopped = "an allocation that has no words";
		else
			tell_remark(t, "an allocation of nothing is refused");
		return;
	}
	if (ret > TOLD_ALLOCATIONS) {
		t->stopped = TOO_MANY;
		return;
	}
	teller_batch(teller_string(line, "dev"), batch);
	fprintf(t->out, "enable %s %s 0", teller_string(line, "dev"), kind);
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

/* Whose it is: a record that is like another one doesn't say. */
static const char *device_of(const json_t *record, const char *before)
{
	return json_string_value(json_object_get(record, "dev")) ?: before;
}

/* The new interrupt of a device's index; 0: the line has none. */
static json_int_t irq_at(const json_t *line, const char *device, json_int_t entry)
{
	const json_t *irqs = json_object_get(line, "irqs");
	const char *of = "";
	size_t index;
	json_t *record;

	json_array_foreach((json_t *)irqs, index, record)
	{
		of = device_of(record, of);
		if (!strcmp(of, device) && teller_number(record, "index", -1) == entry)
			return teller_number(record, "irq", 0);
	}
	return 0;
}

/* A scenario names a set of entries: a batch has them in ascending order. */
static unsigned place_among(const json_t *entries, json_int_t entry)
{
	unsigned place = 0;

	for (size_t i = 0; i < json_array_size(entries); i++)
		place += json_integer_value(json_array_get(entries, i)) < entry;
	return place;
}

void tell_enable_entries(struct teller *t, const json_t *line)
{
	const json_t *entries = json_object_get(line, "entries");
	const json_t *irqs = json_object_get(line, "entry_irqs");
	json_int_t ret = teller_number(line, "ret", 0);
	const char *device = teller_string(line, "dev");
	char batch[TELLER_NAME];

	if (json_array_size(entries) > TOLD_ALLOCATIONS ||
	    json_array_size(irqs) > TOLD_ALLOCATIONS) {
		t->stopped = TOO_MANY;
		return;
	}
	teller_batch(device, batch);
	fprintf(t->out, "enable %s msix {", device);
	for (size_t i = 0; i < json_array_size(entries); i++)
		fprintf(t->out, "%s%" JSON_INTEGER_FORMAT, i ? "," : "",
			json_integer_value(json_array_get(entries, i)));
	fputc('}', t->out);
	if (teller_number(line, "min", 1) != teller_number(line, "max", 1))
		fprintf(t->out, " min=%" JSON_INTEGER_FORMAT, teller_number(line, "min", 1));
	if (ret < 0) {
		tell_result(t, ret);
		return;
	}
	fprintf(t->out, " as %s\n", batch);
	for (size_t i = 0; i < json_array_size(irqs); i++) {
		const json_t *pair = json_array_get(irqs, i);
		json_int_t entry = json_integer_value(json_array_get(pair, 0));

		teller_name_in_batch(t, device, (uint64_t)entry, place_among(entries, entry),
				     json_integer_value(json_array_get(pair, 1)));
	}
	for (size_t i = 0; !irqs && i < (size_t)ret && i < json_array_size(entries); i++) {
		json_int_t entry = json_integer_value(json_array_get(entries, i));

		teller_name_in_batch(t, device, (uint64_t)entry, place_among(entries, entry),
				     irq_at(line, device, entry));
	}
}

/* "alloc n msix any", or of a pool, where the device has one. */
static void tell_alloc(struct teller *t, const json_t *line, bool pool)
{
	const json_t *mask = json_object_get(line, "mask");
	char name[TELLER_NAME];

	if (pool) {
		teller_pool(teller_string(line, "dev"), name);
		fprintf(t->out, "alloc %s ", name);
	} else {
		fprintf(t->out, "alloc %s msix ", teller_string(line, "dev"));
	}
	if (json_is_integer(json_object_get(line, "index")))
		fprintf(t->out, "at %" JSON_INTEGER_FORMAT, teller_number(line, "index", 0));
	else
		fputs("any", t->out);
	if (json_is_array(mask)) {
		fputs(" cpu=", t->out);
		tell_cpus(t->out, mask);
		fputs(teller_number(line, "managed", 0) ? " managed" : "", t->out);
	}
	if (pool)
		fprintf(t->out, " cookie=%" JSON_INTEGER_FORMAT, teller_number(line, "cookie", 0));
}

/* " as n_5 -> index=5 irq=29" */
static void tell_allocated(struct teller *t, const char *device, json_int_t index, json_int_t irq)
{
	char batch[TELLER_NAME], name[TELLER_NAME + 24];

	teller_batch(device, batch);
	snprintf(name, sizeof(name), "%s_%" JSON_INTEGER_FORMAT, batch, index);
	fprintf(t->out, " as %s -> index=%" JSON_INTEGER_FORMAT " irq=%" JSON_INTEGER_FORMAT "\n",
		name, index, irq);
	teller_name_vector(t, device, (uint64_t)index, irq, name);
}

static bool can_be_told(struct teller *t, const json_t *line)
{
	const json_t *mask = json_object_get(line, "mask");

	if (teller_number(line, "done", 0) > TOLD_ALLOCATIONS)
		t->stopped = TOO_MANY;
	if (json_is_array(mask) && !teller_has_cpus(t, mask))
		t->stopped = "a set of CPUs that the machine does not have";
	return !t->stopped;
}

static void alloc_one(struct teller *t, const json_t *line, bool pool)
{
	const json_t *map = json_object_get(line, "map");
	json_int_t ret = teller_number(line, "ret", 0);

	if (!can_be_told(t, line))
		return;
	tell_alloc(t, line, pool);
	if (ret < 0)
		tell_result(t, ret);
	else
		tell_allocated(t, teller_string(line, "dev"), teller_number(map, "index", 0),
			       teller_number(map, "irq", 0));
}

/* Each with its name, or, where the recording has no names either, in a loop. */
static void alloc_many(struct teller *t, const json_t *line, bool pool)
{
	const json_t *irqs = json_object_get(line, "irqs");
	const char *device = teller_string(line, "dev"), *of = "";
	json_int_t ret = teller_number(line, "ret", 0), done = teller_number(line, "done", 0);
	size_t index;
	json_t *record;

	if (!can_be_told(t, line))
		return;
	tell_loose(t);
	json_array_foreach((json_t *)irqs, index, record)
	{
		of = device_of(record, of);
		if (strcmp(of, device) != 0)
			continue;
		fputs("  ", t->out);
		tell_alloc(t, line, pool);
		tell_allocated(t, device, teller_number(record, "index", 0),
			       teller_number(record, "irq", 0));
		done--;
	}
	if (done > 0) {
		fprintf(t->out, "  repeat %" JSON_INTEGER_FORMAT "\n    ", done);
		tell_alloc(t, line, pool);
		fputs("\n  end\n", t->out);
	}
	if (ret < 0) {
		fputs("  ", t->out);
		tell_alloc(t, line, pool);
		tell_result(t, ret);
	}
	tell_end(t);
}

void tell_alloc_at(struct teller *t, const json_t *line)
{
	alloc_one(t, line, false);
}

void tell_alloc_at_many(struct teller *t, const json_t *line)
{
	alloc_many(t, line, false);
}

void tell_free_at(struct teller *t, const json_t *line)
{
	json_int_t index = teller_number(line, "index", 0);
	json_t *of_device = json_object_get(t->vectors, teller_string(line, "dev"));
	const char *name = teller_vector(t, teller_string(line, "dev"), (uint64_t)index);
	char key[24];

	if (!name) {
		tell_remark(t, "nothing is at %" JSON_INTEGER_FORMAT, index);
		return;
	}
	fprintf(t->out, "release %s", name);
	tell_result(t, teller_number(line, "ret", 0));
	snprintf(key, sizeof(key), "%" JSON_INTEGER_FORMAT, index);
	json_object_del(of_device, key);
}

void tell_free_vectors(struct teller *t, const json_t *line)
{
	fprintf(t->out, "free-vectors %s", teller_string(line, "dev"));
	tell_result(t, teller_number(line, "ret", 0));
	json_object_del(t->vectors, teller_string(line, "dev"));
}

/* ---- message stores of the recorder's test devices ---- */

void teller_pool(const char *device, char name[TELLER_NAME])
{
	char batch[TELLER_NAME];

	teller_batch(device, batch);
	snprintf(name, TELLER_NAME, "%.30s_pool", batch);
}

void tell_store_created(struct teller *t, const json_t *line)
{
	char pool[TELLER_NAME];

	teller_pool(teller_string(line, "dev"), pool);
	fprintf(t->out, "pool %s.ims size=%" JSON_INTEGER_FORMAT " as %s",
		teller_string(line, "dev"), teller_number(line, "size", 0), pool);
	tell_result(t, teller_number(line, "ret", 0));
}

void tell_store_alloc(struct teller *t, const json_t *line)
{
	alloc_one(t, line, true);
}

void tell_store_alloc_many(struct teller *t, const json_t *line)
{
	alloc_many(t, line, true);
}

void tell_store_removed(struct teller *t, const json_t *line)
{
	char pool[TELLER_NAME];

	teller_pool(teller_string(line, "dev"), pool);
	fprintf(t->out, "destroy %s", pool);
	tell_result(t, teller_number(line, "ret", 0));
	json_object_del(t->vectors, teller_string(line, "dev"));
}
