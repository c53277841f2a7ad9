/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "anywhere.h"
#include "every_machine.h"

#include <irqlab/device.h>
#include <irqlab/invariants.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/*
 * One driver on every machine. What it sees is the same, or differs as the table
 * says (docs/backends.md tells why).
 */
static const char *const expected[NR_EVERY_MACHINE][3] = {
	/* nic: 8 of MSI-X; old: 8 of MSI without mask bits; mask: 4 of MSI with mask bits */
	[ON_X86] = {"8 8 add=1:EBUSY pool=ENOTSUPP affinity=ok",
		    "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=ok",
		    "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_INTEL] = {"8 8 add=1:EBUSY pool=ok affinity=ok",
		      "8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
		      "4 4 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_AMD] = {"8 8 add=1:EBUSY pool=ok affinity=ok",
		    "8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
		    "4 4 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_ITS] = {"8 8 add=0:ENOTSUPP pool=ENOTSUPP affinity=ok",
		    "8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
		    "4 4 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_V2M] = {"8 8 add=0:ENOTSUPP pool=ENOTSUPP affinity=ok",
		    "8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
		    "4 4 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_IMSIC] = {"8 8 add=0:ENOTSUPP pool=ENOTSUPP affinity=ok",
		      "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=ok",
		      "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_POWERPC] = {"8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
			"ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=ok",
			"ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_S390] = {"8 8 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL",
		     "8 8 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL",
		     "4 4 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL"},
	[ON_S390_DIRECTED] = {"8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
			      "8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
			      "4 4 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_OCTEON] = {"EINVAL EINVAL add=0:ok pool=ok affinity=ok",
		       "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL",
		       "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL"},
	[ON_XEN] = {"8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
		    "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=ok",
		    "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_XEN_DOM0] = {"8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
			 "8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
			 "4 4 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
	[ON_VMD] = {"ENOSPC 4 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL",
		    "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL",
		    "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL"},
	[ON_VMD_REMAPPED] = {"ENOSPC 4 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL",
			     "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL",
			     "ENOSPC 1 add=0:ENOTSUPP pool=ENODEV affinity=EINVAL"},
	[ON_VMD_BYPASS] = {"8 8 add=1:EBUSY pool=ok affinity=ok",
			   "8 8 add=0:ENOTSUPP pool=ENODEV affinity=ok",
			   "4 4 add=0:ENOTSUPP pool=ENODEV affinity=ok"},
};

static const struct {
	const char *name;
	unsigned flags, wanted;
} functions[] = {
	{"nic", PCI_IRQ_MSIX, 8},
	{"old", PCI_IRQ_MSI, 8},
	{"mask", PCI_IRQ_MSI, 4},
};

static void check(struct machine *m)
{
	char violation[300];

	if (!machine_invariants(m, violation, sizeof(violation)))
		fail_msg("%s", violation);
	assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE),
				      machine_fingerprint_recompute(m, FINGERPRINT_COMPLETE)));
}

/* Several functions of one VMD vector, or all vectors of one, hear of each other's. */
static bool shares(enum every_machine which)
{
	return which == ON_VMD || which == ON_VMD_REMAPPED;
}

/* Each vector once: its handler runs, and nobody else's. */
static void raise_each(struct machine *m, enum every_machine which, struct anywhere *a)
{
	enum raise_source source = a->flags == PCI_IRQ_MSIX ? RAISE_MSIX : RAISE_MSI;

	for (int i = 0; i < a->nr; i++) {
		unsigned before[ANYWHERE_MAX];

		for (int j = 0; j < a->nr; j++)
			before[j] = a->ran[j];
		assert_int_equal(device_raise(m, device_name(a->dev), source, 0, (unsigned)i,
					      RAISE_NO_PASID),
				 0);
		if (machine_deliver(m, 0) <= 0)
			fail_msg("%s, %s: nothing arrives", every_machine_name(which),
				 device_name(a->dev));
		for (int j = 0; j < a->nr; j++)
			assert_int_equal(a->ran[j] - before[j], i == j || shares(which));
	}
}

static void the_same_driver_everywhere(void **state)
{
	(void)state;
	for (unsigned which = 0; which < NR_EVERY_MACHINE; which++) {
		struct machine *m = every_machine((enum every_machine)which, NULL);

		assert_non_null(m);
		for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
			struct device *dev = device_by_name(m, functions[i].name);
			struct anywhere a;

			anywhere_probe(m, dev, functions[i].flags, functions[i].wanted, &a);
			if (strcmp(anywhere_answers(&a).text, expected[which][i]))
				fail_msg("%s, %s:\n  got      %s\n  expected %s",
					 every_machine_name((enum every_machine)which),
					 functions[i].name, anywhere_answers(&a).text,
					 expected[which][i]);
			assert_int_equal(machine_settle(m), 0);
			raise_each(m, (enum every_machine)which, &a);
			check(m);
			anywhere_remove(&a);
			check(m);
		}
		assert_int_equal(machine_warnings_total(m), 0);
		machine_destroy(m);
	}
}

/* Where commands went through a queue, its position is left: a counter. */
static struct fingerprint print_of(struct machine *m, enum every_machine which)
{
	bool queue =
		which == ON_INTEL || which == ON_AMD || which == ON_ITS || which == ON_VMD_BYPASS;

	return machine_fingerprint(m, queue ? FINGERPRINT_SEMANTIC : FINGERPRINT_COMPLETE);
}

static void use_all(struct machine *m)
{
	for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		struct device *dev = device_by_name(m, functions[i].name);

		for (unsigned wanted = functions[i].wanted; wanted; wanted--)
			if (pci_alloc_irq_vectors(dev, 1, wanted, functions[i].flags) > 0)
				pci_free_irq_vectors(dev);
	}
}

/* All that was taken comes back: any number of rounds end in the same state. */
static void nothing_is_kept(void **state)
{
	(void)state;
	for (unsigned which = 0; which < NR_EVERY_MACHINE; which++) {
		struct machine *m = every_machine((enum every_machine)which, NULL);
		struct fingerprint once;

		use_all(m);
		once = print_of(m, (enum every_machine)which);
		for (unsigned round = 0; round < 5; round++)
			use_all(m);
		assert_true(fingerprint_equal(print_of(m, (enum every_machine)which), once));
		machine_destroy(m);
	}
}

static void fail_each_allocation(struct machine *m, enum every_machine which, unsigned i)
{
	struct device *dev = device_by_name(m, functions[i].name);
	unsigned wanted = functions[i].wanted, failures = 0;
	int ret = -1;

	for (uint64_t nth = 1; ret < 0 && nth < 300; nth++) {
		struct fingerprint before = print_of(m, which);

		machine_fail_allocation(m, nth);
		ret = pci_alloc_irq_vectors(dev, wanted, wanted, functions[i].flags);
		machine_fail_allocation(m, 0);
		if (ret >= 0)
			break;
		failures++;
		if (!fingerprint_equal(print_of(m, which), before))
			fail_msg("%s, %s: allocation %u leaves a trace", every_machine_name(which),
				 functions[i].name, (unsigned)nth);
		check(m);
	}
	assert_true(failures > 0);
	assert_int_equal(ret, wanted);
}

/* Whatever allocation fails, the driver gets an error and the machine is as before. */
static void no_memory_leaves_no_trace(void **state)
{
	(void)state;
	for (unsigned which = 0; which < NR_EVERY_MACHINE; which++)
		for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
			struct machine *m;

			if (expected[which][i][0] == 'E') /* refused for another reason */
				continue;
			m = every_machine((enum every_machine)which, NULL);
			machine_set_profile(m, PROFILE_INTENDED); /* not what 6.12 leaves */
			fail_each_allocation(m, (enum every_machine)which, i);
			machine_destroy(m);
		}
}

/* And refusals, which differ between back ends but never leave anything. */
static void refusals_leave_no_trace(void **state)
{
	(void)state;
	for (unsigned which = 0; which < NR_EVERY_MACHINE; which++) {
		struct machine *m = every_machine((enum every_machine)which, NULL);

		for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
			struct device *dev = device_by_name(m, functions[i].name);
			struct fingerprint before = machine_fingerprint(m, FINGERPRINT_COMPLETE);
			unsigned flags = functions[i].flags;
			bool refuses = expected[which][i][0] == 'E';

			assert_true(pci_alloc_irq_vectors(dev, 9, 9, flags) < 0);
			assert_true(pci_alloc_irq_vectors(dev, 3, 2, flags) < 0);
			assert_int_equal(pci_msix_alloc_irq_at(dev, MSI_ANY_INDEX, NULL).index,
					 -ENOTSUPP);
			if (refuses)
				assert_true(pci_alloc_irq_vectors(dev, functions[i].wanted,
								  functions[i].wanted, flags) < 0);
			assert_true(fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE),
						      before));
		}
		assert_int_equal(machine_warnings_total(m), 0);
		machine_destroy(m);
	}
}

/* A machine that there is no memory for says so, and is as empty as before. */
static void no_memory_for_a_machine(void **state)
{
	const struct machine_options memory = {.arena_bytes = 64 << 20};

	(void)state;
	for (unsigned which = ON_POWERPC; which < NR_EVERY_MACHINE; which++) {
		struct machine *m = machine_create(&memory);
		const struct fingerprint empty = machine_fingerprint(m, FINGERPRINT_COMPLETE);
		int ret = -1;

		for (uint64_t nth = 1; ret; nth++) {
			const char *why = NULL;

			machine_fail_allocation(m, nth);
			ret = every_machine_load(m, (enum every_machine)which, NULL, &why);
			assert_true(!ret || (ret < 0 && why));
			assert_true(ret || nth > 20);
			assert_true(!ret ||
				    fingerprint_equal(machine_fingerprint(m, FINGERPRINT_COMPLETE),
						      empty));
		}
		machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_driver_everywhere),
		cmocka_unit_test(nothing_is_kept),
		cmocka_unit_test(no_memory_leaves_no_trace),
		cmocka_unit_test(refusals_leave_no_trace),
		cmocka_unit_test(no_memory_for_a_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
