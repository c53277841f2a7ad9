/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "domains/legacy_bench.h"

#include "domains/intel_ir.h"
#include "domains/legacy_powerpc.h"

/* Architectures that set the interrupts of a function up as a whole: the contract, and each one's
 * quirk. */

/* ---- the contract, with an architecture of our own that does as it is told ---- */

struct script {
	int answers[8];	 /* of setup_one, one after the other; 0 beyond */
	unsigned asked;	 /* calls of setup_one */
	unsigned rounds; /* calls of setup */
	int sizes[8];	 /* what each was for */
	int offers;	 /* setup: it has so many, and does those */
	unsigned torn;	 /* calls of teardown_one */
};

static void script_digest(const void *object, struct digest *d)
{
	(void)object;
	digest_string(d, "script");
}
static const struct object_type script_type = {"script", script_digest};
static const struct irq_chip script_chip = {.name = "script"};

static int script_setup_one(struct device *dev, struct msi_desc *desc)
{
	struct script *s = msi_legacy_data(dev->machine);
	int answer = s->asked < 8 ? s->answers[s->asked] : 0, irq;

	s->asked++;
	if (answer)
		return answer;
	irq = irq_alloc_descs(dev->machine, -1, 1, dev->node, NULL);
	if (irq < 0)
		return irq;
	irq_set_chip_and_handler(dev->machine, (unsigned)irq, &script_chip, handle_simple_irq, "");
	irq_set_msi_desc(dev->machine, (unsigned)irq, 0, desc);
	return 0;
}

static void script_teardown_one(struct machine *m, unsigned irq)
{
	struct script *s = msi_legacy_data(m);

	(void)irq;
	s->torn++;
}

static int script_setup(struct device *dev, int nvec, bool msix)
{
	struct script *s = msi_legacy_data(dev->machine);
	struct msi_desc *desc;
	int done = 0;

	(void)msix;
	s->sizes[s->rounds++ % 8] = nvec;
	msi_for_each_desc (desc, dev, MSI_DEFAULT_DOMAIN, MSI_DESC_NOTASSOCIATED)
		if (done++ < s->offers)
			assert_int_equal(script_setup_one(dev, desc), 0);
	return s->offers < nvec ? s->offers : 0;
}

static const struct msi_legacy_ops singles = {
	.name = "script",
	.setup_one = script_setup_one,
	.teardown_one = script_teardown_one,
};
static const struct msi_legacy_ops whole = {
	.name = "script",
	.setup = script_setup,
	.teardown_one = script_teardown_one,
};

static struct machine *scripted(const struct msi_legacy_ops *ops, const char *name,
				struct device **dev, struct script **script)
{
	struct machine *m = every_machine(ON_X86, NULL);

	*dev = device_by_name(m, name);
	touch(m, *dev);
	(*dev)->msi_domain = NULL;
	assert_no_trace(m, pci_alloc_irq_vectors(*dev, 1, 8, PCI_IRQ_MSIX | PCI_IRQ_MSI),
			-ENOTSUPP);
	*script = object_alloc(m, &script_type, sizeof(**script));
	assert_int_equal(msi_register_legacy(m, ops, *script), 0);
	return m;
}

static void one_by_one(void **state)
{
	struct script *s;
	struct device *nic;
	struct machine *m = scripted(&singles, "nic", &nic, &s);

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 8, 8, PCI_IRQ_MSIX), 8);
	assert_int_equal(s->asked, 8);
	assert_false(pci_msix_can_alloc_dyn(nic));
	pci_free_irq_vectors(nic);
	assert_int_equal(s->torn, 8);

	/* What has its interrupts counts: asked again for that many, as a whole. */
	*s = (struct script){.answers = {0, 0, 0, -ENOMEM}};
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX), 3);
	assert_int_equal(s->asked, 4 + 3);
	assert_int_equal(s->torn, 3);
	pci_free_irq_vectors(nic);
	/* A positive answer is no count here. */
	*s = (struct script){.answers = {0, 5}};
	assert_no_trace(m, pci_alloc_irq_vectors(nic, 2, 8, PCI_IRQ_MSIX), -ENOSPC);
	/* Without any it is the error that counts. */
	*s = (struct script){.answers = {-EIO}};
	assert_no_trace(m, pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX), -EIO);
	*s = (struct script){.answers = {7}};
	assert_no_trace(m, pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX), -ENOSPC);
	machine_destroy(m);
}

static void one_by_one_is_no_block(void **state)
{
	struct script *s;
	struct device *old;
	struct machine *m = scripted(&singles, "old", &old, &s);

	(void)state;
	assert_no_trace(m, pci_alloc_irq_vectors(old, 2, 8, PCI_IRQ_MSI), -ENOSPC);
	assert_int_equal(s->asked, 0);
	assert_int_equal(pci_alloc_irq_vectors(old, 1, 8, PCI_IRQ_MSI), 1);
	assert_int_equal(s->asked, 1);
	pci_free_irq_vectors(old);
	/* An error of MSI stays what it is. */
	*s = (struct script){.answers = {-EIO}};
	assert_no_trace(m, pci_alloc_irq_vectors(old, 1, 8, PCI_IRQ_MSI), -EIO);
	machine_destroy(m);
}

static void offers_are_taken_up(void **state)
{
	struct script *s;
	struct device *nic;
	struct machine *m = scripted(&whole, "nic", &nic, &s);

	(void)state;
	s->offers = 5;
	assert_int_equal(pci_alloc_irq_vectors(nic, 3, 8, PCI_IRQ_MSIX), 5);
	/* All of the first round was torn down before the second, which is a batch of its own. */
	assert_int_equal(s->rounds, 2);
	assert_int_equal(s->sizes[0], 8);
	assert_int_equal(s->sizes[1], 5);
	assert_int_equal(s->torn, 5);
	assert_int_equal(pci_irq_vector(nic, 5), -EINVAL);
	pci_free_irq_vectors(nic);
	*s = (struct script){.offers = 5};
	assert_no_trace(m, pci_alloc_irq_vectors(nic, 6, 8, PCI_IRQ_MSIX), -ENOSPC);
	assert_int_equal(s->rounds, 1);
	machine_destroy(m);
}

static void ops_are_checked(void **state)
{
	static const struct msi_legacy_ops no_name = {.setup = script_setup,
						      .teardown_one = script_teardown_one};
	static const struct msi_legacy_ops no_teardown = {.name = "x", .setup = script_setup};
	static const struct msi_legacy_ops no_setup = {.name = "x",
						       .teardown_one = script_teardown_one};
	struct machine *m = every_machine(ON_X86, NULL);

	(void)state;
	assert_int_equal(msi_register_legacy(m, &no_name, NULL), -EINVAL);
	assert_int_equal(msi_register_legacy(m, &no_teardown, NULL), -EINVAL);
	assert_int_equal(msi_register_legacy(m, &no_setup, NULL), -EINVAL);
	assert_int_equal(machine_warnings(m, WARN_DOMAIN_INCOMPLETE), 3);
	assert_null(msi_legacy_ops(m));
	assert_int_equal(msi_register_legacy(m, &whole, NULL), 0);
	assert_int_equal(msi_register_legacy(m, &whole, NULL), -EEXIST);
	/* Who has a domain is not affected. */
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "nic"), 8, 8, PCI_IRQ_MSIX), 8);
	machine_destroy(m);
}

/* A handler that is still there: with the repaired behaviour nothing is freed at all. */
static void handlers_keep_all(void **state)
{
	(void)state;
	for (unsigned which = ON_POWERPC; which <= ON_XEN_DOM0; which++) {
		struct machine *m = every_machine((enum every_machine)which, NULL);
		bool msix = which != ON_OCTEON;
		struct device *dev = device_by_name(m, msix ? "nic" : "old");
		unsigned flags = msix ? PCI_IRQ_MSIX : PCI_IRQ_MSI, irq;
		int ran = 0, nr = pci_alloc_irq_vectors(dev, 1, 4, flags);

		assert_true(nr > 0);
		irq = request_vector(m, dev, 0, &ran);
		machine_set_switch(m, SWITCH_FREE_WITH_HANDLERS, false);
		pci_free_irq_vectors(dev);
		assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 1);
		assert_int_equal(pci_irq_vector(dev, (unsigned)nr - 1), irq + (unsigned)nr - 1);
		raise_vector(m, dev, msix ? RAISE_MSIX : RAISE_MSI, 0);
		assert_int_equal(ran, 1);
		check_invariants(m);

		machine_set_switch(m, SWITCH_FREE_WITH_HANDLERS, true);
		pci_free_irq_vectors(dev);
		assert_int_equal(machine_warnings(m, WARN_FREE_WITH_ACTION), 2);
		assert_null(irq_to_desc(m, irq));
		check_invariants(m);
		/* Nothing of it is in the way of the next one. */
		assert_int_equal(pci_alloc_irq_vectors(dev, (unsigned)nr, (unsigned)nr, flags), nr);
		machine_destroy(m);
	}
}

/* ---- powerpc ---- */

static struct machine *powerpc(const struct legacy_desc *desc)
{
	return every_machine(ON_POWERPC, desc);
}

static void powerpc_without_firmware(void **state)
{
	struct machine *m = powerpc(&(struct legacy_desc){.powerpc.no_firmware = true});

	(void)state;
	assert_no_trace(m, pci_alloc_irq_vectors(device_by_name(m, "nic"), 1, 8, PCI_IRQ_MSIX),
			-ENOSYS);
	assert_no_trace(m, pci_alloc_irq_vectors(device_by_name(m, "old"), 1, 8, PCI_IRQ_MSI),
			-ENOSYS);
	machine_destroy(m);
}

static void powerpc_gives_fewer(void **state)
{
	struct machine *m = powerpc(&(struct legacy_desc){.powerpc.grant = 5});
	struct device *nic = device_by_name(m, "nic");
	uint64_t at = tape_position(m), counts[8];

	(void)state;
	assert_no_trace(m, pci_alloc_irq_vectors(nic, 6, 8, PCI_IRQ_MSIX), -ENOSPC);
	assert_int_equal(written_to(m, at, "firmware", "count", counts, 8), 2);
	assert_int_equal(counts[0], 8);
	assert_int_equal(counts[1], 0);

	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX), 5);
	/* 8 are refused and given back; 5 are rounded up in vain, then exact. */
	assert_int_equal(written_to(m, at, "firmware", "count", counts, 8), 4);
	assert_int_equal(counts[0], 8);
	assert_int_equal(counts[1], 0);
	assert_int_equal(counts[2], 8);
	assert_int_equal(counts[3], 5);
	machine_destroy(m);
}

static void powerpc_rounds_up(void **state)
{
	struct machine *m = powerpc(&(struct legacy_desc){.powerpc.powers_of_two = true});
	struct device *nic = device_by_name(m, "nic");
	uint64_t at = tape_position(m), counts[8];

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 6, 6, PCI_IRQ_MSIX), 6);
	assert_int_equal(written_to(m, at, "firmware", "count", counts, 8), 1);
	assert_int_equal(counts[0], 8);
	assert_int_equal(pci_irq_vector(nic, 6), -EINVAL);
	machine_destroy(m);

	/* With 6 sources in all it can't, and the exact count is no power of two: 4 are offered. */
	m = powerpc(&(struct legacy_desc){
		.powerpc = {.powers_of_two = true, .sources = 6},
	});
	nic = device_by_name(m, "nic");
	assert_no_trace(m, pci_alloc_irq_vectors(nic, 5, 6, PCI_IRQ_MSIX), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 6, PCI_IRQ_MSIX), 4);
	/* The others find the rest, then none. */
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "disk"), 1, 8, PCI_IRQ_MSIX), 2);
	assert_no_trace(m, pci_alloc_irq_vectors(device_by_name(m, "old"), 1, 1, PCI_IRQ_MSI),
			-ENOSPC);
	machine_destroy(m);
}

/* Five functions share 20: 4 each; two want just 1, and three want the 6 that are left of that. */
static void powerpc_shares_the_bus(void **state)
{
	struct machine *m = powerpc(&(struct legacy_desc){.powerpc.bus_total = 20});
	struct device *nic = device_by_name(m, "nic");
	uint64_t at, counts[4];

	(void)state;
	assert_int_equal(legacy_powerpc_quota(m, 0x18, 4), 4);
	assert_int_equal(legacy_powerpc_quota(m, 0x18, 8), 6);
	assert_no_trace(m, pci_alloc_irq_vectors(nic, 7, 8, PCI_IRQ_MSIX), -ENOSPC);
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX), 6);
	/* The first round never got to firmware but to give back; rounding up is beyond the share.
	 */
	assert_int_equal(written_to(m, at, "firmware", "count", counts, 4), 2);
	assert_int_equal(counts[0], 0);
	assert_int_equal(counts[1], 6);
	machine_destroy(m);

	m = powerpc(&(struct legacy_desc){.powerpc.bus_total = 4});
	assert_no_trace(m, pci_alloc_irq_vectors(device_by_name(m, "nic"), 1, 8, PCI_IRQ_MSIX),
			-ENOSPC);
	machine_destroy(m);
}

static void powerpc_delivers(void **state)
{
	struct machine *m = powerpc(NULL);
	struct device *nic = device_by_name(m, "nic");
	const struct irq_data *d;
	int ran[2] = {0};
	unsigned irq;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX), 2);
	irq = request_vector(m, nic, 0, &ran[0]);
	request_vector(m, nic, 1, &ran[1]);
	d = irq_get_irq_data(m, irq);
	assert_string_equal(d->domain->name, "XIVE");
	assert_null(d->parent_data);
	assert_int_equal(descriptor(nic, 0)->msg.data, d->hwirq);
	assert_int_equal(d->hwirq, 0x1000);

	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 1)), 0);
	raise_vector(m, nic, RAISE_MSIX, 0);
	assert_int_equal(ran[0], 1);
	/* Two at once, one CPU each; then two on one CPU. */
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 1, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 0)), 0);
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 0, RAISE_NO_PASID), 0);
	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 1, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(ran[0], 3);
	assert_int_equal(ran[1], 2);

	/* Disabled: the first is remembered, and masked by the controller; they merge into one. */
	disable_irq(m, irq);
	raise_vector(m, nic, RAISE_MSIX, 0);
	raise_vector(m, nic, RAISE_MSIX, 0);
	assert_int_equal(ran[0], 3);
	enable_irq(m, irq);
	machine_settle(m);
	assert_true(ran[0] > 3);
	check_invariants(m);
	/* CPU 1 leaves: its interrupts are on CPU 0 then. */
	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 1)), 0);
	assert_int_equal(cpu_down(m, 1), 0);
	ran[0] = 0;
	raise_vector(m, nic, RAISE_MSIX, 0);
	assert_int_equal(ran[0], 1);
	assert_int_equal(machine_warnings_total(m), 0);
	machine_destroy(m);
}

/* ---- s390 ---- */

static void s390_gives_a_part(void **state)
{
	struct machine *m = every_machine(ON_S390, &(struct legacy_desc){.s390.limit = 5});
	struct device *nic = device_by_name(m, "nic"), *old = device_by_name(m, "old");
	uint64_t at = tape_position(m), values[16];

	(void)state;
	assert_no_trace(m, pci_alloc_irq_vectors(nic, 6, 8, PCI_IRQ_MSIX), -ENOSPC);
	/* It was registered with those 5, and that undone. */
	assert_int_equal(written_to(m, at, "adapter", "function", values, 16), 4);
	assert_int_equal(values[2] & 0xffff, 5);
	assert_int_equal(values[3], 0);
	at = tape_position(m);
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX), 5);
	assert_int_equal(written_to(m, at, "adapter", "function", values, 16), 7);
	assert_int_equal(pci_alloc_irq_vectors(old, 1, 8, PCI_IRQ_MSI), 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(descriptor(nic, i)->msg.data, i);
		assert_int_equal(descriptor(nic, i)->msg.address_lo, 0xfe000000);
		assert_null(irq_get_irq_data(m, (unsigned)pci_irq_vector(nic, i))->domain);
	}
	machine_destroy(m);
}

/* The bit of a message, and that of its function, count from the left. */
static void s390_bits_count_from_the_left(void **state)
{
	struct machine *m = every_machine(ON_S390, NULL);
	struct device *nic = device_by_name(m, "nic"), *old = device_by_name(m, "old");
	uint64_t at = tape_position(m), values[4];
	int ran[3] = {0};

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX), 2);
	assert_int_equal(pci_alloc_irq_vectors(old, 4, 4, PCI_IRQ_MSI), 4);
	request_vector(m, nic, 1, &ran[0]);
	request_vector(m, old, 3, &ran[1]);
	assert_int_equal(written_to(m, at, "adapter", "function", values, 4), 6);

	assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 1, RAISE_NO_PASID), 0);
	assert_int_equal(device_raise(m, "old", RAISE_MSI, 0, 3, RAISE_NO_PASID), 0);
	assert_int_equal(bus_read(m, values[0], 8), UINT64_C(1) << 62); /* vector of nic */
	assert_int_equal(bus_read(m, values[1], 8), UINT64_C(3) << 62); /* both in the summary */
	machine_deliver(m, 0);
	assert_int_equal(ran[0], 1);
	assert_int_equal(ran[1], 1);
	assert_int_equal(bus_read(m, values[0], 8), 0);
	assert_int_equal(bus_read(m, values[1], 8), 0);
	/* What nobody asked for reaches nobody. */
	raise_vector(m, old, RAISE_MSI, 0);
	assert_int_equal(ran[1], 1);
	check_invariants(m);
	machine_destroy(m);
}

static void s390_vectors_run_out(void **state)
{
	struct machine *m = every_machine(ON_S390, &(struct legacy_desc){.s390.functions = 1});
	struct device *nic = device_by_name(m, "nic"), *old = device_by_name(m, "old");

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 2, PCI_IRQ_MSIX), 2);
	assert_no_trace(m, pci_alloc_irq_vectors(old, 1, 8, PCI_IRQ_MSI), -EIO);
	pci_free_irq_vectors(nic);
	assert_int_equal(pci_alloc_irq_vectors(old, 1, 8, PCI_IRQ_MSI), 8);
	machine_destroy(m);

	/* Directed, all share one vector: no part of a request, if it doesn't fit. */
	m = every_machine(ON_S390_DIRECTED, &(struct legacy_desc){.s390.directed = 10});
	nic = device_by_name(m, "nic");
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 8, PCI_IRQ_MSIX), 8);
	assert_no_trace(m, pci_alloc_irq_vectors(device_by_name(m, "disk"), 1, 8, PCI_IRQ_MSIX),
			-EIO);
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "disk"), 1, 2, PCI_IRQ_MSIX), 2);
	machine_destroy(m);
}

static void s390_directs_to_cpus(void **state)
{
	struct machine *m = every_machine(ON_S390_DIRECTED, NULL);
	struct device *nic = device_by_name(m, "nic");
	int ran = 0;
	unsigned irq;

	(void)state;
	/* Spread: the first CPU of each mask is in the address. */
	assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX | PCI_IRQ_AFFINITY), 2);
	for (unsigned i = 0; i < 2; i++) {
		const struct msi_desc *desc = descriptor(nic, i);

		assert_int_equal(desc->msg.address_lo,
				 0xfe000000 | cpumask_first(desc->affinity->mask) << 8);
		assert_int_equal(desc->msg.data, i);
	}
	pci_free_irq_vectors(nic);

	/* Without: CPU 0, until it is moved. Then the message changes. */
	assert_int_equal(pci_alloc_irq_vectors(nic, 2, 2, PCI_IRQ_MSIX), 2);
	assert_int_equal(descriptor(nic, 1)->msg.address_lo, 0xfe000000);
	irq = request_vector(m, nic, 1, &ran);
	assert_int_equal(irq_set_affinity(m, irq, cpumask_of(m, 1)), 0);
	assert_int_equal(descriptor(nic, 1)->msg.address_lo, 0xfe000100);
	raise_vector(m, nic, RAISE_MSIX, 1);
	assert_int_equal(ran, 1);
	assert_int_equal(cpu_down(m, 1), 0);
	assert_int_equal(descriptor(nic, 1)->msg.address_lo, 0xfe000000);
	raise_vector(m, nic, RAISE_MSIX, 1);
	assert_int_equal(ran, 2);
	check_invariants(m);
	machine_destroy(m);
}

/* A bit that nobody looked at goes with its function; one that nobody set is a surprise. */
static void s390_leftover_bits(void **state)
{
	(void)state;
	for (unsigned which = ON_S390; which <= ON_S390_DIRECTED; which++) {
		struct machine *m = every_machine((enum every_machine)which, NULL);
		struct device *nic = device_by_name(m, "nic");
		struct fingerprint before;
		int ran = 0;

		assert_int_equal(pci_alloc_irq_vectors(nic, 8, 8, PCI_IRQ_MSIX), 8);
		pci_free_irq_vectors(nic);
		before = print_complete(m);
		assert_int_equal(pci_alloc_irq_vectors(nic, 8, 8, PCI_IRQ_MSIX), 8);
		request_vector(m, nic, 7, &ran);
		assert_int_equal(device_raise(m, "nic", RAISE_MSIX, 0, 7, RAISE_NO_PASID), 0);
		pci_free_irq_vectors(nic);
		machine_deliver(m, 0);
		assert_int_equal(ran, 0);
		assert_int_equal(machine_warnings(m, WARN_SPURIOUS_VECTOR), 0);
		assert_true(fingerprint_equal(print_complete(m), before));
		machine_destroy(m);
	}
}

/* ---- Octeon ---- */

struct msi_function {
	uint8_t vectors;
	uint16_t control;
};

static struct machine *octeon(const struct msi_function *functions, unsigned nr, unsigned words)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
	struct device_desc devices[6] = {0};
	const struct legacy_desc legacy = {.kind = LEGACY_OCTEON, .octeon.words = words};
	const struct machine_desc desc = {
		.nr_cpus = 1,
		.devices = devices,
		.nr_devices = nr,
		.legacy = &legacy,
	};
	struct machine *m = machine_create(NULL);

	for (unsigned i = 0; i < nr; i++)
		devices[i] = (struct device_desc){
			.name = names[i],
			.requester = (uint16_t)(0x10 + 8 * i),
			.node = -1,
			.msi = {.vectors = functions[i].vectors,
				.ctrl = functions[i].control,
				.is_64 = true,
				.maskbit = true},
			.msix.size = 2,
		};
	assert_int_equal(machine_load(m, &desc, NULL), 0);
	return m;
}

static unsigned octeon_bit(struct machine *m, const char *name)
{
	struct device *dev = device_by_name(m, name);

	assert_int_equal(pci_alloc_irq_vectors(dev, 1, 1, PCI_IRQ_MSI), 1);
	assert_int_equal(pci_irq_vector(dev, 0), 24 + descriptor(dev, 0)->msg.data);
	return descriptor(dev, 0)->msg.data;
}

/* What a function takes is what it could use, or was once told to use; never what was asked for. */
static void octeon_blocks(void **state)
{
	static const struct msi_function functions[] = {
		{2, 0}, {8, 0}, {32, 0x10 /* 2 configured */}, {16, 0}, {1, 0},
	};
	struct machine *m = octeon(functions, 5, 4);
	uint64_t at = tape_position(m), control[4];

	(void)state;
	assert_int_equal(octeon_bit(m, "a"), 0);
	assert_int_equal(octeon_bit(m, "b"), 8);
	assert_int_equal(octeon_bit(m, "c"), 2);
	assert_int_equal(octeon_bit(m, "d"), 16);
	assert_int_equal(octeon_bit(m, "e"), 4);
	pci_free_irq_vectors(device_by_name(m, "b"));
	assert_int_equal(octeon_bit(m, "b"), 8);
	/* The size is written, and taken back with the message: the driver has one vector. */
	pci_free_irq_vectors(device_by_name(m, "d"));
	at = tape_position(m);
	octeon_bit(m, "d");
	assert_int_equal(written_to(m, at, "d", "msi", control, 4), 8);
	assert_int_equal(control[2], 0x1c8);
	assert_int_equal(control[3], 0x188);
	check_invariants(m);
	machine_destroy(m);
}

static void octeon_knows_no_msix(void **state)
{
	static const struct msi_function functions[] = {{4, 0}};
	struct machine *m = octeon(functions, 1, 1);
	struct device *a = device_by_name(m, "a");

	(void)state;
	assert_no_trace(m, pci_alloc_irq_vectors(a, 1, 2, PCI_IRQ_MSIX), -EINVAL);
	assert_int_equal(pci_alloc_irq_vectors(a, 1, 2, PCI_IRQ_MSIX | PCI_IRQ_MSI), 1);
	machine_destroy(m);
}

static void octeon_delivers(void **state)
{
	static const struct msi_function functions[] = {{4, 0}, {32, 0}};
	struct machine *m = octeon(functions, 2, 2);
	struct device *a = device_by_name(m, "a"), *b = device_by_name(m, "b");
	int ran[2] = {0};
	unsigned irq;

	(void)state;
	octeon_bit(m, "a");
	octeon_bit(m, "b");
	irq = request_vector(m, a, 0, &ran[0]);
	request_vector(m, b, 0, &ran[1]);
	/* Both in one word, whose line stays up until both are done. */
	assert_int_equal(device_raise(m, "a", RAISE_MSI, 0, 0, RAISE_NO_PASID), 0);
	assert_int_equal(device_raise(m, "b", RAISE_MSI, 0, 0, RAISE_NO_PASID), 0);
	machine_deliver(m, 0);
	assert_int_equal(ran[0], 1);
	assert_int_equal(ran[1], 1);
	/* Its enable bit goes at once; the bit that came meanwhile waits. */
	disable_irq(m, irq);
	raise_vector(m, a, RAISE_MSI, 0);
	assert_int_equal(ran[0], 1);
	enable_irq(m, irq);
	machine_deliver(m, 0);
	assert_int_equal(ran[0], 2);
	assert_int_equal(machine_warnings_total(m), 0);
	check_invariants(m);
	machine_destroy(m);
}

/* When no block fits a single bit does; when none is left that is the end. */
static void octeon_gives_up(void **state)
{
	static const struct msi_function functions[] = {
		{32, 0}, {16, 0}, {32, 0}, {16, 0}, {32, 0}};
	static const struct msi_function full[] = {{32, 0}, {32, 0}, {1, 0}};
	struct machine *m = octeon(functions, 5, 1);

	(void)state;
	assert_int_equal(octeon_bit(m, "a"), 0);
	assert_int_equal(octeon_bit(m, "b"), 32);
	assert_int_equal(octeon_bit(m, "c"), 48);
	assert_int_equal(octeon_bit(m, "d"), 49);
	assert_int_equal(octeon_bit(m, "e"), 50);
	machine_destroy(m);

	m = octeon(full, 3, 1);
	octeon_bit(m, "a");
	octeon_bit(m, "b");
	assert_null(machine_poisoned(m));
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "c"), 1, 1, PCI_IRQ_MSI), -EIO);
	assert_string_equal(machine_poisoned(m), "Octeon: no MSI bit is free");
	assert_int_equal(pci_alloc_irq_vectors(device_by_name(m, "a"), 1, 1, PCI_IRQ_MSI), -EIO);
	machine_destroy(m);
}

/* ---- a batch is not a loop over single ones ---- */

/* As a core would that knew single allocations only. Returns how many interrupts it ends up with.
 */
static unsigned loop_of_ones(struct machine *m, struct device *dev, unsigned nr)
{
	const struct msi_legacy_ops *ops = msi_legacy_ops(m);
	unsigned numbers[8], different = 0;

	msi_lock_descs(dev);
	for (unsigned i = 0; i < nr; i++) {
		const struct msi_desc init = {
			.nvec_used = 1,
			.pci = {.is_msix = 1, .is_64 = 1, .is_virtual = 1},
		};
		struct msi_desc *desc;

		assert_int_equal(
			msi_domain_insert_msi_desc(dev, MSI_DEFAULT_DOMAIN, &init, i, i, &desc), 0);
		if (ops->setup(dev, 1, true) || !desc->irq)
			break;
		numbers[different] = desc->irq;
		different += !different || numbers[different] != numbers[different - 1];
	}
	msi_unlock_descs(dev);
	return different;
}

static void batch_and_loop_differ(void **state)
{
	static const struct {
		enum every_machine which;
		struct legacy_desc legacy;
		unsigned batch, loop;
	} cases[] = {
		/* Firmware takes the count of a function as a whole: each call undoes the last
		   one's. */
		{ON_POWERPC, {0}, 4, 1},
		/* A function is registered once, with all its vectors. */
		{ON_S390, {0}, 4, 1},
		{ON_S390_DIRECTED, {0}, 4, 1},
		/* It offers what it has; a loop finds out by failing. */
		{ON_POWERPC, {.powerpc.bus_total = 10}, 2, 1},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine *m = every_machine(cases[i].which, &cases[i].legacy);
		struct device *nic = device_by_name(m, "nic");

		assert_int_equal(pci_alloc_irq_vectors(nic, 1, 4, PCI_IRQ_MSIX), cases[i].batch);
		pci_free_irq_vectors(nic);
		assert_int_equal(loop_of_ones(m, nic, 4), cases[i].loop);
		machine_destroy(m);
	}
}

/* Four messages of MSI are one handle and a sub-handle; what came one by one has no such handle. */
static void blocks_are_not_singles(void **state)
{
	struct machine *m = every_machine(ON_INTEL, NULL);
	struct device *nic = device_by_name(m, "nic"), *disk = device_by_name(m, "disk");
	struct device *old = device_by_name(m, "old");
	unsigned single[4], far = 0;
	struct intel_ir_info info;

	(void)state;
	assert_int_equal(pci_alloc_irq_vectors(nic, 1, 1, PCI_IRQ_MSIX), 1);
	assert_int_equal(pci_alloc_irq_vectors(disk, 1, 1, PCI_IRQ_MSIX), 1);
	for (unsigned i = 0; i < 4; i++) {
		if (i) {
			assert_int_equal(pci_msix_alloc_irq_at(nic, i, NULL).index, i);
			assert_int_equal(pci_msix_alloc_irq_at(disk, i, NULL).index, i);
		}
		assert_true(intel_ir_info(m, (unsigned)pci_irq_vector(nic, i), &info));
		single[i] = info.index;
		far += i && single[i] != single[0] + i;
	}
	assert_int_equal(far, 3);
	assert_int_equal(pci_alloc_irq_vectors(old, 4, 4, PCI_IRQ_MSI), 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(intel_ir_info(m, (unsigned)pci_irq_vector(old, i), &info));
		assert_int_equal(info.index, 8);
		assert_int_equal(info.sub, i);
	}
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_by_one),
		cmocka_unit_test(one_by_one_is_no_block),
		cmocka_unit_test(offers_are_taken_up),
		cmocka_unit_test(ops_are_checked),
		cmocka_unit_test(handlers_keep_all),
		cmocka_unit_test(powerpc_without_firmware),
		cmocka_unit_test(powerpc_gives_fewer),
		cmocka_unit_test(powerpc_rounds_up),
		cmocka_unit_test(powerpc_shares_the_bus),
		cmocka_unit_test(powerpc_delivers),
		cmocka_unit_test(s390_gives_a_part),
		cmocka_unit_test(s390_bits_count_from_the_left),
		cmocka_unit_test(s390_vectors_run_out),
		cmocka_unit_test(s390_directs_to_cpus),
		cmocka_unit_test(s390_leftover_bits),
		cmocka_unit_test(octeon_blocks),
		cmocka_unit_test(octeon_knows_no_msix),
		cmocka_unit_test(octeon_delivers),
		cmocka_unit_test(octeon_gives_up),
		cmocka_unit_test(batch_and_loop_differ),
		cmocka_unit_test(blocks_are_not_singles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
