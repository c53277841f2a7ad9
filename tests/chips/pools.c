/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

/* Pools, and cookies that are checked: one device with several domains, misuse of each kind. */

static struct machine *m;
static struct device *dsa;

static void make(enum chips_parent kind)
{
	m = chips_machine(&(struct chips_options){.parent = kind});
	dsa = device_by_name(m, "dsa");
}

static int setup(void **state)
{
	(void)state;
	make(PARENT_INTEL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	machine_destroy(m);
	return 0;
}

static irq_pool_t pool(const char *device, enum irq_pool_kind kind, unsigned store)
{
	int error;
	irq_pool_t cookie = irq_pool_create(device_by_name(m, device), kind, store, 0, &error);

	assert_int_equal(error, 0);
	return cookie;
}

static int refused_pool(struct device *dev, enum irq_pool_kind kind, unsigned store, unsigned size)
{
	int error = 0;

	assert_int_equal(irq_pool_create(dev, kind, store, size, &error), 0);
	return error;
}

/* ---- what is a template of a message store ---- */

static void mask(struct irq_data *d)
{
	(void)d;
}

static void write_msg(struct irq_data *d, const struct msi_msg *msg)
{
	(void)d;
	(void)msg;
}

static int set_affinity(struct irq_data *d, const struct cpumask *dest, bool force)
{
	(void)d;
	(void)dest;
	(void)force;
	return 0;
}

static const struct msi_domain_template good = {
	.chip = {.name = "OWN",
		 .irq_mask = mask,
		 .irq_unmask = mask,
		 .irq_write_msi_msg = write_msg},
	.info = {.flags = MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MSI_FLAG_FREE_MSI_DESCS,
		 .bus_token = DOMAIN_BUS_PCI_DEVICE_IMS},
};

static void bad_template(const struct msi_domain_template *template)
{
	struct fingerprint before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
	uint64_t warnings = machine_warnings(m, WARN_MSI_BAD_TEMPLATE);

	assert_int_equal(msi_create_device_irq_domain(dsa, 1, template, 4, NULL, NULL), -ENOTSUPP);
	assert_int_equal(machine_warnings(m, WARN_MSI_BAD_TEMPLATE), warnings + 1);
	assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE), before));
}

static void bad_templates(void **state)
{
	struct msi_domain_template t = good;

	(void)state;
	t.info.flags = MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS;
	bad_template(&t);
	t.info.flags = MSI_FLAG_FREE_MSI_DESCS;
	bad_template(&t);
	t = good;
	t.chip.irq_set_affinity = set_affinity;
	bad_template(&t);
	t = good;
	t.chip.irq_mask = NULL;
	bad_template(&t);
	t = good;
	t.chip.irq_unmask = NULL;
	bad_template(&t);
	t = good;
	t.chip.irq_write_msi_msg = NULL;
	bad_template(&t);
	assert_int_equal(msi_create_device_irq_domain(dsa, 1, &good, 4, NULL, NULL), 0);
}

/* ---- one device, several domains ---- */

static void index_zero_four_times(void **state)
{
	irq_pool_t table, queue, generic;
	struct msi_map map[3];
	int ran[4] = {0}, msix;

	(void)state;
	table = pool("dsa", IRQ_POOL_IMS_TABLE, 0);
	queue = pool("dsa", IRQ_POOL_IMS_QUEUE, 0);
	generic = pool("dsa", IRQ_POOL_IMS_TABLE, 1);
	assert_int_equal(pci_alloc_irq_vectors(dsa, 1, 1, PCI_IRQ_MSIX), 1);
	msix = pci_irq_vector(dsa, 0);
	map[0] = irq_pool_alloc(m, table, 7, NULL);
	map[1] = irq_pool_alloc(m, queue, 0, NULL);
	map[2] = irq_pool_alloc(m, generic, 0, NULL);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(map[i].index, 0);
		assert_int_equal(map[i].virq, msix + 1 + (int)i);
		assert_int_equal(
			request_irq(m, (unsigned)map[i].virq, chips_handler, 0, "ims", &ran[i]), 0);
	}
	assert_int_equal(request_irq(m, (unsigned)msix, chips_handler, 0, "msix", &ran[3]), 0);
	device_raise(m, "dsa", RAISE_STORE, 0, 0, 7);
	device_raise(m, "dsa", RAISE_STORE, 1, 0, RAISE_NO_PASID);
	device_raise(m, "dsa", RAISE_STORE, 2, 0, RAISE_NO_PASID);
	device_raise(m, "dsa", RAISE_MSIX, 0, 0, RAISE_NO_PASID);
	machine_deliver(m, 0);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(ran[i], 1);
	/* Four domains of one device, under one parent, none for PCI alone. */
	for (unsigned domid = 0; domid < 4; domid++)
		assert_ptr_equal(msi_get_device_domain(dsa, domid)->parent, dsa->msi_domain);
	assert_null(msi_get_device_domain(dsa, 4));
	assert_string_equal(msi_get_device_domain(dsa, 1)->name, "IR-IMS-TABLE-0000:00:07.0-64");
	assert_string_equal(msi_get_device_domain(dsa, 2)->name, "IR-IMS-QUEUE-0000:00:07.0-64");
	assert_string_equal(msi_get_device_domain(dsa, 3)->name, "IR-IMS-TABLE1-0000:00:07.0-64");
}

/* The order in which MSI and pools come makes no difference, and neither ends the other. */
static void pools_outlive_msi(void **state)
{
	irq_pool_t table = pool("dsa", IRQ_POOL_IMS_TABLE, 0);
	struct msi_map map = irq_pool_alloc(m, table, 7, NULL);

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(dsa, 2, 2, PCI_IRQ_MSIX), 2);
	pci_free_irq_vectors(dsa);
	assert_int_equal(irq_pool_check_map(m, table, map), IRQ_POOL_GOOD);
	assert_int_equal(irq_pool_destroy(m, table), 0);
	assert_int_equal(pci_alloc_irq_vectors(dsa, 2, 2, PCI_IRQ_MSIX), 2);
}

/* A store starts empty, and is empty again in the end. */
static void conserved(void **state)
{
	irq_pool_t queue = pool("dsa", IRQ_POOL_IMS_QUEUE, 0);
	size_t bytes = machine_bytes_in_use(m);

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(irq_pool_alloc(m, queue, i, NULL).index, (int)i);
	for (int i = 19; i >= 0; i--) {
		unsigned virq = msi_domain_get_virq(dsa, 1, (unsigned)i);

		assert_int_equal(irq_pool_free(m, queue, (struct msi_map){i, (int)virq}), 0);
	}
	assert_int_equal(machine_bytes_in_use(m), bytes);
}

/* ---- creation ---- */

static void creation_refused(void **state)
{
	struct pci_dev *pdev = to_pci_dev(dsa);
	struct device other = {.machine = m};

	(void)state;
	assert_int_equal(refused_pool(&other, IRQ_POOL_IMS_TABLE, 0, 0), -ENODEV);
	assert_int_equal(refused_pool(dsa, IRQ_POOL_IMS_TABLE, 2, 0), -ENODEV);
	assert_int_equal(refused_pool(dsa, IRQ_POOL_IMS_QUEUE, 1, 0), -ENODEV);
	assert_int_equal(refused_pool(device_by_name(m, "nic"), IRQ_POOL_IMS_TABLE, 0, 0), -ENODEV);
	assert_int_equal(refused_pool(dsa, IRQ_POOL_IMS_TABLE, 0, 17), -EINVAL);
	assert_int_equal(refused_pool(dsa, IRQ_POOL_IMS_QUEUE, 0, 65537), -EINVAL);
	pool("dsa", IRQ_POOL_IMS_TABLE, 0);
	assert_refused(m, refused_pool(dsa, IRQ_POOL_IMS_TABLE, 0, 0), -EBUSY);
	/* Without a parent there is nothing that could offer it. */
	touch(m, pdev);
	pdev->dev.msi_domain = NULL;
	assert_refused(m, refused_pool(dsa, IRQ_POOL_IMS_QUEUE, 0, 0), -ENODEV);
	assert_int_equal(machine_warnings_total(m), 0);
}

static void only_where_the_parent_offers_it(void **state)
{
	static const struct {
		enum chips_parent parent;
		int error;
	} offers[] = {
		{PARENT_VECTOR, -ENOTSUPP},
		{PARENT_INTEL, 0},
		{PARENT_GUEST, -ENOTSUPP},
		{PARENT_AMD, 0},
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		int error;

		machine_destroy(m);
		make(offers[i].parent);
		irq_pool_create(dsa, IRQ_POOL_IMS_TABLE, 0, 0, &error);
		assert_int_equal(error, offers[i].error);
		/* It has nothing to do with MSI-X entries one by one. */
		assert_true(pci_msix_can_alloc_dyn(dsa));
	}
}

static void domains_run_out(void **state)
{
	irq_pool_t table = pool("dsa", IRQ_POOL_IMS_TABLE, 0);
	const struct msi_domain_template *template = ims_queue_ops.template;

	(void)state;
	for (unsigned domid = 2; domid < MSI_MAX_DOMAINS; domid++)
		assert_int_equal(msi_create_device_irq_domain(dsa, domid, template, 1,
							      &to_pci_dev(dsa)->store[1], NULL),
				 0);
	assert_refused(m, refused_pool(dsa, IRQ_POOL_IMS_QUEUE, 0, 0), -ENOSPC);
	/* The first free one is taken. */
	assert_int_equal(irq_pool_destroy(m, table), 0);
	pool("dsa", IRQ_POOL_IMS_QUEUE, 0);
	assert_int_equal(to_pci_dev(dsa)->store[1].domid, 1);
}

static void smaller_than_the_store(void **state)
{
	int error;
	irq_pool_t table = irq_pool_create(dsa, IRQ_POOL_IMS_TABLE, 0, 3, &error);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(irq_pool_alloc(m, table, 0, NULL).index, i);
	assert_refused(m, irq_pool_alloc(m, table, 0, NULL).index, -EBUSY);
	assert_refused(m, irq_pool_alloc_at(m, table, 3, 0, NULL).index, -ERANGE);
	assert_refused(m, irq_pool_alloc_at(m, table, 2, 0, NULL).index, -EBUSY);
	assert_refused(m, irq_pool_alloc_range(m, table, 2, 3, 0, NULL).index, -ERANGE);
	assert_refused(m, irq_pool_alloc_range(m, table, 2, 1, 0, NULL).index, -ERANGE);
	assert_refused(m, irq_pool_alloc_range(m, table, 0, 2, 0, NULL).index, -EBUSY);
}

static void ranges_of_a_pool(void **state)
{
	irq_pool_t table = pool("dsa", IRQ_POOL_IMS_TABLE, 0);
	struct msi_map map;

	(void)state;
	assert_int_equal(irq_pool_alloc_range(m, table, 4, 6, 0, NULL).index, 4);
	map = irq_pool_alloc_range(m, table, 4, 6, 0, NULL);
	assert_int_equal(map.index, 5);
	assert_int_equal(irq_pool_alloc(m, table, 0, NULL).index, 0);
	assert_int_equal(irq_pool_alloc_at(m, table, 6, 0, NULL).index, 6);
	assert_int_equal(irq_pool_alloc_range(m, table, 4, 6, 0, NULL).index, -EBUSY);
	assert_int_equal(irq_pool_free(m, table, map), 0);
	assert_int_equal(irq_pool_alloc_range(m, table, 4, 6, 0, NULL).index, 5);
}

/* ---- misuse ---- */

/* Each call refuses it, warns, and changes nothing. */
static void assert_misuse(irq_pool_t cookie, enum irq_pool_fault fault)
{
	const struct msi_map map = {0, 24};
	uint64_t before = machine_warnings(m, WARN_COOKIE_MISUSE);

	assert_int_equal(irq_pool_check(m, cookie), fault);
	assert_int_equal(machine_warnings(m, WARN_COOKIE_MISUSE), before);
	assert_int_equal(irq_pool_alloc(m, cookie, 0, NULL).index, -EINVAL);
	assert_int_equal(irq_pool_alloc(m, cookie, 0, NULL).virq, 0);
	assert_int_equal(irq_pool_alloc_at(m, cookie, 1, 0, NULL).index, -EINVAL);
	assert_int_equal(irq_pool_alloc_range(m, cookie, 1, 2, 0, NULL).index, -EINVAL);
	assert_int_equal(irq_pool_free(m, cookie, map), -EINVAL);
	assert_int_equal(irq_pool_destroy(m, cookie), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_COOKIE_MISUSE), before + 6);
}

static void misused_cookies(void **state)
{
	irq_pool_t table = pool("dsa", IRQ_POOL_IMS_TABLE, 0);
	irq_pool_t queue = pool("dsa", IRQ_POOL_IMS_QUEUE, 0);
	irq_pool_t shaky = pool("shaky", IRQ_POOL_IMS_QUEUE, 0);
	irq_pool_t stale;

	(void)state;
	assert_misuse(0, IRQ_POOL_NO_COOKIE);
	/* an address, a small number: no cookie's type */
	assert_misuse((uintptr_t)dsa, IRQ_POOL_WRONG_TYPE);
	assert_misuse(24, IRQ_POOL_WRONG_TYPE);
	/* a table's cookie dressed up as a queue's */
	assert_misuse(table + (UINT64_C(1) << 56), IRQ_POOL_WRONG_TYPE);
	/* the device field changed: nobody, or the wrong one */
	assert_misuse(table + (UINT64_C(1000) << 32), IRQ_POOL_NO_DEVICE);
	assert_misuse((queue & ~(UINT64_C(0xffffff) << 32)) |
			      (uint64_t)device_by_name(m, "shaky")->id << 32,
		      IRQ_POOL_FOREIGN);
	assert_misuse((shaky & ~(UINT64_C(0xffffff) << 32)) | (uint64_t)dsa->id << 32,
		      IRQ_POOL_FOREIGN);
	/* the store changed: one that the device doesn't have, or another one of it */
	assert_misuse(table + 9, IRQ_POOL_FORGED);
	assert_misuse(table + 2, IRQ_POOL_FOREIGN);
	/* made up: a generation that is yet to come */
	assert_misuse(table + (UINT64_C(1) << 16), IRQ_POOL_FORGED);
	/* destroyed, and destroyed with a successor in its place */
	stale = queue;
	assert_int_equal(irq_pool_destroy(m, queue), 0);
	assert_misuse(stale, IRQ_POOL_STALE);
	queue = pool("dsa", IRQ_POOL_IMS_QUEUE, 0);
	assert_true(queue != stale);
	assert_misuse(stale, IRQ_POOL_STALE);
	assert_int_equal(irq_pool_check(m, queue), IRQ_POOL_GOOD);
	assert_int_equal(irq_pool_check(m, table), IRQ_POOL_GOOD);
	/* gone with its device */
	pci_device_remove(to_pci_dev(dsa));
	assert_misuse(queue, IRQ_POOL_NO_DEVICE);
}

static void assert_map_misuse(irq_pool_t pool_, struct msi_map map, enum irq_pool_fault fault)
{
	uint64_t before = machine_warnings(m, WARN_COOKIE_MISUSE);

	assert_int_equal(irq_pool_check_map(m, pool_, map), fault);
	assert_int_equal(irq_pool_free(m, pool_, map), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_COOKIE_MISUSE), before + 1);
}

static void misused_maps(void **state)
{
	irq_pool_t table = pool("dsa", IRQ_POOL_IMS_TABLE, 0);
	irq_pool_t queue = pool("dsa", IRQ_POOL_IMS_QUEUE, 0);
	struct msi_map a = irq_pool_alloc(m, table, 1, NULL), b = irq_pool_alloc(m, queue, 1, NULL);

	(void)state;
	assert_map_misuse(table, (struct msi_map){-ENOSPC, 0}, IRQ_POOL_NO_MAP);
	assert_map_misuse(table, (struct msi_map){0, 0}, IRQ_POOL_NO_MAP);
	assert_map_misuse(table, (struct msi_map){0, -5}, IRQ_POOL_NO_MAP);
	assert_map_misuse(table, (struct msi_map){70000, a.virq}, IRQ_POOL_NO_MAP);
	/* index 0 of the other pool, the other's irq, both of them */
	assert_map_misuse(table, b, IRQ_POOL_FOREIGN_MAP);
	assert_map_misuse(queue, a, IRQ_POOL_FOREIGN_MAP);
	assert_map_misuse(table, (struct msi_map){1, a.virq}, IRQ_POOL_FREED_MAP);
	/* twice */
	assert_int_equal(irq_pool_free(m, table, a), 0);
	assert_map_misuse(table, a, IRQ_POOL_FREED_MAP);
	assert_int_equal(irq_pool_free(m, queue, b), 0);
	/* a fresh one in the same place, with another number */
	assert_int_equal(pci_alloc_irq_vectors(dsa, 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(irq_pool_alloc(m, table, 1, NULL).index, 0);
	assert_map_misuse(table, a, IRQ_POOL_FOREIGN_MAP);
}

static void freed_while_in_use(void **state)
{
	irq_pool_t table = pool("dsa", IRQ_POOL_IMS_TABLE, 0);
	struct msi_map map = irq_pool_alloc(m, table, 1, NULL);
	int ran = 0;

	(void)state;
	assert_int_equal(request_irq(m, (unsigned)map.virq, chips_handler, 0, "ims", &ran), 0);
	assert_int_equal(irq_pool_free(m, table, map), -EBUSY);
	assert_int_equal(irq_pool_destroy(m, table), -EBUSY);
	assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 2);
	assert_int_equal(irq_pool_check_map(m, table, map), IRQ_POOL_GOOD);
	assert_int_equal(free_irq(m, (unsigned)map.virq, &ran), 0);
	assert_int_equal(irq_pool_destroy(m, table), 0);
	assert_null(irq_to_desc(m, (unsigned)map.virq));
}

static void texts(void **state)
{
	(void)state;
	for (int i = 0; i < NR_IRQ_POOL_FAULTS; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(irq_pool_fault_text((enum irq_pool_fault)i),
						irq_pool_fault_text((enum irq_pool_fault)j));
	assert_string_equal(irq_pool_fault_text(NR_IRQ_POOL_FAULTS), "");
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(bad_templates),
		test(index_zero_four_times),
		test(pools_outlive_msi),
		test(conserved),
		test(creation_refused),
		test(only_where_the_parent_offers_it),
		test(domains_run_out),
		test(smaller_than_the_store),
		test(ranges_of_a_pool),
		test(misused_cookies),
		test(misused_maps),
		test(freed_while_in_use),
		test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
