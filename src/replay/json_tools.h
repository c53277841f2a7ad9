/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IRQLAB_REPLAY_JSON_TOOLS_H
#define IRQLAB_REPLAY_JSON_TOOLS_H

#include <irqlab/cpumask.h>
#include <jansson.h>

/*
 * The conventions of a recording: registers and words are strings "0x…" in lower
 * case, CPU sets are sorted lists, bit sets are lists of inclusive ranges.
 */

json_t *json_hex(uint64_t value);
/* False: no such string, or more than 64 bits. */
bool json_hex_value(const json_t *value, uint64_t *out);
/* An integer of low … high, or a "0x…" string of such a value. False: neither. */
bool json_number(const json_t *value, uint64_t low, uint64_t high, uint64_t *out);

json_t *json_words(unsigned nr, const uint64_t *words); /* a list of hex strings */
json_t *json_cpus(const struct cpumask *mask);
/* Ranges of the set bits among `nr_bits`. */
json_t *json_ranges(const uint64_t *bits, unsigned nr_bits);
/* A list that grows index by index, in ascending order: ranges of indexes. */
void json_ranges_add(json_t *ranges, uint64_t index);

/* object[number], number as a decimal key. */
json_t *json_at(const json_t *object, uint64_t number);
void json_set_at(json_t *object, uint64_t number, json_t *value); /* steals the value */
/* False: not a decimal number without leading zeros, or above 2^53. */
bool json_key_number(const char *key, uint64_t *out);

#endif
