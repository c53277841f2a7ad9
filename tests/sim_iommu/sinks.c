/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/simple.h"
#include "sim_iommu/octeon_sink.h"
#include "sim_iommu/powerpc_sink.h"
#include "sim_iommu/s390_sink.h"
#include "sim_iommu/vmd_sink.h"
#include "sim_iommu/xen_sink.h"

#include <irqlab/provider/access.h>
#include <irqlab/provider/hardware.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Where messages end on machines without a hierarchy: by themselves, with nobody who drives them.
 */

static void enter(struct machine *m, unsigned cpu, unsigned line)
{
	tape_event(m, TAPE_HANDLER, ACTOR_CPU, (uint16_t)cpu, 0, line, 0, 0);
}

static struct machine *two_cpus(void)
{
	struct machine *m = machine_create(NULL);

	assert_int_equal(simple_cpus_create(m, NULL, 2), 0);
	bus_set_entry(m, enter);
	return m;
}

static void send(struct machine *m, uint64_t address, uint32_t data)
{
	bus_send_message(m, &(struct bus_message){
				    .address = address,
				    .data = data,
				    .requester = 0x18,
				    .pasid = BUS_NO_PASID,
			    });
}

/* Sends, and says why it was dropped; −1: it was not. */
static int drop_of(struct machine *m, uint64_t address, uint32_t data)
{
	struct fingerprint before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	uint64_t at = tape_position(m);

	send(m, address, data);
	for (; at < tape_position(m); at++)
		if (tape_at(m, at)->kind == TAPE_DROP) {
			assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE),
						      before));
			return (int)tape_at(m, at)->value;
		}
	return -1;
}

/* "cpu:line " for all that the CPUs take. */
static const char *taken(struct machine *m, char text[64])
{
	uint64_t at = tape_position(m);

	text[0] = 0;
	assert_true(machine_deliver(m, 0) >= 0);
	for (; at < tape_position(m); at++) {
		const struct tape_record *r = tape_at(m, at);
		size_t used = strlen(text);

		if (r->kind == TAPE_HANDLER)
			snprintf(text + used, 64 - used, "%u:%u ", r->actor, (unsigned)r->value);
	}
	return text;
}

static const char *place_of_last_write(struct machine *m, char text[64])
{
	struct bus_place place;
	uint64_t at = tape_position(m) - 1;

	while (!tape_place(m, tape_at(m, at), &place))
		at--;
	snprintf(text, 64, "%s.%s[%d].%s", place.object, place.store, (int)place.index,
		 place.field);
	return text;
}

static void octeon(void **state)
{
	struct machine *m = two_cpus();
	char text[64];

	(void)state;
	assert_int_equal(octeon_sink_create(m), 0);
	assert_int_equal(octeon_sink_create(m), -EEXIST);
	assert_int_equal(drop_of(m, OCTEON_MSI_ADDRESS, 256), DROP_NO_TARGET);
	assert_int_equal(drop_of(m, OCTEON_MSI_ADDRESS + 4, 0), DROP_STRAY);
	/* Received, but nobody is told before the bit is enabled. */
	send(m, OCTEON_MSI_ADDRESS, 65);
	assert_string_equal(taken(m, text), "");
	assert_int_equal(bus_read(m, OCTEON_RECEIVED(1), 8), 2);
	bus_write(m, OCTEON_ENABLED(1), 8, 6);
	assert_string_equal(place_of_last_write(m, text), "octeon.enabled[1].");
	assert_string_equal(taken(m, text), "0:1 ");
	/* Clearing one bit while another is up raises the line again. */
	send(m, OCTEON_MSI_ADDRESS, 66);
	assert_string_equal(taken(m, text), "0:1 ");
	bus_write(m, OCTEON_RECEIVED(1), 8, 2);
	assert_string_equal(taken(m, text), "0:1 ");
	bus_write(m, OCTEON_RECEIVED(1), 8, 4);
	assert_string_equal(place_of_last_write(m, text), "octeon.received[1].");
	assert_string_equal(taken(m, text), "");
	/* There are four words. */
	bus_write(m, OCTEON_RECEIVED(5), 8, 1);
	assert_int_equal(bus_read(m, OCTEON_RECEIVED(5), 8), 0);
	assert_int_equal(bus_read(m, OCTEON_MSI_REGISTERS + 0x80, 8), 0);
	machine_destroy(m);
}

static void powerpc(void **state)
{
	const struct powerpc_sink_config config = {.sources = 4};
	struct machine *m = two_cpus();
	uint32_t first = POWERPC_FIRST_SOURCE;
	struct fingerprint before;
	char text[64];

	(void)state;
	assert_int_equal(powerpc_sink_create(m, &(struct powerpc_sink_config){0}), -EINVAL);
	assert_int_equal(powerpc_sink_create(m, &config), 0);
	assert_int_equal(powerpc_sink_create(m, &config), -EEXIST);
	before = machine_fingerprint(m, FINGERPRINT_COMPLETE);

	assert_int_equal(drop_of(m, POWERPC_MSI_ADDRESS, first), DROP_NO_TARGET);
	assert_int_equal(drop_of(m, POWERPC_MSI_ADDRESS, first + 4), DROP_NO_TARGET);
	/* Each call replaces what the function had. */
	bus_write(m, POWERPC_FIRMWARE(0x18), 8, 1);
	bus_write(m, POWERPC_FIRMWARE(0x20), 8, 1);
	bus_write(m, POWERPC_FIRMWARE(0x18), 8, 9);
	assert_string_equal(place_of_last_write(m, text), "firmware.count[24].");
	assert_int_equal(bus_read(m, POWERPC_FIRMWARE(0x18), 8), 3);
	assert_int_equal(bus_read(m, POWERPC_FIRMWARE_SOURCE(0x18, 0), 8), first);
	assert_int_equal(bus_read(m, POWERPC_FIRMWARE_SOURCE(0x18, 1), 8), first + 2);
	assert_int_equal(bus_read(m, POWERPC_FIRMWARE_SOURCE(0x18, 3), 8), 0);
	bus_write(m, POWERPC_FIRMWARE_SOURCE(0x18, 1), 8, 5); /* only to be read */
	assert_int_equal(bus_read(m, POWERPC_FIRMWARE_SOURCE(0x18, 1), 8), first + 2);

	/* Pending until it is enabled; handed out once; more of them raise the line at the end of
	 * one. */
	send(m, POWERPC_MSI_ADDRESS, first);
	send(m, POWERPC_MSI_ADDRESS, first + 2);
	assert_string_equal(taken(m, text), "");
	assert_int_equal(bus_read(m, POWERPC_CPU(1), 8), 0);
	bus_write(m, POWERPC_SOURCE(first), 8, POWERPC_SOURCE_ENABLED | 1);
	bus_write(m, POWERPC_SOURCE(first + 2), 8, POWERPC_SOURCE_ENABLED | 1);
	assert_int_equal(bus_read(m, POWERPC_SOURCE(first), 8), POWERPC_SOURCE_ENABLED | 1);
	assert_string_equal(taken(m, text), "1:0 ");
	assert_int_equal(bus_read(m, POWERPC_CPU(0), 8), 0);
	assert_int_equal(bus_read(m, POWERPC_CPU(1), 8), first);
	bus_write(m, POWERPC_CPU(1), 8, first);
	assert_string_equal(taken(m, text), "1:0 ");
	assert_int_equal(bus_read(m, POWERPC_CPU(1), 8), first + 2);
	bus_write(m, POWERPC_CPU(1), 8, first + 2);
	assert_string_equal(place_of_last_write(m, text), "xive.cpu[1].");
	bus_write(m, POWERPC_SOURCE(first + 9), 8, 1); /* not there */
	assert_string_equal(place_of_last_write(m, text), "xive.source[4105].");
	assert_string_equal(taken(m, text), "");
	/* Taken back, nothing is left of it. */
	bus_write(m, POWERPC_FIRMWARE(0x18), 8, 0);
	bus_write(m, POWERPC_FIRMWARE(0x20), 8, 0);
	assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE), before));
	machine_destroy(m);
}

static void s390(void **state)
{
	static const uint16_t requesters[] = {0x10, 0x18};
	struct machine *m = two_cpus();
	uint64_t memory = bus_memory_alloc(m, 256, 8, NULL), function = S390_FUNCTION(0x18);
	uint64_t control = S390_CONTROL_ENABLE | S390_CONTROL_COUNT(2) | S390_CONTROL_FIRST(63) |
			   S390_CONTROL_SUMMARY(1);
	struct fingerprint before;
	char text[64];

	(void)state;
	assert_int_equal(s390_sink_create(m, requesters, 2), 0);
	assert_int_equal(s390_sink_create(m, requesters, 2), -EEXIST);
	before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	assert_int_equal(drop_of(m, S390_MSI_ADDRESS, 0), DROP_NO_TARGET);
	/* There is no such function, or register. */
	bus_write(m, S390_FUNCTION(0x20) + S390_CONTROL, 8, control);
	bus_write(m, function + 24, 8, 1);
	assert_int_equal(bus_read(m, function + 24, 8), 0);
	assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE), before));

	bus_write(m, function + S390_VECTOR, 8, memory + 64);
	bus_write(m, function + S390_SUMMARY, 8, memory);
	bus_write(m, function + S390_CONTROL, 8, control);
	assert_string_equal(place_of_last_write(m, text), "adapter.function[24].control");
	/* Once, until it is undone. */
	bus_write(m, function + S390_VECTOR, 8, memory);
	bus_write(m, function + S390_CONTROL, 8, control | S390_CONTROL_DIRECTED);
	assert_int_equal(bus_read(m, function + S390_VECTOR, 8), memory + 64);
	assert_int_equal(bus_read(m, function + S390_CONTROL, 8), control);

	assert_int_equal(drop_of(m, S390_MSI_ADDRESS, 2), DROP_NO_TARGET);
	send(m, S390_MSI_ADDRESS, 0);
	send(m, S390_MSI_ADDRESS, 1);
	assert_int_equal(bus_read(m, memory, 8), UINT64_C(1) << 62);
	assert_int_equal(bus_read(m, memory + 64, 8), 1);
	assert_int_equal(bus_read(m, memory + 72, 8), UINT64_C(1) << 63);
	assert_string_equal(taken(m, text), "0:0 ");
	bus_write(m, function + S390_CONTROL, 8, 0);
	assert_int_equal(bus_read(m, function + S390_VECTOR, 8), 0);

	/* Directed: CPU 1's copy, one stride behind the first. */
	bus_write(m, S390_STRIDE, 8, 16);
	bus_write(m, function + S390_VECTOR, 8, memory + 128);
	bus_write(m, function + S390_CONTROL, 8, control | S390_CONTROL_DIRECTED);
	send(m, S390_MSI_ADDRESS | 1 << 8, 0);
	assert_int_equal(bus_read(m, memory + 128, 8), 0);
	assert_int_equal(bus_read(m, memory + 144, 8), 1);
	assert_string_equal(taken(m, text), "1:1 ");
	machine_destroy(m);
}

static void xen(void **state)
{
	struct machine *m = two_cpus();
	char text[64];

	(void)state;
	assert_int_equal(xen_sink_create(m, 0), -EINVAL);
	assert_int_equal(xen_sink_create(m, XEN_MAX_PIRQS + 1), -EINVAL);
	assert_int_equal(xen_sink_create(m, 8), 0);
	assert_int_equal(xen_sink_create(m, 8), -EEXIST);
	assert_int_equal(drop_of(m, XEN_MSI_ADDRESS, 32), DROP_NO_TARGET);
	bus_write(m, XEN_MAP(0x18, 0), 8,
		  XEN_MAP_MSI | 3); /* no function there: only the numbers */
	assert_int_equal(bus_read(m, XEN_MAP(0x18, 0), 8), 32);
	bus_write(m, XEN_MAP(0x18, 0), 8, XEN_MAP_MSI | 1); /* mapped already */
	bus_write(m, XEN_MAP(0x20, 5), 8, 1);
	assert_int_equal(bus_read(m, XEN_MAP(0x20, 5), 8), 36);
	bus_write(m, XEN_MAP(0x28, 0), 8, XEN_MAP_MSI | 4); /* the aligned block is not free */
	assert_int_equal(bus_read(m, XEN_MAP(0x28, 0), 8), 0);
	bus_write(m, XEN_MAP(0x28, 0), 8, 0);
	bus_write(m, XEN_MAP(0x28, 0), 8, XEN_MAP_MSI | 64); /* there are no such blocks */
	assert_int_equal(bus_read(m, XEN_MAP(0x28, 0), 8), 0);

	assert_int_equal(drop_of(m, XEN_MSI_ADDRESS, 33), DROP_DISABLED);
	bus_write(m, XEN_BIND(33), 8, 2);
	bus_write(m, XEN_BIND(34), 8, 2);
	bus_write(m, XEN_BIND(99), 8, 2); /* not there */
	assert_string_equal(place_of_last_write(m, text), "xen.bind[99].");
	send(m, XEN_MSI_ADDRESS, 34);
	send(m, XEN_MSI_ADDRESS, 33);
	assert_string_equal(taken(m, text), "1:0 ");
	assert_int_equal(bus_read(m, XEN_PENDING(0), 8), 0);
	assert_int_equal(bus_read(m, XEN_PENDING(1), 8), 33);
	/* There was one more, so that the CPU is told again. */
	assert_string_equal(taken(m, text), "1:0 ");
	assert_int_equal(bus_read(m, XEN_PENDING(1), 8), 34);
	assert_int_equal(bus_read(m, XEN_BIND(33), 8), 0);
	/* Masked: pending until it is not. */
	bus_write(m, XEN_MASK(33), 8, 1);
	send(m, XEN_MSI_ADDRESS, 33);
	assert_string_equal(taken(m, text), "");
	bus_write(m, XEN_MASK(33), 8, 0);
	assert_string_equal(taken(m, text), "1:0 ");
	machine_destroy(m);
}

static void vmd(void **state)
{
	struct machine *m = two_cpus();

	(void)state;
	assert_int_equal(vmd_sink_create(m, "nobody", 0, 1, false), -ENODEV);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octeon), cmocka_unit_test(powerpc), cmocka_unit_test(s390),
		cmocka_unit_test(xen),	  cmocka_unit_test(vmd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
