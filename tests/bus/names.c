/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bus_test.h"

static void errors(void **state)
{
	(void)state;
	assert_string_equal(irqlab_errno_name(-ENOSPC), "ENOSPC");
	assert_string_equal(irqlab_errno_name(28), "ENOSPC");
	assert_string_equal(irqlab_errno_name(-524), "ENOTSUPP");
	assert_string_equal(irqlab_errno_name(0), "E?");
	assert_string_equal(irqlab_errno_text(-ENOENT), "no such object");
	assert_string_equal(irqlab_errno_text(12345), "");
	assert_int_equal(irqlab_errno_number("ENOSPC"), 28);
	assert_int_equal(irqlab_errno_number("ENOTSUPP"), 524);
	assert_int_equal(irqlab_errno_number("E?"), 0);
#define SAME_AS_THE_HOSTS(id, number, text) assert_int_equal(id, number);
	IRQLAB_ERRNOS(SAME_AS_THE_HOSTS)
}

static void every_name_is_found_again(void **state)
{
	(void)state;
	for (int i = 0; i < NR_MACHINE_SWITCHES; i++)
		assert_int_equal(machine_switch_by_name(machine_switch_name(i)), i);
	for (int i = 0; i < NR_MACHINE_WARNINGS; i++)
		assert_int_equal(machine_warning_by_name(machine_warning_name(i)), i);
	assert_int_equal(machine_switch_by_name("no-such"), -ENOENT);
	assert_int_equal(machine_warning_by_name(""), -ENOENT);
}

static void some_names(void **state)
{
	(void)state;
	assert_string_equal(machine_switch_name(SWITCH_MATRIX_TOTAL_DRIFT), "matrix-total-drift");
	assert_string_equal(machine_warning_name(WARN_BUG), "BUG");
	assert_string_equal(choice_name(CHOICE_TIMER_CPU), "TIMER_CPU");
	assert_string_equal(tape_kind_name(TAPE_HANDLER), "deliver");
	assert_string_equal(drop_reason_name(DROP_INVALID_HANDLE), "invalid-handle");
	assert_string_equal(trace_point_name(TRACE_handler), "handler");
	assert_string_equal(trace_point_args(TRACE_vector_alloc), "vector reserved ret");
	assert_string_equal(tape_kind_name(NR_TAPE_KINDS), "?");
	assert_string_equal(trace_point_name(NR_TRACE_POINTS), "?");
}

static void profiles(void **state)
{
	struct machine *m = *state;

	assert_true(machine_switch(m, SWITCH_CAN_RESERVE_INVERTED));
	assert_true(machine_switch(m, SWITCH_MASK_ALL_ENTRIES));
	assert_false(machine_switch(m, SWITCH_FORCE_PARENT_IMS));
	machine_set_profile(m, PROFILE_INTENDED);
	assert_false(machine_switch(m, SWITCH_CAN_RESERVE_INVERTED));
	assert_true(machine_switch(m, SWITCH_MASK_ALL_ENTRIES));
	machine_set_switch(m, SWITCH_MASK_ALL_ENTRIES, false);
	assert_false(machine_switch(m, SWITCH_MASK_ALL_ENTRIES));
	assert_true(machine_switch(m, SWITCH_CAREFUL_IRR_CHECK));
	machine_set_switch(m, NR_MACHINE_SWITCHES, true);
	assert_false(machine_switch(m, NR_MACHINE_SWITCHES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors),
		cmocka_unit_test(every_name_is_found_again),
		cmocka_unit_test(some_names),
		machine_test(profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
