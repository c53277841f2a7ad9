/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "guests.h"

#include "chips/pci.h"
#include "sim_pci/function.h"

#include <irqlab/provider/software.h>

/* Devices given to guests: who may, what the guest sees, growing. */

static struct passthrough *given(struct bench *b, unsigned count)
{
	struct passthrough *p = NULL;

	assert_int_equal(passthrough_assign(b->nic, 0, &p), 0);
	assert_int_equal(passthrough_enable(p, count), 0);
	return p;
}

static struct passthrough_entry look(const struct passthrough *p, unsigned index)
{
	struct passthrough_entry entry;

	assert_true(passthrough_look(p, index, &entry));
	return entry;
}

static void isolation_is_asked_for(void **state)
{
	static const enum make makes[] = {PLAIN, INTEL, AMD, AMD_32};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct bench *b = bench_create(makes[i], APIC_PHYSICAL_FLAT);
		struct fingerprint before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
		bool isolated = makes[i] != PLAIN;
		struct passthrough *p;

		assert_int_equal(msi_device_has_isolated_msi(b->nic), isolated);
		assert_int_equal(passthrough_assign(b->nic, 0, NULL), isolated ? 0 : -EPERM);
		if (isolated) {
			assert_int_equal(passthrough_assign(b->nic, 0, NULL), -EBUSY);
			passthrough_release(passthrough_of(b->nic));
		}
		assert_null(passthrough_of(b->nic));
		assert_true(
			fingerprint_equal(before, machine_fingerprint(b->m, FINGERPRINT_SEMANTIC)));
		assert_int_equal(passthrough_assign(b->nic, PASSTHROUGH_UNSAFE, &p), 0);
		assert_ptr_equal(passthrough_of(b->nic), p);
		passthrough_release(p);
		bench_enable(b, 1);
		assert_int_equal(passthrough_assign(b->nic, PASSTHROUGH_UNSAFE, NULL), -EBUSY);
		bench_destroy(b);
	}
}

/* What it has in its table is its own doing; what the device has is none of its business. */
static void the_guest_sees_no_physical_message(void **state)
{
	struct bench *b = bench_create(INTEL, APIC_PHYSICAL_FLAT);
	struct passthrough *p = given(b, 3);
	struct passthrough_entry entry;
	struct message_entry physical;

	(void)state;
	assert_int_equal(passthrough_unmask(p, 2, b->v[1], 0x66), 0);
	entry = look(p, 2);
	assert_true(entry.in_use);
	assert_int_equal(entry.irq, bench_irq(b, 2));
	assert_ptr_equal(entry.vcpu, b->v[1]);
	assert_int_equal(entry.guest_address, 0xfee01000); /* its second vCPU… */
	assert_int_equal(entry.guest_data, 0x66);	   /* …and that one's vector */
	assert_int_equal(function_peek_msix(b->m, "nic", 2, &physical), 0);
	assert_int_equal(physical.address & 0xfff00010, 0xfee00010); /* a handle */
	assert_int_not_equal(physical.data, entry.guest_data);
	assert_int_equal(passthrough_unmask(p, 2, b->v[1], 0x66), -EBUSY);

	assert_int_equal(vcpu_load(b->v[1], 2), 0);
	bench_forget(b);
	bench_raise_and_deliver(b, 2);
	bench_next(b, TAPE_HANDLER);
	bench_expect_guest(b, 1, 0x66, 2);
	assert_int_equal(look(p, 2).events, 1);
	assert_int_equal(vcpu_post(b->v[1], entry.irq, 0x66), 0);
	bench_raise_and_deliver(b, 2);
	bench_expect_guest(b, 1, 0x66, 2);
	bench_expect_no(b, TAPE_HANDLER);
	assert_int_equal(look(p, 2).events, 1);

	/* Masked, it is the host's again before its handler goes: nothing is torn down while
	 * posted. */
	assert_int_equal(passthrough_mask(p, 2), 0);
	assert_int_equal(vcpu_unpost(b->m, entry.irq), -EINVAL);
	assert_int_equal(look(p, 2).irq, entry.irq);
	assert_int_equal(passthrough_mask(p, 2), -EINVAL);
	passthrough_release(p);
	bench_destroy(b);
}

static void bad_requests(void **state)
{
	struct bench *b = bench_create(AMD, APIC_PHYSICAL_FLAT);
	struct passthrough_entry entry;
	struct passthrough *p = NULL;

	(void)state;
	assert_int_equal(passthrough_assign(b->nic, 0, &p), 0);
	assert_int_equal(passthrough_unmask(p, 0, NULL, 0), -EINVAL); /* not enabled */
	assert_int_equal(passthrough_enable(p, 0), -EINVAL);
	assert_int_equal(passthrough_enable(p, 9), -EINVAL);
	assert_int_equal(passthrough_enable(p, 8), 0);
	assert_int_equal(passthrough_enable(p, 8), -EINVAL);
	assert_int_equal(passthrough_unmask(p, 8, NULL, 0), -EINVAL);
	assert_int_equal(passthrough_unmask(p, 0, b->v[0], 15), -EINVAL);
	assert_int_equal(passthrough_unmask(p, 0, b->v[0], 256), -EINVAL);
	assert_int_equal(passthrough_mask(p, 8), -EINVAL);
	assert_false(passthrough_look(p, 8, &entry));
	assert_int_equal(look(p, 0).in_use, false);
	bench_destroy(b);
}

struct moment {
	struct bench *b;
	unsigned times;
};

static void raise_first(void *context)
{
	struct moment *moment = context;

	moment->times++;
	bench_raise(moment->b, 0);
}

/* An entry that is added disturbs no other. */
static void growing_loses_nothing(void **state)
{
	struct bench *b = bench_create(INTEL, APIC_X2APIC_PHYSICAL);
	struct passthrough *p = given(b, 1);
	struct moment moment = {.b = b};
	unsigned irq;

	(void)state;
	assert_int_equal(passthrough_unmask(p, 0, NULL, 0), 0);
	irq = look(p, 0).irq;
	passthrough_on_growth(p, raise_first, &moment);
	assert_int_equal(passthrough_unmask(p, 7, NULL, 0), 0);
	assert_int_equal(moment.times, 1);
	machine_deliver(b->m, 0);
	bench_expect_no(b, TAPE_DROP);
	assert_int_equal(look(p, 0).events, 1);
	assert_int_equal(look(p, 0).irq, irq);
	/* An entry that has its interrupt already is no growth. */
	assert_int_equal(passthrough_mask(p, 7), 0);
	assert_int_equal(passthrough_unmask(p, 7, NULL, 0), 0);
	assert_int_equal(moment.times, 1);
	passthrough_on_growth(p, NULL, NULL);
	assert_int_equal(passthrough_unmask(p, 5, NULL, 0), 0);
	assert_int_equal(moment.times, 1);
	bench_destroy(b);
}

/* Hot unplug under the guest's feet. */
static void unplugged(void **state)
{
	struct bench *b = bench_create(INTEL, APIC_PHYSICAL_FLAT);
	struct passthrough *p = given(b, 2);

	(void)state;
	assert_int_equal(passthrough_unmask(p, 1, b->v[0], 0x40), 0);
	passthrough_disable(p);
	assert_false(look(p, 1).in_use);
	pci_device_remove(to_pci_dev(b->nic));
	assert_int_equal(passthrough_enable(p, 1), -ENODEV);
	assert_int_equal(passthrough_unmask(p, 0, NULL, 0), -ENODEV);
	assert_int_equal(look(p, 0).irq, 0);
	passthrough_release(p);
	bench_destroy(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(isolation_is_asked_for),
		cmocka_unit_test(the_guest_sees_no_physical_message),
		cmocka_unit_test(bad_requests),
		cmocka_unit_test(growing_loses_nothing),
		cmocka_unit_test(unplugged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
