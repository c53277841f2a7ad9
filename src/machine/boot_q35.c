/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine/boot.h"

#include <irqlab/driver.h>
#include <string.h>

/*
 * A q35 PC, and how Linux 6.12 starts on it. What takes vectors before the first
 * driver does is all here, in its order, because each choice of a CPU depends on
 * those before it.
 */

static const struct boot_step steps[] = {
	{BOOT_PIC, .name = NULL},
	/* The tick comes through the PIC first, so that irq 0 is in use when it moves. */
	{BOOT_REQUEST, .irq = 0, .name = "timer", .flags = IRQF_NOBALANCING},
	{BOOT_IOAPIC, .name = NULL},
	/* Does the tick arrive through the I/O APIC, too? */
	{BOOT_RESTART, .irq = 0},
	{BOOT_CPUS, .name = NULL},
	{BOOT_REQUEST, .irq = 9, .name = "acpi"},
	/* USB controllers are taken from the firmware: enabled for that, and no longer. */
	{BOOT_PROBE, .class = BOOT_USB_CONTROLLER},
	{BOOT_UNITS, .name = NULL},
	{BOOT_ENABLE, .class = BOOT_PCIE_PORT},
	/* The mouse port is tried before it is used. */
	{BOOT_REQUEST, .irq = 12, .name = "i8042"},
	{BOOT_FREE, .irq = 12},
	{BOOT_REQUEST, .irq = 12, .name = "i8042"},
	{BOOT_REQUEST, .irq = 1, .name = "i8042"},
	{BOOT_REQUEST, .irq = 8, .name = "rtc0"},
	{BOOT_DEVICES, .name = NULL},
};

/* Firmware's overrides: the tick at pin 2, where the cascade would be; levels for PCI links. */
static const struct boot_pin pins[] = {
	{1, 1, false},	{2, 0, false},	 {3, 3, false},	  {4, 4, false},   {5, 5, true},
	{6, 6, false},	{7, 7, false},	 {8, 8, false},	  {9, 9, true},	   {10, 10, true},
	{11, 11, true}, {12, 12, false}, {13, 13, false}, {14, 14, false}, {15, 15, false},
};

static const struct boot_route routes[] = {
	{.first_slot = 0, .last_slot = 24, .base = 20, .by_slot = true},
	{.first_slot = 25, .last_slot = 31, .base = 16},
};

static const struct boot_platform q35 = {
	.name = "q35",
	.steps = steps,
	.nr_steps = sizeof(steps) / sizeof(steps[0]),
	.pins = pins,
	.nr_pins = sizeof(pins) / sizeof(pins[0]),
	.routes = routes,
	.nr_routes = sizeof(routes) / sizeof(routes[0]),
	.ioapic = {.pins = 24, .gsi_base = 0},
	.ioapic_requester = {[REMAP_NONE] = 0xff00, [REMAP_INTEL] = 0xff00, [REMAP_AMD] = 0x00a0},
	.amd_unit_msi_cap = 0x60,
};

const struct boot_platform *boot_platform_by_name(const char *name)
{
	return !name || !strcmp(name, q35.name) ? &q35 : NULL;
}
