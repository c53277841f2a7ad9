/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/riscv_bench.h"

#include "sim_cpu/imsic.h"
#include "sim_iommu/aplic.h"

#include <stdlib.h>
#include <string.h>

static struct riscv_bench *plain(void)
{
	return riscv_create(&(struct riscv_shape){0});
}

static unsigned map(struct riscv_bench *b, unsigned source, unsigned type)
{
	unsigned irq = wired_map(b->aplic, source, type);

	assert_int_not_equal(irq, 0);
	riscv_check(b);
	return irq;
}

static unsigned map_and_request(struct riscv_bench *b, unsigned source, unsigned type)
{
	unsigned irq = map(b, source, type);

	riscv_request(b, irq);
	assert_int_equal(machine_settle(b->m), 0);
	return irq;
}

static unsigned line(struct riscv_bench *b, unsigned source, bool high)
{
	aplic_set_line(b->m, 0, source, high);
	return riscv_deliver(b);
}

static struct aplic_source source_of(struct riscv_bench *b, unsigned source)
{
	struct aplic_source s;

	assert_true(aplic_peek_source(b->m, 0, source, &s));
	return s;
}

/* ---- the bridge ---- */

static void test_the_unit(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){
		.cpus = 8,
		.imsic = {.base = UINT64_C(0x100000000),
			  .guest_bits = 1,
			  .group_shift = 26,
			  .group_harts = 3},
	});
	const uint64_t registers = APLIC_BASE(0);

	(void)state;
	assert_int_equal(bus_read(b->m, registers + APLIC_DOMAINCFG, 4), 0x80000104);
	assert_int_equal(bus_read(b->m, registers + APLIC_MMSIADDRCFGH, 4),
			 2 << 24 | 2 << 16 | 2 << 12);
	assert_int_equal(bus_read(b->m, registers + APLIC_SMSIADDRCFG, 4), 0x100000);
	assert_int_equal(bus_read(b->m, registers + APLIC_SMSIADDRCFGH, 4), 1 << 20);
	for (unsigned cpu = 0; cpu < 8; cpu++) {
		unsigned irq = map_and_request(b, cpu + 1, IRQ_TYPE_EDGE_RISING);

		assert_int_equal(riscv_info(b, irq).cpu, cpu);
		assert_int_equal(source_of(b, cpu + 1).target,
				 (cpu / 3 << 2 | cpu % 3) << 18 | riscv_info(b, irq).id);
		assert_int_equal(line(b, cpu + 1, true), 1);
		assert_int_equal(b->handled_on, cpu);
	}
	riscv_destroy(b);
}

static void test_names(void **state)
{
	struct riscv_bench *b = plain();
	struct irq_domain *domain = irq_domain_by_name(b->m, ":soc:aplic@d000000-16");
	const struct irq_data *d;

	(void)state;
	assert_non_null(domain);
	assert_ptr_equal(irq_domain_find(b->m, ":soc:aplic@d000000", DOMAIN_BUS_WIRED_TO_MSI),
			 domain);
	assert_ptr_equal(irq_domain_find(b->m, ":soc:aplic@d000000", DOMAIN_BUS_ANY), domain);
	assert_int_equal(msi_get_domain_info(domain)->hwsize, 40);
	d = irq_get_irq_data(b->m, map(b, 7, IRQ_TYPE_LEVEL_HIGH));
	assert_ptr_equal(d->domain, domain);
	assert_int_equal(d->hwirq, 7);
	assert_string_equal(d->chip->name, "APLIC-MSI-d000000.aplic");
	assert_string_equal(d->parent_data->chip->name, "IMSIC");
	assert_string_equal(irq_to_desc(b->m, d->irq)->name, "fasteoi");
	riscv_destroy(b);
}

/* ---- mappings ---- */

static void test_cookies(void **state)
{
	struct riscv_bench *b = plain();
	unsigned high = map(b, 20, IRQ_TYPE_LEVEL_HIGH), low = map(b, 3, IRQ_TYPE_EDGE_FALLING);
	const struct msi_desc *desc = irq_to_desc(b->m, high)->irq_common_data.msi_desc;

	(void)state;
	assert_int_equal(desc->msi_index, 0); /* the lowest free index, not the source */
	assert_int_equal(desc->data.icookie, UINT64_C(4) << 32 | 20);
	desc = irq_to_desc(b->m, low)->irq_common_data.msi_desc;
	assert_int_equal(desc->msi_index, 1);
	assert_int_equal(desc->data.icookie, UINT64_C(2) << 32 | 3);
	irq_dispose_mapping(b->m, high);
	assert_ptr_equal(irq_domain_resolve(b->aplic->domain, 20), NULL);
	high = map(b, 21, IRQ_TYPE_EDGE_RISING);
	assert_int_equal(irq_to_desc(b->m, high)->irq_common_data.msi_desc->msi_index, 0);
	riscv_destroy(b);
}

static void test_shared_mappings(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = map(b, 9, IRQ_TYPE_NONE);
	struct irq_data *d = irq_get_irq_data(b->m, irq);

	(void)state;
	assert_int_equal(wired_map(b->aplic, 9, IRQ_TYPE_NONE), irq);
	assert_false(irqd_has(d, IRQD_TRIGGER_MASK));
	assert_int_equal(wired_map(b->aplic, 9, IRQ_TYPE_LEVEL_HIGH), irq); /* filled in */
	assert_true(irqd_has(d, IRQ_TYPE_LEVEL_HIGH));
	assert_int_equal(wired_map(b->aplic, 9, IRQ_TYPE_LEVEL_HIGH), irq);
	assert_int_equal(wired_map(b->aplic, 9, IRQ_TYPE_NONE), irq);
	assert_int_equal(machine_warnings_total(b->m), 0);
	assert_int_equal(wired_map(b->aplic, 9, IRQ_TYPE_EDGE_RISING), 0);
	assert_int_equal(machine_warnings(b->m, WARN_MAPPING_REFUSED), 1);
	assert_true(irqd_has(d, IRQ_TYPE_LEVEL_HIGH));
	riscv_destroy(b);
}

static void test_refused_mappings(void **state)
{
	struct riscv_bench *b = plain();
	struct fingerprint before = riscv_print(b);
	const struct irq_fwspec strange[] = {
		{.fwnode = b->aplic->fwnode, .param_count = 1, .param = {5}},
		{.fwnode = b->aplic->fwnode, .param_count = 0},
		{.fwnode = b->aplic->fwnode, .param_count = 17, .param = {5, 1}},
		{.fwnode = ":soc:nowhere", .param_count = 2, .param = {5, 1}},
		{.fwnode = NULL, .param_count = 2, .param = {5, 1}},
	};

	(void)state;
	assert_int_equal(wired_map(b->aplic, 0, IRQ_TYPE_EDGE_RISING), 0);
	assert_int_equal(wired_map(b->aplic, 41, IRQ_TYPE_EDGE_RISING), 0);
	for (unsigned i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		assert_int_equal(irq_create_fwspec_mapping(b->m, &strange[i]), 0);
	assert_true(riscv_unchanged(b, before));
	assert_int_not_equal(wired_map(b->aplic, 40, IRQ_TYPE_EDGE_RISING), 0);
	riscv_destroy(b);
}

static void test_not_for_other_domains(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 1);
	struct irq_domain *msix = irq_get_irq_data(b->m, irq)->domain;

	(void)state;
	assert_int_equal(msi_device_domain_alloc_wired(msix, 3, IRQ_TYPE_EDGE_RISING), -EINVAL);
	assert_int_equal(msi_device_domain_alloc_wired(b->nic->msi_domain, 3, 1), -EINVAL);
	assert_int_equal(machine_warnings(b->m, WARN_MSI_BAD_RANGE), 2);
	msi_device_domain_free_wired(b->aplic->domain, irq);
	assert_int_equal(machine_warnings(b->m, WARN_MSI_BAD_RANGE), 3);
	assert_non_null(irq_to_desc(b->m, irq));
	riscv_destroy(b);
}

static void test_no_identity_left(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 1, .imsic.ids = 63});
	struct fingerprint before;

	(void)state;
	for (unsigned i = 0; i < 62; i++)
		assert_true(irq_domain_alloc_irqs(b->nic->msi_domain, -1, 1, -1, NULL, NULL) > 0);
	before = riscv_print(b);
	assert_int_equal(msi_device_domain_alloc_wired(b->aplic->domain, 5, 1), -ENOSPC);
	assert_int_equal(wired_map(b->aplic, 5, IRQ_TYPE_EDGE_RISING), 0);
	assert_true(riscv_unchanged(b, before));
	riscv_destroy(b);
}

static void test_memory_runs_out(void **state)
{
	struct riscv_bench *b = plain();
	struct fingerprint before = riscv_print(b);
	unsigned failures = 0, irq;

	(void)state;
	for (;;) {
		machine_fail_allocation(b->m, failures + 1);
		irq = wired_map(b->aplic, 5, IRQ_TYPE_EDGE_RISING);
		machine_fail_allocation(b->m, 0);
		if (irq)
			break;
		failures++;
		assert_true(riscv_unchanged(b, before));
	}
	assert_true(failures >= 4);
	riscv_destroy(b);
}

/* ---- triggers ---- */

static void test_types(void **state)
{
	static const struct {
		unsigned type, mode;
	} good[] = {
		{IRQ_TYPE_EDGE_RISING, APLIC_RISES}, {IRQ_TYPE_EDGE_FALLING, APLIC_FALLS},
		{IRQ_TYPE_LEVEL_HIGH, APLIC_HIGH},   {IRQ_TYPE_LEVEL_LOW, APLIC_LOW},
		{IRQ_TYPE_NONE, APLIC_INACTIVE},
	};
	struct riscv_bench *b = plain();
	unsigned irq = map(b, 5, IRQ_TYPE_NONE);

	(void)state;
	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(irq_set_type(b->m, irq, good[i].type), 0);
		assert_int_equal(source_of(b, 5).config, good[i].mode);
	}
	assert_int_equal(irq_set_type(b->m, irq, IRQ_TYPE_EDGE_RISING | IRQ_TYPE_EDGE_FALLING),
			 -EINVAL);
	assert_int_equal(irq_set_type(b->m, irq, IRQ_TYPE_LEVEL_HIGH | IRQ_TYPE_LEVEL_LOW),
			 -EINVAL);
	riscv_destroy(b);
}

static void test_edge(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = map_and_request(b, 12, IRQ_TYPE_EDGE_RISING);

	(void)state;
	assert_int_equal(line(b, 12, true), 1);
	assert_int_equal(b->handled_irq, irq);
	assert_int_equal(line(b, 12, false), 0);
	assert_int_equal(line(b, 12, true), 1);
	assert_int_equal(machine_warnings_total(b->m), 0);
	riscv_destroy(b);
}

/* A level that is still up after its end comes again, until it is dealt with. */
static void test_level(void **state)
{
	struct riscv_bench *b = plain();
	struct tape_write w[4];
	uint64_t from;

	(void)state;
	map_and_request(b, 12, IRQ_TYPE_LEVEL_HIGH);
	b->lowers = true;
	b->lowers_source = 12;
	from = tape_position(b->m);
	assert_int_equal(line(b, 12, true), 1);
	assert_int_equal(tape_writes(b->m, from, "aplic.reg.setipnum_le", w, 4), 0);

	b->lowers = false;
	aplic_set_line(b->m, 0, 12, true);
	from = tape_position(b->m);
	assert_int_equal(machine_deliver(b->m, 5), -EBUSY);
	assert_int_equal(b->handled, 6);
	assert_int_equal(tape_writes(b->m, from, "aplic.reg.setipnum_le", w, 4), 5);
	assert_int_equal(w[0].value, 12);
	aplic_set_line(b->m, 0, 12, false);
	riscv_deliver(b);
	assert_int_equal(riscv_deliver(b), 0);
	riscv_destroy(b);
}

static void test_low_level(void **state)
{
	struct riscv_bench *b = plain();

	(void)state;
	aplic_set_line(b->m, 0, 12, true); /* at rest */
	map_and_request(b, 12, IRQ_TYPE_LEVEL_LOW);
	assert_int_equal(riscv_deliver(b), 0);
	aplic_set_line(b->m, 0, 12, false);
	assert_int_equal(machine_deliver(b->m, 3), -EBUSY);
	assert_int_equal(line(b, 12, true), 1); /* what was under way */
	assert_int_equal(riscv_deliver(b), 0);
	riscv_destroy(b);
}

/* It was up before anybody asked for it: seen when the type is set, sent when it is unmasked. */
static void test_level_is_up_already(void **state)
{
	struct riscv_bench *b = plain();

	(void)state;
	b->lowers = true;
	b->lowers_source = 12;
	aplic_set_line(b->m, 0, 12, true);
	map_and_request(b, 12, IRQ_TYPE_LEVEL_HIGH);
	assert_int_equal(riscv_deliver(b), 0);
	assert_int_equal(b->handled, 1);
	riscv_destroy(b);
}

/* A level that came while it was disabled is masked, and looked at again when it is enabled. */
static void test_disabled_level(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = map_and_request(b, 12, IRQ_TYPE_LEVEL_HIGH);

	(void)state;
	disable_irq(b->m, irq);
	assert_int_equal(line(b, 12, true), 0);
	assert_false(source_of(b, 12).enabled);
	assert_true(source_of(b, 12).pending);
	b->lowers = true;
	b->lowers_source = 12;
	enable_irq(b->m, irq);
	assert_int_equal(riscv_deliver(b), 1);
	disable_irq(b->m, irq);
	assert_int_equal(line(b, 12, true), 0);
	assert_int_equal(line(b, 12, false), 0);
	enable_irq(b->m, irq); /* it went by itself */
	assert_int_equal(riscv_deliver(b), 0);
	assert_int_equal(machine_warnings_total(b->m), 0);
	riscv_destroy(b);
}

static void test_disabled_edge(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = map_and_request(b, 12, IRQ_TYPE_EDGE_RISING);

	(void)state;
	disable_irq(b->m, irq);
	assert_int_equal(line(b, 12, true), 0);
	assert_int_equal(line(b, 12, false), 0);
	enable_irq(b->m, irq);
	assert_int_equal(riscv_deliver(b), 1);
	assert_int_equal(riscv_deliver(b), 0);
	riscv_destroy(b);
}

/* ---- writes ---- */

static void test_order_of_masks(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 1});
	struct irq_data *d = irq_get_irq_data(b->m, map_and_request(b, 12, IRQ_TYPE_EDGE_RISING));
	struct tape_write w[8];
	uint64_t from = tape_position(b->m);

	(void)state;
	d->chip->irq_mask(d);
	assert_int_equal(tape_writes(b->m, from, "", w, 8), 3);
	assert_string_equal(w[0].place, "aplic.reg.clrienum");
	assert_int_equal(w[0].value, 12);
	assert_string_equal(w[2].place, "imsic.csr.reg_clear");
	from = tape_position(b->m);
	d->chip->irq_unmask(d);
	assert_int_equal(tape_writes(b->m, from, "", w, 8), 3);
	assert_string_equal(w[1].place, "imsic.csr.reg_set");
	assert_string_equal(w[2].place, "aplic.reg.setienum");
	riscv_destroy(b);
}

/* A level that is up is asked for again whenever its type was set or it was unmasked. */
static void test_looks_again(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 1});
	unsigned irq = map_and_request(b, 12, IRQ_TYPE_LEVEL_HIGH);
	struct irq_data *d = irq_get_irq_data(b->m, irq);
	struct tape_write w[8];
	uint64_t from;

	(void)state;
	d->chip->irq_mask(d);
	aplic_set_line(b->m, 0, 12, true);
	bus_write(b->m, APLIC_BASE(0) + APLIC_CLRIPNUM, 4, 12);
	from = tape_position(b->m);
	d->chip->irq_set_type(d, IRQ_TYPE_LEVEL_HIGH);
	assert_int_equal(tape_writes(b->m, from, "aplic", w, 8), 2);
	assert_string_equal(w[0].place, "aplic.source[12].cfg");
	assert_string_equal(w[1].place, "aplic.reg.setipnum_le");
	assert_true(source_of(b, 12).pending);
	bus_write(b->m, APLIC_BASE(0) + APLIC_CLRIPNUM, 4, 12);
	from = tape_position(b->m);
	d->chip->irq_unmask(d);
	assert_int_equal(tape_writes(b->m, from, "aplic", w, 8), 2);
	assert_string_equal(w[0].place, "aplic.reg.setienum");
	assert_string_equal(w[1].place, "aplic.reg.setipnum_le");
	assert_int_equal(line(b, 12, false), 1); /* it was sent already */

	from = tape_position(b->m);
	d->chip->irq_unmask(d);
	d->chip->irq_set_type(d, IRQ_TYPE_LEVEL_HIGH);
	aplic_set_line(b->m, 0, 12, true);
	d->chip->irq_set_type(d, IRQ_TYPE_EDGE_RISING);
	assert_int_equal(tape_writes(b->m, from, "aplic.reg.setipnum_le", w, 8), 0);
	riscv_destroy(b);
}

/* Type, message, then the masks; a message of zeroes at the end. */
static void test_request_and_free(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 1});
	unsigned irq = map(b, 12, IRQ_TYPE_LEVEL_HIGH);
	struct tape_write w[8];
	uint64_t from = tape_position(b->m);

	(void)state;
	assert_int_equal(source_of(b, 12).config, APLIC_INACTIVE);
	riscv_request(b, irq);
	assert_int_equal(tape_writes(b->m, from, "aplic", w, 8), 3);
	assert_string_equal(w[0].place, "aplic.source[12].cfg");
	assert_int_equal(w[0].value, APLIC_HIGH);
	assert_string_equal(w[1].place, "aplic.source[12].target");
	assert_int_equal(w[1].value, 2);
	assert_string_equal(w[2].place, "aplic.reg.setienum");
	from = tape_position(b->m);
	riscv_free_irq(b, irq);
	assert_int_equal(tape_writes(b->m, from, "aplic", w, 8), 2);
	assert_string_equal(w[0].place, "aplic.reg.clrienum");
	assert_string_equal(w[1].place, "aplic.source[12].target");
	assert_int_equal(w[1].value, 0);
	assert_int_equal(line(b, 12, true), 0);
	riscv_destroy(b);
}

static void test_affinity(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = map_and_request(b, 12, IRQ_TYPE_EDGE_RISING);

	(void)state;
	aplic_set_line(b->m, 0, 12, true); /* under way to the old CPU */
	assert_int_equal(riscv_affinity(b, irq, "3"), 0);
	assert_int_equal(source_of(b, 12).target, 3 << 18 | riscv_info(b, irq).id);
	assert_int_equal(machine_settle(b->m), 0);
	assert_int_equal(b->handled, 1);
	assert_int_equal(b->handled_on, 3);
	assert_int_equal(line(b, 12, false), 0);
	assert_int_equal(line(b, 12, true), 1);
	assert_int_equal(cpu_down(b->m, 3), 0);
	assert_int_equal(machine_settle(b->m), 0);
	assert_int_equal(line(b, 12, false), 0);
	assert_int_equal(line(b, 12, true), 1);
	assert_true(b->handled_on != 3);
	riscv_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_unit),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_shared_mappings),
		cmocka_unit_test(test_refused_mappings),
		cmocka_unit_test(test_not_for_other_domains),
		cmocka_unit_test(test_no_identity_left),
		cmocka_unit_test(test_memory_runs_out),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_edge),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_low_level),
		cmocka_unit_test(test_level_is_up_already),
		cmocka_unit_test(test_disabled_level),
		cmocka_unit_test(test_disabled_edge),
		cmocka_unit_test(test_order_of_masks),
		cmocka_unit_test(test_looks_again),
		cmocka_unit_test(test_request_and_free),
		cmocka_unit_test(test_affinity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
