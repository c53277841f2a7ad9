/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/gic_rig.h"

#define ENABLED	 0xc3u
#define DISABLED 0xc2u

static void set(struct gic_rig *g, unsigned cpu, unsigned intid)
{
	assert_int_equal(gicr_set_lpi(g->m, cpu, intid), LPI_TAKEN);
}

static void expect_state(struct gic_rig *g, unsigned cpu, unsigned intid, bool pending,
			 unsigned config)
{
	struct lpi_state lpi;

	assert_true(gicr_peek_lpi(g->m, cpu, intid, &lpi));
	assert_int_equal(lpi.pending, pending);
	assert_int_equal(lpi_in_table(g, cpu, intid), pending);
	assert_int_equal(lpi.config, config);
}

/* ---- pending and properties ---- */

static void an_enabled_lpi_is_taken(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);

	(void)state;
	lpi_property(g, LPI(5), ENABLED);
	set(g, 1, LPI(5));
	rig_expect_request(g->r, 1, LPI(5));
	expect_state(g, 1, LPI(5), true, ENABLED);
	assert_int_equal(gicr_next_pending(g->m, LPI(5), 0), 1);
	assert_int_equal(gicr_next_pending(g->m, LPI(5), 2), -ENOENT);
	set(g, 1, LPI(5));
	assert_int_equal(rig_next(g->r, TAPE_REQUEST)->extra, 1); /* merged */
	rig_expect_accept(g->r, 1, LPI(5));
	assert_int_equal(rig_next(g->r, TAPE_EOI)->value, LPI(5));
	expect_state(g, 1, LPI(5), false, ENABLED);
	gic_expect_quiet(g);
	gic_rig_destroy(g);
}

static void a_disabled_lpi_stays_pending(void **state)
{
	struct gic_rig *g = gic_rig_v3(1);

	(void)state;
	lpi_property(g, LPI(0), DISABLED);
	set(g, 0, LPI(0));
	gic_expect_quiet(g);
	lpi_property(g, LPI(0), ENABLED);
	gicr_invalidate_lpi(g->m, 0, LPI(0));
	rig_expect_accept(g->r, 0, LPI(0));
	gic_rig_destroy(g);
}

static void a_change_counts_after_invalidation(void **state)
{
	struct gic_rig *g = gic_rig_v3(1);

	(void)state;
	lpi_property(g, LPI(3), DISABLED);
	gicr_map_lpi(g->m, 0, LPI(3));
	lpi_property(g, LPI(3), ENABLED);
	set(g, 0, LPI(3));
	gic_expect_quiet(g); /* stale: disabled */
	expect_state(g, 0, LPI(3), true, DISABLED);
	gicr_invalidate_lpi(g->m, 0, LPI(4)); /* another one */
	gic_expect_quiet(g);
	gicr_invalidate_lpi(g->m, 0, LPI(3));
	rig_expect_accept(g->r, 0, LPI(3));
	lpi_property(g, LPI(3), DISABLED);
	set(g, 0, LPI(3));
	rig_expect_accept(g->r, 0, LPI(3)); /* stale: enabled */
	gicr_invalidate_lpi(g->m, 0, LPI(3));
	set(g, 0, LPI(3));
	gic_expect_quiet(g);
	gic_rig_destroy(g);
}

static void invalidation_of_all(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);

	(void)state;
	for (unsigned i = 0; i < 300; i += 100) {
		lpi_property(g, LPI(i), DISABLED);
		gicr_map_lpi(g->m, 0, LPI(i));
		lpi_property(g, LPI(i), ENABLED);
		set(g, 0, LPI(i));
	}
	gicr_invalidate_all(g->m, 1);
	gic_expect_quiet(g);
	gicr_invalidate_all(g->m, 0);
	lpi_property(g, LPI(100), DISABLED); /* too late */
	assert_int_equal(machine_deliver(g->m, 0), 3);
	gic_rig_destroy(g);
}

static void invalidation_by_register(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);
	uint64_t gicr = gicr_base(g->m, 1);

	(void)state;
	gicr_map_lpi(g->m, 1, LPI(1));
	gicr_map_lpi(g->m, 1, LPI(2));
	lpi_property(g, LPI(1), ENABLED);
	lpi_property(g, LPI(2), ENABLED);
	set(g, 1, LPI(1));
	set(g, 1, LPI(2));
	bus_write(g->m, gicr + GICR_INVLPIR, 8, LPI(2));
	rig_expect_accept(g->r, 1, LPI(2));
	gic_expect_quiet(g);
	bus_write(g->m, gicr + GICR_INVALLR, 8, 0);
	rig_expect_accept(g->r, 1, LPI(1));
	assert_int_equal(bus_read(g->m, gicr + GICR_SYNCR, 4), 0);
	gic_rig_destroy(g);
}

static void priorities_of_lpis(void **state)
{
	struct gic_rig *g = gic_rig_v3(1);
	static const struct {
		unsigned n, property;
	} lpis[] = {{300, 0xa3}, {7, 0xa3}, {129, 0x83}, {128, 0xa3}, {6, 0xf3}, {8, 0xa2}};
	static const unsigned order[] = {129, 7, 128, 300};

	(void)state;
	for (unsigned i = 0; i < sizeof(lpis) / sizeof(lpis[0]); i++) {
		lpi_property(g, LPI(lpis[i].n), (uint8_t)lpis[i].property);
		set(g, 0, LPI(lpis[i].n));
	}
	gic_set_up_spi(g, 40, 0x80, 0);
	gic_set_up_spi(g, 41, 0xa0, 0);
	gic_pulse(g, 40);
	gic_pulse(g, 41);
	machine_deliver(g->m, 0);
	assert_int_equal(rig_next(g->r, TAPE_ACCEPT)->value, 40); /* SPIs have lower INTIDs */
	assert_int_equal(rig_next(g->r, TAPE_ACCEPT)->value, LPI(order[0]));
	assert_int_equal(rig_next(g->r, TAPE_ACCEPT)->value, 41);
	for (unsigned i = 1; i < sizeof(order) / sizeof(order[0]); i++)
		assert_int_equal(rig_next(g->r, TAPE_ACCEPT)->value, LPI(order[i]));
	rig_expect_none(g->r, TAPE_ACCEPT); /* 0xf0 is masked, the other disabled */
	gic_rig_destroy(g);
}

/* An LPI has no active state: it can be taken again before it is ended. */
static void there_is_no_active_state(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);

	(void)state;
	rig_never_ends(g->r);
	lpi_property(g, LPI(0), ENABLED);
	set(g, 0, LPI(0));
	rig_expect_accept(g->r, 0, LPI(0));
	set(g, 0, LPI(0));
	gic_expect_quiet(g); /* its priority runs */
	gic_cpu_write(g, 0, ICC_BASE + ICC_EOIR1, 8, LPI(0));
	rig_expect_accept(g->r, 0, LPI(0));
	gicr_move_lpi(g->m, 0, 1, LPI(0));
	set(g, 1, LPI(0));
	rig_expect_accept(g->r, 1, LPI(0)); /* while it still runs on the other CPU */
	gic_rig_destroy(g);
}

/* ---- moving ---- */

static void moving_takes_pending_and_properties_along(void **state)
{
	struct gic_rig *g = gic_rig_v3(3);
	struct lpi_state lpi;

	(void)state;
	lpi_property(g, LPI(9), DISABLED);
	gicr_map_lpi(g->m, 0, LPI(9));
	set(g, 0, LPI(9));
	lpi_property(g, LPI(9), ENABLED);
	gicr_move_lpi(g->m, 0, 2, LPI(9));
	assert_true(gicr_peek_lpi(g->m, 0, LPI(9), &lpi));
	assert_false(lpi.cached || lpi.pending);
	expect_state(g, 0, LPI(9), false, 0);
	expect_state(g, 2, LPI(9), true, DISABLED);
	gic_expect_quiet(g);
	gicr_invalidate_lpi(g->m, 2, LPI(9));
	gicr_move_lpi(g->m, 2, 2, LPI(9));
	rig_expect_accept(g->r, 2, LPI(9));
	gic_rig_destroy(g);
}

static void moving_to_where_lpis_are_off_loses_it(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);

	(void)state;
	lpi_property(g, LPI(9), ENABLED);
	bus_write(g->m, gicr_base(g->m, 1) + GICR_CTLR, 4, 0);
	gicr_map_lpi(g->m, 0, LPI(9));
	gicr_move_lpi(g->m, 0, 1, LPI(9)); /* nothing was pending */
	rig_expect_none(g->r, TAPE_DROP);
	set(g, 0, LPI(9));
	gicr_move_lpi(g->m, 0, 1, LPI(9));
	rig_expect_drop(g->r, DROP_OFFLINE);
	gic_expect_quiet(g);
	gic_rig_destroy(g);
}

static void moving_all(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		lpi_property(g, LPI(i * 200), ENABLED);
		gicr_map_lpi(g->m, 0, LPI(i * 200));
		if (i % 2)
			set(g, 0, LPI(i * 200));
	}
	gicr_move_all(g->m, 0, 1);
	for (unsigned i = 0; i < 5; i++) {
		expect_state(g, 0, LPI(i * 200), false, 0);
		expect_state(g, 1, LPI(i * 200), i % 2, ENABLED);
	}
	rig_forget(g->r);
	rig_expect_accept(g->r, 1, LPI(200));
	rig_expect_accept(g->r, 1, LPI(600));
	gic_rig_destroy(g);
}

static void unmapping_leaves_no_trace(void **state)
{
	struct gic_rig *g = gic_rig_v3(1);
	struct fingerprint before = machine_fingerprint(g->m, FINGERPRINT_COMPLETE);

	(void)state;
	gicr_map_lpi(g->m, 0, LPI(77));
	set(g, 0, LPI(77));
	assert_false(fingerprint_equal(before, machine_fingerprint(g->m, FINGERPRINT_COMPLETE)));
	gicr_unmap_lpi(g->m, 0, LPI(77));
	assert_true(fingerprint_equal(before, machine_fingerprint(g->m, FINGERPRINT_COMPLETE)));
	gicr_unmap_lpi(g->m, 0, LPI(77));
	gicr_clear_lpi(g->m, 0, LPI(77));
	gic_expect_quiet(g);
	set(g, 0, LPI(78));
	gicr_clear_lpi(g->m, 0, LPI(78));
	expect_state(g, 0, LPI(78), false, 0);
	gic_rig_destroy(g);
}

/* ---- tables ---- */

static void refusals(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);
	uint64_t gicr = gicr_base(g->m, 1);
	struct lpi_state lpi;

	(void)state;
	assert_int_equal(gicr_set_lpi(g->m, 0, 8191), LPI_BEYOND);
	assert_int_equal(gicr_set_lpi(g->m, 0, 65536), LPI_BEYOND);
	assert_int_equal(gicr_set_lpi(g->m, 0, 65535), LPI_TAKEN);
	assert_int_equal(gicr_set_lpi(g->m, 2, LPI(0)), LPI_OFF);
	bus_write(g->m, gicr + GICR_PROPBASER, 8, 13); /* fixed while LPIs are on */
	assert_int_equal(bus_read(g->m, gicr + GICR_PROPBASER, 8), g->properties | 15);
	bus_write(g->m, gicr + GICR_CTLR, 4, 0);
	assert_int_equal(gicr_set_lpi(g->m, 1, LPI(0)), LPI_OFF);
	bus_write(g->m, gicr + GICR_PROPBASER, 4, (uint32_t)g->properties | 13);
	bus_write(g->m, gicr + GICR_CTLR, 4, 1);
	assert_int_equal(gicr_set_lpi(g->m, 1, 16383), LPI_TAKEN);
	assert_int_equal(gicr_set_lpi(g->m, 1, 16384), LPI_BEYOND);
	assert_false(gicr_peek_lpi(g->m, 1, 16384, &lpi));
	assert_false(gicr_peek_lpi(g->m, 2, LPI(0), &lpi));
	gic_rig_destroy(g);
}

/* Switching LPIs off leaves the pending table in memory; switching on reads it, unless told not to.
 */
static void the_pending_table_is_read(void **state)
{
	struct gic_rig *g = gic_rig_v3(1);
	uint64_t gicr = gicr_base(g->m, 0);

	(void)state;
	lpi_property(g, LPI(64), ENABLED);
	lpi_property(g, LPI(70), DISABLED);
	set(g, 0, LPI(64));
	set(g, 0, LPI(70));
	bus_write(g->m, gicr + GICR_CTLR, 4, 0);
	gic_expect_quiet(g);
	assert_true(lpi_in_table(g, 0, LPI(64)) && lpi_in_table(g, 0, LPI(70)));
	lpi_property(g, LPI(70), ENABLED); /* read anew, too */
	bus_write(g->m, gicr + GICR_PENDBASER, 8, g->pending[0]);
	rig_forget(g->r);
	bus_write(g->m, gicr + GICR_CTLR, 4, 1);
	rig_expect_request(g->r, 0, LPI(64));
	rig_expect_request(g->r, 0, LPI(70));
	rig_expect_accept(g->r, 0, LPI(64));
	rig_expect_accept(g->r, 0, LPI(70));
	set(g, 0, LPI(64));
	bus_write(g->m, gicr + GICR_CTLR, 4, 0);
	bus_write(g->m, gicr + GICR_PENDBASER, 8, g->pending[0] | GICR_PENDBASER_PTZ);
	bus_write(g->m, gicr + GICR_CTLR, 4, 1);
	gic_expect_quiet(g);
	gic_rig_destroy(g);
}

static void tables_outside_memory_disable(void **state)
{
	struct gic_rig *g = gic_rig_v3(1);
	uint64_t gicr = gicr_base(g->m, 0);

	(void)state;
	bus_write(g->m, gicr + GICR_CTLR, 4, 0);
	bus_write(g->m, gicr + GICR_PROPBASER, 8, UINT64_C(0x7000000000) | 15);
	bus_write(g->m, gicr + GICR_PENDBASER, 8, UINT64_C(0x7100000000));
	bus_write(g->m, gicr + GICR_CTLR, 4, 1);
	assert_int_equal(gicr_set_lpi(g->m, 0, LPI(0)), LPI_TAKEN);
	gic_expect_quiet(g);
	gic_rig_destroy(g);
}

static void an_offline_cpu_keeps_lpis(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);

	(void)state;
	lpi_property(g, LPI(1), ENABLED);
	bus_set_cpu_online(g->m, 1, true);
	bus_set_cpu_online(g->m, 1, false);
	set(g, 1, LPI(1));
	gic_expect_quiet(g);
	bus_set_cpu_online(g->m, 1, true);
	gic_cpu_write(g, 1, ICC_BASE + ICC_PMR, 8, 0xf0);
	gic_cpu_write(g, 1, ICC_BASE + ICC_IGRPEN1, 8, 1);
	rig_expect_accept(g->r, 1, LPI(1));
	gic_rig_destroy(g);
}

static void snapshots_take_it_back(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);
	struct fingerprint before;
	int mark;

	(void)state;
	lpi_property(g, LPI(1), ENABLED);
	lpi_property(g, LPI(2), ENABLED);
	set(g, 0, LPI(1));
	before = machine_fingerprint(g->m, FINGERPRINT_COMPLETE);
	mark = machine_snapshot(g->m);
	assert_true(mark >= 0);
	set(g, 1, LPI(2));
	gicr_move_lpi(g->m, 0, 1, LPI(1));
	machine_deliver(g->m, 0);
	gicr_unmap_lpi(g->m, 1, LPI(1));
	assert_int_equal(machine_restore(g->m, mark), 0);
	assert_true(fingerprint_equal(before, machine_fingerprint(g->m, FINGERPRINT_COMPLETE)));
	expect_state(g, 0, LPI(1), true, ENABLED);
	expect_state(g, 1, LPI(2), false, 0);
	rig_forget(g->r);
	rig_expect_accept(g->r, 0, LPI(1));
	gic_expect_quiet(g);
	gic_rig_destroy(g);
}

/* ---- memory ---- */

static const struct object_type filler = {"filler", NULL};

static void hold_moved_lpi(struct gic_rig *g, unsigned intid)
{
	lpi_property(g, intid, DISABLED);
	gicr_map_lpi(g->m, 0, intid);
	set(g, 0, intid);
	gicr_move_lpi(g->m, 0, 1, intid);
	assert_null(machine_poisoned(g->m));
	expect_state(g, 1, intid, true, DISABLED);
}

/* What comes for a redistributor cannot be refused. */
static void an_lpi_is_no_allocation(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);

	(void)state;
	machine_fail_allocation(g->m, 1);
	hold_moved_lpi(g, LPI(3));
	assert_null(object_alloc(g->m, &filler, 16)); /* still to come */
	gic_rig_destroy(g);
}

/* When software has run out there is room for those of its interrupts. */
static void lpis_have_memory_of_their_own(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);

	(void)state;
	for (size_t size = 1 << 20; size >= 16; size /= 2)
		while (object_alloc(g->m, &filler, size))
			;
	for (unsigned i = 0; i < 8192; i += 128)
		hold_moved_lpi(g, LPI(i));
	gic_rig_destroy(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_enabled_lpi_is_taken),
		cmocka_unit_test(a_disabled_lpi_stays_pending),
		cmocka_unit_test(a_change_counts_after_invalidation),
		cmocka_unit_test(invalidation_of_all),
		cmocka_unit_test(invalidation_by_register),
		cmocka_unit_test(priorities_of_lpis),
		cmocka_unit_test(there_is_no_active_state),
		cmocka_unit_test(moving_takes_pending_and_properties_along),
		cmocka_unit_test(moving_to_where_lpis_are_off_loses_it),
		cmocka_unit_test(moving_all),
		cmocka_unit_test(unmapping_leaves_no_trace),
		cmocka_unit_test(refusals),
		cmocka_unit_test(the_pending_table_is_read),
		cmocka_unit_test(tables_outside_memory_disable),
		cmocka_unit_test(an_offline_cpu_keeps_lpis),
		cmocka_unit_test(snapshots_take_it_back),
		cmocka_unit_test(an_lpi_is_no_allocation),
		cmocka_unit_test(lpis_have_memory_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
