/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

#include "domains/intel_ir.h"
#include "sim_iommu/vtd.h"
#include "sim_pci/function.h"

#include <irqlab/invariants.h>
#include <irqlab/provider/hardware.h>

/* Logical functions of a physical function "dsa" and of its virtual ones. */

#define SLOTS 6

struct stage {
	struct machine *m;
	struct device *dsa, *parent;
	irq_pool_t pool;
	int ran;
};

static void stage_create(struct stage *s, bool on_vf)
{
	static const struct device_desc devices[] = {
		{
			.name = "dsa",
			.requester = 0x6a08,
			.node = -1,
			.msix.size = 2,
			.store = {{.kind = STORE_TABLE_DSA, .slots = SLOTS},
				  {.kind = STORE_QUEUE, .slots = 8}},
			.nr_stores = 2,
			.sriov.total = 2,
		},
	};
	static const struct remap_desc remap = {.name = "ir", .kind = REMAP_INTEL, .entries = 64};
	const struct machine_desc desc = {
		.nr_cpus = 2,
		.remaps = &remap,
		.nr_remaps = 1,
		.devices = devices,
		.nr_devices = 1,
	};
	int error;

	*s = (struct stage){.m = machine_create(NULL)};
	assert_int_equal(machine_load(s->m, &desc, NULL), 0);
	s->dsa = s->parent = device_by_name(s->m, "dsa");
	if (on_vf) {
		assert_int_equal(pci_enable_sriov(s->dsa, 2), 0);
		s->parent = device_by_name(s->m, "dsa-vf1");
	}
	s->pool = irq_pool_create(s->parent, IRQ_POOL_IMS_TABLE, 0, 0, &error);
	assert_int_not_equal(s->pool, 0);
}

static void stage_destroy(struct stage *s)
{
	char violation[200];

	if (!machine_invariants(s->m, violation, sizeof(violation)))
		fail_msg("%s", violation);
	machine_destroy(s->m);
}

static logical_function_t create(struct stage *s, uint64_t pasid)
{
	int error = 1;
	logical_function_t function = logical_function_create(s->parent, s->pool, pasid, &error);

	assert_int_equal(error, 0);
	assert_int_not_equal(function, 0);
	return function;
}

static struct msi_map take(struct stage *s, logical_function_t function)
{
	struct msi_map map = logical_function_alloc_irq(s->m, function, NULL);

	assert_true(map.index >= 0 && map.virq > 0);
	return map;
}

static void request(struct stage *s, struct msi_map map)
{
	assert_int_equal(request_irq(s->m, (unsigned)map.virq, chips_handler, 0, "lf", &s->ran), 0);
}

static bool in_use(struct stage *s, unsigned index)
{
	return msi_domain_get_virq(s->parent, 1, index) != 0;
}

/* ---- whose they are ---- */

/* From the pool of the parent, the lowest that is free; its end frees these and no others. */
static void indexes(void **state)
{
	(void)state;
	for (int on_vf = 0; on_vf < 2; on_vf++) {
		logical_function_t one, two;
		struct stage s;

		stage_create(&s, on_vf);
		one = create(&s, 0x11);
		two = create(&s, 0x22);
		assert_int_equal(irq_pool_alloc(s.m, s.pool, 1, NULL).index, 0); /* the driver's */
		assert_int_equal(take(&s, one).index, 1);
		assert_int_equal(take(&s, two).index, 2);
		assert_int_equal(take(&s, one).index, 3);
		assert_int_equal(logical_function_alloc_irq_at(s.m, two, 5, NULL).index, 5);
		assert_int_equal(logical_function_alloc_irq_at(s.m, two, 3, NULL).index, -EBUSY);
		assert_int_equal(logical_function_alloc_irq_at(s.m, two, SLOTS, NULL).index,
				 -ERANGE);
		assert_int_equal(take(&s, two).index, 4);
		assert_int_equal(logical_function_alloc_irq(s.m, one, NULL).index, -EBUSY);

		assert_int_equal(logical_function_destroy(s.m, one), 0);
		for (unsigned index = 0; index < SLOTS; index++)
			assert_int_equal(in_use(&s, index), index != 1 && index != 3);
		assert_int_equal(take(&s, two).index, 1);
		assert_int_equal(irq_pool_alloc(s.m, s.pool, 1, NULL).index, 3);
		assert_int_equal(logical_function_destroy(s.m, two), 0);
		for (unsigned index = 0; index < SLOTS; index++)
			assert_int_equal(in_use(&s, index), index == 0 || index == 3);
		assert_int_equal(irq_pool_destroy(s.m, s.pool), 0);
		assert_int_equal(machine_warnings_total(s.m), 0);
		stage_destroy(&s);
	}
}

/* A slice needs no device: nothing is added to the machine's devices and domains. */
static void no_device(void **state)
{
	unsigned devices = 0, domains = 0;
	struct stage s;

	(void)state;
	stage_create(&s, false);
	for (struct device *d = device_first(s.m); d; d = d->next)
		devices++;
	for (struct irq_domain *d = irq_domain_first(s.m); d; d = d->next)
		domains++;
	take(&s, create(&s, 1));
	take(&s, create(&s, 2));
	for (struct device *d = device_first(s.m); d; d = d->next)
		devices--;
	for (struct irq_domain *d = irq_domain_first(s.m); d; d = d->next)
		domains--;
	assert_int_equal(devices, 0);
	assert_int_equal(domains, 0);
	stage_destroy(&s);
}

static uint64_t entry_high(struct stage *s, unsigned irq)
{
	struct intel_ir_info info;
	uint64_t entry[2];

	assert_true(intel_ir_info(s->m, irq, &info));
	assert_true(bus_memory_read(s->m, vtd_entry_address(s->m, 0, info.index), entry,
				    sizeof(entry)));
	return entry[1];
}

/* Its messages carry the parent's requester; from any other one they are blocked. */
static void requester(void **state)
{
	(void)state;
	for (int on_vf = 0; on_vf < 2; on_vf++) {
		uint16_t id = on_vf ? 0x6a0a : 0x6a08;
		struct message_entry slot;
		struct stage s;
		struct msi_map map;
		uint64_t at;

		stage_create(&s, on_vf);
		map = take(&s, create(&s, 0x12345));
		request(&s, map);
		assert_int_equal(entry_high(&s, (unsigned)map.virq), 1 << 18 | id);
		at = tape_position(s.m);
		assert_int_equal(device_raise(s.m, device_name(s.parent), RAISE_STORE, 0,
					      (unsigned)map.index, 0x12345),
				 0);
		machine_deliver(s.m, 0);
		assert_int_equal(s.ran, 1);
		while (tape_at(s.m, at)->kind != TAPE_MESSAGE)
			at++;
		assert_int_equal(tape_at(s.m, at)->actor, id);
		assert_int_equal(function_peek_store(s.m, device_name(s.parent), 0,
						     (unsigned)map.index, &slot),
				 0);
		for (uint16_t other = 0x6a00; other < 0x6a20; other++) {
			struct bus_message message = {
				.address = slot.address, .data = slot.data, .requester = other};

			if (other == id)
				continue;
			at = tape_position(s.m);
			bus_send_message(s.m, &message);
			machine_deliver(s.m, 0);
			while (tape_at(s.m, at)->kind != TAPE_FAULT)
				at++;
			assert_int_equal(tape_at(s.m, at)->value, VTD_FAULT_SOURCE);
			assert_int_equal(tape_at(s.m, at)->extra, other);
		}
		assert_int_equal(s.ran, 1);
		stage_destroy(&s);
	}
}

/* The DSA slot's control word, as its document has it: PASID 31:12, enable 3, mask 0. */
static void pasid(void **state)
{
	struct message_entry slot;
	struct msi_map map;
	struct stage s;

	(void)state;
	stage_create(&s, false);
	map = take(&s, create(&s, 0x12345));
	assert_int_equal(function_peek_store(s.m, "dsa", 0, (unsigned)map.index, &slot), 0);
	assert_int_equal(slot.ctrl, 0x12345009);
	request(&s, map);
	assert_int_equal(function_peek_store(s.m, "dsa", 0, (unsigned)map.index, &slot), 0);
	assert_int_equal(slot.ctrl, 0x12345008);
	for (uint32_t wrong = 0x12344; wrong <= 0x12346; wrong++)
		device_raise(s.m, "dsa", RAISE_STORE, 0, (unsigned)map.index, wrong);
	machine_deliver(s.m, 0);
	assert_int_equal(s.ran, 1); /* by the one in the middle */
	stage_destroy(&s);
}

/* In a queue it is the object that it stands for. */
static void of_a_queue(void **state)
{
	struct stage s;
	logical_function_t function;
	irq_pool_t queue;
	int error;

	(void)state;
	stage_create(&s, false);
	queue = irq_pool_create(s.dsa, IRQ_POOL_IMS_QUEUE, 0, 0, &error);
	function = logical_function_create(s.dsa, queue, 5, &error);
	assert_int_equal(error, 0);
	request(&s, take(&s, function));
	assert_int_equal(device_raise(s.m, "dsa", RAISE_STORE, 1, 5, RAISE_NO_PASID), 0);
	machine_deliver(s.m, 0);
	assert_int_equal(s.ran, 1);
	assert_int_equal(logical_function_create(s.dsa, queue, 8, &error), 0); /* 8 objects */
	assert_int_equal(error, -EINVAL);
	stage_destroy(&s);
}

/* ---- what is refused ---- */

static struct fingerprint print(struct stage *s)
{
	return machine_fingerprint(s->m, FINGERPRINT_SEMANTIC);
}

/* The call is misuse: one warning, and nothing else. */
#define assert_misuse(s, call)                                                                     \
	do {                                                                                       \
		struct fingerprint before_ = print(s);                                             \
		uint64_t warned_ = machine_warnings((s)->m, WARN_COOKIE_MISUSE);                   \
		assert_int_equal(call, -EINVAL);                                                   \
		assert_int_equal(machine_warnings((s)->m, WARN_COOKIE_MISUSE), warned_ + 1);       \
		assert_true(fingerprint_equal(before_, print(s)));                                 \
	} while (0)

static void foreign_interrupts(void **state)
{
	logical_function_t one, two;
	struct msi_map of_one, of_two, of_driver;
	struct stage s;

	(void)state;
	stage_create(&s, false);
	one = create(&s, 1);
	two = create(&s, 2);
	of_one = take(&s, one);
	of_two = take(&s, two);
	of_driver = irq_pool_alloc(s.m, s.pool, 0, NULL);
	assert_misuse(&s, logical_function_free_irq(s.m, one, of_two));
	assert_misuse(&s, logical_function_free_irq(s.m, two, of_one));
	assert_misuse(&s, logical_function_free_irq(s.m, one, of_driver));
	assert_misuse(&s, irq_pool_free(s.m, s.pool, of_one));
	assert_int_equal(irq_pool_check_map(s.m, s.pool, of_one), IRQ_POOL_FOREIGN_MAP);
	/* One's index with two's number, and the other way round. */
	assert_misuse(&s, logical_function_free_irq(s.m, one,
						    (struct msi_map){of_one.index, of_two.virq}));
	assert_misuse(&s, logical_function_free_irq(s.m, one,
						    (struct msi_map){of_two.index, of_one.virq}));
	assert_int_equal(logical_function_free_irq(s.m, one, of_one), 0);
	assert_misuse(&s, logical_function_free_irq(s.m, one, of_one)); /* twice */
	assert_misuse(&s, logical_function_free_irq(s.m, one, (struct msi_map){-ENOSPC, 0}));
	assert_int_equal(irq_pool_free(s.m, s.pool, of_driver), 0);
	assert_int_equal(logical_function_free_irq(s.m, two, of_two), 0);
	stage_destroy(&s);
}

static void bad_cookies(void **state)
{
	logical_function_t good, gone;
	irq_pool_t of_vf;
	struct stage s;
	int error;

	(void)state;
	stage_create(&s, true);
	of_vf = s.pool;
	good = create(&s, 1);
	gone = create(&s, 2);
	assert_int_equal(logical_function_destroy(s.m, gone), 0);
	assert_misuse(&s, logical_function_destroy(s.m, gone));
	assert_misuse(&s, logical_function_destroy(s.m, 0));
	assert_misuse(&s, logical_function_destroy(s.m, of_vf));
	assert_misuse(&s, logical_function_alloc_irq(s.m, gone, NULL).index);
	assert_misuse(&s, logical_function_free_irq(s.m, gone, (struct msi_map){0, 24}));
	/* A bit changed anywhere is no cookie. */
	for (unsigned bit = 0; bit < 64; bit++)
		assert_misuse(
			&s, logical_function_alloc_irq(s.m, good ^ UINT64_C(1) << bit, NULL).index);
	/* The pool of one device, the parent another. */
	s.parent = s.dsa;
	assert_misuse(&s, (logical_function_create(s.parent, of_vf, 3, &error), error));
	assert_misuse(&s, (logical_function_create(s.parent, good, 3, &error), error));
	/* Its functions go with the device. */
	assert_int_equal(pci_disable_sriov(s.dsa), 0);
	assert_misuse(&s, logical_function_alloc_irq(s.m, good, NULL).index);
	stage_destroy(&s);
}

static void other_errors(void **state)
{
	logical_function_t one;
	struct msi_map map;
	struct stage s;
	int error;

	(void)state;
	stage_create(&s, false);
	one = create(&s, 7);
	assert_refused(s.m, (logical_function_create(s.dsa, s.pool, 7, &error), error), -EBUSY);
	assert_refused(s.m, (logical_function_create(s.dsa, s.pool, 1 << 20, &error), error),
		       -EINVAL);
	assert_int_equal(machine_warnings_total(s.m), 0);
	map = take(&s, one);
	request(&s, map);
	assert_int_equal(logical_function_free_irq(s.m, one, map), -EBUSY);
	assert_int_equal(logical_function_destroy(s.m, one), -EBUSY);
	assert_int_equal(machine_warnings(s.m, WARN_FREE_WITH_ACTION), 2);
	assert_refused(s.m, irq_pool_destroy(s.m, s.pool), -EBUSY); /* it is drawn from */
	assert_int_equal(free_irq(s.m, (unsigned)map.virq, &s.ran), 0);
	assert_int_equal(logical_function_destroy(s.m, one), 0);
	assert_int_equal(irq_pool_destroy(s.m, s.pool), 0);
	stage_destroy(&s);
}

/* Numbers are not used again, so that no cookie comes back to life. */
static void they_run_out(void **state)
{
	struct stage s;
	int error = 0;

	(void)state;
	stage_create(&s, false);
	for (unsigned i = 0; i < UINT16_MAX; i++)
		assert_int_equal(logical_function_destroy(s.m, create(&s, i)), 0);
	assert_refused(s.m, (logical_function_create(s.dsa, s.pool, 0, &error), error), -ENOSPC);
	stage_destroy(&s);
}

static void memory(void **state)
{
	logical_function_t one;
	struct fingerprint before;
	struct stage s;
	unsigned nth;
	int error = 0;

	(void)state;
	stage_create(&s, false);
	machine_fail_allocation(s.m, 1);
	assert_refused(s.m, (logical_function_create(s.dsa, s.pool, 1, &error), error), -ENOMEM);
	one = create(&s, 1);
	before = print(&s);
	for (nth = 1; nth < 100; nth++) {
		struct msi_map map;

		machine_fail_allocation(s.m, nth);
		map = logical_function_alloc_irq(s.m, one, NULL);
		machine_fail_allocation(s.m, 0);
		if (map.index >= 0)
			break;
		assert_true(fingerprint_equal(before, print(&s)));
	}
	assert_true(nth > 2 && nth < 100);
	stage_destroy(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indexes),	cmocka_unit_test(no_device),
		cmocka_unit_test(requester),	cmocka_unit_test(pasid),
		cmocka_unit_test(of_a_queue),	cmocka_unit_test(foreign_interrupts),
		cmocka_unit_test(bad_cookies),	cmocka_unit_test(other_errors),
		cmocka_unit_test(they_run_out), cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
