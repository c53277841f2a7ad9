/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "moments.h"
#include "actual.h"
#include "json_tools.h"

void moments_take(struct moments *early, struct machine *m, const json_t *events)
{
	json_t *irqs = json_object();

	moments_free(early);
	for_each_used_irq (irq, m)
		json_set_at(irqs, irq, actual_irq(m, irq));
	early->part[STATE_IRQS] = irqs;
	early->part[STATE_MATRIX] = actual_matrix(m);
	early->part[STATE_VECTORS] = actual_vectors(m);
	early->events = json_copy((json_t *)events);
}

void moments_free(struct moments *early)
{
	for (int i = 0; i < NR_STATE_PARTS; i++)
		json_decref(early->part[i]);
	json_decref(early->events);
	*early = (struct moments){0};
}

static void take_member(json_t *into, const char *key, const json_t *expected, const json_t *early,
			const json_t *late)
{
	json_t *value = json_either(json_object_get(expected, key), json_object_get(early, key),
				    json_incref(json_object_get(late, key)));

	if (value)
		json_object_set_new(into, key, value);
}

json_t *json_either(const json_t *expected, const json_t *early, json_t *late)
{
	const char *key;
	json_t *value, *result;

	if (json_is_object(early) && json_is_object(late)) {
		result = json_object();
		json_object_foreach(late, key, value)
			take_member(result, key, expected, early, late);
		json_object_foreach((json_t *)early, key, value)
		{
			if (!json_object_get(late, key))
				take_member(result, key, expected, early, late);
		}
		json_decref(late);
		return result;
	}
	if (expected == early || (expected && early && json_equal(expected, early))) {
		json_decref(late);
		return json_incref((json_t *)early);
	}
	return late;
}
