/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "drivers.h"

#include "chips_test.h"

/* The programs of hello.c and pooled.c, which include driver.h alone, at work. */

static void an_index_and_an_irq(void **state)
{
	const struct msi_map map = {.index = 1, .virq = 2};

	(void)state;
	assert_int_equal(sizeof(struct msi_map), 2 * sizeof(int));
	assert_int_equal(*(const int *)&map, 1);
	/* Values, that may be copied: no pointer is among them. */
	assert_int_equal(sizeof(irq_pool_t), 8);
	assert_int_equal(sizeof(struct msix_entry), 8);
}

/* Three calls, whatever is behind: the same driver on every function and every parent. */
static void hello_everywhere(void **state)
{
	static const struct {
		const char *device;
		enum raise_source source;
	} functions[] = {
		{"nic", RAISE_MSIX},
		{"multi", RAISE_MSI},
		{"mask", RAISE_MSI},
		{"both", RAISE_MSIX},
	};

	(void)state;
	for (int parent = PARENT_VECTOR; parent <= PARENT_AMD; parent++) {
		struct machine *m =
			chips_machine(&(struct chips_options){.parent = (enum chips_parent)parent});

		for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
			struct hello hello = {0};

			assert_int_equal(
				hello_probe(m, device_by_name(m, functions[i].device), &hello), 0);
			assert_true(hello.calls <= 3);
			assert_true(hello.irq >= 24);
			assert_int_equal(device_raise(m, functions[i].device, functions[i].source,
						      0, 0, RAISE_NO_PASID),
					 0);
			machine_deliver(m, 0);
			assert_int_equal(hello.ran, 1);
		}
		assert_int_equal(machine_warnings_total(m), 0);
		machine_destroy(m);
	}
}

static void pooled_on(enum chips_parent parent, struct driver_log *log)
{
	struct machine *m = chips_machine(&(struct chips_options){.parent = parent});
	struct device *dsa = device_by_name(m, "dsa");
	struct pooled pooled;

	assert_int_equal(pooled_probe(m, dsa, &pooled, log), 0);
	assert_int_equal(pooled_retarget(&pooled, 3), 0);
	for (unsigned i = 0; i < POOLED_QUEUES; i++)
		assert_int_equal(device_raise(m, "dsa", RAISE_STORE, 0, i, 100 + i), 0);
	assert_int_equal(device_raise(m, "dsa", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(pooled.admin_ran, 1);
	for (unsigned i = 0; i < POOLED_QUEUES; i++)
		assert_int_equal(pooled.queue_ran[i], 1);
	assert_int_equal(pooled_remove(&pooled), 0);
	assert_int_equal(machine_warnings_total(m), 0);
	machine_destroy(m);
}

/* What the driver sees does not depend on the back end. */
static void pools_everywhere(void **state)
{
	struct driver_log intel = {""}, amd = {""}, vector = {""};
	struct machine *m = chips_machine(&(struct chips_options){.parent = PARENT_VECTOR});
	struct pooled pooled;

	(void)state;
	pooled_on(PARENT_INTEL, &intel);
	pooled_on(PARENT_AMD, &amd);
	assert_string_equal(intel.text, amd.text);
	/* One that doesn't offer pools says so, when asked for one and not before. */
	assert_int_equal(pooled_probe(m, device_by_name(m, "dsa"), &pooled, &vector), -ENOTSUPP);
	assert_string_equal(vector.text, "msix=1 request=0 pool=-524 ");
	assert_int_equal(strncmp(intel.text, "msix=1 request=0 pool=0 queue=0 ", 32), 0);
	machine_destroy(m);
}

/* Habits of drivers that know too much: each is refused, and nobody else suffers. */
static void misuse(void **state)
{
	struct machine *m = chips_machine(&(struct chips_options){.parent = PARENT_INTEL});
	struct device *nic = device_by_name(m, "nic"), *both = device_by_name(m, "both");
	struct hello hello = {0};
	struct msi_map map;
	int irq, ran = 0;

	(void)state;
	assert_int_equal(hello_probe(m, both, &hello), 0);
	/* requesting before allocating; an irq that is gone; a vector that was never asked for */
	assert_int_equal(request_irq(m, 24 + 1, chips_handler, 0, "early", &ran), -EINVAL);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 2, PCI_IRQ_MSIX), 2);
	irq = pci_irq_vector(nic, 1);
	assert_int_equal(pci_irq_vector(nic, 2), -EINVAL);
	map = (struct msi_map){1, irq};
	assert_int_equal(pci_msix_free_irq(nic, map), 0);
	assert_int_equal(request_irq(m, (unsigned)irq, chips_handler, 0, "late", &ran), -EINVAL);
	/* another device's interrupt, through one's own device and the other way round */
	assert_int_equal(pci_msix_free_irq(nic, (struct msi_map){0, hello.irq}), -EINVAL);
	assert_int_equal(pci_msix_free_irq(both, (struct msi_map){1, irq}), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_COOKIE_MISUSE), 2);
	/* freeing with the wrong dev_id */
	assert_int_equal(free_irq(m, (unsigned)hello.irq, &ran), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_FREE_NO_ACTION), 1);
	assert_int_equal(device_raise(m, "both", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(hello.ran, 1);
	machine_destroy(m);
}

static void write_nothing(struct device *dev, unsigned index,
			  const struct platform_msi_message *message)
{
	(void)dev;
	(void)index;
	(void)message;
}

/* What a driver gets that looked for a name which nobody has, and did not look at the result. */
static void no_device(void **state)
{
	struct machine *m = chips_machine(&(struct chips_options){.parent = PARENT_INTEL});
	struct device *dev = device_by_name(m, "nobody");
	struct msix_entry entry = {.entry = 0};
	int error = 0;

	(void)state;
	assert_null(dev);
	assert_string_equal(device_name(dev), "");
	assert_int_equal(pci_alloc_irq_vectors(dev, 1, 4, PCI_IRQ_ALL_TYPES), -ENODEV);
	assert_int_equal(pci_enable_msi(dev), -ENODEV);
	assert_int_equal(pci_enable_msix_range(dev, &entry, 1, 1), -ENODEV);
	assert_int_equal(pci_restore_msi_state(dev), -ENODEV);
	assert_int_equal(pci_irq_vector(dev, 0), -ENODEV);
	assert_null(pci_irq_get_affinity(dev, 0));
	assert_int_equal(pci_msi_vec_count(dev), -EINVAL);
	assert_int_equal(pci_msix_vec_count(dev), -EINVAL);
	assert_false(pci_msix_can_alloc_dyn(dev));
	assert_int_equal(pci_msix_alloc_irq_at(dev, 0, NULL).index, -ENODEV);
	assert_int_equal(pci_msix_alloc_irq_range(dev, 0, 1, NULL).index, -ENODEV);
	assert_int_equal(pci_msix_free_irq(dev, (struct msi_map){.index = 0, .virq = 24}), -ENODEV);
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(dev, 1, write_nothing), -ENODEV);
	assert_int_equal(msi_get_virq(dev, 0), 0);
	assert_int_equal(irq_pool_create(dev, IRQ_POOL_IMS_TABLE, 0, 0, &error), 0);
	assert_int_equal(error, -ENODEV);
	assert_int_equal(pcim_enable_device(dev), -ENODEV);
	assert_int_equal(devm_request_irq(dev, 24, chips_handler, 0, "none", NULL), -ENODEV);
	assert_int_equal(devm_free_irq(dev, 24, NULL), -ENODEV);
	assert_int_equal(device_release_driver(dev), -ENODEV);
	assert_int_equal(machine_warnings_total(m), 0);
	pci_disable_msi(dev);
	pci_disable_msix(dev);
	pci_free_irq_vectors(dev);
	platform_device_msi_free_irqs_all(dev);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_and_an_irq), cmocka_unit_test(hello_everywhere),
		cmocka_unit_test(pools_everywhere),    cmocka_unit_test(misuse),
		cmocka_unit_test(no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
