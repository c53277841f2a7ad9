/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "chips_test.h"

#include "sim_pci/function.h"

#include <stdio.h>

/*
 * Batches against an MSI parent made up for these tests: what it is asked, and
 * how PCI reacts to what it can do and to its failures.
 */

static struct parent {
	struct msi_parent_ops ops;
	struct irq_domain *domain;
	unsigned prepared, prepare_nvec;
	unsigned alloc_calls, room; /* blocks that it has; then -ENOMEM */
	uint32_t address_hi;
	char masks[256]; /* who was masked and unmasked, in order */
} parent;

static struct machine *m;

/* ---- the parent ---- */

static void note(const char *what)
{
	strncat(parent.masks, what, sizeof(parent.masks) - strlen(parent.masks) - 1);
}

static void parent_mask(struct irq_data *d)
{
	(void)d;
	note("parent-mask ");
}

static void parent_unmask(struct irq_data *d)
{
	(void)d;
	note("parent-unmask ");
}

static void parent_ack(struct irq_data *d)
{
	(void)d;
}

static void parent_compose(struct irq_data *d, struct msi_msg *msg)
{
	*msg = (struct msi_msg){0x10000000, parent.address_hi, d->irq};
}

static int parent_affinity(struct irq_data *d, const struct cpumask *mask, bool force)
{
	(void)force;
	irq_data_update_effective_affinity(d, cpumask_of(irq_data_machine(d), cpumask_first(mask)));
	return IRQ_SET_MASK_OK_DONE;
}

static const struct irq_chip parent_chip = {
	.name = "parent",
	.irq_mask = parent_mask,
	.irq_unmask = parent_unmask,
	.irq_ack = parent_ack,
	.irq_set_affinity = parent_affinity,
	.irq_compose_msi_msg = parent_compose,
};

static int parent_alloc(struct irq_domain *d, unsigned virq, unsigned nr, void *arg)
{
	(void)arg;
	parent.alloc_calls++;
	if (!parent.room)
		return -ENOMEM;
	parent.room--;
	for (unsigned i = 0; i < nr; i++)
		irq_domain_set_info(d, virq + i, virq + i, &parent_chip, NULL, handle_edge_irq,
				    NULL, "edge");
	return 0;
}

static void parent_free(struct irq_domain *d, unsigned virq, unsigned nr)
{
	parent.room++;
	irq_domain_free_irqs_top(d, virq, nr);
}

static const struct irq_domain_ops parent_domain_ops = {
	.alloc = parent_alloc,
	.free = parent_free,
};

static int parent_prepare(struct irq_domain *d, struct device *dev, int nvec, msi_alloc_info_t *arg)
{
	(void)d;
	(void)dev;
	memset(arg, 0, sizeof(*arg));
	parent.prepared++;
	parent.prepare_nvec = (unsigned)nvec;
	return 0;
}

static bool parent_init(struct device *dev, struct irq_domain *domain, struct irq_domain *real,
			struct msi_domain_info *info)
{
	(void)dev;
	(void)domain;
	(void)real;
	info->flags &= parent.ops.supported_flags;
	info->flags |= parent.ops.required_flags;
	info->ops->msi_prepare = parent_prepare;
	info->chip->irq_ack = irq_chip_ack_parent;
	info->handler = handle_edge_irq;
	info->handler_name = "edge";
	return true;
}

/* A fresh machine whose device `name` has this parent instead of its own. */
static struct pci_dev *device_under(const char *name, uint32_t supported, uint32_t required)
{
	const struct irq_domain_config config = {
		.name = "PARENT",
		.ops = &parent_domain_ops,
		.flags = IRQ_DOMAIN_FLAG_MSI_PARENT,
	};
	struct pci_dev *pdev;

	machine_destroy(m);
	m = chips_machine(&(struct chips_options){.parent = PARENT_VECTOR});
	parent = (struct parent){
		.ops = {.supported_flags = MSI_GENERIC_FLAGS_MASK | supported,
			.required_flags =
				MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS | required,
			.init_dev_msi_info = parent_init},
		.room = 1000,
	};
	parent.domain = irq_domain_create(m, &config);
	parent.domain->msi_parent_ops = &parent.ops;
	pdev = chips_pci(m, name);
	touch(m, pdev);
	pdev->dev.msi_domain = parent.domain;
	return pdev;
}

static int teardown(void **state)
{
	(void)state;
	machine_destroy(m);
	m = NULL;
	return 0;
}

/* ---- batches ---- */

static void prepared_once(void **state)
{
	struct pci_dev *nic = device_under("nic", MSI_FLAG_PCI_MSIX, 0);

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 1, 5, PCI_IRQ_MSIX), 5);
	assert_int_equal(parent.prepared, 1);
	assert_int_equal(parent.prepare_nvec, 5);
	assert_int_equal(parent.alloc_calls, 5);

	nic = device_under("multi", MSI_FLAG_MULTI_PCI_MSI, 0);
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 1, 16, PCI_IRQ_MSI), 16);
	assert_int_equal(parent.prepared, 1);
	assert_int_equal(parent.prepare_nvec, 16);
	/* One descriptor, so one request to the hierarchy, for all of them. */
	assert_int_equal(parent.alloc_calls, 1);
}

/* What could be had is freed, and asked for again as a batch of its own. */
static void fewer_msix(void **state)
{
	struct pci_dev *nic = device_under("nic", MSI_FLAG_PCI_MSIX, 0);

	(void)state;
	parent.room = 3;
	assert_refused(m, pci_alloc_irq_vectors(&nic->dev, 4, 8, PCI_IRQ_MSIX), -ENOSPC);
	assert_int_equal(parent.prepared, 1);
	parent.prepared = 0;
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 2, 8, PCI_IRQ_MSIX), 3);
	assert_int_equal(parent.prepared, 2);
	assert_int_equal(parent.prepare_nvec, 3);
}

static void none_msix(void **state)
{
	struct pci_dev *nic = device_under("nic", MSI_FLAG_PCI_MSIX, 0);

	(void)state;
	parent.room = 0;
	/* The parent's own error is lost. */
	assert_refused(m, pci_alloc_irq_vectors(&nic->dev, 1, 8, PCI_IRQ_MSIX), -ENOSPC);
	assert_int_equal(parent.alloc_calls, 1);
}

/* Several messages or one, nothing in between. */
static void fewer_msi(void **state)
{
	struct pci_dev *multi = device_under("multi", MSI_FLAG_MULTI_PCI_MSI, 0);

	(void)state;
	parent.room = 0;
	assert_refused(m, pci_alloc_irq_vectors(&multi->dev, 2, 16, PCI_IRQ_MSI), -ENOSPC);
	assert_int_equal(parent.alloc_calls, 1);
	assert_refused(m, pci_alloc_irq_vectors(&multi->dev, 1, 16, PCI_IRQ_MSI), -ENOSPC);
	assert_int_equal(parent.alloc_calls, 3);
}

static void one_msi_without_support(void **state)
{
	struct pci_dev *multi = device_under("multi", 0, 0);
	uint64_t at = tape_position(m);

	(void)state;
	assert_refused(m, pci_alloc_irq_vectors(&multi->dev, 2, 16, PCI_IRQ_MSI), -ENOSPC);
	assert_writes(m, at, "");
	assert_int_equal(pci_alloc_irq_vectors(&multi->dev, 1, 16, PCI_IRQ_MSI), 1);
	assert_refused(m, pci_alloc_irq_vectors(&chips_pci(m, "none")->dev, 1, 1, PCI_IRQ_MSIX),
		       -EINVAL);
}

static void no_msix_support(void **state)
{
	struct pci_dev *nic = device_under("nic", 0, 0);

	(void)state;
	assert_refused(m, pci_alloc_irq_vectors(&nic->dev, 1, 8, PCI_IRQ_MSIX), -ENOTSUPP);
	assert_false(pci_msix_can_alloc_dyn(&nic->dev));
}

static void no_dynamic_msix(void **state)
{
	struct pci_dev *nic = device_under("nic", MSI_FLAG_PCI_MSIX, 0);
	struct msi_map map;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 1, 2, PCI_IRQ_MSIX), 2);
	assert_false(pci_msix_can_alloc_dyn(&nic->dev));
	assert_refused(m, pci_msix_alloc_irq_at(&nic->dev, MSI_ANY_INDEX, NULL).index, -ENOTSUPP);
	map = (struct msi_map){1, pci_irq_vector(&nic->dev, 1)};
	assert_int_equal(pci_msix_free_irq(&nic->dev, map), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_COOKIE_MISUSE), 1);
}

static void contiguous_entries(void **state)
{
	struct pci_dev *nic = device_under("nic", MSI_FLAG_PCI_MSIX | MSI_FLAG_MSIX_CONTIGUOUS, 0);
	struct msix_entry gap[] = {{.entry = 0}, {.entry = 2}},
			  row[] = {{.entry = 0}, {.entry = 1}};

	(void)state;
	assert_refused(m, pci_enable_msix_range(&nic->dev, gap, 1, 2), -EINVAL);
	assert_int_equal(pci_enable_msix_range(&nic->dev, row, 1, 2), 2);
}

/* ---- what messages may look like ---- */

/* Only found out when all is allocated, and the message written: all of it is undone. */
static void message_too_high(void **state)
{
	struct pci_dev *mask = device_under("mask", 0, 0);

	(void)state;
	parent.address_hi = 1;
	assert_refused(m, pci_alloc_irq_vectors(&mask->dev, 1, 1, PCI_IRQ_MSI), -EIO);
	parent.address_hi = 0;
	assert_int_equal(pci_alloc_irq_vectors(&mask->dev, 1, 1, PCI_IRQ_MSI), 1);
	/* A function with 64-bit MSI takes it. */
	mask = device_under("multi", 0, 0);
	parent.address_hi = 1;
	assert_int_equal(pci_alloc_irq_vectors(&mask->dev, 1, 1, PCI_IRQ_MSI), 1);
}

static void message_too_high_msix(void **state)
{
	struct pci_dev *nic = device_under("nic", MSI_FLAG_PCI_MSIX, 0);

	(void)state;
	touch(m, nic);
	nic->no_64bit_msi = true;
	parent.address_hi = 1;
	assert_refused(m, pci_alloc_irq_vectors(&nic->dev, 1, 8, PCI_IRQ_MSIX), -EIO);
}

/* ---- masks ---- */

static void watch(void *context, struct machine *machine, const struct tape_record *record)
{
	struct bus_place place;

	(void)context;
	if (record->kind == TAPE_MMIO && tape_place(machine, record, &place) &&
	    !strcmp(place.field, "ctrl"))
		note(record->value ? "mask " : "unmask ");
}

static void parent_masks_too(void **state)
{
	struct pci_dev *nic = device_under("nic", MSI_FLAG_PCI_MSIX, MSI_FLAG_PCI_MSI_MASK_PARENT);
	const struct bus_listener listener = {.after = watch};
	int ran = 0, irq;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 1, 1, PCI_IRQ_MSIX), 1);
	irq = pci_irq_vector(&nic->dev, 0);
	assert_int_equal(bus_listen(m, &listener), 0);
	assert_int_equal(request_irq(m, (unsigned)irq, chips_handler, 0, "nic", &ran), 0);
	assert_int_equal(free_irq(m, (unsigned)irq, &ran), 0);
	/* The device is the last to open and the first to close. */
	assert_string_equal(parent.masks, "parent-unmask unmask mask parent-mask ");
	bus_unlisten(m, &listener);
}

static void no_mask(void **state)
{
	struct pci_dev *nic = device_under("nic", MSI_FLAG_PCI_MSIX | MSI_FLAG_NO_MASK, 0);
	uint64_t at = tape_position(m);

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 1, 1, PCI_IRQ_MSIX), 1);
	assert_null(strstr(chips_writes(m, at), "].ctrl"));

	nic = device_under("mask", MSI_FLAG_NO_MASK, 0);
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 1, 1, PCI_IRQ_MSI), 1);
	assert_null(strstr(chips_writes(m, at), "msi.mask"));
}

/* ---- quirks ---- */

static void quirks(void **state)
{
	struct pci_dev *pdev = device_under("mask", 0, 0);
	uint64_t at;

	(void)state;
	touch(m, pdev);
	pdev->quirks = PCI_QUIRK_MSI_INTX_DISABLE_BUG;
	at = tape_position(m);
	assert_int_equal(pci_enable_msi(&pdev->dev), 0);
	pci_disable_msi(&pdev->dev);
	assert_null(strstr(chips_writes(m, at), "command"));

	pdev = device_under("nic", MSI_FLAG_PCI_MSIX, 0);
	touch(m, pdev);
	pdev->quirks = PCI_QUIRK_MSIX_TOUCH_DATA_FIRST;
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(&pdev->dev, 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(strncmp(chips_writes(m, at), "msix.ctrl=0xc007 msix[0].data=0x0 ", 34), 0);
}

/* ---- hooks ---- */

struct hooked {
	struct machine *m;
	unsigned calls;
	uint32_t data;
};

static void hook(struct msi_desc *desc, void *data)
{
	struct hooked *hooked = data;

	hooked->calls++;
	hooked->data = desc->msg.data;
}

/* Told of each message, the empty one too. */
static void write_hook(void **state)
{
	struct pci_dev *nic = device_under("nic", MSI_FLAG_PCI_MSIX, 0);
	struct hooked hooked = {.m = m};
	struct msi_desc *desc;
	int ran = 0, irq;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(&nic->dev, 1, 1, PCI_IRQ_MSIX), 1);
	irq = pci_irq_vector(&nic->dev, 0);
	desc = irq_data_get_msi_desc(irq_get_irq_data(m, (unsigned)irq));
	touch(m, desc);
	desc->write_hook = hook;
	desc->write_hook_data = &hooked;
	assert_int_equal(request_irq(m, (unsigned)irq, chips_handler, 0, "nic", &ran), 0);
	assert_int_equal(hooked.data, irq);
	assert_int_equal(free_irq(m, (unsigned)irq, &ran), 0);
	assert_int_equal(hooked.data, 0);
	assert_int_equal(hooked.calls, 2);
}

#define test(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(prepared_once),
		test(fewer_msix),
		test(none_msix),
		test(fewer_msi),
		test(one_msi_without_support),
		test(no_msix_support),
		test(no_dynamic_msix),
		test(contiguous_entries),
		test(message_too_high),
		test(message_too_high_msix),
		test(parent_masks_too),
		test(no_mask),
		test(quirks),
		test(write_hook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
