/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario_test.h"

#include <irqlab/provider/object.h>

/* What only a broken machine brings about: somebody breaks it before the first action. */

struct rearming {
	struct timer timer;
};

static void rearming_digest(const void *object, struct digest *d)
{
	(void)object;
	digest_u64(d, 1);
}

static const struct object_type rearming_type = {"rearming", rearming_digest};

static void rearm(struct machine *m, struct timer *timer)
{
	touch(m, timer->object);
	timer_arm(m, timer, 0, 1);
}

/* A timer that is never done. */
static void add_timer(void *context, const char *name, struct machine *m)
{
	struct rearming *r = object_alloc(m, &rearming_type, sizeof(*r));

	(void)context;
	(void)name;
	assert_non_null(r);
	r->timer.expired = rearm;
	r->timer.object = r;
	timer_arm(m, &r->timer, 0, 1);
}

static void poison(void *context, const char *name, struct machine *m)
{
	(void)context;
	(void)name;
	machine_poison(m, "somebody poisoned it");
}

static void expect_breakdown(void (*breaks)(void *, const char *, struct machine *),
			     const char *action, enum scenario_status status, const char *id,
			     const char *message)
{
	char text[512];
	struct scenario_run_options options = {.begin = breaks};
	struct scenario_diagnostic d;
	struct scenario *s;

	snprintf(text, sizeof(text), MACHINE "%s\n", action);
	s = parse_text(text);
	assert_int_equal(scenario_run(s, &options, NULL), status);
	assert_int_equal(scenario_diagnostics(s), 1);
	assert_true(scenario_diagnostic(s, 0, &d));
	assert_string_equal(d.id, id);
	assert_string_equal(d.message, message);
	assert_int_equal(d.place.line, MACHINE_LINES + 1);
	scenario_close(s);
}

static void test_poisoned(void **state)
{
	(void)state;
	expect_breakdown(poison, "tick", SCENARIO_FAILED, "poisoned",
			 "the machine broke down: somebody poisoned it");
}

static void test_timers_without_end(void **state)
{
	(void)state;
	expect_breakdown(add_timer, "settle", SCENARIO_EXHAUSTED, "limit-ticks",
			 "timers are still armed after 1,000 ticks");
	assert_int_equal(run_text(MACHINE "settle\n", ""), SCENARIO_PASSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_poisoned),
		cmocka_unit_test(test_timers_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
