/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "boot.h"
#include "events.h"
#include "json_tools.h"
#include <irqlab/bus.h>
#include <irqlab/trace.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BOOT_EVENTS (1u << 20)
#define NO_BUS		UINT32_MAX

/* ---- the functions of the machine, as its emulator was told ---- */

struct slot { /* one `-device` string */
	const char *text;
	enum boot_class class;
	bool is_root; /* brings a root bus of its own, and is no function to us */
	uint8_t pin;
	unsigned number;    /* of its slot */
	const char *behind; /* id of the bridge above; NULL: the first root bus */
	uint32_t bus, secondary;
};

static bool is_type(const char *text, const char *type)
{
	size_t length = strlen(type);

	return !strncmp(text, type, length) && (!text[length] || text[length] == ',');
}

/* The value of ",key=", up to the next comma, or NULL. */
static const char *property(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = strchr(text, ','); at; at = strchr(at + 1, ','))
		if (!strncmp(at + 1, key, length) && at[1 + length] == '=')
			return at + 2 + length;
	return NULL;
}

static bool same_word(const char *a, const char *b)
{
	size_t length = strcspn(a, ",");

	return length == strcspn(b, ",") && !strncmp(a, b, length);
}

static void classify(struct slot *slot)
{
	static const struct {
		const char *type;
		enum boot_class class;
		uint8_t pin;
	} types[] = {
		{"nec-usb-xhci", BOOT_USB_CONTROLLER, 1},
		{"qemu-xhci", BOOT_USB_CONTROLLER, 1},
		{"usb-ehci", BOOT_USB_CONTROLLER, 1},
		{"ich9-usb-ehci1", BOOT_USB_CONTROLLER, 4},
		{"ich9-usb-uhci1", BOOT_USB_CONTROLLER, 1},
		{"ich9-usb-uhci2", BOOT_USB_CONTROLLER, 2},
		{"ich9-usb-uhci3", BOOT_USB_CONTROLLER, 3},
		{"pci-ohci", BOOT_USB_CONTROLLER, 1},
		{"piix3-usb-uhci", BOOT_USB_CONTROLLER, 4},
		{"ioh3420", BOOT_PCIE_PORT, 1},
		{"pcie-root-port", BOOT_PCIE_PORT, 1},
		{"x3130-upstream", BOOT_PCIE_PORT, 0},
		{"xio3130-downstream", BOOT_PCIE_PORT, 1},
		{"pci-bridge", BOOT_BRIDGE, 1},
		{"pcie-pci-bridge", BOOT_BRIDGE, 1},
	};

	slot->is_root = is_type(slot->text, "pxb-pcie") || is_type(slot->text, "pxb");
	slot->class = BOOT_ENDPOINT;
	slot->pin = 1;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!is_type(slot->text, types[i].type))
			continue;
		slot->class = types[i].class;
		slot->pin = types[i].pin;
	}
}

static void read_slot(struct slot *slot, const char *text)
{
	const char *addr = property(text, "addr");

	*slot = (struct slot){.text = text, .behind = property(text, "bus"), .bus = NO_BUS};
	if (slot->behind && same_word(slot->behind, "pcie.0"))
		slot->behind = NULL;
	slot->number = addr ? (unsigned)strtoul(addr, NULL, 16) & 0x1f : 0;
	classify(slot);
}

static bool forwards(const struct slot *slot)
{
	return slot->class == BOOT_PCIE_PORT || slot->class == BOOT_BRIDGE;
}

/* Whose bus is it: the bridge's, or the first root's (NULL)? */
static bool is_on(const struct slot *slot, const struct slot *bridge)
{
	const char *id = bridge ? property(bridge->text, "id") : NULL;

	if (!bridge)
		return !slot->behind;
	return slot->behind && id && same_word(slot->behind, id);
}

/* Bus numbers as firmware gives them: in the order of slots, what is behind a bridge first. */
static void number_buses(struct slot *slots, unsigned nr, const struct slot *bridge, uint32_t bus,
			 uint32_t *last)
{
	for (unsigned number = 0; number < 32; number++) {
		for (unsigned i = 0; i < nr; i++) {
			struct slot *slot = &slots[i];

			if (slot->number != number || slot->bus != NO_BUS || slot->is_root ||
			    !is_on(slot, bridge))
				continue;
			slot->bus = bus;
			if (!forwards(slot) || *last >= 255)
				continue;
			slot->secondary = ++*last;
			number_buses(slots, nr, slot, slot->secondary, last);
		}
	}
}

static unsigned read_slots(const struct recording *recording, struct slot *slots)
{
	const json_t *list = json_object_get(recording->header, "qemu_devices");
	unsigned nr = 0;
	uint32_t last = 0;
	size_t index;
	json_t *value;

	json_array_foreach((json_t *)list, index, value)
	{
		const char *text = json_string_value(value);

		if (text && nr < BOOT_MAX_FUNCTIONS)
			read_slot(&slots[nr++], text);
	}
	number_buses(slots, nr, NULL, 0, &last);
	for (unsigned i = 0; i < nr; i++) {
		const char *number = property(slots[i].text, "bus_nr");

		if (!slots[i].is_root || !number)
			continue;
		last = (uint32_t)strtoul(number, NULL, 10) & 0xff;
		number_buses(slots, nr, &slots[i], last, &last);
	}
	return nr;
}

uint32_t boot_functions(const struct recording *recording, struct boot_function *functions)
{
	struct slot slots[BOOT_MAX_FUNCTIONS];
	unsigned nr = read_slots(recording, slots);
	uint32_t found = 0;

	for (unsigned i = 0; i < nr; i++) {
		if (slots[i].is_root || slots[i].bus == NO_BUS)
			continue;
		functions[found++] = (struct boot_function){
			.requester = (uint16_t)(slots[i].bus << 8 | slots[i].number << 3),
			.pin = slots[i].pin,
			.class = slots[i].class,
			.secondary_bus = (uint8_t)slots[i].secondary,
		};
	}
	return found;
}

/* ---- what the boot traced ---- */

struct tracer {
	struct bus_listener listener;
	json_t *events, *event;
};

/* Of the functions that can be traced, the recorder followed only these during boot. */
static bool is_recorded(const char *name)
{
	return !strncmp(name, "irq_matrix_", 11) ||
	       (!strncmp(name, "vector_", 7) && strcmp(name, "vector_schedule_cleanup"));
}

static void add_argument(struct machine *m, json_t *event, const struct tape_record *record)
{
	const char *names = trace_point_args(
		(enum trace_point)json_integer_value(json_object_get(event, "point")));
	const uint64_t values[] = {record->address, record->value};

	event_argument(m, event, record);
	/* What lines leave out is here. */
	for (unsigned i = 0; *names; i++) {
		size_t length = strcspn(names, " ");

		if (i - record->extra < 2 && length == 6 && !strncmp(names, "online", 6))
			json_object_set_new(event, "online",
					    json_integer((json_int_t)values[i - record->extra]));
		names += length + (names[length] == ' ');
	}
}

static void after(void *context, struct machine *m, const struct tape_record *record)
{
	struct tracer *tracer = context;

	if (record->kind == TAPE_TRACE) {
		tracer->event = NULL;
		if (!is_recorded(trace_point_name((enum trace_point)record->value)))
			return;
		tracer->event = event_begin(m, record);
		json_object_set_new(tracer->event, "point",
				    json_integer((json_int_t)record->value));
		json_array_append_new(tracer->events, tracer->event);
	} else if (record->kind == TAPE_TRACE_ARGS && tracer->event) {
		add_argument(m, tracer->event, record);
	}
}

json_t *boot_events(const json_t *line, struct failure *failure)
{
	json_t *events = json_expand_runs(json_object_get(line, "trace"), MAX_BOOT_EVENTS, failure);
	json_t *list = events ? json_array() : NULL, *event;

	for (size_t i = 0; list && i < json_array_size(events); i++) {
		json_t *available;

		event = json_copy(json_array_get(events, i));
		available = json_object_get(event, "avl");
		/* Tasks ran wherever they liked. */
		json_object_del(event, "on");
		if (available)
			json_object_set(event, "avail", available);
		json_object_del(event, "avl");
		json_array_append_new(list, event);
	}
	json_decref(events);
	return list;
}

/* ---- booting ---- */

const char *boot_refused(const struct recording *recording)
{
	const char *cmdline = json_string_value(json_object_get(recording->header, "cmdline"));
	const char *source = json_string_value(json_object_get(recording->header, "source"));

	if (!source || !strstr(source, "machine q35"))
		return "not booted: no script for its platform";
	if (!cmdline || !strstr(cmdline, "pcie_ports=compat"))
		return "not booted: stock drivers took part";
	return NULL;
}

/* Without anything that only the start state tells. */
static void forget_start(struct machine_desc *machine, struct device_desc *devices, uint32_t nr)
{
	machine->start = NULL;
	machine->vector_first = machine->vector_last = 0;
	machine->nr_devices = nr;
	for (uint32_t i = 0; i < nr; i++) {
		devices[i] = machine->devices[i];
		devices[i].command = 0;
		devices[i].msi.ctrl = 0;
		devices[i].msix.ctrl = 0;
	}
	machine->devices = devices;
}

static uint32_t read_order(const struct recording *recording, const char **names, uint32_t most)
{
	const json_t *order = json_object_get(recording->header, "enable_order");
	uint32_t nr = 0;
	size_t index;
	json_t *value;

	json_array_foreach((json_t *)order, index, value)
	{
		if (json_is_string(value) && nr < most)
			names[nr++] = json_string_value(value);
	}
	return nr;
}

static int boot(const struct recording *recording, struct machine *m, struct device_desc *devices,
		const char **names, const char **why)
{
	struct machine_desc machine = recording->desc;
	struct boot_function functions[BOOT_MAX_FUNCTIONS];
	struct boot_desc desc = {
		.platform = "q35",
		.machine = &machine,
		.functions = functions,
		.enable_order = names,
	};
	size_t nr = json_array_size(json_object_get(recording->header, "enable_order"));

	forget_start(&machine, devices, recording->nr_listed);
	desc.nr_functions = boot_functions(recording, functions);
	desc.nr_enabled = read_order(recording, names, (uint32_t)nr);
	return machine_boot(m, &desc, why);
}

int boot_recording(const struct recording *recording, struct machine *m, const char **why,
		   json_t **events)
{
	struct tracer tracer = {.listener = {.after = after, .context = &tracer}};
	size_t nr_names = json_array_size(json_object_get(recording->header, "enable_order"));
	struct device_desc *devices = calloc(recording->nr_listed + 1u, sizeof(*devices));
	const char **names = calloc(nr_names + 1, sizeof(*names));
	json_t *event;
	size_t index;
	int ret = -ENOMEM;

	*events = tracer.events = machine_tracing(m) ? json_array() : NULL;
	if (devices && names && (!tracer.events || !bus_listen(m, &tracer.listener)))
		ret = boot(recording, m, devices, names, why);
	bus_unlisten(m, &tracer.listener);
	json_array_foreach(tracer.events, index, event) json_object_del(event, "point");
	free(names);
	free(devices);
	return ret;
}
