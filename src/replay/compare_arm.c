/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "arm.h"
#include "chips/pci.h"
#include "json_tools.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which values of an Arm recording a line tells something about, and what. */

/* ---- what the recorder knows ---- */

static void note_drivers(struct arm_state *arm, const json_t *devs)
{
	const char *name;
	json_t *dev;

	json_object_foreach((json_t *)devs, name, dev)
	{
		if (json_object_get(dev, "driver"))
			json_object_set(arm->drivers, name, json_object_get(dev, "driver"));
	}
}

struct arm_state *arm_state_create(const struct recording *recording)
{
	const json_t *start = json_object_get(recording->header, "start");
	struct arm_state *arm = calloc(1, sizeof(*arm));

	if (!arm)
		return NULL;
	arm->drivers = json_object();
	arm->intx_owner = json_object();
	arm->domains = json_copy(json_object_get(recording->header, "domains"));
	note_drivers(arm, json_object_get(start, "dev"));
	return arm;
}

void arm_state_free(struct arm_state *arm)
{
	if (!arm)
		return;
	json_decref(arm->drivers);
	json_decref(arm->intx_owner);
	json_decref(arm->domains);
	free(arm);
}

/* ---- writes ---- */

static void drop_variable_members(json_t *object)
{
	const char *key;
	void *next;
	json_t *value;

	json_object_foreach_safe(object, next, key, value)
	{
		if (!strncmp(key, "var_", 4))
			json_object_del(object, key);
	}
}

json_t *arm_without_variables(const json_t *value)
{
	json_t *copy = json_copy((json_t *)value);

	drop_variable_members(copy);
	return copy;
}

void arm_adapt_writes(json_t *expected, json_t *actual)
{
	size_t index;
	json_t *write;

	json_array_foreach(expected, index, write)
	{
		json_t *done = json_array_get(actual, index);

		drop_variable_members(write);
		/* A command that the queue's next lap overwrote. */
		if (!json_object_get(write, "raw"))
			json_object_del(done, "raw");
		if (!json_object_get(write, "rdbase"))
			json_object_del(done, "rdbase");
	}
}

/* ---- irqs ---- */

/* Delivery races with the recorder's look on these lines, so it left out what changes with it. */
static bool is_racing(const json_t *line)
{
	static const char *const ops[] = {"request", "enable", "chip_unmask"};
	const char *op = json_string_value(json_object_get(line, "op")) ?: "";

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(op, ops[i]))
			return true;
	return false;
}

static void drop_racing(json_t *record, const json_t *recorded)
{
	static const char *const members[] = {"hits", "hit_cpus", "lpi_pending"};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (record && !json_object_get(recorded, members[i]))
			json_object_del(record, members[i]);
}

static void compare_irq(struct stage *stage, struct comparison *cmp,
			const struct expected *expected, uint64_t irq, bool racing)
{
	const json_t *recorded = json_at(expected->recorded[STATE_IRQS], irq);
	json_t *actual = actual_arm_irq(stage, (unsigned)irq);
	json_t *wanted = json_copy(json_at(expected->part[STATE_IRQS], irq));
	char root[32];

	if (racing) {
		drop_racing(actual, recorded);
		drop_racing(wanted, recorded);
	}
	snprintf(root, sizeof(root), "irqs[%u]", (unsigned)irq);
	compare_state(cmp, CATEGORY_IRQS, root, wanted, actual, recorded);
	json_decref(actual);
	json_decref(wanted);
}

/* INTx is seen with the device that is looked at, if the device uses it. */
static void look_at_intx(struct stage *stage, struct device *dev)
{
	const struct pci_dev *pdev = to_pci_dev(dev);

	if (pdev && !pdev->msi_enabled && !pdev->msix_enabled && pdev->irq)
		json_set_at(stage->arm->intx_owner, pdev->irq, json_string(device_name(dev)));
}

static bool is_of(const json_t *record, const char *name)
{
	return !strcmp(json_string_value(json_object_get(record, "dev")) ?: "", name);
}

/* Numbers that the line covers: the devices' of now, what was theirs, what it names. */
static json_t *covered_irqs(struct stage *stage, const struct expected *expected,
			    const json_t *line)
{
	json_t *covered = json_object(), *list = json_object_get(line, "snap"), *name, *record;
	const json_t *single = json_object_get(line, "snap_irq");
	const char *key;
	size_t index;

	json_array_foreach(list, index, name)
	{
		struct device *dev = device_by_name(stage->m, json_string_value(name) ?: "");
		json_t *irqs = dev ? arm_irqs_of(stage, dev) : json_object();

		if (dev)
			look_at_intx(stage, dev);
		json_object_update(covered, irqs);
		json_object_foreach(expected->part[STATE_IRQS], key, record)
		{
			if (is_of(record, json_string_value(name) ?: "") &&
			    !json_object_get(record, "intx"))
				json_object_set(covered, key, json_true());
		}
		json_decref(irqs);
	}
	if (json_is_integer(single))
		json_set_at(covered, (uint64_t)json_integer_value(single), json_true());
	json_object_foreach(expected->recorded[STATE_IRQS], key, record)
		json_object_set(covered, key, json_true());
	return covered;
}

static void compare_irqs(struct stage *stage, struct comparison *cmp,
			 const struct expected *expected, const json_t *line)
{
	json_t *covered = covered_irqs(stage, expected, line), *value;
	bool racing = is_racing(line);
	const char *key;

	json_object_foreach(covered, key, value)
	{
		uint64_t irq;

		if (!json_key_number(key, &irq))
			continue;
		if (!json_at(expected->recorded[STATE_IRQS], irq) &&
		    arm_is_beyond_limit(stage, (unsigned)irq))
			continue;
		compare_irq(stage, cmp, expected, irq, racing);
	}
	json_decref(covered);
}

/* ---- devices ---- */

static bool in_list(const json_t *list, const char *name)
{
	size_t index;
	json_t *value;

	json_array_foreach((json_t *)list, index, value)
	{
		if (!strcmp(json_string_value(value) ?: "", name))
			return true;
	}
	return false;
}

/* Of the expected entries those that were looked at now. */
static json_t *expected_dev(const json_t *dev, const json_t *actual, const json_t *recorded)
{
	json_t *copy = json_copy((json_t *)dev), *msix, *entries, *kept, *value;
	const json_t *now = json_object_get(json_object_get(actual, "msix"), "entries");
	const json_t *noted = json_object_get(json_object_get(recorded, "msix"), "entries");
	const char *key;

	msix = json_copy(json_object_get(copy, "msix"));
	entries = json_object_get(msix, "entries");
	if (!entries) {
		json_decref(msix);
		return copy;
	}
	kept = json_object();
	json_object_foreach(entries, key, value)
	{
		if (json_object_get(now, key) || json_object_get(noted, key))
			json_object_set(kept, key, value);
	}
	if (json_object_size(kept))
		json_object_set(msix, "entries", kept);
	else
		json_object_del(msix, "entries");
	json_object_set_new(copy, "msix", msix);
	json_decref(kept);
	return copy;
}

static void compare_dev(struct stage *stage, struct comparison *cmp,
			const struct expected *expected, const struct device_desc *desc, bool table)
{
	const json_t *recorded = json_object_get(expected->recorded[STATE_DEVS], desc->name);
	const json_t *known = json_object_get(expected->part[STATE_DEVS], desc->name);
	json_t *actual = actual_arm_dev(stage, desc, table);
	json_t *wanted = expected_dev(known, actual, recorded);
	char root[48];

	snprintf(root, sizeof(root), "devs.%s", desc->name);
	compare_state(cmp, CATEGORY_DEVS, root, wanted, actual, recorded);
	json_decref(actual);
	json_decref(wanted);
}

static void compare_devs(struct stage *stage, struct comparison *cmp,
			 const struct expected *expected, const json_t *line)
{
	const json_t *snap = json_object_get(line, "snap");
	bool table =
		json_object_get(line, "table") && json_is_integer(json_object_get(line, "table"));

	for (uint32_t i = 0; i < stage->recording->nr_listed; i++) {
		const struct device_desc *desc = &stage->recording->desc.devices[i];

		if (in_list(snap, desc->name) ||
		    json_object_get(expected->recorded[STATE_DEVS], desc->name))
			compare_dev(stage, cmp, expected, desc, table);
	}
}

/* ---- domains ---- */

static void compare_domains(struct stage *stage, struct comparison *cmp)
{
	for (const struct irq_domain *d = irq_domain_first(stage->m); d; d = d->next) {
		const json_t *expected = json_object_get(stage->arm->domains, d->name);
		json_t *actual;
		char path[80];

		if (!expected)
			continue;
		actual = actual_domain(d);
		snprintf(path, sizeof(path), "domains[%s]", d->name);
		compare_value(cmp, CATEGORY_START, path, expected, actual);
		json_object_del(stage->arm->domains, d->name);
		json_decref(actual);
	}
}

/* ---- lines ---- */

static void compare_item(struct comparison *cmp, const json_t *start, const char *key,
			 json_t *actual)
{
	if (json_object_get(start, key))
		compare_value(cmp, CATEGORY_START, key, json_object_get(start, key), actual);
	json_decref(actual);
}

static void compare_boot_commands(struct stage *stage, struct comparison *cmp, const json_t *start)
{
	struct failure failure = {0};
	json_t *expected = expected_writes(json_object_get(start, "its_boot_commands"), &failure);
	json_t *actual = actual_its_queue(stage);

	arm_adapt_writes(expected, actual);
	compare_sequence(cmp, CATEGORY_START, "its_boot_commands", expected, actual);
	json_decref(expected);
	json_decref(actual);
}

static void compare_start_irqs(struct stage *stage, struct comparison *cmp,
			       const struct expected *expected)
{
	const char *key;
	json_t *record;
	uint64_t irq;

	for (uint32_t i = 0; i < stage->recording->nr_listed; i++) {
		struct device *dev =
			device_by_name(stage->m, stage->recording->desc.devices[i].name);

		if (dev)
			look_at_intx(stage, dev);
	}
	json_object_foreach(expected->part[STATE_IRQS], key, record)
	{
		if (json_key_number(key, &irq))
			compare_irq(stage, cmp, expected, irq, false);
	}
	for_each_used_irq (used, stage->m) {
		if (!json_at(expected->part[STATE_IRQS], used))
			compare_irq(stage, cmp, expected, used, false);
	}
}

void arm_compare_start(struct stage *stage, struct comparison *cmp, struct expected *expected)
{
	const json_t *start = json_object_get(stage->recording->header, "start");

	cmp->start = true;
	cmp->op = "start";
	compare_start_irqs(stage, cmp, expected);
	for (uint32_t i = 0; i < stage->recording->nr_listed; i++)
		compare_dev(stage, cmp, expected, &stage->recording->desc.devices[i], false);
	compare_item(cmp, start, "its_write_offset", actual_its_write_offset(stage));
	compare_item(cmp, start, "lpis_in_use", actual_lpis_in_use(stage));
	compare_item(cmp, start, "lpis_per_cpu", actual_lpis_per_cpu(stage));
	if (json_object_get(start, "its_boot_commands"))
		compare_boot_commands(stage, cmp, start);
	compare_domains(stage, cmp);
	cmp->start = false;
	cmp->op = NULL;
}

void arm_compare_line(struct stage *stage, struct comparison *cmp, struct expected *expected,
		      const json_t *line)
{
	compare_irqs(stage, cmp, expected, line);
	compare_devs(stage, cmp, expected, line);
	compare_domains(stage, cmp);
	if (cmp->strict && !json_object_get(line, "msg_writes") &&
	    json_array_size(observer_messages(stage->observer)))
		compare_sequence(cmp, CATEGORY_RETURNS, "msg_writes", NULL,
				 observer_messages(stage->observer));
}

void arm_compare_end(struct stage *stage, struct comparison *cmp)
{
	const char *name;
	json_t *domain;

	cmp->op = "end";
	json_object_foreach(stage->arm->domains, name, domain)
	{
		char path[80];

		snprintf(path, sizeof(path), "domains[%.60s]", name);
		compare_value(cmp, CATEGORY_START, path, domain, NULL);
	}
	cmp->op = NULL;
}
