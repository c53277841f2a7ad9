/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "json_tools.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

json_t *json_hex(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_string(text);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool json_hex_value(const json_t *value, uint64_t *out)
{
	const char *text = json_string_value(value);
	uint64_t sum = 0;
	size_t size;

	if (!text || text[0] != '0' || text[1] != 'x')
		return false;
	size = strlen(text + 2);
	if (size < 1 || size > 16)
		return false;
	for (size_t i = 2; text[i]; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return false;
		sum = sum << 4 | (unsigned)digit;
	}
	*out = sum;
	return true;
}

bool json_number(const json_t *value, uint64_t low, uint64_t high, uint64_t *out)
{
	uint64_t number;

	if (json_is_integer(value)) {
		if (json_integer_value(value) < 0)
			return false;
		number = (uint64_t)json_integer_value(value);
	} else if (!json_hex_value(value, &number)) {
		return false;
	}
	if (number < low || number > high)
		return false;
	*out = number;
	return true;
}

json_t *json_words(unsigned nr, const uint64_t *words)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < nr; i++)
		json_array_append_new(list, json_hex(words[i]));
	return list;
}

json_t *json_cpus(const struct cpumask *mask)
{
	json_t *list = json_array();

	if (!mask)
		return list;
	for_each_cpu (cpu, mask)
		json_array_append_new(list, json_integer(cpu));
	return list;
}

void json_ranges_add(json_t *ranges, uint64_t index)
{
	size_t size = json_array_size(ranges);
	json_t *last = size ? json_array_get(json_array_get(ranges, size - 1), 1) : NULL;

	if (last && (uint64_t)json_integer_value(last) + 1 == index)
		json_integer_set(last, (json_int_t)index);
	else
		json_array_append_new(ranges,
				      json_pack("[I,I]", (json_int_t)index, (json_int_t)index));
}

json_t *json_ranges(const uint64_t *bits, unsigned nr_bits)
{
	json_t *ranges = json_array();

	for (unsigned i = 0; i < nr_bits; i++)
		if (bits[i / 64] >> (i % 64) & 1)
			json_ranges_add(ranges, i);
	return ranges;
}

json_t *json_at(const json_t *object, uint64_t number)
{
	char key[24];

	snprintf(key, sizeof(key), "%" PRIu64, number);
	return json_object_get(object, key);
}

void json_set_at(json_t *object, uint64_t number, json_t *value)
{
	char key[24];

	snprintf(key, sizeof(key), "%" PRIu64, number);
	json_object_set_new(object, key, value);
}

bool json_key_number(const char *key, uint64_t *out)
{
	uint64_t number = 0;
	size_t size = strlen(key);

	if (size < 1 || size > 15 || (key[0] == '0' && size > 1))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (key[i] < '0' || key[i] > '9')
			return false;
		number = number * 10 + (unsigned)(key[i] - '0');
	}
	*out = number;
	return true;
}
