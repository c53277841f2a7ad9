/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

/* Managed devices: what a driver asked for goes when the driver does, newest first. */

static struct machine *m;
static struct device *nic;
static int ran;

static int setup(void **state)
{
	(void)state;
	m = chips_machine(&(struct chips_options){.parent = PARENT_INTEL});
	nic = device_by_name(m, "nic");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	machine_destroy(m);
	return 0;
}

static struct fingerprint semantic(void)
{
	return machine_fingerprint(m, FINGERPRINT_SEMANTIC);
}

static unsigned vector(unsigned nr)
{
	int irq = pci_irq_vector(nic, nr);

	assert_true(irq > 0);
	return (unsigned)irq;
}

static int managed_request(unsigned nr)
{
	return devm_request_irq(nic, vector(nr), chips_handler, 0, "nic", &ran);
}

static void newest_first(void **state)
{
	const char *writes, *first, *second, *last;
	struct fingerprint enabled_once;
	uint64_t at;

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(pcim_enable_device(nic), 0);
		assert_int_equal(pcim_enable_device(nic), 0);
		assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX), 2);
		assert_int_equal(managed_request(0), 0);
		assert_int_equal(managed_request(1), 0);
		at = tape_position(m);
		device_release_driver(nic);
		writes = chips_writes(m, at);
		first = strstr(writes, "msix[1].ctrl=0x1");
		second = strstr(writes, "msix[0].ctrl=0x1");
		last = strstr(writes, "msix.ctrl=");
		assert_true(first && second && last && first < second && second < last);
		assert_null(irq_to_desc(m, 24));
		assert_int_equal(machine_warnings_total(m), 0);
		/* The second driver leaves what the first has left. */
		if (round)
			assert_true(fingerprint_equal(semantic(), enabled_once));
		enabled_once = semantic();
	}
	device_release_driver(nic); /* nothing more */
	assert_true(fingerprint_equal(semantic(), enabled_once));
	assert_true(fingerprint_equal(machine_fingerprint_recompute(m, FINGERPRINT_SEMANTIC),
				      enabled_once));
}

/* Vectors go after what was asked for later, not after what nobody manages. */
static void a_handler_of_ones_own_is_left(void **state)
{
	(void)state;
	assert_int_equal(pcim_enable_device(nic), 0);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(request_irq(m, vector(0), chips_handler, 0, "nic", &ran), 0);
	device_release_driver(nic);
	assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 1);
}

static void only_what_a_managed_device_enables(void **state)
{
	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(pcim_enable_device(nic), 0);
	assert_int_equal(managed_request(0), 0);
	device_release_driver(nic);
	assert_null(irq_to_desc(m, vector(0))->action);
	assert_int_equal(pci_irq_vector(nic, 0), 24);
	pci_free_irq_vectors(nic);
	/* It was managed until its driver left: the next one is not. */
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	device_release_driver(nic);
	assert_int_equal(pci_irq_vector(nic, 0), 24);
	assert_int_equal(machine_warnings_total(m), 0);
}

static void freed_by_hand(void **state)
{
	(void)state;
	assert_int_equal(pcim_enable_device(nic), 0);
	assert_int_equal(pci_alloc_irq_vectors(nic, 3, 3, PCI_IRQ_MSIX), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(managed_request(i), 0);
	assert_int_equal(devm_free_irq(nic, vector(1), &ran), 0); /* from the middle */
	assert_null(irq_to_desc(m, vector(1))->action);
	assert_int_equal(machine_warnings_total(m), 0);
	assert_refused(m, devm_free_irq(nic, vector(1), &ran), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_FREE_NO_ACTION), 1);
	device_release_driver(nic);
	assert_int_equal(machine_warnings_total(m), 1);
	assert_null(irq_to_desc(m, 24));
}

static void refusals(void **state)
{
	(void)state;
	assert_int_equal(pcim_enable_device(nic), 0);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	assert_refused(m, devm_request_irq(nic, 4711, chips_handler, 0, "nic", &ran), -EINVAL);
	machine_fail_allocation(m, 1);
	assert_refused(m, managed_request(0), -ENOMEM);
	machine_fail_allocation(m, 2);
	assert_refused(m, managed_request(0), -ENOMEM);
	assert_int_equal(managed_request(0), 0);
	machine_set_switch(m, SWITCH_TRIGGER_SET_ON_REFUSAL, false);
	assert_refused(m, managed_request(0), -EBUSY);
	assert_int_equal(machine_warnings_total(m), 0);
}

static int in_handler[2];
static bool misbehaves;

static void raise_first(void)
{
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
}

static enum irqreturn gives_back(int irq, void *dev_id)
{
	const unsigned *other = dev_id;

	(void)irq;
	if (!misbehaves)
		return IRQ_HANDLED;
	in_handler[0] = devm_free_irq(nic, *other, &ran);
	in_handler[1] = device_release_driver(nic);
	return IRQ_HANDLED;
}

/* What cannot be freed now is still held, and goes later. */
static void not_in_a_handler(void **state)
{
	struct fingerprint before;
	unsigned other;

	(void)state;
	assert_int_equal(pcim_enable_device(nic), 0);
	assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX), 2);
	other = vector(1);
	assert_int_equal(devm_request_irq(nic, vector(0), gives_back, 0, "nic", &other), 0);
	assert_int_equal(managed_request(1), 0);
	raise_first(); /* remembered by the remapping unit */
	before = semantic();
	misbehaves = true;
	raise_first();
	assert_int_equal(in_handler[0], -EINVAL);
	assert_int_equal(in_handler[1], -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_SLEEP_IN_ATOMIC), 2);
	assert_true(fingerprint_equal(semantic(), before));
	assert_int_equal(devm_free_irq(nic, vector(1), &ran), 0);
	assert_int_equal(device_release_driver(nic), 0);
	assert_null(irq_to_desc(m, 24));
	assert_int_equal(machine_warnings_total(m), 2);
}

/* Snapshots take the list back, too. */
static void taken_back(void **state)
{
	int mark;

	(void)state;
	assert_int_equal(pcim_enable_device(nic), 0);
	assert_int_equal(pci_alloc_irq_vectors(nic, 3, 3, PCI_IRQ_MSIX), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(managed_request(i), 0);
	mark = machine_snapshot(m);
	assert_int_equal(devm_free_irq(nic, vector(1), &ran), 0);
	device_release_driver(nic);
	assert_int_equal(machine_restore(m, mark), 0);
	device_release_driver(nic);
	assert_null(irq_to_desc(m, 24));
	assert_null(irq_to_desc(m, 26));
	assert_int_equal(machine_warnings_total(m), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(newest_first, setup, teardown),
		cmocka_unit_test_setup_teardown(a_handler_of_ones_own_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(only_what_a_managed_device_enables, setup,
						teardown),
		cmocka_unit_test_setup_teardown(freed_by_hand, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(taken_back, setup, teardown),
		cmocka_unit_test_setup_teardown(not_in_a_handler, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
