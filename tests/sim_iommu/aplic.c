/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "sim_iommu/aplic.h"

#include "sim_cpu/imsic_rig.h"

#define SOURCES	     40u
#define SOURCECFG(n) (APLIC_SOURCECFG + ((n)-1) * 4)
#define TARGET(n)    (APLIC_TARGET + ((n)-1) * 4)
#define TO(hart, id) ((uint32_t)(hart) << 18 | (id))

static void write_reg(struct rig *r, uint32_t offset, uint32_t value)
{
	rig_write(r, APLIC_BASE(0) + offset, 4, value);
}

static uint32_t read_reg(struct rig *r, uint32_t offset)
{
	return (uint32_t)rig_read(r, APLIC_BASE(0) + offset, 4);
}

static struct aplic_source source_of(struct rig *r, unsigned source)
{
	struct aplic_source s;

	assert_true(aplic_peek_source(r->m, 0, source, &s));
	return s;
}

static void set_line(struct rig *r, unsigned source, bool high)
{
	aplic_set_line(r->m, 0, source, high);
	rig_after(r);
}

/* Four harts, one page each, and a domain that is on. */
static struct rig *aplic_rig(void)
{
	struct rig *r = imsic_rig(4, NULL);
	uint64_t registers = 0;

	assert_int_equal(
		aplic_create(r->m, &(struct aplic_desc){.sources = SOURCES}, 0, &registers), 0);
	assert_int_equal(registers, APLIC_BASE(0));
	write_reg(r, APLIC_MMSIADDRCFGH, 2 << 12);
	write_reg(r, APLIC_SMSIADDRCFG, (uint32_t)(IMSIC_BASE >> 12));
	write_reg(r, APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE | APLIC_DOMAINCFG_DM);
	rig_forget(r);
	return r;
}

/* A source that is enabled, to a hart's identity of the same number. */
static void use(struct rig *r, unsigned source, enum aplic_mode mode, unsigned hart)
{
	write_reg(r, SOURCECFG(source), mode);
	write_reg(r, TARGET(source), TO(hart, source));
	write_reg(r, APLIC_SETIENUM, source);
	rig_forget(r);
}

/* ---- when a source is sent ---- */

static void edges(void **state)
{
	struct rig *r = aplic_rig();
	const struct tape_record *message;

	(void)state;
	use(r, 7, APLIC_RISES, 2);
	set_line(r, 7, true);
	assert_int_equal(rig_next(r, TAPE_RAISE)->value, 7);
	message = rig_next(r, TAPE_MESSAGE);
	assert_int_equal(message->address, IMSIC_BASE + 0x2000);
	assert_int_equal(message->value, 7);
	rig_expect_request(r, 2, 7);
	assert_false(source_of(r, 7).pending);
	set_line(r, 7, true); /* no edge */
	set_line(r, 7, false);
	rig_expect_none(r, TAPE_MESSAGE);
	set_line(r, 7, true);
	assert_int_equal(rig_count(r, TAPE_MESSAGE), 1);

	use(r, 8, APLIC_FALLS, 1);
	set_line(r, 8, true);
	rig_expect_none(r, TAPE_MESSAGE);
	set_line(r, 8, false);
	rig_expect_request(r, 1, 8);
	rig_destroy(r);
}

/* It is sent once; who has dealt with it asks again. */
static void levels(void **state)
{
	struct rig *r = aplic_rig();

	(void)state;
	use(r, 9, APLIC_HIGH, 0);
	set_line(r, 9, true);
	rig_expect_request(r, 0, 9);
	assert_true(source_of(r, 9).input);
	write_reg(r, APLIC_SETIPNUM_LE, 9);
	rig_expect_request(r, 0, 9);
	set_line(r, 9, false);
	write_reg(r, APLIC_SETIPNUM_LE, 9); /* counts only while the input is up */
	write_reg(r, APLIC_SETIPNUM, 9);
	write_reg(r, APLIC_SETIP, 1u << 9);
	rig_expect_none(r, TAPE_MESSAGE);
	assert_false(source_of(r, 9).pending);
	rig_destroy(r);
}

static void low_levels(void **state)
{
	struct rig *r = aplic_rig();

	(void)state;
	use(r, 9, APLIC_LOW, 0);
	assert_int_equal(read_reg(r, APLIC_IN_CLRIP), 1u << 9); /* it is low, so it is up */
	rig_expect_none(r, TAPE_MESSAGE);			/* …and was so before */
	write_reg(r, APLIC_SETIPNUM_BE, __builtin_bswap32(9));
	rig_expect_request(r, 0, 9);
	set_line(r, 9, true);
	assert_int_equal(read_reg(r, APLIC_IN_CLRIP), 0);
	set_line(r, 9, false);
	rig_expect_request(r, 0, 9);
	rig_destroy(r);
}

static void a_level_falls_while_it_waits(void **state)
{
	struct rig *r = aplic_rig();

	(void)state;
	use(r, 9, APLIC_HIGH, 0);
	use(r, 10, APLIC_RISES, 0);
	write_reg(r, APLIC_CLRIENUM, 9);
	write_reg(r, APLIC_CLRIENUM, 10);
	for (unsigned source = 9; source <= 10; source++) {
		set_line(r, source, true);
		assert_true(source_of(r, source).pending);
		set_line(r, source, false);
	}
	assert_false(source_of(r, 9).pending);
	assert_true(source_of(r, 10).pending); /* an edge is not taken back */
	rig_destroy(r);
}

static void disabled_ones_wait(void **state)
{
	struct rig *r = aplic_rig();

	(void)state;
	use(r, 33, APLIC_RISES, 3);
	write_reg(r, APLIC_CLRIE + 4, 1u << 1);
	assert_false(source_of(r, 33).enabled);
	set_line(r, 33, true);
	assert_int_equal(rig_next(r, TAPE_LATCH)->value, 33);
	rig_expect_none(r, TAPE_MESSAGE);
	assert_int_equal(read_reg(r, APLIC_SETIP + 4), 1u << 1);
	write_reg(r, APLIC_SETIE + 4, 1u << 1);
	rig_expect_request(r, 3, 33);
	assert_int_equal(read_reg(r, APLIC_SETIP + 4), 0);

	write_reg(r, APLIC_DOMAINCFG, APLIC_DOMAINCFG_DM);
	set_line(r, 33, false);
	set_line(r, 33, true);
	rig_expect_none(r, TAPE_MESSAGE);
	write_reg(r, APLIC_CLRIPNUM, 33); /* forgotten */
	write_reg(r, APLIC_DOMAINCFG, APLIC_DOMAINCFG_DM | APLIC_DOMAINCFG_IE);
	rig_expect_none(r, TAPE_MESSAGE);
	rig_destroy(r);
}

static void the_domain_switched_on(void **state)
{
	struct rig *r = aplic_rig();

	(void)state;
	use(r, 5, APLIC_RISES, 1);
	use(r, 6, APLIC_DETACHED, 1);
	write_reg(r, APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE); /* to harts directly: not modelled */
	set_line(r, 5, true);
	set_line(r, 6, true); /* its input means nothing */
	write_reg(r, APLIC_SETIPNUM, 6);
	rig_expect_none(r, TAPE_MESSAGE);
	assert_int_equal(read_reg(r, APLIC_DOMAINCFG), 0x80000100);
	write_reg(r, APLIC_DOMAINCFG, UINT32_MAX);
	assert_int_equal(read_reg(r, APLIC_DOMAINCFG), 0x80000104);
	rig_expect_request(r, 1, 5);
	rig_expect_request(r, 1, 6);
	rig_destroy(r);
}

static void inactive_sources(void **state)
{
	static const uint32_t configs[] = {0, 2, 3, APLIC_DELEGATE, APLIC_DELEGATE | APLIC_HIGH};
	struct rig *r = aplic_rig();

	(void)state;
	for (unsigned i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		use(r, 5, APLIC_RISES, 1);
		write_reg(r, SOURCECFG(5), configs[i]);
		assert_int_equal(read_reg(r, SOURCECFG(5)), 0);
		assert_int_equal(read_reg(r, TARGET(5)), 0);
		write_reg(r, TARGET(5), TO(1, 5));
		write_reg(r, APLIC_SETIENUM, 5);
		write_reg(r, APLIC_SETIPNUM, 5);
		assert_int_equal(read_reg(r, APLIC_SETIE), 0);
		assert_int_equal(read_reg(r, APLIC_SETIP), 0);
		assert_int_equal(read_reg(r, TARGET(5)), 0);
		set_line(r, 5, true);
		rig_expect_drop(r, DROP_DISABLED);
		set_line(r, 5, false);
		rig_expect_none(r, TAPE_MESSAGE);
	}
	rig_destroy(r);
}

/* ---- where it is sent ---- */

static void targets(void **state)
{
	const struct imsic_desc desc = {.base = UINT64_C(0x12300000000),
					.guest_bits = 1,
					.group_shift = 26,
					.group_harts = 4};
	const struct imsic_layout l = imsic_layout(&desc, 8);
	struct rig *r = imsic_rig(8, &desc);
	uint64_t registers;

	(void)state;
	assert_int_equal(aplic_create(r->m, &(struct aplic_desc){0}, 0, &registers), 0);
	write_reg(r, APLIC_MMSIADDRCFGH, 2 << 24 | 1 << 16 | 2 << 12);
	write_reg(r, APLIC_SMSIADDRCFG, (uint32_t)(desc.base >> 12));
	write_reg(r, APLIC_SMSIADDRCFGH, 1 << 20 | (uint32_t)(desc.base >> 44));
	write_reg(r, APLIC_DOMAINCFG, UINT32_MAX);
	write_reg(r, SOURCECFG(96), APLIC_DETACHED);
	write_reg(r, APLIC_SETIENUM, 96);
	for (unsigned cpu = 0; cpu < 8; cpu++) {
		write_reg(r, TARGET(96), TO(cpu, 77));
		rig_forget(r);
		write_reg(r, APLIC_SETIPNUM, 96);
		assert_int_equal(rig_next(r, TAPE_MESSAGE)->address, imsic_file_address(&l, cpu));
		rig_expect_request(r, cpu, 77);
	}
	write_reg(r, TARGET(96), TO(0, 77) | 1 << 12);
	rig_forget(r);
	write_reg(r, APLIC_SETIPNUM, 96);
	assert_int_equal(rig_next(r, TAPE_MESSAGE)->address, desc.base + 0x1000);
	rig_expect_drop(r, DROP_STRAY); /* no guests */
	rig_destroy(r);
}

static void messages_by_software(void **state)
{
	struct rig *r = aplic_rig();

	(void)state;
	write_reg(r, APLIC_GENMSI, TO(3, 30));
	rig_expect_request(r, 3, 30);
	assert_int_equal(read_reg(r, APLIC_GENMSI), 0);
	use(r, 4, APLIC_RISES, 0);
	write_reg(r, TARGET(4), 0);
	rig_forget(r);
	set_line(r, 4, true);
	rig_expect_drop(r, DROP_ILLEGAL); /* identity 0 */
	rig_destroy(r);
}

/* ---- registers ---- */

static void registers(void **state)
{
	static const struct {
		uint32_t offset;
		const char *place;
	} places[] = {
		{APLIC_DOMAINCFG, "wires.reg.domaincfg"},
		{SOURCECFG(3), "wires.source[3].cfg"},
		{TARGET(40), "wires.source[40].target"},
		{APLIC_MMSIADDRCFGH, "wires.reg.mmsiaddrcfgh"},
		{APLIC_SETIP + 4, "wires.reg[1].setip"},
		{APLIC_SETIPNUM, "wires.reg.setipnum"},
		{APLIC_IN_CLRIP, "wires.reg[0].in_clrip"},
		{APLIC_CLRIENUM, "wires.reg.clrienum"},
		{APLIC_SETIPNUM_LE, "wires.reg.setipnum_le"},
	};
	struct rig *r = imsic_rig(1, NULL);
	const struct aplic_desc desc = {.name = "wires", .sources = SOURCES};
	uint64_t where;
	char place[128];

	(void)state;
	assert_int_equal(aplic_create(r->m, &desc, 0, &where), 0);
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		write_reg(r, places[i].offset, 0);
		assert_string_equal(rig_last_place(r, place), places[i].place);
	}
	write_reg(r, SOURCECFG(SOURCES + 1), APLIC_HIGH);
	assert_int_equal(read_reg(r, SOURCECFG(SOURCES + 1)), 0);
	write_reg(r, SOURCECFG(SOURCES), APLIC_HIGH);
	rig_write(r, where + SOURCECFG(SOURCES), 8, 0); /* 32 bits at once */
	assert_int_equal(read_reg(r, SOURCECFG(SOURCES)), APLIC_HIGH);
	write_reg(r, TARGET(SOURCES), UINT32_MAX);
	assert_int_equal(read_reg(r, TARGET(SOURCES)), 0xfffff7ff);
	write_reg(r, APLIC_SETIENUM, 0);
	write_reg(r, APLIC_SETIENUM, SOURCES + 1);
	write_reg(r, APLIC_SETIENUM, UINT32_MAX);
	for (unsigned word = 0; word < 32; word++)
		assert_int_equal(read_reg(r, APLIC_SETIE + word * 4), 0);
	rig_destroy(r);
}

static int create(struct machine *m)
{
	uint64_t where;

	return aplic_create(m, &(struct aplic_desc){0}, 1, &where);
}

static void creation(void **state)
{
	struct rig *r = rig_create();
	uint64_t where;

	(void)state;
	assert_int_equal(aplic_create(r->m, &(struct aplic_desc){.sources = 1024}, 0, &where),
			 -EINVAL);
	assert_int_equal(aplic_create(r->m, &(struct aplic_desc){0}, 64, &where), -EINVAL);
	rig_check_allocation_failures(r, create);
	assert_int_equal(create(r->m), -EEXIST);
	aplic_set_line(r->m, 0, 1, true); /* there is no unit 0 */
	aplic_set_line(r->m, 1, 0, true);
	aplic_set_line(r->m, 1, 97, true);
	assert_false(aplic_peek_source(r->m, 1, 97, &(struct aplic_source){0}));
	rig_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges),
		cmocka_unit_test(levels),
		cmocka_unit_test(low_levels),
		cmocka_unit_test(a_level_falls_while_it_waits),
		cmocka_unit_test(disabled_ones_wait),
		cmocka_unit_test(the_domain_switched_on),
		cmocka_unit_test(inactive_sources),
		cmocka_unit_test(targets),
		cmocka_unit_test(messages_by_software),
		cmocka_unit_test(registers),
		cmocka_unit_test(creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
