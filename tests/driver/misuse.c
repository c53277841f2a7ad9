/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "drivers.h"

#include "chips_test.h"

/*
 * A catalogue of what drivers and chips must not do. Each program breaks one rule:
 * it gets the warning that belongs to that rule, once, and nothing else changes;
 * another device's interrupt is handled as before.
 */

struct lab {
	struct machine *m;
	struct device *nic, *dsa, *both;
	int irq[3];	   /* of the nic; the first has a handler, the last is disabled */
	irq_pool_t pool;   /* of the dsa, with one interrupt */
	irq_pool_t former; /* destroyed */
	struct msi_map map;
	struct hello bystander; /* the driver of `both` */
	void (*in_handler)(struct lab *lab);
	int result; /* of the program's forbidden call */
};

static enum irqreturn run_in_handler(int irq, void *dev_id)
{
	struct lab *lab = dev_id;

	(void)irq;
	if (lab->in_handler)
		lab->in_handler(lab);
	return IRQ_HANDLED;
}

static void raise_nic(struct lab *lab)
{
	assert_int_equal(device_raise(lab->m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	machine_deliver(lab->m, 0);
}

static void lab_open(struct lab *lab)
{
	*lab = (struct lab){.m = chips_machine(&(struct chips_options){.parent = PARENT_INTEL})};
	lab->nic = device_by_name(lab->m, "nic");
	lab->dsa = device_by_name(lab->m, "dsa");
	lab->both = device_by_name(lab->m, "both");
	machine_set_switch(lab->m, SWITCH_STRICT_LAYERS, true);
	assert_int_equal(hello_probe(lab->m, lab->both, &lab->bystander), 0);
	assert_int_equal(pci_alloc_irq_vectors(lab->nic, 3, 3, PCI_IRQ_MSIX), 3);
	for (unsigned i = 0; i < 3; i++)
		lab->irq[i] = pci_irq_vector(lab->nic, i);
	assert_int_equal(request_irq(lab->m, (unsigned)lab->irq[0], run_in_handler, 0, "nic", lab),
			 0);
	lab->former = irq_pool_create(lab->dsa, IRQ_POOL_IMS_QUEUE, 0, 0, NULL);
	assert_int_equal(irq_pool_destroy(lab->m, lab->former), 0);
	lab->pool = irq_pool_create(lab->dsa, IRQ_POOL_IMS_TABLE, 0, 0, NULL);
	lab->map = irq_pool_alloc(lab->m, lab->pool, 7, NULL);
	assert_int_equal(lab->map.index, 0);
	raise_nic(lab);
	assert_int_equal(machine_warnings_total(lab->m), 0);
}

static void lab_close(struct lab *lab)
{
	unsigned before = lab->bystander.ran;

	assert_int_equal(device_raise(lab->m, "both", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	machine_deliver(lab->m, 0);
	assert_int_equal(lab->bystander.ran, before + 1);
	machine_destroy(lab->m);
}

/* What an interloper gets at once it includes what is not meant for it. */
static struct irq_data *outermost(const struct lab *lab)
{
	return irq_get_irq_data(lab->m, (unsigned)lab->irq[0]);
}
static struct irq_data *root(const struct lab *lab)
{
	struct irq_data *d = outermost(lab);

	while (d->parent_data)
		d = d->parent_data;
	return d;
}

/* ---- cookies and maps ---- */

static void forges_a_cookie(struct lab *lab)
{
	lab->result = irq_pool_alloc(lab->m, lab->pool + (UINT64_C(77) << 16), 1, NULL).index;
}

static void uses_a_former_cookie(struct lab *lab)
{
	lab->result = irq_pool_alloc(lab->m, lab->former, 1, NULL).index;
}

static void frees_what_was_freed(struct lab *lab)
{
	const struct msi_map gone = {5, lab->irq[2] + 40};

	lab->result = pci_msix_free_irq(lab->nic, gone);
}

static void frees_through_another_device(struct lab *lab)
{
	lab->result = pci_msix_free_irq(lab->nic, lab->map);
}

/* ---- the order of calls ---- */

static void frees_a_requested_entry(struct lab *lab)
{
	lab->result = pci_msix_free_irq(lab->nic, (struct msi_map){0, lab->irq[0]});
}

static void frees_anothers_handler(struct lab *lab)
{
	lab->result = free_irq(lab->m, (unsigned)lab->irq[0], &lab->map);
}

static void enables_what_is_enabled(struct lab *lab)
{
	enable_irq(lab->m, (unsigned)lab->irq[0]);
}

static void enables_msix_twice(struct lab *lab)
{
	lab->result = pci_alloc_irq_vectors(lab->nic, 1, 1, PCI_IRQ_MSIX);
}

static void frees_in_its_handler(struct lab *lab)
{
	lab->result = free_irq(lab->m, (unsigned)lab->irq[0], lab);
}

static void asks_for_an_entry_it_has_not(struct lab *lab)
{
	lab->result = pci_irq_get_affinity(lab->nic, 6) ? 0 : -EINVAL;
}

static void describes_without_the_flag(struct lab *lab)
{
	struct irq_affinity affd = {.pre_vectors = 1};

	lab->result = pci_alloc_irq_vectors_affinity(device_by_name(lab->m, "big"), 65, 65,
						     PCI_IRQ_MSIX, &affd);
}

static void five_sets(struct irq_affinity *affd, unsigned nvecs)
{
	(void)nvecs;
	affd->nr_sets = IRQ_AFFINITY_MAX_SETS + 1;
}

/* For INTx nothing is allocated, but the sets are asked for all the same. */
static void asks_for_five_sets(struct lab *lab)
{
	struct irq_affinity affd = {.calc_sets = five_sets};

	assert_int_equal(pci_alloc_irq_vectors_affinity(device_by_name(lab->m, "big"), 1, 1,
							PCI_IRQ_INTX | PCI_IRQ_AFFINITY, &affd),
			 1);
	lab->result = -EINVAL;
}

/* ---- what is the core's, a domain's or a chip's ---- */

static void walks_the_descriptors(struct lab *lab)
{
	unsigned index = 0;

	lab->result = msi_domain_next_desc(lab->nic, MSI_DEFAULT_DOMAIN, &index, MSI_DESC_ALL)
			      ? 0
			      : -EINVAL;
}

static void locks_the_descriptors(struct lab *lab)
{
	msi_lock_descs(lab->nic);
	lab->result = lab->nic->msi ? -EPERM : 0;
}

static void writes_the_message(struct lab *lab)
{
	const struct msi_msg msg = {.address_lo = 0xfee00000, .data = 0x31};

	outermost(lab)->chip->irq_write_msi_msg(outermost(lab), &msg);
	lab->result = -EPERM;
}

static void masks_by_hand(struct lab *lab)
{
	outermost(lab)->chip->irq_mask(outermost(lab));
	lab->result = -EPERM;
}

static void sets_the_chips_affinity(struct lab *lab)
{
	lab->result = outermost(lab)->chip->irq_set_affinity(outermost(lab), cpumask_of(lab->m, 2),
							     false);
}

static void sets_the_roots_affinity(struct lab *lab)
{
	lab->result = root(lab)->chip->irq_set_affinity(root(lab), cpumask_of(lab->m, 2), false);
}

static void changes_the_descriptor(struct lab *lab)
{
	irq_data_update_effective_affinity(outermost(lab), cpumask_of(lab->m, 3));
	lab->result = -EPERM;
}

static void says_it_is_disabled(struct lab *lab)
{
	irqd_set(outermost(lab), IRQD_IRQ_DISABLED);
	lab->result = -EPERM;
}

static void changes_the_flow(struct lab *lab)
{
	irq_set_handler(irq_data_to_desc(outermost(lab)), handle_simple_irq, "mine");
	lab->result = -EPERM;
}

static void calls_the_flow(struct lab *lab)
{
	lab->result = generic_handle_irq(lab->m, (unsigned)lab->irq[1]);
}

static void activates(struct lab *lab)
{
	lab->result =
		irq_domain_activate_irq(irq_get_irq_data(lab->m, (unsigned)lab->irq[1]), false);
}

static void deactivates(struct lab *lab)
{
	irq_domain_deactivate_irq(outermost(lab));
	lab->result = -EPERM;
}

static void allocates_from_the_root(struct lab *lab)
{
	lab->result = irq_domain_alloc_irqs(root(lab)->domain, -1, 1, 0, NULL, NULL);
}

static void makes_descriptors(struct lab *lab)
{
	lab->result = irq_alloc_descs(lab->m, -1, 1, 0, NULL);
}

static void frees_descriptors(struct lab *lab)
{
	irq_free_descs(lab->m, (unsigned)lab->irq[0], 1);
	lab->result = -EPERM;
}

static void frees_a_domain(struct lab *lab)
{
	irq_domain_remove(outermost(lab)->domain);
	lab->result = -EPERM;
}

static void pokes_the_table(struct lab *lab)
{
	bus_write(lab->m, irq_data_get_msi_desc(outermost(lab))->pci.mask_base, 4, 0xfee01000);
	lab->result = -EPERM;
}

static void pokes_configuration_space(struct lab *lab)
{
	bus_write(lab->m, bus_config_address(lab->nic->segment, lab->nic->requester, 4), 2, 0);
	lab->result = -EPERM;
}

static void changes_its_parent(struct lab *lab)
{
	dev_set_msi_domain(lab->nic, NULL);
	lab->result = -EPERM;
}

static void attaches_a_domain(struct lab *lab)
{
	static const struct msi_domain_template template = {
		.chip.name = "MINE",
		.info.bus_token = DOMAIN_BUS_PCI_DEVICE_IMS,
	};

	lab->result = msi_create_device_irq_domain(lab->nic, 3, &template, 4, NULL, NULL);
}

/* ---- the catalogue ---- */

enum where { TASK = 1, HANDLER = 2 };

static const struct {
	const char *name;
	void (*commit)(struct lab *lab);
	enum machine_warning warning;
	int result;
	unsigned where;
} programs[] = {
#define PROGRAM(function, warning, result, where)                                                  \
	{                                                                                          \
#function, function, warning, result, where                                        \
	}
	PROGRAM(forges_a_cookie, WARN_COOKIE_MISUSE, -EINVAL, TASK),
	PROGRAM(uses_a_former_cookie, WARN_COOKIE_MISUSE, -EINVAL, TASK),
	PROGRAM(frees_what_was_freed, WARN_COOKIE_MISUSE, -EINVAL, TASK),
	PROGRAM(frees_through_another_device, WARN_COOKIE_MISUSE, -EINVAL, TASK),
	PROGRAM(frees_a_requested_entry, WARN_FREE_WITH_ACTION, -EBUSY, TASK),
	PROGRAM(frees_anothers_handler, WARN_FREE_NO_ACTION, -EINVAL, TASK),
	PROGRAM(enables_what_is_enabled, WARN_UNBALANCED_ENABLE, 0, TASK | HANDLER),
	PROGRAM(enables_msix_twice, WARN_MSI_ALREADY_ENABLED, -EINVAL, TASK),
	PROGRAM(frees_in_its_handler, WARN_SLEEP_IN_ATOMIC, -EINVAL, HANDLER),
	PROGRAM(asks_for_an_entry_it_has_not, WARN_MSI_BAD_RANGE, -EINVAL, TASK),
	PROGRAM(describes_without_the_flag, WARN_AFFINITY_IGNORED, -ENOSPC, TASK),
	PROGRAM(asks_for_five_sets, WARN_AFFINITY_SETS, -EINVAL, TASK),
	PROGRAM(walks_the_descriptors, WARN_LOCK_MISUSE, -EINVAL, TASK | HANDLER),
	PROGRAM(locks_the_descriptors, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(writes_the_message, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(masks_by_hand, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(sets_the_chips_affinity, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(sets_the_roots_affinity, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(changes_the_descriptor, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(says_it_is_disabled, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(changes_the_flow, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(calls_the_flow, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(activates, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(deactivates, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(allocates_from_the_root, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(makes_descriptors, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(frees_descriptors, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(frees_a_domain, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(pokes_the_table, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(pokes_configuration_space, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(attaches_a_domain, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
	PROGRAM(changes_its_parent, WARN_LAYER_VIOLATION, -EPERM, TASK | HANDLER),
};
#define NR_PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static struct fingerprint semantic(struct machine *m)
{
	return machine_fingerprint(m, FINGERPRINT_SEMANTIC);
}

static void check_program(size_t i, enum where where)
{
	struct fingerprint before;
	struct lab lab;

	lab_open(&lab);
	before = semantic(lab.m);
	if (where == TASK) {
		programs[i].commit(&lab);
	} else {
		lab.in_handler = programs[i].commit;
		raise_nic(&lab);
	}
	if (lab.result != programs[i].result)
		fail_msg("%s: %d", programs[i].name, lab.result);
	if (machine_warnings(lab.m, programs[i].warning) != 1 || machine_warnings_total(lab.m) != 1)
		fail_msg("%s: %d of %s, %d of all", programs[i].name,
			 (int)machine_warnings(lab.m, programs[i].warning),
			 machine_warning_name(programs[i].warning),
			 (int)machine_warnings_total(lab.m));
	if (!fingerprint_equal(before, semantic(lab.m)))
		fail_msg("%s, %d: leaves a trace", programs[i].name, where);
	assert_true(fingerprint_equal(before,
				      machine_fingerprint_recompute(lab.m, FINGERPRINT_SEMANTIC)));
	lab_close(&lab);
}

static void catalogue(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_PROGRAMS; i++) {
		if (programs[i].where & TASK)
			check_program(i, TASK);
		if (programs[i].where & HANDLER)
			check_program(i, HANDLER);
	}
}

/* Ten rules have a warning of their own. */
static void diagnostics_differ(void **state)
{
	uint64_t seen = 0;

	(void)state;
	for (size_t i = 0; i < NR_PROGRAMS; i++)
		seen |= UINT64_C(1) << programs[i].warning;
	assert_true(__builtin_popcountll(seen) >= 10);
}

/* Without the switch whoever calls from outside may do what the machine's builder does. */
static void builders_are_not_drivers(void **state)
{
	struct lab lab;

	(void)state;
	lab_open(&lab);
	machine_set_switch(lab.m, SWITCH_STRICT_LAYERS, false);
	masks_by_hand(&lab);
	assert_int_equal(machine_warnings_total(lab.m), 0);
	/* A handler is a driver's all the same. */
	lab.in_handler = masks_by_hand;
	outermost(&lab)->chip->irq_unmask(outermost(&lab));
	raise_nic(&lab);
	assert_int_equal(machine_warnings(lab.m, WARN_LAYER_VIOLATION), 1);
	lab_close(&lab);
}

/* ---- chips ---- */

/* A chip that, when it is asked to write a message, does what its driver should have done. */
static int chip_result;

static void chip_write_nothing(struct irq_data *d, const struct msi_msg *msg)
{
	touch(irq_data_machine(d), irq_data_get_msi_desc(d));
	irq_data_get_msi_desc(d)->msg = *msg;
}

static void chip_nothing(struct irq_data *d)
{
	(void)d;
}

static void chip_makes_descriptors(struct irq_data *d, const struct msi_msg *msg)
{
	chip_write_nothing(d, msg);
	chip_result = irq_alloc_descs(irq_data_machine(d), -1, 1, 0, NULL);
}

static void chip_enables_msix(struct irq_data *d, const struct msi_msg *msg)
{
	struct device *nic = device_by_name(irq_data_machine(d), "nic");

	chip_write_nothing(d, msg);
	chip_result = pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX);
}

static void chip_enables_msi(struct irq_data *d, const struct msi_msg *msg)
{
	chip_write_nothing(d, msg);
	chip_result = pci_enable_msi(device_by_name(irq_data_machine(d), "multi"));
}

static void chip_adds_an_entry(struct irq_data *d, const struct msi_msg *msg)
{
	chip_write_nothing(d, msg);
	chip_result =
		pci_msix_alloc_irq_at(device_by_name(irq_data_machine(d), "both"), 1, NULL).index;
}

static void chip_requests(struct irq_data *d, const struct msi_msg *msg)
{
	chip_write_nothing(d, msg);
	chip_result = request_irq(irq_data_machine(d), d->irq, run_in_handler, 0, "chip", NULL);
}

static void chips_do_not_allocate(void **state)
{
	static void (*const callbacks[])(struct irq_data *, const struct msi_msg *) = {
		chip_makes_descriptors, chip_enables_msix, chip_enables_msi,
		chip_adds_an_entry,	chip_requests,
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(callbacks) / sizeof(callbacks[0]); i++) {
		const struct msi_domain_template template = {
			.chip =
				{
					.name = "EAGER",
					.irq_mask = chip_nothing,
					.irq_unmask = chip_nothing,
					.irq_write_msi_msg = callbacks[i],
				},
			.info =
				{
					.flags = MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS |
						 MSI_FLAG_FREE_MSI_DESCS,
					.bus_token = DOMAIN_BUS_PCI_DEVICE_IMS,
				},
		};
		struct machine *m = chips_machine(&(struct chips_options){.parent = PARENT_INTEL});
		struct device *dsa = device_by_name(m, "dsa");
		struct hello hello = {0};
		struct msi_map map;

		chip_result = 0;
		assert_int_equal(hello_probe(m, device_by_name(m, "both"), &hello), 0);
		assert_int_equal(msi_create_device_irq_domain(dsa, 5, &template, 4, NULL, NULL), 0);
		map = msi_domain_alloc_irq_at(dsa, 5, 0, 0, NULL, 0);
		assert_int_equal(map.index, 0);
		assert_int_equal(machine_warnings_total(m), 0);
		assert_int_equal(request_irq(m, (unsigned)map.virq, chips_handler, 0, "x", &hello),
				 0);
		assert_int_equal(chip_result, -EPERM);
		assert_int_equal(machine_warnings(m, WARN_LAYER_VIOLATION), 1);
		assert_int_equal(machine_warnings_total(m), 1);
		machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(catalogue),
		cmocka_unit_test(diagnostics_differ),
		cmocka_unit_test(builders_are_not_drivers),
		cmocka_unit_test(chips_do_not_allocate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
