/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_cpu/lapic.h"

#include "sim_cpu/rig.h"

#define LAPIC(reg) (BUS_LAPIC_BASE + (reg))

static void interrupt(struct rig *r, struct apic_interrupt i)
{
	rig_interrupt(r, &i);
}

static void on_cpu(struct rig *r, unsigned cpu, unsigned offset, unsigned size, uint64_t value)
{
	unsigned before = run_on_cpu(r->m, cpu);

	rig_write(r, LAPIC(offset), size, value);
	run_on_cpu(r->m, before);
}

static uint32_t read_on(struct rig *r, unsigned cpu, unsigned offset)
{
	unsigned before = run_on_cpu(r->m, cpu);
	uint32_t value = (uint32_t)rig_read(r, LAPIC(offset), 4);

	run_on_cpu(r->m, before);
	return value;
}

/* ---- messages, bit by bit ---- */

static void physical_message(void **state)
{
	struct rig *r = rig_with_cpus(32, APIC_PHYSICAL_FLAT);

	(void)state;
	rig_send(r, 0x18, 0xfee12000, 0x31);
	rig_expect_request(r, 0x12, 0x31);
	rig_send(r, 0x18, 0xfee12000, 0x4032); /* level-assert bit, as older software writes it */
	rig_expect_request(r, 0x12, 0x32);
	rig_expect_none(r, TAPE_DROP);
	rig_destroy(r);
}

static void logical_message(void **state)
{
	struct rig *r = rig_with_cpus(8, APIC_LOGICAL_FLAT);

	(void)state;
	rig_send(r, 0x18, 0xfee12004, 0x31);
	rig_expect_request(r, 1, 0x31);
	rig_expect_request(r, 4, 0x31);
	rig_expect_none(r, TAPE_REQUEST);
	rig_destroy(r);
}

/* E6: bit 2 is the destination mode, bit 3 the redirection hint. */
static void mode_is_not_hint(void **state)
{
	struct rig *r = rig_with_cpus(8, APIC_LOGICAL_FLAT);

	(void)state;
	rig_send(r, 0x18, 0xfee0600c, 0x31); /* logical {1,2}, hint: one of them */
	rig_expect_request(r, 1, 0x31);
	rig_expect_none(r, TAPE_REQUEST);
	rig_send(r, 0x18, 0xfee06008, 0x32); /* physical id 6, hint */
	rig_expect_request(r, 6, 0x32);
	rig_expect_none(r, TAPE_REQUEST);
	rig_destroy(r);
}

static void extended_destination(void **state)
{
	static const struct cpu_desc cpus[] = {{.apic_id = 0, .node = -1},
					       {.apic_id = 0x34, .node = -1},
					       {.apic_id = 0x1234, .node = -1}};
	struct rig *r = rig_create();

	(void)state;
	assert_int_equal(lapics_create(r->m, cpus, 3, APIC_X2APIC_PHYSICAL), 0);
	rig_send(r, 0x18, 0xfee34240, 0x31);
	rig_expect_request(r, 1, 0x31); /* off: the high bits are lost */
	lapics_set_extended_destination(r->m, true);
	rig_send(r, 0x18, 0xfee34240, 0x31);
	rig_expect_request(r, 2, 0x31);
	rig_destroy(r);
}

static void message_beside_the_window(void **state)
{
	struct rig *r = rig_with_cpus(2, APIC_PHYSICAL_FLAT);

	(void)state;
	rig_send(r, 0x18, UINT64_C(0x1fee00000), 0x31);
	rig_expect_drop(r, DROP_STRAY);
	rig_send(r, 0x18, 0, 0);
	rig_expect_drop(r, DROP_STRAY);
	rig_expect_none(r, TAPE_REQUEST);
	rig_destroy(r);
}

/* ---- who is meant ---- */

struct destination_case {
	const char *what;
	enum apic_mode mode;
	uint32_t destination;
	bool logical;
	uint32_t expected; /* set of CPUs, of 8; 0: a drop NO_TARGET */
};

static const struct destination_case destinations[] = {
	{"id", APIC_PHYSICAL_FLAT, 5, false, 0x20},
	{"no such id", APIC_PHYSICAL_FLAT, 9, false, 0},
	{"broadcast", APIC_PHYSICAL_FLAT, 0xff, false, 0xff},
	{"no logical ids", APIC_PHYSICAL_FLAT, 1, true, 0},
	{"id in logical mode", APIC_LOGICAL_FLAT, 5, false, 0x20},
	{"one bit", APIC_LOGICAL_FLAT, 0x10, true, 0x10},
	{"all bits", APIC_LOGICAL_FLAT, 0xff, true, 0xff},
	{"no bit", APIC_LOGICAL_FLAT, 0, true, 0},
	{"32-bit id", APIC_X2APIC_PHYSICAL, 7, false, 0x80},
	{"255 is an id", APIC_X2APIC_PHYSICAL, 0xff, false, 0},
	{"32-bit broadcast", APIC_X2APIC_PHYSICAL, UINT32_MAX, false, 0xff},
	{"cluster 0, one", APIC_X2APIC_CLUSTER, 0x0004, true, 0x04},
	{"cluster 0, three", APIC_X2APIC_CLUSTER, 0x00a1, true, 0xa1},
	{"cluster 0, some absent", APIC_X2APIC_CLUSTER, 0x0f81, true, 0x81},
	{"cluster 1, absent", APIC_X2APIC_CLUSTER, 0x10001, true, 0},
	{"logical broadcast", APIC_X2APIC_CLUSTER, UINT32_MAX, true, 0xff},
};

static void every_destination(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(destinations) / sizeof(destinations[0]); i++) {
		const struct destination_case *c = &destinations[i];
		struct rig *r = rig_with_cpus(8, c->mode);
		uint32_t got = 0;

		interrupt(r, (struct apic_interrupt){.destination = c->destination,
						     .vector = 0x55,
						     .logical = c->logical});
		for (unsigned cpu = 0; cpu < 8; cpu++)
			got |= (uint32_t)lapic_irr(r->m, cpu, 0x55) << cpu;
		if (got != c->expected)
			print_error("case: %s\n", c->what);
		assert_int_equal(got, c->expected);
		if (!c->expected)
			rig_expect_drop(r, DROP_NO_TARGET);
		rig_expect_none(r, TAPE_DROP);
		rig_destroy(r);
	}
}

static void cluster_of_sparse_ids(void **state)
{
	static const struct cpu_desc cpus[] = {{.apic_id = 0x10, .node = -1},
					       {.apic_id = 0x12, .node = -1},
					       {.apic_id = 0x25, .node = -1},
					       {.apic_id = 0x1f, .node = -1}};
	struct rig *r = rig_create();

	(void)state;
	assert_int_equal(lapics_create(r->m, cpus, 4, APIC_X2APIC_CLUSTER), 0);
	assert_int_equal(read_on(r, 1, LAPIC_LDR), 0x10004);
	assert_int_equal(read_on(r, 2, LAPIC_LDR), 0x20020);
	interrupt(r,
		  (struct apic_interrupt){.destination = 0x18005, .vector = 0x41, .logical = true});
	rig_expect_request(r, 0, 0x41);
	rig_expect_request(r, 1, 0x41);
	rig_expect_request(r, 3, 0x41);
	rig_expect_none(r, TAPE_REQUEST);
	rig_destroy(r);
}

/* Ids that all hash to the same place, against a plain search. */
static void ids_are_found(void **state)
{
	struct cpu_desc cpus[64];
	struct rig *r = rig_create();

	(void)state;
	for (uint32_t i = 0; i < 64; i++)
		cpus[i] = (struct cpu_desc){.apic_id = i % 2 ? i << 12 : i * 3, .node = -1};
	assert_int_equal(lapics_create(r->m, cpus, 64, APIC_X2APIC_PHYSICAL), 0);
	for (uint32_t id = 0; id < 64 << 12; id++) {
		int expected = -ENOENT;

		for (int i = 0; i < 64; i++)
			if (cpus[i].apic_id == id)
				expected = i;
		if (lapic_cpu_of(r->m, id) != expected)
			fail_msg("id %u", id);
	}
	rig_destroy(r);
}

/* ---- one of many ---- */

static unsigned choose_last(void *context, struct machine *m, enum choice_kind kind,
			    unsigned alternatives)
{
	unsigned *asked = context;

	(void)m;
	if (kind != CHOICE_REDIRECT)
		return 0;
	*asked = alternatives;
	return alternatives - 1;
}

static void lowest_priority(void **state)
{
	struct rig *r = rig_with_cpus(4, APIC_LOGICAL_FLAT);
	const struct apic_interrupt i = {
		.destination = 0x0e, .vector = 0x71, .delivery = APIC_LOWEST, .logical = true};
	unsigned asked = 0;

	(void)state;
	on_cpu(r, 1, LAPIC_TPR, 4, 0x40);
	interrupt(r, i);
	rig_expect_request(r, 2, 0x71);
	rig_expect_none(r, TAPE_REQUEST);
	machine_set_chooser(r->m, choose_last, &asked);
	interrupt(r, i);
	assert_int_equal(asked, 2); /* 1 is busier than 2 and 3 */
	rig_expect_request(r, 3, 0x71);
	on_cpu(r, 3, LAPIC_TPR, 4, 0x10);
	interrupt(r, i);
	rig_expect_request(r, 2, 0x71);
	rig_destroy(r);
}

static void one_of_many_avoids_offline_cpus(void **state)
{
	struct rig *r = rig_with_cpus(4, APIC_LOGICAL_FLAT);
	const struct apic_interrupt i = {
		.destination = 0x06, .vector = 0x71, .logical = true, .redirection_hint = true};

	(void)state;
	bus_set_cpu_online(r->m, 1, false);
	interrupt(r, i);
	rig_expect_request(r, 2, 0x71);
	bus_set_cpu_online(r->m, 2, false);
	rig_forget(r);
	interrupt(r, i);
	rig_expect_drop(r, DROP_OFFLINE);
	rig_expect_none(r, TAPE_DROP);
	rig_destroy(r);
}

/* ---- priorities ---- */

static void highest_vector_first(void **state)
{
	static const uint8_t vectors[] = {0x21, 0xe0, 0x35, 0x34, 0x7f, 0x80, 0xc0};
	static const uint8_t order[] = {0xe0, 0xc0, 0x80, 0x7f, 0x35, 0x34, 0x21};
	struct rig *r = rig_with_cpus(1, APIC_PHYSICAL_FLAT);

	(void)state;
	for (size_t i = 0; i < sizeof(vectors); i++)
		interrupt(r, (struct apic_interrupt){.vector = vectors[i]});
	assert_int_equal(machine_deliver(r->m, 0), sizeof(order));
	for (size_t i = 0; i < sizeof(order); i++)
		rig_expect_accept(r, 0, order[i]);
	rig_destroy(r);
}

static void class_in_service_holds_back(void **state)
{
	struct rig *r = rig_with_cpus(1, APIC_PHYSICAL_FLAT);

	(void)state;
	rig_never_ends(r);
	interrupt(r, (struct apic_interrupt){.vector = 0x45});
	rig_expect_accept(r, 0, 0x45);
	assert_true(lapic_isr(r->m, 0, 0x45));
	assert_int_equal(read_on(r, 0, LAPIC_PPR), 0x40);
	interrupt(r, (struct apic_interrupt){.vector = 0x4f}); /* same class */
	interrupt(r, (struct apic_interrupt){.vector = 0x33});
	assert_int_equal(machine_deliver(r->m, 0), 0);
	interrupt(r, (struct apic_interrupt){.vector = 0x50});
	rig_expect_accept(r, 0, 0x50);
	on_cpu(r, 0, LAPIC_EOI, 4, 0); /* the highest in service: 0x50 */
	assert_false(lapic_isr(r->m, 0, 0x50));
	assert_true(lapic_isr(r->m, 0, 0x45));
	assert_int_equal(machine_deliver(r->m, 0), 0);
	on_cpu(r, 0, LAPIC_EOI, 4, 0);
	rig_expect_accept(r, 0, 0x4f);
	on_cpu(r, 0, LAPIC_EOI, 4, 0);
	rig_expect_accept(r, 0, 0x33);
	rig_destroy(r);
}

static void task_priority(void **state)
{
	struct rig *r = rig_with_cpus(2, APIC_PHYSICAL_FLAT);

	(void)state;
	on_cpu(r, 0, LAPIC_TPR, 4, 0x5f);
	interrupt(r, (struct apic_interrupt){.vector = 0x5f});
	assert_int_equal(machine_deliver(r->m, 0), 0);
	interrupt(r, (struct apic_interrupt){.vector = 0x60});
	rig_expect_accept(r, 0, 0x60);
	assert_true(lapic_irr(r->m, 0, 0x5f));
	on_cpu(r, 0, LAPIC_TPR, 4, 0);
	rig_expect_accept(r, 0, 0x5f);
	assert_int_equal(read_on(r, 1, LAPIC_TPR), 0);
	rig_destroy(r);
}

static void requests_merge(void **state)
{
	struct rig *r = rig_with_cpus(1, APIC_PHYSICAL_FLAT);

	(void)state;
	interrupt(r, (struct apic_interrupt){.vector = 0x45});
	assert_int_equal(rig_next(r, TAPE_REQUEST)->extra, 0);
	interrupt(r, (struct apic_interrupt){.vector = 0x45});
	assert_int_equal(rig_next(r, TAPE_REQUEST)->extra, 1);
	assert_int_equal(machine_deliver(r->m, 0), 1);
	/* One in service and one requested do not merge. */
	rig_never_ends(r);
	interrupt(r, (struct apic_interrupt){.vector = 0x45});
	machine_deliver(r->m, 0);
	interrupt(r, (struct apic_interrupt){.vector = 0x45});
	assert_true(lapic_isr(r->m, 0, 0x45) && lapic_irr(r->m, 0, 0x45));
	rig_destroy(r);
}

/* ---- what goes nowhere ---- */

static void illegal_interrupts(void **state)
{
	struct rig *r = rig_with_cpus(1, APIC_PHYSICAL_FLAT);

	(void)state;
	for (unsigned vector = 0; vector < 256; vector++) {
		interrupt(r, (struct apic_interrupt){.vector = (uint8_t)vector});
		if (vector < 16)
			rig_expect_drop(r, DROP_ILLEGAL);
		else
			rig_expect_request(r, 0, vector);
	}
	for (unsigned delivery = 2; delivery < 8; delivery++) {
		rig_send(r, 0x18, 0xfee00000, delivery << 8 | 0x31);
		if (delivery == APIC_NMI)
			rig_expect_request(r, 0, 2);
		else
			rig_expect_drop(r, DROP_ILLEGAL);
	}
	rig_destroy(r);
}

static void offline_cpu(void **state)
{
	static const struct cpu_desc cpus[] = {{.apic_id = 0, .node = -1},
					       {.apic_id = 1, .node = -1, .offline = true}};
	struct rig *r = rig_create();

	(void)state;
	assert_int_equal(lapics_create(r->m, cpus, 2, APIC_PHYSICAL_FLAT), 0);
	interrupt(r, (struct apic_interrupt){.destination = 1, .vector = 0x45});
	rig_expect_drop(r, DROP_OFFLINE);
	assert_int_equal(lapic_offline_drops(r->m, 1), 1);
	bus_set_cpu_online(r->m, 1, true);
	assert_true(lapic_online(r->m, 1));
	interrupt(r, (struct apic_interrupt){.destination = 1, .vector = 0x45});
	rig_expect_request(r, 1, 0x45);
	/* What was requested and not taken is lost with the CPU, and said so. */
	bus_set_cpu_online(r->m, 1, false);
	rig_expect_drop(r, DROP_OFFLINE);
	bus_set_cpu_online(r->m, 1, true);
	assert_false(lapic_irr(r->m, 1, 0x45));
	assert_int_equal(machine_deliver(r->m, 0), 0);
	assert_int_equal(lapic_offline_drops(r->m, 1), 2);
	rig_destroy(r);
}

static void switched_off_by_software(void **state)
{
	struct rig *r = rig_with_cpus(1, APIC_PHYSICAL_FLAT);

	(void)state;
	assert_int_equal(read_on(r, 0, LAPIC_SVR), 0x1ff);
	on_cpu(r, 0, LAPIC_SVR, 4, 0xff);
	interrupt(r, (struct apic_interrupt){.vector = 0x45});
	rig_expect_drop(r, DROP_OFFLINE);
	on_cpu(r, 0, LAPIC_SVR, 4, 0x1ff);
	interrupt(r, (struct apic_interrupt){.vector = 0x45});
	rig_expect_request(r, 0, 0x45);
	rig_destroy(r);
}

static void non_maskable(void **state)
{
	struct rig *r = rig_with_cpus(1, APIC_PHYSICAL_FLAT);

	(void)state;
	rig_never_ends(r);
	interrupt(r, (struct apic_interrupt){.vector = 0xf0});
	rig_expect_accept(r, 0, 0xf0);
	interrupt(r, (struct apic_interrupt){.vector = 0, .delivery = APIC_NMI});
	rig_expect_accept(r, 0, 2);
	assert_false(lapic_isr(r->m, 0, 2));
	assert_int_equal(machine_deliver(r->m, 0), 0);
	rig_destroy(r);
}

/* ---- interprocessor interrupts ---- */

static void ipi_to_one(void **state)
{
	struct rig *r = rig_with_cpus(4, APIC_PHYSICAL_FLAT);

	(void)state;
	on_cpu(r, 0, LAPIC_ICR_HIGH, 4, 3 << 24);
	on_cpu(r, 0, LAPIC_ICR, 4, 0x55);
	rig_expect_request(r, 3, 0x55);
	on_cpu(r, 0, LAPIC_ICR_HIGH, 4, UINT64_C(0xff) << 24);
	on_cpu(r, 0, LAPIC_ICR, 4, 0x56);
	for (unsigned cpu = 0; cpu < 4; cpu++)
		rig_expect_request(r, cpu, 0x56);
	rig_destroy(r);
}

static void ipi_with_long_destination(void **state)
{
	struct rig *r = rig_with_cpus(300, APIC_X2APIC_PHYSICAL);

	(void)state;
	on_cpu(r, 5, LAPIC_ICR_HIGH, 4, 299);
	on_cpu(r, 5, LAPIC_ICR, 4, 0x55);
	rig_expect_request(r, 299, 0x55);
	on_cpu(r, 5, LAPIC_ICR, 8, UINT64_C(17) << 32 | 0x56);
	rig_expect_request(r, 17, 0x56);
	assert_int_equal(read_on(r, 5, LAPIC_ICR_HIGH), 17);
	assert_int_equal(read_on(r, 5, LAPIC_ID), 5);
	rig_destroy(r);
}

static void ipi_shorthands(void **state)
{
	struct rig *r = rig_with_cpus(3, APIC_PHYSICAL_FLAT);

	(void)state;
	on_cpu(r, 1, LAPIC_ICR, 4, 0x40055);
	rig_expect_request(r, 1, 0x55);
	rig_expect_none(r, TAPE_REQUEST);
	on_cpu(r, 1, LAPIC_ICR, 4, 0x80056);
	for (unsigned cpu = 0; cpu < 3; cpu++)
		rig_expect_request(r, cpu, 0x56);
	on_cpu(r, 1, LAPIC_ICR, 4, 0xc0057);
	rig_expect_request(r, 0, 0x57);
	rig_expect_request(r, 2, 0x57);
	rig_expect_none(r, TAPE_REQUEST);
	on_cpu(r, 2, LAPIC_SELF_IPI, 4, 0x58);
	rig_expect_request(r, 2, 0x58);
	rig_destroy(r);
}

static void ipi_with_illegal_vector(void **state)
{
	struct rig *r = rig_with_cpus(1, APIC_PHYSICAL_FLAT);

	(void)state;
	on_cpu(r, 0, LAPIC_ICR, 4, 0x40005);
	rig_expect_drop(r, DROP_ILLEGAL);
	assert_int_equal(read_on(r, 0, LAPIC_ESR), 0x20);
	on_cpu(r, 0, LAPIC_ESR, 4, 0);
	assert_int_equal(read_on(r, 0, LAPIC_ESR), 0);
	rig_destroy(r);
}

/* ---- level ---- */

static void count_eoi(struct machine *m, void *owner, unsigned vector)
{
	unsigned *last = owner;

	(void)m;
	*last = *last << 8 | vector;
}

static void level_broadcasts_its_end(void **state)
{
	struct rig *r = rig_with_cpus(1, APIC_PHYSICAL_FLAT);
	unsigned ended = 0;

	(void)state;
	bus_listen_eoi(r->m, count_eoi, &ended);
	rig_send(r, 0x18, 0xfee00000, 0xc045);
	assert_int_equal(read_on(r, 0, LAPIC_TMR + 0x20), 1 << 5);
	machine_deliver(r->m, 0);
	assert_int_equal(ended, 0x45);
	rig_send(r, 0x18, 0xfee00000, 0x45); /* the same vector, edge */
	machine_deliver(r->m, 0);
	assert_int_equal(ended, 0x45);
	on_cpu(r, 0, LAPIC_SVR, 4, 0x11ff);
	rig_send(r, 0x18, 0xfee00000, 0xc046);
	machine_deliver(r->m, 0);
	assert_int_equal(ended, 0x45);
	rig_destroy(r);
}

/* ---- registers ---- */

static void registers_are_the_executing_cpus(void **state)
{
	struct rig *r = rig_with_cpus(3, APIC_PHYSICAL_FLAT);
	char text[128];

	(void)state;
	for (unsigned cpu = 0; cpu < 3; cpu++)
		assert_int_equal(read_on(r, cpu, LAPIC_ID), cpu << 24);
	rig_never_ends(r);
	interrupt(r, (struct apic_interrupt){.destination = 1, .vector = 0x92});
	assert_int_equal(read_on(r, 1, LAPIC_IRR + 0x40), 1 << 18);
	assert_int_equal(read_on(r, 0, LAPIC_IRR + 0x40), 0);
	interrupt(r, (struct apic_interrupt){.destination = 1, .vector = 0x7f});
	assert_int_equal(read_on(r, 1, LAPIC_IRR + 0x30), UINT32_C(1) << 31);
	assert_int_equal(read_on(r, 1, LAPIC_IRR + 0x20), 0);
	machine_deliver(r->m, 0);
	assert_int_equal(read_on(r, 1, LAPIC_ISR + 0x40), 1 << 18);
	on_cpu(r, 0, LAPIC_EOI, 4, 0); /* nothing in service there */
	assert_int_equal(rig_count(r, TAPE_EOI), 0);
	assert_true(lapic_isr(r->m, 1, 0x92));
	assert_string_equal(rig_last_place(r, text), "lapic.reg.eoi");
	on_cpu(r, 0, LAPIC_LDR, 4, 0x80000000);
	interrupt(r, (struct apic_interrupt){.destination = 0x80, .vector = 0x31, .logical = true});
	assert_true(lapic_irr(r->m, 0, 0x31));
	rig_destroy(r);
}

static void create_errors(void **state)
{
	static const struct cpu_desc twice[] = {{.apic_id = 3, .node = -1},
						{.apic_id = 3, .node = -1}};
	static const struct cpu_desc large[] = {{.apic_id = 255, .node = -1}};
	struct rig *r = rig_create();

	(void)state;
	assert_int_equal(lapics_create(r->m, NULL, 0, APIC_PHYSICAL_FLAT), -EINVAL);
	assert_int_equal(lapics_create(r->m, NULL, 4097, APIC_X2APIC_PHYSICAL), -EINVAL);
	assert_int_equal(lapics_create(r->m, NULL, 9, APIC_LOGICAL_FLAT), -EINVAL);
	assert_int_equal(lapics_create(r->m, twice, 2, APIC_PHYSICAL_FLAT), -EINVAL);
	assert_int_equal(lapics_create(r->m, large, 1, APIC_PHYSICAL_FLAT), -EINVAL);
	assert_int_equal(machine_bytes_in_use(r->m), 0);
	assert_int_equal(lapics_create(r->m, large, 1, APIC_X2APIC_PHYSICAL), 0);
	assert_int_equal(lapics_create(r->m, large, 1, APIC_X2APIC_PHYSICAL), -EEXIST);
	assert_int_equal(lapic_cpu_of(r->m, 255), 0);
	rig_destroy(r);
}

static int create_four(struct machine *m)
{
	return lapics_create(m, NULL, 4, APIC_PHYSICAL_FLAT);
}

static void allocation_failures(void **state)
{
	struct rig *r = rig_create();

	(void)state;
	rig_check_allocation_failures(r, create_four);
	rig_destroy(r);
}

static void most_cpus(void **state)
{
	struct rig *r = rig_with_cpus(4096, APIC_X2APIC_CLUSTER);

	(void)state;
	interrupt(r, (struct apic_interrupt){
			     .destination = 255 << 16 | 0x8001, .vector = 0x41, .logical = true});
	rig_expect_request(r, 4080, 0x41);
	rig_expect_request(r, 4095, 0x41);
	rig_expect_accept(r, 4080, 0x41);
	rig_expect_accept(r, 4095, 0x41);
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(physical_message),
		cmocka_unit_test(logical_message),
		cmocka_unit_test(mode_is_not_hint),
		cmocka_unit_test(extended_destination),
		cmocka_unit_test(message_beside_the_window),
		cmocka_unit_test(every_destination),
		cmocka_unit_test(cluster_of_sparse_ids),
		cmocka_unit_test(ids_are_found),
		cmocka_unit_test(lowest_priority),
		cmocka_unit_test(one_of_many_avoids_offline_cpus),
		cmocka_unit_test(highest_vector_first),
		cmocka_unit_test(class_in_service_holds_back),
		cmocka_unit_test(task_priority),
		cmocka_unit_test(requests_merge),
		cmocka_unit_test(illegal_interrupts),
		cmocka_unit_test(offline_cpu),
		cmocka_unit_test(switched_off_by_software),
		cmocka_unit_test(non_maskable),
		cmocka_unit_test(ipi_to_one),
		cmocka_unit_test(ipi_with_long_destination),
		cmocka_unit_test(ipi_shorthands),
		cmocka_unit_test(ipi_with_illegal_vector),
		cmocka_unit_test(level_broadcasts_its_end),
		cmocka_unit_test(registers_are_the_executing_cpus),
		cmocka_unit_test(create_errors),
		cmocka_unit_test(allocation_failures),
		cmocka_unit_test(most_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
