/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "guests.h"

#include "chips/pci.h"
#include "sim_pci/function.h"

#include <irqlab/provider/software.h>
#include <stdlib.h>

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

static void nobody_there(void **state)
{
	struct passthrough_entry entry;
	struct vcpu_info info = {.cpu = 7, .waits = true};

	(void)state;
	assert_int_equal(passthrough_assign(NULL, 0, NULL), -ENODEV);
	assert_null(passthrough_of(NULL));
	assert_int_equal(passthrough_enable(NULL, 1), -ENODEV);
	assert_int_equal(passthrough_disable(NULL), -ENODEV);
	assert_int_equal(passthrough_unmask(NULL, 0, NULL, 0), -ENODEV);
	assert_int_equal(passthrough_mask(NULL, 0), -ENODEV);
	assert_int_equal(passthrough_release(NULL), -ENODEV);
	passthrough_on_growth(NULL, NULL, NULL);
	assert_false(passthrough_look(NULL, 0, &entry));
	assert_null(vcpu_name(NULL));
	assert_int_equal(vcpu_load(NULL, 0), -EINVAL);
	assert_int_equal(vcpu_put(NULL, false), -EINVAL);
	assert_int_equal(vcpu_post(NULL, 24, 0x40), -EINVAL);
	assert_int_equal(vcpu_inject(NULL, 0x40), -EINVAL);
	vcpu_look(NULL, &info);
	assert_int_equal(info.cpu, -1);
	assert_false(info.waits);
}

/* ---- in a handler ---- */

struct intruder { /* a driver that touches what is a guest's, at the wrong moment */
	struct bench *b;
	struct device *hba;
	unsigned runs;
};

static enum irqreturn intrude(int irq, void *dev_id)
{
	struct intruder *i = dev_id;
	struct passthrough *p = passthrough_of(i->b->nic);
	struct fingerprint before = machine_fingerprint(i->b->m, FINGERPRINT_SEMANTIC);

	(void)irq;
	i->runs++;
	assert_int_equal(passthrough_unmask(p, 1, NULL, 0), -EINVAL);
	assert_int_equal(passthrough_mask(p, 0), -EINVAL);
	assert_int_equal(passthrough_enable(p, 2), -EINVAL);
	assert_int_equal(passthrough_disable(p), -EINVAL);
	assert_int_equal(passthrough_release(p), -EINVAL);
	assert_int_equal(passthrough_assign(i->hba, 0, NULL), -EINVAL);
	assert_int_equal(device_release_driver(i->b->nic), -EINVAL);
	assert_int_equal(pci_device_remove(to_pci_dev(i->b->nic)), -EINVAL);
	assert_int_equal(vcpu_load(i->b->v[0], 1), -EINVAL);
	assert_int_equal(vcpu_put(i->b->v[1], true), -EINVAL);
	assert_true(fingerprint_equal(before, machine_fingerprint(i->b->m, FINGERPRINT_SEMANTIC)));
	return IRQ_HANDLED;
}

/* Nothing half done: what an interrupt leads to is still there when the next one comes. */
static void handlers_are_refused(void **state)
{
	struct bench *b = bench_create(INTEL, APIC_PHYSICAL_FLAT);
	struct intruder i = {.b = b, .hba = device_by_name(b->m, "hba")};
	struct passthrough *p = given(b, 2);

	(void)state;
	assert_int_equal(passthrough_unmask(p, 0, NULL, 0), 0);
	assert_int_equal(vcpu_load(b->v[1], 2), 0);
	assert_int_equal(pci_alloc_irq_vectors(i.hba, 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(
		request_irq(b->m, (unsigned)pci_irq_vector(i.hba, 0), intrude, 0, "hba", &i), 0);
	assert_int_equal(device_raise(b->m, "hba", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	assert_true(machine_deliver(b->m, 0) >= 0);
	assert_int_equal(i.runs, 1);
	assert_int_equal(machine_warnings(b->m, WARN_SLEEP_IN_ATOMIC), 10);
	assert_int_equal(machine_warnings_total(b->m), 10);
	bench_raise_and_deliver(b, 0);
	assert_int_equal(look(p, 0).events, 1);
	assert_int_equal(passthrough_release(p), 0);
	machine_destroy(b->m);
	free(b);
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
	struct device *hba = device_by_name(b->m, "hba");
	struct passthrough *p, *other;
	unsigned irq, vector;

	(void)state;
	assert_int_equal(passthrough_assign(hba, 0, &other), 0);
	p = given(b, 2);
	assert_int_equal(passthrough_unmask(p, 1, b->v[0], 0x40), 0);
	irq = look(p, 1).irq;
	assert_int_equal(vcpu_post(b->v[0], irq, 0x40), 0);
	assert_int_equal(pci_device_remove(to_pci_dev(b->nic)), 0);
	assert_null(device_by_name(b->m, "nic"));
	assert_null(irq_get_irq_data(b->m, irq));
	assert_null(vcpu_of_irq(b->m, irq, &vector));
	assert_ptr_equal(passthrough_of(hba), other);
	assert_int_equal(passthrough_release(other), 0);
	bench_destroy(b);
}

/* The driver lets go of a device whose vectors are managed: handlers go first all the same. */
static void left_by_its_driver(void **state)
{
	struct bench *b = bench_create(AMD, APIC_PHYSICAL_FLAT);
	struct fingerprint before = {0};
	struct passthrough *p;

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		/* The first time makes what stays: the device's domain. */
		if (round)
			before = machine_fingerprint(b->m, FINGERPRINT_SEMANTIC);
		assert_int_equal(pcim_enable_device(b->nic), 0);
		p = given(b, 2);
		assert_int_equal(passthrough_unmask(p, 1, b->v[0], 0x40), 0);
		assert_int_equal(passthrough_unmask(p, 5, b->v[1], 0x40), 0);
		assert_int_equal(device_release_driver(b->nic), 0);
		assert_null(passthrough_of(b->nic));
	}
	assert_true(fingerprint_equal(before, machine_fingerprint(b->m, FINGERPRINT_SEMANTIC)));
	bench_destroy(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(isolation_is_asked_for),
		cmocka_unit_test(the_guest_sees_no_physical_message),
		cmocka_unit_test(bad_requests),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(handlers_are_refused),
		cmocka_unit_test(growing_loses_nothing),
		cmocka_unit_test(unplugged),
		cmocka_unit_test(left_by_its_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
