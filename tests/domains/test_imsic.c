/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/riscv_bench.h"

#include "sim_cpu/imsic.h"
#include "sim_pci/function.h"
#include "sim_platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct riscv_bench *plain(void)
{
	return riscv_create(&(struct riscv_shape){0});
}

static struct message_entry entry_of(struct riscv_bench *b, unsigned index)
{
	struct message_entry entry;

	assert_int_equal(function_peek_msix(b->m, "nic", index, &entry), 0);
	return entry;
}

static void expect_message(struct riscv_bench *b, unsigned index, unsigned cpu, unsigned id)
{
	const struct message_entry entry = entry_of(b, index);

	assert_int_equal(entry.address, IMSIC_BASE + cpu * UINT64_C(0x1000));
	assert_int_equal(entry.data, id);
}

static void expect_place(struct riscv_bench *b, unsigned irq, unsigned cpu, unsigned id)
{
	const struct imsic_irq_info info = riscv_info(b, irq);

	assert_int_equal(info.cpu, cpu);
	assert_int_equal(info.id, id);
}

/* ---- the root ---- */

static void test_the_machine(void **state)
{
	struct riscv_bench *b = plain();
	struct irq_domain *root = irq_domain_by_name(b->m, ":soc:interrupt-controller@28000000-5");
	const struct irq_matrix_totals totals = irq_matrix_totals(imsic_matrix(b->m));
	struct imsic_file_state file;

	(void)state;
	assert_non_null(root);
	assert_int_equal(root->bus_token, DOMAIN_BUS_NEXUS);
	assert_ptr_equal(b->nic->msi_domain, root);
	assert_int_equal(totals.window_first, 0);
	assert_int_equal(totals.window_last, 255);
	assert_int_equal(totals.system_in_window, 2);
	assert_int_equal(totals.system_bits[0], 3);
	assert_int_equal(totals.global_available, 4 * 254);
	for (unsigned cpu = 0; cpu < 4; cpu++) {
		assert_true(imsic_peek_file(b->m, cpu, &file));
		assert_int_equal(file.delivery, 1);
		assert_true(imsic_enabled(b->m, cpu, IMSIC_IPI_ID));
	}
	riscv_destroy(b);
}

static void test_levels(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 3) + 2;
	const struct irq_data *d = irq_get_irq_data(b->m, irq);
	const struct irq_desc *desc = irq_to_desc(b->m, irq);

	(void)state;
	assert_string_equal(d->domain->name, "PCI-MSIX-0000:00:03.0-12");
	assert_int_equal(d->hwirq, 2);
	assert_string_equal(d->parent_data->chip->name, "IMSIC");
	assert_int_equal(d->parent_data->hwirq, irq);
	assert_null(d->parent_data->parent_data);
	assert_ptr_equal(desc->handle_irq, handle_simple_irq);
	assert_true(desc->status_use_accessors & IRQ_NOPROBE);
	assert_ptr_equal(desc->irq_common_data.affinity, cpumask_range(b->m, 0, 3));
	assert_ptr_equal(desc->irq_common_data.effective_affinity, cpumask_of(b->m, 2));
	riscv_destroy(b);
}

/* Round the CPUs, lowest identity first; real from the allocation on. */
static void test_allocation(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 10);

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		expect_place(b, irq + i, i % 4, 2 + i / 4);
		expect_message(b, i, i % 4, 2 + i / 4);
		assert_true(irq_matrix_taken(imsic_matrix(b->m), i % 4, 2 + i / 4));
		assert_int_equal(imsic_identity(b->m, i % 4, 2 + i / 4), irq + i);
		assert_true(irqd_has(irq_get_irq_data(b->m, irq + i), IRQD_ACTIVATED));
	}
	assert_int_equal(irq_matrix_totals(imsic_matrix(b->m)).global_reserved, 0);
	riscv_destroy(b);
}

/* The same as a model that knows nothing but the rule. */
static void test_allocation_against_a_model(void **state)
{
	enum { CPUS = 3, IDS = 63, DEVICES = 1, MAX = 16 };
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = CPUS, .imsic.ids = IDS});
	bool taken[CPUS][IDS + 1] = {{0}};
	unsigned where[400][2], irqs[400], nr = 0;
	uint64_t random = 1;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		unsigned best = 0, room = 0, id = 2;

		random = random * 6364136223846793005u + 1442695040888963407u;
		if (nr && (random >> 40) % 5 < 2) {
			unsigned victim = (unsigned)(random >> 45) % nr;

			taken[where[victim][0]][where[victim][1]] = false;
			irq_domain_free_irqs(b->m, irqs[victim], 1);
			nr--;
			irqs[victim] = irqs[nr];
			memcpy(where[victim], where[nr], sizeof(where[nr]));
			continue;
		}
		for (unsigned cpu = 0; cpu < CPUS; cpu++) {
			unsigned free = 0;

			for (unsigned i = 2; i <= IDS; i++)
				free += !taken[cpu][i];
			if (free > room) {
				best = cpu;
				room = free;
			}
		}
		while (id <= IDS && taken[best][id])
			id++;
		int irq = irq_domain_alloc_irqs(b->nic->msi_domain, -1, 1, -1, NULL, NULL);

		if (!room) {
			assert_int_equal(irq, -ENOSPC);
			continue;
		}
		assert_true(irq > 0);
		expect_place(b, (unsigned)irq, best, id);
		taken[best][id] = true;
		where[nr][0] = best;
		where[nr][1] = id;
		irqs[nr++] = (unsigned)irq;
	}
	assert_true(nr > 50);
	riscv_check(b);
	while (nr--)
		irq_domain_free_irqs(b->m, irqs[nr], 1);
	assert_int_equal(irq_matrix_totals(imsic_matrix(b->m)).global_available, CPUS * (IDS - 1));
	riscv_destroy(b);
}

/* ---- a device works ---- */

static void test_end_to_end(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq = riscv_alloc(b, 4);

	(void)state;
	assert_int_equal(riscv_raise(b, 1), 0); /* masked */
	for (unsigned i = 0; i < 4; i++)
		riscv_request(b, irq + i);
	assert_int_equal(riscv_deliver(b), 0); /* it waits at a CPU that has not looked yet */
	machine_tick(b->m, 1);
	assert_int_equal(b->handled, 1);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(riscv_raise(b, i), 1);
		assert_int_equal(b->handled_irq, irq + i);
		assert_int_equal(b->handled_on, i);
	}
	assert_int_equal(machine_warnings_total(b->m), 0);
	for (unsigned i = 0; i < 4; i++)
		riscv_free_irq(b, irq + i);
	pci_free_irq_vectors(b->nic);
	machine_settle(b->m);
	for (unsigned cpu = 0; cpu < 4; cpu++)
		assert_false(imsic_enabled(b->m, cpu, 2));
	assert_int_equal(irq_matrix_totals(imsic_matrix(b->m)).total_allocated, 0);
	riscv_destroy(b);
}

/* Several at one CPU: lowest identity first, whatever came first. */
static void test_priority(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 1});
	unsigned irq = riscv_alloc(b, 3);
	uint64_t from;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		riscv_request(b, irq + i);
	from = tape_position(b->m);
	for (unsigned i = 3; i--;)
		device_raise(b->m, "nic", RAISE_MSIX, 0, i, RAISE_NO_PASID);
	assert_int_equal(riscv_deliver(b), 3);
	for (unsigned i = 0; from < tape_position(b->m); from++)
		if (tape_at(b->m, from)->kind == TAPE_HANDLER)
			assert_int_equal(tape_at(b->m, from)->value, irq + i++);
	riscv_destroy(b);
}

/* Masking: the device, then the identity. Unmasking: the other way round. */
static void test_order_of_masks(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 1});
	struct irq_data *d = irq_get_irq_data(b->m, riscv_alloc(b, 1));
	struct tape_write w[8];
	uint64_t from = tape_position(b->m);

	(void)state;
	d->chip->irq_unmask(d);
	assert_int_equal(tape_writes(b->m, from, "", w, 8), 3);
	assert_string_equal(w[0].place, "imsic.csr.select");
	assert_int_equal(w[0].value, IMSIC_EIE);
	assert_string_equal(w[1].place, "imsic.csr.reg_set");
	assert_int_equal(w[1].value, 1 << 2);
	assert_string_equal(w[2].place, "nic.msix[0].ctrl");
	assert_int_equal(w[2].value, 0);
	from = tape_position(b->m);
	d->chip->irq_mask(d);
	assert_int_equal(tape_writes(b->m, from, "", w, 8), 3);
	assert_string_equal(w[0].place, "nic.msix[0].ctrl");
	assert_int_equal(w[0].value, 1);
	assert_string_equal(w[2].place, "imsic.csr.reg_clear");
	riscv_destroy(b);
}

/* A device without mask bits is masked in the file. */
static void test_msi_without_mask_bits(void **state)
{
	struct riscv_bench *b = plain();
	unsigned irq;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(b->old, 1, 1, PCI_IRQ_MSI), 1);
	irq = (unsigned)pci_irq_vector(b->old, 0);
	riscv_request(b, irq);
	disable_irq(b->m, irq);
	device_raise(b->m, "old", RAISE_MSI, 0, 0, RAISE_NO_PASID);
	assert_int_equal(riscv_deliver(b), 0);
	enable_irq(b->m, irq); /* sent again to its own identity */
	assert_int_equal(riscv_deliver(b), 1);
	riscv_free_irq(b, irq);
	device_raise(b->m, "old", RAISE_MSI, 0, 0, RAISE_NO_PASID);
	assert_int_equal(riscv_deliver(b), 0);
	assert_int_equal(machine_warnings_total(b->m), 0);
	riscv_destroy(b);
}

static void write_slot(struct device *dev, unsigned index,
		       const struct platform_msi_message *message)
{
	const uint64_t slot = UINT64_C(0x40000000) + index * UINT64_C(16);

	bus_write(dev->machine, slot, 4, message->address_lo);
	bus_write(dev->machine, slot + 4, 4, message->address_hi);
	bus_write(dev->machine, slot + 8, 4, message->data);
}

static void test_platform_msi(void **state)
{
	struct riscv_bench *b = plain();
	struct device *uart = device_by_name(b->m, "uart");
	unsigned irq;

	(void)state;
	assert_int_equal(platform_device_msi_init_and_alloc_irqs(uart, 2, write_slot), 0);
	irq = msi_get_virq(uart, 1);
	riscv_request(b, irq);
	machine_settle(b->m);
	assert_int_equal(platform_device_raise(b->m, "uart", 1), 0);
	assert_int_equal(riscv_deliver(b), 1);
	assert_int_equal(riscv_affinity(b, irq, "3"), 0);
	machine_settle(b->m);
	assert_int_equal(platform_device_raise(b->m, "uart", 1), 0);
	assert_int_equal(riscv_deliver(b), 1);
	assert_int_equal(b->handled_on, 3);
	riscv_free_irq(b, irq);
	platform_device_msi_free_irqs_all(uart);
	assert_int_equal(irq_matrix_totals(imsic_matrix(b->m)).total_allocated, 0);
	riscv_destroy(b);
}

/* Identity 1 is the software's own; one that nobody has is worth a warning. */
static void test_identities_of_nobody(void **state)
{
	struct riscv_bench *b = plain();

	(void)state;
	bus_write(b->m, IMSIC_BASE + 0x3000, 4, IMSIC_IPI_ID);
	assert_int_equal(machine_deliver(b->m, 0), 1);
	assert_int_equal(machine_warnings_total(b->m), 0);
	run_on_cpu(b->m, 3);
	bus_write(b->m, IMSIC_CSR_BASE + IMSIC_SELECT, 8, IMSIC_EIE);
	bus_write(b->m, IMSIC_CSR_BASE + IMSIC_REG_SET, 8, 1 << 9);
	bus_write(b->m, IMSIC_BASE + 0x3000, 4, 9);
	assert_int_equal(machine_deliver(b->m, 0), 1);
	assert_int_equal(machine_warnings(b->m, WARN_SPURIOUS_VECTOR), 1);
	riscv_destroy(b);
}

/* ---- what is refused ---- */

static void test_several_at_once(void **state)
{
	struct riscv_bench *b = plain();
	struct fingerprint before = riscv_print(b);

	(void)state;
	assert_int_equal(irq_domain_alloc_irqs(b->nic->msi_domain, -1, 2, -1, NULL, NULL),
			 -EOPNOTSUPP);
	assert_true(riscv_unchanged(b, before));
	assert_int_equal(pci_alloc_irq_vectors(b->old, 2, 4, PCI_IRQ_MSI), -ENOSPC);
	assert_true(riscv_unchanged(b, before));
	assert_int_equal(pci_alloc_irq_vectors(b->old, 1, 4, PCI_IRQ_MSI), 1);
	riscv_destroy(b);
}

static void test_no_dynamic_msix(void **state)
{
	struct riscv_bench *b = plain();
	struct fingerprint before;

	(void)state;
	riscv_alloc(b, 1);
	before = riscv_print(b);
	assert_false(pci_msix_can_alloc_dyn(b->nic));
	assert_int_equal(pci_msix_alloc_irq_at(b->nic, 5, NULL).index, -ENOTSUPP);
	assert_true(riscv_unchanged(b, before));
	riscv_destroy(b);
}

static void test_no_ims(void **state)
{
	struct riscv_bench *b = plain();
	struct fingerprint before = riscv_print(b);
	int error = 0;

	(void)state;
	assert_int_equal(irq_pool_create(b->nic, IRQ_POOL_IMS_TABLE, 0, 0, &error), 0);
	assert_true(error < 0);
	assert_true(riscv_unchanged(b, before));
	riscv_destroy(b);
}

/* ---- which device domains it takes ---- */

static void write_nothing(struct irq_data *d, const struct msi_msg *msg)
{
	(void)d;
	(void)msg;
}

static int create_domain(struct riscv_bench *b, enum irq_domain_bus_token token, uint32_t flags)
{
	const struct msi_domain_template template = {
		.chip = {.name = "store",
			 .irq_mask = irq_chip_mask_parent,
			 .irq_unmask = irq_chip_unmask_parent,
			 .irq_write_msi_msg = write_nothing},
		.info = {.bus_token = token, .flags = flags},
	};

	return msi_create_device_irq_domain(b->nic, 1, &template, 4, NULL, NULL);
}

static void test_device_domains(void **state)
{
	struct riscv_bench *b = plain();
	const struct msi_domain_info *info;

	(void)state;
	assert_int_equal(create_domain(b, DOMAIN_BUS_PCI_DEVICE_IMS, 0), -ENOTSUPP);
	assert_int_equal(create_domain(b, DOMAIN_BUS_DEVICE_MSI, MSI_FLAG_FREE_MSI_DESCS),
			 -ENOTSUPP);
	assert_int_equal(machine_warnings(b->m, WARN_MSI_BAD_TEMPLATE), 2);

	assert_int_equal(create_domain(b, DOMAIN_BUS_DEVICE_MSI, 0), 0);
	info = msi_get_domain_info(msi_get_device_domain(b->nic, 1));
	assert_true(info->flags & MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS);
	assert_true(info->flags & MSI_FLAG_FREE_MSI_DESCS);
	assert_ptr_equal(info->chip->irq_set_affinity, irq_chip_set_affinity_parent);
	msi_remove_device_irq_domain(b->nic, 1);

	assert_int_equal(create_domain(b, DOMAIN_BUS_WIRED_TO_MSI, MSI_FLAG_USE_DEV_FWNODE), 0);
	info = msi_get_domain_info(msi_get_device_domain(b->nic, 1));
	assert_true(info->flags & MSI_FLAG_FREE_MSI_DESCS);
	assert_false(info->flags & MSI_FLAG_PCI_MSI_MASK_PARENT);
	msi_remove_device_irq_domain(b->nic, 1);

	/* What is not supported goes, however much is asked for. */
	assert_int_equal(create_domain(b, DOMAIN_BUS_PCI_DEVICE_MSIX,
				       MSI_FLAG_PCI_MSIX | MSI_FLAG_PCI_MSIX_ALLOC_DYN |
					       MSI_FLAG_MULTI_PCI_MSI | MSI_FLAG_MUST_REACTIVATE),
			 0);
	info = msi_get_domain_info(msi_get_device_domain(b->nic, 1));
	assert_int_equal(info->flags, MSI_FLAG_PCI_MSIX | MSI_FLAG_USE_DEF_DOM_OPS |
					      MSI_FLAG_USE_DEF_CHIP_OPS |
					      MSI_FLAG_PCI_MSI_MASK_PARENT);
	msi_remove_device_irq_domain(b->nic, 1);
	riscv_destroy(b);
}

/* ---- exhaustion ---- */

/* All identities are gone: some vectors, if that is enough, or none and no trace. */
static void test_exhaustion(void **state)
{
	struct riscv_bench *b = riscv_create(&(struct riscv_shape){.cpus = 1, .imsic.ids = 63});
	struct irq_domain *root = b->nic->msi_domain;
	struct fingerprint before;

	(void)state;
	for (unsigned i = 0; i < 58; i++)
		assert_true(irq_domain_alloc_irqs(root, -1, 1, -1, NULL, NULL) > 0);
	before = riscv_print(b);
	assert_int_equal(pci_alloc_irq_vectors(b->nic, 5, 5, PCI_IRQ_MSIX), -ENOSPC);
	assert_true(riscv_unchanged(b, before));
	assert_int_equal(pci_alloc_irq_vectors(b->nic, 1, 16, PCI_IRQ_MSIX), 4);
	before = riscv_print(b);
	assert_int_equal(irq_domain_alloc_irqs(root, -1, 1, -1, NULL, NULL), -ENOSPC);
	assert_true(riscv_unchanged(b, before));
	riscv_destroy(b);
}

static void test_memory_runs_out(void **state)
{
	struct riscv_bench *b = plain();
	struct fingerprint before;
	unsigned failures = 0;
	int ret;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(b->nic, 3, 3, PCI_IRQ_MSIX), 3);
	pci_free_irq_vectors(b->nic);
	machine_settle(b->m);
	before = riscv_print(b);
	for (;;) {
		machine_fail_allocation(b->m, failures + 1);
		ret = pci_alloc_irq_vectors(b->nic, 3, 3, PCI_IRQ_MSIX);
		machine_fail_allocation(b->m, 0);
		machine_settle(b->m);
		if (ret > 0)
			break;
		failures++;
		assert_true(riscv_unchanged(b, before));
	}
	assert_true(failures > 6);
	riscv_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_machine),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_allocation),
		cmocka_unit_test(test_allocation_against_a_model),
		cmocka_unit_test(test_end_to_end),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_order_of_masks),
		cmocka_unit_test(test_msi_without_mask_bits),
		cmocka_unit_test(test_platform_msi),
		cmocka_unit_test(test_identities_of_nobody),
		cmocka_unit_test(test_several_at_once),
		cmocka_unit_test(test_no_dynamic_msix),
		cmocka_unit_test(test_no_ims),
		cmocka_unit_test(test_device_domains),
		cmocka_unit_test(test_exhaustion),
		cmocka_unit_test(test_memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
