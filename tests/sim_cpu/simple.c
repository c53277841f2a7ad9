/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/simple.h"

#include <irqlab/provider/access.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* CPUs with lines: which is taken when, and what becomes of those of a CPU that stops. */

static void enter(struct machine *m, unsigned cpu, unsigned line)
{
	tape_event(m, TAPE_HANDLER, ACTOR_CPU, (uint16_t)cpu, 0, line, 0, 0);
}

static struct machine *three_cpus(void)
{
	static const struct cpu_desc cpus[3] = {{.node = -1}, {.node = -1}, {.offline = true}};
	struct machine *m = machine_create(NULL);

	assert_int_equal(simple_cpus_create(m, cpus, 3), 0);
	bus_set_entry(m, enter);
	return m;
}

static unsigned raise_line(struct machine *m, uint32_t cpu, unsigned line)
{
	return bus_interrupt(m,
			     &(struct apic_interrupt){.destination = cpu, .vector = (uint8_t)line});
}

/* "cpu:line " for each event of a kind. */
static const char *events(struct machine *m, uint64_t from, enum tape_kind kind, char text[64])
{
	text[0] = 0;
	for (; from < tape_position(m); from++) {
		const struct tape_record *r = tape_at(m, from);
		size_t used = strlen(text);

		if (r->kind == kind)
			snprintf(text + used, 64 - used, "%u:%u ", r->actor,
				 (unsigned)(kind == TAPE_DROP ? r->extra : r->value));
	}
	return text;
}

static void lowest_line_first(void **state)
{
	struct machine *m = three_cpus();
	uint64_t at = tape_position(m);
	char text[64];

	(void)state;
	assert_int_equal(raise_line(m, 1, 5), 1);
	assert_int_equal(raise_line(m, 0, 63), 1);
	assert_int_equal(raise_line(m, 0, 2), 1);
	assert_int_equal(raise_line(m, 0, 2), 1); /* one of them */
	assert_int_equal(raise_line(m, SIMPLE_ANY_CPU, 3), 1);
	assert_int_equal(machine_deliver(m, 0), 4);
	assert_string_equal(events(m, at, TAPE_HANDLER, text), "0:2 0:3 0:63 1:5 ");
	assert_int_equal(machine_deliver(m, 0), 0);
	machine_destroy(m);
}

static void nowhere_to_go(void **state)
{
	struct machine *m = three_cpus();
	struct fingerprint before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	uint64_t at = tape_position(m);
	char text[64];

	(void)state;
	assert_int_equal(raise_line(m, 2, 5), 0);  /* off */
	assert_int_equal(raise_line(m, 3, 6), 0);  /* not there */
	assert_int_equal(raise_line(m, 0, 64), 0); /* no such line */
	assert_string_equal(events(m, at, TAPE_DROP, text), "2:5 3:6 0:64 ");
	assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE), before));
	assert_int_equal(simple_cpus_create(m, NULL, 1), -EEXIST);
	assert_int_equal(simple_cpus_create(m, NULL, 0), -EINVAL);
	machine_destroy(m);
}

static unsigned second(void *context, struct machine *m, enum choice_kind kind, unsigned nr)
{
	(void)context;
	(void)m;
	return kind == CHOICE_REDIRECT ? nr - 1 : 0;
}

/* What any may take moves on; what was for that one is lost. */
static void a_cpu_stops(void **state)
{
	struct machine *m = three_cpus();
	uint64_t at = tape_position(m);
	char text[64];

	(void)state;
	machine_set_chooser(m, second, NULL);
	assert_int_equal(raise_line(m, SIMPLE_ANY_CPU, 1), 1);
	assert_int_equal(raise_line(m, 1, 2), 1);
	bus_set_cpu_online(m, 1, false);
	assert_string_equal(events(m, at, TAPE_DROP, text), "1:2 ");
	bus_set_cpu_online(m, 2, true);
	assert_int_equal(machine_deliver(m, 0), 1);
	assert_string_equal(events(m, at, TAPE_HANDLER, text), "0:1 ");
	assert_int_equal(raise_line(m, 2, 7), 1);
	assert_int_equal(machine_deliver(m, 0), 1);
	assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE),
				      machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE)));
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lowest_line_first),
		cmocka_unit_test(nowhere_to_go),
		cmocka_unit_test(a_cpu_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
