/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "json_tools.h"
#include "teller.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What an operation did, as expectations. */

#define TOLD_WRITES	40u   /* of one operation */
#define TOLD_DELIVERIES 4096u /* of one operation */

/* ---- sets of CPUs ---- */

static void tell_run(FILE *out, json_int_t first, json_int_t last)
{
	fprintf(out, "%" JSON_INTEGER_FORMAT, first);
	if (last > first)
		fprintf(out, "..%" JSON_INTEGER_FORMAT, last);
}

void tell_cpus(FILE *out, const json_t *cpus)
{
	size_t nr = json_array_size(cpus), runs = 0;

	for (size_t i = 0; i < nr; i++)
		runs += !i || json_integer_value(json_array_get(cpus, i)) !=
				      json_integer_value(json_array_get(cpus, i - 1)) + 1;
	if (runs != 1)
		fputc('{', out);
	for (size_t i = 0, from = 0; i < nr; i++) {
		json_int_t cpu = json_integer_value(json_array_get(cpus, i));

		if (i + 1 < nr && json_integer_value(json_array_get(cpus, i + 1)) == cpu + 1)
			continue;
		tell_run(out, json_integer_value(json_array_get(cpus, from)), cpu);
		from = i + 1;
		if (from < nr)
			fputc(',', out);
	}
	if (runs != 1)
		fputc('}', out);
}

/* ---- writes ---- */

static const struct device_desc *device_of(const struct teller *t, const char *name)
{
	for (uint32_t i = 0; name && i < t->recording.nr_listed; i++)
		if (!strcmp(t->recording.desc.devices[i].name, name))
			return &t->recording.desc.devices[i];
	return NULL;
}

/* Where it is in the MSI capability (PCI 3.0, 6.8.1); NULL: nowhere. */
static const char *msi_field(const struct device_desc *dev, uint64_t offset)
{
	bool is_64 = dev->msi.is_64;

	if (offset == 2)
		return "ctrl";
	if (offset == 4)
		return "lo";
	if (offset == 8)
		return is_64 ? "hi" : "data";
	if (offset == 12)
		return is_64 ? "data" : "mask";
	return is_64 && offset == 16 ? "mask" : NULL;
}

static void tell_config_write(FILE *out, const struct device_desc *dev, uint64_t where,
			      const char *value)
{
	const char *field = NULL;

	if (where == 4)
		fprintf(out, "expect write %s.cfg.command %s\n", dev->name, value);
	else if (dev->msix.size && where == dev->msix.cap + 2u)
		fprintf(out, "expect write %s.msix.ctrl %s\n", dev->name, value);
	else if (dev->msi.vectors && where > dev->msi.cap)
		field = msi_field(dev, where - dev->msi.cap);
	if (field)
		fprintf(out, "expect write %s.msi.%s %s\n", dev->name, field, value);
}

static void tell_table_write(FILE *out, const struct device_desc *dev, const json_t *write)
{
	const char *word = json_string_value(json_object_get(write, "word")) ?: "";
	const char *field = !strcmp(word, "addr_lo")   ? "lo"
			    : !strcmp(word, "addr_hi") ? "hi"
						       : word;
	json_int_t entry = json_integer_value(json_object_get(write, "entry"));

	if (entry < TOLD_VECTORS)
		fprintf(out, "expect write %s.msix[%" JSON_INTEGER_FORMAT "].%s %s\n", dev->name,
			entry, field, json_string_value(json_object_get(write, "val")));
}

static void tell_write(struct teller *t, const json_t *write)
{
	const char *kind = json_string_value(json_object_get(write, "kind")) ?: "";
	const struct device_desc *dev =
		device_of(t, json_string_value(json_object_get(write, "dev")));
	uint64_t where;

	if (!strcmp(kind, "iec"))
		fprintf(t->out,
			"expect flush %s.iec handle=%" JSON_INTEGER_FORMAT
			" mask=%" JSON_INTEGER_FORMAT "\n",
			t->recording.desc.remaps[0].name,
			json_integer_value(json_object_get(write, "index")),
			json_integer_value(json_object_get(write, "mask")));
	else if (dev && !strcmp(kind, "msix"))
		tell_table_write(t->out, dev, write);
	else if (dev && !strcmp(kind, "cfg") &&
		 json_hex_value(json_object_get(write, "where"), &where))
		tell_config_write(t->out, dev, where,
				  json_string_value(json_object_get(write, "val")));
}

static void tell_writes(struct teller *t, const json_t *line)
{
	struct failure failure = {0};
	json_t *writes = expected_writes(json_object_get(line, "writes"), &failure);
	size_t index;
	json_t *write;

	if (json_array_size(writes) > TOLD_WRITES)
		fprintf(t->out, "# %zu writes\n", json_array_size(writes));
	else
		json_array_foreach(writes, index, write) tell_write(t, write);
	json_decref(writes);
}

/* ---- deliveries ---- */

static void tell_delivery(struct teller *t, const json_t *delivered, size_t index)
{
	const json_t *one = json_array_get(delivered, index);
	const char *name = json_string_value(
		json_at(t->name_of_irq, (uint64_t)json_integer_value(json_array_get(one, 0))));
	size_t times = 0;

	for (size_t i = 0; i < json_array_size(delivered); i++) {
		if (!json_equal(json_array_get(delivered, i), one))
			continue;
		if (i < index)
			return; /* counted already */
		times++;
	}
	if (name)
		fprintf(t->out, "expect count %zu deliver %s cpu=%" JSON_INTEGER_FORMAT "\n", times,
			name, json_integer_value(json_array_get(one, 1)));
	else
		t->stopped = "an interrupt arrived that no name leads to";
}

void tell_events(struct teller *t, const json_t *line)
{
	const json_t *delivered = json_object_get(line, "delivered");
	size_t nr = json_array_size(delivered);

	tell_writes(t, line);
	if (nr > TOLD_DELIVERIES) {
		fprintf(t->out, "# %zu deliveries\n", nr);
		return;
	}
	for (size_t i = 0; i < nr; i++)
		tell_delivery(t, delivered, i);
}

/* ---- state ---- */

struct key { /* of `expect state`, and where a recording has it */
	const char *key, *group, *member;
	unsigned bit; /* of the state word, where there is no member */
};

static const struct key keys[] = {
	{"irq", NULL, "irq", 0},
	{"affinity", NULL, "affinity", 0},
	{"effective", NULL, "effective", 0},
	{"vector", "vec", "vector", 0},
	{"cpu", "vec", "cpu", 0},
	{"previous_vector", "vec", "prev_vector", 0},
	{"moving", "vec", "move_in_progress", 0},
	{"reserved", "vec", "has_reserved", 0},
	{"managed", "vec", "managed", 0},
	{"depth", NULL, "depth", 0},
	{"handle", "ir", "index", 0},
	{"activated", NULL, NULL, 9},
	{"disabled", NULL, NULL, 16},
	{"masked", NULL, NULL, 17},
	{"started", NULL, NULL, 22},
	{"shutdown", NULL, NULL, 23},
	{"move_pending", NULL, NULL, 8},
};

/* The value that the record gives a key: an integer, a list, or NULL. */
static json_t *value_of(const struct key *key, const json_t *record)
{
	const json_t *group = key->group ? json_object_get(record, key->group) : record;
	uint64_t state;

	if (key->member)
		return json_incref(json_object_get(group, key->member));
	if (!json_hex_value(json_object_get(record, "state"), &state))
		return NULL;
	return json_integer((json_int_t)(state >> key->bit & 1));
}

/*
 * Worth a word: what differs from what was told before, or, of an interrupt that
 * is new, what is not nothing. In a block of several entries a handle is another
 * thing than what a recording calls index.
 */
static bool is_worth(const struct key *key, const json_t *value, const json_t *before,
		     const json_t *whole)
{
	if (!json_is_integer(value) && !json_array_size(value))
		return false;
	if (!strcmp(key->key, "handle") && json_integer_value(json_object_get(whole, "nvec")) > 1)
		return false;
	if (before)
		return !json_equal(before, value);
	return json_is_array(value) || json_integer_value(value);
}

static void tell_irq(struct teller *t, const char *name, const json_t *recorded,
		     const json_t *whole, json_t *told)
{
	bool any = false;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *value = value_of(&keys[i], recorded);

		if (is_worth(&keys[i], value, json_object_get(told, keys[i].key), whole)) {
			if (!any)
				fprintf(t->out, "expect state %s", name);
			any = true;
			fprintf(t->out, " %s=", keys[i].key);
			if (json_is_array(value))
				tell_cpus(t->out, value);
			else
				fprintf(t->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		}
		if (value)
			json_object_set_new(told, keys[i].key, value);
	}
	if (any)
		fputc('\n', t->out);
}

static void tell_irqs(struct teller *t)
{
	const json_t *all = t->expected.part[STATE_IRQS];
	const char *number;
	json_t *recorded;

	json_object_foreach(t->expected.recorded[STATE_IRQS], number, recorded)
	{
		const char *name = json_string_value(json_object_get(t->name_of_irq, number));
		json_t *told = json_object_get(t->told, number);

		/* A complete record is that of a new interrupt. */
		if (!told || json_object_get(recorded, "domains")) {
			told = json_object();
			json_object_set_new(t->told, number, told);
		}
		if (name && json_is_object(recorded))
			tell_irq(t, name, recorded, json_object_get(all, number), told);
	}
}

static uint64_t word(const json_t *list, const char *key, size_t index)
{
	uint64_t value = 0;

	json_hex_value(key ? json_object_get(list, key) : json_array_get(list, index), &value);
	return value;
}

static void tell_message(FILE *out, const char *device, const char *source, uint64_t address,
			 uint64_t data)
{
	fprintf(out, "expect msg %s.%s addr=0x%" PRIx64 " data=0x%" PRIx64, device, source, address,
		data);
}

static void tell_entries(struct teller *t, const char *device, const json_t *entries)
{
	const char *key;
	json_t *entry;

	json_object_foreach((json_t *)entries, key, entry)
	{
		char source[24];

		if (strtoul(key, NULL, 10) >= TOLD_VECTORS || !json_is_array(entry))
			continue;
		snprintf(source, sizeof(source), "msix[%.10s]", key);
		tell_message(t->out, device, source,
			     word(entry, NULL, 1) << 32 | word(entry, NULL, 0),
			     word(entry, NULL, 2));
		fprintf(t->out, " masked=%u\n", (unsigned)(word(entry, NULL, 3) & 1));
	}
}

void tell_messages(struct teller *t)
{
	const json_t *devices = t->expected.part[STATE_DEVS];
	const char *device;
	json_t *recorded;

	json_object_foreach(t->expected.recorded[STATE_DEVS], device, recorded)
	{
		const json_t *whole = json_object_get(devices, device);
		const json_t *msi = json_object_get(whole, "msi");

		tell_entries(t, device,
			     json_object_get(json_object_get(recorded, "msix"), "entries"));
		if (!json_object_get(recorded, "msi") ||
		    !json_integer_value(json_object_get(whole, "msi_enabled")))
			continue;
		tell_message(t->out, device, "msi[0]",
			     word(msi, "addr_hi", 0) << 32 | word(msi, "addr_lo", 0),
			     word(msi, "data", 0));
		fputc('\n', t->out);
	}
}

static void tell_numbers(FILE *out, const json_t *recorded, const char *const names[][2], size_t nr,
			 const char *object)
{
	bool any = false;

	for (size_t i = 0; i < nr; i++) {
		const json_t *value = json_object_get(recorded, names[i][0]);

		if (!json_is_integer(value))
			continue;
		if (!any)
			fprintf(out, "expect state %s", object);
		any = true;
		fprintf(out, " %s=%" JSON_INTEGER_FORMAT, names[i][1], json_integer_value(value));
	}
	if (any)
		fputc('\n', out);
}

static void tell_vectors(struct teller *t)
{
	static const char *const totals[][2] = {{"global_available", "available"},
						{"global_reserved", "reserved"},
						{"total_allocated", "allocated"},
						{"online_maps", "online"}};
	static const char *const of_cpu[][2] = {{"online", "online"},
						{"available", "available"},
						{"allocated", "allocated"},
						{"managed", "managed"},
						{"managed_allocated", "managed_allocated"}};
	const json_t *recorded = t->expected.recorded[STATE_MATRIX];
	const char *number;
	json_t *cpu;

	tell_numbers(t->out, recorded, totals, 4, "vectors");
	json_object_foreach(json_object_get(recorded, "cpus"), number, cpu)
	{
		char object[24];

		snprintf(object, sizeof(object), "cpu[%.10s]", number);
		tell_numbers(t->out, cpu, of_cpu, 5, object);
	}
}

void tell_state(struct teller *t)
{
	tell_irqs(t);
	tell_vectors(t);
}
