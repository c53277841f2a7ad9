/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/gic_rig.h"

#define EDGE  40u
#define LEVEL 41u

/* ---- wires ---- */

static void an_edge_is_pending_once(struct gic_rig *g)
{
	struct gic_irq irq;

	gic_set_up_spi(g, EDGE, 0xa0, 1);
	gic_set_spi(g->m, EDGE, true);
	rig_expect_request(g->r, 1, EDGE);
	gic_set_spi(g->m, EDGE, true); /* no rise */
	rig_expect_none(g->r, TAPE_REQUEST);
	rig_expect_accept(g->r, 1, EDGE);
	gic_set_spi(g->m, EDGE, false);
	gic_expect_quiet(g);
	gic_pulse(g, EDGE);
	gic_pulse(g, EDGE);
	assert_int_equal(rig_next(g->r, TAPE_REQUEST)->extra, 0);
	assert_int_equal(rig_next(g->r, TAPE_REQUEST)->extra, 1); /* merged */
	assert_true(gic_peek_irq(g->m, 0, EDGE, &irq));
	assert_true(irq.pending && irq.enabled && irq.edge && !irq.active && !irq.asserted);
	assert_int_equal(machine_deliver(g->m, 0), 1);
	gic_expect_quiet(g);
}

static void a_level_stays_pending(struct gic_rig *g)
{
	struct gic_irq irq;

	gic_set_up_spi(g, LEVEL, 0xa0, 0);
	gicd_write32(g, GICD_ICFGR + LEVEL / 16 * 4, 0);
	rig_never_ends(g->r);
	gic_set_spi(g->m, LEVEL, true);
	rig_expect_accept(g->r, 0, LEVEL);
	assert_true(gic_peek_irq(g->m, 0, LEVEL, &irq));
	assert_true(irq.active && irq.pending && irq.asserted && !irq.edge);
	gic_expect_quiet(g); /* active and pending */
	gicd_write32(g, GICD_ICPENDR + 4, 1u << LEVEL % 32);
	assert_true(gic_peek_irq(g->m, 0, LEVEL, &irq) && irq.pending);
	if (gic_version(g->m) == 2)
		gic_cpu_write(g, 0, GICC_BASE + GICC_EOIR, 4, LEVEL);
	else
		gic_cpu_write(g, 0, ICC_BASE + ICC_EOIR1, 8, LEVEL);
	assert_int_equal(machine_deliver(g->m, 0), 1);
	machine_fingerprint(g->m, FINGERPRINT_COMPLETE); /* what changes from here on is compared */
	gic_set_spi(g->m, LEVEL, false);
	assert_true(gic_peek_irq(g->m, 0, LEVEL, &irq));
	assert_true(irq.active && !irq.pending);
}

static void disabled_stays_pending(struct gic_rig *g)
{
	gic_set_up_spi(g, EDGE, 0xa0, 0);
	gicd_write32(g, GICD_ICENABLER + 4, 1u << EDGE % 32);
	gic_pulse(g, EDGE);
	rig_expect_request(g->r, 0, EDGE);
	gic_expect_quiet(g);
	assert_int_equal(gicd_read32(g, GICD_ISPENDR + 4), 1u << EDGE % 32);
	gicd_write32(g, GICD_ICPENDR + 4, 1u << EDGE % 32);
	gicd_write32(g, GICD_ISENABLER + 4, 1u << EDGE % 32);
	gic_expect_quiet(g);
	gicd_write32(g, GICD_ICENABLER + 4, 1u << EDGE % 32);
	gicd_write32(g, GICD_ISPENDR + 4, 1u << EDGE % 32);
	gic_expect_quiet(g);
	gicd_write32(g, GICD_ISENABLER + 4, 1u << EDGE % 32);
	rig_expect_accept(g->r, 0, EDGE);
	gic_expect_quiet(g);
}

static void unknown_wires_are_ignored(struct gic_rig *g)
{
	gic_set_spi(g->m, 31, true);
	gic_set_spi(g->m, 5000, true);
	gic_set_spi(g->m, 1019, true); /* beyond those that were asked for */
	rig_expect_none(g->r, TAPE_REQUEST);
}

static void on_both(void (*test)(struct gic_rig *g))
{
	struct gic_rig *v2 = gic_rig_v2(4), *v3 = gic_rig_v3(4);

	test(v2);
	test(v3);
	gic_rig_destroy(v2);
	gic_rig_destroy(v3);
}

#define ON_BOTH(test)                                                                              \
	static void both_##test(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		on_both(test);                                                                     \
	}
ON_BOTH(an_edge_is_pending_once)
ON_BOTH(a_level_stays_pending)
ON_BOTH(disabled_stays_pending)
ON_BOTH(unknown_wires_are_ignored)

/* ---- priorities ---- */

static void the_most_urgent_comes_first(struct gic_rig *g)
{
	static const struct {
		unsigned intid;
		uint8_t priority;
	} spis[] = {{50, 0xa0}, {60, 0x40}, {40, 0xa0}, {70, 0xef}, {33, 0xf0}, {45, 0x80}};
	static const unsigned order[] = {60, 45, 40, 50, 70};

	for (unsigned i = 0; i < sizeof(spis) / sizeof(spis[0]); i++) {
		gic_set_up_spi(g, spis[i].intid, spis[i].priority, 0);
		gic_pulse(g, spis[i].intid);
	}
	machine_deliver(g->m, 0);
	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		assert_int_equal(rig_next(g->r, TAPE_ACCEPT)->value, order[i]);
	rig_expect_none(g->r, TAPE_ACCEPT); /* 33 is not above the mask */
}
ON_BOTH(the_most_urgent_comes_first)

static void the_mask_keeps_back(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);
	struct gic_cpu_state cpu;

	(void)state;
	gic_set_up_spi(g, EDGE, 0x80, 1);
	gic_cpu_write(g, 1, ICC_BASE + ICC_PMR, 8, 0x80);
	gic_pulse(g, EDGE);
	gic_expect_quiet(g);
	assert_int_equal(gic_cpu_read(g, 1, ICC_BASE + ICC_HPPIR1, 8), EDGE);
	assert_int_equal(gic_cpu_read(g, 1, ICC_BASE + ICC_IAR1, 8), GIC_SPURIOUS);
	gic_cpu_write(g, 1, ICC_BASE + ICC_PMR, 8, 0x81);
	assert_true(gic_peek_cpu(g->m, 1, &cpu));
	assert_true(cpu.online && cpu.enabled && cpu.mask == 0x81 && cpu.next == EDGE);
	assert_int_equal(cpu.running, 0x100);
	gic_cpu_write(g, 1, ICC_BASE + ICC_IGRPEN1, 8, 0);
	gic_expect_quiet(g);
	gic_cpu_write(g, 1, ICC_BASE + ICC_IGRPEN1, 8, 1);
	gicd_write32(g, GICD_CTLR, 0);
	gic_expect_quiet(g);
	gicd_write32(g, GICD_CTLR, GICD_CTLR_GRP1);
	bus_write(g->m, gicr_base(g->m, 1) + GICR_WAKER, 4, GICR_WAKER_SLEEP);
	assert_int_equal(bus_read(g->m, gicr_base(g->m, 1) + GICR_WAKER, 4), 6);
	gic_expect_quiet(g);
	bus_write(g->m, gicr_base(g->m, 1) + GICR_WAKER, 4, 0);
	rig_expect_accept(g->r, 1, EDGE);
	gic_rig_destroy(g);
}

/* Acknowledging raises the running priority; only a higher level preempts. */
static void running_priorities_nest(void **state)
{
	struct gic_rig *g = gic_rig_v3(1);

	(void)state;
	gic_set_up_spi(g, 40, 0xa0, 0);
	gic_set_up_spi(g, 41, 0x98, 0);
	gic_set_up_spi(g, 42, 0x40, 0);
	gic_cpu_write(g, 0, ICC_BASE + ICC_BPR1, 8, 4); /* 0xa0 and 0x98 differ in bit 4 and up */
	gic_pulse(g, 40);
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_RPR, 8), 0xff);
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_IAR1, 8), 40);
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_RPR, 8), 0xa0);
	gic_cpu_write(g, 0, ICC_BASE + ICC_BPR1, 8, 6);
	gic_pulse(g, 41); /* the same level now: 0x80 */
	gic_cpu_write(g, 0, ICC_BASE + ICC_BPR1, 8, 4);
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_IAR1, 8), 41); /* 0x90 < 0xa0 */
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_RPR, 8), 0x90);
	gic_pulse(g, 40); /* active */
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_IAR1, 8), GIC_SPURIOUS);
	gic_pulse(g, 42);
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_IAR1, 8), 42);
	gic_cpu_write(g, 0, ICC_BASE + ICC_EOIR1, 8, 42);
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_RPR, 8), 0x90);
	gic_cpu_write(g, 0, ICC_BASE + ICC_EOIR1, 8, GIC_SPURIOUS); /* ends nothing */
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_RPR, 8), 0x90);
	gic_cpu_write(g, 0, ICC_BASE + ICC_EOIR1, 8, 41);
	gic_cpu_write(g, 0, ICC_BASE + ICC_EOIR1, 8, 40);
	assert_int_equal(gic_cpu_read(g, 0, ICC_BASE + ICC_RPR, 8), 0xff);
	rig_forget(g->r);
	rig_expect_accept(g->r, 0, 40);
	gic_rig_destroy(g);
}

static void equal_priorities_do_not_preempt(void **state)
{
	struct gic_rig *g = gic_rig_v2(1);

	(void)state;
	rig_never_ends(g->r);
	gic_set_up_spi(g, 40, 0xa0, 0);
	gic_set_up_spi(g, 41, 0xa0, 0);
	gic_pulse(g, 41);
	rig_expect_accept(g->r, 0, 41);
	gic_pulse(g, 40);
	gic_expect_quiet(g);
	gic_cpu_write(g, 0, GICC_BASE + GICC_EOIR, 4, 41);
	rig_expect_accept(g->r, 0, 40);
	gic_rig_destroy(g);
}

static void split_end_leaves_it_active(void **state)
{
	struct gic_rig *g = gic_rig_v3(1);
	struct gic_irq irq;

	(void)state;
	gic_set_up_spi(g, EDGE, 0xa0, 0);
	gic_cpu_write(g, 0, ICC_BASE + ICC_CTLR, 8, ICC_CTLR_EOIMODE);
	gic_pulse(g, EDGE);
	rig_expect_accept(g->r, 0, EDGE); /* the entry point writes EOIR1 */
	gic_pulse(g, EDGE);
	gic_expect_quiet(g);
	assert_true(gic_peek_irq(g->m, 0, EDGE, &irq) && irq.active && irq.pending);
	gic_cpu_write(g, 0, ICC_BASE + ICC_DIR, 8, EDGE);
	rig_expect_accept(g->r, 0, EDGE);
	gic_rig_destroy(g);
}

/* ---- targets ---- */

static void routes_of_v3(void **state)
{
	struct gic_rig *g = gic_rig_v3(3);

	(void)state;
	gic_set_up_spi(g, EDGE, 0xa0, 2);
	gic_pulse(g, EDGE);
	rig_expect_accept(g->r, 2, EDGE);
	bus_write(g->m, GICD_BASE + GICD_IROUTER + 8 * EDGE, 8, 7); /* nobody */
	gic_pulse(g, EDGE);
	rig_expect_drop(g->r, DROP_NO_TARGET);
	gic_expect_quiet(g);
	bus_write(g->m, GICD_BASE + GICD_IROUTER + 8 * EDGE, 4, 1u << 31);
	rig_expect_accept(g->r, 0, EDGE); /* any: the first that is asked */
	bus_write(g->m, GICD_BASE + GICD_IROUTER + 8 * EDGE, 4, 1);
	gic_pulse(g, EDGE);
	rig_expect_request(g->r, 1, EDGE);
	rig_expect_accept(g->r, 1, EDGE);
	assert_int_equal(bus_read(g->m, GICD_BASE + GICD_IROUTER + 8 * EDGE, 8), 1);
	gic_rig_destroy(g);
}

static void targets_of_v2(void **state)
{
	struct gic_rig *g = gic_rig_v2(4);
	struct gic_irq irq;

	(void)state;
	gic_set_up_spi(g, EDGE, 0xa0, 3);
	gic_pulse(g, EDGE);
	rig_expect_accept(g->r, 3, EDGE);
	bus_write(g->m, GICD_BASE + GICD_ITARGETSR + EDGE, 1, 0xff);
	assert_true(gic_peek_irq(g->m, 0, EDGE, &irq));
	assert_int_equal(irq.targets, 0xf); /* of four CPUs */
	gic_pulse(g, EDGE);
	assert_int_equal(machine_deliver(g->m, 0), 1); /* one of them has it */
	for (unsigned cpu = 0; cpu < 4; cpu++) /* the banked register tells a CPU who it is */
		assert_int_equal(gic_cpu_read(g, cpu, GICD_BASE + GICD_ITARGETSR, 4),
				 0x01010101u << cpu);
	gic_rig_destroy(g);
}

static void sgis_of_v2(void **state)
{
	struct gic_rig *g = gic_rig_v2(3);

	(void)state;
	for (unsigned cpu = 0; cpu < 3; cpu++)
		gic_cpu_write(g, cpu, GICD_BASE + GICD_ISENABLER, 4, 0xffff);
	gic_cpu_write(g, 0, GICD_BASE + GICD_SGIR, 4, 0x40000 | 5);
	rig_expect_accept(g->r, 2, 5);
	gic_cpu_write(g, 1, GICD_BASE + GICD_SGIR, 4, 1u << 24 | 6); /* others */
	assert_int_equal(machine_deliver(g->m, 0), 2);
	gic_cpu_write(g, 1, GICD_BASE + GICD_SGIR, 4, 2u << 24 | 7); /* oneself */
	rig_forget(g->r);
	rig_expect_accept(g->r, 1, 7);
	/* from two CPUs: two of them */
	gic_cpu_write(g, 0, GICD_BASE + GICD_SGIR, 4, 0x40000 | 5);
	gic_cpu_write(g, 1, GICD_BASE + GICD_SGIR, 4, 0x40000 | 5);
	assert_int_equal(gic_cpu_read(g, 2, GICC_BASE + GICC_IAR, 4), 5);
	gic_cpu_write(g, 2, GICC_BASE + GICC_EOIR, 4, 5);
	assert_int_equal(gic_cpu_read(g, 2, GICC_BASE + GICC_IAR, 4), 5 | 1 << 10);
	gic_cpu_write(g, 2, GICC_BASE + GICC_EOIR, 4, 5 | 1 << 10);
	gic_expect_quiet(g);
	gic_rig_destroy(g);
}

static void sgis_of_v3(void **state)
{
	static const struct gic_desc desc = {.version = 3};
	struct gic_rig *g = gic_rig_v3(4);
	struct rig *many;

	(void)state;
	for (unsigned cpu = 0; cpu < 4; cpu++)
		bus_write(g->m, gicr_base(g->m, cpu) + GICR_SGI + GICD_ISENABLER, 4, 0xffff);
	gic_cpu_write(g, 0, ICC_BASE + ICC_SGI1R, 8, 9u << 24 | 0x4);
	rig_expect_accept(g->r, 2, 9);
	gic_cpu_write(g, 1, ICC_BASE + ICC_SGI1R, 8, UINT64_C(1) << 40 | 3u << 24);
	assert_int_equal(machine_deliver(g->m, 0), 3);
	gic_cpu_write(g, 1, ICC_BASE + ICC_SGI1R, 8, 1u << 16 | 3u << 24 | 0xf); /* cluster 1 */
	gic_expect_quiet(g);
	gic_rig_destroy(g);

	many = rig_create();
	assert_int_equal(gicv3_create(many->m, &desc, NULL, 20), 0);
	bus_write(many->m, ICC_BASE + ICC_SGI1R, 8, 1u << 16 | 3u << 24 | 0x8);
	rig_expect_request(many, 19, 3);
	rig_expect_none(many, TAPE_REQUEST);
	rig_destroy(many);
}

static void private_interrupts_are_each_cpus_own(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);
	uint64_t frame = gicr_base(g->m, 1) + GICR_SGI;
	struct gic_irq irq;

	(void)state;
	bus_write(g->m, frame + GICD_IPRIORITYR + 27, 1, 0x90);
	bus_write(g->m, frame + GICD_ISENABLER, 4, 1u << 27);
	bus_write(g->m, frame + GICD_ICFGR + 4, 4, 2u << (27 - 16) * 2);
	bus_write(g->m, frame + GICD_ICFGR, 4, 0); /* SGIs are edges */
	assert_int_equal(bus_read(g->m, frame + GICD_ICFGR, 4), 0xaaaaaaaa);
	assert_int_equal(bus_read(g->m, frame + GICD_ICFGR + 4, 4), 2u << 22);
	bus_write(g->m, frame + GICD_ISPENDR, 4, 1u << 27);
	assert_true(gic_peek_irq(g->m, 1, 27, &irq));
	assert_true(irq.pending && irq.enabled && irq.edge && irq.priority == 0x90);
	assert_true(gic_peek_irq(g->m, 0, 27, &irq));
	assert_false(irq.pending || irq.enabled);
	assert_false(gic_peek_irq(g->m, 2, 27, &irq));
	rig_expect_accept(g->r, 1, 27);
	/* there are no SPIs in this frame, and no private ones in the distributor */
	bus_write(g->m, frame + GICD_ISENABLER + 4, 4, ~0u);
	assert_int_equal(gicd_read32(g, GICD_ISENABLER + 4), 0);
	gicd_write32(g, GICD_ISENABLER, ~0u);
	assert_int_equal(gicd_read32(g, GICD_ISENABLER), 0);
	gic_rig_destroy(g);
}

/* ---- power ---- */

static void an_offline_cpu_keeps_what_is_pending(void **state)
{
	struct gic_rig *g = gic_rig_v3(2);
	struct gic_cpu_state cpu;

	(void)state;
	gic_set_up_spi(g, EDGE, 0xa0, 1);
	bus_set_cpu_online(g->m, 1, true); /* it is on: nothing is reset */
	assert_true(gic_peek_cpu(g->m, 1, &cpu) && cpu.enabled);
	bus_set_cpu_online(g->m, 1, false);
	gic_pulse(g, EDGE);
	gic_expect_quiet(g);
	bus_set_cpu_online(g->m, 1, true);
	assert_true(gic_peek_cpu(g->m, 1, &cpu));
	assert_true(cpu.online && !cpu.enabled && cpu.mask == 0);
	gic_expect_quiet(g);
	gic_cpu_write(g, 1, ICC_BASE + ICC_PMR, 8, 0xf0);
	gic_cpu_write(g, 1, ICC_BASE + ICC_IGRPEN1, 8, 1);
	rig_expect_accept(g->r, 1, EDGE);
	gic_rig_destroy(g);
}

/* ---- registers ---- */

/* As a recorded machine has them: 224 SPIs, 16 bits of INTIDs, four CPUs. */
static void identification(void **state)
{
	static const uint64_t typer[] = {0x1000001, 0x101000101, 0x201000201, 0x301000311};
	struct gic_rig *g = gic_rig_v3(4);
	char text[128];

	(void)state;
	assert_int_equal(gicd_read32(g, GICD_TYPER), 0x37a0007);
	assert_int_equal(gicd_read32(g, GICD_IIDR), 0x43b);
	assert_int_equal(gicd_read32(g, GICD_PIDR2), 0x3b);
	gicd_write32(g, GICD_CTLR, 3);
	assert_int_equal(gicd_read32(g, GICD_CTLR), 0x53);
	assert_string_equal(rig_last_place(g->r, text), "gic.gicd.ctlr");
	for (unsigned cpu = 0; cpu < 4; cpu++) {
		uint64_t gicr = gicr_base(g->m, cpu);

		assert_int_equal(gicr, UINT64_C(0x80a0000) + cpu * 0x20000);
		assert_int_equal(bus_read(g->m, gicr + GICR_TYPER, 8), typer[cpu]);
		assert_int_equal(bus_read(g->m, gicr + GICR_TYPER + 4, 4), typer[cpu] >> 32);
		assert_int_equal(bus_read(g->m, gicr + GICR_CTLR, 4), 3);
		assert_int_equal(bus_read(g->m, gicr + GICR_IIDR, 4), 0x43b);
		assert_int_equal(gicr_peek_register(g->m, cpu, GICR_PENDBASER), g->pending[cpu]);
	}
	bus_write(g->m, gicr_base(g->m, 2) + GICR_INVALLR, 8, 0);
	assert_string_equal(rig_last_place(g->r, text), "gic.gicr[2].invallr");
	bus_write(g->m, GICD_BASE + GICD_IROUTER + 8 * 40, 8, 0);
	assert_string_equal(rig_last_place(g->r, text), "gic.gicd[40].irouter");
	bus_write(g->m, ICC_BASE + ICC_PMR, 8, 0xf0);
	assert_string_equal(rig_last_place(g->r, text), "gic.icc.pmr");
	gic_rig_destroy(g);

	g = gic_rig_v2(4);
	assert_int_equal(gicd_read32(g, GICD_TYPER), 3 << 5 | 8);
	assert_int_equal(gicd_read32(g, 0xfe8), 0x2b);
	gic_cpu_write(g, 0, GICC_BASE + GICC_PMR, 4, 0xf0);
	assert_string_equal(rig_last_place(g->r, text), "gic.gicc.pmr");
	gic_rig_destroy(g);
}

static void all_cpus_own_redistributors(void **state)
{
	static const struct redistributor_desc order[] = {
		{.cpu = 2, .processor = 9, .affinity = 0x01000200},
		{.cpu = 0, .processor = 4, .affinity = 0x00000000},
		{.cpu = 1, .processor = 0, .affinity = 0x00000001},
	};
	static const struct gic_desc desc = {.version = 3, .redistributors = order, .spis = 32};
	struct rig *r = rig_create();

	(void)state;
	assert_int_equal(gicv3_create(r->m, &desc, NULL, 3), 0);
	assert_int_equal(gicr_base(r->m, 2), GICR_BASE(0));
	assert_int_equal(gicr_base(r->m, 1), GICR_BASE(2));
	assert_int_equal(gicr_by_processor(r->m, 9), 2);
	assert_int_equal(gicr_by_processor(r->m, 0), 1);
	assert_int_equal(gicr_by_processor(r->m, 1), -ENOENT);
	assert_int_equal(gicr_by_address(r->m, GICR_BASE(1)), 0);
	assert_int_equal(gicr_by_address(r->m, GICR_BASE(1) + 0x10000), -ENOENT);
	assert_int_equal(gicr_by_address(r->m, GICR_BASE(3)), -ENOENT);
	assert_int_equal(gicr_peek_register(r->m, 2, GICR_TYPER), UINT64_C(0x0100020001000901));
	assert_int_equal(gicr_peek_register(r->m, 1, GICR_TYPER), UINT64_C(0x0000000101000011));
	bus_write(r->m, GICD_BASE + GICD_IROUTER + 8 * 40, 8, UINT64_C(0x0100000200));
	gic_set_spi(r->m, 40, true);
	rig_expect_request(r, 2, 40);
	rig_destroy(r);
}

/* ---- creation ---- */

static int create_v3(struct machine *m)
{
	static const struct gic_desc desc = {.version = 3, .spis = 64};

	return gicv3_create(m, &desc, NULL, 2);
}

static int create_v2(struct machine *m)
{
	static const struct gic_desc desc = {.version = 2, .spis = 64};

	return gicv2_create(m, &desc, NULL, 2);
}

static void failed_creation_leaves_no_trace(void **state)
{
	struct rig *r = rig_create();

	(void)state;
	rig_check_allocation_failures(r, create_v3);
	assert_int_equal(create_v3(r->m), -EEXIST);
	assert_int_equal(create_v2(r->m), -EEXIST);
	rig_destroy(r);
	r = rig_create();
	rig_check_allocation_failures(r, create_v2);
	rig_destroy(r);
	r = rig_with_cpus(2, APIC_PHYSICAL_FLAT);
	assert_int_equal(create_v3(r->m), -EEXIST);
	assert_int_equal(gic_version(r->m), 0);
	rig_destroy(r);
}

static void bad_descriptions(void **state)
{
	static const struct redistributor_desc twice[] = {{.cpu = 0}, {.cpu = 0, .processor = 1}};
	static const struct redistributor_desc beyond[] = {{.cpu = 0}, {.cpu = 2, .processor = 1}};
	static const struct redistributor_desc same[] = {{.cpu = 0}, {.cpu = 1, .affinity = 1}};
	static const struct redistributor_desc alike[] = {{.cpu = 0}, {.cpu = 1, .processor = 1}};
	static const struct gic_desc bad[] = {
		{.version = 2},
		{.version = 3, .id_bits = 13},
		{.version = 3, .id_bits = 17},
		{.version = 3, .spis = 33},
		{.version = 3, .spis = 992},
		{.version = 3, .redistributors = twice},
		{.version = 3, .redistributors = beyond},
		{.version = 3, .redistributors = same},
		{.version = 3, .redistributors = alike},
	};
	static const struct gic_desc v2 = {.version = 2}, v3 = {.version = 3};
	struct rig *r = rig_create();
	struct gic_cpu_state cpu;
	struct gic_irq irq;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(gicv3_create(r->m, &bad[i], NULL, 2), -EINVAL);
	assert_int_equal(gicv3_create(r->m, &v3, NULL, 0), -EINVAL);
	assert_int_equal(gicv3_create(r->m, &v3, NULL, 4097), -EINVAL);
	assert_int_equal(gicv2_create(r->m, &v3, NULL, 2), -EINVAL);
	assert_int_equal(gicv2_create(r->m, &v2, NULL, 9), -EINVAL);
	assert_int_equal(gicv2_create(r->m, &v2, NULL, 0), -EINVAL);
	assert_false(gic_peek_cpu(r->m, 0, &cpu));
	assert_false(gic_peek_irq(r->m, 0, 1, &irq));
	assert_int_equal(gicr_base(r->m, 0), 0);
	assert_int_equal(gicr_by_processor(r->m, 0), -ENOENT);
	gic_set_spi(r->m, 40, true);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_an_edge_is_pending_once),
		cmocka_unit_test(both_a_level_stays_pending),
		cmocka_unit_test(both_disabled_stays_pending),
		cmocka_unit_test(both_unknown_wires_are_ignored),
		cmocka_unit_test(both_the_most_urgent_comes_first),
		cmocka_unit_test(the_mask_keeps_back),
		cmocka_unit_test(running_priorities_nest),
		cmocka_unit_test(equal_priorities_do_not_preempt),
		cmocka_unit_test(split_end_leaves_it_active),
		cmocka_unit_test(routes_of_v3),
		cmocka_unit_test(targets_of_v2),
		cmocka_unit_test(sgis_of_v2),
		cmocka_unit_test(sgis_of_v3),
		cmocka_unit_test(private_interrupts_are_each_cpus_own),
		cmocka_unit_test(an_offline_cpu_keeps_what_is_pending),
		cmocka_unit_test(identification),
		cmocka_unit_test(all_cpus_own_redistributors),
		cmocka_unit_test(failed_creation_leaves_no_trace),
		cmocka_unit_test(bad_descriptions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
