/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/keys.h"

#include <inttypes.h>
#include <irqlab/scenario.h>
#include <stdio.h>
#include <string.h>

static const struct key domain_keys[] = {
#define ROW(kinds, name, low, high, otherwise, text) {name, kinds, "", low, high, otherwise, text},
	IRQLAB_DOMAIN_KEYS(ROW)
#undef ROW
};

static const struct key device_keys[] = {
#define ROW(needs, name, low, high, otherwise, text) {name, "", needs, low, high, otherwise, text},
	IRQLAB_DEVICE_KEYS(ROW)
#undef ROW
};

const struct key *key_of(enum verb verb, unsigned nr)
{
	if (verb == VERB_T_DOMAIN && nr < sizeof(domain_keys) / sizeof(*domain_keys))
		return &domain_keys[nr];
	if (verb == VERB_T_DEVICE && nr < sizeof(device_keys) / sizeof(*device_keys))
		return &device_keys[nr];
	return NULL;
}

const struct key *key_find(enum verb verb, const char *kind, const char *name)
{
	const struct key *key;

	for (unsigned i = 0; (key = key_of(verb, i)); i++)
		if (strcmp(key->name, name) == 0 &&
		    (!*key->kinds || word_in_list(key->kinds, kind, ' ')))
			return key;
	return NULL;
}

bool scenario_verb_key(const char *verb, unsigned nr, struct scenario_key *out)
{
	const struct key *key = key_of(verb_lookup(verb, PHASE_TOPOLOGY), nr);

	if (!key)
		return false;
	*out = (struct scenario_key){.name = key->name,
				     .kinds = key->kinds,
				     .needs = key->needs,
				     .otherwise = key->otherwise,
				     .text = key->text};
	if (key->highest > 0xffffffff)
		snprintf(out->bounds, sizeof(out->bounds), "64 bits");
	else if (key->highest)
		snprintf(out->bounds, sizeof(out->bounds),
			 key->highest > 65536 || key->lowest == 0x40 ? "0x%" PRIx64 "..0x%" PRIx64
								     : "%" PRIu64 "..%" PRIu64,
			 key->lowest, key->highest);
	return true;
}
