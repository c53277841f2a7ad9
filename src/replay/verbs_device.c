/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips/pci.h"
#include "json_tools.h"
#include "operation.h"
#include <irqlab/device.h>
#include <stdlib.h>
#include <string.h>

/* Verbs that make a device itself do something. */

/* Registers of the teaching device "edu" (its specification: "edu device", MMIO area). */
#define EDU_ID		   "1234:11e8"
#define EDU_IDENTIFICATION 0x00
#define EDU_LIVENESS	   0x04
#define EDU_STATUS	   0x24
#define EDU_RAISE	   0x60
#define EDU_ACKNOWLEDGE	   0x64
#define EDU_VERSION_1	   UINT32_C(0x010000ed)

static int raise_vector(struct call *call, unsigned index)
{
	struct machine *m = call->stage->m;
	const char *name = device_name(call->dev);

	if (pci_msix_vec_count(call->dev) > 0 &&
	    !device_raise(m, name, RAISE_MSIX, 0, index, RAISE_NO_PASID))
		return 0;
	return device_raise(m, name, RAISE_MSI, 0, index, RAISE_NO_PASID);
}

/* ---- the teaching device ---- */

static bool is_edu(const struct call *call)
{
	const json_t *list = json_object_get(call->stage->recording->header, "devices"), *dev;
	size_t index;

	json_array_foreach((json_t *)list, index, dev)
	{
		if (!strcmp(json_string_value(json_object_get(dev, "name")) ?: "",
			    device_name(call->dev)))
			return !strcmp(json_string_value(json_object_get(dev, "id")) ?: "", EDU_ID);
	}
	return false;
}

/* NULL: no memory. */
static struct edu *edu_of(struct call *call)
{
	struct stage *stage = call->stage;
	struct edu *edu;

	for (edu = stage->edus; edu; edu = edu->next)
		if (edu->device == call->dev->id)
			return edu;
	edu = calloc(1, sizeof(*edu));
	if (!edu)
		return NULL;
	edu->device = call->dev->id;
	edu->next = stage->edus;
	stage->edus = edu;
	return edu;
}

void edus_free(struct stage *stage)
{
	while (stage->edus) {
		struct edu *next = stage->edus->next;

		free(stage->edus);
		stage->edus = next;
	}
}

/* What is raised stays in the status until it is acknowledged, and each time there is a message. */
static void edu_write(struct call *call, struct edu *edu, json_int_t offset, uint32_t value)
{
	if (offset == EDU_LIVENESS)
		edu->liveness = ~value;
	if (offset == EDU_ACKNOWLEDGE)
		edu->status &= ~value;
	if (offset != EDU_RAISE)
		return;
	edu->status |= value;
	if (edu->status)
		raise_vector(call, 0);
}

/* The recorder of Arm machines reads the status and acknowledges it. */
static int edu_raise(struct call *call)
{
	uint32_t value = (uint32_t)call_integer(call, "value", 0);
	struct edu *edu = edu_of(call);

	if (!edu)
		return -ENOMEM;
	edu_write(call, edu, EDU_RAISE, value);
	json_object_set_new(call->results, "edu_status", json_hex(edu->status));
	if (call->stage->arm)
		edu_write(call, edu, EDU_ACKNOWLEDGE, edu->status);
	return 0;
}

/* ---- registers ---- */

/* The vector of the device that has this irq; negative: none. */
static int vector_of_irq(const struct call *call, json_int_t irq)
{
	int count = pci_msix_vec_count(call->dev);

	if (count < 0)
		count = pci_msi_vec_count(call->dev);
	for (int i = 0; i < count; i++)
		if (call_irq(call, (unsigned)i) == irq)
			return i;
	return -1;
}

/*
 * What a register write makes another device do is described nowhere. The vectors
 * that it raised are an input, so that what follows from them is compared.
 */
static int bar_write(struct call *call)
{
	const json_t *raised = json_object_get(call->arguments, "delivered");
	struct edu *edu = is_edu(call) ? edu_of(call) : NULL;
	size_t i;
	json_t *pair;

	if (edu) {
		edu_write(call, edu, call_integer(call, "offset", 0),
			  (uint32_t)call_integer(call, "value", 0));
		return 0;
	}
	json_array_foreach((json_t *)raised, i, pair)
	{
		int index = vector_of_irq(call, json_integer_value(json_array_get(pair, 0)));

		if (index >= 0)
			raise_vector(call, (unsigned)index);
	}
	return 0;
}

static int bar_read(struct call *call)
{
	struct edu *edu = is_edu(call) ? edu_of(call) : NULL;
	uint32_t value = 0;

	switch (edu ? call_integer(call, "offset", -1) : -1) {
	case EDU_IDENTIFICATION:
		value = EDU_VERSION_1;
		break;
	case EDU_LIVENESS:
		value = edu->liveness;
		break;
	case EDU_STATUS:
		value = edu->status;
		break;
	default:
		call->why = "what the register holds is described nowhere";
	}
	json_object_set_new(call->results, "value", json_hex(value));
	return 0;
}

const struct verb verbs_device[] = {
	{.name = "edu_raise",
	 .arguments = "dev value ",
	 .perform = edu_raise,
	 .counts_handled = true},
	{.name = "bar_write",
	 .arguments = "dev offset value delivered ",
	 .perform = bar_write,
	 .counts_handled = true},
	{.name = "bar_read", .arguments = "dev offset ", .perform = bar_read},
	{.name = NULL},
};
